//! Documents: `<key>` / `l`, with a version. They have no end.

use hinomi_store::{Error, Ledger, Result, Stored, adapter};

use super::item::{Item, Key, items, number, number_of, strange};
use super::{Condition, Unwritten, Write};
use crate::cloud::{Cloud, named};

/// The version of a document.
const VERSION: &str = "v";

fn key(key: &str) -> Key {
    Key::new(key, "l")
}

impl Ledger for Cloud {
    async fn read(&self, key: &str) -> Result<Option<Stored>> {
        let what = "reading a document";
        let key = self::key(key);
        let Some(whole) = self.read_one(what, named(what, &self.names.ledger)?, &key).await? else {
            return Ok(None);
        };
        let version = number_of(&whole.item, VERSION).ok_or_else(|| strange(&key, "version"))?;
        Ok(Some(Stored { version, bytes: whole.bytes }))
    }

    async fn write(&self, key: &str, expected: Option<u64>, bytes: &[u8]) -> Result<u64> {
        adapter::check_key(key)?;
        adapter::check_value("ledger document", bytes)?;
        let what = "writing a document";
        let table = named(what, &self.names.ledger)?;
        let version = adapter::version_after(expected, key)?;
        let condition = match expected {
            Some(version) => Condition::of("v = :v", ":v", number(version)),
            None => Condition { expression: "attribute_not_exists(pk)", values: Vec::new() },
        };
        let mut condition = Some(condition);
        let attributes = Item::from([(VERSION.to_owned(), number(version))]);
        let items = items(&self::key(key), attributes, bytes, None).into_iter();
        let writes = items.map(|item| Write { item, condition: condition.take() }).collect();
        match self.write_items(what, table, writes, &[]).await {
            Ok(()) => Ok(version),
            Err(Unwritten::Conditions(_)) => Err(Error::Conflict { what: adapter::shown(key) }),
            Err(Unwritten::Failed(error)) => Err(error),
        }
    }
}
