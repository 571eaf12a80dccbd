//! Which hosts of a tenant saw an indicator.

use std::future::Future;
use std::net::IpAddr;

use hinomi_model::{EventTime, TenantId};

use crate::error::Result;

/// A host on which an indicator was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// Whose host.
    pub tenant: TenantId,
    /// The indicator, as stable text.
    pub indicator: String,
    /// The host.
    pub host: IpAddr,
    /// When it was first seen there.
    pub first: EventTime,
}

/// The view from an indicator to the hosts of a tenant.
pub trait Scope: Send + Sync {
    /// Notes sightings. Each (tenant, indicator, host) is kept once with its earliest time: a repeat and any order
    /// give the same. The only call that is atomic for each sighting and not for all; after an error, repeat it whole.
    fn note(&self, sightings: &[Sighting]) -> impl Future<Output = Result<()>> + Send;

    /// Returns at most `limit` hosts with the time of the first sighting, by address, IPv4 first.
    fn hosts(
        &self,
        tenant: &TenantId,
        indicator: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(IpAddr, EventTime)>>> + Send;
}
