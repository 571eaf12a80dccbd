//! The adapters against an emulator: the store's conformance suite, what expires, and what happens between callers.
//!
//! Needs a running emulator; `cargo xtask test emulator` starts one. Each check makes tables, buckets and streams of its
//! own names, from [`hinomi_aws::schema`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use aws_sdk_kinesis::types::ShardIteratorType;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use hinomi_aws::schema::{Index, PARTITION, SORT, TABLES, Table};
use hinomi_aws::{Clock, Cloud, Document, Records, Subscribers, TableNames};
use hinomi_model::{Channel, EventTime, IncidentId, TenantId};
use hinomi_steps::enrol::{SubscriptionState, Subscriptions, filter_policy};
use hinomi_store::{
    Archive, ArchiveKey, Claim, Commit, Deliveries, Error, Ledger, Outbox, OutboxEntry, Put, Scope, Sighting,
    States, Stream, StreamRecord, SubjectKey, Unit, conformance,
};
use tokio::task::JoinSet;

/// Where the emulator answers.
const ENDPOINT: &str = "HINOMI_TEST_ENDPOINT";

fn config() -> SdkConfig {
    with_client(aws_smithy_http_client::Builder::new().build_http())
}

fn with_client(client: SharedHttpClient) -> SdkConfig {
    let Ok(endpoint) = std::env::var(ENDPOINT) else {
        panic!("{ENDPOINT} is not set: run `cargo xtask test emulator`, which starts the emulator");
    };
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        )))
        .http_client(client)
        .sleep_impl(NoSleep)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .endpoint_url(endpoint)
        .build()
}

/// The SDK's pauses between attempts, which are nothing here: no service needs the rest.
#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, time: Duration) -> Sleep {
        // A timeout is asked for the same way as a pause, and is longer than any of them.
        match time < Duration::from_millis(900) {
            true => Sleep::new(std::future::ready(())),
            false => Sleep::new(tokio::time::sleep(time)),
        }
    }
}

/// Makes a name that no other check uses.
fn own_name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("check-{}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

/// The time at which the checks write.
fn today() -> EventTime {
    EventTime::from_seconds(1_800_000_000)
}

/// A year and a half later: everything that has an end has reached it.
fn long_after() -> EventTime {
    today().plus(550 * 86_400)
}

/// Fifty days later: marks of notices and states are past, incidents are not.
fn later() -> EventTime {
    today().plus(50 * 86_400)
}

async fn make_table(client: &aws_sdk_dynamodb::Client, table: &Table, name: &str) {
    let element =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let attribute = |name: &str, kind| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let mut call = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(element(PARTITION, KeyType::Hash))
        .key_schema(element(SORT, KeyType::Range))
        .attribute_definitions(attribute(PARTITION, ScalarAttributeType::S))
        .attribute_definitions(attribute(SORT, ScalarAttributeType::S));
    for Index { name, partition, sort, number, includes } in table.indexes {
        let kind = if *number { ScalarAttributeType::N } else { ScalarAttributeType::S };
        let projection = match includes {
            [] => Projection::builder().projection_type(ProjectionType::KeysOnly).build(),
            _ => Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(includes.iter().map(|name| (*name).to_owned()).collect()))
                .build(),
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(*name)
            .key_schema(element(partition, KeyType::Hash))
            .key_schema(element(sort, KeyType::Range))
            .projection(projection);
        call = call
            .attribute_definitions(attribute(partition, ScalarAttributeType::S))
            .attribute_definitions(attribute(sort, kind))
            .global_secondary_indexes(index.build().unwrap());
    }
    call.send().await.unwrap();
}

async fn make_bucket(config: &SdkConfig) -> (aws_sdk_s3::Client, String) {
    let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    let (s3, bucket) = (aws_sdk_s3::Client::from_conf(s3), own_name());
    s3.create_bucket().bucket(&bucket).send().await.unwrap();
    (s3, bucket)
}

/// Tables and a bucket of a check's own.
struct Place {
    names: TableNames,
    bucket: String,
}

impl Place {
    async fn make() -> Place {
        let config = config();
        let dynamo = aws_sdk_dynamodb::Client::new(&config);
        let own = own_name();
        let name = |table: &str| format!("{own}-{table}");
        for table in &TABLES {
            make_table(&dynamo, table, &name(table.name)).await;
        }
        let (_, bucket) = make_bucket(&config).await;
        let [incidents, deliveries, scope, ledger] = TABLES.map(|table| name(table.name));
        Place { names: TableNames { incidents, deliveries, scope, ledger }, bucket }
    }

    fn store(&self, config: &SdkConfig, clock: Clock) -> Cloud {
        Cloud::new(config, self.names.clone(), &self.bucket, clock)
    }
}

async fn fresh() -> Cloud {
    Place::make().await.store(&config(), today)
}

#[tokio::test]
async fn states_keep_the_contract() {
    conformance::states(fresh).await;
}

#[tokio::test]
async fn the_outbox_keeps_the_contract() {
    conformance::outbox(fresh).await;
}

#[tokio::test]
async fn scope_keeps_the_contract() {
    conformance::scope(fresh).await;
}

#[tokio::test]
async fn deliveries_keep_the_contract() {
    conformance::deliveries(fresh).await;
}

#[tokio::test]
async fn the_archive_keeps_the_contract() {
    conformance::archive(fresh).await;
}

#[tokio::test]
async fn the_ledger_keeps_the_contract() {
    conformance::ledger(fresh).await;
}

#[tokio::test]
async fn a_document_keeps_the_contract() {
    let config = config();
    let (s3, bucket) = make_bucket(&config).await;
    let document = async || Document::new(&config, &bucket, "registry.yaml");
    let publish = async |document: &Document, version: Option<&[u8]>| match version {
        Some(bytes) => document.replace(bytes).await.unwrap(),
        None => {
            s3.delete_object().bucket(&bucket).key("registry.yaml").send().await.unwrap();
        }
    };
    conformance::published(document, publish).await;
}

/// Reads everything that is in a stream.
async fn read(client: &aws_sdk_kinesis::Client, stream: &str) -> Vec<StreamRecord> {
    let shards = client.list_shards().stream_name(stream).send().await.unwrap();
    let mut records = Vec::new();
    for shard in shards.shards() {
        let iterator = client
            .get_shard_iterator()
            .stream_name(stream)
            .shard_id(shard.shard_id())
            .shard_iterator_type(ShardIteratorType::TrimHorizon);
        let mut next = iterator.send().await.unwrap().shard_iterator;
        // An empty page is the end here: nobody writes meanwhile.
        while let Some(iterator) = next {
            let page = client.get_records().shard_iterator(iterator).send().await.unwrap();
            let found = page.records.iter();
            records.extend(found.map(|record| StreamRecord {
                key: record.partition_key.clone().unwrap(),
                bytes: record.data.as_ref().to_vec(),
            }));
            next = page.next_shard_iterator.filter(|_| !page.records.is_empty());
        }
    }
    records
}

#[tokio::test]
async fn a_stream_keeps_the_contract() {
    let config = config();
    let client = aws_sdk_kinesis::Client::new(&config);
    let stream = own_name();
    client.create_stream().stream_name(&stream).shard_count(2).send().await.unwrap();
    // A stream takes a moment to be there.
    let mut tries = 0;
    while client.list_shards().stream_name(&stream).send().await.unwrap().shards().len() < 2 && tries < 100 {
        tries += 1;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let make = async || Records::new(&config, &stream);
    conformance::stream(make, async |_: &Records| read(&client, &stream).await).await;
    let one = |key: &str| StreamRecord { key: key.to_owned(), bytes: key.as_bytes().to_vec() };
    let keys: Vec<StreamRecord> = (0..50).map(|number| one(&format!("host/10.0.0.{number}"))).collect();
    make().await.put(&keys).await.unwrap();
    let found = read(&client, &stream).await;
    assert!(keys.iter().all(|record| found.contains(record)), "keys are Kinesis's partition keys");
}

fn commit(subject: &str, expected: Option<u64>) -> Commit {
    Commit {
        key: SubjectKey { tenant: TenantId::new("a#b"), subject: subject.to_owned() },
        expected,
        state: b"state".to_vec(),
        wake: Some(today()),
        incidents: Vec::new(),
        removed: Vec::new(),
        outbox: vec![OutboxEntry { id: "n".to_owned(), due: today(), bytes: b"notice".to_vec() }],
    }
}

fn unit() -> Unit {
    let text = |text: &str| text.to_owned();
    Unit { incident: IncidentId(1), notice: text("n"), contact: text("duty"), channel: Channel::Sms }
}

#[tokio::test]
async fn what_is_past_is_absent_though_it_is_still_there() {
    let place = Place::make().await;
    let store = place.store(&config(), today);
    let write = commit("s", None);
    assert_eq!(store.commit(&write).await.unwrap(), 1);
    store.done("n").await.unwrap();
    let sighting = |first| Sighting {
        tenant: TenantId::new("a"),
        indicator: "domain:x.example".to_owned(),
        host: "10.0.0.1".parse().unwrap(),
        first,
    };
    store.note(&[sighting(today())]).await.unwrap();
    store.claim(&unit(), today()).await.unwrap();

    let fifty_days = place.store(&config(), later);
    assert_eq!(
        fifty_days.load(std::slice::from_ref(&write.key)).await.unwrap(),
        [None],
        "a state's days are over"
    );
    assert_eq!(fifty_days.waking(EventTime::MAX, 9).await.unwrap(), [], "and nobody wants to look at it");
    assert!(matches!(fifty_days.claim(&unit(), later()).await, Ok(Claim::Claimed { .. })));
    assert_eq!(fifty_days.commit(&write).await.unwrap(), 1, "it begins anew");
    assert_eq!(fifty_days.due(today(), 9).await.unwrap(), write.outbox, "and the mark of its notice is past");

    let ended = place.store(&config(), long_after);
    let hosts = ended.hosts(&TenantId::new("a"), "domain:x.example", 9).await.unwrap();
    assert_eq!(hosts, [], "a sighting of long ago");
    ended.note(&[sighting(later())]).await.unwrap();
    let hosts = ended.hosts(&TenantId::new("a"), "domain:x.example", 9).await.unwrap();
    assert_eq!(hosts, [("10.0.0.1".parse().unwrap(), later())], "is noted anew with its own time");
    assert_eq!(ended.of(IncidentId(1)).await.unwrap(), []);
    assert_eq!(ended.unconfirmed(EventTime::MAX, 9).await.unwrap(), []);
    assert!(matches!(ended.sent(&unit(), today(), "m").await, Err(Error::Missing { .. })));
    assert_eq!(ended.claim(&unit(), long_after()).await.unwrap(), Claim::New);
}

#[tokio::test]
async fn of_many_callers_one_claims_and_one_puts() {
    let store = fresh().await;
    let key = ArchiveKey::new("raw/a.zst").unwrap();
    let mut callers = JoinSet::new();
    for number in 0..12_u8 {
        let (store, key) = (store.clone(), key.clone());
        callers.spawn(async move {
            let claim = store.claim(&unit(), today().plus(number.into())).await.unwrap();
            let put = store.put_new(&key, &[number]).await.unwrap();
            (claim == Claim::New, put == Put::Stored)
        });
    }
    let outcomes = callers.join_all().await;
    let count = |which: fn(&(bool, bool)) -> bool| outcomes.iter().filter(|outcome| which(outcome)).count();
    assert_eq!((count(|outcome| outcome.0), count(|outcome| outcome.1)), (1, 1));
}

#[tokio::test]
async fn of_many_callers_each_commit_and_each_document_wins_once() {
    let store = fresh().await;
    let mut callers = JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        callers.spawn(async move {
            for _ in 0..5 {
                // A conflict means that another caller went on, so the loops end.
                loop {
                    let key = commit("s", None).key;
                    let found = store.load(&[key]).await.unwrap().remove(0).map(|found| found.version);
                    match store.commit(&commit("s", found)).await {
                        Ok(_) => break,
                        Err(Error::Conflict { .. } | Error::Throttled) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                loop {
                    let found = store.read("k").await.unwrap().map(|found| found.version);
                    match store.write("k", found, b"x").await {
                        Ok(_) => break,
                        Err(Error::Conflict { .. } | Error::Throttled) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        });
    }
    callers.join_all().await;
    let found = store.load(&[commit("s", None).key]).await.unwrap().remove(0).unwrap();
    assert_eq!((found.version, store.read("k").await.unwrap().unwrap().version), (20, 20));
}

#[tokio::test]
async fn confirming_and_taking_over_lose_no_receipt() {
    let store = fresh().await;
    store.claim(&unit(), today()).await.unwrap();
    let mut callers = JoinSet::new();
    for number in 0..6 {
        let store = store.clone();
        callers.spawn(async move { store.sent(&unit(), today(), &format!("m{number}")).await });
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
    let found = store.of(IncidentId(1)).await.unwrap().remove(0);
    assert_eq!(found.messages.len(), 6, "each caller's receipt is there");
    assert_eq!(store.unconfirmed(EventTime::MAX, 9).await.unwrap(), []);
}

#[tokio::test]
async fn subscriptions_are_made_changed_and_ended() {
    // The emulator's own account.
    let prefix = format!("arn:aws:sns:us-east-1:000000000000:{}-", own_name());
    let subscribers = Subscribers::new(&config(), &prefix, None);
    let kita = TenantId::new("kita");
    for _ in 0..2 {
        subscribers.create_topic(&kita).await.unwrap();
    }
    assert_eq!(
        subscribers.topics().await.unwrap(),
        std::slice::from_ref(&kita),
        "made once, and no other topic is ours"
    );
    assert_eq!(subscribers.subscriptions(&kita).await.unwrap(), []);
    let filter = filter_policy(["duty"], Channel::Sms);
    subscribers.subscribe(&kita, Channel::Sms, "+819000000000", &filter).await.unwrap();
    let found = subscribers.subscriptions(&kita).await.unwrap().remove(0);
    let SubscriptionState::Confirmed { arn } = found.state else { panic!("an SMS needs no confirmation") };
    let filter_of =
        |filter: Option<&str>| serde_json::from_str::<serde_json::Value>(filter.unwrap()).unwrap();
    assert_eq!((found.protocol.as_str(), found.endpoint.as_str()), ("sms", "+819000000000"));
    assert_eq!(filter_of(found.filter.as_deref()), filter_of(Some(&filter)));
    let other = filter_policy(["chief"], Channel::Sms);
    subscribers.set_filter(&arn, &other).await.unwrap();
    let found = subscribers.subscriptions(&kita).await.unwrap().remove(0);
    assert_eq!(filter_of(found.filter.as_deref()), filter_of(Some(&other)));
    for _ in 0..2 {
        subscribers.unsubscribe(&arn).await.unwrap();
    }
    assert_eq!(subscribers.subscriptions(&kita).await.unwrap(), []);
}

/// Passes questions on and loses every other answer.
#[derive(Clone, Debug)]
struct Lossy {
    inner: SharedHttpConnector,
    asked: Arc<AtomicU32>,
}

impl HttpConnector for Lossy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let lost = self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if lost { Err(ConnectorError::timeout("lost".into())) } else { Ok(answer) }
        })
    }
}

/// Makes a store whose calls all happen, and whose answers are lost at the first try.
async fn lossy() -> (Cloud, Cloud, Arc<AtomicU32>) {
    let place = Place::make().await;
    let client = aws_smithy_http_client::Builder::new().build_http();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let lossy = http_client_fn(move |settings, components| {
        let inner = client.http_connector(settings, components);
        SharedHttpConnector::new(Lossy { inner, asked: Arc::clone(&count) })
    });
    (place.store(&with_client(lossy), today), place.store(&config(), today), asked)
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_repeated_and_happens_once() {
    let (lossy, whole, asked) = lossy().await;
    let (claim, sent) = (unit(), unit());
    assert_eq!(lossy.claim(&claim, today()).await.unwrap(), Claim::New, "it meets its own claim");
    assert_eq!(asked.load(Ordering::Relaxed), 2, "the SDK repeated the call");
    assert_eq!(lossy.claim(&claim, today()).await.unwrap(), Claim::Claimed { at: today() });
    assert_eq!(
        lossy.take_over(&claim, today(), today().plus(1)).await.unwrap(),
        2,
        "it meets its own attempt"
    );
    lossy.sent(&sent, today(), "m").await.unwrap();
    let delivery = whole.of(IncidentId(1)).await.unwrap().remove(0);
    assert_eq!((delivery.attempts, delivery.messages.len()), (2, 1));

    // With a notice it is a transaction, which has a token; alone, it is a conflict with itself, as the contract says.
    let mut write = commit("s", None);
    assert_eq!(lossy.commit(&write).await.unwrap(), 1);
    assert_eq!(whole.due(today(), 9).await.unwrap(), write.outbox);
    write.expected = Some(1);
    write.outbox.clear();
    assert!(matches!(lossy.commit(&write).await, Err(Error::Conflict { .. })));
    assert_eq!(whole.load(std::slice::from_ref(&write.key)).await.unwrap()[0].as_ref().unwrap().version, 2);
    assert!(matches!(lossy.write("k", None, b"x").await, Err(Error::Conflict { .. })));
    assert_eq!(whole.read("k").await.unwrap().unwrap().version, 1);

    lossy.done("n").await.unwrap();
    assert_eq!(whole.entry("n").await.unwrap(), None);
    let key = ArchiveKey::new("raw/a.zst").unwrap();
    assert_eq!(lossy.put_new(&key, b"one").await.unwrap(), Put::Existed, "it meets its own object");
    assert_eq!(whole.fetch(&key).await.unwrap().unwrap(), b"one");
    let sighting = Sighting {
        tenant: TenantId::new("a"),
        indicator: "i".to_owned(),
        host: "10.0.0.1".parse().unwrap(),
        first: today(),
    };
    lossy.note(std::slice::from_ref(&sighting)).await.unwrap();
    assert_eq!(whole.hosts(&sighting.tenant, "i", 9).await.unwrap(), [(sighting.host, today())]);
}
