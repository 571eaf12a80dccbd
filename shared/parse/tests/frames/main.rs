//! How records and files are split into lines: every framing, alone, mixed, cut, and hostile.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

mod framings;
mod hostile;
mod layers;
mod pack;
mod properties;
mod reference;

use std::io::{self, Read};

use hinomi_model::{Frame, QuarantineReason};
use hinomi_parse::{FrameScratch, Item, LineReader, Lines};

/// An item that owns what it holds: line, part, frames and content, or the reason and the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    line: u64,
    part: u64,
    frames: Vec<Frame>,
    content: Result<Vec<u8>, (QuarantineReason, Vec<u8>)>,
}

impl Owned {
    fn of(item: &Item<'_>) -> Self {
        Owned {
            line: item.line,
            part: item.part,
            frames: item.frames.iter().collect(),
            content: match &item.content {
                Ok(line) => Ok(line.to_vec()),
                Err((reject, head)) => Err((reject.reason, head.to_vec())),
            },
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(match &self.content {
            Ok(line) => line,
            Err((_, head)) => head,
        })
        .into_owned()
    }
}

/// A stream that gives so many bytes at once.
struct Steps<'a>(&'a [u8], usize);

impl Read for Steps<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let step = self.1.min(buffer.len());
        self.0.read(&mut buffer[..step])
    }
}

fn as_record(bytes: &[u8]) -> Vec<Owned> {
    let mut scratch = FrameScratch::default();
    let mut lines = Lines::new(bytes, &mut scratch);
    let mut items = Vec::new();
    while let Some(item) = lines.next_line() {
        items.push(Owned::of(&item));
    }
    items
}

fn as_file(bytes: &[u8], step: usize) -> Vec<Owned> {
    let mut reader = LineReader::new(Steps(bytes, step)).unwrap();
    let mut items = Vec::new();
    while let Some(item) = reader.next_line() {
        items.push(Owned::of(&item));
    }
    assert!(reader.fault().is_none());
    items
}

/// Splits bytes as a record and as a file in several sorts of pieces, and returns what all of them found.
fn split(bytes: &[u8]) -> Vec<Owned> {
    let items = as_record(bytes);
    for step in [1, 7, 1_000, usize::MAX] {
        // One byte at a time is for what is short: each read looks at what is held.
        if step >= 1_000 || bytes.len() < 4_096 {
            assert_eq!(as_file(bytes, step), items, "in steps of {step}");
        }
    }
    items
}
