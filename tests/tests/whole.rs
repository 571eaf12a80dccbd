//! The whole engine on the sample day: what it writes fits its schemas, and how the lines came does not matter.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::fs;
use std::path::{Path, PathBuf};

use hinomi_generate::day;
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_tests::harness::{Outcome, run};
use serde_json::Value;

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn registry() -> Registry {
    Registry::from_yaml(&fs::read_to_string(events().join("registry.yaml")).unwrap()).unwrap()
}

/// The PAN-OS firewall's day: small, and with stories of several levels.
fn lines() -> Vec<String> {
    day::sample_day(day::SEED).panos
}

type File = (String, Vec<u8>);

fn file(lines: &[String]) -> File {
    ("day.log".to_owned(), (lines.join("\n") + "\n").into_bytes())
}

fn replay(files: Vec<File>) -> Outcome {
    run(files, registry(), Vec::new()).unwrap()
}

/// Returns incidents without the places of their lines, which are those of other files.
fn without_places(incidents: &[Value]) -> Vec<Value> {
    let mut incidents = incidents.to_vec();
    for evidence in incidents.iter_mut().filter_map(|incident| incident["evidence"].as_array_mut()).flatten()
    {
        evidence.as_object_mut().unwrap().remove("locator");
    }
    incidents
}

#[test]
fn what_is_written_fits_the_schemas() {
    let mut day = lines();
    day.push("not a log at all".to_owned());
    let outcome = replay(vec![file(&day)]);
    let check = |name: &str, documents: &[Value]| {
        let text = fs::read_to_string(events().join(format!("schema/{name}.json"))).unwrap();
        let schema = serde_json::from_str(&text).unwrap();
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        assert!(!documents.is_empty(), "{name}: nothing to check");
        for document in documents {
            if let Some(error) = validator.iter_errors(document).next() {
                panic!("{name}: {}: {error}", error.instance_path());
            }
        }
    };
    check("incident", &outcome.incidents);
    check("notice", &outcome.notices);
    check("quarantine", &outcome.quarantine);
    check("summary", std::slice::from_ref(&outcome.summary));
    let registry = registry();
    let mut scratch = Scratch::default();
    let context = Context { registry: &registry, received: EventTime::EPOCH, collected: Default::default() };
    let parsed: Vec<Value> = day
        .iter()
        .step_by(7)
        .filter_map(|line| {
            parse_line(line.as_bytes(), &context, &mut scratch).ok().map(|e| serde_json::to_value(&e))
        })
        .map(Result::unwrap)
        .collect();
    assert!(parsed.len() > 500);
    check("event", &parsed);
}

#[test]
fn the_account_adds_up() {
    let outcome = replay(vec![file(&lines())]);
    let number = |pointer: &str| outcome.summary.pointer(pointer).and_then(Value::as_u64).unwrap();
    let quarantined: u64 = outcome.summary["quarantined"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(number("/lines_read"), number("/done") + quarantined);
    assert_eq!(quarantined, outcome.quarantine.len() as u64);
    assert_eq!(number("/lines_read"), lines().len() as u64);
    let stray = outcome.quarantine.iter().find(|entry| entry["reason"] == "unknown_device").unwrap();
    assert!(stray["device"].as_str().is_some_and(|device| !device.is_empty()));
}

#[test]
fn splits_repeats_and_disorder_change_nothing() {
    let day = lines();
    let whole = replay(vec![file(&day)]);
    let expected = without_places(&whole.incidents);
    assert!(expected.len() >= 5);
    let mut cases: Vec<(&str, Vec<File>)> = Vec::new();
    let split = (0..3)
        .map(|part| {
            let own: Vec<String> = day.iter().skip(part).step_by(3).cloned().collect();
            (format!("part-{part}.log"), file(&own).1)
        })
        .collect();
    cases.push(("three files", split));
    let twice: Vec<String> = day.iter().flat_map(|line| [line.clone(), line.clone()]).collect();
    cases.push(("each line twice", vec![file(&twice)]));
    cases.push(("the file twice", vec![file(&day), ("again.log".to_owned(), file(&day).1)]));
    let disordered: Vec<String> = day.chunks(9).flat_map(|chunk| chunk.iter().rev().cloned()).collect();
    cases.push(("every nine lines reversed", vec![file(&disordered)]));
    for (name, files) in cases {
        let outcome = replay(files);
        assert_eq!(without_places(&outcome.incidents), expected, "{name}");
        assert_eq!(outcome.notices, whole.notices, "{name}");
    }
}

#[test]
fn each_contact_hears_rising_levels_once() {
    let day = day::sample_day(day::SEED);
    let outcome = replay(vec![file(&day.fortigate), file(&day.panos)]);
    let mut most = 0;
    for incident in &outcome.incidents {
        let told: Vec<&Value> =
            outcome.notices.iter().filter(|notice| notice["incident"] == incident["id"]).collect();
        let mut heard: std::collections::BTreeMap<(String, String), Vec<u64>> = Default::default();
        for notice in told.iter().filter(|notice| notice["kind"] == "first" || notice["kind"] == "update") {
            let who = (notice["contact"].to_string(), notice["channel"].to_string());
            heard.entry(who).or_default().push(notice["level"].as_u64().unwrap());
        }
        for (who, levels) in heard {
            assert!(levels.is_sorted_by(|a, b| a < b), "{who:?}: {levels:?}");
            assert_eq!(levels.last(), incident["level"].as_u64().as_ref(), "{who:?}");
            most = most.max(levels.len());
        }
    }
    assert!(most > 1, "no story rose, so nothing was shown");
}
