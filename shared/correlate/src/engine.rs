//! The engine's step for one subject: join, judge, tell.

use std::collections::BTreeSet;

use hinomi_model::registry::Tenant;
use hinomi_model::{EventTime, Finding, Incident, IncidentId, Settings, Subject};

use crate::health::{self, courses};
use crate::incident::incident;
use crate::judge::judge;
use crate::knowledge::Knowledge;
use crate::state::{Act, Joined, SubjectState};
use crate::story::stories;
use crate::telling::{Due, Occasion, Told, Voice, decide};

/// What the engine works with.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// Thresholds and windows.
    pub settings: &'a Settings,
    /// Habit and indicators, or nothing.
    pub knowledge: &'a dyn Knowledge,
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Step {
    /// The subject's incidents as they are now.
    pub incidents: Vec<Incident>,
    /// Incidents that are no longer: they are part of another one.
    pub removed: Vec<IncidentId>,
    /// Notices that became due, in order.
    pub due: Vec<Due>,
    /// Look again at this time, even if nothing arrives.
    pub wake: Option<EventTime>,
    /// Findings that were new.
    pub joined: u64,
    /// Findings that were known.
    pub known: u64,
    /// Findings that came too late to open anything.
    pub late: u64,
    /// The subject was judged; else its incidents are as they were, and `incidents` says nothing.
    pub looked: bool,
}

impl Engine<'_> {
    /// Judges a subject as it stands: no clock but `now`, no notice.
    pub fn incidents(&self, state: &SubjectState, tenant: &Tenant, now: EventTime) -> Vec<Incident> {
        if matches!(state.subject, Subject::Health(..)) {
            let courses = courses(state, self.settings);
            return courses
                .iter()
                .map(|course| health::incident(course, tenant, self.settings, now))
                .collect();
        }
        let told = stories(state, self.settings);
        told.iter()
            .filter_map(|story| {
                let acts = acts_of(state, story.id, &story.aliases);
                let verdict = judge(story, tenant, self.settings, self.knowledge, &acts)?;
                Some(incident(story, &verdict, tenant, self.settings, &acts, now))
            })
            .collect()
    }

    /// Joins findings of one subject in the order in which they came, and decides after each what is due.
    ///
    /// Stepping finding by finding makes the notices a function of the findings and their times, not of
    /// how they were batched. `now` is the engine's time after the step; a step without findings only moves the clock.
    pub fn step(
        &self,
        state: &mut SubjectState,
        tenant: &Tenant,
        findings: &[Finding],
        now: EventTime,
    ) -> Step {
        self.advance(state, tenant, findings, now, Voice::Aloud)
    }

    /// Joins findings of old data that is read again: incidents follow from them as ever, and nobody is told. What
    /// follows counts as told, so that it is not told later either, unless the level rises by what is new.
    ///
    /// What already waits to be told (a level 2 that is held) is told all the same, as it then stands.
    pub fn step_quietly(&self, state: &mut SubjectState, tenant: &Tenant, findings: &[Finding]) -> Step {
        if findings.is_empty() {
            return Step { wake: state.wake, ..Step::default() };
        }
        let now = state.clock;
        self.advance(state, tenant, findings, now, Voice::Quiet)
    }

    fn advance(
        &self,
        state: &mut SubjectState,
        tenant: &Tenant,
        findings: &[Finding],
        now: EventTime,
        voice: Voice,
    ) -> Step {
        let mut step = Step::default();
        let mut ordered: Vec<&Finding> = findings.iter().collect();
        ordered.sort_by_key(|finding| {
            (finding.last.max(finding.received), finding.last, finding.first, finding.id)
        });
        for finding in ordered {
            // Holds that ended before this finding came ended without it. What a device buffered through an outage
            // came when the collector says; of a plain file a line came when it happened.
            let at = state.clock.max(finding.last).max(finding.received);
            self.wakes_before(state, tenant, at, &mut step);
            match state.join(finding, self.settings) {
                Joined::Known => {
                    step.known += 1;
                    continue;
                }
                Joined::Late => {
                    step.late += 1;
                    continue;
                }
                Joined::Changed => step.joined += 1,
            }
            state.clock = at;
            self.look(state, tenant, at, voice, &mut step);
        }
        if now > state.clock || (findings.is_empty() && now == state.clock) {
            self.wakes_before(state, tenant, now, &mut step);
            state.clock = state.clock.max(now);
            self.look(state, tenant, now, voice, &mut step);
        }
        step.wake = state.wake;
        step
    }

    /// Records what an analyst did, and tells what follows from it.
    pub fn act(&self, state: &mut SubjectState, tenant: &Tenant, act: Act) -> Step {
        let mut step = Step::default();
        if state.acts.contains(&act) {
            return step;
        }
        let at = state.clock.max(act.at);
        state.acts.push(act);
        if state.acts.len() > SubjectState::MAX_ACTS {
            state.acts.remove(0);
        }
        state.clock = at;
        self.look(state, tenant, at, Voice::Aloud, &mut step);
        step
    }

    /// Takes the looks that were due before `until`, each at its own time: a hold that ended in between was over then.
    fn wakes_before(&self, state: &mut SubjectState, tenant: &Tenant, until: EventTime, step: &mut Step) {
        while let Some(wake) = state.wake.filter(|wake| *wake < until) {
            state.clock = state.clock.max(wake);
            state.wake = None;
            self.look(state, tenant, state.clock, Voice::Aloud, step);
            // A look that asks for its own instant again would never end.
            state.wake = state.wake.filter(|next| *next > state.clock);
        }
    }

    fn look(&self, state: &mut SubjectState, tenant: &Tenant, now: EventTime, voice: Voice, step: &mut Step) {
        let incidents = self.incidents(state, tenant, now);
        let courses = courses(state, self.settings);
        let mut told = std::mem::take(&mut state.told);
        let mut current: BTreeSet<IncidentId> = BTreeSet::new();
        let mut wake: Option<EventTime> = None;
        for incident in &incidents {
            let mut record = told.remove(&incident.core.id).unwrap_or_default();
            for alias in &incident.core.aliases {
                if let Some(other) = told.remove(alias) {
                    step.removed.push(*alias);
                    record.absorb(other);
                }
            }
            let settings = self.settings;
            let decision = match courses.iter().find(|course| course.id == incident.core.id) {
                Some(course) => {
                    let occasion = health::Occasion { course, incident, tenant, settings, now, voice };
                    health::decide(&mut record, &occasion)
                }
                None => {
                    let acts = acts_of(state, incident.core.id, &incident.core.aliases);
                    decide(&mut record, &Occasion { incident, tenant, settings, acts: &acts, now, voice })
                }
            };
            step.due.extend(decision.due);
            wake = match (wake, decision.wake) {
                (Some(own), Some(other)) => Some(own.min(other)),
                (own, other) => own.or(other),
            };
            current.insert(incident.core.id);
            state.told.insert(incident.core.id, record);
        }
        // What is left was an incident and is none now: it yielded to another subject's story. One whose evidence is
        // forgotten stays as it was when it was last judged.
        let oldest = state.hours.keys().next().copied().unwrap_or(i64::MAX);
        let forgotten = |record: &Told| record.seen.hour() < oldest;
        step.removed.extend(told.into_iter().filter(|(_, record)| !forgotten(record)).map(|(id, _)| id));
        step.removed.retain(|id| !current.contains(id));
        step.removed.sort_unstable();
        step.removed.dedup();
        step.incidents = incidents;
        step.looked = true;
        state.wake = wake;
        step.wake = wake;
    }
}

fn acts_of(state: &SubjectState, id: IncidentId, aliases: &[IncidentId]) -> Vec<Act> {
    let about = |act: &&Act| act.incident == id || aliases.contains(&act.incident);
    state.acts.iter().filter(about).cloned().collect()
}

impl Step {
    /// Tells whether nothing changed, so that nothing has to be written.
    pub fn is_empty(&self) -> bool {
        !self.looked && self.late == 0
    }
}
