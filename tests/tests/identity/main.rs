//! Whose a line is, and which lines are one event: relays, pairs, virtual systems and shared devices end to end.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

mod copies;
mod outage;
mod owners;

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{FortigateUnit, Happening, botnet, catalog};
use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, Vendor};
use hinomi_tests::harness::{Outcome, run};
use hinomi_tests::story::Story;
use serde_json::{Value, json};

type File = (String, Vec<u8>);

fn file(name: &str, lines: impl IntoIterator<Item = String>) -> File {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    (name.to_owned(), text.into_bytes())
}

fn replay(files: Vec<File>, registry: &str) -> Outcome {
    run(files, Registry::from_yaml(registry).unwrap(), Vec::new()).unwrap()
}

/// Returns what must not depend on the way that lines took: all but which copy of a line is shown.
fn essence(outcome: &Outcome) -> Value {
    let mut incidents = outcome.incidents.clone();
    for incident in &mut incidents {
        let incident = incident.as_object_mut().unwrap();
        incident.remove("evidence");
        for fact in incident["facts"].as_array_mut().unwrap() {
            fact.as_object_mut().unwrap().remove("lines");
        }
    }
    let notices: Vec<Value> = outcome
        .notices
        .iter()
        .map(|notice| {
            let member = |name: &str| notice[name].clone();
            json!(["incident", "kind", "level", "channel", "contact", "at"].map(member))
        })
        .collect();
    json!({"incidents": incidents, "notices": notices})
}

/// Cuts `key=value` pairs apart at blanks outside quotes.
fn pairs(line: &str) -> Vec<&str> {
    let (mut pairs, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            ' ' if !quoted => {
                pairs.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    pairs.push(&line[start..]);
    pairs
}

/// A FortiGate's line as FortiAnalyzer forwards it: its own header, fields of its own, another order.
fn through_fortianalyzer(line: &str) -> String {
    let own = line.split_once('>').unwrap().1;
    let mut fields = pairs(own);
    fields.sort_unstable();
    format!(
        "<134>Oct 20 10:00:09 KITA-FAZ itime=1792458009 logver=704042573 idseq=27181 {} dtime=1792458001",
        fields.join(" ")
    )
}

/// A PAN-OS line as Panorama forwards it: its own header and its own time of receipt.
fn through_panorama(line: &str) -> String {
    let (_, row) = line.split_once(" 1,").unwrap();
    let (_, rest) = row.split_once(',').unwrap();
    format!("<14>Oct 20 10:00:09 KITA-PANORAMA 1,2026/10/20 10:00:09,{rest}")
}

fn relayed(vendor: Vendor, line: &str) -> String {
    match vendor {
        Vendor::Fortigate => through_fortianalyzer(line),
        Vendor::Panos => through_panorama(line),
    }
}

/// Stories whose lines no collector wrapped yet, and in which no analyst acts.
fn plain(stories: Vec<Story>) -> impl Iterator<Item = Story> {
    stories
        .into_iter()
        .filter(|story| story.acts.is_empty() && story.told.iter().all(|told| told.received.is_none()))
}

/// 2026-10-20T01:00:00Z and so many seconds.
fn at(seconds: i64) -> EventTime {
    EventTime::from_seconds(1_792_458_000 + seconds)
}

fn fortigate(id: &str, name: &str) -> FortigateUnit {
    FortigateUnit::new(id, name)
}

/// A beacon of an inside host: level 4 wherever it belongs.
fn beacon(seconds: i64, host: u8, session: u64) -> Happening {
    botnet(at(seconds), ip(10, 1, 12, host), outside(11), 443, &catalog::EMOTET).session(session)
}

fn enveloped(ours: &Value, line: &str) -> String {
    json!({"hinomi": ours, "message": line}).to_string()
}

/// A registry of tenants: id, inside networks, devices.
fn registry(tenants: &[(&str, &str, &[&str])], shared: &str) -> String {
    let mut text = "version: 1\ntenants:\n".to_owned();
    for (id, internal, devices) in tenants {
        text += &format!("  - id: {id}\n    name: {id}\n    internal: [{internal}]\n    devices:\n");
        text.extend(devices.iter().map(|device| format!("      - {{{device}}}\n")));
        if devices.is_empty() {
            text = text.trim_end().to_owned() + " []\n";
        }
    }
    text + shared
}

const KITA: &str = "10.1.0.0/16, 198.51.100.0/26";
