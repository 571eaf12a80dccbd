//! Fetches the lines behind what follow found, as a fact names only where its line lies; and tells whether a line is the
//! one that evidence was made of.

use std::future::Future;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Finding, Frames, Locator, Reject};
use hinomi_parse::{Context, Scratch, parse_line, peel};

use crate::caught::caught_line;
use crate::error::Result;
use crate::quarantine::sha256_of;
use crate::reading::read_event;

/// Most bytes by which shortened text is shorter than the bound: a character that does not fit is left out whole.
const PART_OF_A_CHARACTER: usize = 3;

/// A line of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When the stream took it, if it came through one.
    pub arrived: Option<EventTime>,
}

/// Raw lines, by where they lie.
pub trait Lines {
    /// Returns a line that was kept; `None` when it is not there.
    fn line(&self, place: &Locator) -> impl Future<Output = Result<Option<KeptLine>>> + Send;
}

/// Completes the evidence of findings. What is not there, or cannot be read any more, is left out.
///
/// # Errors
///
/// When the lines cannot be reached.
pub async fn fetch(findings: &mut [Finding], registry: &Registry, lines: &impl Lines) -> Result<()> {
    for finding in findings {
        for evidence in finding.evidence.iter_mut().filter(|evidence| evidence.is_pending()) {
            let Some(place) = evidence.locator.clone() else { continue };
            let Some(line) = lines.line(&place).await? else { continue };
            let mut scratch = Scratch::default();
            if let Ok(event) = read(&line, registry, evidence.time, &mut scratch) {
                // Facts don't say when they came; the collector's word on the line does.
                if event.received > event.time {
                    finding.received = finding.received.max(event.received);
                }
                *evidence = hinomi_detect::evidence(&event, Some(&place));
            }
        }
        finding.evidence.retain(|evidence| !evidence.is_pending());
        finding.evidence.sort();
        finding.evidence.dedup();
    }
    Ok(())
}

/// Tells whether a line of the archive is the one that evidence was made of, of which it carries the SHA-256 and the text
/// `raw`, shortened where it is long. What was around the line on its way is no part of either.
pub fn is_line_of(line: &[u8], sha256: &str, raw: &str) -> bool {
    let Ok(text) = caught_line(|| peel(line).payload) else { return false };
    let is_shortened = text.len() > Finding::MAX_RAW_BYTES
        && (Finding::MAX_RAW_BYTES - PART_OF_A_CHARACTER..=Finding::MAX_RAW_BYTES).contains(&raw.len());
    text.starts_with(raw)
        && (raw.len() == text.len() || is_shortened)
        && sha256_of(text.as_bytes()).eq_ignore_ascii_case(sha256)
}

/// Reads a line as it was read when it came.
fn read<'a>(
    line: &'a KeptLine,
    registry: &'a Registry,
    time: EventTime,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Some(arrived) = line.arrived else {
        return read_event(&line.bytes, Frames::EMPTY, registry, time, scratch);
    };
    let collected = Collected { received: Some(arrived), ..Collected::default() };
    parse_line(&line.bytes, &Context { registry, received: arrived, collected }, scratch)
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;

    use super::*;

    const LOG: &str = "date=2026-01-20 time=10:15:01 devid=\"FGT60FTK20000001\" logid=\"0000000013\" type=\"traffic\" \
                       subtype=\"forward\" srcip=10.1.12.34 dstip=203.0.113.7 action=\"close\"";

    /// Returns what evidence of a line carries of it.
    fn carried(line: &[u8]) -> (String, String) {
        let registry = Registry::open();
        let mut scratch = Scratch::default();
        let event = read_event(line, Frames::EMPTY, &registry, EventTime::EPOCH, &mut scratch).unwrap();
        let evidence = hinomi_detect::evidence(&event, None);
        (evidence.sha256, evidence.raw)
    }

    #[test]
    fn a_line_is_the_one_that_evidence_was_made_of_whatever_was_around_it() {
        let escaped = LOG.replace('"', "\\\"");
        let mut mended = LOG.as_bytes().to_vec();
        mended.extend_from_slice(b" user=\"\xff\xfe\"");
        for line in [
            LOG.as_bytes().to_vec(),
            format!("<189>Jan 20 10:15:01 fw1 {LOG} \r").into_bytes(),
            format!("{{\"message\":\"<189>{escaped}\"}}").into_bytes(),
            mended,
        ] {
            let (sha256, raw) = carried(&line);
            assert!(is_line_of(&line, &sha256, &raw), "{raw}");
        }
    }

    #[test]
    fn a_long_line_is_known_by_what_evidence_keeps_of_it() {
        for filler in ["x", "北"] {
            let line = format!("{LOG} msg=\"{}\"", filler.repeat(5_000));
            let (sha256, raw) = carried(line.as_bytes());
            assert!(raw.len() < line.len());
            assert!(is_line_of(line.as_bytes(), &sha256, &raw));
            let shorter: String = raw.chars().take(1_000).collect();
            assert!(!is_line_of(line.as_bytes(), &sha256, &shorter), "evidence keeps more");
        }
    }

    #[test]
    fn what_was_changed_on_either_side_is_seen() {
        let (sha256, raw) = carried(LOG.as_bytes());
        let changed = LOG.replace("10.1.12.34", "10.1.12.35");
        let (other_sha256, other_raw) = carried(changed.as_bytes());
        for (line, sha256, raw) in [
            (changed.as_str(), &sha256, &raw),
            (LOG, &other_sha256, &raw),
            (LOG, &sha256, &other_raw),
            (LOG, &sha256, &String::new()),
            (LOG, &String::new(), &raw),
            ("", &sha256, &raw),
            ("{\"a\":1}", &sha256, &raw),
        ] {
            assert!(!is_line_of(line.as_bytes(), sha256, raw), "{line} {sha256} {raw}");
        }
    }
}
