//! Whatever attackers or registries write: no header, no line break in a subject, no link, nothing too long.

#[cfg(test)]
mod common;

#[cfg(test)]
mod hostile {
    use hinomi_model::{Incident, Language, Level, NoticeKind, Value, Words};
    use hinomi_notice::{Mail, Repeat, digest, document, email, folded_sms, sms, sms_fits};
    use proptest::prelude::*;

    use crate::common::{self, contact, telling, tenant};

    /// Text as an attacker would write it.
    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,80}",
            "[a-z]{1,8}\r\n(Bcc|Subject): [a-z]{1,8}@[a-z]{1,8}\\.example",
            "(https?|HTTP|ftp)://[a-z]{1,9}\\.(example|com|zip)/[a-z]{0,20}",
            "[\u{202E}\u{200B}\u{2028}\u{0000}-\u{001F}」【】\"{}$]{1,20}",
            "[a-z\u{5317}\u{1F600}]{0,300}",
        ]
    }

    fn address() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<std::net::Ipv4Addr>().prop_map(|ip| ip.to_string()),
            any::<std::net::Ipv6Addr>().prop_map(|ip| ip.to_string()),
            Just("2001:db8:1111:2222:3333:4444:5555:6666".to_owned()),
            hostile(),
        ]
    }

    fn level() -> impl Strategy<Value = Level> {
        (0u8..=4).prop_map(|level| Level::try_from(level).unwrap())
    }

    fn kind() -> impl Strategy<Value = NoticeKind> {
        prop::sample::select(NoticeKind::ALL)
    }

    fn stories() -> impl Strategy<Value = Incident> {
        prop::sample::select(vec![
            common::cc_open(),
            common::cc_contained(),
            common::cc_guest(),
            common::malware_reached(),
            common::exploit_open(),
            common::exploit_succeeded(),
            common::exploit_failed(),
            common::false_positive(),
            common::takeover(),
            common::lateral(),
            common::silence(),
            common::silence_over(),
            common::memory_high(),
            common::changed(),
        ])
    }

    /// Replaces every value of an incident that somebody outside could have written.
    fn poison(incident: &mut Incident, text: &str, host: &str) {
        let mut statements: Vec<_> = vec![&mut incident.title];
        statements.extend(incident.facts.iter_mut().map(|fact| &mut fact.summary));
        statements.extend(incident.reasons.iter_mut().map(|reason| &mut reason.text));
        statements.extend(incident.assessment.infection.iter_mut());
        statements.extend(incident.assessment.scope.iter_mut());
        statements.extend(incident.assessment.countermeasures.iter_mut().map(|measure| &mut measure.act));
        for statement in statements {
            for (_, value) in &mut statement.args {
                *value = match value.clone() {
                    Value::Text(_) => Value::Text(text.to_owned()),
                    Value::Indicator(_) => Value::Indicator(text.to_owned()),
                    Value::Inside(_) => Value::Inside(host.to_owned()),
                    Value::Names(_) => Value::Names(vec![text.to_owned(); 40]),
                    Value::Indicators(_) => Value::Indicators(vec![text.to_owned(); 40]),
                    other => other,
                };
            }
        }
        for line in &mut incident.evidence {
            line.raw = text.repeat(100);
            line.what = Some(text.to_owned());
            line.device = text.to_owned();
        }
        for asset in &mut incident.core.assets {
            (asset.name, asset.user) = (Some(text.to_owned()), Some(text.to_owned()));
        }
        incident.core.devices = vec![text.to_owned()];
        for change in &mut incident.core.history {
            (change.by, change.why) = (text.to_owned(), text.to_owned());
        }
    }

    /// Tells whether a line could be taken for a link by a mail client or telephone.
    fn has_link(text: &str) -> bool {
        let lower = text.to_lowercase();
        ["http://", "https://", "ftp://", "www."].iter().any(|mark| lower.contains(mark))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mails_stay_mails(
            mut incident in stories(), text in hostile(), host in address(), name in "\\PC{0,200}",
            level in level(), before in level(), kind in kind(), ja in any::<bool>(),
        ) {
            poison(&mut incident, &text, &host);
            let mut tenant = tenant();
            tenant.name = Words { ja: name.clone(), en: name.clone() };
            tenant.soc.phone = Some(name.clone());
            if incident.core.level.is_some() {
                incident.core.level = Some(level);
            }
            incident.core.number = text.clone();
            let mut contact = contact(if ja { Language::Ja } else { Language::En });
            contact.name = Some(name);
            let mail = email(&telling(&incident, &tenant, kind, Some(before)), &contact);
            prop_assert!(mail.subject.len() <= Mail::MAX_SUBJECT);
            prop_assert!(mail.subject.bytes().all(|b| (b' '..=b'~').contains(&b)), "{}", mail.subject);
            prop_assert!(mail.subject.starts_with("[SOC]"));
            prop_assert!(!has_link(&mail.subject), "{}", mail.subject);
            prop_assert!(mail.body.len() <= Mail::MAX_BODY_BYTES);
            prop_assert!(!has_link(&mail.body), "{}", mail.body);
            let controls = mail.body.chars().any(|c| c.is_control() && c != '\n');
            prop_assert!(!controls);
            prop_assert!(!mail.body.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Subject:")));
            let marks = mail.body.matches('■').count();
            prop_assert!(marks <= 9, "a value made a section: {}", mail.body);
            document(&incident, &tenant);
        }

        #[test]
        fn messages_fit_and_keep_what_matters(
            mut incident in stories(), text in hostile(), host in address(), name in hostile(),
            level in level(), before in level(), kind in kind(), ja in any::<bool>(),
            number in "[A-Z]{1,7}-[0-9]{1,6}", hosts in 0usize..400, again in any::<bool>(),
        ) {
            poison(&mut incident, &text, &host);
            incident.core.hosts = vec![common::ip("10.1.12.34"); hosts];
            incident.core.number = number.clone();
            if incident.core.level.is_some() {
                incident.core.level = Some(level);
            }
            let mut tenant = tenant();
            tenant.name = Words { ja: name.clone(), en: name };
            let contact = contact(if ja { Language::Ja } else { Language::En });
            let repeat = if again { Repeat::Possible } else { Repeat::No };
            let told = hinomi_notice::Telling { repeat, ..telling(&incident, &tenant, kind, Some(before)) };
            let others = vec![&incident; hosts];
            for sms in [sms(&told, &contact), folded_sms(&incident, &others, &tenant, &contact, repeat)] {
                prop_assert!(sms_fits(&sms), "{sms}");
                let marked = sms.contains("再") || sms.contains("repeat?") || sms.contains("again?");
                prop_assert!(marked || !again, "{sms}");
                prop_assert!(!sms.chars().any(char::is_control), "{sms}");
                prop_assert!(!sms.contains("://"), "{sms}");
                prop_assert!(!sms.to_lowercase().contains("www."), "{sms}");
                prop_assert!(sms.contains(&number), "{sms}");
                if let Some(level) = incident.core.level {
                    prop_assert!(sms.contains(&format!("L{level}")), "{sms}");
                }
            }
        }

        #[test]
        fn the_host_survives_in_every_message(
            ip in prop_oneof![any::<[u8; 4]>().prop_map(std::net::IpAddr::from),
                any::<[u16; 8]>().prop_map(std::net::IpAddr::from)],
            name in "\\PC{0,40}", ja in any::<bool>(), number in "[A-Z]{1,7}-[0-9]{1,6}",
        ) {
            let mut tenant = tenant();
            tenant.name = Words { ja: name.clone(), en: name };
            // Every address is inside, so that none is defanged.
            tenant.internal = ["0.0.0.0/0", "::/0"].iter().map(|net| net.parse::<ipnet::IpNet>().unwrap()).collect();
            let mut incident = common::cc_open();
            incident.core.number = number;
            incident.title.args[0].1 = Value::Inside(ip.to_string());
            let contact = contact(if ja { Language::Ja } else { Language::En });
            let told = telling(&incident, &tenant, NoticeKind::Update, Some(Level::TWO));
            let sms = sms(&told, &contact);
            prop_assert!(sms.contains(&ip.to_string()), "{sms}");
            prop_assert!(sms.contains(if ja { "LAN抜線" } else { "Unplug LAN" }), "{sms}");
            prop_assert!(sms.contains("L4"), "{sms}");
        }

        #[test]
        fn digests_are_bounded(count in 0usize..300, text in hostile()) {
            let mut one = common::campaign("K-31", "203.0.113.5", 9);
            poison(&mut one, &text, &text);
            let all = vec![&one; count];
            let mail = digest(&all, &tenant(), &contact(Language::Ja), hinomi_model::UtcDay(20_473), Repeat::No);
            prop_assert!(mail.body.len() <= Mail::MAX_BODY_BYTES);
            prop_assert!(mail.subject.len() <= Mail::MAX_SUBJECT && mail.subject.is_ascii());
            prop_assert!(!has_link(&mail.body));
        }
    }
}
