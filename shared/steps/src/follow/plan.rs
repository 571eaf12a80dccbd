//! Which facts objects a minute reads: decided once, by whoever comes first.
//!
//! `follow/<partition>-plan/<minute>.zst`: the keys, as JSON. Without it a repeat could find an object that came late, and
//! say with it other than it had said without.

use std::collections::BTreeSet;

use hinomi_model::Fingerprint;
use hinomi_store::{Archive, ArchiveKey, Put, object};
use serde::{Deserialize, Serialize};

use super::LOOK_BACK_MINUTES;
use super::memory::Memory;
use crate::error::Result;
use crate::facts;

/// The format of a plan.
const VERSION: u32 = 1;

/// Keys listed at once.
const PAGE: usize = 1_000;

/// Objects that one minute reads. At the service's design scale there are some five hundred a minute; what is more is
/// read by the next minutes, as long as it is within their look-back.
const MAX_OBJECTS: usize = 1 << 14;

#[derive(Serialize, Deserialize)]
struct Plan {
    v: u32,
    objects: Vec<String>,
}

/// Returns the objects that a minute reads, and writes that down unless somebody did.
pub(super) async fn decide<A: Archive>(
    archive: &A,
    partition: u16,
    minute: i64,
    memory: &Memory,
) -> Result<Vec<ArchiveKey>> {
    let key = ArchiveKey::new(&format!("follow/{partition}-plan/{}.zst", facts::minute_text(minute)))?;
    let objects = unread(archive, minute, memory).await?;
    let plan = Plan { v: VERSION, objects: objects.iter().map(|key| key.as_str().to_owned()).collect() };
    // Serialising plain values into memory does not fail.
    let bytes = object::compress(&serde_json::to_vec(&plan).unwrap_or_default())?;
    if archive.put_new(&key, &bytes).await? == Put::Stored {
        return Ok(objects);
    }
    // Somebody decided before. Asked for only now: that something is missing is not always told from its being forbidden.
    let plan = archive.fetch(&key).await?;
    // Without a plan that can be read, what is there now is what is read.
    Ok(plan.and_then(|plan| decode(&plan)).unwrap_or(objects))
}

fn decode(bytes: &[u8]) -> Option<Vec<ArchiveKey>> {
    let Plan { v, objects } = serde_json::from_slice(&object::decompress(bytes).ok()?).ok()?;
    let objects = objects.iter().map(|object| ArchiveKey::new(object).ok());
    (v == VERSION).then(|| objects.collect())?
}

/// Lists the objects of a minute and those before it that were not read yet, each name once.
async fn unread<A: Archive>(archive: &A, minute: i64, memory: &Memory) -> Result<Vec<ArchiveKey>> {
    let mut names: BTreeSet<u64> = BTreeSet::new();
    let first = minute.saturating_sub(LOOK_BACK_MINUTES);
    let is_wanted = |key: &ArchiveKey| {
        let name = name_of(key);
        !memory.knows(name) && names.insert(name)
    };
    listed(archive, (first, minute), MAX_OBJECTS, is_wanted).await
}

/// Lists the objects filed in some minutes, those of the first of them first, at most so many.
pub(super) async fn filed<A: Archive>(
    archive: &A,
    first: i64,
    last: i64,
    most: usize,
) -> Result<Vec<ArchiveKey>> {
    listed(archive, (first, last), most, |_| true).await
}

async fn listed<A: Archive>(
    archive: &A,
    (first, last): (i64, i64),
    most: usize,
    mut is_wanted: impl FnMut(&ArchiveKey) -> bool,
) -> Result<Vec<ArchiveKey>> {
    let folder = format!("{}/", facts::FOLDER);
    // Behind every key of the minutes before the first, as `-` sorts before `/`.
    let mut after = ArchiveKey::new(&format!("{}-.", facts::minute_folder(first)))?;
    let mut objects = Vec::new();
    loop {
        let page = archive.list(&folder, Some(&after), PAGE).await?;
        let is_last = page.len() < PAGE;
        for key in &page {
            let Some(of) = minute_of(key) else { continue };
            if of > last || objects.len() >= most {
                return Ok(objects);
            }
            if is_wanted(key) {
                objects.push(key.clone());
            }
        }
        match page.into_iter().next_back() {
            Some(last) if !is_last => after = last,
            _ => return Ok(objects),
        }
    }
}

/// Returns the minute of the oldest facts that there are.
pub(super) async fn oldest_minute<A: Archive>(archive: &A) -> Result<Option<i64>> {
    let folder = format!("{}/", facts::FOLDER);
    Ok(archive.list(&folder, None, 1).await?.first().and_then(minute_of))
}

fn minute_of(key: &ArchiveKey) -> Option<i64> {
    facts::minute_of(key.as_str().strip_prefix(facts::FOLDER)?.strip_prefix('/')?.split('/').next()?)
}

/// Returns what names a batch whatever the minute it was filed under: a repeat of it is the same.
pub(super) fn name_of(key: &ArchiveKey) -> u64 {
    let name = key.as_str().rsplit('/').next().unwrap_or_default();
    Fingerprint::new("facts object").text(name).finish_short()
}
