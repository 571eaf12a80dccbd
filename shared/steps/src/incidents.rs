//! Incidents as they are stored, and the view across their tenant.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hinomi_correlate::{scope_key, with_scope};
use hinomi_model::{Finding, Host, Incident, IncidentId};
use hinomi_store::{Scope, Sighting, States, limits};

use crate::documents;
use crate::error::Result;

/// Hosts that a scope names; beyond, it is "many" whatever the number.
const MAX_SCOPE_HOSTS: usize = 256;

/// Returns an incident as it is stored; `None` when it is none any more.
///
/// # Errors
///
/// When the store fails or holds something else.
pub async fn incident(store: &impl States, id: IncidentId) -> Result<Option<Incident>> {
    let Some(stored) = store.incident(id).await? else { return Ok(None) };
    Ok(Some(documents::unpack(&stored.bytes)?))
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
