//! States, incidents and what a commit puts into the outbox.
//!
//! A state is `s#<tenant>#<subject>` / `s`, an incident `i#<id>` / `i`. A commit that changes a state alone is one
//! conditional `PutItem`; every other is one transaction.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use hinomi_model::{EventTime, Fingerprint, IncidentId, Level, TenantId};
use hinomi_store::{
    Commit, Error, IncidentPage, IncidentRow, OutboxEntry, Result, Standing, States, Stored, StoredIncident,
    SubjectKey, adapter,
};

use super::item::{Item, Key, items, number, number_of, part, part_of, strange, text, text_of};
use super::{Asked, Condition, Unwritten, Whole, Write};
use crate::cloud::{Cloud, days_after, named};
use crate::meaning::meaning;
use crate::schema::{EXPIRES, QUEUE, TENANT, WAKE, WAKE_SHARDS};

/// The version of a state.
const VERSION: &str = "v";
/// Attempts of a commit whose notices turn out to be dealt with. One tells all that are; others may be dealt with
/// meanwhile.
const OUTBOX_ATTEMPTS: u32 = 4;

fn state_key(key: &SubjectKey) -> Key {
    Key::new(format!("s#{}#{}", part(key.tenant.as_str()), key.subject), "s")
}

/// Reads the key of a state.
fn subject_of(key: &Key) -> Option<SubjectKey> {
    let (tenant, subject) = key.partition.strip_prefix("s#")?.split_once('#')?;
    Some(SubjectKey { tenant: TenantId::new(&part_of(tenant)), subject: subject.to_owned() })
}

fn incident_key(id: IncidentId) -> Key {
    Key::new(format!("i#{id}"), "i")
}

fn wake_shard(key: &Key) -> String {
    (Fingerprint::new("wake/1").text(&key.partition).finish_short() % WAKE_SHARDS).to_string()
}

fn queue_of(level: Option<Level>) -> String {
    level.map_or_else(|| "open health".to_owned(), |level| format!("open {level}"))
}

/// Returns where an incident is listed; none where it is over.
fn queue_attributes(standing: &Standing) -> Vec<(String, AttributeValue)> {
    if !standing.open {
        return Vec::new();
    }
    let place = [
        (QUEUE.partition, text(&queue_of(standing.level))),
        (QUEUE.sort, number(standing.last_seen.nanos())),
    ];
    place.map(|(name, value)| (name.to_owned(), value)).into()
}

impl Cloud {
    /// Makes what a commit writes: the state first, then the notices in order, then the incidents with all pieces.
    fn writes_of(&self, commit: &Commit, version: u64, outbox: &[&OutboxEntry]) -> Vec<Write> {
        let now = self.now();
        let key = state_key(&commit.key);
        let mut expires = self.expiry(self.lifetimes.states);
        let mut attributes = Item::from([(VERSION.to_owned(), number(version))]);
        if let Some(wake) = commit.wake {
            attributes.insert(WAKE.partition.to_owned(), text(&wake_shard(&key)));
            attributes.insert(WAKE.sort.to_owned(), number(wake.nanos()));
            // Whoever wants to be looked at later is there then.
            expires = expires.max(days_after(wake, self.lifetimes.states));
        }
        attributes.insert(EXPIRES.to_owned(), number(expires));
        let condition = match commit.expected {
            Some(version) => Condition::of("v = :v", ":v", number(version)),
            None => Condition::of("attribute_not_exists(pk) OR #ttl <= :now", ":now", number(now.seconds())),
        };
        let mut state = items(&key, attributes, &commit.state, Some(expires)).into_iter();
        let mut writes: Vec<Write> = Vec::new();
        writes.extend(state.next().map(|item| Write { item, condition: Some(condition) }));
        let mut further: Vec<Item> = state.collect();
        for entry in outbox {
            let mut items = self.outbox_items(entry).into_iter();
            writes.extend(
                items.next().map(|item| Write { item, condition: Some(super::outbox::not_done(now)) }),
            );
            further.extend(items);
        }
        let removed: BTreeSet<IncidentId> = commit.removed.iter().copied().collect();
        let rows: BTreeMap<IncidentId, &IncidentRow> = commit
            .incidents
            .iter()
            .filter(|row| !removed.contains(&row.id))
            .map(|row| (row.id, row))
            .collect();
        let expires = self.expiry(self.lifetimes.incidents);
        for (id, row) in rows {
            let mut attributes = Item::from([
                (TENANT.partition.to_owned(), text(commit.key.tenant.as_str())),
                (TENANT.sort.to_owned(), text(&id.to_string())),
                (EXPIRES.to_owned(), number(expires)),
            ]);
            attributes.extend(queue_attributes(&row.standing));
            further.extend(items(&incident_key(id), attributes, &row.bytes, Some(expires)));
        }
        writes.extend(further.into_iter().map(|item| Write { item, condition: None }));
        writes
    }

    /// Reads the incidents of keys that an index gave, in that order; those that are gone are left out.
    async fn listed_incidents(
        &self,
        what: &str,
        table: &str,
        keys: &[Key],
        keep: impl Fn(&Item) -> bool + Send,
    ) -> Result<Vec<StoredIncident>> {
        let mut found = self.read_whole(what, table, keys).await?;
        let whole = keys.iter().filter_map(|key| Some((key, found.remove(key)?)));
        whole.filter(|(_, whole)| keep(&whole.item)).map(|(key, whole)| incident(key, whole)).collect()
    }
}

fn incident(key: &Key, whole: Whole) -> Result<StoredIncident> {
    let tenant = text_of(&whole.item, TENANT.partition);
    let id = text_of(&whole.item, TENANT.sort).and_then(id_of);
    match (tenant, id) {
        (Some(tenant), Some(id)) => {
            Ok(StoredIncident { tenant: TenantId::new(tenant), id, bytes: whole.bytes })
        }
        _ => Err(strange(key, "name")),
    }
}

fn id_of(text: &str) -> Option<IncidentId> {
    u128::from_str_radix(text, 16).ok().map(IncidentId)
}

/// Writes a place between two pages: `<id>@<tenant>`.
fn place(last: &Item) -> Option<String> {
    Some(format!("{}@{}", text_of(last, TENANT.sort)?, text_of(last, TENANT.partition)?))
}

/// Reads a place as the start of an index's next page.
fn start(place: &str) -> Result<Item> {
    let read = place.split_once('@').and_then(|(id, tenant)| Some((id_of(id)?, tenant)));
    let Some((id, tenant)) = read else {
        return Err(Error::BadKey { key: adapter::shown(place) });
    };
    let mut start = incident_key(id).item();
    start.insert(TENANT.partition.to_owned(), text(tenant));
    start.insert(TENANT.sort.to_owned(), text(&id.to_string()));
    Ok(start)
}

impl States for Cloud {
    async fn load(&self, keys: &[SubjectKey]) -> Result<Vec<Option<Stored>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let table = named("loading states", &self.names.incidents)?;
        let keys: Vec<Key> = keys.iter().map(state_key).collect();
        let found = self.read_whole("loading states", table, &keys).await?;
        let stored = |key: &Key| {
            let Some(whole) = found.get(key) else { return Ok(None) };
            let version = number_of(&whole.item, VERSION).ok_or_else(|| strange(key, "version"))?;
            Ok(Some(Stored { version, bytes: whole.bytes.clone() }))
        };
        keys.iter().map(stored).collect()
    }

    async fn commit(&self, commit: &Commit) -> Result<u64> {
        commit.check()?;
        let table = named("committing", &self.names.incidents)?;
        let version = adapter::version_after(commit.expected, &commit.key.subject)?;
        let removed: BTreeSet<Key> = commit.removed.iter().map(|id| incident_key(*id)).collect();
        let removed: Vec<Key> = removed.into_iter().collect();
        let outbox: BTreeMap<&str, &OutboxEntry> =
            commit.outbox.iter().map(|entry| (entry.id.as_str(), entry)).collect();
        let mut outbox: Vec<&OutboxEntry> = outbox.into_values().collect();
        for _ in 0..OUTBOX_ATTEMPTS {
            let writes = self.writes_of(commit, version, &outbox);
            match self.write_items("committing", table, writes, &removed).await {
                Ok(()) => return Ok(version),
                // The state is the first write; a done notice cannot be told before the state is known to be the one read.
                Err(Unwritten::Conditions(failed)) if failed.contains(&0) => {
                    return Err(Error::Conflict { what: adapter::shown(&commit.key.subject) });
                }
                Err(Unwritten::Conditions(done)) => {
                    let mut place = 0;
                    outbox.retain(|_| {
                        place += 1;
                        !done.contains(&place)
                    });
                }
                Err(Unwritten::Failed(error)) => return Err(error),
            }
        }
        Err(Error::Throttled)
    }

    async fn incident(&self, id: IncidentId) -> Result<Option<StoredIncident>> {
        let table = named("reading an incident", &self.names.incidents)?;
        let key = incident_key(id);
        let found = self.read_one("reading an incident", table, &key).await?;
        found.map(|whole| incident(&key, whole)).transpose()
    }

    async fn incidents(
        &self,
        tenant: Option<&TenantId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<IncidentPage> {
        let what = "listing incidents";
        let table = named(what, &self.names.incidents)?;
        let start = after.map(start).transpose()?;
        let page = i32::try_from(limit.clamp(1, super::GET_KEYS)).unwrap_or(1);
        let (found, last) = match tenant {
            Some(tenant) => {
                let query = self
                    .dynamo
                    .query()
                    .table_name(table)
                    .index_name(TENANT.name)
                    .key_condition_expression("#t = :t")
                    .expression_attribute_names("#t", TENANT.partition)
                    .expression_attribute_values(":t", text(tenant.as_str()))
                    .limit(page)
                    .set_exclusive_start_key(start);
                let answer = query.send().await.map_err(|error| meaning(what, error))?;
                (answer.items, answer.last_evaluated_key)
            }
            None => {
                let scan = self.dynamo.scan().table_name(table).index_name(TENANT.name).limit(page);
                let answer = scan.set_exclusive_start_key(start).send().await;
                let answer = answer.map_err(|error| meaning(what, error))?;
                (answer.items, answer.last_evaluated_key)
            }
        };
        let keys: Vec<Key> = found.unwrap_or_default().iter().map(Key::of).collect::<Result<_>>()?;
        let incidents = self.listed_incidents(what, table, &keys, |_| true).await?;
        Ok(IncidentPage { incidents, next: last.as_ref().and_then(place) })
    }

    async fn waking(&self, up_to: EventTime, limit: usize) -> Result<Vec<(EventTime, SubjectKey)>> {
        let what = "listing who wants to be looked at";
        let table = named(what, &self.names.incidents)?;
        let mut found = Vec::new();
        for shard in 0..WAKE_SHARDS {
            let (partition, up_to) = (shard.to_string(), up_to.nanos());
            let asked =
                Asked { index: WAKE, partition: &partition, from: i64::MIN, up_to, last_first: false, limit };
            for (at, key) in self.listed(what, table, asked).await? {
                let subject = subject_of(&key).ok_or_else(|| strange(&key, "name"))?;
                found.push((EventTime::from_nanos(at), subject));
            }
        }
        found.sort_unstable();
        found.truncate(limit);
        Ok(found)
    }

    async fn queue(&self, level: Option<Level>, limit: usize) -> Result<Vec<StoredIncident>> {
        let what = "listing open incidents";
        let table = named(what, &self.names.incidents)?;
        let queue = queue_of(level);
        let (from, up_to) = (i64::MIN, i64::MAX);
        let asked = Asked { index: QUEUE, partition: &queue, from, up_to, last_first: true, limit };
        let mut listed = self.listed(what, table, asked).await?;
        listed.sort_unstable_by(|(seen, key), (other, other_key)| {
            other.cmp(seen).then_with(|| key.cmp(other_key))
        });
        listed.truncate(limit);
        let keys: Vec<Key> = listed.into_iter().map(|(_, key)| key).collect();
        let stands = |item: &Item| text_of(item, QUEUE.partition) == Some(&queue);
        self.listed_incidents(what, table, &keys, stands).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hinomi_store::limits;

    use super::super::item::PIECE_BYTES;
    use crate::schema::{PARTITION, SORT};

    #[test]
    fn a_subject_is_read_from_its_key() {
        for (tenant, subject) in
            [("kita", "host/10.0.0.1"), ("a#b", "c"), ("a", "b#c%23"), ("", "#"), ("日本", "日本")]
        {
            let key = SubjectKey { tenant: TenantId::new(tenant), subject: subject.to_owned() };
            assert_eq!(subject_of(&state_key(&key)), Some(key));
        }
    }

    #[test]
    fn a_place_is_read_where_it_was_written_and_nowhere_else() {
        let item = start("00000000000000000000000000000007@a@b").unwrap();
        assert_eq!(place(&item).unwrap(), "00000000000000000000000000000007@a@b");
        assert_eq!(
            (item.get(PARTITION), item.get(SORT)),
            (Some(&text(&incident_key(IncidentId(7)).partition)), Some(&text("i")))
        );
        for wrong in ["", "no place", "7", "x@a"] {
            assert!(matches!(start(wrong), Err(Error::BadKey { .. })), "{wrong}");
        }
    }

    /// Returns the bytes of an item as DynamoDB counts them, numbers at their most, and as they are sent.
    fn sizes(item: &Item) -> (usize, usize) {
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => (text.len(), text.len()),
            AttributeValue::B(bytes) => (bytes.as_ref().len(), bytes.as_ref().len().div_ceil(3) * 4),
            _ => (21, 21),
        };
        // A name and a value are sent as `"name":{"B":"value"},`.
        let sizes = item.iter().map(|(name, of)| (name.len(), value(of)));
        sizes
            .fold((0, 200), |(kept, sent), (name, value)| (kept + name + value.0, sent + name + 12 + value.1))
    }

    #[test]
    fn a_commit_at_every_limit_is_a_transaction_that_dynamodb_takes() {
        let service = crate::replay::Service::default();
        let cloud = Cloud::new(&service.config(), Default::default(), "", || EventTime::EPOCH);
        let standing = Standing { open: true, level: Some(Level::FOUR), last_seen: EventTime::MAX };
        let key =
            SubjectKey { tenant: TenantId::new(&"t".repeat(64)), subject: "s".repeat(limits::KEY_BYTES) };
        // Values just beyond one item cost an item more for the fewest bytes.
        for large in [0, 1, 4, limits::COMMIT_BYTES / (PIECE_BYTES + 1)] {
            let bytes = vec![0; PIECE_BYTES + 1];
            let mut commit = Commit {
                key: key.clone(),
                expected: Some(u64::MAX - 1),
                state: if large > 0 { bytes.clone() } else { Vec::new() },
                wake: Some(EventTime::MAX),
                incidents: Vec::new(),
                removed: Vec::new(),
                outbox: Vec::new(),
            };
            let row = |id| IncidentRow { id: IncidentId(id), standing, bytes: bytes.clone() };
            commit.incidents = (1..large as u128).map(row).collect();
            let left = limits::COMMIT_PIECES - commit.incidents.len();
            let used = commit.state.len() + commit.incidents.iter().map(|row| row.bytes.len()).sum::<usize>();
            let bytes = vec![0; (limits::COMMIT_BYTES - used) / left];
            let id = |number: usize| format!("{number:0>width$}", width = limits::KEY_BYTES);
            let entry = |number| OutboxEntry { id: id(number), due: EventTime::MAX, bytes: bytes.clone() };
            commit.outbox = (0..left).map(entry).collect();
            commit.check().unwrap();
            let outbox: Vec<&OutboxEntry> = commit.outbox.iter().collect();
            let writes = cloud.writes_of(&commit, u64::MAX, &outbox);
            let (kept, sent): (Vec<usize>, Vec<usize>) =
                writes.iter().map(|write| sizes(&write.item)).unzip();
            let (items, largest, all) = (kept.len(), kept.iter().max().unwrap(), sent.iter().sum::<usize>());
            assert!(items <= 100 && *largest <= 400_000 && all <= 4_000_000, "{items} {largest} {all}");
        }
    }

    #[test]
    fn only_what_is_open_is_listed() {
        let standing = |open, level| Standing { open, level, last_seen: EventTime::from_seconds(1) };
        assert!(queue_attributes(&standing(false, Some(Level::FOUR))).is_empty());
        let queues = [None, Some(Level::ZERO), Some(Level::FOUR)]
            .map(|level| queue_attributes(&standing(true, level)));
        let names = queues.map(|attributes| attributes[0].1.as_s().unwrap().clone());
        assert_eq!(names, ["open health", "open 0", "open 4"]);
    }
}
