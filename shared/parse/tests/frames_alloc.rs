//! A file takes no more memory than the reader's buffer, whatever is claimed, opened and never closed in it.

use std::alloc::System;
use std::io::Read;

use hinomi_parse::LineReader;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A piece that is repeated for ever, behind a beginning and before an end.
fn endless(start: &'static [u8], piece: &'static [u8], bytes: usize, end: &'static [u8]) -> impl Read + Send {
    let cycle = std::iter::repeat_n(piece, bytes / piece.len()).flatten().copied();
    let cycle = Bytes(cycle);
    start.chain(cycle).chain(end)
}

struct Bytes<I>(I);

impl<I: Iterator<Item = u8>> Read for Bytes<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut read = 0;
        for (place, byte) in buffer.iter_mut().zip(&mut self.0) {
            *place = byte;
            read += 1;
        }
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
            last.extend_from_slice(item.content.map_or_else(|(_, head)| head, |line| line));
        }
        let start = String::from_utf8_lossy(start);
        assert!(items < 10, "{start}: {items}");
        assert_eq!(String::from_utf8_lossy(&last).ends_with("last"), reads_end || last.ends_with(b"last"), "{start}");
        let allocated = region.change().bytes_allocated;
        assert!(allocated < MOST, "{start}: {allocated}");
    }
}
