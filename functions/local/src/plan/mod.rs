//! What a load takes on AWS and what it costs a month: `hinomi plan`.
//!
//! Formulas, not a simulation: each is written at the function that holds it, in the units of AWS's own limits and prices,
//! and held by a case worked out by hand. What is assumed and not asked is an [`Assumption`], shown with its reason.
//! Steady state: the archive has been filled for as long as it is kept. A month is 730.5 hours.

mod bill;
mod capacity;
mod prices;

use serde::Serialize;

pub use bill::{Line, Part};
pub use capacity::{Capacity, Function, StreamMode};

use prices::{AS_OF, Prices};

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Days of a month.
const DAYS: f64 = 365.25 / 12.0;
/// A gigabyte as AWS bills it.
const GB: f64 = 1_073_741_824.0;
/// Part of the bill from which on a part of it is worth turning a knob for.
const DOMINATES: f64 = 0.15;

/// A load, and what else changes the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Log lines a day.
    pub events_per_day: f64,
    /// Bytes of a line as the device wrote it.
    pub avg_bytes: f64,
    /// The busiest hours' rate, in average rates.
    pub peak: f64,
    /// How many times smaller collectors make the text.
    pub compression: f64,
    /// Days for which raw logs are kept.
    pub retention_days: f64,
    /// Customers.
    pub tenants: f64,
    /// Findings in a million lines.
    pub findings_per_million: f64,
    /// Seconds for which a batch of ingest is gathered.
    pub window: f64,
    /// Lines a second from a record to findings on one core of the machine that measured.
    pub events_per_core: f64,
    /// Lines a second from raw objects to the columnar archive on one core of that machine.
    pub archive_per_core: f64,
    /// Copies of compact that share the customers.
    pub compactors: f64,
    /// Terabytes that queries of the columnar archive read in a month.
    pub athena_tb: f64,
    /// What another product takes for a gigabyte of text.
    pub siem_usd_per_gb: Option<f64>,
}

/// Something that is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// Its name; the sentence of its reason is called after it.
    pub name: &'static str,
    /// How much.
    pub value: f64,
}

/// What a load is, a second and a day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    /// Lines a second.
    pub events_per_s: f64,
    /// Lines a second in the busiest hours.
    pub peak_events_per_s: f64,
    /// Bytes a day as the devices write them.
    pub text_bytes_per_day: f64,
    /// Bytes a day as collectors send them.
    pub sent_bytes_per_day: f64,
}

/// The price of another product for the same text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Siem {
    /// For a gigabyte.
    pub usd_per_gb: f64,
    /// For a month.
    pub usd: f64,
}

/// What a load takes and costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The region whose prices these are.
    pub region: String,
    /// When the prices were read.
    pub prices_as_of: &'static str,
    /// The load.
    pub load: Load,
    /// What it takes.
    pub capacity: Capacity,
    /// What it costs a month, the most expensive part first.
    pub bill: Vec<PartOfBill>,
    /// All of it, in dollars a month.
    pub usd: f64,
    /// For each customer, in dollars a month.
    pub usd_per_tenant: f64,
    /// For a million lines, in dollars.
    pub usd_per_million: f64,
    /// What another product would take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub siem: Option<Siem>,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
}

/// One part of the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartOfBill {
    /// Which.
    pub part: Part,
    /// Dollars a month.
    pub usd: f64,
    /// It is one of those that make the bill.
    pub dominates: bool,
    /// What it is made of.
    pub lines: Vec<Line>,
}

/// Works out what a load takes and costs in a region; `None` when there are no prices of the region.
pub fn plan(question: &Question, region: &str) -> Option<Plan> {
    let prices = Prices::of(region)?;
    let load = Load::of(question);
    let (provisioned, on_demand) = (
        Capacity::of(question, &load, StreamMode::Provisioned),
        Capacity::of(question, &load, StreamMode::OnDemand),
    );
    let total = |parts: &[(Part, Vec<Line>)]| -> f64 {
        parts.iter().flat_map(|(_, lines)| lines).map(|line| line.usd).sum()
    };
    let bills = [provisioned, on_demand].map(|capacity| {
        let parts = bill::parts(question, &load, &capacity, prices);
        (total(&parts), parts, capacity)
    });
    let (usd, parts, capacity) = bills.into_iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut bill: Vec<PartOfBill> = parts
        .into_iter()
        .map(|(part, lines)| {
            let of_part: f64 = lines.iter().map(|line| line.usd).sum();
            PartOfBill { part, usd: of_part, dominates: of_part >= usd * DOMINATES, lines }
        })
        .collect();
    bill.sort_by(|a, b| b.usd.total_cmp(&a.usd));
    Some(Plan {
        region: region.to_owned(),
        prices_as_of: AS_OF,
        load,
        capacity,
        bill,
        usd,
        usd_per_tenant: usd / question.tenants,
        usd_per_million: usd / (question.events_per_day * DAYS / 1e6),
        siem: question
            .siem_usd_per_gb
            .map(|usd_per_gb| Siem { usd_per_gb, usd: usd_per_gb * load.text_bytes_per_day / 1e9 * DAYS }),
        assumptions: assumptions().collect(),
    })
}

/// Returns what is taken for granted, whatever the load.
pub fn assumptions() -> impl Iterator<Item = Assumption> {
    capacity::assumptions().chain(bill::assumptions())
}

/// Returns the regions that there are prices of.
pub fn regions() -> impl Iterator<Item = &'static str> {
    Prices::regions()
}

impl Load {
    /// `events / 86,400`, times the peak; `events * bytes`, divided by the compression.
    fn of(question: &Question) -> Self {
        let events_per_s = question.events_per_day / DAY;
        let text_bytes_per_day = question.events_per_day * question.avg_bytes;
        Load {
            events_per_s,
            peak_events_per_s: events_per_s * question.peak,
            text_bytes_per_day,
            sent_bytes_per_day: text_bytes_per_day / question.compression,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
