//! Sets aside what never can be dealt with, so that it holds up nothing and a person can look at it.

use hinomi_store::{Archive, ArchiveKey};

use crate::error::Result;

/// Keeps bytes under a name. A repeat changes nothing.
///
/// # Errors
///
/// When the store fails; what could not be set aside must be tried again.
pub(crate) async fn set_aside(archive: &impl Archive, name: &str, bytes: &[u8]) -> Result<()> {
    archive.put_new(&ArchiveKey::new(name)?, bytes).await?;
    Ok(())
}
