//! The state of one subject: its evidence by hour and strand, and what was told of it.
//!
//! The evidence is a set join (see [`crate::strand`]). What was told ([`Told`]) and what analysts did are not: they
//! are guarded by the version that the store checks at each write.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Finding, IncidentId, Level, Seconds, Settings, Subject, Symptom, TenantId};
use serde::{Deserialize, Serialize};

use crate::health;
use crate::room::Room;
use crate::strand::{Cell, StrandKey};
use crate::telling::Told;

/// Why bytes are no state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Written by a version that this program does not know.
    #[error("state of version {0}")]
    Version(u32),
    /// The bytes are no state.
    #[error("state broken")]
    Broken(#[source] serde_json::Error),
}

/// What joining a finding did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It was new.
    Changed,
    /// It was known, or there is no room for what it could prove.
    Known,
    /// It is later than the service waits and fits no incident: counted only.
    Late,
}

/// What an analyst did to an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The incident, by any of its ids.
    pub incident: IncidentId,
    /// When.
    pub at: EventTime,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// What.
    pub what: ActKind,
}

/// What an analyst can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Took note: no further contact is called.
    Acknowledge,
    /// Lets a notice go that waited.
    Release,
    /// Sets the level.
    Relevel(Level),
    /// Says that it was none: level 0.
    FalsePositive,
}

/// The state of one subject of one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectState {
    /// Whose.
    pub tenant: TenantId,
    /// Who.
    pub subject: Subject,
    /// The evidence, by UTC hour and strand.
    pub hours: BTreeMap<i64, BTreeMap<StrandKey, Cell>>,
    /// An hour held more strands than are kept, or all hours more than fits.
    pub over: bool,
    /// What room there is for evidence, of a state that became too large.
    pub room: Option<Room>,
    /// Findings that came too late to open anything.
    pub late: u64,
    /// What was told of each incident.
    pub told: BTreeMap<IncidentId, Told>,
    /// What analysts did, in order.
    pub acts: Vec<Act>,
    /// The engine's time when it last looked at this subject.
    pub clock: EventTime,
    /// When the engine wants to look again, even if nothing arrives.
    pub wake: Option<EventTime>,
    /// The fingerprint of each incident as it was written last: what is the same need not be written again. Kept by
    /// whoever writes; judging never reads it.
    pub written: BTreeMap<IncidentId, Written>,
}

/// An incident as it was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The fingerprint of its bytes.
    pub print: u64,
    /// Its level; none for health.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
}

/// The bytes, version 1. JSON, because a stored state must stay readable to people and to later versions.
#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    tenant: TenantId,
    subject: Subject,
    hours: Vec<(i64, Vec<(StrandKey, Cell)>)>,
    #[serde(default)]
    over: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    room: Option<Room>,
    #[serde(default)]
    late: u64,
    #[serde(default)]
    told: Vec<(IncidentId, Told)>,
    #[serde(default)]
    acts: Vec<Act>,
    clock: EventTime,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    wake: Option<EventTime>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    written: Vec<(IncidentId, Written)>,
}

impl SubjectState {
    /// The version of the bytes.
    pub const VERSION: u32 = 1;
    /// Strands of one hour: attackers of a server, indicators of a host. Keys are ranked by what they mean, so that a
    /// flood of trifles drops trifles.
    pub const MAX_STRANDS_PER_HOUR: usize = 128;
    /// Analyst acts kept; the oldest are the ones that still matter least.
    pub const MAX_ACTS: usize = 64;

    /// Makes the empty state of a subject.
    pub fn new(tenant: TenantId, subject: Subject) -> Self {
        SubjectState {
            tenant,
            subject,
            hours: BTreeMap::new(),
            over: false,
            room: None,
            late: 0,
            told: BTreeMap::new(),
            acts: Vec::new(),
            clock: EventTime::EPOCH,
            wake: None,
            written: BTreeMap::new(),
        }
    }

    /// Returns the stable text of a subject: part of the store's key and of incident ids.
    pub fn subject_text(subject: &Subject) -> String {
        match subject {
            Subject::Host(ip) => format!("host/{ip}"),
            Subject::Source(ip, day) => format!("source/{ip}/{day}"),
            Subject::Relayed(relay, indicator) => format!("relayed/{relay}/{indicator}"),
            Subject::Device(device) => format!("device/{device}"),
            Subject::Health(device, problem) => format!("health/{device}/{problem}"),
        }
    }

    /// Joins a finding. Idempotent and independent of order within the settings' lateness, which counts from when it
    /// came: by the collector's word, and by what this subject has seen since.
    pub fn join(&mut self, finding: &Finding, settings: &Settings) -> Joined {
        debug_assert_eq!(self.subject, finding.subject);
        let came = self.clock.max(finding.received);
        if came.since(finding.last) > settings.lateness && !self.touches(finding, settings) {
            self.late = self.late.saturating_add(1);
            return Joined::Late;
        }
        let key = StrandKey::of(finding);
        if self.has_no_room_for(finding.first.hour(), &key) {
            return Joined::Known;
        }
        let cell = Cell::of(finding);
        let strands = self.hours.entry(finding.first.hour()).or_default();
        let changed = match strands.get_mut(&key) {
            Some(own) => own.join(&cell),
            None => {
                strands.insert(key, cell);
                true
            }
        };
        if strands.len() > SubjectState::MAX_STRANDS_PER_HOUR {
            self.over = true;
            // The order of kinds puts attacks before policy; within a kind the smallest key stays. Both are the
            // key's own, so that the same set of findings drops the same strands.
            let mut ranked: Vec<StrandKey> = strands.keys().cloned().collect();
            ranked.sort_by(|a, b| (rank(a), part(a)).cmp(&(rank(b), part(b))).then_with(|| a.cmp(b)));
            for key in ranked.into_iter().skip(SubjectState::MAX_STRANDS_PER_HOUR) {
                strands.remove(&key);
            }
        }
        self.fit();
        self.prune(settings);
        if changed { Joined::Changed } else { Joined::Known }
    }

    /// Tells whether a finding falls within the reach of evidence that is already there.
    fn touches(&self, finding: &Finding, settings: &Settings) -> bool {
        self.hours.values().flat_map(BTreeMap::values).any(|cell| {
            finding.first.since(cell.last) <= settings.incident_gap
                && cell.first.since(finding.last) <= settings.incident_gap
        })
    }

    /// Forgets evidence that no window reaches any more: an incident's life, the memory of files, and lateness.
    fn prune(&mut self, settings: &Settings) {
        let Some(newest) = self.hours.keys().next_back().copied() else { return };
        let oldest = newest - SubjectState::reach(settings) / 3600;
        if matches!(self.subject, Subject::Health(..)) {
            health::forget(&mut self.hours, oldest, settings);
        } else {
            self.hours.retain(|hour, _| *hour >= oldest);
        }
        self.forget_room(oldest);
    }

    /// Returns how long evidence can matter after it was seen.
    pub fn reach(settings: &Settings) -> Seconds {
        settings.incident_life + settings.unscannable_memory.max(settings.hash_window) + settings.lateness
    }

    /// Tells whether nothing that comes at a time can reach what is here, so that it may as well not be here.
    pub fn is_expired(&self, at: EventTime, settings: &Settings) -> bool {
        self.newest().is_some_and(|newest| at.since(newest) > SubjectState::reach(settings))
    }

    /// Returns the newest evidence's time.
    pub fn newest(&self) -> Option<EventTime> {
        self.hours.values().flat_map(BTreeMap::values).map(|cell| cell.last).max()
    }

    /// Writes the state.
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            v: SubjectState::VERSION,
            tenant: self.tenant.clone(),
            subject: self.subject.clone(),
            hours: self
                .hours
                .iter()
                .map(|(hour, strands)| (*hour, strands.iter().map(|(k, c)| (k.clone(), c.clone())).collect()))
                .collect(),
            over: self.over,
            room: self.room.clone(),
            late: self.late,
            told: self.told.iter().map(|(id, told)| (*id, told.clone())).collect(),
            acts: self.acts.clone(),
            clock: self.clock,
            wake: self.wake,
            written: self.written.iter().map(|(id, written)| (*id, *written)).collect(),
        };
        // Serialising plain values into memory cannot fail.
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// Reads a state.
    ///
    /// # Errors
    ///
    /// [`StateError`] when the bytes are of an unknown version or no state at all.
    pub fn decode(bytes: &[u8]) -> Result<Self, StateError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let version: Version = serde_json::from_slice(bytes).map_err(StateError::Broken)?;
        if version.v != SubjectState::VERSION {
            return Err(StateError::Version(version.v));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(StateError::Broken)?;
        Ok(SubjectState {
            tenant: wire.tenant,
            subject: wire.subject,
            hours: wire
                .hours
                .into_iter()
                .map(|(hour, strands)| (hour, strands.into_iter().collect()))
                .collect(),
            over: wire.over,
            room: wire.room,
            late: wire.late,
            told: wire.told.into_iter().collect(),
            acts: wire.acts,
            clock: wire.clock,
            wake: wire.wake,
            written: wire.written.into_iter().collect(),
        })
    }
}

/// What a strand of health is about: where there are too many, a part's trouble and its recovery go together.
fn part(key: &StrandKey) -> Option<(Symptom, &str)> {
    key.turn.map(|(_, symptom)| (symptom, key.about.as_str()))
}

/// What a strand can prove, most first.
pub(crate) fn rank(key: &StrandKey) -> u8 {
    use hinomi_model::{Disposition, FindingKind as K};
    let passed = u8::from(key.disposition == Disposition::Blocked);
    let weight = match key.kind {
        K::Policy | K::TestFile | K::UnwantedSoftware | K::Unscannable => 4,
        K::Scan | K::Behaviour | K::CcSearch | K::BruteForce | K::PasswordFailures | K::PasswordPerson => 3,
        K::MaliciousSite | K::PhishingSite | K::Exploit | K::MalwareGuess => 2,
        K::Malware | K::OtherContact | K::FanOut | K::SessionAnswered => 1,
        _ => 0,
    };
    weight * 2 + passed
}
