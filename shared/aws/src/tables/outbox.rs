//! The outbox: `o#<id>` / `o`, listed by [`DUE`] while it waits.
//!
//! What is dealt with leaves a mark in its place, so that the same decision is not told again. The table's stream brings
//! every notice that begins to wait; the mark has no time, which is how a reader of the stream tells the two.

use hinomi_model::EventTime;
use hinomi_store::{Outbox, OutboxEntry, Result, adapter};

use super::item::{Item, Key, items, number, number_of, strange, text};
use super::{Asked, Condition, Whole};
use crate::cloud::{Cloud, named};
use crate::meaning::meaning;
use crate::schema::{DUE, EXPIRES};

/// The one partition of [`DUE`].
const WAITING: &str = "o";
/// When the further pieces of a large notice are past, in days. Nothing waits that long.
const PIECES_DAYS: u32 = 60;

pub(super) fn key(id: &str) -> Key {
    Key::new(format!("o#{id}"), "o")
}

/// Holds unless the notice is dealt with.
pub(super) fn not_done(now: EventTime) -> Condition {
    Condition::of("attribute_not_exists(dn) OR #ttl <= :now", ":now", number(now.seconds()))
}

impl Cloud {
    pub(super) fn outbox_items(&self, entry: &OutboxEntry) -> Vec<Item> {
        let attributes = Item::from([
            (DUE.partition.to_owned(), text(WAITING)),
            (DUE.sort.to_owned(), number(entry.due.nanos())),
        ]);
        items(&key(&entry.id), attributes, &entry.bytes, Some(self.expiry(PIECES_DAYS)))
    }
}

/// Reads an entry; `None` for the mark of one that is dealt with.
fn entry(key: &Key, whole: Whole) -> Result<Option<OutboxEntry>> {
    let Some(due) = number_of(&whole.item, DUE.sort) else { return Ok(None) };
    let id = key.partition.strip_prefix("o#").ok_or_else(|| strange(key, "name"))?;
    Ok(Some(OutboxEntry { id: id.to_owned(), due: EventTime::from_nanos(due), bytes: whole.bytes }))
}

impl Outbox for Cloud {
    async fn due(&self, up_to: EventTime, limit: usize) -> Result<Vec<OutboxEntry>> {
        let what = "listing notices";
        let table = named(what, &self.names.incidents)?;
        let (from, up_to) = (i64::MIN, up_to.nanos());
        let asked = Asked { index: DUE, partition: WAITING, from, up_to, last_first: false, limit };
        let mut listed = self.listed(what, table, asked).await?;
        listed.sort_unstable();
        listed.truncate(limit);
        let keys: Vec<Key> = listed.into_iter().map(|(_, key)| key).collect();
        let mut found = self.read_whole(what, table, &keys).await?;
        let mut entries = Vec::new();
        for key in keys {
            if let Some(whole) = found.remove(&key) {
                entries.extend(entry(&key, whole)?.filter(|entry| entry.due.nanos() <= up_to));
            }
        }
        // Between the index and the item a notice may have moved.
        entries.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
        Ok(entries)
    }

    async fn entry(&self, id: &str) -> Result<Option<OutboxEntry>> {
        let what = "reading a notice";
        let table = named(what, &self.names.incidents)?;
        let key = key(id);
        let found = self.read_one(what, table, &key).await?;
        found.map(|whole| entry(&key, whole)).transpose().map(Option::flatten)
    }

    async fn done(&self, id: &str) -> Result<()> {
        adapter::check_key(id)?;
        let what = "noting a notice as dealt with";
        let table = named(what, &self.names.incidents)?;
        let call = self
            .dynamo
            .update_item()
            .table_name(table)
            .set_key(Some(key(id).item()))
            .update_expression("SET dn = :done, #ttl = :expires REMOVE dp, dt, b, c, h")
            .expression_attribute_names("#ttl", EXPIRES)
            .expression_attribute_values(":done", number(1))
            .expression_attribute_values(":expires", number(self.expiry(self.lifetimes.done)));
        call.send().await.map(|_| ()).map_err(|error| meaning(what, error))
    }
}
