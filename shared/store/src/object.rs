//! The bytes of archive objects: zstd, bounded when read.
//!
//! The archive keeps bytes as they are; who writes an object compresses it here first, so that files and S3 hold the
//! same.

use std::io::Read;

use crate::error::{Error, Result};
use crate::ports::limits;

/// zstd's own default: twice as small as what faster levels give on facts, at a tenth of parsing's cost.
const LEVEL: i32 = 3;

/// Compresses an object. The same bytes give the same object.
///
/// # Errors
///
/// [`Error::TooLarge`] beyond [`limits::OBJECT_BYTES`].
pub fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    check(bytes.len())?;
    zstd::bulk::compress(bytes, LEVEL).map_err(|error| Error::unavailable("compressing", error))
}

/// Decompresses an object. Takes any bytes.
///
/// # Errors
///
/// [`Error::Corrupt`] for bytes that are no zstd, [`Error::TooLarge`] for an object that grows beyond
/// [`limits::OBJECT_BYTES`] or beyond [`limits::OBJECT_RATIO`] times its size.
pub fn decompress(bytes: &[u8]) -> Result<Vec<u8>> {
    // The least allowance lets small, very regular objects through.
    let limit = bytes.len().saturating_mul(limits::OBJECT_RATIO).clamp(1 << 20, limits::OBJECT_BYTES);
    let mut plain = Vec::new();
    let decoder = zstd::Decoder::with_buffer(bytes).map_err(|_| Error::corrupt("object is no zstd"))?;
    let read = decoder.take(limit as u64 + 1).read_to_end(&mut plain);
    read.map_err(|_| Error::corrupt("object is no zstd"))?;
    if plain.len() > limit {
        return Err(Error::TooLarge { what: "object", size: plain.len(), limit });
    }
    Ok(plain)
}

/// Checks the size of an object.
///
/// # Errors
///
/// [`Error::TooLarge`] beyond [`limits::OBJECT_BYTES`].
pub fn check(size: usize) -> Result<()> {
    let limit = limits::OBJECT_BYTES;
    if size > limit { Err(Error::TooLarge { what: "object", size, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compressed_comes_out_equal() {
        for bytes in [b"".to_vec(), b"facts".repeat(1_000)] {
            assert_eq!(decompress(&compress(&bytes).unwrap()).unwrap(), bytes);
        }
    }

    #[test]
    fn bombs_and_garbage_are_refused() {
        let bomb = compress(&vec![0; 64 << 20]).unwrap();
        assert!(bomb.len() < 1 << 16);
        assert!(matches!(decompress(&bomb), Err(Error::TooLarge { .. })));
        let whole = compress(&b"facts".repeat(1_000)).unwrap();
        assert!(matches!(decompress(&whole[..whole.len() / 2]), Err(Error::Corrupt { .. })));
        assert!(matches!(decompress(b"no zstd"), Err(Error::Corrupt { .. })));
    }
}
