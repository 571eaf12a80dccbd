//! The rules of `scan/leef.rs`, said as plainly as they can be: cut at every separator, put together what has no key.

use hinomi_model::Span;

use super::leef::is_key_byte;
use super::pair::{Form, Pair};

/// Where the name and the value of an attribute stand.
struct Found {
    name: Option<(usize, usize)>,
    value: (usize, usize),
}

/// Splits attributes; for tests, which stay below the bound on fields.
pub(super) fn scan(text: &str, separator: u8) -> Vec<Pair<()>> {
    let mut found: Vec<Found> = Vec::new();
    let mut start = 0;
    for piece in text.split(char::from(separator)) {
        let end = start + piece.len();
        match key(piece) {
            Some((from, to)) => {
                let name = Some((start + from, start + to));
                found.push(Found { name, value: (start + to + 1, end) });
            }
            None => match found.last_mut() {
                Some(last) => last.value.1 = end,
                None => found.push(Found { name: None, value: (start, end) }),
            },
        }
        start = end + 1;
    }
    let mut pairs = Vec::new();
    for Found { name, value: (from, to) } in found {
        let is_around = |c: char| c <= ' ' || c == char::from(separator);
        let value = &text[from..to];
        let length = value.trim_matches(is_around).len();
        let lead = if length == 0 { 0 } else { value.len() - value.trim_start_matches(is_around).len() };
        let value = Span { start: (from + lead) as u32, end: (from + lead + length) as u32 };
        match name {
            Some((start, end)) => {
                let name = Span { start: start as u32, end: end as u32 };
                pairs.push(Pair { key: None, name, value, form: Form::Bare });
            }
            None if length > 0 => {
                pairs.push(Pair { key: None, name: Span::default(), value, form: Form::Stray });
            }
            None => {}
        }
    }
    pairs
}

fn key(piece: &str) -> Option<(usize, usize)> {
    let (before, _) = piece.split_once('=')?;
    let name = before.trim_start_matches(' ');
    let is_key = (1..=64).contains(&name.len()) && name.bytes().all(is_key_byte);
    is_key.then_some((before.len() - name.len(), before.len()))
}
