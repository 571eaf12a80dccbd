//! A record says the same of its device's health in whichever form it comes.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_detect::Examiner;
use hinomi_generate::encode::Encoding;
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Vendor};
use hinomi_parse::{Context, Scratch, parse_line};

const FORTIGATE: &str = r#"date=2026-01-20 time=10:15:01 devname="FGT-TEST-01" devid="FGT60FTK00000001" eventtime=1768871701123456789 tz="+0900" type="event" level="notice" vd="root""#;

const FORTIGATE_RECORDS: &[(&str, &str)] = &[
    (
        r#"logid="0100040704" subtype="system" logdesc="System performance statistics" action="perf-stats" cpu=12 mem=61 totalsession=10423 disk=2 bandwidth="81234/23111" setuprate=120 disklograte=0 fazlograte=35 freediskstorage=0 sysuptime=864000 msg="Performance statistics: average CPU: 12""#,
        "cpu_use reading  12; memory_use reading  61; disk_use reading  2; session_use reading  10423; session_rate reading  120",
    ),
    (
        r#"logid="0108037893" subtype="ha" logdesc="Virtual cluster member dead" msg="Virtual cluster detected member dead" vcluster=1 ha_group=1 sn="FGT60FTK00000002""#,
        "ha_member_lost trouble FGT60FTK00000002",
    ),
    (
        r#"logid="0100044547" subtype="system" logdesc="Object attribute configured" user="suzuki" ui="https(192.0.2.9)" action="Edit" cfgtid=125042719 cfgpath="firewall.policy" cfgobj="12" cfgattr="utm-status[enable->disable]" msg="Edit firewall.policy 12""#,
        "changed trouble suzuki; profile_disabled trouble firewall.policy 12",
    ),
    (
        r#"logid="0100020099" subtype="system" logdesc="Interface status changed" action="interface-stat-change" status="DOWN" msg="Link monitor: Interface wan1 was turned down""#,
        "interface_down trouble wan1",
    ),
    (
        r#"logid="0101037138" subtype="vpn" logdesc="IPsec connection status changed" msg="IPsec connection status change" action="tunnel-down" remip=203.0.113.5 locip=198.51.100.1 remport=500 locport=500 outintf="wan1" user="N/A" group="N/A" xauthuser="N/A" xauthgroup="N/A" assignip=N/A vpntunnel="to-branch" tunnelip=N/A"#,
        "tunnel_down trouble to-branch",
    ),
    (
        r#"logid="0101037138" subtype="vpn" logdesc="IPsec connection status changed" msg="IPsec connection status change" action="tunnel-down" remip=203.0.113.5 user="N/A" xauthuser="sato" xauthgroup="staff" assignip=192.0.2.7 vpntunnel="home_0""#,
        "",
    ),
    (
        r#"logid="0113022931" subtype="sdwan" logdesc="SDWAN SLA information warning" eventtype="Health Check" healthcheck="dns" interface="wan2" probeproto="ping" oldvalue="alive" newvalue="dead" msg="SD-WAN health-check member changed state.""#,
        "path_down trouble dns wan2",
    ),
    (
        r#"logid="0100032138" subtype="system" logdesc="Device rebooted" ui="GUI(192.0.2.9)" user="suzuki" action="reboot" msg="User suzuki rebooted the device""#,
        "restarted trouble suzuki",
    ),
    (
        r#"logid="0100032001" subtype="system" logdesc="Admin login successful" user="suzuki" ui="https(192.0.2.9)" method="https" srcip=192.0.2.9 action="login" status="success""#,
        "",
    ),
];

/// Type and subtype with the columns from the event id to the text; for CONFIG from the address to the path.
const PANOS_ROWS: &[(&str, &str)] = &[
    (
        "SYSTEM,port,2561,2026/01/20 10:15:01,vsys1,link-change,ethernet1/1,0,0,,informational,Port ethernet1/1: Down",
        "interface_down trouble ethernet1/1",
    ),
    (
        "SYSTEM,ha,2561,2026/01/20 10:15:01,vsys1,state-change,,0,0,,critical,HA Group 1: Moved from state Passive to state Active",
        "ha_member_lost over ; ha_failover trouble ",
    ),
    (
        "SYSTEM,general,2561,2026/01/20 10:15:01,vsys1,general,,0,0,general,critical,License for feature threat will expire on 2026/02/01",
        "licence_expiring trouble threat 11",
    ),
    (
        "SYSTEM,vpn,2561,2026/01/20 10:15:01,vsys1,tunnel-status-down,to-branch,0,0,general,critical,Tunnel to-branch is down",
        "tunnel_down trouble to-branch",
    ),
    (
        "SYSTEM,general,2561,2026/01/20 10:15:01,vsys1,general,,0,0,general,informational,User suzuki logged in via Web from 192.0.2.9 using https",
        "",
    ),
    (
        "CONFIG,0,2561,2026/01/20 10:15:01,192.0.2.9,,set,suzuki,Web,Succeeded, mgt-config users  sato",
        "changed trouble suzuki; administrator_added trouble sato",
    ),
    (
        "CONFIG,0,2561,2026/01/20 10:15:01,192.0.2.9,,delete,suzuki,Web,Succeeded, vsys  vsys1 rulebase security rules  web profile-setting",
        "changed trouble suzuki; profile_disabled trouble web",
    ),
    ("CONFIG,0,2561,2026/01/20 10:15:01,192.0.2.9,,set,suzuki,Web,Failed, mgt-config users  sato", ""),
];

fn signs(line: &str) -> Option<String> {
    let registry = Registry::open();
    let received = EventTime::parse_rfc3339("2026-01-20T01:15:02Z").unwrap();
    let context = Context { registry: &registry, received, collected: Collected::default() };
    let mut scratch = Scratch::default();
    let event = parse_line(line.as_bytes(), &context, &mut scratch).ok()?;
    let mut examiner = Examiner::new();
    examiner.examine(&event, None);
    let told = examiner.take().facts.signs.into_iter().map(|sign| {
        let value = sign.value.map(|value| format!(" {value}")).unwrap_or_default();
        format!("{} {} {}{value}", sign.symptom, sign.saying, sign.object)
    });
    Some(told.collect::<Vec<_>>().join("; "))
}

#[test]
fn a_record_says_the_same_in_every_form() {
    let fortigate = FORTIGATE_RECORDS
        .iter()
        .map(|(record, expected)| (Vendor::Fortigate, format!("{FORTIGATE} {record}"), *expected));
    let panos = PANOS_ROWS.iter().map(|(row, expected)| {
        let tail = "7300000000000000001,0x0,0,0,0,0,,PA-TEST-01,0,0,2026-01-20T10:15:01.123+09:00";
        (Vendor::Panos, format!("1,2026/01/20 10:15:02,012345678901234,{row},{tail}"), *expected)
    });
    let mut forms = 0;
    let mut wrong = Vec::new();
    for (vendor, line, expected) in fortigate.chain(panos) {
        let mut check = |form: &str, line: &str| {
            forms += 1;
            let told = signs(line);
            if told.as_deref() != Some(expected) {
                wrong.push(format!("{form}: {told:?} and not {expected:?}: {line}"));
            }
        };
        check("native", &line);
        for encoding in Encoding::ALL.iter().filter(|encoding| encoding.vendor() == vendor) {
            if let Some(encoded) = encoding.write(&line) {
                check(&format!("{encoding:?}"), &encoded.line);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(forms > 2 * (FORTIGATE_RECORDS.len() + PANOS_ROWS.len()), "{forms} forms were written");
}
