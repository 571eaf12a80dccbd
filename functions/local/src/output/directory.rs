//! The directory for the results: made when missing, cleared of an earlier run's files, and of nothing else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hinomi_store::{Durability, Embedded};

use super::ColumnArchive;
use crate::error::Fault;

/// The results that a run writes into its output directory.
const RESULTS: [&str; 4] = [
    OutputDirectory::INCIDENTS,
    OutputDirectory::NOTICES,
    OutputDirectory::QUARANTINE,
    OutputDirectory::SUMMARY,
];

/// Writes that go to the disk together. A run that is killed is repeated from its input.
const WRITES_AT_ONCE: u32 = 4_096;

/// The directory for the results.
#[derive(Debug)]
pub(crate) struct OutputDirectory(PathBuf);

impl OutputDirectory {
    /// Incidents, one a line.
    pub(crate) const INCIDENTS: &'static str = "incidents.ndjson";
    /// Messages, one a line.
    pub(crate) const NOTICES: &'static str = "notices.ndjson";
    /// Lines set aside.
    pub(crate) const QUARANTINE: &'static str = "quarantine.ndjson";
    /// The account of the run.
    pub(crate) const SUMMARY: &'static str = "summary.json";
    /// The embedded store's file.
    pub(crate) const STORE: &'static str = "store.redb";
    /// The archive's directory.
    pub(crate) const ARCHIVE: &'static str = "archive";
    /// The directory of the archive in columns.
    pub(crate) const OCSF: &'static str = "ocsf";

    /// Makes the directory ready: an earlier run's results go, unless this run goes on from them. The store and its
    /// archive are the store's to clear.
    ///
    /// # Errors
    ///
    /// [`Fault::Write`] when it can't be made or cleared, [`Fault::ForeignOutput`] when it holds an `archive` that
    /// no store of this program belongs to.
    pub(crate) fn prepare(path: &Path, append: bool) -> Result<Self, Fault> {
        let fault = |source| Fault::Write { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(fault)?;
        if path.join(Self::ARCHIVE).exists() && !path.join(Self::STORE).exists() {
            let detail = format!("it holds a folder {} of another origin", Self::ARCHIVE);
            return Err(Fault::ForeignOutput { path: path.to_owned(), detail });
        }
        if append {
            return Ok(OutputDirectory(path.to_owned()));
        }
        for file in RESULTS {
            match fs::remove_file(path.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
                _ => {}
            }
        }
        super::columns::clear(&path.join(Self::OCSF))?;
        Ok(OutputDirectory(path.to_owned()))
    }

    /// Opens the store of this directory: as an earlier run left it, or emptied.
    ///
    /// # Errors
    ///
    /// [`Fault::Store`] when another process has it open, when the disk fails, and, to go on from it, when it is
    /// damaged or of another version.
    pub(crate) fn open_store(&self, append: bool) -> Result<Embedded, Fault> {
        let open = || Embedded::open(&self.0, Durability::Every(WRITES_AT_ONCE));
        if append {
            return Ok(open()?);
        }
        let store = match open() {
            // Nobody goes on from it, so what is wrong with it does not matter.
            Err(hinomi_store::Error::Corrupt { .. } | hinomi_store::Error::Format { .. }) => {
                let path = self.0.join(Self::STORE);
                fs::remove_file(&path).map_err(|source| Fault::Write { path, source })?;
                open()?
            }
            opened => opened?,
        };
        store.clear()?;
        Ok(store)
    }

    /// Returns the archive in columns below this directory.
    pub(crate) fn columns(&self) -> ColumnArchive {
        ColumnArchive::new(self.0.join(Self::OCSF))
    }

    /// Returns its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("archive")).unwrap();
        for file in RESULTS.iter().chain(&["mine.txt", OutputDirectory::STORE]) {
            fs::write(dir.path().join(file), "x").unwrap();
        }
        dir
    }

    #[test]
    fn clears_the_results_of_an_earlier_run_and_nothing_else() {
        let dir = filled();
        OutputDirectory::prepare(dir.path(), false).unwrap();
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["archive", "mine.txt", OutputDirectory::STORE]);
    }

    #[test]
    fn append_clears_nothing() {
        let dir = filled();
        OutputDirectory::prepare(dir.path(), true).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), RESULTS.len() + 3);
    }

    #[test]
    fn a_damaged_store_is_replaced_unless_the_run_goes_on_from_it() {
        let dir = filled();
        let directory = OutputDirectory::prepare(dir.path(), false).unwrap();
        assert!(matches!(directory.open_store(true), Err(Fault::Store(_))));
        directory.open_store(false).unwrap();
    }

    #[test]
    fn err_an_archive_that_is_not_ours_is_left_alone() {
        let dir = filled();
        fs::remove_file(dir.path().join(OutputDirectory::STORE)).unwrap();
        let fault = OutputDirectory::prepare(dir.path(), false).unwrap_err();
        assert!(matches!(fault, Fault::ForeignOutput { .. }));
        assert!(dir.path().join("archive").exists() && dir.path().join(RESULTS[0]).exists());
    }
}
