//! Bytes to lines, one bench a framing, each beside the plainest loop that finds the same lines in the same bytes.
//!
//! The lines are some 300 bytes long. A baseline knows what its input is, trusts it and checks nothing: it says what the
//! bytes cost, not what a careless reader would do.

#![expect(clippy::unwrap_used, reason = "a bench that can't be set up must not go on")]
#![allow(missing_docs, reason = "a bench has no readers")]

use std::io::Write;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hinomi_parse::{FrameScratch, LineReader, Lines};
use md5::{Digest, Md5};

const LINES: usize = 2_000;

fn main() {
    divan::main();
}

fn lines() -> Vec<String> {
    (0..LINES)
        .map(|n| {
            format!(
                "date=2026-01-20 time=10:15:{:02} devname=\"KITA-FW1\" devid=\"FGT60FTK20000001\" logid=\"0000000013\" \
                 type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=10.1.{}.{} srcport={} \
                 dstip=203.0.113.{} dstport=443 sessionid={} proto=6 action=\"close\" policyid=7 service=\"HTTPS\" \
                 sentbyte={} rcvdbyte={}",
                n % 60,
                n % 200,
                n % 250,
                40_000 + n,
                n % 250,
                48_213 + n * 7,
                1_000 + n * 13,
                9_000 + n * 131,
            )
        })
        .collect()
}

fn elements() -> Vec<String> {
    let escaped = |line: String| line.replace('"', "\\\"");
    let element =
        |(n, line)| format!(r#"{{"id":"{n:056}","timestamp":1768871701000,"message":"{}"}}"#, escaped(line));
    lines().into_iter().enumerate().map(element).collect()
}

fn newline() -> Vec<u8> {
    (lines().join("\n") + "\n").into_bytes()
}

fn counted() -> Vec<u8> {
    lines().iter().map(|line| format!("{} <189>{line}", line.len() + 5)).collect::<String>().into_bytes()
}

fn array() -> Vec<u8> {
    format!("[{}]", elements().join(",\n")).into_bytes()
}

fn cloudwatch() -> Vec<u8> {
    let events = elements().join(",");
    let head = r#""messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"g","logStream":"s""#;
    format!(r#"{{{head},"logEvents":[{events}]}}"#).into_bytes()
}

fn aggregate() -> Vec<u8> {
    fn field(number: u8, held: &[u8]) -> Vec<u8> {
        let length = held.len();
        let mut bytes = vec![number << 3 | 2, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8];
        bytes.extend_from_slice(held);
        bytes
    }
    let mut message = Vec::new();
    for line in lines() {
        message.extend(field(3, &[&[8, 0][..], &field(3, line.as_bytes())].concat()));
    }
    let digest = Md5::digest(&message);
    [&[0xf3, 0x89, 0x9a, 0xc2], message.as_slice(), digest.as_slice()].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn measure(bencher: Bencher<'_, '_>, bytes: &[u8], mut count: impl FnMut(&[u8]) -> usize) {
    bencher
        .counter(ItemsCount::new(LINES))
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| assert_eq!(count(bytes), LINES));
}

fn read(bencher: Bencher<'_, '_>, bytes: &[u8]) {
    let mut scratch = FrameScratch::default();
    measure(bencher, bytes, |bytes| {
        let mut lines = Lines::new(bytes, &mut scratch);
        let mut count = 0;
        while let Some(item) = lines.next_line() {
            count += usize::from(item.content.is_ok());
        }
        count
    });
}

#[divan::bench]
fn newlines(bencher: Bencher<'_, '_>) {
    read(bencher, &newline());
}

#[divan::bench]
fn newlines_from_a_stream(bencher: Bencher<'_, '_>) {
    measure(bencher, &newline(), |bytes| {
        let mut lines = LineReader::new(bytes).unwrap();
        let mut count = 0;
        while let Some(item) = lines.next_line() {
            count += usize::from(item.content.is_ok());
        }
        count
    });
}

#[divan::bench]
fn newlines_baseline(bencher: Bencher<'_, '_>) {
    measure(bencher, &newline(), |bytes| {
        let mut rest = bytes;
        let mut count = 0;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            count += usize::from(!divan::black_box(rest[..at].trim_ascii()).is_empty());
            rest = &rest[at + 1..];
        }
        count
    });
}

#[divan::bench]
fn octet_counted(bencher: Bencher<'_, '_>) {
    read(bencher, &counted());
}

#[divan::bench]
fn octet_counted_baseline(bencher: Bencher<'_, '_>) {
    measure(bencher, &counted(), |bytes| {
        let mut rest = bytes;
        let mut count = 0;
        while let Some(at) = memchr::memchr(b' ', rest) {
            let length: usize = std::str::from_utf8(&rest[..at]).unwrap().parse().unwrap();
            count += usize::from(!divan::black_box(&rest[at + 1..][..length]).is_empty());
            rest = &rest[at + 1 + length..];
        }
        count
    });
}

#[divan::bench]
fn json_array(bencher: Bencher<'_, '_>) {
    read(bencher, &array());
}

#[divan::bench]
fn json_array_baseline_serde_json(bencher: Bencher<'_, '_>) {
    measure(bencher, &array(), |bytes| {
        let elements: Vec<serde_json::Value> = serde_json::from_slice(bytes).unwrap();
        elements.iter().filter(|element| element["message"].is_string()).count()
    });
}

#[divan::bench]
fn cloudwatch_logs(bencher: Bencher<'_, '_>) {
    read(bencher, &cloudwatch());
}

#[divan::bench]
fn cloudwatch_logs_gzip_base64(bencher: Bencher<'_, '_>) {
    let text = data_encoding::BASE64.encode(&gzip(&cloudwatch()));
    read(bencher, format!(r#"{{"awslogs":{{"data":"{text}"}}}}"#).as_bytes());
}

#[divan::bench]
fn cloudwatch_logs_baseline_serde_json(bencher: Bencher<'_, '_>) {
    measure(bencher, &cloudwatch(), |bytes| {
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        document["logEvents"].as_array().unwrap().iter().filter(|event| event["message"].is_string()).count()
    });
}

#[divan::bench]
fn aggregated(bencher: Bencher<'_, '_>) {
    read(bencher, &aggregate());
}

#[divan::bench]
fn aggregated_baseline_digest_alone(bencher: Bencher<'_, '_>) {
    measure(bencher, &aggregate(), |bytes| {
        let digest = Md5::digest(&bytes[4..bytes.len() - 16]);
        LINES * usize::from(digest.as_slice() == &bytes[bytes.len() - 16..])
    });
}
