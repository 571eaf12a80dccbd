//! Devices whose clock is wrong, through the whole engine: what their incidents are dated, what is said about the
//! clock, and that nobody else's lines suffer.
//!
//! A collector's envelope says when a line was received; a plain file does not.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::net::IpAddr;

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{FortiOs, FortigateUnit, PanOs, PanosUnit, botnet, catalog, traffic};
use hinomi_generate::{Happening, Maker};
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_tests::harness::{Outcome, run};
use serde_json::{Value, json};

const HOST: IpAddr = ip(10, 1, 12, 34);
const CONTROLLER: IpAddr = outside(11);
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Ten in the morning in Tokyo, Tuesday 2026-10-20, and some seconds.
fn at(seconds: i64) -> EventTime {
    EventTime::from_seconds(1_792_458_000 + seconds)
}

/// A recognised C&C payload at `seconds`: level 4 from its one line.
fn beacon(seconds: i64) -> Happening {
    botnet(at(seconds), HOST, CONTROLLER, 443, &catalog::EMOTET).session(4_711)
}

fn quiet(seconds: i64) -> Happening {
    traffic(at(seconds), HOST, CONTROLLER, 443).session(5_000 + seconds.unsigned_abs())
}

fn fortigate(version: FortiOs) -> Maker {
    Maker::Fortigate(FortigateUnit { version, ..FortigateUnit::new("FGT60FTK20000001", "KITA-FW1") })
}

fn other_fortigate() -> Maker {
    Maker::Fortigate(FortigateUnit::new("FGT60FTK20000002", "KITA-FW2"))
}

fn panos(version: PanOs) -> Maker {
    Maker::Panos(PanosUnit { version, ..PanosUnit::new("012801096514", "KITA-PA1") })
}

/// What happens, told by a device whose clock is `ahead` seconds ahead, received when it happened.
fn collected(maker: &mut Maker, happening: &Happening, ahead: i64) -> String {
    let mut shown = happening.clone();
    shown.at = happening.at.plus(ahead);
    enveloped(&maker.lines(&shown).concat(), happening.at)
}

fn enveloped(line: &str, received: EventTime) -> String {
    json!({"hinomi": {"collector": "c1", "received": received}, "message": line}).to_string()
}

fn registry(zones: &str) -> Registry {
    Registry::from_yaml(&format!(
        "version: 1
tenants:
  - id: kita
    name: {{ja: 北市, en: Kita City}}
    internal: [10.1.0.0/16]
    {zones}
    devices:
      - {{id: FGT60FTK20000001, vendor: fortigate}}
      - {{id: FGT60FTK20000002, vendor: fortigate}}
      - {{id: \"012801096514\", vendor: panos}}
    contacts:
      - {{id: duty, email: soc@kita.example, sms: \"+819000000000\", levels: [2, 3, 4], order: 1}}
"
    ))
    .unwrap()
}

fn in_tokyo() -> Registry {
    registry("time_zone: Asia/Tokyo")
}

fn replay(lines: &[String], registry: Registry) -> Outcome {
    run(vec![("collector.log".to_owned(), (lines.join("\n") + "\n").into_bytes())], registry, Vec::new())
        .unwrap()
}

/// Returns the one incident of an attack.
fn only_incident(outcome: &Outcome) -> &Value {
    let mut attacks = outcome.incidents.iter().filter(|incident| incident["kind"] == "attack");
    let attack = attacks.next().unwrap();
    assert_eq!(attacks.count(), 0, "{:#?}", outcome.summary);
    attack
}

/// Returns the incidents of health that are about clocks.
fn clock_incidents(outcome: &Outcome) -> Vec<&Value> {
    outcome.incidents.iter().filter(|incident| incident["problem"] == "clock").collect()
}

#[test]
fn a_clock_that_is_ahead_dates_nothing() {
    for mut maker in [fortigate(FortiOs::V7_4), panos(PanOs::V11_1)] {
        for ahead in [2 * HOUR, 400 * DAY] {
            let outcome = replay(&[collected(&mut maker, &beacon(0), ahead)], in_tokyo());
            let incident = only_incident(&outcome);
            assert_eq!(incident["first_seen"], json!(at(0)), "{ahead}");
            assert_eq!(incident["level"], 4);
            assert_eq!(clock_incidents(&outcome).len(), 1);
            assert_eq!(outcome.summary["anomalies"]["clock_ahead"], 1);
            let clock = &outcome.summary["clocks"][0];
            assert_eq!((&clock["lines"], &clock["replaced"]), (&json!(1), &json!(1)));
            assert_eq!(clock["most_seconds"], json!(ahead));
        }
    }
}

#[test]
fn a_clock_that_was_never_set_dates_nothing() {
    let since_1970 = -at(0).seconds() + 3 * HOUR;
    let mut maker = fortigate(FortiOs::V5_6);
    let outcome = replay(&[collected(&mut maker, &beacon(0), since_1970)], in_tokyo());
    assert_eq!(only_incident(&outcome)["first_seen"], json!(at(0)));
    assert_eq!(outcome.summary["anomalies"]["clock_unset"], 1);
    assert_eq!(clock_incidents(&outcome).len(), 1);
}

#[test]
fn without_a_collector_an_unset_clock_takes_the_place_in_the_file() {
    let (mut right, mut unset) = (other_fortigate(), fortigate(FortiOs::V5_6));
    let mut lines: Vec<String> = (0..10).map(|minute| right.lines(&quiet(minute * 60)).concat()).collect();
    lines.push(
        unset
            .lines(&botnet(EventTime::from_seconds(4 * HOUR), HOST, CONTROLLER, 443, &catalog::EMOTET))
            .concat(),
    );
    lines.extend((10..20).map(|minute| right.lines(&quiet(minute * 60)).concat()));
    let outcome = replay(&lines, in_tokyo());
    let seen: EventTime = serde_json::from_value(only_incident(&outcome)["first_seen"].clone()).unwrap();
    assert!(seen.since(at(9 * 60)).abs() <= 60, "{seen}");
}

#[test]
fn lines_held_back_keep_their_time_and_say_nothing_of_the_clock() {
    let mut maker = fortigate(FortiOs::V7_4);
    // Three hours of quiet minutes and a beacon, all delivered within two minutes after the outage.
    let mut happened: Vec<Happening> = (0..180).map(|minute| quiet(minute * 60)).collect();
    happened.push(beacon(100 * 60));
    happened.sort_by_key(|happening| happening.at);
    let lines: Vec<String> = happened
        .iter()
        .enumerate()
        .map(|(number, happening)| {
            let received = at(3 * HOUR + number as i64 / 2);
            enveloped(&maker.lines(happening).concat(), received)
        })
        .collect();
    let outcome = replay(&lines, in_tokyo());
    let beacons: Vec<&Value> = outcome.incidents.iter().filter(|incident| incident["level"] == 4).collect();
    assert_eq!(beacons.len(), 1);
    assert_eq!(beacons[0]["first_seen"], json!(at(100 * 60)));
    assert!(outcome.summary["anomalies"]["clock_skew"].as_u64().unwrap() > 100);
    assert!(clock_incidents(&outcome).is_empty());
}

#[test]
fn a_clock_that_stays_behind_is_found() {
    let mut maker = fortigate(FortiOs::V7_4);
    let lines: Vec<String> =
        (0..30).map(|minute| collected(&mut maker, &quiet(minute * 60), -2 * HOUR)).collect();
    let outcome = replay(&lines, in_tokyo());
    let incidents = clock_incidents(&outcome);
    assert_eq!((incidents.len(), outcome.incidents.len()), (1, 1), "it is no attack");
    let (incident, said) = (incidents[0], incidents[0]["title"].to_string());
    assert_eq!((&incident["kind"], incident.get("level")), (&json!("health"), None));
    assert!(said.contains("FGT60FTK20000001"), "{said}");
    assert!(incident["assessment"]["en"]["cause"].to_string().contains("(by about 7,200 s)"), "{incident:#}");
    assert!(!incident["evidence"].as_array().unwrap().is_empty(), "the line that shows it");
    assert!(
        outcome.notices.iter().all(|notice| notice["channel"] == "email" && notice["kind"] == "degraded")
    );
    let right: Vec<String> = (0..30).map(|minute| collected(&mut maker, &quiet(minute * 60), -20)).collect();
    assert!(clock_incidents(&replay(&right, in_tokyo())).is_empty());
}

#[test]
fn a_clock_that_jumps_back_is_found_from_then_on() {
    let mut maker = fortigate(FortiOs::V7_4);
    let ahead = |minute: i64| if minute < 20 { 0 } else { -HOUR };
    let lines: Vec<String> =
        (0..60).map(|minute| collected(&mut maker, &quiet(minute * 60), ahead(minute))).collect();
    let outcome = replay(&lines, in_tokyo());
    assert_eq!(clock_incidents(&outcome).len(), 1);
    let clock = &outcome.summary["clocks"][0];
    assert_eq!((&clock["lines"], &clock["least_seconds"]), (&json!(40), &json!(-HOUR)));
}

#[test]
fn a_zone_that_nobody_said_gives_way_and_one_that_somebody_said_does_not() {
    // FortiOS 5.6 and PAN-OS 9.1 write local times without a zone; the devices stand in Tokyo.
    for mut maker in [fortigate(FortiOs::V5_6), panos(PanOs::V9_1)] {
        let line = collected(&mut maker, &beacon(0), 0);
        let unsaid = replay(std::slice::from_ref(&line), registry(""));
        assert_eq!(only_incident(&unsaid)["first_seen"], json!(at(0)));
        assert_eq!(unsaid.summary["anomalies"]["no_zone"], 1, "{:#?}", unsaid.summary);
        assert_eq!(clock_incidents(&unsaid).len(), 1);
        let said = replay(&[line], in_tokyo());
        assert_eq!(only_incident(&said)["first_seen"], json!(at(0)));
        assert_eq!(said.summary["with_anomalies"], 0);
        assert!(clock_incidents(&said).is_empty());
    }
}

#[test]
fn whole_seconds_are_times_like_any() {
    let mut maker = fortigate(FortiOs::V6_0);
    let line = collected(&mut maker, &beacon(0), 0);
    assert!(line.contains(&format!("eventtime={} ", at(0).seconds())), "{line}");
    let outcome = replay(&[line], registry(""));
    assert_eq!(only_incident(&outcome)["first_seen"], json!(at(0)));
    assert_eq!(outcome.summary["with_anomalies"], 0);
}

#[test]
fn one_devices_clock_makes_no_others_lines_late() {
    // Without receive times: nobody can say whose clock is wrong, and nobody's lines may suffer for it.
    let (mut right, mut ahead) = (other_fortigate(), fortigate(FortiOs::V7_4));
    let lines: Vec<String> = (0..120)
        .flat_map(|minute| {
            [right.lines(&quiet(minute * 60)).concat(), ahead.lines(&quiet(minute * 60 + 3 * HOUR)).concat()]
        })
        .collect();
    let outcome = replay(&lines, in_tokyo());
    assert_eq!(outcome.summary["late"], 0);
}

#[test]
fn order_and_repeats_change_no_time() {
    let mut maker = fortigate(FortiOs::V7_4);
    let mut lines: Vec<String> =
        (0..40).map(|minute| collected(&mut maker, &quiet(minute * 60), 2 * HOUR)).collect();
    lines.push(collected(&mut maker, &beacon(30 * 60), 2 * HOUR));
    let whole = replay(&lines, in_tokyo());
    lines.extend_from_within(..);
    lines.reverse();
    let turned = replay(&lines, in_tokyo());
    let read = |outcome: &Outcome| {
        let incident = only_incident(outcome);
        (incident["id"].clone(), incident["first_seen"].clone(), incident["level"].clone())
    };
    assert_eq!(read(&whole), read(&turned));
    let ids =
        |outcome: &Outcome| clock_incidents(outcome).iter().map(|i| i["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids(&whole).len(), ids(&whole)), (1, ids(&turned)));
}
