//! The tables of the embedded store and the shape of their keys. Changing one is another [`FORMAT`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hinomi_model::{Channel, Level};
use redb::{TableDefinition, TableError, WriteTransaction};

use crate::ports::{Standing, Unit};

/// The format of the database as a whole.
pub(super) const FORMAT: u64 = 1;

/// How many tables there are; a store with fewer was made by an older program of the same format.
pub(super) const TABLES: usize = 15;

/// A unit of delivery: incident, notice, contact, channel.
pub(super) type UnitKey<'k> = (u128, &'k str, &'k str, &'k str);
/// A sighting: tenant, indicator, host.
pub(super) type HostKey<'k> = (&'k str, &'k str, &'k [u8; 17]);

/// `format` → [`FORMAT`].
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// Tenant, subject → version, state.
pub(super) const STATES: TableDefinition<'_, (&str, &str), (u64, &[u8])> = TableDefinition::new("states");
/// Incident → tenant, document.
pub(super) const INCIDENTS: TableDefinition<'_, u128, (&str, &[u8])> = TableDefinition::new("incidents");
/// Tenant, incident.
pub(super) const OF_TENANT: TableDefinition<'_, (&str, u128), ()> =
    TableDefinition::new("incidents_of_tenant");
/// Tenant, subject → when it wants to be looked at.
pub(super) const WAKES: TableDefinition<'_, (&str, &str), i64> = TableDefinition::new("wakes");
/// The same by time: time, tenant, subject.
pub(super) const WAKING: TableDefinition<'_, (i64, &str, &str), ()> = TableDefinition::new("waking");
/// Open incident → its place in the queue.
pub(super) const STANDINGS: TableDefinition<'_, u128, (i8, i64)> = TableDefinition::new("standings");
/// The queue: level, last seen turned round so that the last comes first, incident.
pub(super) const QUEUE: TableDefinition<'_, (i8, i64, u128), ()> = TableDefinition::new("queue");
/// Notice → due, notice.
pub(super) const WAITING: TableDefinition<'_, &str, (i64, &[u8])> = TableDefinition::new("outbox");
/// Due, notice.
pub(super) const DUE: TableDefinition<'_, (i64, &str), ()> = TableDefinition::new("outbox_due");
/// Notices that are dealt with.
pub(super) const DONE: TableDefinition<'_, &str, ()> = TableDefinition::new("outbox_done");
/// Sighting → first time.
pub(super) const SCOPE: TableDefinition<'_, HostKey<'static>, i64> = TableDefinition::new("scope");
/// Unit → record as JSON.
pub(super) const DELIVERIES: TableDefinition<'_, UnitKey<'static>, &str> = TableDefinition::new("deliveries");
/// Time of the claim, unit: those not confirmed.
pub(super) const CLAIMED: TableDefinition<'_, (i64, UnitKey<'static>), ()> = TableDefinition::new("claimed");
/// Key → version, document.
pub(super) const LEDGER: TableDefinition<'_, &str, (u64, &[u8])> = TableDefinition::new("ledger");

/// Makes every table, so that no read meets a missing one.
pub(super) fn all_tables(write: &WriteTransaction) -> Result<(), TableError> {
    write.open_table(META)?.insert("format", FORMAT)?;
    write.open_table(STATES)?;
    write.open_table(INCIDENTS)?;
    write.open_table(OF_TENANT)?;
    write.open_table(WAKES)?;
    write.open_table(WAKING)?;
    write.open_table(STANDINGS)?;
    write.open_table(QUEUE)?;
    write.open_table(WAITING)?;
    write.open_table(DUE)?;
    write.open_table(DONE)?;
    write.open_table(SCOPE)?;
    write.open_table(DELIVERIES)?;
    write.open_table(CLAIMED)?;
    write.open_table(LEDGER)?;
    Ok(())
}

/// Returns where an open incident stands in the queue; `None` for one that is over.
pub(super) fn queue_place(standing: &Standing) -> Option<(i8, i64)> {
    standing.open.then_some((queue_of(standing.level), !standing.last_seen.nanos()))
}

/// Returns the number of a level's queue; that of health is -1.
pub(super) fn queue_of(level: Option<Level>) -> i8 {
    level.and_then(|level| level.number().try_into().ok()).unwrap_or(-1)
}

pub(super) fn unit_key(unit: &Unit) -> UnitKey<'_> {
    (unit.incident.0, &unit.notice, &unit.contact, unit.channel.as_str())
}

pub(super) fn channel_of(word: &str) -> Option<Channel> {
    Channel::from_word(word)
}

/// Writes an address so that bytes sort as addresses do: the family, then the address.
pub(super) fn host_key(host: IpAddr) -> [u8; 17] {
    let mut key = [0; 17];
    match host {
        IpAddr::V4(ip) => {
            key[0] = 4;
            key[1..5].copy_from_slice(&ip.octets());
        }
        IpAddr::V6(ip) => {
            key[0] = 6;
            key[1..].copy_from_slice(&ip.octets());
        }
    }
    key
}

pub(super) fn host_of(key: &[u8; 17]) -> Option<IpAddr> {
    let [family, address @ ..] = key;
    match family {
        4 => {
            let [a, b, c, d, ..] = *address;
            Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        6 => Some(IpAddr::V6(Ipv6Addr::from(*address))),
        _ => None,
    }
}
