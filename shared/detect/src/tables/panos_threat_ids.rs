//! PAN-OS threat ids by range.
//!
//! "Threat ID ranges" (<https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/threat-prevention>, and Palo Alto
//! Networks knowledge base, "Threat ID Ranges in the Palo Alto Networks content database"). Antivirus ids above
//! 280,000,000 overlap with everything else and are told by the subtype.

use super::panos_categories::Spyware;

/// Returns what the number of a spyware signature says.
pub(crate) fn spyware(id: u64) -> Option<Spyware> {
    match id {
        // Found by inline machine learning in the cloud: nothing of a known program was recognised.
        89_950..=89_999 => Some(Spyware::Name),
        10_000..=19_999 | 85_000..=89_949 | 6_900_001..=7_000_000 => Some(Spyware::Payload),
        20_000..=29_999 => Some(Spyware::Unwanted),
        4_000_000..=4_999_999 => Some(Spyware::Name),
        109_000_001..=109_000_999 => Some(Spyware::GeneratedName),
        109_001_001..=109_001_999 => Some(Spyware::Tunnel),
        109_003_001..=109_003_999 => Some(Spyware::Name),
        109_010_001 => Some(Spyware::PhishingName),
        109_010_002..=109_010_999 | 109_020_001..=109_020_999 => Some(Spyware::Hint),
        _ => None,
    }
}

/// Tells whether a vulnerability signature counts failed log-ins. The range holds others too: the name decides first.
pub(crate) fn in_brute_force_range(id: u64) -> bool {
    (40_000..=40_999).contains(&id)
}

/// Tells whether a vulnerability signature only notes an everyday call (Microsoft RPC bind).
pub(crate) fn is_everyday(id: u64) -> bool {
    id == 30_846
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_where_the_vendor_ends_them() {
        let cases = [
            (13_235, Some(Spyware::Payload)),
            (9_999, None),
            (20_000, Some(Spyware::Unwanted)),
            (89_949, Some(Spyware::Payload)),
            (89_950, Some(Spyware::Name)),
            (4_100_111, Some(Spyware::Name)),
            (109_000_001, Some(Spyware::GeneratedName)),
            (109_001_001, Some(Spyware::Tunnel)),
            (109_010_001, Some(Spyware::PhishingName)),
            (109_020_001, Some(Spyware::Hint)),
        ];
        for (id, what) in cases {
            assert_eq!(spyware(id), what, "{id}");
        }
    }
}
