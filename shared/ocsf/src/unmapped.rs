//! What of an event its class has no place for, as a JSON object.
//!
//! Vendor fields that the event does not know stand under their native names; fields of the event stand in the member
//! `event`, under the names that `hinomi parse --as json` gives them. A name that comes again, and a vendor field called
//! `event`, get a number behind them.

use std::borrow::Cow;

use hinomi_model::{Extra, FieldName};

use crate::layout::Layout;
use crate::mapping::Line;
use crate::text;

/// The member that holds the event's own fields.
const EVENT: &str = "event";

/// Appends the object; returns whether there is anything in it, and appends nothing otherwise.
///
/// `beyond` are the columns, as bits, that could not hold their value.
pub(crate) fn write(line: &Line<'_>, layout: &Layout, beyond: u128, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.push(b'{');
    let inner = out.len();
    vendor_fields(&line.event.extra, out);
    event_fields(line, layout, beyond, inner, out);
    if out.len() == inner {
        out.truncate(start);
        return false;
    }
    out.push(b'}');
    true
}

fn vendor_fields(extra: &Extra<'_>, out: &mut Vec<u8>) {
    // A set of names' marks, of which two may share one: a name whose mark is new has not been there before.
    let mut marks = 0_u64;
    for (index, field) in extra.fields.iter().enumerate() {
        let name = name_of(field.name, extra.line);
        if index > 0 {
            out.push(b',');
        }
        out.push(b'"');
        text::escaped(&name, out);
        let mark = mark(&name);
        if marks & mark != 0 || name == EVENT {
            let before = extra.fields.iter().take(index);
            let same = before.filter(|field| name_of(field.name, extra.line) == name).count();
            let repeats = same + usize::from(name == EVENT);
            if repeats > 0 {
                out.push(b'#');
                text::unsigned(repeats as u64 + 1, out);
            }
        }
        marks |= mark;
        out.extend_from_slice(b"\":\"");
        text::escaped(&field.escape.undo(field.value.of(extra.line)), out);
        out.push(b'"');
    }
}

fn name_of(name: FieldName, line: &str) -> Cow<'_, str> {
    match name {
        FieldName::InLine(span) => Cow::Borrowed(span.of(line)),
        FieldName::Known(name) => Cow::Borrowed(name),
        FieldName::Column(index) => Cow::Owned(format!("column_{index}")),
    }
}

/// Returns one of 64 bits for a name.
fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let at = |index: usize| bytes.get(index).copied().map_or(0, u32::from);
    let ends = at(0).wrapping_mul(31) ^ at(bytes.len().wrapping_sub(1)).wrapping_mul(17);
    1 << ((ends ^ at(bytes.len() / 2).wrapping_mul(7) ^ bytes.len() as u32) & 63)
}

fn event_fields(line: &Line<'_>, layout: &Layout, beyond: u128, inner: usize, out: &mut Vec<u8>) {
    let homeless = layout.homeless.iter().map(|field| (field.name, field.read));
    let too_large = layout.columns.iter().enumerate().filter(|(index, _)| beyond >> index & 1 == 1);
    let too_large = too_large.map(|(_, column)| (column.name, column.read));
    let mut is_first = true;
    for (name, read) in homeless.chain(too_large) {
        let value = read(line);
        if value.is_none() {
            continue;
        }
        if is_first {
            if out.len() > inner {
                out.push(b',');
            }
            out.extend_from_slice(b"\"event\":{");
        } else {
            out.push(b',');
        }
        is_first = false;
        text::quoted(name, out);
        out.push(b':');
        value.write_json(out);
    }
    if !is_first {
        out.push(b'}');
    }
}
