//! Records of raw objects as rows: one share of one part of a plan.
//!
//! Lines are read as `ingest` reads them, by the registry as it is now. A line may therefore be another tenant's today
//! than the table of its object says, as a device may have moved. Exactly one share writes it all the same: its
//! tenant's, if the table made that share open the record, else the share of the record's first owner, which did.

use std::collections::BTreeSet;

use hinomi_model::Locator;
use hinomi_model::registry::Registry;
use hinomi_ocsf::{Limits, Rows};
use hinomi_parse::{FrameScratch, Lines, Scratch, parse_line};
use hinomi_store::Archive;

use super::claims::Claims;
use super::plan::{At, Plan};
use super::{Compacted, FETCHES, fetch};
use crate::caught::{caught, caught_line};
use crate::error::Result;
use crate::facts::share_of;
use crate::raw::{self, Entry};
use crate::reading::arrived;
use crate::together::together;

/// A part whose border is known is as large as whoever wrote it down found it to be.
const UNLIMITED: Limits = Limits { bytes: usize::MAX, rows: usize::MAX };

/// One of the shares that a plan's tenants are divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) number: u16,
    pub(super) of: u16,
}

impl Share {
    fn holds(self, tenant: &str) -> bool {
        share_of(tenant, self.of) == self.number
    }

    /// Tells whether a record may hold lines for this share.
    fn opens(self, entry: &Entry) -> bool {
        entry.others > 0 || entry.owners.iter().any(|owner| self.holds(&owner.tenant))
    }

    /// Tells whether this is the one share that counts a record, and writes what no other share would.
    fn is_home(self, entry: &Entry) -> bool {
        entry.owners.first().map_or(self.number == 0, |first| self.holds(&first.tenant))
    }

    /// Tells whether this share writes a tenant's lines of a record.
    fn writes(self, entry: &Entry, tenant: &str) -> bool {
        let is_named = entry.others > 0 || entry.owners.iter().any(|owner| owner.tenant == tenant);
        if is_named { self.holds(tenant) } else { self.is_home(entry) }
    }
}

/// How far a part goes.
#[derive(Clone, Copy)]
pub(super) enum Until<'p> {
    /// Up to a record, as was written down.
    Border(At),
    /// Until its rows fill it, or there is no time for more; one record at least.
    Full {
        /// How many rows fill it.
        limits: Limits,
        /// Tells whether time is over.
        is_spent: &'p (dyn Fn() -> bool + Sync),
    },
}

/// What a part holds.
pub(super) struct Part {
    pub(super) rows: Rows,
    /// The first record behind it.
    pub(super) to: At,
    /// How much was what.
    pub(super) counts: Compacted,
}

/// Reads parts; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub(super) struct Reader {
    frames: FrameScratch,
    scratch: Scratch,
    /// Records that make the program panic other than by a line that is being read. What a panic leaves half made is
    /// dropped, and the part begun anew without them.
    poison: BTreeSet<(u64, At)>,
}

impl Reader {
    /// Reads a part of a plan's share.
    ///
    /// # Errors
    ///
    /// When the archive fails.
    pub(super) async fn part<A: Archive>(
        &mut self,
        (plan, share): (&Plan, Share),
        (from, until): (At, Until<'_>),
        registry: &Registry,
        archive: &A,
    ) -> Result<Part> {
        loop {
            match self.try_part((plan, share), (from, until), registry, archive).await? {
                Ok(part) => return Ok(part),
                Err(at) => {
                    let poison = std::mem::take(&mut self.poison);
                    *self = Reader { poison, ..Reader::default() };
                    self.poison.insert((plan.number, at));
                }
            }
        }
    }

    /// Reads a part; fails with the record that made the program panic.
    async fn try_part<A: Archive>(
        &mut self,
        (plan, share): (&Plan, Share),
        (from, until): (At, Until<'_>),
        registry: &Registry,
        archive: &A,
    ) -> Result<std::result::Result<Part, At>> {
        let limits = match until {
            Until::Border(_) => UNLIMITED,
            Until::Full { limits, .. } => limits,
        };
        let mut part = Part { rows: Rows::new(limits), to: from, counts: Compacted::default() };
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
                    part.counts.damaged(share, name.key.as_str());
                    continue;
                };
                part.counts.objects += 1;
                claims.note(object, &entries);
                let before = claims.before(object);
                for (record, entry) in entries.iter().enumerate() {
                    let at = At { object, record };
                    if at < from {
                        continue;
                    }
                    let is_over = match until {
                        Until::Border(to) => at >= to,
                        Until::Full { is_spent, .. } => at > from && (part.rows.is_full() || is_spent()),
                    };
                    if is_over {
                        part.to = at;
                        return Ok(Ok(part));
                    }
                    if before.holds(entry) {
                        part.counts.records_repeated += u64::from(share.is_home(entry));
                        continue;
                    }
                    if self.poison.contains(&(plan.number, at)) {
                        part.counts.records_poisoned += u64::from(share.is_home(entry));
                        continue;
                    }
                    let place = Locator {
                        object: name.key.as_str().to_owned(),
                        frame: u32::try_from(record).unwrap_or(u32::MAX),
                        line: 0,
                    };
                    let read = caught(|| self.record(bytes, entry, share, place, registry, &mut part));
                    if read.is_err() {
                        return Ok(Err(at));
                    }
                }
            }
            first = last;
        }
        part.to = plan.end();
        Ok(Ok(part))
    }

    fn record(
        &mut self,
        object: &[u8],
        entry: &Entry,
        share: Share,
        mut place: Locator,
        registry: &Registry,
        part: &mut Part,
    ) {
        let Part { rows, counts, .. } = part;
        let is_home = share.is_home(entry);
        counts.records += u64::from(is_home);
        if entry.undecoded {
            counts.lines_quarantined += u64::from(is_home);
            return;
        }
        if !share.opens(entry) {
            return;
        }
        let Ok(data) = raw::record(object, entry) else {
            counts.records_damaged += u64::from(is_home);
            return;
        };
        let Reader { frames, scratch, .. } = self;
        let context = arrived(registry, entry.arrived);
        let mut lines = Lines::new(&data, frames);
        let mut number = 0_u32;
        while let Some(item) = lines.next_line() {
            place.line = number;
            number = number.saturating_add(1);
            let event = item.content.map_err(|(reject, _)| reject);
            let event = event.and_then(|line| caught_line(|| parse_line(line, &context, scratch)));
            let Ok(mut event) = event else {
                counts.lines_quarantined += u64::from(is_home);
                continue;
            };
            event.frames = event.frames.and(item.frames);
            if share.writes(entry, event.tenant.id().as_str()) {
                rows.push(&event, Some(&place));
                counts.lines += 1;
            }
        }
    }
}
