//! Opens what carries a line: syslog headers and JSON objects, one in the other, as collectors stack them.
//!
//! | written by | the line | host | time |
//! |---|---|---|---|
//! | ours | `message` | `hinomi.device` | |
//! | CloudWatch Logs | `message` beside `id` and `timestamp` | | |
//! | Fluent Bit, Fluentd, Docker | `log`, `message` | `host` | `time`, `date` |
//! | Vector | `message` | `host` | `timestamp` |
//! | Filebeat, Logstash | `event.original`, `message` | `log.source.address`, `host.name` | `@timestamp` |
//! | Kinesis Agent | `message` | `hostname` | `timestamp` |
//! | rsyslog | `rawmsg`, `message`, `msg` | `hostname`, `fromhost`, `fromhost-ip` | `timereported`, `timegenerated` |
//! | syslog-ng | `MESSAGE` | `HOST` | `ISODATE` |
//! | Splunk HEC | `event`, `_raw` | `host` | `time` |
//!
//! ```text
//! {"hinomi": {"collector": "c1", "received": "2026-01-20T01:15:02Z", "device": "fw1"}, "message": "<189>date=..."}
//! {"@timestamp":"2026-01-20T01:15:02.000Z","host":{"name":"relay"},"event":{"original":"<189>date=..."}}
//! ```
//!
//! The line may also be an object that is a log. An object that is a log itself is no envelope, whatever its members
//! are called; FortiOS has a `msg` of its own.
//!
//! Host and time stand in for a syslog header that the line does not have, and for no more: the host may be the
//! collector's, so a name that the log gives comes first. Only ours and CloudWatch Logs' say when the line was
//! *received*, because only of those two is it known whose clock it is; device clocks are compared with it.

use hinomi_model::registry::Collected;
use hinomi_model::{EventTime, Frame, QuarantineReason, Reject};
use simd_json::{Buffers, Node, StaticNode, Tape};

use crate::peel::Watch;
use crate::scan::json::{SpareTape, members, write_value};
use crate::syslog::{self, Header};
use crate::{fortigate, panos, when};

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

/// Takes off headers and envelopes until the firewall's own text is left; tells `watch` of each.
///
/// # Errors
///
/// [`QuarantineReason::BadEnvelope`] for an object that is broken, holds no line, or nests deeper than
/// [`MAX_ENVELOPES`].
pub(crate) fn open<'a>(
    line: &'a str,
    scratch: &'a mut Scratch,
    spare: &mut SpareTape,
    watch: &mut impl Watch,
) -> Result<Contents<'a>, Reject> {
    let (payload, header) = syslog::strip(line);
    watch.headers(line, payload, &header);
    open_stripped(payload, header, scratch, spare, watch)
}

/// Does what [`open`] does, from behind the outermost headers on.
///
/// # Errors
///
/// As [`open`].
#[inline]
pub(crate) fn open_stripped<'a>(
    payload: &'a str,
    header: Header<'a>,
    scratch: &'a mut Scratch,
    spare: &mut SpareTape,
    watch: &mut impl Watch,
) -> Result<Contents<'a>, Reject> {
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
        watch.envelope(inner.key);
        let (payload, header) = syslog::strip(inner.line);
        watch.headers(inner.line, payload, &header);
        contents.payload = payload;
        contents.header.frames = contents.header.frames.with(Frame::Envelope).and(header.frames);
        contents.header.host = header.host.or(inner.host).or(contents.header.host);
        if header.time.is_some() || header.stamp.is_some() {
            (contents.header.time, contents.header.stamp) = (header.time, header.stamp);
        } else if inner.time.is_some() {
            (contents.header.time, contents.header.stamp) = (inner.time, None);
        }
        // The outermost word counts: it is the one that our own collector wrote.
        contents.received = contents.received.or(inner.received);
        contents.collected.collector = contents.collected.collector.or(inner.collected.collector);
        contents.collected.device = contents.collected.device.or(inner.collected.device);
    }
    Err(bad(format!("nested deeper than {MAX_ENVELOPES}")))
}

/// Tells whether a member of this name may hold a line or makes the object a log: such an object is one thing, and
/// no list of others.
pub(crate) fn may_carry(name: &[u8]) -> bool {
    std::str::from_utf8(name)
        .is_ok_and(|name| carrier(name).is_some() || matches!(name, "logid" | "devid" | "LogType"))
}

/// What an object is.
enum Opened<'a> {
    /// A log itself; its tape.
    Log(Tape<'a>),
    /// It carries one.
    Envelope(Inner<'a>),
}

#[derive(Default)]
struct Inner<'a> {
    line: &'a str,
    key: &'static str,
    host: Option<&'a str>,
    time: Option<EventTime>,
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
        plain.clear();
        let inner = Inner::read(&tape.0, plain);
        spare.put(tape);
        let mut inner = inner.ok_or_else(|| bad("no message in it".to_owned()))?;
        if !plain.is_empty() {
            inner.line = plain;
        } else if is_escaped_twice(inner.line) {
            unescape_again(inner.line, plain);
            inner.line = plain;
        }
        Ok(Opened::Envelope(inner))
    }
}

/// Returns how surely a member of this name holds the line, best first, and the name.
fn carrier(name: &str) -> Option<(u8, &'static str)> {
    Some(match name {
        // What arrived, before anybody read it.
        "rawmsg" => (1, "rawmsg"),
        "message" => (2, "message"),
        "log" => (3, "log"),
        "event" => (4, "event"),
        "MESSAGE" => (5, "MESSAGE"),
        "_raw" => (6, "_raw"),
        // The text behind what rsyslog took for a tag.
        "msg" => (7, "msg"),
        _ => return None,
    })
}

fn host_rank(name: &str) -> Option<u8> {
    match name {
        "hostname" => Some(1),
        "host" | "HOST" => Some(2),
        "fromhost" => Some(4),
        "fromhost-ip" => Some(5),
        _ => None,
    }
}

fn time_rank(name: &str) -> Option<u8> {
    match name {
        // What the line's own header said, as far as the relay could read it.
        "timereported" | "ISODATE" => Some(1),
        "time" | "timestamp" => Some(2),
        "@timestamp" | "date" => Some(3),
        "timegenerated" => Some(4),
        _ => None,
    }
}

impl<'a> Inner<'a> {
    /// Reads an envelope's members; `None` when none of them holds a line. An object that is the log is written into
    /// `plain`.
    fn read(nodes: &[Node<'a>], plain: &mut String) -> Option<Self> {
        let mut inner = Inner::default();
        let mut line: Option<(u8, &'static str, &[Node<'a>])> = None;
        let mut host: Option<(u8, &'a str)> = None;
        let mut time: Option<(u8, &[Node<'a>])> = None;
        let (mut has_id, mut has_message, mut stamp) = (false, false, None);
        for (key, value) in members(nodes) {
            if let Some((rank, name)) = carrier(key) {
                let (rank, name, value) = match member(value, "original") {
                    Some(original) if key == "event" => (0, "event.original", original),
                    _ => (rank, name, value),
                };
                if holds_line(value) && line.is_none_or(|(best, ..)| rank < best) {
                    line = Some((rank, name, value));
                }
            }
            let text = text_of(value);
            let sender = match key {
                // What stands for the collector itself comes last.
                "host" if text.is_none() => member(value, "name").and_then(text_of).map(|name| (6, name)),
                "log" if text.is_none() => member(value, "source")
                    .and_then(|source| member(source, "address"))
                    .and_then(text_of)
                    .map(|address| (3, address)),
                key => host_rank(key).zip(text),
            };
            if let Some((rank, name)) = sender.filter(|(_, name)| !name.is_empty())
                && host.is_none_or(|(best, _)| rank < best)
            {
                host = Some((rank, name));
            }
            if let Some(rank) = time_rank(key)
                && time.is_none_or(|(best, _)| rank < best)
            {
                time = Some((rank, value));
            }
            match (key, value.first()) {
                ("id", Some(Node::String(_))) => has_id = true,
                ("message", Some(Node::String(_))) => has_message = true,
                ("timestamp", Some(Node::Static(number))) => stamp = instant_of_number(*number),
                ("hinomi", Some(Node::Object { .. })) => read_ours(value, &mut inner),
                _ => {}
            }
        }
        let (_, key, value) = line?;
        inner.key = key;
        inner.host = host.map(|(_, host)| host);
        match value.first() {
            Some(&Node::String(text)) => inner.line = text,
            _ => {
                write_value(value, 0, plain)?;
            }
        }
        if has_id && has_message && stamp.is_some() {
            // An event of CloudWatch Logs.
            inner.received = inner.received.or(stamp);
        } else {
            inner.time = time.and_then(|(_, value)| instant(value));
        }
        Some(inner)
    }
}

/// Tells whether a value is a text, or an object that is a log or carries one.
fn holds_line(value: &[Node<'_>]) -> bool {
    match value.first() {
        Some(Node::String(_)) => true,
        Some(Node::Object { .. }) => {
            fortigate::is_document(value)
                || panos::is_document(value)
                || members(value).any(|(name, _)| carrier(name).is_some())
        }
        _ => false,
    }
}

fn member<'t, 'a>(object: &'t [Node<'a>], name: &str) -> Option<&'t [Node<'a>]> {
    matches!(object.first(), Some(Node::Object { .. }))
        .then(|| members(object).find(|(key, _)| *key == name).map(|(_, value)| value))
        .flatten()
}

fn text_of<'a>(value: &[Node<'a>]) -> Option<&'a str> {
    match value.first() {
        Some(&Node::String(text)) => Some(text),
        _ => None,
    }
}

/// Reads a relay's time: RFC 3339, or an epoch as a number or as text. One without an offset says too little.
fn instant(value: &[Node<'_>]) -> Option<EventTime> {
    match value.first()? {
        Node::String(text) => match when::timestamp(text) {
            Some((civil, offset)) => offset.map(|offset| civil.at_offset(offset)),
            None => when::epoch(text).or_else(|| text.parse().ok().and_then(instant_of_seconds)),
        },
        Node::Static(number) => instant_of_number(*number),
        _ => None,
    }
}

fn instant_of_number(number: StaticNode) -> Option<EventTime> {
    match number {
        StaticNode::I64(number) => when::epoch(&number.to_string()),
        StaticNode::U64(number) => when::epoch(&number.to_string()),
        StaticNode::F64(seconds) => instant_of_seconds(seconds),
        _ => None,
    }
}

/// Reads seconds with a fraction, as Fluent Bit and Splunk write them.
fn instant_of_seconds(seconds: f64) -> Option<EventTime> {
    // Between 2001 and 2286 the whole part has ten digits; anything else is another unit or no time.
    (1e9..9e9).contains(&seconds).then(|| EventTime::from_nanos((seconds * 1e6) as i64 * 1_000))
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
        match open(line, &mut Scratch::default(), &mut SpareTape::default(), &mut ()) {
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
            (r#"{"message":"read","event":{"original":"date=1","kind":"event"}}"#, "date=1"),
            (r#"{"msg":" cut","rawmsg":"<189>date=1","fromhost":"fw1"}"#, "date=1"),
            (r#"{"msg":" date=1","syslogtag":"x"}"#, "date=1"),
            (r#"{"MESSAGE":"date=1","HOST":"fw1"}"#, "date=1"),
            (r#"{"time":1768871701.5,"host":"fw1","event":"date=1"}"#, "date=1"),
            (r#"{"_raw":"date=1"}"#, "date=1"),
            (r#"<13>Jan 20 01:15:01 relay rsyslogd: @cee: {"msg":"date=1"}"#, "date=1"),
            // An object that is the log, and one that carries it.
            (r#"{"message":{"devid":"F","logid":"1"}}"#, r#"{"devid":"F","logid":"1"}"#),
            (r#"{"event":{"LogType":"TRAFFIC","x":[1]}}"#, r#"{"LogType":"TRAFFIC","x":[1]}"#),
            (r#"{"event":{"message":"date=1"}}"#, "date=1"),
            // A log's own message makes it no envelope.
            (
                r#"{"type":"event","subtype":"ha","logid":"1","msg":"x","log":"y"}"#,
                r#"{"type":"event","subtype":"ha","logid":"1","msg":"x","log":"y"}"#,
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(payload(line).as_deref(), Ok(expected), "{line}");
        }
    }

    #[test]
    fn hosts_and_times_stand_in_for_a_header() {
        let utc = EventTime::parse_rfc3339("2026-01-20T01:15:01Z");
        let cases = [
            (r#"{"log":"date=1\n","stream":"stdout","time":"2026-01-20T01:15:01Z"}"#, None, utc),
            (r#"{"message":"date=1","host":"fw1","timestamp":"2026-01-20T01:15:01Z"}"#, Some("fw1"), utc),
            (
                r#"{"message":"date=1","host":{"name":"c1"},"@timestamp":"2026-01-20T01:15:01Z"}"#,
                Some("c1"),
                utc,
            ),
            (
                r#"{"message":"date=1","host":{"name":"c1"},"log":{"source":{"address":"192.0.2.1"}}}"#,
                Some("192.0.2.1"),
                None,
            ),
            (
                r#"{"msg":"date=1","fromhost":"fw1","fromhost-ip":"192.0.2.1","timegenerated":"2026-01-20T01:16:01Z","timereported":"2026-01-20T10:15:01+09:00"}"#,
                Some("fw1"),
                utc,
            ),
            (
                r#"{"hostname":"fw1","program":"-","message":"date=1","timestamp":"Jan 20 01:15:01"}"#,
                Some("fw1"),
                None,
            ),
            (r#"{"event":"date=1","host":"fw1","time":1768871701}"#, Some("fw1"), utc),
            (r#"{"event":"date=1","time":"1768871701.000"}"#, None, utc),
            (r#"{"date":1768871701.0,"log":"date=1"}"#, None, utc),
            (r#"{"MESSAGE":"date=1","HOST":"fw1","ISODATE":"2026-01-20T01:15:01+00:00"}"#, Some("fw1"), utc),
            // What is nearer to the device wins.
            (
                r#"{"message":"<189>Jan 20 01:15:01 fw2 date=1","host":"fw1","time":"2026-01-20T09:00:00Z"}"#,
                Some("fw2"),
                utc,
            ),
            (
                r#"<13>Jan 20 09:00:00 relay {"message":"date=1","host":"fw1","time":"2026-01-20T01:15:01Z"}"#,
                Some("fw1"),
                utc,
            ),
        ];
        for (line, host, time) in cases {
            let mut scratch = Scratch::default();
            let contents = open(line, &mut scratch, &mut SpareTape::default(), &mut ()).unwrap();
            assert_eq!(contents.payload.trim_end(), "date=1", "{line}");
            assert_eq!(contents.header.host, host, "{line}");
            let received = EventTime::parse_rfc3339("2026-01-20T12:00:00Z").unwrap();
            let read = contents.header.time_in(
                &jiff::tz::TimeZone::UTC,
                received,
                &mut crate::when::Zones::default(),
            );
            assert_eq!(read, time, "{line}");
            assert_eq!(contents.received, None, "{line}");
        }
    }

    #[test]
    fn cloudwatch_says_when_it_was_received() {
        let line = r#"{"id":"3","timestamp":1768871701000,"message":"date=1"}"#;
        let mut scratch = Scratch::default();
        let contents = open(line, &mut scratch, &mut SpareTape::default(), &mut ()).unwrap();
        assert_eq!(contents.received, EventTime::parse_rfc3339("2026-01-20T01:15:01Z"));
        assert_eq!(contents.header.time, None);
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
        let contents = open(line, &mut scratch, &mut SpareTape::default(), &mut ()).unwrap();
        assert_eq!(
            contents.collected,
            Collected { collector: Some("c1"), device: Some("fw1"), received: None }
        );
        assert_eq!(contents.received, EventTime::parse_rfc3339("2026-01-20T01:15:02Z"));
        assert_eq!(contents.header.host, Some("inner"));
    }
}
