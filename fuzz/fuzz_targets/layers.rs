//! What is around a line: any bytes are peeled as they are read, and what is left is what the vendor's reader was given.
#![no_main]

use std::sync::LazyLock;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{EventTime, Frame};
use hinomi_parse::{Context, Scratch, parse_line, peel, user_records};
use libfuzzer_sys::fuzz_target;

const RECEIVED: EventTime = EventTime::from_seconds(1_768_871_701);

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::open);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(records)) = user_records(bytes) {
        assert!(records.iter().map(|record| record.len()).sum::<usize>() < bytes.len());
    }
    let peeled = peel(bytes);
    let context = Context { registry: &REGISTRY, received: RECEIVED, collected: Collected::default() };
    let mut scratch = Scratch::default();
    if let Ok(event) = parse_line(bytes, &context, &mut scratch) {
        assert!(peeled.payload.is_ok());
        for frame in Frame::ALL {
            let is_told = peeled.layers.iter().any(|layer| layer.frame == *frame);
            assert_eq!(event.frames.has(*frame), is_told, "{frame}");
        }
    }
});
