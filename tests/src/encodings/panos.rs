//! PAN-OS lines: three releases, and log types that no maker writes.
//!
//! Shapes follow "PAN-OS 11.1 Syslog Field Descriptions".

use hinomi_generate::encode::native_row;
use hinomi_generate::{Maker, PanOs, PanosUnit};
use hinomi_model::Vendor;

use super::Unit;

pub(super) fn units() -> Vec<Unit> {
    [PanOs::V9_1, PanOs::V10_1, PanOs::V11_1]
        .into_iter()
        .map(|version| {
            let unit = PanosUnit { version, ..PanosUnit::new("012801096514", "KITA-PA1") };
            (format!("panos {version:?}"), Vendor::Panos, Maker::Panos(unit))
        })
        .collect()
}

/// What all types have.
const HEAD: [(&str, &str); 7] = [
    ("receive_time", "2026/10/20 10:05:00"),
    ("serial", "012801096514"),
    ("config_version", "2817"),
    ("time_generated", "2026/10/20 10:05:00"),
    ("actionflags", "0x8000000000000000"),
    ("device_name", "KITA-PA1"),
    ("high_res_timestamp", "2026-10-20T10:05:00.375+09:00"),
];

/// What types about sessions have.
const SESSION: [(&str, &str); 23] = [
    ("src", "10.1.12.34"),
    ("dst", "203.0.113.77"),
    ("natsrc", "198.51.100.1"),
    ("natdst", "203.0.113.77"),
    ("rule", "out web"),
    ("srcuser", "kita\\sato"),
    ("app", "web-browsing"),
    ("vsys", "vsys1"),
    ("from", "trust"),
    ("to", "untrust"),
    ("inbound_if", "ethernet1/2"),
    ("outbound_if", "ethernet1/1"),
    ("logset", "to-hinomi"),
    ("sessionid", "48213"),
    ("repeatcnt", "1"),
    ("sport", "51544"),
    ("dport", "80"),
    ("natsport", "31544"),
    ("natdport", "80"),
    ("flags", "0x400000"),
    ("proto", "tcp"),
    ("srcloc", "10.0.0.0-10.255.255.255"),
    ("dstloc", "United States"),
];

pub(super) fn by_hand() -> Vec<String> {
    let row = |kind: &str, sequence: &str, parts: &[&[(&str, &str)]]| {
        let mut values = HEAD.to_vec();
        if !matches!(kind, "CORRELATION") {
            values.push(("seqno", sequence));
        } else {
            values.retain(|(column, _)| !matches!(*column, "actionflags" | "high_res_timestamp"));
        }
        values.extend(parts.concat());
        // A column that there is not leaves an empty line, which no reader takes.
        let line = native_row(kind, &values).unwrap_or_default();
        format!("<14>Oct 20 10:05:00 KITA-PA1 {line}")
    };
    // Types about sessions that know no countries.
    let session: Vec<(&str, &str)> =
        SESSION.iter().copied().filter(|(column, _)| !matches!(*column, "srcloc" | "dstloc")).collect();
    vec![
        row(
            "THREAT",
            "7300000000000009001",
            &[
                &SESSION,
                &[
                    ("subtype", "wildfire-virus"),
                    ("action", "reset-both"),
                    ("misc", "invoice, october.exe"),
                    ("threatid", "trojan/Win32.generic.abcde(612345678)"),
                    ("severity", "medium"),
                    ("direction", "server-to-client"),
                    ("filedigest", "b3cc0475bb78a5026098858e9889acf666d31062d513d303314eca31d36e72f2"),
                    ("filetype", "pe"),
                    ("thr_category", "pe"),
                    ("rule_uuid", "9d2f6c1e-57aa-4d0e-8b1c-2f3e4d5c6b7a"),
                ],
            ],
        ),
        row(
            "THREAT",
            "7300000000000009002",
            &[
                &SESSION,
                &[
                    ("subtype", "url"),
                    ("action", "alert"),
                    ("misc", "www.example.com/a,b?c=d|e^f"),
                    ("threatid", "(9999)"),
                    ("category", "business-and-economy"),
                    ("severity", "informational"),
                    ("direction", "client-to-server"),
                    ("contenttype", "text/html"),
                    ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
                    ("xff", "10.1.7.7"),
                    ("referer", "https://search.example/?q=x"),
                    ("http_method", "get"),
                    ("url_category_list", "business-and-economy,low-risk"),
                ],
            ],
        ),
        row(
            "TRAFFIC",
            "7300000000000009003",
            &[
                &SESSION,
                &[
                    ("subtype", "end"),
                    ("action", "allow"),
                    ("flags", "0x1400000"),
                    ("bytes", "5000000"),
                    ("bytes_sent", "4900000"),
                    ("bytes_received", "100000"),
                    ("packets", "4000"),
                    ("pkts_sent", "3600"),
                    ("pkts_received", "400"),
                    ("start", "2026/10/20 10:01:00"),
                    ("elapsed", "238"),
                    ("category", "online-storage-and-backup"),
                    ("session_end_reason", "tcp-fin"),
                    ("action_source", "from-policy"),
                    ("src_host", "PC-034"),
                    ("src_mac", "02005e100034"),
                ],
            ],
        ),
        row(
            "SYSTEM",
            "7300000000000009004",
            &[&[
                ("subtype", "ha"),
                ("eventid", "state-change"),
                ("module", "ha"),
                ("severity", "critical"),
                ("opaque", "HA Group 1: Moved from state Passive to state Active"),
            ]],
        ),
        row(
            "SYSTEM",
            "7300000000000009005",
            &[&[
                ("subtype", "auth"),
                ("eventid", "auth-fail"),
                ("object", "LDAP-staff"),
                ("module", "general"),
                ("severity", "medium"),
                (
                    "opaque",
                    "failed authentication for user 'netadmin'. Reason: Invalid username/password, auth profile \
                     'LDAP-staff', server address '10.1.0.5', From: 203.0.113.9.",
                ),
            ]],
        ),
        row(
            "CONFIG",
            "7300000000000009006",
            &[&[
                ("subtype", "0"),
                ("host", "10.1.9.20"),
                ("cmd", "set"),
                ("admin", "netadmin"),
                ("client", "CLI"),
                ("result", "Succeeded"),
                ("path", " vsys  vsys1 rulebase security rules  any=any"),
                ("dg_id", "0"),
            ]],
        ),
        row(
            "GLOBALPROTECT",
            "7300000000000009007",
            &[&[
                ("subtype", "0"),
                ("vsys", "vsys1"),
                ("eventid", "portal-auth"),
                ("stage", "before-login"),
                ("auth_method", "LDAP"),
                ("srcuser", "kita\\watanabe"),
                ("srcregion", "NL"),
                ("machinename", "PC-REMOTE"),
                ("public_ip", "203.0.113.200"),
                ("client_os", "Windows"),
                ("client_os_ver", "Microsoft Windows 11 Pro , 64-bit"),
                ("repeatcnt", "1"),
                ("error", "Authentication failed: Invalid username or password"),
                ("status", "failure"),
                ("portal", "GP-PORTAL"),
            ]],
        ),
        row(
            "USERID",
            "7300000000000009008",
            &[&[
                ("subtype", "login"),
                ("vsys", "vsys1"),
                ("ip", "10.1.12.34"),
                ("user", "kita\\sato"),
                ("datasourcename", "dc1"),
                ("eventid", "0"),
                ("repeatcnt", "1"),
                ("timeout", "2700"),
                ("datasource", "agent"),
                ("datasourcetype", "kerberos"),
                ("vsys_id", "1"),
                ("factorno", "1"),
            ]],
        ),
        row(
            "HIPMATCH",
            "7300000000000009009",
            &[&[
                ("subtype", "0"),
                ("srcuser", "kita\\sato"),
                ("vsys", "vsys1"),
                ("machinename", "PC-034"),
                ("os", "Windows"),
                ("src", "10.1.12.34"),
                ("matchname", "disk encrypted"),
                ("repeatcnt", "1"),
                ("matchtype", "profile"),
                ("vsys_id", "1"),
            ]],
        ),
        row(
            "CORRELATION",
            "",
            &[&[
                ("src", "10.1.12.34"),
                ("srcuser", "kita\\sato"),
                ("vsys", "vsys1"),
                ("category", "compromised-host"),
                ("severity", "high"),
                ("objectname", "Beacon Detection"),
                ("object_id", "6005"),
                ("evidence", "Host repeatedly visited a malware domain (12)"),
            ]],
        ),
        row(
            "DECRYPTION",
            "7300000000000009010",
            &[
                &session,
                &[
                    ("subtype", "start"),
                    ("action", "allow"),
                    ("tls_version", "TLS1.2"),
                    ("tls_keyxchg", "ECDHE"),
                    ("tls_enc", "AES_256_GCM"),
                    ("tls_auth", "SHA384"),
                    ("policy_name", "inspect"),
                    ("err_index", "Certificate"),
                    ("root_status", "untrusted"),
                    ("cn", "self-signed.example"),
                    ("issuer_cn", "Example CA"),
                    ("sni", "self-signed.example"),
                    ("error", "Untrusted issuer CA"),
                ],
            ],
        ),
        row(
            "AUTHENTICATION",
            "7300000000000009011",
            &[&[
                ("subtype", "auth-fail"),
                ("vsys", "vsys1"),
                ("ip", "203.0.113.200"),
                ("user", "watanabe"),
                ("normalize_user", "kita\\watanabe"),
                ("object", "MFA-staff"),
                ("authpolicy", "mfa"),
                ("repeatcnt", "1"),
                ("vendor", "Example MFA"),
                ("serverprofile", "LDAP-staff"),
                ("desc", "user denied the push"),
                ("clienttype", "Browser"),
                ("event", "denied"),
                ("factorno", "1"),
            ]],
        ),
        row(
            "IPTAG",
            "7300000000000009012",
            &[&[
                ("subtype", "iptag"),
                ("vsys", "vsys1"),
                ("ip", "203.0.113.9"),
                ("tag_name", "blocked-by-soc"),
                ("eventid", "register"),
                ("repeatcnt", "1"),
                ("timeout", "60"),
                ("datasourcename", "xmlapi"),
                ("datasource_type", "xml-api"),
                ("datasource_subtype", "unknown"),
                ("vsys_id", "1"),
            ]],
        ),
        row(
            "END",
            "7300000000000009013",
            &[
                &SESSION,
                &[
                    ("subtype", "end"),
                    ("action", "allow"),
                    ("severity", "informational"),
                    ("tunnel", "GRE"),
                    ("bytes", "3000"),
                    ("bytes_sent", "1000"),
                    ("bytes_received", "2000"),
                    ("packets", "9"),
                    ("pkts_sent", "4"),
                    ("pkts_received", "5"),
                    ("session_end_reason", "aged-out"),
                    ("action_source", "from-policy"),
                    ("elapsed", "30"),
                ],
            ],
        ),
    ]
}
