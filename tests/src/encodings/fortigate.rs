//! FortiGate lines: the releases that write event times, and log types that no maker writes.
//!
//! Shapes follow "Sample logs by log type" of the FortiOS 7.4 Administration Guide.

use hinomi_generate::{FortiOs, FortigateUnit, Maker};
use hinomi_model::Vendor;

use super::Unit;

pub(super) fn units() -> Vec<Unit> {
    [FortiOs::V6_0, FortiOs::V7_4]
        .into_iter()
        .map(|version| {
            let unit = FortigateUnit { version, ..FortigateUnit::new("FGT60FTK20000001", "KITA-FW1") };
            (format!("fortigate {version:?}"), Vendor::Fortigate, Maker::Fortigate(unit))
        })
        .collect()
}

/// Puts the head of a FortiOS 7.4 line before the rest.
fn line(logid: &str, kind: [&str; 2], level: &str, rest: &str) -> String {
    let [log_type, subtype] = kind;
    format!(
        "<189>date=2026-10-20 time=10:05:00 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
         eventtime=1792458300123456789 tz=\"+0900\" logid=\"{logid}\" type=\"{log_type}\" subtype=\"{subtype}\" \
         level=\"{level}\" vd=\"root\" {rest}"
    )
}

/// The session of most lines.
const ENDS: &str = "srcip=10.1.12.34 srcport=51544 srcintf=\"internal\" srcintfrole=\"lan\" dstip=203.0.113.77 \
                    dstport=443 dstintf=\"wan1\" dstintfrole=\"wan\" srccountry=\"Reserved\" \
                    dstcountry=\"United States\" sessionid=48213 proto=6";

pub(super) fn by_hand() -> Vec<String> {
    let utm = |logid, subtype, level, rest: &str| {
        line(logid, ["utm", subtype], level, &format!("policyid=7 {ENDS} {rest}"))
    };
    let event = |logid, subtype, level, rest: &str| line(logid, ["event", subtype], level, rest);
    vec![
        line(
            "0001000014",
            ["traffic", "local"],
            "notice",
            "srcip=203.0.113.9 srcport=40122 srcintf=\"wan1\" srcintfrole=\"wan\" dstip=198.51.100.1 dstport=443 \
             dstintf=\"root\" dstintfrole=\"undefined\" srccountry=\"Netherlands\" dstcountry=\"Japan\" \
             sessionid=5544 proto=6 action=\"deny\" policyid=0 policytype=\"local-in-policy\" service=\"HTTPS\" \
             trandisp=\"noop\" app=\"HTTPS\" duration=0 sentbyte=0 rcvdbyte=0 sentpkt=0 rcvdpkt=0 \
             appcat=\"unscanned\" crscore=5 craction=262144 crlevel=\"low\"",
        ),
        line(
            "0000000020",
            ["traffic", "forward"],
            "notice",
            &format!(
                "{ENDS} action=\"accept\" policyid=7 policytype=\"policy\" service=\"HTTPS\" trandisp=\"snat\" \
                 transip=198.51.100.1 transport=51544 duration=120 sentbyte=71000 rcvdbyte=3300 sentpkt=80 \
                 rcvdpkt=44 sentdelta=71000 rcvddelta=3300 durationdelta=120 srcname=\"PC-034\" \
                 srcmac=\"02:00:5e:10:00:34\" osname=\"Windows\""
            ),
        ),
        line(
            "0002000012",
            ["traffic", "multicast"],
            "notice",
            "srcip=2001:db8:1::34 srcport=5353 srcintf=\"internal\" dstip=2001:db8:2::fb dstport=5353 \
             dstintf=\"wan1\" sessionid=91 proto=17 action=\"accept\" policyid=1 policytype=\"multicast-policy\" \
             service=\"udp/5353\" duration=60 sentbyte=400 rcvdbyte=0 sentpkt=2 rcvdpkt=0",
        ),
        utm(
            "1700062303",
            "ssl",
            "warning",
            "eventtype=\"ssl-anomaly\" action=\"blocked\" service=\"HTTPS\" profile=\"certificate-inspection\" \
             eventsubtype=\"untrusted-cert\" hostname=\"self-signed.example\" sni=\"self-signed.example\" \
             cn=\"self-signed.example\" issuer=\"Example CA = test\" \
             msg=\"Server certificate blocked, the CA is untrusted.\"",
        ),
        utm(
            "1200030248",
            "waf",
            "warning",
            "eventtype=\"waf-signature\" profile=\"kita-waf\" service=\"HTTP\" action=\"blocked\" severity=\"high\" \
             url=\"http://www.kita.example/?id=1' or '1'='1\" direction=\"request\" agent=\"sqlmap/1.8\" \
             constraint=\"sql-injection\" rawdata=\"Method=GET|User-Agent=sqlmap\" eventid=30000136",
        ),
        utm(
            "0954024576",
            "dlp",
            "warning",
            "eventtype=\"dlp\" dlpextra=\"builtin-patterns;My.Number\" filtertype=\"mynumber\" filtercat=\"file\" \
             severity=\"medium\" service=\"HTTPS\" filetype=\"msoffice\" direction=\"outgoing\" action=\"block\" \
             hostname=\"upload.example\" url=\"/put\" agent=\"curl/8.5.0\" filename=\"名簿.xlsx\" filesize=81234 \
             profile=\"kita-dlp\"",
        ),
        utm(
            "1900064000",
            "file-filter",
            "warning",
            "eventtype=\"file-filter\" service=\"HTTP\" profile=\"kita-file\" direction=\"incoming\" \
             action=\"blocked\" rulename=\"exe\" filename=\"setup.exe\" filesize=40960 filetype=\"exe\" \
             hostname=\"files.example\" url=\"http://files.example/setup.exe\" agent=\"Mozilla/5.0\" \
             msg=\"File was blocked by file filter.\"",
        ),
        utm(
            "0508020503",
            "emailfilter",
            "notice",
            "eventtype=\"smtp\" service=\"SMTP\" profile=\"kita-spam\" action=\"tagged\" \
             from=\"billing@sender.example\" to=\"staff1@kita.example\" sender=\"billing@sender.example\" \
             recipient=\"staff1@kita.example\" direction=\"incoming\" subject=\"ご請求書 = 至急\" size=\"20412\" \
             attachment=\"yes\" msg=\"general email log\"",
        ),
        utm(
            "1600061000",
            "ssh",
            "warning",
            "eventtype=\"ssh-command\" action=\"blocked\" direction=\"outgoing\" login=\"root\" \
             command=\"rm -rf /tmp/x=y\" severity=\"critical\" profile=\"kita-ssh\" \
             msg=\"SSH shell command is blocked\"",
        ),
        utm(
            "0814044032",
            "voip",
            "notice",
            "eventtype=\"voip\" voip_proto=\"sip\" kind=\"call\" action=\"permit\" status=\"start\" duration=0 \
             call_id=\"3444-13@10.1.12.34\" from=\"sip:34@kita.example\" to=\"sip:77@far.example\"",
        ),
        line(
            "0720018433",
            ["utm", "anomaly"],
            "alert",
            "eventtype=\"anomaly\" severity=\"critical\" srcip=203.0.113.9 srccountry=\"Netherlands\" \
             dstip=198.51.100.10 srcintf=\"wan1\" srcintfrole=\"wan\" sessionid=0 action=\"clear_session\" proto=1 \
             service=\"PING\" count=812 attack=\"icmp_flood\" icmpid=\"0x1474\" icmptype=\"0x08\" icmpcode=\"0x00\" \
             attackid=16777316 policyid=1 policytype=\"DoS-policy\" crscore=50 \
             msg=\"anomaly: icmp_flood, 251 > threshold 250, repeats 812 times\"",
        ),
        utm(
            "1501054803",
            "dns",
            "warning",
            "eventtype=\"dns-response\" profile=\"default\" xid=9876 qname=\"tickets.example\" qtype=\"AAAA\" \
             qtypeval=28 qclass=\"IN\" ipaddr=\"2001:db8::1, 2001:db8::2\" action=\"redirect\" cat=26 \
             catdesc=\"Malicious Websites\" msg=\"Domain belongs to a denied category in policy\"",
        ),
        event(
            "0101037138",
            "vpn",
            "notice",
            "logdesc=\"IPsec connection status changed\" action=\"tunnel-up\" remip=203.0.113.4 locip=198.51.100.1 \
             remport=500 locport=500 outintf=\"wan1\" cookies=\"a1b2c3d4e5f60718/1827364554637281\" user=\"N/A\" \
             group=\"N/A\" useralt=\"N/A\" xauthuser=\"N/A\" xauthgroup=\"N/A\" assignip=N/A vpntunnel=\"branch 3\" \
             tunnelip=(null) tunnelid=2024 tunneltype=\"ipsec\" duration=0 sentbyte=0 rcvdbyte=0 nextstat=0 \
             msg=\"IPsec connection status change\"",
        ),
        event(
            "0102043008",
            "user",
            "notice",
            "logdesc=\"Authentication success\" srcip=10.1.12.34 dstip=203.0.113.77 policyid=7 \
             interface=\"internal\" user=\"kita\\\\sato\" group=\"staff\" authproto=\"TELNET(10.1.12.34)\" \
             action=\"authentication\" status=\"success\" reason=\"N/A\" msg=\"User sato succeeded in authentication\"",
        ),
        event(
            "0102043014",
            "user",
            "notice",
            "logdesc=\"FSSO logon authentication status\" srcip=10.1.12.34 user=\"SATO\" server=\"dc1.kita.example\" \
             action=\"FSSO-logon\" msg=\"FSSO-logon event from dc1: user SATO logged on 10.1.12.34\"",
        ),
        event(
            "0108037893",
            "ha",
            "critical",
            "logdesc=\"Virtual cluster member dead\" msg=\"Virtual cluster detected member dead\" vcluster=1 \
             ha_group=1 sn=\"FGT60FTK20000002\"",
        ),
        event(
            "0100044546",
            "system",
            "information",
            "logdesc=\"Attribute configured\" user=\"netadmin\" ui=\"https(10.1.9.20)\" action=\"Edit\" \
             cfgtid=125042719 cfgpath=\"system.admin\" \
             cfgattr=\"accprofile[prof_admin->super_admin]comments[a=b \\\"c\\\"]password[*]\" \
             msg=\"Edit system.admin \"",
        ),
        event(
            "0100020099",
            "system",
            "notice",
            "logdesc=\"Interface status changed\" action=\"interface-stat-change\" status=\"DOWN\" \
             msg=\"Link monitor: Interface port2 was turned down\"",
        ),
        event(
            "0113022923",
            "sdwan",
            "notice",
            "logdesc=\"SDWAN status\" eventtype=\"Health Check\" healthcheck=\"dns\" slatargetid=1 oldvalue=\"1\" \
             newvalue=\"2\" msg=\"Number of pass member changed.\"",
        ),
        event(
            "0103020300",
            "router",
            "warning",
            "logdesc=\"Routing log\" msg=\"BGP: %BGP-5-ADJCHANGE: neighbor 203.0.113.1 Down BGP Notification\"",
        ),
    ]
}
