//! OCSF's numbers for what happened: each class has its own list, and the event says it in the vendor's words.

use hinomi_model::{Direction, Disposition, Event, Payload, Severity};

use super::class::Class;

const UNKNOWN: i64 = 0;
const OTHER: i64 = 99;

/// Returns `activity_id`.
pub(super) fn activity(event: &Event<'_>, class: Class) -> i64 {
    match class {
        Class::NetworkActivity => session(event),
        Class::HttpActivity => request(event),
        Class::DnsActivity => question(event),
        // The appliance looked at the mail.
        Class::EmailActivity => 3,
        // An upload or a download, by who sent the file.
        Class::NetworkFileActivity if event.payload == Payload::Initiator => 1,
        Class::NetworkFileActivity => 2,
        Class::TunnelActivity => tunnel(event),
        // A finding is made and never changed: what is changed later are incidents, which are no part of this archive.
        Class::DetectionFinding => 1,
        Class::Authentication => login(event),
        Class::EntityManagement => change(event),
        Class::BaseEvent => UNKNOWN,
    }
}

/// Firewalls write a session's record when it is over, but for interim counts.
fn session(event: &Event<'_>) -> i64 {
    const OPEN: i64 = 1;
    const CLOSE: i64 = 2;
    const RESET: i64 = 3;
    const REFUSE: i64 = 5;
    const TRAFFIC: i64 = 6;
    let action = event.action.as_deref().unwrap_or("");
    match (&*event.log_subtype, action) {
        _ if event.interim => TRAFFIC,
        ("start", _) => OPEN,
        ("deny" | "drop", _) => REFUSE,
        _ if event.disposition == Disposition::Blocked => REFUSE,
        (_, "client-rst" | "server-rst" | "reset-client" | "reset-server" | "reset-both") => RESET,
        ("end", _) | (_, "close" | "timeout") => CLOSE,
        _ => TRAFFIC,
    }
}

fn request(event: &Event<'_>) -> i64 {
    let Some(method) = event.http_method.as_deref() else { return UNKNOWN };
    const METHODS: [&str; 9] =
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "PATCH"];
    METHODS
        .iter()
        .position(|known| known.eq_ignore_ascii_case(method))
        .map_or(OTHER, |index| index as i64 + 1)
}

fn question(event: &Event<'_>) -> i64 {
    match event.event_type.as_deref().unwrap_or(&event.log_subtype) {
        "dns-query" => 1,
        "dns-response" => 2,
        _ => 6,
    }
}

fn tunnel(event: &Event<'_>) -> i64 {
    let told = |words: &[&str]| {
        [&event.action, &event.log_id]
            .into_iter()
            .flatten()
            .any(|text| words.iter().any(|word| text.contains(word)))
    };
    // "disconnected" holds "connected".
    if told(&["down", "disconnect", "logout", "exit", "delete"]) {
        2
    } else if told(&["rekey", "renew"]) {
        3
    } else if told(&["up", "connected", "install", "new-con"]) {
        1
    } else {
        OTHER
    }
}

fn login(event: &Event<'_>) -> i64 {
    let leaves = |text: &str| text.contains("logout") || text.contains("logoff");
    let told = [&event.action, &event.log_id].into_iter().flatten().any(|text| leaves(text));
    if told { 2 } else { 1 }
}

fn change(event: &Event<'_>) -> i64 {
    let Some(action) = event.action.as_deref() else { return UNKNOWN };
    let is = |words: &[&str]| words.iter().any(|word| action.eq_ignore_ascii_case(word));
    if is(&["add", "create", "clone"]) {
        1
    } else if is(&["edit", "set", "move", "rename", "commit", "modify"]) {
        3
    } else if is(&["delete", "del", "remove"]) {
        4
    } else {
        OTHER
    }
}

/// Returns `severity_id`.
pub(super) fn severity(severity: Option<Severity>) -> i64 {
    match severity {
        None => UNKNOWN,
        Some(Severity::Informational) => 1,
        Some(Severity::Low) => 2,
        Some(Severity::Medium) => 3,
        Some(Severity::High) => 4,
        Some(Severity::Critical) => 5,
    }
}

/// Returns `action_id`.
pub(super) fn action(disposition: Disposition) -> i64 {
    match disposition {
        Disposition::Unknown => UNKNOWN,
        Disposition::Allowed => 1,
        Disposition::Blocked => 2,
        Disposition::Detected => 3,
    }
}

/// Returns `disposition_id`.
pub(super) fn disposition(disposition: Disposition) -> i64 {
    match disposition {
        Disposition::Unknown => UNKNOWN,
        Disposition::Allowed => 1,
        Disposition::Blocked => 2,
        Disposition::Detected => 15,
    }
}

/// Returns `status_id` of what succeeds or fails.
pub(super) fn status(disposition: Disposition) -> i64 {
    match disposition {
        Disposition::Allowed => 1,
        Disposition::Blocked => 2,
        Disposition::Unknown | Disposition::Detected => UNKNOWN,
    }
}

/// Returns `direction_id`: which way the connection was opened, whoever sent the payload.
pub(super) fn opened(event: &Event<'_>) -> i64 {
    match (event.direction, event.payload) {
        (None, _) => UNKNOWN,
        (Some(Direction::Inbound), Payload::Initiator) | (Some(Direction::Outbound), Payload::Responder) => 1,
        (Some(Direction::Outbound), Payload::Initiator) | (Some(Direction::Inbound), Payload::Responder) => 2,
        (Some(Direction::Internal), _) => 3,
        (Some(Direction::External), _) => OTHER,
    }
}

/// Returns `algorithm_id` of a hash, by how long it is in hexadecimal.
pub(super) fn hash_algorithm(hash: &str) -> i64 {
    match hash.len() {
        32 => 1,
        40 => 2,
        64 => 3,
        128 => 4,
        _ => OTHER,
    }
}
