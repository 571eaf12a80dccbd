//! The step that reads what arrives: a batch of the stream's records becomes a raw object, a quarantine object, a facts
//! object, and findings on their way to whoever joins them.
//!
//! | written, in this order | why there |
//! |---|---|
//! | raw object | nothing may rest on a line that is not kept |
//! | quarantine object | what is refused is kept before the batch counts as done |
//! | facts object | `follow` may find it before the findings, which changes nothing |
//! | findings | the last, because they are what people are told of |
//!
//! A batch is done when all four are there. If one fails, all of it comes again: names depend on the records alone, so
//! what is there already stays, and findings are the same. Work on a batch can end between two records, when time or
//! memory runs short; what was read until then is a batch of its own, and the answer is the first record that is not
//! in it.
//!
//! Findings are coalesced by record and event minute and never over records, so that where a batch is cut changes no
//! finding. A line that comes again in another record is known as long as this process remembers it ([`KnownLines`]),
//! which is noted record by record, and for good only when the batch is done.

mod count;
mod outgoing;
mod read;
mod refused;

use std::sync::Arc;

use hinomi_detect::{Indicators, KnownLines};
use hinomi_model::registry::Registry;
use hinomi_model::{Event, EventTime, Finding, Reject};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_store::{Archive, ArchiveKey, Put, Result, Stream};

use crate::facts::{self, Divided, ObjectName, Part};
use crate::raw::{self, RawObject};

use self::read::Reader;
use self::refused::Refused;

pub use count::IngestCounts;
pub(crate) use outgoing::put as put_findings;

/// Bytes of lines after which a batch is cut: with the one record of 32 MiB or more that may come on top, what a
/// function of one gigabyte bears. What is behind the cut comes again at once.
pub const BATCH_BYTES: usize = 128 << 20;
/// Findings after which a batch is cut, some 2 KiB each. Only an attacker's lines are so many and so different.
const MAX_FINDINGS: usize = 1 << 14;
/// Bytes of quarantined lines after which a batch is cut: they are held until the raw object has its name.
const MAX_REFUSED_BYTES: usize = 16 << 20;
/// Owners in a raw object's table after which a batch is cut: they are part of the object's table, which is bounded.
const MAX_OWNERS: usize = 1 << 16;

/// Reads a line as an event, as [`parse_line`] does.
pub type ReadLine =
    for<'a, 'c> fn(&'a [u8], &'c Context<'a>, &'a mut Scratch) -> std::result::Result<Event<'a>, Reject>;

/// A record of the stream, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its number in the shard: digits.
    pub sequence: &'a str,
    /// When the stream took it.
    pub arrived: EventTime,
    /// Its bytes; or the text, as far as it is known, that should have been base64.
    pub data: Result<&'a [u8], &'a [u8]>,
}

/// Records of one shard, in its order.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The shard's name: ASCII letters, digits and `-`.
    pub shard: &'a str,
    /// The records.
    pub records: &'a [Record<'a>],
}

/// Where a batch goes.
#[derive(Debug)]
pub struct Outlets<'p, A, S> {
    /// Raw, quarantine and facts objects.
    pub archive: &'p A,
    /// Findings.
    pub findings: &'p S,
}

impl<A, S> Clone for Outlets<'_, A, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, S> Copy for Outlets<'_, A, S> {}

/// When a batch is worked on.
#[derive(Clone, Copy)]
pub struct Pace<'p> {
    /// The time of day, whose minute the facts are filed under.
    pub now: EventTime,
    /// Tells whether no further record should be begun.
    pub is_spent: &'p (dyn Fn() -> bool + Sync),
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ingested {
    /// The first record that is not done; `None` when all are.
    pub undone: Option<usize>,
    /// How much was what, of the records that are done.
    pub counts: IngestCounts,
    /// When the records arrived that led to findings.
    pub found: Vec<EventTime>,
}

/// Reads batches; keeps buffers and memory of known lines from one to the next.
#[derive(Debug)]
pub struct Ingest {
    reader: Reader,
    known: KnownLines,
}

impl Default for Ingest {
    fn default() -> Self {
        Ingest::with_reader(parse_line)
    }
}

/// What was gathered of some records.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) findings: Vec<Finding>,
    pub(crate) facts: Divided,
    refused: Refused,
    pub(crate) counts: IngestCounts,
    found: Vec<EventTime>,
    owners: usize,
}

impl Gathered {
    fn is_full(&self) -> bool {
        self.counts.line_bytes >= BATCH_BYTES as u64
            || self.findings.len() >= MAX_FINDINGS
            || self.refused.bytes() >= MAX_REFUSED_BYTES
            || self.owners >= MAX_OWNERS
    }
}

/// Which lines of a record are read, and where it lies.
pub(crate) struct Place<'a> {
    /// The raw object; empty as long as it has no name.
    pub(crate) object: &'a str,
    /// The record's frame in it.
    pub(crate) frame: u32,
    /// Tells of a line's number, from 0, whether it is read; all are when absent.
    pub(crate) only: Option<&'a dyn Fn(u32) -> bool>,
}

impl Ingest {
    /// Makes a reader that has read nothing yet.
    pub fn new() -> Self {
        Ingest::default()
    }

    /// Makes one that reads lines so.
    pub fn with_reader(parse: ReadLine) -> Self {
        Ingest { reader: Reader::new(parse, Arc::default()), known: KnownLines::default() }
    }

    /// Makes it know what lists of enemies name, from the next batch on; before, none is known.
    pub fn know(&mut self, indicators: &Arc<Indicators>) {
        self.reader.know(indicators);
    }

    /// Works on a batch: reads its records until all are read or time or memory is spent, and writes what came of them.
    ///
    /// At least one record is read, so that a batch moves however little time there is.
    ///
    /// # Errors
    ///
    /// When something can't be written. Nothing of the batch counts as done then, and all of it is to come again.
    pub async fn batch<A: Archive, S: Stream>(
        &mut self,
        batch: &Batch<'_>,
        registry: &Registry,
        pace: Pace<'_>,
        outlets: Outlets<'_, A, S>,
    ) -> Result<Ingested> {
        self.known.forget();
        let mut raw = RawObject::default();
        let mut gathered = Gathered::default();
        let undone = self.read(batch, registry, pace, &mut raw, &mut gathered)?;
        let done = undone.unwrap_or(batch.records.len());
        let Some(names) = Names::of(batch, done)? else { return Ok(Ingested::default()) };
        let counts = write(&names, raw, &mut gathered, pace.now, outlets).await?;
        outgoing::put(&gathered.findings, Hearing::Told, outlets.findings).await?;
        self.known.confirm();
        Ok(Ingested { undone, counts, found: gathered.found })
    }

    /// Works on a batch that nobody has read before, but long ago: nobody is told what follows from it. Returns what it
    /// left behind for follow, too, which is not written: the live questions are others.
    ///
    /// # Errors
    ///
    /// As for [`batch`](Self::batch).
    pub(crate) async fn late_batch<A: Archive, S: Stream>(
        &mut self,
        batch: &Batch<'_>,
        registry: &Registry,
        pace: Pace<'_>,
        outlets: Outlets<'_, A, S>,
    ) -> Result<(Ingested, Vec<Part>)> {
        self.known.forget();
        let mut raw = RawObject::default();
        let mut gathered = Gathered::default();
        let undone = self.read(batch, registry, pace, &mut raw, &mut gathered)?;
        let done = undone.unwrap_or(batch.records.len());
        let Some(names) = Names::of(batch, done)? else { return Ok((Ingested::default(), Vec::new())) };
        names.give(&mut gathered);
        let mut counts = std::mem::take(&mut gathered.counts);
        names.keep(raw, &gathered.refused, &mut counts, outlets.archive).await?;
        outgoing::put(&gathered.findings, Hearing::Quiet, outlets.findings).await?;
        Ok((Ingested { undone, counts, found: Vec::new() }, gathered.facts.into_parts()))
    }

    /// Reads a record that is kept already. Known lines count as any other: that they were judged is no reason not to
    /// judge them again by today's registry.
    pub(crate) fn again(
        &mut self,
        record: &Record<'_>,
        place: &Place<'_>,
        registry: &Registry,
        gathered: &mut Gathered,
    ) {
        let known = KnownLines::default();
        let read = self.reader.read(record, place, registry, &known);
        read.into_gathered(record.arrived, gathered);
    }

    fn read(
        &mut self,
        batch: &Batch<'_>,
        registry: &Registry,
        pace: Pace<'_>,
        raw: &mut RawObject,
        gathered: &mut Gathered,
    ) -> Result<Option<usize>> {
        for (index, record) in batch.records.iter().enumerate() {
            if index > 0 && (gathered.is_full() || (pace.is_spent)()) {
                gathered.counts.records_retried = (batch.records.len() - index) as u64;
                return Ok(Some(index));
            }
            let place = Place { object: "", frame: raw.next_frame(), only: None };
            raw.push(record.sequence, record.arrived, record.data)?;
            let mut read = self.reader.read(record, &place, registry, &self.known);
            self.known.expect(&read.left.lines);
            raw.owned(read.owners.take());
            gathered.owners += raw.last_owners();
            read.into_gathered(record.arrived, gathered);
        }
        Ok(None)
    }
}

/// Writes what is kept of a batch, in order.
async fn write<A: Archive, S: Stream>(
    names: &Names<'_>,
    raw: RawObject,
    gathered: &mut Gathered,
    now: EventTime,
    outlets: Outlets<'_, A, S>,
) -> Result<IngestCounts> {
    names.give(gathered);
    let mut counts = std::mem::take(&mut gathered.counts);
    names.keep(raw, &gathered.refused, &mut counts, outlets.archive).await?;
    counts.facts = gathered.facts.facts();
    if !gathered.facts.is_empty() {
        let object = gathered.facts.write()?;
        let key = facts::key(now.minute(), names.shard, names.range)?;
        // That it is there already is a repeat of this batch within a minute.
        keep(&key, &object, &mut counts, outlets.archive).await?;
    }
    Ok(counts)
}

/// Writes an object unless it is there, and counts what was written.
async fn keep<A: Archive>(
    key: &ArchiveKey,
    object: &[u8],
    counts: &mut IngestCounts,
    archive: &A,
) -> Result<()> {
    if archive.put_new(key, object).await? == Put::Stored {
        counts.stored_bytes += object.len() as u64;
    }
    Ok(())
}

/// Whether people are told what follows from findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// They are.
    Told,
    /// They are not: old data is read again.
    Quiet,
}

/// The names of what a batch writes.
struct Names<'b> {
    shard: &'b str,
    range: (&'b str, &'b str),
    raw: ArchiveKey,
    quarantine: ArchiveKey,
}

impl<'b> Names<'b> {
    /// Makes the names from the records that are done; `None` when there are none.
    fn of(batch: &Batch<'b>, done: usize) -> Result<Option<Self>> {
        let records = batch.records.get(..done).unwrap_or_default();
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(None) };
        let range = (first.sequence, last.sequence);
        let key = |folder, ending| raw::key(folder, first.arrived, batch.shard, range, ending);
        let (raw, quarantine) = (key("raw", "zst")?, key("quarantine", "ndjson.zst")?);
        Ok(Some(Names { shard: batch.shard, range, raw, quarantine }))
    }

    /// Names the raw object wherever something says where its line lies.
    fn give(&self, gathered: &mut Gathered) {
        let name = ObjectName(self.raw.as_str());
        gathered.findings.iter_mut().for_each(|finding| name.give_to(finding));
        gathered.facts.lie_in(&name);
        gathered.refused.lie_in(&name);
    }

    /// Writes the raw object, then the quarantine object.
    async fn keep<A: Archive>(
        &self,
        raw: RawObject,
        refused: &Refused,
        counts: &mut IngestCounts,
        archive: &A,
    ) -> Result<()> {
        keep(&self.raw, &raw.finish()?, counts, archive).await?;
        if !refused.is_empty() {
            keep(&self.quarantine, &refused.write()?, counts, archive).await?;
        }
        Ok(())
    }
}
