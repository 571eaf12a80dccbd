//! `hinomi plan`: asks what a load takes and costs, and prints it.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use hinomi_model::Language;
use serde::Deserialize;

use crate::cli;
use crate::error::Fault;
use crate::plan::{Question, plan, regions};
use crate::terminal::{self, Screen};

/// Lines a second from a record to findings on one core of two of a small machine, without a measurement of one's own:
/// `cargo bench -p hinomi-tests --bench stages`, `frame_to_findings`.
const MEASURED: f64 = 600_000.0;
/// Lines a second from raw objects to Parquet with all fields, on the same core.
const ARCHIVED: f64 = 300_000.0;
/// Longest file of `hinomi bench` that is read.
const MAX_BENCH_BYTES: u64 = 64 << 10;

/// The part of `bench.json` that counts here.
#[derive(Deserialize)]
struct Bench {
    stages: Stages,
}

#[derive(Deserialize)]
struct Stages {
    detect: Stage,
    /// Only of those who measure it.
    archive: Option<Stage>,
}

#[derive(Deserialize)]
struct Stage {
    events_per_s: f64,
}

/// Works the plan out and prints it.
///
/// # Errors
///
/// [`Fault::Usage`] for a region without prices and a file that is no measurement, and faults of reading and printing.
pub(crate) fn run(args: &cli::Plan, language: Language, out: &mut dyn Write) -> Result<(), Fault> {
    let (events_per_core, archive_per_core) =
        args.bench.as_deref().map_or(Ok((MEASURED, ARCHIVED)), measured)?;
    let question = Question {
        events_per_day: args.events_per_day,
        avg_bytes: args.avg_bytes,
        peak: args.peak,
        compression: args.compression,
        retention_days: args.retention_days,
        tenants: args.tenants,
        findings_per_million: args.findings_per_million,
        window: args.window,
        events_per_core,
        archive_per_core,
        compactors: args.compactors,
        athena_tb: args.athena_tb,
        siem_usd_per_gb: args.siem_usd_per_gb,
    };
    let Some(made) = plan(&question, &args.region) else {
        let known: Vec<&str> = regions().collect();
        return Err(Fault::Usage(format!(
            "there are no prices of {}; there are of {}",
            args.region,
            known.join(", ")
        )));
    };
    if args.json {
        super::print_json(&made, out)?;
    } else {
        terminal::plan(out, &Screen::of_stdout(language), &made)?;
    }
    Ok(out.flush()?)
}

/// Returns the rates of a measurement; without one of the archive that which is taken for granted.
fn measured(path: &Path) -> Result<(f64, f64), Fault> {
    let file = File::open(path).map_err(|source| Fault::Open { path: path.to_owned(), source })?;
    let read: Result<Bench, _> = serde_json::from_reader(BufReader::new(file.take(MAX_BENCH_BYTES)));
    let rates = read.ok().map(|Bench { stages: Stages { detect, archive } }| {
        (detect.events_per_s, archive.map_or(ARCHIVED, |stage| stage.events_per_s))
    });
    rates
        .filter(|(detect, archive)| detect.min(*archive) >= 1.0)
        .ok_or_else(|| Fault::Usage(format!("{} is no result of `hinomi bench --json`", path.display())))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn printed(arguments: &[&str]) -> Result<String, Fault> {
        let all = ["hinomi", "plan", "--events-per-day", "4e9"].iter().chain(arguments);
        let cli::Cli { command: Some(cli::Command::Plan(args)), .. } = cli::Cli::parse_from(all) else {
            panic!("{arguments:?} is no plan")
        };
        let mut out = Vec::new();
        run(&args, Language::En, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_measurement_of_ones_own_changes_what_ingest_takes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("here.json");
        let stage = r#"{"events_per_s": 100000, "mb_per_s": 80, "allocated_bytes_per_event": 0}"#;
        let bench = format!(
            r#"{{"stages":{{"frame":{stage},"parse":{stage},"detect":{stage},"pipeline":{stage}}}}}"#
        );
        std::fs::write(&path, bench).unwrap();
        let seconds = |arguments: &[&str]| -> f64 {
            let plan: serde_json::Value = serde_json::from_str(&printed(arguments).unwrap()).unwrap();
            plan["capacity"]["ingest"]["gb_seconds"].as_f64().unwrap()
        };
        let slow = seconds(&["--json", "--bench", path.to_str().unwrap()]);
        assert!(slow > 2.0 * seconds(&["--json"]));
    }

    #[test]
    fn what_is_no_measurement_or_no_region_is_wrong_usage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("here.json");
        for text in [
            "",
            "{}",
            r#"{"stages":{"detect":{"events_per_s":0}}}"#,
            r#"{"stages":{"detect":{"events_per_s":9},"archive":{"events_per_s":0}}}"#,
        ] {
            std::fs::write(&path, text).unwrap();
            let fault = printed(&["--bench", path.to_str().unwrap()]).unwrap_err();
            assert!(matches!(fault, Fault::Usage(_)), "{fault}");
        }
        let fault = printed(&["--region", "eu-central-9"]).unwrap_err().to_string();
        assert!(fault.contains("ap-northeast-1"), "{fault}");
        assert!(matches!(printed(&["--bench", "/nowhere/here.json"]), Err(Fault::Open { .. })));
    }
}
