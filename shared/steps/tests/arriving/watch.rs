//! Minutes of what devices said of themselves: written down and gone on from, waited for, done twice, cut off and broken.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hinomi_detect::Watch;
use hinomi_model::registry::Registry;
use hinomi_model::{
    Condition, EventTime, FactBatch, Finding, Function, Pulse, Saying, Sign, Symptom, TenantId,
};
use hinomi_steps::facts::{PARTITIONS, partition_of};
use hinomi_steps::follow::Sources;
use hinomi_steps::watch::{Watched, Watcher};
use hinomi_store::{
    Archive, ArchiveKey, Call, Fault, Faulty, Memory, MemoryStream, Stream, When, block_on, object,
};

use crate::follow::{findings, over};

/// A Monday, 09:00 in Tokyo.
const START: i64 = 1_768_780_800 / 60;
/// Minutes played, in which [`DYING`] says nothing for a while.
const MINUTES: i64 = 760;
const SILENT: std::ops::Range<i64> = 600..700;
/// Of partition 1, and of partition 0.
const DYING: (&str, &str) = ("kita", "012801096514");
const LIVING: (&str, &str) = ("minami", "012801096515");

fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        let tenant = |(tenant, device): (&str, &str)| {
            format!(
                "  - id: {tenant}\n    name: {tenant}\n    internal: [10.1.0.0/16]\n    devices: [{{id: '{device}', vendor: panos}}]\n"
            )
        };
        Registry::from_yaml(&format!("version: 1\ntenants:\n{}{}", tenant(DYING), tenant(LIVING))).unwrap()
    });
    &REGISTRY
}

/// What devices said in a minute.
fn said(minute: i64) -> FactBatch {
    let mut facts = FactBatch::default();
    for device in [DYING, LIVING] {
        if device == DYING && SILENT.contains(&minute) {
            continue;
        }
        let source = facts.source(&TenantId::new(device.0), device.1);
        facts.pulse(Pulse {
            minute: START + minute,
            source,
            function: Function::Firewall,
            lines: 3,
            numbers: None,
        });
        if minute == 30 {
            let time = EventTime::from_seconds((START + minute) * 60 + 7);
            let (symptom, saying) = (Symptom::PowerFailed, Saying::Trouble);
            facts.signs.push(Sign {
                time,
                source,
                symptom,
                saying,
                object: String::new(),
                value: None,
                place: None,
            });
        }
    }
    facts
}

/// The part of it that one partition's follower leaves.
fn left_by(partition: u16, minute: i64) -> Vec<u8> {
    let all = said(minute);
    let mut own = FactBatch::default();
    let mut of = |source: u32| {
        let source = &all.sources[source as usize];
        (partition_of(&source.tenant) == partition)
            .then(|| own.source(&source.tenant, source.device.as_str()))
    };
    let pulses: Vec<Pulse> =
        all.pulses.iter().filter_map(|pulse| Some(Pulse { source: of(pulse.source)?, ..*pulse })).collect();
    let signs: Vec<Sign> =
        all.signs.iter().filter_map(|sign| Some(Sign { source: of(sign.source)?, ..sign.clone() })).collect();
    (own.pulses, own.signs) = (pulses, signs);
    object::compress(&own.pack()).unwrap()
}

fn key(partition: u16, minute: i64) -> ArchiveKey {
    let time = EventTime::from_seconds((START + minute) * 60).to_string();
    let (day, clock) = time.split_once('T').unwrap();
    ArchiveKey::new(&format!("vitals/{partition}/{day}T{}{}.zst", &clock[..2], &clock[3..5])).unwrap()
}

/// An archive with what was said in some minutes, but for what is left out.
fn archive(minutes: std::ops::Range<i64>, without: impl Fn(u16, i64) -> bool) -> Memory {
    let archive = Memory::new();
    leave(&archive, minutes, without);
    archive
}

fn leave(archive: &Memory, minutes: std::ops::Range<i64>, without: impl Fn(u16, i64) -> bool) {
    for minute in minutes {
        for partition in (0..PARTITIONS).filter(|partition| !without(*partition, minute)) {
            block_on(archive.put_new(&key(partition, minute), &left_by(partition, minute))).unwrap();
        }
    }
}

fn run(
    watcher: &mut Watcher,
    archive: &impl Archive,
    findings: &impl Stream,
    minute: i64,
) -> hinomi_steps::Result<Watched> {
    block_on(watcher.run(over(START + minute), &|| 300, registry(), Sources { archive, findings }))
}

fn ids(found: &[Finding]) -> BTreeSet<String> {
    found.iter().map(|finding| finding.id.to_string()).collect()
}

fn found(stream: &MemoryStream) -> BTreeSet<String> {
    ids(&findings(stream))
}

/// What one process that keeps everything in memory finds.
fn expected() -> BTreeSet<String> {
    static EXPECTED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let mut watch = Watch::new();
        let step = |minute| watch.step(&said(minute), registry(), over(START + minute));
        let found: Vec<Finding> = (0..MINUTES).flat_map(step).collect();
        let of = |symptom: Symptom, condition: Condition| {
            let is_it =
                |health: &hinomi_model::Health| (health.symptom, health.condition) == (symptom, condition);
            found.iter().filter(|finding| finding.health.as_ref().is_some_and(is_it)).count()
        };
        assert_eq!(of(Symptom::Silent, Condition::Down), 1);
        assert_eq!(of(Symptom::Silent, Condition::Well), 1);
        assert_eq!(of(Symptom::PowerFailed, Condition::Degraded), 2);
        ids(&found)
    });
    EXPECTED.clone()
}

#[test]
fn silence_and_recovery_reach_the_stream_once_whoever_goes_on() {
    let archive = archive(0..MINUTES, |_, _| false);
    let (stream, mut warm) = (MemoryStream::default(), Watcher::new());
    for minute in 0..MINUTES {
        // One that remembers, one that reads what is written, and one that does it all again.
        let watched = match minute % 3 {
            0 => run(&mut warm, &archive, &stream, minute).unwrap(),
            _ => run(&mut Watcher::new(), &archive, &stream, minute).unwrap(),
        };
        assert_eq!((watched.minutes, watched.objects, watched.behind_seconds), (1, 4, 0));
        assert_eq!((watched.begun_anew, watched.missing, watched.broken), (minute == 0, 0, 0));
        assert_eq!(run(&mut Watcher::new(), &archive, &stream, minute).unwrap().minutes, 0);
    }
    assert_eq!(found(&stream), expected());
    assert_eq!(findings(&stream).len(), expected().len(), "each once");
}

#[test]
fn an_outage_is_caught_up_and_says_the_same() {
    let archive = archive(0..MINUTES, |_, _| false);
    let stream = MemoryStream::default();
    run(&mut Watcher::new(), &archive, &stream, 5).unwrap();
    let watched = run(&mut Watcher::new(), &archive, &stream, MINUTES - 1).unwrap();
    assert_eq!((watched.minutes, watched.behind_seconds), (MINUTES as u64 - 6, 0));
    assert_eq!(found(&stream), expected());
}

#[test]
fn while_a_partition_is_followed_late_nobody_is_silent_and_it_is_said_how_late() {
    let late = |partition: u16, minute: i64| partition == 1 && minute >= 300;
    let archive = archive(0..MINUTES, late);
    let stream = MemoryStream::default();
    let mut watcher = Watcher::new();
    for minute in (0..MINUTES).step_by(20) {
        let watched = run(&mut watcher, &archive, &stream, minute).unwrap();
        assert_eq!(watched.behind_seconds, 60 * (minute - 299).max(0));
    }
    assert_eq!(findings(&stream).len(), 2, "the failed power supplies");
    leave(&archive, 300..MINUTES, |partition, _| partition != 1);
    let watched = run(&mut watcher, &archive, &stream, MINUTES - 1).unwrap();
    assert_eq!((watched.behind_seconds, watched.missing), (0, 0));
    assert_eq!(found(&stream), expected());
}

#[test]
fn minutes_that_were_never_followed_are_nobodys_silence() {
    // The partition of the one that lives has a hole, and later all of them have.
    let hole = |partition: u16, minute: i64| {
        partition == partition_of(&TenantId::new(LIVING.0)) && (400..480).contains(&minute)
    };
    let all = 720..MINUTES;
    let archive = archive(0..MINUTES, |partition, minute| hole(partition, minute) || all.contains(&minute));
    let after = MINUTES + 500;
    leave(&archive, after..after + 5, |_, _| false);
    let stream = MemoryStream::default();
    let mut missing = 0;
    let mut watcher = Watcher::new();
    for minute in [3, 450, 500, after + 4] {
        missing += run(&mut watcher, &archive, &stream, minute).unwrap().missing;
    }
    assert_eq!(missing, 80 + u64::from(PARTITIONS));
    assert_eq!(found(&stream), expected());
}

#[test]
fn what_cannot_be_read_is_set_aside_and_is_nobodys_silence() {
    let broken = |partition: u16, minute: i64| {
        partition == partition_of(&TenantId::new(LIVING.0)) && (400..440).contains(&minute)
    };
    let archive = archive(0..MINUTES, broken);
    for minute in 400..440 {
        let partition = partition_of(&TenantId::new(LIVING.0));
        let whole = left_by(partition, minute);
        let bytes = if minute % 2 == 0 { &b"no vitals"[..] } else { &whole[..whole.len() / 2] };
        block_on(archive.put_new(&key(partition, minute), bytes)).unwrap();
    }
    let stream = MemoryStream::default();
    run(&mut Watcher::new(), &archive, &stream, 2).unwrap();
    let watched = run(&mut Watcher::new(), &archive, &stream, MINUTES - 1).unwrap();
    assert_eq!(watched.broken, 40);
    assert_eq!(block_on(archive.list("quarantine/vitals/", None, 100)).unwrap().len(), 40);
    assert_eq!(found(&stream), expected());
}

#[test]
fn a_broken_memory_costs_what_came_after_the_one_before_and_of_none_it_begins_anew() {
    let stream = MemoryStream::default();
    let source = archive(0..MINUTES, |_, _| false);
    for minute in 0..610 {
        run(&mut Watcher::new(), &source, &stream, minute).unwrap();
    }
    let memories = block_on(source.list("watch/v2/", None, 1_000)).unwrap();
    assert_eq!(memories.len(), 610);
    // How many of the newest are broken, and whether what was learned is lost.
    for (spoilt, is_lost) in [(3, false), (610, true)] {
        let archive = archive(0..MINUTES, |_, _| false);
        for (number, key) in memories.iter().rev().enumerate() {
            let whole = block_on(source.fetch(key)).unwrap().unwrap();
            let bytes = match (number < spoilt, number % 3) {
                (false, _) => whole,
                (true, 0) => b"no memory".to_vec(),
                (true, 1) => whole[..whole.len() - 9].to_vec(),
                // Of another version.
                (true, _) => object::compress(b"\x10\0\0\0\0\0\0\0{\"v\":9,\"minute\":0}").unwrap(),
            };
            block_on(archive.put_new(key, &bytes)).unwrap();
        }
        let after = MemoryStream::default();
        let watched = run(&mut Watcher::new(), &archive, &after, MINUTES - 1).unwrap();
        assert_eq!(watched.begun_anew, is_lost);
        assert!(watched.broken_memories >= 3, "{watched:?}");
        let all: BTreeSet<String> = found(&stream).union(&found(&after)).cloned().collect();
        assert_eq!(all, expected());
    }
}

#[test]
fn two_that_do_the_same_minutes_say_the_same() {
    let archive = archive(0..MINUTES, |_, _| false);
    let stream = MemoryStream::default();
    let (mut one, mut other) = (Watcher::new(), Watcher::new());
    for minute in 0..MINUTES {
        if minute % 7 != 3 {
            run(&mut one, &archive, &stream, minute).unwrap();
        }
        if minute % 5 != 1 {
            run(&mut other, &archive, &stream, minute).unwrap();
        }
    }
    assert_eq!(found(&stream), expected());
}

#[test]
fn a_call_that_fails_anywhere_and_comes_again_says_the_same() {
    // From shortly before the silence is told until the return is; what was learned before is remembered.
    let learned = archive(0..MINUTES, |_, _| false);
    let before = MemoryStream::default();
    run(&mut Watcher::new(), &learned, &before, 618).unwrap();
    let mut failed = 0;
    for call in [Call::List, Call::Fetch, Call::PutNew, Call::Put] {
        for nth in [1, 2, 3, 4, 5, 6, 7, 11, 23] {
            for when in [When::Throttled, When::Before, When::After] {
                let (archive, stream) = (archive(610..MINUTES, |_, _| false), before.clone());
                let memory = block_on(learned.list("watch/", None, 1_000)).unwrap().pop().unwrap();
                let bytes = block_on(learned.fetch(&memory)).unwrap().unwrap();
                block_on(archive.put_new(&memory, &bytes)).unwrap();
                let fault = [Fault { call, nth, when }];
                let (archive, stream) = (Faulty::new(archive, &fault), Faulty::new(stream, &fault));
                let mut watcher = Watcher::new();
                for minute in (619..MINUTES).step_by(3).chain([MINUTES - 1]) {
                    if run(&mut watcher, &archive, &stream, minute).is_err() {
                        failed += 1;
                        if nth % 2 == 0 {
                            watcher = Watcher::new();
                        }
                        run(&mut watcher, &archive, &stream, minute).unwrap();
                    }
                }
                assert_eq!(found(&before), expected(), "{call:?} {nth} {when:?}");
            }
        }
    }
    assert!(failed > 60, "{failed}");
}

#[test]
fn what_the_version_before_remembered_is_gone_on_from() {
    let archive = archive(0..MINUTES, |_, _| false);
    let minute = START + 599;
    let header = format!(r#"{{"v":1,"minute":{minute}}}"#);
    let watch = include_bytes!("../../../detect/tests/memory/watch-v1.bin");
    let plain = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), watch].concat();
    let key = ArchiveKey::new("watch/v1/2026-01-19T0959.zst").unwrap();
    block_on(archive.put_new(&key, &object::compress(&plain).unwrap())).unwrap();
    let stream = MemoryStream::default();
    let watched = run(&mut Watcher::new(), &archive, &stream, MINUTES - 1).unwrap();
    assert_eq!((watched.begun_anew, watched.broken_memories), (false, 0));
    assert_eq!(watched.minutes, (MINUTES - 600) as u64, "only what came since");
    // Ten minutes of silence mean something to whoever has known the device for ten hours.
    let is_missed = |finding: &Finding| {
        let health = finding.health.as_ref().unwrap();
        finding.device.as_str() == DYING.1
            && (health.symptom, health.condition) == (Symptom::Silent, Condition::Down)
    };
    assert_eq!(findings(&stream).iter().filter(|finding| is_missed(finding)).count(), 1);
}
