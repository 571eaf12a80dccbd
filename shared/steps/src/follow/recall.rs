//! Facts read again, for questions that came when they were no longer remembered.
//!
//! A follower remembers sessions as long as there is room, which at a great load is seconds. A question that comes behind
//! its answer is held against what the archive has of its time: the few hosts that were asked about are looked for in the
//! facts objects of those minutes, and nothing else of them counts again.

use hinomi_detect::Missed;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Finding, Settings};
use hinomi_store::Archive;

use super::memory::Memory;
use super::{FETCHES, Followed, fetch, plan};
use crate::error::Result;
use crate::facts;

/// Objects that one minute reads again, the oldest of what was asked first: at four thousand million lines a day those of
/// forty minutes, which take half of the time that a call has when each is as full as it may be. Of more the newest are
/// left out, and an answer in them is missed.
pub const MAX_OBJECTS_AGAIN: usize = 1 << 13;

/// Reads again what the questions of a minute missed, and returns what follows from it.
///
/// # Errors
///
/// When the archive fails.
pub(super) async fn recall<A: Archive>(
    memory: &mut Memory,
    (minute, partition): (i64, u16),
    settings: &Settings,
    registry: &Registry,
    archive: &A,
    followed: &mut Followed,
) -> Result<Vec<Finding>> {
    let missed: Missed = memory.follow.take_missed();
    let Some(from) = missed.from() else { return Ok(Vec::new()) };
    let now = EventTime::from_seconds(minute.saturating_add(1).saturating_mul(60));
    let window = settings.callback_window.saturating_add(settings.session_window);
    // What came before that nobody would remember if there were room for all.
    let first = from.max(now.plus(-window)).minute();
    let mut found = Vec::new();
    for keys in plan::filed(archive, first, minute, MAX_OBJECTS_AGAIN).await?.chunks(FETCHES) {
        for object in fetch(archive, keys).await? {
            // What is broken or gone was counted when it was read first.
            let Some(part) = object.and_then(|object| facts::read(&object, partition).ok()) else { continue };
            followed.objects_again += 1;
            found.extend(memory.follow.recall(&part.facts, &missed, registry, now));
        }
    }
    Ok(found)
}
