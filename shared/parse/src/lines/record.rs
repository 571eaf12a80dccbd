//! Records: a whole batch of lines in memory.

use std::io::Read;

use hinomi_model::{QuarantineReason, Reject};

use super::{
    Coding, MAX_LINE_BYTES, MAX_RATIO, MAX_RECORD_BYTES, MAX_RECORD_WINDOW_LOG, RATIO_FLOOR_BYTES, trim,
};

/// Returns the plain bytes of a record, decompressed into `buffer` when it is gzip or zstd (several members or
/// frames are one text).
///
/// # Errors
///
/// [`QuarantineReason::TooLarge`] for a plain record above [`MAX_RECORD_BYTES`];
/// [`QuarantineReason::BadCompression`] for one that does not decompress, or grows beyond [`MAX_RECORD_BYTES`] or
/// [`MAX_RATIO`].
pub fn open<'a>(record: &'a [u8], buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Reject> {
    let coding = Coding::of(record);
    if coding == Coding::Plain {
        if record.len() > MAX_RECORD_BYTES {
            return Err(Reject::new(QuarantineReason::TooLarge, format!("{} bytes", record.len())));
        }
        return Ok(record);
    }
    let limit = record.len().saturating_mul(MAX_RATIO).clamp(RATIO_FLOOR_BYTES, MAX_RECORD_BYTES);
    buffer.clear();
    let read = match coding {
        Coding::Gzip => fill(flate2::read::MultiGzDecoder::new(record), limit, buffer),
        _ => match declared_bytes(record).filter(|bytes| *bytes <= limit) {
            // In one go, into memory that is there already: twice as fast as the stream.
            Some(bytes) => {
                buffer.reserve(bytes);
                zstd::bulk::Decompressor::new()
                    .and_then(|mut decompressor| decompressor.decompress_to_buffer(record, buffer))
                    .map(|_| ())
            }
            None => zstd::stream::read::Decoder::with_buffer(record).and_then(|mut decoder| {
                decoder.window_log_max(MAX_RECORD_WINDOW_LOG)?;
                fill(decoder, limit, buffer)
            }),
        },
    };
    if let Err(error) = read {
        let detail = format!("after {} bytes: {error}", buffer.len());
        return Err(Reject::new(QuarantineReason::BadCompression, detail));
    }
    if buffer.len() > limit {
        return Err(Reject::new(QuarantineReason::BadCompression, format!("more than {limit} bytes")));
    }
    Ok(buffer)
}

/// Returns how long the frames of a record say that they are together; `None` when one does not say, or is cut off.
fn declared_bytes(record: &[u8]) -> Option<usize> {
    let mut rest = record;
    let mut all = 0_u64;
    while !rest.is_empty() {
        all = all.checked_add(zstd::zstd_safe::get_frame_content_size(rest).ok()??)?;
        rest = rest.get(zstd::zstd_safe::find_frame_compressed_size(rest).ok()?..)?;
    }
    usize::try_from(all).ok()
}

fn fill(decoder: impl Read, limit: usize, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(one_more).read_to_end(buffer).map(|_| ())
}

/// Walks the lines of a record with their numbers.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: Option<&'a [u8]>,
    number: u64,
}

impl<'a> Lines<'a> {
    /// Starts at the first line.
    pub fn new(bytes: &'a [u8]) -> Self {
        Lines { rest: Some(bytes), number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    /// The line's number and the line; or why it is refused, and its beginning.
    type Item = (u64, Result<&'a [u8], (Reject, &'a [u8])>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let bytes = self.rest?;
            let line = match memchr::memchr(b'\n', bytes) {
                Some(at) => {
                    self.rest = bytes.get(at + 1..);
                    bytes.get(..at).unwrap_or(bytes)
                }
                None => {
                    self.rest = None;
                    bytes
                }
            };
            self.number += 1;
            let line = trim(line);
            if line.is_empty() {
                continue;
            }
            if line.len() > MAX_LINE_BYTES {
                let reject = Reject::new(QuarantineReason::TooLarge, format!("{} bytes", line.len()));
                return Some((self.number, Err((reject, line.get(..MAX_LINE_BYTES).unwrap_or(line)))));
            }
            return Some((self.number, Ok(line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codings_are_told_by_their_first_bytes() {
        let text = b"one\ntwo\n".as_slice();
        let members = [gzip(b"one\n"), gzip(b"two\n")].concat();
        let frames = [
            zstd::encode_all(b"one\n".as_slice(), 1).unwrap(),
            zstd::encode_all(b"two\n".as_slice(), 1).unwrap(),
        ];
        for record in [text.to_vec(), gzip(text), members, frames.concat()] {
            assert_eq!(open(&record, &mut Vec::new()).unwrap(), text);
        }
    }

    #[test]
    fn bombs_and_broken_streams_are_refused() {
        let zeros = vec![b'0'; RATIO_FLOOR_BYTES + 1];
        let mut cut = gzip(b"some text that is cut off");
        cut.truncate(cut.len() - 6);
        let records =
            [gzip(&zeros), zstd::encode_all(zeros.as_slice(), 1).unwrap(), cut, b"\x1f\x8bnonsense".to_vec()];
        for record in records {
            let reject = open(&record, &mut Vec::new()).unwrap_err();
            assert_eq!(reject.reason, QuarantineReason::BadCompression);
        }
        assert!(open(&gzip(&zeros[..RATIO_FLOOR_BYTES]), &mut Vec::new()).is_ok());
        let large = vec![b'a'; MAX_RECORD_BYTES + 1];
        assert_eq!(open(&large, &mut Vec::new()).unwrap_err().reason, QuarantineReason::TooLarge);
    }

    #[test]
    fn lines_keep_their_numbers() {
        let long = "x".repeat(MAX_LINE_BYTES + 1);
        let text = format!("one\r\n\n  \0\n two \0\n{long}\nlast");
        let lines: Vec<_> = Lines::new(text.as_bytes())
            .map(|(n, line)| (n, line.map_err(|(reject, _)| reject.reason)))
            .collect();
        let expected: Vec<(u64, Result<&[u8], QuarantineReason>)> =
            vec![(1, Ok(b"one")), (4, Ok(b"two")), (5, Err(QuarantineReason::TooLarge)), (6, Ok(b"last"))];
        assert_eq!(lines, expected);
    }
}
