//! The carrier of this machine: messages are kept in the archive, which is where they are read from.

use std::sync::{Mutex, PoisonError};

use hinomi_model::{Fingerprint, Notice};
use hinomi_notice::{MessageId, Notifier, NotifyError, Outgoing, check_deliverable};
use hinomi_store::{Archive, ArchiveKey, Store, block_on};

use crate::error::Fault;

/// Where messages are kept.
const MESSAGES: &str = "notices/";
/// Names of messages listed at once.
const PAGE: usize = 256;

/// Publishes a message by keeping it.
pub(super) struct ArchiveNotifier<'a, S> {
    archive: &'a S,
    /// Why the archive did not take a message. The port's errors are the carrier's and have no room for it.
    failed: Mutex<Option<hinomi_store::Error>>,
}

impl<'a, S: Archive> ArchiveNotifier<'a, S> {
    pub(super) fn new(archive: &'a S) -> Self {
        ArchiveNotifier { archive, failed: Mutex::new(None) }
    }

    /// Fails with why the archive did not take a message, if there was one that it did not take.
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    async fn keep(&self, outgoing: &Outgoing<'_>) -> Result<String, hinomi_store::Error> {
        let key = message_key(outgoing);
        // That it existed is a repeat of a run that was killed before it could confirm it.
        let bytes = serde_json::to_vec(outgoing.notice).unwrap_or_default();
        self.archive.put_new(&ArchiveKey::new(&key)?, &bytes).await?;
        Ok(key)
    }
}

impl<S: Archive> Notifier for ArchiveNotifier<'_, S> {
    async fn deliver(&self, outgoing: &Outgoing<'_>) -> Result<MessageId, NotifyError> {
        check_deliverable(outgoing.notice)?;
        self.keep(outgoing).await.map(MessageId).map_err(|error| {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            NotifyError::NoAnswer
        })
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

/// Names a message so that messages are listed in the order of their times.
fn message_key(outgoing: &Outgoing<'_>) -> String {
    let Outgoing { unit, notice, .. } = outgoing;
    let print = Fingerprint::new("message/1")
        .text(&notice.incident.to_string())
        .text(unit)
        .text(&notice.contact)
        .text(notice.channel.as_str())
        .finish_short();
    // Times before 1970 sort before the others, too.
    format!("{MESSAGES}{:020}-{print:016x}.json", i128::from(notice.at.nanos()) - i128::from(i64::MIN))
}

/// Hands out every message that was sent, by time.
pub(super) fn each_notice(
    store: &impl Store,
    take: &mut dyn FnMut(Notice) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut after: Option<ArchiveKey> = None;
    loop {
        let keys = block_on(store.list(MESSAGES, after.as_ref(), PAGE))?;
        for key in &keys {
            if let Some(bytes) = block_on(store.fetch(key))? {
                take(serde_json::from_slice(&bytes)?)?;
            }
        }
        match keys.last() {
            Some(last) => after = Some(last.clone()),
            None => return Ok(()),
        }
    }
}
