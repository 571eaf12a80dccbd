//! Blind times: what an incident may not claim while an appliance told nothing.

#![allow(clippy::unwrap_used, reason = "a broken fixture ends the test")]

mod common;

use common::*;
use hinomi_correlate::{Blind, blind_times, with_blind_times};
use hinomi_model::Condition::{Degraded, Down, Noted, Well};
use hinomi_model::StatementKey as S;
use hinomi_model::{
    Confidence, DeviceId, Disposition, EventTime, Finding, FindingKind, Incident, Infection, Outcome,
    Settings, Statement, Symptom, Value,
};
use proptest::prelude::*;

const HOUR: i64 = 60;

fn minutes(minutes: i64) -> EventTime {
    START.plus(minutes * 60)
}

fn blind(from: i64, until: Option<i64>) -> Blind {
    Blind {
        device: DeviceId::new("FGT60FTK20000002"),
        from: minutes(from),
        until: until.map(minutes),
        symptom: Symptom::Silent,
    }
}

fn seen_with(findings: &[Finding], blind: &[Blind]) -> Incident {
    let mut incident = incidents(findings).remove(0);
    with_blind_times(&mut incident, blind, &Settings::default());
    incident
}

fn keys(statements: &[Statement]) -> Vec<S> {
    statements.iter().map(|statement| statement.key).collect()
}

/// Since and until of each blind time, in minutes.
fn times(findings: &[Finding], members: usize) -> Vec<(i64, Option<i64>)> {
    let found = blind_times(&state_of(findings), members, &Settings::default());
    let minutes = |time: EventTime| time.since(START) / 60;
    found.iter().map(|blind| (minutes(blind.from), blind.until.map(minutes))).collect()
}

/// A recovery told at a minute, from a trouble that began and ended at others.
fn over(symptom: Symptom, object: &str, told: i64, began: i64, ended: i64) -> Finding {
    with(turn(symptom, Well, object, told), |finding| {
        let health = finding.health.as_mut().unwrap();
        health.since = minutes(began);
        health.value = Some(u64::try_from(ended - began).unwrap());
    })
}

#[test]
fn a_blocked_attack_is_no_proof_of_health_while_an_appliance_is_silent() {
    let findings = [exploit(Disposition::Blocked, 0)];
    let before = seen_with(&findings, &[]);
    assert_eq!(before.core.infection, Infection::NotInfected);
    let incident = seen_with(&findings, &[blind(-5, Some(30))]);
    assert_eq!(incident.core.infection, Infection::Unknown);
    assert_eq!(incident.core.confidence, Confidence::Low);
    assert_eq!(keys(&incident.assessment.infection), [S::UnknownInfectionBlind]);
    assert_eq!(keys(&incident.assessment.impact), [S::ImpactBlind]);
    let said = &incident.assessment.unknowns[0];
    assert_eq!(said.key, S::UnknownBlind);
    assert_eq!(said.arg("device"), Some(&Value::Inside("FGT60FTK20000002".to_owned())));
    assert_eq!(said.arg("since"), Some(&Value::Time(minutes(-5))));
    assert_eq!(said.arg("until"), Some(&Value::Time(minutes(30))));
    // What is proven stays: the level, its reasons and that this attack was stopped.
    assert_eq!((incident.core.level, &incident.reasons), (before.core.level, &before.reasons));
    assert_eq!(incident.core.outcome, Outcome::Blocked);
}

#[test]
fn a_blind_time_counts_from_the_first_evidence_until_the_incident_is_over() {
    let findings = [exploit(Disposition::Blocked, 0), exploit(Disposition::Blocked, 2 * HOUR)];
    for (from, until, is_touched) in [
        (-90, Some(-1), false),
        (-90, Some(0), true),
        (HOUR, Some(HOUR + 10), true),
        (25 * HOUR, Some(40 * HOUR), true),
        (26 * HOUR, None, true),
        (26 * HOUR + 1, None, false),
        (-90, None, true),
    ] {
        let incident = seen_with(&findings, &[blind(from, until)]);
        let is_unknown = incident.core.infection == Infection::Unknown;
        assert_eq!(is_unknown, is_touched, "{from} {until:?}");
        assert_eq!(incident.assessment.unknowns.iter().any(|said| said.key == S::UnknownBlind), is_touched);
    }
}

#[test]
fn an_incident_of_any_level_says_when_nobody_could_see() {
    let infected = seen_with(&[beacon_on(34)], &[blind(-5, None)]);
    assert_eq!(infected.core.infection, Infection::Infected);
    assert_eq!(infected.assessment.unknowns[0].key, S::UnknownBlind);
    assert_eq!(infected.assessment.unknowns[0].arg("until"), None);
    assert!(!keys(&infected.assessment.infection).contains(&S::UnknownInfectionBlind));
    let open = seen_with(&[exploit(Disposition::Detected, 0)], &[blind(-5, None)]);
    assert_eq!((open.core.level.unwrap().number(), open.core.infection), (2, Infection::Unknown));
    assert_eq!(open.assessment.unknowns[0].key, S::UnknownBlind);
    assert!(!keys(&open.assessment.infection).contains(&S::UnknownInfectionBlind));
}

#[test]
fn a_flood_that_was_not_stopped_claims_no_more_than_a_blocked_one() {
    let flood = with(found(FindingKind::DenialOfService, Disposition::Detected, 0), |finding| {
        finding.direction = hinomi_model::Direction::Inbound;
    });
    let claimed =
        |blind: &[Blind]| keys(&seen_with(std::slice::from_ref(&flood), blind).assessment.infection);
    assert_eq!(claimed(&[]), [S::NotInfectedFailed]);
    assert_eq!(claimed(&[blind(0, None)]), [S::UnknownInfectionBlind]);
}

#[test]
fn an_incident_names_the_longest_blind_times_in_order() {
    let many: Vec<Blind> = (0..20).map(|n| blind(n * 10, Some(n * 10 + 1 + n % 10))).collect();
    let incident = seen_with(&[exploit(Disposition::Blocked, 0)], &many);
    let named: Vec<EventTime> = incident
        .assessment
        .unknowns
        .iter()
        .filter(|said| said.key == S::UnknownBlind)
        .map(|said| match said.arg("since") {
            Some(Value::Time(since)) => *since,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(named, [60, 70, 80, 90, 160, 170, 180, 190].map(minutes));
}

#[test]
fn health_incidents_have_no_blind_times() {
    let silence = [turn(Symptom::Silent, Down, "", 0)];
    let plain = seen_with(&silence, &[]);
    assert_eq!(seen_with(&silence, &[blind(-5, None)]), plain);
}

#[test]
fn a_silence_lasts_from_the_last_line_to_the_first_and_not_until_it_was_told() {
    let silent = turn(Symptom::Silent, Down, "", 10);
    assert_eq!(times(std::slice::from_ref(&silent), 1), [(0, None)]);
    assert_eq!(times(&[silent, over(Symptom::Silent, "", 95, 0, 90)], 1), [(0, Some(90))]);
    // Without a word how long it lasted it lasted until it was told to be over.
    let silent = turn(Symptom::Silent, Down, "", 10);
    assert_eq!(times(&[silent, turn(Symptom::Silent, Well, "", 95)], 1), [(0, Some(95))]);
}

#[test]
fn a_pair_is_blind_while_both_of_its_members_are() {
    let member = |name: &str, at| turn(Symptom::Silent, Down, name, at);
    let one = [member("a", 10), over(Symptom::Silent, "a", 100, 0, 95)];
    assert_eq!(times(&one, 2), []);
    assert_eq!(times(&one, 1), [(0, Some(95))]);
    let both = [member("a", 10), member("b", 40), over(Symptom::Silent, "a", 100, 0, 95)];
    assert_eq!(times(&both, 2), [(30, Some(95))]);
    // One function of both, and another one of one.
    let function = |name: &str, at| turn(Symptom::FunctionSilent, Degraded, name, at);
    let found = [function("a ips", 10), function("b ips", 20), function("a dns", 10)];
    assert_eq!(times(&found, 2), [(10, None)]);
    // A wrong clock of either makes its times wrong.
    assert_eq!(times(&[turn(Symptom::ClockWrong, Degraded, "a", 10)], 2), [(0, None)]);
}

#[test]
fn only_missing_records_and_wrong_times_are_blind_times() {
    let found = |symptom, condition| times(&[turn(symptom, condition, "", 10)], 1).len();
    for symptom in [Symptom::Silent, Symptom::FunctionSilent, Symptom::SequenceGap, Symptom::LogsDropped] {
        assert_eq!(found(symptom, symptom.condition()), 1, "{symptom}");
    }
    assert_eq!(found(Symptom::ClockSet, Noted), 0);
    assert_eq!(found(Symptom::TimeServerLost, Degraded), 0);
    assert_eq!(found(Symptom::LoggingDisabled, Noted), 0);
    assert_eq!(times(&[exploit(Disposition::Blocked, 0)], 1), []);
}

proptest! {
    #[test]
    fn what_is_said_depends_on_no_order(
        mut spans in prop::collection::vec((-2_000_i64..2_000, prop::option::of(0_i64..900)), 0..24),
    ) {
        let all = |spans: &[(i64, Option<i64>)]| -> Vec<Blind> {
            spans.iter().map(|(from, lasted)| blind(*from, lasted.map(|lasted| from + lasted))).collect()
        };
        let findings = [exploit(Disposition::Blocked, 0)];
        let first = seen_with(&findings, &all(&spans));
        spans.reverse();
        prop_assert_eq!(first, seen_with(&findings, &all(&spans)));
    }
}
