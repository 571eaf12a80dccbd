//! What the event has no place for: every field of a line that was not taken.
//!
//! A row has some forty of them. Its columns are walked by the bits of those that were not taken, a word at a time, with
//! the table of their names beside them.

use hinomi_model::{Escape, ExtraField, FieldName, Span};

use super::columns::Column;
use super::split::Field;
use super::values::{Form, Key, Values, WORD_BITS};

/// What fills the room of [`Values::extra`].
const BLANK: ExtraField = ExtraField {
    name: FieldName::Column(0),
    value: Span { start: 0, end: 0 },
    escape: Escape::None,
    known: true,
};

/// Fields that the event has no place for.
struct Found<'r> {
    room: &'r mut [ExtraField],
    count: usize,
    /// How many of them no table of the vendor's has.
    unknown: u32,
}

impl Found<'_> {
    #[inline(always)]
    fn add(&mut self, field: ExtraField) {
        if let Some(slot) = self.room.get_mut(self.count) {
            *slot = field;
            self.count += 1;
        }
    }
}

impl Values<'_> {
    /// Returns every field that the event has no place for, and how many of them no table of the vendor's has. `room` is
    /// reused memory.
    #[inline(never)]
    pub(crate) fn extra<'r>(&self, room: &'r mut Vec<ExtraField>) -> (&'r [ExtraField], u32) {
        if room.len() < self.fields.len() {
            room.resize(self.fields.len(), BLANK);
        }
        let mut found = Found { room, count: 0, unknown: 0 };
        let mut rest = 0;
        if let Form::Row { row, layout } = self.form {
            self.extra_between(0, row.at, &mut found);
            self.extra_of_layout(row.at, layout.columns, &mut found);
            rest = row.at + layout.columns.len();
        }
        self.extra_between(rest, self.fields.len(), &mut found);
        let Found { room, count, unknown } = found;
        (room.get(..count).unwrap_or_default(), unknown)
    }

    /// Finds what a row has in the columns of its type's table.
    fn extra_of_layout(&self, at: usize, columns: &'static [Column], found: &mut Found<'_>) {
        let mut fields = self.fields.get(at..).unwrap_or_default();
        let mut columns = columns;
        let mut first = at;
        while !fields.is_empty() && !columns.is_empty() {
            let in_word = (WORD_BITS - first % WORD_BITS).min(fields.len()).min(columns.len());
            let (here, more) = fields.split_at(in_word);
            let (named, more_names) = columns.split_at(in_word);
            let room = found.room.get_mut(found.count..).unwrap_or_default();
            found.count += extra_of_word(self.line, here, named, self.unused(first), room);
            (fields, columns) = (more, more_names);
            first += in_word;
        }
    }

    #[inline(always)]
    fn extra_between(&self, from: usize, to: usize, found: &mut Found<'_>) {
        for index in from..to {
            let Some(&Field { span, escape }) = self.fields.get(index) else { break };
            if self.unused(index) & 1 == 0 || span.start == span.end || is_blank(self.line, span) {
                continue;
            }
            if let Some(Key { name, known }) = self.extra_key(index, span) {
                found.unknown += u32::from(!known);
                found.add(ExtraField { name, value: span, escape, known });
            }
        }
    }

    /// Returns what is not used, the lowest bit for the field at `index`, as far as its word goes.
    #[inline(always)]
    fn unused(&self, index: usize) -> u64 {
        !self.used.get(index / WORD_BITS).copied().unwrap_or(0) >> (index % WORD_BITS)
    }

    /// Returns the key of a field that the event has no place for; `None` when it says nothing.
    #[inline]
    fn extra_key(&self, index: usize, value: Span) -> Option<Key> {
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
            Form::Row { .. } => {
                (index > 0 || value.of(self.line) != "1").then(|| Key { name: numbered(), known: true })
            }
            Form::Named { keys } => keys.get(index).copied(),
        }
    }
}

/// Finds those of up to [`WORD_BITS`] columns that are not empty and whose bit in `unused` is set; returns how many.
#[inline(never)]
fn extra_of_word(
    line: &str,
    fields: &[Field],
    columns: &'static [Column],
    mut unused: u64,
    room: &mut [ExtraField],
) -> usize {
    let size = room.len();
    let mut slots = room.iter_mut();
    while unused != 0 {
        let bit = unused.trailing_zeros() as usize;
        unused &= unused - 1;
        let (Some(&Field { span, escape }), Some(column)) = (fields.get(bit), columns.get(bit)) else {
            break;
        };
        if span.start == span.end || is_blank(line, span) {
            continue;
        }
        let Some(slot) = slots.next() else { break };
        *slot = ExtraField { name: FieldName::Known(column.name), value: span, escape, known: true };
    }
    size - slots.len()
}

#[inline(always)]
fn is_blank(line: &str, span: Span) -> bool {
    line.as_bytes().get(span.start as usize) == Some(&b' ') && is_all_blank(span.of(line))
}

#[cold]
fn is_all_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}
