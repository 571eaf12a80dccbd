//! The ports, each with its contract.
//!
//! What all of them promise: a call is atomic, so it happens wholly or not at all. [`Error::Unavailable`] leaves open
//! which of the two; every other error means that nothing was written. What was returned as done is seen by every
//! later read by its key; a **listing** ([`States::waking`], [`States::queue`], [`States::incidents`], [`Outbox::due`],
//! [`Deliveries::unconfirmed`]) may miss for some seconds what was just written, and bring what just ceased to belong in
//! it, so whoever acts on a listing acts conditionally and comes again. Nothing depends on the order of calls but where
//! it says so. Implementable on DynamoDB (conditional writes, transactions), S3 (`If-None-Match`) and Kinesis, whose
//! limits are the limits here.

use std::future::Future;
use std::net::IpAddr;

use hinomi_model::{Channel, EventTime, IncidentId, Level, TenantId};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What fits. A DynamoDB transaction takes 100 items and 4 MB; what is here leaves room for keys and names.
pub mod limits {
    /// Largest subject state, incident, outbox entry or ledger document in bytes. DynamoDB's item is smaller, at
    /// 400 KB: its adapter splits a larger value over items of the same transaction.
    pub const VALUE_BYTES: usize = 2 << 20;
    /// Largest commit in bytes, values together.
    pub const COMMIT_BYTES: usize = 3 << 20;
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

/// Whose state: a tenant's subject, in its stable text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The subject as stable text.
    pub subject: String,
}

/// A value and the version that it has. Versions start at 1 and rise by 1 with each write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The version, which the next write names.
    pub version: u64,
    /// The value.
    pub bytes: Vec<u8>,
}

/// Where an incident stands, as far as a listing needs to know without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It goes on.
    pub open: bool,
    /// Its level; none for health.
    pub level: Option<Level>,
    /// Its last evidence.
    pub last_seen: EventTime,
}

/// An incident as a commit writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// Which.
    pub id: IncidentId,
    /// Where it stands.
    pub standing: Standing,
    /// The incident.
    pub bytes: Vec<u8>,
}

/// One subject's new state and everything that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Whose state.
    pub key: SubjectKey,
    /// The version that was read; `None` when there was none.
    pub expected: Option<u64>,
    /// The new state.
    pub state: Vec<u8>,
    /// When the subject wants to be looked at again, even if nothing arrives; `None` takes an earlier wish back.
    pub wake: Option<EventTime>,
    /// Incidents that are new or changed.
    pub incidents: Vec<IncidentRow>,
    /// Incidents that are no more, because they were merged into others.
    pub removed: Vec<IncidentId>,
    /// Notices that are due now or later.
    pub outbox: Vec<OutboxEntry>,
}

impl Commit {
    /// Checks the limits; every implementation does so first.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] or [`Error::BadKey`].
    pub fn check(&self) -> Result<()> {
        check_key(&self.key.subject)?;
        check_value("state", &self.state)?;
        let mut size = self.state.len();
        for incident in &self.incidents {
            check_value("incident", &incident.bytes)?;
            size += incident.bytes.len();
        }
        for entry in &self.outbox {
            check_key(&entry.id)?;
            check_value("outbox entry", &entry.bytes)?;
            size += entry.bytes.len();
        }
        at_most("commit", size, limits::COMMIT_BYTES)?;
        let pieces = self.incidents.len() + self.removed.len() + self.outbox.len();
        at_most("pieces of a commit", pieces, limits::COMMIT_PIECES)
    }
}

/// A stored incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIncident {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: IncidentId,
    /// The incident.
    pub bytes: Vec<u8>,
}

/// Some incidents, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentPage {
    /// The incidents; may be empty although more follow.
    pub incidents: Vec<StoredIncident>,
    /// What the next call passes as `after`; `None` at the end.
    pub next: Option<String>,
}

/// Subjects' states together with the incidents and notices that follow from them.
pub trait States: Send + Sync {
    /// Loads states, in the order of the keys; `None` for one that was never committed.
    fn load(&self, keys: &[SubjectKey]) -> impl Future<Output = Result<Vec<Option<Stored>>>> + Send;

    /// Writes a state, its incidents and its notices together, if the state still has the version expected, and
    /// returns the new version, one higher.
    ///
    /// An outbox entry whose id is waiting replaces the one that waits; one whose id is done is left out, so that
    /// deciding the same notice twice sends it once. Removing an incident that is not there does nothing. An incident
    /// both written and removed in one commit is removed.
    ///
    /// A repeat after [`Error::Unavailable`] is a [`Error::Conflict`] when the first one happened: load, join again
    /// (which changes nothing) and go on.
    fn commit(&self, commit: &Commit) -> impl Future<Output = Result<u64>> + Send;

    /// Returns an incident; `None` when there is none, or it was merged into another.
    fn incident(&self, id: IncidentId) -> impl Future<Output = Result<Option<StoredIncident>>> + Send;

    /// Returns at most `limit` incidents (at least one), of one tenant or all, after the place that an earlier call returned.
    ///
    /// Each incident that is there throughout comes exactly once; the order is the implementation's own. A place that
    /// no call returned is [`Error::BadKey`]. A listing.
    fn incidents(
        &self,
        tenant: Option<&TenantId>,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<IncidentPage>> + Send;

    /// Returns at most `limit` subjects that want to be looked at by `up_to`, with the time that each wished for at its
    /// last commit, by (time, key). A listing.
    fn waking(
        &self,
        up_to: EventTime,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(EventTime, SubjectKey)>>> + Send;

    /// Returns at most `limit` open incidents of a level (`None`: health), of all tenants, the last seen first, then by
    /// id. A listing; what it brings is as it was last committed.
    fn queue(
        &self,
        level: Option<Level>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StoredIncident>>> + Send;
}

/// A notice that the engine decided and nobody sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The notice's unique id: the same decision has the same id.
    pub id: String,
    /// When it is to be sent.
    pub due: EventTime,
    /// The notice.
    pub bytes: Vec<u8>,
}

/// The notices that wait; [`States::commit`] puts them there.
pub trait Outbox: Send + Sync {
    /// Returns at most `limit` notices that are due at `up_to` or before, by (due, id). A listing.
    fn due(&self, up_to: EventTime, limit: usize) -> impl Future<Output = Result<Vec<OutboxEntry>>> + Send;

    /// Returns a notice that waits; `None` when it is dealt with or never waited.
    fn entry(&self, id: &str) -> impl Future<Output = Result<Option<OutboxEntry>>> + Send;

    /// Notes that a notice is dealt with. It never waits again, whatever is committed later; a repeat, or an id that
    /// never waited, is no error.
    fn done(&self, id: &str) -> impl Future<Output = Result<()>> + Send;
}

/// A host on which an indicator was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// Whose host.
    pub tenant: TenantId,
    /// The indicator, as stable text.
    pub indicator: String,
    /// The host.
    pub host: IpAddr,
    /// When it was first seen there.
    pub first: EventTime,
}

/// The view from an indicator to the hosts of a tenant.
pub trait Scope: Send + Sync {
    /// Notes sightings. Each (tenant, indicator, host) is kept once with its earliest time: a repeat and any order
    /// give the same. The only call that is atomic for each sighting and not for all; after an error, repeat it whole.
    fn note(&self, sightings: &[Sighting]) -> impl Future<Output = Result<()>> + Send;

    /// Returns at most `limit` hosts with the time of the first sighting, by address, IPv4 first.
    fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(IpAddr, EventTime)>>> + Send;
}

/// What is delivered once: one notice to one contact on one channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// The incident.
    pub incident: IncidentId,
    /// The notice's id.
    pub notice: String,
    /// The contact.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
}

/// What a claim found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours: publish, then [`Deliveries::sent`].
    New,
    /// Somebody claimed it then and did not confirm it. They may be at it; once that is long ago,
    /// [`Deliveries::take_over`].
    Claimed {
        /// When it was claimed last.
        at: EventTime,
    },
    /// It was sent. Nothing to do.
    Sent {
        /// When it was first confirmed.
        at: EventTime,
    },
}

/// The channel's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it was confirmed.
    pub at: EventTime,
    /// The channel's id for it.
    pub id: String,
}

impl Message {
    /// What stands in the place of a receipt when a unit will never be delivered, before the reason.
    pub const REFUSED: &str = "refused/";

    /// Returns why nothing was delivered; `None` for a receipt.
    pub fn refused(&self) -> Option<&str> {
        self.id.strip_prefix(Message::REFUSED)
    }
}

/// Who was told what, when, with which message ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What was delivered.
    pub unit: Unit,
    /// When it was claimed last.
    pub claimed: EventTime,
    /// How often it was claimed; above 1 it was possibly sent more than once.
    pub attempts: u32,
    /// The receipts, in the order in which they came; empty while unconfirmed.
    pub messages: Vec<Message>,
}

/// The record of deliveries: a unit is claimed before it is published and confirmed after.
pub trait Deliveries: Send + Sync {
    /// Claims a unit at a time. Of any number of callers exactly one gets [`Claim::New`]; the record is unchanged for
    /// the others. After [`Error::Unavailable`] the claim may be there: the repeat finds [`Claim::Claimed`].
    fn claim(&self, unit: &Unit, at: EventTime) -> impl Future<Output = Result<Claim>> + Send;

    /// Claims a unit anew that was claimed at `claimed` and never confirmed, and returns which attempt this is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it was confirmed or taken over meanwhile, [`Error::Missing`] when it was never
    /// claimed.
    fn take_over(
        &self,
        unit: &Unit,
        claimed: EventTime,
        at: EventTime,
    ) -> impl Future<Output = Result<u32>> + Send;

    /// Confirms that a unit was published. A repeat with the same message id changes nothing; another id is added, up
    /// to [`limits::MESSAGES`].
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the unit was never claimed.
    fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> impl Future<Output = Result<()>> + Send;

    /// Returns at most `limit` units that were claimed before a time and not confirmed, with the time of the claim,
    /// the oldest first. A listing.
    fn unconfirmed(
        &self,
        before: EventTime,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(Unit, EventTime)>>> + Send;

    /// Returns every delivery of an incident, by unit.
    fn of(&self, incident: IncidentId) -> impl Future<Output = Result<Vec<Delivery>>> + Send;
}

/// The name of an archive object: folders and a file name, each of ASCII letters, digits, `-`, `_` and `=`.
///
/// The file name alone holds a dot and begins with none, so no object's name is another's folder, and no name leaves
/// the archive. Both hold for files; S3 takes more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveKey(String);

impl ArchiveKey {
    /// Makes a key.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for other names.
    pub fn new(key: &str) -> Result<Self> {
        let plain = |segment: &str, dots: bool| {
            let known =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=') || dots && b == b'.';
            !segment.is_empty() && segment.bytes().all(known)
        };
        let (folders, file) =
            key.rsplit_once('/').map_or((None, key), |(folders, file)| (Some(folders), file));
        let valid = key.len() <= limits::KEY_BYTES
            && folders.is_none_or(|folders| folders.split('/').all(|segment| plain(segment, false)))
            && plain(file, true)
            && file.contains('.')
            && !file.starts_with('.');
        if valid { Ok(ArchiveKey(key.to_owned())) } else { Err(Error::BadKey { key: shown(key) }) }
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What putting an object did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Stored,
    /// There was one of that name, which stays as it was.
    Existed,
}

/// Objects that are written once and never changed.
pub trait Archive: Send + Sync {
    /// Stores an object unless there is one of that name. A repeat finds [`Put::Existed`].
    fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> impl Future<Output = Result<Put>> + Send;

    /// Returns an object; `None` when there is none.
    fn fetch(&self, key: &ArchiveKey) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;

    /// Returns at most `limit` keys that begin with `prefix` and come after `after`, in the order of their bytes.
    fn list(
        &self,
        prefix: &str,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ArchiveKey>>> + Send;
}

/// Small documents of a tenant or of the engine: counts of SMS, digests, the run's manifest.
pub trait Ledger: Send + Sync {
    /// Returns a document; `None` when there is none.
    fn read(&self, key: &str) -> impl Future<Output = Result<Option<Stored>>> + Send;

    /// Writes a document if it still has the version expected (`None`: if there is none), and returns the new one,
    /// one higher. A repeat after [`Error::Unavailable`] is a [`Error::Conflict`] when the first one happened.
    fn write(
        &self,
        key: &str,
        expected: Option<u64>,
        bytes: &[u8],
    ) -> impl Future<Output = Result<u64>> + Send;
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

/// Checks the keys of a unit.
///
/// # Errors
///
/// As [`check_key`].
pub fn check_unit(unit: &Unit) -> Result<()> {
    check_key(&unit.notice)?;
    check_key(&unit.contact)
}

pub(crate) fn at_most(what: &'static str, size: usize, limit: usize) -> Result<()> {
    if size > limit { Err(Error::TooLarge { what, size, limit }) } else { Ok(()) }
}

/// Cuts a key for an error message: keys hold what attackers wrote.
pub fn shown(key: &str) -> String {
    key.chars().take(64).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl Delivery {
    /// Makes the record of a first claim.
    pub fn claimed(unit: &Unit, at: EventTime) -> Self {
        Delivery { unit: unit.clone(), claimed: at, attempts: 1, messages: Vec::new() }
    }

    /// Tells what a claim finds.
    pub fn as_claim(&self) -> Claim {
        match self.messages.first() {
            Some(message) => Claim::Sent { at: message.at },
            None => Claim::Claimed { at: self.claimed },
        }
    }

    /// Claims anew, and returns which attempt this is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it was confirmed, or claimed at another time than the one named.
    pub fn take_over(&mut self, claimed: EventTime, at: EventTime) -> Result<u32> {
        if !self.messages.is_empty() || self.claimed != claimed {
            return Err(Error::Conflict { what: format!("delivery of {}", shown(&self.unit.notice)) });
        }
        self.claimed = at;
        self.attempts = self.attempts.saturating_add(1);
        Ok(self.attempts)
    }

    /// Adds a receipt, unless it is there or there are enough.
    pub fn confirm(&mut self, at: EventTime, id: &str) {
        let known = self.messages.iter().any(|message| message.id == id);
        if !known && self.messages.len() < limits::MESSAGES {
            self.messages.push(Message { at, id: id.to_owned() });
        }
    }
}

/// Says that a unit was never claimed.
pub fn never_claimed(unit: &Unit) -> Error {
    Error::Missing { what: format!("claim of {}", shown(&unit.notice)) }
}
