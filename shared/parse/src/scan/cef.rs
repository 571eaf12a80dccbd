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
//! * Who forwards a log may put a value into quotes, although the format knows none. Where a quote opens a value and one
//!   that a blank or the end follows closes it, what stands between has no keys; the quotes are left off when they hold
//!   the whole value. A quote behind a `=` opens another value: then the first one is a character like others.
//! * Escapes stay in the span ([`Form::Cef`] says that there are some).
//!
//! `scan/cef_reference.rs` says the same byte by byte; a property test holds the two together.
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
    /// Where the class id and the name stand in the text.
    pub(crate) class_span: Span,
    pub(crate) name_span: Span,
    /// Where the extension begins in the text.
    pub(crate) extension: usize,
}

/// Reads the header; `None` when the text has none.
pub(crate) fn header(text: &str) -> Option<Header<'_>> {
    let rest = text.strip_prefix("CEF:").unwrap_or(text).trim_start_matches(' ');
    // The format's version is 0 or 1, whatever the product's is.
    let rest = rest.strip_prefix("0|").or_else(|| rest.strip_prefix("1|"))?;
    let mut at = text.len() - rest.len();
    let mut spans = [Span::default(); 6];
    for field in &mut spans {
        let end = at + field_end(text.as_bytes().get(at..)?)?;
        *field = trimmed(text, at, end);
        at = end + 1;
    }
    let [vendor, product, version, class_id, name, severity] = spans.map(|field| field.of(text));
    let [.., class_span, name_span, _] = spans;
    Some(Header { vendor, product, version, class_id, name, severity, class_span, name_span, extension: at })
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
/// `known` tells what a key stands for; it is asked of each one, in their order.
pub(crate) fn scan<K: Copy>(
    text: &str,
    from: usize,
    pairs: &mut Vec<Pair<K>>,
    mut known: impl FnMut(&[u8]) -> Option<K>,
) {
    pairs.clear();
    let bytes = text.as_bytes();
    let mut open: Option<Open<K>> = None;
    // Where no quote closed a value, none behind it does.
    let mut may_close = true;
    let mut value_ends_before = from;
    let mut at = from;
    loop {
        let found =
            bytes.get(at..).and_then(|rest| memchr::memchr2(b'=', b'\\', rest)).map(|found| at + found);
        let Some(found) = found else { break };
        if bytes.get(found) == Some(&b'\\') {
            if let Some(open) = &mut open {
                open.has_escape = true;
            }
            at = found + 2;
            continue;
        }
        at = found + 1;
        let Some(start) = key_start(bytes, value_ends_before, found) else { continue };
        match open.take() {
            Some(open) => push(pairs, text, open, start),
            None => stray(pairs, text, from, start),
        }
        if pairs.len() >= MAX_FIELDS {
            pairs.push(Pair {
                key: None,
                name: Span::default(),
                value: span(start, bytes.len()),
                form: Form::TooMany,
            });
            return;
        }
        let key = bytes.get(start..found).and_then(&mut known);
        let mut opened = Open { key, name: span(start, found), value: at, quote: None, has_escape: false };
        value_ends_before = at;
        if may_close && bytes.get(at) == Some(&b'"') {
            match closing_quote(bytes, at + 1) {
                Closing::At(quote, has_escape) => {
                    opened.quote = Some(quote);
                    opened.has_escape = has_escape;
                    at = quote + 1;
                }
                Closing::AnotherOpens => {}
                Closing::Nowhere => may_close = false,
            }
        }
        open = Some(opened);
    }
    match open {
        Some(open) => push(pairs, text, open, bytes.len()),
        None => stray(pairs, text, from, bytes.len()),
    }
}

/// The pair in the making.
struct Open<K> {
    key: Option<K>,
    name: Span,
    /// Where its value begins.
    value: usize,
    /// Where the quote is that closes the one at the value's begin.
    quote: Option<usize>,
    has_escape: bool,
}

enum Closing {
    /// Where it is, and whether an escape is before it.
    At(usize, bool),
    AnotherOpens,
    Nowhere,
}

fn closing_quote(bytes: &[u8], from: usize) -> Closing {
    let mut has_escape = false;
    let mut at = from;
    loop {
        let found =
            bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)).map(|found| at + found);
        let Some(found) = found else { return Closing::Nowhere };
        if bytes.get(found) == Some(&b'\\') {
            has_escape = true;
            at = found + 2;
            continue;
        }
        if found > from && bytes.get(found - 1) == Some(&b'=') {
            return Closing::AnotherOpens;
        }
        if bytes.get(found + 1).is_none_or(|&next| next <= b' ') {
            return Closing::At(found, has_escape);
        }
        at = found + 1;
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

fn push<K>(pairs: &mut Vec<Pair<K>>, text: &str, open: Open<K>, to: usize) {
    let mut value = trimmed(text, open.value, to);
    let mut form = if open.has_escape { Form::Cef } else { Form::Bare };
    if open.quote.is_some_and(|quote| quote + 1 == value.end as usize) {
        value = Span { start: value.start + 1, end: value.end - 1 };
        form = if open.has_escape { Form::Cef } else { Form::Quoted };
    }
    pairs.push(Pair { key: open.key, name: open.name, value, form });
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
    use proptest::prelude::*;

    use super::super::cef_reference;
    use super::*;

    fn fast(text: &str) -> Vec<Pair<()>> {
        let mut pairs = Vec::new();
        scan(text, 0, &mut pairs, |_| None);
        pairs
    }

    fn shown(text: &str) -> Vec<(String, String, Form)> {
        fast(text)
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
            ("m=\"a b=c d\" n=\"+0900\"", &[("m", "a b=c d", Quoted), ("n", "+0900", Quoted)]),
            ("m=\"hi\" there n=1", &[("m", "\"hi\" there", Bare), ("n", "1", Bare)]),
            ("m=\"never ends n=1", &[("m", "\"never ends", Bare), ("n", "1", Bare)]),
            ("m=\"one n=\"two\"", &[("m", "\"one", Bare), ("n", "two", Quoted)]),
            (r#"m="say \"hi\" " n=1"#, &[("m", r#"say \"hi\" "#, Cef), ("n", "1", Bare)]),
            ("m=\" n=\"\"", &[("m", "\"", Bare), ("n", "", Quoted)]),
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

    fn like_logs() -> impl Strategy<Value = String> {
        let parts = vec![
            "a=",
            "src=",
            "x",
            " ",
            "  ",
            "\"",
            "=\"",
            "\" ",
            "\\",
            "\\=",
            "=",
            "\n",
            "|",
            "192.0.2.1",
            "é",
            "ad.k=",
            "two words",
            "a-key-of-more-bytes-than-any-vendor-writes-which-is-more-than-sixty-four=",
        ];
        prop::collection::vec(prop::sample::select(parts), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn fast_equals_reference_on_any_text(text in ".{0,200}") {
            prop_assert_eq!(fast(&text), cef_reference::scan(&text));
        }

        #[test]
        fn fast_equals_reference_on_text_like_logs(text in like_logs()) {
            prop_assert_eq!(fast(&text), cef_reference::scan(&text));
        }
    }

    #[test]
    fn what_exceeds_the_limit_is_one_text() {
        let text = "a=1 ".repeat(MAX_FIELDS + 3);
        let pairs = fast(&text);
        assert_eq!(pairs, cef_reference::scan(&text));
        assert_eq!((pairs.len(), pairs[MAX_FIELDS].form), (MAX_FIELDS + 1, Form::TooMany));
    }
}
