//! Which lines are one event: copies through relays, by both members of a pair, and what only looks like a copy.

use hinomi_generate::site::outside;
use hinomi_generate::{FortiOs, FortigateUnit, Maker, PanOs, vpn_login};
use hinomi_model::Vendor;
use hinomi_tests::stories;
use hinomi_tests::story::Story;
use serde_json::{Value, json};

use super::*;

/// Moves an event time in nanoseconds into its second, as real ones lie; stories happen at whole seconds.
fn within_its_second(line: &str) -> String {
    match line.split_once("000000000 tz=") {
        Some((before, after)) => format!("{before}123456789 tz={after}"),
        None => line.to_owned(),
    }
}

/// Releases that write whole seconds.
fn older(maker: &mut Maker) {
    match maker {
        Maker::Fortigate(unit) => unit.version = FortiOs::V6_0,
        Maker::Panos(unit) => unit.version = PanOs::V9_1,
    }
}

/// Releases without an event time.
fn oldest(maker: &mut Maker) {
    if let Maker::Fortigate(unit) = maker {
        unit.version = FortiOs::V5_6;
    }
}

/// Both ways, a copy before or after the line itself.
fn both_ways(story: &Story) -> [Vec<File>; 2] {
    let copies = file("relay.log", story.told.iter().map(|told| relayed(story.vendor, &told.line)));
    let mut after = story.files();
    after.push(copies.clone());
    let mut before = vec![copies];
    before.extend(story.files());
    [after, before]
}

#[test]
fn an_event_counts_once_however_many_ways_it_comes() {
    for mut story in plain(stories::all()) {
        story.told.iter_mut().for_each(|told| told.line = within_its_second(&told.line));
        let direct = essence(&replay(story.files(), &story.registry));
        for files in both_ways(&story) {
            assert_eq!(essence(&replay(files, &story.registry)), direct, "{}: both ways", story.title);
        }
        let copies = file("relay.log", story.told.iter().map(|told| relayed(story.vendor, &told.line)));
        if story.told.iter().all(|told| told.file == story.told[0].file) {
            let alone = essence(&replay(vec![copies], &story.registry));
            assert_eq!(alone, direct, "{}: through the relay alone", story.title);
        }
    }
}

#[test]
fn an_event_counts_once_where_the_device_writes_whole_seconds() {
    for prepare in [older, oldest] {
        for story in plain(stories::all_by(prepare)) {
            let direct = essence(&replay(story.files(), &story.registry));
            let [_, before] = both_ways(&story);
            assert_eq!(essence(&replay(before, &story.registry)), direct, "{}", story.title);
        }
    }
}

/// The same line as the other member of the pair writes it: its own serial, name, numbers and a clock a little apart.
fn by_the_other_member(vendor: Vendor, line: &str) -> String {
    match vendor {
        Vendor::Fortigate => {
            let line = line.replace("FGT60FTK20000001", "FGT60FTK20000002").replace("KITA-FW1", "KITA-FW2");
            let own: Vec<String> = pairs(&line)
                .into_iter()
                .map(|pair| match pair.split_once('=') {
                    Some(("eventtime", time)) if time.len() > 12 => {
                        format!("eventtime={}", time.parse::<u64>().unwrap() + 3_141_592)
                    }
                    Some(("incidentserialno", number)) => format!("incidentserialno=7{number}"),
                    _ => pair.to_owned(),
                })
                .collect();
            own.join(" ")
        }
        Vendor::Panos => line
            .replace("012801096514", "012801096515")
            .replace("KITA-PA1", "KITA-PA2")
            .replace(",73000000", ",74000000")
            .replace(".000+09:00", ".003+09:00"),
    }
}

fn paired(registry: &str) -> String {
    registry
        .lines()
        .map(|line| match line.find("vendor: fortigate").or(line.find("vendor: panos")) {
            Some(_) if !line.contains("ha:") => line.replace('}', ", ha: pair}") + "\n",
            _ => line.to_owned() + "\n",
        })
        .collect()
}

/// Names one vendor's pair for its devices: a pair is of one vendor.
fn pair_of(story: &Story) -> String {
    let other = match story.vendor {
        Vendor::Fortigate => "vendor: panos",
        Vendor::Panos => "vendor: fortigate",
    };
    let own: Vec<&str> = story.registry.lines().filter(|line| !line.contains(other)).collect();
    paired(&own.join("\n"))
}

#[test]
fn what_both_members_of_a_pair_log_counts_once() {
    for story in plain(stories::all()) {
        let registry = pair_of(&story);
        let single = essence(&replay(story.files(), &registry));
        let other = story.told.iter().map(|told| by_the_other_member(story.vendor, &told.line));
        let mut both = story.files();
        both.push(file("other.log", other));
        assert_eq!(essence(&replay(both.clone(), &registry)), single, "{}", story.title);
        both.reverse();
        assert_eq!(essence(&replay(both, &registry)), single, "{}: the other way round", story.title);
    }
}

#[test]
fn a_failover_in_mid_story_is_no_new_story() {
    for story in plain(stories::all()) {
        let registry = pair_of(&story);
        let single = essence(&replay(story.files(), &registry));
        let half = story.told.len() / 2;
        let lines = story.told.iter().enumerate().map(|(n, told)| {
            if n < half { told.line.clone() } else { by_the_other_member(story.vendor, &told.line) }
        });
        // The members share their sessions' numbers in these lines; what differs is who wrote them.
        let failed_over = replay(vec![file("pair.log", lines)], &registry);
        let levels = |essence: &Value| -> Vec<Value> {
            let incidents = essence["incidents"].as_array().unwrap();
            // That the first member says no more is told besides, and is no story of an attack.
            let attacks = incidents.iter().filter(|incident| incident["kind"] == "attack");
            attacks.map(|incident| json!([incident["id"], incident["level"]])).collect()
        };
        assert_eq!(levels(&essence(&failed_over)), levels(&single), "{}", story.title);
    }
}

/// What `lines` count of a kind of finding in all incidents.
fn counted(lines: Vec<String>, registry: &str, kind: &str) -> u64 {
    let outcome = replay(vec![file("day.log", lines)], registry);
    let facts = outcome.incidents.iter().filter_map(|incident| incident["facts"].as_array()).flatten();
    facts.filter(|fact| fact["kind"] == kind).filter_map(|fact| fact["count"].as_u64()).sum()
}

#[test]
fn different_events_of_one_second_stay_different() {
    let registry =
        registry(&[("kita", KITA, &["id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1"])], "");
    for version in [FortiOs::V5_6, FortiOs::V6_0, FortiOs::V7_4] {
        let mut unit = FortigateUnit { version, ..fortigate("FGT60FTK20000001", "KITA-FW1") };
        // Three sessions of one second, and one of them twice: two records of one session and signature, which the
        // device numbered.
        let beacons: Vec<String> =
            [1, 2, 3, 3].iter().flat_map(|session| unit.lines(&beacon(0, 34, *session))).collect();
        let relays: Vec<String> = beacons.iter().map(|line| through_fortianalyzer(line)).collect();
        let both = [beacons, relays].concat();
        assert_eq!(counted(both, &registry, "cc_payload"), 4, "{version:?}");
        // Ten accounts that fail within one second, from one address.
        let guesses: Vec<String> = (0..10)
            .flat_map(|n| unit.lines(&vpn_login(at(60), outside(3), &format!("user{n}"), false)))
            .collect();
        let relays: Vec<String> = guesses.iter().map(|line| through_fortianalyzer(line)).collect();
        let both = [guesses, relays].concat();
        assert_eq!(counted(both, &registry, "password_run"), 10, "{version:?}");
    }
}
