//! What a run leaves behind: result files that are complete or absent, the account, the archive of raw
//! lines and the one in columns.

mod archive;
mod columns;
mod directory;
mod file;
mod results;
mod summary;

pub(crate) use archive::RawArchive;
pub(crate) use columns::ColumnArchive;
pub(crate) use directory::OutputDirectory;
pub(crate) use file::WholeFile;
pub(crate) use results::{Kept, Results};
pub(crate) use summary::LineCount;
pub use summary::Summary;
