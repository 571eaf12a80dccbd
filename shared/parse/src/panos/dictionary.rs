//! What a key of CEF, LEEF or JSON says: the native column that it stands for, and the event's place for it.
//!
//! Keys are compared without case and separators, because one log's field is `SourceAddress`, `source_address`,
//! `sourceAddress` and `PanOSSourceAddress` in four exports of it. What a name means depends on the log type (`cat` is a
//! threat's name in THREAT and the event's in SYSTEM) and on who wrote the format ([`Dialect`]). In that order: what
//! the dialect alone calls so, the log type's own columns, the vendor's other names for them (`aliases.rs`), and the
//! names that are known and say nothing the event has a place for. A key that none of them has is drift: kept, and
//! counted.
//!
//! A device writes the same keys in the same order for hours, so [`Memory`] keeps what stood where.

use super::aliases::{ALIASES, KNOWN};
use super::columns::Slot;
use super::kind::Kind;

/// Longest key that is compared; the vendor's longest has 42 bytes.
const MAX_KEY_BYTES: usize = 48;

/// Most keys that are remembered of a log type; the longest log known has some 150. Beyond, they are looked up.
const MAX_REMEMBERED: usize = 256;

/// Whose words a line uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// JSON of an HTTP server profile: the names of native columns.
    Native,
    /// JSON of Strata Logging Service.
    Strata,
    /// CEF as the vendor's guide for custom formats has it.
    CefGuide,
    /// CEF of Strata Logging Service.
    CefStrata,
    Leef,
}

impl Dialect {
    const COUNT: usize = Dialect::Leef as usize + 1;

    fn is_cef(self) -> bool {
        matches!(self, Dialect::CefGuide | Dialect::CefStrata)
    }
}

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The native column; empty when there is none.
    pub(crate) column: &'static str,
    /// The event's place for it.
    pub(crate) slot: Option<Slot>,
    /// Whether the vendor's tables have it.
    pub(crate) known: bool,
    /// Whether it counts over another key that says the same.
    pub(crate) wins: bool,
}

impl Meaning {
    const UNKNOWN: Meaning = Meaning { column: "", slot: None, known: false, wins: false };

    /// Returns the meaning of a native column.
    pub(crate) fn column(kind: Kind, column: &'static str, slot: Option<Slot>) -> Meaning {
        let own = kind.layout().columns.iter().find(|own| own.name == column);
        Meaning { column, slot: own.map_or(slot, |own| own.slot), known: true, wins: false }
    }
}

/// Returns what a key says.
pub(crate) fn meaning(kind: Kind, dialect: Dialect, key: &str) -> Meaning {
    let mut buffer = [0; MAX_KEY_BYTES];
    let Some(plain) = plain(key, &mut buffer) else { return Meaning::UNKNOWN };
    let own = match dialect {
        Dialect::Native => None,
        Dialect::Strata => strata(kind, plain),
        Dialect::CefGuide => cef(kind, plain, false),
        Dialect::CefStrata => {
            cef(kind, plain, true).or_else(|| strata(kind, plain.strip_prefix("panos").unwrap_or(plain)))
        }
        Dialect::Leef => leef(kind, plain).or_else(|| strata(kind, plain)),
    };
    if let Some((column, slot)) = own {
        return Meaning { wins: is_better(dialect, plain), ..Meaning::column(kind, column, slot) };
    }
    let bare = plain.strip_prefix("panos").or_else(|| plain.strip_prefix("pan"));
    let bare = bare.filter(|_| dialect.is_cef()).unwrap_or(plain);
    let wins = is_better(dialect, bare);
    if let Some(column) = kind.layout().columns.iter().find(|column| is_plain(column.name, bare)) {
        return Meaning { column: column.name, slot: column.slot, known: true, wins };
    }
    if let Ok(index) = ALIASES.binary_search_by(|(name, ..)| (*name).cmp(bare))
        && let Some((_, column, slot)) = ALIASES.get(index)
    {
        return Meaning { wins, ..Meaning::column(kind, column, *slot) };
    }
    Meaning { known: KNOWN.binary_search(&bare).is_ok(), ..Meaning::UNKNOWN }
}

/// Tells whether a key says it better than another one for the same: the word for a severity than its number, a user's
/// whole name than its parts, a time with a zone than one without.
fn is_better(dialect: Dialect, plain: &str) -> bool {
    match plain {
        "vendorseverity" | "suser0" | "duser0" | "cefformattedtimegenerated" | "cefformattedreceivetime" => {
            true
        }
        "severity" => dialect == Dialect::Leef,
        _ => false,
    }
}

/// What Strata Logging Service calls otherwise than native columns of the same name.
fn strata(kind: Kind, plain: &str) -> Option<(&'static str, Option<Slot>)> {
    Some(match plain {
        "serialnumber" => ("serial", Some(Slot::Serial)),
        // Whatever the threat is about: an exploit's URL, too.
        "filename" if kind == Kind::Threat => ("misc", Some(Slot::Misc)),
        "endpointostype" if kind == Kind::HipMatch => ("os", None),
        "mappingdatasource" if kind == Kind::IpTag => ("datasourcename", None),
        "mappingdatasourcetype" if kind == Kind::IpTag => ("datasource_type", None),
        "vendorseverity" => ("severity", Some(Slot::Severity)),
        _ => return None,
    })
}

/// Keys of CEF's own dictionary. Its `in` is what came in from the source; only Strata Logging Service means what the
/// source received.
fn cef(kind: Kind, plain: &str, is_strata: bool) -> Option<(&'static str, Option<Slot>)> {
    let account = match kind {
        Kind::UserId | Kind::Authentication => Some("user"),
        Kind::Config => Some("admin"),
        _ => None,
    };
    let sent = ("bytes_sent", Some(Slot::BytesSent));
    let received = ("bytes_received", Some(Slot::BytesReceived));
    Some(match plain {
        "rt" => ("receive_time", Some(Slot::ReceiveTime)),
        "start" => ("time_generated", Some(Slot::TimeGenerated)),
        "end" => ("factorcompletiontime", None),
        "dtz" => ("dtz", Some(Slot::TimeZone)),
        "deviceexternalid" => ("serial", Some(Slot::Serial)),
        "dvchost" => ("device_name", Some(Slot::DeviceName)),
        "externalid" => ("seqno", Some(Slot::Sequence)),
        "cnt" => ("repeatcnt", Some(Slot::Repeat)),
        "spt" if kind == Kind::UserId => ("beginport", None),
        "dpt" if kind == Kind::UserId => ("endport", None),
        "spt" => ("sport", Some(Slot::SrcPort)),
        "dpt" => ("dport", Some(Slot::DstPort)),
        "proto" => ("proto", Some(Slot::Protocol)),
        "app" => ("app", Some(Slot::App)),
        "act" if kind == Kind::Config => ("cmd", Some(Slot::Action)),
        "act" => ("action", Some(Slot::Action)),
        "in" => {
            if is_strata {
                received
            } else {
                sent
            }
        }
        "out" => {
            if is_strata {
                sent
            } else {
                received
            }
        }
        "sourcetranslatedaddress" => ("natsrc", Some(Slot::NatSrc)),
        "sourcetranslatedport" => ("natsport", Some(Slot::NatSrcPort)),
        "destinationtranslatedaddress" => ("natdst", Some(Slot::NatDst)),
        "destinationtranslatedport" => ("natdport", Some(Slot::NatDstPort)),
        "deviceinboundinterface" => ("inbound_if", Some(Slot::InInterface)),
        "deviceoutboundinterface" => ("outbound_if", Some(Slot::OutInterface)),
        // An IPv6 session has its ends here and leaves `src` and `dst` empty.
        "sourceipv6address" if kind.has_session() => ("src", Some(Slot::Src)),
        "destinationipv6address" if kind.has_session() => ("dst", Some(Slot::Dst)),
        "suser" | "suser0" => (account.unwrap_or("srcuser"), Some(Slot::SrcUser)),
        "duser" | "duser0" => match (account, kind.has_session()) {
            (Some(account), _) => (account, Some(Slot::SrcUser)),
            (None, true) => ("dstuser", Some(Slot::DstUser)),
            (None, false) => ("srcuser", Some(Slot::SrcUser)),
        },
        "shost" => match kind {
            Kind::Config => ("host", Some(Slot::Src)),
            Kind::HipMatch | Kind::GlobalProtect => ("machinename", Some(Slot::SrcHost)),
            _ => ("src_host", Some(Slot::SrcHost)),
        },
        "dhost" => ("dst_host", Some(Slot::DstHost)),
        "msg" => match kind {
            Kind::Config => ("path", Some(Slot::Message)),
            Kind::Threat => ("subject", Some(Slot::MailSubject)),
            Kind::Authentication if is_strata => ("event", Some(Slot::Status)),
            Kind::Authentication => ("desc", Some(Slot::Message)),
            _ => ("opaque", Some(Slot::Message)),
        },
        "reason" if kind.has_session() && kind != Kind::Threat => {
            ("session_end_reason", Some(Slot::EndReason))
        }
        "cat" => match kind {
            Kind::Threat => ("threatid", Some(Slot::Threat)),
            Kind::System => ("eventid", Some(Slot::EventId)),
            Kind::UserId => ("eventid", None),
            Kind::HipMatch => ("matchname", None),
            _ => ("action_source", None),
        },
        "fname" if kind == Kind::Threat => ("", Some(Slot::FileName)),
        "fname" => ("object", None),
        "request" if kind == Kind::Threat => ("misc", Some(Slot::Misc)),
        "request" => ("", Some(Slot::Url)),
        "requestcontext" => ("contenttype", None),
        "requestmethod" => ("http_method", Some(Slot::HttpMethod)),
        "requestclientapplication" => ("user_agent", Some(Slot::UserAgent)),
        "filehash" => ("filedigest", Some(Slot::FileDigest)),
        "fileid" => ("pcap_id", None),
        "oldfileid" => ("reportid", None),
        "filepath" if !is_strata => ("cloud", None),
        "filepath" if kind == Kind::Threat => ("misc", Some(Slot::Misc)),
        "suid" if !is_strata && kind == Kind::Threat => ("sender", Some(Slot::Sender)),
        "duid" if !is_strata && kind == Kind::Threat => ("recipient", Some(Slot::Recipient)),
        "destinationservicename" => ("client", None),
        _ => return None,
    })
}

/// Attributes that LEEF's guide names otherwise than the log type's own columns.
fn leef(kind: Kind, plain: &str) -> Option<(&'static str, Option<Slot>)> {
    Some(match plain {
        "cat" => ("type", Some(Slot::LogType)),
        "sev" => ("number-of-severity", Some(Slot::Severity)),
        "devtime" => ("time_generated", Some(Slot::TimeGenerated)),
        "msg" => match kind {
            Kind::Config => ("cmd", Some(Slot::Action)),
            Kind::Authentication => ("desc", Some(Slot::Message)),
            _ => ("opaque", Some(Slot::Message)),
        },
        "filename" if matches!(kind, Kind::System) => ("object", None),
        "identsrc" => ("src", Some(Slot::Src)),
        "srcport" if kind == Kind::UserId => ("beginport", None),
        "dstport" if kind == Kind::UserId => ("endport", None),
        "usrname" if kind == Kind::Config => ("admin", Some(Slot::SrcUser)),
        "usrname" if matches!(kind, Kind::UserId | Kind::Authentication) => ("user", Some(Slot::SrcUser)),
        _ => return None,
    })
}

/// Writes a key's letters and digits in lower case; `None` when there are too many.
pub(crate) fn plain<'b>(key: &str, buffer: &'b mut [u8; MAX_KEY_BYTES]) -> Option<&'b str> {
    let mut length = 0;
    for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(buffer.get(..length)?).ok()
}

/// Tells whether a column's name is `plain`, without its separators. Native names are lower case.
fn is_plain(column: &str, plain: &str) -> bool {
    column.len() >= plain.len() && column.bytes().filter(|byte| *byte != b'_').eq(plain.bytes())
}

/// The keys of the lines before, by log type and dialect and in their order, with what they say.
#[derive(Debug)]
pub(crate) struct Memory(Vec<Vec<Remembered>>);

impl Default for Memory {
    fn default() -> Self {
        Memory((0..Dialect::COUNT * Kind::COUNT).map(|_| Vec::new()).collect())
    }
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    key: [u8; MAX_KEY_BYTES],
    length: usize,
    meaning: Meaning,
}

impl Memory {
    /// Returns what the key at a place says, as [`meaning`] does.
    pub(crate) fn meaning(&mut self, kind: Kind, dialect: Dialect, place: usize, key: &str) -> Meaning {
        let Some(keys) = self.0.get_mut(dialect as usize * Kind::COUNT + kind as usize) else {
            return meaning(kind, dialect, key);
        };
        if let Some(seen) = keys.get(place)
            && seen.key.get(..seen.length) == Some(key.as_bytes())
        {
            return seen.meaning;
        }
        let found = meaning(kind, dialect, key);
        if key.len() > MAX_KEY_BYTES || place >= MAX_REMEMBERED {
            return found;
        }
        let mut remembered = Remembered { key: [0; MAX_KEY_BYTES], length: key.len(), meaning: found };
        for (kept, byte) in remembered.key.iter_mut().zip(key.bytes()) {
            *kept = byte;
        }
        if keys.len() <= place {
            // Not every place of a line is asked for; no key is what a key without a name is, too.
            let nothing = Remembered { key: [0; MAX_KEY_BYTES], length: 0, meaning: Meaning::UNKNOWN };
            keys.resize(place + 1, nothing);
        }
        if let Some(seen) = keys.get_mut(place) {
            *seen = remembered;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(kind: Kind, dialect: Dialect, key: &str) -> Option<Slot> {
        meaning(kind, dialect, key).slot
    }

    #[test]
    fn keys_are_compared_without_case_and_separators() {
        for key in ["SourceAddress", "source_address", "sourceAddress", "Source-Address", "SourceIP"] {
            assert_eq!(slot(Kind::Traffic, Dialect::Strata, key), Some(Slot::Src), "{key}");
        }
        assert_eq!(
            slot(Kind::Traffic, Dialect::CefStrata, "PanOSX-Forwarded-ForIP"),
            Some(Slot::ForwardedIp)
        );
        for key in ["SourceAddressX", "", "ü", &"x".repeat(100)] {
            assert_eq!(meaning(Kind::Traffic, Dialect::Strata, key), Meaning::UNKNOWN, "{key}");
        }
    }

    #[test]
    fn a_name_means_what_its_log_type_and_dialect_mean() {
        use Dialect::*;
        let cases = [
            (Kind::Traffic, CefGuide, "in", "bytes_sent", Some(Slot::BytesSent)),
            (Kind::Traffic, CefStrata, "in", "bytes_received", Some(Slot::BytesReceived)),
            (Kind::Traffic, CefGuide, "start", "time_generated", Some(Slot::TimeGenerated)),
            (Kind::Traffic, Leef, "StartTime", "start", None),
            (Kind::Traffic, Native, "start", "start", None),
            (Kind::Traffic, CefGuide, "reason", "session_end_reason", Some(Slot::EndReason)),
            (Kind::Threat, CefStrata, "reason", "reason", None),
            (Kind::Threat, CefGuide, "cat", "threatid", Some(Slot::Threat)),
            (Kind::System, CefGuide, "cat", "eventid", Some(Slot::EventId)),
            (Kind::Traffic, CefGuide, "cat", "action_source", None),
            (Kind::UserId, CefGuide, "duser", "user", Some(Slot::SrcUser)),
            (Kind::Traffic, CefGuide, "duser", "dstuser", Some(Slot::DstUser)),
            (Kind::Config, CefGuide, "shost", "host", Some(Slot::Src)),
            (Kind::Traffic, CefGuide, "PanSDWANSite", "sdwan_site", None),
            (Kind::Traffic, CefGuide, "sz", "from", Some(Slot::SrcZone)),
            (Kind::Traffic, CefGuide, "Virtual System", "vsys", Some(Slot::Vsys)),
            (Kind::Traffic, Leef, "SerialNumber", "serial", Some(Slot::Serial)),
            (Kind::Traffic, Native, "serialnumber", "serialnumber", None),
            (Kind::IpTag, Native, "eventid", "eventid", Some(Slot::Action)),
            (Kind::UserId, Native, "eventid", "eventid", None),
            (Kind::Threat, Strata, "URLCategoryList", "url_category_list", None),
            (Kind::Threat, Strata, "ThreatCategory", "thr_category", Some(Slot::ThreatCategory)),
        ];
        for (kind, dialect, key, column, slot) in cases {
            let meaning = meaning(kind, dialect, key);
            assert_eq!((meaning.column, meaning.slot), (column, slot), "{kind:?} {dialect:?} {key}");
            assert!(meaning.known, "{key}");
        }
        assert!(meaning(Kind::Traffic, CefStrata, "ProfileToken").known);
        assert!(!meaning(Kind::Traffic, CefStrata, "PanOSShoeSize").known);
    }

    #[test]
    fn every_native_column_is_known_by_its_own_name() {
        for kind in Kind::ALL {
            for column in kind.layout().columns {
                let found = meaning(kind, Dialect::Native, column.name);
                assert_eq!((found.column, found.slot, found.known), (column.name, column.slot, true));
            }
        }
    }

    #[test]
    fn memory_changes_nothing() {
        let mut memory = Memory::default();
        let long = "x".repeat(300);
        for key in ["src", "dst", "src", "Src", "", &long, "dst", "src"] {
            for place in [0, 0, 1, 9, 300] {
                for kind in [Kind::Traffic, Kind::Config] {
                    let expected = meaning(kind, Dialect::Leef, key);
                    assert_eq!(memory.meaning(kind, Dialect::Leef, place, key), expected, "{key}");
                }
            }
        }
        // It remembers, though: the last key of each place but the one beyond the bound.
        let kept = &memory.0[Dialect::Leef as usize * Kind::COUNT + Kind::Config as usize];
        assert_eq!(kept.len(), 10);
        assert!([0, 1, 9].iter().all(|&place| kept[place].meaning.slot == Some(Slot::Src)));
    }
}
