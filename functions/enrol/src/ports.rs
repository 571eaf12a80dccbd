//! What enrolment needs that the store does not have: a place for the accepted registry, and somebody to tell.

use std::future::Future;

use hinomi_aws::Document;
use hinomi_store::{Published, Result};

/// The registry in force: read like any published document, and replaced as a whole.
pub trait Accepted: Published {
    /// Puts a registry in force. A repeat changes nothing.
    fn replace(&self, bytes: &[u8]) -> impl Future<Output = Result<()>> + Send;
}

/// The people who run the platform. A message that is told twice arrives twice.
pub trait Operations: Send + Sync {
    /// Tells them something: a subject of printable ASCII, and text.
    fn tell(&self, subject: &str, text: &str) -> impl Future<Output = Result<()>> + Send;
}

impl Accepted for Document {
    async fn replace(&self, bytes: &[u8]) -> Result<()> {
        Document::replace(self, bytes).await
    }
}

impl Operations for hinomi_aws::Operations {
    async fn tell(&self, subject: &str, text: &str) -> Result<()> {
        hinomi_aws::Operations::tell(self, subject, text).await
    }
}
