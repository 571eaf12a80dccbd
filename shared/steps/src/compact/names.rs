//! What the names of raw objects tell: the hour, the shard and the range of records, without opening them.
//!
//! Records of one shard are told apart by their numbers, which are digits of any length and are compared as numbers. A
//! name that is no raw object's, which somebody may have put there by hand, reads as `None`.

use std::cmp::Ordering;

use hinomi_model::{EventTime, Fingerprint};
use hinomi_store::ArchiveKey;

/// The folder of raw objects.
const FOLDER: &str = "raw";

/// Longest number of a record. Kinesis writes 56 digits.
const MAX_DIGITS: usize = 128;

/// An hour of arrival, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Hour(pub(super) i64);

impl Hour {
    /// Returns the hour that holds an instant.
    pub(super) fn of(time: EventTime) -> Self {
        Hour(time.hour())
    }

    /// Returns its first instant.
    pub(super) fn start(self) -> EventTime {
        EventTime::from_seconds(self.0.saturating_mul(3_600))
    }

    /// Returns the first instant after it.
    pub(super) fn end(self) -> EventTime {
        Hour(self.0.saturating_add(1)).start()
    }

    /// Returns the folder of its raw objects.
    pub(super) fn folder(self) -> String {
        format!("{FOLDER}/{}/{:02}/", self.start().day(), self.0.rem_euclid(24))
    }

    /// Returns it as it stands in names: `2026-11-23T10`.
    pub(super) fn text(self) -> String {
        format!("{}T{:02}", self.start().day(), self.0.rem_euclid(24))
    }

    /// Reads an hour as [`text`](Self::text) writes it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let hour = Hour::of(EventTime::parse_rfc3339(&format!("{text}:00:00Z"))?);
        (hour.text() == text).then_some(hour)
    }
}

/// A record's number in its shard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sequence(Box<str>);

impl Sequence {
    /// Reads a number; `None` for what is none.
    pub(super) fn read(digits: &str) -> Option<Self> {
        let is_number =
            (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Sequence(digits.trim_start_matches('0').into()))
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zeros the longer number is the larger one.
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A raw object by its name. The order of the members is the order in which objects are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RawName {
    /// The shard.
    pub(super) shard: String,
    /// The first record.
    pub(super) first: Sequence,
    /// The last one.
    pub(super) last: Sequence,
    /// The whole name.
    pub(super) key: ArchiveKey,
}

impl RawName {
    /// Reads a name; `None` for what is no raw object's.
    pub(super) fn read(key: &ArchiveKey) -> Option<Self> {
        let mut segments = key.as_str().strip_prefix(FOLDER)?.strip_prefix('/')?.split('/');
        let (day, hour) = (segments.next()?, segments.next()?);
        Hour::read(&format!("{day}T{hour}"))?;
        let (shard, file) = (segments.next()?, segments.next()?);
        let (first, last) = file.strip_suffix(".zst")?.split_once('-')?;
        let (first, last) = (Sequence::read(first)?, Sequence::read(last)?);
        let is_raw = segments.next().is_none() && first <= last;
        is_raw.then(|| RawName { shard: shard.to_owned(), first, last, key: key.clone() })
    }

    /// Tells whether a record may be in both objects.
    pub(super) fn overlaps(&self, other: &RawName) -> bool {
        self.shard == other.shard && self.first <= other.last && other.first <= self.last
    }

    /// Returns what tells it from all others, in few bytes.
    pub(super) fn digest(key: &ArchiveKey) -> u128 {
        Fingerprint::new("raw object").text(key.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> Option<RawName> {
        RawName::read(&ArchiveKey::new(key).unwrap())
    }

    #[test]
    fn hours_have_folders_and_read_back() {
        let hour = Hour::of(EventTime::parse_rfc3339("2026-11-23T07:59:59Z").unwrap());
        assert_eq!((hour.folder().as_str(), hour.text().as_str()), ("raw/2026-11-23/07/", "2026-11-23T07"));
        assert_eq!(Hour::read(&hour.text()), Some(hour));
        assert_eq!(hour.end().to_string(), "2026-11-23T08:00:00Z");
        for text in ["", "2026-11-23", "2026-11-23T24", "2026-11-23T7", "2026-13-01T00", "x"] {
            assert_eq!(Hour::read(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let number = |digits: &str| Sequence::read(digits).unwrap();
        let rising = ["0", "7", "10", "99", "49590338271490256608559692538361571095921575989136588898"];
        assert!(rising.windows(2).all(|pair| number(pair[0]) < number(pair[1])));
        assert_eq!(number("007"), number("7"));
        for text in ["", "-1", "1e3", "१", &"1".repeat(MAX_DIGITS + 1)] {
            assert_eq!(Sequence::read(text), None, "{text}");
        }
    }

    #[test]
    fn objects_are_read_by_shard_and_number_and_others_are_none_of_ours() {
        let mut names: Vec<RawName> = ["s-1/9-9", "s-1/10-12", "s-0/100-100"]
            .iter()
            .map(|name_of| name(&format!("raw/2026-11-23/10/{name_of}.zst")).unwrap())
            .collect();
        names.sort();
        let firsts: Vec<&str> = names.iter().map(|name| &*name.first.0).collect();
        assert_eq!(firsts, ["100", "9", "10"]);
        for other in [
            "raw/2026-11-23/10/s-1/9.zst",
            "raw/2026-11-23/10/s-1/a-b.zst",
            "raw/2026-11-23/10/s-1/12-10.zst",
            "raw/2026-11-23/10/s-1/x/9-9.zst",
            "raw/2026-11-23/25/s-1/9-9.zst",
            "raw/2026-11-23/10/9-9.zst",
            "raw/9-9.zst",
            "rawer/2026-11-23/10/s-1/9-9.zst",
            "raw/2026-11-23/10/s-1/9-9.txt",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn ranges_overlap_within_a_shard_whatever_the_hour() {
        let of = |name_of: &str| name(&format!("raw/{name_of}.zst")).unwrap();
        let one = of("2026-11-23/10/s-0/5-20");
        for (other, overlaps) in [
            ("2026-11-23/11/s-0/20-30", true),
            ("2026-11-23/10/s-0/1-5", true),
            ("2026-11-23/10/s-0/8-9", true),
            ("2026-11-23/10/s-0/21-30", false),
            ("2026-11-23/10/s-1/5-20", false),
        ] {
            assert_eq!((one.overlaps(&of(other)), of(other).overlaps(&one)), (overlaps, overlaps), "{other}");
        }
    }
}
