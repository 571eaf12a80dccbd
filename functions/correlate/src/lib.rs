//! The `correlate` function: batches of the stream of findings, and each minute the subjects that want to be looked at.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::correlate`]. A batch is answered with the first record that
//! is not done. A store that is busy or away hands the batch back from there, which is no error of the function's; what
//! can never be joined is set aside under `quarantine/findings/`, counted, and holds up nothing.

use std::sync::{Mutex, PoisonError};

use hinomi_lambda::event::{KinesisBatch, Schedule};
use hinomi_lambda::{Answer, Event, Failure, Handler, Invocation, Metric, Outcome, Report};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds, Settings};
use hinomi_steps::correlate::{Correlate, Correlated, Noted, ReadRecord, Record};
use hinomi_steps::registry::{RegistryCache, RegistryError};
use hinomi_store::{Archive, Published, Scope, States};
use serde::Serialize;

/// Subjects listed at once by a sweep. A listing brings keys alone; the step loads a few states at a time.
const SWEEP_LISTS: usize = 100;

/// What a sweep did, for who looks at an invocation by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// Subjects looked at and written.
    pub subjects: u64,
    /// Notices decided.
    pub notices_due: u64,
    /// Subjects that could not be looked at and are put off.
    pub put_off: u64,
    /// Subjects that the store can neither load nor put off.
    pub stuck: u64,
    /// Subjects of tenants that the registry knows no more.
    pub unowned: u64,
}

/// The function with its ports.
pub struct CorrelateFunction<S, P> {
    store: S,
    source: P,
    registry: RegistryCache,
    settings: Settings,
    /// What a running function keeps from one batch to the next. Taken while a batch is worked on, so that what a panic
    /// leaves half done is dropped.
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    noted: Noted,
    /// The batch's records, decoded.
    buffer: Vec<u8>,
}

impl<S: States + Scope + Archive, P: Published> CorrelateFunction<S, P> {
    /// Wires the function.
    pub fn new(store: S, source: P, registry_refresh: Seconds) -> Self {
        CorrelateFunction {
            store,
            source,
            registry: RegistryCache::new(registry_refresh),
            settings: Settings::default(),
            kept: Mutex::default(),
        }
    }

    async fn batch(
        &self,
        batch: &KinesisBatch<'_>,
        kept: &mut Kept,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Result<Outcome, Failure> {
        let Kept { noted, buffer } = kept;
        let arrived = batch.decode(buffer);
        let records: Vec<ReadRecord<'_>> = arrived
            .iter()
            .map(|record| {
                Record {
                    shard: batch.shard(),
                    sequence: record.sequence.as_str(),
                    arrived: record.arrived,
                    bytes: record.data.ok(),
                }
                .read()
            })
            .collect();
        let registry = self.registry_for(&records, invocation.clock.now()).await?;
        let more_time = || !invocation.budget.is_spent();
        let mut step = Correlate::new(&self.store, &registry, &self.settings, noted);
        let done = step.accept(records, &more_time).await;
        count(report, &done);
        if let Some(error) = &done.why_undone {
            tracing::warn!(shard = batch.shard(), error = error as &dyn std::error::Error, "batch not done");
        }
        let undone = done.first_undone.and_then(|index| arrived.get(index));
        Ok(Outcome::of(undone.map(|record| &record.sequence)))
    }

    /// Returns the registry, and a new one if there is a tenant in the batch that the one in hand does not know: it may
    /// have been enrolled after it was fetched.
    async fn registry_for(
        &self,
        records: &[ReadRecord<'_>],
        now: EventTime,
    ) -> Result<std::sync::Arc<Registry>, Failure> {
        let current = self.current(now).await?;
        if !records.iter().any(|record| record.is_of_unknown_tenant(&current)) {
            return Ok(current);
        }
        self.registry.doubt();
        self.current(now).await
    }

    async fn current(&self, now: EventTime) -> Result<std::sync::Arc<Registry>, Failure> {
        let current = self.registry.current(&self.source, now).await;
        current.map(|current| current.registry).map_err(|error: RegistryError| Failure::fault(error))
    }

    async fn sweep(
        &self,
        schedule: Schedule,
        kept: &mut Kept,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Result<Swept, Failure> {
        let registry = self.current(invocation.clock.now()).await?;
        let more_time = || !invocation.budget.is_spent();
        let mut step = Correlate::new(&self.store, &registry, &self.settings, &mut kept.noted);
        let done = step.sweep(schedule.time, SWEEP_LISTS, &more_time).await.map_err(Failure::fault)?;
        count(report, &done);
        report.value(Metric::WakesBehindSeconds, done.behind as f64);
        // What cannot be looked at is as much a person's business as a record that cannot be joined.
        report.count(Metric::RecordsPoisoned, done.put_off + done.stuck);
        if done.stuck + done.unowned > 0 {
            tracing::warn!(done.stuck, done.unowned, "subjects not looked at");
        }
        Ok(Swept {
            subjects: done.subjects,
            notices_due: done.due,
            put_off: done.put_off,
            stuck: done.stuck,
            unowned: done.unowned,
        })
    }
}

impl<S: States + Scope + Archive, P: Published> Handler for CorrelateFunction<S, P> {
    type Answer = Answer<Swept>;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer<Swept>, Failure> {
        let event = Event::read(&invocation.payload)?;
        let mut kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        // Boxed, because a future that holds all of the step's and the client's futures within it is too deep a type for
        // the compiler.
        let answer = match &event {
            Event::Kinesis(batch) => {
                Box::pin(self.batch(batch, &mut kept, invocation, report)).await.map(Answer::Batch)
            }
            Event::Schedule(schedule) => {
                Box::pin(self.sweep(*schedule, &mut kept, invocation, report)).await.map(Answer::Told)
            }
            other => Err(other.refused().into()),
        };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        answer
    }
}

fn count(report: &mut Report, done: &Correlated) {
    report.count(Metric::Findings, done.joined);
    report.count(Metric::FindingsKnown, done.known);
    report.count(Metric::FindingsLate, done.late);
    report.count(Metric::Subjects, done.subjects);
    report.count(Metric::Conflicts, done.conflicts);
    report.count(Metric::NoticesDue, done.due);
    report.count(Metric::RecordsPoisoned, done.poisoned.len() as u64);
    for change in &done.changes {
        let level = change.level.map_or_else(|| "health".to_owned(), |level| level.to_string());
        report.count_by(Metric::Incidents, &[change.tenant.as_str(), &level], 1);
    }
    if !done.poisoned.is_empty() {
        let reasons: std::collections::BTreeSet<&str> =
            done.poisoned.iter().map(|poison| poison.reason.as_str()).collect();
        tracing::warn!(records = done.poisoned.len(), ?reasons, "records set aside");
    }
}
