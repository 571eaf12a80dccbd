//! Streams that are made to do harm: mutations of every framing.

use hinomi_model::QuarantineReason;
use hinomi_parse::MAX_LINE_BYTES;

use crate::pack::{aggregate, awslogs, base64, counted, gzip, zstd};
use crate::{as_file, as_record};

const MUTATIONS: usize = 6_000;

/// A small generator of our own, so that a seed means the same for ever.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn streams() -> Vec<Vec<u8>> {
    let lines = b"date=1 a=\"x\"\n<189>date=2 b=\"y\"\r\n1,2026/01/20 10:15:01,0128\n".to_vec();
    let messages = [counted(b"<1>a=1 x"), counted(b"<189>b=2\nc=3"), counted(b"<2>d=4 99")].concat();
    let array = b"[{\"message\":\"date=1 a=\\\"x\\\"\"},\n\"date=2\", {\"a\":[1,{\"b\":null}]}]\n".to_vec();
    let document = br#"{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{"id":"1","timestamp":1768871701000,"message":"date=1"},{"id":"2","message":"date=2"}],"next":{}}"#.to_vec();
    let pretty = b"{\n  \"message\": \"date=1\",\n  \"x\": [\n 1\n ]\n}\n{\"a\":1}{\"b\":2}\n".to_vec();
    let mut streams = vec![lines, messages, array, document, pretty];
    for plain in streams.clone() {
        streams.push([base64(&gzip(&plain)).as_slice(), b"\n"].concat());
        streams.push(awslogs(&zstd(&plain)));
        streams.push(aggregate(&[&plain, &gzip(&plain)]));
    }
    streams
}

#[test]
fn mutations_of_every_framing_do_no_harm() {
    let streams = streams();
    let mut seeded = Seeded(0x5eed_0002);
    let mut read = 0;
    for _ in 0..MUTATIONS {
        let mut bytes = streams[seeded.below(streams.len())].clone();
        for _ in 0..=seeded.below(3) {
            let at = seeded.below(bytes.len() + 1);
            let other = &streams[seeded.below(streams.len())];
            match seeded.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << seeded.below(8),
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..at, other.iter().copied())),
                3 => {
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[seeded.below(other.len())..]);
                }
                4 => drop(bytes.drain(at..(at + seeded.below(20)).min(bytes.len()))),
                _ => bytes = [counted(&bytes), other.clone()].concat(),
            }
        }
        let record = as_record(&bytes);
        read += record.iter().filter(|item| item.content.is_ok()).count();
        for item in &record {
            match &item.content {
                Ok(line) => assert!(!line.is_empty() && line.len() <= MAX_LINE_BYTES),
                Err((reason, head)) => {
                    assert!(head.len() <= MAX_LINE_BYTES);
                    assert_ne!(*reason, QuarantineReason::Fault);
                }
            }
        }
        let is_packed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        if !is_packed {
            assert_eq!(as_file(&bytes, 1 + seeded.below(64)), record);
        }
    }
    // Were it otherwise, this would test only refusals.
    assert!(read > MUTATIONS, "{read}");
}
