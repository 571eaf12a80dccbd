//! The tables: names of keys and indexes, as `template.yaml` makes them and the adapters use them.

/// The partition key of every table, text.
pub const PARTITION: &str = "pk";
/// The sort key of every table, text.
pub const SORT: &str = "sk";
/// When an item is past, in epoch seconds. DynamoDB deletes it some days later; reads here treat it as absent at once.
pub const EXPIRES: &str = "ttl";

/// An index over a table's items that have both of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its partition key, text.
    pub partition: &'static str,
    /// Its sort key.
    pub sort: &'static str,
    /// Whether the sort key is a number; else it is text.
    pub number: bool,
    /// What it holds beside the keys.
    pub includes: &'static [&'static str],
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is called in documents; its real name is the deployment's.
    pub name: &'static str,
    /// Its indexes.
    pub indexes: &'static [Index],
    /// Whether its new images feed a stream.
    pub stream: bool,
}

/// Subjects that want to be looked at, by time; in [`WAKE_SHARDS`] partitions.
pub const WAKE: Index =
    Index { name: "wake", partition: "wp", sort: "wt", number: true, includes: &[EXPIRES] };
/// Notices that wait, by time.
pub const DUE: Index = Index { name: "due", partition: "dp", sort: "dt", number: true, includes: &[] };
/// Incidents of a tenant, by id.
pub const TENANT: Index = Index { name: "tenant", partition: "tn", sort: "id", number: false, includes: &[] };
/// Open incidents of a level, by when they were last seen.
pub const QUEUE: Index = Index { name: "queue", partition: "qp", sort: "qt", number: true, includes: &[] };
/// Deliveries that nobody confirmed, by when they were claimed.
pub const OPEN: Index = Index { name: "open", partition: "op", sort: "ot", number: true, includes: &[] };

/// States of subjects, incidents, and the outbox: what a commit writes together.
pub const INCIDENTS: Table = Table { name: "incidents", indexes: &[WAKE, DUE, TENANT, QUEUE], stream: true };
/// Who was told what. Feeds no stream: who reads the outbox's stream writes here.
pub const DELIVERIES: Table = Table { name: "deliveries", indexes: &[OPEN], stream: false };
/// Which host saw which indicator.
pub const SCOPE: Table = Table { name: "scope", indexes: &[], stream: false };
/// Small documents.
pub const LEDGER: Table = Table { name: "ledger", indexes: &[], stream: false };
/// All tables.
pub const TABLES: [Table; 4] = [INCIDENTS, DELIVERIES, SCOPE, LEDGER];

/// Partitions of [`WAKE`]. Each commit of a subject moves its entry there; a partition takes a thousand moves a second.
pub const WAKE_SHARDS: u64 = 4;
