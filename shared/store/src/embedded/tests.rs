use std::cell::RefCell;
use std::thread;

use hinomi_model::{IncidentId, TenantId};
use redb::TableHandle;
use tempfile::TempDir;

use super::*;
use crate::ports::{Commit, IncidentRow, Outbox, OutboxEntry, Standing, States, SubjectKey};
use crate::{block_on, conformance};

/// Stores in folders of their own, which are kept until the test ends.
fn fresh(folders: &RefCell<Vec<TempDir>>, durability: Durability) -> Embedded {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), durability).unwrap();
    folders.borrow_mut().push(folder);
    store
}

const OPEN: Standing = Standing { open: true, level: None, last_seen: EventTime::EPOCH };

fn commit(subject: &str, expected: Option<u64>, state: &[u8]) -> Commit {
    Commit {
        key: SubjectKey { tenant: TenantId::new("a"), subject: subject.to_owned() },
        expected,
        state: state.to_vec(),
        wake: Some(EventTime::EPOCH),
        incidents: vec![IncidentRow { id: IncidentId(1), standing: OPEN, bytes: state.to_vec() }],
        removed: Vec::new(),
        outbox: vec![OutboxEntry { id: subject.to_owned(), due: EventTime::EPOCH, bytes: state.to_vec() }],
    }
}

#[test]
fn keeps_the_contract() {
    let folders = RefCell::default();
    block_on(conformance::all(async || fresh(&folders, Durability::Each)));
}

#[test]
fn keeps_the_contract_when_grouped() {
    let folders = RefCell::default();
    block_on(conformance::all(async || fresh(&folders, Durability::Every(3))));
}

#[test]
fn what_was_written_is_there_after_closing() {
    let folder = TempDir::new().unwrap();
    let key = ArchiveKey::new("raw/a.zst").unwrap();
    for durability in [Durability::Each, Durability::Every(1_000)] {
        let store = Embedded::open(folder.path(), durability).unwrap();
        store.clear().unwrap();
        block_on(store.commit(&commit("s", None, b"one"))).unwrap();
        block_on(store.put_new(&key, b"raw")).unwrap();
        store.flush().unwrap();
        drop(store);
        let store = Embedded::open(folder.path(), durability).unwrap();
        assert_eq!(block_on(store.due(EventTime::EPOCH, 9)).unwrap().len(), 1);
        assert_eq!(block_on(store.fetch(&key)).unwrap().unwrap(), b"raw");
        assert_eq!(block_on(store.commit(&commit("s", Some(1), b"two"))).unwrap(), 2);
    }
}

#[test]
fn clear_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    block_on(store.commit(&commit("s", None, b"one"))).unwrap();
    block_on(store.done("s")).unwrap();
    block_on(store.put_new(&ArchiveKey::new("raw/a.zst").unwrap(), b"raw")).unwrap();
    store.clear().unwrap();
    assert_eq!(block_on(store.incident(IncidentId(1))).unwrap(), None);
    assert_eq!(block_on(store.list("", None, 9)).unwrap(), []);
    assert_eq!(block_on(store.commit(&commit("s", None, b"one"))).unwrap(), 1);
    assert_eq!(block_on(store.due(EventTime::EPOCH, 9)).unwrap().len(), 1, "what was done is forgotten too");
}

#[test]
fn a_second_process_is_kept_out() {
    let folder = TempDir::new().unwrap();
    let _first = Embedded::open(folder.path(), Durability::Each).unwrap();
    assert!(matches!(Embedded::open(folder.path(), Durability::Each), Err(Error::InUse)));
}

#[test]
fn another_format_is_refused() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    let write = store.inner.database.begin_write().unwrap();
    write.open_table(META).unwrap().insert("format", 2).unwrap();
    write.commit().unwrap();
    drop(store);
    assert!(matches!(
        Embedded::open(folder.path(), Durability::Each),
        Err(Error::Format { found: 2, known: 1 })
    ));
}

#[test]
fn a_store_of_before_the_queue_gets_its_tables() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    block_on(store.commit(&commit("s", None, b"one"))).unwrap();
    let write = store.inner.database.begin_write().unwrap();
    for name in ["wakes", "waking", "standings", "queue"] {
        let gone = write.list_tables().unwrap().find(|table| table.name() == name).unwrap();
        write.delete_table(gone).unwrap();
    }
    write.commit().unwrap();
    drop(store);
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    assert_eq!(block_on(store.queue(None, 9)).unwrap(), [], "what was written before is not listed");
    assert_eq!(block_on(store.commit(&commit("s", Some(1), b"two"))).unwrap(), 2);
    assert_eq!(block_on(store.queue(None, 9)).unwrap().remove(0).bytes, b"two");
    assert_eq!(block_on(store.waking(EventTime::EPOCH, 9)).unwrap().len(), 1);
}

#[test]
fn the_tables_are_counted() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    assert_eq!(store.reading().unwrap().list_tables().unwrap().count(), tables::TABLES);
}

#[test]
fn of_many_threads_each_commit_wins_once() {
    let folders = RefCell::default();
    let store = fresh(&folders, Durability::Every(50));
    let (threads, each) = (4_u64, 25);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let key = commit("s", None, b"").key;
                for _ in 0..each {
                    // A conflict means that another thread went on, so the loop ends.
                    loop {
                        let found = block_on(store.load(std::slice::from_ref(&key))).unwrap().remove(0);
                        let version = found.as_ref().map(|found| found.version);
                        let count =
                            found.map_or(0, |found| u64::from_le_bytes(found.bytes.try_into().unwrap()));
                        match block_on(store.commit(&commit("s", version, &(count + 1).to_le_bytes()))) {
                            Ok(_) => break,
                            Err(Error::Conflict { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            });
        }
    });
    let found = block_on(store.load(&[commit("s", None, b"").key])).unwrap().remove(0).unwrap();
    assert_eq!((found.version, found.bytes), (threads * each, (threads * each).to_le_bytes().to_vec()));
}

#[test]
fn of_many_threads_one_claims_and_one_puts() {
    let folders = RefCell::default();
    let store = fresh(&folders, Durability::Every(50));
    let unit = Unit {
        incident: IncidentId(1),
        notice: "n".to_owned(),
        contact: "duty".to_owned(),
        channel: hinomi_model::Channel::Sms,
    };
    let key = ArchiveKey::new("raw/a.zst").unwrap();
    let (mut claimed, mut put) = (0, 0);
    thread::scope(|scope| {
        let tries: Vec<_> = (0..8_u8)
            .map(|number| {
                let (store, unit, key) = (&store, &unit, &key);
                scope.spawn(move || {
                    let claim = block_on(store.claim(unit, EventTime::from_seconds(number.into()))).unwrap();
                    let put = block_on(store.put_new(key, &[number])).unwrap();
                    (claim == Claim::New, put == Put::Stored)
                })
            })
            .collect();
        for one in tries {
            let (new, stored) = one.join().unwrap();
            claimed += usize::from(new);
            put += usize::from(stored);
        }
    });
    assert_eq!((claimed, put), (1, 1));
}

#[test]
fn a_damaged_file_is_corrupt_or_still_right() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    for number in 0..20 {
        block_on(store.commit(&commit(&format!("s{number}"), None, &[number; 300]))).unwrap();
    }
    drop(store);
    let file = folder.path().join("store.redb");
    let whole = std::fs::read(&file).unwrap();
    let mut damaged: Vec<Vec<u8>> = vec![
        b"not a database".to_vec(),
        vec![0; whole.len()],
        whole[..whole.len() / 2].to_vec(),
        whole[..700].to_vec(),
    ];
    // Every 1,111th byte of what holds data, flipped.
    damaged.extend((0..whole.len().min(120_000)).step_by(1_111).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        bytes
    }));
    let mut corrupt = 0;
    for (index, bytes) in damaged.iter().enumerate() {
        std::fs::write(&file, bytes).unwrap();
        match Embedded::open(folder.path(), Durability::Each) {
            // A flip where nothing is stored changes nothing.
            Ok(store) => {
                for number in 0..20 {
                    let key = commit(&format!("s{number}"), None, b"").key;
                    let found = block_on(store.load(&[key])).unwrap().remove(0).unwrap();
                    assert_eq!(found.bytes, [number; 300], "damage {index}");
                }
            }
            Err(Error::Corrupt { .. } | Error::Format { .. }) => corrupt += 1,
            Err(error) => panic!("damage {index}: {error:?}"),
        }
    }
    assert!(corrupt >= 4, "{corrupt} of {} were noticed", damaged.len());
}

#[test]
fn half_written_objects_have_no_name() {
    let folder = TempDir::new().unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    block_on(store.put_new(&ArchiveKey::new("raw/a.zst").unwrap(), b"raw")).unwrap();
    drop(store);
    // As a process killed within a put leaves it.
    let half = folder.path().join("archive/.unfinished");
    std::fs::write(&half, b"ra").unwrap();
    let store = Embedded::open(folder.path(), Durability::Each).unwrap();
    assert!(!half.exists());
    assert_eq!(block_on(store.list("", None, 9)).unwrap().len(), 1);
}

#[test]
fn keys_stay_inside_the_archive() {
    for bad in [
        "",
        "a",
        "../a.zst",
        "/a.zst",
        "a//b.zst",
        "a/../b.zst",
        "a.b/c.zst",
        ".a.zst",
        "a/.b",
        "é.zst",
        "a\\b.zst",
    ] {
        assert!(ArchiveKey::new(bad).is_err(), "{bad}");
    }
    for good in ["a.zst", "facts/tenant=kita/2026-01-20/0115_x-1.ndjson.zst"] {
        assert_eq!(ArchiveKey::new(good).unwrap().as_str(), good);
    }
    assert!(ArchiveKey::new(&format!("{}.zst", "a".repeat(600))).is_err());
}
