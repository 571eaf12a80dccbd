//! The post: takes due notices from the outbox, asks the tenant's ledger what of them goes at once, and hands each
//! parcel to the carrier, once.
//!
//! What holds whoever dies at whatever point, and however many do this at the same time:
//!
//! * A notice stays in the outbox until each of its parcels is delivered or never will be; a fold or a digest stays
//!   *released* in the tenant's ledger as long. So nothing is forgotten.
//! * What the ledger decides (this SMS goes, that one is folded) is written, conditionally, before anything is
//!   published; admitted again, the same notice gets the same answer. So two senders never decide differently.
//! * A parcel is claimed before it is published and confirmed after. Of any number of senders one gets the claim. A claim
//!   that is two minutes old and not confirmed is taken over, and the message then says that it may be a repeat. So a
//!   message goes out twice only if its first sender died, or lost the carrier's answer, between publishing and
//!   confirming.

mod ledgers;
mod letter;

use std::collections::BTreeSet;

use hinomi_correlate::{Due, Ledger as TenantLedger, Parcel};
use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{Channel, EventTime, Fingerprint, Seconds, Settings, TenantId};
use hinomi_notice::{Notifier, NotifyError, Outgoing, Repeat};
use hinomi_store::{Claim, Message, OutboxEntry, Store, Unit};

use crate::documents;
use crate::error::{Error, Result};
use crate::incidents::add_scope;
use crate::set_aside::set_aside;
use ledgers::Ledgers;

/// A claim this old that nobody confirmed is nobody's: far longer than a carrier takes to answer, and than a sender
/// lives on after its last call.
pub const CLAIM_HOLDS: Seconds = 120;
/// Notices taken from the outbox at once.
const BATCH: usize = 256;
/// Unconfirmed claims looked at in a sweep; those of notices in the outbox are met there anyhow.
const MAX_CLAIMS: usize = 64;
/// A claim this old that belongs to nothing any more is closed, so that it is not looked at for ever.
const ORPHANED_AFTER: Seconds = 3_600;
/// How often a confirmation is tried before the message counts as unconfirmed: the same call changes nothing, and each
/// one that succeeds saves a person a message that may be a repeat.
const CONFIRM_TRIES: u32 = 3;
/// A notice of a tenant that the registry does not know waits this long for a newer registry; then it is set aside.
const UNKNOWN_TENANT_WAITS: Seconds = 3_600;

/// What became of a notice or a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is delivered, or never will be, which is recorded.
    Done,
    /// It waits: somebody else is at it, or the carrier was busy. A later sweep comes back to it.
    Waiting,
}

/// What was done, for whoever counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// Messages that the carrier took.
    pub sent: Vec<Sent>,
    /// Messages that the carrier did not take, or of which it did not say so; they are tried again.
    pub failed: u64,
    /// Messages that never can be delivered: a person has to know.
    pub undeliverable: Vec<Undeliverable>,
    /// Notices, parcels and ledgers that could not be dealt with and were set aside, by where they lie.
    pub set_aside: Vec<String>,
    /// Parcels whose contact or incident is not there any more.
    pub gone: u64,
    /// When the oldest of the notices that still wait was due.
    pub oldest_waiting: Option<EventTime>,
}

/// A message that the carrier took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// How it travels.
    pub channel: Channel,
    /// When it was decided to send it.
    pub decided: EventTime,
    /// It says that it may be a repeat.
    pub repeat: bool,
}

/// A message that never can be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeliverable {
    /// Whose contact.
    pub tenant: TenantId,
    /// The incident's number for people.
    pub number: String,
    /// The contact.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
    /// Why: `unreachable`, `unsendable`.
    pub reason: &'static str,
}

/// Delivers what is due.
pub struct Post<'a, S, N> {
    store: &'a S,
    notifier: N,
    registry: &'a Registry,
    settings: &'a Settings,
    ledgers: Ledgers<'a, S>,
    posted: Posted,
}

impl<'a, S: Store, N: Notifier> Post<'a, S, N> {
    /// Makes a post that knows nothing of the ledgers yet. It reads each once, and again when somebody else wrote it: in
    /// a function it lives as long as an invocation, so that a sweep sees what others wrote.
    pub fn new(store: &'a S, notifier: N, registry: &'a Registry, settings: &'a Settings) -> Self {
        let ledgers = Ledgers::new(store, registry, settings);
        Post { store, notifier, registry, settings, ledgers, posted: Posted::default() }
    }

    /// Returns the carrier.
    pub fn notifier(&self) -> &N {
        &self.notifier
    }

    /// Returns what was done so far.
    pub fn posted(&self) -> Posted {
        let mut posted = self.posted.clone();
        posted.set_aside.extend(self.ledgers.set_aside().iter().cloned());
        posted
    }

    /// Returns what was done since the last call.
    pub fn take_posted(&mut self) -> Posted {
        let posted = self.posted();
        self.posted = Posted::default();
        self.ledgers.forget_set_aside();
        posted
    }

    /// Tells whether something goes out by `now` that looks at incidents beyond those that just decided a notice.
    pub fn needs_incidents(&self, now: EventTime) -> bool {
        self.ledgers.any_wakes(now)
    }

    /// Delivers a notice that was put into the outbox, by its id. One that is dealt with already is done.
    ///
    /// `now` is the time of claims, and decides which of others' claims are old.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; everything else is set aside.
    pub async fn notice(&mut self, id: &str, now: EventTime) -> Result<Fate> {
        match self.store.entry(id).await? {
            Some(entry) => self.entry(&entry, now).await,
            None => Ok(Fate::Done),
        }
    }

    /// Delivers everything that is due by `up_to`: notices first, then folds and digests.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; everything else is set aside.
    pub async fn deliver(&mut self, up_to: EventTime, now: EventTime) -> Result<()> {
        let mut tried = BTreeSet::new();
        loop {
            let waiting = self.store.due(up_to, BATCH).await?;
            let fresh: Vec<OutboxEntry> =
                waiting.into_iter().filter(|entry| tried.insert(entry.id.clone())).collect();
            if fresh.is_empty() {
                break;
            }
            for entry in fresh {
                self.entry(&entry, now).await?;
            }
        }
        self.wake(up_to, now).await
    }

    /// Does what a minute's sweep does: notices that are due by `up_to` and not done, folds and digests, and claims that
    /// nobody confirmed. `now` is the time of claims, and decides which of others' claims are old; `more_time` says
    /// whether there is time for another notice.
    ///
    /// A notice that has waited long does not keep the sweep from the others: at most a batch of the oldest is tried,
    /// what just appeared is delivered by whoever hears of it, and old claims are looked at by themselves.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; what was done until then is done.
    pub async fn sweep(
        &mut self,
        up_to: EventTime,
        now: EventTime,
        more_time: &(dyn Fn() -> bool + Sync),
    ) -> Result<()> {
        let mut tried = BTreeSet::new();
        for entry in self.store.due(up_to, BATCH).await? {
            if !more_time() {
                self.still_waits(entry.due);
                return Ok(());
            }
            self.entry(&entry, now).await?;
            tried.insert(entry.id);
        }
        if more_time() {
            self.wake(up_to, now).await?;
        }
        for (unit, claimed) in self.store.unconfirmed(now.plus(-CLAIM_HOLDS), MAX_CLAIMS).await? {
            if !more_time() {
                return Ok(());
            }
            self.unconfirmed(&unit, claimed, now, &mut tried).await?;
        }
        Ok(())
    }

    /// Looks after a claim that nobody confirmed and no listing of notices brought.
    async fn unconfirmed(
        &mut self,
        unit: &Unit,
        claimed: EventTime,
        now: EventTime,
        tried: &mut BTreeSet<String>,
    ) -> Result<()> {
        let ending = format!("/{}/{}", unit.contact, unit.channel);
        if let Some(id) = unit.notice.strip_suffix(&ending) {
            if tried.contains(id) {
                return Ok(());
            }
            if let Some(entry) = self.store.entry(id).await? {
                self.entry(&entry, now).await?;
                tried.insert(entry.id);
                return Ok(());
            }
        }
        self.still_waits(claimed);
        // Folds and digests lie in their ledgers and are tried each minute. What lies nowhere lost its contact after
        // it was claimed, or was set aside.
        if now.since(claimed) > ORPHANED_AFTER && !self.ledgers.holds(&unit.notice) {
            self.refuse(unit, now, "orphaned").await?;
        }
        Ok(())
    }

    /// Delivers a notice; one that never can be dealt with is set aside, so that it holds up nothing.
    async fn entry(&mut self, entry: &OutboxEntry, now: EventTime) -> Result<Fate> {
        let fate = match self.parcels_of(entry, now).await {
            Err(error) if !error.is_retryable() => {
                self.put_aside("outbox", &entry.id, &entry.bytes).await?;
                Fate::Done
            }
            other => other?,
        };
        match fate {
            Fate::Done => self.store.done(&entry.id).await?,
            Fate::Waiting => self.still_waits(entry.due),
        }
        Ok(fate)
    }

    async fn parcels_of(&mut self, entry: &OutboxEntry, now: EventTime) -> Result<Fate> {
        let mut due: Due = documents::unpack(&entry.bytes)?;
        let Some(tenant) = self.registry.tenant(&due.incident.core.tenant) else {
            if now.since(due.at) < UNKNOWN_TENANT_WAITS {
                return Ok(Fate::Waiting);
            }
            self.put_aside("outbox", &entry.id, &entry.bytes).await?;
            return Ok(Fate::Done);
        };
        add_scope(self.store, &mut due.incident).await?;
        let settings = self.settings;
        let parcels = if due.is_by_mail() {
            TenantLedger::default().admit(&due, tenant, settings)
        } else {
            self.ledgers.change(tenant.id(), now, |ledger| ledger.admit(&due, tenant, settings)).await?
        };
        let mut fate = Fate::Done;
        for parcel in &parcels {
            if self.send_or_set_aside(tenant, parcel, now).await? == Fate::Waiting {
                fate = Fate::Waiting;
            }
        }
        Ok(fate)
    }

    /// Delivers what the tenants' ledgers release by `up_to`.
    async fn wake(&mut self, up_to: EventTime, now: EventTime) -> Result<()> {
        let waking = self.ledgers.waking(up_to).await?;
        for id in &waking {
            let Some(tenant) = self.registry.tenant(id) else { continue };
            let settings = self.settings;
            let release = |ledger: &mut TenantLedger| {
                ledger.wake(tenant, settings, up_to);
                ledger.released().to_vec()
            };
            let released = self.ledgers.change(id, now, release).await?;
            let mut settled = Vec::new();
            let mut failed = None;
            for parcel in &released {
                match self.send_or_set_aside(tenant, parcel, now).await {
                    Ok(Fate::Done) => settled.push(parcel.id()),
                    Ok(Fate::Waiting) => self.still_waits(parcel.at()),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            if !settled.is_empty() {
                let settle = |ledger: &mut TenantLedger| settled.iter().for_each(|id| ledger.settle(id));
                self.ledgers.change(id, now, settle).await?;
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        self.ledgers.rest(&waking, now).await
    }

    /// Sends a parcel. One that cannot be written is set aside, so that the others of its notice go.
    async fn send_or_set_aside(&mut self, tenant: &Tenant, parcel: &Parcel, now: EventTime) -> Result<Fate> {
        match self.send(tenant, parcel, now).await {
            Err(error) if !error.is_retryable() => {
                self.put_aside("parcels", &parcel.id(), &documents::pack(parcel)?).await?;
                Ok(Fate::Done)
            }
            other => other,
        }
    }

    async fn send(&mut self, tenant: &Tenant, parcel: &Parcel, now: EventTime) -> Result<Fate> {
        let store = self.store;
        let written = letter::write(store, tenant, parcel, Repeat::No).await?;
        let (Some(mut notice), Some(incident)) = (written, parcel.incident()) else {
            self.posted.gone += 1;
            return Ok(Fate::Done);
        };
        let unit =
            Unit { incident, notice: parcel.id(), contact: notice.contact.clone(), channel: notice.channel };
        let repeat = match store.claim(&unit, now).await? {
            Claim::New => Repeat::No,
            Claim::Sent { .. } => return Ok(Fate::Done),
            Claim::Claimed { .. } if self.notifier.is_idempotent() => Repeat::No,
            Claim::Claimed { at } if now.since(at) < CLAIM_HOLDS => return Ok(Fate::Waiting),
            Claim::Claimed { at } => match store.take_over(&unit, at, now).await {
                Ok(_) => Repeat::Possible,
                // Somebody else confirmed it or took it over meanwhile.
                Err(hinomi_store::Error::Conflict { .. }) => return Ok(Fate::Waiting),
                Err(error) => return Err(error.into()),
            },
        };
        if repeat == Repeat::Possible {
            let Some(again) = letter::write(store, tenant, parcel, repeat).await? else {
                return Ok(Fate::Waiting);
            };
            notice = again;
        }
        let outgoing = Outgoing {
            tenant: tenant.id(),
            unit: &unit.notice,
            notice: &notice,
            repeat: repeat == Repeat::Possible,
        };
        let refused = match self.notifier.deliver(&outgoing).await {
            Ok(message) => {
                let sent = Sent { channel: unit.channel, decided: notice.at, repeat: outgoing.repeat };
                self.posted.sent.push(sent);
                return self.confirm(&unit, now, &message.0).await;
            }
            Err(NotifyError::Unreachable { .. }) => "unreachable",
            Err(NotifyError::Unsendable(_)) => "unsendable",
            Err(_) => {
                self.posted.failed += 1;
                return Ok(Fate::Waiting);
            }
        };
        self.posted.undeliverable.push(Undeliverable {
            tenant: tenant.id().clone(),
            number: notice.number.clone(),
            contact: unit.contact.clone(),
            channel: unit.channel,
            reason: refused,
        });
        self.refuse(&unit, now, refused).await
    }

    /// Confirms that a unit was published, and tries so more than once: what is not confirmed is sent again.
    async fn confirm(&self, unit: &Unit, now: EventTime, message: &str) -> Result<Fate> {
        let mut tries = 1;
        loop {
            match self.store.sent(unit, now, message).await {
                Ok(()) => return Ok(Fate::Done),
                Err(error) if error.is_retryable() && tries < CONFIRM_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Records that a unit will never be delivered, in the place of a receipt.
    async fn refuse(&self, unit: &Unit, now: EventTime, reason: &str) -> Result<Fate> {
        self.confirm(unit, now, &format!("{}{reason}", Message::REFUSED)).await
    }

    async fn put_aside(&mut self, kind: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let print = Fingerprint::new("set-aside/1").text(name).finish();
        let key = format!("quarantine/{kind}/{print:032x}.json");
        set_aside(self.store, &key, bytes).await?;
        self.posted.set_aside.push(key);
        Ok(())
    }

    fn still_waits(&mut self, due: EventTime) {
        let oldest = self.posted.oldest_waiting.map_or(due, |oldest| oldest.min(due));
        self.posted.oldest_waiting = Some(oldest);
    }
}

impl Error {
    /// Makes an error of what a catch caught.
    pub(crate) fn of(panic: crate::caught::Panicked) -> Self {
        Error::Panicked { place: panic.place }
    }
}
