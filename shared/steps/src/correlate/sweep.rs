//! Looking at subjects because it is time, though nothing arrived.

use hinomi_model::{EventTime, Seconds};
use hinomi_store::{Archive, Commit, Error as StoreError, Scope, States, Stored, SubjectKey};

use super::{Correlate, Correlated, HELD, TRIES};
use crate::error::{Error, Result};
use crate::subjects::{Moves, Subjects, decode};

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
        for together in waking.chunks(HELD) {
            // What can't be loaded together is loaded one by one below, so that it fails for itself.
            match subjects.hold(together.iter().map(|(_, key)| (key, None))).await {
                Err(error) if error.is_retryable() => return Err(error),
                _ => {}
            }
            for (_, key) in together {
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
            return self.leave(key, now, done).await;
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

    /// Moves the wish of a subject that cannot be looked at to later. One that cannot even be put off holds up no other.
    async fn put_off(&self, key: &SubjectKey, now: EventTime, done: &mut Correlated) -> Result<()> {
        match self.wish(key, |_| Some(now.plus(PUT_OFF))).await {
            Ok(is_written) => done.put_off += u64::from(is_written),
            Err(error) if error.is_retryable() => return Err(error),
            Err(_) => done.stuck += 1,
        }
        Ok(())
    }

    /// Puts off a subject whose tenant the registry does not know, for the tenant may come back; and lets go of it when
    /// nothing reaches its evidence any more, so that the store forgets it in its time.
    async fn leave(&self, key: &SubjectKey, now: EventTime, done: &mut Correlated) -> Result<()> {
        let is_over =
            |stored: &Stored| decode(stored).is_ok_and(|state| state.is_expired(now, self.engine.settings));
        let wish = |stored: &Stored| (!is_over(stored)).then(|| now.plus(PUT_OFF));
        done.unowned += u64::from(self.wish(key, wish).await?);
        Ok(())
    }

    /// Writes another wish of a subject, and nothing else of it; tells whether it did.
    async fn wish(&self, key: &SubjectKey, wake: impl FnOnce(&Stored) -> Option<EventTime>) -> Result<bool> {
        let stored = self.store.load(std::slice::from_ref(key)).await?.into_iter().next().flatten();
        let Some(stored) = stored else { return Ok(false) };
        let commit = Commit {
            key: key.clone(),
            expected: Some(stored.version),
            wake: wake(&stored),
            state: stored.bytes,
            incidents: Vec::new(),
            removed: Vec::new(),
            outbox: Vec::new(),
        };
        match self.store.commit(&commit).await {
            Ok(_) => Ok(true),
            // Somebody else wrote it, and its wish with it.
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
