//! What becomes of input that can't be read or belongs to nobody.

use serde::{Deserialize, Serialize};

use crate::event::words;
use crate::finding::Locator;

words! {
    /// Why a line was set aside. A closed list: each has a meaning, a metric and a test.
    QuarantineReason {
        /// Looks like a firewall's log and can't be read as one.
        Unreadable = "unreadable",
        /// Something else: another product's log, a shell message, a stack trace.
        NotAFirewallLog = "not_a_firewall_log",
        /// Longer than a line may be.
        TooLarge = "too_large",
        /// A compressed record that grows beyond its bound, or does not decompress.
        BadCompression = "bad_compression",
        /// A JSON envelope that holds no line, or nests too deep.
        BadEnvelope = "bad_envelope",
        /// The device is in no registry.
        UnknownDevice = "unknown_device",
        /// The line names no device and the registry needs one.
        NoDevice = "no_device",
        /// It came through a collector that its device isn't registered for.
        DeviceMismatch = "device_mismatch",
        /// A record of a stream whose data is not the base64 that the stream always sends.
        NotBase64 = "not_base64",
        /// Reading it made the program panic; caught, kept, counted.
        Fault = "fault",
    }
}

/// A line that was refused: why, and the fact that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Why.
    pub reason: QuarantineReason,
    /// The fact behind the reason: an offset, a length, a key. Never the line itself.
    pub detail: String,
    /// The device, when the line names one.
    pub device: Option<String>,
}

impl Reject {
    /// Makes a reject.
    pub fn new(reason: QuarantineReason, detail: impl Into<String>) -> Self {
        Reject { reason, detail: detail.into(), device: None }
    }

    /// Adds the device that the line names.
    #[must_use]
    pub fn of(mut self, device: String) -> Self {
        self.device = Some(device);
        self
    }
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

/// One entry of the quarantine, as in quarantine.ndjson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The file or object it came from.
    pub file: String,
    /// Line number in that file, from 1.
    pub line: u64,
    /// Which part of that line, from 1; nothing when it is all of the line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part: Option<u64>,
    /// The device, when the line names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub device: Option<String>,
    /// Why.
    pub reason: QuarantineReason,
    /// The fact behind the reason.
    pub detail: String,
    /// SHA-256 of the whole raw line, hexadecimal.
    pub sha256: String,
    /// The raw line, cut to 8 KiB, with invalid UTF-8 replaced.
    pub raw: String,
    /// Where all of it lies in the archive, when it is kept there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locator: Option<Locator>,
}
