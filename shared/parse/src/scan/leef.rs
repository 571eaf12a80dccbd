//! Splits a line of QRadar's Log Event Extended Format into its header and its attributes.
//!
//! ```text
//! LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC|ReceiveTime=2026/01/20 10:15:02|src=10.1.12.34|...
//! ```
//!
//! * Four header fields follow the format's version, each up to the next `|`. Format 2.0 has a fifth that names the
//!   separator: one character, or its code as `x09` or `0x5E`. Relays that take the mark `LEEF:` for a syslog tag
//!   leave the line at the version.
//! * Attributes are `key=value`; a key is 1 to 64 bytes of letters, digits, `_`, `-`, `.`. What is between them is the
//!   separator that the header names, else the first of tab, `|` and `^` behind which a key stands: the format says
//!   tab, and PAN-OS writes `|`.
//! * A separator ends a value only where a key and its `=` follow, so that a value may hold others and itself: URLs
//!   do. Blanks and separators around a value are not part of it.
//! * There are no escapes and no quotes.
//!
//! `scan/leef_reference.rs` says the same piece by piece; a property test holds the two together.
//!
//! Specification: "Log Event Extended Format (LEEF)", version 2,
//! <https://www.ibm.com/docs/en/dsm?topic=overview-leef-event-components>.

use hinomi_model::Span;

use super::kv::MAX_FIELDS;
use super::pair::{Form, Pair};

/// Longest key that is one: the vendors' longest has some 40 bytes.
const MAX_KEY_BYTES: usize = 64;

/// Longest way to name a separator: `0x` and four digits.
const MAX_SEPARATOR_BYTES: usize = 6;

const DEFAULT_SEPARATOR: u8 = b'\t';

/// What stands before the attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) vendor: &'a str,
    pub(crate) product: &'a str,
    pub(crate) version: &'a str,
    pub(crate) event_id: &'a str,
    /// What stands between the attributes.
    pub(crate) separator: u8,
    /// Where the attributes begin in the text.
    pub(crate) attributes: usize,
}

/// Reads the header; `None` when the text has none.
pub(crate) fn header(text: &str) -> Option<Header<'_>> {
    let rest = text.strip_prefix("LEEF:").unwrap_or(text).trim_start_matches(' ');
    let (format, rest) = rest.split_once('|')?;
    let names_separator = match format {
        "1.0" | "1" => false,
        "2.0" | "2" => true,
        _ => return None,
    };
    let (vendor, rest) = rest.split_once('|')?;
    let (product, rest) = rest.split_once('|')?;
    let (version, rest) = rest.split_once('|')?;
    let (event_id, rest) = rest.split_once('|')?;
    let named = if names_separator { named_separator(rest) } else { None };
    let (separator, attributes) = match named {
        Some((separator, attributes)) => (separator, attributes),
        None => (None, rest),
    };
    Some(Header {
        vendor: vendor.trim_matches(' '),
        product: product.trim_matches(' '),
        version: version.trim_matches(' '),
        event_id: event_id.trim_matches(' '),
        separator: separator.unwrap_or_else(|| seen_separator(attributes.as_bytes())),
        attributes: text.len() - attributes.len(),
    })
}

/// Splits the attributes that begin at `from`; the pairs replace those in `pairs`, with spans into the whole text.
/// `known` tells what a key stands for.
pub(crate) fn scan<K: Copy>(
    text: &str,
    from: usize,
    separator: u8,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) {
    pairs.clear();
    let bytes = text.as_bytes();
    let mut at = from;
    // The pair in the making: its key, its name, and where its value begins.
    let mut open: (Option<K>, Span, usize) = (None, Span::default(), from);
    loop {
        let key = key_at(bytes, at);
        if let Some((start, end)) = key {
            push(pairs, text, open, at, separator);
            if pairs.len() >= MAX_FIELDS {
                let value = span(start, bytes.len());
                pairs.push(Pair { key: None, name: Span::default(), value, form: Form::TooMany });
                return;
            }
            open = (bytes.get(start..end).and_then(&known), span(start, end), end + 1);
            at = end + 1;
        }
        match bytes.get(at..).and_then(|rest| memchr::memchr(separator, rest)) {
            Some(found) => at += found + 1,
            None => break,
        }
    }
    push(pairs, text, open, bytes.len(), separator);
}

/// Reads the header field that names the separator, if one does; returns what follows. An empty one names none.
fn named_separator(rest: &str) -> Option<(Option<u8>, &str)> {
    let (field, after) = rest.split_once('|')?;
    let code = field.strip_prefix("0x").or_else(|| field.strip_prefix('x'));
    let separator = match (field.as_bytes(), code) {
        (b"", _) => None,
        ([byte], _) => Some(*byte),
        (b"\\t", _) => Some(b'\t'),
        (_, Some(digits)) if field.len() <= MAX_SEPARATOR_BYTES => {
            Some(u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii)?)
        }
        _ => return None,
    };
    Some((separator, after))
}

/// Returns the first of the usual separators behind which a key stands.
fn seen_separator(attributes: &[u8]) -> u8 {
    memchr::memchr3_iter(b'\t', b'|', b'^', attributes)
        .filter(|&at| key_at(attributes, at + 1).is_some())
        .find_map(|at| attributes.get(at).copied())
        .unwrap_or(DEFAULT_SEPARATOR)
}

/// Returns the key at `from`, behind blanks, that an `=` follows.
fn key_at(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(from..)?;
    let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
    let name = rest.get(blanks..)?;
    let length = name.iter().take_while(|&&byte| is_key_byte(byte)).take(MAX_KEY_BYTES + 1).count();
    let is_key = length > 0 && length <= MAX_KEY_BYTES && name.get(length) == Some(&b'=');
    is_key.then_some((from + blanks, from + blanks + length))
}

pub(super) fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Ends the pair in the making. What stands before the first key is stray text.
fn push<K>(
    pairs: &mut Vec<Pair<K>>,
    text: &str,
    (key, name, from): (Option<K>, Span, usize),
    to: usize,
    separator: u8,
) {
    let bytes = text.as_bytes().get(from..to).unwrap_or_default();
    let is_around = |byte: &u8| *byte <= b' ' || *byte == separator;
    let lead = bytes.iter().take_while(|byte| is_around(byte)).count();
    let tail = bytes.iter().skip(lead).rev().take_while(|byte| is_around(byte)).count();
    let length = bytes.len() - lead - tail;
    let start = if length == 0 { from } else { from + lead };
    let value = span(start, start + length);
    let is_stray = name == Span::default();
    if !is_stray || value.start < value.end {
        let form = if is_stray { Form::Stray } else { Form::Bare };
        pairs.push(Pair { key, name, value, form });
    }
}

fn span(start: usize, end: usize) -> Span {
    // Lines are bounded far below 4 GiB, so the spans hold every offset.
    Span { start: start as u32, end: end as u32 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::leef_reference;
    use super::*;

    fn shown(text: &str, separator: u8) -> Vec<(String, String, Form)> {
        let mut pairs: Vec<Pair<()>> = Vec::new();
        scan(text, 0, separator, &mut pairs, |_| None);
        pairs
            .iter()
            .map(|pair| (pair.name.of(text).to_owned(), pair.value.of(text).to_owned(), pair.form))
            .collect()
    }

    #[test]
    fn headers_of_both_versions() {
        let cases = [
            ("LEEF:1.0|V|P|1|id|a=1\tb=2", b'\t', "a=1\tb=2"),
            ("LEEF:1.0|V|P|1|id|a=1|b=2", b'|', "a=1|b=2"),
            ("LEEF:1.0|V|P|1|id|a=x^y^b=2", b'^', "a=x^y^b=2"),
            ("LEEF:1.0|V|P|1|id|a=1", b'\t', "a=1"),
            ("LEEF:2.0|V|P|1|id|^|a=1^b=2", b'^', "a=1^b=2"),
            ("LEEF:2.0|V|P|1|id|x7C|a=1|b=2", b'|', "a=1|b=2"),
            ("LEEF:2.0|V|P|1|id|0x5E|a=1^b=2", b'^', "a=1^b=2"),
            ("LEEF:2.0|V|P|1|id|x09|a=1|b=2", b'\t', "a=1|b=2"),
            ("LEEF:2.0|V|P|1|id| |a=1 b=2", b' ', "a=1 b=2"),
            ("LEEF:2.0|V|P|1|id|\\t|a=1", b'\t', "a=1"),
            ("LEEF:2.0|V|P|1|id||a=1|b=2", b'|', "a=1|b=2"),
            // Without the field that the version promises.
            ("LEEF:2.0|V|P|1|id|a=1\tb=2", b'\t', "a=1\tb=2"),
            ("LEEF:2.0|V|P|1|id|a=1|b=2", b'|', "a=1|b=2"),
            ("LEEF: 1.0|V|P|1|id|a=1", b'\t', "a=1"),
            ("1.0|V|P|1|id|a=1", b'\t', "a=1"),
            ("LEEF:1.0|V|P|1|id|", b'\t', ""),
        ];
        for (text, separator, attributes) in cases {
            let header = header(text).unwrap();
            assert_eq!((header.vendor, header.product, header.version), ("V", "P", "1"), "{text}");
            assert_eq!((header.event_id, header.separator), ("id", separator), "{text}");
            assert_eq!(text.get(header.attributes..), Some(attributes), "{text}");
        }
        for text in
            ["LEEF:1.0|V|P|1|id", "LEEF:3.0|V|P|1|id|a=1", "LEEF:", "", "a=1", "1.0|", "V|P|1|id|a=1|"]
        {
            assert_eq!(header(text), None, "{text}");
        }
    }

    #[test]
    fn values_hold_other_separators_and_their_own() {
        use Form::*;
        type Expected = &'static [(&'static str, &'static str, Form)];
        let cases: &[(&str, u8, Expected)] = &[
            ("a=1|b=x y|c=", b'|', &[("a", "1", Bare), ("b", "x y", Bare), ("c", "", Bare)]),
            ("a=x^y\tz|b=2", b'|', &[("a", "x^y\tz", Bare), ("b", "2", Bare)]),
            ("u=/q?x=1&y|z=2|b=2", b'|', &[("u", "/q?x=1&y", Bare), ("z", "2", Bare), ("b", "2", Bare)]),
            ("u=/q?a|b|c|b=2", b'|', &[("u", "/q?a|b|c", Bare), ("b", "2", Bare)]),
            ("a=1||b=2|", b'|', &[("a", "1", Bare), ("b", "2", Bare)]),
            (" a=1 | b=2", b'|', &[("a", "1", Bare), ("b", "2", Bare)]),
            ("d=client to server s=Low", b' ', &[("d", "client to server", Bare), ("s", "Low", Bare)]),
            ("junk|a=1", b'|', &[("", "junk", Stray), ("a", "1", Bare)]),
            ("a==|=b", b'|', &[("a", "=|=b", Bare)]),
            ("|", b'|', &[]),
            ("", b'|', &[]),
        ];
        for (text, separator, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(n, v, f)| ((*n).to_owned(), (*v).to_owned(), *f)).collect();
            assert_eq!(shown(text, *separator), expected, "{text:?}");
        }
    }

    #[test]
    fn what_exceeds_the_bound_is_one_text() {
        let text = "a=1|".repeat(MAX_FIELDS + 2);
        let pairs = shown(&text, b'|');
        assert_eq!(pairs.len(), MAX_FIELDS + 1);
        assert_eq!(pairs[MAX_FIELDS], (String::new(), "a=1|a=1|".to_owned(), Form::TooMany));
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_reference(text in "[a-c=|^\t é.]{0,120}", separator in "[|^\t ]") {
            let separator = separator.as_bytes()[0];
            let mut pairs: Vec<Pair<()>> = Vec::new();
            scan(&text, 0, separator, &mut pairs, |_| None);
            prop_assert_eq!(pairs, leef_reference::scan(&text, separator));
        }

        #[test]
        fn agrees_on_any_text(text in ".{0,200}") {
            let mut pairs: Vec<Pair<()>> = Vec::new();
            scan(&text, 0, b'|', &mut pairs, |_| None);
            prop_assert_eq!(pairs, leef_reference::scan(&text, b'|'));
        }
    }
}
