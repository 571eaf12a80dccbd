//! The `compact` function: each hour and compactor, by schedule.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::compact`]. The schedule's time says which hours are over,
//! so that a call can be repeated.

use hinomi_lambda::{BadEvent, Event, Failure, Handler, Invocation, Metric, Report};
use hinomi_model::Seconds;
use hinomi_steps::compact::{Call, Compacted, ROOM, compact};
use hinomi_steps::registry::RegistryCache;
use hinomi_store::{Archive, Published};
use serde::Serialize;

/// What the function answers: for people, as the schedule does not read it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Plans whose share was finished.
    pub plans: u64,
    /// Raw objects read.
    pub objects: u64,
    /// Raw objects, and records of others, that can't be read.
    pub damaged: u64,
    /// Rows written.
    pub rows: u64,
    /// Files written.
    pub files: u64,
    /// How long ago the oldest hour was over that is not done, in seconds.
    pub behind_seconds: i64,
}

impl From<&Compacted> for Answer {
    fn from(done: &Compacted) -> Self {
        Answer {
            plans: done.plans,
            objects: done.objects,
            damaged: damaged(done),
            rows: done.lines,
            files: done.files,
            behind_seconds: done.behind_seconds,
        }
    }
}

fn damaged(done: &Compacted) -> u64 {
    done.objects_damaged + done.records_damaged + done.records_poisoned
}

/// The function with its ports.
pub struct CompactFunction<A, P> {
    archive: A,
    source: P,
    compactors: u16,
    registry: RegistryCache,
}

impl<A: Archive, P: Published> CompactFunction<A, P> {
    /// Wires the function.
    pub fn new(archive: A, source: P, compactors: u16, registry_refresh: Seconds) -> Self {
        CompactFunction { archive, source, compactors, registry: RegistryCache::new(registry_refresh) }
    }
}

impl<A: Archive, P: Published> Handler for CompactFunction<A, P> {
    type Answer = Answer;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer, Failure> {
        let event = Event::read(&invocation.payload)?;
        let Event::Schedule(schedule) = event else { return Err(event.refused().into()) };
        let compactor = schedule.partition.filter(|partition| *partition < self.compactors);
        let compactor = compactor.ok_or(BadEvent::BadValue("partition"))?;
        let now = invocation.clock.now();
        let current = self.registry.current(&self.source, now).await;
        let registry = current.map_err(Failure::fault)?.registry;
        let left = || invocation.budget.left();
        let call = Call {
            time: schedule.time,
            now,
            compactor,
            compactors: self.compactors,
            room: ROOM,
            left: &left,
        };
        let done = compact(call, &registry, &self.archive).await.map_err(Failure::fault)?;
        report.count(Metric::RecordsPoisoned, damaged(&done));
        if damaged(&done) > 0 {
            let first = done.damaged.first().map(String::as_str).unwrap_or_default();
            tracing::warn!(
                done.objects_damaged,
                done.records_damaged,
                done.records_poisoned,
                first,
                "raw lines not read"
            );
        }
        report.count(Metric::ObjectsRead, done.objects);
        report.count(Metric::Rows, done.lines);
        report.count(Metric::LinesLeftOut, done.lines_quarantined);
        report.count(Metric::RecordsRepeated, done.records_repeated);
        report.count(Metric::FilesWritten, done.files);
        report.count(Metric::StoredBytes, done.file_bytes);
        report.value(Metric::CompactBehindSeconds, done.behind_seconds as f64);
        Ok(Answer::from(&done))
    }
}
