//! Incidents as they are stored, and the view across their tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_correlate::{Blind, blind_times, scope_key, with_blind_times, with_scope};
use hinomi_model::registry::Registry;
use hinomi_model::{
    DeviceId, Finding, Host, Incident, IncidentId, IncidentKind, Settings, Subject, TenantId,
};
use hinomi_store::{Scope, Sighting, States, limits};

use crate::documents;
use crate::error::Result;
use crate::subjects::{decode, key_of};

/// Hosts that a scope names; beyond, it is "many" whatever the number.
const MAX_SCOPE_HOSTS: usize = 256;

/// Appliances of a tenant whose health is asked for when an incident is read, those that logged it first. Beyond, a blind
/// time of a further one goes unsaid; no tenant has as many.
const MAX_DEVICES: usize = 128;

/// Returns an incident as it is stored; `None` when it is none any more.
///
/// # Errors
///
/// When the store fails or holds something else.
pub async fn incident(store: &impl States, id: IncidentId) -> Result<Option<Incident>> {
    let Some(stored) = store.incident(id).await? else { return Ok(None) };
    Ok(Some(documents::unpack(&stored.bytes)?))
}

/// Adds to an incident what its tenant as a whole knows now: who else showed its files and destinations, and when an
/// appliance was blind that could have told more. Whoever shows an incident to somebody does this first.
///
/// # Errors
///
/// When the store fails.
pub async fn complete(
    store: &(impl States + Scope),
    registry: &Registry,
    settings: &Settings,
    incident: &mut Incident,
) -> Result<()> {
    add_scope(store, incident).await?;
    if incident.core.kind != IncidentKind::Attack {
        return Ok(());
    }
    let logged = incident.core.devices.iter().map(String::as_str);
    let blind = blind(store, registry, settings, &incident.core.tenant, logged).await?;
    with_blind_times(incident, &blind, settings);
    Ok(())
}

/// Returns the blind times of a tenant's appliances, and of those with some names.
async fn blind(
    store: &impl States,
    registry: &Registry,
    settings: &Settings,
    tenant: &TenantId,
    logged: impl Iterator<Item = &str>,
) -> Result<Vec<Blind>> {
    let own = registry.tenant(tenant).map_or(&[][..], |tenant| tenant.devices.as_slice());
    let shared = registry.shared_devices().iter().map(|shared| &shared.device);
    let registered: Vec<_> = own.iter().chain(shared).collect();
    let known = |name: &str| {
        let device = registered.iter().find(|device| device.id == name);
        device.map_or_else(|| DeviceId::new(name), |device| device.identity().clone())
    };
    let mut devices: Vec<DeviceId> = Vec::new();
    let mut seen = BTreeSet::new();
    for device in logged.map(known).chain(registered.iter().map(|device| device.identity().clone())) {
        if devices.len() < MAX_DEVICES && seen.insert(device.clone()) {
            devices.push(device);
        }
    }
    let mut keys = Vec::new();
    let mut members = Vec::new();
    for device in devices {
        let of_pair = registered.iter().filter(|other| *other.identity() == device).count();
        for problem in Blind::PROBLEMS {
            keys.push(key_of(tenant, &Subject::Health(device.clone(), problem)));
            members.push(of_pair);
        }
    }
    let mut found = Vec::new();
    for (stored, members) in store.load(&keys).await?.iter().zip(members) {
        // What can't be read is set aside by whoever is to join to it; what else is known is told all the same.
        if let Some(state) = stored.as_ref().and_then(|stored| decode(stored).ok()) {
            found.extend(blind_times(&state, members, settings));
        }
    }
    Ok(found)
}

/// Adds to an incident who else in the tenant showed its files and destinations.
///
/// # Errors
///
/// When the store fails.
pub async fn add_scope(store: &impl Scope, incident: &mut Incident) -> Result<()> {
    let mut seen: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    for key in incident.core.indicators.iter().filter_map(scope_key) {
        if key.len() <= limits::KEY_BYTES && !seen.contains_key(&key) {
            let hosts = store.hosts(&incident.core.tenant, &key, MAX_SCOPE_HOSTS).await?;
            seen.insert(key, hosts.into_iter().map(|(host, _)| host).collect());
        }
    }
    with_scope(incident, &seen);
    Ok(())
}

/// Returns on which host a finding saw which file or destination.
pub fn sightings(finding: &Finding) -> impl Iterator<Item = Sighting> {
    let seen = |host: &Host| {
        let keys = finding.indicators.iter().filter_map(scope_key);
        // A key that does not fit is of no use to look things up by; the incident still names the indicator.
        let keys = keys.filter(|key| key.len() <= limits::KEY_BYTES);
        let (tenant, ip, first) = (finding.tenant.clone(), host.ip, finding.first);
        let sighting = |indicator| Sighting { tenant: tenant.clone(), indicator, host: ip, first };
        keys.map(sighting).collect::<Vec<_>>()
    };
    finding.host.as_ref().map(seen).unwrap_or_default().into_iter()
}
