//! The engine on one machine: the `hinomi` command, and [`replay()`] for tests and other programs.
//!
//! Wires the shared crates together: files in, merged by event time; incidents, notices, quarantine and a summary
//! out. What a log line means, what an incident is and how it is told are none of its business.
//! The only part of the project that reads a clock, for how long a run took.

pub mod cli;
mod command;
mod doctor;
mod error;
mod indicators;
mod input;
mod output;
mod pipeline;
pub mod plan;
mod reading;
mod registry;
mod replay;
pub mod terminal;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

pub use command::{examine, explain_line};
pub use doctor::Report;
pub use doctor::account::{Account, ContactFound, Sms, TenantFound, examine_account};
pub use error::Fault;
pub use input::Input;
pub use output::Summary;
pub use reading::Reading;
pub use replay::{ReplayOptions, ReplayResult, replay};

/// Runs the command with its arguments, the program's name first. `allocated` tells how many bytes the program has
/// allocated since its start, for `hinomi bench`.
///
/// Returns 0 when it is done, 1 after a fault, 2 for wrong usage. That the reader of its output has seen enough
/// (`| head`) is no fault.
pub fn run(args: impl Iterator<Item = OsString>, allocated: fn() -> u64) -> ExitCode {
    let arguments = match cli::Cli::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too. If nobody reads them, nothing is lost.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let done = command::run(arguments, allocated, &mut out).and_then(|()| Ok(out.flush()?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) if fault.is_closed_pipe() => {
            // What is still in the buffer has no reader; writing it on the way out would fail once more.
            let _ = out.into_parts();
            ExitCode::SUCCESS
        }
        Err(fault) => {
            let _ = out.flush();
            let _ = writeln!(io::stderr(), "hinomi: failed to {fault}");
            ExitCode::from(fault.exit_status())
        }
    }
}
