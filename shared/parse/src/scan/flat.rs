//! Splits a JSON object that holds nothing but plain values, without a copy of it and without a tape.
//!
//! ```text
//! {"date":"2026-01-20","time":"10:15:01","eventtime":1768871701123456789,"srcip":"10.1.12.34","srccountry":"United States",...}
//! ```
//!
//! FortiOS writes its logs so: no blanks between the tokens, strings without escapes, whole numbers. Where an object is
//! all of that, each byte of it has been looked at and it is JSON; of every other one nothing is said here, and simd-json
//! reads it. A property test holds the two together.

use hinomi_model::Span;
use wide::u8x16;

use super::ends::OBJECT;
use super::kv::{MAX_FIELDS, Scratch};
use super::marks::Marks;
use super::pair::{Form, Pair};
use super::shape::Place;

/// The kinds of byte that are marked: what ends a string or makes it one that is not plain, and what is no digit.
const IN_STRING: usize = 0;
const NO_DIGIT: usize = 1;

/// Most digits that every number of 64 bits has room for.
pub(super) const MAX_DIGITS: u32 = 19;

/// Splits an object that is all of `text`; its members replace those in `pairs`. `known` tells what a name stands for, and
/// `None` of one that makes the object something else than is read so.
///
/// Returns the place in the shape where the object's names end; `None`, and no pairs of any use, for an object that holds
/// anything but plain values.
#[inline(never)]
pub(crate) fn scan<K: Copy + PartialEq, E>(
    text: &str,
    scratch: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<Option<K>>,
) -> Option<Place> {
    let bytes = text.as_bytes();
    let [b'{', .., b'}'] = bytes else { return None };
    let open = bytes.get(..bytes.len() - 1)?;
    let is_plain = scratch.ends.find::<OBJECT>(open);
    if is_plain && let Some(place) = scratch.patterns.split::<OBJECT>(open, &scratch.ends, pairs) {
        return Some(place);
    }
    let place = scan_other(bytes, scratch, pairs, known)?;
    if is_plain && scratch.shape.end_again(place) {
        scratch.patterns.learn::<OBJECT>(open, &scratch.ends, pairs, place);
    }
    Some(place)
}

/// Splits an object of which no pattern is known.
#[inline(never)]
fn scan_other<K: Copy + PartialEq, E>(
    bytes: &[u8],
    Scratch { shape, marks, patterns, .. }: &mut Scratch<K, E>,
    pairs: &mut Vec<Pair<K>>,
    known: impl Fn(&[u8]) -> Option<Option<K>>,
) -> Option<Place> {
    pairs.clear();
    if shape.begin(MAX_FIELDS) {
        patterns.forget();
    }
    let mut at = 1;
    marks.find(bytes, |bytes| {
        let are = |byte| bytes.simd_eq(u8x16::splat(byte));
        let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
        let from_zero = bytes - u8x16::splat(b'0');
        let digits = from_zero.min(u8x16::splat(9)).simd_eq(from_zero);
        [are(b'"') | are(b'\\') | controls, !digits]
    });
    let mut place = Place::START;
    while pairs.len() < MAX_FIELDS {
        let (next, length, key) = match shape.guess(place, bytes, at) {
            Some(guessed) => guessed,
            None => {
                let end = name_end(bytes, marks, at)?;
                let key = known(bytes.get(at + 1..end - 1)?)?;
                (shape.learn(place, bytes, (at, end), key)?, end - at, key)
            }
        };
        place = next;
        // The name stands between its quotes.
        let name = Span { start: at as u32 + 1, end: (at + length) as u32 - 1 };
        let mut value = at + length + 1;
        let end;
        if bytes.get(value) == Some(&b'"') {
            value += 1;
            end = marks.next::<IN_STRING>(value)?;
            if bytes.get(end) != Some(&b'"') {
                return None;
            }
            at = end + 1;
        } else {
            at = token_end(bytes, marks, value)?;
            // Null is a value that is not there.
            end = if bytes.get(value) == Some(&b'n') { value } else { at };
        }
        // Lines are bounded far below 4 GiB, so the spans hold every offset.
        let value = Span { start: value as u32, end: end as u32 };
        pairs.push(Pair { key, name, value, form: Form::Bare });
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(b'}') if at + 1 == bytes.len() => return Some(place),
            _ => return None,
        }
    }
    None
}

/// Returns where the colon behind the name at `from` is; `None` for an empty name and for what is no name.
fn name_end(bytes: &[u8], marks: &Marks<2>, from: usize) -> Option<usize> {
    if bytes.get(from) != Some(&b'"') {
        return None;
    }
    let quote = marks.next::<IN_STRING>(from + 1)?;
    let ends = bytes.get(quote..)?.starts_with(b"\":");
    (ends && quote > from + 1).then_some(quote + 1)
}

/// Returns the end of a number without sign, fraction or exponent, or of a word of JSON's.
#[inline]
fn token_end(bytes: &[u8], marks: &Marks<2>, from: usize) -> Option<usize> {
    let end = marks.next::<NO_DIGIT>(from)?;
    match end - from {
        0 => {
            let rest = bytes.get(from..)?;
            let word = [&b"true"[..], b"false", b"null"].into_iter().find(|word| rest.starts_with(word))?;
            Some(from + word.len())
        }
        1 => Some(end),
        digits if digits <= MAX_DIGITS as usize && bytes.get(from) != Some(&b'0') => Some(end),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    type Members = Vec<(String, Value)>;

    /// Splits texts one after the other with the same memory.
    fn split(scratch: &mut Scratch<()>, text: &str) -> Option<Members> {
        let mut pairs = Vec::new();
        scan(text, scratch, &mut pairs, |name| (name != b"stop").then_some(None))?;
        let members = pairs.iter().map(|pair| {
            let (name, value) = (pair.name.of(text), pair.value.of(text));
            let is_text = text.as_bytes()[pair.value.start as usize - 1] == b'"';
            let value = match value {
                value if is_text => value.into(),
                "" => Value::Null,
                value => serde_json::from_str(value).unwrap(),
            };
            (name.to_owned(), value)
        });
        Some(members.collect())
    }

    fn of_object(text: &str) -> Option<Members> {
        let members: Map<String, Value> = serde_json::from_str(text).ok()?;
        Some(members.into_iter().collect())
    }

    #[test]
    fn plain_objects_are_split_and_no_others() {
        let plain = [
            r#"{"a":"b"}"#,
            r#"{"a":"","b":0,"c":1768871701123456789,"d":true,"e":false,"f":null}"#,
            r#"{"a name over sixteen bytes":"{[,:]}","é":"北"}"#,
        ];
        let other = [
            "",
            "{",
            "{}",
            "{\"a\"",
            r#"{"a":"b"} "#,
            r#"{"a":"b"}}"#,
            r#"{"a":"b",}"#,
            r#"{"a":"b"]"#,
            r#"{"":1}"#,
            r#"{ "a":"b"}"#,
            r#"{"a": "b"}"#,
            r#"{"a":"b", "c":1}"#,
            r#"{"a":"\n"}"#,
            r#"{"a\n":1}"#,
            r#"{"a":-1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e5}"#,
            r#"{"a":01}"#,
            r#"{"a":99999999999999999999}"#,
            r#"{"a":[1]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":nul}"#,
            r#"{"a":truer}"#,
            r#"{"a":"b""c":1}"#,
            r#"{"a":}"#,
            r#"{"a":"b"#,
            r#"{a:1}"#,
            r#"["a"]"#,
            r#"{"stop":1}"#,
            r#"{"a":"b","stop":1}"#,
        ];
        let mut scratch = Scratch::default();
        for text in plain.iter().chain(&plain) {
            assert_eq!(split(&mut scratch, text), of_object(text), "{text}");
            assert!(of_object(text).is_some(), "{text}");
        }
        for text in other.iter().chain(&other) {
            assert_eq!(split(&mut scratch, text), None, "{text}");
        }
        assert_eq!(split(&mut scratch, "{\"a\":\"\u{1f}\"}"), None);
        let many: Vec<String> = (0..=MAX_FIELDS).map(|number| format!("\"n{number}\":1")).collect();
        assert_eq!(split(&mut scratch, &format!("{{{}}}", many.join(","))), None);
    }

    /// Text that is nearly such an object.
    fn like_objects() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            6 => "\"[a-z]{1,20}\":\"[a-z0-9 .:/]{0,70}\"",
            3 => "\"[a-z]{1,20}\":[0-9]{1,21}",
            1 => "\"[a-z]{0,3}\":(null|true|false|-1|1\\.5|\\[1\\]|\\{\\})",
            1 => "[\"\\\\:,{}a\u{1} ]{0,4}",
        ];
        (prop::collection::vec(piece, 0..8), 0_u8..20).prop_map(|(pieces, end)| {
            let end = if end == 0 { "" } else { "}" };
            format!("{{{}{end}", pieces.join(","))
        })
    }

    proptest! {
        #[test]
        fn what_is_split_is_json_with_the_same_members(texts in prop::collection::vec(like_objects(), 1..6)) {
            let mut scratch = Scratch::default();
            for text in texts.iter().chain(&texts).chain(&texts) {
                let Some(found) = split(&mut scratch, text) else { continue };
                let read = of_object(text);
                prop_assert!(read.is_some(), "{text}");
                let mut last = Map::new();
                last.extend(found);
                prop_assert_eq!(read.map(Map::from_iter), Some(last), "{}", text);
            }
        }
    }

    /// Values of which the first is what a pattern is made with, as they stand in an object.
    const VALUES: [&str; 24] = [
        "\"b\"",
        "\"\"",
        "\"{[,:]}\"",
        "\"a\\\"b\"",
        "\"b\"x",
        "\"b\"\"c\"",
        "\"b\":\"c\"",
        "\"b\",\"c\"",
        "\"",
        "\"b",
        "\"\u{1f}\"",
        "\"北\"",
        "0",
        "7",
        "12345",
        "01",
        "",
        "1:2",
        "9999999999999999999",
        "99999999999999999999",
        "-1",
        "1.5",
        "null",
        "[1]",
    ];

    #[test]
    fn an_object_with_the_names_of_one_before_is_split_as_if_it_were_the_first() {
        for (first, other) in VALUES.iter().flat_map(|first| VALUES.iter().map(move |other| (first, other))) {
            let object = |value: &str| {
                [
                    format!(
                        "{{\"a\":{value},\"a name over sixteen bytes\":\"United States\",\"sessionid\":5000001,\"vd\":\"root\"}}"
                    ),
                    format!(
                        "{{\"sessionid\":5000001,\"a name over sixteen bytes\":\"United States\",\"vd\":\"root\",\"a\":{value}}}"
                    ),
                ]
            };
            for (first, other) in object(first).iter().zip(object(other)) {
                let mut scratch = Scratch::default();
                for text in [first, first, first, &other, first] {
                    assert_eq!(
                        split(&mut scratch, text),
                        split(&mut Scratch::default(), text),
                        "{first} {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_third_object_of_a_kind_is_split_by_its_pattern() {
        let object = |country: &str, session: u64| {
            format!(
                "{{\"date\":\"2026-01-20\",\"sessionid\":{session},\"srccountry\":\"{country}\",\"policyname\":\"out-web\",\"vrf\":0}}"
            )
        };
        let mut scratch = Scratch::default();
        for country in ["Reserved", "France"] {
            split(&mut scratch, &object(country, 1));
        }
        for (country, session) in [("Japan", 0), ("United States", 1_768_871_701_123_456_789), ("", 7)] {
            let text = object(country, session);
            let open = &text.as_bytes()[..text.len() - 1];
            assert!(scratch.ends.find::<OBJECT>(open));
            let mut pairs = Vec::new();
            assert!(scratch.patterns.split::<OBJECT>(open, &scratch.ends, &mut pairs).is_some());
            assert_eq!(split(&mut scratch, &text), split(&mut Scratch::default(), &text));
        }
    }
}
