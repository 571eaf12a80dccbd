//! A quiet event costs no allocation.

mod common;

use std::alloc::System;

use common::*;
use hinomi_detect::Examiner;
use hinomi_model::Function as F;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn quiet_events_allocate_nothing() {
    let town = town();
    let mut web = event(&town, 0, CLIENT, ATTACKER);
    web.function = F::Webfilter;
    web.log_id = Some("0317013312".into());
    web.category_id = Some(52);
    web.domain = Some("www.town.example".into());
    let mut url = panos(&town, event(&town, 1, CLIENT, ATTACKER), "url", F::Webfilter);
    url.category = Some("business-and-economy".into());
    url.url = Some("www.town.example/a".into());
    let mut app = event(&town, 2, CLIENT, ATTACKER);
    app.function = F::Appcontrol;
    app.app = Some("HTTPS.BROWSER".into());
    app.app_category = Some("Web.Client".into());
    let mut dns = event(&town, 3, CLIENT, RESOLVER);
    dns.function = F::Dns;
    dns.log_id = Some("1500054000".into());
    let mut session = traffic(&town, 4, CLIENT, ATTACKER, 443);
    session.app = Some("ssl".into());
    let quiet = [web, url, app, dns, session.clone()];

    let mut examiner = Examiner::new();
    // The first batch sizes the memory of the second.
    for event in quiet.iter().cycle().take(100) {
        examiner.examine(event, None);
    }
    assert!(examiner.take().findings.is_empty());
    // Each batch names its devices once.
    examiner.examine(&session, None);
    examiner.examine(&quiet[1], None);
    let region = Region::new(ALLOCATOR);
    for event in quiet.iter().cycle().take(90) {
        examiner.examine(event, None);
    }
    let change = region.change();
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}
