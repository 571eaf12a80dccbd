//! What the registry and the line together say: zone, posture, direction, whose it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Direction, Disposition, EventTime, Posture, QuarantineReason, TimeSource};
use hinomi_parse::{Context, Scratch, parse_line};

const REGISTRY: &str = r#"
version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16, 198.51.100.0/24]
    time_zone: Asia/Tokyo
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate, time_zone: America/New_York, ha: kita-pair, collectors: [c1]}
      - {id: FGT60FTK20000002, vendor: fortigate, posture: sniffer}
      - {id: FGT60FTK20000003, vendor: fortigate, posture: detect_only, aliases: [kita-fw3]}
    assets: [{ip: 10.1.200.10, public: 198.51.100.10, name: WEB01}]
"#;

fn with<T>(
    line: &str,
    collected: Collected<'_>,
    read: impl FnOnce(Result<hinomi_model::Event<'_>, QuarantineReason>) -> T,
) -> T {
    let registry = Registry::from_yaml(REGISTRY).unwrap();
    let received = EventTime::parse_rfc3339("2026-01-20T02:00:00Z").unwrap();
    let context = Context { registry: &registry, received, collected };
    let mut scratch = Scratch::default();
    read(parse_line(line.as_bytes(), &context, &mut scratch).map_err(|reject| reject.reason))
}

#[test]
fn local_times_are_in_the_zone_of_the_device_then_of_the_tenant() {
    let cases = [("FGT60FTK20000001", "2026-01-20T15:15:01Z"), ("FGT60FTK20000002", "2026-01-20T01:15:01Z")];
    for (device, expected) in cases {
        let line = format!("date=2026-01-20 time=10:15:01 devid={device} type=traffic subtype=forward");
        let collected = Collected { collector: Some("c1"), ..Collected::default() };
        with(&line, collected, |event| {
            let event = event.unwrap();
            assert_eq!(event.time.to_string(), expected);
            assert_eq!(event.time_source, TimeSource::DeviceLocal);
        });
    }
}

#[test]
fn only_an_inline_device_blocks() {
    let cases = [
        ("FGT60FTK20000002", Posture::Sniffer, Disposition::Detected),
        ("FGT60FTK20000003", Posture::DetectOnly, Disposition::Blocked),
    ];
    for (device, posture, disposition) in cases {
        let line =
            format!("date=2026-01-20 time=10:15:01 devid={device} type=utm subtype=ips action=dropped");
        with(&line, Collected::default(), |event| {
            let event = event.unwrap();
            assert_eq!((event.posture, event.disposition), (posture, disposition));
        });
    }
}

#[test]
fn direction_is_the_payloads_by_the_tenants_inside() {
    let cases = [
        ("srcip=10.1.2.3 dstip=203.0.113.7", Direction::Outbound),
        ("srcip=203.0.113.7 dstip=198.51.100.10", Direction::Inbound),
        ("srcip=10.1.2.3 dstip=10.1.200.10", Direction::Internal),
        ("srcip=10.1.2.3 dstip=203.0.113.7 direction=incoming", Direction::Inbound),
        ("srcip=203.0.113.7 dstip=192.0.2.1", Direction::External),
        ("srcip=192.0.2.1 srcintfrole=lan dstip=203.0.113.7 dstintfrole=wan", Direction::Outbound),
        ("srcip=192.0.2.1 srcintfrole=wan dstip=203.0.113.7 dstintfrole=undefined", Direction::Inbound),
    ];
    for (ends, expected) in cases {
        let line = format!(
            "date=2026-01-20 time=10:15:01 tz=\"+0900\" devid=FGT60FTK20000002 type=utm subtype=ips action=detected {ends}"
        );
        with(&line, Collected::default(), |event| {
            assert_eq!(event.unwrap().direction, Some(expected), "{ends}");
        });
    }
}

#[test]
fn err_lines_that_belong_to_nobody() {
    let c2 = Collected { collector: Some("c2"), ..Collected::default() };
    let cases = [
        ("devid=FGT60FTK20009999", Collected::default(), QuarantineReason::UnknownDevice),
        ("", Collected::default(), QuarantineReason::NoDevice),
        ("devid=FGT60FTK20000001", c2, QuarantineReason::DeviceMismatch),
    ];
    for (device, collected, expected) in cases {
        let line =
            format!("date=2026-01-20 time=10:15:01 {device} type=traffic subtype=forward action=accept");
        with(&line, collected, |event| assert_eq!(event.map(|_| ()), Err(expected), "{device}"));
    }
}

#[test]
fn ha_pair_and_alias_name_the_device() {
    let collected = Collected { collector: Some("c1"), ..Collected::default() };
    with(
        "date=2026-01-20 time=10:15:01 devid=FGT60FTK20000001 type=traffic subtype=forward",
        collected,
        |event| {
            assert_eq!(event.unwrap().identity(), "kita-pair");
        },
    );
    with("Jan 20 10:15:01 kita-fw3 type=traffic subtype=forward", Collected::default(), |event| {
        let event = event.unwrap();
        assert_eq!((event.identity(), event.device.as_ref()), ("FGT60FTK20000003", "kita-fw3"));
        assert_eq!(event.time.to_string(), "2026-01-20T01:15:01Z");
    });
}
