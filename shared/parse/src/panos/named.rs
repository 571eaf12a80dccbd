//! Gathers the fields of a line that names them, whichever encoding it is in, so that every encoding is read into the
//! event by the same code as a row of columns.

use hinomi_model::{Anomaly, AnomalyKind, Escape, FieldName, QuarantineReason, Reject, Span};

use super::columns::{NOWHERE, Places, Slot};
use super::dictionary::{Dialect, Meaning, Memory};
use super::kind::Kind;
use super::split::Field;
use super::values::{Used, Values};
use crate::scan::pair::{Form, Pair};

/// Names of what is no pair, in the extra fields; FortiGate's reader has the same.
const STRAY: &str = "stray_text";
const REST: &str = "rest";
/// The name of an object's member whose own is empty.
const UNNAMED: &str = "unnamed";

/// Buffers that are reused from line to line.
pub(crate) struct Scratch {
    /// Keys and values of an object, one after the other: what the spans point into.
    pub(crate) text: String,
    pub(crate) pairs: Vec<Pair<u8>>,
    pub(crate) memory: Memory,
    pub(crate) named: Named,
}

impl Default for Scratch {
    fn default() -> Self {
        let named = Named {
            edges: Vec::new(),
            keys: Vec::new(),
            places: [NOWHERE; Slot::COUNT],
            unknown: 0,
            variables: Vec::new(),
        };
        Scratch { text: String::new(), pairs: Vec::new(), memory: Memory::default(), named }
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// The key of a named field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The native column's name where there is one, else the key's own.
    pub(crate) name: FieldName,
    /// Whether the vendor's tables have it.
    pub(crate) known: bool,
}

/// Added to the end of a field that has escapes: no line is so long that it ends there.
const ESCAPED: u32 = 1 << 31;

/// The fields of a line.
#[derive(Debug)]
pub(crate) struct Named {
    /// For each field the edge that it lies behind, and the one at which it ends, with [`ESCAPED`]. The first of the two
    /// is its place.
    edges: Vec<u32>,
    keys: Vec<Key>,
    places: Places,
    /// How many fields no table of the vendor's has.
    unknown: u32,
    /// Columns that hold the name of a template's variable instead of a value.
    variables: Vec<&'static str>,
}

impl Named {
    /// Forgets the line before.
    pub(crate) fn clear(&mut self) {
        self.edges.clear();
        self.keys.clear();
        self.places = [NOWHERE; Slot::COUNT];
        self.unknown = 0;
        self.variables.clear();
    }

    /// Returns two edges for each field: the one that it lies behind, which is its place, and the one at which it ends,
    /// which is beyond the line where the field has escapes.
    pub(crate) fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// Returns the field at a place.
    pub(crate) fn field(&self, place: usize) -> Option<Field> {
        let [before, end] = *self.edges.get(place..).filter(|_| place.is_multiple_of(2))?.first_chunk()?;
        let escape = if end & ESCAPED == 0 { Escape::None } else { Escape::Cef };
        Some(Field { span: Span { start: before.wrapping_add(1), end: end & !ESCAPED }, escape })
    }

    /// Returns the key of the field at a place.
    pub(crate) fn key(&self, place: usize) -> Option<Key> {
        self.keys.get(place / 2).copied()
    }

    /// Returns which field has which meaning.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Returns how many fields no table of the vendor's has.
    pub(crate) fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Adds a field; an empty one says nothing. Of several that say the same the first counts, and one that says it in
    /// the same words is not kept twice.
    pub(crate) fn add(&mut self, line: &str, name: Span, value: Span, escape: Escape, meaning: Meaning) {
        if value.start >= value.end {
            return;
        }
        let is_variable = is_variable(value.of(line));
        if is_variable {
            self.variables.push(meaning.column);
        }
        if let Some(slot) = meaning.slot.filter(|_| !is_variable) {
            let place = self.places[slot as usize];
            match self.field(usize::from(place)) {
                Some(first) if first.span.of(line) == value.of(line) => return,
                Some(_) if !meaning.wins => {}
                _ => self.places[slot as usize] = u16::try_from(self.edges.len()).unwrap_or(NOWHERE),
            }
        }
        let escaped = if escape == Escape::Cef { ESCAPED } else { 0 };
        self.edges.extend([value.start.wrapping_sub(1), value.end | escaped]);
        let name = match meaning.column {
            "" if name.start >= name.end => FieldName::Known(UNNAMED),
            "" => FieldName::InLine(name),
            column => FieldName::Known(column),
        };
        self.keys.push(Key { name, known: meaning.known });
        // The event has no place for such a field.
        self.unknown += u32::from(!meaning.known && !value.of(line).bytes().all(|byte| byte == b' '));
    }

    /// Adds what a header says of a native column.
    pub(crate) fn add_column(
        &mut self,
        line: &str,
        value: &str,
        kind: Kind,
        column: &'static str,
        slot: Option<Slot>,
    ) {
        self.add(
            line,
            Span::default(),
            place_of(line, value),
            Escape::None,
            Meaning::column(kind, column, slot),
        );
    }

    /// Tells whether a field says this.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.places[slot as usize] != NOWHERE
    }

    /// Returns the values.
    pub(crate) fn values<'a>(&'a self, line: &'a str, used: &'a mut Used) -> Values<'a> {
        let mut values = Values::of_named(line, self, used);
        values.anomalies.extend(self.variables.iter().map(|column| Anomaly {
            kind: AnomalyKind::Placeholder,
            field: (!column.is_empty()).then_some(*column),
        }));
        values
    }
}

/// What a line of pairs is read with.
pub(crate) struct Reading<'s> {
    pub(crate) kind: Kind,
    pub(crate) dialect: Dialect,
    pub(crate) memory: &'s mut Memory,
    pub(crate) named: &'s mut Named,
}

impl Reading<'_> {
    /// Adds a pair. `key` is the key's text, or the label that an administrator gave it.
    pub(crate) fn add(&mut self, line: &str, place: usize, pair: &Pair<u8>, key: &str, name: Span) {
        let meaning = match pair.form {
            Form::Stray => Meaning::column(self.kind, STRAY, None),
            Form::TooMany | Form::NextLine => Meaning::column(self.kind, REST, None),
            _ => self.memory.meaning(self.kind, self.dialect, place, key),
        };
        let escape = if pair.form == Form::Cef { Escape::Cef } else { Escape::None };
        self.named.add(line, name, unquoted(line, pair.value), escape, meaning);
    }
}

/// Returns what is odd about the pairs.
pub(crate) fn oddities<'a>(pairs: &[Pair<u8>]) -> impl Iterator<Item = Anomaly<'a>> {
    let odd = |pair: &Pair<u8>| match pair.form {
        Form::Stray | Form::NextLine => Some(AnomalyKind::StrayText),
        Form::TooMany => Some(AnomalyKind::TooManyFields),
        _ => None,
    };
    pairs.iter().filter_map(odd).map(|kind| Anomaly { kind, field: None })
}

/// Refuses a line that says no log type. Other products of the vendor write the same formats.
pub(crate) fn no_type(product: &str) -> Reject {
    let is_firewall = ["PAN-OS", "LF", "Next Generation Firewall", "NGFW"]
        .iter()
        .any(|own| product.get(..own.len()).is_some_and(|head| head.eq_ignore_ascii_case(own)));
    if is_firewall {
        return Reject::new(QuarantineReason::Unreadable, "no known log type");
    }
    Reject::new(QuarantineReason::NotAFirewallLog, "another product's log")
}

/// Tells whether a header names the vendor.
pub(crate) fn is_vendor(vendor: &str) -> bool {
    vendor.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("palo alto")) || vendor == "PANW"
}

/// Tells whether a value is a variable that the device did not know: `$threat_name`.
fn is_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'))
    })
}

/// Takes off the quotes, escaped or not, that custom formats put around a value as native rows do.
fn unquoted(line: &str, value: Span) -> Span {
    let text = value.of(line);
    for (quote, length) in [("\\\"", 2), ("\"", 1)] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if inner.is_some() {
            return Span { start: value.start + length, end: value.end - length };
        }
    }
    value
}

/// Returns where a part of the line stands in it.
pub(crate) fn place_of(line: &str, part: &str) -> Span {
    let start = (part.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
    let end = start.wrapping_add(part.len());
    match (u32::try_from(start), u32::try_from(end)) {
        (Ok(start), Ok(end)) if end as usize <= line.len() => Span { start, end },
        _ => Span::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_around_a_value_come_off() {
        let cases = [
            (r#"\"www.kita.example/\""#, "www.kita.example/"),
            (r#""www.kita.example/""#, "www.kita.example/"),
            (r#""open"#, r#""open"#),
            (r#"""#, r#"""#),
            (r#"\""#, r#"\""#),
            ("plain", "plain"),
            ("", ""),
        ];
        for (text, expected) in cases {
            let span = Span { start: 0, end: text.len() as u32 };
            assert_eq!(unquoted(text, span).of(text), expected, "{text}");
        }
    }

    #[test]
    fn variables_of_a_template_are_no_values() {
        for text in ["$sessionid", "$before-change-detail", "$session_end_reason"] {
            assert!(is_variable(text), "{text}");
        }
        for text in ["$", "$5", "$Recycle", "$a b", "a$b", ""] {
            assert!(!is_variable(text), "{text}");
        }
    }

    #[test]
    fn a_part_is_found_in_its_line_alone() {
        let line = "one two";
        assert_eq!(place_of(line, &line[4..]), Span { start: 4, end: 7 });
        assert_eq!(place_of(line, "elsewhere").of(line), "");
    }

    #[test]
    fn the_first_counts_unless_a_better_one_comes() {
        let line = "lowhigh";
        let (low, high) = (Span { start: 0, end: 3 }, Span { start: 3, end: 7 });
        let meaning = Meaning::column(Kind::Threat, "severity", None);
        let Scratch { mut named, .. } = Scratch::default();
        named.add(line, Span::default(), low, Escape::None, meaning);
        named.add(line, Span::default(), high, Escape::None, meaning);
        assert_eq!(named.values(line, &mut Used::default()).raw(Slot::Severity), Some("low"));
        named.add(line, Span::default(), high, Escape::None, Meaning { wins: true, ..meaning });
        assert_eq!(named.values(line, &mut Used::default()).raw(Slot::Severity), Some("high"));
        named.clear();
        assert!(!named.has(Slot::Severity));
    }
}
