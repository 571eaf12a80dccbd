//! Codings of bytes in memory: gzip, zstd, and base64 of those or of JSON. Each is told by its first bytes and undone
//! within a bound.
//!
//! ```text
//! H4sIAAAAAAAA/0tJLEm1NTIwMtM1MNQ1MgAAJxfX7w4AAAA=
//! {"awslogs":{"data":"H4sIAAAAAAAA/0tJLEm1NTIwMtM1MNQ1MgAAJxfX7w4AAAA="}}
//! ```
//!
//! Specifications: RFC 1952 (gzip), RFC 8878 (zstd), RFC 4648 (base64, both alphabets); `awslogs` is what Lambda is
//! given by CloudWatch Logs, <https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html>.

use std::io::Read;
use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use hinomi_model::{Frame, Frames, QuarantineReason, Reject};

use super::{MAX_ENCODED_BYTES, MAX_RATIO, RATIO_FLOOR_BYTES};

/// Memory that a record's zstd frame may ask for, as a power of two: 32 MiB, as much as a record may hold.
const MAX_RECORD_WINDOW_LOG: u32 = 25;

/// How base64 of gzip, of zstd, of `{"` and of `[{"` starts.
const ENCODED_STARTS: [&[u8]; 4] = [b"H4sI", b"KLUv", b"eyJ", b"W3si"];

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
    Zstd,
}

impl Coding {
    /// Tells the coding by the first bytes.
    pub(super) fn of(head: &[u8]) -> Coding {
        match head {
            [0x1f, 0x8b, ..] => Coding::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Coding::Zstd,
            _ => Coding::Plain,
        }
    }

    /// Returns what the account calls it.
    pub(super) fn frames(self) -> Frames {
        match self {
            Coding::Plain => Frames::default(),
            Coding::Gzip => Frames::default().with(Frame::Gzip),
            Coding::Zstd => Frames::default().with(Frame::Zstd),
        }
    }

    /// Appends the plain bytes (several members or frames are one text) to an empty buffer, at most `budget`.
    ///
    /// # Errors
    ///
    /// [`QuarantineReason::BadCompression`] for what does not decompress, or grows beyond [`MAX_RATIO`] or the budget.
    pub(super) fn undo(self, bytes: &[u8], budget: usize, buffer: &mut Vec<u8>) -> Result<(), Reject> {
        let limit = bytes.len().saturating_mul(MAX_RATIO).max(RATIO_FLOOR_BYTES).min(budget);
        let read = match self {
            Coding::Plain => {
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            Coding::Gzip => fill(flate2::read::MultiGzDecoder::new(bytes), limit, buffer),
            Coding::Zstd => match declared_bytes(bytes).filter(|declared| *declared <= limit) {
                // In one go, into memory that is there already: twice as fast as the stream.
                Some(declared) => {
                    buffer.reserve(declared);
                    zstd::bulk::Decompressor::new()
                        .and_then(|mut decompressor| decompressor.decompress_to_buffer(bytes, buffer))
                        .map(|_| ())
                }
                None => zstd::stream::read::Decoder::with_buffer(bytes).and_then(|mut decoder| {
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
        Ok(())
    }
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

/// What is known of a text that may be base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encoded {
    /// It isn't.
    No,
    /// It takes more bytes to tell.
    Unsure,
    /// It is, and longer than [`MAX_ENCODED_BYTES`].
    TooLarge,
    /// The base64 lies in `text`; the line goes on at `end`.
    Yes {
        /// The base64 itself.
        text: Range<usize>,
        /// Behind it and what surrounds it, before the line feed.
        end: usize,
    },
}

/// Tells whether a line is base64 of something that is read. `searched` bytes are known to be of its alphabet.
pub(super) fn line(bytes: &[u8], searched: &mut usize, ended: bool) -> Encoded {
    let starts = ENCODED_STARTS.iter().any(|start| bytes.starts_with(start));
    if !starts {
        let may_start = ENCODED_STARTS.iter().any(|start| start.starts_with(bytes));
        return if may_start && !ended { Encoded::Unsure } else { Encoded::No };
    }
    let start = (*searched).min(bytes.len());
    let alien = bytes.get(start..).unwrap_or_default().iter().position(|byte| !is_base64(*byte));
    let end = alien.map_or(bytes.len(), |at| start + at);
    if end > MAX_ENCODED_BYTES {
        return Encoded::TooLarge;
    }
    *searched = end;
    match bytes.get(end..).unwrap_or_default() {
        [] if !ended => Encoded::Unsure,
        [b'\r'] if !ended => Encoded::Unsure,
        [] | [b'\n', ..] | [b'\r', b'\n', ..] | [b'\r'] => Encoded::Yes { text: 0..end, end },
        _ => Encoded::No,
    }
}

/// Tells whether a whole text is base64 of something that is read.
pub(super) fn is_encoded(text: &[u8]) -> bool {
    ENCODED_STARTS.iter().any(|start| text.starts_with(start)) && text.iter().all(|byte| is_base64(*byte))
}

/// Reads `{"awslogs":{"data":"..."}}`. `searched` bytes of the data are known to be of its alphabet.
pub(super) fn subscription(bytes: &[u8], searched: &mut usize, ended: bool) -> Encoded {
    const BEFORE: [&[u8]; 7] = [b"{", b"\"awslogs\"", b":", b"{", b"\"data\"", b":", b"\""];
    const BEHIND: [&[u8]; 3] = [b"\"", b"}", b"}"];
    let mut at = 0;
    for token in BEFORE {
        match expect(bytes, at, token, ended) {
            Ok(next) => at = next,
            Err(no) => return no,
        }
    }
    let from = (at + *searched).min(bytes.len());
    let alien =
        bytes.get(from..).unwrap_or_default().iter().position(|byte| !is_base64(*byte) && *byte != b'\\');
    let end = alien.map_or(bytes.len(), |alien| from + alien);
    let text = at..end;
    if text.len() > MAX_ENCODED_BYTES {
        return Encoded::TooLarge;
    }
    *searched = text.len();
    if alien.is_none() {
        return if ended { Encoded::No } else { Encoded::Unsure };
    }
    at = end;
    for token in BEHIND {
        match expect(bytes, at, token, ended) {
            Ok(next) => at = next,
            Err(no) => return no,
        }
    }
    Encoded::Yes { text, end: at }
}

/// Takes a token behind blanks; no writer puts more of them than this between two tokens.
fn expect(bytes: &[u8], at: usize, token: &[u8], ended: bool) -> Result<usize, Encoded> {
    const MAX_BLANKS: usize = 64;
    let rest = bytes.get(at..).unwrap_or_default();
    let blanks =
        rest.iter().take(MAX_BLANKS).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    let rest = rest.get(blanks..).unwrap_or_default();
    if rest.starts_with(token) {
        return Ok(at + blanks + token.len());
    }
    Err(if token.starts_with(rest) && !ended { Encoded::Unsure } else { Encoded::No })
}

/// Undoes base64 and the compression in it.
///
/// # Errors
///
/// [`QuarantineReason::BadEnvelope`] for broken base64, and what [`Coding::undo`] refuses.
pub(super) fn decode(text: &[u8], budget: usize, buffer: &mut Vec<u8>) -> Result<Frames, Reject> {
    let bad = |detail: String| Reject::new(QuarantineReason::BadEnvelope, detail);
    // JSON may write `\/` for the alphabet's slash.
    let mut plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\\').collect();
    while plain.last() == Some(&b'=') {
        plain.pop();
    }
    let is_url = plain.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let encoding = if is_url { BASE64URL_NOPAD } else { BASE64_NOPAD };
    let bytes = encoding.decode(&plain).map_err(|error| bad(format!("base64 at byte {}", error.position)))?;
    let coding = Coding::of(&bytes);
    coding.undo(&bytes, budget, buffer)?;
    Ok(coding.frames().with(Frame::Base64))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}
