//! Plays every story through the whole engine and compares what came with what must come.

use hinomi_tests::play::mismatches;
use hinomi_tests::stories;

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
