//! `cargo xtask`: the project's chores as one command, so that a person and continuous integration run the same.
//!
//! Imports nothing, ours or others', so that it is built in seconds before anything else is. What it needs beyond
//! the toolchain it installs by itself, pinned, into the git-ignored `.tools/`.

mod call;
mod count;
mod emulator;
mod error;
mod functions;
mod local;
mod perf;
mod python;
mod steps;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use call::Call;
use error::Error;

const USAGE: &str = "\
The project's chores.

usage: cargo xtask COMMAND

  test [STEP...]         runs every check in order, or only the named ones; stops at the first failure
  test --list            lists the checks
  local-aws [--stay]     deploys template.yaml to an emulator, sends the sample day, prints what was told; then stops,
                         or stays with the console's page until Ctrl-C
  soak [--minutes N]     plays a long load through the functions in one process, for ten minutes or N
  bench [FILTER]         measures each stage in release mode
  perf [--quick] [--write]  measures everything of docs/performance.md: beside other parsers, with instruction counts
                         where valgrind is, and as load grows; --write puts the tables into the page
  sample-day             makes the sample day under events/ again from its seed
  fuzz [TARGET [ARG...]] drives one entry with hostile bytes until stopped; without TARGET lists the targets
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Usage(problem)) => {
            eprint!("xtask: {problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Error> {
    let root = workspace_root();
    match words {
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["test", "--list"] => {
            steps::list();
            Ok(())
        }
        ["test", names @ ..] => steps::run(&root, names),
        ["local-aws"] => local::run(&root, local::After::Stop),
        ["local-aws", "--stay"] => local::run(&root, local::After::Stay),
        ["bench", filter @ ..] => {
            // `--bench *` leaves out the unit tests, which cargo would otherwise build and run as benches too.
            Call::cargo(&["bench", "--workspace", "--bench", "*"]).separated(filter).run(&root)
        }
        ["soak", rest @ ..] => {
            // In the profile of the checks: it is built already, and arithmetic that overflows ends it.
            Call::cargo(&["run", "--profile", "ci", "--package", "hinomi-tests", "--example", "soak"])
                .separated(rest)
                .run(&root)
        }
        ["perf", options @ ..] => perf::run(&root, options),
        ["sample-day"] => {
            Call::cargo(&["run", "--release", "--package", "hinomi-generate", "--", "sample-day"]).run(&root)
        }
        ["fuzz", rest @ ..] => tools::fuzz(&root, rest),
        [other, ..] => Err(Error::Usage(format!("there is no command {other}"))),
    }
}

/// Returns the folder that holds the workspace's `Cargo.toml`.
fn workspace_root() -> PathBuf {
    // Cargo tells a program it runs where its package is; the path of the build stands in when run by hand.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = package.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.ancestors().nth(2).map(Path::to_path_buf).unwrap_or(package)
}
