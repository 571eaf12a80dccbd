//! The platform on the emulator: `cargo xtask test emulator` starts it, deploys `template.yaml` and runs these.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

mod driven;
mod faulty;
mod live;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hinomi_aws::{Cloud, TableNames, sdk_config};
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_tests::cloud::incidents;
use hinomi_tests::dated::Dated;
use hinomi_tests::emulator::Deployment;
use hinomi_tests::harness::{self, Outcome};
use serde_json::{Value, json};

/// Shards of the stream of logs, as `infra/xtask/src/emulator.rs` has it made.
const SHARDS: usize = 2;
/// How long the emulator may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(120);

/// The C library of provided.al2023.
const RUNTIME_GLIBC: (u32, u32) = (2, 34);
/// The functions, as they are called in the template and in `infra/xtask/src/functions.rs`.
const FUNCTIONS: [&str; 8] =
    ["ingest", "follow", "correlate", "notify", "enrol", "console", "compact", "watch"];

fn deployment() -> Deployment {
    Deployment::from_environment().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the folder of the functions' programs.
fn functions() -> PathBuf {
    let folder = std::env::var_os("HINOMI_TEST_FUNCTIONS").map(PathBuf::from);
    folder.unwrap_or_else(|| panic!("run this with `cargo xtask test emulator`"))
}

/// Returns the program of a function as it is deployed.
fn program(function: &str) -> Vec<u8> {
    fs::read(functions().join(function).join("bootstrap")).unwrap()
}

/// Returns the versions of glibc that a program names. They are texts of its dynamic section, which no stripping takes.
fn versions_of_glibc(program: &[u8]) -> Vec<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    let places = program.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let texts = places.filter_map(|(place, _)| {
        let text = program.get(place + MARK.len()..)?;
        let end = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
        std::str::from_utf8(text.get(..end)?).ok()
    });
    let versions = texts.filter_map(|text| {
        let mut numbers = text.split('.').map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    versions.collect()
}

#[test]
fn functions_need_no_newer_c_library_than_the_runtime_has() {
    for function in FUNCTIONS {
        let versions = versions_of_glibc(&program(function));
        let newest = versions.iter().max();
        assert!(newest.is_some(), "{function} names no version: what was read is no program");
        assert!(newest <= Some(&RUNTIME_GLIBC), "{function} needs glibc {newest:?}");
    }
}

#[test]
fn what_is_deployed_is_the_whole_template() {
    let deployment = deployment();
    for output in ["LogsStream", "FindingsStream"] {
        let asked = json!({"StreamName": deployment.output(output).unwrap()});
        let told = deployment.aws.json("kinesis", "Kinesis_20131202.DescribeStreamSummary", &asked).unwrap();
        let summary = &told["StreamDescriptionSummary"];
        assert_eq!(summary["RetentionPeriodHours"], 72, "{output}: {summary}");
        assert_eq!(summary["StreamStatus"], "ACTIVE", "{output}: {summary}");
    }
    for output in ["IncidentsTable", "DeliveriesTable", "ScopeTable", "LedgerTable"] {
        let asked = json!({"TableName": deployment.output(output).unwrap()});
        let told = deployment.aws.json("dynamodb", "DynamoDB_20120810.DescribeTable", &asked).unwrap();
        let streams = told["Table"]["StreamSpecification"]["StreamViewType"].as_str();
        assert_eq!(streams, (output == "IncidentsTable").then_some("NEW_IMAGE"), "{output}");
    }
}

fn read(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap();
    fs::read(root.join(path)).unwrap()
}

/// Replays lines that are in the order of their time.
fn replayed(lines: &[Dated], registry: &Registry) -> Outcome {
    let text: String = lines.iter().map(|line| line.text.clone() + "\n").collect();
    harness::run(vec![("day.log".to_owned(), text.into_bytes())], registry.clone(), Vec::new()).unwrap()
}

/// Returns the incidents that a deployment stored, as others read them.
fn stored(deployment: &Deployment, registry: &Registry) -> Vec<Value> {
    let table = |output: &str| deployment.output(output).unwrap().to_owned();
    let names = TableNames {
        incidents: table("IncidentsTable"),
        deliveries: table("DeliveriesTable"),
        scope: table("ScopeTable"),
        ledger: table("LedgerTable"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sdk = sdk_config().await;
        let cloud = Cloud::new(&sdk, names, "none", || EventTime::EPOCH);
        let found = incidents(&cloud, registry).await.unwrap();
        found.iter().map(|incident| serde_json::to_value(incident).unwrap()).collect()
    })
}
