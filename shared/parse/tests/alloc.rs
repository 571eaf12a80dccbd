//! A quiet traffic log costs no allocation once the buffers have grown.

use std::alloc::System;

use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn quiet_lines_allocate_nothing() {
    let registry = Registry::open();
    let received = EventTime::parse_rfc3339("2026-01-20T02:00:00Z").unwrap();
    let context = Context { registry: &registry, received, collected: Collected::default() };
    let mut scratch = Scratch::default();
    let traffic = include_str!("../corpus/fortigate/pass/traffic.log");
    let headers = include_str!("../corpus/fortigate/pass/headers.log");
    let times = include_str!("../corpus/fortigate/pass/times.log");
    let lines: Vec<&str> = traffic
        .lines()
        .chain(headers.lines().filter(|line| !line.starts_with('{')))
        .chain(times.lines())
        .collect();
    // One of each other form, as a device sends it and behind a header.
    let forms = [
        include_str!("../corpus/fortigate/pass/commas.log"),
        include_str!("../corpus/fortigate/pass/cef.log"),
        include_str!("../corpus/fortigate/pass/json.log"),
    ];
    let quiet = forms.map(|form| form.lines().next().unwrap_or_default());
    assert!(quiet.iter().all(|line| line.contains("traffic") && line.len() > 500));
    let lines: Vec<&str> = lines.into_iter().chain(quiet).collect();
    assert!(lines.len() > 10);
    // The first round fills the buffers and the table of zones.
    for _ in 0..2 {
        for line in &lines {
            assert!(parse_line(line.as_bytes(), &context, &mut scratch).is_ok());
        }
    }
    for line in &lines {
        let region = Region::new(ALLOCATOR);
        let read = parse_line(line.as_bytes(), &context, &mut scratch).is_ok();
        let change = region.change();
        assert!(read);
        assert_eq!((change.allocations, change.reallocations), (0, 0), "{line}");
    }
}
