//! A quiet PAN-OS session costs no allocation once the buffers have grown.

use std::alloc::System;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn quiet_traffic_allocates_nothing() {
    let corpus = include_str!("../corpus/panos/pass/traffic-by-release.log");
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let mut scratch = Scratch::default();
    for line in corpus.lines() {
        parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
    }
    let region = Region::new(GLOBAL);
    for line in corpus.lines() {
        let event = parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
        assert!(event.bytes_in.is_some() && !event.extra.fields.is_empty());
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
}
