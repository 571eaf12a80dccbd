//! What nobody could see, through the whole engine: incidents of the time in which an appliance was silent.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::net::IpAddr;

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{FortigateUnit, Happening, Maker, catalog, exploit, traffic};
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_tests::harness::{Outcome, run};
use serde_json::{Value, json};

const SERVER: IpAddr = ip(10, 1, 200, 10);
const HOST: IpAddr = ip(10, 1, 12, 34);
const ATTACKER: IpAddr = outside(21);
/// Minutes in which both appliances talk before anything happens: enough to know them.
const LEARNED: i64 = 8 * 60;

/// Ten in the morning in Tokyo, Tuesday 2026-10-20, and some minutes.
fn at(minutes: i64) -> EventTime {
    EventTime::from_seconds(1_792_458_000 + minutes * 60)
}

fn unit(id: &'static str, name: &'static str) -> Maker {
    Maker::Fortigate(FortigateUnit::new(id, name))
}

fn line(maker: &mut Maker, happening: &Happening) -> String {
    json!({"hinomi": {"collector": "c1", "received": happening.at}, "message": maker.lines(happening).concat()})
        .to_string()
}

fn registry() -> Registry {
    Registry::from_yaml(
        "version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16]
    time_zone: Asia/Tokyo
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate}
      - {id: FGT60FTK20000002, vendor: fortigate}
    contacts:
      - {id: duty, email: soc@kita.example, levels: [2, 3, 4], order: 1}
",
    )
    .unwrap()
}

/// Replays a blocked attack seen by one appliance while the other one talks at the minutes that `talks` says.
fn day(talks: impl Fn(i64) -> bool) -> Outcome {
    let (mut seeing, mut other) =
        (unit("FGT60FTK20000001", "KITA-FW1"), unit("FGT60FTK20000002", "KITA-FW2"));
    let mut lines = Vec::new();
    for minute in 0..LEARNED + 120 {
        let session = 5_000 + minute.unsigned_abs();
        let quiet = traffic(at(minute), HOST, outside(80), 443).session(session);
        lines.push(line(&mut seeing, &quiet));
        if talks(minute) {
            lines.push(line(&mut other, &quiet));
        }
        if minute == LEARNED + 5 {
            let attack = exploit(at(minute), ATTACKER, SERVER, 443, &catalog::LOG4J).blocked();
            lines.push(line(&mut seeing, &attack));
        }
    }
    run(vec![("collector.log".to_owned(), (lines.join("\n") + "\n").into_bytes())], registry(), Vec::new())
        .unwrap()
}

fn attack(outcome: &Outcome) -> &Value {
    outcome.incidents.iter().find(|incident| incident["kind"] == "attack").unwrap()
}

fn says(incident: &Value, member: &str) -> String {
    let said = &incident["assessment"]["ja"][member];
    said.as_str().map_or_else(|| said.to_string(), str::to_owned)
}

#[test]
fn a_blocked_attack_beside_a_silent_appliance_is_not_called_harmless() {
    let seen = day(|_| true);
    assert_eq!(attack(&seen)["infection"], "not_infected");
    assert!(!says(attack(&seen), "unknowns").contains("FGT60FTK20000002"));
    // The silence begins before the attack and is told after it.
    let blind = day(|minute| minute < LEARNED);
    let incident = attack(&blind);
    assert_eq!(incident["infection"], "unknown");
    assert_eq!((&incident["level"], &incident["outcome"]), (&json!(1), &attack(&seen)["outcome"]));
    for member in ["infection", "unknowns"] {
        let said = says(incident, member);
        assert!(said.contains("FGT60FTK20000002") && said.contains("継続中"), "{said}");
    }
    assert!(blind.notices.iter().all(|notice| notice["incident"] != incident["id"]));
}

#[test]
fn a_silence_that_is_over_is_named_from_the_last_line_to_the_first() {
    let outcome = day(|minute| !(LEARNED..LEARNED + 60).contains(&minute));
    let said = says(attack(&outcome), "unknowns");
    assert!(said.contains("17:59") && said.contains("19:00"), "{said}");
}
