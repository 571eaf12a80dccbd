//! The functions as Lambda would run them, in one process and on stores in memory: what a day comes to, however its
//! records are framed, repeated and disordered.
//!
//! Streams are read by [`crate::poller`], schedules go by the day's own time. The functions are called with the JSON that
//! Lambda sends and answer with the JSON that it reads.

pub mod day;
pub mod payload;
mod site;

use hinomi_lambda::Function;
use hinomi_model::{EventTime, Seconds};
use hinomi_store::StreamRecord;
use serde_json::Value;

use crate::poller::{Account, Answer, Mapping, Polled, drive};
use day::Slice;

pub use site::Site;

/// The functions of a deployment, and what stands between them.
pub trait Functions {
    /// Calls a function with an event, at a time of day.
    fn invoke(&mut self, function: Function, payload: &str, now: EventTime) -> Answer;

    /// Returns the records of a shard of the findings' stream after a sequence number.
    fn findings(&mut self, shard: usize, after: u64) -> Vec<(u64, StreamRecord)>;

    /// Returns the notices that wait in the outbox, as the table's stream would tell of them.
    fn appeared(&mut self, now: EventTime) -> Vec<String>;
}

/// Calls of one function for one shard and slice, at most: beyond, the shard is stuck.
const MOST_CALLS: u64 = 10_000;
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
    /// How far each shard of the findings was read.
    read: Vec<u64>,
    /// What became of the records of the logs.
    pub logs: Account,
    /// What became of the records of the findings.
    pub found: Account,
}

impl<F: Functions> Play<F> {
    /// Makes a play of a deployment whose findings have so many shards.
    pub fn new(functions: F, mapping: Mapping, shards: usize) -> Self {
        let (logs, found) = (Account::default(), Account::default());
        Play { functions, mapping, read: vec![0; shards.max(1)], logs, found }
    }

    /// Plays slices in order, and the end of the day: what waits for something that does not come waits no longer.
    pub fn day(&mut self, slices: &[Slice], level2_hold: Seconds) {
        for slice in slices {
            self.slice(slice);
        }
        let Some(last) = slices.last().map(|slice| slice.end) else { return };
        self.follow(last.plus(SETTLES));
        // Joined as of the day's end: that nothing more came is not known, so nothing is closed.
        let end = last.plus(level2_hold);
        self.call(Function::Correlate, end, None);
        self.call(Function::Notify, end, None);
        // The digests of the day, and SMS that were folded.
        self.call(Function::Notify, last.plus(2 * 86_400), None);
    }

    fn slice(&mut self, slice: &Slice) {
        for (shard, records) in slice.shards.iter().enumerate() {
            let functions = &mut self.functions;
            let account = drive(records, self.mapping, MOST_CALLS, |batch| {
                functions.invoke(
                    Function::Ingest,
                    &payload::kinesis("logs", shard, batch),
                    slice.end.plus(-1),
                )
            });
            add(&mut self.logs, account);
        }
        self.join(slice.end);
        self.follow(slice.end);
        self.call(Function::Correlate, slice.end, None);
        self.post(slice.end);
        self.call(Function::Notify, slice.end, None);
    }

    /// Lets the table's stream tell of what was put into the outbox.
    fn post(&mut self, now: EventTime) {
        let ids = self.functions.appeared(now);
        if !ids.is_empty() {
            self.functions.invoke(Function::Notify, &payload::outbox(&ids), now);
        }
    }

    fn follow(&mut self, time: EventTime) {
        for partition in 0..PARTITIONS {
            self.call(Function::Follow, time, Some(partition));
        }
        self.join(time);
    }

    /// Reads what is new of the findings.
    fn join(&mut self, now: EventTime) {
        for shard in 0..self.read.len() {
            let Some(read) = self.read.get_mut(shard) else { continue };
            let records: Vec<Polled> = self
                .functions
                .findings(shard, *read)
                .into_iter()
                .map(|(number, record)| {
                    *read = number;
                    Polled {
                        sequence: number.to_string(),
                        partition_key: record.key,
                        arrived: now.seconds() as f64,
                        data: record.bytes,
                    }
                })
                .collect();
            let functions = &mut self.functions;
            let account = drive(&records, self.mapping, MOST_CALLS, |batch| {
                functions.invoke(Function::Correlate, &payload::kinesis("findings", shard, batch), now)
            });
            add(&mut self.found, account);
        }
    }

    /// Calls a function as its schedule does, until it answers: a schedule that failed comes again.
    fn call(&mut self, function: Function, time: EventTime, partition: Option<u16>) -> Value {
        let payload = payload::schedule(time, partition);
        for _ in 0..MOST_CALLS {
            if let Answer::Returned(answer) = self.functions.invoke(function, &payload, time) {
                return answer;
            }
        }
        Value::Null
    }
}

fn add(sum: &mut Account, more: Account) {
    sum.calls += more.calls;
    sum.delivered += more.delivered;
    sum.given_up.extend(more.given_up);
    sum.left += more.left;
}
