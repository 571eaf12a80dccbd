//! Measures what an hour's columns take: `cargo run -p hinomi-tests --example compact -- LINES`.
//!
//! Quiet FortiGate lines of 1,000 devices arrive in objects as `ingest` writes them and are made into columns by one
//! compactor, all in memory: the rate is of reading, parsing, collecting and writing, without the time that S3 takes, and
//! the memory that of the process less what it held before. It says nothing of other mixtures; PAN-OS lines are
//! slower by about a third.

use std::error::Error;
use std::time::Instant;

use hinomi_generate::quiet::quiet_fortigate;
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_steps::compact::{Call, ROOM, compact};
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_store::{Archive, Memory, MemoryStream, block_on};

/// Lines of one record, some 125,000 bytes.
const LINES_OF_A_RECORD: usize = 140;
/// Records of one batch: Lambda hands over six megabytes of base64.
const RECORDS_OF_A_BATCH: usize = 35;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: usize = std::env::args().nth(1).ok_or("usage: compact LINES")?.parse()?;
    let registry = Registry::open();
    let (archive, findings) = (Memory::new(), MemoryStream::default());
    let arrived = EventTime::from_seconds(1_792_458_000);
    let mut ingest = Ingest::new();
    let (mut kept, mut number) = (0, 0_u64);
    while kept < wanted {
        let lines = quiet_fortigate(LINES_OF_A_RECORD * RECORDS_OF_A_BATCH, number);
        let texts: Vec<String> = lines.chunks(LINES_OF_A_RECORD).map(|lines| lines.join("\n")).collect();
        let numbers: Vec<String> = texts
            .iter()
            .map(|_| {
                number += 1;
                format!("{number:056}")
            })
            .collect();
        let records: Vec<Record<'_>> = texts
            .iter()
            .zip(&numbers)
            .map(|(text, sequence)| Record { sequence, arrived, data: Ok(text.as_bytes()) })
            .collect();
        let batch = Batch { shard: "shardId-000000000000", records: &records };
        let outlets = Outlets { archive: &archive, findings: &findings };
        let pace = Pace { now: arrived, is_spent: &|| false };
        block_on(ingest.batch(&batch, &registry, pace, outlets))?;
        kept += lines.len();
    }
    let objects = block_on(archive.list("raw/", None, usize::MAX))?.len();
    let before = held("VmRSS:")?;
    let time = EventTime::from_seconds((arrived.hour() + 1) * 3_600 + 600);
    let call = Call { time, now: time, compactor: 0, compactors: 1, room: ROOM, left: &|| 900 };
    let began = Instant::now();
    let done = block_on(compact(call, &registry, &archive))?;
    let seconds = began.elapsed().as_secs_f64();
    println!("objects {objects}, lines {}, parts {}, files {}", done.lines, done.parts, done.files);
    println!(
        "{:.0} lines a second, {:.1} MB of columns",
        done.lines as f64 / seconds,
        done.file_bytes as f64 / 1e6
    );
    println!("{:.0} MB before, {:.0} MB at most", before / 1e3, held("VmHWM:")? / 1e3);
    Ok(())
}

/// Returns a figure of this process's memory, in kB.
fn held(what: &str) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).ok_or("no such figure")?;
    Ok(line.split_whitespace().next().ok_or("no number")?.parse()?)
}
