//! Opens what carries a line: syslog headers and JSON objects, one in the other, as collectors stack them.
//!
//! An object carries a line in `message` or `log` (Fluent Bit, Filebeat, Docker), or is ours:
//! `{"hinomi": {"collector": "c1", "received": "2026-01-20T01:15:02Z", "device": "fw1"}, "message": "<189>date=..."}`.
//! A PAN-OS log in JSON is no envelope; it is left as it stands.

use hinomi_model::registry::Collected;
use hinomi_model::{EventTime, QuarantineReason, Reject};
use simd_json::{Buffers, Node, Tape};

use crate::syslog::{self, Header};

/// Envelopes opened, one in the other. Relays stack one or two; more would let a line cost as much as it likes.
pub(crate) const MAX_ENVELOPES: usize = 2;

/// Reused memory: a copy of the object (the reader undoes escapes in place) and its tape, one a layer.
#[derive(Default)]
pub(crate) struct Scratch {
    layers: [Layer; MAX_ENVELOPES],
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

struct Layer {
    input: Vec<u8>,
    buffers: Buffers,
    tape: Tape<'static>,
    plain: String,
}

impl Default for Layer {
    fn default() -> Self {
        Layer { input: Vec::new(), buffers: Buffers::default(), tape: Tape(Vec::new()), plain: String::new() }
    }
}

/// What was inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contents<'a> {
    /// The firewall's own text.
    pub(crate) payload: &'a str,
    /// What the innermost syslog header said.
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
/// [`MAX_ENVELOPES`]; [`QuarantineReason::Unreadable`] for FortiOS's own JSON form, which nothing here reads.
pub(crate) fn open<'a>(line: &'a str, scratch: &'a mut Scratch) -> Result<Contents<'a>, Reject> {
    let (payload, header) = syslog::strip(line);
    let mut contents = Contents { payload, header, received: None, collected: Collected::default() };
    for layer in &mut scratch.layers {
        if !contents.payload.starts_with('{') {
            return Ok(contents);
        }
        let Some(inner) = layer.open(contents.payload)? else {
            return Ok(contents);
        };
        let (payload, header) = syslog::strip(inner.line);
        contents.payload = payload;
        contents.header.host = header.host.or(contents.header.host);
        if header.time.is_some() || header.stamp.is_some() {
            (contents.header.time, contents.header.stamp) = (header.time, header.stamp);
        }
        // The outermost word of ours counts: it is the one that our own collector wrote.
        contents.received = contents.received.or(inner.received);
        contents.collected.collector = contents.collected.collector.or(inner.collected.collector);
        contents.collected.device = contents.collected.device.or(inner.collected.device);
    }
    if contents.payload.starts_with('{') && !is_panos_document(contents.payload) {
        return Err(bad(format!("nested deeper than {MAX_ENVELOPES}")));
    }
    Ok(contents)
}

struct Inner<'a> {
    line: &'a str,
    received: Option<EventTime>,
    collected: Collected<'a>,
}

impl Layer {
    /// Opens one object; `None` when it is no envelope but a log itself.
    fn open<'a>(&'a mut self, text: &str) -> Result<Option<Inner<'a>>, Reject> {
        let Layer { input, buffers, tape, plain } = self;
        input.clear();
        input.extend_from_slice(text.as_bytes());
        let mut filled: Tape<'a> = std::mem::replace(tape, Tape(Vec::new())).reset();
        let read = simd_json::fill_tape(input, buffers, &mut filled);
        let inner = match read {
            Ok(()) => inner(&filled),
            // A PAN-OS object that was cut off is its reader's to refuse.
            Err(_) if is_panos_document(text) => Ok(None),
            Err(error) => Err(bad(format!("json at byte {}", error.index()))),
        };
        *tape = filled.reset();
        let Some(mut inner) = inner? else {
            return Ok(None);
        };
        if is_escaped_twice(inner.line) {
            plain.clear();
            unescape_again(inner.line, plain);
            inner.line = plain;
        }
        Ok(Some(inner))
    }
}

fn inner<'a>(tape: &Tape<'a>) -> Result<Option<Inner<'a>>, Reject> {
    let mut inner = Inner { line: "", received: None, collected: Collected::default() };
    let mut line = None;
    let mut is_fortigate = false;
    for (key, value) in members(&tape.0) {
        match (key, value.first()) {
            ("message", Some(&Node::String(text))) => line = Some(text),
            ("log", Some(&Node::String(text))) => line = line.or(Some(text)),
            ("hinomi", Some(Node::Object { .. })) => read_ours(value, &mut inner),
            ("LogType" | "log_type" | "logType", _) => return Ok(None),
            ("devid" | "logid", Some(Node::String(_))) => is_fortigate = true,
            _ => {}
        }
    }
    match line {
        Some(line) => Ok(Some(Inner { line, ..inner })),
        None if is_fortigate => Err(Reject::new(QuarantineReason::Unreadable, "a log in json form")),
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

/// Walks the members of the object that starts the tape: name and the value's part of the tape.
fn members<'t, 'a>(nodes: &'t [Node<'a>]) -> impl Iterator<Item = (&'a str, &'t [Node<'a>])> {
    let (mut left, mut rest) = match nodes.first() {
        Some(&Node::Object { len, .. }) => (len, nodes.get(1..).unwrap_or_default()),
        _ => (0, nodes),
    };
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let (&Node::String(name), values) = rest.split_first()? else {
            return None;
        };
        let nodes = match *values.first()? {
            Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
            Node::String(_) | Node::Static(_) => 1,
        };
        let (value, after) = values.split_at_checked(nodes)?;
        rest = after;
        Some((name, value))
    })
}

/// Tells whether a JSON object looks like a log that PAN-OS or Strata Logging wrote.
fn is_panos_document(text: &str) -> bool {
    ["\"LogType\"", "\"log_type\"", "\"logType\""]
        .iter()
        .any(|key| memchr::memmem::find(text.as_bytes(), key.as_bytes()).is_some())
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
        match open(line, &mut Scratch::default()) {
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
            (r#"{"LogType":"TRAFFIC""#, r#"{"LogType":"TRAFFIC""#),
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
        for line in [r#"{"message":"date=1""#, r#"{"message":1}"#, "{}", "{", r#"{"a":"b"}"#, deep] {
            assert_eq!(payload(line), Err(QuarantineReason::BadEnvelope), "{line}");
        }
    }

    #[test]
    fn our_envelope_says_how_the_line_came() {
        let line = r#"{"hinomi":{"collector":"c1","received":"2026-01-20T01:15:02Z","device":"fw1","n":1},
            "message":"Jan 20 01:15:01 inner date=1"}"#;
        let mut scratch = Scratch::default();
        let contents = open(line, &mut scratch).unwrap();
        assert_eq!(contents.collected, Collected { collector: Some("c1"), device: Some("fw1") });
        assert_eq!(contents.received, EventTime::parse_rfc3339("2026-01-20T01:15:02Z"));
        assert_eq!(contents.header.host, Some("inner"));
    }
}
