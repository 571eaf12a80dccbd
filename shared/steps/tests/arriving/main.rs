//! What arrives, step by step: lines of the sample day as records of a stream, read, followed, and read again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this binary is a test; its helpers fail it as loudly"
)]

mod columns;
mod compact;
mod crash;
mod follow;
mod ingest;
mod redrive;
mod stored;
mod watch;
mod world;
