//! Files: malware, guesses, unwanted software, tests, sandbox verdicts, what could not be scanned.
//!
//! FortiGate antivirus (`0211008192` blocked, `008193` passed, `0201009238` sandbox verdict, `0262008963` not
//! scannable); PAN-OS THREAT `virus`, `wildfire-virus`, `ml-virus`, `wildfire`, `file`.
//!
//! Example: `subtype="virus" eventtype="analytics" … fsaverdict="malicious" analyticscksum="…"`.
//!
//! A submission to the sandbox is no verdict and no finding. Known false positives: machine learning
//! ([`FindingKind::MalwareGuess`]), riskware toolbars, password-protected archives as everyday courtesy.

use hinomi_model::{Event, FindingKind, Vendor};

use crate::tables::fortigate_log_ids::{self as ids, FileRecord};
use crate::tables::{malware_names, techniques};
use crate::text::{begins, has, is_blank, message_id};
use crate::verdict::{self, Verdict};

/// Judges an antivirus or sandbox record.
pub(super) fn judge<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    match event.vendor {
        Vendor::Fortigate => fortigate(event),
        Vendor::Panos => panos(event),
    }
}

fn fortigate<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    if event.event_type.as_deref() == Some("botnet") {
        return Some(super::attacks::payload(event));
    }
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    let has_verdict = event.verdict.as_deref().is_some_and(|verdict| !is_blank(verdict));
    match ids::file_record(id) {
        Some(FileRecord::Submitted | FileRecord::Policy) => None,
        Some(FileRecord::Verdict) => sandbox(event),
        Some(FileRecord::Unscannable) => Some(unscannable(event)),
        Some(FileRecord::Found) => Some(named(event)),
        // Other releases and formats: by what the line says.
        None if event.malware.is_some() => Some(named(event)),
        None if has_verdict => sandbox(event),
        None => None,
    }
}

fn panos<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    if event.log_subtype.eq_ignore_ascii_case("wildfire") {
        return sandbox(event);
    }
    let mut found = named(event);
    if event.log_subtype.eq_ignore_ascii_case("ml-virus") && found.kind == FindingKind::Malware {
        found.kind = FindingKind::MalwareGuess;
    }
    Some(found)
}

fn named<'e>(event: &'e Event<'_>) -> Verdict<'e> {
    let name = event.malware.as_deref().or(event.signature.as_deref()).unwrap_or("");
    let kind = malware_names::classify(name, event.signature_id.as_deref().unwrap_or(""));
    let found = Verdict::new(kind).what(name).signed(event).indicators(verdict::file(event));
    match kind {
        FindingKind::Malware | FindingKind::MalwareGuess => found.technique(technique(event)),
        _ => found,
    }
}

fn sandbox<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let said =
        event.verdict.as_deref().filter(|word| !is_blank(word)).or(event.category.as_deref()).unwrap_or("");
    let kind = match () {
        () if begins(said, "malicious") || begins(said, "high") => FindingKind::SandboxMalicious,
        () if begins(said, "phishing") || begins(said, "c2") || begins(said, "command") => {
            FindingKind::SandboxMalicious
        }
        () if begins(said, "medium") => FindingKind::MalwareGuess,
        () if begins(said, "clean") || begins(said, "benign") || begins(said, "low") => {
            FindingKind::SandboxClean
        }
        () if begins(said, "grayware") || begins(said, "greyware") => FindingKind::UnwantedSoftware,
        () => return None,
    };
    let file = event.file_name.as_deref().or(event.malware.as_deref()).unwrap_or("");
    let found = Verdict::new(kind).what(file).indicators(verdict::file(event));
    Some(match kind {
        FindingKind::SandboxMalicious | FindingKind::MalwareGuess => found.technique(technique(event)),
        _ => found,
    })
}

fn unscannable<'e>(event: &'e Event<'_>) -> Verdict<'e> {
    let file = event.file_name.as_deref().unwrap_or("");
    Verdict::new(FindingKind::Unscannable).what(file).indicators(verdict::file(event))
}

/// Judges PAN-OS `file`: an encrypted archive is a file that nobody could scan.
pub(super) fn blocked_type<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let is_encrypted = |text: &str| has(text, "encrypted");
    let named = event.signature.as_deref().is_some_and(is_encrypted)
        || event.file_type.as_deref().is_some_and(is_encrypted);
    (event.vendor == Vendor::Panos && named).then(|| unscannable(event))
}

fn technique(event: &Event<'_>) -> &'static str {
    if crate::subject::is_mail(event) { techniques::MAIL_ATTACHMENT } else { techniques::MALICIOUS_FILE }
}
