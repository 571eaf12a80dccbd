//! What somebody else publishes, as a running process has it: fetched when it is old, and never replaced by a worse one.
//!
//! A version that does not read is refused: the process goes on with the one it has, and says so once for each version, so
//! that somebody is alarmed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hinomi_model::{EventTime, Seconds};
use hinomi_store::{Error, Fetched, Published};

/// What is read out of a published document.
pub(crate) trait Publication: Sized {
    /// Why a version is not used.
    type Problem;

    /// Reads a version. Takes any bytes.
    fn read(bytes: &[u8]) -> Result<Self, Self::Problem>;

    /// Returns what holds where nothing is published; `None` when nobody can work without.
    fn absent() -> Option<Self>;
}

/// What to work with.
#[derive(Debug)]
pub(crate) struct Current<T> {
    /// The last good version.
    pub(crate) good: Arc<T>,
    /// A version was found just now that is not used.
    pub(crate) refused: bool,
}

/// Why there is nothing to work with.
#[derive(Debug)]
pub(crate) enum Nothing<P> {
    /// Nobody published anything.
    Missing,
    /// The only version there is does not read.
    Refused(P),
    /// It can't be fetched.
    Store(Error),
}

/// Keeps the last good version.
pub(crate) struct LastGood<T> {
    refresh: Seconds,
    held: Mutex<Option<Held<T>>>,
}

struct Held<T> {
    good: Arc<T>,
    /// The version that was seen last, good or bad.
    tag: Option<String>,
    /// When it was asked for last.
    asked: EventTime,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Held { good: Arc::clone(&self.good), tag: self.tag.clone(), asked: self.asked }
    }
}

impl<T> fmt::Debug for LastGood<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastGood").field("refresh", &self.refresh).finish_non_exhaustive()
    }
}

impl<T: Publication> LastGood<T> {
    /// Asks for another version after so many seconds.
    pub(crate) fn new(refresh: Seconds) -> Self {
        LastGood { refresh, held: Mutex::default() }
    }

    /// Returns the last good version; asks for another when what is held was not asked for lately.
    ///
    /// With a version in hand nothing is an error: one that can't be fetched leaves what is there, and is asked for again
    /// as late as any other.
    ///
    /// # Errors
    ///
    /// [`Nothing`] when there was never a good one.
    pub(crate) async fn current(
        &self,
        source: &impl Published,
        now: EventTime,
    ) -> Result<Current<T>, Nothing<T::Problem>> {
        let held = self.held().clone();
        // A clock that went back says nothing about how old it is.
        let is_fresh = |held: &&Held<T>| now >= held.asked && now.since(held.asked) < self.refresh;
        if let Some(held) = held.as_ref().filter(is_fresh) {
            return Ok(Current { good: Arc::clone(&held.good), refused: false });
        }
        let known = held.as_ref().and_then(|held| held.tag.clone());
        let held = held.map(|held| held.good);
        let absent = || T::absent().map(Arc::new);
        let (good, tag, problem) = match source.fetch_if_changed(known.as_deref()).await {
            Ok(Fetched::New { tag, bytes }) => match T::read(&bytes) {
                Ok(good) => (Some(Arc::new(good)), Some(tag), None),
                Err(problem) => (held.or_else(absent), Some(tag), Some(Nothing::Refused(problem))),
            },
            Ok(Fetched::Unchanged) => (held, known, None),
            Ok(Fetched::Missing) => (absent().or(held), None, None),
            Err(error) if error.is_retryable() => (held, known, Some(Nothing::Store(error))),
            // It is there and can't be taken, as what is too large: no more use than one that does not read.
            Err(error) => (held.or_else(absent), known, Some(Nothing::Store(error))),
        };
        let Some(good) = good else { return Err(problem.unwrap_or(Nothing::Missing)) };
        let refused = match problem {
            Some(Nothing::Store(error)) => !error.is_retryable(),
            problem => problem.is_some(),
        };
        *self.held() = Some(Held { good: Arc::clone(&good), tag, asked: now });
        Ok(Current { good, refused })
    }

    /// Makes the next call ask for another version, however fresh the one in hand is.
    pub(crate) fn doubt(&self) {
        if let Some(held) = self.held().as_mut() {
            held.asked = EventTime::from_nanos(i64::MIN);
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Held<T>>> {
        // What it guards is replaced whole.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
