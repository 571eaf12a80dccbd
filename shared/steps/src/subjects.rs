//! Subjects' states on their way between the store and the engine.
//!
//! A state is loaded, stepped, and written together with its incidents and the notices that it decided. Whoever wants
//! may hold states over many steps and write them in batches; one that decided a notice is written at once. What is
//! lost when a process dies is in its input still, and joining it again changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hinomi_correlate::{Act, Due, Engine, Step, SubjectState, Written};
use hinomi_model::registry::Tenant;
use hinomi_model::{
    EventTime, Finding, Fingerprint, Incident, IncidentId, Level, Settings, Status, Subject, TenantId,
};
use hinomi_store::{Commit, IncidentRow, OutboxEntry, Standing, States, Stored, SubjectKey, limits, object};

use crate::caught::caught;
use crate::documents;
use crate::error::{Error, Result};

/// States held at once. A state of a busy subject has some hundred kilobytes, most have one.
const MAX_HELD: usize = 4_096;
/// Pieces of one commit: incidents and notices, below the store's bound.
const MAX_PIECES: usize = limits::COMMIT_PIECES - 2;

/// The states that are being worked on.
pub struct Subjects<'a, S> {
    store: &'a S,
    held: BTreeMap<SubjectKey, Held>,
    changes: Vec<Change>,
}

struct Held {
    state: SubjectState,
    version: Option<u64>,
    /// Something changed since it was written.
    dirty: bool,
    /// The subject's incidents as of its last look; `None` when it was not looked at since it was written.
    incidents: Option<Vec<Incident>>,
    removed: BTreeSet<IncidentId>,
}

/// An incident that was opened, or whose level changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub tenant: TenantId,
    /// Its level now; none for health.
    pub level: Option<Level>,
}

/// What moves a subject's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// Its findings, and then the time of day.
    To(EventTime),
    /// Its findings, and nothing else.
    ByFindings,
    /// Its findings, which are old data that is read again: nobody is told of it.
    Quietly,
}

/// Returns the store's key of a subject.
pub fn key_of(tenant: &TenantId, subject: &Subject) -> SubjectKey {
    let mut text = SubjectState::subject_text(subject);
    if text.len() > limits::KEY_BYTES {
        // An indicator that a log wrote can be longer than a key; its fingerprint is as good a name.
        text = format!("long/{:032x}", Fingerprint::new("subject/1").text(&text).finish());
    }
    SubjectKey { tenant: tenant.clone(), subject: text }
}

impl<'a, S: States> Subjects<'a, S> {
    /// Holds nothing yet.
    pub fn new(store: &'a S) -> Self {
        Subjects { store, held: BTreeMap::new(), changes: Vec::new() }
    }

    /// Loads the states of a step together. Those of new subjects are made; `None` stands for a subject that is only
    /// to be looked at, and has no state if it is not stored.
    ///
    /// # Errors
    ///
    /// When the store fails, or one of the states can't be read.
    pub async fn hold<'k>(
        &mut self,
        wanted: impl Iterator<Item = (&'k SubjectKey, Option<&'k Subject>)>,
    ) -> Result<()> {
        let missing: Vec<_> = wanted.filter(|(key, _)| !self.held.contains_key(key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let keys: Vec<SubjectKey> = missing.iter().map(|(key, _)| (*key).clone()).collect();
        let stored = self.store.load(&keys).await?;
        for ((key, subject), stored) in missing.into_iter().zip(stored) {
            let (state, version) = match (stored, subject) {
                (Some(stored), _) => (decode(&stored)?, Some(stored.version)),
                (None, Some(subject)) => (SubjectState::new(key.tenant.clone(), subject.clone()), None),
                (None, None) => continue,
            };
            let held = Held { state, version, dirty: false, incidents: None, removed: BTreeSet::new() };
            self.held.insert(key.clone(), held);
        }
        Ok(())
    }

    /// Lets go of a subject without writing it: what is stored counts.
    pub fn forget(&mut self, key: &SubjectKey) {
        self.held.remove(key);
    }

    /// Returns the state of a subject that is held.
    pub fn state(&self, key: &SubjectKey) -> Option<&SubjectState> {
        self.held.get(key).map(|held| &held.state)
    }

    /// Steps a subject that is held, and returns what came of it; with when it wanted to be looked at before.
    ///
    /// A state whose evidence nothing reaches any more counts as none, whether or not it is still there.
    ///
    /// # Errors
    ///
    /// When the store fails, or judging panics; the subject is not held any more then.
    pub async fn step(
        &mut self,
        engine: &Engine<'_>,
        key: &SubjectKey,
        tenant: &Tenant,
        findings: &[Finding],
        moves: Moves,
    ) -> Result<(Option<EventTime>, Step)> {
        self.change(key, |state| {
            forget_expired(state, findings, engine.settings);
            let now = match moves {
                Moves::To(now) => now,
                Moves::ByFindings => state.clock,
                Moves::Quietly => return engine.step_quietly(state, tenant, findings),
            };
            engine.step(state, tenant, findings, now)
        })
        .await
    }

    /// Records what an analyst did to an incident of a subject that is held.
    ///
    /// # Errors
    ///
    /// As [`Subjects::step`].
    pub async fn act(
        &mut self,
        engine: &Engine<'_>,
        key: &SubjectKey,
        tenant: &Tenant,
        act: Act,
    ) -> Result<(Option<EventTime>, Step)> {
        self.change(key, |state| engine.act(state, tenant, act)).await
    }

    async fn change(
        &mut self,
        key: &SubjectKey,
        change: impl FnOnce(&mut SubjectState) -> Step,
    ) -> Result<(Option<EventTime>, Step)> {
        let Some(held) = self.held.get_mut(key) else { return Ok((None, Step::default())) };
        let before = held.state.wake;
        let mut step = match caught(|| change(&mut held.state)) {
            Ok(step) => step,
            Err(panic) => {
                self.held.remove(key);
                return Err(Error::Panicked { place: panic.place });
            }
        };
        held.dirty |= !step.is_empty();
        if step.looked {
            held.removed.extend(step.removed.iter().copied());
            for incident in &step.incidents {
                held.removed.remove(&incident.core.id);
            }
            held.incidents = Some(std::mem::take(&mut step.incidents));
        }
        if !step.due.is_empty() {
            self.write(key, &step.due).await?;
        }
        Ok((before, step))
    }

    /// Writes everything that is not written yet.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn write_all(&mut self) -> Result<()> {
        let changed = self.held.iter().filter(|(_, held)| held.dirty);
        let changed: Vec<SubjectKey> = changed.map(|(key, _)| key.clone()).collect();
        for key in &changed {
            self.write_one(key).await?;
        }
        Ok(())
    }

    /// Writes a subject, unless everything of it is written.
    ///
    /// # Errors
    ///
    /// When the store fails; the subject is not held any more then.
    pub async fn write_one(&mut self, key: &SubjectKey) -> Result<()> {
        if self.held.get(key).is_some_and(|held| held.dirty) {
            self.write(key, &[]).await?;
        }
        Ok(())
    }

    /// Writes and lets go of everything when more is held than there is room for.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn make_room(&mut self) -> Result<()> {
        if self.held.len() > MAX_HELD {
            self.write_all().await?;
            self.held.clear();
        }
        Ok(())
    }

    async fn write(&mut self, key: &SubjectKey, due: &[Due]) -> Result<()> {
        let Some(mut held) = self.held.remove(key) else { return Ok(()) };
        let mut changes = Vec::new();
        let mut pieces = Pieces::of(&mut held, due, &mut changes)?;
        // Evidence repeats itself: a busy subject's megabytes become some hundred kilobytes.
        let state = packed(&mut held.state)?;
        // One commit nearly always. What is beyond its bounds goes before it, under the state as it was: a process that
        // dies in between leaves a state that knows nothing of it yet, and decides the same once more.
        let mut room = limits::COMMIT_BYTES.saturating_sub(state.len());
        if !pieces.fit(room) {
            let (was, wake) = self.stored_before(key, &held).await?;
            room = limits::COMMIT_BYTES.saturating_sub(state.len().max(was.len()));
            while !pieces.fit(room) {
                let some = pieces.take(room);
                let commit = some.commit(key, held.version, was.clone(), wake);
                held.version = Some(self.store.commit(&commit).await?);
            }
        }
        let commit = pieces.commit(key, held.version, state, held.state.wake);
        held.version = Some(self.store.commit(&commit).await?);
        held.dirty = false;
        self.held.insert(key.clone(), held);
        self.changes.extend(changes);
        Ok(())
    }

    /// Returns which incidents were opened or changed their level in what was written since the last call.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Returns a state as it is stored, or the empty one, with its wish to be looked at.
    async fn stored_before(&self, key: &SubjectKey, held: &Held) -> Result<(Vec<u8>, Option<EventTime>)> {
        let stored = self.store.load(std::slice::from_ref(key)).await?.into_iter().next().flatten();
        if stored.as_ref().map(|stored| stored.version) != held.version {
            return Err(hinomi_store::Error::Conflict { what: key.subject.clone() }.into());
        }
        let Some(stored) = stored else {
            let none = SubjectState::new(key.tenant.clone(), held.state.subject.clone());
            return Ok((object::compress(&none.encode())?, None));
        };
        let wake = decode(&stored)?.wake;
        Ok((stored.bytes, wake))
    }
}

/// Packs a state so that the store takes it. What is written of one that an enemy made too large is what proves most, and
/// it is looked at again soon, as its incidents are to say so.
fn packed(state: &mut SubjectState) -> Result<Vec<u8>> {
    loop {
        let size = match object::compress(&state.encode()) {
            Ok(packed) if packed.len() <= limits::VALUE_BYTES => return Ok(packed),
            Ok(packed) => packed.len(),
            Err(hinomi_store::Error::TooLarge { size, .. }) => size,
            Err(error) => return Err(error.into()),
        };
        if !state.tighten() {
            let limit = limits::VALUE_BYTES;
            return Err(hinomi_store::Error::TooLarge { what: "state", size, limit }.into());
        }
        let soon = state.clock.plus(1);
        state.wake = Some(state.wake.map_or(soon, |wake| wake.min(soon)));
    }
}

/// Empties a state that counts as none at the time of its findings.
fn forget_expired(state: &mut SubjectState, findings: &[Finding], settings: &Settings) {
    let came = findings.iter().map(|finding| finding.last.max(finding.received)).max();
    if came.is_some_and(|came| state.is_expired(came, settings)) {
        *state = SubjectState::new(state.tenant.clone(), state.subject.clone());
    }
}

pub(crate) fn decode(stored: &Stored) -> Result<SubjectState> {
    Ok(SubjectState::decode(&object::decompress(&stored.bytes)?)?)
}

/// What is written with a state.
#[derive(Default)]
struct Pieces {
    incidents: VecDeque<IncidentRow>,
    removed: VecDeque<IncidentId>,
    outbox: VecDeque<OutboxEntry>,
}

impl Pieces {
    /// Collects what is to be written, and notes in the state which incidents are.
    fn of(held: &mut Held, due: &[Due], changes: &mut Vec<Change>) -> Result<Self> {
        let removed = std::mem::take(&mut held.removed).into_iter().collect();
        let mut pieces = Pieces { removed, ..Pieces::default() };
        if let Some(incidents) = held.incidents.take() {
            let mut written = BTreeMap::new();
            for incident in &incidents {
                let plain = serde_json::to_vec(incident)?;
                let print = Fingerprint::new("incident/1").bytes(&plain).finish_short();
                let (id, level) = (incident.core.id, incident.core.level);
                let before = held.state.written.get(&id);
                if before.is_none_or(|before| before.level != level) {
                    changes.push(Change { tenant: incident.core.tenant.clone(), level });
                }
                // Most of a busy subject's incidents are as they were: an incident's writing costs by its size.
                if before.is_none_or(|before| before.print != print) {
                    pieces.incidents.push_back(row(incident, &plain)?);
                }
                written.insert(id, Written { print, level });
            }
            held.state.written = written;
        }
        for due in due {
            let entry = OutboxEntry { id: due.id(), due: due.at, bytes: documents::pack(due)? };
            pieces.outbox.push_back(entry);
        }
        Ok(pieces)
    }

    fn fit(&self, room: usize) -> bool {
        let sizes = self.incidents.iter().map(|row| row.bytes.len());
        let sizes = sizes.chain(self.outbox.iter().map(|entry| entry.bytes.len()));
        self.incidents.len() + self.removed.len() + self.outbox.len() <= MAX_PIECES
            && sizes.sum::<usize>() <= room
    }

    /// Takes out as much as one commit holds, at least one piece.
    fn take(&mut self, room: usize) -> Pieces {
        let mut some = Pieces::default();
        loop {
            let rest = (self.outbox.pop_front(), self.incidents.front().is_some());
            match rest {
                (Some(entry), _) => some.outbox.push_back(entry),
                (None, true) => some.incidents.extend(self.incidents.pop_front()),
                (None, false) => match self.removed.pop_front() {
                    Some(id) => some.removed.push_back(id),
                    None => return some,
                },
            }
            if some.fit(room) {
                continue;
            }
            // One piece too many goes back, unless it is the only one: the store says then that it is too large.
            if some.incidents.len() + some.removed.len() + some.outbox.len() > 1 {
                if let Some(id) = some.removed.pop_back() {
                    self.removed.push_front(id);
                } else if let Some(row) = some.incidents.pop_back() {
                    self.incidents.push_front(row);
                } else if let Some(entry) = some.outbox.pop_back() {
                    self.outbox.push_front(entry);
                }
            }
            return some;
        }
    }

    fn commit(
        self,
        key: &SubjectKey,
        expected: Option<u64>,
        state: Vec<u8>,
        wake: Option<EventTime>,
    ) -> Commit {
        Commit {
            key: key.clone(),
            expected,
            state,
            wake,
            incidents: self.incidents.into(),
            removed: self.removed.into(),
            outbox: self.outbox.into(),
        }
    }
}

fn row(incident: &Incident, plain: &[u8]) -> Result<IncidentRow> {
    let core = &incident.core;
    let standing =
        Standing { open: core.status == Status::Open, level: core.level, last_seen: core.last_seen };
    Ok(IncidentRow { id: core.id, standing, bytes: object::compress(plain)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_longer_than_a_key_keeps_a_key_of_its_own() {
        let relay = std::net::IpAddr::from([10, 1, 0, 53]);
        let tenant = TenantId::new("kita");
        let long = |end: &str| Subject::Relayed(relay, "x".repeat(1_000) + end);
        let (one, other) = (key_of(&tenant, &long("a")), key_of(&tenant, &long("b")));
        assert!(one.subject.len() <= limits::KEY_BYTES && one != other);
        assert_eq!(key_of(&tenant, &Subject::Host(relay)).subject, "host/10.1.0.53");
    }

    #[test]
    fn pieces_beyond_a_commit_are_taken_out_in_whole_commits_and_none_is_lost() {
        let entry = |number: usize| OutboxEntry {
            id: format!("{number:04}"),
            due: EventTime::EPOCH,
            bytes: vec![0; 10_000],
        };
        let mut pieces = Pieces { outbox: (0..300).map(entry).collect(), ..Pieces::default() };
        pieces.removed = (0..100).map(IncidentId).collect();
        let (mut seen, mut removed, mut commits) = (Vec::new(), 0, 0);
        while !pieces.fit(200_000) {
            let some = pieces.take(200_000);
            assert!(some.fit(200_000));
            seen.extend(some.outbox.iter().map(|entry| entry.id.clone()));
            removed += some.removed.len();
            commits += 1;
        }
        seen.extend(pieces.outbox.iter().map(|entry| entry.id.clone()));
        removed += pieces.removed.len();
        assert_eq!(seen, (0..300).map(|number| format!("{number:04}")).collect::<Vec<_>>());
        assert_eq!((removed, commits > 14), (100, true));
        let mut giant = Pieces { outbox: VecDeque::from([entry(0), entry(1)]), ..Pieces::default() };
        assert_eq!(
            giant.take(1).outbox.len(),
            1,
            "one that fits nowhere is still handed over, to be refused"
        );
    }
}
