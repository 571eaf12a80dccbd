//! The results of a run on their way out: written as they come, with as many kept in memory as somebody asked for.

use hinomi_model::{Document, Notice, Quarantined};

use super::{OutputDirectory, Summary, WholeFile};
use crate::error::Fault;
use crate::replay::ReplayResult;

/// Quarantined lines, incidents and messages that `hinomi replay` holds for the screen; all of them are in the files.
const MAX_SHOWN: usize = 1_000;

/// How much of the results stays in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// All: for tests and other programs, whose input fits into memory.
    Everything,
    /// What a screen can show: the most serious incidents, the first messages and quarantined lines.
    Shown,
}

/// The results of a run.
#[derive(Debug)]
pub(crate) struct Results {
    files: Option<Files>,
    kept: Kept,
    result: ReplayResult,
    summary: Summary,
}

#[derive(Debug)]
struct Files {
    directory: OutputDirectory,
    incidents: WholeFile,
    notices: WholeFile,
    quarantine: WholeFile,
}

impl Results {
    /// Starts the results, and their files when there is a directory for them.
    ///
    /// # Errors
    ///
    /// When the files can't be made.
    pub(crate) fn create(
        directory: Option<OutputDirectory>,
        append: bool,
        kept: Kept,
    ) -> Result<Self, Fault> {
        let files = match directory {
            Some(directory) => {
                let path = directory.path();
                let start = if append { WholeFile::extend } else { WholeFile::create };
                Some(Files {
                    // Always all of them, incidents in their last state; the store knows the earlier ones.
                    incidents: WholeFile::create(path, OutputDirectory::INCIDENTS)?,
                    notices: WholeFile::create(path, OutputDirectory::NOTICES)?,
                    quarantine: start(path, OutputDirectory::QUARANTINE)?,
                    directory,
                })
            }
            None => None,
        };
        Ok(Results { files, kept, result: ReplayResult::default(), summary: Summary::default() })
    }

    /// Takes a line that was set aside.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub(crate) fn quarantine(&mut self, entry: Quarantined) -> Result<(), Fault> {
        if let Some(files) = &mut self.files {
            files.quarantine.line(&entry)?;
        }
        if self.kept == Kept::Everything || self.result.quarantine.len() < MAX_SHOWN {
            self.result.quarantine.push(entry);
        }
        Ok(())
    }

    /// Takes a message, in the order in which they were decided.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub(crate) fn notice(&mut self, notice: Notice) -> Result<(), Fault> {
        self.summary.notice(&notice);
        if let Some(files) = &mut self.files {
            files.notices.line(&notice)?;
        }
        if self.kept == Kept::Everything || self.result.notices.len() < MAX_SHOWN {
            self.result.notices.push(notice);
        }
        Ok(())
    }

    /// Takes an incident in its last state; sorted by first_seen and id.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub(crate) fn incident(&mut self, incident: Document) -> Result<(), Fault> {
        self.summary.incident(&incident);
        if let Some(files) = &mut self.files {
            files.incidents.line(&incident)?;
        }
        self.result.incidents.push(incident);
        // Twice as many as are shown, so that sorting them out is rare.
        if self.kept == Kept::Shown && self.result.incidents.len() >= 2 * MAX_SHOWN {
            self.keep_most_serious();
        }
        Ok(())
    }

    /// Completes the account, moves the files into their places, and returns what was kept.
    ///
    /// # Errors
    ///
    /// When the disk does not take them.
    pub(crate) fn finish(mut self, account: Summary) -> Result<ReplayResult, Fault> {
        let Summary { incidents, notices, .. } = std::mem::take(&mut self.summary);
        self.result.summary = Summary { incidents, notices, ..account };
        if let Some(files) = self.files.take() {
            let mut summary = WholeFile::create(files.directory.path(), OutputDirectory::SUMMARY)?;
            summary.pretty(&self.result.summary)?;
            files.incidents.finish()?;
            files.notices.finish()?;
            files.quarantine.finish()?;
            // Last, as its presence says that the others are complete.
            summary.finish()?;
        }
        if self.kept == Kept::Shown {
            self.keep_most_serious();
        }
        Ok(self.result)
    }

    fn keep_most_serious(&mut self) {
        // Stable: among equals the order of time stays.
        self.result.incidents.sort_by_key(|incident| std::cmp::Reverse(incident.core.level));
        self.result.incidents.truncate(MAX_SHOWN);
    }
}
