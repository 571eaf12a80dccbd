//! Splits a line of ArcSight Common Event Format into its header and its `key=value` extension.
//!
//! ```text
//! CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 src=10.1.12.34 ...
//! ```
//!
//! * Header fields end at a `|` that no backslash escapes. The mark `CEF:` may have a blank behind it, and relays that
//!   take it for a syslog tag leave the line at the version, `0|Fortinet|...`.
//! * A key is 1 to 64 bytes of letters, digits, `_`, `-`, `.`, at the start or after a blank, directly followed by
//!   `=`. Its value runs to the blank before the next key, so it may hold blanks; an `=` of its own is escaped (`\=`)
//!   by those who keep to the format, and does no harm without a blank and a name before it.
//! * Escapes stay in the span ([`Form::Cef`] says that there are some).
//!
//! Specification: "Implementing ArcSight Common Event Format", version 26,
//! <https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors/cef-implementation-standard/>.

use hinomi_model::Span;

use super::kv::MAX_FIELDS;
use super::pair::{Form, Pair};

/// Longest key that is one: the vendors' longest has some 50 bytes.
const MAX_KEY_BYTES: usize = 64;

/// What stands before the extension. Escapes are not undone: no vendor's own values have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) vendor: &'a str,
    pub(crate) product: &'a str,
    pub(crate) version: &'a str,
    pub(crate) class_id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) severity: &'a str,
    /// Where the extension begins in the text.
    pub(crate) extension: usize,
}

/// Reads the header; `None` when the text has none.
pub(crate) fn header(text: &str) -> Option<Header<'_>> {
    let rest = text.strip_prefix("CEF:").unwrap_or(text).trim_start_matches(' ');
    // The format's version is 0 or 1, whatever the product's is.
    let rest = rest.strip_prefix("0|").or_else(|| rest.strip_prefix("1|"))?;
    let mut at = text.len() - rest.len();
    let mut fields = [""; 6];
    for field in &mut fields {
        let end = at + field_end(text.as_bytes().get(at..)?)?;
        *field = text.get(at..end)?.trim_matches(' ');
        at = end + 1;
    }
    let [vendor, product, version, class_id, name, severity] = fields;
    Some(Header { vendor, product, version, class_id, name, severity, extension: at })
}

/// Returns where the `|` is that ends a header field.
fn field_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr::memchr2(b'|', b'\\', bytes.get(at..)?)?;
        if bytes.get(found) == Some(&b'|') {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Splits the extension that begins at `from`; the pairs replace those in `pairs`, with spans into the whole text.
/// `known` tells what a key stands for.
pub(crate) fn scan<K: Copy>(
    text: &str,
    from: usize,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) {
    pairs.clear();
    let bytes = text.as_bytes();
    // The pair in the making: its key, and whether its value has an escape.
    let mut open: Option<(Option<K>, Span, usize)> = None;
    let mut has_escape = false;
    let mut value_ends_before = from;
    let mut at = from;
    loop {
        let found =
            bytes.get(at..).and_then(|rest| memchr::memchr2(b'=', b'\\', rest)).map(|found| at + found);
        let Some(found) = found else { break };
        if bytes.get(found) == Some(&b'\\') {
            has_escape = true;
            at = found + 2;
            continue;
        }
        at = found + 1;
        let Some(start) = key_start(bytes, value_ends_before, found) else { continue };
        match open.take() {
            Some((key, name, value)) => push(pairs, text, key, name, value, start, has_escape),
            None => stray(pairs, text, from, start),
        }
        has_escape = false;
        if pairs.len() >= MAX_FIELDS {
            pairs.push(Pair {
                key: None,
                name: Span::default(),
                value: span(start, bytes.len()),
                form: Form::TooMany,
            });
            return;
        }
        let key = bytes.get(start..found).and_then(&known);
        open = Some((key, span(start, found), at));
        value_ends_before = at;
    }
    match open {
        Some((key, name, value)) => push(pairs, text, key, name, value, bytes.len(), has_escape),
        None => stray(pairs, text, from, bytes.len()),
    }
}

/// Returns where the key begins that ends before the `=` at `end`; `None` when what stands there is no key.
fn key_start(bytes: &[u8], not_before: usize, end: usize) -> Option<usize> {
    let before = bytes.get(not_before..end)?;
    let length = before.iter().rev().take_while(|&&byte| is_key_byte(byte)).take(MAX_KEY_BYTES + 1).count();
    if length == 0 || length > MAX_KEY_BYTES {
        return None;
    }
    let start = end - length;
    let starts_here = start == not_before || bytes.get(start - 1).is_some_and(|&byte| byte <= b' ');
    starts_here.then_some(start)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn push<K>(
    pairs: &mut Vec<Pair<K>>,
    text: &str,
    key: Option<K>,
    name: Span,
    from: usize,
    to: usize,
    has_escape: bool,
) {
    let form = if has_escape { Form::Cef } else { Form::Bare };
    pairs.push(Pair { key, name, value: trimmed(text, from, to), form });
}

/// Keeps text in front of the first key.
fn stray<K>(pairs: &mut Vec<Pair<K>>, text: &str, from: usize, to: usize) {
    let value = trimmed(text, from, to);
    if value.start < value.end {
        pairs.push(Pair { key: None, name: Span::default(), value, form: Form::Stray });
    }
}

/// Returns the range without blanks around it.
fn trimmed(text: &str, from: usize, to: usize) -> Span {
    let bytes = text.as_bytes().get(from..to).unwrap_or_default();
    let lead = bytes.iter().take_while(|&&byte| byte <= b' ').count();
    let tail = bytes.iter().skip(lead).rev().take_while(|&&byte| byte <= b' ').count();
    span(from + lead, from + bytes.len() - tail)
}

fn span(start: usize, end: usize) -> Span {
    // Lines are bounded far below 4 GiB, so the spans hold every offset.
    Span { start: start as u32, end: end as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, String, Form)> {
        let mut pairs: Vec<Pair<()>> = Vec::new();
        scan(text, 0, &mut pairs, |_| None);
        pairs
            .iter()
            .map(|pair| (pair.name.of(text).to_owned(), pair.value.of(text).to_owned(), pair.form))
            .collect()
    }

    #[test]
    fn values_run_to_the_next_key() {
        use Form::*;
        type Expected = &'static [(&'static str, &'static str, Form)];
        let cases: &[(&str, Expected)] = &[
            ("a=1 b=two words c=", &[("a", "1", Bare), ("b", "two words", Bare), ("c", "", Bare)]),
            (r"m=x\=y n=1", &[("m", r"x\=y", Cef), ("n", "1", Bare)]),
            (r"m=ends in a backslash\\ n=1", &[("m", r"ends in a backslash\\", Cef), ("n", "1", Bare)]),
            ("u=/a?b=c&d=e n=1", &[("u", "/a?b=c&d=e", Bare), ("n", "1", Bare)]),
            ("  a=1   b=2  ", &[("a", "1", Bare), ("b", "2", Bare)]),
            ("junk a=1", &[("", "junk", Stray), ("a", "1", Bare)]),
            ("junk", &[("", "junk", Stray)]),
            ("a==b", &[("a", "=b", Bare)]),
            ("=x", &[("", "=x", Stray)]),
            ("", &[]),
            (r"a=\", &[("a", r"\", Cef)]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(n, v, f)| ((*n).to_owned(), (*v).to_owned(), *f)).collect();
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn headers_with_and_without_their_mark() {
        for text in ["CEF:0|V|P|1|id|n|3|a=1", "CEF: 0|V|P|1|id|n|3|a=1", "0|V|P|1|id|n|3|a=1"] {
            let header = header(text).unwrap();
            assert_eq!((header.vendor, header.name, header.severity), ("V", "n", "3"), "{text}");
            assert_eq!(text.get(header.extension..), Some("a=1"), "{text}");
        }
        let escaped = header(r"CEF:0|V|P\|Q\\|1|id|n|3|").unwrap();
        assert_eq!((escaped.product, escaped.extension), (r"P\|Q\\", 24));
        for text in ["CEF:0|V|P", "CEF:2|V|P|1|id|n|3|", "", "0|", "date=1|2|3|4|5|6|7|8"] {
            assert_eq!(header(text), None, "{text}");
        }
    }
}
