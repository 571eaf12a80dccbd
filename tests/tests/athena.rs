//! The questions of `infra/athena` to the columns that `compact` writes of the sample day, as DuckDB answers them: they
//! read, name columns that there are, and find what the day is known to hold.
//!
//! What Athena's dialect calls otherwise is given to DuckDB as a macro. What it cannot hold is Athena itself.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hinomi_generate::day;
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_ocsf::Class;
use hinomi_steps::compact::{Call, ROOM, compact};
use hinomi_steps::ingest::{Batch, Ingest, Outlets, Pace, Record};
use hinomi_store::{Archive, Memory, MemoryStream, block_on};
use hinomi_tests::duckdb::ask;
use serde_json::Value;

/// A file that a proxy saw, which the sample day has none of.
const FILE: &str = "date=2026-10-20 time=10:30:00 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
    eventtime=1792459800000000000 tz=\"+0900\" logid=\"1900064000\" type=\"utm\" subtype=\"file-filter\" \
    eventtype=\"file-filter\" level=\"notice\" vd=\"root\" sessionid=2900001 srcip=10.1.12.78 srcport=40000 \
    srcintf=\"internal\" dstip=203.0.113.23 dstport=80 dstintf=\"wan1\" proto=6 service=\"HTTP\" \
    action=\"passthrough\" filename=\"meeting_tool.exe\" filesize=1024 filetype=\"exe\" direction=\"incoming\"";

/// What the day is known to hold: a question, and something of one of its rows.
const KNOWN: [(&str, &[&str]); 10] = [
    ("beacons", &["10.1.12.34", "203.0.113.27"]),
    ("failed-logins", &["203.0.113.10"]),
    ("findings-by-signature", &["Emotet.Cridex.Botnet"]),
    ("largest-uploads", &["10.1.200.30", "203.0.113.81"]),
    ("new-destinations", &["203.0.113.27"]),
    ("one-host-one-day", &["10.1.12.77", "203.0.113.23"]),
    ("top-blocked", &["22"]),
    ("who-asked-for-name", &["update.os.example"]),
    ("who-fetched-hash", &["10.1.12.77", "meeting_tool.exe"]),
    ("who-talked-to", &["10.1.12.77"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap().to_path_buf()
}

/// Writes the day's columns into a folder, as `compact` writes them into the archive.
fn columns(folder: &Path) {
    let registry =
        Registry::from_yaml(&fs::read_to_string(root().join("events/registry.yaml")).unwrap()).unwrap();
    let day = day::sample_day(day::SEED);
    let lines: Vec<String> = day.fortigate.into_iter().chain(day.panos).chain([FILE.to_owned()]).collect();
    let (archive, findings) = (Memory::new(), MemoryStream::default());
    // All of it arrives in the hour after the day.
    let arrived = EventTime::parse_rfc3339("2026-10-20T15:30:00Z").unwrap();
    let texts: Vec<Vec<u8>> = lines.chunks(200).map(|lines| (lines.join("\n") + "\n").into_bytes()).collect();
    let numbers: Vec<String> = (1..=texts.len()).map(|number| format!("{number:020}")).collect();
    let record =
        |(number, text): (&'static str, &'static [u8])| Record { sequence: number, arrived, data: Ok(text) };
    let numbers = numbers.iter().map(|number| &*number.clone().leak());
    let records: Vec<Record<'_>> =
        numbers.zip(texts.iter().map(|text| &*text.clone().leak())).map(record).collect();
    let mut rest = records.as_slice();
    while !rest.is_empty() {
        let batch = Batch { shard: "shardId-000000000000", records: rest };
        let outlets = Outlets { archive: &archive, findings: &findings };
        let pace = Pace { now: arrived, is_spent: &|| false };
        let done = block_on(Ingest::new().batch(&batch, &registry, pace, outlets)).unwrap();
        rest = &rest[done.undone.unwrap_or(rest.len())..];
    }
    let time = EventTime::parse_rfc3339("2026-10-20T16:10:00Z").unwrap();
    let call = Call { time, now: time, compactor: 0, compactors: 1, room: ROOM, left: &|| 900 };
    block_on(compact(call, &registry, &archive)).unwrap();
    for key in block_on(archive.list("ocsf/", None, 100_000)).unwrap() {
        let path = folder.join(key.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, block_on(archive.fetch(&key)).unwrap().unwrap()).unwrap();
    }
}

fn questions() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("infra/athena")).unwrap().map(|file| file.unwrap().path());
    let sql = files.filter(|path| path.extension().is_some_and(|ending| ending == "sql"));
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    sql.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn every_question_finds_what_the_sample_day_holds() {
    let folder = tempfile::tempdir().unwrap();
    columns(folder.path());
    let mut statements = vec![
        "CREATE MACRO from_unixtime(s) AS CAST(make_timestamp(CAST(s * 1000000 AS BIGINT)) AS VARCHAR)"
            .to_owned(),
        "CREATE MACRO element_at(l, n) AS list_extract(l, n)".to_owned(),
    ];
    let place = folder.path().join("ocsf");
    for class in Class::ALL.map(Class::name) {
        let files = place.join(format!("class={class}"));
        if files.exists() {
            let files = files.display();
            statements.push(format!(
                "CREATE VIEW {class} AS SELECT * FROM read_parquet('{files}/**/*.parquet', \
                 hive_partitioning=true, hive_types_autocast=false)"
            ));
        }
    }
    let made = statements.len();
    let questions = questions();
    let names: BTreeSet<&str> = questions.keys().map(String::as_str).collect();
    assert_eq!(names, KNOWN.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>());
    statements.extend(questions.values().map(|question| question.trim().trim_end_matches(';').to_owned()));
    let answers = ask(&statements).split_off(made);
    for ((name, _), rows) in questions.iter().zip(&answers) {
        let (_, known) = KNOWN.iter().find(|(of, _)| of == name).unwrap();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let holds = rows.iter().any(|row| {
            let row: Vec<String> = row.iter().map(text).collect();
            known.iter().all(|known| row.iter().any(|value| value == known))
        });
        assert!(holds, "{name} does not find {known:?} in {} rows", rows.len());
    }
}

#[test]
fn every_question_says_what_it_asks_and_names_tenant_and_day_wherever_it_reads() {
    let classes = Class::ALL.map(Class::name);
    for (name, question) in questions() {
        let comment: String = question.lines().take_while(|line| line.starts_with("--")).collect();
        assert!(comment.contains('?') && comment.contains("Put in: tenant"), "{name}");
        let words: Vec<&str> = question.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let reads = words.windows(2).filter(|pair| pair[0] == "FROM" && classes.contains(&pair[1])).count();
        let limits = |what: &str| question.matches(what).count();
        assert!(reads > 0, "{name}");
        assert_eq!(limits("tenant = '"), reads, "{name}");
        assert_eq!(limits("day = '") + limits("day BETWEEN '"), reads, "{name}");
    }
}
