//! The tenants' ledgers, and which of them want to be looked at when.
//!
//! A sweep each minute over the ledgers of all tenants would read each of them though hardly any holds a fold or a
//! digest. One small document names those that do. It may name a ledger too early or for nothing, never too late:
//! whoever gives a ledger something to wait for says so in the index **first**, always as a write, and an entry is put
//! off or removed only once the time has passed in which such a writer can still be between the two
//! ([`SETTLES_AFTER`]). If the index is lost or cannot be read, it is made again of the ledgers.

use std::collections::BTreeMap;

use hinomi_correlate::Ledger as TenantLedger;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds, Settings, TenantId};
use hinomi_store::{Archive, Ledger, Stored};
use serde::{Deserialize, Serialize};

use crate::documents;
use crate::error::{Error, Result};
use crate::set_aside::set_aside;

/// Where the index lies.
const INDEX: &str = "post/waking";
/// How often a write is tried that others overtake. Each loss means that somebody else got on.
const TRIES: u32 = 8;
/// An entry of the index that was announced this long ago has its ledger written, or its writer is dead: no function
/// runs longer.
const SETTLES_AFTER: Seconds = 300;

/// When a ledger wants to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    at: EventTime,
    /// When that was said.
    said: EventTime,
}

type Index = BTreeMap<TenantId, Wish>;

/// The ledgers that were read, with their versions.
pub(super) struct Ledgers<'a, S> {
    store: &'a S,
    registry: &'a Registry,
    settings: &'a Settings,
    held: BTreeMap<TenantId, (TenantLedger, Option<u64>)>,
    index: Option<(Index, Option<u64>)>,
    set_aside: Vec<String>,
    /// Some that wanted to be looked at were not read.
    some_unread: bool,
}

impl<'a, S: Ledger + Archive> Ledgers<'a, S> {
    pub(super) fn new(store: &'a S, registry: &'a Registry, settings: &'a Settings) -> Self {
        let (held, index, set_aside) = Default::default();
        Ledgers { store, registry, settings, held, index, set_aside, some_unread: false }
    }

    /// Changes a tenant's ledger; if somebody else wrote it meanwhile, reads it and changes it again. Returns what the
    /// change that is written returned.
    pub(super) async fn change<T>(
        &mut self,
        tenant: &TenantId,
        now: EventTime,
        mut change: impl FnMut(&mut TenantLedger) -> T,
    ) -> Result<T> {
        for _ in 0..TRIES {
            let (ledger, version) = self.ledger(tenant).await?;
            let mut changed = ledger.clone();
            let result = change(&mut changed);
            if changed == ledger {
                return Ok(result);
            }
            let (before, after) = (ledger.next_wake(self.settings), changed.next_wake(self.settings));
            if let Some(at) = after.filter(|at| before.is_none_or(|before| *at < before)) {
                self.announce(tenant, at, now).await?;
            }
            // Whatever comes of the write, what is held is not what is stored until it is known to be.
            self.held.remove(tenant);
            match documents::write_versioned(self.store, &key_of(tenant), version, &changed).await {
                Ok(version) => {
                    self.held.insert(tenant.clone(), (changed, Some(version)));
                    return Ok(result);
                }
                Err(Error::Store(hinomi_store::Error::Conflict { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(hinomi_store::Error::Conflict { what: key_of(tenant) }.into())
    }

    /// Returns the ledgers that could not be read, by where they lie now.
    pub(super) fn set_aside(&self) -> &[String] {
        &self.set_aside
    }

    /// Forgets that they were set aside, because somebody was told.
    pub(super) fn forget_set_aside(&mut self) {
        self.set_aside.clear();
    }

    /// Tells whether a ledger wakes by a time, as far as that is known.
    pub(super) fn any_wakes(&self, now: EventTime) -> bool {
        let wakes = |tenant: &TenantId| match self.held.get(tenant) {
            Some((ledger, _)) => ledger.next_wake(self.settings).is_some_and(|wake| wake <= now),
            None => true,
        };
        let wishes = self.index.iter().flat_map(|(index, _)| index);
        wishes.filter(|(_, wish)| wish.at <= now).any(|(tenant, _)| wakes(tenant))
    }

    /// Notes that a ledger that wants to be looked at was not read.
    pub(super) fn not_all_were_read(&mut self) {
        self.some_unread = true;
    }

    /// Tells whether all ledgers were read that wanted to be looked at.
    pub(super) fn all_were_read(&self) -> bool {
        !self.some_unread
    }

    /// Tells whether a ledger that was read holds a parcel.
    pub(super) fn holds(&self, parcel: &str) -> bool {
        self.held.values().any(|(ledger, _)| ledger.released().iter().any(|held| held.id() == parcel))
    }

    /// Returns the tenants whose ledgers want to be looked at by a time.
    pub(super) async fn waking(&mut self, up_to: EventTime) -> Result<Vec<TenantId>> {
        let (index, _) = self.index().await?;
        Ok(index.iter().filter(|(_, wish)| wish.at <= up_to).map(|(tenant, _)| tenant.clone()).collect())
    }

    /// Puts off or removes the entries of tenants that were looked at. If somebody else wrote the index meanwhile, the
    /// next sweep looks at them again.
    pub(super) async fn rest(&mut self, looked_at: &[TenantId], now: EventTime) -> Result<()> {
        let Some((mut index, version)) = self.index.take() else { return Ok(()) };
        let before = index.clone();
        for tenant in looked_at {
            let Some(wish) = index.get_mut(tenant).filter(|wish| now.since(wish.said) >= SETTLES_AFTER)
            else {
                continue;
            };
            // A tenant that the registry knows no more has nobody to be told.
            match self.held.get(tenant).and_then(|(ledger, _)| ledger.next_wake(self.settings)) {
                Some(next) => wish.at = next,
                None => {
                    index.remove(tenant);
                }
            }
        }
        if index == before {
            self.index = Some((index, version));
            return Ok(());
        }
        match documents::write_versioned(self.store, INDEX, version, &index).await {
            Ok(version) => self.index = Some((index, Some(version))),
            Err(Error::Store(hinomi_store::Error::Conflict { .. })) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Says that a ledger is about to want to be looked at.
    async fn announce(&mut self, tenant: &TenantId, at: EventTime, now: EventTime) -> Result<()> {
        for _ in 0..TRIES {
            let (mut index, version) = self.index().await?.clone();
            let wish = index.entry(tenant.clone()).or_insert(Wish { at, said: now });
            *wish = Wish { at: wish.at.min(at), said: wish.said.max(now) };
            self.index = None;
            match documents::write_versioned(self.store, INDEX, version, &index).await {
                Ok(version) => {
                    self.index = Some((index, Some(version)));
                    return Ok(());
                }
                Err(Error::Store(hinomi_store::Error::Conflict { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(hinomi_store::Error::Conflict { what: INDEX.to_owned() }.into())
    }

    async fn index(&mut self) -> Result<&(Index, Option<u64>)> {
        if self.index.is_none() {
            self.index = Some(self.read_index().await?);
        }
        Ok(self.index.get_or_insert_default())
    }

    async fn read_index(&mut self) -> Result<(Index, Option<u64>)> {
        for _ in 0..TRIES {
            let stored = self.store.read(INDEX).await?;
            let known = stored.as_ref().map(|stored| (documents::unpack(&stored.bytes), stored.version));
            match known {
                Some((Ok(index), version)) => return Ok((index, Some(version))),
                Some((Err(_), version)) => return Ok((self.index_of_ledgers().await?, Some(version))),
                None => {}
            }
            // Made and kept at once where there is none, so that the ledgers are not all read again the next time.
            let index = self.index_of_ledgers().await?;
            match documents::write_versioned(self.store, INDEX, None, &index).await {
                Ok(version) => return Ok((index, Some(version))),
                Err(Error::Store(hinomi_store::Error::Conflict { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(hinomi_store::Error::Conflict { what: INDEX.to_owned() }.into())
    }

    async fn index_of_ledgers(&mut self) -> Result<Index> {
        let mut index = Index::new();
        let registry = self.registry;
        for tenant in registry.tenants() {
            let at = match self.ledger(tenant.id()).await {
                Ok((ledger, _)) => ledger.next_wake(self.settings),
                Err(error) if error.is_retryable() => return Err(error),
                // Nobody knows what it waits for: it is met by each sweep, and counted there.
                Err(_) => Some(EventTime::EPOCH),
            };
            if let Some(at) = at {
                index.insert(tenant.id().clone(), Wish { at, said: EventTime::EPOCH });
            }
        }
        Ok(index)
    }

    /// Returns a tenant's ledger. One that cannot be read is set aside and begun anew: what it folded is lost and kept for
    /// a person, and everybody is told of what comes.
    async fn ledger(&mut self, tenant: &TenantId) -> Result<(TenantLedger, Option<u64>)> {
        if let Some((ledger, version)) = self.held.get(tenant) {
            return Ok((ledger.clone(), *version));
        }
        let key = key_of(tenant);
        let read = match self.store.read(&key).await? {
            None => (TenantLedger::default(), None),
            Some(Stored { version, bytes }) => match documents::unpack(&bytes) {
                Ok(ledger) => (ledger, Some(version)),
                Err(_) => {
                    let print = hinomi_model::Fingerprint::new("set-aside/1").text(&key).finish();
                    let kept = format!("quarantine/ledgers/{print:032x}-{version}.json");
                    set_aside(self.store, &kept, &bytes).await?;
                    self.set_aside.push(kept);
                    (TenantLedger::default(), Some(version))
                }
            },
        };
        self.held.insert(tenant.clone(), read.clone());
        Ok(read)
    }
}

/// Returns the name of a tenant's ledger.
fn key_of(tenant: &TenantId) -> String {
    format!("post/{tenant}")
}
