//! What a watch remembers, as bytes: what was learned of each stream takes weeks to learn again, so it must survive restarts
//! and new programs.
//!
//! The bytes are those of [`crate::follow::wire`], field by field; symptoms and functions stand by their words, so a longer
//! list of them is no new version. A change of the fields is: then the version before must still be read.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{EventTime, FactSource, Function, Locator, Sign};

use super::clocks::Clock;
use super::gauges::Gauges;
use super::sequence::Sequences;
use super::streams::Streams;
use super::turns::Parts;
use super::{Appliance, Came, Vitals, Watch, Wrote};
use crate::follow::wire::{In, Out, Wire, wire};

/// How often half of something is forgotten to make the bytes few enough: after that nothing is left that counts.
const MAX_SHEDS: usize = 40;

wire! {
    Appliance { gauges, parts, clock, asked }
    Came { minute, at }
    Wrote { lines, numbers }
    Vitals { functions, signs, clock }
}

/// The version before sequences, clocks and how far the input has come were remembered.
const VERSION_OF_SILENCE: u8 = 1;

impl Watch {
    /// The version of the bytes.
    pub const MEMORY_VERSION: u8 = 2;
    /// The versions that [`decode`](Self::decode) reads, the newest first.
    pub const READ_VERSIONS: [u8; 2] = [Self::MEMORY_VERSION, VERSION_OF_SILENCE];

    /// Writes down everything that another process needs to go on, in at most so many bytes.
    ///
    /// Where it would be more, what waits for its minute is forgotten first, then which numbers came, then troubles of half of the devices, then half
    /// of the streams, as often as it takes: what a device with its names made too large is told again or missed, and the
    /// others are watched.
    pub fn encode(&mut self, most_bytes: usize) -> Vec<u8> {
        let mut bytes = self.encoded();
        for _ in 0..MAX_SHEDS {
            if bytes.len() <= most_bytes {
                break;
            }
            self.shed();
            bytes = self.encoded();
        }
        bytes
    }

    fn encoded(&self) -> Vec<u8> {
        let Watch { streams, sequences, devices, restless: _, pending, done, came } = self;
        let mut out = Out::default();
        streams.put(&mut out);
        sequences.put(&mut out);
        devices.put(&mut out);
        pending.put(&mut out);
        done.put(&mut out);
        came.put(&mut out);
        out.finish(Self::MEMORY_VERSION)
    }

    fn shed(&mut self) {
        if !self.pending.is_empty() {
            self.pending.clear();
        } else if !self.sequences.is_empty() {
            self.sequences.clear();
        } else if let Some(source) = self.devices.keys().nth(self.devices.len() / 2).cloned() {
            self.devices.split_off(&source);
            self.restless.retain(|restless| *restless < source);
        } else {
            self.streams.shed();
        }
    }

    /// Makes a watch that remembers what another one wrote; `None` for bytes of an unknown version, or none of ours.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, mut input) = In::of_any(bytes, &Self::READ_VERSIONS)?;
        let mut watch = match version {
            VERSION_OF_SILENCE => silences(&mut input)?,
            _ => Watch {
                streams: Wire::get(&mut input)?,
                sequences: Wire::get(&mut input)?,
                devices: Wire::get(&mut input)?,
                restless: BTreeSet::new(),
                pending: Wire::get(&mut input)?,
                done: Wire::get(&mut input)?,
                came: Wire::get(&mut input)?,
            },
        };
        let restless = watch.devices.iter().filter(|(_, device)| !device.parts.is_empty());
        watch.restless = restless.map(|(source, _)| source.clone()).collect();
        input.is_at_end().then_some(watch)
    }
}

/// What waited for its minute in [`VERSION_OF_SILENCE`].
type Pending = (BTreeSet<Function>, Vec<(Sign, Option<Locator>)>);

/// Reads the fields of [`VERSION_OF_SILENCE`].
fn silences(input: &mut In<'_>) -> Option<Watch> {
    let streams = Streams::get(input)?;
    let last = i64::get(input)?;
    let devices: BTreeMap<FactSource, (Gauges, Parts, Option<EventTime>)> = Wire::get(input)?;
    let appliance = |(gauges, parts, asked)| Appliance { gauges, parts, clock: Clock::default(), asked };
    let pending: BTreeMap<i64, BTreeMap<FactSource, Pending>> = Wire::get(input)?;
    let vitals = |(functions, signs): Pending| Vitals {
        functions: functions.into_iter().map(|function| (function, Wrote::default())).collect(),
        signs,
        clock: None,
    };
    let minute = |(minute, of): (i64, BTreeMap<FactSource, Pending>)| {
        (minute, of.into_iter().map(|(source, pending)| (source, vitals(pending))).collect())
    };
    Some(Watch {
        streams,
        sequences: Sequences::default(),
        devices: devices.into_iter().map(|(source, device)| (source, appliance(device))).collect(),
        restless: BTreeSet::new(),
        pending: pending.into_iter().map(minute).collect(),
        done: Wire::get(input)?,
        came: Some(Came { minute: last, at: last }),
    })
}
