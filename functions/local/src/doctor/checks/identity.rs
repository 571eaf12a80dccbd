//! Whether it is known whose a line is.

use hinomi_model::{QuarantineReason, Vendor};

use super::ALIKE;
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::sample::{Sample, VendorSample};

/// Devices named in a finding.
const MAX_SHOWN: usize = 5;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "unknown-devices",
        cost: Cost::Blocks,
        // It spoils everything about those devices and nothing about the others.
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Whole(unknown_devices),
    },
    Check {
        id: "no-device",
        cost: Cost::Blocks,
        spoils: &[(Area::Who, Verdict::Partly)],
        fortigate: "\
config log syslogd setting
    set format default
end",
        panos: "",
        look: Look::Vendor(no_device),
    },
    Check {
        id: "no-vsys",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(no_vsys),
    },
];

fn unknown_devices(sample: &Sample) -> Seen {
    let count = sample.refused.get(&QuarantineReason::UnknownDevice).map_or(0, |refusals| refusals.count);
    if count == 0 {
        return Seen::Fine;
    }
    let ranked = sample.strangers.ranked();
    let names = ranked.iter().take(MAX_SHOWN).map(|(name, lines)| format!("{name} {lines}")).collect();
    Seen::Missing(Evidence::of(count, sample.lines).named(names))
}

/// One line in a hundred is a relay's leftover; more is a setting.
fn no_device(sample: &VendorSample) -> Seen {
    let evidence = Evidence::of(sample.nameless, sample.lines);
    Seen::missing_if(is_share(sample.nameless, sample.lines, 1), sample.nameless, 1, evidence)
}

/// PAN-OS has no column for it in some log types, so only FortiGate is looked at.
fn no_vsys(sample: &VendorSample) -> Seen {
    if sample.vendor == Vendor::Panos {
        return Seen::Elsewhere;
    }
    let is_missing = is_share(sample.without_vsys, sample.lines, 50);
    Seen::missing_if(is_missing, sample.lines, ALIKE, Evidence::of(sample.without_vsys, sample.lines))
}
