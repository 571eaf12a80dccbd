//! Times, lengths of time and amounts as people read them.

use hinomi_model::{EventTime, Seconds};
use jiff::tz::TimeZone;

use crate::label::Label;
use crate::lexicon::{Arg, Lexicon};
use crate::shown::grouped;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// The hour after which "today" is too late to ask for and the next noon is meant: the end of the office day.
const END_OF_OFFICE_HOUR: i8 = 17;

/// Writes an instant with its zone, `2026-01-20 10:15:01 JST`.
pub(crate) fn instant(time: EventTime, zone: &TimeZone) -> String {
    format(time, zone, "%Y-%m-%d %H:%M:%S %Z")
}

/// Writes an instant within a page that names the zone, `01-20 10:15:01`.
pub(crate) fn short(time: EventTime, zone: &TimeZone) -> String {
    format(time, zone, "%m-%d %H:%M:%S")
}

/// Names the zone at an instant, `JST, UTC+09:00`.
pub(crate) fn zone_name(time: EventTime, zone: &TimeZone) -> String {
    format(time, zone, "%Z, UTC%:z")
}

fn format(time: EventTime, zone: &TimeZone, pattern: &str) -> String {
    // jiff fails only on directives that need what a zoned instant lacks; these need nothing else.
    jiff::fmt::strtime::format(pattern, &time.timestamp().to_zoned(zone.clone()))
        .unwrap_or_else(|_| time.to_string())
}

/// Writes a date for people, `1月20日`.
pub(crate) fn date(time: EventTime, zone: &TimeZone, lexicon: &Lexicon) -> String {
    let local = time.timestamp().to_zoned(zone.clone());
    let (month, day) = (local.month().unsigned_abs(), local.day().unsigned_abs());
    lexicon.label(Label::Date, &[("month", Arg::Number(month.into())), ("day", Arg::Number(day.into()))])
}

/// Writes a time of day for people, `11時20分`.
pub(crate) fn time_of_day(time: EventTime, zone: &TimeZone, lexicon: &Lexicon) -> String {
    let local = time.timestamp().to_zoned(zone.clone());
    let (hour, minute) = (lexicon.hour(local.hour()), format!("{:02}", local.minute()));
    lexicon.label(Label::Clock, &[("hour", Arg::Text(&hour)), ("minute", Arg::Text(&minute))])
}

/// Writes a UTC day's date for people.
pub(crate) fn utc_date(day: hinomi_model::UtcDay, lexicon: &Lexicon) -> String {
    date(day.start(), &TimeZone::UTC, lexicon)
}

/// Tells whether the office day is over.
pub(crate) fn is_late(time: EventTime, zone: &TimeZone) -> bool {
    time.timestamp().to_zoned(zone.clone()).hour() >= END_OF_OFFICE_HOUR
}

/// Splits a length of time into its two largest units.
pub(crate) fn units(seconds: Seconds) -> (&'static str, u64, u64) {
    let s = seconds.max(0).unsigned_abs();
    match s {
        0..MINUTE => ("seconds", s, 0),
        MINUTE..HOUR => ("minutes", s / MINUTE, s % MINUTE),
        HOUR..DAY => ("hours", s / HOUR, s % HOUR / MINUTE),
        _ => ("days", s / DAY, s % DAY / HOUR),
    }
}

/// Writes an amount of data in decimal units, `5.2 kB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    let whole = grouped(&(tenths / 10).to_string());
    let name = UNITS.get(unit).copied().unwrap_or("kB");
    match tenths % 10 {
        0 => format!("{whole} {name}"),
        tenth => format!("{whole}.{tenth} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> EventTime {
        EventTime::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn instants_carry_their_zone() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        assert_eq!(instant(at("2026-01-20T01:15:01Z"), &tokyo), "2026-01-20 10:15:01 JST");
        assert_eq!(zone_name(at("2026-01-20T01:15:01Z"), &tokyo), "JST, UTC+09:00");
        assert_eq!(instant(EventTime::MAX, &TimeZone::UTC), "2262-04-11 23:47:16 UTC");
    }

    #[test]
    fn bytes_are_decimal() {
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (5_200, "5.2 kB"),
            (999_999, "999.9 kB"),
            (1_000_000, "1 MB"),
            (4_000_000_000, "4 GB"),
            (u64::MAX, "18,446.7 PB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn spans_have_two_units() {
        assert_eq!(units(12_000), ("hours", 3, 20));
        assert_eq!(units(-5), ("seconds", 0, 0));
        assert_eq!(units(90_061), ("days", 1, 1));
    }
}
