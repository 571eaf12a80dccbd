//! Values kept for a while under a key, bounded in number.
//!
//! How long counts from when a value came, not from when it happened: what a device buffered through an outage comes
//! hours late and in any order, and its question and its answer must still meet.

use std::collections::VecDeque;
use std::hash::Hash;

use hinomi_model::EventTime;
use rustc_hash::FxHashMap;

use super::wire::{In, Out, Wire};

/// Something that has a time.
pub(super) trait Timed {
    /// Returns the last time at which it matters as its own.
    fn time(&self) -> EventTime;
}

/// Values by key. When there are too many under a key or in all, those that arrived first are dropped: a late
/// question then finds no fact and stays open, which errs towards telling.
#[derive(Debug)]
pub(super) struct Kept<K, V> {
    values: FxHashMap<K, VecDeque<Arrived<V>>>,
    /// Keys in order of arrival, one entry a value.
    arrivals: VecDeque<K>,
    most: usize,
    most_each: usize,
    /// When the last of those came that were dropped for want of room.
    lost: Option<EventTime>,
}

#[derive(Debug)]
struct Arrived<V> {
    /// The engine's time when it came, or its own where that is later.
    at: EventTime,
    value: V,
}

impl<K: Clone + Eq + Hash, V: Timed> Kept<K, V> {
    pub(super) fn new(most: usize, most_each: usize) -> Self {
        Kept { values: FxHashMap::default(), arrivals: VecDeque::new(), most, most_each, lost: None }
    }

    /// Keeps a value that came when the engine's time was `clock`.
    pub(super) fn push(&mut self, clock: EventTime, key: K, value: V) {
        self.make_room();
        let values = self.values.entry(key.clone()).or_default();
        values.push_back(Arrived { at: clock.max(value.time()), value });
        if values.len() > self.most_each {
            // Its arrival stays listed and later drops a value of the same key early, which only errs the same way.
            values.pop_front();
        }
        self.arrivals.push_back(key);
    }

    pub(super) fn of(&self, key: &K) -> impl Iterator<Item = &V> {
        self.values.get(key).into_iter().flatten().map(|arrived| &arrived.value)
    }

    /// Tells whether something under a key that came at an instant or later may have been dropped for want of room.
    pub(super) fn may_have_lost(&self, key: &K, from: EventTime) -> bool {
        let is_full = |values: &&VecDeque<Arrived<V>>| values.len() >= self.most_each;
        let own = self.values.get(key).filter(is_full).and_then(VecDeque::front).map(|first| first.at);
        self.lost.max(own).is_some_and(|lost| lost >= from)
    }

    /// Drops what came before an instant.
    pub(super) fn sweep(&mut self, before: EventTime) {
        self.values.retain(|_, values| {
            values.retain(|arrived| arrived.at >= before);
            !values.is_empty()
        });
        // The order of arrival is rebuilt only when most of it is of values long gone.
        let kept: usize = self.values.values().map(VecDeque::len).sum();
        if self.arrivals.len() > kept.saturating_mul(2) {
            let mut left: FxHashMap<K, usize> =
                self.values.iter().map(|(k, values)| (k.clone(), values.len())).collect();
            let mut order: Vec<K> = Vec::with_capacity(kept);
            for key in self.arrivals.drain(..).rev() {
                if let Some(count) = left.get_mut(&key).filter(|count| **count > 0) {
                    *count -= 1;
                    order.push(key);
                }
            }
            self.arrivals = order.into_iter().rev().collect();
        }
    }

    /// Drops the half that arrived first.
    pub(super) fn shed(&mut self) {
        let most = std::mem::replace(&mut self.most, self.arrivals.len() / 2);
        self.make_room();
        self.most = most;
    }

    fn make_room(&mut self) {
        while self.arrivals.len() >= self.most.max(1) {
            let Some(oldest) = self.arrivals.pop_front() else { break };
            let emptied = self.values.get_mut(&oldest).is_some_and(|values| {
                self.lost = self.lost.max(values.pop_front().map(|dropped| dropped.at));
                values.is_empty()
            });
            if emptied {
                self.values.remove(&oldest);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.values.values().map(VecDeque::len).sum()
    }
}

impl<K: Wire + Clone + Eq + Hash, V: Wire> Kept<K, V> {
    /// Writes what is kept.
    pub(super) fn put(&self, out: &mut Out) {
        self.values.put(out);
        self.arrivals.put(out);
    }

    /// Fills an empty one with what was kept.
    pub(super) fn filled(mut self, input: &mut In<'_>) -> Option<Self> {
        self.values = Wire::get(input)?;
        self.arrivals = Wire::get(input)?;
        // What is full has dropped something, nothing of which came behind the first that is left.
        let first = || self.arrivals.iter().find_map(|key| self.values.get(key)?.front());
        self.lost = if self.arrivals.len() >= self.most { first().map(|first| first.at) } else { None };
        Some(self)
    }
}

impl<V: Wire> Wire for Arrived<V> {
    fn put(&self, out: &mut Out) {
        self.at.put(out);
        self.value.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Some(Arrived { at: Wire::get(input)?, value: Wire::get(input)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Timed for EventTime {
        fn time(&self) -> EventTime {
            *self
        }
    }

    #[test]
    fn oldest_arrivals_go_first_at_the_bound() {
        let mut kept = Kept::new(3, 2);
        for (key, second) in [("a", 1), ("b", 2), ("b", 3), ("c", 4)] {
            kept.push(EventTime::EPOCH, key, EventTime::from_seconds(second));
        }
        assert_eq!(kept.len(), 3);
        assert_eq!(kept.of(&"a").count(), 0);
        kept.push(EventTime::EPOCH, "b", EventTime::from_seconds(5));
        assert!(kept.of(&"b").count() <= 2);
    }

    #[test]
    fn what_may_have_been_dropped_for_want_of_room_is_known() {
        let at = EventTime::from_seconds;
        let mut kept = Kept::<u64, EventTime>::new(4, 2);
        for (key, second) in [(1, 1), (2, 2), (3, 3), (3, 4)] {
            kept.push(EventTime::EPOCH, key, at(second));
        }
        assert!(!kept.may_have_lost(&1, at(0)), "there was room");
        assert!(kept.may_have_lost(&3, at(3)), "a third one would have driven out the first");
        kept.push(EventTime::EPOCH, 4, at(5));
        assert!(kept.may_have_lost(&2, at(1)) && !kept.may_have_lost(&2, at(2)));
        let mut out = Out::default();
        kept.put(&mut out);
        let bytes = out.finish(0);
        let again = Kept::<u64, EventTime>::new(4, 2).filled(&mut In::new(&bytes, 0).unwrap()).unwrap();
        assert!(again.may_have_lost(&2, at(2)), "it is full");
        kept.sweep(at(9));
        assert!(kept.may_have_lost(&2, at(1)), "that it was dropped stays true");
    }

    #[test]
    fn sweeping_drops_what_is_too_old() {
        let mut kept = Kept::new(10, 10);
        for second in 1..=6 {
            kept.push(EventTime::EPOCH, "a", EventTime::from_seconds(second));
        }
        kept.sweep(EventTime::from_seconds(5));
        assert_eq!(kept.of(&"a").count(), 2);
        assert_eq!(kept.arrivals.len(), 2);
    }

    #[test]
    fn what_comes_late_is_kept_as_long_as_what_comes_in_time() {
        let mut kept = Kept::new(10, 10);
        kept.push(EventTime::from_seconds(900), "a", EventTime::from_seconds(1));
        kept.sweep(EventTime::from_seconds(900));
        assert_eq!(kept.of(&"a").count(), 1);
        kept.sweep(EventTime::from_seconds(901));
        assert_eq!(kept.of(&"a").count(), 0);
    }
}
