//! Event → facts and findings; facts and findings → more findings.
//!
//! [`Examiner`] reads every event and keeps what could matter: a finding for what the appliance itself says is worth
//! judging, coalesced with exact counts, a few packed bytes for every session and log-in, and what a device shows of
//! its own health: that it talks, what it measures, what befell it. [`Follow`] reads those
//! facts against the findings that leave a question open: did the attacked server answer, did it call back, to how
//! many hosts did this one speak, did the guessing succeed. [`Watch`] reads what devices say of themselves, and that they
//! say anything at all.
//!
//! Nothing here gives a level, knows an allow list or trusts a vendor's severity: that is the judge's, who reads
//! findings only. Pure: no clock, no I/O; the same events give the same findings in any order.

mod appliance;
mod coalesce;
mod examine;
mod facts;
mod follow;
mod habit;
mod indicators;
mod kinds;
mod known;
mod line;
mod sides;
mod signs;
mod subject;
mod tables;
mod text;
mod verdict;
mod watch;
mod writer;

pub use coalesce::evidence;
pub use examine::{Counts, Examined, Examiner};
pub use follow::{Follow, Missed};
pub use habit::Habits;
pub use indicators::{Indicators, MAX_INDICATORS, NoIndicator, RefusedIndicator};
pub use known::KnownLines;
pub use line::line_id;
pub use watch::{Watch, settle_vitals, take_vitals};
