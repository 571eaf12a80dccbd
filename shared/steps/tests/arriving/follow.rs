//! Minutes of facts against open questions: written down and gone on from, caught up, done twice, done by two.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use hinomi_detect::Follow;
use hinomi_model::{EventTime, Finding, FindingBatch, FindingKind, Settings};
use hinomi_steps::facts::{self, PARTITIONS};
use hinomi_steps::follow::{Followed, Follower, Minute, Sources};
use hinomi_steps::ingest::Ingest;
use hinomi_store::{
    Archive, ArchiveKey, Call, Fault, Faulty, Memory, MemoryStream, Stream, When, block_on, object,
};

use crate::world::{Line, World, borrowed, lines, numbered, records, registry};

/// The minutes of a part of the day with attacks that something follows from: each with its lines.
fn minutes() -> Vec<(i64, Vec<Line>)> {
    let mut minutes: Vec<(i64, Vec<Line>)> = Vec::new();
    for line in lines() {
        let minute = line.0.minute();
        match minutes.last_mut().filter(|(last, _)| *last == minute) {
            Some((_, lines)) => lines.push(line),
            None => minutes.push((minute, vec![line])),
        }
    }
    minutes
}

/// Ingests each minute's lines as they arrive; a batch a minute, filed under the minute after.
fn ingested() -> (World, i64, i64) {
    static INGESTED: LazyLock<(World, i64, i64)> = LazyLock::new(ingest_all);
    let (world, first, last) = &*INGESTED;
    (World { archive: copy(&world.archive), ..World::default() }, *first, *last)
}

fn ingest_all() -> (World, i64, i64) {
    let world = World::default();
    let mut ingest = Ingest::new();
    let minutes = minutes();
    for (number, (minute, lines)) in minutes.iter().enumerate() {
        let mut numbered = numbered(&records(lines, 50));
        for (index, record) in numbered.iter_mut().enumerate() {
            record.0 = format!("{number}{index:06}");
        }
        world.ingest(&mut ingest, &borrowed(&numbered), end_of(*minute));
    }
    (world, minutes.first().unwrap().0, minutes.last().unwrap().0 + 2)
}

/// Shortly after a minute's end.
fn end_of(minute: i64) -> EventTime {
    EventTime::from_seconds(minute * 60 + 65)
}

/// Time enough for everything.
const AGES: &(dyn Fn() -> i64 + Sync) = &|| 300;

pub(crate) fn run(
    follower: &mut Follower,
    archive: &impl Archive,
    findings: &impl Stream,
    time: EventTime,
    partition: u16,
) -> hinomi_steps::Result<Followed> {
    let minute = Minute { time, partition, left: AGES };
    block_on(follower.run(minute, registry(), Sources { archive, findings }))
}

/// The first instant at which a minute is over.
pub(crate) fn over(minute: i64) -> EventTime {
    EventTime::from_seconds((minute + 1) * 60)
}

pub(crate) fn findings(stream: &MemoryStream) -> Vec<Finding> {
    let decode = |bytes: &[u8]| FindingBatch::decode(&object::decompress(bytes).unwrap()).unwrap().findings;
    stream.records().iter().flat_map(|record| decode(&record.bytes)).collect()
}

fn found(stream: &MemoryStream) -> BTreeSet<String> {
    findings(stream).iter().map(|finding| serde_json::to_string(finding).unwrap()).collect()
}

/// The followers that have something to do.
fn partitions() -> BTreeSet<u16> {
    registry().tenants().iter().map(|tenant| facts::partition_of(tenant.id())).collect()
}

#[test]
fn going_on_from_what_is_written_is_as_good_as_remembering() {
    let (world, first, last) = ingested();
    let one = MemoryStream::default();
    let each = MemoryStream::default();
    let (archive_of_one, archive_of_each) = (copy(&world.archive), copy(&world.archive));
    let mut reference: BTreeSet<String> = BTreeSet::new();
    let mut remembered = BTreeSet::new();
    for partition in partitions() {
        let mut follower = Follower::new(Settings::default());
        let mut in_memory = Follow::new(Settings::default());
        for minute in first..=last {
            let followed = run(&mut follower, &archive_of_one, &one, over(minute), partition).unwrap();
            assert_eq!((followed.behind_seconds, followed.broken, followed.missing), (0, 0, 0));
            let mut anew = Follower::new(Settings::default());
            run(&mut anew, &archive_of_each, &each, over(minute), partition).unwrap();
            let mut part = facts::Part::default();
            for key in world.keys(&format!("{}/", facts::minute_folder(minute))) {
                let read = facts::read(&world.object(&key), partition).unwrap();
                part.facts.append(&read.facts);
                part.findings.extend(read.findings);
            }
            let said = in_memory.step(&part.facts, &part.findings, registry(), over(minute));
            reference.extend(said.iter().map(|finding| finding.id.to_string()));
        }
        remembered.extend(findings(&one).iter().map(|finding| finding.id.to_string()));
    }
    assert!(reference.len() > 10, "{}", reference.len());
    assert_eq!(remembered, reference);
    assert_eq!(found(&each), found(&one));
    let shown = findings(&one).iter().filter(|finding| !finding.evidence.is_empty()).count();
    assert!(
        shown > 5
            && findings(&one).iter().flat_map(|finding| &finding.evidence).all(|line| !line.is_pending())
    );
}

/// An archive with the same objects.
fn copy(archive: &Memory) -> Memory {
    let other = Memory::new();
    for key in block_on(archive.list("", None, 1_000_000)).unwrap() {
        let bytes = block_on(archive.fetch(&key)).unwrap().unwrap();
        block_on(other.put_new(&key, &bytes)).unwrap();
    }
    other
}

/// What is found when each minute is done in its time.
fn in_time(world: &World, first: i64, last: i64) -> BTreeSet<String> {
    let (archive, stream) = (copy(&world.archive), MemoryStream::default());
    for partition in partitions() {
        let mut follower = Follower::new(Settings::default());
        for minute in first..=last {
            run(&mut follower, &archive, &stream, over(minute), partition).unwrap();
        }
    }
    found(&stream)
}

#[test]
fn an_outage_is_caught_up_minute_by_minute_within_the_time() {
    let (world, first, last) = ingested();
    let expected = in_time(&world, first, last);
    let stream = MemoryStream::default();
    let mut calls = 0;
    for partition in partitions() {
        // Some minutes are done in time, then nobody calls for hours; then each call has time for 97 minutes.
        let mut follower = Follower::new(Settings::default());
        for minute in first..first + 5 {
            run(&mut follower, &world.archive, &stream, over(minute), partition).unwrap();
        }
        loop {
            calls += 1;
            let asked = AtomicU64::new(0);
            let left = || if asked.fetch_add(1, Ordering::Relaxed) < 97 { 300 } else { 0 };
            let minute = Minute { time: over(last), partition, left: &left };
            let sources = Sources { archive: &world.archive, findings: &stream };
            let mut other = Follower::new(Settings::default());
            let followed = block_on(other.run(minute, registry(), sources)).unwrap();
            if followed.behind_seconds == 0 {
                break;
            }
            assert_eq!(followed.minutes, 97);
        }
    }
    assert!(calls > 5);
    assert_eq!(found(&stream), expected);
}

#[test]
fn two_that_do_the_same_minutes_say_the_same() {
    let (world, first, last) = ingested();
    let expected = in_time(&world, first, last);
    let stream = MemoryStream::default();
    for partition in partitions() {
        let (mut one, mut other) = (Follower::new(Settings::default()), Follower::new(Settings::default()));
        for minute in first..=last {
            // One falls behind where the other goes on, and both come back.
            if minute % 7 != 3 {
                run(&mut one, &world.archive, &stream, over(minute), partition).unwrap();
            }
            if minute % 5 != 1 {
                run(&mut other, &world.archive, &stream, over(minute), partition).unwrap();
            }
        }
    }
    assert_eq!(found(&stream), expected);
}

#[test]
fn a_minute_that_fails_at_any_call_and_comes_again_says_the_same() {
    let (world, first, last) = ingested();
    // An hour in which something follows.
    let loud = loudest(&world, first, last);
    let (first, last) = (loud - 10, loud + 10);
    // Only what these minutes read, so that a copy is quickly made.
    let near = World::default();
    for key in world.keys("") {
        let of_near = |minute| key.as_str().starts_with(&format!("{}/", facts::minute_folder(minute)));
        if !key.as_str().starts_with("facts/") || (first..=last).any(of_near) {
            block_on(near.archive.put_new(&key, &world.object(&key))).unwrap();
        }
    }
    let world = near;
    let expected = in_time(&world, first, last);
    assert!(!expected.is_empty());
    let mut failed = 0;
    for call in [Call::List, Call::Fetch, Call::PutNew, Call::Put] {
        for nth in [1, 2, 3, 6, 13, 34] {
            for when in [When::Throttled, When::Before, When::After] {
                let (archive, stream) = (copy(&world.archive), MemoryStream::default());
                let fault = [Fault { call, nth, when }];
                let (faulty, faulty_stream) =
                    (Faulty::new(archive, &fault), Faulty::new(stream.clone(), &fault));
                for partition in partitions() {
                    let mut follower = Follower::new(Settings::default());
                    for minute in first..=last {
                        if run(&mut follower, &faulty, &faulty_stream, over(minute), partition).is_err() {
                            failed += 1;
                            // Killed and called again, by the same or by another.
                            if nth % 2 == 0 {
                                follower = Follower::new(Settings::default());
                            }
                            run(&mut follower, &faulty, &faulty_stream, over(minute), partition).unwrap();
                        }
                    }
                }
                assert_eq!(found(&stream), expected, "{call:?} {nth} {when:?}");
            }
        }
    }
    assert!(failed > 40, "{failed}");
}

/// The minute after which most was found.
fn loudest(world: &World, first: i64, last: i64) -> i64 {
    let (archive, stream) = (copy(&world.archive), MemoryStream::default());
    let mut most = (0, first);
    for partition in partitions() {
        let mut follower = Follower::new(Settings::default());
        for minute in first..=last {
            let followed = run(&mut follower, &archive, &stream, over(minute), partition).unwrap();
            most = most.max((followed.findings, minute));
        }
    }
    most.1
}

#[test]
fn an_object_that_comes_late_is_read_by_the_next_minute_and_a_repeat_of_the_minute_does_without() {
    let (world, first, last) = ingested();
    let loud = loudest(&world, first, last);
    let partition = *partitions().first().unwrap();
    let late: Vec<ArchiveKey> = world.keys(&format!("{}/", facts::minute_folder(loud)));
    assert_eq!(late.len(), 1);
    let expected = in_time(&world, loud - 30, loud + 1);
    let archive = Memory::new();
    for key in world.keys("").iter().filter(|key| !late.contains(key)) {
        block_on(archive.put_new(key, &world.object(key))).unwrap();
    }
    let stream = MemoryStream::default();
    // The memory could not be written, so the minute is not done; its plan is.
    let nth = 2 * 31;
    let faulty = Faulty::new(archive.clone(), &[Fault { call: Call::PutNew, nth, when: When::Before }]);
    for partition in partitions() {
        let mut follower = Follower::new(Settings::default());
        for minute in loud - 30..loud {
            run(&mut follower, &archive, &stream, over(minute), partition).unwrap();
        }
    }
    let mut follower = Follower::new(Settings::default());
    let plan_only = Faulty::new(archive.clone(), &[Fault { call: Call::PutNew, nth: 2, when: When::Before }]);
    assert!(run(&mut follower, &plan_only, &stream, over(loud), partition).is_err());
    assert!(faulty.calls().is_empty());
    for key in &late {
        block_on(archive.put_new(key, &world.object(key))).unwrap();
    }
    let again = run(&mut follower, &archive, &stream, over(loud), partition).unwrap();
    assert_eq!((again.minutes, again.objects), (1, 0));
    for partition in partitions() {
        run(&mut Follower::new(Settings::default()), &archive, &stream, over(loud), partition).unwrap();
        let next = run(&mut Follower::new(Settings::default()), &archive, &stream, over(loud + 1), partition)
            .unwrap();
        assert!(next.objects >= 1, "{next:?}");
    }
    let ids = |found: &BTreeSet<String>| found.len();
    assert_eq!(ids(&found(&stream)), ids(&expected));
}

#[test]
fn a_batch_that_was_filed_twice_is_read_once() {
    let (world, first, last) = ingested();
    let loud = loudest(&world, first, last);
    let partition = *partitions().first().unwrap();
    let key = world.keys(&format!("{}/", facts::minute_folder(loud))).remove(0);
    let name = key.as_str().rsplit('/').next().unwrap();
    for minute in [loud + 1, loud + 3] {
        let copy = ArchiveKey::new(&format!("{}/{name}", facts::minute_folder(minute))).unwrap();
        block_on(world.archive.put_new(&copy, &world.object(&key))).unwrap();
    }
    let mut objects = 0;
    let mut follower = Follower::new(Settings::default());
    for minute in loud - 5..=loud + 10 {
        let followed =
            run(&mut follower, &world.archive, &MemoryStream::default(), over(minute), partition).unwrap();
        objects += followed.objects;
    }
    let filed: BTreeSet<String> = (loud - 10..=loud + 10)
        .flat_map(|minute| world.keys(&format!("{}/", facts::minute_folder(minute))))
        .map(|key| key.as_str().rsplit('/').next().unwrap().to_owned())
        .collect();
    // The first call begins with the oldest facts that there are.
    assert!(objects >= filed.len() as u64);
    let all: BTreeSet<String> = world
        .keys("facts/")
        .iter()
        .filter(|key| key.as_str() < facts::minute_folder(loud + 11).as_str())
        .map(|key| key.as_str().rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(objects, all.len() as u64);
}

#[test]
fn what_can_not_be_read_is_set_aside_and_holds_up_nothing() {
    let (world, first, last) = ingested();
    let expected = in_time(&world, first, last);
    let partition = *partitions().first().unwrap();
    let middle = (first + last) / 2;
    let put = |key: &str, bytes: &[u8]| {
        block_on(world.archive.put_new(&ArchiveKey::new(key).unwrap(), bytes)).unwrap();
    };
    put(&format!("{}/shard-1-2.zst", facts::minute_folder(middle)), b"no facts");
    put("facts/what-is-this.zst", b"no minute");
    let stream = MemoryStream::default();
    let (mut broken, mut memories) = (0, 0);
    for partition in partitions() {
        for minute in first..=last {
            if minute == middle + 1 {
                // Somebody wrote a memory that nobody can read, and one of another version.
                for ahead in [minute, minute + 1] {
                    let text =
                        facts::minute_folder(ahead).replace("facts", &format!("follow/{partition}-v2"));
                    put(&format!("{text}.zst"), b"no memory");
                }
            }
            let followed = run(
                &mut Follower::new(Settings::default()),
                &world.archive,
                &stream,
                over(minute),
                partition,
            );
            let followed = followed.unwrap();
            broken += followed.broken;
            memories += followed.broken_memories;
        }
    }
    let partitions = partitions().len() as u64;
    assert!(broken >= partitions && memories >= partitions, "{broken} {memories}");
    assert_eq!(world.keys("quarantine/facts/").len(), 1);
    assert_eq!(found(&stream), expected);
    // Of a follower that has no tenants nothing is missed.
    let idle = (0..PARTITIONS).find(|idle| *idle != partition).unwrap();
    let followed =
        run(&mut Follower::new(Settings::default()), &world.archive, &stream, over(last), idle).unwrap();
    assert_eq!(followed.behind_seconds, 0);
}

#[test]
fn a_first_call_without_facts_begins_now() {
    let (archive, stream) = (Memory::new(), MemoryStream::default());
    let followed =
        run(&mut Follower::new(Settings::default()), &archive, &stream, over(29_000_000), 0).unwrap();
    assert_eq!((followed.minutes, followed.behind_seconds), (1, 0));
    let again = run(&mut Follower::new(Settings::default()), &archive, &stream, over(29_000_000), 0).unwrap();
    assert_eq!((again.minutes, again.behind_seconds), (0, 0));
}

#[test]
fn a_memory_that_can_not_be_read_holds_up_no_catching_up() {
    let (world, first, last) = ingested();
    let expected = in_time(&world, first, last);
    let stream = MemoryStream::default();
    for partition in partitions() {
        for minute in (first..last).filter(|minute| minute % 10 == 0).step_by(40) {
            let text = facts::minute_folder(minute).replace("facts", &format!("follow/{partition}-v2"));
            let key = ArchiveKey::new(&format!("{text}.zst")).unwrap();
            block_on(world.archive.put_new(&key, b"no memory")).unwrap();
        }
        // Each call goes on from the last memory there is, which the first finds to be one of those.
        let mut calls = 0;
        loop {
            calls += 1;
            assert!(calls < 50, "no call gets any further");
            let asked = AtomicU64::new(0);
            let left = || if asked.fetch_add(1, Ordering::Relaxed) < 201 { 300 } else { 0 };
            let minute = Minute { time: over(last), partition, left: &left };
            let sources = Sources { archive: &world.archive, findings: &stream };
            let followed =
                block_on(Follower::new(Settings::default()).run(minute, registry(), sources)).unwrap();
            if followed.behind_seconds == 0 {
                break;
            }
        }
    }
    assert_eq!(found(&stream), expected);
}

/// Tells how much of five minutes is left, when each minute that is caught up takes so many seconds.
fn slow(seconds: u64) -> impl Fn() -> i64 + Sync {
    let asked = AtomicU64::new(0);
    move || 300 - (seconds * asked.fetch_add(1, Ordering::Relaxed)) as i64
}

#[test]
fn a_call_that_is_killed_while_it_catches_up_is_gone_on_from() {
    let (world, first, _) = ingested();
    // Each minute puts plan, vitals and memory. It dies at its sixth minute's plan, long before ten minutes are over.
    let dies = Fault { call: Call::PutNew, nth: 16, when: When::DiesBefore };
    let archive = Faulty::new(world.archive.clone(), &[dies]);
    let stream = MemoryStream::default();
    let sources = Sources { archive: &archive, findings: &stream };
    let mut follower = Follower::new(Settings::default());
    let left = slow(7);
    let minute = Minute { time: over(first + 30), partition: 0, left: &left };
    assert!(block_on(follower.run(minute, registry(), sources)).is_err() && archive.is_dead());
    let next = run(&mut Follower::new(Settings::default()), &world.archive, &stream, over(first + 30), 0);
    // The oldest facts lie in the folder of the minute after the first.
    assert_eq!(next.unwrap().minutes, 30 - 5, "five were remembered");
}

#[test]
fn no_minute_is_begun_that_there_is_no_time_for() {
    let (world, first, _) = ingested();
    let stream = MemoryStream::default();
    let sources = Sources { archive: &world.archive, findings: &stream };
    let left = slow(70);
    let minute = Minute { time: over(first + 30), partition: 0, left: &left };
    let followed = block_on(Follower::new(Settings::default()).run(minute, registry(), sources)).unwrap();
    assert_eq!(followed.minutes, 4, "twenty seconds are left, and each took seventy");
    let left = || 0;
    let minute = Minute { time: over(first + 30), partition: 0, left: &left };
    let followed = block_on(Follower::new(Settings::default()).run(minute, registry(), sources)).unwrap();
    assert_eq!(followed.minutes, 1, "one is done however little time there is");
}

/// A line of a session.
fn session(
    time: EventTime,
    number: u64,
    (src, src_port): (IpAddr, u16),
    (dst, dst_port): (IpAddr, u16),
) -> String {
    let time = time.plus(9 * 3_600).to_string();
    let (day, clock) = (&time[..10], &time[11..19]);
    format!(
        "date={day} time={clock} tz=\"+0900\" devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" type=\"traffic\" subtype=\"forward\" \
         srcip={src} srcport={src_port} srcintf=\"lan\" dstip={dst} dstport={dst_port} dstintf=\"wan1\" proto=6 sessionid={number} \
         action=\"close\" duration=1 sentbyte=400 rcvdbyte=900 sentpkt=4 rcvdpkt=6"
    )
}

#[test]
fn an_attack_that_is_read_behind_a_minute_of_other_hosts_sessions_still_finds_its_call_back() {
    const SERVER: [u8; 4] = [10, 1, 200, 10];
    let attacker = ("203.0.113.66".parse().unwrap(), 40_000);
    let begin = over(lines()[0].0.minute() + 30);
    let server = |port| (IpAddr::from(SERVER), port);
    let called = session(begin.plus(20), 7, server(50_000), (attacker.0, 4_444));
    let attack = session(begin.plus(10), 8, attacker, server(443))
        .replace("type=\"traffic\" subtype=\"forward\"", "type=\"utm\" subtype=\"ips\" eventtype=\"signature\" level=\"alert\"")
        .replace("action=\"close\"", "action=\"detected\" severity=\"critical\" attack=\"Apache.Log4j.Error.Log.Remote.Code.Execution\" attackid=51006 direction=\"outgoing\"")
        .replace("\"lan\"", "\"?\"");
    let other = |number: u32| {
        let [_, port, a, b] = number.to_be_bytes();
        let client = (IpAddr::from([10, 1, a, b]), 51_000 + u16::from(port));
        let site = ("203.0.113.80".parse().unwrap(), 443);
        session(begin.plus(i64::from(number % 50)), 1_000 + u64::from(number), client, site)
    };
    let others = u32::try_from(Follow::MOST_OPENED).unwrap() + 1;
    let found = |others: u32| {
        let world = World::default();
        let mut ingest = Ingest::new();
        let mut keep = |lines: Vec<String>, minutes: i64, first: u64| {
            let records: Vec<_> = lines
                .chunks(20_000)
                .enumerate()
                .map(|(number, lines)| {
                    (
                        (first + number as u64).to_string(),
                        begin.plus(60 * minutes + 50),
                        lines.join("\n").into_bytes(),
                    )
                })
                .collect();
            for records in records.chunks(4) {
                world.ingest(&mut ingest, &borrowed(records), begin.plus(60 * minutes + 55));
            }
        };
        keep(vec![called.clone()], 0, 100);
        keep((0..others).map(other).collect(), 0, 200);
        keep(vec![attack.clone()], 2, 900);
        let partition = facts::partition_of(registry().tenants()[0].id());
        let stream = MemoryStream::default();
        let mut again = 0;
        for minute in 0..4 {
            // Each minute by another process.
            let time = over(begin.minute() + minute);
            again += run(&mut Follower::default(), &world.archive, &stream, time, partition)
                .unwrap()
                .objects_again;
        }
        let callbacks = findings(&stream).into_iter().filter(|finding| finding.kind == FindingKind::Callback);
        (callbacks.collect::<Vec<_>>(), again)
    };
    let (whole, again) = found(0);
    assert_eq!((whole.len(), again), (1, 0), "there is room");
    let (found, again) = found(others);
    assert_eq!(found, whole);
    assert!(again > 1, "{again}");
    assert!(found[0].evidence.iter().any(|line| line.raw.contains("dstport=4444")), "its line is shown");
}
