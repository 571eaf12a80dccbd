//! Telling of health: by mail, to those who asked for it, each when somebody is there to read it.
//!
//! Worse is told, better is not until it is well, and what lasts is told once. Trouble that began in planned work waits
//! until the work ends; if it is over by then, nobody is told. What was missed by somebody who was not at work is told
//! when they are, as it then stands.

use std::collections::BTreeMap;

use hinomi_model::registry::{Contact, Hours, Tenant};
use hinomi_model::{Channel, Condition, EventTime, Incident, NoticeKind, Settings, Status};
use serde::{Deserialize, Serialize};

use super::course::Course;
use crate::telling::{Decision, Due, Told, Voice};

/// What one contact was told of an appliance's health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The worst that they were told and that is not over, as far as they know.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trouble: Option<Condition>,
    /// That counts as told, and nobody was told: it followed from old data that was read again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub quiet: bool,
    /// What happened up to then they know.
    #[serde(default)]
    pub known: EventTime,
    /// When they were told last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last: Option<EventTime>,
    /// There was trouble while they were away.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub missed: bool,
}

impl Heard {
    /// Joins what was told of an incident that turned out to be the same one.
    pub(crate) fn absorb(&mut self, other: &Heard) {
        self.quiet = match (self.trouble, other.trouble) {
            (Some(_), Some(_)) => self.quiet && other.quiet,
            (None, _) => other.quiet,
            (_, None) => self.quiet,
        };
        self.trouble = self.trouble.max(other.trouble);
        self.known = self.known.max(other.known);
        self.last = self.last.max(other.last);
        self.missed |= other.missed;
    }
}

/// What there is to decide about.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) course: &'a Course,
    pub(crate) incident: &'a Incident,
    pub(crate) tenant: &'a Tenant,
    pub(crate) settings: &'a Settings,
    pub(crate) now: EventTime,
    pub(crate) voice: Voice,
}

/// Decides what is due, and records it in `told`.
pub(crate) fn decide(told: &mut Told, occasion: &Occasion<'_>) -> Decision {
    let Occasion { course, incident, tenant, settings, now, voice } = *occasion;
    told.seen = incident.core.last_seen;
    let mut decision = Decision::default();
    let view = View::of(occasion);
    if let Some(at) = view.held {
        decision.wake(at);
    }
    if !course.lasts() && incident.core.status != Status::Closed {
        // The status turns one instant after the gap has passed.
        decision.wake(course.reach.plus(settings.incident_gap).plus(1));
    }
    let mut mails: BTreeMap<(NoticeKind, Option<EventTime>), Vec<String>> = BTreeMap::new();
    told.health.retain(|id, _| tenant.contacts.iter().any(|contact| contact.id == *id));
    for contact in tenant.contacts.iter().filter(|contact| contact.has(Channel::Email)) {
        if !contact.health && told.health.get(&contact.id).is_none_or(|heard| heard.trouble.is_none()) {
            continue;
        }
        let heard = told.health.entry(contact.id.clone()).or_default();
        // What waits was seen live, and is told as it stands when its time comes.
        if voice == Voice::Quiet && !heard.missed {
            heard.trouble = (view.shown > Condition::Well).then_some(view.shown);
            heard.quiet = heard.trouble.is_some();
            heard.known = view.newest;
            continue;
        }
        let Some((kind, at)) = view.wish(heard, settings) else {
            if heard.quiet && !course.lasts() {
                (heard.trouble, heard.quiet) = (None, false);
            }
            continue;
        };
        let at = at.max(now);
        match reads(contact, tenant, at) {
            Some(reads) if reads <= now => {}
            Some(later) => {
                heard.missed |= later > at && view.shown > Condition::Well;
                decision.wake(later);
                continue;
            }
            // Nobody is ever there: it is told when a later look finds somebody.
            None => continue,
        }
        mails.entry((kind, heard.last)).or_default().push(contact.id.clone());
        *heard = Heard {
            trouble: match kind {
                NoticeKind::Recovered => None,
                _ if view.shown > Condition::Well => heard.trouble.max(Some(view.shown)),
                _ => heard.trouble,
            },
            quiet: false,
            known: view.newest,
            last: Some(now),
            missed: false,
        };
    }
    for ((kind, last), contacts) in mails {
        let to: Vec<(String, Channel)> = contacts.into_iter().map(|id| (id, Channel::Email)).collect();
        told.whom.extend(to.iter().cloned());
        told.last = Some(now);
        let previous = last.map(|at| (None, at));
        decision.due.push(Due { kind, level: None, previous, to, at: now, incident: incident.clone() });
    }
    decision
}

/// Returns when a contact reads what is told at a time: then, or when they are next at work.
fn reads(contact: &Contact, tenant: &Tenant, at: EventTime) -> Option<EventTime> {
    match contact.hours {
        Hours::Always => Some(at),
        Hours::Office => tenant.next_office_hours(at),
    }
}

/// A course as it may be told now.
struct View {
    /// How the appliance is, but for what planned work holds back.
    shown: Condition,
    /// Whether any trouble lasts, held back or not.
    lasts: bool,
    /// When the last part became worse.
    rose: Option<EventTime>,
    /// When something was noted last, outside planned work.
    noted: Option<EventTime>,
    /// The newest turn.
    newest: EventTime,
    /// When the planned work ends that holds something back.
    held: Option<EventTime>,
    now: EventTime,
}

impl View {
    fn of(occasion: &Occasion<'_>) -> Self {
        let Occasion { course, tenant, now, .. } = *occasion;
        let mut view = View {
            shown: Condition::Well,
            lasts: course.lasts(),
            rose: None,
            noted: None,
            newest: course.turns.iter().map(|turn| turn.at).max().unwrap_or(course.reach),
            held: None,
            now,
        };
        for lasting in course.lasting.values() {
            match tenant.maintenance_end(lasting.began).filter(|end| *end > now) {
                Some(end) => view.held = Some(view.held.map_or(end, |known| known.min(end))),
                None => {
                    view.shown = view.shown.max(lasting.condition);
                    view.rose = view.rose.max(Some(lasting.rose));
                }
            }
        }
        // What happens in planned work is the work.
        let noted = course.turns.iter().filter(|turn| turn.condition == Condition::Noted);
        view.noted = noted.map(|turn| turn.at).filter(|at| tenant.in_maintenance(*at).is_none()).max();
        view
    }

    /// Returns what somebody should be told, and from when on.
    fn wish(&self, heard: &Heard, settings: &Settings) -> Option<(NoticeKind, EventTime)> {
        let later = heard.last.map_or(self.now, |last| last.plus(settings.update_interval));
        let kind = if self.shown == Condition::Down { NoticeKind::Down } else { NoticeKind::Degraded };
        if Some(self.shown) > heard.trouble.or(Some(Condition::Well)) {
            return Some((kind, self.now));
        }
        if !self.lasts {
            if heard.missed || (heard.trouble.is_some() && !heard.quiet) {
                return Some((NoticeKind::Recovered, self.now));
            }
        } else if self.rose.is_some_and(|rose| rose > heard.known) {
            // Another part is in trouble: news, but no reason to write every minute.
            return Some((kind, later));
        }
        let noted = self.noted.is_some_and(|noted| noted > heard.known);
        noted.then_some((NoticeKind::Noted, later))
    }
}
