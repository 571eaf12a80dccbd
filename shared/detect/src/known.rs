//! Lines that were judged already: an event that comes again in another batch is not counted again.
//!
//! Within a batch the coalescer tells repeats; a batch that comes again whole makes the same findings with the same
//! ids. What is left is a line that comes again in other company: a relay that delivers late, a device that sends its
//! buffer after some of it had got through. Only lines that showed something are remembered, and those are few.

use rustc_hash::FxHashSet;

/// Lines remembered in each of two generations, some 8 MB when full. Beyond, the older generation is forgotten, and
/// what it held counts again when it comes again.
const MAX_LINES: usize = 1 << 18;

/// Lines that were judged already.
#[derive(Debug, Default)]
pub struct KnownLines {
    recent: FxHashSet<u64>,
    older: FxHashSet<u64>,
    /// Of a batch whose findings are not handed on yet.
    expected: FxHashSet<u64>,
}

impl KnownLines {
    /// Takes note of the lines of a batch that was judged.
    pub fn note(&mut self, lines: &[u64]) {
        for line in lines {
            if self.recent.len() >= MAX_LINES {
                self.older = std::mem::take(&mut self.recent);
            }
            self.recent.insert(*line);
        }
    }

    /// Takes note of the lines of a part of a batch, as long as it is not known whether their findings were handed on:
    /// [`confirm`](Self::confirm) or [`forget`](Self::forget) says so.
    pub fn expect(&mut self, lines: &[u64]) {
        self.expected.extend(lines);
    }

    /// Notes that the findings of all expected lines were handed on.
    pub fn confirm(&mut self) {
        let expected: Vec<u64> = self.expected.drain().collect();
        self.note(&expected);
    }

    /// Forgets the expected lines: their batch comes again, and must then find what it found.
    pub fn forget(&mut self) {
        self.expected.clear();
    }

    /// Tells whether a line was judged already.
    pub(crate) fn holds(&self, line: u128) -> bool {
        let line = short(line);
        self.recent.contains(&line) || self.older.contains(&line) || self.expected.contains(&line)
    }
}

/// Returns the part of a line's identity that it is remembered by.
pub(crate) fn short(line: u128) -> u64 {
    (line >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_are_forgotten_at_the_bound_and_no_others() {
        let mut known = KnownLines::default();
        let line = |number: u64| u128::from(number) << 64;
        let most = MAX_LINES as u64;
        known.note(&(0..2 * most).collect::<Vec<u64>>());
        assert!(known.holds(line(0)) && known.holds(line(2 * most - 1)) && !known.holds(line(2 * most)));
        known.note(&[2 * most]);
        assert!(!known.holds(line(0)) && known.holds(line(most)) && known.holds(line(2 * most)));
    }

    #[test]
    fn expected_lines_are_known_until_they_are_forgotten_and_for_good_once_confirmed() {
        let mut known = KnownLines::default();
        let line = |number: u64| u128::from(number) << 64;
        known.expect(&[1]);
        assert!(known.holds(line(1)));
        known.forget();
        assert!(!known.holds(line(1)));
        known.expect(&[2]);
        known.confirm();
        known.forget();
        assert!(known.holds(line(2)));
    }
}
