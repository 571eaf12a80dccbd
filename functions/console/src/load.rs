//! What a page needs from the store: incidents, and who was told of each.

use hinomi_model::registry::{Registry, Tenant};
use hinomi_model::{EventTime, Incident, IncidentId, Level, Settings};
use hinomi_steps::{Result, complete, documents, together};
use hinomi_store::{Deliveries, Delivery, Message, Scope, States, StoredIncident};

use crate::request::{Filter, Shown};

/// Incidents read of each level. A queue that is longer is no queue that a person works through; the page says so.
const MAX_READ: usize = 100;
/// Incidents read of each level when one tenant's are looked for among them.
const MAX_SEARCHED: usize = 300;
/// Rows on the page, the most serious first; each costs a look at who was told, and all looks are made at once.
pub(crate) const MAX_ROWS: usize = 60;
/// Ids under which deliveries of an incident are looked for: its own, and those that it took over.
const MAX_IDS: usize = 4;

/// The levels of the queue in their order; `None` is health.
pub(crate) const LEVELS: [Option<Level>; 5] =
    [Some(Level::FOUR), Some(Level::THREE), Some(Level::TWO), None, Some(Level::ONE)];

/// The open incidents.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// How many there are of each of [`LEVELS`]; `None` where they were not counted.
    pub(crate) counts: Vec<Option<Count>>,
    /// How many of each level were read at most.
    pub(crate) limit: usize,
    /// Those that the filter lets through, the most serious first, then the last seen.
    pub(crate) rows: Vec<Row>,
    /// How many the filter lets through, those beyond [`MAX_ROWS`] among them.
    pub(crate) found: usize,
    /// Tenants that have one, sorted.
    pub(crate) tenants: Vec<String>,
    /// Entries that this version cannot read.
    pub(crate) unreadable: usize,
}

/// How many, and whether there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) known: usize,
    pub(crate) more: bool,
}

/// One open incident.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) incident: Incident,
    pub(crate) told: Told,
}

/// Whether an incident was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was, first at a time, by these deliveries.
    Yes { first: EventTime, deliveries: Vec<Delivery> },
    /// A message is on its way, or its sending was not confirmed.
    OnItsWay { deliveries: Vec<Delivery> },
    /// It should be, and was not yet.
    NotYet,
    /// Nobody is told of such.
    NotNeeded,
}

/// Returns the receipt of what was delivered; a refusal is none.
pub(crate) fn receipt(delivery: &Delivery) -> Option<&Message> {
    delivery.messages.iter().find(|message| message.refused().is_none())
}

impl Told {
    pub(crate) fn of(incident: &Incident, deliveries: Vec<Delivery>) -> Self {
        let confirmed = deliveries.iter().filter_map(receipt);
        match confirmed.map(|message| message.at).min() {
            Some(first) => Told::Yes { first, deliveries },
            None if !deliveries.is_empty() => Told::OnItsWay { deliveries },
            // A day's digest tells it with others, and is kept under the first of those.
            None if incident.digest => Told::NotNeeded,
            None if incident.core.level.is_none_or(|level| level >= Level::TWO) => Told::NotYet,
            None => Told::NotNeeded,
        }
    }

    pub(crate) fn deliveries(&self) -> &[Delivery] {
        match self {
            Told::Yes { deliveries, .. } | Told::OnItsWay { deliveries } => deliveries,
            Told::NotYet | Told::NotNeeded => &[],
        }
    }
}

/// Loads the queue.
pub(crate) async fn queue(store: &(impl States + Deliveries), filter: &Filter) -> Result<Queue> {
    let limit = if filter.tenant.is_some() { MAX_SEARCHED } else { MAX_READ };
    // Level 1 is much and rarely looked at; the others are counted on every page.
    let asked: Vec<Option<Level>> = LEVELS
        .into_iter()
        .filter(|level| {
            *level != Some(Level::ONE) || filter.shown.holds(*level) && filter.shown != Shown::Told
        })
        .collect();
    let read = together(asked.iter().map(|level| store.queue(*level, limit))).await;
    let mut queue = Queue { limit, ..Queue::default() };
    let mut found = Vec::new();
    for (level, stored) in asked.iter().zip(read) {
        let stored = stored?;
        let more = stored.len() >= limit;
        let mut known = 0;
        for stored in &stored {
            if !queue.tenants.iter().any(|tenant| tenant == stored.tenant.as_str()) {
                queue.tenants.push(stored.tenant.as_str().to_owned());
            }
            if filter.tenant.as_deref().is_some_and(|tenant| tenant != stored.tenant.as_str()) {
                continue;
            }
            known += 1;
            if !filter.shown.holds(*level) {
                continue;
            }
            queue.found += 1;
            if found.len() >= MAX_ROWS {
                continue;
            }
            match decode(stored) {
                Ok(incident) => found.push(incident),
                Err(_) => queue.unreadable += 1,
            }
        }
        queue.counts.push(Some(Count { known, more }));
    }
    queue.counts.resize(LEVELS.len(), None);
    queue.tenants.sort_unstable();
    let told = together(found.iter().map(|incident| deliveries(store, incident))).await;
    for (incident, told) in found.into_iter().zip(told) {
        let told = Told::of(&incident, told?);
        queue.rows.push(Row { incident, told });
    }
    Ok(queue)
}

/// Loads an incident; `None` when there is none, or it was merged into another or is past its time.
pub(crate) async fn incident(
    store: &(impl States + Deliveries + Scope),
    registry: &Registry,
    id: IncidentId,
) -> Result<Option<Row>> {
    let Some(mut incident) = hinomi_steps::incident(store, id).await? else { return Ok(None) };
    complete(store, registry, &Settings::default(), &mut incident).await?;
    let told = Told::of(&incident, deliveries(store, &incident).await?);
    Ok(Some(Row { incident, told }))
}

async fn deliveries(store: &impl Deliveries, incident: &Incident) -> Result<Vec<Delivery>> {
    let ids = std::iter::once(&incident.core.id).chain(&incident.core.aliases).take(MAX_IDS);
    let mut all = Vec::new();
    for deliveries in together(ids.map(|id| store.of(*id))).await {
        all.extend(deliveries?);
    }
    all.sort_by_key(|delivery| delivery.messages.first().map_or(EventTime::MAX, |message| message.at));
    Ok(all)
}

fn decode(stored: &StoredIncident) -> Result<Incident> {
    documents::unpack(&stored.bytes)
}

/// Returns the tenant's name for people; its id when the registry knows it no more.
pub(crate) fn name_of<'n>(tenant: Option<&'n Tenant>, incident: &'n Incident, ja: bool) -> &'n str {
    match tenant {
        Some(tenant) if ja => &tenant.name.ja,
        Some(tenant) => &tenant.name.en,
        None => incident.core.tenant.as_str(),
    }
}
