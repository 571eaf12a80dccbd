//! The sample day through the functions comes to what `hinomi replay` comes to, whatever form its records have, however
//! often they come, and whatever is among them that nobody can read.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use hinomi_detect::Indicators;
use hinomi_generate::day;
use hinomi_lambda::Function;
use hinomi_local::ReplayOptions;
use hinomi_local::plan::assumptions;
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Settings};
use hinomi_store::{Archive, Values, block_on};
use hinomi_tests::cloud::day::{Form, Slice, every, looks, mistreat, slices};
use hinomi_tests::cloud::{COMPACTORS, Functions, Play, Site, payload};
use hinomi_tests::columns::rows;
use hinomi_tests::dated::dated;
use hinomi_tests::harness::{Outcome, run, run_with};
use hinomi_tests::poller::{Answer, Mapping};
use hinomi_tests::same::{in_order, is_silence, without_places};
use serde_json::Value;

const SHARDS: usize = 2;
const MAPPING: Mapping = Mapping { batch_size: 10, bisect: true, retries: None };

fn registry() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/registry.yaml");
    fs::read_to_string(path).unwrap()
}

/// The PAN-OS firewall's day: small, and with stories of several levels.
fn lines() -> Vec<String> {
    day::sample_day(day::SEED).panos
}

fn replayed(lines: &[String]) -> Outcome {
    let registry = Registry::from_yaml(&registry()).unwrap();
    run(vec![("day.log".to_owned(), (lines.join("\n") + "\n").into_bytes())], registry, Vec::new()).unwrap()
}

fn played(slices: &[Slice]) -> Play<Site> {
    let mut play = Play::new(Site::new(&registry(), SHARDS).unwrap(), MAPPING);
    play.day(slices, Settings::default().level2_hold).unwrap();
    play
}

/// Cuts a day into its minutes.
fn minute_by_minute(lines: &[String], form: Form) -> Vec<Slice> {
    let lines = dated(lines.iter().cloned(), &Registry::from_yaml(&registry()).unwrap());
    slices(&lines, &every(60, &lines), &[form], SHARDS)
}

/// Cuts a day into hours, and where there is something to tell into the minutes in which it is told.
fn coarse(lines: &[String], forms: &[Form], expected: &Outcome) -> Vec<Slice> {
    let lines = dated(lines.iter().cloned(), &Registry::from_yaml(&registry()).unwrap());
    slices(&lines, &looks(&lines, expected), forms, SHARDS)
}

/// Returns the incidents but for those of devices that fell silent.
fn incidents(play: &Play<Site>) -> Vec<Value> {
    let incidents = all_incidents(play).into_iter().filter(|incident| !is_silence(incident));
    without_places(&incidents.collect::<Vec<_>>())
}

fn all_incidents(play: &Play<Site>) -> Vec<Value> {
    let incidents = play.functions.incidents().unwrap();
    incidents.iter().map(|incident| serde_json::to_value(incident).unwrap()).collect()
}

fn told(play: &Play<Site>) -> Vec<Value> {
    let silences: Vec<Value> =
        all_incidents(play).iter().filter(|incident| is_silence(incident)).map(|i| i["id"].clone()).collect();
    let told = play.functions.notices();
    let told = told.iter().map(|notice| serde_json::to_value(notice).unwrap());
    in_order(&told.filter(|notice| !silences.contains(&notice["incident"])).collect::<Vec<_>>())
}

/// Sums a metric of a function over all that it wrote, without its further dimensions.
fn metric(play: &Play<Site>, function: &str, name: &str) -> u64 {
    let lines = play.functions.told.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let own = lines.filter(|line| {
        let plain = line["_aws"]["CloudWatchMetrics"].as_array().is_some_and(|directives| {
            directives.iter().any(|directive| {
                directive["Dimensions"] == serde_json::json!([["function"]])
                    && directive["Metrics"]
                        .as_array()
                        .is_some_and(|all| all.iter().any(|m| m["Name"] == name))
            })
        });
        plain && line["function"] == function
    });
    own.filter_map(|line| line[name].as_u64()).sum()
}

fn assert_same(play: &Play<Site>, expected: &Outcome, what: &str) {
    assert_eq!(play.logs.left + play.found.left, 0, "{what}: a shard is stuck");
    assert!(!expected.incidents.iter().any(is_silence), "{what}: nobody is silent while the day lasts");
    assert!(all_incidents(play).iter().any(is_silence), "{what}: nobody is missed when it is over");
    assert!(play.logs.given_up.is_empty() && play.found.given_up.is_empty(), "{what}");
    let (own, theirs) = (incidents(play), without_places(&expected.incidents));
    assert_eq!(own.len(), theirs.len(), "{what}");
    for (own, theirs) in own.iter().zip(&theirs) {
        assert_eq!(own, theirs, "{what}");
    }
    assert_eq!(told(play), in_order(&expected.notices), "{what}");
}

/// Asserts that the accounts of `ingest` add up.
fn assert_counted(play: &Play<Site>, lines: u64, quarantined: u64, what: &str) {
    assert_eq!(metric(play, "ingest", "Lines"), lines, "{what}");
    assert_eq!(metric(play, "ingest", "LinesQuarantined"), quarantined, "{what}");
    assert_eq!(metric(play, "ingest", "LinesDone"), lines - quarantined, "{what}");
}

#[test]
fn every_form_of_record_comes_to_what_a_replay_comes_to() {
    let lines = lines();
    let expected = replayed(&lines);
    assert!(expected.incidents.len() >= 5 && !expected.notices.is_empty());
    for form in Form::ALL {
        let play = played(&coarse(&lines, &[form], &expected));
        let what = format!("{form:?}");
        assert_same(&play, &expected, &what);
        assert_counted(&play, lines.len() as u64, expected.quarantine.len() as u64, &what);
    }
}

/// Returns both firewalls' day as one file, in the order of time, in which a replay would merge two.
fn both() -> Vec<String> {
    let day = day::sample_day(day::SEED);
    let registry = Registry::from_yaml(&registry()).unwrap();
    let mut lines = dated(day.fortigate.into_iter().chain(day.panos), &registry);
    lines.sort_by_key(|line| line.at);
    lines.into_iter().map(|line| line.text).collect()
}

#[test]
fn a_whole_day_in_all_forms_at_once_is_told_as_a_replay_tells_it() {
    let lines = both();
    let expected = replayed(&lines);
    assert!(expected.notices.len() > 10);
    let mut slices = coarse(&lines, &Form::ALL, &expected);
    mistreat(&mut slices);
    let play = played(&slices);
    assert_same(&play, &expected, "both firewalls");
    assert_as_planned(&play);
}

/// Returns the address outside that hosts inside spoke to last for the first time.
fn spoken_to(lines: &[String]) -> IpAddr {
    let registry = Registry::from_yaml(&registry()).unwrap();
    let collected = hinomi_model::registry::Collected::default();
    let mut scratch = hinomi_parse::Scratch::default();
    let mut spoken_to = BTreeSet::<IpAddr>::new();
    let mut newest = None;
    for line in lines {
        let context = hinomi_parse::Context { registry: &registry, received: EventTime::EPOCH, collected };
        let Ok(event) = hinomi_parse::parse_line(line.as_bytes(), &context, &mut scratch) else { continue };
        let (Some(src), Some(dst)) = (event.src_ip, event.dst_ip) else { continue };
        let is_contact = event.function == hinomi_model::Function::Firewall
            && event.disposition == hinomi_model::Disposition::Allowed
            && event.tenant.is_inside(src)
            && !event.tenant.is_inside(dst);
        if is_contact && spoken_to.insert(dst) {
            newest = Some(dst);
        }
    }
    newest.unwrap()
}

#[test]
fn a_contact_to_a_listed_address_is_told_as_a_replay_tells_it() {
    let lines = lines();
    let enemy = spoken_to(&lines);
    let list = format!("# our own\n{enemy}\n");
    let mut indicators = Indicators::default();
    assert_eq!(indicators.add("indicators", &list, 1), []);
    let inputs = vec![hinomi_local::Input::Bytes {
        name: "day.log".to_owned(),
        bytes: (lines.join("\n") + "\n").into_bytes(),
    }];
    let options = ReplayOptions::in_memory(inputs, Registry::from_yaml(&registry()).unwrap());
    let expected = run_with(ReplayOptions { indicators: Arc::new(indicators), ..options }).unwrap();
    assert_ne!(expected.incidents, replayed(&lines).incidents, "the list changes nothing");
    let slices = coarse(&lines, &[Form::Gzip], &expected);
    let mut play = Play::new(Site::new(&registry(), SHARDS).unwrap(), MAPPING);
    play.functions.enemies.publish(Some(list.as_bytes()));
    play.day(&slices, Settings::default().level2_hold).unwrap();
    // A replay ends with its last line, and with a story still open that a day later is over.
    let core = |incidents: Vec<Value>| -> Vec<Vec<Value>> {
        let parts = ["id", "level", "reasons", "timeline", "evidence", "assessment", "indicators"];
        incidents.iter().map(|incident| parts.iter().map(|part| incident[*part].clone()).collect()).collect()
    };
    assert_eq!(core(incidents(&play)), core(without_places(&expected.incidents)));
    assert_eq!(metric(&play, "ingest", "IndicatorsRefused"), 0);
}

/// Asserts that what `hinomi plan` reckons with is as large as what was written, within a third.
fn assert_as_planned(play: &Play<Site>) {
    let written = play.functions.store.written();
    // With a quarter of a kilobyte for keys and attributes.
    let kilobytes = |values: Values| values.kilobytes as f64 / values.count as f64 + 0.25;
    for (name, values) in [("state-kb", written.states), ("incident-kb", written.incidents)] {
        let found = kilobytes(values);
        let assumed = assumptions().find(|assumption| assumption.name == name).unwrap().value;
        assert!((found / assumed).max(assumed / found) < 4.0 / 3.0, "{name}: {found}, taken for {assumed}");
    }
}

#[test]
fn repeats_disorder_and_poison_change_nothing() {
    let lines = lines();
    let expected = replayed(&lines);
    let mut slices = minute_by_minute(&lines, Form::Gzip);
    mistreat(&mut slices);
    let play = played(&slices);
    assert_same(&play, &expected, "repeated, reversed and poisoned");
    let poisons = (slices.len() * SHARDS) as u64;
    let (lines, quarantined) = (lines.len() as u64, expected.quarantine.len() as u64);
    assert_counted(&play, 2 * lines + poisons, 2 * quarantined + poisons, "twice, and poison");
}

#[test]
fn a_days_columns_hold_each_line_once_however_often_its_record_was_read() {
    let lines = lines();
    let registry = Registry::from_yaml(&registry()).unwrap();
    let dated = dated(lines.iter().cloned(), &registry);
    let mut slices = slices(&dated, &every(1_800, &dated), &Form::ALL, SHARDS);
    for shard in slices.iter_mut().flat_map(|slice| &mut slice.shards) {
        // Records overtake each other on their way into the stream, and are numbered there.
        let numbers: Vec<String> = shard.iter().map(|record| record.sequence.clone()).collect();
        shard.reverse();
        shard.iter_mut().zip(numbers).for_each(|(record, number)| record.sequence = number);
    }
    let mut play = played(&slices);
    for slice in &slices {
        for (number, shard) in slice.shards.iter().enumerate() {
            // A batch whose answer was lost comes again, cut otherwise.
            for batch in shard.chunks(3) {
                let event = payload::kinesis("logs", number, batch);
                let answer = play.functions.invoke(Function::Ingest, &event, slice.end).unwrap();
                assert!(matches!(answer, Answer::Returned(_)));
            }
        }
    }
    let (first, last) = (slices.first().unwrap().end, slices.last().unwrap().end);
    for hour in first.hour()..=last.hour() + 1 {
        let time = EventTime::from_seconds(hour * 3_600 + 600);
        for compactor in 0..COMPACTORS {
            let event = payload::schedule(time, Some(compactor));
            let answer = play.functions.invoke(Function::Compact, &event, time).unwrap();
            let Answer::Returned(answer) = answer else { panic!("{answer:?}") };
            assert_eq!(answer["behind_seconds"], 0);
        }
    }
    let store = &play.functions.store;
    let mut found = Vec::new();
    for key in block_on(store.list("ocsf/", None, 100_000)).unwrap() {
        let file = block_on(store.fetch(&key)).unwrap().unwrap();
        let of_tenant = format!("/tenant={}/", "kita");
        assert!(key.as_str().contains(&of_tenant), "{}", key.as_str());
        found.extend(rows(&file));
    }
    let mut places: Vec<&str> = found.iter().map(|row| row.place.as_str()).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), found.len(), "a line has two rows");
    let mut scratch = hinomi_parse::Scratch::default();
    let mut expected: Vec<i64> = dated
        .iter()
        .filter_map(|line| {
            let collected = hinomi_model::registry::Collected::default();
            let context = hinomi_parse::Context { registry: &registry, received: line.at, collected };
            let event = hinomi_parse::parse_line(line.text.as_bytes(), &context, &mut scratch).ok()?;
            Some(event.time.nanos().div_euclid(1_000_000))
        })
        .collect();
    let mut times: Vec<i64> = found.iter().map(|row| row.time).collect();
    expected.sort_unstable();
    times.sort_unstable();
    assert!(expected.len() > 1_000, "{}", expected.len());
    assert_eq!(times, expected);
    assert_eq!(metric(&play, "compact", "Rows"), expected.len() as u64);
    assert_eq!(metric(&play, "compact", "LinesLeftOut"), (lines.len() - expected.len()) as u64);
    assert!(metric(&play, "compact", "RecordsRepeated") > 0);
}
