//! What is left of a line when nothing is around it any more: what a vendor's folder reads.

use hinomi_model::{Anomaly, AnomalyKind, Event, EventTime};
use simd_json::Node;

use crate::settle;

/// The firewall's own text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a, 't> {
    /// As it stands in the line, or in the buffer of the envelope that it came out of.
    pub(crate) text: &'a str,
    /// Its tape, when it is a JSON object.
    pub(crate) object: Option<&'t [Node<'t>]>,
    /// How the line came.
    pub(crate) arrival: Arrival,
}

/// What only the whole line and its envelope show.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrival {
    /// Bytes that were no UTF-8 were replaced.
    pub(crate) is_mended: bool,
    /// When a collector received it, if one says so.
    pub(crate) received: Option<EventTime>,
}

impl Arrival {
    /// Notes on a finished event what is odd about how its line came, and lets the receive time take over where it must.
    /// Each vendor's reader does so as its last step: an event is some two kilobytes, and changed further up it would be
    /// written twice.
    pub(crate) fn remark(self, event: &mut Event<'_>, fallback: EventTime) {
        if self.is_mended {
            event.anomalies.push(Anomaly { kind: AnomalyKind::InvalidUtf8, field: None });
        }
        settle::settle(event, self.received, fallback);
    }
}
