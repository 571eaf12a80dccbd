//! Objects of several zstd frames, each of which can be opened by itself, with a table of contents behind them.
//!
//! The table is a zstd *skippable frame* (RFC 8878, 3.1.2), so the whole is a zstd file that every tool decompresses to
//! the frames' contents one after the other. The table's own end tells its length, so it is found from the end:
//!
//! ```text
//! frame 0, frame 1, ...                  what is kept
//! 0x184D2A5E, length                     a skippable frame: magic and length, four bytes each, little endian
//!   table                                zstd, made by whoever writes the object
//!   length of the table, 4 bytes
//!   version, 1 byte
//!   "hinomi"
//! ```
//!
//! Objects come from a bucket, so everything is bounded and nothing is trusted when one is read.

use hinomi_store::{Error, Result};

/// The format of what stands behind the frames.
const VERSION: u8 = 1;

/// Ends every object of this form.
const MARK: &[u8; 6] = b"hinomi";

/// Magic number of the skippable frame; the last of the sixteen but one, so that it collides with nobody's zero.
const SKIPPABLE: u32 = 0x184D_2A5E;

/// What stands behind the table inside the skippable frame: length, version, mark.
const TRAILER_BYTES: usize = 4 + 1 + MARK.len();

/// Largest table that is read, decompressed. A batch of 10,000 records with 65,536 owners takes some 8 MiB.
const MAX_TABLE_BYTES: usize = 32 << 20;

/// An object that is being written.
#[derive(Debug, Default)]
pub(crate) struct Framed {
    bytes: Vec<u8>,
}

impl Framed {
    /// Adds a frame and returns how many bytes it takes.
    pub(crate) fn push(&mut self, plain: &[u8], level: i32) -> Result<usize> {
        let frame = compress(plain, level)?;
        self.bytes.extend_from_slice(&frame);
        Ok(frame.len())
    }

    /// Returns how many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Puts the table behind the frames and returns the object.
    pub(crate) fn finish(mut self, table: &[u8], level: i32) -> Result<Vec<u8>> {
        let table = compress(table, level)?;
        let length = length_of(table.len())?;
        let inside = length_of(table.len().saturating_add(TRAILER_BYTES))?;
        self.bytes.extend_from_slice(&SKIPPABLE.to_le_bytes());
        self.bytes.extend_from_slice(&inside.to_le_bytes());
        self.bytes.extend_from_slice(&table);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.push(VERSION);
        self.bytes.extend_from_slice(MARK);
        Ok(self.bytes)
    }
}

/// Tells whether an object has a table behind its frames.
pub(crate) fn has_table(object: &[u8]) -> bool {
    object.ends_with(MARK)
}

/// Reads an object's table.
///
/// # Errors
///
/// [`Error::Format`] for another version's, [`Error::Corrupt`] for an object that has no table.
pub(crate) fn table(object: &[u8]) -> Result<Vec<u8>> {
    let broken = || corrupt("object without a table");
    let rest = object.strip_suffix(MARK).ok_or_else(broken)?;
    let (version, rest) = rest.split_last().ok_or_else(broken)?;
    if *version != VERSION {
        return Err(Error::Format { found: u64::from(*version), known: u64::from(VERSION) });
    }
    let (rest, length) = rest.split_last_chunk::<4>().ok_or_else(broken)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| broken())?;
    let start = rest.len().checked_sub(length).ok_or_else(broken)?;
    decompress(rest.get(start..).ok_or_else(broken)?, MAX_TABLE_BYTES)
}

/// Returns a frame by its number, still compressed; `None` when the object does not have so many.
pub(crate) fn nth_frame(object: &[u8], number: u32) -> Option<&[u8]> {
    let mut rest = object;
    for _ in 0..number {
        rest = rest.get(zstd::zstd_safe::find_frame_compressed_size(rest).ok()?..)?;
    }
    if rest.starts_with(&SKIPPABLE.to_le_bytes()) {
        return None;
    }
    rest.get(..zstd::zstd_safe::find_frame_compressed_size(rest).ok()?)
}

/// Decompresses one frame that may have at most so many bytes.
///
/// # Errors
///
/// [`Error::Corrupt`] for what is no frame, or a larger one.
pub(crate) fn decompress(frame: &[u8], most: usize) -> Result<Vec<u8>> {
    zstd::bulk::decompress(frame, most).map_err(|_| corrupt("frame is no zstd, or too large"))
}

fn compress(plain: &[u8], level: i32) -> Result<Vec<u8>> {
    let failed = |error| Error::Unavailable { what: "compressing".to_owned(), source: Some(Box::new(error)) };
    zstd::bulk::compress(plain, level).map_err(failed)
}

fn length_of(bytes: usize) -> Result<u32> {
    let limit = u32::MAX as usize;
    u32::try_from(bytes).map_err(|_| Error::TooLarge { what: "table of an object", size: bytes, limit })
}

/// Makes the error of an object that is not what was written.
pub(crate) fn corrupt(what: &str) -> Error {
    Error::Corrupt { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Vec<u8> {
        let mut framed = Framed::default();
        for plain in ["one", "", "three"] {
            framed.push(plain.as_bytes(), 1).unwrap();
        }
        framed.finish(b"the table", 3).unwrap()
    }

    #[test]
    fn frames_and_table_come_back_and_other_tools_see_the_frames() {
        let object = object();
        let plain = |number| nth_frame(&object, number).map(|frame| decompress(frame, 100).unwrap());
        assert_eq!(plain(0).unwrap(), b"one");
        assert_eq!(plain(1).unwrap(), b"");
        assert_eq!(plain(2).unwrap(), b"three");
        assert_eq!(plain(3), None);
        assert_eq!(plain(4), None);
        assert_eq!(table(&object).unwrap(), b"the table");
        assert_eq!(zstd::decode_all(object.as_slice()).unwrap(), b"onethree");
    }

    #[test]
    fn what_is_no_such_object_is_refused_whatever_its_bytes() {
        let object = object();
        for cut in 0..object.len() {
            assert!(table(&object[..cut]).is_err(), "{cut}");
            for number in 0..4 {
                let _ = nth_frame(&object[..cut], number);
            }
        }
        let mut other = object.clone();
        let at = other.len() - MARK.len() - 1;
        other[at] = 9;
        assert!(matches!(table(&other), Err(Error::Format { found: 9, .. })));
        let mut long = object;
        let at = long.len() - TRAILER_BYTES;
        long[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(table(&long), Err(Error::Corrupt { .. })));
        assert!(decompress(&compress(&[0; 1000], 1).unwrap(), 999).is_err());
    }
}
