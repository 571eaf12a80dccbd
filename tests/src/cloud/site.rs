//! A deployment in one process: the functions' own handlers on stores in memory.

use std::convert::Infallible;

use hinomi_fn_compact::CompactFunction;
use hinomi_fn_correlate::CorrelateFunction;
use hinomi_fn_follow::FollowFunction;
use hinomi_fn_ingest::IngestFunction;
use hinomi_fn_notify::{NotifyFunction, TellOperations};
use hinomi_fn_watch::WatchFunction;
use hinomi_lambda::config::{Log, Telemetry};
use hinomi_lambda::{Budget, Clock, Function, Handler, Invocation, invoke};
use hinomi_model::registry::Registry;
use hinomi_model::{Document, EventTime, Notice, Seconds};
use hinomi_notice::MemoryNotifier;
use hinomi_store::{Memory, MemoryPublished, MemoryStream, Outbox, Result, block_on};

use super::day::Slice;
use super::{Functions, payload};
use crate::poller::{Answer, Polled};

/// How long a call may take: as the template says of the shortest.
const TIME_OUT: Seconds = 60;
/// How long a call of compact may take, which works in larger pieces.
const COMPACT_TIME_OUT: Seconds = 900;
/// How many compactors share the tenants.
pub const COMPACTORS: u16 = 4;

/// Nobody listens: what operations would be told is counted elsewhere.
#[derive(Clone, Copy, Debug, Default)]
struct NoOperations;

impl TellOperations for NoOperations {
    async fn tell(&self, _subject: &str, _text: &str) -> Result<()> {
        Ok(())
    }
}

/// The functions and what they share.
pub struct Site {
    /// Everything that is kept.
    pub store: Memory,
    /// The stream between reading and joining.
    pub stream: MemoryStream,
    /// The lines of metrics and logs that functions wrote, in order.
    pub told: Vec<String>,
    /// The list of known enemies, where an operator puts it.
    pub enemies: MemoryPublished,
    registry: Registry,
    /// How far each shard of the findings was read.
    read: Vec<u64>,
    ingest: IngestFunction<Memory, MemoryStream, MemoryPublished>,
    follow: FollowFunction<Memory, MemoryStream, MemoryPublished>,
    watch: WatchFunction<Memory, MemoryStream, MemoryPublished>,
    correlate: CorrelateFunction<Memory, MemoryPublished>,
    notify: NotifyFunction<Memory, MemoryNotifier, NoOperations, MemoryPublished>,
    notifier: MemoryNotifier,
    compact: CompactFunction<Memory, MemoryPublished>,
}

impl Site {
    /// Deploys the functions with a registry, which must read, and a stream of findings of so many shards.
    ///
    /// # Errors
    ///
    /// What is wrong with the registry.
    pub fn new(registry: &str, shards: usize) -> std::result::Result<Self, hinomi_model::registry::Problems> {
        let read = Registry::from_yaml(registry)?;
        let (store, stream) = (Memory::new(), MemoryStream::new(shards));
        let published = MemoryPublished::new();
        published.publish(Some(registry.as_bytes()));
        let enemies = MemoryPublished::new();
        let notifier = MemoryNotifier::default();
        Ok(Site {
            ingest: IngestFunction::new(store.clone(), stream.clone(), published.clone(), TIME_OUT)
                .with_indicators(enemies.clone(), TIME_OUT),
            follow: FollowFunction::new(store.clone(), stream.clone(), published.clone(), TIME_OUT),
            watch: WatchFunction::new(store.clone(), stream.clone(), published.clone(), TIME_OUT),
            correlate: CorrelateFunction::new(store.clone(), published.clone(), TIME_OUT),
            notify: NotifyFunction::new(
                store.clone(),
                notifier.clone(),
                NoOperations,
                published.clone(),
                TIME_OUT,
            ),
            compact: CompactFunction::new(store.clone(), published, COMPACTORS, TIME_OUT),
            notifier,
            store,
            stream,
            told: Vec::new(),
            enemies,
            registry: read,
            read: vec![0; shards.max(1)],
        })
    }

    /// Forgets what the stream of findings holds and was read.
    pub fn expire_findings(&mut self) {
        self.read.iter().enumerate().for_each(|(shard, read)| self.stream.expire(shard, *read));
    }

    /// Returns what customers were sent, in the order in which it was decided.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self.notifier.taken().into_iter().map(|taken| taken.notice).collect();
        notices.sort_by(|a, b| {
            (a.at, a.incident, &a.contact, a.channel).cmp(&(b.at, b.incident, &b.contact, b.channel))
        });
        notices
    }

    /// Returns every incident as others read it, by first_seen and id.
    ///
    /// # Errors
    ///
    /// When what is stored cannot be read.
    pub fn incidents(&self) -> hinomi_steps::Result<Vec<Document>> {
        block_on(super::incidents(&self.store, &self.registry))
    }
}

fn call<H: Handler>(
    function: Function,
    handler: &H,
    payload: &str,
    now: EventTime,
    told: &mut Vec<String>,
) -> Answer {
    let time_out = if function == Function::Compact { COMPACT_TIME_OUT } else { TIME_OUT };
    let telemetry = Telemetry { namespace: "Hinomi".to_owned(), log: Log::default() };
    let clock = Clock::at(now);
    let invocation = Invocation {
        payload: payload.into(),
        request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        function_arn: "arn:aws:lambda:ap-northeast-1:123456789012:function:played".to_owned(),
        budget: Budget::new(now.plus(time_out), clock.clone()),
        clock,
    };
    let (answer, lines) = block_on(invoke(function, &telemetry, handler, &invocation, false));
    told.extend(lines);
    match answer.map(|answer| serde_json::to_value(&answer)) {
        Ok(Ok(answer)) => Answer::Returned(answer),
        _ => Answer::Failed,
    }
}

impl Functions for Site {
    type Error = Infallible;

    fn arrive(&mut self, slice: &Slice) -> std::result::Result<Vec<Vec<Polled>>, Infallible> {
        Ok(slice.shards.clone())
    }

    fn invoke(
        &mut self,
        function: Function,
        payload: &str,
        now: EventTime,
    ) -> std::result::Result<Answer, Infallible> {
        let told = &mut self.told;
        Ok(match function {
            Function::Ingest => call(function, &self.ingest, payload, now, told),
            Function::Follow => call(function, &self.follow, payload, now, told),
            Function::Watch => call(function, &self.watch, payload, now, told),
            Function::Correlate => call(function, &self.correlate, payload, now, told),
            Function::Notify => call(function, &self.notify, payload, now, told),
            Function::Compact => call(function, &self.compact, payload, now, told),
            // The others take no part in a day.
            _ => Answer::Failed,
        })
    }

    fn findings(&mut self, now: EventTime) -> std::result::Result<Vec<Vec<Polled>>, Infallible> {
        let new = |(shard, read): (usize, &mut u64)| {
            let records = self.stream.read(shard, *read).into_iter();
            let polled = records.map(|(number, record)| {
                *read = number;
                Polled {
                    sequence: number.to_string(),
                    partition_key: record.key,
                    arrived: now.seconds() as f64,
                    data: record.bytes,
                }
            });
            polled.collect()
        };
        Ok(self.read.iter_mut().enumerate().map(new).collect())
    }

    fn outbox(&mut self, now: EventTime) -> std::result::Result<Option<String>, Infallible> {
        let due = block_on(self.store.due(now, usize::MAX)).unwrap_or_default();
        let ids: Vec<String> = due.into_iter().map(|entry| entry.id).collect();
        Ok((!ids.is_empty()).then(|| payload::outbox(&ids)))
    }
}
