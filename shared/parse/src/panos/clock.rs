//! When it happened, best source first.
//!
//! `high_res_timestamp` (10.0 and later) has an offset. `time_generated`, `time_logged` and `receive_time` are local
//! times without one, read in the zone of the device's registration. The relay's header comes last, and a line that
//! has none of them has no time at all: it is refused, because an event at the wrong time is worse than none.

use std::borrow::Cow;

use hinomi_model::{AnomalyKind, EventTime, TimeSource};
use jiff::tz::TimeZone;

use super::columns::Slot;
use super::values::Values;
use crate::syslog::Header;
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
        return Some(match offset {
            Some(offset) => (civil.at_offset(offset), TimeSource::DeviceEpoch),
            None => (zones.instant(zone, civil), TimeSource::DeviceLocal),
        });
    }
    header.time_in(zone, received, zones).map(|time| (time, TimeSource::Received))
}

/// `1970/01/01 ...` and `1969-12-31...` stand for no time.
fn is_unset(text: &str) -> bool {
    text.starts_with("1970") || text.starts_with("1969-12-31") || text.starts_with("1969/12/31")
}

/// Reads a time as PAN-OS and those who handle its logs write it: `2026/01/20 10:15:02`,
/// `2026-01-20T10:15:01.123+09:00`, `2026-01-20T10: 15:01+09:00` (a template's blank), `2026/01/20*10:15:02`.
fn stamp(text: &str) -> Option<(Civil, Option<i32>)> {
    when::timestamp(text).or_else(|| when::timestamp(&tidied(text)?))
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
        for text in [
            "10:15:01",
            "Xrecv_time",
            "2026/01/20",
            "2026/01/20 ",
            "",
            "ä026/01/20 10:15:01",
            "2026/01/20 10:15",
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
