//! Records of a Kinesis stream, as an event source mapping brings them
//! (<https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>).

use std::borrow::Cow;

use data_encoding::BASE64;
use hinomi_model::EventTime;

use super::{BadEvent, form};
use crate::outcome::Sequence;

/// A record's data is no base64. Kinesis always sends base64, so the record was made by hand or broken on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("data is not base64")]
pub struct NotBase64;

/// A batch of one shard, in the shard's order.
#[derive(Debug, PartialEq)]
pub struct KinesisBatch<'a> {
    shard: String,
    records: Vec<Coded<'a>>,
}

/// A record whose data is still base64.
#[derive(Debug, PartialEq)]
struct Coded<'a> {
    sequence: Sequence,
    arrived: EventTime,
    data: Cow<'a, str>,
}

/// A record as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived<'b> {
    /// Its number in the shard.
    pub sequence: Sequence,
    /// When the stream took it.
    pub arrived: EventTime,
    /// Its bytes.
    pub data: Result<&'b [u8], NotBase64>,
    /// Its bytes as they came: base64, if it was any.
    pub coded: &'b str,
}

/// Longest name of a shard that is taken; Kinesis gives 20 bytes, and 128 at most.
const MAX_SHARD_BYTES: usize = 128;

impl<'a> KinesisBatch<'a> {
    pub(super) fn new(records: Vec<form::Record<'a>>) -> Result<Self, BadEvent> {
        let mut shard = None;
        let mut coded = Vec::with_capacity(records.len());
        for (index, record) in records.into_iter().enumerate() {
            let missing = |member: &'static str| BadEvent::BadRecord { index, member };
            let kinesis = record.kinesis.ok_or_else(|| missing("kinesis"))?;
            let sequence = kinesis.sequence_number.and_then(|number| Sequence::new(&number.0));
            if shard.is_none() {
                let named = record.event_id.and_then(|id| shard_of(&id.0));
                shard = Some(named.ok_or_else(|| missing("eventID"))?);
            }
            let arrived = kinesis.approximate_arrival_timestamp.and_then(from_float);
            coded.push(Coded {
                sequence: sequence.ok_or_else(|| missing("sequenceNumber"))?,
                arrived: arrived.ok_or_else(|| missing("approximateArrivalTimestamp"))?,
                data: kinesis.data.ok_or_else(|| missing("data"))?.0,
            });
        }
        let shard = shard.ok_or(BadEvent::Unknown)?;
        Ok(KinesisBatch { shard, records: coded })
    }

    /// Returns the shard's name, of ASCII letters, digits and `-`.
    pub fn shard(&self) -> &str {
        &self.shard
    }

    /// Decodes all records into `buffer`, which is emptied first and keeps its memory for the next batch.
    ///
    /// Data that is no base64 is that record's error and no other's.
    pub fn decode<'b>(&'b self, buffer: &'b mut Vec<u8>) -> Vec<Arrived<'b>> {
        buffer.clear();
        let mut places = Vec::with_capacity(self.records.len());
        for record in &self.records {
            places.push(decode_behind(buffer, record.data.as_bytes()));
        }
        let buffer: &'b [u8] = buffer;
        let arrived = self.records.iter().zip(places).map(|(record, place)| Arrived {
            sequence: record.sequence.clone(),
            arrived: record.arrived,
            coded: &record.data,
            data: place.and_then(|place| buffer.get(place).ok_or(NotBase64)),
        });
        arrived.collect()
    }
}

/// Decodes text behind what the buffer holds and returns where it stands.
fn decode_behind(buffer: &mut Vec<u8>, text: &[u8]) -> Result<std::ops::Range<usize>, NotBase64> {
    let start = buffer.len();
    let most = BASE64.decode_len(text.len()).map_err(|_| NotBase64)?;
    buffer.resize(start + most, 0);
    let target = buffer.get_mut(start..).unwrap_or_default();
    let decoded = BASE64.decode_mut(text, target);
    let end = start + decoded.as_ref().copied().unwrap_or(0);
    buffer.truncate(end);
    decoded.map(|_| start..end).map_err(|_| NotBase64)
}

/// Returns the shard of an event's id, `shardId-000000000006:4959...`.
fn shard_of(event_id: &str) -> Option<String> {
    let (shard, _) = event_id.split_once(':')?;
    let plain = shard.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plain && !shard.is_empty() && shard.len() <= MAX_SHARD_BYTES).then(|| shard.to_owned())
}

/// Reads a time of arrival: seconds since 1970, with milliseconds behind the point.
fn from_float(seconds: f64) -> Option<EventTime> {
    let millis = (seconds * 1000.0).round();
    // Beyond these the time would not fit; a stream that says so was made by hand.
    if !(0.0..9.0e15).contains(&millis) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked just before")]
    let millis = millis as i64;
    millis.checked_mul(1_000_000).map(EventTime::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    fn event(records: &[(&str, &str)]) -> String {
        let records: Vec<String> = records
            .iter()
            .map(|(sequence, data)| {
                format!(
                    r#"{{"kinesis":{{"kinesisSchemaVersion":"1.0","partitionKey":"FGT60FTK20000001","sequenceNumber":"{sequence}","data":"{data}","approximateArrivalTimestamp":1795428000.123}},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:{sequence}","eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::123456789012:role/r","awsRegion":"ap-northeast-1","eventSourceARN":"arn:aws:kinesis:ap-northeast-1:123456789012:stream/logs"}}"#
                )
            })
            .collect();
        format!(r#"{{"Records":[{}]}}"#, records.join(","))
    }

    fn batch(text: &str) -> KinesisBatch<'_> {
        match Event::read(text).unwrap() {
            Event::Kinesis(batch) => batch,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn records_come_with_their_shard_number_and_arrival() {
        let text = event(&[("17", "bGluZSAx"), ("18", "")]);
        let batch = batch(&text);
        let mut buffer = vec![9; 100];
        let arrived = batch.decode(&mut buffer);
        assert_eq!((batch.shard(), arrived.len()), ("shardId-000000000006", 2));
        let first = arrived.first().unwrap();
        assert_eq!(first.sequence.as_str(), "17");
        assert_eq!(first.arrived, EventTime::parse_rfc3339("2026-11-23T10:00:00.123Z").unwrap());
        assert_eq!(first.data, Ok(&b"line 1"[..]));
        assert_eq!(arrived.last().unwrap().data, Ok(&b""[..]));
    }

    #[test]
    fn what_is_no_base64_is_one_records_error() {
        let text =
            event(&[("1", "YQ=="), ("2", "a log line"), ("3", "YWI"), ("4", "YWJj\\n"), ("5", "YWJj")]);
        let batch = batch(&text);
        let mut buffer = Vec::new();
        let data: Vec<_> = batch.decode(&mut buffer).into_iter().map(|record| record.data).collect();
        assert_eq!(data, [Ok(&b"a"[..]), Err(NotBase64), Err(NotBase64), Err(NotBase64), Ok(&b"abc"[..])]);
    }

    #[test]
    fn data_is_borrowed_from_the_event() {
        let text = event(&[("1", "YWJj")]);
        let batch = batch(&text);
        assert!(matches!(batch.records.first().unwrap().data, Cow::Borrowed(_)));
        // JSON may escape the solidus, which is a letter of base64.
        let escaped = event(&[("1", "YW\\/j")]);
        let mut buffer = Vec::new();
        let batch = self::batch(&escaped);
        assert_eq!(batch.decode(&mut buffer).first().unwrap().data, Ok(&b"a\x6f\xe3"[..]));
    }

    #[test]
    fn an_event_that_no_stream_made_is_refused_and_says_where() {
        let good = event(&[("17", "YQ=="), ("18", "YQ==")]);
        for (from, to, member) in [
            (r#""sequenceNumber":"17""#, r#""sequenceNumber":"""#, "sequenceNumber"),
            (r#""sequenceNumber":"17","#, "", "sequenceNumber"),
            (r#""data":"YQ==","#, "", "data"),
            ("1795428000.123", "-1", "approximateArrivalTimestamp"),
            ("1795428000.123", "1e300", "approximateArrivalTimestamp"),
            ("shardId-000000000006:17", "shardId-000000000006", "eventID"),
            ("shardId-000000000006:17", "../x:17", "eventID"),
        ] {
            let event = good.replacen(from, to, 1);
            assert_ne!(event, good, "{from}");
            assert_eq!(Event::read(&event), Err(BadEvent::BadRecord { index: 0, member }), "{from}");
        }
        let mixed = good.replacen(r#""kinesis":{"k"#, r#""dynamodb":{},"none":{"k"#, 2);
        let mixed = mixed.replacen(r#""dynamodb":{},"none""#, r#""kinesis""#, 1);
        assert_eq!(Event::read(&mixed), Err(BadEvent::BadRecord { index: 1, member: "kinesis" }));
    }
}
