//! `hinomi replay`: what it writes, says and leaves.

use std::path::Path;
use std::process::Output;

use super::*;

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

/// What a host does in an hour: one session that sends so much.
fn sent(hour: u64, bytes: u64) -> String {
    let start = 1_768_748_400 + hour * 3_600 + 1_800;
    quiet(0)
        .replace("1768871701000000000", &format!("{start}000000000"))
        .replace("sentbyte=1200", &format!("sentbyte={bytes}"))
}

#[test]
fn replay_says_what_was_usual_when_a_host_sends_more_than_it_ever_did() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("fw.log");
    // Three weeks of a Monday to a Tuesday, 14:00 in Tokyo.
    let odd = 22 * 24 + 14;
    let lines =
        |last: u64| (0..odd).map(|hour| sent(hour, 20_000_000)).chain([sent(odd, last)]).collect::<String>();
    let told = |last: u64| {
        std::fs::write(&log, lines(last)).unwrap();
        let out = dir.path().join(format!("result-{last}"));
        replay(&out, &[&log], &[]);
        std::fs::read_to_string(out.join("incidents.ndjson")).unwrap()
    };
    assert_eq!(told(20_000_000), "");
    let incidents = told(3_000_000_000);
    let incident: serde_json::Value = serde_json::from_str(incidents.trim()).unwrap();
    assert_eq!(incident["level"], 1, "{incident}");
    let shown = incident.to_string();
    for text in ["sent out in an hour", "1時間の送信量", "a large upload", "usual ▁"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}
