//! Nothing that arrives makes a reader panic, and whatever is read keeps its promises.
//!
//! [`entry`] is the function from bytes that a fuzzer drives too; here a corpus and seeded mutations of it do.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Extra, QuarantineReason};
use hinomi_parse::{Context, FrameScratch, LineReader, Lines, MAX_LINE_BYTES, Scratch, parse_line, peel};
use proptest::prelude::*;

/// Mutations of the corpus; each is read as one line and, now and then, as a record and a file.
const MUTATIONS: u64 = 20_000;

fn context(registry: &Registry) -> Context<'_> {
    let received = EventTime::parse_rfc3339("2026-01-20T02:00:00Z").unwrap();
    Context { registry, received, collected: Collected::default() }
}

/// Reads bytes as one line. Returns whether they were read.
fn entry(bytes: &[u8], context: &Context<'_>, scratch: &mut Scratch) -> bool {
    match parse_line(bytes, context, scratch) {
        Ok(event) => {
            assert!(event.count >= 1);
            assert!(!event.raw.is_empty());
            assert!(!event.device.is_empty());
            keeps_what_has_no_place(&event.extra, event.unknown_fields);
            serde_json::to_string(&event).unwrap();
            assert!(peel(bytes).payload.is_ok());
            true
        }
        Err(reject) => {
            assert!(reject.detail.len() < 1024, "{reject}");
            assert_ne!(reject.reason, QuarantineReason::Fault);
            false
        }
    }
}

/// Every field that is told is found by its name, no other one is, and as many of them are unknown as the event says.
fn keeps_what_has_no_place(extra: &Extra<'_>, unknown: u32) {
    let mut firsts = BTreeMap::new();
    for (name, value) in extra.iter() {
        assert!(!name.is_empty());
        firsts.entry(name).or_insert(value);
    }
    for (name, value) in &firsts {
        assert_eq!(extra.get(name).as_ref(), Some(value), "{name}");
        let other = format!("{name}_");
        assert_eq!(extra.get(&other).as_ref(), firsts.get(other.as_str()), "{other}");
    }
    for name in ["dst_edl", "dstinetsvc", "column_0", "serial", "stray_text", ""] {
        assert_eq!(extra.get(name).as_ref(), firsts.get(name), "{name}");
    }
    assert_eq!(extra.fields().filter(|field| !field.known).count(), unknown as usize);
    assert_eq!(extra.is_empty(), firsts.is_empty());
}

/// Reads bytes as a record and as a file; both find the same lines.
fn entry_stream(bytes: &[u8]) {
    let mut scratch = FrameScratch::default();
    let mut from_record = Lines::new(bytes, &mut scratch);
    let mut from_file = LineReader::new(bytes).unwrap();
    // A file gives what it can until its compression breaks; a record is refused whole.
    let is_packed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    while let Some(item) = from_record.next_line() {
        assert!(item.content.as_ref().is_ok_and(|line| !line.is_empty()) || item.content.is_err());
        if !is_packed {
            assert_eq!(from_file.next_line().as_ref(), Some(&item));
        }
    }
    while let Some(item) = from_file.next_line() {
        assert!(is_packed, "{item:?}");
    }
    assert!(from_file.fault().is_none());
}

fn corpus() -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(path).unwrap();
                let mut scratch = FrameScratch::default();
                let mut items = Lines::new(&bytes, &mut scratch);
                while let Some(item) = items.next_line() {
                    lines.extend(item.content.ok().map(<[u8]>::to_vec));
                }
            }
        }
    }
    assert!(lines.len() > 80);
    lines
}

/// A small generator of our own, so that a seed means the same for ever.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn mutate(line: &mut Vec<u8>, other: &[u8], seeded: &mut Seeded) {
    const SPLINTERS: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"\\\"",
        b"=",
        b" ",
        b"\n",
        b"\0",
        b",",
        b"{",
        b"}",
        b"<189>",
        b"\xff\xfe",
        b"\xe3\x81",
        b"date=",
        b"eventtime=99999999999999999999",
        b"proto=256",
        b"count=18446744073709551615",
        b" repeated 9999999999 times",
        b"{\"message\":\"",
        b"1,2026/01/20 10:15:01,",
        b"1 2026-01-20T01:15:01Z ",
        b"Feb 30 10:00:00 ",
        b"tz=\"+99\"",
        b"CEF:0|",
        b"CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|",
        b" cs1=x cs1Label=",
        b"=\"",
        b"\" ",
        b"[",
        b"]",
        b"duration=18446744073709551615",
    ];
    for _ in 0..=seeded.below(4) {
        let at = seeded.below(line.len() + 1);
        match seeded.below(7) {
            0 if at < line.len() => line[at] ^= 1 << seeded.below(8),
            1 => line.truncate(at),
            2 => {
                let end = (at + seeded.below(30)).min(line.len());
                line.drain(at..end);
            }
            3 => {
                let splinter = SPLINTERS[seeded.below(SPLINTERS.len())];
                line.splice(at..at, splinter.iter().copied());
            }
            4 => {
                let start = seeded.below(other.len() + 1);
                line.truncate(at);
                line.extend_from_slice(&other[start..]);
            }
            5 => {
                let end = (at + seeded.below(60)).min(line.len());
                let piece = line[at..end].to_vec();
                line.splice(at..at, piece);
            }
            _ => line.insert(at, seeded.next() as u8),
        }
    }
}

#[test]
fn mutations_of_the_corpus_do_no_harm() {
    let registry = Registry::open();
    let context = context(&registry);
    let mut scratch = Scratch::default();
    let corpus = corpus();
    let mut seeded = Seeded(0x5eed_0001);
    let mut read = 0u64;
    for round in 0..MUTATIONS {
        let mut line = corpus[seeded.below(corpus.len())].clone();
        let other = &corpus[seeded.below(corpus.len())];
        mutate(&mut line, other, &mut seeded);
        read += u64::from(entry(&line, &context, &mut scratch));
        if round % 50 == 0 {
            entry_stream(&line);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&line).unwrap();
            let mut packed = encoder.finish().unwrap();
            mutate(&mut packed, &line, &mut seeded);
            entry_stream(&packed);
        }
    }
    // Most mutations leave a log a log; were it otherwise, this would test only refusals.
    assert!(read > MUTATIONS / 2, "{read} of {MUTATIONS}");
}

#[test]
fn a_scratch_remembers_nothing_of_the_line_before() {
    let registry = Registry::open();
    let context = context(&registry);
    let mut used = Scratch::default();
    for line in corpus() {
        let fresh = parse_line(&line, &context, &mut Scratch::default())
            .map(|event| serde_json::to_string(&event).unwrap());
        let reused =
            parse_line(&line, &context, &mut used).map(|event| serde_json::to_string(&event).unwrap());
        assert_eq!(fresh, reused);
    }
}

#[test]
fn long_lines_are_refused_and_cost_no_time() {
    let registry = Registry::open();
    let context = context(&registry);
    let mut scratch = Scratch::default();
    let reject = parse_line(&vec![b'a'; MAX_LINE_BYTES + 1], &context, &mut scratch).unwrap_err();
    assert_eq!(reject.reason, QuarantineReason::TooLarge);
    // What would make a scanner start over again and again.
    for piece in [
        "a=\"",
        "\"",
        "\\\"",
        "a=\"b\"c",
        "{\"message\":\"",
        "<1>",
        "Jan 1 00:00:00 ",
        "- ",
        "1,\"",
        "[",
        "a ",
        "cs1= cs1Label=Policy Id ",
        "a=\"b ",
        "a=\"b\\\" ",
        "a=\"b\",",
    ] {
        let line = piece.repeat(MAX_LINE_BYTES / piece.len());
        entry(line.as_bytes(), &context, &mut scratch);
        entry(format!("type=traffic date=2026-01-20 {line}").as_bytes(), &context, &mut scratch);
        entry(format!("date=2026-01-20,type=traffic,{line}").as_bytes(), &context, &mut scratch);
        entry(format!("CEF:0|Fortinet|Fortigate|v|1|n|3|{line}").as_bytes(), &context, &mut scratch);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let registry = Registry::open();
        entry(&bytes, &context(&registry), &mut Scratch::default());
        entry_stream(&bytes);
    }

    #[test]
    fn any_text_behind_a_header_is_read_or_refused(text in ".{0,200}") {
        let registry = Registry::open();
        let context = context(&registry);
        let mut scratch = Scratch::default();
        let starts = [
            "<189>",
            "Jan 20 10:15:01 fw ",
            "{\"message\":\"",
            "type=traffic date=2026-01-20 time=10:15:01 ",
            "date=2026-01-20,time=10:15:01,type=traffic,",
            "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|",
            "{\"type\":\"traffic\",\"logid\":1,",
            "1,",
        ];
        for start in starts {
            entry(format!("{start}{text}").as_bytes(), &context, &mut scratch);
        }
    }
}
