//! A reader of a stream that a test drives: Kinesis and DynamoDB are read by the same steps.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Aws, Error};

/// Pages of a shard that are read at once: beyond, the shard does not end.
const MAX_PAGES: usize = 1_000;

/// A stream, and how far each of its shards was read.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// The service as it signs.
    service: &'static str,
    /// The service's version, which stands before each action.
    version: &'static str,
    /// What the stream is called by in a request.
    called: (&'static str, String),
    /// What the number is called by from which a shard is read on.
    from: &'static str,
    /// The last number read of each shard.
    read: BTreeMap<String, String>,
}

impl Stream {
    /// Makes a reader of a stream of Kinesis from its beginning.
    pub(super) fn kinesis(name: &str) -> Self {
        Stream {
            service: "kinesis",
            version: "Kinesis_20131202",
            called: ("StreamName", name.to_owned()),
            from: "StartingSequenceNumber",
            read: BTreeMap::new(),
        }
    }

    /// Makes a reader of a table's stream from its beginning.
    ///
    /// # Errors
    ///
    /// Those of the call; [`Error::Answer`] when the table has no stream.
    pub(super) fn table(aws: &Aws, table: &str) -> Result<Self, Error> {
        let described =
            aws.json("dynamodb", "DynamoDB_20120810.DescribeTable", &json!({"TableName": table}))?;
        let arn = described["Table"]["LatestStreamArn"].as_str();
        let arn = arn.ok_or_else(|| Error::Answer(format!("{table} has no stream: {described}")))?;
        Ok(Stream {
            service: "dynamodb",
            version: "DynamoDBStreams_20120810",
            called: ("StreamArn", arn.to_owned()),
            from: "SequenceNumber",
            read: BTreeMap::new(),
        })
    }

    /// Returns the stream's name or ARN, as it is called by.
    pub(super) fn name(&self) -> &str {
        &self.called.1
    }

    /// Returns the records that are new since this was called last, by shard.
    ///
    /// # Errors
    ///
    /// Those of the calls; [`Error::Late`] when a shard does not end.
    pub(super) fn new_records(&mut self, aws: &Aws) -> Result<Vec<Vec<Value>>, Error> {
        let described = self.ask(aws, "DescribeStream", json!({}))?;
        let shards = described["StreamDescription"]["Shards"].as_array().cloned().unwrap_or_default();
        let ids = shards.iter().filter_map(|shard| shard["ShardId"].as_str());
        ids.map(|id| self.new_of(aws, id)).collect()
    }

    fn new_of(&mut self, aws: &Aws, shard: &str) -> Result<Vec<Value>, Error> {
        let ask = match self.read.get(shard) {
            Some(last) => {
                json!({"ShardId": shard, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", self.from: last})
            }
            None => json!({"ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}),
        };
        let mut place = self.ask(aws, "GetShardIterator", ask)?["ShardIterator"].take();
        let mut records = Vec::new();
        for _ in 0..MAX_PAGES {
            let target = format!("{}.GetRecords", self.version);
            let mut page = aws.json(self.service, &target, &json!({"ShardIterator": place}))?;
            let Value::Array(new) = page["Records"].take() else {
                return Err(Error::Answer(format!("{target}: {page}")));
            };
            if new.is_empty() {
                return Ok(records);
            }
            let last = new.last().map(|record| match &record["dynamodb"] {
                Value::Null => record["SequenceNumber"].clone(),
                change => change["SequenceNumber"].clone(),
            });
            if let Some(Value::String(last)) = last {
                self.read.insert(shard.to_owned(), last);
            }
            records.extend(new);
            place = page["NextShardIterator"].take();
        }
        Err(Error::Late(format!("shard {shard} of {} ends", self.name())))
    }

    fn ask(&self, aws: &Aws, action: &str, mut request: Value) -> Result<Value, Error> {
        let (name, value) = &self.called;
        request[name] = value.as_str().into();
        aws.json(self.service, &format!("{}.{action}", self.version), &request)
    }
}
