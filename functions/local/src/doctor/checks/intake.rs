//! What could not be read, or not with certainty.

use hinomi_model::{AnomalyKind, QuarantineReason};

use super::ALIKE;
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::count::Names;
use crate::doctor::sample::{Sample, VendorSample};

/// Share of refused lines, in per cent, from which on it is no stray line.
const MANY_PERCENT: u64 = 5;
/// Names shown in a finding.
const MAX_SHOWN: usize = 12;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "many-refused",
        cost: Cost::Weakens,
        spoils: &[
            (Area::Attacks, Verdict::Partly),
            (Area::Outcome, Verdict::Partly),
            (Area::Malware, Verdict::Partly),
            (Area::Sites, Verdict::Partly),
            (Area::CommandAndControl, Verdict::Partly),
        ],
        fortigate: "",
        panos: "",
        look: Look::Whole(|sample| refused(sample, true)),
    },
    Check {
        id: "some-refused",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Whole(|sample| refused(sample, false)),
    },
    Check {
        id: "unknown-fields",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(|sample| unknown(sample, &sample.unknown_fields)),
    },
    Check {
        id: "unknown-types",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(|sample| unknown(sample, &sample.unknown_types)),
    },
    Check {
        id: "odd-lines",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(odd_lines),
    },
];

/// Devices that nobody registered have a check of their own.
fn refused(sample: &Sample, is_many_meant: bool) -> Seen {
    let mut evidence = Evidence::of(0, sample.lines);
    for (reason, refusals) in &sample.refused {
        if *reason != QuarantineReason::UnknownDevice {
            evidence.count += refusals.count;
            evidence.names.push(format!("{reason} {} ({})", refusals.count, refusals.first));
        }
    }
    let is_many = is_share(evidence.count, sample.lines, MANY_PERCENT);
    if evidence.count > 0 && is_many == is_many_meant { Seen::Missing(evidence) } else { Seen::Fine }
}

fn unknown(sample: &VendorSample, names: &Names) -> Seen {
    if names.all() == 0 {
        return Seen::Fine;
    }
    let ranked = names.ranked();
    let shown = ranked.iter().take(MAX_SHOWN).map(|(name, count)| format!("{name} {count}")).collect();
    Seen::Missing(Evidence::of(ranked.len() as u64, sample.lines).named(shown))
}

fn odd_lines(sample: &VendorSample) -> Seen {
    let mut kinds: Vec<_> = AnomalyKind::ALL
        .iter()
        .map(|kind| (*kind, sample.of_anomaly(*kind)))
        .filter(|(_, count)| *count > 0)
        .collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names = kinds.iter().take(MAX_SHOWN).map(|(kind, count)| format!("{kind} {count}")).collect();
    let evidence = Evidence::of(sample.odd, sample.lines).named(names);
    Seen::missing_if(is_share(sample.odd, sample.lines, 1), sample.lines, ALIKE, evidence)
}
