//! Small documents of a run in the store's ledger: read, and written over what is there.

use hinomi_store::{Ledger, block_on};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Fault;

/// Reads a document; `None` when there is none.
pub(crate) fn read<T: DeserializeOwned>(store: &impl Ledger, key: &str) -> Result<Option<T>, Fault> {
    let Some(stored) = block_on(store.read(key))? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&stored.bytes)?))
}

/// Writes a document, whatever is there: this process is the only one that has the store open.
pub(crate) fn write(store: &impl Ledger, key: &str, value: &impl Serialize) -> Result<(), Fault> {
    let version = block_on(store.read(key))?.map(|stored| stored.version);
    block_on(store.write(key, version, &serde_json::to_vec(value)?))?;
    Ok(())
}
