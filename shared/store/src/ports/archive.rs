//! Objects that are written once.

use std::future::Future;

use super::{limits, shown};
use crate::error::{Error, Result};

/// The name of an archive object: folders and a file name, each of ASCII letters, digits, `-`, `_` and `=`.
///
/// The file name alone holds a dot and begins with none, so no object's name is another's folder, and no name leaves
/// the archive. Both hold for files; S3 takes more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveKey(String);

impl ArchiveKey {
    /// Makes a key.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for other names.
    pub fn new(key: &str) -> Result<Self> {
        let plain = |segment: &str, dots: bool| {
            let known =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=') || dots && b == b'.';
            !segment.is_empty() && segment.bytes().all(known)
        };
        let (folders, file) =
            key.rsplit_once('/').map_or((None, key), |(folders, file)| (Some(folders), file));
        let valid = key.len() <= limits::KEY_BYTES
            && folders.is_none_or(|folders| folders.split('/').all(|segment| plain(segment, false)))
            && plain(file, true)
            && file.contains('.')
            && !file.starts_with('.');
        if valid { Ok(ArchiveKey(key.to_owned())) } else { Err(Error::BadKey { key: shown(key) }) }
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What putting an object did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Stored,
    /// There was one of that name, which stays as it was.
    Existed,
}

/// Objects that are written once and never changed.
pub trait Archive: Send + Sync {
    /// Stores an object unless there is one of that name. A repeat finds [`Put::Existed`].
    fn put_new(&self, key: &ArchiveKey, bytes: &[u8]) -> impl Future<Output = Result<Put>> + Send;

    /// Returns an object; `None` when there is none.
    fn fetch(&self, key: &ArchiveKey) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;

    /// Returns at most `limit` keys that begin with `prefix` and come after `after`, in the order of their bytes.
    fn list(
        &self,
        prefix: &str,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ArchiveKey>>> + Send;
}
