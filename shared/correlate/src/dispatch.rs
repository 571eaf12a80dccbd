//! The tenant's post: due notices to parcels, with the limits that hold across incidents.
//!
//! At most three SMS an hour: they go at once, but in a burst the third waits for those that follow and folds them into
//! one that says how many; what is beyond three waits for the hour. Level 2 from mass probing is one digest a day.
//! E-mail is never held here, so nobody learns late that an incident exists.
//!
//! Pure; the ledger travels with a version, as subject state does, and survives that whoever sends dies at any point:
//! a notice that is admitted again gets the same answer, and what a fold or a day released stays until it is
//! [settled](Ledger::settle).

use std::collections::{BTreeMap, VecDeque};

use hinomi_model::registry::Tenant;
use hinomi_model::{
    Channel, EventTime, Fingerprint, IncidentId, Level, NoticeKind, Seconds, Settings, UtcDay,
};
use serde::{Deserialize, Serialize};

use crate::telling::Due;

const HOUR: Seconds = 3_600;

/// Something to be sent to one contact on one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Parcel {
    /// A notice.
    Notice {
        /// What is told.
        due: Box<Due>,
        /// To whom.
        contact: String,
        /// How.
        channel: Channel,
    },
    /// One SMS for several incidents.
    Folded {
        /// The first of them.
        due: Box<Due>,
        /// The others.
        others: Vec<IncidentId>,
        /// To whom.
        contact: String,
        /// When it was decided to send it.
        at: EventTime,
    },
    /// The day's level 2 incidents from mass probing, in one e-mail.
    Digest {
        /// Which.
        incidents: Vec<IncidentId>,
        /// The UTC day.
        day: UtcDay,
        /// To whom.
        contact: String,
        /// When it was decided to send it.
        at: EventTime,
    },
}

impl Parcel {
    /// Returns the identity of the parcel: the unit that is delivered once.
    pub fn id(&self) -> String {
        match self {
            Parcel::Notice { due, contact, channel } => format!("{}/{contact}/{channel}", due.id()),
            Parcel::Folded { due, contact, .. } => format!("{}/{contact}/folded", due.id()),
            Parcel::Digest { day, contact, .. } => format!("digest/{day}/{contact}"),
        }
    }

    /// Returns the incident that it is kept under: the first that it tells. `None` for a digest of none.
    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            Parcel::Notice { due, .. } | Parcel::Folded { due, .. } => Some(due.incident_id()),
            Parcel::Digest { incidents, .. } => incidents.first().copied(),
        }
    }

    /// Returns the further incidents that it tells.
    pub fn others(&self) -> &[IncidentId] {
        match self {
            Parcel::Notice { .. } => &[],
            Parcel::Folded { others, .. } => others,
            Parcel::Digest { incidents, .. } => incidents.get(1..).unwrap_or_default(),
        }
    }

    /// Returns to whom it goes.
    pub fn contact(&self) -> &str {
        match self {
            Parcel::Notice { contact, .. }
            | Parcel::Folded { contact, .. }
            | Parcel::Digest { contact, .. } => contact,
        }
    }

    /// Returns how it travels.
    pub fn channel(&self) -> Channel {
        match self {
            Parcel::Notice { channel, .. } => *channel,
            Parcel::Folded { .. } => Channel::Sms,
            Parcel::Digest { .. } => Channel::Email,
        }
    }

    /// Returns when it was decided to send it.
    pub fn at(&self) -> EventTime {
        match self {
            Parcel::Notice { due, .. } => due.at,
            Parcel::Folded { at, .. } | Parcel::Digest { at, .. } => *at,
        }
    }
}

/// An SMS that waits for others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fold {
    since: EventTime,
    due: Box<Due>,
    others: Vec<IncidentId>,
}

/// A notice that was admitted, and what was decided about its SMS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Admitted {
    /// The fingerprint of the notice's id.
    print: u64,
    /// The contacts whose SMS went at once.
    sms: Vec<String>,
}

/// What the tenant's contacts got lately, and what waits for them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// When each contact got SMS, the last hour's.
    #[serde(default)]
    sms: BTreeMap<String, Vec<EventTime>>,
    #[serde(default)]
    folds: BTreeMap<String, Fold>,
    /// Incidents of the days whose digest is not sent.
    #[serde(default)]
    digests: BTreeMap<UtcDay, Vec<IncidentId>>,
    /// The notices admitted last, the oldest first: what is admitted again is decided as before.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    admitted: VecDeque<Admitted>,
    /// What folds and days released and nobody settled yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    released: Vec<Parcel>,
}

impl Due {
    /// Tells whether it goes by mail alone, so that no limit across incidents touches it and no ledger is asked.
    pub fn is_by_mail(&self) -> bool {
        self.kind != NoticeKind::Digest && self.to.iter().all(|(_, channel)| *channel == Channel::Email)
    }
}

impl Ledger {
    /// Most incidents that one digest names or one SMS counts; more only change a number.
    pub const MAX_INCIDENTS: usize = 1_000;

    /// Notices remembered as admitted. Whoever sends forgets a notice in the outbox soon after it was admitted; one that
    /// is admitted again later than this is decided anew, and its SMS may be counted in a second message.
    const MAX_ADMITTED: usize = 512;
    /// Parcels that are released and not settled. Beyond, folds go on folding and days wait: a carrier that is away for
    /// days owes fewer messages, not more than the ledger can hold.
    const MAX_RELEASED: usize = 64;

    /// Takes a due notice and returns what of it goes at once; what became due by then is [released](Self::released).
    ///
    /// The same notice taken again gets the same answer and changes nothing.
    pub fn admit(&mut self, due: &Due, tenant: &Tenant, settings: &Settings) -> Vec<Parcel> {
        let print = Fingerprint::new("due/1").text(&due.id()).finish_short();
        if let Some(known) = self.admitted.iter().find(|admitted| admitted.print == print) {
            return parcels(due, &known.sms);
        }
        self.wake(tenant, settings, due.at);
        let mut sms = Vec::new();
        if due.kind == NoticeKind::Digest {
            let day = due.incident.core.last_seen.day();
            let waiting = self.digests.entry(day).or_default();
            let id = due.incident_id();
            if !waiting.contains(&id) && waiting.len() < Ledger::MAX_INCIDENTS {
                waiting.push(id);
            }
        } else {
            for (contact, channel) in &due.to {
                if *channel == Channel::Sms && self.may_go(contact, due, settings) {
                    sms.push(contact.clone());
                }
            }
        }
        let parcels = parcels(due, &sms);
        // A notice by mail alone needs no memory: it is decided the same every time.
        if !due.is_by_mail() {
            if self.admitted.len() >= Ledger::MAX_ADMITTED {
                self.admitted.pop_front();
            }
            self.admitted.push_back(Admitted { print, sms });
        }
        parcels
    }

    /// Tells whether an SMS goes at once; else it is folded with others.
    fn may_go(&mut self, contact: &str, due: &Due, settings: &Settings) -> bool {
        if let Some(fold) = self.folds.get_mut(contact) {
            let id = due.incident_id();
            if fold.due.incident_id() != id
                && !fold.others.contains(&id)
                && fold.others.len() < Ledger::MAX_INCIDENTS
            {
                fold.others.push(id);
            }
            return false;
        }
        let sent = self.sms.entry(contact.to_owned()).or_default();
        sent.retain(|at| due.at.since(*at) < HOUR);
        // The last one of the hour waits only in a burst, for the others to fold; else it is news like the first.
        let burst = sent.first().is_some_and(|first| due.at.since(*first) <= settings.sms_fold);
        let sent_already = sent.len() as u64;
        if sent_already + 1 < settings.sms_per_hour || (sent_already < settings.sms_per_hour && !burst) {
            sent.push(due.at);
            return true;
        }
        let mut due = Box::new(due.clone());
        // An SMS shows no line, and a ledger has no room for the lines of every contact's incidents.
        due.incident.evidence.clear();
        self.folds.insert(contact.to_owned(), Fold { since: due.at, due, others: Vec::new() });
        false
    }

    /// Releases what became due by `now`: folded SMS, digests.
    pub fn wake(&mut self, tenant: &Tenant, settings: &Settings, now: EventTime) {
        let mut ready: Vec<(EventTime, String)> = self
            .folds
            .iter()
            .map(|(contact, fold)| (self.fold_at(contact, fold, settings), contact.clone()))
            .filter(|(at, _)| *at <= now)
            .collect();
        ready.sort();
        for (at, contact) in ready {
            if self.released.len() >= Ledger::MAX_RELEASED {
                return;
            }
            let Some(fold) = self.folds.remove(&contact) else { continue };
            self.sms.entry(contact.clone()).or_default().push(at);
            let mut due = fold.due;
            if fold.others.is_empty() {
                due.at = at;
                self.released.push(Parcel::Notice { due, contact, channel: Channel::Sms });
            } else {
                self.released.push(Parcel::Folded { due, others: fold.others, contact, at });
            }
        }
        while let Some(entry) = self.digests.first_entry() {
            let day = *entry.key();
            let at = digest_at(day, settings);
            if at > now || self.released.len() >= Ledger::MAX_RELEASED {
                break;
            }
            self.released.extend(digest(tenant, entry.remove(), day, at));
        }
    }

    /// Returns what was released and not settled, in the order in which it was released.
    pub fn released(&self) -> &[Parcel] {
        &self.released
    }

    /// Forgets a released parcel: it is delivered, or never will be.
    pub fn settle(&mut self, parcel: &str) {
        self.released.retain(|released| released.id() != parcel);
    }

    /// Returns when to look again; a time that has passed while something is released and not settled.
    pub fn next_wake(&self, settings: &Settings) -> Option<EventTime> {
        let folds = self.folds.iter().map(|(contact, fold)| self.fold_at(contact, fold, settings));
        let digests = self.digests.keys().map(|day| digest_at(*day, settings));
        folds.chain(digests).chain(self.released.iter().map(Parcel::at)).min()
    }

    /// A fold goes when it has waited, and when fewer than the permitted SMS went in the hour before.
    fn fold_at(&self, contact: &str, fold: &Fold, settings: &Settings) -> EventTime {
        let waited = fold.since.plus(settings.sms_fold);
        let mut sent: Vec<EventTime> = self.sms.get(contact).cloned().unwrap_or_default();
        sent.sort_unstable();
        let most = usize::try_from(settings.sms_per_hour).unwrap_or(usize::MAX).max(1);
        let free = sent.len().checked_sub(most).and_then(|nth| sent.get(nth)).map(|at| at.plus(HOUR));
        free.map_or(waited, |free| waited.max(free))
    }
}

/// Returns what goes of a notice: every mail, and the SMS to these contacts.
fn parcels(due: &Due, sms: &[String]) -> Vec<Parcel> {
    let goes = |(contact, channel): &&(String, Channel)| *channel == Channel::Email || sms.contains(contact);
    let parcel = |(contact, channel): &(String, Channel)| Parcel::Notice {
        due: Box::new(due.clone()),
        contact: contact.clone(),
        channel: *channel,
    };
    if due.kind == NoticeKind::Digest { Vec::new() } else { due.to.iter().filter(goes).map(parcel).collect() }
}

/// A day's digest goes when the day is over in UTC (nine in the morning in Japan) and its last level 2 was held.
fn digest_at(day: UtcDay, settings: &Settings) -> EventTime {
    UtcDay(day.0 + 1).start().plus(settings.level2_hold)
}

fn digest(tenant: &Tenant, incidents: Vec<IncidentId>, day: UtcDay, at: EventTime) -> Vec<Parcel> {
    let takes = |contact: &&hinomi_model::registry::Contact| {
        contact.attack && contact.levels.contains(&Level::TWO) && contact.has(Channel::Email)
    };
    let lowest = tenant.contacts.iter().filter(takes).map(|contact| contact.order).min();
    tenant
        .contacts
        .iter()
        .filter(takes)
        .filter(|contact| Some(contact.order) == lowest)
        .map(|contact| Parcel::Digest { incidents: incidents.clone(), day, contact: contact.id.clone(), at })
        .collect()
}
