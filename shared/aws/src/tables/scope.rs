//! Sightings: `<tenant>#<indicator>` / address, the address written so that addresses sort as numbers do.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hinomi_model::{EventTime, TenantId};
use hinomi_store::{Error, Result, Scope, Sighting, adapter};
use tokio::task::JoinSet;

use super::item::{Key, is_past, number, number_of, part, strange, text};
use crate::cloud::{Cloud, named};
use crate::meaning::meaning;
use crate::schema::{EXPIRES, PARTITION};

/// When it was first seen.
const FIRST: &str = "f";
/// Sightings noted at once. Each is a call of some milliseconds, and a batch has some tens of them.
const AT_ONCE: usize = 8;

fn partition(tenant: &TenantId, indicator: &str) -> String {
    format!("{}#{indicator}", part(tenant.as_str()))
}

/// Writes an address so that text sorts as addresses do, IPv4 first.
fn host_text(host: IpAddr) -> String {
    match host {
        IpAddr::V4(ip) => format!("4{:08x}", u32::from(ip)),
        IpAddr::V6(ip) => format!("6{:032x}", u128::from(ip)),
    }
}

fn host_of(text: &str) -> Option<IpAddr> {
    match text.split_at_checked(1)? {
        ("4", hex) => u32::from_str_radix(hex, 16).ok().map(|ip| Ipv4Addr::from(ip).into()),
        ("6", hex) => u128::from_str_radix(hex, 16).ok().map(|ip| Ipv6Addr::from(ip).into()),
        _ => None,
    }
}

impl Cloud {
    async fn note_one(self, sighting: Sighting) -> Result<()> {
        let what = "noting a sighting";
        let table = named(what, &self.names.scope)?;
        let key = Key::new(partition(&sighting.tenant, &sighting.indicator), host_text(sighting.host));
        let call = self
            .dynamo
            .update_item()
            .table_name(table)
            .set_key(Some(key.item()))
            .update_expression("SET f = :first, #ttl = :expires")
            .condition_expression("attribute_not_exists(f) OR f > :first OR #ttl <= :now")
            .expression_attribute_names("#ttl", EXPIRES)
            .expression_attribute_values(":first", number(sighting.first.nanos()))
            .expression_attribute_values(":expires", number(self.expiry(self.lifetimes.scope)))
            .expression_attribute_values(":now", number(self.now().seconds()));
        match call.send().await.map_err(|error| meaning(what, error)) {
            // It is there, with a time as early as this one.
            Err(Error::Conflict { .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

impl Scope for Cloud {
    async fn note(&self, sightings: &[Sighting]) -> Result<()> {
        sightings.iter().try_for_each(|sighting| adapter::check_key(&sighting.indicator))?;
        let mut running = JoinSet::new();
        let ended = |outcome: Result<Result<()>, tokio::task::JoinError>| {
            outcome.map_err(|error| Error::unavailable("noting sightings", error))?
        };
        for sighting in sightings {
            if running.len() >= AT_ONCE
                && let Some(outcome) = running.join_next().await
            {
                ended(outcome)?;
            }
            running.spawn(self.clone().note_one(sighting.clone()));
        }
        while let Some(outcome) = running.join_next().await {
            ended(outcome)?;
        }
        Ok(())
    }

    async fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> Result<Vec<(IpAddr, EventTime)>> {
        let what = "reading the hosts of an indicator";
        let table = named(what, &self.names.scope)?;
        let (mut hosts, mut start) = (Vec::new(), None);
        let page = i32::try_from(limit.clamp(1, 1_000)).unwrap_or(1);
        while hosts.len() < limit {
            let query = self
                .dynamo
                .query()
                .table_name(table)
                .consistent_read(true)
                .key_condition_expression("#p = :p")
                .expression_attribute_names("#p", PARTITION)
                .expression_attribute_values(":p", text(&partition(tenant, indicator)))
                .limit(page)
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|error| meaning(what, error))?;
            for item in answer.items.unwrap_or_default() {
                if is_past(&item, self.now()) {
                    continue;
                }
                let key = Key::of(&item)?;
                match (host_of(&key.sort), number_of(&item, FIRST)) {
                    (Some(host), Some(first)) => hosts.push((host, EventTime::from_nanos(first))),
                    _ => return Err(strange(&key, "host")),
                }
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        hosts.truncate(limit);
        Ok(hosts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_sort_as_addresses_do() {
        let sorted =
            ["0.0.0.0", "9.255.0.1", "10.0.0.9", "10.0.0.10", "255.0.0.1", "::", "2001:db8::1", "ff02::1"];
        let hosts: Vec<IpAddr> = sorted.iter().map(|host| host.parse().unwrap()).collect();
        let texts: Vec<String> = hosts.iter().map(|host| host_text(*host)).collect();
        assert!(texts.is_sorted());
        assert_eq!(texts.iter().map(|text| host_of(text).unwrap()).collect::<Vec<_>>(), hosts);
        for wrong in ["", "4", "5abc", "4zz", "é"] {
            assert_eq!(host_of(wrong), None, "{wrong}");
        }
    }
}
