//! End-to-end tests.
//!
//! [`stories`] holds the scenario suite: every story by which the service's rules are settled, as log lines that a
//! generator writes for both vendors and as what must come of them. [`encodings`] holds a line of every log type, and the
//! stories in other encodings. [`harness`] is the one place that runs the engine. [`poller`] and [`cloud`] run its
//! functions as Lambda would, in one process; [`emulator`] is the world around the platform as it is deployed to the
//! emulator. [`console`] shows the sample day.

pub mod cloud;
pub mod columns;
pub mod console;
pub mod dated;
pub mod duckdb;
pub mod emulator;
pub mod encodings;
pub mod envelopes;
pub mod expect;
pub mod harness;
pub mod play;
pub mod poller;
pub mod reading;
pub mod same;
pub mod soak;
pub mod stories;
pub mod story;
