//! Plays a story through the whole engine and compares what came with what must come.

use hinomi_correlate::{Act, ActKind};
use hinomi_model::registry::Registry;

use crate::harness::{Outcome, run};
use crate::story::{self, Story};

/// Plays a story; returns what came otherwise than it must, in sentences.
pub fn mismatches(story: &Story) -> Vec<String> {
    match play(story) {
        Ok(outcome) => story.expect.mismatches(&outcome),
        Err(problem) => vec![problem],
    }
}

fn play(story: &Story) -> Result<Outcome, String> {
    let registry = Registry::from_yaml(&story.registry).map_err(|problems| problems.to_string())?;
    let replay = |acts| run(story.files(), registry.clone(), acts).map_err(|fault| fault.to_string());
    let first = replay(Vec::new())?;
    if story.acts.is_empty() {
        return Ok(first);
    }
    // What analysts act on is known once it was seen.
    let acts: Result<Vec<Act>, String> = story.acts.iter().map(|act| acted(act, &first)).collect();
    replay(acts?)
}

fn acted(act: &story::Act, seen: &Outcome) -> Result<Act, String> {
    let what = match act.what {
        "false_positive" => ActKind::FalsePositive,
        other => return Err(format!("no such act: {other}")),
    };
    let incident = seen.incidents.first().ok_or("nothing to act on")?;
    Ok(Act {
        incident: serde_json::from_value(incident["id"].clone()).map_err(|error| error.to_string())?,
        at: act.at,
        by: "sato".to_owned(),
        why: "our own exercise".to_owned(),
        what,
    })
}
