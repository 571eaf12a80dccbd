//! What collectors send, as `infra/collectors` configures them: the same events as the lines alone give, in records
//! that Kinesis takes.
//!
//! `events/collectors` holds the lines as two firewalls sent them, and what each collector made of them. `rsyslog.ndjson`
//! was written by rsyslog itself (`infra/collectors/rsyslog/check.sh`), the Kinesis Agent sends that file's lines as they
//! are, and the others were made with the configurations' own programs (VRL, Lua).

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this file is a test")]

use std::fs;
use std::path::{Path, PathBuf};

use hinomi_detect::line_id;
use hinomi_generate::encode::frames;
use hinomi_generate::{SplitMix64, day};
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, QuarantineReason};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};
use serde_json::Value;

/// Kinesis' default limit of a record.
const MAX_KINESIS_RECORD_BYTES: usize = 1024 * 1024;
/// Kinesis' limit of a PutRecords request.
const MAX_PUT_RECORDS_BYTES: usize = 5 * 1024 * 1024;
/// Most records of a PutRecords request.
const MAX_PUT_RECORDS: usize = 500;
/// Up to where Fluent Bit joins lines, before compression (MAX_EVENT_SIZE of its kinesis_streams output).
const FLUENT_BIT_RECORD_BYTES: usize = 1_048_556;
/// What a full record of generated lines may have after compression. They are more alike than real ones, which have
/// twice as much: near 125,000 bytes.
const FULL_RECORD_BYTES: std::ops::RangeInclusive<usize> = 30_000..=125_000;
/// The sample's lines.
const LINES: usize = 11;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn collector_file(name: &str) -> String {
    fs::read_to_string(root().join("infra/collectors").join(name)).unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join("events/collectors").join(name)).unwrap()
}

/// The lines as the firewalls sent them.
fn plain_lines() -> Vec<String> {
    ["fortigate.log", "panos.log"]
        .iter()
        .flat_map(|name| {
            String::from_utf8(fixture(name)).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

fn registry_text() -> String {
    fs::read_to_string(root().join("events/registry.yaml")).unwrap()
}

fn registry() -> Registry {
    Registry::from_yaml(&registry_text()).unwrap()
}

/// The sample registry with both firewalls bound to a collector, and known by their addresses.
fn registry_bound_to(collector: &str) -> Registry {
    let text = registry_text();
    let bound = text
        .replace(
            "name: KITA-FW1,",
            &format!("name: KITA-FW1, aliases: [127.0.0.11], collectors: [{collector}],"),
        )
        .replace(
            "name: KITA-PA1,",
            &format!("name: KITA-PA1, aliases: [127.0.0.12], collectors: [{collector}],"),
        );
    assert_eq!(bound.matches("collectors:").count(), text.matches("collectors:").count() + 2);
    Registry::from_yaml(&bound).unwrap()
}

/// Each collector's records of the sample.
fn collectors() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let written = fixture("rsyslog.ndjson");
    let records = written.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    vec![
        ("rsyslog and kinesis-agent", records),
        ("vector", vec![fixture("vector-fortigate.zst"), fixture("vector-panos.zst")]),
        ("fluent-bit", vec![fixture("fluent-bit.zst")]),
    ]
}

/// One line that ingest would see, or why not.
#[derive(Debug, PartialEq)]
struct Read {
    event: Result<Value, QuarantineReason>,
    id: u128,
    raw: String,
}

fn read(line: &[u8], registry: &Registry, received: EventTime, collected: Collected<'_>) -> Read {
    let context = Context { registry, received, collected };
    match parse_line(line, &context, &mut Scratch::default()) {
        Ok(event) => Read {
            event: Ok(serde_json::to_value(&event).unwrap()),
            id: line_id(&event),
            raw: event.raw.to_owned(),
        },
        Err(reject) => Read { event: Err(reject.reason), id: 0, raw: String::new() },
    }
}

/// Splits a record as ingest does. What came with the record is another time than what the envelopes say, so that a
/// collector's word is seen to win.
fn read_record(record: &[u8], registry: &Registry) -> Vec<Read> {
    let arrival = EventTime::parse_rfc3339("2026-11-23T11:59:59Z").unwrap();
    let mut scratch = FrameScratch::default();
    let mut lines = Lines::new(record, &mut scratch);
    let mut read_lines = Vec::new();
    while let Some(item) = lines.next_line() {
        let line = item.content.unwrap_or_else(|(reject, _)| panic!("{reject}"));
        read_lines.push(read(
            line,
            registry,
            arrival,
            Collected { received: Some(arrival), ..Collected::default() },
        ));
    }
    read_lines
}

/// Returns the record's envelopes, read by nothing of ours.
fn envelopes(record: &[u8]) -> Vec<Value> {
    let bytes = if record.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::decode_all(record).unwrap()
    } else {
        record.to_vec()
    };
    String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_collector_gives_the_events_of_the_lines_themselves() {
    let registry = registry();
    let plain = plain_lines();
    assert_eq!(plain.len(), LINES);
    for (name, records) in collectors() {
        let envelopes: Vec<Value> = records.iter().flat_map(|record| envelopes(record)).collect();
        let found: Vec<Read> = records.iter().flat_map(|record| read_record(record, &registry)).collect();
        assert_eq!((envelopes.len(), found.len()), (LINES, LINES), "{name}");
        for ((line, envelope), found) in plain.iter().zip(&envelopes).zip(found) {
            assert_eq!(envelope["message"].as_str(), Some(line.as_str()), "{name}");
            let text = |key: &str| envelope["hinomi"][key].as_str().unwrap();
            let received = EventTime::parse_rfc3339(text("received")).unwrap();
            let collected = Collected {
                collector: Some(text("collector")),
                device: Some(text("device")),
                received: Some(received),
            };
            assert_eq!(collected.collector, Some("c1"), "{name}");
            let expected = read(line.as_bytes(), &registry, received, collected);
            assert!(expected.event.is_ok(), "{name}: {line}: {expected:?}");
            assert_eq!(found, expected, "{name}");
            let shown = found.event.unwrap();
            assert_eq!(
                EventTime::parse_rfc3339(shown["received"].as_str().unwrap()),
                Some(received),
                "{name}"
            );
            let address = if line.contains("KITA-FW1") { "127.0.0.11" } else { "127.0.0.12" };
            assert_eq!(collected.device, Some(address), "{name}");
        }
    }
}

#[test]
fn a_device_bound_to_another_collector_is_a_mismatch() {
    let (ours, others) = (registry_bound_to("c1"), registry_bound_to("c2"));
    for (name, records) in collectors() {
        for record in records {
            for found in read_record(&record, &ours) {
                assert!(found.event.is_ok(), "{name}: {found:?}");
            }
            for found in read_record(&record, &others) {
                assert_eq!(found.event, Err(QuarantineReason::DeviceMismatch), "{name}");
            }
        }
    }
}

#[test]
fn the_senders_address_names_a_device_whose_line_does_not() {
    let registry = registry_bound_to("c1");
    let line =
        r#"<189>date=2026-11-23 time=19:30:00 logid="0100040704" type="event" subtype="system" cpu=4 mem=48"#;
    let rendered = rsyslog_line("2026-11-23T10:30:01.000000+00:00", "127.0.0.11", line);
    let found = &read_record(rendered.as_bytes(), &registry)[0];
    assert_eq!(found.event.as_ref().unwrap()["tenant"], "kita");
    let alone = &read_record(line.as_bytes(), &registry)[0];
    assert_eq!(alone.event, Err(QuarantineReason::NoDevice));
}

/// Renders the template `hinomi-line` of rsyslog's configuration.
fn rsyslog_line(received: &str, address: &str, message: &str) -> String {
    let config = collector_file("rsyslog/hinomi.conf");
    let (_, rest) = config.split_once("template(name=\"hinomi-line\" type=\"list\") {").unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let mut line = String::new();
    for part in body.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(constant) =
            part.strip_prefix("constant(value=\"").and_then(|rest| rest.strip_suffix("\")"))
        {
            line.push_str(&constant.replace("\\\"", "\"").replace("\\n", "\n"));
        } else if part.contains("name=\"timegenerated\" dateFormat=\"rfc3339\" date.inUTC=\"on\"") {
            line.push_str(received);
        } else if part.contains("name=\"fromhost-ip\"") {
            line.push_str(address);
        } else if part.contains("name=\"rawmsg\" format=\"json\"") {
            line.push_str(&rsyslog_json(message));
        } else {
            panic!("the template has a part that this test does not know: {part}");
        }
    }
    line
}

/// Escapes as rsyslog does with `format="json"`: a slash too.
fn rsyslog_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].replace('/', "\\/")
}

#[test]
fn rsyslog_writes_what_its_template_says() {
    let written = String::from_utf8(fixture("rsyslog.ndjson")).unwrap();
    assert_eq!(written.lines().count(), LINES);
    for (line, envelope) in plain_lines().iter().zip(written.split_inclusive('\n')) {
        let received = serde_json::from_str::<Value>(envelope).unwrap()["hinomi"]["received"].clone();
        let address = if line.contains("KITA-FW1") { "127.0.0.11" } else { "127.0.0.12" };
        assert_eq!(rsyslog_line(received.as_str().unwrap(), address, line), envelope);
    }
}

#[test]
fn the_kinesis_agent_follows_the_files_that_rsyslog_writes() {
    let agent: Value = serde_json::from_str(&collector_file("kinesis-agent/agent.json")).unwrap();
    let flow = &agent["flows"][0];
    let pattern = flow["filePattern"].as_str().unwrap();
    let (prefix, suffix) = pattern.split_once('*').unwrap();
    let rsyslog = collector_file("rsyslog/hinomi.conf");
    let (_, rest) = rsyslog.split_once("template(name=\"hinomi-file\" type=\"list\") {").unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let constants: Vec<&str> = body
        .lines()
        .filter_map(|part| part.trim().strip_prefix("constant(value=\"")?.strip_suffix("\")"))
        .collect();
    assert_eq!(constants, [prefix, suffix]);
    let directory = Path::new(prefix).parent().unwrap().to_str().unwrap();
    assert!(collector_file("rsyslog/hinomi-tmpfiles.conf").contains(&format!("\nd {directory} ")));
    let number = |key: &str| usize::try_from(flow[key].as_u64().unwrap()).unwrap();
    assert!(number("maxBufferSizeRecords") <= MAX_PUT_RECORDS);
    assert!(number("maxBufferSizeBytes") <= MAX_PUT_RECORDS_BYTES);
    assert!((1_000..=900_000).contains(&number("maxBufferAgeMillis")), "the agent's own bounds");
}

/// Reads the first number after a place in a configuration and a key behind it.
fn number_after(config: &str, place: &str, key: &str) -> usize {
    let (_, rest) = config.split_once(place).unwrap_or_else(|| panic!("no {place}"));
    let (_, rest) = rest.split_once(key).unwrap_or_else(|| panic!("no {key} after {place}"));
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number at {key} after {place}"))
}

/// A line in Vector's envelope: VRL writes members by name.
fn vector_line(number: usize, line: &str) -> String {
    let message = serde_json::to_string(line).unwrap();
    let (second, micro) = (number / 40 % 60, number * 7_919 % 1_000_000);
    format!(
        r#"{{"hinomi":{{"collector":"c1","device":"10.1.0.1","received":"2026-10-20T10:30:{second:02}.{micro:06}Z"}},"message":{message}}}"#
    )
}

struct VectorConfig {
    short_bytes: usize,
    short_lines: usize,
    long_bytes: usize,
    long_lines: usize,
    text: String,
}

fn vector_config() -> VectorConfig {
    let text = collector_file("vector/vector.yaml");
    VectorConfig {
        short_bytes: number_after(&text, "{name: short, condition:", "<="),
        short_lines: number_after(&text, "records_short:", "max_events:"),
        long_bytes: number_after(&text, "{name: long, condition:", "<="),
        long_lines: number_after(&text, "records_long:", "max_events:"),
        text,
    }
}

#[test]
fn vectors_envelope_is_the_one_that_sizes_are_measured_with() {
    for name in ["vector-fortigate.zst", "vector-panos.zst"] {
        let record = String::from_utf8(zstd::decode_all(fixture(name).as_slice()).unwrap()).unwrap();
        assert!(!record.ends_with('\n'), "lines are joined, not ended");
        for line in record.lines() {
            let envelope: Value = serde_json::from_str(line).unwrap();
            let expected = vector_line(0, envelope["message"].as_str().unwrap())
                .replace(
                    "10.1.0.1\",\"received",
                    &format!("{}\",\"received", envelope["hinomi"]["device"].as_str().unwrap()),
                )
                .replace("2026-10-20T10:30:00.000000Z", envelope["hinomi"]["received"].as_str().unwrap());
            assert_eq!(line, expected);
        }
    }
}

#[test]
fn no_record_of_vector_is_larger_than_kinesis_takes_however_badly_it_compresses() {
    let config = vector_config();
    // Each line but the last has a line feed behind it.
    assert!(config.short_lines * (config.short_bytes + 1) < MAX_KINESIS_RECORD_BYTES);
    assert!(config.long_lines * (config.long_bytes + 1) < MAX_KINESIS_RECORD_BYTES);
    // At the worst JSON writes six bytes for one, \u0001 for a control character.
    let longest = number_after(&config.text, "octet_counting:\n", "max_length:");
    assert!(longest * 6 + 1_024 < MAX_KINESIS_RECORD_BYTES);
    let batch = number_after(&config.text, "batch:", "max_events:");
    assert!(batch * MAX_KINESIS_RECORD_BYTES <= MAX_PUT_RECORDS_BYTES);
    for needed in ["compression: zstd", "request_retry_partial: true", "when_full: block", "type: disk"] {
        assert!(config.text.contains(needed), "{needed}");
    }
}

/// Takes lines of the sample day as a collector of 1 MiB records would: up to so many lines, or so many bytes.
fn full_record(lines: &[String], most_lines: usize, longest: usize, most_bytes: usize) -> (usize, Vec<u8>) {
    let mut record = Vec::new();
    let mut taken = 0;
    let wrapped = lines.iter().enumerate().map(|(number, line)| vector_line(number, line));
    for line in wrapped.filter(|line| line.len() <= longest).take(most_lines) {
        if record.len() + line.len() + 1 > most_bytes {
            break;
        }
        record.extend_from_slice(line.as_bytes());
        record.push(b'\n');
        taken += 1;
    }
    (taken, record)
}

#[test]
fn full_records_are_near_what_kinesis_charges_best_for() {
    let config = vector_config();
    let day = day::sample_day(day::SEED);
    let registry = registry();
    for (vendor, lines) in [("fortigate", &day.fortigate), ("panos", &day.panos)] {
        // Vector's default level of zstd is 3, Fluent Bit's 1.
        let vector = full_record(lines, config.short_lines, config.short_bytes, usize::MAX);
        let fluent_bit = full_record(lines, usize::MAX, usize::MAX, FLUENT_BIT_RECORD_BYTES);
        for (collector, (taken, record), level) in [("vector", vector, 3), ("fluent-bit", fluent_bit, 1)] {
            let sent = zstd::encode_all(record.as_slice(), level).unwrap();
            println!(
                "{collector}, {vendor}: {taken} lines, {} bytes, {} compressed",
                record.len(),
                sent.len()
            );
            assert!(FULL_RECORD_BYTES.contains(&sent.len()), "{collector}, {vendor}: {} bytes", sent.len());
            assert_eq!(read_record(&sent, &registry).len(), taken, "{collector}, {vendor}");
        }
    }
}

#[test]
fn a_flood_of_one_line_is_read_however_well_it_compresses() {
    let config = vector_config();
    let registry = registry();
    let line = plain_lines().into_iter().next().unwrap();
    let envelope = vector_line(0, &line).replace("2026-10-20", "2026-11-23");
    assert!(envelope.len() <= config.short_bytes);
    for lines in [config.short_lines, FLUENT_BIT_RECORD_BYTES / (envelope.len() + 1)] {
        let record = frames::newline(std::iter::repeat_n(envelope.as_bytes(), lines));
        let sent = zstd::encode_all(record.as_slice(), 3).unwrap();
        assert!(sent.len() * 200 < record.len(), "it must be what a reader could take for a bomb");
        let read = read_record(&sent, &registry);
        assert_eq!(read.len(), lines);
        assert!(read.iter().all(|read| read.event.is_ok()));
    }
}

#[test]
fn lines_that_an_attacker_made_long_and_random_still_fit() {
    let config = vector_config();
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['-', '_']).collect();
    let mut random = SplitMix64::new(7);
    let mut noise = |length: usize| (0..length).map(|_| *random.pick(&letters)).collect::<String>();
    for (longest, lines) in [(config.short_bytes, config.short_lines), (config.long_bytes, config.long_lines)]
    {
        let empty = r#"<189>date=2026-11-23 time=19:30:00 devid="FGT60FTK20000001" logid="0317013312" type="utm" subtype="webfilter" url="/""#;
        let room = longest - vector_line(0, empty).len();
        let lines: Vec<String> = (0..lines)
            .map(|number| vector_line(number, &empty.replace("url=\"/", &format!("url=\"/{}", noise(room)))))
            .collect();
        assert!(lines.iter().all(|line| line.len() == longest));
        let record = lines.join("\n");
        let sent = zstd::encode_all(record.as_bytes(), 3).unwrap();
        assert!(sent.len() < MAX_KINESIS_RECORD_BYTES, "{} bytes", sent.len());
        assert_eq!(read_record(&sent, &registry()).len(), lines.len());
    }
}

#[test]
fn fluent_bit_loses_nothing_by_its_defaults() {
    let config = collector_file("fluent-bit/fluent-bit.yaml");
    for needed in [
        "simple_aggregation: on",
        "compression: zstd",
        "retry_limit: no_limits",
        "storage.total_limit_size: ",
    ] {
        assert!(config.contains(needed), "{needed}");
    }
    let inputs = config.matches("    - name: syslog").count();
    assert_eq!(config.matches("      storage.type: filesystem").count(), inputs);
    // A message longer than the buffer closes the connection.
    assert_eq!(
        config.matches("      buffer_max_size: 128K").count(),
        config.matches("      mode: tcp").count()
    );
    let record = zstd::decode_all(fixture("fluent-bit.zst").as_slice()).unwrap();
    assert!(record.ends_with(b"\n"), "it ends each line");
}
