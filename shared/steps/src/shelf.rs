//! The lines of raw objects, fetched when something is to be shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hinomi_model::Locator;
use hinomi_store::{Archive, ArchiveKey};

use crate::error::Result;
use crate::proof::{KeptLine, Lines};
use crate::raw;

/// Objects fetched for one piece of work. Beyond, lines are not shown and the findings stand without: somebody who makes
/// that many findings of that many batches in a minute has said enough by the first ones.
const MAX_OBJECTS: usize = 256;

/// Bytes of objects held at once. A batch's object has some hundred kilobytes, five megabytes at most; when they are more
/// all are let go, and one that is asked for again is fetched again.
const MAX_HELD_BYTES: usize = 64 << 20;

/// Lines of an archive, one object fetched once.
pub(crate) struct Shelf<'a, A> {
    archive: &'a A,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, Option<Arc<Object>>>,
    bytes: usize,
    fetched: usize,
}

struct Object {
    bytes: Vec<u8>,
    entries: Vec<raw::Entry>,
}

impl<'a, A: Archive> Shelf<'a, A> {
    pub(crate) fn new(archive: &'a A) -> Self {
        Shelf { archive, held: Mutex::default() }
    }

    /// Returns an object; `None` when it is not there, or too many were asked for.
    async fn object(&self, name: &str) -> Result<Option<Arc<Object>>> {
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = held.objects.get(name) {
                return Ok(known.clone());
            }
            if held.fetched >= MAX_OBJECTS {
                return Ok(None);
            }
            held.fetched += 1;
        }
        let Ok(key) = ArchiveKey::new(name) else { return Ok(None) };
        let object = self.archive.fetch(&key).await?.map(|bytes| {
            // Without a table it is an object of the command's archive, or none: then nothing will be found in it.
            let entries = raw::entries(&bytes).unwrap_or_default();
            Arc::new(Object { bytes, entries })
        });
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = object.as_ref().map_or(0, |object| object.bytes.len());
        if held.bytes.saturating_add(bytes) > MAX_HELD_BYTES {
            held.objects.clear();
            held.bytes = 0;
        }
        held.bytes += bytes;
        held.objects.insert(name.to_owned(), object.clone());
        Ok(object)
    }
}

impl<A: Archive> Lines for Shelf<'_, A> {
    async fn line(&self, place: &Locator) -> Result<Option<KeptLine>> {
        let Some(object) = self.object(&place.object).await? else { return Ok(None) };
        let arrived = object.entries.get(place.frame as usize).map(|entry| entry.arrived);
        Ok(raw::line(&object.bytes, place).map(|bytes| KeptLine { bytes, arrived }))
    }
}
