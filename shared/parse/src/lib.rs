//! Bytes to lines to events: reads what FortiGate and PAN-OS firewalls log, whatever wrapped it on its way.
//!
//! A record or file becomes lines ([`Lines`], [`LineReader`]); [`parse_line`] strips the relay's headers and envelopes
//! from a line, sees which vendor wrote it, and hands the rest to that vendor's folder. [`peel()`] tells a person what
//! was stripped.
//! Parsing never fails on a field: a bad one becomes an anomaly of the event. It refuses only what holds no log.
//! No clock, no I/O but reading the given stream, and nothing is judged here: that is `detect`'s work.

mod anatomy;
mod drift;
mod envelope;
mod fortigate;
mod frame;
mod panos;
mod payload;
mod peel;
mod scan;
mod settle;
mod syslog;
mod value;
mod when;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, QuarantineReason, Reject};

use self::payload::{Arrival, Payload};

pub use anatomy::{Anatomy, Change, Part, PartKind};
pub use drift::Drift;
pub use frame::{
    FrameScratch, Item, LineReader, Lines, MAX_ENCODED_BYTES, MAX_LAYERS, MAX_LINE_BYTES, MAX_RATIO,
    MAX_RECORD_BYTES, RATIO_FLOOR_BYTES, decompressed, user_records,
};
pub use peel::{Layer, Peeled, peel};

/// What a line is read against. Cheap to copy; the same for all lines of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whose the devices are.
    pub registry: &'a Registry,
    /// The best guess at when the batch was received, where nobody says it; stands in for a line's time as the last
    /// resort.
    pub received: EventTime,
    /// What the collector or the stream says of the line; an envelope in the line itself wins.
    pub collected: Collected<'a>,
}

/// Buffers that are reused from line to line, so that a quiet event costs no allocation. One a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    lossy: String,
    envelope: envelope::Scratch,
    tape: scan::json::SpareTape,
    fortigate: fortigate::Scratch,
    panos: panos::Scratch,
}

/// Reads one line: takes off headers and envelopes, sees who wrote it, and normalises it.
///
/// The event borrows from `line` where it stands in the line as it is, else from `scratch`.
///
/// # Errors
///
/// A [`Reject`] with the reason why the line is no firewall's log, can't be read, or belongs to nobody.
pub fn parse_line<'a>(
    line: &'a [u8],
    context: &Context<'a>,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Scratch { lossy, envelope, tape, fortigate, panos } = scratch;
    let (text, is_utf8) = text_of(line, lossy)?;
    let (payload, header) = syslog::strip(text);
    let is_mended = !is_utf8;
    let arrival = Arrival { is_mended, received: context.collected.received };
    let outermost = Context { received: context.collected.received.unwrap_or(context.received), ..*context };
    if !payload.starts_with('{') {
        // Nothing is around nearly every log.
        let payload = Payload { text: trim_end(payload), object: None, arrival };
        return read_payload(&payload, &header, &outermost, fortigate, panos);
    }
    if let Some(object) = fortigate.plain_object(trim_end(payload)) {
        return fortigate::read_object(object, arrival, &header, &outermost, fortigate);
    }
    let contents = envelope::open_stripped(payload, header, envelope, tape, &mut ())?;
    let received = contents.received.or(context.collected.received);
    let context = Context {
        registry: context.registry,
        received: received.unwrap_or(context.received),
        collected: Collected {
            collector: contents.collected.collector.or(context.collected.collector),
            device: contents.collected.device.or(context.collected.device),
            received,
        },
    };
    let payload = Payload {
        text: trim_end(contents.payload),
        object: contents.document.as_ref().map(|document| document.0.as_slice()),
        // Only a collector knows when a line was received; a file's reader only knows when it was read.
        arrival: Arrival { is_mended, received },
    };
    if contents.document.is_none() {
        // Handed on as it is, an event is written once.
        return read_payload(&payload, &contents.header, &context, fortigate, panos);
    }
    let read = read_payload(&payload, &contents.header, &context, fortigate, panos);
    if let Some(document) = contents.document {
        tape.put(document);
    }
    read
}

/// Sees who wrote a log and hands it to that vendor's folder.
fn read_payload<'a>(
    payload: &Payload<'a, '_>,
    header: &syslog::Header<'a>,
    context: &Context<'a>,
    fortigate: &'a mut fortigate::Scratch,
    panos: &'a mut panos::Scratch,
) -> Result<Event<'a>, Reject> {
    // By how a line begins, before the words in it are asked, which a URL can hold.
    if fortigate::begins(payload) {
        fortigate::read(payload, header, context, fortigate)
    } else if panos::looks_like(payload) {
        panos::read(payload, header, context, panos)
    } else if fortigate::looks_like(payload) {
        fortigate::read(payload, header, context, fortigate)
    } else {
        Err(Reject::new(QuarantineReason::NotAFirewallLog, "no known form"))
    }
}

/// Returns the line as text, with what is no UTF-8 replaced, and whether it was all UTF-8.
fn text_of<'a>(line: &'a [u8], lossy: &'a mut String) -> Result<(&'a str, bool), Reject> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Reject::new(QuarantineReason::TooLarge, format!("{} bytes", line.len())));
    }
    Ok(match simdutf8::basic::from_utf8(line) {
        Ok(text) => (text, true),
        Err(_) => {
            lossy.clear();
            lossy.push_str(&String::from_utf8_lossy(line));
            (lossy.as_str(), false)
        }
    })
}

fn trim_end(payload: &str) -> &str {
    payload.trim_end_matches([' ', '\t', '\r', '\n', '\0'])
}
