//! Small documents in the store's ledger: read, and written if they are still what was read.
//!
//! JSON, because what is stored must stay readable to people; a large one is packed, and told by its first bytes.

use hinomi_store::{Ledger, Stored, object};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Result;

/// A document of this size is packed: below it packing saves nothing that counts, above it a unit of write each
/// kilobyte on a table that charges by size.
const PACKED_FROM_BYTES: usize = 4 << 10;
/// What a zstd frame begins with (RFC 8878, 3.1.1); no JSON does.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Writes a value as bytes for the store: JSON, packed when it is large.
///
/// # Errors
///
/// When it is larger than an object may be.
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value)?;
    Ok(if plain.len() < PACKED_FROM_BYTES { plain } else { object::compress(&plain)? })
}

/// Reads what [`pack`] wrote, or plain JSON. Takes any bytes.
///
/// # Errors
///
/// When the bytes are no such value.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if bytes.starts_with(&ZSTD_MAGIC) {
        return Ok(serde_json::from_slice(&object::decompress(bytes)?)?);
    }
    Ok(serde_json::from_slice(bytes)?)
}

/// Reads a document with its version; `None` when there is none.
///
/// # Errors
///
/// When the store fails or the document can't be read.
pub async fn read_versioned<T: DeserializeOwned>(store: &impl Ledger, key: &str) -> Result<Option<(T, u64)>> {
    let Some(Stored { version, bytes }) = store.read(key).await? else { return Ok(None) };
    Ok(Some((unpack(&bytes)?, version)))
}

/// Reads a document; `None` when there is none.
///
/// # Errors
///
/// When the store fails or the document can't be read.
pub async fn read<T: DeserializeOwned>(store: &impl Ledger, key: &str) -> Result<Option<T>> {
    Ok(read_versioned(store, key).await?.map(|(value, _)| value))
}

/// Writes a document if it still has the version expected, and returns its new one.
///
/// # Errors
///
/// [`hinomi_store::Error::Conflict`] when somebody else wrote, and whatever the store fails with.
pub async fn write_versioned(
    store: &impl Ledger,
    key: &str,
    expected: Option<u64>,
    value: &impl Serialize,
) -> Result<u64> {
    Ok(store.write(key, expected, &pack(value)?).await?)
}

/// Writes a document, whatever is there: for a process that is the only one to have the store open.
///
/// # Errors
///
/// When the store fails.
pub async fn write(store: &impl Ledger, key: &str, value: &impl Serialize) -> Result<()> {
    let version = store.read(key).await?.map(|stored| stored.version);
    write_versioned(store, key, version, value).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use hinomi_store::{Memory, block_on};

    use super::*;

    #[test]
    fn small_documents_stay_readable_and_large_ones_are_packed() {
        let store = Memory::new();
        for (key, value) in [("small", vec![7_u64; 3]), ("large", vec![7_u64; 10_000])] {
            block_on(write(&store, key, &value)).unwrap();
            assert_eq!(block_on(read::<Vec<u64>>(&store, key)).unwrap(), Some(value));
        }
        assert_eq!(block_on(store.read("small")).unwrap().unwrap().bytes, b"[7,7,7]");
        assert!(block_on(store.read("large")).unwrap().unwrap().bytes.len() < 1_000);
        assert!(block_on(read::<Vec<u64>>(&store, "none")).unwrap().is_none());
    }

    #[test]
    fn other_bytes_are_an_error_that_no_repeat_helps() {
        for bytes in [&b""[..], b"[7", &ZSTD_MAGIC] {
            assert!(unpack::<Vec<u64>>(bytes).is_err_and(|error| !error.is_retryable()));
        }
    }
}
