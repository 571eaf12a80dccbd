//! Whole lines' names, remembered for the next ones, and lines split by them in one go.
//!
//! A device writes most of its lines with the same names in the same order, and each value always in quotes or always
//! without. Where the pairs end is known before any name is looked at ([`Ends`]), so all that is left of such a line is to
//! see that each pair begins as its name says: `srccountry="`, `sessionid=`.
//!
//! No more than that has to be looked at. In a plain line a pair has an even number of quotes, and a closing quote is its
//! last byte: a pair has two or none. Those that begin with one have two, and if that is as many as the line has, the
//! others have none.
//!
//! In an object of JSON each name has two quotes more, and each value is looked at: outside strings there are digits only,
//! but not all of them are a number.
//!
//! A pattern is kept once lines of its kind came before, and only if it splits the line that it is made of as that was
//! split without it.

use hinomi_model::Span;
use wide::{u8x16, u32x4};

use super::ends::{COMMAS, Ends, OBJECT};
use super::flat::MAX_DIGITS;
use super::pair::{Form, Pair};
use super::shape::Place;

/// Steps remembered, 48 bytes each: those of a hundred kinds of line. When they are full all are forgotten, which costs
/// two lines of each kind the longer way.
const MAX_STEPS: usize = 4_096;

/// Patterns remembered, so that a byte has the number of each and one more.
const MAX_PATTERNS: usize = 255;

/// Patterns that are tried for one line. Whoever makes up more that look alike would have them all tried for each line;
/// beyond the limit they are not remembered.
const MAX_ALIKE: usize = 2;

/// Bytes of a name that are compared at once.
const WIDTH: usize = 16;

/// Where patterns are looked for by their marks.
const SLOTS: usize = 256;

/// The patterns of lines that were seen.
#[derive(Debug)]
pub(super) struct Patterns<K> {
    steps: Vec<Step<K>>,
    tails: Vec<Tail>,
    patterns: Vec<Pattern>,
    /// The numbers of the patterns, from one.
    slots: Box<[[u8; MAX_ALIKE]; SLOTS]>,
}

/// How the pairs of a line begin.
#[derive(Clone, Copy, Debug)]
struct Pattern {
    mark: Mark,
    /// The first of its steps and the one behind its last.
    steps: (u16, u16),
    tails: (u16, u16),
    /// Where its names end in the tree.
    place: Place,
}

/// How one pair begins and ends.
#[derive(Clone, Copy, Debug)]
struct Step<K> {
    /// The name with its `=`, and the quote behind it.
    head: u8x16,
    /// Where the name begins and ends and where the value begins, from where the pair does; and where the value ends, from
    /// where the pair does, which is before that or there.
    spans: u32x4,
    /// The bits of the bytes of the head that count for nothing.
    ignored: u32,
    key: Option<K>,
    form: Form,
    /// Whether a quote ends the value.
    is_quoted: bool,
}

/// What of a long beginning is behind the bytes of [`Step::head`].
#[derive(Clone, Copy, Debug)]
struct Tail {
    step: u16,
    head: u8x16,
    ignored: u32,
}

/// What tells patterns apart before names are looked at: how many pairs and quotes a line has, and of four of its names
/// two bytes, which every name has with its `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    counts: u64,
    names: u64,
}

impl<K> Default for Patterns<K> {
    fn default() -> Self {
        Patterns {
            steps: Vec::new(),
            tails: Vec::new(),
            patterns: Vec::new(),
            slots: Box::new([[0; MAX_ALIKE]; SLOTS]),
        }
    }
}

impl Mark {
    #[inline(always)]
    fn of<const FORM: u8>(bytes: &[u8], ends: &Ends) -> Option<Mark> {
        let quotes = ends.quotes();
        let ends = ends.ends();
        let count = ends.len();
        let mut names = 0;
        for place in [count / 4, count / 2, count / 4 * 3, count.saturating_sub(1)] {
            let name = bytes.get(start_of::<FORM>(ends, place) + before_name(FORM)..)?.first_chunk()?;
            names = names << 16 | u64::from(u16::from_le_bytes(*name));
        }
        Some(Mark { counts: (count as u64) << 32 | u64::from(quotes), names })
    }

    #[inline(always)]
    fn slot(self) -> u8 {
        let mixed = (self.names ^ self.counts.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 56) as u8
    }
}

/// Returns how many bytes stand in front of the first pair.
const fn before_first(form: u8) -> usize {
    if form == OBJECT { 1 } else { 0 }
}

/// Returns how many bytes stand in front of a name: those of objects have quotes.
const fn before_name(form: u8) -> usize {
    if form == OBJECT { 1 } else { 0 }
}

/// Returns where a pair begins: behind the separator that ends the one before.
#[inline(always)]
fn start_of<const FORM: u8>(ends: &[u16], place: usize) -> usize {
    place
        .checked_sub(1)
        .and_then(|before| ends.get(before))
        .map_or(before_first(FORM), |end| usize::from(*end) + 1)
}

impl<K: Copy + PartialEq> Patterns<K> {
    /// Forgets all of them.
    pub(super) fn forget(&mut self) {
        self.steps.clear();
        self.tails.clear();
        self.patterns.clear();
        *self.slots = [[0; MAX_ALIKE]; SLOTS];
    }

    /// Splits a plain line that has the names of one seen before; returns where they end in the tree.
    #[inline(always)]
    pub(super) fn split<const FORM: u8>(
        &self,
        bytes: &[u8],
        ends: &Ends,
        pairs: &mut Vec<Pair<K>>,
    ) -> Option<Place> {
        let mark = Mark::of::<FORM>(bytes, ends)?;
        for number in self.slots[usize::from(mark.slot())] {
            let pattern = self.patterns.get(usize::from(number).wrapping_sub(1))?;
            if pattern.mark == mark && self.follow::<FORM>(pattern, bytes, ends.ends(), pairs) {
                return Some(pattern.place);
            }
        }
        None
    }

    /// Splits a line by a pattern; `false`, and pairs of no use, when it has other names.
    #[inline(always)]
    fn follow<const FORM: u8>(
        &self,
        pattern: &Pattern,
        bytes: &[u8],
        ends: &[u16],
        pairs: &mut Vec<Pair<K>>,
    ) -> bool {
        let steps = range(&self.steps, pattern.steps);
        let text = Text::of(bytes);
        // What pairs there are from the line before are written over.
        let unwritten = Pair { key: None, name: Span::default(), value: Span::default(), form: Form::Stray };
        pairs.resize(steps.len(), unwritten);
        let mut start = before_first(FORM) as u32;
        let mut agreed = u32::MAX;
        for ((pair, step), end) in pairs.iter_mut().zip(steps).zip(ends) {
            let end = u32::from(*end);
            let here = text.sixteen(start);
            agreed &= here.simd_eq(step.head).to_bitmask() | step.ignored;
            // Of no use but for a pair that begins so, which ends behind its beginning.
            let [name_start, name_end, value_start, value_end] =
                (u32x4::new([start, start, start, end]) + step.spans).to_array();
            let name = Span { start: name_start, end: name_end };
            let value = Span { start: value_start, end: value_end };
            if FORM == COMMAS && !step.is_quoted && !is_trimmed(bytes, end) {
                return false;
            }
            if FORM == OBJECT && !is_value(bytes, value, step.is_quoted) {
                return false;
            }
            *pair = Pair { key: step.key, name, value, form: step.form };
            start = end + 1;
        }
        let tails = range(&self.tails, pattern.tails);
        agreed == u32::MAX && tails.iter().all(|tail| tail.is_in::<FORM>(&text, ends))
    }

    /// Remembers the names of a plain line that was split and whose names end in a place of the tree.
    #[cold]
    pub(super) fn learn<const FORM: u8>(
        &mut self,
        bytes: &[u8],
        ends: &Ends,
        pairs: &[Pair<K>],
        place: Place,
    ) -> Option<()> {
        let mark = Mark::of::<FORM>(bytes, ends)?;
        let free = |slots: &[u8; MAX_ALIKE]| slots.iter().position(|number| *number == 0);
        if free(&self.slots[usize::from(mark.slot())]).is_none() || pairs.len() != ends.ends().len() {
            return None;
        }
        if self.steps.len() + pairs.len() > MAX_STEPS || self.patterns.len() >= MAX_PATTERNS {
            self.forget();
        }
        let (first, first_tail) = (self.steps.len(), self.tails.len());
        let text = Text::of(bytes);
        let is_split = pairs.iter().all(|pair| self.add::<FORM>(&text, pair, first).is_some());
        let values = range(&self.steps, (first as u16, self.steps.len() as u16)).iter();
        let in_quotes = values.filter(|step| step.is_quoted).count() + before_name(FORM) * pairs.len();
        let is_whole = is_split && ends.quotes() as usize == 2 * in_quotes;
        let pattern = Pattern {
            mark,
            steps: (first as u16, self.steps.len() as u16),
            tails: (first_tail as u16, self.tails.len() as u16),
            place,
        };
        let mut again = Vec::new();
        if !is_whole || !self.follow::<FORM>(&pattern, bytes, ends.ends(), &mut again) || again != pairs {
            self.steps.truncate(first);
            self.tails.truncate(first_tail);
            return None;
        }
        self.patterns.push(pattern);
        let slots = &mut self.slots[usize::from(mark.slot())];
        let slot = free(slots).and_then(|free| slots.get_mut(free))?;
        *slot = self.patterns.len() as u8;
        Some(())
    }

    /// Adds the step of a pair; `None` for one that has none.
    fn add<const FORM: u8>(&mut self, text: &Text<'_>, pair: &Pair<K>, first: usize) -> Option<()> {
        if !matches!(pair.form, Form::Bare | Form::Quoted) {
            return None;
        }
        let start = pair.name.start.checked_sub(before_name(FORM) as u32)?;
        let value = pair.value.start.checked_sub(start)?;
        let is_quoted = text.bytes.get(pair.value.start.checked_sub(1)? as usize) == Some(&b'"');
        if value as usize > 2 * WIDTH {
            return None;
        }
        if value as usize > WIDTH {
            let (head, ignored) = head(text, start + WIDTH as u32, value - WIDTH as u32);
            self.tails.push(Tail { step: (self.steps.len() - first) as u16, head, ignored });
        }
        let (head, ignored) = head(text, start, value);
        self.steps.push(Step {
            head,
            ignored,
            spans: u32x4::new([
                before_name(FORM) as u32,
                pair.name.end - start,
                value,
                0_u32.wrapping_sub(u32::from(is_quoted)),
            ]),
            key: pair.key,
            form: pair.form,
            is_quoted,
        });
        Some(())
    }
}

impl Tail {
    // Hardly any name is so long.
    #[inline(never)]
    fn is_in<const FORM: u8>(&self, text: &Text<'_>, ends: &[u16]) -> bool {
        let here = text.sixteen((start_of::<FORM>(ends, usize::from(self.step)) + WIDTH) as u32);
        here.simd_eq(self.head).to_bitmask() | self.ignored == u32::MAX
    }
}

/// A plain line, and its end with zeros behind it, which no name has.
#[derive(Clone, Copy)]
struct Text<'a> {
    bytes: &'a [u8],
    end: [u8; 2 * WIDTH],
}

impl<'a> Text<'a> {
    #[inline(always)]
    fn of(bytes: &'a [u8]) -> Self {
        let mut end = [0; 2 * WIDTH];
        if let (Some(end), Some(last)) = (end.first_chunk_mut::<WIDTH>(), bytes.last_chunk()) {
            *end = *last;
        }
        Text { bytes, end }
    }

    /// Returns the bytes from `from` on.
    #[inline(always)]
    fn sixteen(&self, from: u32) -> u8x16 {
        let from = from as usize;
        let here = match self.bytes.get(from..from + WIDTH) {
            Some(here) => here,
            None => self.end.get((from + WIDTH).wrapping_sub(self.bytes.len())..).unwrap_or_default(),
        };
        u8x16::new(here.first_chunk().copied().unwrap_or_default())
    }
}

/// Tells whether a bare value that has commas around it ends without a blank, which would not be its own.
#[inline(always)]
fn is_trimmed(bytes: &[u8], end: u32) -> bool {
    bytes.get(..end as usize).and_then(<[u8]>::last).is_none_or(|byte| *byte > b' ')
}

/// Tells whether a value of an object is a string that ends with its quote, or digits that are a number's.
#[inline(always)]
fn is_value(bytes: &[u8], Span { start, end }: Span, is_quoted: bool) -> bool {
    if is_quoted {
        return bytes.get(end as usize) == Some(&b'"');
    }
    match end.wrapping_sub(start) {
        1 => true,
        2..=MAX_DIGITS => bytes.get(start as usize) != Some(&b'0'),
        _ => false,
    }
}

/// Returns sixteen bytes, and the bits of those behind the first `counted`.
fn head(text: &Text<'_>, from: u32, counted: u32) -> (u8x16, u32) {
    (text.sixteen(from), u32::MAX << counted.min(WIDTH as u32))
}

#[inline(always)]
fn range<T>(all: &[T], (start, end): (u16, u16)) -> &[T] {
    all.get(usize::from(start)..usize::from(end)).unwrap_or_default()
}
