//! Deliveries: `d#<incident>` / `<notice>#<contact>#<channel>`, listed by [`OPEN`] while nobody confirmed them.
//!
//! The record is one attribute, as the store's own text; it changes only if it is still the text that was read.

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use hinomi_model::{EventTime, Fingerprint, IncidentId};
use hinomi_store::{Claim, Deliveries, Delivery, Error, Result, Unit, adapter};

use super::item::{Item, Key, is_past, number, part, strange, text, text_of};
use super::{ATTEMPTS, Asked};
use crate::cloud::{Cloud, named};
use crate::meaning::meaning;
use crate::schema::{EXPIRES, OPEN, PARTITION};

/// The record, as JSON.
const RECORD: &str = "r";
/// Who wrote the record last: the mark of that one write.
const WRITER: &str = "w";
/// The one partition of [`OPEN`].
const UNCONFIRMED: &str = "o";
/// Longest sort key in bytes; DynamoDB takes 1,024.
const SORT_BYTES: usize = 1_024;

fn key(unit: &Unit) -> Key {
    let mut sort = format!("{}#{}#{}", part(&unit.notice), part(&unit.contact), unit.channel.as_str());
    if sort.len() > SORT_BYTES {
        // Names this long are nobody's; their fingerprint is as good a key, and the record has them whole.
        sort = format!("#{:032x}", Fingerprint::new("unit/1").text(&sort).finish());
    }
    Key::new(partition(unit.incident), sort)
}

fn partition(incident: IncidentId) -> String {
    format!("d#{incident}")
}

fn delivery(item: &Item) -> Result<Delivery> {
    let record = text_of(item, RECORD).and_then(|record| serde_json::from_str(record).ok());
    record.ok_or_else(|| Key::of(item).map_or_else(|error| error, |key| strange(&key, "delivery record")))
}

impl Cloud {
    fn deliveries(&self) -> Result<&str> {
        named("delivering", &self.names.deliveries)
    }

    /// Begins to write a record, marked as this one write.
    fn put_delivery(&self, delivery: &Delivery, mark: &str) -> Result<PutItemFluentBuilder> {
        let record = serde_json::to_string(delivery).map_err(|_| Error::corrupt("delivery record"))?;
        let mut item = key(&delivery.unit).item();
        item.insert(RECORD.to_owned(), text(&record));
        item.insert(WRITER.to_owned(), text(mark));
        item.insert(EXPIRES.to_owned(), number(self.expiry(self.lifetimes.deliveries)));
        if delivery.messages.is_empty() {
            item.insert(OPEN.partition.to_owned(), text(UNCONFIRMED));
            item.insert(OPEN.sort.to_owned(), number(delivery.claimed.nanos()));
        }
        Ok(self.dynamo.put_item().table_name(self.deliveries()?).set_item(Some(item)))
    }

    async fn delivery_item(&self, unit: &Unit) -> Result<Option<Item>> {
        let key = key(unit);
        let keys = std::iter::once(key.clone()).collect();
        let found = self.items("reading a delivery", self.deliveries()?, &keys).await?.remove(&key);
        Ok(found.filter(|item| !is_past(item, self.now())))
    }

    /// Changes the record of a unit that was claimed.
    async fn change<T: Send>(
        &self,
        unit: &Unit,
        change: impl Fn(&mut Delivery) -> Result<T> + Send + Sync,
    ) -> Result<T> {
        adapter::check_unit(unit)?;
        let what = "changing a delivery";
        let mut tried: Option<(String, T)> = None;
        for attempt in 0..ATTEMPTS {
            let item = self.delivery_item(unit).await?.ok_or_else(|| adapter::never_claimed(unit))?;
            match tried.take() {
                Some((mark, outcome)) if text_of(&item, WRITER) == Some(&mark) => return Ok(outcome),
                _ => {}
            }
            let before = delivery(&item)?;
            let mut after = before.clone();
            let outcome = change(&mut after)?;
            if after == before {
                return Ok(outcome);
            }
            let record = text_of(&item, RECORD).unwrap_or_default();
            let mark = self.mark();
            let call = self
                .put_delivery(&after, &mark)?
                .condition_expression("r = :r")
                .expression_attribute_values(":r", text(record));
            match call.send().await.map_err(|error| meaning(what, error)) {
                Ok(_) => return Ok(outcome),
                // Somebody else was there first, or this call's own first try, whose answer was lost.
                Err(Error::Conflict { .. }) => tried = Some((mark, outcome)),
                Err(error) => return Err(error),
            }
            self.pauses.after(attempt).await;
        }
        Err(Error::Throttled)
    }
}

impl Deliveries for Cloud {
    async fn claim(&self, unit: &Unit, at: EventTime) -> Result<Claim> {
        adapter::check_unit(unit)?;
        let mark = self.mark();
        let call = self
            .put_delivery(&Delivery::claimed(unit, at), &mark)?
            .condition_expression("attribute_not_exists(pk) OR #ttl <= :now")
            .expression_attribute_names("#ttl", EXPIRES)
            .expression_attribute_values(":now", number(self.now().seconds()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match call.send().await {
            Ok(_) => return Ok(Claim::New),
            Err(error) => error,
        };
        let known = match error.as_service_error() {
            Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                failed,
            )) => failed.item().cloned(),
            _ => return Err(meaning("claiming a delivery", error)),
        };
        let known = match known {
            Some(known) => known,
            // Claimed a moment ago, and past already: its days are over.
            None => self.delivery_item(unit).await?.ok_or(Error::Throttled)?,
        };
        match text_of(&known, WRITER) == Some(&mark) {
            true => Ok(Claim::New),
            false => Ok(delivery(&known)?.as_claim()),
        }
    }

    async fn take_over(&self, unit: &Unit, claimed: EventTime, at: EventTime) -> Result<u32> {
        self.change(unit, |delivery| delivery.take_over(claimed, at)).await
    }

    async fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> Result<()> {
        let confirm = |delivery: &mut Delivery| {
            delivery.confirm(at, message_id);
            Ok(())
        };
        self.change(unit, confirm).await
    }

    async fn unconfirmed(&self, before: EventTime, limit: usize) -> Result<Vec<(Unit, EventTime)>> {
        let what = "listing deliveries";
        let Some(up_to) = before.nanos().checked_sub(1) else { return Ok(Vec::new()) };
        let asked =
            Asked { index: OPEN, partition: UNCONFIRMED, from: i64::MIN, up_to, last_first: false, limit };
        let listed = self.listed(what, self.deliveries()?, asked).await?;
        let keys = listed.into_iter().map(|(_, key)| key).collect();
        let mut open = Vec::new();
        for item in self.items(what, self.deliveries()?, &keys).await?.values() {
            let delivery = delivery(item)?;
            let waits = delivery.messages.is_empty() && delivery.claimed < before;
            if waits && !is_past(item, self.now()) {
                open.push((delivery.claimed, delivery.unit));
            }
        }
        open.sort_unstable();
        open.truncate(limit);
        Ok(open.into_iter().map(|(claimed, unit)| (unit, claimed)).collect())
    }

    async fn of(&self, incident: IncidentId) -> Result<Vec<Delivery>> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self
                .dynamo
                .query()
                .table_name(self.deliveries()?)
                .consistent_read(true)
                .key_condition_expression("#p = :p")
                .expression_attribute_names("#p", PARTITION)
                .expression_attribute_values(":p", text(&partition(incident)))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|error| meaning("reading deliveries", error))?;
            for item in answer.items.unwrap_or_default() {
                if !is_past(&item, self.now()) {
                    found.push(delivery(&item)?);
                }
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        found.sort_by(|a, b| a.unit.cmp(&b.unit));
        Ok(found)
    }
}
