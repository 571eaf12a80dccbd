//! Whom findings are about, and how lines become one finding.

mod common;

use common::*;
use hinomi_detect::Examiner;
use hinomi_model::{
    Direction, Disposition as D, Event, FindingKind as K, Function as F, Payload, Role, Subject,
};
use proptest::prelude::*;

const LOG4J: &str = "Apache.Log4j.Error.Log.Remote.Code.Execution";

#[test]
fn a_stopped_attack_is_the_sources_and_an_open_one_both() {
    let town = town();
    let stopped = examine([&attack(&town, 0, ATTACKER, "198.51.100.10", LOG4J, D::Blocked)]).findings;
    let source = Subject::Source(ip(ATTACKER), at(0).day());
    assert_eq!((stopped.len(), &stopped[0].subject), (1, &source));

    let mut open = examine([&attack(&town, 0, ATTACKER, "198.51.100.10", LOG4J, D::Detected)]).findings;
    open.sort_by(|a, b| a.subject.cmp(&b.subject));
    let subjects: Vec<Subject> = open.iter().map(|f| f.subject.clone()).collect();
    assert_eq!(subjects, [Subject::Host(ip(SERVER)), source]);
    for finding in &open {
        assert_eq!(
            finding.host.as_ref().unwrap().ip,
            ip(SERVER),
            "the real server behind the public address"
        );
        assert_eq!(finding.host.as_ref().unwrap().role, Role::Server);
        assert_eq!(finding.peers[0].ip, ip(ATTACKER));
        assert_eq!(finding.direction, Direction::Inbound);
        assert_eq!(finding.signature.as_ref().unwrap().cve.as_deref(), Some("CVE-2021-44228"));
    }
    assert_ne!(open[0].id, open[1].id);
}

#[test]
fn a_payload_towards_the_pc_makes_it_the_victim() {
    let town = town();
    let event = towards_client(attack(&town, 0, CLIENT, ATTACKER, "Adobe.Reader.Overflow", D::Detected));
    let findings = examine([&event]).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].subject, Subject::Host(ip(CLIENT)));
    assert_eq!((findings[0].direction, findings[0].payload), (Direction::Inbound, Payload::Responder));
    assert_eq!(findings[0].technique.as_deref(), Some("T1203"));
}

#[test]
fn an_inside_attacker_is_the_subject() {
    let town = town();
    let events: Vec<Event<'_>> = (1..=12)
        .map(|n| attack(&town, n, CLIENT, &format!("203.0.113.{n}"), "MS.SMB.Server.Overflow", D::Detected))
        .collect();
    let findings = examine(&events).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].subject, Subject::Host(ip(CLIENT)));
    assert_eq!((findings[0].count, findings[0].peers.len()), (12, 12));
    assert_eq!(findings[0].direction, Direction::Outbound);
}

#[test]
fn cc_outward_is_the_clients_and_inward_a_search() {
    let town = town();
    let out = &examine([&attack(&town, 0, CLIENT, ATTACKER, "Mirai.Botnet", D::Detected)]).findings[0];
    assert_eq!((out.kind, &out.subject), (K::CcPayload, &Subject::Host(ip(CLIENT))));
    let found = &examine([&attack(&town, 0, ATTACKER, SERVER, "Mirai.Botnet", D::Detected)]).findings[0];
    assert_eq!((found.kind, &found.subject), (K::CcSearch, &Subject::Source(ip(ATTACKER), at(0).day())));
    let inside = &examine([&attack(&town, 0, CLIENT, SERVER, "Mirai.Botnet", D::Detected)]).findings[0];
    assert_eq!((inside.kind, inside.direction), (K::CcPayload, Direction::Internal));
}

fn look_up<'r>(town: &'r hinomi_model::registry::Registry, src: &str) -> Event<'r> {
    let mut event = event(town, 0, src, "203.0.113.53");
    event.function = F::Dns;
    event.dst_port = Some(53);
    event.log_id = Some("1501054601".into());
    event.disposition = D::Blocked;
    event.domain = Some("c2.example".into());
    event
}

#[test]
fn behind_a_relay_it_is_the_client_or_nobody() {
    let town = town();
    let resolver = &examine([&look_up(&town, RESOLVER)]).findings[0];
    assert_eq!(resolver.subject, Subject::Relayed(ip(RESOLVER), "c2.example".to_owned()));
    assert_eq!(resolver.relay, Some(ip(RESOLVER)));

    let mut web = event(&town, 0, PROXY, ATTACKER);
    web.function = F::Webfilter;
    web.category_id = Some(26);
    web.domain = Some("mal.example".into());
    let unnamed = &examine([&web]).findings[0];
    assert_eq!(unnamed.subject, Subject::Relayed(ip(PROXY), "mal.example".to_owned()));
    web.client_ip = Some(ip(CLIENT));
    let named = &examine([&web]).findings[0];
    assert_eq!((&named.subject, named.relay), (&Subject::Host(ip(CLIENT)), None));

    // A resolver that talks to a C&C server over TCP is itself infected.
    let own = &examine([&attack(&town, 0, RESOLVER, ATTACKER, "Mirai.Botnet", D::Detected)]).findings[0];
    assert_eq!(own.subject, Subject::Host(ip(RESOLVER)));
}

#[test]
fn a_visitor_is_a_guest() {
    let town = town();
    let finding =
        &examine([&attack(&town, 0, "10.1.90.7", ATTACKER, "Mirai.Botnet", D::Detected)]).findings[0];
    assert_eq!(finding.host.as_ref().unwrap().role, Role::Guest);
}

#[test]
fn identical_lines_count_once_and_different_ones_exactly() {
    let town = town();
    let one = look_up(&town, CLIENT);
    let mut three = look_up(&town, CLIENT);
    three.time = at(5);
    three.count = 3;
    let findings = examine([&one, &one, &three]).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].count, findings[0].instants.len(), findings[0].evidence.len()), (4, 2, 2));
    assert_eq!(findings[0].evidence[0].sha256.len(), 64);
    assert_eq!(findings[0].sessions.len(), 1);
}

#[test]
fn denied_traffic_towards_the_inside_is_only_counted() {
    let town = town();
    let mut event = traffic(&town, 0, ATTACKER, SERVER, 3389);
    event.disposition = D::Blocked;
    let examined = examine([&event]);
    assert!(examined.findings.is_empty());
    assert_eq!((examined.counts.denied_inbound, examined.counts.sessions), (1, 1));
    assert_eq!(examined.facts.sessions[0].direction, Direction::Inbound);
}

#[test]
fn evidence_keeps_the_first_and_the_last_lines() {
    let town = town();
    let mut events: Vec<Event<'_>> = (0..9)
        .map(|n| {
            let mut event = look_up(&town, CLIENT);
            event.time = at(n);
            event
        })
        .collect();
    events.swap(0, 8);
    let finding = &examine(&events).findings[0];
    let times: Vec<i64> = finding.evidence.iter().map(|line| line.time.seconds() - START).collect();
    assert_eq!(times, [0, 1, 7, 8]);
}

fn mixed(town: &hinomi_model::registry::Registry) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    for n in 0..8 {
        events.push(attack(
            town,
            n,
            ATTACKER,
            SERVER,
            LOG4J,
            if n % 2 == 0 { D::Blocked } else { D::Detected },
        ));
        events.push(attack(town, n, CLIENT, &format!("203.0.113.{n}"), "Mirai.Botnet", D::Detected));
        events.push(traffic(town, n, CLIENT, "72.5.65.111", 443));
        let mut asked = look_up(town, CLIENT);
        asked.time = at(n * 7);
        asked.user = Some(format!("user{n}").into());
        asked.host = Some(format!("PC{n}").into());
        events.push(asked);
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repeats_of_lines_change_nothing(order in proptest::collection::vec(0usize..32, 0..64)) {
        let town = town();
        let events = mixed(&town);
        let plain = examine(&events).findings;
        // Every line at least once, some again, in an order of chance.
        let mut shuffled: Vec<&Event<'_>> = order.iter().map(|index| &events[*index]).collect();
        let mut rest: Vec<&Event<'_>> = events.iter().collect();
        for index in order {
            let at = index % rest.len();
            rest.rotate_left(at);
        }
        shuffled.extend(rest);
        prop_assert_eq!(examine(shuffled).findings, plain);
    }
}

#[test]
fn an_examiner_starts_anew_after_taking() {
    let town = town();
    let mut examiner = Examiner::new();
    examiner.examine(&look_up(&town, CLIENT), None);
    assert_eq!(examiner.take().findings.len(), 1);
    let empty = examiner.take();
    assert!(empty.findings.is_empty() && empty.facts.sessions.is_empty());
    assert_eq!(empty.counts.events, 0);
}
