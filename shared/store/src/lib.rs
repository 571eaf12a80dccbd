//! What the engine keeps, behind ports cut by need, and the implementations that need no account.
//!
//! Each port is a trait whose documentation is the contract: what is atomic, what a repeat does, what is missing,
//! which errors may be retried. [`conformance`] checks the contract and every implementation runs it: [`Memory`]
//! (for tests, correct and not a mock), [`Embedded`] (redb and files, survives being killed at any point), and the
//! AWS adapters in their own crate. [`Faulty`] breaks any of them on purpose.
//!
//! The ports are `async` because AWS waits; the implementations here never do, so [`block_on()`] drives them without
//! an executor. This crate judges nothing and never reads a clock: every time is an argument.

mod block_on;
pub mod conformance;
mod embedded;
mod error;
mod faulty;
mod memory;
pub mod object;
mod ports;
mod published;
mod stream;

/// What every implementation does the same way: checks of keys and sizes, versions, texts of errors.
pub mod adapter {
    pub use crate::ports::{check_key, check_unit, check_value, never_claimed, shown, version_after};
}

pub use block_on::block_on;
pub use embedded::{Durability, Embedded, fetch_file};
pub use error::{Error, Result};
pub use faulty::{Call, Fault, Faulty, When};
pub use memory::{Memory, Values, Weight, Written};
pub use ports::{
    Archive, ArchiveKey, Claim, Commit, Deliveries, Delivery, IncidentPage, IncidentRow, Ledger, Message,
    Outbox, OutboxEntry, Put, Scope, Sighting, Standing, States, Store, Stored, StoredIncident, SubjectKey,
    Unit, limits,
};
pub use published::{Fetched, MemoryPublished, Published};
pub use stream::{MemoryStream, Stream, StreamRecord};
