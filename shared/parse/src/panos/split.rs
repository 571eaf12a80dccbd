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
//! Nothing is unescaped here: a column is known by the commas around it, and what it says is told when it is asked for
//! ([`Fields::field`]). Braces are not known here: `link_switches` is put together again by [`align`](super::align),
//! where its place is known, so that an attacker's `{` in another column shifts nothing.
//!
//! A row that keeps to the RFC, as nearly all do, is split 64 bytes at a time: a comma is inside quotes where the number
//! of quotes before it is odd. Every other row is split from quote to quote. Both ways find the same in a row that both
//! can read; a property test holds them to the rules read byte by byte.

use hinomi_model::{Escape, Span};
use wide::u8x16;

use crate::scan::marks::{BLOCK_BYTES, is_in, last_words, words};

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

/// The columns of a row. Reused from row to row, so that nothing is allocated.
#[derive(Debug)]
pub(crate) struct Fields {
    /// Where each column ends, behind [`BEFORE`]: a column lies between two neighbours. What is beyond the columns is of
    /// no meaning.
    edges: Box<[u32; EDGES]>,
    len: usize,
    ending: Ending,
    /// The column that was made of several.
    joined: Option<usize>,
}

/// The edge that the first column starts behind.
pub(crate) const BEFORE: u32 = u32::MAX;

/// Room for the edges of all columns, and for as many more as a block can have: these are then too many.
const EDGES: usize = 1 + MAX_COLUMNS + BLOCK_BYTES;

impl Default for Fields {
    fn default() -> Self {
        Fields { edges: Box::new([BEFORE; EDGES]), len: 0, ending: Ending::Whole, joined: None }
    }
}

impl Fields {
    /// Returns how many columns there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the edges of the columns: each lies behind one edge and ends at the next.
    #[inline]
    pub(crate) fn edges(&self) -> &[u32] {
        self.edges.get(..=self.len).unwrap_or_default()
    }

    /// Returns a column's text as it stands in `row`, with its quotes; empty when there is none.
    #[inline]
    pub(crate) fn raw<'r>(&self, row: &'r str, index: usize) -> &'r str {
        self.span(index).map_or("", |span| span.of(row))
    }

    /// Returns what a column of `row` says, escaped as it is.
    pub(crate) fn text<'r>(&self, row: &'r str, index: usize) -> &'r str {
        self.field(row, index).map_or("", |field| field.span.of(row))
    }

    /// Returns a column of `row` without the quotes around it.
    pub(crate) fn field(&self, row: &str, index: usize) -> Option<Field> {
        let span = self.span(index)?;
        let raw = span.of(row);
        let plain = Field { span, escape: Escape::None };
        let quoted = match raw.as_bytes() {
            [b'"', ..] => raw.get(1..),
            [b' ', ..] => raw.trim_start_matches(' ').strip_prefix('"'),
            _ => None,
        };
        let is_last = index + 1 == self.len();
        let is_rest = is_last && self.ending == Ending::TooManyColumns;
        let Some(quoted) = quoted.filter(|_| self.joined != Some(index) && !is_rest) else {
            return Some(plain);
        };
        let is_open = is_last && self.ending == Ending::UnclosedQuote;
        let inner = if is_open { None } else { quoted.trim_end_matches(' ').strip_suffix('"') };
        let inner = inner.unwrap_or(quoted);
        let start = span.end - quoted.len() as u32;
        let escape = if inner.contains("\"\"") { Escape::DoubledQuote } else { Escape::None };
        Some(Field { span: Span { start, end: start + inner.len() as u32 }, escape })
    }

    #[inline]
    fn span(&self, index: usize) -> Option<Span> {
        let [before, end] = *self.edges().get(index..)?.first_chunk()?;
        Some(Span { start: before.wrapping_add(1), end })
    }

    /// Makes one column of those from `first` to `last`; does nothing when there are no such columns.
    pub(crate) fn join(&mut self, first: usize, last: usize) {
        if first < last && last < self.len() {
            self.edges.copy_within(last + 1..=self.len, first + 1);
            self.len -= last - first;
            self.joined = Some(first);
        }
    }
}

/// Splits `row` into `fields`. A row longer than 4 GiB is cut there.
pub(crate) fn split(row: &str, fields: &mut Fields) -> Ending {
    let row = row.as_bytes();
    let row = row.get(..BEFORE as usize).unwrap_or(row);
    fields.joined = None;
    (fields.len, fields.ending) = match split_regular(row, &mut fields.edges) {
        Some(len) => (len, Ending::Whole),
        None => split_any(row, &mut fields.edges),
    };
    fields.ending
}

/// Splits a row in which every quoted column begins and ends with its quotes and holds no others but doubled ones, and
/// returns how many columns it has; `None` for every other row, and for one that may have too many columns.
#[inline(never)]
fn split_regular(row: &[u8], edges: &mut [u32; EDGES]) -> Option<usize> {
    let is_comma = |bytes: u8x16| [bytes.simd_eq(u8x16::splat(b','))];
    let is_quote = |bytes: u8x16| bytes.simd_eq(u8x16::splat(b'"'));
    let mut before = Before { inside: 0, may_open: HIGHEST };
    let (blocks, rest) = row.as_chunks::<BLOCK_BYTES>();
    let (mut from, mut len) = (0, 0);
    for block in blocks {
        let [commas] = words(block, &is_comma);
        let next = from + BLOCK_BYTES;
        let ends = if before.inside == 0 && !is_in(block, is_quote) {
            before.may_open = commas;
            commas
        } else {
            let [quotes] = words(block, &|bytes| [is_quote(bytes)]);
            outside_quotes(&mut before, commas, quotes, row.get(next).copied())?
        };
        len = add_ends(ends, from as u32, edges, len)?;
        from = next;
    }
    let mut ends = 0;
    let mut quotes = 0;
    if !rest.is_empty() {
        [ends, quotes] = last_words(row, rest, &|bytes| [is_comma(bytes)[0], is_quote(bytes)]);
    }
    // The end of the row is as good as a comma.
    ends |= 1 << rest.len();
    if quotes | before.inside != 0 {
        ends = outside_quotes(&mut before, ends, quotes, None)?;
    }
    len = add_ends(ends, from as u32, edges, len)?;
    (before.inside == 0 && len < MAX_COLUMNS).then_some(len)
}

/// The highest bit of a block: that of its last byte.
const HIGHEST: u64 = 1 << (BLOCK_BYTES - 1);

/// Adds the columns that end where a bit is set to the first `len`, and returns how many there are then; `None` when
/// there are too many.
#[inline(always)]
fn add_ends(mut ends: u64, from: u32, edges: &mut [u32; EDGES], len: usize) -> Option<usize> {
    let room: &mut [u32; BLOCK_BYTES] = edges.get_mut(1 + len..)?.first_chunk_mut()?;
    if ends == 0 {
        return Some(len);
    }
    // Four to a round: nothing is asked but whether there is another one.
    let (fours, _) = room.as_chunks_mut::<4>();
    let mut len = len;
    for four in fours {
        for (number, edge) in four.iter_mut().enumerate() {
            *edge = from + ends.trailing_zeros();
            ends &= ends.wrapping_sub(1);
            if ends == 0 {
                return Some(len + number + 1);
            }
        }
        len += 4;
    }
    Some(len)
}

/// What the bytes before a block say of the quotes in it.
struct Before {
    /// All bits where the block begins inside quotes.
    inside: u64,
    /// The highest bit where a quote may open a column at the beginning of the block.
    may_open: u64,
}

/// Returns the commas of a block that are outside quotes; `None` when a quote is where none should be. `next` is the byte
/// behind the block.
#[inline(never)]
fn outside_quotes(before: &mut Before, commas: u64, quotes: u64, next: Option<u8>) -> Option<u64> {
    let mut inside = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        inside ^= inside << shift;
    }
    inside ^= before.inside;
    let (opening, closing) = (quotes & inside, quotes & !inside);
    let outside = commas & !inside;
    // What a comma stands before or behind, and the second of two quotes inside a column.
    let may_open = (outside | closing) << 1 | before.may_open >> (BLOCK_BYTES - 1);
    let ends_behind = matches!(next, None | Some(b',' | b'"'));
    let may_close = (outside | opening) >> 1 | if ends_behind { HIGHEST } else { 0 };
    if opening & !may_open | closing & !may_close != 0 {
        return None;
    }
    // Of the last byte's state all bits.
    *before = Before { inside: 0_u64.wrapping_sub(inside >> (BLOCK_BYTES - 1)), may_open: outside | closing };
    Some(outside)
}

/// Splits any row, from quote to quote.
#[cold]
#[inline(never)]
fn split_any(row: &[u8], edges: &mut [u32; EDGES]) -> (usize, Ending) {
    let (mut start, mut len) = (0, 0);
    loop {
        let rest = row.get(start..).unwrap_or_default();
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        let is_quoted = rest.get(blanks) == Some(&b'"');
        let comma = memchr::memchr(b',', rest).map(|comma| start + comma);
        let end = match comma {
            _ if len + 1 >= MAX_COLUMNS && (is_quoted || comma.is_some()) => Err(Ending::TooManyColumns),
            _ if is_quoted => closed(row, start + blanks + 1),
            Some(comma) => Ok(comma),
            None => Err(Ending::Whole),
        };
        len += 1;
        if let Some(edge) = edges.get_mut(len) {
            *edge = end.unwrap_or(row.len()) as u32;
        }
        match end {
            Ok(end) => start = end + 1,
            Err(ending) => return (len, ending),
        }
    }
}

/// Returns where the quoted column ends whose text starts at `first`, or how the row does.
fn closed(row: &[u8], first: usize) -> Result<usize, Ending> {
    let mut at = first;
    while let Some(quote) = memchr::memchr(b'"', row.get(at..).unwrap_or_default()) {
        let behind = at + quote + 1;
        let rest = row.get(behind..).unwrap_or_default();
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        at = match (rest.first(), rest.get(blanks)) {
            (Some(b'"'), _) => behind + 1,
            (_, Some(b',')) => return Ok(behind + blanks),
            (_, None) => return Err(Ending::Whole),
            _ => behind,
        };
    }
    Err(Ending::UnclosedQuote)
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

    fn fields_of(row: &str) -> (Vec<Field>, Ending) {
        let mut fields = Fields::default();
        // What an earlier row left changes nothing.
        split("a,\"b\",\"", &mut fields);
        fields.join(0, 1);
        let ending = split(row, &mut fields);
        let columns = (0..fields.len()).filter_map(|index| fields.field(row, index)).collect();
        (columns, ending)
    }

    fn plain(start: usize, end: usize) -> Field {
        Field { span: span(start, end), escape: Escape::None }
    }

    fn span(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    fn texts(row: &str) -> (Vec<String>, Ending) {
        let (fields, ending) = fields_of(row);
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
            prop_assert_eq!(fields_of(&row), plain_reference(&row));
        }

        #[test]
        fn agrees_where_quotes_are_nearly_in_order(
            columns in proptest::collection::vec("[a,]{0,70}|\"([a, ]|\"\"){0,80}\"| ?\"a*\" ?|[a\"]{0,3}", 0..12),
        ) {
            let row = columns.join(",");
            prop_assert_eq!(fields_of(&row), plain_reference(&row));
        }

        #[test]
        fn agrees_on_any_text(row in ".{0,300}") {
            prop_assert_eq!(fields_of(&row), plain_reference(&row));
        }

        #[test]
        fn agrees_near_the_bound(row in "[,\"a]{900,1500}") {
            prop_assert_eq!(fields_of(&row), plain_reference(&row));
        }
    }
}
