//! What the hours of 28 days showed of one device or host.

use std::collections::{BTreeMap, VecDeque};

use hinomi_model::{Measure, Unusual};

use super::count::Counts;
use super::{DAY_HOURS, MEMORY_DAYS};

/// What was learned.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// The first hour in which it was seen at all.
    pub(super) since: Option<i64>,
    /// Hours in which something was seen, in their order.
    pub(super) past: VecDeque<(i64, Counts)>,
    /// When which kind was last told.
    pub(super) told: BTreeMap<Unusual, i64>,
}

/// What is usual of a measure in some hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usual {
    /// The median.
    pub(super) median: u64,
    /// The median absolute deviation.
    pub(super) deviation: u64,
}

impl Usual {
    /// Returns the median and the median absolute deviation; of an even number of values the lower ones.
    pub(super) fn of(mut values: Vec<u64>) -> Usual {
        let middle = |values: &mut Vec<u64>| {
            let place = values.len().checked_sub(1)? / 2;
            Some(*values.select_nth_unstable(place).1)
        };
        let median = middle(&mut values).unwrap_or(0);
        let mut distances = values.iter().map(|value| value.abs_diff(median)).collect();
        Usual { median, deviation: middle(&mut distances).unwrap_or(0) }
    }
}

impl Learned {
    /// Adds what an hour showed.
    pub(super) fn add(&mut self, hour: i64, counts: Counts) {
        match self.past.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(place) => {
                if let Some((_, own)) = self.past.get_mut(place) {
                    own.join(counts);
                }
            }
            Err(place) => self.past.insert(place, (hour, counts)),
        }
        self.since = Some(self.since.map_or(hour, |since| since.min(hour)));
        let newest = self.past.back().map_or(hour, |(hour, _)| *hour);
        self.remembers(newest);
    }

    /// Forgets what is older than what is compared with in an hour. `false` when nothing is left.
    pub(super) fn remembers(&mut self, now: i64) -> bool {
        let is_old = |oldest: i64| now.saturating_sub(oldest) > MEMORY_DAYS * DAY_HOURS;
        while self.past.front().is_some_and(|(oldest, _)| is_old(*oldest)) {
            self.past.pop_front();
        }
        !self.past.is_empty()
    }

    /// Returns in how many hours it was seen.
    pub(super) fn hours(&self) -> usize {
        self.past.len()
    }

    /// Tells whether each hour is there once, and in its place.
    pub(super) fn is_in_order(&self) -> bool {
        self.past.iter().is_sorted_by(|(one, _), (next, _)| one < next)
    }

    /// Tells whether it was known in an hour.
    pub(super) fn was_known(&self, hour: i64) -> bool {
        self.since.is_some_and(|since| since <= hour)
    }

    /// Tells whether anything was seen in an hour.
    pub(super) fn was_seen(&self, hour: i64) -> bool {
        self.past.binary_search_by_key(&hour, |(hour, _)| *hour).is_ok()
    }

    /// Returns what was seen in an hour.
    pub(super) fn seen(&self, hour: i64, measure: Measure) -> u64 {
        let place = self.past.binary_search_by_key(&hour, |(hour, _)| *hour).ok();
        place.and_then(|place| self.past.get(place)).map_or(0, |(_, counts)| counts.of(measure))
    }

    /// Returns what was seen in the hours from one to before another.
    pub(super) fn sum(&self, from: i64, until: i64, measure: Measure) -> u64 {
        let start = self.past.partition_point(|(hour, _)| *hour < from);
        let hours = self.past.range(start..).take_while(|(hour, _)| *hour < until);
        hours.fold(0_u64, |sum, (_, counts)| sum.saturating_add(counts.of(measure)))
    }

    /// Takes note that a kind is told. `false` when it was within a day; a trend within a week.
    pub(super) fn tell(&mut self, unusual: Unusual, hour: i64) -> bool {
        let pause = if unusual == Unusual::SlowTrend { 7 * DAY_HOURS } else { DAY_HOURS };
        if self.told.get(&unusual).is_some_and(|told| (0..pause).contains(&hour.saturating_sub(*told))) {
            return false;
        }
        self.told.insert(unusual, hour);
        true
    }
}
