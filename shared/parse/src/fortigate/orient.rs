//! Who opened the session, who sent the payload, and which way that went.
//!
//! FortiOS 6.2 and later log the session's initiator as source and say in `direction` which way the payload went:
//! `outgoing` from the initiator, `incoming` from the responder ("Session versus Attack Direction", FortiOS 6.2.0
//! release notes). Before that an IPS log's source is the attacker, whichever end that was; the ports tell.

use std::net::IpAddr;

use hinomi_model::{Direction, Event, Function, Payload};

use super::fields::Fields;
use super::keys::Key;

/// Ports from here on are handed out to those who open a session (Linux from 32768, Windows and IANA from 49152; old
/// systems from 1024, which would make 3389 or 8080 one).
const FIRST_EPHEMERAL: u16 = 32_768;

/// Sets the payload's end, and swaps both ends of a log that has the responder as source.
pub(super) fn payload(event: &mut Event<'_>, fields: &Fields<'_>) {
    let direction = fields.peek(Key::Direction);
    match event.function {
        Function::Ips if !has_session_direction(fields) => attack_direction(event, direction),
        Function::Ips | Function::Waf | Function::File | Function::Dlp => {
            event.payload = said(direction).unwrap_or(Payload::Initiator);
        }
        Function::Antivirus | Function::Sandbox => {
            event.payload = said(direction).unwrap_or_else(|| of_file(event));
        }
        _ => {}
    }
}

/// Sets the way of the payload from the tenant's inside, or where that says nothing from the interfaces' roles.
pub(super) fn direction(event: &mut Event<'_>, fields: &Fields<'_>, is_login: bool) {
    let by_network = match (event.attacker(), event.victim()) {
        // A log-in is to the appliance, whichever of its addresses it names.
        (Some(from), _) if is_login && event.tenant.is_inside(from) => Direction::Internal,
        (Some(_), _) if is_login => Direction::Inbound,
        (Some(from), Some(to)) => event.tenant.direction(from, to),
        _ => return,
    };
    if by_network != Direction::External {
        event.direction = Some(by_network);
        return;
    }
    let outside = |key| match fields.peek(key) {
        Some("wan") => Some(true),
        Some("lan" | "dmz") => Some(false),
        _ => None,
    };
    let (from, to) = match event.payload {
        Payload::Initiator => (outside(Key::SrcRole), outside(Key::DstRole)),
        Payload::Responder => (outside(Key::DstRole), outside(Key::SrcRole)),
    };
    // One role is enough: administrators name their uplinks and leave the rest undefined.
    event.direction = Some(match (from, to) {
        (Some(true), Some(true)) | (None, None) => Direction::External,
        (Some(false), Some(false)) => Direction::Internal,
        (Some(true), _) | (None, Some(false)) => Direction::Inbound,
        (Some(false), _) | (None, Some(true)) => Direction::Outbound,
    });
}

fn said(direction: Option<&str>) -> Option<Payload> {
    match direction? {
        "incoming" | "response" => Some(Payload::Responder),
        "outgoing" | "request" => Some(Payload::Initiator),
        _ => None,
    }
}

/// Tells whether the line is of FortiOS 6.2 or later: its `eventtime` is in nanoseconds or it has a `tz`.
fn has_session_direction(fields: &Fields<'_>) -> bool {
    fields.has(Key::Zone) || fields.peek(Key::EventTime).is_some_and(|time| time.len() >= 19)
}

fn attack_direction(event: &mut Event<'_>, direction: Option<&str>) {
    let by_ports = match (event.src_port, event.dst_port) {
        (Some(from), Some(to)) => {
            from < FIRST_EPHEMERAL && (to >= FIRST_EPHEMERAL || (from < 1024 && to >= 1024))
        }
        // Without ports only the word is left.
        _ => direction == Some("incoming"),
    };
    if by_ports {
        swap_ends(event);
        event.payload = Payload::Responder;
    } else {
        event.payload = Payload::Initiator;
    }
}

fn swap_ends(event: &mut Event<'_>) {
    std::mem::swap(&mut event.src_ip, &mut event.dst_ip);
    std::mem::swap(&mut event.src_port, &mut event.dst_port);
    std::mem::swap(&mut event.src_zone, &mut event.dst_zone);
    std::mem::swap(&mut event.src_country, &mut event.dst_country);
}

/// A file of which the log does not say which way it went: fetched by the protocols that fetch, sent by the others.
fn of_file(event: &Event<'_>) -> Payload {
    if matches!(event.http_method.as_deref(), Some("POST" | "PUT" | "post" | "put")) {
        return Payload::Initiator;
    }
    match event.service.as_deref() {
        Some(
            "HTTP" | "HTTPS" | "http" | "https" | "FTP" | "FTPS" | "ftp" | "POP3" | "POP3S" | "pop3" | "IMAP",
        )
        | Some("IMAPS" | "imap") => Payload::Responder,
        _ => Payload::Initiator,
    }
}

/// Returns the address in an administrator's `ui`: `https(192.0.2.1)`, `ssh(2001:db8::1)`.
pub(super) fn address_of_ui(ui: &str) -> Option<IpAddr> {
    let (_, rest) = ui.split_once('(')?;
    let (address, _) = rest.rsplit_once(')')?;
    crate::value::ip(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_of_the_administrators_interface() {
        assert_eq!(address_of_ui("https(192.0.2.1)"), crate::value::ip("192.0.2.1"));
        assert_eq!(address_of_ui("GUI(2001:db8::1)"), crate::value::ip("2001:db8::1"));
        for text in ["console", "jsconsole", "ssh(x.x.x.x)", "(", ")(", ""] {
            assert_eq!(address_of_ui(text), None, "{text}");
        }
    }
}
