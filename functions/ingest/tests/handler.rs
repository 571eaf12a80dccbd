//! The function as Lambda calls it: JSON in, JSON out, and what it tells about itself.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::path::Path;
use std::sync::LazyLock;

use data_encoding::BASE64;
use hinomi_fn_ingest::IngestFunction;
use hinomi_generate::day;
use hinomi_lambda::{Budget, Clock, Failure, Function, Handler, Invocation, Metric, Report};
use hinomi_model::{Event, EventTime, Reject};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_store::{Archive, Call, Fault, Faulty, Memory, MemoryPublished, MemoryStream, When, block_on};
use serde_json::{Value, json};

const NOW: EventTime = EventTime::from_seconds(1_792_530_000);

fn registry() -> MemoryPublished {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/registry.yaml");
    let published = MemoryPublished::new();
    published.publish(Some(&std::fs::read(path).unwrap()));
    published
}

struct World {
    archive: Memory,
    findings: MemoryStream,
    registry: MemoryPublished,
}

impl World {
    fn new() -> Self {
        World { archive: Memory::new(), findings: MemoryStream::default(), registry: registry() }
    }

    fn function(&self) -> IngestFunction<Memory, MemoryStream, MemoryPublished> {
        IngestFunction::new(self.archive.clone(), self.findings.clone(), self.registry.clone(), 60)
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        let keys = block_on(self.archive.list(prefix, None, 1_000)).unwrap();
        keys.iter().map(|key| key.as_str().to_owned()).collect()
    }
}

fn record(sequence: &str, data: &str) -> Value {
    json!({
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "FGT60FTK20000001",
            "sequenceNumber": sequence,
            "data": data,
            "approximateArrivalTimestamp": 1_792_509_500.25,
        },
        "eventSource": "aws:kinesis",
        "eventID": format!("shardId-000000000001:{sequence}"),
        "eventSourceARN": "arn:aws:kinesis:ap-northeast-1:123456789012:stream/logs",
    })
}

/// Some lines of the day in batches of twenty, as records.
fn batch() -> Value {
    static BATCH: LazyLock<Value> = LazyLock::new(make_batch);
    BATCH.clone()
}

fn make_batch() -> Value {
    let lines = day::sample_day(day::SEED).fortigate;
    let (ips, others): (Vec<&String>, Vec<&String>) = lines
        .iter()
        .filter(|line| line.contains("devid="))
        .partition(|line| line.contains("subtype=\"ips\""));
    let lines: Vec<&String> = ips.into_iter().chain(others).take(60).collect();
    let records: Vec<Value> = lines
        .chunks(20)
        .enumerate()
        .map(|(index, lines)| {
            let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            record(&format!("10{index}"), &BASE64.encode(text.as_bytes()))
        })
        .collect();
    json!({ "Records": records })
}

fn invoked(
    function: &impl Handler,
    payload: &str,
    now: EventTime,
    budget: Budget,
) -> (Result<Value, Failure>, Report) {
    let invocation = Invocation {
        payload: payload.into(),
        request_id: "r-1".to_owned(),
        function_arn: "arn".to_owned(),
        budget,
        clock: Clock::at(now),
    };
    let mut report = Report::new(Function::Ingest);
    let answer = block_on(function.handle(&invocation, &mut report));
    (answer.map(|answer| serde_json::to_value(answer).unwrap()), report)
}

fn called(function: &impl Handler, event: &Value) -> (Result<Value, Failure>, Report) {
    invoked(function, &event.to_string(), NOW, Budget::unlimited())
}

#[test]
fn a_batch_is_done_and_counted() {
    let world = World::new();
    let (answer, report) = called(&world.function(), &batch());
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    let lines = report.counted(Metric::Lines);
    assert!(lines > 20);
    assert_eq!(report.counted(Metric::LinesDone) + report.counted(Metric::LinesQuarantined), lines);
    assert_eq!(report.counted(Metric::Records), batch()["Records"].as_array().unwrap().len() as u64);
    assert_eq!(report.counted(Metric::Events), report.counted(Metric::LinesDone));
    assert!(report.counted(Metric::Findings) > 0 && report.counted(Metric::RawBytes) > 10_000);
    assert!(!world.findings.records().is_empty());
    let raw = world.keys("raw/");
    assert_eq!(raw, ["raw/2026-10-20/15/shardId-000000000001/100-102.zst"]);
    let told = report.lines("Hinomi", NOW, serde_json::Map::new()).join("\n");
    assert!(told.contains("IngestLagMs") && told.contains("FindingLatencyMs") && told.contains("\"ips\""));
    assert!(!told.contains("FGT60FTK20000001"), "nothing of the log is told");
}

#[test]
fn a_batch_that_can_not_be_written_is_handed_back_whole() {
    for (call, when) in
        [(Call::PutNew, When::Throttled), (Call::PutNew, When::After), (Call::Put, When::Half)]
    {
        let world = World::new();
        let faults = [Fault { call, nth: 1, when }];
        let archive = Faulty::new(world.archive.clone(), &faults);
        let findings = Faulty::new(world.findings.clone(), &faults);
        let function = IngestFunction::new(archive, findings, world.registry.clone(), 60);
        let (answer, report) = called(&function, &batch());
        assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "100" }] }));
        assert_eq!(report.counted(Metric::RecordsRetried), 3);
        assert_eq!(report.counted(Metric::Lines), 0, "what is not done is not counted as done");
        let (answer, report) = called(&function, &batch());
        assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
        assert!(report.counted(Metric::LinesDone) > 20);
    }
}

#[test]
fn a_line_that_the_reader_panics_at_is_set_aside_alone_in_a_batch_and_in_an_order() {
    const MARK: &str = "subtype=\"ips\"";
    fn panics<'a>(
        line: &'a [u8],
        context: &Context<'a>,
        scratch: &'a mut Scratch,
    ) -> Result<Event<'a>, Reject> {
        assert!(!line.windows(MARK.len()).any(|some| some == MARK.as_bytes()), "secret of the line");
        parse_line(line, context, scratch)
    }
    let world = World::new();
    let function = world.function().with_reader(panics);
    for _ in 0..2 {
        let (answer, report) = called(&function, &batch());
        assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
        let lines = report.counted(Metric::Lines);
        let set_aside = report.counted(Metric::LinesQuarantined);
        assert!(set_aside > 5 && lines > 2 * set_aside, "{set_aside} of {lines}");
        assert_eq!(report.counted(Metric::LinesDone) + set_aside, lines);
        assert_eq!(report.counted(Metric::RecordsPoisoned), 0);
        let told = report.lines("Hinomi", NOW, serde_json::Map::new()).join("\n");
        assert!(told.contains("\"fault\"") && !told.contains("secret"), "{told}");
    }
    let order = json!({ "redrive": { "prefix": "quarantine/" } });
    let (answer, _) = called(&function, &order);
    let still = answer.unwrap()["lines_quarantined"].as_u64().unwrap();
    let (answer, _) = called(&world.function(), &order);
    let mended = answer.unwrap();
    assert!(still > 5);
    assert_eq!((&mended["lines_done"], &mended["lines_quarantined"]), (&json!(still), &json!(0)));
}

#[test]
fn when_time_is_short_the_first_record_that_is_not_done_is_named() {
    let world = World::new();
    let spent = Budget::new(EventTime::EPOCH, Clock::at(NOW));
    let (answer, _) = invoked(&world.function(), &batch().to_string(), NOW, spent);
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "101" }] }));
}

#[test]
fn a_call_that_is_never_answered_ends_in_the_time_that_is_kept_for_the_answer() {
    let longest = i64::try_from(hinomi_aws::LONGEST_CALL.as_secs()).unwrap();
    assert!(longest + 1 < Budget::MARGIN, "{longest}");
}

#[test]
fn bad_input_has_a_name_and_no_batch_is_stuck_by_it() {
    let world = World::new();
    let function = world.function();
    for event in [
        "",
        "{}",
        "[]",
        r#"{"Records":[]}"#,
        r#"{"Records":[{"Sns":{}}]}"#,
        r#"{"time":"2026-11-23T10:00:00Z"}"#,
    ] {
        let (answer, _) = invoked(&function, event, NOW, Budget::unlimited());
        assert!(matches!(answer, Err(Failure::BadEvent(_))), "{event}");
    }
    let mut event = batch();
    let records = event["Records"].as_array_mut().unwrap();
    records.push(record("103", "this is no base64"));
    records.push(record("104", &BASE64.encode(b"\x1f\x8b\x08 no gzip")));
    let (answer, report) = called(&function, &event);
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(report.counted(Metric::RecordsPoisoned), 1);
    assert_eq!(report.counted(Metric::LinesQuarantined), 2);
    let told = report.lines("Hinomi", NOW, serde_json::Map::new()).join("\n");
    assert!(told.contains("\"not_base64\"") && told.contains("\"bad_compression\""), "{told}");
    assert_eq!(world.keys("quarantine/").len(), 1);
}

#[test]
fn a_bad_registry_is_refused_and_the_old_one_kept() {
    let world = World::new();
    let function = world.function();
    let at = |seconds: i64| invoked(&function, &batch().to_string(), NOW.plus(seconds), Budget::unlimited());
    at(0).0.unwrap();
    world.registry.publish(Some(b"tenants: nobody"));
    let (answer, report) = at(60);
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(report.counted(Metric::RegistryRefused), 1);
    assert!(report.counted(Metric::LinesDone) > 20);
    assert_eq!(at(130).1.counted(Metric::RegistryRefused), 0, "once is enough for an alarm");
    // A function that starts now has none: it says so, and its batches come again.
    let (answer, _) = called(&world.function(), &batch());
    assert!(matches!(answer, Err(Failure::Fault(_))));
}

#[test]
fn what_a_new_list_names_counts_from_then_on_and_a_bad_one_is_refused() {
    let world = World::new();
    let enemies = MemoryPublished::new();
    let function = world.function().with_indicators(enemies.clone(), 300);
    let findings = |seconds: i64| {
        let (answer, report) =
            invoked(&function, &renumbered(seconds).to_string(), NOW.plus(seconds), Budget::unlimited());
        answer.unwrap();
        (report.counted(Metric::Findings), report.counted(Metric::IndicatorsRefused))
    };
    assert!(findings(0).0 > 0);
    assert_eq!(findings(10), (0, 0), "what the lines show is known");
    enemies.publish(Some(b"<html>\nmoved\n"));
    assert_eq!(findings(300), (0, 1));
    enemies.publish(Some(format!("{}\n", destination()).as_bytes()));
    assert_eq!(findings(310), (0, 0), "it was asked a moment ago");
    let (more, refused) = findings(600);
    assert!(more > 0 && refused == 0, "{more}");
    let order = json!({ "redrive": { "prefix": "raw/" } });
    let told = |function| called(function, &order).0.unwrap()["findings"].as_u64().unwrap();
    assert!(told(&function) > told(&world.function()), "what is read again is held against it, too");
}

/// Returns a destination of a session of the batch, which nothing else is told of.
fn destination() -> String {
    let lines = day::sample_day(day::SEED).fortigate;
    let sent = lines.iter().filter(|line| line.contains("devid=") && !line.contains("subtype=\"ips\""));
    let outward =
        sent.take(20).find(|line| line.contains("srcip=10.") && line.contains("action=\"close\"")).unwrap();
    outward.split("dstip=").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

/// Returns the batch as it comes again in other records.
fn renumbered(seconds: i64) -> Value {
    let mut later = batch();
    for record in later["Records"].as_array_mut().unwrap() {
        let sequence = record["kinesis"]["sequenceNumber"].as_str().unwrap().to_owned();
        record["kinesis"]["sequenceNumber"] = json!(format!("{seconds}{sequence}"));
    }
    later
}

#[test]
fn an_order_reads_the_archive_again_and_says_where_to_go_on() {
    let world = World::new();
    let function = world.function();
    called(&function, &batch()).0.unwrap();
    let mut later = batch();
    for record in later["Records"].as_array_mut().unwrap() {
        let sequence = record["kinesis"]["sequenceNumber"].as_str().unwrap().replace("10", "20");
        record["kinesis"]["sequenceNumber"] = json!(sequence);
    }
    called(&function, &later).0.unwrap();
    let put = world.findings.records().len();
    let (answer, _) = called(&function, &json!({ "redrive": { "prefix": "raw/" } }));
    let answer = answer.unwrap();
    assert_eq!((&answer["objects"], &answer["next"]), (&json!(2), &Value::Null));
    assert!(world.findings.records().len() > put);
    let spent = Budget::new(EventTime::EPOCH, Clock::at(NOW));
    let order = json!({ "redrive": { "prefix": "raw/" } }).to_string();
    let (answer, _) = invoked(&function, &order, NOW, spent);
    let next = answer.unwrap()["next"].clone();
    assert_eq!(next, world.keys("raw/")[0].as_str());
    let order = json!({ "redrive": { "prefix": "raw/", "after": next } });
    assert_eq!(called(&function, &order).0.unwrap()["objects"], 1);
}

#[test]
fn what_a_trigger_gave_up_is_read_from_where_lambda_put_it() {
    let world = World::new();
    let key = "aws/lambda/1b4e28ba/shardId-000000000001/2026/10/20/2026-10-20T15.00.00-1b4e28ba";
    let document = json!({
        "requestContext": { "condition": "RetryAttemptsExhausted" },
        "version": "1.0",
        "KinesisBatchInfo": { "shardId": "shardId-000000000001", "batchSize": 3 },
        "payload": batch().to_string(),
    });
    let archive_key = hinomi_store::ArchiveKey::new(key).unwrap();
    block_on(world.archive.put_new(&archive_key, document.to_string().as_bytes())).unwrap();
    let (answer, _) = called(&world.function(), &json!({ "redrive": { "object": key } }));
    let answer = answer.unwrap();
    assert_eq!((&answer["objects"], &answer["broken"]), (&json!(1), &json!(0)));
    assert!(answer["lines_done"].as_u64().unwrap() > 20 && answer["findings"].as_u64().unwrap() > 0);
    assert_eq!(world.keys("raw/").len(), 1);
}
