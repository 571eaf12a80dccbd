//! serde_json and simd-json.
//!
//! simd-json writes into its input, so each line is copied into a buffer first: the lines are the archive's too, and what
//! reads them has to leave them as they are.

use std::hint::black_box;

use serde_json::Value;
use simd_json::{BorrowedValue, Buffers, Node, Tape};

use crate::data::Data;
use crate::reader::{Reader, Told};

/// Makes `serde_json::Value`s.
pub(crate) fn serde_value() -> Box<dyn Reader> {
    Box::new(Tree)
}

/// Makes simd-json's borrowed values.
pub(crate) fn simd_value() -> Box<dyn Reader> {
    Box::new(Borrowed::default())
}

/// Makes simd-json's tapes.
pub(crate) fn simd_tape() -> Box<dyn Reader> {
    Box::new(Flat::default())
}

struct Tree;

impl Reader for Tree {
    fn pass(&mut self, data: &Data) -> usize {
        data.lines().filter(|line| black_box(serde_json::from_str::<Value>(line)).is_ok()).count()
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let Value::Object(members) = serde_json::from_str(line).ok()? else { return None };
        Told::of_texts(members.get("srcip")?.as_str()?, members.get("dstip")?.as_str()?, members.len())
    }
}

#[derive(Default)]
struct Borrowed {
    line: Vec<u8>,
    buffers: Buffers,
}

impl Borrowed {
    fn read(&mut self, line: &str) -> Option<BorrowedValue<'_>> {
        self.line.clear();
        self.line.extend_from_slice(line.as_bytes());
        simd_json::to_borrowed_value_with_buffers(&mut self.line, &mut self.buffers).ok()
    }
}

impl Reader for Borrowed {
    fn pass(&mut self, data: &Data) -> usize {
        data.lines().filter(|line| black_box(self.read(line)).is_some()).count()
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let BorrowedValue::Object(members) = self.read(line)? else { return None };
        let text = |key: &str| match members.get(key) {
            Some(BorrowedValue::String(text)) => Some(text.to_string()),
            _ => None,
        };
        Told::of_texts(&text("srcip")?, &text("dstip")?, members.len())
    }
}

#[derive(Default)]
struct Flat {
    line: Vec<u8>,
    buffers: Buffers,
}

impl Flat {
    fn read(&mut self, line: &str) -> Option<Tape<'_>> {
        self.line.clear();
        self.line.extend_from_slice(line.as_bytes());
        simd_json::to_tape_with_buffers(&mut self.line, &mut self.buffers).ok()
    }
}

impl Reader for Flat {
    fn pass(&mut self, data: &Data) -> usize {
        data.lines().filter(|line| black_box(self.read(line)).is_some()).count()
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let tape = self.read(line)?.0;
        let Some(Node::Object { len, .. }) = tape.first() else { return None };
        let after = |key: &str| {
            let place = tape.iter().position(|node| *node == Node::String(key))?;
            match tape.get(place + 1) {
                Some(Node::String(text)) => Some(*text),
                _ => None,
            }
        };
        Told::of_texts(after("srcip")?, after("dstip")?, *len)
    }
}
