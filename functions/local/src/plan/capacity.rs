//! What a load takes: shards, batches, copies of functions, units of tables, objects.

use hinomi_detect::Follow;
use hinomi_steps::compact::ROOM;
use hinomi_steps::follow::MAX_OBJECTS_AGAIN;
use serde::Serialize;

use super::{Assumption, DAY, DAYS, Load, Question};

/// Bytes of a record as collectors are told to send them: five units of 25 KB, so that nothing is rounded up.
pub(super) const RECORD_BYTES: f64 = 125_000.0;
/// What a shard takes a second.
/// <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>
const SHARD_BYTES: f64 = 1_048_576.0;
/// Room above the peak, because partition keys do not fall evenly.
const HEADROOM: f64 = 1.25;
/// Bytes of records in the largest event that Lambda hands over: 6 MB of JSON and base64.
const BATCH_BYTES: f64 = 4_500_000.0;
/// Seconds between two looks of Lambda at a stream that nothing gathers for.
const POLL: f64 = 1.0;
/// Seconds that a batch of ingest waits for S3 and Kinesis: an object of lines, one of facts, one call of findings.
const INGEST_WAITS: f64 = 0.12;
/// Part of the measured rate that a processor of Lambda reaches: it is one thread of a core, and shared.
const LAMBDA_SHARE: f64 = 0.6;
/// Bytes of a finding on its stream, compressed with its neighbours.
const FINDING_BYTES: f64 = 600.0;
/// Seconds that correlate works on a batch, and on each finding of it.
const CORRELATE_BATCH: f64 = 0.05;
const CORRELATE_FINDING: f64 = 0.01;
/// Batches of one shard of findings at once, as the template has it.
const CORRELATE_AT_ONCE: f64 = 2.0;
/// Findings that are joined in one write of their subject, and incidents that such a write holds: measured, as are the
/// following, by `cargo run -p hinomi-tests --example sizes`, which plays the sample day minute by minute.
const FINDINGS_PER_WRITE: f64 = 2.0;
const INCIDENTS_PER_WRITE: f64 = 0.85;
/// Kilobytes of a subject's state and of an incident as DynamoDB counts them, begun ones whole, with a quarter for keys.
pub(super) const STATE_KB: f64 = 2.5;
pub(super) const INCIDENT_KB: f64 = 2.5;
/// Units of a write that moves its entry in an index: one entry is removed, one put.
const INDEX_MOVE: f64 = 2.0;
/// Units of what else comes with a write: sightings, and a notice's outbox, claim, receipt and ledger, where one is due.
const OTHER_UNITS: f64 = 2.0;
/// Facts that follow reads a second, and seconds of a read of S3, of which some go at once.
const FACTS_PER_S: f64 = 1_000_000.0;
const GET_SECONDS: f64 = 0.03;
const GETS_AT_ONCE: f64 = 16.0;
/// Lines in all lines that are sessions, which follow remembers.
const SESSIONS: f64 = 0.85;
/// Bytes of lines that compact has as rows at a time, and classes of events that a customer has in an hour: each is a file.
const PIECE_BYTES: f64 = ROOM.rows.bytes as f64;
const CLASSES: f64 = 5.0;
/// Bytes of an event in the columnar archive. Of synthetic lines, which repeat themselves more than those in life.
pub(super) const COLUMN_BYTES: f64 = 45.0;
/// Seconds for which follow is to find outgoing sessions.
const REACH: f64 = 2_400.0;
const HOUR: f64 = 3_600.0;
/// Parts that follow divides tenants into.
const PARTITIONS: f64 = hinomi_steps::facts::PARTITIONS as f64;

/// How a stream is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamMode {
    /// By the shard.
    Provisioned,
    /// By the gigabyte.
    OnDemand,
}

/// One function's work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Function {
    /// Calls in a month.
    pub calls: f64,
    /// Seconds of a call at the average rate.
    pub seconds: f64,
    /// Copies at once when all that can call it calls it together: what to keep for it.
    pub concurrency: f64,
    /// Gigabytes of memory, times seconds, in a month.
    pub gb_seconds: f64,
}

/// What a load takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Capacity {
    /// How the streams are paid for: whichever is cheaper.
    pub stream_mode: StreamMode,
    /// Shards of the stream of logs that hold the peak.
    pub logs_shards: f64,
    /// Shards of the stream of findings.
    pub findings_shards: f64,
    /// Lines of a batch of ingest at the average rate.
    pub batch_events: f64,
    /// Batches of one shard at once that the peak needs: `IngestParallelization`.
    pub parallelization: f64,
    /// The function ingest.
    pub ingest: Function,
    /// The function follow, all its partitions.
    pub follow: Function,
    /// Seconds of a minute that the busiest partition of follow takes at the peak; above 60 it falls behind.
    pub follow_minute: f64,
    /// Seconds for which follow finds outgoing sessions at the peak: what it remembers, or reads again from the archive. Forty
    /// minutes are meant; with less, a call-back is missed whose session is read so much earlier than the attack.
    pub follow_reach: f64,
    /// The function correlate.
    pub correlate: Function,
    /// The function compact, all its compactors.
    pub compact: Function,
    /// Seconds that each compactor takes for an hour of the peak; above 900 Lambda ends it, and it goes on in its next
    /// call.
    pub compact_hour: f64,
    /// Files of the columnar archive in a month.
    pub column_files: f64,
    /// Bytes of the columnar archive kept.
    pub column_bytes: f64,
    /// Findings in a month.
    pub findings: f64,
    /// DynamoDB's write units for a finding.
    pub write_units_per_finding: f64,
    /// DynamoDB's read units for a finding.
    pub read_units_per_finding: f64,
    /// Objects of raw lines in a month.
    pub objects: f64,
    /// Bytes of such an object.
    pub object_bytes: f64,
    /// Bytes of raw lines kept.
    pub kept_bytes: f64,
}

impl Capacity {
    /// * Shards: `ceil(peak bytes/s * 1.25 / 1 MiB)`, at least 1.
    /// * A batch gathers one shard for the window, `bytes/s / shards * window`, at most 4.5 MB; a window of 0 is Lambda's
    ///   own second.
    /// * A batch takes `0.12 s + events / (rate * 0.6)`. At the peak `batches/s * seconds` copies are busy; a shard that needs
    ///   more than one of them is worked on by several at once.
    /// * Each compactor reads all objects of an hour, 16 at once, and writes its share of the lines at `rate * 0.6`; each
    ///   part of 1.5 GiB of packed records makes a file of each class of each of its customers, and a customer of more
    ///   than 256 MiB of lines several.
    pub(super) fn of(question: &Question, load: &Load, stream_mode: StreamMode) -> Self {
        let month = DAYS * DAY;
        let bytes_per_s = load.sent_bytes_per_day / DAY;
        let peak_bytes_per_s = bytes_per_s * question.peak;
        let logs_shards = shards(peak_bytes_per_s);
        let batch =
            |bytes_per_s: f64| (bytes_per_s / logs_shards * question.window.max(POLL)).min(BATCH_BYTES);
        let bytes_of_event = question.avg_bytes / question.compression;
        let seconds =
            |bytes: f64| INGEST_WAITS + bytes / bytes_of_event / (question.events_per_core * LAMBDA_SHARE);
        let (usual, busy) = (batch(bytes_per_s), batch(peak_bytes_per_s));
        let calls = bytes_per_s / usual * month;
        let are_busy = peak_bytes_per_s / busy * seconds(busy);
        let parallelization = (are_busy / logs_shards).ceil().max(1.0);

        let findings = question.events_per_day * DAYS * question.findings_per_million / 1e6;
        let findings_per_s = findings / month;
        let findings_shards = shards(findings_per_s * question.peak * FINDING_BYTES);
        let correlate_calls = findings.min(month * findings_shards);
        let per_call = findings / correlate_calls;

        let follow_calls = PARTITIONS * month / 60.0;
        let follow_seconds = |calls_of_ingest_per_s: f64, events_per_s: f64| {
            let reading = calls_of_ingest_per_s * 60.0 * GET_SECONDS / GETS_AT_ONCE;
            let facts = events_per_s * 60.0 / PARTITIONS / (FACTS_PER_S * LAMBDA_SHARE);
            INGEST_WAITS + reading + facts
        };
        let remembered = PARTITIONS * Follow::MOST_OPENED as f64 / (load.peak_events_per_s * SESSIONS);
        let read_again = MAX_OBJECTS_AGAIN as f64 / (peak_bytes_per_s / busy);

        let compact_seconds = |calls_of_ingest_per_s: f64, events_per_s: f64| {
            let reading = calls_of_ingest_per_s * HOUR * GET_SECONDS / GETS_AT_ONCE;
            reading + events_per_s * HOUR / question.compactors / (question.archive_per_core * LAMBDA_SHARE)
        };
        let compact_calls = question.compactors * month / HOUR;
        let busy_compactors = question.compactors.min(question.tenants);
        let lines_each = load.events_per_s * HOUR / busy_compactors;
        let parts = (lines_each * bytes_of_event / ROOM.held as f64).ceil().max(1.0);
        let tenants_each = (question.tenants / question.compactors).max(1.0);
        let pieces = (parts * tenants_each).max((lines_each * question.avg_bytes / PIECE_BYTES).ceil());
        let compacting = busy_compactors / question.compactors;

        let follow_usual = follow_seconds(calls / month, load.events_per_s);
        let follow_minute = follow_seconds(peak_bytes_per_s / busy, load.peak_events_per_s);

        Capacity {
            stream_mode,
            logs_shards,
            findings_shards,
            batch_events: usual / bytes_of_event,
            parallelization,
            ingest: Function::of(calls, seconds(usual), logs_shards * parallelization, 1769.0),
            follow: Function::of(follow_calls, follow_usual, PARTITIONS, 3008.0),
            follow_minute,
            follow_reach: remembered.max(read_again).min(REACH),
            compact: Function::of(
                compact_calls,
                compact_seconds(calls / month, load.events_per_s),
                question.compactors,
                3008.0,
            ),
            compact_hour: compact_seconds(peak_bytes_per_s / busy, load.peak_events_per_s),
            column_files: compact_calls * compacting * pieces * CLASSES,
            column_bytes: question.events_per_day * COLUMN_BYTES * question.retention_days,
            correlate: Function::of(
                correlate_calls,
                CORRELATE_BATCH + per_call * CORRELATE_FINDING,
                findings_shards * CORRELATE_AT_ONCE,
                1024.0,
            ),
            findings,
            // A transaction writes twice what it holds, and moves its entries in the index of what is to be looked at and,
            // for each incident, in that of the queue.
            write_units_per_finding: (2.0 * (STATE_KB + INCIDENTS_PER_WRITE * INCIDENT_KB)
                + INDEX_MOVE * (1.0 + INCIDENTS_PER_WRITE)
                + OTHER_UNITS)
                / FINDINGS_PER_WRITE,
            // The state, and a sweep that looks at it again.
            read_units_per_finding: 2.0 * (STATE_KB / 4.0).ceil() / FINDINGS_PER_WRITE,
            objects: calls,
            object_bytes: usual,
            kept_bytes: load.sent_bytes_per_day * question.retention_days,
        }
    }
}

impl Function {
    fn of(calls: f64, seconds: f64, concurrency: f64, megabytes: f64) -> Self {
        Function { calls, seconds, concurrency, gb_seconds: calls * seconds * megabytes / 1024.0 }
    }
}

fn shards(bytes_per_s: f64) -> f64 {
    (bytes_per_s * HEADROOM / SHARD_BYTES).ceil().max(1.0)
}

pub(super) fn assumptions() -> impl Iterator<Item = Assumption> {
    [
        ("record-bytes", RECORD_BYTES),
        ("headroom", HEADROOM),
        ("ingest-waits", INGEST_WAITS),
        ("lambda-share", LAMBDA_SHARE),
        ("finding-bytes", FINDING_BYTES),
        ("correlate-finding", CORRELATE_FINDING),
        ("findings-per-write", FINDINGS_PER_WRITE),
        ("incidents-per-write", INCIDENTS_PER_WRITE),
        ("state-kb", STATE_KB),
        ("incident-kb", INCIDENT_KB),
        ("other-units", OTHER_UNITS),
        ("facts-per-s", FACTS_PER_S),
        ("get-seconds", GET_SECONDS),
        ("sessions", SESSIONS),
        ("classes", CLASSES),
        ("column-bytes", COLUMN_BYTES),
    ]
    .into_iter()
    .map(|(name, value)| Assumption { name, value })
}
