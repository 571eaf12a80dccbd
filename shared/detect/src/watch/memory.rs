//! What a watch remembers, as bytes: what was learned of each stream takes weeks to learn again, so it must survive restarts
//! and new programs.
//!
//! The bytes are those of [`crate::follow::wire`], field by field; symptoms and functions stand by their words, so a longer
//! list of them is no new version. A change of the fields is: then the version before must still be read.

use std::collections::BTreeSet;

use super::{Appliance, Vitals, Watch};
use crate::follow::wire::{In, Out, Wire, wire};

/// How often half of something is forgotten to make the bytes few enough: after that nothing is left that counts.
const MAX_SHEDS: usize = 40;

wire! {
    Appliance { gauges, parts, asked }
    Vitals { functions, signs }
}

impl Watch {
    /// The version of the bytes.
    pub const MEMORY_VERSION: u8 = 1;

    /// Writes down everything that another process needs to go on, in at most so many bytes.
    ///
    /// Where it would be more, what waits for its minute is forgotten first, then troubles of half of the devices, then half
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
        let Watch { streams, devices, restless: _, pending, done } = self;
        let mut out = Out::default();
        streams.put(&mut out);
        devices.put(&mut out);
        pending.put(&mut out);
        done.put(&mut out);
        out.finish(Self::MEMORY_VERSION)
    }

    fn shed(&mut self) {
        if !self.pending.is_empty() {
            self.pending.clear();
        } else if let Some(source) = self.devices.keys().nth(self.devices.len() / 2).cloned() {
            self.devices.split_off(&source);
            self.restless.retain(|restless| *restless < source);
        } else {
            self.streams.shed();
        }
    }

    /// Makes a watch that remembers what another one wrote; `None` for bytes of an unknown version, or none of ours.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = In::new(bytes, Self::MEMORY_VERSION)?;
        let mut watch = Watch {
            streams: Wire::get(&mut input)?,
            devices: Wire::get(&mut input)?,
            restless: BTreeSet::new(),
            pending: Wire::get(&mut input)?,
            done: Wire::get(&mut input)?,
        };
        let restless = watch.devices.iter().filter(|(_, device)| !device.parts.is_empty());
        watch.restless = restless.map(|(source, _)| source.clone()).collect();
        input.is_at_end().then_some(watch)
    }
}
