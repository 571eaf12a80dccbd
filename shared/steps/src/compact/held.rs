//! A part's records, packed as they lie in their objects: so many fit into memory that a customer's hour is few files.
//!
//! A row takes some seven times the memory of its line in a packed record. So a part holds records, and opens them one
//! group of tenants after the other, each group as large as the rows that are held. Which records those are, and the
//! groups, follow from the part's border and the objects' tables alone.
//!
//! A record that holds lines of several tenants is opened for each of their groups. Where most do, groups would cost more
//! than they save, and all tenants are one.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::EventTime;
use hinomi_ocsf::Limits;
use hinomi_store::Archive;

use super::claims::Claims;
use super::plan::{At, Plan};
use super::read::Share;
use super::{Compacted, FETCHES, Room, fetch};
use crate::error::Result;
use crate::raw::{self, Entry};
use crate::together::together;

/// Lines of a part: at a processor's rate three minutes of the quarter of an hour that a function has. A part that was
/// begun is done anew when its time ends, so it must be done well within it.
const MAX_LINES: u64 = 1 << 25;

/// How often a line is opened at most on average for the sake of groups. Each opening costs as much as reading the line.
const MAX_OPENINGS: u64 = 2;

/// Bytes of a line, by which groups are cut; where lines are longer a group is more files.
const LINE_BYTES: usize = 640;

/// Bytes that a record takes besides its own.
const RECORD_BYTES: usize = 128;

/// How far a part goes.
#[derive(Clone, Copy)]
pub(super) enum Until<'p> {
    /// Up to a record, as was written down.
    Border(At),
    /// Until its records fill it, or there is no time for more; one record at least.
    Full {
        /// How much fills it.
        room: Room,
        /// Tells whether time is over for a part of so many lines.
        is_spent: &'p (dyn Fn(u64) -> bool + Sync),
    },
}

/// A record that a share opens.
#[derive(Debug)]
pub(super) struct HeldRecord {
    /// Which object of the plan it lies in, and which of its records it is.
    pub(super) at: At,
    pub(super) arrived: EventTime,
    /// It holds lines that its table names nobody for.
    pub(super) has_others: bool,
    /// Its share counts it, and writes what no other share would.
    pub(super) is_home: bool,
    /// The tenants that its table names, by number, in order.
    tenants: Box<[u32]>,
    /// Its frame.
    pub(super) packed: Vec<u8>,
}

impl HeldRecord {
    /// Tells whether its table names a tenant.
    pub(super) fn names(&self, tenant: u32) -> bool {
        self.tenants.binary_search(&tenant).is_ok()
    }
}

/// A tenant that a record names.
#[derive(Debug)]
struct Named {
    number: u32,
    is_own: bool,
    lines: u64,
}

/// The records of a part.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) records: Vec<HeldRecord>,
    /// The first record behind them.
    pub(super) to: At,
    /// How many records were what; nothing of lines.
    pub(super) counts: Compacted,
    named: BTreeMap<String, Named>,
    bytes: usize,
    lines: u64,
    openings: u64,
}

impl Held {
    /// Gathers the records of a part of a plan's share.
    ///
    /// # Errors
    ///
    /// When the archive fails.
    pub(super) async fn gather<A: Archive>(
        (plan, share): (&Plan, Share),
        (from, until): (At, Until<'_>),
        archive: &A,
    ) -> Result<Self> {
        let mut held = Held { to: from, ..Held::default() };
        let mut claims = Claims::of(plan);
        let mut first = from.object;
        while first < plan.objects.len() {
            let last = first.saturating_add(FETCHES).min(plan.objects.len());
            claims.look_up(archive, first..last).await?;
            let names = plan.objects.get(first..last).unwrap_or_default();
            let fetched = together(names.iter().map(|name| fetch(archive, &name.key))).await;
            for ((object, name), bytes) in (first..).zip(names).zip(fetched) {
                let bytes = bytes?;
                let read = bytes.as_deref().and_then(|bytes| Some((bytes, raw::entries(bytes).ok()?)));
                let Some((bytes, entries)) = read else {
                    held.counts.damaged(share, name.key.as_str());
                    continue;
                };
                held.counts.objects += 1;
                claims.note(object, &entries);
                let before = claims.before(object);
                for (record, entry) in entries.iter().enumerate() {
                    let at = At { object, record };
                    if at < from {
                        continue;
                    }
                    if held.is_over(at, from, until) {
                        held.to = at;
                        return Ok(held);
                    }
                    if before.holds(entry) {
                        held.counts.records_repeated += u64::from(share.is_home(entry));
                    } else {
                        held.take(at, bytes, entry, share);
                    }
                }
            }
            first = last;
        }
        held.to = plan.end();
        Ok(held)
    }

    fn is_over(&self, at: At, from: At, until: Until<'_>) -> bool {
        match until {
            Until::Border(to) => at >= to,
            Until::Full { room, is_spent } => {
                let has_mixed = self.is_mixed() && self.lines >= group_lines(room.rows);
                let is_full = self.bytes >= room.held || self.lines >= MAX_LINES || has_mixed;
                at > from && (is_full || is_spent(self.lines))
            }
        }
    }

    fn take(&mut self, at: At, object: &[u8], entry: &Entry, share: Share) {
        let is_home = share.is_home(entry);
        self.counts.records += u64::from(is_home);
        if entry.undecoded {
            self.counts.lines_quarantined += u64::from(is_home);
            return;
        }
        if !share.opens(entry) {
            return;
        }
        let Ok(packed) = raw::packed(object, entry) else {
            self.counts.records_damaged += u64::from(is_home);
            return;
        };
        let (mut tenants, mut own, mut lines) = (BTreeSet::new(), BTreeSet::new(), entry.others);
        for owner in &entry.owners {
            let next = u32::try_from(self.named.len()).unwrap_or(u32::MAX);
            let named = self.named.entry(owner.tenant.clone()).or_insert_with(|| Named {
                number: next,
                is_own: share.holds(&owner.tenant),
                lines: 0,
            });
            named.lines = named.lines.saturating_add(owner.lines);
            tenants.insert(named.number);
            if named.is_own {
                own.insert(named.number);
                lines = lines.saturating_add(owner.lines);
            }
        }
        let tenants: Box<[u32]> = tenants.into_iter().collect();
        let own = own.len().max(1) as u64;
        self.lines = self.lines.saturating_add(lines);
        self.openings = self.openings.saturating_add(lines.saturating_mul(own));
        self.bytes = self.bytes.saturating_add(packed.len() + RECORD_BYTES + size_of_val(&*tenants));
        let (has_others, arrived) = (entry.others > 0, entry.arrived);
        let packed = packed.to_vec();
        self.records.push(HeldRecord { at, arrived, has_others, is_home, tenants, packed });
    }

    /// Tells whether so many records hold lines of several tenants that one group has to do.
    fn is_mixed(&self) -> bool {
        self.openings > self.lines.saturating_mul(MAX_OPENINGS)
    }

    /// Divides the share's tenants into groups of about as many lines as are rows at a time, by their names.
    pub(super) fn groups(&self, rows: Limits) -> Groups {
        let most = if self.is_mixed() { u64::MAX } else { group_lines(rows) };
        let mut of = vec![None; self.named.len()];
        let (mut group, mut lines) = (0, 0_u64);
        for named in self.named.values().filter(|named| named.is_own) {
            if lines > 0 && lines.saturating_add(named.lines) > most {
                (group, lines) = (group + 1, 0);
            }
            lines = lines.saturating_add(named.lines);
            if let Some(of) = of.get_mut(named.number as usize) {
                *of = Some(group);
            }
        }
        Groups { of, count: group + 1 }
    }

    /// Returns the number of a tenant that some record names.
    pub(super) fn number(&self, tenant: &str) -> Option<u32> {
        self.named.get(tenant).map(|named| named.number)
    }
}

fn group_lines(rows: Limits) -> u64 {
    rows.rows.min(rows.bytes / LINE_BYTES).max(1) as u64
}

/// Which group each tenant is in; none for those of other shares.
#[derive(Debug)]
pub(super) struct Groups {
    of: Vec<Option<usize>>,
    pub(super) count: usize,
}

impl Groups {
    fn of(&self, tenant: u32) -> Option<usize> {
        self.of.get(tenant as usize).copied().flatten()
    }

    /// Returns the group that has the lines of a record that its table names nobody for.
    pub(super) fn home(&self, record: &HeldRecord) -> usize {
        record.tenants.iter().filter_map(|tenant| self.of(*tenant)).min().unwrap_or(0)
    }

    /// Tells whether a record is opened for a group.
    pub(super) fn opens(&self, group: usize, record: &HeldRecord) -> bool {
        self.home(record) == group || record.tenants.iter().any(|tenant| self.of(*tenant) == Some(group))
    }

    /// Returns the group that has a tenant's lines of a record.
    pub(super) fn writes(&self, record: &HeldRecord, tenant: Option<u32>) -> usize {
        let named = tenant.filter(|tenant| record.names(*tenant));
        named.and_then(|tenant| self.of(tenant)).unwrap_or_else(|| self.home(record))
    }
}
