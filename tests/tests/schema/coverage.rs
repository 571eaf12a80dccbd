//! Walks schemas: which properties they promise, which word lists they hold, and what of it documents fill.

use std::collections::BTreeSet;

use serde_json::Value;

/// Returns the JSON pointer of every property that the schema describes.
pub(crate) fn properties(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(schema, "", &mut |place, value| {
        for (key, _) in value["properties"].as_object().into_iter().flatten() {
            // Conditions (`if`, `then`, `else`) speak again of properties that are described elsewhere.
            if !place.contains("/if") && !place.contains("/then") && !place.contains("/else") {
                found.insert(format!("{place}/properties/{key}"));
            }
        }
    });
    found
}

/// Returns the JSON pointer of every word list in the schema.
pub(crate) fn word_lists(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(schema, "", &mut |place, value| {
        // A property may be called "enum"; a word list is an array.
        if value["enum"].is_array() {
            found.insert(format!("{place}/enum"));
        }
    });
    found
}

fn walk(value: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(place, value);
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                walk(field, &format!("{place}/{key}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}/{index}"), visit);
            }
        }
        _ => {}
    }
}

/// Returns the properties that none of the documents fills.
pub(crate) fn unfilled(schema: &Value, documents: &[Value]) -> BTreeSet<String> {
    let mut filled = BTreeSet::new();
    for document in documents {
        fill(schema, "", document, &mut filled);
    }
    properties(schema).difference(&filled).cloned().collect()
}

fn fill(root: &Value, place: &str, document: &Value, filled: &mut BTreeSet<String>) {
    let Some(schema) = root.pointer(place) else { return };
    if let Some(target) = schema["$ref"].as_str() {
        fill(root, target.trim_start_matches('#'), document, filled);
    }
    for choice in ["anyOf", "oneOf"] {
        for index in 0..schema[choice].as_array().map_or(0, Vec::len) {
            fill(root, &format!("{place}/{choice}/{index}"), document, filled);
        }
    }
    match document {
        Value::Object(fields) => {
            for (key, field) in fields {
                let property = format!("{place}/properties/{key}");
                if root.pointer(&property).is_some() {
                    fill(root, &property, field, filled);
                    filled.insert(property);
                } else {
                    fill(root, &format!("{place}/additionalProperties"), field, filled);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                fill(root, &format!("{place}/prefixItems/{index}"), item, filled);
                fill(root, &format!("{place}/items"), item, filled);
            }
        }
        _ => {}
    }
}
