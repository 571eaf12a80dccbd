//! The plan: one tenant's contacts against its subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::registry::{Contact, Tenant};
use hinomi_model::{Channel, EventTime, Fingerprint, Level};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MAX_ASKED, QUESTION_LASTS, Subscribed, SubscriptionState, filter_policy};

/// Confirmed subscriptions that may end at once without a person looking at it, whatever the tenant's size.
const FEW: usize = 3;

/// What is remembered of a tenant's subscriptions between two looks at them. Endpoints are kept as fingerprints: it is
/// enough to know them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// By channel and the endpoint's fingerprint.
    #[serde(default)]
    asked: BTreeMap<String, Asked>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    /// How often it was subscribed by us, or seen to have been.
    times: u32,
    /// When last.
    last: EventTime,
    /// It was seen confirmed.
    confirmed: bool,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An endpoint is subscribed; an address is thereby asked to confirm.
    Subscribe {
        /// How it travels.
        channel: Channel,
        /// The address or number.
        endpoint: String,
        /// The contacts behind it.
        contacts: Vec<String>,
        /// What it is to let through.
        filter: String,
    },
    /// A subscription lets through something else.
    SetFilter {
        /// The subscription.
        arn: String,
        /// How it travels.
        channel: Channel,
        /// The contacts behind it.
        contacts: Vec<String>,
        /// What it is to let through.
        filter: String,
    },
    /// A subscription ends.
    Unsubscribe {
        /// The subscription.
        arn: String,
    },
}

/// How a contact's channel stands, once the plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It gets what is for it.
    Confirmed,
    /// It was asked and has not answered yet.
    Pending,
    /// It was asked as often as is decent and never answered.
    Unanswered,
    /// It had confirmed, and left.
    Left,
    /// The carrier refuses its address or number, or what it is to let through. No repeat helps.
    Refused,
    /// It is not subscribed, and is going to be.
    Missing,
}

/// A contact on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The contact's id.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
    /// How it stands.
    pub standing: Standing,
    /// It is told of attacks of level 3 or 4.
    pub urgent: bool,
}

/// What is to be done for a tenant, and how its contacts stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is to be done, in this order.
    pub changes: Vec<Change>,
    /// Every contact and channel, in the registry's order.
    pub members: Vec<Member>,
    /// Subscriptions that should end and are kept, because they are too many for nobody to have looked.
    pub held_back: usize,
    /// Subscriptions that should end, and that the carrier refuses to end.
    pub not_ended: usize,
    /// What to remember once the changes are made.
    pub memory: Memory,
}

impl Plan {
    /// Tells whether somebody should be told of level 3 or 4 and nobody would be.
    pub fn unreachable(&self) -> bool {
        let mut urgent = self.members.iter().filter(|member| member.urgent).peekable();
        urgent.peek().is_some() && urgent.all(|member| member.standing != Standing::Confirmed)
    }

    /// Takes back what is remembered of a change that was not made: nobody was asked. `before` is the memory that the
    /// plan was made with.
    pub fn undone(&mut self, change: &Change, before: &Memory) {
        let Change::Subscribe { channel, endpoint, .. } = change else { return };
        let remembered = remembered_as(&key_of(*channel, endpoint));
        match before.asked.get(&remembered) {
            Some(asked) => self.memory.asked.insert(remembered, *asked),
            None => self.memory.asked.remove(&remembered),
        };
    }

    /// Takes back a change that the carrier refuses. The contacts behind it get nothing, and stand so.
    pub fn refused(&mut self, change: &Change, before: &Memory) {
        self.undone(change, before);
        let (refused, behind) = match change {
            Change::Subscribe { channel, contacts, .. } | Change::SetFilter { channel, contacts, .. } => {
                (*channel, contacts)
            }
            Change::Unsubscribe { .. } => {
                self.not_ended += 1;
                return;
            }
        };
        for member in &mut self.members {
            if member.channel == refused && behind.contains(&member.contact) {
                member.standing = Standing::Refused;
            }
        }
    }
}

/// Contacts that share an address or number share its subscription.
struct Wanted<'t> {
    endpoint: &'t str,
    contacts: BTreeSet<&'t str>,
}

/// A channel and an endpoint in lower case, by which it is known again: carriers and people write addresses as they like.
type Key = (Channel, String);

/// Plans a tenant's subscriptions: `None` for a tenant that is no more, whose subscriptions all end.
///
/// `found` is everything that is subscribed to its topic, `memory` what the last plan left, `now` the time of the look.
pub fn plan(tenant: Option<&Tenant>, found: &[Subscribed], memory: &Memory, now: EventTime) -> Plan {
    let mut wanted: BTreeMap<Key, Wanted<'_>> = BTreeMap::new();
    let contacts = tenant.map(|tenant| tenant.contacts.as_slice()).unwrap_or_default();
    for (contact, channel, endpoint) in contacts.iter().flat_map(endpoints) {
        let wanted = wanted
            .entry(key_of(channel, endpoint))
            .or_insert_with(|| Wanted { endpoint, contacts: BTreeSet::new() });
        wanted.contacts.insert(&contact.id);
    }
    let mut plan = Plan::default();
    let mut standings = BTreeMap::new();
    for (key, wanted) in &wanted {
        let channel = key.0;
        let filter = filter_policy(wanted.contacts.iter().copied(), channel);
        let contacts = || wanted.contacts.iter().map(|contact| (*contact).to_owned()).collect();
        let remembered = remembered_as(key);
        let asked = memory.asked.get(&remembered).copied().unwrap_or_default();
        let known = found.iter().filter(|subscribed| key_of_found(subscribed).as_ref() == Some(key));
        let (standing, asked) = match best(known) {
            Some(Subscribed { state: SubscriptionState::Confirmed { arn }, filter: set, .. }) => {
                if !set.as_deref().is_some_and(|set| is_same(set, &filter)) {
                    let (arn, contacts) = (arn.clone(), contacts());
                    plan.changes.push(Change::SetFilter { arn, channel, contacts, filter });
                }
                (Standing::Confirmed, Asked { confirmed: true, ..asked })
            }
            Some(Subscribed { state: SubscriptionState::Pending, .. }) => {
                // Asked by somebody else, or by us just before we could remember it.
                let asked =
                    if asked.times == 0 { Asked { times: 1, last: now, confirmed: false } } else { asked };
                (Standing::Pending, asked)
            }
            _ if asked.confirmed => (Standing::Left, asked),
            _ if asked.times >= MAX_ASKED => (Standing::Unanswered, asked),
            _ if asked.times > 0 && now.since(asked.last) < QUESTION_LASTS => (Standing::Pending, asked),
            _ => {
                plan.changes.push(Change::Subscribe {
                    channel,
                    endpoint: wanted.endpoint.to_owned(),
                    contacts: contacts(),
                    filter,
                });
                (
                    Standing::Missing,
                    Asked { times: asked.times.saturating_add(1), last: now, confirmed: false },
                )
            }
        };
        standings.insert(key.clone(), standing);
        // Only what is wanted is remembered: whoever is taken out and put in again is asked anew.
        plan.memory.asked.insert(remembered, asked);
    }
    for (contact, channel, endpoint) in contacts.iter().flat_map(endpoints) {
        let standing = standings.get(&key_of(channel, endpoint)).copied().unwrap_or(Standing::Missing);
        plan.members.push(Member {
            contact: contact.id.clone(),
            channel,
            standing,
            urgent: is_urgent(contact),
        });
    }
    end_others(&mut plan, found, |key| wanted.contains_key(key));
    plan
}

/// Ends the subscriptions of those who are no contacts, if they are few.
fn end_others(plan: &mut Plan, found: &[Subscribed], is_wanted: impl Fn(&Key) -> bool) {
    let mut others = Vec::new();
    let mut confirmed = 0_usize;
    for subscribed in found {
        let (Some(key), SubscriptionState::Confirmed { arn }) = (key_of_found(subscribed), &subscribed.state)
        else {
            continue;
        };
        confirmed += 1;
        if !is_wanted(&key) {
            others.push(Change::Unsubscribe { arn: arn.clone() });
        }
    }
    if others.len() > FEW.max(confirmed / 2) {
        plan.held_back = others.len();
    } else {
        plan.changes.extend(others);
    }
}

/// Returns a contact's channels with their endpoints.
fn endpoints(contact: &Contact) -> impl Iterator<Item = (&Contact, Channel, &str)> {
    let email = contact.email.as_deref().map(|email| (contact, Channel::Email, email));
    let sms = contact.sms.as_deref().map(|sms| (contact, Channel::Sms, sms));
    email.into_iter().chain(sms)
}

fn is_urgent(contact: &Contact) -> bool {
    contact.attack && contact.levels.iter().any(|level| *level >= Level::THREE)
}

fn key_of(channel: Channel, endpoint: &str) -> Key {
    (channel, endpoint.to_lowercase())
}

/// Returns the key of a subscription; none for what is no contact's channel, as a queue.
fn key_of_found(subscribed: &Subscribed) -> Option<Key> {
    Channel::from_word(&subscribed.protocol).map(|channel| key_of(channel, &subscribed.endpoint))
}

/// Returns the subscription that says most of an endpoint: an ended one may be listed beside its successor.
fn best<'f>(known: impl Iterator<Item = &'f Subscribed>) -> Option<&'f Subscribed> {
    known.min_by_key(|subscribed| match subscribed.state {
        SubscriptionState::Confirmed { .. } => 0,
        SubscriptionState::Pending => 1,
        SubscriptionState::Deleted => 2,
    })
}

/// Tells whether two filters let the same through, however they are written.
fn is_same(set: &str, wanted: &str) -> bool {
    let read = |text: &str| -> Option<BTreeMap<String, BTreeSet<String>>> {
        let value: Value = serde_json::from_str(text).ok()?;
        serde_json::from_value(value).ok()
    };
    read(set).is_some_and(|set| Some(set) == read(wanted))
}

fn remembered_as((channel, endpoint): &Key) -> String {
    format!("{channel}/{:032x}", Fingerprint::new("endpoint/1").text(endpoint).finish())
}

#[cfg(test)]
mod tests;
