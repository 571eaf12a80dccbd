//! CEF by the vendor's guide: the custom log formats that administrators copy into the syslog server profile.
//!
//! Source: "PAN-OS 10.0 Common Event Format Configuration Guide". Its `in` is what the initiator sent and its `out`
//! what came back: CEF counts from source to destination, and the templates follow it. The headers differ by type:
//! THREAT has the threat as class and the subtype in `cat`, the others the other way round.
//!
//! ```text
//! CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Oct 20 2026 01:00:00 GMT deviceExternalId=012801096514 ...
//! ```

use super::row::Row;
use super::{RELEASE, formatted, severity_number};
use crate::encode::Encoded;
use crate::encode::cef::Cef;

/// A pair of a template: key, label (nothing for keys that say what they mean), column.
type Pair = (&'static str, &'static str, &'static str);

/// What all types end in.
const GROUPS: [Pair; 7] = [
    ("PanOSDGl1", "", "dg_hier_level_1"),
    ("PanOSDGl2", "", "dg_hier_level_2"),
    ("PanOSDGl3", "", "dg_hier_level_3"),
    ("PanOSDGl4", "", "dg_hier_level_4"),
    ("PanOSVsysName", "", "vsys_name"),
    ("dvchost", "", "device_name"),
    ("PanOSActionFlags", "", "actionflags"),
];

/// What all types about sessions begin with.
const SESSION: [Pair; 26] = [
    ("deviceExternalId", "", "serial"),
    ("src", "", "src"),
    ("dst", "", "dst"),
    ("sourceTranslatedAddress", "", "natsrc"),
    ("destinationTranslatedAddress", "", "natdst"),
    ("cs1", "Rule", "rule"),
    ("suser", "", "srcuser"),
    ("duser", "", "dstuser"),
    ("app", "", "app"),
    ("cs3", "Virtual System", "vsys"),
    ("cs4", "Source Zone", "from"),
    ("cs5", "Destination Zone", "to"),
    ("deviceInboundInterface", "", "inbound_if"),
    ("deviceOutboundInterface", "", "outbound_if"),
    ("cs6", "LogProfile", "logset"),
    ("cn1", "SessionID", "sessionid"),
    ("cnt", "", "repeatcnt"),
    ("spt", "", "sport"),
    ("dpt", "", "dport"),
    ("sourceTranslatedPort", "", "natsport"),
    ("destinationTranslatedPort", "", "natdport"),
    ("flexString1", "Flags", "flags"),
    ("proto", "", "proto"),
    ("act", "", "action"),
    ("externalId", "", "seqno"),
    ("PanOSRuleUUID", "", "rule_uuid"),
];

const TUNNEL: [Pair; 7] = [
    ("PanOSSrcUUID", "", "src_uuid"),
    ("PanOSDstUUID", "", "dst_uuid"),
    ("PanOSTunnelID", "", "tunnelid_imsi"),
    ("PanOSMonitorTag", "", "monitortag_imei"),
    ("PanOSParentSessionID", "", "parent_session_id"),
    ("PanOSParentStartTime", "", "parent_start_time"),
    ("PanOSTunnelType", "", "tunnel"),
];

const TRAFFIC: [Pair; 23] = [
    ("flexNumber1", "Total bytes", "bytes"),
    ("in", "", "bytes_sent"),
    ("out", "", "bytes_received"),
    ("cn2", "Packets", "packets"),
    ("PanOSPacketsReceived", "", "pkts_received"),
    ("PanOSPacketsSent", "", "pkts_sent"),
    ("cn3", "Elapsed time in seconds", "elapsed"),
    ("cs2", "URL Category", "category"),
    ("reason", "", "session_end_reason"),
    ("cat", "", "action_source"),
    ("PanOSSCTPAssocID", "", "assoc_id"),
    ("PanOSSCTPChunks", "", "chunks"),
    ("PanOSSCTPChunkSent", "", "chunks_sent"),
    ("PanOSSCTPChunksRcv", "", "chunks_received"),
    ("PanOSHTTP2Con", "", "http2_connection"),
    ("PanLinkChange", "", "link_change_count"),
    ("PanPolicyID", "", "policy_id"),
    ("PanLinkDetail", "", "link_switches"),
    ("PanSDWANCluster", "", "sdwan_cluster"),
    ("PanSDWANDevice", "", "sdwan_device_type"),
    ("PanSDWANClustype", "", "sdwan_cluster_type"),
    ("PanSDWANSite", "", "sdwan_site"),
    ("PanDynamicUsrgrp", "", "dynusergroup_name"),
];

const INSPECTED_TUNNEL: [Pair; 10] = [
    ("flexNumber1", "Total bytes", "bytes"),
    ("in", "", "bytes_sent"),
    ("out", "", "bytes_received"),
    ("cn2", "Packets", "packets"),
    ("PanOSPacketsSent", "", "pkts_sent"),
    ("PanOSPacketsReceived", "", "pkts_received"),
    ("reason", "", "session_end_reason"),
    ("cat", "", "action_source"),
    ("cn3", "Elapsed time in seconds", "elapsed"),
    ("cs2", "Tunnel Type", "tunnel"),
];

const THREAT: [Pair; 11] = [
    ("request", "", "misc"),
    ("cs2", "URL Category", "category"),
    ("flexString2", "Direction", "direction"),
    ("fileId", "", "pcap_id"),
    ("PanOSThreatCategory", "", "thr_category"),
    ("PanOSContentVer", "", "contentver"),
    ("PanOSAssocID", "", "assoc_id"),
    ("PanOSPPID", "", "ppid"),
    ("PanOSHTTPHeader", "", "http_headers"),
    ("PanOSHTTP2Con", "", "http2_connection"),
    ("PanOSURLCatList", "", "url_category_list"),
];

const URL: [Pair; 5] = [
    ("requestContext", "", "contenttype"),
    ("requestMethod", "", "http_method"),
    ("requestClientApplication", "", "user_agent"),
    ("PanOSXForwarderfor", "", "xff"),
    ("PanOSReferer", "", "referer"),
];

const WILDFIRE: [Pair; 7] = [
    ("filePath", "", "cloud"),
    ("fileHash", "", "filedigest"),
    ("fileType", "", "filetype"),
    ("suid", "", "sender"),
    ("msg", "", "subject"),
    ("duid", "", "recipient"),
    ("oldFileId", "", "reportid"),
];

const SYSTEM: [Pair; 7] = [
    ("deviceExternalId", "", "serial"),
    ("cs3", "Virtual System", "vsys"),
    ("fname", "", "object"),
    ("flexString2", "Module", "module"),
    ("msg", "", "opaque"),
    ("externalId", "", "seqno"),
    ("cat", "", "eventid"),
];

const CONFIG: [Pair; 8] = [
    ("deviceExternalId", "", "serial"),
    ("shost", "", "host"),
    ("cs3", "Virtual System", "vsys"),
    ("act", "", "cmd"),
    ("duser", "", "admin"),
    ("destinationServiceName", "", "client"),
    ("msg", "", "path"),
    ("externalId", "", "seqno"),
];

const HIPMATCH: [Pair; 12] = [
    ("deviceExternalId", "", "serial"),
    ("suser", "", "srcuser"),
    ("cs3", "Virtual System", "vsys"),
    ("shost", "", "machinename"),
    ("src", "", "src"),
    ("cnt", "", "repeatcnt"),
    ("externalId", "", "seqno"),
    ("cat", "", "matchname"),
    ("cs2", "Operating System", "os"),
    ("cn2", "Virtual System ID", "vsys_id"),
    ("c6a2", "IPv6 Source Address", "srcipv6"),
    ("PanOSHostID", "", "hostid"),
];

const USERID: [Pair; 19] = [
    ("deviceExternalId", "", "serial"),
    ("cs1", "Factor Type", "factortype"),
    ("cs3", "Virtual System", "vsys"),
    ("cs4", "Data Source Name", "datasourcename"),
    ("cs5", "Data Source", "datasource"),
    ("cs6", "Data Source Type", "datasourcetype"),
    ("cn1", "Factor Number", "factorno"),
    ("cn2", "Virtual System ID", "vsys_id"),
    ("cn3", "Timeout Threshold", "timeout"),
    ("src", "", "ip"),
    ("spt", "", "beginport"),
    ("dpt", "", "endport"),
    ("cnt", "", "repeatcnt"),
    ("duser", "", "user"),
    ("externalId", "", "seqno"),
    ("cat", "", "eventid"),
    ("end", "", "factorcompletiontime"),
    ("PanOSUGFlags", "", "ugflags"),
    ("PanOSUserBySource", "", "userbysource"),
];

/// The only template with names of its own throughout, and the vendor's times as they stand.
const GLOBALPROTECT: [Pair; 31] = [
    ("PanOSDeviceSN", "", "serial"),
    ("PanOSLogTimeStamp", "", "time_generated"),
    ("PanOSVirtualSystem", "", "vsys"),
    ("PanOSEventID", "", "eventid"),
    ("PanOSStage", "", "stage"),
    ("PanOSAuthMethod", "", "auth_method"),
    ("PanOSTunnelType", "", "tunnel_type"),
    ("PanOSSourceUserName", "", "srcuser"),
    ("PanOSSourceRegion", "", "srcregion"),
    ("PanOSEndpointDeviceName", "", "machinename"),
    ("PanOSPublicIPv4", "", "public_ip"),
    ("PanOSPublicIPv6", "", "public_ipv6"),
    ("PanOSPrivateIPv4", "", "private_ip"),
    ("PanOSPrivateIPv6", "", "private_ipv6"),
    ("PanOSHostID", "", "hostid"),
    ("PanOSGlobalProtectClientVersion", "", "client_ver"),
    ("PanOSEndpointOSType", "", "client_os"),
    ("PanOSEndpointOSVersion", "", "client_os_ver"),
    ("PanOSCountOfRepeats", "", "repeatcnt"),
    ("PanOSQuarantineReason", "", "reason"),
    ("PanOSConnectionError", "", "error"),
    ("PanOSDescription", "", "opaque"),
    ("PanOSEventStatus", "", "status"),
    ("PanOSGPGatewayLocation", "", "location"),
    ("PanOSLoginDuration", "", "login_duration"),
    ("PanOSConnectionMethod", "", "connect_method"),
    ("PanOSConnectionErrorID", "", "error_code"),
    ("PanOSPortal", "", "portal"),
    ("PanOSSequenceNo", "", "seqno"),
    ("PanOSActionFlags", "", "actionflags"),
    ("dvchost", "", "device_name"),
];

/// Which columns the header and the times say, beside the template's pairs.
struct Template {
    pairs: Vec<Pair>,
    /// Columns in the class id and the name.
    header: [&'static str; 2],
    /// The column in `cat`, where the template of a session's type has one.
    category: &'static str,
}

fn template(row: &Row) -> Option<Template> {
    let subtype = row.get("subtype");
    let joined = |parts: &[&[Pair]]| parts.concat();
    Some(match row.get("type") {
        "TRAFFIC" => Template {
            pairs: joined(&[&SESSION, &TRAFFIC, &GROUPS, &TUNNEL]),
            header: ["subtype", "type"],
            category: "",
        },
        "THREAT" => match subtype {
            "url" => Template {
                pairs: joined(&[&SESSION, &THREAT, &URL, &GROUPS, &TUNNEL]),
                header: ["subtype", "type"],
                category: "threatid",
            },
            "wildfire" => Template {
                pairs: joined(&[&SESSION, &THREAT, &WILDFIRE, &GROUPS, &TUNNEL]),
                header: ["subtype", "type"],
                category: "threatid",
            },
            _ => Template {
                pairs: joined(&[&SESSION, &THREAT, &GROUPS, &TUNNEL]),
                header: ["threatid", "type"],
                category: "subtype",
            },
        },
        "SYSTEM" => {
            Template { pairs: joined(&[&SYSTEM, &GROUPS]), header: ["subtype", "type"], category: "" }
        }
        "CONFIG" => Template { pairs: joined(&[&CONFIG, &GROUPS]), header: ["result", "type"], category: "" },
        "HIPMATCH" => {
            Template { pairs: joined(&[&HIPMATCH, &GROUPS]), header: ["matchtype", "type"], category: "" }
        }
        "USERID" => {
            Template { pairs: joined(&[&USERID, &GROUPS]), header: ["subtype", "type"], category: "" }
        }
        "GLOBALPROTECT" => {
            Template { pairs: GLOBALPROTECT.to_vec(), header: ["type", "subtype"], category: "" }
        }
        "START" | "END" => Template {
            pairs: joined(&[&SESSION, &INSPECTED_TUNNEL, &GROUPS, &TUNNEL[2..6]]),
            header: ["subtype", "type"],
            category: "",
        },
        _ => return None,
    })
}

/// Writes CEF by the guide's template of the row's type.
pub(in crate::encode) fn cef(line: &str) -> Option<Encoded> {
    let row = Row::read(line)?;
    let Template { mut pairs, header, category } = template(&row)?;
    if !category.is_empty() {
        pairs.push(("cat", "", category));
    }
    let [class, name] = header.map(|column| row.get(column));
    let severity = severity_number(row.get("severity"));
    let mut cef =
        Cef::new(["Palo Alto Networks", "PAN-OS", RELEASE, class, name], severity).escaping_quotes();
    let is_plain = row.get("type") == "GLOBALPROTECT";
    if is_plain {
        cef.pair("rt", row.get("receive_time"));
    } else {
        cef.pair("rt", &format!("{} GMT", formatted(row.instant("receive_time")?)));
    }
    let has_start = matches!(row.get("type"), "TRAFFIC" | "HIPMATCH" | "START" | "END");
    if has_start {
        cef.pair("start", &format!("{} GMT", formatted(row.instant("time_generated")?)));
    }
    for (key, label, column) in &pairs {
        // The appliance puts quotes around some values before the profile's escapes are applied to them.
        let value = row.as_logged(column);
        if label.is_empty() {
            cef.pair(key, &value);
        } else {
            cef.labelled(key, label, &value);
        }
    }
    let line = format!("{}{}", row.header(), cef.finish());
    let has_severity = matches!(row.get("type"), "THREAT" | "SYSTEM" | "START" | "END");
    let why = |column: &str| match column {
        "future_use_0" | "receive_time" => None,
        "time_generated" if has_start => None,
        "severity" if has_severity => None,
        _ if header.contains(&column) || pairs.iter().any(|(.., carried)| *carried == column) => None,
        "high_res_timestamp" => Some("the template knows seconds alone"),
        _ => Some("the guide's template has no such variable"),
    };
    Some(row.encoded(line, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::native_row;

    #[test]
    fn traffic_follows_the_guide() {
        let values = [
            ("receive_time", "2026/10/20 10:00:01"),
            ("time_generated", "2026/10/20 10:00:00"),
            ("subtype", "end"),
            ("serial", "012801096514"),
            ("rule", "out=web"),
            ("srcuser", "kita\\sato"),
            ("bytes_sent", "1200"),
            ("bytes_received", "90000"),
            ("srcloc", "Japan"),
            ("high_res_timestamp", "2026-10-20T10:00:00.250+09:00"),
        ];
        let encoded = cef(&native_row("TRAFFIC", &values).unwrap()).unwrap();
        let head = "CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Oct 20 2026 01:00:01 GMT \
                    start=Oct 20 2026 01:00:00 GMT deviceExternalId=012801096514 src= ";
        assert!(encoded.line.starts_with(head), "{}", encoded.line);
        for pair in [r" cs1Label=Rule cs1=out\=web suser=kita\\sato ", " in=1200 out=90000 "] {
            assert!(encoded.line.contains(pair), "{pair} not in {}", encoded.line);
        }
        let left_out: Vec<&str> = encoded.left_out.iter().map(|left| left.field.as_str()).collect();
        assert_eq!(left_out, ["srcloc", "high_res_timestamp"]);
    }

    #[test]
    fn a_threat_is_the_class_and_its_quotes_are_escaped() {
        let values = [
            ("receive_time", "2026/10/20 10:00:01"),
            ("subtype", "spyware"),
            ("misc", "a,b"),
            ("threatid", "Beacon (generic:x.example)(4100111)"),
            ("severity", "critical"),
        ];
        let line = cef(&native_row("THREAT", &values).unwrap()).unwrap().line;
        assert!(line.starts_with(
            "CEF:0|Palo Alto Networks|PAN-OS|11.1.2|Beacon (generic:x.example)(4100111)|THREAT|5|rt="
        ));
        assert!(
            line.contains(r#" request=\"a,b\" cs2Label=URL Category cs2= "#)
                && line.ends_with(" cat=spyware")
        );
    }
}
