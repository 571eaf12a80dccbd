//! The events under `events/` are what they are made to be, and the functions' edge reads them.

#![expect(clippy::unwrap_used, reason = "all of this file is a test; its helpers fail it as loudly")]

use std::fs;

use hinomi_lambda::{Event, Metric};
use hinomi_model::FindingBatch;
use hinomi_store::object;
use hinomi_tests::envelopes::{LINES, all, folder, ingest};

fn event(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn files_are_what_is_made() {
    let mut files: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    files.sort_unstable();
    let made = all().unwrap();
    assert_eq!(files, made.keys().cloned().collect::<Vec<_>>());
    for (name, made) in made {
        assert_eq!(event(&name), made, "{name}: run `cargo run -p hinomi-tests --example envelopes`");
    }
}

#[test]
fn every_framing_brings_the_same_lines_and_findings() {
    let (_, plain) = ingest(&event("kinesis-raw.json")).unwrap();
    for name in [
        "kinesis-raw.json",
        "kinesis-gzip.json",
        "kinesis-zstd.json",
        "kinesis-ndjson.json",
        "kinesis-kpl.json",
    ] {
        let (report, put) = ingest(&event(name)).unwrap();
        let lines = report.counted(Metric::Lines);
        assert_eq!((lines, report.counted(Metric::LinesDone)), (LINES as u64, LINES as u64), "{name}");
        assert_eq!(put.len(), plain.len(), "{name}");
        assert!(!put.is_empty(), "{name}");
    }
}

#[test]
fn what_no_stream_should_hold_costs_itself_alone() {
    for (name, records) in [("kinesis-poison.json", 3), ("kinesis-not-base64.json", 2)] {
        let (report, put) = ingest(&event(name)).unwrap();
        assert_eq!(report.counted(Metric::Records), records, "{name}");
        assert_eq!(report.counted(Metric::LinesDone), 1, "{name}");
        let lines = report.counted(Metric::Lines);
        let set_aside = report.counted(Metric::LinesQuarantined);
        assert_eq!(lines, 1 + set_aside, "{name}");
        assert!(set_aside > 0 && put.is_empty(), "{name}");
    }
}

#[test]
fn findings_are_the_batches_that_they_say() {
    let event = event("kinesis-findings.json");
    let Event::Kinesis(batch) = Event::read(&event).unwrap() else { unreachable!() };
    let mut buffer = Vec::new();
    for record in batch.decode(&mut buffer) {
        let bytes = object::decompress(record.data.unwrap()).unwrap();
        let findings = FindingBatch::decode(&bytes).unwrap();
        assert!(!findings.findings.is_empty() && !findings.quiet);
    }
}

#[test]
fn every_other_event_is_of_the_kind_that_it_is_named_for() {
    for (name, kind) in [
        ("table-stream.json", "a table's batch"),
        ("schedule.json", "a schedule"),
        ("schedule-follow.json", "a schedule"),
        ("schedule-compact.json", "a schedule"),
        ("redrive-prefix.json", "a redrive"),
        ("redrive-object.json", "a redrive"),
        ("registry-uploaded.json", "an object's change"),
    ] {
        assert_eq!(Event::read(&event(name)).unwrap().kind(), kind, "{name}");
    }
    let event = event("table-stream.json");
    let Event::Table(batch) = Event::read(&event).unwrap() else { unreachable!() };
    assert_eq!(batch.records.iter().map(|record| record.due).collect::<Vec<_>>(), [true, false]);
}
