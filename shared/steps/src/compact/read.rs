//! Records of raw objects as rows: one share of one part of a plan.
//!
//! Lines are read as `ingest` reads them, by the registry as it is now. A line may therefore be another tenant's today
//! than the table of its object says, as a device may have moved. Exactly one share writes it all the same: its
//! tenant's, if the table made that share open the record, else the share of the record's first owner, which did.

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{Event, Locator};
use hinomi_ocsf::{Limits, Rows};
use hinomi_parse::{FrameScratch, Lines, Scratch, parse_line};
use hinomi_store::Archive;

use super::claims::Claims;
use super::plan::{At, Plan};
use super::{Compacted, FETCHES, fetch};
use crate::caught::{Panicked, caught, caught_line};
use crate::error::{Error, Result};
use crate::facts::share_of;
use crate::raw::{self, Entry};
use crate::reading::arrived;
use crate::together::together;

/// A part whose border is known is as large as whoever wrote it down found it to be.
const UNLIMITED: Limits = Limits { bytes: usize::MAX, rows: usize::MAX };

/// Records that are left out of one call because they make the program panic. Each costs the work of its part again; more
/// of them are a defect that a person has to look at, and the part stays undone until then.
const MAX_POISON: usize = 64;

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

/// Collects an event, as [`Rows::push`] does.
type Push = fn(&mut Rows, &Event<'_>, Option<&Locator>);

/// Reads parts; keeps its buffers from one to the next.
#[derive(Debug)]
pub(super) struct Reader {
    push: Push,
    frames: FrameScratch,
    scratch: Scratch,
    /// Records that make the program panic other than by a line that is being read. What a panic leaves half made is
    /// dropped, and the part begun anew without them.
    poison: BTreeSet<(u64, At)>,
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            push: Rows::push,
            frames: FrameScratch::default(),
            scratch: Scratch::default(),
            poison: BTreeSet::new(),
        }
    }
}

impl Reader {
    /// Reads a part of a plan's share.
    ///
    /// # Errors
    ///
    /// When the archive fails, or more records make the program panic than are left out.
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
                Err((_, Panicked { place })) if self.poison.len() >= MAX_POISON => {
                    return Err(Error::Panicked { place });
                }
                Err((at, _)) => {
                    let poison = std::mem::take(&mut self.poison);
                    *self = Reader { poison, push: self.push, ..Reader::default() };
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
    ) -> Result<std::result::Result<Part, (At, Panicked)>> {
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
                    if let Err(panicked) = read {
                        return Ok(Err((at, panicked)));
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
        let Reader { push, frames, scratch, .. } = self;
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
                push(rows, &event, Some(&place));
                counts.lines += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::EventTime;
    use hinomi_store::{ArchiveKey, Memory, block_on};

    use super::super::names::{Hour, RawName};
    use super::*;
    use crate::raw::{Owners, RawObject};

    const LINE: &str = "date=2026-11-23 time=10:15:01 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
        type=\"traffic\" subtype=\"forward\" srcip=10.1.12.34 dstip=203.0.113.9 action=\"accept\"\n";

    /// An archive with one object of so many records of two lines, and a plan of it.
    fn planned(records: usize) -> (Memory, Plan) {
        let (archive, mut object) = (Memory::new(), RawObject::default());
        let arrived = EventTime::from_seconds(1_795_428_000);
        for number in 0..records {
            object.push(&number.to_string(), arrived, Ok(LINE.repeat(2).as_bytes())).unwrap();
            let mut owners = Owners::default();
            owners.add(0, "default", "FGT60FTK20000001");
            object.owned(owners.take());
        }
        let key = format!("raw/2026-11-23/10/shard-0/0-{records}.zst");
        let key = ArchiveKey::new(&key).unwrap();
        block_on(archive.put_new(&key, &object.finish().unwrap())).unwrap();
        let objects = vec![RawName::read(&key).unwrap()];
        let hour = Hour::of(arrived);
        (archive, Plan { number: 0, hour, late: 0, shares: 1, objects, taken: Vec::new() })
    }

    fn read(reader: &mut Reader, (archive, plan): &(Memory, Plan)) -> Result<Part> {
        let share = Share { number: 0, of: 1 };
        let whole = (At::default(), Until::Border(plan.end()));
        block_on(reader.part((plan, share), whole, &Registry::open(), archive))
    }

    #[test]
    fn a_record_that_panics_is_left_out_and_counted_and_the_others_are_rows() {
        fn panics_at_the_second(rows: &mut Rows, event: &Event<'_>, place: Option<&Locator>) {
            rows.push(event, place);
            assert!(place.is_some_and(|place| (place.frame, place.line) != (1, 1)), "secret of the log");
        }
        let planned = planned(3);
        let mut reader = Reader { push: panics_at_the_second, ..Reader::default() };
        for _ in 0..2 {
            let part = read(&mut reader, &planned).unwrap();
            assert_eq!((part.counts.records_poisoned, part.counts.lines, part.rows.rows()), (1, 4, 4));
            assert_eq!(part.to, planned.1.end());
        }
    }

    #[test]
    fn a_program_that_panics_at_everything_says_where_and_stops() {
        fn panics(_: &mut Rows, _: &Event<'_>, _: Option<&Locator>) {
            panic!("secret of the log");
        }
        let planned = planned(MAX_POISON + 1);
        let mut reader = Reader { push: panics, ..Reader::default() };
        let Err(Error::Panicked { place }) = read(&mut reader, &planned) else { unreachable!("it went on") };
        assert!(place.contains("read.rs") && !place.contains("secret"), "{place}");
    }
}
