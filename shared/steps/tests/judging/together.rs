//! Several processes at the same work, interleaved at every call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use hinomi_model::EventTime;
use hinomi_notice::MemoryNotifier;
use hinomi_steps::Post;
use hinomi_steps::correlate::{Correlate, Noted, Record};
use hinomi_store::{Faulty, Memory, Outbox, block_on};

use crate::world::{World, at, beacon, morning, record_of};

/// Polls futures in an order that a seed chooses, until all are done.
fn interleave(seed: u64, mut futures: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    let mut state = seed | 1;
    let mut context = Context::from_waker(Waker::noop());
    while !futures.is_empty() {
        // xorshift64 (Marsaglia 2003): any order will do, the same one for the same seed.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let chosen = (state % futures.len() as u64) as usize;
        if let Poll::Ready(()) = futures[chosen].as_mut().poll(&mut context) {
            drop(futures.swap_remove(chosen));
        }
    }
}

#[test]
fn of_several_senders_one_sends_each_message() {
    for seed in 1..60 {
        let mut world = World::new(&[]);
        for host in 1..=6 {
            world.accept(&[record_of(&[beacon(host, i64::from(host) - 1)], false)]);
        }
        let entries = block_on(world.inner.due(EventTime::MAX, 100)).unwrap();
        let store = Faulty::new(world.inner.clone(), &[]).taking_turns();
        let carrier = MemoryNotifier::default();
        let senders: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = (0..3)
            .map(|sender| {
                let (store, carrier, entries) = (&store, &carrier, &entries);
                let (registry, settings) = (&world.registry, &world.settings);
                Box::pin(async move {
                    let mut post = Post::new(store, carrier, registry, settings);
                    if sender == 2 {
                        post.sweep(at(7), at(7), &|| 60).await.unwrap();
                    } else {
                        for entry in entries {
                            post.notice(&entry.id, at(7)).await.unwrap();
                        }
                    }
                }) as Pin<Box<dyn Future<Output = ()> + '_>>
            })
            .collect();
        interleave(seed, senders);
        let mut post = Post::new(&world.inner, &carrier, &world.registry, &world.settings);
        block_on(post.sweep(at(80), at(80), &|| 60)).unwrap();
        let taken = carrier.taken();
        let mut units: Vec<&str> = taken.iter().map(|taken| taken.unit.as_str()).collect();
        units.sort_unstable();
        let total = units.len();
        units.dedup();
        assert_eq!(units.len(), total, "seed {seed}");
        assert!(taken.iter().all(|taken| !taken.repeat), "seed {seed}");
        let mails = taken.iter().filter(|t| t.notice.channel == hinomi_model::Channel::Email).count();
        let folded = units.iter().filter(|unit| unit.ends_with("/folded")).count();
        assert_eq!((mails, total - mails, folded), (6, 3, 1), "seed {seed}: {units:?}");
        assert!(block_on(world.inner.due(EventTime::MAX, 1)).unwrap().is_empty(), "seed {seed}");
    }
}

#[test]
fn of_several_shards_all_find_their_findings_in_the_incident() {
    let plain = {
        let mut world = World::new(&[]);
        let all = morning();
        let records: Vec<Vec<u8>> =
            all.iter().map(|(_, f)| record_of(std::slice::from_ref(f), false)).collect();
        world.accept(&records);
        world.outcome().incidents
    };
    for seed in 1..60 {
        let world = World::new(&[]);
        let store = Faulty::<Memory>::new(world.inner.clone(), &[]).taking_turns();
        let all = morning();
        let conflicts = std::cell::Cell::new(0);
        let shards: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = (0..3)
            .map(|shard| {
                let (store, registry, settings, conflicts) =
                    (&store, &world.registry, &world.settings, &conflicts);
                // Every finding is in two shards, so that each subject is worked on twice.
                let records: Vec<Vec<u8>> = all
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| index % 3 != shard)
                    .map(|(_, (_, f))| record_of(std::slice::from_ref(f), false))
                    .collect();
                Box::pin(async move {
                    let mut noted = Noted::default();
                    let record = |bytes: &'static [u8]| Record {
                        shard: "s",
                        sequence: "1",
                        arrived: at(0),
                        bytes: Some(bytes),
                    };
                    let records: Vec<Record<'_>> =
                        records.iter().map(|bytes| record(bytes.clone().leak())).collect();
                    let mut step = Correlate::new(store, registry, settings, &mut noted);
                    let done = step.accept(records.into_iter().map(Record::read).collect(), &|| true).await;
                    assert_eq!(done.first_undone, None, "{:?}", done.why_undone);
                    conflicts.set(conflicts.get() + done.conflicts);
                }) as Pin<Box<dyn Future<Output = ()> + '_>>
            })
            .collect();
        interleave(seed, shards);
        let outcome = world.outcome();
        assert_eq!(outcome.incidents.len(), plain.len(), "seed {seed}");
        for (id, incident) in &outcome.incidents {
            assert_eq!(incident.evidence, plain[id].evidence, "seed {seed}");
            assert_eq!(incident.core.level, plain[id].core.level, "seed {seed}");
        }
        assert!(conflicts.get() > 0, "seed {seed}: nobody met anybody");
    }
}
