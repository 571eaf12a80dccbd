//! The whole platform on this machine: the real template on the emulator, a day of logs, and what came of it.

use std::path::Path;

use crate::call::Call;
use crate::emulator::{Emulator, Stack};
use crate::error::Error;
use crate::functions;

/// What happens when the day is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The emulator is stopped.
    Stop,
    /// It stays, with the console's page, until it is interrupted.
    Stay,
}

/// Deploys, sends the sample day and prints what was told.
///
/// # Errors
///
/// Those of the emulator and of the calls.
pub(crate) fn run(root: &Path, after: After) -> Result<(), Error> {
    println!("starting the emulator");
    let emulator = Emulator::start(root)?;
    println!("deploying template.yaml to {}", emulator.endpoint());
    emulator.deploy(root, &[Stack::Local])?;
    // Built with the functions; cargo, asked for it alone, would compile what it rests on once more.
    let arguments: &[&str] = if after == After::Stay { &["--stay"] } else { &[] };
    let driver = Call::new(&functions::program(root, "local-aws")?, arguments);
    emulator.seen_by(driver, root).run(root)
}
