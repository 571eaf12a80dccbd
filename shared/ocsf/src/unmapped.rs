//! What of an event its class has no place for, as a JSON object.
//!
//! Vendor fields that the event does not know stand under their native names; fields of the event stand in the member
//! `event`, under the names that `hinomi parse --as json` gives them. A name that comes again, and a vendor field called
//! `event`, get a number behind them.

use hinomi_model::Extra;

use crate::layout::Layout;
use crate::mapping::Line;
use crate::rows::hash_of;
use crate::text;

/// The member that holds the event's own fields.
const EVENT: &str = "event";

/// Names kept of the rows before, at most; more begin anew. Ten times what any log has.
const MAX_NAMES: usize = 512;
/// How many names further on a row's next one is looked for: fields that other rows have and this one does not.
const LOOK_AHEAD: usize = 16;

/// The names that rows before had, in their order, as they are written.
///
/// A device's lines have the same fields in the same order, so most names need only be seen to be the same.
#[derive(Debug)]
pub(crate) struct Names {
    known: Vec<Name>,
    max: usize,
}

impl Default for Names {
    fn default() -> Self {
        Names { known: Vec::new(), max: MAX_NAMES }
    }
}

#[derive(Debug)]
struct Name {
    /// As the line has it.
    raw: Box<[u8]>,
    /// With quotes, and what stands before the value.
    written: Box<[u8]>,
    mark: u64,
}

/// Appends the object; returns whether there is anything in it, and appends nothing otherwise.
///
/// `beyond` are the columns, as bits, that could not hold their value.
pub(crate) fn write(
    line: &Line<'_>,
    layout: &Layout,
    beyond: u128,
    names: &mut Names,
    out: &mut Vec<u8>,
) -> bool {
    let start = out.len();
    out.push(b'{');
    let inner = out.len();
    vendor_fields(&line.event.extra, names, out);
    event_fields(line, layout, beyond, inner, out);
    if out.len() == inner {
        out.truncate(start);
        return false;
    }
    out.push(b'}');
    true
}

fn vendor_fields(extra: &Extra<'_>, names: &mut Names, out: &mut Vec<u8>) {
    // Each known name is used once by a row, so it can only repeat one that the row has in another order than rows
    // before: those are `strays`. Both are sets of marks, of which two names may share one.
    let (mut next, mut marks, mut strays) = (0, 0_u64, 0_u64);
    for (index, field) in extra.fields().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let name = field.name.of(extra.line());
        match names.find(next, name.as_bytes()) {
            Some((place, known)) if strays & known.mark == 0 => {
                out.extend_from_slice(&known.written);
                marks |= known.mark;
                next = place + 1;
            }
            _ => {
                let mark = mark(&name);
                let repeats = if marks & mark == 0 { 0 } else { times_before(extra, index, &name) };
                let start = out.len();
                write_name(&name, repeats, out);
                if repeats == 0 && names.learn(next, &name, mark, out.get(start..)) {
                    next += 1;
                } else {
                    strays |= mark;
                }
                marks |= mark;
            }
        }
        text::escaped_of(field.escape, field.value.of(extra.line()), out);
        out.push(b'"');
    }
}

/// Appends a name up to where its value begins; a name that came before gets a number behind it.
fn write_name(name: &str, repeats: usize, out: &mut Vec<u8>) {
    out.push(b'"');
    text::escaped(name, out);
    // The member of that name is the event's own.
    let number = repeats + 1 + usize::from(name == EVENT);
    if number > 1 {
        out.push(b'#');
        text::unsigned(number as u64, out);
    }
    out.extend_from_slice(b"\":\"");
}

fn times_before(extra: &Extra<'_>, index: usize, name: &str) -> usize {
    extra.fields().take(index).filter(|field| field.name.is(extra.line(), name)).count()
}

impl Names {
    /// Makes a set that learns nothing, for a row that none follows.
    pub(crate) fn none() -> Self {
        Names { known: Vec::new(), max: 0 }
    }

    /// Returns a name that is known from `next` on, and its place.
    fn find(&self, next: usize, name: &[u8]) -> Option<(usize, &Name)> {
        // Hardly ever any other than the very next.
        let known = self.known.get(next)?;
        if *known.raw == *name {
            return Some((next, known));
        }
        let mut ahead = self.known.iter().enumerate().skip(next + 1).take(LOOK_AHEAD);
        ahead.find(|(_, known)| *known.raw == *name)
    }

    /// Notes a name before another one; returns whether it did. Each is noted once, so that no row finds one twice.
    fn learn(&mut self, place: usize, name: &str, mark: u64, written: Option<&[u8]>) -> bool {
        let Some(written) = written else { return false };
        if self.max == 0 {
            return false;
        }
        if self.known.len() >= self.max {
            self.known.clear();
        }
        if place > self.known.len() || self.known.iter().any(|known| *known.raw == *name.as_bytes()) {
            return false;
        }
        self.known.insert(place, Name { raw: name.as_bytes().into(), written: written.into(), mark });
        true
    }
}

/// Returns one of 64 bits for a name.
fn mark(name: &str) -> u64 {
    1 << (hash_of(name.as_bytes()) & 63)
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
