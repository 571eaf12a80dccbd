//! The records of a part as files: one share of one part of a plan.
//!
//! Lines are read as `ingest` reads them, by the registry as it is now. A line may therefore be another tenant's today
//! than the table of its object says, as a device may have moved. Exactly one share writes it all the same: its
//! tenant's, if the table made that share open the record, else the share of the record's first owner, which did.

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{Event, Locator};
use hinomi_ocsf::{Limits, ParquetFile, Rows};
use hinomi_parse::{FrameScratch, Lines, Scratch, parse_line};

use super::Compacted;
use super::held::{Groups, Held, HeldRecord};
use super::plan::Plan;
use crate::caught::{Panicked, caught, caught_line};
use crate::error::{Error, Result};
use crate::facts::share_of;
use crate::raw::{self, Entry};
use crate::reading::arrived;

/// Records that are left out of one part because they make the program panic. Each costs the work of its rows again; more
/// of them are a defect that a person has to look at, and the part stays undone until then.
const MAX_POISON: usize = 64;

/// One of the shares that a plan's tenants are divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) number: u16,
    pub(super) of: u16,
}

impl Share {
    pub(super) fn holds(self, tenant: &str) -> bool {
        share_of(tenant, self.of) == self.number
    }

    /// Tells whether a record may hold lines for this share.
    pub(super) fn opens(self, entry: &Entry) -> bool {
        entry.others > 0 || entry.owners.iter().any(|owner| self.holds(&owner.tenant))
    }

    /// Tells whether this is the one share that counts a record, and writes what no other share would.
    pub(super) fn is_home(self, entry: &Entry) -> bool {
        entry.owners.first().map_or(self.number == 0, |first| self.holds(&first.tenant))
    }

    /// Tells whether this share writes a tenant's lines of a record.
    fn writes(self, record: &HeldRecord, known: Option<u32>, tenant: &str) -> bool {
        let is_named = record.has_others || known.is_some_and(|tenant| record.names(tenant));
        if is_named { self.holds(tenant) } else { record.is_home }
    }
}

/// Collects an event, as [`Rows::push`] does.
type Push = fn(&mut Rows, &Event<'_>, Option<&Locator>);

/// Reads records; keeps its buffers from one to the next.
#[derive(Debug)]
pub(super) struct Reader {
    push: Push,
    frames: FrameScratch,
    scratch: Scratch,
}

impl Default for Reader {
    fn default() -> Self {
        Reader { push: Rows::push, frames: FrameScratch::default(), scratch: Scratch::default() }
    }
}

/// The files of a part, one group of tenants after the other, and of a group as much at a time as memory holds as rows.
///
/// Where one ends depends on the part's records and the limits alone, so that a repeat makes the same files.
pub(super) struct Pieces<'h> {
    plan: &'h Plan,
    share: Share,
    held: &'h Held,
    groups: Groups,
    limits: Limits,
    /// The group that is being written, and the first of its records that is not.
    next: (usize, usize),
    /// Records that make the program panic other than by a line that is being read. What a panic leaves half made is
    /// dropped, and what was begun is begun anew without them.
    poison: BTreeSet<usize>,
    /// How many lines were what.
    pub(super) counts: Compacted,
}

impl<'h> Pieces<'h> {
    pub(super) fn of((plan, share): (&'h Plan, Share), held: &'h Held, limits: Limits) -> Self {
        let groups = held.groups(limits);
        let (poison, counts) = (BTreeSet::new(), Compacted::default());
        Pieces { plan, share, held, groups, limits, next: (0, 0), poison, counts }
    }

    /// Returns the next files; `None` when all are made.
    ///
    /// # Errors
    ///
    /// When a file can't be made, or more records make the program panic than are left out.
    pub(super) fn next(
        &mut self,
        reader: &mut Reader,
        registry: &Registry,
    ) -> Result<Option<Vec<ParquetFile>>> {
        while self.next.0 < self.groups.count {
            let mut rows = Rows::new(self.limits);
            let (begun, counts) = (self.next, self.counts.clone());
            match self.fill(&mut rows, reader, registry) {
                Ok(()) if rows.is_empty() => {}
                Ok(()) => return Ok(Some(rows.finish()?)),
                Err((_, Panicked { place })) if self.poison.len() >= MAX_POISON => {
                    return Err(Error::Panicked { place });
                }
                Err((record, _)) => {
                    *reader = Reader { push: reader.push, ..Reader::default() };
                    self.poison.insert(record);
                    (self.next, self.counts) = (begun, counts);
                    let is_home = self.held.records.get(record).is_some_and(|record| record.is_home);
                    self.counts.records_poisoned += u64::from(is_home);
                }
            }
        }
        Ok(None)
    }

    /// Collects rows until they are enough or the group is done; fails with the record that made the program panic.
    ///
    /// What is enough is told by the records and not by the rows, as these depend on the registry, too.
    fn fill(
        &mut self,
        rows: &mut Rows,
        reader: &mut Reader,
        registry: &Registry,
    ) -> std::result::Result<(), (usize, Panicked)> {
        let (group, first) = self.next;
        let (mut bytes, mut lines) = (0_usize, 0_usize);
        for (number, record) in self.held.records.iter().enumerate().skip(first) {
            if self.poison.contains(&number) || !self.groups.opens(group, record) {
                continue;
            }
            let read = caught(|| self.record(record, rows, reader, registry));
            let (more_bytes, more_lines) = read.map_err(|panicked| (number, panicked))?;
            (bytes, lines) = (bytes.saturating_add(more_bytes), lines.saturating_add(more_lines));
            if bytes >= self.limits.bytes || lines >= self.limits.rows {
                self.next = (group, number + 1);
                return Ok(());
            }
        }
        self.next = (group + 1, 0);
        Ok(())
    }

    /// Collects the rows of a record, and returns how many bytes and lines it has.
    fn record(
        &mut self,
        record: &HeldRecord,
        rows: &mut Rows,
        reader: &mut Reader,
        registry: &Registry,
    ) -> (usize, usize) {
        let Pieces { plan, share, held, groups, counts, next: (group, _), .. } = self;
        // Of its groups one counts what is nobody's.
        let is_home = record.is_home && groups.home(record) == *group;
        let Ok(data) = raw::open(&record.packed) else {
            counts.records_damaged += u64::from(is_home);
            return (0, 0);
        };
        let object = plan.objects.get(record.at.object).map(|name| name.key.as_str().to_owned());
        let frame = u32::try_from(record.at.record).unwrap_or(u32::MAX);
        let mut place = Locator { object: object.unwrap_or_default(), frame, line: 0 };
        let Reader { push, frames, scratch } = reader;
        let context = arrived(registry, record.arrived);
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
            let tenant = event.tenant.id().as_str();
            let known = held.number(tenant);
            if groups.writes(record, known) == *group && share.writes(record, known, tenant) {
                push(rows, &event, Some(&place));
                counts.lines += 1;
            }
        }
        (data.len(), number as usize)
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::EventTime;
    use hinomi_store::{Archive, ArchiveKey, Memory, block_on};

    use super::super::held::Until;
    use super::super::names::{Hour, RawName};
    use super::super::plan::At;
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

    fn read(reader: &mut Reader, (archive, plan): &(Memory, Plan)) -> Result<(u64, Compacted)> {
        let share = Share { number: 0, of: 1 };
        let whole = (At::default(), Until::Border(plan.end()));
        let held = block_on(Held::gather((plan, share), whole, archive))?;
        let mut pieces = Pieces::of((plan, share), &held, Limits::default());
        let mut rows = 0;
        while let Some(files) = pieces.next(reader, &Registry::open())? {
            rows += files.iter().map(|file| file.rows).sum::<u64>();
        }
        Ok((rows, pieces.counts))
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
            let (rows, counts) = read(&mut reader, &planned).unwrap();
            assert_eq!((counts.records_poisoned, counts.lines, rows), (1, 4, 4));
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
