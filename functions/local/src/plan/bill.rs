//! What it costs: quantities of a month, times AWS's prices.

use serde::Serialize;

use super::capacity::{Capacity, INCIDENT_KB, RECORD_BYTES, STATE_KB, StreamMode};
use super::prices::{Item, Prices};
use super::{Assumption, DAY, DAYS, GB, Load, Question};

/// Hours of a month.
const HOURS: f64 = DAYS * 24.0;
/// Bytes of a unit of PutRecords, as Kinesis bills them.
const PUT_UNIT: f64 = 25.0 * 1024.0;
/// Days for which the streams keep what they took; the first is in the price.
const STREAM_DAYS: f64 = 3.0;
/// Days after which raw objects move on, as the template has them.
const INFREQUENT_AFTER: f64 = 30.0;
const GLACIER_AFTER: f64 = 90.0;
/// Bytes that the cheaper classes of S3 bill an object for at least.
const LEAST_OBJECT: f64 = 131_072.0;
/// Bytes of a fact after compression, and days for which facts are kept.
const FACT_BYTES: f64 = 18.0;
const FACT_DAYS: f64 = 2.0;
/// Days for which an incident and its state are kept on average.
const TABLE_DAYS: f64 = 120.0;
/// Findings of a subject that come to lie in one state and one incident: as many as on the sample day.
const SAME_SUBJECT: f64 = 8.0;
/// Bytes that a call of a function leaves in its log, with what Lambda writes itself.
const LOG_BYTES: f64 = 2_500.0;
/// Messages to one customer in a month.
const MAILS: f64 = 6.0;
const SMS_PARTS: f64 = 2.0;
/// What `template.yaml` makes, however small the load.
const METRICS: f64 = 100.0;
const ALARMS: f64 = 62.0;

/// A part of the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The streams.
    Kinesis,
    /// The functions.
    Lambda,
    /// The archive of raw lines, and facts.
    S3,
    /// The columnar archive: its files, and the queries that read them.
    Columns,
    /// The tables.
    DynamoDb,
    /// Messages to customers.
    Sns,
    /// Logs, metrics, alarms and the key.
    CloudWatch,
}

impl Part {
    /// Returns its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Part::Kinesis => "kinesis",
            Part::Lambda => "lambda",
            Part::S3 => "s3",
            Part::Columns => "columns",
            Part::DynamoDb => "dynamo_db",
            Part::Sns => "sns",
            Part::CloudWatch => "cloud_watch",
        }
    }
}

/// One line of the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What is paid for, by its name in the table of prices.
    pub item: &'static str,
    /// How much of it, in a month.
    pub quantity: f64,
    /// What one is.
    pub unit: &'static str,
    /// Dollars for all of it.
    pub usd: f64,
    /// The price was read in AWS's own list.
    pub sure: bool,
}

/// Works out the bill.
pub(super) fn parts(
    question: &Question,
    load: &Load,
    capacity: &Capacity,
    prices: &Prices,
) -> Vec<(Part, Vec<Line>)> {
    let line = |(item, quantity): (Item, f64)| {
        let price = prices.price(item)?;
        let usd = quantity * price.usd;
        Some(Line { item: item.as_str(), quantity, unit: price.unit, usd, sure: price.is_sure })
    };
    [
        (Part::Kinesis, kinesis(load, capacity)),
        (Part::Lambda, lambda(capacity)),
        (Part::S3, s3(question, load, capacity)),
        (Part::Columns, columns(question, capacity)),
        (Part::DynamoDb, dynamo_db(capacity)),
        (Part::Sns, sns(question)),
        (Part::CloudWatch, cloud_watch(capacity)),
    ]
    .into_iter()
    .map(|(part, quantities)| (part, quantities.into_iter().filter_map(line).collect()))
    .collect()
}

/// * Provisioned: `shards * 730.5 h`, the same once more for what is kept beyond a day, and `ceil(125,000 / 25,600)`, five
///   units a record.
/// * On demand: two streams by the hour, and the bytes in, out, and kept for two more days.
fn kinesis(load: &Load, capacity: &Capacity) -> Vec<(Item, f64)> {
    let shards = capacity.logs_shards + capacity.findings_shards;
    let bytes = load.sent_bytes_per_day * DAYS;
    match capacity.stream_mode {
        StreamMode::Provisioned => vec![
            (Item::Shard, shards * HOURS),
            (Item::ShardKept, shards * HOURS),
            (Item::PutUnit, bytes / RECORD_BYTES * (RECORD_BYTES / PUT_UNIT).ceil() / 1e6),
        ],
        StreamMode::OnDemand => vec![
            (Item::OnDemandStream, 2.0 * HOURS),
            (Item::OnDemandIn, bytes / GB),
            (Item::OnDemandOut, bytes / GB),
            (Item::OnDemandKept, load.sent_bytes_per_day * (STREAM_DAYS - 1.0) / GB),
        ],
    }
}

/// The functions that the load moves. The others, and the sweeps, are together under a dollar.
fn lambda(capacity: &Capacity) -> Vec<(Item, f64)> {
    let functions = [capacity.ingest, capacity.follow, capacity.correlate, capacity.compact];
    vec![
        (Item::Compute, functions.iter().map(|function| function.gb_seconds).sum()),
        (Item::Requests, functions.iter().map(|function| function.calls).sum::<f64>() / 1e6),
    ]
}

/// Each batch puts an object of lines and one of facts; each of follow's partitions reads its part of the latter. A class
/// holds what arrives in the days that it is used for, each object of at least 128 KB but for the first class.
fn s3(question: &Question, load: &Load, capacity: &Capacity) -> Vec<(Item, f64)> {
    let days = |from: f64, to: f64| (question.retention_days.min(to) - from).max(0.0);
    let billed = (capacity.object_bytes.max(LEAST_OBJECT) / capacity.object_bytes).max(1.0);
    let gb_a_day = load.sent_bytes_per_day / GB;
    let facts = question.events_per_day * FACT_BYTES * FACT_DAYS / GB;
    let moved = |after: f64| if question.retention_days > after { capacity.objects / 1e3 } else { 0.0 };
    vec![
        (Item::Put, 2.0 * capacity.objects / 1e3),
        (Item::Get, f64::from(hinomi_steps::facts::PARTITIONS) * capacity.objects / 1e3),
        (Item::Standard, gb_a_day * days(0.0, INFREQUENT_AFTER) + facts),
        (Item::Infrequent, gb_a_day * billed * days(INFREQUENT_AFTER, GLACIER_AFTER)),
        (Item::GlacierInstant, gb_a_day * billed * days(GLACIER_AFTER, f64::INFINITY)),
        (Item::ToInfrequent, moved(INFREQUENT_AFTER)),
        (Item::ToGlacierInstant, moved(GLACIER_AFTER)),
    ]
}

/// Each compactor reads every object of raw lines, and the plan of an hour once more. Files stay in the first class for
/// as long as raw lines are kept.
fn columns(question: &Question, capacity: &Capacity) -> Vec<(Item, f64)> {
    vec![
        (Item::Put, capacity.column_files / 1e3),
        (Item::Get, (question.compactors + 1.0) * capacity.objects / 1e3),
        (Item::Standard, capacity.column_bytes / GB),
        (Item::Scanned, question.athena_tb),
    ]
}

fn dynamo_db(capacity: &Capacity) -> Vec<(Item, f64)> {
    vec![
        (Item::TableWrite, capacity.findings * capacity.write_units_per_finding / 1e6),
        (Item::TableRead, capacity.findings * capacity.read_units_per_finding / 1e6),
        (
            Item::TableStored,
            capacity.findings / DAYS * TABLE_DAYS / SAME_SUBJECT * (STATE_KB + INCIDENT_KB) * 1024.0 / GB,
        ),
    ]
}

fn sns(question: &Question) -> Vec<(Item, f64)> {
    vec![(Item::Mail, question.tenants * MAILS / 1e3), (Item::Sms, question.tenants * SMS_PARTS)]
}

fn cloud_watch(capacity: &Capacity) -> Vec<(Item, f64)> {
    let sweeps = 3.0 * DAYS * DAY / 60.0;
    let calls = capacity.compact.calls
        + capacity.ingest.calls
        + capacity.follow.calls
        + capacity.correlate.calls
        + sweeps;
    vec![
        (Item::LogsIn, calls * LOG_BYTES / GB),
        (Item::MetricMonth, METRICS),
        (Item::AlarmMonth, ALARMS),
        (Item::KeyMonth, 1.0),
    ]
}

pub(super) fn assumptions() -> impl Iterator<Item = Assumption> {
    [
        ("fact-bytes", FACT_BYTES),
        ("same-subject", SAME_SUBJECT),
        ("table-days", TABLE_DAYS),
        ("log-bytes", LOG_BYTES),
        ("mails", MAILS),
        ("sms-parts", SMS_PARTS),
    ]
    .into_iter()
    .map(|(name, value)| Assumption { name, value })
}
