//! The books of a soak: what was sent, line by line, against what lies in the archive.
//!
//! Senders enter each record as it enters the stream. Raw and quarantine objects are read as soon as they are there. What
//! a lost answer makes lie in two objects is one thing: a line is named by shard, sequence number and its number in the
//! record.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::Fingerprint;
use hinomi_steps::quarantine::Row;
use hinomi_steps::raw;
use hinomi_store::{Archive, ArchiveKey, Memory, block_on};

use super::sender::Sent;

/// Records of a shard that are remembered once they were found, to tell what lies there twice from what nobody sent. A
/// batch that comes again comes at once, so that far fewer would do.
const REMEMBERED: usize = 4_096;
/// Objects listed at once.
const PAGE: usize = 1_000;

/// The books.
#[derive(Debug, Default)]
pub struct Books {
    /// Records that are not in the archive yet, by shard and number.
    open: BTreeMap<(String, u64), Entered>,
    /// Numbers of the last records that are, by shard.
    found: BTreeMap<String, BTreeSet<u64>>,
    /// Objects that were read, and are there still.
    read: BTreeSet<ArchiveKey>,
    /// Lines sent.
    pub sent: u64,
    /// Those of them that nobody can read.
    pub junk: u64,
    /// Lines that are in the archive, by shard, number and place in their record, and became events.
    pub done: u64,
    /// Lines in the archive that were set aside, each with its row in the quarantine.
    pub quarantined: u64,
    /// Records that lie in more than one object.
    pub twice: u64,
    /// What is wrong, in sentences.
    pub faults: Vec<String>,
}

#[derive(Debug)]
struct Entered {
    digest: u64,
    lines: u64,
    junk: u64,
}

impl Books {
    /// Enters a record that is put into a shard.
    pub fn enter(&mut self, shard: &str, sent: &Sent) {
        self.sent += sent.lines;
        self.junk += sent.junk;
        let entered = Entered { digest: digest(&sent.record.data), lines: sent.lines, junk: sent.junk };
        self.open.insert((shard.to_owned(), number_of(&sent.record.sequence)), entered);
    }

    /// Returns how many lines were sent that are not in the archive.
    pub fn missing(&self) -> u64 {
        self.open.values().map(|entered| entered.lines).sum()
    }

    /// Reads what is new in the archive.
    ///
    /// # Errors
    ///
    /// What cannot be read there.
    pub fn read(&mut self, store: &Memory) -> hinomi_store::Result<()> {
        let mut there = BTreeSet::new();
        let mut after = None;
        loop {
            let page = block_on(store.list("raw/", after.as_ref(), PAGE))?;
            after = page.last().cloned();
            let is_last = page.len() < PAGE;
            there.extend(page);
            if is_last {
                break;
            }
        }
        for key in there.difference(&std::mem::take(&mut self.read)) {
            self.object(store, key)?;
        }
        self.read = there;
        Ok(())
    }

    fn object(&mut self, store: &Memory, key: &ArchiveKey) -> hinomi_store::Result<()> {
        let Some(object) = block_on(store.fetch(key))? else { return Ok(()) };
        let shard = key.as_str().split('/').nth(3).unwrap_or_default().to_owned();
        let set_aside = set_aside(store, key)?;
        for (frame, entry) in (0_u32..).zip(raw::entries(&object)?) {
            let number = number_of(&entry.sequence);
            let Some(entered) = self.open.remove(&(shard.clone(), number)) else {
                let known = self.found.get(&shard).is_some_and(|found| found.contains(&number));
                self.twice += u64::from(known);
                self.check(known, || format!("{key:?}: nobody sent {number}"));
                continue;
            };
            let found = self.found.entry(shard.clone()).or_default();
            found.insert(number);
            while found.len() > REMEMBERED {
                found.pop_first();
            }
            let same = digest(&raw::record(&object, &entry)?) == entered.digest;
            self.check(same, || format!("{key:?}: {number} holds other bytes than were sent"));
            let done: u64 = entry.owners.iter().map(|owner| owner.lines).sum();
            let aside = set_aside.get(&frame).copied().unwrap_or_default();
            let account = (done, entry.others, aside);
            let own = (entered.lines - entered.junk, entered.junk, entered.junk);
            self.check(account == own, || format!("{key:?}: {number}: {account:?} lines of {own:?}"));
            self.done += done;
            self.quarantined += aside;
        }
        Ok(())
    }

    fn check(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(fault());
        }
    }
}

/// Returns how many different lines of each frame of a raw object lie in the quarantine.
fn set_aside(store: &Memory, raw: &ArchiveKey) -> hinomi_store::Result<BTreeMap<u32, u64>> {
    let name = raw.as_str().replacen("raw/", "quarantine/", 1).replace(".zst", ".ndjson.zst");
    let mut lines: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    if let Some(object) = block_on(store.fetch(&ArchiveKey::new(&name)?))? {
        let text = zstd::decode_all(object.as_slice()).unwrap_or_default();
        for row in text.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
            let Ok(Row { line, more }) = serde_json::from_slice(row) else { continue };
            if let Some(place) = line.locator {
                lines.insert((place.frame, place.line), 1 + more.unwrap_or_default());
            }
        }
    }
    let mut frames = BTreeMap::new();
    for ((frame, _), count) in lines {
        *frames.entry(frame).or_default() += count;
    }
    Ok(frames)
}

fn number_of(sequence: &str) -> u64 {
    sequence.parse().unwrap_or_default()
}

fn digest(data: &[u8]) -> u64 {
    Fingerprint::new("tests/record").bytes(data).finish_short()
}
