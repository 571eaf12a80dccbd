//! Each stage of the engine on the same lines, beside what the same work costs the plain way.
//!
//! Quiet office traffic of a FortiGate: about 890 bytes and 48 fields a line, 85 % traffic. It says nothing of days
//! full of attacks, where `detect` and `correlate` have more to do. Run with `cargo bench -p hinomi-tests --bench stages`; compare figures
//! of one run only.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench that can't be set up must not go on")]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_correlate::{Engine, NoKnowledge, SubjectState};
use hinomi_detect::Examiner;
use hinomi_generate::encode::stream;
use hinomi_generate::quiet::quiet_fortigate;
use hinomi_lambda::Event;
use hinomi_local::{Input, ReplayOptions, replay};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Settings};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};

fn main() {
    divan::main();
}

const LINES: usize = 20_000;
/// Lines of a record of Kinesis: near 125,000 bytes when it is compressed.
const RECORD_LINES: usize = 1_500;

fn text() -> Vec<u8> {
    (quiet_fortigate(LINES, 1).join("\n") + "\n").into_bytes()
}

fn counted<'a, 'b>(bencher: Bencher<'a, 'b>, text: &[u8]) -> Bencher<'a, 'b> {
    bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(text.len()))
}

/// Opens a zstd record and walks its lines.
#[divan::bench]
fn frame(bencher: Bencher) {
    let text = text();
    let record = zstd::bulk::compress(&text, 3).unwrap();
    let mut frames = FrameScratch::default();
    counted(bencher, &text).bench_local(|| {
        let mut lines = Lines::new(&record, &mut frames);
        let mut count = 0;
        while lines.next_line().is_some() {
            count += 1;
        }
        assert_eq!(count, LINES);
    });
}

/// Reads each line as an event.
#[divan::bench]
fn parse(bencher: Bencher) {
    let text = text();
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    counted(bencher, &text).bench_local(|| {
        let context =
            Context { registry: &registry, received: EventTime::EPOCH, collected: Default::default() };
        let mut frames = FrameScratch::default();
        let mut lines = Lines::new(&text, &mut frames);
        let mut read = 0;
        while let Some(item) = lines.next_line() {
            read += usize::from(parse_line(item.content.unwrap(), &context, &mut scratch).is_ok());
        }
        assert_eq!(read, LINES);
    });
}

/// Opens a record, and reads and examines its lines.
#[inline]
fn examine(
    record: &[u8],
    registry: &Registry,
    frames: &mut FrameScratch,
    scratch: &mut Scratch,
    examiner: &mut Examiner,
) {
    let context = Context { registry, received: EventTime::EPOCH, collected: Default::default() };
    let mut lines = Lines::new(record, frames);
    while let Some(item) = lines.next_line() {
        let event = parse_line(item.content.unwrap(), &context, scratch).unwrap();
        examiner.examine(&event, None);
    }
}

/// From the zstd record to findings and facts: what ingest does.
#[divan::bench]
fn frame_to_findings(bencher: Bencher) {
    let text = text();
    let record = zstd::bulk::compress(&text, 3).unwrap();
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    let mut frames = FrameScratch::default();
    let mut examiner = Examiner::new();
    counted(bencher, &text).bench_local(|| {
        examine(&record, &registry, &mut frames, &mut scratch, &mut examiner);
        let examined = examiner.take();
        assert_eq!(examined.counts.events, LINES as u64);
        examined
    });
}

/// From the event that Lambda hands over to the lines' findings and facts: JSON, base64, zstd, and what
/// `frame_to_findings` does.
#[divan::bench]
fn event_to_findings(bencher: Bencher) {
    let text = text();
    let records = stream::zstd_records(std::str::from_utf8(&text).unwrap(), RECORD_LINES).unwrap();
    let event = stream::event_of(&records, 1_792_454_400.0);
    let registry = Registry::open();
    let (mut buffer, mut scratch, mut frames) = (Vec::new(), Scratch::default(), FrameScratch::default());
    let mut examiner = Examiner::new();
    counted(bencher, &text).bench_local(|| {
        let Event::Kinesis(batch) = Event::read(&event).unwrap() else { panic!("a batch is read as one") };
        for record in batch.decode(&mut buffer) {
            examine(record.data.unwrap(), &registry, &mut frames, &mut scratch, &mut examiner);
        }
        let examined = examiner.take();
        assert_eq!(examined.counts.events, LINES as u64);
        examined
    });
}

/// The whole way in memory: archive, follow, correlate, tell.
#[divan::bench(sample_count = 10)]
fn pipeline(bencher: Bencher) {
    let text = text();
    counted(bencher, &text).bench_local(|| {
        let input = Input::Bytes { name: "quiet.log".to_owned(), bytes: text.clone() };
        let result = replay(ReplayOptions::in_memory(vec![input], Registry::open())).unwrap();
        assert_eq!(result.summary.done, LINES as u64);
    });
}

/// Joins and judges one finding of a subject with a day's history.
#[divan::bench]
fn judge_one_finding(bencher: Bencher) {
    let (state, tenant_of) = busy_subject();
    let settings = Settings::default();
    let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| engine.incidents(&state, &tenant_of.tenants()[0], state.newest().unwrap()));
}

/// Baseline: the same values as JSON objects, one a line, into `serde_json::Value`.
#[divan::bench]
fn baseline_serde_json(bencher: Bencher) {
    let text = text();
    let json: Vec<String> = String::from_utf8(text.clone()).unwrap().lines().map(as_json).collect();
    counted(bencher, &text).bench_local(|| {
        let read = json.iter().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
        assert_eq!(read, LINES);
    });
}

/// Baseline: a regular expression over `key=value` pairs into a map.
#[divan::bench]
fn baseline_regex(bencher: Bencher) {
    let text = String::from_utf8(text()).unwrap();
    let pairs = regex::Regex::new(r#"([A-Za-z0-9_-]+)=("(?:[^"\\]|\\.)*"|\S*)"#).unwrap();
    counted(bencher, text.as_bytes()).bench_local(|| {
        let read = text.lines().filter(|line| {
            let fields: std::collections::HashMap<&str, &str> = pairs
                .captures_iter(line)
                .filter_map(|pair| Some((pair.get(1)?.as_str(), pair.get(2)?.as_str())))
                .collect();
            fields.contains_key("type")
        });
        assert_eq!(read.count(), LINES);
    });
}

fn as_json(line: &str) -> String {
    let fields: serde_json::Map<String, serde_json::Value> = line
        .split(' ')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.trim_matches('"').into()))
        .collect();
    serde_json::Value::Object(fields).to_string()
}

/// The state of the sample day's most talked-of host.
fn busy_subject() -> (SubjectState, Registry) {
    let registry = Registry::open();
    let mut scratch = Scratch::default();
    let mut examiner = Examiner::new();
    let context = Context { registry: &registry, received: EventTime::EPOCH, collected: Default::default() };
    for line in hinomi_generate::day::sample_day(hinomi_generate::day::SEED).fortigate {
        if let Ok(event) = parse_line(line.as_bytes(), &context, &mut scratch) {
            examiner.examine(&event, None);
        }
    }
    let findings = examiner.take().findings;
    let mut states: std::collections::BTreeMap<String, SubjectState> = Default::default();
    for finding in &findings {
        let state = states
            .entry(SubjectState::subject_text(&finding.subject))
            .or_insert_with(|| SubjectState::new(finding.tenant.clone(), finding.subject.clone()));
        state.join(finding, &Settings::default());
    }
    let busiest = states.into_values().max_by_key(|state| state.encode().len()).unwrap();
    (busiest, registry)
}
