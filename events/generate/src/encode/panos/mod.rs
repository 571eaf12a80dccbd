//! PAN-OS's custom log formats and Strata Logging Service.
//!
//! A custom format is the administrator's text with the appliance's variables in it; the vendor publishes one for CEF
//! and one for LEEF. Its `cef-formatted-` times are GMT. Strata Logging Service has names and spellings of its own.

mod columns;
mod guide;
mod leef;
mod row;
mod strata;
mod strata_fields;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Encoded;
use super::json::Object;

pub(super) use guide::cef;
pub(super) use leef::{Leef, leef};
use row::Row;
pub use row::native_row;
pub(super) use strata::{strata_cef, strata_json};

/// The release that custom formats put into their headers (`$sender_sw_version`).
const RELEASE: &str = "11.1.2";

/// Writes the JSON of an HTTP server profile with the vendor's column names: it carries everything.
pub(super) fn native_json(line: &str) -> Option<Encoded> {
    let row = Row::read(line)?;
    let mut object = Object::new();
    for (column, value) in row.filled().filter(|(column, _)| !column.starts_with("future_use")) {
        object.text(column, value);
    }
    let why =
        |column: &str| column.starts_with("future_use").then_some("no variable of the template names it");
    Some(row.encoded(object.finish(), why))
}

/// `Oct 20 2026 01:00:00`: a time as CEF and LEEF have it.
fn formatted(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%b %d %Y %H:%M:%S").to_string()
}

/// The severity as a number: 1 is informational, 5 critical.
fn severity_number(word: &str) -> u8 {
    match word {
        "low" => 2,
        "medium" => 3,
        "high" => 4,
        "critical" => 5,
        _ => 1,
    }
}
