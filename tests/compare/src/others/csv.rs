//! csv-core: a row into its columns, into one buffer that is kept.

use std::hint::black_box;

use csv_core::{ReadRecordResult, Reader as Csv};

use crate::data::Data;
use crate::reader::{Reader, Told};

/// Columns of the widest PAN-OS row, and some.
const COLUMNS: usize = 256;
/// Columns of the addresses, from 0.
const SOURCE: usize = 7;
const DESTINATION: usize = 8;

/// Splits rows with csv-core.
pub(crate) fn csv_core() -> Box<dyn Reader> {
    Box::new(Columns { csv: Csv::new(), output: vec![0; 64 << 10], ends: vec![0; COLUMNS] })
}

struct Columns {
    csv: Csv,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl Columns {
    /// Splits a row and returns how many columns it has.
    fn split(&mut self, line: &[u8]) -> Option<usize> {
        self.csv.reset();
        let (result, read, written, columns) = self.csv.read_record(line, &mut self.output, &mut self.ends);
        match result {
            ReadRecordResult::Record => Some(columns),
            // No line end stands behind the row: an empty input says that it is over.
            ReadRecordResult::InputEmpty if read == line.len() => {
                let output = self.output.get_mut(written..)?;
                let (result, _, _, more) = self.csv.read_record(&[], output, self.ends.get_mut(columns..)?);
                (result == ReadRecordResult::Record).then_some(columns + more)
            }
            _ => None,
        }
    }

    fn column(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        std::str::from_utf8(self.output.get(start..*self.ends.get(index)?)?).ok()
    }
}

impl Reader for Columns {
    fn pass(&mut self, data: &Data) -> usize {
        let mut read = 0;
        for line in data.lines() {
            read += usize::from(black_box(self.split(line.as_bytes())).is_some());
        }
        read
    }

    fn tell(&mut self, line: &str) -> Option<Told> {
        let columns = self.split(line.as_bytes())?;
        Told::of_texts(self.column(SOURCE)?, self.column(DESTINATION)?, columns)
    }
}
