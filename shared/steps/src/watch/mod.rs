//! The step that watches the appliances, minute by minute: are they well, and do they still talk?
//!
//! For each minute it reads what devices said of themselves, which `follow` left for all its partitions, and writes findings
//! and then its memory (`minutes` says how often, and what two that do the same minute do). `now` is the end of
//! the minute.
//!
//! It goes as far as each partition's object is there: when `follow` is late, watching waits, and says how far it is behind.
//! That is no silence of any device. A minute that a partition has no object of, and has later ones, was never followed, as
//! `follow` writes them one after the other; and an object that can't be read says nothing. Of such minutes nobody knows who
//! talked, so they are taken out of the pauses of the devices that belong to the partition, and counted.

mod memory;

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FactBatch, FactSource, Seconds};
use hinomi_store::{Archive, Stream};

use crate::error::Result;
use crate::facts::{PARTITIONS, partition_of};
use crate::follow::Sources;
use crate::ingest::{Hearing, put_findings};
use crate::minutes::{self, Ran};
use crate::proof;
use crate::set_aside::set_aside;
use crate::shelf::Shelf;
use crate::together::together;
use crate::vitals;

use self::memory::Memory;

/// How long memories are kept, which is how long an outage of watching may last without what was learned being lost: the
/// longest holidays.
pub const KEPT_DAYS: i64 = 14;

/// Objects of one partition that are listed at once: all of the days that they are kept. What is more is listed by the next
/// call.
const MAX_LISTED: usize = 4_096;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Minutes done.
    pub minutes: u64,
    /// Objects read.
    pub objects: u64,
    /// Objects that can't be read: they are set aside under `quarantine/vitals/`.
    pub broken: u64,
    /// Minutes and partitions that were never followed, or are gone; a stretch that all partitions lack counts once for each.
    pub missing: u64,
    /// Memories that can't be read; an older one was taken instead, or none.
    pub broken_memories: u64,
    /// Nothing was remembered: what is usual is learned from now on.
    pub begun_anew: bool,
    /// Findings handed on.
    pub findings: u64,
    /// How far what was done is behind the schedule, in seconds.
    pub behind_seconds: i64,
}

/// Watches appliances; remembers from one minute to the next what it wrote down last.
#[derive(Debug, Default)]
pub struct Watcher {
    warm: Option<Memory>,
}

impl Watcher {
    /// Makes a watcher that remembers nothing but what is written down.
    pub fn new() -> Self {
        Watcher::default()
    }

    /// Does the minutes up to the last before the schedule's `time` that was followed, as long as there is time for another
    /// one that takes as long as the longest before it. One is done however little time there is.
    ///
    /// # Errors
    ///
    /// When the archive or the stream fails: the minutes that are not written down are done again by the next call, and
    /// say the same.
    pub async fn run<A: Archive, S: Stream>(
        &mut self,
        time: EventTime,
        left: &(dyn Fn() -> Seconds + Sync),
        registry: &Registry,
        sources: Sources<'_, A, S>,
    ) -> Result<Watched> {
        let target = time.minute().saturating_sub(1);
        let mut warm = self.warm.take();
        let mut work = Watching { registry, sources, there: Vec::new(), watched: Watched::default() };
        let diary = memory::diary(sources.archive);
        let ran = minutes::run(&mut work, &diary, &mut warm, target, left).await?;
        self.warm = warm;
        let Ran { minutes, broken_memories, begun_anew, behind_seconds } = ran;
        Ok(Watched { minutes, broken_memories, begun_anew, behind_seconds, ..work.watched })
    }
}

/// The minutes of one call.
struct Watching<'p, A, S> {
    registry: &'p Registry,
    sources: Sources<'p, A, S>,
    /// The minutes of which there are objects, by partition.
    there: Vec<BTreeSet<i64>>,
    watched: Watched,
}

impl<A: Archive, S: Stream> minutes::Work for Watching<'_, A, S> {
    type Memory = Memory;

    fn decode(&self, bytes: &[u8]) -> Option<Memory> {
        Memory::decode(bytes)
    }

    /// Begins with the oldest minute that was followed for all; while there is none, it waits since the oldest of any.
    async fn begin(&mut self, target: i64) -> Result<Memory> {
        let listed = together((0..PARTITIONS).map(|partition| self.listed(partition, None, 1))).await;
        let oldest: Vec<Option<i64>> =
            listed.into_iter().map(|listed| Ok(listed?.first().copied())).collect::<Result<_>>()?;
        let known = || oldest.iter().flatten().copied();
        let all = known().count() == oldest.len();
        let first = if all { known().max() } else { known().min() };
        Ok(Memory::new(first.unwrap_or(target).min(target).saturating_sub(1)))
    }

    async fn until(&mut self, memory: &Memory, target: i64) -> Result<i64> {
        let after = Some(memory.minute);
        let listed =
            together((0..PARTITIONS).map(|partition| self.listed(partition, after, MAX_LISTED))).await;
        let there: Vec<BTreeSet<i64>> = listed.into_iter().collect::<Result<_>>()?;
        self.there = there;
        let last = self.there.iter().map(|there| there.last().copied());
        // Of a partition that left nothing since, nobody knows whether its devices talk.
        Ok(last.map(|last| last.unwrap_or(memory.minute)).min().unwrap_or(memory.minute).min(target))
    }

    async fn next(&mut self, mut memory: Memory) -> Result<Memory> {
        let mut minute = memory.minute.saturating_add(1);
        let next = self.there.iter().filter_map(|there| there.range(minute..).next()).min().copied();
        if let Some(next) = next.filter(|next| *next > minute) {
            // Nobody followed for a while: a stretch that may be days is left behind at once.
            memory.watch.excuse(next.saturating_sub(1), |_| true, self.registry);
            self.watched.missing += u64::from(PARTITIONS);
            minute = next;
        }
        let now = EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60));
        let read = together((0..PARTITIONS).map(|partition| self.fetch(partition, minute))).await;
        let mut said = FactBatch::default();
        for (partition, object) in (0..PARTITIONS).zip(read) {
            match self.read(partition, minute, object?).await? {
                Some(vitals) => said.append(&vitals),
                None => {
                    let is_of = |source: &FactSource| partition_of(&source.tenant) == partition;
                    memory.watch.excuse(minute, is_of, self.registry);
                }
            }
        }
        let mut found = memory.watch.step(&said, self.registry, now);
        proof::fetch(&mut found, self.registry, &Shelf::new(self.sources.archive)).await?;
        put_findings(&found, Hearing::Told, self.sources.findings).await?;
        self.watched.findings += found.len() as u64;
        memory.minute = minute;
        Ok(memory)
    }
}

impl<A: Archive, S: Stream> Watching<'_, A, S> {
    /// Lists the minutes of which a partition has objects, from the oldest on or after one.
    async fn listed(&self, partition: u16, after: Option<i64>, most: usize) -> Result<BTreeSet<i64>> {
        let folder = vitals::folder(partition);
        let after = after.map(|minute| vitals::key(partition, minute)).transpose()?;
        let keys = self.sources.archive.list(&folder, after.as_ref(), most).await?;
        Ok(keys.iter().filter_map(|key| minutes::minute_of_key(key, &folder)).collect())
    }

    async fn fetch(&self, partition: u16, minute: i64) -> Result<Option<Vec<u8>>> {
        if !self.there.get(usize::from(partition)).is_some_and(|there| there.contains(&minute)) {
            return Ok(None);
        }
        Ok(self.sources.archive.fetch(&vitals::key(partition, minute)?).await?)
    }

    /// Reads what was said in a minute; `None` when nobody knows, which is counted.
    async fn read(
        &mut self,
        partition: u16,
        minute: i64,
        object: Option<Vec<u8>>,
    ) -> Result<Option<FactBatch>> {
        let Some(object) = object else {
            self.watched.missing += 1;
            return Ok(None);
        };
        self.watched.objects += 1;
        let read = vitals::read(&object);
        if read.is_none() {
            self.watched.broken += 1;
            let name = format!("quarantine/{}", vitals::key(partition, minute)?.as_str());
            set_aside(self.sources.archive, &name, &object).await?;
        }
        Ok(read)
    }
}
