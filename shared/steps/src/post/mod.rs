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
//! * What never can be delivered is told to whoever runs the platform, and only then recorded ([`Post::told`]). So it is
//!   told once more, rather than never.

mod ledgers;
mod letter;
mod untold;

use std::collections::BTreeSet;

use hinomi_correlate::{Due, Ledger as TenantLedger, Parcel};
use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{Channel, EventTime, Fingerprint, Seconds, Settings, TenantId};
use hinomi_notice::{Notifier, NotifyError, Outgoing, Repeat};
use hinomi_store::{Claim, Message, OutboxEntry, Store, Unit};

use crate::documents;
use crate::error::{Error, Result};
use crate::incidents::{complete, incident};
use crate::set_aside::set_aside;
use ledgers::Ledgers;
use untold::Untold;

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
    /// It never will be delivered, which is recorded once somebody was told: see [`Post::told`].
    Untold,
}

impl Fate {
    /// Returns what became of a whole, one part of which waits or is untold.
    fn with(self, part: Fate) -> Fate {
        match (self, part) {
            (Fate::Waiting, _) | (_, Fate::Waiting) => Fate::Waiting,
            (Fate::Untold, _) | (_, Fate::Untold) => Fate::Untold,
            (Fate::Done, Fate::Done) => Fate::Done,
        }
    }
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
    /// Tenants whose ledger the store can neither read nor write: their folds and digests wait.
    pub stuck: u64,
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
    /// The incident's number for people, or its id where nobody knows the number any more.
    pub number: String,
    /// The contact.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
    /// Why: `unreachable`, `unsendable`; `gone` when its contact or its incidents are there no more; `orphaned` when it
    /// was claimed, perhaps published, and belongs to nothing any more.
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
    untold: Untold,
}

impl<'a, S: Store, N: Notifier> Post<'a, S, N> {
    /// Makes a post that knows nothing of the ledgers yet. It reads each once, and again when somebody else wrote it: in
    /// a function it lives as long as an invocation, so that a sweep sees what others wrote.
    pub fn new(store: &'a S, notifier: N, registry: &'a Registry, settings: &'a Settings) -> Self {
        let ledgers = Ledgers::new(store, registry, settings);
        let (posted, untold) = Default::default();
        Post { store, notifier, registry, settings, ledgers, posted, untold }
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

    /// Records what never can be delivered, after somebody was told of all that [`posted`](Self::posted) names. What is not
    /// recorded is met again by a later sweep, and told again.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; what was not recorded is met again.
    pub async fn told(&mut self, now: EventTime) -> Result<()> {
        let Untold { units, notices, parcels } = std::mem::take(&mut self.untold);
        for (unit, reason) in &units {
            self.confirm(unit, now, &format!("{}{reason}", Message::REFUSED)).await?;
        }
        for id in &notices {
            self.store.done(id).await?;
        }
        for (tenant, parcels) in &parcels {
            self.settle(tenant, parcels, now).await?;
        }
        Ok(())
    }

    /// Delivers everything that is due by `up_to`: notices first, then folds and digests. Whoever calls it looks at what
    /// can't be delivered when it returns, so that this is recorded at once.
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
        self.wake(up_to, now, &|| true).await?;
        self.told(now).await
    }

    /// Does what a minute's sweep does: notices that are due by `up_to` and not done, folds and digests, and claims that
    /// nobody confirmed. `now` is the time of claims, and decides which of others' claims are old; `left` tells how many
    /// seconds there are for more.
    ///
    /// A notice that has waited long does not keep the sweep from the others: at most a batch of the oldest is tried, in
    /// half of the time; what just appeared is delivered by whoever hears of it; folds and digests have half of the rest,
    /// and old claims what is left then.
    ///
    /// # Errors
    ///
    /// Only what may be tried again; what was done until then is done.
    pub async fn sweep(
        &mut self,
        up_to: EventTime,
        now: EventTime,
        left: &(dyn Fn() -> Seconds + Sync),
    ) -> Result<()> {
        let all = left();
        let mut tried = BTreeSet::new();
        for entry in self.store.due(up_to, BATCH).await? {
            if left() <= all / 2 {
                self.still_waits(entry.due);
                break;
            }
            self.entry(&entry, now).await?;
            tried.insert(entry.id);
        }
        self.wake(up_to, now, &|| left() > all / 4).await?;
        for (unit, claimed) in self.store.unconfirmed(now.plus(-CLAIM_HOLDS), MAX_CLAIMS).await? {
            if left() <= 0 {
                break;
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
        // Folds and digests lie in their ledgers and are tried each minute. What lies nowhere was set aside, or its
        // notice was dealt with by a sender that lost the confirmation.
        let is_orphan = now.since(claimed) > ORPHANED_AFTER
            && self.ledgers.all_were_read()
            && !self.ledgers.holds(&unit.notice)
            && !self.untold.holds(unit);
        if is_orphan {
            let incident = match incident(self.store, unit.incident).await {
                Err(error) if error.is_retryable() => return Err(error),
                found => found.ok().flatten(),
            };
            let (tenant, number) = match incident {
                Some(incident) => (incident.core.tenant, incident.core.number),
                None => (TenantId::new("unknown"), unit.incident.to_string()),
            };
            self.never(tenant, number, unit, "orphaned");
        }
        Ok(())
    }

    /// Delivers a notice; one that never can be dealt with is set aside, so that it holds up nothing.
    async fn entry(&mut self, entry: &OutboxEntry, now: EventTime) -> Result<Fate> {
        let fate = match self.parcels_of(entry, now).await {
            Err(error) if !error.is_retryable() => {
                self.put_aside("outbox", &entry.id, &entry.bytes).await?;
                Fate::Untold
            }
            other => other?,
        };
        match fate {
            Fate::Done => self.store.done(&entry.id).await?,
            Fate::Waiting => self.still_waits(entry.due),
            Fate::Untold => self.untold.notices.push(entry.id.clone()),
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
            return Ok(Fate::Untold);
        };
        complete(self.store, self.registry, self.settings, &mut due.incident).await?;
        let settings = self.settings;
        let parcels = if due.is_by_mail() {
            TenantLedger::default().admit(&due, tenant, settings)
        } else {
            self.ledgers.change(tenant.id(), now, |ledger| ledger.admit(&due, tenant, settings)).await?
        };
        let mut fate = Fate::Done;
        for parcel in &parcels {
            fate = fate.with(self.send_or_set_aside(tenant, parcel, now).await?);
        }
        Ok(fate)
    }

    /// Delivers what the tenants' ledgers release by `up_to`, as long as there is time for another tenant. One whose
    /// ledger can't be read or written holds up no other.
    async fn wake(
        &mut self,
        up_to: EventTime,
        now: EventTime,
        more_time: &(dyn Fn() -> bool + Sync),
    ) -> Result<()> {
        let mut looked_at = Vec::new();
        for id in self.ledgers.waking(up_to).await? {
            if !more_time() {
                self.ledgers.not_all_were_read();
                break;
            }
            if let Some(tenant) = self.registry.tenant(&id) {
                match self.release(tenant, up_to, now).await {
                    Err(error) if error.is_retryable() => return Err(error),
                    Err(_) => {
                        self.ledgers.not_all_were_read();
                        self.posted.stuck += 1;
                        continue;
                    }
                    Ok(()) => {}
                }
            }
            looked_at.push(id);
        }
        self.ledgers.rest(&looked_at, now).await
    }

    /// Delivers what a tenant's ledger releases.
    async fn release(&mut self, tenant: &Tenant, up_to: EventTime, now: EventTime) -> Result<()> {
        let settings = self.settings;
        let release = |ledger: &mut TenantLedger| {
            ledger.wake(tenant, settings, up_to);
            ledger.released().to_vec()
        };
        let released = self.ledgers.change(tenant.id(), now, release).await?;
        let mut settled = Vec::new();
        let mut failed = None;
        for parcel in &released {
            match self.send_or_set_aside(tenant, parcel, now).await {
                Ok(Fate::Done) => settled.push(parcel.id()),
                Ok(Fate::Waiting) => self.still_waits(parcel.at()),
                Ok(Fate::Untold) => {
                    self.untold.parcels.entry(tenant.id().clone()).or_default().push(parcel.id());
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.settle(tenant.id(), &settled, now).await?;
        failed.map_or(Ok(()), Err)
    }

    /// Forgets parcels that a tenant's ledger released.
    async fn settle(&mut self, tenant: &TenantId, parcels: &[String], now: EventTime) -> Result<()> {
        if parcels.is_empty() {
            return Ok(());
        }
        let settle = |ledger: &mut TenantLedger| parcels.iter().for_each(|id| ledger.settle(id));
        self.ledgers.change(tenant, now, settle).await
    }

    /// Sends a parcel. One that cannot be written is set aside, so that the others of its notice go.
    async fn send_or_set_aside(&mut self, tenant: &Tenant, parcel: &Parcel, now: EventTime) -> Result<Fate> {
        match self.send(tenant, parcel, now).await {
            Err(error) if !error.is_retryable() => {
                // A claim is what remembers it while others of its notice wait. Without one it is told as often as they
                // are tried.
                if let Some(unit) = unit_of(parcel) {
                    match self.store.claim(&unit, now).await {
                        Ok(Claim::Sent { .. }) => return Ok(Fate::Done),
                        Ok(_) if self.untold.holds(&unit) => return Ok(Fate::Untold),
                        Ok(_) => self.untold.units.push((unit, "set aside")),
                        Err(error) if error.is_retryable() => return Err(error.into()),
                        Err(_) => {}
                    }
                }
                self.put_aside("parcels", &parcel.id(), &documents::pack(parcel)?).await?;
                Ok(Fate::Untold)
            }
            other => other,
        }
    }

    async fn send(&mut self, tenant: &Tenant, parcel: &Parcel, now: EventTime) -> Result<Fate> {
        let store = self.store;
        // A digest of nothing tells nobody anything.
        let Some(unit) = unit_of(parcel) else { return Ok(Fate::Done) };
        if self.untold.holds(&unit) {
            return Ok(Fate::Untold);
        }
        let Some(mut notice) = letter::write(store, tenant, parcel, Repeat::No).await? else {
            if let Claim::Sent { .. } = store.claim(&unit, now).await? {
                return Ok(Fate::Done);
            }
            let number = match parcel {
                Parcel::Notice { due, .. } | Parcel::Folded { due, .. } => due.incident.core.number.clone(),
                Parcel::Digest { .. } => unit.incident.to_string(),
            };
            return Ok(self.never(tenant.id().clone(), number, &unit, "gone"));
        };
        let repeat = match store.claim(&unit, now).await? {
            Claim::New => Repeat::No,
            Claim::Sent { .. } => return self.noted_for_others(parcel, &unit, now).await,
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
                self.confirm(&unit, now, &message.0).await?;
                return self.noted_for_others(parcel, &unit, now).await;
            }
            Err(NotifyError::Unreachable { .. }) => "unreachable",
            Err(NotifyError::Unsendable(_)) => "unsendable",
            Err(_) => {
                self.posted.failed += 1;
                return Ok(Fate::Waiting);
            }
        };
        Ok(self.never(tenant.id().clone(), notice.number.clone(), &unit, refused))
    }

    /// Records for each further incident of a parcel that was sent that it was told by it, so that who was told of an
    /// incident is one question whatever told it. The parcel waits in its ledger until all are recorded.
    async fn noted_for_others(&self, parcel: &Parcel, unit: &Unit, now: EventTime) -> Result<Fate> {
        if parcel.others().is_empty() {
            return Ok(Fate::Done);
        }
        let told = self.store.of(unit.incident).await?;
        let receipt = told.iter().find(|delivery| delivery.unit == *unit);
        let Some(receipt) = receipt.and_then(|delivery| delivery.messages.first()) else {
            return Ok(Fate::Waiting);
        };
        for incident in parcel.others() {
            let other = Unit { incident: *incident, ..unit.clone() };
            self.store.claim(&other, now).await?;
            self.confirm(&other, receipt.at, &receipt.id).await?;
        }
        Ok(Fate::Done)
    }

    /// Notes that a claimed unit will never be delivered, for whoever has to know.
    fn never(&mut self, tenant: TenantId, number: String, unit: &Unit, reason: &'static str) -> Fate {
        let (contact, channel) = (unit.contact.clone(), unit.channel);
        self.posted.undeliverable.push(Undeliverable { tenant, number, contact, channel, reason });
        self.untold.units.push((unit.clone(), reason));
        Fate::Untold
    }

    /// Confirms that a unit was published, and tries so more than once: what is not confirmed is sent again.
    async fn confirm(&self, unit: &Unit, now: EventTime, message: &str) -> Result<()> {
        let mut tries = 1;
        loop {
            match self.store.sent(unit, now, message).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_retryable() && tries < CONFIRM_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
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

/// Returns the unit that a parcel is delivered as; `None` for a digest of nothing.
fn unit_of(parcel: &Parcel) -> Option<Unit> {
    let incident = parcel.incident()?;
    let (contact, channel) = (parcel.contact().to_owned(), parcel.channel());
    Some(Unit { incident, notice: parcel.id(), contact, channel })
}

impl Error {
    /// Makes an error of what a catch caught.
    pub(crate) fn of(panic: crate::caught::Panicked) -> Self {
        Error::Panicked { place: panic.place }
    }
}
