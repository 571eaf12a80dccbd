//! Files, standard input or bytes in memory as lines, several of them merged by event time.

mod clock;
mod clocks;
mod source;
mod sources;
mod window;

use std::path::{Path, PathBuf};

pub(crate) use hinomi_steps::{caught_line, read_event};
pub(crate) use source::{Source, SourceLine};
pub(crate) use sources::Sources;
pub(crate) use window::Window;

/// Where lines come from; plain text, gzip or zstd, told by the first bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// Bytes in memory, under a name that the quarantine shows.
    Bytes {
        /// The name.
        name: String,
        /// What a file would hold.
        bytes: Vec<u8>,
    },
}

impl Input {
    /// Returns the input that a command line means by a path: `-` is standard input.
    pub fn from_argument(path: &Path) -> Self {
        if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_owned()) }
    }

    /// Returns the name that the quarantine and messages show.
    pub fn name(&self) -> String {
        match self {
            Input::File(path) => path.display().to_string(),
            Input::Stdin => "-".to_owned(),
            Input::Bytes { name, .. } => name.clone(),
        }
    }
}
