//! What the tests of the steps share: lines of the sample day as records of a stream, and what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use hinomi_generate::day;
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Finding, FindingBatch};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_steps::ingest::{Batch, Ingest, Ingested, Outlets, Pace, Record};
use hinomi_store::{Archive, ArchiveKey, Memory, MemoryStream, block_on, object};

/// A line and when it happened.
pub(crate) type Line = (EventTime, String);

pub(crate) const SHARD: &str = "shardId-000000000000";

/// The registry of the sample day.
pub(crate) fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/registry.yaml");
        Registry::from_yaml(&std::fs::read_to_string(path).unwrap()).unwrap()
    });
    &REGISTRY
}

/// A part of the sample day that shows much: what the inspections of both firewalls logged and some sessions between,
/// in order of time.
pub(crate) fn lines() -> Vec<Line> {
    static LINES: LazyLock<Vec<Line>> = LazyLock::new(read_lines);
    LINES.clone()
}

fn read_lines() -> Vec<Line> {
    let day = day::sample_day(day::SEED);
    let registry = registry();
    let mut scratch = Scratch::default();
    let told = ["ips", "virus", "anomaly", "vpn", "system", "dns", "webfilter"];
    let told = |line: &str| told.iter().any(|kind| line.contains(&format!("subtype=\"{kind}\"")));
    let mut lines: Vec<Line> = Vec::new();
    for (number, line) in day.fortigate.into_iter().chain(day.panos).enumerate() {
        if number % 4 != 0 && !told(&line) && !line.contains(",THREAT,") {
            continue;
        }
        let context = Context { registry, received: EventTime::EPOCH, collected: Collected::default() };
        if let Ok(event) = parse_line(line.as_bytes(), &context, &mut scratch) {
            lines.push((event.time, line.clone()));
        }
    }
    lines.sort_by_key(|(time, _)| *time);
    lines
}

/// Lines as records of so many lines each, which arrive two seconds after their last line.
pub(crate) fn records(lines: &[Line], each: usize) -> Vec<(EventTime, Vec<u8>)> {
    let framed = |lines: &[Line]| {
        let text: Vec<&[u8]> = lines.iter().map(|(_, line)| line.as_bytes()).collect();
        (lines.last().unwrap().0.plus(2), hinomi_generate::encode::frames::newline(text))
    };
    lines.chunks(each).map(framed).collect()
}

/// Numbers records as a shard does.
pub(crate) fn numbered(records: &[(EventTime, Vec<u8>)]) -> Vec<(String, EventTime, Vec<u8>)> {
    let number = |(index, (arrived, data)): (usize, &(EventTime, Vec<u8>))| {
        (format!("4959{index:020}"), *arrived, data.clone())
    };
    records.iter().enumerate().map(number).collect()
}

/// Borrows numbered records as the step takes them.
pub(crate) fn borrowed(records: &[(String, EventTime, Vec<u8>)]) -> Vec<Record<'_>> {
    let record = |(sequence, arrived, data): &(String, EventTime, Vec<u8>)| Record {
        sequence: sequence.clone().leak(),
        arrived: *arrived,
        data: Ok(data.clone().leak()),
    };
    records.iter().map(record).collect()
}

/// A pace that never ends, at a time.
pub(crate) fn at(now: EventTime) -> Pace<'static> {
    Pace { now, is_spent: &|| false }
}

/// Where things go.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) archive: Memory,
    pub(crate) findings: MemoryStream,
}

impl World {
    pub(crate) fn ingest(&self, ingest: &mut Ingest, records: &[Record<'_>], now: EventTime) -> Ingested {
        self.ingest_for(registry(), ingest, records, now)
    }

    pub(crate) fn ingest_for(
        &self,
        registry: &Registry,
        ingest: &mut Ingest,
        records: &[Record<'_>],
        now: EventTime,
    ) -> Ingested {
        let outlets = Outlets { archive: &self.archive, findings: &self.findings };
        let batch = Batch { shard: SHARD, records };
        block_on(ingest.batch(&batch, registry, at(now), outlets)).unwrap()
    }

    /// Returns the keys of a folder.
    pub(crate) fn keys(&self, folder: &str) -> Vec<ArchiveKey> {
        block_on(self.archive.list(folder, None, 100_000)).unwrap()
    }

    pub(crate) fn object(&self, key: &ArchiveKey) -> Vec<u8> {
        block_on(self.archive.fetch(key)).unwrap().unwrap()
    }

    /// Returns the whole archive.
    pub(crate) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.keys("").iter().map(|key| (key.as_str().to_owned(), self.object(key))).collect()
    }

    /// Returns the batches that were put into the stream.
    pub(crate) fn batches(&self) -> Vec<FindingBatch> {
        let decode = |bytes: &[u8]| FindingBatch::decode(&object::decompress(bytes).unwrap()).unwrap();
        self.findings.records().iter().map(|record| decode(&record.bytes)).collect()
    }

    /// Returns the different findings that were put into the stream, without the names of raw objects: those tell
    /// where a batch was cut.
    pub(crate) fn found(&self) -> BTreeSet<String> {
        let findings = self.batches().into_iter().flat_map(|batch| batch.findings);
        findings.map(|finding| serde_json::to_string(&without_objects(finding)).unwrap()).collect()
    }
}

pub(crate) fn without_objects(mut finding: Finding) -> Finding {
    for locator in finding.evidence.iter_mut().filter_map(|evidence| evidence.locator.as_mut()) {
        locator.object.clear();
        locator.frame = 0;
    }
    finding
}
