//! Checks of states, incidents and the outbox, which are committed together.

use hinomi_model::{EventTime, IncidentId, Level};

use super::{at, tenant};
use crate::error::Error;
use crate::ports::{
    Commit, IncidentRow, Outbox, OutboxEntry, Standing, States, StoredIncident, SubjectKey, limits,
};

fn key(name: &str, subject: &str) -> SubjectKey {
    SubjectKey { tenant: tenant(name), subject: subject.to_owned() }
}

fn commit(key: SubjectKey, expected: Option<u64>, state: &str) -> Commit {
    let state = state.as_bytes().to_vec();
    let (incidents, removed, outbox) = (Vec::new(), Vec::new(), Vec::new());
    Commit { key, expected, state, wake: None, incidents, removed, outbox }
}

/// An open incident of level 2.
fn incident(id: u128, bytes: &[u8]) -> IncidentRow {
    standing(id, Level::TWO.into(), 0, bytes)
}

fn standing(id: u128, level: Option<Level>, last_seen: i64, bytes: &[u8]) -> IncidentRow {
    let standing = Standing { open: true, level, last_seen: at(last_seen) };
    IncidentRow { id: IncidentId(id), standing, bytes: bytes.to_vec() }
}

fn notice(id: &str, due: i64, text: &str) -> OutboxEntry {
    OutboxEntry { id: id.to_owned(), due: at(due), bytes: text.as_bytes().to_vec() }
}

async fn state_of(store: &impl States, key: &SubjectKey) -> Option<(u64, String)> {
    let mut found = store.load(std::slice::from_ref(key)).await.unwrap();
    let stored = found.pop().unwrap()?;
    Some((stored.version, String::from_utf8(stored.bytes).unwrap()))
}

async fn state_of_bytes(store: &impl States, key: &SubjectKey) -> Vec<u8> {
    store.load(std::slice::from_ref(key)).await.unwrap().pop().unwrap().unwrap().bytes
}

/// Walks all pages.
async fn incidents_of(store: &impl States, name: Option<&str>, limit: usize) -> Vec<StoredIncident> {
    let tenant = name.map(tenant);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.incidents(tenant.as_ref(), after.as_deref(), limit).await.unwrap();
        assert!(page.incidents.len() <= limit.max(1), "a page is at most its limit");
        all.extend(page.incidents);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    all.sort_by_key(|incident| incident.id);
    all
}

/// Checks [`States`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn states<S: States + Outbox>(fresh: impl AsyncFn() -> S) {
    versions(&fresh().await).await;
    incidents(&fresh().await).await;
    large_values(&fresh().await).await;
    waking(&fresh().await).await;
    queue(&fresh().await).await;
    all_or_nothing(&fresh().await).await;
    bounds(&fresh().await).await;
}

async fn versions(store: &impl States) {
    let (host, other) = (key("a", "host:10.0.0.1"), key("b", "host:10.0.0.1"));
    assert_eq!(state_of(store, &host).await, None, "a state that was never committed is missing");
    assert_eq!(store.load(&[]).await.unwrap(), [], "nothing asked, nothing loaded");
    assert_eq!(store.commit(&commit(host.clone(), None, "one")).await.unwrap(), 1, "the first version is 1");
    for expected in [None, Some(0), Some(2)] {
        let lost = store.commit(&commit(host.clone(), expected, "lost")).await;
        assert!(matches!(lost, Err(Error::Conflict { .. })), "expected {expected:?} and found 1");
    }
    assert_eq!(store.commit(&commit(host.clone(), Some(1), "two")).await.unwrap(), 2, "versions rise by one");
    let repeat = store.commit(&commit(host.clone(), Some(1), "two")).await;
    assert!(matches!(repeat, Err(Error::Conflict { .. })), "a repeat conflicts with itself");
    assert_eq!(state_of(store, &host).await, Some((2, "two".to_owned())));
    assert_eq!(state_of(store, &other).await, None, "another tenant's subject of the same name");
    assert_eq!(store.commit(&commit(other.clone(), None, "")).await.unwrap(), 1);
    let loaded = store.load(&[other.clone(), key("c", "x"), host.clone(), other]).await.unwrap();
    let versions: Vec<Option<u64>> = loaded.iter().map(|found| Some(found.as_ref()?.version)).collect();
    assert_eq!(
        versions,
        [Some(1), None, Some(2), Some(1)],
        "states come in the order of the keys, repeats too"
    );
    // Two read the same version; the one that commits second reads again and loses nothing.
    let won = store.commit(&commit(host.clone(), Some(2), "three")).await.unwrap();
    let lost = store.commit(&commit(host.clone(), Some(2), "other three")).await;
    assert!(matches!(lost, Err(Error::Conflict { .. })));
    assert_eq!(store.commit(&commit(host, Some(won), "joined")).await.unwrap(), 4);
}

async fn incidents(store: &impl States) {
    let missing = store.incident(IncidentId(1)).await.unwrap();
    assert_eq!(missing, None, "an incident that was never committed is missing");
    let ids: Vec<IncidentId> = [3, 1, u128::MAX, 0, 1 << 100].map(IncidentId).to_vec();
    let mut write = commit(key("a", "s"), None, "s");
    write.incidents = ids.iter().map(|id| incident(id.0, id.to_string().as_bytes())).collect();
    store.commit(&write).await.unwrap();
    let mut write = commit(key("b", "s"), None, "s");
    write.incidents = vec![incident(2, b"b")];
    store.commit(&write).await.unwrap();
    let found = store.incident(IncidentId(2)).await.unwrap().unwrap();
    assert_eq!((found.tenant, found.id, found.bytes), (tenant("b"), IncidentId(2), b"b".to_vec()));
    for limit in [0, 1, 2, 3, 5, 6, 100] {
        let all: Vec<IncidentId> = incidents_of(store, None, limit).await.iter().map(|i| i.id).collect();
        let expected = [0, 1, 2, 3, 1 << 100, u128::MAX].map(IncidentId);
        assert_eq!(all, expected, "pages of {limit} hold each incident once");
        let of_a: Vec<IncidentId> =
            incidents_of(store, Some("a"), limit).await.iter().map(|i| i.id).collect();
        assert_eq!(of_a, [0, 1, 3, 1 << 100, u128::MAX].map(IncidentId), "pages of {limit} of one tenant");
    }
    assert_eq!(incidents_of(store, Some("c"), 9).await, [], "a tenant without incidents");
    let wrong = store.incidents(None, Some("no place"), 9).await;
    assert!(matches!(wrong, Err(Error::BadKey { .. })), "a place that no call returned");
    // 3 was merged into 1.
    let mut write = commit(key("a", "s"), Some(1), "s");
    write.incidents = vec![incident(1, b"merged"), incident(0, b"gone")];
    write.removed = vec![IncidentId(3), IncidentId(77), IncidentId(0)];
    store.commit(&write).await.unwrap();
    assert_eq!(store.incident(IncidentId(3)).await.unwrap(), None, "a removed incident is gone");
    assert_eq!(store.incident(IncidentId(0)).await.unwrap(), None, "written and removed at once is removed");
    assert_eq!(
        store.incident(IncidentId(1)).await.unwrap().unwrap().bytes,
        b"merged",
        "the later write counts"
    );
    assert_eq!(incidents_of(store, Some("a"), 2).await.len(), 3, "a removed incident is in no page");
}

/// Values beyond one DynamoDB item, which grow and shrink from version to version.
async fn large_values<S: States + Outbox>(store: &S) {
    let subject = key("a", "s");
    let bytes =
        |size: usize, seed: u8| (0..size).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect::<Vec<u8>>();
    let mut version = None;
    for (seed, size) in [(1, 900 << 10), (2, 300 << 10), (3, 1 << 20), (4, 10), (5, 351 << 10)] {
        let mut write = commit(subject.clone(), version, "");
        write.state = bytes(size, seed);
        write.incidents = vec![incident(1, &bytes(size, seed ^ 0x80)), incident(2, b"small")];
        write.outbox =
            vec![OutboxEntry { id: "n".to_owned(), due: at(1), bytes: bytes(size / 2, seed ^ 0x40) }];
        version = Some(store.commit(&write).await.unwrap());
        let found = store.load(std::slice::from_ref(&subject)).await.unwrap().pop().unwrap().unwrap();
        assert!(found.bytes == write.state && Some(found.version) == version, "a state of {size} bytes");
        for row in &write.incidents {
            let found = store.incident(row.id).await.unwrap().unwrap();
            assert!(found.bytes == row.bytes, "an incident of {size} bytes");
        }
        let listed = incidents_of(store, Some("a"), 9).await;
        assert!(listed.iter().zip(&write.incidents).all(|(listed, row)| listed.bytes == row.bytes));
        let queued = store.queue(Some(Level::TWO), 9).await.unwrap();
        assert!(queued.len() == 2 && queued[0].bytes == write.incidents[0].bytes, "queue of {size} bytes");
        assert!(store.entry("n").await.unwrap().as_ref() == write.outbox.first(), "a notice of {size} bytes");
        assert!(store.due(at(1), 9).await.unwrap() == write.outbox, "a due notice of {size} bytes");
    }
    let mut write = commit(subject, version, "");
    write.removed = vec![IncidentId(1)];
    store.commit(&write).await.unwrap();
    store.done("n").await.unwrap();
    assert_eq!(store.incident(IncidentId(1)).await.unwrap(), None, "a large incident is removed whole");
    assert_eq!(store.entry("n").await.unwrap(), None, "a large notice is done whole");
}

async fn waking(store: &impl States) {
    assert_eq!(store.waking(EventTime::MAX, 9).await.unwrap(), [], "nobody wants to be looked at");
    let mut versions = std::collections::BTreeMap::new();
    let mut wish = async |name: &str, subject: &str, wake: Option<i64>| {
        let mut write =
            commit(key(name, subject), versions.get(&(name.to_owned(), subject.to_owned())).copied(), "s");
        write.wake = wake.map(at);
        let version = store.commit(&write).await.unwrap();
        versions.insert((name.to_owned(), subject.to_owned()), version);
    };
    for (name, subject, wake) in [
        ("b", "x", Some(20)),
        ("a", "y", Some(20)),
        ("a", "x", Some(20)),
        ("a", "z", None),
        ("c", "x", Some(-5)),
    ] {
        wish(name, subject, wake).await;
    }
    let woken = async |seconds, limit| store.waking(at(seconds), limit).await.unwrap();
    let of = |list: &[(i64, &str, &str)]| -> Vec<(EventTime, SubjectKey)> {
        list.iter().map(|(seconds, name, subject)| (at(*seconds), key(name, subject))).collect()
    };
    let all = of(&[(-5, "c", "x"), (20, "a", "x"), (20, "a", "y"), (20, "b", "x")]);
    assert_eq!(woken(20, 9).await, all, "who wants to be looked at by then, by (time, key)");
    assert_eq!(woken(19, 9).await, all[..1], "and nobody who wants it later");
    assert_eq!(woken(99, 3).await, all[..3], "the limit keeps the earliest");
    assert_eq!(woken(99, 0).await, []);
    assert_eq!(woken(20, 9).await, all, "reading takes nothing away");
    wish("a", "x", Some(30)).await;
    wish("b", "x", None).await;
    wish("a", "z", Some(1)).await;
    let left = of(&[(-5, "c", "x"), (1, "a", "z"), (20, "a", "y"), (30, "a", "x")]);
    assert_eq!(woken(99, 9).await, left, "the last commit's wish counts, also when it is none");
}

async fn queue(store: &impl States) {
    let (two, three) = (Some(Level::TWO), Some(Level::THREE));
    assert_eq!(store.queue(two, 9).await.unwrap(), [], "nothing is open");
    let mut write = commit(key("a", "s"), None, "s");
    let closed = Standing { open: false, level: two, last_seen: at(90) };
    write.incidents = vec![
        standing(1, two, 10, b"one"),
        standing(2, two, 30, b"two"),
        standing(3, three, 20, b"three"),
        standing(4, None, 5, b"health"),
        IncidentRow { id: IncidentId(5), standing: closed, bytes: b"closed".to_vec() },
        standing(7, two, 10, b"seven"),
    ];
    store.commit(&write).await.unwrap();
    let mut write = commit(key("b", "s"), None, "s");
    write.incidents = vec![standing(6, two, 20, b"six")];
    store.commit(&write).await.unwrap();
    let queued = async |level, limit| -> Vec<u128> {
        store.queue(level, limit).await.unwrap().into_iter().map(|incident| incident.id.0).collect()
    };
    assert_eq!(queued(two, 9).await, [2, 6, 1, 7], "of all tenants the last seen first, then by id");
    assert_eq!(queued(two, 3).await, [2, 6, 1], "the limit keeps the last seen");
    assert_eq!(queued(three, 9).await, [3]);
    assert_eq!(queued(None, 9).await, [4], "health has no level");
    assert_eq!(queued(Some(Level::FOUR), 9).await, [], "a level that nothing has");
    let six = store.queue(two, 2).await.unwrap().remove(1);
    assert_eq!(six, StoredIncident { tenant: tenant("b"), id: IncidentId(6), bytes: b"six".to_vec() });
    let mut write = commit(key("a", "s"), Some(1), "s");
    write.incidents = vec![
        standing(1, two, 99, b"seen again"),
        standing(2, three, 30, b"worse"),
        IncidentRow { id: IncidentId(4), standing: closed, bytes: b"recovered".to_vec() },
    ];
    write.removed = vec![IncidentId(3), IncidentId(7)];
    store.commit(&write).await.unwrap();
    assert_eq!(queued(two, 9).await, [1, 6], "an incident moves to where it stands now");
    assert_eq!(queued(three, 9).await, [2], "a removed incident is in no queue");
    assert_eq!(queued(None, 9).await, [], "a closed incident is in no queue");
    assert_eq!(store.queue(two, 1).await.unwrap().remove(0).bytes, b"seen again");
}

async fn all_or_nothing<S: States + Outbox>(store: &S) {
    let subject = key("a", "s");
    store.commit(&commit(subject.clone(), None, "one")).await.unwrap();
    let mut late = commit(subject.clone(), None, "late");
    late.incidents = vec![incident(1, b"late")];
    late.outbox = vec![notice("n1", 1, "late")];
    assert!(matches!(store.commit(&late).await, Err(Error::Conflict { .. })));
    assert_eq!(store.incident(IncidentId(1)).await.unwrap(), None, "a lost commit writes no incident");
    assert_eq!(store.due(at(9), 9).await.unwrap(), [], "a lost commit puts no notice out");
    late.expected = Some(1);
    assert_eq!(store.commit(&late).await.unwrap(), 2);
    assert!(store.incident(IncidentId(1)).await.unwrap().is_some());
    assert_eq!(store.due(at(9), 9).await.unwrap(), late.outbox, "what is won is there together");
}

async fn bounds<S: States + Outbox>(store: &S) {
    let subject = key("a", "s");
    let mut large = commit(subject.clone(), None, "");
    large.state = vec![0; limits::VALUE_BYTES + 1];
    assert!(matches!(store.commit(&large).await, Err(Error::TooLarge { .. })), "a state is bounded");
    large.state = vec![1; limits::VALUE_BYTES];
    large.incidents = vec![incident(1, &vec![0; limits::VALUE_BYTES])];
    assert!(matches!(store.commit(&large).await, Err(Error::TooLarge { .. })), "a commit is bounded");
    let mut many = commit(subject.clone(), None, "");
    many.removed = (0..=limits::COMMIT_PIECES as u128).map(IncidentId).collect();
    assert!(
        matches!(store.commit(&many).await, Err(Error::TooLarge { .. })),
        "pieces of a commit are bounded"
    );
    let nobody = store.commit(&commit(key("a", ""), None, "")).await;
    assert!(matches!(nobody, Err(Error::BadKey { .. })), "a subject has a name");
    assert_eq!(state_of(store, &subject).await, None, "what is refused leaves nothing");
    large.incidents.clear();
    assert_eq!(store.commit(&large).await.unwrap(), 1, "the largest state fits");
    let long = key("a", &"x".repeat(limits::KEY_BYTES));
    assert_eq!(store.commit(&commit(long.clone(), None, "")).await.unwrap(), 1, "the longest subject fits");
    // As many values as can be that need more than one item of DynamoDB, and as many pieces as there may be.
    let mut full = commit(long.clone(), Some(1), "");
    let (size, large) = (360_000, limits::COMMIT_BYTES / 360_000);
    full.state = vec![1; size];
    full.incidents = (1..large as u128).map(|id| incident(id, &vec![2; size])).collect();
    full.removed = (100..130).map(IncidentId).collect();
    let left = limits::COMMIT_PIECES - full.incidents.len() - full.removed.len();
    let room = (limits::COMMIT_BYTES - large * size) / left;
    let name = |number: usize| format!("{number:0>width$}", width = limits::KEY_BYTES);
    full.outbox = (0..left).map(|number| notice(&name(number), 1, &"n".repeat(room))).collect();
    assert_eq!(store.commit(&full).await.unwrap(), 2, "the largest commit fits");
    assert_eq!(store.due(at(1), 999).await.unwrap().len(), left);
    assert_eq!(state_of_bytes(store, &long).await, full.state);
}

/// Checks [`Outbox`].
///
/// # Panics
///
/// When the store breaks the contract.
pub async fn outbox<S: States + Outbox>(fresh: impl AsyncFn() -> S) {
    let store = fresh().await;
    assert_eq!(store.due(at(9), 9).await.unwrap(), [], "an empty outbox");
    let mut version = None;
    let mut put = async |entries: &[OutboxEntry]| {
        let mut write = commit(key("a", "s"), version, "s");
        write.outbox = entries.to_vec();
        version = Some(store.commit(&write).await.unwrap());
    };
    let (a, b, c, d) =
        (notice("a", 30, "a"), notice("b", 10, "b"), notice("c", 10, "c"), notice("d", -5, "d"));
    put(&[c.clone(), a.clone(), b.clone(), d.clone()]).await;
    let due = async |seconds, limit| store.due(at(seconds), limit).await.unwrap();
    assert_eq!(due(-6, 9).await, [], "nothing is due before its time");
    assert_eq!(due(10, 9).await, [d.clone(), b.clone(), c.clone()], "due at that very time, by (due, id)");
    assert_eq!(due(99, 2).await, [d.clone(), b.clone()], "the limit keeps the first");
    assert_eq!(due(99, 9).await, [d.clone(), b.clone(), c.clone(), a.clone()], "reading takes nothing away");
    assert_eq!(store.entry("b").await.unwrap(), Some(b), "one that waits is found by its id");
    assert_eq!(store.entry("never there").await.unwrap(), None);
    let moved = notice("b", 40, "b again");
    put(std::slice::from_ref(&moved)).await;
    assert_eq!(store.entry("b").await.unwrap(), Some(moved.clone()));
    assert_eq!(due(99, 9).await, [d.clone(), c.clone(), a.clone(), moved.clone()], "a later one replaces it");
    for _ in 0..2 {
        store.done("c").await.unwrap();
        store.done("never there").await.unwrap();
        assert_eq!(store.entry("c").await.unwrap(), None, "what is done waits no more");
    }
    assert_eq!(due(99, 9).await, [d.clone(), a.clone(), moved.clone()], "what is done waits no more");
    put(&[notice("c", 1, "c again"), notice("never there", 1, "late"), notice("e", 50, "e")]).await;
    let left = [d, a, moved, notice("e", 50, "e")];
    assert_eq!(due(99, 9).await, left, "what is done never waits again");
}
