//! The reorder window: lines of one minute of event time are gathered until every file is 15 minutes beyond it.
//!
//! Devices write a session's lines when they like, relays deliver late, and several files never run in step. What is
//! gathered is judged minute by minute, in order. A line that comes later still is judged at once, out of order;
//! findings join in any order, so only a notice may come later or say less than it could have.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Seconds};

/// How long a minute waits for its late lines.
pub(crate) const WINDOW: Seconds = 15 * 60;

/// Minutes held at once at most: those of a device whose clock is a zone ahead of the others' (14 hours at most), and
/// room for strays. More come only from times that jump about, which no window can put into order; then the oldest is
/// given out early.
const MAX_MINUTES: usize = 16 * 60;

/// What the lines of each minute left behind, until the minute is over for all files.
#[derive(Debug)]
pub(crate) struct Window<T> {
    minutes: BTreeMap<i64, T>,
    /// The first minute that is not given out yet.
    next: Option<i64>,
    late: u64,
}

impl<T> Window<T> {
    /// Makes an empty window.
    pub(crate) fn new() -> Self {
        Window { minutes: BTreeMap::new(), next: None, late: 0 }
    }

    /// Returns what gathers the lines of an instant's minute; `make` makes it when the minute is new.
    pub(crate) fn at(&mut self, time: EventTime, make: impl FnOnce() -> T) -> &mut T {
        let minute = time.minute();
        if self.next.is_some_and(|next| minute < next) {
            self.late += 1;
        }
        self.minutes.entry(minute).or_insert_with(make)
    }

    /// Takes the oldest minute that need not wait any longer, now that all files have reached an instant; with the
    /// instant at which the minute ended.
    pub(crate) fn take_ripe(&mut self, reached: EventTime) -> Option<(EventTime, T)> {
        let ripe = reached.plus(-WINDOW).minute();
        // Goes back where the input does: an older file that was appended to a newer one is not late.
        self.next = Some(ripe);
        let oldest = *self.minutes.keys().next()?;
        if oldest < ripe { self.take_oldest() } else { None }
    }

    /// Takes the oldest minute although it might have waited, when more are held than there is room for.
    pub(crate) fn take_surplus(&mut self) -> Option<(EventTime, T)> {
        if self.minutes.len() <= MAX_MINUTES { None } else { self.take_oldest() }
    }

    /// Takes the oldest minute, whatever it waits for.
    pub(crate) fn take_oldest(&mut self) -> Option<(EventTime, T)> {
        let (minute, gathered) = self.minutes.pop_first()?;
        self.next = self.next.max(Some(minute + 1));
        Some((EventTime::from_seconds((minute + 1).saturating_mul(60)), gathered))
    }

    /// Tells whether a line came after its minute was given out, and waits for nothing.
    pub(crate) fn holds_late(&self) -> bool {
        self.minutes.keys().next().copied().zip(self.next).is_some_and(|(oldest, next)| oldest < next)
    }

    /// Returns how many lines came after their minute was given out.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> EventTime {
        EventTime::from_seconds(minute * 60 + 5)
    }

    fn ripe(window: &mut Window<Vec<i64>>, reached: i64) -> Vec<Vec<i64>> {
        std::iter::from_fn(|| window.take_ripe(at(reached))).map(|(_, gathered)| gathered).collect()
    }

    #[test]
    fn gives_minutes_out_in_order_once_fifteen_have_passed() {
        let mut window = Window::<Vec<i64>>::new();
        for minute in [101, 100, 103, 101, 100] {
            window.at(at(minute), Default::default).push(minute);
        }
        assert_eq!(ripe(&mut window, 115), [[0; 0]; 0]);
        assert_eq!(ripe(&mut window, 116), [vec![100, 100]]);
        assert_eq!(ripe(&mut window, 118), [vec![101, 101]]);
        assert_eq!(window.late(), 0);
        assert_eq!(window.take_oldest().unwrap(), (EventTime::from_seconds(104 * 60), vec![103]));
        assert!(window.take_oldest().is_none());
    }

    #[test]
    fn a_line_beyond_the_window_is_given_out_at_once_and_counted() {
        let mut window = Window::<Vec<i64>>::new();
        window.at(at(100), Default::default).push(100);
        assert_eq!(ripe(&mut window, 200), [vec![100]]);
        window.at(at(120), Default::default).push(120);
        window.at(at(186), Default::default).push(186);
        assert_eq!(window.late(), 1);
        assert!(window.holds_late());
        assert_eq!(ripe(&mut window, 200), [vec![120]]);
    }

    #[test]
    fn times_that_jump_about_cannot_fill_the_memory() {
        let mut window = Window::<Vec<i64>>::new();
        for minute in 0..10_000 {
            window.at(at(minute * 7919 % 10_007), Default::default).push(minute);
            while window.take_surplus().is_some() {}
            assert!(window.minutes.len() <= MAX_MINUTES);
        }
    }

    #[test]
    fn extreme_times_do_no_harm() {
        let mut window = Window::<u8>::new();
        window.at(EventTime::from_nanos(i64::MIN), Default::default);
        window.at(EventTime::MAX, Default::default);
        assert!(window.take_ripe(EventTime::from_nanos(i64::MIN)).is_none());
        assert!(window.take_ripe(EventTime::MAX).is_some());
        assert!(window.take_ripe(EventTime::MAX).is_none());
        assert!(window.take_oldest().is_some());
    }
}
