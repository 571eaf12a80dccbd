//! What events leave behind without being judged: sessions, log-ins and lines.
//!
//! FortiGate traffic and PAN-OS TRAFFIC become a [`Fact`] each. Log-ins: FortiGate administrator `0100032001` and
//! `032002`, SSL VPN `0101039424`, `039947` and `039426`, user `0102043008` and `043009`; PAN-OS GLOBALPROTECT,
//! AUTHENTICATION and SYSTEM records whose outcome parse has read.
//!
//! Web, DNS and application records leave nothing: their session's own record does.

use std::net::IpAddr;

use hinomi_model::{
    AnomalyKind, ClockReading, ClockTrouble, Disposition, Event, EventTime, Fact, FactFlags, Function,
    LoginService, Place, Posture, Protocol, Pulse, SessionKey, Vendor,
};

use crate::line::line_time;
use crate::sides::Sides;
use crate::tables::fortigate_log_ids as ids;
use crate::text::{cut, field, has, is_blank, message_id, number};

/// Longest account kept, as the model says.
const MAX_ACCOUNT_BYTES: usize = 128;

/// Returns the fact of a traffic record; `None` for other records and for records without both addresses.
#[inline]
pub(crate) fn session(
    event: &Event<'_>,
    sides: &Sides,
    source: u32,
    session: Option<SessionKey>,
) -> Option<Fact> {
    let (src_ip, dst_ip) = (sides.initiator?, sides.responder?);
    let milliseconds = i64::try_from(event.duration_ms.unwrap_or(0)).unwrap_or(i64::MAX);
    let time = line_time(event);
    let began = time.nanos().saturating_sub(milliseconds.saturating_mul(1_000_000));
    Some(Fact {
        time,
        began: EventTime::from_nanos(began),
        source,
        session,
        src_ip,
        src_port: event.src_port.unwrap_or(0),
        dst_ip,
        dst_port: event.dst_port.unwrap_or(0),
        protocol: event.protocol.unwrap_or(Protocol(0)),
        direction: sides.session_direction(),
        disposition: event.disposition,
        bytes_out: event.bytes_out.unwrap_or(0),
        bytes_in: event.bytes_in,
        packets_in: event.packets_in,
        http_status: event.http_status,
        flags: FactFlags {
            decrypted: event.decrypted,
            sniffed: event.posture == Posture::Sniffer,
            // FortiGate's `action="start"`, PAN-OS's subtype `start`.
            interim: event.interim
                || event.log_subtype == "start"
                || event.action.as_deref() == Some("start"),
        },
        count: u32::try_from(event.count.max(1)).unwrap_or(u32::MAX),
        place: None,
    })
}

/// Returns what a record shows of its device's clock.
pub(crate) fn clock(event: &Event<'_>, source: u32, place: Option<Place>) -> ClockReading {
    let ahead = event.clock_ahead.unwrap_or(0);
    let trouble = event.anomalies.iter().find_map(|anomaly| match anomaly.kind {
        AnomalyKind::ClockAhead => Some(ClockTrouble::Ahead),
        AnomalyKind::ClockBehind => Some(ClockTrouble::Behind),
        AnomalyKind::ClockUnset => Some(ClockTrouble::Unset),
        AnomalyKind::NoZone => Some(ClockTrouble::NoZone),
        _ => None,
    });
    ClockReading { minute: came(event).minute(), source, least: ahead, most: ahead, trouble, place }
}

/// Returns when a line came, as far as anybody says; else when it happened.
#[inline]
fn came(event: &Event<'_>) -> EventTime {
    match event.device_time {
        // Where a wrong clock has given way the event's time is the collector's.
        Some(_) => event.time,
        None => event.time.plus(-event.clock_ahead.unwrap_or(0)),
    }
}

/// Returns one line as a pulse of its device's, before it has its source in a batch.
#[inline]
pub(crate) fn pulse(event: &Event<'_>) -> Pulse {
    let number = if is_numbered(event) { event.sequence.as_deref().and_then(number) } else { None };
    Pulse {
        minute: came(event).minute(),
        source: 0,
        function: event.function,
        lines: 1,
        numbers: number.map(|number| (number, number)),
    }
}

/// Tells whether the records of the event's function have numbers without gaps. PAN-OS numbers those of a log type, and
/// THREAT and SYSTEM are written by several functions.
fn is_numbered(event: &Event<'_>) -> bool {
    event.vendor == Vendor::Panos
        && matches!(event.function, Function::Firewall | Function::Config | Function::Ssl)
}

/// Tells whether a record is of a session.
#[inline]
pub(crate) fn is_session(event: &Event<'_>) -> bool {
    let log_type = &*event.log_type;
    event.function == Function::Firewall
        // As the vendors write it, which is compared at once; then as anybody might.
        && (log_type == "traffic"
            || log_type == "TRAFFIC"
            || log_type.eq_ignore_ascii_case("traffic")
            || event.log_subtype.eq_ignore_ascii_case("forward"))
}

/// A log-in attempt, before it has its place in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) from: IpAddr,
    pub(crate) account: String,
    pub(crate) success: bool,
    pub(crate) service: LoginService,
}

/// Returns the log-in attempt that a record tells of.
pub(crate) fn login(event: &Event<'_>) -> Option<Attempt> {
    if !matches!(event.function, Function::System | Function::Vpn | Function::Auth) {
        return None;
    }
    let (service, success) = match event.vendor {
        Vendor::Fortigate => fortigate(event)?,
        Vendor::Panos => panos(event)?,
    };
    let from = event.src_ip.or_else(|| console(event)).filter(|ip| !ip.is_unspecified())?;
    let account = event.user.as_deref().map(str::trim).filter(|user| !is_blank(user)).unwrap_or("");
    Some(Attempt { from, account: cut(account, MAX_ACCOUNT_BYTES).to_lowercase(), success, service })
}

fn fortigate(event: &Event<'_>) -> Option<(LoginService, bool)> {
    let id = message_id(event.log_id.as_deref().unwrap_or(""));
    let known = [
        (ids::ADMIN_LOGIN.0, LoginService::Admin, true),
        (ids::ADMIN_LOGIN.1, LoginService::Admin, false),
        (ids::VPN_LOGIN.0, LoginService::Vpn, true),
        (ids::VPN_SESSION, LoginService::Vpn, true),
        (ids::VPN_LOGIN.1, LoginService::Vpn, false),
        (ids::USER_LOGIN.0, LoginService::User, true),
        (ids::USER_LOGIN.1, LoginService::User, false),
    ];
    if ids::LOCK_OUTS.contains(&id) {
        return None;
    }
    // Parse reads the line's status; the number stands in, and where a relay has replaced the number, the function.
    let said = outcome(event);
    if let Some((_, service, success)) = known.iter().find(|(known, ..)| *known == id) {
        return Some((*service, said.unwrap_or(*success)));
    }
    let service = match event.function {
        Function::Vpn => LoginService::Vpn,
        Function::Auth => LoginService::User,
        _ => LoginService::Admin,
    };
    said.map(|success| (service, success))
}

/// Returns the outcome that parse has read into the disposition; a record that decides nothing is "unknown".
fn outcome(event: &Event<'_>) -> Option<bool> {
    match event.disposition {
        Disposition::Allowed => Some(true),
        Disposition::Blocked => Some(false),
        Disposition::Detected | Disposition::Unknown => None,
    }
}

fn panos(event: &Event<'_>) -> Option<(LoginService, bool)> {
    let success = outcome(event)?;
    let log_type = &*event.log_type;
    let service = if log_type.eq_ignore_ascii_case("GLOBALPROTECT")
        || has(&event.log_subtype, "globalprotect")
    {
        LoginService::Vpn
    } else if log_type.eq_ignore_ascii_case("SYSTEM") {
        let id = event.log_id.as_deref().unwrap_or("");
        let text = event.message.as_deref().unwrap_or("");
        if !has(id, "auth") && !has(text, "authenticat") && !has(text, "logged in") && !has(text, "log in") {
            return None;
        }
        LoginService::Admin
    } else if log_type.eq_ignore_ascii_case("AUTHENTICATION") || log_type.eq_ignore_ascii_case("AUTH") {
        LoginService::User
    } else {
        return None;
    };
    Some((service, success))
}

/// Returns the address in FortiGate's `remip="…"` or `ui="https(203.0.113.9)"`.
fn console(event: &Event<'_>) -> Option<IpAddr> {
    if let Some(ip) = field(event, "remip").and_then(|ip| ip.parse().ok()) {
        return Some(ip);
    }
    let ui = field(event, "ui")?;
    let (_, rest) = ui.split_once('(')?;
    rest.split(')').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;

    use super::*;

    #[test]
    fn only_log_ins_are_attempts() {
        let registry = Registry::open();
        let cases = [
            (Vendor::Fortigate, "0101039426", Disposition::Blocked, Some((LoginService::Vpn, false))),
            (Vendor::Fortigate, "0101039424", Disposition::Unknown, Some((LoginService::Vpn, true))),
            (Vendor::Fortigate, "0100032002", Disposition::Unknown, Some((LoginService::Admin, false))),
            (Vendor::Fortigate, "0100032003", Disposition::Unknown, None),
            (Vendor::Fortigate, "0101039424", Disposition::Blocked, Some((LoginService::Vpn, false))),
            (Vendor::Fortigate, "0100032021", Disposition::Blocked, None),
            (Vendor::Fortigate, "0000000000", Disposition::Blocked, Some((LoginService::Vpn, false))),
            (Vendor::Panos, "gateway-auth", Disposition::Blocked, Some((LoginService::Vpn, false))),
            (Vendor::Panos, "gateway-auth", Disposition::Unknown, None),
        ];
        for (vendor, log_id, disposition, expected) in cases {
            let mut event = Event::new(&registry.tenants()[0], vendor, EventTime::EPOCH);
            event.function = Function::Vpn;
            event.log_type = if vendor == Vendor::Panos { "GLOBALPROTECT".into() } else { "event".into() };
            event.log_id = Some(log_id.into());
            event.disposition = disposition;
            event.src_ip = Some("203.0.113.9".parse().unwrap());
            event.user = Some("Suzuki".into());
            let got = login(&event).map(|attempt| (attempt.service, attempt.success));
            assert_eq!(got, expected, "{log_id}");
        }
    }
}
