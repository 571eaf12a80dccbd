//! What a fault in the program costs: `ingest`, deployed with a reader of lines that panics on a mark.

use std::fs;

use hinomi_generate::day;
use hinomi_lambda::Function;
use hinomi_model::Locator;
use hinomi_tests::cloud::payload;
use hinomi_tests::emulator::{Deployment, FAULT};
use hinomi_tests::poller::Polled;
use serde_json::{Value, json};

use super::{PATIENCE, functions, read};

/// The shard that the records say they come from; nobody else's, so that its objects are this test's.
const SHARD: usize = 77;

#[test]
fn a_line_that_makes_the_deployed_program_panic_costs_that_line_only() {
    let deployment = Deployment::driven().unwrap_or_else(|error| panic!("{error}"));
    deployment.allow_plain_http().unwrap();
    deployment.put_registry(&read("events/registry.yaml"), PATIENCE).unwrap();
    let program = fs::read(functions().join("faulty-ingest.zip")).unwrap();
    let faulty = deployment.copy_function(Function::Ingest, "faulty", &program, PATIENCE).unwrap();

    let lines = day::sample_day(day::SEED).panos;
    let [first, second, third, fourth] = lines.first_chunk().unwrap();
    let poisoned = format!("{second} {FAULT}");
    let record = |number: u32, text: String| Polled {
        sequence: format!("{number:020}"),
        partition_key: "fw".to_owned(),
        arrived: 1_792_454_400.0,
        data: text.into_bytes(),
    };
    let records = [
        record(1, first.clone()),
        record(2, format!("{second}\n{poisoned}\n{third}")),
        record(3, fourth.clone()),
    ];
    let event: Value = serde_json::from_str(&payload::kinesis("logs", SHARD, &records)).unwrap();
    let answer = deployment.aws.invoke(&faulty, &event).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}), "nothing comes again");

    let bucket = deployment.output("ArchiveBucket").unwrap();
    let shard = format!("shardId-{SHARD:012}");
    let object = |folder: &str| {
        let keys = deployment.aws.keys(bucket, folder).unwrap();
        let [key] = keys.iter().filter(|key| key.contains(&shard)).collect::<Vec<_>>()[..] else {
            panic!("{folder}: {keys:?}")
        };
        (key.clone(), deployment.aws.object(bucket, key).unwrap().unwrap())
    };
    let (raw, bytes) = object("raw/");
    for (frame, line, text) in
        [(0, 0, first), (1, 0, second), (1, 1, &poisoned), (1, 2, third), (2, 0, fourth)]
    {
        let kept = hinomi_steps::raw::line(&bytes, &Locator { object: raw.clone(), frame, line });
        assert_eq!(kept.as_deref(), Some(text.as_bytes()), "frame {frame}, line {line}");
    }
    let (_, bytes) = object("quarantine/");
    let rows = zstd::decode_all(bytes.as_slice()).unwrap();
    let rows: Vec<Value> =
        serde_json::Deserializer::from_slice(&rows).into_iter().map(Result::unwrap).collect();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row["reason"], "fault");
    assert_eq!(row["locator"], json!({"object": raw, "frame": 1, "line": 1}));
    assert!(!row["detail"].as_str().unwrap().contains(FAULT), "the panic's words are nobody's: {row}");
}
