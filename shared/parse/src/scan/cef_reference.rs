//! The rules of `scan/cef.rs` for an extension written to be read, not to be fast: first where the keys are, then what is
//! between them.
//!
//! ```text
//! src=10.1.12.34 msg=two words \= one FTNTFGTtz="+0900"
//! ```

use hinomi_model::Span;

use super::kv::MAX_FIELDS;
use super::pair::{Form, Pair};

struct Found {
    start: usize,
    equals: usize,
    quote: Option<usize>,
}

pub(crate) fn scan(text: &str) -> Vec<Pair<()>> {
    let bytes = text.as_bytes();
    let plain = plain_bytes(bytes);
    let keys = keys(bytes, &plain);
    let mut pairs = Vec::new();
    let first = keys.first().map_or(bytes.len(), |key| key.start);
    let before = without_blanks(bytes, 0, first);
    if before.0 < before.1 {
        pairs.push(pair((0, 0), before, Form::Stray));
    }
    for (index, key) in keys.iter().enumerate() {
        if pairs.len() >= MAX_FIELDS {
            pairs.push(pair((0, 0), (key.start, bytes.len()), Form::TooMany));
            break;
        }
        let end = keys.get(index + 1).map_or(bytes.len(), |next| next.start);
        let has_escape = (key.equals + 1..end).any(|i| bytes[i] == b'\\');
        let mut value = without_blanks(bytes, key.equals + 1, end);
        let mut form = Form::Bare;
        if key.quote.is_some_and(|quote| quote + 1 == value.1) {
            value = (value.0 + 1, value.1 - 1);
            form = Form::Quoted;
        }
        if has_escape {
            form = Form::Cef;
        }
        pairs.push(pair((key.start, key.equals), value, form));
    }
    pairs
}

/// Tells of each byte whether it is neither a backslash that escapes nor escaped.
fn plain_bytes(bytes: &[u8]) -> Vec<bool> {
    let mut plain = vec![true; bytes.len()];
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            plain[at..bytes.len().min(at + 2)].fill(false);
            at += 1;
        }
        at += 1;
    }
    plain
}

fn keys(bytes: &[u8], plain: &[bool]) -> Vec<Found> {
    let mut keys: Vec<Found> = Vec::new();
    let mut value = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'='
            && plain[at]
            && let Some(start) = key_start(&bytes[value..at])
        {
            let quote = (bytes.get(at + 1) == Some(&b'"')).then(|| closing(bytes, plain, at + 2)).flatten();
            keys.push(Found { start: value + start, equals: at, quote });
            value = at + 1;
            at = quote.unwrap_or(at);
        }
        at += 1;
    }
    keys
}

fn key_start(before: &[u8]) -> Option<usize> {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || [b'_', b'-', b'.'].contains(b);
    let start = before.iter().rposition(|b| !allowed(b)).map_or(0, |last| last + 1);
    let follows_blank = start == 0 || before[start - 1] <= b' ';
    (follows_blank && (1..=64).contains(&(before.len() - start))).then_some(start)
}

fn closing(bytes: &[u8], plain: &[bool], from: usize) -> Option<usize> {
    for at in (from..bytes.len()).filter(|&i| bytes[i] == b'"' && plain[i]) {
        if at > from && bytes[at - 1] == b'=' {
            return None;
        }
        if at + 1 == bytes.len() || bytes[at + 1] <= b' ' {
            return Some(at);
        }
    }
    None
}

fn without_blanks(bytes: &[u8], from: usize, to: usize) -> (usize, usize) {
    let start = (from..to).find(|&i| bytes[i] > b' ').unwrap_or(to);
    let end = (start..to).rev().find(|&i| bytes[i] > b' ').map_or(start, |last| last + 1);
    (start, end)
}

fn pair(name: (usize, usize), value: (usize, usize), form: Form) -> Pair<()> {
    let span = |(start, end)| Span { start: start as u32, end: end as u32 };
    Pair { key: None, name: span(name), value: span(value), form }
}
