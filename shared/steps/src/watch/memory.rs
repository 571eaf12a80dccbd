//! What is remembered of the appliances, as it is written down: `watch/v<version>/<minute>.zst`.
//!
//! A header in JSON (version, minute) with its length before it, then the watch's own bytes, all in zstd. What was learned
//! takes weeks to learn again, so memories are kept for longer than an outage lasts ([`KEPT_DAYS`]).

use hinomi_detect::Watch;
use hinomi_store::{Archive, limits};
use serde::{Deserialize, Serialize};

use super::KEPT_DAYS;
use crate::minutes::{self, Diary, headed, read_headed};

/// The format of the header.
const VERSION: u32 = 1;

/// Bytes of the watch's own memory. With the header it stays below what an object may have.
const MAX_WATCH_BYTES: usize = limits::OBJECT_BYTES - (1 << 20);

/// What is remembered at the end of a minute.
#[derive(Debug)]
pub(super) struct Memory {
    /// The last minute that was done.
    pub(super) minute: i64,
    /// What is known of the appliances.
    pub(super) watch: Watch,
}

#[derive(Serialize, Deserialize)]
struct Header {
    v: u32,
    minute: i64,
}

impl Memory {
    /// Knows no device yet, at the end of a minute.
    pub(super) fn new(minute: i64) -> Self {
        Memory { minute, watch: Watch::new() }
    }

    /// Reads a memory; `None` for one of another version, or none.
    pub(super) fn decode(plain: &[u8]) -> Option<Memory> {
        let (Header { v, minute }, watch) = read_headed(plain)?;
        if v != VERSION {
            return None;
        }
        Some(Memory { minute, watch: Watch::decode(watch)? })
    }
}

impl minutes::Memory for Memory {
    fn minute(&self) -> i64 {
        self.minute
    }

    fn encode(&mut self) -> Vec<u8> {
        headed(&Header { v: VERSION, minute: self.minute }, &self.watch.encode(MAX_WATCH_BYTES))
    }
}

/// Returns where the memories are.
pub(super) fn diary<A: Archive>(archive: &A) -> Diary<'_, A> {
    let [folder, before] = Watch::READ_VERSIONS.map(|version| format!("watch/v{version}/"));
    Diary { archive, folder, folder_before: Some(before), kept_minutes: KEPT_DAYS * 24 * 60 }
}
