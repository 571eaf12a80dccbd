//! What a device's own records say of its health: readings, troubles and their ends, and what was done to it.
//!
//! FortiGate event logs by the last six digits of the log id, PAN-OS SYSTEM logs by event id and text, both vendors'
//! configuration logs by path. Nothing here decides whether something is too much, lasts too long or was asked for:
//! that is whoever watches. The vendor's severity is never looked at. A record about users, sessions or content never
//! gives a sign, whatever its text quotes, because strangers write such text.
//!
//! Example: `type="event" subtype="system" logid="0100022011" logdesc="Memory conserve mode entered"` is trouble of
//! [`Symptom::ConserveMode`], and `0100022012` its end.

mod fortigate;
mod fortigate_config;
mod fortigate_ids;
mod panos;
mod panos_config;
mod panos_texts;
mod words;

#[cfg(test)]
mod tests;

use hinomi_model::{Event, Function, Saying, Symptom, Vendor};

/// One sign of a record, before it has its place in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) symptom: Symptom,
    pub(crate) saying: Saying,
    /// Which part, in the vendor's words, or an account; empty for the whole.
    pub(crate) object: String,
    pub(crate) value: Option<u64>,
    /// The serial number of the device that it is about, where a manager tells of another.
    pub(crate) device: Option<String>,
}

impl Seen {
    fn new(symptom: Symptom, saying: Saying, object: &str) -> Self {
        Seen { symptom, saying, object: words::name(object), value: None, device: None }
    }

    fn trouble(symptom: Symptom, object: &str) -> Self {
        Seen::new(symptom, Saying::Trouble, object)
    }

    fn over(symptom: Symptom, object: &str) -> Self {
        Seen::new(symptom, Saying::Over, object)
    }

    fn reading(symptom: Symptom, object: &str, value: u64) -> Self {
        Seen::new(symptom, Saying::Reading, object).worth(Some(value))
    }

    fn worth(self, value: Option<u64>) -> Self {
        Seen { value, ..self }
    }
}

/// Returns the signs of a record: for nearly every record none, which costs a comparison and no allocation.
#[inline]
pub(crate) fn signs(event: &Event<'_>) -> Vec<Seen> {
    match event.function {
        Function::System | Function::Ha | Function::Vpn | Function::Config | Function::Other => told(event),
        _ => Vec::new(),
    }
}

#[inline(never)]
fn told(event: &Event<'_>) -> Vec<Seen> {
    match event.vendor {
        Vendor::Fortigate => fortigate::signs(event),
        Vendor::Panos => panos::signs(event),
    }
}
