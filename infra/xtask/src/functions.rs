//! The functions' programs as they are deployed to the emulator.
//!
//! They are built in the profile `ci` together with everything that tests need, so that the SDK is compiled once, and
//! linked through Zig against the C library that the Lambda runtime has (`infra/link/`), as `sam build` links what is
//! shipped.

use std::fs;
use std::path::Path;

use crate::call::Call;
use crate::error::Error;
use crate::python;
use crate::tools::not_written;

/// The functions, each a package `hinomi-fn-NAME` with a program of the same name.
pub(crate) const FUNCTIONS: [&str; 8] =
    ["ingest", "follow", "correlate", "notify", "enrol", "console", "compact", "watch"];

/// A program of the tests that is deployed beside the functions: one of them with a fault.
const FAULTY: &str = "faulty-ingest";

/// What stands before rustc for our own crates; see there.
const WRAPPER: &str = "infra/link/rustc.sh";

/// Adds to a call of cargo what makes it share its work with the functions' build.
pub(crate) fn shared(call: Call, root: &Path) -> Call {
    call.env("RUSTC_WORKSPACE_WRAPPER", &root.join(WRAPPER).display().to_string())
}

/// Builds the functions and puts each into `FOLDER/NAME/bootstrap`.
///
/// # Errors
///
/// Those of the calls; [`Error::Write`] when the folder cannot be written.
pub(crate) fn build(root: &Path, folder: &str) -> Result<(), Error> {
    python::SAM.install(root)?;
    // With a test: what tests ask of a dependency, the functions then have as well, and it is compiled once.
    let what = ["build", "--workspace", "--bins", "--test", "emulator", "--profile", "ci", "--locked"];
    let call = shared(Call::cargo(&what), root);
    println!("{call}");
    call.run(root)?;
    for function in FUNCTIONS {
        strip(root, &format!("hinomi-fn-{function}"), &format!("{folder}/{function}"))?;
    }
    let faulty = format!("{folder}/{FAULTY}");
    strip(root, FAULTY, &faulty)?;
    let (zip, bootstrap) = (format!("{faulty}.zip"), format!("{faulty}/bootstrap"));
    Call::new(&python::SAM.program("python"), &["-m", "zipfile", "-c", &zip, &bootstrap]).run(root)
}

/// Puts a program into a folder as Lambda calls it.
fn strip(root: &Path, program_name: &str, folder: &str) -> Result<(), Error> {
    let path = root.join(folder);
    fs::create_dir_all(&path).map_err(|source| not_written(&path, source))?;
    // What debuggers need is most of the size, and each invocation on the emulator starts a process.
    let from = program(root, program_name)?;
    Call::new("strip", &["-o", &format!("{folder}/bootstrap"), &from]).run(root)
}

/// Returns the path of a program that [`build`] has built, from the workspace's root.
///
/// # Errors
///
/// Those of asking rustc for the triple of this machine, which `.cargo/config.toml` makes the target of every build.
pub(crate) fn program(root: &Path, name: &str) -> Result<String, Error> {
    let host = Call::new("rustc", &["--print", "host-tuple"]).output(root)?;
    Ok(format!("target/{}/ci/{name}", host.trim()))
}
