//! Subscriptions in memory: correct, for tests of whoever enrols.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hinomi_model::{Channel, TenantId};
use hinomi_store::{Error, Result};

use super::{Subscribed, SubscriptionState, Subscriptions};

/// Topics and subscriptions as the carrier keeps them: numbers are confirmed at once, addresses when they answer.
#[derive(Debug, Default)]
pub struct MemorySubscriptions {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    topics: BTreeMap<TenantId, Vec<Subscribed>>,
    named: u64,
    asked: Vec<String>,
    refused: BTreeSet<String>,
    calls: usize,
    fails_at: Option<usize>,
}

impl MemorySubscriptions {
    /// Lets the contact answer: its address is confirmed wherever it was asked.
    pub fn confirm(&self, endpoint: &str) {
        let mut held = self.lock();
        let mut named = held.named;
        for subscribed in held.topics.values_mut().flatten().filter(|s| s.endpoint == endpoint) {
            named += 1;
            subscribed.state = SubscriptionState::Confirmed { arn: format!("arn:{named}") };
        }
        held.named = named;
    }

    /// Lets a contact leave, or a question lapse: its subscriptions are gone.
    pub fn forget(&self, endpoint: &str) {
        self.lock().topics.values_mut().for_each(|all| all.retain(|s| s.endpoint != endpoint));
    }

    /// Returns the addresses that were asked by mail, in order.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// Refuses an address or number from now on.
    pub fn refuse(&self, endpoint: &str) {
        self.lock().refused.insert(endpoint.to_owned());
    }

    /// Lets the call after so many others fail, after it did what it should: its answer is lost.
    pub fn fail_at(&self, call: Option<usize>) {
        let mut held = self.lock();
        (held.calls, held.fails_at) = (0, call);
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic elsewhere leaves whole entries.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Counts a call, and fails it when it is the one that fails.
    fn answered<T>(&mut self, answer: T) -> Result<T> {
        let call = self.calls;
        self.calls += 1;
        if self.fails_at == Some(call) {
            return Err(Error::Unavailable { what: "carrier".to_owned(), source: None });
        }
        Ok(answer)
    }

    fn find(&mut self, arn: &str) -> Option<&mut Subscribed> {
        let is_it = |s: &&mut Subscribed| matches!(&s.state, SubscriptionState::Confirmed { arn: name } if name == arn);
        self.topics.values_mut().flatten().find(is_it)
    }
}

impl Subscriptions for MemorySubscriptions {
    async fn topics(&self) -> Result<Vec<TenantId>> {
        let mut held = self.lock();
        let topics = held.topics.keys().cloned().collect();
        held.answered(topics)
    }

    async fn create_topic(&self, tenant: &TenantId) -> Result<()> {
        let mut held = self.lock();
        held.topics.entry(tenant.clone()).or_default();
        held.answered(())
    }

    async fn subscriptions(&self, tenant: &TenantId) -> Result<Vec<Subscribed>> {
        let mut held = self.lock();
        let Some(all) = held.topics.get(tenant).cloned() else {
            return Err(Error::Missing { what: "topic".to_owned() });
        };
        held.answered(all)
    }

    async fn subscribe(
        &self,
        tenant: &TenantId,
        channel: Channel,
        endpoint: &str,
        filter: &str,
    ) -> Result<()> {
        let mut held = self.lock();
        if held.refused.contains(endpoint) {
            return Err(Error::Refused { what: "endpoint".to_owned() });
        }
        held.named += 1;
        let arn = format!("arn:{}", held.named);
        if channel == Channel::Email {
            held.asked.push(endpoint.to_owned());
        }
        let Some(all) = held.topics.get_mut(tenant) else {
            return Err(Error::Missing { what: "topic".to_owned() });
        };
        let protocol = channel.as_str();
        if !all.iter().any(|s| s.protocol == protocol && s.endpoint == endpoint) {
            all.push(Subscribed {
                state: match channel {
                    Channel::Sms => SubscriptionState::Confirmed { arn },
                    Channel::Email => SubscriptionState::Pending,
                },
                protocol: protocol.to_owned(),
                endpoint: endpoint.to_owned(),
                filter: Some(filter.to_owned()),
            });
        }
        held.answered(())
    }

    async fn set_filter(&self, arn: &str, filter: &str) -> Result<()> {
        let mut held = self.lock();
        if let Some(subscribed) = held.find(arn) {
            subscribed.filter = Some(filter.to_owned());
        }
        held.answered(())
    }

    async fn unsubscribe(&self, arn: &str) -> Result<()> {
        let mut held = self.lock();
        held.topics.values_mut().for_each(|all| {
            all.retain(|s| !matches!(&s.state, SubscriptionState::Confirmed { arn: name } if name == arn));
        });
        held.answered(())
    }
}
