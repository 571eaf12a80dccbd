//! Who listens to a tenant's notices: what there should be, what there is, and what is done about it.
//!
//! A contact's address or number is subscribed to its tenant's topic, once an endpoint and channel, with a filter that
//! lets through what is for the contacts behind it. An address must confirm before it gets anything, by a link in a mail
//! that each subscribing sends; therefore:
//!
//! * who was asked and has not answered is left alone while the carrier still lists the question. Once that has lapsed
//!   it is put again, at most [`MAX_ASKED`] times in all; then a person has to call.
//! * who had confirmed and is gone has unsubscribed, by the link that stands in every mail. They are never subscribed
//!   again by a program: a contact who is asked again each day after leaving would mark us as junk, and the law of many
//!   countries sides with them. It is reported until the registry changes; taking the contact out and putting it in
//!   again is the person's decision that asks them anew.
//! * whoever is no contact any more is unsubscribed, unless that would silence many at once: a registry that lost its
//!   contacts by mistake must not cost hundreds of confirmations ([`Plan::held_back`]).
//! * whoever the carrier refuses, a number with a digit too few, is reported and not counted as asked
//!   ([`Plan::refused`]); it stands in nobody else's way.
//!
//! The plan is a pure function of registry, subscriptions and memory; doing it twice does nothing more.

mod memory;
mod plan;

pub use memory::MemorySubscriptions;
pub use plan::{Change, Member, Memory, Plan, Standing, plan};

use std::future::Future;

use hinomi_model::{Channel, Seconds, TenantId};
use hinomi_store::Result;

/// How often somebody is asked to confirm. Three mails in nine days are a reminder; more are a nuisance.
pub const MAX_ASKED: u32 = 3;
/// How long the carrier keeps an unanswered question, and therefore the shortest time between two.
pub const QUESTION_LASTS: Seconds = 3 * 86_400;

/// The attribute of a published message that names the contact it is for.
pub const CONTACT_ATTRIBUTE: &str = "contact";
/// The attribute of a published message that names the channel it is written for.
pub const CHANNEL_ATTRIBUTE: &str = "channel";

/// How a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// The contact confirmed it, or it needs no confirmation.
    Confirmed {
        /// Its name, by which it is changed.
        arn: String,
    },
    /// The contact was asked and has not answered. It has no name yet, and ends by itself after some days.
    Pending,
    /// It was ended and is still listed.
    Deleted,
}

/// A subscription to a tenant's topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// How it stands.
    pub state: SubscriptionState,
    /// How it travels, in the carrier's word: `email`, `sms` and others, which are nobody's contact and are left alone.
    pub protocol: String,
    /// The address or number.
    pub endpoint: String,
    /// What it lets through, as JSON; only of one that is confirmed.
    pub filter: Option<String>,
}

/// The tenants' topics and who is subscribed to them.
///
/// Each call is atomic. Making a topic that is there, setting a filter again and ending what is gone change nothing.
/// Subscribing an address that did not confirm asks it by mail, each time it is called. What the carrier will never take,
/// an address or a number that is none, is an error that may not be repeated, and changes nothing.
pub trait Subscriptions: Send + Sync {
    /// Returns the tenants that have a topic.
    fn topics(&self) -> impl Future<Output = Result<Vec<TenantId>>> + Send;

    /// Makes a tenant's topic.
    fn create_topic(&self, tenant: &TenantId) -> impl Future<Output = Result<()>> + Send;

    /// Returns the subscriptions of a tenant's topic, which is there.
    fn subscriptions(&self, tenant: &TenantId) -> impl Future<Output = Result<Vec<Subscribed>>> + Send;

    /// Subscribes an address or a number to a tenant's topic.
    fn subscribe(
        &self,
        tenant: &TenantId,
        channel: Channel,
        endpoint: &str,
        filter: &str,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Sets what a subscription lets through.
    fn set_filter(&self, arn: &str, filter: &str) -> impl Future<Output = Result<()>> + Send;

    /// Ends a subscription.
    fn unsubscribe(&self, arn: &str) -> impl Future<Output = Result<()>> + Send;
}

/// Writes the filter of a subscription: what comes for others than these contacts, or in another form, is not for it.
pub fn filter_policy<'c>(contacts: impl IntoIterator<Item = &'c str>, channel: Channel) -> String {
    let contacts: Vec<&str> = contacts.into_iter().collect();
    serde_json::json!({ CONTACT_ATTRIBUTE: contacts, CHANNEL_ATTRIBUTE: [channel.as_str()] }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_the_contacts_and_the_channel() {
        let filter = filter_policy(["a\"b", "c"], Channel::Sms);
        assert_eq!(filter, r#"{"channel":["sms"],"contact":["a\"b","c"]}"#);
    }
}
