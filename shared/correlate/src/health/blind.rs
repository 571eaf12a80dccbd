//! Blind times: when nobody could have seen what an appliance would have told of an attack.
//!
//! A level says what logs prove; "not infected" also says that nothing else was seen, which is worth nothing for a time
//! in which logs were missing or told wrong times. So an incident that such a time of one of its tenant's appliances
//! touches says so, and claims no more than that it cannot tell. Its level stays: what is proven is proven.
//!
//! This is a view, as the scope is: the incident as it was judged and the appliances' evidence as it is now make the
//! incident that is read. A silence that is found, or turns out to be over, hours after the attack changes what is read
//! of it from then on. No level rests on it, so it decides no notice.

use std::collections::BTreeMap;

use hinomi_model::{
    Condition, Confidence, DeviceId, EventTime, Incident, IncidentKind, Infection, Problem, Settings,
    Statement, StatementKey as S, Subject, Symptom, Value,
};

use super::course::{Course, courses};
use crate::state::SubjectState;

/// Blind times that an incident names, the longest: more than a person weighs, and fewer than would crowd out what else is
/// not known.
const MAX_BLIND: usize = 8;

/// A time in which an appliance's records were missing, or told wrong times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blind {
    /// Of which appliance.
    pub device: DeviceId,
    /// Since when.
    pub from: EventTime,
    /// Until when; `None` while it lasts.
    pub until: Option<EventTime>,
    /// What showed it.
    pub symptom: Symptom,
}

impl Blind {
    /// The problems that make blind times.
    pub const PROBLEMS: [Problem; 3] = [Problem::LogSilence, Problem::Logging, Problem::Clock];

    fn end(&self) -> EventTime {
        self.until.unwrap_or(EventTime::MAX)
    }

    /// Returns the word for what is missing.
    fn word(&self) -> Option<&'static str> {
        match self.symptom {
            Symptom::Silent => Some("all"),
            Symptom::FunctionSilent | Symptom::SequenceGap | Symptom::LogsDropped => Some("some"),
            Symptom::ClockWrong => Some("times"),
            _ => None,
        }
    }

    fn say(&self, key: S) -> Statement {
        let mut said = Statement::new(key)
            .with("device", Value::Inside(self.device.as_str().to_owned()))
            .word("blind", self.word().unwrap_or("all"))
            .with("since", self.from);
        if let Some(until) = self.until {
            said = said.with("until", until);
        }
        said
    }
}

/// Returns the blind times that a state of health tells of, in time order. `members` is how many appliances share its
/// identity: while one of a pair still talks, nothing is missing.
pub fn blind_times(state: &SubjectState, members: usize, settings: &Settings) -> Vec<Blind> {
    let Subject::Health(device, _) = &state.subject else { return Vec::new() };
    let mut parts: BTreeMap<(Symptom, String), Vec<Span>> = BTreeMap::new();
    for course in courses(state, settings) {
        for (symptom, object, span) in spans(&course) {
            // Of a pair the object begins with the member's name.
            let about =
                if members > 1 { object.split_once(' ').map_or("", |(_, rest)| rest) } else { object };
            parts.entry((symptom, about.to_owned())).or_default().push(span);
        }
    }
    let mut all: Vec<Blind> = Vec::new();
    for ((symptom, _), spans) in parts {
        let is_silence = matches!(symptom, Symptom::Silent | Symptom::FunctionSilent);
        let least = if is_silence { members.max(1) } else { 1 };
        let blind = |(from, end): Span| Blind {
            device: device.clone(),
            symptom,
            from,
            until: (end < EventTime::MAX).then_some(end),
        };
        all.extend(overlaps(&spans, least).into_iter().map(blind));
    }
    all.retain(|blind| blind.word().is_some());
    all.sort();
    all.dedup();
    all
}

/// Adds to an incident that one of its tenant's appliances was blind while it could have shown more of it: from its first
/// evidence until it was over.
pub fn with_blind_times(incident: &mut Incident, blind: &[Blind], settings: &Settings) {
    let core = &incident.core;
    if core.kind != IncidentKind::Attack {
        return;
    }
    let (first, horizon) = (core.first_seen, core.last_seen.plus(settings.incident_gap));
    let mut touching: Vec<&Blind> =
        blind.iter().filter(|blind| blind.from <= horizon && blind.end() >= first).collect();
    touching.sort_by_key(|blind| std::cmp::Reverse(blind.end().since(blind.from)));
    touching.truncate(MAX_BLIND);
    let Some(longest) = touching.first().copied() else { return };
    touching.sort();
    let said: Vec<Statement> = touching.iter().map(|blind| blind.say(S::UnknownBlind)).collect();
    incident.assessment.unknowns.splice(0..0, said);
    // An analyst who looked knew what there was to see.
    if incident.reasons.iter().any(|reason| reason.text.key == S::BecauseAnalyst) {
        return;
    }
    let claims = |statement: &Statement| {
        matches!(
            statement.key,
            S::NotInfectedBlocked
                | S::NotInfectedFailed
                | S::NotInfectedScan
                | S::NotInfectedPolicy
                | S::NotInfectedFalse
        )
    };
    let assessment = &mut incident.assessment;
    if core.infection != Infection::NotInfected && !assessment.infection.iter().any(claims) {
        return;
    }
    assessment.infection.retain(|statement| !claims(statement));
    assessment.infection.insert(0, longest.say(S::UnknownInfectionBlind));
    for impact in assessment.impact.iter_mut().filter(|impact| impact.key == S::ImpactNone) {
        *impact = Statement::new(S::ImpactBlind);
    }
    incident.core.infection = Infection::Unknown;
    incident.core.confidence = Confidence::Low;
}

type Span = (EventTime, EventTime);

/// Returns the times in which a part was in trouble.
fn spans(course: &Course) -> Vec<(Symptom, &str, Span)> {
    let mut open: BTreeMap<(Symptom, &str), EventTime> = BTreeMap::new();
    let mut spans = Vec::new();
    for turn in &course.turns {
        let part = (turn.symptom, turn.object.as_str());
        if turn.condition != Condition::Well {
            open.entry(part).or_insert(turn.since);
        } else if let Some(from) = open.remove(&part) {
            // A recovery is told when it has lasted; it says for how many minutes the trouble did.
            let minutes = turn.value.and_then(|minutes| i64::try_from(minutes).ok());
            let end = minutes.map(|minutes| turn.since.plus(minutes.saturating_mul(60)));
            spans.push((
                part.0,
                part.1,
                (from, end.map_or(turn.at, |end| end.clamp(from, turn.at.max(from)))),
            ));
        }
    }
    spans.extend(open.into_iter().map(|(part, from)| (part.0, part.1, (from, EventTime::MAX))));
    spans
}

/// Returns the times that lie in at least so many of the spans.
fn overlaps(spans: &[Span], least: usize) -> Vec<Span> {
    // At one instant what begins comes before what ends, so that spans that meet are one.
    let mut edges: Vec<(EventTime, bool)> =
        spans.iter().flat_map(|(from, end)| [(*from, false), (*end, true)]).collect();
    edges.sort_unstable();
    let (mut depth, mut since, mut found) = (0_usize, None, Vec::new());
    for (at, ends) in edges {
        depth = if ends { depth.saturating_sub(1) } else { depth.saturating_add(1) };
        match since {
            None if depth >= least => since = Some(at),
            Some(from) if depth < least => {
                found.push((from, at));
                since = None;
            }
            _ => {}
        }
    }
    found
}
