//! Applications that break a policy or hide something.
//!
//! FortiGate application control (`1059028704` and on). PAN-OS has no such log: its applications are in the traffic
//! log, see `sessions`.
//!
//! Example: `subtype="app-ctrl" … appcat="Proxy" app="Tor" action="pass"`.
//!
//! Known false positives: the service desk's own remote-control tool, researchers on Tor; hence watched, not told.

use hinomi_model::{Event, FindingKind, Unusual};

use crate::tables::applications::{self, Application};
use crate::tables::techniques;
use crate::verdict::{self, Verdict};

/// Judges an application control record.
pub(super) fn judge<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let name = event.app.as_deref().unwrap_or("");
    match applications::classify(name, event.app_category.as_deref().unwrap_or(""))? {
        Application::Botnet => {
            let mut found = super::attacks::payload(event).what(name);
            found.signature = found.signature.or_else(|| {
                let id = event.signature_id.as_deref().unwrap_or("").to_owned();
                Some(hinomi_model::Signature { vendor: event.vendor, id, name: name.to_owned(), cve: None })
            });
            Some(found)
        }
        known => Some(of(known, name).indicators(verdict::site(event))),
    }
}

/// Returns what the use of an application shows.
pub(super) fn of<'e>(application: Application, name: &'e str) -> Verdict<'e> {
    let (kind, technique, what) = match application {
        Application::Tor => (FindingKind::Behaviour, Some(techniques::ANONYMIZER), Unusual::Tor.as_str()),
        Application::RemoteControl => {
            (FindingKind::Behaviour, Some(techniques::REMOTE_CONTROL), Unusual::RemoteControl.as_str())
        }
        Application::Mining => (FindingKind::Behaviour, Some(techniques::MINING), Unusual::Mining.as_str()),
        Application::DnsTunnel => {
            (FindingKind::Behaviour, Some(techniques::CC_DNS), Unusual::DnsTunnel.as_str())
        }
        Application::PeerToPeer | Application::Proxy => (FindingKind::Policy, None, name),
        Application::Botnet => (FindingKind::CcPayload, Some(techniques::CC), name),
    };
    let mut found = Verdict::new(kind).what(what);
    found.technique = technique;
    found
}
