//! Why a measurement could not be made.

use std::io;
use std::path::PathBuf;

/// Why a measurement could not be made. A reader that reads something else than its neighbours is a reason: what it is
/// fast at would not be the same work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The arguments mean nothing.
    #[error("understand the arguments\n{0}")]
    Usage(&'static str),
    /// The lines could not be made.
    #[error("make the lines")]
    Data(#[source] io::Error),
    /// A reader could not be set up.
    #[error("set up a reader: {0}")]
    Reader(String),
    /// A reader did not read all lines.
    #[error("compare: {name} read {read} of {of} lines")]
    Unread {
        /// Which.
        name: &'static str,
        /// How many it read.
        read: usize,
        /// How many there are.
        of: usize,
    },
    /// Two readers read a line differently.
    #[error("compare: {one} read {told} where {other} read it, in {line}")]
    Disagree {
        /// The line.
        line: String,
        /// Who.
        one: &'static str,
        /// What it read.
        told: String,
        /// Who else.
        other: &'static str,
    },
    /// Another program could not be run, or did not do what it is known for.
    #[error("run {program}: {problem}")]
    Program {
        /// Which.
        program: &'static str,
        /// What went wrong.
        problem: String,
    },
    /// The engine refused what it was given.
    #[error("set up the engine: {0}")]
    Engine(String),
    /// A file could not be written.
    #[error("write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Nobody reads what is printed.
    #[error("print")]
    Print(#[from] io::Error),
}
