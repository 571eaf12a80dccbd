//! The same lines in every frame give the same incidents and the same notices.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::fs;
use std::path::Path;

use hinomi_generate::day;
use hinomi_generate::encode::frames;
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_tests::harness::{Outcome, run};
use serde_json::Value;

type Line = (EventTime, String);
type File = (String, Vec<u8>);

fn registry() -> Registry {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/registry.yaml");
    Registry::from_yaml(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A small part of the day with incidents of both firewalls: everything that the FortiGate's inspections and events
/// logged, and the PAN-OS firewall's day without most of its quiet sessions. Each with when it was.
fn files() -> [Vec<Line>; 2] {
    let day = day::sample_day(day::SEED);
    let registry = registry();
    let mut scratch = Scratch::default();
    let mut timed = |line: String| {
        let context =
            Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
        let time = parse_line(line.as_bytes(), &context, &mut scratch).ok()?.time;
        Some((time, line))
    };
    let told = |line: &String| {
        ["ips", "virus", "anomaly", "vpn", "system"]
            .iter()
            .any(|kind| line.contains(&format!("subtype=\"{kind}\"")))
    };
    let fortigate = day.fortigate.into_iter().filter(told).filter_map(&mut timed).collect();
    let is_kept = |(number, line): &(usize, String)| number % 20 == 0 || !line.contains(",TRAFFIC,");
    let panos =
        day.panos.into_iter().enumerate().filter(is_kept).filter_map(|(_, line)| timed(line)).collect();
    [fortigate, panos]
}

fn replay(files: &[Vec<Line>; 2], frame: impl Fn(&[Line]) -> Vec<u8>) -> Outcome {
    let names = ["fortigate.log", "panos.log"];
    let files: Vec<File> =
        names.iter().zip(files).map(|(name, lines)| ((*name).to_owned(), frame(lines))).collect();
    run(files, registry(), Vec::new()).unwrap()
}

/// Returns documents without the places of lines: those are another frame's.
fn without_places(documents: &[Value]) -> Vec<Value> {
    let mut documents = documents.to_vec();
    for evidence in documents.iter_mut().filter_map(|document| document["evidence"].as_array_mut()).flatten()
    {
        evidence.as_object_mut().unwrap().remove("locator");
    }
    documents
}

fn same(frame: impl Fn(&[Line]) -> Vec<u8>) {
    let files = files();
    let plain = replay(&files, |lines| frames::newline(lines.iter().map(|(_, line)| line.as_bytes())));
    assert!(plain.incidents.len() > 5 && plain.notices.len() > 5, "nothing to compare");
    let framed = replay(&files, frame);
    assert_eq!(framed.quarantine.len(), plain.quarantine.len(), "{:?}", framed.quarantine.first());
    assert_eq!(framed.summary["done"], plain.summary["done"]);
    assert_eq!(without_places(&framed.incidents), without_places(&plain.incidents));
    assert_eq!(framed.notices, plain.notices);
}

/// Frames that are lines themselves.
fn each_line(lines: &[Line], wrap: impl Fn(EventTime, &str) -> String) -> Vec<u8> {
    let wrapped: Vec<String> = lines.iter().map(|(at, line)| wrap(*at, line)).collect();
    frames::newline(wrapped.iter().map(String::as_bytes))
}

fn texts(lines: &[Line]) -> impl Iterator<Item = &str> {
    lines.iter().map(|(_, line)| line.as_str())
}

fn timed(lines: &[Line]) -> impl Iterator<Item = (EventTime, &str)> {
    lines.iter().map(|(at, line)| (*at, line.as_str()))
}

#[test]
fn octet_counting() {
    same(|lines| frames::octet_counted(texts(lines).map(str::as_bytes)));
}

#[test]
fn a_relays_rfc_3164_header() {
    same(|lines| each_line(lines, |at, line| frames::rfc3164(at, "relay1", line)));
}

#[test]
fn a_relays_rfc_5424_header() {
    same(|lines| each_line(lines, |at, line| frames::rfc5424(at, "relay1", line)));
}

#[test]
fn octet_counted_rfc_5424() {
    same(|lines| {
        let wrapped: Vec<String> =
            lines.iter().map(|(at, line)| frames::rfc5424(*at, "relay1", line)).collect();
        frames::octet_counted(wrapped.iter().map(String::as_bytes))
    });
}

#[test]
fn rsyslogs_files() {
    same(|lines| each_line(lines, |at, line| frames::rsyslog_file(at, "relay1", line)));
}

#[test]
fn rsyslogs_json() {
    same(|lines| each_line(lines, |at, line| frames::rsyslog_json(at, "relay1", line)));
}

#[test]
fn fluent_bits_records() {
    same(|lines| each_line(lines, frames::fluent_bit));
}

#[test]
fn vectors_events() {
    same(|lines| each_line(lines, |at, line| frames::vector(at, "relay1", line)));
}

#[test]
fn the_kinesis_agents_json() {
    same(|lines| each_line(lines, |at, line| frames::kinesis_agent(at, "relay1", line)));
}

#[test]
fn our_envelope() {
    same(|lines| each_line(lines, |at, line| frames::hinomi(at, "kita-1", line)));
}

#[test]
fn fluent_bit_in_a_json_array() {
    same(|lines| {
        let wrapped: Vec<String> = lines.iter().map(|(at, line)| frames::fluent_bit(*at, line)).collect();
        frames::json_array(wrapped.iter().map(String::as_str))
    });
}

#[test]
fn an_array_of_strings() {
    same(|lines| frames::json_strings(texts(lines)));
}

#[test]
fn gzip_and_base64() {
    same(|lines| frames::gzip(&frames::newline(texts(lines).map(str::as_bytes))).unwrap());
    same(|lines| {
        // A record a line, as a stream's consumer writes records that it can't open.
        let parts = lines.chunks(20).map(|part| {
            frames::base64(&frames::gzip(&frames::newline(texts(part).map(str::as_bytes))).unwrap())
        });
        let parts: Vec<String> = parts.collect();
        frames::newline(parts.iter().map(String::as_bytes))
    });
}

#[test]
fn a_kinesis_producer_library_aggregate() {
    same(|lines| frames::kpl(texts(lines).map(str::as_bytes)));
}

#[test]
fn a_cloudwatch_subscription() {
    same(|lines| frames::cloudwatch(timed(lines)).unwrap());
}

#[test]
fn a_cloudwatch_subscription_as_lambda_gets_it() {
    same(|lines| {
        let parts: Vec<Vec<u8>> =
            lines.chunks(20).map(|part| frames::awslogs(timed(part)).unwrap()).collect();
        frames::newline(parts.iter().map(Vec::as_slice))
    });
}
