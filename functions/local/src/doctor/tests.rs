//! Every check once with what it looks for and once with what comes near it; and the sample day as a whole.

use std::path::Path;

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Frames};
use hinomi_parse::Scratch;

use super::check::Cost;
use super::{Area, Report, Sample, Verdict, checks};
use crate::input::{Input, read_event};

/// Just after the lines.
const RECEIVED: EventTime = EventTime::from_seconds(1_768_871_800);

const TENANT: &str = "
version: 1
tenants:
  - id: kita
    name: { ja: 北市, en: Kita City }
    reference: K
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    devices:
      - { id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1 }
    roles:
      resolver: [10.1.0.53]
    contacts:
      - { id: c1, email: c1@kita.example, sms: '+81300000000' }
";

fn sample_of(registry: &Registry, lines: &[String]) -> Sample {
    let mut sample = Sample::default();
    let mut scratch = Scratch::default();
    for (index, line) in lines.iter().enumerate() {
        match read_event(line.as_bytes(), Frames::default(), registry, RECEIVED, &mut scratch) {
            Ok(event) => sample.event(&event, line.len()),
            Err(reject) => sample.refuse(&reject, "a.log", index as u64 + 1),
        }
    }
    sample
}

fn report(lines: &[String]) -> Report {
    Report::of(&sample_of(&Registry::open(), lines))
}

fn found(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.check).collect()
}

fn undecided(report: &Report) -> Vec<&'static str> {
    report.vendors.iter().flat_map(|part| part.undecided.iter().map(|undecided| undecided.check)).collect()
}

/// Writes one of FortiGate's lines.
fn forti(index: usize, log_type: &str, subtype: &str, rest: &str) -> String {
    format!(
        "date=2026-01-20 time=10:15:01 eventtime={} tz=\"+0900\" logid=\"0000000013\" type=\"{log_type}\" \
         subtype=\"{subtype}\" level=\"notice\" vd=\"root\" devid=\"FGT60FTK20000001\" devname=\"KITA-FW1\" \
         srcip=10.1.12.{} srcport=50123 dstip=203.0.113.7 dstport=443 proto=6 sessionid={} {rest}",
        1_768_871_701_000_000_001_u64 + index as u64,
        index % 200 + 1,
        index + 1,
    )
}

const COUNTED: &str = "sentbyte=1200 rcvdbyte=5600 sentpkt=10 rcvdpkt=12";

/// Writes so many of FortiGate's lines, among them every function's, as an appliance that lacks nothing does.
fn healthy(count: usize) -> Vec<String> {
    let line = |index: usize| match index % 20 {
        0 => forti(index, "utm", "ips", "action=\"dropped\" severity=\"high\" attack=\"X.Y\" attackid=4711"),
        1 => forti(index, "utm", "virus", "action=\"blocked\" virus=\"W32/X\" eventtype=\"infected\""),
        2 => forti(
            index,
            "utm",
            "webfilter",
            "action=\"passthrough\" hostname=\"a.example\" url=\"https://a.example/b\" agent=\"curl\" user=\"hanako\"",
        ),
        3 => forti(index, "utm", "app-ctrl", "action=\"pass\" app=\"HTTPS.BROWSER\" appcat=\"Web.Client\""),
        4 => forti(index, "utm", "dns", "action=\"pass\" qname=\"a.example\" eventtype=\"dns-response\""),
        5 => forti(
            index,
            "utm",
            "virus",
            "action=\"monitored\" eventtype=\"analytics\" fsaverdict=\"clean\" dtype=\"fortisandbox\"",
        ),
        6 => {
            forti(index, "event", "system", "action=\"perf-stats\" logdesc=\"System performance statistics\"")
        }
        7 => forti(index, "traffic", "forward", "action=\"deny\" policyid=0 sentbyte=0 rcvdbyte=0"),
        _ => forti(
            index,
            "traffic",
            "forward",
            &format!("action=\"close\" policyid=12 user=\"hanako\" {COUNTED}"),
        ),
    };
    (0..count).map(line).collect()
}

/// Writes one of PAN-OS's sessions.
fn pan(index: usize, subtype: &str, action: &str) -> String {
    format!(
        "1,2026/01/20 10:15:02,012801096514,TRAFFIC,{subtype},2305,2026/01/20 10:15:01,10.1.12.{},203.0.113.7,,,out,\
         kita\\hanako,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,fwd,2026/01/20 10:15:02,{},1,50123,443,0,0,0x0,\
         tcp,{action},6800,1200,5600,22,2026/01/20 10:14:01,58,any,0,{},0x0,Japan,Japan,0,10,12,tcp-fin",
        index % 200 + 1,
        index + 1,
        7_300_000_000_000_000_000_u64 + index as u64,
    )
}

fn pans(count: usize, subtype: &str) -> Vec<String> {
    (0..count).map(|index| pan(index, subtype, "allow")).collect()
}

fn without(count: usize, part: &str) -> Vec<String> {
    healthy(count).into_iter().filter(|line| !line.contains(part)).collect()
}

fn replaced(count: usize, from: &str, to: &str) -> Vec<String> {
    healthy(count).into_iter().map(|line| line.replace(from, to)).collect()
}

/// Changes every `nth` line.
fn each(count: usize, nth: usize, change: impl Fn(String) -> String) -> Vec<String> {
    let change = |(index, line): (usize, String)| if index % nth == 0 { change(line) } else { line };
    healthy(count).into_iter().enumerate().map(change).collect()
}

fn only(count: usize, part: &str) -> Vec<String> {
    healthy(count).into_iter().filter(|line| line.contains(part)).collect()
}

fn from_one(count: usize, subtype: &str, client: &str) -> Vec<String> {
    let hosts = (1..=200).map(|host| format!("srcip=10.1.12.{host} "));
    let hosts: Vec<String> = hosts.collect();
    let change = |line: String| match hosts.iter().find(|host| line.contains(host.as_str())) {
        Some(host) if line.contains(subtype) => line.replace(host.as_str(), &format!("srcip={client} ")),
        _ => line,
    };
    healthy(count).into_iter().map(change).collect()
}

/// A check, lines in which it finds something, and lines that come near and lack nothing.
type Case = (&'static str, Vec<String>, Vec<String>);

fn cases() -> Vec<Case> {
    let traffic = "type=\"traffic\"";
    let mut few_words = healthy(1_200);
    few_words.extend((0..3).map(|index| format!("kernel: message {index}")));
    let mut many_words = healthy(1_200);
    many_words.extend((0..100).map(|index| format!("kernel: message {index}")));
    let cut = |bytes: usize| {
        let long = |(index, line): (usize, String)| {
            let mut line = format!("{line} msg=\"{}\"", "x".repeat(400 + 7 * (index % 60)));
            line.truncate(bytes);
            line
        };
        healthy(1_200).into_iter().enumerate().map(long).collect::<Vec<String>>()
    };
    let mut twice = healthy(1_200);
    twice.extend(healthy(30));
    let mut once_more = healthy(1_200);
    once_more.extend(healthy(3));
    let odd = |nth: usize| each(1_200, nth, |line| line.replace("srcport=50123", "srcport=99999"));
    let watch = |line: &String| line.replace("action=\"dropped\"", "action=\"detected\"");
    let watching: Vec<String> = healthy(1_200).iter().map(watch).collect();
    let mut one_blocked = watching.clone();
    one_blocked.extend(only(20, "type=\"utm\""));
    let cef = |line: &String| {
        let rest =
            line.replace("type=\"traffic\" subtype=\"forward\"", "cat=traffic:forward").replace('"', "");
        format!("CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|{rest}")
    };
    let cefs = |count: usize| only(count, "action=\"close\"").iter().map(cef).collect::<Vec<String>>();
    let some_cef = {
        let mut lines = healthy(1_200);
        lines.extend(cefs(20));
        lines
    };
    vec![
        ("no-traffic", without(4_000, traffic), without(4_000, "action=\"close\"")),
        ("denied-only", without(2_000, "action=\"close\""), healthy(1_200)),
        ("start-only", pans(100, "start"), [pans(99, "start"), pans(1, "end")].concat()),
        (
            "only-utm-sessions",
            replaced(1_200, "policyid=12", "policyid=12 countapp=1"),
            each(1_200, 2, |line| line.replace("policyid=12", "policyid=12 countapp=1")),
        ),
        (
            "no-bytes",
            replaced(1_200, "rcvdbyte=5600", ""),
            each(1_200, 3, |l| l.replace("rcvdbyte=5600", "")),
        ),
        ("no-packets", replaced(1_200, "rcvdpkt=12", ""), each(1_200, 3, |l| l.replace("rcvdpkt=12", ""))),
        ("no-denied", without(2_000, "action=\"deny\""), healthy(2_000)),
        ("no-security-logs", without(2_000, "type=\"utm\""), healthy(2_000)),
        ("no-ips", without(22_000, "subtype=\"ips\""), without(15_000, "subtype=\"ips\"")),
        ("no-antivirus", without(22_000, "virus=\"W32/X\""), without(15_000, "virus=\"W32/X\"")),
        ("no-webfilter", without(1_200, "subtype=\"webfilter\""), without(900, "subtype=\"webfilter\"")),
        ("no-appcontrol", without(1_200, "subtype=\"app-ctrl\""), pans(1_200, "end")),
        ("no-dns", without(1_200, "subtype=\"dns\""), without(900, "subtype=\"dns\"")),
        ("no-sandbox", without(22_000, "fsaverdict"), without(15_000, "fsaverdict")),
        ("no-events", without(1_200, "type=\"event\""), without(900, "type=\"event\"")),
        (
            "sniffer",
            replaced(1_200, "subtype=\"forward\"", "subtype=\"sniffer\""),
            each(1_200, 200, |line| line.replace("subtype=\"forward\"", "subtype=\"sniffer\"")),
        ),
        ("detect-only", watching, one_blocked),
        (
            "no-zone",
            healthy(100)
                .into_iter()
                .map(|line| line.replace("eventtime=", "itime=").replace("tz=", "zone="))
                .collect(),
            replaced(100, "eventtime=", "itime="),
        ),
        (
            "no-time",
            each(1_200, 20, |line| line.replace("eventtime=", "x=").replace("date=2026", "date=none")),
            each(1_200, 200, |line| line.replace("eventtime=", "x=").replace("date=2026", "date=none")),
        ),
        ("clock-off", skewed(100, 4_000), skewed(100, 100)),
        (
            "whole-seconds",
            healthy(100).into_iter().enumerate().map(|(index, line)| second(&line, index)).collect(),
            healthy(100)
                .into_iter()
                .enumerate()
                .map(|(i, l)| if i < 50 { second(&l, i) } else { l })
                .collect(),
        ),
        ("resolver-hides", from_one(6_000, "\"dns\"", "10.1.0.53"), from_one(2_000, "\"dns\"", "10.1.0.53")),
        (
            "proxy-hides",
            from_one(6_000, "\"webfilter\"", "10.1.0.80"),
            from_one(6_000, "\"webfilter\"", "10.1.0.80")
                .into_iter()
                .map(|line| line.replace("agent=", "forwardedfor=\"10.1.12.9\" agent="))
                .collect(),
        ),
        (
            "no-tls-inspection",
            replaced(1_200, "https://a.example/b", "https://a.example/"),
            each(1_200, 11, |line| line.replace("https://a.example/b", "https://a.example/")),
        ),
        (
            "no-extended-log",
            replaced(1_200, "agent=", "agend="),
            each(1_200, 11, |l| l.replace("agent=", "agend=")),
        ),
        (
            "no-users",
            replaced(2_400, "user=", "ouser="),
            each(2_400, 2, |line| line.replace("user=", "ouser=")),
        ),
        (
            "unknown-devices",
            each(1_200, 50, |line| line.replace("FGT60FTK20000001", "FGT60FTK29999999")),
            healthy(1_200),
        ),
        (
            "no-device",
            each(1_200, 20, |line| line.replace("devid=", "x=").replace("devname=", "y=")),
            each(1_200, 20, |line| line.replace("devid=", "x=")),
        ),
        ("no-vsys", replaced(100, "vd=\"root\"", ""), each(100, 3, |line| line.replace("vd=\"root\"", ""))),
        ("cut-lines", cut(700), cut(5_000)),
        ("lean-format", cefs(200), some_cef),
        (
            "double-headers",
            replaced(
                100,
                "date=2026",
                "<14>1 2026-01-20T01:15:01Z fw1 - - - - Jan 20 10:15:01 fw1 date=2026",
            ),
            replaced(100, "date=2026", "<189>Jan 20 10:15:01 fw1 date=2026"),
        ),
        ("repeated-lines", twice, once_more),
        ("many-refused", many_words.clone(), few_words.clone()),
        ("some-refused", few_words, many_words),
        (
            "unknown-fields",
            each(100, 50, |line| format!("{line} hinomiwaves=7")),
            each(100, 50, |line| format!("{line} vwlname=\"x\"")),
        ),
        (
            "unknown-types",
            each(100, 50, |line| line.replace("subtype=\"forward\"", "subtype=\"sideways\"")),
            each(100, 50, |line| line.replace("subtype=\"forward\"", "subtype=\"local\"")),
        ),
        ("odd-lines", odd(20), odd(200)),
    ]
}

fn skewed(count: usize, seconds: i64) -> Vec<String> {
    let at = EventTime::from_seconds(1_768_871_701 + seconds);
    let wrap = |line: &String| {
        let message = line.replace('"', "\\\"");
        format!("{{\"hinomi\":{{\"collector\":\"c1\",\"received\":\"{at}\"}},\"message\":\"{message}\"}}")
    };
    healthy(count).iter().map(wrap).collect()
}

fn second(line: &str, index: usize) -> String {
    let (before, rest) = line.split_once("eventtime=").unwrap();
    let (_, after) = rest.split_once(' ').unwrap();
    format!("{before}eventtime={} {after}", 1_768_871_701 + index)
}

/// Some checks ask the registry.
fn report_for(check: &str, lines: &[String]) -> Report {
    if check == "unknown-devices" {
        return Report::of(&sample_of(&Registry::from_yaml(TENANT).unwrap(), lines));
    }
    report(lines)
}

#[test]
fn each_check_finds_what_it_is_for_and_not_what_comes_near() {
    let mut wrong = Vec::new();
    for (check, missing, near) in cases() {
        if !found(&report_for(check, &missing)).contains(&check) {
            wrong.push(format!("{check} is not found"));
        }
        if found(&report_for(check, &near)).contains(&check) {
            wrong.push(format!("{check} is found where it only comes near"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_check_has_a_case() {
    let cases: Vec<&str> = cases().iter().map(|(check, ..)| *check).collect();
    for check in checks::all() {
        assert!(cases.contains(&check.id), "{} has no case", check.id);
    }
}

#[test]
fn an_appliance_that_lacks_nothing_is_told_nothing() {
    let report = report(&healthy(2_000));
    assert_eq!(found(&report), Vec::<&str>::new());
    assert_eq!(undecided(&report), Vec::<&str>::new());
    let verdicts = &report.vendors.first().unwrap().verdicts;
    assert!(verdicts.values().all(|verdict| *verdict == Verdict::Well), "{verdicts:?}");
}

#[test]
fn a_short_sample_proves_nothing() {
    let report = report(&only(40, "type=\"traffic\""));
    assert_eq!(found(&report), Vec::<&str>::new());
    assert!(undecided(&report).contains(&"no-security-logs"), "{:?}", undecided(&report));
    let verdicts = &report.vendors.first().unwrap().verdicts;
    assert!(verdicts.values().all(|verdict| *verdict == Verdict::CannotTell), "{verdicts:?}");
}

#[test]
fn nothing_at_all_is_no_fault() {
    let report = report(&[]);
    assert!(report.lines == 0 && report.findings.is_empty() && report.vendors.is_empty());
}

#[test]
fn a_declared_resolver_hides_nobody_unnoticed() {
    let lines = from_one(6_000, "\"dns\"", "10.1.0.53");
    let registry = Registry::from_yaml(TENANT).unwrap();
    let found_of = |registry| Report::of(&sample_of(registry, &lines));
    assert!(!found(&found_of(&registry)).contains(&"resolver-hides"));
    assert!(found(&found_of(&Registry::open())).contains(&"resolver-hides"));
}

#[test]
fn findings_are_ordered_by_what_they_cost_and_spoil_what_they_say() {
    let lines = replaced(2_000, "type=\"utm\"", "type=\"gone\"");
    let lines: Vec<String> = lines.iter().map(|line| line.replace("user=", "ouser=")).collect();
    let report = report(&lines);
    let costs: Vec<Cost> = report.findings.iter().map(|finding| finding.cost).collect();
    assert!(costs.is_sorted() && costs.contains(&Cost::Blocks) && costs.contains(&Cost::Note), "{costs:?}");
    let verdicts = &report.vendors.first().unwrap().verdicts;
    assert_eq!(verdicts[&Area::Attacks], Verdict::Not);
    assert_eq!(verdicts[&Area::Who], Verdict::Partly);
    assert_eq!(verdicts[&Area::Outcome], Verdict::Well);
}

#[test]
fn the_sample_day_lacks_exactly_this() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let registry =
        crate::registry::read(Some(&root.join("registry.yaml")), hinomi_model::Language::En).unwrap();
    let files = ["sample-day/kita-fortigate.log.zst", "sample-day/kita-panos.log.gz"];
    let report = crate::examine(files.map(|file| Input::File(root.join(file))), &registry).unwrap();
    let told: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.check, finding.vendor.map_or("", |vendor| vendor.as_str())))
        .collect();
    assert_eq!(
        told,
        [
            "unknown-devices ",
            "no-tls-inspection panos",
            "no-extended-log fortigate",
            "no-users panos",
            "some-refused "
        ]
    );
}

#[test]
fn the_words_are_the_schemas() {
    let schema = include_str!("../../../../events/schema/doctor.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let listed = |place: &str| -> Vec<String> {
        let list = schema.pointer(place).unwrap().as_array().unwrap();
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let areas: Vec<&str> = Area::ALL.iter().map(|area| area.word()).collect();
    assert_eq!(listed("/$defs/verdicts/propertyNames/enum"), areas);
    let verdicts = [Verdict::Well, Verdict::Partly, Verdict::Not, Verdict::CannotTell];
    assert_eq!(listed("/$defs/verdicts/additionalProperties/enum"), verdicts.map(Verdict::word));
    let costs: Vec<&str> = Cost::ALL.iter().map(|cost| cost.word()).collect();
    assert_eq!(listed("/$defs/finding/properties/cost/enum"), costs);
}
