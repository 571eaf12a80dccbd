//! Times as devices and relays write them: epochs of unstated unit, local times without zone, offsets in several
//! spellings.
//!
//! A device that does not say its zone is read in the zone of its registration; looking an offset up costs a search
//! in the zone's table, so [`Zones`] keeps the offset of the last quarter-hours (every transition of the last fifty
//! years falls on one).

use hinomi_model::EventTime;
use jiff::tz::TimeZone;

use crate::value::number;

const SECONDS_A_DAY: i64 = 86_400;
const QUARTER_HOUR: i64 = 900;
/// Offsets kept: a batch comes from a few zones at a time; more only means looking one up again.
const KEPT_OFFSETS: usize = 8;

/// A wall-clock reading without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    /// Seconds since 1970-01-01T00:00:00 on the same wall clock.
    pub(crate) seconds: i64,
    /// Fraction of a second, in nanoseconds.
    pub(crate) nanos: u32,
}

impl Civil {
    /// Makes a reading from its parts; `None` when there is no such day or time.
    pub(crate) fn new(year: i64, month: u32, day: u32, time: TimeOfDay) -> Option<Civil> {
        if !(1970..=2261).contains(&year)
            || !(1..=12).contains(&month)
            || day == 0
            || day > days_in(year, month)
        {
            return None;
        }
        let days = days_from_civil(year, month, day);
        Some(Civil { seconds: days * SECONDS_A_DAY + i64::from(time.seconds), nanos: time.nanos })
    }

    /// Returns the instant, for a clock that is `offset` seconds ahead of UTC.
    pub(crate) fn at_offset(self, offset: i32) -> EventTime {
        let seconds = self.seconds - i64::from(offset);
        EventTime::from_nanos(seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(self.nanos)))
    }
}

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeOfDay {
    pub(crate) seconds: u32,
    pub(crate) nanos: u32,
}

/// Offsets of zones, remembered.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    kept: Vec<Kept>,
    next: usize,
}

#[derive(Debug)]
struct Kept {
    zone: TimeZone,
    quarter: i64,
    offset: i32,
}

impl Zones {
    /// Returns the instant at which clocks in `zone` showed `civil`; the earlier one when they showed it twice, and
    /// when they skipped it the one they would have shown without the change.
    pub(crate) fn instant(&mut self, zone: &TimeZone, civil: Civil) -> EventTime {
        let quarter = civil.seconds.div_euclid(QUARTER_HOUR);
        if let Some(kept) = self.kept.iter().find(|kept| kept.quarter == quarter && kept.zone == *zone) {
            return civil.at_offset(kept.offset);
        }
        let offset = offset_at(zone, quarter * QUARTER_HOUR);
        let kept = Kept { zone: zone.clone(), quarter, offset };
        match self.kept.get_mut(self.next) {
            Some(slot) => *slot = kept,
            None => self.kept.push(kept),
        }
        self.next = (self.next + 1) % KEPT_OFFSETS;
        civil.at_offset(offset)
    }
}

fn offset_at(zone: &TimeZone, civil_seconds: i64) -> i32 {
    let civil = jiff::Timestamp::from_second(civil_seconds)
        .map(|wall| TimeZone::UTC.to_datetime(wall))
        .and_then(|wall| zone.to_timestamp(wall));
    match civil {
        Ok(instant) => i32::try_from(civil_seconds - instant.as_second()).unwrap_or(0),
        Err(_) => 0,
    }
}

/// Reads an epoch whose unit its length tells: 10 digits are seconds, 13 ms, 16 µs, 19 ns (FortiOS 6.0 wrote
/// seconds, later ones nanoseconds). Any other length is no time: a truncated one would be decades off.
pub(crate) fn epoch(text: &str) -> Option<EventTime> {
    let scale = match text.len() {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let nanos = number(text)?.checked_mul(scale)?;
    i64::try_from(nanos).ok().map(EventTime::from_nanos)
}

/// Reads `2026-01-20` or `2026/01/20` with a time of day, `10:15:01` or `10:15:01.123456789`.
pub(crate) fn civil(date: &str, time: &str) -> Option<Civil> {
    let (year, month, day) = date_parts(date.as_bytes().try_into().ok()?)?;
    let (time, rest) = time_of_day(time)?;
    if !rest.is_empty() {
        return None;
    }
    Civil::new(year, month, day, time)
}

/// Reads a date and time with an offset: `2026-01-20T10:15:01.123+09:00`, `2026-01-20T01:15:01Z`.
/// Without an offset the reading alone is returned.
pub(crate) fn timestamp(text: &str) -> Option<(Civil, Option<i32>)> {
    let (date, rest) = text.as_bytes().split_first_chunk::<10>()?;
    let (year, month, day) = date_parts(date)?;
    let Some((b'T' | b't' | b' ', rest)) = rest.split_first() else { return None };
    let (time, length) = clock(rest)?;
    let civil = Civil::new(year, month, day, time)?;
    match rest.get(length..)? {
        [] => Some((civil, None)),
        [b'Z'] => Some((civil, Some(0))),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let seconds = offset_of(two(*h1, *h2)?, two(*m1, *m2)?)?;
            Some((civil, Some(if *sign == b'-' { -seconds } else { seconds })))
        }
        zone => Some((civil, Some(offset(std::str::from_utf8(zone).ok()?)?))),
    }
}

/// Reads an offset from UTC in seconds: `Z`, `+0900`, `-07:00`, `+9`, `UTC+2`, `UTC-5:00`, `GMT+1`.
pub(crate) fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let named = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT"));
    let rest = named.unwrap_or(text);
    if rest.is_empty() {
        return named.map(|_| 0);
    }
    if rest == "Z" || rest == "z" {
        return Some(0);
    }
    let (sign, digits) = match rest.as_bytes().first()? {
        b'+' => (1, rest.get(1..)?),
        b'-' => (-1, rest.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (number(hours)?, number(minutes)?),
        None if digits.len() <= 2 => (number(digits)?, 0),
        None => {
            let (hours, minutes) = digits.split_at_checked(digits.len() - 2)?;
            (number(hours)?, number(minutes)?)
        }
    };
    let seconds = offset_of(u32::try_from(hours).ok()?, u32::try_from(minutes).ok()?)?;
    Some(sign * seconds)
}

fn offset_of(hours: u32, minutes: u32) -> Option<i32> {
    // The widest offsets in use are -12:00 and +14:00.
    if hours > 14 || minutes > 59 {
        return None;
    }
    i32::try_from(hours * 3600 + minutes * 60).ok()
}

/// Reads a time of day and returns what follows it.
pub(crate) fn time_of_day(text: &str) -> Option<(TimeOfDay, &str)> {
    let (time, length) = clock(text.as_bytes())?;
    Some((time, text.get(length..)?))
}

/// Reads a time of day of whole seconds.
pub(crate) fn clock_time(bytes: &[u8; 8]) -> Option<TimeOfDay> {
    seconds_of_day(bytes).map(|seconds| TimeOfDay { seconds, nanos: 0 })
}

#[inline]
fn seconds_of_day(clock: &[u8; 8]) -> Option<u32> {
    if clock[2] != b':' || clock[5] != b':' {
        return None;
    }
    let hour = two(clock[0], clock[1])?;
    let minute = two(clock[3], clock[4])?;
    let second = two(clock[6], clock[7])?;
    // A leap second is read as the first second of the next minute.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(hour * 3600 + minute * 60 + second)
}

/// Reads a time of day and returns how many bytes it has.
fn clock(bytes: &[u8]) -> Option<(TimeOfDay, usize)> {
    let (clock, rest) = bytes.split_first_chunk::<8>()?;
    let seconds = seconds_of_day(clock)?;
    let Some((b'.' | b',', fraction)) = rest.split_first() else {
        return Some((TimeOfDay { seconds, nanos: 0 }, clock.len()));
    };
    let (mut nanos, mut digits) = (0, 0);
    // What is beyond nanoseconds has no weight.
    let mut scale = 100_000_000;
    for &byte in fraction {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        nanos += u32::from(digit) * scale;
        scale /= 10;
        digits += 1;
    }
    (digits > 0).then_some((TimeOfDay { seconds, nanos }, clock.len() + 1 + digits))
}

fn date_parts(date: &[u8; 10]) -> Option<(i64, u32, u32)> {
    if !matches!((date[4], date[7]), (b'-', b'-') | (b'/', b'/')) {
        return None;
    }
    let year = two(date[0], date[1])? * 100 + two(date[2], date[3])?;
    Some((i64::from(year), two(date[5], date[6])?, two(date[8], date[9])?))
}

fn two(tens: u8, ones: u8) -> Option<u32> {
    let tens = tens.wrapping_sub(b'0');
    let ones = ones.wrapping_sub(b'0');
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

fn days_in(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March so that the leap
/// day comes last.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epoch_unit_is_told_by_length() {
        let cases = [
            ("1768871701", Some(1_768_871_701_000_000_000)),
            ("1768871701123", Some(1_768_871_701_123_000_000)),
            ("1768871701123456", Some(1_768_871_701_123_456_000)),
            ("1768871701123456789", Some(1_768_871_701_123_456_789)),
            ("176887170", None),
            ("17688717011", None),
            ("9999999999999999999", None),
            ("176887170a", None),
            ("", None),
        ];
        for (text, nanos) in cases {
            assert_eq!(epoch(text), nanos.map(EventTime::from_nanos), "{text}");
        }
    }

    #[test]
    fn civil_agrees_with_jiff() {
        let mut seed = 1u64;
        for _ in 0..2000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let seconds = (seed >> 20) as i64 % 9_000_000_000;
            let text = jiff::Timestamp::from_second(seconds).unwrap().to_string();
            let (civil, offset) = timestamp(&text).unwrap();
            assert_eq!((civil.seconds, offset), (seconds, Some(0)), "{text}");
        }
        for bad in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "1969-12-31", "2026/01-01", ""] {
            assert_eq!(civil(bad, "10:00:00"), None, "{bad}");
        }
        for bad in ["24:00:00", "10:60:00", "10:00:61", "1:00:00", "10:00", "10: 13:03", "10:00:00.", ""] {
            assert_eq!(civil("2026-01-20", bad), None, "{bad}");
        }
        assert!(civil("2024-02-29", "23:59:60").is_some());
    }

    #[test]
    fn offsets_in_every_spelling() {
        let cases = [
            ("Z", Some(0)),
            ("+0900", Some(9 * 3600)),
            ("-07:00", Some(-7 * 3600)),
            ("UTC+2", Some(2 * 3600)),
            ("UTC-5:00", Some(-5 * 3600)),
            ("+0545", Some(5 * 3600 + 45 * 60)),
            ("GMT", Some(0)),
            ("+9", Some(9 * 3600)),
            ("", None),
            ("0900", None),
            ("+99:00", None),
            ("+09:61", None),
            ("Asia/Tokyo", None),
            ("+é0", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(offset(text), seconds, "{text}");
        }
    }

    #[test]
    fn zone_offsets_match_jiff_around_every_change() {
        let mut zones = Zones::default();
        for name in ["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin"] {
            let zone = TimeZone::get(name).unwrap();
            for day in ["2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-03-29", "2026-10-25"] {
                for quarter in 0..96 {
                    let time = format!("{:02}:{:02}:07", quarter / 4, quarter % 4 * 15);
                    let expected = format!("{day}T{time}").parse::<jiff::civil::DateTime>().unwrap();
                    let expected = zone.to_timestamp(expected).unwrap().as_second();
                    let read = zones.instant(&zone, civil(day, &time).unwrap());
                    assert_eq!(read.seconds(), expected, "{name} {day} {time}");
                }
            }
        }
        assert!(zones.kept.len() <= KEPT_OFFSETS);
    }
}
