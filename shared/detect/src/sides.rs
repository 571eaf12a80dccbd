//! Who is inside, who sent what: the two ends of a session as the tenant sees them.

use std::net::IpAddr;

use hinomi_model::{Direction, Event, Payload};

/// The two ends of an event's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) initiator: Option<IpAddr>,
    /// After destination NAT.
    pub(crate) responder: Option<IpAddr>,
    pub(crate) initiator_inside: bool,
    pub(crate) responder_inside: bool,
    pub(crate) payload: Payload,
}

impl Sides {
    /// Reads the sides of an event.
    ///
    /// The tenant's networks decide. Where they know neither end (public addresses without a registry), the event's
    /// own direction does, which parse took from interface roles or zones.
    #[inline]
    pub(crate) fn of(event: &Event<'_>) -> Self {
        let initiator = event.src_ip.filter(|ip| !ip.is_unspecified());
        let responder = event.responder().filter(|ip| !ip.is_unspecified());
        let inside = |ip: Option<IpAddr>| ip.is_some_and(|ip| event.tenant.is_inside(ip));
        let mut initiator_inside = inside(initiator);
        let mut responder_inside = inside(responder) || inside(event.dst_ip);
        if !initiator_inside && !responder_inside {
            let (sender, receiver) = match event.direction {
                Some(Direction::Inbound) => (false, true),
                Some(Direction::Outbound) => (true, false),
                Some(Direction::Internal) => (true, true),
                Some(Direction::External) | None => (false, false),
            };
            (initiator_inside, responder_inside) = match event.payload {
                Payload::Initiator => (sender, receiver),
                Payload::Responder => (receiver, sender),
            };
        }
        Sides { initiator, responder, initiator_inside, responder_inside, payload: event.payload }
    }

    /// Returns the way from initiator to responder.
    pub(crate) fn session_direction(&self) -> Direction {
        way(self.initiator_inside, self.responder_inside)
    }

    /// Returns the way of the payload.
    pub(crate) fn payload_direction(&self) -> Direction {
        match self.payload {
            Payload::Initiator => self.session_direction(),
            Payload::Responder => way(self.responder_inside, self.initiator_inside),
        }
    }
}

fn way(sender_inside: bool, receiver_inside: bool) -> Direction {
    match (sender_inside, receiver_inside) {
        (true, true) => Direction::Internal,
        (true, false) => Direction::Outbound,
        (false, true) => Direction::Inbound,
        (false, false) => Direction::External,
    }
}

#[cfg(test)]
mod tests {
    use hinomi_model::registry::Registry;
    use hinomi_model::{EventTime, Vendor};

    use super::*;

    #[test]
    fn networks_decide_and_zones_stand_in() {
        let registry = Registry::open();
        let tenant = &registry.tenants()[0];
        let cases = [
            ("10.0.0.5", "203.0.113.9", Some(Direction::Inbound), Payload::Initiator, Direction::Outbound),
            (
                "203.0.113.9",
                "198.51.100.10",
                Some(Direction::Inbound),
                Payload::Initiator,
                Direction::Inbound,
            ),
            (
                "198.51.100.10",
                "203.0.113.9",
                Some(Direction::Inbound),
                Payload::Responder,
                Direction::Inbound,
            ),
            ("203.0.113.9", "198.51.100.10", None, Payload::Initiator, Direction::External),
        ];
        for (src, dst, direction, payload, expected) in cases {
            let mut event = Event::new(tenant, Vendor::Fortigate, EventTime::EPOCH);
            event.src_ip = Some(src.parse().unwrap());
            event.dst_ip = Some(dst.parse().unwrap());
            event.direction = direction;
            event.payload = payload;
            assert_eq!(Sides::of(&event).payload_direction(), expected, "{src} {dst}");
        }
    }
}
