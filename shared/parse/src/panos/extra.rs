//! What the event has no place for: the columns of a row and the fields of a line that nobody took, told when somebody
//! asks.

use hinomi_model::{ExtraField, FieldName, LineFields, Span, Taken};

use super::columns::{Layout, OTHER};
use super::named::Named;
use super::split::{Field, Fields};

/// Where the columns of a row stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Index of the type column.
    pub(crate) at: usize,
    pub(crate) receive_time: Option<usize>,
    pub(crate) serial: Option<usize>,
}

/// A row of columns. Reused from row to row.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) fields: Fields,
    pub(crate) row: Row,
    pub(crate) layout: &'static Layout,
}

impl Default for Columns {
    fn default() -> Self {
        Columns { fields: Fields::default(), row: Row::default(), layout: &OTHER }
    }
}

impl Columns {
    /// Returns the vendor's name of a column.
    pub(crate) fn name(&self, index: usize) -> Option<&'static str> {
        let Row { at, receive_time, serial } = self.row;
        if let Some(place) = index.checked_sub(at) {
            return self.layout.columns.get(place).map(|column| column.name);
        }
        if serial == Some(index) {
            return Some("serial");
        }
        (receive_time == Some(index)).then_some("receive_time")
    }

    /// Returns how many columns that are not taken no table of the vendor's has.
    pub(crate) fn unknown(&self, line: &str, taken: Taken<'_>) -> u32 {
        let beyond = self.row.at + self.layout.columns.len();
        let left = (beyond..self.fields.len()).filter(|place| !taken.has(*place));
        left.filter_map(|place| self.field(line, place)).map(|field| u32::from(!field.known)).sum()
    }
}

impl LineFields for Columns {
    fn count(&self) -> usize {
        self.fields.len()
    }

    fn field(&self, line: &str, place: usize) -> Option<ExtraField> {
        let Field { span, escape } = self.fields.field(line, place)?;
        if is_blank(line, span) {
            return None;
        }
        let name = self.name(place);
        // The first column is always `1` and says nothing; what else stands before the type is a relay's.
        if name.is_none() && place == 0 && span.of(line) == "1" {
            return None;
        }
        let is_beyond = name.is_none() && place >= self.row.at;
        Some(ExtraField {
            name: name.map_or(FieldName::Column(u16::try_from(place).unwrap_or(u16::MAX)), FieldName::Known),
            value: span,
            escape,
            known: !(is_beyond && self.layout.is_whole),
        })
    }

    fn find(&self, line: &str, name: &str, taken: Taken<'_>) -> Option<ExtraField> {
        let (at, end) = (self.row.at, self.row.at + self.layout.columns.len());
        let left = |place: usize| if taken.has(place) { None } else { self.field(line, place) };
        match self.layout.column_called(name) {
            Some(place) => left(at + place),
            None => {
                let others = (0..at).chain(end..self.fields.len());
                others.filter_map(left).find(|field| field.name.is(line, name))
            }
        }
    }
}

impl LineFields for Named {
    fn count(&self) -> usize {
        self.edges().len()
    }

    fn field(&self, line: &str, place: usize) -> Option<ExtraField> {
        let (Field { span, escape }, key) = (Named::field(self, place)?, self.key(place)?);
        (!is_blank(line, span)).then_some(ExtraField {
            name: key.name,
            value: span,
            escape,
            known: key.known,
        })
    }
}

/// Tells whether there is nothing but blanks.
#[inline]
fn is_blank(line: &str, span: Span) -> bool {
    span.start == span.end || span.of(line).bytes().all(|byte| byte == b' ')
}
