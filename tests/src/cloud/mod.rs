//! The functions as Lambda would run them, in one process and on stores in memory: what a day comes to, however its
//! records are framed, repeated and disordered.
//!
//! Streams are read by [`crate::poller`], schedules go by the day's own time. The functions are called with the JSON that
//! Lambda sends and answer with the JSON that it reads.

pub mod day;
pub mod payload;
mod site;

use std::collections::VecDeque;

use hinomi_lambda::Function;
use hinomi_model::registry::Registry;
use hinomi_model::{Document, EventTime, Seconds};
use hinomi_store::{Scope, States};

use crate::poller::{Account, Answer, Mapping, Polled, drive};
use day::Slice;

pub use site::{COMPACTORS, Site};

/// The functions of a deployment, and what stands between them.
pub trait Functions {
    /// Why what stands between them cannot be reached.
    type Error;

    /// Puts what arrives until the end of a slice into the stream of logs, and returns what the stream then holds of it,
    /// by shard.
    ///
    /// # Errors
    ///
    /// When the stream cannot be reached.
    fn arrive(&mut self, slice: &Slice) -> Result<Vec<Vec<Polled>>, Self::Error>;

    /// Calls a function with an event, at a time of day.
    ///
    /// # Errors
    ///
    /// When it cannot be called; that it fails is an answer.
    fn invoke(&mut self, function: Function, payload: &str, now: EventTime) -> Result<Answer, Self::Error>;

    /// Returns what is new in the stream of findings, by shard.
    ///
    /// # Errors
    ///
    /// When the stream cannot be reached.
    fn findings(&mut self, now: EventTime) -> Result<Vec<Vec<Polled>>, Self::Error>;

    /// Returns what the stream of the table of incidents tells of its outbox, as the event of a call; nothing when
    /// nothing was put there.
    ///
    /// # Errors
    ///
    /// When the stream cannot be reached.
    fn outbox(&mut self, now: EventTime) -> Result<Option<String>, Self::Error>;
}

/// Calls of one function for one shard and slice, at most: beyond, the shard is stuck.
const MOST_CALLS: u64 = 1_000;
/// Incidents listed at once.
const PAGE: usize = 100;
/// Parts that `follow` divides tenants into.
const PARTITIONS: u16 = hinomi_steps::facts::PARTITIONS;
/// What `follow` tells last: an upload that may be a habit, the night after the next.
const SETTLES: Seconds = 31 * 3_600;

/// Plays slices through a deployment.
#[derive(Debug)]
pub struct Play<F> {
    /// The deployment.
    pub functions: F,
    /// How streams are read.
    pub mapping: Mapping,
    /// What became of the records of the logs.
    pub logs: Account,
    /// What became of the records of the findings.
    pub found: Account,
    /// Calls of `ingest` for one shard in a slice, at most: what a reader that is slow, or stands still, gets done.
    pub calls: u64,
    /// Records of the logs that were not done yet, by shard.
    pub behind: Vec<VecDeque<Polled>>,
}

impl<F: Functions> Play<F> {
    /// Makes a play of a deployment.
    pub fn new(functions: F, mapping: Mapping) -> Self {
        Play {
            functions,
            mapping,
            logs: Account::default(),
            found: Account::default(),
            calls: MOST_CALLS,
            behind: Vec::new(),
        }
    }

    /// Plays slices in order, and the end of the day: what waits for something that does not come waits no longer.
    ///
    /// # Errors
    ///
    /// When the deployment cannot be reached.
    pub fn day(&mut self, slices: &[Slice], level2_hold: Seconds) -> Result<(), F::Error> {
        for slice in slices {
            self.slice(slice)?;
        }
        match slices.last() {
            Some(last) => self.end(last.end, level2_hold),
            None => Ok(()),
        }
    }

    /// Plays the end of a day, behind its last slice.
    ///
    /// # Errors
    ///
    /// When the deployment cannot be reached.
    pub fn end(&mut self, last: EventTime, level2_hold: Seconds) -> Result<(), F::Error> {
        self.follow(last.plus(SETTLES))?;
        // Joined as of the day's end: that nothing more came is not known, so nothing is closed.
        let end = last.plus(level2_hold);
        self.call(Function::Correlate, end, None)?;
        self.call(Function::Notify, end, None)?;
        // The digests of the day, and SMS that were folded.
        self.call(Function::Notify, last.plus(2 * 86_400), None)
    }

    /// Plays one slice.
    ///
    /// # Errors
    ///
    /// When the deployment cannot be reached.
    pub fn slice(&mut self, slice: &Slice) -> Result<(), F::Error> {
        let mut arrived = self.functions.arrive(slice)?;
        // A shard that nothing arrived in may have something that waits.
        arrived.resize_with(arrived.len().max(self.behind.len()), Vec::new);
        let mut behind = std::mem::take(&mut self.behind);
        behind.resize_with(arrived.len(), VecDeque::new);
        for (shard, (waiting, records)) in behind.iter_mut().zip(arrived).enumerate() {
            waiting.extend(records);
            let records = (shard, &*waiting.make_contiguous());
            let account = self.read("logs", Function::Ingest, records, self.calls, slice.end.plus(-1))?;
            waiting.drain(..waiting.len() - account.left);
            self.logs.add(account);
        }
        self.behind = behind;
        self.join(slice.end)?;
        self.follow(slice.end)?;
        self.call(Function::Correlate, slice.end, None)?;
        self.post(slice.end)?;
        self.call(Function::Notify, slice.end, None)
    }

    /// Lets the table's stream tell of what was put into the outbox.
    fn post(&mut self, now: EventTime) -> Result<(), F::Error> {
        match self.functions.outbox(now)? {
            Some(event) => self.functions.invoke(Function::Notify, &event, now).map(|_| ()),
            None => Ok(()),
        }
    }

    fn follow(&mut self, time: EventTime) -> Result<(), F::Error> {
        for partition in 0..PARTITIONS {
            self.call(Function::Follow, time, Some(partition))?;
        }
        self.call(Function::Watch, time, None)?;
        self.join(time)
    }

    /// Reads what is new of the findings.
    fn join(&mut self, now: EventTime) -> Result<(), F::Error> {
        let found = self.functions.findings(now)?;
        for (shard, records) in found.iter().enumerate() {
            let account = self.read("findings", Function::Correlate, (shard, records), MOST_CALLS, now)?;
            self.found.add(account);
        }
        Ok(())
    }

    /// Delivers what a shard holds to a function.
    fn read(
        &mut self,
        stream: &str,
        function: Function,
        (shard, records): (usize, &[Polled]),
        calls: u64,
        now: EventTime,
    ) -> Result<Account, F::Error> {
        let mut unreached = None;
        let account = drive(records, self.mapping, calls, |batch| {
            let event = payload::kinesis(stream, shard, batch);
            self.functions.invoke(function, &event, now).unwrap_or_else(|error| {
                unreached = Some(error);
                Answer::Failed
            })
        });
        unreached.map_or(Ok(account), Err)
    }

    /// Calls a function as its schedule does, until it answers: a schedule that failed comes again.
    fn call(&mut self, function: Function, time: EventTime, partition: Option<u16>) -> Result<(), F::Error> {
        let payload = payload::schedule(time, partition);
        for _ in 0..MOST_CALLS {
            if let Answer::Returned(_) = self.functions.invoke(function, &payload, time)? {
                break;
            }
        }
        Ok(())
    }
}

/// Returns every incident of a store as others read it, by first_seen and id, but for blind times: a deployment lives on
/// when the lines end and misses its devices, which a replay does not. Those of tenants who are not in the registry are
/// left out.
///
/// # Errors
///
/// When what is stored cannot be read.
pub async fn incidents<S: States + Scope>(
    store: &S,
    registry: &Registry,
) -> hinomi_steps::Result<Vec<Document>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.incidents(None, after.as_deref(), PAGE).await?;
        for stored in page.incidents {
            let Some(mut incident) = hinomi_steps::incident(store, stored.id).await? else { continue };
            let Some(tenant) = registry.tenant(&incident.core.tenant) else { continue };
            hinomi_steps::add_scope(store, &mut incident).await?;
            found.push((incident.core.first_seen, stored.id, hinomi_notice::document(&incident, tenant)));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.sort_by_key(|(first, id, _)| (*first, *id));
    Ok(found.into_iter().map(|(_, _, document)| document).collect())
}
