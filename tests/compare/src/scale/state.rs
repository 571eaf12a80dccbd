//! How many bytes a subject's state has: those of the sample day, and the largest that its bounds allow.

use std::collections::BTreeMap;

use hinomi_correlate::{Engine as Judge, NoKnowledge, SubjectState};
use hinomi_detect::Examiner;
use hinomi_generate::day;
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{
    EventTime, Evidence, Finding, FindingId, Host, Indicator, IndicatorKind, Peer, Role, SessionKey,
    Settings, Signature, Subject,
};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_store::{limits, object};
use serde::Serialize;

use crate::Fault;

/// Findings of the strand that is filled: as many as are counted exactly.
const STRAND_FINDINGS: u32 = 128;
/// Bytes of a line that is kept as evidence.
const EVIDENCE_BYTES: usize = 4 << 10;

/// How large states of some kind are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    /// Of which kind.
    pub(crate) what: String,
    /// Of how many subjects.
    pub(crate) subjects: usize,
    /// Bytes of its JSON, where it is one state.
    pub(crate) plain_bytes: Option<usize>,
    /// Bytes as it is stored, compressed.
    pub(crate) stored_bytes: usize,
}

/// Measures states.
///
/// # Errors
///
/// [`Fault::Engine`] when one can't be compressed.
pub(super) fn sizes() -> Result<Vec<Size>, Fault> {
    let mut of_day = states_of_the_day()?;
    of_day.sort_unstable();
    let at =
        |part: usize| of_day.get(of_day.len().saturating_sub(1) * part / 100).copied().unwrap_or_default();
    let of = |what: &str, (stored_bytes, plain_bytes): (usize, usize)| Size {
        what: what.to_owned(),
        subjects: of_day.len(),
        plain_bytes: Some(plain_bytes),
        stored_bytes,
    };
    let mut sizes = vec![
        of("the sample day's middle one", at(50)),
        of("the sample day's largest of ten", at(90)),
        of("the sample day's largest", at(100)),
    ];
    for (what, strands) in [
        ("one hour and strand, all bounds met by random texts", 1),
        ("one hour, all strands and bounds met by random texts", SubjectState::MAX_STRANDS_PER_HOUR),
    ] {
        let (stored_bytes, plain_bytes) = bytes(&full_hour(strands))?;
        sizes.push(Size { what: what.to_owned(), subjects: 1, plain_bytes: Some(plain_bytes), stored_bytes });
    }
    sizes.push(Size {
        what: "the store's bound: a larger one is refused, and the finding set aside".to_owned(),
        subjects: 1,
        plain_bytes: None,
        stored_bytes: limits::VALUE_BYTES,
    });
    Ok(sizes)
}

/// Returns the findings of the sample day's FortiGate.
pub(super) fn findings_of_the_day() -> Vec<Finding> {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let (mut scratch, mut examiner) = (Scratch::default(), Examiner::new());
    for line in day::sample_day(day::SEED).fortigate {
        if let Ok(event) = parse_line(line.as_bytes(), &context, &mut scratch) {
            examiner.examine(&event, None);
        }
    }
    examiner.take().findings
}

fn bytes(state: &SubjectState) -> Result<(usize, usize), Fault> {
    let plain = state.encode();
    let stored = object::compress(&plain).map_err(|error| Fault::Engine(error.to_string()))?;
    Ok((stored.len(), plain.len()))
}

/// Returns the bytes of all subjects' states at the day's end, stored and plain.
fn states_of_the_day() -> Result<Vec<(usize, usize)>, Fault> {
    let (registry, settings) = (Registry::open(), Settings::default());
    let judge = Judge { settings: &settings, knowledge: &NoKnowledge };
    let mut subjects: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in findings_of_the_day() {
        subjects.entry(SubjectState::subject_text(&finding.subject)).or_default().push(finding);
    }
    let mut sizes = Vec::new();
    for findings in subjects.into_values() {
        let Some(first) = findings.first() else { continue };
        let Some(tenant) = registry.tenant(&first.tenant) else { continue };
        let mut state = SubjectState::new(first.tenant.clone(), first.subject.clone());
        judge.step(&mut state, tenant, &findings, EventTime::EPOCH);
        sizes.push(bytes(&state)?);
    }
    Ok(sizes)
}

/// Makes a state with so many strands in one hour, each as full as its bounds allow, of texts that do not compress.
fn full_hour(strands: usize) -> SubjectState {
    let settings = Settings::default();
    let found = findings_of_the_day().into_iter().find(|finding| matches!(finding.subject, Subject::Host(_)));
    let Some(pattern) = found else {
        return SubjectState::new(hinomi_model::TenantId::new("none"), Subject::Host([10, 0, 0, 1].into()));
    };
    let mut state = SubjectState::new(pattern.tenant.clone(), pattern.subject.clone());
    let mut random = hinomi_generate::SplitMix64::new(1);
    let hour = pattern.first.hour() * 3_600;
    for strand in 0..strands {
        let name = format!("{strand:03}{}", text(&mut random, 250));
        for number in 0..STRAND_FINDINGS {
            let mut finding = pattern.clone();
            finding.id = FindingId(u128::from(random.draw()) << 64 | u128::from(random.draw()));
            let at = EventTime::from_nanos(
                hour * 1_000_000_000
                    + i64::from(number % 60) * 60_000_000_000
                    + random.below(60_000_000_000) as i64,
            );
            (finding.first, finding.last, finding.received) = (at, at, at);
            finding.instants = vec![at];
            finding.signature = Some(Signature {
                vendor: pattern.vendor,
                id: strand.to_string(),
                name: name.clone(),
                cve: None,
            });
            let mut ip = || {
                std::net::IpAddr::from(
                    random.draw().to_be_bytes().first_chunk::<4>().copied().unwrap_or_default(),
                )
            };
            finding.peers = vec![Peer { ip: ip(), port: Some(443) }];
            finding.host = Some(Host { ip: ip(), name: None, role: Role::Client });
            finding.sessions = (0..2).map(|_| SessionKey(random.draw())).collect();
            finding.users = vec![text(&mut random, 64)];
            finding.indicators =
                vec![Indicator { kind: IndicatorKind::Domain, value: text(&mut random, 253) }];
            finding.families = vec![text(&mut random, 64)];
            for evidence in &mut finding.evidence {
                let raw = text(&mut random, EVIDENCE_BYTES);
                *evidence = Evidence { time: at, raw, ..evidence.clone() };
            }
            state.join(&finding, &settings);
        }
    }
    state
}

fn text(random: &mut hinomi_generate::SplitMix64, bytes: usize) -> String {
    (0..bytes).map(|_| char::from(b'a' + (random.below(26) as u8))).collect()
}
