//! LEEF by the vendor's guide for QRadar: custom log formats with the names of "PAN-OS Syslog Integration".
//!
//! Source: "Log Event Extended Format (LEEF)", versions 1 and 2, and the templates of the QRadar guide for PAN-OS. LEEF
//! 1.0 separates attributes by tabs; the templates in the field have `|`. LEEF 2.0 names its separator in the header.
//! The guide is older than GLOBALPROTECT; its administrators name those attributes as Strata Logging Service does.
//!
//! ```text
//! LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.2|allow|cat=TRAFFIC|ReceiveTime=2026/10/20 10:00:00|...
//! ```

use super::row::Row;
use super::{RELEASE, formatted, severity_number};
use crate::encode::Encoded;

/// What separates attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::encode) enum Leef {
    /// LEEF 1.0's tab.
    Tab,
    /// A bar under a 1.0 header.
    Pipe,
    /// A caret, named in a 2.0 header.
    Caret,
}

impl Leef {
    const fn separator(self) -> char {
        match self {
            Leef::Tab => '\t',
            Leef::Pipe => '|',
            Leef::Caret => '^',
        }
    }
}

type Attribute = (&'static str, &'static str);

const GROUPS: [Attribute; 7] = [
    ("ActionFlags", "actionflags"),
    ("DeviceGroupHierarchyL1", "dg_hier_level_1"),
    ("DeviceGroupHierarchyL2", "dg_hier_level_2"),
    ("DeviceGroupHierarchyL3", "dg_hier_level_3"),
    ("DeviceGroupHierarchyL4", "dg_hier_level_4"),
    ("vSrcName", "vsys_name"),
    ("DeviceName", "device_name"),
];

const SESSION: [Attribute; 28] = [
    ("src", "src"),
    ("dst", "dst"),
    ("srcPostNAT", "natsrc"),
    ("dstPostNAT", "natdst"),
    ("RuleName", "rule"),
    ("usrName", "srcuser"),
    ("SourceUser", "srcuser"),
    ("DestinationUser", "dstuser"),
    ("Application", "app"),
    ("VirtualSystem", "vsys"),
    ("SourceZone", "from"),
    ("DestinationZone", "to"),
    ("IngressInterface", "inbound_if"),
    ("EgressInterface", "outbound_if"),
    ("LogForwardingProfile", "logset"),
    ("SessionID", "sessionid"),
    ("RepeatCount", "repeatcnt"),
    ("srcPort", "sport"),
    ("dstPort", "dport"),
    ("srcPostNATPort", "natsport"),
    ("dstPostNATPort", "natdport"),
    ("Flags", "flags"),
    ("proto", "proto"),
    ("action", "action"),
    ("sequence", "seqno"),
    ("SourceLocation", "srcloc"),
    ("DestinationLocation", "dstloc"),
    ("URLCategory", "category"),
];

const TUNNEL: [Attribute; 7] = [
    ("SrcUUID", "src_uuid"),
    ("DstUUID", "dst_uuid"),
    ("TunnelID", "tunnelid_imsi"),
    ("MonitorTag", "monitortag_imei"),
    ("ParentSessionID", "parent_session_id"),
    ("ParentStartTime", "parent_start_time"),
    ("TunnelType", "tunnel"),
];

const TRAFFIC: [Attribute; 10] = [
    ("totalBytes", "bytes"),
    ("dstBytes", "bytes_received"),
    ("srcBytes", "bytes_sent"),
    ("totalPackets", "packets"),
    ("StartTime", "start"),
    ("ElapsedTime", "elapsed"),
    ("dstPackets", "pkts_received"),
    ("srcPackets", "pkts_sent"),
    ("SessionEndReason", "session_end_reason"),
    ("ActionSource", "action_source"),
];

const THREAT: [Attribute; 22] = [
    ("Miscellaneous", "misc"),
    ("ThreatID", "threatid"),
    ("Severity", "severity"),
    ("Direction", "direction"),
    ("ContentType", "contenttype"),
    ("PCAP_ID", "pcap_id"),
    ("FileDigest", "filedigest"),
    ("Cloud", "cloud"),
    ("URLIndex", "url_idx"),
    ("RequestMethod", "http_method"),
    ("UserAgent", "user_agent"),
    ("Referer", "referer"),
    ("FileType", "filetype"),
    ("Sender", "sender"),
    ("Subject", "subject"),
    ("Recipient", "recipient"),
    ("ReportID", "reportid"),
    ("ThreatCategory", "thr_category"),
    ("ContentVer", "contentver"),
    ("AssocID", "assoc_id"),
    ("PPID", "ppid"),
    ("HTTPHeader", "http_headers"),
];

const SYSTEM: [Attribute; 6] = [
    ("VirtualSystem", "vsys"),
    ("Filename", "object"),
    ("Module", "module"),
    ("Severity", "severity"),
    ("msg", "opaque"),
    ("sequence", "seqno"),
];

const CONFIG: [Attribute; 8] = [
    ("src", "host"),
    ("VirtualSystem", "vsys"),
    ("msg", "cmd"),
    ("usrName", "admin"),
    ("client", "client"),
    ("Result", "result"),
    ("ConfigurationPath", "path"),
    ("sequence", "seqno"),
];

const HIPMATCH: [Attribute; 8] = [
    ("usrName", "srcuser"),
    ("VirtualSystem", "vsys"),
    ("identHostName", "machinename"),
    ("OS", "os"),
    ("identSrc", "src"),
    ("RepeatCount", "repeatcnt"),
    ("HIPType", "matchtype"),
    ("sequence", "seqno"),
];

const GLOBALPROTECT: [Attribute; 25] = [
    ("VirtualSystem", "vsys"),
    ("EventID", "eventid"),
    ("Stage", "stage"),
    ("AuthMethod", "auth_method"),
    ("TunnelType", "tunnel_type"),
    ("usrName", "srcuser"),
    ("SourceRegion", "srcregion"),
    ("EndpointDeviceName", "machinename"),
    ("PublicIPv4", "public_ip"),
    ("PublicIPv6", "public_ipv6"),
    ("PrivateIPv4", "private_ip"),
    ("PrivateIPv6", "private_ipv6"),
    ("HostID", "hostid"),
    ("GlobalProtectClientVersion", "client_ver"),
    ("EndpointOSType", "client_os"),
    ("EndpointOSVersion", "client_os_ver"),
    ("RepeatCount", "repeatcnt"),
    ("QuarantineReason", "reason"),
    ("ConnectionError", "error"),
    ("Description", "opaque"),
    ("EventStatus", "status"),
    ("LoginDuration", "login_duration"),
    ("ConnectionErrorID", "error_code"),
    ("Portal", "portal"),
    ("sequence", "seqno"),
];

/// Returns the attributes of a type, and the column that the header names as the event.
fn template(row: &Row) -> Option<(Vec<Attribute>, &'static str)> {
    Some(match row.get("type") {
        "TRAFFIC" => ([&SESSION[..], &TRAFFIC, &GROUPS, &TUNNEL].concat(), "action"),
        "THREAT" => ([&SESSION[..], &THREAT, &GROUPS, &TUNNEL].concat(), "threatid"),
        "SYSTEM" => ([&SYSTEM[..], &GROUPS].concat(), "eventid"),
        "CONFIG" => ([&CONFIG[..], &GROUPS].concat(), "result"),
        "HIPMATCH" => ([&HIPMATCH[..], &GROUPS].concat(), "matchname"),
        "GLOBALPROTECT" => ([&GLOBALPROTECT[..], &GROUPS].concat(), "eventid"),
        _ => return None,
    })
}

/// Writes LEEF by the guide's template of the row's type.
pub(in crate::encode) fn leef(line: &str, form: Leef) -> Option<Encoded> {
    let row = Row::read(line)?;
    let (attributes, event) = template(&row)?;
    let separator = form.separator();
    let mut text = match form {
        Leef::Tab | Leef::Pipe => "LEEF:1.0|".to_owned(),
        Leef::Caret => "LEEF:2.0|".to_owned(),
    };
    text += &format!("Palo Alto Networks|PAN-OS Syslog Integration|{RELEASE}|{}|", row.get(event));
    if form == Leef::Caret {
        text += "^|";
    }
    let received = formatted(row.instant("receive_time")?);
    let mut pairs = vec![
        ("cat", row.get("type").to_owned()),
        ("ReceiveTime", row.get("receive_time").to_owned()),
        ("SerialNumber", row.get("serial").to_owned()),
        ("Type", row.get("type").to_owned()),
        ("Subtype", row.get("subtype").to_owned()),
        ("devTime", format!("{received} GMT")),
    ];
    if matches!(row.get("type"), "THREAT" | "SYSTEM") {
        pairs.push(("sev", severity_number(row.get("severity")).to_string()));
    }
    pairs.extend(attributes.iter().map(|(name, column)| (*name, row.get(column).to_owned())));
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    text += &pairs.join(&separator.to_string());
    let why = |column: &str| match column {
        "future_use_0" | "type" | "subtype" | "serial" | "receive_time" => None,
        _ if column == event || attributes.iter().any(|(_, carried)| *carried == column) => None,
        "high_res_timestamp" => Some("the template knows seconds alone"),
        _ => Some("the guide's template has no such variable"),
    };
    Some(row.encoded(format!("{}{text}", row.header()), why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::native_row;

    #[test]
    fn headers_and_separators_follow_the_version() {
        let values = [
            ("receive_time", "2026/10/20 10:00:01"),
            ("subtype", "general"),
            ("serial", "012801096514"),
            ("eventid", "general"),
            ("severity", "high"),
            ("opaque", "a=b, c"),
        ];
        let native = native_row("SYSTEM", &values).unwrap();
        let tail = |separator: &str| {
            [
                "cat=SYSTEM",
                "ReceiveTime=2026/10/20 10:00:01",
                "SerialNumber=012801096514",
                "Type=SYSTEM",
                "Subtype=general",
                "devTime=Oct 20 2026 01:00:01 GMT",
                "sev=4",
                "VirtualSystem=",
                "Filename=",
                "Module=",
                "Severity=high",
                "msg=a=b, c",
                "sequence=",
            ]
            .join(separator)
        };
        let product = "Palo Alto Networks|PAN-OS Syslog Integration|11.1.2|general|";
        for (form, head, separator) in
            [(Leef::Tab, "LEEF:1.0|", "\t"), (Leef::Pipe, "LEEF:1.0|", "|"), (Leef::Caret, "LEEF:2.0|", "^")]
        {
            let line = leef(&native, form).unwrap().line;
            let named = if form == Leef::Caret { "^|" } else { "" };
            assert!(line.starts_with(&format!("{head}{product}{named}{}", tail(separator))), "{line}");
        }
    }
}
