//! What an event source mapping gave up, as Lambda writes it to S3
//! (<https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>): a document about the failure whose
//! member `payload` is the whole event, as text or as an object.

use hinomi_lambda::Event;
use hinomi_steps::redrive::{GivenUp, GivenUpRecord};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Document<'d> {
    #[serde(borrow)]
    payload: &'d RawValue,
}

/// Reads a batch that was given up; `None` for any other object.
pub(crate) fn read(object: &[u8]) -> Option<GivenUp> {
    let document: Document<'_> = serde_json::from_slice(object).ok()?;
    let text: String;
    let event = match serde_json::from_str(document.payload.get()) {
        Ok(unescaped) => {
            text = unescaped;
            text.as_str()
        }
        Err(_) => document.payload.get(),
    };
    let Event::Kinesis(batch) = Event::read(event).ok()? else { return None };
    let mut buffer = Vec::new();
    let records = batch
        .decode(&mut buffer)
        .into_iter()
        .map(|record| GivenUpRecord {
            sequence: record.sequence.as_str().to_owned(),
            arrived: record.arrived,
            data: record.data.map(<[u8]>::to_vec).map_err(|_| record.coded.as_bytes().to_vec()),
        })
        .collect();
    Some(GivenUp { shard: batch.shard().to_owned(), records })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"Records":[{"kinesis":{"partitionKey":"FGT1","sequenceNumber":"17","data":"YWJj","approximateArrivalTimestamp":1795428000.123},"eventID":"shardId-000000000006:17","eventSource":"aws:kinesis"},{"kinesis":{"partitionKey":"FGT1","sequenceNumber":"18","data":"no base64","approximateArrivalTimestamp":1795428000.5},"eventID":"shardId-000000000006:18","eventSource":"aws:kinesis"}]}"#;

    #[test]
    fn the_event_is_read_as_text_and_as_an_object() {
        let about = r#""requestContext":{"condition":"RetryAttemptsExhausted"},"KinesisBatchInfo":{"shardId":"shardId-000000000006"},"version":"1.0""#;
        let as_text = format!(r#"{{{about},"payload":{}}}"#, serde_json::to_string(EVENT).unwrap());
        let as_object = format!(r#"{{{about},"payload":{EVENT}}}"#);
        for document in [as_text, as_object] {
            let given_up = read(document.as_bytes()).unwrap();
            assert_eq!((given_up.shard.as_str(), given_up.records.len()), ("shardId-000000000006", 2));
            assert_eq!(
                (given_up.records[0].sequence.as_str(), &given_up.records[0].data),
                ("17", &Ok(b"abc".to_vec()))
            );
            assert_eq!(given_up.records[1].data, Err(b"no base64".to_vec()));
        }
    }

    #[test]
    fn other_objects_are_none() {
        for other in [
            "",
            "{}",
            r#"{"payload":7}"#,
            r#"{"payload":"x"}"#,
            r#"{"payload":{"time":"2026-11-23T10:00:00Z"}}"#,
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
