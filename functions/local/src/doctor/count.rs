//! Counters that stay small whatever the lines hold.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::Hasher;
use std::net::IpAddr;

use hinomi_parse::MAX_LINE_BYTES;

/// Names kept apart: a report shows a handful. Names that come later are counted together.
const MAX_NAMES: usize = 256;
/// Longest name kept, in characters: names come from lines.
const MAX_NAME_CHARS: usize = 64;
/// Addresses kept apart. What comes later is counted together, so a share of one of them is never overstated.
const MAX_ADDRESSES: usize = 4096;
/// Lines remembered to see that one comes again: some minutes of a busy device. Repeats that lie further apart are
/// not seen.
const MAX_REMEMBERED: usize = 200_000;

/// Counts by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    counts: BTreeMap<String, u64>,
    all: u64,
}

impl Names {
    pub(crate) fn add(&mut self, name: &str) {
        self.all += 1;
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
        } else if self.counts.len() < MAX_NAMES {
            self.counts.insert(name.chars().take(MAX_NAME_CHARS).collect(), 1);
        }
    }

    /// Returns how often anything was added.
    pub(crate) fn all(&self) -> u64 {
        self.all
    }

    /// Returns the names, the most frequent first, each with its count.
    pub(crate) fn ranked(&self) -> Vec<(&str, u64)> {
        let mut ranked: Vec<(&str, u64)> =
            self.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        // The names' own order where counts are equal: the sort is stable.
        ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ranked
    }
}

/// Counts by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    counts: BTreeMap<IpAddr, u64>,
    all: u64,
}

impl Addresses {
    pub(crate) fn add(&mut self, address: IpAddr) {
        self.all += 1;
        if let Some(count) = self.counts.get_mut(&address) {
            *count += 1;
        } else if self.counts.len() < MAX_ADDRESSES {
            self.counts.insert(address, 1);
        }
    }

    /// Returns how often anything was added.
    pub(crate) fn all(&self) -> u64 {
        self.all
    }

    /// Returns how many addresses there are, at least.
    pub(crate) fn distinct(&self) -> u64 {
        self.counts.len() as u64
    }

    /// Returns the most frequent one and its count.
    pub(crate) fn busiest(&self) -> Option<(IpAddr, u64)> {
        self.counts.iter().max_by_key(|(_, count)| **count).map(|(address, count)| (*address, *count))
    }
}

/// Counts lines by their length, and those of them that look cut off.
#[derive(Clone, Debug)]
pub(crate) struct Lengths {
    all: Vec<u32>,
    torn: Vec<u32>,
}

impl Default for Lengths {
    fn default() -> Self {
        Lengths { all: vec![0; MAX_LINE_BYTES + 1], torn: vec![0; MAX_LINE_BYTES + 1] }
    }
}

impl Lengths {
    pub(crate) fn add(&mut self, bytes: usize, is_torn: bool) {
        let count = |counts: &mut Vec<u32>| {
            if let Some(count) = counts.get_mut(bytes) {
                *count = count.saturating_add(1);
            }
        };
        count(&mut self.all);
        if is_torn {
            count(&mut self.torn);
        }
    }

    /// Returns the greatest length, how many lines have it, how many of these are torn, and how many lines are up to
    /// `near` bytes shorter.
    pub(crate) fn longest(&self, near: usize) -> Option<(usize, u64, u64, u64)> {
        let longest = self.all.iter().rposition(|count| *count > 0)?;
        let at = |counts: &[u32]| counts.get(longest).copied().map_or(0, u64::from);
        let below = self.all.get(longest.saturating_sub(near)..longest).unwrap_or_default();
        let below = below.iter().map(|count| u64::from(*count)).sum();
        Some((longest, at(&self.all), at(&self.torn), below))
    }
}

/// Remembers lines by a fingerprint, to see that one comes again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Tells whether the line was seen lately, and remembers it.
    pub(crate) fn is_repeated(&mut self, line: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        hasher.write(line);
        let fingerprint = hasher.finish();
        if !self.known.insert(fingerprint) {
            return true;
        }
        self.order.push_back(fingerprint);
        if self.order.len() > MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_bound_are_counted_and_not_kept() {
        let mut names = Names::default();
        for index in 0..2 * MAX_NAMES {
            names.add(&format!("n{index}"));
        }
        names.add("n0");
        assert_eq!((names.ranked().len(), names.all()), (MAX_NAMES, 2 * MAX_NAMES as u64 + 1));
        assert_eq!(names.ranked().first(), Some(&("n0", 2)));
    }

    #[test]
    fn repeats_are_seen_within_the_memory_and_forgotten_beyond_it() {
        let mut recent = Recent::default();
        assert!(!recent.is_repeated(b"a") && recent.is_repeated(b"a") && !recent.is_repeated(b"b"));
        for index in 0..MAX_REMEMBERED {
            recent.is_repeated(&index.to_le_bytes());
        }
        assert!(!recent.is_repeated(b"a"));
        assert!(recent.known.len() <= MAX_REMEMBERED + 1);
    }

    #[test]
    fn the_longest_lines_are_told_with_their_neighbours() {
        let mut lengths = Lengths::default();
        for (bytes, is_torn) in [(10, false), (99, false), (100, true), (100, false), (80, false)] {
            lengths.add(bytes, is_torn);
        }
        lengths.add(usize::MAX, true);
        assert_eq!(lengths.longest(5), Some((100, 2, 1, 1)));
        assert_eq!(Lengths::default().longest(5), None);
    }
}
