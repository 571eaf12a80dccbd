//! The store on AWS: what its parts share.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use hinomi_model::EventTime;
use hinomi_store::{Archive, ArchiveKey, Error, Put, Result};

use crate::objects::Objects;
use crate::pause::Pauses;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Tells the time, for what expires. Nothing is judged by it.
pub type Clock = fn() -> EventTime;

/// The names of the tables. A function that is not given a table leaves its name empty; a call that needs it is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableNames {
    /// Of [`crate::schema::INCIDENTS`].
    pub incidents: String,
    /// Of [`crate::schema::DELIVERIES`].
    pub deliveries: String,
    /// Of [`crate::schema::SCOPE`].
    pub scope: String,
    /// Of [`crate::schema::LEDGER`].
    pub ledger: String,
}

/// How long what is written is kept, in days after it was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetimes {
    /// A subject's state. No window reaches its evidence after 16 days (an incident's life, the memory of files,
    /// lateness); the rest is for functions that stood still.
    pub(crate) states: u32,
    /// Incidents: a year, and a month to look back on it.
    pub(crate) incidents: u32,
    /// Marks of notices that are dealt with. The engine's own memory of what it told ends with the state.
    pub(crate) done: u32,
    /// Sightings, after they were first noted. A host that is seen again later is noted anew.
    pub(crate) scope: u32,
    /// Who was told what: as long as the incident.
    pub(crate) deliveries: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Lifetimes { states: 21, incidents: 400, done: 30, scope: 90, deliveries: 400 }
    }
}

/// The store on AWS. Clones share their connections.
///
/// The SDK repeats a call whose answer was lost. A conditional write that succeeded so, and was then repeated, finds
/// itself: for a commit and for the ledger this is the conflict that the contract speaks of; a claim knows its own mark
/// and is told as new.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub(crate) dynamo: Client,
    pub(crate) names: TableNames,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) pauses: Pauses,
    clock: Clock,
    objects: Objects,
    marks: Arc<Marks>,
}

/// Names for single writes, different in every process.
#[derive(Debug)]
struct Marks {
    process: u64,
    last: AtomicU64,
}

impl Cloud {
    /// Makes the store of these tables and the archive's bucket.
    pub fn new(config: &SdkConfig, names: TableNames, archive: &str, clock: Clock) -> Self {
        let (dynamo, objects) = (Client::new(config), Objects::new(config, archive));
        // The hasher's keys come from the system's randomness, once in a process.
        let process = RandomState::new().hash_one(());
        let marks = Arc::new(Marks { process, last: AtomicU64::new(0) });
        let (lifetimes, pauses) = (Lifetimes::default(), Pauses::default());
        Cloud { dynamo, names, lifetimes, pauses, clock, objects, marks }
    }

    /// Pauses otherwise between attempts.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        Cloud { pauses, ..self }
    }

    pub(crate) fn now(&self) -> EventTime {
        (self.clock)()
    }

    /// Returns the second at which something written now is past.
    pub(crate) fn expiry(&self, days: u32) -> i64 {
        days_after(self.now(), days)
    }

    /// Returns a name for one write.
    pub(crate) fn mark(&self) -> String {
        let number = self.marks.last.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{number:x}", self.marks.process)
    }
}

/// Returns the end of the day so many days after a time. An index that holds it is written once a day, and not with each
/// commit.
pub(crate) fn days_after(time: EventTime, days: u32) -> i64 {
    time.seconds().div_euclid(DAY).saturating_add(1 + i64::from(days)).saturating_mul(DAY)
}

/// Returns the name of a table that the function was given.
pub(crate) fn named<'n>(what: &str, name: &'n str) -> Result<&'n str> {
    match name {
        "" => Err(Error::Refused { what: format!("{what}: this function was given no such table") }),
        name => Ok(name),
    }
}

impl Archive for Cloud {
    async fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        self.objects.put_new(key, bytes).await
    }

    async fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        self.objects.fetch(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&ArchiveKey>, limit: usize) -> Result<Vec<ArchiveKey>> {
        self.objects.list(prefix, after, limit).await
    }
}
