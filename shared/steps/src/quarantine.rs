//! Lines set aside: why, a fingerprint to find them by, and as much of them as a person needs to see.

use hinomi_model::{Quarantined, Reject};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest raw text kept of a line, in bytes; the archive holds all of it.
pub const MAX_RAW_BYTES: usize = 8 << 10;

/// Makes the quarantine's entry of a line, by its file, its number and its part.
pub fn entry((file, line, part): (&str, u64, u64), raw: &[u8], reject: Reject) -> Quarantined {
    let kept = raw.get(..MAX_RAW_BYTES).unwrap_or(raw);
    let mut text = String::from_utf8_lossy(kept).into_owned();
    // A replacement character is longer than the byte it replaces.
    let end = (0..=MAX_RAW_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    Quarantined {
        file: file.to_owned(),
        line,
        part: (part > 0).then_some(part),
        device: reject.device,
        reason: reject.reason,
        detail: reject.detail,
        sha256: sha256_of(raw),
        raw: text,
        locator: None,
    }
}

/// A row of a quarantine object: an entry, and whether it stands for what follows it in its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The line.
    #[serde(flatten)]
    pub line: Quarantined,
    /// Further lines of the same record that were set aside and counted without a row of their own; none where all that
    /// the record holds from this line on was set aside as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
}

/// Returns the SHA-256 of bytes, hexadecimal.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use hinomi_model::QuarantineReason;

    use super::*;

    #[test]
    fn keeps_at_most_eight_kib_of_any_bytes_and_the_digest_of_all() {
        let raw = vec![0xff_u8; 100_000];
        let entry = entry(("a.log", 3, 2), &raw, Reject::new(QuarantineReason::TooLarge, "100000 bytes"));
        assert!(entry.raw.len() <= 8192 && entry.raw.starts_with('\u{fffd}'));
        assert_eq!(entry.sha256.len(), 64);
        assert_eq!((entry.file.as_str(), entry.line, entry.part), ("a.log", 3, Some(2)));
    }

    #[test]
    fn digest_is_the_raw_lines() {
        let entry = entry(("a", 1, 0), b"abc", Reject::new(QuarantineReason::Unreadable, ""));
        assert_eq!(entry.part, None);
        assert_eq!(entry.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
