//! Who is told what, when: the stories 53 to 57 at the level of findings, and the tenant's limits.

#![allow(clippy::unwrap_used, reason = "a broken fixture ends the test")]

mod common;

use common::*;
use hinomi_correlate::{Act, ActKind, Due, Engine, Ledger, NoKnowledge, Parcel, Step, SubjectState};
use hinomi_model::Disposition::{Blocked, Detected};
use hinomi_model::registry::Registry;
use hinomi_model::{Channel, Finding, FindingKind as K, Host, Role, Settings, Subject};

/// What was told: kind, level, minutes after the start, channels.
type Line = (&'static str, u8, i64, Vec<&'static str>);

fn line(due: &Due) -> Line {
    let kind = due.kind.as_str();
    let channels = due.to.iter().map(|(_, channel)| channel.as_str()).collect();
    (kind, due.level.unwrap().number(), due.at.since(START) / 60, channels)
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
        self.until_for(&registry(), findings, minutes)
    }

    /// The same for a tenant of one's own.
    fn until_for(&mut self, registry: &Registry, findings: &[Finding], minutes: i64) -> Step {
        let now = START.plus(minutes * 60);
        self.with(|engine, state| engine.step(state, &registry.tenants()[0], findings, now))
    }
}

/// A tenant with two contacts, one after the other, and what else is said of it and of the second.
fn town(rest: &str, second: &str) -> Registry {
    let yaml = format!(
        r#"version: 1
tenants:
  - id: default
    name: {{ja: 町, en: Town}}
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
{rest}
    contacts:
      - {{id: duty, email: duty@town.example, sms: "+819000000001", order: 1}}
      - {{id: chief, email: chief@town.example, order: 2{second}}}
"#
    );
    Registry::from_yaml(&yaml).unwrap()
}

fn beacon() -> Finding {
    signature(found(K::CcPayload, Detected, 0), "Made.Botnet")
}

fn beacon_at(minutes: i64) -> Finding {
    with(beacon(), |f| {
        f.first = START.plus(minutes * 60);
        f.last = f.first;
    })
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

#[test]
fn an_unacknowledged_level_4_goes_to_the_next_contact_after_a_quarter_of_an_hour() {
    let town = town("", "");
    let mut run = Run::new(Subject::Host(host()));
    run.until_for(&town, &[beacon()], 14);
    assert_eq!(run.told, [("first", 4, 0, vec!["email", "sms"])]);
    run.until_for(&town, &[], 60);
    assert_eq!(run.told[1..], [("first", 4, 15, vec!["email"])]);
}

#[test]
fn an_acknowledged_one_stays_with_the_first_contact() {
    let town = town("", "");
    let mut run = Run::new(Subject::Host(host()));
    let incident = run.until_for(&town, &[beacon()], 5).incidents[0].core.id;
    let act = Act {
        incident,
        at: START.plus(6 * 60),
        by: "analyst".to_owned(),
        why: "on it".to_owned(),
        what: ActKind::Acknowledge,
    };
    run.with(|engine, state| engine.act(state, &town.tenants()[0], act));
    run.until_for(&town, &[], 60);
    assert_eq!(run.told.len(), 1);
}

#[test]
fn where_an_analyst_releases_4_waits_five_minutes_and_2_for_the_analyst() {
    let town = town("    release: analyst", "");
    let mut run = Run::new(Subject::Host(host()));
    run.until_for(&town, &[look_up(0)], 120);
    assert_eq!(run.told, []);
    run.until_for(&town, &[beacon_at(130)], 140);
    assert_eq!(run.told, [("first", 4, 135, vec!["email", "sms"])]);
    let mut released = Run::new(Subject::Host(host()));
    let incident = released.until_for(&town, &[look_up(0)], 20).incidents[0].core.id;
    let act = Act {
        incident,
        at: START.plus(21 * 60),
        by: "analyst".to_owned(),
        why: "true".to_owned(),
        what: ActKind::Release,
    };
    released.with(|engine, state| engine.act(state, &town.tenants()[0], act));
    assert_eq!(released.told, [("first", 2, 21, vec!["email"])]);
}

#[test]
fn a_contact_with_office_hours_is_not_called_at_night() {
    // The beacon is at ten in the morning in Tokyo, a Tuesday; eleven hours later it is night.
    let hours = "    office_hours: {days: mon-fri, from: \"08:30\", to: \"18:00\"}";
    let town = town(hours, ", hours: office");
    let told = |minutes: i64| {
        let mut run = Run::new(Subject::Host(host()));
        run.until_for(&town, &[beacon_at(minutes)], minutes + 60);
        run.told.len()
    };
    assert_eq!((told(0), told(11 * 60)), (2, 1));
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
        parcels.extend(ledger.admit(&four(n), tenant, &settings));
    }
    let end = START.plus(3600);
    assert_eq!(ledger.next_wake(&settings), Some(START.plus(12 * 60)));
    ledger.wake(tenant, &settings, end);
    parcels.extend(ledger.released().iter().cloned());
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
    // Whoever sends may die at any point: what is admitted again gets the same answer, what is released stays.
    let before = ledger.clone();
    let again: Vec<Parcel> = (0..10).flat_map(|n| ledger.admit(&four(n), tenant, &settings)).collect();
    assert_eq!((&again[..], &ledger), (&parcels[..12], &before));
    assert_eq!(ledger.next_wake(&settings), Some(ledger.released()[0].at()));
    ledger.settle(&before.released()[0].id());
    assert_eq!((ledger.released(), ledger.next_wake(&settings)), (&[][..], None));
    let again: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
    assert_eq!(again, ledger);
}

#[test]
fn a_third_sms_waits_only_in_a_burst() {
    let registry = registry();
    let settings = Settings::default();
    let tenant = &registry.tenants()[0];
    let mut ledger = Ledger::default();
    for n in [0, 11, 48] {
        let parcels = ledger.admit(&four(n), tenant, &settings);
        assert!(parcels.iter().any(|p| matches!(p, Parcel::Notice { channel: Channel::Sms, .. })), "{n}");
    }
    ledger.admit(&four(52), tenant, &settings);
    assert_eq!(
        ledger.next_wake(&settings),
        Some(START.plus(62 * 60)),
        "ten minutes for the others, a free place by then"
    );
}

#[test]
fn a_fourth_sms_waits_for_the_hour() {
    let registry = registry();
    let settings = Settings::default();
    let tenant = &registry.tenants()[0];
    let mut ledger = Ledger::default();
    for n in 0..3 {
        ledger.admit(&four(n), tenant, &settings);
    }
    let released = |ledger: &mut Ledger, at| {
        ledger.wake(tenant, &settings, at);
        let ids: Vec<String> = ledger.released().iter().map(Parcel::id).collect();
        ids.iter().for_each(|id| ledger.settle(id));
        ids.len()
    };
    assert_eq!(released(&mut ledger, START.plus(20 * 60)), 1);
    ledger.admit(&four(30), tenant, &settings);
    let next = ledger.next_wake(&settings).unwrap();
    assert_eq!(next, START.plus(3600), "when the first of the three is an hour old");
    assert_eq!(released(&mut ledger, next), 1);
}

#[test]
fn a_carrier_that_is_away_makes_folds_larger_and_not_the_ledger() {
    let registry = registry();
    let settings = Settings::default();
    let tenant = &registry.tenants()[0];
    let mut ledger = Ledger::default();
    let mut due = four(0);
    for n in 0..10_000 {
        due.incident.core.id = hinomi_model::IncidentId(n);
        due.at = START.plus(n as i64 * 60);
        ledger.admit(&due, tenant, &settings);
    }
    assert_eq!(ledger.released().len(), 64);
    let bytes = serde_json::to_vec(&ledger).unwrap().len();
    assert!(bytes < 1 << 20, "{bytes}");
}

/// A finding that came as many hours after it happened.
fn late(finding: Finding, hours: i64) -> Finding {
    with(finding, |f| f.received = f.last.plus(hours * 3_600))
}

#[test]
fn what_comes_late_is_told_when_it_came() {
    let expected: Vec<Line> = vec![("first", 4, 5 * 60, vec!["email", "sms"])];
    assert_eq!(told(&[late(beacon(), 5)], 6 * 60), expected);
    // A hold counts from when it came, too.
    let expected: Vec<Line> = vec![("first", 2, 5 * 60 + 10, vec!["email"])];
    assert_eq!(told(&[late(look_up(0), 5)], 6 * 60), expected);
    let failed = late(with(exploit(Detected, 1), |f| f.kind = K::SessionFailed), 5);
    assert_eq!(told(&[late(exploit(Detected, 0), 5), failed], 6 * 60), [], "settled within the hold");
}

#[test]
fn what_was_told_in_time_is_not_told_again_when_it_comes_late() {
    let in_time = beacon();
    let mut run = Run::new(in_time.subject.clone());
    run.until(std::slice::from_ref(&in_time), 1);
    run.until(&[late(beacon_at(20), 7), late(beacon_at(40), 7)], 8 * 60);
    let expected: Vec<Line> = vec![("first", 4, 0, vec!["email", "sms"])];
    assert_eq!(run.told, expected);
}

#[test]
fn what_was_over_when_it_came_is_told_to_be_over_a_day_later() {
    let told = told(&[late(beacon(), 30)], 80 * 60);
    let expected: Vec<Line> =
        vec![("first", 4, 30 * 60, vec!["email", "sms"]), ("closed", 4, 54 * 60, vec!["email"])];
    assert_eq!(told, expected);
}

#[test]
fn beyond_the_lateness_nothing_is_opened_and_what_fits_is_attached() {
    assert_eq!(told(&[late(beacon(), 47)], 47 * 60).len(), 1);
    let mut run = Run::new(beacon().subject);
    let step = run.until(&[late(beacon(), 49)], 50 * 60);
    assert_eq!((step.late, step.incidents.len(), run.state.late), (1, 0, 1));
    // Next to what is known already it is part of that.
    let mut run = Run::new(beacon().subject);
    run.until(&[beacon_at(60)], 61);
    let step = run.until(&[late(beacon(), 49)], 50 * 60);
    assert_eq!((step.late, step.joined, step.incidents.len()), (0, 1, 1));
    assert_eq!(step.incidents[0].facts.iter().map(|fact| fact.count).sum::<u64>(), 2);
}
