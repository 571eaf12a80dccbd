//! A stream of Kinesis, by `PutRecords`.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::SdkConfig;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use hinomi_model::Fingerprint;
use hinomi_store::{Error, Result, Stream, StreamRecord};

use crate::meaning::{Word, meaning, word};
use crate::pause::Pauses;

/// Records of one call (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html>).
const CALL_RECORDS: usize = 500;
/// Bytes of one call, keys included: Kinesis takes 5 MiB, and more since 2025; the smaller one holds everywhere.
const CALL_BYTES: usize = 5 << 20;
/// Characters of a partition key.
const KEY_CHARACTERS: usize = 256;
/// Attempts in a row that may put none of the records that a call left undone. With the pauses between, some three
/// seconds: a shard's limits count by the second, so a shard that takes nothing for longer is taken up by others.
const ATTEMPTS: u32 = 8;

/// A stream to put records into. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Records {
    client: Client,
    stream: String,
    pauses: Pauses,
    /// Records that a call left undone and that were put again.
    repeated: Arc<AtomicU64>,
}

impl Records {
    /// Names a stream.
    pub fn new(config: &SdkConfig, stream: &str) -> Self {
        Records {
            client: Client::new(config),
            stream: stream.to_owned(),
            pauses: Pauses::default(),
            repeated: Arc::default(),
        }
    }

    /// Pauses otherwise between attempts.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        Records { pauses, ..self }
    }

    /// Returns how many records were put again since this was asked last, because a call left them undone.
    pub fn take_repeated(&self) -> u64 {
        self.repeated.swap(0, Ordering::Relaxed)
    }

    /// Puts as many records as one call takes, and again those that were refused one by one.
    async fn put_call(&self, records: &[&StreamRecord]) -> Result<()> {
        let what = "putting records";
        let mut left: Vec<PutRecordsRequestEntry> =
            records.iter().map(|record| entry(record)).collect::<Result<_>>()?;
        let mut attempts = self.pauses.attempts(left.len(), ATTEMPTS);
        loop {
            let call = self.client.put_records().stream_name(&self.stream).set_records(Some(left.clone()));
            let answer = call.send().await.map_err(|error| meaning(what, error))?;
            if answer.failed_record_count.unwrap_or(0) == 0 {
                return Ok(());
            }
            // An answer that is shorter than the call says nothing about its end, so that is put again.
            let outcomes = answer.records.iter().map(|outcome| outcome.error_code());
            let mut outcomes: Vec<Option<&str>> = outcomes.collect();
            outcomes.resize(left.len(), Some("no outcome"));
            let failed: Vec<&str> = outcomes.iter().copied().flatten().collect();
            if !attempts.again(failed.len()).await {
                let throttled = failed.iter().any(|code| word(code) == Word::Throttled);
                let failed = failed.first().copied().unwrap_or("unknown");
                return Err(match throttled {
                    true => Error::Throttled,
                    false => Error::Unavailable { what: format!("{what}: {failed}"), source: None },
                });
            }
            let undone = left.into_iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_some());
            left = undone.map(|(entry, _)| entry).collect();
            self.repeated.fetch_add(left.len() as u64, Ordering::Relaxed);
        }
    }
}

fn entry(record: &StreamRecord) -> Result<PutRecordsRequestEntry> {
    let entry = PutRecordsRequestEntry::builder()
        .partition_key(partition_key(&record.key))
        .data(Blob::new(record.bytes.as_slice()));
    entry.build().map_err(|_| Error::Refused { what: "putting records: record not complete".to_owned() })
}

/// Returns a key that Kinesis takes: a longer one by its fingerprint, which goes to one shard as well.
fn partition_key(key: &str) -> Cow<'_, str> {
    match key.chars().nth(KEY_CHARACTERS) {
        None => Cow::Borrowed(key),
        Some(_) => Cow::Owned(format!("{:032x}", Fingerprint::new("partition/1").text(key).finish())),
    }
}

impl Stream for Records {
    async fn put(&self, records: &[StreamRecord]) -> Result<()> {
        records.iter().try_for_each(StreamRecord::check)?;
        let mut call: Vec<&StreamRecord> = Vec::new();
        let mut bytes = 0;
        for record in records {
            let size = record.key.len() + record.bytes.len();
            if call.len() == CALL_RECORDS || bytes + size > CALL_BYTES {
                self.put_call(&call).await?;
                call.clear();
                bytes = 0;
            }
            call.push(record);
            bytes += size;
        }
        if call.is_empty() { Ok(()) } else { self.put_call(&call).await }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::replay::{Answer, Service, json_error, says};

    fn records(service: &Service) -> Records {
        Records::new(&service.config(), "findings").with_pauses(service.pauses())
    }

    fn some(count: usize) -> Vec<StreamRecord> {
        (0..count).map(|number| StreamRecord { key: format!("a/{number}"), bytes: b"x".to_vec() }).collect()
    }

    /// Says for each record whether it was put.
    fn outcomes(codes: &[Option<&str>]) -> Answer {
        let outcome = |code: &Option<&str>| match code {
            Some(code) => json!({"ErrorCode": code, "ErrorMessage": "m"}),
            None => json!({"SequenceNumber": "1", "ShardId": "shardId-000000000000"}),
        };
        let failed = codes.iter().flatten().count();
        let records: Vec<Value> = codes.iter().map(outcome).collect();
        says(200, json!({"FailedRecordCount": failed, "Records": records}).to_string())
    }

    fn keys(service: &Service, call: usize) -> Vec<String> {
        let asked = service.asked()[call].json();
        let records = asked["Records"].as_array().unwrap();
        records.iter().map(|record| record["PartitionKey"].as_str().unwrap().to_owned()).collect()
    }

    const THROTTLED: Option<&str> = Some("ProvisionedThroughputExceededException");

    #[tokio::test]
    async fn records_that_were_refused_are_put_again_and_no_others() {
        let service = Service::new([
            outcomes(&[None, THROTTLED, None, Some("InternalFailure")]),
            outcomes(&[THROTTLED, None]),
            outcomes(&[None]),
        ]);
        records(&service).put(&some(4)).await.unwrap();
        assert_eq!(keys(&service, 0), ["a/0", "a/1", "a/2", "a/3"]);
        assert_eq!(
            (keys(&service, 1), keys(&service, 2)),
            (vec!["a/1".to_owned(), "a/3".to_owned()], vec!["a/1".to_owned()])
        );
        assert_eq!(service.paused().len(), 2);
    }

    #[tokio::test]
    async fn a_shard_that_takes_one_record_at_a_time_gets_all_of_them() {
        let one_more = |left: usize| {
            let mut codes = vec![THROTTLED; left];
            codes[0] = None;
            outcomes(&codes)
        };
        let service = Service::new((1..=20).rev().map(one_more));
        records(&service).put(&some(20)).await.unwrap();
        assert_eq!((service.asked().len(), keys(&service, 19)), (20, vec!["a/19".to_owned()]));
        assert!(service.paused().is_sorted(), "a shard at its limit is not asked sooner each time");
        // One step forward does not let it go on for ever.
        let service =
            Service::new([outcomes(&[None, THROTTLED])].into_iter().chain(vec![outcomes(&[THROTTLED]); 100]));
        assert!(matches!(records(&service).put(&some(2)).await, Err(Error::Throttled)));
        assert_eq!(service.asked().len(), 1 + 8);
    }

    #[tokio::test]
    async fn records_that_are_refused_for_ever_are_told() {
        let service = Service::new(vec![outcomes(&[THROTTLED]); 100]);
        assert!(matches!(records(&service).put(&some(1)).await, Err(Error::Throttled)));
        assert_eq!((service.asked().len(), service.paused().len()), (8, 7));
        let service = Service::new(vec![outcomes(&[Some("InternalFailure")]); 100]);
        let error = records(&service).put(&some(1)).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn an_answer_that_is_short_does_not_lose_records() {
        let service = Service::new([
            says(200, json!({"FailedRecordCount": 1, "Records": [{"SequenceNumber": "1"}]}).to_string()),
            outcomes(&[None, None]),
        ]);
        records(&service).put(&some(3)).await.unwrap();
        assert_eq!(keys(&service, 1), ["a/1", "a/2"]);
    }

    #[tokio::test]
    async fn a_call_takes_no_more_than_kinesis_does() {
        let service =
            Service::new(vec![says(200, json!({"FailedRecordCount": 0, "Records": []}).to_string()); 3]);
        records(&service).put(&some(1_001)).await.unwrap();
        assert_eq!([0, 1, 2].map(|call| keys(&service, call).len()), [500, 500, 1]);
        let large = vec![StreamRecord { key: "k".to_owned(), bytes: vec![0; 1_000_000] }; 12];
        let service =
            Service::new(vec![says(200, json!({"FailedRecordCount": 0, "Records": []}).to_string()); 3]);
        records(&service).put(&large).await.unwrap();
        assert_eq!([0, 1, 2].map(|call| keys(&service, call).len()), [5, 5, 2]);
        assert_eq!(service.asked().len(), 3);
    }

    #[tokio::test]
    async fn a_call_that_fails_as_a_whole_has_its_meaning() {
        for (answer, throttled) in [
            (json_error("ProvisionedThroughputExceededException"), true),
            (json_error("LimitExceededException"), true),
            (json_error("ResourceNotFoundException"), false),
            (Answer::Lost, false),
        ] {
            let error = records(&Service::new([answer])).put(&some(1)).await.unwrap_err();
            assert!(error.is_retryable() && matches!(error, Error::Throttled) == throttled, "{error:?}");
        }
    }

    #[test]
    fn a_long_key_keeps_a_shard_of_its_own() {
        let long = |end: &str| "長".repeat(256) + end;
        assert_eq!(partition_key(&long("")), long(""));
        assert_eq!(partition_key(&long("a")), partition_key(&long("a")));
        assert_ne!(partition_key(&long("a")), partition_key(&long("b")));
        assert!(partition_key(&long("a")).len() <= 256);
    }
}
