//! What the archive costs a line: from raw lines to Parquet, and its parts.
//!
//! Quiet office traffic of a FortiGate: about 890 bytes and 48 fields a line, every field kept. It says nothing of days
//! full of attacks, nor of what reading from and writing to a store takes. Run with
//! `cargo bench -p hinomi-ocsf`; compare figures of one run only.

#![expect(clippy::unwrap_used, reason = "a bench that can't be set up must not go on")]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_generate::quiet::quiet_fortigate;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Locator};
use hinomi_ocsf::{Limits, Rows, write_json};
use hinomi_parse::{Context, Scratch, parse_line};

fn main() {
    divan::main();
}

const LINES: usize = 100_000;
/// Lines of a record of Kinesis: near 125,000 bytes when it is compressed.
const RECORD_LINES: u32 = 1_500;

fn counted<'a, 'b>(bencher: Bencher<'a, 'b>, lines: &[String]) -> Bencher<'a, 'b> {
    let bytes = lines.iter().map(String::len).sum::<usize>();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::new(bytes))
}

fn context(registry: &Registry) -> Context<'_> {
    Context { registry, received: EventTime::EPOCH, collected: Default::default() }
}

fn push(lines: &[String], registry: &Registry, scratch: &mut Scratch, rows: &mut Rows) {
    let context = context(registry);
    let mut place = Locator { object: "raw/2026-10-20/01/shard-0/1-2.zst".to_owned(), frame: 0, line: 0 };
    for line in lines {
        let event = parse_line(line.as_bytes(), &context, scratch).unwrap();
        rows.push(&event, Some(&place));
        place.line += 1;
        if place.line == RECORD_LINES {
            (place.frame, place.line) = (place.frame + 1, 0);
        }
    }
}

/// Reads each line as an event: what the others have below them.
#[divan::bench(sample_count = 20)]
fn parse(bencher: Bencher) {
    let lines = quiet_fortigate(LINES, 1);
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    counted(bencher, &lines).bench_local(|| {
        let context = context(&registry);
        let read = lines.iter().filter(|line| parse_line(line.as_bytes(), &context, &mut scratch).is_ok());
        assert_eq!(read.count(), LINES);
    });
}

/// Reads each line and collects its row.
#[divan::bench(sample_count = 20)]
fn parse_and_push(bencher: Bencher) {
    let lines = quiet_fortigate(LINES, 1);
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    counted(bencher, &lines).bench_local(|| {
        let mut rows = Rows::new(Limits::default());
        push(&lines, &registry, &mut scratch, &mut rows);
        assert_eq!(rows.rows(), LINES);
        rows
    });
}

/// From raw lines to the files.
#[divan::bench(sample_count = 20)]
fn lines_to_parquet(bencher: Bencher) {
    let lines = quiet_fortigate(LINES, 1);
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    counted(bencher, &lines).bench_local(|| {
        let mut rows = Rows::new(Limits::default());
        push(&lines, &registry, &mut scratch, &mut rows);
        let files = rows.finish().unwrap();
        assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), LINES as u64);
        files
    });
}

/// Prints each line as JSON.
#[divan::bench(sample_count = 20)]
fn lines_to_json(bencher: Bencher) {
    let lines = quiet_fortigate(LINES, 1);
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    counted(bencher, &lines).bench_local(|| {
        let context = context(&registry);
        let mut out = Vec::new();
        for line in &lines {
            out.clear();
            let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
            write_json(&event, None, &mut out);
        }
        assert!(out.ends_with(b"}"));
    });
}
