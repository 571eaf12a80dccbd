//! Findings into incidents: a batch of the stream of findings, and the sweep over subjects that want to be looked at.
//!
//! The subjects of a batch are loaded together, each is stepped and committed by itself, on the condition that nobody
//! wrote it meanwhile; who lost that race reads again and joins again, which is harmless because joining is a set join.
//! So batches may come twice, in any order and cut anywhere, and two shards may work on one subject.
//!
//! A record ends as *done*, *set aside* (it can never be joined) or *undone* (the store has no time for it now). The
//! first undone record is what the stream is answered; everything behind it comes again.

mod noted;
mod record;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use hinomi_correlate::{Engine, NoKnowledge, Step};
use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{EventTime, Finding, FindingBatch, Seconds, Settings, Subject};
use hinomi_store::{Archive, Error as StoreError, Scope, States, SubjectKey};

use crate::error::{Error, Result};
use crate::incidents::sightings;
use crate::subjects::{Change, Moves, Subjects, key_of};

use record::is_of_unknown_tenant;

pub use noted::Noted;
pub use record::{Poison, PoisonReason, ReadRecord, Record};

/// How often a subject is read and joined again when others write it at the same time. Each loss means that another one
/// got on; so many in a row mean that the subject is busier than the store.
const TRIES: u32 = 6;

/// Subjects whose states are loaded together. A busy subject's takes some megabytes when it is unpacked, so that these fit
/// many times into a function's memory; more in one call would save little of its time.
const HELD: usize = 16;

/// Nothing was learned yet: habits and indicators are for later.
static NO_KNOWLEDGE: NoKnowledge = NoKnowledge;

/// What joining works with. Cheap; made for each batch.
pub struct Correlate<'a, S> {
    store: &'a S,
    registry: &'a Registry,
    engine: Engine<'a>,
    noted: &'a mut Noted,
}

/// What came of a batch or of a sweep.
#[derive(Debug, Default)]
pub struct Correlated {
    /// The first record that is not done, by its place in the batch.
    pub first_undone: Option<usize>,
    /// Why it is not done; `None` when time ran out.
    pub why_undone: Option<Error>,
    /// Records that can never be joined, set aside.
    pub poisoned: Vec<Poison>,
    /// Findings that were new.
    pub joined: u64,
    /// Findings that were known.
    pub known: u64,
    /// Findings that came too late to open anything.
    pub late: u64,
    /// Subjects judged and written.
    pub subjects: u64,
    /// Commits that somebody else's had overtaken.
    pub conflicts: u64,
    /// Notices that were decided.
    pub due: u64,
    /// Incidents opened or changed in level.
    pub changes: Vec<Change>,
    /// How late the subject was that wanted to be looked at first; of sweeps.
    pub behind: Seconds,
    /// Subjects that could not be looked at and are put off; of sweeps.
    pub put_off: u64,
    /// Subjects that the store can neither load nor put off, so that each sweep meets them again; of sweeps.
    pub stuck: u64,
    /// Subjects of tenants that the registry knows no more: put off, or let go of when nothing reaches their evidence any
    /// more; of sweeps.
    pub unowned: u64,
}

/// One subject's part of a batch.
#[derive(Default)]
struct Work {
    subject: Option<Subject>,
    /// By the record's place in the batch, which is the order in which they came.
    parts: BTreeMap<usize, Part>,
}

struct Part {
    quiet: bool,
    findings: Vec<Finding>,
}

impl Work {
    fn first(&self) -> usize {
        self.parts.keys().next().copied().unwrap_or(usize::MAX)
    }

    /// Returns the findings to be told of, or those not to be.
    fn findings(&self, quiet: bool) -> Vec<Finding> {
        let parts = self.parts.values().filter(|part| part.quiet == quiet);
        parts.flat_map(|part| part.findings.iter().cloned()).collect()
    }
}

impl Correlated {
    fn undone(&mut self, record: usize, why: Option<Error>) {
        if self.first_undone.is_none_or(|first| record < first) {
            self.first_undone = Some(record);
            self.why_undone = why;
        }
    }

    fn add(&mut self, step: &Step) {
        self.joined += step.joined;
        self.known += step.known;
        self.late += step.late;
        self.due += step.due.len() as u64;
    }
}

impl<'a, S: States + Scope + Archive> Correlate<'a, S> {
    /// Makes the step. `noted` is what this process noted of the scope, kept from batch to batch.
    pub fn new(store: &'a S, registry: &'a Registry, settings: &'a Settings, noted: &'a mut Noted) -> Self {
        Correlate { store, registry, engine: Engine { settings, knowledge: &NO_KNOWLEDGE }, noted }
    }

    /// Joins a batch of records of the stream of findings. `more_time` says whether there is time for another subject.
    pub async fn accept(
        &mut self,
        read: Vec<ReadRecord<'_>>,
        more_time: &(dyn Fn() -> bool + Sync),
    ) -> Correlated {
        let mut done = Correlated::default();
        let (records, batches): (Vec<Record<'_>>, Vec<_>) =
            read.into_iter().map(|read| (read.record, read.batch)).unzip();
        let work = self.sort(&records, batches, &mut done).await;
        if work.is_empty() {
            return done;
        }
        if let Err(error) = self.note(&work).await {
            let first = work.values().map(Work::first).min().unwrap_or(0);
            done.undone(first, Some(error));
            return done;
        }
        let mut subjects = Subjects::new(self.store);
        let mut order: Vec<(&SubjectKey, &Work)> = work.iter().collect();
        order.sort_by_key(|(_, work)| work.first());
        'all: for together in order.chunks(HELD) {
            let wanted = together.iter().map(|(key, work)| (*key, work.subject.as_ref()));
            // What can't be loaded together is loaded one by one below, so that it fails for itself.
            if let Some(error) = subjects.hold(wanted).await.err().filter(Error::is_retryable) {
                done.undone(together.first().map_or(0, |(_, work)| work.first()), Some(error));
                break;
            }
            for (key, work) in together {
                if !more_time() {
                    done.undone(work.first(), None);
                    break 'all;
                }
                if let Err(error) = self.subject(&mut subjects, key, work, &records, &mut done).await {
                    // The store is busy: those behind would only meet the same.
                    done.undone(work.first(), Some(error));
                    break 'all;
                }
            }
        }
        done.changes = subjects.take_changes();
        done
    }

    /// Sorts the findings of a batch by subject; what can't be joined is set aside.
    async fn sort(
        &self,
        records: &[Record<'_>],
        batches: Vec<Result<FindingBatch, PoisonReason>>,
        done: &mut Correlated,
    ) -> BTreeMap<SubjectKey, Work> {
        let mut work: BTreeMap<SubjectKey, Work> = BTreeMap::new();
        for (index, batch) in batches.into_iter().enumerate() {
            let batch = match batch {
                Ok(batch) if is_of_unknown_tenant(&batch, self.registry) => {
                    self.set_aside(index, records, PoisonReason::UnknownTenant, done).await;
                    continue;
                }
                Ok(batch) => batch,
                Err(reason) => {
                    self.set_aside(index, records, reason, done).await;
                    continue;
                }
            };
            for finding in batch.findings {
                let work = work.entry(key_of(&finding.tenant, &finding.subject)).or_default();
                work.subject.get_or_insert_with(|| finding.subject.clone());
                let none = Part { quiet: batch.quiet, findings: Vec::new() };
                work.parts.entry(index).or_insert(none).findings.push(finding);
            }
        }
        work
    }

    /// Notes on which hosts what was seen, before anybody is told: who else has it is part of what is told.
    async fn note(&mut self, work: &BTreeMap<SubjectKey, Work>) -> Result<()> {
        let findings = work.values().flat_map(|work| work.parts.values()).flat_map(|part| &part.findings);
        let fresh = self.noted.fresh(findings.flat_map(sightings));
        if fresh.is_empty() {
            return Ok(());
        }
        match self.store.note(&fresh).await {
            Ok(()) => self.noted.remember(&fresh),
            // Scope only adds to what is told; what the store can never take must not hold up the findings.
            Err(StoreError::TooLarge { .. } | StoreError::BadKey { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Joins a subject's part of a batch. What can never be joined is set aside, record by record.
    async fn subject(
        &mut self,
        subjects: &mut Subjects<'_, S>,
        key: &SubjectKey,
        work: &Work,
        records: &[Record<'_>],
        done: &mut Correlated,
    ) -> Result<()> {
        let Some(tenant) = self.registry.tenant(&key.tenant) else { return Ok(()) };
        let Err(error) = self.join(subjects, key, tenant, work, done).await else { return Ok(()) };
        if error.is_retryable() {
            return Err(error);
        }
        for (index, part) in &work.parts {
            let alone = Part { quiet: part.quiet, findings: part.findings.clone() };
            let alone = Work { subject: work.subject.clone(), parts: BTreeMap::from([(*index, alone)]) };
            match self.join(subjects, key, tenant, &alone, done).await {
                Ok(()) => {}
                Err(error) if error.is_retryable() => return Err(error),
                Err(error) => {
                    self.set_aside(*index, records, PoisonReason::of(&error), done).await;
                }
            }
        }
        Ok(())
    }

    /// Joins findings to a subject and writes it; again from what is stored, when others were faster.
    async fn join(
        &self,
        subjects: &mut Subjects<'_, S>,
        key: &SubjectKey,
        tenant: &Tenant,
        work: &Work,
        done: &mut Correlated,
    ) -> Result<()> {
        let (aloud, quiet) = (work.findings(false), work.findings(true));
        for _ in 0..TRIES {
            match self.join_once(subjects, key, tenant, work.subject.as_ref(), &aloud, &quiet).await {
                Ok(steps) => {
                    steps.iter().for_each(|step| done.add(step));
                    done.subjects += 1;
                    // What is stored counts from here; a batch's states are not kept in memory together.
                    subjects.forget(key);
                    return Ok(());
                }
                Err(Error::Store(StoreError::Conflict { .. })) => done.conflicts += 1,
                Err(error) => {
                    subjects.forget(key);
                    return Err(error);
                }
            }
            subjects.forget(key);
        }
        Err(StoreError::Conflict { what: key.subject.clone() }.into())
    }

    async fn join_once(
        &self,
        subjects: &mut Subjects<'_, S>,
        key: &SubjectKey,
        tenant: &Tenant,
        subject: Option<&Subject>,
        aloud: &[Finding],
        quiet: &[Finding],
    ) -> Result<[Step; 2]> {
        subjects.hold(std::iter::once((key, subject))).await?;
        let mut steps = [Step::default(), Step::default()];
        if !aloud.is_empty() {
            (_, steps[0]) = subjects.step(&self.engine, key, tenant, aloud, Moves::ByFindings).await?;
        }
        if !quiet.is_empty() {
            (_, steps[1]) = subjects.step(&self.engine, key, tenant, quiet, Moves::Quietly).await?;
        }
        subjects.write_one(key).await?;
        Ok(steps)
    }

    /// Sets a record aside, once, or leaves it undone when even that fails.
    async fn set_aside(
        &self,
        index: usize,
        records: &[Record<'_>],
        reason: PoisonReason,
        done: &mut Correlated,
    ) {
        let Some(record) = records.get(index) else { return };
        if done.poisoned.iter().any(|poison| poison.record == index) {
            return;
        }
        match record.set_aside(self.store, reason).await {
            Ok(key) => done.poisoned.push(Poison { record: index, reason, key }),
            Err(error) => done.undone(index, Some(error)),
        }
    }

    /// Looks at the subjects that want to be looked at by `now`: holds that end, contacts to call next, incidents that
    /// are over. At most `limit` are listed at once.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; what was done until then is done.
    pub async fn sweep(
        &mut self,
        now: EventTime,
        limit: usize,
        more_time: &(dyn Fn() -> bool + Sync),
    ) -> Result<Correlated> {
        let mut done = Correlated::default();
        let mut seen = BTreeSet::new();
        let mut subjects = Subjects::new(self.store);
        loop {
            // Who cannot be put off stands before all others in every listing.
            let stuck = usize::try_from(done.stuck).unwrap_or(usize::MAX);
            let limit = limit.saturating_add(stuck);
            let waking = self.store.waking(now, limit).await?;
            let listed = waking.len();
            let fresh: Vec<_> = waking.into_iter().filter(|(_, key)| seen.insert(key.clone())).collect();
            // A listing may lag behind what was just written, so that only what it newly brings is worth a look.
            if fresh.is_empty() {
                break;
            }
            let first = fresh.first().map_or(now, |(at, _)| *at);
            done.behind = done.behind.max(now.since(first));
            self.look(&mut subjects, &fresh, now, more_time, &mut done).await?;
            if listed < limit || !more_time() {
                break;
            }
        }
        done.changes = subjects.take_changes();
        Ok(done)
    }
}
