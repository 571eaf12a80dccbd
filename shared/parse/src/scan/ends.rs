//! Where the pairs of a plain line end, all found at once: at the separators that stand outside quotes.
//!
//! ```text
//! type="traffic" srcip=10.1.12.34 srccountry="United States" sessionid=5000001
//!               |                |                          |                 |
//! ```
//!
//! Which bytes are inside quotes is one bit a byte, each the parity of the quotes before it, and that takes a few shifts
//! for 64 bytes. A line is plain when that is all there is to it: no backslash, no control byte, and every closing quote
//! directly in front of a separator or of the line's end. Of other lines nothing is said here.
//!
//! An object of JSON, given without its closing brace, is plain when it has no backslash and no control byte, and outside
//! the strings nothing but digits, commas, and one byte of any kind behind each string.

use wide::u8x16;

use super::kv::MAX_FIELDS;
use super::marks::BLOCK_BYTES;

/// Longest text that is looked at, in bytes: quotes are counted sixteen bytes at a time, in bytes that hold 255. Longer
/// ones are rare, and only lose the short cut.
const MAX_BYTES: usize = 63 * BLOCK_BYTES;

/// The forms that lines are split in: with blanks between the pairs, with commas, and objects of JSON.
pub(super) const BLANKS: u8 = b' ';
pub(super) const COMMAS: u8 = b',';
pub(super) const OBJECT: u8 = b'{';

const fn separator(form: u8) -> u8 {
    if form == BLANKS { b' ' } else { b',' }
}

/// The ends of a line's pairs; reused memory.
#[derive(Debug)]
pub(super) struct Ends {
    ends: [u16; MAX_FIELDS],
    count: usize,
    quotes: u32,
}

impl Default for Ends {
    fn default() -> Self {
        Ends { ends: [0; MAX_FIELDS], count: 0, quotes: 0 }
    }
}

/// The places of bytes in a block.
#[derive(Clone, Copy, Default)]
struct Found {
    quotes: u64,
    separators: u64,
    digits: u64,
}

/// What is carried from one block to the next.
#[derive(Default)]
struct Before {
    /// All bits when it ended inside quotes.
    inside: u64,
    /// One when its last byte was a closing quote.
    closing: u64,
    /// Bits where something stood that a plain line does not have.
    odd: u64,
    /// How many ends there were.
    count: usize,
}

impl Ends {
    /// Finds the ends of the pairs of a text; they replace those found before. Tells whether the text is plain.
    #[inline(always)]
    pub(super) fn find<const FORM: u8>(&mut self, text: &[u8]) -> bool {
        self.count = 0;
        if !(BLOCK_BYTES..=MAX_BYTES).contains(&text.len()) {
            return false;
        }
        let (mut lowest, mut backslashes) = (u8x16::splat(u8::MAX), u8x16::ZERO);
        let mut quotes = u8x16::ZERO;
        let mut find = |block: &[u8; BLOCK_BYTES], counted: u8x16| {
            let (quarters, _) = block.as_chunks::<16>();
            let mut found = Found::default();
            for (number, quarter) in quarters.iter().enumerate() {
                let bytes = u8x16::new(*quarter);
                lowest = lowest.min(bytes);
                backslashes |= bytes.simd_eq(u8x16::splat(b'\\'));
                let marked = bytes.simd_eq(u8x16::splat(b'"'));
                // All bits are minus one.
                quotes -= marked & counted;
                let bits = |marked: u8x16| u64::from(marked.to_bitmask()) << (16 * number);
                found.quotes |= bits(marked);
                found.separators |= bits(bytes.simd_eq(u8x16::splat(separator(FORM))));
                if FORM == OBJECT {
                    let from_zero = bytes - u8x16::splat(b'0');
                    found.digits |= bits(from_zero.min(u8x16::splat(9)).simd_eq(from_zero));
                }
            }
            found
        };
        // In front of the first name of an object stands what is neither a quote nor a digit.
        let mut before = Before { closing: u64::from(FORM == OBJECT), ..Before::default() };
        let (blocks, rest) = text.as_chunks::<BLOCK_BYTES>();
        let mut base = 0;
        for block in blocks {
            let found = find(block, u8x16::MAX);
            self.take::<FORM>(&mut before, base, found);
            base += BLOCK_BYTES as u16;
        }
        let mut quotes_of_rest = 0;
        if !rest.is_empty()
            && let Some(block) = text.last_chunk()
        {
            // The last block begins in the one before, which costs less than to copy what is left.
            let beyond = BLOCK_BYTES - rest.len();
            let found = find(block, u8x16::ZERO);
            quotes_of_rest = (found.quotes >> beyond).count_ones();
            // The end of the text is one of a pair, too.
            let separators = found.separators >> beyond | 1 << rest.len();
            let digits = found.digits >> beyond | u64::MAX << rest.len();
            self.take::<FORM>(
                &mut before,
                base,
                Found { quotes: found.quotes >> beyond, separators, digits },
            );
        } else if let Some(end) = self.ends.get_mut(before.count) {
            *end = base;
            before.count += 1;
        }
        self.count = before.count;
        self.quotes = quotes_of_rest + quotes.to_array().iter().map(|count| u32::from(*count)).sum::<u32>();
        let controls = lowest.min(u8x16::splat(b' ' - 1)).simd_eq(lowest);
        before.odd == 0
            && before.inside == 0
            && (backslashes | controls).to_bitmask() == 0
            && self.count < MAX_FIELDS
    }

    /// Takes the separators of a block that stand outside quotes.
    #[inline(always)]
    fn take<const FORM: u8>(&mut self, before: &mut Before, base: u16, found: Found) {
        let Before { inside: was_inside, closing: was_closing, odd, count } = before;
        let mut inside = found.quotes;
        for distance in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << distance;
        }
        inside ^= *was_inside;
        *was_inside = ((inside as i64) >> 63) as u64;
        let mut ends = found.separators & !inside;
        let closing = found.quotes & !inside;
        let behind_closing = closing << 1 | *was_closing;
        *was_closing = closing >> 63;
        *odd |= if FORM == OBJECT {
            !(inside | found.quotes | ends | behind_closing | found.digits)
        } else {
            behind_closing & !ends
        };
        while ends != 0 {
            if let Some(end) = self.ends.get_mut(*count) {
                *end = base + ends.trailing_zeros() as u16;
            }
            *count += 1;
            ends &= ends - 1;
        }
    }

    /// Returns the ends, in their order, the text's own the last one.
    #[inline(always)]
    pub(super) fn ends(&self) -> &[u16] {
        self.ends.get(..self.count).unwrap_or_default()
    }

    /// Returns how many quotes the text has.
    #[inline(always)]
    pub(super) fn quotes(&self) -> u32 {
        self.quotes
    }
}
