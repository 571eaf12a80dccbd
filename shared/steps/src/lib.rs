//! The engine's steps through the ports.

pub mod caught;
pub mod facts;
mod framed;
pub mod ingest;
pub mod quarantine;
pub mod raw;
