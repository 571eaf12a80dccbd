//! The step that reads facts against open questions, minute by minute.
//!
//! For each minute and follower ([`PARTITIONS`]) the same four things happen, in this order:
//!
//! | written | what for |
//! |---|---|
//! | plan: which facts objects this minute reads | whoever repeats the minute reads the same, and says the same |
//! | findings | |
//! | vitals: what devices said of themselves, for whoever watches them | [`crate::watch`], whose cost is flat in the traffic |
//! | memory: what the follower remembers now | the next minute goes on from it |
//!
//! Plan and memory are written once and never changed, so of two that do the same minute one decides what is read and
//! both say the same. A minute whose memory is there is done. After an outage the minutes that are missing are done one
//! after the other, as far as the time goes; nothing that was not passed on is deleted, as facts are kept for
//! [`KEPT_DAYS`] days.
//!
//! A minute is that in which a batch was begun to be written, and `now` is its end. It reads the objects of its own and
//! of [`LOOK_BACK_MINUTES`] before it that no earlier minute read. Where a question of it came when facts of its time were
//! no longer remembered, it reads those of that time again.

mod memory;
mod plan;
mod recall;

use hinomi_detect::Follow;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FactBatch, Finding, Seconds, Settings};
use hinomi_store::{Archive, ArchiveKey, Stream};

use crate::error::Result;
use crate::facts::{self, PARTITIONS, Part};
use crate::ingest::{Hearing, put_findings};
use crate::minutes::{self, Ran};
use crate::proof;
use crate::set_aside::set_aside;
use crate::shelf::Shelf;
use crate::together::together;
use crate::vitals;

use self::memory::Memory;
use self::recall::recall;

pub use self::recall::MAX_OBJECTS_AGAIN;

/// How late an object may appear in its minute's folder: ingest's time-out of a minute, and a minute by which the clocks
/// of two machines may differ, and as much again. What came later would never be read.
pub const LOOK_BACK_MINUTES: i64 = 5;

/// How long facts are kept, which is how long an outage may last.
pub const KEPT_DAYS: i64 = 2;

/// Facts in one step, some 10 MB: a minute's objects are read in groups, and how they are grouped changes nothing.
const MAX_STEP_FACTS: usize = 1 << 16;

/// How many facts a finding takes the place of: some 2 KiB with its lines, where a fact takes 160 bytes.
const FACTS_IN_A_FINDING: usize = 16;

/// Objects fetched at once.
const FETCHES: usize = 16;

/// When and for whom the step is done.
#[derive(Clone, Copy)]
pub struct Minute<'p> {
    /// The schedule's time: the minute before it is the last that is done.
    pub time: EventTime,
    /// Which follower.
    pub partition: u16,
    /// Tells how many seconds there are for further minutes.
    pub left: &'p (dyn Fn() -> Seconds + Sync),
}

/// Where a follower reads and writes.
#[derive(Debug)]
pub struct Sources<'p, A, S> {
    /// Facts, raw objects, plans and memories.
    pub archive: &'p A,
    /// Findings.
    pub findings: &'p S,
}

impl<A, S> Clone for Sources<'_, A, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, S> Copy for Sources<'_, A, S> {}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Minutes done.
    pub minutes: u64,
    /// Facts objects read.
    pub objects: u64,
    /// Facts objects read again, for questions that came behind their answers.
    pub objects_again: u64,
    /// Facts objects that can't be read: they are set aside under `quarantine/facts/`.
    pub broken: u64,
    /// Facts objects that are no longer there.
    pub missing: u64,
    /// Memories that can't be read; an older one was taken instead.
    pub broken_memories: u64,
    /// Facts read.
    pub facts: u64,
    /// Findings handed on.
    pub findings: u64,
    /// How far what was done is behind the schedule, in seconds.
    pub behind_seconds: i64,
}

/// Follows facts; remembers from one minute to the next what it wrote down last.
#[derive(Debug, Default)]
pub struct Follower {
    settings: Settings,
    warm: Option<Warm>,
}

/// What this process wrote down last.
#[derive(Debug)]
struct Warm {
    partition: u16,
    memory: Memory,
}

impl Follower {
    /// Makes a follower that remembers nothing but what is written down.
    pub fn new(settings: Settings) -> Self {
        Follower { settings, warm: None }
    }

    /// Does the minutes of one follower up to the last that is over, as long as there is time for another one that takes as
    /// long as the longest before it. One is done however little time there is.
    ///
    /// # Errors
    ///
    /// When the archive or the stream fails: the minutes that are not written down are done again by the next call, and
    /// say the same.
    pub async fn run<A: Archive, S: Stream>(
        &mut self,
        minute: Minute<'_>,
        registry: &Registry,
        sources: Sources<'_, A, S>,
    ) -> Result<Followed> {
        let target = minute.time.minute().saturating_sub(1);
        let partition = minute.partition % PARTITIONS;
        let mut warm = self.warm.take().filter(|warm| warm.partition == partition).map(|warm| warm.memory);
        let settings = &self.settings;
        let followed = Followed::default();
        let mut work = Following { partition, registry, sources, settings, followed };
        let diary = memory::diary(sources.archive, partition);
        let ran = minutes::run(&mut work, &diary, &mut warm, target, minute.left).await?;
        let Following { followed, .. } = work;
        self.warm = warm.map(|memory| Warm { partition, memory });
        let Ran { minutes, broken_memories, behind_seconds, begun_anew: _ } = ran;
        Ok(Followed { minutes, broken_memories, behind_seconds, ..followed })
    }
}

/// The minutes of one call.
struct Following<'p, A, S> {
    partition: u16,
    registry: &'p Registry,
    sources: Sources<'p, A, S>,
    settings: &'p Settings,
    followed: Followed,
}

impl<A: Archive, S: Stream> minutes::Work for Following<'_, A, S> {
    type Memory = Memory;

    fn decode(&self, bytes: &[u8]) -> Option<Memory> {
        Memory::decode(bytes, self.settings)
    }

    /// Begins with the oldest facts there are.
    async fn begin(&mut self, target: i64) -> Result<Memory> {
        let oldest = plan::oldest_minute(self.sources.archive).await?.unwrap_or(target);
        let start = oldest.clamp(target.saturating_sub(KEPT_DAYS * 24 * 60), target);
        Ok(Memory::new(start.saturating_sub(1), self.settings.clone()))
    }

    async fn until(&mut self, _memory: &Memory, target: i64) -> Result<i64> {
        Ok(target)
    }

    async fn next(&mut self, mut memory: Memory) -> Result<Memory> {
        let Following { partition, registry, sources, settings, followed } = self;
        let minute = memory.minute.saturating_add(1);
        let now = EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60));
        let planned = plan::decide(sources.archive, *partition, minute, &memory).await?;
        let mut found: Vec<Finding> = Vec::new();
        let mut part = Part::default();
        let mut said = vitals::Gathered::default();
        for keys in planned.chunks(FETCHES) {
            for (key, object) in keys.iter().zip(fetch(sources.archive, keys).await?) {
                match read(sources.archive, key, object, *partition, followed).await? {
                    Some(mut read) => {
                        said.take(&mut read.facts);
                        part.append(read);
                    }
                    None => continue,
                }
                if weight(&part) >= MAX_STEP_FACTS {
                    found.extend(step(&mut memory.follow, &mut part, registry, now, followed));
                }
            }
        }
        // A minute without facts counts, too: some things are said when nothing came.
        found.extend(step(&mut memory.follow, &mut part, registry, now, followed));
        let asked = (minute, *partition);
        found.extend(recall(&mut memory, asked, settings, registry, sources.archive, followed).await?);
        proof::fetch(&mut found, registry, &Shelf::new(sources.archive)).await?;
        put_findings(&found, Hearing::Told, sources.findings).await?;
        vitals::write(sources.archive, *partition, minute, said).await?;
        followed.findings += found.len() as u64;
        memory.has_read(minute, &planned);
        Ok(memory)
    }
}

/// Returns what a part takes, in facts.
fn weight(part: &Part) -> usize {
    let FactBatch { sessions, logins, clocks, .. } = &part.facts;
    sessions.len() + logins.len() + clocks.len() + FACTS_IN_A_FINDING * part.findings.len()
}

fn step(
    follow: &mut Follow,
    part: &mut Part,
    registry: &Registry,
    now: EventTime,
    followed: &mut Followed,
) -> Vec<Finding> {
    let Part { facts, findings } = std::mem::take(part);
    let FactBatch { sessions, logins, .. } = &facts;
    followed.facts += (sessions.len() + logins.len()) as u64;
    follow.step(&facts, &findings, registry, now)
}

async fn fetch<A: Archive>(archive: &A, keys: &[ArchiveKey]) -> Result<Vec<Option<Vec<u8>>>> {
    let fetched = together(keys.iter().map(|key| archive.fetch(key))).await;
    Ok(fetched.into_iter().collect::<hinomi_store::Result<_>>()?)
}

/// Reads a follower's part of an object; `None` for one that is gone or broken, which is set aside.
async fn read<A: Archive>(
    archive: &A,
    key: &ArchiveKey,
    object: Option<Vec<u8>>,
    partition: u16,
    followed: &mut Followed,
) -> Result<Option<Part>> {
    let Some(object) = object else {
        followed.missing += 1;
        return Ok(None);
    };
    followed.objects += 1;
    match facts::read(&object, partition) {
        Ok(part) => Ok(Some(part)),
        Err(_) => {
            followed.broken += 1;
            set_aside(archive, &format!("quarantine/{}", key.as_str()), &object).await?;
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::ClockReading;

    use super::*;

    #[test]
    fn findings_and_clocks_fill_a_step_as_facts_do() {
        let finding = r#"{"id":"0000000000000000000000000000002a","tenant":"kita","subject":{"source":["203.0.113.9",20746]},"kind":"exploit","class":"specific","disposition":"blocked","direction":"inbound","payload":"initiator","first":"2026-10-20T01:00:00Z","last":"2026-10-20T01:00:09.5Z","received":"2026-10-20T01:00:01Z","count":3,"function":"ips","vendor":"fortigate","device":"kita-pair","posture":"inline","unsettled":false,"evidence":[]}"#;
        let finding: Finding = serde_json::from_str(finding).unwrap();
        let mut part =
            Part { findings: vec![finding; MAX_STEP_FACTS / FACTS_IN_A_FINDING], ..Part::default() };
        assert!(weight(&part) >= MAX_STEP_FACTS);
        part.findings.pop();
        assert!(weight(&part) < MAX_STEP_FACTS);
        let before = weight(&part);
        part.facts.clocks.push(ClockReading {
            minute: 0,
            source: 0,
            least: 0,
            most: 0,
            trouble: None,
            place: None,
        });
        assert_eq!(weight(&part), before + 1);
    }
}
