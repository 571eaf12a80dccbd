//! A small town and its events, made by hand.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that is wrong must fail the test")]

use std::net::IpAddr;

use hinomi_detect::{Examined, Examiner};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Direction, Disposition, Event, EventTime, Finding, FindingKind, Function, Payload, Protocol, TimeSource,
    Vendor,
};

/// 2026-01-20T01:15:00Z.
pub(crate) const START: i64 = 1_768_871_700;

pub(crate) const CLIENT: &str = "10.1.12.34";
pub(crate) const SERVER: &str = "10.1.200.10";
pub(crate) const RESOLVER: &str = "10.1.0.53";
pub(crate) const PROXY: &str = "10.1.0.80";
pub(crate) const MAIL: &str = "10.1.200.25";
pub(crate) const ATTACKER: &str = "203.0.113.9";
pub(crate) const LOG4J: &str = "Apache.Log4j.Error.Log.Remote.Code.Execution";

pub(crate) fn town() -> Registry {
    Registry::from_yaml(
        r#"
version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16, 198.51.100.0/24]
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, vsys: root}
      - {id: "012801096514", vendor: panos, name: KITA-PA1}
    roles:
      resolver: [10.1.0.53]
      proxy: [10.1.0.80]
      mail: [10.1.200.25]
      server: [10.1.200.0/24]
      guest: [10.1.90.0/24]
    assets: [{ip: 10.1.200.10, public: 198.51.100.10, name: WEB01}]
"#,
    )
    .unwrap()
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn at(seconds: i64) -> EventTime {
    EventTime::from_nanos(EventTime::from_seconds(START + seconds).nanos() + 123_456_789)
}

/// An event of the town's FortiGate from `src` to `dst` on port 443.
pub(crate) fn event<'r>(registry: &'r Registry, seconds: i64, src: &str, dst: &str) -> Event<'r> {
    let tenant = &registry.tenants()[0];
    let mut event = Event::new(tenant, Vendor::Fortigate, at(seconds).plus(2));
    event.time = at(seconds);
    event.time_source = TimeSource::DeviceEpoch;
    event.device = "FGT60FTK20000001".into();
    event.registration = tenant.devices.first();
    event.log_type = "utm".into();
    event.raw = "devid=\"FGT60FTK20000001\" made by hand";
    event.src_ip = Some(ip(src));
    event.src_port = Some(51_544);
    event.dst_ip = Some(ip(dst));
    event.dst_port = Some(443);
    event.protocol = Some(Protocol::TCP);
    event.session_id = Some("48213".into());
    event.direction = Some(tenant.direction(ip(src), ip(dst)));
    event
}

/// An IPS event.
pub(crate) fn attack<'r>(
    registry: &'r Registry,
    seconds: i64,
    src: &str,
    dst: &str,
    name: &str,
    way: Disposition,
) -> Event<'r> {
    let mut event = event(registry, seconds, src, dst);
    event.function = Function::Ips;
    event.log_subtype = "ips".into();
    event.log_id = Some("0419016384".into());
    event.signature = Some(name.to_owned().into());
    event.signature_id = Some("51006".into());
    event.disposition = way;
    event
}

/// A traffic event.
pub(crate) fn traffic<'r>(
    registry: &'r Registry,
    seconds: i64,
    src: &str,
    dst: &str,
    port: u16,
) -> Event<'r> {
    let mut event = event(registry, seconds, src, dst);
    event.function = Function::Firewall;
    event.log_type = "traffic".into();
    event.log_subtype = "forward".into();
    event.log_id = Some("0000000013".into());
    event.action = Some("close".into());
    event.disposition = Disposition::Allowed;
    event.dst_port = Some(port);
    event.bytes_out = Some(3_000);
    event.bytes_in = Some(9_000);
    event.packets_in = Some(22);
    event
}

/// Turns an event into the same of the town's PAN-OS firewall.
pub(crate) fn panos<'r>(
    registry: &'r Registry,
    mut event: Event<'r>,
    subtype: &'static str,
    function: Function,
) -> Event<'r> {
    event.vendor = Vendor::Panos;
    event.device = "012801096514".into();
    event.registration = registry.tenants()[0].devices.get(1);
    event.log_type = "THREAT".into();
    event.log_subtype = subtype.into();
    event.log_id = None;
    event.function = function;
    event.sequence = Some(format!("73{:017}", event.time.nanos()).into());
    event
}

pub(crate) fn towards_client(mut event: Event<'_>) -> Event<'_> {
    event.payload = Payload::Responder;
    event.direction = event.direction.map(|direction| match direction {
        Direction::Outbound => Direction::Inbound,
        Direction::Inbound => Direction::Outbound,
        same => same,
    });
    event
}

pub(crate) fn examine<'e, 'r: 'e>(events: impl IntoIterator<Item = &'e Event<'r>>) -> Examined {
    let mut examiner = Examiner::new();
    for event in events {
        examiner.examine(event, None);
    }
    examiner.take()
}

pub(crate) fn kinds(findings: &[Finding]) -> Vec<FindingKind> {
    findings.iter().map(|finding| finding.kind).collect()
}

pub(crate) fn exploit(town: &Registry) -> Event<'_> {
    let mut event = attack(town, 0, ATTACKER, "198.51.100.10", LOG4J, Disposition::Detected);
    event.session_id = Some("7".into());
    event
}

pub(crate) fn session<'r>(town: &'r Registry, bytes: u64, packets: Option<u64>) -> Event<'r> {
    let mut event = traffic(town, 10, ATTACKER, "198.51.100.10", 443);
    event.session_id = Some("7".into());
    event.bytes_in = Some(bytes);
    event.packets_in = packets;
    event.duration_ms = Some(10_000);
    event
}

pub(crate) fn denied<'r>(town: &'r Registry, n: i64, to: String, port: u16) -> Event<'r> {
    let mut event = traffic(town, n, CLIENT, &to, port);
    event.disposition = Disposition::Blocked;
    event.bytes_in = Some(0);
    event
}

pub(crate) fn login<'r>(
    town: &'r Registry,
    seconds: i64,
    from: &str,
    account: &str,
    success: bool,
) -> Event<'r> {
    let mut event = event(town, seconds, from, "198.51.100.1");
    event.function = Function::Vpn;
    event.log_type = "event".into();
    event.log_subtype = "vpn".into();
    event.log_id = Some(if success { "0101039424".into() } else { "0101039426".into() });
    event.disposition = if success { Disposition::Allowed } else { Disposition::Blocked };
    event.user = Some(account.to_owned().into());
    event
}

/// Sends bytes out, `hours` after the start, which is a quarter past one at night in the town's zone (UTC).
pub(crate) fn upload<'r>(town: &'r Registry, hours: i64, dst: &str, bytes: u64) -> Event<'r> {
    let mut event = traffic(town, hours * 3_600, CLIENT, dst, 443);
    event.session_id = Some(format!("{}", 900 + hours).into());
    event.bytes_out = Some(bytes);
    event
}
