//! A log line: any bytes become an event or a reject, and every event can be written down.
#![no_main]

use std::sync::LazyLock;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use libfuzzer_sys::fuzz_target;

const RECEIVED: EventTime = EventTime::from_seconds(1_768_871_701);

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::open);

fuzz_target!(|bytes: &[u8]| {
    let context = Context { registry: &REGISTRY, received: RECEIVED, collected: Collected::default() };
    let mut scratch = Scratch::default();
    if let Ok(event) = parse_line(bytes, &context, &mut scratch) {
        assert!(event.count > 0);
        serde_json::to_vec(&event).expect("an event can always be written");
    }
});
