//! A quiet PAN-OS session costs no allocation once the buffers have grown, whichever encoding it is in.

use std::alloc::System;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CEF: &str = "CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Jan 20 2026 01:15:02 GMT \
    deviceExternalId=012345678901234 src=10.1.12.34 dst=203.0.113.77 cs1Label=Rule cs1=out-web suser=suzuki app=ssl \
    cs4Label=Source Zone cs4=trust cs5Label=Destination Zone cs5=untrust cn1Label=SessionID cn1=48213 spt=51544 \
    dpt=443 proto=tcp act=allow in=3000 out=9000 externalId=7300000000000000001 PanOSShoeSize=44";

const LEEF: &str = "LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC|Subtype=end|\
    ReceiveTime=2026/01/20 10:15:02|SerialNumber=012345678901234|src=10.1.12.34|dst=203.0.113.77|RuleName=out-web|\
    usrName=kita\\suzuki|srcPort=51544|dstPort=443|proto=tcp|action=allow|srcBytes=3000|dstBytes=9000|ShoeSize=44";

#[test]
fn quiet_traffic_allocates_nothing() {
    let rows = include_str!("../corpus/panos/pass/traffic-by-release.log");
    let native = include_str!("../corpus/panos/pass/json-native.log");
    let strata = include_str!("../corpus/panos/pass/strata.log");
    let lines = || {
        let json = native.lines().take(1).chain(strata.lines().skip(1).take(1));
        rows.lines().chain([CEF, LEEF]).chain(json)
    };
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let mut scratch = Scratch::default();
    // The second time, what was learnt of the first line of a kind is learnt of the others.
    for line in lines().chain(lines()) {
        parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
    }
    let region = Region::new(GLOBAL);
    for line in lines() {
        let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
        assert!(event.bytes_in.is_some() && !event.extra.is_empty());
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
}
