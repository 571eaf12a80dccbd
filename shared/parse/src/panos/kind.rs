//! The types of log that PAN-OS writes.

use hinomi_model::{Function, Text};

use super::columns::{self, Layout};

/// A type of log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Traffic,
    Threat,
    System,
    Config,
    GlobalProtect,
    UserId,
    HipMatch,
    Correlation,
    Decryption,
    Authentication,
    IpTag,
    /// START and END of tunnel inspection.
    Tunnel,
    /// Mobile networks' tunnels.
    Gtp,
    /// Associations of signalling networks.
    Sctp,
    Audit,
}

impl Kind {
    /// Every type, in order of declaration.
    #[cfg(test)]
    pub(crate) const ALL: [Kind; Kind::COUNT] = [
        Kind::Traffic,
        Kind::Threat,
        Kind::System,
        Kind::Config,
        Kind::GlobalProtect,
        Kind::UserId,
        Kind::HipMatch,
        Kind::Correlation,
        Kind::Decryption,
        Kind::Authentication,
        Kind::IpTag,
        Kind::Tunnel,
        Kind::Gtp,
        Kind::Sctp,
        Kind::Audit,
    ];

    /// How many there are.
    pub(crate) const COUNT: usize = Kind::Audit as usize + 1;

    /// Returns the type that a native row's type column names. Upper case, except for AUDIT, which is seen in both.
    pub(crate) fn of_token(token: &str) -> Option<Kind> {
        Some(match token {
            "TRAFFIC" => Kind::Traffic,
            "THREAT" => Kind::Threat,
            "SYSTEM" => Kind::System,
            "CONFIG" => Kind::Config,
            "GLOBALPROTECT" => Kind::GlobalProtect,
            "USERID" => Kind::UserId,
            "HIPMATCH" | "HIP-MATCH" => Kind::HipMatch,
            "CORRELATION" => Kind::Correlation,
            "DECRYPTION" => Kind::Decryption,
            "AUTHENTICATION" | "AUTH" => Kind::Authentication,
            "IPTAG" => Kind::IpTag,
            "START" | "END" => Kind::Tunnel,
            "GTP" => Kind::Gtp,
            "SCTP" => Kind::Sctp,
            "AUDIT" | "audit" => Kind::Audit,
            _ => return None,
        })
    }

    /// Returns the type that a column of a native row names, with or without blanks around it.
    #[inline]
    pub(crate) fn of_column(column: &[u8]) -> Option<Kind> {
        match column {
            // What stands before the type: nothing, a time, a serial number.
            [] | [b'0'..=b'9', ..] => None,
            b"TRAFFIC" => Some(Kind::Traffic),
            b"THREAT" => Some(Kind::Threat),
            _ => Kind::of_token(std::str::from_utf8(column).ok()?.trim()),
        }
    }

    /// Returns the type's name as native rows write it, for a name in any case; any other name as it is. One event is
    /// the same event whichever encoding it came in.
    pub(crate) fn native_name(log_type: Text<'_>) -> Text<'_> {
        const NAMES: [&str; 15] = [
            "TRAFFIC",
            "THREAT",
            "SYSTEM",
            "CONFIG",
            "GLOBALPROTECT",
            "USERID",
            "HIPMATCH",
            "CORRELATION",
            "DECRYPTION",
            "AUTHENTICATION",
            "IPTAG",
            "START",
            "END",
            "GTP",
            "SCTP",
        ];
        // Both are written; the name is part of what tells one event from another.
        if log_type.eq_ignore_ascii_case("AUTH") {
            return Text::Borrowed("AUTHENTICATION");
        }
        if log_type.bytes().any(|byte| byte.is_ascii_lowercase())
            && let Some(name) = NAMES.iter().find(|name| name.eq_ignore_ascii_case(&log_type))
        {
            return Text::Borrowed(name);
        }
        log_type
    }

    /// Tells whether a word is one of the subtypes of THREAT, or of its kin in Strata Logging Service.
    pub(crate) fn is_threat_subtype(word: &str) -> bool {
        !Kind::Threat.subtype("", word).is_empty()
    }

    /// Returns the type that a name in any case stands for, as `LogType` of Strata Logging Service; what native logs
    /// call a subtype of THREAT is a type of its own there.
    pub(crate) fn of_name(log_type: &str) -> Option<Kind> {
        const THREATS: [&str; 6] = ["URL", "FILE", "DNS", "DNS_SECURITY", "DNS-SECURITY", "DATA"];
        let is = |word: &&str| log_type.eq_ignore_ascii_case(word);
        if THREATS.iter().any(is) {
            return Some(Kind::Threat);
        }
        if is(&"TUNNEL") || is(&"TUNNEL_INSPECTION") {
            return Some(Kind::Tunnel);
        }
        // The longest type has 14 bytes.
        let mut upper = [0u8; 16];
        let upper = upper.get_mut(..log_type.len())?;
        upper.copy_from_slice(log_type.as_bytes());
        upper.make_ascii_uppercase();
        Kind::of_token(std::str::from_utf8(upper).ok()?)
    }

    /// Returns the columns of the type. CONFIG has a second layout, which [`align`](super::align) chooses.
    pub(crate) fn layout(self) -> &'static Layout {
        match self {
            Kind::Traffic => &columns::TRAFFIC,
            Kind::Threat => &columns::THREAT,
            Kind::System => &columns::SYSTEM,
            Kind::Config => &columns::CONFIG,
            Kind::GlobalProtect => &columns::GLOBALPROTECT,
            Kind::UserId => &columns::USERID,
            Kind::HipMatch => &columns::HIPMATCH,
            Kind::Correlation => &columns::CORRELATION,
            Kind::Decryption => &columns::DECRYPTION,
            Kind::Authentication => &columns::AUTHENTICATION,
            Kind::IpTag => &columns::IPTAG,
            Kind::Tunnel => &columns::TUNNEL,
            Kind::Gtp => &columns::GTP,
            Kind::Sctp => &columns::SCTP,
            Kind::Audit => &columns::OTHER,
        }
    }

    /// Tells whether logs of this type are about a session: they have two ends, and 0.0.0.0 is an address.
    pub(crate) fn has_session(self) -> bool {
        matches!(
            self,
            Kind::Traffic | Kind::Threat | Kind::Decryption | Kind::Tunnel | Kind::Gtp | Kind::Sctp
        )
    }

    /// Returns the subtype in the words that this module knows; empty when it is another one, or of no matter. Where
    /// Strata Logging Service makes a type of what is a subtype of THREAT, the type decides.
    pub(crate) fn subtype(self, log_type: &str, log_subtype: &str) -> &'static str {
        let known = |list: &[&'static str], text: &str| {
            list.iter().copied().find(|word| word.eq_ignore_ascii_case(text))
        };
        match self {
            Kind::Threat => known(&THREATS, log_subtype)
                .or_else(|| is_about_names(log_subtype).then_some("dns"))
                .or_else(|| known(&["url", "file", "data"], log_type))
                .or_else(|| is_about_names(log_type).then_some("dns"))
                .unwrap_or(""),
            Kind::System => {
                known(&["ha", "vpn", "globalprotect", "sslvpn", "auth"], log_subtype).unwrap_or("")
            }
            _ => "",
        }
    }

    /// Returns the function of the appliance that writes logs of this type and [`Kind::subtype`].
    ///
    /// Spyware is IPS here; signatures about names are told apart where the signature is read. A general SYSTEM log
    /// that tells of a log-in is told apart where its text is read. Tunnels and what is signalled in mobile networks
    /// are no sessions of the customer's: what runs inside them has TRAFFIC logs of its own.
    pub(crate) fn function(self, subtype: &str) -> Function {
        match self {
            Kind::Traffic => Function::Firewall,
            Kind::Threat => threat_function(subtype),
            Kind::System => match subtype {
                "ha" => Function::Ha,
                "vpn" | "globalprotect" | "sslvpn" => Function::Vpn,
                "auth" => Function::Auth,
                _ => Function::System,
            },
            Kind::Config => Function::Config,
            Kind::GlobalProtect => Function::Vpn,
            Kind::UserId | Kind::Authentication => Function::Auth,
            Kind::Decryption => Function::Ssl,
            Kind::HipMatch
            | Kind::Correlation
            | Kind::IpTag
            | Kind::Tunnel
            | Kind::Gtp
            | Kind::Sctp
            | Kind::Audit => Function::Other,
        }
    }
}

/// The subtypes of THREAT.
const THREATS: [&str; 14] = [
    "url",
    "vulnerability",
    "spyware",
    "virus",
    "wildfire",
    "file",
    "ml-virus",
    "wildfire-virus",
    "scan",
    "flood",
    "packet",
    "data",
    "dlp",
    "dlp-non-file",
];

fn is_about_names(word: &str) -> bool {
    word.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("dns"))
}

fn threat_function(subtype: &str) -> Function {
    match subtype {
        "url" => Function::Webfilter,
        "virus" | "ml-virus" | "wildfire-virus" => Function::Antivirus,
        "wildfire" => Function::Sandbox,
        "vulnerability" | "spyware" => Function::Ips,
        "scan" | "flood" | "packet" => Function::Anomaly,
        "file" => Function::File,
        "data" | "dlp" | "dlp-non-file" => Function::Dlp,
        "dns" => Function::Dns,
        _ => Function::Other,
    }
}
