//! The events that call a function, read once at the edge.
//!
//! One shape tells them apart: records of a Kinesis stream or of a DynamoDB table's stream, a schedule's time, an object
//! that changed (EventBridge), or a person's order to read the archive again. An event that is none of these is a
//! [`BadEvent`] with a name; its content is never told, because it may be a customer's log.
//!
//! Texts are borrowed from the payload. A Kinesis record's data is base64 inside JSON; all of a batch is decoded into one
//! buffer that the caller keeps, so a batch costs its bytes once. Read by serde_json, which borrows from its input;
//! simd-json would copy it first.

mod form;
mod kinesis;
mod table;

pub use kinesis::{Arrived, KinesisBatch, NotBase64};
pub use table::{TableBatch, TableRecord};

use hinomi_model::EventTime;

/// Why an event cannot be worked on. It comes from a wrong wiring or a wrong hand, never from a customer's log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadEvent {
    /// No JSON of any event that is known.
    #[error("event has no known form")]
    Unknown,
    /// A record of the batch has no number, place or data: the event was not made by a stream.
    #[error("record {index} of the batch has no {member}")]
    BadRecord {
        /// Which record, from 0.
        index: usize,
        /// What is missing or wrong.
        member: &'static str,
    },
    /// A batch with more records than Lambda ever sends.
    #[error("batch has {0} records")]
    TooManyRecords(usize),
    /// A schedule's or an order's value is wrong.
    #[error("event has no valid {0}")]
    BadValue(&'static str),
    /// An event of a known form, for another function.
    #[error("event is {0}, which this function does not take")]
    NotForThis(&'static str),
}

/// An event.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Records of a Kinesis stream.
    Kinesis(KinesisBatch<'a>),
    /// Changes of a DynamoDB table.
    Table(TableBatch),
    /// It is time.
    Schedule(Schedule),
    /// Old data is to be read again.
    Redrive(Redrive),
    /// An object was written.
    Object(ObjectWritten),
}

/// A schedule's call. Its time is `now` of whatever is done, so a call can be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When it was due.
    pub time: EventTime,
    /// Which part of the work, where it is divided.
    pub partition: Option<u16>,
}

/// An order to read objects of the archive again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redrive {
    /// One object.
    Object(String),
    /// All objects whose keys begin so, after one of them.
    Prefix {
        /// How their keys begin.
        prefix: String,
        /// The last one that was done.
        after: Option<String>,
    },
}

/// An object that S3 says was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectWritten {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// Most records in one batch: Lambda's own limit of a batch size.
pub const MAX_RECORDS: usize = 10_000;
/// Longest key or prefix of an object that is taken: S3's limit.
const MAX_KEY_BYTES: usize = 1024;

impl<'a> Event<'a> {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// [`BadEvent`], for what no source of ours sends.
    pub fn read(payload: &'a str) -> Result<Self, BadEvent> {
        let form: form::Event<'a> = serde_json::from_str(payload).map_err(|_| BadEvent::Unknown)?;
        if let Some(records) = form.records {
            return Self::records(records);
        }
        if form.source.is_some_and(|source| source.0 == "aws.s3") {
            return Self::object(form.detail).map(Event::Object);
        }
        if let Some(redrive) = form.redrive {
            return redrive.try_into().map(Event::Redrive);
        }
        let time = form.time.ok_or(BadEvent::Unknown)?;
        let time = EventTime::parse_rfc3339(&time.0).ok_or(BadEvent::BadValue("time"))?;
        Ok(Event::Schedule(Schedule { time, partition: form.partition }))
    }

    fn records(records: Vec<form::Record<'a>>) -> Result<Self, BadEvent> {
        if records.len() > MAX_RECORDS {
            return Err(BadEvent::TooManyRecords(records.len()));
        }
        match records.first() {
            Some(record) if record.kinesis.is_some() => KinesisBatch::new(records).map(Event::Kinesis),
            Some(record) if record.dynamodb.is_some() => TableBatch::new(records).map(Event::Table),
            _ => Err(BadEvent::Unknown),
        }
    }

    fn object(detail: Option<form::Detail>) -> Result<ObjectWritten, BadEvent> {
        let named = |value: Option<String>, what: &'static str| {
            let value = value.filter(|value| !value.is_empty() && value.len() <= MAX_KEY_BYTES);
            value.ok_or(BadEvent::BadValue(what))
        };
        let detail = detail.unwrap_or_default();
        Ok(ObjectWritten {
            bucket: named(detail.bucket.and_then(|bucket| bucket.name), "bucket")?,
            key: named(detail.object.and_then(|object| object.key), "object")?,
        })
    }

    /// Names the kind of event, for a function that does not take it.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Kinesis(_) => "a kinesis batch",
            Event::Table(_) => "a table's batch",
            Event::Schedule(_) => "a schedule",
            Event::Redrive(_) => "a redrive",
            Event::Object(_) => "an object's change",
        }
    }

    /// Makes the refusal of a function that does not take this event.
    pub fn refused(&self) -> BadEvent {
        BadEvent::NotForThis(self.kind())
    }
}

impl TryFrom<form::Redrive> for Redrive {
    type Error = BadEvent;

    fn try_from(form: form::Redrive) -> Result<Self, BadEvent> {
        let fits = |key: &Option<String>| key.as_ref().is_none_or(|key| key.len() <= MAX_KEY_BYTES);
        if !fits(&form.object) || !fits(&form.prefix) || !fits(&form.after) {
            return Err(BadEvent::BadValue("redrive"));
        }
        match (form.object, form.prefix) {
            (Some(object), None) if !object.is_empty() && form.after.is_none() => Ok(Redrive::Object(object)),
            // Without a prefix it would be the whole archive, which nobody means.
            (None, Some(prefix)) if !prefix.is_empty() => Ok(Redrive::Prefix { prefix, after: form.after }),
            _ => Err(BadEvent::BadValue("redrive")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_brings_its_own_time() {
        let event = Event::read(r#"{"time":"2026-11-23T10:00:00Z","partition":3}"#).unwrap();
        let time = EventTime::parse_rfc3339("2026-11-23T10:00:00Z").unwrap();
        assert_eq!(event, Event::Schedule(Schedule { time, partition: Some(3) }));
        assert_eq!(event.kind(), "a schedule");
    }

    #[test]
    fn a_change_of_an_object_is_no_schedule_though_it_has_a_time() {
        let event = Event::read(
            r#"{"version":"0","source":"aws.s3","time":"2026-11-23T10:00:00Z","detail-type":"Object Created",
                "detail":{"bucket":{"name":"config"},"object":{"key":"registry.yaml","size":7}}}"#,
        )
        .unwrap();
        let written = ObjectWritten { bucket: "config".to_owned(), key: "registry.yaml".to_owned() };
        assert_eq!(event, Event::Object(written));
    }

    #[test]
    fn orders_name_one_object_or_a_prefix() {
        let object = r#"{"redrive":{"object":"raw/2026-11-23/10/shard-0/1-2.zst"}}"#;
        assert_eq!(
            Event::read(object).unwrap(),
            Event::Redrive(Redrive::Object("raw/2026-11-23/10/shard-0/1-2.zst".to_owned()))
        );
        let prefix = r#"{"redrive":{"prefix":"raw/2026-11-23/","after":"raw/2026-11-23/10/a.zst"}}"#;
        assert_eq!(
            Event::read(prefix).unwrap(),
            Event::Redrive(Redrive::Prefix {
                prefix: "raw/2026-11-23/".to_owned(),
                after: Some("raw/2026-11-23/10/a.zst".to_owned())
            })
        );
        for wrong in
            [r#"{}"#, r#"{"prefix":""}"#, r#"{"object":"a","prefix":"b"}"#, r#"{"object":"a","after":"b"}"#]
        {
            let event = format!(r#"{{"redrive":{wrong}}}"#);
            assert_eq!(Event::read(&event), Err(BadEvent::BadValue("redrive")), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused_by_name() {
        for text in
            ["", "null", "[]", "7", "\"x\"", "{}", r#"{"Records":[]}"#, r#"{"Records":[{}]}"#, "{\"time\":7}"]
        {
            assert_eq!(Event::read(text), Err(BadEvent::Unknown), "{text}");
        }
        assert_eq!(Event::read(r#"{"time":"soon"}"#), Err(BadEvent::BadValue("time")));
        let object = r#"{"source":"aws.s3","detail":{"bucket":{"name":"b"}}}"#;
        assert_eq!(Event::read(object), Err(BadEvent::BadValue("object")));
        let many = format!(r#"{{"Records":[{}]}}"#, vec![r#"{"kinesis":{}}"#; MAX_RECORDS + 1].join(","));
        assert_eq!(Event::read(&many), Err(BadEvent::TooManyRecords(MAX_RECORDS + 1)));
    }
}
