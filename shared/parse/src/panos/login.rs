//! Log-ins that PAN-OS tells of in words: SYSTEM logs about administrators and, before 9.1, about GlobalProtect.
//!
//! ```text
//! failed authentication for user 'admin'. Reason: Invalid username/password. From: 203.0.113.9.
//! User admin logged in via Web from 203.0.113.9 using https
//! GlobalProtect gateway user authentication failed. Login from: 203.0.113.9, User name: kita\suzuki, Reason: ...
//! ```
//!
//! Log-outs, tunnels and configurations are no log-ins: their texts name users and addresses too, and say nothing
//! about a password.

use std::net::IpAddr;

use hinomi_model::{Disposition, Text};

use super::values::part;
use crate::value;

/// What a text says about a log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login<'a> {
    /// `None` when the text names a user and decides nothing.
    pub(crate) outcome: Option<Disposition>,
    pub(crate) user: Option<Text<'a>>,
    pub(crate) from: Option<IpAddr>,
    pub(crate) reason: Option<Text<'a>>,
}

/// Reads the text of a SYSTEM log; `None` when it is about no user.
pub(crate) fn of_system<'a>(subtype: &str, event_id: &str, text: &Text<'a>) -> Option<Login<'a>> {
    let outcome = outcome_of_event(event_id).or_else(|| outcome_of_text(text));
    let about_users = matches!(subtype, "auth" | "globalprotect" | "sslvpn");
    if outcome.is_none() && !about_users {
        return None;
    }
    Some(Login {
        outcome,
        user: part(text, user),
        from: from(text),
        reason: part(text, |text| sentence_after(text, &["Reason: ", "reason: "])),
    })
}

/// Returns what a GlobalProtect event says: only where somebody proved who they are does its status say anything
/// about a log-in.
pub(crate) fn of_global_protect(event_id: &str, stage: &str, status: &str) -> Disposition {
    let is_login = event_id.ends_with("-auth")
        || event_id.contains("-login")
        || event_id.ends_with("-connected")
        || (event_id.is_empty() && stage == "login");
    match status {
        "success" if is_login => Disposition::Allowed,
        "failure" | "fail" | "failed" if is_login => Disposition::Blocked,
        _ => Disposition::Unknown,
    }
}

/// Returns what an AUTHENTICATION log's event and description say.
pub(crate) fn of_authentication(words: [&str; 3]) -> Disposition {
    const FAILED: [&str; 5] = ["fail", "denied", "reject", "invalid", "timeout"];
    const PASSED: [&str; 3] = ["succ", "authenticated", "passed"];
    let says = |list: &[&str]| words.iter().any(|text| list.iter().any(|word| contains(text, word)));
    if says(&FAILED) {
        Disposition::Blocked
    } else if says(&PASSED) {
        Disposition::Allowed
    } else {
        Disposition::Unknown
    }
}

fn outcome_of_event(event_id: &str) -> Option<Disposition> {
    let about_login = event_id.contains("auth") || event_id.contains("login");
    if !about_login {
        return None;
    }
    if event_id.contains("fail") {
        return Some(Disposition::Blocked);
    }
    event_id.contains("succ").then_some(Disposition::Allowed)
}

fn outcome_of_text(text: &str) -> Option<Disposition> {
    const FAILED: [&str; 4] =
        ["failed authentication for user", "authentication failed", "failed to log in", "login failed"];
    const PASSED: [&str; 3] = ["authenticated for user", "authentication succeeded", "login succeeded"];
    let says = |words: &[&str]| words.iter().any(|word| contains(text, word));
    if says(&FAILED) {
        return Some(Disposition::Blocked);
    }
    let admin = text.starts_with("User ") && text.contains(" logged in ");
    (admin || says(&PASSED)).then_some(Disposition::Allowed)
}

fn user(text: &str) -> Option<&str> {
    for (before, after) in [("user '", '\''), ("user \"", '"'), ("User name: ", ','), ("Username: ", ',')] {
        if let Some((_, rest)) = text.split_once(before) {
            let user = rest.split(after).next().unwrap_or(rest).trim().trim_end_matches('.');
            return value::present(user);
        }
    }
    let word = text.strip_prefix("User ")?.split(' ').next()?;
    value::present(word)
}

/// Finds the address. GlobalProtect names it before the user, the others after, so a user name that holds `From: ` is
/// not believed.
fn from(text: &str) -> Option<IpAddr> {
    let address = |rest: &str| {
        let word = rest.split([' ', ',']).next()?;
        value::first_ip(word.trim_end_matches('.'))
    };
    if text.starts_with("GlobalProtect") {
        return text.split_once("Login from: ").and_then(|(_, rest)| address(rest));
    }
    ["From: ", "from: ", " from "].iter().find_map(|before| address(text.rsplit_once(before)?.1))
}

/// Returns the text after one of `words`, up to the comma or sentence that ends it.
fn sentence_after<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let rest = words.iter().find_map(|word| text.split_once(word).map(|(_, rest)| rest))?;
    let end = [", ", ". ", " From: "].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    value::present(rest.get(..end)?.trim().trim_end_matches('.'))
}

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use Disposition::{Allowed, Blocked, Unknown};

    #[test]
    fn reads_log_ins_told_in_words() {
        let cases = [
            (
                ("auth", "auth-fail"),
                "failed authentication for user 'admin'.  Reason: Invalid username/password. auth profile 'x', From: 203.0.113.9.",
                (Some(Blocked), Some("admin"), Some("203.0.113.9"), Some("Invalid username/password")),
            ),
            (
                ("general", "general"),
                "User admin logged in via Web from 10.9.9.9 using https",
                (Some(Allowed), Some("admin"), Some("10.9.9.9"), None),
            ),
            (
                ("auth", "auth-success"),
                "authenticated for user 'admin'.   From: 10.9.9.9.",
                (Some(Allowed), Some("admin"), Some("10.9.9.9"), None),
            ),
            (
                ("globalprotect", "globalprotectgateway-auth-fail"),
                "GlobalProtect gateway user authentication failed. Login from: 203.0.113.9, Source region: RU, User name: kita\\suzuki, Client OS version: Windows, Reason: Authentication failed: Invalid username or password, Auth type: profile.",
                (
                    Some(Blocked),
                    Some("kita\\suzuki"),
                    Some("203.0.113.9"),
                    Some("Authentication failed: Invalid username or password"),
                ),
            ),
            (
                ("globalprotect", "globalprotectgateway-logout-succ"),
                "GlobalProtect gateway user logout succeeded. User name: suzuki, Reason: client logout.",
                (None, Some("suzuki"), None, Some("client logout")),
            ),
        ];
        for ((subtype, event_id), text, (outcome, user, from, reason)) in cases {
            let login = of_system(subtype, event_id, &Cow::Borrowed(text)).unwrap();
            assert_eq!(login.outcome, outcome, "{text}");
            assert_eq!(login.user.as_deref(), user, "{text}");
            assert_eq!(login.from, from.and_then(value::ip), "{text}");
            assert_eq!(login.reason.as_deref(), reason, "{text}");
        }
    }

    #[test]
    fn other_system_texts_are_no_log_ins() {
        for text in
            ["Config installed", "User admin logged out via Web from 10.9.9.9", "Port ethernet1/1: Down", ""]
        {
            assert_eq!(of_system("general", "general", &Cow::Borrowed(text)), None, "{text}");
        }
    }

    #[test]
    fn only_proof_of_identity_is_a_log_in() {
        let cases = [
            ("gateway-auth", "login", "failure", Blocked),
            ("portal-auth", "login", "success", Allowed),
            ("gateway-connected", "connected", "success", Allowed),
            ("gateway-prelogin", "before-login", "success", Unknown),
            ("portal-prelogin", "before-login", "failure", Unknown),
            ("gateway-hip-check", "host-info", "failure", Unknown),
            ("gateway-logout", "logout", "success", Unknown),
        ];
        for (event_id, stage, status, expected) in cases {
            assert_eq!(of_global_protect(event_id, stage, status), expected, "{event_id} {status}");
        }
    }

    #[test]
    fn authentication_events() {
        assert_eq!(of_authentication(["auth-fail", "", ""]), Blocked);
        assert_eq!(of_authentication(["", "Authentication succeeded", ""]), Allowed);
        assert_eq!(of_authentication(["", "User was rejected", "auth-success"]), Blocked);
        assert_eq!(of_authentication(["", "", ""]), Unknown);
    }
}
