//! The ports, each with its contract.
//!
//! What all of them promise: a call is atomic, so it happens wholly or not at all. [`Error::Unavailable`] leaves open
//! which of the two; every other error means that nothing was written. What was returned as done is seen by every
//! later read by its key; a **listing** ([`States::waking`], [`States::queue`], [`States::incidents`], [`Outbox::due`],
//! [`Deliveries::unconfirmed`]) may miss for some seconds what was just written, and bring what just ceased to belong in
//! it, so whoever acts on a listing acts conditionally and comes again. Nothing depends on the order of calls but where
//! it says so. Implementable on DynamoDB (conditional writes, transactions), S3 (`If-None-Match`) and Kinesis, whose
//! limits are the limits here.

mod archive;
mod deliveries;
mod ledger;
mod scope;
mod states;

use crate::error::{Error, Result};
pub use archive::{Archive, ArchiveKey, Put};
pub use deliveries::{Claim, Deliveries, Delivery, Message, Unit, check_unit, never_claimed};
pub use ledger::Ledger;
pub use scope::{Scope, Sighting};
pub use states::{
    Commit, IncidentPage, IncidentRow, Outbox, OutboxEntry, Standing, States, StoredIncident, SubjectKey,
};

/// What fits. A DynamoDB transaction takes 100 items and 4 MB; what is here leaves room for keys and names.
pub mod limits {
    /// Largest subject state, incident, outbox entry or ledger document in bytes. DynamoDB's item is smaller, at
    /// 400 KB: its adapter splits a larger value over items of the same transaction.
    pub const VALUE_BYTES: usize = 2 << 20;
    /// Largest commit in bytes, values together. As DynamoDB is sent it, base64 in JSON, it is a third larger and stays
    /// below 4 MB with its keys, whichever of the two is counted.
    pub const COMMIT_BYTES: usize = 11 << 18;
    /// Most pieces in a commit: incidents written and removed, and outbox entries.
    pub const COMMIT_PIECES: usize = 90;
    /// Longest text of a key in bytes: subject, indicator, outbox id, ledger key, archive key. DynamoDB's sort key
    /// takes 1,024.
    pub const KEY_BYTES: usize = 512;
    /// Largest archive object in bytes, compressed or not: a batch (design: 128 MiB).
    pub const OBJECT_BYTES: usize = 128 << 20;
    /// How much larger than itself an object may become when it is decompressed.
    pub const OBJECT_RATIO: usize = 200;
    /// Largest record of a stream in bytes. Kinesis takes 1 MiB unless told otherwise, the partition key included.
    pub const RECORD_BYTES: usize = (1 << 20) - KEY_BYTES;
    /// Most message ids kept of one delivery. Each repeat adds one; a unit repeated more often keeps the first ones.
    pub const MESSAGES: usize = 8;
}

/// A value and the version that it has. Versions start at 1 and rise by 1 with each write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The version, which the next write names.
    pub version: u64,
    /// The value.
    pub bytes: Vec<u8>,
}

/// All the ports in one.
pub trait Store: States + Outbox + Scope + Deliveries + Archive + Ledger {}

impl<S: States + Outbox + Scope + Deliveries + Archive + Ledger> Store for S {}

/// Returns the version that a write makes.
pub(crate) fn next_version(found: Option<u64>, expected: Option<u64>, what: &str) -> Result<u64> {
    if found != expected {
        return Err(Error::Conflict { what: shown(what) });
    }
    version_after(found, what)
}

/// Returns the version that a write makes which expects another.
///
/// # Errors
///
/// [`Error::Corrupt`] when the expected one is the last there is.
pub fn version_after(expected: Option<u64>, what: &str) -> Result<u64> {
    let next = expected.unwrap_or(0).checked_add(1);
    next.ok_or_else(|| Error::corrupt(format!("version of {}", shown(what))))
}

/// Checks the length of a key.
///
/// # Errors
///
/// [`Error::BadKey`] for an empty one, [`Error::TooLarge`] beyond [`limits::KEY_BYTES`].
pub fn check_key(key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::BadKey { key: String::new() });
    }
    at_most("key", key.len(), limits::KEY_BYTES)
}

/// Checks the size of a value.
///
/// # Errors
///
/// [`Error::TooLarge`] beyond [`limits::VALUE_BYTES`].
pub fn check_value(what: &'static str, bytes: &[u8]) -> Result<()> {
    at_most(what, bytes.len(), limits::VALUE_BYTES)
}

pub(crate) fn at_most(what: &'static str, size: usize, limit: usize) -> Result<()> {
    if size > limit { Err(Error::TooLarge { what, size, limit }) } else { Ok(()) }
}

/// Cuts a key for an error message: keys hold what attackers wrote.
pub fn shown(key: &str) -> String {
    key.chars().take(64).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
