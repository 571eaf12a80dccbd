//! What of the lines the vendors' tables do not have, as the account of a run shows it.

use serde::Serialize;

use crate::event::{DriftKind, Vendor};
use crate::time::EventTime;

/// One unknown thing of one device and firmware.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DriftEntry {
    /// Who made the device.
    pub vendor: Vendor,
    /// The device.
    pub device: String,
    /// What it runs, when its lines say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// What is unknown.
    pub kind: DriftKind,
    /// Its name.
    pub name: String,
    /// Lines that had it.
    pub lines: u64,
    /// Time of the first line that had it, in the order of reading.
    pub first: EventTime,
    /// The beginning of that line.
    pub example: String,
}
