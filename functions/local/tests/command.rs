//! The command as a shell sees it: what it prints where, and with which exit status.

#![expect(clippy::unwrap_used, reason = "what the tests share may fail them too")]

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

fn replay(out: &Path, inputs: &[&Path], more: &[&str]) -> Output {
    let mut args = vec!["replay", "--out", path(out)];
    args.extend(more);
    args.extend(inputs.iter().map(|input| path(input)));
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    output
}

fn summary(out: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap()
}

/// One PC whose botnet traffic was recognised and let pass, seen by IPS: story 30.
fn botnet(second: u64) -> String {
    format!(
        "date=2026-01-20 time=10:15:01 eventtime={}000000000 tz=\"+0900\" logid=\"0419016384\" type=\"utm\" \
         subtype=\"ips\" eventtype=\"botnet\" level=\"warning\" vd=\"root\" devid=\"FGT60FTK20000001\" \
         devname=\"KITA-FW1\" severity=\"critical\" srcip=10.1.12.34 srcport=50123 dstip=203.0.113.7 dstport=443 \
         proto=6 sessionid=4713 action=\"detected\" policyid=12 service=\"HTTPS\" direction=\"outgoing\" \
         attack=\"Gh0st.Rat.Botnet\" attackid=7630075 msg=\"Botnet C&C Communication\"\n",
        1_768_871_701 + second
    )
}

/// A session that nobody minds.
fn quiet(second: u64) -> String {
    format!(
        "date=2026-01-20 time=10:15:01 eventtime={}000000000 tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" \
         subtype=\"forward\" level=\"notice\" vd=\"root\" devid=\"FGT60FTK20000001\" srcip=10.1.12.40 \
         srcport=50000 dstip=203.0.113.9 dstport=443 proto=6 sessionid={second} action=\"close\" policyid=12 \
         sentbyte=1200 rcvdbyte=5600 service=\"HTTPS\"\n",
        1_768_871_701 + second
    )
}

/// The results of a run without where in the archive their lines are, which depends on how they were split into files.
fn without_locators(out: &Path, name: &str) -> Vec<serde_json::Value> {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                fields.remove("locator");
                fields.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let text = std::fs::read_to_string(out.join(name)).unwrap();
    let mut values: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    values.iter_mut().for_each(strip);
    assert!(!values.is_empty(), "{name}");
    values
}

#[test]
fn replay_writes_complete_files_whose_counts_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    let out = dir.path().join("result");
    std::fs::write(&log, format!("{LOG}{}", botnet(30))).unwrap();
    let shown = stdout(&replay(&out, &[&log], &[]));
    assert!(
        !shown.contains('\u{1b}') && shown.contains("4 lines · 3 read as events · 1 quarantined"),
        "{shown}"
    );

    let summary = summary(&out);
    assert_eq!(summary["lines_read"], 4);
    assert_eq!(summary["done"], 3);
    assert_eq!(summary["quarantined"]["not_a_firewall_log"], 1);
    assert_eq!(summary["events"]["fortigate"]["firewall"], 2);
    assert_eq!(summary["first_event"], "2026-01-20T01:15:01Z");
    assert_eq!(summary["last_event"], "2026-01-20T01:15:31Z");

    let quarantine = std::fs::read_to_string(out.join("quarantine.ndjson")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(quarantine.trim()).unwrap();
    assert_eq!((&entry["line"], &entry["raw"]), (&2.into(), &"bash: cannot find hinomi".into()));
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
    assert_eq!(left.len(), 7, "{left:?}");
}

#[test]
fn replay_tells_what_lines_came_out_of_and_which_part_of_a_line_was_refused() {
    let dir = tempfile::tempdir().unwrap();
    let counted = dir.path().join("counted.log");
    let array = dir.path().join("array.json");
    let message = format!("<189>{}", quiet(1).trim_end());
    let foreign = "<13>no log";
    std::fs::write(&counted, format!("{} {message}{} {foreign}", message.len(), foreign.len())).unwrap();
    let line = serde_json::Value::from(botnet(2).trim_end());
    std::fs::write(&array, format!("[\n  {{\"log\": {line}}},\n  {line}\n]\n")).unwrap();
    let out = dir.path().join("result");
    replay(&out, &[&counted, &array], &[]);

    let summary = summary(&out);
    assert_eq!((&summary["lines_read"], &summary["done"]), (&4.into(), &3.into()));
    let frames = serde_json::json!({"json_array": 2, "octet_counted": 1, "envelope": 1, "syslog_bsd": 1});
    assert_eq!(summary["frames"], frames);
    let quarantine = std::fs::read_to_string(out.join("quarantine.ndjson")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(quarantine.trim()).unwrap();
    assert_eq!((&entry["line"], &entry["part"], &entry["raw"]), (&1.into(), &2.into(), &foreign.into()));

    let output = run(&["parse", path(&counted)]);
    assert!(stderr(&output).contains("counted.log:1.2: not_a_firewall_log"), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().count(), 1);
}

#[test]
fn replay_judges_and_tells_and_explain_reads_what_it_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    let out = dir.path().join("result");
    std::fs::write(&log, botnet(0)).unwrap();
    let shown = stdout(&replay(&out, &[&log], &[]));
    assert!(shown.contains("L4") && shown.contains("10.1.12.34") && shown.contains("SMS"), "{shown}");

    let notices = std::fs::read_to_string(out.join("notices.ndjson")).unwrap();
    let channels: Vec<serde_json::Value> = notices
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["channel"].clone())
        .collect();
    assert!(channels.contains(&"sms".into()) && channels.contains(&"email".into()), "{notices}");

    let text = stdout(&run(&["explain", path(&out.join("incidents.ndjson"))]));
    assert!(
        text.contains("[level 4]") && text.contains("Gh0st.Rat.Botnet") && text.contains("raw/"),
        "{text}"
    );
}

#[test]
fn explain_fetches_whole_lines_from_what_replay_wrote_and_says_when_they_differ() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    let out = dir.path().join("result");
    // A relay's header is no part of the evidence, and evidence shortens what is long.
    let line = format!("<189>Jan 20 10:15:01 relay {} url=\"{}\"", botnet(0).trim_end(), "x".repeat(5_000));
    std::fs::write(&log, format!("{line}\n")).unwrap();
    replay(&out, &[&log], &[]);
    let incidents = out.join("incidents.ndjson");
    let archive = out.join("archive");
    let explained = |archive: &Path, lang: &str| {
        let output = run(&["explain", path(&incidents), "--lang", lang, "--archive", path(archive)]);
        assert!(output.status.success(), "{}", stderr(&output));
        // Lines are broken where the screen ends.
        stdout(&output).split_whitespace().collect::<String>()
    };
    let whole: String = line.split_whitespace().collect();
    for archive in [&out, &archive] {
        let text = explained(archive, "en");
        assert!(text.contains(&format!("Fromthearchive,whole,asthedocumenthasit:{whole}")), "{text}");
    }
    assert!(explained(&out, "ja").contains(&format!("アーカイブの原文(全体、文書と一致):{whole}")));

    let document = std::fs::read_to_string(&incidents).unwrap();
    std::fs::write(&incidents, document.replace("srcip=10.1.12.34", "srcip=10.1.12.35")).unwrap();
    let text = explained(&out, "en");
    assert!(text.contains("NOTthelinethatthedocumenthas") && text.contains(&whole), "{text}");

    std::fs::remove_dir_all(&archive).unwrap();
    assert!(explained(&out, "en").contains("Notinthearchive"), "a run's results without their archive");
    let output = run(&["explain", path(&incidents), "--archive", path(&archive)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(path(&archive)) && output.stdout.is_empty(), "{}", stderr(&output));
}

#[test]
fn replaying_the_same_file_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    std::fs::write(&log, format!("{}{LOG}{}", botnet(0), botnet(30))).unwrap();
    let read = |out: &Path, name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    replay(&one, &[&log], &[]);
    let (incidents, notices) = (read(&one, "incidents.ndjson"), read(&one, "notices.ndjson"));

    replay(&other, &[&log], &[]);
    assert_eq!(
        (read(&other, "incidents.ndjson"), read(&other, "notices.ndjson")),
        (incidents.clone(), notices.clone())
    );
    replay(&one, &[&log], &["--append"]);
    assert_eq!(
        (read(&one, "incidents.ndjson"), read(&one, "notices.ndjson")),
        (incidents.clone(), notices.clone())
    );
    replay(&one, &[&log], &[]);
    assert_eq!((read(&one, "incidents.ndjson"), read(&one, "notices.ndjson")), (incidents, notices));
}

#[test]
fn several_files_give_what_one_in_order_of_time_gives() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> =
        (0..600).map(|n| if n % 40 == 7 { botnet(n * 30) } else { quiet(n * 30) }).collect();
    let whole = dir.path().join("whole.log");
    std::fs::write(&whole, lines.concat()).unwrap();
    let split = [0, 1, 2].map(|part| {
        let file = dir.path().join(format!("part{part}.log"));
        let mine: String =
            lines.iter().enumerate().filter(|(n, _)| n % 7 % 3 == part).map(|(_, l)| l.as_str()).collect();
        std::fs::write(&file, mine).unwrap();
        file
    });
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    replay(&one, &[&whole], &[]);
    replay(&other, &[&split[0], &split[1], &split[2]], &[]);
    for name in ["incidents.ndjson", "notices.ndjson"] {
        assert_eq!(without_locators(&one, name), without_locators(&other, name), "{name}");
    }
}

#[test]
fn a_missing_file_costs_no_earlier_results() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    let out = dir.path().join("result");
    std::fs::write(&log, LOG).unwrap();
    replay(&out, &[&log], &[]);
    let output = run(&["replay", "--out", path(&out), path(&log), "no/such.log"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(summary(&out)["lines_read"], 3);
}

#[test]
fn bench_prints_every_stage_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    std::fs::write(&log, LOG.repeat(200)).unwrap();
    let output = run(&["bench", "--json", path(&log)]);
    let figures: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    for stage in ["frame", "parse", "detect", "pipeline"] {
        let stage = &figures["stages"][stage];
        assert!(stage["events_per_s"].as_f64().unwrap() > 0.0, "{figures}");
        assert!(stage["mb_per_s"].as_f64().unwrap() > 0.0, "{figures}");
        assert!(stage["allocated_bytes_per_event"].is_number(), "{figures}");
    }
    assert_eq!(run(&["bench", path(&dir.path().join("none.log"))]).status.code(), Some(1));
}

#[test]
fn the_sample_day_needs_no_arguments_and_leaves_its_results_in_out() {
    let dir = tempfile::tempdir().unwrap();
    let output = hinomi(&[]).current_dir(dir.path()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["Incidents", "The most serious one", "The e-mail that it causes", "Try next", "--id K-"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(dir.path().join("out/summary.json").exists());
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
