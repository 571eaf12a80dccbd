//! The finding that an unusual hour is.

use std::net::IpAddr;

use hinomi_model::registry::Registry;
use hinomi_model::{
    Direction, Disposition, FactSource, Finding, FindingId, FindingKind, Fingerprint, Function, Habit, Host,
    Measure, Role, Subject, Unusual,
};

use super::HOUR;
use crate::appliance;
use crate::follow::{Origin, plain};

pub(super) fn finding(registry: &Registry, source: &FactSource, ip: IpAddr, habit: Habit) -> Finding {
    let print = Fingerprint::new("habit")
        .text(source.tenant.as_str())
        .text(source.device.as_str())
        .text(&ip.to_string())
        .text(habit.unusual.as_str())
        .number(i128::from(habit.since.nanos()));
    let origin = Origin {
        tenant: source.tenant.clone(),
        device: source.device.clone(),
        vendor: appliance::vendor(registry, source),
        function: Function::Firewall,
    };
    let role = registry.tenant(&source.tenant).map_or(Role::Client, |tenant| tenant.role(ip));
    let blocked = habit.unusual == Unusual::DeniedOutSurge;
    let id = FindingId(print.finish());
    // The hour is over; its last second is the last that is known of.
    let last = habit.since.plus(HOUR - 1);
    Finding {
        first: habit.since,
        disposition: if blocked { Disposition::Blocked } else { Disposition::Allowed },
        direction: Direction::Outbound,
        host: Some(Host { ip, name: None, role }),
        what: Some(habit.unusual.as_str().to_owned()),
        bytes_out: (habit.measure == Measure::BytesOut).then_some(habit.seen),
        technique: (habit.unusual == Unusual::Upload).then(|| "T1048".to_owned()),
        habit: Some(habit),
        ..plain(&origin, Subject::Host(ip), FindingKind::Behaviour, id, last)
    }
}
