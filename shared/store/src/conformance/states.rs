//! Checks of states, incidents and the outbox, which are committed together.

use hinomi_model::IncidentId;

use super::{at, tenant};
use crate::error::Error;
use crate::ports::{Commit, Outbox, OutboxEntry, States, StoredIncident, SubjectKey, limits};

fn key(name: &str, subject: &str) -> SubjectKey {
    SubjectKey { tenant: tenant(name), subject: subject.to_owned() }
}

fn commit(key: SubjectKey, expected: Option<u64>, state: &str) -> Commit {
    let state = state.as_bytes().to_vec();
    Commit { key, expected, state, incidents: Vec::new(), removed: Vec::new(), outbox: Vec::new() }
}

fn notice(id: &str, due: i64, text: &str) -> OutboxEntry {
    OutboxEntry { id: id.to_owned(), due: at(due), bytes: text.as_bytes().to_vec() }
}

async fn state_of(store: &impl States, key: &SubjectKey) -> Option<(u64, String)> {
    let mut found = store.load(std::slice::from_ref(key)).await.unwrap();
    let stored = found.pop().unwrap()?;
    Some((stored.version, String::from_utf8(stored.bytes).unwrap()))
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
    write.incidents = ids.iter().map(|id| (*id, id.to_string().into_bytes())).collect();
    store.commit(&write).await.unwrap();
    let mut write = commit(key("b", "s"), None, "s");
    write.incidents = vec![(IncidentId(2), b"b".to_vec())];
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
    write.incidents = vec![(IncidentId(1), b"merged".to_vec()), (IncidentId(0), b"gone".to_vec())];
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

async fn all_or_nothing<S: States + Outbox>(store: &S) {
    let subject = key("a", "s");
    store.commit(&commit(subject.clone(), None, "one")).await.unwrap();
    let mut late = commit(subject.clone(), None, "late");
    late.incidents = vec![(IncidentId(1), b"late".to_vec())];
    late.outbox = vec![notice("n1", 1, "late")];
    assert!(matches!(store.commit(&late).await, Err(Error::Conflict { .. })));
    assert_eq!(store.incident(IncidentId(1)).await.unwrap(), None, "a lost commit writes no incident");
    assert_eq!(store.due(at(9), 9).await.unwrap(), [], "a lost commit puts no notice out");
    late.expected = Some(1);
    assert_eq!(store.commit(&late).await.unwrap(), 2);
    assert!(store.incident(IncidentId(1)).await.unwrap().is_some());
    assert_eq!(store.due(at(9), 9).await.unwrap(), late.outbox, "what is won is there together");
}

async fn bounds(store: &impl States) {
    let subject = key("a", "s");
    let mut large = commit(subject.clone(), None, "");
    large.state = vec![0; limits::VALUE_BYTES + 1];
    assert!(matches!(store.commit(&large).await, Err(Error::TooLarge { .. })), "a state is bounded");
    large.state = vec![1; limits::VALUE_BYTES];
    large.incidents = vec![(IncidentId(1), vec![0; limits::VALUE_BYTES])];
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
    assert_eq!(store.commit(&commit(long, None, "")).await.unwrap(), 1, "the longest subject fits");
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
    let moved = notice("b", 40, "b again");
    put(std::slice::from_ref(&moved)).await;
    assert_eq!(due(99, 9).await, [d.clone(), c.clone(), a.clone(), moved.clone()], "a later one replaces it");
    for _ in 0..2 {
        store.done("c").await.unwrap();
        store.done("never there").await.unwrap();
    }
    assert_eq!(due(99, 9).await, [d.clone(), a.clone(), moved.clone()], "what is done waits no more");
    put(&[notice("c", 1, "c again"), notice("never there", 1, "late"), notice("e", 50, "e")]).await;
    let left = [d, a, moved, notice("e", 50, "e")];
    assert_eq!(due(99, 9).await, left, "what is done never waits again");
}
