//! Takes one line apart for a person who asks how it was read, and reads it again with one part changed.
//!
//! ```text
//! <189>date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" type="traffic" dstport=443 ...
//! ```
//!
//! What a field became is not looked up in a table that could differ from the parser: the line is read once more
//! without the field, by the same code as every line, and whatever the event then lacks came of it.
//! Fields are found by the scanners themselves. Cold: everything is owned and nothing is reused.

use hinomi_model::registry::Collected;
use hinomi_model::{Escape, Event, Format, QuarantineReason, Reject, Span};
use simd_json::Buffers;

use crate::payload::{Arrival, Payload};
use crate::peel::Layer;
use crate::scan::json::{SpareTape, members, write_string, write_value};
use crate::scan::pair::{Form, Pair};
use crate::scan::{cef, kv, leef};
use crate::syslog::Header;
use crate::{Context, Scratch, envelope, fortigate, panos};

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartKind {
    /// A field that the vendor wrote.
    Field,
    /// The host of the innermost syslog header.
    HeaderHost,
    /// The time of the innermost syslog header.
    HeaderTime,
    /// The collector's name, from an envelope.
    Collector,
    /// The collector's name for the device, from an envelope.
    CollectedDevice,
    /// When the collector received it, from an envelope.
    Received,
}

/// A part of a line that its event may depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// The vendor's name for it; empty for what is no field, and for text that belongs to no field.
    pub name: String,
    /// What it says, with escapes undone.
    pub value: String,
}

/// How a line is to be read: as it is, or changed in one part. Parts are counted as in [`Anatomy::parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'c> {
    /// As it is.
    Nothing,
    /// Without one part.
    Without(usize),
    /// With another value in one part. What is no field is left out instead.
    With(usize, &'c str),
}

/// A line without what was around it, and its parts.
#[derive(Clone, Debug)]
pub struct Anatomy {
    payload: String,
    is_object: bool,
    is_utf8: bool,
    /// With the host taken out, because it borrows.
    header: Header<'static>,
    host: Option<String>,
    layers: Vec<Layer>,
    received: Option<hinomi_model::EventTime>,
    collector: Option<String>,
    device: Option<String>,
    parts: Vec<Part>,
    /// Where the fields stand; the first parts are the fields.
    places: Vec<Place>,
}

/// Where a field stands in the payload; in an object its members are counted instead.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Name, value and quotes; empty in what is known by its place.
    whole: Span,
    /// The value as it is written.
    value: Span,
}

impl Anatomy {
    /// Takes a line apart. A line that nobody can read has whatever parts can be seen.
    ///
    /// # Errors
    ///
    /// A [`Reject`] when the envelope around it can't be opened.
    pub fn of(line: &[u8]) -> Result<Anatomy, Reject> {
        let text = String::from_utf8_lossy(line);
        let mut scratch = envelope::Scratch::default();
        let mut around = Vec::new();
        let contents = envelope::open(&text, &mut scratch, &mut SpareTape::default(), &mut around)?;
        let payload = crate::trim_end(contents.payload);
        let object = contents.document.as_ref().map(|document| document.0.as_slice());
        let (mut parts, places) = match object {
            Some(object) => (members_of(object), Vec::new()),
            None => fields_of(payload),
        };
        let host = contents.header.host.map(str::to_owned);
        let collector = contents.collected.collector.map(str::to_owned);
        let device = contents.collected.device.map(str::to_owned);
        let header = Header { host: None, ..contents.header };
        let mut said = |kind, value: String| parts.push(Part { kind, name: String::new(), value });
        if let Some(host) = &host {
            said(PartKind::HeaderHost, host.clone());
        }
        if header.time.is_some() || header.stamp.is_some() {
            said(PartKind::HeaderTime, header.time.map(|time| time.to_string()).unwrap_or_default());
        }
        if let Some(collector) = &collector {
            said(PartKind::Collector, collector.clone());
        }
        if let Some(device) = &device {
            said(PartKind::CollectedDevice, device.clone());
        }
        if let Some(received) = contents.received {
            said(PartKind::Received, received.to_string());
        }
        let header = Header { host: None, time: header.time, stamp: header.stamp, frames: header.frames };
        Ok(Anatomy {
            payload: payload.to_owned(),
            is_object: object.is_some(),
            is_utf8: std::str::from_utf8(line).is_ok(),
            header,
            host,
            layers: around,
            received: contents.received,
            collector,
            device,
            parts,
            places,
        })
    }

    /// Returns the parts: the fields in their order, then what the headers and envelopes said.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns what was taken off the line, outermost first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Returns the firewall's own text.
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// Reads the line with a change and shows the result to `see`.
    pub fn read<R>(
        &self,
        change: Change<'_>,
        context: &Context<'_>,
        see: impl FnOnce(Result<Event<'_>, Reject>) -> R,
    ) -> R {
        let gone = match change {
            Change::Nothing => None,
            Change::Without(part) | Change::With(part, _) => self.parts.get(part).map(|part| part.kind),
        };
        let unless = |kind: PartKind| gone != Some(kind);
        let header = Header {
            host: self.host.as_deref().filter(|_| unless(PartKind::HeaderHost)),
            time: self.header.time.filter(|_| unless(PartKind::HeaderTime)),
            stamp: self.header.stamp.filter(|_| unless(PartKind::HeaderTime)),
            frames: self.header.frames,
        };
        let received = self.received.filter(|_| unless(PartKind::Received));
        let context = Context {
            registry: context.registry,
            received: received.unwrap_or(context.received),
            collected: Collected {
                collector: self.collector.as_deref().filter(|_| unless(PartKind::Collector)),
                device: self.device.as_deref().filter(|_| unless(PartKind::CollectedDevice)),
                received,
            },
        };
        let text = self.changed(change);
        let mut tape = SpareTape::default().take();
        let mut buffers = Buffers::default();
        let mut input = Vec::new();
        if self.is_object {
            input.extend_from_slice(text.as_bytes());
            if simd_json::fill_tape(&mut input, &mut buffers, &mut tape).is_err() {
                return see(Err(Reject::new(QuarantineReason::BadEnvelope, "json")));
            }
        }
        let object = self.is_object.then_some(tape.0.as_slice());
        let arrival = Arrival { is_mended: !self.is_utf8, received };
        let payload = Payload { text: &text, object, arrival };
        let Scratch { fortigate, panos, .. } = &mut Scratch::default();
        see(crate::read_payload(&payload, &header, &context, fortigate, panos))
    }

    fn changed(&self, change: Change<'_>) -> String {
        let (part, value) = match change {
            Change::Nothing => return self.payload.clone(),
            Change::Without(part) => (part, None),
            Change::With(part, value) => (part, Some(value)),
        };
        if self.parts.get(part).is_none_or(|part| part.kind != PartKind::Field) {
            return self.payload.clone();
        }
        if self.is_object {
            return changed_object(&self.payload, part, value).unwrap_or_else(|| self.payload.clone());
        }
        let Some(place) = self.places.get(part) else { return self.payload.clone() };
        let span = if value.is_some() { place.value } else { place.whole };
        let (start, end) = (span.start as usize, span.end as usize);
        let before = self.payload.get(..start).unwrap_or("");
        let after = self.payload.get(end..).unwrap_or("");
        format!("{before}{}{after}", value.unwrap_or(""))
    }
}

/// Returns the members of an object; values that are no strings stay JSON.
fn members_of(object: &[simd_json::Node<'_>]) -> Vec<Part> {
    let text = |nodes: &[simd_json::Node<'_>]| match nodes.first() {
        Some(simd_json::Node::String(text)) => (*text).to_owned(),
        _ => {
            let mut text = String::new();
            // What nests too deep is shown as far as it was written.
            let _ = write_value(nodes, 0, &mut text);
            text
        }
    };
    members(object)
        .map(|(name, value)| Part { kind: PartKind::Field, name: name.to_owned(), value: text(value) })
        .collect()
}

/// Writes an object again without one member, or with a string in its place.
fn changed_object(payload: &str, changed: usize, value: Option<&str>) -> Option<String> {
    let mut input = payload.as_bytes().to_vec();
    let tape = simd_json::to_tape(&mut input).ok()?;
    let mut text = String::from("{");
    for (index, (name, nodes)) in members(&tape.0).enumerate() {
        if index == changed && value.is_none() {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        write_string(name, &mut text);
        text.push(':');
        match value {
            Some(value) if index == changed => write_string(value, &mut text),
            _ => {
                write_value(nodes, 0, &mut text)?;
            }
        }
    }
    text.push('}');
    Some(text)
}

/// The parts of a CEF header, as the format's specification calls them.
const CEF_HEADER: [&str; 7] = [
    "cefVersion",
    "deviceVendor",
    "deviceProduct",
    "deviceVersion",
    "deviceEventClassId",
    "name",
    "severity",
];
/// The parts of a LEEF header.
const LEEF_HEADER: [&str; 6] =
    ["leefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "eventId", "delimiter"];

/// Finds the fields of a text by the scanner of its form.
fn fields_of(text: &str) -> (Vec<Part>, Vec<Place>) {
    let payload = Payload { text, object: None, arrival: Arrival::default() };
    let (form, start) = if panos::looks_like(&payload) {
        (panos::form_of(text), 0)
    } else if fortigate::looks_like(&payload) {
        fortigate::form_of(text)
    } else {
        return (Vec::new(), Vec::new());
    };
    let mut found = Found { text, parts: Vec::new(), places: Vec::new() };
    let mut pairs: Vec<Pair<()>> = Vec::new();
    match form {
        Format::Cef => {
            let extension = cef_extension(text, start);
            found.header(start, extension, &CEF_HEADER);
            cef::scan(text, extension, &mut pairs, |_| None);
            found.pairs(&pairs, None);
        }
        Format::Leef => {
            if let Some(header) = leef::header(text) {
                found.header(start, header.attributes, &LEEF_HEADER);
                leef::scan(text, header.attributes, header.separator, &mut pairs, |_| None);
                found.pairs(&pairs, Some(header.separator));
            }
        }
        Format::KeyValueComma => {
            kv::scan_commas(text, &mut kv::Scratch::<_, ()>::default(), &mut pairs, |_| None);
            found.pairs(&pairs, Some(b','));
        }
        Format::KeyValue => {
            kv::scan(text, &mut kv::Scratch::<_, ()>::default(), &mut pairs, |_| None);
            found.pairs(&pairs, None);
        }
        Format::Csv | Format::Json => {
            for (name, field) in panos::columns_of(text) {
                found.add(&name, field.span, field.span, field.escape);
            }
        }
    }
    (found.parts, found.places)
}

/// Returns where the extension of a CEF line begins: behind the header, or behind the last `|` in front of the first
/// `=` when the header is short.
fn cef_extension(text: &str, start: usize) -> usize {
    let log = text.get(start..).unwrap_or("");
    if let Some(header) = cef::header(log).filter(|header| !header.severity.contains('=')) {
        return start + header.extension;
    }
    let before_pairs = log.split_once('=').map_or(log, |(before, _)| before);
    before_pairs.rfind('|').map_or(text.len(), |at| start + at + 1)
}

struct Found<'t> {
    text: &'t str,
    parts: Vec<Part>,
    places: Vec<Place>,
}

impl Found<'_> {
    /// Adds what stands between the bars of a header that ends before `end`.
    fn header(&mut self, start: usize, end: usize, names: &[&str]) {
        let mut at = start;
        let head = self.text.get(start..end).unwrap_or("");
        for (index, text) in head.trim_end_matches('|').split('|').enumerate() {
            // Lines are bounded far below 4 GiB, so the spans hold every offset.
            let span = Span { start: at as u32, end: (at + text.len()) as u32 };
            at += text.len() + 1;
            if let Some(name) = names.get(index) {
                self.add(name, span, span, Escape::Cef);
            }
        }
    }

    /// Adds pairs; a separator behind one goes with it.
    fn pairs<K>(&mut self, pairs: &[Pair<K>], separator: Option<u8>) {
        for pair in pairs {
            let escape = match pair.form {
                Form::Escaped | Form::Unclosed => Escape::Backslash,
                Form::Cef => Escape::Cef,
                _ => Escape::None,
            };
            let mut whole = match pair.name.start < pair.name.end {
                true => Span { start: pair.name.start, end: pair.value.end },
                false => pair.value,
            };
            if matches!(pair.form, Form::Quoted | Form::Escaped) {
                whole.end += 1;
            }
            let next = self.text.as_bytes().get(whole.end as usize);
            if separator.is_some() && next == separator.as_ref() {
                whole.end += 1;
            }
            let name = pair.name.of(self.text);
            self.add(name, whole, pair.value, escape);
        }
    }

    fn add(&mut self, name: &str, whole: Span, value: Span, escape: Escape) {
        let text = escape.undo(value.of(self.text)).into_owned();
        self.parts.push(Part { kind: PartKind::Field, name: name.to_owned(), value: text });
        self.places.push(Place { whole, value });
    }
}
