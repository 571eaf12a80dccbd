//! PAN-OS logs of every type, 8.0 to 12.x: native CSV, and the same logs in CEF, LEEF and JSON.
//!
//! ```text
//! 1,2026/01/20 10:15:02,012345678901234,THREAT,vulnerability,2561,2026/01/20 10:15:01,203.0.113.9,198.51.100.10,...
//! CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Jan 20 2026 01:15:02 GMT deviceExternalId=012345678901234 ...
//! ```
//!
//! Columns are known by their place after the type column ([`columns`]), never by how many there are; the other
//! encodings name their fields, and [`dictionary`] says which columns those are. From there on all are read by the
//! same code ([`values`], [`event`]), so that one event is the same event in each of them.
//!
//! Specification: "Syslog Field Descriptions",
//! <https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions>,
//! and "Log Reference" of Strata Logging Service. Deviations that the field forces on us stand at the head of
//! [`split`] and [`align`].

mod aliases;
mod align;
mod cef;
mod clock;
mod columns;
mod dictionary;
mod event;
mod extra;
mod json;
mod kind;
mod leef;
mod login;
mod named;
mod names;
mod orient;
mod split;
mod values;
mod words;

use hinomi_model::{Anomaly, AnomalyKind, Event, ExtraField, Format, QuarantineReason, Reject};
use simd_json::Node;

use self::event::Source;
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
    named: named::Scratch,
}

/// Tells whether an object is a log, not an envelope around one.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    json::is_document(object)
}

/// Tells whether a line without its headers was written by PAN-OS or Strata Logging Service. A line of pairs is told
/// from a row by its first byte of meaning, before anything in it that others may have written.
pub(crate) fn looks_like(payload: &Payload<'_, '_>) -> bool {
    if let Some(object) = payload.object {
        return is_document(object);
    }
    let bytes = payload.text.as_bytes();
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    // A row's first column holds no `=`, and a pair's name no comma.
    match head.iter().find(|byte| matches!(byte, b',' | b'=' | b'|')) {
        Some(b',') => {}
        Some(b'|') => return cef::looks_like(payload.text) || leef::looks_like(payload.text),
        _ => return false,
    }
    let mut columns = head.split(|&byte| byte == b',').take(HEAD_COLUMNS).skip(1);
    columns.any(|column| Kind::of_column(column).is_some())
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
    let Scratch { fields, extra, zones, named } = scratch;
    let line = payload.text;
    let source =
        Source { line, format: Format::Csv, release: None, header, context, arrival: payload.arrival };
    if let Some(object) = payload.object {
        let (kind, mut values) = json::read(object, named)?;
        return event::make(kind, &mut values, Source { format: Format::Json, ..source }, zones, extra);
    }
    if cef::looks_like(line) {
        let (kind, mut values, release) = cef::read(line, named)?;
        return event::make(
            kind,
            &mut values,
            Source { format: Format::Cef, release, ..source },
            zones,
            extra,
        );
    }
    if leef::looks_like(line) {
        let (kind, mut values, release) = leef::read(line, named)?;
        return event::make(
            kind,
            &mut values,
            Source { format: Format::Leef, release, ..source },
            zones,
            extra,
        );
    }
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
    event::make(kind, &mut values, source, zones, extra)
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

/// Tells in which form a text is a log.
pub(crate) fn form_of(text: &str) -> Format {
    if cef::looks_like(text) {
        Format::Cef
    } else if leef::looks_like(text) {
        Format::Leef
    } else {
        Format::Csv
    }
}
