//! Findings on their way into the stream: a record holds findings of one subject, so that whoever joins them loads few
//! states.

use std::collections::BTreeMap;

use hinomi_model::{Finding, FindingBatch, Fingerprint};
use hinomi_store::{Result, Stream, StreamRecord, SubjectKey, limits, object};

use super::Hearing;
use crate::subjects::key_of;

/// Bytes of findings in a record, before compression. More in one record would gain little, and a record that could not
/// be judged would take more with it.
const MAX_RECORD_BYTES: usize = 256 << 10;

/// Puts findings into the stream.
///
/// # Errors
///
/// When the stream fails; some may be there then, and joining them twice changes nothing.
pub(crate) async fn put<S: Stream>(findings: &[Finding], hearing: Hearing, stream: &S) -> Result<()> {
    let records = records(findings, hearing)?;
    if records.is_empty() {
        return Ok(());
    }
    stream.put(&records).await
}

/// Makes the stream's records, in an order that depends on the findings alone.
fn records(findings: &[Finding], hearing: Hearing) -> Result<Vec<StreamRecord>> {
    let mut subjects: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        subjects.entry(partition_key(finding)).or_default().push(finding);
    }
    let mut records = Vec::with_capacity(subjects.len());
    for (key, findings) in subjects {
        let mut rest = findings.as_slice();
        while !rest.is_empty() {
            let (bytes, taken) = record(rest, hearing)?;
            records.push(StreamRecord { key: key.clone(), bytes });
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
    Ok(records)
}

/// Makes a record of as many findings as fit, and returns how many those are.
fn record(findings: &[&Finding], hearing: Hearing) -> Result<(Vec<u8>, usize)> {
    let mut taken = findings.len();
    loop {
        let some = findings.get(..taken).unwrap_or_default();
        let findings: Vec<Finding> = some.iter().map(|finding| (*finding).clone()).collect();
        let mut batch = FindingBatch { quiet: hearing == Hearing::Quiet, findings };
        let plain = batch.encode();
        if plain.len() <= MAX_RECORD_BYTES {
            return Ok((object::compress(&plain)?, taken));
        }
        if taken > 1 {
            taken = taken.div_ceil(2).min(taken - 1);
            continue;
        }
        let bytes = object::compress(&plain)?;
        if bytes.len() <= limits::RECORD_BYTES {
            return Ok((bytes, taken));
        }
        // Lists and lines are bounded, so this takes texts of an attacker's making. What it proves stays.
        for finding in &mut batch.findings {
            finding.evidence.clear();
            finding.indicators.truncate(1);
            finding.users.truncate(1);
        }
        return Ok((object::compress(&batch.encode())?, taken));
    }
}

/// Returns the partition key: records of one subject go to one shard, so that seldom two processes join into one state.
fn partition_key(finding: &Finding) -> String {
    let SubjectKey { tenant, subject } = key_of(&finding.tenant, &finding.subject);
    let key = format!("{tenant}/{subject}");
    if key.len() <= limits::KEY_BYTES {
        return key;
    }
    format!("long/{:032x}", Fingerprint::new("partition/1").text(&key).finish())
}
