//! Commits a second of the embedded store, to the disk each and grouped, beside the in-memory twin.
//!
//! One subject of a hundred at a time, a state of 4 KiB, an incident of 8 KiB and a notice: what correlate writes when
//! an incident changes. It does not represent a store of many gigabytes, nor a disk slower than this machine's.

#![expect(clippy::expect_used, reason = "a bench whose store fails measures nothing")]

use divan::Bencher;
use divan::counter::ItemsCount;
use hinomi_model::{EventTime, IncidentId, TenantId};
use hinomi_store::{
    Commit, Durability, Embedded, IncidentRow, Memory, OutboxEntry, Standing, States, SubjectKey, block_on,
};

const COMMITS: usize = 200;

fn main() {
    divan::main();
}

fn commits(store: &impl States) -> u64 {
    let mut last = 0;
    for number in 0..COMMITS {
        let subject = number % 100;
        let commit = Commit {
            key: SubjectKey { tenant: TenantId::new("a"), subject: format!("host:10.0.0.{subject}") },
            expected: (number >= 100).then_some(number as u64 / 100),
            state: vec![number as u8; 4 << 10],
            wake: Some(EventTime::from_seconds(number as i64)),
            incidents: vec![IncidentRow {
                id: IncidentId(subject as u128),
                standing: Standing { open: true, level: None, last_seen: EventTime::EPOCH },
                bytes: vec![number as u8; 8 << 10],
            }],
            removed: Vec::new(),
            outbox: vec![OutboxEntry {
                id: format!("notice {number}"),
                due: EventTime::from_seconds(number as i64),
                bytes: vec![0; 200],
            }],
        };
        last = block_on(store.commit(&commit)).expect("a fresh store takes every commit");
    }
    last
}

fn embedded(bencher: Bencher<'_, '_>, durability: Durability) {
    bencher
        .counter(ItemsCount::new(COMMITS))
        .with_inputs(|| {
            let folder = tempfile::tempdir().expect("a folder for the bench");
            let store = Embedded::open(folder.path(), durability).expect("a new store");
            (store, folder)
        })
        .bench_refs(|(store, _)| assert_eq!(commits(store), 2));
}

#[divan::bench(sample_count = 10)]
fn to_the_disk_each(bencher: Bencher<'_, '_>) {
    embedded(bencher, Durability::Each);
}

#[divan::bench(sample_count = 10)]
fn to_the_disk_every_hundred(bencher: Bencher<'_, '_>) {
    embedded(bencher, Durability::Every(100));
}

#[divan::bench(sample_count = 10)]
fn in_memory(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(COMMITS))
        .with_inputs(Memory::new)
        .bench_refs(|store| assert_eq!(commits(store), 2));
}
