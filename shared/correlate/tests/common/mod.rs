//! Findings for tests, made by hand.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a broken fixture ends the test")]

use std::net::IpAddr;

use hinomi_correlate::{Engine, Knowledge, NoKnowledge, SubjectState};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Class, Condition, Delivery, DeviceId, Direction, Disposition, EventTime, Evidence, Finding, FindingId,
    FindingKind, Fingerprint, Function, Health, Host, Incident, Indicator, IndicatorKind, Payload, Peer,
    Posture, Role, SessionKey, Settings, Signature, Subject, Symptom, TenantId, Vendor,
};

/// Tuesday, 2026-10-20 01:00 UTC.
pub(crate) const START: EventTime = EventTime::from_seconds(1_792_458_000);

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn host() -> IpAddr {
    ip("10.1.12.34")
}

pub(crate) fn attacker() -> IpAddr {
    ip("203.0.113.9")
}

pub(crate) fn registry() -> Registry {
    Registry::open()
}

/// A finding about `host()`, `minutes` after [`START`].
pub(crate) fn found(kind: FindingKind, disposition: Disposition, minutes: i64) -> Finding {
    at_second(kind, disposition, minutes * 60)
}

pub(crate) fn at_second(kind: FindingKind, disposition: Disposition, seconds: i64) -> Finding {
    let time = START.plus(seconds);
    let mut finding = Finding {
        id: FindingId(0),
        tenant: TenantId::new("default"),
        subject: Subject::Host(host()),
        kind,
        class: Class::Specific,
        disposition,
        direction: Direction::Outbound,
        payload: Payload::Initiator,
        first: time,
        last: time,
        received: time,
        count: 1,
        function: Function::Ips,
        vendor: Vendor::Fortigate,
        device: DeviceId::new("FGT60FTK20000001"),
        posture: Posture::Inline,
        host: Some(Host { ip: host(), name: None, role: Role::Client }),
        relay: None,
        peers: vec![Peer { ip: attacker(), port: Some(443) }],
        peer_count: 0,
        signature: None,
        families: Vec::new(),
        delivery: None,
        indicators: Vec::new(),
        sessions: Vec::new(),
        unsettled: false,
        users: Vec::new(),
        instants: vec![time],
        what: None,
        bytes_in: None,
        bytes_out: None,
        technique: None,
        health: None,
        habit: None,
        evidence: vec![Evidence {
            time,
            received: time,
            sha256: format!("{:064x}", time.nanos() as u128 ^ u128::from(kind as u8)),
            device: "FGT60FTK20000001".to_owned(),
            function: Function::Ips,
            disposition,
            session_id: None,
            policy: None,
            src_ip: Some(host()),
            dst_ip: Some(attacker()),
            dst_port: Some(443),
            what: None,
            locator: None,
            raw: format!("made line {seconds}"),
        }],
    };
    renew(&mut finding);
    finding
}

/// Gives a changed finding its own id.
pub(crate) fn renew(finding: &mut Finding) {
    let mut copy = finding.clone();
    copy.id = FindingId(0);
    // States of version 1 were stored before findings told of health and habit.
    let shown = format!("{copy:?}").replace(" health: None, habit: None,", "");
    finding.id = FindingId(Fingerprint::new("test").text(&shown).finish());
}

pub(crate) fn with(mut finding: Finding, change: impl FnOnce(&mut Finding)) -> Finding {
    change(&mut finding);
    renew(&mut finding);
    finding
}

pub(crate) fn domain(finding: Finding, name: &str) -> Finding {
    with(finding, |f| {
        f.function = Function::Dns;
        f.indicators = vec![Indicator { kind: IndicatorKind::Domain, value: name.to_owned() }];
    })
}

pub(crate) fn signature(finding: Finding, name: &str) -> Finding {
    with(finding, |f| {
        f.signature = Some(Signature {
            vendor: Vendor::Fortigate,
            id: "1".to_owned(),
            name: name.to_owned(),
            cve: None,
        });
    })
}

/// A blocked look-up of a C&C domain.
pub(crate) fn look_up(minutes: i64) -> Finding {
    domain(found(FindingKind::CcContact, Disposition::Blocked, minutes), "cc.example")
}

/// What only an infected host sends, of a host of one's own.
pub(crate) fn beacon_on(last_octet: u8) -> Finding {
    with(signature(found(FindingKind::CcPayload, Disposition::Detected, 0), "Made.Botnet"), |f| {
        let ip = ip(&format!("10.1.12.{last_octet}"));
        f.subject = Subject::Host(ip);
        f.host = Some(Host { ip, name: None, role: Role::Client });
    })
}

/// Malware that came towards the host.
pub(crate) fn malware(disposition: Disposition, minutes: i64) -> Finding {
    with(signature(found(FindingKind::Malware, disposition, minutes), "W32/Made.A!tr"), |f| {
        f.direction = Direction::Inbound;
        f.payload = Payload::Responder;
        f.delivery = Some(Delivery::ToHost);
        f.function = Function::Antivirus;
        f.indicators = vec![Indicator { kind: IndicatorKind::Sha256, value: "ab".repeat(32) }];
    })
}

/// An exploit at the host as a server.
pub(crate) fn exploit(disposition: Disposition, minutes: i64) -> Finding {
    with(signature(found(FindingKind::Exploit, disposition, minutes), "Made.Remote.Code.Execution"), |f| {
        f.direction = Direction::Inbound;
        f.sessions = vec![SessionKey(7)];
    })
}

pub(crate) fn state_of(findings: &[Finding]) -> SubjectState {
    let subject = findings.first().map_or(Subject::Host(host()), |finding| finding.subject.clone());
    let mut state = SubjectState::new(TenantId::new("default"), subject);
    for finding in findings {
        state.join(finding, &Settings::default());
    }
    state
}

/// Judges findings of one subject as they stand.
pub(crate) fn incidents(findings: &[Finding]) -> Vec<Incident> {
    incidents_knowing(&NoKnowledge, findings)
}

/// Judges findings of one subject by what is known of indicators and habit.
pub(crate) fn incidents_knowing(knowledge: &dyn Knowledge, findings: &[Finding]) -> Vec<Incident> {
    let registry = registry();
    let settings = Settings::default();
    let engine = Engine { settings: &settings, knowledge };
    let state = state_of(findings);
    let now = state.newest().unwrap_or(START);
    engine.incidents(&state, &registry.tenants()[0], now)
}

/// Returns the levels of the incidents that findings make.
pub(crate) fn levels(findings: &[Finding]) -> Vec<u8> {
    levels_knowing(&NoKnowledge, findings)
}

/// Returns the levels of the incidents that findings make, by what is known.
pub(crate) fn levels_knowing(knowledge: &dyn Knowledge, findings: &[Finding]) -> Vec<u8> {
    let told = incidents_knowing(knowledge, findings);
    told.iter().map(|incident| incident.core.level.unwrap().number()).collect()
}

/// A turn of an appliance's health, `minutes` after [`START`]: how a part of it is, and since when.
pub(crate) fn turn(symptom: Symptom, condition: Condition, object: &str, minutes: i64) -> Finding {
    let time = START.plus(minutes * 60);
    with(found(FindingKind::Health, Disposition::Unknown, minutes), |f| {
        f.subject = Subject::Health(f.device.clone(), symptom.problem());
        f.function = Function::System;
        (f.host, f.peers) = (None, Vec::new());
        f.instants = Vec::new();
        let since = if condition == Condition::Noted { time } else { time.plus(-600) };
        let object = object.to_owned();
        f.health =
            Some(Health { symptom, condition, object: object.clone(), since, value: None, usual: None });
        for line in &mut f.evidence {
            line.sha256 = format!("{minutes:08}{:08}{condition:>12}{object:>36}", symptom as u32);
        }
    })
}
