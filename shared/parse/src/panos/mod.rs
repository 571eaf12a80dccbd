//! PAN-OS logs: native CSV of every type, 8.0 to 12.x, and the JSON of Strata Logging Service.
//!
//! ```text
//! 1,2026/01/20 10:15:02,012345678901234,THREAT,vulnerability,2561,2026/01/20 10:15:01,203.0.113.9,198.51.100.10,...
//! ```
//!
//! Columns are known by their place after the type column ([`columns`]), never by how many there are. Custom formats
//! that an administrator wrote (CEF, LEEF, key=value) are not read here.
//!
//! Specification: "Syslog Field Descriptions",
//! <https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions>,
//! and "Log Forwarding Schema Reference" of Strata Logging Service. Deviations that the field forces on us stand at
//! the head of [`split`] and [`align`].

mod align;
mod clock;
mod columns;
mod event;
mod kind;
mod login;
mod names;
mod orient;
mod split;
mod strata;
mod values;
mod words;

use hinomi_model::{Anomaly, AnomalyKind, Event, Extra, ExtraField, Format, QuarantineReason, Reject};
use simd_json::Node;

use self::kind::Kind;
use self::split::{Ending, Field, Fields};
use self::values::Values;
use crate::Context;
use crate::payload::Payload;
use crate::syslog::Header;
use crate::when::Zones;

/// Columns in which the type is looked for, and how much of the line they may take before it is surely no row.
const HEAD_COLUMNS: usize = 6;
const HEAD_BYTES: usize = 512;

/// Buffers that are reused from line to line.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    fields: Fields,
    extra: Vec<ExtraField>,
    zones: Zones,
    strata: strata::Scratch,
}

/// Tells whether an object is a log, not an envelope around one.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    strata::is_document(object)
}

/// Tells whether a line without its headers was written by PAN-OS or Strata Logging Service.
pub(crate) fn looks_like(payload: &Payload<'_, '_>) -> bool {
    if let Some(object) = payload.object {
        return is_document(object);
    }
    let bytes = payload.text.as_bytes();
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let mut columns = head.split(|&byte| byte == b',').take(HEAD_COLUMNS).skip(1);
    columns.any(|column| std::str::from_utf8(column).is_ok_and(|text| Kind::of_token(text.trim()).is_some()))
}

/// Reads a line.
///
/// # Errors
///
/// [`QuarantineReason::Unreadable`] when it holds no log type or no time; what the registry says of its device.
pub(crate) fn read<'a>(
    payload: &Payload<'a, '_>,
    header: &Header<'a>,
    context: &Context<'a>,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Scratch { fields, extra, zones, strata } = scratch;
    let line = payload.text.trim_end_matches(['\r', '\n']);
    let (kind, mut values) = match payload.object {
        Some(object) => strata::read(object, strata)?,
        None => read_row(line, fields)?,
    };
    let mut event = event::make(kind, &mut values, header, context, zones)?;
    extra.clear();
    values.extra(extra);
    event.frames = header.frames;
    event.raw = line;
    event.format = if payload.object.is_some() { Format::Json } else { Format::Csv };
    event.extra = Extra { line: values.line(), fields: extra };
    Ok(event)
}

fn read_row<'a>(line: &'a str, fields: &'a mut Fields) -> Result<(Kind, Values<'a>), Reject> {
    let ending = split::split(line, fields);
    let Some((kind, row)) = align::find_type(line, fields) else {
        return Err(Reject::new(QuarantineReason::Unreadable, "no log type in the first columns"));
    };
    let layout = align::repair(line, kind, row.at, fields);
    let mut values = Values::of_row(line, fields, row, layout);
    let oddity = match ending {
        Ending::Whole => None,
        Ending::UnclosedQuote => Some(AnomalyKind::UnclosedQuote),
        Ending::TooManyColumns => Some(AnomalyKind::TooManyFields),
    };
    values.anomalies.extend(oddity.map(|kind| Anomaly { kind, field: None }));
    Ok((kind, values))
}

/// Returns the columns of a row under the vendor's names, in order; nothing when it has no log type.
pub(crate) fn columns_of(line: &str) -> Vec<(String, Field)> {
    let line = line.trim_end_matches(['\r', '\n']);
    let mut fields = Fields::default();
    split::split(line, &mut fields);
    let Some((kind, row)) = align::find_type(line, &fields) else { return Vec::new() };
    let layout = align::repair(line, kind, row.at, &mut fields);
    let values = Values::of_row(line, &fields, row, layout);
    fields.iter().enumerate().map(|(index, field)| (values.column_name(index), *field)).collect()
}
