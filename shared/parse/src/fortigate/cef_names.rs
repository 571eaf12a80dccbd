//! What the keys of a FortiGate's CEF stand for.
//!
//! ```text
//! src=10.1.12.34 app=HTTPS FTNTFGTapp=HTTPS.BROWSER ad.vd=root cs5=10 cs5Label=Policy Id
//! ```
//!
//! Followed are the tables of "CEF support", FortiOS Log Message Reference 5.6 to 7.6, and for keys that FortiOS does not
//! use the dictionary of "Implementing ArcSight Common Event Format", version 26.

use super::keys::Key;

/// What stands in front of FortiOS's own names.
const PREFIXES: &[&str] = &["FTNTFGT", "FortinetFortiGate", "ad."];

/// Returns FortiOS's own name in a key.
#[inline]
pub(super) fn without_prefix(key: &str) -> &str {
    match key.as_bytes() {
        [b'F', ..] | [b'a', b'd', b'.', ..] => own_name(key),
        _ => key,
    }
}

fn own_name(key: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)).filter(|own| !own.is_empty()).unwrap_or(key)
}

/// Returns the field that a key stands for.
pub(super) fn key_of(name: &[u8]) -> Option<Key> {
    let own = std::str::from_utf8(name).map_or(name, |name| without_prefix(name).as_bytes());
    let standard = if own.len() == name.len() { standard(name) } else { None };
    standard.or_else(|| Key::of_any_case(own))
}

/// Returns the field that a key of the standard's dictionary stands for.
fn standard(name: &[u8]) -> Option<Key> {
    Some(match name {
        b"act" => Key::Action,
        b"app" => Key::Service,
        b"cat" => Key::CategoryId,
        b"cnt" => Key::Count,
        b"destinationTranslatedAddress" => Key::TranDestinationIp,
        b"destinationTranslatedPort" => Key::TranDestinationPort,
        b"deviceDirection" => Key::Direction,
        b"deviceExternalId" => Key::DeviceId,
        b"deviceInboundInterface" => Key::SrcInterface,
        b"deviceOutboundInterface" => Key::DstInterface,
        b"deviceSeverity" => Key::Level,
        b"dhost" => Key::Hostname,
        b"dmac" => Key::DstMac,
        b"dpt" => Key::DstPort,
        b"dst" => Key::DstIp,
        b"duser" => Key::User,
        b"dvchost" => Key::DeviceName,
        b"externalId" | b"externalID" => Key::Session,
        b"fileHash" => Key::FileHash,
        b"fileType" => Key::FileType,
        b"fname" => Key::FileName,
        b"fsize" => Key::FileSize,
        b"in" => Key::Received,
        b"out" => Key::Sent,
        b"outcome" => Key::Status,
        b"request" => Key::Url,
        b"requestClientApplication" => Key::Agent,
        b"requestContext" => Key::Category,
        b"requestMethod" => Key::HttpMethod,
        b"shost" => Key::SrcName,
        b"smac" => Key::SrcMac,
        b"sourceTranslatedAddress" => Key::TranSourceIp,
        b"sourceTranslatedPort" => Key::TranSourcePort,
        b"spt" => Key::SrcPort,
        b"sproc" => Key::Ui,
        b"src" => Key::SrcIp,
        b"suser" => Key::UnauthUser,
        // The dictionary's, of which FortiOS has nothing.
        b"dvc" | b"dvcmac" | b"dntdom" | b"sntdom" | b"end" | b"deviceFacility" => Key::Kept,
        _ => return None,
    })
}

/// A label as a name: lower case, without blanks.
pub(super) struct Plain {
    bytes: [u8; Plain::MAX_BYTES],
    length: usize,
}

impl Plain {
    /// Longest name that is known.
    const MAX_BYTES: usize = 32;

    fn of(label: &str) -> Option<Plain> {
        let mut plain = Plain { bytes: [0; Plain::MAX_BYTES], length: 0 };
        for byte in label.bytes().filter(|byte| *byte > b' ') {
            *plain.bytes.get_mut(plain.length)? = byte.to_ascii_lowercase();
            plain.length += 1;
        }
        Some(plain)
    }

    /// Returns it as text.
    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

/// Returns the field that a label names; the labels are FortiOS's own names with blanks and capitals but for these few.
pub(super) fn labelled(label: &str) -> Option<(Key, Plain)> {
    let plain = Plain::of(label)?;
    let key = match plain.as_str() {
        "packetssent" | "sentpackets" => Key::PacketsOut,
        "packetsreceived" | "receivedpackets" => Key::PacketsIn,
        "virusname" => Key::Virus,
        "attackname" => Key::Attack,
        name => Key::of(name.as_bytes())?,
    };
    Some((key, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_for_fields_with_and_without_prefixes() {
        let cases = [
            ("app", Some(Key::Service)),
            ("FTNTFGTapp", Some(Key::App)),
            ("FortinetFortiGateapp", Some(Key::App)),
            ("ad.app", Some(Key::App)),
            ("act", Some(Key::Action)),
            ("FTNTFGTaction", Some(Key::Action)),
            ("cat", Some(Key::CategoryId)),
            ("externalID", Some(Key::Session)),
            ("logid", Some(Key::LogId)),
            ("FTNTFGTCRlevel", Some(Key::RiskLevel)),
            ("FTNTFGTpoluuid", Some(Key::Kept)),
            ("FTNTFGTbrandnew", None),
            ("FTNTFGT", None),
            ("FTNTFGTact", Some(Key::Kept)),
            ("Act", Some(Key::Kept)),
            ("sproc", Some(Key::Ui)),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(key_of(name.as_bytes()), expected, "{name}");
        }
        assert_eq!(without_prefix("FTNTFGTvd"), "vd");
        assert_eq!(without_prefix("ad."), "ad.");
    }

    #[test]
    fn labels_are_names_with_blanks_and_capitals() {
        let cases = [
            ("Policy Id", Some((Key::Policy, "policyid"))),
            ("Duration", Some((Key::Duration, "duration"))),
            ("Packets Sent", Some((Key::PacketsOut, "packetssent"))),
            ("Packets Received", Some((Key::PacketsIn, "packetsreceived"))),
            ("Dev Type", Some((Key::Kept, "devtype"))),
            ("Some Thing", None),
            ("", None),
            ("a label that is longer than any name is", None),
        ];
        for (label, expected) in cases {
            let read = labelled(label);
            assert_eq!(read.as_ref().map(|(key, name)| (*key, name.as_str())), expected, "{label}");
        }
    }
}
