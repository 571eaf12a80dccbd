//! What is packed inside: layers of bytes in memory, one in the other, each split as a record of its own.

use std::ops::Range;
use std::vec::IntoIter;

use hinomi_model::{Frame, Frames, QuarantineReason, Reject};

use super::coding::{self, Coding};
use super::cut::{Cut, Found, Step, What, newline};
use super::{Item, MAX_LAYERS, MAX_LINE_BYTES, MAX_NESTED_BYTES, MAX_RECORD_BYTES, kpl};

/// Largest buffer that is kept for the next record.
const MAX_SPARE_BYTES: usize = MAX_RECORD_BYTES;

/// Memory that is reused from record to record: what was unpacked, and texts without their escapes. One a thread.
#[derive(Debug, Default)]
pub struct FrameScratch {
    levels: Vec<Level>,
    spare: Vec<Vec<u8>>,
    text: Vec<u8>,
    /// What further layers may hold.
    budget: usize,
    /// The last part that was given a number here, in the line that holds the layers.
    line: u64,
    part: u64,
}

#[derive(Debug)]
struct Level {
    bytes: Vec<u8>,
    /// The part of the bytes that is split now and was not used yet.
    window: Range<usize>,
    /// Parts that come behind it: an aggregate's user records.
    records: IntoIter<Range<usize>>,
    /// The window was not looked at yet.
    is_new: bool,
    cut: Cut,
    frames: Frames,
    layers: usize,
    place: Place,
}

/// How the items of a level are numbered.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// By its own lines.
    Own,
    /// As parts of one user record.
    Record(u64),
    /// As parts of one line.
    Under(u64),
}

/// Where an item's bytes are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// In what the caller splits.
    Base,
    /// In the innermost level.
    Level,
    /// In the text without escapes.
    Text,
}

/// An item, by its place.
#[derive(Debug)]
pub(super) struct Given {
    line: u64,
    part: u64,
    frames: Frames,
    origin: Origin,
    range: Range<usize>,
    reject: Option<Reject>,
}

impl Given {
    /// Makes the reject of bytes that are refused whole.
    pub(super) fn refused(line: u64, frames: Frames, length: usize, reject: Reject) -> Self {
        let range = 0..length.min(MAX_LINE_BYTES);
        Given { line, part: 0, frames, origin: Origin::Base, range, reject: Some(reject) }
    }

    pub(super) fn at(self, offset: usize) -> Self {
        Given { range: self.range.start + offset..self.range.end + offset, ..self }
    }

    /// Returns the item.
    pub(super) fn item<'a>(self, base: &'a [u8], nest: &'a FrameScratch) -> Item<'a> {
        let bytes = match self.origin {
            Origin::Base => base,
            Origin::Level => nest.levels.last().map_or(&[][..], |level| &level.bytes),
            Origin::Text => &nest.text,
        };
        let bytes = bytes.get(self.range).unwrap_or_default();
        let content = match self.reject {
            Some(reject) => Err((reject, bytes)),
            None => Ok(bytes),
        };
        Item { line: self.line, part: self.part, frames: self.frames, content }
    }
}

/// What bytes turned out to be when their beginning was looked at.
pub(super) enum Opened {
    /// Lines.
    Plain,
    /// They hold a level, which is read now.
    Level,
    /// They are refused.
    Refused(Frames, Reject),
}

impl FrameScratch {
    /// Forgets what an earlier reader left.
    pub(super) fn clear(&mut self) {
        while self.pop() {}
        (self.line, self.part) = (0, 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Returns the line whose inside was read last, and how many parts it has by now.
    pub(super) fn parts(&self) -> (u64, u64) {
        (self.line, self.part)
    }

    /// Looks at the beginning of what the caller splits, which lies below `layers` already.
    pub(super) fn open(&mut self, bytes: &[u8], frames: Frames, layers: usize) -> Opened {
        self.enter(bytes, frames, layers, Place::Own)
    }

    /// Takes an ordinary line of the innermost level: its number and where it lies.
    #[inline]
    pub(super) fn quick(&mut self) -> Option<(u64, Range<usize>)> {
        let level = self.levels.last_mut()?;
        if level.is_new || !matches!(level.place, Place::Own) {
            return None;
        }
        let start = level.window.start;
        let rest = level.bytes.get(level.window.clone()).unwrap_or_default();
        let (line, length, used) = level.cut.quick(rest)?;
        level.window.start += used;
        Some((line, start..start + length))
    }

    /// Returns the item that [`quick`](Self::quick) found.
    #[inline]
    pub(super) fn item(&self, (line, range): (u64, Range<usize>)) -> Item<'_> {
        let (bytes, frames) = self.levels.last().map_or_else(Default::default, |level| {
            (level.bytes.get(range).unwrap_or_default(), level.frames.and(newline()))
        });
        Item::of_line(line, frames, bytes)
    }

    /// Returns the next item of the levels; `None` when nothing is left in them.
    pub(super) fn next(&mut self) -> Option<Given> {
        loop {
            let level = self.levels.last_mut()?;
            if std::mem::take(&mut level.is_new) {
                if let Some(given) = self.begin() {
                    return Some(given);
                }
                continue;
            }
            let start = level.window.start;
            let (used, step) =
                level.cut.step(level.bytes.get(level.window.clone()).unwrap_or_default(), true);
            level.window.start += used;
            let Step::Found(found) = step else {
                self.turn_page();
                continue;
            };
            let Found { line, part, range, frames, what } = found;
            let range = range.start + start..range.end + start;
            let (line, part) = match level.place {
                Place::Own => (line, part),
                Place::Record(line) | Place::Under(line) => {
                    self.part += 1;
                    (line, self.part)
                }
            };
            let found = Found { line, part, range, frames: level.frames.and(frames), what };
            if matches!(found.what, What::Line) {
                return Some(given(found, Origin::Level, None));
            }
            let layers = level.layers;
            let is_own = matches!(level.place, Place::Own);
            let bytes = std::mem::take(&mut level.bytes);
            let depth = self.levels.len();
            let taken = self.take(&bytes, found, Origin::Level, layers, is_own);
            if let Some(level) = self.levels.get_mut(depth - 1) {
                level.bytes = bytes;
            }
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// Returns the item that was found in bytes, or opens the level that it holds. `is_own` says that its place in
    /// the bytes numbers it.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        found: Found,
        origin: Origin,
        layers: usize,
        is_own: bool,
    ) -> Option<Given> {
        let held = bytes.get(found.range.clone()).unwrap_or_default();
        match found.what {
            What::Line | What::Refused(_) => return Some(given(found, origin, None)),
            What::Text if memchr::memchr(b'\\', held).is_none() => {
                if !coding::is_encoded(held) {
                    return Some(given(found, origin, None));
                }
            }
            What::Text => {
                self.text.clear();
                if unescape(held, &mut self.text).is_none() {
                    let reject = Reject::new(QuarantineReason::BadEnvelope, "escape in an array's text");
                    return Some(given(found, origin, Some(reject)));
                }
                if !coding::is_encoded(&self.text) {
                    let around = |byte: &u8| super::is_blank(*byte) || *byte == b'\n';
                    let start = self.text.iter().position(|byte| !around(byte))?;
                    let end = self.text.iter().rposition(|byte| !around(byte)).map_or(start, |last| last + 1);
                    let text = Found { range: start..end.min(start + MAX_LINE_BYTES), ..found };
                    return Some(given(text, Origin::Text, None));
                }
            }
            What::Encoded => {}
        }
        if layers >= MAX_LAYERS {
            return Some(given(found, origin, Some(too_deep())));
        }
        let mut inner = self.buffer();
        // The text of base64 has no escape but `\/`, which is taken off with it.
        let decoded = coding::decode(held, self.limit(), &mut inner);
        match decoded {
            Ok(frames) => {
                if is_own {
                    // A whole line has no number among its parts; what is inside starts with one.
                    (self.line, self.part) = (found.line, found.part.saturating_sub(1));
                }
                let frames = found.frames.and(frames);
                self.push(inner, frames, layers + 1, Place::Under(found.line));
                None
            }
            Err(reject) => {
                self.recycle(inner);
                Some(given(found, origin, Some(reject)))
            }
        }
    }

    /// Looks at the beginning of the innermost level's window. Returns the reject when it is refused.
    fn begin(&mut self) -> Option<Given> {
        let depth = self.levels.len();
        let level = self.levels.last_mut()?;
        let (frames, layers, place, window) = (level.frames, level.layers, level.place, level.window.clone());
        let bytes = std::mem::take(&mut level.bytes);
        let opened = self.enter(bytes.get(window.clone()).unwrap_or_default(), frames, layers, place);
        let level = self.levels.get_mut(depth - 1)?;
        level.bytes = bytes;
        match opened {
            Opened::Plain => None,
            Opened::Level => {
                level.window.start = level.window.end;
                None
            }
            Opened::Refused(frames, reject) => {
                level.window.start = level.window.end;
                let line = match place {
                    Place::Own => level.cut.line(),
                    Place::Record(line) | Place::Under(line) => {
                        self.part += 1;
                        line
                    }
                };
                let part = if matches!(place, Place::Own) { 0 } else { self.part };
                let given = Given {
                    part,
                    origin: Origin::Level,
                    ..Given::refused(line, frames, window.len(), reject)
                };
                Some(given.at(window.start))
            }
        }
    }

    fn enter(&mut self, bytes: &[u8], frames: Frames, layers: usize, place: Place) -> Opened {
        let coding = Coding::of(bytes);
        let records = match coding {
            Coding::Plain => match kpl::user_records(bytes) {
                Ok(None) => return Opened::Plain,
                Ok(Some(records)) => records,
                Err(reject) => return Opened::Refused(frames.with(Frame::Kpl), reject),
            },
            Coding::Gzip | Coding::Zstd => Vec::new(),
        };
        let is_aggregate = coding == Coding::Plain;
        let frames = if is_aggregate { frames.with(Frame::Kpl) } else { frames.and(coding.frames()) };
        if layers >= MAX_LAYERS {
            return Opened::Refused(frames, too_deep());
        }
        let mut inner = self.buffer();
        if !is_aggregate {
            if let Err(reject) = coding.undo(bytes, self.limit(), &mut inner) {
                self.recycle(inner);
                return Opened::Refused(frames, reject);
            }
            self.push(inner, frames, layers + 1, place);
            return Opened::Level;
        }
        let mut ranges = Vec::with_capacity(records.len());
        for record in records {
            let start = inner.len();
            inner.extend_from_slice(record);
            ranges.push(start..inner.len());
        }
        self.push(inner, frames, layers + 1, place);
        if let Some(level) = self.levels.last_mut() {
            level.window = 0..0;
            level.is_new = false;
            level.records = ranges.into_iter();
            if matches!(place, Place::Own) {
                level.place = Place::Record(0);
            }
        }
        Opened::Level
    }

    /// Goes to the next user record of the innermost level, or back to the level around it.
    fn turn_page(&mut self) {
        let Some(level) = self.levels.last_mut() else { return };
        let Some(window) = level.records.next() else {
            self.pop();
            if let Some(level) = self.levels.last_mut()
                && matches!(level.place, Place::Own)
            {
                level.cut.count_parts(self.line, self.part);
            }
            return;
        };
        level.window = window;
        level.is_new = true;
        level.cut = Cut::new();
        if let Place::Record(number) = level.place {
            level.place = Place::Record(number + 1);
            (self.line, self.part) = (number + 1, 0);
        }
    }

    fn push(&mut self, bytes: Vec<u8>, frames: Frames, layers: usize, place: Place) {
        self.budget = self.budget.saturating_sub(bytes.len());
        let level = Level {
            window: 0..bytes.len(),
            bytes,
            records: Vec::new().into_iter(),
            is_new: true,
            cut: Cut::new(),
            frames,
            layers,
            place: match place {
                // What an aggregate's record holds is a part of it, however deep.
                Place::Record(number) => Place::Under(number),
                place => place,
            },
        };
        self.levels.push(level);
    }

    fn pop(&mut self) -> bool {
        let Some(level) = self.levels.pop() else { return false };
        self.recycle(level.bytes);
        true
    }

    fn buffer(&mut self) -> Vec<u8> {
        if self.levels.is_empty() {
            self.budget = MAX_NESTED_BYTES;
        }
        self.spare.pop().unwrap_or_default()
    }

    fn limit(&self) -> usize {
        self.budget.min(MAX_RECORD_BYTES)
    }

    fn recycle(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < MAX_LAYERS && buffer.capacity() <= MAX_SPARE_BYTES {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}

fn given(found: Found, origin: Origin, reject: Option<Reject>) -> Given {
    let Found { line, part, frames, range, what } = found;
    let reject = match what {
        What::Refused(reject) => Some(reject),
        _ => reject,
    };
    let range =
        if reject.is_some() { range.start..range.end.min(range.start + MAX_LINE_BYTES) } else { range };
    Given { line, part, frames, origin, range, reject }
}

fn too_deep() -> Reject {
    Reject::new(QuarantineReason::BadEnvelope, format!("nested deeper than {MAX_LAYERS}"))
}

/// Undoes the escapes of a JSON text whose bytes may be no UTF-8; `None` when one is broken.
fn unescape(text: &[u8], plain: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(rest.get(..at)?);
        let (escape, after) = rest.get(at + 1..)?.split_first()?;
        rest = after;
        plain.push(match escape {
            b'"' | b'\\' | b'/' => *escape,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let (character, after) = code_point(rest)?;
                rest = after;
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return None,
        });
    }
    plain.extend_from_slice(rest);
    Some(())
}

/// Reads `0041`, or both halves of a pair, `d83d\ude00`. Half a pair is a replacement character.
fn code_point(text: &[u8]) -> Option<(char, &[u8])> {
    let unit = |text: &[u8]| -> Option<u32> {
        u32::from_str_radix(std::str::from_utf8(text.get(..4)?).ok()?, 16).ok()
    };
    let first = unit(text)?;
    let after = text.get(4..)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, after));
    }
    let second = after.strip_prefix(b"\\u").and_then(unit).filter(|unit| (0xdc00..0xe000).contains(unit));
    match second {
        Some(second) if first < 0xdc00 => {
            let both = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            Some((char::from_u32(both)?, after.get(6..)?))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_json_are_undone() {
        for (text, plain) in [
            (r#"a\"b\\c\/d\n\u0041\u3042"#, Some("a\"b\\c/d\nAあ")),
            (r"\ud83d\ude00", Some("😀")),
            (r"\ud83dx", Some("\u{fffd}x")),
            (r"\ude00\ud83d", Some("\u{fffd}\u{fffd}")),
            (r"\x", None),
            (r"\", None),
            (r"\u12", None),
        ] {
            let mut read = Vec::new();
            let outcome = unescape(text.as_bytes(), &mut read).map(|()| String::from_utf8(read).unwrap());
            assert_eq!(outcome.as_deref(), plain, "{text}");
        }
    }
}
