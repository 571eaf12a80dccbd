//! The values of one line by meaning, whether it was a CSV row or named its fields.
//!
//! What the event takes is marked as used; everything else is left for [`Extra`], see [`extra`](super::extra), so that
//! nothing can be dropped by forgetting it.

use std::borrow::Cow;
use std::net::IpAddr;

use hinomi_model::{Anomaly, AnomalyKind, Escape, Extra, FieldName, Span, Taken, Text};

use super::columns::{NOWHERE, Places, Slot};
use super::extra::Columns;
use super::named::Named;
use super::split::{Field, MAX_COLUMNS};
use crate::value;

const WORD_BITS: usize = u64::BITS as usize;

/// One bit a place: a row has one for each column, a line that names its fields two for each. Named fields beyond that
/// many are kept twice.
pub(crate) type Used = [u64; 2 * MAX_COLUMNS / WORD_BITS];

/// The values of one line.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    /// What the spans point into.
    line: &'a str,
    /// Where the fields lie: each behind one edge, and it ends at the next.
    edges: &'a [u32],
    places: &'a Places,
    /// What stands before the field that the places are counted from.
    base: usize,
    /// Fields with places of their own; beyond all fields when there are none.
    serial: usize,
    receive_time: usize,
    form: Form<'a>,
    used: &'a mut Used,
    pub(crate) anomalies: Vec<Anomaly<'a>>,
}

/// How fields are named.
#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    Row(&'a Columns),
    Named(&'a Named),
}

impl<'a> Values<'a> {
    pub(crate) fn of_row(line: &'a str, columns: &'a Columns, used: &'a mut Used) -> Self {
        let row = &columns.row;
        *used = Used::default();
        Values {
            line,
            // A row has fewer columns than would be needed for one at `NOWHERE`.
            edges: columns.fields.edges(),
            places: &columns.layout.places,
            base: row.at,
            serial: row.serial.unwrap_or(usize::MAX),
            receive_time: row.receive_time.unwrap_or(usize::MAX),
            form: Form::Row(columns),
            used,
            anomalies: Vec::new(),
        }
    }

    pub(crate) fn of_named(line: &'a str, named: &'a Named, used: &'a mut Used) -> Self {
        let (edges, places) = (named.edges(), named.places());
        *used = Used::default();
        Values {
            line,
            edges: edges.get(..usize::from(NOWHERE)).unwrap_or(edges),
            places,
            base: 0,
            serial: usize::from(places[Slot::Serial as usize]),
            receive_time: usize::from(places[Slot::ReceiveTime as usize]),
            form: Form::Named(named),
            used,
            anomalies: Vec::new(),
        }
    }

    /// Ends the reading: what nobody took, how many of that no table of the vendor's has, and what was odd.
    pub(crate) fn finish(self) -> (Extra<'a>, u32, Vec<Anomaly<'a>>) {
        let taken = Taken(self.used);
        let (extra, unknown) = match self.form {
            Form::Row(columns) => (Extra::left(self.line, columns, taken), columns.unknown(self.line, taken)),
            Form::Named(named) => (Extra::left(self.line, named, taken), named.unknown()),
        };
        (extra, unknown, self.anomalies)
    }

    /// Returns a value as it stands, without blanks around it; `None` when it is absent or empty.
    #[inline]
    pub(crate) fn raw(&self, slot: Slot) -> Option<&'a str> {
        self.shown(self.index(slot)).map(|(text, _)| text)
    }

    /// Returns a value without using it up.
    #[inline(always)]
    pub(crate) fn peek(&self, slot: Slot) -> Option<Text<'a>> {
        let index = self.index(slot);
        match self.plain(index) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.present(index),
        }
    }

    /// Returns a value for the event.
    #[inline(always)]
    pub(crate) fn text(&mut self, slot: Slot) -> Option<Text<'a>> {
        let index = self.index(slot);
        match self.take_plain(index) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.take_present(index),
        }
    }

    // Some sixty values are read of each line: what nearly all of them need is one small function, and what few of them
    // need is another.

    #[inline(never)]
    fn take_plain(&mut self, index: usize) -> Option<&'a str> {
        let text = self.plain(index)?;
        self.use_up(index);
        Some(text)
    }

    #[inline(never)]
    fn take_present(&mut self, index: usize) -> Option<Text<'a>> {
        let text = self.present(index)?;
        self.use_up(index);
        Some(text)
    }

    /// Returns a value that is meant as it stands: it is not escaped, and no placeholder, and no blanks are around it.
    #[inline(always)]
    fn plain(&self, index: usize) -> Option<&'a str> {
        self.plain_at(self.span(index)?)
    }

    #[inline(always)]
    fn plain_at(&self, Span { start, end }: Span) -> Option<&'a str> {
        let text = self.line.get(start as usize..end as usize)?;
        match text.as_bytes() {
            [first, .., last] if !value::may_be_placeholder(*first, text.len()) && *last != b' ' => {
                Some(text)
            }
            _ => None,
        }
    }

    /// Returns where a value stands as it is written, with the quotes around it; beyond the line when it has escapes that
    /// no quotes tell of.
    #[inline(always)]
    fn span(&self, index: usize) -> Option<Span> {
        let end = *self.edges.get(index.wrapping_add(1))?;
        let start = self.edges.get(index)?.wrapping_add(1);
        Some(Span { start, end })
    }

    /// Returns a value without the quotes around it.
    fn field(&self, index: usize) -> Option<Field> {
        self.span(index)?;
        match self.form {
            Form::Row(columns) => columns.fields.field(self.line, index),
            Form::Named(named) => named.field(index),
        }
    }

    /// Fills a field of the event; without a value it stays as it is.
    #[inline(always)]
    pub(crate) fn fill(&mut self, slot: Slot, field: &mut Option<Text<'a>>) {
        self.fill_from(self.index(slot), field);
    }

    #[inline(never)]
    fn fill_from(&mut self, index: usize, field: &mut Option<Text<'a>>) {
        match self.span(index) {
            None => {}
            // Most columns of a row are empty.
            Some(span) if span.start == span.end => {}
            Some(span) => match self.plain_at(span) {
                Some(text) => {
                    self.use_up(index);
                    *field = Some(Cow::Borrowed(text));
                }
                None => self.fill_present(index, field),
            },
        }
    }

    #[inline(never)]
    fn fill_present(&mut self, index: usize, field: &mut Option<Text<'a>>) {
        if let Some(text) = self.present(index) {
            self.use_up(index);
            *field = Some(text);
        }
    }

    /// Returns a number for the event; one that is none stays in the extra fields.
    #[inline(never)]
    pub(crate) fn number(&mut self, slot: Slot) -> Option<u64> {
        let index = self.index(slot);
        let span = self.span(index)?;
        if span.start == span.end {
            return None;
        }
        match value::short_number(self.line.as_bytes(), span.start as usize, span.end as usize) {
            Some(number) => {
                self.use_up(index);
                Some(number)
            }
            None => self.long_number(slot),
        }
    }

    #[inline(never)]
    fn long_number(&mut self, slot: Slot) -> Option<u64> {
        self.read(slot, AnomalyKind::BadNumber, value::number_of)
    }

    /// Returns a port for the event. Zero stands for none.
    #[inline(never)]
    pub(crate) fn port(&mut self, slot: Slot) -> Option<u16> {
        let index = self.index(slot);
        let span = self.span(index)?;
        if span.start == span.end {
            return None;
        }
        let number = value::short_number(self.line.as_bytes(), span.start as usize, span.end as usize);
        match number.and_then(|number| u16::try_from(number).ok()) {
            Some(port) => {
                self.use_up(index);
                (port != 0).then_some(port)
            }
            None => self.other_port(slot),
        }
    }

    #[inline(never)]
    fn other_port(&mut self, slot: Slot) -> Option<u16> {
        self.read(slot, AnomalyKind::BadPort, value::port_of).filter(|port| *port != 0)
    }

    /// Returns an address for the event.
    #[inline(never)]
    pub(crate) fn ip(&mut self, slot: Slot) -> Option<IpAddr> {
        let index = self.index(slot);
        let span = self.span(index)?;
        if span.start == span.end {
            return None;
        }
        match value::ipv4_in(self.line.as_bytes(), span.start as usize, span.end as usize) {
            Some(ip) => {
                self.use_up(index);
                Some(IpAddr::V4(ip))
            }
            None => self.other_ip(slot),
        }
    }

    #[inline(never)]
    fn other_ip(&mut self, slot: Slot) -> Option<IpAddr> {
        self.read(slot, AnomalyKind::BadAddress, value::ip_of)
    }

    /// Returns an address without using it up.
    #[inline]
    pub(crate) fn peek_ip(&self, slot: Slot) -> Option<IpAddr> {
        value::ip_of(self.bytes(self.index(slot))?)
    }

    /// Tells whether two values are the same text.
    #[inline]
    pub(crate) fn is_same(&self, one: Slot, other: Slot) -> bool {
        self.bytes(self.index(one)) == self.bytes(self.index(other))
    }

    /// Reads a value for the event; one that cannot be read is odd.
    #[inline(always)]
    fn read<T>(&mut self, slot: Slot, odd: AnomalyKind, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let index = self.index(slot);
        match read(self.bytes(index)?) {
            Some(value) => {
                self.use_up(index);
                Some(value)
            }
            None => self.unreadable(slot, odd),
        }
    }

    /// Returns a value's bytes, without blanks around them; `None` when it is absent or empty.
    #[inline]
    fn bytes(&self, index: usize) -> Option<&'a [u8]> {
        let span = self.span(index)?;
        match self.line.as_bytes().get(span.start as usize..span.end as usize) {
            Some([]) => None,
            None | Some([b' ' | b'"', ..] | [.., b' ']) => self.shown(index).map(|(text, _)| text.as_bytes()),
            Some(bytes) => Some(bytes),
        }
    }

    /// Returns a value that says something, unescaped.
    #[inline(never)]
    fn present(&self, index: usize) -> Option<Text<'a>> {
        let (text, escape) = self.shown(index)?;
        if value::is_placeholder(text) {
            return None;
        }
        Some(match escape {
            Escape::None => Cow::Borrowed(text),
            escape => escape.undo(text),
        })
    }

    /// Returns a value as it stands, without blanks and quotes around it.
    #[inline]
    fn shown(&self, index: usize) -> Option<(&'a str, Escape)> {
        let span = self.span(index)?;
        if span.start == span.end {
            return None;
        }
        match self.line.get(span.start as usize..span.end as usize) {
            Some(text) if !matches!(text.as_bytes(), [b' ' | b'"', ..] | [.., b' ']) => {
                Some((text, Escape::None))
            }
            _ => self.shown_without_quotes(index),
        }
    }

    #[inline(never)]
    fn shown_without_quotes(&self, index: usize) -> Option<(&'a str, Escape)> {
        let Field { span, escape } = self.field(index)?;
        let text = span.of(self.line).trim();
        (!text.is_empty()).then_some((text, escape))
    }

    /// Keeps a value out of the extra fields.
    #[inline]
    pub(crate) fn mark(&mut self, slot: Slot) {
        self.use_up(self.index(slot));
    }

    #[inline]
    fn use_up(&mut self, index: usize) {
        if let Some(word) = self.used.get_mut(index / WORD_BITS) {
            *word |= 1 << (index % WORD_BITS);
        }
    }

    /// Puts a value back among the extra fields.
    pub(crate) fn put_back(&mut self, slot: Slot) {
        let index = self.index(slot);
        if let Some(word) = self.used.get_mut(index / WORD_BITS) {
            *word &= !(1 << (index % WORD_BITS));
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
    fn unreadable<T>(&mut self, slot: Slot, kind: AnomalyKind) -> Option<T> {
        let is_odd = self.raw(slot).is_some_and(|raw| !value::is_placeholder(raw));
        if is_odd { self.odd(slot, kind) } else { None }
    }

    /// Returns the index of a field; one beyond all fields for a field that is not there.
    #[inline(always)]
    fn index(&self, slot: Slot) -> usize {
        match slot {
            Slot::Serial => self.serial,
            Slot::ReceiveTime => self.receive_time,
            _ => self.base + usize::from(self.places[slot as usize]),
        }
    }

    fn name(&self, slot: Slot) -> Option<&'a str> {
        let index = self.index(slot);
        self.span(index)?;
        match self.form {
            Form::Row(columns) => columns.name(index),
            Form::Named(named) => match named.key(index)?.name {
                FieldName::Known(name) => Some(name),
                FieldName::InLine(span) => Some(span.of(self.line)),
                FieldName::Column(_) => None,
            },
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
