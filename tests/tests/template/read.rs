//! Reads `template.yaml`: its short forms of functions become their long ones, so that it is plain JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// Returns the template.
pub(crate) fn template() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap().join("template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    plain(serde_yaml_ng::from_str(&text).unwrap())
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::Number(value) => serde_json::to_value(value).unwrap(),
        Yaml::String(value) => value.into(),
        Yaml::Sequence(values) => values.into_iter().map(plain).collect(),
        Yaml::Mapping(members) => {
            let member = |(key, value): (Yaml, Yaml)| (key.as_str().unwrap().to_owned(), plain(value));
            Value::Object(members.into_iter().map(member).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let value = plain(tagged.value);
            match tag.trim_start_matches('!') {
                "Ref" => json!({"Ref": value}),
                "GetAtt" => json!({"Fn::GetAtt": value.as_str().unwrap().split('.').collect::<Vec<_>>()}),
                name => json!({format!("Fn::{name}"): value}),
            }
        }
    }
}

/// The resources of a type, by logical id.
pub(crate) fn resources<'t>(template: &'t Value, of_type: &str) -> BTreeMap<&'t str, &'t Value> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(|(_, resource)| resource["Type"] == of_type).map(|(id, value)| (id.as_str(), value)).collect()
}

/// The properties of a resource.
pub(crate) fn properties<'t>(template: &'t Value, id: &str) -> &'t Value {
    let resource = &template["Resources"][id];
    assert!(resource.is_object(), "there is no resource {id}");
    &resource["Properties"]
}

/// A value or a list of them, as a list.
pub(crate) fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// Every name in an action or resource list, as text: `Ref` and `Fn::GetAtt` by the resource they name, `Fn::Sub` as
/// written.
pub(crate) fn named(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let (function, argument) = members.iter().next().unwrap();
            match function.as_str() {
                "Ref" => argument.as_str().unwrap().to_owned(),
                "Fn::GetAtt" => {
                    let parts: Vec<&str> =
                        argument.as_array().unwrap().iter().filter_map(Value::as_str).collect();
                    parts.join(".")
                }
                "Fn::Sub" => argument.as_str().unwrap().to_owned(),
                other => panic!("{other} names nothing"),
            }
        }
        other => panic!("{other} names nothing"),
    }
}

/// What a role may do: (action, resource), one pair each.
pub(crate) fn allowed(template: &Value, role: &str) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for policy in properties(template, role)["Policies"].as_array().unwrap() {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            for action in list(&statement["Action"]) {
                for resource in list(&statement["Resource"]) {
                    pairs.insert((named(action), named(resource)));
                }
            }
        }
    }
    pairs
}

/// The texts between `open` and `close`, each time.
pub(crate) fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|part| part.split_once(close)).map(|(inner, _)| inner).collect()
}
