//! What the vendors' tables do not have, through the whole engine into the account.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{FortigateUnit, Maker, PanosUnit, traffic};
use hinomi_model::EventTime;
use hinomi_model::registry::Registry;
use hinomi_tests::harness::run;
use serde_json::{Value, json};

fn session(number: u64) -> hinomi_generate::Happening {
    let at = EventTime::from_seconds(1_792_458_000 + number as i64);
    traffic(at, ip(10, 1, 12, 34), outside(11), 443).session(5_000 + number)
}

fn drift(lines: &[String]) -> Vec<Value> {
    let files = vec![("day.log".to_owned(), (lines.join("\n") + "\n").into_bytes())];
    let outcome = run(files, Registry::open(), Vec::new()).unwrap();
    assert_eq!(outcome.summary["done"], json!(lines.len()), "drift costs no line");
    outcome.summary["drift"].as_array().unwrap().clone()
}

#[test]
fn ordinary_lines_have_none() {
    let mut makers = [
        Maker::Fortigate(FortigateUnit::new("FGT60FTK20000001", "KITA-FW1")),
        Maker::Panos(PanosUnit::new("012801096514", "KITA-PA1")),
    ];
    let lines: Vec<String> = makers
        .iter_mut()
        .flat_map(|maker| (0..20).flat_map(|number| maker.lines(&session(number))))
        .collect();
    assert_eq!(drift(&lines), Vec::<Value>::new());
}

#[test]
fn a_new_field_is_counted_with_its_first_line() {
    let mut maker = Maker::Fortigate(FortigateUnit::new("FGT60FTK20000001", "KITA-FW1"));
    let mut lines: Vec<String> = (0..9).flat_map(|number| maker.lines(&session(number))).collect();
    for line in &mut lines[3..8] {
        line.push_str(" quantumsafe=\"yes\"");
    }
    let drift = drift(&lines);
    assert_eq!(drift.len(), 1, "{drift:#?}");
    assert_eq!(drift[0]["name"], "quantumsafe");
    assert_eq!((&drift[0]["kind"], &drift[0]["lines"]), (&json!("field"), &json!(5)));
    assert_eq!(drift[0]["device"], "FGT60FTK20000001");
    assert_eq!(drift[0]["first"], json!(EventTime::from_seconds(1_792_458_003)));
    assert!(lines[3].ends_with(drift[0]["example"].as_str().unwrap()));
}

#[test]
fn a_new_column_is_counted_by_release() {
    let mut maker = Maker::Panos(PanosUnit::new("012801096514", "KITA-PA1"));
    let lines: Vec<String> = (0..4)
        .flat_map(|number| maker.lines(&session(number)))
        .map(|line| line + &",".repeat(40) + "brand-new")
        .collect();
    let drift = drift(&lines);
    assert_eq!(drift.len(), 1, "{drift:#?}");
    assert!(drift[0]["name"].as_str().unwrap().starts_with("TRAFFIC/column_"), "{drift:#?}");
    assert_eq!((&drift[0]["firmware"], &drift[0]["lines"]), (&json!("11.1"), &json!(4)));
}

#[test]
fn a_new_type_and_a_new_word_are_counted() {
    let line = |extra: &str| {
        format!(
            "date=2026-10-20 time=10:00:00 devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
             eventtime=1792458000000000001 tz=\"+0900\" logid=\"0999000001\" vd=\"root\" {extra}"
        )
    };
    let lines = [
        line("type=\"utm\" subtype=\"brand-new\""),
        line("type=\"utm\" subtype=\"ips\" action=\"teleported\""),
    ];
    let names: Vec<(String, String)> = drift(&lines)
        .iter()
        .map(|entry| (entry["kind"].as_str().unwrap().to_owned(), entry["name"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(
        names,
        [
            ("log_type".to_owned(), "utm/brand-new".to_owned()),
            ("action".to_owned(), "ips/teleported".to_owned())
        ]
    );
}
