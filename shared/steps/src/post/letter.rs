//! What a parcel says: the words of `notice`, for one contact on one channel.

use hinomi_correlate::Parcel;
use hinomi_model::registry::{Contact, Tenant};
use hinomi_model::{Channel, EventTime, Incident, IncidentId, Language, Notice, NoticeKind};
use hinomi_notice::{Mail, Repeat, Telling, Told};
use hinomi_store::States;

use crate::caught::caught;
use crate::error::{Error, Result};
use crate::incidents::incident;

/// Writes the message of a parcel; `None` when its contact or its incidents are gone.
///
/// # Errors
///
/// When the store fails, or writing panics.
pub(super) async fn write(
    store: &impl States,
    tenant: &Tenant,
    parcel: &Parcel,
    repeat: Repeat,
) -> Result<Option<Notice>> {
    let Some(contact) = tenant.contacts.iter().find(|known| known.id == parcel.contact()) else {
        return Ok(None);
    };
    let others = match parcel {
        Parcel::Notice { .. } => Vec::new(),
        Parcel::Folded { others, .. } => incidents(store, others).await?,
        Parcel::Digest { incidents: told, .. } => incidents(store, told).await?,
    };
    let letter = Letter { tenant, contact, repeat };
    caught(|| letter.write(parcel, &others)).map_err(Error::of)
}

async fn incidents(store: &impl States, ids: &[IncidentId]) -> Result<Vec<Incident>> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(incident(store, *id).await?);
    }
    Ok(found)
}

/// Whom a message goes to.
struct Letter<'a> {
    tenant: &'a Tenant,
    contact: &'a Contact,
    repeat: Repeat,
}

impl Letter<'_> {
    fn write(&self, parcel: &Parcel, others: &[Incident]) -> Option<Notice> {
        let Letter { tenant, contact, repeat } = *self;
        let others: Vec<&Incident> = others.iter().collect();
        Some(match parcel {
            Parcel::Notice { due, channel, .. } => {
                let previous = due.previous.map(|(level, at)| Told { level, at });
                let telling =
                    Telling { incident: &due.incident, tenant, kind: due.kind, previous, at: due.at, repeat };
                let mail = match channel {
                    Channel::Email => hinomi_notice::email(&telling, contact),
                    Channel::Sms => sms(hinomi_notice::sms(&telling, contact)),
                };
                self.about(&due.incident, due.kind, *channel, mail, due.at)
            }
            Parcel::Folded { due, at, .. } => {
                let text = hinomi_notice::folded_sms(&due.incident, &others, tenant, contact, repeat);
                self.about(&due.incident, due.kind, Channel::Sms, sms(text), *at)
            }
            Parcel::Digest { day, at, .. } => {
                let first = others.first()?;
                let mail = hinomi_notice::digest(&others, tenant, contact, *day, repeat);
                self.about(first, NoticeKind::Digest, Channel::Email, mail, *at)
            }
        })
    }

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
