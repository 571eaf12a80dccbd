//! Is a device's clock wrong?
//!
//! Why: everything that several records prove together rests on their times. A wrong clock moves a host's story to
//! another day, and the receive time stands in only where the device's cannot be true.
//!
//! One line later than it was received is enough, and so is a clock that was never set. Being behind is not: lines
//! held back through an outage look the same. They differ over time: what is held back arrives in a burst and catches
//! up, a clock that is behind stays behind by the same time. So readings of [`CONSTANT_MINUTES`] different minutes
//! over ten minutes or more must agree within [`CONSTANT_SPREAD`]. A minute that is right in all its lines says that the
//! clock is right again; whether that holds `turns` decides.
//!
//! Example: `received` 10:15:02, 10:21:40 and 10:29:13 for lines that say 07:15:01, 07:21:40 and 07:29:12.
//!
//! Known weakness: a relay that delays every line by the same time looks like a clock that is behind.

use std::collections::BTreeMap;

use hinomi_model::{ClockReading, ClockTrouble, Locator, Seconds};

use crate::follow::wire::wire;

/// Below this a difference is the way from device to collector, as for the parser's anomaly.
const MAX_SKEW: Seconds = 300;
/// How far readings of one clock may lie apart: what delivery adds now and then.
const CONSTANT_SPREAD: Seconds = 120;
/// Different minutes that must agree.
const CONSTANT_MINUTES: usize = 3;
/// Over how long they must agree, in minutes.
const CONSTANT_SPAN: i64 = 10;
/// How far back readings are compared, in minutes.
const MEMORY_MINUTES: i64 = 30;

/// What a device's clock showed in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    least: Seconds,
    most: Seconds,
    trouble: Option<ClockTrouble>,
    /// The line that shows it, where it shows something.
    pub(super) line: Option<Locator>,
}

/// The readings of a device's clock in the last minutes.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    minutes: BTreeMap<i64, (Seconds, Seconds)>,
}

wire! {
    Shown { least, most, trouble, line }
    Clock { minutes }
}

/// How a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Wrong, by about so many seconds where anybody knows.
    Wrong { by: Option<u64> },
    /// Right.
    Right,
}

/// Tells whether somebody may want to see the line of a reading.
pub(super) fn is_odd(reading: &ClockReading) -> bool {
    reading.trouble.is_some() || reading.most < -MAX_SKEW
}

impl Shown {
    pub(super) fn new(reading: &ClockReading, line: Option<Locator>) -> Self {
        let ClockReading { least, most, trouble, .. } = *reading;
        Shown { least, most, trouble, line }
    }

    /// Joins what other lines of the same minute showed. Which line is named does not depend on their order.
    pub(super) fn join(&mut self, other: Shown) {
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        let rank = |shown: &Shown| {
            (shown.trouble.is_none(), shown.trouble, shown.line.is_none(), shown.line.clone())
        };
        if rank(&other) < rank(self) {
            (self.trouble, self.line) = (other.trouble, other.line);
        }
    }
}

impl Clock {
    /// Takes a minute's reading, and says how the clock is; `None` while nobody can say.
    pub(super) fn read(&mut self, minute: i64, shown: &Shown) -> Option<Verdict> {
        let (least, most) = self.minutes.entry(minute).or_insert((shown.least, shown.most));
        (*least, *most) = ((*least).min(shown.least), (*most).max(shown.most));
        let newest = self.minutes.keys().next_back().copied().unwrap_or(minute);
        self.minutes.retain(|minute, _| newest.saturating_sub(*minute) <= MEMORY_MINUTES);
        match shown.trouble {
            // Nobody said when it was, so nobody knows by how much it is wrong.
            Some(ClockTrouble::Unset | ClockTrouble::NoZone) => return Some(Verdict::Wrong { by: None }),
            Some(ClockTrouble::Ahead) => return Some(wrong(shown.most)),
            Some(ClockTrouble::Behind) => return Some(wrong(shown.least)),
            None => {}
        }
        let from = minute.saturating_sub(MEMORY_MINUTES);
        if let Some(behind) = behind(self.minutes.range(from..=minute)) {
            return Some(wrong(behind));
        }
        let is_right = (-MAX_SKEW..=MAX_SKEW).contains(&shown.least) && shown.most <= MAX_SKEW;
        is_right.then_some(Verdict::Right)
    }
}

fn wrong(by: Seconds) -> Verdict {
    Verdict::Wrong { by: Some(by.unsigned_abs()) }
}

/// Returns by how much readings agree that a clock is behind.
fn behind<'r>(readings: impl Iterator<Item = (&'r i64, &'r (Seconds, Seconds))>) -> Option<Seconds> {
    let mut minutes = Vec::new();
    let (mut lowest, mut highest) = (Seconds::MAX, Seconds::MIN);
    for (minute, (least, most)) in readings {
        minutes.push(*minute);
        lowest = lowest.min(*least);
        highest = highest.max(*most);
    }
    let (first, last) = (minutes.first()?, minutes.last()?);
    let agree = minutes.len() >= CONSTANT_MINUTES
        && last.saturating_sub(*first) >= CONSTANT_SPAN
        && highest < -MAX_SKEW
        && highest.saturating_sub(lowest) <= CONSTANT_SPREAD;
    agree.then_some(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_768_910_400 / 60;

    /// Feeds readings (minute, least, most, trouble), and returns what was found by minute.
    fn found(readings: &[(i64, Seconds, Seconds, Option<ClockTrouble>)]) -> Vec<(i64, Option<u64>)> {
        let mut clock = Clock::default();
        let mut all = Vec::new();
        for (minute, least, most, trouble) in readings {
            let shown = Shown { least: *least, most: *most, trouble: *trouble, line: None };
            if let Some(Verdict::Wrong { by }) = clock.read(NOON + minute, &shown) {
                all.push((*minute, by));
            }
        }
        all
    }

    #[test]
    fn a_clock_that_stays_behind_by_the_same_time_is_wrong() {
        let hours = -3 * 3_600;
        let readings =
            [(0, hours - 2, hours), (6, hours - 40, hours - 1), (13, hours - 3, hours), (14, hours, hours)];
        let readings = readings.map(|(minute, least, most)| (minute, least, most, None));
        assert_eq!(found(&readings), [(13, Some(10_800)), (14, Some(10_800))]);
    }

    #[test]
    fn lines_held_back_through_an_outage_are_not_a_wrong_clock() {
        // Three hours of lines in one burst, then three that trickle in faster than they were written.
        assert_eq!(found(&[(0, -10_800, -20, None), (1, -9_000, -10, None), (12, -2, 0, None)]), []);
        let catching_up: Vec<_> = (0..30).map(|m| (m, -10_800 + m * 300, -10_790 + m * 300, None)).collect();
        assert_eq!(found(&catching_up), []);
    }

    #[test]
    fn too_few_minutes_and_small_differences_say_nothing() {
        assert_eq!(found(&[(0, -7_200, -7_200, None), (12, -7_200, -7_200, None)]), []);
        let close = [0, 1, 2].map(|minute| (minute, -7_200, -7_200, None));
        assert_eq!(found(&close), []);
        let small: Vec<_> = (0..30).map(|m| (m, -299, -290, None)).collect();
        assert_eq!(found(&small), []);
        let apart: Vec<_> = (0..4).map(|m| (m * 40, -7_200, -7_200, None)).collect();
        assert_eq!(found(&apart), []);
    }

    #[test]
    fn what_cannot_be_is_said_at_once_and_by_how_much() {
        let ahead = Some(ClockTrouble::Ahead);
        let unset = Some(ClockTrouble::Unset);
        let readings = [(0, 0, 7_200, ahead), (1, -1, 0, None), (2, 0, 0, unset)];
        assert_eq!(found(&readings), [(0, Some(7_200)), (2, None)]);
        let mut clock = Clock::default();
        let right = Shown { least: -20, most: 1, trouble: None, line: None };
        assert_eq!(clock.read(NOON, &right), Some(Verdict::Right));
        let held_back = Shown { least: -4_000, most: 1, trouble: None, line: None };
        assert_eq!(clock.read(NOON + 1, &held_back), None);
    }

    #[test]
    fn any_times_end_and_are_bounded() {
        let mut clock = Clock::default();
        for (n, minute) in [i64::MIN, -1, 0, i64::MAX].into_iter().cycle().take(400).enumerate() {
            let least = [i64::MIN, -7_200, 0, i64::MAX][n / 4 % 4];
            let shown = Shown { least, most: i64::MAX, trouble: None, line: None };
            clock.read(minute.saturating_add(n as i64), &shown);
        }
        assert!(clock.minutes.len() <= MEMORY_MINUTES as usize + 1);
    }
}
