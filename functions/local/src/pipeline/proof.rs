//! Fetches the lines behind what follow found: a fact names only where its line lies.

use hinomi_model::registry::Registry;
use hinomi_model::{Finding, Frames};
use hinomi_parse::Scratch;
use hinomi_store::Store;

use crate::error::Fault;
use crate::input::read_event;
use crate::replay::Shelf;

/// Completes the evidence of findings. What is not there, or cannot be read any more, is left out.
pub(super) fn fetch<S: Store>(
    findings: &mut [Finding],
    registry: &Registry,
    shelf: &Shelf<'_, S>,
) -> Result<(), Fault> {
    for finding in findings {
        for evidence in finding.evidence.iter_mut().filter(|evidence| evidence.is_pending()) {
            let Some(place) = evidence.locator.clone() else { continue };
            let Some(line) = shelf.line(&place)? else { continue };
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
