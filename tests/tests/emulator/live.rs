//! The sample day behind the emulator's own mappings: it reads the streams and calls the functions when it sees something,
//! as AWS does, with the filters of the template and the events of its own making.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Seconds};
use hinomi_tests::cloud::COMPACTORS;
use hinomi_tests::cloud::day::{Form, every, slices};
use hinomi_tests::columns::rows;
use hinomi_tests::dated::files;
use hinomi_tests::emulator::{Deployment, Mailbox};
use serde_json::{Value, json};

use super::{PATIENCE, SHARDS, deployment, read, replayed, stored};

/// How much of the sample day is sent at once. The functions are as exact as their schedules; what is told how often
/// within such a part is the driven day's.
const SLICE: Seconds = 4 * 3_600;

fn sample_day() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap();
    let files = fs::read_dir(root.join("events/sample-day")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_sample_day_comes_to_the_incidents_of_a_replay_and_they_are_told() {
    let deployment = deployment();
    deployment.allow_plain_http().unwrap();
    let yaml = read("events/registry.yaml");
    let registry = Registry::from_yaml(std::str::from_utf8(&yaml).unwrap()).unwrap();
    let lines = files(&sample_day(), &registry).unwrap();
    let slices = slices(&lines, &every(SLICE, &lines), &[Form::Ndjson], SHARDS);

    deployment.set_clock(slices[0].end.plus(-SLICE)).unwrap();
    deployment.put_registry(&yaml, PATIENCE).unwrap();
    let tenants = registry.tenants().iter();
    let mailboxes: Vec<Mailbox> =
        tenants.map(|tenant| deployment.mailbox(tenant.id().as_str(), PATIENCE).unwrap()).collect();
    for slice in &slices {
        deployment.set_clock(slice.end).unwrap();
        deployment.send(slice).unwrap();
        deployment.settle(PATIENCE).unwrap();
        deployment.sweep(&registry, slice.end, PATIENCE).unwrap();
    }
    let end = slices.last().unwrap().end;
    // What might be a habit is told the night after the next.
    for seconds in [900, 32 * 3_600] {
        deployment.set_clock(end.plus(seconds)).unwrap();
        deployment.sweep(&registry, end.plus(seconds), PATIENCE).unwrap();
    }
    let replayed = replayed(&lines, &registry);
    let done = lines.len() - replayed.quarantine.len();
    assert_eq!(columns_of_each_hour(&deployment, end.plus(3_600 + 600)), done, "each line is a row");
    let told: BTreeSet<(String, String)> = mailboxes
        .iter()
        .flat_map(|mailbox| deployment.take(mailbox).unwrap())
        .map(|told| (told.contact, told.channel))
        .collect();

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let level =
        |incident: &Value| (text(&incident["id"]), (incident["kind"].clone(), incident["level"].clone()));
    let expected: BTreeMap<String, (Value, Value)> = replayed.incidents.iter().map(level).collect();
    assert!(expected.len() > 5, "a day without incidents proves nothing");
    let found: BTreeMap<_, _> = stored(&deployment, &registry).iter().map(level).collect();
    assert_eq!(found, expected);
    let expected: BTreeSet<(String, String)> =
        replayed.notices.iter().map(|notice| (text(&notice["contact"]), text(&notice["channel"]))).collect();
    assert_eq!(told, expected);
}

/// Calls the compactors as their schedules do, and returns how many rows their files have.
fn columns_of_each_hour(deployment: &Deployment, time: EventTime) -> usize {
    let mut written = 0;
    for compactor in 0..COMPACTORS {
        let event = json!({"time": time.to_string(), "partition": compactor});
        let answer = deployment.invoke("compact", &event).unwrap();
        assert_eq!((&answer["damaged"], &answer["behind_seconds"]), (&json!(0), &json!(0)), "{answer}");
        written += answer["files"].as_u64().unwrap();
    }
    let bucket = deployment.output("ArchiveBucket").unwrap();
    let keys = deployment.aws.keys(bucket, "ocsf/").unwrap();
    assert_eq!(keys.len() as u64, written);
    keys.iter().map(|key| rows(&deployment.aws.object(bucket, key).unwrap().unwrap()).len()).sum()
}
