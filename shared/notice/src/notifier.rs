//! The port through which notices leave, its in-memory twin, and what every implementation must do.

use std::future::Future;
use std::sync::{Arc, Mutex};

use hinomi_model::{Channel, Notice, TenantId};

use crate::gsm::sms_fits;
use crate::mail::Mail;

/// What the carrier calls a message that it took.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub String);

/// Why a notice was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// The carrier asks to slow down; nothing was sent. Retry later.
    #[error("carrier is busy")]
    Busy,
    /// The carrier did not answer; the message may have been sent. Retry, and mark it as possibly repeated.
    #[error("carrier did not answer")]
    NoAnswer,
    /// The contact cannot be reached on this channel. Never succeeds by itself: go to the next contact.
    #[error("contact {contact} cannot be reached by {channel}")]
    Unreachable {
        /// The contact.
        contact: String,
        /// How it should have travelled.
        channel: Channel,
    },
    /// The notice itself can never be sent. Quarantine it: it is a bug of whoever wrote it.
    #[error("notice cannot be sent: {0}")]
    Unsendable(Unsendable),
}

/// What is wrong with a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsendable {
    /// A mail without subject, or an SMS with one.
    #[error("subject does not belong to the channel")]
    SubjectMisplaced,
    /// The subject is longer than the carrier takes.
    #[error("subject has {0} characters")]
    SubjectTooLong(usize),
    /// The subject holds something else than printable ASCII.
    #[error("subject is not printable ascii")]
    SubjectNotAscii,
    /// There is no text.
    #[error("body is empty")]
    BodyEmpty,
    /// The text is longer than the channel takes.
    #[error("body has {0} bytes")]
    BodyTooLong(usize),
    /// The carrier refuses it for another reason, and will whenever it is asked.
    #[error("carrier refuses it")]
    Refused,
}

/// A notice on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Whose contact it goes to.
    pub tenant: &'a TenantId,
    /// What is delivered once: the notice's id with its contact and channel.
    pub unit: &'a str,
    /// The notice, with the contact and the channel.
    pub notice: &'a Notice,
    /// It may have gone out before: whoever tried did not live to confirm it. The text says so already.
    pub repeat: bool,
}

/// Hands notices to a carrier of mail and SMS.
///
/// * **Delivery.** `Ok` means that the carrier took the message, once, for this contact and channel alone; not that it
///   was read. Each call sends: an implementation neither remembers nor suppresses repeats, unless it says that it is
///   [idempotent](Notifier::is_idempotent). Whoever calls keeps the delivery record (incident, notice, contact,
///   channel) and calls once per unit.
/// * **Order.** None is promised between calls.
/// * **Refusal.** A notice that fails [`check_deliverable`] is refused before anything leaves.
/// * **Errors.** [`NotifyError::Busy`] and [`NotifyError::NoAnswer`] may be retried, the others never.
pub trait Notifier: Send + Sync {
    /// Sends one notice to its contact.
    ///
    /// # Errors
    ///
    /// See [`NotifyError`]; after [`NotifyError::NoAnswer`] the message may have left nevertheless.
    fn deliver(&self, outgoing: &Outgoing<'_>)
    -> impl Future<Output = Result<MessageId, NotifyError>> + Send;

    /// Tells whether a unit that is delivered again is known by its name and leaves nothing twice, so that nobody need
    /// be told of a possible repeat.
    fn is_idempotent(&self) -> bool {
        false
    }
}

impl<N: Notifier> Notifier for &N {
    fn deliver(
        &self,
        outgoing: &Outgoing<'_>,
    ) -> impl Future<Output = Result<MessageId, NotifyError>> + Send {
        N::deliver(self, outgoing)
    }

    fn is_idempotent(&self) -> bool {
        N::is_idempotent(self)
    }
}

/// Checks what every carrier requires: a printable ASCII subject for mail and none for SMS, a text, and its length.
///
/// # Errors
///
/// [`NotifyError::Unsendable`] with the first thing that is wrong.
pub fn check_deliverable(notice: &Notice) -> Result<(), NotifyError> {
    let refuse = |why: Unsendable| Err(NotifyError::Unsendable(why));
    if notice.subject.is_empty() != (notice.channel == Channel::Sms) {
        return refuse(Unsendable::SubjectMisplaced);
    }
    if !notice.subject.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return refuse(Unsendable::SubjectNotAscii);
    }
    if notice.subject.len() > Mail::MAX_SUBJECT {
        return refuse(Unsendable::SubjectTooLong(notice.subject.len()));
    }
    if notice.body.trim().is_empty() {
        return refuse(Unsendable::BodyEmpty);
    }
    let fits = match notice.channel {
        Channel::Email => notice.body.len() <= Mail::MAX_BODY_BYTES,
        Channel::Sms => sms_fits(&notice.body),
    };
    if fits { Ok(()) } else { refuse(Unsendable::BodyTooLong(notice.body.len())) }
}

/// A message that [`MemoryNotifier`] took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// For whom.
    pub tenant: TenantId,
    /// What is delivered once.
    pub unit: String,
    /// The notice.
    pub notice: Notice,
    /// It was marked as possibly repeated.
    pub repeat: bool,
}

/// Keeps what it is given instead of sending it: for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryNotifier {
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl MemoryNotifier {
    /// Returns the messages taken so far, in order.
    pub fn taken(&self) -> Vec<Taken> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Taken>> {
        // A list of notices is whole after any panic elsewhere.
        self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Notifier for MemoryNotifier {
    async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
        check_deliverable(outgoing.notice)?;
        let mut taken = self.lock();
        taken.push(Taken {
            tenant: outgoing.tenant.clone(),
            unit: outgoing.unit.to_owned(),
            notice: outgoing.notice.clone(),
            repeat: outgoing.repeat,
        });
        Ok(MessageId(format!("memory-{}", taken.len())))
    }
}

/// Fails as told before it lets a delivery through: for tests of whoever delivers.
#[derive(Debug)]
pub struct Faulty<N> {
    inner: N,
    faults: Mutex<Vec<NotifyError>>,
}

impl<N: Notifier> Faulty<N> {
    /// Makes a notifier whose next calls fail with `faults`, in order.
    ///
    /// [`NotifyError::NoAnswer`] fails after the message left, as a lost answer does; the others before.
    pub fn new(inner: N, mut faults: Vec<NotifyError>) -> Self {
        faults.reverse();
        Faulty { inner, faults: Mutex::new(faults) }
    }

    /// Returns the notifier behind it.
    pub fn inner(&self) -> &N {
        &self.inner
    }
}

impl<N: Notifier> Notifier for Faulty<N> {
    async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
        let fault = self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        match fault {
            None => self.inner.deliver(outgoing).await,
            Some(NotifyError::NoAnswer) => {
                self.inner.deliver(outgoing).await?;
                Err(NotifyError::NoAnswer)
            }
            Some(other) => Err(other),
        }
    }

    fn is_idempotent(&self) -> bool {
        self.inner.is_idempotent()
    }
}

/// Checks that an implementation keeps the contract of [`Notifier`], with a mail and an SMS that it must take.
///
/// # Errors
///
/// The first promise that it breaks, in words.
pub async fn notifier_conformance(
    notifier: &impl Notifier,
    mail: &Notice,
    sms: &Notice,
) -> Result<(), String> {
    let tenant = TenantId::new("kita");
    let mut ids = std::collections::BTreeSet::new();
    for (unit, notice, repeat) in
        [("1/duty", mail, false), ("2/duty", mail, true), ("3/duty", sms, false), ("4/duty", sms, true)]
    {
        let outgoing = Outgoing { tenant: &tenant, unit, notice, repeat };
        let taken = notifier.deliver(&outgoing).await;
        let id = taken.map_err(|error| format!("refused a good {}: {error}", notice.channel))?;
        if !ids.insert(id) {
            return Err("gave two messages one id".to_owned());
        }
    }
    let bad = [
        Notice { subject: "two\r\nBcc: lines".to_owned(), ..mail.clone() },
        Notice { subject: "件名".to_owned(), ..mail.clone() },
        Notice { subject: "x".repeat(Mail::MAX_SUBJECT + 1), ..mail.clone() },
        Notice { subject: String::new(), ..mail.clone() },
        Notice { body: " \n".to_owned(), ..mail.clone() },
        Notice { subject: "x".to_owned(), ..sms.clone() },
        Notice { body: "北".repeat(71), ..sms.clone() },
    ];
    for notice in &bad {
        let outgoing = Outgoing { tenant: &tenant, unit: "5/duty", notice, repeat: false };
        if !matches!(notifier.deliver(&outgoing).await, Err(NotifyError::Unsendable(_))) {
            return Err(format!("took a {} with subject {:?}", notice.channel, notice.subject));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hinomi_model::{EventTime, IncidentId, Language, Level, NoticeKind};

    use super::*;

    fn notice(channel: Channel) -> Notice {
        Notice {
            incident: IncidentId(1),
            number: "K-1".to_owned(),
            revision: 1,
            kind: NoticeKind::First,
            level: Some(Level::FOUR),
            contact: "duty".to_owned(),
            channel,
            language: Language::En,
            subject: if channel == Channel::Email { "[SOC][L4] K-1".to_owned() } else { String::new() },
            body: "SOC L4".to_owned(),
            at: EventTime::EPOCH,
        }
    }

    /// Drives what never waits.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => unreachable!("the twins never wait"),
        }
    }

    #[test]
    fn the_memory_twin_keeps_the_contract() {
        let memory = MemoryNotifier::default();
        at_once(notifier_conformance(&memory, &notice(Channel::Email), &notice(Channel::Sms))).unwrap();
        assert_eq!(memory.taken().len(), 4);
        assert_eq!(memory.taken().iter().filter(|taken| taken.repeat).count(), 2);
    }

    #[test]
    fn the_faulty_twin_fails_as_told_and_then_keeps_the_contract() {
        let faulty = Faulty::new(MemoryNotifier::default(), vec![NotifyError::Busy, NotifyError::NoAnswer]);
        let (mail, tenant) = (notice(Channel::Email), TenantId::new("kita"));
        let outgoing = Outgoing { tenant: &tenant, unit: "1/duty", notice: &mail, repeat: false };
        assert_eq!(at_once(faulty.deliver(&outgoing)), Err(NotifyError::Busy));
        assert_eq!(faulty.inner().taken().len(), 0);
        assert_eq!(at_once(faulty.deliver(&outgoing)), Err(NotifyError::NoAnswer));
        assert_eq!(faulty.inner().taken().len(), 1);
        at_once(notifier_conformance(&faulty, &mail, &notice(Channel::Sms))).unwrap();
    }

    #[test]
    fn conformance_notices_a_carrier_that_takes_everything() {
        struct Careless;
        impl Notifier for Careless {
            async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
                Ok(MessageId(outgoing.unit.to_owned()))
            }
        }
        let (mail, sms) = (notice(Channel::Email), notice(Channel::Sms));
        let conforms = notifier_conformance(&Careless, &mail, &sms);
        assert!(at_once(conforms).is_err());
    }
}
