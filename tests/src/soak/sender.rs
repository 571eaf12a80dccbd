//! Collectors and the stream as they are on a bad day: records come twice, in nobody's order, with poison among them; and
//! the answers of functions get lost.

use std::collections::BTreeMap;

use hinomi_lambda::Function;
use hinomi_model::EventTime;

use super::fleet::is_junk;
use crate::cloud::Functions;
use crate::cloud::day::{Cutter, Devices, Form, Slice, poison};
use crate::dated::Dated;
use crate::poller::{Answer, Polled};

/// Of so many records one is sent again a minute later: its sender had no answer.
const REPEATED: u64 = 9;
/// Of so many minutes one brings a shard a record that nobody can read.
const POISONED: i64 = 7;
/// Of so many calls of a function one does its work and is never heard of.
const LOST: u64 = 13;
/// Of so many calls one ends before it began.
const BROKEN: u64 = 29;

/// A record, and what its sender knows of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The record.
    pub record: Polled,
    /// Lines in it.
    pub lines: u64,
    /// Those of them that nobody can read.
    pub junk: u64,
}

/// Sends what devices log.
#[derive(Debug)]
pub struct Sender {
    cutter: Cutter<'static>,
    shards: usize,
    /// Of the last record.
    number: u64,
    /// What comes again in the next minute, by shard.
    again: Vec<Vec<Sent>>,
}

impl Sender {
    /// Makes a sender to so many shards.
    pub fn new(shards: usize) -> Self {
        Sender { cutter: Cutter::new(&Form::ALL, shards), shards, number: 0, again: vec![Vec::new(); shards] }
    }

    /// Sends the lines of a minute; returns the records of each shard as they come to lie in it.
    pub fn send(&mut self, minute: i64, end: EventTime, lines: &[Dated]) -> Vec<Vec<Sent>> {
        let mut devices: Devices<'_> = BTreeMap::new();
        for line in lines {
            devices.entry(&line.device).or_default().push(line);
        }
        let mut shards = vec![Vec::new(); self.shards];
        self.cutter.cut(devices, |shard, record, lines| {
            let junk = lines.iter().filter(|line| is_junk(&line.text)).count() as u64;
            if let Some(shard) = shards.get_mut(shard) {
                shard.push(Sent { record, lines: lines.len() as u64, junk });
            }
        });
        for (shard, (records, again)) in (0..).zip(shards.iter_mut().zip(&mut self.again)) {
            let repeats: Vec<Sent> = records
                .iter()
                .enumerate()
                .filter(|(place, _)| *place as u64 % REPEATED == 4)
                .map(|(_, sent)| sent.clone())
                .collect();
            records.extend(std::mem::replace(again, repeats));
            // One overtakes another.
            records.chunks_exact_mut(2).for_each(<[Sent]>::reverse);
            if (minute + shard) % POISONED == 0 {
                records.insert(records.len() / 2, Sent { record: poison(end), lines: 1, junk: 1 });
            }
            for Sent { record, .. } in records.iter_mut() {
                self.number += 1;
                record.sequence = format!("{:020}", self.number);
            }
        }
        shards
    }
}

/// Functions whose answers get lost, and that fail, at regular calls of those that streams call.
#[derive(Debug)]
pub struct Flaky<F> {
    /// The functions.
    pub inner: F,
    calls: u64,
}

impl<F> Flaky<F> {
    /// Makes functions unreliable.
    pub fn new(inner: F) -> Self {
        Flaky { inner, calls: 0 }
    }
}

impl<F: Functions> Functions for Flaky<F> {
    type Error = F::Error;

    fn arrive(&mut self, slice: &Slice) -> Result<Vec<Vec<Polled>>, F::Error> {
        self.inner.arrive(slice)
    }

    fn invoke(&mut self, function: Function, payload: &str, now: EventTime) -> Result<Answer, F::Error> {
        if !matches!(function, Function::Ingest | Function::Correlate) {
            return self.inner.invoke(function, payload, now);
        }
        self.calls += 1;
        if self.calls.is_multiple_of(BROKEN) {
            return Ok(Answer::Failed);
        }
        let answer = self.inner.invoke(function, payload, now)?;
        Ok(if self.calls.is_multiple_of(LOST) { Answer::Failed } else { answer })
    }

    fn findings(&mut self, now: EventTime) -> Result<Vec<Vec<Polled>>, F::Error> {
        self.inner.findings(now)
    }

    fn outbox(&mut self, now: EventTime) -> Result<Option<String>, F::Error> {
        self.inner.outbox(now)
    }
}
