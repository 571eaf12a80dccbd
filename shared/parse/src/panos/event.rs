//! Makes an event of a line's values.

use std::borrow::Cow;
use std::net::IpAddr;

use hinomi_model::registry::Identity;
use hinomi_model::{
    AnomalyKind, Disposition, Event, Format, Function, QuarantineReason, Reject, Text, TimeSource, Vendor,
};

use super::columns::Slot;
use super::kind::Kind;
use super::orient::{self, End, Ends};
use super::values::{Values, part};
use super::{clock, login, names, words};
use crate::Context;
use crate::payload::Arrival;
use crate::syslog::Header;
use crate::value;
use crate::when::Zones;

/// What is known of a line besides its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'s, 'a> {
    pub(crate) line: &'a str,
    pub(crate) format: Format,
    /// The release that a header names.
    pub(crate) release: Option<&'a str>,
    pub(crate) header: &'s Header<'a>,
    pub(crate) context: &'s Context<'a>,
    pub(crate) arrival: Arrival,
}

/// Makes the event. An event is more than a kilobyte: every caller hands it on as it is, or it is written once more.
#[inline(never)]
pub(crate) fn make<'a>(
    kind: Kind,
    mut values: Values<'a>,
    source: Source<'_, 'a>,
    zones: &mut Zones,
) -> Result<Event<'a>, Reject> {
    let Source { header, context, .. } = source;
    let log_type = values.text(Slot::LogType).map(Kind::native_name).unwrap_or_default();
    let log_subtype = values.text(Slot::Subtype).unwrap_or_default();
    let subtype = kind.subtype(&log_type, &log_subtype);
    let ends = orient::ends(kind, subtype, &values);
    let identity = identity(&mut values, header);
    let src_ip = values.ip(ends.initiator.ip);
    let dst_ip = values.ip(ends.responder.ip);
    // Nearly always the same text as before translation.
    let is_same = dst_ip.is_some() && values.is_same(ends.responder.nat_ip, ends.responder.ip);
    let nat_dst_ip = if is_same { dst_ip } else { values.peek_ip(ends.responder.nat_ip) };
    let real_dst_ip = nat_dst_ip.filter(|ip| !ip.is_unspecified()).or(dst_ip);
    let (tenant, registration) =
        context.registry.resolve(&identity, context.collected, [src_ip, real_dst_ip])?;
    let (zone, is_given) = tenant.clock_zone(registration);
    let Some((time, time_source)) = clock::time(&mut values, header, context.received, zone, zones) else {
        return Err(Reject::new(QuarantineReason::Unreadable, "no time"));
    };

    let mut event = Event::new(tenant, Vendor::Panos, context.received);
    event.time = time;
    event.time_source = time_source;
    event.zone_assumed = !is_given && time_source == TimeSource::DeviceLocal;
    event.registration = registration;
    event.raw = source.line;
    event.format = source.format;
    event.frames = header.frames;
    event.vsys = identity.vsys;
    event.device = match (&identity.id, &identity.name, header.host.or(context.collected.device)) {
        (Some(serial), ..) => serial.clone(),
        (None, Some(name), _) => name.clone(),
        (None, None, Some(host)) => Cow::Borrowed(host),
        (None, None, None) => Cow::Borrowed("unknown"),
    };
    event.device_name = identity.name;
    (event.src_ip, event.dst_ip) = (src_ip, dst_ip);
    if !kind.has_session() {
        event.src_ip = src_ip.filter(|ip| !ip.is_unspecified());
    }

    // The column stays among the extra fields: it is the log schema's number, not the release's name.
    event.firmware = match source.release.and_then(words::release) {
        Some(release) => Some(Text::Borrowed(release)),
        None => values.peek(Slot::ConfigVersion).and_then(|text| part(&text, words::release)),
    };
    event.log_type = log_type;
    event.log_subtype = log_subtype;
    event.function = kind.function(subtype);
    event.payload = ends.payload;
    values.fill(Slot::Action, &mut event.action);
    event.sequence = values.peek(Slot::Sequence);
    event.count = values.number(Slot::Repeat).unwrap_or(1).max(1);
    event.severity = severity(&mut values);
    if let Some(flags) = values.raw(Slot::Flags) {
        event.decrypted = words::is_decrypted(flags);
    }
    event.decrypted |= values.raw(Slot::IsDecrypted).is_some_and(|said| said.eq_ignore_ascii_case("true"));

    session(ends, nat_dst_ip, &mut event, &mut values);
    let said = match kind {
        Kind::Threat => {
            if subtype.is_empty() {
                values.odd::<()>(Slot::Subtype, AnomalyKind::UnknownType);
            }
            threat(&mut event, &mut values, subtype);
            None
        }
        Kind::System => system(&mut event, &mut values),
        Kind::GlobalProtect => global_protect(&mut event, &mut values),
        Kind::Authentication => authentication(&mut event, &mut values),
        Kind::Correlation => {
            event.signature = values.text(Slot::Signature);
            event.signature_id = values.text(Slot::SignatureId);
            event.category = values.text(Slot::Category);
            event.message = values.text(Slot::Message);
            Some(Disposition::Detected)
        }
        Kind::Decryption => {
            event.domain = values.text(Slot::ServerName);
            event.reason = values.text(Slot::Error);
            None
        }
        Kind::Config => {
            event.message = values.text(Slot::Message);
            Some(Disposition::Unknown)
        }
        Kind::UserId | Kind::HipMatch | Kind::IpTag | Kind::Audit => Some(Disposition::Unknown),
        Kind::Traffic | Kind::Tunnel | Kind::Gtp | Kind::Sctp => {
            category(&mut event, &mut values);
            values.fill(Slot::EndReason, &mut event.reason);
            event.interim = event.log_subtype == "start";
            None
        }
    };
    event.disposition = match said {
        Some(disposition) => disposition,
        None => disposition(kind, subtype, &event, &mut values),
    };
    orient::judge(ends, &mut event, &mut values);
    (event.extra, event.unknown_fields, event.anomalies) = values.finish();
    source.arrival.remark(&mut event, context.received);
    Ok(event)
}

/// Returns how the line names its device. Unlicensed machines and Prisma Access leave the serial out.
fn identity<'a>(values: &mut Values<'a>, header: &Header<'a>) -> Identity<'a> {
    Identity {
        id: values.text(Slot::Serial).filter(|serial| !matches!(&**serial, "no-serial" | "unknown")),
        name: values.text(Slot::DeviceName),
        header_host: header.host,
        vsys: values.text(Slot::Vsys),
    }
}

/// Reads what every log about a session has.
fn session<'a>(ends: Ends, nat_dst_ip: Option<IpAddr>, event: &mut Event<'a>, values: &mut Values<'a>) {
    let Ends { initiator, responder, .. } = ends;
    event.src_port = values.port(initiator.port);
    event.dst_port = values.port(responder.port);
    let plain = (event.src_ip, event.src_port);
    translated(values, initiator, None, plain, (&mut event.nat_src_ip, &mut event.nat_src_port));
    let plain = (event.dst_ip, event.dst_port);
    translated(values, responder, nat_dst_ip, plain, (&mut event.nat_dst_ip, &mut event.nat_dst_port));
    values.fill(initiator.zone, &mut event.src_zone);
    values.fill(responder.zone, &mut event.dst_zone);
    values.fill(initiator.country, &mut event.src_country);
    values.fill(responder.country, &mut event.dst_country);
    values.fill(Slot::App, &mut event.app);
    values.fill(Slot::AppCategory, &mut event.app_category);
    values.fill(Slot::Rule, &mut event.rule);
    values.fill(Slot::RuleUuid, &mut event.policy);
    event.bytes_out = values.number(Slot::BytesSent);
    event.bytes_in = values.number(Slot::BytesReceived);
    event.packets_out = values.number(Slot::PacketsSent);
    event.packets_in = values.number(Slot::PacketsReceived);
    event.duration_ms = values.number(Slot::Elapsed).map(|seconds| seconds.saturating_mul(1000));
    values.fill(Slot::SessionId, &mut event.session_id);
    if event.session_id.as_deref() == Some("0") {
        event.session_id = None;
    }
    if let Some(protocol) = values.raw(Slot::Protocol).and_then(words::protocol) {
        event.protocol = Some(protocol);
        values.mark(Slot::Protocol);
    }
    if let Some(forwarded) = values.peek(Slot::ForwardedIp).or_else(|| values.peek(Slot::Forwarded)) {
        // The whole list stays among the extra fields: a client can write anything into the header.
        event.client_ip = value::first_ip(&forwarded);
    }
}

/// Reads an address and port after translation into the fields of the event. The vendor repeats the untranslated ones
/// where nothing was translated, and writes zeros where there is no translation at all. `known` is the address when it
/// was read before.
fn translated(
    values: &mut Values<'_>,
    end: &End,
    known: Option<IpAddr>,
    (plain_ip, plain_port): (Option<IpAddr>, Option<u16>),
    (nat_ip, nat_port): (&mut Option<IpAddr>, &mut Option<u16>),
) {
    if known.is_some() {
        values.mark(end.nat_ip);
    }
    let ip = known.or_else(|| values.ip(end.nat_ip)).filter(|ip| !ip.is_unspecified());
    let port = values.port(end.nat_port);
    if ip.is_none() || ip != plain_ip {
        (*nat_ip, *nat_port) = (ip, port);
        return;
    }
    values.put_back(end.nat_ip);
    if port != plain_port {
        *nat_port = port;
        return;
    }
    values.put_back(end.nat_port);
}

/// Reads the severity; Strata Logging Service has a number in one key and the word in another.
fn severity(values: &mut Values<'_>) -> Option<hinomi_model::Severity> {
    let severity = values.raw(Slot::Severity).and_then(words::severity)?;
    values.mark(Slot::Severity);
    Some(severity)
}

/// Reads the category of a site; `any` stands for none.
fn category<'a>(event: &mut Event<'a>, values: &mut Values<'a>) {
    if values.raw(Slot::Category) != Some("any") {
        values.fill(Slot::Category, &mut event.category);
    }
}

/// Reads what THREAT has besides the session.
#[inline(never)]
fn threat<'a>(event: &mut Event<'a>, values: &mut Values<'a>, subtype: &'static str) {
    signature(event, values, subtype);
    event.event_type = values.peek(Slot::ThreatCategory);
    event.file_hash = values.text(Slot::FileDigest);
    event.file_type = values.text(Slot::FileType);
    event.user_agent = values.text(Slot::UserAgent);
    event.referer = values.text(Slot::Referer);
    event.http_method = values.text(Slot::HttpMethod);
    event.sender = values.text(Slot::Sender);
    event.recipient = values.text(Slot::Recipient);
    event.mail_subject = values.text(Slot::MailSubject);
    if subtype == "wildfire" {
        event.verdict = values.text(Slot::Verdict).or_else(|| values.text(Slot::Category));
    } else {
        category(event, values);
    }
    subject(event, values, subtype);
    // Strata Logging Service has keys of their own for what the native row has in one column.
    event.domain = event.domain.take().or_else(|| values.text(Slot::ServerName));
    event.url = event.url.take().or_else(|| values.text(Slot::Url));
    event.file_name = event.file_name.take().or_else(|| values.text(Slot::FileName));
    if event.domain.is_none() {
        event.domain = event.url.as_ref().and_then(|url| part(url, names::host_of_url));
    }
}

/// Reads the signature. URL logs have the same number all, which is no signature.
fn signature<'a>(event: &mut Event<'a>, values: &mut Values<'a>, subtype: &str) {
    if subtype == "url" {
        return;
    }
    let Some(text) = values.text(Slot::Threat) else {
        event.signature = values.text(Slot::Signature);
        event.signature_id = values.text(Slot::SignatureId);
        return;
    };
    event.signature = part(&text, |text| names::threat(text).0).or_else(|| values.text(Slot::Signature));
    event.signature_id = part(&text, |text| names::threat(text).1).or_else(|| values.text(Slot::SignatureId));
    event.cve = part(&text, names::cve);
    if matches!(subtype, "virus" | "ml-virus" | "wildfire-virus") {
        event.malware = event.signature.clone();
    }
}

/// Reads what the record is about: the misc column is a URL, a file or a name, by subtype.
fn subject<'a>(event: &mut Event<'a>, values: &mut Values<'a>, subtype: &str) {
    let misc = values.text(Slot::Misc);
    match subtype {
        "url" => event.url = misc,
        "virus" | "ml-virus" | "wildfire" | "wildfire-virus" | "file" | "data" | "dlp" | "dlp-non-file" => {
            let Some(misc) = misc else { return };
            if names::host_of_url(&misc).is_some() {
                event.file_name = part(&misc, names::file_of_url);
                event.url = Some(misc);
            } else {
                event.file_name = Some(misc);
            }
        }
        _ => {
            let id = event.signature_id.as_deref().and_then(value::number);
            let name = event.signature.as_deref().unwrap_or("");
            let category = event.event_type.as_deref().unwrap_or("");
            let about_names =
                subtype == "dns" || (subtype == "spyware" && names::is_dns_signature(name, id, category));
            if !about_names {
                event.url = misc;
                return;
            }
            event.function = Function::Dns;
            event.domain = match misc {
                Some(misc) if names::is_host(&misc) => Some(misc),
                other => {
                    event.url = other;
                    event.signature.as_ref().and_then(|name| part(name, names::domain_of_signature))
                }
            };
        }
    }
}

/// Reads SYSTEM; returns what it says of a log-in.
#[inline(never)]
fn system<'a>(event: &mut Event<'a>, values: &mut Values<'a>) -> Option<Disposition> {
    event.log_id = values.text(Slot::EventId);
    event.message = values.text(Slot::Message);
    let message = event.message.clone()?;
    let event_id = event.log_id.as_deref().unwrap_or("");
    let Some(login) = login::of_system(&event.log_subtype, event_id, &message) else {
        return Some(Disposition::Unknown);
    };
    if event.function == Function::System {
        event.function = Function::Auth;
    }
    event.user = login.user;
    event.src_ip = login.from;
    event.reason = login.reason;
    Some(login.outcome.unwrap_or(Disposition::Unknown))
}

#[inline(never)]
fn global_protect<'a>(event: &mut Event<'a>, values: &mut Values<'a>) -> Option<Disposition> {
    event.log_id = values.text(Slot::EventId);
    event.event_type = values.peek(Slot::Stage);
    event.message = values.text(Slot::Message);
    event.reason = values.text(Slot::Reason).or_else(|| values.text(Slot::Error));
    if event.src_ip.is_none() {
        event.src_ip = values.ip(Slot::SrcIpv6).filter(|ip| !ip.is_unspecified());
    }
    let event_id = event.log_id.as_deref().unwrap_or("");
    let stage = event.event_type.as_deref().unwrap_or("");
    let status = values.peek(Slot::Status).unwrap_or_default();
    event.action = Some(status.clone()).filter(|status| !status.is_empty());
    if event.action.is_some() {
        values.mark(Slot::Status);
    }
    Some(login::of_global_protect(event_id, stage, &status))
}

#[inline(never)]
fn authentication<'a>(event: &mut Event<'a>, values: &mut Values<'a>) -> Option<Disposition> {
    event.action = values.text(Slot::Status);
    event.message = values.text(Slot::Message);
    event.user_agent = values.text(Slot::UserAgent);
    let words = [
        event.log_subtype.as_ref(),
        event.action.as_deref().unwrap_or(""),
        event.message.as_deref().unwrap_or(""),
    ];
    Some(login::of_authentication(words))
}

fn disposition(kind: Kind, subtype: &str, event: &Event<'_>, values: &mut Values<'_>) -> Disposition {
    let Some(action) = event.action.as_deref() else { return Disposition::Unknown };
    let reason = event.reason.as_deref().unwrap_or("");
    words::disposition(kind, subtype, action, reason)
        .or_else(|| values.odd(Slot::Action, AnomalyKind::UnknownAction))
        .unwrap_or(Disposition::Unknown)
}
