//! The events that Lambda calls functions with, as JSON.

use hinomi_generate::encode::stream::StreamRecord;
use hinomi_model::EventTime;
use serde_json::{Value, json};

use crate::poller::Polled;

/// Returns a batch of a Kinesis stream.
pub fn kinesis(stream: &str, shard: usize, records: &[Polled]) -> String {
    let records = records.iter().map(|record| StreamRecord {
        sequence: &record.sequence,
        partition_key: &record.partition_key,
        arrived: record.arrived,
        data: &record.data,
    });
    hinomi_generate::encode::stream::event(stream, shard, records)
}

/// Returns a schedule's call.
pub fn schedule(time: EventTime, partition: Option<u16>) -> String {
    let mut call = json!({ "time": time.to_string() });
    if let (Some(partition), Value::Object(members)) = (partition, &mut call) {
        members.insert("partition".to_owned(), partition.into());
    }
    call.to_string()
}

/// Returns a batch of the stream of the table of incidents: these notices were put into the outbox.
pub fn outbox(ids: &[String]) -> String {
    let records: Vec<Value> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let keys = json!({"pk": {"S": format!("o#{id}")}, "sk": {"S": "o"}});
            let image = json!({
                "pk": {"S": format!("o#{id}")}, "sk": {"S": "o"}, "dp": {"S": "o"}, "dt": {"N": "1"},
            });
            json!({
                "eventID": number.to_string(),
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "ap-northeast-1",
                "dynamodb": {
                    "Keys": keys,
                    "NewImage": image,
                    "SequenceNumber": format!("{:021}", number + 1),
                    "StreamViewType": "NEW_IMAGE",
                },
                "eventSourceARN":
                    "arn:aws:dynamodb:ap-northeast-1:123456789012:table/incidents/stream/2026-01-01T00:00:00.000",
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}
