//! The post: takes due notices from the outbox, hands them to the tenant's ledger of SMS and digests, and writes the
//! messages. Each unit of delivery is claimed before it goes out and confirmed after; here it goes into a file.

use std::collections::BTreeMap;

use hinomi_correlate::{Due, Ledger, Parcel};
use hinomi_model::registry::{Contact, Registry, Tenant};
use hinomi_model::{
    Channel, EventTime, Fingerprint, Incident, IncidentId, Language, Notice, NoticeKind, Settings, TenantId,
};
use hinomi_notice::{Mail, Telling, Told};
use hinomi_steps::{add_scope, documents, incident};
use hinomi_store::{ArchiveKey, Claim, Store, Unit, block_on};

use crate::error::Fault;

/// Notices taken from the outbox at once.
const BATCH: usize = 256;

/// Sends what is due, in the order of event time.
pub(super) struct Post<'a, S> {
    store: &'a S,
    registry: &'a Registry,
    settings: &'a Settings,
    ledgers: BTreeMap<TenantId, Ledger>,
}

impl<'a, S: Store> Post<'a, S> {
    pub(super) fn new(store: &'a S, registry: &'a Registry, settings: &'a Settings) -> Self {
        Post { store, registry, settings, ledgers: BTreeMap::new() }
    }

    /// Tells whether something goes out by `now` that looks at incidents beyond those that just decided a notice.
    pub(super) fn needs_incidents(&self, now: EventTime) -> bool {
        self.ledgers.values().any(|ledger| ledger.next_wake(self.settings).is_some_and(|wake| wake <= now))
    }

    /// Sends what is due by `now`.
    pub(super) fn deliver(&mut self, now: EventTime) -> Result<(), Fault> {
        self.empty_outbox(now)?;
        self.wake(|_| now)
    }

    /// Sends everything, also what would wait for the rest of the hour or the day: input has ended.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        self.empty_outbox(EventTime::MAX)?;
        self.wake(|next| next)
    }

    fn empty_outbox(&mut self, up_to: EventTime) -> Result<(), Fault> {
        loop {
            let waiting = block_on(self.store.due(up_to, BATCH))?;
            if waiting.is_empty() {
                return Ok(());
            }
            for entry in waiting {
                let mut due: Due = documents::unpack(&entry.bytes)?;
                block_on(add_scope(self.store, &mut due.incident))?;
                if let Some(tenant) = self.registry.tenant(&due.incident.core.tenant) {
                    let settings = self.settings;
                    let parcels = self.ledger(tenant)?.admit(due, tenant, settings);
                    self.send(tenant, parcels)?;
                    self.keep_ledger(tenant)?;
                }
                block_on(self.store.done(&entry.id))?;
            }
        }
    }

    /// Sends what the tenants' ledgers held back, up to the time that `until` gives for when they next want to send.
    fn wake(&mut self, until: impl Fn(EventTime) -> EventTime) -> Result<(), Fault> {
        let registry = self.registry;
        for tenant in registry.tenants() {
            let settings = self.settings;
            let mut changed = false;
            loop {
                let ledger = self.ledger(tenant)?;
                let Some(next) = ledger.next_wake(settings).filter(|next| *next <= until(*next)) else {
                    break;
                };
                let parcels = ledger.wake(tenant, settings, next);
                changed = true;
                if parcels.is_empty() {
                    break;
                }
                self.send(tenant, parcels)?;
            }
            if changed {
                self.keep_ledger(tenant)?;
            }
        }
        Ok(())
    }

    fn ledger(&mut self, tenant: &Tenant) -> Result<&mut Ledger, Fault> {
        use std::collections::btree_map::Entry;
        match self.ledgers.entry(tenant.id().clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                Ok(new
                    .insert(block_on(documents::read(self.store, &ledger_key(tenant)))?.unwrap_or_default()))
            }
        }
    }

    fn keep_ledger(&self, tenant: &Tenant) -> Result<(), Fault> {
        match self.ledgers.get(tenant.id()) {
            Some(ledger) => Ok(block_on(documents::write(self.store, &ledger_key(tenant), ledger))?),
            None => Ok(()),
        }
    }

    fn send(&mut self, tenant: &Tenant, parcels: Vec<Parcel>) -> Result<(), Fault> {
        for parcel in parcels {
            let Some(notice) = self.message(tenant, &parcel)? else { continue };
            let unit = Unit {
                incident: notice.incident,
                notice: parcel.id(),
                contact: notice.contact.clone(),
                channel: notice.channel,
            };
            if let Claim::Sent { .. } = block_on(self.store.claim(&unit, notice.at))? {
                continue;
            }
            // Published by being kept: a claim that was not confirmed is a run that was killed in between, and its
            // message, if it got that far, lies under the same name.
            let key = message_key(&unit, notice.at);
            block_on(self.store.put_new(&ArchiveKey::new(&key)?, &serde_json::to_vec(&notice)?))?;
            block_on(self.store.sent(&unit, notice.at, &key))?;
        }
        Ok(())
    }

    /// Writes the message of a parcel; `None` when its contact or its incidents are gone.
    fn message(&self, tenant: &Tenant, parcel: &Parcel) -> Result<Option<Notice>, Fault> {
        let contact = match parcel {
            Parcel::Notice { contact, .. }
            | Parcel::Folded { contact, .. }
            | Parcel::Digest { contact, .. } => contact,
        };
        let Some(contact) = tenant.contacts.iter().find(|known| known.id == *contact) else {
            return Ok(None);
        };
        let letter = Letter { tenant, contact };
        Ok(match parcel {
            Parcel::Notice { due, channel, .. } => {
                let previous = due.previous.map(|(level, at)| Told { level: Some(level), at });
                let telling =
                    Telling { incident: &due.incident, tenant, kind: due.kind, previous, at: due.at };
                let mail = match channel {
                    Channel::Email => hinomi_notice::email(&telling, contact),
                    Channel::Sms => sms(hinomi_notice::sms(&telling, contact)),
                };
                Some(letter.about(&due.incident, due.kind, *channel, mail, due.at))
            }
            Parcel::Folded { due, others, at, .. } => {
                let others = self.incidents(others)?;
                let others: Vec<&Incident> = others.iter().collect();
                let text = hinomi_notice::folded_sms(&due.incident, &others, tenant, contact);
                Some(letter.about(&due.incident, due.kind, Channel::Sms, sms(text), *at))
            }
            Parcel::Digest { incidents, day, at, .. } => {
                let told = self.incidents(incidents)?;
                let told: Vec<&Incident> = told.iter().collect();
                told.first().map(|first| {
                    let mail = hinomi_notice::digest(&told, tenant, contact, *day);
                    letter.about(first, NoticeKind::Digest, Channel::Email, mail, *at)
                })
            }
        })
    }

    fn incidents(&self, ids: &[IncidentId]) -> Result<Vec<Incident>, Fault> {
        let found = ids.iter().filter_map(|id| block_on(incident(self.store, *id)).transpose());
        Ok(found.collect::<Result<_, _>>()?)
    }
}

/// Names a message so that messages are listed in the order of their times.
fn message_key(unit: &Unit, at: EventTime) -> String {
    let print = Fingerprint::new("message/1")
        .text(&unit.incident.to_string())
        .text(&unit.notice)
        .text(&unit.contact)
        .text(unit.channel.as_str())
        .finish_short();
    // Times before 1970 sort before the others, too.
    format!("{MESSAGES}{:020}-{print:016x}.json", i128::from(at.nanos()) - i128::from(i64::MIN))
}

/// Where messages are kept.
const MESSAGES: &str = "notices/";

/// Hands out every message that was sent, by time.
pub(super) fn each_notice(
    store: &impl Store,
    take: &mut dyn FnMut(Notice) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut after: Option<ArchiveKey> = None;
    loop {
        let keys = block_on(store.list(MESSAGES, after.as_ref(), BATCH))?;
        for key in &keys {
            if let Some(bytes) = block_on(store.fetch(key))? {
                take(serde_json::from_slice(&bytes)?)?;
            }
        }
        match keys.last() {
            Some(last) => after = Some(last.clone()),
            None => return Ok(()),
        }
    }
}

/// Whom a message goes to.
struct Letter<'a> {
    tenant: &'a Tenant,
    contact: &'a Contact,
}

impl Letter<'_> {
    fn about(
        &self,
        incident: &Incident,
        kind: NoticeKind,
        channel: Channel,
        mail: Mail,
        at: EventTime,
    ) -> Notice {
        let language: Language = self.contact.language.unwrap_or(self.tenant.language);
        Notice {
            incident: incident.core.id,
            number: incident.core.number.clone(),
            revision: incident.core.revision,
            kind,
            level: incident.core.level,
            contact: self.contact.id.clone(),
            channel,
            language,
            subject: mail.subject,
            body: mail.body,
            at,
        }
    }
}

/// An SMS has no subject.
fn sms(body: String) -> Mail {
    Mail { subject: String::new(), body }
}

fn ledger_key(tenant: &Tenant) -> String {
    format!("post/{}", tenant.id())
}
