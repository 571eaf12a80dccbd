//! The function as Lambda calls it: events in, answers and counts out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken fixture ends the test")]

use data_encoding::BASE64;
use hinomi_fn_correlate::CorrelateFunction;
use hinomi_lambda::{BadEvent, Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::{EventTime, FindingBatch};
use hinomi_store::{
    Archive, Call, Fault, Faulty, Memory, MemoryPublished, Outbox, States, When, block_on, object,
};
use serde_json::{Value, json};

#[path = "../../../shared/correlate/tests/common/mod.rs"]
mod findings;

use findings::{START, beacon_on};

const TOWN: &str = r#"version: 1
tenants:
  - id: default
    name: {ja: 町, en: Town}
    internal: [10.0.0.0/8]
    contacts: [{id: duty, email: duty@town.example, sms: "+819000000001"}]
"#;

struct Scene {
    store: Memory,
    published: MemoryPublished,
    function: CorrelateFunction<Faulty<Memory>, MemoryPublished>,
}

fn scene(faults: &[Fault]) -> Scene {
    let (store, published) = (Memory::new(), MemoryPublished::new());
    published.publish(Some(TOWN.as_bytes()));
    let faulty = Faulty::new(store.clone(), faults);
    let function = CorrelateFunction::new(faulty, published.clone(), 60);
    Scene { store, published, function }
}

fn invoke(scene: &Scene, payload: &str, budget: Budget) -> (Result<Value, Failure>, Report) {
    let invocation = Invocation {
        payload: payload.into(),
        request_id: "r-1".to_owned(),
        function_arn: "arn".to_owned(),
        budget,
        clock: Clock::at(START.plus(600)),
    };
    let mut report = Report::new(Function::Correlate);
    let answer = block_on(scene.function.handle(&invocation, &mut report));
    (answer.map(|answer| serde_json::to_value(answer).unwrap()), report)
}

fn call(scene: &Scene, payload: &str) -> (Value, Report) {
    let (answer, report) = invoke(scene, payload, Budget::unlimited());
    (answer.unwrap(), report)
}

fn batch(records: &[String]) -> String {
    let records: Vec<Value> = records
        .iter()
        .enumerate()
        .map(|(index, data)| {
            json!({
                "eventID": format!("shardId-000000000003:{}", 100 + index),
                "eventSource": "aws:kinesis",
                "kinesis": {
                    "sequenceNumber": (100 + index).to_string(),
                    "partitionKey": "default/host",
                    "data": data,
                    "approximateArrivalTimestamp": 1_792_458_000.5,
                },
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

fn record(host: u8, tenant: &str) -> String {
    let mut finding = beacon_on(host);
    finding.tenant = hinomi_model::TenantId::new(tenant);
    let batch = FindingBatch { quiet: false, findings: vec![finding] };
    BASE64.encode(&object::compress(&batch.encode()).unwrap())
}

const DONE: &str = r#"{"batchItemFailures":[]}"#;

#[test]
fn a_batch_becomes_incidents_and_notices_and_says_so() {
    let scene = scene(&[]);
    let event = batch(&[record(1, "default"), record(2, "default"), record(1, "default")]);
    let (answer, report) = call(&scene, &event);
    assert_eq!(answer.to_string(), DONE);
    let counted = [Metric::Findings, Metric::FindingsKnown, Metric::Subjects, Metric::NoticesDue];
    assert_eq!(counted.map(|metric| report.counted(metric)), [2, 1, 2, 2]);
    let lines = report.lines("Hinomi", START, serde_json::Map::new()).join("\n");
    assert!(lines.contains(r#""level":"4""#) && lines.contains(r#""tenant":"default""#), "{lines}");
    assert_eq!(block_on(scene.store.incidents(None, None, 10)).unwrap().incidents.len(), 2);
    assert_eq!(block_on(scene.store.due(EventTime::MAX, 10)).unwrap().len(), 2);
    let (again, report) = call(&scene, &event);
    assert_eq!((again.to_string().as_str(), report.counted(Metric::Findings)), (DONE, 0));
}

#[test]
fn poison_is_set_aside_and_the_shard_goes_on() {
    let scene = scene(&[]);
    let records = [
        "no base64!".to_owned(),
        BASE64.encode(b"no findings"),
        record(1, "nobody"),
        BASE64.encode(&object::compress(&vec![b'x'; 64 << 20]).unwrap()),
        record(2, "default"),
    ];
    let (answer, report) = call(&scene, &batch(&records));
    assert_eq!(answer.to_string(), DONE);
    assert_eq!((report.counted(Metric::RecordsPoisoned), report.counted(Metric::Findings)), (4, 1));
    let keys = block_on(scene.store.list("quarantine/findings/2026-10-20/01/", None, 10)).unwrap();
    let names: Vec<&str> = keys.iter().map(|key| key.as_str().rsplit('/').next().unwrap()).collect();
    assert_eq!(
        names,
        ["100.unreadable.zst", "101.unreadable.zst", "102.unknown_tenant.zst", "103.unreadable.zst"]
    );
}

#[test]
fn a_store_without_time_hands_the_batch_back_from_there() {
    for (when, call_kind) in
        [(When::Throttled, Call::Commit), (When::Before, Call::Commit), (When::Throttled, Call::Load)]
    {
        let nth = if call_kind == Call::Commit { 2 } else { 1 };
        let scene = scene(&[Fault { call: call_kind, nth, when }]);
        let event = batch(&[record(1, "default"), record(2, "default"), record(3, "default")]);
        let (answer, _) = call(&scene, &event);
        let undone = if call_kind == Call::Commit { "101" } else { "100" };
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": undone }] }));
        let (answer, _) = call(&scene, &event);
        assert_eq!(answer.to_string(), DONE);
        assert_eq!(block_on(scene.store.incidents(None, None, 10)).unwrap().incidents.len(), 3);
    }
}

#[test]
fn time_that_is_over_is_answered_with_the_first_record_that_is_not_done() {
    let scene = scene(&[]);
    let spent = Budget::new(START, Clock::at(START.plus(1)));
    let (answer, _) = invoke(&scene, &batch(&[record(1, "default")]), spent);
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "100" }] }));
}

#[test]
fn a_tenant_enrolled_a_moment_ago_is_known() {
    let scene = scene(&[]);
    call(&scene, &batch(&[record(1, "default")]));
    scene.published.publish(Some(TOWN.replace("id: default", "id: newtown").as_bytes()));
    let (answer, report) = call(&scene, &batch(&[record(1, "newtown")]));
    assert_eq!((answer.to_string().as_str(), report.counted(Metric::RecordsPoisoned)), (DONE, 0));
}

#[test]
fn the_minutes_sweep_ends_holds_and_brings_its_own_time() {
    let scene = scene(&[]);
    call(&scene, &batch(&[record(1, "default")]));
    // A day after its last evidence the incident is over.
    let (answer, report) = call(&scene, r#"{"time":"2026-10-21T01:00:30Z"}"#);
    assert_eq!(answer, json!({ "subjects": 1, "noticesDue": 1, "putOff": 0, "stuck": 0, "unowned": 0 }));
    assert_eq!(report.counted(Metric::NoticesDue), 1);
    let (answer, _) = call(&scene, r#"{"time":"2026-10-21T01:00:30Z"}"#);
    assert_eq!(
        answer,
        json!({ "subjects": 0, "noticesDue": 0, "putOff": 0, "stuck": 0, "unowned": 0 }),
        "a repeat does nothing"
    );
}

#[test]
fn events_of_others_are_refused_by_name_and_without_a_registry_nothing_begins() {
    let scene = scene(&[]);
    for event in ["{}", "null", r#"{"redrive":{"object":"raw/a.zst"}}"#] {
        let (answer, _) = invoke(&scene, event, Budget::unlimited());
        assert!(matches!(answer, Err(Failure::BadEvent(_))), "{event}");
    }
    let (answer, _) = invoke(&scene, "7", Budget::unlimited());
    assert!(matches!(answer, Err(Failure::BadEvent(BadEvent::Unknown))));
    let function = CorrelateFunction::new(Faulty::new(Memory::new(), &[]), MemoryPublished::new(), 60);
    let bare = Scene { function, ..scene };
    let (answer, _) = invoke(&bare, &batch(&[record(1, "default")]), Budget::unlimited());
    assert!(matches!(answer, Err(Failure::Fault(_))));
}
