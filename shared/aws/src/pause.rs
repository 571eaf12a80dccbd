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
}
