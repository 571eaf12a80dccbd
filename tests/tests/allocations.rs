//! From Lambda's event to findings, a quiet line costs no allocation and no allocated byte, in whichever form it comes.
//!
//! What is allocated is for the batch and its records: the same for records of few lines and of many. Facts are what a
//! batch leaves behind and not what reading it costs; their memory is set aside at the batch's first line. One test,
//! because the allocator counts for the whole process.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this file is a test")]

use std::alloc::System;

use hinomi_detect::Examiner;
use hinomi_generate::encode::{Encoding, stream};
use hinomi_generate::quiet::{quiet_fortigate, quiet_panos};
use hinomi_lambda::Event;
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const RECORDS: usize = 8;
const FEW: usize = 25;
const MANY: usize = 200;
/// Allocations of a record besides its lines: its place in the batch, its number, its data while JSON is read.
const MOST_OF_A_RECORD: usize = 12;
const MOST_BYTES_OF_A_RECORD: usize = 4 << 10;

/// What a running function keeps from batch to batch.
struct Kept {
    registry: Registry,
    data: Vec<u8>,
    frames: FrameScratch,
    scratch: Scratch,
    examiner: Examiner,
}

impl Kept {
    fn work(&mut self, event: &str) -> usize {
        let Event::Kinesis(batch) = Event::read(event).unwrap() else { panic!("a batch is read as one") };
        let mut read = 0;
        for record in batch.decode(&mut self.data) {
            let mut lines = Lines::new(record.data.unwrap(), &mut self.frames);
            while let Some(item) = lines.next_line() {
                let line = item.content.unwrap();
                read += usize::from(examine(line, &self.registry, &mut self.scratch, &mut self.examiner));
            }
        }
        read
    }
}

fn examine(line: &[u8], registry: &Registry, scratch: &mut Scratch, examiner: &mut Examiner) -> bool {
    let context = Context { registry, received: EventTime::EPOCH, collected: Collected::default() };
    parse_line(line, &context, scratch).is_ok_and(|event| {
        examiner.examine(&event, None);
        true
    })
}

#[test]
fn quiet_lines_of_every_form_cost_no_allocation_from_the_event_to_findings() {
    let mut forms: Vec<(String, Vec<String>)> = vec![
        ("FortiGate key=value".to_owned(), quiet_fortigate(MANY, 1)),
        ("PAN-OS CSV".to_owned(), quiet_panos(MANY, 1)),
    ];
    for encoding in Encoding::ALL {
        let native = match encoding.vendor() {
            hinomi_model::Vendor::Fortigate => quiet_fortigate(4 * MANY, 1),
            hinomi_model::Vendor::Panos => quiet_panos(4 * MANY, 1),
        };
        let written = native.iter().filter_map(|line| encoding.write(line)).map(|encoded| encoded.line);
        forms.push((format!("{encoding:?}"), written.take(MANY).collect()));
    }
    let mut wrong = Vec::new();
    for (form, lines) in &forms {
        assert_eq!(lines.len(), MANY, "{form}");
        let (few, many) = (event(lines, FEW), event(lines, MANY));
        let mut kept = Kept {
            registry: Registry::open(),
            data: Vec::new(),
            frames: FrameScratch::default(),
            scratch: Scratch::default(),
            examiner: Examiner::new(),
        };
        // The first batches grow the buffers.
        for _ in 0..3 {
            assert_eq!(kept.work(&many), RECORDS * MANY, "{form}");
            assert!(kept.examiner.take().findings.is_empty(), "{form}: the lines are quiet");
        }
        let mut spent = |event: &str, each: usize| {
            kept.work(&many);
            kept.examiner.take();
            let first = lines.first().unwrap().as_bytes();
            assert!(examine(first, &kept.registry, &mut kept.scratch, &mut kept.examiner));
            let region = Region::new(ALLOCATOR);
            let read = kept.work(event);
            let change = region.change();
            assert_eq!(read, RECORDS * each, "{form}");
            counts(&change)
        };
        let (of_few, of_many) = (spent(&few, FEW), spent(&many, MANY));
        eprintln!("{form}: {of_few:?} and {of_many:?} for {RECORDS} records of {FEW} and of {MANY} lines");
        if of_few != of_many
            || of_many.0 > RECORDS * MOST_OF_A_RECORD
            || of_many.1 > RECORDS * MOST_BYTES_OF_A_RECORD
        {
            wrong.push(format!("{form}: {of_few:?} for {FEW} lines a record, {of_many:?} for {MANY}"));
        }
    }
    assert!(wrong.is_empty(), "allocations and bytes of a batch grow with its lines: {wrong:#?}");
}

/// Returns how often memory was asked for, and how many bytes.
fn counts(change: &Stats) -> (usize, usize) {
    let more = usize::try_from(change.bytes_reallocated.max(0)).unwrap();
    (change.allocations + change.reallocations, change.bytes_allocated + more)
}

/// Makes an event of records that hold the first so many lines each.
fn event(lines: &[String], each: usize) -> String {
    let text: String = lines.iter().take(each).flat_map(|line| [line.as_str(), "\n"]).collect();
    let record = stream::zstd_records(&text, usize::MAX).unwrap().pop().unwrap();
    stream::event_of(&vec![record; RECORDS], 1_792_454_400.0)
}
