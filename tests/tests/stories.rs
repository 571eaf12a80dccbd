//! Plays every story through the whole engine and compares what came with what must come.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_correlate::{Act, ActKind};
use hinomi_model::registry::Registry;
use hinomi_tests::harness::{Outcome, run};
use hinomi_tests::stories;
use hinomi_tests::story::{self, Story};

fn play(numbers: std::ops::RangeInclusive<u8>) {
    let mut failed: Vec<String> = Vec::new();
    let mut played = 0;
    for story in stories::all().iter().filter(|story| numbers.contains(&story.number)) {
        played += 1;
        let mismatches = mismatches(story);
        if !mismatches.is_empty() {
            failed.push(format!("{}\n    {}", story.title, mismatches.join("\n    ")));
        }
    }
    assert!(failed.is_empty(), "{} of {played} failed\n{}", failed.len(), failed.join("\n"));
}

fn mismatches(story: &Story) -> Vec<String> {
    let registry = Registry::from_yaml(&story.registry).unwrap();
    let first = run(story.files(), registry.clone(), Vec::new()).unwrap();
    if story.acts.is_empty() {
        return story.expect.mismatches(&first);
    }
    // What analysts act on is known once it was seen.
    let acts = story.acts.iter().map(|act| acted(act, &first)).collect();
    story.expect.mismatches(&run(story.files(), registry, acts).unwrap())
}

fn acted(act: &story::Act, seen: &Outcome) -> Act {
    assert_eq!(act.what, "false_positive");
    Act {
        incident: serde_json::from_value(seen.incidents[0]["id"].clone()).unwrap(),
        at: act.at,
        by: "sato".to_owned(),
        why: "our own exercise".to_owned(),
        what: ActKind::FalsePositive,
    }
}

#[test]
fn reconnaissance_and_exploits_from_outside() {
    play(1..=14);
}

#[test]
fn web_mail_and_malware() {
    play(15..=28);
}

#[test]
fn command_and_control() {
    play(29..=40);
}

#[test]
fn inside_out_inside_in_and_log_ins() {
    play(41..=52);
}

#[test]
fn telling() {
    play(53..=58);
}

#[test]
fn what_several_sources_make_of_one_story() {
    play(61..=68);
}
