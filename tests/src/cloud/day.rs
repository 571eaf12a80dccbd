//! A day of lines on its way into a stream: by time, by device, in the forms that collectors send.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Cycle;
use std::ops::Bound;
use std::slice;

use hinomi_generate::encode::frames;
use hinomi_model::{EventTime, Fingerprint, Seconds};

use crate::dated::Dated;
use crate::harness::Outcome;
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

/// The records that arrive between two instants, by shard.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// The second instant, at which the sweeps look.
    pub end: EventTime,
    /// The records of each shard, in order.
    pub shards: Vec<Vec<Polled>>,
    /// How many lines they hold.
    pub lines: usize,
}

/// The collector that all lines come through.
const COLLECTOR: &str = "c1";
/// Lines in a record at most: some 125 kB of text.
const LINES: usize = 128;

/// The lines of one slice, by device.
pub type Devices<'l> = BTreeMap<&'l str, Vec<&'l Dated>>;

/// Returns the end of each part of the day, of this length, in which there is a line.
pub fn every(length: Seconds, lines: &[Dated]) -> BTreeSet<EventTime> {
    lines.iter().map(|line| end_of(line.at, length)).collect()
}

/// Returns when somebody has to look at a day so that all of it is told in its time: at the end of each minute in which
/// a replay tells something, and every four hours.
pub fn looks(lines: &[Dated], replayed: &Outcome) -> BTreeSet<EventTime> {
    let told = replayed.notices.iter().filter_map(|notice| EventTime::parse_rfc3339(notice["at"].as_str()?));
    told.map(|at| end_of(at, 60)).chain(every(4 * 3_600, lines)).collect()
}

/// Returns the end of the part of the day of this length that a time is in.
fn end_of(time: EventTime, length: Seconds) -> EventTime {
    EventTime::from_seconds((time.seconds().div_euclid(length) + 1) * length)
}

/// Divides lines into slices that end at these instants, and slices into shards and records, whose forms take turns. A
/// line behind the last instant is in none.
pub fn slices(lines: &[Dated], ends: &BTreeSet<EventTime>, forms: &[Form], shards: usize) -> Vec<Slice> {
    let mut divided: BTreeMap<EventTime, Devices<'_>> =
        ends.iter().map(|end| (*end, Devices::new())).collect();
    for line in lines {
        let behind = (Bound::Excluded(line.at), Bound::Unbounded);
        if let Some((_, devices)) = divided.range_mut(behind).next() {
            devices.entry(&line.device).or_default().push(line);
        }
    }
    let mut cutter = Cutter::new(forms, shards);
    let slice = |(end, devices)| {
        let mut slice = Slice { end, shards: vec![Vec::new(); shards.max(1)], lines: 0 };
        cutter.cut(devices, |shard, record, lines| {
            slice.lines += lines.len();
            if let Some(shard) = slice.shards.get_mut(shard) {
                shard.push(record);
            }
        });
        slice
    };
    divided.into_iter().map(slice).collect()
}

/// Puts lines into records, whose forms take turns.
#[derive(Debug)]
pub struct Cutter<'f> {
    forms: Cycle<slice::Iter<'f, Form>>,
    shards: usize,
    /// Of the last record.
    number: u64,
}

impl<'f> Cutter<'f> {
    /// Makes records for so many shards.
    pub fn new(forms: &'f [Form], shards: usize) -> Self {
        Cutter { forms: forms.iter().cycle(), shards: shards.max(1), number: 0 }
    }

    /// Cuts what came in a while, and hands each record to `put` with the shard of its device and the lines in it.
    pub fn cut(&mut self, devices: Devices<'_>, mut put: impl FnMut(usize, Polled, &[&Dated])) {
        for (device, mut lines) in devices {
            lines.sort_by_key(|line| line.at);
            let hash = Fingerprint::new("tests/shard").text(device).finish_short();
            let shard = usize::try_from(hash % self.shards as u64).unwrap_or(0);
            let mut rest = lines.as_slice();
            while let (false, Some(form)) = (rest.is_empty(), self.forms.next()) {
                let most = if *form == Form::Raw { 1 } else { LINES };
                let (chunk, later) = rest.split_at(most.min(rest.len()));
                rest = later;
                self.number += 1;
                let arrived = chunk.last().map_or(EventTime::EPOCH, |line| line.at);
                let record = Polled {
                    sequence: format!("{:020}", self.number),
                    partition_key: device.to_owned(),
                    arrived: arrived.nanos() as f64 / 1e9,
                    data: written(chunk, *form),
                };
                put(shard, record, chunk);
            }
        }
    }
}

/// Makes a day as bad as collectors and producers make it: each record comes twice, the second time in the order of
/// nobody, and each shard of each slice begins with one that nobody can read.
pub fn mistreat(slices: &mut [Slice]) {
    let mut number = 1_000_000;
    for slice in slices {
        for shard in &mut slice.shards {
            // A producer that had no answer sends again; another's record overtakes.
            let again: Vec<Polled> = shard.iter().rev().cloned().collect();
            shard.extend(again);
            shard.insert(0, poison(slice.end));
            for record in shard.iter_mut() {
                number += 1;
                record.sequence = format!("{number:020}");
            }
        }
    }
}

/// Returns a record with the head of gzip, and nothing that could be inflated behind it.
pub fn poison(end: EventTime) -> Polled {
    let data = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff poison".to_vec();
    let arrived = end.plus(-1).seconds() as f64;
    Polled { sequence: String::new(), partition_key: "nobody".to_owned(), arrived, data }
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
