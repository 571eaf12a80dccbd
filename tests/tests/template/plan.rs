//! What `hinomi plan` reckons with is what the template makes.

use hinomi_lambda::Function;
use hinomi_local::plan::{Plan, Question, plan};

use super::logical;
use super::read::{properties, resources, template};

/// A thousand lines a second.
const STEADY: Question = Question {
    events_per_day: 86_400_000.0,
    avg_bytes: 1_000.0,
    peak: 2.0,
    compression: 10.0,
    retention_days: 400.0,
    tenants: 1.0,
    findings_per_million: 1_000.0,
    window: 5.0,
    events_per_core: 600_000.0,
    archive_per_core: 300_000.0,
    compactors: 4.0,
    athena_tb: 1.0,
    siem_usd_per_gb: None,
};

fn planned(question: &Question) -> Plan {
    plan(question, "ap-northeast-1").unwrap()
}

fn quantity(plan: &Plan, item: &str) -> f64 {
    let line = plan.bill.iter().flat_map(|part| &part.lines).find(|line| line.item == item);
    line.unwrap_or_else(|| panic!("{item} is not on the bill")).quantity
}

#[test]
fn functions_have_the_memory_and_the_batches_at_once_that_are_planned() {
    let template = template();
    let capacity = planned(&STEADY).capacity;
    for (function, planned) in [
        (Function::Ingest, capacity.ingest),
        (Function::Follow, capacity.follow),
        (Function::Compact, capacity.compact),
        (Function::Correlate, capacity.correlate),
    ] {
        let memory = properties(&template, &format!("{}Function", logical(function)))["MemorySize"].as_f64();
        let reckoned = planned.gb_seconds / (planned.calls * planned.seconds) * 1_024.0;
        assert!((memory.unwrap() - reckoned).abs() < 0.5, "{}: {reckoned}", function.as_str());
    }
    let mapping = &properties(&template, "CorrelateFunction")["Events"]["Findings"]["Properties"];
    let at_once = capacity.correlate.concurrency / capacity.findings_shards;
    assert_eq!(mapping["ParallelizationFactor"].as_f64(), Some(at_once));
}

#[test]
fn the_bill_counts_the_alarms_that_there_are() {
    let alarms = resources(&template(), "AWS::CloudWatch::Alarm").len();
    assert_eq!(quantity(&planned(&STEADY), "cloudwatch-alarm"), alarms as f64);
}

#[test]
fn raw_logs_move_on_when_the_template_moves_them() {
    let template = template();
    let days = |parameter: &str| template["Parameters"][parameter]["Default"].as_f64().unwrap();
    for (parameter, item) in
        [("RawInfrequentAfterDays", "s3-to-infrequent"), ("RawGlacierAfterDays", "s3-to-glacier-instant")]
    {
        let after = days(parameter);
        let moved = |retention_days: f64| quantity(&planned(&Question { retention_days, ..STEADY }), item);
        assert_eq!(moved(after), 0.0, "{parameter}");
        assert!(moved(after + 1.0) > 0.0, "{parameter}");
    }
}

#[test]
fn streams_keep_what_is_paid_for() {
    // A load that comes all at once is paid for by the gigabyte, and so is what is kept beyond a day.
    let plan = planned(&Question { events_per_day: 864_000.0, peak: 2_000.0, ..STEADY });
    let days = quantity(&plan, "kinesis-on-demand-kept") * 1_073_741_824.0 / plan.load.sent_bytes_per_day;
    let template = template();
    let streams = resources(&template, "AWS::Kinesis::Stream");
    assert_eq!(streams.len(), 2);
    for (id, stream) in streams {
        let hours = stream["Properties"]["RetentionPeriodHours"].as_f64().unwrap();
        assert!((hours / 24.0 - 1.0 - days).abs() < 1e-9, "{id}: {days}");
    }
}
