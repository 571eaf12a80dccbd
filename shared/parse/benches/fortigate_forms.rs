//! Reading FortiGate lines in the forms beside `key=value` with blanks: with commas, as CEF, as JSON. JSON stands beside
//! `serde_json::Value`, CEF and commas beside a walk that puts every pair into a map, as a team would write in an
//! afternoon.
//!
//! The lines are traffic logs of one shape and 48 fields, with changing values: no threat logs, no escapes, no
//! envelopes. `fortigate_native_events` reads the same fields with blanks, for comparison.

#![allow(missing_docs, reason = "a bench has no readers")]

use std::cell::RefCell;
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

/// Names and values of one line; CEF's key in the middle, empty where it is the name behind `FTNTFGT`.
fn fields(n: u64) -> Vec<(&'static str, &'static str, String)> {
    let text = |value: &str| value.to_owned();
    vec![
        ("devid", "deviceExternalId", text("FGT60FTK20000001")),
        ("eventtime", "", (1_768_871_701_123_456_789 + n * 1_000_003).to_string()),
        ("tz", "", text("+0900")),
        ("logid", "", text("0000000013")),
        ("type", "cat", text("traffic")),
        ("subtype", "", text("forward")),
        ("level", "", text("notice")),
        ("vd", "", text("root")),
        ("srcip", "src", format!("10.1.{}.{}", n % 200, n % 250)),
        ("srcport", "spt", (40_000 + n).to_string()),
        ("srcintf", "deviceInboundInterface", text("internal")),
        ("srcintfrole", "", text("lan")),
        ("dstip", "dst", format!("203.0.113.{}", n % 250)),
        ("dstport", "dpt", text("443")),
        ("dstintf", "deviceOutboundInterface", text("wan1")),
        ("dstintfrole", "", text("wan")),
        ("srccountry", "", text("Reserved")),
        ("dstcountry", "", text("United States")),
        ("sessionid", "externalId", (48_213 + n * 7).to_string()),
        ("proto", "proto", text("6")),
        ("action", "act", text("close")),
        ("policyid", "", text("7")),
        ("policytype", "", text("policy")),
        ("poluuid", "", format!("5f1d6b6e-0000-51ea-0000-{n:012}")),
        ("policyname", "", text("lan-to-wan")),
        ("service", "app", text("HTTPS")),
        ("trandisp", "", text("snat")),
        ("transip", "sourceTranslatedAddress", text("198.51.100.10")),
        ("transport", "sourceTranslatedPort", (30_000 + n).to_string()),
        ("appid", "", text("40568")),
        ("app", "", text("HTTPS.BROWSER")),
        ("appcat", "", text("Web.Client")),
        ("apprisk", "", text("medium")),
        ("applist", "", text("default")),
        ("duration", "", (n % 300).to_string()),
        ("sentbyte", "out", (1_000 + n * 13).to_string()),
        ("rcvdbyte", "in", (9_000 + n * 131).to_string()),
        ("sentpkt", "", text("18")),
        ("rcvdpkt", "", text("22")),
        ("utmaction", "", text("allow")),
        ("countapp", "", text("1")),
        ("osname", "", text("Windows")),
        ("srcswversion", "", text("10")),
        ("mastersrcmac", "", text("00:00:5e:00:53:01")),
        ("srcmac", "", text("00:00:5e:00:53:01")),
        ("srcserver", "", text("0")),
        ("dstserver", "", text("0")),
        ("devname", "dvchost", text("KITA-FW1")),
    ]
}

fn joined(
    separator: &str,
    head: &str,
    tail: &str,
    write: impl Fn(&(&'static str, &'static str, String)) -> String,
) -> String {
    let lines: Vec<String> = (0..LINES)
        .map(|n| {
            let pairs: Vec<String> = fields(n).iter().map(&write).collect();
            format!("{head}{}{tail}", pairs.join(separator))
        })
        .collect();
    lines.join("\n")
}

fn is_number(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn native_pair((name, _, value): &(&'static str, &'static str, String)) -> String {
    if is_number(value) { format!("{name}={value}") } else { format!("{name}=\"{value}\"") }
}

fn with_blanks() -> String {
    joined(" ", "<189>", "", native_pair)
}

fn with_commas() -> String {
    joined(",", "<189>", "", native_pair)
}

fn as_cef() -> String {
    let head = "<189>Jan 20 10:15:01 KITA-FW1 CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|";
    joined(" ", head, "", |(name, key, value)| match *key {
        "" => format!("FTNTFGT{name}={value}"),
        "cat" => "cat=traffic:forward".to_owned(),
        key => format!("{key}={value}"),
    })
}

fn as_json() -> String {
    joined(",", "{", "}", |(name, _, value)| {
        let is_whole = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let is_bare = is_whole && !value.starts_with("00");
        if is_bare { format!("\"{name}\":{value}") } else { format!("\"{name}\":\"{value}\"") }
    })
}

fn count(bencher: Bencher<'_, '_>, text: &str, read: impl Fn(&[u8]) -> usize) {
    bencher
        .counter(ItemsCount::new(LINES))
        .counter(BytesCount::new(text.len()))
        .bench_local(|| assert_eq!(read(text.as_bytes()), LINES as usize));
}

fn events(bencher: Bencher<'_, '_>, text: &str) {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let scratch = RefCell::new(Scratch::default());
    count(bencher, text, |text| {
        let mut scratch = scratch.borrow_mut();
        let mut allowed = |line: &[u8]| {
            parse_line(line, &context, &mut scratch).is_ok_and(|event| {
                event.disposition == Disposition::Allowed
                    && event.src_ip.is_some()
                    && event.unknown_fields == 0
            })
        };
        let mut frames = FrameScratch::default();
        let mut lines = Lines::new(text, &mut frames);
        let mut read = 0;
        while let Some(item) = lines.next_line() {
            read += usize::from(item.content.is_ok_and(&mut allowed));
        }
        read
    });
}

/// Puts the pairs of a line into a map.
fn map<'a>(line: &'a str, separator: &str) -> HashMap<&'a str, &'a str> {
    line.split(separator).filter_map(|pair| pair.split_once('=')).collect()
}

#[divan::bench]
fn fortigate_native_events(bencher: Bencher<'_, '_>) {
    events(bencher, &with_blanks());
}

#[divan::bench]
fn fortigate_comma_events(bencher: Bencher<'_, '_>) {
    events(bencher, &with_commas());
}

#[divan::bench]
fn fortigate_cef_events(bencher: Bencher<'_, '_>) {
    events(bencher, &as_cef());
}

#[divan::bench]
fn fortigate_json_events(bencher: Bencher<'_, '_>) {
    events(bencher, &as_json());
}

#[divan::bench]
fn baseline_comma_map(bencher: Bencher<'_, '_>) {
    count(bencher, &with_commas(), |text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        text.lines().filter(|line| map(line, ",").get("action") == Some(&"\"close\"")).count()
    });
}

#[divan::bench]
fn baseline_cef_map(bencher: Bencher<'_, '_>) {
    count(bencher, &as_cef(), |text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        text.lines().filter(|line| map(line, " ").get("act") == Some(&"close")).count()
    });
}

#[divan::bench]
fn baseline_json_value(bencher: Bencher<'_, '_>) {
    count(bencher, &as_json(), |text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let is_close = |line: &&str| {
            serde_json::from_str::<serde_json::Value>(line)
                .is_ok_and(|value| value.get("action").is_some_and(|action| action == "close"))
        };
        text.lines().filter(is_close).count()
    });
}
