//! What can go wrong when a file is made.

/// Why no file could be made of rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The format can't hold them, or was given what it does not expect: a fault of this crate.
    #[error("encode a Parquet file")]
    Encode(#[from] ::parquet::errors::ParquetError),
    /// A panic left a row half collected; columns no longer say the same rows.
    #[error("tell which values belong to one row")]
    HalfRow,
    /// A page could not be compressed.
    #[error("compress a page of {bytes} bytes")]
    Compress {
        /// How long the page is.
        bytes: usize,
        /// What zstd says.
        #[source]
        source: std::io::Error,
    },
}

/// What making a file returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
