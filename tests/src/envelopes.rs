//! The events under `events/` with which functions are called by hand (`cargo lambda invoke NAME --data-file FILE`): made
//! from a few lines of the sample day, in every framing, and with what no stream should hold.
//!
//! `cargo run -p hinomi-tests --example envelopes` writes them; a test holds the files to what is made here.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use hinomi_fn_ingest::IngestFunction;
use hinomi_generate::encode::frames;
use hinomi_lambda::{Budget, Clock, Function, Handler, Invocation, Report};
use hinomi_model::EventTime;
use hinomi_store::{Memory, MemoryPublished, MemoryStream, block_on};
use serde_json::{Value, json};

/// How many lines each batch of lines holds.
pub const LINES: usize = 3;
/// The device of those lines, which is also their partition key.
const DEVICE: &str = "FGT60FTK20000001";
/// When the records arrived: the evening of the sample day.
const ARRIVED: &str = "2026-10-20T05:10:00Z";
const ACCOUNT: &str = "arn:aws:kinesis:ap-northeast-1:123456789012:stream";

/// Returns the folder of the events.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Makes every event, by its file's name.
///
/// # Errors
///
/// When the sample day can't be read.
pub fn all() -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let lines = lines()?;
    let bytes = || lines.iter().map(String::as_bytes);
    let text = frames::newline(bytes());
    let at = EventTime::parse_rfc3339(ARRIVED).unwrap_or_default();
    let objects: Vec<String> = lines.iter().map(|line| frames::hinomi(at, "c1", line)).collect();
    let raw: Vec<String> = bytes().map(|line| BASE64.encode(line)).collect();
    let one = |data: &[u8]| logs(&[BASE64.encode(data)]);
    let poison = [
        raw.first().cloned().unwrap_or_default(),
        BASE64.encode(&bomb()?),
        BASE64.encode(b"\x80\x81 no log"),
    ];
    let not_base64 = [raw.first().cloned().unwrap_or_default(), "no base64 at all".to_owned()];
    let mut events = BTreeMap::new();
    let mut put = |name: &str, event: Value| {
        events.insert(name.to_owned(), pretty(&event));
    };
    put("kinesis-raw.json", logs(&raw));
    put("kinesis-gzip.json", one(&frames::gzip(&text)?));
    put("kinesis-zstd.json", one(&zstd::encode_all(text.as_slice(), 3)?));
    put("kinesis-ndjson.json", one(&frames::newline(objects.iter().map(String::as_bytes))));
    put("kinesis-kpl.json", one(&frames::kpl(bytes())));
    put("kinesis-poison.json", logs(&poison));
    put("kinesis-not-base64.json", logs(&not_base64));
    put("kinesis-findings.json", findings(&logs(&raw))?);
    put("table-stream.json", table());
    let time = json!({ "time": "2026-10-20T05:11:00Z" });
    put("schedule.json", time.clone());
    put("schedule-follow.json", json!({ "time": time["time"], "partition": 0 }));
    put("schedule-compact.json", json!({ "time": "2026-10-20T06:10:00Z", "partition": 0 }));
    put("redrive-prefix.json", json!({ "redrive": { "prefix": "raw/2026-10-20/05/" } }));
    put(
        "redrive-object.json",
        json!({ "redrive": { "object": "raw/2026-10-20/05/shardId-000000000000/1-3.zst" } }),
    );
    put("registry-uploaded.json", uploaded());
    put("console-describe.json", json!({ "describe": true }));
    put("console-queue.json", widget(json!({ "level": "told" })));
    put("console-incident.json", widget(json!({ "incident": "8fbd2551efe9fb68d76a44356913adeb" })));
    Ok(events)
}

fn pretty(event: &Value) -> String {
    format!("{event:#}\n")
}

/// Returns the first lines of the sample day's FortiGate, the C&C server's last.
fn lines() -> Result<Vec<String>, Box<dyn Error>> {
    let file = std::fs::File::open(folder().join("sample-day/kita-fortigate.log.zst"))?;
    let mut day = String::new();
    zstd::Decoder::new(file)?.read_to_string(&mut day)?;
    let quiet = day.lines().take(LINES - 1);
    let loud = day.lines().find(|line| line.contains("Emotet")).ok_or("no such line")?;
    Ok(quiet.chain([loud]).map(str::to_owned).collect())
}

/// Sixty-four megabytes of nothing in a few kilobytes.
fn bomb() -> std::io::Result<Vec<u8>> {
    zstd::encode_all(std::io::repeat(0).take(64 << 20), 19)
}

fn logs(data: &[String]) -> Value {
    kinesis("logs", data.iter().map(|data| (DEVICE.to_owned(), data.clone())))
}

fn kinesis(stream: &str, records: impl Iterator<Item = (String, String)>) -> Value {
    let arrived = EventTime::parse_rfc3339(ARRIVED).unwrap_or_default().seconds();
    let records: Vec<Value> = records
        .enumerate()
        .map(|(index, (key, data))| {
            let sequence = format!("4959033827149025660855969253836157109592157598913658{:04}", index + 1);
            json!({
                "kinesis": {
                    "kinesisSchemaVersion": "1.0", "partitionKey": key, "sequenceNumber": sequence, "data": data,
                    "approximateArrivalTimestamp": arrived as f64 + 0.25,
                },
                "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventName": "aws:kinesis:record",
                "eventID": format!("shardId-000000000000:{sequence}"),
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/hinomi", "awsRegion": "ap-northeast-1",
                "eventSourceARN": format!("{ACCOUNT}/hinomi-{stream}"),
            })
        })
        .collect();
    json!({ "Records": records })
}

/// Lets the function that reads lines make the records that the one that joins findings gets.
fn findings(batch: &Value) -> Result<Value, Box<dyn Error>> {
    let (_, records) = ingest(&batch.to_string())?;
    let records = records.into_iter().map(|(key, bytes)| (key, BASE64.encode(&bytes)));
    Ok(kinesis("findings", records))
}

/// What the function that reads lines put into the stream of findings: keys and bytes.
pub type Put = Vec<(String, Vec<u8>)>;

/// Calls the function that reads lines with an event, on a store in memory and the sample registry.
///
/// # Errors
///
/// What the function fails with.
pub fn ingest(event: &str) -> Result<(Report, Put), Box<dyn Error>> {
    let (archive, findings, registry) = (Memory::new(), MemoryStream::new(1), MemoryPublished::new());
    registry.publish(Some(&std::fs::read(folder().join("registry.yaml"))?));
    let function = IngestFunction::new(archive, findings.clone(), registry, 60);
    let mut report = Report::new(Function::Ingest);
    let invocation = Invocation {
        payload: event.into(),
        request_id: "r".to_owned(),
        function_arn: "arn".to_owned(),
        budget: Budget::unlimited(),
        clock: Clock::at(EventTime::parse_rfc3339(ARRIVED).unwrap_or_default().plus(2)),
    };
    block_on(function.handle(&invocation, &mut report))?;
    Ok((report, findings.records().into_iter().map(|record| (record.key, record.bytes)).collect()))
}

fn table() -> Value {
    let record = |name: &str, key: &str, sequence: &str, image: Value| {
        json!({
            "eventID": sequence, "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "ap-northeast-1",
            "dynamodb": {
                "Keys": { "pk": { "S": key }, "sk": { "S": "o" } }, "NewImage": image, "SequenceNumber": sequence,
                "SizeBytes": 59, "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": "arn:aws:dynamodb:ap-northeast-1:123456789012:table/hinomi-incidents/stream/x",
        })
    };
    let due = |time: &str| json!({ "dp": { "S": "o" }, "dt": { "N": time } });
    json!({ "Records": [
        record("INSERT", "o#8fbd2551efe9fb68d76a44356913adeb-1", "100000000000000000001", due("1792472407000000000")),
        record("MODIFY", "s#kita#host/10.1.12.34", "100000000000000000002", json!({ "v": { "N": "2" } })),
    ]})
}

fn uploaded() -> Value {
    json!({
        "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "Object Created",
        "source": "aws.s3", "account": "123456789012", "time": "2026-10-20T05:00:00Z", "region": "ap-northeast-1",
        "resources": ["arn:aws:s3:::hinomi-config"],
        "detail": {
            "version": "0", "bucket": { "name": "hinomi-config" },
            "object": { "key": "registry.yaml", "size": 2048, "etag": "d41d8cd98f00b204e9800998ecf8427e" },
            "reason": "PutObject",
        },
    })
}

fn widget(mut params: Value) -> Value {
    params["widgetContext"] = json!({
        "dashboardName": "hinomi-soc", "widgetId": "widget-1", "accountId": "123456789012", "locale": "ja",
        "timezone": { "label": "Local", "offsetISO": "+09:00", "offsetInMinutes": -540 },
        "period": 300, "isAutoPeriod": true, "theme": "light", "linkCharts": true, "title": "", "forms": { "all": {} },
        "params": {}, "width": 1240, "height": 600,
    });
    params
}
