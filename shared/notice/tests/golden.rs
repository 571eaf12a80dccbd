//! The texts that customers read. Each was read by a person before it was accepted; a change is a reviewed decision.

#[cfg(test)]
mod common;

#[cfg(test)]
mod golden {
    use hinomi_model::{
        Incident, Language, Level, NoticeKind, Statement, StatementKey, Symptom, Unusual, UtcDay, Value,
    };
    use hinomi_notice::{
        Mail, Reader, Repeat, Telling, digest, document, email, folded_sms, say, sms, sms_fits,
    };

    use crate::common::{self, contact, telling, tenant};

    /// One occasion: what is told, why, and the level told before.
    type Occasion = (&'static str, Incident, NoticeKind, Option<Level>);

    fn occasions() -> Vec<Occasion> {
        let closed = || {
            let mut incident = common::cc_contained();
            incident.core.status = hinomi_model::Status::Closed;
            incident
        };
        vec![
            ("level4_open", common::cc_open(), NoticeKind::First, None),
            ("level4_contained", common::cc_contained(), NoticeKind::First, None),
            ("level4_guest", common::cc_guest(), NoticeKind::First, None),
            ("level4_account", common::takeover(), NoticeKind::First, None),
            ("level4_lateral", common::lateral(), NoticeKind::First, None),
            ("level3_malware", common::malware_reached(), NoticeKind::First, None),
            ("level2_sniffer", common::exploit_open(), NoticeKind::First, None),
            ("update_2_to_4", common::exploit_succeeded(), NoticeKind::Update, Some(Level::TWO)),
            ("update_same_level", common::cc_open(), NoticeKind::Update, Some(Level::FOUR)),
            ("correction_2_to_1", common::exploit_failed(), NoticeKind::Correction, Some(Level::TWO)),
            ("correction_false", common::false_positive(), NoticeKind::Correction, Some(Level::FOUR)),
            ("closed", closed(), NoticeKind::Closed, Some(Level::FOUR)),
            ("health_down", common::silence(), NoticeKind::Down, None),
            ("health_degraded", common::memory_high(), NoticeKind::Degraded, None),
            ("health_noted", common::changed(), NoticeKind::Noted, None),
            ("health_recovered", common::silence_over(), NoticeKind::Recovered, None),
        ]
    }

    fn page(mail: &Mail) -> String {
        format!("Subject: {}\n\n{}", mail.subject, mail.body)
    }

    #[test]
    fn mails() {
        let tenant = tenant();
        for (name, incident, kind, previous) in occasions() {
            for language in Language::ALL {
                let mail = email(&telling(&incident, &tenant, kind, previous), &contact(*language));
                insta::assert_snapshot!(format!("mail_{name}_{language}"), page(&mail));
            }
        }
    }

    #[test]
    fn messages() {
        let tenant = tenant();
        let mut all = String::new();
        for (name, incident, kind, previous) in occasions() {
            for language in Language::ALL {
                let text = sms(&telling(&incident, &tenant, kind, previous), &contact(*language));
                assert!(sms_fits(&text), "{text}");
                all.push_str(&format!("{name} {language}: {text}\n"));
            }
        }
        for language in Language::ALL {
            let others = [common::malware_reached(), common::cc_contained()];
            let others: Vec<&Incident> = others.iter().collect();
            let text = folded_sms(&common::cc_open(), &others, &tenant, &contact(*language), Repeat::No);
            assert!(sms_fits(&text), "{text}");
            all.push_str(&format!("folded {language}: {text}\n"));
        }
        insta::assert_snapshot!("sms", all);
    }

    #[test]
    fn digests() {
        let tenant = tenant();
        let one = common::campaign("K-31", "203.0.113.5", 9);
        let two = common::campaign("K-32", "2001:db8::5", 12);
        for language in Language::ALL {
            let mail = digest(&[&one, &two], &tenant, &contact(*language), UtcDay(20_473), Repeat::No);
            insta::assert_snapshot!(format!("digest_{language}"), page(&mail));
        }
    }

    #[test]
    fn what_may_be_a_repeat_says_so_first() {
        let tenant = tenant();
        let (one, other) = (common::cc_open(), common::campaign("K-31", "203.0.113.5", 9));
        let mut all = String::new();
        for language in Language::ALL {
            let contact = contact(*language);
            let told =
                Telling { repeat: Repeat::Possible, ..telling(&one, &tenant, NoticeKind::First, None) };
            let digest = digest(&[&other], &tenant, &contact, UtcDay(20_473), Repeat::Possible);
            for mail in [email(&told, &contact), digest] {
                let head: Vec<&str> = mail.body.lines().take(4).collect();
                all.push_str(&format!("{}\n{}\n\n", mail.subject, head.join("\n")));
            }
            for sms in
                [sms(&told, &contact), folded_sms(&one, &[&other], &tenant, &contact, Repeat::Possible)]
            {
                assert!(sms_fits(&sms), "{sms}");
                all.push_str(&format!("{sms}\n\n"));
            }
        }
        insta::assert_snapshot!("repeats", all);
    }

    #[test]
    fn documents() {
        insta::assert_json_snapshot!("document", document(&common::cc_open(), &tenant()));
    }

    /// A likely value for each argument, so that every sentence can be read.
    fn likely(arg: &str, n: u64) -> Value {
        let names =
            |all: &[&str]| Value::Names(all.iter().take(n as usize).map(|s| (*s).to_owned()).collect());
        match arg {
            "host" => Value::Inside("10.1.12.34".to_owned()),
            "relay" => Value::Inside("10.1.0.53".to_owned()),
            "target" => Value::Inside("10.1.200.10".to_owned()),
            "attacker" | "peer" => Value::Indicator("203.0.113.7".to_owned()),
            "indicator" => Value::Indicator("cc.evil.example".to_owned()),
            "indicators" => {
                Value::Indicators(vec!["203.0.113.7".to_owned(), "http://evil.example/a".to_owned()])
            }
            "what" => Value::Text("Some.Signature.Name".to_owned()),
            "file" => Value::Text("invoice.exe".to_owned()),
            "who" => Value::Text("suzuki".to_owned()),
            "why" => Value::Text("own scanner".to_owned()),
            "device" => Value::Inside("KITA-FW1".to_owned()),
            "accounts" | "users" => names(&["suzuki", "tanaka"]),
            "hosts" => names(&["10.1.12.34", "10.1.12.35"]),
            "kinds" => names(&["tor", "dns_tunnel"]),
            "bytes" => Value::Bytes(5_200),
            "port" => Value::Number(1_389),
            "disposition" => Value::Word(if n == 1 { "allowed" } else { "blocked" }.to_owned()),
            "class" => Value::Word("specific".to_owned()),
            "direction" => Value::Word("inbound".to_owned()),
            "how" => Value::Word(if n == 1 { "session" } else { "web" }.to_owned()),
            "delivery" => Value::Word(if n == 1 { "to_host" } else { "to_relay" }.to_owned()),
            "site" => Value::Word(if n == 1 { "malicious" } else { "phishing" }.to_owned()),
            "where" => Value::Word(if n == 1 { "outside" } else { "inside" }.to_owned()),
            "outcome" => Value::Word(if n == 1 { "succeeded" } else { "blocked" }.to_owned()),
            "symptom" => Value::Word(if n == 1 { "silent" } else { "cpu_use" }.to_owned()),
            "object" => Value::Text("port1".to_owned()),
            "condition" => Value::Word(if n == 1 { "down" } else { "recovered" }.to_owned()),
            "blind" => Value::Word(if n == 1 { "all" } else { "times" }.to_owned()),
            "effect" => Value::Word(if n == 1 { "blind" } else { "unexamined" }.to_owned()),
            "since" => Value::Time(common::at("2026-01-20T01:00:12Z")),
            "until" => Value::Time(common::at("2026-01-20T04:40:30Z")),
            "span" => Value::Span(13_218),
            "contained" => Value::Word(if n == 1 { "no" } else { "yes" }.to_owned()),
            "chart" => Value::Chart { usual: vec![0, 0, 1, 0], seen: vec![0, 1, 0, 7] },
            _ => Value::Number(n),
        }
    }

    #[test]
    fn every_sentence() {
        let tenant = tenant();
        for language in Language::ALL {
            let reader = Reader { language: *language, zone: &tenant.time_zone };
            let mut all = String::new();
            for key in StatementKey::ALL {
                let [one, two] = [1, 2].map(|n| {
                    let mut statement = Statement::new(*key);
                    statement.args =
                        key.args().iter().map(|arg| ((*arg).to_owned(), likely(arg, n))).collect();
                    say(&statement, &reader)
                });
                all.push_str(&format!("{}\n  {one}\n", key.as_str()));
                if two != one {
                    all.push_str(&format!("  {two}\n"));
                }
            }
            insta::assert_snapshot!(format!("sentences_{language}"), all);
        }
    }

    /// Every kind of unusual traffic as the reader's own words, which are never ours.
    #[test]
    fn every_behaviour() {
        let tenant = tenant();
        for language in Language::ALL {
            let reader = Reader { language: *language, zone: &tenant.time_zone };
            let mut all = String::new();
            for unusual in Unusual::ALL {
                let statement = Statement::new(StatementKey::BecauseBehaviour).word("what", unusual.as_str());
                all.push_str(&format!("{}\n  {}\n", unusual.as_str(), say(&statement, &reader)));
            }
            insta::assert_snapshot!(format!("behaviours_{language}"), all);
        }
    }

    /// Every symptom with all that it may name, and with nothing.
    #[test]
    fn every_symptom() {
        let tenant = tenant();
        for language in Language::ALL {
            let reader = Reader { language: *language, zone: &tenant.time_zone };
            let mut all = String::new();
            for symptom in Symptom::ALL {
                let word = |key| Statement::new(key).word("symptom", symptom.as_str());
                let full = word(StatementKey::SawHealth);
                let full = StatementKey::SawHealth
                    .args()
                    .iter()
                    .filter(|arg| **arg != "symptom")
                    .fold(full, |statement, arg| {
                        statement.with(arg, likely(arg, if *arg == "count" { 1 } else { 91 }))
                    });
                let bare = word(StatementKey::SawHealth)
                    .with("device", likely("device", 1))
                    .with("since", likely("since", 1))
                    .with("count", 2);
                let over = word(StatementKey::SawHealthOver)
                    .with("device", likely("device", 1))
                    .with("object", likely("object", 1))
                    .with("span", likely("span", 1));
                let said = [full, bare, over].map(|statement| say(&statement, &reader));
                all.push_str(&format!("{symptom}\n  {}\n", said.join("\n  ")));
            }
            insta::assert_snapshot!(format!("symptoms_{language}"), all);
        }
    }

    #[test]
    fn level_four_never_hedges() {
        let tenant = tenant();
        for (name, incident, kind, previous) in occasions() {
            if incident.core.level != Some(Level::FOUR) {
                continue;
            }
            for language in Language::ALL {
                let told = telling(&incident, &tenant, kind, previous);
                let text = page(&email(&told, &contact(*language))) + &sms(&told, &contact(*language));
                for hedge in ["可能性", "かもしれ", "疑い", "possib", "may be", "might", "suspect"] {
                    assert!(!text.contains(hedge), "{name} {language} says {hedge}");
                }
            }
        }
    }

    #[test]
    fn indicators_are_defanged_in_prose_and_whole_in_data() {
        let mut incident = common::cc_open();
        incident.core.indicators = vec![hinomi_model::Indicator {
            kind: hinomi_model::IndicatorKind::Url,
            value: "http://files.example/invoice.exe".to_owned(),
        }];
        let document = document(&incident, &tenant());
        assert_eq!(document.core.indicators[0].value, "http://files.example/invoice.exe");
        assert!(document.evidence[0].raw.contains("http://files.example"));
        assert!(document.timeline[1].summary.en.contains("203.0.113[.]7"));
        assert!(!document.assessment["ja"].countermeasures[6].act.contains("203.0.113.7"));
    }

    #[test]
    fn a_notice_begins_with_what_changed() {
        let tenant = tenant();
        let incident = common::exploit_succeeded();
        let update = telling(&incident, &tenant, NoticeKind::Update, Some(Level::TWO));
        assert!(
            email(&update, &contact(Language::En))
                .body
                .starts_with("UPDATE: raised from level 2 to level 4.")
        );
        let first = telling(&incident, &tenant, NoticeKind::First, None);
        assert!(email(&first, &contact(Language::En)).body.starts_with("NOT BLOCKED"));
    }
}
