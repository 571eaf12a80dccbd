//! The store of one machine: redb for what changes, files for the archive, one process at a time.
//!
//! A commit is one redb transaction: killed at any point, the next [`Embedded::open`] finds the state before it or
//! after it and nothing between (redb's design: <https://github.com/cberner/redb/blob/master/docs/design.md>). The
//! archive's files are written beside their place and renamed into it. Opening verifies every page's checksum, so a
//! damaged file is refused instead of read.
//!
//! Calls block on the disk; nothing else belongs on the thread that drives them.

mod archive;
mod states;
mod tables;

use std::fs;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hinomi_model::{EventTime, IncidentId, TenantId};
use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError, WriteTransaction,
};

use crate::error::{Error, Result};
use crate::ports::{
    Archive, ArchiveKey, Claim, Deliveries, Delivery, Ledger, Put, Scope, Sighting, Stored, Unit, check_key,
    check_unit, check_value, never_claimed, next_version,
};
use archive::Files;
pub use archive::fetch_file;
use tables::{
    CLAIMED, DELIVERIES, FORMAT, HostKey, LEDGER, META, SCOPE, TABLES, UnitKey, all_tables, channel_of,
    host_key, host_of, unit_key,
};

/// Memory for pages in bytes. States of a busy day fit; redb's own default is a gigabyte.
const CACHE_BYTES: usize = 64 << 20;

/// When what was written is on the disk.
///
/// `benches/commit.rs` on two busy cores: some 230 commits a second with [`Durability::Each`], 3,100 with
/// `Every(100)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Before the call returns: nothing that was returned as done is lost.
    Each,
    /// With every so many writes, and with [`Embedded::flush`]. Killed between, the store goes back to the last of
    /// these, whole as ever. For a run that can be repeated from its input; nothing that leaves the machine may hang
    /// on it.
    Every(u32),
}

/// The store of one machine. Clones share it.
#[derive(Clone, Debug)]
pub struct Embedded {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    files: Files,
    durability: Durability,
    /// Writes since the last that went to the disk.
    loose: AtomicU32,
}

/// Makes an empty database beside its place and moves it there: whoever is killed within leaves none, or a whole one.
fn make(folder: &Path, file: &Path) -> Result<()> {
    let disk = |error| Error::unavailable("making the store", error);
    let unfinished = folder.join("store.redb.unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(error)),
        _ => {}
    }
    let database = Database::builder().set_cache_size(CACHE_BYTES).create(&unfinished).map_err(opening)?;
    let write = database.begin_write().map_err(broken)?;
    all_tables(&write).map_err(broken)?;
    write.commit().map_err(broken)?;
    drop(database);
    fs::rename(&unfinished, file).map_err(disk)
}

impl Embedded {
    /// Opens the store in a folder, or makes one there.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when another process has it open, [`Error::Corrupt`] when what is there is no store or was
    /// damaged, [`Error::Format`] when another version of this program made it, [`Error::Unavailable`] when the disk
    /// fails.
    pub fn open(folder: &Path, durability: Durability) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| Error::unavailable("making the store's folder", error))?;
        let file = folder.join("store.redb");
        if !file.exists() {
            make(folder, &file)?;
        }
        // With debug assertions redb panics where it meets what it never wrote; for us that is a damaged file.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            Database::builder().set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true).create(&file)
        }));
        let database = opened.map_err(|_| Error::corrupt("pages of the database"))?.map_err(opening)?;
        let files = Files::open(&folder.join("archive"), durability == Durability::Each)?;
        let store =
            Embedded { inner: Arc::new(Inner { database, files, durability, loose: AtomicU32::new(0) }) };
        store.check_format()?;
        store.make_missing_tables()?;
        Ok(store)
    }

    /// Makes the tables that a store of an older program does not have. What they list begins with the next commits.
    fn make_missing_tables(&self) -> Result<()> {
        let there = self.reading()?.list_tables().map_err(broken)?.count();
        if there >= TABLES {
            return Ok(());
        }
        let write = self.inner.database.begin_write().map_err(broken)?;
        all_tables(&write).map_err(broken)?;
        write.commit().map_err(broken)
    }

    /// Empties the store for a fresh run, the archive included. Not atomic: killed within, the database is empty or
    /// whole and the archive partly there; call it again.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the disk fails.
    pub fn clear(&self) -> Result<()> {
        let write = self.inner.database.begin_write().map_err(broken)?;
        let names: Vec<_> = write.list_tables().map_err(broken)?.collect();
        for name in names {
            write.delete_table(name).map_err(broken)?;
        }
        all_tables(&write).map_err(broken)?;
        write.commit().map_err(broken)?;
        self.inner.files.clear()
    }

    /// Brings to the disk what is not there yet.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the disk fails.
    pub fn flush(&self) -> Result<()> {
        let write = self.inner.database.begin_write().map_err(broken)?;
        write.commit().map_err(broken)?;
        self.inner.loose.store(0, Ordering::Relaxed);
        Ok(())
    }

    fn check_format(&self) -> Result<()> {
        let write = self.inner.database.begin_write().map_err(broken)?;
        let found = {
            let meta = write.open_table(META).map_err(broken)?;
            meta.get("format").map_err(broken)?.map(|found| found.value())
        };
        match found {
            Some(FORMAT) => {}
            Some(found) => return Err(Error::Format { found, known: FORMAT }),
            None => all_tables(&write).map_err(broken)?,
        }
        write.commit().map_err(broken)
    }

    fn reading(&self) -> Result<ReadTransaction> {
        self.inner.database.begin_read().map_err(broken)
    }

    /// Runs one transaction; it is dropped, and so undone, when `change` fails.
    fn write<T>(&self, change: impl FnOnce(&WriteTransaction) -> Result<T>) -> Result<T> {
        let mut write = self.inner.database.begin_write().map_err(broken)?;
        let loose = match self.inner.durability {
            Durability::Each => false,
            Durability::Every(many) => self.inner.loose.load(Ordering::Relaxed).saturating_add(1) < many,
        };
        if loose {
            write.set_durability(redb::Durability::None).map_err(broken)?;
        }
        let outcome = change(&write)?;
        write.commit().map_err(broken)?;
        // The write transaction was exclusive until now; a count that is off by one only moves a write to the disk.
        match loose {
            true => self.inner.loose.fetch_add(1, Ordering::Relaxed),
            false => self.inner.loose.swap(0, Ordering::Relaxed),
        };
        Ok(outcome)
    }
}

impl Scope for Embedded {
    async fn note(&self, sightings: &[Sighting]) -> Result<()> {
        sightings.iter().try_for_each(|sighting| check_key(&sighting.indicator))?;
        self.write(|write| {
            let mut scope = write.open_table(SCOPE).map_err(broken)?;
            for Sighting { tenant, indicator, host, first } in sightings {
                let host = host_key(*host);
                let key: HostKey<'_> = (tenant.as_str(), indicator.as_str(), &host);
                let known = scope.get(key).map_err(broken)?.map(|known| known.value());
                if known.is_none_or(|known| first.nanos() < known) {
                    scope.insert(key, first.nanos()).map_err(broken)?;
                }
            }
            Ok(())
        })
    }

    async fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> Result<Vec<(IpAddr, EventTime)>> {
        let scope = self.reading()?.open_table(SCOPE).map_err(broken)?;
        let of = |host| -> HostKey<'_> { (tenant.as_str(), indicator, host) };
        let (first, last) = ([0; 17], [u8::MAX; 17]);
        let mut hosts = Vec::new();
        for entry in scope.range(of(&first)..=of(&last)).map_err(broken)?.take(limit) {
            let (key, nanos) = entry.map_err(broken)?;
            let host = host_of(key.value().2).ok_or_else(|| Error::corrupt("host of an indicator"))?;
            hosts.push((host, EventTime::from_nanos(nanos.value())));
        }
        Ok(hosts)
    }
}

impl Embedded {
    /// Changes the record of a unit that was claimed.
    fn change<T>(&self, unit: &Unit, change: impl FnOnce(&mut Delivery) -> Result<T>) -> Result<T> {
        check_unit(unit)?;
        self.write(|write| {
            let mut deliveries = write.open_table(DELIVERIES).map_err(broken)?;
            let mut claimed = write.open_table(CLAIMED).map_err(broken)?;
            let key = unit_key(unit);
            let known =
                deliveries.get(key).map_err(broken)?.map(|known| record(known.value())).transpose()?;
            let mut delivery = known.ok_or_else(|| never_claimed(unit))?;
            claimed.remove((delivery.claimed.nanos(), key)).map_err(broken)?;
            let outcome = change(&mut delivery)?;
            if delivery.messages.is_empty() {
                claimed.insert((delivery.claimed.nanos(), key), ()).map_err(broken)?;
            }
            deliveries.insert(key, text(&delivery)?.as_str()).map_err(broken)?;
            Ok(outcome)
        })
    }
}

impl Deliveries for Embedded {
    async fn claim(&self, unit: &Unit, at: EventTime) -> Result<Claim> {
        check_unit(unit)?;
        self.write(|write| {
            let mut deliveries = write.open_table(DELIVERIES).map_err(broken)?;
            let key = unit_key(unit);
            if let Some(known) = deliveries.get(key).map_err(broken)? {
                return Ok(record(known.value())?.as_claim());
            }
            deliveries.insert(key, text(&Delivery::claimed(unit, at))?.as_str()).map_err(broken)?;
            write.open_table(CLAIMED).map_err(broken)?.insert((at.nanos(), key), ()).map_err(broken)?;
            Ok(Claim::New)
        })
    }

    async fn take_over(&self, unit: &Unit, claimed: EventTime, at: EventTime) -> Result<u32> {
        self.change(unit, |delivery| delivery.take_over(claimed, at))
    }

    async fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> Result<()> {
        self.change(unit, |delivery| {
            delivery.confirm(at, message_id);
            Ok(())
        })
    }

    async fn unconfirmed(&self, before: EventTime, limit: usize) -> Result<Vec<(Unit, EventTime)>> {
        let claimed = self.reading()?.open_table(CLAIMED).map_err(broken)?;
        let mut open = Vec::new();
        for entry in claimed.iter().map_err(broken)?.take(limit) {
            let key = entry.map_err(broken)?.0;
            let (at, unit) = key.value();
            if at >= before.nanos() {
                break;
            }
            open.push((self::unit(unit)?, EventTime::from_nanos(at)));
        }
        Ok(open)
    }

    async fn of(&self, incident: IncidentId) -> Result<Vec<Delivery>> {
        let deliveries = self.reading()?.open_table(DELIVERIES).map_err(broken)?;
        let mut found = Vec::new();
        for entry in deliveries.range((incident.0, "", "", "")..).map_err(broken)? {
            let (key, delivery) = entry.map_err(broken)?;
            if key.value().0 != incident.0 {
                break;
            }
            found.push(record(delivery.value())?);
        }
        Ok(found)
    }
}

impl Archive for Embedded {
    async fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        self.inner.files.put_new(key, bytes)
    }

    async fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        self.inner.files.fetch(key)
    }

    async fn list(&self, prefix: &str, after: Option<&ArchiveKey>, limit: usize) -> Result<Vec<ArchiveKey>> {
        self.inner.files.list(prefix, after, limit)
    }
}

impl Ledger for Embedded {
    async fn read(&self, key: &str) -> Result<Option<Stored>> {
        let ledger = self.reading()?.open_table(LEDGER).map_err(broken)?;
        Ok(ledger.get(key).map_err(broken)?.map(|found| stored(found.value())))
    }

    async fn write(&self, key: &str, expected: Option<u64>, bytes: &[u8]) -> Result<u64> {
        check_key(key)?;
        check_value("ledger document", bytes)?;
        Embedded::write(self, |write| {
            let mut ledger = write.open_table(LEDGER).map_err(broken)?;
            let found = ledger.get(key).map_err(broken)?.map(|found| found.value().0);
            let version = next_version(found, expected, key)?;
            ledger.insert(key, (version, bytes)).map_err(broken)?;
            Ok(version)
        })
    }
}

fn stored((version, bytes): (u64, &[u8])) -> Stored {
    Stored { version, bytes: bytes.to_vec() }
}

fn text(delivery: &Delivery) -> Result<String> {
    serde_json::to_string(delivery).map_err(|_| Error::corrupt("delivery record"))
}

fn record(text: &str) -> Result<Delivery> {
    serde_json::from_str(text).map_err(|_| Error::corrupt("delivery record"))
}

fn unit((incident, notice, contact, channel): UnitKey<'_>) -> Result<Unit> {
    let channel = channel_of(channel).ok_or_else(|| Error::corrupt("channel of a delivery"))?;
    Ok(Unit {
        incident: IncidentId(incident),
        notice: notice.to_owned(),
        contact: contact.to_owned(),
        channel,
    })
}

fn opening(error: DatabaseError) -> Error {
    match error {
        DatabaseError::DatabaseAlreadyOpen => Error::InUse,
        DatabaseError::UpgradeRequired(found) => Error::Format { found: found.into(), known: FORMAT },
        DatabaseError::RepairAborted => Error::corrupt("database that could not be repaired"),
        DatabaseError::Storage(StorageError::Io(error))
            if matches!(
                error.kind(),
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
            ) =>
        {
            Error::corrupt(format!("database file: {error}"))
        }
        other => broken(other),
    }
}

/// Says what a fault of redb means to the caller.
fn broken(error: impl Into<redb::Error>) -> Error {
    use redb::Error as E;
    match error.into() {
        E::Corrupted(what) => Error::Corrupt { what },
        E::ValueTooLarge(size) => {
            Error::TooLarge { what: "value", size, limit: crate::ports::limits::VALUE_BYTES }
        }
        error @ (E::TableTypeMismatch { .. }
        | E::TableIsMultimap(_)
        | E::TableIsNotMultimap(_)
        | E::TypeDefinitionChanged { .. }
        | E::TableDoesNotExist(_)) => Error::Corrupt { what: error.to_string() },
        error => Error::unavailable("database", error),
    }
}

#[cfg(test)]
mod tests;
