//! Puts initiator and responder in their places, and says which way the payload went.
//!
//! A THREAT row is written from the attack's point of view: when the payload came from the server
//! (`server-to-client`), the row has the server as source, and addresses, ports, zones, countries, users and
//! translated addresses are turned with it, while the TRAFFIC row of the same session has the client as source.
//! URL rows keep the client as source; rows about files are seen both ways, and their ports tell.

use std::net::IpAddr;

use hinomi_model::{Direction, Disposition, Event, Payload, Posture};

use super::columns::Slot;
use super::kind::Kind;
use super::values::Values;
use super::words::{self, Side};
use crate::value;

/// What a row says of one end of the session.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) ip: Slot,
    pub(crate) port: Slot,
    pub(crate) nat_ip: Slot,
    pub(crate) nat_port: Slot,
    pub(crate) zone: Slot,
    pub(crate) country: Slot,
    pub(crate) user: Slot,
    pub(crate) host: Slot,
}

static SOURCE: End = End {
    ip: Slot::Src,
    port: Slot::SrcPort,
    nat_ip: Slot::NatSrc,
    nat_port: Slot::NatSrcPort,
    zone: Slot::SrcZone,
    country: Slot::SrcCountry,
    user: Slot::SrcUser,
    host: Slot::SrcHost,
};

static DESTINATION: End = End {
    ip: Slot::Dst,
    port: Slot::DstPort,
    nat_ip: Slot::NatDst,
    nat_port: Slot::NatDstPort,
    zone: Slot::DstZone,
    country: Slot::DstCountry,
    user: Slot::DstUser,
    host: Slot::DstHost,
};

/// Which end of a row is which end of the session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) initiator: &'static End,
    pub(crate) responder: &'static End,
    pub(crate) payload: Payload,
}

/// Sees which end of a row opened the session, and which one sent the payload.
pub(crate) fn ends(kind: Kind, subtype: &str, values: &Values<'_>) -> Ends {
    if kind != Kind::Threat || subtype == "url" || !is_response(values) {
        return Ends { initiator: &SOURCE, responder: &DESTINATION, payload: Payload::Initiator };
    }
    if is_turned(values) {
        return Ends { initiator: &DESTINATION, responder: &SOURCE, payload: Payload::Responder };
    }
    Ends { initiator: &SOURCE, responder: &DESTINATION, payload: Payload::Responder }
}

/// Fills what depends on both ends: user, host, posture, direction.
pub(crate) fn judge<'a>(ends: Ends, event: &mut Event<'a>, values: &mut Values<'a>) {
    if event.user.is_none() {
        set_user(event, values, ends.initiator.user);
    }
    set_host(event, values, ends);
    event.posture = posture(event, values);
    if event.posture == Posture::Sniffer && event.disposition == Disposition::Blocked {
        event.disposition = Disposition::Detected;
    }
    event.direction = direction(event);
}

/// Tells whether the server sent the payload.
fn is_response(values: &Values<'_>) -> bool {
    match values.raw(Slot::Direction) {
        Some("server-to-client" | "server to client" | "1") => true,
        Some("client-to-server" | "client to server" | "0") | None => false,
        Some(other) => {
            other.eq_ignore_ascii_case("server to client") || other.eq_ignore_ascii_case("server-to-client")
        }
    }
}

/// Tells whether a response's row has the server as source: unless its ports say clearly that the source is a client.
fn is_turned(values: &Values<'_>) -> bool {
    let port = |slot: Slot| values.raw(slot).and_then(value::port);
    let is_service = |port: u16| port < 1024 || matches!(port, 3128 | 8000 | 8080 | 8443);
    let (Some(source), Some(destination)) = (port(Slot::SrcPort), port(Slot::DstPort)) else { return true };
    is_service(source) || !is_service(destination)
}

/// Sets the initiator's user. With X-Forwarded-For in the user column the proxy's client is not lost.
fn set_user<'a>(event: &mut Event<'a>, values: &mut Values<'a>, slot: Slot) {
    let Some(user) = values.peek(slot) else { return };
    match user.strip_prefix("x-fwd-for:") {
        Some(client) => event.client_ip = event.client_ip.or_else(|| value::first_ip(client.trim())),
        None => event.user = values.text(slot),
    }
}

/// Sets the name of the inside machine.
fn set_host<'a>(event: &mut Event<'a>, values: &mut Values<'a>, ends: Ends) {
    let is_inside = |ip: Option<IpAddr>| ip.is_some_and(|ip| event.tenant.is_inside(ip));
    let responder_only = !is_inside(event.src_ip) && is_inside(event.responder());
    let end = if responder_only { ends.responder } else { ends.initiator };
    values.fill(end.host, &mut event.host);
}

/// Returns how the device stands: a TAP zone, or the same interface and zone both ways, is a copy of the traffic.
fn posture(event: &Event<'_>, values: &Values<'_>) -> Posture {
    let same_zone = event.src_zone.is_some() && event.src_zone == event.dst_zone;
    let interface = values.raw(Slot::InInterface);
    let is_mirror = same_zone && interface.is_some() && interface == values.raw(Slot::OutInterface);
    let is_tap = |zone: &Option<hinomi_model::Text<'_>>| zone.as_deref().is_some_and(words::is_tap);
    if is_mirror || is_tap(&event.src_zone) || is_tap(&event.dst_zone) {
        return Posture::Sniffer;
    }
    event.registration.map_or(Posture::Inline, |device| device.posture)
}

/// Returns the way of the payload. The tenant's networks decide; only when neither end is in them do the zones' names.
fn direction(event: &Event<'_>) -> Option<Direction> {
    let (from, to) = (event.attacker()?, event.victim()?);
    let direction = event.tenant.direction(from, to);
    if direction != Direction::External {
        return Some(direction);
    }
    let side = |zone: &Option<hinomi_model::Text<'_>>| zone.as_deref().and_then(words::side);
    let (src, dst) = (side(&event.src_zone), side(&event.dst_zone));
    let sides = match event.payload {
        Payload::Initiator => (src, dst),
        Payload::Responder => (dst, src),
    };
    Some(match sides {
        (Some(Side::Outside), Some(Side::Inside)) => Direction::Inbound,
        (Some(Side::Inside), Some(Side::Outside)) => Direction::Outbound,
        (Some(Side::Inside), Some(Side::Inside)) => Direction::Internal,
        _ => Direction::External,
    })
}
