//! What is made of a JSON object's tape: its members, and nested values as text.
//!
//! simd-json has read the text; its reader undoes escapes in a copy, so what a log needs is appended to a text of the
//! log's own, into which spans can point.

use std::fmt::Write as _;

use hinomi_model::Span;
use simd_json::{Node, Tape};

/// How deep values may nest. The vendors' nest twice; deeper ones are refused rather than followed.
const MAX_DEPTH: usize = 16;

/// The memory of a tape, kept between lines.
pub(crate) struct SpareTape(Tape<'static>);

impl Default for SpareTape {
    fn default() -> Self {
        SpareTape(Tape(Vec::new()))
    }
}

impl std::fmt::Debug for SpareTape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpareTape").finish_non_exhaustive()
    }
}

impl SpareTape {
    /// Takes the memory, for a text that lives as long as it must.
    pub(crate) fn take<'a>(&mut self) -> Tape<'a> {
        std::mem::replace(&mut self.0, Tape(Vec::new())).reset()
    }

    /// Puts the memory back.
    pub(crate) fn put(&mut self, tape: Tape<'_>) {
        self.0 = tape.reset();
    }
}

/// Walks the members of the object that starts the tape: name and the value's part of the tape.
pub(crate) fn members<'t, 'a>(nodes: &'t [Node<'a>]) -> impl Iterator<Item = (&'a str, &'t [Node<'a>])> {
    let (mut left, mut rest) = match nodes.first() {
        Some(&Node::Object { len, .. }) => (len, nodes.get(1..).unwrap_or_default()),
        _ => (0, nodes),
    };
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let (&Node::String(name), values) = rest.split_first()? else {
            return None;
        };
        let nodes = match *values.first()? {
            Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
            Node::String(_) | Node::Static(_) => 1,
        };
        let (value, after) = values.split_at_checked(nodes)?;
        rest = after;
        Some((name, value))
    })
}

/// Appends to the text; returns what was appended and where it ends. A line is far shorter than 4 GiB.
pub(crate) fn append(text: &mut String, write: impl FnOnce(&mut String)) -> (Span, u32) {
    let start = text.len() as u32;
    write(text);
    let end = text.len() as u32;
    (Span { start, end }, end)
}

/// Writes the value that starts `nodes` as JSON and returns what follows it; `None` when it nests too deep.
pub(crate) fn write_value<'t, 'n>(
    nodes: &'t [Node<'n>],
    depth: usize,
    text: &mut String,
) -> Option<&'t [Node<'n>]> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (node, mut rest) = nodes.split_first()?;
    match node {
        Node::String(value) => write_string(value, text),
        Node::Static(value) => {
            // Writing into a String cannot fail.
            let _ = write!(text, "{value}");
        }
        Node::Array { len, .. } => {
            text.push('[');
            for index in 0..*len {
                text.push_str(if index == 0 { "" } else { "," });
                rest = write_value(rest, depth + 1, text)?;
            }
            text.push(']');
        }
        Node::Object { len, .. } => {
            text.push('{');
            for index in 0..*len {
                text.push_str(if index == 0 { "" } else { "," });
                rest = write_value(rest, depth + 1, text)?;
                text.push(':');
                rest = write_value(rest, depth + 1, text)?;
            }
            text.push('}');
        }
    }
    Some(rest)
}

/// Writes a string as JSON.
pub(crate) fn write_string(value: &str, text: &mut String) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}
