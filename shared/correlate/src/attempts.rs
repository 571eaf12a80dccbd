//! Attempts: all lines of one host about one indicator within a minute are one.

use hinomi_model::{EventTime, Seconds};

/// Clusters instants (sorted) greedily: an attempt begins with its first instant and takes in what follows within
/// `length`. Returns when each began.
pub(crate) fn attempts(instants: &[EventTime], length: Seconds) -> Vec<EventTime> {
    let mut begun: Vec<EventTime> = Vec::new();
    for instant in instants {
        // Within 60 seconds means 60 seconds and no nanosecond more.
        if begun
            .last()
            .is_none_or(|start| instant.nanos().saturating_sub(start.nanos()) > length * 1_000_000_000)
        {
            begun.push(*instant);
        }
    }
    begun
}

/// Returns when the nth attempt came, with `most` attempts spanning at least `span` within `window`: the instant at
/// which the condition first held, and the attempts in that window.
pub(crate) fn persistent(
    begun: &[EventTime],
    most: u64,
    span: Seconds,
    window: Seconds,
) -> Option<(EventTime, u64, Seconds)> {
    let mut start = 0;
    for (end, instant) in begun.iter().enumerate() {
        while begun.get(start).is_some_and(|first| instant.since(*first) > window) {
            start += 1;
        }
        let Some(first) = begun.get(start) else { continue };
        let within = (end - start + 1) as u64;
        if within >= most && instant.since(*first) >= span {
            return Some((*instant, within, instant.since(*first)));
        }
    }
    None
}

/// Returns when attempts had come in `hours` different hours of a day (any 24 hours), and in how many.
pub(crate) fn in_hours(begun: &[EventTime], hours: u64) -> Option<(EventTime, u64)> {
    const DAY: Seconds = 86_400;
    let mut start = 0;
    for (end, instant) in begun.iter().enumerate() {
        while begun.get(start).is_some_and(|first| instant.since(*first) >= DAY) {
            start += 1;
        }
        let mut different: Vec<i64> =
            begun.get(start..=end).unwrap_or_default().iter().map(|t| t.hour()).collect();
        different.dedup();
        if different.len() as u64 >= hours {
            return Some((*instant, different.len() as u64));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: &[i64]) -> Vec<EventTime> {
        seconds.iter().map(|s| EventTime::from_seconds(*s)).collect()
    }

    #[test]
    fn lines_within_a_minute_are_one_attempt() {
        assert_eq!(attempts(&at(&[0, 1, 3, 60, 61, 200]), 60), at(&[0, 61, 200]));
    }

    #[test]
    fn three_attempts_must_span_five_minutes_within_an_hour() {
        let cases: [(&[i64], bool); 5] = [
            (&[0, 100, 299], false),
            (&[0, 100, 300], true),
            (&[0, 300], false),
            (&[0, 3000, 6000], false),
            (&[0, 6000, 6100, 6400], true),
        ];
        for (instants, holds) in cases {
            assert_eq!(persistent(&at(instants), 3, 300, 3600).is_some(), holds, "{instants:?}");
        }
    }

    #[test]
    fn four_different_hours_of_a_day() {
        let every_100_minutes: Vec<i64> = (0..4).map(|n| n * 6000).collect();
        let found = in_hours(&at(&every_100_minutes), 4);
        assert_eq!(found, Some((EventTime::from_seconds(18_000), 4)));
        let every_nine_hours: Vec<i64> = (0..9).map(|n| n * 32_400).collect();
        assert_eq!(in_hours(&at(&every_nine_hours), 4), None);
    }
}
