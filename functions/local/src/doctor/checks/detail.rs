//! Whether the logs say enough about a site, a user, a client.

use hinomi_model::{Posture, Vendor};

use super::{ALIKE, COMMON};
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict, is_share};
use crate::doctor::count::Addresses;
use crate::doctor::sample::VendorSample;

/// Look-ups or requests from which on one host that makes nearly all of them is a relay.
const REQUESTS: u64 = 200;
/// Inside hosts that must be seen besides: in a sample of few hosts one may well make nearly all.
const OTHER_HOSTS: u64 = 10;
/// Share of all requests, in per cent, that makes a host a relay.
const NEARLY_ALL: u64 = 90;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "resolver-hides",
        cost: Cost::Weakens,
        spoils: &[(Area::CommandAndControl, Verdict::Partly), (Area::Who, Verdict::Partly)],
        fortigate: "",
        panos: "",
        look: Look::Vendor(resolver_hides),
    },
    Check {
        id: "proxy-hides",
        cost: Cost::Weakens,
        spoils: &[(Area::Sites, Verdict::Partly), (Area::Who, Verdict::Partly)],
        fortigate: "",
        panos: "",
        look: Look::Vendor(proxy_hides),
    },
    Check {
        id: "no-tls-inspection",
        cost: Cost::Weakens,
        spoils: &[(Area::Sites, Verdict::Partly), (Area::Malware, Verdict::Partly)],
        fortigate: "\
config firewall policy
    edit <ID>
        set ssl-ssh-profile deep-inspection
    next
end",
        panos: "set rulebase decryption rules <RULE> action decrypt",
        look: Look::Vendor(no_tls_inspection),
    },
    Check {
        id: "no-extended-log",
        cost: Cost::Note,
        spoils: &[],
        fortigate: "\
config webfilter profile
    edit <NAME>
        set extended-log enable
        set web-extended-all-action-log enable
    next
end
config ips sensor
    edit <NAME>
        set extended-log enable
    next
end
config antivirus profile
    edit <NAME>
        set extended-log enable
    next
end",
        panos: "\
set profiles url-filtering <NAME> log-http-hdr-user-agent yes
set profiles url-filtering <NAME> log-http-hdr-referer yes
set profiles url-filtering <NAME> log-http-hdr-xff yes",
        look: Look::Vendor(no_extended_log),
    },
    Check {
        id: "no-users",
        cost: Cost::Note,
        spoils: &[(Area::Who, Verdict::Partly)],
        fortigate: "",
        panos: "set zone <ZONE> enable-user-identification yes",
        look: Look::Vendor(no_users),
    },
];

fn resolver_hides(sample: &VendorSample) -> Seen {
    relay(sample, &sample.name_clients)
}

fn proxy_hides(sample: &VendorSample) -> Seen {
    // A proxy that tells its clients hides nobody.
    if is_share(sample.web.with_client, sample.web.all, 50) {
        return Seen::Fine;
    }
    relay(sample, &sample.web_clients)
}

fn relay(sample: &VendorSample, clients: &Addresses) -> Seen {
    let Some((address, count)) = clients.busiest() else { return Seen::Elsewhere };
    let all = clients.all();
    if !is_share(count, all, NEARLY_ALL) {
        return Seen::Fine;
    }
    if all < REQUESTS {
        return Seen::TooFew { have: all, need: REQUESTS };
    }
    if sample.hosts.distinct().max(clients.distinct()) <= OTHER_HOSTS {
        return Seen::Fine;
    }
    Seen::Missing(Evidence::of(count, all).named(vec![address.to_string()]))
}

fn no_tls_inspection(sample: &VendorSample) -> Seen {
    let web = sample.web;
    if web.tls == 0 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(web.opened == 0, web.tls, ALIKE, Evidence::of(web.opened, web.tls))
}

fn no_extended_log(sample: &VendorSample) -> Seen {
    let web = sample.web;
    if web.all == 0 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(web.extended == 0, web.all, ALIKE, Evidence::of(web.extended, web.all))
}

fn no_users(sample: &VendorSample) -> Seen {
    // Who works at a mirror port knows no users.
    let is_sniffer = is_share(sample.of_posture(Posture::Sniffer), sample.lines, 50);
    if sample.from_inside == 0 || (is_sniffer && sample.vendor == Vendor::Fortigate) {
        return Seen::Elsewhere;
    }
    let evidence = Evidence::of(sample.with_user, sample.from_inside);
    Seen::missing_if(sample.with_user == 0, sample.from_inside, COMMON, evidence)
}
