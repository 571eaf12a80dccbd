//! Which of a device's streams of lines fell silent: all of its lines, those of one function, its updates.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{FactSource, Function};

use super::cadence::{Cadence, Patience};
use crate::follow::wire::{In, Out, Wire, wire};

/// Streams watched at once, some 300 bytes each. Beyond, further ones are not watched, which errs towards missing a silence:
/// twenty thousand devices with six functions each.
const MAX_STREAMS: usize = 1 << 17;
/// Minutes in which a device must have spoken for the silence of one of its functions to mean anything.
const AWAKE: i64 = 5;
/// Minutes after which a silence that could not be judged is looked at again.
const LATER: i64 = 5;

/// One stream of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stream {
    /// All of its lines.
    Whole,
    /// Those of one function.
    Of(Function),
    /// Its updates of signatures.
    Updates,
}

impl Stream {
    /// Returns when a pause of the stream is a silence.
    const fn patience(self) -> Patience {
        match self {
            // Five minutes are FortiOS's interval of performance records, the natural heartbeat.
            Stream::Whole => Patience { learn: 6 * 60, least: 10, times: 3, surprise: 14.0 },
            Stream::Of(_) => Patience { learn: 3 * 24 * 60, least: 60, times: 3, surprise: 20.0 },
            // Appliances look for updates every one to twenty-four hours.
            Stream::Updates => Patience { learn: 5 * 24 * 60, least: 48 * 60, times: 3, surprise: 6.0 },
        }
    }
}

type Key = (FactSource, Stream);

#[derive(Debug)]
struct Heard {
    cadence: Cadence,
    missed: Option<i64>,
    silent: bool,
}

wire! {
    Heard { cadence, missed, silent }
}

impl Wire for Stream {
    fn put(&self, out: &mut Out) {
        match self {
            Stream::Whole => 0_u8.put(out),
            Stream::Of(function) => (1_u8, *function).put(out),
            Stream::Updates => 2_u8.put(out),
        }
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        match u8::get(input)? {
            0 => Some(Stream::Whole),
            1 => Function::get(input).map(Stream::Of),
            2 => Some(Stream::Updates),
            _ => None,
        }
    }
}

/// Something that a stream did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) source: FactSource,
    pub(super) stream: Stream,
    pub(super) silent: bool,
    /// The minute in which it was noticed.
    pub(super) minute: i64,
    /// The last minute in which the stream was heard before.
    pub(super) last: i64,
    /// The longest pause that is usual at that hour, in minutes.
    pub(super) usual: u64,
}

/// All streams of all devices.
#[derive(Debug, Default)]
pub(super) struct Streams {
    heard: BTreeMap<Key, Heard>,
    /// When streams will be missed.
    due: BTreeSet<(i64, Key)>,
}

impl Streams {
    /// Notes that a stream was heard in a minute.
    pub(super) fn hear(
        &mut self,
        key: Key,
        minute: i64,
        slot: impl Fn(i64) -> usize + Copy,
        out: &mut Vec<Change>,
    ) {
        if !self.heard.contains_key(&key) {
            if self.heard.len() < MAX_STREAMS {
                let heard = Heard { cadence: Cadence::new(minute), missed: None, silent: false };
                self.heard.insert(key, heard);
            }
            return;
        }
        let Some(heard) = self.heard.get_mut(&key) else { return };
        if minute <= heard.cadence.last() {
            return;
        }
        if let Some(missed) = heard.missed.take() {
            self.due.remove(&(missed, key.clone()));
        }
        let (last, usual) = (heard.cadence.last(), heard.cadence.usual_pause(minute, slot));
        heard.cadence.hear(minute, heard.silent, slot);
        if heard.silent {
            heard.silent = false;
            out.push(Change { source: key.0.clone(), stream: key.1, silent: false, minute, last, usual });
        }
        heard.missed = heard.cadence.missed_at(&key.1.patience(), slot);
        if let Some(missed) = heard.missed {
            self.due.insert((missed, key));
        }
    }

    /// Returns the next minute in which a stream will be missed.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.due.first().map(|(minute, _)| *minute)
    }

    /// Tells which streams are missed in a minute. What can't be judged yet is looked at again.
    pub(super) fn miss(
        &mut self,
        minute: i64,
        slot: impl Fn(&FactSource, i64) -> usize,
        out: &mut Vec<Change>,
    ) {
        while let Some((due, key)) = self.due.pop_first() {
            if due > minute {
                self.due.insert((due, key));
                return;
            }
            let waits = self.must_wait(&key, minute);
            let Some(heard) = self.heard.get_mut(&key) else { continue };
            if waits {
                heard.missed = Some(minute + LATER);
                self.due.insert((minute + LATER, key));
                continue;
            }
            heard.missed = None;
            heard.silent = true;
            let last = heard.cadence.last();
            let usual = heard.cadence.usual_pause(minute, |minute| slot(&key.0, minute));
            out.push(Change { source: key.0, stream: key.1, silent: true, minute, last, usual });
        }
    }

    fn must_wait(&self, (source, stream): &Key, minute: i64) -> bool {
        let whole = |source: &FactSource| self.heard.get(&(source.clone(), Stream::Whole));
        *stream != Stream::Whole && whole(source).is_none_or(|whole| minute - whole.cadence.last() > AWAKE)
    }

    /// Takes the time up to a minute out of the pauses of some devices: nobody could have heard them. What is silent already
    /// stays so until it is heard.
    pub(super) fn excuse(
        &mut self,
        minute: i64,
        of: impl Fn(&FactSource) -> bool,
        slot: impl Fn(&FactSource, i64) -> usize,
    ) {
        for ((source, stream), heard) in &mut self.heard {
            if heard.silent || heard.cadence.last() >= minute || !of(source) {
                continue;
            }
            heard.cadence.excuse(minute);
            heard.missed = heard.cadence.missed_at(&stream.patience(), |minute| slot(source, minute));
        }
        self.due = due(&self.heard);
    }

    /// Forgets the second half of the streams.
    pub(super) fn shed(&mut self) {
        if let Some(key) = self.heard.keys().nth(self.heard.len() / 2).cloned() {
            self.heard.split_off(&key);
        }
        self.due = due(&self.heard);
    }

    /// Forgets devices that are watched no longer.
    pub(super) fn keep(&mut self, stays: impl Fn(&FactSource) -> bool) {
        self.heard.retain(|(source, _), _| stays(source));
        self.due.retain(|(_, (source, _))| stays(source));
    }
}

impl Wire for Streams {
    fn put(&self, out: &mut Out) {
        self.heard.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let heard: BTreeMap<Key, Heard> = Wire::get(input)?;
        Some(Streams { due: due(&heard), heard })
    }
}

/// Returns when streams will be missed, in that order.
fn due(heard: &BTreeMap<Key, Heard>) -> BTreeSet<(i64, Key)> {
    heard.iter().filter_map(|(key, heard)| Some((heard.missed?, key.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use hinomi_model::{DeviceId, TenantId};

    use super::*;

    fn device(name: &str) -> FactSource {
        FactSource { tenant: TenantId::new("kita"), device: DeviceId::new(name) }
    }

    fn slot(minute: i64) -> usize {
        usize::try_from(minute.div_euclid(60).rem_euclid(24)).unwrap()
    }

    /// Plays days of minutes in which a device's stream is heard while `talks` holds; returns what changed.
    fn changes(
        days: i64,
        devices: &[&str],
        talks: impl Fn(&str, Stream, i64) -> bool,
    ) -> Vec<(String, bool, i64)> {
        let (mut streams, mut out) = (Streams::default(), Vec::new());
        for minute in 0..days * 24 * 60 {
            for name in devices {
                for stream in [Stream::Whole, Stream::Of(Function::Ips)] {
                    if talks(name, stream, minute) {
                        streams.hear((device(name), stream), minute, slot, &mut out);
                    }
                }
            }
            streams.miss(minute, |_, minute| slot(minute), &mut out);
        }
        out.iter()
            .map(|change| (change.source.device.as_str().to_owned(), change.silent, change.minute))
            .collect()
    }

    const NOON: i64 = 4 * 24 * 60 + 12 * 60;

    #[test]
    fn a_device_that_dies_is_missed_and_its_return_is_noticed() {
        let talks = |name: &str, stream, minute: i64| {
            stream == Stream::Whole && (name != "fw1" || !(NOON..NOON + 180).contains(&minute))
        };
        let expected = [("fw1".to_owned(), true, NOON + 9), ("fw1".to_owned(), false, NOON + 180)];
        assert_eq!(changes(6, &["fw1", "fw2", "fw3"], talks), expected);
    }

    #[test]
    fn a_function_that_ends_is_missed_only_while_its_device_talks() {
        let ips = |minute: i64| minute % 10 == 0 && minute < NOON;
        let gone = |_: &str, stream, minute: i64| stream == Stream::Whole || ips(minute);
        let found = changes(7, &["fw1"], gone);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((NOON + 60..NOON + 6 * 60).contains(&found[0].2), "{found:?}");
        let dead = |_: &str, stream, minute: i64| minute < NOON && (stream == Stream::Whole || ips(minute));
        let found = changes(7, &["fw1"], dead);
        assert_eq!(found.len(), 1, "the device alone is missed: {found:?}");
    }

    #[test]
    fn what_a_device_never_wrote_is_not_missed() {
        let few = |_: &str, stream, minute: i64| stream == Stream::Whole || minute == 77;
        assert_eq!(changes(9, &["fw1"], few), []);
    }
}
