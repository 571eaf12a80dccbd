//! Findings to incidents to notices through the ports: what comes of them must not depend on how they are cut into
//! batches, on who else is at it, or on what fails and dies in between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken fixture ends the test")]

mod batches;
mod blind;
mod crash;
#[path = "../../../correlate/tests/common/mod.rs"]
mod findings;
mod posting;
mod together;
mod world;
