//! Subjects' states on their way between the store and the engine.
//!
//! States that are being worked on are held and written in batches; one that decided a notice is written at once,
//! state, incidents and notice together. What is lost when the run is killed is in its input still, and joining it
//! again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_correlate::{Act, Due, Engine, Step, SubjectState};
use hinomi_model::registry::Tenant;
use hinomi_model::{EventTime, Finding, Fingerprint, Incident, IncidentId, Status, Subject, TenantId};
use hinomi_store::{Commit, IncidentRow, OutboxEntry, Standing, Store, SubjectKey, block_on, limits, object};

use crate::error::Fault;

/// States held at once. A state of a busy subject has some hundred kilobytes, most have one.
const MAX_HELD: usize = 4_096;
/// Notices in one commit, below the store's bound with room for the subject's incidents.
const MAX_DUE: usize = 32;
/// Incidents written in one commit.
const MAX_INCIDENTS: usize = 48;

/// The states that are being worked on.
pub(super) struct Subjects<'a, S> {
    store: &'a S,
    held: BTreeMap<SubjectKey, Held>,
}

struct Held {
    state: SubjectState,
    version: Option<u64>,
    /// The subject's incidents as of its last step; `None` when nothing changed since it was written.
    incidents: Option<Vec<Incident>>,
    removed: BTreeSet<IncidentId>,
}

/// Returns the store's key of a subject.
pub(super) fn key_of(tenant: &TenantId, subject: &Subject) -> SubjectKey {
    let mut text = SubjectState::subject_text(subject);
    if text.len() > limits::KEY_BYTES {
        // An indicator that a log wrote can be longer than a key; its fingerprint is as good a name.
        text = format!("long/{:032x}", Fingerprint::new("subject/1").text(&text).finish());
    }
    SubjectKey { tenant: tenant.clone(), subject: text }
}

impl<'a, S: Store> Subjects<'a, S> {
    pub(super) fn new(store: &'a S) -> Self {
        Subjects { store, held: BTreeMap::new() }
    }

    /// Loads the states of a step together. Those of new subjects are made; `None` stands for a subject that is only
    /// to be looked at, and has no state if it is not stored.
    pub(super) fn hold<'k>(
        &mut self,
        wanted: impl Iterator<Item = (&'k SubjectKey, Option<&'k Subject>)>,
    ) -> Result<(), Fault> {
        let missing: Vec<_> = wanted.filter(|(key, _)| !self.held.contains_key(key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let keys: Vec<SubjectKey> = missing.iter().map(|(key, _)| (*key).clone()).collect();
        let stored = block_on(self.store.load(&keys))?;
        for ((key, subject), stored) in missing.into_iter().zip(stored) {
            let (state, version) = match (stored, subject) {
                (Some(stored), _) => {
                    (SubjectState::decode(&object::decompress(&stored.bytes)?)?, Some(stored.version))
                }
                (None, Some(subject)) => (SubjectState::new(key.tenant.clone(), subject.clone()), None),
                (None, None) => continue,
            };
            let held = Held { state, version, incidents: None, removed: BTreeSet::new() };
            self.held.insert(key.clone(), held);
        }
        Ok(())
    }

    /// Steps a subject that is held, and returns what came of it; with when it wanted to be looked at before.
    pub(super) fn step(
        &mut self,
        engine: &Engine<'_>,
        key: &SubjectKey,
        tenant: &Tenant,
        findings: &[Finding],
        now: EventTime,
    ) -> Result<(Option<EventTime>, Step), Fault> {
        self.change(key, |state| engine.step(state, tenant, findings, now))
    }

    /// Records what an analyst did to an incident of a subject that is held.
    pub(super) fn act(
        &mut self,
        engine: &Engine<'_>,
        key: &SubjectKey,
        tenant: &Tenant,
        act: Act,
    ) -> Result<(Option<EventTime>, Step), Fault> {
        self.change(key, |state| engine.act(state, tenant, act))
    }

    fn change(
        &mut self,
        key: &SubjectKey,
        change: impl FnOnce(&mut SubjectState) -> Step,
    ) -> Result<(Option<EventTime>, Step), Fault> {
        let Some(held) = self.held.get_mut(key) else { return Ok((None, Step::default())) };
        let before = held.state.wake;
        let mut step = change(&mut held.state);
        held.removed.extend(step.removed.iter().copied());
        for incident in &step.incidents {
            held.removed.remove(&incident.core.id);
        }
        held.incidents = Some(std::mem::take(&mut step.incidents));
        if !step.due.is_empty() {
            self.write(key, &step.due)?;
        }
        Ok((before, step))
    }

    /// Writes everything that is not written yet.
    pub(super) fn write_all(&mut self) -> Result<(), Fault> {
        let changed: Vec<SubjectKey> = self
            .held
            .iter()
            .filter(|(_, held)| held.incidents.is_some())
            .map(|(key, _)| key.clone())
            .collect();
        changed.iter().try_for_each(|key| self.write(key, &[]))
    }

    /// Writes and lets go of everything when more is held than there is room for.
    pub(super) fn make_room(&mut self) -> Result<(), Fault> {
        if self.held.len() > MAX_HELD {
            self.write_all()?;
            self.held.clear();
        }
        Ok(())
    }

    fn write(&mut self, key: &SubjectKey, due: &[Due]) -> Result<(), Fault> {
        let Some(held) = self.held.get_mut(key) else { return Ok(()) };
        // Evidence repeats itself: a busy subject's megabytes become some hundred kilobytes.
        let state = object::compress(&held.state.encode())?;
        let incidents = held.incidents.take().unwrap_or_default();
        let removed: Vec<IncidentId> = std::mem::take(&mut held.removed).into_iter().collect();
        let mut incidents = incidents.chunks(MAX_INCIDENTS);
        let mut removed = removed.chunks(MAX_INCIDENTS / 4);
        let mut due = due.chunks(MAX_DUE);
        // One commit nearly always; what is beyond its bounds follows in others, each whole in itself.
        loop {
            let (some, gone, told) = (incidents.next(), removed.next(), due.next());
            if some.is_none() && gone.is_none() && told.is_none() && held.version.is_some() {
                return Ok(());
            }
            let commit = Commit {
                key: key.clone(),
                expected: held.version,
                state: state.clone(),
                wake: held.state.wake,
                incidents: some.unwrap_or_default().iter().map(stored).collect::<Result<_, _>>()?,
                removed: gone.unwrap_or_default().to_vec(),
                outbox: told.unwrap_or_default().iter().map(waiting).collect::<Result<_, _>>()?,
            };
            held.version = Some(block_on(self.store.commit(&commit))?);
        }
    }
}

fn stored(incident: &Incident) -> Result<IncidentRow, Fault> {
    let core = &incident.core;
    let standing =
        Standing { open: core.status == Status::Open, level: core.level, last_seen: core.last_seen };
    Ok(IncidentRow { id: core.id, standing, bytes: object::compress(&serde_json::to_vec(incident)?)? })
}

fn waiting(due: &Due) -> Result<OutboxEntry, Fault> {
    Ok(OutboxEntry { id: due.id(), due: due.at, bytes: serde_json::to_vec(due)? })
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
}
