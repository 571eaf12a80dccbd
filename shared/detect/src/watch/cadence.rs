//! The learned rhythm of one stream of lines: how often it talks at which hour of a working day and of a day off.
//!
//! Why not a fixed gap: a busy firewall that says nothing for ten minutes is dead, a branch office's at night is asleep.
//! For each hour of both kinds of day the share of minutes with lines and the longest pause are learned. A pause is a
//! silence when it is three things at once: longer than [`Patience::least`], several times as long as the longest that
//! the hour has known, and too unlikely by the shares of the hours that it has lasted through
//! ([`Patience::surprise`], the sum of `-ln(1 - share)` of its minutes).
//!
//! Example: a firewall that writes in 59 of 60 minutes is missed after ten minutes; one that writes every five minutes
//! at night (performance records) after a quarter of an hour; one that never writes on Sundays is not missed until
//! Monday has gone on for a while.
//!
//! Known false positives: the first long holiday; a stream that ends for good because somebody took the function out of
//! use, which is told once.

use crate::follow::wire::{In, Out, Wire, wire};

/// Hours of a working day and of a day off.
const SLOTS: usize = 48;
/// Minutes of an hour's slot after which what was learned counts half: four weeks of daily visits.
const FULL: u16 = 28 * 60;
/// Minutes of a slot from which on it is known.
const KNOWN: u16 = 30;
/// The largest share believed: a stream that never paused may still pause for a minute.
const MOST: f64 = 0.98;
/// How far ahead a silence is looked for, in minutes. A stream that is not missed for so long is missed by nobody.
const HORIZON: i64 = 10 * 24 * 60;
/// Minutes of a week.
const WEEK: i64 = 7 * 24 * 60;
/// Offsets from UTC are multiples of so many minutes, so within such a stretch the local hour stays.
const STRETCH: i64 = 15;

/// What an hour of a kind of day has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    /// Minutes with lines.
    active: u16,
    /// Minutes watched.
    watched: u16,
    /// The longest pause that fell into the hour, in minutes.
    longest: u16,
}

wire! {
    Slot { active, watched, longest }
}

impl Slot {
    fn see(&mut self, active: u16, watched: u16) {
        self.active = self.active.saturating_add(active);
        self.watched = self.watched.saturating_add(watched);
        if self.watched >= FULL {
            self.active /= 2;
            self.watched /= 2;
            self.longest -= self.longest / 4;
        }
    }

    fn share(&self) -> f64 {
        (f64::from(self.active) + 0.5) / (f64::from(self.watched) + 1.0)
    }
}

/// When a pause is a silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Minutes that a stream must have been watched before anything is said.
    pub(super) learn: i64,
    /// Shortest pause that counts, in minutes.
    pub(super) least: i64,
    /// How many times the longest pause known a silence lasts.
    pub(super) times: i64,
    /// How unlikely it must be, in natural units; half of that once the stream has been known for a week.
    pub(super) surprise: f64,
}

/// What is known of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cadence {
    slots: Vec<Slot>,
    since: i64,
    last: i64,
}

impl Cadence {
    /// Starts with the first minute that had lines.
    pub(super) fn new(minute: i64) -> Self {
        Cadence { slots: vec![Slot::default(); SLOTS], since: minute, last: minute }
    }

    /// Returns the last minute with lines.
    pub(super) fn last(&self) -> i64 {
        self.last
    }

    /// Returns for how many minutes the stream has been known.
    pub(super) fn known(&self) -> i64 {
        self.last - self.since
    }

    /// Takes the time up to a minute out of the pause: nobody could have heard the stream.
    pub(super) fn excuse(&mut self, minute: i64) {
        self.last = self.last.max(minute);
    }

    /// Notes a minute with lines; `slot` is the hour of a minute, of 48. A pause that was a silence teaches nothing.
    pub(super) fn hear(&mut self, minute: i64, was_silent: bool, slot: impl Fn(i64) -> usize) {
        if minute <= self.last {
            return;
        }
        if !was_silent {
            self.learn_pause(minute, &slot);
        }
        if let Some(slot) = self.slots.get_mut(slot(minute)) {
            slot.see(1, 1);
        }
        self.last = minute;
    }

    fn learn_pause(&mut self, until: i64, slot: impl Fn(i64) -> usize) {
        let pause = u16::try_from(until - self.last - 1).unwrap_or(u16::MAX);
        if pause == 0 {
            return;
        }
        let start = (self.last + 1).max(until - HORIZON);
        for (from, to) in stretches(start, until) {
            if let Some(slot) = self.slots.get_mut(slot(from)) {
                slot.longest = slot.longest.max(pause);
                slot.see(0, u16::try_from(to - from).unwrap_or(u16::MAX));
            }
        }
    }

    /// Returns the minute in which the stream will be missed if it says nothing more; `None` when it never will.
    pub(super) fn missed_at(&self, patience: &Patience, slot: impl Fn(i64) -> usize) -> Option<i64> {
        if self.known() < patience.learn {
            return None;
        }
        let known = || self.slots.iter().filter(|slot| slot.watched >= KNOWN);
        let least_share = known().map(Slot::share).fold(MOST, f64::min) / 2.0;
        let longest = known().map(|slot| i64::from(slot.longest)).max()?;
        // After a week the longest pauses say enough themselves; before, chance must be ruled out.
        let enough = if self.known() >= WEEK { patience.surprise / 2.0 } else { patience.surprise };
        let mut surprise = 0.0;
        for (from, to) in stretches(self.last + 1, self.last + HORIZON) {
            let slot = self.slots.get(slot(from)).filter(|slot| slot.watched >= KNOWN);
            // Of an hour that was not seen yet only the weakest is believed of what the others show.
            let (share, pause) =
                slot.map_or((least_share, 2 * longest), |slot| (slot.share(), slot.longest.into()));
            let rate = -(1.0 - share.min(MOST)).ln();
            let unlikely = from + ((enough - surprise) / rate).ceil().clamp(0.0, 1e9) as i64;
            let long = self.last + patience.least.max(patience.times * pause);
            let missed = unlikely.max(long).max(from);
            if missed < to {
                return Some(missed);
            }
            surprise += rate * (to - from) as f64;
        }
        None
    }

    /// Returns the longest pause that the hour of a minute has known, in minutes.
    pub(super) fn usual_pause(&self, minute: i64, slot: impl Fn(i64) -> usize) -> u64 {
        self.slots.get(slot(minute)).map_or(0, |slot| slot.longest.into())
    }
}

impl Wire for Cadence {
    fn put(&self, out: &mut Out) {
        let Cadence { slots, since, last } = self;
        slots.put(out);
        since.put(out);
        last.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let slots = Vec::get(input).filter(|slots: &Vec<Slot>| slots.len() == SLOTS)?;
        Some(Cadence { slots, since: Wire::get(input)?, last: Wire::get(input)? })
    }
}

/// Cuts a span of minutes where a local hour may begin.
fn stretches(from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
    let mut at = from;
    std::iter::from_fn(move || {
        if at >= to {
            return None;
        }
        let start = at;
        at = ((at.div_euclid(STRETCH) + 1) * STRETCH).min(to);
        Some((start, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { learn: 6 * 60, least: 10, times: 3, surprise: 14.0 };

    /// UTC hours, Saturday and Sunday off; minute 0 is a Monday.
    fn slot(minute: i64) -> usize {
        let hour = minute.div_euclid(60).rem_euclid(24);
        let off = minute.div_euclid(24 * 60).rem_euclid(7) >= 5;
        usize::try_from(hour).unwrap() + if off { 24 } else { 0 }
    }

    /// Hears the minutes up to `until` for which `talks` holds, and returns how many false silences there were.
    fn learned(until: i64, talks: impl Fn(i64) -> bool) -> (Cadence, u32) {
        let mut cadence = Cadence::new(0);
        let mut missed = None;
        let mut false_alarms = 0;
        for minute in 1..until {
            let silent = missed.is_some_and(|missed| missed < minute);
            if missed == Some(minute) && !talks(minute) {
                false_alarms += 1;
            }
            if talks(minute) {
                cadence.hear(minute, silent, slot);
                missed = cadence.missed_at(&PATIENCE, slot);
            }
        }
        (cadence, false_alarms)
    }

    const DAY: i64 = 24 * 60;

    fn office(minute: i64) -> bool {
        let hour = minute.div_euclid(60).rem_euclid(24);
        let off = minute.div_euclid(DAY).rem_euclid(7) >= 5;
        if off || !(8..19).contains(&hour) { minute % 30 == 0 } else { minute % 7 != 0 }
    }

    #[test]
    fn a_busy_stream_is_missed_within_minutes_on_its_first_day() {
        let (cadence, alarms) = learned(7 * 60 + 45, |_| true);
        assert_eq!(alarms, 0);
        assert_eq!(cadence.missed_at(&PATIENCE, slot), Some(cadence.last() + 10));
        // In an hour that it was never seen in it is given the benefit of the doubt.
        let (cadence, _) = learned(8 * 60, |_| true);
        assert_eq!(cadence.missed_at(&PATIENCE, slot), Some(cadence.last() + 22));
    }

    #[test]
    fn nights_and_week_ends_are_no_silence() {
        let (cadence, alarms) = learned(28 * DAY, office);
        assert_eq!(alarms, 0);
        // It ends on a Sunday night: the next records come each half an hour.
        let missed = cadence.missed_at(&PATIENCE, slot).unwrap() - cadence.last();
        assert!((80..=240).contains(&missed), "{missed}");
        let (busy, _) = learned(28 * DAY + 10 * 60, office);
        let missed = busy.missed_at(&PATIENCE, slot).unwrap() - busy.last();
        assert!((10..=20).contains(&missed), "{missed}");
    }

    #[test]
    fn what_seldom_talks_is_not_missed_for_long() {
        let (rare, alarms) = learned(28 * DAY, |minute| minute % (31 * 60) == 7);
        assert_eq!(alarms, 0);
        let missed = rare.missed_at(&PATIENCE, slot).map(|missed| missed - rare.last());
        assert!(missed.is_none_or(|missed| missed > 3 * 24 * 60), "{missed:?}");
    }

    #[test]
    fn what_is_hardly_known_is_never_missed() {
        let (cadence, _) = learned(5 * 60, |_| true);
        assert_eq!(cadence.missed_at(&PATIENCE, slot), None);
    }

    #[test]
    fn a_silence_teaches_no_patience() {
        let (mut cadence, _) = learned(8 * 60, |_| true);
        cadence.hear(14 * 60, true, slot);
        (1..45).for_each(|minute| cadence.hear(14 * 60 + minute, false, slot));
        assert_eq!(cadence.missed_at(&PATIENCE, slot), Some(cadence.last() + 10));
    }
}
