//! Opens what carries a line: syslog headers and JSON objects, one in the other, as collectors stack them.
//!
//! An object carries a line in `message` or `log` (Fluent Bit, Filebeat, Docker), or is ours:
//! `{"hinomi": {"collector": "c1", "received": "2026-01-20T01:15:02Z", "device": "fw1"}, "message": "<189>date=..."}`.
//! A PAN-OS log in JSON is no envelope; it is left as it stands.

use hinomi_model::registry::Collected;
use hinomi_model::{EventTime, Frame, QuarantineReason, Reject};
use simd_json::{Buffers, Node, Tape};

use crate::scan::json::{SpareTape, members};
use crate::syslog::{self, Header};
use crate::{fortigate, panos};

/// Envelopes opened, one in the other. Relays stack one or two; more would let a line cost as much as it likes.
pub(crate) const MAX_ENVELOPES: usize = 2;

/// Reused memory: a copy of the object, in which the reader undoes escapes, one a layer.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The last one is for a log that is an object itself.
    layers: [Layer; MAX_ENVELOPES + 1],
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Layer {
    input: Vec<u8>,
    buffers: Buffers,
    plain: String,
}

/// What was inside.
#[derive(Debug)]
pub(crate) struct Contents<'a> {
    /// The firewall's own text.
    pub(crate) payload: &'a str,
    /// Its tape, when it is an object.
    pub(crate) document: Option<Tape<'a>>,
    /// What the innermost syslog header said, and what was around the text.
    pub(crate) header: Header<'a>,
    /// When a collector received it, from our envelope.
    pub(crate) received: Option<EventTime>,
    /// How it came, from our envelope.
    pub(crate) collected: Collected<'a>,
}

/// Takes off headers and envelopes until the firewall's own text is left.
///
/// # Errors
///
/// [`QuarantineReason::BadEnvelope`] for an object that is broken, holds no line, or nests deeper than
/// [`MAX_ENVELOPES`].
pub(crate) fn open<'a>(
    line: &'a str,
    scratch: &'a mut Scratch,
    spare: &mut SpareTape,
) -> Result<Contents<'a>, Reject> {
    let (payload, header) = syslog::strip(line);
    let mut contents =
        Contents { payload, document: None, header, received: None, collected: Collected::default() };
    for layer in &mut scratch.layers {
        if !contents.payload.starts_with('{') {
            return Ok(contents);
        }
        let inner = match layer.open(contents.payload, spare)? {
            Opened::Log(document) => {
                contents.document = Some(document);
                return Ok(contents);
            }
            Opened::Envelope(inner) => inner,
        };
        let (payload, header) = syslog::strip(inner.line);
        contents.payload = payload;
        contents.header.frames = contents.header.frames.with(Frame::Envelope).and(header.frames);
        contents.header.host = header.host.or(contents.header.host);
        if header.time.is_some() || header.stamp.is_some() {
            (contents.header.time, contents.header.stamp) = (header.time, header.stamp);
        }
        // The outermost word of ours counts: it is the one that our own collector wrote.
        contents.received = contents.received.or(inner.received);
        contents.collected.collector = contents.collected.collector.or(inner.collected.collector);
        contents.collected.device = contents.collected.device.or(inner.collected.device);
    }
    Err(bad(format!("nested deeper than {MAX_ENVELOPES}")))
}

/// What an object is.
enum Opened<'a> {
    /// A log itself; its tape.
    Log(Tape<'a>),
    /// It carries one.
    Envelope(Inner<'a>),
}

struct Inner<'a> {
    line: &'a str,
    received: Option<EventTime>,
    collected: Collected<'a>,
}

impl Layer {
    /// Opens one object.
    fn open<'a>(&'a mut self, text: &str, spare: &mut SpareTape) -> Result<Opened<'a>, Reject> {
        let Layer { input, buffers, plain } = self;
        input.clear();
        input.extend_from_slice(text.as_bytes());
        let mut tape = spare.take();
        if let Err(error) = simd_json::fill_tape(input, buffers, &mut tape) {
            spare.put(tape);
            return Err(bad(format!("json at byte {}", error.index())));
        }
        if fortigate::is_document(&tape.0) || panos::is_document(&tape.0) {
            return Ok(Opened::Log(tape));
        }
        let inner = inner(&tape);
        spare.put(tape);
        let mut inner = inner?;
        if is_escaped_twice(inner.line) {
            plain.clear();
            unescape_again(inner.line, plain);
            inner.line = plain;
        }
        Ok(Opened::Envelope(inner))
    }
}

fn inner<'a>(tape: &Tape<'a>) -> Result<Inner<'a>, Reject> {
    let mut inner = Inner { line: "", received: None, collected: Collected::default() };
    let mut line = None;
    for (key, value) in members(&tape.0) {
        match (key, value.first()) {
            ("message", Some(&Node::String(text))) => line = Some(text),
            ("log", Some(&Node::String(text))) => line = line.or(Some(text)),
            ("hinomi", Some(Node::Object { .. })) => read_ours(value, &mut inner),
            _ => {}
        }
    }
    match line {
        Some(line) => Ok(Inner { line, ..inner }),
        None => Err(bad("no message in it".to_owned())),
    }
}

fn read_ours<'a>(ours: &[Node<'a>], inner: &mut Inner<'a>) {
    for (key, value) in members(ours) {
        let Some(&Node::String(value)) = value.first() else {
            continue;
        };
        match key {
            "collector" => inner.collected.collector = Some(value),
            "device" => inner.collected.device = Some(value),
            "received" => inner.received = EventTime::parse_rfc3339(value),
            _ => {}
        }
    }
}

/// Some collectors escape the line before they put it into the object, so that every quote still has its backslash:
/// `devname=\"KITA-FW1\"`. FortiOS itself never starts a value so.
fn is_escaped_twice(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), b"=\\\"").is_some()
        && memchr::memmem::find(line.as_bytes(), b"=\"").is_none()
}

fn unescape_again(line: &str, plain: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let mut after = escape.chars();
        after.next();
        match after.next() {
            Some(c @ ('"' | '\\' | '/')) => plain.push(c),
            Some(c) => plain.extend(['\\', c]),
            None => plain.push('\\'),
        }
        rest = after.as_str();
    }
    plain.push_str(rest);
}

fn bad(detail: String) -> Reject {
    Reject::new(QuarantineReason::BadEnvelope, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(line: &str) -> Result<String, QuarantineReason> {
        match open(line, &mut Scratch::default(), &mut SpareTape::default()) {
            Ok(contents) => Ok(contents.payload.to_owned()),
            Err(reject) => Err(reject.reason),
        }
    }

    #[test]
    fn lines_come_out_of_their_envelopes() {
        let cases = [
            ("date=1", "date=1"),
            (r#"{"message":"<189>date=1 a=\"b\\\\c\""}"#, r#"date=1 a="b\\c""#),
            (r#"{"log":"date=1","stream":"stdout"}"#, "date=1"),
            (r#"{"log":{"file":"x"},"message":"date=1"}"#, "date=1"),
            (r#"{"x":[1,{"y":[]}],"z":{"message":"no"},"message":"date=1"}"#, "date=1"),
            (r#"<13>Jan 20 01:15:01 relay {"message":"date=1"}"#, "date=1"),
            (r#"{"message":"{\"log\":\"date=1\"}"}"#, "date=1"),
            (r#"{"LogType":"TRAFFIC","message":"x"}"#, r#"{"LogType":"TRAFFIC","message":"x"}"#),
            (r#"{"message":"{\"LogType\":\"TRAFFIC\"}"}"#, r#"{"LogType":"TRAFFIC"}"#),
            // Escaped once more than JSON asks for.
            (r#"{"message":"date=1 a=\\\"b\\\" c=\\\"d\\\\\\\\e\\\""}"#, r#"date=1 a="b" c="d\\e""#),
        ];
        for (line, expected) in cases {
            assert_eq!(payload(line).as_deref(), Ok(expected), "{line}");
        }
    }

    #[test]
    fn broken_empty_and_deep_envelopes_are_refused() {
        let deep = r#"{"message":"{\"message\":\"{\\\"message\\\":\\\"date=1\\\"}\"}"}"#;
        for line in [
            r#"{"message":"date=1""#,
            r#"{"LogType":"TRAFFIC""#,
            r#"{"message":1}"#,
            "{}",
            "{",
            r#"{"a":"b"}"#,
            deep,
        ] {
            assert_eq!(payload(line), Err(QuarantineReason::BadEnvelope), "{line}");
        }
    }

    #[test]
    fn our_envelope_says_how_the_line_came() {
        let line = r#"{"hinomi":{"collector":"c1","received":"2026-01-20T01:15:02Z","device":"fw1","n":1},
            "message":"Jan 20 01:15:01 inner date=1"}"#;
        let mut scratch = Scratch::default();
        let contents = open(line, &mut scratch, &mut SpareTape::default()).unwrap();
        assert_eq!(contents.collected, Collected { collector: Some("c1"), device: Some("fw1") });
        assert_eq!(contents.received, EventTime::parse_rfc3339("2026-01-20T01:15:02Z"));
        assert_eq!(contents.header.host, Some("inner"));
    }
}
