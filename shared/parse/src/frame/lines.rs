//! Records: a whole batch of lines in memory.

use hinomi_model::{Frames, QuarantineReason, Reject};

use super::cut::{Cut, Step, newline};
use super::nest::{FrameScratch, Given, Opened, Origin};
use super::{Item, MAX_RECORD_BYTES};

/// Walks the items of a record: plain, gzip (several members), zstd (several frames), or an aggregate of such.
///
/// A record that is too large, that does not decompress, or that grows beyond [`MAX_RECORD_BYTES`] or
/// [`MAX_RATIO`](super::MAX_RATIO) is refused whole: it is one item.
#[derive(Debug)]
pub struct Lines<'a> {
    record: &'a [u8],
    used: usize,
    is_new: bool,
    cut: Cut,
    scratch: &'a mut FrameScratch,
}

impl<'a> Lines<'a> {
    /// Starts at the first item.
    pub fn new(record: &'a [u8], scratch: &'a mut FrameScratch) -> Self {
        scratch.clear();
        Lines { record, used: 0, is_new: true, cut: Cut::new(), scratch }
    }

    /// Returns the next item; `None` at the end.
    pub fn next_line(&mut self) -> Option<Item<'_>> {
        if !self.is_new {
            if self.scratch.is_empty() {
                let rest = self.record.get(self.used..).unwrap_or_default();
                if let Some((line, length, used)) = self.cut.quick(rest) {
                    self.used += used;
                    return Some(Item::of_line(line, newline(), rest.get(..length).unwrap_or(rest)));
                }
            } else if let Some(found) = self.scratch.quick() {
                return Some(self.scratch.item(found));
            }
        }
        let given = self.advance()?;
        Some(given.item(self.record, self.scratch))
    }

    fn advance(&mut self) -> Option<Given> {
        if std::mem::take(&mut self.is_new)
            && let Some(refused) = self.begin()
        {
            return Some(refused);
        }
        loop {
            if !self.scratch.is_empty() {
                if let Some(given) = self.scratch.next() {
                    return Some(given);
                }
                let (line, part) = self.scratch.parts();
                self.cut.count_parts(line, part);
            }
            let start = self.used;
            let (used, step) = self.cut.step(self.record.get(start..).unwrap_or_default(), true);
            self.used += used;
            let Step::Found(mut found) = step else { return None };
            found.range = found.range.start + start..found.range.end + start;
            let taken = self.scratch.take(self.record, found, Origin::Base, 0, true);
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// Looks at the record's beginning. Returns the reject when it is refused whole.
    fn begin(&mut self) -> Option<Given> {
        let length = self.record.len();
        let (frames, reject) = if length > MAX_RECORD_BYTES {
            (Frames::EMPTY, Reject::new(QuarantineReason::TooLarge, format!("{length} bytes")))
        } else {
            match self.scratch.open(self.record, Frames::EMPTY, 0) {
                Opened::Plain => return None,
                Opened::Level => {
                    self.used = length;
                    return None;
                }
                Opened::Refused(frames, reject) => (frames, reject),
            }
        };
        self.used = length;
        Some(Given::refused(1, frames, length, reject))
    }
}
