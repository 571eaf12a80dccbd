//! The raw archive: every line of a file, compressed, so that the line behind a fact can be found again.
//!
//! One object holds some megabytes of one file's lines as several zstd frames, each of which can be opened by
//! itself. Names depend on what was read and not on when: replaying the same file writes the same objects again,
//! byte for byte.
//!
//! A line ends at its line feed. One that holds line feeds itself (a counted message, a JSON object over several lines)
//! is folded as headers of mails are: a tab behind each of them says that the line goes on. No line starts with a tab,
//! as blanks around lines are taken off.

use std::collections::BTreeSet;
use std::path::Path;

use hinomi_model::{Fingerprint, Locator};
use hinomi_steps::raw::{self, FOLD, FRAME_BYTES};

use crate::error::Fault;

/// Raw bytes in an object. What is held in memory of one file is one frame and one object, compressed.
const OBJECT_BYTES: usize = 8 << 20;
/// zstd's level for lines that are written once and seldom read: the fastest one that still finds repeated keys.
const COMPRESSION: i32 = 1;

/// What takes a finished object: its name and its bytes.
pub(crate) type Put<'a> = dyn FnMut(&str, &[u8]) -> Result<(), Fault> + 'a;

/// The lines of one file on their way into the archive.
#[derive(Debug)]
pub(crate) struct RawArchive {
    stream: String,
    /// After how many lines an earlier run ended its last object: this run does so too, so that the same lines lie in
    /// the same place although the file has grown.
    cuts: BTreeSet<u64>,
    total_lines: u64,
    object: Vec<u8>,
    object_number: u32,
    object_raw_bytes: usize,
    frame: Vec<u8>,
    frame_number: u32,
    lines: u32,
    /// Where the last line lies.
    last: Locator,
}

impl RawArchive {
    /// Returns the name of a file's stream of lines, wherever the file lies. Rotated files and standard input share
    /// their names; hardly ever their first line.
    pub(crate) fn stream_of(file: &str, first_line: &[u8]) -> String {
        let file = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file);
        format!("{:016x}", Fingerprint::new("archive/1").text(file).bytes(first_line).finish_short())
    }

    /// Starts the archive of a stream, whose earlier runs left `cuts`.
    pub(crate) fn new(stream: String, cuts: BTreeSet<u64>) -> Self {
        RawArchive {
            stream,
            cuts,
            total_lines: 0,
            object: Vec::new(),
            object_number: 0,
            object_raw_bytes: 0,
            frame: Vec::new(),
            frame_number: 0,
            lines: 0,
            last: Locator { object: String::new(), frame: 0, line: 0 },
        }
    }

    /// Returns the stream's name.
    pub(crate) fn stream(&self) -> &str {
        &self.stream
    }

    /// Returns what a later run of the same stream has to be given.
    pub(crate) fn cuts(&self) -> &BTreeSet<u64> {
        &self.cuts
    }

    /// Returns where the last line that was kept lies, or will lie once its object is closed.
    pub(crate) fn last(&self) -> &Locator {
        &self.last
    }

    /// Returns a line of the object that is not closed yet; `None` when it lies elsewhere.
    pub(crate) fn line(&self, place: &Locator) -> Option<Vec<u8>> {
        if place.object != self.object_name() {
            return None;
        }
        if place.frame == self.frame_number {
            return raw::plain_line(&self.frame, place.line);
        }
        raw::line(&self.object, place)
    }

    /// Keeps a line; hands every object that is full to `put`.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when `put` or the compression fails.
    pub(crate) fn keep(&mut self, line: &[u8], put: &mut Put<'_>) -> Result<(), Fault> {
        if self.object.is_empty() && self.frame.is_empty() {
            self.last.object = self.object_name();
        }
        (self.last.frame, self.last.line) = (self.frame_number, self.lines);
        for (index, row) in line.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                self.frame.extend_from_slice(FOLD);
            }
            self.frame.extend_from_slice(row);
        }
        self.frame.push(b'\n');
        self.lines = self.lines.saturating_add(1);
        self.total_lines += 1;
        let cut = self.cuts.contains(&self.total_lines);
        if cut || self.frame.len() >= FRAME_BYTES {
            self.close_frame()?;
        }
        if cut || self.object_raw_bytes >= OBJECT_BYTES {
            self.close_object(put)?;
        }
        Ok(())
    }

    /// Hands what is left to `put`.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when `put` or the compression fails.
    pub(crate) fn finish(&mut self, put: &mut Put<'_>) -> Result<(), Fault> {
        self.cuts.insert(self.total_lines);
        self.close_frame()?;
        self.close_object(put)
    }

    fn close_frame(&mut self) -> Result<(), Fault> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let frame = zstd::bulk::compress(&self.frame, COMPRESSION)
            .map_err(|source| Fault::Write { path: self.object_name().into(), source })?;
        self.object.extend(frame);
        self.object_raw_bytes += self.frame.len();
        self.frame.clear();
        self.frame_number = self.frame_number.saturating_add(1);
        self.lines = 0;
        Ok(())
    }

    fn close_object(&mut self, put: &mut Put<'_>) -> Result<(), Fault> {
        if self.object.is_empty() {
            return Ok(());
        }
        put(&self.object_name(), &self.object)?;
        self.object.clear();
        self.object_raw_bytes = 0;
        self.object_number = self.object_number.saturating_add(1);
        self.frame_number = 0;
        Ok(())
    }

    fn object_name(&self) -> String {
        format!("raw/{}/{:06}.zst", self.stream, self.object_number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Objects = BTreeMap<String, Vec<u8>>;

    /// Archives lines and returns the objects and where each line was said to lie.
    fn archived(lines: &[String]) -> (Objects, Vec<Locator>) {
        let mut objects = Objects::new();
        let (places, _) = archived_into(&mut objects, lines, BTreeSet::new());
        (objects, places)
    }

    /// Archives lines as a run does that was given the cuts of an earlier one; returns its own cuts too.
    fn archived_into(
        objects: &mut Objects,
        lines: &[String],
        cuts: BTreeSet<u64>,
    ) -> (Vec<Locator>, BTreeSet<u64>) {
        let mut put = |name: &str, bytes: &[u8]| {
            let stays = objects.entry(name.to_owned()).or_insert_with(|| bytes.to_vec());
            assert_eq!(stays, bytes, "{name}");
            Ok(())
        };
        let first = lines.first().map_or("", String::as_str);
        let mut archive = RawArchive::new(RawArchive::stream_of("a.log", first.as_bytes()), cuts);
        let mut places = Vec::new();
        for line in lines {
            archive.keep(line.as_bytes(), &mut put).unwrap();
            let place = archive.last().clone();
            // While its object is open, the line is found there.
            let open = archive.line(&place);
            assert!(open.is_none_or(|open| open == line.as_bytes()));
            places.push(place);
        }
        archive.finish(&mut put).unwrap();
        archive.finish(&mut put).unwrap();
        (places, archive.cuts().clone())
    }

    fn found(objects: &Objects, place: &Locator) -> String {
        String::from_utf8(raw::line(&objects[&place.object], place).unwrap()).unwrap()
    }

    #[test]
    fn every_line_is_found_where_it_was_said_to_lie() {
        let lines: Vec<String> = (0..200).map(|n| format!("{n} {}", "x".repeat(n * 997 % 60_000))).collect();
        let (objects, places) = archived(&lines);
        for (line, place) in lines.iter().zip(&places) {
            assert_eq!(found(&objects, place), *line);
        }
        assert!(places.iter().any(|place| place.frame > 2));
    }

    #[test]
    fn lines_with_line_feeds_in_them_come_back_as_they_were() {
        let feeds = "\n".repeat(hinomi_parse::MAX_LINE_BYTES - 2);
        let lines = ["a", "b\n\tc\n\nd", "e", "{\n\t\"f\": 1\n}", "g", &format!("h{feeds}i"), "j"];
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let (objects, places) = archived(&lines);
        for (line, place) in lines.iter().zip(&places) {
            assert_eq!(found(&objects, place), *line);
        }
    }

    #[test]
    fn large_files_become_several_objects() {
        let line = "y".repeat(60_000);
        let (objects, places) = archived(&vec![line; 300]);
        assert_eq!(objects.len(), 3);
        assert_eq!(places.last().map(|place| found(&objects, place).len()), Some(60_000));
    }

    #[test]
    fn a_file_that_has_grown_keeps_its_lines_where_they_were() {
        let lines: Vec<String> = (0..50).map(|n| format!("{n} {}", "x".repeat(n * 997 % 60_000))).collect();
        let mut objects = Objects::new();
        let mut cuts = BTreeSet::new();
        let mut before: Vec<Locator> = Vec::new();
        for end in [7, 7, 20, 50] {
            let (places, left) = archived_into(&mut objects, &lines[..end], cuts);
            assert_eq!(places[..before.len()], before);
            for (line, place) in lines.iter().zip(&places) {
                assert_eq!(found(&objects, place), *line);
            }
            (before, cuts) = (places, left);
        }
    }

    #[test]
    fn names_depend_on_what_was_read_alone() {
        let lines = |first: &str| vec![first.to_owned(), "b".to_owned()];
        assert_eq!(archived(&lines("a")), archived(&lines("a")));
        assert_ne!(archived(&lines("a")).1, archived(&lines("c")).1);
        assert!(archived(&[]).0.is_empty());
    }
}
