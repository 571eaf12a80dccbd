//! States, incidents and the outbox, which one commit writes together.

use std::future::Future;

use hinomi_model::{EventTime, IncidentId, Level, TenantId};

use super::{Stored, at_most, check_key, check_value, limits};
use crate::error::Result;

/// Whose state: a tenant's subject, in its stable text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The subject as stable text.
    pub subject: String,
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
    /// [`TooLarge`](crate::Error::TooLarge) or [`BadKey`](crate::Error::BadKey).
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
    /// A repeat after [`Unavailable`](crate::Error::Unavailable) is a [`Conflict`](crate::Error::Conflict) when the first one happened: load, join again
    /// (which changes nothing) and go on.
    fn commit(&self, commit: &Commit) -> impl Future<Output = Result<u64>> + Send;

    /// Returns an incident; `None` when there is none, or it was merged into another.
    fn incident(&self, id: IncidentId) -> impl Future<Output = Result<Option<StoredIncident>>> + Send;

    /// Returns at most `limit` incidents (at least one), of one tenant or all, after the place that an earlier call returned.
    ///
    /// Each incident that is there throughout comes exactly once; the order is the implementation's own. A place that
    /// no call returned is [`BadKey`](crate::Error::BadKey). A listing.
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
