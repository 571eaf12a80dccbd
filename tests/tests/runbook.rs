//! The runbook against what it is about: every alarm has its section, and what it names exists.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hinomi_lambda::event::Redrive;
use hinomi_lambda::{Event, Metric};
use regex::Regex;

/// What AWS and Lambda call things that are in neither template nor metrics.
const NAMES_OF_AWS: &[&str] =
    &["IncomingBytes", "IncomingRecords", "Invoke", "REPORT", "WriteProvisionedThroughputExceeded"];
/// What a reader puts a name of their own for.
const PLACEHOLDERS: &[&str] = &[
    "ARCHIVE", "CONFIG", "LOGS", "STACK", "SECTION", "FUNCTION", "UUID", "TAG", "NUMBER", "URL", "CLASS",
    "TENANT", "DAY",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn all(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The part of the runbook that is about alarms: procedures are the second.
fn alarms(runbook: &str) -> &str {
    runbook.split_once("\n# Procedures\n").unwrap().0
}

#[test]
fn every_alarm_has_its_section_and_every_section_its_alarm() {
    let named = all(r"Runbook, ([A-Za-z]+)\.", &read("template.yaml"));
    assert!(named.len() > 15, "the template's alarms name no sections: {named:?}");
    let runbook = read("infra/runbook.md");
    let mut sections = all(r"(?m)^## ([A-Za-z ]+)$", alarms(&runbook));
    assert!(sections.remove("How to look"));
    assert_eq!(sections, named);
    for section in sections {
        let (_, body) = runbook.split_once(&format!("\n## {section}\n")).unwrap();
        let body = body.split("\n## ").next().unwrap();
        for row in ["| means |", "| customers feel |", "| look first |"] {
            assert!(body.contains(row), "{section} lacks {row}");
        }
        assert!(body.contains("ver when"), "{section} does not say when it is over");
    }
}

#[test]
fn what_the_documents_name_exists() {
    let template = read("template.yaml");
    for path in ["infra/runbook.md", "infra/deploy.md"] {
        for name in all(r"`([A-Z][A-Za-z]+)(?:=[A-Za-z0-9]+)?`", &read(path)) {
            let is_known = Regex::new(&format!(r"\b{name}\b")).unwrap().is_match(&template)
                || Metric::ALL.iter().any(|metric| metric.as_str() == name)
                || NAMES_OF_AWS.contains(&name.as_str())
                || PLACEHOLDERS.contains(&name.as_str());
            assert!(is_known, "{path} names {name}, which is nowhere");
        }
    }
}

#[test]
fn widgets_that_the_runbook_sends_people_to_are_on_a_dashboard() {
    let titles = all(r#""title": "([^"]+)""#, &read("template.yaml"));
    assert!(titles.len() > 15, "{titles:?}");
    let runbook = read("infra/runbook.md");
    let mut looked_at = 0;
    for row in alarms(&runbook).lines().filter(|line| line.starts_with("| look first |")) {
        for title in all(r#""([A-Z][^"]+)""#, row) {
            assert!(titles.contains(&title), "no widget is called {title}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "{looked_at}");
}

#[test]
fn payloads_of_the_runbook_are_what_ingest_reads() {
    let runbook = read("infra/runbook.md");
    let mut read = Vec::new();
    for payload in all(r"--payload '([^']+)'", &runbook) {
        match Event::read(&payload) {
            Ok(Event::Redrive(Redrive::Object(key))) => read.push(key),
            Ok(Event::Redrive(Redrive::Prefix { prefix, after: None })) => read.push(prefix),
            other => panic!("{payload}: {other:?}"),
        }
    }
    read.sort();
    assert_eq!(read, ["quarantine/2026-11-23/10/SHARD/FIRST-LAST.ndjson.zst", "raw/2026-11-23/10/"]);
    // What the loop makes with jq.
    let going_on = r#"{"redrive":{"prefix":"raw/2026-11-23/10/","after":"raw/2026-11-23/10/s/1-2.zst"}}"#;
    let Ok(Event::Redrive(Redrive::Prefix { after, .. })) = Event::read(going_on) else {
        panic!("{going_on}");
    };
    assert_eq!(after.as_deref(), Some("raw/2026-11-23/10/s/1-2.zst"));
    assert!(runbook.contains("{redrive: ({prefix: $p} + (if $a == \"\" then {} else {after: $a} end))}"));
}
