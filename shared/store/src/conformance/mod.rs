//! The contract of every port as checks that every implementation runs.
//!
//! A check panics where an implementation breaks the contract, and says which sentence. Each takes a way to make an
//! empty store, and makes as many as it needs; an adapter makes tables of a new name. Checks use one client after
//! another, so that they say the same on every run; what happens between threads is each implementation's own test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a check fails by panicking; it is called by tests only"
)]

mod deliveries;
mod states;

use std::net::IpAddr;

use hinomi_model::{EventTime, TenantId};

use crate::error::Error;
use crate::ports::{Archive, ArchiveKey, Ledger, Put, Scope, Sighting, Store, limits};
use crate::published::{Fetched, Published};
use crate::stream::{Stream, StreamRecord};

pub use deliveries::deliveries;
pub use states::{outbox, states};

/// Runs every check.
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn all<S: Store>(fresh: impl AsyncFn() -> S) {
    states(&fresh).await;
    outbox(&fresh).await;
    scope(&fresh).await;
    deliveries(&fresh).await;
    archive(&fresh).await;
    ledger(&fresh).await;
}

fn tenant(name: &str) -> TenantId {
    TenantId::new(name)
}

fn at(seconds: i64) -> EventTime {
    EventTime::from_seconds(seconds)
}

/// Checks [`Scope`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn scope<S: Scope>(fresh: impl AsyncFn() -> S) {
    let sighting = |name: &str, indicator: &str, host: &str, first| Sighting {
        tenant: tenant(name),
        indicator: indicator.to_owned(),
        host: host.parse::<IpAddr>().unwrap(),
        first: at(first),
    };
    let store = fresh().await;
    assert_eq!(
        store.hosts(&tenant("a"), "domain:x.example", 9).await.unwrap(),
        [],
        "nothing noted, no hosts"
    );
    let all = [
        sighting("a", "domain:x.example", "10.0.0.10", 30),
        sighting("a", "domain:x.example", "10.0.0.9", 20),
        sighting("a", "domain:x.example", "2001:db8::1", 10),
        sighting("a", "domain:x.example", "10.0.0.9", 25),
        sighting("b", "domain:x.example", "10.0.0.1", 1),
        sighting("a", "domain:x.exampl", "10.0.0.2", 1),
        sighting("a", "domain:x.example.org", "10.0.0.3", 1),
    ];
    let expected: Vec<(IpAddr, EventTime)> = vec![
        ("10.0.0.9".parse().unwrap(), at(20)),
        ("10.0.0.10".parse().unwrap(), at(30)),
        ("2001:db8::1".parse().unwrap(), at(10)),
    ];
    // Any order, any split, any repeat.
    for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 1, 3, 1, 0, 2, 2]] {
        let store = fresh().await;
        for chunk in order.chunks(2) {
            let part: Vec<Sighting> = chunk.iter().map(|index| all[*index].clone()).collect();
            store.note(&part).await.unwrap();
        }
        store.note(&all[..2]).await.unwrap();
        store.note(&[]).await.unwrap();
        let hosts = store.hosts(&tenant("a"), "domain:x.example", 9).await.unwrap();
        assert_eq!(hosts, expected, "each host once, with its earliest time, by address ({order:?})");
        let some = store.hosts(&tenant("a"), "domain:x.example", 2).await.unwrap();
        assert_eq!(some, expected[..2], "the limit keeps the first addresses");
    }
    let long = sighting("a", &"x".repeat(limits::KEY_BYTES + 1), "10.0.0.1", 1);
    assert!(matches!(store.note(&[long]).await, Err(Error::TooLarge { .. })), "keys are bounded");
}

/// Checks [`Archive`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn archive<S: Archive>(fresh: impl AsyncFn() -> S) {
    let store = fresh().await;
    let key = |name: &str| ArchiveKey::new(name).unwrap();
    let first = key("facts/2026-01-20/0115/a.zst");
    assert_eq!(store.fetch(&first).await.unwrap(), None, "an object that was never put is missing");
    assert_eq!(store.put_new(&first, b"one").await.unwrap(), Put::Stored);
    assert_eq!(store.put_new(&first, b"two").await.unwrap(), Put::Existed, "a second object of the name");
    assert_eq!(store.fetch(&first).await.unwrap().unwrap(), b"one", "the first object stays");
    for name in ["facts/2026-01-20/0115/b.zst", "facts/2026-01-20-x/c.zst", "raw/a.zst", "empty.bin"] {
        assert_eq!(store.put_new(&key(name), b"").await.unwrap(), Put::Stored);
    }
    assert_eq!(store.fetch(&key("empty.bin")).await.unwrap().unwrap(), b"", "an empty object is there");
    let names = |keys: Vec<ArchiveKey>| keys.iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>();
    for (prefix, after, limit, expected) in [
        (
            "",
            None,
            9,
            &[
                "empty.bin",
                "facts/2026-01-20-x/c.zst",
                "facts/2026-01-20/0115/a.zst",
                "facts/2026-01-20/0115/b.zst",
                "raw/a.zst",
            ][..],
        ),
        ("facts/2026-01-20/", None, 9, &["facts/2026-01-20/0115/a.zst", "facts/2026-01-20/0115/b.zst"]),
        ("facts/2026-01-20", None, 2, &["facts/2026-01-20-x/c.zst", "facts/2026-01-20/0115/a.zst"]),
        ("facts/2026-01-20", Some("facts/2026-01-20/0115/a.zst"), 2, &["facts/2026-01-20/0115/b.zst"]),
        ("ra", None, 9, &["raw/a.zst"]),
        ("none/", None, 9, &[]),
        ("", Some("raw/a.zst"), 9, &[]),
    ] {
        let listed = names(store.list(prefix, after.map(key).as_ref(), limit).await.unwrap());
        assert_eq!(listed, expected, "list of `{prefix}` after {after:?}");
    }
}

/// Checks [`Ledger`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn ledger<S: Ledger>(fresh: impl AsyncFn() -> S) {
    let store = fresh().await;
    assert_eq!(store.read("sms/kita").await.unwrap(), None, "a document that was never written is missing");
    let conflict = store.write("sms/kita", Some(1), b"x").await;
    assert!(matches!(conflict, Err(Error::Conflict { .. })), "a version of a document that is not there");
    assert_eq!(store.write("sms/kita", None, b"one").await.unwrap(), 1);
    assert_eq!(
        store.write("sms/minami", None, b"").await.unwrap(),
        1,
        "documents have versions of their own"
    );
    for expected in [None, Some(0), Some(2)] {
        let conflict = store.write("sms/kita", expected, b"x").await;
        assert!(matches!(conflict, Err(Error::Conflict { .. })), "another version ({expected:?})");
    }
    assert_eq!(store.write("sms/kita", Some(1), b"two").await.unwrap(), 2);
    let found = store.read("sms/kita").await.unwrap().unwrap();
    assert_eq!((found.version, found.bytes.as_slice()), (2, &b"two"[..]));
    assert!(matches!(store.write("", None, b"x").await, Err(Error::BadKey { .. })), "a key has a name");
    let large = vec![0; limits::VALUE_BYTES + 1];
    assert!(matches!(store.write("large", None, &large).await, Err(Error::TooLarge { .. })));
    assert_eq!(store.read("large").await.unwrap(), None, "what is too large leaves nothing");
}

/// Checks [`Stream`], with a way to read everything that is in one.
///
/// # Panics
///
/// When the stream breaks the contract.
pub async fn stream<S: Stream>(fresh: impl AsyncFn() -> S, read: impl AsyncFn(&S) -> Vec<StreamRecord>) {
    let record = |key: &str, bytes: &[u8]| StreamRecord { key: key.to_owned(), bytes: bytes.to_vec() };
    let store = fresh().await;
    store.put(&[]).await.unwrap();
    assert_eq!(read(&store).await, [], "nothing put, nothing there");
    // More than Kinesis takes in one call, by number and by size.
    let mut records: Vec<StreamRecord> = (0..1_100)
        .map(|number| record(&format!("a/{}", number % 7), format!("{number}").as_bytes()))
        .collect();
    records.extend((0..7).map(|number| record("large", &vec![number; limits::RECORD_BYTES])));
    records.push(record(&"長い".repeat(limits::KEY_BYTES / 6), &[0, 255]));
    store.put(&records).await.unwrap();
    let mut found: Vec<Vec<u8>> = read(&store).await.into_iter().map(|record| record.bytes).collect();
    found.sort_unstable();
    let mut put: Vec<Vec<u8>> = records.into_iter().map(|record| record.bytes).collect();
    put.sort_unstable();
    assert!(found == put, "{} records put, {} there, or others", put.len(), found.len());
    let before = found.len();
    let refused = store.put(&[record("a", b"x"), record("", b"x")]).await;
    assert!(matches!(refused, Err(Error::BadKey { .. })), "a key has a name");
    let refused = store.put(&[record("a", b"x"), record("a", &vec![0; limits::RECORD_BYTES + 1])]).await;
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "a record is bounded");
    assert_eq!(read(&store).await.len(), before, "what is refused puts nothing");
    store.put(&[record("a", b"x"), record("a", b"x")]).await.unwrap();
    assert_eq!(read(&store).await.len(), before + 2, "a repeat is another record");
}

/// Checks [`Published`], with a way to publish a version or to take the document away.
///
/// # Panics
///
/// When the document breaks the contract.
pub async fn published<S: Published>(fresh: impl AsyncFn() -> S, publish: impl AsyncFn(&S, Option<&[u8]>)) {
    let store = fresh().await;
    let new = async |known: Option<&str>| match store.fetch_if_changed(known).await.unwrap() {
        Fetched::New { tag, bytes } => (tag, bytes),
        other => panic!("a version was published, and {other:?} found"),
    };
    assert_eq!(store.fetch_if_changed(None).await.unwrap(), Fetched::Missing, "nothing was published");
    assert_eq!(store.fetch_if_changed(Some("x")).await.unwrap(), Fetched::Missing);
    publish(&store, Some(b"one")).await;
    let (one, bytes) = new(None).await;
    assert_eq!(bytes, b"one");
    assert_eq!(store.fetch_if_changed(Some(&one)).await.unwrap(), Fetched::Unchanged);
    publish(&store, Some(b"two")).await;
    let (two, bytes) = new(Some(&one)).await;
    assert_eq!(bytes, b"two");
    assert_eq!(new(None).await, (two.clone(), b"two".to_vec()), "the same version has the same tag");
    publish(&store, None).await;
    assert_eq!(store.fetch_if_changed(Some(&two)).await.unwrap(), Fetched::Missing);
}
