//! Is a device's clock wrong?
//!
//! Why: everything that several records prove together rests on their times. A wrong clock moves a host's story to
//! another day, and the receive time stands in only where the device's cannot be true. Health, no attack: it explains
//! times and goes to whoever keeps the device.
//!
//! One line later than it was received is enough, and so is a clock that was never set. Being behind is not: lines
//! held back through an outage look the same. They differ over time: what is held back arrives in a burst and catches
//! up, a clock that is behind stays behind by the same time. So readings of [`CONSTANT_MINUTES`] different minutes
//! over ten minutes or more must agree within [`CONSTANT_SPREAD`].
//!
//! Example: `received` 10:15:02, 10:21:40 and 10:29:13 for lines that say 07:15:01, 07:21:40 and 07:29:12.
//!
//! Known weakness: a relay that delays every line by the same time looks like a clock that is behind.

use std::collections::BTreeMap;

use hinomi_model::{
    ClockReading, ClockTrouble, EventTime, Evidence, FactSource, Finding, FindingId, FindingKind, Function,
    Seconds, Subject,
};
use rustc_hash::FxHashMap;

use super::wire::wire;
use super::{Origin, Scene, identity, plain};

/// Below this a difference is the way from device to collector, as for the parser's anomaly.
const MAX_SKEW: Seconds = 300;
/// How far readings of one clock may lie apart: what delivery adds now and then.
const CONSTANT_SPREAD: Seconds = 120;
/// Different minutes that must agree.
const CONSTANT_MINUTES: usize = 3;
/// Over how long they must agree, in minutes.
const CONSTANT_SPAN: i64 = 10;
/// How far back readings are compared, in minutes.
const MEMORY_MINUTES: i64 = 30;
/// Devices watched at once. Beyond, those heard of least lately are forgotten and start anew.
const MAX_DEVICES: usize = 1 << 14;

/// The readings of the last minutes, by device.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    devices: FxHashMap<FactSource, BTreeMap<i64, ClockReading>>,
}

wire! {
    Clocks { devices }
}

impl Clocks {
    /// Takes a reading, and says what is wrong.
    pub(super) fn learn(
        &mut self,
        scene: &Scene<'_>,
        source: &FactSource,
        reading: &ClockReading,
        out: &mut Vec<Finding>,
    ) {
        if self.devices.len() >= MAX_DEVICES && !self.devices.contains_key(source) {
            self.forget_stalest();
        }
        let readings = self.devices.entry(source.clone()).or_default();
        let known = *readings.entry(reading.minute).and_modify(|own| own.join(reading)).or_insert(*reading);
        let newest = readings.keys().next_back().copied().unwrap_or(reading.minute);
        readings.retain(|minute, _| newest - minute <= MEMORY_MINUTES);
        if let Some(trouble) = known.trouble {
            out.push(found(scene, source, &known, trouble));
            return;
        }
        if is_behind(
            readings.range(reading.minute - MEMORY_MINUTES..=reading.minute).map(|(_, reading)| reading),
        ) {
            out.push(found(scene, source, &known, ClockTrouble::Behind));
        }
    }

    pub(super) fn sweep(&mut self, now: EventTime) {
        // Event time may be far behind the collector's, so readings are kept by how new they are among themselves.
        let newest = self.devices.values().filter_map(|readings| readings.keys().next_back()).max().copied();
        let Some(newest) = newest.map(|newest| newest.max(now.minute())) else { return };
        self.devices.retain(|_, readings| {
            readings.keys().next_back().is_some_and(|last| newest - last <= MEMORY_MINUTES)
        });
    }

    fn forget_stalest(&mut self) {
        let last = |readings: &BTreeMap<i64, ClockReading>| readings.keys().next_back().copied();
        let mut lasts: Vec<i64> = self.devices.values().filter_map(last).collect();
        lasts.sort_unstable();
        let Some(median) = lasts.get(lasts.len() / 2).copied() else { return };
        let mut room = MAX_DEVICES / 2;
        self.devices.retain(|_, readings| {
            let stays = room > 0 && last(readings).is_some_and(|last| last >= median);
            room -= usize::from(stays);
            stays
        });
    }
}

/// Tells whether readings agree that a clock is behind.
fn is_behind<'r>(readings: impl Iterator<Item = &'r ClockReading>) -> bool {
    let mut minutes = Vec::new();
    let (mut least, mut most) = (Seconds::MAX, Seconds::MIN);
    for reading in readings {
        minutes.push(reading.minute);
        least = least.min(reading.least);
        most = most.max(reading.most);
    }
    let (Some(first), Some(last)) = (minutes.first(), minutes.last()) else { return false };
    minutes.len() >= CONSTANT_MINUTES
        && last - first >= CONSTANT_SPAN
        && most < -MAX_SKEW
        && most.saturating_sub(least) <= CONSTANT_SPREAD
}

fn found(scene: &Scene<'_>, source: &FactSource, reading: &ClockReading, trouble: ClockTrouble) -> Finding {
    let subject = Subject::Device(source.device.clone());
    let print = identity(&source.tenant, &subject, FindingKind::DeviceClock).text(trouble.as_str());
    let origin = Origin {
        tenant: source.tenant.clone(),
        device: source.device.clone(),
        vendor: scene.vendor(source),
        function: Function::System,
    };
    let time = EventTime::from_seconds(reading.minute.saturating_mul(60));
    let id = FindingId(print.number(i128::from(reading.minute)).finish());
    Finding {
        what: Some(trouble.as_str().to_owned()),
        evidence: line(scene, source, reading, time).into_iter().collect(),
        ..plain(&origin, subject, FindingKind::DeviceClock, id, time)
    }
}

/// Returns the line that shows it, to be fetched.
fn line(scene: &Scene<'_>, source: &FactSource, reading: &ClockReading, time: EventTime) -> Option<Evidence> {
    let locator = scene.objects.locator(reading.place)?;
    Some(Evidence {
        time,
        received: time,
        sha256: String::new(),
        device: source.device.as_str().to_owned(),
        function: Function::System,
        disposition: hinomi_model::Disposition::Unknown,
        session_id: None,
        policy: None,
        src_ip: None,
        dst_ip: None,
        dst_port: None,
        what: None,
        locator: Some(locator),
        raw: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{FactBatch, Settings, TenantId};

    use super::super::Follow;
    use super::*;

    const NOON: i64 = 1_768_910_400 / 60;

    /// Feeds readings (minute, least, most, trouble), one step each, and returns what was found by minute.
    fn found(readings: &[(i64, Seconds, Seconds, Option<ClockTrouble>)]) -> Vec<(i64, String)> {
        let registry = Registry::open();
        let mut follow = Follow::new(Settings::default());
        let mut all = Vec::new();
        for (minute, least, most, trouble) in readings {
            let mut facts = FactBatch::default();
            let source = facts.source(&TenantId::new("default"), "FGT60FTK20000001");
            facts.clock(ClockReading {
                minute: NOON + minute,
                source,
                least: *least,
                most: *most,
                trouble: *trouble,
                place: None,
            });
            let now = EventTime::from_seconds((NOON + minute) * 60);
            for finding in follow.step(&facts, &[], &registry, now) {
                assert_eq!(finding.kind, FindingKind::DeviceClock);
                assert_eq!(finding.subject, Subject::Device(hinomi_model::DeviceId::new("FGT60FTK20000001")));
                all.push((finding.first.minute() - NOON, finding.what.unwrap()));
            }
        }
        all
    }

    fn behind(minutes: &[i64]) -> Vec<(i64, String)> {
        minutes.iter().map(|minute| (*minute, "behind".to_owned())).collect()
    }

    #[test]
    fn a_clock_that_stays_behind_by_the_same_time_is_wrong() {
        let hours = -3 * 3_600;
        let readings =
            [(0, hours - 2, hours), (6, hours - 40, hours - 1), (13, hours - 3, hours), (14, hours, hours)];
        let readings = readings.map(|(minute, least, most)| (minute, least, most, None));
        assert_eq!(found(&readings), behind(&[13, 14]));
    }

    #[test]
    fn lines_held_back_through_an_outage_are_not_a_wrong_clock() {
        // Three hours of lines in one burst, then three that trickle in faster than they were written.
        assert_eq!(found(&[(0, -10_800, -20, None), (1, -9_000, -10, None), (12, -2, 0, None)]), vec![]);
        let catching_up: Vec<_> = (0..30).map(|m| (m, -10_800 + m * 300, -10_790 + m * 300, None)).collect();
        assert_eq!(found(&catching_up), vec![]);
    }

    #[test]
    fn too_few_minutes_and_small_differences_say_nothing() {
        assert_eq!(found(&[(0, -7_200, -7_200, None), (12, -7_200, -7_200, None)]), vec![]);
        assert_eq!(
            found(&[(0, -7_200, -7_200, None), (1, -7_200, -7_200, None), (2, -7_200, -7_200, None)]),
            vec![]
        );
        let small: Vec<_> = (0..30).map(|m| (m, -299, -290, None)).collect();
        assert_eq!(found(&small), vec![]);
        let apart: Vec<_> = (0..4).map(|m| (m * 40, -7_200, -7_200, None)).collect();
        assert_eq!(found(&apart), vec![]);
    }

    #[test]
    fn what_cannot_be_is_said_at_once_and_once_a_minute() {
        let ahead = Some(ClockTrouble::Ahead);
        let found =
            found(&[(0, 0, 7_200, ahead), (0, 0, 7_200, ahead), (1, -1, 0, None), (2, 900, 900, ahead)]);
        assert_eq!(found, [(0, "ahead".to_owned()), (2, "ahead".to_owned())]);
    }

    #[test]
    fn devices_without_number_cannot_fill_the_memory() {
        let registry = Registry::open();
        let mut follow = Follow::new(Settings::default());
        for device in 0..(MAX_DEVICES as i64 + 10) {
            let mut facts = FactBatch::default();
            let source = facts.source(&TenantId::new("default"), &format!("device-{device}"));
            facts.clock(ClockReading { minute: NOON, source, least: 0, most: 0, trouble: None, place: None });
            follow.step(&facts, &[], &registry, EventTime::from_seconds(NOON * 60));
        }
        assert!(follow.clocks.devices.len() <= MAX_DEVICES);
    }
}
