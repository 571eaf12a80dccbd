//! Lines with the time at which they happened and the device that wrote them: what is needed to send a day again.

use std::fs::File;
use std::io;
use std::path::Path;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, LineReader, Scratch, parse_line};

/// A line of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// When it happened.
    pub at: EventTime,
    /// Who wrote it.
    pub device: String,
    /// What it says.
    pub text: String,
}

/// Dates lines, in their order. One that nobody can read came with the one before it; at the beginning, with the one
/// behind it.
pub fn dated(lines: impl IntoIterator<Item = String>, registry: &Registry) -> Vec<Dated> {
    let mut scratch = Scratch::default();
    let context = Context { registry, received: EventTime::EPOCH, collected: Collected::default() };
    let mut dated: Vec<Dated> = Vec::new();
    let mut known = 0;
    for text in lines {
        let read = parse_line(text.as_bytes(), &context, &mut scratch);
        let own = read.ok().map(|event| (event.time, event.device.to_string()));
        let (at, device) = match (own, dated.last()) {
            (Some(own), _) => {
                for early in dated.iter_mut().filter(|_| known == 0) {
                    (early.at, early.device) = own.clone();
                }
                known += 1;
                own
            }
            (None, Some(last)) => (last.at, last.device.clone()),
            (None, None) => (EventTime::EPOCH, String::new()),
        };
        dated.push(Dated { at, device, text });
    }
    dated
}

/// Dates the lines of log files, compressed or not, and puts them in the order of their time. What has one time stays in
/// the order of its file.
///
/// # Errors
///
/// When a file cannot be read.
pub fn files<P: AsRef<Path>>(paths: &[P], registry: &Registry) -> io::Result<Vec<Dated>> {
    let mut lines = Vec::new();
    for path in paths {
        lines.extend(dated(read(path.as_ref())?, registry));
    }
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

fn read(path: &Path) -> io::Result<Vec<String>> {
    let mut reader = LineReader::new(File::open(path)?)?;
    let mut lines = Vec::new();
    while let Some(item) = reader.next_line() {
        lines.extend(item.content.ok().map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_time_comes_with_its_neighbour() {
        let line = |second: u32| {
            format!(
                "date=2026-10-20 time=10:00:0{second} devid=\"FG1\" eventtime=179245800{second}000000000 type=\"traffic\""
            )
        };
        let lines = ["?".to_owned(), line(1), "!".to_owned(), line(2)];
        let dated = dated(lines, &Registry::open());
        let times: Vec<i64> = dated.iter().map(|line| line.at.seconds()).collect();
        assert_eq!(times, [1_792_458_001, 1_792_458_001, 1_792_458_001, 1_792_458_002]);
        assert!(dated.iter().all(|line| line.device == "FG1"));
    }
}
