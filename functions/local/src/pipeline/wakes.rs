//! When which subject wants to be looked at again, even if nothing arrives: the end of a hold, of an incident.

use std::collections::BTreeSet;

use hinomi_model::{EventTime, TenantId};
use hinomi_steps::documents;
use hinomi_store::{Ledger, SubjectKey, block_on};
use serde::{Deserialize, Serialize};

use crate::error::Fault;

/// Entries in one document; with the longest keys it stays far below the store's largest value.
const CHUNK: usize = 2_000;

/// When which subject wants to be looked at again.
#[derive(Debug, Default)]
pub(super) struct Wakes(BTreeSet<(EventTime, SubjectKey)>);

#[derive(Serialize, Deserialize)]
struct Entry {
    at: EventTime,
    tenant: TenantId,
    subject: String,
}

impl Wakes {
    /// Reads what an earlier run left.
    pub(super) fn read(store: &impl Ledger) -> Result<Self, Fault> {
        let mut wakes = BTreeSet::new();
        for chunk in 0_u32.. {
            let Some(entries) = block_on(documents::read::<Vec<Entry>>(store, &name(chunk)))? else { break };
            let entry =
                |entry: Entry| (entry.at, SubjectKey { tenant: entry.tenant, subject: entry.subject });
            wakes.extend(entries.into_iter().map(entry));
        }
        Ok(Wakes(wakes))
    }

    /// Leaves what there is to a later run.
    pub(super) fn write(&self, store: &impl Ledger) -> Result<(), Fault> {
        let entries: Vec<Entry> = self
            .0
            .iter()
            .map(|(at, key)| Entry { at: *at, tenant: key.tenant.clone(), subject: key.subject.clone() })
            .collect();
        let mut chunks = entries.chunks(CHUNK);
        for chunk in 0_u32.. {
            let entries = chunks.next().unwrap_or_default();
            let known = block_on(store.read(&name(chunk)))?.is_some();
            if entries.is_empty() && !known {
                break;
            }
            // An earlier run may have left more; its documents are emptied.
            block_on(documents::write(store, &name(chunk), &entries))?;
        }
        Ok(())
    }

    /// Changes when a subject wants to be looked at.
    pub(super) fn change(&mut self, key: &SubjectKey, before: Option<EventTime>, after: Option<EventTime>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.0.remove(&(before, key.clone()));
        }
        if let Some(after) = after {
            self.0.insert((after, key.clone()));
        }
    }

    /// Takes the next subject that wants to be looked at by `now`.
    pub(super) fn take(&mut self, now: EventTime) -> Option<SubjectKey> {
        if self.0.first()?.0 > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }
}

fn name(chunk: u32) -> String {
    format!("local/wakes/{chunk}")
}

#[cfg(test)]
mod tests {
    use hinomi_store::Memory;

    use super::*;

    fn key(number: usize) -> SubjectKey {
        SubjectKey { tenant: TenantId::new("kita"), subject: format!("host/{number:05}") }
    }

    fn at(second: i64) -> Option<EventTime> {
        Some(EventTime::from_seconds(second))
    }

    #[test]
    fn a_later_run_finds_what_an_earlier_one_left() {
        let store = Memory::new();
        for count in [5_000, 3] {
            let mut wakes = Wakes::default();
            (0..count).for_each(|number| wakes.change(&key(number), None, at(number as i64)));
            wakes.write(&store).unwrap();
            assert_eq!(Wakes::read(&store).unwrap().0, wakes.0);
        }
    }

    #[test]
    fn gives_out_what_is_due_in_order() {
        let mut wakes = Wakes::default();
        wakes.change(&key(1), None, at(30));
        wakes.change(&key(2), None, at(10));
        wakes.change(&key(3), None, at(20));
        wakes.change(&key(3), at(20), at(40));
        let due: Vec<_> = std::iter::from_fn(|| wakes.take(EventTime::from_seconds(30))).collect();
        assert_eq!(due, [key(2), key(1)]);
    }
}
