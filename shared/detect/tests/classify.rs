//! What single events show: each kind with a near miss.

mod common;

use common::*;
use hinomi_model::{
    Class, Delivery, Direction, Disposition as D, Event, FindingKind as K, Function as F, Severity,
};

fn one(event: &Event<'_>) -> Option<(K, Class)> {
    let examined = examine([event]);
    examined.findings.first().map(|finding| (finding.kind, finding.class))
}

#[test]
fn attack_names_give_kind_and_class() {
    let town = town();
    let cases = [
        ("Apache.Log4j.Error.Log.Remote.Code.Execution", Some((K::Exploit, Class::Specific))),
        ("HTTP.URI.SQL.Injection", Some((K::Exploit, Class::Generic))),
        ("ZmEu.Vulnerability.Scanner", Some((K::Exploit, Class::Recon))),
        ("SSH.Connection.Brute.Force", Some((K::BruteForce, Class::Specific))),
        ("China.Chopper.Webshell", Some((K::WebShell, Class::Specific))),
        ("Mirai.Botnet", Some((K::CcSearch, Class::Specific))),
        ("Eicar.Virus.Test.File", Some((K::TestFile, Class::Specific))),
        ("", None),
    ];
    for (name, expected) in cases {
        let event = attack(&town, 0, ATTACKER, SERVER, name, D::Detected);
        let event =
            if name.is_empty() { Event { signature: None, signature_id: None, ..event } } else { event };
        assert_eq!(one(&event), expected, "{name}");
    }
}

#[test]
fn informational_signatures_are_quiet_unless_they_name_a_scanner() {
    let town = town();
    let mut event = attack(&town, 0, ATTACKER, SERVER, "MS.RPC.Bind", D::Detected);
    event.severity = Some(Severity::Informational);
    assert_eq!(one(&event), None);
    event.signature = Some("Nmap.Script.Scanner".into());
    assert_eq!(one(&event), Some((K::Exploit, Class::Recon)));
}

#[test]
fn panos_spyware_goes_by_number_and_category() {
    let town = town();
    let cases = [
        ("Synthetic.Gen Command and Control Traffic", "13235", 443, Some(K::CcPayload)),
        ("Suspicious DNS Query (generic:bad.example)", "4100111", 53, Some(K::CcContact)),
        ("DGA:x1y2z3.example", "109000001", 53, Some(K::CcContact)),
        ("Tunneling:t.example", "109001001", 53, Some(K::Behaviour)),
        ("Phishing:login.example", "109010001", 53, Some(K::PhishingSite)),
        ("NewlyRegistered:new.example", "109020001", 53, None),
        (
            "Inline Cloud Analyzed HTTP Command and Control Traffic Detection",
            "89950",
            443,
            Some(K::CcContact),
        ),
        ("Synthetic Toolbar", "20123", 443, Some(K::UnwantedSoftware)),
    ];
    for (name, number, port, expected) in cases {
        let mut event = panos(&town, attack(&town, 0, CLIENT, ATTACKER, name, D::Blocked), "spyware", F::Ips);
        event.signature_id = Some(number.into());
        event.dst_port = Some(port);
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{name}");
    }
}

#[test]
fn panos_look_up_names_the_indicator() {
    let town = town();
    let name = "Suspicious DNS Query (generic:Bad.Example)";
    let mut event = panos(&town, attack(&town, 0, CLIENT, RESOLVER, name, D::Blocked), "spyware", F::Ips);
    event.signature_id = Some("4100111".into());
    event.dst_port = Some(53);
    let findings = examine([&event]).findings;
    assert_eq!(findings[0].indicators[0].value, "bad.example");
    assert_eq!(findings[0].direction, Direction::Outbound);
    assert!(findings[0].peers.is_empty());
}

#[test]
fn panos_vulnerability_range_of_brute_force_yields_to_the_name() {
    let town = town();
    let cases = [
        ("SSH User Authentication", "40015", K::BruteForce),
        ("HTTP: IIS Denial Of Service Attempt", "40019", K::Exploit),
    ];
    for (name, number, expected) in cases {
        let mut event =
            panos(&town, attack(&town, 0, ATTACKER, SERVER, name, D::Blocked), "vulnerability", F::Ips);
        event.signature_id = Some(number.into());
        assert_eq!(one(&event).map(|(kind, _)| kind), Some(expected), "{name}");
    }
}

#[test]
fn files_are_graded_and_verdicts_read() {
    let town = town();
    let cases = [
        ("0211008192", "W32/Synthetic.ABC!tr", "", Some(K::Malware)),
        ("0211008193", "Riskware/Toolbar", "", Some(K::UnwantedSoftware)),
        ("0211008193", "EICAR_TEST_FILE", "", Some(K::TestFile)),
        ("0211008193", "W32/AI.Pallas.Suspicious", "", Some(K::MalwareGuess)),
        ("0201009233", "", "", None),
        ("0201009238", "", "malicious", Some(K::SandboxMalicious)),
        ("0201009238", "", "high-risk", Some(K::SandboxMalicious)),
        ("0201009238", "", "medium-risk", Some(K::MalwareGuess)),
        ("0201009238", "", "clean", Some(K::SandboxClean)),
        ("0262008963", "", "", Some(K::Unscannable)),
        ("0202008206", "", "", None),
    ];
    for (log_id, malware, verdict, expected) in cases {
        let mut event = towards_client(event(&town, 0, CLIENT, ATTACKER));
        event.function = F::Antivirus;
        event.log_id = Some(log_id.into());
        event.malware = (!malware.is_empty()).then(|| malware.into());
        event.verdict = (!verdict.is_empty()).then(|| verdict.into());
        event.file_name = Some("invoice.exe".into());
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{log_id} {malware} {verdict}");
    }
}

#[test]
fn panos_files() {
    let town = town();
    let cases = [
        ("virus", F::Antivirus, "Virus/Win32.WGeneric.synth", "any", Some(K::Malware)),
        ("ml-virus", F::Antivirus, "Machine Learning found virus", "any", Some(K::MalwareGuess)),
        ("wildfire", F::Sandbox, "Windows Executable (EXE)", "malicious", Some(K::SandboxMalicious)),
        ("wildfire", F::Sandbox, "Windows Executable (EXE)", "grayware", Some(K::UnwantedSoftware)),
        ("wildfire", F::Sandbox, "Windows Executable (EXE)", "benign", Some(K::SandboxClean)),
        ("file", F::File, "Encrypted ZIP", "any", Some(K::Unscannable)),
        ("file", F::File, "Adobe Portable Document Format (PDF)", "any", None),
    ];
    for (subtype, function, name, category, expected) in cases {
        let mut event = attack(&town, 0, CLIENT, ATTACKER, name, D::Detected);
        event.category = Some(category.into());
        let event = panos(&town, towards_client(event), subtype, function);
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{subtype} {name} {category}");
    }
}

#[test]
fn sites_by_category() {
    let town = town();
    let cases = [
        (Some(26), "Malicious Websites", Some(K::MaliciousSite)),
        (Some(61), "Phishing", Some(K::PhishingSite)),
        (Some(59), "Proxy Avoidance", Some(K::Policy)),
        (Some(52), "Information Technology", None),
    ];
    for (number, name, expected) in cases {
        let mut event = event(&town, 0, CLIENT, ATTACKER);
        event.function = F::Webfilter;
        event.log_id = Some("0316013056".into());
        event.category_id = number;
        event.category = Some(name.into());
        event.domain = Some("site.example".into());
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{name}");
    }
    for (name, expected) in [
        ("malware", Some(K::MaliciousSite)),
        ("phishing", Some(K::PhishingSite)),
        ("command-and-control", Some(K::CcContact)),
        ("grayware", Some(K::UnwantedSoftware)),
        ("business-and-economy", None),
    ] {
        let mut event = panos(&town, event(&town, 0, CLIENT, ATTACKER), "url", F::Webfilter);
        event.category = Some(name.into());
        event.url = Some("site.example/".into());
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{name}");
    }
}

#[test]
fn a_post_to_a_phishing_site_is_no_proof_of_credentials() {
    let town = town();
    let mut event = event(&town, 0, CLIENT, ATTACKER);
    event.function = F::Webfilter;
    event.log_id = Some("0317013312".into());
    event.category_id = Some(61);
    event.http_method = Some("POST".into());
    assert_eq!(one(&event).map(|(kind, _)| kind), Some(K::PhishingSite));
    event.log_id = Some("0346013648".into());
    assert_eq!(one(&event).map(|(kind, _)| kind), Some(K::CredentialsSubmitted));
}

#[test]
fn fortigate_dns_filter() {
    let town = town();
    let mut event = event(&town, 0, CLIENT, RESOLVER);
    event.function = F::Dns;
    event.dst_port = Some(53);
    event.log_id = Some("1500054000".into());
    event.domain = Some("www.town.example".into());
    assert_eq!(one(&event), None);
    event.log_id = Some("1501054601".into());
    event.disposition = D::Blocked;
    let findings = examine([&event]).findings;
    assert_eq!(findings[0].kind, K::CcContact);
    assert_eq!(findings[0].indicators[0].value, "www.town.example");
}

#[test]
fn anomalies_and_their_subjects() {
    let town = town();
    let cases = [
        ("tcp_port_scan", K::Scan, false),
        ("tcp_syn_flood", K::DenialOfService, true),
        ("tcp_src_session", K::DenialOfService, false),
    ];
    for (name, kind, about_target) in cases {
        let mut event = attack(&town, 0, ATTACKER, "198.51.100.10", name, D::Blocked);
        event.function = F::Anomaly;
        let finding = &examine([&event]).findings[0];
        assert_eq!(finding.kind, kind, "{name}");
        let target = hinomi_model::Subject::Host(ip(SERVER));
        assert_eq!(finding.subject == target, about_target, "{name}");
    }
}

#[test]
fn sessions_to_sinkholes_and_denied_servers() {
    let town = town();
    let cases =
        [("72.5.65.111", 443, Some(K::Sinkhole)), ("208.91.112.53", 53, None), ("203.0.113.77", 443, None)];
    for (to, port, expected) in cases {
        let event = traffic(&town, 0, CLIENT, to, port);
        assert_eq!(one(&event).map(|(kind, _)| kind), expected, "{to}");
    }
    let mut denied = panos(&town, traffic(&town, 0, CLIENT, ATTACKER, 443), "drop", F::Firewall);
    denied.log_type = "TRAFFIC".into();
    denied.category = Some("command-and-control".into());
    assert_eq!(one(&denied), None);
    denied.disposition = D::Blocked;
    assert_eq!(one(&denied).map(|(kind, _)| kind), Some(K::CcContact));
    denied.reason = Some("threat".into());
    assert_eq!(one(&denied), None);
}

#[test]
fn applications() {
    let town = town();
    let cases = [
        ("Tor", "Proxy", Some((K::Behaviour, "tor"))),
        ("AnyDesk", "Remote.Access", Some((K::Behaviour, "remote_control"))),
        ("BitTorrent", "P2P", Some((K::Policy, "BitTorrent"))),
        ("Mirai.Botnet", "Botnet", Some((K::CcPayload, "Mirai.Botnet"))),
        ("RDP", "Remote.Access", None),
    ];
    for (app, category, expected) in cases {
        let mut event = event(&town, 0, CLIENT, ATTACKER);
        event.function = F::Appcontrol;
        event.log_id = Some("1059028704".into());
        event.app = Some(app.into());
        event.app_category = Some(category.into());
        let findings = examine([&event]).findings;
        let got = findings.first().map(|finding| (finding.kind, finding.what.as_deref().unwrap_or("")));
        assert_eq!(got, expected, "{app}");
    }
}

#[test]
fn the_appliance_itself() {
    let town = town();
    let system = |log_id: &'static str| {
        let mut event = event(&town, 0, CLIENT, ATTACKER);
        event.function = F::System;
        event.log_type = "event".into();
        event.log_id = Some(log_id.into());
        event.src_ip = None;
        event
    };
    let cases = [
        ("0100020234", Some(K::DeviceIntegrity)),
        ("0100020214", Some(K::DeviceCc)),
        ("0100022011", Some(K::DeviceOverload)),
        ("0100022012", None),
        ("0100040704", None),
    ];
    for (log_id, expected) in cases {
        assert_eq!(one(&system(log_id)).map(|(kind, _)| kind), expected, "{log_id}");
    }
    let mut added = system("0100044547");
    added.action = Some("Add".into());
    added.raw = r#"ui="jsconsole" action="Add" cfgpath="system.admin" cfgattr="accprofile[super_admin]""#;
    assert_eq!(one(&added).map(|(kind, _)| kind), Some(K::DeviceIntegrity));
    added.src_ip = Some(ip("10.1.9.9"));
    assert_eq!(one(&added), None, "from an inside address");
    added.src_ip = Some(ip(ATTACKER));
    assert_eq!(one(&added).map(|(kind, _)| kind), Some(K::DeviceIntegrity));
}

#[test]
fn anti_spam_is_counted_and_never_judged() {
    let town = town();
    let mut event = attack(&town, 0, ATTACKER, MAIL, "Mirai.Botnet", D::Detected);
    event.function = F::Email;
    let examined = examine([&event]);
    assert!(examined.findings.is_empty());
    assert_eq!(examined.counts.mail, 1);
}

#[test]
fn mail_goes_to_the_relay_and_pop3_to_the_host() {
    let town = town();
    let virus = |src: &str, dst: &str, port: u16| {
        let mut event = event(&town, 0, src, dst);
        event.function = F::Antivirus;
        event.log_id = Some("0211008193".into());
        event.malware = Some("W32/Synthetic.ABC!tr".into());
        event.disposition = D::Detected;
        event.dst_port = Some(port);
        event
    };
    let smtp = &examine([&virus(ATTACKER, MAIL, 25)]).findings[0];
    assert_eq!((smtp.delivery, smtp.relay), (Some(Delivery::ToRelay), None));
    assert_eq!(smtp.subject, hinomi_model::Subject::Host(ip(MAIL)));
    let pop3 = &examine([&towards_client(virus(CLIENT, ATTACKER, 110))]).findings[0];
    assert_eq!(pop3.delivery, Some(Delivery::ToHost));
    assert_eq!(pop3.subject, hinomi_model::Subject::Host(ip(CLIENT)));
}
