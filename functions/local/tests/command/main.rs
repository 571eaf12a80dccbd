//! The command as a shell sees it: what it prints where, and with which exit status.

#![expect(clippy::unwrap_used, reason = "what the tests share may fail them too")]

mod replay;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Three lines of FortiGate, one of which is no log.
const LOG: &str = concat!(
    "date=2026-01-20 time=10:15:01 eventtime=1768871701000000000 tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" ",
    "subtype=\"forward\" level=\"notice\" vd=\"root\" devid=\"FGT60FTK20000001\" devname=\"KITA-FW1\" ",
    "srcip=10.1.12.34 srcport=50123 dstip=203.0.113.7 dstport=443 proto=6 sessionid=4711 action=\"close\" ",
    "policyid=12 sentbyte=1200 rcvdbyte=5600 sentpkt=10 rcvdpkt=12 duration=5 service=\"HTTPS\"\n",
    "bash: cannot find hinomi\n",
    "date=2026-01-20 time=10:15:02 eventtime=1768871702000000000 tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" ",
    "subtype=\"forward\" level=\"notice\" vd=\"root\" devid=\"FGT60FTK20000001\" devname=\"KITA-FW1\" ",
    "srcip=10.1.12.35 srcport=50124 dstip=203.0.113.8 dstport=443 proto=6 sessionid=4712 action=\"deny\" ",
    "policyid=0 sentbyte=0 rcvdbyte=0 service=\"HTTPS\"\n",
);

fn hinomi(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hinomi"));
    command.args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command
}

fn run(args: &[&str]) -> Output {
    hinomi(args).stdin(Stdio::null()).output().unwrap()
}

fn run_with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child =
        hinomi(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may refuse its arguments before it reads anything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn fixture(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn help_tells_commands_levels_examples_and_exit_statuses() {
    let output = run(&["--help"]);
    let text = stdout(&output);
    assert!(output.status.success());
    for word in ["replay", "parse", "doctor", "explain", "bench", "level 4", "Examples:", "Exit status:"] {
        assert!(text.contains(word), "{word} in\n{text}");
    }
    for command in ["replay", "parse", "doctor", "explain", "bench"] {
        let text = stdout(&run(&[command, "--help"]));
        assert!(text.contains("Examples:") && text.contains(&format!("hinomi {command}")), "{text}");
    }
}

#[test]
fn wrong_usage_exits_2_and_says_what_is_wrong() {
    for (args, told) in [
        (&["dance"][..], "dance"),
        (&["parse"], "FILE"),
        (&["replay", "--lang", "fr", "a.log"], "fr"),
        (&["parse", "--explain", "--as", "ocsf", "a.log"], "--as json"),
        (&["explain", "--time-zone", "Mars/Olympus", "a.json"], "Mars/Olympus"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(told), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn faults_exit_1_and_name_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let registry = dir.path().join("registry.yaml");
    std::fs::write(&registry, "version: 1\ntenants: [{id: kita, internal: [10.1.0.0/99]}, {id: kita}]\n")
        .unwrap();
    let garbage = dir.path().join("garbage.json");
    std::fs::write(&garbage, "{\"id\": 7}").unwrap();
    for (args, told) in [
        (vec!["parse", "no/such.log"], "no/such.log"),
        (vec!["parse", path(dir.path())], "is a directory"),
        (vec!["explain", "no/such.json"], "no/such.json"),
        (vec!["explain", path(&garbage)], "garbage.json"),
        (vec!["parse", "--registry", "no/such.yaml", "-"], "no/such.yaml"),
        (vec!["parse", "--registry", path(&registry), "-"], "10.1.0.0/99"),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn a_wrong_registry_tells_all_its_problems_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let registry = dir.path().join("registry.yaml");
    let text =
        "version: 1\ntenants: [{id: kita, internal: [10.1.0.0/99]}, {id: kita, internal: [nowhere]}]\n";
    std::fs::write(&registry, text).unwrap();
    let told = stderr(&run(&["parse", "--registry", path(&registry), "-"]));
    assert!(told.contains("tenants[0].internal") && told.contains("tenants[1]"), "{told}");
}

#[test]
#[cfg(not(feature = "aws"))]
fn what_needs_aws_says_how_to_get_it_when_it_was_built_without() {
    let registry = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/registry.yaml");
    let prefix = "arn:aws:sns:ap-northeast-1:123456789012:hinomi-tenant-";
    let output = run(&["doctor", "--aws", prefix, "--registry", registry]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--features aws"), "{}", stderr(&output));
    let output = run(&["explain", &fixture("incident.json"), "--archive", "s3://archive"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--features aws"), "{}", stderr(&output));
    let output = run(&["doctor", "--aws", prefix]);
    assert_eq!(output.status.code(), Some(2), "whose contacts would it look for?");
}

#[test]
fn parse_prints_one_event_a_line_in_input_order_whatever_the_coding() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("a.log");
    let gzip = dir.path().join("a.log.gz");
    let zstd = dir.path().join("a.log.zst");
    std::fs::write(&plain, LOG).unwrap();
    let mut encoder =
        flate2::write::GzEncoder::new(std::fs::File::create(&gzip).unwrap(), flate2::Compression::fast());
    encoder.write_all(LOG.as_bytes()).unwrap();
    encoder.finish().unwrap();
    std::fs::write(&zstd, zstd::encode_all(LOG.as_bytes(), 1).unwrap()).unwrap();

    for file in [&plain, &gzip, &zstd] {
        let output = run(&["parse", path(file)]);
        assert!(output.status.success());
        let events: Vec<serde_json::Value> =
            stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let sources: Vec<&str> = events.iter().map(|event| event["src_ip"].as_str().unwrap()).collect();
        assert_eq!(sources, ["10.1.12.34", "10.1.12.35"], "{file:?}");
        assert_eq!(events[0]["time"], "2026-01-20T01:15:01Z");
        assert_eq!(events[0]["received"], events[0]["time"], "a file does not say when");
        let told = stderr(&output);
        assert!(told.starts_with(&format!("{}:2: not_a_firewall_log: ", path(file))), "{told}");
        assert!(told.ends_with("3 lines: 2 events, 1 quarantined (not_a_firewall_log 1)\n"), "{told}");
    }
}

#[test]
fn parse_prints_ocsf() {
    let output = run_with_input(&["parse", "--as", "ocsf", "-"], LOG.as_bytes());
    assert!(output.status.success());
    let rows: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["type_uid"], 400_102, "{}", rows[0]);
    assert_eq!(rows[0]["dst_endpoint"]["port"], 443);
    assert_eq!(rows[0]["traffic"]["bytes_in"], 5600);
    assert_eq!(rows[1]["type_uid"], 400_105, "refused");
    assert!(stderr(&output).contains("3 lines: 2 events"));
}

#[test]
fn parse_reads_standard_input_and_several_files_one_after_the_other() {
    let output = run_with_input(&["parse", "-"], LOG.as_bytes());
    assert_eq!(stdout(&output).lines().count(), 2);
    assert!(stderr(&output).starts_with("-:2: "), "{}", stderr(&output));

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.log");
    std::fs::write(&file, LOG).unwrap();
    let output = run(&["parse", path(&file), path(&file)]);
    assert_eq!(stdout(&output).lines().count(), 4);
    assert!(stderr(&output).contains("6 lines: 4 events"), "{}", stderr(&output));
}

#[test]
fn parse_survives_any_bytes_and_a_cut_gzip_file() {
    let mut noise: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    noise.extend_from_slice(b"\ndate=\xff\xfe type=\"traffic\n");
    let output = run_with_input(&["parse", "-"], &noise);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output).lines().last().unwrap());

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(LOG.repeat(100).as_bytes()).unwrap();
    let mut bytes = encoder.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let output = run_with_input(&["parse", "-"], &bytes);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("bad_compression 1"), "{}", stderr(&output));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.log");
    std::fs::write(&file, LOG.repeat(5_000)).unwrap();
    let mut child =
        hinomi(&["parse", path(&file)]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = [0; 10];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn explain_needs_the_document_alone() {
    let file = fixture("incident.json");
    let text = stdout(&run(&["explain", &file]));
    assert!(text.contains("[level 4] K-4821  not blocked") && text.contains("Why this level"), "{text}");
    assert!(text.contains("2026-01-20 01:15:01"), "{text}");
    assert!(!text.contains('\u{1b}'), "piped output is plain");

    let text = stdout(&run(&["explain", &file, "--lang", "ja", "--time-zone", "Asia/Tokyo"]));
    assert!(text.contains("このレベルの根拠") && text.contains("2026-01-20 10:15:01"), "{text}");

    let document = std::fs::read(&file).unwrap();
    assert_eq!(stdout(&run_with_input(&["explain", "-"], &document)), stdout(&run(&["explain", &file])));
}

#[test]
fn explain_chooses_from_a_file_of_incidents() {
    let one: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(fixture("incident.json")).unwrap()).unwrap();
    let mut other = one.clone();
    other["id"] = "0a000000000000000000000000000000".into();
    other["number"] = "K-1000".into();
    other["title"]["en"] = "another one".into();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("incidents.ndjson");
    std::fs::write(&file, format!("{one}\n{other}\n")).unwrap();

    let list = stdout(&run(&["explain", path(&file)]));
    assert!(list.contains("K-4821") && list.contains("K-1000") && list.contains("--id"), "{list}");
    for id in ["K-1000", "k-1000", "0a00"] {
        let text = stdout(&run(&["explain", path(&file), "--id", id]));
        assert!(text.contains("another one"), "{id}: {text}");
    }
    let output = run(&["explain", path(&file), "--id", "K-9999"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("K-9999"), "{}", stderr(&output));
}

#[test]
fn colour_comes_only_when_it_is_forced_or_a_terminal_wants_it() {
    let file = fixture("incident.json");
    let output = hinomi(&["explain", &file]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(stdout(&output).contains('\u{1b}'));
    let output =
        hinomi(&["explain", &file]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!stdout(&output).contains('\u{1b}'));
}

#[test]
fn bench_prints_every_stage_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    std::fs::write(&log, LOG.repeat(200)).unwrap();
    let output = run(&["bench", "--json", path(&log)]);
    let figures: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/schema/bench.json");
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let promised = schema["properties"]["stages"]["required"].as_array().unwrap();
    assert_eq!(promised.len(), figures["stages"].as_object().unwrap().len(), "{figures}");
    for stage in promised {
        let stage = &figures["stages"][stage.as_str().unwrap()];
        assert!(stage["events_per_s"].as_f64().unwrap() > 0.0, "{figures}");
        assert!(stage["mb_per_s"].as_f64().unwrap() > 0.0, "{figures}");
        assert!(stage["allocated_bytes_per_event"].is_number(), "{figures}");
    }
    assert_eq!(run(&["bench", path(&dir.path().join("none.log"))]).status.code(), Some(1));
    // What it prints is what `plan` reckons with: the rate from records to findings, and nothing else of it.
    let plan_with = |name: &str, text: &[u8]| {
        let measured = dir.path().join(name);
        std::fs::write(&measured, text).unwrap();
        let plan = run(&["plan", "--json", "--events-per-day", "4e9", "--bench", path(&measured)]);
        assert!(plan.status.success(), "{}", stderr(&plan));
        stdout(&plan)
    };
    let rate = figures["stages"]["detect"]["events_per_s"].as_f64().unwrap();
    let alone = |rate: f64| format!(r#"{{"stages":{{"detect":{{"events_per_s":{rate}}}}}}}"#).into_bytes();
    let planned = plan_with("here.json", &output.stdout);
    assert_eq!(planned, plan_with("alone.json", &alone(rate)));
    assert_ne!(planned, plan_with("other.json", &alone(rate * 2.0)));
}

#[test]
fn parse_explains_a_line_in_words_and_as_json() {
    let explain = |args: &[&str]| {
        let output = run_with_input(&[&["parse", "--explain"], args].concat(), LOG.as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let text = explain(&["-"]);
    assert!(text.contains("-:1\n") && text.contains("-:3\n") && text.contains("→ dst_port"), "{text}");
    assert!(text.contains("Not read: not_a_firewall_log") && !text.contains('\u{1b}'), "{text}");
    let text = explain(&["--line", "3", "--lang", "ja", "-"]);
    assert!(
        text.contains("-:3\n") && !text.contains("-:1\n") && text.contains("組み合わせて決めたもの"),
        "{text}"
    );
    let lines = explain(&["--as", "json", "-"]);
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["log"]["identity"]["device"], "FGT60FTK20000001");
    assert_eq!(lines[1]["refused"]["reason"], "not_a_firewall_log");
}

#[test]
fn parse_explains_a_screenful_and_says_that_there_is_more() {
    let log = LOG.repeat(10);
    let text = stdout(&run_with_input(&["parse", "--explain", "-"], log.as_bytes()));
    assert!(text.contains("-:20\n") && !text.contains("-:21\n") && text.contains("--all"), "{text}");
    let text = stdout(&run_with_input(&["parse", "--explain", "--all", "-"], log.as_bytes()));
    assert!(text.contains("-:30\n") && !text.contains("--all"), "{text}");
    let output = run_with_input(&["parse", "--explain", "--line", "31", "-"], log.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("31"), "{}", stderr(&output));
}

#[test]
fn doctor_says_what_is_missing_and_is_no_fault() {
    let line = |index: usize| {
        LOG.lines().nth(2).unwrap().replace("sessionid=4712", &format!("sessionid={index}")) + "\n"
    };
    let log: String = (0..1_500).map(line).collect();
    let output = run_with_input(&["doctor", "-"], log.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in
        ["Prevents judgement", "Only denied sessions are logged", "set logtraffic all", "1,500 of 1,500"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let text = stdout(&run_with_input(&["doctor", "--lang", "ja", "-"], log.as_bytes()));
    assert!(text.contains("判断できなくなるもの") && text.contains("set logtraffic all"), "{text}");
    let json = stdout(&run_with_input(&["doctor", "--json", "-"], log.as_bytes()));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["findings"].as_array().unwrap().iter().any(|finding| finding["check"] == "denied-only"));
    assert_eq!(run(&["doctor", "no-such-file.log"]).status.code(), Some(1));
    assert_eq!(run(&["doctor"]).status.code(), Some(2));
}

#[test]
fn doctor_fits_the_screen() {
    let mut child = hinomi(&["doctor", "--lang", "ja", "-"])
        .env("COLUMNS", "60")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(LOG.repeat(500).as_bytes()).unwrap();
    let text = stdout(&child.wait_with_output().unwrap());
    assert!(text.contains('●'), "{text}");
    for line in text.lines().filter(|line| !line.starts_with("      ")) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{line}");
    }
}
