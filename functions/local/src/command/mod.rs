//! The subcommands: what each prints, and where.

mod bench;
mod demo;
mod doctor;
mod explain;
mod explain_archive;
mod explain_line;
mod parse;
mod plan;
mod replay;

use std::io::{self, Write};

use serde::Serialize;

pub use doctor::examine;
pub use explain_line::explain_line;

use crate::cli::{Cli, Command};
use crate::error::Fault;

/// Does what the arguments ask for.
///
/// # Errors
///
/// Whatever the subcommand fails with.
pub(crate) fn run(arguments: Cli, allocated: fn() -> u64, out: &mut dyn Write) -> Result<(), Fault> {
    let language = arguments.lang.into();
    match arguments.command {
        Some(Command::Doctor(args)) => doctor::run(&args, language, out),
        Some(Command::Explain(args)) => explain::run(&args, language, out),
        Some(Command::Parse(args)) => parse::run(&args, language, out),
        Some(Command::Replay(args)) => replay::run(&args, language, out),
        Some(Command::Bench(args)) => bench::run(&args, allocated, out),
        Some(Command::Plan(args)) => plan::run(&args, language, out),
        None => demo::run(language, out),
    }
}

/// Prints a document for another program, laid out for people all the same.
fn print_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Says how to get a command that speaks to AWS.
#[cfg(not(feature = "aws"))]
fn built_without_aws(asked: &str) -> Fault {
    Fault::Usage(format!(
        "{asked}: this hinomi was built without AWS; build one with `cargo build --release --features aws`, which \
         takes some minutes more"
    ))
}
