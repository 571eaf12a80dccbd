//! Attack signatures, scans, floods.
//!
//! FortiGate IPS (`0419016384` and on, virtual patches `2401064610` among them), anomaly (`0720018432` and on), WAF
//! (`1200030248`, `1200030249`); PAN-OS THREAT `vulnerability`, `scan`, `flood`.
//!
//! Example: `type="utm" subtype="ips" … action="detected" attack="Apache.Log4j.Error.Log.Remote.Code.Execution"`.
//!
//! Known false positives: generic injection words in search boxes ([`Class::Generic`]); denial-of-service signatures
//! that advertising servers' odd URLs trip (generic too: they give nobody a foothold); signatures of severity
//! "informational" name everyday calls (Microsoft RPC binds) and are no finding unless they name a scanner or a bot.

use hinomi_model::{Class, Event, FindingKind, Payload, Severity, Vendor};

use crate::tables::attack_names::{self, Attack};
use crate::tables::fortigate_anomalies::{self, Anomaly};
use crate::tables::{fortigate_log_ids as ids, panos_threat_ids, techniques};
use crate::text::{begins, has, message_id};
use crate::verdict::{self, Verdict};

/// Judges an IPS or vulnerability record.
pub(super) fn judge<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    if event.vendor == Vendor::Fortigate {
        if event.event_type.as_deref() == Some("botnet") || ids::BOTNET.contains(&id) {
            return Some(payload(event));
        }
        if event.event_type.as_deref() == Some("malicious-url") || id == ids::MALICIOUS_URL {
            let found =
                Verdict::new(FindingKind::MaliciousSite).technique(techniques::DRIVE_BY).signed(event);
            return Some(found.indicators(verdict::site(event)));
        }
    }
    let name = event.signature.as_deref().unwrap_or("");
    let threat: u64 = event.signature_id.as_deref().and_then(|id| id.parse().ok()).unwrap_or(0);
    if name.is_empty() && threat == 0 {
        return None;
    }
    let attack = refine(event, threat, attack_names::classify(name, event.cve.is_some()));
    let everyday = event.severity == Some(Severity::Informational) || is_everyday(event.vendor, threat);
    if everyday && matches!(attack, Attack::Generic | Attack::Specific) {
        return None;
    }
    Some(match attack {
        Attack::Test => Verdict::new(FindingKind::TestFile).what(name).signed(event),
        Attack::WebShell => {
            Verdict::new(FindingKind::WebShell).technique(techniques::WEB_SHELL).signed(event)
        }
        Attack::Cc => payload(event),
        Attack::BruteForce => {
            Verdict::new(FindingKind::BruteForce).technique(techniques::BRUTE_FORCE).signed(event)
        }
        Attack::Recon => exploit(event, Class::Recon).technique(techniques::SCANNER),
        Attack::Generic => exploit(event, Class::Generic),
        Attack::Specific => exploit(event, Class::Specific),
    })
}

/// Corrects what the name says by PAN-OS's number and threat category.
fn refine(event: &Event<'_>, threat: u64, named: Attack) -> Attack {
    if event.vendor != Vendor::Panos || !matches!(named, Attack::Specific | Attack::Generic) {
        return named;
    }
    // Parse keeps PAN-OS's threat category as the event type.
    let category = event.event_type.as_deref().unwrap_or("");
    match () {
        () if begins(category, "brute-force") => Attack::BruteForce,
        () if begins(category, "webshell") => Attack::WebShell,
        () if begins(category, "scan") => Attack::Recon,
        () if named == Attack::Specific && begins(category, "dos") => Attack::Generic,
        () if named == Attack::Specific && panos_threat_ids::in_brute_force_range(threat) => {
            Attack::BruteForce
        }
        () => named,
    }
}

fn is_everyday(vendor: Vendor, threat: u64) -> bool {
    vendor == Vendor::Panos && panos_threat_ids::is_everyday(threat)
}

fn exploit<'e>(event: &'e Event<'_>, class: Class) -> Verdict<'e> {
    let technique = match event.payload {
        Payload::Initiator => techniques::EXPLOIT_SERVER,
        Payload::Responder => techniques::EXPLOIT_CLIENT,
    };
    Verdict::new(FindingKind::Exploit)
        .class(class)
        .technique(technique)
        .signed(event)
        .indicators(verdict::site(event))
}

/// A program's own talk was recognised. `subject` turns it into a search for C&C servers when it came from outside.
pub(super) fn payload<'e>(event: &'e Event<'_>) -> Verdict<'e> {
    let mut indicators = verdict::site(event);
    if indicators.is_empty() {
        // The address it talks to, unless that is one of ours: then somebody searches.
        let server = event.responder().filter(|ip| !event.tenant.is_inside(*ip));
        indicators.extend(server.map(verdict::address));
    }
    Verdict::new(FindingKind::CcPayload).technique(techniques::CC).signed(event).indicators(indicators)
}

/// Judges DoS policies and zone protection.
pub(super) fn anomaly<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let name = event.signature.as_deref().unwrap_or("");
    let counted = match event.vendor {
        Vendor::Fortigate if name.is_empty() => return None,
        Vendor::Fortigate => fortigate_anomalies::classify(name),
        Vendor::Panos if event.log_subtype.eq_ignore_ascii_case("scan") => Anomaly::Scan,
        Vendor::Panos if event.log_subtype.eq_ignore_ascii_case("flood") => Anomaly::Flood,
        // Packet-based protection drops what is malformed: noise, whoever sent it.
        Vendor::Panos => return None,
    };
    let found = match counted {
        Anomaly::Scan => {
            Verdict::new(FindingKind::Scan).class(Class::Recon).technique(techniques::SCAN_OUTSIDE)
        }
        Anomaly::SourceSessions => {
            Verdict::new(FindingKind::DenialOfService).technique(techniques::ENDPOINT_FLOOD)
        }
        Anomaly::Flood => {
            let mut flood = Verdict::new(FindingKind::DenialOfService).technique(techniques::NETWORK_FLOOD);
            flood.forged = true;
            flood
        }
    };
    Some(found.what(name).signed(event))
}

/// Judges the web application firewall of FortiGate: its signatures are words of injection, never of a product.
pub(super) fn web_application<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let signature = event.event_type.as_deref().is_some_and(|kind| has(kind, "signature"));
    let named = event.signature.is_some();
    (signature || named).then(|| {
        let found =
            Verdict::new(FindingKind::Exploit).class(Class::Generic).technique(techniques::EXPLOIT_SERVER);
        found.what(event.message.as_deref().unwrap_or("")).signed(event).indicators(verdict::site(event))
    })
}
