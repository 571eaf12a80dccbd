//! Old data read again, by today's program and today's registry, and nobody is told what follows from it.
//!
//! | objects | what is read |
//! |---|---|
//! | `raw/` | every record |
//! | `quarantine/`, rows | the lines that were set aside, where they lie in their raw objects |
//! | `quarantine/findings/` | findings that nobody could join |
//! | `aws/lambda/` | what a function's trigger gave up: whole batches, which were read by nobody |
//!
//! Lines are read by the same code as those that arrive, their arrival is that of then, and what lies in the archive
//! already stays there: a finding names the line's old place. Nothing is written for follow, whose questions are those of
//! now; the questions of old lines are asked among what one call reads. Findings go out as *quiet* ones. All of it may be
//! repeated: ids are the same, and joining them again changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};

use hinomi_detect::Follow;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Finding, FindingBatch, Settings};
use hinomi_store::{Archive, ArchiveKey, Error, Stream, object};

use crate::error::Result;
use crate::facts::Part;
use crate::framed::corrupt;
use crate::ingest::{
    Batch, Gathered, Hearing, Ingest, IngestCounts, Outlets, Pace, Place, Record, put_findings,
};
use crate::proof;
use crate::quarantine::Row;
use crate::raw;
use crate::shelf::Shelf;

/// Keys listed at once.
const PAGE: usize = 100;

/// Bytes of a quarantine object's rows that are read. A batch's rows are cut at a quarter of it; what is beyond was written
/// by nobody of ours.
const MAX_ROWS_BYTES: u64 = 256 << 20;

/// Longest row: a line of 8 KiB, each byte of which JSON may write as six.
const MAX_ROW_BYTES: u64 = 128 << 10;

/// What is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order<'o> {
    /// One object.
    Object(&'o str),
    /// Objects whose keys begin so, after one of them.
    Prefix {
        /// How their keys begin.
        prefix: &'o str,
        /// The last that was done.
        after: Option<&'o str>,
    },
}

/// A batch that was given up, with its own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// The shard.
    pub shard: String,
    /// The records.
    pub records: Vec<GivenUpRecord>,
}

/// A record of a batch that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUpRecord {
    /// Its number in the shard.
    pub sequence: String,
    /// When the stream took it.
    pub arrived: EventTime,
    /// Its bytes; or the text, as far as it is known, that should have been base64.
    pub data: Result<Vec<u8>, Vec<u8>>,
}

/// What became of the order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redriven {
    /// Objects read.
    pub objects: u64,
    /// Objects that can't be read.
    pub broken: u64,
    /// Objects in which there is nothing to read again.
    pub skipped: u64,
    /// How much was what, of the lines.
    pub counts: IngestCounts,
    /// Findings handed on.
    pub findings: u64,
    /// The last object that was done, where time was spent before all were: the next order's `after`.
    pub next: Option<String>,
}

/// How old data is read.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// Today's registry.
    pub registry: &'r Registry,
    /// Thresholds and windows.
    pub settings: &'r Settings,
    /// The time of day, and whether there is time for another object.
    pub pace: Pace<'r>,
    /// Reads what a trigger gave up, as the cloud wrote it; `None` for what is no such thing.
    pub given_up: &'r (dyn Fn(&[u8]) -> Option<GivenUp> + Sync),
}

/// Reads objects again.
///
/// At least one object is read, so that an order moves however little time there is.
///
/// # Errors
///
/// When the archive or the stream fails: the order is repeated as it was.
pub async fn redrive<A: Archive, S: Stream>(
    ingest: &mut Ingest,
    order: Order<'_>,
    reading: Reading<'_>,
    outlets: Outlets<'_, A, S>,
) -> Result<Redriven> {
    let mut driver = Driver { ingest, reading, outlets, follow: Follow::new(reading.settings.clone()) };
    let mut done = Redriven::default();
    let (prefix, after) = match order {
        Order::Object(key) => {
            driver.object(&ArchiveKey::new(key)?, &mut done).await?;
            return Ok(done);
        }
        Order::Prefix { prefix, after } => (prefix, after),
    };
    let mut after = after.map(ArchiveKey::new).transpose()?;
    loop {
        let page = outlets.archive.list(prefix, after.as_ref(), PAGE).await?;
        let is_last = page.len() < PAGE;
        for key in page {
            if done.objects + done.broken + done.skipped > 0 && (reading.pace.is_spent)() {
                done.next = after.map(|key| key.as_str().to_owned());
                return Ok(done);
            }
            driver.object(&key, &mut done).await?;
            after = Some(key);
        }
        if is_last {
            return Ok(done);
        }
    }
}

struct Driver<'r, 'i, A, S> {
    ingest: &'i mut Ingest,
    reading: Reading<'r>,
    outlets: Outlets<'r, A, S>,
    /// The questions of what this call reads.
    follow: Follow,
}

impl<A: Archive, S: Stream> Driver<'_, '_, A, S> {
    async fn object(&mut self, key: &ArchiveKey, done: &mut Redriven) -> Result<()> {
        let Some(object) = self.outlets.archive.fetch(key).await? else {
            done.broken += 1;
            return Ok(());
        };
        let name = key.as_str();
        let read = if name.starts_with("raw/") {
            self.raw(name, &object, done).await
        } else if name.starts_with("quarantine/findings/") {
            self.findings(&[&object], done).await
        } else if name.starts_with("quarantine/") && name.ends_with(".ndjson.zst") {
            self.rows(&object, done).await
        } else if name.starts_with("aws/lambda/") {
            self.batch(&object, done).await
        } else {
            done.skipped += 1;
            return Ok(());
        };
        match read {
            Ok(()) => done.objects += 1,
            // What is broken stays where it is, and holds up nothing.
            Err(crate::Error::Store(Error::Corrupt { .. } | Error::Format { .. })) => done.broken += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn raw(&mut self, name: &str, object: &[u8], done: &mut Redriven) -> Result<()> {
        let entries = raw::entries(object)?;
        let mut gathered = Gathered::default();
        let mut last = EventTime::EPOCH;
        for (frame, entry) in (0..).zip(&entries) {
            self.record(name, object, (frame, entry), None, &mut gathered)?;
            last = last.max(entry.arrived);
        }
        self.hand_on(gathered, last, done).await
    }

    /// Reads lines again that were set aside, object by object.
    async fn rows(&mut self, object: &[u8], done: &mut Redriven) -> Result<()> {
        let mut gathered = Gathered::default();
        let mut last = EventTime::EPOCH;
        for (name, frames) in lines_of(object)? {
            let Ok(key) = ArchiveKey::new(&name) else { continue };
            let Some(raw) = self.outlets.archive.fetch(&key).await? else { continue };
            let entries = raw::entries(&raw)?;
            for (frame, lines) in frames {
                let Some(entry) = entries.get(frame as usize) else { continue };
                self.record(&name, &raw, (frame, entry), Some(&lines), &mut gathered)?;
                last = last.max(entry.arrived);
            }
        }
        self.hand_on(gathered, last, done).await
    }

    fn record(
        &mut self,
        name: &str,
        object: &[u8],
        (frame, entry): (u32, &raw::Entry),
        lines: Option<&Lines>,
        gathered: &mut Gathered,
    ) -> Result<()> {
        let bytes = raw::record(object, entry)?;
        let data = if entry.undecoded { Err(bytes.as_slice()) } else { Ok(bytes.as_slice()) };
        let record = Record { sequence: &entry.sequence, arrived: entry.arrived, data };
        let only = lines.map(|lines| move |line: u32| lines.holds(line));
        let only = only.as_ref().map(|only| only as &dyn Fn(u32) -> bool);
        self.ingest.again(&record, &Place { object: name, frame, only }, self.reading.registry, gathered);
        Ok(())
    }

    /// Hands on what lines that were kept already showed, and what follows from it.
    async fn hand_on(&mut self, gathered: Gathered, last: EventTime, done: &mut Redriven) -> Result<()> {
        put_findings(&gathered.findings, Hearing::Quiet, self.outlets.findings).await?;
        done.counts.add(&gathered.counts);
        done.findings += gathered.findings.len() as u64;
        self.follow_up(gathered.facts.into_parts(), last, done).await
    }

    async fn follow_up(&mut self, parts: Vec<Part>, last: EventTime, done: &mut Redriven) -> Result<()> {
        let mut found: Vec<Finding> = Vec::new();
        for Part { facts, findings } in parts {
            found.extend(self.follow.step(&facts, &findings, self.reading.registry, last));
        }
        proof::fetch(&mut found, self.reading.registry, &Shelf::new(self.outlets.archive)).await?;
        put_findings(&found, Hearing::Quiet, self.outlets.findings).await?;
        done.findings += found.len() as u64;
        Ok(())
    }

    /// Reads a batch that a trigger gave up: of lines, or of findings.
    async fn batch(&mut self, object: &[u8], done: &mut Redriven) -> Result<()> {
        let given_up = (self.reading.given_up)(object).ok_or_else(|| corrupt("batch that was given up"))?;
        let whole: Option<Vec<&[u8]>> =
            given_up.records.iter().map(|record| record.data.as_deref().ok()).collect();
        if let Some(records) = whole.filter(|records| records.iter().all(|record| decode(record).is_some())) {
            return self.findings(&records, done).await;
        }
        let mut records: Vec<Record<'_>> = Vec::with_capacity(given_up.records.len());
        for GivenUpRecord { sequence, arrived, data } in &given_up.records {
            let data = data.as_deref().map_err(Vec::as_slice);
            records.push(Record { sequence, arrived: *arrived, data });
        }
        let mut rest = records.as_slice();
        while !rest.is_empty() {
            let batch = Batch { shard: &given_up.shard, records: rest };
            // A batch fits into one call: only memory cuts it.
            let pace = Pace { is_spent: &|| false, ..self.reading.pace };
            let (ingested, parts) =
                self.ingest.late_batch(&batch, self.reading.registry, pace, self.outlets).await?;
            let read = ingested.undone.unwrap_or(rest.len());
            let last = rest.get(..read).unwrap_or(rest).iter().map(|record| record.arrived).max();
            done.findings += ingested.counts.findings;
            done.counts.add(&IngestCounts { records_retried: 0, ..ingested.counts });
            self.follow_up(parts, last.unwrap_or_default(), done).await?;
            rest = rest.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// Hands on findings that nobody could join.
    async fn findings(&mut self, records: &[&[u8]], done: &mut Redriven) -> Result<()> {
        for record in records {
            let batch = decode(record).ok_or_else(|| corrupt("findings"))?;
            put_findings(&batch.findings, Hearing::Quiet, self.outlets.findings).await?;
            done.findings += batch.findings.len() as u64;
        }
        Ok(())
    }
}

fn decode(record: &[u8]) -> Option<FindingBatch> {
    FindingBatch::decode(&object::decompress(record).ok()?).ok()
}

/// Lines of one record.
#[derive(Debug, Default)]
struct Lines {
    named: BTreeSet<u32>,
    /// Every line from here on: those that had no row of their own, or that nobody could tell from each other.
    from: Option<u32>,
}

impl Lines {
    fn holds(&self, line: u32) -> bool {
        self.named.contains(&line) || self.from.is_some_and(|from| line >= from)
    }
}

/// Returns where the lines of a quarantine object's rows lie: by object and frame. A row that does not read, or names no
/// place, is left where it is.
fn lines_of(object: &[u8]) -> Result<BTreeMap<String, BTreeMap<u32, Lines>>> {
    let broken = || corrupt("quarantine object");
    let decoder = zstd::Decoder::new(object).map_err(|_| broken())?;
    let mut rows = BufReader::new(decoder.take(MAX_ROWS_BYTES));
    let mut found: BTreeMap<String, BTreeMap<u32, Lines>> = BTreeMap::new();
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = rows.by_ref().take(MAX_ROW_BYTES).read_until(b'\n', &mut text).map_err(|_| broken())?;
        if read == 0 {
            return Ok(found);
        }
        let Ok(row) = serde_json::from_slice::<Row>(&text) else { continue };
        let Some(place) = row.line.locator else { continue };
        let lines = found.entry(place.object).or_default().entry(place.frame).or_default();
        lines.named.insert(place.line);
        if row.more.is_some() {
            lines.from = Some(lines.from.map_or(place.line, |from| from.min(place.line)));
        }
    }
}
