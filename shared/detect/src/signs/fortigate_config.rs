//! What changes of a FortiGate's configuration say.
//!
//! ```text
//! logid="0100044547" user="admin" action="Edit" cfgpath="firewall.policy" cfgobj="12"
//!     cfgattr="utm-status[enable->disable]" …
//! ```
//!
//! A record holds what was changed and not what was already so: a policy that became open in several steps is not seen
//! as open. Values of attributes may be secrets, so none of them is ever repeated.

use hinomi_model::{Event, Symptom};

use super::Seen;
use super::words::account;
use crate::text::{begins, field, has};

/// Paths whose changes matter: policies, protective profiles, administrators, logging, routing, VPN, interfaces.
const WATCHED: &[&str] = &[
    "firewall.policy",
    "firewall.security-policy",
    "firewall.proxy-policy",
    "firewall.local-in-policy",
    "firewall.dos-policy",
    "firewall.interface-policy",
    "firewall.profile",
    "firewall.ssl-ssh-profile",
    "firewall.vip",
    "antivirus.",
    "application.",
    "dlp.",
    "dnsfilter.",
    "emailfilter.",
    "file-filter.",
    "ips.",
    "waf.",
    "webfilter.",
    "log.",
    "router.",
    "vpn.",
    "system.accprofile",
    "system.admin",
    "system.api-user",
    "system.automation",
    "system.central-management",
    "system.dns",
    "system.global",
    "system.ha",
    "system.interface",
    "system.ntp",
    "system.sdwan",
    "system.snmp",
    "system.virtual-wan-link",
    "system.zone",
];

/// Paths of policies.
const POLICIES: &[&str] = &["firewall.policy", "firewall.security-policy", "firewall.proxy-policy"];

/// Attributes of a policy that name its profiles.
const PROFILES: &[&str] = &[
    "profile-group",
    "av-profile",
    "ips-sensor",
    "webfilter-profile",
    "dnsfilter-profile",
    "application-list",
    "file-filter-profile",
    "emailfilter-profile",
    "dlp-profile",
    "dlp-sensor",
    "waf-profile",
    "virtual-patch-profile",
    "ssl-ssh-profile",
];

/// Attributes that limit a policy to some people.
const PEOPLE: &[&str] = &["groups", "users", "fsso-groups", "internet-service-name"];

/// One changed attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change<'t> {
    name: &'t str,
    /// `None` where the record says only what it is now.
    old: Option<&'t str>,
    new: &'t str,
}

impl Change<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Tells whether it was not off and is now.
    fn is_switched_off(&self) -> bool {
        self.new.eq_ignore_ascii_case("disable")
            && self.old.is_none_or(|old| !old.eq_ignore_ascii_case("disable"))
    }
}

pub(super) fn signs(event: &Event<'_>) -> Vec<Seen> {
    let Some(path) = field(event, "cfgpath") else { return Vec::new() };
    if !WATCHED.iter().any(|watched| begins(&path, watched)) {
        return Vec::new();
    }
    let object = field(event, "cfgobj").unwrap_or_default();
    let attributes = field(event, "cfgattr").unwrap_or_default();
    let action = event.action.as_deref().unwrap_or("");
    let added = action.eq_ignore_ascii_case("add") || action.eq_ignore_ascii_case("clone");
    let who = account(event);
    let what = if object.is_empty() { path.to_string() } else { format!("{path} {object}") };
    let mut seen = vec![Seen::trouble(Symptom::Changed, if who.is_empty() { &path } else { who })];
    let mut sign = |symptom, object: &str| seen.push(Seen::trouble(symptom, object));

    let is_account = ["system.admin", "system.api-user"].iter().any(|own| path.eq_ignore_ascii_case(own));
    if added && is_account {
        sign(Symptom::AdministratorAdded, if object.is_empty() { &path } else { &object });
    }
    let is_policy = POLICIES.iter().any(|policy| begins(&path, policy));
    if logging_off(&path, is_policy, &attributes) {
        sign(Symptom::LoggingDisabled, &what);
    }
    if is_policy && profile_off(&attributes) {
        sign(Symptom::ProfileDisabled, &what);
    }
    if is_policy && lets_anything_pass(&attributes) {
        sign(Symptom::AnyAnyPolicy, &what);
    }
    seen
}

fn logging_off(path: &str, is_policy: bool, attributes: &str) -> bool {
    if is_policy {
        return changes(attributes).any(|change| change.is("logtraffic") && change.is_switched_off());
    }
    // What a filter lets through has a name of its own for each kind of log.
    let is_filter = has(path, "filter");
    begins(path, "log.")
        && changes(attributes).any(|change| (change.is("status") || is_filter) && change.is_switched_off())
}

fn profile_off(attributes: &str) -> bool {
    changes(attributes).any(|change| {
        let was_there = change.old.is_some_and(|old| !is_nothing(old));
        (change.is("utm-status") && was_there && change.is_switched_off())
            || (was_there && is_nothing(change.new) && PROFILES.iter().any(|profile| change.is(profile)))
    })
}

/// Tells whether the attributes of one record make a policy that lets anything pass. The outside and the inside are not
/// told apart: a policy for all of an office's users looks the same, and is worth one look too.
fn lets_anything_pass(attributes: &str) -> bool {
    let is = |name: &str, value: &str| {
        changes(attributes).any(|change| change.is(name) && unquoted(change.new).eq_ignore_ascii_case(value))
    };
    let limited = changes(attributes)
        .any(|change| PEOPLE.iter().any(|people| change.is(people)) && !is_nothing(change.new));
    is("srcaddr", "all")
        && is("dstaddr", "all")
        && is("service", "all")
        && is("action", "accept")
        && !is("status", "disable")
        && !limited
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches('"')
}

fn is_nothing(value: &str) -> bool {
    let value = unquoted(value);
    ["", "disable", "no-inspection", "none"].iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
}

/// Walks `name[old->new]name[value]`.
fn changes(attributes: &str) -> impl Iterator<Item = Change<'_>> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('[')?;
        let (value, after) = after.split_once(']')?;
        rest = after;
        let name = name.trim_matches([' ', ',', ';']);
        Some(match value.split_once("->") {
            Some((old, new)) => Change { name, old: Some(old), new },
            None => Change { name, old: None, new: value },
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_walked_one_by_one() {
        let walked: Vec<_> = changes("status[enable->disable]comment[->x] psk[*]broken[").collect();
        let expected = [
            Change { name: "status", old: Some("enable"), new: "disable" },
            Change { name: "comment", old: Some(""), new: "x" },
            Change { name: "psk", old: None, new: "*" },
        ];
        assert_eq!(walked, expected);
    }
}
