//! Why a chore failed, with what to do about it.

use std::fmt;
use std::io;

/// Why a chore failed.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The command line makes no sense.
    Usage(String),
    /// A program could not be started.
    Start { program: String, source: io::Error },
    /// A program ended with a failure; `command` repeats it.
    Failed { command: String, status: String },
    /// A check failed; `command` repeats what it ran.
    Step { step: &'static str, cause: Box<Error> },
    /// The test runner ran, and ran nothing.
    NoTest { command: String },
    /// A file or folder could not be written.
    Write { path: String, source: io::Error },
    /// A file could not be read.
    Read { path: String, source: io::Error },
    /// A package that was installed lacks a file.
    Absent { file: String },
    /// The emulator was started and does not answer; `log` is the end of what it said.
    Silent { log: String },
    /// The template does not say what is built on.
    Template { lacks: String },
    /// A tool that cannot be installed from here is missing; `remedy` is the command that brings it.
    Missing { tool: &'static str, remedy: String },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(problem) => f.write_str(problem),
            Error::Start { program, source } => write!(f, "cannot start {program}: {source}"),
            Error::Failed { command, status } => write!(f, "failed ({status})\n  to repeat it: {command}"),
            Error::Step { step, cause } => {
                write!(f, "check `{step}`: {cause}\n  or with its preparation: cargo xtask test {step}")
            }
            Error::NoTest { command } => write!(f, "no test ran\n  to repeat it: {command}"),
            Error::Write { path, source } => write!(f, "cannot write {path}: {source}"),
            Error::Read { path, source } => write!(f, "cannot read {path}: {source}"),
            Error::Absent { file } => write!(f, "what was installed lacks {file}"),
            Error::Silent { log } => write!(f, "the emulator does not answer; it said last:\n{log}"),
            Error::Template { lacks } => write!(f, "template.yaml does not say `{lacks}` once"),
            Error::Missing { tool, remedy } => write!(f, "{tool} is missing\n  to install it: {remedy}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Start { source, .. } | Error::Read { source, .. } | Error::Write { source, .. } => {
                Some(source)
            }
            Error::Step { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
