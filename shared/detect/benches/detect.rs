//! Throughput of examining events and of following facts, on one core.
//!
//! Mostly quiet events with one in a hundred worth judging, as at a town's edge; it leaves out parsing, and says
//! nothing about a day on which everything is an attack.

use divan::Bencher;
use divan::counter::ItemsCount;
use hinomi_detect::{Examiner, Follow};
use hinomi_model::registry::Registry;
use hinomi_model::{
    Direction, Disposition, Event, EventTime, Function, Protocol, Settings, TimeSource, Vendor,
};

const EVENTS: usize = 10_000;

fn main() {
    divan::main();
}

fn day(registry: &Registry) -> Vec<Event<'_>> {
    let tenant = &registry.tenants()[0];
    (0..EVENTS)
        .map(|n| {
            let mut event = Event::new(tenant, Vendor::Fortigate, EventTime::EPOCH);
            event.time = EventTime::from_nanos(1_768_871_701_000_000_001 + n as i64 * 1_000_000);
            event.time_source = TimeSource::DeviceEpoch;
            event.device = "FGT60FTK20000001".into();
            event.raw = "date=2026-01-20 time=10:15:01 devid=\"FGT60FTK20000001\" type=\"traffic\"";
            event.src_ip = Some([10, 0, (n % 8) as u8, (n % 200) as u8].into());
            event.src_port = Some(40_000);
            event.dst_ip = Some([203, 0, 113, (n % 250) as u8].into());
            event.dst_port = Some(443);
            event.protocol = Some(Protocol::TCP);
            event.session_id = Some((n + 1).to_string().into());
            event.direction = Some(Direction::Outbound);
            event.disposition = Disposition::Allowed;
            event.bytes_in = Some(9_000);
            event.packets_in = Some(12);
            match n % 100 {
                0 => {
                    event.function = Function::Ips;
                    event.log_id = Some("0419016384".into());
                    event.signature = Some("Synthetic.Product.Remote.Code.Execution".into());
                    event.disposition = Disposition::Detected;
                    std::mem::swap(&mut event.src_ip, &mut event.dst_ip);
                    event.direction = Some(Direction::Inbound);
                }
                1..=40 => {
                    event.function = Function::Webfilter;
                    event.log_id = Some("0317013312".into());
                    event.category_id = Some(52);
                }
                _ => {
                    event.function = Function::Firewall;
                    event.log_type = "traffic".into();
                    event.log_id = Some("0000000013".into());
                }
            }
            event
        })
        .collect()
}

#[divan::bench]
fn examine(bencher: Bencher<'_, '_>) {
    let registry = Registry::open();
    let events = day(&registry);
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        let mut examiner = Examiner::new();
        for event in &events {
            examiner.examine(event, None);
        }
        let examined = examiner.take();
        assert_eq!(examined.counts.judged, (EVENTS / 100) as u64);
        examined
    });
}

#[divan::bench]
fn follow(bencher: Bencher<'_, '_>) {
    let registry = Registry::open();
    let events = day(&registry);
    let mut examiner = Examiner::new();
    for event in &events {
        examiner.examine(event, None);
    }
    let examined = examiner.take();
    bencher.counter(ItemsCount::new(examined.facts.sessions.len())).bench_local(|| {
        let mut follow = Follow::new(Settings::default());
        follow.step(&examined.facts, &examined.findings, &registry, EventTime::from_seconds(1_768_871_800))
    });
}
