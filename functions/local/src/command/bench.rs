//! `hinomi bench`: how fast each stage is on one core, and how much it allocates.
//!
//! Each stage contains those before it, over the same lines in memory. It measures this machine and these lines; a
//! day with more attacks in it is slower from `detect` on.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use hinomi_detect::Examiner;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Frames, Settings};
use hinomi_parse::{LineReader, Scratch};
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
/// Lines of one batch in the stage `detect`, about a minute of a busy device.
const BATCH_LINES: u64 = 1 << 14;
/// Lines between two looks at the clock.
const LOOK_LINES: u64 = 1 << 10;

/// Measures the stages and prints the figures.
///
/// # Errors
///
/// [`Fault::Usage`] when the files hold no line, and faults of a file and of printing.
pub(crate) fn run(args: &cli::Bench, allocated: fn() -> u64, out: &mut dyn Write) -> Result<(), Fault> {
    let text = load(args)?;
    let registry = Registry::open();
    let meter = Meter { allocated };
    let stages = Stages {
        frame: meter.measure(|until| Ok(frame(&text, until)))?,
        parse: meter.measure(|until| Ok(parse(&text, &registry, until)))?,
        detect: meter.measure(|until| Ok(detect(&text, &registry, until)))?,
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

/// Walks the lines until the end or the stage's time is up.
fn each_line(text: &[u8], until: Instant, mut take: impl FnMut(&[u8])) -> Work {
    let mut work = Work::default();
    // Memory never fails to be read; if it did, no line would be counted.
    let Ok(mut reader) = LineReader::new(text) else { return work };
    while let Some(item) = reader.next_line() {
        if let Ok(line) = item.content {
            work.bytes += line.len() as u64 + 1;
            take(line);
        }
        work.lines += 1;
        if work.lines.is_multiple_of(LOOK_LINES) && Instant::now() >= until {
            break;
        }
    }
    work
}

fn frame(text: &[u8], until: Instant) -> Work {
    each_line(text, until, |line| {
        std::hint::black_box(line);
    })
}

fn parse(text: &[u8], registry: &Registry, until: Instant) -> Work {
    let mut scratch = Scratch::default();
    let mut latest = EventTime::EPOCH;
    each_line(text, until, |line| {
        let read = caught_line(|| {
            let event = read_event(line, Frames::EMPTY, registry, latest, &mut scratch)?;
            latest = std::hint::black_box(&event).time;
            Ok(())
        });
        std::hint::black_box(read.is_ok());
    })
}

fn detect(text: &[u8], registry: &Registry, until: Instant) -> Work {
    let mut scratch = Scratch::default();
    let mut latest = EventTime::EPOCH;
    let mut examiner = Examiner::new();
    let mut lines = 0_u64;
    each_line(text, until, |line| {
        let read = caught_line(|| {
            let event = read_event(line, Frames::EMPTY, registry, latest, &mut scratch)?;
            latest = event.time;
            examiner.examine(&event, None);
            Ok(())
        });
        std::hint::black_box(read.is_ok());
        lines += 1;
        if lines.is_multiple_of(BATCH_LINES) {
            std::hint::black_box(examiner.take());
        }
    })
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
    fn a_pass_counts_lines_and_stops_in_time() {
        let text = b"one\ntwo\n".repeat(10_000);
        let work = frame(&text, Instant::now() + Duration::from_secs(60));
        assert_eq!((work.lines, work.bytes), (20_000, 80_000));
        assert_eq!(frame(&text, Instant::now()).lines, LOOK_LINES);
    }
}
