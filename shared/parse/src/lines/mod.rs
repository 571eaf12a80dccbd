//! Bytes to lines: what a stream's record or a file holds, plain, gzip or zstd.
//!
//! [`open`] and [`Lines`] are for records, which fit into memory; [`LineReader`] is for files of any length, with
//! memory that does not grow. Both count lines from 1, take off the line ends and the NUL and blanks around a line,
//! skip empty lines, and refuse a line that is too long without losing the next one.

mod reader;
mod record;

pub use reader::LineReader;
pub use record::{Lines, open};

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

/// Memory that a record's zstd frame may ask for, as a power of two: 32 MiB, as much as a record may hold.
const MAX_RECORD_WINDOW_LOG: u32 = 25;

/// Memory that a file's zstd frame may ask for, as a power of two: 128 MiB, what `zstd --long` asks for and `zstd -d`
/// grants without being told.
const MAX_FILE_WINDOW_LOG: u32 = 27;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Zstd,
}

impl Coding {
    /// Tells the coding by the first bytes.
    fn of(head: &[u8]) -> Coding {
        match head {
            [0x1f, 0x8b, ..] => Coding::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Coding::Zstd,
            _ => Coding::Plain,
        }
    }
}

/// Takes off what surrounds a line: CR, NUL, blanks.
fn trim(line: &[u8]) -> &[u8] {
    let around = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\0');
    let Some(start) = line.iter().position(|byte| !around(byte)) else {
        return &[];
    };
    let end = line.iter().rposition(|byte| !around(byte)).map_or(start, |last| last + 1);
    line.get(start..end).unwrap_or(&[])
}
