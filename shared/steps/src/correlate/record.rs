//! A record of the stream of findings: read, or set aside with the reason.

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FindingBatch};
use hinomi_store::{Archive, Error as StoreError, object};

use crate::caught::caught;
use crate::error::{Error, Result};
use crate::set_aside::set_aside;

/// A record as it came.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    /// Its shard, of ASCII letters, digits and `-`.
    pub shard: &'r str,
    /// Its number in the shard, of digits.
    pub sequence: &'r str,
    /// When the stream took it.
    pub arrived: EventTime,
    /// Its bytes; `None` when the stream's own wrapping could not be undone.
    pub bytes: Option<&'r [u8]>,
}

/// A record that was read.
#[derive(Debug)]
pub struct ReadRecord<'r> {
    pub(super) record: Record<'r>,
    /// Its findings, or why it has none.
    pub(super) batch: Result<FindingBatch, PoisonReason>,
}

/// Why a record can never be joined. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoisonReason {
    /// Its bytes are no findings.
    Unreadable,
    /// Findings of a version that this program does not know.
    Version,
    /// Findings of a tenant that is not in the registry.
    UnknownTenant,
    /// Judging it panicked.
    Fault,
    /// Its subject's stored state can't be read.
    StateBroken,
    /// Its subject would grow beyond what the store takes.
    TooLarge,
    /// The store refuses it for another reason that no repeat changes.
    Refused,
}

/// A record that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    /// Its place in the batch.
    pub record: usize,
    /// Why.
    pub reason: PoisonReason,
    /// Where it lies.
    pub key: String,
}

impl PoisonReason {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            PoisonReason::Unreadable => "unreadable",
            PoisonReason::Version => "version",
            PoisonReason::UnknownTenant => "unknown_tenant",
            PoisonReason::Fault => "fault",
            PoisonReason::StateBroken => "state_broken",
            PoisonReason::TooLarge => "too_large",
            PoisonReason::Refused => "refused",
        }
    }

    /// Returns why a record cannot be joined whose joining failed with an error that no repeat changes.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Panicked { .. } => PoisonReason::Fault,
            Error::State(_) | Error::Stored(_) => PoisonReason::StateBroken,
            Error::Store(StoreError::Corrupt { .. } | StoreError::Format { .. }) => PoisonReason::StateBroken,
            Error::Store(StoreError::TooLarge { .. }) => PoisonReason::TooLarge,
            // Joining makes no columns.
            Error::Store(_) | Error::Columns(_) => PoisonReason::Refused,
        }
    }
}

impl ReadRecord<'_> {
    /// Tells whether a registry does not know the tenant of one of the findings.
    pub fn is_of_unknown_tenant(&self, registry: &Registry) -> bool {
        self.batch.as_ref().is_ok_and(|batch| is_of_unknown_tenant(batch, registry))
    }
}

pub(super) fn is_of_unknown_tenant(batch: &FindingBatch, registry: &Registry) -> bool {
    batch.findings.iter().any(|finding| registry.tenant(&finding.tenant).is_none())
}

impl<'r> Record<'r> {
    /// Reads the findings.
    pub fn read(self) -> ReadRecord<'r> {
        let batch = match self.bytes {
            Some(bytes) => caught(|| decode(bytes)).unwrap_or(Err(PoisonReason::Fault)),
            None => Err(PoisonReason::Unreadable),
        };
        ReadRecord { record: self, batch }
    }

    /// Keeps the record as it came, under a name that says when, where from and why.
    pub(super) async fn set_aside(&self, archive: &impl Archive, reason: PoisonReason) -> Result<String> {
        let time = self.arrived.timestamp().to_string();
        let (day, hour) = (time.get(..10).unwrap_or("unknown"), time.get(11..13).unwrap_or("00"));
        let (shard, sequence, why) = (plain(self.shard), plain(self.sequence), reason.as_str());
        let key = format!("quarantine/findings/{day}/{hour}/{shard}/{sequence}.{why}.zst");
        set_aside(archive, &key, self.bytes.unwrap_or_default()).await?;
        Ok(key)
    }
}

fn decode(bytes: &[u8]) -> Result<FindingBatch, PoisonReason> {
    let plain = object::decompress(bytes).map_err(|_| PoisonReason::Unreadable)?;
    FindingBatch::decode(&plain).map_err(|error| match error {
        hinomi_model::BatchError::Version(_) => PoisonReason::Version,
        _ => PoisonReason::Unreadable,
    })
}

/// Returns a name as it may stand in an archive's key; a stream's own names are such.
fn plain(name: &str) -> &str {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !name.is_empty() && name.len() <= 128 && name.bytes().all(fits) { name } else { "unknown" }
}
