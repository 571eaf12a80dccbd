//! Items: keys that cannot run into one another, and values that need more than one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use hinomi_model::{EventTime, Fingerprint};
use hinomi_store::{Error, Result, adapter};

use crate::schema::{EXPIRES, PARTITION, SORT};

/// Bytes of a value in one item. DynamoDB's item takes 400 KB with its keys and attributes.
pub(super) const PIECE_BYTES: usize = 350 << 10;
/// The bytes of a value, or their first piece.
const BYTES: &str = "b";
/// How many more pieces there are; absent when there are none.
const PIECES: &str = "c";
/// The fingerprint of all bytes together, where there is more than one piece.
const WHOLE: &str = "h";

/// What DynamoDB keeps under a key.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Key {
    pub(super) fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Key { partition: partition.into(), sort: sort.into() }
    }

    /// Returns the key of a further piece of this key's value, from 1.
    pub(super) fn piece(&self, number: usize) -> Key {
        Key::new(&*self.partition, format!("{}#{number}", self.sort))
    }

    pub(super) fn item(&self) -> Item {
        Item::from([(PARTITION.to_owned(), text(&self.partition)), (SORT.to_owned(), text(&self.sort))])
    }

    pub(super) fn of(item: &Item) -> Result<Key> {
        let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        match (part(PARTITION), part(SORT)) {
            (Some(partition), Some(sort)) => Ok(Key::new(partition, sort)),
            _ => Err(Error::corrupt("item without its keys")),
        }
    }
}

pub(super) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Returns a number of an item.
pub(super) fn number_of<N: std::str::FromStr>(item: &Item, name: &str) -> Option<N> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Returns a text of an item.
pub(super) fn text_of<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// Tells whether an item's time is past, though DynamoDB has not deleted it yet.
pub(super) fn is_past(item: &Item, now: EventTime) -> bool {
    number_of::<i64>(item, EXPIRES).is_some_and(|expires| expires <= now.seconds())
}

/// Makes the items of a value: the first with the attributes, and further pieces beside it.
///
/// Pieces that an earlier, larger value left over stay; a read asks for as many as the first item says, and the
/// fingerprint tells pieces of another version.
pub(super) fn items(key: &Key, attributes: Item, bytes: &[u8], pieces_expire: Option<i64>) -> Vec<Item> {
    let mut pieces = bytes.chunks(PIECE_BYTES);
    let mut first = attributes;
    first.extend(key.item());
    first.insert(BYTES.to_owned(), AttributeValue::B(pieces.next().unwrap_or_default().into()));
    let mut further: Vec<Item> = Vec::new();
    for (number, piece) in (1..).zip(pieces) {
        let mut item = key.piece(number).item();
        item.insert(BYTES.to_owned(), AttributeValue::B(piece.into()));
        if let Some(expires) = pieces_expire {
            item.insert(EXPIRES.to_owned(), self::number(expires));
        }
        further.push(item);
    }
    if !further.is_empty() {
        first.insert(PIECES.to_owned(), number(further.len()));
        first.insert(WHOLE.to_owned(), text(&fingerprint(bytes)));
    }
    further.insert(0, first);
    further
}

/// Returns the keys of a value's further pieces.
pub(super) fn further_pieces(key: &Key, first: &Item) -> Vec<Key> {
    // A value has at most seven pieces; a larger number is nothing that was written here.
    let count = number_of::<usize>(first, PIECES).unwrap_or(0).min(16);
    (1..=count).map(|number| key.piece(number)).collect()
}

/// Joins the pieces of a value; `None` when they are not of one version.
pub(super) fn joined<'i>(first: &Item, further: impl Iterator<Item = Option<&'i Item>>) -> Option<Vec<u8>> {
    let piece =
        |item: &Item| item.get(BYTES).and_then(|bytes| bytes.as_b().ok()).map(|b| b.clone().into_inner());
    let mut bytes = piece(first).unwrap_or_default();
    for item in further {
        bytes.extend(piece(item?)?);
    }
    match text_of(first, WHOLE) {
        Some(whole) if whole != fingerprint(&bytes) => None,
        _ => Some(bytes),
    }
}

fn fingerprint(bytes: &[u8]) -> String {
    format!("{:032x}", Fingerprint::new("value/1").bytes(bytes).finish())
}

/// Writes text into a key so that no two lists of texts give the same: the mark between parts, `#`, never stands within
/// one.
pub(super) fn part(text: &str) -> String {
    text.replace('%', "%25").replace('#', "%23")
}

/// Reads what [`part`] wrote.
pub(super) fn part_of(text: &str) -> String {
    text.replace("%23", "#").replace("%25", "%")
}

/// Says that an item is nothing that was written here.
pub(super) fn strange(key: &Key, what: &str) -> Error {
    Error::corrupt(format!("{what} of {}", adapter::shown(&key.partition)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(key: &Key, items: &[Item]) -> Option<Vec<u8>> {
        let find = |key: Key| items.iter().find(|item| Key::of(item).unwrap() == key);
        let first = find(key.clone()).unwrap();
        let further = further_pieces(key, first);
        joined(first, further.into_iter().map(find))
    }

    #[test]
    fn a_value_of_any_size_is_read_as_it_was_written() {
        let key = Key::new("s#a#b", "s");
        for (size, expected) in [(0, 1), (1, 1), (PIECE_BYTES, 1), (PIECE_BYTES + 1, 2), (2 << 20, 6)] {
            let bytes: Vec<u8> = (0..size).map(|i| (i * 31) as u8).collect();
            let written = items(&key, Item::new(), &bytes, None);
            assert_eq!(written.len(), expected);
            assert!(read(&key, &written).unwrap() == bytes, "{size}");
        }
    }

    #[test]
    fn pieces_of_two_versions_are_told() {
        let key = Key::new("s#a#b", "s");
        let one = items(&key, Item::new(), &vec![1; PIECE_BYTES * 2], None);
        let two = items(&key, Item::new(), &vec![2; PIECE_BYTES * 2], None);
        assert!(read(&key, &[one[0].clone(), two[1].clone()]).is_none(), "mixed");
        assert!(read(&key, &one[..1]).is_none(), "a piece is missing");
        let small = items(&key, Item::new(), b"small", None);
        assert_eq!(read(&key, &[small[0].clone(), two[1].clone()]).unwrap(), b"small", "what is left over");
    }

    #[test]
    fn parts_of_a_key_do_not_run_together() {
        for text in ["", "a", "a#b", "%23", "%", "#", "%25#", "日本#"] {
            assert!(!part(text).contains('#'));
            assert_eq!(part_of(&part(text)), text);
        }
    }
}
