//! JSON logs beside a plain reading of them: whatever an object holds that no event has a place for is kept as
//! `serde_json` reads it.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

use std::collections::BTreeMap;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What a log of each vendor has at least, so that the object is one.
fn logs() -> [Map<String, Value>; 2] {
    let fortigate = json!({
        "date": "2026-01-20", "time": "10:15:01", "tz": "+0900", "devid": "FGT60FTK20000001", "vd": "root",
        "logid": "0000000013", "type": "traffic", "subtype": "forward", "action": "close"
    });
    let panos = json!({
        "LogType": "TRAFFIC", "Subtype": "end", "TimeGenerated": "2026-01-20T01:15:01.000000Z",
        "DeviceSN": "012801096514", "Action": "allow"
    });
    [fortigate, panos].map(|log| log.as_object().unwrap().clone())
}

/// What an object's member is kept as: the reading that anybody would write first.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.trim_matches(' ').is_empty()).then(|| text.clone()),
        other => Some(other.to_string()),
    }
}

fn member() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9 \\\\\"/=|,\u{e9}\u{5317}\n\t]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_has_no_place_is_kept_as_serde_reads_it(members in prop::collection::btree_map("zz_[a-z]{1,12}", member(), 0..12)) {
        let registry = Registry::open();
        let context = Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
        let mut scratch = Scratch::default();
        for mut log in logs() {
            log.extend(members.clone());
            let line = Value::Object(log).to_string();
            let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
            let kept: BTreeMap<String, String> = event
                .extra
                .iter()
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .filter(|(name, value)| name.starts_with("zz_") && !value.trim_matches(' ').is_empty())
                .collect();
            let expected: BTreeMap<String, String> =
                members.iter().filter_map(|(name, value)| Some((name.clone(), plain(value)?))).collect();
            prop_assert_eq!(kept.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{}", line);
            for (name, text) in &kept {
                let member = &members[name];
                if member.is_array() || member.is_object() {
                    // Nested values stay JSON, in whichever of its spellings.
                    prop_assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), member, "{}", line);
                } else {
                    prop_assert_eq!(text, &expected[name], "{}", line);
                }
            }
        }
    }
}
