//! Splits a row of PAN-OS CSV into columns.
//!
//! The vendor writes RFC 4180, mostly: a column with a comma or a quote is wrapped in `"` and its quotes are doubled.
//! What reaches us has been through relays and truncation, so beyond the RFC:
//!
//! * a quote inside a column that did not begin with one is text;
//! * a quote closes a quoted column only before a comma or the end of the row (blanks may stand between), any other
//!   single one is text, so that one bad quote does not shift every later column;
//! * blanks before an opening quote are skipped; other leading blanks are kept;
//! * a quoted column that never ends takes the rest of the row, which is what truncation leaves.
//!
//! Nothing is unescaped here: a column is a span, and [`Escape`] says how to read it. Braces are not known here:
//! `link_switches` is put together again by [`align`](super::align), where its place is known, so that an attacker's
//! `{` in another column shifts nothing.
//!
//! Commas and quotes are found before anything is split ([`Marks`]). Where no quote is near, a column is the two
//! commas around it and nothing of it is looked at.

use hinomi_model::{Escape, Span};
use wide::u8x16;

use crate::scan::marks::{BLOCK_BYTES, Marks};

/// Columns read. The longest row known has 130; what lies beyond stays together as the last column's text.
pub(crate) const MAX_COLUMNS: usize = 512;

/// One column: where it is and how to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) span: Span,
    pub(crate) escape: Escape,
}

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    Whole,
    /// Within a quoted column.
    UnclosedQuote,
    /// With more columns than are read.
    TooManyColumns,
}

/// The columns of a row. Reused from row to row, so that nothing is allocated and nothing is emptied.
#[derive(Debug)]
pub(crate) struct Fields {
    slots: Box<[Field; MAX_COLUMNS]>,
    len: usize,
    marks: Marks<2>,
}

/// Kinds of bytes in [`Marks`].
const COMMA: usize = 0;
const QUOTE: usize = 1;

impl Default for Fields {
    fn default() -> Self {
        Fields { slots: Box::new([plain(0, 0); MAX_COLUMNS]), len: 0, marks: Marks::default() }
    }
}

impl std::ops::Deref for Fields {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        self.slots.get(..self.len).unwrap_or_default()
    }
}

impl Fields {
    /// Makes one column of those from `first` to `last`; does nothing when there are no such columns.
    pub(crate) fn join(&mut self, first: usize, last: usize) {
        if first >= last || last >= self.len {
            return;
        }
        self.slots[first].span.end = self.slots[last].span.end;
        self.slots.copy_within(last + 1..self.len, first + 1);
        self.len -= last - first;
    }

    /// Inserts an empty column; does nothing when there is no such place or no room.
    pub(crate) fn insert_empty(&mut self, index: usize) {
        if index >= self.len || self.len == MAX_COLUMNS {
            return;
        }
        let start = self.slots[index].span.start;
        self.slots.copy_within(index..self.len, index + 1);
        self.slots[index] = Field { span: Span { start, end: start }, escape: Escape::None };
        self.len += 1;
    }
}

/// Splits `row` into `fields`. A row longer than 4 GiB is cut there.
pub(crate) fn split(row: &str, fields: &mut Fields) -> Ending {
    let row = row.as_bytes();
    let row = row.get(..u32::MAX as usize).unwrap_or(row);
    let (last, slots) = match fields.slots.split_last_mut() {
        Some((last, slots)) => (Some(last), slots.iter_mut()),
        None => (None, Default::default()),
    };
    let mut columns = Columns { slots, last };
    let ending = split_into(row, &mut fields.marks, &mut columns);
    let left = columns.slots.len() + usize::from(columns.last.is_some());
    fields.len = MAX_COLUMNS - left;
    ending
}

/// Room for columns that others follow, and for the one that the row ends with.
struct Columns<'f> {
    slots: std::slice::IterMut<'f, Field>,
    last: Option<&'f mut Field>,
}

impl Columns<'_> {
    /// Adds a column that others follow; false when there is no room for it and what follows.
    #[inline]
    fn add(&mut self, field: Field) -> bool {
        let slot = self.slots.next();
        let has_room = slot.is_some();
        if let Some(slot) = slot {
            *slot = field;
        }
        has_room
    }

    /// Adds the columns that end at the commas of the block at `from`, the first of which starts at `start`; returns
    /// where the next one starts, and whether there was room for all of them and what follows.
    #[inline(always)]
    fn add_between(&mut self, mut commas: u64, from: u32, start: u32) -> (u32, bool) {
        // Taken out, so that it need not be in memory after each column.
        let mut slots = std::mem::take(&mut self.slots);
        let mut span = Span { start, end: start };
        while commas != 0 {
            let Some(slot) = slots.next() else { break };
            span.end = from + commas.trailing_zeros();
            *slot = Field { span, escape: Escape::None };
            span.start = span.end + 1;
            commas &= commas - 1;
        }
        self.slots = slots;
        (span.start, commas == 0)
    }

    /// Adds the columns that end in the block at `from` or, when they hold a quote, beyond it; returns where the next one
    /// starts, or how the row ended.
    #[inline(never)]
    fn add_with_quotes(
        &mut self,
        row: &[u8],
        marks: &Marks<2>,
        from: u32,
        mut start: u32,
    ) -> Result<u32, Ending> {
        let words = marks.blocks().get(from as usize / BLOCK_BYTES).copied().unwrap_or_default();
        let end = from.saturating_add(BLOCK_BYTES as u32);
        while start < end {
            let ahead = u64::MAX << start.saturating_sub(from);
            let quotes = words[QUOTE] & ahead;
            // Every bit below that of the first quote.
            let before_quote = quotes.wrapping_sub(1) & !quotes;
            let (next, has_room) = self.add_between(words[COMMA] & ahead & before_quote, from, start);
            start = next;
            if !has_room {
                return Err(self.end(plain(start as usize, row.len()), Ending::TooManyColumns));
            }
            if quotes == 0 {
                break;
            }
            start =
                self.add_with_quote(row, marks, start as usize, (from + quotes.trailing_zeros()) as usize)?;
        }
        Ok(start)
    }

    /// Adds the column at `start`, the first quote of which is at `quote`; returns where the next one starts, or how the
    /// row ended.
    fn add_with_quote(
        &mut self,
        row: &[u8],
        marks: &Marks<2>,
        start: usize,
        quote: usize,
    ) -> Result<u32, Ending> {
        let before = row.get(start..quote).unwrap_or_default();
        let (field, next) = if before.iter().all(|&byte| byte == b' ') {
            quoted(row, marks, quote + 1)
        } else {
            match marks.next::<COMMA>(quote) {
                Some(comma) => (plain(start, comma), Ok(comma + 1)),
                None => (plain(start, row.len()), Err(Ending::Whole)),
            }
        };
        match next {
            Ok(next) if self.add(field) => Ok(next as u32),
            Ok(_) => Err(self.end(plain(start, row.len()), Ending::TooManyColumns)),
            Err(ending) => Err(self.end(field, ending)),
        }
    }

    /// Adds the column that the row ends with.
    fn end(&mut self, field: Field, ending: Ending) -> Ending {
        if let Some(slot) = self.slots.next().or_else(|| self.last.take()) {
            *slot = field;
        }
        ending
    }
}

#[inline(never)]
fn split_into(row: &[u8], marks: &mut Marks<2>, columns: &mut Columns<'_>) -> Ending {
    marks.find(row, |bytes| [bytes.simd_eq(u8x16::splat(b',')), bytes.simd_eq(u8x16::splat(b'"'))]);
    // Where the open column starts. All before it is split.
    let mut start = 0;
    let mut next_block = 0_u32;
    for words in marks.blocks() {
        let from = next_block;
        next_block = from.wrapping_add(BLOCK_BYTES as u32);
        if words[QUOTE] == 0 && start <= from {
            let (next, has_room) = columns.add_between(words[COMMA], from, start);
            start = next;
            if !has_room {
                return columns.end(plain(start as usize, row.len()), Ending::TooManyColumns);
            }
        } else {
            start = match columns.add_with_quotes(row, marks, from, start) {
                Ok(next) => next,
                Err(ending) => return ending,
            };
        }
    }
    columns.end(plain(start as usize, row.len()), Ending::Whole)
}

/// Reads the quoted column whose text starts at `first`, and tells where the next column starts.
fn quoted(row: &[u8], marks: &Marks<2>, first: usize) -> (Field, Result<usize, Ending>) {
    let mut escape = Escape::None;
    let mut at = first;
    while let Some(quote) = marks.next::<QUOTE>(at) {
        let rest = row.get(quote + 1..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            escape = Escape::DoubledQuote;
            at = quote + 2;
            continue;
        }
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        let next = match rest.get(blanks) {
            Some(b',') => Ok(quote + 1 + blanks + 1),
            None => Err(Ending::Whole),
            Some(_) => {
                at = quote + 1;
                continue;
            }
        };
        return (Field { span: span(first, quote), escape }, next);
    }
    (Field { span: span(first, row.len()), escape }, Err(Ending::UnclosedQuote))
}

fn plain(start: usize, end: usize) -> Field {
    Field { span: span(start, end), escape: Escape::None }
}

/// Makes a span; the row was cut to what `u32` can index.
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rules of the module's head, one byte after the other.
    fn plain_reference(row: &str) -> (Vec<Field>, Ending) {
        let bytes = row.as_bytes();
        let mut fields = Vec::new();
        let mut start = 0;
        loop {
            if fields.len() + 1 == MAX_COLUMNS && last_comma_follows(bytes, start) {
                fields.push(plain(start, bytes.len()));
                return (fields, Ending::TooManyColumns);
            }
            let mut open = start;
            while bytes.get(open) == Some(&b' ') {
                open += 1;
            }
            if bytes.get(open) != Some(&b'"') {
                let mut end = start;
                while end < bytes.len() && bytes[end] != b',' {
                    end += 1;
                }
                fields.push(plain(start, end));
                if end == bytes.len() {
                    return (fields, Ending::Whole);
                }
                start = end + 1;
                continue;
            }
            let mut at = open + 1;
            let mut escape = Escape::None;
            let next = loop {
                if at >= bytes.len() {
                    fields.push(Field { span: span(open + 1, bytes.len()), escape });
                    return (fields, Ending::UnclosedQuote);
                }
                if bytes[at] != b'"' {
                    at += 1;
                    continue;
                }
                if bytes.get(at + 1) == Some(&b'"') {
                    escape = Escape::DoubledQuote;
                    at += 2;
                    continue;
                }
                let mut after = at + 1;
                while bytes.get(after) == Some(&b' ') {
                    after += 1;
                }
                match bytes.get(after) {
                    Some(b',') => break Some(after + 1),
                    None => break None,
                    Some(_) => at += 1,
                }
            };
            fields.push(Field { span: span(open + 1, at), escape });
            match next {
                Some(next) => start = next,
                None => return (fields, Ending::Whole),
            }
        }
    }

    /// The last column that is read takes the rest only when the rest is more than one column.
    fn last_comma_follows(bytes: &[u8], start: usize) -> bool {
        let rest = &bytes[start..];
        rest.contains(&b',') || rest.iter().find(|&&byte| byte != b' ') == Some(&b'"')
    }

    fn texts(row: &str) -> (Vec<String>, Ending) {
        let mut fields = Fields::default();
        let ending = split(row, &mut fields);
        (fields.iter().map(|field| field.escape.undo(field.span.of(row)).into_owned()).collect(), ending)
    }

    #[test]
    fn splits_what_the_field_sends() {
        let cases: &[(&str, &[&str], Ending)] = &[
            ("", &[""], Ending::Whole),
            ("1,a,,b", &["1", "a", "", "b"], Ending::Whole),
            ("a,", &["a", ""], Ending::Whole),
            (r#"1,"a,b",c"#, &["1", "a,b", "c"], Ending::Whole),
            (r#"1,"say ""hi"", twice",c"#, &["1", r#"say "hi", twice"#, "c"], Ending::Whole),
            (r#""","x""#, &["", "x"], Ending::Whole),
            (r#"a"b,c"d,e"#, &["a\"b", "c\"d", "e"], Ending::Whole),
            (r#"1, "a, b" ,c"#, &["1", "a, b", "c"], Ending::Whole),
            (r#"1," a",c"#, &["1", " a", "c"], Ending::Whole),
            ("Succeeded, config shared,1", &["Succeeded", " config shared", "1"], Ending::Whole),
            (r#"1,"x="y", z",c"#, &["1", r#"x="y"#, " z\"", "c"], Ending::Whole),
            (r#"1,"x="y"z",c"#, &["1", r#"x="y"z"#, "c"], Ending::Whole),
            (r#"1,"never, ends"#, &["1", "never, ends"], Ending::UnclosedQuote),
            (r#"1,""#, &["1", ""], Ending::UnclosedQuote),
            (r#"1,"end""#, &["1", "end"], Ending::Whole),
            (r#"1,"end"""#, &["1", "end\""], Ending::UnclosedQuote),
            ("ä,ö,\"ü,\"", &["ä", "ö", "ü,"], Ending::Whole),
        ];
        for (row, columns, ending) in cases {
            assert_eq!(texts(row), (columns.iter().map(|&c| c.to_owned()).collect(), *ending), "{row}");
        }
    }

    #[test]
    fn columns_beyond_the_bound_stay_together() {
        let row = vec!["x"; MAX_COLUMNS + 3].join(",");
        let (columns, ending) = texts(&row);
        assert_eq!((columns.len(), ending), (MAX_COLUMNS, Ending::TooManyColumns));
        assert_eq!(columns[MAX_COLUMNS - 1], "x,x,x,x");
        let row = vec!["x"; MAX_COLUMNS].join(",");
        assert_eq!(texts(&row).1, Ending::Whole);
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_reference(row in "[,\"\" a{}\\\\é1]{0,200}") {
            let mut fields = Fields::default();
            let ending = split(&row, &mut fields);
            prop_assert_eq!((fields.to_vec(), ending), plain_reference(&row));
        }

        #[test]
        fn agrees_on_any_text(row in ".{0,300}") {
            let mut fields = Fields::default();
            let ending = split(&row, &mut fields);
            prop_assert_eq!((fields.to_vec(), ending), plain_reference(&row));
        }

        #[test]
        fn agrees_near_the_bound(row in "[,\"a]{900,1500}") {
            let mut fields = Fields::default();
            let ending = split(&row, &mut fields);
            prop_assert_eq!((fields.to_vec(), ending), plain_reference(&row));
        }
    }
}
