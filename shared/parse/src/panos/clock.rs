//! When it happened, best source first.
//!
//! `high_res_timestamp` (10.0 and later) has an offset. `time_generated`, `time_logged` and `receive_time` are local
//! times without one, read in the zone of the device's registration. CEF and LEEF write them as
//! `Jan 20 2026 01:15:02 GMT` or as an epoch. The relay's header comes last, and a line that
//! has none of them has no time at all: it is refused, because an event at the wrong time is worse than none.

use std::borrow::Cow;

use hinomi_model::{AnomalyKind, EventTime, TimeSource};
use jiff::tz::TimeZone;

use super::columns::Slot;
use super::values::Values;
use crate::syslog::Header;
use crate::value;
use crate::when::{self, Civil, Zones};

/// The columns that may hold the time, best first.
const LADDER: [Slot; 4] = [Slot::HighResolution, Slot::TimeGenerated, Slot::TimeLogged, Slot::ReceiveTime];

/// Finds the time of a line. What was not used stays in the extra fields.
pub(crate) fn time(
    values: &mut Values<'_>,
    header: &Header<'_>,
    received: EventTime,
    zone: &TimeZone,
    zones: &mut Zones,
) -> Option<(EventTime, TimeSource)> {
    for slot in LADDER {
        let Some(text) = values.raw(slot) else { continue };
        if is_unset(text) {
            continue;
        }
        let Some((civil, offset)) = stamp(text) else {
            values.odd::<()>(slot, AnomalyKind::BadTime);
            continue;
        };
        values.mark(slot);
        // Strata Logging Service names the zone of all times once, in CEF.
        let offset = offset.or_else(|| when::offset(values.raw(Slot::TimeZone)?));
        return Some(match offset {
            Some(offset) => (civil.at_offset(offset), TimeSource::DeviceEpoch),
            None => (zones.instant(zone, civil), TimeSource::DeviceLocal),
        });
    }
    header.time_in(zone, received, zones).map(|time| (time, TimeSource::Received))
}

/// `1970/01/01 ...` and `1969-12-31...` stand for no time.
fn is_unset(text: &str) -> bool {
    text.starts_with("1970")
        || text.starts_with("Jan 01 1970")
        || text.starts_with("1969-12-31")
        || text.starts_with("1969/12/31")
}

/// Reads a time as PAN-OS and those who handle its logs write it: `2026/01/20 10:15:02`,
/// `2026-01-20T10:15:01.123+09:00`, `Jan 20 2026 01:15:02 GMT`, `1768871701123`, `2026-01-20T10: 15:01+09:00` (a
/// template's blank), `2026/01/20*10:15:02`.
fn stamp(text: &str) -> Option<(Civil, Option<i32>)> {
    if let Some(read) = when::timestamp(text) {
        return Some(read);
    }
    match text.as_bytes().first()? {
        b'A'..=b'Z' => month_first(text),
        _ => epoch(text).or_else(|| when::timestamp(&tidied(text)?)),
    }
}

/// Reads `Jan 20 2026 01:15:02` with or without a zone behind it.
fn month_first(text: &str) -> Option<(Civil, Option<i32>)> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.splitn(4, ' ');
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let day = words.next().and_then(value::number)?;
    let year = words.next().and_then(value::number)?;
    let (time, zone) = when::time_of_day(words.next()?)?;
    let civil = Civil::new(
        i64::try_from(year).ok()?,
        u32::try_from(month).ok()? + 1,
        u32::try_from(day).ok()?,
        time,
    )?;
    match zone.trim() {
        "" => Some((civil, None)),
        zone => Some((civil, Some(when::offset(zone)?))),
    }
}

/// Reads an epoch, in any of the units that its length tells.
fn epoch(text: &str) -> Option<(Civil, Option<i32>)> {
    let nanos = when::epoch(text)?.nanos();
    let seconds = nanos.div_euclid(1_000_000_000);
    let nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    Some((Civil { seconds, nanos }, Some(0)))
}

#[cold]
fn tidied(text: &str) -> Option<Cow<'_, str>> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    // Nothing of a readable time is longer; the bound keeps a hostile column from being copied.
    if time.len() > 40 {
        return None;
    }
    Some(Cow::Owned(format!("{date}T{}", time.replace(": ", ":"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_templates_make_of_a_time() {
        let plain = when::timestamp("2026-01-20T10:15:01").unwrap();
        for text in
            ["2026/01/20 10:15:01", "2026/01/20*10:15:01", "2026/01/20T10: 15:01", "2026-01-20  10:15:01"]
        {
            assert_eq!(stamp(text), Some(plain), "{text}");
        }
        assert_eq!(stamp("2026-01-20T10: 15:01.5+09:00"), when::timestamp("2026-01-20T10:15:01.5+09:00"));
        assert_eq!(stamp("Jan 20 2026 10:15:01"), Some(plain));
        for text in ["Jan 20 2026 10:15:01 GMT", "1768904101", "1768904101000", "Jan 20 2026 10:15:01 UTC"] {
            assert_eq!(stamp(text), Some((plain.0, Some(0))), "{text}");
        }
        for text in [
            "10:15:01",
            "Xrecv_time",
            "2026/01/20",
            "2026/01/20 ",
            "",
            "ä026/01/20 10:15:01",
            "2026/01/20 10:15",
            "Jan 32 2026 10:15:01",
            "Jax 20 2026 10:15:01",
            "Jan 20 2026 10:15:01 JST",
            "176890410",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn placeholders_are_no_time() {
        for text in ["1970/01/01 00:00:00", "1969-12-31T19:00:00.000-05:00"] {
            assert!(is_unset(text), "{text}");
        }
        assert!(!is_unset("2026/01/20 10:15:01"));
    }
}
