//! The platform as `cargo xtask test emulator` and `cargo xtask local-aws` deploy it: the world around it.
//!
//! Collectors, the operator and the customers' mailboxes are played here, over plain HTTP and without the SDK, so that
//! nothing of the platform's own code stands on both sides. What is deployed is found through the environment that
//! `infra/xtask/src/emulator.rs` sets.

mod aws;
mod deployment;
mod driven;
mod http;
mod stream;
mod viewer;

use std::io;

pub use aws::{Aws, Record};
pub use deployment::{Deployment, Mailbox, Told};
pub use driven::Driven;
pub use viewer::Viewer;

/// What a line says that the program `faulty-ingest` panics on.
pub const FAULT: &str = "deliberately-unreadable";

/// Why the world around the platform failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A variable is missing: this runs by `cargo xtask test emulator` or `cargo xtask local-aws` alone.
    Environment(&'static str),
    /// A file cannot be read.
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The emulator was not reached, or hung up.
    Connection(io::Error),
    /// What came back is no answer that HTTP or the service knows.
    Answer(String),
    /// The emulator refused a call.
    Refused {
        /// Which.
        call: String,
        /// The status of its answer.
        status: u16,
        /// Its words.
        body: String,
    },
    /// The stack lacks an output.
    Output(String),
    /// Something did not happen in time.
    Late(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Environment(name) => {
                write!(
                    f,
                    "{name} is not set: run this with `cargo xtask test emulator`, or `cargo xtask local-aws`"
                )
            }
            Error::File { path, source } => write!(f, "read {path}: {source}"),
            Error::Connection(source) => write!(f, "reach the emulator: {source}"),
            Error::Answer(problem) => write!(f, "understand the emulator: {problem}"),
            Error::Refused { call, status, body } => write!(f, "{call}: {status} {body}"),
            Error::Output(name) => write!(f, "find the stack's output {name}"),
            Error::Late(what) => write!(f, "wait any longer until {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Connection(source) | Error::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Error::Connection(source)
    }
}
