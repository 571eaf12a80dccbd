//! Files: items from a stream of any length, with memory that does not grow.

use std::io::{self, BufReader, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hinomi_model::{Frames, QuarantineReason, Reject};

use super::coding::Coding;
use super::cut::{Cut, Step, newline};
use super::nest::{FrameScratch, Given, Opened, Origin};
use super::{Item, MAX_AGGREGATE_BYTES, MAX_ENCODED_BYTES, MAX_LAYERS, MAX_LINE_BYTES, kpl};

/// Bytes read ahead. Several of the longest lines, so that moving the rest to the front is rare.
const BUFFER_BYTES: usize = 8 * MAX_LINE_BYTES;

/// How far the buffer grows for what has to be there as a whole: an aggregate or base64, and what is behind it.
const MAX_BUFFER_BYTES: usize = 2 * MAX_AGGREGATE_BYTES;
const _: () = assert!(MAX_BUFFER_BYTES > MAX_ENCODED_BYTES + BUFFER_BYTES);

/// Memory that a file's zstd frame may ask for, as a power of two: 128 MiB, what `zstd --long` asks for and `zstd -d`
/// grants without being told.
const MAX_FILE_WINDOW_LOG: u32 = 27;

/// Reads items from a stream: plain, gzip (several members), zstd (several frames), one in the other.
///
/// A compressed stream that breaks off yields every whole line before the break and then one reject, which shows the
/// line that was cut. A file's ratio is not bounded: nothing is kept of it. When the stream itself fails, items end
/// early and [`fault`](LineReader::fault) says why.
pub struct LineReader<'r> {
    source: Box<dyn Read + Send + 'r>,
    /// The stream itself failed, as opposed to what it holds.
    has_failed: Arc<AtomicBool>,
    frames: Frames,
    layers: usize,
    buffer: Vec<u8>,
    /// The part of the buffer that holds bytes not yet used.
    held: Range<usize>,
    is_new: bool,
    has_ended: bool,
    cut: Cut,
    scratch: FrameScratch,
    /// Why nothing of it is read.
    refused: Option<Reject>,
    /// Why what it holds ended early.
    broken: Option<Reject>,
    fault: Option<io::Error>,
}

impl std::fmt::Debug for LineReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineReader").field("held", &self.held).field("cut", &self.cut).finish_non_exhaustive()
    }
}

/// Remembers that the stream itself failed.
struct Tap<R> {
    inner: R,
    has_failed: Arc<AtomicBool>,
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        if matches!(&read, Err(error) if error.kind() != io::ErrorKind::Interrupted) {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        read
    }
}

/// Gives back the error that ended the look at a layer's beginning.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl<'r> LineReader<'r> {
    /// Starts reading; tells the codings by their first bytes.
    ///
    /// # Errors
    ///
    /// When the stream's first bytes can't be read, or there is no memory for the decoder.
    pub fn new(stream: impl Read + Send + 'r) -> io::Result<Self> {
        let has_failed = Arc::new(AtomicBool::new(false));
        let tap = Tap { inner: stream, has_failed: Arc::clone(&has_failed) };
        let mut source: Box<dyn Read + Send + 'r> = Box::new(tap);
        let (mut frames, mut layers) = (Frames::EMPTY, 0);
        let mut refused = None;
        loop {
            let mut head = Vec::with_capacity(kpl::MAGIC.len());
            let looked = source.by_ref().take(kpl::MAGIC.len() as u64).read_to_end(&mut head);
            if has_failed.load(Ordering::Relaxed) {
                looked?;
                break;
            }
            let coding = Coding::of(&head);
            let rest = Cursor::new(head).chain(Failing(looked.err())).chain(source);
            frames = frames.and(coding.frames());
            if coding == Coding::Plain {
                source = Box::new(rest);
                break;
            }
            if layers == MAX_LAYERS {
                let detail = format!("nested deeper than {MAX_LAYERS}");
                refused = Some(Reject::new(QuarantineReason::BadEnvelope, detail));
                source = Box::new(rest);
                break;
            }
            layers += 1;
            let stream = BufReader::new(rest);
            source = if coding == Coding::Gzip {
                Box::new(flate2::bufread::MultiGzDecoder::new(stream))
            } else {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(stream)?;
                decoder.window_log_max(MAX_FILE_WINDOW_LOG)?;
                Box::new(decoder)
            };
        }
        Ok(LineReader {
            source,
            has_failed,
            frames,
            layers,
            buffer: vec![0; BUFFER_BYTES],
            held: 0..0,
            is_new: true,
            has_ended: false,
            cut: Cut::new(),
            scratch: FrameScratch::default(),
            refused,
            broken: None,
            fault: None,
        })
    }

    /// Returns the next item; `None` at the end.
    pub fn next_line(&mut self) -> Option<Item<'_>> {
        if !self.is_new && self.scratch.is_empty() {
            let start = self.held.start;
            let held = self.buffer.get(self.held.clone()).unwrap_or_default();
            if let Some((line, length, used)) = self.cut.quick(held) {
                self.held.start += used;
                let held = self.buffer.get(start..start + length).unwrap_or_default();
                return Some(Item::of_line(line, newline().and(self.frames), held));
            }
        }
        let given = self.advance()?;
        Some(given.item(&self.buffer, &self.scratch))
    }

    /// Returns why the stream ended early, when it failed.
    pub fn fault(&self) -> Option<&io::Error> {
        self.fault.as_ref()
    }

    fn advance(&mut self) -> Option<Given> {
        if std::mem::take(&mut self.is_new)
            && let Some(refused) = self.begin()
        {
            return Some(refused);
        }
        loop {
            if !self.scratch.is_empty() {
                if let Some(given) = self.scratch.next() {
                    return Some(given);
                }
                let (line, part) = self.scratch.parts();
                self.cut.count_parts(line, part);
            }
            let start = self.held.start;
            let is_last = self.has_ended && self.broken.is_none();
            let held = self.buffer.get(self.held.clone()).unwrap_or_default();
            let (used, step) = self.cut.step(held, is_last);
            self.held.start += used;
            match step {
                Step::Found(mut found) => {
                    found.range = found.range.start + start..found.range.end + start;
                    found.frames = found.frames.and(self.frames);
                    let taken = self.scratch.take(&self.buffer, found, Origin::Base, self.layers, true);
                    if taken.is_some() {
                        return taken;
                    }
                }
                Step::End => return None,
                Step::More if self.has_ended => return self.cut_off(),
                Step::More => self.read_more(),
            }
        }
    }

    /// Looks at the beginning; an aggregate has to be there as a whole. Returns the reject when it is refused.
    fn begin(&mut self) -> Option<Given> {
        let wanted = if self.refused.is_some() { MAX_LINE_BYTES } else { kpl::MAGIC.len() };
        while !self.has_ended && self.held.len() < wanted {
            self.read_more();
        }
        if let Some(reject) = self.refused.take() {
            let given = Given::refused(1, self.frames, self.held.len(), reject).at(self.held.start);
            self.has_ended = true;
            (self.held.start, self.broken) = (self.held.end, None);
            return Some(given);
        }
        if !self.buffer.get(self.held.clone()).unwrap_or_default().starts_with(&kpl::MAGIC) {
            return None;
        }
        while !self.has_ended && self.held.len() <= MAX_AGGREGATE_BYTES {
            self.read_more();
        }
        if !self.has_ended || self.broken.is_some() {
            return None;
        }
        let record = self.buffer.get(self.held.clone()).unwrap_or_default();
        match self.scratch.open(record, self.frames, self.layers) {
            Opened::Plain => None,
            Opened::Level => {
                self.held.start = self.held.end;
                None
            }
            Opened::Refused(frames, reject) => {
                let given = Given::refused(1, frames, record.len(), reject).at(self.held.start);
                self.held.start = self.held.end;
                Some(given)
            }
        }
    }

    /// Refuses what a broken stream ended in the middle of.
    fn cut_off(&mut self) -> Option<Given> {
        let reject = self.broken.take()?;
        let length = self.held.len();
        let given = Given::refused(self.cut.line(), self.frames, length, reject).at(self.held.start);
        self.held.start = self.held.end;
        Some(given)
    }

    fn read_more(&mut self) {
        if self.held.end == self.buffer.len() {
            self.make_room();
        }
        let free = self.buffer.get_mut(self.held.end..).unwrap_or_default();
        match self.source.read(free) {
            Ok(0) => self.has_ended = true,
            Ok(read) => self.held.end += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.has_ended = true;
                if self.has_failed.load(Ordering::Relaxed) {
                    self.fault = Some(error);
                } else {
                    self.broken = Some(Reject::new(QuarantineReason::BadCompression, error.to_string()));
                }
            }
        }
    }

    fn make_room(&mut self) {
        if self.held.start > 0 {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
        }
        if self.held.len() == self.buffer.len() {
            debug_assert!(self.buffer.len() < MAX_BUFFER_BYTES, "the splitter asks for no more than this");
            self.buffer.resize(self.buffer.len() * 2, 0);
        } else if self.buffer.len() > BUFFER_BYTES && self.held.len() < BUFFER_BYTES / 2 {
            // What had to be there as a whole is gone.
            self.buffer.truncate(BUFFER_BYTES);
            self.buffer.shrink_to_fit();
        }
    }
}
