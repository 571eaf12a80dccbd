//! A day of lines on its way into a stream: by minute, by device, in the forms that collectors send.

use std::collections::BTreeMap;

use hinomi_generate::encode::frames;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Fingerprint};

use crate::dated::{Dated, dated};
use crate::poller::Polled;

/// How a record holds its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line, as the device wrote it; it was received when the record arrived.
    Raw,
    /// Lines in Hinomi's envelope, each followed by a line feed.
    Ndjson,
    /// The same, compressed with gzip.
    Gzip,
    /// The same, compressed with zstd.
    Zstd,
    /// Each envelope a record of its own in an aggregate of the Kinesis Producer Library.
    Kpl,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 5] = [Form::Raw, Form::Ndjson, Form::Gzip, Form::Zstd, Form::Kpl];
}

/// The records that arrive within one minute, by shard.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// When the minute ends.
    pub end: EventTime,
    /// The records of each shard, in order.
    pub shards: Vec<Vec<Polled>>,
}

/// The collector that all lines come through.
const COLLECTOR: &str = "c1";
/// Lines in a record at most: some 125 kB of text.
const LINES: usize = 128;

/// The lines of one minute, by device.
type Minute<'l> = BTreeMap<&'l str, Vec<&'l Dated>>;

/// Divides lines into minutes, shards and records.
pub fn slices(lines: &[String], registry: &Registry, form: Form, shards: usize) -> Vec<Slice> {
    let lines = dated(lines.iter().cloned(), registry);
    let mut minutes: BTreeMap<i64, Minute<'_>> = BTreeMap::new();
    for line in &lines {
        minutes.entry(line.at.minute()).or_default().entry(&line.device).or_default().push(line);
    }
    let mut number = 0_u64;
    let slice = |(minute, devices): (i64, Minute<'_>)| {
        let mut slice = Slice {
            end: EventTime::from_seconds((minute + 1) * 60),
            shards: vec![Vec::new(); shards.max(1)],
        };
        for (device, mut lines) in devices {
            lines.sort_by_key(|line| line.at);
            let hash = Fingerprint::new("tests/shard").text(device).finish_short();
            let shard = usize::try_from(hash % slice.shards.len() as u64).unwrap_or(0);
            let most = if form == Form::Raw { 1 } else { LINES };
            for chunk in lines.chunks(most) {
                number += 1;
                let arrived = chunk.last().map_or(EventTime::EPOCH, |line| line.at);
                let record = Polled {
                    sequence: format!("{number:020}"),
                    partition_key: device.to_owned(),
                    arrived: arrived.nanos() as f64 / 1e9,
                    data: written(chunk, form),
                };
                if let Some(shard) = slice.shards.get_mut(shard) {
                    shard.push(record);
                }
            }
        }
        slice
    };
    minutes.into_iter().map(slice).collect()
}

fn written(lines: &[&Dated], form: Form) -> Vec<u8> {
    let envelopes = || lines.iter().map(|line| frames::hinomi(line.at, COLLECTOR, &line.text));
    let ndjson = || envelopes().map(|line| line + "\n").collect::<String>().into_bytes();
    match form {
        Form::Raw => lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n").into_bytes(),
        Form::Ndjson => ndjson(),
        Form::Gzip => frames::gzip(&ndjson()).unwrap_or_default(),
        Form::Zstd => zstd::encode_all(ndjson().as_slice(), 3).unwrap_or_default(),
        Form::Kpl => {
            let envelopes: Vec<String> = envelopes().collect();
            frames::kpl(envelopes.iter().map(String::as_bytes))
        }
    }
}
