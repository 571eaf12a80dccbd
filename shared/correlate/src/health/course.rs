//! Courses: which turns of an appliance's health belong to one incident.
//!
//! Pure and a function of the evidence alone. An appliance is as bad as the worst of its symptoms and their objects. A
//! course begins with the first turn that is no recovery after a day of being well, and goes on while trouble lasts,
//! however long. What only happens and ends by itself chains as evidence of attacks does: while gaps are at most a day,
//! for seven days at most.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{
    Condition, DeviceId, EventTime, Evidence, Fingerprint, Function, Health, IncidentId, Posture, Problem,
    Settings, Subject, Symptom, UtcDay,
};

use crate::state::SubjectState;
use crate::strand::{Cell, StrandKey};

/// The evidence of a state, by UTC hour and strand.
pub(super) type Hours = BTreeMap<i64, BTreeMap<StrandKey, Cell>>;
/// What trouble is told apart by: the symptom and its object.
pub(super) type Part<'s> = (Symptom, &'s str);

/// One report of how a part is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report<'s> {
    pub(super) at: EventTime,
    pub(super) condition: Condition,
    pub(super) part: Part<'s>,
    pub(super) hour: i64,
    pub(super) key: &'s StrandKey,
    pub(super) cell: &'s Cell,
    health: &'s Health,
}

/// The reports of one course, in time order.
#[derive(Debug)]
pub(super) struct Draft<'s> {
    pub(super) reports: Vec<Report<'s>>,
    /// How each part is.
    parts: BTreeMap<Part<'s>, Condition>,
    /// Until when it was not well: the last trouble, or its end.
    reach: EventTime,
    pub(super) first_hour: i64,
}

/// A part that became worse or better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) at: EventTime,
    pub(crate) symptom: Symptom,
    pub(crate) object: String,
    pub(crate) condition: Condition,
    /// How the part was before.
    pub(crate) before: Condition,
    /// Since when; of a recovery, since when it had been wrong.
    pub(crate) since: EventTime,
    pub(crate) value: Option<u64>,
    pub(crate) usual: Option<u64>,
    /// How often it was reported.
    pub(crate) count: u64,
    pub(crate) at_least: bool,
    pub(crate) lines: BTreeSet<Evidence>,
}

/// A part that is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lasting {
    pub(crate) condition: Condition,
    /// When its trouble began.
    pub(crate) began: EventTime,
    /// When it became as bad as it is.
    pub(crate) rose: EventTime,
}

/// A time in which the appliance was in trouble throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spell {
    /// When the first turn of it came.
    pub(crate) began: EventTime,
    /// Since when it had been wrong by then.
    pub(crate) since: EventTime,
    /// The worst of it.
    pub(crate) worst: Condition,
    /// What showed the worst first.
    pub(crate) symptom: Symptom,
    pub(crate) ended: Option<EventTime>,
}

/// The evidence of one incident of health.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) subject: Subject,
    pub(crate) device: DeviceId,
    pub(crate) problem: Problem,
    pub(crate) id: IncidentId,
    pub(crate) aliases: Vec<IncidentId>,
    pub(crate) predecessor: Option<IncidentId>,
    pub(crate) turns: Vec<Turn>,
    pub(crate) spells: Vec<Spell>,
    /// The parts that are in trouble now.
    pub(crate) lasting: BTreeMap<(Symptom, String), Lasting>,
    /// Until when it was not well.
    pub(crate) reach: EventTime,
    pub(crate) last: EventTime,
    pub(crate) received: EventTime,
    pub(crate) devices: BTreeSet<String>,
    pub(crate) functions: BTreeSet<Function>,
    pub(crate) posture: Posture,
    pub(crate) over: bool,
}

impl Course {
    /// Returns when the first turn came.
    pub(crate) fn first(&self) -> EventTime {
        self.turns.first().map_or(self.reach, |turn| turn.at)
    }

    /// Tells whether trouble lasts.
    pub(crate) fn lasts(&self) -> bool {
        !self.lasting.is_empty()
    }

    /// Returns the trouble that ended last, unless something happened since or other trouble lasts.
    pub(crate) fn recovered(&self) -> Option<(Spell, EventTime)> {
        let spell = self.spells.last()?;
        let ended = spell.ended?;
        let noted_since = self.turns.iter().any(|turn| turn.condition == Condition::Noted && turn.at > ended);
        (!noted_since).then_some((*spell, ended))
    }
}

/// Returns the courses of a subject's health, in time order.
pub(crate) fn courses(state: &SubjectState, settings: &Settings) -> Vec<Course> {
    let Subject::Health(device, problem) = &state.subject else { return Vec::new() };
    let mut courses: Vec<Course> = Vec::new();
    for draft in drafts(&state.hours, settings) {
        let predecessor = courses.last().map(|course| course.id);
        courses.extend(course(state, device, *problem, &draft, predecessor));
    }
    courses
}

/// Splits what was reported into courses.
pub(super) fn drafts<'s>(hours: &'s Hours, settings: &Settings) -> Vec<Draft<'s>> {
    let mut done: Vec<Draft<'s>> = Vec::new();
    let mut open: Option<Draft<'s>> = None;
    for report in reports(hours) {
        if report.condition == Condition::Well {
            // Who was not ill does not recover.
            if let Some(draft) = open.as_mut().filter(|draft| draft.has(report.part)) {
                draft.add(report);
            }
            continue;
        }
        match open.as_mut().filter(|draft| draft.takes(&report, settings)) {
            Some(draft) => draft.add(report),
            None => done.extend(open.replace(Draft::new(report))),
        }
    }
    done.extend(open);
    done
}

fn reports(hours: &Hours) -> Vec<Report<'_>> {
    let cells = hours.iter().flat_map(|(hour, strands)| strands.iter().map(move |cell| (*hour, cell)));
    let mut reports: Vec<Report<'_>> = Vec::new();
    for (hour, (key, cell)) in cells {
        let (Some((condition, symptom)), Some(health)) = (key.turn, &cell.health) else { continue };
        let instants: BTreeSet<EventTime> =
            cell.minutes.values().flat_map(|(first, last)| [*first, *last]).collect();
        let part = (symptom, key.about.as_str());
        reports.extend(instants.into_iter().map(|at| Report {
            at,
            condition,
            part,
            hour,
            key,
            cell,
            health,
        }));
    }
    // Of two reports of one instant the worse one holds.
    reports.sort_by_key(|report| (report.at, report.condition, report.part));
    reports
}

impl<'s> Draft<'s> {
    fn new(report: Report<'s>) -> Self {
        let mut draft =
            Draft { reports: Vec::new(), parts: BTreeMap::new(), reach: report.at, first_hour: report.hour };
        draft.add(report);
        draft
    }

    fn add(&mut self, report: Report<'s>) {
        self.parts.insert(report.part, report.condition);
        self.reach = self.reach.max(report.at);
        self.reports.push(report);
    }

    fn has(&self, part: Part<'s>) -> bool {
        self.parts.get(&part).is_some_and(|condition| condition.lasts())
    }

    fn takes(&self, report: &Report<'s>, settings: &Settings) -> bool {
        let near = report.at.since(self.reach) <= settings.incident_gap;
        let young = report.hour - self.first_hour < settings.incident_life / 3_600;
        self.lasts() || (near && young)
    }

    /// Tells whether trouble lasts.
    pub(super) fn lasts(&self) -> bool {
        self.parts.values().any(|condition| condition.lasts())
    }
}

fn course(
    state: &SubjectState,
    device: &DeviceId,
    problem: Problem,
    draft: &Draft<'_>,
    predecessor: Option<IncidentId>,
) -> Option<Course> {
    let first = draft.reports.first()?;
    let id = incident_id(state, first.at.day());
    let days: BTreeSet<UtcDay> = draft
        .reports
        .iter()
        .filter(|report| report.condition > Condition::Well)
        .map(|r| r.at.day())
        .collect();
    let mut aliases: Vec<IncidentId> = days.into_iter().map(|day| incident_id(state, day)).collect();
    aliases.retain(|alias| *alias != id);
    aliases.sort_unstable();
    let cells = || draft.reports.iter().map(|report| report.cell);
    let mut course = Course {
        subject: state.subject.clone(),
        device: device.clone(),
        problem,
        id,
        aliases,
        predecessor,
        turns: Vec::new(),
        spells: Vec::new(),
        lasting: BTreeMap::new(),
        reach: draft.reach,
        last: draft.reports.last().map_or(first.at, |report| report.at),
        received: cells().map(|cell| cell.received).min()?,
        devices: cells().flat_map(|cell| cell.devices.iter().cloned()).collect(),
        functions: cells().flat_map(|cell| cell.functions.iter().copied()).collect(),
        posture: cells().map(|cell| cell.posture).max()?,
        over: state.over,
    };
    let mut counted: BTreeSet<(i64, &StrandKey)> = BTreeSet::new();
    let mut parts: BTreeMap<Part<'_>, Condition> = BTreeMap::new();
    for report in &draft.reports {
        let before = parts.insert(report.part, report.condition).unwrap_or(Condition::Well);
        let news = counted.insert((report.hour, report.key));
        course.follow(report, before, news);
    }
    Some(course)
}

fn incident_id(state: &SubjectState, day: UtcDay) -> IncidentId {
    let subject = SubjectState::subject_text(&state.subject);
    let print = Fingerprint::new("incident").text(state.tenant.as_str()).text("health").text(&subject);
    IncidentId(print.number(i128::from(day.0)).finish())
}

impl Course {
    /// Follows one report: `before` is how its part was, `news` that its cell was not counted yet.
    fn follow(&mut self, report: &Report<'_>, before: Condition, news: bool) {
        let (symptom, object) = (report.part.0, report.part.1.to_owned());
        let same = report.condition == before;
        // A cell counts with its first report: the number of its events is exact, their times are not all kept.
        let count = if report.condition == Condition::Noted && news { report.cell.count() } else { 0 };
        // What happens again and again with nothing in between is one turn; so is trouble that is said to last.
        let again = self.turns.iter_mut().rev().find(|turn| turn.symptom == symptom && turn.object == object);
        if let Some(turn) = again.filter(|_| same && report.condition.lasts()) {
            turn.count = turn.count.saturating_add(1);
            turn.lines.extend(report.cell.evidence.iter().cloned());
            return;
        }
        let since = if report.condition == Condition::Well {
            self.lasting.get(&(symptom, object.clone())).map(|lasting| lasting.began)
        } else {
            None
        };
        self.turns.push(Turn {
            at: report.at,
            symptom,
            object: object.clone(),
            condition: report.condition,
            before,
            since: since.map_or(report.health.since, |began| report.health.since.min(began)).min(report.at),
            value: report.health.value,
            usual: report.health.usual,
            count: if report.condition == Condition::Noted { count } else { 1 },
            at_least: report.cell.over,
            lines: report.cell.evidence.clone(),
        });
        self.change(report, symptom, object);
    }

    /// Keeps what lasts, and the spells that follow from it.
    fn change(&mut self, report: &Report<'_>, symptom: Symptom, object: String) {
        let part = (symptom, object);
        if report.condition.lasts() {
            let (at, condition) = (report.at, report.condition);
            let lasting = self.lasting.entry(part).or_insert(Lasting { condition, began: at, rose: at });
            if condition > lasting.condition {
                lasting.rose = at;
            }
            lasting.condition = condition;
            let since = report.health.since.min(at);
            let new = Spell { began: at, since, worst: condition, symptom, ended: None };
            match self.spells.last_mut().filter(|spell| spell.ended.is_none()) {
                None => self.spells.push(new),
                Some(spell) if condition > spell.worst => (spell.worst, spell.symptom) = (condition, symptom),
                Some(_) => {}
            }
            return;
        }
        if self.lasting.remove(&part).is_some()
            && self.lasting.is_empty()
            && let Some(spell) = self.spells.last_mut()
        {
            spell.ended = Some(report.at);
        }
    }
}
