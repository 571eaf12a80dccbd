//! Small documents that change.

use std::future::Future;

use super::Stored;
use crate::error::Result;

/// Small documents of a tenant or of the engine: counts of SMS, digests, the run's manifest.
pub trait Ledger: Send + Sync {
    /// Returns a document; `None` when there is none.
    fn read(&self, key: &str) -> impl Future<Output = Result<Option<Stored>>> + Send;

    /// Writes a document if it still has the version expected (`None`: if there is none), and returns the new one,
    /// one higher. A repeat after [`Unavailable`](crate::Error::Unavailable) is a [`Conflict`](crate::Error::Conflict) when the first one happened.
    fn write(
        &self,
        key: &str,
        expected: Option<u64>,
        bytes: &[u8],
    ) -> impl Future<Output = Result<u64>> + Send;
}
