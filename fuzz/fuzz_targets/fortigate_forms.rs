//! The fields of a FortiGate log in each of its forms, behind a head that marks it as one: any bytes become an event or a
//! reject, every field has a name, and every event can be written down.
#![no_main]

use std::sync::LazyLock;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use libfuzzer_sys::fuzz_target;

const RECEIVED: EventTime = EventTime::from_seconds(1_768_871_701);

const HEADS: &[&str] = &[
    "date=2026-01-20 time=10:15:01 type=traffic subtype=forward ",
    "date=2026-01-20,time=10:15:01,type=traffic,subtype=forward,",
    "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|",
    "CEF:0|Fortinet|Fortigate|",
    "{\"type\":\"traffic\",\"subtype\":\"forward\",\"logid\":\"0000000013\",",
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::open);

fuzz_target!(|bytes: &[u8]| {
    let context = Context { registry: &REGISTRY, received: RECEIVED, collected: Collected::default() };
    let mut scratch = Scratch::default();
    for head in HEADS {
        let line = [head.as_bytes(), bytes].concat();
        if let Ok(event) = parse_line(&line, &context, &mut scratch) {
            assert!(event.extra.iter().all(|(name, _)| !name.is_empty()));
            serde_json::to_vec(&event).expect("an event can always be written");
        }
    }
});
