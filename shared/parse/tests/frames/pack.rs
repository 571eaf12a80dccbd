//! Packs lines as the field does.

use std::io::Write;

use md5::{Digest, Md5};

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    data_encoding::BASE64.encode(bytes).into_bytes()
}

pub(crate) fn awslogs(bytes: &[u8]) -> Vec<u8> {
    [br#"{"awslogs":{"data":""#.as_slice(), &base64(bytes), br#""}}"#].concat()
}

pub(crate) fn counted(message: &[u8]) -> Vec<u8> {
    [format!("{} ", message.len()).as_bytes(), message].concat()
}

fn field(number: u8, held: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = held.len();
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(held);
    bytes
}

pub(crate) fn sealed(message: &[u8]) -> Vec<u8> {
    [&[0xf3, 0x89, 0x9a, 0xc2], message, Md5::digest(message).as_slice()].concat()
}

pub(crate) fn aggregate(records: &[&[u8]]) -> Vec<u8> {
    let mut message = field(1, b"a partition key");
    for data in records {
        message.extend(field(3, &[&[0x08, 0, 0x10, 0][..], &field(3, data)].concat()));
    }
    sealed(&message)
}
