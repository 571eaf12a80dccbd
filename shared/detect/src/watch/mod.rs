//! Watching the appliances: are they well, and do they still talk?
//!
//! | file | question |
//! |---|---|
//! | `cadence` | how often does a stream of lines talk at this hour? |
//! | `streams` | which streams have fallen silent? |
//! | `gauges` | is a measure beyond its limit? |
//! | `sequence` | are lines lost on their way? |
//! | `clocks` | is a device's clock wrong? |
//! | `minute` | what came of a device in a minute? |
//! | `turns` | has a trouble lasted long enough to be told, and is it really over? |
//! | `findings` | how is that said? |
//! | `memory` | what another process must know to go on |
//! | `vitals` | what of a batch of facts is read here |
//!
//! [`Watch`] reads pulses, signs and readings of clocks, minute by minute in the order of the minutes, each
//! [`Watch::LATENESS`] after it is over; so neither the order in which they come nor how they are cut into steps changes
//! what is found. What comes later still is taken in when it comes. Silence is measured by when lines came, not by the device's clock, so a clock that
//! jumps makes no silence.
//!
//! It goes no further than the input has come, which the newest pulse of any device of any tenant tells. When lines wait
//! somewhere on their way, an hour or a day, minutes wait with them: nobody is missed in a minute whose lines are not here
//! yet, and who is really silent in it is told once the input has passed. That is also its blind spot: when nothing at all
//! comes, whether of one device that is alone or of all at once, it may be the way here and not they. That is said only
//! when the input has stood still for [`Watch::STILL`], so that a lone device is missed hours and not minutes later.

mod cadence;
mod clocks;
mod findings;
mod gauges;
mod memory;
mod minute;
mod sequence;
mod streams;
mod turns;
mod vitals;

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::registry::Registry;
use hinomi_model::{
    EventTime, FactBatch, FactSource, Finding, Health, Locator, Place, Pulse, Saying, Seconds, Sign, Symptom,
};

use crate::appliance;
use crate::text::cut;

use self::clocks::{Clock, Shown};
use self::findings::{clock, finding, lost, over, silence};
use self::gauges::Gauges;
use self::minute::{Vitals, Wrote};
use self::sequence::Sequences;
use self::streams::{Stream, Streams};
use self::turns::{Parts, Said, Turn};

pub use self::vitals::{settle_vitals, take_vitals};

/// Minutes that are looked at one by one when nothing comes; a longer leap in time is an older or a newer input, over which
/// nothing lasts.
const MAX_LEAP: i64 = 60 * 24 * 60;
/// Within how long before a start somebody must have asked for it.
const ASKED: Seconds = 900;

/// Watches appliances, step by step.
#[derive(Debug, Default)]
pub struct Watch {
    streams: Streams,
    sequences: Sequences,
    devices: BTreeMap<FactSource, Appliance>,
    /// Devices of which something is wrong, or was lately.
    restless: BTreeSet<FactSource>,
    pending: BTreeMap<i64, BTreeMap<FactSource, Vitals>>,
    /// The last minute that was looked at.
    done: Option<i64>,
    /// The newest minute in which anything came, and the minute in which that was learned.
    came: Option<Came>,
}

/// How far the input has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Came {
    minute: i64,
    at: i64,
}

/// What is known of one device besides how it talks.
#[derive(Debug, Default)]
struct Appliance {
    gauges: Gauges,
    parts: Parts,
    clock: Clock,
    /// When somebody last asked it to start again.
    asked: Option<EventTime>,
}

impl Watch {
    /// How long a minute waits for what belongs to it: a collector's delay and the way here.
    pub const LATENESS: Seconds = 300;

    /// How many minutes the input stands still before it is believed that nobody talks. Longer than an hour's backlog, of
    /// which whoever runs ingest is told within minutes.
    pub const STILL: i64 = 120;

    /// Makes a watch that knows no device yet.
    pub fn new() -> Self {
        Watch::default()
    }

    /// Takes note that up to a minute nobody could have heard some of the devices, so that it is no silence of theirs.
    pub fn excuse(&mut self, minute: i64, of: impl Fn(&FactSource) -> bool, registry: &Registry) {
        self.streams.excuse(minute, of, |source, minute| slot(registry, source, minute));
        if let Some(came) = &mut self.came {
            came.at = came.at.max(minute);
        }
    }

    /// Takes in what came, and returns what was found up to [`Self::LATENESS`] before `now`, by time.
    pub fn step(&mut self, facts: &FactBatch, registry: &Registry, now: EventTime) -> Vec<Finding> {
        self.take_in(facts, registry);
        self.come(facts, now.minute());
        let ready = self.ready(now);
        let mut turns = Vec::new();
        self.forget(registry, ready, &mut turns);
        while let Some(minute) = self.next(ready) {
            self.minute(minute, registry, &mut turns);
            self.done = Some(self.done.map_or(minute, |done| done.max(minute)));
        }
        let mut found: Vec<Finding> = turns.into_iter().map(|turn| finding(registry, turn)).collect();
        found.sort_by_key(|finding| (finding.first, finding.id));
        found
    }

    /// Takes note of how far the input has come. What a collector whose clock is ahead calls later than now, and what a
    /// file's devices whose clocks are behind have not reached, counts when its minute is there.
    fn come(&mut self, facts: &FactBatch, now: i64) {
        let pulses = facts.pulses.iter().filter(|pulse| pulse.lines > 0).map(|pulse| pulse.minute);
        let waiting = self.pending.range(..=now).next_back().map(|(minute, _)| *minute);
        let newest = pulses.filter(|minute| *minute <= now).chain(waiting).max();
        if let Some(minute) = newest.filter(|minute| self.came.is_none_or(|came| came.minute < *minute)) {
            self.came = Some(Came { minute, at: now });
        }
    }

    /// Returns the end of the newest minute that waits to be looked at.
    pub fn waits_until(&self) -> Option<EventTime> {
        let minute = self.pending.keys().next_back()?;
        Some(EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60)))
    }

    /// Returns the last minute that may be looked at.
    fn ready(&self, now: EventTime) -> i64 {
        let ready = now.plus(-Watch::LATENESS).minute();
        match self.came {
            Some(came) if now.minute().saturating_sub(came.at) < Watch::STILL => ready.min(came.minute),
            _ => ready,
        }
    }

    fn take_in(&mut self, facts: &FactBatch, registry: &Registry) {
        let source = |number: u32| {
            facts.sources.get(number as usize).filter(|source| appliance::is_known(registry, source))
        };
        for pulse in facts.pulses.iter().filter(|pulse| pulse.lines > 0) {
            let Some(source) = source(pulse.source) else { continue };
            self.vitals(pulse.minute, source).wrote(pulse);
        }
        let line = |place: Option<Place>| {
            let place = place?;
            let object = facts.objects.get(place.object as usize)?.clone();
            Some(Locator { object, frame: place.frame, line: place.line })
        };
        for sign in &facts.signs {
            let Some(source) = source(sign.source) else { continue };
            self.vitals(sign.time.minute(), source).add(sign.clone(), line(sign.place));
        }
        for reading in &facts.clocks {
            let Some(source) = source(reading.source) else { continue };
            let place = reading.place.filter(|_| clocks::is_odd(reading));
            self.vitals(reading.minute, source).showed(Shown::new(reading, line(place)));
        }
    }

    fn vitals(&mut self, minute: i64, source: &FactSource) -> &mut Vitals {
        self.pending.entry(minute).or_default().entry(source.clone()).or_default()
    }

    /// Returns the next minute to look at, up to the last that is ready: one with something in it, one in which a stream
    /// is missed, or simply the next while something is wrong somewhere.
    fn next(&self, ready: i64) -> Option<i64> {
        let waiting = self.pending.keys().next().copied();
        let done = self.done.or(waiting)?;
        let due = self.streams.next_due().map(|due| due.max(done.saturating_add(1)));
        let restless = !self.restless.is_empty() && ready.saturating_sub(done) <= MAX_LEAP;
        let following = restless.then(|| done.saturating_add(1));
        [waiting, due, following].into_iter().flatten().min().filter(|minute| *minute <= ready)
    }

    fn minute(&mut self, minute: i64, registry: &Registry, out: &mut Vec<Turn>) {
        let end = EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60));
        let mut changes = Vec::new();
        for (source, mut vitals) in self.pending.remove(&minute).unwrap_or_default() {
            vitals.settle();
            let slot = |minute| slot(registry, &source, minute);
            if !vitals.functions.is_empty() {
                self.streams.hear((source.clone(), Stream::Whole), minute, slot, &mut changes);
            }
            for (function, wrote) in &vitals.functions {
                self.streams.hear((source.clone(), Stream::Of(*function)), minute, slot, &mut changes);
                let Wrote { lines, numbers } = *wrote;
                let pulse = Pulse { minute, source: 0, function: *function, lines, numbers };
                if let Some(gap) = self.sequences.read(&source, &pulse) {
                    let device = self.devices.entry(source.clone()).or_default();
                    device.parts.hear(&source, lost(*function, gap, end), out);
                }
            }
            if let Some(shown) = vitals.clock {
                let device = self.devices.entry(source.clone()).or_default();
                if let Some(verdict) = device.clock.read(minute, &shown) {
                    device.parts.hear(&source, clock(verdict, minute, shown.line), out);
                }
            }
            for (sign, line) in vitals.signs {
                if sign.symptom == Symptom::UpdateFailed && sign.saying == Saying::Over {
                    self.streams.hear((source.clone(), Stream::Updates), minute, slot, &mut changes);
                }
                self.devices.entry(source.clone()).or_default().hear(registry, &source, sign, line, out);
            }
            if !vitals.functions.is_empty()
                && let Some(device) = self.devices.get_mut(&source)
                && device.parts.has(Symptom::ShutDown, "")
            {
                // It talks again.
                device.parts.hear(&source, over(Symptom::ShutDown, end), out);
            }
            self.stir(source);
        }
        self.streams.miss(minute, |source, minute| slot(registry, source, minute), &mut changes);
        for change in changes {
            let source = change.source.clone();
            let device = self.devices.entry(source.clone()).or_default();
            device.parts.hear(&source, silence(change), out);
            self.stir(source);
        }
        let devices = &mut self.devices;
        self.restless.retain(|source| {
            let Some(device) = devices.get_mut(source) else { return false };
            device.parts.tell(source, end, out);
            !device.parts.is_empty()
        });
    }

    fn stir(&mut self, source: FactSource) {
        if self.devices.get(&source).is_some_and(|device| !device.parts.is_empty()) {
            self.restless.insert(source);
        }
    }

    /// Forgets devices that the registry has no longer; what was wrong with them is over.
    fn forget(&mut self, registry: &Registry, minute: i64, out: &mut Vec<Turn>) {
        if registry.is_open() {
            return;
        }
        self.streams.keep(|source| appliance::is_known(registry, source));
        self.sequences.keep(|source| appliance::is_known(registry, source));
        let now = EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60));
        self.devices.retain(|source, device| {
            let stays = appliance::is_known(registry, source);
            if !stays {
                device.parts.end(source, now, out);
            }
            stays
        });
    }
}

impl Appliance {
    fn hear(
        &mut self,
        registry: &Registry,
        source: &FactSource,
        sign: Sign,
        line: Option<Locator>,
        out: &mut Vec<Turn>,
    ) {
        let tenant = registry.tenant(&source.tenant);
        let Sign { time, symptom, saying, object, value, .. } = sign;
        let object = cut(&object, Health::MAX_OBJECT_BYTES).to_owned();
        let (saying, usual) = match (saying, value) {
            (Saying::Reading, value) => {
                let limits = tenant.map(|tenant| tenant.health).unwrap_or_default();
                let Some((value, limit)) = value.zip(gauges::limit(symptom, &limits)) else { return };
                let Some(saying) = self.gauges.read(symptom, &object, value, limit) else { return };
                (saying, Some(limit))
            }
            (saying, _) => (saying, None),
        };
        if saying == Saying::Trouble {
            match symptom {
                Symptom::Restarted | Symptom::ShutDown => self.asked = Some(time),
                // Somebody asked for it, and that was told.
                Symptom::RestartedUnasked
                    if self.asked.is_some_and(|asked| (0..=ASKED).contains(&time.since(asked))) =>
                {
                    return;
                }
                // A change by day is somebody's work.
                Symptom::Changed if tenant.is_some_and(|tenant| tenant.may_be_at_work(time)) => return,
                _ => {}
            }
        }
        self.parts.hear(source, Said { symptom, object, saying, time, since: time, value, usual, line }, out);
    }
}

/// Returns which of the 48 hours of working days and days off a minute belongs to, in the tenant's zone.
fn slot(registry: &Registry, source: &FactSource, minute: i64) -> usize {
    let at = EventTime::from_seconds(minute.saturating_mul(60));
    let (hour, works) = registry.tenant(&source.tenant).map_or((0, true), |tenant| tenant.hour_of(at));
    usize::from(hour) + if works { 0 } else { 24 }
}

#[cfg(test)]
mod tests;
