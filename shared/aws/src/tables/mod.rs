//! The ports on DynamoDB: a few kinds of calls, and one file for each port that uses them.
//!
//! Keys and indexes are those of [`crate::schema`]. Reads by key are consistent. A listing asks an index for keys and then
//! reads the items themselves, so what it brings is as fresh as a read by key; only what the index does not know yet is
//! missing.

mod deliveries;
mod item;
mod ledger;
mod outbox;
mod scope;
mod states;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, KeysAndAttributes, Put, TransactWriteItem,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use hinomi_store::{Error, Result};

use crate::cloud::Cloud;
use crate::meaning::{Word, meaning, word};
use crate::schema::{EXPIRES, Index};
use item::{Item, Key, further_pieces, is_past, joined, number, number_of, text};

/// Keys of one `BatchGetItem`.
const GET_KEYS: usize = 100;
/// Attempts in a row that may bring nothing new of what a call left undone, or that may meet the middle of a write. With
/// the pauses between, some two seconds.
const ATTEMPTS: u32 = 7;
/// Keys that a listing reads at most: those that share the time at its end come with it, whatever its limit.
const MAX_LISTED: usize = 10_000;

/// A value as it was read: the attributes of its first item, and its bytes.
struct Whole {
    item: Item,
    bytes: Vec<u8>,
}

/// What must hold for an item to be written.
struct Condition {
    expression: &'static str,
    values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    fn of(expression: &'static str, name: &'static str, value: AttributeValue) -> Self {
        Condition { expression, values: vec![(name, value)] }
    }

    /// Returns the values that it names; DynamoDB refuses a list of none.
    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Some(values.collect()).filter(|values: &HashMap<_, _>| !values.is_empty())
    }

    /// Returns the names that stand for reserved words.
    fn names(&self) -> Option<HashMap<String, String>> {
        self.expression.contains("#ttl").then(expires_name)
    }
}

fn expires_name() -> HashMap<String, String> {
    HashMap::from([("#ttl".to_owned(), EXPIRES.to_owned())])
}

/// An item to be written.
struct Write {
    item: Item,
    condition: Option<Condition>,
}

/// Why items were not written.
enum Unwritten {
    /// The conditions of these did not hold, by their place among the writes. Nothing was written.
    Conditions(BTreeSet<usize>),
    Failed(Error),
}

impl Cloud {
    /// Reads values by key; what is missing or past is not among them. Repeats among the keys do no harm.
    async fn read_whole(&self, what: &str, table: &str, keys: &[Key]) -> Result<HashMap<Key, Whole>> {
        let mut wanted: BTreeSet<Key> = keys.iter().cloned().collect();
        let mut found = HashMap::new();
        for attempt in 0..ATTEMPTS {
            let now = self.now();
            let mut first = self.items(what, table, &wanted).await?;
            first.retain(|_, item| !is_past(item, now));
            let further: BTreeSet<Key> =
                first.iter().flat_map(|(key, item)| further_pieces(key, item)).collect();
            let further = self.items(what, table, &further).await?;
            wanted.clear();
            for (key, item) in first {
                let pieces = further_pieces(&key, &item);
                match joined(&item, pieces.iter().map(|piece| further.get(piece))) {
                    Some(bytes) => {
                        found.insert(key, Whole { item, bytes });
                    }
                    // Written between the two reads: read again.
                    None => {
                        wanted.insert(key);
                    }
                }
            }
            if wanted.is_empty() {
                return Ok(found);
            }
            self.pauses.after(attempt).await;
        }
        // Nobody writes this often; pieces that never agree are broken.
        Err(Error::corrupt(format!("{what}: pieces that do not belong together")))
    }

    /// Reads one value.
    async fn read_one(&self, what: &str, table: &str, key: &Key) -> Result<Option<Whole>> {
        let mut found = self.read_whole(what, table, std::slice::from_ref(key)).await?;
        Ok(found.remove(key))
    }

    /// Reads items, past ones too.
    async fn items(&self, what: &str, table: &str, keys: &BTreeSet<Key>) -> Result<HashMap<Key, Item>> {
        let mut found = HashMap::new();
        let keys: Vec<&Key> = keys.iter().collect();
        for chunk in keys.chunks(GET_KEYS) {
            let mut wanted: Vec<Item> = chunk.iter().map(|key| key.item()).collect();
            let mut attempts = self.pauses.attempts(wanted.len(), ATTEMPTS);
            loop {
                let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(wanted));
                let request = request.build().map_err(|_| refused(what))?;
                let call = self.dynamo.batch_get_item().request_items(table, request);
                let answer = call.send().await.map_err(|error| meaning(what, error))?;
                for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
                    found.insert(Key::of(&item)?, item);
                }
                let left = answer.unprocessed_keys.into_iter().flat_map(HashMap::into_values);
                wanted = left.flat_map(|left| left.keys).collect();
                if wanted.is_empty() {
                    break;
                }
                if !attempts.again(wanted.len()).await {
                    return Err(Error::Throttled);
                }
            }
        }
        Ok(found)
    }

    /// Writes items together, by one `PutItem` where one is enough: it costs half of what a transaction does.
    async fn write_items(
        &self,
        what: &str,
        table: &str,
        writes: Vec<Write>,
        removed: &[Key],
    ) -> Result<(), Unwritten> {
        match <[Write; 1]>::try_from(writes) {
            Ok([only]) if removed.is_empty() => self.write_one(what, table, only).await,
            Ok(only) => self.write_together(what, table, only.into(), removed).await,
            Err(many) => self.write_together(what, table, many, removed).await,
        }
    }

    async fn write_one(&self, what: &str, table: &str, write: Write) -> Result<(), Unwritten> {
        let mut call = self.dynamo.put_item().table_name(table).set_item(Some(write.item));
        if let Some(condition) = &write.condition {
            call = call
                .condition_expression(condition.expression)
                .set_expression_attribute_names(condition.names())
                .set_expression_attribute_values(condition.values());
        }
        call.send().await.map(|_| ()).map_err(|error| match meaning(what, error) {
            Error::Conflict { .. } => Unwritten::Conditions(BTreeSet::from([0])),
            error => Unwritten::Failed(error),
        })
    }

    async fn write_together(
        &self,
        what: &str,
        table: &str,
        writes: Vec<Write>,
        removed: &[Key],
    ) -> Result<(), Unwritten> {
        let mut pieces = Vec::new();
        for Write { item, condition } in writes {
            let mut put = Put::builder().table_name(table).set_item(Some(item));
            if let Some(condition) = &condition {
                put = put
                    .condition_expression(condition.expression)
                    .set_expression_attribute_names(condition.names())
                    .set_expression_attribute_values(condition.values());
            }
            let put = put.build().map_err(|_| Unwritten::Failed(refused(what)))?;
            pieces.push(TransactWriteItem::builder().put(put).build());
        }
        for key in removed {
            let delete = Delete::builder().table_name(table).set_key(Some(key.item()));
            let delete = delete.build().map_err(|_| Unwritten::Failed(refused(what)))?;
            pieces.push(TransactWriteItem::builder().delete(delete).build());
        }
        // The SDK adds a `ClientRequestToken` of its own, so that its repeat of a call whose answer was lost is one write.
        let call = self.dynamo.transact_write_items().set_transact_items(Some(pieces));
        call.send().await.map(|_| ()).map_err(|error| unwritten(what, error))
    }

    /// Asks an index for keys, in the order of its number, with all those that share the last one's number, so that who
    /// sorts by (number, something else) and cuts at `limit` cuts right.
    async fn listed(&self, what: &str, table: &str, asked: Asked<'_>) -> Result<Vec<(i64, Key)>> {
        let Asked { index, partition, from, up_to, last_first, limit } = asked;
        let mut found: Vec<(i64, Key)> = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        let page = i32::try_from(limit.saturating_add(1).min(1_000)).unwrap_or(1_000);
        let mut start = None;
        loop {
            let query = self
                .dynamo
                .query()
                .table_name(table)
                .index_name(index.name)
                .key_condition_expression("#p = :p AND #s BETWEEN :from AND :to")
                // An index without the time of expiry lists what is past too, and the caller finds nothing there.
                .filter_expression("attribute_not_exists(#ttl) OR #ttl > :now")
                .set_expression_attribute_names(Some(expires_name()))
                .expression_attribute_names("#p", index.partition)
                .expression_attribute_names("#s", index.sort)
                .expression_attribute_values(":p", text(partition))
                .expression_attribute_values(":from", number(from))
                .expression_attribute_values(":to", number(up_to))
                .expression_attribute_values(":now", number(self.now().seconds()))
                .scan_index_forward(!last_first)
                .limit(page)
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|error| meaning(what, error))?;
            for item in answer.items.unwrap_or_default() {
                let key = Key::of(&item)?;
                let at =
                    number_of(&item, index.sort).ok_or_else(|| item::strange(&key, "place in an index"))?;
                found.push((at, key));
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            let last_wanted = found.get(limit - 1).map(|(at, _)| *at);
            let beyond = found.last().is_some_and(|(at, _)| last_wanted.is_some_and(|wanted| *at != wanted));
            if start.is_none() || beyond || found.len() >= MAX_LISTED {
                return Ok(found);
            }
        }
    }
}

/// What is asked of an index.
struct Asked<'a> {
    index: Index,
    partition: &'a str,
    from: i64,
    up_to: i64,
    last_first: bool,
    limit: usize,
}

/// Says what became of a transaction.
fn unwritten(what: &str, error: SdkError<TransactWriteItemsError, HttpResponse>) -> Unwritten {
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        return cancelled_by(what, cancelled.cancellation_reasons());
    }
    Unwritten::Failed(meaning(what, error))
}

/// Reads why a transaction was cancelled, each piece's reason in its place. A condition that does not hold says more than
/// a throttle beside it.
fn cancelled_by(what: &str, reasons: &[CancellationReason]) -> Unwritten {
    let mut conditions = BTreeSet::new();
    let (mut throttled, mut refused) = (false, None);
    for (place, reason) in reasons.iter().enumerate() {
        match reason.code() {
            None | Some("None") => {}
            Some(code) => match word(code) {
                Word::Conflict => {
                    conditions.insert(place);
                }
                Word::Refused => refused = Some(code),
                Word::Throttled | Word::Unavailable => throttled = true,
            },
        }
    }
    match refused {
        Some(code) => Unwritten::Failed(Error::Refused { what: format!("{what}: {code}") }),
        None if !conditions.is_empty() => Unwritten::Conditions(conditions),
        None if throttled => Unwritten::Failed(Error::Throttled),
        None => Unwritten::Failed(Error::Unavailable { what: format!("{what}: cancelled"), source: None }),
    }
}

fn refused(what: &str) -> Error {
    Error::Refused { what: format!("{what}: call not complete") }
}
