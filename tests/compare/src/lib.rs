//! Measures the engine beside other people's parsers, and how it behaves as what it is given grows.
//!
//! A tool and not a part of the engine: `cargo xtask perf` builds and runs it. Everything is compared in one process, on
//! the same lines of the project's own generator, in rounds; every reader's answers are held against each other before
//! anything is timed. `docs/performance.md` says what the figures mean and what is not fair about them.

mod data;
mod fault;
mod instructions;
mod machine;
mod measure;
mod others;
mod ours;
mod reader;
mod report;
mod scale;
mod svg;
mod syslog_ng;

use std::path::{Path, PathBuf};

use hinomi_generate::mix::Form;
use mimalloc::MiMalloc;

pub use fault::Fault;
use measure::Plan;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const USAGE: &str = "\
usage: hinomi-compare compare [--quick] [--json] [--out FOLDER]   the tables, or one JSON document
       hinomi-compare scale [--quick] [--out FOLDER]              how figures change as what is given grows
       hinomi-compare pass FORM NAME LINES PASSES                 one reader alone, for callgrind";

/// Lines of each form: their text is larger than a core's own caches, as a batch is.
const LINES: usize = 20_000;
const ROUNDS: usize = 11;
/// Enough to see that everything works, and the order of magnitude.
const QUICK_LINES: usize = 4_000;
const QUICK_ROUNDS: usize = 5;

/// Runs the tool with its arguments.
///
/// # Errors
///
/// [`Fault`], with what could not be done.
pub fn run(arguments: &[String]) -> Result<(), Fault> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["compare", options @ ..] => {
            let options = Options::read(options)?;
            report::compare(&options)
        }
        ["scale", options @ ..] => {
            let options = Options::read(options)?;
            scale::run(&options)
        }
        ["pass", form, name, lines, passes] => {
            let form = Form::ALL.into_iter().find(|known| known.name() == *form);
            let (Some(form), Ok(lines), Ok(passes)) = (form, lines.parse(), passes.parse()) else {
                return Err(Fault::Usage(USAGE));
            };
            instructions::pass(form, name, lines, passes)
        }
        _ => Err(Fault::Usage(USAGE)),
    }
}

/// What a run is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// A short run.
    pub(crate) quick: bool,
    /// Print JSON in place of tables.
    pub(crate) json: bool,
    /// Where files go; nowhere when absent.
    pub(crate) out: Option<PathBuf>,
}

impl Options {
    fn read(words: &[&str]) -> Result<Self, Fault> {
        let mut options = Options { quick: false, json: false, out: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => options.quick = true,
                "--json" => options.json = true,
                "--out" => options.out = Some(words.next().map(PathBuf::from).ok_or(Fault::Usage(USAGE))?),
                _ => return Err(Fault::Usage(USAGE)),
            }
        }
        Ok(options)
    }

    pub(crate) fn plan(&self) -> Plan {
        if self.quick {
            Plan { lines: QUICK_LINES, rounds: QUICK_ROUNDS }
        } else {
            Plan { lines: LINES, rounds: ROUNDS }
        }
    }

    /// Writes a file into the folder, if there is one.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Fault> {
        let Some(folder) = &self.out else { return Ok(()) };
        let written = |path: &Path, result: std::io::Result<()>| {
            result.map_err(|source| Fault::Write { path: path.to_owned(), source })
        };
        written(folder, std::fs::create_dir_all(folder))?;
        let path = folder.join(name);
        written(&path, std::fs::write(&path, text))
    }
}
