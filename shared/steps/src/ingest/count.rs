//! The account of a batch: lines are done or quarantined, and the two add up to what was read.

use std::collections::BTreeMap;

use hinomi_model::{Function, QuarantineReason, Vendor};

/// How much was what, of the records that are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IngestCounts {
    /// Records done.
    pub records: u64,
    /// Records that come again, because time or memory was spent.
    pub records_retried: u64,
    /// Records that were set aside whole, because they are no base64 or reading them panicked.
    pub records_poisoned: u64,
    /// Lines read; `lines_done` and all of `quarantined` make them up.
    pub lines: u64,
    /// Lines that became events.
    pub lines_done: u64,
    /// Lines set aside, by reason.
    pub quarantined: BTreeMap<QuarantineReason, u64>,
    /// Events, by vendor and function.
    pub events: BTreeMap<(Vendor, Function), u64>,
    /// Findings.
    pub findings: u64,
    /// Sessions and log-ins kept for follow.
    pub facts: u64,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// Bytes of their lines, unpacked.
    pub line_bytes: u64,
    /// Bytes of the objects written: raw lines, quarantine and facts. What was there already is not written again.
    pub stored_bytes: u64,
}

impl IngestCounts {
    /// Returns how many lines were quarantined.
    pub fn lines_quarantined(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Adds what another part of the work counted.
    pub fn add(&mut self, other: &IngestCounts) {
        self.records += other.records;
        self.records_retried += other.records_retried;
        self.records_poisoned += other.records_poisoned;
        self.lines += other.lines;
        self.lines_done += other.lines_done;
        for (reason, count) in &other.quarantined {
            *self.quarantined.entry(*reason).or_default() += count;
        }
        for (kind, count) in &other.events {
            *self.events.entry(*kind).or_default() += count;
        }
        self.findings += other.findings;
        self.facts += other.facts;
        self.raw_bytes += other.raw_bytes;
        self.line_bytes += other.line_bytes;
        self.stored_bytes += other.stored_bytes;
    }
}

/// Counts the lines of one record without allocating.
#[derive(Clone, Debug)]
pub(super) struct LineCount {
    done: [[u64; Function::ALL.len()]; Vendor::ALL.len()],
    quarantined: [u64; QuarantineReason::ALL.len()],
    pub(super) bytes: u64,
}

impl Default for LineCount {
    fn default() -> Self {
        LineCount {
            done: [[0; Function::ALL.len()]; Vendor::ALL.len()],
            quarantined: [0; QuarantineReason::ALL.len()],
            bytes: 0,
        }
    }
}

impl LineCount {
    pub(super) fn done(&mut self, vendor: Vendor, function: Function) {
        // Enums without values index arrays as long as they have variants.
        self.done[vendor as usize][function as usize] += 1;
    }

    pub(super) fn quarantined(&mut self, reason: QuarantineReason) {
        self.quarantined[reason as usize] += 1;
    }

    pub(super) fn into_counts(self) -> IngestCounts {
        let mut counts = IngestCounts { line_bytes: self.bytes, ..IngestCounts::default() };
        for (vendor, of) in Vendor::ALL.iter().zip(self.done) {
            for (function, count) in Function::ALL.iter().zip(of).filter(|(_, count)| *count > 0) {
                counts.events.insert((*vendor, *function), count);
                counts.lines_done += count;
            }
        }
        for (reason, count) in QuarantineReason::ALL.iter().zip(self.quarantined) {
            if count > 0 {
                counts.quarantined.insert(*reason, count);
            }
        }
        counts.lines = counts.lines_done + counts.lines_quarantined();
        counts
    }
}
