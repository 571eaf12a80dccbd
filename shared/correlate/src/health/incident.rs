//! Builds the incident from a course of an appliance's health.

use hinomi_model::registry::Tenant;
use hinomi_model::{
    Condition, Confidence, Core, Disposition, EventTime, FindingKind, History, Incident, IncidentKind,
    Infection, Moment, Outcome, Priority, Scope, Settings, Stage, Statement, StatementKey as S, Status,
    Symptom, Value,
};

use super::answers;
use super::course::{Course, Turn};
use crate::assess::shorten;
use crate::incident::{list, number, shown_lines};

/// Changes of condition in the history: a flapping part changes for days, and its first and last changes tell that.
const MAX_HISTORY: usize = 64;

/// Makes the incident of a course.
pub(crate) fn incident(course: &Course, tenant: &Tenant, settings: &Settings, now: EventTime) -> Incident {
    let turns = shown_turns(course);
    let evidence = shown_lines(&turns.iter().map(|turn| &turn.lines).collect::<Vec<_>>());
    let facts = turns
        .iter()
        .enumerate()
        .map(|(place, turn)| Moment {
            id: format!("f{}", place + 1),
            time: turn.at,
            last: turn.at,
            kind: FindingKind::Health,
            stage: Stage::Policy,
            disposition: Disposition::Unknown,
            count: turn.count.max(1),
            at_least: turn.at_least,
            summary: saw(course, turn),
            lines: {
                let shown = |sha256: &&String| evidence.iter().any(|line| line.sha256 == **sha256);
                turn.lines.iter().map(|line| &line.sha256).filter(shown).cloned().collect()
            },
        })
        .collect();
    let history = history(course);
    let core = Core {
        id: course.id,
        aliases: course.aliases.clone(),
        number: number(tenant, course.id),
        revision: history.last().map_or(1, |change| change.revision),
        tenant: tenant.id().clone(),
        kind: IncidentKind::Health,
        level: None,
        confidence: Confidence::High,
        priority: Priority::Normal,
        status: status(course, settings, now),
        hosts: Vec::new(),
        attackers: Vec::new(),
        users: Vec::new(),
        devices: list(course.devices.iter().cloned()),
        posture: course.posture,
        functions: list(course.functions.iter().copied()),
        stages: Vec::new(),
        techniques: Vec::new(),
        outcome: Outcome::Unknown,
        infection: Infection::Unknown,
        contained: false,
        indicators: Vec::new(),
        assets: Vec::new(),
        signatures: Vec::new(),
        first_seen: course.first(),
        last_seen: course.last,
        opened_at: course.received,
        scope: Scope::default(),
        suppressed_by: None,
        predecessor: course.predecessor,
        problem: Some(course.problem),
        history,
        rules: settings.digest(),
    };
    let cause = shorten(turns.iter().map(|turn| saw(course, turn)).collect());
    Incident {
        subject: course.subject.clone(),
        core,
        title: title(course),
        facts,
        reasons: Vec::new(),
        would_change: Vec::new(),
        assessment: answers::assess(course, cause),
        evidence,
        guest: false,
        digest: false,
    }
}

/// Open while trouble lasts or something happened within the gap; recovered for as long after it ended; then closed.
fn status(course: &Course, settings: &Settings, now: EventTime) -> Status {
    if course.lasts() {
        return Status::Open;
    }
    if now.since(course.reach) > settings.incident_gap {
        return Status::Closed;
    }
    if course.recovered().is_some() { Status::Recovered } else { Status::Open }
}

/// The turns that an incident shows: how it began and how it stands, where there are more than a person reads.
fn shown_turns(course: &Course) -> Vec<&Turn> {
    let all = course.turns.len();
    let (head, tail) = (Incident::MAX_FACTS / 2, all.saturating_sub(Incident::MAX_FACTS / 2));
    let turns = course.turns.iter().enumerate();
    turns.filter(|(place, _)| *place < head || *place >= tail).map(|(_, turn)| turn).collect()
}

/// Returns how the appliance is told to be, and what shows it: trouble that lasts, that is over, or what happened.
pub(super) fn state(course: &Course) -> (&'static str, Symptom) {
    let worst = course.lasting.iter().max_by_key(|(_, lasting)| (lasting.condition, lasting.began));
    if let Some(((symptom, _), lasting)) = worst {
        return (lasting.condition.as_str(), *symptom);
    }
    if let Some((spell, _)) = course.recovered() {
        return ("recovered", spell.symptom);
    }
    let noted = course.turns.iter().rev().find(|turn| turn.condition == Condition::Noted);
    let turn = noted.or_else(|| course.turns.first());
    (Condition::Noted.as_str(), turn.map_or(Symptom::Changed, |turn| turn.symptom))
}

fn title(course: &Course) -> Statement {
    let (condition, symptom) = state(course);
    Statement::new(S::TitleHealth)
        .with("device", device(course))
        .word("symptom", symptom.as_str())
        .word("condition", condition)
}

/// Names the appliance.
pub(super) fn device(course: &Course) -> Value {
    Value::Inside(course.device.as_str().to_owned())
}

/// Says what a turn shows.
fn saw(course: &Course, turn: &Turn) -> Statement {
    if turn.condition == Condition::Well {
        return Statement::new(S::SawHealthOver)
            .with("device", device(course))
            .word("symptom", turn.symptom.as_str())
            .text("object", &turn.object)
            .with("span", Value::Span(turn.at.since(turn.since)));
    }
    // Trouble that is said to last happened once.
    let mut statement = Statement::new(S::SawHealth)
        .with("device", device(course))
        .word("symptom", turn.symptom.as_str())
        .text("object", &turn.object)
        .with("since", turn.since)
        .with("count", if turn.condition == Condition::Noted { turn.count.max(1) } else { 1 });
    if let Some(value) = turn.value {
        statement = statement.with("value", value);
    }
    if let Some(usual) = turn.usual {
        statement = statement.with("usual", usual);
    }
    statement
}

/// The condition's way, as the evidence's own times tell it.
fn history(course: &Course) -> Vec<History> {
    let mut parts = std::collections::BTreeMap::new();
    let mut condition = Condition::Well;
    let mut history: Vec<History> = Vec::new();
    for turn in &course.turns {
        parts.insert((turn.symptom, &turn.object), turn.condition);
        let now = parts.values().copied().filter(|condition| condition.lasts()).max();
        let now = now.unwrap_or(Condition::Well);
        let noted = turn.condition == Condition::Noted && turn.before != Condition::Noted;
        if now == condition && !noted {
            continue;
        }
        condition = now;
        let revision = u32::try_from(history.len() + 1).unwrap_or(u32::MAX);
        let (by, why) = ("engine".to_owned(), turn.symptom.as_str().to_owned());
        history.push(History { revision, at: turn.at, level: None, by, why });
    }
    let tail = history.len().saturating_sub(MAX_HISTORY / 2);
    let mut place = 0;
    history.retain(|_| {
        place += 1;
        place <= MAX_HISTORY / 2 || place > tail
    });
    history
}
