//! The port through which notices leave, its in-memory twin, and what every implementation must do.

use std::sync::Mutex;

use hinomi_model::{Channel, Notice};

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
}

/// Hands notices to a carrier of mail and SMS.
///
/// * **Delivery.** `Ok` means that the carrier took the message, once, for this contact and channel alone; not that it
///   was read. Each call sends: an implementation neither remembers nor suppresses repeats. Whoever calls keeps the
///   delivery record (incident, notice, contact, channel) and calls once per unit.
/// * **Order.** None is promised between calls.
/// * **Refusal.** A notice that fails [`check_deliverable`] is refused before anything leaves.
/// * **Errors.** [`NotifyError::Busy`] and [`NotifyError::NoAnswer`] may be retried, the others never.
pub trait Notifier {
    /// Sends one notice to its contact.
    ///
    /// # Errors
    ///
    /// See [`NotifyError`]; after [`NotifyError::NoAnswer`] the message may have left nevertheless.
    fn deliver(&self, notice: &Notice) -> Result<MessageId, NotifyError>;
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

/// Keeps what it is given instead of sending it: for `replay`, and for tests.
#[derive(Debug, Default)]
pub struct MemoryNotifier {
    taken: Mutex<Vec<Notice>>,
}

impl MemoryNotifier {
    /// Returns the notices taken so far, in order.
    pub fn taken(&self) -> Vec<Notice> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Notice>> {
        // A list of notices is whole after any panic elsewhere.
        self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Notifier for MemoryNotifier {
    fn deliver(&self, notice: &Notice) -> Result<MessageId, NotifyError> {
        check_deliverable(notice)?;
        let mut taken = self.lock();
        taken.push(notice.clone());
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
    fn deliver(&self, notice: &Notice) -> Result<MessageId, NotifyError> {
        let fault = self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        match fault {
            None => self.inner.deliver(notice),
            Some(NotifyError::NoAnswer) => {
                self.inner.deliver(notice)?;
                Err(NotifyError::NoAnswer)
            }
            Some(other) => Err(other),
        }
    }
}

/// Checks that an implementation keeps the contract of [`Notifier`], with a mail and an SMS that it must take.
///
/// # Errors
///
/// The first promise that it breaks, in words.
pub fn notifier_conformance(notifier: &impl Notifier, mail: &Notice, sms: &Notice) -> Result<(), String> {
    let take = |notice: &Notice| {
        notifier.deliver(notice).map_err(|error| format!("refused a good {}: {error}", notice.channel))
    };
    let (first, second, third) = (take(mail)?, take(mail)?, take(sms)?);
    if first == second || second == third {
        return Err("gave two messages one id".to_owned());
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
        if !matches!(notifier.deliver(notice), Err(NotifyError::Unsendable(_))) {
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

    #[test]
    fn the_memory_twin_keeps_the_contract() {
        let memory = MemoryNotifier::default();
        notifier_conformance(&memory, &notice(Channel::Email), &notice(Channel::Sms)).unwrap();
        assert_eq!(memory.taken().len(), 3);
    }

    #[test]
    fn the_faulty_twin_fails_as_told_and_then_keeps_the_contract() {
        let faulty = Faulty::new(MemoryNotifier::default(), vec![NotifyError::Busy, NotifyError::NoAnswer]);
        let mail = notice(Channel::Email);
        assert_eq!(faulty.deliver(&mail), Err(NotifyError::Busy));
        assert_eq!(faulty.inner().taken().len(), 0);
        assert_eq!(faulty.deliver(&mail), Err(NotifyError::NoAnswer));
        assert_eq!(faulty.inner().taken().len(), 1);
        notifier_conformance(&faulty, &mail, &notice(Channel::Sms)).unwrap();
    }

    #[test]
    fn conformance_notices_a_carrier_that_takes_everything() {
        struct Careless;
        impl Notifier for Careless {
            fn deliver(&self, notice: &Notice) -> Result<MessageId, NotifyError> {
                Ok(MessageId(format!("{notice:p}")))
            }
        }
        assert!(notifier_conformance(&Careless, &notice(Channel::Email), &notice(Channel::Sms)).is_err());
    }
}
