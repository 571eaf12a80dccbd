//! Why a store did not do what it was asked, by what the caller can do about it.

/// What every port returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody else wrote first. Nothing was written: load again, join, and commit again.
    #[error("{what} changed since it was read")]
    Conflict {
        /// What changed.
        what: String,
    },
    /// Too much at once. Nothing was written: the same call may be repeated later.
    #[error("throttled")]
    Throttled,
    /// The store cannot be reached or failed on the way. Whether anything was written is **not known**; the same call
    /// may be repeated, for every port says what a repeat does.
    #[error("store unavailable: {what}")]
    Unavailable {
        /// What failed.
        what: String,
        /// The failure.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Another process has the store open.
    #[error("store in use by another process")]
    InUse,
    /// What is stored is not what was written. No repeat helps.
    #[error("store corrupt: {what}")]
    Corrupt {
        /// What is broken.
        what: String,
    },
    /// Written by a version that this program does not know.
    #[error("store of format {found}, this program reads {known}")]
    Format {
        /// The format found.
        found: u64,
        /// The format that this program reads.
        known: u64,
    },
    /// Beyond a limit of [`crate::limits`]. Nothing was written.
    #[error("{what} of {size} exceeds {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size, in bytes or pieces.
        size: usize,
        /// The limit, in the same unit.
        limit: usize,
    },
    /// A key that the contract does not allow.
    #[error("bad key `{key}`")]
    BadKey {
        /// The key.
        key: String,
    },
    /// The store says that the call itself is wrong: a bug of ours. No repeat helps. Nothing was written.
    #[error("store refuses the call: {what}")]
    Refused {
        /// What it refuses, and its word for why.
        what: String,
    },
    /// What the call builds on is not there: a delivery that was never claimed.
    #[error("{what} missing")]
    Missing {
        /// What is missing.
        what: String,
    },
}

impl Error {
    /// Tells whether the same call may succeed when it is repeated. A conflict is none of these: it needs a new read.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Throttled | Error::Unavailable { .. })
    }

    /// Says that the store failed on the way.
    pub fn unavailable(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Error::Unavailable { what: what.to_owned(), source: Some(Box::new(source)) }
    }

    /// Says that what is stored cannot be right.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Error::Corrupt { what: what.into() }
    }
}
