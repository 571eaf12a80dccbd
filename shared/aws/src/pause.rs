//! Pauses between the attempts that an adapter makes itself, where the SDK cannot: parts of a call that were refused.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(25);
/// The longest pause. A shard's and a partition's limits are counted by the second.
const LONGEST: Duration = Duration::from_secs(1);

/// Waits. The production's own is the executor's timer; a test's writes down how long it was asked to.
pub trait Pause: Send + Sync {
    /// Returns a future that ends after the time.
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Pauses that grow and are the same on every run.
///
/// Without jitter: the callers are few, one for each shard, and each had its own start.
#[derive(Clone)]
pub struct Pauses(Arc<dyn Pause>);

impl std::fmt::Debug for Pauses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pauses")
    }
}

struct Timer;

impl Pause for Timer {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Pauses(Arc::new(Timer))
    }
}

impl Pauses {
    /// Makes pauses of another kind.
    pub fn new(pause: impl Pause + 'static) -> Self {
        Pauses(Arc::new(pause))
    }

    /// Waits after the nth attempt, from 0.
    pub(crate) async fn after(&self, attempt: u32) {
        let time = FIRST.saturating_mul(1 << attempt.min(10)).min(LONGEST);
        self.0.pause(time).await;
    }

    /// Begins a call of so many parts that is repeated for those that it leaves undone, until so many attempts in a row
    /// have done none of them.
    pub(crate) fn attempts(&self, parts: usize, idle: u32) -> Attempts<'_> {
        Attempts { pauses: self, left: parts, rounds: 0, idle: 0, most_idle: idle }
    }
}

/// The attempts at a call that is done part by part. Each but a few must do at least one part, so there are no more than
/// that few for each part.
#[derive(Debug)]
pub(crate) struct Attempts<'p> {
    pauses: &'p Pauses,
    left: usize,
    rounds: u32,
    idle: u32,
    most_idle: u32,
}

impl Attempts<'_> {
    /// Takes what the last attempt left undone. Waits and returns true if there is to be another.
    ///
    /// Pauses grow over all attempts: who is done a few parts at a time has met a limit that counts by the second, and
    /// gains nothing by asking sooner.
    pub(crate) async fn again(&mut self, left: usize) -> bool {
        self.idle = if left < self.left { 0 } else { self.idle + 1 };
        self.left = left;
        if self.idle >= self.most_idle {
            return false;
        }
        self.pauses.after(self.rounds).await;
        self.rounds = self.rounds.saturating_add(1);
        true
    }
}
