//! What the vendors' words and numbers mean, one file a vendor and concern.
//!
//! Conditions on names, numbers and categories live here and nowhere else, so that a new signature or release is a
//! changed row. Vendors' severities are in none of them: they never decide anything.

pub(crate) mod applications;
pub(crate) mod attack_names;
pub(crate) mod cve;
pub(crate) mod fortigate_anomalies;
pub(crate) mod fortigate_categories;
pub(crate) mod fortigate_log_ids;
pub(crate) mod malware_names;
pub(crate) mod panos_categories;
pub(crate) mod panos_threat_ids;
pub(crate) mod sinkholes;
pub(crate) mod techniques;
