//! Every call to the outside fails in turn, before its effect, after it and in the middle, and the batch comes again: what
//! is kept and what is found is the same as if nothing had happened.

use std::collections::BTreeSet;

use hinomi_model::EventTime;
use hinomi_steps::ingest::{Batch, Ingest, Outlets};
use hinomi_store::{Call, Fault, Faulty, When, block_on};

use crate::world::{SHARD, World, at, borrowed, lines, numbered, records, registry};

const NOW: EventTime = EventTime::from_seconds(1_792_530_000);

#[test]
fn a_batch_that_fails_at_any_call_and_comes_again_is_kept_and_found_once() {
    let lines: Vec<_> = lines().into_iter().step_by(3).collect();
    let mut numbered = numbered(&records(&lines, 50));
    numbered[2].2 = b"no log at all".to_vec();
    let records = borrowed(&numbered);
    let whole = World::default();
    whole.ingest(&mut Ingest::new(), &records, NOW);
    assert!(whole.found().len() > 20 && whole.objects().len() == 3, "nothing to lose");
    let puts = (1..=3).map(|nth| (Call::PutNew, nth));
    let calls: Vec<(Call, u64)> = puts.chain([(Call::Put, 1)]).collect();
    let mut failed = 0;
    for (call, nth) in calls {
        for when in [When::Throttled, When::Before, When::After, When::Half] {
            for warm in [true, false] {
                let world = World::default();
                let fault = [Fault { call, nth, when }];
                let (archive, findings) =
                    (Faulty::new(world.archive.clone(), &fault), Faulty::new(world.findings.clone(), &fault));
                let outlets = Outlets { archive: &archive, findings: &findings };
                let batch = Batch { shard: SHARD, records: &records };
                let mut ingest = Ingest::new();
                let registry = registry();
                let first = block_on(ingest.batch(&batch, registry, at(NOW), outlets));
                assert!(first.is_err(), "{call:?} {nth} {when:?}");
                failed += 1;
                // The same process goes on, or it was killed and another one is given the batch.
                let mut next = if warm { ingest } else { Ingest::new() };
                let ingested = block_on(next.batch(&batch, registry, at(NOW), outlets)).unwrap();
                assert_eq!(ingested.undone, None);
                assert_eq!(world.objects(), whole.objects(), "{call:?} {nth} {when:?}");
                assert_eq!(world.found(), whole.found(), "{call:?} {nth} {when:?}");
            }
        }
    }
    assert_eq!(failed, 32);
}

#[test]
fn a_batch_that_is_done_twice_says_nothing_new() {
    let numbered = numbered(&records(&lines(), 100));
    let records = borrowed(&numbered);
    let world = World::default();
    let mut ingest = Ingest::new();
    world.ingest(&mut ingest, &records, NOW);
    let (objects, found, put) = (world.objects(), world.found(), world.batches().len());
    // The answer was lost: the process that remembers is given the batch again, then one that does not.
    world.ingest(&mut ingest, &records, NOW);
    assert_eq!(world.batches().len(), put, "known lines are not handed on again");
    world.ingest(&mut Ingest::new(), &records, NOW.plus(60));
    assert_eq!(world.found(), found);
    let keys: BTreeSet<String> = world.objects().into_keys().collect();
    let new: Vec<&String> = keys.iter().filter(|key| !objects.contains_key(*key)).collect();
    assert!(new.iter().all(|key| key.starts_with("facts/")) && new.len() == 1, "{new:?}");
}
