//! The `notify` function: notices as they are put into the outbox, and each minute those that are due and not delivered,
//! folds and digests, and claims that nobody confirmed.
//!
//! It wires and counts; what is done stands in [`hinomi_steps::post`]. The table's stream says only that something was
//! put into the outbox; what it is, the outbox says. What the carrier did not take stays there for the sweep, so that one
//! contact never holds up the stream. It writes nothing to a table that feeds a stream but that a notice is dealt with,
//! which the mapping's filter keeps from it.

mod operations;

use std::sync::Arc;

use hinomi_lambda::event::{Schedule, TableBatch};
use hinomi_lambda::{Answer, Event, Failure, Handler, Invocation, Metric, Outcome, Report};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds, Settings};
use hinomi_notice::Notifier;
use hinomi_steps::Post;
use hinomi_steps::post::Posted;
use hinomi_steps::registry::{RegistryCache, RegistryError};
use hinomi_store::{Published, Store};
use serde::Serialize;

pub use operations::TellOperations;

/// How the partition key of an outbox entry begins, before the notice's id.
const ENTRY: &str = "o#";

/// What a sweep did, for who looks at an invocation by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// Messages that the carrier took.
    pub sent: u64,
    /// Messages that it did not take, or of which it did not say so.
    pub failed: u64,
    /// Something waits still.
    pub waiting: bool,
}

/// The function with its ports.
pub struct NotifyFunction<S, N, O, P> {
    store: S,
    notifier: N,
    operations: O,
    source: P,
    registry: RegistryCache,
    settings: Settings,
}

impl<S: Store, N: Notifier, O: TellOperations, P: Published> NotifyFunction<S, N, O, P> {
    /// Wires the function.
    pub fn new(store: S, notifier: N, operations: O, source: P, registry_refresh: Seconds) -> Self {
        let registry = RegistryCache::new(registry_refresh);
        NotifyFunction { store, notifier, operations, source, registry, settings: Settings::default() }
    }

    async fn batch(
        &self,
        batch: &TableBatch,
        registry: &Registry,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Outcome {
        let mut post = Post::new(&self.store, &self.notifier, registry, &self.settings);
        let mut undone = None;
        for record in &batch.records {
            // The mapping's filter passes nothing else; whoever calls without it is not trusted to.
            let Some(id) = record.key.strip_prefix(ENTRY).filter(|_| record.due) else { continue };
            if invocation.budget.is_spent() {
                undone = Some(&record.sequence);
                break;
            }
            if let Err(error) = post.notice(id, invocation.clock.now()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "notice not done");
                undone = Some(&record.sequence);
                break;
            }
        }
        self.tell(&mut post, invocation.clock.now(), report).await;
        Outcome::of(undone)
    }

    /// What is due is decided by the schedule's time, so that a sweep can be repeated; claims have the machine's, or a
    /// schedule that comes late would make claims that look old. A schedule that is ahead of the machine moves it.
    async fn sweep(
        &self,
        schedule: Schedule,
        registry: &Registry,
        invocation: &Invocation,
        report: &mut Report,
    ) -> Result<Swept, Failure> {
        let now = invocation.clock.now().max(schedule.time);
        let mut post = Post::new(&self.store, &self.notifier, registry, &self.settings);
        let swept = post.sweep(schedule.time, now, &|| invocation.budget.left()).await;
        let posted = self.tell(&mut post, invocation.clock.now().max(schedule.time), report).await;
        let waits = posted.oldest_waiting.map_or(0, |oldest| schedule.time.since(oldest).max(0));
        report.value(Metric::OldestUndeliveredSeconds, waits as f64);
        swept.map_err(Failure::fault)?;
        Ok(Swept {
            sent: posted.sent.len() as u64,
            failed: posted.failed,
            waiting: posted.oldest_waiting.is_some(),
        })
    }

    /// Counts what was done, tells operations what no repeat will mend, and has it recorded then: who dies in between
    /// leaves it to be told by the next sweep.
    async fn tell(&self, post: &mut Post<'_, S, &N>, now: EventTime, report: &mut Report) -> Posted {
        let posted = post.posted();
        count(report, &posted, now);
        let Some((subject, text)) = operations::letter(&posted) else { return posted };
        if let Err(error) = self.operations.tell(&subject, &text).await {
            tracing::error!(error = &error as &dyn std::error::Error, "operations not told");
            if error.is_retryable() {
                return posted;
            }
            // What never can be told this way is told by the metric and its alarm.
        }
        if let Err(error) = post.told(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what operations were told is not recorded"
            );
        }
        posted
    }

    async fn current(&self, now: EventTime) -> Result<Arc<Registry>, Failure> {
        let current = self.registry.current(&self.source, now).await;
        current.map(|current| current.registry).map_err(|error: RegistryError| Failure::fault(error))
    }
}

impl<S: Store, N: Notifier, O: TellOperations, P: Published> Handler for NotifyFunction<S, N, O, P> {
    type Answer = Answer<Swept>;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Answer<Swept>, Failure> {
        let event = Event::read(&invocation.payload)?;
        let registry = match &event {
            Event::Table(_) | Event::Schedule(_) => self.current(invocation.clock.now()).await?,
            other => return Err(other.refused().into()),
        };
        // Boxed, because a future that holds all of the step's and the client's futures within it is too deep a type for
        // the compiler.
        match &event {
            Event::Table(batch) => {
                Ok(Answer::Batch(Box::pin(self.batch(batch, &registry, invocation, report)).await))
            }
            Event::Schedule(schedule) => {
                Box::pin(self.sweep(*schedule, &registry, invocation, report)).await.map(Answer::Told)
            }
            other => Err(other.refused().into()),
        }
    }
}

fn count(report: &mut Report, posted: &Posted, now: EventTime) {
    let mut repeated = 0;
    for sent in &posted.sent {
        report.count_by(Metric::NoticesSent, &[sent.channel.as_str()], 1);
        repeated += u64::from(sent.repeat);
        let millis = now.nanos().saturating_sub(sent.decided.nanos()) / 1_000_000;
        report.value(Metric::NoticeLatencyMs, millis as f64);
    }
    report.count(Metric::NoticesRepeated, repeated);
    report.count(Metric::NoticesFailed, posted.failed);
    let never = posted.undeliverable.len() + posted.set_aside.len();
    report.count(Metric::NoticesUndeliverable, never as u64 + posted.stuck);
}
