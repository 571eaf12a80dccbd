//! The engine beside other people's parsers, in one process, on the same lines.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match hinomi_compare::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("hinomi-compare: failed to {fault}");
            ExitCode::FAILURE
        }
    }
}
