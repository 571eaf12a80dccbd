//! A day of logs as a collector sends it: line by line as it happened, in the envelope that says when it was received.

use std::fs::File;
use std::path::{Path, PathBuf};

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds};
use hinomi_parse::LineReader;
use serde_json::json;

use super::Error;
use super::aws::Record;
use crate::dated::{Dated, dated};

/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;
/// Bytes after which a record of several lines is sent, as collectors are told to: near the 125,000 of five payload units.
const RECORD_BYTES: usize = 120_000;

/// The lines that came between two instants, by device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// When it is over: the time at which the sweeps look.
    pub end: EventTime,
    /// What is sent: lines in envelopes, several to a record.
    pub records: Vec<Record>,
    /// How many lines they hold.
    pub lines: usize,
}

/// Cuts log files into slices of a length. Lines are in the order of their time; where nothing came there is no slice.
///
/// # Errors
///
/// [`Error::File`] when a file cannot be read.
pub fn slices(files: &[PathBuf], registry: &Registry, length: Seconds) -> Result<Vec<Slice>, Error> {
    let mut lines = Vec::new();
    for path in files {
        lines.extend(dated(read(path)?, registry));
    }
    // What has one time stays in the order of its file.
    lines.sort_by_key(|line| line.at);
    let mut slices: Vec<Slice> = Vec::new();
    for line in lines {
        let end = EventTime::from_nanos((line.at.nanos().div_euclid(length * NANOS) + 1) * length * NANOS);
        if slices.last().is_none_or(|slice| slice.end != end) {
            slices.push(Slice { end, records: Vec::new(), lines: 0 });
        }
        if let Some(slice) = slices.last_mut() {
            slice.add(&line);
        }
    }
    Ok(slices)
}

impl Slice {
    fn add(&mut self, line: &Dated) {
        let ours = json!({"received": line.at});
        let text = json!({"hinomi": ours, "message": line.text}).to_string();
        let open = self.records.iter_mut().rev().find(|record| record.key == line.device);
        match open.filter(|record| record.bytes.len() + text.len() < RECORD_BYTES) {
            Some(record) => {
                record.bytes.push(b'\n');
                record.bytes.extend_from_slice(text.as_bytes());
            }
            None => self.records.push(Record { key: line.device.clone(), bytes: text.into_bytes() }),
        }
        self.lines += 1;
    }
}

fn read(path: &Path) -> Result<Vec<String>, Error> {
    let failed = |source| Error::File { path: path.display().to_string(), source };
    let mut reader = LineReader::new(File::open(path).map_err(failed)?).map_err(failed)?;
    let mut lines = Vec::new();
    while let Some(item) = reader.next_line() {
        lines.extend(item.content.ok().map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
    }
    Ok(lines)
}
