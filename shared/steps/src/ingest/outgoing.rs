//! Findings on their way into the stream: a record holds findings of one subject, so that whoever joins them loads few
//! states.

use std::collections::BTreeMap;
use std::ops::Range;

use hinomi_model::{Finding, FindingBatch, Fingerprint};
use hinomi_store::{Error, Result, Stream, StreamRecord, SubjectKey, limits, object};

use super::Hearing;
use crate::subjects::key_of;

/// Bytes of findings in a record, before compression. More in one record would gain little, and a record that could not
/// be judged would take more with it.
const MAX_RECORD_BYTES: usize = 256 << 10;

/// Findings that are tried in a subject's first record: some 2 KiB each, as many as may fit.
const FIRST_TRY: usize = 256;

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
        let made = cut(findings.len(), |run| record(findings.get(run).unwrap_or_default(), hearing))?;
        records.extend(made.into_iter().map(|bytes| StreamRecord { key: key.clone(), bytes }));
    }
    Ok(records)
}

/// Cuts so many pieces into runs that fit, in order. `make` makes one of a run, or `None` when it does not fit; one piece
/// alone always does.
///
/// Pieces are much alike, so that the run before says how many fit: each piece is tried a few times however many there are.
fn cut<T>(pieces: usize, mut make: impl FnMut(Range<usize>) -> Result<Option<T>>) -> Result<Vec<T>> {
    let mut made = Vec::new();
    let (mut start, mut most) = (0, FIRST_TRY);
    while start < pieces {
        let mut taken = most.min(pieces - start);
        loop {
            if let Some(one) = make(start..start + taken)? {
                made.push(one);
                break;
            }
            if taken <= 1 {
                return Err(Error::TooLarge { what: "finding", size: 1, limit: 0 });
            }
            taken /= 2;
        }
        start += taken;
        most = taken.saturating_mul(2);
    }
    Ok(made)
}

/// Makes a record of findings; `None` when they are too many for one.
fn record(findings: &[&Finding], hearing: Hearing) -> Result<Option<Vec<u8>>> {
    let is_alone = findings.len() <= 1;
    let findings: Vec<Finding> = findings.iter().map(|finding| (*finding).clone()).collect();
    let mut batch = FindingBatch { quiet: hearing == Hearing::Quiet, findings };
    let plain = batch.encode();
    if plain.len() > MAX_RECORD_BYTES && !is_alone {
        return Ok(None);
    }
    let bytes = object::compress(&plain)?;
    if bytes.len() <= limits::RECORD_BYTES {
        return Ok(Some(bytes));
    }
    // Lists and lines are bounded, so this takes texts of an attacker's making. What it proves stays.
    for finding in &mut batch.findings {
        finding.evidence.clear();
        finding.indicators.truncate(1);
        finding.users.truncate(1);
    }
    Ok(Some(object::compress(&batch.encode())?))
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

#[cfg(test)]
mod tests {
    use hinomi_model::{EventTime, Indicator, IndicatorKind};

    use super::*;

    const FINDING: &str = r#"{"id":"0000000000000000000000000000002a","tenant":"kita","subject":{"source":["203.0.113.9",20746]},"kind":"exploit","class":"specific","disposition":"blocked","direction":"inbound","payload":"initiator","first":"2026-10-20T01:00:00Z","last":"2026-10-20T01:00:09.5Z","received":"2026-10-20T01:00:01Z","count":3,"function":"ips","vendor":"fortigate","device":"kita-pair","posture":"inline","unsettled":false,"evidence":[]}"#;

    fn finding(number: u128) -> Finding {
        let mut finding: Finding = serde_json::from_str(FINDING).unwrap();
        finding.id = hinomi_model::FindingId(number);
        finding
    }

    fn read(record: &StreamRecord) -> FindingBatch {
        FindingBatch::decode(&object::decompress(&record.bytes).unwrap()).unwrap()
    }

    #[test]
    fn a_record_holds_one_subject_and_all_are_handed_on() {
        let mut findings: Vec<Finding> = (0..2_000).map(finding).collect();
        findings
            .iter_mut()
            .step_by(2)
            .for_each(|finding| finding.tenant = hinomi_model::TenantId::new("minami"));
        let records = records(&findings, Hearing::Quiet).unwrap();
        assert!((4..40).contains(&records.len()), "{}", records.len());
        let mut ids = Vec::new();
        for record in &records {
            let batch = read(record);
            assert!(batch.quiet && batch.encode().len() <= MAX_RECORD_BYTES);
            let tenant = batch.findings[0].tenant.as_str().to_owned();
            assert!(record.key.starts_with(&tenant), "{}", record.key);
            assert!(batch.findings.iter().all(|finding| finding.tenant.as_str() == tenant));
            ids.extend(batch.findings.iter().map(|finding| finding.id.0));
        }
        ids.sort_unstable();
        assert_eq!(ids, (0..2_000).collect::<Vec<u128>>());
    }

    #[test]
    fn however_many_findings_there_are_each_is_encoded_a_few_times() {
        for (pieces, fit) in [(1 << 14, 1), (1 << 14, 100), (1 << 14, 3_000), (5, 100), (0, 1)] {
            let mut tried = 0;
            let made = cut(pieces, |run| {
                tried += run.len();
                Ok((run.len() <= fit).then_some(run))
            });
            let runs = made.unwrap();
            assert_eq!(runs.iter().cloned().flatten().collect::<Vec<_>>(), (0..pieces).collect::<Vec<_>>());
            assert!(tried <= 4 * pieces + 2 * FIRST_TRY, "{pieces} by {fit}: {tried}");
            // Hardly more than there must be.
            assert!(runs.len() <= 2 * pieces.div_ceil(fit) + 5, "{pieces} by {fit}: {}", runs.len());
        }
        let never = cut(1, |_| Ok(None::<()>));
        assert!(matches!(never, Err(Error::TooLarge { .. })));
    }

    #[test]
    fn a_finding_that_fits_no_record_goes_without_its_texts() {
        // Text that does not compress.
        let mut state = 7_u64;
        let mut noise = || -> String {
            let letters = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(33 + (state >> 33) as u8 % 90)
            });
            letters.take(1 << 20).collect()
        };
        let mut huge = finding(1);
        let indicator = |value: &str| Indicator { kind: IndicatorKind::Url, value: value.to_owned() };
        huge.indicators = vec![indicator("/first"), indicator(&noise()), indicator(&noise())];
        huge.instants = vec![EventTime::EPOCH];
        let records = records(&[finding(0), huge, finding(2)], Hearing::Told).unwrap();
        let read: Vec<Finding> = records.iter().flat_map(|record| read(record).findings).collect();
        assert_eq!(read.iter().map(|finding| finding.id.0).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!((read[1].indicators.len(), read[1].count), (1, 3));
        assert_eq!(read[1].indicators[0].value, "/first");
        assert!(records.iter().all(|record| record.bytes.len() <= limits::RECORD_BYTES));
    }
}
