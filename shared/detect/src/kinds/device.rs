//! The appliance itself: integrity, its own C&C traffic, exhaustion.
//!
//! FortiGate system events: `0100020230` to `020235` integrity, `0100020214` its own traffic to an indicator,
//! `0100044547` a new super-administrator, `0100022011` conserve mode, `0100040704` performance; PAN-OS CONFIG and
//! SYSTEM.
//!
//! Example: `logid="0100044547" … ui="jsconsole(127.0.0.1)" action="Add" cfgpath="system.admin" cfgattr="accprofile[super_admin]…"`.
//!
//! A super-administrator comes "from nowhere" when the console names no address, the loopback, or an outside address
//! (CVE-2024-55591 left exactly these). Known false positives: an administrator at home without VPN, a setup at the
//! serial console.

use std::net::IpAddr;

use hinomi_model::{Event, FindingKind, Function, Vendor};

use crate::tables::{fortigate_log_ids as ids, techniques};
use crate::text::{field, has, has_any, message_id};
use crate::verdict::{self, Verdict};

/// CPU or memory use at which one five-minute sample counts as exhaustion: FortiOS's own extreme memory threshold
/// (`memory-use-threshold-extreme`, 95).
const EXHAUSTED_PERCENT: u64 = 95;

/// PAN-OS texts of exhaustion. PAN-OS logs no load of its own; these come where the platform says so.
const PANOS_OVERLOAD: &[&str] = &[
    "session table usage",
    "dataplane cpu",
    "dataplane under severe load",
    "high-cpu",
    "packet buffer congestion",
    "cpu utilization",
];

/// Judges a system, HA or configuration event.
pub(super) fn judge<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    match event.vendor {
        Vendor::Fortigate => fortigate(event),
        Vendor::Panos if event.function == Function::Config => {
            panos_superuser(event).then(|| integrity("super_administrator", techniques::NEW_ACCOUNT))
        }
        Vendor::Panos => {
            let text = event.message.as_deref().unwrap_or("");
            let said = has_any(text, PANOS_OVERLOAD)
                || event.log_id.as_deref().is_some_and(|id| has(id, "high-cpu"));
            said.then(|| Verdict::new(FindingKind::DeviceOverload).what("overload"))
        }
    }
}

fn fortigate<'e>(event: &'e Event<'_>) -> Option<Verdict<'e>> {
    let id = message_id(event.log_id.as_deref()?);
    let described = || field(event, "logdesc");
    if ids::INTEGRITY.contains(&id) {
        return Some(integrity("firmware", techniques::SYSTEM_IMAGE));
    }
    if id == ids::LOCAL_OUT_INDICATOR {
        let mut indicators = verdict::site(event);
        indicators.extend(event.responder().map(verdict::address));
        return Some(Verdict::new(FindingKind::DeviceCc).technique(techniques::CC).indicators(indicators));
    }
    if ids::CONFIGURED.contains(&id) {
        return fortigate_superuser(event).then(|| integrity("super_administrator", techniques::NEW_ACCOUNT));
    }
    if ids::OVERLOAD.contains(&id) {
        // The numbers are shared with other types in old releases; the description settles it where there is one.
        let fits = described().is_none_or(|text| has_any(&text, &["conserve", "cpu", "memory", "limit"]));
        return fits.then(|| Verdict::new(FindingKind::DeviceOverload).what("overload"));
    }
    if id == ids::PERFORMANCE {
        let exhausted =
            |name| field(event, name).and_then(|value| value.parse::<u64>().ok()) >= Some(EXHAUSTED_PERCENT);
        return (exhausted("cpu") || exhausted("mem"))
            .then(|| Verdict::new(FindingKind::DeviceOverload).what("overload"));
    }
    None
}

fn integrity<'e>(what: &'e str, technique: &'static str) -> Verdict<'e> {
    Verdict::new(FindingKind::DeviceIntegrity).what(what).technique(technique)
}

/// Tells whether a super-administrator was added from nowhere.
///
/// Parse may keep the configuration path as a field of its own or with the rest; the words are looked for in the line.
fn fortigate_superuser(event: &Event<'_>) -> bool {
    let added = event.action.as_deref().is_some_and(|action| action.eq_ignore_ascii_case("add"));
    let administrator = has(event.raw, "system.admin") && has(event.raw, "super_admin");
    if !added || !administrator {
        return false;
    }
    let console = field(event, "ui");
    let console = console.as_deref().unwrap_or("");
    let from = console.split_once('(').and_then(|(_, rest)| rest.split(')').next()?.parse().ok());
    from_nowhere(event, from.or(event.src_ip))
}

fn panos_superuser(event: &Event<'_>) -> bool {
    let done = !has_any(event.raw, &[",failed,", ",unauthorized,"]);
    let added = has(event.raw, "mgt-config users") && has(event.raw, "superuser yes");
    done && added && from_nowhere(event, event.src_ip)
}

fn from_nowhere(event: &Event<'_>, from: Option<IpAddr>) -> bool {
    from.is_none_or(|ip| ip.is_loopback() || ip.is_unspecified() || !event.tenant.is_inside(ip))
}
