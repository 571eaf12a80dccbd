//! Whose a line is, and which lines are one event: relays, pairs, virtual systems and shared devices end to end.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{
    FortiOs, FortigateUnit, Happening, Maker, PanOs, PanosUnit, Via, botnet, catalog, malware, traffic,
    vpn_login,
};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Vendor};
use hinomi_tests::harness::{Outcome, run};
use hinomi_tests::stories;
use hinomi_tests::story::Story;
use serde_json::{Value, json};

type File = (String, Vec<u8>);

fn file(name: &str, lines: impl IntoIterator<Item = String>) -> File {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    (name.to_owned(), text.into_bytes())
}

fn replay(files: Vec<File>, registry: &str) -> Outcome {
    run(files, Registry::from_yaml(registry).unwrap(), Vec::new()).unwrap()
}

/// Returns what must not depend on the way that lines took: all but which copy of a line is shown.
fn essence(outcome: &Outcome) -> Value {
    let mut incidents = outcome.incidents.clone();
    for incident in &mut incidents {
        let incident = incident.as_object_mut().unwrap();
        incident.remove("evidence");
        for fact in incident["facts"].as_array_mut().unwrap() {
            fact.as_object_mut().unwrap().remove("lines");
        }
    }
    let notices: Vec<Value> = outcome
        .notices
        .iter()
        .map(|notice| {
            let member = |name: &str| notice[name].clone();
            json!(["incident", "kind", "level", "channel", "contact", "at"].map(member))
        })
        .collect();
    json!({"incidents": incidents, "notices": notices})
}

/// Cuts `key=value` pairs apart at blanks outside quotes.
fn pairs(line: &str) -> Vec<&str> {
    let (mut pairs, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            ' ' if !quoted => {
                pairs.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    pairs.push(&line[start..]);
    pairs
}

/// A FortiGate's line as FortiAnalyzer forwards it: its own header, fields of its own, another order.
fn through_fortianalyzer(line: &str) -> String {
    let own = line.split_once('>').unwrap().1;
    let mut fields = pairs(own);
    fields.sort_unstable();
    format!(
        "<134>Oct 20 10:00:09 KITA-FAZ itime=1792458009 logver=704042573 idseq=27181 {} dtime=1792458001",
        fields.join(" ")
    )
}

/// A PAN-OS line as Panorama forwards it: its own header and its own time of receipt.
fn through_panorama(line: &str) -> String {
    let (_, row) = line.split_once(" 1,").unwrap();
    let (_, rest) = row.split_once(',').unwrap();
    format!("<14>Oct 20 10:00:09 KITA-PANORAMA 1,2026/10/20 10:00:09,{rest}")
}

fn relayed(vendor: Vendor, line: &str) -> String {
    match vendor {
        Vendor::Fortigate => through_fortianalyzer(line),
        Vendor::Panos => through_panorama(line),
    }
}

/// Moves an event time in nanoseconds into its second, as real ones lie; stories happen at whole seconds.
fn within_its_second(line: &str) -> String {
    match line.split_once("000000000 tz=") {
        Some((before, after)) => format!("{before}123456789 tz={after}"),
        None => line.to_owned(),
    }
}

/// Stories whose lines no collector wrapped yet, and in which no analyst acts.
fn plain(stories: Vec<Story>) -> impl Iterator<Item = Story> {
    stories
        .into_iter()
        .filter(|story| story.acts.is_empty() && story.told.iter().all(|told| told.received.is_none()))
}

fn as_it_is(_: &mut Maker) {}

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

#[test]
fn an_event_counts_once_however_many_ways_it_comes() {
    let mut played = 0;
    for prepare in [as_it_is, older, oldest] {
        for mut story in plain(stories::all_by(prepare)) {
            played += 1;
            story.told.iter_mut().for_each(|told| told.line = within_its_second(&told.line));
            let direct = essence(&replay(story.files(), &story.registry));
            let copies = story.told.iter().map(|told| relayed(story.vendor, &told.line));
            let relay = file("relay.log", copies);
            let mut both = story.files();
            both.push(relay.clone());
            assert_eq!(essence(&replay(both.clone(), &story.registry)), direct, "{}: both ways", story.title);
            both.reverse();
            assert_eq!(essence(&replay(both, &story.registry)), direct, "{}: the relay first", story.title);
            if story.told.iter().all(|told| told.file == story.told[0].file) {
                let alone = essence(&replay(vec![relay], &story.registry));
                assert_eq!(alone, direct, "{}: through the relay alone", story.title);
            }
        }
    }
    assert!(played > 300, "only {played} stories were played");
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
    for prepare in [as_it_is, older] {
        for story in plain(stories::all_by(prepare)) {
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
            incidents.iter().map(|incident| json!([incident["id"], incident["level"]])).collect()
        };
        assert_eq!(levels(&essence(&failed_over)), levels(&single), "{}", story.title);
    }
}

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
    let stride =
        (7..).find(|stride| count % stride != 0 && (2..=*stride).all(|n| stride % n != 0 || count % n != 0));
    for (n, told) in story.told.iter().enumerate() {
        let place = i64::try_from(n * stride.unwrap() % count * 540 / count).unwrap();
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

/// 2026-10-20T01:00:00Z and so many seconds.
fn at(seconds: i64) -> EventTime {
    EventTime::from_seconds(1_792_458_000 + seconds)
}

fn fortigate(id: &str, name: &str) -> FortigateUnit {
    FortigateUnit::new(id, name)
}

/// A beacon of an inside host: level 4 wherever it belongs.
fn beacon(seconds: i64, host: u8, session: u64) -> Happening {
    botnet(at(seconds), ip(10, 1, 12, host), outside(11), 443, &catalog::EMOTET).session(session)
}

fn enveloped(ours: &Value, line: &str) -> String {
    json!({"hinomi": ours, "message": line}).to_string()
}

/// Tenants, levels and devices of the incidents; reasons and devices of what was refused.
fn whose(lines: Vec<String>, registry: &str) -> (Vec<String>, Vec<String>) {
    let outcome = replay(vec![file("day.log", lines)], registry);
    let text = |value: &Value| value.to_string().replace('"', "");
    let incidents = outcome.incidents.iter();
    let owned = incidents
        .map(|one| format!("{} {} {}", text(&one["tenant"]), text(&one["level"]), text(&one["devices"])));
    let refused = outcome.quarantine.iter();
    let refused = refused.map(|one| format!("{} {}", text(&one["reason"]), text(&one["device"])));
    let mut both: (Vec<String>, Vec<String>) = (owned.collect(), refused.collect());
    both.0.sort();
    both
}

/// A registry of tenants: id, inside networks, devices.
fn registry(tenants: &[(&str, &str, &[&str])], shared: &str) -> String {
    let mut text = "version: 1\ntenants:\n".to_owned();
    for (id, internal, devices) in tenants {
        text += &format!("  - id: {id}\n    name: {id}\n    internal: [{internal}]\n    devices:\n");
        text.extend(devices.iter().map(|device| format!("      - {{{device}}}\n")));
        if devices.is_empty() {
            text = text.trim_end().to_owned() + " []\n";
        }
    }
    text + shared
}

const KITA: &str = "10.1.0.0/16, 198.51.100.0/26";

#[test]
fn a_line_counts_only_through_its_devices_collectors() {
    let registry = registry(
        &[(
            "kita",
            KITA,
            &["id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, collectors: [kita-1, kita-2]"],
        )],
        "",
    );
    let line = fortigate("FGT60FTK20000001", "KITA-FW1").lines(&beacon(0, 34, 1)).remove(0);
    let owned = ["kita 4 [FGT60FTK20000001]"];
    let cases: [(String, &[&str], &[&str]); 4] = [
        (enveloped(&json!({"collector": "kita-2"}), &line), &owned, &[]),
        (enveloped(&json!({"collector": "minami-1"}), &line), &[], &["device_mismatch FGT60FTK20000001"]),
        // Whoever says nothing of how it came, a file for instance, can't contradict.
        (enveloped(&json!({"received": at(2)}), &line), &owned, &[]),
        (line, &owned, &[]),
    ];
    for (line, incidents, refused) in cases {
        let (own, set_aside) = whose(vec![line.clone()], &registry);
        assert_eq!((own, set_aside), (owned_of(incidents), owned_of(refused)), "{line}");
    }
}

fn owned_of(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The line without the fields that name its device.
fn nameless(line: &str) -> String {
    let own = pairs(line);
    own.into_iter()
        .filter(|pair| !pair.starts_with("devid=") && !pair.starts_with("devname="))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_device_is_known_by_its_aliases_its_name_and_its_host_and_only_by_its_own() {
    let registry = registry(
        &[
            (
                "kita",
                KITA,
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, aliases: [FGT60FTK20000009, fw1.kita.example]",
                    "id: FGT60FTK20000002, vendor: fortigate, name: BRANCH",
                ],
            ),
            ("minami", "10.2.0.0/16", &["id: FGT60FTK20000003, vendor: fortigate, name: BRANCH"]),
        ],
        "",
    );
    let line_of = |id: &str, name: &str| fortigate(id, name).lines(&beacon(0, 34, 1)).remove(0);
    let unnamed =
        nameless(&line_of("FGT60FTK20000001", "KITA-FW1").replace("<188>", "").replace("<189>", ""));
    let headed = |host: &str| format!("<189>Oct 20 10:00:00 {host} {unnamed}");
    let cases: [(String, &[&str], &[&str]); 9] = [
        (line_of("FGT60FTK20000001", "RENAMED"), &["kita 4 [FGT60FTK20000001]"], &[]),
        // The unit that was exchanged.
        (line_of("FGT60FTK20000009", "KITA-FW1"), &["kita 4 [FGT60FTK20000001]"], &[]),
        // A stranger's unit is not ours because it has our name.
        (line_of("FGT60FTK20000666", "KITA-FW1"), &[], &["unknown_device FGT60FTK20000666"]),
        (headed("kita-fw1"), &["kita 4 [FGT60FTK20000001]"], &[]),
        (headed("FW1.kita.example"), &["kita 4 [FGT60FTK20000001]"], &[]),
        (headed("elsewhere"), &[], &["unknown_device elsewhere"]),
        // Two tenants have a device of that name: whose it is, nobody can say without its number.
        (headed("BRANCH"), &[], &["unknown_device BRANCH"]),
        (line_of("FGT60FTK20000002", "BRANCH"), &["kita 4 [FGT60FTK20000002]"], &[]),
        (
            enveloped(&json!({"collector": "c1", "device": "kita-fw1"}), &unnamed),
            &["kita 4 [FGT60FTK20000001]"],
            &[],
        ),
    ];
    for (line, incidents, refused) in cases {
        assert_eq!(whose(vec![line.clone()], &registry), (owned_of(incidents), owned_of(refused)), "{line}");
    }
}

#[test]
fn a_virtual_system_is_its_tenants() {
    let registry = registry(
        &[
            (
                "kita",
                "10.1.0.0/16",
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, vsys: root",
                    "id: \"012801096514\", vendor: panos, vsys: vsys1",
                ],
            ),
            (
                "minami",
                "10.1.0.0/16",
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, vsys: dmz",
                    "id: \"012801096514\", vendor: panos, vsys: vsys2",
                ],
            ),
        ],
        "",
    );
    let vdom = |name: &str| {
        let unit = FortigateUnit { vdom: name.to_owned(), ..fortigate("FGT60FTK20000001", "SHARED") };
        Maker::Fortigate(unit).lines(&beacon(0, 34, 7)).remove(0)
    };
    let vsys = |name: &str| {
        let unit = PanosUnit { vsys: name.to_owned(), ..PanosUnit::new("012801096514", "SHARED") };
        Maker::Panos(unit).lines(&beacon(0, 34, 7)).remove(0)
    };
    // The same session number at the same time in both: two events of two customers.
    let (owned, refused) = whose(vec![vdom("root"), vdom("dmz"), vdom("guest")], &registry);
    assert_eq!(owned, ["kita 4 [FGT60FTK20000001]", "minami 4 [FGT60FTK20000001]"]);
    assert_eq!(refused, ["unknown_device FGT60FTK20000001"]);
    let (owned, refused) = whose(vec![vsys("vsys1"), vsys("vsys2"), vsys("vsys3")], &registry);
    assert_eq!(owned, ["kita 4 [012801096514]", "minami 4 [012801096514]"]);
    assert_eq!(refused, ["unknown_device 012801096514"]);
}

#[test]
fn what_a_shared_device_logs_is_the_inside_addresses_tenants() {
    let shared = "shared_devices:\n  - {id: FGT60FTK20000001, vendor: fortigate, owner: prefecture, tenants_by: internal}\n";
    let registry = registry(
        &[
            ("kita", "10.1.0.0/16", &[]),
            // One segment of kita's network is minami's; the smaller network wins.
            ("minami", "10.2.0.0/16, 10.1.77.0/24", &[]),
            ("nishi", "10.3.0.0/16", &[]),
            ("higashi", "10.3.0.0/16", &[]),
            ("prefecture", "10.200.0.0/16", &[]),
        ],
        shared,
    );
    let cases = [
        (ip(10, 1, 12, 34), "kita"),
        (ip(10, 2, 12, 34), "minami"),
        (ip(10, 1, 77, 5), "minami"),
        // Both have that network: nobody can tell whose it is.
        (ip(10, 3, 1, 1), "prefecture"),
        (ip(10, 200, 1, 1), "prefecture"),
    ];
    for (host, tenant) in cases {
        let mut unit = Maker::Fortigate(fortigate("FGT60FTK20000001", "SHARED"));
        let download = malware(at(0), host, outside(0), Via::Http, &catalog::TROJAN).session(9);
        let outcome = replay(vec![file("day.log", unit.lines(&download))], &registry);
        let owners: Vec<&Value> = outcome.incidents.iter().map(|one| &one["tenant"]).collect();
        assert_eq!(owners, [tenant], "{host}");
        assert!(outcome.quarantine.is_empty(), "{host}");
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
