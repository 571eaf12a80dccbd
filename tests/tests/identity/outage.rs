//! Lines that a device buffered through an outage: hours late, in a jumble, some of them twice.

use hinomi_generate::site::ip;
use hinomi_generate::{Maker, PanosUnit, traffic};
use hinomi_model::{EventTime, Vendor};
use hinomi_tests::harness::Outcome;
use hinomi_tests::stories;
use hinomi_tests::story::Story;
use serde_json::{Value, json};

use super::*;

/// What an outage may not change: incidents, levels, and what is counted of each kind.
fn judged(outcome: &Outcome) -> Value {
    let facts = |incident: &Value| -> Vec<Value> {
        let told = |fact: &Value| -> Value {
            // A scan is told by the hundred sessions that were the first to come.
            let is_scan = fact["kind"] == "fan_out";
            let members: &[&str] =
                if is_scan { &["kind"] } else { &["kind", "disposition", "count", "first", "last"] };
            members.iter().map(|name| fact[*name].clone()).collect()
        };
        let mut facts: Vec<Value> = incident["facts"].as_array().unwrap().iter().map(told).collect();
        facts.sort_by_key(Value::to_string);
        facts
    };
    let members = ["id", "level", "hosts", "users", "contained", "outcome", "infection", "functions"];
    let incidents = outcome.incidents.iter();
    incidents.map(|one| json!([members.map(|name| one[name].clone()), facts(one)])).collect()
}

/// Returns the story's lines as a collector receives them once the link is back, an hour after the last: over nine
/// minutes, in a jumble, every third of them twice, between another device's live lines.
fn through_an_outage(story: &Story) -> Vec<String> {
    let last = story.told.iter().map(|told| told.happening.at).max().unwrap();
    let back = last.plus(3_600);
    let count = story.told.len();
    let mut received: Vec<(EventTime, String)> = Vec::new();
    // A stride that shares no factor with the count visits every place once.
    let stride = [7, 11, 13, 17].into_iter().find(|prime| !count.is_multiple_of(*prime)).unwrap();
    for (n, told) in story.told.iter().enumerate() {
        let place = i64::try_from(n * stride % count * 540 / count).unwrap();
        let times = [back.plus(place), back.plus(place + 45)];
        received.extend(times[..if n % 3 == 0 { 2 } else { 1 }].iter().map(|at| (*at, told.line.clone())));
    }
    let mut other = match story.vendor {
        Vendor::Fortigate => Maker::Fortigate(fortigate("FGT60FTK20000002", "KITA-FW2")),
        Vendor::Panos => Maker::Panos(PanosUnit::new("012801096515", "KITA-PA2")),
    };
    for minute in -60..40_i64 {
        let at = back.plus(minute * 60 + 7);
        let session =
            traffic(at, ip(10, 1, 20, 9), outside(91), 443).session(3_000_000 + minute.unsigned_abs());
        received.extend(other.lines(&session).into_iter().map(|line| (at.plus(2), line)));
    }
    received.sort_by_key(|(at, _)| *at);
    received.into_iter().map(|(at, line)| enveloped(&json!({"received": at}), &line)).collect()
}

#[test]
fn an_outage_changes_when_things_are_told_and_nothing_else() {
    let mut wrong: Vec<String> = Vec::new();
    let mut played = 0;
    for story in plain(stories::all()) {
        let times = || story.told.iter().map(|told| told.happening.at);
        // What lasted longer than the service waits for late lines is not the same story any more.
        if times().max().unwrap().since(times().min().unwrap()) > 40 * 3_600 {
            continue;
        }
        played += 1;
        let in_time = replay(story.files(), &story.registry);
        let late = replay(vec![file("collector.log", through_an_outage(&story))], &story.registry);
        let (expected, got) = (judged(&in_time), judged(&late));
        if expected != got {
            wrong.push(format!("{}\n  {expected}\n  {got}", story.title));
        }
        for incident in &late.incidents {
            for channel in ["sms", "email"] {
                let mut heard = 0;
                let own =
                    |notice: &&Value| notice["incident"] == incident["id"] && notice["channel"] == channel;
                for notice in late.notices.iter().filter(own) {
                    let level = notice["level"].as_u64().unwrap();
                    let is_rise = notice["kind"] == "first" || notice["kind"] == "update";
                    if is_rise && level <= heard {
                        wrong.push(format!("{}: {channel} tells {level} after {heard}", story.title));
                    }
                    heard = level;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {played}\n{}", wrong.len(), wrong.join("\n"));
    assert!(played > 100, "only {played} stories were played");
}
