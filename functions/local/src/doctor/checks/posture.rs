//! Whether the appliance stands where it can block, and does.

use hinomi_model::{Disposition, Function, Posture};

use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::sample::VendorSample;

/// Detections of one function from which on it is no chance that none was blocked.
const DETECTIONS: u64 = 20;

/// The functions that have something to block whenever they write a log.
const BLOCKING: [Function; 5] =
    [Function::Ips, Function::Antivirus, Function::Waf, Function::Dns, Function::Anomaly];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "sniffer",
        cost: Cost::Weakens,
        spoils: &[(Area::Outcome, Verdict::Partly)],
        fortigate: "",
        panos: "",
        look: Look::Vendor(sniffer),
    },
    Check {
        id: "detect-only",
        cost: Cost::Weakens,
        spoils: &[],
        fortigate: "\
config ips sensor
    edit <NAME>
        config entries
            edit <ID>
                set action block
            next
        end
    next
end",
        panos: "",
        look: Look::Vendor(detect_only),
    },
];

fn sniffer(sample: &VendorSample) -> Seen {
    let count = sample.of_posture(Posture::Sniffer);
    if is_share(count, sample.lines, 10) {
        return Seen::Missing(Evidence::of(count, sample.lines));
    }
    Seen::Fine
}

fn detect_only(sample: &VendorSample) -> Seen {
    // A copy of the traffic can't be blocked; the other check says so.
    if is_share(sample.of_posture(Posture::Sniffer), sample.lines, 50) {
        return Seen::Elsewhere;
    }
    let mut evidence = Evidence::default();
    for function in BLOCKING {
        let detected = sample.of_outcome(function, Disposition::Detected);
        let blocked = sample.of_outcome(function, Disposition::Blocked);
        if blocked == 0 && detected >= DETECTIONS {
            evidence.count += detected;
            evidence.of += detected;
            evidence.names.push(format!("function:{function} {detected}"));
        }
    }
    if evidence.count > 0 { Seen::Missing(evidence) } else { Seen::Fine }
}
