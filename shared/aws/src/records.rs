//! A stream of Kinesis, by `PutRecords`.

use std::borrow::Cow;

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
/// Attempts for records that a call left undone. With the pauses between, some three seconds: a shard's limits count by
/// the second, so what is refused longer is refused because there are too few shards.
const ATTEMPTS: u32 = 8;

/// A stream to put records into. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Records {
    client: Client,
    stream: String,
    pauses: Pauses,
}

impl Records {
    /// Names a stream.
    pub fn new(client: Client, stream: &str) -> Self {
        Records { client, stream: stream.to_owned(), pauses: Pauses::default() }
    }

    /// Pauses otherwise between attempts.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        Records { pauses, ..self }
    }

    /// Puts as many records as one call takes, and again those that were refused one by one.
    async fn put_call(&self, records: &[&StreamRecord]) -> Result<()> {
        let what = "putting records";
        let mut left: Vec<PutRecordsRequestEntry> =
            records.iter().map(|record| entry(record)).collect::<Result<_>>()?;
        for attempt in 0..ATTEMPTS {
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
            if attempt + 1 == ATTEMPTS {
                let throttled = failed.iter().any(|code| word(code) == Word::Throttled);
                let failed = failed.first().copied().unwrap_or("unknown");
                return Err(match throttled {
                    true => Error::Throttled,
                    false => Error::Unavailable { what: format!("{what}: {failed}"), source: None },
                });
            }
            let undone = left.into_iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_some());
            left = undone.map(|(entry, _)| entry).collect();
            self.pauses.after(attempt).await;
        }
        Err(Error::Throttled)
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
