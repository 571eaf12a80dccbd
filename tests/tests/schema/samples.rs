//! Values of the model, written out, satisfy the schemas; together they fill every property.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use hinomi_local::plan::{Question, plan};
use hinomi_local::{Input, Sms, examine_account};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Actor, Anomaly, AnomalyKind, AssessmentText, Asset, ChangeText, Channel, Class, Confidence, Core,
    CountermeasureText, Delivery, DeviceId, Direction, Disposition, Document, Escape, Event, EventTime,
    Evidence, EvidenceLine, Extra, ExtraField, FactText, FieldName, Finding, FindingId, FindingKind,
    Function, History, Host, IncidentId, IncidentKind, Indicator, IndicatorKind, Infection, Language, Level,
    Locator, MomentText, Notice, NoticeKind, Outcome, Payload, Peer, Posture, Priority, Protocol,
    QuarantineReason, Quarantined, ReasonText, Role, Scope, SessionKey, Severity, Signature, Span, Stage,
    Status, Subject, TenantId, TimeSource, Vendor, Within, Words,
};
use hinomi_steps::enrol::{MemorySubscriptions, Subscriptions};
use hinomi_steps::quarantine::Row;
use hinomi_store::block_on;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{coverage, problems, schema};

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

fn written(value: &impl Serialize) -> Value {
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
    event.extra = Extra { line, fields: &fields };
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
        problem: Some("log_silence".to_owned()),
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

/// Examines samples that together fill everything: one of a lean appliance, one of nothing that can be read.
fn doctors() -> Vec<Value> {
    let line = |index: usize| {
        format!(
            "date=2026-01-20 time=10:15:01 eventtime=17688717010000{index:05} tz=\"+0900\" logid=\"0000000013\" \
             type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK20000001\" srcip=10.1.12.34 \
             srcport=50123 dstip=203.0.113.7 dstport=443 proto=6 sessionid={index} action=\"deny\"\n"
        )
    };
    let lean: String = (0..1_500).map(line).chain(["kernel: message\n".to_owned()]).collect();
    let examined = |text: String| {
        let input = Input::Bytes { name: "a.log".to_owned(), bytes: text.into_bytes() };
        written(&hinomi_local::examine([input], &Registry::open()).unwrap())
    };
    let short = line(1).replace("deny", "close");
    vec![examined(lean), examined(short), examined("kernel: message\n".to_owned())]
}

/// Explains lines that together fill everything but a part, which only files have.
fn read_lines() -> Vec<Value> {
    let registry = "
version: 1
tenants:
  - id: kita
    name: { ja: 北市, en: Kita City }
    reference: K
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    devices:
      - { id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1 }
    contacts:
      - { id: c1, email: c1@kita.example, sms: '+81300000000' }
";
    let registry = Registry::from_yaml(registry).unwrap();
    let lines = [
        "<189>Jan 20 10:15:01 fw1 date=2026-01-20 time=10:15:01 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK20000001\" devname=\"KITA-FW1\" srcip=10.1.12.34 srcport=99999 dstip=203.0.113.7 action=\"close\" hinomiwaves=7",
        "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 FTNTFGTeventtime=1768871701123456789 FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTvd=root src=10.1.12.34 act=close",
        "date=2026-01-20 time=10:15:01 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" vd=\"root\" devid=\"FGT60FTK29999999\"",
    ];
    let explain = |line: &str| written(&hinomi_local::explain_line("a.log", 1, line.as_bytes(), &registry));
    let mut read: Vec<Value> = lines.into_iter().map(explain).collect();
    // Only a file has lines with parts.
    read[1]["part"] = json!(2);
    read
}

/// Examines accounts: a new one, one that was asked, and one in order.
fn accounts() -> Vec<Value> {
    let registry = "
version: 1
tenants:
  - id: kita
    name: { ja: 北市, en: Kita City }
    internal: [10.0.0.0/8]
    devices: [{ id: FGT60FTK20000001, vendor: fortigate }]
    contacts: [{ id: duty, email: soc@kita.example, sms: '+819000000000' }]
";
    let registry = Registry::from_yaml(registry).unwrap();
    let subscriptions = MemorySubscriptions::default();
    let examined = |sandbox: bool, monthly_limit_usd: Option<f64>| {
        let sms = Sms { sandbox, monthly_limit_usd };
        block_on(examine_account(&registry, &subscriptions, sms)).unwrap()
    };
    let bare = examined(true, None);
    let tenant = &registry.tenants()[0];
    block_on(subscriptions.create_topic(tenant.id())).unwrap();
    for (channel, endpoint) in [(Channel::Email, "soc@kita.example"), (Channel::Sms, "+819000000000")] {
        block_on(subscriptions.subscribe(tenant.id(), channel, endpoint, "{}")).unwrap();
    }
    let asked = examined(false, Some(1.0));
    subscriptions.confirm("soc@kita.example");
    let whole = examined(false, Some(500.0));
    let standings: BTreeSet<String> = [&bare, &asked, &whole]
        .into_iter()
        .flat_map(|account| &account.tenants[0].contacts)
        .map(|contact| written(&contact.standing).as_str().unwrap().to_owned())
        .collect();
    assert_eq!(standings.into_iter().collect::<Vec<_>>(), ["confirmed", "missing", "pending"]);
    assert_eq!(whole.problems, 0);
    [bare, asked, whole].iter().map(written).collect()
}

/// Plans loads: one for which shards are cheaper, one that comes all at once.
fn plans() -> Vec<Value> {
    let steady = Question {
        events_per_day: 4e9,
        avg_bytes: 800.0,
        peak: 3.0,
        compression: 8.0,
        retention_days: 400.0,
        tenants: 300.0,
        findings_per_million: 500.0,
        window: 5.0,
        events_per_core: 600_000.0,
        siem_usd_per_gb: Some(0.5),
    };
    let sudden = Question { events_per_day: 1e6, peak: 2_000.0, siem_usd_per_gb: None, ..steady };
    let plans = [steady, sudden].map(|question| written(&plan(&question, "ap-northeast-1").unwrap()));
    assert_ne!(plans[0]["capacity"]["stream_mode"], plans[1]["capacity"]["stream_mode"]);
    plans.to_vec()
}

/// Every interface whose documents are values of the model, with documents that together fill it.
fn documents() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("account", accounts()),
        ("plan", plans()),
        ("doctor", doctors()),
        ("line", read_lines()),
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
