//! The checks, as a table: a new check is a new line in it.
//!
//! All that compiles does so in the profile `ci`, so that the steps share what they can of each other's work.
//! Cheap steps come first and the tests last, so that their counts close the output. The tests are in two parts that
//! `.config/nextest.toml` tells apart: those that need the emulator, and all others.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::call::Call;
use crate::count::Counts;
use crate::emulator::{Emulator, Stack};
use crate::error::Error;
use crate::functions::shared;
use crate::{python, tools};

/// One check.
struct Step {
    /// What `cargo xtask test NAME` calls it.
    name: &'static str,
    /// What it holds.
    holds: &'static str,
    /// Installs what it needs.
    prepare: fn(&Path) -> Result<(), Error>,
    /// What it runs, one after the other.
    calls: fn(&Path) -> Vec<Call>,
    /// Whether it runs tests, whose counts are told at the end.
    tests: Tests,
}

/// Whether a check runs tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tests {
    /// It runs none.
    None,
    /// Examples in the documentation, of which there may be none.
    Examples,
    /// Those that need the emulator, with the template deployed to it.
    Emulated,
    /// All others.
    Others,
}

/// Without the graphs that tell, over pages, who brings each crate that is there in two versions.
const DENY: [&str; 5] = ["check", "--hide-inclusion-graph", "licenses", "bans", "sources"];

const STEPS: &[Step] = &[
    Step {
        name: "format",
        holds: "the code is formatted as rustfmt.toml says",
        prepare: nothing,
        calls: |_| vec![Call::cargo(&["fmt", "--all", "--check"])],
        tests: Tests::None,
    },
    Step {
        name: "deny",
        holds: "what we depend on has a licence, a source and a name that deny.toml allows",
        prepare: |root| tools::CARGO_DENY.install(root),
        calls: |_| vec![Call::new(&tools::CARGO_DENY.program(), &DENY)],
        tests: Tests::None,
    },
    Step {
        name: "lint",
        holds: "clippy finds nothing",
        prepare: nothing,
        calls: |_| {
            let all = ["clippy", "--workspace", "--all-targets", "--profile", "ci", "--locked"];
            let on_aws = ["clippy", "-p", "hinomi-local", "--all-targets", "--features", "aws"];
            let on_aws = Call::cargo(&on_aws).also(&["--profile", "ci", "--locked"]);
            [Call::cargo(&all), on_aws].map(|call| call.separated(&["-D", "warnings"])).into()
        },
        tests: Tests::None,
    },
    Step {
        name: "doc",
        holds: "the documentation builds and its links lead somewhere",
        prepare: nothing,
        calls: |_| {
            let what = [
                "doc",
                "--no-deps",
                "--workspace",
                "--document-private-items",
                "--profile",
                "ci",
                "--locked",
            ];
            vec![Call::cargo(&what).env("RUSTDOCFLAGS", "-D warnings")]
        },
        tests: Tests::None,
    },
    Step {
        name: "fuzz",
        holds: "the fuzz targets compile; they are driven by hand",
        prepare: nothing,
        calls: |_| {
            let what = ["check", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz"];
            // Nothing is linked, so libFuzzer itself need not be compiled, which would take a C++ compiler.
            vec![Call::cargo(&what).env("CUSTOM_LIBFUZZER_PATH", "none/libfuzzer.a")]
        },
        tests: Tests::None,
    },
    Step {
        name: "template",
        holds: "template.yaml is one that AWS takes, and what a linter of security says of it is settled",
        prepare: |root| python::SAM.install(root).and_then(|()| python::POLICY.install(root)),
        calls: |_| {
            let sam =
                Call::new(&python::SAM.program("sam"), &["validate", "--lint", "--region", "ap-northeast-1"]);
            let policy = ["--file", "template.yaml", "--framework", "cloudformation", "--compact", "--quiet"];
            vec![
                sam.env("SAM_CLI_TELEMETRY", "0"),
                // On its own too: as a part of the former it leaves warnings out.
                Call::new(&python::SAM.program("cfn-lint"), &["template.yaml"]),
                Call::new(&python::POLICY.program("checkov"), &policy).also(&["--skip-download"]),
            ]
        },
        tests: Tests::None,
    },
    Step {
        name: "examples",
        holds: "the examples in the documentation run",
        prepare: nothing,
        calls: |root| {
            let what = ["test", "--doc", "--workspace", "--profile", "ci", "--locked"];
            vec![shared(Call::cargo(&what), root)]
        },
        tests: Tests::Examples,
    },
    Step {
        name: "emulator",
        holds: "the template deploys to the emulator, and the functions do there what the engine does here",
        prepare: tools::install_nextest,
        // Only these are built for it; the others are the next step's.
        calls: |root| vec![tests(root, "emulator").also(&["--test", "emulator"])],
        tests: Tests::Emulated,
    },
    Step {
        name: "tests",
        holds: "the tests of every crate pass",
        prepare: |root| tools::install_nextest(root).and_then(|()| python::DUCKDB.install(root)),
        calls: |root| vec![tests(root, "default")],
        tests: Tests::Others,
    },
];

/// Returns the call that runs the part of the tests that a profile of `.config/nextest.toml` names.
fn tests(root: &Path, profile: &str) -> Call {
    let what = ["run", "--workspace", "--cargo-profile", "ci", "--locked", "--profile", profile];
    shared(tools::nextest(root, &what), root)
}

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
/// [`Error::Usage`] for a name that no check has, [`Error::Step`] for the first that failed, [`Error::NoTest`] when a
/// check that runs tests found none.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<(), Error> {
    let steps = chosen(names)?;
    let began = Instant::now();
    let mut counted = Vec::new();
    let mut took = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}] {}", index + 1, steps.len(), step.name);
        let step_began = Instant::now();
        let of_step = step
            .run(root, &place)
            .map_err(|cause| Error::Step { step: step.name, cause: Box::new(cause) })?;
        println!("{place}: passed in {}", minutes(step_began.elapsed()));
        counted.push((step.tests, of_step));
        took.push((step.name, step_began.elapsed()));
    }
    println!();
    for (name, time) in took {
        println!("{name:<9} {:>7}", minutes(time));
    }
    println!("{:<9} {:>7}", "in all", minutes(began.elapsed()));
    if counted.iter().any(|(tests, _)| *tests != Tests::None) {
        println!("tests: {}", in_all(&counted));
    }
    Ok(())
}

/// Adds up. Each part of the tests calls the whole other part skipped, so with both of them it is the last one's count
/// less what the first one ran.
fn in_all(counted: &[(Tests, Counts)]) -> Counts {
    let ran = |part: Tests| counted.iter().find(|(tests, _)| *tests == part).map(|(_, counts)| counts.ran());
    let mut all = Counts::default();
    for (tests, counts) in counted {
        let skipped = match (tests, ran(Tests::Emulated), ran(Tests::Others)) {
            (Tests::Emulated, _, Some(_)) => 0,
            (Tests::Others, Some(emulated), _) => counts.skipped.saturating_sub(emulated),
            _ => counts.skipped,
        };
        all = all + Counts { skipped, ..*counts };
    }
    all
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
        let calls = (self.calls)(root);
        if self.tests != Tests::Emulated {
            return self.run_calls(root, place, calls);
        }
        println!("{place}: starts the emulator and deploys template.yaml to it");
        let emulator = Emulator::start(root)?;
        emulator.deploy(root, &[Stack::Local, Stack::Driven])?;
        let calls = calls.into_iter().map(|call| emulator.seen_by(call, root)).collect();
        self.run_calls(root, place, calls)
    }

    fn run_calls(&self, root: &Path, place: &str, calls: Vec<Call>) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for call in calls {
            println!("{place}: {call}");
            if self.tests == Tests::None {
                call.run(root)?;
                continue;
            }
            let of_call = call.run_counting(root)?;
            // The documentation may hold no example; that the tests themselves vanish is a fault.
            if of_call.passed == 0 && self.tests != Tests::Examples {
                return Err(Error::NoTest { command: call.to_string() });
            }
            counts = counts + of_call;
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
    fn what_the_other_part_ran_was_not_skipped() {
        let emulated = (Tests::Emulated, Counts { passed: 7, failed: 0, skipped: 902 });
        let others = (Tests::Others, Counts { passed: 900, failed: 0, skipped: 9 });
        let examples = (Tests::Examples, Counts { passed: 3, failed: 0, skipped: 1 });
        // Of nine that the second part left out the first ran seven, and the same two are left out of both.
        assert_eq!(in_all(&[examples, emulated, others]).to_string(), "910 passed, 0 failed, 3 skipped");
        assert_eq!(in_all(&[others]).to_string(), "900 passed, 0 failed, 9 skipped");
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
