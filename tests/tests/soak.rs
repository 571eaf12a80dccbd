//! A short soak: hundreds of devices through the functions, as long as the checks can bear. `cargo xtask soak` plays a
//! longer one.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::ops::ControlFlow;

use hinomi_tests::same::without_places;
use hinomi_tests::soak::fleet::Size;
use hinomi_tests::soak::{Load, Pauses, Step, play, resident_bytes};

const MINUTES: i64 = 40;

#[test]
fn nothing_is_lost_or_doubled_and_what_waits_is_worked_off() {
    let load = Load {
        size: Size { tenants: 12, devices: 300, lines: 8, attacks: 3 },
        shards: 8,
        batch: 40,
        calls: 4,
        pauses: Pauses { every: 1_000, minutes: 15..22 },
    };
    let began = std::time::Instant::now();
    let mut memory = Vec::new();
    let played = play(&load, |step: &Step| {
        memory.push(resident_bytes().unwrap());
        if step.minute % 4 == 0 { eprintln!("{:?} {step:?} rss {}", began.elapsed(), memory.last().unwrap() >> 20); }
        if step.minute + 1 < MINUTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .unwrap();
    eprintln!("{:?} played, {} calls", began.elapsed(), played.calls);
    let books = &played.books;
    eprintln!("{} sent {} done {} aside {} twice; faults {:?}", books.sent, books.done, books.quarantined, books.twice, &books.faults.iter().take(5).collect::<Vec<_>>());
    let replayed = played.replayed().unwrap();
    eprintln!("{:?} replayed {}", began.elapsed(), replayed.summary);
    let (own, theirs) = (without_places(&played.outcome.incidents), without_places(&replayed.incidents));
    eprintln!("{} {} incidents, {} {} notices", own.len(), theirs.len(), played.outcome.notices.len(), replayed.notices.len());
    let mut shown = 0;
    for (own, theirs) in own.iter().zip(&theirs) {
        if own != theirs {
            shown += 1;
            if shown < 4 {
            for (key, value) in own.as_object().unwrap() {
                if theirs[key] != *value {
                    eprintln!("{} {}: {key}:\n  {value}\n  {}", own["id"], own["title"]["en"], theirs[key]);
                }
            }
            }
        }
    }
    eprintln!("{shown} differ");
    assert!(books.faults.is_empty());
}
