//! Writes the events with which functions are called by hand: `cargo run -p hinomi-tests --example envelopes`.

use hinomi_tests::envelopes::{all, folder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (name, event) in all()? {
        std::fs::write(folder().join(name), event)?;
    }
    Ok(())
}
