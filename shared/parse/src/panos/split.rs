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
//! Only commas are searched for, 64 bytes at a time; quotes matter at the start of a column alone.

use hinomi_model::{Escape, Span};

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
}

impl Default for Fields {
    fn default() -> Self {
        Fields { slots: Box::new([plain(0, 0); MAX_COLUMNS]), len: 0 }
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
    let mut columns = Columns { slots: &mut fields.slots, len: 0 };
    let ending = split_into(row, &mut columns);
    fields.len = columns.len;
    ending
}

/// The columns so far.
struct Columns<'f> {
    slots: &'f mut [Field; MAX_COLUMNS],
    len: usize,
}

impl Columns<'_> {
    /// Adds a column; false when it would be the last that has room and more follow.
    #[inline]
    fn add(&mut self, field: Field) -> bool {
        if self.len + 1 >= MAX_COLUMNS {
            return false;
        }
        self.slots[self.len] = field;
        self.len += 1;
        true
    }

    /// Adds the column that the row ends with.
    fn end(&mut self, field: Field, ending: Ending) -> Ending {
        if let Some(slot) = self.slots.get_mut(self.len) {
            *slot = field;
            self.len += 1;
        }
        ending
    }
}

fn split_into(row: &[u8], columns: &mut Columns<'_>) -> Ending {
    let mut start = match quoted_columns(row, 0, columns) {
        Ok(next) => next,
        Err(ending) => return ending,
    };
    // Where the search for the comma that ends the column at `start` goes on.
    let mut at = start;
    'blocks: while at < row.len() {
        let mut commas = commas(block(row, at));
        while commas != 0 {
            let comma = at + commas.trailing_zeros() as usize;
            commas &= commas - 1;
            if !columns.add(plain(start, comma)) {
                return columns.end(plain(start, row.len()), Ending::TooManyColumns);
            }
            start = comma + 1;
            if may_open_quote(row, start) {
                match quoted_columns(row, start, columns) {
                    Ok(next) if next == start => {}
                    Ok(next) => {
                        (start, at) = (next, next);
                        continue 'blocks;
                    }
                    Err(ending) => return ending,
                }
            }
        }
        at += BLOCK_BYTES;
    }
    columns.end(plain(start, row.len()), Ending::Whole)
}

/// Reads the quoted columns that follow each other from `start` on; returns where the first one that is not quoted
/// starts, or how the row ended.
#[inline(never)]
fn quoted_columns(row: &[u8], mut start: usize, columns: &mut Columns<'_>) -> Result<usize, Ending> {
    while may_open_quote(row, start) {
        let Some(open) = opening_quote(row, start) else { break };
        let (field, next) = quoted(row, open + 1);
        match next {
            Ok(next) if columns.add(field) => start = next,
            Ok(_) => return Err(columns.end(plain(start, row.len()), Ending::TooManyColumns)),
            Err(ending) => return Err(columns.end(field, ending)),
        }
    }
    Ok(start)
}

fn may_open_quote(row: &[u8], start: usize) -> bool {
    matches!(row.get(start), Some(b'"' | b' '))
}

fn opening_quote(row: &[u8], start: usize) -> Option<usize> {
    let rest = row.get(start..)?;
    let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
    (rest.get(blanks) == Some(&b'"')).then_some(start + blanks)
}

/// Reads the quoted column whose text starts at `first`, and tells where the next column starts.
fn quoted(row: &[u8], first: usize) -> (Field, Result<usize, Ending>) {
    let mut escape = Escape::None;
    let mut at = first;
    while let Some(found) = row.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let quote = at + found;
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

/// Bytes searched at once: as many as a word has bits, so that the commas of a block are one word.
const BLOCK_BYTES: usize = 64;

/// Returns the bytes from `at` on, filled up with zeros.
#[inline]
fn block(row: &[u8], at: usize) -> [u8; BLOCK_BYTES] {
    let rest = row.get(at..).unwrap_or_default();
    if let Some(block) = rest.first_chunk() {
        return *block;
    }
    let mut block = [0; BLOCK_BYTES];
    for (byte, &of_row) in block.iter_mut().zip(rest) {
        *byte = of_row;
    }
    block
}

/// Returns a word whose bit `i` is set when `block[i]` is a comma.
#[inline]
fn commas(block: [u8; BLOCK_BYTES]) -> u64 {
    const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const COMMAS: u64 = 0x2c2c_2c2c_2c2c_2c2c;
    let (words, _) = block.as_chunks::<8>();
    let mut found = 0;
    for (index, word) in words.iter().enumerate() {
        let zero_at_comma = u64::from_le_bytes(*word) ^ COMMAS;
        // Adding 0x7f to the low seven bits carries into the highest bit of every byte that is not zero, and never
        // beyond it.
        let highest = !(((zero_at_comma & LOW_SEVEN) + LOW_SEVEN) | zero_at_comma | LOW_SEVEN);
        // Brings the highest bits of the eight bytes together in the lowest byte. Shifts, because a multiplication
        // would be turned into a vector of them, which the processor's baseline can only imitate.
        let pairs = ((highest >> 7) | (highest >> 14)) & 0x0003_0003_0003_0003;
        let fours = (pairs | (pairs >> 14)) & 0x0000_000f_0000_000f;
        found |= ((fours | (fours >> 28)) & 0xff) << (8 * index);
    }
    found
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

    #[test]
    fn commas_are_found_one_bit_each() {
        for byte in 0..=255u8 {
            let expected = if byte == b',' { u64::MAX } else { 0 };
            assert_eq!(commas([byte; BLOCK_BYTES]), expected, "{byte:#x}");
        }
        for place in 0..BLOCK_BYTES {
            let mut block = [b'-'; BLOCK_BYTES];
            block[place] = b',';
            assert_eq!(commas(block), 1 << place, "{place}");
        }
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
