//! Event time: the one clock of the engine.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in whole seconds; the unit of every window and threshold.
pub type Seconds = i64;

const NANOS: i64 = 1_000_000_000;

/// An instant in UTC with nanoseconds, between the years 1677 and 2262.
///
/// Arithmetic saturates: a hostile time stamp cannot overflow anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime(i64);

impl EventTime {
    /// The Unix epoch; also what "no time known" degrades to.
    pub const EPOCH: EventTime = EventTime(0);
    /// Later than every real event.
    pub const MAX: EventTime = EventTime(i64::MAX);

    /// Makes an instant from nanoseconds since the Unix epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        EventTime(nanos)
    }

    /// Makes an instant from seconds since the Unix epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        EventTime(seconds.saturating_mul(NANOS))
    }

    /// Returns nanoseconds since the Unix epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Returns whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(NANOS)
    }

    /// Returns the number of the UTC minute that holds this instant.
    pub const fn minute(self) -> i64 {
        self.0.div_euclid(60 * NANOS)
    }

    /// Returns the number of the UTC hour that holds this instant.
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(3_600 * NANOS)
    }

    /// Returns the UTC day that holds this instant.
    pub const fn day(self) -> UtcDay {
        UtcDay(self.0.div_euclid(86_400 * NANOS) as i32)
    }

    /// Returns this instant moved by `seconds`, which may be negative.
    #[must_use]
    pub const fn plus(self, seconds: Seconds) -> Self {
        EventTime(self.0.saturating_add(seconds.saturating_mul(NANOS)))
    }

    /// Returns the seconds from `earlier` to this instant, rounded down; negative when `earlier` is later.
    pub const fn since(self, earlier: EventTime) -> Seconds {
        self.0.saturating_sub(earlier.0).div_euclid(NANOS)
    }

    /// Returns the instant as `jiff` knows it.
    pub fn timestamp(self) -> Timestamp {
        // Every i64 of nanoseconds lies within jiff's range of years -9999 to 9999.
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Reads an RFC 3339 time stamp; `None` when it is none or out of range.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.parse().ok()?;
        i64::try_from(timestamp.as_nanosecond()).ok().map(EventTime)
    }
}

impl fmt::Display for EventTime {
    /// Writes RFC 3339 in UTC with as many fraction digits as are needed (0, 3, 6 or 9).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Serialize for EventTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        EventTime::parse_rfc3339(&text).ok_or_else(|| de::Error::custom("not an RFC 3339 time stamp"))
    }
}

/// A day in UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtcDay(pub i32);

impl UtcDay {
    /// Returns the first instant of the day.
    pub const fn start(self) -> EventTime {
        EventTime::from_seconds(self.0 as i64 * 86_400)
    }
}

impl fmt::Display for UtcDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.start().timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
        date.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_back() {
        let time = EventTime::parse_rfc3339("2026-01-20T01:15:01.123456789Z").unwrap();
        assert_eq!(time.nanos(), 1_768_871_701_123_456_789);
        assert_eq!(time.to_string(), "2026-01-20T01:15:01.123456789Z");
        assert_eq!(time.day().to_string(), "2026-01-20");
    }

    #[test]
    fn minutes_hours_and_days_are_whole_seconds_rounded_down() {
        let day = 86_400 * NANOS;
        for whole in [i64::MIN + day, -day, -3_600 * NANOS, -60 * NANOS, 0, 60 * NANOS, day, i64::MAX - day] {
            for beside in [-1, 0, 1, NANOS - 1] {
                let time = EventTime::from_nanos(whole + beside);
                assert_eq!(time.minute(), time.seconds().div_euclid(60));
                assert_eq!(time.hour(), time.seconds().div_euclid(3_600));
                assert_eq!(i64::from(time.day().0), time.seconds().div_euclid(86_400));
            }
        }
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(EventTime::MAX.plus(1), EventTime::MAX);
        assert_eq!(EventTime::from_seconds(i64::MIN).since(EventTime::MAX), i64::MIN.div_euclid(NANOS));
    }
}
