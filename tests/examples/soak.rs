//! Plays a long soak: `cargo xtask soak [--minutes N]`.
//!
//! A thousand devices of forty customers through the functions, with a reader that stands still for ten of each hundred
//! minutes of the load's time, until this clock says that it is enough. Devices say little, so that much of their time
//! passes: what piles up does so by the minute. A line a minute of this clock tells how it stands, and what memory is in
//! use beside what the stores keep: it grows for the load's first forty minutes, which is how long sessions are
//! remembered, and is flat then but for the stores' names and the copies of what is being written. The end tells whether every line is accounted for, once, and whether one replay of the same lines gives the same incidents.

use std::alloc::System;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hinomi_tests::same::without_places;
use hinomi_tests::soak::fleet::Size;
use hinomi_tests::soak::{Failure, Load, Pauses, Played, Step, play};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const LOAD: Load = Load {
    size: Size { tenants: 40, devices: 1_000, lines: 2, attacks: 4 },
    shards: 8,
    batch: 100,
    calls: 4,
    pauses: Pauses { every: 100, minutes: 30..40 },
};
const USAGE: &str = "usage: soak [--minutes N], of this clock";
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let minutes = match words.as_slice() {
        [] => 10,
        ["--minutes", number] => number.parse::<u32>().map_err(|_| USAGE)?,
        _ => return Err(USAGE.into()),
    };
    let began = Instant::now();
    let mut told = Duration::ZERO;
    let mut longest = (0_usize, 0_f64);
    println!(
        "{:>6} {:>7} {:>11} {:>9} {:>8} {:>8} {:>9} {:>9} {:>9} {:>10} {:>9}",
        "clock",
        "minute",
        "lines",
        "lines/s",
        "waiting",
        "lag s",
        "most wait",
        "most lag",
        "subjects",
        "incidents",
        "memory MB"
    );
    let played = play(&LOAD, |step: &Step| {
        longest = (longest.0.max(step.waiting), longest.1.max(step.lag));
        let passed = began.elapsed();
        let is_over = passed >= MINUTE * minutes;
        if is_over || passed >= told + MINUTE {
            told = passed;
            println!(
                "{:>5}s {:>7} {:>11} {:>9.0} {:>8} {:>8.0} {:>9} {:>9.0} {:>9} {:>10} {:>9.1}",
                passed.as_secs(),
                step.minute + 1,
                step.sent,
                step.sent as f64 / passed.as_secs_f64(),
                step.waiting,
                step.lag,
                longest.0,
                longest.1,
                step.weight.subjects,
                step.weight.incidents,
                in_use().saturating_sub(step.weight.bytes()) as f64 / 1e6,
            );
            longest = (0, 0.0);
        }
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    close(&played)
}

/// Tells how the books close, and whether a replay comes to the same.
fn close(played: &Played) -> Result<ExitCode, Failure> {
    let books = &played.books;
    println!(
        "{} lines sent: {} done, {} quarantined, {} missing; {} records lie in two objects, {} were given up",
        books.sent,
        books.done,
        books.quarantined,
        books.missing(),
        books.twice,
        played.lost
    );
    books.faults.iter().take(20).for_each(|fault| println!("{fault}"));
    let replayed = played.replayed()?;
    let (own, theirs) = (without_places(&played.outcome.incidents), without_places(&replayed.incidents));
    let same = own.iter().filter(|incident| theirs.contains(incident)).count();
    println!(
        "{} lines replayed at {} a second; {} incidents, {} in the replay, {same} the same to the letter",
        replayed.summary["lines_read"],
        replayed.summary["events_per_second"],
        own.len(),
        theirs.len()
    );
    for other in own.iter().filter(|incident| !theirs.contains(incident)).take(20) {
        println!("{} differs: {}", other["id"], other["title"]["en"]);
    }
    let closes = books.faults.is_empty()
        && books.missing() == 0
        && played.lost == 0
        && books.done + books.quarantined == books.sent
        && books.quarantined == books.junk;
    let well = closes && own.len() == theirs.len() && same == own.len();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns how many bytes of memory are in use.
fn in_use() -> u64 {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated) as u64
}
