//! Work that is done minute by minute and goes on from what it remembers: each minute once, whoever calls and however often.
//!
//! What is remembered at the end of a minute is an object `<folder>/<minute>.zst` that is written once and never changed.
//! A minute whose memory is there is done, and so are all before it. After an outage the minutes that are missing are done
//! one after the other, as far as the time goes; meanwhile the memory is written every [`REMEMBER_EVERY`] minutes only.

use std::future::Future;

use hinomi_model::Seconds;
use hinomi_store::{Archive, ArchiveKey, Put, object};

use crate::error::Result;
use crate::facts::{minute_of, minute_text};

/// Minutes after which the memory is written while many are caught up.
const REMEMBER_EVERY: i64 = 10;

/// Seconds of work after which the memory is written while many minutes are caught up. It is what a killed call does again,
/// and what a minute has less that is begun behind it: so small that a minute that took all of the time there was has
/// nearly all of it the next time, and is not killed for ever.
const REMEMBER_AFTER: Seconds = 5;

/// Memories that are tried, the newest first. One that can't be read is an accident; when all are, it is better to begin
/// anew than to fetch hundreds.
const TRIED: usize = 10;

/// Minutes that are looked through for the last memory at first, as it is seldom further away.
const NEAR_MINUTES: i64 = 120;

/// What is remembered at the end of a minute.
pub(crate) trait Memory: Send {
    /// Returns the last minute that was done.
    fn minute(&self) -> i64;

    /// Returns the bytes, before they are packed. May forget something to make them few enough.
    fn encode(&mut self) -> Vec<u8>;
}

/// What is done each minute.
pub(crate) trait Work: Send {
    /// What it remembers.
    type Memory: Memory;

    /// Reads a memory; `None` for bytes of another version, or none of its own.
    fn decode(&self, bytes: &[u8]) -> Option<Self::Memory>;

    /// Returns what is remembered before the first minute, when nobody remembers anything.
    fn begin(&mut self, target: i64) -> impl Future<Output = Result<Self::Memory>> + Send;

    /// Returns the last minute that can be done, at most `target`.
    fn until(&mut self, memory: &Self::Memory, target: i64) -> impl Future<Output = Result<i64>> + Send;

    /// Does the minute after the one that is remembered. Whoever repeats it says and writes the same.
    fn next(&mut self, memory: Self::Memory) -> impl Future<Output = Result<Self::Memory>> + Send;
}

/// Where memories are written.
pub(crate) struct Diary<'a, A> {
    pub(crate) archive: &'a A,
    /// Ends with a slash. The version of the memory is part of it, because a memory is never replaced: a program that
    /// remembers otherwise begins a folder of its own, and one that is rolled back goes on from its own.
    pub(crate) folder: String,
    /// Where a program of the version before wrote them, if this one can read those.
    pub(crate) folder_before: Option<String>,
    /// How far back a memory is looked for, in minutes.
    pub(crate) kept_minutes: i64,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ran {
    /// Calls of [`Work::next`].
    pub(crate) minutes: u64,
    /// Memories that can't be read; an older one was taken instead, or none.
    pub(crate) broken_memories: u64,
    /// Nothing was remembered.
    pub(crate) begun_anew: bool,
    /// How far what was done is behind the schedule, in seconds.
    pub(crate) behind_seconds: i64,
}

/// Does the minutes up to `target`, as long as there is time for another one that takes as long as the longest before it.
/// One is done however little time there is. `warm` is what this process wrote down last.
pub(crate) async fn run<A: Archive, W: Work>(
    work: &mut W,
    diary: &Diary<'_, A>,
    warm: &mut Option<W::Memory>,
    target: i64,
    left: &(dyn Fn() -> Seconds + Sync),
) -> Result<Ran> {
    let mut ran = Ran::default();
    let mut before = left();
    let mut memory = diary.remember(work, warm.take(), target, &mut ran).await?;
    let until = work.until(&memory, target).await?;
    // What became of writing down the memory in hand; nothing yet of one that was not written.
    let mut put = None;
    let (mut longest, mut unwritten) = (0, 0);
    while memory.minute() < until {
        memory = work.next(memory).await?;
        ran.minutes += 1;
        put = None;
        let now_left = left();
        let took = before.saturating_sub(now_left);
        before = now_left;
        longest = longest.max(took);
        unwritten += took;
        if now_left <= longest {
            break;
        }
        if memory.minute() % REMEMBER_EVERY == 0 || unwritten >= REMEMBER_AFTER {
            put = Some(diary.write(&mut memory).await?);
            unwritten = 0;
            if put == Some(Put::Existed) && memory.minute() < until {
                // Somebody else is at it: go on from what is written, as everybody will, if it can be read.
                let theirs = diary.remember(work, None, target, &mut ran).await?;
                if theirs.minute() >= memory.minute() {
                    (memory, put) = (theirs, None);
                }
            }
        }
    }
    ran.behind_seconds = 60 * target.saturating_sub(memory.minute()).max(0);
    if ran.minutes > 0 {
        let put = match put {
            Some(put) => put,
            None => diary.write(&mut memory).await?,
        };
        if put == Put::Stored {
            *warm = Some(memory);
        }
    }
    Ok(ran)
}

impl<A: Archive> Diary<'_, A> {
    fn key(&self, minute: i64) -> hinomi_store::Result<ArchiveKey> {
        ArchiveKey::new(&format!("{}{}.zst", self.folder, minute_text(minute)))
    }

    /// Writes a memory down, unless somebody did for that minute.
    async fn write(&self, memory: &mut impl Memory) -> Result<Put> {
        let plain = memory.encode();
        Ok(self.archive.put_new(&self.key(memory.minute())?, &object::compress(&plain)?).await?)
    }

    /// Returns the memories that were written down lately, or after a minute, oldest first.
    async fn written(&self, target: i64, after: Option<i64>) -> Result<Vec<(i64, ArchiveKey)>> {
        for back in [NEAR_MINUTES, self.kept_minutes] {
            let start = after.unwrap_or(target.saturating_sub(back));
            let most =
                usize::try_from(target.saturating_sub(start)).unwrap_or(0).saturating_add(back as usize);
            let keys = self.archive.list(&self.folder, Some(&self.key(start)?), most).await?;
            let found: Vec<(i64, ArchiveKey)> =
                keys.into_iter().filter_map(|key| Some((minute_of_key(&key, &self.folder)?, key))).collect();
            if !found.is_empty() || after.is_some() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Returns the newest memory that was written down lately, or after a minute, and can be read.
    async fn newest<W: Work>(
        &self,
        work: &W,
        target: i64,
        after: Option<i64>,
        ran: &mut Ran,
    ) -> Result<Option<W::Memory>> {
        for (at, key) in self.written(target, after).await?.into_iter().rev().take(TRIED) {
            let bytes = self.archive.fetch(&key).await?;
            let plain = bytes.and_then(|bytes| object::decompress(&bytes).ok());
            match plain.and_then(|plain| work.decode(&plain)).filter(|memory| memory.minute() == at) {
                Some(memory) => return Ok(Some(memory)),
                None => ran.broken_memories += 1,
            }
        }
        Ok(None)
    }

    /// Returns what was remembered last, by this process or another.
    async fn remember<W: Work>(
        &self,
        work: &mut W,
        warm: Option<W::Memory>,
        target: i64,
        ran: &mut Ran,
    ) -> Result<W::Memory> {
        let known = warm.as_ref().map(Memory::minute);
        // What this process remembers is older than all that were found.
        if let Some(memory) = self.newest(work, target, known, ran).await? {
            return Ok(memory);
        }
        if let Some(warm) = warm {
            return Ok(warm);
        }
        if let Some(folder) = &self.folder_before {
            let before = Diary { folder: folder.clone(), folder_before: None, ..*self };
            if let Some(memory) = before.newest(work, target, None, ran).await? {
                return Ok(memory);
            }
        }
        ran.begun_anew = true;
        work.begin(target).await
    }
}

/// Returns the minute of an object `<folder><minute>.zst`.
pub(crate) fn minute_of_key(key: &ArchiveKey, folder: &str) -> Option<i64> {
    minute_of(key.as_str().strip_prefix(folder)?.strip_suffix(".zst")?)
}

/// Returns the bytes of a header in JSON with its length before it, and of what follows it.
pub(crate) fn headed(header: &impl serde::Serialize, rest: &[u8]) -> Vec<u8> {
    // Serialising plain values into memory does not fail.
    let header = serde_json::to_vec(header).unwrap_or_default();
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], &header, rest].concat()
}

/// Reads what [`headed`] wrote.
pub(crate) fn read_headed<H: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<(H, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, rest) = rest.split_at_checked(length)?;
    Some((serde_json::from_slice(header).ok()?, rest))
}
