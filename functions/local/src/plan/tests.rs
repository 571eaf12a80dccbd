//! Cases worked out by hand.

use super::*;

/// A thousand lines of a kilobyte a second, a tenth of that as sent, twice that at the peak.
pub(crate) fn question() -> Question {
    Question {
        events_per_day: 86_400_000.0,
        avg_bytes: 1_000.0,
        peak: 2.0,
        compression: 10.0,
        retention_days: 120.0,
        tenants: 100.0,
        findings_per_million: 1_000.0,
        window: 5.0,
        events_per_core: 1_000_000.0,
        archive_per_core: 300_000.0,
        compactors: 4.0,
        athena_tb: 2.0,
        siem_usd_per_gb: None,
    }
}

fn tokyo(question: &Question) -> Plan {
    plan(question, "ap-northeast-1").unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= expected.abs() * 0.0005, "{found}, by hand {expected}");
}

fn of(plan: &Plan, item: &str) -> (f64, f64) {
    // What the columnar archive takes of the same things is asked for by its own name.
    let raw = plan.bill.iter().filter(|part| part.part != Part::Columns);
    let line = raw.flat_map(|part| &part.lines).find(|line| line.item == item);
    line.map(|line| (line.quantity, line.usd)).unwrap_or_else(|| panic!("{item}: {:?}", plan.bill))
}

#[test]
fn a_thousand_lines_a_second_take_what_they_take_by_hand() {
    let plan = tokyo(&question());
    near(plan.load.sent_bytes_per_day, 8.64e9);
    // 200,000 bytes/s at the peak and a quarter more fit into one shard.
    assert_eq!((plan.capacity.logs_shards, plan.capacity.findings_shards), (1.0, 1.0));
    // 100,000 bytes/s for 5 s, 100 bytes a line.
    near(plan.capacity.batch_events, 5_000.0);
    near(plan.capacity.object_bytes, 500_000.0);
    // 0.12 s, and 5,000 lines at 600,000 a second.
    near(plan.capacity.ingest.seconds, 0.128_333);
    // Every five seconds of 2,629,800.
    near(plan.capacity.ingest.calls, 525_960.0);
    near(plan.capacity.ingest.gb_seconds, 525_960.0 * 0.128_333 * 1_769.0 / 1_024.0);
    assert_eq!((plan.capacity.ingest.concurrency, plan.capacity.parallelization), (1.0, 1.0));
    // One a second.
    near(plan.capacity.findings, 2_629_800.0);
    // 8.64 GB a day for 120 days.
    near(plan.capacity.kept_bytes, 1.0368e12);
    // Twice 2.5 KB and 0.85 times 2.5 KB; two for the wake's move and 0.85 times two for the queue's; and two more; for
    // two findings.
    near(plan.capacity.write_units_per_finding, 7.475);
    near(plan.capacity.read_units_per_finding, 1.0);
}

#[test]
fn a_thousand_lines_a_second_cost_what_they_cost_by_hand() {
    let plan = tokyo(&question());
    assert_eq!(plan.capacity.stream_mode, StreamMode::Provisioned);
    for (item, quantity, usd) in [
        // Two shards, 730.5 hours.
        ("kinesis-shard", 1_461.0, 28.489_5),
        ("kinesis-kept", 1_461.0, 37.986),
        // 262.98 GB in records of 125,000 bytes are 2,103,840, five units each.
        ("kinesis-put", 10.519_2, 0.226_16),
        // An object of lines and one of facts each batch, four reads of the latter.
        ("s3-put", 1_051.92, 4.944_0),
        ("s3-get", 2_103.84, 0.778_42),
        // 8.0466 GiB a day for 30, 60 and 30 days; and two days of facts, 18 bytes each.
        ("s3-standard", 244.296, 6.107_4),
        ("s3-infrequent", 482.797, 6.662_6),
        ("s3-glacier-instant", 241.399, 1.207_0),
        ("s3-to-infrequent", 525.96, 5.259_6),
        ("s3-to-glacier-instant", 525.96, 10.519_2),
        // 2,629,800 findings of 7.475 units.
        ("dynamodb-write", 19.657_8, 14.055_3),
        // 86,400 findings a day for 120 days, eight in one state and incident of 5 KB.
        ("dynamodb-stored", 6.179_81, 3.170_24),
        ("sns-mail", 0.6, 0.012),
        ("sns-sms", 200.0, 14.902),
        ("cloudwatch-alarm", 62.0, 6.2),
    ] {
        let (found, cost) = of(&plan, item);
        near(found, quantity);
        near(cost, usd);
    }
    near(plan.bill.iter().map(|part| part.usd).sum(), plan.usd);
    near(plan.usd_per_tenant, plan.usd / 100.0);
    near(plan.usd_per_million, plan.usd / 2_629.8);
}

#[test]
fn a_thousand_lines_a_second_are_made_columns_of_by_hand() {
    let plan = tokyo(&question());
    // Each hour of 730.5 four compactors read 720 objects, 16 at once, and write 900,000 lines at 180,000 a second.
    near(plan.capacity.compact.calls, 2_922.0);
    near(plan.capacity.compact.seconds, 1.35 + 5.0);
    near(plan.capacity.compact.gb_seconds, 2_922.0 * 6.35 * 3_008.0 / 1_024.0);
    // Twice the lines in as many, larger batches.
    near(plan.capacity.compact_hour, 1.35 + 10.0);
    // A part of 90 MB, 25 customers, five classes.
    near(plan.capacity.column_files, 2_922.0 * 125.0);
    // 86.4 million events a day of 45 bytes for 120 days.
    near(plan.capacity.column_bytes, 4.6656e11);
    let columns = plan.bill.iter().find(|part| part.part == Part::Columns).unwrap();
    // Four compactors and the plan read 525,960 objects. Two terabytes are asked.
    let by_hand = [
        ("s3-put", 365.25, 1.716_68),
        ("s3-get", 2_629.8, 0.973_03),
        ("s3-standard", 434.518, 10.862_9),
        ("athena-scanned", 2.0, 10.0),
    ];
    assert_eq!(columns.lines.len(), by_hand.len());
    for (line, (item, quantity, usd)) in columns.lines.iter().zip(by_hand) {
        assert_eq!(line.item, item);
        near(line.quantity, quantity);
        near(line.usd, usd);
    }
}

#[test]
fn a_load_is_told_how_far_back_follow_finds_its_sessions() {
    // 8,192 objects, one every five seconds of each of the 552 shards that 463 MB a second and a quarter more need.
    let large =
        Question { events_per_day: 4e11, avg_bytes: 800.0, compression: 8.0, peak: 1.0, ..question() };
    near(tokyo(&large).capacity.follow_reach, 8_192.0 / (552.0 / 5.0));
    assert_eq!(tokyo(&question()).capacity.follow_reach, 2_400.0);
    let small = Question { events_per_day: 864_000.0, ..question() };
    assert_eq!(tokyo(&small).capacity.follow_reach, 2_400.0);
}

#[test]
fn a_customer_alone_is_one_compactors() {
    let plan = tokyo(&Question { tenants: 1.0, ..question() });
    // 3.6 GB of lines, of which 268 MB are rows at a time.
    near(plan.capacity.column_files, 730.5 * 14.0 * 5.0);
    // A thousand customers and forty times the lines: three parts of 450 MB, of 250 customers each.
    let many = tokyo(&Question { tenants: 1_000.0, events_per_day: 4e9, ..question() });
    near(many.capacity.column_files, 2_922.0 * 3.0 * 250.0 * 5.0);
}

#[test]
fn a_load_that_comes_in_peaks_is_cheaper_on_demand() {
    // A hundredth of the lines, and all of a day within a few minutes: shards for the peak stand idle.
    let plan = tokyo(&Question { events_per_day: 864_000.0, peak: 2_000.0, ..question() });
    assert_eq!(plan.capacity.stream_mode, StreamMode::OnDemand);
    assert_eq!(plan.capacity.logs_shards, 3.0);
    // Two streams for 730.5 hours; 2.6298 GB in and out, and two days of 86.4 MB kept.
    for (item, quantity) in [
        ("kinesis-on-demand", 1_461.0),
        ("kinesis-on-demand-in", 2.449_19),
        ("kinesis-on-demand-out", 2.449_19),
        ("kinesis-on-demand-kept", 0.160_93),
    ] {
        near(of(&plan, item).0, quantity);
    }
}

#[test]
fn small_objects_are_billed_as_large_ones_where_s3_does_so() {
    let small = Question { events_per_day: 864_000.0, ..question() };
    let plan = tokyo(&small);
    // 1,000 bytes/s for 5 s are 5,000 bytes, billed as 131,072: 26.2144 times 0.080466 GiB for 60 days.
    near(of(&plan, "s3-infrequent").0, 126.562);
    let days = Question { retention_days: 30.0, ..small };
    assert_eq!(of(&tokyo(&days), "s3-infrequent").0, 0.0);
    assert_eq!(of(&tokyo(&days), "s3-to-infrequent").0, 0.0);
}

#[test]
fn a_batch_is_never_larger_than_an_event_of_lambda() {
    let plan = tokyo(&Question { window: 300.0, ..question() });
    near(plan.capacity.object_bytes, 4_500_000.0);
    let at_once = tokyo(&Question { window: 0.0, ..question() });
    near(at_once.capacity.object_bytes, 100_000.0);
}

#[test]
fn what_makes_the_bill_is_marked_and_comes_first() {
    let plan = tokyo(&question());
    assert!(plan.bill.windows(2).all(|pair| pair[0].usd >= pair[1].usd));
    assert!(plan.bill[0].dominates);
    assert!(plan.bill.iter().all(|part| part.dominates == (part.usd >= 0.15 * plan.usd)));
}

#[test]
fn another_products_price_is_for_the_text_as_it_was_written() {
    let plan = tokyo(&Question { siem_usd_per_gb: Some(0.5), ..question() });
    // 86.4 GB a day, 30.4375 days, half a dollar.
    near(plan.siem.unwrap().usd, 1_314.9);
}

#[test]
fn a_region_without_prices_has_no_plan() {
    assert_eq!(plan(&question(), "eu-central-9"), None);
    assert!(plan(&question(), "us-east-1").is_some());
}
