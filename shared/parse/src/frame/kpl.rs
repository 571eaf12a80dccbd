//! Aggregates of the Kinesis Producer Library: many user records in one record of a stream.
//!
//! ```text
//! F3 89 9A C2 | AggregatedRecord, protobuf | MD5 of the protobuf
//! ```
//!
//! Specification: "KPL Aggregated Record Format",
//! <https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md>. As its readers do, a record
//! that starts so and whose digest is another is taken for a user record that happens to; one whose digest is right
//! and whose protobuf is broken is refused whole.

use hinomi_model::{QuarantineReason, Reject};
use md5::{Digest, Md5};

/// What an aggregate starts with.
pub(super) const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];

/// Bytes of the digest at the end.
const DIGEST_BYTES: usize = 16;

/// Field numbers of AggregatedRecord and of Record.
const RECORDS: u64 = 3;
const DATA: u64 = 3;

/// Returns the data of each user record of an aggregate, in order: its place in the list is its sub-sequence number.
/// `None` when the record is no aggregate.
///
/// # Errors
///
/// [`QuarantineReason::BadEnvelope`] for an aggregate whose digest is right and whose contents can't be read.
pub fn user_records(record: &[u8]) -> Result<Option<Vec<&[u8]>>, Reject> {
    let Some(inner) = record.strip_prefix(&MAGIC) else { return Ok(None) };
    let Some((message, digest)) =
        inner.len().checked_sub(DIGEST_BYTES).and_then(|at| inner.split_at_checked(at))
    else {
        return Ok(None);
    };
    if Md5::digest(message).as_slice() != digest {
        return Ok(None);
    }
    let broken = |rest: &[u8]| {
        let at = MAGIC.len() + message.len() - rest.len();
        Reject::new(QuarantineReason::BadEnvelope, format!("aggregate at byte {at}"))
    };
    let mut records = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (field, after) = Field::read(rest).ok_or_else(|| broken(rest))?;
        if let (RECORDS, Some(record)) = (field.number, field.bytes) {
            records.push(data_of(record).ok_or_else(|| broken(rest))?);
        }
        rest = after;
    }
    Ok(Some(records))
}

/// Returns the data of one user record; it must have some, as the format says `required`.
fn data_of(record: &[u8]) -> Option<&[u8]> {
    let mut rest = record;
    let mut data = None;
    while !rest.is_empty() {
        let (field, after) = Field::read(rest)?;
        if field.number == DATA {
            data = field.bytes;
        }
        rest = after;
    }
    data
}

struct Field<'a> {
    number: u64,
    /// What it holds, when it holds bytes.
    bytes: Option<&'a [u8]>,
}

impl<'a> Field<'a> {
    /// Reads a field and returns what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (tag, rest) = varint(bytes)?;
        let (held, rest) = match tag & 7 {
            0 => (None, varint(rest)?.1),
            1 => (None, rest.get(8..)?),
            2 => {
                let (length, rest) = varint(rest)?;
                let (held, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                (Some(held), rest)
            }
            5 => (None, rest.get(4..)?),
            _ => return None,
        };
        Some((Field { number: tag >> 3, bytes: held }, rest))
    }
}

/// Reads a number of seven bits a byte, at most ten bytes.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f).checked_shl(at as u32 * 7)?;
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

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

    fn sealed(message: &[u8]) -> Vec<u8> {
        [MAGIC.as_slice(), message, Md5::digest(message).as_slice()].concat()
    }

    /// Writes an aggregate as the library does.
    pub(in super::super) fn aggregate(records: &[&[u8]]) -> Vec<u8> {
        let mut message = field(1, b"a partition key");
        for data in records {
            message.extend(field(3, &[&[0x08, 0, 0x10, 0][..], &field(3, data)].concat()));
        }
        sealed(&message)
    }

    #[test]
    fn user_records_come_out_in_order() {
        let long = vec![b'x'; 300];
        let record = aggregate(&[b"one", b"", &long]);
        assert_eq!(user_records(&record), Ok(Some(vec![b"one".as_slice(), b"", &long])));
        assert_eq!(user_records(&aggregate(&[])), Ok(Some(vec![])));
    }

    #[test]
    fn a_wrong_digest_is_no_aggregate() {
        let mut record = aggregate(&[b"one"]);
        *record.last_mut().unwrap() ^= 1;
        assert_eq!(user_records(&record), Ok(None));
        assert_eq!(user_records(&MAGIC), Ok(None));
        assert_eq!(user_records(b"date=1"), Ok(None));
    }

    #[test]
    fn a_broken_message_is_refused_whole() {
        let cut = field(3, &field(3, b"data"));
        for message in
            [&cut[..cut.len() - 1], &[0x1f, 0, 0], &field(3, b""), &[0xff; 11], &[0x1a, 0xff, 0xff]]
        {
            let reject = user_records(&sealed(message)).unwrap_err();
            assert_eq!(reject.reason, QuarantineReason::BadEnvelope, "{message:?}");
        }
    }
}
