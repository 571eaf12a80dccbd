//! PAN-OS lines of our own making, read through the crate's front door.
//!
//! `corpus/panos/pass` holds lines that read without an oddity, `anomaly` lines that read with one, `reject` lines
//! that are refused. A snapshot of every file shows each event whole.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Format, QuarantineReason};
use hinomi_parse::{Context, Scratch, parse_line};
use proptest::prelude::*;
use serde_json::{Value, json};

fn corpus(folder: &str) -> Vec<(String, Vec<String>)> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/panos").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect())
        })
        .collect()
}

fn received() -> EventTime {
    EventTime::parse_rfc3339("2026-01-20T01:15:03Z").unwrap()
}

/// Reads a line as a JSON document: the event, or the reason why there is none.
fn read(
    line: &[u8],
    registry: &Registry,
    scratch: &mut Scratch,
) -> Result<Value, (QuarantineReason, String)> {
    let context = Context { registry, received: received(), collected: Collected::default() };
    match parse_line(line, &context, scratch) {
        Ok(event) => Ok(serde_json::to_value(&event).unwrap()),
        Err(reject) => Err((reject.reason, reject.detail)),
    }
}

fn read_str(line: &str) -> Result<Value, (QuarantineReason, String)> {
    read(line.as_bytes(), &Registry::open(), &mut Scratch::default())
}

#[test]
fn ok_lines_read_without_an_oddity() {
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    for (name, lines) in corpus("pass") {
        let events: Vec<Value> =
            lines.iter().map(|line| read(line.as_bytes(), &registry, &mut scratch).unwrap()).collect();
        for (event, line) in events.iter().zip(&lines) {
            assert_eq!(event.get("anomalies"), None, "{name}: {line}");
        }
        insta::assert_json_snapshot!(format!("pass__{name}"), events);
    }
}

#[test]
fn odd_lines_read_and_say_what_is_odd() {
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    for (name, lines) in corpus("anomaly") {
        let events: Vec<Value> =
            lines.iter().map(|line| read(line.as_bytes(), &registry, &mut scratch).unwrap()).collect();
        insta::assert_json_snapshot!(format!("anomaly__{name}"), events);
    }
}

#[test]
fn err_lines_are_refused_with_their_reason() {
    for (name, lines) in corpus("reject") {
        let reasons: Vec<Value> = lines
            .iter()
            .map(|line| {
                let (reason, detail) = read_str(line).unwrap_err();
                json!({"line": line, "reason": reason, "detail": detail})
            })
            .collect();
        insta::assert_json_snapshot!(format!("reject__{name}"), reasons);
    }
}

/// Reads a line and shows what of the event is not written out: format, release, and fields that are news.
fn unwritten(line: &str) -> (Format, Option<String>, u32, Vec<String>) {
    let registry = Registry::open();
    let context = Context { registry: &registry, received: received(), collected: Collected::default() };
    let mut scratch = Scratch::default();
    let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
    let unknown: Vec<String> = event
        .extra
        .fields()
        .filter(|field| !field.known)
        .map(|field| field.name.of(event.extra.line()).into_owned())
        .collect();
    assert_eq!(unknown.len(), event.unknown_fields as usize);
    (event.format, event.firmware.map(|text| text.into_owned()), event.unknown_fields, unknown)
}

#[test]
fn every_line_says_its_format_and_release() {
    let cases = [
        ("traffic-by-release", 3, Format::Csv, Some("10.1")),
        ("cef-guide", 0, Format::Cef, Some("11.1.2")),
        ("cef-strata", 0, Format::Cef, Some("10.2")),
        ("leef", 0, Format::Leef, Some("11.1.6-h14")),
        ("leef", 12, Format::Leef, Some("9.1")),
        ("json-native", 0, Format::Json, Some("11.2.5")),
        ("strata", 0, Format::Json, Some("10.0")),
        ("json-native", 1, Format::Json, None),
    ];
    for (name, index, format, release) in cases {
        let read = unwritten(&lines_of(name)[index]);
        assert_eq!((read.0, read.1.as_deref()), (format, release), "{name} {index}");
    }
}

#[test]
fn vendors_fields_are_known_and_others_are_news() {
    let news = ["Change Ticket", "owner", "column_130", "column_132"];
    for (name, lines) in corpus("pass") {
        for line in &lines {
            let mut unknown = unwritten(line).3;
            unknown.retain(|field| !news.contains(&field.as_str()));
            assert!(unknown.is_empty(), "{name}: {unknown:?} in {line}");
        }
    }
    assert_eq!(unwritten(&lines_of("cef-custom")[5]).3, news[..2]);
    // Columns beyond the table; the empty one between them is none.
    assert_eq!(unwritten(&lines_of("traffic-by-release")[4]).3, news[2..]);
    let whole = &lines_of("traffic-by-release")[3];
    assert_eq!(unwritten(&format!("{whole}{}", ",".repeat(140))).2, 0);
}

#[test]
fn one_session_is_one_event_in_every_encoding() {
    let first = |name: &str| read_str(&lines_of(name)[0]).unwrap();
    let native = first("json-native");
    for name in ["cef-guide", "cef-strata", "cef-custom", "leef"] {
        let event = first(name);
        for key in [
            "device",
            "vsys",
            "log_type",
            "log_subtype",
            "function",
            "action",
            "disposition",
            "direction",
            "src_ip",
            "src_port",
            "dst_ip",
            "dst_port",
            "nat_src_ip",
            "nat_src_port",
            "src_zone",
            "dst_zone",
            "protocol",
            "user",
            "app",
            "session_id",
            "rule",
            "bytes_out",
            "bytes_in",
            "packets_out",
            "packets_in",
            "duration_ms",
            "category",
            "reason",
            "count",
        ] {
            assert_eq!(event[key], native[key], "{key} in {name}");
        }
        for key in ["seqno", "logset", "inbound_if", "bytes", "action_source", "dg_hier_level_1"] {
            assert_eq!(event["extra"][key], native["extra"][key], "{key} in {name}");
        }
    }
}

#[test]
fn tunnels_and_mobile_networks_are_no_sessions() {
    let mut seen = 0;
    for (_, lines) in corpus("pass") {
        for line in &lines {
            let event = read_str(line).unwrap();
            if matches!(event["log_type"].as_str(), Some("START" | "END" | "GTP" | "SCTP")) {
                assert_eq!(event["function"], json!("other"), "{line}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 7, "{seen}");
}

#[test]
fn words_of_the_other_vendor_in_a_url_change_nothing() {
    let words = "x type=traffic subtype=forward logid=0000000013 devid=FGT60FTK20000001";
    for (name, index) in [("threat-url", 0), ("cef-guide", 2), ("leef", 5)] {
        let line = &lines_of(name)[index];
        let url = read_str(line).unwrap()["url"].as_str().unwrap().to_owned();
        let (before, after) = line.split_once(url.get(..8).unwrap()).unwrap();
        let event = read_str(&format!("{before}{words} {}{after}", &url[..8])).unwrap();
        assert_eq!(event["vendor"], json!("panos"), "{name}");
    }
}

/// Columns of a row by index, with their text.
type Given<'t> = &'t [(usize, &'t str)];

/// A row in which every column after the type but the ones given is its own marker.
fn marked_row(log_type: &str, columns: usize, given: Given<'_>) -> (String, Vec<String>) {
    let mut markers = Vec::new();
    let row: Vec<String> = (0..columns)
        .map(|index| match given.iter().find(|(place, _)| *place == index) {
            Some((_, text)) => (*text).to_owned(),
            None if index == 0 => "1".to_owned(),
            None if index == 3 => log_type.to_owned(),
            None => {
                let marker = format!("marker-{index}-");
                markers.push(marker.clone());
                marker
            }
        })
        .collect();
    (row.join(","), markers)
}

#[test]
fn nothing_is_dropped_whatever_a_column_holds() {
    let time = (6, "2026/01/20 10:15:01");
    let cases: &[(&str, usize, Given<'_>)] = &[
        ("TRAFFIC", 140, &[time]),
        ("THREAT", 130, &[time]),
        ("THREAT", 130, &[time, (4, "url")]),
        ("THREAT", 130, &[time, (4, "virus"), (35, "server-to-client")]),
        ("THREAT", 130, &[time, (4, "wildfire")]),
        ("THREAT", 130, &[time, (4, "spyware")]),
        ("SYSTEM", 30, &[time]),
        ("CONFIG", 30, &[time]),
        ("CONFIG", 30, &[time, (16, "77"), (17, "0x0")]),
        ("GLOBALPROTECT", 55, &[time]),
        ("USERID", 40, &[time]),
        ("HIPMATCH", 40, &[time]),
        ("CORRELATION", 30, &[time]),
        ("DECRYPTION", 120, &[time]),
        ("AUTHENTICATION", 60, &[time]),
        ("IPTAG", 40, &[time]),
        ("START", 100, &[time]),
        ("GTP", 100, &[time]),
        ("SCTP", 100, &[time]),
        ("AUDIT", 20, &[time]),
    ];
    for (log_type, columns, given) in cases {
        let (row, markers) = marked_row(log_type, *columns, given);
        let event = read_str(&row).unwrap().to_string();
        for marker in markers {
            assert!(event.contains(&marker), "{log_type} {given:?}: {marker} is missing in {event}");
        }
    }
}

#[test]
fn a_row_reads_alike_however_many_columns_follow() {
    let lines = lines_of("traffic-by-release");
    let whole = read_str(&lines[3]).unwrap();
    let columns: Vec<&str> = lines[3].split(',').collect();
    for count in 36..columns.len() {
        let event = read_str(&columns[..count].join(",")).unwrap();
        for key in ["src_ip", "dst_ip", "dst_port", "bytes_in", "rule", "user", "session_id", "action"] {
            assert_eq!(event[key], whole[key], "{key} with {count} columns");
        }
    }
}

const REGISTRY: &str = r#"
version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16]
    time_zone: Asia/Tokyo
    devices: [{id: "012345678901234", vendor: panos, posture: sniffer}]
  - id: minami
    name: {ja: 南市, en: Minami City}
    internal: [10.2.0.0/16, 198.51.100.0/24]
    devices: []
shared_devices: [{id: "099999999999999", vendor: panos, owner: kita, tenants_by: internal}]
"#;

fn lines_of(name: &str) -> Vec<String> {
    corpus("pass").into_iter().find(|(file, _)| file == name).unwrap().1
}

#[test]
fn registry_decides_posture_and_zone() {
    let registry = Registry::from_yaml(REGISTRY).unwrap();
    let event =
        read(lines_of("traffic-by-release")[1].as_bytes(), &registry, &mut Scratch::default()).unwrap();
    assert_eq!(
        (&event["time"], &event["time_source"]),
        (&json!("2026-01-20T01:15:01Z"), &json!("device_local"))
    );
    let denied = read(lines_of("traffic-ends")[4].as_bytes(), &registry, &mut Scratch::default()).unwrap();
    assert_eq!((&denied["action"], &denied["disposition"]), (&json!("reset-both"), &json!("detected")));
}

#[test]
fn shared_firewall_belongs_to_whose_inside_it_is() {
    let registry = Registry::from_yaml(REGISTRY).unwrap();
    let mut scratch = Scratch::default();
    let mut tenant = |line: &str| {
        let line = line.replace("012345678901234", "099999999999999");
        read(line.as_bytes(), &registry, &mut scratch).unwrap()["tenant"].clone()
    };
    let outbound = &lines_of("traffic-by-release")[3];
    assert_eq!(tenant(outbound), json!("kita"));
    assert_eq!(tenant(&outbound.replace("10.1.12.34", "10.2.0.5")), json!("minami"));
    // The inside end of a response stands second in its row.
    let response = &lines_of("threat-virus")[0];
    assert_eq!(tenant(&response.replace("10.1.12.34", "10.2.0.5")), json!("minami"));
}

#[test]
fn device_that_nobody_registered_is_refused() {
    let registry = Registry::from_yaml(REGISTRY).unwrap();
    let line = lines_of("traffic-by-release")[3].replace("012345678901234", "000000000000001");
    let (reason, _) = read(line.as_bytes(), &registry, &mut Scratch::default()).unwrap_err();
    assert_eq!(reason, QuarantineReason::UnknownDevice);
}

/// A small generator, so that a failure can be played again from its seed.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

#[test]
fn no_mutation_of_the_corpus_panics() {
    const PIECES: [&[u8]; 12] = [
        b",",
        b"\"",
        b"\"\"",
        b"{",
        b"}",
        b"\\",
        b" ",
        b"\xff",
        b"(",
        b")",
        b"9999999999999999999",
        b"TRAFFIC",
    ];
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    let lines: Vec<String> = ["pass", "anomaly", "reject"]
        .iter()
        .flat_map(|folder| corpus(folder))
        .flat_map(|(_, lines)| lines)
        .collect();
    let mut random = Seeded(2);
    for line in &lines {
        for _ in 0..60 {
            let mut bytes = line.clone().into_bytes();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len() + 1);
                match random.below(4) {
                    0 => bytes.truncate(at),
                    1 => {
                        let end = (at + random.below(20)).min(bytes.len());
                        bytes.drain(at..end);
                    }
                    2 => {
                        let piece = PIECES[random.below(PIECES.len())];
                        bytes.splice(at..at, piece.iter().copied());
                    }
                    _ => {
                        if let Some(byte) = bytes.get_mut(at) {
                            *byte ^= 1 << random.below(8);
                        }
                    }
                }
            }
            let _ = read(&bytes, &registry, &mut scratch);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(
        head in prop::sample::select(vec![
            "",
            "1,2026/01/20 10:15:02,0123,THREAT,",
            "1,2026/01/20 10:15:02,0123,TRAFFIC,",
            "{\"LogType\":\"THREAT\",",
            "CEF:0|Palo Alto Networks|PAN-OS|11.1|",
            "CEF:0|Palo Alto Networks|PAN-OS|11.1|end|TRAFFIC|1|rt=1768871701123 cs1=",
            "LEEF:2.0|Palo Alto Networks|PAN-OS|11.1|",
            "LEEF:1.0|Palo Alto Networks|PAN-OS|11.1|allow|cat=TRAFFIC|ReceiveTime=2026/01/20 10:15:02|",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut line = head.as_bytes().to_vec();
        line.extend(tail);
        let _ = read(&line, &Registry::open(), &mut Scratch::default());
    }

    #[test]
    fn no_pairs_panic(
        head in prop::sample::select(vec![
            "CEF:0|Palo Alto Networks|PAN-OS|11.1|url|THREAT|1|rt=1768871701123",
            "CEF:0|Palo Alto Networks|LF|2.0|TRAFFIC|end|1|rt=1768871701123",
            "LEEF:1.0|Palo Alto Networks|PAN-OS|11.1|x|cat=SYSTEM|ReceiveTime=2026/01/20 10:15:02",
        ]),
        pairs in prop::collection::vec(
            ("cs[1-7]|cs[1-6]Label|cn1|cn1Label|c6a2|c6a2Label|src|dst|spt|cat|msg|request|sev|[a-zA-Z]{1,6}",
             "[ -~]{0,8}|\\PC{0,3}|[0-9]{1,22}|192\\.0\\.2\\.[0-9]{1,3}|\\$[a-z_]{1,9}"),
            0..60,
        ),
    ) {
        let separator = if head.starts_with('C') { ' ' } else { '|' };
        let mut line = head.to_owned();
        for (key, value) in pairs {
            line.extend([separator, ' ']);
            line += &format!("{key}={value}");
        }
        prop_assert!(read_str(&line).is_ok());
    }

    #[test]
    fn no_columns_panic(
        log_type in prop::sample::select(vec!["TRAFFIC", "THREAT", "SYSTEM", "CONFIG", "GLOBALPROTECT", "AUTH", "DECRYPTION", "CORRELATION"]),
        columns in prop::collection::vec("[ -~]{0,6}|é|\"[a-z,]{0,5}\"|[0-9]{1,22}|0x[0-9a-f]{1,20}|192\\.0\\.2\\.[0-9]{1,3}|x\\([0-9]+\\)", 0..130),
    ) {
        let line = format!("1,2026/01/20 10:15:02,0123,{log_type},url,1,2026/01/20 10:15:02,{}", columns.join(","));
        prop_assert!(read_str(&line).is_ok());
    }
}
