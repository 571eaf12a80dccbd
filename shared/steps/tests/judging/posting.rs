//! The post: carriers that refuse, entries that can't be read, tenants and contacts that are gone.

use hinomi_model::{Channel, Condition, EventTime, NoticeKind, Symptom};
use hinomi_notice::{Faulty, MemoryNotifier, NotifyError};
use hinomi_steps::post::{Fate, Posted};
use hinomi_steps::{Post, documents};
use hinomi_store::{
    Commit, Deliveries, Ledger, Memory, Message, Outbox, OutboxEntry, States, SubjectKey, block_on,
};

use crate::findings::turn;
use crate::world::{World, at, beacon, record_of};

/// A notice of level 4 in the outbox, for one contact by mail and SMS.
fn waiting() -> (World, String) {
    let mut world = World::new(&[]);
    world.accept(&[record_of(&[beacon(1, 0)], false)]);
    let entries = block_on(world.inner.due(EventTime::MAX, 10)).unwrap();
    assert_eq!(entries.len(), 1);
    (world, entries[0].id.clone())
}

fn posted(world: &World, faults: Vec<NotifyError>, id: &str, now: EventTime) -> (Fate, Posted, usize) {
    let carrier = Faulty::new(MemoryNotifier::default(), faults);
    let mut post = Post::new(&world.inner, &carrier, &world.registry, &world.settings);
    let fate = block_on(post.notice(id, now)).unwrap();
    let done = (fate, post.posted(), carrier.inner().taken().len());
    block_on(post.told(now)).unwrap();
    done
}

fn unreachable() -> NotifyError {
    NotifyError::Unreachable { contact: "duty".to_owned(), channel: Channel::Email }
}

#[test]
fn a_contact_that_cannot_be_reached_is_recorded_told_of_and_left() {
    let (world, id) = waiting();
    let (fate, posted, taken) = posted(&world, vec![unreachable()], &id, at(0));
    assert_eq!((fate, taken), (Fate::Untold, 1), "the other channel is used all the same");
    let reasons: Vec<_> = posted.undeliverable.iter().map(|u| (u.contact.as_str(), u.reason)).collect();
    assert_eq!(reasons, [("duty", "unreachable")]);
    assert!(block_on(world.inner.entry(&id)).unwrap().is_none());
    assert!(block_on(world.inner.unconfirmed(EventTime::MAX, 10)).unwrap().is_empty());
    let incident = *world.outcome().incidents.keys().next().unwrap();
    let deliveries = block_on(world.inner.of(incident)).unwrap();
    let refused: Vec<_> = deliveries
        .iter()
        .filter_map(|delivery| delivery.messages.first().and_then(Message::refused))
        .collect();
    assert_eq!((deliveries.len(), refused), (2, vec!["unreachable"]));
}

#[test]
fn a_busy_carrier_is_asked_again_when_the_claim_is_old() {
    let (world, id) = waiting();
    let (fate, first, taken) = posted(&world, vec![NotifyError::Busy], &id, at(0));
    assert_eq!((fate, first.failed, taken), (Fate::Waiting, 1, 1));
    assert_eq!(first.oldest_waiting.is_some(), block_on(world.inner.entry(&id)).unwrap().is_some());
    let (fate, second, taken) = posted(&world, vec![], &id, at(1));
    assert_eq!((fate, second.failed, taken), (Fate::Waiting, 0, 0), "a claim of a minute ago may be alive");
    let carrier = MemoryNotifier::default();
    let mut post = Post::new(&world.inner, &carrier, &world.registry, &world.settings);
    block_on(post.sweep(at(3), at(3), &|| 60)).unwrap();
    assert_eq!(carrier.taken().len(), 1);
    assert!(carrier.taken()[0].repeat && carrier.taken()[0].notice.subject.contains("[REPEAT?]"));
    assert!(post.posted().sent.iter().all(|sent| sent.repeat));
    assert!(block_on(world.inner.entry(&id)).unwrap().is_none());
}

#[test]
fn whoever_asks_of_an_incident_finds_the_message_that_told_of_several() {
    let mut world = World::new(&[]);
    world.live();
    let taken = world.carrier.taken.taken();
    let folded = taken.iter().find(|taken| taken.unit.ends_with("/folded")).unwrap();
    let of = |id| block_on(world.inner.of(id)).unwrap();
    let own: Vec<_> =
        of(folded.notice.incident).into_iter().filter(|d| d.unit.notice == folded.unit).collect();
    let told = world.outcome().incidents.into_keys().flat_map(of).filter(|d| d.unit.notice == folded.unit);
    let told: Vec<_> = told.collect();
    assert!(told.len() > 1, "{told:?}");
    assert!(told.iter().all(|delivery| delivery.messages == own[0].messages && delivery.attempts == 1));
}

#[test]
fn entries_that_cannot_be_read_are_set_aside_and_hold_up_nothing() {
    let (mut world, id) = waiting();
    let commit = Commit {
        key: SubjectKey { tenant: hinomi_model::TenantId::new("default"), subject: "x".to_owned() },
        expected: None,
        state: Vec::new(),
        wake: None,
        incidents: Vec::new(),
        removed: Vec::new(),
        outbox: vec![OutboxEntry { id: "broken".to_owned(), due: at(-5), bytes: b"{".to_vec() }],
    };
    block_on(world.inner.commit(&commit)).unwrap();
    world.sweep(at(0));
    let outcome = world.outcome();
    assert_eq!((outcome.waiting, outcome.messages.len()), (0, 2), "{id}");
    assert_eq!(outcome.set_aside.len(), 1);
    assert!(outcome.set_aside[0].starts_with("quarantine/outbox/"));
}

#[test]
fn a_ledger_that_cannot_be_read_is_set_aside_and_everybody_is_told() {
    let (mut world, _) = waiting();
    block_on(world.inner.write("post/default", None, b"no ledger")).unwrap();
    world.hear(at(0));
    let outcome = world.outcome();
    assert_eq!((outcome.waiting, outcome.messages.len()), (0, 2));
    assert!(outcome.set_aside[0].starts_with("quarantine/ledgers/"), "{:?}", outcome.set_aside);
}

#[test]
fn a_lost_index_of_ledgers_is_made_again() {
    for broken in [false, true] {
        let mut world = World::new(&[]);
        for host in 1..=4 {
            let minute = i64::from(host) - 1;
            world.accept(&[record_of(&[beacon(host, minute)], false)]);
            world.hear(at(minute));
        }
        assert!(world.outcome().messages.keys().all(|unit| !unit.ends_with("/folded")));
        // A store without the index, but with everything else.
        let copy = Memory::new();
        let ledger = block_on(world.inner.read("post/default")).unwrap().unwrap();
        block_on(copy.write("post/default", None, &ledger.bytes)).unwrap();
        if broken {
            block_on(copy.write("post/waking", None, b"[]")).unwrap();
        }
        let carrier = MemoryNotifier::default();
        let mut post = Post::new(&copy, &carrier, &world.registry, &world.settings);
        block_on(post.sweep(at(70), at(70), &|| 60)).unwrap();
        let units: Vec<String> = carrier.taken().into_iter().map(|taken| taken.unit).collect();
        assert_eq!(units.iter().filter(|unit| unit.ends_with("/folded")).count(), 1, "{units:?}");
    }
}

#[test]
fn a_tenant_that_nobody_knows_is_waited_for_and_then_set_aside() {
    let (mut world, id) = waiting();
    let known = std::mem::replace(
        &mut world.registry,
        hinomi_model::registry::Registry::from_yaml(
            "version: 1\ntenants: [{id: other, name: {ja: 他, en: Other}, internal: [10.0.0.0/8]}]\n",
        )
        .unwrap(),
    );
    assert_eq!(posted(&world, vec![], &id, at(10)).0, Fate::Waiting);
    let set_aside = posted(&world, vec![], &id, at(70));
    assert_eq!((set_aside.0, set_aside.1.set_aside.len(), set_aside.2), (Fate::Untold, 1, 0));
    world.registry = known;
    assert_eq!(posted(&world, vec![], &id, at(71)).2, 0, "what was set aside is dealt with");
}

#[test]
fn what_nobody_was_told_of_is_told_by_the_next_sweep_and_what_was_told_by_none() {
    let (world, id) = waiting();
    let sweep = |minutes: i64, is_told: bool| {
        let carrier = Faulty::new(MemoryNotifier::default(), vec![unreachable(), unreachable()]);
        let mut post = Post::new(&world.inner, &carrier, &world.registry, &world.settings);
        block_on(post.sweep(at(minutes), at(minutes), &|| 60)).unwrap();
        // Who dies here told nobody.
        if is_told {
            block_on(post.told(at(minutes))).unwrap();
        }
        post.posted().undeliverable.len()
    };
    assert_eq!(sweep(0, false), 2);
    assert!(block_on(world.inner.entry(&id)).unwrap().is_some(), "it is not dealt with");
    assert_eq!(sweep(1, false), 0, "the claim of a minute ago may be alive");
    assert_eq!(sweep(3, true), 2);
    assert!(block_on(world.inner.entry(&id)).unwrap().is_none());
    assert_eq!((sweep(6, true), sweep(90, true)), (0, 0));
    assert!(block_on(world.inner.unconfirmed(EventTime::MAX, 10)).unwrap().is_empty());
}

#[test]
fn a_contact_that_is_gone_and_a_claim_of_nothing_are_told_of_once() {
    let (mut world, id) = waiting();
    // The contacts are taken from the registry after the notice was decided; another parcel of it waits meanwhile.
    let known = std::mem::replace(
        &mut world.registry,
        hinomi_model::registry::Registry::from_yaml(
            "version: 1\ntenants: [{id: default, name: {ja: 町, en: Town}, internal: [10.0.0.0/8]}]\n",
        )
        .unwrap(),
    );
    let (fate, first, taken) = posted(&world, vec![], &id, at(0));
    let reasons: Vec<_> =
        first.undeliverable.iter().map(|never| (never.number.as_str(), never.reason)).collect();
    assert_eq!((fate, taken), (Fate::Untold, 0));
    assert!(reasons.len() == 2 && reasons.iter().all(|(number, why)| !number.is_empty() && *why == "gone"));
    assert_eq!(posted(&world, vec![], &id, at(9)).1.undeliverable, []);
    // A sender that dies after its last word leaves a claim that belongs to nothing.
    world.registry = known;
    let incident = *world.outcome().incidents.keys().next().unwrap();
    let unit = hinomi_store::Unit {
        incident,
        notice: "nothing/duty/email".to_owned(),
        contact: "duty".to_owned(),
        channel: Channel::Email,
    };
    block_on(world.inner.claim(&unit, at(0))).unwrap();
    let sweep = |minutes: i64| {
        let mut post = Post::new(&world.inner, MemoryNotifier::default(), &world.registry, &world.settings);
        block_on(post.sweep(at(minutes), at(minutes), &|| 60)).unwrap();
        let posted = post.posted();
        block_on(post.told(at(minutes))).unwrap();
        posted
            .undeliverable
            .into_iter()
            .map(|never| (never.tenant.to_string(), never.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(sweep(30), []);
    assert_eq!(sweep(70), [("default".to_owned(), "orphaned")]);
    assert_eq!(sweep(71), []);
}

#[test]
fn a_ledger_that_the_store_can_not_read_holds_up_no_other_tenant() {
    let mut world = World::new(&[]);
    for host in 1..=4 {
        let minute = i64::from(host) - 1;
        world.accept(&[record_of(&[beacon(host, minute)], false)]);
        world.hear(at(minute));
    }
    // Another tenant, whose name stands before, has something to wait for, too.
    let text = "version: 1\ntenants:\n  - {id: a-town, name: {ja: 甲, en: A}, internal: [10.0.0.0/8]}\n  - {id: default, name: {ja: 町, en: Town}, internal: [10.0.0.0/8], contacts: [{id: duty, email: duty@town.example, sms: \"+819000000001\", order: 1}]}\n";
    world.registry = hinomi_model::registry::Registry::from_yaml(text).unwrap();
    let index = block_on(world.inner.read("post/waking")).unwrap().unwrap();
    let mut wishes: serde_json::Value = documents::unpack(&index.bytes).unwrap();
    wishes["a-town"] = wishes["default"].clone();
    let bytes = documents::pack(&wishes).unwrap();
    block_on(world.inner.write("post/waking", Some(index.version), &bytes)).unwrap();
    world.store.corrupt("post/a-town");
    let carrier = MemoryNotifier::default();
    for minutes in [70, 80] {
        let mut post = Post::new(&world.store, &carrier, &world.registry, &world.settings);
        block_on(post.sweep(at(minutes), at(minutes), &|| 60)).unwrap();
        assert_eq!(post.posted().stuck, 1, "it is counted each time");
    }
    let folded = carrier.taken().into_iter().filter(|taken| taken.unit.ends_with("/folded")).count();
    assert_eq!(folded, 1);
}

#[test]
fn slow_notices_leave_time_for_folds_and_old_claims() {
    let mut world = World::new(&[]);
    for host in 1..=4 {
        let minute = i64::from(host) - 1;
        world.accept(&[record_of(&[beacon(host, minute)], false)]);
        world.hear(at(minute));
    }
    world.accept(&(5..=40).map(|host| record_of(&[beacon(host, 60)], false)).collect::<Vec<_>>());
    let asked = std::sync::atomic::AtomicI64::new(0);
    // Each notice takes three seconds of sixty.
    let left = || 60 - 3 * asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let carrier = MemoryNotifier::default();
    let mut post = Post::new(&world.inner, &carrier, &world.registry, &world.settings);
    block_on(post.sweep(at(80), at(80), &left)).unwrap();
    let units: Vec<String> = carrier.taken().into_iter().map(|taken| taken.unit).collect();
    assert!(units.iter().any(|unit| unit.ends_with("/folded")), "{units:?}");
    assert!(post.posted().oldest_waiting.is_some());
}

#[test]
fn health_is_told_by_mail_with_its_end() {
    let mut world = World::new(&[]);
    let turns =
        [turn(Symptom::Silent, Condition::Down, "", 0), turn(Symptom::Silent, Condition::Well, "", 90)];
    for (finding, minutes) in turns.iter().zip([0, 90]) {
        world.accept(&[record_of(std::slice::from_ref(finding), false)]);
        world.hear(at(minutes));
    }
    let told: Vec<_> = world
        .carrier
        .taken
        .taken()
        .into_iter()
        .map(|taken| {
            let notice = taken.notice;
            assert_eq!((notice.level, notice.channel), (None, Channel::Email));
            assert!(notice.subject.contains("no logs arriving"), "{}", notice.subject);
            (notice.kind, notice.contact)
        })
        .collect();
    let line = |kind, contact: &str| (kind, contact.to_owned());
    let expected = [
        line(NoticeKind::Down, "duty"),
        line(NoticeKind::Down, "chief"),
        line(NoticeKind::Recovered, "duty"),
        line(NoticeKind::Recovered, "chief"),
    ];
    let sorted = |mut lines: Vec<(NoticeKind, String)>| {
        lines.sort();
        lines
    };
    assert_eq!(sorted(told), sorted(expected.to_vec()));
    let outcome = world.outcome();
    assert_eq!((outcome.waiting, outcome.incidents.len(), outcome.set_aside.len()), (0, 1, 0));
}
