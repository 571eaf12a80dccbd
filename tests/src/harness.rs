//! Runs the engine over log lines in memory: the one place that knows how.
//!
//! Results are read as the documents that other programs read, so that a story also proves the interface.

use hinomi_correlate::Act;
use hinomi_local::{Fault, Input, ReplayOptions, replay};
use hinomi_model::registry::Registry;
use serde::Serialize;
use serde_json::Value;

/// What came of a replay, shaped as the files that `hinomi replay` writes.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// `incidents.ndjson`.
    pub incidents: Vec<Value>,
    /// `notices.ndjson`.
    pub notices: Vec<Value>,
    /// `quarantine.ndjson`.
    pub quarantine: Vec<Value>,
    /// `summary.json`.
    pub summary: Value,
}

/// Replays files in memory with a registry, while analysts act.
///
/// # Errors
///
/// Whatever the replay reports; with files in memory it has nothing to report.
pub fn run(files: Vec<(String, Vec<u8>)>, registry: Registry, acts: Vec<Act>) -> Result<Outcome, Fault> {
    let inputs = files.into_iter().map(|(name, bytes)| Input::Bytes { name, bytes }).collect();
    run_with(ReplayOptions { acts, ..ReplayOptions::in_memory(inputs, registry) })
}

/// Replays as these options say.
///
/// # Errors
///
/// Whatever the replay reports.
pub fn run_with(options: ReplayOptions) -> Result<Outcome, Fault> {
    let result = replay(options)?;
    Ok(Outcome {
        incidents: documents(&result.incidents),
        notices: documents(&result.notices),
        quarantine: documents(&result.quarantine),
        summary: serde_json::to_value(&result.summary).unwrap_or_default(),
    })
}

/// Returns values as the documents that other programs read.
pub fn documents<T: Serialize>(values: &[T]) -> Vec<Value> {
    values.iter().map(|value| serde_json::to_value(value).unwrap_or_default()).collect()
}
