//! What the function tells of its work: counts and times, never content.

use hinomi_lambda::{Metric, Report};
use hinomi_model::EventTime;
use hinomi_steps::ingest::IngestCounts;

const NANOS_IN_MILLI: f64 = 1e6;

/// Tells what was counted.
pub(crate) fn counts(report: &mut Report, counts: &IngestCounts) {
    report.count(Metric::Records, counts.records);
    report.count(Metric::RecordsRetried, counts.records_retried);
    report.count(Metric::RecordsPoisoned, counts.records_poisoned);
    report.count(Metric::Lines, counts.lines);
    report.count(Metric::LinesDone, counts.lines_done);
    // Zero is told, too: an alarm on the rate of quarantine needs it.
    report.count(Metric::LinesQuarantined, 0);
    for (reason, count) in &counts.quarantined {
        report.count_by(Metric::LinesQuarantined, &[reason.as_str()], *count);
    }
    for ((vendor, function), count) in &counts.events {
        report.count_by(Metric::Events, &[vendor.as_str(), function.as_str()], *count);
    }
    report.count(Metric::Findings, counts.findings);
    report.count(Metric::Facts, counts.facts);
    report.count(Metric::RawBytes, counts.raw_bytes);
    report.count(Metric::StoredBytes, counts.stored_bytes);
}

/// Tells how long records had waited when their batch came.
pub(crate) fn lag(report: &mut Report, now: EventTime, arrived: impl Iterator<Item = EventTime>) {
    arrived.for_each(|arrived| report.value(Metric::IngestLagMs, millis(arrived, now)));
}

/// Tells how long it took from a record's arrival to its findings being handed on.
pub(crate) fn latency(report: &mut Report, now: EventTime, arrived: &[EventTime]) {
    arrived.iter().for_each(|arrived| report.value(Metric::FindingLatencyMs, millis(*arrived, now)));
}

fn millis(from: EventTime, to: EventTime) -> f64 {
    to.nanos().saturating_sub(from.nanos()) as f64 / NANOS_IN_MILLI
}
