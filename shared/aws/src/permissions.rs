//! Which permissions a call of a port needs, so that a test can hold `template.yaml` to what each function calls.

use hinomi_store::Call;

use crate::schema::{DELIVERIES, DUE, INCIDENTS, LEDGER, OPEN, QUEUE, SCOPE, TENANT, WAKE};

/// On what an action is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// A table, by its name in [`crate::schema`].
    Table(&'static str),
    /// An index of a table.
    Index(&'static str, &'static str),
    /// Objects of the archive.
    ArchiveObjects,
    /// The archive's bucket itself.
    ArchiveBucket,
    /// The registry's object.
    Document,
    /// The registry's bucket itself. Without the permission to list it, S3 calls a missing object forbidden.
    DocumentBucket,
    /// The stream that is put to.
    Stream,
}

/// An action of IAM and what it is done on. A transaction needs the actions of its pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// The action, as policies write it.
    pub action: &'static str,
    /// On what.
    pub on: Resource,
}

const fn permission(action: &'static str, on: Resource) -> Permission {
    Permission { action, on }
}

const INCIDENT_ITEMS: Resource = Resource::Table(INCIDENTS.name);
const GET_INCIDENTS: Permission = permission("dynamodb:BatchGetItem", INCIDENT_ITEMS);
const GET_DELIVERIES: Permission = permission("dynamodb:BatchGetItem", Resource::Table(DELIVERIES.name));
const PUT_DELIVERIES: Permission = permission("dynamodb:PutItem", Resource::Table(DELIVERIES.name));
const GET_LEDGER: Permission = permission("dynamodb:BatchGetItem", Resource::Table(LEDGER.name));
const fn query(table: &'static str, index: &'static str) -> Permission {
    permission("dynamodb:Query", Resource::Index(table, index))
}

/// Returns what a call needs to be allowed. KMS is not among them: what a key's policy must allow is the key's own.
pub fn needed(call: Call) -> Vec<Permission> {
    match call {
        Call::Load | Call::Incident | Call::Entry => vec![GET_INCIDENTS],
        Call::Commit => vec![
            permission("dynamodb:DeleteItem", INCIDENT_ITEMS),
            permission("dynamodb:PutItem", INCIDENT_ITEMS),
        ],
        Call::Incidents => vec![
            GET_INCIDENTS,
            query(INCIDENTS.name, TENANT.name),
            permission("dynamodb:Scan", Resource::Index(INCIDENTS.name, TENANT.name)),
        ],
        Call::Waking => vec![query(INCIDENTS.name, WAKE.name)],
        Call::Queue => vec![GET_INCIDENTS, query(INCIDENTS.name, QUEUE.name)],
        Call::Due => vec![GET_INCIDENTS, query(INCIDENTS.name, DUE.name)],
        Call::Done => vec![permission("dynamodb:UpdateItem", INCIDENT_ITEMS)],
        Call::Note => vec![permission("dynamodb:UpdateItem", Resource::Table(SCOPE.name))],
        Call::Hosts => vec![permission("dynamodb:Query", Resource::Table(SCOPE.name))],
        Call::Claim | Call::TakeOver | Call::Sent => vec![GET_DELIVERIES, PUT_DELIVERIES],
        Call::Unconfirmed => vec![GET_DELIVERIES, query(DELIVERIES.name, OPEN.name)],
        Call::Of => vec![permission("dynamodb:Query", Resource::Table(DELIVERIES.name))],
        Call::PutNew => vec![permission("s3:PutObject", Resource::ArchiveObjects)],
        // Without the permission to list, S3 calls a missing object forbidden.
        Call::Fetch => vec![
            permission("s3:GetObject", Resource::ArchiveObjects),
            permission("s3:ListBucket", Resource::ArchiveBucket),
        ],
        Call::List => vec![permission("s3:ListBucket", Resource::ArchiveBucket)],
        Call::Read => vec![GET_LEDGER],
        // A document beyond one item is written by a transaction of puts.
        Call::Write => vec![permission("dynamodb:PutItem", Resource::Table(LEDGER.name))],
        Call::Put => vec![permission("kinesis:PutRecords", Resource::Stream)],
        // What a test does itself.
        Call::Elsewhere => Vec::new(),
        Call::FetchIfChanged => vec![
            permission("s3:GetObject", Resource::Document),
            permission("s3:ListBucket", Resource::DocumentBucket),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hinomi_model::{Channel, EventTime, IncidentId, TenantId};
    use hinomi_store::{
        Archive, ArchiveKey, Commit, Deliveries, Delivery, IncidentRow, Ledger, Outbox, OutboxEntry,
        Published, Scope, Sighting, Standing, States, Stream, StreamRecord, SubjectKey, Unit,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::replay::{Answer, Asked, Service, json_error, says};
    use crate::{Cloud, Document, Records, TableNames};

    const CALLS: [Call; 23] = [
        Call::Load,
        Call::Commit,
        Call::Incident,
        Call::Incidents,
        Call::Waking,
        Call::Queue,
        Call::Due,
        Call::Entry,
        Call::Done,
        Call::Note,
        Call::Hosts,
        Call::Claim,
        Call::TakeOver,
        Call::Sent,
        Call::Unconfirmed,
        Call::Of,
        Call::PutNew,
        Call::Fetch,
        Call::List,
        Call::Read,
        Call::Write,
        Call::Put,
        Call::FetchIfChanged,
    ];

    fn unit() -> Unit {
        let text = |text: &str| text.to_owned();
        Unit { incident: IncidentId(1), notice: text("n"), contact: text("c"), channel: Channel::Sms }
    }

    /// Answers so that every call goes on to its end: an index lists something, a delivery is there, a claim is not the
    /// first.
    fn answer(asked: &Asked) -> Answer {
        let operation = asked.operation.rsplit('.').next().unwrap_or_default();
        let key = json!({"pk": {"S": "s#a#b"}, "sk": {"S": "s"}});
        match operation {
            "Query" | "Scan" => {
                let mut item = key;
                for number in ["wt", "dt", "qt", "ot", "f"] {
                    item[number] = json!({"N": "1"});
                }
                item["r"] = json!({"S": serde_json::to_string(&Delivery::claimed(&unit(), EventTime::EPOCH)).unwrap()});
                if asked.json()["TableName"] == "scope" {
                    item["sk"] = json!({"S": "40a000001"});
                }
                says(200, json!({"Items": [item]}).to_string())
            }
            "BatchGetItem" => {
                let wanted = &asked.json()["RequestItems"];
                let table = wanted.as_object().unwrap().keys().next().unwrap().clone();
                let mut item = wanted[&table]["Keys"][0].clone();
                if table == "deliveries" {
                    let record =
                        serde_json::to_string(&Delivery::claimed(&unit(), EventTime::EPOCH)).unwrap();
                    item["r"] = json!({"S": record});
                }
                item["v"] = json!({"N": "1"});
                item["tn"] = json!({"S": "a"});
                item["id"] = json!({"S": "1"});
                says(200, json!({"Responses": {table: [item]}}).to_string())
            }
            "PutItem"
                if asked.json()["ConditionExpression"]
                    .as_str()
                    .unwrap_or_default()
                    .contains("attribute_not_exists") =>
            {
                json_error("ConditionalCheckFailedException")
            }
            _ => says(200, json!({"FailedRecordCount": 0}).to_string()),
        }
    }

    async fn run(call: Call, service: &Service) {
        let config = service.config();
        let names = [INCIDENTS, DELIVERIES, SCOPE, LEDGER].map(|table| table.name.to_owned());
        let [incidents, deliveries, scope, ledger] = names;
        let names = TableNames { incidents, deliveries, scope, ledger };
        let store = Cloud::new(&config, names, "archive", || EventTime::EPOCH).with_pauses(service.pauses());
        let (tenant, key) = (TenantId::new("a"), ArchiveKey::new("raw/a.zst").unwrap());
        let subject = SubjectKey { tenant: tenant.clone(), subject: "s".to_owned() };
        let standing = Standing { open: true, level: None, last_seen: EventTime::EPOCH };
        let commit = |together: bool| Commit {
            key: subject.clone(),
            expected: Some(1),
            state: Vec::new(),
            wake: None,
            incidents: vec![IncidentRow { id: IncidentId(1), standing, bytes: Vec::new() }],
            removed: if together { vec![IncidentId(2)] } else { Vec::new() },
            outbox: vec![OutboxEntry { id: "n".to_owned(), due: EventTime::EPOCH, bytes: Vec::new() }],
        };
        let sighting = Sighting {
            tenant: tenant.clone(),
            indicator: "i".to_owned(),
            host: "10.0.0.1".parse().unwrap(),
            first: EventTime::EPOCH,
        };
        let at = EventTime::EPOCH;
        // What comes back is not looked at: which calls left is.
        match call {
            Call::Load => drop(store.load(&[subject]).await),
            Call::Commit => drop((store.commit(&commit(true)).await, store.commit(&commit(false)).await)),
            Call::Incident => drop(store.incident(IncidentId(1)).await),
            Call::Incidents => {
                drop((store.incidents(None, None, 9).await, store.incidents(Some(&tenant), None, 9).await));
            }
            Call::Waking => drop(store.waking(at, 9).await),
            Call::Queue => drop(store.queue(None, 9).await),
            Call::Due => drop(store.due(at, 9).await),
            Call::Entry => drop(store.entry("n").await),
            Call::Done => drop(store.done("n").await),
            Call::Note => drop(store.note(&[sighting]).await),
            Call::Hosts => drop(store.hosts(&tenant, "i", 9).await),
            Call::Claim => drop(store.claim(&unit(), at).await),
            Call::TakeOver => drop(store.take_over(&unit(), at, at.plus(1)).await),
            Call::Sent => drop(store.sent(&unit(), at, "m").await),
            Call::Unconfirmed => drop(store.unconfirmed(at.plus(9), 9).await),
            Call::Of => drop(store.of(IncidentId(1)).await),
            Call::PutNew => drop(store.put_new(&key, b"x").await),
            Call::Fetch => drop(store.fetch(&key).await),
            Call::List => drop(store.list("", None, 9).await),
            Call::Read => drop(store.read("k").await),
            Call::Write => drop(store.write("k", Some(1), &vec![0; 1 << 20]).await),
            Call::Elsewhere => {}
            Call::Put => {
                let record = StreamRecord { key: "k".to_owned(), bytes: Vec::new() };
                drop(Records::new(&config, "findings").put(&[record]).await);
            }
            Call::FetchIfChanged => drop(Document::new(&config, "config", "k").fetch_if_changed(None).await),
        }
    }

    /// Returns the actions that a question needs, each with its table and index.
    fn actions(asked: &Asked) -> BTreeSet<(String, String)> {
        if let Some((method, uri)) = asked.operation.split_once(' ') {
            let action = match method {
                "PUT" => "s3:PutObject",
                _ if uri.contains("list-type=2") => "s3:ListBucket",
                _ => "s3:GetObject",
            };
            return BTreeSet::from([(action.to_owned(), String::new())]);
        }
        let (service, operation) = asked.operation.split_once('.').unwrap();
        if service.starts_with("Kinesis") {
            return BTreeSet::from([(format!("kinesis:{operation}"), String::new())]);
        }
        let body = asked.json();
        let table = body["TableName"].as_str().map(str::to_owned);
        let table = table.or_else(|| body["RequestItems"].as_object()?.keys().next().cloned());
        let of = |value: &Value| value["TableName"].as_str().unwrap_or_default().to_owned();
        if operation == "TransactWriteItems" {
            let pieces = body["TransactItems"].as_array().unwrap().iter();
            let pieces = pieces.flat_map(|piece| piece.as_object().unwrap());
            return pieces.map(|(kind, piece)| (format!("dynamodb:{kind}Item"), of(piece))).collect();
        }
        let index = body["IndexName"].as_str().map(|index| format!("/{index}")).unwrap_or_default();
        BTreeSet::from([(format!("dynamodb:{operation}"), table.unwrap_or_default() + &index)])
    }

    #[tokio::test]
    async fn every_call_needs_what_it_asks_for_and_no_more() {
        for call in CALLS {
            let service = Service::new(vec![Answer::To(answer); 20]);
            run(call, &service).await;
            let asked: BTreeSet<_> = service.asked().iter().flat_map(actions).collect();
            let of = |on: Resource| match on {
                Resource::Table(table) => table.to_owned(),
                Resource::Index(table, index) => format!("{table}/{index}"),
                _ => String::new(),
            };
            let mut needed: BTreeSet<_> =
                needed(call).into_iter().map(|needed| (needed.action.to_owned(), of(needed.on))).collect();
            if matches!(call, Call::Fetch | Call::FetchIfChanged) {
                // Not a call: what makes the difference between missing and forbidden.
                needed.remove(&("s3:ListBucket".to_owned(), String::new()));
            }
            assert_eq!(asked, needed, "{call:?}");
        }
    }
}
