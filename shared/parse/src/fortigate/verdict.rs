//! What became of the traffic, from the whole line: `action`, `utmaction`, `status` and the kind of log.
//!
//! The words are FortiOS's, from the log references of 5.0 to 7.6. `deny` alone means that a policy refused a
//! session; every other word of a traffic log says how an allowed one ended, and `utmaction` whether a profile
//! stopped something in it.

use hinomi_model::{Disposition, Function};

use Disposition::{Allowed, Blocked, Detected, Unknown};

/// Words of `action` in traffic logs; `status` up to 4.3.
const TRAFFIC: &[(&str, Disposition)] = &[
    ("accept", Allowed),
    ("close", Allowed),
    ("client-rst", Allowed),
    ("server-rst", Allowed),
    ("timeout", Allowed),
    ("deny", Blocked),
    ("start", Allowed),
    // The policy let it out and nobody answered.
    ("ip-conn", Allowed),
    ("dns", Allowed),
    ("pass", Allowed),
    ("permit", Allowed),
    ("allow", Allowed),
    ("block", Blocked),
    ("blocked", Blocked),
    ("drop", Blocked),
    ("violation", Blocked),
];

/// Words of `utmaction` that mean a profile stopped something.
const UTM_STOPPED: &[&str] =
    &["block", "blocked", "reset", "reset_client", "reset_server", "drop", "dropped"];

/// Words of `action` in UTM logs, where they mean the same for every function.
const UTM: &[(&str, Disposition)] = &[
    ("blocked", Blocked),
    ("block", Blocked),
    ("dropped", Blocked),
    ("drop", Blocked),
    ("reset", Blocked),
    ("reset_client", Blocked),
    ("reset_server", Blocked),
    ("reset-client", Blocked),
    ("reset-server", Blocked),
    ("drop_session", Blocked),
    ("drop-session", Blocked),
    ("clear_session", Blocked),
    ("clear-session", Blocked),
    ("deny", Blocked),
    ("denied", Blocked),
    ("reject", Blocked),
    ("discard", Blocked),
    ("discarded", Blocked),
    ("filtered", Blocked),
    // The answer is replaced by the address of a block page.
    ("redirect", Blocked),
    ("ban", Blocked),
    ("ban-sender", Blocked),
    ("quarantine", Blocked),
    ("quarantine-ip", Blocked),
    ("quarantine-interface", Blocked),
    ("quarantine-port", Blocked),
    ("kickout", Blocked),
    ("encrypt-kickout", Blocked),
    ("cm-reject", Blocked),
    // What could run was taken out of the file before it was handed on.
    ("content-disarmed", Blocked),
    ("detected", Detected),
    ("pass_session", Detected),
    ("monitored", Detected),
    ("monitor", Detected),
    // Handed on while the sandbox looks at it.
    ("analytics", Detected),
    ("log-only", Detected),
    ("tagged", Detected),
    ("erased", Detected),
    ("exempt", Allowed),
    ("exempted", Allowed),
    ("info", Allowed),
    ("permit", Allowed),
    ("allow", Allowed),
    ("allowed", Allowed),
    ("accept", Allowed),
    // A page asked the user; what the user did is in no log.
    ("warning", Unknown),
    ("authenticate", Unknown),
];

/// Words that say it passed: where the log exists because something was recognised, that is a detection.
const PASSED: &[&str] = &["pass", "passthrough", "passed"];

/// What a table says; `None` for a word that it lacks.
fn look_up(table: &[(&str, Disposition)], word: &str) -> Option<Disposition> {
    table.iter().find(|(known, _)| *known == word).map(|(_, disposition)| *disposition)
}

/// Judges a traffic log; `None` when the tables lack its word.
pub(super) fn of_traffic(action: Option<&str>, utm_action: Option<&str>) -> Option<Disposition> {
    let Some(action) = action else {
        return Some(Unknown);
    };
    let disposition = look_up(TRAFFIC, action)?;
    let stopped = utm_action.is_some_and(|word| UTM_STOPPED.contains(&word));
    Some(if disposition == Allowed && stopped { Blocked } else { disposition })
}

/// Judges a UTM log; `None` when the tables lack its word.
pub(super) fn of_utm(function: Function, action: Option<&str>) -> Option<Disposition> {
    let Some(action) = action else {
        return Some(Unknown);
    };
    if PASSED.contains(&action) {
        return Some(match function {
            Function::Ips
            | Function::Antivirus
            | Function::Sandbox
            | Function::Anomaly
            | Function::Waf
            | Function::Dlp
            | Function::File => Detected,
            _ => Allowed,
        });
    }
    look_up(UTM, action)
}

/// Judges a log-in by its `status` and, where that is missing, by its `action` or the last six digits of its id.
pub(super) fn of_login(status: Option<&str>, action: Option<&str>, message_id: u32) -> Disposition {
    match status {
        Some("success" | "succeeded" | "authenticated" | "login") => return Allowed,
        Some("failed" | "failure" | "fail" | "denied" | "timed_out" | "locked") => return Blocked,
        _ => {}
    }
    if let Some("ssl-login-fail" | "login-fail" | "auth-fail") = action {
        return Blocked;
    }
    match message_id {
        32_001 | 39_424 | 39_947 | 43_008 => Allowed,
        32_002 | 32_021 | 39_426 | 43_009 | 43_010 => Blocked,
        _ => Unknown,
    }
}

/// Tells whether an event is somebody's attempt to log in (or the end of one): log ids 0100032001 admin success,
/// 032002 failure, 032021 lockout; 0101039424 and 039947 SSL VPN tunnel up, 039426 failure; 0102043008 user success,
/// 043009 failure, 043010 lockout.
pub(super) fn is_login(function: Function, action: Option<&str>, message_id: u32) -> bool {
    let by_id =
        matches!(message_id, 32_001 | 32_002 | 32_021 | 39_424 | 39_426 | 39_947 | 43_008 | 43_009 | 43_010);
    // A relay's placeholder id leaves the action.
    let by_action = matches!(
        (function, action),
        (Function::Vpn, Some("ssl-login-fail" | "ssl-login"))
            | (Function::System | Function::Auth, Some("login"))
            | (Function::Auth, Some("authentication"))
    );
    matches!(function, Function::Vpn | Function::System | Function::Auth) && (by_id || by_action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_judged_by_the_whole_line() {
        let cases = [
            (Some("deny"), None, Some(Blocked)),
            (Some("close"), None, Some(Allowed)),
            (Some("close"), Some("allow"), Some(Allowed)),
            (Some("close"), Some("block"), Some(Blocked)),
            (Some("server-rst"), Some("reset"), Some(Blocked)),
            (Some("ip-conn"), None, Some(Allowed)),
            (Some("timeout"), Some("traffic-shape"), Some(Allowed)),
            (Some("teleport"), None, None),
            (None, Some("block"), Some(Unknown)),
        ];
        for (action, utm_action, expected) in cases {
            assert_eq!(of_traffic(action, utm_action), expected, "{action:?} {utm_action:?}");
        }
    }

    #[test]
    fn passing_means_what_the_function_makes_of_it() {
        let cases = [
            (Function::Webfilter, "passthrough", Allowed),
            (Function::Antivirus, "passthrough", Detected),
            (Function::Ips, "pass", Detected),
            (Function::Appcontrol, "pass", Allowed),
            (Function::Dns, "pass", Allowed),
            (Function::Dns, "redirect", Blocked),
            (Function::Ssl, "passthrough", Allowed),
            (Function::Antivirus, "analytics", Detected),
            (Function::Ips, "clear_session", Blocked),
        ];
        for (function, action, expected) in cases {
            assert_eq!(of_utm(function, Some(action)), Some(expected), "{function} {action}");
        }
    }

    #[test]
    fn logins_are_told_by_id_or_action() {
        assert!(is_login(Function::Vpn, Some("tunnel-up"), 39_424));
        assert!(is_login(Function::Vpn, Some("ssl-login-fail"), 567_890));
        assert!(is_login(Function::System, Some("login"), 0));
        assert!(!is_login(Function::Vpn, Some("tunnel-stats"), 37_141));
        assert!(!is_login(Function::Firewall, Some("login"), 32_001));
        assert_eq!(of_login(Some("failed"), Some("login"), 32_001), Blocked);
        assert_eq!(of_login(None, Some("ssl-login-fail"), 567_890), Blocked);
        assert_eq!(of_login(None, None, 39_424), Allowed);
        assert_eq!(of_login(Some("N/A"), None, 0), Unknown);
    }
}
