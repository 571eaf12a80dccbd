//! What the adapters ask and how they take what DynamoDB answers, against answers that a test wrote.

use std::collections::BTreeSet;

use hinomi_model::{Channel, EventTime, IncidentId, Level, TenantId};
use hinomi_store::{
    Claim, Commit, Deliveries, Error, IncidentRow, Ledger, Outbox, OutboxEntry, Result, Scope, Sighting,
    Standing, States, SubjectKey, Unit,
};
use serde_json::{Value, json};

use crate::cloud::{Cloud, TableNames};
use crate::replay::{Answer, Meant, Service, json_error, says};

fn cloud(service: &Service) -> Cloud {
    let config = service.config();
    let name = |name: &str| name.to_owned();
    let names = TableNames {
        incidents: name("incidents"),
        deliveries: name("deliveries"),
        scope: name("scope"),
        ledger: name("ledger"),
    };
    Cloud::new(&config, names, "archive", || EventTime::from_seconds(1_000)).with_pauses(service.pauses())
}

fn answer(value: Value) -> Answer {
    says(200, value.to_string())
}

fn operations(service: &Service) -> Vec<String> {
    let of = |operation: &str| operation.rsplit('.').next().unwrap_or_default().to_owned();
    service.asked().iter().map(|asked| of(&asked.operation)).collect()
}

fn subject(name: &str) -> SubjectKey {
    SubjectKey { tenant: TenantId::new("kita"), subject: name.to_owned() }
}

fn state_item(name: &str, version: u64) -> Value {
    json!({"pk": {"S": format!("s#kita#{name}")}, "sk": {"S": "s"}, "v": {"N": version.to_string()}, "b": {"B": "eA=="}})
}

fn found(items: &[Value]) -> Value {
    json!({"Responses": {"incidents": items}})
}

fn commit(outbox: &[&str]) -> Commit {
    let entry = |id: &&str| OutboxEntry { id: (*id).to_owned(), due: EventTime::EPOCH, bytes: b"n".to_vec() };
    Commit {
        key: subject("s"),
        expected: Some(4),
        state: b"x".to_vec(),
        wake: None,
        incidents: Vec::new(),
        removed: Vec::new(),
        outbox: outbox.iter().map(entry).collect(),
    }
}

fn cancelled(codes: &[&str]) -> Answer {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    says(400, json!({"__type": kind, "message": "m", "CancellationReasons": reasons}).to_string())
}

#[tokio::test]
async fn each_word_of_dynamodb_has_its_meaning() {
    let meanings: [(&str, Meant); 8] = [
        ("ProvisionedThroughputExceededException", |e| matches!(e, Error::Throttled)),
        ("RequestLimitExceeded", |e| matches!(e, Error::Throttled)),
        ("ThrottlingException", |e| matches!(e, Error::Throttled)),
        ("ConditionalCheckFailedException", |e| matches!(e, Error::Conflict { .. })),
        ("ValidationException", |e| matches!(e, Error::Refused { .. })),
        ("InternalServerError", |e| matches!(e, Error::Unavailable { .. })),
        // An operator can give the permission and make the table: what waits is not lost meanwhile.
        ("AccessDeniedException", |e| matches!(e, Error::Unavailable { .. })),
        ("ResourceNotFoundException", |e| matches!(e, Error::Unavailable { .. })),
    ];
    for (code, meant) in meanings {
        let service = Service::new([json_error(code)]);
        let error = cloud(&service).commit(&commit(&[])).await.unwrap_err();
        assert!(meant(&error), "{code}: {error:?}");
    }
    let lost = cloud(&Service::new([Answer::Lost])).commit(&commit(&[])).await.unwrap_err();
    assert!(lost.is_retryable(), "{lost:?}");
    let unreadable = cloud(&Service::new([says(200, "<html>")])).load(&[subject("s")]).await.unwrap_err();
    assert!(unreadable.is_retryable(), "{unreadable:?}");
}

#[tokio::test]
async fn keys_that_are_left_over_are_asked_for_again() {
    let left = json!({"Responses": {"incidents": [state_item("a", 1)]},
        "UnprocessedKeys": {"incidents": {"Keys": [{"pk": {"S": "s#kita#b"}, "sk": {"S": "s"}}]}}});
    let service = Service::new([answer(left), answer(found(&[state_item("b", 2)]))]);
    let loaded =
        cloud(&service).load(&[subject("b"), subject("a"), subject("b"), subject("c")]).await.unwrap();
    let versions: Vec<Option<u64>> = loaded.iter().map(|stored| Some(stored.as_ref()?.version)).collect();
    assert_eq!(versions, [Some(2), Some(1), Some(2), None]);
    let asked = service.asked();
    let keys =
        |index: usize| asked[index].json()["RequestItems"]["incidents"]["Keys"].as_array().unwrap().len();
    assert_eq!((keys(0), keys(1)), (3, 1), "each key once, and then what was left");
    assert_eq!(asked[0].json()["RequestItems"]["incidents"]["ConsistentRead"], true);
    assert_eq!(service.paused().len(), 1);
}

#[tokio::test]
async fn keys_that_are_read_one_at_a_time_are_all_read() {
    let answers = (1..=20).rev().map(|left| {
        let key = |number: usize| json!({"pk": {"S": format!("s#kita#{number}")}, "sk": {"S": "s"}});
        let undone: Vec<Value> = (1..left).map(key).collect();
        let unprocessed = if undone.is_empty() { json!({}) } else { json!({"incidents": {"Keys": undone}}) };
        answer(json!({"Responses": {"incidents": [state_item(&left.to_string(), 1)]}, "UnprocessedKeys": unprocessed}))
    });
    let service = Service::new(answers);
    let keys: Vec<SubjectKey> = (1..=20).map(|number| subject(&number.to_string())).collect();
    let loaded = cloud(&service).load(&keys).await.unwrap();
    assert!(loaded.iter().all(Option::is_some), "{loaded:?}");
    assert_eq!((service.asked().len(), service.paused().len()), (20, 19));
}

#[tokio::test]
async fn keys_that_are_left_over_for_ever_are_throttled() {
    let left = json!({"Responses": {}, "UnprocessedKeys": {"incidents": {"Keys": [{"pk": {"S": "p"}, "sk": {"S": "s"}}]}}});
    let service = Service::new(vec![answer(left); 100]);
    assert!(matches!(cloud(&service).load(&[subject("a")]).await, Err(Error::Throttled)));
    let paused = service.paused();
    assert_eq!(service.asked().len(), paused.len() + 1, "the last attempt pauses no more");
    assert!(paused.is_sorted() && paused.iter().sum::<std::time::Duration>().as_secs() < 3, "{paused:?}");
}

#[tokio::test]
async fn a_load_of_many_takes_few_calls() {
    let service = Service::new(vec![answer(found(&[])); 3]);
    let keys: Vec<SubjectKey> = (0..250).map(|number| subject(&number.to_string())).collect();
    assert_eq!(cloud(&service).load(&keys).await.unwrap().len(), 250);
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn a_value_caught_in_the_middle_of_a_write_is_read_again() {
    let first = |whole: &str| json!({"pk": {"S": "s#kita#a"}, "sk": {"S": "s"}, "v": {"N": "7"}, "b": {"B": "eA=="}, "c": {"N": "1"}, "h": {"S": whole}});
    let piece = json!({"pk": {"S": "s#kita#a"}, "sk": {"S": "s#1"}, "b": {"B": "eA=="}});
    let whole = format!("{:032x}", hinomi_model::Fingerprint::new("value/1").bytes(b"xx").finish());
    let mixed = [answer(found(&[first("of another version")])), answer(found(std::slice::from_ref(&piece)))];
    let right = [answer(found(&[first(&whole)])), answer(found(&[piece]))];
    let service = Service::new(mixed.clone().into_iter().chain(right));
    let loaded = cloud(&service).load(&[subject("a")]).await.unwrap().remove(0).unwrap();
    assert_eq!((loaded.version, loaded.bytes.as_slice()), (7, &b"xx"[..]));
    let service = Service::new(std::iter::repeat_n(mixed, 20).flatten());
    assert!(
        matches!(cloud(&service).load(&[subject("a")]).await, Err(Error::Corrupt { .. })),
        "and not for ever"
    );
}

#[tokio::test]
async fn a_state_alone_is_one_conditional_put() {
    let service = Service::new([answer(json!({}))]);
    assert_eq!(cloud(&service).commit(&commit(&[])).await.unwrap(), 5);
    assert_eq!(operations(&service), ["PutItem"]);
    let put = service.asked()[0].json();
    assert_eq!(
        (&put["ConditionExpression"], &put["ExpressionAttributeValues"]),
        (&json!("v = :v"), &json!({":v": {"N": "4"}}))
    );
    assert_eq!(put["Item"]["v"], json!({"N": "5"}));
    assert_eq!(put["Item"].get("wp"), None, "who does not want to be looked at is not listed");
    assert_eq!(put["Item"]["ttl"], json!({"N": (22 * 86_400).to_string()}));
}

#[tokio::test]
async fn what_belongs_together_is_one_transaction() {
    let service = Service::new([answer(json!({}))]);
    let mut write = commit(&["n"]);
    write.expected = None;
    write.wake = Some(EventTime::from_seconds(3_000_000));
    let standing = Standing { open: true, level: Some(Level::THREE), last_seen: EventTime::from_seconds(7) };
    write.incidents =
        [1, 2].map(|id| IncidentRow { id: IncidentId(id), standing, bytes: b"i".to_vec() }).into();
    write.removed = vec![IncidentId(2), IncidentId(2), IncidentId(3)];
    assert_eq!(cloud(&service).commit(&write).await.unwrap(), 1);
    assert_eq!(operations(&service), ["TransactWriteItems"]);
    let asked = service.asked()[0].json();
    assert!(asked["ClientRequestToken"].as_str().is_some_and(|token| !token.is_empty()));
    let pieces = asked["TransactItems"].as_array().unwrap();
    let keys: Vec<&str> = pieces
        .iter()
        .map(|piece| {
            piece["Put"]["Item"]["pk"]["S"].as_str().or(piece["Delete"]["Key"]["pk"]["S"].as_str()).unwrap()
        })
        .collect();
    let id = |id: u128| format!("i#{id:032x}");
    assert_eq!(
        keys,
        ["s#kita#s", "o#n", &id(1), &id(2), &id(3)],
        "an item once, and what is removed is not written"
    );
    assert_eq!(pieces[0]["Put"]["Item"]["wt"], json!({"N": "3000000000000000"}));
    assert_eq!(
        pieces[0]["Put"]["Item"]["ttl"],
        json!({"N": ((34 + 22) * 86_400).to_string()}),
        "there when it wakes"
    );
    assert_eq!(pieces[1]["Put"]["Item"]["dp"], json!({"S": "o"}));
    assert_eq!(pieces[1]["Put"]["Item"].get("ttl"), None, "what waits has no end");
    assert_eq!(pieces[2]["Put"]["Item"]["qp"], json!({"S": "open 3"}));
}

#[tokio::test]
async fn a_notice_that_is_done_is_left_out_and_the_rest_is_written() {
    let service = Service::new([
        cancelled(&["None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"]),
        answer(json!({})),
    ]);
    assert_eq!(cloud(&service).commit(&commit(&["c", "a", "b"])).await.unwrap(), 5);
    let ids = |index: usize| -> BTreeSet<String> {
        let asked = service.asked()[index].json();
        let pieces = asked["TransactItems"].as_array().cloned().unwrap_or_default();
        pieces.iter().map(|piece| piece["Put"]["Item"]["pk"]["S"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(0), BTreeSet::from(["s#kita#s", "o#a", "o#b", "o#c"].map(str::to_owned)));
    assert_eq!(ids(1), BTreeSet::from(["s#kita#s", "o#b"].map(str::to_owned)));
    // With its only notice done, the state is alone.
    let service = Service::new([cancelled(&["None", "ConditionalCheckFailed"]), answer(json!({}))]);
    assert_eq!(cloud(&service).commit(&commit(&["a"])).await.unwrap(), 5);
    assert_eq!(operations(&service), ["TransactWriteItems", "PutItem"]);
}

#[tokio::test]
async fn each_reason_of_a_cancelled_transaction_has_its_meaning() {
    let reasons: [(&[&str], Meant); 7] = [
        (&["ConditionalCheckFailed", "None"], |e| matches!(e, Error::Conflict { .. })),
        (&["ConditionalCheckFailed", "ConditionalCheckFailed"], |e| matches!(e, Error::Conflict { .. })),
        (&["ConditionalCheckFailed", "ThrottlingError"], |e| matches!(e, Error::Conflict { .. })),
        (&["TransactionConflict", "None"], |e| matches!(e, Error::Throttled)),
        (&["None", "ProvisionedThroughputExceeded"], |e| matches!(e, Error::Throttled)),
        (&["None", "ValidationError"], |e| matches!(e, Error::Refused { .. })),
        (&[], |e| matches!(e, Error::Unavailable { .. })),
    ];
    for (codes, meant) in reasons {
        let service = Service::new([cancelled(codes)]);
        let error = cloud(&service).commit(&commit(&["n"])).await.unwrap_err();
        assert!(meant(&error), "{codes:?}: {error:?}");
        assert_eq!(service.asked().len(), 1, "{codes:?}");
    }
}

fn unit() -> Unit {
    let text = |text: &str| text.to_owned();
    Unit { incident: IncidentId(1), notice: text("n#1"), contact: text("duty"), channel: Channel::Email }
}

/// Answers a conditional write by saying that what is there is the item that it wanted to write: its own first try.
fn own_item(asked: &crate::replay::Asked) -> Answer {
    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    says(400, json!({"__type": kind, "message": "m", "Item": asked.json()["Item"]}).to_string())
}

/// Says that another caller's claim is there.
fn others_item(asked: &crate::replay::Asked) -> Answer {
    let mut item = asked.json()["Item"].clone();
    item["w"] = json!({"S": "another"});
    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    says(400, json!({"__type": kind, "message": "m", "Item": item}).to_string())
}

#[tokio::test]
async fn a_claim_that_meets_itself_is_new() {
    let at = EventTime::from_seconds(5);
    let service = Service::new([Answer::To(own_item), Answer::To(others_item)]);
    let cloud = cloud(&service);
    assert_eq!(
        cloud.claim(&unit(), at).await.unwrap(),
        Claim::New,
        "the SDK repeated a call whose answer was lost"
    );
    assert_eq!(
        cloud.claim(&unit(), at).await.unwrap(),
        Claim::Claimed { at },
        "somebody else at the same time"
    );
    let key = &service.asked()[0].json()["Item"];
    assert_eq!((&key["sk"]["S"], &key["op"]["S"]), (&json!("n%231#duty#email"), &json!("o")));
}

#[tokio::test]
async fn a_claim_that_is_told_nothing_of_the_other_looks_for_it() {
    let failed = json_error("ConditionalCheckFailedException");
    let claimed = EventTime::from_seconds(5);
    let text = serde_json::to_string(&hinomi_store::Delivery::claimed(&unit(), claimed)).unwrap();
    let item = json!({"pk": {"S": format!("d#{:032x}", 1)}, "sk": {"S": "n%231#duty#email"}, "r": {"S": text}, "w": {"S": "x"}});
    let service = Service::new([failed, answer(json!({"Responses": {"deliveries": [item]}}))]);
    let found = cloud(&service).claim(&unit(), EventTime::from_seconds(9)).await.unwrap();
    assert_eq!(found, Claim::Claimed { at: claimed });
    assert_eq!(operations(&service), ["PutItem", "BatchGetItem"]);
}

#[tokio::test]
async fn a_function_without_a_table_is_told_so() {
    let service = Service::default();
    let cloud = Cloud::new(&service.config(), TableNames::default(), "archive", || EventTime::EPOCH);
    fn refused<T>(outcome: Result<T>) -> bool {
        matches!(outcome, Err(Error::Refused { .. }))
    }
    assert!(refused(cloud.load(&[subject("s")]).await));
    assert!(refused(cloud.due(EventTime::EPOCH, 1).await));
    assert!(refused(cloud.of(IncidentId(1)).await));
    assert!(refused(cloud.read("k").await));
    assert_eq!(service.asked().len(), 0);
}

#[tokio::test]
async fn a_sighting_that_is_known_is_no_error_and_a_lost_one_is() {
    let sighting = Sighting {
        tenant: TenantId::new("kita"),
        indicator: "domain:x.example".to_owned(),
        host: "10.0.0.1".parse().unwrap(),
        first: EventTime::EPOCH,
    };
    let service = Service::new([json_error("ConditionalCheckFailedException"), answer(json!({}))]);
    cloud(&service).note(&[sighting.clone(), sighting.clone()]).await.unwrap();
    let many = vec![sighting; 30];
    let mut answers = vec![answer(json!({})); 30];
    answers[20] = json_error("ThrottlingException");
    let service = Service::new(answers);
    assert!(matches!(cloud(&service).note(&many).await, Err(Error::Throttled)));
}

/// What is stored, to the letter: another version of this program reads it, and `template.yaml` names its keys.
#[tokio::test]
async fn what_is_stored_keeps_its_form() {
    let service = Service::new(vec![answer(json!({})); 5]);
    let cloud = cloud(&service);
    let at = EventTime::from_seconds(7);
    let mut write = commit(&["n"]);
    write.key.tenant = TenantId::new("a#b");
    write.wake = Some(at);
    let standing = Standing { open: true, level: Some(Level::TWO), last_seen: at };
    write.incidents = vec![IncidentRow { id: IncidentId(1), standing, bytes: b"i".to_vec() }];
    cloud.commit(&write).await.unwrap();
    cloud.done("n").await.unwrap();
    let host = "10.0.0.1".parse().unwrap();
    let sighting =
        Sighting { tenant: TenantId::new("a#b"), indicator: "domain:x.example".to_owned(), host, first: at };
    cloud.note(&[sighting]).await.unwrap();
    cloud.claim(&unit(), at).await.unwrap();
    cloud.write("ledger/kita", None, b"l").await.unwrap();

    let mut asked: Vec<Value> = service.asked().iter().map(|asked| asked.json()).collect();
    let token = asked[0].as_object_mut().unwrap().remove("ClientRequestToken");
    let mark = asked[3]["Item"].as_object_mut().unwrap().remove("w");
    assert!(token.is_some() && mark.is_some(), "the two that no run has again");
    let days = |days: i64| json!({"N": ((days + 1) * 86_400).to_string()});
    let commit = json!({"TransactItems": [
        {"Put": {"TableName": "incidents", "ConditionExpression": "v = :v",
            "ExpressionAttributeValues": {":v": {"N": "4"}},
            "Item": {"pk": {"S": "s#a%23b#s"}, "sk": {"S": "s"}, "v": {"N": "5"}, "b": {"B": "eA=="},
                "wp": {"S": "0"}, "wt": {"N": "7000000000"}, "ttl": days(21)}}},
        {"Put": {"TableName": "incidents",
            "ConditionExpression": "attribute_not_exists(dn) OR #ttl <= :now",
            "ExpressionAttributeNames": {"#ttl": "ttl"}, "ExpressionAttributeValues": {":now": {"N": "1000"}},
            "Item": {"pk": {"S": "o#n"}, "sk": {"S": "o"}, "dp": {"S": "o"}, "dt": {"N": "0"}, "b": {"B": "bg=="}}}},
        {"Put": {"TableName": "incidents",
            "Item": {"pk": {"S": format!("i#{:032x}", 1)}, "sk": {"S": "i"}, "tn": {"S": "a#b"},
                "id": {"S": format!("{:032x}", 1)}, "qp": {"S": "open 2"}, "qt": {"N": "7000000000"},
                "b": {"B": "aQ=="}, "ttl": days(400)}}},
    ]});
    let done = json!({"TableName": "incidents", "Key": {"pk": {"S": "o#n"}, "sk": {"S": "o"}},
        "UpdateExpression": "SET dn = :done, #ttl = :expires REMOVE dp, dt, b, c, h",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {":done": {"N": "1"}, ":expires": days(30)}});
    let note = json!({"TableName": "scope", "Key": {"pk": {"S": "a%23b#domain:x.example"}, "sk": {"S": "40a000001"}},
        "UpdateExpression": "SET f = :first, #ttl = :expires",
        "ConditionExpression": "attribute_not_exists(f) OR f > :first OR #ttl <= :now",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues":
            {":first": {"N": "7000000000"}, ":expires": days(90), ":now": {"N": "1000"}}});
    let record = r#"{"unit":{"incident":"00000000000000000000000000000001","notice":"n#1","contact":"duty","channel":"email"},"claimed":"1970-01-01T00:00:07Z","attempts":1,"messages":[]}"#;
    let claim = json!({"TableName": "deliveries",
        "Item": {"pk": {"S": format!("d#{:032x}", 1)}, "sk": {"S": "n%231#duty#email"}, "r": {"S": record},
            "op": {"S": "o"}, "ot": {"N": "7000000000"}, "ttl": days(400)},
        "ConditionExpression": "attribute_not_exists(pk) OR #ttl <= :now",
        "ExpressionAttributeNames": {"#ttl": "ttl"}, "ExpressionAttributeValues": {":now": {"N": "1000"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"});
    let ledger = json!({"TableName": "ledger", "ConditionExpression": "attribute_not_exists(pk)",
        "Item": {"pk": {"S": "ledger/kita"}, "sk": {"S": "l"}, "v": {"N": "1"}, "b": {"B": "bA=="}}});
    assert_eq!(asked, [commit, done, note, claim, ledger]);
}
