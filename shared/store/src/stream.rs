//! Records on their way to another function, and a stream in memory.

use std::sync::{Arc, Mutex, PoisonError};

use hinomi_model::Fingerprint;

use crate::error::{Error, Result};
use crate::ports::{at_most, check_key, limits};

/// A record to be put into a stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamRecord {
    /// Records of one key go to one shard, as long as the stream is not resharded.
    pub key: String,
    /// The record, at most [`limits::RECORD_BYTES`].
    pub bytes: Vec<u8>,
}

impl StreamRecord {
    /// Checks the limits; every implementation does so first, for all records of a call.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] or [`Error::BadKey`].
    pub fn check(&self) -> Result<()> {
        check_key(&self.key)?;
        at_most("record", self.bytes.len(), limits::RECORD_BYTES)
    }
}

/// Where records are put for another function to read.
pub trait Stream: Send + Sync {
    /// Puts records, any number of them.
    ///
    /// Each record is put or not by itself: after [`Error::Throttled`] or [`Error::Unavailable`] **some may be there**,
    /// and the call is repeated whole, so a reader may find a record twice. Nothing is put when a record is beyond the
    /// limits. No order is promised, not even within a key.
    fn put(&self, records: &[StreamRecord]) -> impl Future<Output = Result<()>> + Send;
}

/// The stream of tests: shards by key, sequence numbers that rise. Clones share it.
#[derive(Clone, Debug)]
pub struct MemoryStream {
    shards: Arc<Mutex<Shards>>,
}

#[derive(Debug)]
struct Shards {
    /// Of all shards together, as Kinesis promises no more within a shard.
    last: u64,
    records: Vec<Vec<(u64, StreamRecord)>>,
}

impl MemoryStream {
    /// Makes an empty stream of so many shards, at least one.
    pub fn new(shards: usize) -> Self {
        let records = vec![Vec::new(); shards.max(1)];
        MemoryStream { shards: Arc::new(Mutex::new(Shards { last: 0, records })) }
    }

    /// Returns the records of a shard after a sequence number (0 is before all), in order.
    pub fn read(&self, shard: usize, after: u64) -> Vec<(u64, StreamRecord)> {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let records = shards.records.get(shard).into_iter().flatten();
        records.filter(|(sequence, _)| *sequence > after).cloned().collect()
    }

    /// Forgets the records of a shard up to a sequence number, as a stream does with what it no longer keeps.
    pub fn expire(&self, shard: usize, up_to: u64) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(records) = shards.records.get_mut(shard) {
            records.retain(|(sequence, _)| *sequence > up_to);
        }
    }

    /// Returns every record, in the order in which they were put.
    pub fn records(&self) -> Vec<StreamRecord> {
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = shards.records.iter().flatten().cloned().collect();
        all.sort_unstable_by_key(|(sequence, _)| *sequence);
        all.into_iter().map(|(_, record)| record).collect()
    }
}

impl Default for MemoryStream {
    fn default() -> Self {
        MemoryStream::new(1)
    }
}

impl Stream for MemoryStream {
    async fn put(&self, records: &[StreamRecord]) -> Result<()> {
        records.iter().try_for_each(StreamRecord::check)?;
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            let hash = Fingerprint::new("shard/1").text(&record.key).finish_short();
            let number = hash % shards.records.len() as u64;
            shards.last = shards.last.checked_add(1).ok_or_else(|| Error::corrupt("sequence numbers"))?;
            let last = shards.last;
            if let Some(shard) =
                usize::try_from(number).ok().and_then(|number| shards.records.get_mut(number))
            {
                shard.push((last, record.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, Fault, Faulty, When, block_on, conformance};

    fn record(key: &str) -> StreamRecord {
        StreamRecord { key: key.to_owned(), bytes: key.as_bytes().to_vec() }
    }

    #[test]
    fn keeps_the_contract() {
        let all = async |stream: &MemoryStream| stream.records();
        block_on(conformance::stream(async || MemoryStream::new(3), all));
    }

    #[test]
    fn a_key_stays_in_its_shard_and_in_order() {
        let stream = MemoryStream::new(4);
        let keys: Vec<String> = (0..40).map(|number| format!("host/10.0.0.{}", number % 20)).collect();
        let records: Vec<StreamRecord> = keys.iter().map(|key| record(key)).collect();
        block_on(stream.put(&records)).unwrap();
        for shard in 0..4 {
            let read = stream.read(shard, 0);
            assert!(!read.is_empty() && read.is_sorted_by_key(|(sequence, _)| *sequence));
            let elsewhere = (0..4).filter(|other| *other != shard).flat_map(|other| stream.read(other, 0));
            assert!(
                !elsewhere.into_iter().any(|(_, other)| read.iter().any(|(_, one)| one.key == other.key))
            );
            let (first, _) = read.first().unwrap();
            assert_eq!(stream.read(shard, *first).len(), read.len() - 1);
        }
        assert_eq!(stream.records(), records);
        assert_eq!(stream.read(4, 0), []);
        for shard in 0..4 {
            let read = stream.read(shard, 0);
            let (first, _) = read.first().unwrap();
            stream.expire(shard, *first);
            assert_eq!(stream.read(shard, 0), read[1..]);
        }
    }

    #[test]
    fn half_of_a_call_may_be_there() {
        let inner = MemoryStream::new(1);
        let stream = Faulty::new(inner.clone(), &[Fault { call: Call::Put, nth: 1, when: When::Half }]);
        let records = [record("a"), record("b"), record("c")];
        assert!(matches!(block_on(stream.put(&records)), Err(Error::Throttled)));
        assert_eq!(inner.records(), records[..1]);
        block_on(stream.put(&records)).unwrap();
        assert_eq!(inner.records().len(), 4, "the repeat is whole");
    }
}
