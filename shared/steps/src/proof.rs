//! Fetches the lines behind what follow found: a fact names only where its line lies.

use std::future::Future;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Finding, Frames, Locator, Reject};
use hinomi_parse::{Context, Scratch, parse_line};

use crate::error::Result;
use crate::reading::read_event;

/// A line of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When the stream took it, if it came through one.
    pub arrived: Option<EventTime>,
}

/// Raw lines, by where they lie.
pub trait Lines {
    /// Returns a line that was kept; `None` when it is not there.
    fn line(&self, place: &Locator) -> impl Future<Output = Result<Option<KeptLine>>> + Send;
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
            if let Ok(event) = read(&line, registry, evidence.time, &mut scratch) {
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

/// Reads a line as it was read when it came.
fn read<'a>(
    line: &'a KeptLine,
    registry: &'a Registry,
    time: EventTime,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Some(arrived) = line.arrived else {
        return read_event(&line.bytes, Frames::EMPTY, registry, time, scratch);
    };
    let collected = Collected { received: Some(arrived), ..Collected::default() };
    parse_line(&line.bytes, &Context { registry, received: arrived, collected }, scratch)
}
