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

use hinomi_model::{Anomaly, AnomalyKind, Event, Format, QuarantineReason, Reject};
use simd_json::Node;
use wide::u8x16;

use self::event::Source;
use self::extra::Columns;
use self::kind::Kind;
use self::split::{Ending, Field};
use self::values::{Used, Values};
use crate::Context;
use crate::payload::Payload;
use crate::scan::marks::words;
use crate::syslog::Header;
use crate::when::Zones;

/// Columns in which the type is looked for, and how much of the line they may take before it is surely no row.
const HEAD_COLUMNS: usize = 6;
const HEAD_BYTES: usize = 512;

/// Buffers that are reused from line to line.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    columns: Columns,
    /// Which fields of the line were used.
    used: Used,
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
    if let Some(block) = head.first_chunk() {
        // It is nearly always within the first bytes.
        let [mut commas] = words(block, &|bytes| [bytes.simd_eq(u8x16::splat(b','))]);
        for _ in 1..HEAD_COLUMNS {
            let start = commas.trailing_zeros() as usize + 1;
            commas &= commas.wrapping_sub(1);
            let Some(column) = block.get(start..commas.trailing_zeros() as usize) else { break };
            if commas != 0 && Kind::of_column(column).is_some() {
                return true;
            }
        }
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
    let Scratch { columns, used, zones, named } = scratch;
    let line = payload.text;
    let source =
        Source { line, format: Format::Csv, release: None, header, context, arrival: payload.arrival };
    if let Some(object) = payload.object {
        let (kind, values) = json::read(object, named, used)?;
        return event::make(kind, values, Source { format: Format::Json, ..source }, zones);
    }
    if cef::looks_like(line) {
        let (kind, values, release) = cef::read(line, named, used)?;
        return event::make(kind, values, Source { format: Format::Cef, release, ..source }, zones);
    }
    if leef::looks_like(line) {
        let (kind, values, release) = leef::read(line, named, used)?;
        return event::make(kind, values, Source { format: Format::Leef, release, ..source }, zones);
    }
    let Some((kind, ending)) = read_row(line, columns) else {
        return Err(Reject::new(QuarantineReason::Unreadable, "no log type in the first columns"));
    };
    let mut values = Values::of_row(line, columns, used);
    let oddity = match ending {
        Ending::Whole => None,
        Ending::UnclosedQuote => Some(AnomalyKind::UnclosedQuote),
        Ending::TooManyColumns => Some(AnomalyKind::TooManyFields),
    };
    values.anomalies.extend(oddity.map(|kind| Anomaly { kind, field: None }));
    event::make(kind, values, source, zones)
}

/// Splits a row and sees which column is which; `None` when it has no log type.
fn read_row(line: &str, columns: &mut Columns) -> Option<(Kind, Ending)> {
    let ending = split::split(line, &mut columns.fields);
    let (kind, row) = align::find_type(line, &columns.fields)?;
    columns.row = row;
    columns.layout = align::repair(line, kind, row.at, &mut columns.fields);
    Some((kind, ending))
}

/// Returns the columns of a row under the vendor's names, in order; nothing when it has no log type.
pub(crate) fn columns_of(line: &str) -> Vec<(String, Field)> {
    let line = line.trim_end_matches(['\r', '\n']);
    let mut columns = Columns::default();
    if read_row(line, &mut columns).is_none() {
        return Vec::new();
    }
    let name = |index| columns.name(index).map_or_else(|| format!("column_{index}"), str::to_owned);
    let column = |index| columns.fields.field(line, index).map(|field| (name(index), field));
    (0..columns.fields.len()).filter_map(column).collect()
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
