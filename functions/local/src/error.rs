//! What can go wrong with a run of the command, and what the shell is told about it.

use std::io;
use std::path::PathBuf;

use hinomi_model::registry::Problems;

/// Why a run could not do what it was asked.
///
/// Lines that can't be read are no fault: they are quarantined, counted and reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The request itself makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A file can't be opened.
    #[error("open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file was opened and can't be read on.
    #[error("read {name}: {source}")]
    Read {
        /// The file, or `-`.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A result can't be written.
    #[error("write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Standard output or standard error is gone or full.
    #[error("print: {0}")]
    Print(#[from] io::Error),
    /// The registry is wrong; every problem is listed.
    #[error("accept the registry {}:\n{problems}", path.display())]
    Registry {
        /// The file.
        path: PathBuf,
        /// Everything wrong with it.
        problems: Problems,
    },
    /// The store fails, or holds what it should not.
    #[error("use the store: {0}")]
    Store(#[from] hinomi_store::Error),
    /// A step can't be done, because the store fails or holds what can't be read.
    #[error("use the store: {0}")]
    Step(#[from] hinomi_steps::Error),
    /// Events can't be brought into columns.
    #[error("make a file of the archive: {0}")]
    Columns(#[from] hinomi_ocsf::Error),
    /// A stored document can't be read.
    #[error("use the store: {0}")]
    Stored(#[from] serde_json::Error),
    /// A file is no incident document.
    #[error("read {name} as an incident: {detail}")]
    NotAnIncident {
        /// The file, or `-`.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A file of incidents holds none of that name.
    #[error("find incident {id} in {name}")]
    NoSuchIncident {
        /// The file, or `-`.
        name: String,
        /// The number or id that was asked for.
        id: String,
    },
    /// The output directory holds something that this program did not write.
    #[error("write into {}: {detail}", path.display())]
    ForeignOutput {
        /// The directory.
        path: PathBuf,
        /// What was found there.
        detail: String,
    },
}

impl Fault {
    /// Returns the exit status that tells a shell about this fault.
    pub fn exit_status(&self) -> u8 {
        match self {
            Fault::Usage(_) => 2,
            _ => 1,
        }
    }

    /// Tells whether it only means that the reader of our output had seen enough (`| head`).
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Fault::Print(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
