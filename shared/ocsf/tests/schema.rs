//! Our columns are attributes of OCSF: their names, types and numbers are those of the schema in `schema/`.

#![expect(clippy::unwrap_used, reason = "all of this file is a test; its helpers fail it as loudly")]

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{Disposition, Event, EventTime, Function, Locator, Protocol, Severity, Vendor};
use hinomi_ocsf::{Class, Kind, OCSF_VERSION, columns, write_json};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/ocsf-1.8.0.json")).unwrap()
}

/// Returns the definitions of the attributes that a path leads through.
fn attributes<'s>(schema: &'s Value, class: Class, path: &str) -> Vec<(String, &'s Value)> {
    let mut attributes = &schema["classes"][class.name()]["attributes"];
    let mut found = Vec::new();
    for step in path.split('.') {
        let name = step.trim_end_matches("[]");
        let attribute = &attributes[name];
        assert!(attribute.is_object(), "{class}: OCSF has no {path}");
        let is_list = attribute["is_array"] == true;
        assert_eq!(is_list, step.ends_with("[]"), "{class}: whether {path} is a list");
        found.push((step.to_owned(), attribute));
        if let Some(object) = attribute["object_type"].as_str() {
            attributes = &schema["objects"][object]["attributes"];
        }
    }
    found
}

#[test]
fn every_column_is_an_attribute_of_its_type() {
    let schema = schema();
    assert_eq!(schema["version"], OCSF_VERSION);
    for class in Class::ALL {
        let definition = &schema["classes"][class.name()];
        assert_eq!(definition["uid"], class.uid(), "{class}");
        assert_eq!(definition["category_uid"], class.category_uid(), "{class}");
        for column in columns(class) {
            let all = attributes(&schema, class, column.path());
            let named = all.last().unwrap().1["type"].as_str().unwrap();
            let basic = schema["types"][named].as_str().unwrap_or(named);
            let expected = match (named, basic) {
                ("datetime_t", _) => Kind::Instant,
                // `unmapped`, which has members of any name.
                ("object_t", _) => Kind::Json,
                (_, "integer_t") => Kind::Integer,
                (_, "long_t") => Kind::Long,
                (_, "string_t") => Kind::Text,
                other => panic!("{class}: {} is {other:?}", column.path()),
            };
            assert_eq!(column.kind(), expected, "{class}: {} is {named}", column.path());
        }
    }
}

#[test]
fn no_column_comes_twice_and_groups_stand_together() {
    for class in Class::ALL {
        let paths: Vec<&str> = columns(class).iter().map(|column| column.path()).collect();
        assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len(), "{class}");
        let firsts: Vec<&str> = paths.iter().map(|path| path.split('.').next().unwrap()).collect();
        let changes = firsts.chunk_by(|one, other| one == other).count();
        assert_eq!(firsts.iter().collect::<BTreeSet<_>>().len(), changes, "{class}: {paths:?}");
        assert!(paths.len() <= 128 && paths.last() == Some(&"unmapped"), "{class}");
    }
}

/// An event of each function with everything that makes OCSF ask for more.
fn each_event(take: &mut dyn FnMut(&Event<'_>)) {
    let registry = Registry::open();
    let time = EventTime::from_seconds(1_792_454_400);
    for function in Function::ALL {
        for disposition in Disposition::ALL {
            let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, time);
            event.function = *function;
            event.disposition = *disposition;
            event.severity = Some(Severity::Critical);
            event.protocol = Some(Protocol::TCP);
            event.src_ip = Some([192, 0, 2, 1].into());
            event.dst_ip = Some([198, 51, 100, 1].into());
            let text = |text: &'static str| Some(text.into());
            (event.user, event.sender, event.domain) = (text("sato"), text("a@b.example"), text("b.example"));
            (event.file_name, event.file_hash) = (text("a.exe"), text("d41d8cd98f00b204e9800998ecf8427e"));
            (event.malware, event.signature, event.cve) =
                (text("Made.Up"), text("Made.Up"), text("CVE-2021-44228"));
            (event.http_method, event.http_status) = (text("GET"), Some(200));
            take(&event);
        }
    }
}

/// Checks an object's members against its definition: all that is required is there, and numbers are in their lists.
fn check(schema: &Value, attributes: &Value, object: &Value, at: &str) {
    for (name, attribute) in attributes.as_object().unwrap() {
        let Some(value) = object.get(name) else {
            assert!(attribute["required"] != true, "{at}.{name} is required");
            continue;
        };
        for value in value.as_array().unwrap_or(&vec![value.clone()]) {
            if let (Some(known), Some(number)) = (attribute["enum"].as_array(), value.as_i64()) {
                assert!(known.contains(&number.into()), "{at}.{name} is {number}");
            }
            let members =
                attribute["object_type"].as_str().map(|object| &schema["objects"][object]["attributes"]);
            if let Some(members) = members.filter(|members| members.is_object()) {
                check(schema, members, value, &format!("{at}.{name}"));
            }
        }
    }
}

#[test]
fn what_ocsf_requires_is_there_and_numbers_are_in_its_lists() {
    let schema = schema();
    let place = Locator { object: "raw/a.zst".to_owned(), frame: 0, line: 0 };
    let mut classes = BTreeSet::new();
    each_event(&mut |event| {
        let class = Class::of(event);
        classes.insert(class);
        let mut text = Vec::new();
        write_json(event, Some(&place), &mut text);
        let json: Value = serde_json::from_slice(&text).unwrap();
        check(&schema, &schema["classes"][class.name()]["attributes"], &json, class.name());
        assert_eq!(json["type_uid"], class.uid() * 100 + json["activity_id"].as_i64().unwrap());
    });
    assert_eq!(classes.len(), Class::ALL.len(), "{classes:?}");
}
