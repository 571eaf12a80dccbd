//! Values that repeat, each kept once.
//!
//! A value that hostile input makes collide with many others is kept twice rather than searched for long: nothing but
//! size depends on each value being there once.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Places looked at for a value, so that values made to collide cost no more than others.
const MAX_PROBES: usize = 16;
/// Places of an empty dictionary.
const FIRST_PLACES: usize = 16;
const FREE: u32 = u32::MAX;

/// Where values are found again by their hash.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Numbers of values; a power of two of them, half of them free.
    places: Vec<u32>,
    /// The hash of each value.
    hashes: Vec<u32>,
}

impl Places {
    /// Returns the number of a value that is there already.
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(usize) -> bool) -> Option<u32> {
        for probe in 0..MAX_PROBES {
            let number = *self.places.get(self.place(hash, probe))?;
            if number == FREE {
                return None;
            }
            if self.hashes.get(number as usize) == Some(&hash) && is_it(number as usize) {
                return Some(number);
            }
        }
        None
    }

    /// Notes a new value and returns its number.
    pub(crate) fn add(&mut self, hash: u32) -> u32 {
        if self.places.len() <= self.hashes.len() * 2 {
            self.grow();
        }
        let number = self.hashes.len() as u32;
        self.hashes.push(hash);
        self.put(hash, number);
        number
    }

    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(FIRST_PLACES);
        self.places.clear();
        self.places.resize(places, FREE);
        for number in 0..self.hashes.len() {
            if let Some(hash) = self.hashes.get(number).copied() {
                self.put(hash, number as u32);
            }
        }
    }

    fn put(&mut self, hash: u32, number: u32) {
        for probe in 0..MAX_PROBES {
            let place = self.place(hash, probe);
            if let Some(free) = self.places.get_mut(place).filter(|place| **place == FREE) {
                *free = number;
                return;
            }
        }
    }

    fn place(&self, hash: u32, probe: usize) -> usize {
        (hash as usize + probe) & self.places.len().wrapping_sub(1)
    }
}

/// Returns the hash of bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    fold(hasher.finish())
}

/// Returns the hash of a number.
pub(crate) fn hash_of_number(number: i64) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write_i64(number);
    fold(hasher.finish())
}

/// The lower bits of a product are its weakest.
fn fold(hash: u64) -> u32 {
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_again_as_the_dictionary_grows() {
        let mut places = Places::default();
        for number in 0..5_000_i64 {
            let hash = hash_of_number(number);
            assert_eq!(places.find(hash, |known| known as i64 == number), None);
            assert_eq!(places.add(hash), number as u32);
        }
        let found = (0..5_000_i64).filter(|number| {
            places.find(hash_of_number(*number), |known| known as i64 == *number) == Some(*number as u32)
        });
        // One that found no place is kept again; it is not lost, and it is rare.
        assert!(found.count() > 4_990);
    }

    #[test]
    fn values_that_collide_cost_no_more_than_others() {
        let mut places = Places::default();
        for _ in 0..10_000 {
            assert!(places.find(7, |_| false).is_none());
            places.add(7);
        }
        assert_eq!(places.hashes.len(), 10_000);
    }
}
