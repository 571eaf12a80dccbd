//! Telling: which notices an incident is due, decided from what was told of it and what it is now.
//!
//! Pure: time is the engine's clock, and the record of what was told ([`Told`]) travels with the subject's state.
//! Per incident, contact and channel the levels rise; a fall is a correction to everyone who was told more.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::registry::{Contact, Hours, Release, Tenant};
use hinomi_model::{Channel, EventTime, Incident, IncidentId, Level, NoticeKind, Settings, Stage, Status};
use serde::{Deserialize, Serialize};

use crate::health::Heard;
use crate::state::{Act, ActKind};

/// What was told of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The level that was told last; `None` while nothing was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// Whom, on which channel.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub whom: BTreeSet<(String, Channel)>,
    /// When the level that waits first held.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waiting: Option<(Level, EventTime)>,
    /// When something was told last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last: Option<EventTime>,
    /// When level 3 or more was first told: the start of escalation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub alarm: Option<EventTime>,
    /// The highest order of contacts that was called.
    #[serde(default)]
    pub order: u32,
    /// What was told: a new stage, family or host is worth an update.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub content: BTreeSet<String>,
    /// It was handed to the day's digest.
    #[serde(default)]
    pub digested: bool,
    /// Its end was told.
    #[serde(default)]
    pub closed: bool,
    /// Its last evidence.
    #[serde(default)]
    pub seen: EventTime,
    /// What is recorded here, nobody was told: it followed from old data that was read again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub quiet: bool,
    /// Health: what each contact was told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub health: BTreeMap<String, Heard>,
}

impl Told {
    /// Most contents remembered; beyond, an update is sent for none of them.
    const MAX_CONTENT: usize = 128;

    /// Joins the record of an incident that turned out to be the same one.
    pub(crate) fn absorb(&mut self, other: Told) {
        let unheard = |told: &Told| told.quiet || told.level.is_none();
        self.quiet = unheard(self) && unheard(&other) && (self.quiet || other.quiet);
        self.level = self.level.max(other.level);
        self.whom.extend(other.whom);
        self.waiting = match (self.waiting, other.waiting) {
            (Some(own), Some(theirs)) => Some(if own.1 <= theirs.1 { own } else { theirs }),
            (own, theirs) => own.or(theirs),
        };
        self.last = self.last.max(other.last);
        self.alarm = match (self.alarm, other.alarm) {
            (Some(own), Some(theirs)) => Some(own.min(theirs)),
            (own, theirs) => own.or(theirs),
        };
        self.order = self.order.max(other.order);
        self.content.extend(other.content);
        self.digested |= other.digested;
        self.closed &= other.closed;
        self.seen = self.seen.max(other.seen);
        for (contact, heard) in other.health {
            self.health.entry(contact).and_modify(|own| own.absorb(&heard)).or_insert(heard);
        }
    }
}

/// A notice that is due: to whom, on which channels. The words are made where it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// Why.
    pub kind: NoticeKind,
    /// The level that it tells; absent for health.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// The level that was told before, and when; of health there is only when.
    pub previous: Option<(Option<Level>, EventTime)>,
    /// To whom and how.
    pub to: Vec<(String, Channel)>,
    /// When it was decided.
    pub at: EventTime,
    /// The incident as it is told.
    pub incident: Incident,
}

impl Due {
    /// Returns the identity of the notice: the same decision made again is the same notice.
    pub fn id(&self) -> String {
        let order = self.to.first().map(|(contact, _)| contact.as_str()).unwrap_or_default();
        let level = self.level.map_or_else(|| "-".to_owned(), |level| level.to_string());
        format!("{}/{}/{level}/{}/{order}", self.incident.core.id, self.kind, self.at.nanos())
    }

    /// Returns the incident told.
    pub fn incident_id(&self) -> IncidentId {
        self.incident.core.id
    }
}

/// What is decided about one incident now.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) due: Vec<Due>,
    /// Look again at this time, even if nothing arrives.
    pub(crate) wake: Option<EventTime>,
}

impl Decision {
    pub(crate) fn wake(&mut self, at: EventTime) {
        self.wake = Some(self.wake.map_or(at, |known| known.min(at)));
    }
}

/// Whether somebody is told of what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// As ever.
    Aloud,
    /// Nobody: what follows counts as told.
    Quiet,
}

/// What there is to decide about.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) incident: &'a Incident,
    pub(crate) tenant: &'a Tenant,
    pub(crate) settings: &'a Settings,
    pub(crate) acts: &'a [Act],
    pub(crate) now: EventTime,
    pub(crate) voice: Voice,
}

/// Decides what is due, and records it in `told`.
pub(crate) fn decide(told: &mut Told, occasion: &Occasion<'_>) -> Decision {
    let Occasion { incident, tenant, settings, acts, now, voice } = *occasion;
    let mut teller = Teller { told, incident, tenant, settings, acts, now, decision: Decision::default() };
    teller.decide(voice);
    teller.decision
}

struct Teller<'a> {
    told: &'a mut Told,
    incident: &'a Incident,
    tenant: &'a Tenant,
    settings: &'a Settings,
    acts: &'a [Act],
    now: EventTime,
    decision: Decision,
}

impl Teller<'_> {
    fn decide(&mut self, voice: Voice) {
        let Some(level) = self.incident.core.level else { return };
        self.told.seen = self.incident.core.last_seen;
        match self.told.level {
            // What waits was seen live, and is told as it stands when its time comes.
            _ if voice == Voice::Quiet && self.told.waiting.is_none() => self.count_as_told(level),
            None => self.first(level),
            Some(before) if level > before => self.raise(level, before),
            Some(before) if level < before => self.correct(level, before),
            Some(same) if same >= Level::TWO => self.news(same),
            Some(_) => {}
        }
        self.escalate();
        self.close();
    }

    /// Records what would be told now, and tells nobody.
    fn count_as_told(&mut self, level: Level) {
        let before = self.told.level;
        if before.is_none() && (level < Level::TWO || self.incident.digest) {
            self.told.digested |= self.incident.digest && level >= Level::TWO;
            return;
        }
        if level < Level::THREE {
            self.told.alarm = None;
        }
        self.told.quiet |= before.is_none();
        self.remember(level);
    }

    /// Nothing was told yet.
    fn first(&mut self, level: Level) {
        if level < Level::TWO {
            self.told.waiting = None;
            return;
        }
        if self.incident.digest {
            if !self.told.digested {
                self.told.digested = true;
                self.due(NoticeKind::Digest, level, None, Vec::new());
            }
            return;
        }
        let since = match self.told.waiting {
            Some((waiting, since)) if waiting == level => since,
            _ => self.now,
        };
        self.told.waiting = Some((level, since));
        let Some(at) = self.ready(level, since) else { return };
        if self.now < at {
            self.wake(at);
            return;
        }
        self.tell(NoticeKind::First, level, None);
    }

    /// Returns when a level may be told that first held at `since`; `None` while only an analyst can let it go.
    fn ready(&self, level: Level, since: EventTime) -> Option<EventTime> {
        if self.tenant.release == Release::Analyst && !self.acted(ActKind::Release) {
            return (level >= Level::THREE).then(|| since.plus(self.settings.analyst_release));
        }
        Some(if level == Level::TWO { since.plus(self.settings.level2_hold) } else { since })
    }

    /// The level rose.
    fn raise(&mut self, level: Level, before: Level) {
        let since = match self.told.waiting {
            Some((waiting, since)) if waiting == level => since,
            _ => self.now,
        };
        self.told.waiting = Some((level, since));
        // What was told at level 1 or less was a correction; the rise from there is news again.
        let Some(at) = self.ready(level, since) else { return };
        if self.now < at {
            self.wake(at);
            return;
        }
        if self.told.quiet {
            // Nobody was told of what it rose from.
            self.tell(NoticeKind::First, level, None);
            return;
        }
        let previous = self.before(before);
        self.tell(NoticeKind::Update, level, previous);
    }

    /// The level fell: whoever was told the higher one is told the lower one.
    fn correct(&mut self, level: Level, before: Level) {
        let to: Vec<(String, Channel)> = self.told.whom.iter().cloned().collect();
        let previous = self.before(before);
        self.told.level = Some(level);
        self.told.waiting = None;
        self.told.last = Some(self.now);
        if level < Level::THREE {
            self.told.alarm = None;
        }
        self.due(NoticeKind::Correction, level, previous, to);
    }

    /// The same level, and something new: by mail, at most one an hour.
    fn news(&mut self, level: Level) {
        let content = content(self.incident);
        if content.is_subset(&self.told.content) || self.told.content.len() >= Told::MAX_CONTENT {
            return;
        }
        let at = self.told.last.map_or(self.now, |last| last.plus(self.settings.update_interval));
        if self.now < at {
            self.wake(at);
            return;
        }
        let mails: Vec<(String, Channel)> =
            self.told.whom.iter().filter(|(_, channel)| *channel == Channel::Email).cloned().collect();
        let previous = self.before(level);
        self.remember(level);
        self.due(NoticeKind::Update, level, previous, mails);
    }

    fn tell(&mut self, kind: NoticeKind, level: Level, previous: Option<(Level, EventTime)>) {
        let order = self.orders(level).into_iter().next();
        self.told.order = self.told.order.max(order.unwrap_or(0));
        let mut to = self.recipients(level, |contact| order.is_none_or(|order| contact.order <= order));
        // Whoever was told before hears of the rise, too.
        for (contact, channel) in &self.told.whom {
            let allowed = *channel == Channel::Email || (level >= Level::THREE && !self.incident.guest);
            if allowed && !to.contains(&(contact.clone(), *channel)) {
                to.push((contact.clone(), *channel));
            }
        }
        to.sort();
        if level >= Level::THREE && self.told.alarm.is_none() {
            self.told.alarm = Some(self.now);
        }
        self.told.quiet = false;
        self.remember(level);
        self.told.whom.extend(to.iter().cloned());
        self.due(kind, level, previous, to);
    }

    fn remember(&mut self, level: Level) {
        self.told.level = Some(level);
        self.told.waiting = None;
        self.told.last = Some(self.now);
        self.told.closed = false;
        self.told.content.extend(content(self.incident).into_iter().take(Told::MAX_CONTENT));
    }

    /// A level 3 or 4 that nobody took note of goes to the next contact.
    fn escalate(&mut self) {
        let Some(alarm) = self.told.alarm else { return };
        let Some(level) = self.told.level.filter(|level| *level >= Level::THREE) else { return };
        if self.acted(ActKind::Acknowledge) || self.incident.core.status == Status::Closed {
            return;
        }
        let Some(next) = self.orders(level).into_iter().find(|order| *order > self.told.order) else {
            return;
        };
        let at = alarm.plus(self.settings.escalation);
        if self.now < at {
            self.wake(at);
            return;
        }
        let to = self.recipients(level, |contact| contact.order == next);
        self.told.order = next;
        self.told.alarm = Some(self.now);
        self.told.whom.extend(to.iter().cloned());
        if !to.is_empty() {
            self.due(NoticeKind::First, level, None, to);
        }
        self.escalate();
    }

    /// The incident ended: whoever was told of it is told, by mail.
    fn close(&mut self) {
        if self.told.level.is_none_or(|level| level < Level::TWO) || self.told.closed {
            return;
        }
        let mut end = self.incident.core.last_seen.plus(self.settings.incident_gap);
        // What came so late that it was over when it was told is told to be over a day after that, not with it.
        if let Some(told) = self.told.last.filter(|told| *told > end) {
            end = told.plus(self.settings.incident_gap);
        }
        if self.incident.core.status != Status::Closed || self.now <= end {
            // The status turns one instant after the gap has passed.
            self.wake(end.plus(1));
            return;
        }
        let mails: Vec<(String, Channel)> =
            self.told.whom.iter().filter(|(_, channel)| *channel == Channel::Email).cloned().collect();
        self.told.closed = true;
        if let Some(level) = self.told.level {
            let previous = self.before(level);
            self.due(NoticeKind::Closed, level, previous, mails);
        }
    }

    fn before(&self, level: Level) -> Option<(Level, EventTime)> {
        self.told.last.map(|at| (level, at))
    }

    fn acted(&self, what: ActKind) -> bool {
        self.acts.iter().any(|act| act.what == what)
    }

    /// The orders of the contacts that take this level, lowest first.
    fn orders(&self, level: Level) -> BTreeSet<u32> {
        self.tenant
            .contacts
            .iter()
            .filter(|contact| self.takes(contact, level))
            .map(|contact| contact.order)
            .collect()
    }

    fn takes(&self, contact: &Contact, level: Level) -> bool {
        let at_desk = contact.hours == Hours::Always || self.tenant.in_office_hours(self.now);
        contact.attack && contact.levels.contains(&level) && at_desk
    }

    /// Levels 4 and 3 by SMS and e-mail, 2 by e-mail; a guest segment by e-mail only (rule 15).
    fn recipients(&self, level: Level, wanted: impl Fn(&Contact) -> bool) -> Vec<(String, Channel)> {
        let mut to = Vec::new();
        for contact in
            self.tenant.contacts.iter().filter(|contact| self.takes(contact, level) && wanted(contact))
        {
            if contact.has(Channel::Email) {
                to.push((contact.id.clone(), Channel::Email));
            }
            if contact.has(Channel::Sms) && level >= Level::THREE && !self.incident.guest {
                to.push((contact.id.clone(), Channel::Sms));
            }
        }
        to.sort();
        to
    }

    fn due(
        &mut self,
        kind: NoticeKind,
        level: Level,
        previous: Option<(Level, EventTime)>,
        to: Vec<(String, Channel)>,
    ) {
        if to.is_empty() && kind != NoticeKind::Digest {
            return;
        }
        self.decision.due.push(Due {
            kind,
            level: Some(level),
            previous: previous.map(|(level, at)| (Some(level), at)),
            to,
            at: self.now,
            incident: self.incident.clone(),
        });
    }

    fn wake(&mut self, at: EventTime) {
        self.decision.wake(at);
    }
}

/// What is new to somebody who was told: stages, families, hosts.
fn content(incident: &Incident) -> BTreeSet<String> {
    let core = &incident.core;
    let stages =
        core.stages.iter().filter(|stage| **stage != Stage::Policy).map(|stage| format!("stage {stage}"));
    let families = core.signatures.iter().map(|signature| format!("family {}", signature.family()));
    let hosts = core.hosts.iter().map(|host| format!("host {host}"));
    stages.chain(families).chain(hosts).collect()
}
