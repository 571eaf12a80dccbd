//! What a person receives.

use serde::{Deserialize, Serialize};

use crate::event::words;
use crate::ids::IncidentId;
use crate::incident::Level;
use crate::time::EventTime;

words! {
    /// The languages that customers and analysts read.
    Language { Ja = "ja", En = "en" }
}

words! {
    /// How a notice travels.
    Channel { Email = "email", Sms = "sms" }
}

words! {
    /// Why a notice is sent.
    NoticeKind {
        /// The incident is told for the first time.
        First = "first",
        /// The level rose, or there is a new stage, family or host.
        Update = "update",
        /// The level fell, or it was a false positive.
        Correction = "correction",
        /// The incident is closed.
        Closed = "closed",
        /// Many level 2 incidents of mass probing in one mail a tenant and day.
        Digest = "digest",
        /// Health: it stopped.
        Down = "down",
        /// Health: it works with less than it should.
        Degraded = "degraded",
        /// Health: it works again.
        Recovered = "recovered",
        /// Health: something happened that somebody should look at, and that ends by itself.
        Noted = "noted",
    }
}

/// One message to one contact on one channel, as in notices.ndjson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The incident; for a digest or a folded SMS, the first of those it tells.
    pub incident: IncidentId,
    /// The incident's number for people.
    pub number: String,
    /// The incident's revision that it tells.
    pub revision: u32,
    /// Why it is sent.
    pub kind: NoticeKind,
    /// The level that it tells; absent for health.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// The tenant's contact.
    pub contact: String,
    /// How it travels.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// E-mail subject, ASCII, at most 100 characters; empty for SMS.
    pub subject: String,
    /// The text.
    pub body: String,
    /// When it was decided to send it, in event time.
    pub at: EventTime,
}
