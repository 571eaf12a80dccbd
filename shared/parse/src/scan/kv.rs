//! Splits a line of `key=value` pairs, as FortiOS writes them, into spans.
//!
//! ```text
//! date=2026-01-20 time=10:15:01 devname="KITA-FW1" ui=https(192.0.2.1) srccountry="United States" ...
//! date=2026-01-20,time=10:15:01,devname="KITA-FW1",ui=https(192.0.2.1),srccountry=United States,...
//! ```
//!
//! * A name is 1 to 64 bytes of letters, digits, `_`, `-`, `.`, directly followed by `=`.
//! * A quoted value ends at the first quote that no backslash escapes and that a blank or the end follows. Old builds
//!   leave quotes inside a value as they are, and there a letter follows; if no quote qualifies, the last one that is
//!   not escaped ends it. Without any, the value runs to the end and is [`Form::Unclosed`]. Escapes are read from left
//!   to right and stay in the span: `\\"` ends a value, `\"` does not.
//! * An unquoted value ends at the next blank and may hold anything else: `ui=https(192.0.2.1)`, `service=tcp/80`.
//! * A blank is any byte up to the space. A line feed outside quotes ends the log: what follows is another one's, and
//!   must not lend this one its fields.
//! * Everything else is stray text.
//!
//! With `set format csv` commas stand where the blanks do. There an unquoted value runs to the next comma or line feed and
//! may hold blanks, those at its end left off; a closing quote is one that a comma, a line feed or the end follows; and
//! blanks around the commas mean nothing.
//!
//! `scan/kv_reference.rs` says the same byte by byte; a property test holds the two together.

use hinomi_model::Span;

use wide::u8x16;

use super::ends::Ends;
use super::marks::Marks;
use super::pair::{Form, Pair};
use super::pattern::Patterns;
use super::shape::{Place, Shape};

/// Most fields of one line. FortiOS 7.6 writes up to some 120; what exceeds the limit is kept as one text.
pub(crate) const MAX_FIELDS: usize = 512;

const MAX_NAME_BYTES: usize = 64;

/// Reused memory of this scanner and that of plain objects, which makes them faster and changes nothing. `E` is what the
/// caller keeps of lines that have the same names in the same order.
#[derive(Debug)]
pub(crate) struct Scratch<K, E = ()> {
    /// Which names lines have.
    pub(crate) shape: Shape<K, E>,
    pub(super) marks: Marks<2>,
    pub(super) ends: Ends,
    /// Of lines with each separator; their places are the shape's.
    pub(super) patterns: Patterns<K>,
}

impl<K, E> Default for Scratch<K, E> {
    fn default() -> Self {
        Scratch {
            shape: Shape::default(),
            marks: Marks::default(),
            ends: Ends::default(),
            patterns: Patterns::default(),
        }
    }
}

/// The kinds of byte that are marked: quotes and backslashes, and what ends an unquoted value.
const IN_QUOTES: usize = 0;
const ENDS: usize = 1;

/// Splits `text`, in which blanks stand between the pairs; they replace those in `pairs`. `known` tells what a name
/// stands for, and must know no name that is not made of name bytes: one that it knows is not looked at again.
///
/// Returns the place in the shape where a line ends that is nothing but pairs whose quotes are closed, if it has one.
// Within its caller the loop would run short of registers.
#[inline(never)]
pub(crate) fn scan<K: Copy + PartialEq, E>(
    text: &str,
    scratch: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) -> Option<Place> {
    scan_separated::<b' ', K, E>(text, scratch, pairs, known)
}

/// Splits `text` as [`scan`] does, but with commas between the pairs.
#[inline(never)]
pub(crate) fn scan_commas<K: Copy + PartialEq, E>(
    text: &str,
    scratch: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) -> Option<Place> {
    scan_separated::<b',', K, E>(text, scratch, pairs, known)
}

/// One body for both separators, which are known when it is compiled: neither form pays for the other.
#[inline(always)]
fn scan_separated<const SEPARATOR: u8, K: Copy + PartialEq, E>(
    text: &str,
    scratch: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) -> Option<Place> {
    let bytes = text.as_bytes();
    let is_plain = scratch.ends.find::<SEPARATOR>(bytes);
    if is_plain && let Some(place) = scratch.patterns.split::<SEPARATOR>(bytes, &scratch.ends, pairs) {
        return Some(place);
    }
    let place = scan_other::<SEPARATOR, K, E>(text, scratch, pairs, known);
    if is_plain
        && let Some(place) = place
        && scratch.shape.end_again(place)
    {
        scratch.patterns.learn::<SEPARATOR>(bytes, &scratch.ends, pairs, place);
    }
    place
}

/// Splits a line of which no pattern is known.
#[inline(never)]
fn scan_other<const SEPARATOR: u8, K: Copy + PartialEq, E>(
    text: &str,
    Scratch { shape, marks, patterns, .. }: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) -> Option<Place> {
    pairs.clear();
    if shape.begin(MAX_FIELDS) {
        patterns.forget();
    }
    let bytes = text.as_bytes();
    marks.find(bytes, |bytes| {
        let are = |byte| bytes.simd_eq(u8x16::splat(byte));
        let blanks = bytes.min(u8x16::splat(b' ')).simd_eq(bytes);
        let ends = if SEPARATOR == b' ' { blanks } else { are(SEPARATOR) | are(b'\n') };
        [are(b'"') | are(b'\\'), ends]
    });
    let place = scan_plain::<SEPARATOR, K, E>(bytes, shape, marks, pairs, &known);
    if place.is_none() {
        pairs.clear();
        scan_any::<SEPARATOR, K>(bytes, marks, pairs, &known);
    }
    place
}

/// Splits a line that is nothing but pairs with one separator between them, as nearly all are; `None` for every other
/// one.
#[inline(always)]
fn scan_plain<const SEPARATOR: u8, K: Copy, E>(
    bytes: &[u8],
    shape: &mut Shape<K, E>,
    marks: &Marks<2>,
    pairs: &mut Vec<Pair<K>>,
    known: &impl Fn(&[u8]) -> Option<K>,
) -> Option<Place> {
    let (mut place, mut at) = (Place::START, 0);
    loop {
        match follow::<SEPARATOR, K, E>(bytes, shape, marks, pairs, (place, at)) {
            Followed::End(place) => return Some(place),
            Followed::Oddity => return None,
            Followed::Unknown(from, start) => (place, at) = (from, start),
        }
        // The name is learnt, and the next round finds it.
        let (end, key) = name(bytes, at, known)?;
        shape.learn(place, bytes, (at, end), key)?;
    }
}

/// How far a line goes as lines before it did.
enum Followed {
    /// To its end.
    End(Place),
    /// To a name that did not come here before: the place before it, and where it starts.
    Unknown(Place, usize),
    /// To something else than a pair and one separator.
    Oddity,
}

/// Splits a line from `at` on as far as its names come in an order that is known.
#[inline(always)]
fn follow<const SEPARATOR: u8, K: Copy, E>(
    bytes: &[u8],
    shape: &Shape<K, E>,
    marks: &Marks<2>,
    pairs: &mut Vec<Pair<K>>,
    (mut place, mut at): (Place, usize),
) -> Followed {
    while pairs.len() < MAX_FIELDS {
        let Some((next, length, key)) = shape.guess(place, bytes, at) else {
            return Followed::Unknown(place, at);
        };
        place = next;
        let name = Span { start: at as u32, end: (at + length) as u32 };
        let is_quoted = bytes.get(at + length + 1) == Some(&b'"');
        let value = at + length + 1 + usize::from(is_quoted);
        let marked = marks.next_of(if is_quoted { IN_QUOTES } else { ENDS }, value);
        let mut end = marked.unwrap_or(bytes.len());
        let mut form = if is_quoted { Form::Quoted } else { Form::Bare };
        at = end + usize::from(is_quoted);
        let mut behind = bytes.get(at);
        if is_quoted && (bytes.get(end) != Some(&b'"') || behind.is_some_and(|&byte| byte != SEPARATOR)) {
            let Some(found) = quoted::<SEPARATOR>(bytes, marks, value) else { return Followed::Oddity };
            (end, form) = found;
            at = end + 1;
            behind = bytes.get(at);
        }
        push(pairs, key, name, value, before_blanks::<SEPARATOR>(bytes, value, end, form), form);
        match behind {
            Some(&byte) if byte == SEPARATOR => at += 1,
            Some(_) => return Followed::Oddity,
            None => return Followed::End(place),
        }
    }
    Followed::Oddity
}

/// Splits any line.
fn scan_any<const SEPARATOR: u8, K: Copy>(
    bytes: &[u8],
    marks: &Marks<2>,
    pairs: &mut Vec<Pair<K>>,
    known: &impl Fn(&[u8]) -> Option<K>,
) {
    let mut at = 0;
    while let Some(start) = next_token::<SEPARATOR>(bytes, at) {
        match start {
            Start::Token(token) => at = token,
            Start::NextLine(rest) => {
                push(pairs, None, Span::default(), rest, bytes.len(), Form::NextLine);
                return;
            }
        }
        if pairs.len() >= MAX_FIELDS {
            push(pairs, None, Span::default(), at, bytes.len(), Form::TooMany);
            return;
        }
        let Some((name_end, key)) = name(bytes, at, known) else {
            let end = marks.next::<ENDS>(at).unwrap_or(bytes.len());
            match pairs.last_mut() {
                Some(last) if last.form == Form::Stray => last.value.end = end as u32,
                _ => push(pairs, None, Span::default(), at, end, Form::Stray),
            }
            at = end;
            continue;
        };
        let name = Span { start: at as u32, end: name_end as u32 };
        let value = name_end + 1;
        if bytes.get(value) != Some(&b'"') {
            at = marks.next::<ENDS>(value).unwrap_or(bytes.len());
            let end = before_blanks::<SEPARATOR>(bytes, value, at, Form::Bare);
            push(pairs, key, name, value, end, Form::Bare);
            continue;
        }
        match quoted::<SEPARATOR>(bytes, marks, value + 1) {
            Some((end, form)) => {
                push(pairs, key, name, value + 1, end, form);
                at = end + 1;
            }
            None => {
                push(pairs, key, name, value + 1, bytes.len(), Form::Unclosed);
                return;
            }
        }
    }
}

#[inline]
fn push<K>(pairs: &mut Vec<Pair<K>>, key: Option<K>, name: Span, start: usize, end: usize, form: Form) {
    // Lines are bounded far below 4 GiB, so the spans hold every offset.
    pairs.push(Pair { key, name, value: Span { start: start as u32, end: end as u32 }, form });
}

enum Start {
    Token(usize),
    NextLine(usize),
}

#[inline]
fn next_token<const SEPARATOR: u8>(bytes: &[u8], from: usize) -> Option<Start> {
    let is_between = |byte: u8| byte <= b' ' || byte == SEPARATOR;
    // One separator is what stands between nearly all pairs.
    if let Some(&[first, next]) = bytes.get(from..).and_then(<[u8]>::first_chunk::<2>)
        && first == SEPARATOR
        && !is_between(next)
    {
        return Some(Start::Token(from + 1));
    }
    let rest = bytes.get(from..)?;
    let blanks = rest.iter().position(|&byte| !is_between(byte))?;
    let line_feed = rest.iter().take(blanks).any(|&byte| byte == b'\n');
    Some(if line_feed { Start::NextLine(from + blanks) } else { Start::Token(from + blanks) })
}

/// Finds the `=` that ends the name which begins at `from`, and what the name stands for; `None` when there is no
/// name.
#[inline]
fn name<K>(bytes: &[u8], from: usize, known: impl Fn(&[u8]) -> Option<K>) -> Option<(usize, Option<K>)> {
    let mut at = from;
    let end = loop {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
            break at + bytes.get(at..)?.iter().position(|&byte| byte == b'=')?;
        };
        let marks = zero_bytes(u64::from_le_bytes(*chunk) ^ (ONES * b'=' as u64));
        if marks != 0 {
            break at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
        if at - from > MAX_NAME_BYTES {
            return None;
        }
    };
    let name = bytes.get(from..end)?;
    let key = known(name);
    let is_name = key.is_some()
        || (!name.is_empty() && name.len() <= MAX_NAME_BYTES && name.iter().all(|&byte| NAME[byte as usize]));
    is_name.then_some((end, key))
}

const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        byte += 1;
    }
    table
};

/// Finds the end of a quoted value that begins at `from`, and how it is written; `None` when it has none.
#[inline(never)]
fn quoted<const SEPARATOR: u8>(bytes: &[u8], marks: &Marks<2>, from: usize) -> Option<(usize, Form)> {
    let mut form = Form::Quoted;
    let mut last_quote = None;
    let mut at = from;
    loop {
        let Some(found) = marks.next::<IN_QUOTES>(at) else {
            return last_quote;
        };
        if bytes.get(found) == Some(&b'\\') {
            form = Form::Escaped;
            at = match bytes.get(found + 1) {
                Some(b'"' | b'\\') => found + 2,
                _ => found + 1,
            };
            continue;
        }
        if bytes.get(found + 1).is_none_or(|&next| ends_value::<SEPARATOR>(next)) {
            return Some((found, form));
        }
        last_quote = Some((found, form));
        at = found + 1;
    }
}

/// Tells whether a byte ends a value. With commas between the pairs a blank does not: it may follow a quote that stands
/// inside a value.
#[inline]
const fn ends_value<const SEPARATOR: u8>(byte: u8) -> bool {
    if SEPARATOR == b' ' { byte <= b' ' } else { byte == SEPARATOR || byte == b'\n' }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the highest bit of bytes that are zero; exact up to the first one, which is all that is asked for.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Returns where an unquoted value ends when the blanks in front of its comma are left off.
#[inline]
fn before_blanks<const SEPARATOR: u8>(bytes: &[u8], from: usize, end: usize, form: Form) -> usize {
    if SEPARATOR == b' ' || form != Form::Bare {
        return end;
    }
    let value = bytes.get(from..end).unwrap_or_default();
    end - value.iter().rev().take_while(|&&byte| byte <= b' ').count()
}

#[cfg(test)]
#[path = "kv_tests.rs"]
mod tests;
