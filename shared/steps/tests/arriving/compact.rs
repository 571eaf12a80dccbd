//! Hours of raw objects as columns: each record once, whatever was repeated, came late, was cut short or is damaged.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_ocsf::Limits;
use hinomi_steps::compact::{Call, Compacted, FOLDER, ROOM, Room, compact};
use hinomi_steps::ingest::Ingest;
use hinomi_steps::{raw, together};
use hinomi_store::{Archive, ArchiveKey, Call as StoreCall, Fault, Faulty, Memory, When, block_on};

use crate::columns::{Row, rows};
use crate::world::{World, borrowed, lines, numbered, records};

const COMPACTORS: u16 = 2;

/// A registry in which each of the day's firewalls is another town's.
static TOWNS: LazyLock<Registry> = LazyLock::new(|| Registry::from_yaml(&towns("kita", "minami")).unwrap());

fn towns(fortigate: &str, panos: &str) -> String {
    let town = |id: &str, device: &str, vendor: &str| {
        format!(
            "  - id: {id}\n    name: {{ja: 市, en: City}}\n    internal: [10.1.0.0/16]\n    devices: [{{id: \"{device}\", vendor: {vendor}, time_zone: Asia/Tokyo}}]\n"
        )
    };
    let (one, other) =
        (town(fortigate, "FGT60FTK20000001", "fortigate"), town(panos, "012801096514", "panos"));
    format!("version: 1\ntenants:\n{one}{other}")
}

/// Parts of some so many lines, half of which are rows at a time.
fn small(lines: usize) -> Room {
    Room { held: 150 * lines, rows: Limits { rows: lines / 2, ..ROOM.rows } }
}

/// The records of three hours of the sample day, numbered as a shard does.
fn hours() -> Vec<(String, EventTime, Vec<u8>)> {
    static HOURS: LazyLock<Vec<(String, EventTime, Vec<u8>)>> = LazyLock::new(|| {
        let lines = lines();
        let first = lines[lines.len() / 3].0.hour();
        let lines: Vec<_> = lines
            .into_iter()
            .filter(|(time, _)| (first..first + 3).contains(&time.hour()))
            .step_by(3)
            .collect();
        let mut records = numbered(&records(&lines, 20));
        records[1].2 = b"no log at all".to_vec();
        records
    });
    HOURS.clone()
}

/// The hour at which all of them are over.
fn end(records: &[(String, EventTime, Vec<u8>)]) -> EventTime {
    let last = records.iter().map(|(_, arrived, _)| arrived.hour()).max().unwrap();
    EventTime::from_seconds((last + 1) * 3_600 + 600)
}

/// Keeps records as batches of so many.
fn keep(world: &World, records: &[(String, EventTime, Vec<u8>)], each: usize) {
    for batch in records.chunks(each) {
        world.ingest_for(&TOWNS, &mut Ingest::new(), &borrowed(batch), end(batch));
    }
}

fn call(time: EventTime, compactor: u16, compactors: u16) -> Call<'static> {
    Call { time, now: time, compactor, compactors, room: ROOM, left: &|| 900 }
}

/// Calls every compactor once.
fn all(archive: &impl Archive, time: EventTime) -> Vec<Compacted> {
    let done = |compactor| block_on(compact(call(time, compactor, COMPACTORS), &TOWNS, archive)).unwrap();
    (0..COMPACTORS).map(done).collect()
}

/// What there should be: each record that is kept once, by number and line; and how many lines are no events.
fn expected(archive: &Memory) -> Vec<(String, u32)> {
    let mut known = BTreeMap::new();
    for (name, entry, data) in kept(archive) {
        let Ok(read) = read_record(&data, entry.arrived) else { panic!("{name}") };
        known.insert(entry.sequence, read);
    }
    let lines =
        |(sequence, lines): (String, Vec<u32>)| lines.into_iter().map(move |line| (sequence.clone(), line));
    let mut expected: Vec<(String, u32)> = known.into_iter().flat_map(lines).collect();
    expected.sort();
    expected
}

/// Returns which lines of a record are events.
fn read_record(data: &[u8], arrived: EventTime) -> Result<Vec<u32>, ()> {
    use hinomi_model::registry::Collected;
    use hinomi_parse::{Context, Scratch, parse_line};
    let collected = Collected { received: Some(arrived), ..Collected::default() };
    let context = Context { registry: &TOWNS, received: arrived, collected };
    let mut scratch = Scratch::default();
    let text = std::str::from_utf8(data).map_err(drop)?;
    let lines = (0..).zip(text.lines());
    Ok(lines
        .filter(|(_, line)| parse_line(line.as_bytes(), &context, &mut scratch).is_ok())
        .map(|(n, _)| n)
        .collect())
}

/// Every record of every raw object that can be read.
fn kept(archive: &Memory) -> Vec<(String, raw::Entry, Vec<u8>)> {
    let mut kept = Vec::new();
    for key in block_on(archive.list("raw/", None, 100_000)).unwrap() {
        let object = block_on(archive.fetch(&key)).unwrap().unwrap();
        for entry in raw::entries(&object).unwrap_or_default() {
            let data = raw::record(&object, &entry).unwrap();
            kept.push((key.as_str().to_owned(), entry, data));
        }
    }
    kept
}

/// The rows of all files, by their record's number and line.
fn written(archive: &Memory) -> Vec<(String, u32)> {
    let mut sequences: BTreeMap<(String, u32), String> = BTreeMap::new();
    let mut frames: BTreeMap<String, u32> = BTreeMap::new();
    for (name, entry, _) in kept(archive) {
        let frame = frames.entry(name.clone()).or_default();
        sequences.insert((name, *frame), entry.sequence);
        *frame += 1;
    }
    let mut written: Vec<(String, u32)> = files(archive)
        .values()
        .flat_map(|bytes| rows(bytes))
        .map(|Row { object, frame, line, .. }| (sequences[&(object, frame)].clone(), line))
        .collect();
    written.sort();
    written
}

fn files(archive: &Memory) -> BTreeMap<String, Vec<u8>> {
    let keys = block_on(archive.list(&format!("{FOLDER}/"), None, 100_000)).unwrap();
    let fetch = |key: &ArchiveKey| block_on(archive.fetch(key)).unwrap().unwrap();
    keys.iter().map(|key| (key.as_str().to_owned(), fetch(key))).collect()
}

#[test]
fn each_hour_is_written_once_by_class_tenant_and_day() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    let done = all(&world.archive, end(&records));
    let expected = expected(&world.archive);
    assert!(expected.len() > 300, "{}", expected.len());
    assert_eq!(written(&world.archive), expected);
    let sum = |of: fn(&Compacted) -> u64| done.iter().map(of).sum::<u64>();
    assert_eq!(sum(|done| done.lines), expected.len() as u64);
    assert_eq!(sum(|done| done.records), records.len() as u64, "each record counts in one share");
    assert_eq!((sum(|done| done.lines_quarantined), sum(|done| done.records_repeated)), (1, 0));
    assert!(done.iter().all(|done| done.behind_seconds == 0 && done.plans == 3), "{done:?}");

    let files = files(&world.archive);
    assert_eq!(files.len() as u64, sum(|done| done.files));
    assert_eq!(files.values().map(|bytes| bytes.len() as u64).sum::<u64>(), sum(|done| done.file_bytes));
    let mut tenants = BTreeSet::new();
    for (name, bytes) in &files {
        let segments: Vec<&str> = name.split('/').collect();
        let [_, class, tenant, day, file] = segments.as_slice() else { panic!("{name}") };
        assert!(class.starts_with("class=") && file.ends_with("-0000.parquet"), "{name}");
        let tenant = tenant.strip_prefix("tenant=").unwrap();
        let day = day.strip_prefix("day=").unwrap();
        for row in rows(bytes) {
            assert_eq!((row.tenant.as_str(), row.time.day().to_string().as_str()), (tenant, day), "{name}");
            let hour = EventTime::parse_rfc3339(&format!("{}:00:00Z", &file[..13])).unwrap();
            assert!(row.object.starts_with(&format!("raw/{}/{}/", hour.day(), &file[11..13])), "{name}");
        }
        tenants.insert(tenant.to_owned());
    }
    assert!(tenants.len() > 1, "{tenants:?}");

    let objects = world.objects();
    assert!(all(&world.archive, end(&records).plus(3_600)).iter().all(|done| done.objects == 0));
    assert_eq!(world.objects(), objects, "a second call finds nothing to do");
}

#[test]
fn batches_that_came_again_cut_otherwise_are_taken_once() {
    let records = hours();
    for offset in [0, 3] {
        let world = World::default();
        keep(&world, &records, 7);
        // A batch that begins in one hour and ends in the next is there, too.
        keep(&world, &records[offset..], 5);
        keep(&world, &records[..offset], 2);
        let done = all(&world.archive, end(&records));
        let expected = expected(&world.archive);
        assert_eq!(written(&world.archive), expected);
        let repeated: u64 = done.iter().map(|done| done.records_repeated).sum();
        assert_eq!(repeated, records.len() as u64, "every record lies in two objects");
    }
}

#[test]
fn what_comes_late_has_files_of_its_own_and_takes_nothing_again() {
    let records = hours();
    let world = World::default();
    let (early, late): (Vec<_>, Vec<_>) =
        records.chunks(6).enumerate().partition(|(number, _)| number % 3 != 0);
    for (_, batch) in &early {
        keep(&world, batch, 6);
    }
    all(&world.archive, end(&records));
    let before = files(&world.archive);
    assert_eq!(written(&world.archive), expected(&world.archive));
    for (number, batch) in &late {
        // What was not there, and with it the last records of the batch before, which were.
        let start = (number * 6).saturating_sub(2);
        keep(&world, &records[start..number * 6 + batch.len()], 9);
    }
    let done = all(&world.archive, end(&records).plus(47 * 3_600 - 7_200));
    assert_eq!(written(&world.archive), expected(&world.archive));
    assert!(done.iter().all(|done| done.behind_seconds == 0));
    let after = files(&world.archive);
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "a file was changed");
    let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert!(!new.is_empty() && new.iter().all(|name| name.contains("-late-1-")), "{new:?}");
}

#[test]
fn what_comes_two_days_late_is_left_where_it_is() {
    let records = hours();
    let world = World::default();
    keep(&world, &records[..20], 5);
    all(&world.archive, end(&records));
    keep(&world, &records[20..40], 5);
    // Something newer was planned, so that nothing is missing in between.
    let later = end(&records).plus(60 * 3_600);
    let newer: Vec<_> =
        records[60..70].iter().map(|(_, _, data)| (later.plus(-7_200), data.clone())).collect();
    keep(
        &world,
        &numbered(&newer).into_iter().map(|(n, at, data)| (format!("9{n}"), at, data)).collect::<Vec<_>>(),
        5,
    );
    all(&world.archive, later);
    let before = written(&world.archive);
    keep(&world, &records[40..60], 5);
    all(&world.archive, later.plus(3_600));
    assert_eq!(written(&world.archive), before);
}

#[test]
fn an_hour_without_objects_leaves_nothing() {
    let world = World::default();
    let time = end(&hours());
    assert!(all(&world.archive, time).iter().all(|done| *done == Compacted::default()));
    assert!(world.objects().is_empty());
    keep(&world, &hours(), 7);
    // The last hour is not over by its margin.
    let last = Cell::new(0);
    let early = end(&hours()).plus(-301);
    all(&world.archive, early).iter().for_each(|done| last.set(last.get() + done.plans));
    assert_eq!(last.get(), 2 * u64::from(COMPACTORS));
}

#[test]
fn whoever_dies_at_any_call_leaves_what_the_next_one_makes_whole() {
    let records = &hours()[..30];
    let world = World::default();
    keep(&world, records, 6);
    keep(&world, &records[3..], 9);
    let source = world.objects();
    let copy = || {
        let archive = Memory::new();
        for (key, bytes) in &source {
            block_on(archive.put_new(&ArchiveKey::new(key).unwrap(), bytes)).unwrap();
        }
        archive
    };
    let time = end(records);
    // Parts are small, so that there are several.
    let run = |archive: &Faulty<Memory>, compactor: u16| {
        let call = Call { room: small(60), ..call(time, compactor, COMPACTORS) };
        block_on(compact(call, &TOWNS, archive))
    };
    let whole = Faulty::new(copy(), &[]);
    (0..COMPACTORS).for_each(|compactor| drop(run(&whole, compactor).unwrap()));
    let calls = whole.calls();
    let count = |call: StoreCall| calls.iter().filter(|known| **known == call).count() as u64;
    let whole = block_on(archived(&whole));
    for ending in ["-0001.parquet", "-0000-1.parquet"] {
        assert!(whole.keys().any(|key| key.ends_with(ending)), "no {ending}: {:?}", whole.keys());
    }
    let mut died = 0;
    for call in [StoreCall::PutNew, StoreCall::Fetch, StoreCall::List] {
        let most = count(call);
        for nth in 1..=most {
            // Every write, and of the many reads some.
            if call == StoreCall::Fetch && nth % 5 != 0 {
                continue;
            }
            for when in [When::DiesBefore, When::DiesAfter] {
                let archive = Faulty::new(copy(), &[Fault { call, nth, when }]);
                for compactor in 0..COMPACTORS {
                    if run(&archive, compactor).is_err() {
                        died += 1;
                        archive.revive();
                        run(&archive, compactor).unwrap();
                    }
                }
                assert_eq!(block_on(archived(&archive)), whole, "{call:?} {nth} {when:?}");
            }
        }
    }
    assert!(died > 40, "{died}");
}

async fn archived(archive: &impl Archive) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for key in archive.list("", None, 100_000).await.unwrap() {
        let bytes = archive.fetch(&key).await.unwrap().unwrap();
        found.insert(key.as_str().to_owned(), bytes);
    }
    found
}

#[test]
fn work_that_time_ends_goes_on_where_it_was() {
    let records = &hours()[..40];
    let world = World::default();
    keep(&world, records, 6);
    let mut calls = 0;
    for compactor in 0..COMPACTORS {
        loop {
            // After its first record nothing more is begun.
            let call = Call { left: &|| 0, ..call(end(records), compactor, COMPACTORS) };
            let done = block_on(compact(call, &TOWNS, &world.archive)).unwrap();
            calls += 1;
            assert!(calls < 1_000, "nothing moves");
            if done.behind_seconds == 0 {
                break;
            }
        }
    }
    assert!(calls > records.len(), "{calls}");
    assert_eq!(written(&world.archive), expected(&world.archive));
}

#[test]
fn a_tenant_that_fills_a_part_has_several() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    let call = |compactor| Call { room: small(60), ..call(end(&records), compactor, COMPACTORS) };
    let parts: u64 = (0..COMPACTORS)
        .map(|compactor| block_on(compact(call(compactor), &TOWNS, &world.archive)).unwrap().parts)
        .sum();
    assert!(parts > 8, "{parts}");
    assert_eq!(written(&world.archive), expected(&world.archive));
}

#[test]
fn a_damaged_object_is_counted_by_name_and_the_others_go_on() {
    let records = hours();
    let whole = World::default();
    keep(&whole, &records, 7);
    let keys = whole.keys("raw/");
    let world = World::default();
    let mut damaged = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        let mut bytes = whole.object(key);
        match number {
            1 => bytes.truncate(bytes.len() / 2),
            3 => bytes = b"no object".to_vec(),
            // The table is whole, and a record is not.
            5 => bytes[4..40].fill(0),
            _ => {}
        }
        if matches!(number, 1 | 3) {
            damaged.push(key.as_str().to_owned());
        }
        block_on(world.archive.put_new(key, &bytes)).unwrap();
    }
    let done = all(&world.archive, end(&records));
    let sum = |of: fn(&Compacted) -> u64| done.iter().map(of).sum::<u64>();
    assert_eq!((sum(|done| done.objects_damaged), sum(|done| done.records_damaged)), (2, 1));
    assert_eq!(done.iter().flat_map(|done| done.damaged.clone()).collect::<Vec<_>>(), damaged);
    let lost: usize = [1, 3, 5].map(|number| raw_lines(&whole, &keys[number], number == 5)).iter().sum();
    assert_eq!(sum(|done| done.lines) as usize + lost, expected(&whole.archive).len());

    // What lies whole in another object is taken from there.
    keep(&world, &records, 5);
    let done = all(&world.archive, end(&records));
    assert!(done.iter().map(|done| done.lines).sum::<u64>() > 0);
}

/// How many events an object holds, or its first record.
fn raw_lines(world: &World, key: &ArchiveKey, only_first: bool) -> usize {
    let object = world.object(key);
    let entries = raw::entries(&object).unwrap();
    let entries = entries.iter().take(if only_first { 1 } else { usize::MAX });
    entries
        .map(|entry| read_record(&raw::record(&object, entry).unwrap(), entry.arrived).unwrap().len())
        .sum()
}

#[test]
fn two_that_do_the_same_at_once_make_the_same_once() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    let archive = Faulty::new(world.archive.clone(), &[]).taking_turns();
    let of = |rows| Call { room: small(rows), ..call(end(&records), 0, 1) };
    // Their memories differ, so that they would cut their parts elsewhere.
    let both = [40, 70].map(|rows| compact(of(rows), &TOWNS, &archive));
    for done in block_on(together(both)) {
        assert_eq!(done.unwrap().behind_seconds, 0);
    }
    assert_eq!(written(&world.archive), expected(&world.archive));
}

#[test]
fn another_number_of_compactors_finishes_what_was_begun() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    // One of four does its share; then there are three.
    block_on(compact(call(end(&records), 2, 4), &TOWNS, &world.archive)).unwrap();
    for compactor in 0..3 {
        block_on(compact(call(end(&records), compactor, 3), &TOWNS, &world.archive)).unwrap();
    }
    assert_eq!(written(&world.archive), expected(&world.archive));
}

#[test]
fn a_device_that_moved_since_is_written_once_as_its_new_tenants() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    // Among so many names there are tenants of every share.
    for other in (0..8).map(|number| format!("moved-{number}")) {
        let registry = Registry::from_yaml(&towns(&other, "minami")).unwrap();
        let archive = Memory::new();
        for key in world.keys("raw/") {
            block_on(archive.put_new(&key, &world.object(&key))).unwrap();
        }
        for compactor in 0..4 {
            block_on(compact(call(end(&records), compactor, 4), &registry, &archive)).unwrap();
        }
        assert_eq!(written(&archive), expected(&archive), "{other}");
        let of_new = files(&archive).keys().filter(|name| name.contains(&format!("tenant={other}/"))).count();
        assert!(of_new > 0, "{other}");
    }
}

#[test]
fn a_plan_that_can_not_be_read_stops_and_is_not_planned_again() {
    let records = hours();
    let world = World::default();
    keep(&world, &records, 7);
    block_on(world.archive.put_new(&ArchiveKey::new("compact/00000000/plan.zst").unwrap(), b"x")).unwrap();
    let done = block_on(compact(call(end(&records), 0, 1), &TOWNS, &world.archive));
    assert!(done.is_err());
    assert!(files(&world.archive).is_empty());
}

/// The lines of many towns, records of which hold lines of one town or of several.
fn of_many(towns: usize, per_record: usize) -> (Registry, World, EventTime) {
    let town = |number: usize| {
        format!(
            "  - id: t{number}\n    name: {{ja: 市, en: City}}\n    internal: [10.1.0.0/16]\n    devices: [{{id: FGT{number:03}, vendor: fortigate}}]\n"
        )
    };
    let registry: String = (0..towns).map(town).collect();
    let registry = Registry::from_yaml(&format!("version: 1\ntenants:\n{registry}")).unwrap();
    let line = |number: usize| {
        format!(
            "date=2026-11-23 time=10:15:01 devid=\"FGT{:03}\" type=\"traffic\" subtype=\"forward\" sessionid={number} srcip=10.1.12.34 dstip=203.0.113.9 action=\"accept\"\n",
            number / 5 * per_record.min(5) / per_record % towns
        )
    };
    let arrived = EventTime::from_seconds(1_795_428_000);
    let mixed =
        |number: usize| -> String { (0..5).map(|of| line(number * 5 + of * 5 * (per_record - 1))).collect() };
    let records: Vec<_> = (0..towns * 12).map(|number| (arrived, mixed(number).into_bytes())).collect();
    let world = World::default();
    for batch in numbered(&records).chunks(30) {
        world.ingest_for(&registry, &mut Ingest::new(), &borrowed(batch), arrived.plus(60));
    }
    (registry, world, EventTime::from_seconds((arrived.hour() + 1) * 3_600 + 600))
}

#[test]
fn an_hour_of_many_customers_is_a_file_for_each_and_not_one_for_each_part_of_rows() {
    let (registry, world, time) = of_many(40, 1);
    let room = Room { held: ROOM.held, rows: Limits { rows: 200, ..ROOM.rows } };
    let done = block_on(compact(Call { room, ..call(time, 0, 1) }, &registry, &world.archive)).unwrap();
    assert_eq!((done.lines, done.lines_quarantined, done.records), (2_400, 0, 480));
    assert_eq!((done.files, files(&world.archive).len()), (40, 40), "twelve times two hundred rows");
    let places: BTreeSet<(String, u32, u32)> = files(&world.archive)
        .values()
        .flat_map(|bytes| rows(bytes))
        .map(|Row { object, frame, line, .. }| (object, frame, line))
        .collect();
    assert_eq!(places.len(), 2_400);
}

#[test]
fn records_of_many_customers_are_opened_no_oftener_than_is_worth_it_and_each_line_is_a_row_once() {
    for per_record in [2, 5] {
        let (registry, world, time) = of_many(20, per_record);
        for rows in [50, 100_000] {
            let archive = Memory::new();
            for key in world.keys("raw/") {
                block_on(archive.put_new(&key, &world.object(&key))).unwrap();
            }
            let room = Room { held: ROOM.held, rows: Limits { rows, ..ROOM.rows } };
            let done = (0..3).map(|compactor| {
                block_on(compact(Call { room, ..call(time, compactor, 3) }, &registry, &archive)).unwrap()
            });
            assert_eq!(done.map(|done| done.lines).sum::<u64>(), 1_200, "{per_record} {rows}");
            let places: BTreeSet<(String, u32, u32)> = files(&archive)
                .values()
                .flat_map(|bytes| crate::columns::rows(bytes))
                .map(|Row { object, frame, line, .. }| (object, frame, line))
                .collect();
            assert_eq!(places.len(), 1_200, "{per_record} {rows}");
        }
    }
}
