//! Where the bytes that matter stand in a text: one bit a byte for each kind of byte, found sixteen bytes at a time.
//!
//! Looking for each delimiter by itself costs a start and an end of a search for each value. Found all at once, before
//! anything is split, the next one is a shift and a count of zeros away.

use wide::u8x16;

/// Bytes whose bits are one word.
pub(crate) const BLOCK_BYTES: usize = 64;

/// The places of `N` kinds of byte in a text.
#[derive(Debug)]
pub(crate) struct Marks<const N: usize>(Vec<[u64; N]>);

impl<const N: usize> Default for Marks<N> {
    fn default() -> Self {
        Marks(Vec::new())
    }
}

impl<const N: usize> Marks<N> {
    /// Finds the bytes of each kind; they replace what was found before. `kinds` marks the bytes of each kind with all
    /// their bits, as comparisons do.
    #[inline(always)]
    pub(crate) fn find(&mut self, text: &[u8], kinds: impl Fn(u8x16) -> [u8x16; N]) {
        self.0.clear();
        self.0.reserve(text.len() / BLOCK_BYTES + 1);
        let (blocks, rest) = text.as_chunks::<BLOCK_BYTES>();
        self.0.extend(blocks.iter().map(|block| words(block, &kinds)));
        if !rest.is_empty() {
            self.0.push(last_words(text, rest, &kinds));
        }
    }

    /// Returns the first byte of a kind at or after `from`.
    #[inline(always)]
    pub(crate) fn next<const KIND: usize>(&self, from: usize) -> Option<usize> {
        self.next_of(KIND, from)
    }

    /// Does what [`next`](Marks::next) does, for a kind that is known only when it is asked.
    #[inline(always)]
    pub(crate) fn next_of(&self, kind: usize, from: usize) -> Option<usize> {
        let mut block = from / BLOCK_BYTES;
        let here = self.0.get(block)?.get(kind)? >> (from % BLOCK_BYTES);
        if here != 0 {
            return Some(from + here.trailing_zeros() as usize);
        }
        loop {
            block += 1;
            let word = self.0.get(block)?.get(kind)?;
            if *word != 0 {
                return Some(block * BLOCK_BYTES + word.trailing_zeros() as usize);
            }
        }
    }
}

/// Returns the places in a block: bit `i` of a kind's word is set when byte `i` is of the kind.
#[inline(always)]
pub(crate) fn words<const N: usize>(
    block: &[u8; BLOCK_BYTES],
    kinds: &impl Fn(u8x16) -> [u8x16; N],
) -> [u64; N] {
    let mut words = [0; N];
    let (quarters, _) = block.as_chunks::<16>();
    for (number, quarter) in quarters.iter().enumerate() {
        for (word, marked) in words.iter_mut().zip(kinds(u8x16::new(*quarter))) {
            *word |= u64::from(marked.to_bitmask()) << (16 * number);
        }
    }
    words
}

/// Tells whether a byte of a kind is in a block.
#[inline(always)]
pub(crate) fn is_in(block: &[u8; BLOCK_BYTES], kind: impl Fn(u8x16) -> u8x16) -> bool {
    let (quarters, _) = block.as_chunks::<16>();
    let marked = quarters.iter().fold(u8x16::ZERO, |marked, quarter| marked | kind(u8x16::new(*quarter)));
    marked.to_bitmask() != 0
}

/// Returns the places in what is left of a text behind its whole blocks, which is not empty.
#[inline(always)]
pub(crate) fn last_words<const N: usize>(
    text: &[u8],
    rest: &[u8],
    kinds: &impl Fn(u8x16) -> [u8x16; N],
) -> [u64; N] {
    let beyond = BLOCK_BYTES.saturating_sub(rest.len());
    match text.last_chunk() {
        // The last block begins in the one before, which costs less than to copy what is left.
        Some(block) => words(block, kinds).map(|word| word >> beyond),
        None => {
            let mut block = [0; BLOCK_BYTES];
            for (to, from) in block.iter_mut().zip(rest) {
                *to = *from;
            }
            // What is not of the text is of no kind.
            words(&block, kinds).map(|word| word & (u64::MAX >> beyond))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_byte_of_a_kind_is_found_and_no_other(
            text in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b','), Just(b'"'), Just(0_u8)], 0..300),
            before in proptest::collection::vec(Just(b','), 0..300),
        ) {
            let kinds = |bytes: u8x16| [bytes.simd_eq(u8x16::splat(b',')), bytes.simd_eq(u8x16::splat(0))];
            let mut marks = Marks::default();
            // What an earlier text left changes nothing.
            marks.find(&before, kinds);
            marks.find(&text, kinds);
            for from in 0..text.len() + 70 {
                let next = |wanted: u8| {
                    let rest = text.get(from..)?;
                    rest.iter().position(|byte| *byte == wanted).map(|at| from + at)
                };
                prop_assert_eq!(marks.next::<0>(from), next(b','));
                prop_assert_eq!(marks.next::<1>(from), next(0));
            }
        }
    }
}
