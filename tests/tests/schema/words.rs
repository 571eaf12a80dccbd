//! The model's word lists are the schemas'.

use std::collections::BTreeSet;

use hinomi_model::{
    Actor, AnomalyKind, Channel, Class, Condition, Confidence, Delivery, Direction, Disposition, DriftKind,
    FindingKind, Format, Frame, Function, IncidentKind, IndicatorKind, Infection, Language, Measure,
    NoticeKind, Outcome, Payload, Posture, Priority, Problem, QuarantineReason, Role, Severity, Stage,
    Status, Symptom, TimeSource, Unusual, Vendor, Within,
};
use serde_json::Value;

use crate::{INTERFACES, coverage, schema};

macro_rules! words {
    ($kind:ident) => {
        $kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<&str>>()
    };
}

/// Which word list of the model stands at which place.
fn lists() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    vec![
        ("event", "/properties/time_source", words!(TimeSource)),
        ("event", "/properties/vendor", words!(Vendor)),
        ("event", "/properties/function", words!(Function)),
        ("event", "/properties/disposition", words!(Disposition)),
        ("event", "/properties/direction", words!(Direction)),
        ("event", "/properties/payload", words!(Payload)),
        ("event", "/properties/severity", words!(Severity)),
        ("finding", "/properties/kind", words!(FindingKind)),
        ("finding", "/properties/class", words!(Class)),
        ("finding", "/properties/disposition", words!(Disposition)),
        ("finding", "/properties/direction", words!(Direction)),
        ("finding", "/properties/payload", words!(Payload)),
        ("finding", "/properties/function", words!(Function)),
        ("finding", "/properties/vendor", words!(Vendor)),
        ("finding", "/properties/posture", words!(Posture)),
        ("finding", "/properties/delivery", words!(Delivery)),
        ("finding", "/$defs/host/properties/role", words!(Role)),
        ("finding", "/$defs/signature/properties/vendor", words!(Vendor)),
        ("finding", "/$defs/indicator/properties/type", words!(IndicatorKind)),
        ("finding", "/$defs/evidence/properties/function", words!(Function)),
        ("finding", "/$defs/evidence/properties/disposition", words!(Disposition)),
        ("finding", "/$defs/health/properties/symptom", words!(Symptom)),
        ("finding", "/$defs/health/properties/condition", words!(Condition)),
        ("finding", "/$defs/habit/properties/unusual", words!(Unusual)),
        ("finding", "/$defs/habit/properties/measure", words!(Measure)),
        ("finding", "/$defs/subject/oneOf/4/properties/health/prefixItems/1", words!(Problem)),
        ("incident", "/properties/kind", words!(IncidentKind)),
        ("incident", "/properties/problem", words!(Problem)),
        ("incident", "/properties/confidence", words!(Confidence)),
        ("incident", "/properties/priority", words!(Priority)),
        ("incident", "/properties/status", words!(Status)),
        ("incident", "/properties/posture", words!(Posture)),
        ("incident", "/properties/functions/items", words!(Function)),
        ("incident", "/properties/stages/items", words!(Stage)),
        ("incident", "/properties/outcome", words!(Outcome)),
        ("incident", "/properties/infection", words!(Infection)),
        ("incident", "/$defs/indicator/properties/type", words!(IndicatorKind)),
        ("incident", "/$defs/asset/properties/role", words!(Role)),
        ("incident", "/$defs/signature/properties/vendor", words!(Vendor)),
        ("incident", "/$defs/moment/properties/stage", words!(Stage)),
        ("incident", "/$defs/moment/properties/disposition", words!(Disposition)),
        ("incident", "/$defs/evidence/properties/function", words!(Function)),
        ("incident", "/$defs/fact/properties/kind", words!(FindingKind)),
        ("incident", "/$defs/fact/properties/disposition", words!(Disposition)),
        ("incident", "/$defs/countermeasure/properties/by", words!(Actor)),
        ("incident", "/$defs/countermeasure/properties/within", words!(Within)),
        ("notice", "/properties/kind", words!(NoticeKind)),
        ("notice", "/properties/channel", words!(Channel)),
        ("notice", "/properties/language", words!(Language)),
        ("quarantine", "/properties/reason", words!(QuarantineReason)),
        ("account", "/$defs/contact/properties/channel", words!(Channel)),
        ("doctor", "/properties/quarantined/propertyNames", words!(QuarantineReason)),
        ("doctor", "/$defs/vendor/properties/vendor", words!(Vendor)),
        ("doctor", "/$defs/vendor/properties/formats/propertyNames", words!(Format)),
        ("doctor", "/$defs/vendor/properties/functions/propertyNames", words!(Function)),
        ("doctor", "/$defs/finding/properties/vendor", words!(Vendor)),
        ("line", "/$defs/refused/properties/reason", words!(QuarantineReason)),
        ("line", "/$defs/layer/properties/frame", words!(Frame)),
        ("line", "/$defs/log/properties/vendor", words!(Vendor)),
        ("line", "/$defs/log/properties/format", words!(Format)),
        ("line", "/$defs/log/properties/function", words!(Function)),
        ("line", "/$defs/time/properties/source", words!(TimeSource)),
        ("line", "/$defs/odd/properties/kind", words!(AnomalyKind)),
        ("summary", "/properties/quarantined/propertyNames", words!(QuarantineReason)),
        ("summary", "/properties/frames/propertyNames", words!(Frame)),
        ("summary", "/properties/events/propertyNames", words!(Vendor)),
        ("summary", "/properties/events/additionalProperties/propertyNames", words!(Function)),
        ("summary", "/properties/formats/propertyNames", words!(Vendor)),
        ("summary", "/properties/formats/additionalProperties/propertyNames", words!(Format)),
        ("summary", "/properties/anomalies/propertyNames", words!(AnomalyKind)),
        ("summary", "/properties/drift/items/properties/vendor", words!(Vendor)),
        ("summary", "/properties/drift/items/properties/kind", words!(DriftKind)),
        ("summary", "/properties/findings/propertyNames", words!(FindingKind)),
        ("summary", "/properties/notices/propertyNames", words!(NoticeKind)),
        ("summary", "/properties/notices/additionalProperties/propertyNames", words!(Channel)),
        ("registry", "/$defs/device/properties/vendor", words!(Vendor)),
        ("registry", "/$defs/device/properties/posture", words!(Posture)),
        ("registry", "/$defs/shared_device/properties/vendor", words!(Vendor)),
        ("registry", "/$defs/shared_device/properties/posture", words!(Posture)),
        ("registry", "/$defs/contact/properties/language", words!(Language)),
        ("registry", "/$defs/tenant/properties/language", words!(Language)),
    ]
}

/// Word lists that are no enumeration of the model; each is held by a test of its own or by one that says why.
const OTHER_LISTS: [(&str, &str); 13] = [
    // Words of the command alone, held by its own tests.
    ("account", "/$defs/contact/properties/standing"),
    ("doctor", "/$defs/verdicts/propertyNames"),
    ("doctor", "/$defs/verdicts/additionalProperties"),
    ("doctor", "/$defs/finding/properties/cost"),
    ("plan", "/properties/capacity/properties/stream_mode"),
    ("plan", "/$defs/part/properties/part"),
    ("line", "/$defs/source/properties/kind"),
    ("line", "/$defs/identity/properties/registry"),
    ("line", "/$defs/time/properties/how"),
    // Checked against the reader in `registry.rs`.
    ("registry", "/$defs/contact/properties/for/items"),
    ("registry", "/$defs/contact/properties/hours"),
    ("registry", "/$defs/allow/properties/kinds/items"),
    ("registry", "/$defs/tenant/properties/release"),
];

#[test]
fn word_lists_are_the_models() {
    for (name, place, words) in lists() {
        let schema = schema(name);
        let listed = schema.pointer(&format!("{place}/enum")).and_then(Value::as_array);
        let listed = listed.unwrap_or_else(|| panic!("{name}{place} holds no word list"));
        let listed: BTreeSet<&str> = listed.iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(listed, words.into_iter().collect(), "{name}{place}");
    }
}

#[test]
fn no_word_list_goes_unchecked() {
    for name in INTERFACES {
        let mut checked: BTreeSet<String> = lists()
            .into_iter()
            .filter(|list| list.0 == name)
            .map(|list| format!("{}/enum", list.1))
            .collect();
        checked
            .extend(OTHER_LISTS.iter().filter(|list| list.0 == name).map(|list| format!("{}/enum", list.1)));
        assert_eq!(coverage::word_lists(&schema(name)), checked, "{name}");
    }
}

#[test]
fn anomalies_are_the_models() {
    let schema = schema("event");
    let pattern = schema.pointer("/properties/anomalies/items/pattern").and_then(Value::as_str).unwrap();
    assert_eq!(pattern, format!("^({})(:.+)?$", words!(AnomalyKind).join("|")));
}
