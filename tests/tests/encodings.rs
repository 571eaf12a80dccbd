//! One event in every encoding is the same event.
//!
//! The writers of `hinomi_generate::encode` and the readers of `hinomi_parse` know nothing of each other; what they
//! agree in, the vendors' documents say.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::collections::{BTreeMap, BTreeSet};

use hinomi_detect::line_id;
use hinomi_generate::encode::{Encoded, Encoding};
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Vendor};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_tests::encodings::{Sample, reencoded, samples};
use hinomi_tests::play::mismatches;
use hinomi_tests::stories;
use hinomi_tests::story::RegistryText;
use serde_json::{Value, json};

const STRATA: &[Encoding] = &[Encoding::StrataCef, Encoding::StrataJson];
const LEEF: &[Encoding] = &[Encoding::PanosLeefTab, Encoding::PanosLeefPipe, Encoding::PanosLeefCaret];
const GUIDES: &[Encoding] =
    &[Encoding::PanosCef, Encoding::PanosLeefTab, Encoding::PanosLeefPipe, Encoding::PanosLeefCaret];

/// What an encoding says in other words, or beside what the native line says: these are not compared. Each with why.
const REWORDED: &[(&[Encoding], &str, &str)] = &[
    (&[Encoding::AnalyzerCef], "extra.start", "FortiAnalyzer's own, the local time"),
    (&[Encoding::AnalyzerCef], "extra.logver", "FortiAnalyzer's own"),
    (GUIDES, "time_source", "the native line's local time needs the zone, the formatted one is GMT"),
    (GUIDES, "extra.receive_time", "the formatted time is GMT"),
    (LEEF, "extra.number-of-severity", "LEEF's `sev`: the severity once more"),
    (STRATA, "time_source", "the native line of 9.1 has local time alone, the service has UTC"),
    (STRATA, "extra.receive_time", "UTC"),
    (STRATA, "extra.time_generated", "UTC"),
    (STRATA, "extra.start", "UTC"),
    (STRATA, "extra.config_version", "the release, not the schema's number"),
    (STRATA, "extra.direction", "blanks instead of hyphens"),
    (STRATA, "extra.is_saas_of_app", "true and false"),
    (STRATA, "extra.sanctioned_state_of_app", "true and false"),
    (STRATA, "extra.flags", "a field for each flag"),
    (STRATA, "extra.IsPacketCapture", "a flag"),
    (STRATA, "extra.is_phishing", "a flag"),
    (STRATA, "extra.is_decrypted", "a flag"),
    (STRATA, "extra.NAT", "a flag"),
    (STRATA, "extra.PanOSIsPacketCapture", "a flag"),
    (STRATA, "extra.PanOSNAT", "a flag"),
    (&[Encoding::StrataCef], "extra.dtz", "always UTC"),
    (&[Encoding::StrataCef], "extra.high_res_timestamp", "UTC"),
];

fn registry() -> Registry {
    Registry::from_yaml(&RegistryText::default().yaml()).unwrap()
}

/// Returns everything that an event says: also what its JSON leaves out, but not how it was written and came.
fn said(event: &Event<'_>) -> BTreeMap<String, Value> {
    let mut said: BTreeMap<String, Value> = BTreeMap::new();
    let Value::Object(members) = serde_json::to_value(event).unwrap() else { unreachable!() };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("extra", Value::Object(fields)) => {
                said.extend(fields.into_iter().map(|(field, value)| (format!("extra.{field}"), value)));
            }
            (_, value) => {
                said.insert(name, value);
            }
        }
    }
    let hidden = json!({
        "event_type": event.event_type, "sequence": event.sequence, "category_id": event.category_id,
        "decrypted": event.decrypted, "interim": event.interim, "posture": event.posture,
        "unknown_fields": event.unknown_fields, "line_id": line_id(event).to_string(),
    });
    let Value::Object(hidden) = hidden else { unreachable!() };
    said.extend(hidden);
    said
}

/// Reads a line; `Err` says why it was refused.
fn read(line: &str, registry: &Registry, scratch: &mut Scratch) -> Result<BTreeMap<String, Value>, String> {
    let context = Context {
        registry,
        received: EventTime::from_seconds(1_792_458_000 + 86_400),
        collected: Collected::default(),
    };
    parse_line(line.as_bytes(), &context, scratch)
        .map(|event| said(&event))
        .map_err(|reject| reject.to_string())
}

fn differences(
    encoding: Encoding,
    encoded: &Encoded,
    registry: &Registry,
    scratch: &mut Scratch,
) -> Vec<String> {
    let plain = match read(&encoded.plain, registry, scratch) {
        Ok(plain) => plain,
        Err(reject) => return vec![format!("native refused: {reject}")],
    };
    let read = match read(&encoded.line, registry, scratch) {
        Ok(read) => read,
        Err(reject) => return vec![format!("refused: {reject}")],
    };
    // What has no number or exact time is told by the raw line, which is another one.
    let is_told_by_the_line = plain["sequence"].is_null() && !plain["time"].as_str().unwrap().contains('.');
    // The service writes the type where the appliance writes a placeholder.
    let has_no_subtype = encoding.vendor() == Vendor::Panos && plain.get("log_subtype") == Some(&json!("0"));
    let names: BTreeSet<&String> = plain.keys().chain(read.keys()).collect();
    let is_reworded = |name: &str| {
        REWORDED.iter().any(|(encodings, reworded, _)| encodings.contains(&encoding) && *reworded == name)
    };
    names
        .into_iter()
        .filter(|name| plain.get(*name) != read.get(*name) && !is_reworded(name))
        .filter(|name| !(is_told_by_the_line && *name == "line_id"))
        .filter(|name| !(has_no_subtype && *name == "log_subtype"))
        .map(|name| {
            if name == "line_id" {
                return "another line_id".to_owned();
            }
            let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            format!("{name}: {} instead of {}", show(read.get(name)), show(plain.get(name)))
        })
        .collect()
}

/// Compares every sample that the encoding can say.
fn holds(encoding: Encoding) {
    let registry = registry();
    let mut scratch = Scratch::default();
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut compared = 0;
    for Sample { title, vendor, line } in samples() {
        let Some(encoded) = encoding.write(&line).filter(|_| vendor == encoding.vendor()) else { continue };
        compared += 1;
        for difference in differences(encoding, &encoded, &registry, &mut scratch) {
            wrong.entry(difference).or_insert_with(|| format!("{title}\n    {line}\n    {}", encoded.line));
        }
    }
    assert!(compared > 30, "{encoding:?}: only {compared} lines");
    let report: Vec<String> =
        wrong.iter().map(|(what, first)| format!("{what}\n  first in {first}")).collect();
    assert!(wrong.is_empty(), "{encoding:?}: {} ways to be wrong\n{}", wrong.len(), report.join("\n"));
}

macro_rules! each_encoding {
    ($($encoding:ident $events:ident),+ $(,)?) => {
        $(
            #[test]
            fn $events() {
                holds(Encoding::$encoding);
            }
        )+

        #[test]
        fn no_encoding_is_forgotten() {
            assert_eq!([$(Encoding::$encoding),+], Encoding::ALL);
        }
    };
}

each_encoding! {
    FortigateComma fortigate_comma_form_is_the_same_event,
    FortigateCef fortigate_cef_is_the_same_event,
    AnalyzerCef analyzer_cef_is_the_same_event,
    FortigateJson fortigate_json_is_the_same_event,
    FortigateJsonText fortigate_json_of_strings_is_the_same_event,
    PanosCef panos_cef_is_the_same_event,
    StrataCef strata_cef_is_the_same_event,
    PanosLeefTab panos_leef_with_tabs_is_the_same_event,
    PanosLeefPipe panos_leef_with_bars_is_the_same_event,
    PanosLeefCaret panos_leef_with_carets_is_the_same_event,
    StrataJson strata_json_is_the_same_event,
    PanosJson panos_json_is_the_same_event,
}

/// A PAN-OS log type, or every FortiGate line.
fn kind(sample: &Sample) -> String {
    match sample.vendor {
        Vendor::Fortigate => "fortigate".to_owned(),
        Vendor::Panos => {
            let (_, body) = sample.line.split_once(" 1,").unwrap();
            body.split(',').nth(2).unwrap().to_owned()
        }
    }
}

/// What a vendor does not send in an encoding, or nobody documents: everything else must be written.
const UNSENT: &[(Encoding, &[&str])] = &[
    (Encoding::PanosCef, &["AUTHENTICATION", "CORRELATION", "DECRYPTION", "IPTAG"]),
    (Encoding::StrataCef, &["CONFIG", "CORRELATION", "END"]),
    (Encoding::StrataJson, &["CONFIG", "CORRELATION", "END"]),
    (Encoding::PanosLeefTab, NO_LEEF),
    (Encoding::PanosLeefPipe, NO_LEEF),
    (Encoding::PanosLeefCaret, NO_LEEF),
];
const NO_LEEF: &[&str] = &["AUTHENTICATION", "CORRELATION", "DECRYPTION", "END", "IPTAG", "USERID"];

#[test]
fn encodings_write_what_vendors_send() {
    let samples = samples();
    let kinds: BTreeSet<String> = samples.iter().map(kind).collect();
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    for encoding in Encoding::ALL {
        let unsent: BTreeSet<String> = samples
            .iter()
            .filter(|sample| sample.vendor == encoding.vendor() && encoding.write(&sample.line).is_none())
            .map(kind)
            .collect();
        let listed = UNSENT.iter().find(|(of, _)| *of == encoding).map_or(&[][..], |(_, kinds)| kinds);
        assert_eq!(unsent, listed.iter().map(|kind| (*kind).to_owned()).collect(), "{encoding:?}");
    }
}

#[test]
fn writers_write_or_refuse_any_text() {
    let mut written = 0_usize;
    for sample in samples().iter().step_by(5) {
        for at in (0..sample.line.len()).step_by(13).filter(|at| sample.line.is_char_boundary(*at)) {
            let (head, tail) = sample.line.split_at(at);
            for text in
                [head.to_owned(), tail.to_owned(), format!("{head}\\{tail}"), format!("{head}\"=市,{tail}")]
            {
                written += Encoding::ALL.iter().filter(|encoding| encoding.write(&text).is_some()).count();
            }
        }
    }
    assert!(written > 1_000, "{written}");
}

#[test]
fn native_lines_are_read() {
    let registry = registry();
    let mut scratch = Scratch::default();
    for Sample { title, line, .. } in samples() {
        if let Err(reject) = read(&line, &registry, &mut scratch) {
            panic!("{title}: {reject}: {line}");
        }
    }
}

/// Stories that turn on what an encoding does not say: number and a part of the name, and what is missing.
const UNTELLABLE: &[(Encoding, u8, &str, &str)] = &[
    (
        Encoding::PanosCef,
        25,
        "a beacon two days later",
        "the guide's template has a file type for WildFire alone",
    ),
    (Encoding::PanosCef, 28, "one file, three PCs", "the guide's template has a hash for WildFire alone"),
    (
        Encoding::PanosCef,
        65,
        "one file under three names",
        "the guide's template has a hash for WildFire alone",
    ),
    (Encoding::PanosCef, 39, "an old list", "the guide's template has no external dynamic lists"),
    (Encoding::PanosLeefPipe, 39, "an old list", "the guide's template has no external dynamic lists"),
];

fn stories_hold(encoding: Encoding) {
    let mut failed: Vec<String> = Vec::new();
    let mut changed = 0;
    let mut untold = 0;
    for story in stories::all().iter().filter(|story| story.vendor == encoding.vendor()) {
        let again = reencoded(story, encoding);
        changed += again.told.iter().zip(&story.told).filter(|(new, old)| new.line != old.line).count();
        let mismatches = mismatches(&again);
        let is_untellable = UNTELLABLE.iter().any(|(of, number, name, _)| {
            *of == encoding && *number == story.number && story.title.contains(name)
        });
        if is_untellable {
            untold += usize::from(!mismatches.is_empty());
        } else if !mismatches.is_empty() {
            failed.push(format!("{}\n    {}", again.title, mismatches.join("\n    ")));
        }
    }
    assert!(changed > 500, "{encoding:?}: only {changed} lines were written anew");
    assert!(failed.is_empty(), "{} failed\n{}", failed.len(), failed.join("\n"));
    // A story that can be told after all must not stay in the list.
    assert_eq!(untold, UNTELLABLE.iter().filter(|(of, ..)| *of == encoding).count(), "{UNTELLABLE:?}");
}

macro_rules! stories_in {
    ($($encoding:ident $test:ident),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                stories_hold(Encoding::$encoding);
            }
        )+
    };
}

stories_in! {
    FortigateComma stories_hold_in_fortigate_comma_form,
    FortigateCef stories_hold_in_fortigate_cef,
    FortigateJson stories_hold_in_fortigate_json,
    PanosCef stories_hold_in_panos_cef,
    PanosLeefPipe stories_hold_in_panos_leef,
    StrataJson stories_hold_in_strata_json,
}
