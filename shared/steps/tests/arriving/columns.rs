//! Rows of the columnar archive, read back.

use hinomi_model::EventTime;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row as Record, RowAccessor};

/// What the tests look at of a row.
pub(crate) struct Row {
    pub(crate) tenant: String,
    pub(crate) time: EventTime,
    /// Where its line lies.
    pub(crate) object: String,
    pub(crate) frame: u32,
    pub(crate) line: u32,
}

/// Reads the rows of a file.
pub(crate) fn rows(file: &[u8]) -> Vec<Row> {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(file)).unwrap();
    reader.get_row_iter(None).unwrap().map(|record| row(&record.unwrap())).collect()
}

fn row(record: &Record) -> Row {
    let place = |name: &str| record.get_column_iter().position(|(column, _)| column == name).unwrap();
    let time = EventTime::from_nanos(record.get_long(place("time")).unwrap() * 1_000_000);
    let metadata = record.get_group(place("metadata")).unwrap();
    let text = |name: &str| {
        let (_, field) = metadata.get_column_iter().find(|(column, _)| *column == name).unwrap();
        let Field::Str(text) = field else { panic!("{name}: {field:?}") };
        text.clone()
    };
    let uid = text("uid");
    let (object, place_in_it) = uid.split_once('#').unwrap();
    let (frame, line) = place_in_it.split_once(':').unwrap();
    let (frame, line) = (frame.parse().unwrap(), line.parse().unwrap());
    Row { tenant: text("tenant_uid"), time, object: object.to_owned(), frame, line }
}
