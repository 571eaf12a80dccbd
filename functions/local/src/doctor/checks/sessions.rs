//! Whether the traffic itself is logged: which sessions, and how much of them.

use hinomi_model::{Function, Posture, Vendor};

use super::{ALIKE, COMMON};
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::sample::VendorSample;

const LOG_ALL: &str = "\
config firewall policy
    edit <ID>
        set logtraffic all
    next
end
config log syslogd filter
    set forward-traffic enable
    set local-traffic enable
    set severity information
end";

const LOG_END: &str = "\
set rulebase security rules <RULE> log-end yes
set rulebase security rules <RULE> log-setting <LOG-FORWARDING-PROFILE>";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "no-traffic",
        cost: Cost::Blocks,
        spoils: &[
            (Area::Outcome, Verdict::Not),
            (Area::Behaviour, Verdict::Not),
            (Area::CommandAndControl, Verdict::Partly),
        ],
        fortigate: LOG_ALL,
        panos: LOG_END,
        look: Look::Vendor(no_traffic),
    },
    Check {
        id: "denied-only",
        cost: Cost::Blocks,
        spoils: &[
            (Area::Outcome, Verdict::Not),
            (Area::Behaviour, Verdict::Partly),
            (Area::CommandAndControl, Verdict::Partly),
        ],
        fortigate: LOG_ALL,
        panos: LOG_END,
        look: Look::Vendor(denied_only),
    },
    Check {
        id: "start-only",
        cost: Cost::Blocks,
        spoils: &[(Area::Outcome, Verdict::Not), (Area::Behaviour, Verdict::Partly)],
        fortigate: "",
        panos: LOG_END,
        look: Look::Vendor(start_only),
    },
    Check {
        id: "only-utm-sessions",
        cost: Cost::Weakens,
        spoils: &[
            (Area::Outcome, Verdict::Partly),
            (Area::Behaviour, Verdict::Partly),
            (Area::CommandAndControl, Verdict::Partly),
        ],
        fortigate: LOG_ALL,
        panos: "",
        look: Look::Vendor(only_utm_sessions),
    },
    Check {
        id: "no-bytes",
        cost: Cost::Weakens,
        spoils: &[(Area::Outcome, Verdict::Partly), (Area::Behaviour, Verdict::Partly)],
        fortigate: LOG_ALL,
        panos: LOG_END,
        look: Look::Vendor(no_bytes),
    },
    Check {
        id: "no-packets",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "",
        panos: "",
        look: Look::Vendor(no_packets),
    },
    Check {
        id: "no-denied",
        cost: Cost::Note,
        spoils: &[(Area::Behaviour, Verdict::Partly)],
        fortigate: "\
config log setting
    set fwpolicy-implicit-log enable
end",
        panos: "",
        look: Look::Vendor(no_denied),
    },
];

fn no_traffic(sample: &VendorSample) -> Seen {
    let count = sample.of_function(Function::Firewall);
    Seen::missing_if(count == 0, sample.lines, COMMON, Evidence::of(count, sample.lines))
}

fn denied_only(sample: &VendorSample) -> Seen {
    let sessions = sample.sessions;
    let all = sessions.allowed + sessions.denied;
    if all == 0 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(sessions.allowed == 0, all, ALIKE, Evidence::of(sessions.denied, all))
}

fn start_only(sample: &VendorSample) -> Seen {
    let sessions = sample.sessions;
    if sample.vendor != Vendor::Panos || sessions.allowed == 0 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(sessions.ended == 0, sessions.allowed, ALIKE, Evidence::of(0, sessions.allowed))
}

/// With `logtraffic utm` every logged session is one that a profile objected to or counted.
fn only_utm_sessions(sample: &VendorSample) -> Seen {
    let sessions = sample.sessions;
    if sample.vendor != Vendor::Fortigate || sessions.allowed == 0 {
        return Seen::Elsewhere;
    }
    let is_only = is_share(sessions.with_utm, sessions.allowed, 99);
    Seen::missing_if(is_only, sessions.allowed, ALIKE, Evidence::of(sessions.with_utm, sessions.allowed))
}

fn no_bytes(sample: &VendorSample) -> Seen {
    few_have(sample, sample.sessions.with_bytes)
}

fn no_packets(sample: &VendorSample) -> Seen {
    few_have(sample, sample.sessions.with_packets)
}

/// Sessions that never got an answer have no counts of their own; half of all is no chance.
fn few_have(sample: &VendorSample, count: u64) -> Seen {
    let ended = sample.sessions.ended;
    if ended == 0 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(!is_share(count, ended, 50), ended, ALIKE, Evidence::of(count, ended))
}

fn no_denied(sample: &VendorSample) -> Seen {
    let sessions = sample.sessions;
    // A sniffer denies nothing.
    if sessions.allowed == 0 || is_share(sample.of_posture(Posture::Sniffer), sample.lines, 50) {
        return Seen::Elsewhere;
    }
    Seen::missing_if(sessions.denied == 0, sessions.allowed, COMMON, Evidence::of(0, sessions.allowed))
}
