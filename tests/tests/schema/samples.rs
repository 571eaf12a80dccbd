//! Values of the model, written out, satisfy the schemas; together they fill every property.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use hinomi_model::registry::Registry;
use hinomi_model::{
    Actor, Anomaly, AnomalyKind, AssessmentText, Asset, ChangeText, Channel, Class, Condition, Confidence,
    Core, CountermeasureText, Delivery, DeviceId, Direction, Disposition, Document, Escape, Event, EventTime,
    Evidence, EvidenceLine, Extra, ExtraField, FactText, FieldName, Finding, FindingId, FindingKind,
    Function, Habit, Health, History, Host, IncidentId, IncidentKind, Indicator, IndicatorKind, Infection,
    Language, Level, Locator, Measure, MomentText, Notice, NoticeKind, Outcome, Payload, Peer, Posture,
    Priority, Problem, Protocol, QuarantineReason, Quarantined, ReasonText, Role, Scope, SessionKey,
    Severity, Signature, Span, Stage, Status, Subject, Symptom, TenantId, TimeSource, Unusual, Vendor,
    Within, Words,
};
use hinomi_steps::quarantine::Row;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{coverage, examined, problems, schema};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn time(text: &str) -> EventTime {
    EventTime::parse_rfc3339(text).unwrap()
}

fn at() -> EventTime {
    time("2026-01-20T01:15:01.123456789Z")
}

fn later() -> EventTime {
    at().plus(61)
}

fn sha256() -> String {
    "0f".repeat(32)
}

fn words(text: &str) -> Words {
    Words { ja: format!("{text}（日本語）"), en: text.to_owned() }
}

pub(crate) fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

/// Writes an event that knows everything.
fn full_event() -> Value {
    let registry = Registry::open();
    let line = r#"vwlname="branch \"A\"" vwlname=x"#;
    let name = FieldName::InLine(Span { start: 0, end: 7 });
    let fields = [
        ExtraField { name, value: Span { start: 9, end: 21 }, escape: Escape::Backslash, known: true },
        ExtraField { name, value: Span { start: 31, end: 32 }, escape: Escape::None, known: true },
        ExtraField {
            name: FieldName::Column(117),
            value: Span { start: 31, end: 32 },
            escape: Escape::None,
            known: true,
        },
    ];
    let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, later());
    event.time = at();
    event.time_source = TimeSource::DeviceEpoch;
    event.device_time = Some(later());
    event.device = Cow::Borrowed("FGT60FTK20000001");
    event.device_name = some("KITA-FW1");
    event.vsys = some("root");
    event.function = Function::Ips;
    event.log_type = Cow::Borrowed("utm");
    event.log_subtype = Cow::Borrowed("ips");
    event.log_id = some("0419016384");
    event.action = some("dropped");
    event.disposition = Disposition::Blocked;
    event.direction = Some(Direction::Inbound);
    event.src_ip = Some(ip("203.0.113.7"));
    event.src_port = Some(51_234);
    event.dst_ip = Some(ip("198.51.100.10"));
    event.dst_port = Some(443);
    event.nat_src_ip = Some(ip("203.0.113.7"));
    event.nat_src_port = Some(0);
    event.nat_dst_ip = Some(ip("2001:db8::10"));
    event.nat_dst_port = Some(65_535);
    event.src_zone = some("wan1");
    event.dst_zone = some("dmz");
    event.src_country = some("Reserved");
    event.dst_country = some("Japan");
    event.protocol = Some(Protocol::TCP);
    event.user = some("jdoe");
    event.app = some("HTTPS");
    event.app_category = some("Web.Client");
    event.service = some("HTTPS");
    event.session_id = some("4711");
    event.policy = some("12");
    event.rule = some("to-web");
    event.bytes_out = Some(1_200);
    event.bytes_in = Some(u64::MAX);
    event.packets_out = Some(9);
    event.packets_in = Some(0);
    event.duration_ms = Some(1_500);
    event.host = some("WEB01");
    event.domain = some("www.kita.example");
    event.url = some("/login?a=b");
    event.category = some("Malicious Websites");
    event.http_method = some("GET");
    event.http_status = Some(404);
    event.user_agent = some("curl/8");
    event.referer = some("https://www.kita.example/");
    event.client_ip = Some(ip("192.0.2.44"));
    event.signature = some("Example.Server.Code.Execution");
    event.signature_id = some("99001");
    event.severity = Some(Severity::Critical);
    event.cve = some("CVE-2026-0001");
    event.malware = some("W32/Example.A!tr");
    event.file_name = some("invoice.exe");
    event.file_hash = some("0f0f");
    event.file_type = some("exe");
    event.verdict = some("malicious");
    event.sender = some("a@sender.example");
    event.recipient = some("b@kita.example");
    event.mail_subject = some("Invoice");
    event.message = some("web_server: Example.Server.Code.Execution");
    event.reason = some("tcp-rst-from-server");
    event.count = 3;
    event.anomalies = vec![
        Anomaly { kind: AnomalyKind::NoTime, field: None },
        Anomaly { kind: AnomalyKind::BadPort, field: Some("srcport") },
    ];
    event.extra = Extra::listed(line, &fields);
    written(&event)
}

fn bare_event() -> Value {
    let registry = Registry::open();
    let mut event = Event::new(&registry.tenants()[0], Vendor::Panos, at());
    event.protocol = Some(Protocol(47));
    event.payload = Payload::Responder;
    written(&event)
}

fn evidence() -> Evidence {
    Evidence {
        time: at(),
        received: later(),
        sha256: sha256(),
        device: "FGT60FTK20000001".to_owned(),
        function: Function::Ips,
        disposition: Disposition::Detected,
        session_id: Some("4711".to_owned()),
        policy: Some("12".to_owned()),
        src_ip: Some(ip("203.0.113.7")),
        dst_ip: Some(ip("10.1.200.10")),
        dst_port: Some(443),
        what: Some("Example.Server.Code.Execution".to_owned()),
        locator: Some(locator()),
        raw: "date=2026-01-20 time=10:15:01".to_owned(),
    }
}

fn locator() -> Locator {
    Locator { object: "archive/0001".to_owned(), frame: 0, line: 7 }
}

fn signature() -> Signature {
    Signature {
        vendor: Vendor::Fortigate,
        id: "99001".to_owned(),
        name: "Example.Server.Code.Execution".to_owned(),
        cve: Some("CVE-2026-0001".to_owned()),
    }
}

fn indicator() -> Indicator {
    Indicator { kind: IndicatorKind::Ip, value: "203.0.113.7".to_owned() }
}

fn full_finding() -> Finding {
    Finding {
        id: FindingId(7),
        tenant: TenantId::new("kita"),
        subject: Subject::Host(ip("10.1.200.10")),
        kind: FindingKind::Exploit,
        class: Class::Specific,
        disposition: Disposition::Detected,
        direction: Direction::Inbound,
        payload: Payload::Initiator,
        first: at(),
        last: later(),
        received: later(),
        count: 2,
        function: Function::Ips,
        vendor: Vendor::Fortigate,
        device: DeviceId::new("kita-pair"),
        posture: Posture::DetectOnly,
        host: Some(Host { ip: ip("10.1.200.10"), name: Some("WEB01".to_owned()), role: Role::Server }),
        relay: Some(ip("10.1.0.53")),
        peers: vec![Peer { ip: ip("203.0.113.7"), port: Some(51_234) }],
        peer_count: 200,
        signature: Some(signature()),
        families: vec!["Example.Server.Code.Execution".to_owned()],
        delivery: Some(Delivery::ToHost),
        indicators: vec![indicator()],
        sessions: vec![SessionKey(u64::MAX)],
        unsettled: false,
        users: vec!["jdoe".to_owned()],
        instants: vec![at(), later()],
        what: Some("Example.Server.Code.Execution".to_owned()),
        bytes_in: Some(5_200),
        bytes_out: Some(900),
        technique: Some("T1190".to_owned()),
        health: Some(Health {
            symptom: Symptom::InterfaceDown,
            condition: Condition::Degraded,
            object: "port1".to_owned(),
            since: at(),
            value: Some(2),
            usual: Some(1),
        }),
        habit: Some(Habit {
            since: at(),
            unusual: Unusual::Upload,
            measure: Measure::BytesOut,
            usual: 1_000_000,
            seen: 64_000_000,
            usual_chart: vec![0; Habit::CHART],
            seen_chart: vec![Habit::MAX_HEIGHT; Habit::CHART],
        }),
        evidence: vec![evidence()],
    }
}

/// Writes findings that together fill everything: one about each kind of subject.
fn findings() -> Vec<Value> {
    let subjects = [
        Subject::Host(ip("2001:db8::10")),
        Subject::Source(ip("203.0.113.7"), at().day()),
        Subject::Relayed(ip("10.1.0.53"), "c2.bad.example".to_owned()),
        Subject::Device(DeviceId::new("kita-pair")),
        Subject::Health(DeviceId::new("kita-pair"), Problem::Link),
    ];
    let about = subjects.map(|subject| written(&Finding { subject, ..full_finding() }));
    let bare = Finding {
        host: None,
        relay: None,
        peers: Vec::new(),
        peer_count: 0,
        signature: None,
        families: Vec::new(),
        delivery: None,
        indicators: Vec::new(),
        sessions: Vec::new(),
        unsettled: true,
        users: Vec::new(),
        instants: Vec::new(),
        what: None,
        bytes_in: None,
        bytes_out: None,
        technique: None,
        health: None,
        habit: None,
        evidence: Vec::new(),
        ..full_finding()
    };
    about.into_iter().chain([written(&bare)]).collect()
}

fn core() -> Core {
    Core {
        id: IncidentId(1),
        aliases: vec![IncidentId(2)],
        number: "K-4821".to_owned(),
        revision: 2,
        tenant: TenantId::new("kita"),
        kind: IncidentKind::Attack,
        level: Some(Level::FOUR),
        confidence: Confidence::High,
        priority: Priority::High,
        status: Status::Open,
        hosts: vec![ip("10.1.200.10")],
        attackers: vec![ip("203.0.113.7")],
        users: vec!["jdoe".to_owned()],
        devices: vec!["FGT60FTK20000001".to_owned()],
        posture: Posture::DetectOnly,
        functions: vec![Function::Firewall, Function::Ips],
        stages: vec![Stage::Exploitation, Stage::CommandAndControl],
        techniques: vec!["T1190".to_owned(), "T1071.001".to_owned()],
        outcome: Outcome::Succeeded,
        infection: Infection::Infected,
        contained: false,
        indicators: vec![indicator()],
        assets: vec![Asset {
            ip: ip("10.1.200.10"),
            name: Some("WEB01".to_owned()),
            user: Some("jdoe".to_owned()),
            role: Role::Server,
        }],
        signatures: vec![signature()],
        first_seen: at(),
        last_seen: later(),
        opened_at: later(),
        scope: Scope {
            hosts: vec![ip("10.1.200.10")],
            users: vec!["jdoe".to_owned()],
            hashes: vec![sha256()],
            domains: vec!["c2.bad.example".to_owned()],
            bytes_out: 900,
        },
        suppressed_by: Some("own scanner".to_owned()),
        predecessor: Some(IncidentId(3)),
        problem: None,
        history: vec![History {
            revision: 1,
            at: at(),
            level: Some(Level::TWO),
            by: "engine".to_owned(),
            why: "1".to_owned(),
        }],
        rules: "0".repeat(32),
    }
}

fn answers() -> AssessmentText {
    AssessmentText {
        cause: vec!["First.".to_owned()],
        infection: "Infected.".to_owned(),
        impact: "Remote control.".to_owned(),
        scope: "One host.".to_owned(),
        countermeasures: vec![CountermeasureText {
            act: "Isolate it.".to_owned(),
            by: Actor::Customer,
            within: Within::Now,
        }],
        unknowns: vec!["What was sent.".to_owned()],
    }
}

fn full_incident() -> Document {
    let fact = |at_least| FactText {
        id: "f1".to_owned(),
        kind: FindingKind::Exploit,
        disposition: Disposition::Detected,
        count: 2,
        at_least,
        first: at(),
        last: later(),
        text: words("An exploit was detected."),
        lines: vec![sha256()],
    };
    Document {
        core: core(),
        title: words("A server was attacked."),
        timeline: vec![MomentText {
            time: at(),
            last: later(),
            stage: Stage::Exploitation,
            disposition: Disposition::Detected,
            count: 2,
            summary: words("An exploit was detected."),
        }],
        evidence: vec![EvidenceLine {
            time: at(),
            received: later(),
            device: "FGT60FTK20000001".to_owned(),
            function: Function::Ips,
            session_id: Some("4711".to_owned()),
            policy: Some("12".to_owned()),
            summary: words("An exploit was detected."),
            sha256: sha256(),
            locator: Some(locator()),
            raw: "date=2026-01-20 time=10:15:01".to_owned(),
        }],
        facts: vec![fact(true), FactText { id: "f12".to_owned(), ..fact(false) }],
        reasons: vec![ReasonText {
            rule: "1".to_owned(),
            level: Level::FOUR,
            text: words("The server called back."),
            facts: vec!["f1".to_owned(), "f12".to_owned()],
        }],
        would_change: vec![ChangeText { fact: words("No answer."), to_level: Level::ONE }],
        assessment: [("ja".to_owned(), answers()), ("en".to_owned(), answers())].into(),
    }
}

fn health_incident() -> Document {
    let core = Core {
        kind: IncidentKind::Health,
        level: None,
        aliases: Vec::new(),
        problem: Some(Problem::LogSilence),
        suppressed_by: None,
        predecessor: None,
        history: vec![History {
            revision: 1,
            at: at(),
            level: None,
            by: "engine".to_owned(),
            why: "1".to_owned(),
        }],
        ..core()
    };
    Document { core, ..full_incident() }
}

fn mail() -> Notice {
    Notice {
        incident: IncidentId(1),
        number: "K-4821".to_owned(),
        revision: 2,
        kind: NoticeKind::First,
        level: Some(Level::FOUR),
        contact: "duty".to_owned(),
        channel: Channel::Email,
        language: Language::Ja,
        subject: "[SOC] L4 kita K-4821 not blocked".to_owned(),
        body: "本文".to_owned(),
        at: later(),
    }
}

fn sms() -> Notice {
    let subject = String::new();
    Notice { channel: Channel::Sms, kind: NoticeKind::Down, level: None, subject, ..mail() }
}

fn quarantined() -> Quarantined {
    Quarantined {
        file: "-".to_owned(),
        line: 1,
        part: Some(2),
        device: Some("FGT60FTK20000001".to_owned()),
        reason: QuarantineReason::UnknownDevice,
        detail: "FGT60FTK20000001".to_owned(),
        sha256: sha256(),
        raw: "\u{fffd}".to_owned(),
        locator: Some(Locator { object: "raw/2026-11-23/10/shard/1-2.zst".to_owned(), frame: 0, line: 3 }),
    }
}

/// Every interface whose documents are values of the model, with documents that together fill it.
fn documents() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("account", examined::accounts()),
        ("plan", examined::plans()),
        ("doctor", examined::samples()),
        ("line", examined::lines()),
        ("event", vec![full_event(), bare_event()]),
        ("finding", findings()),
        ("incident", vec![written(&full_incident()), written(&health_incident())]),
        ("notice", vec![written(&mail()), written(&sms())]),
        (
            "quarantine",
            [None, Some(0), Some(3)].map(|more| written(&Row { line: quarantined(), more })).to_vec(),
        ),
    ]
}

#[test]
fn what_the_model_writes_satisfies_the_schemas() {
    for (name, documents) in documents() {
        for document in documents {
            assert_eq!(problems(name, &document), Vec::<String>::new(), "{name}: {document}");
        }
    }
}

#[test]
fn schemas_promise_nothing_that_the_model_does_not_write() {
    for (name, documents) in documents() {
        assert_eq!(coverage::unfilled(&schema(name), &documents), BTreeSet::new(), "{name}");
    }
}

#[test]
fn what_is_not_in_a_schema_is_refused() {
    let changes: [(&str, &str, Value); 18] = [
        ("event", "/brand_new", json!("field")),
        ("event", "/time", json!("2026-01-20T10:15:01+09:00")),
        ("event", "/time", json!("2026-13-20T10:15:01Z")),
        ("event", "/vendor", json!("other")),
        ("event", "/src_ip", json!("203.0.113.300")),
        ("event", "/dst_port", json!(65_536)),
        ("event", "/dst_port", json!("443")),
        ("event", "/count", json!(0)),
        ("event", "/anomalies", json!(["bad_day:srcport"])),
        ("event", "/extra/number", json!(1)),
        ("finding", "/subject", json!({"host": "10.0.0.1", "device": "x"})),
        ("finding", "/id", json!("7")),
        ("incident", "/level", json!(5)),
        ("incident", "/kind", json!("health")),
        ("incident", "/facts/0/id", json!("f0")),
        ("notice", "/subject", json!("件名")),
        ("notice", "/channel", json!("sms")),
        ("quarantine", "/reason", json!("boring")),
    ];
    for (name, place, value) in changes {
        let mut document =
            documents().into_iter().find(|(known, _)| *known == name).unwrap().1.swap_remove(0);
        let (parent, key) = place.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[key] = value;
        assert!(!problems(name, &document).is_empty(), "{name}{place}: {document}");
    }
}

#[test]
fn what_must_be_there_is_missed() {
    for (name, documents) in documents() {
        let schema = schema(name);
        for key in schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()) {
            let mut document = documents[0].clone();
            assert!(document.as_object_mut().unwrap().remove(key).is_some(), "{name}: {key}");
            assert!(!problems(name, &document).is_empty(), "{name}: {key}");
        }
    }
}
