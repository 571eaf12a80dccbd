//! How the logs are written, and what happens to them on their way.

use hinomi_model::Format;

use super::ALIKE;
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::sample::VendorSample;

/// Lines of the greatest length from which on that is a bound: natural lengths thin out towards the longest.
const PILE: u64 = 5;
/// How far below the greatest length lines are counted that are not cut.
const NEAR_BYTES: usize = 32;
/// Where relays and appliances cut, and one less for those that count a terminator.
const USUAL_CUTS: [usize; 10] = [480, 1023, 1024, 1472, 2047, 2048, 4095, 4096, 8191, 8192];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "cut-lines",
        cost: Cost::Weakens,
        spoils: &[(Area::Outcome, Verdict::Partly), (Area::Attacks, Verdict::Partly)],
        fortigate: "\
config log syslogd setting
    set mode reliable
end",
        panos: "\
set shared log-settings syslog <SYSLOG-PROFILE> server <NAME> transport TCP",
        look: Look::Vendor(cut_lines),
    },
    Check {
        id: "lean-format",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "\
config log syslogd setting
    set format default
end",
        panos: "",
        look: Look::Vendor(lean_format),
    },
    Check {
        id: "double-headers",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(double_headers),
    },
    Check {
        id: "repeated-lines",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(repeated_lines),
    },
];

/// A bound shows as a pile at the greatest length: more lines there than in the bytes below it together. The pile is
/// at a length where others cut, or its lines end within a value.
fn cut_lines(sample: &VendorSample) -> Seen {
    let Some((longest, count, torn, below)) = sample.lengths.longest(NEAR_BYTES) else {
        return Seen::Elsewhere;
    };
    let is_pile = count >= PILE && count > below;
    let is_cut = is_pile && (torn > 0 || USUAL_CUTS.contains(&longest));
    let evidence = Evidence::of(count, sample.lines).named(vec![longest.to_string()]);
    Seen::missing_if(is_cut, sample.lines, ALIKE, evidence)
}

fn lean_format(sample: &VendorSample) -> Seen {
    let formats = [Format::Cef, Format::Leef];
    let count = formats.iter().map(|format| sample.of_format(*format)).sum();
    let used = formats.iter().filter(|format| sample.of_format(**format) > 0);
    let names = used.map(|format| format!("format:{format}")).collect();
    let is_used = is_share(count, sample.lines, 10);
    Seen::missing_if(is_used, count, 1, Evidence::of(count, sample.lines).named(names))
}

fn double_headers(sample: &VendorSample) -> Seen {
    let count = sample.double_headers;
    let evidence = Evidence::of(count, sample.lines);
    Seen::missing_if(is_share(count, sample.lines, 10), sample.lines, ALIKE, evidence)
}

fn repeated_lines(sample: &VendorSample) -> Seen {
    let count = sample.repeated;
    let evidence = Evidence::of(count, sample.lines);
    Seen::missing_if(is_share(count, sample.lines, 1), sample.lines, ALIKE, evidence)
}
