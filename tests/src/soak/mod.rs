//! A sustained load through the functions' own handlers, in one process: many devices, records that come twice and in
//! disorder, poison, attacks, answers that get lost, and a reader that stands still for a while and has to catch up.
//!
//! Time is the load's own, so that a minute takes as long as its work. What it proves: each line sent is in the archive and
//! is done or set aside, once ([`books`]); what waits is worked off; what the functions themselves keep does not grow; and
//! what comes of it is what one replay of the same lines gives. What it leaves out: the services of AWS, whose stand-ins
//! are maps in memory here, copies of a function beside each other, and time spent waiting.

pub mod books;
pub mod fleet;
pub mod sender;

use std::fs::File;
use std::io::Write as _;
use std::ops::{ControlFlow, Range};

use hinomi_lambda::Function;
use hinomi_local::{Input, ReplayOptions};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Settings};
use hinomi_store::Weight;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::cloud::day::Slice;
use crate::cloud::{Play, Site};
use crate::harness::{Outcome, documents, run_with};
use crate::poller::Mapping;

use books::Books;
use fleet::{BEGIN, Fleet, Size};
use sender::{Flaky, Sender};

/// Minutes for which the archive's objects are kept here, as a bucket's life cycle keeps them for days. Nothing that is
/// played looks further back.
const KEPT_MINUTES: i64 = 120;
/// What is played.
#[derive(Clone, Debug)]
pub struct Load {
    /// The devices.
    pub size: Size,
    /// Shards of the stream of logs, and of findings.
    pub shards: usize,
    /// Records of a batch, at most.
    pub batch: usize,
    /// Batches of a shard that are read in a minute, at most.
    pub calls: u64,
    /// Minutes in which nothing is read: of each so many, these.
    pub pauses: Pauses,
}

/// When the reader stands still.
#[derive(Clone, Debug)]
pub struct Pauses {
    /// In a period of so many minutes
    pub every: i64,
    /// these.
    pub minutes: Range<i64>,
}

impl Pauses {
    fn hold(&self, minute: i64) -> bool {
        self.minutes.contains(&(minute % self.every.max(1)))
    }
}

/// How it stands at the end of a minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct Step {
    /// Which, from 0.
    pub minute: i64,
    /// Whether the reader stood still in it.
    pub paused: bool,
    /// Lines that were sent until now.
    pub sent: u64,
    /// Records that arrived in it.
    pub arrived: usize,
    /// Records that wait.
    pub waiting: usize,
    /// How long the oldest of them has waited, in seconds.
    pub lag: f64,
    /// What the stores keep.
    pub weight: Weight,
}

/// What came of it.
#[derive(Debug)]
pub struct Played {
    /// Every minute.
    pub steps: Vec<Step>,
    /// The books, closed.
    pub books: Books,
    /// Records given up, and those that wait still; none of either when all is well.
    pub lost: usize,
    /// Calls of functions by their streams.
    pub calls: u64,
    /// Lines that `ingest` said it read, and those that it said were done or set aside, each time counted.
    pub counted: (u64, u64),
    /// What customers would be shown and were told; the quarantine is in the books.
    pub outcome: Outcome,
    /// All lines in the order of their time, as a replay reads them, compressed with zstd.
    pub lines: NamedTempFile,
    registry: String,
}

/// Why it could not be played.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Plays minutes of a load until `each` has seen enough, then all that waits, then the end of the day.
///
/// # Errors
///
/// When the registry, the stores or the file of lines cannot be read or written.
pub fn play(load: &Load, mut each: impl FnMut(&Step) -> ControlFlow<()>) -> Result<Played, Failure> {
    let mut fleet = Fleet::new(load.size);
    let registry = fleet.registry();
    let mut sender = Sender::new(load.shards);
    let lines = NamedTempFile::new()?;
    let mut written = zstd::Encoder::new(File::create(lines.path())?, 1)?;
    let mapping = Mapping { batch_size: load.batch, bisect: true, retries: None };
    let mut soak = Soak {
        play: Play::new(Flaky::new(Site::new(&registry, load.shards)?), mapping),
        books: Books::default(),
        counted: (0, 0),
        steps: Vec::new(),
    };
    let mut minute = 0;
    loop {
        let told = fleet.minute(minute);
        for line in &told {
            written.write_all(line.text.as_bytes())?;
            written.write_all(b"\n")?;
        }
        let end = end_of(minute);
        let shards = sender.send(minute, end, &told);
        let paused = load.pauses.hold(minute);
        soak.play.calls = if paused { 0 } else { load.calls };
        let step = soak.minute(minute, paused, shards)?;
        minute += 1;
        if each(&step).is_break() {
            break;
        }
    }
    written.finish()?.flush()?;
    // No line comes any more. What waits is worked off, and so are the last repeats.
    soak.play.calls = load.calls;
    let mut rest = sender.send(minute, end_of(minute), &[]);
    while soak.minute(minute, false, std::mem::take(&mut rest))?.waiting > 0 {
        minute += 1;
    }
    soak.play.end(end_of(minute), Settings::default().level2_hold).unwrap_or_else(|never| match never {});
    soak.count();
    let Soak { play, books, counted, steps } = soak;
    let site = &play.functions.inner;
    Ok(Played {
        steps,
        lost: play.behind.iter().map(std::collections::VecDeque::len).sum::<usize>()
            + play.found.left
            + play.logs.given_up.iter().chain(&play.found.given_up).map(Vec::len).sum::<usize>(),
        calls: play.logs.calls + play.found.calls,
        counted,
        outcome: Outcome {
            incidents: documents(&site.incidents()?),
            notices: documents(&site.notices()),
            ..Outcome::default()
        },
        books,
        lines,
        registry,
    })
}

impl Played {
    /// Replays the same lines, each once and in order, in one go.
    ///
    /// # Errors
    ///
    /// Those of the replay.
    pub fn replayed(&self) -> Result<Outcome, Failure> {
        let inputs = vec![Input::File(self.lines.path().to_owned())];
        let registry = Registry::from_yaml(&self.registry)?;
        Ok(run_with(ReplayOptions::in_memory(inputs, registry))?)
    }
}

struct Soak {
    play: Play<Flaky<Site>>,
    books: Books,
    counted: (u64, u64),
    steps: Vec<Step>,
}

impl Soak {
    fn minute(&mut self, minute: i64, paused: bool, shards: Vec<Vec<sender::Sent>>) -> Result<Step, Failure> {
        let end = end_of(minute);
        let mut slice = Slice { end, ..Slice::default() };
        for (shard, records) in shards.into_iter().enumerate() {
            let name = format!("shardId-{shard:012}");
            records.iter().for_each(|sent| self.books.enter(&name, sent));
            slice.shards.push(records.into_iter().map(|sent| sent.record).collect());
        }
        self.play.slice(&slice).unwrap_or_else(|never| match never {});
        let site = &mut self.play.functions.inner;
        self.books.read(&site.store)?;
        site.expire_findings();
        let oldest = end.plus(-KEPT_MINUTES * 60);
        site.store.expire(|name| is_over(name, oldest));
        let weight = site.store.weight();
        self.count();
        let waiting = self.play.behind.iter().flatten();
        let oldest = waiting.clone().map(|record| record.arrived).fold(end.seconds() as f64, f64::min);
        let step = Step {
            minute,
            paused,
            sent: self.books.sent,
            arrived: slice.shards.iter().map(Vec::len).sum(),
            waiting: waiting.count(),
            lag: end.seconds() as f64 - oldest,
            weight,
        };
        self.steps.push(step);
        Ok(step)
    }

    /// Adds up what `ingest` told of lines, and forgets what functions told.
    fn count(&mut self) {
        for line in std::mem::take(&mut self.play.functions.inner.told) {
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            let is_whole = line["function"] == Function::Ingest.as_str() && line.get("reason").is_none();
            if is_whole && let Some(lines) = line["Lines"].as_u64() {
                let parts =
                    ["LinesDone", "LinesQuarantined"].map(|name| line[name].as_u64().unwrap_or_default());
                self.counted.0 += lines;
                self.counted.1 += parts.iter().sum::<u64>();
            }
        }
    }
}

/// Tells whether an object of the archive is older than an instant, by the hour or the minute in its name.
fn is_over(name: &str, oldest: EventTime) -> bool {
    let (day, hour) = (oldest.day(), oldest.hour().rem_euclid(24));
    match name.split_once('/') {
        Some(("raw" | "quarantine", place)) => place < format!("{day}/{hour:02}").as_str(),
        Some(("facts", place)) => place < format!("{day}T{hour:02}").as_str(),
        Some(("follow", place)) => {
            place.rsplit('/').next().is_some_and(|minute| minute < format!("{day}T{hour:02}").as_str())
        }
        _ => false,
    }
}

fn end_of(minute: i64) -> EventTime {
    BEGIN.plus((minute + 1) * 60)
}
