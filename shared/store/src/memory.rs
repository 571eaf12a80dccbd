//! Everything in maps: correct, and gone with the process.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hinomi_model::{EventTime, IncidentId, Level, TenantId};

use crate::error::{Error, Result};
use crate::object;
use crate::ports::{
    Archive, ArchiveKey, Claim, Commit, Deliveries, Delivery, IncidentPage, IncidentRow, Ledger, Outbox,
    OutboxEntry, Put, Scope, Sighting, Standing, States, Stored, StoredIncident, SubjectKey, Unit, check_key,
    check_unit, check_value, never_claimed, next_version,
};

/// The store of tests: the same contracts as everywhere, in maps. Clones share what they hold.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    states: BTreeMap<SubjectKey, Stored>,
    wakes: BTreeMap<SubjectKey, EventTime>,
    incidents: BTreeMap<IncidentId, (Standing, StoredIncident)>,
    waiting: BTreeMap<String, OutboxEntry>,
    done: BTreeSet<String>,
    scope: BTreeMap<(TenantId, String, IpAddr), EventTime>,
    deliveries: BTreeMap<Unit, Delivery>,
    archive: BTreeMap<ArchiveKey, Vec<u8>>,
    ledger: BTreeMap<String, Stored>,
    written: Written,
}

impl Memory {
    /// Makes an empty store.
    pub fn new() -> Self {
        Memory::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing below panics between two changes that belong together, so a poisoned lock guards whole values.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the objects whose names are of those that are over, as a bucket's life cycle does, and returns how many
    /// they were.
    pub fn expire(&self, is_over: impl Fn(&str) -> bool) -> usize {
        let mut kept = self.kept();
        let before = kept.archive.len();
        kept.archive.retain(|key, _| !is_over(key.as_str()));
        before - kept.archive.len()
    }

    /// Returns how many bytes the kept values have: objects; and states, incidents, what waits to be told, and documents
    /// of the ledger. Names and what the maps themselves take are not counted.
    pub fn weight(&self) -> Weight {
        let kept = self.kept();
        let sum = |lengths: &mut dyn Iterator<Item = usize>| lengths.map(|length| length as u64).sum();
        Weight {
            objects: sum(&mut kept.archive.values().map(Vec::len)),
            states: sum(&mut kept.states.values().map(|stored| stored.bytes.len())),
            subjects: kept.states.len() as u64,
            incident_bytes: sum(&mut kept.incidents.values().map(|(_, incident)| incident.bytes.len())),
            incidents: kept.incidents.len() as u64,
            documents: sum(&mut kept.ledger.values().map(|stored| stored.bytes.len())),
        }
    }

    /// Returns what commits have written until now, each time counted.
    pub fn written(&self) -> Written {
        self.kept().written
    }
}

/// What commits have written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many commits there were.
    pub commits: u64,
    /// States, one a commit.
    pub states: Values,
    /// Incidents.
    pub incidents: Values,
    /// Notices put into the outbox.
    pub entries: Values,
}

/// Values that were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their kilobytes, each begun one counted, as those bill who charge by the kilobyte.
    pub kilobytes: u64,
}

impl Values {
    fn add(&mut self, bytes: &[u8]) {
        self.count += 1;
        self.bytes += bytes.len() as u64;
        self.kilobytes += bytes.len().div_ceil(1_024).max(1) as u64;
    }
}

/// What a store in memory keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Bytes of the archive's objects.
    pub objects: u64,
    /// Bytes of the subjects' states.
    pub states: u64,
    /// How many subjects have one.
    pub subjects: u64,
    /// Bytes of the incidents.
    pub incident_bytes: u64,
    /// How many there are.
    pub incidents: u64,
    /// Bytes of the ledger's documents.
    pub documents: u64,
}

impl Weight {
    /// Returns all bytes together.
    pub const fn bytes(&self) -> u64 {
        self.objects + self.states + self.incident_bytes + self.documents
    }
}

impl States for Memory {
    async fn load(&self, keys: &[SubjectKey]) -> Result<Vec<Option<Stored>>> {
        let kept = self.kept();
        Ok(keys.iter().map(|key| kept.states.get(key).cloned()).collect())
    }

    async fn commit(&self, commit: &Commit) -> Result<u64> {
        commit.check()?;
        let mut kept = self.kept();
        let found = kept.states.get(&commit.key).map(|stored| stored.version);
        let version = next_version(found, commit.expected, &commit.key.subject)?;
        kept.written.commits += 1;
        kept.written.states.add(&commit.state);
        commit.incidents.iter().for_each(|row| kept.written.incidents.add(&row.bytes));
        commit.outbox.iter().for_each(|entry| kept.written.entries.add(&entry.bytes));
        kept.states.insert(commit.key.clone(), Stored { version, bytes: commit.state.clone() });
        match commit.wake {
            Some(wake) => kept.wakes.insert(commit.key.clone(), wake),
            None => kept.wakes.remove(&commit.key),
        };
        for IncidentRow { id, standing, bytes } in &commit.incidents {
            let (tenant, bytes) = (commit.key.tenant.clone(), bytes.clone());
            kept.incidents.insert(*id, (*standing, StoredIncident { tenant, id: *id, bytes }));
        }
        for id in &commit.removed {
            kept.incidents.remove(id);
        }
        for entry in &commit.outbox {
            if !kept.done.contains(&entry.id) {
                kept.waiting.insert(entry.id.clone(), entry.clone());
            }
        }
        Ok(version)
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<StoredIncident>> {
        Ok(self.kept().incidents.get(&id).map(|(_, incident)| incident.clone()))
    }

    async fn incidents(
        &self,
        tenant: Option<&TenantId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<IncidentPage> {
        let start = match after {
            Some(place) => Bound::Excluded(place_of(place)?),
            None => Bound::Unbounded,
        };
        let kept = self.kept();
        let mut found = kept
            .incidents
            .range((start, Bound::Unbounded))
            .map(|(_, (_, incident))| incident)
            .filter(|incident| tenant.is_none_or(|tenant| incident.tenant == *tenant));
        let incidents: Vec<StoredIncident> = found.by_ref().take(limit.max(1)).cloned().collect();
        let more = found.next().is_some();
        let next = incidents.last().filter(|_| more).map(|last| last.id.to_string());
        Ok(IncidentPage { incidents, next })
    }

    async fn waking(&self, up_to: EventTime, limit: usize) -> Result<Vec<(EventTime, SubjectKey)>> {
        let kept = self.kept();
        let due = kept.wakes.iter().filter(|(_, wake)| **wake <= up_to);
        let mut due: Vec<(EventTime, SubjectKey)> = due.map(|(key, wake)| (*wake, key.clone())).collect();
        due.sort_unstable();
        due.truncate(limit);
        Ok(due)
    }

    async fn queue(&self, level: Option<Level>, limit: usize) -> Result<Vec<StoredIncident>> {
        let kept = self.kept();
        let of = |standing: &Standing| standing.open && standing.level == level;
        let mut open: Vec<_> = kept.incidents.values().filter(|(standing, _)| of(standing)).collect();
        open.sort_by_key(|(standing, incident)| (Reverse(standing.last_seen), incident.id));
        Ok(open.into_iter().take(limit).map(|(_, incident)| incident.clone()).collect())
    }
}

/// Reads a place as [`IncidentPage::next`] gives it.
pub(crate) fn place_of(place: &str) -> Result<IncidentId> {
    let id = u128::from_str_radix(place, 16).map(IncidentId);
    id.map_err(|_| Error::BadKey { key: crate::ports::shown(place) })
}

impl Outbox for Memory {
    async fn due(&self, up_to: EventTime, limit: usize) -> Result<Vec<OutboxEntry>> {
        let kept = self.kept();
        let mut due: Vec<&OutboxEntry> = kept.waiting.values().filter(|entry| entry.due <= up_to).collect();
        due.sort_by_key(|entry| (entry.due, entry.id.as_str()));
        Ok(due.into_iter().take(limit).cloned().collect())
    }

    async fn entry(&self, id: &str) -> Result<Option<OutboxEntry>> {
        Ok(self.kept().waiting.get(id).cloned())
    }

    async fn done(&self, id: &str) -> Result<()> {
        check_key(id)?;
        let mut kept = self.kept();
        kept.waiting.remove(id);
        kept.done.insert(id.to_owned());
        Ok(())
    }
}

impl Scope for Memory {
    async fn note(&self, sightings: &[Sighting]) -> Result<()> {
        sightings.iter().try_for_each(|sighting| check_key(&sighting.indicator))?;
        let mut kept = self.kept();
        for Sighting { tenant, indicator, host, first } in sightings {
            let earliest = kept.scope.entry((tenant.clone(), indicator.clone(), *host)).or_insert(*first);
            *earliest = (*earliest).min(*first);
        }
        Ok(())
    }

    async fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> Result<Vec<(IpAddr, EventTime)>> {
        let kept = self.kept();
        let of = kept.scope.iter().filter(|((t, i, _), _)| t == tenant && i == indicator);
        Ok(of.map(|((_, _, host), first)| (*host, *first)).take(limit).collect())
    }
}

impl Deliveries for Memory {
    async fn claim(&self, unit: &Unit, at: EventTime) -> Result<Claim> {
        check_unit(unit)?;
        let mut kept = self.kept();
        if let Some(known) = kept.deliveries.get(unit) {
            return Ok(known.as_claim());
        }
        kept.deliveries.insert(unit.clone(), Delivery::claimed(unit, at));
        Ok(Claim::New)
    }

    async fn take_over(&self, unit: &Unit, claimed: EventTime, at: EventTime) -> Result<u32> {
        let mut kept = self.kept();
        kept.deliveries.get_mut(unit).ok_or_else(|| never_claimed(unit))?.take_over(claimed, at)
    }

    async fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> Result<()> {
        let mut kept = self.kept();
        kept.deliveries.get_mut(unit).ok_or_else(|| never_claimed(unit))?.confirm(at, message_id);
        Ok(())
    }

    async fn unconfirmed(&self, before: EventTime, limit: usize) -> Result<Vec<(Unit, EventTime)>> {
        let kept = self.kept();
        let open = kept.deliveries.values().filter(|d| d.messages.is_empty() && d.claimed < before);
        let mut open: Vec<&Delivery> = open.collect();
        open.sort_by_key(|delivery| (delivery.claimed, &delivery.unit));
        Ok(open.into_iter().take(limit).map(|delivery| (delivery.unit.clone(), delivery.claimed)).collect())
    }

    async fn of(&self, incident: IncidentId) -> Result<Vec<Delivery>> {
        let kept = self.kept();
        Ok(kept.deliveries.values().filter(|delivery| delivery.unit.incident == incident).cloned().collect())
    }
}

impl Archive for Memory {
    async fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        object::check(bytes.len())?;
        let mut kept = self.kept();
        if kept.archive.contains_key(key) {
            return Ok(Put::Existed);
        }
        kept.archive.insert(key.clone(), bytes.to_vec());
        Ok(Put::Stored)
    }

    async fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        Ok(self.kept().archive.get(key).cloned())
    }

    async fn list(&self, prefix: &str, after: Option<&ArchiveKey>, limit: usize) -> Result<Vec<ArchiveKey>> {
        let kept = self.kept();
        let keys = kept.archive.keys().filter(|key| key.as_str().starts_with(prefix));
        Ok(keys.filter(|key| after.is_none_or(|after| *key > after)).take(limit).cloned().collect())
    }
}

impl Ledger for Memory {
    async fn read(&self, key: &str) -> Result<Option<Stored>> {
        Ok(self.kept().ledger.get(key).cloned())
    }

    async fn write(&self, key: &str, expected: Option<u64>, bytes: &[u8]) -> Result<u64> {
        check_key(key)?;
        check_value("ledger document", bytes)?;
        let mut kept = self.kept();
        let version = next_version(kept.ledger.get(key).map(|stored| stored.version), expected, key)?;
        kept.ledger.insert(key.to_owned(), Stored { version, bytes: bytes.to_vec() });
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::{block_on, conformance};

    #[test]
    fn keeps_the_contract() {
        block_on(conformance::all(async || Memory::new()));
    }

    #[test]
    fn clones_share_what_they_hold() {
        let one = Memory::new();
        let clone = one.clone();
        block_on(clone.write("k", None, b"x")).unwrap();
        assert!(block_on(one.read("k")).unwrap().is_some());
        assert!(block_on(Memory::new().read("k")).unwrap().is_none());
    }

    #[test]
    fn objects_expire_by_name_and_weigh_nothing_then() {
        let store = Memory::new();
        for name in ["facts/1/a.zst", "facts/2/a.zst", "raw/1/a.zst"] {
            let key = ArchiveKey::new(name).unwrap();
            block_on(store.put_new(&key, b"four")).unwrap();
        }
        block_on(store.write("k", None, b"x")).unwrap();
        assert_eq!((store.weight().objects, store.weight().bytes()), (12, 13));
        let is_over = |name: &str| ("facts/".."facts/2").contains(&name);
        assert_eq!((store.expire(is_over), store.expire(is_over)), (1, 0));
        assert_eq!(store.weight().objects, 8);
        assert_eq!(block_on(store.list("", None, 9)).unwrap().len(), 2);
    }

    #[test]
    fn of_many_threads_one_wins_each_version() {
        let store = Memory::new();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        loop {
                            let version = block_on(store.read("k")).unwrap().map(|found| found.version);
                            match block_on(store.write("k", version, b"x")) {
                                Ok(_) => break,
                                Err(Error::Conflict { .. }) => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(block_on(store.read("k")).unwrap().unwrap().version, 400);
    }
}
