//! Words: turns the engine's [`Statement`](hinomi_model::Statement)s into Japanese and English, and makes of an
//! [`Incident`](hinomi_model::Incident) the document, the mail and the SMS that people read.
//!
//! The engine decides what is said; this crate decides how. It judges nothing, reads no clock, sends nothing and knows
//! no vendor; the only way out is the [`Notifier`] port. Texts are Fluent messages in `locales/`
//! (<https://projectfluent.org/fluent/guide/>), one file a purpose, the same keys in both languages; tests hold them
//! to [`StatementKey::ALL`](hinomi_model::StatementKey::ALL) and to the arguments that each key declares.
//!
//! Attackers write part of what is shown here (names of files, users, sites). Therefore:
//!
//! * every value is stripped of control and direction characters, flattened to one line, cut, and defanged ([`defang`]);
//! * text of foreign origin is quoted, cannot close its quotes, and can never choose a wording;
//! * a subject is printable ASCII, so no value can add a mail header ([`Mail::MAX_SUBJECT`]);
//! * an SMS holds nothing that a telephone would make a link of.

mod barrier;
mod catalog;
mod clean;
mod clock;
mod digest;
mod document;
mod gsm;
mod label;
mod lexicon;
mod mail;
mod notifier;
mod page;
mod say;
mod sections;
mod shown;
mod sms;
mod subject;

pub use catalog::{Catalog, catalog_conformance};
pub use clean::{defang, is_treacherous};
pub use digest::digest;
pub use document::{document, title};
pub use gsm::{SMS_GSM_SEPTETS, SMS_UTF16_UNITS, sms_fits};
pub use mail::{Mail, Repeat, Telling, Told, email};
pub use notifier::{
    Faulty, MemoryNotifier, MessageId, Notifier, NotifyError, Outgoing, Taken, Unsendable, check_deliverable,
    notifier_conformance,
};
pub use say::{Reader, say};
pub use sms::{folded_sms, sms};

#[cfg(test)]
mod locale_tests;
