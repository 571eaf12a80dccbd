//! Reading a PAN-OS TRAFFIC row, beside csv-core splitting the same row into all its columns and doing nothing else,
//! its reader made once and its buffers reused; and the same sessions in CEF, LEEF and JSON, the last beside serde_json
//! making a document of them.
//!
//! The rows are session ends of PAN-OS 11.1, some 820 bytes and 116 columns each, half of them empty, one quoted,
//! with changing values: no threat logs, no repairs. CEF and LEEF are the vendor's guides' formats, some 1,100 bytes
//! with 60 keys and 900 with 45; JSON has the names of native columns, some 1,300 bytes with 60 keys. No value has an
//! escape. What a real mix costs is measured by `hinomi bench`.

#![recursion_limit = "256"]
#![allow(missing_docs, reason = "a bench has no readers")]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};

const ROWS: u64 = 1_000;
const COLUMNS: usize = 116;

fn main() {
    divan::main();
}

fn rows() -> Vec<String> {
    (0..ROWS)
        .map(|n| {
            format!(
                "1,2026/01/20 10:15:{second:02},012345678901234,TRAFFIC,end,2817,2026/01/20 10:15:{second:02},\
                 10.1.{}.{},203.0.113.{},198.51.100.10,203.0.113.{},out-web,kita\\user{n:04},,ssl,vsys1,trust,\
                 untrust,ethernet1/2,ethernet1/1,fwd-all,2026/01/20 10:15:{second:02},{},1,{},443,{},443,0x400053,\
                 tcp,allow,{},{},{},40,2026/01/20 10:14:01,58,computer-and-internet-info,,{},0x8000000000000000,\
                 10.0.0.0-10.255.255.255,United States,,18,22,tcp-fin,29,82,454,0,,KITA-PA1,from-policy,,,0,,0,,N/A,\
                 0,0,0,0,6f1d2c3a-1111-4222-8333-944445555666,0,0,,,,,,,,,PersonalComputer,,,,Windows,,PC-{n:04},\
                 00-00-5e-00-53-01,,,,,,,,,,,,,,,,,,2026-01-20T10:15:{second:02}.123+09:00,,,encrypted-tunnel,\
                 networking,browser-based,4,\"used-by-malware,able-to-transfer-file,has-known-vulnerability,\
                 tunnel-other-application,pervasive-use\",,ssl,no,no,0,NonProxyTraffic,",
                n % 200,
                n % 250,
                n % 250,
                n % 250,
                48_213 + n * 7,
                40_000 + n,
                20_000 + n,
                10_000 + n * 144,
                1_000 + n * 13,
                9_000 + n * 131,
                7_300_000_000_000_000_000 + n,
                second = n % 60,
            )
        })
        .collect()
}

fn count(bencher: Bencher<'_, '_>, rows: &[String], mut read: impl FnMut(&str) -> bool) {
    let bytes: usize = rows.iter().map(String::len).sum();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::new(bytes))
        .bench_local(|| assert!(rows.iter().all(|row| read(row))));
}

#[divan::bench]
fn hinomi(bencher: Bencher<'_, '_>) {
    read(bencher, &rows());
}

/// Reads lines of sessions.
fn read(bencher: Bencher<'_, '_>, lines: &[String]) {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let mut scratch = Scratch::default();
    count(bencher, lines, |line| {
        parse_line(line.as_bytes(), &context, &mut scratch).is_ok_and(|event| {
            event.bytes_in.is_some() && event.dst_port == Some(443) && event.user.is_some()
        })
    });
}

#[divan::bench]
fn panos_cef_events(bencher: Bencher<'_, '_>) {
    let lines = (0..ROWS).map(|n| {
        format!(
            "CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Jan 20 2026 01:15:{second:02} GMT \
             deviceExternalId=012345678901234 src=10.1.{}.{} dst=203.0.113.{n4} sourceTranslatedAddress=198.51.100.10 \
             destinationTranslatedAddress=203.0.113.{n4} cs1Label=Rule cs1=out-web suser=user{n:04} duser= app=ssl \
             cs3Label=Virtual System cs3=vsys1 cs4Label=Source Zone cs4=trust cs5Label=Destination Zone cs5=untrust \
             deviceInboundInterface=ethernet1/2 deviceOutboundInterface=ethernet1/1 cs6Label=LogProfile cs6=fwd-all \
             cn1Label=SessionID cn1={} cnt=1 spt={} dpt=443 sourceTranslatedPort={} destinationTranslatedPort=443 \
             flexString1Label=Flags flexString1=0x400053 proto=tcp act=allow flexNumber1Label=Total bytes \
             flexNumber1={} in={} out={} cn2Label=Packets cn2=40 PanOSPacketsReceived=22 PanOSPacketsSent=18 \
             start=Jan 20 2026 01:15:{second:02} GMT cn3Label=Elapsed time in seconds cn3=58 cs2Label=URL Category \
             cs2=computer-and-internet-info externalId={} reason=tcp-fin PanOSDGl1=29 PanOSDGl2=82 PanOSDGl3=454 \
             PanOSDGl4=0 PanOSVsysName= dvchost=KITA-PA1 cat=from-policy PanOSActionFlags=0x8000000000000000 \
             PanOSSrcUUID= PanOSDstUUID= PanOSTunnelID=0 PanOSMonitorTag= PanOSParentSessionID=0 \
             PanOSTunnelType=N/A PanOSRuleUUID=6f1d2c3a-1111-4222-8333-944445555666 PanOSHTTP2Con=0 PanLinkChange=0",
            n % 200,
            n % 250,
            48_213 + n * 7,
            40_000 + n,
            20_000 + n,
            10_000 + n * 144,
            1_000 + n * 13,
            9_000 + n * 131,
            7_300_000_000_000_000_000 + n,
            n4 = n % 250,
            second = n % 60,
        )
    });
    read(bencher, &lines.collect::<Vec<_>>());
}

#[divan::bench]
fn panos_leef_events(bencher: Bencher<'_, '_>) {
    let lines = (0..ROWS).map(|n| {
        format!(
            "LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC|\
             ReceiveTime=2026/01/20 10:15:{second:02}|SerialNumber=012345678901234|Type=TRAFFIC|Subtype=end|\
             devTime=Jan 20 2026 01:15:{second:02} GMT|src=10.1.{}.{}|dst=203.0.113.{n4}|srcPostNAT=198.51.100.10|\
             dstPostNAT=203.0.113.{n4}|RuleName=out-web|usrName=kita\\user{n:04}|SourceUser=kita\\user{n:04}|\
             DestinationUser=|Application=ssl|VirtualSystem=vsys1|SourceZone=trust|DestinationZone=untrust|\
             IngressInterface=ethernet1/2|EgressInterface=ethernet1/1|LogForwardingProfile=fwd-all|SessionID={}|\
             RepeatCount=1|srcPort={}|dstPort=443|srcPostNATPort={}|dstPostNATPort=443|Flags=0x400053|proto=tcp|\
             action=allow|totalBytes={}|dstBytes={}|srcBytes={}|totalPackets=40|StartTime=2026/01/20 10:14:01|\
             ElapsedTime=58|URLCategory=computer-and-internet-info|sequence={}|ActionFlags=0x8000000000000000|\
             SourceLocation=10.0.0.0-10.255.255.255|DestinationLocation=United States|dstPackets=22|srcPackets=18|\
             SessionEndReason=tcp-fin|DeviceGroupHierarchyL1=29|vSrcName=|DeviceName=KITA-PA1|ActionSource=from-policy",
            n % 200,
            n % 250,
            48_213 + n * 7,
            40_000 + n,
            20_000 + n,
            10_000 + n * 144,
            9_000 + n * 131,
            1_000 + n * 13,
            7_300_000_000_000_000_000 + n,
            n4 = n % 250,
            second = n % 60,
        )
    });
    read(bencher, &lines.collect::<Vec<_>>());
}

fn objects() -> Vec<String> {
    let object = |n: u64| {
        serde_json::json!({
            "type": "TRAFFIC", "subtype": "end", "serial": "012345678901234", "device_name": "KITA-PA1",
            "receive_time": format!("2026/01/20 10:15:{:02}", n % 60),
            "time_generated": format!("2026/01/20 10:15:{:02}", n % 60),
            "high_res_timestamp": format!("2026-01-20T10:15:{:02}.123+09:00", n % 60),
            "src": format!("10.1.{}.{}", n % 200, n % 250), "dst": format!("203.0.113.{}", n % 250),
            "natsrc": "198.51.100.10", "natdst": format!("203.0.113.{}", n % 250), "rule": "out-web",
            "srcuser": format!("kita\\user{n:04}"), "dstuser": "", "app": "ssl", "vsys": "vsys1", "from": "trust",
            "to": "untrust", "inbound_if": "ethernet1/2", "outbound_if": "ethernet1/1", "logset": "fwd-all",
            "sessionid": 48_213 + n * 7, "repeatcnt": 1, "sport": 40_000 + n, "dport": 443,
            "natsport": 20_000 + n, "natdport": 443, "flags": "0x400053", "proto": "tcp", "action": "allow",
            "bytes": 10_000 + n * 144, "bytes_sent": 1_000 + n * 13, "bytes_received": 9_000 + n * 131,
            "packets": 40, "start": "2026/01/20 10:14:01", "elapsed": 58,
            "category": "computer-and-internet-info", "seqno": 7_300_000_000_000_000_000 + n,
            "actionflags": "0x8000000000000000", "srcloc": "10.0.0.0-10.255.255.255", "dstloc": "United States",
            "pkts_sent": 18, "pkts_received": 22, "session_end_reason": "tcp-fin", "dg_hier_level_1": 29,
            "dg_hier_level_2": 82, "dg_hier_level_3": 454, "dg_hier_level_4": 0, "vsys_name": "",
            "action_source": "from-policy", "tunnel": "N/A", "parent_session_id": 0,
            "rule_uuid": "6f1d2c3a-1111-4222-8333-944445555666", "src_category": "PersonalComputer",
            "src_osfamily": "Windows", "src_host": format!("PC-{n:04}"), "src_mac": "00-00-5e-00-53-01",
            "category_of_app": "networking", "risk_of_app": 4,
        })
        .to_string()
    };
    (0..ROWS).map(object).collect()
}

#[divan::bench]
fn panos_json_events(bencher: Bencher<'_, '_>) {
    read(bencher, &objects());
}

#[divan::bench]
fn serde_json_values(bencher: Bencher<'_, '_>) {
    count(bencher, &objects(), |line| {
        serde_json::from_str::<serde_json::Value>(line).is_ok_and(|object| object["dport"] == 443)
    });
}

#[divan::bench]
fn csv_core_splits(bencher: Bencher<'_, '_>) {
    // Made once, as our own buffers are. With its terminator behind it, a row is one call.
    let mut reader = csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
    let mut text = [0; 4096];
    let mut ends = [0; 512];
    let rows: Vec<String> = rows().into_iter().map(|row| row + "\n").collect();
    count(bencher, &rows, |row| {
        let (result, _, _, columns) = reader.read_record(row.as_bytes(), &mut text, &mut ends);
        result == csv_core::ReadRecordResult::Record && columns == COLUMNS
    });
}
