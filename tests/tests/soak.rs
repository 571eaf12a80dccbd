//! A short soak: hundreds of devices through the functions, as long as the checks can bear. `cargo xtask soak` plays a
//! longer one.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::alloc::System;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use hinomi_tests::same::without_places;
use hinomi_tests::soak::fleet::Size;
use hinomi_tests::soak::{Load, Pauses, Played, Step, play};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A hundred minutes of 300 devices. Lines are few, so that most of the time goes into what each minute costs: that is where
/// something would pile up.
const LOAD: Load = Load {
    size: Size { tenants: 12, devices: 300, lines: 2, attacks: 2 },
    shards: 8,
    batch: 40,
    calls: 4,
    pauses: Pauses { every: MINUTES, minutes: 20..30 },
};
const MINUTES: i64 = 100;
/// From here on memory is full: the longest window of what the functions remember of sessions is forty minutes, and what
/// waited through the pause is worked off.
const WARM: i64 = 60;
/// Minutes in which ten minutes' records are worked off beside what arrives. A shard's 52 records a minute fit into the
/// four batches of 40 three times, less what comes again because an answer was lost.
const RECOVERY: i64 = 15;
/// What else may be in use at the end than at [`WARM`], besides the values kept in the stores: their names and maps, the
/// books' last records, and the findings that the functions remember, of some five a minute.
const ROOM: u64 = 4 << 20;

/// Bytes in use now.
fn in_use() -> u64 {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated) as u64
}

/// The mails of each incident, by the highest level that they told.
fn mailed(notices: &[Value]) -> BTreeMap<(String, String), u64> {
    let mut mailed = BTreeMap::new();
    for notice in notices.iter().filter(|notice| notice["channel"] == "email") {
        let of = ["incident", "contact"].map(|member| notice[member].to_string());
        let level: &mut u64 = mailed.entry(of.into()).or_default();
        *level = (*level).max(notice["level"].as_u64().unwrap());
    }
    mailed
}

fn assert_reconciled(played: &Played) {
    let books = &played.books;
    assert_eq!(books.faults, Vec::<String>::new());
    assert_eq!((books.missing(), played.lost), (0, 0));
    assert_eq!(books.done + books.quarantined, books.sent);
    assert_eq!(books.quarantined, books.junk);
    assert!(books.junk > 20 && books.twice > 100, "nothing was mistreated");
    let (read, accounted) = played.counted;
    assert_eq!(read, accounted, "what ingest tells of lines adds up");
    assert!(read > books.sent, "answers were lost, so that batches came again");
}

fn assert_recovered(steps: &[Step]) {
    let paused = steps.iter().rposition(|step| step.paused).unwrap();
    let most = &steps[paused];
    assert!(most.waiting > 3_000 && most.lag > 540.0, "{most:?}");
    let caught_up = |step: &Step| step.lag < 180.0;
    let recovered = steps[paused..].iter().position(caught_up).unwrap() as i64;
    assert!(recovered <= RECOVERY, "{recovered} minutes");
    // A batch that fails in the last call of a minute waits for the next one, and behind it what came meanwhile.
    let later = &steps[paused + RECOVERY as usize..];
    assert!(later.iter().all(caught_up), "{later:?}");
}

#[test]
fn nothing_is_lost_or_doubled_what_waits_is_worked_off_and_memory_is_flat() {
    let mut memory = Vec::new();
    let played = play(&LOAD, |step| {
        memory.push(in_use() - step.weight.bytes());
        if step.minute + 1 < MINUTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .unwrap();
    assert_reconciled(&played);
    assert_recovered(&played.steps);
    let (warm, last) = (memory[WARM as usize], *memory.last().unwrap());
    assert!(last < warm + ROOM, "{warm} bytes grew to {last}: {memory:?}");

    let replayed = played.replayed().unwrap();
    let lines = |member: &str| replayed.summary[member].as_u64().unwrap();
    assert!(played.books.sent > lines("lines_read") && lines("lines_read") > 40_000);
    let (own, theirs) = (without_places(&played.outcome.incidents), without_places(&replayed.incidents));
    assert!(theirs.len() > 100);
    assert_eq!(own.len(), theirs.len());
    for (own, theirs) in own.iter().zip(&theirs) {
        assert_eq!(own, theirs);
    }
    // When somebody is told depends on when lines were read; what of, does not.
    assert_eq!(mailed(&played.outcome.notices), mailed(&replayed.notices));
}
