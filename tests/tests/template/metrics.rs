//! Alarms and dashboards ask for metrics that the functions tell, and every metric is looked at somewhere.

use std::collections::BTreeSet;

use hinomi_lambda::{Function, Metric};
use serde_json::Value;

use super::read::{between, named, properties, resources, template};

/// Returns the dashboard's document, with what it is given left as it is written.
fn dashboard(template: &Value, id: &str) -> Value {
    let body = named(&properties(template, id)["DashboardBody"]);
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{id} is no JSON: {error}"))
}

fn function(name: &str) -> Option<Function> {
    Function::ALL.iter().copied().find(|function| function.as_str() == name)
}

/// The metrics of ours that something asks for, each with the function and what else it is told apart by.
fn asked(template: &Value) -> Vec<(String, String, BTreeSet<String>)> {
    let mut asked = Vec::new();
    for (id, alarm) in resources(template, "AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        if named(&alarm["Namespace"]) != "MetricsNamespace" {
            continue;
        }
        let dimensions = alarm["Dimensions"].as_array().unwrap();
        assert_eq!(dimensions.len(), 1, "{id}");
        assert_eq!(dimensions[0]["Name"], "function", "{id}");
        let function = named(&dimensions[0]["Value"]);
        asked.push((named(&alarm["MetricName"]), function, BTreeSet::new()));
    }
    for id in ["SocDashboard", "OperationsDashboard"] {
        for widget in dashboard(template, id)["widgets"].as_array().unwrap() {
            for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
                let metric = metric.as_array().unwrap();
                if let Some(expression) = metric[0]["expression"].as_str() {
                    let schema = between(expression, "{${MetricsNamespace},", "}");
                    let dimensions = schema[0].split(',').map(str::to_owned);
                    let dimensions = dimensions.filter(|dimension| dimension != "function").collect();
                    let name = between(expression, "MetricName=\"", "\"")[0].to_owned();
                    asked.push((name, String::new(), dimensions));
                } else if metric[0] == "${MetricsNamespace}" {
                    assert_eq!(metric[2], "function", "{id}: {metric:?}");
                    let text = |place: usize| metric[place].as_str().unwrap().to_owned();
                    asked.push((text(1), text(3), BTreeSet::new()));
                }
            }
        }
    }
    asked
}

#[test]
fn what_alarms_and_dashboards_ask_for_is_told() {
    for (name, of, dimensions) in asked(&template()) {
        let metric = Metric::ALL.iter().find(|metric| metric.as_str() == name);
        let metric = metric.unwrap_or_else(|| panic!("nobody tells {name}"));
        let known: BTreeSet<String> =
            metric.dimensions().iter().map(|dimension| dimension.as_str().to_owned()).collect();
        assert!(
            dimensions.is_empty() || dimensions == known,
            "{name} is told by {known:?}, not {dimensions:?}"
        );
        if !of.is_empty() {
            let function = function(&of).unwrap_or_else(|| panic!("there is no function {of}"));
            assert!(metric.functions().contains(&function), "{of} does not tell {name}");
        }
    }
}

#[test]
fn every_metric_is_looked_at() {
    let asked: BTreeSet<String> = asked(&template()).into_iter().map(|(name, ..)| name).collect();
    let told: BTreeSet<String> = Metric::ALL.iter().map(|metric| metric.as_str().to_owned()).collect();
    assert_eq!(asked, told);
}

#[test]
fn every_alarm_says_where_to_read_on_tells_operations_and_is_on_the_dashboard() {
    let template = template();
    let widgets = dashboard(&template, "OperationsDashboard");
    let shown: BTreeSet<&str> = widgets["widgets"][0]["properties"]["alarms"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    assert_eq!(shown.len(), alarms.len());
    for (id, alarm) in alarms {
        let alarm = &alarm["Properties"];
        assert!(shown.contains(format!("${{{id}.Arn}}").as_str()), "{id}");
        assert_eq!(alarm["AlarmActions"][0]["Ref"], "Operations", "{id}");
        // A refusal that ingest reads is counted once: that its alarm ends is no all-clear.
        let is_counted_once = ["IngestRefusedRegistry", "IngestRefusedIndicators"].contains(&id);
        let all_clear = if is_counted_once { Value::Null } else { "Operations".into() };
        assert_eq!(alarm["OKActions"][0]["Ref"], all_clear, "{id}");
        let name = named(&alarm["AlarmName"]);
        let section = name.strip_prefix("${AWS::StackName}-").unwrap().split('-').next().unwrap();
        let description = alarm["AlarmDescription"].as_str().unwrap();
        assert!(description.ends_with(&format!(" Runbook, {section}.")), "{id}: {description}");
    }
}

/// Enrol runs at an upload and once a day: an alarm that ended by itself in between would say that all is well again.
#[test]
fn what_enrol_found_stands_until_it_looks_again() {
    let template = template();
    let mut looked_at = BTreeSet::new();
    for (id, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        if alarm["Dimensions"][0]["Value"] == "enrol" && alarm["MetricName"] != "BadEvents" {
            assert_eq!(alarm["TreatMissingData"], "ignore", "{id}");
            assert_eq!(alarm["Period"], 60, "{id}");
            assert_eq!(alarm["EvaluationPeriods"], 1, "{id}");
            looked_at.insert(id);
        }
    }
    assert_eq!(looked_at, BTreeSet::from(["EnrolRefusedRegistry", "TenantsUnreachable"]));
}

/// Each partition tells its age once a minute. One that is silent must be seen, and one that is late once must not.
#[test]
fn a_partition_of_follow_that_stands_still_is_seen() {
    let template = template();
    let alarm = properties(&template, "FollowIncomplete");
    assert_eq!(alarm["MetricName"], "FollowBehindSeconds");
    assert_eq!(alarm["Statistic"], "SampleCount");
    let minutes = alarm["Period"].as_u64().unwrap() / 60;
    let events = properties(&template, "FollowFunction")["Events"].as_object().unwrap();
    let partitions = events.values().filter(|event| {
        event["Type"] == "ScheduleV2" && event["Properties"]["ScheduleExpression"] == "rate(1 minute)"
    });
    let partitions = partitions.count() as u64;
    let threshold = alarm["Threshold"].as_u64().unwrap();
    assert!((partitions - 1) * minutes + 1 < threshold, "one that is silent");
    assert!(partitions * minutes > threshold + 1, "one that is late");
    assert_eq!(alarm["TreatMissingData"], "breaching");
}

/// The functions that have somewhere to put what fails.
#[test]
fn what_cannot_be_put_where_failures_are_kept_is_an_alarm() {
    let template = template();
    let failing = resources(&template, "AWS::Serverless::Function").into_iter().filter(|(_, function)| {
        let function = &function["Properties"];
        let events = function["Events"].as_object().into_iter().flat_map(|events| events.values());
        let kept = |of: &Value| of["DestinationConfig"]["OnFailure"].is_object();
        kept(&function["EventInvokeConfig"]) || events.map(|event| &event["Properties"]).any(kept)
    });
    let failing: BTreeSet<String> = failing.map(|(id, _)| id.to_owned()).collect();
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let alarms = alarms.values().map(|alarm| &alarm["Properties"]);
    let seen = alarms.filter(|alarm| alarm["MetricName"] == "DestinationDeliveryFailures");
    let seen: BTreeSet<String> = seen.map(|alarm| named(&alarm["Dimensions"][0]["Value"])).collect();
    assert!(failing.len() > 4, "{failing:?}");
    assert_eq!(seen, failing);
}

#[test]
fn widgets_do_not_lie_on_each_other() {
    let template = template();
    for id in ["SocDashboard", "OperationsDashboard"] {
        let mut taken = BTreeSet::new();
        for widget in dashboard(&template, id)["widgets"].as_array().unwrap() {
            let number =
                |name: &str| widget[name].as_u64().unwrap_or_else(|| panic!("{id}: {name} of {widget}"));
            assert!(number("x") + number("width") <= 24, "{id}: {}", widget["properties"]["title"]);
            for x in number("x")..number("x") + number("width") {
                for y in number("y")..number("y") + number("height") {
                    assert!(taken.insert((x, y)), "{id}: {} lies on another", widget["properties"]["title"]);
                }
            }
        }
    }
}

#[test]
fn the_queue_is_the_console() {
    let template = template();
    let soc = dashboard(&template, "SocDashboard");
    let queue = &soc["widgets"][0];
    assert_eq!(queue["type"], "custom");
    assert_eq!(queue["properties"]["endpoint"], "${ConsoleFunction.Arn}");
}
