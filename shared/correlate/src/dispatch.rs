//! The tenant's post: due notices to parcels, with the limits that hold across incidents.
//!
//! At most three SMS an hour: they go at once, but in a burst the third waits for those that follow and folds them into
//! one that says how many; what is beyond three waits for the hour. Level 2 from mass probing is one digest a day.
//! E-mail is never held here, so nobody learns late that an incident exists. Pure; the ledger travels with a version,
//! as subject state does.

use std::collections::BTreeMap;

use hinomi_model::registry::Tenant;
use hinomi_model::{Channel, EventTime, IncidentId, Level, NoticeKind, Seconds, Settings, UtcDay};
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
}

/// An SMS that waits for others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fold {
    since: EventTime,
    due: Box<Due>,
    others: Vec<IncidentId>,
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
}

impl Ledger {
    /// Most incidents that one digest names or one SMS counts; more only change a number.
    pub const MAX_INCIDENTS: usize = 1_000;

    /// Takes a due notice and returns what goes at once.
    pub fn admit(&mut self, due: Due, tenant: &Tenant, settings: &Settings) -> Vec<Parcel> {
        let mut parcels = self.wake(tenant, settings, due.at);
        if due.kind == NoticeKind::Digest {
            let day = due.incident.core.last_seen.day();
            let waiting = self.digests.entry(day).or_default();
            let id = due.incident_id();
            if !waiting.contains(&id) && waiting.len() < Ledger::MAX_INCIDENTS {
                waiting.push(id);
            }
            return parcels;
        }
        for (contact, channel) in due.to.clone() {
            if channel == Channel::Email {
                parcels.push(Parcel::Notice { due: Box::new(due.clone()), contact, channel });
            } else {
                parcels.extend(self.sms(&contact, &due, settings));
            }
        }
        parcels
    }

    fn sms(&mut self, contact: &str, due: &Due, settings: &Settings) -> Option<Parcel> {
        if let Some(fold) = self.folds.get_mut(contact) {
            let id = due.incident_id();
            if fold.due.incident_id() != id
                && !fold.others.contains(&id)
                && fold.others.len() < Ledger::MAX_INCIDENTS
            {
                fold.others.push(id);
            }
            return None;
        }
        let sent = self.sms.entry(contact.to_owned()).or_default();
        sent.retain(|at| due.at.since(*at) < HOUR);
        // The last one of the hour waits only in a burst, for the others to fold; else it is news like the first.
        let burst = sent.first().is_some_and(|first| due.at.since(*first) <= settings.sms_fold);
        let sent_already = sent.len() as u64;
        if sent_already + 1 < settings.sms_per_hour || (sent_already < settings.sms_per_hour && !burst) {
            sent.push(due.at);
            return Some(Parcel::Notice {
                due: Box::new(due.clone()),
                contact: contact.to_owned(),
                channel: Channel::Sms,
            });
        }
        let fold = Fold { since: due.at, due: Box::new(due.clone()), others: Vec::new() };
        self.folds.insert(contact.to_owned(), fold);
        None
    }

    /// Returns what became due by `now`: folded SMS, digests.
    pub fn wake(&mut self, tenant: &Tenant, settings: &Settings, now: EventTime) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        let ready: Vec<(EventTime, String)> = self
            .folds
            .iter()
            .map(|(contact, fold)| (self.fold_at(contact, fold, settings), contact.clone()))
            .filter(|(at, _)| *at <= now)
            .collect();
        for (at, contact) in ready {
            let Some(fold) = self.folds.remove(&contact) else { continue };
            self.sms.entry(contact.clone()).or_default().push(at);
            let mut due = fold.due;
            if fold.others.is_empty() {
                due.at = at;
                parcels.push(Parcel::Notice { due, contact, channel: Channel::Sms });
            } else {
                parcels.push(Parcel::Folded { due, others: fold.others, contact, at });
            }
        }
        while let Some(entry) = self.digests.first_entry() {
            let day = *entry.key();
            let at = digest_at(day, settings);
            if at > now {
                break;
            }
            parcels.extend(digest(tenant, entry.remove(), day, at));
        }
        parcels
    }

    /// Returns what still waits for the end of its day, as if the day were over: input has ended.
    pub fn finish(&mut self, tenant: &Tenant, settings: &Settings) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        for (day, incidents) in std::mem::take(&mut self.digests) {
            parcels.extend(digest(tenant, incidents, day, digest_at(day, settings)));
        }
        parcels
    }

    /// Returns when to look again.
    pub fn next_wake(&self, settings: &Settings) -> Option<EventTime> {
        let folds = self.folds.iter().map(|(contact, fold)| self.fold_at(contact, fold, settings));
        folds.chain(self.digests.keys().map(|day| digest_at(*day, settings))).min()
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
