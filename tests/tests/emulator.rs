//! The platform on the emulator: `cargo xtask test emulator` starts it, deploys `template.yaml` and runs these.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hinomi_aws::{Cloud, TableNames, sdk_config};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds};
use hinomi_steps::documents;
use hinomi_store::States;
use hinomi_tests::emulator::{Deployment, Mailbox, slices};
use hinomi_tests::harness;
use serde_json::{Value, json};

/// How much of the sample day is sent at once. The functions are as exact as their schedules; what is told how often
/// within such a part is another test's, in which minutes pass.
const SLICE: Seconds = 4 * 3_600;
/// How long the emulator may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(120);

/// The C library of provided.al2023.
const RUNTIME_GLIBC: (u32, u32) = (2, 34);
/// The functions, as they are called in the template and in `infra/xtask/src/functions.rs`.
const FUNCTIONS: [&str; 6] = ["ingest", "follow", "correlate", "notify", "enrol", "console"];

fn deployment() -> Deployment {
    Deployment::from_environment().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the program of a function as it is deployed.
fn program(function: &str) -> Vec<u8> {
    let folder = std::env::var_os("HINOMI_TEST_FUNCTIONS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| panic!("run this with `cargo xtask test emulator`"));
    fs::read(folder.join(function).join("bootstrap")).unwrap()
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

fn sample_day() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap();
    let files = fs::read_dir(root.join("events/sample-day")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Returns the incidents that are stored, by id: kind and level.
fn incidents(deployment: &Deployment) -> BTreeMap<String, (Value, Value)> {
    let names = TableNames {
        incidents: deployment.output("IncidentsTable").unwrap().to_owned(),
        ..TableNames::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sdk = sdk_config().await;
        let cloud = Cloud::new(&sdk, names, "none", || EventTime::EPOCH);
        let (mut found, mut after) = (BTreeMap::new(), None);
        loop {
            let page = cloud.incidents(None, after.as_deref(), 100).await.unwrap();
            for stored in page.incidents {
                let incident: hinomi_model::Incident = documents::unpack(&stored.bytes).unwrap();
                let core = serde_json::to_value(&incident.core).unwrap();
                found.insert(
                    core["id"].as_str().unwrap().to_owned(),
                    (core["kind"].clone(), core["level"].clone()),
                );
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return found,
            }
        }
    })
}

#[test]
fn the_sample_day_comes_to_the_incidents_of_a_replay_and_they_are_told() {
    let deployment = deployment();
    deployment.allow_plain_http().unwrap();
    let yaml = read("events/registry.yaml");
    let registry = Registry::from_yaml(std::str::from_utf8(&yaml).unwrap()).unwrap();
    let slices = slices(&sample_day(), &registry, SLICE).unwrap();

    deployment.set_clock(slices[0].end.plus(-SLICE), PATIENCE).unwrap();
    deployment.put_registry(&yaml, PATIENCE).unwrap();
    let tenants = registry.tenants().iter();
    let mailboxes: Vec<Mailbox> =
        tenants.map(|tenant| deployment.mailbox(tenant.id().as_str(), PATIENCE).unwrap()).collect();
    for slice in &slices {
        deployment.set_clock(slice.end, PATIENCE).unwrap();
        deployment.send(&slice.records).unwrap();
        deployment.settle(PATIENCE).unwrap();
        deployment.sweep(&registry, slice.end, PATIENCE).unwrap();
    }
    let end = slices.last().unwrap().end;
    // What might be a habit is told the night after the next.
    for seconds in [900, 32 * 3_600] {
        deployment.set_clock(end.plus(seconds), PATIENCE).unwrap();
        deployment.sweep(&registry, end.plus(seconds), PATIENCE).unwrap();
    }
    let told: BTreeSet<(String, String)> = mailboxes
        .iter()
        .flat_map(|mailbox| deployment.take(mailbox).unwrap())
        .map(|told| (told.contact, told.channel))
        .collect();

    let lines = slices.iter().flat_map(|slice| &slice.records).map(|record| record.bytes.as_slice());
    let file = lines.collect::<Vec<_>>().join(b"\n".as_slice());
    let replayed = harness::run(vec![("day.ndjson".to_owned(), file)], registry, Vec::new()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let expected: BTreeMap<String, (Value, Value)> = replayed
        .incidents
        .iter()
        .map(|incident| (text(&incident["id"]), (incident["kind"].clone(), incident["level"].clone())))
        .collect();
    assert!(expected.len() > 5, "a day without incidents proves nothing");
    assert_eq!(incidents(&deployment), expected);
    let expected: BTreeSet<(String, String)> =
        replayed.notices.iter().map(|notice| (text(&notice["contact"]), text(&notice["channel"]))).collect();
    assert_eq!(told, expected);
}
