//! `hinomi bench`: how fast each stage is on one core, and how much it allocates.
//!
//! Each stage contains those before it, over the same lines in memory: `frame` decodes and decompresses records as Lambda
//! brings them from Kinesis and walks their lines, `parse` makes events of them, `detect` findings and facts, `encode`
//! writes what the function ingest writes, without waiting for anybody; `pipeline` goes all the way on a store in memory,
//! from text. It measures this machine and these lines; a day with more attacks in it is slower from `detect` on.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use hinomi_detect::Examiner;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Frames, Settings};
use hinomi_parse::{FrameScratch, Lines, Scratch};
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_store::{Memory, MemoryStream, block_on};
use serde::Serialize;

use crate::cli;
use crate::error::Fault;
use crate::input::{Input, Source, caught_line, read_event};
use crate::output::Kept;
use crate::replay::{ReplayOptions, run as replay};

/// Lines loaded at most: several seconds' work, and far below the memory of a small machine.
const MAX_BYTES: usize = 256 << 20;
/// A stage is repeated until it took this long.
const STAGE_TIME: Duration = Duration::from_secs(2);
/// Bytes of lines of the pipeline's stage, which can't be stopped half way.
const MAX_PIPELINE_BYTES: usize = 64 << 20;
/// Bytes of the lines of one record: some 125,000 compressed in life, as collectors are told to send.
const RECORD_BYTES: usize = 1_000_000;
/// zstd's level that the collectors' configurations have.
const LEVEL: i32 = 3;
/// Records of one batch in the stage `encode`: as many as Lambda hands over at once.
const BATCH_RECORDS: usize = 32;

/// Measures the stages and prints the figures.
///
/// # Errors
///
/// [`Fault::Usage`] when the files hold no line, and faults of a file and of printing.
pub(crate) fn run(args: &cli::Bench, allocated: fn() -> u64, out: &mut dyn Write) -> Result<(), Fault> {
    let text = load(args)?;
    let registry = Registry::open();
    let records = records(&text, &registry)?;
    let meter = Meter { allocated };
    let stages = Stages {
        frame: meter.measure(|until| Ok(Examination::new(&registry).run(&records, Depth::Lines, until)))?,
        parse: meter.measure(|until| Ok(Examination::new(&registry).run(&records, Depth::Events, until)))?,
        detect: meter
            .measure(|until| Ok(Examination::new(&registry).run(&records, Depth::Findings, until)))?,
        encode: meter.measure(|until| encode(&records, &registry, until))?,
        pipeline: {
            let head = head(&text, MAX_PIPELINE_BYTES);
            meter.measure(|_| pipeline(head, &registry))?
        },
    };
    if args.json {
        serde_json::to_writer(&mut *out, &Figures { stages }).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{:<10}{:>14}{:>12}{:>26}", "stage", "events/s", "MB/s", "bytes allocated/event")?;
    for (name, stage) in [
        ("frame", &stages.frame),
        ("parse", &stages.parse),
        ("detect", &stages.detect),
        ("encode", &stages.encode),
        ("pipeline", &stages.pipeline),
    ] {
        writeln!(
            out,
            "{name:<10}{:>14.0}{:>12.1}{:>26.1}",
            stage.events_per_s, stage.mb_per_s, stage.allocated_bytes_per_event
        )?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct Figures {
    stages: Stages,
}

#[derive(Debug, Serialize)]
struct Stages {
    frame: Stage,
    parse: Stage,
    detect: Stage,
    encode: Stage,
    pipeline: Stage,
}

#[derive(Debug, Serialize)]
struct Stage {
    events_per_s: f64,
    mb_per_s: f64,
    allocated_bytes_per_event: f64,
}

/// What a pass over the lines did.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    lines: u64,
    bytes: u64,
}

struct Meter {
    allocated: fn() -> u64,
}

impl Meter {
    /// Repeats a pass until the stage's time is up. A pass may stop at that time.
    fn measure(&self, mut pass: impl FnMut(Instant) -> Result<Work, Fault>) -> Result<Stage, Fault> {
        let allocated = (self.allocated)();
        let started = Instant::now();
        let until = started + STAGE_TIME;
        let mut all = Work::default();
        while Instant::now() < until {
            let work = pass(until)?;
            all.lines += work.lines;
            all.bytes += work.bytes;
        }
        let seconds = started.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        let allocated = (self.allocated)().saturating_sub(allocated);
        Ok(Stage {
            events_per_s: (all.lines as f64 / seconds).round(),
            mb_per_s: (all.bytes as f64 / seconds / 1e4).round() / 100.0,
            allocated_bytes_per_event: (allocated as f64 / all.lines.max(1) as f64 * 100.0).round() / 100.0,
        })
    }
}

/// Loads the lines of all files, decompressed, as one text.
fn load(args: &cli::Bench) -> Result<Vec<u8>, Fault> {
    let mut text = Vec::new();
    for file in &args.files {
        let (mut source, _) = Source::open(0, Input::from_argument(file), &Arc::new(AtomicU64::new(0)))?;
        let mut full = false;
        while !full
            && source
                .read_line(|line| {
                    if let Ok(bytes) = line.content {
                        text.extend_from_slice(bytes);
                        text.push(b'\n');
                    }
                    full = text.len() >= MAX_BYTES;
                    Ok(())
                })?
                .is_some()
        {}
    }
    if text.is_empty() {
        return Err(Fault::Usage("measure anything: the files hold no line".to_owned()));
    }
    Ok(text)
}

/// Returns the first whole lines of a text, at most so many bytes.
fn head(text: &[u8], most: usize) -> &[u8] {
    let Some(cut) = text.get(..most) else { return text };
    let end = cut.iter().rposition(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(text)
}

/// A record as Lambda brings it from Kinesis.
struct Coded {
    /// Its bytes: base64 of zstd.
    data: String,
    /// When it came: soon after its first line was written.
    arrived: EventTime,
}

/// Makes records of whole lines.
fn records(text: &[u8], registry: &Registry) -> Result<Vec<Coded>, Fault> {
    let mut records = Vec::new();
    let mut scratch = Scratch::default();
    let mut rest = text;
    while !rest.is_empty() {
        let lines = head(rest, RECORD_BYTES);
        rest = rest.get(lines.len()..).unwrap_or_default();
        let mut all = lines.split(|byte| *byte == b'\n');
        let times = all.find_map(|line| {
            read_event(line, Frames::EMPTY, registry, EventTime::EPOCH, &mut scratch)
                .ok()
                .map(|event| event.time)
        });
        let data = BASE64.encode(&zstd::bulk::compress(lines, LEVEL)?);
        records.push(Coded { data, arrived: times.unwrap_or(EventTime::EPOCH).plus(1) });
    }
    Ok(records)
}

/// How far lines are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Lines,
    Events,
    Findings,
}

/// The buffers that a running function keeps from record to record.
struct Examination<'r> {
    registry: &'r Registry,
    data: Vec<u8>,
    frames: FrameScratch,
    scratch: Scratch,
    examiner: Examiner,
    latest: EventTime,
}

impl<'r> Examination<'r> {
    fn new(registry: &'r Registry) -> Self {
        Examination {
            registry,
            data: Vec::new(),
            frames: FrameScratch::default(),
            scratch: Scratch::default(),
            examiner: Examiner::new(),
            latest: EventTime::EPOCH,
        }
    }

    /// Works on records until the end or the stage's time is up.
    fn run(&mut self, records: &[Coded], depth: Depth, until: Instant) -> Work {
        let mut work = Work::default();
        for record in records {
            self.record(record, depth, &mut work);
            if Instant::now() >= until {
                break;
            }
        }
        work
    }

    fn record(&mut self, record: &Coded, depth: Depth, work: &mut Work) {
        let Examination { registry, data, frames, scratch, examiner, latest } = self;
        // What was encoded here is always decoded; if it were not, no line would be counted.
        let Some(data) = decoded(&record.data, data) else { return };
        let mut lines = Lines::new(data, frames);
        while let Some(item) = lines.next_line() {
            work.lines += 1;
            let Ok(line) = item.content else { continue };
            work.bytes += line.len() as u64 + 1;
            if depth == Depth::Lines {
                std::hint::black_box(line);
                continue;
            }
            let read = caught_line(|| {
                let event = read_event(line, item.frames, registry, *latest, scratch)?;
                *latest = std::hint::black_box(&event).time;
                if depth == Depth::Findings {
                    examiner.examine(&event, None);
                }
                Ok(())
            });
            std::hint::black_box(read.is_ok());
        }
        if depth == Depth::Findings {
            std::hint::black_box(examiner.take());
        }
    }
}

/// Decodes into a buffer that keeps its memory.
fn decoded<'b>(data: &str, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    buffer.resize(BASE64.decode_len(data.len()).ok()?, 0);
    let length = BASE64.decode_mut(data.as_bytes(), buffer).ok()?;
    buffer.get(..length)
}

/// Does what the function ingest does with batches of records: findings, facts, raw lines and what is set aside are
/// written, to memory.
fn encode(records: &[Coded], registry: &Registry, until: Instant) -> Result<Work, Fault> {
    let mut work = Work::default();
    let mut ingest = Ingest::new();
    for (number, batch) in records.chunks(BATCH_RECORDS).enumerate() {
        let mut buffers = vec![Vec::new(); batch.len()];
        let sequences: Vec<String> =
            (0..batch.len()).map(|index| format!("{number:010}{index:010}")).collect();
        let decoded =
            batch.iter().zip(&mut buffers).zip(&sequences).filter_map(|((record, buffer), sequence)| {
                Some(Record { sequence, arrived: record.arrived, data: Ok(decoded(&record.data, buffer)?) })
            });
        let decoded: Vec<Record<'_>> = decoded.collect();
        let now = batch.iter().map(|record| record.arrived).max().unwrap_or(EventTime::EPOCH);
        let pace = Pace { now, is_spent: &|| false };
        // New ones, so that nothing is there already and nothing heaps up.
        let (archive, findings) = (Memory::new(), MemoryStream::default());
        let batch = Batch { shard: "shardId-000000000000", records: &decoded };
        let outlets = Outlets { archive: &archive, findings: &findings };
        let done = block_on(ingest.batch(&batch, registry, pace, outlets))?;
        work.lines += done.counts.lines;
        work.bytes += done.counts.line_bytes + done.counts.lines;
        if Instant::now() >= until {
            break;
        }
    }
    Ok(work)
}

fn pipeline(text: &[u8], registry: &Registry) -> Result<Work, Fault> {
    let inputs = vec![Input::Bytes { name: "bench".to_owned(), bytes: text.to_vec() }];
    let options = ReplayOptions {
        inputs,
        registry: registry.clone(),
        indicators: Arc::default(),
        out: None,
        append: false,
        settings: Settings::default(),
        acts: Vec::new(),
    };
    let result = replay(options, Kept::Shown, None)?;
    Ok(Work { lines: result.summary.lines_read, bytes: text.len() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_ends_with_a_whole_line() {
        assert_eq!(head(b"ab\ncd\nef\n", 7), b"ab\ncd\n");
        assert_eq!(head(b"ab\ncd\n", 100), b"ab\ncd\n");
        assert_eq!(head(b"abcdef\n", 3), b"abcdef\n");
    }

    #[test]
    fn every_stage_counts_the_same_lines_and_stops_in_time() {
        let text = b"one\ntwo\n".repeat(200_000);
        let registry = Registry::open();
        let records = records(&text, &registry).unwrap();
        assert_eq!(records.len(), 2);
        let later = Instant::now() + Duration::from_secs(600);
        for depth in [Depth::Lines, Depth::Events, Depth::Findings] {
            let work = Examination::new(&registry).run(&records, depth, later);
            assert_eq!((work.lines, work.bytes), (400_000, 1_600_000), "{depth:?}");
        }
        let work = encode(&records, &registry, later).unwrap();
        assert_eq!((work.lines, work.bytes), (400_000, 1_600_000));
        let stopped = Examination::new(&registry).run(&records, Depth::Lines, Instant::now());
        assert_eq!(stopped.lines, 250_000, "the record that was begun is finished");
    }
}
