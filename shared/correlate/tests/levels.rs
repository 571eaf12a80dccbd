//! The rules, each with what holds it and what nearly does.

mod common;

use std::net::IpAddr;

use common::*;
use hinomi_correlate::Knowledge;
use hinomi_model::Disposition::{Blocked, Detected};
use hinomi_model::{
    Class, Direction, EventTime, Finding, FindingKind as K, Function, Indicator, IndicatorKind, Payload,
    Peer, SessionKey, StatementKey, Subject,
};

fn sandbox(kind: K, minutes: i64) -> Finding {
    with(malware(Detected, minutes), |f| f.kind = kind)
}

/// Gives one answer to every question.
struct Known(Option<bool>);

impl Knowledge for Known {
    fn is_fresh(&self, _: &Indicator, _: EventTime) -> Option<bool> {
        self.0
    }

    fn is_unusual(&self, _: IpAddr, _: IpAddr, _: Option<u16>) -> Option<bool> {
        self.0
    }
}

#[test]
fn rule_1_blocked_is_one_however_many() {
    let source = Subject::Source(attacker(), START.day());
    let sixty: Vec<Finding> =
        (0..60).map(|n| with(exploit(Blocked, n), |f| f.subject = source.clone())).collect();
    assert_eq!(levels(&sixty), [1]);
    assert_eq!(incidents(&sixty)[0].facts[0].count, 60);
}

#[test]
fn rule_2_outcome_decides() {
    let failed = with(exploit(Detected, 1), |f| {
        f.kind = K::SessionFailed;
        f.signature = None;
        f.bytes_in = Some(120);
    });
    let answered = with(failed.clone(), |f| {
        f.kind = K::SessionAnswered;
        f.bytes_in = Some(5200);
    });
    let other_session = with(failed.clone(), |f| f.sessions = vec![SessionKey(8)]);
    let recon = with(exploit(Detected, 0), |f| f.class = Class::Recon);
    let unsettled = with(exploit(Detected, 0), |f| f.sessions.clear());
    let cases: [(&str, Vec<Finding>, u8); 6] = [
        ("open", vec![exploit(Detected, 0)], 2),
        ("failed", vec![exploit(Detected, 0), failed.clone()], 1),
        ("answered", vec![exploit(Detected, 0), answered], 2),
        ("another session failed", vec![exploit(Detected, 0), other_session], 2),
        ("reconnaissance", vec![recon], 1),
        ("no session to settle it", vec![unsettled, failed], 2),
    ];
    for (name, findings, level) in cases {
        assert_eq!(levels(&findings), [level], "{name}");
    }
}

#[test]
fn rule_2_call_back_makes_it_one_story_of_level_4() {
    let callback =
        with(found(K::Callback, Detected, 2), |f| f.peers = vec![Peer { ip: attacker(), port: Some(1389) }]);
    let told = incidents(&[exploit(Detected, 0), callback.clone()]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].core.level.unwrap().number(), 4);
    assert_eq!(told[0].core.hosts, [host()]);
    assert_eq!(told[0].core.attackers, [attacker()]);
    let reversed = incidents(&[callback, exploit(Detected, 0)]);
    assert_eq!(told, reversed);
}

#[test]
fn rule_2_attackers_are_told_apart_until_one_succeeds() {
    let other = with(exploit(Detected, 5), |f| f.peers = vec![Peer { ip: ip("203.0.113.77"), port: None }]);
    assert_eq!(levels(&[exploit(Detected, 0), other]), [2, 2]);
}

#[test]
fn rule_2_campaign_is_told_with_its_source() {
    let inside = with(exploit(Detected, 1), |f| f.kind = K::InCampaign);
    assert!(levels(&[exploit(Detected, 0), inside]).is_empty());
    let source = Subject::Source(attacker(), START.day());
    let campaign = with(found(K::Campaign, Detected, 1), |f| {
        f.subject = source.clone();
        f.host = None;
        f.direction = Direction::Inbound;
        f.peers = (1..=9).map(|n| Peer { ip: ip(&format!("10.1.200.{n}")), port: None }).collect();
        f.families = (1..=7).map(|n| format!("Family.{n}")).collect();
    });
    let copy = with(exploit(Detected, 0), |f| f.subject = source.clone());
    let told = incidents(&[campaign, copy.clone()]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].core.level.unwrap().number(), 2);
    assert!(told[0].digest);
    assert!(levels(&[copy]).is_empty(), "a copy without a campaign is told with the server");
}

#[test]
fn rule_3_sites() {
    let site = |disposition, minutes| domain(found(K::MaliciousSite, disposition, minutes), "bad.example");
    let credentials = domain(found(K::CredentialsSubmitted, Detected, 1), "phish.example");
    let cases: [(&str, Vec<Finding>, u8); 4] = [
        ("blocked", vec![site(Blocked, 0)], 1),
        ("allowed", vec![site(Detected, 0)], 2),
        ("malware followed", vec![site(Detected, 0), malware(Detected, 1)], 3),
        ("credentials", vec![credentials], 3),
    ];
    for (name, findings, level) in cases {
        assert_eq!(levels(&findings), [level], "{name}");
    }
}

#[test]
fn rule_4_files() {
    let relay = with(malware(Detected, 0), |f| f.delivery = Some(hinomi_model::Delivery::ToRelay));
    let of = |kind| with(malware(Detected, 0), |f| f.kind = kind);
    let cases: [(&str, Vec<Finding>, u8); 9] = [
        ("blocked", vec![malware(Blocked, 0)], 1),
        ("reached the host", vec![malware(Detected, 0)], 3),
        ("reached a mail server", vec![relay], 2),
        ("sandbox verdict", vec![sandbox(K::SandboxMalicious, 6)], 3),
        ("verdict withdrawn", vec![sandbox(K::SandboxMalicious, 6), sandbox(K::SandboxClean, 900)], 0),
        ("a clean verdict before", vec![sandbox(K::SandboxClean, 1), sandbox(K::SandboxMalicious, 6)], 3),
        ("riskware", vec![of(K::UnwantedSoftware)], 1),
        ("test file", vec![of(K::TestFile)], 0),
        ("machine's guess", vec![of(K::MalwareGuess)], 2),
    ];
    for (name, findings, level) in cases {
        assert_eq!(levels(&findings), [level], "{name}");
    }
}

#[test]
fn rule_2_another_contact_of_an_attacked_server_is_judged_by_habit() {
    let other = with(found(K::OtherContact, Detected, 2), |f| {
        f.peers = vec![Peer { ip: ip("198.51.100.77"), port: Some(443) }];
    });
    let findings = [exploit(Detected, 0), other];
    for (known, level) in [(None, 2), (Some(false), 2), (Some(true), 4)] {
        assert_eq!(levels_knowing(&Known(known), &findings), [level], "{known:?}");
    }
}

#[test]
fn rule_5_sessions_to_a_listed_address_are_judged_by_its_freshness_and_the_answers() {
    let session = |minutes: i64, bytes: u64| {
        with(domain(found(K::CcContact, Detected, minutes), "cc.example"), |f| {
            f.function = Function::Firewall;
            f.sessions = vec![SessionKey(minutes.unsigned_abs())];
            f.bytes_in = Some(bytes);
        })
    };
    let two = [session(1, 5_200), session(9, 5_200)];
    let cases: [(&str, Option<bool>, &[Finding], u8); 5] = [
        ("two answered", Some(true), &two, 4),
        ("stale or shared", Some(false), &two, 2),
        ("unknown", None, &two, 2),
        ("one answered", Some(true), &two[..1], 2),
        ("none answered", Some(true), &[session(1, 0), session(9, 0)], 2),
    ];
    for (name, known, findings, level) in cases {
        assert_eq!(levels_knowing(&Known(known), findings), [level], "{name}");
    }
}

#[test]
fn rule_5_blocked_contacts() {
    let every = |count: i64, minutes: i64| (0..count).map(|n| look_up(n * minutes)).collect::<Vec<_>>();
    let click = vec![
        look_up(0),
        domain(at_second(K::CcContact, Blocked, 1), "cc.example"),
        domain(at_second(K::CcContact, Blocked, 3), "cc.example"),
    ];
    let mut delivered = vec![malware(Detected, -1200)];
    delivered.push(look_up(0));
    let mut long_ago = vec![malware(Detected, -1500)];
    long_ago.push(look_up(0));
    let cases: [(&str, Vec<Finding>, Vec<u8>); 8] = [
        ("one", every(1, 0), vec![2]),
        ("one click", click, vec![2]),
        ("two", every(2, 3), vec![2]),
        ("nine, three minutes apart", every(9, 3), vec![4]),
        ("three within four minutes", every(3, 2), vec![2]),
        ("every 100 minutes, three hours", every(3, 100), vec![2]),
        ("every 100 minutes, fourth hour", every(4, 100), vec![4]),
        ("a day after a delivery", delivered, vec![4]),
    ];
    for (name, findings, expected) in cases {
        assert_eq!(levels(&findings), expected, "{name}");
        assert!(incidents(&findings).last().unwrap().core.contained, "{name}");
    }
    assert_eq!(levels(&long_ago), [3, 2], "more than a day after a delivery");
}

#[test]
fn rule_5_payload_passed() {
    let payload = signature(found(K::CcPayload, Detected, 0), "Made.Botnet");
    let told = incidents(std::slice::from_ref(&payload));
    assert_eq!(told[0].core.level.unwrap().number(), 4);
    assert!(!told[0].core.contained);
    let blocked = signature(found(K::CcPayload, Blocked, 0), "Made.Botnet");
    assert_eq!(levels(std::slice::from_ref(&blocked)), [2]);
    let two_families = [blocked, signature(found(K::CcPayload, Blocked, 1), "Other.Rat")];
    assert_eq!(levels(&two_families), [4]);
}

#[test]
fn relayed_contacts_stay_at_2_until_the_client_is_named() {
    let relay = ip("10.1.0.53");
    let subject = Subject::Relayed(relay, "cc.example".to_owned());
    let through = |minutes| {
        with(look_up(minutes), |f| {
            f.subject = subject.clone();
            f.relay = Some(relay);
        })
    };
    let mut twenty: Vec<Finding> = (0..20).map(|n| through(n * 5)).collect();
    let told = incidents(&twenty);
    assert_eq!(told[0].core.level.unwrap().number(), 2);
    assert_eq!(told[0].assessment.countermeasures[0].act.key, StatementKey::ActFindClient);
    twenty.push(with(through(101), |f| f.kind = K::ClientNamed));
    assert!(levels(&twenty).is_empty(), "the story is the client's now");
}

#[test]
fn rule_6_from_inside() {
    let out = |n: i64| {
        with(exploit(Detected, n), |f| {
            f.direction = Direction::Outbound;
            f.peers = vec![Peer { ip: ip(&format!("198.51.100.{}", n + 1)), port: Some(445) }];
        })
    };
    let inside = |n: i64, disposition| {
        with(exploit(disposition, n), |f| {
            f.direction = Direction::Internal;
            f.peers = vec![Peer { ip: ip(&format!("10.1.3.{}", n + 1)), port: Some(445) }];
        })
    };
    let generic = with(out(0), |f| f.class = Class::Generic);
    let scan = with(found(K::FanOut, Blocked, 0), |f| f.peer_count = 150);
    let cases: [(&str, Vec<Finding>, u8); 9] = [
        ("twelve outside", (0..12).map(out).collect(), 4),
        ("one outside", vec![out(0)], 2),
        (
            "three at one",
            (0..3)
                .map(|n| {
                    with(out(0), |f| {
                        f.first = START.plus(n * 120);
                        f.last = f.first;
                        f.instants = vec![f.first];
                    })
                })
                .collect(),
            2,
        ),
        ("generic web", vec![generic], 1),
        ("passed inside", vec![inside(0, Detected)], 4),
        ("one blocked inside", vec![inside(0, Blocked)], 2),
        ("three blocked inside", (0..3).map(|n| inside(n, Blocked)).collect(), 4),
        ("scan", vec![scan.clone()], 2),
        ("scan and malware", vec![scan, malware(Detected, 60)], 4),
    ];
    for (name, findings, level) in cases {
        assert_eq!(levels(&findings), [level], "{name}");
    }
    let victim = with(exploit(Detected, 0), |f| f.payload = Payload::Responder);
    assert_eq!(levels(&[victim]), [2], "a lured client");
}

#[test]
fn rule_7_log_ins() {
    let source = Subject::Source(attacker(), START.day());
    let of = |kind| {
        with(found(kind, Blocked, 0), |f| {
            f.subject = source.clone();
            f.host = None;
            f.direction = Direction::Inbound;
            f.users = vec!["taro".to_owned()];
        })
    };
    assert_eq!(levels(&[of(K::PasswordRun)]), [1]);
    assert_eq!(levels(&[of(K::PasswordPerson)]), [1]);
    assert_eq!(levels(&[of(K::PasswordRun), of(K::PasswordTakeover)]), [4]);
}

#[test]
fn rule_13_behaviour() {
    let tor = with(found(K::Behaviour, Detected, 0), |f| f.what = Some("tor".to_owned()));
    let remote = with(found(K::Behaviour, Detected, 60), |f| f.what = Some("remote_control".to_owned()));
    assert_eq!(levels(std::slice::from_ref(&tor)), [1]);
    assert_eq!(levels(&[tor.clone(), with(tor.clone(), |f| f.count = 2)]), [1]);
    assert_eq!(levels(&[tor, remote]), [2]);
}

#[test]
fn rule_14_denial_of_service() {
    let flood =
        |disposition| with(found(K::DenialOfService, disposition, 0), |f| f.direction = Direction::Inbound);
    let strain = with(found(K::DeviceOverload, Detected, 1), |f| f.direction = Direction::Inbound);
    assert_eq!(levels(&[flood(Blocked)]), [1]);
    assert_eq!(levels(&[flood(Detected)]), [2]);
    assert_eq!(levels(&[flood(Detected), strain.clone()]), [3]);
    assert!(levels(&[strain]).is_empty(), "strain alone is health");
}

#[test]
fn files_nobody_could_scan_are_named_when_cc_follows() {
    let zip = with(malware(Detected, -5 * 1440), |f| {
        f.kind = K::Unscannable;
        f.signature = None;
        f.indicators = vec![Indicator { kind: IndicatorKind::FileName, value: "order.zip".to_owned() }];
    });
    let beacon = signature(found(K::CcPayload, Detected, 0), "Made.Botnet");
    let told = incidents(&[zip, beacon]);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].core.level.unwrap().number(), 0);
    let cause: Vec<StatementKey> = told[1].assessment.cause.iter().map(|statement| statement.key).collect();
    assert_eq!(cause, [StatementKey::SawUnscannable, StatementKey::SawCcPayload]);
}

#[test]
fn incidents_chain_for_a_day_and_are_cut_at_seven() {
    let spaced: Vec<Finding> = (0..10).map(|n| look_up(n * 20 * 60)).collect();
    let told = incidents(&spaced);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].core.predecessor, Some(told[0].core.id));
    let apart = [look_up(0), look_up(25 * 60)];
    assert_eq!(incidents(&apart).len(), 2);
}
