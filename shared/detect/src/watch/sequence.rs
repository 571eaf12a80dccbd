//! Are lines lost on their way? A vendor that numbers the records of a log type one after the other tells by the numbers
//! that never came.
//!
//! A minute of a stream says how many lines came and the highest of their numbers. The numbers that a minute brought beyond
//! the highest before it, less its lines, are missing. They are added up over [`WINDOW`] minutes that are [`SETTLED`], so that
//! lines that come after others make good what was missing before them; and so does what the minutes since then brought beyond
//! their own numbers, as lines that were held back come at once. It is a trouble when it is at least [`LEAST_LINES`] lines and
//! [`LEAST_PERCENT`] percent.
//!
//! A stream is believed only once it was whole for [`WHOLE`] minutes: a device that sends only some of its log, as its
//! forwarding says, has gaps for ever and loses nothing.
//!
//! What is no gap: a counter that begins anew, by [`ANEW`] minutes of numbers that are all smaller than before, or by a leap
//! of [`LEAP`]; another member of an HA pair, and another log type, which have counters of their own. Lines that come twice
//! count twice and can hide as many that are lost, which errs towards silence.
//!
//! Example: numbers 1000 to 1059 in sixty lines, then 1300 to 1359 in sixty lines: 240 of 360 lines are missing.
//!
//! Known false positives: a device that begins to send less of its log; it is told once.

use std::collections::BTreeMap;

use hinomi_model::{FactSource, Function, Pulse};

use crate::follow::wire::{In, Out, Wire, wire};

/// Minutes over which what is missing is added up.
const WINDOW: i64 = 30;
/// Minutes that lines may still be on their way, beyond what the watch waits for all of them.
const SETTLED: i64 = 10;
/// Fewest missing lines that are told: fewer are a datagram lost here and there.
const LEAST_LINES: u64 = 100;
/// Smallest share of the lines that is told, in percent, for the same reason.
const LEAST_PERCENT: u64 = 2;
/// Minutes with lines in which nothing was missing before a stream is believed to be whole.
const WHOLE: u16 = 60;
/// Minutes with lines whose numbers are all smaller than before, after which the counter has begun anew. Fewer may be lines
/// that were held back.
const ANEW: u8 = 3;
/// A leap of the numbers after which it is another counter: more than any appliance writes while it is away.
const LEAP: u64 = 1 << 32;
/// Streams watched at once, some 500 bytes each. Beyond, further ones are not watched, which errs towards silence.
const MAX_SEQUENCES: usize = 1 << 14;

/// What one minute brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Brought {
    /// How far the numbers went on.
    numbers: u64,
    lines: u64,
}

/// The numbers of one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sequence {
    /// The highest number yet.
    highest: u64,
    /// The last minute with lines.
    last: i64,
    minutes: BTreeMap<i64, Brought>,
    /// Minutes with lines in which it was whole, up to [`WHOLE`].
    whole: u16,
    /// Minutes in a row whose numbers were all smaller.
    smaller: u8,
    /// Since when lines are missing.
    missing_since: Option<i64>,
}

wire! {
    Brought { numbers, lines }
    Sequence { highest, last, minutes, whole, smaller, missing_since }
}

/// What the numbers of a stream show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// Lines are missing; else they are not, or no longer.
    pub(super) is_there: bool,
    /// Since which minute.
    pub(super) since: i64,
    /// How many lines.
    pub(super) missing: u64,
    /// Of how many.
    pub(super) of: u64,
}

/// The numbers of all streams that have them.
#[derive(Debug, Default)]
pub(super) struct Sequences(BTreeMap<(FactSource, Function), Sequence>);

impl Wire for Sequences {
    fn put(&self, out: &mut Out) {
        self.0.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Wire::get(input).map(Sequences)
    }
}

impl Sequences {
    /// Reads a minute of a stream, and says what its numbers show; `None` while they show nothing.
    pub(super) fn read(&mut self, source: &FactSource, pulse: &Pulse) -> Option<Gap> {
        let (_, highest) = pulse.numbers?;
        let key = (source.clone(), pulse.function);
        match self.0.get_mut(&key) {
            Some(sequence) => sequence.read(pulse.minute, highest, pulse.lines),
            None => {
                if self.0.len() < MAX_SEQUENCES {
                    self.0.insert(key, Sequence { highest, last: pulse.minute, ..Sequence::default() });
                }
                None
            }
        }
    }

    /// Forgets devices that are watched no longer.
    pub(super) fn keep(&mut self, stays: impl Fn(&FactSource) -> bool) {
        self.0.retain(|(source, _), _| stays(source));
    }

    /// Forgets all: what is whole is learned again within hours.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Tells whether nothing is remembered.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Sequence {
    fn read(&mut self, minute: i64, highest: u64, lines: u64) -> Option<Gap> {
        if minute < self.last {
            // It came late, and its numbers are counted already.
            if let Some(brought) = self.minutes.get_mut(&minute) {
                brought.lines = brought.lines.saturating_add(lines);
            }
            return None;
        }
        if highest < self.highest {
            self.smaller = self.smaller.saturating_add(1);
        } else {
            self.smaller = 0;
        }
        let numbers = highest.saturating_sub(self.highest);
        if self.smaller >= ANEW || numbers >= LEAP {
            self.begin_anew(minute, highest);
            return Some(self.gap(false, minute, 0, 0)).filter(|_| self.whole >= WHOLE);
        }
        self.highest = self.highest.max(highest);
        self.last = minute;
        let brought = self.minutes.entry(minute).or_default();
        brought.lines = brought.lines.saturating_add(lines);
        brought.numbers = brought.numbers.saturating_add(numbers);
        self.minutes.retain(|known, _| minute.saturating_sub(*known) < WINDOW + SETTLED);
        self.judge(minute)
    }

    fn begin_anew(&mut self, minute: i64, highest: u64) {
        self.highest = highest;
        self.last = minute;
        self.smaller = 0;
        self.missing_since = None;
        self.minutes.clear();
    }

    fn judge(&mut self, minute: i64) -> Option<Gap> {
        let settled = minute.saturating_sub(SETTLED);
        let (mut of, mut lines) = (0_u64, 0_u64);
        for (known, brought) in &self.minutes {
            if *known <= settled {
                of = of.saturating_add(brought.numbers);
                lines = lines.saturating_add(brought.lines);
            } else {
                lines = lines.saturating_add(brought.lines.saturating_sub(brought.numbers));
            }
        }
        let missing = of.saturating_sub(lines);
        let is_missing =
            missing >= LEAST_LINES && missing.saturating_mul(100) >= of.saturating_mul(LEAST_PERCENT);
        if !is_missing {
            self.missing_since = None;
            self.whole = self.whole.saturating_add(1).min(WHOLE);
            return Some(self.gap(false, minute, missing, of)).filter(|_| self.whole >= WHOLE);
        }
        if self.whole < WHOLE {
            self.whole = 0;
            return None;
        }
        let since = *self.missing_since.get_or_insert(settled);
        Some(self.gap(true, since, missing, of))
    }

    const fn gap(&self, is_there: bool, since: i64, missing: u64, of: u64) -> Gap {
        Gap { is_there, since, missing, of }
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::{DeviceId, TenantId};

    use super::*;

    fn source(device: &str) -> FactSource {
        FactSource { tenant: TenantId::new("kita"), device: DeviceId::new(device) }
    }

    fn pulse(minute: i64, numbers: (u64, u64), lines: u64) -> Pulse {
        Pulse { minute, source: 0, function: Function::Firewall, lines, numbers: Some(numbers) }
    }

    /// Minutes of sixty lines each, of which some numbers are lost: of each minute how many come, and how many numbers
    /// there are.
    fn told(minutes: impl IntoIterator<Item = (u64, u64)>) -> Vec<(i64, bool, u64, u64)> {
        let (mut sequences, mut next, mut found) = (Sequences::default(), 1_000, Vec::new());
        let mut was_there = false;
        for (minute, (lines, numbers)) in minutes.into_iter().enumerate() {
            let minute = minute as i64;
            if lines > 0 {
                let gap = sequences.read(&source("pa"), &pulse(minute, (next, next + numbers - 1), lines));
                if let Some(gap) = gap.filter(|gap| gap.is_there != was_there) {
                    was_there = gap.is_there;
                    found.push((minute, gap.is_there, gap.missing, gap.of));
                }
            }
            next += numbers;
        }
        found
    }

    fn whole(minutes: usize) -> impl Iterator<Item = (u64, u64)> {
        std::iter::repeat_n((60, 60), minutes)
    }

    #[test]
    fn lines_that_never_come_are_told_and_so_is_their_end() {
        // Ten minutes of which half is lost, then all is well.
        let found = told(whole(70).chain(std::iter::repeat_n((30, 60), 10)).chain(whole(60)));
        assert_eq!(found.len(), 2, "{found:?}");
        // It is told as soon as it is one: at least so many.
        assert_eq!((found[0].1, found[0].2, found[0].3), (true, 120, 1_800));
        assert!(!found[1].1 && found[1].0 <= 80 + WINDOW + SETTLED, "{found:?}");
        // A silence whose lines were not kept: none of five minutes.
        let found = told(whole(70).chain(std::iter::repeat_n((0, 60), 5)).chain(whole(30)));
        assert_eq!(found.iter().map(|gap| (gap.1, gap.2)).collect::<Vec<_>>(), [(true, 300)]);
    }

    #[test]
    fn few_lines_and_small_shares_say_nothing() {
        // Ninety lines at once; two a minute of sixty are three percent and in half an hour sixty lines.
        assert_eq!(told(whole(70).chain([(60, 150)]).chain(whole(60))), []);
        assert_eq!(told(whole(70).chain(std::iter::repeat_n((58, 60), 120))), []);
        // One in a hundred of many.
        assert_eq!(
            told(std::iter::repeat_n((60_000, 60_000), 70).chain(std::iter::repeat_n((59_400, 60_000), 60))),
            []
        );
    }

    #[test]
    fn what_was_never_whole_loses_nothing() {
        assert_eq!(told(std::iter::repeat_n((30, 60), 600)), []);
    }

    #[test]
    fn lines_that_were_held_back_make_good_what_was_missing() {
        let mut sequences = Sequences::default();
        let mut found = Vec::new();
        let mut read = |minute, numbers, lines| {
            let gap = sequences.read(&source("pa"), &pulse(minute, numbers, lines));
            found.extend(gap.filter(|gap| gap.is_there));
        };
        for minute in 0..70 {
            read(minute, (minute as u64 * 60, minute as u64 * 60 + 59), 60);
        }
        // Half of the lines of eight minutes wait somewhere, and come at once.
        for minute in 70..120_u64 {
            let lines = match minute {
                70..78 => 30,
                78 => 60 + 8 * 30,
                _ => 60,
            };
            let lowest = if minute == 78 { 70 * 60 } else { minute * 60 };
            read(minute as i64, (lowest, minute * 60 + 59), lines);
        }
        assert_eq!(found, []);
        // And what comes as a late part of a minute that was read counts there.
        let mut sequences = Sequences::default();
        let mut found = Vec::new();
        for minute in 0..200_u64 {
            let numbers = (minute * 60, minute * 60 + 59);
            let lines = if minute < 100 { 60 } else { 40 };
            found.extend(sequences.read(&source("pa"), &pulse(minute as i64, numbers, lines)));
            if minute > 104 {
                let late = (numbers.0 - 240, numbers.1 - 240);
                found.extend(sequences.read(&source("pa"), &pulse(minute as i64 - 4, late, 20)));
            }
        }
        assert!(found.iter().all(|gap| !gap.is_there), "{found:?}");
    }

    #[test]
    fn a_counter_that_begins_anew_is_no_gap() {
        for anew in [1_u64, 5_000_000_000_000] {
            let mut sequences = Sequences::default();
            let mut found = Vec::new();
            for minute in 0..200_u64 {
                let begins = if minute < 100 { 100_000 + minute * 60 } else { anew + (minute - 100) * 60 };
                let pulse = pulse(minute as i64, (begins, begins + 59), 60);
                found.extend(sequences.read(&source("pa"), &pulse).filter(|gap| gap.is_there));
            }
            assert_eq!(found, [], "{anew}");
            // From then on its numbers count.
            for minute in 200..220_u64 {
                let begins = anew + (minute - 100) * 60 + 1_000;
                let pulse = pulse(minute as i64, (begins, begins + 59), 60);
                found.extend(sequences.read(&source("pa"), &pulse).filter(|gap| gap.is_there));
            }
            assert_eq!(found.first().map(|gap| gap.missing), Some(1_000), "{anew}");
        }
        // A minute of the restart has numbers of both.
        let mut sequences = Sequences::default();
        for minute in 0..100_u64 {
            sequences.read(&source("pa"), &pulse(minute as i64, (minute * 60, minute * 60 + 59), 60));
        }
        sequences.read(&source("pa"), &pulse(100, (1, 6_020), 50));
        let restarted = (101..200_u64)
            .filter_map(|minute| {
                let begins = 30 + (minute - 101) * 60;
                sequences.read(&source("pa"), &pulse(minute as i64, (begins, begins + 59), 60))
            })
            .filter(|gap| gap.is_there);
        assert_eq!(restarted.count(), 0);
    }

    #[test]
    fn repeats_hide_what_is_lost_and_make_no_gap() {
        assert_eq!(told(std::iter::repeat_n((120, 60), 200)), []);
        assert_eq!(
            told(
                whole(70).chain(std::iter::repeat_n((60, 120), 5)).chain(std::iter::repeat_n((180, 120), 5))
            ),
            []
        );
    }

    #[test]
    fn members_and_log_types_have_counters_of_their_own() {
        let mut sequences = Sequences::default();
        for minute in 0..200_u64 {
            for (device, function, base) in [
                ("one", Function::Firewall, 0),
                ("other", Function::Firewall, 1_000_000),
                ("one", Function::Config, 500_000),
            ] {
                let numbers = Some((base + minute * 60, base + minute * 60 + 59));
                let pulse = Pulse { minute: minute as i64, source: 0, function, lines: 60, numbers };
                assert!(sequences.read(&source(device), &pulse).is_none_or(|gap| !gap.is_there));
            }
        }
        assert_eq!(sequences.0.len(), 3);
    }

    #[test]
    fn any_numbers_end_and_are_bounded() {
        let mut sequences = Sequences::default();
        let ends = [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX];
        for (n, minute) in [i64::MIN, -1, 0, 1, 5, i64::MAX].into_iter().cycle().take(600).enumerate() {
            let numbers = (ends[n % 5], ends[(n / 5) % 5]);
            sequences.read(&source("pa"), &pulse(minute, numbers, u64::MAX));
        }
        for device in 0..MAX_SEQUENCES + 10 {
            sequences.read(&source(&device.to_string()), &pulse(0, (1, 2), 2));
        }
        assert_eq!(sequences.0.len(), MAX_SEQUENCES);
    }
}
