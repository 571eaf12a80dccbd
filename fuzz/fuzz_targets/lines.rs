//! A record and a file: any bytes become bounded items, and both readers see the same ones in any pieces.
#![no_main]

use std::io::Read;

use hinomi_model::QuarantineReason;
use hinomi_parse::{FrameScratch, Item, LineReader, Lines, MAX_LINE_BYTES};
use libfuzzer_sys::fuzz_target;

/// A stream that gives so many bytes at once.
struct Steps<'a>(&'a [u8], usize);

impl Read for Steps<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = self.1.min(buffer.len());
        self.0.read(&mut buffer[..step])
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let is_packed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let mut reader = LineReader::new(Steps(bytes, usize::from(step) + 1)).expect("memory can be read");
    let mut scratch = FrameScratch::default();
    let mut lines = Lines::new(bytes, &mut scratch);
    while let Some(item) = lines.next_line() {
        check(&item);
        // What is packed is bounded as a record and not as a file, which gives what it can until it breaks.
        if !is_packed {
            assert_eq!(reader.next_line().as_ref(), Some(&item));
        }
    }
    while let Some(item) = reader.next_line() {
        check(&item);
        assert!(is_packed, "the file's reader goes on");
    }
});

fn check(item: &Item<'_>) {
    match &item.content {
        Ok(line) => assert!(!line.is_empty() && line.len() <= MAX_LINE_BYTES),
        Err((reject, head)) => {
            assert!(head.len() <= MAX_LINE_BYTES);
            assert_ne!(reject.reason, QuarantineReason::Fault);
        }
    }
}
