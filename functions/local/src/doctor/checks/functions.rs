//! Which functions of the appliance write logs at all.

use hinomi_model::{Function, Vendor};

use super::{COMMON, RARE};
use crate::doctor::check::{Area, Check, Cost, Evidence, Look, Seen, Verdict};
use crate::doctor::sample::VendorSample;

/// What FortiGate calls UTM and PAN-OS THREAT.
const SECURITY: [Function; 10] = [
    Function::Ips,
    Function::Antivirus,
    Function::Webfilter,
    Function::Appcontrol,
    Function::Dns,
    Function::Sandbox,
    Function::Anomaly,
    Function::Waf,
    Function::Dlp,
    Function::File,
];

/// What tells of log-ins and of the appliance itself.
const EVENTS: [Function; 5] =
    [Function::System, Function::Vpn, Function::Auth, Function::Config, Function::Ha];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "no-security-logs",
        cost: Cost::Blocks,
        spoils: &[
            (Area::Attacks, Verdict::Not),
            (Area::Malware, Verdict::Not),
            (Area::Sites, Verdict::Not),
            (Area::CommandAndControl, Verdict::Not),
        ],
        fortigate: "\
config firewall policy
    edit <ID>
        set utm-status enable
        set ips-sensor <NAME>
        set av-profile <NAME>
        set webfilter-profile <NAME>
        set application-list <NAME>
        set dnsfilter-profile <NAME>
        set ssl-ssh-profile <NAME>
        set logtraffic all
    next
end
config log syslogd filter
    set severity information
end",
        panos: "\
set rulebase security rules <RULE> profile-setting group <GROUP>
set rulebase security rules <RULE> log-setting <LOG-FORWARDING-PROFILE>",
        look: Look::Vendor(no_security_logs),
    },
    Check {
        id: "no-ips",
        cost: Cost::Weakens,
        spoils: &[(Area::Attacks, Verdict::Not), (Area::CommandAndControl, Verdict::Partly)],
        fortigate: "\
config firewall policy
    edit <ID>
        set utm-status enable
        set ips-sensor <NAME>
    next
end",
        panos: "\
set rulebase security rules <RULE> profile-setting profiles vulnerability <NAME>
set rulebase security rules <RULE> profile-setting profiles spyware <NAME>",
        look: Look::Vendor(|sample| no_function(sample, &[Function::Ips], RARE)),
    },
    Check {
        id: "no-antivirus",
        cost: Cost::Weakens,
        spoils: &[(Area::Malware, Verdict::Not)],
        fortigate: "\
config firewall policy
    edit <ID>
        set utm-status enable
        set av-profile <NAME>
    next
end",
        panos: "set rulebase security rules <RULE> profile-setting profiles virus <NAME>",
        look: Look::Vendor(|sample| no_function(sample, &[Function::Antivirus], RARE)),
    },
    Check {
        id: "no-webfilter",
        cost: Cost::Weakens,
        spoils: &[(Area::Sites, Verdict::Not), (Area::CommandAndControl, Verdict::Partly)],
        fortigate: "\
config firewall policy
    edit <ID>
        set utm-status enable
        set webfilter-profile <NAME>
    next
end
config webfilter profile
    edit <NAME>
        set log-all-url enable
    next
end",
        panos: "set rulebase security rules <RULE> profile-setting profiles url-filtering <NAME>",
        look: Look::Vendor(|sample| no_function(sample, &[Function::Webfilter], COMMON)),
    },
    Check {
        id: "no-appcontrol",
        cost: Cost::Weakens,
        spoils: &[(Area::CommandAndControl, Verdict::Partly)],
        fortigate: "\
config firewall policy
    edit <ID>
        set utm-status enable
        set application-list <NAME>
    next
end",
        panos: "",
        look: Look::Vendor(no_appcontrol),
    },
    Check {
        id: "no-dns",
        cost: Cost::Weakens,
        spoils: &[(Area::CommandAndControl, Verdict::Partly)],
        fortigate: "\
config dnsfilter profile
    edit <NAME>
        set block-botnet enable
        set log-all-domain enable
    next
end
config firewall policy
    edit <ID>
        set utm-status enable
        set dnsfilter-profile <NAME>
    next
end",
        panos: "set rulebase security rules <RULE> profile-setting profiles spyware <NAME>",
        look: Look::Vendor(no_dns),
    },
    Check {
        id: "no-sandbox",
        cost: Cost::Note,
        spoils: &[(Area::Malware, Verdict::Partly)],
        fortigate: "",
        panos: "set rulebase security rules <RULE> profile-setting profiles wildfire-analysis <NAME>",
        look: Look::Vendor(|sample| no_function(sample, &[Function::Sandbox], RARE)),
    },
    Check {
        id: "no-events",
        cost: Cost::Weakens,
        spoils: &[(Area::Logins, Verdict::Not)],
        fortigate: "\
config log eventfilter
    set event enable
    set system enable
    set vpn enable
    set user enable
    set ha enable
end
config log syslogd filter
    set severity information
end",
        panos: "\
set shared log-settings system match-list <NAME> send-syslog <SYSLOG-PROFILE>
set shared log-settings config match-list <NAME> send-syslog <SYSLOG-PROFILE>
set shared log-settings globalprotect match-list <NAME> send-syslog <SYSLOG-PROFILE>",
        look: Look::Vendor(|sample| no_function(sample, &EVENTS, COMMON)),
    },
];

fn no_security_logs(sample: &VendorSample) -> Seen {
    no_function(sample, &SECURITY, COMMON)
}

fn no_function(sample: &VendorSample, functions: &[Function], need: u64) -> Seen {
    let count: u64 = functions.iter().map(|function| sample.of_function(*function)).sum();
    // Without any security log the more general check says all there is to say.
    let security: u64 = SECURITY.iter().map(|function| sample.of_function(*function)).sum();
    if security == 0 && functions.len() == 1 {
        return Seen::Elsewhere;
    }
    Seen::missing_if(count == 0, sample.lines, need, Evidence::of(count, sample.lines))
}

/// PAN-OS names the application in every session, so there it is a column and no function.
fn no_appcontrol(sample: &VendorSample) -> Seen {
    match sample.vendor {
        Vendor::Fortigate => no_function(sample, &[Function::Appcontrol], COMMON),
        Vendor::Panos => Seen::Elsewhere,
    }
}

/// FortiGate can log every look-up; PAN-OS logs those alone that its spyware profile objects to.
fn no_dns(sample: &VendorSample) -> Seen {
    let need = match sample.vendor {
        Vendor::Fortigate => COMMON,
        Vendor::Panos => RARE,
    };
    no_function(sample, &[Function::Dns], need)
}
