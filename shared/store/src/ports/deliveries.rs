//! Who was told what, when.

use std::future::Future;

use hinomi_model::{Channel, EventTime, IncidentId};
use serde::{Deserialize, Serialize};

use super::{check_key, limits, shown};
use crate::error::{Error, Result};

/// What is delivered once: one notice to one contact on one channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// The incident.
    pub incident: IncidentId,
    /// The notice's id.
    pub notice: String,
    /// The contact.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
}

/// What a claim found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours: publish, then [`Deliveries::sent`].
    New,
    /// Somebody claimed it then and did not confirm it. They may be at it; once that is long ago,
    /// [`Deliveries::take_over`].
    Claimed {
        /// When it was claimed last.
        at: EventTime,
    },
    /// It was sent. Nothing to do.
    Sent {
        /// When it was first confirmed.
        at: EventTime,
    },
}

/// The channel's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it was confirmed.
    pub at: EventTime,
    /// The channel's id for it.
    pub id: String,
}

impl Message {
    /// What stands in the place of a receipt when a unit will never be delivered, before the reason.
    pub const REFUSED: &str = "refused/";

    /// Returns why nothing was delivered; `None` for a receipt.
    pub fn refused(&self) -> Option<&str> {
        self.id.strip_prefix(Message::REFUSED)
    }
}

/// Who was told what, when, with which message ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What was delivered.
    pub unit: Unit,
    /// When it was claimed last.
    pub claimed: EventTime,
    /// How often it was claimed; above 1 it was possibly sent more than once.
    pub attempts: u32,
    /// The receipts, in the order in which they came; empty while unconfirmed.
    pub messages: Vec<Message>,
}

/// The record of deliveries: a unit is claimed before it is published and confirmed after.
pub trait Deliveries: Send + Sync {
    /// Claims a unit at a time. Of any number of callers exactly one gets [`Claim::New`]; the record is unchanged for
    /// the others. After [`Error::Unavailable`] the claim may be there: the repeat finds [`Claim::Claimed`].
    fn claim(&self, unit: &Unit, at: EventTime) -> impl Future<Output = Result<Claim>> + Send;

    /// Claims a unit anew that was claimed at `claimed` and never confirmed, and returns which attempt this is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it was confirmed or taken over meanwhile, [`Error::Missing`] when it was never
    /// claimed.
    fn take_over(
        &self,
        unit: &Unit,
        claimed: EventTime,
        at: EventTime,
    ) -> impl Future<Output = Result<u32>> + Send;

    /// Confirms that a unit was published. A repeat with the same message id changes nothing; another id is added, up
    /// to [`limits::MESSAGES`].
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the unit was never claimed.
    fn sent(&self, unit: &Unit, at: EventTime, message_id: &str) -> impl Future<Output = Result<()>> + Send;

    /// Returns at most `limit` units that were claimed before a time and not confirmed, with the time of the claim,
    /// the oldest first. A listing.
    fn unconfirmed(
        &self,
        before: EventTime,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(Unit, EventTime)>>> + Send;

    /// Returns every delivery of an incident, by unit.
    fn of(&self, incident: IncidentId) -> impl Future<Output = Result<Vec<Delivery>>> + Send;
}

/// Checks the keys of a unit.
///
/// # Errors
///
/// As [`check_key`].
pub fn check_unit(unit: &Unit) -> Result<()> {
    check_key(&unit.notice)?;
    check_key(&unit.contact)
}

impl Delivery {
    /// Makes the record of a first claim.
    pub fn claimed(unit: &Unit, at: EventTime) -> Self {
        Delivery { unit: unit.clone(), claimed: at, attempts: 1, messages: Vec::new() }
    }

    /// Tells what a claim finds.
    pub fn as_claim(&self) -> Claim {
        match self.messages.first() {
            Some(message) => Claim::Sent { at: message.at },
            None => Claim::Claimed { at: self.claimed },
        }
    }

    /// Claims anew, and returns which attempt this is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it was confirmed, or claimed at another time than the one named.
    pub fn take_over(&mut self, claimed: EventTime, at: EventTime) -> Result<u32> {
        if !self.messages.is_empty() || self.claimed != claimed {
            return Err(Error::Conflict { what: format!("delivery of {}", shown(&self.unit.notice)) });
        }
        self.claimed = at;
        self.attempts = self.attempts.saturating_add(1);
        Ok(self.attempts)
    }

    /// Adds a receipt, unless it is there or there are enough.
    pub fn confirm(&mut self, at: EventTime, id: &str) {
        let known = self.messages.iter().any(|message| message.id == id);
        if !known && self.messages.len() < limits::MESSAGES {
            self.messages.push(Message { at, id: id.to_owned() });
        }
    }
}

/// Says that a unit was never claimed.
pub fn never_claimed(unit: &Unit) -> Error {
    Error::Missing { what: format!("claim of {}", shown(&unit.notice)) }
}
