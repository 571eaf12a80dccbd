//! Reading a PAN-OS TRAFFIC row, beside csv-core splitting the same row into its columns and doing nothing else.
//!
//! The rows are session ends of PAN-OS 11.1, some 820 bytes and 116 columns each, half of them empty, one quoted,
//! with changing values: no threat logs, no repairs. What a real mix costs is measured by `hinomi bench`.

#![allow(missing_docs, reason = "a bench has no readers")]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_model::EventTime;
use hinomi_model::registry::{Collected, Registry};
use hinomi_parse::{Context, Scratch, parse_line};

const ROWS: u64 = 1_000;
const COLUMNS: usize = 116;

fn main() {
    divan::main();
}

fn rows() -> Vec<String> {
    (0..ROWS)
        .map(|n| {
            format!(
                "1,2026/01/20 10:15:{second:02},012345678901234,TRAFFIC,end,2817,2026/01/20 10:15:{second:02},\
                 10.1.{}.{},203.0.113.{},198.51.100.10,203.0.113.{},out-web,kita\\user{n:04},,ssl,vsys1,trust,\
                 untrust,ethernet1/2,ethernet1/1,fwd-all,2026/01/20 10:15:{second:02},{},1,{},443,{},443,0x400053,\
                 tcp,allow,{},{},{},40,2026/01/20 10:14:01,58,computer-and-internet-info,,{},0x8000000000000000,\
                 10.0.0.0-10.255.255.255,United States,,18,22,tcp-fin,29,82,454,0,,KITA-PA1,from-policy,,,0,,0,,N/A,\
                 0,0,0,0,6f1d2c3a-1111-4222-8333-944445555666,0,0,,,,,,,,,PersonalComputer,,,,Windows,,PC-{n:04},\
                 00-00-5e-00-53-01,,,,,,,,,,,,,,,,,,2026-01-20T10:15:{second:02}.123+09:00,,,encrypted-tunnel,\
                 networking,browser-based,4,\"used-by-malware,able-to-transfer-file,has-known-vulnerability,\
                 tunnel-other-application,pervasive-use\",,ssl,no,no,0,NonProxyTraffic,",
                n % 200,
                n % 250,
                n % 250,
                n % 250,
                48_213 + n * 7,
                40_000 + n,
                20_000 + n,
                10_000 + n * 144,
                1_000 + n * 13,
                9_000 + n * 131,
                7_300_000_000_000_000_000 + n,
                second = n % 60,
            )
        })
        .collect()
}

fn count(bencher: Bencher<'_, '_>, rows: &[String], mut read: impl FnMut(&str) -> bool) {
    let bytes: usize = rows.iter().map(String::len).sum();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::new(bytes))
        .bench_local(|| assert!(rows.iter().all(|row| read(row))));
}

#[divan::bench]
fn hinomi(bencher: Bencher<'_, '_>) {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let mut scratch = Scratch::default();
    count(bencher, &rows(), |row| {
        parse_line(row.as_bytes(), &context, &mut scratch).is_ok_and(|event| {
            event.bytes_in.is_some() && event.dst_port == Some(443) && event.user.is_some()
        })
    });
}

#[divan::bench]
fn csv_core_splits(bencher: Bencher<'_, '_>) {
    let mut reader = csv_core::Reader::new();
    let mut text = [0; 4096];
    let mut ends = [0; 512];
    count(bencher, &rows(), |row| {
        reader.reset();
        let (_, _, written, columns) = reader.read_record(row.as_bytes(), &mut text, &mut ends);
        // An empty input is the end of the record.
        let (.., last) = reader.read_record(b"", &mut text[written..], &mut ends[columns..]);
        columns + last == COLUMNS
    });
}
