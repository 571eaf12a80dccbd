//! Blocked or not: the first thing that every notice says.

use hinomi_model::{Disposition, Incident, Outcome, Posture};

/// Whether something stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// What the host tried was blocked throughout.
    Contained,
    /// The attack was stopped.
    Blocked,
    /// It passed, and failed nevertheless.
    Failed,
    /// The appliance only watches.
    Detected,
    /// Some of it was blocked.
    Partly,
    /// It was not blocked.
    Open,
    /// No line says.
    Unknown,
}

impl Barrier {
    /// Reads it off an incident: off the facts that its level rests on, so that a host that was spared one file and
    /// then reached its C&C server is told as "not blocked".
    pub(crate) fn of(incident: &Incident) -> Self {
        let core = &incident.core;
        if core.contained {
            return Barrier::Contained;
        }
        match core.outcome {
            Outcome::Blocked => return Barrier::Blocked,
            Outcome::Failed => return Barrier::Failed,
            Outcome::Unknown | Outcome::Succeeded => {}
        }
        let deciding: Vec<Disposition> = deciding(incident);
        let blocked = deciding.contains(&Disposition::Blocked);
        let passed = deciding.contains(&Disposition::Allowed) || deciding.contains(&Disposition::Detected);
        match (blocked, passed) {
            (true, true) => Barrier::Partly,
            (true, false) => Barrier::Blocked,
            (false, _) if core.posture != Posture::Inline => Barrier::Detected,
            (false, true) => Barrier::Open,
            // A log-in that succeeded has no word for blocking, and was not blocked.
            (false, false) if core.outcome == Outcome::Succeeded => Barrier::Open,
            (false, false) => Barrier::Unknown,
        }
    }

    /// Returns the word that the language files select by.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Barrier::Contained => "contained",
            Barrier::Blocked => "blocked",
            Barrier::Failed => "failed",
            Barrier::Detected => "detected",
            Barrier::Partly => "partly",
            Barrier::Open => "open",
            Barrier::Unknown => "unknown",
        }
    }
}

/// Returns what became of the facts behind the incident's level; of all facts when no reason names any.
fn deciding(incident: &Incident) -> Vec<Disposition> {
    let level = incident.core.level.unwrap_or_default();
    let named = |id: &str| {
        let mut reasons = incident.reasons.iter().filter(|reason| reason.level == level);
        reasons.any(|reason| reason.facts.iter().any(|fact| fact == id))
    };
    let behind: Vec<Disposition> =
        incident.facts.iter().filter(|fact| named(&fact.id)).map(|fact| fact.disposition).collect();
    if behind.is_empty() { incident.facts.iter().map(|fact| fact.disposition).collect() } else { behind }
}
