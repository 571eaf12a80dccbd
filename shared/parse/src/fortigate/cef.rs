//! FortiGate logs in ArcSight's Common Event Format, as FortiOS writes them (`set format cef`) and FortiAnalyzer
//! forwards them, put back into FortiOS's own fields.
//!
//! ```text
//! CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 FTNTFGTlogid=0000000013 cat=traffic:forward src=10.1.12.34 ...
//! ```
//!
//! A key of the standard's own dictionary stands for one field of FortiOS's (`app` for the service, not the
//! application); every other field has its own name behind a prefix, or FortiAnalyzer's `ad.`, or none. Up to 5.x some
//! are numbered (`cs5=10 cs5Label=Policy Id`). `cat` holds type and subtype, or the type alone; where it is missing the
//! header's name holds them. The header's class is the end of the log id, its severity the level; FortiAnalyzer's class is
//! the whole log id, and its severity on a scale of its own.
//!
//! Nothing is guessed that the line does not say: a class of five digits stays one. A header with fewer fields than the
//! format asks for is read as far as it goes.
//!
//! Specification: "CEF support", FortiOS Log Message Reference 5.6 to 7.6,
//! <https://docs.fortinet.com/document/fortigate/7.6.0/fortios-log-message-reference>.

use hinomi_model::Span;

use super::cef_names::{key_of, labelled, without_prefix};
use super::keys::Key;
use super::kind;
use crate::scan::cef;
use crate::scan::json::append;
use crate::scan::pair::{Form, Pair};
use crate::scan::shape::Meanings;

/// How far into a line the mark is looked for: what a relay leaves in front of it is a tag or two.
const MAX_LEFTOVER_BYTES: usize = 256;

/// How much of the log id FortiOS puts into the header.
const CLASS_DIGITS: u32 = 5;

/// Levels by the header's severity, which counts the other way round than syslog's.
const LEVELS: &[&str] =
    &["debug", "information", "notice", "warning", "error", "critical", "alert", "emergency"];

/// What a line says besides its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log<'a> {
    /// What the fields' spans point into.
    pub(super) text: &'a str,
    /// What the device runs: `v7.4.3`, `7.2.8,build1639 (GA)`.
    pub(super) firmware: Option<&'a str>,
    pub(super) product: Product,
}

/// Whose log the header says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    FortiGate,
    Other,
    Unsaid,
}

/// Returns the log in a line, from its mark on, when the header names the vendor. The mark `CEF:` itself may be lost.
pub(super) fn log_in(line: &str) -> Option<&str> {
    if is_head(line) {
        return Some(line);
    }
    let end = line.len().min(MAX_LEFTOVER_BYTES);
    let at = memchr::memmem::find(line.as_bytes().get(..end)?, b"CEF:")?;
    line.get(at..).filter(|rest| is_head(rest))
}

fn is_head(text: &str) -> bool {
    let rest = text.strip_prefix("CEF:").unwrap_or(text).trim_start_matches(' ');
    let vendor = rest.strip_prefix("0|").or_else(|| rest.strip_prefix("1|")).map(str::trim_start);
    vendor.and_then(|rest| rest.get(..9)).is_some_and(|vendor| vendor.eq_ignore_ascii_case("Fortinet|"))
}

/// Reads a line that [`log_in`] returned; the pairs replace those in `pairs`. `text` holds what does not stand in the
/// line.
pub(super) fn read<'a>(
    line: &'a str,
    text: &'a mut String,
    meanings: &mut Meanings<Key>,
    pairs: &mut Vec<Pair<Key>>,
) -> Log<'a> {
    text.clear();
    // A line feed in a value is escaped: a bare one ends the log, and what follows must not lend this one its fields.
    let log = line.split_once('\n').map_or(line, |(log, _)| log);
    let head = Head::of(log);
    let mut place = 0;
    cef::scan(log, head.extension, pairs, |name| {
        place += 1;
        meanings.of(place - 1, name, key_of)
    });
    let mut more = More { line, text };
    translate(log, &head, pairs, &mut more);
    if log.len() < line.len() {
        let value = Span { start: log.len() as u32 + 1, end: line.len() as u32 };
        pairs.push(Pair { key: None, name: Span::default(), value, form: Form::NextLine });
    }
    Log {
        text: if text.is_empty() { line } else { text },
        firmware: Some(head.version).filter(|version| !version.is_empty()),
        product: product(head.product),
    }
}

/// What the header says; what it lacks is empty.
#[derive(Debug, Default)]
struct Head<'a> {
    product: &'a str,
    version: &'a str,
    class: Span,
    name: Span,
    severity: &'a str,
    extension: usize,
}

impl<'a> Head<'a> {
    fn of(log: &'a str) -> Self {
        match cef::header(log) {
            Some(head) => Head {
                product: head.product,
                version: head.version,
                class: head.class_span,
                name: head.name_span,
                severity: head.severity,
                extension: head.extension,
            },
            None => Head::of_short(log),
        }
    }

    /// Reads a header that has too few fields, or of which the line was cut: the extension begins behind the last `|`
    /// in front of the first `=`.
    fn of_short(log: &'a str) -> Self {
        let before_pairs = log.split_once('=').map_or(log, |(before, _)| before);
        let extension = match before_pairs.len() {
            all if all == log.len() => all,
            _ => before_pairs.rfind('|').map_or(log.len(), |at| at + 1),
        };
        let mut head = Head { extension, ..Head::default() };
        let mut start = 0;
        for (index, field) in log.get(..extension).unwrap_or("").split('|').enumerate() {
            let span = Span { start: start as u32, end: (start + field.len()) as u32 };
            start += field.len() + 1;
            match index {
                0 | 1 => {}
                2 => head.product = field.trim(),
                3 => head.version = field.trim(),
                _ if is_digits(field) => head.class = span,
                _ if field.contains(':') => head.name = span,
                _ => {}
            }
        }
        head
    }
}

/// Text that the line says in other words; appended to a copy of the line, into which the spans then point.
struct More<'l, 't> {
    line: &'l str,
    text: &'t mut String,
}

impl More<'_, '_> {
    fn add(&mut self, word: &str) -> Span {
        if self.text.is_empty() {
            self.text.push_str(self.line);
        }
        append(self.text, |text| text.push_str(word)).0
    }
}

/// Fields of which it matters where and whether they are there.
#[derive(Default)]
struct Seen {
    has_type: bool,
    has_level: bool,
    has_log_id: bool,
    has_label: bool,
    /// Keys that stand for different fields in different logs.
    host: Option<usize>,
    sender: Option<usize>,
    recipient: Option<usize>,
}

/// Takes the prefixes off and adds what the header and `cat` say.
fn translate(log: &str, head: &Head<'_>, pairs: &mut Vec<Pair<Key>>, more: &mut More<'_, '_>) {
    let mut seen = Seen::default();
    let mut subtype = None;
    for (index, pair) in pairs.iter_mut().enumerate() {
        let name = pair.name.of(log);
        let own = without_prefix(name);
        if own.len() < name.len() {
            pair.name.start = pair.name.end - own.len() as u32;
        } else {
            match name {
                "cat" if !seen.has_type && !is_digits(pair.value.of(log)) => {
                    let (kind, below) = type_and_subtype(log, pair.value);
                    (pair.key, pair.value) = (Some(Key::Type), kind);
                    subtype = below.map(|value| Pair { key: Some(Key::Subtype), value, ..*pair });
                }
                "deviceDirection" => match pair.value.of(log) {
                    "0" => pair.value = more.add("incoming"),
                    "1" => pair.value = more.add("outgoing"),
                    _ => {}
                },
                "dhost" => seen.host = Some(index),
                "suser" => seen.sender = Some(index),
                "duser" => seen.recipient = Some(index),
                _ => seen.has_label |= pair.key.is_none() && name.ends_with("Label"),
            }
        }
        match pair.key {
            Some(Key::Type) => seen.has_type = true,
            Some(Key::Level) => seen.has_level = true,
            Some(Key::LogId) => seen.has_log_id = true,
            _ => {}
        }
    }
    if seen.has_label {
        name_numbered(log, pairs, more, &mut seen);
    }
    let said = |key, value| Pair { key: Some(key), name: Span::default(), value, form: Form::Bare };
    if !seen.has_type
        && let Some((kind, below)) = named_kind(log, head.name)
    {
        pairs.push(said(Key::Type, kind));
        subtype = below.map(|value| said(Key::Subtype, value));
    }
    pairs.extend(subtype);
    if !seen.has_log_id && is_digits(head.class.of(log)) {
        pairs.push(said(Key::LogId, head.class));
    }
    // Only FortiOS itself counts so, and it writes five digits of the log id.
    if !seen.has_level
        && head.class.end - head.class.start == CLASS_DIGITS
        && let Some(level) = head.severity.parse::<usize>().ok().and_then(|n| LEVELS.get(n.checked_sub(1)?))
    {
        let value = more.add(level);
        pairs.push(said(Key::Level, value));
    }
    by_kind(log, pairs, &seen);
}

/// Gives the keys that stand for different fields in different logs the one that they have here: in traffic logs the
/// other machine's name, elsewhere the name asked for; in logs of mail those who wrote and received it.
fn by_kind(log: &str, pairs: &mut [Pair<Key>], seen: &Seen) {
    let is = |key, word| pairs.iter().any(|pair| pair.key == Some(key) && pair.value.of(log) == word);
    let (is_traffic, is_mail) = (is(Key::Type, "traffic"), is(Key::Subtype, "emailfilter"));
    let mut name = |index: Option<usize>, key| {
        if let Some(pair) = index.and_then(|index| pairs.get_mut(index)) {
            pair.key = Some(key);
        }
    };
    if is_traffic {
        name(seen.host, Key::DstName);
    }
    if is_mail {
        name(seen.sender, Key::From);
        name(seen.recipient, Key::To);
    }
}

/// Gives numbered fields the names that their labels say, and takes those labels off.
fn name_numbered(log: &str, pairs: &mut Vec<Pair<Key>>, more: &mut More<'_, '_>, seen: &mut Seen) {
    let mut at = 0;
    while let Some(label) = pairs.get(at).copied() {
        let numbered = label.name.of(log).strip_suffix("Label").filter(|_| label.key.is_none());
        let named = numbered.and_then(|name| {
            let index = pairs.iter().position(|pair| pair.key.is_none() && pair.name.of(log) == name)?;
            Some((index, labelled(label.value.of(log))?))
        });
        let Some((index, (key, name))) = named else {
            at += 1;
            continue;
        };
        if let Some(pair) = pairs.get_mut(index) {
            pair.key = Some(key);
            if key == Key::Kept {
                pair.name = more.add(name.as_str());
            }
        }
        pairs.remove(at);
        for place in [&mut seen.host, &mut seen.sender, &mut seen.recipient].into_iter().flatten() {
            *place -= usize::from(*place > at);
        }
    }
}

/// Splits `traffic:forward`.
fn type_and_subtype(log: &str, span: Span) -> (Span, Option<Span>) {
    let text = span.of(log);
    let text = text.split(' ').next().unwrap_or(text);
    let end = span.start + text.len() as u32;
    match text.find(':') {
        Some(colon) => {
            let colon = span.start + colon as u32;
            (Span { start: span.start, end: colon }, Some(Span { start: colon + 1, end }))
        }
        None => (Span { start: span.start, end }, None),
    }
}

/// Reads type and subtype off the header's name: `traffic:forward close`, or FortiAnalyzer's `webfilter utm passthrough`.
fn named_kind(log: &str, name: Span) -> Option<(Span, Option<Span>)> {
    let text = name.of(log);
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    if first.contains(':') {
        return Some(type_and_subtype(log, name));
    }
    let second = rest.split(' ').next().unwrap_or("");
    if !kind::is_type(second) {
        return None;
    }
    let start = name.start + first.len() as u32;
    let kind = Span { start: start + 1, end: start + 1 + second.len() as u32 };
    Some((kind, Some(Span { start: name.start, end: start })))
}

fn product(name: &str) -> Product {
    let begins = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if ["fortigate", "fortiwifi", "fortios"].into_iter().any(begins) {
        Product::FortiGate
    } else if begins("forti") {
        Product::Other
    } else {
        Product::Unsaid
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_begins_at_its_mark() {
        let log = "CEF:0|Fortinet|Fortigate|v7.4.3|00013|n|3|a=1";
        let bare = "0|fortinet|Fortigate|v7.4.3|00013|n|3|a=1";
        let cases = [
            (log.to_owned(), Some(log)),
            (bare.to_owned(), Some(bare)),
            (format!("tag: {log}"), Some(log)),
            (format!("{} {log}", "x".repeat(MAX_LEFTOVER_BYTES)), None),
            ("CEF: 1| Fortinet|".to_owned(), Some("CEF: 1| Fortinet|")),
            ("CEF:0|Fortinetx|Fortigate|".to_owned(), None),
            ("CEF:2|Fortinet|Fortigate|".to_owned(), None),
            ("0|Fortine".to_owned(), None),
            ("CEF:".to_owned(), None),
            (String::new(), None),
        ];
        for (line, expected) in &cases {
            assert_eq!(log_in(line), *expected, "{line}");
        }
    }

    #[test]
    fn headers_that_lack_fields_are_read_as_far_as_they_go() {
        let cases = [
            (
                "CEF:0|Fortinet|FortiGate|v7.2|traffic:deny|src=10.1.1.1",
                ("FortiGate", "v7.2", "", "traffic:deny"),
            ),
            ("0|Fortinet|FortiGate|v7.2|00013|src=10.1.1.1 a=|", ("FortiGate", "v7.2", "00013", "")),
            ("CEF:0|Fortinet|FortiGate|v7.2|00013", ("FortiGate", "v7.2", "00013", "")),
            ("CEF:0|Fortinet|a=b", ("", "", "", "")),
            ("CEF:0|Fortinet|", ("", "", "", "")),
        ];
        for (log, expected) in cases {
            let head = Head::of(log);
            let read = (head.product, head.version, head.class.of(log), head.name.of(log));
            assert_eq!(read, expected, "{log}");
            let pairs = log.get(head.extension..).unwrap();
            assert!(pairs.is_empty() || pairs.starts_with("src=") || pairs.starts_with("a="), "{log}");
        }
    }

    #[test]
    fn the_headers_name_holds_type_and_subtype() {
        let cases = [
            ("traffic:forward close", Some(("traffic", Some("forward")))),
            ("event:system", Some(("event", Some("system")))),
            ("webfilter utm passthrough", Some(("utm", Some("webfilter")))),
            ("vpn event tunnel-up", Some(("event", Some("vpn")))),
            ("Policy Violation", None),
            ("", None),
        ];
        for (name, expected) in cases {
            let span = Span { start: 0, end: name.len() as u32 };
            let read = named_kind(name, span);
            let read = read.map(|(kind, below)| (kind.of(name), below.map(|below| below.of(name))));
            assert_eq!(read, expected, "{name}");
        }
    }

    #[test]
    fn products_are_told_by_their_names() {
        let cases = [
            ("Fortigate", Product::FortiGate),
            ("FortiGate-100F", Product::FortiGate),
            ("FortiWiFi-60E", Product::FortiGate),
            ("FortiWeb", Product::Other),
            ("FortiAnalyzer-VM64", Product::Other),
            ("FGT-60F", Product::Unsaid),
            ("", Product::Unsaid),
            ("フォーティ", Product::Unsaid),
        ];
        for (name, expected) in cases {
            assert_eq!(product(name), expected, "{name}");
        }
    }
}
