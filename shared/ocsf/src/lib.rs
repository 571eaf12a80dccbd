//! Events as OCSF: the columns of the archive that analysts query, and the same as JSON.
//!
//! [`Class::of`] says which class of the Open Cybersecurity Schema Framework an event becomes, [`Rows`] collects events
//! and makes Apache Parquet files of them, one for each tenant, class and day, and [`write_json`] prints one event.
//! One table of fields drives both, so that a column and a member of the same name say the same. What OCSF has no place
//! for is kept as JSON in `unmapped`: nothing of an event is lost.
//!
//! Works in memory and knows neither files nor stores; the same rows give the same bytes.
//!
//! * OCSF 1.8.0: <https://schema.ocsf.io/1.8.0/>. `schema/` holds what the columns' names are checked against.
//! * Parquet: <https://parquet.apache.org/docs/file-format/>. The thrift of pages and footer is the `parquet` crate's;
//!   pages are encoded here, because columns are collected in the form in which they are written.

mod error;
mod json;
mod layout;
mod mapping;
mod parquet;
mod rows;
mod text;
mod unmapped;

pub use error::{Error, Result};
pub use json::write_json;
pub use layout::{Column, columns};
pub use mapping::{Class, Kind};
pub use rows::{Limits, ParquetFile, Rows};

/// The version of OCSF that events are written in.
pub const OCSF_VERSION: &str = "1.8.0";
