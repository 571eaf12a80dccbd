//! A file takes no more memory than the reader's buffer, whatever is claimed, opened and never closed in it.

use std::alloc::System;
use std::io::Read;

use hinomi_parse::LineReader;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// Pieces that are copied at once; they count as memory.
const PIECES: usize = 1 << 14;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A piece that is repeated for ever, behind a beginning and before an end.
fn endless(start: &'static [u8], piece: &'static [u8], bytes: usize, end: &'static [u8]) -> impl Read + Send {
    let cycle = Cycle { pieces: piece.repeat(PIECES), at: 0 };
    start.chain(cycle.take((bytes / piece.len() * piece.len()) as u64)).chain(end)
}

struct Cycle {
    pieces: Vec<u8>,
    at: usize,
}

impl Read for Cycle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.pieces[self.at..].as_ref().read(buffer)?;
        self.at = (self.at + read) % self.pieces.len();
        Ok(read)
    }
}

#[test]
fn memory_is_bounded_whatever_the_length() {
    const BYTES: usize = 100 << 20;
    /// The reader's buffer and what its decoders take.
    const MOST: usize = 2 << 20;
    for (start, piece, end, reads_end) in [
        (b"".as_slice(), b"x".as_slice(), b"\nlast".as_slice(), true),
        (b"[{\"a\":\"", b"x", b"\"},\"last\"]", true),
        (b"[\"one\",\"", b"\\\"", b"\",\"last\"]", true),
        (b"{\"a\":[", b"1,", b"1]}\nlast", true),
        (b"{\"records\":[[", b"[],", b"[]],\"last\"]}", true),
        (b"99999 <1>", b"x", b"\nlast", true),
        (b"6 <1>a=199999999 <1>", b"x", b"4 <1>last", false),
        (b"6 <1>a=1", b"9 <1", b"\nlast", true),
        (b"[", b" \n", b"]\nlast", true),
        (b"{\"records\":[1],\"x\":\"", b"x", b"\"}\nlast", true),
        (b"", b"\0", b"\nlast", true),
    ] {
        let region = Region::new(ALLOCATOR);
        let mut reader = LineReader::new(endless(start, piece, BYTES, end)).unwrap();
        let mut last = Vec::new();
        let mut items = 0;
        while let Some(item) = reader.next_line() {
            items += 1;
            last.clear();
            last.extend_from_slice(item.content.unwrap_or_else(|(_, head)| head));
        }
        let start = String::from_utf8_lossy(start);
        assert!(items < 10, "{start}: {items}");
        assert_eq!(
            String::from_utf8_lossy(&last).ends_with("last"),
            reads_end || last.ends_with(b"last"),
            "{start}"
        );
        let allocated = region.change().bytes_allocated;
        assert!(allocated < MOST, "{start}: {allocated}");
    }
}
