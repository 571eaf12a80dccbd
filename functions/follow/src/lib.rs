//! The `follow` function: each minute and follower, by schedule.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::follow`]. The schedule's time says which minutes are over,
//! so that a call can be repeated.

use std::sync::{Mutex, PoisonError};

use hinomi_lambda::{BadEvent, Event, Failure, Handler, Invocation, Metric, Report};
use hinomi_model::{Seconds, Settings};
use hinomi_steps::facts::PARTITIONS;
use hinomi_steps::follow::{Followed, Follower, Minute, Sources};
use hinomi_steps::registry::RegistryCache;
use hinomi_store::{Archive, Published, Stream};
use serde::Serialize;

/// What the function answers: for people, as the schedule does not read it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Minutes done.
    pub minutes: u64,
    /// Facts objects read.
    pub objects: u64,
    /// Facts objects that can't be read, or are gone.
    pub broken: u64,
    /// Findings handed on.
    pub findings: u64,
    /// How far what was done is behind the schedule, in seconds.
    pub behind_seconds: i64,
}

impl From<&Followed> for Answer {
    fn from(done: &Followed) -> Self {
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
pub struct FollowFunction<A, S, P> {
    archive: A,
    findings: S,
    source: P,
    registry: RegistryCache,
    /// What this copy of the function remembers. Taken while it works, so that what a panic leaves half done is dropped.
    follower: Mutex<Follower>,
}

impl<A: Archive, S: Stream, P: Published> FollowFunction<A, S, P> {
    /// Wires the function.
    pub fn new(archive: A, findings: S, source: P, registry_refresh: Seconds) -> Self {
        let registry = RegistryCache::new(registry_refresh);
        FollowFunction { archive, findings, source, registry, follower: Mutex::default() }
    }
}

impl<A: Archive, S: Stream, P: Published> Handler for FollowFunction<A, S, P> {
    type Answer = Answer;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer, Failure> {
        let event = Event::read(&invocation.payload)?;
        let Event::Schedule(schedule) = event else { return Err(event.refused().into()) };
        let partition = schedule.partition.filter(|partition| *partition < PARTITIONS);
        let partition = partition.ok_or(BadEvent::BadValue("partition"))?;
        let current = self.registry.current(&self.source, invocation.clock.now()).await;
        let registry = current.map_err(Failure::fault)?.registry;
        let left = || invocation.budget.left();
        let minute = Minute { time: schedule.time, partition, left: &left };
        let sources = Sources { archive: &self.archive, findings: &self.findings };
        let mut follower = std::mem::replace(
            &mut *self.follower.lock().unwrap_or_else(PoisonError::into_inner),
            Follower::new(Settings::default()),
        );
        let done = follower.run(minute, &registry, sources).await;
        *self.follower.lock().unwrap_or_else(PoisonError::into_inner) = follower;
        let done = done.map_err(Failure::fault)?;
        let set_aside = done.broken + done.missing + done.broken_memories;
        report.count(Metric::RecordsPoisoned, set_aside);
        if set_aside > 0 {
            tracing::warn!(done.broken, done.missing, done.broken_memories, "objects not read");
        }
        report.count(Metric::FactsRead, done.facts);
        report.count(Metric::ObjectsRead, done.objects + done.objects_again);
        report.count(Metric::Findings, done.findings);
        report.value(Metric::FollowBehindSeconds, done.behind_seconds as f64);
        Ok(Answer::from(&done))
    }
}
