//! Looking at subjects because it is time, though nothing arrived.

use hinomi_model::{EventTime, Seconds};
use hinomi_store::{Archive, Commit, Error as StoreError, Scope, States, SubjectKey};

use super::{Correlate, Correlated, TRIES};
use crate::error::{Error, Result};
use crate::subjects::{Moves, Subjects};

/// A subject that cannot be looked at (its state is broken, its tenant is gone, judging panics) is looked at again after
/// this long: often enough to go on soon after a repair, and seldom enough not to stand before all others.
const PUT_OFF: Seconds = 3_600;

impl<S: States + Scope + Archive> Correlate<'_, S> {
    /// Looks at the subjects of one listing.
    pub(super) async fn look(
        &mut self,
        subjects: &mut Subjects<'_, S>,
        waking: &[(EventTime, SubjectKey)],
        now: EventTime,
        more_time: &(dyn Fn() -> bool + Sync),
        done: &mut Correlated,
    ) -> Result<()> {
        // What can't be loaded together is loaded one by one below, so that it fails for itself.
        match subjects.hold(waking.iter().map(|(_, key)| (key, None))).await {
            Err(error) if error.is_retryable() => return Err(error),
            _ => {}
        }
        for (_, key) in waking {
            if !more_time() {
                return Ok(());
            }
            match self.look_at(subjects, key, now, done).await {
                Err(error) if error.is_retryable() => return Err(error),
                Err(_) => self.put_off(key, now, done).await?,
                Ok(()) => {}
            }
            subjects.forget(key);
        }
        Ok(())
    }

    async fn look_at(
        &self,
        subjects: &mut Subjects<'_, S>,
        key: &SubjectKey,
        now: EventTime,
        done: &mut Correlated,
    ) -> Result<()> {
        let Some(tenant) = self.registry.tenant(&key.tenant) else {
            return self.put_off(key, now, done).await;
        };
        for _ in 0..TRIES {
            subjects.hold(std::iter::once((key, None))).await?;
            // The listing may be older than the state, whose own word counts.
            let wakes = subjects.state(key).and_then(|state| state.wake);
            if wakes.is_none_or(|wake| wake > now) {
                return Ok(());
            }
            let stepped = subjects.step(&self.engine, key, tenant, &[], Moves::To(now)).await;
            let written = match stepped {
                Ok((_, step)) => subjects.write_one(key).await.map(|()| step),
                Err(error) => Err(error),
            };
            match written {
                Ok(step) => {
                    done.add(&step);
                    done.subjects += 1;
                    return Ok(());
                }
                Err(Error::Store(StoreError::Conflict { .. })) => done.conflicts += 1,
                Err(error) => return Err(error),
            }
        }
        // Whoever is so busy with it takes care of its wishes, too; the next sweep will see.
        Ok(())
    }

    /// Moves a subject's wish to later, and nothing else of it.
    async fn put_off(&self, key: &SubjectKey, now: EventTime, done: &mut Correlated) -> Result<()> {
        let stored = self.store.load(std::slice::from_ref(key)).await?.into_iter().next().flatten();
        let Some(stored) = stored else { return Ok(()) };
        let commit = Commit {
            key: key.clone(),
            expected: Some(stored.version),
            state: stored.bytes,
            wake: Some(now.plus(PUT_OFF)),
            incidents: Vec::new(),
            removed: Vec::new(),
            outbox: Vec::new(),
        };
        match self.store.commit(&commit).await {
            Ok(_) => done.put_off += 1,
            // Somebody else wrote it, and its wish with it.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
