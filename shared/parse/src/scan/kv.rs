//! Splits a line of `key=value` pairs, as FortiOS writes them, into spans.
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
//! `scan/kv_reference.rs` says the same byte by byte; a property test holds the two together.

use hinomi_model::Span;

use super::pair::{Form, Pair};

/// Most fields of one line. FortiOS 7.6 writes up to some 120; what exceeds the limit is kept as one text.
pub(crate) const MAX_FIELDS: usize = 512;

const MAX_NAME_BYTES: usize = 64;

/// The names of the line before, in their order. A device writes the same names in the same order for hours, and a
/// guess that is checked with two comparisons costs a third of finding and looking up a name.
#[derive(Debug)]
pub(crate) struct Shape<K>(Vec<Guess<K>>);

impl<K> Default for Shape<K> {
    fn default() -> Self {
        Shape(Vec::new())
    }
}

/// A name with its `=`, as one number of [`GUESS_BYTES`] bytes.
#[derive(Clone, Copy, Debug)]
struct Guess<K> {
    name: u128,
    /// The bytes of `name` that count.
    mask: u128,
    length: usize,
    key: Option<K>,
}

const GUESS_BYTES: usize = 16;

impl<K: Copy> Shape<K> {
    /// Returns the end of the name at `from` and what it stands for, when it is the one that stood there before.
    #[inline]
    fn guess(&self, index: usize, bytes: &[u8], from: usize) -> Option<(usize, Option<K>)> {
        let guess = self.0.get(index)?;
        let here = u128::from_le_bytes(*bytes.get(from..)?.first_chunk::<GUESS_BYTES>()?);
        (here & guess.mask == guess.name).then_some((from + guess.length, guess.key))
    }

    /// Remembers a name. One that is too long, or too near the end of the line, leaves the guess as it was.
    fn learn(&mut self, index: usize, bytes: &[u8], from: usize, end: usize, key: Option<K>) {
        let length = end - from;
        let Some(chunk) = bytes.get(from..).and_then(<[u8]>::first_chunk::<GUESS_BYTES>) else {
            return;
        };
        if length >= GUESS_BYTES || index > self.0.len() {
            return;
        }
        let mask = u128::MAX >> (128 - 8 * (length + 1));
        let guess = Guess { name: u128::from_le_bytes(*chunk) & mask, mask, length, key };
        match self.0.get_mut(index) {
            Some(slot) => *slot = guess,
            None => self.0.push(guess),
        }
    }
}

/// Splits `text`; the pairs replace those in `pairs`. `known` tells what a name stands for, and must know no name
/// that is not made of name bytes: one that it knows is not looked at again. `shape` makes it faster and changes
/// nothing.
pub(crate) fn scan<K: Copy>(
    text: &str,
    shape: &mut Shape<K>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<K>,
) {
    pairs.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = next_token(bytes, at) {
        match start {
            Start::Token(token) => at = token,
            Start::NextLine(rest) => {
                push(pairs, None, Span::default(), rest, bytes.len(), Form::NextLine);
                return;
            }
        }
        let index = pairs.len();
        if index >= MAX_FIELDS {
            push(pairs, None, Span::default(), at, bytes.len(), Form::TooMany);
            return;
        }
        let (name_end, key) = match shape.guess(index, bytes, at) {
            Some(guessed) => guessed,
            None => {
                let Some((end, key)) = name(bytes, at, &known) else {
                    let end = blank_from(bytes, at);
                    match pairs.last_mut() {
                        Some(last) if last.form == Form::Stray => last.value.end = end as u32,
                        _ => push(pairs, None, Span::default(), at, end, Form::Stray),
                    }
                    at = end;
                    continue;
                };
                shape.learn(index, bytes, at, end, key);
                (end, key)
            }
        };
        let name = Span { start: at as u32, end: name_end as u32 };
        let value = name_end + 1;
        if bytes.get(value) != Some(&b'"') {
            at = blank_from(bytes, value);
            push(pairs, key, name, value, at, Form::Bare);
            continue;
        }
        let (end, form) = quoted(bytes, value + 1);
        push(pairs, key, name, value + 1, end, form);
        at = if form == Form::Unclosed { bytes.len() } else { end + 1 };
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
fn next_token(bytes: &[u8], from: usize) -> Option<Start> {
    // One space is what stands between nearly all pairs.
    if let Some(&[b' ', next]) = bytes.get(from..).and_then(<[u8]>::first_chunk::<2>)
        && next > b' '
    {
        return Some(Start::Token(from + 1));
    }
    let rest = bytes.get(from..)?;
    let blanks = rest.iter().position(|&byte| byte > b' ')?;
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

/// Finds the end of a quoted value that begins at `from`, and how it is written.
#[inline]
fn quoted(bytes: &[u8], from: usize) -> (usize, Form) {
    let mut form = Form::Quoted;
    let mut last_quote = None;
    let mut at = from;
    loop {
        let Some(found) = quote_or_backslash(bytes, at) else {
            return match last_quote {
                Some(end) => end,
                None => (bytes.len(), Form::Unclosed),
            };
        };
        if bytes.get(found) == Some(&b'\\') {
            form = Form::Escaped;
            at = match bytes.get(found + 1) {
                Some(b'"' | b'\\') => found + 2,
                _ => found + 1,
            };
            continue;
        }
        if bytes.get(found + 1).is_none_or(|&next| next <= b' ') {
            return (found, form);
        }
        last_quote = Some((found, form));
        at = found + 1;
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the highest bit of bytes that are zero; exact up to the first one, which is all that is asked for.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Finds the next blank at or after `from`, or the end.
#[inline]
fn blank_from(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    // Eight bytes at a time: a byte below 0x21 borrows into its highest bit. A borrow can mark a byte above the first
    // such one wrongly, never one below it, and only the first is asked for.
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let marks = word.wrapping_sub(ONES * 0x21) & !word & HIGHS;
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| byte <= b' ').unwrap_or(rest.len())
}

/// Finds the next quote or backslash at or after `from`.
#[inline]
fn quote_or_backslash(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    // Most values are short: two words in registers cost less than starting memchr. The marks are exact for the
    // first match, as above.
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
            break;
        };
        let word = u64::from_le_bytes(*chunk);
        let marks = zero_bytes(word ^ (ONES * b'"' as u64)) | zero_bytes(word ^ (ONES * b'\\' as u64));
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    memchr::memchr2(b'"', b'\\', bytes.get(at..)?).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::kv_reference;
    use super::*;

    type Shown = (String, String, Form);

    /// Knows some names, so that both ways of the scanner are taken.
    fn known(name: &[u8]) -> Option<()> {
        matches!(name, b"srcip" | b"a" | b"msg").then_some(())
    }

    fn fast(text: &str) -> Vec<Pair<()>> {
        let mut pairs = Vec::new();
        scan(text, &mut Shape::default(), &mut pairs, known);
        pairs
    }

    fn reference(text: &str) -> Vec<Pair<()>> {
        let mut pairs = kv_reference::scan(text);
        for pair in &mut pairs {
            pair.key = known(pair.name.of(text).as_bytes());
        }
        pairs
    }

    fn shown(text: &str) -> Vec<Shown> {
        fast(text)
            .iter()
            .map(|pair| (pair.name.of(text).to_owned(), pair.value.of(text).to_owned(), pair.form))
            .collect()
    }

    #[test]
    fn values_end_where_the_device_ended_them() {
        use Form::*;
        type Expected = &'static [(&'static str, &'static str, Form)];
        let cases: &[(&str, Expected)] = &[
            ("a=1 b=2", &[("a", "1", Bare), ("b", "2", Bare)]),
            ("  a=1   b=\"x y\"  ", &[("a", "1", Bare), ("b", "x y", Quoted)]),
            ("a= b=\"\"", &[("a", "", Bare), ("b", "", Quoted)]),
            (r#"u="?|dir\\..\\" b=1"#, &[("u", r"?|dir\\..\\", Escaped), ("b", "1", Bare)]),
            (r#"u="a\"></script>" b=1"#, &[("u", r#"a\"></script>"#, Escaped), ("b", "1", Bare)]),
            (r#"u="example.com\jdoe" b=1"#, &[("u", r"example.com\jdoe", Escaped), ("b", "1", Bare)]),
            ("m=\"say \"hi\" \" b=1", &[("m", "say \"hi", Quoted), ("", "\"", Stray), ("b", "1", Bare)]),
            ("m=\"a\"b\"c\" b=1", &[("m", "a\"b\"c", Quoted), ("b", "1", Bare)]),
            ("m=\"abc\"|", &[("m", "abc", Quoted), ("", "|", Stray)]),
            ("m=\"never ends b=1", &[("m", "never ends b=1", Unclosed)]),
            ("m=\"ends in an escape\\", &[("m", "ends in an escape\\", Unclosed)]),
            ("ui=https(192.0.2.1) c=\"a/b\"", &[("ui", "https(192.0.2.1)", Bare), ("c", "a/b", Quoted)]),
            ("t=10: 13:03 x=1", &[("t", "10:", Bare), ("", "13:03", Stray), ("x", "1", Bare)]),
            ("one two a=1 three", &[("", "one two", Stray), ("a", "1", Bare), ("", "three", Stray)]),
            ("a=b=c ==x =y", &[("a", "b=c", Bare), ("", "==x =y", Stray)]),
            ("cert-type=x SN=1 ad.k=2", &[("cert-type", "x", Bare), ("SN", "1", Bare), ("ad.k", "2", Bare)]),
            ("a=\"x\ny\" b=1\nc=2", &[("a", "x\ny", Quoted), ("b", "1", Bare), ("", "c=2", NextLine)]),
            ("p=\"é=ü\" é=1", &[("p", "é=ü", Quoted), ("", "é=1", Stray)]),
            ("a=1\n\r\n \0", &[("a", "1", Bare)]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<Shown> =
                expected.iter().map(|(n, v, f)| ((*n).to_owned(), (*v).to_owned(), *f)).collect();
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_exceeds_the_limit_is_one_text() {
        let text = "a=1 ".repeat(MAX_FIELDS + 3);
        let pairs = shown(&text);
        assert_eq!(pairs.len(), MAX_FIELDS + 1);
        assert_eq!(pairs.last().unwrap(), &(String::new(), "a=1 ".repeat(3), Form::TooMany));
    }

    fn like_logs() -> impl Strategy<Value = String> {
        let parts = vec![
            "a=",
            "srcip=",
            "x",
            " ",
            "  ",
            "\"",
            "\\",
            "\\\"",
            "\\\\",
            "=",
            "\n",
            "\t",
            "|",
            "192.0.2.1",
            "é",
            "value with words",
            "a-long-value-without-blanks-in-it",
            "\0",
            "msg=\"",
            "\" ",
            "incidentserialno=",
        ];
        prop::collection::vec(prop::sample::select(parts), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn fast_equals_reference_on_any_text(text in ".{0,200}") {
            prop_assert_eq!(fast(&text), reference(&text));
        }

        #[test]
        fn fast_equals_reference_on_text_like_logs(text in like_logs()) {
            prop_assert_eq!(fast(&text), reference(&text));
        }

        #[test]
        fn shapes_of_other_lines_change_nothing(texts in prop::collection::vec(like_logs(), 1..6)) {
            let mut shape = Shape::default();
            let mut pairs = Vec::new();
            for text in texts.iter().chain(&texts) {
                scan(text, &mut shape, &mut pairs, known);
                prop_assert_eq!(&pairs, &reference(text));
            }
        }
    }
}
