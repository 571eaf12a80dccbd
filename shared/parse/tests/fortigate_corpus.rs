//! Every shape of FortiGate log, read and compared with snapshots that a person has read.
//!
//! `corpus/fortigate/pass` holds what is read without remark, `anomaly` what is read with one, `reject` what is
//! refused. All lines are of our own making.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};
use serde_json::{Value, json};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/fortigate").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn read(path: &Path) -> Vec<Value> {
    let registry = Registry::open();
    let received = EventTime::parse_rfc3339("2026-01-20T02:00:00Z").unwrap();
    let context = Context { registry: &registry, received, collected: Collected::default() };
    let mut scratch = Scratch::default();
    let bytes = fs::read(path).unwrap();
    let mut frames = FrameScratch::default();
    let mut lines = Lines::new(&bytes, &mut frames);
    let mut outcomes = Vec::new();
    while let Some(item) = lines.next_line() {
        outcomes.push(match parse_line(item.content.unwrap(), &context, &mut scratch) {
            Ok(event) => serde_json::to_value(&event).unwrap(),
            Err(reject) => json!({"reject": reject.reason, "detail": reject.detail}),
        });
    }
    outcomes
}

fn compare(folder: &str, holds: impl Fn(&Value) -> bool) {
    for path in files(folder) {
        let name = format!("fortigate-{folder}-{}", path.file_stem().unwrap().to_str().unwrap());
        let outcomes = read(&path);
        for (index, outcome) in outcomes.iter().enumerate() {
            assert!(holds(outcome), "{name} line {}: {outcome:#}", index + 1);
        }
        insta::assert_json_snapshot!(name, outcomes);
    }
}

#[test]
fn ok_lines_are_read_without_remark() {
    compare("pass", |outcome| outcome.get("reject").is_none() && outcome.get("anomalies").is_none());
}

#[test]
fn odd_lines_are_read_with_a_remark() {
    compare("anomaly", |outcome| outcome.get("reject").is_none() && outcome.get("anomalies").is_some());
}

#[test]
fn err_lines_of_others_are_refused() {
    compare("reject", |outcome| outcome.get("reject").is_some());
}
