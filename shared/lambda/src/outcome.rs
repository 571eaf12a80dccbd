//! The answer to a batch of a stream.
//!
//! Lambda's contract for partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>): an empty list is
//! success; otherwise the stream goes on *from* the lowest sequence number named, so everything behind it comes again.
//! An identifier that is empty or belongs to no record of the batch fails the whole batch. Therefore there is one way
//! to say it: done, or done up to this record; and a sequence number that is none cannot be made.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A record's number in its shard: decimal digits, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence(Box<str>);

impl Sequence {
    /// The longest sequence number that is taken. Kinesis promises 128 digits at most, DynamoDB streams 40.
    pub const MAX_DIGITS: usize = 128;

    /// Makes a sequence number; `None` for what is none.
    pub fn new(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (digits && text.len() <= Self::MAX_DIGITS).then(|| Sequence(text.into()))
    }

    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of a batch: all of it is done, or everything before one record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a batch without an answer counts as done"]
pub struct Outcome(Option<Sequence>);

impl Outcome {
    /// Makes the answer from the first record that was not done; `None` when all were.
    ///
    /// Records behind the first are named by no answer: the stream brings them again anyway, done or not.
    pub fn of(first_undone: Option<&Sequence>) -> Self {
        Outcome(first_undone.cloned())
    }

    /// Returns the first record that was not done.
    pub fn first_undone(&self) -> Option<&Sequence> {
        self.0.as_ref()
    }
}

/// What a function answers.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer<T> {
    /// To a batch of a stream.
    Batch(Outcome),
    /// To a schedule or an order, for the person who looks at an invocation by hand.
    Told(T),
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Item<'a>(&'a str);
        impl Serialize for Item<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("itemIdentifier", self.0)?;
                map.end()
            }
        }
        let items: Vec<Item<'_>> = self.0.iter().map(|sequence| Item(sequence.as_str())).collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("batchItemFailures", &items)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_is_done_names_nothing() {
        assert_eq!(serde_json::to_string(&Outcome::of(None)).unwrap(), r#"{"batchItemFailures":[]}"#);
    }

    #[test]
    fn a_batch_that_is_not_done_names_its_first_undone_record_alone() {
        let sequence = Sequence::new("49590338271490256608559692538361571095921575989136588898").unwrap();
        assert_eq!(
            serde_json::to_string(&Outcome::of(Some(&sequence))).unwrap(),
            r#"{"batchItemFailures":[{"itemIdentifier":"49590338271490256608559692538361571095921575989136588898"}]}"#
        );
    }

    #[test]
    fn what_would_fail_the_whole_batch_is_no_sequence_number() {
        for text in ["", " ", "1 ", "-1", "null", "１", "1\n", &"1".repeat(Sequence::MAX_DIGITS + 1)] {
            assert_eq!(Sequence::new(text), None, "{text:?}");
        }
        assert!(Sequence::new(&"1".repeat(Sequence::MAX_DIGITS)).is_some());
    }
}
