//! How long an invocation may still take.
//!
//! Lambda kills a function at its deadline and retries the whole batch. Whoever works through a batch therefore asks
//! the budget before each piece, and answers in time with the first piece it did not do.

use std::fmt;
use std::sync::Arc;

use hinomi_model::{EventTime, Seconds};

/// Tells the time: the machine's in production, a value in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> EventTime + Send + Sync>);

impl Clock {
    /// Makes a clock from whatever tells the time.
    pub fn new(tell: impl Fn() -> EventTime + Send + Sync + 'static) -> Self {
        Clock(Arc::new(tell))
    }

    /// Makes a clock that stands still.
    pub fn at(time: EventTime) -> Self {
        Clock::new(move || time)
    }

    /// Returns the machine's clock.
    ///
    /// It decides how long a function works, when a configuration is fetched anew, and the times of claims. What is
    /// judged has its time from the log or the schedule.
    pub fn wall() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a function's edge is where the time of day comes from"
        )]
        Clock::new(|| {
            let since =
                std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            EventTime::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
        })
    }

    /// Returns the time.
    pub fn now(&self) -> EventTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The time that an invocation may spend.
#[derive(Clone, Debug)]
pub struct Budget {
    until: EventTime,
    clock: Clock,
}

impl Budget {
    /// What is left for writing what was done and for answering. A batch's writes take a second or two, and one call that
    /// a service does not answer ends within ten, with its retries: then the batch is handed back in time. Larger, and a
    /// function that is called with little time does nothing; smaller, and Lambda kills it while it waits, which costs a
    /// repeat of the batch and says nothing of why.
    pub const MARGIN: Seconds = 12;

    /// Makes a budget that ends [`Budget::MARGIN`] before a deadline, but not before a quarter of the time there is
    /// at the start: a function with a short time-out still gets something done at each call.
    pub fn new(deadline: EventTime, clock: Clock) -> Self {
        let quarter = deadline.since(clock.now()).max(0) / 4;
        Budget { until: deadline.plus(-Self::MARGIN.min(3 * quarter)), clock }
    }

    /// Makes a budget that never ends: for the command and for tests.
    pub fn unlimited() -> Self {
        Budget { until: EventTime::MAX, clock: Clock::at(EventTime::EPOCH) }
    }

    /// Tells whether nothing new should be begun.
    pub fn is_spent(&self) -> bool {
        self.clock.now() >= self.until
    }

    /// Returns the seconds that are left, rounded down; none when it is spent.
    pub fn left(&self) -> Seconds {
        self.until.since(self.clock.now()).max(0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn clock() -> (Arc<AtomicI64>, Clock) {
        let seconds = Arc::new(AtomicI64::new(1_000));
        let told = Arc::clone(&seconds);
        (seconds, Clock::new(move || EventTime::from_seconds(told.load(Ordering::Relaxed))))
    }

    #[test]
    fn a_budget_ends_before_the_deadline_by_its_margin() {
        let (seconds, clock) = clock();
        let budget = Budget::new(EventTime::from_seconds(1_060), clock);
        assert!(!budget.is_spent());
        assert_eq!(budget.left(), 48);
        seconds.store(1_047, Ordering::Relaxed);
        assert!(!budget.is_spent());
        seconds.store(1_048, Ordering::Relaxed);
        assert!(budget.is_spent());
        assert_eq!(budget.left(), 0);
    }

    #[test]
    fn a_short_time_out_leaves_a_quarter_for_work() {
        let (_, clock) = clock();
        let budget = Budget::new(EventTime::from_seconds(1_008), clock);
        assert_eq!(budget.left(), 2);
    }

    #[test]
    fn a_deadline_that_is_over_leaves_nothing() {
        let (_, clock) = clock();
        assert!(Budget::new(EventTime::EPOCH, clock).is_spent());
    }

    #[test]
    fn the_machines_clock_goes() {
        assert!(Clock::wall().now() > EventTime::from_seconds(1_700_000_000));
    }
}
