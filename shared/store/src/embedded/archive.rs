//! Archive objects as files of the same name: written beside their place, then renamed into it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::object;
use crate::ports::{ArchiveKey, Put, limits};

/// Where objects are written before they have their name; no key begins with a dot.
const UNFINISHED: &str = ".unfinished";

#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    /// Bring each object to the disk before it has its name.
    sync: bool,
    /// One put at a time: the database's lock keeps other processes out, this keeps the check and the rename together.
    putting: Mutex<()>,
}

impl Files {
    pub(super) fn open(root: &Path, sync: bool) -> Result<Self> {
        fs::create_dir_all(root).map_err(|error| Error::unavailable("making the archive's folder", error))?;
        let files = Files { root: root.to_owned(), sync, putting: Mutex::new(()) };
        // What a killed process left half written never had a name.
        absent_is_fine(fs::remove_file(files.root.join(UNFINISHED)))
            .map_err(|error| Error::unavailable("tidying the archive", error))?;
        Ok(files)
    }

    pub(super) fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> Result<Put> {
        object::check(bytes.len())?;
        let _one = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.root.join(key.as_str());
        self.put(&place, bytes).map_err(|error| Error::unavailable("writing an archive object", error))
    }

    fn put(&self, place: &Path, bytes: &[u8]) -> io::Result<Put> {
        if place.try_exists()? {
            return Ok(Put::Existed);
        }
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let unfinished = self.root.join(UNFINISHED);
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        if self.sync {
            file.sync_all()?;
        }
        drop(file);
        fs::rename(&unfinished, place)?;
        if self.sync {
            self.sync_folders(folder)?;
        }
        Ok(Put::Stored)
    }

    /// Brings the new names to the disk: the file's, and those of folders that may be new.
    fn sync_folders(&self, folder: &Path) -> io::Result<()> {
        for folder in folder.ancestors().take_while(|folder| folder.starts_with(&self.root)) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    pub(super) fn fetch(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
        fetch_file(&self.root, key)
    }

    /// Walks the whole archive; a day of one machine has some thousand objects.
    pub(super) fn list(
        &self,
        prefix: &str,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> Result<Vec<ArchiveKey>> {
        let mut keys = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(self.root.join(&folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::unavailable("listing the archive", error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| Error::unavailable("listing the archive", error))?;
                let kind =
                    entry.file_type().map_err(|error| Error::unavailable("listing the archive", error))?;
                // A name that is no key is none of ours: the unfinished file, or what somebody put there by hand.
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = format!("{folder}{name}");
                if kind.is_dir() {
                    let path = format!("{path}/");
                    if path.starts_with(prefix) || prefix.starts_with(&path) {
                        folders.push(path);
                    }
                } else if path.starts_with(prefix)
                    && let Ok(key) = ArchiveKey::new(&path)
                    && after.is_none_or(|after| key > *after)
                {
                    keys.push(key);
                }
            }
        }
        keys.sort_unstable();
        keys.truncate(limit);
        Ok(keys)
    }

    pub(super) fn clear(&self) -> Result<()> {
        let _one = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        absent_is_fine(fs::remove_dir_all(&self.root))
            .and_then(|()| fs::create_dir_all(&self.root))
            .map_err(|error| Error::unavailable("emptying the archive", error))
    }
}

/// Reads an object of an archive's folder, or of a copy of one, without the store that it belongs to: nothing is made,
/// changed or locked there. `None` when there is no such object.
///
/// # Errors
///
/// [`Error::Unavailable`] when the disk fails, [`Error::TooLarge`] beyond [`limits::OBJECT_BYTES`].
pub fn fetch_file(root: &Path, key: &ArchiveKey) -> Result<Option<Vec<u8>>> {
    let failed = |error| Error::unavailable("reading an archive object", error);
    let file = match File::open(root.join(key.as_str())) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(limits::OBJECT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    object::check(bytes.len())?;
    Ok(Some(bytes))
}

fn absent_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
