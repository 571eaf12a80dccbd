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

/// What names stood for in the line before, by their place: for forms in which a name cannot be told before it is found,
/// where this saves looking it up.
#[derive(Debug)]
pub(crate) struct Meanings<K>(Vec<Meaning<K>>);

impl<K> Default for Meanings<K> {
    fn default() -> Self {
        Meanings(Vec::new())
    }
}

#[derive(Clone, Copy, Debug)]
struct Meaning<K> {
    name: [u8; MEANING_BYTES],
    length: usize,
    key: Option<K>,
}

/// Longest name that is remembered; the vendors' longest have 28 bytes.
const MEANING_BYTES: usize = 32;

/// Places that are remembered; a line has at most as many fields.
const MAX_PLACES: usize = super::kv::MAX_FIELDS;

impl<K: Copy> Meanings<K> {
    /// Returns what the name at a place stands for, which is what `known` says.
    #[inline]
    pub(crate) fn of(
        &mut self,
        place: usize,
        name: &[u8],
        known: impl FnOnce(&[u8]) -> Option<K>,
    ) -> Option<K> {
        match self.0.get(place) {
            Some(before) if before.name.get(..before.length) == Some(name) => before.key,
            _ => self.learn(place, name, known(name)),
        }
    }

    #[cold]
    fn learn(&mut self, place: usize, name: &[u8], key: Option<K>) -> Option<K> {
        let mut meaning = Meaning { name: [0; MEANING_BYTES], length: name.len(), key };
        if let Some(copy) = meaning.name.get_mut(..name.len()) {
            copy.copy_from_slice(name);
            if let Some(before) = self.0.get_mut(place) {
                *before = meaning;
            } else if place == self.0.len() && place < MAX_PLACES {
                self.0.push(meaning);
            }
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_is_that_of_the_name_not_of_its_place() {
        let known = |name: &[u8]| name.first().copied().filter(|first| *first != b'x');
        let long = "a-name-of-more-bytes-than-are-remembered";
        let lines: &[&[&str]] =
            &[&["a", "b", long], &["b", "x", "a"], &["", long, "a"], &["a", "b", "c", "d"]];
        let mut meanings = Meanings::default();
        for line in lines.iter().chain(lines) {
            for (place, name) in line.iter().enumerate() {
                assert_eq!(meanings.of(place, name.as_bytes(), known), known(name.as_bytes()), "{name}");
            }
        }
    }
}
