//! Which time an event gets when its device's clock cannot be right.
//!
//! A firewall without battery or NTP starts in 1970, one with a wrong zone is hours ahead, and both send such lines for
//! days. Windows, days and "late" all rest on the event's time, so where the device's cannot be true the receive time
//! takes over, and the event says so by an anomaly and keeps what the device said ([`Event::device_time`]).
//!
//! Being *ahead* of the receive time is impossible. Being *behind* is not: a line that was held back through an outage
//! looks the same, so it is believed up to [`MAX_HELD_SECONDS`]. The decision is a function of the one line and what
//! its collector says, so that repeats and other orders of the same lines get the same times.

use hinomi_model::{Anomaly, AnomalyKind, Event, EventTime, Seconds, TimeSource};

/// A collector's clock and a device's may differ by this much before the difference is noted.
const MAX_SKEW_SECONDS: Seconds = 300;

/// Furthest back that a device holds lines which it could not deliver: disks of FortiGate keep seven days unless told
/// otherwise, collectors' queues a few more. A device that is further behind has a wrong clock. Erring this way means
/// that lines of an old archive sent through a collector count as of now.
const MAX_HELD_SECONDS: Seconds = 7 * 86_400;

/// No firewall that is read here was sold before 2009: an earlier time is a clock that was never set.
const UNSET_BEFORE: EventTime = EventTime::from_seconds(1_230_768_000);

/// Zones are quarter-hours apart, and a line takes less than a minute from device to collector as a rule.
const QUARTER_HOUR: Seconds = 900;
const DELIVERY_SECONDS: Seconds = 60;

/// The widest zones in use are 14 hours from UTC.
const MAX_OFFSET_SECONDS: Seconds = 14 * 3_600;

/// Compares an event's time with the time at which a collector received its line, if one says so, and lets that take
/// over where it must. `fallback` is the best guess at the receive time where no collector says it.
#[inline]
pub(crate) fn settle(event: &mut Event<'_>, received: Option<EventTime>, fallback: EventTime) {
    // Of nearly all lines nobody says when they were received, and nearly all clocks were set.
    let is_open = received.is_some() || event.time < UNSET_BEFORE;
    if is_open && event.time_source != TimeSource::Received {
        compare(event, received, fallback);
    }
}

#[inline(never)]
fn compare(event: &mut Event<'_>, received: Option<EventTime>, fallback: EventTime) {
    let said = event.time;
    let ahead = received.map(|received| said.since(received));
    event.clock_ahead = ahead;
    let (kind, instead) = if said < UNSET_BEFORE {
        // Without any better time, what the device said is all there is.
        (AnomalyKind::ClockUnset, received.unwrap_or(fallback).max(said))
    } else {
        let (Some(received), Some(ahead)) = (received, ahead) else { return };
        if ahead > MAX_SKEW_SECONDS {
            let kind = if event.zone_assumed { AnomalyKind::NoZone } else { AnomalyKind::ClockAhead };
            (kind, received)
        } else if ahead < -MAX_HELD_SECONDS {
            (AnomalyKind::ClockBehind, received)
        } else if event.zone_assumed && is_zone(ahead) {
            (AnomalyKind::NoZone, received)
        } else if ahead < -MAX_SKEW_SECONDS {
            (AnomalyKind::ClockSkew, said)
        } else {
            return;
        }
    };
    if instead != said {
        event.device_time = Some(said);
        event.time = instead;
        event.time_source = TimeSource::Received;
    }
    event.anomalies.push(Anomaly { kind, field: None });
}

/// Tells whether a difference is what a wrong zone makes: whole quarter-hours, within what zones there are.
fn is_zone(ahead: Seconds) -> bool {
    let off = ahead.saturating_abs();
    let beyond = off % QUARTER_HOUR;
    let near = beyond <= DELIVERY_SECONDS || QUARTER_HOUR - beyond <= DELIVERY_SECONDS;
    near && (QUARTER_HOUR - DELIVERY_SECONDS..=MAX_OFFSET_SECONDS + DELIVERY_SECONDS).contains(&off)
}

#[cfg(test)]
mod tests {
    use hinomi_model::Vendor;
    use hinomi_model::registry::Registry;

    use super::*;

    const NOON: EventTime = EventTime::from_seconds(1_768_910_400);

    struct Read {
        shift: Seconds,
        kind: Option<AnomalyKind>,
    }

    fn read(said: EventTime, received: Option<EventTime>, zone_assumed: bool) -> Read {
        let registry = Registry::open();
        let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, NOON);
        (event.time, event.time_source, event.zone_assumed) = (said, TimeSource::DeviceLocal, zone_assumed);
        settle(&mut event, received, NOON);
        assert_eq!(event.device_time.is_some(), event.time != said);
        assert_eq!(event.time_source == TimeSource::Received, event.time != said);
        assert_eq!(event.clock_ahead, received.map(|received| said.since(received)));
        let kind = event.anomalies.first().map(|anomaly| anomaly.kind);
        Read { shift: event.time.since(NOON), kind }
    }

    #[test]
    fn only_impossible_times_give_way_to_the_receive_time() {
        use AnomalyKind::*;
        let day = 86_400;
        let cases = [
            (0, false, 0, None),
            (300, false, 300, None),
            (-300, false, -300, None),
            (301, false, 0, Some(ClockAhead)),
            (365 * day, false, 0, Some(ClockAhead)),
            // Held back, or a clock that is behind: one line does not tell.
            (-301, false, -301, Some(ClockSkew)),
            (-9 * 3_600, false, -9 * 3_600, Some(ClockSkew)),
            (-7 * day, false, -7 * day, Some(ClockSkew)),
            (-7 * day - 1, false, 0, Some(ClockBehind)),
            // A zone that nobody said.
            (9 * 3_600, true, 0, Some(NoZone)),
            (-9 * 3_600 - 2, true, 0, Some(NoZone)),
            (-5 * 3_600 - 1_800 + 59, true, 0, Some(NoZone)),
            (-9 * 3_600 - 120, true, -9 * 3_600 - 120, Some(ClockSkew)),
            (-15 * 3_600, true, -15 * 3_600, Some(ClockSkew)),
            (-60, true, -60, None),
        ];
        for (ahead, zone_assumed, shift, kind) in cases {
            let read = read(NOON.plus(ahead), Some(NOON), zone_assumed);
            assert_eq!((read.shift, read.kind), (shift, kind), "{ahead} s ahead");
        }
    }

    #[test]
    fn a_clock_that_was_never_set_gives_way_even_without_a_collector() {
        let unset = read(EventTime::from_seconds(86_400), None, false);
        assert_eq!((unset.shift, unset.kind), (0, Some(AnomalyKind::ClockUnset)));
        let collected = read(EventTime::from_seconds(946_684_800), Some(NOON.plus(5)), false);
        assert_eq!((collected.shift, collected.kind), (5, Some(AnomalyKind::ClockUnset)));
    }

    #[test]
    fn without_a_collector_other_times_are_the_devices() {
        for ahead in [-400 * 86_400, -3_600, 3_600, 400 * 86_400] {
            let read = read(NOON.plus(ahead), None, true);
            assert_eq!((read.shift, read.kind), (ahead, None));
        }
    }
}
