//! FortiGate logs in every form that FortiOS 5.x to 7.6 sends, and the older spellings of the same fields: `key=value`
//! with blanks or commas between the pairs, CEF, JSON.
//!
//! ```text
//! date=2026-01-20 time=10:15:01 devname="KITA-FW1" devid="FGT60FTK20000001" eventtime=1768871701123456789 tz="+0900"
//! logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.1.12.34 srcport=51544 ...
//! ```
//!
//! The form is told by the content of each line. Whatever it is, its fields become [`Fields`] under FortiOS's own names,
//! and one reading makes the event of them: the same log is the same event by construction.
//!
//! The order of fields is free, any may be missing but `type`, and `logid` is never trusted for more than a message
//! number. Field meanings are those of the FortiOS Log Message Reference 5.4 to 7.6. No line is judged: a severity, a
//! level word or a score is passed on as it is.

mod cef;
mod cef_names;
mod clock;
mod event;
mod extra;
mod fields;
mod json;
mod keys;
mod kind;
mod known;
mod orient;
mod verdict;

use std::borrow::Cow;

use hinomi_model::registry::Identity;
use hinomi_model::{Event, Format, Posture, QuarantineReason, Reject, Vendor};
use simd_json::Node;

use self::cef::Product;
use self::extra::{Naming, Pairs};
use self::fields::{Fields, Plan, WORDS};
use self::keys::Key;
use self::kind::Kind;
use crate::Context;
use crate::payload::{Arrival, Payload};
use crate::scan::pair::Pair;
use crate::scan::shape::{Meanings, Place, Shape};
use crate::scan::{flat, kv};
use crate::syslog::Header;
use crate::when::Zones;

/// Reused memory.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    kv: kv::Scratch<Key, Plan>,
    flat: kv::Scratch<Key, Plan>,
    meanings: Meanings<Key>,
    pairs: Pairs,
    /// Which pairs of the line were taken.
    taken: [u64; WORDS],
    /// Where the fields of a line stand of which no plan is kept.
    plan: Plan,
    zones: Zones,
    /// What does not stand in the line as it is.
    text: String,
}

/// Tells whether an object is a log, not an envelope around one.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    json::is_document(object)
}

/// Tells whether text begins with a pair, as nearly every log does and no row of PAN-OS.
#[inline]
pub(crate) fn begins(payload: &Payload<'_, '_>) -> bool {
    payload.object.is_none() && first_value(payload.text).is_some()
}

/// Tells whether text is a log in one of the forms. Most begin with a pair; a relay's leftovers may stand before it.
pub(crate) fn looks_like(payload: &Payload<'_, '_>) -> bool {
    if let Some(object) = payload.object {
        return json::looks_like(object);
    }
    let text = payload.text;
    if first_value(text).is_some() || cef::log_in(text).is_some() {
        return true;
    }
    holds(text, " type=") && (holds(text, " subtype=") || holds(text, " logid=") || holds(text, " devid="))
}

fn holds(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// Returns what follows the `=` of the pair that text begins with.
fn first_value(text: &str) -> Option<&str> {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let name = text.bytes().take_while(is_name).count();
    if name == 0 { None } else { text.get(name..)?.strip_prefix('=') }
}

/// Tells whether commas stand between the pairs of a text of which `value` follows the first `=`: one ends the first
/// value, and one stands in front of the type. Neither alone would do, for a value may hold commas
/// (`user=hanako,cn=hanako`).
fn has_commas(text: &str, value: &str) -> bool {
    let end = match value.strip_prefix('"') {
        Some(quoted) => memchr::memchr(b'"', quoted.as_bytes()).map(|quote| quote + 2),
        None => memchr::memchr2(b',', b' ', value.as_bytes()),
    };
    end.and_then(|end| value.as_bytes().get(end)) == Some(&b',')
        && (holds(text, ",type=") || holds(text, ", type=") || text.starts_with("type="))
}

/// What a line's form says besides its fields.
struct Split<'a> {
    /// What the fields' spans point into.
    text: &'a str,
    naming: Naming,
    format: Format,
    firmware: Option<&'a str>,
    product: Product,
    /// What is known of all lines with the same names.
    plan: Planned,
}

/// What is known of all lines with the same names as this one.
enum Planned {
    /// Nothing can be.
    Not,
    /// What is kept at this place of the shape of pairs.
    Pairs(Place),
    /// What is kept at this place of the shape of objects.
    Object(Place),
}

/// A JSON object that was split by [`Scratch::plain_object`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainObject<'a> {
    text: &'a str,
    place: Place,
}

impl Scratch {
    /// Splits an object that is a log as FortiOS writes it; `None` for every other one, which has to be read as a whole.
    #[inline]
    pub(crate) fn plain_object<'a>(&mut self, text: &'a str) -> Option<PlainObject<'a>> {
        let place = flat::scan(text, &mut self.flat, &mut self.pairs.list, json::plain_key)?;
        let keys = match self.flat.shape.end(place) {
            Some(plan) => plan.has(),
            None => {
                let (keys, count) = fields::named(&self.pairs.list);
                if keys.count() != count {
                    // What a name that comes twice means is told where the object is read as a whole.
                    return None;
                }
                keys
            }
        };
        json::is_plain_document(&keys).then_some(PlainObject { text, place })
    }
}

/// Splits a line, whatever its form; its pairs replace those in `pairs`. What does not stand in the line as it is goes
/// to `text`.
fn split<'a>(
    payload: &Payload<'a, '_>,
    scratch: &mut kv::Scratch<Key, Plan>,
    meanings: &mut Meanings<Key>,
    pairs: &mut Vec<Pair<Key>>,
    text: &'a mut String,
) -> Result<Split<'a>, Reject> {
    let line = payload.text;
    let (firmware, product, plan) = (None, Product::Unsaid, Planned::Not);
    if let Some(object) = payload.object {
        json::read(object, text, meanings, pairs)?;
        return Ok(Split { text, naming: Naming::Translated, format: Format::Json, firmware, product, plan });
    }
    let value = first_value(line);
    if value.is_none()
        && let Some(log) = cef::log_in(line)
    {
        let cef::Log { text, firmware, product } = cef::read(log, text, meanings, pairs);
        return Ok(Split { text, naming: Naming::Translated, format: Format::Cef, firmware, product, plan });
    }
    let (format, place) = if value.is_some_and(|value| has_commas(line, value)) {
        (Format::KeyValueComma, kv::scan_commas(line, scratch, pairs, Key::of))
    } else {
        (Format::KeyValue, kv::scan(line, scratch, pairs, Key::of))
    };
    let plan = place.map_or(Planned::Not, Planned::Pairs);
    Ok(Split { text: line, naming: Naming::Native, format, firmware, product, plan })
}

/// Reads one log.
///
/// # Errors
///
/// [`QuarantineReason::NotAFirewallLog`] for another product's log and for pairs that nothing marks as a FortiGate's;
/// [`QuarantineReason::Unreadable`] for a FortiGate's without a type; and what the registry refuses.
pub(crate) fn read<'a>(
    payload: &Payload<'a, '_>,
    header: &Header<'a>,
    context: &Context<'a>,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Scratch { kv, flat, meanings, pairs, taken, plan: own, zones, text } = scratch;
    let split = split(payload, kv, meanings, &mut pairs.list, text)?;
    let memory = Memory { shapes: (&mut kv.shape, &mut flat.shape), pairs, taken, own, zones };
    read_split(split, (payload.text, payload.arrival), header, context, memory)
}

/// Reads a log that is a plain object.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_object<'a>(
    PlainObject { text, place }: PlainObject<'a>,
    arrival: Arrival,
    header: &Header<'a>,
    context: &Context<'a>,
    scratch: &'a mut Scratch,
) -> Result<Event<'a>, Reject> {
    let Scratch { kv, flat, pairs, taken, plan: own, zones, .. } = scratch;
    let split = Split {
        text,
        naming: Naming::Translated,
        format: Format::Json,
        firmware: None,
        product: Product::Unsaid,
        plan: Planned::Object(place),
    };
    let memory = Memory { shapes: (&mut kv.shape, &mut flat.shape), pairs, taken, own, zones };
    read_split(split, (text, arrival), header, context, memory)
}

/// What of [`Scratch`] is needed once a line is split.
struct Memory<'a> {
    shapes: (&'a mut Shape<Key, Plan>, &'a mut Shape<Key, Plan>),
    pairs: &'a mut Pairs,
    taken: &'a mut [u64; WORDS],
    own: &'a mut Plan,
    zones: &'a mut Zones,
}

/// Makes an event of a line whose fields were found.
fn read_split<'a>(
    Split { text, naming, format, firmware, product, plan }: Split<'a>,
    (raw, arrival): (&'a str, Arrival),
    header: &Header<'a>,
    context: &Context<'a>,
    Memory { shapes, pairs, taken, own, zones }: Memory<'a>,
) -> Result<Event<'a>, Reject> {
    let place = match plan {
        Planned::Not => None,
        Planned::Pairs(place) => Some((shapes.0, place)),
        Planned::Object(place) => Some((shapes.1, place)),
    };
    pairs.naming = naming;
    let mut fields = match place {
        Some((shape, place)) if shape.end(place).is_none() => {
            let fields = Fields::new(text, pairs, taken, own);
            if let Some(plan) = fields.plan() {
                shape.keep(place, plan);
            }
            fields
        }
        place => match place.and_then(|(shape, place)| shape.end(place)) {
            Some(plan) => Fields::planned(text, pairs, taken, plan),
            None => Fields::new(text, pairs, taken, own),
        },
    };
    let device_id = fields.peek(Key::DeviceId);
    let has_marks = product == Product::FortiGate
        || (fields.has(Key::LogId) && (fields.has(Key::Vdom) || fields.has(Key::DeviceId)));
    let Some(log_type) = fields.peek(Key::Type) else {
        let marked = has_marks && (fields.has(Key::Subtype) || product == Product::FortiGate);
        let reason = if marked { QuarantineReason::Unreadable } else { QuarantineReason::NotAFirewallLog };
        return Err(Reject::new(reason, "no type"));
    };
    let subtype = fields.peek(Key::Subtype).unwrap_or("");
    // FortiAuthenticator numbers its logs so, and leaves its serial number out.
    let kind = match Kind::of(log_type, subtype, device_id, has_marks) {
        _ if fields.has(Key::FacIndex) || product == Product::Other => Kind::Foreign,
        kind => kind,
    };
    if kind == Kind::Foreign {
        return Err(Reject::new(QuarantineReason::NotAFirewallLog, "type and device are no FortiGate's"));
    }

    let ends = event::Ends::read(&mut fields);
    let mut identity = Identity { header_host: header.host, ..Identity::default() };
    fields.put(Key::DeviceId, &mut identity.id);
    fields.put(Key::DeviceName, &mut identity.name);
    fields.put(Key::Vdom, &mut identity.vsys);
    let addresses = [ends.src_ip, ends.nat_dst_ip.or(ends.dst_ip)];
    let (tenant, registration) = context.registry.resolve(&identity, context.collected, addresses)?;

    let mut event = Event::new(tenant, Vendor::Fortigate, context.received);
    event.frames = header.frames;
    event.format = format;
    if firmware.is_some() || fields.has(Key::LogVersion) {
        event.firmware = firmware.map(Cow::Borrowed).or_else(|| fields.copy(Key::LogVersion));
    }
    event.raw = raw;
    event.registration = registration;
    event.device = match (&identity.id, &identity.name, header.host.or(context.collected.device)) {
        (Some(id), ..) => id.clone(),
        (None, Some(name), _) => name.clone(),
        (None, None, Some(host)) => Cow::Borrowed(host),
        (None, None, None) => Cow::Borrowed("unknown"),
    };
    event.device_name = identity.name;
    event.vsys = identity.vsys;
    let (zone, is_given) = tenant.clock_zone(registration);
    (event.time, event.time_source) = clock::read(&mut fields, header, context.received, zone, zones);
    event.zone_assumed = !is_given && clock::lacks_zone(&fields, event.time_source);
    event.posture = posture(&fields, registration.map_or(Posture::Inline, |device| device.posture));
    event::fill(&mut event, kind, ends, &mut fields);
    (event.extra, event.unknown_fields, event.anomalies) = fields.finish();
    arrival.remark(&mut event, context.received);
    Ok(event)
}

/// A one-arm sniffer sees a copy, whatever the registry says of the rest of the device.
fn posture(fields: &Fields<'_>, registered: Posture) -> Posture {
    let sniffs = fields.is(Key::Subtype, "sniffer") || fields.is(Key::PolicyType, "sniffer");
    if sniffs { Posture::Sniffer } else { registered }
}

/// Tells in which form a text is a log, and where in the text that begins.
pub(crate) fn form_of(text: &str) -> (Format, usize) {
    let value = first_value(text);
    if value.is_none()
        && let Some(log) = cef::log_in(text)
    {
        return (Format::Cef, text.len() - log.len());
    }
    let has_commas = value.is_some_and(|value| has_commas(text, value));
    (if has_commas { Format::KeyValueComma } else { Format::KeyValue }, 0)
}
