//! The `watch` function: each minute, by schedule.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::watch`]. The schedule's time says which minutes are over,
//! so that a call can be repeated.

use std::sync::{Mutex, PoisonError};

use hinomi_lambda::{Event, Failure, Handler, Invocation, Metric, Report};
use hinomi_model::Seconds;
use hinomi_steps::follow::Sources;
use hinomi_steps::registry::RegistryCache;
use hinomi_steps::watch::{Watched, Watcher};
use hinomi_store::{Archive, Published, Stream};
use serde::Serialize;

/// What the function answers: for people, as the schedule does not read it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Minutes done.
    pub minutes: u64,
    /// Objects read.
    pub objects: u64,
    /// Objects that can't be read, or are gone.
    pub broken: u64,
    /// Findings handed on.
    pub findings: u64,
    /// How far what was done is behind the schedule, in seconds.
    pub behind_seconds: i64,
}

impl From<&Watched> for Answer {
    fn from(done: &Watched) -> Self {
        Answer {
            minutes: done.minutes,
            objects: done.objects,
            broken: done.broken + done.missing,
            findings: done.findings,
            behind_seconds: done.behind_seconds,
        }
    }
}

/// The function with its ports.
pub struct WatchFunction<A, S, P> {
    archive: A,
    findings: S,
    source: P,
    registry: RegistryCache,
    /// What this copy of the function remembers. Taken while it works, so that what a panic leaves half done is dropped.
    watcher: Mutex<Watcher>,
}

impl<A: Archive, S: Stream, P: Published> WatchFunction<A, S, P> {
    /// Wires the function.
    pub fn new(archive: A, findings: S, source: P, registry_refresh: Seconds) -> Self {
        let registry = RegistryCache::new(registry_refresh);
        WatchFunction { archive, findings, source, registry, watcher: Mutex::default() }
    }
}

impl<A: Archive, S: Stream, P: Published> Handler for WatchFunction<A, S, P> {
    type Answer = Answer;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer, Failure> {
        let event = Event::read(&invocation.payload)?;
        let Event::Schedule(schedule) = event else { return Err(event.refused().into()) };
        let current = self.registry.current(&self.source, invocation.clock.now()).await;
        let registry = current.map_err(Failure::fault)?.registry;
        let left = || invocation.budget.left();
        let sources = Sources { archive: &self.archive, findings: &self.findings };
        let mut watcher = std::mem::take(&mut *self.watcher.lock().unwrap_or_else(PoisonError::into_inner));
        let done = watcher.run(schedule.time, &left, &registry, sources).await;
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
        let done = done.map_err(Failure::fault)?;
        let set_aside = done.broken + done.missing + done.broken_memories;
        report.count(Metric::RecordsPoisoned, set_aside);
        if set_aside > 0 {
            tracing::warn!(done.broken, done.missing, done.broken_memories, "objects not read");
        }
        if done.begun_anew {
            tracing::warn!("nothing was remembered: what is usual is learned from now on");
        }
        report.count(Metric::ObjectsRead, done.objects);
        report.count(Metric::Findings, done.findings);
        report.value(Metric::WatchBehindSeconds, done.behind_seconds as f64);
        Ok(Answer::from(&done))
    }
}
