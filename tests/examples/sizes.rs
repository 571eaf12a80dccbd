//! Measures what `hinomi plan` takes for granted of a finding: `cargo run -p hinomi-tests --example sizes --profile ci`.
//!
//! Plays the sample day minute by minute through the functions' own handlers on stores in memory, and tells how large what
//! they write is. The sample day has many attacks for its few lines, so how many findings there are in a million lines is
//! not to be read from it.

use std::path::Path;

use hinomi_generate::day;
use hinomi_model::registry::Registry;
use hinomi_model::{FindingBatch, Settings};
use hinomi_store::{Values, object};
use hinomi_tests::cloud::day::{Form, every, slices};
use hinomi_tests::cloud::{Play, Site};
use hinomi_tests::dated::dated;
use hinomi_tests::poller::Mapping;

const SHARDS: usize = 2;
const MAPPING: Mapping = Mapping { batch_size: 100, bisect: true, retries: None };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/registry.yaml");
    let yaml = std::fs::read_to_string(path)?;
    let registry = Registry::from_yaml(&yaml)?;
    let day = day::sample_day(day::SEED);
    let mut lines = dated(day.fortigate.into_iter().chain(day.panos), &registry);
    lines.sort_by_key(|line| line.at);
    let mut play = Play::new(Site::new(&yaml, SHARDS)?, MAPPING);
    let slices = slices(&lines, &every(60, &lines), &[Form::Ndjson], SHARDS);
    play.day(&slices, Settings::default().level2_hold).unwrap_or_else(|never| match never {});

    let (written, weight) = (play.functions.store.written(), play.functions.store.weight());
    let records = play.functions.stream.records();
    let bytes: usize = records.iter().map(|record| record.bytes.len()).sum();
    let mut findings = 0;
    for record in &records {
        findings += FindingBatch::decode(&object::decompress(&record.bytes)?)?.findings.len();
    }
    let (findings, commits) = (findings as f64, written.commits as f64);
    println!("{} lines, {findings} findings, {commits} writes of a subject", lines.len());
    println!(
        "{:.2} findings and {:.2} incidents a write",
        findings / commits,
        written.incidents.count as f64 / commits
    );
    let size = |name: &str, values: Values| {
        let count = values.count as f64;
        println!(
            "{name}: {:.0} bytes, {:.2} begun kilobytes",
            values.bytes as f64 / count,
            values.kilobytes as f64 / count
        );
    };
    size("a state", written.states);
    size("an incident", written.incidents);
    size("a notice in the outbox", written.entries);
    println!("{:.2} notices a write", written.entries.count as f64 / commits);
    println!("{:.0} bytes a finding on its stream", bytes as f64 / findings);
    println!(
        "{:.1} findings a subject, {:.1} an incident",
        findings / weight.subjects as f64,
        findings / weight.incidents as f64
    );
    Ok(())
}
