//! The steps behind the lines, minute by minute: follow, correlate, notify. The same steps that the functions take,
//! through the same ports, in one process.
//!
//! Everything that is decided here is decided by `detect`, `correlate` and `notice`; this module only hands things
//! on, in an order that does not depend on how lines were batched: findings by subject, notices by time.

mod facts;
mod post;
mod wakes;

use std::collections::BTreeMap;

use hinomi_correlate::{Act, Engine, NoKnowledge};
use hinomi_detect::{Examined, Follow, Habits, Watch};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Document, EventTime, FactBatch, Finding, FindingKind, IncidentId, Notice, Seconds, Settings, Subject,
};
use hinomi_steps::{Moves, Post, Subjects, complete, incident, key_of, proof, sightings};
use hinomi_store::{Store, SubjectKey, block_on, object};
use serde::Deserialize;

use crate::error::Fault;
use crate::replay::Shelf;
use facts::FactsArchive;
use post::ArchiveNotifier;
use wakes::Wakes;

/// What `follow` says only when nothing can change it any more (a few failed log-ins, an upload that may be a habit), it
/// says within this long after the last event: the night after the next has begun by then.
const FOLLOW_SETTLES: Seconds = 31 * 3_600;
/// Incidents read at once when all of them are handed out.
const PAGE: usize = 256;

/// Nothing was learned yet: habits and indicators come with later issues.
static NO_KNOWLEDGE: NoKnowledge = NoKnowledge;

/// Joins what minutes left behind into incidents, and decides what is told.
pub(crate) struct Pipeline<'a, S> {
    store: &'a S,
    facts: FactsArchive<'a, S>,
    registry: &'a Registry,
    settings: &'a Settings,
    engine: Engine<'a>,
    follow: Follow,
    watch: Watch,
    habits: Habits,
    subjects: Subjects<'a, S>,
    wakes: Wakes,
    post: Post<'a, S, ArchiveNotifier<'a, S>>,
    findings: BTreeMap<FindingKind, u64>,
    /// What analysts will do, by time.
    acts: Vec<Act>,
    now: EventTime,
}

impl<'a, S: Store> Pipeline<'a, S> {
    /// Starts with what the store knows.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub(crate) fn new(
        store: &'a S,
        registry: &'a Registry,
        settings: &'a Settings,
        mut acts: Vec<Act>,
    ) -> Result<Self, Fault> {
        acts.sort_by_key(|act| std::cmp::Reverse(act.at));
        Ok(Pipeline {
            store,
            facts: FactsArchive::new(store),
            registry,
            settings,
            engine: Engine { settings, knowledge: &NO_KNOWLEDGE },
            follow: Follow::new(settings.clone()),
            watch: Watch::new(),
            habits: Habits::new(),
            subjects: Subjects::new(store),
            wakes: Wakes::read(store)?,
            post: Post::new(store, ArchiveNotifier::new(store), registry, settings),
            findings: BTreeMap::new(),
            acts,
            now: EventTime::EPOCH,
        })
    }

    /// Takes what the lines of a minute left behind. `now` is the minute's end, the time at which this would have
    /// happened live; it goes back where the input does.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub(crate) fn accept(
        &mut self,
        examined: Examined,
        now: EventTime,
        shelf: &Shelf<'_, S>,
    ) -> Result<(), Fault> {
        self.act(now)?;
        self.now = now;
        self.facts.keep(&examined.facts)?;
        let mut followed = self.follow.step(&examined.facts, &examined.findings, self.registry, now);
        followed.extend(self.watch.step(&examined.facts, self.registry, now));
        followed.extend(self.habits.step(&examined.facts, self.registry, now));
        block_on(proof::fetch(&mut followed, self.registry, shelf))?;
        self.correlate(examined.findings.into_iter().chain(followed))
    }

    /// Takes the end of the input for ten quiet minutes: what waited for a session's outcome waits no longer, and
    /// folded SMS and digests go out. Nothing is closed: that a host stays quiet is not known.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub(crate) fn finish(&mut self, last: EventTime, shelf: &Shelf<'_, S>) -> Result<(), Fault> {
        self.now = last.plus(self.settings.level2_hold);
        let settled = last.plus(FOLLOW_SETTLES);
        let mut followed = self.follow.step(&FactBatch::default(), &[], self.registry, settled);
        // Only what was read is watched: that nothing comes after the last line is no silence. By the collector's clock it may
        // have come later than it happened by the devices'.
        let read = self.watch.waits_until().map_or(last, |until| until.max(last));
        followed.extend(self.watch.step(&FactBatch::default(), self.registry, read.plus(Watch::LATENESS)));
        followed.extend(self.habits.step(&FactBatch::default(), self.registry, settled));
        block_on(proof::fetch(&mut followed, self.registry, shelf))?;
        self.act(EventTime::MAX)?;
        self.correlate(followed.into_iter())?;
        block_on(self.subjects.write_all())?;
        self.deliver(EventTime::MAX, self.now)?;
        self.facts.finish()?;
        self.wakes.write(self.store)
    }

    /// Hands out every message that was sent, also by earlier runs, in the order in which they were decided.
    ///
    /// # Errors
    ///
    /// When the store fails, and whatever `take` fails with.
    pub(crate) fn each_notice(&self, take: &mut dyn FnMut(Notice) -> Result<(), Fault>) -> Result<(), Fault> {
        post::each_notice(self.store, take)
    }

    /// Returns how many findings there were of each kind.
    pub(crate) fn findings(&self) -> BTreeMap<FindingKind, u64> {
        self.findings.clone()
    }

    /// Hands out every incident that the store holds as others read it, sorted by first_seen and id.
    ///
    /// # Errors
    ///
    /// When the store fails, and whatever `take` fails with.
    pub(crate) fn each_incident(
        &self,
        take: &mut dyn FnMut(Document) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // Only what they are sorted by is held of all of them.
        let mut order: Vec<(EventTime, IncidentId)> = Vec::new();
        let mut after = None;
        loop {
            let page = block_on(self.store.incidents(None, after.as_deref(), PAGE))?;
            for stored in page.incidents {
                let Sorted { core } = serde_json::from_slice(&object::decompress(&stored.bytes)?)?;
                order.push((core.first_seen, stored.id));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        order.sort_unstable();
        for (_, id) in order {
            let Some(mut incident) = block_on(incident(self.store, id))? else { continue };
            let Some(tenant) = self.registry.tenant(&incident.core.tenant) else { continue };
            block_on(complete(self.store, self.registry, self.settings, &mut incident))?;
            take(hinomi_notice::document(&incident, tenant))?;
        }
        Ok(())
    }

    /// Does what analysts did before a time.
    fn act(&mut self, before: EventTime) -> Result<(), Fault> {
        while let Some(act) = self.acts.pop_if(|act| act.at < before) {
            let Some(incident) = block_on(incident(self.store, act.incident))? else { continue };
            let Some(tenant) = self.registry.tenant(&incident.core.tenant) else { continue };
            let key = key_of(tenant.id(), &incident.subject);
            block_on(self.subjects.hold(std::iter::once((&key, Some(&incident.subject)))))?;
            let at = act.at;
            let (before, step) = block_on(self.subjects.act(&self.engine, &key, tenant, act))?;
            self.wakes.change(&key, before, step.wake);
            self.deliver(at, at)?;
        }
        Ok(())
    }

    /// Sends what is due, in the order of event time.
    fn deliver(&mut self, up_to: EventTime, now: EventTime) -> Result<(), Fault> {
        block_on(self.post.deliver(up_to, now))?;
        self.post.notifier().check()?;
        let posted = self.post.take_posted();
        // Nobody watches the quarantine of a run of the command: it ends instead, and says where to look.
        if let Some(name) = posted.set_aside.first() {
            return Err(
                hinomi_store::Error::Corrupt { what: format!("a notice, set aside as {name}") }.into()
            );
        }
        match posted.undeliverable.first() {
            Some(notice) => {
                let what = format!("the notice about {}: it is {}", notice.number, notice.reason);
                Err(hinomi_store::Error::Corrupt { what }.into())
            }
            None => Ok(()),
        }
    }

    fn correlate(&mut self, findings: impl Iterator<Item = Finding>) -> Result<(), Fault> {
        let mut work: BTreeMap<SubjectKey, Vec<Finding>> = BTreeMap::new();
        let mut seen = Vec::new();
        for finding in findings {
            *self.findings.entry(finding.kind).or_default() += 1;
            seen.extend(sightings(&finding));
            work.entry(key_of(&finding.tenant, &finding.subject)).or_default().push(finding);
        }
        if !seen.is_empty() {
            block_on(self.store.note(&seen))?;
        }
        while let Some(key) = self.wakes.take(self.now) {
            work.entry(key).or_default();
        }
        let wanted = work.iter().map(|(key, findings)| (key, findings.first().map(|f| &f.subject)));
        block_on(self.subjects.hold(wanted))?;
        for (key, findings) in &work {
            let Some(tenant) = self.registry.tenant(&key.tenant) else { continue };
            let stepped = self.subjects.step(&self.engine, key, tenant, findings, Moves::To(self.now));
            let (before, step) = block_on(stepped)?;
            self.wakes.change(key, before, step.wake);
            // How appliances are is part of what is told of attacks, and read from the store.
            if self.subjects.state(key).is_some_and(|state| matches!(state.subject, Subject::Health(..))) {
                block_on(self.subjects.write_one(key))?;
            }
        }
        if self.post.needs_incidents(self.now) {
            block_on(self.subjects.write_all())?;
        }
        self.deliver(self.now, self.now)?;
        block_on(self.subjects.make_room())?;
        // Incidents are counted from the results.
        self.subjects.take_changes();
        Ok(())
    }
}

/// What incidents are sorted by.
#[derive(Deserialize)]
struct Sorted {
    core: SortedCore,
}

#[derive(Deserialize)]
struct SortedCore {
    first_seen: EventTime,
}
