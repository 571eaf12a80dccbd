//! The `ingest` function with a fault in its reader of lines, as no release should have and one may: a line with a mark
//! makes it panic. All else is the function as it is deployed.

use hinomi_model::{Event, Reject};
use hinomi_parse::{Context, Scratch, parse_line};
use hinomi_tests::emulator::FAULT;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    hinomi_fn_ingest::run(read)
}

#[expect(clippy::panic, reason = "what a panic costs is what this program is for")]
fn read<'a>(line: &'a [u8], context: &Context<'a>, scratch: &'a mut Scratch) -> Result<Event<'a>, Reject> {
    if line.windows(FAULT.len()).any(|part| part == FAULT.as_bytes()) {
        panic!("reading a line that says {FAULT}");
    }
    parse_line(line, context, scratch)
}
