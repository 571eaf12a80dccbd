//! Reads lists of known enemies. What an indicator is, `detect` knows.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use hinomi_detect::{Indicators, MAX_INDICATORS};
use hinomi_steps::indicators::text;

use crate::error::Fault;

/// Largest list that is read: as many indicators as are kept, at the length of the longest feeds' lines.
const MAX_LIST_BYTES: usize = MAX_INDICATORS * 128;

/// Lines of a list that are told to be no indicators; a list with more has another form than it should.
const MAX_TOLD: usize = 5;

/// Reads lists, each of which is named by its file's name without the ending. Lines that are no indicators are told on
/// standard error and left out: a slip in one list must not leave the others unused.
///
/// # Errors
///
/// [`Fault::Open`] and [`Fault::Read`] for a file, also for one that is too large or no text, plain or packed.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Indicators, Fault> {
    let mut indicators = Indicators::default();
    for path in paths {
        let file = File::open(path).map_err(|source| Fault::Open { path: path.clone(), source })?;
        let mut bytes = Vec::new();
        let name = path.display().to_string();
        let unread = |source| Fault::Read { name: name.clone(), source };
        file.take(MAX_LIST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
        let text = text(&bytes, MAX_LIST_BYTES)
            .map_err(|bad| unread(io::Error::new(io::ErrorKind::InvalidData, bad)))?;
        let list = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        let refused = indicators.add(&list, &text, MAX_TOLD + 1);
        let mut errors = io::stderr().lock();
        for refused in refused.iter().take(MAX_TOLD) {
            writeln!(errors, "{name}: line {}: {}", refused.line, refused.why)?;
        }
        if refused.len() > MAX_TOLD {
            writeln!(errors, "{name}: more lines are no indicators")?;
        }
    }
    Ok(indicators)
}
