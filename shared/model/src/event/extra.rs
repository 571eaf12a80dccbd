//! The vendor fields that have no place of their own: nothing is dropped.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Text;

/// A range of bytes of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the text of `line` that this span covers; empty when it does not fit.
    pub fn of(self, line: &str) -> &str {
        line.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// How a raw value is to be unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// The value is as it stands.
    None,
    /// `\"` and `\\` stand for `"` and `\`; every other backslash is itself (FortiOS).
    Backslash,
    /// `""` stands for `"` (CSV).
    DoubledQuote,
    /// `\=`, `\|`, `\\` and `\"` stand for the character, `\n` and `\r` for line ends; every other backslash is
    /// itself (CEF).
    Cef,
}

impl Escape {
    /// Undoes the escape, borrowing where nothing has to change.
    pub fn undo(self, raw: &str) -> Text<'_> {
        match self {
            Escape::None => Cow::Borrowed(raw),
            Escape::Backslash => undo_backslash(raw),
            Escape::DoubledQuote if raw.contains("\"\"") => Cow::Owned(raw.replace("\"\"", "\"")),
            Escape::DoubledQuote => Cow::Borrowed(raw),
            Escape::Cef => undo_cef(raw),
        }
    }
}

fn undo_backslash(raw: &str) -> Text<'_> {
    if !raw.contains("\\\"") && !raw.contains("\\\\") {
        return Cow::Borrowed(raw);
    }
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(escaped @ ('"' | '\\')) => {
                plain.push(escaped);
                rest = ahead;
            }
            _ => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

fn undo_cef(raw: &str) -> Text<'_> {
    let Some(first) = raw.find('\\') else { return Cow::Borrowed(raw) };
    let (before, mut rest) = raw.split_at(first);
    let mut plain = String::with_capacity(raw.len());
    plain.push_str(before);
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut ahead = after.chars();
        match ahead.next() {
            Some(escaped @ ('=' | '|' | '\\' | '"')) => plain.push(escaped),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            _ => {
                plain.push('\\');
                ahead = after.chars();
            }
        }
        rest = ahead.as_str();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The name of a vendor field that has no place of its own in [`Event`](super::Event).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// As it stands in the line.
    InLine(Span),
    /// From the vendor's table of columns.
    Known(&'static str),
    /// A column beyond every table, by its index.
    Column(u16),
}

/// One vendor field that has no place of its own in [`Event`](super::Event).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraField {
    /// Its name.
    pub name: FieldName,
    /// Its raw value in the line.
    pub value: Span,
    /// How to read the raw value.
    pub escape: Escape,
    /// Whether the vendor's tables have the field: one that they don't have is drift.
    pub known: bool,
}

/// The vendor fields that have no place of their own: nothing is dropped. A view; costs nothing until read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'a> {
    /// The text that the spans point into.
    pub line: &'a str,
    /// The fields, in order of appearance.
    pub fields: &'a [ExtraField],
}

impl<'a> Extra<'a> {
    /// Walks the fields as (name, value), unescaped.
    pub fn iter(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        let line = self.line;
        self.fields.iter().map(move |field| {
            let name = match field.name {
                FieldName::InLine(span) => Cow::Borrowed(span.of(line)),
                FieldName::Known(name) => Cow::Borrowed(name),
                FieldName::Column(index) => Cow::Owned(format!("column_{index}")),
            };
            (name, field.escape.undo(field.value.of(line)))
        })
    }

    /// Returns the first field called `name`.
    pub fn get(&self, name: &str) -> Option<Text<'a>> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut seen: Vec<Text<'_>> = Vec::new();
        for (name, value) in self.iter() {
            // A repeated vendor key must not make a JSON object with two equal keys.
            let repeats = seen.iter().filter(|n| **n == name).count();
            if repeats == 0 {
                map.serialize_entry(&name, &value)?;
            } else {
                map.serialize_entry(&format!("{name}#{}", repeats + 1), &value)?;
            }
            seen.push(name);
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslash_undoes_only_quotes_and_backslashes() {
        let cases = [
            (r"plain", r"plain"),
            (r#"a\"b"#, r#"a"b"#),
            (r"a\\b", r"a\b"),
            (r"example.com\jdoe", r"example.com\jdoe"),
            (r#"comma=\\\".system"#, r#"comma=\".system"#),
            (r"ends\\\\", r"ends\\"),
        ];
        for (raw, plain) in cases {
            assert_eq!(Escape::Backslash.undo(raw), plain, "{raw}");
        }
    }

    #[test]
    fn span_outside_the_line_is_empty() {
        assert_eq!(Span { start: 2, end: 9 }.of("abc"), "");
        assert_eq!(Span { start: 1, end: 2 }.of("äb"), "");
    }
}
