//! Plays every story through the whole engine and compares what came with what must come.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_model::registry::Registry;
use hinomi_tests::harness::run;
use hinomi_tests::stories;
use hinomi_tests::story::Story;

/// Cases that the engine does not tell right yet, by name, with what it lacks. A case that comes out right must leave
/// the list: what is here fails when it passes.
const OPEN: [(&str, &str); 9] = [
    (
        "a zip with a password, then a beacon two days later",
        "a file nobody could scan is forgotten with its incident after 24 hours, not after seven days",
    ),
    ("nine lines within a minute are one attempt", END_OF_INPUT),
    ("two families at four servers are no campaign", END_OF_INPUT),
    ("three failures, then a success", END_OF_INPUT),
    ("nine admin failures, then a success", END_OF_INPUT),
    ("an old list, no answer", LISTS),
    ("300 MB an hour at night to a new address", UPLOADS),
    ("the same, and Tor", UPLOADS),
    ("an analyst marks a false positive", "a replay takes no analyst's acts"),
];
const END_OF_INPUT: &str = "a replay's end stops the clock before the holds of its last minute are over";
const LISTS: &str = "a session to an address on the appliance's threat list is no finding";
const UPLOADS: &str = "an upload by night to a new address is no finding";

fn play(numbers: std::ops::RangeInclusive<u8>) {
    let mut failed: Vec<String> = Vec::new();
    let mut played = 0;
    for story in stories::all().iter().filter(|story| numbers.contains(&story.number)) {
        played += 1;
        let mismatches = mismatches(story);
        let lacks = OPEN.iter().find(|(name, _)| story.title.ends_with(&format!(": {name}")));
        match (mismatches.is_empty(), lacks) {
            (false, None) => failed.push(format!("{}\n    {}", story.title, mismatches.join("\n    "))),
            (true, Some((_, lacks))) => failed.push(format!("{} is right now, remove: {lacks}", story.title)),
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{} of {played} failed\n{}", failed.len(), failed.join("\n"));
}

fn mismatches(story: &Story) -> Vec<String> {
    let registry = Registry::from_yaml(&story.registry).unwrap();
    match run(story.files(), registry) {
        Ok(outcome) => story.expect.mismatches(&outcome),
        Err(fault) => vec![format!("failed to {fault}")],
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
