//! The checks, as a table: a new check is a new line in it.
//!
//! All that compiles does so in the profile `ci`, so that the steps share what they can of each other's work.
//! Cheap steps come first and the tests last, so that their counts close the output.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::call::Call;
use crate::count::Counts;
use crate::error::Error;
use crate::tools;

/// One check.
struct Step {
    /// What `cargo xtask test NAME` calls it.
    name: &'static str,
    /// What it holds.
    holds: &'static str,
    /// Installs what it needs.
    prepare: fn(&Path) -> Result<(), Error>,
    /// What it runs.
    call: fn(&Path) -> Call,
    /// Whether it runs tests, whose counts are told at the end.
    tests: bool,
}

/// Without the graphs that tell, over pages, who brings each crate that is there in two versions.
const DENY: [&str; 5] = ["check", "--hide-inclusion-graph", "licenses", "bans", "sources"];

const STEPS: &[Step] = &[
    Step {
        name: "format",
        holds: "the code is formatted as rustfmt.toml says",
        prepare: nothing,
        call: |_| Call::cargo(&["fmt", "--all", "--check"]),
        tests: false,
    },
    Step {
        name: "deny",
        holds: "what we depend on has a licence, a source and a name that deny.toml allows",
        prepare: |root| tools::CARGO_DENY.install(root),
        call: |_| Call::new(&tools::CARGO_DENY.program(), &DENY),
        tests: false,
    },
    Step {
        name: "lint",
        holds: "clippy finds nothing",
        prepare: nothing,
        call: |_| {
            let what = ["clippy", "--workspace", "--all-targets", "--profile", "ci", "--locked"];
            Call::cargo(&what).separated(&["-D", "warnings"])
        },
        tests: false,
    },
    Step {
        name: "doc",
        holds: "the documentation builds and its links lead somewhere",
        prepare: nothing,
        call: |_| {
            let what = [
                "doc",
                "--no-deps",
                "--workspace",
                "--document-private-items",
                "--profile",
                "ci",
                "--locked",
            ];
            Call::cargo(&what).env("RUSTDOCFLAGS", "-D warnings")
        },
        tests: false,
    },
    Step {
        name: "fuzz",
        holds: "the fuzz targets compile; they are driven by hand",
        prepare: nothing,
        call: |_| {
            let what = ["check", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz"];
            // Nothing is linked, so libFuzzer itself need not be compiled, which would take a C++ compiler.
            Call::cargo(&what).env("CUSTOM_LIBFUZZER_PATH", "none/libfuzzer.a")
        },
        tests: false,
    },
    Step {
        name: "examples",
        holds: "the examples in the documentation run",
        prepare: nothing,
        call: |_| Call::cargo(&["test", "--doc", "--workspace", "--profile", "ci", "--locked"]),
        tests: true,
    },
    Step {
        name: "tests",
        holds: "the tests of every crate pass",
        prepare: nothing,
        call: |root| {
            if tools::has_nextest(root) {
                return Call::cargo(&["nextest", "run", "--workspace", "--cargo-profile", "ci", "--locked"]);
            }
            println!("cargo-nextest is not installed: running the same tests with cargo test");
            let what =
                ["test", "--workspace", "--all-targets", "--no-fail-fast", "--profile", "ci", "--locked"];
            Call::cargo(&what)
        },
        tests: true,
    },
];

fn nothing(_root: &Path) -> Result<(), Error> {
    Ok(())
}

/// Prints every check.
pub(crate) fn list() {
    for step in STEPS {
        println!("{:<9} {}", step.name, step.holds);
    }
}

/// Runs the named checks, or all of them, in the order of the table.
///
/// # Errors
///
/// [`Error::Usage`] for a name that no check has, [`Error::Step`] for the first that failed, [`Error::NoTest`] when the
/// checks that run tests found none.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<(), Error> {
    let steps = chosen(names)?;
    let began = Instant::now();
    let mut counts = Counts::default();
    let mut took = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}] {}", index + 1, steps.len(), step.name);
        let step_began = Instant::now();
        let of_step = step
            .run(root, &place)
            .map_err(|cause| Error::Step { step: step.name, cause: Box::new(cause) })?;
        counts = counts + of_step;
        println!("{place}: passed in {}", minutes(step_began.elapsed()));
        took.push((step.name, step_began.elapsed()));
    }
    println!();
    for (name, time) in took {
        println!("{name:<9} {:>7}", minutes(time));
    }
    println!("{:<9} {:>7}", "in all", minutes(began.elapsed()));
    if steps.iter().any(|step| step.tests) {
        println!("tests: {counts}");
    }
    Ok(())
}

fn chosen(names: &[&str]) -> Result<Vec<&'static Step>, Error> {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Error::Usage(format!("there is no check {unknown}; there are {}", known.join(", "))));
    }
    Ok(STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect())
}

impl Step {
    fn run(&self, root: &Path, place: &str) -> Result<Counts, Error> {
        (self.prepare)(root)?;
        let call = (self.call)(root);
        println!("{place}: {call}");
        if !self.tests {
            return call.run(root).map(|()| Counts::default());
        }
        let counts = call.run_counting(root)?;
        // The documentation may hold no example; that the tests themselves vanish is a fault.
        if counts.passed == 0 && self.name == "tests" {
            return Err(Error::NoTest { command: call.to_string() });
        }
        Ok(counts)
    }
}

/// Writes a length of time as minutes and seconds with a tenth.
fn minutes(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_chooses_all_in_order() {
        let all: Vec<&str> = chosen(&[]).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(all.first(), Some(&"format"));
        assert_eq!(all.last(), Some(&"tests"), "the counts of the tests close the output");
    }

    #[test]
    fn names_choose_in_the_order_of_the_table() {
        let some: Vec<&str> = chosen(&["lint", "format"]).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(some, ["format", "lint"]);
    }

    #[test]
    fn an_unknown_name_is_wrong_usage() {
        let problem = chosen(&["lints"]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(problem.contains("no check lints") && problem.contains("format"), "{problem}");
    }

    #[test]
    fn times_read_as_a_clock() {
        assert_eq!(minutes(Duration::from_millis(1_234)), "0:01.2");
        assert_eq!(minutes(Duration::from_millis(605_990)), "10:05.9");
    }
}
