//! The sample day through the deployed functions and the emulator's streams, in all forms at once, each record twice and
//! in disorder, with poison among them: it comes to what `hinomi replay` comes to, to the letter.

use hinomi_generate::day;
use hinomi_model::Settings;
use hinomi_model::registry::Registry;
use hinomi_tests::cloud::Play;
use hinomi_tests::cloud::day::{Form, looks, mistreat, slices};
use hinomi_tests::dated::dated;
use hinomi_tests::emulator::{Deployment, Driven, Mailbox, Told};
use hinomi_tests::poller::Mapping;
use hinomi_tests::same::{is_silence, without_places};
use serde_json::Value;

use super::{PATIENCE, SHARDS, read, replayed, stored};

/// As the template's, but for batches of several records where the day is too small for its hundred.
const MAPPING: Mapping = Mapping { batch_size: 20, bisect: true, retries: None };

#[test]
fn a_mistreated_day_in_all_forms_is_told_to_the_letter_as_a_replay_tells_it() {
    let deployment = Deployment::driven().unwrap_or_else(|error| panic!("{error}"));
    deployment.allow_plain_http().unwrap();
    let yaml = read("events/registry.yaml");
    let registry = Registry::from_yaml(std::str::from_utf8(&yaml).unwrap()).unwrap();
    let day = day::sample_day(day::SEED);
    let mut lines = dated(day.fortigate.into_iter().chain(day.panos), &registry);
    lines.sort_by_key(|line| line.at);
    let expected = replayed(&lines, &registry);
    assert!(expected.incidents.len() > 10 && expected.notices.len() > 10);
    let mut slices = slices(&lines, &looks(&lines, &expected), &Form::ALL, SHARDS);
    mistreat(&mut slices);

    let driven = Driven::new(deployment.clone()).unwrap();
    deployment.set_clock(slices[0].end.plus(-60)).unwrap();
    deployment.put_registry(&yaml, PATIENCE).unwrap();
    let tenants = registry.tenants().iter();
    let mailboxes: Vec<Mailbox> =
        tenants.map(|tenant| deployment.mailbox(tenant.id().as_str(), PATIENCE).unwrap()).collect();
    let mut play = Play::new(driven, MAPPING);
    play.day(&slices, Settings::default().level2_hold).unwrap();

    assert_eq!(play.functions.failures, Vec::<String>::new());
    assert_eq!(play.logs.left + play.found.left, 0, "a shard is stuck");
    assert!(play.logs.given_up.is_empty() && play.found.given_up.is_empty());
    let mut told: Vec<Told> =
        mailboxes.iter().flat_map(|mailbox| deployment.take(mailbox).unwrap()).collect();
    let mut meant: Vec<Told> = expected.notices.iter().map(meant).collect();
    let (silences, found): (Vec<Value>, Vec<Value>) =
        stored(&deployment, &registry).into_iter().partition(is_silence);
    assert!(!silences.is_empty(), "the deployed watch misses nobody when the day is over");
    // Their mails name their numbers.
    told.retain(|told| {
        silences.iter().all(|silence| !told.text.contains(silence["number"].as_str().unwrap()))
    });
    told.sort();
    meant.sort();
    let found = without_places(&found);
    let theirs = without_places(&expected.incidents);
    assert_eq!(found.len(), theirs.len());
    for (found, theirs) in found.iter().zip(&theirs) {
        assert_eq!(found, theirs);
    }
    assert_eq!(told.len(), meant.len());
    for (told, meant) in told.iter().zip(&meant) {
        assert_eq!(told, meant);
    }
}

/// Returns what a mailbox gets of a notice.
fn meant(notice: &Value) -> Told {
    let text = |member: &str| notice[member].as_str().unwrap().to_owned();
    Told {
        contact: text("contact"),
        channel: text("channel"),
        subject: Some(text("subject")).filter(|subject| !subject.is_empty()),
        text: text("body"),
    }
}
