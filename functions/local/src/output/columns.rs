//! The archive in columns: every event as a row of OCSF in Parquet, for DuckDB and whatever else reads such files.
//!
//! ```text
//! OUT/ocsf/class=network_activity/tenant=kita/day=2026-10-20/1f0c9a77d2b0e6a3-000000.parquet
//! ```
//!
//! A file holds rows of one input, and is named after the stream of that input's raw lines and the number of the part.
//! An input that is read again, because a run goes on or repeats one that was killed, has its earlier files removed
//! before the first new one is written: no row is there twice, whatever of it an earlier run had written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hinomi_model::{Event, Locator};
use hinomi_ocsf::{Limits, Rows};

use super::WholeFile;
use crate::error::Fault;

/// Rows of one input held at once: what a file is made of. More makes larger files, which are read faster.
const LIMITS: Limits = Limits { bytes: 128 << 20, rows: 500_000 };
/// Bytes held of all inputs. Beyond it the input with most rows writes its file early, so many inputs make smaller files.
const MAX_BYTES: usize = 192 << 20;

/// The rows of all inputs on their way into files.
#[derive(Debug)]
pub(crate) struct ColumnArchive {
    root: PathBuf,
    /// By the number of the input.
    inputs: BTreeMap<usize, Input>,
    /// Bytes held of all of them.
    bytes: usize,
    /// Parts written, by stream. Two inputs share a stream when they share their name and first line.
    parts: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Input {
    stream: String,
    rows: Rows,
}

impl ColumnArchive {
    /// Starts below a directory, which belongs to this archive alone.
    pub(crate) fn new(root: PathBuf) -> Self {
        ColumnArchive { root, inputs: BTreeMap::new(), bytes: 0, parts: BTreeMap::new() }
    }

    /// Gets ready for an input's rows; what an earlier run left of its stream goes.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when that can't be removed.
    pub(crate) fn open(&mut self, index: usize, stream: &str) -> Result<(), Fault> {
        if self.inputs.contains_key(&index) {
            return Ok(());
        }
        if !self.parts.contains_key(stream) {
            let begins = format!("{stream}-");
            remove_files(&self.root, &|name| name.starts_with(&begins))?;
            self.parts.insert(stream.to_owned(), 0);
        }
        self.inputs.insert(index, Input { stream: stream.to_owned(), rows: Rows::new(LIMITS) });
        Ok(())
    }

    /// Takes an event of an input that is open.
    pub(crate) fn push(&mut self, index: usize, event: &Event<'_>, place: &Locator) {
        if let Some(input) = self.inputs.get_mut(&index) {
            let before = input.rows.bytes();
            input.rows.push(event, Some(place));
            self.bytes += input.rows.bytes() - before;
        }
    }

    /// Writes the files of an input that has enough of them, and of those with most while there are too many.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when the disk does not take them, [`Fault::Columns`] when they can't be made.
    pub(crate) fn make_room(&mut self, index: usize) -> Result<(), Fault> {
        if self.inputs.get(&index).is_some_and(|input| input.rows.is_full()) {
            self.write(index)?;
        }
        while self.bytes > MAX_BYTES {
            let Some(most) = self.inputs.iter().max_by_key(|(_, input)| input.rows.bytes()) else { break };
            self.write(*most.0)?;
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// As [`ColumnArchive::make_room`].
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        let indices: BTreeSet<usize> = self.inputs.keys().copied().collect();
        indices.into_iter().try_for_each(|index| self.write(index))
    }

    fn write(&mut self, index: usize) -> Result<(), Fault> {
        let Some(input) = self.inputs.get_mut(&index).filter(|input| !input.rows.is_empty()) else {
            return Ok(());
        };
        let part = self.parts.entry(input.stream.clone()).or_default();
        let name = format!("{}-{part:06}.parquet", input.stream);
        *part += 1;
        self.bytes -= input.rows.bytes();
        for file in input.rows.finish()? {
            write(&self.root.join(file.folder()), &name, &file.bytes)?;
        }
        Ok(())
    }
}

/// Removes what earlier runs wrote below a directory, and nothing else.
///
/// # Errors
///
/// [`Fault::Write`] when it can't be removed.
pub(crate) fn clear(root: &Path) -> Result<(), Fault> {
    remove_files(root, &|_| true)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|source| Fault::Write { path: folder.to_owned(), source })?;
    let mut file = WholeFile::create(folder, name)?;
    file.bytes(bytes)?;
    file.finish()
}

/// Removes the files of this archive whose names say so, and folders that hold nothing any more.
fn remove_files(root: &Path, goes: &dyn Fn(&str) -> bool) -> Result<(), Fault> {
    /// The folders that a file lies in.
    const STEPS: [&str; 3] = ["class=", "tenant=", "day="];
    remove_below(root, &STEPS, goes).map(|_| ())
}

/// Returns whether nothing is left there.
fn remove_below(folder: &Path, steps: &[&str], goes: &dyn Fn(&str) -> bool) -> Result<bool, Fault> {
    let fault = |source| Fault::Write { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(fault(error)),
    };
    let mut is_empty = true;
    for entry in entries {
        let entry = entry.map_err(fault)?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_str().unwrap_or_default();
        let gone = match steps.split_first() {
            Some((step, below)) if name.starts_with(step) => {
                remove_below(&path, below, goes)? && fs::remove_dir(&path).is_ok()
            }
            None if is_ours(name) && goes(name.trim_start_matches('.')) => {
                fs::remove_file(&path).map_err(|source| Fault::Write { path, source })?;
                true
            }
            _ => false,
        };
        is_empty &= gone;
    }
    Ok(is_empty)
}

/// Tells whether a file has a name that this archive gives, complete or not.
fn is_ours(name: &str) -> bool {
    let name = name.strip_prefix('.').and_then(|name| name.strip_suffix(".unfinished")).unwrap_or(name);
    let Some((stream, part)) = name.strip_suffix(".parquet").and_then(|name| name.split_once('-')) else {
        return false;
    };
    stream.len() == 16
        && stream.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{EventTime, Vendor};

    use super::*;

    const STREAM: &str = "00000000000000aa";

    /// Archives so many events of a stream and returns the files that are there.
    fn archived(root: &Path, stream: &str, events: i64) -> Vec<String> {
        let registry = Registry::open();
        let mut archive = ColumnArchive::new(root.to_owned());
        archive.open(0, stream).unwrap();
        for number in 0..events {
            let time = EventTime::from_seconds(number * 86_400);
            let event = Event { time, ..Event::new(&registry.tenants()[0], Vendor::Panos, time) };
            let place = Locator { object: "a".to_owned(), frame: 0, line: number as u32 };
            archive.push(0, &event, &place);
            archive.make_room(0).unwrap();
        }
        archive.finish().unwrap();
        files(root)
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => all.extend(files(&path)),
                false => all.push(path.to_str().unwrap().to_owned()),
            }
        }
        all.sort();
        all
    }

    #[test]
    fn an_input_read_again_replaces_its_files_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let whole = archived(dir.path(), STREAM, 3);
        assert_eq!(whole.len(), 3);
        assert!(
            whole[1].ends_with(&format!(
                "class=base_event/tenant=default/day=1970-01-02/{STREAM}-000000.parquet"
            ))
        );
        let other = archived(dir.path(), "00000000000000ab", 1);
        assert_eq!(other.len(), 4);
        // Fewer days than before: what the longer run left must not stay.
        assert_eq!(archived(dir.path(), STREAM, 2).len(), 3);
        assert_eq!(archived(dir.path(), STREAM, 3), other);
    }

    #[test]
    fn clearing_leaves_what_is_not_ours() {
        let dir = tempfile::tempdir().unwrap();
        archived(dir.path(), STREAM, 2);
        let day = dir.path().join("class=base_event/tenant=default/day=1970-01-01");
        fs::write(day.join("mine.parquet"), "x").unwrap();
        fs::write(day.join(format!(".{STREAM}-000001.parquet.unfinished")), "x").unwrap();
        clear(dir.path()).unwrap();
        assert_eq!(files(dir.path()), [day.join("mine.parquet").to_str().unwrap()]);
        assert!(clear(&dir.path().join("absent")).is_ok());
    }

    #[test]
    fn no_event_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(archived(dir.path(), STREAM, 0).is_empty());
    }
}
