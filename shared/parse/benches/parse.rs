//! Reading FortiGate lines, beside two readers that a team would write in an afternoon: a regular expression over
//! pairs, and a walk that puts every pair into a map. All three read the same lines in the same run.
//!
//! The lines are traffic logs of one shape, some 890 bytes and 48 fields each, with changing values: no threat logs,
//! no escapes, no envelopes. What a real mix costs is measured by `hinomi bench` on real files.

#![allow(missing_docs, reason = "a bench has no readers")]

use std::collections::HashMap;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Disposition, EventTime};
use hinomi_parse::{Context, FrameScratch, Lines, Scratch, parse_line};

const LINES: u64 = 1_000;

fn main() {
    divan::main();
}

fn lines() -> Vec<String> {
    (0..LINES)
        .map(|n| {
            format!(
                "<189>date=2026-01-20 time=10:15:{:02} devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" \
                 eventtime={} tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" \
                 vd=\"root\" srcip=10.1.{}.{} srcport={} srcintf=\"internal\" srcintfrole=\"lan\" \
                 dstip=203.0.113.{} dstport=443 dstintf=\"wan1\" dstintfrole=\"wan\" srccountry=\"Reserved\" \
                 dstcountry=\"United States\" sessionid={} proto=6 action=\"close\" policyid=7 policytype=\"policy\" \
                 poluuid=\"5f1d6b6e-0000-51ea-0000-{:012}\" policyname=\"lan-to-wan\" service=\"HTTPS\" \
                 trandisp=\"snat\" transip=198.51.100.10 transport={} appid=40568 app=\"HTTPS.BROWSER\" \
                 appcat=\"Web.Client\" apprisk=\"medium\" applist=\"default\" duration={} sentbyte={} rcvdbyte={} \
                 sentpkt=18 rcvdpkt=22 utmaction=\"allow\" countapp=1 osname=\"Windows\" srcswversion=\"10\" \
                 mastersrcmac=\"00:00:5e:00:53:01\" srcmac=\"00:00:5e:00:53:01\" srcserver=0 dstserver=0",
                n % 60,
                1_768_871_701_123_456_789 + n * 1_000_003,
                n % 200,
                n % 250,
                40_000 + n,
                n % 250,
                48_213 + n * 7,
                n,
                30_000 + n,
                n % 300,
                1_000 + n * 13,
                9_000 + n * 131,
            )
        })
        .collect()
}

fn count(bencher: Bencher<'_, '_>, read: impl Fn(&[u8]) -> usize) {
    let text = lines().join("\n");
    bencher
        .counter(ItemsCount::new(LINES))
        .counter(BytesCount::new(text.len()))
        .bench_local(|| assert_eq!(read(text.as_bytes()), LINES as usize));
}

fn each_line(text: &[u8], mut holds: impl FnMut(&[u8]) -> bool) -> usize {
    let mut frames = FrameScratch::default();
    let mut lines = Lines::new(text, &mut frames);
    let mut count = 0;
    while let Some(item) = lines.next_line() {
        count += usize::from(item.content.is_ok_and(&mut holds));
    }
    count
}

#[divan::bench]
fn fortigate_events(bencher: Bencher<'_, '_>) {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let scratch = std::cell::RefCell::new(Scratch::default());
    count(bencher, |text| {
        let mut scratch = scratch.borrow_mut();
        each_line(text, |line| {
            parse_line(line, &context, &mut scratch)
                .is_ok_and(|event| event.disposition == Disposition::Allowed)
        })
    });
}

#[divan::bench]
fn lines_alone(bencher: Bencher<'_, '_>) {
    count(bencher, |text| each_line(text, |_| true));
}

#[divan::bench]
fn baseline_map(bencher: Bencher<'_, '_>) {
    count(bencher, |text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let mut read = 0;
        for line in text.lines() {
            let mut map: HashMap<String, String> = HashMap::new();
            let mut rest = line;
            while let Some((name, after)) = rest.split_once('=') {
                let (value, after) = match after.strip_prefix('"') {
                    Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                    None => after.split_once(' ').unwrap_or((after, "")),
                };
                map.insert(name.trim().to_owned(), value.to_owned());
                rest = after;
            }
            read += usize::from(map.get("action").is_some_and(|action| action == "close"));
        }
        read
    });
}

#[divan::bench]
fn baseline_regex(bencher: Bencher<'_, '_>) {
    let Ok(pairs) = regex::Regex::new(r#"([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))"#) else {
        return;
    };
    count(bencher, |text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let mut read = 0;
        for line in text.lines() {
            let mut map: HashMap<&str, &str> = HashMap::new();
            for pair in pairs.captures_iter(line) {
                let value = pair.get(2).or_else(|| pair.get(3)).map_or("", |value| value.as_str());
                map.insert(pair.get(1).map_or("", |name| name.as_str()), value);
            }
            read += usize::from(map.get("action") == Some(&"close"));
        }
        read
    });
}
