//! The vendor fields that have no place of their own: nothing is dropped.

use std::borrow::Cow;
use std::fmt;

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

/// What the name of a [`FieldName::Column`] begins with.
const COLUMN: &str = "column_";

impl FieldName {
    /// Returns the name in `line`.
    pub fn of(self, line: &str) -> Text<'_> {
        match self {
            FieldName::InLine(span) => Cow::Borrowed(span.of(line)),
            FieldName::Known(name) => Cow::Borrowed(name),
            FieldName::Column(index) => Cow::Owned(format!("{COLUMN}{index}")),
        }
    }

    /// Tells whether the name in `line` is `name`.
    #[inline]
    pub fn is(self, line: &str, name: &str) -> bool {
        match self {
            // The length first: nearly every field differs in it.
            FieldName::InLine(span) => {
                span.end.wrapping_sub(span.start) as usize == name.len() && span.of(line) == name
            }
            FieldName::Known(known) => known == name,
            FieldName::Column(_) => name.starts_with(COLUMN) && self.of(line) == name,
        }
    }
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

/// All fields of a line, as its reader left them in its own memory: they are told one by one, when somebody asks.
pub trait LineFields: fmt::Debug + Sync {
    /// Returns how many places for fields there are.
    fn count(&self) -> usize;

    /// Returns the field at a place; `None` when it says nothing.
    fn field(&self, line: &str, place: usize) -> Option<ExtraField>;

    /// Returns the first field called `name` that is not `taken`.
    fn find(&self, line: &str, name: &str, taken: Taken<'_>) -> Option<ExtraField> {
        let left = (0..self.count()).filter(|place| !taken.has(*place));
        left.filter_map(|place| self.field(line, place)).find(|field| field.name.is(line, name))
    }
}

/// The places of the fields that the event has a place for: one bit each, none for what lies beyond the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken<'a>(pub &'a [u64]);

impl Taken<'_> {
    /// Tells whether the event has a place for the field at a place.
    #[inline]
    pub fn has(self, place: usize) -> bool {
        self.0.get(place / WORD_BITS).is_some_and(|word| word >> (place % WORD_BITS) & 1 != 0)
    }
}

/// Places that one word of [`Taken`] has bits for.
const WORD_BITS: usize = u64::BITS as usize;

/// The vendor fields that have no place of their own: nothing is dropped. A view; costs nothing until read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'a> {
    line: &'a str,
    fields: Fields<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Fields<'a> {
    /// These.
    Listed(&'a [ExtraField]),
    /// Those of a line that were not taken.
    Left(&'a dyn LineFields, Taken<'a>),
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Fields::Listed(&[])
    }
}

impl<'a> Extra<'a> {
    /// Makes a view of what the event did not take of a line's fields.
    #[inline]
    pub fn left(line: &'a str, fields: &'a dyn LineFields, taken: Taken<'a>) -> Self {
        Extra { line, fields: Fields::Left(fields, taken) }
    }

    /// Makes a view of fields of a line.
    pub fn listed(line: &'a str, fields: &'a [ExtraField]) -> Self {
        Extra { line, fields: Fields::Listed(fields) }
    }

    /// Returns the text that the fields point into.
    pub fn line(&self) -> &'a str {
        self.line
    }

    /// Walks the fields in order of appearance.
    pub fn fields(&self) -> impl Iterator<Item = ExtraField> + use<'a> {
        let Extra { line, fields } = *self;
        let places = match fields {
            Fields::Listed(listed) => listed.len(),
            Fields::Left(fields, _) => fields.count(),
        };
        (0..places).filter_map(move |place| match fields {
            Fields::Listed(listed) => listed.get(place).copied(),
            Fields::Left(_, taken) if taken.has(place) => None,
            Fields::Left(fields, _) => fields.field(line, place),
        })
    }

    /// Walks the fields as (name, value), unescaped.
    pub fn iter(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        let line = self.line;
        self.fields().map(move |field| (field.name.of(line), field.escape.undo(field.value.of(line))))
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields().next().is_none()
    }

    /// Returns the first field called `name`.
    pub fn get(&self, name: &str) -> Option<Text<'a>> {
        let line = self.line;
        let field = match self.fields {
            Fields::Listed(listed) => listed.iter().find(|field| field.name.is(line, name)).copied(),
            Fields::Left(fields, taken) => fields.find(line, name, taken),
        }?;
        Some(field.escape.undo(field.value.of(line)))
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

    /// The fields of [`LINE`], and a place that says nothing.
    #[derive(Debug)]
    struct Three;

    const LINE: &str = "a=1 b=2 a=3";

    impl LineFields for Three {
        fn count(&self) -> usize {
            4
        }

        fn field(&self, _: &str, place: usize) -> Option<ExtraField> {
            let start = 4 * u32::try_from(place).ok()?;
            let name = FieldName::InLine(Span { start, end: start + 1 });
            let value = Span { start: start + 2, end: start + 3 };
            (place < 3).then_some(ExtraField { name, value, escape: Escape::None, known: true })
        }
    }

    #[test]
    fn what_was_taken_is_not_told() {
        let told = |words: &[u64]| {
            let extra = Extra::left(LINE, &Three, Taken(words));
            let text: Vec<String> = extra.iter().map(|(name, value)| format!("{name}{value}")).collect();
            assert_eq!(extra.is_empty(), text.is_empty());
            (text.join(" "), extra.get("a").map(Text::into_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told(&[]), ("a1 b2 a3".to_owned(), some("1")));
        assert_eq!(told(&[0b001]), ("b2 a3".to_owned(), some("3")));
        assert_eq!(told(&[0b101]), ("b2".to_owned(), None));
        assert_eq!(told(&[0b111]), (String::new(), None));
    }

    #[test]
    fn a_column_without_a_name_is_found_by_its_number_alone() {
        let name = FieldName::Column(117);
        assert!(name.is("", "column_117") && name.of("") == "column_117");
        for other in ["column_0117", "column_11", "column_", "117", ""] {
            assert!(!name.is("", other), "{other}");
        }
    }

    #[test]
    fn span_outside_the_line_is_empty() {
        assert_eq!(Span { start: 2, end: 9 }.of("abc"), "");
        assert_eq!(Span { start: 1, end: 2 }.of("äb"), "");
    }
}
