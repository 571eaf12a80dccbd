//! Batches: cut, repeated and shuffled; poison among them; old data that is read again.

use hinomi_correlate::SubjectState;
use hinomi_model::registry::Registry;
use hinomi_model::{Disposition, EventTime, Finding, FindingId, FindingKind, StatementKey, TenantId};
use hinomi_steps::correlate::{Correlate, Correlated, Noted, PoisonReason, Record};
use hinomi_store::{Archive, ArchiveKey, Call, States, SubjectKey, block_on, limits, object};
use proptest::prelude::*;

use crate::findings::{found, signature, with};
use crate::world::{World, at, beacon, morning, on, record_of};

/// Joins batches of records of findings and returns the incidents, whatever was told.
fn joined(batches: &[Vec<Vec<Finding>>]) -> World {
    let mut world = World::new(&[]);
    for batch in batches {
        let records: Vec<Vec<u8>> = batch.iter().map(|findings| record_of(findings, false)).collect();
        world.accept(&records);
    }
    world
}

/// Findings that came together: by the time of their last line, so that each is on time whatever the order.
fn findings() -> Vec<Finding> {
    morning().into_iter().map(|(_, finding)| finding).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_order_and_repetition_gives_the_same_incidents(
        order in Just((0..findings().len()).collect::<Vec<_>>()).prop_shuffle(),
        cuts in prop::collection::vec(1_usize..4, 12),
        again in prop::collection::vec(0_usize..9, 0..6),
    ) {
        let findings = findings();
        let mut sequence: Vec<Vec<Finding>> = order
            .iter()
            .chain(&again)
            .filter_map(|index| findings.get(*index).cloned())
            .map(|finding| vec![finding])
            .collect();
        let mut batches = Vec::new();
        for cut in cuts {
            let rest = sequence.split_off(cut.min(sequence.len()));
            batches.push(sequence);
            sequence = rest;
        }
        batches.push(sequence);
        let mut world = joined(&batches);
        let mut plain = joined(&[findings.into_iter().map(|finding| vec![finding]).collect()]);
        // At the same time of day both have looked.
        world.sweep(at(60));
        plain.sweep(at(60));
        let (world, plain) = (world.outcome(), plain.outcome());
        prop_assert_eq!(world.incidents.keys().collect::<Vec<_>>(), plain.incidents.keys().collect::<Vec<_>>());
        for (id, incident) in &world.incidents {
            let other = plain.incidents.get(id).unwrap();
            prop_assert_eq!(&incident.core, &other.core);
            prop_assert_eq!(&incident.evidence, &other.evidence);
        }
        prop_assert_eq!(world.scope, plain.scope);
    }
}

#[test]
fn what_is_known_is_counted_and_written_no_more() {
    let mut world = World::new(&[]);
    let records: Vec<Vec<u8>> =
        findings().iter().map(|f| record_of(std::slice::from_ref(f), false)).collect();
    let first = world.accept(&records).pop().unwrap();
    let count = |world: &World| world.store.calls().iter().filter(|call| **call == Call::Commit).count();
    let commits = count(&world);
    assert_eq!((first.joined, first.known), (9, 0));
    assert_eq!(first.subjects, 7);
    assert!(!first.changes.is_empty() && first.due > 0);
    let second = world.accept(&records).pop().unwrap();
    assert_eq!((second.joined, second.known, second.due), (0, 9, 0));
    assert!(second.changes.is_empty());
    assert_eq!(count(&world), commits, "a repeated batch writes nothing");
    assert_eq!(world.store.calls().iter().filter(|call| **call == Call::Load).count(), 2, "one load a batch");
}

#[test]
fn an_incident_that_is_as_it_was_is_not_written_again() {
    let mut world = World::new(&[]);
    world.accept(&[record_of(&[beacon(1, 0)], false)]);
    let stored = |world: &World| {
        let page = block_on(world.inner.incidents(None, None, 10)).unwrap();
        page.incidents.iter().map(|incident| incident.bytes.clone()).collect::<Vec<_>>()
    };
    let before = stored(&world);
    // A look that finds nothing new: the contact is not yet to be called, the incident not over.
    world.sweep(at(1));
    assert_eq!(stored(&world), before);
    world.accept(&[record_of(&[beacon(1, 7)], false)]);
    assert_ne!(stored(&world), before);
}

fn poisoned(done: &Correlated) -> Vec<(usize, PoisonReason)> {
    done.poisoned.iter().map(|poison| (poison.record, poison.reason)).collect()
}

#[test]
fn poison_is_set_aside_as_it_came_and_the_rest_goes_on() {
    let foreign = with(beacon(8, 0), |f| f.tenant = TenantId::new("nobody"));
    let version = object::compress(br#"{"v":9,"findings":[]}"#).unwrap();
    let records = vec![
        record_of(&[beacon(1, 0)], false),
        b"no findings".to_vec(),
        object::compress(b"{\"v\":1}").unwrap(),
        version.clone(),
        record_of(&[foreign], false),
        object::compress(&vec![b' '; 100 << 20]).unwrap(),
        record_of(&[], false),
        record_of(&[beacon(2, 0)], false),
    ];
    let mut world = World::new(&[]);
    let done = world.accept(&records).pop().unwrap();
    assert_eq!(done.first_undone, None);
    assert_eq!(
        poisoned(&done),
        [
            (1, PoisonReason::Unreadable),
            (2, PoisonReason::Unreadable),
            (3, PoisonReason::Version),
            (4, PoisonReason::UnknownTenant),
            (5, PoisonReason::Unreadable),
        ]
    );
    assert_eq!((done.joined, done.subjects), (2, 2));
    let key = &done.poisoned[2].key;
    assert!(key.starts_with("quarantine/findings/2026-10-20/01/shardId-000000000000/"), "{key}");
    assert!(key.ends_with(".version.zst"), "{key}");
    let kept = block_on(world.inner.fetch(&ArchiveKey::new(key).unwrap())).unwrap();
    assert_eq!(kept, Some(version));
}

#[test]
fn a_broken_state_costs_its_own_subjects_records_only() {
    let mut world = World::new(&[]);
    world.accept(&[record_of(&[beacon(1, 0)], false)]);
    let key = SubjectKey { tenant: TenantId::new("default"), subject: "host/10.1.12.1".to_owned() };
    for broken in [b"no zstd".to_vec(), object::compress(b"{}").unwrap()] {
        let stored = block_on(world.inner.load(std::slice::from_ref(&key))).unwrap().pop().flatten().unwrap();
        let commit = hinomi_store::Commit {
            key: key.clone(),
            expected: Some(stored.version),
            state: broken,
            wake: Some(at(1)),
            incidents: Vec::new(),
            removed: Vec::new(),
            outbox: Vec::new(),
        };
        block_on(world.inner.commit(&commit)).unwrap();
        let records = [record_of(&[beacon(1, 5)], false), record_of(&[beacon(2, 5), beacon(2, 6)], false)];
        let done = world.accept(&records).pop().unwrap();
        assert_eq!(poisoned(&done), [(0, PoisonReason::StateBroken)]);
        assert_eq!(done.joined + done.known, 2);
        // It does not stand before all others in the list of those who want to be looked at, either.
        world.sweep(at(2));
        let waking = block_on(world.inner.waking(at(2), 10)).unwrap();
        assert!(waking.iter().all(|(_, other)| *other != key), "{waking:?}");
    }
}

#[test]
fn time_that_is_over_leaves_the_rest_undone() {
    let world = World::new(&[]);
    let records: Vec<Vec<u8>> = (1..=5).map(|host| record_of(&[beacon(host, 0)], false)).collect();
    let borrowed: Vec<Record<'_>> = records
        .iter()
        .map(|bytes| Record { shard: "s", sequence: "1", arrived: at(0), bytes: Some(bytes) })
        .collect();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let more_time = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 3;
    let mut noted = Noted::default();
    let mut step = Correlate::new(&world.store, &world.registry, &world.settings, &mut noted);
    let done = block_on(step.accept(borrowed.into_iter().map(Record::read).collect(), &more_time));
    assert_eq!((done.first_undone, done.subjects), (Some(3), 3));
    assert!(done.why_undone.is_none());
}

#[test]
fn old_data_read_again_makes_incidents_and_tells_nobody() {
    let mut world = World::new(&[]);
    let records: Vec<Vec<u8>> = findings().iter().map(|f| record_of(std::slice::from_ref(f), true)).collect();
    world.accept(&records);
    world.hear(at(9));
    world.end();
    let mut aloud = World::new(&[]);
    aloud.live();
    let (quiet, aloud) = (world.outcome(), aloud.outcome());
    assert_eq!(quiet.messages.len(), 0, "{:?}", quiet.messages);
    let levels = |outcome: &crate::world::Outcome| -> Vec<_> {
        outcome.incidents.values().map(|incident| (incident.core.id, incident.core.level)).collect()
    };
    assert_eq!(levels(&quiet), levels(&aloud));
}

#[test]
fn what_rises_after_it_was_read_again_quietly_is_news() {
    use crate::findings::{look_up, malware};
    let mut world = World::new(&[]);
    let blocked = on(malware(hinomi_model::Disposition::Blocked, 0), 3);
    world.accept(&[record_of(&[blocked, on(look_up(0), 3)], true)]);
    world.sweep(at(30));
    assert_eq!(world.outcome().messages.len(), 0);
    world.accept(&[record_of(&[beacon(3, 40)], false)]);
    world.hear(at(40));
    let taken = world.carrier.taken.taken();
    assert!(!taken.is_empty());
    assert!(taken.iter().all(|message| message.notice.kind == hinomi_model::NoticeKind::First), "{taken:?}");
}

#[test]
fn what_is_about_to_be_told_is_told_though_old_data_joins_it() {
    use crate::findings::exploit;
    let mut world = World::new(&[]);
    // Level 2 is held for ten minutes; old data about the same host is read again meanwhile.
    world.accept(&[record_of(&[on(exploit(hinomi_model::Disposition::Detected, 5), 7)], false)]);
    world.hear(at(5));
    let earlier = on(exploit(hinomi_model::Disposition::Detected, 1), 7);
    world.accept(&[record_of(&[earlier], true)]);
    world.hear(at(6));
    assert_eq!(world.outcome().messages.len(), 0);
    world.sweep(at(20));
    assert!(!world.outcome().messages.is_empty());
}

/// A minute's sweep over many subjects that want to be looked at.
fn many(count: u8) -> World {
    let mut world = World::new(&[]);
    let records: Vec<Vec<u8>> = (1..=count).map(|host| record_of(&[beacon(host, 0)], false)).collect();
    world.accept(&records);
    world
}

fn loads(world: &World) -> usize {
    world.store.calls().iter().filter(|call| **call == Call::Load).count()
}

#[test]
fn states_are_loaded_in_few_calls_and_never_all_at_once() {
    let world = many(100);
    assert_eq!(loads(&world), 7);
    let mut noted = Noted::default();
    let mut step = Correlate::new(&world.store, &world.registry, &world.settings, &mut noted);
    let swept = block_on(step.sweep(at(26 * 60), 100, &|| true)).unwrap();
    assert_eq!((swept.subjects, loads(&world)), (100, 14));
}

#[test]
fn a_subject_that_the_store_can_not_load_stops_no_sweep_however_many_there_are() {
    let world = many(12);
    for host in 1..=10 {
        world.store.corrupt(&format!("host/10.1.12.{host}"));
    }
    let mut noted = Noted::default();
    let mut step = Correlate::new(&world.store, &world.registry, &world.settings, &mut noted);
    // They want to be looked at before all others, and a listing holds fewer than they are.
    let swept = block_on(step.sweep(at(26 * 60), 4, &|| true)).unwrap();
    assert_eq!((swept.stuck, swept.subjects, swept.put_off), (10, 2, 0));
}

#[test]
fn a_subject_whose_tenant_is_gone_is_let_go_of_once_nothing_reaches_its_evidence() {
    let mut world = many(1);
    world.registry = Registry::from_yaml(
        "version: 1\ntenants: [{id: other, name: {ja: 他, en: Other}, internal: [10.0.0.0/8]}]\n",
    )
    .unwrap();
    let sweep = |minutes: i64| {
        let mut noted = Noted::default();
        let mut step = Correlate::new(&world.store, &world.registry, &world.settings, &mut noted);
        block_on(step.sweep(at(minutes), 100, &|| true)).unwrap()
    };
    let wishes = || block_on(world.inner.waking(EventTime::MAX, 10)).unwrap();
    let swept = sweep(26 * 60);
    assert_eq!((swept.unowned, swept.put_off, swept.stuck, swept.subjects), (1, 0, 0, 0));
    assert_eq!(wishes()[0].0, at(27 * 60), "the tenant may come back");
    let swept = sweep(60 * 24 * 60);
    assert_eq!((swept.unowned, wishes().len()), (1, 0));
}

#[test]
fn a_state_that_an_enemy_made_too_large_is_stored_with_what_proves_most() {
    let mut seed = 7_u64;
    let mut letters = |length: usize| -> String {
        let letter = |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (seed >> 33) as u8 % 90)
        };
        (0..length).map(letter).collect()
    };
    let mut hostile = |number: i64| {
        let minutes = number * 37 % (20 * 60);
        let finding = signature(found(FindingKind::Policy, Disposition::Detected, minutes), &letters(200));
        with(on(finding, 1), |f| {
            f.id = FindingId(number as u128);
            for (n, line) in f.evidence.iter_mut().enumerate() {
                line.sha256 = format!("{number:032}{n:032}");
                line.raw = letters(Finding::MAX_RAW_BYTES);
            }
        })
    };
    let mut world = World::new(&[]);
    world.accept(&[record_of(&[beacon(1, 0)], false)]);
    for batch in (0..700).collect::<Vec<i64>>().chunks(100) {
        let records: Vec<Vec<u8>> =
            batch.iter().map(|number| record_of(&[hostile(*number)], false)).collect();
        world.accept(&records);
    }
    world.accept(&[record_of(&[beacon(1, 1_300)], false)]);
    world.sweep(at(1_301));
    let subject = SubjectKey { tenant: TenantId::new("default"), subject: "host/10.1.12.1".to_owned() };
    let stored = block_on(world.store.load(&[subject])).unwrap().pop().unwrap().unwrap();
    assert!(stored.bytes.len() <= limits::VALUE_BYTES, "{}", stored.bytes.len());
    let state = SubjectState::decode(&object::decompress(&stored.bytes).unwrap()).unwrap();
    assert!(state.over && state.room.is_some());
    let proofs = state.hours.values().flat_map(|strands| strands.iter());
    let proofs: u64 =
        proofs.filter(|(key, _)| key.kind == FindingKind::CcPayload).map(|(_, cell)| cell.count()).sum();
    assert_eq!(proofs, 2, "what proves more is all there");
    let outcome = world.outcome();
    assert!(!outcome.incidents.is_empty());
    for incident in outcome.incidents.values() {
        let unknowns = &incident.assessment.unknowns;
        assert!(unknowns.iter().any(|unknown| unknown.key == StatementKey::UnknownCut), "{unknowns:?}");
    }
}
