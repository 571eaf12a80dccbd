//! Files are read back with the `parquet` crate and held against the JSON of the same events.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

use std::collections::BTreeMap;

use hinomi_generate::quiet::{quiet_fortigate, quiet_panos};
use hinomi_model::registry::Registry;
use hinomi_model::{Event, EventTime, Locator};
use hinomi_ocsf::{Class, Limits, ParquetFile, Rows, write_json};
use hinomi_parse::{Context, Scratch, parse_line};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

/// Reads lines as events and hands each of them on with its place.
fn each_event(lines: &[String], mut take: impl FnMut(&Event<'_>, &Locator)) {
    let registry = Registry::open();
    let context = Context {
        registry: &registry,
        received: EventTime::from_seconds(1_792_454_400),
        collected: Default::default(),
    };
    let mut scratch = Scratch::default();
    for (number, line) in lines.iter().enumerate() {
        let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
        let place = Locator {
            object: "raw/a/000000.zst".to_owned(),
            frame: number as u32 / 100,
            line: number as u32 % 100,
        };
        take(&event, &place);
    }
}

fn files(lines: &[String]) -> Vec<ParquetFile> {
    let mut rows = Rows::new(Limits::default());
    each_event(lines, |event, place| rows.push(event, Some(place)));
    rows.finish().unwrap()
}

fn json_of(lines: &[String]) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    each_event(lines, |event, place| {
        let mut text = Vec::new();
        write_json(event, Some(place), &mut text);
        let json: Value = serde_json::from_slice(&text).unwrap();
        all.insert(json["metadata"]["uid"].as_str().unwrap().to_owned(), json);
    });
    all
}

/// Brings a row into the form of the JSON: nulls left out, `unmapped` read, instants as RFC 3339.
fn as_json(name: &str, field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Int(number) => Value::from(*number),
        Field::Long(number) if name.ends_with("_dt") => EventTime::from_nanos(*number).to_string().into(),
        Field::Long(number) => Value::from(*number),
        Field::Str(text) if name == "unmapped" => serde_json::from_str(text).unwrap(),
        Field::Str(text) => Value::from(text.as_str()),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(|field| as_json("element", field)).collect(),
        other => panic!("no column holds {other:?}"),
    }
}

fn object(row: &Row) -> Value {
    let members = row.get_column_iter().map(|(name, field)| (name.clone(), as_json(name, field)));
    Value::Object(members.filter(|(_, value)| !value.is_null()).collect())
}

fn rows_of(file: &ParquetFile) -> Vec<Value> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file.bytes.clone())).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows() as u64, file.rows);
    reader.get_row_iter(None).unwrap().map(|row| object(&row.unwrap())).collect()
}

#[test]
fn every_row_says_what_the_json_says() {
    for lines in [quiet_fortigate(3_000, 1), quiet_panos(3_000, 2)] {
        let mut expected = json_of(&lines);
        for file in files(&lines) {
            for row in rows_of(&file) {
                let uid = row["metadata"]["uid"].as_str().unwrap().to_owned();
                let json = expected.remove(&uid).unwrap();
                assert_eq!(row, json);
            }
        }
        assert!(expected.is_empty());
    }
}

#[test]
fn same_rows_same_bytes() {
    let lines = quiet_fortigate(2_000, 3);
    assert_eq!(files(&lines), files(&lines));
    let classes: Vec<Class> = files(&lines).iter().map(|file| file.class).collect();
    assert!(
        classes.contains(&Class::NetworkActivity) && classes.contains(&Class::DnsActivity),
        "{classes:?}"
    );
}
