//! What a session shows by itself: a sinkhole, a C&C address that the policy denied, an application.
//!
//! FortiGate traffic (`0000000013`), PAN-OS TRAFFIC.
//!
//! Example: `type="traffic" … srcip=10.0.0.5 dstip=72.5.65.111 dstport=443 action="timeout"`.
//!
//! Everything else about sessions is a fact, read later by `follow`. Denied traffic towards the inside is nothing but
//! a fact, whatever it wanted.

use std::borrow::Cow;

use hinomi_model::{Class, Disposition, Event, FindingKind, Protocol, Vendor};

use crate::sides::Sides;
use crate::tables::fortigate_categories::Site;
use crate::tables::{applications, panos_categories, sinkholes, techniques};
use crate::text::{begins, field, has_any, has_word};
use crate::verdict::{self, Verdict};

/// Judges a traffic record.
pub(super) fn judge<'e>(event: &'e Event<'_>, sides: &Sides) -> Option<Verdict<'e>> {
    let to = sides.responder?;
    if !sides.initiator_inside || event.protocol == Some(Protocol::ICMP) {
        return None;
    }
    if sinkholes::is_sinkhole(to, event.dst_port.unwrap_or(0)) {
        let class = if sinkholes::is_only_for_cc(to) { Class::Specific } else { Class::Generic };
        return Some(
            Verdict::new(FindingKind::Sinkhole)
                .class(class)
                .technique(techniques::CC)
                .indicators(vec![verdict::address(to)]),
        );
    }
    if sides.responder_inside {
        return None;
    }
    if event.disposition == Disposition::Blocked {
        return denied(event).then(|| {
            // A session that a profile cut has that profile's own record.
            let found = Verdict::new(FindingKind::CcContact).technique(techniques::CC);
            let mut indicators = verdict::site(event);
            indicators.push(verdict::address(to));
            found.indicators(indicators)
        });
    }
    if let Some(list) = listed(event) {
        let mut found = Verdict::new(FindingKind::CcContact).technique(techniques::CC);
        found.what = Some(list);
        return Some(found.indicators(vec![verdict::address(to)]));
    }
    if event.vendor == Vendor::Panos && !event.interim {
        let name = event.app.as_deref()?;
        let application = applications::classify(name, "")?;
        return Some(super::applications::of(application, name));
    }
    None
}

/// Returns the threat list that names the destination: the customer's own feed, or the vendor's.
///
/// FortiGate `dstthreatfeed`; PAN-OS `dst_edl`, where a list can also name what is allowed, so that its name must say
/// what it is for (`panw-bulletproof-ip-list`, `malicious-ips`).
fn listed<'e>(event: &'e Event<'_>) -> Option<Cow<'e, str>> {
    match event.vendor {
        Vendor::Fortigate => field(event, "dstthreatfeed"),
        Vendor::Panos => field(event, "dst_edl")
            .filter(|list| has_any(list, THREAT_LISTS) || has_word(list, SHORT_THREAT_LISTS)),
    }
}

/// Words in the names of lists that name enemies.
const THREAT_LISTS: &[&str] = &["malicious", "malware", "threat", "bulletproof", "botnet", "block"];
const SHORT_THREAT_LISTS: &[&str] = &["c2", "cc", "cnc", "bad", "ioc", "iocs"];

/// Tells whether the policy itself denied a session because its destination is a C&C server.
fn denied(event: &Event<'_>) -> bool {
    match event.vendor {
        Vendor::Panos => {
            let by_profile = event.reason.as_deref().is_some_and(|reason| begins(reason, "threat"));
            let category = event.category.as_deref().unwrap_or("");
            !by_profile && panos_categories::site(category) == Some(Site::CommandAndControl)
        }
        Vendor::Fortigate => {
            // Internet Service Database: "Botnet-C&C.Server".
            event.action.as_deref() == Some("deny")
                && field(event, "dstinetsvc").is_some_and(|service| begins(&service, "Botnet"))
        }
    }
}
