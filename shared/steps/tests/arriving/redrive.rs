//! Old data read again: the same is found, nobody is told, and nothing that is kept changes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FindingId, Settings};
use hinomi_steps::ingest::{Ingest, Outlets, Pace};
use hinomi_steps::redrive::{GivenUp, GivenUpRecord, Order, Reading, Redriven, redrive};
use hinomi_store::{Archive, ArchiveKey, MemoryStream, block_on};

use crate::world::{SHARD, World, at, borrowed, lines, numbered, records, registry};

const NOW: EventTime = EventTime::from_seconds(1_792_530_000);

fn driven(world: &World, order: Order<'_>, registry: &Registry) -> Redriven {
    let settings = Settings::default();
    let reading = Reading { registry, settings: &settings, pace: at(NOW), given_up: &|_| None };
    let outlets = Outlets { archive: &world.archive, findings: &world.findings };
    block_on(redrive(&mut Ingest::new(), order, reading, outlets)).unwrap()
}

const ALL: Order<'_> = Order::Prefix { prefix: "raw/", after: None };

fn ids(world: &World) -> BTreeSet<FindingId> {
    world.batches().iter().flat_map(|batch| &batch.findings).map(|finding| finding.id).collect()
}

/// The archive of another world with a stream of its own.
fn stream_of_its_own(world: &World) -> World {
    World { archive: world.archive.clone(), findings: MemoryStream::default() }
}

/// The day in batches of ten records.
fn day(registry: &Registry) -> World {
    let world = World::default();
    let mut ingest = Ingest::new();
    for some in numbered(&records(&lines(), 40)).chunks(10) {
        world.ingest_for(registry, &mut ingest, &borrowed(some), NOW);
    }
    world
}

#[test]
fn the_archive_read_again_shows_what_it_showed_and_tells_nobody() {
    let world = day(registry());
    let again = stream_of_its_own(&world);
    let objects = world.objects();
    let done = driven(&again, ALL, registry());
    assert_eq!((done.objects, done.broken, done.next), (world.keys("raw/").len() as u64, 0, None));
    assert_eq!(done.counts.lines, done.counts.lines_done);
    assert!(again.batches().iter().all(|batch| batch.quiet));
    let found = ids(&again);
    assert!(found.is_superset(&ids(&world)) && found.len() > ids(&world).len(), "follow has its say");
    assert_eq!(again.objects(), objects);
    // Lines are shown where they have lain all along.
    let locators = again.batches().into_iter().flat_map(|batch| batch.findings);
    let locators = locators.flat_map(|finding| finding.evidence).filter_map(|line| line.locator);
    assert!(locators.into_iter().all(|locator| objects.contains_key(&locator.object)));
}

#[test]
fn what_was_set_aside_is_read_again_with_todays_registry_and_nothing_else() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let text = std::fs::read_to_string(path).unwrap().replace("012801096514", "012801000000");
    let world = day(&Registry::from_yaml(&text).unwrap());
    let rows = world.keys("quarantine/");
    assert!(!rows.is_empty());
    let again = stream_of_its_own(&world);
    let objects = world.objects();
    let done = driven(&again, Order::Prefix { prefix: "quarantine/", after: None }, registry());
    assert_eq!((done.objects, done.broken), (rows.len() as u64, 0));
    assert!(done.counts.lines_done > 100 && done.counts.lines == done.counts.lines_done, "{:?}", done.counts);
    assert_eq!(again.objects(), objects);
    let whole = ids(&day(registry()));
    let both: BTreeSet<FindingId> = ids(&world).union(&ids(&again)).copied().collect();
    assert!(both.is_superset(&whole), "{} {}", both.len(), whole.len());
    assert!(ids(&world).is_disjoint(&ids(&again)));
}

#[test]
fn a_record_that_was_set_aside_whole_is_read_again_whole_once_the_program_can() {
    let lines = lines();
    let plain = records(&lines, lines.len()).remove(0);
    let packed = hinomi_generate::encode::frames::gzip(&plain.1).unwrap();
    let cut = packed[..packed.len() / 2].to_vec();
    let ingested = |data: Vec<u8>| {
        let world = World::default();
        world.ingest(&mut Ingest::new(), &borrowed(&numbered(&[(plain.0, data)])), NOW);
        world
    };
    let (refused, mended) = (ingested(cut), ingested(packed));
    let [rows] = &refused.keys("quarantine/")[..] else { panic!("one object of rows") };
    assert!(mended.keys("quarantine/").is_empty() && ids(&refused).is_empty());
    // The same record as a program reads it that knows how to: it lies where the refused one lay.
    assert_eq!(refused.keys("raw/"), mended.keys("raw/"));
    block_on(mended.archive.put_new(rows, &refused.object(rows))).unwrap();
    let again = stream_of_its_own(&mended);
    let done = driven(&again, Order::Prefix { prefix: "quarantine/", after: None }, registry());
    assert_eq!((done.counts.lines, done.counts.lines_done), (lines.len() as u64, lines.len() as u64));
    assert!(ids(&again).is_superset(&ids(&mended)) && !ids(&mended).is_empty());
}

#[test]
fn a_batch_that_was_given_up_is_read_as_if_it_came_now() {
    let numbered = numbered(&records(&lines(), 200));
    let whole = World::default();
    whole.ingest(&mut Ingest::new(), &borrowed(&numbered), NOW);
    let world = World::default();
    let key =
        ArchiveKey::new("aws/lambda/1b4e28ba/shardId-000000000000/2026/11/23/2026-11-23T10.00.00-x").unwrap();
    block_on(world.archive.put_new(&key, b"as the cloud wrote it")).unwrap();
    let given_up = |bytes: &[u8]| {
        assert_eq!(bytes, b"as the cloud wrote it");
        let record = |(sequence, arrived, data): &(String, EventTime, Vec<u8>)| GivenUpRecord {
            sequence: sequence.clone(),
            arrived: *arrived,
            data: Ok(data.clone()),
        };
        Some(GivenUp { shard: SHARD.to_owned(), records: numbered.iter().map(record).collect() })
    };
    let settings = Settings::default();
    let reading = Reading { registry: registry(), settings: &settings, pace: at(NOW), given_up: &given_up };
    let outlets = Outlets { archive: &world.archive, findings: &world.findings };
    let order = Order::Object(key.as_str());
    let done = block_on(redrive(&mut Ingest::new(), order, reading, outlets)).unwrap();
    assert_eq!((done.objects, done.counts.records), (1, numbered.len() as u64));
    assert!(world.batches().iter().all(|batch| batch.quiet));
    assert!(ids(&world).is_superset(&ids(&whole)));
    // It lies in the archive now, where it would have lain.
    assert_eq!(world.keys("raw/"), whole.keys("raw/"));
    assert!(world.keys("facts/").is_empty());

    // The stream of findings gives batches up, too: they are handed on as they are, quietly.
    let stream = World::default();
    block_on(stream.archive.put_new(&key, b"as the cloud wrote it")).unwrap();
    let findings = |_: &[u8]| {
        let record = |record: hinomi_store::StreamRecord| GivenUpRecord {
            sequence: "1".to_owned(),
            arrived: NOW,
            data: Ok(record.bytes),
        };
        let records = whole.findings.records().into_iter().map(record).collect();
        Some(GivenUp { shard: SHARD.to_owned(), records })
    };
    let reading = Reading { registry: registry(), settings: &settings, pace: at(NOW), given_up: &findings };
    let outlets = Outlets { archive: &stream.archive, findings: &stream.findings };
    block_on(redrive(&mut Ingest::new(), order, reading, outlets)).unwrap();
    assert_eq!(ids(&stream), ids(&whole));
    assert!(stream.batches().iter().all(|batch| batch.quiet) && stream.keys("raw/").is_empty());
}

#[test]
fn when_time_is_spent_the_answer_says_where_to_go_on() {
    let world = day(registry());
    let whole = stream_of_its_own(&world);
    driven(&whole, ALL, registry());
    let parts = stream_of_its_own(&world);
    let settings = Settings::default();
    let mut after: Option<String> = None;
    let mut calls = 0;
    let mut lines = 0;
    loop {
        calls += 1;
        let asked = AtomicUsize::new(0);
        let is_spent = || asked.fetch_add(1, Ordering::Relaxed) >= 1;
        let pace = Pace { now: NOW, is_spent: &is_spent };
        let reading = Reading { registry: registry(), settings: &settings, pace, given_up: &|_| None };
        let outlets = Outlets { archive: &parts.archive, findings: &parts.findings };
        let order = Order::Prefix { prefix: "raw/", after: after.as_deref() };
        let done = block_on(redrive(&mut Ingest::new(), order, reading, outlets)).unwrap();
        lines += done.counts.lines;
        after = done.next;
        if after.is_none() {
            break;
        }
        assert_eq!(done.objects, 2);
    }
    assert!(calls > 5, "{calls}");
    assert_eq!(lines as usize, crate::world::lines().len());
    assert!(ids(&parts).is_superset(&ids(&world)));
}

#[test]
fn what_can_not_be_read_again_is_counted() {
    let world = World::default();
    for (key, bytes) in [
        ("raw/2026-11-23/10/shard/1-2.zst", &b"no object"[..]),
        ("quarantine/2026-11-23/10/shard/1-2.ndjson.zst", b"no rows"),
        ("quarantine/findings/1.zst", b"no findings"),
        ("aws/lambda/u/shard/2026.x", b"no batch"),
        ("facts/2026-11-23T1000/shard-1-2.zst", b"facts"),
    ] {
        block_on(world.archive.put_new(&ArchiveKey::new(key).unwrap(), bytes)).unwrap();
    }
    let done = driven(&world, Order::Prefix { prefix: "", after: None }, registry());
    assert_eq!((done.objects, done.broken, done.skipped), (0, 4, 1));
    let done = driven(&world, Order::Object("raw/none.zst"), registry());
    assert_eq!((done.objects, done.broken), (0, 1));
    assert!(world.batches().is_empty());
}
