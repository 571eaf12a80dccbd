//! Who is told what, when: the stories 53 to 57 at the level of findings, and the tenant's limits.

#![allow(clippy::unwrap_used, reason = "a broken fixture ends the test")]

mod common;

use common::*;
use hinomi_correlate::{Act, ActKind, Due, Engine, Ledger, NoKnowledge, Parcel, Step, SubjectState};
use hinomi_model::Disposition::{Blocked, Detected};
use hinomi_model::{Channel, Finding, FindingKind as K, Host, Role, Settings, Subject};

/// What was told: kind, level, minutes after the start, channels.
type Line = (&'static str, u8, i64, Vec<&'static str>);

fn line(due: &Due) -> Line {
    let kind = due.kind.as_str();
    let channels = due.to.iter().map(|(_, channel)| channel.as_str()).collect();
    (kind, due.level.number(), due.at.since(START) / 60, channels)
}

struct Run {
    state: SubjectState,
    told: Vec<Line>,
}

impl Run {
    fn new(subject: Subject) -> Self {
        let tenant = hinomi_model::TenantId::new("default");
        Run { state: SubjectState::new(tenant, subject), told: Vec::new() }
    }

    fn with(&mut self, work: impl FnOnce(&Engine<'_>, &mut SubjectState) -> Step) -> Step {
        let settings = Settings::default();
        let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
        let step = work(&engine, &mut self.state);
        self.told.extend(step.due.iter().map(line));
        step
    }

    /// Steps through findings and then to a minute.
    fn until(&mut self, findings: &[Finding], minutes: i64) -> Step {
        let registry = registry();
        self.with(|engine, state| {
            engine.step(state, &registry.tenants()[0], findings, START.plus(minutes * 60))
        })
    }
}

fn told(findings: &[Finding], minutes: i64) -> Vec<Line> {
    let mut run = Run::new(findings[0].subject.clone());
    run.until(findings, minutes);
    run.told
}

#[test]
fn story_53_told_once_then_only_news() {
    let mut findings = vec![malware(Detected, 0)];
    let beacon = |minutes| signature(found(K::CcPayload, Detected, minutes), "Made.Botnet");
    findings.extend((1..=40).map(|n| beacon(n * 7)));
    let expected: Vec<Line> =
        vec![("first", 3, 0, vec!["email", "sms"]), ("update", 4, 7, vec!["email", "sms"])];
    assert_eq!(told(&findings, 300), expected);
    findings.push(signature(found(K::CcPayload, Detected, 10), "Other.Rat"));
    let with_news = [expected, vec![("update", 4, 67, vec!["email"])]].concat();
    assert_eq!(told(&findings, 300), with_news, "a new family, an hour after the last notice");
}

#[test]
fn story_54_two_becomes_four() {
    let findings = [look_up(0), look_up(28), look_up(30)];
    let expected: Vec<Line> = vec![("first", 2, 10, vec!["email"]), ("update", 4, 30, vec!["email", "sms"])];
    assert_eq!(told(&findings, 60), expected);
}

#[test]
fn story_55_settled_within_the_hold_is_not_told() {
    let failed = with(exploit(Detected, 1), |f| f.kind = K::SessionFailed);
    assert_eq!(told(&[exploit(Detected, 0), failed.clone()], 60), []);
    let late = with(failed, |f| {
        f.first = START.plus(20 * 60);
        f.last = f.first;
    });
    let expected: Vec<Line> = vec![("first", 2, 10, vec!["email"]), ("correction", 1, 20, vec!["email"])];
    assert_eq!(told(&[exploit(Detected, 0), late], 60), expected);
}

#[test]
fn story_57_false_positive_is_corrected_on_the_same_channels() {
    let mut run = Run::new(Subject::Host(host()));
    let beacon = signature(found(K::CcPayload, Detected, 0), "Made.Botnet");
    let incident = run.until(&[beacon], 1).incidents[0].core.id;
    let registry = registry();
    let act = Act {
        incident,
        at: START.plus(3600),
        by: "analyst".to_owned(),
        why: "our own red team".to_owned(),
        what: ActKind::FalsePositive,
    };
    run.with(|engine, state| engine.act(state, &registry.tenants()[0], act.clone()));
    let step = run.with(|engine, state| engine.act(state, &registry.tenants()[0], act));
    assert!(step.is_empty(), "the same act again is nothing");
    let expected: Vec<Line> =
        vec![("first", 4, 0, vec!["email", "sms"]), ("correction", 0, 60, vec!["email", "sms"])];
    assert_eq!(run.told, expected);
}

#[test]
fn closed_is_told_a_day_after_the_last_evidence() {
    let beacon = signature(found(K::CcPayload, Detected, 0), "Made.Botnet");
    let lines = told(&[beacon], 2000);
    assert_eq!(lines.last().unwrap().0, "closed");
    assert_eq!(lines.len(), 2);
}

#[test]
fn guests_are_told_by_mail_only() {
    let beacon = with(signature(found(K::CcPayload, Detected, 0), "Made.Botnet"), |f| {
        f.host = Some(Host { ip: host(), name: None, role: Role::Guest });
    });
    assert_eq!(told(&[beacon], 5), [("first", 4, 0, vec!["email"])]);
}

#[test]
fn level_1_is_told_to_nobody() {
    assert_eq!(told(&[malware(Blocked, 0)], 60), []);
}

#[test]
fn notices_do_not_depend_on_batches() {
    let mut ordered: Vec<Finding> =
        (0..9).map(|n| look_up(n * 13)).chain([malware(Detected, 40), exploit(Detected, 55)]).collect();
    ordered.sort_by_key(|finding| (finding.last, finding.id));
    let whole = told(&ordered, 300);
    for size in 1..=5 {
        let mut run = Run::new(Subject::Host(host()));
        for batch in ordered.chunks(size) {
            // Each batch is followed by its repeat, and by a state that was written and read.
            run.until(batch, 0);
            run.until(batch, 0);
            run.state = SubjectState::decode(&run.state.encode()).unwrap();
        }
        run.until(&[], 300);
        assert_eq!(run.told, whole, "batches of {size}");
    }
}

fn four(n: u8) -> Due {
    let mut run = Run::new(Subject::Host(host()));
    let beacon = with(signature(found(K::CcPayload, Detected, i64::from(n)), "Made.Botnet"), |f| {
        let ip = ip(&format!("10.1.12.{n}"));
        f.subject = Subject::Host(ip);
        f.host = Some(Host { ip, name: None, role: Role::Client });
    });
    run.state.subject = beacon.subject.clone();
    let minutes = i64::from(n);
    run.until(&[beacon], minutes).due.remove(0)
}

#[test]
fn story_56_ten_hosts_in_ten_minutes_are_three_sms() {
    let registry = registry();
    let settings = Settings::default();
    let tenant = &registry.tenants()[0];
    let mut ledger = Ledger::default();
    let mut parcels: Vec<Parcel> = Vec::new();
    for n in 0..10 {
        parcels.extend(ledger.admit(four(n), tenant, &settings));
    }
    let end = START.plus(3600);
    assert_eq!(ledger.next_wake(&settings), Some(START.plus(12 * 60)));
    parcels.extend(ledger.wake(tenant, &settings, end));
    let mails =
        parcels.iter().filter(|p| matches!(p, Parcel::Notice { channel: Channel::Email, .. })).count();
    let sms = parcels.iter().filter(|p| matches!(p, Parcel::Notice { channel: Channel::Sms, .. })).count();
    let folded: Vec<usize> = parcels
        .iter()
        .filter_map(|p| match p {
            Parcel::Folded { others, .. } => Some(others.len()),
            _ => None,
        })
        .collect();
    assert_eq!((mails, sms, folded), (10, 2, vec![7]));
    let again: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
    assert_eq!(again, ledger);
}

#[test]
fn a_fourth_sms_waits_for_the_hour() {
    let registry = registry();
    let settings = Settings::default();
    let tenant = &registry.tenants()[0];
    let mut ledger = Ledger::default();
    for n in 0..3 {
        ledger.admit(four(n), tenant, &settings);
    }
    assert_eq!(ledger.wake(tenant, &settings, START.plus(20 * 60)).len(), 1);
    ledger.admit(four(30), tenant, &settings);
    let next = ledger.next_wake(&settings).unwrap();
    assert_eq!(next, START.plus(3600), "when the first of the three is an hour old");
    assert_eq!(ledger.wake(tenant, &settings, next).len(), 1);
}
