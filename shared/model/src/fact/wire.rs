//! The bytes of a facts object.

/// Why bytes are no facts object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// Written by a version that this program does not know.
    #[error("facts of version {0}")]
    Version(u8),
    /// The bytes end early or hold impossible values.
    #[error("facts broken at byte {0}")]
    Broken(usize),
}
