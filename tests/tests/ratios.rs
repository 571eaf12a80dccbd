//! Reading a line as an event takes less time than making a tree of the same record's JSON.
//!
//! Both are timed in turns, in pieces far shorter than what a scheduler gives anybody, and the shortest piece of many counts:
//! what else the machine does lengthens the others. The margins are a third of what was measured in this profile, or
//! less, so that only a parser that has become several times slower fails. What is fast in the shipped profile, and how
//! fast, is `cargo xtask perf`'s to say.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use hinomi_generate::encode::Encoding;
use hinomi_generate::quiet::{quiet_fortigate, quiet_panos};
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};

/// Lines of a piece: a few hundred microseconds.
const LINES: usize = 50;
const PIECES: usize = 200;

#[test]
fn an_event_costs_less_than_a_tree_of_the_same_record() {
    for (name, lines, encoding, least) in [
        ("FortiGate", quiet_fortigate(LINES, 1), Encoding::FortigateJson, 1.0),
        ("PAN-OS", quiet_panos(LINES, 1), Encoding::PanosJson, 1.0),
    ] {
        let trees: Vec<String> =
            lines.iter().map(|line| object(&encoding.write(line).unwrap().line)).collect();
        let ratio = shortest(|| make_trees(&trees)).in_turns_with(|| read(&lines));
        eprintln!("{name}: an event costs 1/{ratio:.2} of a tree");
        assert!(ratio > least, "{name}: an event costs {:.2} of a tree", 1.0 / ratio);
    }
}

fn make_trees(lines: &[String]) -> usize {
    lines.iter().filter(|line| black_box(serde_json::from_str::<serde_json::Value>(line)).is_ok()).count()
}

fn read(lines: &[String]) -> usize {
    thread_local! {
        static KEPT: std::cell::RefCell<(Registry, Scratch)> = std::cell::RefCell::new((Registry::open(), Scratch::default()));
    }
    KEPT.with_borrow_mut(|(registry, scratch)| {
        let context = Context { registry, received: EventTime::EPOCH, collected: Collected::default() };
        lines.iter().filter(|line| black_box(parse_line(line.as_bytes(), &context, scratch)).is_ok()).count()
    })
}

/// Cuts what stands before the object.
fn object(line: &str) -> String {
    line.get(line.find('{').unwrap()..).unwrap().to_owned()
}

struct Shortest<W>(W);

fn shortest<W: Fn() -> usize>(work: W) -> Shortest<W> {
    Shortest(work)
}

impl<W: Fn() -> usize> Shortest<W> {
    /// Returns how many times as long the shortest piece of this work took as the other's.
    fn in_turns_with(self, other: impl Fn() -> usize) -> f64 {
        let (mut own, mut others) = (Duration::MAX, Duration::MAX);
        for _ in 0..PIECES {
            own = own.min(timed(&self.0));
            others = others.min(timed(&other));
        }
        own.as_secs_f64() / others.as_secs_f64()
    }
}

fn timed(work: &impl Fn() -> usize) -> Duration {
    let started = Instant::now();
    let done = work();
    let time = started.elapsed();
    assert_eq!(done, LINES);
    time
}
