//! What a follower remembers, as it is written down: `follow/<partition>-v<version>/<minute>.zst`.
//!
//! The version of the memory is part of the name, because a memory is never replaced: a program that remembers otherwise
//! begins a folder of its own with the oldest facts there are, and one that is rolled back goes on from its own.
//! A header in JSON (version, minute, names of the objects read lately) with its length before it, then the follower's own
//! bytes, all in zstd.

use hinomi_detect::Follow;
use hinomi_model::Settings;
use hinomi_store::{Archive, ArchiveKey, Put, limits, object};
use serde::{Deserialize, Serialize};

use super::plan::name_of;
use super::{KEPT_DAYS, LOOK_BACK_MINUTES};
use crate::error::Result;
use crate::facts::{minute_of, minute_text};

/// The format of the header.
const VERSION: u32 = 1;

/// Bytes of the follower's own memory. With the header it stays below what an object may have.
const MAX_FOLLOW_BYTES: usize = limits::OBJECT_BYTES - (16 << 20);

/// How long names of objects are remembered: a batch that comes again after that is read again, which changes nothing
/// but the work it makes.
const NAMED_MINUTES: i64 = LOOK_BACK_MINUTES + 10;

/// Minutes that are looked through for the last memory, the nearest first.
const LOOKED_THROUGH: [i64; 2] = [120, KEPT_DAYS * 24 * 60];

/// What is remembered at the end of a minute.
#[derive(Debug)]
pub(super) struct Memory {
    /// The last minute that was done.
    pub(super) minute: i64,
    /// Questions and facts.
    pub(super) follow: Follow,
    /// The names of objects read, by minute.
    read: Vec<(i64, Vec<u64>)>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    v: u32,
    minute: i64,
    read: Vec<(i64, Vec<u64>)>,
}

impl Memory {
    /// Remembers nothing, at the end of a minute.
    pub(super) fn new(minute: i64, settings: Settings) -> Self {
        Memory { minute, follow: Follow::new(settings), read: Vec::new() }
    }

    /// Tells whether an object of that name was read.
    pub(super) fn knows(&self, name: u64) -> bool {
        self.read.iter().any(|(_, names)| names.binary_search(&name).is_ok())
    }

    /// Notes that a minute was done and what it read.
    pub(super) fn has_read(&mut self, minute: i64, objects: &[ArchiveKey]) {
        self.minute = minute;
        self.read.retain(|(of, _)| *of > minute.saturating_sub(NAMED_MINUTES));
        let mut names: Vec<u64> = objects.iter().map(name_of).collect();
        names.sort_unstable();
        if !names.is_empty() {
            self.read.push((minute, names));
        }
    }

    /// Writes the memory down, unless somebody did for that minute.
    pub(super) async fn write<A: Archive>(&mut self, archive: &A, partition: u16) -> Result<Put> {
        let header = Header { v: VERSION, minute: self.minute, read: self.read.clone() };
        // Serialising plain values into memory does not fail.
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let length = (header.len() as u64).to_le_bytes();
        let plain = [&length[..], &header, &self.follow.encode(MAX_FOLLOW_BYTES)].concat();
        Ok(archive.put_new(&key(partition, self.minute)?, &object::compress(&plain)?).await?)
    }
}

fn folder(partition: u16) -> String {
    format!("follow/{partition}-v{}/", Follow::MEMORY_VERSION)
}

fn key(partition: u16, minute: i64) -> hinomi_store::Result<ArchiveKey> {
    ArchiveKey::new(&format!("{}{}.zst", folder(partition), minute_text(minute)))
}

/// Returns the memories of a follower that were written down lately, or after a minute, oldest first.
pub(super) async fn written<A: Archive>(
    archive: &A,
    partition: u16,
    target: i64,
    after: Option<i64>,
) -> Result<Vec<(i64, ArchiveKey)>> {
    let folder = folder(partition);
    for back in LOOKED_THROUGH {
        let start = after.unwrap_or(target.saturating_sub(back));
        let most = usize::try_from(target.saturating_sub(start)).unwrap_or(0).saturating_add(back as usize);
        let keys = archive.list(&folder, Some(&key(partition, start)?), most).await?;
        let found: Vec<(i64, ArchiveKey)> =
            keys.into_iter().filter_map(|key| Some((minute_of_key(&key, &folder)?, key))).collect();
        if !found.is_empty() || after.is_some() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn minute_of_key(key: &ArchiveKey, folder: &str) -> Option<i64> {
    minute_of(key.as_str().strip_prefix(folder)?.strip_suffix(".zst")?)
}

/// Reads a memory; `None` for one of another version, or none.
pub(super) async fn read<A: Archive>(
    archive: &A,
    key: &ArchiveKey,
    minute: i64,
    settings: &Settings,
) -> Result<Option<Memory>> {
    let Some(bytes) = archive.fetch(key).await? else { return Ok(None) };
    Ok(decode(&bytes, settings).filter(|memory| memory.minute == minute))
}

fn decode(bytes: &[u8], settings: &Settings) -> Option<Memory> {
    let plain = object::decompress(bytes).ok()?;
    let (length, rest) = plain.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, follow) = rest.split_at_checked(length)?;
    let Header { v, minute, read } = serde_json::from_slice(header).ok()?;
    if v != VERSION {
        return None;
    }
    Some(Memory { minute, read, follow: Follow::decode(follow, settings.clone())? })
}
