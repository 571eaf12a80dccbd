//! Result files that are either complete or not there: written beside their place, moved into it when done.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::Fault;

/// A file that takes its name only when it is complete.
#[derive(Debug)]
pub(crate) struct WholeFile {
    path: PathBuf,
    unfinished: PathBuf,
    /// `None` only after [`WholeFile::finish`] took it.
    out: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Starts the file `name` in `dir`.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when it can't be made.
    pub(crate) fn create(dir: &Path, name: &str) -> Result<Self, Fault> {
        let path = dir.join(name);
        let unfinished = dir.join(format!(".{name}.unfinished"));
        let out =
            File::create(&unfinished).map_err(|source| Fault::Write { path: unfinished.clone(), source })?;
        Ok(WholeFile { path, unfinished, out: Some(BufWriter::with_capacity(64 << 10, out)) })
    }

    /// Starts the file `name` in `dir` with what it holds already.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when it can't be made or copied.
    pub(crate) fn extend(dir: &Path, name: &str) -> Result<Self, Fault> {
        let mut file = WholeFile::create(dir, name)?;
        match File::open(&file.path) {
            Ok(mut earlier) => file.write(|out| io::copy(&mut earlier, out).map(|_| ()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Fault::Write { path: file.path.clone(), source }),
        }
        Ok(file)
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when the disk does not take them.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.write(|out| out.write_all(bytes))
    }

    /// Appends one line of JSON.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when the disk does not take it.
    pub(crate) fn line(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        self.write(|out| {
            serde_json::to_writer(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }

    /// Appends a value as JSON for people.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when the disk does not take it.
    pub(crate) fn pretty(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        self.write(|out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }

    /// Moves the complete file into its place.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when the disk is full or the place can't be taken.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        let fault = |source| Fault::Write { path: self.path.clone(), source };
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(|error| fault(error.into_error()))?;
            file.sync_all().map_err(fault)?;
        }
        fs::rename(&self.unfinished, &self.path).map_err(fault)
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Fault> {
        let Some(out) = &mut self.out else { return Ok(()) };
        write(out).map_err(|source| Fault::Write { path: self.unfinished.clone(), source })
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if self.out.take().is_some() {
            // What is left half written would only be in the way; the fault that led here is told elsewhere.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_there_until_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = WholeFile::create(dir.path(), "a.ndjson").unwrap();
        file.line(&1).unwrap();
        assert!(!dir.path().join("a.ndjson").exists());
        file.line(&"b").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("a.ndjson")).unwrap(), "1\n\"b\"\n");
    }

    #[test]
    fn leaves_the_old_file_and_no_rest_when_given_up() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "old").unwrap();
        let mut file = WholeFile::create(dir.path(), "a").unwrap();
        file.line(&1).unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(dir.path().join("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn extends_what_is_there_or_starts_anew() {
        let dir = tempfile::tempdir().unwrap();
        for expected in ["1\n", "1\n1\n"] {
            let mut file = WholeFile::extend(dir.path(), "a").unwrap();
            file.line(&1).unwrap();
            file.finish().unwrap();
            assert_eq!(fs::read_to_string(dir.path().join("a")).unwrap(), expected);
        }
    }

    #[test]
    fn err_names_the_file_that_cannot_be_made() {
        let fault = WholeFile::create(Path::new("/nowhere/at/all"), "a").unwrap_err();
        assert!(fault.to_string().contains("/nowhere/at/all"), "{fault}");
    }
}
