//! Findings on their way from whoever examines to whoever joins, as one record of the stream of findings.
//!
//! JSON, because a record that nobody could judge must stay readable to people: `{"v":1,"findings":[...]}`.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// Findings of one tenant's one subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingBatch {
    /// Nobody is told what follows from them: old data is read again.
    pub quiet: bool,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// Why bytes are no findings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Written by a version that this program does not know.
    #[error("findings of version {0}")]
    Version(u32),
    /// The bytes are no findings.
    #[error("findings broken")]
    Broken(#[source] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    quiet: bool,
    findings: &'a [Finding],
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    quiet: bool,
    findings: Vec<Finding>,
}

impl FindingBatch {
    /// The version of the bytes.
    pub const VERSION: u32 = 1;

    /// Writes the batch.
    pub fn encode(&self) -> Vec<u8> {
        let written = Written { v: Self::VERSION, quiet: self.quiet, findings: &self.findings };
        // Serialising plain values into memory cannot fail.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads a batch.
    ///
    /// # Errors
    ///
    /// [`BatchError`] when the bytes are of an unknown version or no findings at all.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
        let version: Version = serde_json::from_slice(bytes).map_err(BatchError::Broken)?;
        if version.v != Self::VERSION {
            return Err(BatchError::Version(version.v));
        }
        let Read { quiet, findings } = serde_json::from_slice(bytes).map_err(BatchError::Broken)?;
        Ok(FindingBatch { quiet, findings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_batch_says_its_version_and_comes_back() {
        let batch = FindingBatch { quiet: true, findings: Vec::new() };
        assert_eq!(batch.encode(), br#"{"v":1,"quiet":true,"findings":[]}"#);
        assert_eq!(FindingBatch::decode(&batch.encode()).unwrap(), batch);
    }

    #[test]
    fn other_versions_and_other_bytes_are_refused_by_name() {
        assert!(matches!(FindingBatch::decode(br#"{"v":2,"findings":[]}"#), Err(BatchError::Version(2))));
        for broken in [&b""[..], b"{}", b"[]", br#"{"v":1}"#, br#"{"v":1,"findings":[{}]}"#] {
            assert!(matches!(FindingBatch::decode(broken), Err(BatchError::Broken(_))));
        }
    }
}
