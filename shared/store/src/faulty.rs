//! Breaks a store on purpose: the nth call of a kind fails, before its effect or after it.
//!
//! What [`Error::Unavailable`] leaves open, whether anything was written, is here to be chosen, so that a test can
//! show that the caller bears both.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use hinomi_model::{EventTime, IncidentId, Level, TenantId};

use crate::error::{Error, Result};
use crate::ports::{
    Archive, ArchiveKey, Claim, Commit, Deliveries, Delivery, IncidentPage, Ledger, Outbox, OutboxEntry, Put,
    Scope, Sighting, States, Stored, StoredIncident, SubjectKey, Unit,
};
use crate::published::{Fetched, Published};
use crate::stream::{Stream, StreamRecord};

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the method of that name")]
pub enum Call {
    Load,
    Commit,
    Incident,
    Incidents,
    Waking,
    Queue,
    Due,
    Entry,
    Done,
    Note,
    Hosts,
    Claim,
    TakeOver,
    Sent,
    Unconfirmed,
    Of,
    PutNew,
    Fetch,
    List,
    Read,
    Write,
    Put,
    FetchIfChanged,
    #[doc = "A call of something that is no store: see [`Faulty::elsewhere`]."]
    Elsewhere,
}

/// When a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once, with [`Error::Throttled`]: nothing was written.
    Throttled,
    /// Before its effect, with [`Error::Unavailable`].
    Before,
    /// After its effect, with [`Error::Unavailable`]: the answer was lost on the way.
    After,
    /// With [`Error::Conflict`]: somebody else wrote first. Nothing was written; a new read finds what was there. Only for
    /// calls whose contract knows conflicts.
    Conflict,
    /// With [`Error::Throttled`], after the first half of what it takes was written. Only for [`Stream::put`] and
    /// [`Scope::note`], whose pieces stand alone; elsewhere nothing is written.
    Half,
    /// The process dies before its effect: this call and all that follow fail with [`Error::Unavailable`] and do
    /// nothing, until a new process begins ([`Faulty::revive`]).
    DiesBefore,
    /// The process dies after its effect.
    DiesAfter,
}

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Of which kind of call.
    pub call: Call,
    /// Which of them, from 1.
    pub nth: u64,
    /// When in the call.
    pub when: When,
}

/// A store that fails as told, and else is the one inside. Clones share the count of calls.
#[derive(Clone, Debug)]
pub struct Faulty<S> {
    inner: S,
    faults: Arc<[Fault]>,
    calls: Arc<Mutex<Vec<Call>>>,
    dead: Arc<AtomicBool>,
    broken: Arc<Mutex<BTreeSet<String>>>,
    takes_turns: bool,
}

impl<S> Faulty<S> {
    /// Wraps a store.
    pub fn new(inner: S, faults: &[Fault]) -> Self {
        Faulty {
            inner,
            faults: faults.into(),
            calls: Arc::default(),
            dead: Arc::default(),
            broken: Arc::default(),
            takes_turns: false,
        }
    }

    /// Breaks what lies under a key: each [`States::load`] of the subject and each [`Ledger::read`] of the document fails
    /// with [`Error::Corrupt`] from now on, also when others are asked for with it.
    pub fn corrupt(&self, key: &str) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
    }

    fn whole<'k>(&self, mut keys: impl Iterator<Item = &'k str>) -> Result<()> {
        let broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.find(|key| broken.contains(*key)) {
            Some(key) => Err(Error::corrupt(key)),
            None => Ok(()),
        }
    }

    /// Lets others run before each call, so that a test can interleave them.
    #[must_use]
    pub fn taking_turns(self) -> Self {
        Faulty { takes_turns: true, ..self }
    }

    /// Tells whether the process died.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Begins a new process.
    pub fn revive(&self) {
        self.dead.store(false, Ordering::Relaxed);
    }

    /// Makes a call of something that is no store, as a carrier's, count and fail like the others.
    ///
    /// # Errors
    ///
    /// As told.
    pub async fn elsewhere<T>(&self, effect: impl Future<Output = T> + Send) -> Result<T> {
        self.run(Call::Elsewhere, async { Ok(effect.await) }).await
    }

    /// Returns the calls so far, in order, those that failed included.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what of a call's pieces is written before it fails in the middle.
    fn half<'p, T>(&self, call: Call, pieces: &'p [T]) -> &'p [T] {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = calls.iter().filter(|known| **known == call).count() as u64 + 1;
        let fails = self.faults.contains(&Fault { call, nth, when: When::Half });
        pieces.get(..pieces.len() / 2).filter(|_| fails).unwrap_or_default()
    }

    async fn run<T>(&self, call: Call, effect: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let nth = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call);
            calls.iter().filter(|known| **known == call).count() as u64
        };
        if self.takes_turns {
            let mut waited = false;
            poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        let lost = || Error::Unavailable { what: format!("{call:?} {nth}"), source: None };
        if self.is_dead() {
            return Err(lost());
        }
        match self.faults.iter().find(|fault| fault.call == call && fault.nth == nth).map(|fault| fault.when)
        {
            None => effect.await,
            Some(When::Throttled | When::Half) => Err(Error::Throttled),
            Some(When::Conflict) => Err(Error::Conflict { what: format!("{call:?} {nth}") }),
            Some(When::Before) => Err(lost()),
            Some(When::After) => {
                effect.await?;
                Err(lost())
            }
            Some(When::DiesBefore) => {
                self.dead.store(true, Ordering::Relaxed);
                Err(lost())
            }
            Some(When::DiesAfter) => {
                let effect = effect.await;
                self.dead.store(true, Ordering::Relaxed);
                effect.and(Err(lost()))
            }
        }
    }
}

impl<S: States> States for Faulty<S> {
    async fn load(&self, keys: &[SubjectKey]) -> Result<Vec<Option<Stored>>> {
        let effect = async {
            self.whole(keys.iter().map(|key| key.subject.as_str()))?;
            self.inner.load(keys).await
        };
        self.run(Call::Load, effect).await
    }

    async fn commit(&self, commit: &Commit) -> Result<u64> {
        self.run(Call::Commit, self.inner.commit(commit)).await
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<StoredIncident>> {
        self.run(Call::Incident, self.inner.incident(id)).await
    }

    async fn incidents(
        &self,
        tenant: Option<&TenantId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<IncidentPage> {
        self.run(Call::Incidents, self.inner.incidents(tenant, after, limit)).await
    }

    async fn waking(&self, up_to: EventTime, limit: usize) -> Result<Vec<(EventTime, SubjectKey)>> {
        self.run(Call::Waking, self.inner.waking(up_to, limit)).await
    }

    async fn queue(&self, level: Option<Level>, limit: usize) -> Result<Vec<StoredIncident>> {
        self.run(Call::Queue, self.inner.queue(level, limit)).await
    }
}

impl<S: Outbox> Outbox for Faulty<S> {
    async fn due(&self, up_to: EventTime, limit: usize) -> Result<Vec<OutboxEntry>> {
        self.run(Call::Due, self.inner.due(up_to, limit)).await
    }

    async fn entry(&self, id: &str) -> Result<Option<OutboxEntry>> {
        self.run(Call::Entry, self.inner.entry(id)).await
    }

    async fn done(&self, id: &str) -> Result<()> {
        self.run(Call::Done, self.inner.done(id)).await
    }
}

impl<S: Scope> Scope for Faulty<S> {
    async fn note(&self, sightings: &[Sighting]) -> Result<()> {
        let half = self.half(Call::Note, sightings);
        if !half.is_empty() {
            self.inner.note(half).await?;
        }
        self.run(Call::Note, self.inner.note(sightings)).await
    }

    async fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> Result<Vec<(IpAddr, EventTime)>> {
        self.run(Call::Hosts, self.inner.hosts(tenant, indicator, limit)).await
    }
}

impl<S: Deliveries> Deliveries for Faulty<S> {
    async fn claim(&self, unit: &Unit, at: EventTime) -> Result<Claim> {
        self.run(Call::Claim, self.inner.claim(unit, at)).await
    }

    async fn take_over(&self, unit: &Unit, claimed: EventTime, at: EventTime) -> Result<u32> {
        self.run(Call::TakeOver, self.inner.take_over(unit, claimed, at)).await
    }

    async fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> Result<()> {
        self.run(Call::Sent, self.inner.sent(unit, at, message_id)).await
    }

    async fn unconfirmed(&self, before: EventTime, limit: usize) -> Result<Vec<(Unit, EventTime)>> {
        self.run(Call::Unconfirmed, self.inner.unconfirmed(before, limit)).await
    }

    async fn of(&self, incident: IncidentId) -> Result<Vec<Delivery>> {
        self.run(Call::Of, self.inner.of(incident)).await
    }
}

impl<S: Archive> Archive for Faulty<S> {
    async fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        self.run(Call::PutNew, self.inner.put_new(key, bytes)).await
    }

    async fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        self.run(Call::Fetch, self.inner.fetch(key)).await
    }

    async fn list(&self, prefix: &str, after: Option<&ArchiveKey>, limit: usize) -> Result<Vec<ArchiveKey>> {
        self.run(Call::List, self.inner.list(prefix, after, limit)).await
    }
}

impl<S: Ledger> Ledger for Faulty<S> {
    async fn read(&self, key: &str) -> Result<Option<Stored>> {
        let effect = async {
            self.whole(std::iter::once(key))?;
            self.inner.read(key).await
        };
        self.run(Call::Read, effect).await
    }

    async fn write(&self, key: &str, expected: Option<u64>, bytes: &[u8]) -> Result<u64> {
        self.run(Call::Write, self.inner.write(key, expected, bytes)).await
    }
}

impl<S: Stream> Stream for Faulty<S> {
    async fn put(&self, records: &[StreamRecord]) -> Result<()> {
        let half = self.half(Call::Put, records);
        if !half.is_empty() {
            self.inner.put(half).await?;
        }
        self.run(Call::Put, self.inner.put(records)).await
    }
}

impl<S: Published> Published for Faulty<S> {
    async fn fetch_if_changed(&self, known: Option<&str>) -> Result<Fetched> {
        self.run(Call::FetchIfChanged, self.inner.fetch_if_changed(known)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Memory, block_on, conformance};

    #[test]
    fn without_faults_it_keeps_the_contract() {
        block_on(conformance::all(async || Faulty::new(Memory::new(), &[])));
    }

    #[test]
    fn the_nth_call_fails_before_or_after_its_effect() {
        let fault = |nth, when| Fault { call: Call::Write, nth, when };
        let faults = [fault(1, When::Throttled), fault(2, When::Before), fault(3, When::After)];
        let store = Faulty::new(Memory::new(), &faults);
        let write = || block_on(store.write("k", None, b"x"));
        let written = || block_on(store.read("k")).unwrap().is_some();
        assert!(matches!(write(), Err(Error::Throttled)));
        assert!(!written());
        assert!(write().is_err_and(|error| error.is_retryable()));
        assert!(!written());
        assert!(write().is_err_and(|error| error.is_retryable()));
        assert!(written());
        assert!(write().is_err_and(|error| !error.is_retryable()), "the repeat conflicts with itself");
        assert_eq!(store.calls().iter().filter(|call| **call == Call::Write).count(), 4);
    }

    #[test]
    fn a_process_that_died_does_nothing_until_another_begins() {
        for (when, written) in [(When::DiesBefore, false), (When::DiesAfter, true)] {
            let store = Faulty::new(Memory::new(), &[Fault { call: Call::Write, nth: 1, when }]);
            assert!(block_on(store.write("k", None, b"x")).is_err() && store.is_dead());
            assert!(block_on(store.read("k")).is_err());
            assert!(block_on(store.elsewhere(async {})).is_err());
            store.revive();
            assert_eq!(block_on(store.read("k")).unwrap().is_some(), written);
        }
    }

    #[test]
    fn what_is_corrupt_stays_so_and_takes_along_whoever_is_asked_for_with_it() {
        let store = Faulty::new(Memory::new(), &[]);
        let key = |subject: &str| SubjectKey { tenant: TenantId::new("a"), subject: subject.to_owned() };
        store.corrupt("host/b");
        for _ in 0..2 {
            assert!(matches!(
                block_on(store.load(&[key("host/a"), key("host/b")])),
                Err(Error::Corrupt { .. })
            ));
        }
        assert!(block_on(store.load(&[key("host/a")])).is_ok());
        store.corrupt("post/a");
        assert!(matches!(block_on(store.read("post/a")), Err(Error::Corrupt { .. })));
        assert!(block_on(store.read("post/b")).is_ok());
    }

    #[test]
    fn those_who_take_turns_still_keep_the_contract() {
        block_on(conformance::all(async || Faulty::new(Memory::new(), &[]).taking_turns()));
    }

    #[test]
    fn a_lost_race_and_half_a_call_write_what_they_say() {
        let faults = [
            Fault { call: Call::Write, nth: 1, when: When::Conflict },
            Fault { call: Call::Note, nth: 2, when: When::Half },
            Fault { call: Call::Read, nth: 1, when: When::Half },
        ];
        let inner = Memory::new();
        let store = Faulty::new(inner.clone(), &faults);
        assert!(matches!(block_on(store.write("k", None, b"x")), Err(Error::Conflict { .. })));
        assert!(block_on(inner.read("k")).unwrap().is_none(), "nobody wrote");
        let tenant = TenantId::new("a");
        let hosts = |indicator: &str| block_on(inner.hosts(&tenant, indicator, 9)).unwrap().len();
        let seen = |indicator: &str| -> Vec<Sighting> {
            let sighting = |last: u8| Sighting {
                tenant: tenant.clone(),
                indicator: indicator.to_owned(),
                host: IpAddr::from([10, 0, 0, last]),
                first: EventTime::EPOCH,
            };
            (0..5).map(sighting).collect()
        };
        block_on(store.note(&seen("one"))).unwrap();
        assert!(matches!(block_on(store.note(&seen("two"))), Err(Error::Throttled)));
        assert_eq!((hosts("one"), hosts("two")), (5, 2));
        assert!(matches!(block_on(store.read("k")), Err(Error::Throttled)));
    }
}
