//! One file that is being read: its lines, how far it is, and the event time it has reached.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hinomi_model::{EventTime, Frames, Reject};
use hinomi_parse::{Item, LineReader};

use super::Input;
use super::clocks::Clocks;
use crate::error::Fault;

/// One file that is being read.
pub(crate) struct Source {
    index: usize,
    name: String,
    lines: LineReader<'static>,
    clocks: Clocks,
}

/// What a file gives next.
pub(crate) struct SourceLine<'a> {
    /// Which input it is from, from 0.
    pub(crate) index: usize,
    /// The file's name.
    pub(crate) file: &'a str,
    /// The line's number, from 1.
    pub(crate) number: u64,
    /// Which part of that line it is, from 1; 0 for all of it.
    pub(crate) part: u64,
    /// What it came out of, as far as that is known before anybody looks into it.
    pub(crate) frames: Frames,
    /// How far the file's devices have come. The time of the line before is the best guess at when a line that has no
    /// time was received, as a file does not say; whoever reads the line says what its own was.
    pub(crate) clocks: &'a mut Clocks,
    /// The line without its line end; or why it is refused before anybody looks into it, and its beginning.
    pub(crate) content: Result<&'a [u8], (Reject, &'a [u8])>,
}

impl Source {
    /// Opens the input that is the `index`th; every byte read of it is added to `read`. Returns its length on disk too, where it has one.
    ///
    /// # Errors
    ///
    /// [`Fault::Open`] when it is not there or is a directory, [`Fault::Read`] when it can't be read.
    pub(crate) fn open(
        index: usize,
        input: Input,
        read: &Arc<AtomicU64>,
    ) -> Result<(Self, Option<u64>), Fault> {
        let name = input.name();
        let (stream, length): (Box<dyn Read + Send>, Option<u64>) = match input {
            Input::Stdin => (Box::new(io::stdin()), None),
            Input::Bytes { bytes, .. } => {
                let length = bytes.len() as u64;
                (Box::new(Cursor::new(bytes)), Some(length))
            }
            Input::File(path) => {
                let fault = |source| Fault::Open { path: path.clone(), source };
                let file = File::open(&path).map_err(fault)?;
                let about = file.metadata().map_err(fault)?;
                if about.is_dir() {
                    return Err(fault(io::ErrorKind::IsADirectory.into()));
                }
                // A pipe or a device has a length of zero, which says nothing.
                (Box::new(file), about.is_file().then_some(about.len()))
            }
        };
        let lines = LineReader::new(Counted { stream, read: Arc::clone(read) })
            .map_err(|source| Fault::Read { name: name.clone(), source })?;
        Ok((Source { index, name, lines, clocks: Clocks::default() }, length))
    }

    /// Hands the next line to `take`; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Fault::Read`] when the file itself fails (what it holds never does), and whatever `take` fails with.
    pub(crate) fn read_line(
        &mut self,
        take: impl FnOnce(SourceLine<'_>) -> Result<(), Fault>,
    ) -> Result<Option<()>, Fault> {
        let (index, file, clocks) = (self.index, self.name.as_str(), &mut self.clocks);
        let Some(Item { line: number, part, frames, content }) = self.lines.next_line() else {
            return match self.lines.fault() {
                // An I/O error can't be cloned; its kind and words are what matters.
                Some(error) => Err(Fault::Read {
                    name: self.name.clone(),
                    source: io::Error::new(error.kind(), error.to_string()),
                }),
                None => Ok(None),
            };
        };
        take(SourceLine { index, file, number, part, frames, clocks, content })?;
        Ok(Some(()))
    }

    /// Returns the latest time that any of its devices has reached.
    pub(crate) fn furthest(&self) -> Option<EventTime> {
        self.clocks.furthest()
    }

    /// Returns the event time it has reached; `None` before that can be told.
    pub(crate) fn reached(&self) -> Option<EventTime> {
        self.clocks.reached()
    }
}

/// Counts the bytes that were read, for the progress bar.
struct Counted {
    stream: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
