//! What lists are read as, and which events match them.

use hinomi_model::registry::Registry;
use hinomi_model::{Disposition, EventTime, IndicatorKind, Vendor};

use super::*;

const LIST: &str = "\
# our own list
203.0.113.9
198.51.100.7:8080
192.0.2.0/24 ; a whole network
hxxps://files[.]bad[.]example/a.exe?x=1#top
http://Panel.Example/
0.0.0.0 ads.bad2.example
*.wild.example
\"Quoted.Example\",Emotet,2026-11-01
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
2001:db8::9
2001:db8:1::/48
";

fn listed(text: &str) -> Indicators {
    let mut indicators = Indicators::default();
    assert_eq!(indicators.add("own", text, 100), []);
    indicators
}

#[test]
fn every_way_to_write_an_indicator_is_read() {
    let indicators = listed(LIST);
    assert_eq!(indicators.len(), 11);
    let address = |text: &str, port| indicators.address(text.parse().unwrap(), port);
    for (ip, port, expected) in [
        ("203.0.113.9", None, true),
        ("203.0.113.10", None, false),
        ("198.51.100.7", Some(8080), true),
        ("198.51.100.7", Some(443), false),
        ("198.51.100.7", None, false),
        ("192.0.2.255", Some(1), true),
        ("192.0.3.0", Some(1), false),
        ("2001:db8::9", None, true),
        ("2001:db8:1:ffff::1", None, true),
        ("2001:db8:2::1", None, false),
    ] {
        assert_eq!(address(ip, port), expected.then_some("own"), "{ip} {port:?}");
    }
    for (name, expected) in [
        ("panel.example", true),
        ("PANEL.example.", true),
        ("www.panel.example", true),
        ("notpanel.example", false),
        ("example", false),
        ("a.wild.example", true),
        ("quoted.example", true),
        ("ads.bad2.example", true),
        ("bad2.example", false),
        ("files.bad.example", false),
        ("", false),
    ] {
        assert_eq!(indicators.name(name), expected.then_some("own"), "{name}");
    }
}

#[test]
fn what_is_too_long_to_be_a_name_is_not_looked_up() {
    let indicators = listed("panel.example");
    let long = |labels: usize| "a.".repeat(labels) + "panel.example";
    assert_eq!(indicators.name(&long(120)), Some("own"));
    assert_eq!(indicators.name(&long(121)), None);
}

#[test]
fn urls_of_one_host_are_told_apart() {
    let list: String = (0..500).map(|number| format!("https://shared.example/{number}\n")).collect();
    let mut indicators = listed(&list);
    assert_eq!(indicators.add("other", &list, 1), []);
    assert_eq!(indicators.len(), 500);
    assert_eq!(indicators.url("shared.example", "/499"), Some("own"));
    assert_eq!(indicators.url("shared.example", "/500"), None);
}

#[test]
fn what_would_hit_everybody_is_refused() {
    let cases = [
        ("10.0.0.1", NoIndicator::NotPublic),
        ("127.0.0.1", NoIndicator::NotPublic),
        ("fe80::1", NoIndicator::NotPublic),
        ("http://192.168.0.1/x", NoIndicator::NotPublic),
        ("0.0.0.0/0", NoIndicator::TooWide),
        ("::/0", NoIndicator::TooWide),
        ("203.0.113.0/33", NoIndicator::Unreadable),
        ("com", NoIndicator::TooShort),
        ("10.1.2", NoIndicator::TooShort),
        ("a..example", NoIndicator::Unreadable),
        ("<script>", NoIndicator::Unreadable),
        ("mailto://a.example", NoIndicator::Unreadable),
        ("deadbeef", NoIndicator::TooShort),
    ];
    for (line, why) in cases {
        let mut indicators = Indicators::default();
        let text = format!("# comment\n\n{line}\n");
        assert_eq!(indicators.add("own", &text, 10), [RefusedIndicator { line: 3, why }], "{line}");
        assert!(indicators.is_empty(), "{line}");
    }
    let mut indicators = Indicators::default();
    assert_eq!(indicators.add("own", &"com\n".repeat(50), 10).len(), 10);
    assert_eq!(indicators.add("own", &format!("{}.example", "a".repeat(10_000)), 10).len(), 1);
}

#[test]
fn the_first_list_that_names_an_indicator_counts() {
    let mut indicators = listed("203.0.113.9");
    assert_eq!(indicators.add("other", "203.0.113.9\n203.0.113.10", 1), []);
    assert_eq!(indicators.address("203.0.113.9".parse().unwrap(), None), Some("own"));
    assert_eq!(indicators.address("203.0.113.10".parse().unwrap(), None), Some("other"));
    assert_eq!(indicators.len(), 2);
}

struct Seen {
    kind: FindingKind,
    indicator: (IndicatorKind, String),
    look_up: bool,
}

fn seen(fill: impl Fn(&mut Event<'_>)) -> Option<Seen> {
    let registry = Registry::open();
    let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, EventTime::EPOCH);
    event.function = Function::Firewall;
    event.disposition = Disposition::Allowed;
    event.src_ip = Some("10.1.12.34".parse().unwrap());
    event.dst_ip = Some("203.0.113.50".parse().unwrap());
    event.dst_port = Some(443);
    fill(&mut event);
    let indicators = listed(LIST);
    let sides = Sides::of(&event);
    let found = indicators.judge(&event, &sides)?;
    assert_eq!(found.what.as_deref(), Some("own"));
    let first = found.indicators.first()?;
    Some(Seen { kind: found.kind, indicator: (first.kind, first.value.clone()), look_up: found.look_up })
}

#[test]
fn an_inside_host_that_speaks_to_a_listed_one_is_a_contact() {
    assert!(seen(|_| {}).is_none());
    let session = seen(|event| event.dst_ip = Some("203.0.113.9".parse().unwrap())).unwrap();
    assert_eq!(session.kind, FindingKind::CcContact);
    assert_eq!(session.indicator, (IndicatorKind::Ip, "203.0.113.9".to_owned()));
    assert!(!session.look_up);

    let web = seen(|event| {
        event.function = Function::Webfilter;
        event.domain = Some("Files.Bad.example".into());
        event.url = Some("/a.exe?x=1".into());
    })
    .unwrap();
    assert_eq!(web.indicator, (IndicatorKind::Domain, "files.bad.example".to_owned()));
    let other_path = seen(|event| {
        event.function = Function::Webfilter;
        event.domain = Some("files.bad.example".into());
        event.url = Some("/b.exe".into());
    });
    assert!(other_path.is_none());
}

#[test]
fn a_look_up_is_about_the_name_and_not_about_the_server() {
    let ask = |name: &'static str| {
        seen(move |event| {
            event.function = Function::Dns;
            event.dst_ip = Some("203.0.113.9".parse().unwrap());
            event.domain = Some(name.into());
        })
    };
    assert!(ask("good.example").is_none());
    let found = ask("www.panel.example").unwrap();
    assert!(found.look_up);
    assert_eq!(found.indicator.0, IndicatorKind::Domain);
}

#[test]
fn what_comes_from_a_listed_address_is_background() {
    let inbound = seen(|event| {
        event.src_ip = Some("203.0.113.9".parse().unwrap());
        event.dst_ip = Some("10.1.200.10".parse().unwrap());
        event.disposition = Disposition::Blocked;
    });
    assert!(inbound.is_none());
}

#[test]
fn a_listed_file_is_malware_wherever_it_goes() {
    let found = seen(|event| {
        event.function = Function::Antivirus;
        event.file_hash = Some("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855".into());
    })
    .unwrap();
    assert_eq!(found.kind, FindingKind::Malware);
    assert_eq!(found.indicator.0, IndicatorKind::Sha256);
}
