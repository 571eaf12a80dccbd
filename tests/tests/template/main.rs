//! Holds `template.yaml` against the code: names of the environment, keys of the tables, permissions, metrics, times.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test; its helpers fail it as loudly"
)]

mod compact;
mod metrics;
mod permissions;
mod plan;
mod read;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hinomi_aws::schema::{EXPIRES, PARTITION, SORT, TABLES};
use hinomi_lambda::Function;
use hinomi_lambda::config::{COMMON, MAX_COMPACTORS, READS};
use read::{properties, resources, template};
use serde_json::{Value, json};

/// How a function is called in the template.
pub fn logical(function: Function) -> String {
    capital(function.as_str())
}

/// A name with a capital letter.
pub fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[test]
fn each_function_is_there_once_with_its_own_program_role_and_log() {
    let template = template();
    let functions = resources(&template, "AWS::Serverless::Function");
    let expected: BTreeSet<String> =
        Function::ALL.iter().map(|function| format!("{}Function", logical(*function))).collect();
    assert_eq!(functions.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), expected);
    for function in Function::ALL {
        let (name, id) = (function.as_str(), logical(*function));
        let resource = &template["Resources"][format!("{id}Function")];
        assert_eq!(resource["Metadata"]["BuildMethod"], "rust-cargolambda", "{name}");
        assert_eq!(resource["Metadata"]["BuildProperties"]["Binary"], format!("hinomi-fn-{name}"), "{name}");
        let properties = &resource["Properties"];
        assert_eq!(properties["CodeUri"], format!("functions/{name}/"), "{name}");
        assert_eq!(properties["Role"], json!({"Fn::GetAtt": [format!("{id}Role"), "Arn"]}), "{name}");
        assert_eq!(properties["LoggingConfig"]["LogGroup"], json!({"Ref": format!("{id}Log")}), "{name}");
        // The role's permission to write logs is for a group of this name.
        let group = &template["Resources"][format!("{id}Log")]["Properties"];
        assert_eq!(
            group["LogGroupName"],
            json!({"Fn::Sub": format!("/aws/lambda/${{AWS::StackName}}-{name}")})
        );
        assert_eq!(properties["FunctionName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}")}));
    }
}

#[test]
fn each_function_is_told_exactly_what_it_reads() {
    let template = template();
    let names =
        |variables: &Value| -> BTreeSet<String> { variables.as_object().unwrap().keys().cloned().collect() };
    let common = names(&template["Globals"]["Function"]["Environment"]["Variables"]);
    assert_eq!(common, COMMON.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
    for (function, reads) in READS {
        let told =
            &properties(&template, &format!("{}Function", logical(function)))["Environment"]["Variables"];
        let reads: BTreeSet<String> = reads.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names(told), reads, "{}", function.as_str());
    }
}

#[test]
fn tables_have_the_keys_and_indexes_of_the_adapters() {
    let template = template();
    assert_eq!(resources(&template, "AWS::DynamoDB::Table").len(), TABLES.len());
    for table in TABLES {
        let found = properties(&template, &capital(table.name));
        let keys = |partition: &str, sort: &str| {
            json!([
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ])
        };
        assert_eq!(found["KeySchema"], keys(PARTITION, SORT), "{}", table.name);
        assert_eq!(found["TimeToLiveSpecification"], json!({"AttributeName": EXPIRES, "Enabled": true}));
        assert_eq!(found["BillingMode"], "PAY_PER_REQUEST", "{}", table.name);
        assert_eq!(found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
        assert_eq!(found["SSESpecification"]["SSEType"], "KMS", "{}", table.name);
        let view = found["StreamSpecification"]["StreamViewType"].as_str();
        assert_eq!(view, table.stream.then_some("NEW_IMAGE"), "{}", table.name);

        let mut attributes = vec![(PARTITION, "S"), (SORT, "S")];
        for index in table.indexes {
            attributes.push((index.partition, "S"));
            attributes.push((index.sort, if index.number { "N" } else { "S" }));
        }
        let attributes: BTreeSet<(&str, &str)> = attributes.into_iter().collect();
        let defined = found["AttributeDefinitions"].as_array().unwrap().iter();
        let defined = defined.map(|definition| {
            let text = |name: &str| definition[name].as_str().unwrap();
            (text("AttributeName"), text("AttributeType"))
        });
        assert_eq!(defined.collect::<BTreeSet<_>>(), attributes, "{}", table.name);

        let indexes = found["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
        assert_eq!(indexes.len(), table.indexes.len(), "{}", table.name);
        for index in table.indexes {
            let found = indexes.iter().find(|found| found["IndexName"] == index.name).unwrap();
            assert_eq!(found["KeySchema"], keys(index.partition, index.sort), "{}", index.name);
            let projection = match index.includes {
                [] => json!({"ProjectionType": "KEYS_ONLY"}),
                includes => json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": includes}),
            };
            assert_eq!(found["Projection"], projection, "{}", index.name);
        }
    }
}

#[test]
fn streams_answer_by_record_and_lose_nothing_before_their_retention() {
    let template = template();
    let seconds = |hours: i64| hours * 3_600;
    for (function, event, retention) in [
        ("Ingest", "Logs", seconds(72)),
        ("Correlate", "Findings", seconds(72)),
        ("Notify", "Outbox", seconds(24)),
    ] {
        let mapping = &properties(&template, &format!("{function}Function"))["Events"][event]["Properties"];
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{event}");
        assert_eq!(mapping["BisectBatchOnFunctionError"], true, "{event}");
        assert_eq!(mapping["MaximumRetryAttempts"], -1, "{event}");
        let age = mapping["MaximumRecordAgeInSeconds"].as_i64().unwrap();
        // Late enough to lose nothing, and early enough that the stream still has what goes to the destination.
        assert!(age < retention && age >= retention - seconds(1), "{event}: {age} of {retention}");
        assert_eq!(
            mapping["DestinationConfig"]["OnFailure"]["Destination"],
            json!({"Fn::GetAtt": ["Archive", "Arn"]})
        );
    }
    for stream in ["Logs", "Findings"] {
        assert_eq!(properties(&template, stream)["RetentionPeriodHours"], 72, "{stream}");
    }
}

#[test]
fn schedules_tell_their_own_time_and_follow_has_one_for_each_partition() {
    let template = template();
    let schedules = |function: &str| -> Vec<Value> {
        let events = properties(&template, &format!("{function}Function"))["Events"].as_object().unwrap();
        let schedules = events.values().filter(|event| event["Type"] == "ScheduleV2");
        let inputs = schedules.map(|event| {
            let schedule = &event["Properties"];
            // Of compactors, some are not wanted.
            let state = schedule["State"]["Fn::If"].get(1).unwrap_or(&schedule["State"]);
            assert_eq!(*state, json!({"Ref": "Schedules"}), "{function}");
            assert!(schedule["DeadLetterConfig"]["Arn"].is_object(), "{function}");
            serde_json::from_str(schedule["Input"].as_str().unwrap()).unwrap()
        });
        inputs.collect()
    };
    let time = "<aws.scheduler.scheduled-time>";
    for function in ["Watch", "Correlate", "Notify", "Enrol"] {
        assert_eq!(schedules(function), [json!({"time": time})], "{function}");
    }
    let partitions: Vec<Value> = (0..4).map(|n| json!({"time": time, "partition": n})).collect();
    assert_eq!(schedules("Follow"), partitions);
    let compactors: Vec<Value> = (0..MAX_COMPACTORS).map(|n| json!({"time": time, "partition": n})).collect();
    assert_eq!(schedules("Compact"), compactors);
}

/// What follow leaves for watch is there as long as follow may be behind, and memories as long as they are looked for.
#[test]
fn vitals_and_memories_are_kept_as_long_as_they_are_read() {
    let template = template();
    let rules = properties(&template, "Archive")["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    let kept = |prefix: &str| {
        let rule = rules.iter().find(|rule| rule["Prefix"] == prefix).unwrap();
        rule["ExpirationInDays"].as_i64().unwrap()
    };
    assert_eq!(kept("vitals/"), hinomi_steps::follow::KEPT_DAYS);
    assert_eq!(kept("facts/"), hinomi_steps::follow::KEPT_DAYS);
    assert_eq!(kept("watch/"), hinomi_steps::watch::KEPT_DAYS);
}

#[test]
fn panics_unwind_in_what_is_shipped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let release = manifest.split("\n[").find(|section| section.starts_with("profile.release]")).unwrap();
    // cargo-lambda turns panics into aborts where the profile does not say.
    assert!(release.lines().any(|line| line.trim() == r#"panic = "unwind""#), "{release}");
}
