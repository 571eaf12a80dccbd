//! Raw objects: what a batch of the stream brought, byte for byte, so that every line can be found again and read again.
//!
//! One object a batch, `raw/2026-11-23/10/shardId-000000000000/4959...-4959....zst`: the hour in which the first record
//! arrived, the shard, the first and the last sequence number. One zstd frame a record; behind them a table that says
//! of each record its number, its arrival and whose lines it holds, so that a tenant's records are found without opening
//! the others. A [`Locator`] names object, frame and line, the line counted from 0 as `hinomi_parse::Lines` gives the
//! record's items, whatever the record was packed in.
//!
//! The command's archive has objects of lines instead ([`plain_line`]); [`line()`] finds a line in both.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Locator};
use hinomi_parse::{FrameScratch, Lines, MAX_LINE_BYTES, MAX_RECORD_BYTES};
use hinomi_store::{ArchiveKey, Result};
use serde::{Deserialize, Serialize};

use crate::framed::{self, Framed, corrupt};

/// Owners told apart in one record. Beyond, lines are counted as `others`: whoever looks for a tenant's lines opens the
/// record to see. A record comes from one collector, which serves few devices as a rule.
pub(crate) const MAX_OWNERS: usize = 256;

/// zstd's level for lines that are written once and seldom read: the fastest that still finds repeated keys.
const LEVEL: i32 = 1;
/// The table is small and read more often.
const TABLE_LEVEL: i32 = 3;

/// The format of the table.
const VERSION: u32 = 1;

/// Bytes of a frame of lines in the command's archive, before compression.
pub const FRAME_BYTES: usize = 256 << 10;

/// A line feed inside a line of the command's archive.
pub const FOLD: &[u8] = b"\n\t";

/// What the table says of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where its frame starts in the object.
    pub offset: u64,
    /// How many bytes its frame takes.
    pub bytes: u64,
    /// Its number in the shard.
    pub sequence: String,
    /// When the stream took it.
    pub arrived: EventTime,
    /// Its data was no base64, and what is kept is the text as it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecoded: bool,
    /// Whose lines it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Lines that are nobody's, or somebody's beyond those named.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Whose lines are in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// In an aggregate, which of its user records, from 1; 0 else.
    #[serde(rename = "sub", default, skip_serializing_if = "is_zero")]
    pub sub_sequence: u64,
    /// The tenant.
    pub tenant: String,
    /// The device.
    pub device: String,
    /// How many lines.
    pub lines: u64,
}

/// Counts whose the lines of one record are.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    named: BTreeMap<(u64, String, String), u64>,
    /// The owner of the last line, and how many lines in a row are his: hardly any line differs from the one before.
    run: Option<((u64, String, String), u64)>,
    others: u64,
}

impl Owners {
    /// Counts a line.
    pub(crate) fn add(&mut self, sub_sequence: u64, tenant: &str, device: &str) {
        if let Some(((sub, of, by), lines)) = &mut self.run
            && (*sub, of.as_str(), by.as_str()) == (sub_sequence, tenant, device)
        {
            *lines += 1;
            return;
        }
        self.settle();
        self.run = Some(((sub_sequence, tenant.to_owned(), device.to_owned()), 1));
    }

    /// Counts a line that is nobody's.
    pub(crate) fn nobody(&mut self) {
        self.others += 1;
    }

    fn settle(&mut self) {
        let Some((owner, lines)) = self.run.take() else { return };
        if self.named.len() >= MAX_OWNERS && !self.named.contains_key(&owner) {
            self.others += lines;
        } else {
            *self.named.entry(owner).or_default() += lines;
        }
    }

    /// Returns the owners and how many lines are nobody's or somebody else's, and starts anew.
    pub(crate) fn take(&mut self) -> (Vec<Owner>, u64) {
        self.settle();
        let named = std::mem::take(&mut self.named).into_iter();
        let owners = named.map(|((sub_sequence, tenant, device), lines)| Owner {
            sub_sequence,
            tenant,
            device,
            lines,
        });
        (owners.collect(), std::mem::take(&mut self.others))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    records: &'a [Entry],
}

#[derive(Deserialize)]
struct Read {
    v: u32,
    records: Vec<Entry>,
}

/// A raw object that is being written.
#[derive(Debug, Default)]
pub(crate) struct RawObject {
    framed: Framed,
    entries: Vec<Entry>,
}

impl RawObject {
    /// Returns the frame of the next record.
    pub(crate) fn next_frame(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// Keeps a record; whose lines it holds is said once it was read.
    pub(crate) fn push(
        &mut self,
        sequence: &str,
        arrived: EventTime,
        data: Result<&[u8], &[u8]>,
    ) -> Result<()> {
        let offset = self.framed.len() as u64;
        let undecoded = data.is_err();
        let bytes = self.framed.push(data.unwrap_or_else(|text| text), LEVEL)? as u64;
        let sequence = sequence.to_owned();
        self.entries.push(Entry {
            offset,
            bytes,
            sequence,
            arrived,
            undecoded,
            owners: Vec::new(),
            others: 0,
        });
        Ok(())
    }

    /// Says whose lines the last record holds.
    pub(crate) fn owned(&mut self, (owners, others): (Vec<Owner>, u64)) {
        if let Some(last) = self.entries.last_mut() {
            (last.owners, last.others) = (owners, others);
        }
    }

    /// Returns how many owners the last record has.
    pub(crate) fn last_owners(&self) -> usize {
        self.entries.last().map_or(0, |last| last.owners.len())
    }

    /// Returns the object.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        let written = Written { v: VERSION, records: &self.entries };
        // Serialising plain values into memory does not fail.
        let table = serde_json::to_vec(&written).unwrap_or_default();
        self.framed.finish(&table, TABLE_LEVEL)
    }
}

/// Returns the name of a batch's object under a folder: its hour, shard and range.
pub(crate) fn key(
    folder: &str,
    arrived: EventTime,
    shard: &str,
    (first, last): (&str, &str),
    ending: &str,
) -> Result<ArchiveKey> {
    let hour = arrived.hour().rem_euclid(24);
    ArchiveKey::new(&format!("{folder}/{}/{hour:02}/{shard}/{first}-{last}.{ending}", arrived.day()))
}

/// A record of a raw object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What the table says of it.
    pub entry: Entry,
    /// Its bytes as they came.
    pub data: Vec<u8>,
}

/// Reads what a raw object's table says of its records.
///
/// # Errors
///
/// [`hinomi_store::Error::Corrupt`] or [`hinomi_store::Error::Format`] for what is no raw object of this version.
pub fn entries(object: &[u8]) -> Result<Vec<Entry>> {
    let table = framed::table(object)?;
    let Read { v, records } = serde_json::from_slice(&table).map_err(|_| corrupt("table of a raw object"))?;
    if v != VERSION {
        return Err(hinomi_store::Error::Format { found: u64::from(v), known: u64::from(VERSION) });
    }
    Ok(records)
}

/// Returns the bytes of a record by its entry.
///
/// # Errors
///
/// [`hinomi_store::Error::Corrupt`] when they are not there.
pub fn record(object: &[u8], entry: &Entry) -> Result<Vec<u8>> {
    open(packed(object, entry)?)
}

/// Returns the frame of a record by its entry.
pub(crate) fn packed<'o>(object: &'o [u8], entry: &Entry) -> Result<&'o [u8]> {
    let broken = || corrupt("record of a raw object");
    let start = usize::try_from(entry.offset).map_err(|_| broken())?;
    let length = usize::try_from(entry.bytes).map_err(|_| broken())?;
    let end = start.checked_add(length).ok_or_else(broken)?;
    object.get(start..end).ok_or_else(broken)
}

/// Returns the bytes of a record by its frame.
pub(crate) fn open(packed: &[u8]) -> Result<Vec<u8>> {
    framed::decompress(packed, MAX_RECORD_BYTES)
}

/// Returns a line of an object of the archive, opening its frame only; `None` when it is not there.
///
/// Takes the objects of a stream's batches and those of the command. Lines come without what they were packed in.
pub fn line(object: &[u8], place: &Locator) -> Option<Vec<u8>> {
    let frame = framed::nth_frame(object, place.frame)?;
    if framed::has_table(object) {
        return nth_item(&framed::decompress(frame, MAX_RECORD_BYTES).ok()?, place.line);
    }
    // A frame is closed with the line that fills it, each byte of which may be a line feed that is folded.
    let bytes = framed::decompress(frame, FRAME_BYTES + 2 * MAX_LINE_BYTES + 1).ok()?;
    plain_line(&bytes, place.line)
}

/// Returns an item of a record; of one that is refused, its beginning.
fn nth_item(record: &[u8], number: u32) -> Option<Vec<u8>> {
    let mut scratch = FrameScratch::default();
    let mut lines = Lines::new(record, &mut scratch);
    for _ in 0..number {
        lines.next_line()?;
    }
    let content = lines.next_line()?.content;
    Some(content.unwrap_or_else(|(_, head)| head).to_vec())
}

/// Returns a line of a frame of lines, each of which ends at its line feed; line feeds in it are followed by a tab.
pub fn plain_line(frame: &[u8], line: u32) -> Option<Vec<u8>> {
    let mut rows = frame.split(|byte| *byte == b'\n').peekable();
    let mut left = line;
    let mut found = loop {
        let row = rows.next()?;
        if row.first() == FOLD.last() {
            continue;
        }
        if left == 0 {
            break row.to_vec();
        }
        left -= 1;
    };
    while let Some(row) = rows.next_if(|row| row.first() == FOLD.last()) {
        found.push(b'\n');
        found.extend_from_slice(row.get(1..).unwrap_or_default());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: EventTime = EventTime::from_seconds(1_795_435_200);

    fn object(records: &[&[u8]]) -> Vec<u8> {
        let mut object = RawObject::default();
        for (number, data) in records.iter().enumerate() {
            assert_eq!(object.next_frame() as usize, number);
            object.push(&number.to_string(), NOON, Ok(data)).unwrap();
            let mut owners = Owners::default();
            (0..3).for_each(|_| owners.add(0, "kita", "FGT1"));
            owners.nobody();
            object.owned(owners.take());
        }
        object.finish().unwrap()
    }

    #[test]
    fn records_come_back_as_they_were_with_what_is_known_of_them() {
        let records = [&b"a\nb\n"[..], b"", b"\x1f\x8bno gzip"];
        let object = object(&records);
        let entries = entries(&object).unwrap();
        assert_eq!(entries.len(), 3);
        for (entry, data) in entries.iter().zip(records) {
            assert_eq!(record(&object, entry).unwrap(), data);
            assert_eq!((entry.arrived, entry.others), (NOON, 1));
            assert_eq!(entry.owners[0].lines, 3);
        }
        let place = Locator { object: String::new(), frame: 0, line: 1 };
        assert_eq!(line(&object, &place).unwrap(), b"b");
        assert_eq!(line(&object, &Locator { line: 2, ..place.clone() }), None);
        assert_eq!(line(&object, &Locator { frame: 3, ..place }), None);
    }

    #[test]
    fn owners_beyond_the_bound_are_counted_without_a_name() {
        let mut owners = Owners::default();
        for number in 0..MAX_OWNERS + 5 {
            owners.add(0, "kita", &format!("device-{number}"));
        }
        owners.add(0, "kita", "device-0");
        let (named, others) = owners.take();
        assert_eq!((named.len(), others), (MAX_OWNERS, 5));
        assert_eq!(named.iter().map(|owner| owner.lines).sum::<u64>(), MAX_OWNERS as u64 + 1);
        assert_eq!(owners.take(), (Vec::new(), 0));
    }

    #[test]
    fn a_hostile_table_finds_nothing_and_breaks_nothing() {
        let whole = object(&[b"a"]);
        let mut entry = entries(&whole).unwrap().remove(0);
        for (offset, bytes) in [(u64::MAX, 1), (0, u64::MAX), (u64::MAX, u64::MAX), (1, 5), (0, 3)] {
            (entry.offset, entry.bytes) = (offset, bytes);
            assert!(record(&whole, &entry).is_err());
        }
        assert!(entries(b"").is_err());
        let other = Framed::default().finish(br#"{"v":2,"records":[]}"#, 3).unwrap();
        assert!(matches!(entries(&other), Err(hinomi_store::Error::Format { found: 2, .. })));
        let other = Framed::default().finish(b"[]", 3).unwrap();
        assert!(matches!(entries(&other), Err(hinomi_store::Error::Corrupt { .. })));
    }

    #[test]
    fn a_bomb_in_a_frame_is_not_opened() {
        let bomb = vec![0_u8; MAX_RECORD_BYTES + 1];
        let object = object(&[&bomb]);
        assert!(record(&object, &entries(&object).unwrap()[0]).is_err());
        assert_eq!(line(&object, &Locator { object: String::new(), frame: 0, line: 0 }), None);
    }

    #[test]
    fn keys_name_hour_shard_and_range() {
        let key = key("raw", NOON.plus(3_599), "shardId-000000000000", ("17", "19"), "zst").unwrap();
        assert_eq!(key.as_str(), "raw/2026-11-23/12/shardId-000000000000/17-19.zst");
    }
}
