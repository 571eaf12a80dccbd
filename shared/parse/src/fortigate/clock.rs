//! When it happened, by the ladder: `eventtime`, else `date` and `time` with `tz`, else with the zone of the device's
//! registration, else the relay's stamp, else the receive time.
//!
//! `eventtime` comes first because it needs no zone and because `date` of buffered logs may lag behind it.

use hinomi_model::{AnomalyKind, EventTime, TimeSource};
use jiff::tz::TimeZone;

use super::fields::Fields;
use super::keys::Key;
use crate::syslog::Header;
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
        let time = match fields.parsed(Key::Zone, AnomalyKind::BadTime, when::offset) {
            Some(offset) => civil.at_offset(offset),
            None => zones.instant(zone, civil),
        };
        return (time, TimeSource::DeviceLocal);
    }
    if let Some(time) = header.time_in(zone, received, zones) {
        return (time, TimeSource::Received);
    }
    fields.note(AnomalyKind::NoTime, None);
    (received, TimeSource::Received)
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
