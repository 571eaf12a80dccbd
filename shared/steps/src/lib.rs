//! The engine's steps through the ports: what stands between lines and notices, whatever keeps and carries them.
//!
//! `parse`, `detect`, `correlate` and `notice` take values and return values; `store` keeps things. Here are the ways
//! between them, written once: the command runs them on this machine with [`hinomi_store::block_on`], the cloud's
//! functions run them on an executor. Nothing here knows a cloud, an event of one, or a clock: time is an argument.
//!
//! Each step may be repeated after any failure and at any point: ids are fingerprints of content, writes are
//! conditional, and what was done already is recognised. What can never be done is set aside under its name, so that
//! it holds up nothing else ([`Error::is_retryable`] tells the two apart).

mod caught;
pub mod compact;
pub mod correlate;
pub mod documents;
pub mod enrol;
mod error;
pub mod facts;
pub mod follow;
mod framed;
mod incidents;
pub mod indicators;
pub mod ingest;
mod last_good;
mod minutes;
pub mod post;
pub mod proof;
pub mod quarantine;
pub mod raw;
mod reading;
pub mod redrive;
pub mod registry;
mod set_aside;
mod shelf;
mod subjects;
mod together;
mod vitals;
pub mod watch;

pub use caught::{Panicked, caught, caught_line};
pub use correlate::Correlate;
pub use error::{Error, Result};
pub use incidents::{add_scope, complete, incident, sightings};
pub use post::Post;
pub use proof::{KeptLine, Lines};
pub use reading::read_event;
pub use subjects::{Change, Moves, Subjects, key_of};
pub use together::together;
