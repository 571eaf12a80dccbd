//! When it happened, by the ladder: `eventtime`, else `date` and `time` with `tz`, else with the zone of the device's
//! registration, else when FortiAnalyzer says it was, else when that or the relay received it, else the receive time.
//!
//! `eventtime` comes first because it needs no zone and because `date` of buffered logs may lag behind it. FortiAnalyzer
//! puts `timestamp` (the log's time) and `itime` (when it took it in), both in seconds, in front of a line; in CEF it
//! writes `start=Jan 20 2026 10:15:01`, and other forwarders `rt`.

use hinomi_model::{AnomalyKind, EventTime, TimeSource};
use jiff::tz::TimeZone;

use super::fields::Fields;
use super::keys::Key;
use crate::syslog::Header;
use crate::value;
use crate::when::{self, Civil, Zones};

/// Reads the line's time.
pub(super) fn read(
    fields: &mut Fields<'_>,
    header: &Header<'_>,
    received: EventTime,
    zone: &TimeZone,
    zones: &mut Zones,
) -> (EventTime, TimeSource) {
    if let Some(time) = fields.parsed(Key::EventTime, AnomalyKind::BadTime, when::epoch) {
        // The local reading stays in `extra`: it may differ, and then somebody wants to see it.
        return (time, TimeSource::DeviceEpoch);
    }
    if let Some(civil) = local(fields) {
        return (at(civil, fields, zone, zones), TimeSource::DeviceLocal);
    }
    if let Some(time) = fields.parsed(Key::Timestamp, AnomalyKind::BadTime, when::epoch) {
        return (time, TimeSource::DeviceEpoch);
    }
    if let Some(stamped) = stamped(fields, Key::Start, zone, zones) {
        return stamped;
    }
    let taken_in = fields.parsed(Key::InsertTime, AnomalyKind::BadTime, when::epoch);
    if let Some(time) =
        taken_in.or_else(|| stamped(fields, Key::ReceiptTime, zone, zones).map(|(time, _)| time))
    {
        return (time, TimeSource::Received);
    }
    if let Some(time) = header.time_in(zone, received, zones) {
        return (time, TimeSource::Received);
    }
    fields.note(AnomalyKind::NoTime, None);
    (received, TimeSource::Received)
}

/// Returns the instant of a device's clock, in the zone that the line names or else in that of its registration.
fn at(civil: Civil, fields: &mut Fields<'_>, zone: &TimeZone, zones: &mut Zones) -> EventTime {
    match fields.parsed(Key::Zone, AnomalyKind::BadTime, when::offset) {
        Some(offset) => civil.at_offset(offset),
        None => zones.instant(zone, civil),
    }
}

/// Tells whether a local time was read in a zone that the line does not name.
pub(super) fn lacks_zone(fields: &Fields<'_>, source: TimeSource) -> bool {
    source == TimeSource::DeviceLocal && fields.peek(Key::Zone).and_then(when::offset).is_none()
}

/// Reads a time as CEF has it: an epoch, or `Jan 20 2026 10:15:01`.
fn stamped(
    fields: &mut Fields<'_>,
    key: Key,
    zone: &TimeZone,
    zones: &mut Zones,
) -> Option<(EventTime, TimeSource)> {
    enum Stamp {
        Epoch(EventTime),
        Local(Civil),
    }
    let read =
        |text: &str| when::epoch(text).map(Stamp::Epoch).or_else(|| month_first(text).map(Stamp::Local));
    match fields.parsed(key, AnomalyKind::BadTime, read)? {
        Stamp::Epoch(time) => Some((time, TimeSource::DeviceEpoch)),
        Stamp::Local(civil) => Some((at(civil, fields, zone, zones), TimeSource::DeviceLocal)),
    }
}

fn month_first(text: &str) -> Option<Civil> {
    let mut words = text.split_ascii_whitespace();
    let month = match words.next()? {
        "Jan" => 1,
        "Feb" => 2,
        "Mar" => 3,
        "Apr" => 4,
        "May" => 5,
        "Jun" => 6,
        "Jul" => 7,
        "Aug" => 8,
        "Sep" => 9,
        "Oct" => 10,
        "Nov" => 11,
        "Dec" => 12,
        _ => return None,
    };
    let day = value::number(words.next()?).and_then(|day| u32::try_from(day).ok())?;
    let year = value::number(words.next()?).and_then(|year| i64::try_from(year).ok())?;
    let (time, rest) = when::time_of_day(words.next()?)?;
    rest.is_empty().then(|| Civil::new(year, month, day, time)).flatten()
}

fn local(fields: &mut Fields<'_>) -> Option<Civil> {
    // A relay that takes `date=...` for its own header leaves `time` alone, which is no time.
    let date = fields.peek(Key::Date)?;
    let time = fields.peek(Key::Time)?;
    let civil = when::civil(date, time).or_else(|| {
        // `time=10: 13:03`: a template put a blank into it.
        let broken = fields.rest_from(Key::Time).filter(|_| time.ends_with(':'))?;
        let (start, rest) = broken.split_once(": ")?;
        let mended = format!("{start}:{}", rest.get(..5)?);
        when::civil(date, &mended)
    });
    match civil {
        Some(civil) => {
            fields.take(Key::Date);
            fields.take(Key::Time);
            Some(civil)
        }
        None => {
            fields.note_at(AnomalyKind::BadTime, Key::Date);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_comes_first_in_cef() {
        let expected = when::civil("2026-01-20", "10:15:01");
        for text in ["Jan 20 2026 10:15:01", "Jan  20 2026 10:15:01"] {
            assert_eq!(month_first(text), expected, "{text}");
        }
        for text in ["Jan 20 10:15:01", "Jan 32 2026 10:15:01", "2026-01-20", "Jan", "", "Jan 20 2026 10:15"]
        {
            assert_eq!(month_first(text), None, "{text}");
        }
    }
}
