//! Lines on a Kinesis stream: records as collectors are told to send them, and the event in which Lambda hands them over.
//!
//! Source: "Using Lambda to process records from Amazon Kinesis Data Streams" (the event's members).

use std::io;

use serde_json::{Value, json};

use super::frames;

/// zstd's level that the collectors' configurations have.
const LEVEL: i32 = 3;

/// A record as the stream keeps it.
#[derive(Clone, Debug)]
pub struct StreamRecord<'a> {
    /// Its number in the shard: digits.
    pub sequence: &'a str,
    /// What chose its shard.
    pub partition_key: &'a str,
    /// When the stream took it, in seconds since the epoch.
    pub arrived: f64,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Cuts lines, each ended by a line feed, into so many a record, and compresses each record with zstd.
///
/// # Errors
///
/// None in practice: the compressor writes to memory.
pub fn zstd_records(text: &str, lines_each: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut records = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for (at, _) in text.match_indices('\n') {
        lines += 1;
        if lines % lines_each.max(1) == 0 || at + 1 == text.len() {
            records.push(::zstd::bulk::compress(&text.as_bytes()[start..=at], LEVEL)?);
            start = at + 1;
        }
    }
    Ok(records)
}

/// Writes the event of a batch of one shard.
pub fn event<'a>(stream: &str, shard: usize, records: impl IntoIterator<Item = StreamRecord<'a>>) -> String {
    let records: Vec<Value> = records
        .into_iter()
        .map(|record| {
            json!({
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": record.partition_key,
                    "sequenceNumber": record.sequence,
                    "data": frames::base64(record.data),
                    "approximateArrivalTimestamp": record.arrived,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": format!("shardId-{shard:012}:{}", record.sequence),
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/reader",
                "awsRegion": "ap-northeast-1",
                "eventSourceARN": format!("arn:aws:kinesis:ap-northeast-1:123456789012:stream/{stream}"),
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

/// Writes the event of records that arrived together, numbered from 0.
pub fn event_of(records: &[Vec<u8>], arrived: f64) -> String {
    let numbers: Vec<String> = (0..records.len()).map(|number| format!("{number:020}")).collect();
    let records = records.iter().zip(&numbers);
    let records =
        records.map(|(data, sequence)| StreamRecord { sequence, partition_key: "fw", arrived, data });
    event("logs", 0, records)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    #[test]
    fn a_batch_brings_every_line_once_and_in_order() {
        for lines in [1, 2, 5, 100] {
            let text = "one\ntwo\nthree\nfour\nfive\n";
            let records = zstd_records(text, lines).unwrap();
            assert_eq!(records.len(), 5_usize.div_ceil(lines));
            let event: Value = serde_json::from_str(&event_of(&records, 1.5)).unwrap();
            let mut read = Vec::new();
            for record in event["Records"].as_array().unwrap() {
                let data = record["kinesis"]["data"].as_str().unwrap();
                let packed = BASE64.decode(data.as_bytes()).unwrap();
                read.extend(::zstd::decode_all(packed.as_slice()).unwrap());
            }
            assert_eq!(read, text.as_bytes());
        }
        assert!(zstd_records("", 3).unwrap().is_empty());
    }
}
