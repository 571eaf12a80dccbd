//! The whole platform on this machine: the real template on the emulator, a day of logs, and what came of it.

use std::io;
use std::path::Path;

use crate::call::Call;
use crate::emulator::Emulator;
use crate::error::Error;
use crate::functions;

/// What happens when the day is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The emulator is stopped.
    Stop,
    /// It stays until somebody says so.
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
    emulator.deploy(root)?;
    // Built with the functions; cargo, asked for it alone, would compile what it rests on once more.
    let driver = Call::new(&functions::program(root, "local-aws")?, &[]);
    emulator.seen_by(driver, root).run(root)?;
    if after == After::Stay {
        println!("\nthe emulator stays at {} until Enter or Ctrl-C", emulator.endpoint());
        let mut line = String::new();
        // At the end of the input there is nobody to press Enter; the interrupt is left.
        while io::stdin().read_line(&mut line).is_ok_and(|read| read == 0) {
            std::thread::park();
        }
    }
    Ok(())
}
