//! Why a step could not be done, by what the caller can do about it.

use hinomi_correlate::StateError;

/// What every step returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] hinomi_store::Error),
    /// A subject's stored state can't be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// Files of columns can't be made.
    #[error("columns not written")]
    Columns(#[from] hinomi_ocsf::Error),
    /// Something stored can't be read.
    #[error("stored document broken")]
    Stored(#[from] serde_json::Error),
    /// The program panicked at a place in its source; the panic's own words are dropped.
    #[error("panicked at {place}")]
    Panicked {
        /// The file, the line and the column.
        place: String,
    },
}

impl Error {
    /// Tells whether the same step may succeed when it is repeated. What may not is set aside.
    pub fn is_retryable(&self) -> bool {
        match self {
            // A race that was lost as often as a step tries is a busy store.
            Error::Store(error) => {
                error.is_retryable()
                    || matches!(error, hinomi_store::Error::Conflict { .. } | hinomi_store::Error::InUse)
            }
            Error::State(_) | Error::Columns(_) | Error::Stored(_) | Error::Panicked { .. } => false,
        }
    }
}
