//! Whether the logs say when things happened.

use hinomi_model::{AnomalyKind, TimeSource};

use super::ALIKE;
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::sample::VendorSample;

/// Lines from which on a time without a zone is told: one line shows it as well as many.
const ANY: u64 = 1;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "no-zone",
        cost: Cost::Weakens,
        spoils: &[(Area::When, Verdict::Partly)],
        fortigate: "",
        panos: "\
set deviceconfig system timezone <ZONE>",
        look: Look::Vendor(no_zone),
    },
    Check {
        id: "no-time",
        cost: Cost::Weakens,
        spoils: &[(Area::When, Verdict::Partly)],
        fortigate: "",
        panos: "",
        look: Look::Vendor(no_time),
    },
    Check {
        id: "clock-off",
        cost: Cost::Weakens,
        spoils: &[(Area::When, Verdict::Partly)],
        fortigate: "\
config system ntp
    set ntpsync enable
end",
        panos: "set deviceconfig system ntp-servers primary-ntp-server ntp-server-address <SERVER>",
        look: Look::Vendor(clock_off),
    },
    Check {
        id: "whole-seconds",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(whole_seconds),
    },
];

fn no_zone(sample: &VendorSample) -> Seen {
    if sample.lines == 0 {
        return Seen::Elsewhere;
    }
    let count = sample.without_zone;
    Seen::missing_if(is_share(count, sample.lines, 1), count, ANY, Evidence::of(count, sample.lines))
}

fn no_time(sample: &VendorSample) -> Seen {
    let count = sample.of_time(TimeSource::Received);
    Seen::missing_if(is_share(count, sample.lines, 1), count, ANY, Evidence::of(count, sample.lines))
}

fn clock_off(sample: &VendorSample) -> Seen {
    let of_clock = AnomalyKind::ALL.iter().filter(|kind| kind.is_of_the_clock());
    // A zone that nobody gave is another matter.
    let count =
        of_clock.filter(|kind| **kind != AnomalyKind::NoZone).map(|kind| sample.of_anomaly(*kind)).sum();
    // A burst that was held back at a relay is not a clock.
    Seen::missing_if(is_share(count, sample.lines, 5), sample.lines, ALIKE, Evidence::of(count, sample.lines))
}

fn whole_seconds(sample: &VendorSample) -> Seen {
    let count = sample.of_time(TimeSource::DeviceEpoch);
    if count == 0 {
        return Seen::Elsewhere;
    }
    let all = is_share(sample.whole_seconds, count, 99);
    Seen::missing_if(all, count, ALIKE, Evidence::of(sample.whole_seconds, count))
}
