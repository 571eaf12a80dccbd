//! The rules of `scan/kv.rs` written to be read, not to be fast: one decision a byte, nothing skipped.

use hinomi_model::Span;

use super::kv::MAX_FIELDS;
use super::pair::{Form, Pair};

/// Splits `text`, in which `separator`, a blank or a comma, stands between the pairs.
pub(crate) fn scan(text: &str, separator: u8) -> Vec<Pair<()>> {
    let bytes = text.as_bytes();
    let is_between = |byte: u8| byte <= b' ' || byte == separator;
    let ends_value = |byte: u8| match separator {
        b' ' => byte <= b' ',
        _ => byte == separator || byte == b'\n',
    };
    let mut pairs: Vec<Pair<()>> = Vec::new();
    let mut at = 0;
    while let Some(token) = (at..bytes.len()).find(|&i| !is_between(bytes[i])) {
        if bytes[at..token].contains(&b'\n') {
            pairs.push(pair((0, 0), (token, bytes.len()), Form::NextLine));
            break;
        }
        if pairs.len() >= MAX_FIELDS {
            pairs.push(pair((0, 0), (token, bytes.len()), Form::TooMany));
            break;
        }
        let blank = (token..bytes.len()).find(|&i| ends_value(bytes[i])).unwrap_or(bytes.len());
        let Some(name_end) = name_end(&bytes[token..blank]).map(|length| token + length) else {
            match pairs.last_mut() {
                Some(last) if last.form == Form::Stray => last.value.end = blank as u32,
                _ => pairs.push(pair((0, 0), (token, blank), Form::Stray)),
            }
            at = blank;
            continue;
        };
        let value = name_end + 1;
        if bytes.get(value) != Some(&b'"') {
            let end = (value..blank).rev().find(|&i| bytes[i] > b' ').map_or(value, |last| last + 1);
            pairs.push(pair((token, name_end), (value, end), Form::Bare));
            at = blank;
            continue;
        }
        let value = value + 1;
        let quotes = unescaped_quotes(bytes, value);
        let ends = |&quote: &usize| quote + 1 == bytes.len() || ends_value(bytes[quote + 1]);
        match quotes.iter().copied().find(ends).or(quotes.last().copied()) {
            Some(end) => {
                let form = if bytes[value..end].contains(&b'\\') { Form::Escaped } else { Form::Quoted };
                pairs.push(pair((token, name_end), (value, end), form));
                at = end + 1;
            }
            None => {
                pairs.push(pair((token, name_end), (value, bytes.len()), Form::Unclosed));
                break;
            }
        }
    }
    pairs
}

fn name_end(token: &[u8]) -> Option<usize> {
    let equals = token.iter().position(|&b| b == b'=')?;
    let name = &token[..equals];
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || [b'_', b'-', b'.'].contains(b);
    ((1..=64).contains(&name.len()) && name.iter().all(allowed)).then_some(equals)
}

fn unescaped_quotes(bytes: &[u8], from: usize) -> Vec<usize> {
    let mut quotes = Vec::new();
    let mut at = from;
    while at < bytes.len() {
        let escapes = bytes[at] == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\\'));
        if bytes[at] == b'"' {
            quotes.push(at);
        }
        at += if escapes { 2 } else { 1 };
    }
    quotes
}

fn pair(name: (usize, usize), value: (usize, usize), form: Form) -> Pair<()> {
    let span = |(start, end)| Span { start: start as u32, end: end as u32 };
    Pair { key: None, name: span(name), value: span(value), form }
}
