//! Correlates findings into incidents: state, grouping, levels, assessment, and which notices are due.
//!
//! Pure. A subject's evidence is a set join ([`SubjectState::join`]): the same set of findings gives the same
//! incidents, byte for byte, whatever the order, repeats and batches. Judging reads nothing but evidence, the tenant's
//! registry, the settings and what it is given as [`Knowledge`]; the engine says statements, the words are `notice`'s.

mod assess;
mod attempts;
mod dispatch;
mod engine;
mod health;
mod incident;
mod judge;
mod knowledge;
mod room;
mod stages;
mod state;
mod story;
mod strand;
mod telling;
mod words;

pub use dispatch::{Ledger, Parcel};
pub use engine::{Engine, Step};
pub use health::{Blind, Heard, blind_times, with_blind_times};
pub use incident::{scope_key, with_scope};
pub use knowledge::{Knowledge, NoKnowledge};
pub use room::Room;
pub use state::{Act, ActKind, Joined, StateError, SubjectState, Written};
pub use strand::{Cell, StrandKey};
pub use telling::{Due, Told};
