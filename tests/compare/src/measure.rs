//! Rounds: everything is run once, then everything once more, so that what the machine does besides hits all alike.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use crate::Fault;
use crate::data::Data;
use crate::reader::Contestant;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Lines of each form.
    pub(crate) lines: usize,
    /// Rounds.
    pub(crate) rounds: usize,
}

/// What was measured of a contestant.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// Its name.
    pub(crate) name: String,
    /// Whose lines.
    pub(crate) form: &'static str,
    /// What it does.
    pub(crate) does: String,
    /// Ours.
    pub(crate) ours: bool,
    /// Lines a second of processor time: the slowest, the middle and the fastest round.
    pub(crate) lines_per_s: Spread,
    /// Megabytes (10^6 bytes) of lines a second in the middle round.
    pub(crate) mb_per_s: f64,
    /// How many times as fast `hinomi parse` was on the same lines, round by round.
    pub(crate) parse_is_times: Spread,
    /// Instructions a line, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instructions_per_line: Option<f64>,
}

/// The ends and the middle of what several rounds gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// The least.
    pub(crate) min: f64,
    /// The middle one.
    pub(crate) median: f64,
    /// The most.
    pub(crate) max: f64,
}

impl Spread {
    /// Makes it of values in any order; nothing of nothing.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        Spread { min: at(0), median: at(values.len() / 2), max: at(values.len().saturating_sub(1)) }
    }
}

/// Returns the processor time that this thread has taken: readers wait for nothing, so it is their time on one core,
/// whoever else works on the machine.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Returns how long a piece of work took, and what it returned.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = cpu_time();
    let done = work();
    (cpu_time().saturating_sub(started), done)
}

/// Returns how many a second it was.
pub(crate) fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Runs the contestants of one form by rounds and returns their figures, in their order.
///
/// # Errors
///
/// [`Fault::Unread`] when one of them reads fewer lines than there are.
pub(crate) fn rounds(
    contestants: &mut [&mut Contestant],
    data: &Data,
    rounds: usize,
) -> Result<Vec<Figures>, Fault> {
    let mut rates: Vec<Vec<f64>> = vec![Vec::with_capacity(rounds); contestants.len()];
    // The first round grows buffers and is not counted. Each round begins with another one, so that nobody always runs
    // after the same neighbour.
    for round in 0..=rounds {
        for turn in 0..contestants.len() {
            let index = (turn + round) % contestants.len();
            let Some(contestant) = contestants.get_mut(index) else { continue };
            let (time, read) = timed(|| contestant.reader.pass(data));
            if read != data.count() {
                return Err(Fault::Unread { name: contestant.name, read, of: data.count() });
            }
            if let (Some(rates), true) = (rates.get_mut(index), round > 0) {
                rates.push(rate(read, time));
            }
        }
    }
    let ours = rates.first().cloned().unwrap_or_default();
    let figures = contestants.iter().zip(rates).map(|(contestant, rates)| {
        let times = ours.iter().zip(&rates).map(|(ours, own)| ours / own).collect();
        let lines_per_s = Spread::of(rates);
        Figures {
            name: contestant.name.to_owned(),
            form: data.form.name(),
            does: contestant.does.to_owned(),
            ours: contestant.is_ours,
            mb_per_s: lines_per_s.median * data.bytes() as f64 / data.count().max(1) as f64 / 1e6,
            lines_per_s,
            parse_is_times: Spread::of(times),
            instructions_per_line: None,
        }
    });
    Ok(figures.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_values_in_any_order() {
        let spread = Spread::of(vec![3.0, 9.0, 1.0, 4.0, 2.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 3.0, 9.0));
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }

    #[test]
    fn waiting_takes_no_processor_time() {
        let (time, ()) = timed(|| std::thread::sleep(Duration::from_millis(50)));
        assert!(time < Duration::from_millis(25), "{time:?}");
    }
}
