//! The sample day behind the emulator's own mappings: it reads the streams and calls the functions when it sees something,
//! as AWS does, with the filters of the template and the events of its own making.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hinomi_model::Seconds;
use hinomi_model::registry::Registry;
use hinomi_tests::cloud::day::{Form, every, slices};
use hinomi_tests::dated::files;
use hinomi_tests::emulator::Mailbox;
use serde_json::Value;

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
    let told: BTreeSet<(String, String)> = mailboxes
        .iter()
        .flat_map(|mailbox| deployment.take(mailbox).unwrap())
        .map(|told| (told.contact, told.channel))
        .collect();

    let replayed = replayed(&lines, &registry);
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
