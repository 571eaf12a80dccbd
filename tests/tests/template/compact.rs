//! What `compact` relies on: how long plans are kept, and which of its schedules run; and how Athena sees its files.

use std::collections::BTreeMap;

use hinomi_lambda::config::{DEFAULT_COMPACTORS, MAX_COMPACTORS};
use hinomi_ocsf::Class;
use hinomi_steps::compact::{CATCH_UP_HOURS, CLOSING, FOLDER, KEPT_DAYS, MARGIN};
use hinomi_tests::columns::{logical, rewritten, typed};
use serde_json::{Value, json};

use super::read::{named, properties, resources, template};

fn rules(template: &Value) -> BTreeMap<&str, &Value> {
    let rules = properties(template, "Archive")["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    rules.iter().map(|rule| (rule["Prefix"].as_str().unwrap_or_default(), rule)).collect()
}

#[test]
fn plans_are_kept_for_longer_than_anything_is_planned_back() {
    let template = template();
    let rules = rules(&template);
    assert_eq!(rules["compact/"]["ExpirationInDays"].as_i64(), Some(KEPT_DAYS));
    const { assert!(KEPT_DAYS * 24 > CATCH_UP_HOURS + 24) };
    let columns = rules[format!("{FOLDER}/").as_str()];
    assert_eq!(columns["ExpirationInDays"], rules["raw/"]["ExpirationInDays"], "columns go with their lines");
}

#[test]
fn as_many_schedules_run_as_there_are_compactors() {
    let template = template();
    let parameter = &template["Parameters"]["Compactors"];
    assert_eq!(parameter["Default"], DEFAULT_COMPACTORS);
    for wanted in parameter["AllowedValues"].as_array().unwrap() {
        let wanted = wanted.as_u64().unwrap();
        let events = properties(&template, "CompactFunction")["Events"].as_object().unwrap();
        let runs = |event: &&Value| {
            let state = &event["Properties"]["State"];
            match state["Fn::If"].get(0).and_then(Value::as_str) {
                None => true,
                Some(condition) => holds(&template["Conditions"][condition], wanted),
            }
        };
        let running: Vec<u64> = events
            .values()
            .filter(runs)
            .map(|event| {
                let input: Value =
                    serde_json::from_str(event["Properties"]["Input"].as_str().unwrap()).unwrap();
                input["partition"].as_u64().unwrap()
            })
            .collect();
        assert_eq!(running, (0..wanted).collect::<Vec<_>>());
    }
    let largest = parameter["AllowedValues"].as_array().unwrap().last().unwrap();
    assert_eq!(*largest, MAX_COMPACTORS);
    let alarm = properties(&template, "CompactIncomplete");
    assert_eq!(alarm["Threshold"], json!({"Ref": "Compactors"}));
    assert_eq!((&alarm["Statistic"], &alarm["Period"]), (&json!("SampleCount"), &json!(3_600)));
}

/// Tells whether a condition on the number of compactors holds.
fn holds(condition: &Value, compactors: u64) -> bool {
    let (operator, values) = condition.as_object().unwrap().iter().next().unwrap();
    let values = values.as_array().unwrap();
    match operator.as_str() {
        "Fn::Equals" => {
            assert_eq!(values[0], json!({"Ref": "Compactors"}));
            values[1] == compactors
        }
        "Fn::Not" => !holds(&values[0], compactors),
        "Fn::Or" => values.iter().any(|value| holds(value, compactors)),
        other => panic!("{other}"),
    }
}

#[test]
fn an_hour_is_over_when_its_schedule_comes_and_there_is_time_to_close_a_part() {
    let template = template();
    let function = properties(&template, "CompactFunction");
    for event in function["Events"].as_object().unwrap().values() {
        let cron = event["Properties"]["ScheduleExpression"].as_str().unwrap();
        let minute = cron.strip_prefix("cron(").and_then(|rest| rest.split(' ').next()).unwrap();
        assert!(minute.parse::<i64>().unwrap() * 60 > MARGIN, "{cron}");
        assert!(cron.ends_with(" * * * ? *)"), "{cron}");
    }
    let time_out = function["Timeout"].as_i64().unwrap();
    assert!(time_out > 4 * CLOSING, "most of the time is for work");
}

#[test]
fn tables_have_the_columns_of_the_files_and_partitions_that_are_reckoned() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(rewritten(&text).unwrap() == text, "run `cargo run -p hinomi-tests --example columns`");
    let template = template();
    let tables = resources(&template, "AWS::Glue::Table");
    assert_eq!(tables.len(), Class::ALL.len());
    for class in Class::ALL {
        let input = &properties(&template, &logical(class))["TableInput"];
        assert_eq!(input["Name"], class.name());
        let columns = input["StorageDescriptor"]["Columns"].as_array().unwrap();
        let found: Vec<(String, String)> = columns
            .iter()
            .map(|column| {
                let text = |member: &str| column[member].as_str().unwrap().to_owned();
                (text("Name"), text("Type"))
            })
            .collect();
        assert_eq!(found, typed(class), "{}", class.name());
        assert!(found.contains(&("time".to_owned(), "bigint".to_owned())), "{}", class.name());
        let place = named(&input["Parameters"]["storage.location.template"]);
        let folder = format!("/{FOLDER}/class={}/tenant=${{!tenant}}/day=${{!day}}", class.name());
        assert_eq!(place, format!("s3://${{Archive}}{folder}"));
    }
}

#[test]
fn what_queries_answer_is_encrypted_bounded_and_let_go() {
    let template = template();
    let group = &properties(&template, "AskColumns")["WorkGroupConfiguration"];
    assert_eq!(group["EnforceWorkGroupConfiguration"], true);
    let result = &group["ResultConfiguration"];
    assert_eq!(result["EncryptionConfiguration"]["EncryptionOption"], "SSE_KMS");
    let place = named(&result["OutputLocation"]);
    let folder = place.strip_prefix("s3://${Archive}/").unwrap();
    assert!(rules(&template)[folder]["ExpirationInDays"].as_i64().is_some_and(|days| days <= 7));
    assert_eq!(group["BytesScannedCutoffPerQuery"], json!({"Ref": "AthenaScanLimitBytes"}));
}
