//! What names a line has, remembered for the next one.
//!
//! A device writes the same names in the same order for hours, and a guess that is checked with two comparisons costs a
//! third of finding and looking up a name: `date=2026-01-20 time=10:15:01 devname="KITA-FW1" ...`. Whether the vendor's
//! tables have a name at all is remembered with it.

/// The names of the line before, in their order.
#[derive(Debug)]
pub(crate) struct Shape<K>(Vec<Guess<K>>);

impl<K> Default for Shape<K> {
    fn default() -> Self {
        Shape(Vec::new())
    }
}

/// A name with its `=`, as one number of [`GUESS_BYTES`] bytes.
#[derive(Clone, Copy, Debug)]
struct Guess<K> {
    name: u128,
    /// The bytes of `name` that count.
    mask: u128,
    length: usize,
    key: Option<K>,
}

const GUESS_BYTES: usize = 16;

impl<K: Copy> Shape<K> {
    /// Returns the end of the name at `from` and what it stands for, when it is the one that stood there before.
    #[inline]
    pub(super) fn guess(&self, index: usize, bytes: &[u8], from: usize) -> Option<(usize, Option<K>)> {
        let guess = self.0.get(index)?;
        let here = u128::from_le_bytes(*bytes.get(from..)?.first_chunk::<GUESS_BYTES>()?);
        (here & guess.mask == guess.name).then_some((from + guess.length, guess.key))
    }

    /// Remembers a name. One that is too long, or too near the end of the line, leaves the guess as it was.
    pub(super) fn learn(&mut self, index: usize, bytes: &[u8], from: usize, end: usize, key: Option<K>) {
        let length = end - from;
        let Some(chunk) = bytes.get(from..).and_then(<[u8]>::first_chunk::<GUESS_BYTES>) else {
            return;
        };
        if length >= GUESS_BYTES || index > self.0.len() {
            return;
        }
        let mask = u128::MAX >> (128 - 8 * (length + 1));
        let guess = Guess { name: u128::from_le_bytes(*chunk) & mask, mask, length, key };
        match self.0.get_mut(index) {
            Some(slot) => *slot = guess,
            None => self.0.push(guess),
        }
    }
}
