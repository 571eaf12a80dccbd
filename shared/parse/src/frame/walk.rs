//! Walks JSON byte by byte to find where a value ends, with a few bytes of memory whatever its length.
//!
//! It is strict where that keeps two lines apart: an object that was cut off breaks at the next line's first brace or
//! at the line feed inside its string, and is never merged with what follows. It makes no values; simd-json does.
//!
//! ```text
//! {"messageType":"DATA_MESSAGE","owner":"123456789012","logEvents":[{"id":"3","timestamp":1768871701000,"message":"..."}]}
//! ```

use crate::envelope;

/// How deep values may nest before they are taken for no JSON: twice what the vendors' and the relays' need, and few
/// enough that lines which each open one more brace are looked at so many times and no more.
pub(super) const MAX_DEPTH: u32 = 32;

/// Longest member name that means anything here.
const MAX_NAME_BYTES: usize = 16;

/// Members that hold an array of logs.
const ARRAYS: [&[u8]; 3] = [b"logEvents", b"records", b"Records"];

/// How far a walk came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// All bytes belong to the value, and it goes on.
    On,
    /// The value ends before this byte.
    Done(usize),
    /// This byte can't stand here.
    Broken(usize),
    /// The array of logs that the object holds starts before this byte, behind its bracket.
    Array(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    FirstValue,
    FirstName,
    Name,
    Colon,
    Comma,
    Text { name: bool },
    Escape { name: bool },
    Scalar,
    End,
}

/// Where in a value the walk is.
#[derive(Clone, Debug)]
pub(super) struct Walker {
    expect: Expect,
    /// One bit a level, the innermost lowest: whether it is an object.
    objects: u32,
    depth: u32,
    /// A document that may hold an array of logs is looked through for it.
    looks_for_arrays: bool,
    is_behind_array: bool,
    /// The name of the outermost object's member, or the value of the one that matters.
    word: [u8; MAX_NAME_BYTES],
    word_bytes: usize,
    is_message_type: bool,
    is_array: bool,
    holds_line: bool,
    is_control: bool,
}

impl Walker {
    /// Starts before a value of any kind.
    pub(super) fn value() -> Self {
        Walker {
            expect: Expect::Value,
            objects: 0,
            depth: 0,
            looks_for_arrays: false,
            is_behind_array: false,
            word: [0; MAX_NAME_BYTES],
            word_bytes: 0,
            is_message_type: false,
            is_array: false,
            holds_line: false,
            is_control: false,
        }
    }

    /// Starts before an object that may hold an array of logs.
    pub(super) fn document() -> Self {
        Walker { looks_for_arrays: true, ..Walker::value() }
    }

    /// Starts behind the array that an object holds. Other arrays may follow; a line beside them breaks it, as the
    /// object would then be two things.
    pub(super) fn behind_array() -> Self {
        Walker { expect: Expect::Comma, objects: 1, depth: 1, is_behind_array: true, ..Walker::document() }
    }

    /// Tells whether the document said that it holds no lines: CloudWatch Logs asks that way whether anybody listens.
    pub(super) fn is_control(&self) -> bool {
        self.is_control
    }

    /// Tells whether CloudWatch Logs wrote the document.
    pub(super) fn is_cloudwatch(&self) -> bool {
        self.word() == b"logEvents"
    }

    /// Walks on.
    pub(super) fn walk(&mut self, bytes: &[u8]) -> Walked {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match self.expect {
                Expect::Text { name } => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let end = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                    self.spell(name, rest.get(..end).unwrap_or_default());
                    at += end;
                    match bytes.get(at) {
                        Some(b'"') => {
                            self.end_text(name);
                            if self.is_behind_array && self.holds_line {
                                return Walked::Broken(at);
                            }
                        }
                        Some(b'\\') => self.expect = Expect::Escape { name },
                        // A line feed in a text is written `\n`: this one ends a line that was cut off.
                        Some(_) => return Walked::Broken(at),
                        None => return Walked::On,
                    }
                }
                Expect::Escape { name } => {
                    // A name that needs an escape is none of those that matter.
                    self.spell(name, b"\\");
                    if byte == b'\n' {
                        return Walked::Broken(at);
                    }
                    self.expect = Expect::Text { name };
                }
                Expect::Scalar if is_scalar(byte) => {}
                Expect::Scalar => {
                    self.end_value();
                    continue;
                }
                Expect::End => return Walked::Done(at),
                _ if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') => {}
                Expect::Value | Expect::FirstValue => match byte {
                    b'[' if self.is_array && self.depth == 1 && !self.holds_line => {
                        self.expect = Expect::Comma;
                        return Walked::Array(at + 1);
                    }
                    b'{' | b'[' if self.depth < MAX_DEPTH => self.open(byte == b'{'),
                    b']' if self.expect == Expect::FirstValue => self.close(),
                    b'"' => {
                        self.word_bytes = if self.is_message_type { 0 } else { self.word_bytes };
                        self.expect = Expect::Text { name: false };
                    }
                    b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.expect = Expect::Scalar,
                    _ => return Walked::Broken(at),
                },
                Expect::FirstName | Expect::Name => match byte {
                    b'"' => {
                        if self.depth == 1 {
                            self.word_bytes = 0;
                            (self.is_array, self.is_message_type) = (false, false);
                        }
                        self.expect = Expect::Text { name: true };
                    }
                    b'}' if self.expect == Expect::FirstName => self.close(),
                    _ => return Walked::Broken(at),
                },
                Expect::Colon => match byte {
                    b':' => self.expect = Expect::Value,
                    _ => return Walked::Broken(at),
                },
                Expect::Comma => match (byte, self.in_object()) {
                    (b',', true) => self.expect = Expect::Name,
                    (b',', false) => self.expect = Expect::Value,
                    (b'}', true) | (b']', false) => self.close(),
                    _ => return Walked::Broken(at),
                },
            }
            at += 1;
        }
        // Nothing says where a number ends but what follows it, so the end of all bytes is the caller's to judge.
        if self.expect == Expect::End { Walked::Done(at) } else { Walked::On }
    }

    /// Tells whether the value is a number or a word that may be whole: only what follows would tell.
    pub(super) fn may_be_whole(&self) -> bool {
        self.expect == Expect::Scalar && self.depth == 0
    }

    fn open(&mut self, is_object: bool) {
        self.objects = self.objects << 1 | u32::from(is_object);
        self.depth += 1;
        self.expect = if is_object { Expect::FirstName } else { Expect::FirstValue };
    }

    fn close(&mut self) {
        self.objects >>= 1;
        self.depth = self.depth.saturating_sub(1);
        self.end_value();
    }

    fn end_value(&mut self) {
        self.expect = if self.depth == 0 { Expect::End } else { Expect::Comma };
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn spells(&self, name: bool) -> bool {
        self.looks_for_arrays && self.depth == 1 && (name || self.is_message_type)
    }

    fn spell(&mut self, name: bool, part: &[u8]) {
        if !self.spells(name) {
            return;
        }
        for byte in part {
            match self.word.get_mut(self.word_bytes) {
                Some(place) => *place = *byte,
                // Longer than any that matters: it must not end up as one.
                None => self.word = [0; MAX_NAME_BYTES],
            }
            self.word_bytes = (self.word_bytes + 1).min(MAX_NAME_BYTES);
        }
    }

    fn word(&self) -> &[u8] {
        self.word.get(..self.word_bytes).unwrap_or_default()
    }

    fn end_text(&mut self, name: bool) {
        if self.spells(name) {
            if name {
                self.is_message_type = self.word() == b"messageType";
                self.is_array = ARRAYS.contains(&self.word());
                self.holds_line |= envelope::may_carry(self.word());
            } else {
                self.is_control = self.word() == b"CONTROL_MESSAGE";
            }
        }
        if name {
            self.expect = Expect::Colon;
        } else {
            self.end_value();
        }
    }
}

fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(mut walker: Walker, text: &str) -> (Walked, Walker) {
        let whole = walker.clone().walk(text.as_bytes());
        // One byte at a time says the same.
        for (at, byte) in text.bytes().enumerate() {
            let step = match walker.walk(&[byte]) {
                Walked::On => continue,
                Walked::Done(by) => Walked::Done(at + by),
                Walked::Broken(by) => Walked::Broken(at + by),
                Walked::Array(by) => Walked::Array(at + by),
            };
            assert_eq!(step, whole, "{text}");
            return (whole, walker);
        }
        assert_eq!(whole, Walked::On, "{text}");
        (whole, walker)
    }

    #[test]
    fn values_end_where_they_end() {
        for (text, end) in [
            (r#"{}"#, 2),
            (r#"{"a":[1,-2.5e+7,{"b":null}],"c":"}\"\\"} {"#, 40),
            ("[]", 2),
            ("[ [ ] , { } ]x", 13),
            (r#""a\u0022b"c"#, 10),
            ("12,", 2),
            ("true]", 4),
        ] {
            assert_eq!(walk(Walker::value(), text).0, Walked::Done(end), "{text}");
        }
    }

    #[test]
    fn what_was_cut_off_breaks_where_the_next_line_starts() {
        for (text, at) in [
            ("{\"message\":\"date=1\n{\"", 18),
            ("{\"a\":1,\n{", 8),
            ("{\"a\":{\"b\":1}\n{", 13),
            ("{\"a\":\n{}\n{", 9),
            ("{\"a\"\n\"b\"", 5),
            ("{,", 1),
            ("[,", 1),
            ("{\"a\":1]", 6),
            ("[1}", 2),
            ("date=1", 0),
        ] {
            assert_eq!(walk(Walker::value(), text).0, Walked::Broken(at), "{text}");
        }
        let deep = "[".repeat(MAX_DEPTH as usize + 1);
        assert_eq!(walk(Walker::value(), &deep).0, Walked::Broken(MAX_DEPTH as usize));
    }

    #[test]
    fn arrays_of_logs_are_found_in_the_outermost_object_only() {
        for (text, walked) in [
            (r#"{"owner":"1","logEvents":[{"#, Walked::Array(26)),
            (r#"{"records" : [1"#, Walked::Array(14)),
            (r#"{"Records":["#, Walked::Array(12)),
            (r#"{"x":{"records":[]}}"#, Walked::Done(20)),
            (r#"{"recordsandrecords":[]}"#, Walked::Done(24)),
            (r#"{"records":{"a":[]}}"#, Walked::Done(20)),
            // A line stands beside the array, so the whole may be a log.
            (r#"{"message":"date=1","records":[]}"#, Walked::Done(33)),
        ] {
            assert_eq!(walk(Walker::document(), text).0, walked, "{text}");
        }
        let (_, walker) = walk(Walker::document(), r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"#);
        assert!(walker.is_control() && walker.is_cloudwatch());
        let (_, walker) = walk(Walker::document(), r#"{"messageType":"DATA_MESSAGE","logEvents":[{"#);
        assert!(!walker.is_control() && walker.is_cloudwatch());
    }
}
