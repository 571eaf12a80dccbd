//! `hinomi explain --archive`: fetches the whole lines behind an incident's evidence.
//!
//! The archive is a folder (what `hinomi replay` writes, or a copy of the archive's bucket), which is read and never
//! changed, or the bucket itself. The incident's document says where to look, and both may come from anywhere: a place
//! is looked at only when it is a key of the archive, which leads nowhere else, and an object has the store's bounds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hinomi_model::{Document, Incident, Locator};
use hinomi_steps::raw;
use hinomi_store::{ArchiveKey, fetch_file};

use crate::error::Fault;
use crate::output::OutputDirectory;
use crate::terminal::{NotFetched, Originals, shown_evidence};

/// Lines fetched for one explanation: as many as an incident carries. Of a document with more the first ones are
/// fetched, and the others are said not to be.
const MAX_LINES: usize = Incident::MAX_EVIDENCE;

/// After how many objects in a row that can't be reached the archive is asked no more, and the rest is told without: a
/// service that does not answer costs some seconds an object.
const MAX_UNREACHED: usize = 3;

/// What an argument that names a bucket begins with.
const BUCKET: &str = "s3://";

/// Where the lines are kept.
pub(super) struct LineArchive(Kind);

enum Kind {
    Folder(PathBuf),
    #[cfg(feature = "aws")]
    Bucket(hinomi_aws::Objects, tokio::runtime::Runtime),
}

impl LineArchive {
    /// Opens the archive that an argument names: `s3://BUCKET`, an archive's folder, or one that holds it as
    /// `archive/`, as `hinomi replay` leaves it.
    ///
    /// # Errors
    ///
    /// [`Fault::Usage`] when there is no such folder, or the argument names no bucket.
    pub(super) fn open(argument: &Path) -> Result<Self, Fault> {
        if let Some(bucket) = argument.to_str().and_then(|argument| argument.strip_prefix(BUCKET)) {
            return bucket_of(bucket.trim_end_matches('/'));
        }
        if !argument.is_dir() {
            return Err(Fault::Usage(format!("find an archive: no folder {}", argument.display())));
        }
        let inside = argument.join(OutputDirectory::ARCHIVE);
        Ok(LineArchive(Kind::Folder(if inside.is_dir() { inside } else { argument.to_owned() })))
    }

    /// Fetches the lines behind the evidence that is shown of an incident, opening each object once.
    pub(super) fn originals(&self, incident: &Document) -> Originals {
        let mut fetched = BTreeMap::new();
        let mut by_object: BTreeMap<&str, Vec<&Locator>> = BTreeMap::new();
        for place in shown_evidence(incident).into_iter().filter_map(|line| line.locator.as_ref()) {
            if fetched.len() >= MAX_LINES {
                break;
            }
            // Whatever becomes of it, it is asked for once.
            if fetched.insert(place.clone(), Err(NotFetched::TooMany)).is_none() {
                by_object.entry(&place.object).or_default().push(place);
            }
        }
        let mut unreached = 0;
        let mut why = String::new();
        for (name, places) in by_object {
            let object = match ArchiveKey::new(name) {
                Err(_) => Err(NotFetched::NoPlace),
                Ok(_) if unreached >= MAX_UNREACHED => Err(NotFetched::Failed(why.clone())),
                Ok(key) => match self.fetch(&key) {
                    Ok(object) => {
                        unreached = 0;
                        object.ok_or(NotFetched::Absent)
                    }
                    Err(error) => {
                        unreached += usize::from(error.is_retryable());
                        why = told(&error);
                        Err(NotFetched::Failed(why.clone()))
                    }
                },
            };
            for place in places {
                let line = match &object {
                    Ok(object) => raw::line(object, place).ok_or(NotFetched::NoLine),
                    Err(why) => Err(why.clone()),
                };
                fetched.insert(place.clone(), line);
            }
        }
        Originals::new(fetched)
    }

    fn fetch(&self, key: &ArchiveKey) -> hinomi_store::Result<Option<Vec<u8>>> {
        match &self.0 {
            Kind::Folder(folder) => fetch_file(folder, key),
            #[cfg(feature = "aws")]
            Kind::Bucket(objects, runtime) => runtime.block_on(hinomi_store::Archive::fetch(objects, key)),
        }
    }
}

#[cfg(feature = "aws")]
fn bucket_of(bucket: &str) -> Result<LineArchive, Fault> {
    if bucket.is_empty() || bucket.contains('/') {
        let said = format!("{BUCKET}{bucket}");
        return Err(Fault::Usage(format!("find an archive: {said} is no bucket; name it without a folder")));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = runtime.block_on(hinomi_aws::sdk_config());
    Ok(LineArchive(Kind::Bucket(hinomi_aws::Objects::new(&config, bucket), runtime)))
}

#[cfg(not(feature = "aws"))]
fn bucket_of(bucket: &str) -> Result<LineArchive, Fault> {
    Err(super::built_without_aws(&format!("read from {BUCKET}{bucket}")))
}

/// Says what failed and, in the words of whatever failed below, why.
fn told(error: &hinomi_store::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests;
