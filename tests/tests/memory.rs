//! What the function ingest takes of memory at most, for the largest event that Lambda hands over: 6 MB of JSON and base64.
//!
//! Memory is what the system says that the process had at most, from the event's arrival to the answer, the event itself, the
//! program and what the test keeps included. The archive is in memory, as what is on its way to S3 is. One test, because
//! the figure is of the whole process.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::fs;

use hinomi_fn_ingest::IngestFunction;
use hinomi_generate::encode::stream;
use hinomi_generate::mix::{Form, Mix};
use hinomi_lambda::{Budget, Clock, Function, Handler, Invocation, Metric, Report};
use hinomi_model::EventTime;
use hinomi_store::{Memory, MemoryPublished, MemoryStream, block_on};

/// What the smallest function that is worth its start is given. The template gives it more, for the sake of its
/// processor.
const MOST_MEGABYTES: u64 = 256;
/// Bytes of records in the largest event: base64 makes 6 MB of them.
const RECORD_BYTES: usize = 4_400_000;
/// Bytes of a record's lines after which they are compressed: a record stays below Kinesis' usual 1 MiB.
const LINE_BYTES: usize = 1_000_000;
/// How many times smaller zstd makes a FortiGate's lines in life.
const USUAL_RATIO: usize = 8;
/// Indicators of a list: as many as the larger open feeds have together.
const INDICATORS: u32 = 100_000;
const ARRIVED: f64 = 1_792_454_400.0;
const NOW: EventTime = EventTime::from_seconds(1_792_454_460);

#[test]
fn the_largest_event_is_worked_on_in_a_quarter_of_a_gigabyte() {
    for form in Form::ALL {
        let worked = work(&office(form, USUAL_RATIO));
        assert!(worked.lines_done == worked.lines && worked.lines > 30_000, "{form:?}: {}", worked.lines);
        worked.check(form.name());
    }
    // A new version of a list is read while the last one is used, beside a batch.
    let lists =
        [0, 1].map(|version| (0..INDICATORS).map(|number| indicator(version, number)).collect::<String>());
    let listed = work_listed(&office(Form::FortigateKeyValue, USUAL_RATIO), &lists);
    assert!(listed.lines_done == listed.lines && listed.lines > 30_000, "{}", listed.lines);
    listed.check("100,000 indicators");
    // The generator's lines are more even than life; uncut, an event holds more than twice as many of them.
    let even = work(&office(Form::FortigateKeyValue, usize::MAX));
    assert!(even.lines > 80_000, "{}", even.lines);
    even.check("very even lines");
    // One line over and over comes near the most that a record may grow, and the batch is cut before all of it is read.
    let line = Mix::new(Form::FortigateKeyValue, 1).next().unwrap() + "\n";
    let same = work(&hostile(&line, usize::MAX));
    assert!(same.lines_done > 30_000, "{}", same.lines_done);
    same.check("the same line");
    // Nothing is shorter than a line of one letter, and nobody can read it. One record has millions of them, and no other
    // record adds to what it takes.
    let junk = work(&hostile("x\n", 1));
    assert!(junk.lines_done == 0 && junk.lines > 5_000_000, "{} of {}", junk.lines_done, junk.lines);
    junk.check("lines of one letter");
}

/// What became of an event.
struct Worked {
    lines: u64,
    lines_done: u64,
    megabytes: u64,
}

impl Worked {
    fn check(&self, what: &str) {
        eprintln!("{what}: {} lines, {} MB at most", self.lines, self.megabytes);
        assert!(self.megabytes < MOST_MEGABYTES, "{what}: {} MB", self.megabytes);
    }
}

/// Names an enemy: half of them by address, the others by name, URL and hash.
fn indicator(version: u32, number: u32) -> String {
    let unlike = number.wrapping_mul(2_654_435_761) ^ version;
    match number % 8 {
        0..4 => format!("198.{}.{}.{}\n", 18 + number % 2, unlike >> 8 & 255, unlike & 255),
        4 | 5 => format!("host-{unlike:08x}.campaign-{version}.example\n"),
        6 => format!("http://host-{unlike:08x}.example/login/{number}/index.php?id={unlike}\n"),
        _ => format!("{unlike:064x}\n"),
    }
}

/// Lets a new function work on an event.
fn work(event: &str) -> Worked {
    work_listed(event, &[])
}

/// Lets a new function work on an event once for each version of a list of enemies, or once without any.
fn work_listed(event: &str, lists: &[String]) -> Worked {
    let registry = MemoryPublished::new();
    let everybody = "version: 1\ntenants:\n- {id: kita, name: {ja: 北市, en: Kita}, internal: [10.0.0.0/8], devices: [\
                     {id: FGT60FTK20000001, vendor: fortigate}, {id: '012801096514', vendor: panos}]}\n";
    registry.publish(Some(everybody.as_bytes()));
    let enemies = MemoryPublished::new();
    let function = IngestFunction::new(Memory::new(), MemoryStream::default(), registry, 60)
        .with_indicators(enemies.clone(), 60);
    forget_peak();
    let mut worked = Worked { megabytes: 0, lines: 0, lines_done: 0 };
    for version in 0..lists.len().max(1) {
        if let Some(list) = lists.get(version) {
            enemies.publish(Some(list.as_bytes()));
        }
        let invocation = Invocation {
            payload: event.into(),
            request_id: "r-1".to_owned(),
            function_arn: "arn".to_owned(),
            budget: Budget::unlimited(),
            clock: Clock::at(NOW.plus(60 * version as i64)),
        };
        let mut report = Report::new(Function::Ingest);
        block_on(function.handle(&invocation, &mut report)).unwrap();
        assert_eq!(report.counted(Metric::IndicatorsRefused), 0);
        worked.lines += report.counted(Metric::Lines);
        worked.lines_done += report.counted(Metric::LinesDone);
    }
    Worked { megabytes: peak_megabytes(), ..worked }
}

/// Makes an event of an ordinary hour's lines, as full as it may be; a record is so many times smaller than its lines at
/// most.
fn office(form: Form, most_ratio: usize) -> String {
    let mut lines = Mix::new(form, 1);
    let (mut records, mut packed) = (Vec::new(), 0);
    while packed < RECORD_BYTES {
        let mut text = String::with_capacity(LINE_BYTES + 4_096);
        while text.len() < LINE_BYTES {
            text.push_str(&lines.next().unwrap());
            text.push('\n');
        }
        let record = record(&text, most_ratio);
        packed += record.len();
        records.push(record);
    }
    stream::event_of(&records, ARRIVED)
}

/// Makes an event of records that grow as much as a record may, to 32 MiB and 200 times its size; of at most so many.
fn hostile(line: &str, most_records: usize) -> String {
    const MOST: usize = 31 << 20;
    let record = record(&line.repeat(MOST / line.len()), 190);
    let count = (RECORD_BYTES / record.len()).min(most_records);
    stream::event_of(&vec![record; count], ARRIVED)
}

/// Compresses lines, but not more than so many times.
fn record(text: &str, most_ratio: usize) -> Vec<u8> {
    let mut record = stream::zstd_records(text, usize::MAX).unwrap().pop().unwrap();
    let missing = (text.len() / most_ratio).saturating_sub(record.len());
    // A frame that readers skip (RFC 8878, 3.1.2) takes the room that less even lines would.
    record.extend_from_slice(&0x184d_2a50_u32.to_le_bytes());
    record.extend_from_slice(&u32::try_from(missing).unwrap().to_le_bytes());
    record.resize(record.len() + missing, 0);
    record
}

/// Lets the system forget how much memory the process has had (proc(5), `clear_refs`).
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_000
}
