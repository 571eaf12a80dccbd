//! The event time that one file has reached, robust against single lines with an absurd time.

use hinomi_model::{EventTime, Seconds};

/// A step in time larger than this is believed only when more lines confirm it: one line of a device whose clock
/// was never set must not move a whole replay to 1970 or 2038. Smaller steps are ordinary disorder or a quiet hour.
const MAX_STEP: Seconds = 24 * 3_600;
/// Lines in a row that confirm a large step. Fewer would let a short burst from a wrong clock through; more would
/// only delay what a real gap in the log ends with, as such lines wait in the reorder window.
const CONFIRMATIONS: u32 = 8;

/// The event time that one file has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    reached: Option<EventTime>,
    step: Option<Step>,
}

/// A large step that waits for confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    to: EventTime,
    lines: u32,
}

impl Clock {
    /// Returns the time reached; `None` before enough lines were read to tell.
    pub(crate) fn reached(&self) -> Option<EventTime> {
        self.reached
    }

    /// Takes note of the next line's time.
    pub(crate) fn see(&mut self, time: EventTime) {
        if let Some(reached) = self.reached.filter(|reached| is_near(*reached, time)) {
            self.reached = Some(reached.max(time));
            self.step = None;
            return;
        }
        let step = match self.step {
            // The earlier one: what lies between the two is then still waited for.
            Some(step) if is_near(step.to, time) => Step { to: step.to.min(time), lines: step.lines + 1 },
            _ => Step { to: time, lines: 1 },
        };
        if step.lines >= CONFIRMATIONS {
            self.reached = Some(step.to);
            self.step = None;
        } else {
            self.step = Some(step);
        }
    }
}

/// Tells whether two times are no more apart than ordinary disorder or a quiet hour makes them.
pub(super) fn is_near(one: EventTime, other: EventTime) -> bool {
    other.since(one).saturating_abs() <= MAX_STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_768_910_400;

    fn after(seconds: &[i64]) -> Option<i64> {
        let mut clock = Clock::default();
        for second in seconds {
            clock.see(EventTime::from_seconds(*second));
        }
        clock.reached().map(EventTime::seconds)
    }

    #[test]
    fn follows_the_latest_line_through_ordinary_disorder() {
        let mut lines = [NOON; 8].to_vec();
        lines.extend([NOON + 60, NOON + 30, NOON + 3_600, NOON + 3_000]);
        assert_eq!(after(&lines), Some(NOON + 3_600));
    }

    #[test]
    fn is_unknown_until_the_first_lines_agree() {
        assert_eq!(after(&[0; 7]), None);
        assert_eq!(after(&[&[0][..], &[NOON; 7]].concat()), None);
        assert_eq!(after(&[&[0][..], &[NOON; 8]].concat()), Some(NOON));
    }

    #[test]
    fn single_lines_from_1970_or_2106_move_nothing() {
        let mut lines = [NOON; 8].to_vec();
        for minute in 1..100 {
            lines.extend([0, i64::from(u32::MAX), NOON + minute * 60]);
        }
        assert_eq!(after(&lines), Some(NOON + 99 * 60));
    }

    #[test]
    fn a_real_gap_is_crossed_forwards_and_backwards() {
        let day = 86_400;
        assert_eq!(after(&[[NOON; 8], [NOON + 9 * day; 8]].concat()), Some(NOON + 9 * day));
        assert_eq!(after(&[[NOON; 8], [NOON - 9 * day; 8]].concat()), Some(NOON - 9 * day));
    }
}
