//! Bytes to lines: what a stream's record or a file holds, however it was packed.
//!
//! [`Lines`] is for records, which lie in memory; [`LineReader`] is for files of any length, with memory that does not
//! grow. Both take off gzip, zstd and the Kinesis Producer Library's aggregates ([`user_records`]) and hand the bytes
//! to one splitter, `cut`, which tells for each item what frames it:
//!
//! ```text
//! date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" ...                          a line feed
//! 71 <189>date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" ...71 <189>...       RFC 6587 octet counting
//! [{"message":"date=2026-01-20 ..."}, "date=2026-01-20 ..."]                          an array
//! {"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1768871701000,"message":"..."}]}
//! H4sIAAAAAAAA/0tJLEm1NTIwMtM1MNQ1MgAAJxfX7w4AAAA=                                  base64 of any of it
//! ```
//!
//! Specifications stand in the file of each form. Here nothing is known of what a line says. Every byte that is not
//! blank belongs to one item, to one that is refused, or to the syntax around items; no item is longer than
//! [`MAX_LINE_BYTES`]; and the way in which a stream arrives in pieces changes nothing.

mod coding;
mod count;
mod cut;
mod kpl;
mod lines;
mod nest;
mod reader;
mod walk;

use std::borrow::Cow;

use hinomi_model::{Frames, Reject};

use self::coding::Coding;

pub use kpl::user_records;
pub use lines::Lines;
pub use nest::FrameScratch;
pub use reader::LineReader;

/// Longest line that is read. FortiOS writes up to some 64 KiB with extended UTM logging; a longer one is refused as
/// a whole, so that no half of it is taken for a log.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Largest record, after decompression. A stream's record has at most 10 MiB before it; what is larger is refused as
/// a whole.
pub const MAX_RECORD_BYTES: usize = 32 * 1024 * 1024;

/// A compressed record may grow this many times. Logs grow 10 to 40 times; a bomb, a thousand times.
pub const MAX_RATIO: usize = 200;

/// Below this many bytes the ratio is not asked: a record of equal lines compresses better than any bomb has to.
pub const RATIO_FLOOR_BYTES: usize = 1024 * 1024;

/// Layers of compression, base64 (with the compression in it) and aggregation, one in the other. Firehose compresses
/// what CloudWatch Logs compressed, and a producer may aggregate that; a fourth layer is refused.
pub const MAX_LAYERS: usize = 3;

/// Longest base64 text. Lambda is given at most 6 MB, and what it is given fits into a record.
pub const MAX_ENCODED_BYTES: usize = 8 * 1024 * 1024;

/// What all layers of one record, or of one line of a file, may hold together: two of the largest. Without it layers
/// that each keep their ratio would multiply.
const MAX_NESTED_BYTES: usize = 2 * MAX_RECORD_BYTES;

/// Largest aggregate: a stream's record has at most 10 MiB.
const MAX_AGGREGATE_BYTES: usize = 10 * 1024 * 1024;

/// One item: a line, or what stands for one.
#[derive(Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Number of the line in which it starts, from 1; in an aggregate, of the user record.
    pub line: u64,
    /// Which item of that line it is, from 1; 0 when it is all of the line.
    pub part: u64,
    /// What it came out of.
    pub frames: Frames,
    /// What it holds, without the blanks around it; or why it is refused, and its beginning.
    pub content: Result<&'a [u8], (Reject, &'a [u8])>,
}

/// Undoes gzip or zstd of bytes in memory, told by their first bytes; plain bytes stay as they are.
///
/// # Errors
///
/// A [`Reject`] for what does not decompress, or grows beyond [`MAX_RATIO`] or the limit.
pub fn decompressed(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, Reject> {
    match Coding::of(bytes) {
        Coding::Plain => Ok(Cow::Borrowed(bytes)),
        coding => {
            let mut plain = Vec::new();
            coding.undo(bytes, limit, &mut plain)?;
            Ok(Cow::Owned(plain))
        }
    }
}

impl<'a> Item<'a> {
    /// Makes the item of a line that stands alone.
    #[inline]
    fn of_line(line: u64, frames: Frames, content: &'a [u8]) -> Self {
        Item { line, part: 0, frames, content: Ok(content) }
    }
}

/// Tells what surrounds a line and is no part of it: CR, NUL, blanks.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\0')
}
