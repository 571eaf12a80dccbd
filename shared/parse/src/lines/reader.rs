//! Files: lines from a stream of any length, with memory that does not grow.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::ops::Range;

use hinomi_model::{QuarantineReason, Reject};

use super::{Coding, MAX_FILE_WINDOW_LOG, MAX_LINE_BYTES, trim};

/// Bytes read ahead. Several of the longest lines, so that moving the rest to the front is rare.
const BUFFER_BYTES: usize = 8 * MAX_LINE_BYTES;

/// Reads lines from a plain, gzip (several members) or zstd (several frames) stream.
///
/// A compressed stream that breaks off yields every whole line before the break and then one reject, whose
/// [`head`](LineReader::head) is the line that was cut. A file's ratio is not bounded: nothing is kept of it.
/// When the stream itself fails, lines end early and [`fault`](LineReader::fault) says why.
pub struct LineReader<R: Read> {
    source: Source<R>,
    buffer: Vec<u8>,
    /// The part of the buffer that holds bytes not yet given out.
    held: Range<usize>,
    /// How far `held` was searched for a line end.
    searched: usize,
    head: Range<usize>,
    number: u64,
    skipping: bool,
    ended: bool,
    broken: Option<Reject>,
    fault: Option<io::Error>,
}

type Stream<R> = BufReader<Tap<Chain<Cursor<Vec<u8>>, R>>>;

enum Source<R: Read> {
    Plain(Stream<R>),
    Gzip(Box<flate2::bufread::MultiGzDecoder<Stream<R>>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, Stream<R>>>),
}

/// Remembers that the stream itself failed, as opposed to what it holds.
struct Tap<R> {
    inner: R,
    failed: bool,
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.failed |= matches!(&read, Err(error) if error.kind() != io::ErrorKind::Interrupted);
        read
    }
}

impl<R: Read> Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(stream) => stream.read(buffer),
            Source::Gzip(stream) => stream.read(buffer),
            Source::Zstd(stream) => stream.read(buffer),
        }
    }

    fn failed(&self) -> bool {
        match self {
            Source::Plain(_) => true,
            Source::Gzip(decoder) => decoder.get_ref().get_ref().failed,
            Source::Zstd(decoder) => decoder.get_ref().get_ref().failed,
        }
    }
}

impl<R: Read> LineReader<R> {
    /// Starts reading; tells the coding by the first bytes.
    ///
    /// # Errors
    ///
    /// When the stream's first bytes can't be read, or there is no memory for the decoder.
    pub fn new(mut stream: R) -> io::Result<Self> {
        let mut head = Vec::with_capacity(4);
        Read::by_ref(&mut stream).take(4).read_to_end(&mut head)?;
        let coding = Coding::of(&head);
        let stream = BufReader::new(Tap { inner: Cursor::new(head).chain(stream), failed: false });
        let source = match coding {
            Coding::Plain => Source::Plain(stream),
            Coding::Gzip => Source::Gzip(Box::new(flate2::bufread::MultiGzDecoder::new(stream))),
            Coding::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(stream)?;
                decoder.window_log_max(MAX_FILE_WINDOW_LOG)?;
                Source::Zstd(Box::new(decoder))
            }
        };
        Ok(LineReader {
            source,
            buffer: vec![0; BUFFER_BYTES],
            held: 0..0,
            searched: 0,
            head: 0..0,
            number: 0,
            skipping: false,
            ended: false,
            broken: None,
            fault: None,
        })
    }

    /// Returns the next line and its number, or why it is refused; `None` at the end.
    pub fn next_line(&mut self) -> Option<(u64, Result<&[u8], Reject>)> {
        let (number, line) = self.advance()?;
        Some((number, line.map(|range| trim(self.buffer.get(range).unwrap_or_default()))))
    }

    /// Returns the beginning of the line that was refused last, at most [`MAX_LINE_BYTES`] of it.
    pub fn head(&self) -> &[u8] {
        self.buffer.get(self.head.clone()).unwrap_or_default()
    }

    /// Returns why the stream ended early, when it failed.
    pub fn fault(&self) -> Option<&io::Error> {
        self.fault.as_ref()
    }

    fn advance(&mut self) -> Option<(u64, Result<Range<usize>, Reject>)> {
        loop {
            let unsearched = self.buffer.get(self.searched..self.held.end).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unsearched) {
                let line = self.held.start..self.searched + at;
                self.held.start = line.end + 1;
                self.searched = self.held.start;
                self.number += 1;
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                if let Some(found) = self.found(line) {
                    return Some((self.number, found));
                }
                continue;
            }
            self.searched = self.held.end;
            if self.ended {
                return self.rest();
            }
            if self.skipping {
                self.held.start = self.held.end;
            } else if self.held.len() > MAX_LINE_BYTES + 1 {
                self.skipping = true;
                return Some((self.number + 1, Err(self.too_large(self.held.clone()))));
            }
            self.read_more();
        }
    }

    /// Judges a whole line; `None` when it is empty.
    fn found(&mut self, line: Range<usize>) -> Option<Result<Range<usize>, Reject>> {
        let length = trim(self.buffer.get(line.clone()).unwrap_or_default()).len();
        match length {
            0 => None,
            length if length > MAX_LINE_BYTES => Some(Err(self.too_large(line))),
            _ => Some(Ok(line)),
        }
    }

    fn too_large(&mut self, line: Range<usize>) -> Reject {
        self.head = line.start..line.end.min(line.start + MAX_LINE_BYTES);
        Reject::new(QuarantineReason::TooLarge, format!("more than {MAX_LINE_BYTES} bytes"))
    }

    /// What is left at the end: a last line without line end, or the reject of a stream that broke off.
    fn rest(&mut self) -> Option<(u64, Result<Range<usize>, Reject>)> {
        let line = std::mem::replace(&mut self.held, 0..0);
        self.searched = 0;
        let skipped = std::mem::take(&mut self.skipping);
        if let Some(reject) = self.broken.take() {
            self.number += 1;
            self.head = line.start..line.end.min(line.start + MAX_LINE_BYTES);
            return Some((self.number, Err(reject)));
        }
        if line.is_empty() || skipped {
            return None;
        }
        self.number += 1;
        self.found(line).map(|found| (self.number, found))
    }

    fn read_more(&mut self) {
        if self.held.start > 0 && self.held.end == self.buffer.len() {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
            self.searched = self.held.end;
        }
        let free = self.buffer.get_mut(self.held.end..).unwrap_or_default();
        match self.source.read(free) {
            Ok(0) => self.ended = true,
            Ok(read) => self.held.end += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.ended = true;
                if self.source.failed() {
                    self.fault = Some(error);
                } else {
                    self.broken = Some(Reject::new(QuarantineReason::BadCompression, error.to_string()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    type Read1 = (u64, Result<Vec<u8>, QuarantineReason>);

    fn read(bytes: &[u8], step: usize) -> Vec<Read1> {
        struct Steps<'a>(&'a [u8], usize);
        impl Read for Steps<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let step = self.1.min(buffer.len());
                self.0.read(&mut buffer[..step])
            }
        }
        let mut reader = LineReader::new(Steps(bytes, step)).unwrap();
        let mut lines = Vec::new();
        while let Some((number, line)) = reader.next_line() {
            lines.push((number, line.map(<[u8]>::to_vec).map_err(|reject| reject.reason)));
        }
        assert!(reader.fault().is_none());
        lines
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn agrees_with_records_whatever_the_steps() {
        let mut text = Vec::new();
        for number in 0..2_000u32 {
            let filler = "x".repeat((number as usize * 7919) % 700);
            writeln!(text, "{number} {filler}\r").unwrap();
        }
        text.extend_from_slice(format!("\n \0\n{}\nlast", "y".repeat(MAX_LINE_BYTES * 10)).as_bytes());
        let expected: Vec<Read1> = super::super::Lines::new(&text)
            .map(|(number, line)| (number, line.map(<[u8]>::to_vec).map_err(|(reject, _)| reject.reason)))
            .collect();
        for step in [1_000, 65_536, usize::MAX] {
            assert_eq!(read(&text, step), expected);
            assert_eq!(read(&gzip(&text), step), expected);
            assert_eq!(read(&zstd::encode_all(text.as_slice(), 1).unwrap(), step), expected);
        }
        let half = text.len() / 2;
        assert_eq!(read(&[gzip(&text[..half]), gzip(&text[half..])].concat(), 4096), expected);
    }

    #[test]
    fn a_cut_gzip_file_gives_its_whole_lines_and_one_reject() {
        let text: String =
            (0..10_000).map(|n: u64| format!("line {}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        for whole in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
            let lines = read(&whole[..whole.len() / 2], 4096);
            let (last, before) = lines.split_last().unwrap();
            assert_eq!(last.1, Err(QuarantineReason::BadCompression));
            assert!(before.len() > 1_000 || whole.len() < 100_000, "{}", before.len());
            for ((number, line), expected) in before.iter().zip(text.lines()) {
                assert_eq!(line.as_deref(), Ok(expected.as_bytes()), "{number}");
            }
        }
    }

    #[test]
    fn a_failing_stream_is_a_fault_and_no_reject() {
        struct Fails(bool);
        impl Read for Fails {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                buffer[..4].copy_from_slice(b"one\n");
                Ok(4)
            }
        }
        let mut reader = LineReader::new(Fails(false)).unwrap();
        assert_eq!(reader.next_line(), Some((1, Ok(b"one".as_slice()))));
        assert_eq!(reader.next_line(), None);
        assert!(reader.fault().is_some());
    }

    #[test]
    fn empty_streams_have_no_lines() {
        for bytes in [b"".as_slice(), b"\n", b"\n\n", b" "] {
            assert_eq!(read(bytes, usize::MAX), vec![]);
        }
    }
}
