//! The values of one line by meaning, whether it was a CSV row or named its fields.
//!
//! What the event takes is marked as used; everything else becomes [`Extra`](hinomi_model::Extra), so that nothing
//! can be dropped by forgetting it.

use std::borrow::Cow;
use std::net::IpAddr;

use hinomi_model::{Anomaly, AnomalyKind, Escape, ExtraField, FieldName, Text};

use super::columns::{Layout, NOWHERE, Places, Slot};
use super::split::{Field, MAX_COLUMNS};
use crate::value;

const USED_WORDS: usize = MAX_COLUMNS / u64::BITS as usize;

/// The values of one line.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    /// What the spans point into.
    line: &'a str,
    fields: &'a [Field],
    form: Form<'a>,
    /// One bit a field. Named fields beyond that many are kept twice.
    used: [u64; USED_WORDS],
    pub(crate) anomalies: Vec<Anomaly<'a>>,
}

/// How fields are found and named.
#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    Row { row: Row, layout: &'static Layout },
    Named { keys: &'a [Key], places: &'a Places },
}

/// Where the columns of a row stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Index of the type column.
    pub(crate) at: usize,
    pub(crate) receive_time: Option<usize>,
    pub(crate) serial: Option<usize>,
}

/// The key of a named field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The native column's name where there is one, else the key's own.
    pub(crate) name: FieldName,
    /// Whether the vendor's tables have it.
    pub(crate) known: bool,
}

impl<'a> Values<'a> {
    pub(crate) fn of_row(line: &'a str, fields: &'a [Field], row: Row, layout: &'static Layout) -> Self {
        Values { line, fields, form: Form::Row { row, layout }, used: [0; USED_WORDS], anomalies: Vec::new() }
    }

    pub(crate) fn of_named(line: &'a str, fields: &'a [Field], keys: &'a [Key], places: &'a Places) -> Self {
        Values {
            line,
            fields,
            form: Form::Named { keys, places },
            used: [0; USED_WORDS],
            anomalies: Vec::new(),
        }
    }

    /// Returns what the spans of the extra fields point into.
    pub(crate) fn line(&self) -> &'a str {
        self.line
    }

    /// Returns a value as it stands, without blanks around it; `None` when it is absent or empty.
    #[inline]
    pub(crate) fn raw(&self, slot: Slot) -> Option<&'a str> {
        self.field(slot).map(|(text, _)| text)
    }

    /// Returns a value without using it up.
    #[inline]
    pub(crate) fn peek(&self, slot: Slot) -> Option<Text<'a>> {
        let (text, escape) = self.field(slot)?;
        if value::is_placeholder(text) {
            return None;
        }
        Some(match escape {
            Escape::None => Cow::Borrowed(text),
            escape => escape.undo(text),
        })
    }

    #[inline]
    fn field(&self, slot: Slot) -> Option<(&'a str, Escape)> {
        let field = self.fields.get(self.index(slot)?)?;
        if field.span.start == field.span.end {
            return None;
        }
        let text = field.span.of(self.line);
        let text = match text.as_bytes() {
            [b' ', ..] | [.., b' '] => text.trim(),
            _ => text,
        };
        (!text.is_empty()).then_some((text, field.escape))
    }

    /// Returns a value for the event.
    #[inline]
    pub(crate) fn text(&mut self, slot: Slot) -> Option<Text<'a>> {
        let text = self.peek(slot)?;
        self.mark(slot);
        Some(text)
    }

    /// Returns a number for the event; one that is none stays in the extra fields.
    #[inline]
    pub(crate) fn number(&mut self, slot: Slot) -> Option<u64> {
        let raw = self.raw(slot)?;
        match value::number(raw) {
            Some(number) => {
                self.mark(slot);
                Some(number)
            }
            None => self.odd_unless_placeholder(slot, raw, AnomalyKind::BadNumber),
        }
    }

    /// Returns a port for the event. Zero stands for none.
    #[inline]
    pub(crate) fn port(&mut self, slot: Slot) -> Option<u16> {
        let raw = self.raw(slot)?;
        match value::port(raw) {
            Some(port) => {
                self.mark(slot);
                (port != 0).then_some(port)
            }
            None => self.odd_unless_placeholder(slot, raw, AnomalyKind::BadPort),
        }
    }

    /// Returns an address for the event.
    #[inline]
    pub(crate) fn ip(&mut self, slot: Slot) -> Option<IpAddr> {
        let raw = self.raw(slot)?;
        match value::ip(raw) {
            Some(ip) => {
                self.mark(slot);
                Some(ip)
            }
            None => self.odd_unless_placeholder(slot, raw, AnomalyKind::BadAddress),
        }
    }

    /// Keeps a value out of the extra fields.
    #[inline]
    pub(crate) fn mark(&mut self, slot: Slot) {
        let Some(index) = self.index(slot) else { return };
        if let Some(word) = self.used.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    /// Puts a value back among the extra fields.
    pub(crate) fn put_back(&mut self, slot: Slot) {
        let Some(index) = self.index(slot) else { return };
        if let Some(word) = self.used.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    /// Notes that a value is odd; it stays in the extra fields.
    #[cold]
    pub(crate) fn odd<T>(&mut self, slot: Slot, kind: AnomalyKind) -> Option<T> {
        let field = self.name(slot);
        self.anomalies.push(Anomaly { kind, field });
        None
    }

    #[cold]
    fn odd_unless_placeholder<T>(&mut self, slot: Slot, raw: &str, kind: AnomalyKind) -> Option<T> {
        if value::is_placeholder(raw) { None } else { self.odd(slot, kind) }
    }

    /// Appends every field that the event has no place for; returns how many of them no table of the vendor's has.
    pub(crate) fn extra(&self, extra: &mut Vec<ExtraField>) -> u32 {
        let mut unknown = 0;
        for (block, fields) in self.fields.chunks(64).enumerate() {
            let mut unused = !self.used.get(block).copied().unwrap_or(0);
            for (bit, field) in fields.iter().enumerate() {
                let is_wanted = (unused & 1 != 0) & (field.span.start != field.span.end);
                unused >>= 1;
                if !is_wanted {
                    continue;
                }
                let text = field.span.of(self.line);
                if text.bytes().all(|byte| byte == b' ') {
                    continue;
                }
                if let Some(Key { name, known }) = self.extra_key(64 * block + bit, text) {
                    unknown += u32::from(!known);
                    extra.push(ExtraField { name, value: field.span, escape: field.escape, known });
                }
            }
        }
        unknown
    }

    /// Returns the key of a field that the event has no place for; `None` when it says nothing.
    #[inline]
    fn extra_key(&self, index: usize, text: &str) -> Option<Key> {
        let numbered = || FieldName::Column(u16::try_from(index).unwrap_or(u16::MAX));
        let known = |name: &'static str| Key { name: FieldName::Known(name), known: true };
        match self.form {
            Form::Row { row, layout } if index >= row.at => Some(match layout.columns.get(index - row.at) {
                Some(column) => known(column.name),
                None => Key { name: numbered(), known: !layout.is_whole },
            }),
            Form::Row { row, .. } if row.serial == Some(index) => Some(known("serial")),
            Form::Row { row, .. } if row.receive_time == Some(index) => Some(known("receive_time")),
            // The first column is always `1` and says nothing; what else stands before the type is a relay's.
            Form::Row { .. } => (index > 0 || text != "1").then(|| Key { name: numbered(), known: true }),
            Form::Named { keys, .. } => keys.get(index).copied(),
        }
    }

    /// Returns the name of a column, whether the event has a place for it or not.
    pub(crate) fn column_name(&self, index: usize) -> String {
        let named = match self.form {
            Form::Row { row, layout } if index >= row.at => {
                layout.columns.get(index - row.at).map(|column| column.name)
            }
            Form::Row { row, .. } if row.serial == Some(index) => Some("serial"),
            Form::Row { row, .. } if row.receive_time == Some(index) => Some("receive_time"),
            _ => None,
        };
        named.map_or_else(|| format!("column_{index}"), str::to_owned)
    }

    #[inline]
    fn index(&self, slot: Slot) -> Option<usize> {
        match self.form {
            Form::Row { row, .. } if matches!(slot, Slot::Serial) => row.serial,
            Form::Row { row, .. } if matches!(slot, Slot::ReceiveTime) => row.receive_time,
            Form::Row { row, layout } => place(&layout.places, slot).map(|place| row.at + place),
            Form::Named { places, .. } => place(places, slot),
        }
    }

    fn name(&self, slot: Slot) -> Option<&'a str> {
        match self.form {
            Form::Row { .. } if matches!(slot, Slot::ReceiveTime) => Some("receive_time"),
            Form::Row { .. } if matches!(slot, Slot::Serial) => Some("serial"),
            Form::Row { layout, .. } => place(&layout.places, slot)
                .and_then(|place| layout.columns.get(place))
                .map(|column| column.name),
            Form::Named { keys, places } => {
                place(places, slot).and_then(|place| keys.get(place)).and_then(|key| match key.name {
                    FieldName::Known(name) => Some(name),
                    FieldName::InLine(span) => Some(span.of(self.line)),
                    FieldName::Column(_) => None,
                })
            }
        }
    }
}

/// Cuts a part out of a text, borrowing when the text is borrowed.
pub(crate) fn part<'a>(
    text: &Text<'a>,
    cut: impl for<'t> FnOnce(&'t str) -> Option<&'t str>,
) -> Option<Text<'a>> {
    match text {
        Cow::Borrowed(text) => cut(text).map(Cow::Borrowed),
        Cow::Owned(text) => cut(text).map(|part| Cow::Owned(part.to_owned())),
    }
}

#[inline]
fn place(places: &Places, slot: Slot) -> Option<usize> {
    match places[slot as usize] {
        NOWHERE => None,
        place => Some(usize::from(place)),
    }
}
