//! Fetches the lines behind what follow found: a fact names only where its line lies.

use std::future::Future;

use hinomi_model::registry::Registry;
use hinomi_model::{Finding, Frames, Locator};
use hinomi_parse::Scratch;

use crate::error::Result;
use crate::reading::read_event;

/// Raw lines, by where they lie.
pub trait Lines {
    /// Returns a line that was kept; `None` when it is not there.
    fn line(&self, place: &Locator) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// Completes the evidence of findings. What is not there, or cannot be read any more, is left out.
///
/// # Errors
///
/// When the lines cannot be reached.
pub async fn fetch(findings: &mut [Finding], registry: &Registry, lines: &impl Lines) -> Result<()> {
    for finding in findings {
        for evidence in finding.evidence.iter_mut().filter(|evidence| evidence.is_pending()) {
            let Some(place) = evidence.locator.clone() else { continue };
            let Some(line) = lines.line(&place).await? else { continue };
            let mut scratch = Scratch::default();
            if let Ok(event) = read_event(&line, Frames::EMPTY, registry, evidence.time, &mut scratch) {
                // Facts don't say when they came; the collector's word on the line does.
                if event.received > event.time {
                    finding.received = finding.received.max(event.received);
                }
                *evidence = hinomi_detect::evidence(&event, Some(&place));
            }
        }
        finding.evidence.retain(|evidence| !evidence.is_pending());
        finding.evidence.sort();
        finding.evidence.dedup();
    }
    Ok(())
}
