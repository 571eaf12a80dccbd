//! FortiGate logs in FortiOS's own `key=value` form, 5.x to 7.6, and the older spellings of the same fields.
//!
//! ```text
//! date=2026-01-20 time=10:15:01 devname="KITA-FW1" devid="FGT60FTK20000001" eventtime=1768871701123456789 tz="+0900"
//! logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.1.12.34 srcport=51544 ...
//! ```
//!
//! The order of fields is free, any may be missing but `type`, and `logid` is never trusted for more than a message
//! number. Field meanings are those of the FortiOS Log Message Reference 5.4 to 7.6. CEF, CSV and JSON forms are not
//! read here, and no line is judged: a severity, a level word or a score is passed on as it is.

mod clock;
mod event;
mod fields;
mod keys;
mod kind;
mod orient;
mod verdict;

use std::borrow::Cow;

use hinomi_model::registry::Identity;
use hinomi_model::{Event, ExtraField, Posture, QuarantineReason, Reject, Vendor};
use simd_json::Node;

use self::fields::Fields;
use self::keys::Key;
use self::kind::Kind;
use crate::Context;
use crate::payload::Payload;
use crate::scan::json::members;
use crate::scan::kv::{self, Shape};
use crate::scan::pair::Pair;
use crate::syslog::Header;
use crate::when::Zones;

/// Reused memory.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    shape: Shape<Key>,
    pairs: Vec<Pair<Key>>,
    extra: Vec<ExtraField>,
    zones: Zones,
}

/// Tells whether an object is a log, not an envelope around one.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    members(object).any(|(key, _)| matches!(key, "logid" | "devid"))
}

/// Tells whether text is made of pairs. Most logs start with one; a relay's leftovers may stand before it.
pub(crate) fn looks_like(payload: &Payload<'_, '_>) -> bool {
    if let Some(object) = payload.object {
        return is_document(object);
    }
    let payload = payload.text;
    let name =
        payload.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    if name > 0 && payload.as_bytes().get(name) == Some(&b'=') {
        return true;
    }
    let holds = |text: &str| memchr::memmem::find(payload.as_bytes(), text.as_bytes()).is_some();
    holds(" type=") && (holds(" subtype=") || holds(" logid=") || holds(" devid="))
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
    let Scratch { shape, pairs, extra, zones } = scratch;
    if payload.object.is_some() {
        return Err(Reject::new(QuarantineReason::Unreadable, "a log in json form"));
    }
    let payload = payload.text;
    kv::scan(payload, shape, pairs, Key::of);
    let mut fields = Fields::new(payload, pairs);

    let device_id = fields.peek(Key::DeviceId);
    let has_marks = fields.has(Key::LogId) && (fields.has(Key::Vdom) || fields.has(Key::DeviceId));
    let Some(log_type) = fields.peek(Key::Type) else {
        let marked = has_marks && fields.has(Key::Subtype);
        let reason = if marked { QuarantineReason::Unreadable } else { QuarantineReason::NotAFirewallLog };
        return Err(Reject::new(reason, "no type"));
    };
    let subtype = fields.peek(Key::Subtype).unwrap_or("");
    // FortiAuthenticator numbers its logs so, and leaves its serial number out.
    let kind = match Kind::of(log_type, subtype, device_id, has_marks) {
        kind if fields.has(Key::FacIndex) && kind != Kind::Foreign => Kind::Foreign,
        kind => kind,
    };
    if kind == Kind::Foreign {
        return Err(Reject::new(QuarantineReason::NotAFirewallLog, "type and device are no FortiGate's"));
    }

    let ends = event::Ends::read(&mut fields);
    let identity = Identity {
        id: fields.text(Key::DeviceId),
        name: fields.text(Key::DeviceName),
        header_host: header.host,
        vsys: fields.text(Key::Vdom),
    };
    let addresses = [ends.src_ip, ends.nat_dst_ip.or(ends.dst_ip)];
    let (tenant, registration) = context.registry.resolve(&identity, context.collected, addresses)?;

    let mut event = Event::new(tenant, Vendor::Fortigate, context.received);
    event.frames = header.frames;
    event.raw = payload;
    event.registration = registration;
    event.device = match (&identity.id, &identity.name, header.host.or(context.collected.device)) {
        (Some(id), ..) => id.clone(),
        (None, Some(name), _) => name.clone(),
        (None, None, Some(host)) => Cow::Borrowed(host),
        (None, None, None) => Cow::Borrowed("unknown"),
    };
    event.device_name = identity.name;
    event.vsys = identity.vsys;
    let zone = registration.and_then(|device| device.time_zone.as_ref()).unwrap_or(&tenant.time_zone);
    (event.time, event.time_source) = clock::read(&mut fields, header, context.received, zone, zones);
    event.posture = posture(&fields, registration.map_or(Posture::Inline, |device| device.posture));
    event::fill(&mut event, kind, ends, &mut fields);
    event.anomalies = fields.finish(extra);
    event.extra = hinomi_model::Extra { line: payload, fields: extra };
    Ok(event)
}

/// A one-arm sniffer sees a copy, whatever the registry says of the rest of the device.
fn posture(fields: &Fields<'_>, registered: Posture) -> Posture {
    let sniffs =
        fields.peek(Key::Subtype) == Some("sniffer") || fields.peek(Key::PolicyType) == Some("sniffer");
    if sniffs { Posture::Sniffer } else { registered }
}
