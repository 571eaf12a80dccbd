//! Incidents of health: which turns they are made of, and who is told of them when.

#![allow(clippy::unwrap_used, reason = "a broken fixture ends the test")]

mod common;

use common::*;
use hinomi_correlate::{Due, Engine, Ledger, NoKnowledge, Step, SubjectState};
use hinomi_model::Condition::{Degraded, Down, Noted, Well};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Actor, Channel, Finding, Incident, IncidentKind, Problem, Settings, Status, Symptom, TenantId,
};
use proptest::prelude::*;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Somebody who is always there, somebody who has office hours, somebody who is told of attacks alone; work is planned
/// on Wednesday from two to four in the morning. All in Tokyo, where the start is a Tuesday at ten.
fn town() -> Registry {
    Registry::from_yaml(
        r#"version: 1
tenants:
  - id: default
    name: {ja: 町, en: Town}
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    office_hours: {days: mon-fri, from: "08:30", to: "18:00"}
    maintenance: [{days: wed, from: "02:00", to: "04:00", reason: backup}]
    contacts:
      - {id: duty, email: duty@town.example, sms: "+819000000001", for: [health, attack]}
      - {id: office, email: office@town.example, hours: office, for: [health]}
      - {id: chief, email: chief@town.example, for: [attack]}
"#,
    )
    .unwrap()
}

/// What was told: kind, minutes after the start, to whom.
type Line = (&'static str, i64, Vec<String>);

struct Run {
    registry: Registry,
    state: SubjectState,
    told: Vec<Line>,
    due: Vec<Due>,
}

impl Run {
    fn new(first: &Finding) -> Self {
        let state = SubjectState::new(TenantId::new("default"), first.subject.clone());
        Run { registry: town(), state, told: Vec::new(), due: Vec::new() }
    }

    fn with(&mut self, work: impl FnOnce(&Engine<'_>, &Registry, &mut SubjectState) -> Step) -> Step {
        let settings = Settings::default();
        let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
        let step = work(&engine, &self.registry, &mut self.state);
        self.state = SubjectState::decode(&self.state.encode()).unwrap();
        for due in &step.due {
            assert!(due.level.is_none() && due.is_by_mail());
            let to = due.to.iter().map(|(contact, channel)| {
                assert_eq!(*channel, Channel::Email);
                contact.clone()
            });
            self.told.push((due.kind.as_str(), due.at.since(START) / 60, to.collect()));
        }
        self.due.extend(step.due.iter().cloned());
        step
    }

    fn until(&mut self, findings: &[Finding], minutes: i64) -> Step {
        let now = START.plus(minutes * 60);
        self.with(|engine, town, state| engine.step(state, &town.tenants()[0], findings, now))
    }
}

fn told(findings: &[Finding], minutes: i64) -> Vec<Line> {
    let mut run = Run::new(&findings[0]);
    run.until(findings, minutes);
    run.told
}

fn both() -> Vec<String> {
    vec!["duty".to_owned(), "office".to_owned()]
}

fn silent(minutes: i64) -> Finding {
    turn(Symptom::Silent, Down, "", minutes)
}

fn heard(minutes: i64) -> Finding {
    turn(Symptom::Silent, Well, "", minutes)
}

fn link(condition: hinomi_model::Condition, port: &str, minutes: i64) -> Finding {
    turn(Symptom::InterfaceDown, condition, port, minutes)
}

/// The incidents of findings, as they are some minutes after the start.
fn health(findings: &[Finding], minutes: i64) -> Vec<Incident> {
    let settings = Settings::default();
    let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
    engine.incidents(&state_of(findings), &town().tenants()[0], START.plus(minutes * 60))
}

#[test]
fn trouble_and_recovery_are_one_incident_without_a_level() {
    let all = health(&[silent(0), heard(90)], 91);
    let [incident] = all.as_slice() else { panic!("{} incidents", all.len()) };
    let core = &incident.core;
    assert_eq!(
        (core.kind, core.level, core.problem),
        (IncidentKind::Health, None, Some(Problem::LogSilence))
    );
    assert_eq!(
        (core.status, core.first_seen, core.last_seen),
        (Status::Recovered, START, START.plus(90 * 60))
    );
    assert_eq!((core.devices.len(), core.hosts.len(), core.stages.len()), (1, 0, 0));
    let history: Vec<(&str, i64)> =
        core.history.iter().map(|change| (change.why.as_str(), change.at.since(START) / 60)).collect();
    assert_eq!(history, [("silent", 0), ("silent", 90)]);
    assert_eq!((incident.facts.len(), incident.evidence.len()), (2, 2));
    assert!(incident.facts.iter().all(|fact| !fact.lines.is_empty()));
}

#[test]
fn the_status_follows_the_clock() {
    let lasting = [silent(0)];
    let over = [silent(0), heard(60)];
    let happened = [turn(Symptom::Changed, Noted, "admin", 0)];
    let status = |findings: &[Finding], minutes| health(findings, minutes)[0].core.status;
    assert_eq!(status(&lasting, 100 * DAY), Status::Open);
    assert_eq!((status(&over, DAY), status(&over, DAY + 61)), (Status::Recovered, Status::Closed));
    assert_eq!((status(&happened, DAY), status(&happened, DAY + 1)), (Status::Open, Status::Closed));
    let then_happened = [
        turn(Symptom::HaMemberLost, Degraded, "", 0),
        turn(Symptom::HaMemberLost, Well, "", 9),
        turn(Symptom::HaFailover, Noted, "", 20),
    ];
    assert_eq!(
        status(&then_happened, 30),
        Status::Open,
        "what happened after the recovery is to be looked at"
    );
}

#[test]
fn a_day_of_being_well_ends_an_incident() {
    let near = [silent(0), heard(60), silent(DAY + 60)];
    let far = [silent(0), heard(60), silent(DAY + 61)];
    assert_eq!((health(&near, DAY + 70).len(), health(&far, DAY + 70).len()), (1, 2));
    let two = health(&far, DAY + 70);
    assert_eq!(two[1].core.predecessor, Some(two[0].core.id));
    assert_eq!((two[0].core.status, two[1].core.status), (Status::Closed, Status::Open));
}

#[test]
fn what_comes_late_joins_two_incidents_and_the_ids_are_aliases() {
    let (first, second) = ([silent(0), heard(60)], silent(DAY + 61));
    let before = health(&[first[0].clone(), first[1].clone(), second.clone()], DAY + 70);
    let joined = health(&[first[0].clone(), first[1].clone(), second, silent(70), heard(75)], DAY + 70);
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0].core.id, before[0].core.id);
    assert!(joined[0].core.aliases.contains(&before[1].core.id));
}

#[test]
fn trouble_lasts_for_months_and_is_one_incident_in_a_small_state() {
    let mut run = Run::new(&silent(0));
    let id = run.until(&[silent(0)], 1).incidents[0].core.id;
    // Whoever watches says every day that it lasts.
    for day in 1..200 {
        run.until(&[silent(day * DAY)], day * DAY + 1);
    }
    assert!(run.state.encode().len() < 64_000, "{}", run.state.encode().len());
    let step = run.until(&[heard(203 * DAY)], 203 * DAY + 1);
    assert_eq!((step.incidents.len(), step.incidents[0].core.id), (1, id));
    assert_eq!(run.told, [("down", 0, both()), ("recovered", 203 * DAY, both())]);
    let incident = &step.incidents[0];
    assert_eq!(incident.core.first_seen, START);
}

#[test]
fn what_only_happens_does_not_chain_for_ever() {
    let changes: Vec<Finding> =
        (0..20).map(|day| turn(Symptom::Changed, Noted, "admin", day * 20 * HOUR)).collect();
    let all = health(&changes, 20 * 20 * HOUR);
    assert!(all.len() >= 2, "{}", all.len());
    let longest = all.iter().map(|incident| incident.core.last_seen.since(incident.core.first_seen)).max();
    assert!(longest.unwrap() <= 8 * 86_400);
}

#[test]
fn who_was_not_ill_does_not_recover() {
    assert!(health(&[heard(0)], 1).is_empty());
    assert_eq!(told(&[heard(0)], 100), []);
}

#[test]
fn worse_is_told_better_is_not_and_what_lasts_is_told_once() {
    let memory = |condition, minutes| turn(Symptom::MemoryUse, condition, "", minutes);
    let conserve = |condition, minutes| turn(Symptom::ConserveMode, condition, "", minutes);
    let findings = [
        memory(Degraded, 0),
        memory(Degraded, 5),
        conserve(Down, 10),
        conserve(Down, 20),
        conserve(Well, 30),
        memory(Well, 50),
    ];
    let expected: Vec<Line> = vec![("degraded", 0, both()), ("down", 10, both()), ("recovered", 50, both())];
    assert_eq!(told(&findings, 300), expected);
}

#[test]
fn another_part_in_trouble_is_news_once_an_hour() {
    let findings = [
        link(Degraded, "port1", 0),
        link(Degraded, "port2", 10),
        link(Degraded, "port3", 20),
        link(Well, "port2", 80),
        link(Well, "port1", 90),
        link(Well, "port3", 95),
    ];
    let expected: Vec<Line> =
        vec![("degraded", 0, both()), ("degraded", 60, both()), ("recovered", 95, both())];
    assert_eq!(told(&findings, 300), expected);
}

#[test]
fn what_happens_is_told_once_an_hour_with_what_came_meanwhile() {
    let happened = |minutes| turn(Symptom::Changed, Noted, "admin", minutes);
    let findings: Vec<Finding> = [0, 5, 10, 59, 61].map(happened).to_vec();
    let expected: Vec<Line> = vec![("noted", 0, both()), ("noted", 60, both()), ("noted", 120, both())];
    assert_eq!(told(&findings, 300), expected);
    let mut run = Run::new(&findings[0]);
    run.until(&findings, 300);
    assert_eq!(run.due[1].incident.facts.len(), 4, "the second mail tells what came meanwhile");
}

#[test]
fn whoever_is_not_at_work_is_told_in_the_morning_as_it_then_stands() {
    // The start is ten in the morning; work ends at six and begins at half past eight.
    let (evening, morning) = (10 * HOUR, 22 * HOUR + 30);
    let duty = || vec!["duty".to_owned()];
    let office = || vec!["office".to_owned()];
    let lasting = told(&[silent(evening)], 2 * DAY);
    assert_eq!(lasting, [("down", evening, duty()), ("down", morning, office())]);
    let over = told(&[silent(evening), heard(evening + 60)], 2 * DAY);
    let expected: Vec<Line> = vec![
        ("down", evening, duty()),
        ("recovered", evening + 60, duty()),
        ("recovered", morning, office()),
    ];
    assert_eq!(over, expected);
    let happened = told(&[turn(Symptom::Changed, Noted, "admin", evening)], 2 * DAY);
    assert_eq!(happened, [("noted", evening, duty()), ("noted", morning, office())]);
}

#[test]
fn recovery_is_told_to_whoever_was_told_of_the_trouble() {
    // Told at work on Tuesday, over in the evening: the one with office hours hears of it the next morning.
    let findings = [silent(HOUR), heard(10 * HOUR)];
    let expected: Vec<Line> = vec![
        ("down", HOUR, both()),
        ("recovered", 10 * HOUR, vec!["duty".to_owned()]),
        ("recovered", 22 * HOUR + 30, vec!["office".to_owned()]),
    ];
    assert_eq!(told(&findings, 2 * DAY), expected);
}

#[test]
fn planned_work_holds_back_what_begins_in_it() {
    // Wednesday from two to four in the morning in Tokyo.
    let (from, to) = (16 * HOUR, 18 * HOUR);
    let duty = |kind, minutes| (kind, minutes, vec!["duty".to_owned()]);
    assert_eq!(told(&[silent(from + 5), heard(to - 5)], 2 * DAY), [], "over when the work ends");
    let lasting = told(&[silent(from + 5)], to + 10);
    assert_eq!(lasting, [duty("down", to)]);
    let before = told(&[silent(from - 5)], to + 10);
    assert_eq!(before, [duty("down", from - 5)], "it did not begin in the work");
    let happened = turn(Symptom::Changed, Noted, "admin", from + 5);
    assert_eq!(told(&[happened], 2 * DAY), [], "what happens in planned work is the work");
}

#[test]
fn old_data_that_is_read_again_is_told_to_nobody() {
    let quietly = |run: &mut Run, findings: &[Finding]| {
        run.with(|engine, town, state| engine.step_quietly(state, &town.tenants()[0], findings))
    };
    let mut run = Run::new(&silent(0));
    quietly(&mut run, &[silent(0)]);
    run.until(&[heard(60)], 61);
    assert_eq!(run.told, []);
    run.until(&[silent(120)], 121);
    assert_eq!(run.told, [("down", 120, both())], "what is new is told");
    let mut worse = Run::new(&turn(Symptom::MemoryUse, Degraded, "", 0));
    quietly(&mut worse, &[turn(Symptom::MemoryUse, Degraded, "", 0)]);
    worse.until(&[turn(Symptom::ConserveMode, Down, "", 5)], 6);
    assert_eq!(worse.told, [("down", 5, both())]);
}

#[test]
fn the_ledger_lets_mails_of_health_go_at_once() {
    let mut run = Run::new(&silent(0));
    run.until(&[silent(0)], 1);
    let parcels = Ledger::default().admit(&run.due[0], &run.registry.tenants()[0], &Settings::default());
    assert_eq!(parcels.len(), 2);
    let ids: std::collections::BTreeSet<String> = parcels.iter().map(hinomi_correlate::Parcel::id).collect();
    assert_eq!(ids.len(), 2);
    let again: Due = serde_json::from_str(&serde_json::to_string(&run.due[0]).unwrap()).unwrap();
    assert_eq!(again, run.due[0]);
}

#[test]
fn every_symptom_has_its_answers() {
    for symptom in Symptom::ALL {
        let [incident] = &health(&[turn(*symptom, symptom.condition(), "part", 0)], 1)[..] else {
            panic!("{symptom}")
        };
        let assessment = &incident.assessment;
        assert!(!assessment.infection.is_empty() && !assessment.impact.is_empty(), "{symptom}");
        assert!(!assessment.cause.is_empty(), "{symptom}");
        let asked = assessment.countermeasures.iter().any(|measure| measure.by == Actor::Customer);
        assert!(asked, "{symptom} says what to do");
    }
}

#[test]
fn a_flood_of_parts_keeps_the_state_small_and_recovers() {
    let parts = |condition, minutes| {
        (0..400).map(move |n| turn(Symptom::TunnelDown, condition, &format!("tunnel{n:03}"), minutes))
    };
    let findings: Vec<Finding> = parts(Degraded, 0).chain(parts(Well, 10)).collect();
    let state = state_of(&findings);
    assert!(state.over && state.encode().len() < 400_000, "{}", state.encode().len());
    let all = health(&findings, 20);
    assert_eq!((all.len(), all[0].core.status), (1, Status::Recovered));
    assert!(all[0].facts.len() <= Incident::MAX_FACTS && all[0].evidence.len() <= Incident::MAX_EVIDENCE);
}

/// A turn of one of the log problem's symptoms within 40 days.
fn any_turn() -> impl Strategy<Value = Finding> {
    let symptoms = [Symptom::Silent, Symptom::FunctionSilent, Symptom::SequenceGap];
    let conditions = [Well, Noted, Degraded, Down];
    (0i64..2 * 1_440, 0usize..3, 0usize..4, 0u8..3).prop_map(move |(minutes, symptom, condition, part)| {
        turn(symptoms[symptom], conditions[condition], &format!("part{part}"), minutes)
    })
}

fn play(batches: &[Vec<Finding>]) -> String {
    let registry = town();
    let settings = Settings::default();
    let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
    let mut state = SubjectState::new(TenantId::new("default"), silent(0).subject);
    for batch in batches {
        let clock = state.clock;
        engine.step(&mut state, &registry.tenants()[0], batch, clock);
        state = SubjectState::decode(&state.encode()).unwrap();
    }
    let end = START.plus(3 * 86_400);
    serde_json::to_string_pretty(&engine.incidents(&state, &registry.tenants()[0], end)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_repeats_and_batches_change_nothing(
        (findings, shuffled) in prop::collection::vec(any_turn(), 1..30)
            .prop_flat_map(|findings| (Just(findings.clone()), Just(findings).prop_shuffle())),
        size in 1usize..9,
        repeat in any::<prop::sample::Index>(),
    ) {
        let whole = play(&[findings]);
        let mut batches: Vec<Vec<Finding>> = shuffled.chunks(size).map(<[Finding]>::to_vec).collect();
        let again = batches[repeat.index(batches.len())].clone();
        batches.push(again);
        prop_assert_eq!(whole, play(&batches));
    }

    /// Over months, in time order: what is forgotten changes neither the ids nor how things stand.
    #[test]
    fn forgetting_changes_nothing_that_is_known(
        mut findings in prop::collection::vec(any_turn(), 1..30), stretch in 1i64..60,
    ) {
        for finding in &mut findings {
            let minutes = finding.last.since(START) / 60 * stretch;
            let health = finding.health.clone().unwrap();
            *finding = turn(health.symptom, health.condition, &health.object, minutes);
        }
        findings.sort_by_key(|finding| (finding.last, finding.health.as_ref().unwrap().condition));
        let end = findings.last().unwrap().last.since(START) / 60;
        let whole = {
            let mut endless = SubjectState::new(TenantId::new("default"), silent(0).subject);
            let settings = Settings { unscannable_memory: 400 * 86_400, ..Settings::default() };
            for finding in &findings { endless.join(finding, &settings); }
            let engine = Engine { settings: &Settings::default(), knowledge: &NoKnowledge };
            engine.incidents(&endless, &town().tenants()[0], START.plus(end * 60))
        };
        let kept = health(&findings, end);
        let ids = |all: &[Incident]| -> Vec<_> {
            all.iter().map(|one| (one.core.id, one.core.status)).collect()
        };
        // What is closed and beyond reach is forgotten; what is left is as if nothing had been.
        let (whole, kept) = (ids(&whole), ids(&kept));
        prop_assert!(whole.ends_with(&kept), "{kept:?}\n{whole:?}");
        prop_assert!(!kept.is_empty() || whole.iter().all(|(_, status)| *status == Status::Closed));
    }
}
