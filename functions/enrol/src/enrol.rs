//! One run of enrolment.

use std::collections::BTreeSet;

use hinomi_lambda::{BadEvent, Budget, Event, Failure, Handler, Invocation, Metric, Report};
use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{EventTime, TenantId};
use hinomi_steps::enrol::{Change, Memory, Standing, Subscriptions, plan};
use hinomi_store::{Error, Fetched, Ledger, Published, Stored};
use serde::Serialize;

use crate::ports::{Accepted, Operations};
use crate::report::{self, Found};

/// The object that people upload; the trigger names no other.
const UPLOADED: &str = "registry.yaml";
/// Attempts to write what is remembered of a tenant; another run at the same time is rare and does the same.
const ATTEMPTS: usize = 3;

/// The function: the uploaded and the accepted registry, the topics, the memory of who was asked, and the operators.
#[derive(Debug)]
pub struct Enrol<P, A, S, L, O> {
    /// The registry as it was uploaded.
    pub uploaded: P,
    /// The registry in force.
    pub accepted: A,
    /// The customers' topics.
    pub subscriptions: S,
    /// Where is remembered who was asked.
    pub ledger: L,
    /// Who is told of what needs a person.
    pub operations: O,
}

/// What a run found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// A registry was refused: the uploaded one, or the one in force.
    pub refused: bool,
    /// Another registry was put in force.
    pub accepted: bool,
    /// Tenants looked at.
    pub tenants: u64,
    /// Topics made.
    pub topics_made: u64,
    /// Subscriptions made, changed and ended.
    pub changes: u64,
    /// Changes that the carrier refuses.
    pub changes_refused: u64,
    /// Contacts' channels that wait for their owner's answer.
    pub pending: u64,
    /// Contacts' channels that get nothing and are not waiting: being asked now, never answered, left, or refused.
    pub missing: u64,
    /// Tenants that an alarm would not reach.
    pub unreachable: u64,
}

/// Why a run was made, which decides what operators hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    /// A registry was uploaded.
    Upload,
    /// The daily look.
    Day,
}

impl<P: Published, A: Accepted, S: Subscriptions, L: Ledger, O: Operations> Enrol<P, A, S, L, O> {
    async fn run(
        &self,
        occasion: Occasion,
        now: EventTime,
        budget: &Budget,
        metrics: &mut Report,
    ) -> Result<Summary, Failure> {
        let mut summary = Summary::default();
        let mut letters = Letters { operations: &self.operations, untold: None };
        let registry = self.registry(&mut summary, metrics, &mut letters).await?;
        if let Some(registry) = registry {
            let (found, strays) = self.reconcile(&registry, now, budget, &mut summary).await?;
            let unreachable: Vec<&Found> = found.iter().filter(|found| found.plan.unreachable()).collect();
            summary.unreachable = unreachable.len() as u64;
            metrics.count(Metric::SubscriptionsPending, summary.pending);
            metrics.count(Metric::SubscriptionsMissing, summary.missing);
            metrics.count(Metric::TenantsUnreachable, summary.unreachable);
            if !unreachable.is_empty() {
                let text = report::unreachable(&unreachable);
                letters.tell("Hinomi: tenants that no alarm reaches", &text).await;
            }
            // Who uploads a number that is none hears of it at once.
            if (occasion == Occasion::Day || summary.changes_refused > 0)
                && let Some(text) = report::daily(&found, &strays)
            {
                letters.tell("Hinomi: contacts that get nothing yet", &text).await;
            }
        }
        letters.untold.map_or(Ok(summary), Err)
    }

    /// Puts the uploaded registry in force, or says why not. Returns the registry in force.
    ///
    /// What was refused is counted before anybody is told, and nothing is counted where it is not known: an alarm stays
    /// as it is.
    async fn registry(
        &self,
        summary: &mut Summary,
        metrics: &mut Report,
        letters: &mut Letters<'_, O>,
    ) -> Result<Option<Registry>, Failure> {
        match self.uploaded.fetch_if_changed(None).await.map_err(Failure::fault)? {
            Fetched::New { bytes, .. } => match read(&bytes) {
                Ok(registry) => {
                    summary.accepted = self.accept(&bytes).await?;
                    metrics.count(Metric::RegistryRefused, 0);
                    return Ok(Some(registry));
                }
                Err(text) => {
                    summary.refused = true;
                    metrics.count(Metric::RegistryRefused, 1);
                    // Each day again, as long as what was uploaded last is not what is in force.
                    letters.tell("Hinomi: registry refused", &text).await;
                }
            },
            Fetched::Missing | Fetched::Unchanged => {
                letters.tell("Hinomi: no registry", &report::missing()).await;
            }
        }
        match self.accepted.fetch_if_changed(None).await.map_err(Failure::fault)? {
            // Accepted by an earlier version and no more by this one: told like an upload that is wrong.
            Fetched::New { bytes, .. } => match read(&bytes) {
                Ok(registry) => Ok(Some(registry)),
                Err(text) => {
                    summary.refused = true;
                    metrics.count(Metric::RegistryRefused, 1);
                    letters.tell("Hinomi: registry in force is refused", &text).await;
                    Ok(None)
                }
            },
            Fetched::Missing | Fetched::Unchanged => Ok(None),
        }
    }

    /// Puts a registry in force unless it is already, and tells whether it did.
    async fn accept(&self, bytes: &[u8]) -> Result<bool, Failure> {
        let known = self.accepted.fetch_if_changed(None).await.map_err(Failure::fault)?;
        if matches!(&known, Fetched::New { bytes: known, .. } if known == bytes) {
            return Ok(false);
        }
        self.accepted.replace(bytes).await.map_err(Failure::fault)?;
        Ok(true)
    }

    /// Makes topics and subscriptions what the registry says. Returns what was found, and topics without a tenant.
    async fn reconcile(
        &self,
        registry: &Registry,
        now: EventTime,
        budget: &Budget,
        summary: &mut Summary,
    ) -> Result<(Vec<Found>, Vec<TenantId>), Failure> {
        let topics = self.subscriptions.topics().await.map_err(Failure::fault)?;
        let topics: BTreeSet<TenantId> = topics.into_iter().collect();
        let mut found = Vec::new();
        for tenant in registry.tenants() {
            out_of_time(budget)?;
            if !topics.contains(tenant.id()) {
                self.subscriptions.create_topic(tenant.id()).await.map_err(Failure::fault)?;
                summary.topics_made += 1;
            }
            found.push(self.tenant(tenant.id(), Some(tenant), now, summary).await?);
            summary.tenants += 1;
        }
        let strays: Vec<TenantId> =
            topics.into_iter().filter(|topic| registry.tenant(topic).is_none()).collect();
        for tenant in &strays {
            out_of_time(budget)?;
            found.push(self.tenant(tenant, None, now, summary).await?);
        }
        Ok((found, strays))
    }

    async fn tenant(
        &self,
        id: &TenantId,
        tenant: Option<&Tenant>,
        now: EventTime,
        summary: &mut Summary,
    ) -> Result<Found, Failure> {
        let listed = self.subscriptions.subscriptions(id).await.map_err(Failure::fault)?;
        let key = format!("enrol/{id}");
        let stored = self.ledger.read(&key).await.map_err(Failure::fault)?;
        let before = remembered(stored.as_ref());
        let mut plan = plan(tenant, &listed, &before, now);
        let mut failed = None;
        for change in std::mem::take(&mut plan.changes) {
            if failed.is_some() {
                plan.undone(&change, &before);
                continue;
            }
            match self.change(id, &change).await {
                Ok(()) => summary.changes += 1,
                Err(error) if error.is_retryable() => {
                    plan.undone(&change, &before);
                    failed = Some(error);
                }
                // A finding about this contact, and no reason to let the others wait.
                Err(_) => {
                    plan.refused(&change, &before);
                    summary.changes_refused += 1;
                }
            }
        }
        // Remembered after it is done, and also when not all of it was: a run that is cut off in between finds the
        // question listed as unanswered.
        self.remember(&key, &plan.memory, before, stored).await?;
        if let Some(error) = failed {
            return Err(Failure::fault(error));
        }
        for member in &plan.members {
            match member.standing {
                Standing::Confirmed => {}
                Standing::Pending => summary.pending += 1,
                Standing::Missing | Standing::Unanswered | Standing::Left | Standing::Refused => {
                    summary.missing += 1;
                }
            }
        }
        Ok(Found { tenant: id.clone(), plan })
    }

    /// Writes what is to be remembered of a tenant, unless it is `before`, which was read as `stored`.
    async fn remember(
        &self,
        key: &str,
        memory: &Memory,
        mut before: Memory,
        mut stored: Option<Stored>,
    ) -> Result<(), Failure> {
        for _ in 0..ATTEMPTS {
            if before == *memory {
                break;
            }
            let bytes = serde_json::to_vec(memory).map_err(Failure::fault)?;
            match self.ledger.write(key, stored.map(|stored| stored.version), &bytes).await {
                Ok(_) => break,
                Err(Error::Conflict { .. }) => {
                    stored = self.ledger.read(key).await.map_err(Failure::fault)?;
                    before = remembered(stored.as_ref());
                }
                Err(error) => return Err(Failure::fault(error)),
            }
        }
        Ok(())
    }

    async fn change(&self, tenant: &TenantId, change: &Change) -> hinomi_store::Result<()> {
        match change {
            Change::Subscribe { channel, endpoint, filter, .. } => {
                self.subscriptions.subscribe(tenant, *channel, endpoint, filter).await
            }
            Change::SetFilter { arn, filter, .. } => self.subscriptions.set_filter(arn, filter).await,
            Change::Unsubscribe { arn } => self.subscriptions.unsubscribe(arn).await,
        }
    }
}

/// What operators are told. A failure is kept for the end of the run: what can be done without them is done.
struct Letters<'o, O> {
    operations: &'o O,
    untold: Option<Failure>,
}

impl<O: Operations> Letters<'_, O> {
    async fn tell(&mut self, subject: &str, text: &str) {
        if let Err(error) = self.operations.tell(subject, text).await {
            self.untold.get_or_insert(Failure::fault(error));
        }
    }
}

/// Reads a registry, or says what operators are told of it.
fn read(bytes: &[u8]) -> Result<Registry, String> {
    let problems = match std::str::from_utf8(bytes) {
        Ok(text) => match Registry::from_yaml(text) {
            Ok(registry) => return Ok(registry),
            Err(problems) => problems,
        },
        Err(_) => hinomi_model::registry::Problems(vec![hinomi_model::registry::Problem {
            path: UPLOADED.to_owned(),
            text: "not UTF-8".to_owned(),
        }]),
    };
    Err(report::refused(&problems))
}

/// Reads what is remembered of a tenant. A memory that cannot be read is none: somebody may be asked once more.
fn remembered(stored: Option<&Stored>) -> Memory {
    stored.and_then(|stored| serde_json::from_slice(&stored.bytes).ok()).unwrap_or_default()
}

/// Ends a run that has no time left; the repeat goes on, because what is done is found done.
fn out_of_time(budget: &Budget) -> Result<(), Failure> {
    match budget.is_spent() {
        true => Err(Failure::fault(std::io::Error::other("out of time between tenants"))),
        false => Ok(()),
    }
}

impl<P: Published, A: Accepted, S: Subscriptions, L: Ledger, O: Operations> Handler for Enrol<P, A, S, L, O> {
    type Answer = Summary;

    async fn handle(&self, invocation: &Invocation, report: &mut Report) -> Result<Summary, Failure> {
        let event = Event::read(&invocation.payload)?;
        let (occasion, now) = match &event {
            Event::Object(object) if object.key == UPLOADED => (Occasion::Upload, invocation.clock.now()),
            Event::Object(_) => return Err(BadEvent::BadValue("object").into()),
            Event::Schedule(schedule) => (Occasion::Day, schedule.time),
            other => return Err(other.refused().into()),
        };
        self.run(occasion, now, &invocation.budget, report).await
    }
}
