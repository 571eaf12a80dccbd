//! Changes of a DynamoDB table, as its stream brings them
//! (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
//!
//! The stream says that something was written, not what to do: whoever acts on it reads the item itself, because the
//! image may be old by then.

use super::{BadEvent, form};
use crate::outcome::Sequence;

/// A batch of changes, in the shard's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableBatch {
    /// The changes.
    pub records: Vec<TableRecord>,
}

/// A change of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRecord {
    /// Its number in the stream's shard.
    pub sequence: Sequence,
    /// The item's partition key.
    pub key: String,
    /// The item as it is now has a time at which it is due (`dt`). Removed items and all others have none.
    pub due: bool,
}

impl TableBatch {
    pub(super) fn new(records: Vec<form::Record<'_>>) -> Result<Self, BadEvent> {
        let mut changes = Vec::with_capacity(records.len());
        for (index, record) in records.into_iter().enumerate() {
            let missing = |member: &'static str| BadEvent::BadRecord { index, member };
            let change = record.dynamodb.ok_or_else(|| missing("dynamodb"))?;
            let sequence = change.sequence_number.as_deref().and_then(Sequence::new);
            let key = change.keys.and_then(|keys| keys.pk).and_then(|pk| pk.text);
            changes.push(TableRecord {
                sequence: sequence.ok_or_else(|| missing("SequenceNumber"))?,
                key: key.ok_or_else(|| missing("Keys.pk.S"))?,
                due: change.new_image.and_then(|image| image.dt).and_then(|dt| dt.number).is_some(),
            });
        }
        Ok(TableBatch { records: changes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    const BATCH: &str = r#"{"Records":[
        {"eventID":"1","eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"Keys":{"pk":{"S":"o#first-1"},"sk":{"S":"o"}},
         "NewImage":{"pk":{"S":"o#first-1"},"dp":{"S":"o"},"dt":{"N":"1795428000000000000"},"b":{"B":"YWJj"}},"SequenceNumber":"100","SizeBytes":59,"StreamViewType":"NEW_IMAGE"}},
        {"eventID":"2","eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{"Keys":{"pk":{"S":"s#kita#h"}},"NewImage":{"v":{"N":"2"}},"SequenceNumber":"200"}},
        {"eventID":"3","eventName":"REMOVE","eventSource":"aws:dynamodb","dynamodb":{"Keys":{"pk":{"S":"o#first-0"}},"SequenceNumber":"300"},"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}}]}"#;

    #[test]
    fn changes_tell_their_item_and_whether_it_waits() {
        let Event::Table(batch) = Event::read(BATCH).unwrap() else { panic!() };
        let told: Vec<_> =
            batch.records.iter().map(|r| (r.sequence.as_str(), r.key.as_str(), r.due)).collect();
        assert_eq!(
            told,
            [("100", "o#first-1", true), ("200", "s#kita#h", false), ("300", "o#first-0", false)]
        );
    }

    #[test]
    fn a_change_that_no_table_made_is_refused() {
        for (from, to, member) in [
            ("\"100\"", "\"\"", "SequenceNumber"),
            (r#""Keys":{"pk":{"S":"o#first-1"}"#, r#""Keys":{"pk":{}"#, "Keys.pk.S"),
        ] {
            let event = BATCH.replacen(from, to, 1);
            assert_eq!(Event::read(&event), Err(BadEvent::BadRecord { index: 0, member }), "{from}");
        }
    }
}
