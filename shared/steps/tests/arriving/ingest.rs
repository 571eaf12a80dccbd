//! What the step that reads makes of a batch, whatever it is packed in, wherever it is cut, and whatever is wrong with it.

use std::sync::atomic::{AtomicUsize, Ordering};

use hinomi_generate::encode::frames;
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, FactBatch, Locator, QuarantineReason};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_steps::facts::{self, PARTITIONS};
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_steps::proof::is_line_of;
use hinomi_steps::quarantine::Row;
use hinomi_steps::raw;
use hinomi_store::block_on;

use crate::world::{Line, SHARD, World, borrowed, lines, numbered, records, registry};

/// After the sample day.
const NOW: EventTime = EventTime::from_seconds(1_792_530_000);

/// Returns the firewall's own text of a line as it lies in the archive.
fn text_of(line: &[u8], registry: &Registry) -> String {
    let context = Context { registry, received: NOW, collected: Collected::default() };
    let mut scratch = Scratch::default();
    parse_line(line, &context, &mut scratch).unwrap().raw.to_owned()
}

/// A way to pack lines into a record.
type Pack = fn(&[Line]) -> Vec<u8>;

fn bytes(lines: &[Line]) -> Vec<&[u8]> {
    lines.iter().map(|(_, line)| line.as_bytes()).collect()
}

const PACKS: [(&str, Pack); 9] = [
    ("plain", |lines| frames::newline(bytes(lines))),
    ("gzip", |lines| frames::gzip(&frames::newline(bytes(lines))).unwrap()),
    ("zstd", |lines| zstd::encode_all(frames::newline(bytes(lines)).as_slice(), 3).unwrap()),
    ("octet counted", |lines| frames::octet_counted(bytes(lines))),
    ("ndjson", |lines| {
        let objects: Vec<String> = lines.iter().map(|(at, line)| frames::fluent_bit(*at, line)).collect();
        frames::newline(objects.iter().map(String::as_bytes))
    }),
    ("json array", |lines| frames::json_strings(lines.iter().map(|(_, line)| line.as_str()))),
    ("kpl", |lines| frames::kpl(bytes(lines))),
    ("kpl of gzip", |lines| {
        let zipped: Vec<Vec<u8>> =
            lines.chunks(7).map(|lines| frames::gzip(&frames::newline(bytes(lines))).unwrap()).collect();
        frames::kpl(zipped.iter().map(Vec::as_slice))
    }),
    ("cloudwatch", |lines| frames::cloudwatch(lines.iter().map(|(at, line)| (*at, line.as_str()))).unwrap()),
];

#[test]
fn every_line_of_every_packing_is_found_back_by_its_place() {
    let registry = registry();
    let lines = &lines()[..120];
    for (name, pack) in PACKS {
        let world = World::default();
        let records: Vec<(EventTime, Vec<u8>)> =
            lines.chunks(40).map(|lines| (lines.last().unwrap().0.plus(2), pack(lines))).collect();
        let numbered = numbered(&records);
        let ingested = world.ingest(&mut Ingest::new(), &borrowed(&numbered), NOW);
        assert_eq!(ingested.counts.lines_done, 120, "{name}: {:?}", ingested.counts);
        let keys = world.keys("raw/");
        assert_eq!(keys.len(), 1);
        let object = world.object(&keys[0]);
        let entries = raw::entries(&object).unwrap();
        for (frame, (entry, (sequence, arrived, data))) in entries.iter().zip(&numbered).enumerate() {
            assert_eq!(raw::record(&object, entry).unwrap(), *data);
            assert_eq!((&entry.sequence, entry.arrived), (sequence, *arrived));
            assert_eq!(entry.owners.iter().map(|owner| owner.lines).sum::<u64>() + entry.others, 40);
            for line in 0..40 {
                let place = Locator { object: keys[0].as_str().to_owned(), frame: frame as u32, line };
                let found = raw::line(&object, &place).unwrap_or_else(|| panic!("{name} {place:?}"));
                let (_, written) = &lines[frame * 40 + line as usize];
                assert_eq!(text_of(&found, registry), text_of(written.as_bytes(), registry), "{name}");
            }
        }
        // What findings and facts say of their lines is where the lines are.
        for finding in world.batches().into_iter().flat_map(|batch| batch.findings) {
            for evidence in finding.evidence {
                let line = raw::line(&object, &evidence.locator.unwrap()).unwrap();
                assert!(is_line_of(&line, &evidence.sha256, &evidence.raw), "{name}");
                assert!(text_of(&line, registry).starts_with(&evidence.raw), "{name}");
            }
        }
    }
}

#[test]
fn in_every_packing_the_same_is_found() {
    let lines = lines();
    let found: Vec<_> = PACKS
        .iter()
        .map(|(name, pack)| {
            let world = World::default();
            // CloudWatch and Fluent Bit say when a line was received; here that is when it happened.
            let records: Vec<(EventTime, Vec<u8>)> =
                lines.chunks(50).map(|lines| (lines.last().unwrap().0, pack(lines))).collect();
            world.ingest(&mut Ingest::new(), &borrowed(&numbered(&records)), NOW);
            let ids = world.batches().into_iter().flat_map(|batch| batch.findings).map(|finding| finding.id);
            (*name, ids.collect::<std::collections::BTreeSet<_>>())
        })
        .collect();
    assert!(found[0].1.len() > 50, "{}", found[0].1.len());
    for (name, ids) in &found {
        assert_eq!(*ids, found[0].1, "{name}");
    }
}

#[test]
fn facts_of_a_tenant_lie_in_its_part_and_name_lines_that_are_there() {
    let registry = registry();
    let world = World::default();
    let ingested = world.ingest(&mut Ingest::new(), &borrowed(&numbered(&records(&lines(), 40))), NOW);
    let keys = world.keys("facts/");
    assert_eq!(keys.len(), 1);
    assert!(keys[0].as_str().starts_with("facts/2026-10-20T"), "{}", keys[0].as_str());
    let object = world.object(&keys[0]);
    let mut facts = 0;
    let mut asked = 0;
    for partition in 0..PARTITIONS {
        let part = facts::read(&object, partition).unwrap();
        asked += part.findings.len();
        let FactBatch { sources, objects, sessions, logins, .. } = part.facts;
        facts += sessions.len() + logins.len();
        assert!(sources.iter().all(|source| facts::partition_of(&source.tenant) == partition));
        let places = sessions.iter().map(|fact| fact.place).chain(logins.iter().map(|login| login.place));
        for place in places.flatten().step_by(50) {
            let name = &objects[place.object as usize];
            let object = world.objects()[name].clone();
            let locator = Locator { object: name.clone(), frame: place.frame, line: place.line };
            text_of(&raw::line(&object, &locator).unwrap(), registry);
        }
    }
    assert_eq!(facts as u64, ingested.counts.facts);
    assert!(facts > 100 && asked > 0, "{facts} {asked}");
}

#[test]
fn wherever_a_batch_is_cut_the_same_is_found() {
    let lines = &lines();
    let mut records = records(lines, 60);
    // A record that came twice, and lines that come again in other company.
    records.insert(7, records[3].clone());
    let again: Vec<Line> = lines.iter().step_by(9).cloned().collect();
    records.push((lines.last().unwrap().0.plus(3), frames::newline(bytes(&again))));
    let numbered = numbered(&records);
    let whole = World::default();
    whole.ingest(&mut Ingest::new(), &borrowed(&numbered), NOW);
    assert!(whole.found().len() > 20, "{}", whole.found().len());
    for size in [1, 2, 3, 5, 8, 13] {
        let cut = World::default();
        let mut ingest = Ingest::new();
        for some in numbered.chunks(size) {
            cut.ingest(&mut ingest, &borrowed(some), NOW);
        }
        assert_eq!(cut.found(), whole.found(), "{size} records a batch");
    }
}

#[test]
fn when_time_is_spent_the_first_record_that_is_not_done_is_the_answer() {
    let numbered = numbered(&records(&lines()[..300], 20));
    let records = borrowed(&numbered);
    let whole = World::default();
    let all = whole.ingest(&mut Ingest::new(), &records, NOW);
    let world = World::default();
    let mut ingest = Ingest::new();
    let mut counts = hinomi_steps::ingest::IngestCounts::default();
    let mut start = 0;
    let mut calls = 0;
    while start < records.len() {
        let asked = AtomicUsize::new(0);
        let is_spent = || asked.fetch_add(1, Ordering::Relaxed) >= calls;
        let pace = Pace { now: NOW, is_spent: &is_spent };
        let batch = Batch { shard: SHARD, records: &records[start..] };
        let outlets = Outlets { archive: &world.archive, findings: &world.findings };
        let ingested = block_on(ingest.batch(&batch, registry(), pace, outlets)).unwrap();
        let done = ingested.undone.unwrap_or(records.len() - start);
        assert_eq!(done, (calls + 1).min(records.len() - start), "the first record is always done");
        assert_eq!(ingested.counts.records_retried, (records.len() - start - done) as u64);
        counts.add(&ingested.counts);
        start += done;
        calls += 1;
    }
    assert_eq!((counts.lines, counts.lines_done), (all.counts.lines, all.counts.lines_done));
    assert_eq!(counts.records, records.len() as u64);
    assert_eq!(world.found(), whole.found());
    assert_eq!(world.keys("raw/").len(), calls);
}

fn rows(world: &World) -> Vec<Row> {
    let objects: Vec<Vec<u8>> = world.keys("quarantine/").iter().map(|key| world.object(key)).collect();
    let text =
        objects.iter().map(|object| String::from_utf8(zstd::decode_all(object.as_slice()).unwrap()).unwrap());
    let texts: Vec<String> = text.collect();
    texts.iter().flat_map(|text| text.lines()).map(|row| serde_json::from_str(row).unwrap()).collect()
}

#[test]
fn what_is_wrong_has_a_reason_and_the_rest_goes_on() {
    let line = &lines()[0];
    let good = line.1.as_bytes();
    let bomb = frames::gzip(&vec![b'x'; 40 << 20]).unwrap();
    // The device may be heard through one collector only.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let bound = std::fs::read_to_string(path)
        .unwrap()
        .replace("posture: inline", "posture: inline, collectors: [c1]");
    let bound = Registry::from_yaml(&bound).unwrap();
    let mismatch = frames::hinomi(line.0, "somebody-elses", &line.1);
    let unknown = line.1.replace("FGT60FTK20000001", "FGT60FTK29999999");
    let unknown = if unknown == line.1 { line.1.replace("012801096514", "012801099999") } else { unknown };
    let long = vec![b'y'; hinomi_parse::MAX_LINE_BYTES + 1];
    let cases: Vec<(&[u8], QuarantineReason)> = vec![
        (&bomb, QuarantineReason::BadCompression),
        (b"\x1f\x8b\x08broken", QuarantineReason::BadCompression),
        (unknown.as_bytes(), QuarantineReason::UnknownDevice),
        (mismatch.as_bytes(), QuarantineReason::DeviceMismatch),
        (b"hello", QuarantineReason::NotAFirewallLog),
        (b"{\"a\":1}", QuarantineReason::BadEnvelope),
        (&long, QuarantineReason::TooLarge),
    ];
    let world = World::default();
    let sequences: Vec<String> = (0..=2 * cases.len()).map(|number| number.to_string()).collect();
    let mut records = Vec::new();
    for (index, (bad, _)) in cases.iter().enumerate() {
        let record = |data, number: usize| Record { sequence: &sequences[number], arrived: line.0, data };
        records.push(record(Ok(*bad), 2 * index));
        records.push(record(Ok(good), 2 * index + 1));
    }
    records.push(Record { sequence: &sequences[2 * cases.len()], arrived: line.0, data: Err(b"a log line") });
    let ingested = world.ingest_for(&bound, &mut Ingest::new(), &records, NOW);
    let counts = ingested.counts;
    assert_eq!(ingested.undone, None);
    assert_eq!(counts.lines, counts.lines_done + counts.lines_quarantined());
    assert_eq!(counts.lines_done, cases.len() as u64, "{counts:?}");
    assert_eq!(counts.records_poisoned, 1);
    let mut expected: Vec<QuarantineReason> = cases.iter().map(|(_, reason)| *reason).collect();
    expected.push(QuarantineReason::NotBase64);
    let rows = rows(&world);
    assert_eq!(rows.iter().map(|row| row.line.reason).collect::<Vec<_>>(), expected);
    let raw = world.keys("raw/");
    for row in &rows {
        let place = row.line.locator.as_ref().unwrap();
        assert_eq!((place.object.as_str(), place.object.as_str()), (raw[0].as_str(), row.line.file.as_str()));
    }
    // What was no base64 is kept as the text that came.
    let object = world.object(&raw[0]);
    let entries = raw::entries(&object).unwrap();
    let last = entries.last().unwrap();
    assert!(last.undecoded);
    assert_eq!(raw::record(&object, last).unwrap(), b"a log line");
}

#[test]
fn a_record_of_rubbish_is_counted_line_by_line_and_shown_by_its_first_lines() {
    let world = World::default();
    let rubbish = b"x\n".repeat(50_000);
    let record = Record { sequence: "1", arrived: NOW, data: Ok(&rubbish) };
    let ingested = world.ingest(&mut Ingest::new(), &[record], NOW);
    assert_eq!(ingested.counts.quarantined[&QuarantineReason::NotAFirewallLog], 50_000);
    let rows = rows(&world);
    let shown = rows.len() as u64;
    assert!(shown < 2_000 && rows.last().unwrap().more == Some(50_000 - shown), "{shown}");
}

#[test]
fn a_record_of_many_minutes_keeps_every_finding() {
    // Each minute's line shows something, and there are more minutes than are held at once.
    let line = lines().into_iter().find(|(_, line)| line.contains("subtype=\"ips\"")).unwrap().1;
    let eventtime = line.split("eventtime=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let start: i64 = eventtime.parse().unwrap();
    let minutes: Vec<String> = (0..200)
        .map(|minute| line.replace(&eventtime, &(start + minute * 60_000_000_000).to_string()))
        .collect();
    let record = frames::newline(minutes.iter().map(String::as_bytes));
    let world = World::default();
    let arrived = EventTime::from_nanos(start).plus(200 * 60);
    let ingested =
        world.ingest(&mut Ingest::new(), &[Record { sequence: "1", arrived, data: Ok(&record) }], NOW);
    let count: u64 =
        world.batches().iter().flat_map(|batch| &batch.findings).map(|finding| finding.count).sum();
    assert!(ingested.counts.findings >= 200, "{:?}", ingested.counts);
    assert_eq!(count % 200, 0);
}

#[test]
fn arrival_at_the_stream_is_when_a_line_was_received_unless_its_collector_says() {
    let (time, line) = lines().into_iter().find(|(_, line)| line.contains("subtype=\"ips\"")).unwrap();
    let received = |data: &[u8], arrived: EventTime| {
        let world = World::default();
        world.ingest(&mut Ingest::new(), &[Record { sequence: "1", arrived, data: Ok(data) }], NOW);
        let finding = world.batches().remove(0).findings.remove(0);
        (finding.received, finding.first)
    };
    assert_eq!(received(line.as_bytes(), time.plus(30)), (time.plus(30), time));
    let wrapped = frames::hinomi(time.plus(5), "c1", &line);
    assert_eq!(received(wrapped.as_bytes(), time.plus(30)).0, time.plus(5));
    // A clock that is ahead of the stream's cannot be right.
    let (_, first) = received(line.as_bytes(), time.plus(-7_200));
    assert_eq!(first, time.plus(-7_200));
}

#[test]
fn an_empty_batch_writes_nothing() {
    let world = World::default();
    let ingested = world.ingest(&mut Ingest::new(), &[], NOW);
    assert_eq!((ingested.undone, ingested.counts.lines), (None, 0));
    assert!(world.objects().is_empty());
}
