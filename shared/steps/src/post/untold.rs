//! What never can be delivered, until somebody was told of it.
//!
//! Its receipts are written after that and not before: a process that dies in between leaves the claim and the notice
//! where they are, so that the next one meets the same and tells it. So it is told at least once.

use std::collections::BTreeMap;

use hinomi_model::TenantId;
use hinomi_store::Unit;

/// What is written once somebody was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Untold {
    /// Claimed units that will never be delivered, with the reason.
    pub(super) units: Vec<(Unit, &'static str)>,
    /// Notices in the outbox of which nothing else waits.
    pub(super) notices: Vec<String>,
    /// Released parcels, by the tenant in whose ledger they are.
    pub(super) parcels: BTreeMap<TenantId, Vec<String>>,
}

impl Untold {
    /// Tells whether a unit is known to be one.
    pub(super) fn holds(&self, unit: &Unit) -> bool {
        self.units.iter().any(|(known, _)| known == unit)
    }
}
