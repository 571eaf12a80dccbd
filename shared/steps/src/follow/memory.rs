//! What a follower remembers, as it is written down: `follow/<partition>-v<version>/<minute>.zst`.
//!
//! A header in JSON (version, minute, names of the objects read lately) with its length before it, then the follower's own
//! bytes, all in zstd. A program that remembers otherwise begins with the oldest facts there are.

use hinomi_detect::Follow;
use hinomi_model::Settings;
use hinomi_store::{Archive, ArchiveKey, limits};
use serde::{Deserialize, Serialize};

use super::plan::name_of;
use super::{KEPT_DAYS, LOOK_BACK_MINUTES};
use crate::minutes::{self, Diary, headed, read_headed};

/// The format of the header.
const VERSION: u32 = 1;

/// Bytes of the follower's own memory. With the header it stays below what an object may have.
const MAX_FOLLOW_BYTES: usize = limits::OBJECT_BYTES - (16 << 20);

/// How long names of objects are remembered: a batch that comes again after that is read again, which changes nothing
/// but the work it makes.
const NAMED_MINUTES: i64 = LOOK_BACK_MINUTES + 10;

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

    /// Reads a memory; `None` for one of another version, or none.
    pub(super) fn decode(plain: &[u8], settings: &Settings) -> Option<Memory> {
        let (Header { v, minute, read }, follow) = read_headed(plain)?;
        if v != VERSION {
            return None;
        }
        Some(Memory { minute, read, follow: Follow::decode(follow, settings.clone())? })
    }
}

impl minutes::Memory for Memory {
    fn minute(&self) -> i64 {
        self.minute
    }

    fn encode(&mut self) -> Vec<u8> {
        let header = Header { v: VERSION, minute: self.minute, read: self.read.clone() };
        headed(&header, &self.follow.encode(MAX_FOLLOW_BYTES))
    }
}

/// Returns where a follower's memories are.
pub(super) fn diary<A: Archive>(archive: &A, partition: u16) -> Diary<'_, A> {
    let folder = format!("follow/{partition}-v{}/", Follow::MEMORY_VERSION);
    Diary { archive, folder, folder_before: None, kept_minutes: KEPT_DAYS * 24 * 60 }
}
