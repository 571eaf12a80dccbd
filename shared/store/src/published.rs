//! A document that somebody else writes and the engine reads anew when it changed: the registry.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;

/// What fetching a document found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It is still the one whose tag was named.
    Unchanged,
    /// It is another, or none was known.
    New {
        /// What tells it from other versions; only to be compared, and named in the next call.
        tag: String,
        /// The document.
        bytes: Vec<u8>,
    },
    /// There is none.
    Missing,
}

/// A document that is read again and again, and sent only when it changed.
pub trait Published: Send + Sync {
    /// Fetches the document unless it is the one whose tag is known. Reads nothing but whole versions.
    fn fetch_if_changed(&self, known: Option<&str>) -> impl Future<Output = Result<Fetched>> + Send;
}

/// The document of tests. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryPublished {
    kept: Arc<Mutex<(u64, Option<Vec<u8>>)>>,
}

impl MemoryPublished {
    /// Makes one with nothing published.
    pub fn new() -> Self {
        MemoryPublished::default()
    }

    /// Publishes a version, or takes the document away.
    pub fn publish(&self, document: Option<&[u8]>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = (kept.0.saturating_add(1), document.map(<[u8]>::to_vec));
    }
}

impl Published for MemoryPublished {
    async fn fetch_if_changed(&self, known: Option<&str>) -> Result<Fetched> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bytes) = &kept.1 else { return Ok(Fetched::Missing) };
        let tag = kept.0.to_string();
        if known == Some(tag.as_str()) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::New { tag, bytes: bytes.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{block_on, conformance};

    #[test]
    fn keeps_the_contract() {
        let publish = async |store: &MemoryPublished, document: Option<&[u8]>| store.publish(document);
        block_on(conformance::published(async || MemoryPublished::new(), publish));
    }
}
