//! The quarantine object of a batch: `quarantine/2026-11-23/10/<shard>/<first>-<last>.ndjson.zst`, a row a line.

use std::io::Write as _;

use hinomi_store::{Error, Result};

use crate::facts::ObjectName;
use crate::quarantine::Row;

/// zstd's level: rows are much alike.
const LEVEL: i32 = 3;

/// What a row takes besides its raw text.
const ROW_BYTES: usize = 256;

/// Lines set aside.
#[derive(Debug, Default)]
pub(super) struct Refused {
    rows: Vec<Row>,
    bytes: usize,
}

impl Refused {
    pub(super) fn extend(&mut self, rows: Vec<Row>) {
        self.bytes += rows.iter().map(|row| row.line.raw.len() + ROW_BYTES).sum::<usize>();
        self.rows.extend(rows);
    }

    /// Returns what the rows take, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Says in which object the lines lie.
    pub(super) fn lie_in(&mut self, name: &ObjectName<'_>) {
        for row in &mut self.rows {
            if let Some(locator) = &mut row.line.locator {
                name.give_locator(locator);
                row.line.file.clone_from(&locator.object);
            }
        }
    }

    /// Returns the object.
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let failed =
            |error| Error::Unavailable { what: "compressing".to_owned(), source: Some(Box::new(error)) };
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL).map_err(failed)?;
        for row in &self.rows {
            // Serialising plain values into memory does not fail.
            let mut text = serde_json::to_vec(row).unwrap_or_default();
            text.push(b'\n');
            encoder.write_all(&text).map_err(failed)?;
        }
        encoder.finish().map_err(failed)
    }
}
