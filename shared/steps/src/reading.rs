//! A kept line as an event: what nobody says about when it came is filled in here.

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Frames, Reject};
use hinomi_parse::{Context, Scratch, parse_line};

/// Returns how a stream's record is read: its lines were received when the stream took it, unless they say otherwise.
pub(crate) fn arrived(registry: &Registry, arrived: EventTime) -> Context<'_> {
    Context {
        registry,
        received: arrived,
        collected: Collected { received: Some(arrived), ..Collected::default() },
    }
}

/// Reads a line of a file or of the archive, which came out of `frames`.
///
/// No clock is asked when a line was received, so that the same line gives the same incidents every time: it counts
/// as received when it happened, unless its envelope or header says when. One without any time counts as received
/// with the line before it, `latest`.
///
/// # Errors
///
/// Why the line is refused.
pub fn read_event<'a>(
    line: &'a [u8],
    frames: Frames,
    registry: &'a Registry,
    latest: EventTime,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let context = Context { registry, received: latest, collected: Collected::default() };
    let mut event = parse_line(line, &context, scratch)?;
    event.frames = event.frames.and(frames);
    if event.received == latest {
        event.received = event.time;
    }
    Ok(event)
}
