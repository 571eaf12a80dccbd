//! The vendor's words: actions, reasons, severities, protocols, zone names, flags.

use hinomi_model::{Disposition, Protocol, Severity};

use super::kind::Kind;

/// What an action of TRAFFIC, DECRYPTION and tunnel inspection means.
const SESSION_ACTIONS: [(&str, Disposition); 9] = [
    ("allow", Disposition::Allowed),
    ("deny", Disposition::Blocked),
    ("drop", Disposition::Blocked),
    ("drop-icmp", Disposition::Blocked),
    ("drop ICMP", Disposition::Blocked),
    ("reset-client", Disposition::Blocked),
    ("reset-server", Disposition::Blocked),
    ("reset-both", Disposition::Blocked),
    ("reset both", Disposition::Blocked),
];

/// What an action of THREAT means, for every subtype but `url`.
const THREAT_ACTIONS: [(&str, Disposition); 25] = [
    ("alert", Disposition::Detected),
    // A flood below its threshold, or a WildFire verdict about a file that has already passed.
    ("allow", Disposition::Detected),
    ("deny", Disposition::Blocked),
    ("drop", Disposition::Blocked),
    ("drop-all-packets", Disposition::Blocked),
    ("drop-all", Disposition::Blocked),
    ("drop-packet", Disposition::Blocked),
    ("reset-client", Disposition::Blocked),
    ("reset-server", Disposition::Blocked),
    ("reset-both", Disposition::Blocked),
    ("block", Disposition::Blocked),
    ("block-url", Disposition::Blocked),
    ("block-ip", Disposition::Blocked),
    ("block-continue", Disposition::Blocked),
    ("continue", Disposition::Allowed),
    ("block-override", Disposition::Blocked),
    ("override", Disposition::Allowed),
    ("override-lockout", Disposition::Blocked),
    ("block-override-lockout", Disposition::Blocked),
    ("random-drop", Disposition::Blocked),
    // The flood is answered instead of the server: it does not arrive.
    ("syncookie-sent", Disposition::Blocked),
    // The look-up got a forged answer.
    ("sinkhole", Disposition::Blocked),
    ("forward", Disposition::Allowed),
    ("wildfire-upload-success", Disposition::Allowed),
    ("wildfire-upload-skip", Disposition::Allowed),
];

/// Why a permitted session was cut by the appliance after all.
const CUT_REASONS: [&str; 5] =
    ["threat", "policy-deny", "decrypt-cert-validation", "decrypt-unsupport-param", "decrypt-error"];

/// Session flag: the appliance decrypted the session.
const DECRYPTED: u64 = 0x0100_0000;
/// As many hexadecimal digits as the flag needs.
const DECRYPTED_DIGITS: usize = 7;

/// Returns what an inline device did; `None` when the tables do not know the action.
pub(crate) fn disposition(kind: Kind, subtype: &str, action: &str, end_reason: &str) -> Option<Disposition> {
    if kind != Kind::Threat {
        let disposition = look_up(&SESSION_ACTIONS, action)?;
        let cut = disposition == Disposition::Allowed && CUT_REASONS.contains(&end_reason);
        return Some(if cut { Disposition::Blocked } else { disposition });
    }
    if action == "wildfire-upload-fail" {
        return Some(Disposition::Allowed);
    }
    let disposition = look_up(&THREAT_ACTIONS, action)?;
    // A site in a category that is only watched is a visit like any other; `detect` judges by its category.
    let is_visit = subtype == "url" && disposition == Disposition::Detected;
    Some(if is_visit { Disposition::Allowed } else { disposition })
}

fn look_up(table: &[(&str, Disposition)], action: &str) -> Option<Disposition> {
    table.iter().find(|(word, _)| word.eq_ignore_ascii_case(action)).map(|(_, disposition)| *disposition)
}

/// Returns the release that a schema's number stands for (major times 256 plus minor), or that is written out.
/// Before 8.1 the number is 0 or 1 and says nothing.
pub(crate) fn release(text: &str) -> Option<&str> {
    const SCHEMAS: [(&str, &str); 12] = [
        ("2561", "10.1"),
        ("2817", "11.1"),
        ("2562", "10.2"),
        ("2818", "11.2"),
        ("2816", "11.0"),
        ("2560", "10.0"),
        ("2305", "9.1"),
        ("2304", "9.0"),
        ("2049", "8.1"),
        ("2048", "8.0"),
        ("3073", "12.1"),
        ("3072", "12.0"),
    ];
    if let Some((_, release)) = SCHEMAS.iter().find(|(number, _)| *number == text) {
        return Some(release);
    }
    // `0.0` is how Strata Logging Service says that it does not know.
    (text.contains('.') && text.starts_with(|c: char| ('1'..='9').contains(&c))).then_some(text)
}

/// Reads a severity in any case, or its number from 1, informational, to 5, critical, as custom formats have it.
pub(crate) fn severity(text: &str) -> Option<Severity> {
    if let [digit @ b'1'..=b'5'] = text.as_bytes() {
        return Severity::ALL.get(usize::from(digit - b'1')).copied();
    }
    Severity::ALL.iter().copied().find(|severity| severity.as_str().eq_ignore_ascii_case(text))
}

/// Reads a protocol by name or number.
pub(crate) fn protocol(text: &str) -> Option<Protocol> {
    const NAMES: [(&str, u8); 14] = [
        ("tcp", 6),
        ("udp", 17),
        ("icmp", 1),
        ("icmp6", 58),
        ("ipv6-icmp", 58),
        ("gre", 47),
        ("esp", 50),
        ("ah", 51),
        ("sctp", 132),
        ("igmp", 2),
        ("ipip", 4),
        ("ipv6", 41),
        ("ospf", 89),
        ("pim", 103),
    ];
    match NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        Some((_, number)) => Some(Protocol(*number)),
        None => crate::value::number(text).and_then(|number| u8::try_from(number).ok()).map(Protocol),
    }
}

/// Tells whether the session flags (`0x1400000`) say that the session was decrypted.
pub(crate) fn is_decrypted(flags: &str) -> bool {
    let digits = flags.strip_prefix("0x").unwrap_or(flags);
    if digits.len() < DECRYPTED_DIGITS {
        return false;
    }
    u64::from_str_radix(digits, 16).is_ok_and(|flags| flags & DECRYPTED != 0)
}

/// Which way a zone's name faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Inside,
    Outside,
}

/// Guesses from a zone's name on which side of the firewall it is; a last resort when no address is known as inside.
pub(crate) fn side(zone: &str) -> Option<Side> {
    const OUTSIDE: [&str; 5] = ["untrust", "external", "internet", "outside", "extern"];
    const INSIDE: [&str; 5] = ["trust", "internal", "inside", "intern", "corp"];
    let has = |words: &[&str]| words.iter().any(|word| contains(zone, word));
    let is =
        |words: &[&str]| tokens(zone).any(|token| words.iter().any(|word| token.eq_ignore_ascii_case(word)));
    if has(&OUTSIDE) || is(&["wan", "public"]) {
        return Some(Side::Outside);
    }
    (has(&INSIDE) || is(&["lan", "dmz", "wlan", "private"])).then_some(Side::Inside)
}

/// Tells whether a zone's name says that it is a TAP: `TAP`, `L3-TAP`, `tap_zone`, `TapZone`, not `datapath`.
pub(crate) fn is_tap(zone: &str) -> bool {
    const AFTER: [&str; 4] = ["", "zone", "mode", "port"];
    // Few names have the letter at all.
    if !zone.bytes().any(|byte| matches!(byte, b'p' | b'P')) {
        return false;
    }
    tokens(zone).any(|token| {
        let Some((head, rest)) = token.split_at_checked(3) else { return false };
        head.eq_ignore_ascii_case("tap") && AFTER.iter().any(|word| word.eq_ignore_ascii_case(rest))
    })
}

/// Splits a name into words of letters.
fn tokens(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphabetic()).filter(|token| !token.is_empty())
}

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Disposition::{Allowed, Blocked, Detected};

    #[test]
    fn the_end_of_a_session_decides_over_its_permission() {
        let cases = [
            ("allow", "tcp-fin", Some(Allowed)),
            ("allow", "threat", Some(Blocked)),
            ("allow", "policy-deny", Some(Blocked)),
            ("allow", "decrypt-cert-validation", Some(Blocked)),
            ("allow", "resources-unavailable", Some(Allowed)),
            ("deny", "n/a", Some(Blocked)),
            ("Reset-Both", "", Some(Blocked)),
            ("frobnicate", "", None),
        ];
        for (action, reason, expected) in cases {
            assert_eq!(disposition(Kind::Traffic, "end", action, reason), expected, "{action} {reason}");
        }
    }

    #[test]
    fn alert_is_a_visit_for_sites_and_a_detection_for_threats() {
        let cases = [
            ("url", "alert", Some(Allowed)),
            ("url", "continue", Some(Allowed)),
            ("url", "override", Some(Allowed)),
            ("url", "block-continue", Some(Blocked)),
            ("url", "block-override", Some(Blocked)),
            ("url", "block-url", Some(Blocked)),
            ("vulnerability", "alert", Some(Detected)),
            ("wildfire", "allow", Some(Detected)),
            ("spyware", "sinkhole", Some(Blocked)),
            ("flood", "syncookie-sent", Some(Blocked)),
            ("file", "forward", Some(Allowed)),
            ("spyware", "frobnicate", None),
        ];
        for (subtype, action, expected) in cases {
            assert_eq!(disposition(Kind::Threat, subtype, action, ""), expected, "{subtype} {action}");
        }
    }

    #[test]
    fn zones_face_the_way_their_names_say() {
        let cases = [
            ("untrust", Some(Side::Outside)),
            ("L3-Untrusted", Some(Side::Outside)),
            ("trust", Some(Side::Inside)),
            ("v_external", Some(Side::Outside)),
            ("WAN1", Some(Side::Outside)),
            ("LAN-Office", Some(Side::Inside)),
            ("DMZ", Some(Side::Inside)),
            ("Internet", Some(Side::Outside)),
            ("swan-lake", None),
            ("", None),
        ];
        for (zone, expected) in cases {
            assert_eq!(side(zone), expected, "{zone}");
        }
    }

    #[test]
    fn tap_is_a_word_of_its_own() {
        for zone in ["TAP", "tap", "L3-TAP", "tap_zone", "TapZone", "tap1", "core/TAP 2"] {
            assert!(is_tap(zone), "{zone}");
        }
        for zone in ["datapath", "staple", "tapas", "trust", "", "ta"] {
            assert!(!is_tap(zone), "{zone}");
        }
    }

    #[test]
    fn releases_and_severities_by_number_and_name() {
        let cases = [
            ("2561", Some("10.1")),
            ("2049", Some("8.1")),
            ("11.1.6-h14", Some("11.1.6-h14")),
            ("9.1", Some("9.1")),
            ("0.0", None),
            ("0", None),
            ("1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(release(text), expected, "{text}");
        }
        let cases = [
            ("1", Some(Severity::Informational)),
            ("3", Some(Severity::Medium)),
            ("5", Some(Severity::Critical)),
            ("Critical", Some(Severity::Critical)),
            ("0", None),
            ("6", None),
            ("10", None),
        ];
        for (text, expected) in cases {
            assert_eq!(severity(text), expected, "{text}");
        }
    }

    #[test]
    fn decrypted_bit_of_the_flags() {
        assert!(is_decrypted("0x1400000"));
        assert!(is_decrypted("0x1000000"));
        assert!(!is_decrypted("0x400053"));
        assert!(!is_decrypted("0x8000000000000000"));
        assert!(!is_decrypted("0x"));
        assert!(!is_decrypted("zz"));
    }
}
