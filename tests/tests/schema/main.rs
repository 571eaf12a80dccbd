//! Holds the schemas of `events/schema/` against what the program writes and reads.
//!
//! A schema is what others build on, so it may neither promise what is not written nor leave out what is: every word
//! list of the model is the schema's, every property is one that the model's types fill, and nothing else passes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

mod coverage;
mod examined;
mod registry;
mod samples;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

/// Every interface, by the name of its schema.
const INTERFACES: [&str; 12] = [
    "account",
    "bench",
    "doctor",
    "event",
    "finding",
    "incident",
    "line",
    "notice",
    "plan",
    "quarantine",
    "registry",
    "summary",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/schema")
}

fn schema(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn validator(name: &str) -> Validator {
    let schema = schema(name);
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns what is wrong with `document`, each with its place.
fn problems(name: &str, document: &Value) -> Vec<String> {
    let validator = validator(name);
    let errors = validator.iter_errors(document);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_interface_has_a_schema_and_every_schema_an_interface() {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let expected: BTreeSet<String> = INTERFACES.iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn schemas_are_valid_and_name_themselves() {
    for name in INTERFACES {
        let schema = schema(name);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        validator(name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(schema["$id"].as_str().unwrap().ends_with(&format!("/{name}.json")), "{name}");
        assert!(schema["description"].is_string() && schema["title"].is_string(), "{name}");
    }
}

#[test]
fn every_property_says_what_it_means() {
    for name in INTERFACES {
        let schema = schema(name);
        for place in coverage::properties(&schema) {
            let property = schema.pointer(&place).unwrap();
            let described = |value: &Value| value["description"].is_string();
            let target = property["$ref"].as_str().and_then(|to| schema.pointer(to.trim_start_matches('#')));
            let closed = *property == Value::Bool(false);
            assert!(closed || described(property) || target.is_some_and(described), "{name}{place}");
        }
    }
}

#[test]
fn schemas_are_complete_in_themselves() {
    for name in INTERFACES {
        let schema = schema(name);
        let text = schema.to_string();
        for reference in text.split("\"$ref\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let place = reference.strip_prefix('#');
            assert!(place.is_some_and(|place| schema.pointer(place).is_some()), "{name}: {reference}");
        }
        for definition in schema["$defs"].as_object().into_iter().flatten().map(|(key, _)| key) {
            assert!(text.contains(&format!("\"#/$defs/{definition}\"")), "{name}: nothing uses {definition}");
        }
    }
}
