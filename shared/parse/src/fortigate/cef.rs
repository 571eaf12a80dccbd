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

use super::keys::Key;
use super::kind;
use crate::scan::cef;
use crate::scan::json::append;
use crate::scan::pair::{Form, Pair};
use crate::scan::shape::Meanings;

/// How far into a line the mark is looked for: what a relay leaves in front of it is a tag or two.
const MAX_LEFTOVER_BYTES: usize = 256;

/// What stands in front of FortiOS's own names.
const PREFIXES: &[&str] = &["FTNTFGT", "FortinetFortiGate", "ad."];

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

/// A label as a name: lower case, without blanks.
struct Plain {
    bytes: [u8; Plain::MAX_BYTES],
    length: usize,
}

impl Plain {
    /// Longest name that is known.
    const MAX_BYTES: usize = 32;

    fn of(label: &str) -> Option<Plain> {
        let mut plain = Plain { bytes: [0; Plain::MAX_BYTES], length: 0 };
        for byte in label.bytes().filter(|byte| *byte > b' ') {
            *plain.bytes.get_mut(plain.length)? = byte.to_ascii_lowercase();
            plain.length += 1;
        }
        Some(plain)
    }

    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

/// Returns the field that a label names; the labels are FortiOS's own names with blanks and capitals but for these few.
fn labelled(label: &str) -> Option<(Key, Plain)> {
    let plain = Plain::of(label)?;
    let key = match plain.as_str() {
        "packetssent" | "sentpackets" => Key::PacketsOut,
        "packetsreceived" | "receivedpackets" => Key::PacketsIn,
        "virusname" => Key::Virus,
        "attackname" => Key::Attack,
        name => Key::of(name.as_bytes())?,
    };
    Some((key, plain))
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

/// Returns FortiOS's own name in a key.
#[inline]
pub(super) fn without_prefix(key: &str) -> &str {
    match key.as_bytes() {
        [b'F', ..] | [b'a', b'd', b'.', ..] => own_name(key),
        _ => key,
    }
}

fn own_name(key: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)).filter(|own| !own.is_empty()).unwrap_or(key)
}

fn key_of(name: &[u8]) -> Option<Key> {
    let own = std::str::from_utf8(name).map_or(name, |name| without_prefix(name).as_bytes());
    let standard = if own.len() == name.len() { standard(name) } else { None };
    standard.or_else(|| Key::of_any_case(own))
}

/// Returns the field that a key of the standard's dictionary stands for.
fn standard(name: &[u8]) -> Option<Key> {
    Some(match name {
        b"act" => Key::Action,
        b"app" => Key::Service,
        b"cat" => Key::CategoryId,
        b"cnt" => Key::Count,
        b"destinationTranslatedAddress" => Key::TranDestinationIp,
        b"destinationTranslatedPort" => Key::TranDestinationPort,
        b"deviceDirection" => Key::Direction,
        b"deviceExternalId" => Key::DeviceId,
        b"deviceInboundInterface" => Key::SrcInterface,
        b"deviceOutboundInterface" => Key::DstInterface,
        b"deviceSeverity" => Key::Level,
        b"dhost" => Key::Hostname,
        b"dmac" => Key::DstMac,
        b"dpt" => Key::DstPort,
        b"dst" => Key::DstIp,
        b"duser" => Key::User,
        b"dvchost" => Key::DeviceName,
        b"externalId" | b"externalID" => Key::Session,
        b"fileHash" => Key::FileHash,
        b"fileType" => Key::FileType,
        b"fname" => Key::FileName,
        b"fsize" => Key::FileSize,
        b"in" => Key::Received,
        b"out" => Key::Sent,
        b"outcome" => Key::Status,
        b"request" => Key::Url,
        b"requestClientApplication" => Key::Agent,
        b"requestContext" => Key::Category,
        b"requestMethod" => Key::HttpMethod,
        b"shost" => Key::SrcName,
        b"smac" => Key::SrcMac,
        b"sourceTranslatedAddress" => Key::TranSourceIp,
        b"sourceTranslatedPort" => Key::TranSourcePort,
        b"spt" => Key::SrcPort,
        b"sproc" => Key::Ui,
        b"src" => Key::SrcIp,
        b"suser" => Key::UnauthUser,
        // The dictionary's, of which FortiOS has nothing.
        b"dvc" | b"dvcmac" | b"dntdom" | b"sntdom" | b"end" | b"deviceFacility" => Key::Kept,
        _ => return None,
    })
}
