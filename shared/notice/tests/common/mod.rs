//! Incidents and tenants of our own making: addresses of RFC 5737 outside, RFC 1918 inside.

use std::net::IpAddr;

use hinomi_model::NoticeKind;
use hinomi_model::registry::{Contact, Registry, Tenant};
use hinomi_model::{
    Actor, Assessment, Asset, Change, Confidence, Core, Countermeasure, Disposition, EventTime, Evidence,
    FindingKind, Function, History, Incident, IncidentId, IncidentKind, Infection, Language, Level, Moment,
    Outcome, Posture, Priority, Problem, Reason, Role, Scope, Stage, Statement, StatementKey as S, Status,
    TenantId, Value, Within, Words,
};
use hinomi_notice::{Repeat, Telling, Told};
use jiff::tz::TimeZone;

pub(crate) fn at(text: &str) -> EventTime {
    EventTime::parse_rfc3339(text).unwrap()
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Kita City, in Tokyo's zone.
pub(crate) fn tenant() -> Tenant {
    let mut tenant = Registry::open().tenants()[0].clone();
    tenant.name = Words { ja: "北市".to_owned(), en: "Kita City".to_owned() };
    tenant.reference = "K".to_owned();
    tenant.language = Language::Ja;
    tenant.time_zone = TimeZone::get("Asia/Tokyo").unwrap();
    tenant.soc.name = Words { ja: "東京SOC".to_owned(), en: "Tokyo SOC".to_owned() };
    tenant.soc.phone = Some("+81300000000".to_owned());
    tenant.roles = vec![
        (Role::Server, ["10.1.200.0/24".parse::<ipnet::IpNet>().unwrap()].into_iter().collect()),
        (Role::Resolver, ["10.1.0.53/32".parse::<ipnet::IpNet>().unwrap()].into_iter().collect()),
    ];
    tenant
}

pub(crate) fn contact(language: Language) -> Contact {
    let mut contact = Registry::open().tenants()[0].contacts[0].clone();
    contact.language = Some(language);
    contact.name = Some(match language {
        Language::Ja => "情報政策課".to_owned(),
        Language::En => "the duty officer".to_owned(),
    });
    contact
}

pub(crate) fn telling<'a>(
    incident: &'a Incident,
    tenant: &'a Tenant,
    kind: NoticeKind,
    previous: Option<Level>,
) -> Telling<'a> {
    let told = previous.map(|level| Told { level: Some(level), at: incident.core.first_seen.plus(60) });
    Telling {
        incident,
        tenant,
        kind,
        previous: told,
        at: incident.core.last_seen.plus(120),
        repeat: Repeat::No,
    }
}

/// An incident with nothing in it.
pub(crate) fn empty(number: &str, level: Level, title: Statement) -> Incident {
    let first = at("2026-01-20T01:15:01Z");
    Incident {
        subject: hinomi_model::Subject::Host("10.1.12.34".parse().unwrap()),
        core: Core {
            id: IncidentId(1),
            aliases: Vec::new(),
            number: number.to_owned(),
            revision: 1,
            tenant: TenantId::new("kita"),
            kind: IncidentKind::Attack,
            level: Some(level),
            confidence: Confidence::High,
            priority: Priority::Normal,
            status: Status::Open,
            hosts: Vec::new(),
            attackers: Vec::new(),
            users: Vec::new(),
            devices: vec!["FGT60FTK20000001".to_owned()],
            posture: Posture::Inline,
            functions: vec![Function::Ips],
            stages: Vec::new(),
            techniques: Vec::new(),
            outcome: Outcome::Unknown,
            infection: Infection::Unknown,
            contained: false,
            indicators: Vec::new(),
            assets: Vec::new(),
            signatures: Vec::new(),
            first_seen: first,
            last_seen: first,
            opened_at: first,
            scope: Scope::default(),
            suppressed_by: None,
            predecessor: None,
            problem: None,
            history: Vec::new(),
            rules: "0".repeat(32),
        },
        title,
        facts: Vec::new(),
        reasons: Vec::new(),
        would_change: Vec::new(),
        assessment: Assessment::default(),
        evidence: Vec::new(),
        guest: false,
        digest: false,
    }
}

/// Adds to an incident, one line each.
pub(crate) trait Build: Sized {
    fn host(self, host: &str) -> Self;
    fn fact(self, time: &str, last: &str, count: u64, disposition: Disposition, summary: Statement) -> Self;
    fn reason(self, rule: &str, level: Level, text: Statement, facts: &[&str]) -> Self;
    fn customer(self, within: Within, act: Statement) -> Self;
    fn soc(self, act: Statement) -> Self;
    fn line(self, time: &str, what: &str, dst: &str, disposition: Disposition, raw: &str) -> Self;
}

impl Build for Incident {
    fn host(mut self, host: &str) -> Self {
        self.core.hosts.push(ip(host));
        self
    }

    fn fact(
        mut self,
        time: &str,
        last: &str,
        count: u64,
        disposition: Disposition,
        summary: Statement,
    ) -> Self {
        let (time, last) = (at(time), at(last));
        self.core.first_seen = if self.facts.is_empty() { time } else { self.core.first_seen };
        self.core.last_seen = self.core.last_seen.max(last);
        self.facts.push(Moment {
            id: format!("f{}", self.facts.len() + 1),
            time,
            last,
            kind: FindingKind::CcPayload,
            stage: Stage::CommandAndControl,
            disposition,
            count,
            at_least: false,
            summary,
            lines: vec!["ab".repeat(32)],
        });
        self
    }

    fn reason(mut self, rule: &str, level: Level, text: Statement, facts: &[&str]) -> Self {
        let facts = facts.iter().map(|fact| (*fact).to_owned()).collect();
        self.reasons.push(Reason { rule: rule.to_owned(), level, text, facts });
        self
    }

    fn customer(mut self, within: Within, act: Statement) -> Self {
        self.assessment.countermeasures.push(Countermeasure { act, by: Actor::Customer, within });
        self
    }

    fn soc(mut self, act: Statement) -> Self {
        let measure = Countermeasure { act, by: Actor::Soc, within: Within::Now };
        self.assessment.countermeasures.push(measure);
        self
    }

    fn line(mut self, time: &str, what: &str, dst: &str, disposition: Disposition, raw: &str) -> Self {
        self.evidence.push(Evidence {
            time: at(time),
            received: at(time).plus(2),
            sha256: "ab".repeat(32),
            device: "KITA-FW1".to_owned(),
            function: Function::Ips,
            disposition,
            session_id: Some("12345".to_owned()),
            policy: Some("7".to_owned()),
            src_ip: self.core.hosts.first().copied(),
            dst_ip: Some(ip(dst)),
            dst_port: Some(443),
            what: Some(what.to_owned()),
            locator: None,
            raw: raw.to_owned(),
        });
        self
    }
}

fn st(key: S) -> Statement {
    Statement::new(key)
}

fn inside(host: &str) -> Value {
    Value::Inside(host.to_owned())
}

const PC: &str = "10.1.12.34";
const CC: &str = "203.0.113.7";
const FAMILY: &str = "Gh0st.Rat.Botnet";

fn cc_payload(count: u64, disposition: &str) -> Statement {
    st(S::SawCcPayload)
        .with("host", inside(PC))
        .indicator("peer", CC)
        .text("what", FAMILY)
        .with("count", count)
        .word("disposition", disposition)
}

/// Story 29: malware passed, then beacons to its C&C server, allowed.
pub(crate) fn cc_open() -> Incident {
    let title = st(S::TitleCc).with("host", inside(PC)).word("contained", "no");
    let mut incident = empty("K-4821", Level::FOUR, title)
        .host(PC)
        .fact("2026-01-20T01:15:01Z", "2026-01-20T01:15:01Z", 1, Disposition::Detected,
            st(S::SawMalware).with("host", inside(PC)).text("what", "W32/Agent.ABC!tr").text("file", "invoice.exe")
                .indicator("peer", "198.51.100.20").with("count", 1).word("disposition", "detected")
                .word("delivery", "to_host"))
        .fact("2026-01-20T01:21:30Z", "2026-01-20T05:02:11Z", 40, Disposition::Allowed, cc_payload(40, "allowed"))
        .reason("5", Level::FOUR, st(S::BecauseCcPayload).text("what", FAMILY), &["f2"])
        .reason("4", Level::THREE, st(S::BecauseMalwareReached).text("what", "W32/Agent.ABC!tr"), &["f1"])
        .customer(Within::Now, st(S::ActIsolate).with("host", inside(PC)))
        .customer(Within::Hour, st(S::ActAskUser).with("host", inside(PC)))
        .customer(Within::Today, st(S::ActExamine).with("host", inside(PC)))
        .customer(Within::Today, st(S::ActChangePasswordUser).with("host", inside(PC)))
        .customer(Within::Week, st(S::ActReimage).with("host", inside(PC)))
        .soc(st(S::SocBlockDestination).with("indicators", Value::Indicators(vec![CC.to_owned()])))
        .soc(st(S::SocSearchScope))
        .line("2026-01-20T01:15:01Z", "W32/Agent.ABC!tr", "198.51.100.20", Disposition::Detected,
            "type=\"utm\" subtype=\"virus\" srcip=10.1.12.34 dstip=198.51.100.20 url=\"http://files.example/invoice.exe\" action=\"passthrough\"")
        .line("2026-01-20T01:21:30Z", FAMILY, CC, Disposition::Detected,
            "type=\"utm\" subtype=\"ips\" srcip=10.1.12.34 dstip=203.0.113.7 attack=\"Gh0st.Rat.Botnet\" action=\"detected\"");
    incident.core.outcome = Outcome::Succeeded;
    incident.core.infection = Infection::Infected;
    incident.core.assets = vec![Asset {
        ip: ip(PC),
        name: Some("PC-0123".to_owned()),
        user: Some("tanaka".to_owned()),
        role: Role::Client,
    }];
    incident.would_change = vec![Change { fact: st(S::ChangeOtherSign), to_level: Level::ZERO }];
    incident.assessment.cause = incident.facts.iter().map(|fact| fact.summary.clone()).collect();
    incident.assessment.infection = vec![st(S::InfectedCcPassed).with("host", inside(PC))];
    incident.assessment.impact = vec![st(S::ImpactRemoteControl).with("host", inside(PC))];
    incident.assessment.scope = vec![
        st(S::ScopeOneHost).with("host", inside(PC)),
        st(S::ScopeBytes).with("bytes", Value::Bytes(5_234_000)),
    ];
    incident.assessment.unknowns = vec![st(S::UnknownSent), st(S::UnknownInside)];
    incident
}

/// Story 33: nine blocked look-ups, three minutes apart.
pub(crate) fn cc_contained() -> Incident {
    let title = st(S::TitleCc).with("host", inside(PC)).word("contained", "yes");
    let mut incident = empty("K-4822", Level::FOUR, title)
        .host(PC)
        .fact(
            "2026-01-20T18:00:00Z",
            "2026-01-20T18:24:00Z",
            9,
            Disposition::Blocked,
            st(S::SawCcContact)
                .with("host", inside(PC))
                .indicator("indicator", "cc.evil.example")
                .text("what", "")
                .with("count", 9)
                .word("disposition", "blocked")
                .word("how", "lookup"),
        )
        .reason(
            "5",
            Level::FOUR,
            st(S::BecauseCcPersistent).with("attempts", 9).with("minutes", 24).word("contained", "yes"),
            &["f1"],
        )
        .customer(Within::Now, st(S::ActIsolate).with("host", inside(PC)))
        .customer(Within::Today, st(S::ActExamine).with("host", inside(PC)))
        .customer(Within::Week, st(S::ActReimage).with("host", inside(PC)))
        .soc(st(S::SocWatch).with("host", inside(PC)))
        .line(
            "2026-01-20T18:00:00Z",
            "cc.evil.example",
            "203.0.113.53",
            Disposition::Blocked,
            "type=\"utm\" subtype=\"dns\" srcip=10.1.12.34 qname=\"cc.evil.example\" action=\"block\"",
        );
    incident.core.contained = true;
    incident.core.outcome = Outcome::Blocked;
    incident.core.infection = Infection::Infected;
    incident.assessment.cause = vec![incident.facts[0].summary.clone()];
    incident.assessment.infection = vec![st(S::InfectedCcContained).with("host", inside(PC))];
    incident.assessment.impact = vec![st(S::ImpactContained).with("host", inside(PC))];
    incident.assessment.scope = vec![st(S::ScopeOneHost).with("host", inside(PC)), st(S::ScopeNone)];
    incident.assessment.unknowns = vec![st(S::UnknownEntered), st(S::UnknownInside)];
    incident
}

/// Story 52: a visitor's phone beacons.
pub(crate) fn cc_guest() -> Incident {
    let phone = "10.1.90.17";
    let title = st(S::TitleCc).with("host", inside(phone)).word("contained", "no");
    let mut incident = empty("K-4823", Level::FOUR, title)
        .host(phone)
        .fact(
            "2026-01-20T03:00:00Z",
            "2026-01-20T03:00:00Z",
            1,
            Disposition::Detected,
            st(S::SawCcPayload)
                .with("host", inside(phone))
                .indicator("peer", CC)
                .text("what", "Android.Joker.Botnet")
                .with("count", 1)
                .word("disposition", "detected"),
        )
        .reason("5", Level::FOUR, st(S::BecauseCcPayload).text("what", "Android.Joker.Botnet"), &["f1"])
        .customer(Within::Now, st(S::ActIsolateVisitor).with("host", inside(phone)))
        .soc(st(S::SocBlockDestination).with("indicators", Value::Indicators(vec![CC.to_owned()])));
    incident.guest = true;
    incident.core.outcome = Outcome::Succeeded;
    incident.core.assets = vec![Asset { ip: ip(phone), name: None, user: None, role: Role::Guest }];
    incident.assessment.infection = vec![st(S::InfectedCcPassed).with("host", inside(phone))];
    incident.assessment.impact = vec![st(S::ImpactRemoteControl).with("host", inside(phone))];
    incident.assessment.scope = vec![st(S::ScopeOneHost).with("host", inside(phone))];
    incident
}

/// Story 19: malware passed by a monitor-only profile over HTTP.
pub(crate) fn malware_reached() -> Incident {
    let title = st(S::TitleMalware).with("host", inside(PC)).word("outcome", "reached");
    let mut incident = empty("K-4824", Level::THREE, title)
        .host(PC)
        .fact(
            "2026-01-20T05:10:00Z",
            "2026-01-20T05:10:00Z",
            1,
            Disposition::Detected,
            st(S::SawMalware)
                .with("host", inside(PC))
                .text("what", "W32/Agent.ABC!tr")
                .text("file", "-")
                .indicator("peer", "198.51.100.20")
                .with("count", 1)
                .word("disposition", "detected")
                .word("delivery", "to_host"),
        )
        .reason("4", Level::THREE, st(S::BecauseMalwareReached).text("what", "W32/Agent.ABC!tr"), &["f1"])
        .customer(Within::Hour, st(S::ActAskUser).with("host", inside(PC)))
        .customer(Within::Hour, st(S::ActScanHost).with("host", inside(PC)))
        .soc(
            st(S::SocBlockDestination)
                .with("indicators", Value::Indicators(vec!["http://files.example/invoice.exe".to_owned()])),
        )
        .soc(st(S::SocBlockHash));
    incident.core.outcome = Outcome::Succeeded;
    incident.assessment.infection = vec![st(S::UnknownInfectionDelivered).with("host", inside(PC))];
    incident.assessment.impact = vec![st(S::ImpactMalware).with("host", inside(PC))];
    incident.assessment.scope =
        vec![st(S::ScopeSameFile).with(
            "hosts",
            Value::Names(vec![PC.to_owned(), "10.1.12.35".to_owned(), "10.1.12.36".to_owned()]),
        )];
    incident.assessment.unknowns = vec![st(S::UnknownExecuted)];
    incident
}

/// Story 4 seen by a sniffer: an exploit, detected only, outcome open.
pub(crate) fn exploit_open() -> Incident {
    let (server, from, what) = ("10.1.200.10", "203.0.113.5", "Apache.Struts.Remote.Code.Execution");
    let title = st(S::TitleExploit)
        .with("host", inside(server))
        .indicator("attacker", from)
        .word("outcome", "unknown");
    let mut incident = empty("K-4825", Level::TWO, title)
        .host(server)
        .fact(
            "2026-01-20T01:00:00Z",
            "2026-01-20T01:00:00Z",
            1,
            Disposition::Detected,
            st(S::SawExploit)
                .indicator("attacker", from)
                .with("host", inside(server))
                .text("what", what)
                .with("count", 1)
                .word("disposition", "detected")
                .word("class", "specific")
                .word("direction", "inbound"),
        )
        .reason("2", Level::TWO, st(S::BecauseExploitOpen).text("what", what), &["f1"])
        .customer(Within::Today, st(S::ActPatch).text("what", what))
        .customer(Within::Today, st(S::ActCheckServer).with("host", inside(server)))
        .soc(st(S::SocTuneSignature).text("what", what))
        .soc(st(S::SocBlockSource).with("indicators", Value::Indicators(vec![from.to_owned()])));
    incident.core.attackers = vec![ip(from)];
    incident.core.posture = Posture::Sniffer;
    incident.assessment.infection = vec![st(S::UnknownInfectionExploit).with("host", inside(server))];
    incident.assessment.impact = vec![st(S::ImpactOpen)];
    incident.assessment.scope = vec![st(S::ScopeOneHost).with("host", inside(server))];
    incident.assessment.unknowns = vec![st(S::UnknownOutcome), st(S::UnknownSniffer)];
    incident
}

/// The same, and then the server calls back: story 8, level 4 after level 2.
pub(crate) fn exploit_succeeded() -> Incident {
    let (server, from) = ("10.1.200.10", "203.0.113.5");
    let before = exploit_open();
    let title = st(S::TitleExploit)
        .with("host", inside(server))
        .indicator("attacker", from)
        .word("outcome", "succeeded");
    let mut incident = Incident { title, ..before }.fact(
        "2026-01-20T01:02:10Z",
        "2026-01-20T01:02:10Z",
        1,
        Disposition::Allowed,
        st(S::SawCallback)
            .with("host", inside(server))
            .indicator("peer", from)
            .with("port", 1389)
            .with("count", 1),
    );
    let callback =
        st(S::BecauseCallback).with("host", inside(server)).indicator("peer", from).with("minutes", 2);
    incident.reasons.clear();
    incident = incident.reason("2", Level::FOUR, callback, &["f1", "f2"]);
    incident.assessment.countermeasures.clear();
    incident = incident
        .customer(Within::Now, st(S::ActIsolate).with("host", inside(server)))
        .customer(Within::Now, st(S::ActKeepLogs))
        .customer(Within::Today, st(S::ActCheckServer).with("host", inside(server)))
        .soc(st(S::SocBlockSource).with("indicators", Value::Indicators(vec![from.to_owned()])));
    incident.core.level = Some(Level::FOUR);
    incident.core.posture = Posture::Inline;
    incident.core.outcome = Outcome::Succeeded;
    incident.assessment.infection = vec![st(S::InfectedServer).with("host", inside(server))];
    incident.assessment.impact = vec![st(S::ImpactServer).with("host", inside(server))];
    incident.assessment.unknowns = vec![st(S::UnknownSent)];
    incident
}

/// Story 5 told late: the attack proved to have failed.
pub(crate) fn exploit_failed() -> Incident {
    let (server, from, what) = ("10.1.200.10", "203.0.113.5", "Apache.Struts.Remote.Code.Execution");
    let title = st(S::TitleExploit)
        .with("host", inside(server))
        .indicator("attacker", from)
        .word("outcome", "failed");
    let mut incident = Incident { title, ..exploit_open() };
    incident.reasons.clear();
    incident = incident.reason("2", Level::ONE, st(S::BecauseExploitFailed).text("what", what), &["f1"]);
    incident.assessment = Assessment {
        infection: vec![st(S::NotInfectedFailed)],
        impact: vec![st(S::ImpactNone)],
        scope: vec![st(S::ScopeOneHost).with("host", inside(server))],
        ..Assessment::default()
    };
    incident = incident.customer(Within::Week, st(S::ActNone));
    incident.core.level = Some(Level::ONE);
    incident.core.posture = Posture::Inline;
    incident.core.outcome = Outcome::Failed;
    incident
}

/// Story 57: an analyst marks a told level 4 as a false positive.
pub(crate) fn false_positive() -> Incident {
    let mut incident = cc_open();
    incident.title = st(S::TitleFalsePositive).with("host", inside(PC));
    incident.reasons = Vec::new();
    incident = incident.reason(
        "analyst",
        Level::ZERO,
        st(S::BecauseAnalyst).text("who", "suzuki").text("why", "資産管理ソフトの通信"),
        &[],
    );
    incident.core.level = Some(Level::ZERO);
    incident.core.history = vec![History {
        revision: 2,
        at: at("2026-01-20T06:00:00Z"),
        level: Some(Level::ZERO),
        by: "suzuki".to_owned(),
        why: "資産管理ソフトの通信".to_owned(),
    }];
    incident.assessment = Assessment {
        infection: vec![st(S::NotInfectedFalse)],
        impact: vec![st(S::ImpactNone)],
        ..Assessment::default()
    };
    incident.customer(Within::Week, st(S::ActNone)).soc(st(S::SocTuneFalsePositive))
}

/// Story 47: failures, then a success.
pub(crate) fn takeover() -> Incident {
    let accounts = || Value::Names(vec!["suzuki".to_owned()]);
    let from = "203.0.113.99";
    let title = st(S::TitlePassword).indicator("attacker", from).word("outcome", "succeeded");
    let mut incident = empty("K-4826", Level::FOUR, title)
        .fact(
            "2026-01-20T15:00:00Z",
            "2026-01-20T15:06:00Z",
            30,
            Disposition::Unknown,
            st(S::SawPasswordRun).indicator("attacker", from).with("count", 30).with("accounts", accounts()),
        )
        .fact(
            "2026-01-20T15:20:00Z",
            "2026-01-20T15:20:00Z",
            1,
            Disposition::Allowed,
            st(S::SawPasswordTakeover).indicator("attacker", from).with("accounts", accounts()),
        )
        .reason("7", Level::FOUR, st(S::BecauseTakeover).with("accounts", accounts()), &["f1", "f2"])
        .customer(Within::Now, st(S::ActDisableAccount).with("accounts", accounts()))
        .customer(Within::Hour, st(S::ActReviewLogins).with("accounts", accounts()))
        .customer(Within::Today, st(S::ActChangePassword).with("accounts", accounts()))
        .customer(Within::Week, st(S::ActMfa))
        .soc(st(S::SocBlockSource).with("indicators", Value::Indicators(vec![from.to_owned()])));
    incident.core.attackers = vec![ip(from)];
    incident.core.outcome = Outcome::Succeeded;
    incident.assessment.infection = vec![st(S::InfectedAccount).with("accounts", accounts())];
    incident.assessment.impact = vec![st(S::ImpactAccount)];
    incident.assessment.scope = vec![st(S::ScopeUsers).with("users", accounts())];
    incident
}

/// Story 11: a campaign, for the digest.
pub(crate) fn campaign(number: &str, from: &str, targets: u64) -> Incident {
    let title = st(S::TitleCampaign).indicator("attacker", from).with("targets", targets);
    let mut incident = empty(number, Level::TWO, title);
    incident.core.attackers = vec![ip(from)];
    incident.core.posture = Posture::DetectOnly;
    incident.digest = true;
    incident
}

const FIREWALL: &str = "KITA-FW1";

/// An incident of health: its problem, what shows it, how the device is, and its turns.
fn health(problem: Problem, symptom: &str, condition: &str, turns: Vec<(&str, Statement)>) -> Incident {
    let title = st(S::TitleHealth)
        .with("device", inside(FIREWALL))
        .word("symptom", symptom)
        .word("condition", condition);
    let mut incident = empty("K-4830", Level::ZERO, title);
    for (time, summary) in turns {
        incident = incident.fact(time, time, 1, Disposition::Unknown, summary);
    }
    for fact in &mut incident.facts {
        (fact.kind, fact.stage) = (FindingKind::Health, Stage::Policy);
    }
    incident.core.kind = IncidentKind::Health;
    incident.core.level = None;
    incident.core.problem = Some(problem);
    incident.assessment.cause = incident.facts.iter().map(|fact| fact.summary.clone()).collect();
    incident.assessment.infection =
        vec![st(S::ConclusionHealth).with("device", inside(FIREWALL)).word("condition", condition)];
    incident
}

/// A turn for the worse.
fn worse(symptom: &str, object: &str, since: &str) -> Statement {
    st(S::SawHealth)
        .with("device", inside(FIREWALL))
        .word("symptom", symptom)
        .text("object", object)
        .with("since", at(since))
        .with("count", 1)
}

fn of_device(key: S) -> Statement {
    st(key).with("device", inside(FIREWALL))
}

fn effect(effect: &str) -> Statement {
    of_device(S::ImpactHealth).word("effect", effect)
}

/// A device that stopped sending logs.
pub(crate) fn silence() -> Incident {
    let turns = vec![("2026-01-20T01:15:01Z", worse("silent", "", "2026-01-20T01:00:12Z"))];
    let mut incident = health(Problem::LogSilence, "silent", "down", turns)
        .customer(Within::Hour, of_device(S::ActCheckPower))
        .customer(Within::Today, of_device(S::ActCheckLogPath))
        .soc(of_device(S::SocWatchDevice));
    incident.assessment.impact = vec![effect("blind")];
    incident.assessment.unknowns = vec![st(S::UnknownSilence)];
    incident
}

/// The same device when its logs come again.
pub(crate) fn silence_over() -> Incident {
    let (since, until) = (at("2026-01-20T01:00:12Z"), at("2026-01-20T04:40:30Z"));
    let span = || Value::Span(until.since(since));
    let over = of_device(S::SawHealthOver).word("symptom", "silent").text("object", "").with("span", span());
    let turns = vec![
        ("2026-01-20T01:15:01Z", worse("silent", "", "2026-01-20T01:00:12Z")),
        ("2026-01-20T04:40:30Z", over),
    ];
    let mut incident =
        health(Problem::LogSilence, "silent", "recovered", turns).soc(of_device(S::SocSearchGap));
    let lasted = of_device(S::ConclusionHealthOver)
        .word("symptom", "silent")
        .with("since", since)
        .with("until", until)
        .with("span", span());
    incident.assessment.infection.insert(0, lasted);
    incident.assessment.impact = vec![st(S::ImpactHealthOver).word("effect", "blind").with("span", span())];
    incident.assessment.unknowns = vec![st(S::UnknownSilence)];
    incident.core.status = Status::Recovered;
    incident
}

/// A device whose memory is used up to a limit, and one of its interfaces is down.
pub(crate) fn memory_high() -> Incident {
    let used = worse("memory_use", "", "2026-01-20T01:10:00Z").with("value", 91).with("usual", 85);
    let mut incident =
        health(Problem::Memory, "memory_use", "degraded", vec![("2026-01-20T01:15:01Z", used)])
            .customer(Within::Today, of_device(S::ActCheckLoad))
            .soc(of_device(S::SocWatchDevice));
    incident.assessment.impact = vec![effect("slow")];
    incident
}

/// A device whose configuration somebody changed at night, and to whom an administrator was added.
pub(crate) fn changed() -> Incident {
    let turns = vec![
        ("2026-01-19T17:02:00Z", worse("changed", "admin", "2026-01-19T17:02:00Z")),
        ("2026-01-19T17:05:40Z", worse("administrator_added", "backup-op", "2026-01-19T17:05:40Z")),
    ];
    let mut incident = health(Problem::Configuration, "administrator_added", "noted", turns)
        .customer(Within::Hour, of_device(S::ActConfirmAdministrator))
        .customer(Within::Today, of_device(S::ActConfirmChange))
        .soc(of_device(S::SocReviewChange));
    incident.core.first_seen = at("2026-01-19T17:02:00Z");
    incident.core.last_seen = at("2026-01-19T17:05:40Z");
    incident.assessment.impact = vec![effect("changed")];
    incident.assessment.unknowns = vec![st(S::UnknownIntended)];
    incident
}

/// Story 45: an inside host attacks another one.
pub(crate) fn lateral() -> Incident {
    let victim = "10.1.12.40";
    let title = st(S::TitleOutbound).with("host", inside(PC)).word("where", "inside");
    let mut incident = empty("K-4827", Level::FOUR, title)
        .host(PC)
        .fact(
            "2026-01-20T01:00:00Z",
            "2026-01-20T01:00:00Z",
            3,
            Disposition::Detected,
            st(S::SawExploit)
                .indicator("attacker", PC)
                .with("host", inside(victim))
                .text("what", "MS.SMB.Server.Trans.Peeking.Data.Information.Disclosure")
                .with("count", 3)
                .word("disposition", "detected")
                .word("class", "specific")
                .word("direction", "internal"),
        )
        .reason("6", Level::FOUR, st(S::BecauseLateralHosts).with("hosts", 3), &["f1"])
        .customer(Within::Now, st(S::ActIsolate).with("host", inside(PC)))
        .customer(
            Within::Hour,
            st(S::ActCheckOthers)
                .with("hosts", Value::Names(vec![victim.to_owned(), "10.1.12.41".to_owned()])),
        );
    incident.core.outcome = Outcome::Succeeded;
    incident.assessment.infection = vec![st(S::InfectedAttacking).with("host", inside(PC))];
    incident.assessment.impact = vec![
        st(S::ImpactSpread).with("hosts", Value::Names(vec![victim.to_owned(), "10.1.12.41".to_owned()])),
    ];
    incident
}
