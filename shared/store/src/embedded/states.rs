//! States, incidents and the outbox in redb: one transaction a commit.

use hinomi_model::{EventTime, IncidentId, Level, TenantId};
use redb::{ReadableTable, Table, WriteTransaction};

use super::tables::{
    DONE, DUE, INCIDENTS, OF_TENANT, QUEUE, STANDINGS, STATES, WAITING, WAKES, WAKING, queue_of, queue_place,
};
use super::{Embedded, broken, stored};
use crate::error::{Error, Result};
use crate::ports::{
    Commit, IncidentPage, IncidentRow, Outbox, OutboxEntry, States, Stored, StoredIncident, SubjectKey,
    check_key, next_version,
};

impl States for Embedded {
    async fn load(&self, keys: &[SubjectKey]) -> Result<Vec<Option<Stored>>> {
        let read = self.reading()?;
        let states = read.open_table(STATES).map_err(broken)?;
        keys.iter()
            .map(|key| {
                let found = states.get((key.tenant.as_str(), key.subject.as_str())).map_err(broken)?;
                Ok(found.map(|found| stored(found.value())))
            })
            .collect()
    }

    async fn commit(&self, commit: &Commit) -> Result<u64> {
        commit.check()?;
        self.write(|write| {
            let (tenant, subject) = (commit.key.tenant.as_str(), commit.key.subject.as_str());
            let mut states = write.open_table(STATES).map_err(broken)?;
            let found = states.get((tenant, subject)).map_err(broken)?.map(|found| found.value().0);
            let version = next_version(found, commit.expected, subject)?;
            states.insert((tenant, subject), (version, commit.state.as_slice())).map_err(broken)?;
            let mut wakes = write.open_table(WAKES).map_err(broken)?;
            let mut waking = write.open_table(WAKING).map_err(broken)?;
            if let Some(before) = wakes.remove((tenant, subject)).map_err(broken)? {
                waking.remove((before.value(), tenant, subject)).map_err(broken)?;
            }
            if let Some(wake) = commit.wake {
                wakes.insert((tenant, subject), wake.nanos()).map_err(broken)?;
                waking.insert((wake.nanos(), tenant, subject), ()).map_err(broken)?;
            }
            let mut incidents = write.open_table(INCIDENTS).map_err(broken)?;
            let mut of_tenant = write.open_table(OF_TENANT).map_err(broken)?;
            let mut queue = Queue::open(write)?;
            for IncidentRow { id, standing, bytes } in &commit.incidents {
                incidents.insert(id.0, (tenant, bytes.as_slice())).map_err(broken)?;
                of_tenant.insert((tenant, id.0), ()).map_err(broken)?;
                queue.place(id.0, queue_place(standing))?;
            }
            for id in &commit.removed {
                incidents.remove(id.0).map_err(broken)?;
                of_tenant.remove((tenant, id.0)).map_err(broken)?;
                queue.place(id.0, None)?;
            }
            let done = write.open_table(DONE).map_err(broken)?;
            let mut waiting = write.open_table(WAITING).map_err(broken)?;
            let mut due = write.open_table(DUE).map_err(broken)?;
            for entry in &commit.outbox {
                let id = entry.id.as_str();
                if done.get(id).map_err(broken)?.is_some() {
                    continue;
                }
                let before =
                    waiting.insert(id, (entry.due.nanos(), entry.bytes.as_slice())).map_err(broken)?;
                if let Some(before) = before.map(|before| before.value().0) {
                    due.remove((before, id)).map_err(broken)?;
                }
                due.insert((entry.due.nanos(), id), ()).map_err(broken)?;
            }
            Ok(version)
        })
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<StoredIncident>> {
        let incidents = self.reading()?.open_table(INCIDENTS).map_err(broken)?;
        Ok(incidents.get(id.0).map_err(broken)?.map(|found| incident(id.0, found.value())))
    }

    async fn incidents(
        &self,
        tenant: Option<&TenantId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<IncidentPage> {
        let start = match after.map(crate::memory::place_of).transpose()? {
            Some(IncidentId(u128::MAX)) => return Ok(IncidentPage { incidents: Vec::new(), next: None }),
            Some(IncidentId(place)) => place + 1,
            None => 0,
        };
        let read = self.reading()?;
        let incidents = read.open_table(INCIDENTS).map_err(broken)?;
        // One more than wanted tells whether more follow.
        let wanted = limit.max(1).saturating_add(1);
        let mut found: Vec<StoredIncident> = Vec::new();
        match tenant {
            Some(tenant) => {
                let of_tenant = read.open_table(OF_TENANT).map_err(broken)?;
                let range = (tenant.as_str(), start)..=(tenant.as_str(), u128::MAX);
                for entry in of_tenant.range(range).map_err(broken)?.take(wanted) {
                    let id = entry.map_err(broken)?.0.value().1;
                    let document = incidents.get(id).map_err(broken)?;
                    let document = document.ok_or_else(|| Error::corrupt("index of incidents"))?;
                    found.push(incident(id, document.value()));
                }
            }
            None => {
                for entry in incidents.range(start..).map_err(broken)?.take(wanted) {
                    let (id, document) = entry.map_err(broken)?;
                    found.push(incident(id.value(), document.value()));
                }
            }
        }
        let more = found.len() == wanted;
        found.truncate(wanted - 1);
        let next = found.last().filter(|_| more).map(|last| last.id.to_string());
        Ok(IncidentPage { incidents: found, next })
    }

    async fn waking(&self, up_to: EventTime, limit: usize) -> Result<Vec<(EventTime, SubjectKey)>> {
        let waking = self.reading()?.open_table(WAKING).map_err(broken)?;
        let mut found = Vec::new();
        for entry in waking.iter().map_err(broken)?.take(limit) {
            let key = entry.map_err(broken)?.0;
            let (nanos, tenant, subject) = key.value();
            if nanos > up_to.nanos() {
                break;
            }
            let key = SubjectKey { tenant: TenantId::new(tenant), subject: subject.to_owned() };
            found.push((EventTime::from_nanos(nanos), key));
        }
        Ok(found)
    }

    async fn queue(&self, level: Option<Level>, limit: usize) -> Result<Vec<StoredIncident>> {
        let read = self.reading()?;
        let queue = read.open_table(QUEUE).map_err(broken)?;
        let incidents = read.open_table(INCIDENTS).map_err(broken)?;
        let level = queue_of(level);
        let of_level = (level, i64::MIN, 0)..=(level, i64::MAX, u128::MAX);
        let mut found = Vec::new();
        for entry in queue.range(of_level).map_err(broken)?.take(limit) {
            let id = entry.map_err(broken)?.0.value().2;
            let document = incidents.get(id).map_err(broken)?;
            let document = document.ok_or_else(|| Error::corrupt("queue of incidents"))?;
            found.push(incident(id, document.value()));
        }
        Ok(found)
    }
}

/// The two tables of the queue, which change together.
struct Queue<'w> {
    standings: Table<'w, u128, (i8, i64)>,
    queue: Table<'w, (i8, i64, u128), ()>,
}

impl<'w> Queue<'w> {
    fn open(write: &'w WriteTransaction) -> Result<Self> {
        let standings = write.open_table(STANDINGS).map_err(broken)?;
        Ok(Queue { standings, queue: write.open_table(QUEUE).map_err(broken)? })
    }

    /// Puts an incident into its place, or takes it out of the queue.
    fn place(&mut self, id: u128, place: Option<(i8, i64)>) -> Result<()> {
        let before = self.standings.get(id).map_err(broken)?.map(|before| before.value());
        if before == place {
            return Ok(());
        }
        if let Some((level, seen)) = before {
            self.queue.remove((level, seen, id)).map_err(broken)?;
            self.standings.remove(id).map_err(broken)?;
        }
        if let Some((level, seen)) = place {
            self.queue.insert((level, seen, id), ()).map_err(broken)?;
            self.standings.insert(id, (level, seen)).map_err(broken)?;
        }
        Ok(())
    }
}

impl Outbox for Embedded {
    async fn due(&self, up_to: EventTime, limit: usize) -> Result<Vec<OutboxEntry>> {
        let read = self.reading()?;
        let due = read.open_table(DUE).map_err(broken)?;
        let waiting = read.open_table(WAITING).map_err(broken)?;
        let mut found = Vec::new();
        for entry in due.range((i64::MIN, "")..).map_err(broken)?.take(limit) {
            let key = entry.map_err(broken)?.0;
            let (nanos, id) = key.value();
            if nanos > up_to.nanos() {
                break;
            }
            let notice = waiting.get(id).map_err(broken)?;
            let notice = notice.ok_or_else(|| Error::corrupt("index of the outbox"))?;
            let (id, due, bytes) = (id.to_owned(), EventTime::from_nanos(nanos), notice.value().1.to_vec());
            found.push(OutboxEntry { id, due, bytes });
        }
        Ok(found)
    }

    async fn entry(&self, id: &str) -> Result<Option<OutboxEntry>> {
        let waiting = self.reading()?.open_table(WAITING).map_err(broken)?;
        Ok(waiting.get(id).map_err(broken)?.map(|found| {
            let (due, bytes) = found.value();
            OutboxEntry { id: id.to_owned(), due: EventTime::from_nanos(due), bytes: bytes.to_vec() }
        }))
    }

    async fn done(&self, id: &str) -> Result<()> {
        check_key(id)?;
        self.write(|write| {
            let mut waiting = write.open_table(WAITING).map_err(broken)?;
            if let Some(was) = waiting.remove(id).map_err(broken)? {
                let nanos = was.value().0;
                write.open_table(DUE).map_err(broken)?.remove((nanos, id)).map_err(broken)?;
            }
            write.open_table(DONE).map_err(broken)?.insert(id, ()).map_err(broken)?;
            Ok(())
        })
    }
}

fn incident(id: u128, (tenant, bytes): (&str, &[u8])) -> StoredIncident {
    StoredIncident { tenant: TenantId::new(tenant), id: IncidentId(id), bytes: bytes.to_vec() }
}
