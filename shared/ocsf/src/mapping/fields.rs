//! The one table of what is known of an event and where OCSF keeps it. Columns, JSON and `unmapped` all follow it.
//!
//! A field of the event that a class has no home for goes to that class's `unmapped`, under the event's own name in the
//! member `event`, so that nothing is lost whatever the homes are. Two attributes hold the vendor's own words where
//! OCSF asks for its own: `action`, which stands beside the normalised `action_id`, and `location.country`, where
//! FortiGate writes a name and no code of two letters.

use hinomi_model::{Direction, Event, Frames, Payload, Posture, TimeSource, Vendor};

use super::activity;
use super::class::{Class, Classes};
use super::field::{Coding, Field, Kind, Read, Value};

const NETWORK: Classes = Classes::of(&[
    Class::NetworkActivity,
    Class::HttpActivity,
    Class::DnsActivity,
    Class::NetworkFileActivity,
    Class::TunnelActivity,
]);
const ENDS: Classes = NETWORK.with(Classes::of(&[Class::EmailActivity, Class::Authentication]));
const SESSION: Classes = Classes::of(&[Class::NetworkActivity]);
const HTTP: Classes = Classes::of(&[Class::HttpActivity]);
const DNS: Classes = Classes::of(&[Class::DnsActivity]);
const EMAIL: Classes = Classes::of(&[Class::EmailActivity]);
const DIRECTED: Classes = NETWORK.with(FINDING).with(EMAIL);
const FILE: Classes = Classes::of(&[Class::NetworkFileActivity]);
const FINDING: Classes = Classes::of(&[Class::DetectionFinding]);
const CONFIG: Classes = Classes::of(&[Class::EntityManagement]);
const USER: Classes = Classes::of(&[Class::Authentication, Class::TunnelActivity]);
const ACTOR: Classes = Classes::of(&[
    Class::NetworkActivity,
    Class::HttpActivity,
    Class::DnsActivity,
    Class::NetworkFileActivity,
    Class::EmailActivity,
    Class::DetectionFinding,
    Class::EntityManagement,
    Class::BaseEvent,
]);
const OUTCOME: Classes =
    Classes::of(&[Class::Authentication, Class::TunnelActivity, Class::EntityManagement]);

/// Makes a row of the table.
const fn field(
    name: &'static str,
    kind: Kind,
    coding: Coding,
    homes: &'static [(Classes, &'static str)],
    read: Read,
) -> Field {
    Field { name, homes, kind, coding, read }
}

use Coding::{Plain, Words};
use Kind::{Instant, Integer, Json, Long, Text};

/// The name of what follows from other fields, or from the class: nothing is lost where a class has no home for it.
pub(crate) const FOLLOWS: &str = "";

/// Everything, in the order in which columns stand.
pub(crate) const FIELDS: &[Field] = &[
    field(FOLLOWS, Long, Plain, &[(Classes::ALL, "time")], |line| {
        Value::Number(line.event.time.nanos().div_euclid(1_000_000))
    }),
    field("time", Instant, Plain, &[(Classes::ALL, "time_dt")], |line| Value::Instant(line.event.time)),
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "category_uid")], |line| {
        Value::Number(line.class.category_uid())
    }),
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "class_uid")], |line| Value::Number(line.class.uid())),
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "activity_id")], |line| {
        Value::Number(activity::activity(line.event, line.class))
    }),
    field(FOLLOWS, Long, Words, &[(Classes::ALL, "type_uid")], |line| {
        Value::Number(line.class.uid() * 100 + activity::activity(line.event, line.class))
    }),
    field("severity", Integer, Words, &[(Classes::ALL, "severity_id")], |line| {
        Value::Number(activity::severity(line.event.severity))
    }),
    field("disposition", Integer, Words, &[(Classes::ALL, "disposition_id")], |line| {
        Value::Number(activity::disposition(line.event.disposition))
    }),
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "action_id")], |line| {
        Value::Number(activity::action(line.event.disposition))
    }),
    field("action", Text, Words, &[(Classes::ALL, "action")], |line| Value::text(line.event.action.as_ref())),
    field(FOLLOWS, Integer, Words, &[(OUTCOME, "status_id")], |line| {
        Value::Number(activity::status(line.event.disposition))
    }),
    field("reason", Text, Words, &[(Classes::ALL, "status_detail")], |line| {
        Value::text(line.event.reason.as_ref())
    }),
    field("message", Text, Words, &[(Classes::ALL, "message")], |line| {
        Value::text(line.event.message.as_ref())
    }),
    field("count", Integer, Words, &[(Classes::ALL, "count")], |line| Value::Count(line.event.count)),
    field("duration_ms", Long, Words, &[(Classes::ALL, "duration")], |line| {
        Value::count(line.event.duration_ms)
    }),
    // Where the record comes from.
    field(FOLLOWS, Text, Words, &[(Classes::ALL, "metadata.version")], |_| Value::Text(crate::OCSF_VERSION)),
    field(FOLLOWS, Text, Plain, &[(Classes::ALL, "metadata.uid")], |line| {
        line.place.map_or(Value::None, Value::Place)
    }),
    field("tenant", Text, Words, &[(Classes::ALL, "metadata.tenant_uid")], |line| {
        Value::Text(line.event.tenant.id().as_str())
    }),
    field("received", Instant, Words, &[(Classes::ALL, "metadata.logged_time_dt")], |line| {
        Value::Instant(line.event.received)
    }),
    field(FOLLOWS, Long, Words, &[(Classes::ALL, "metadata.logged_time")], |line| {
        Value::Number(line.event.received.nanos().div_euclid(1_000_000))
    }),
    field("device_time", Text, Plain, &[(Classes::ALL, "metadata.original_time")], |line| {
        line.event.device_time.map_or(Value::None, Value::Stamp)
    }),
    field("log_type", Text, Words, &[(Classes::ALL, "metadata.log_name")], |line| {
        filled(&line.event.log_type)
    }),
    field("log_subtype", Text, Words, &[(Classes::ALL, "metadata.type")], |line| {
        filled(&line.event.log_subtype)
    }),
    field("log_id", Text, Words, &[(Classes::ALL, "metadata.event_code")], |line| {
        Value::text(line.event.log_id.as_ref())
    }),
    field("format", Text, Words, &[(Classes::ALL, "metadata.log_format")], |line| {
        Value::Text(line.event.format.as_str())
    }),
    field("sequence", Text, Plain, &[(Classes::ALL, "metadata.original_event_uid")], |line| {
        Value::text(line.event.sequence.as_ref())
    }),
    field("vendor", Text, Words, &[(Classes::ALL, "metadata.product.vendor_name")], |line| {
        Value::Text(match line.event.vendor {
            Vendor::Fortigate => "Fortinet",
            Vendor::Panos => "Palo Alto Networks",
        })
    }),
    field(FOLLOWS, Text, Words, &[(Classes::ALL, "metadata.product.name")], |line| {
        Value::Text(match line.event.vendor {
            Vendor::Fortigate => "FortiGate",
            Vendor::Panos => "PAN-OS",
        })
    }),
    field("firmware", Text, Words, &[(Classes::ALL, "metadata.product.version")], |line| {
        Value::text(line.event.firmware.as_ref())
    }),
    field("function", Text, Words, &[(Classes::ALL, "metadata.product.feature.name")], |line| {
        Value::Text(line.event.function.as_str())
    }),
    field("device", Text, Words, &[(Classes::ALL, "device.uid")], |line| Value::Text(&line.event.device)),
    field(FOLLOWS, Text, Words, &[(Classes::ALL, "device.uid_alt")], |line| {
        line.event.registration.map_or(Value::None, |device| Value::Text(device.identity().as_str()))
    }),
    field("device_name", Text, Words, &[(Classes::ALL, "device.name")], |line| {
        Value::text(line.event.device_name.as_ref())
    }),
    // A firewall.
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "device.type_id")], |_| Value::Number(9)),
    // What a change of the configuration changes: the device.
    field(FOLLOWS, Text, Words, &[(CONFIG, "entity.uid")], |line| Value::Text(&line.event.device)),
    field(FOLLOWS, Integer, Words, &[(CONFIG, "entity.type_id")], |_| Value::Number(1)),
    field("vsys", Text, Words, &[(Classes::ALL, "device.instance_uid")], |line| {
        Value::text(line.event.vsys.as_ref())
    }),
    // Who opened the session.
    field(
        "src_ip",
        Text,
        Words,
        &[(ENDS, "src_endpoint.ip"), (FINDING, "evidences[].src_endpoint.ip")],
        |line| Value::ip(line.event.src_ip),
    ),
    field(
        "src_port",
        Integer,
        Plain,
        &[(ENDS, "src_endpoint.port"), (FINDING, "evidences[].src_endpoint.port")],
        |line| Value::number(line.event.src_port),
    ),
    field(
        "host",
        Text,
        Words,
        &[(ENDS, "src_endpoint.hostname"), (FINDING, "evidences[].src_endpoint.hostname")],
        |line| if host_answers(line.event) { Value::None } else { Value::text(line.event.host.as_ref()) },
    ),
    field(
        "src_zone",
        Text,
        Words,
        &[(ENDS, "src_endpoint.zone"), (FINDING, "evidences[].src_endpoint.zone")],
        |line| Value::text(line.event.src_zone.as_ref()),
    ),
    field(
        "src_country",
        Text,
        Words,
        &[(ENDS, "src_endpoint.location.country"), (FINDING, "evidences[].src_endpoint.location.country")],
        |line| Value::text(line.event.src_country.as_ref()),
    ),
    field(
        "nat_src_ip",
        Text,
        Words,
        &[(ENDS, "src_endpoint.proxy_endpoint.ip"), (FINDING, "evidences[].src_endpoint.proxy_endpoint.ip")],
        |line| Value::ip(line.event.nat_src_ip),
    ),
    field(
        "nat_src_port",
        Integer,
        Plain,
        &[
            (ENDS, "src_endpoint.proxy_endpoint.port"),
            (FINDING, "evidences[].src_endpoint.proxy_endpoint.port"),
        ],
        |line| Value::number(line.event.nat_src_port),
    ),
    // Who answered.
    field(
        "dst_ip",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.ip"), (FINDING, "evidences[].dst_endpoint.ip")],
        |line| Value::ip(line.event.dst_ip),
    ),
    field(
        "dst_port",
        Integer,
        Words,
        &[(ENDS, "dst_endpoint.port"), (FINDING, "evidences[].dst_endpoint.port")],
        |line| Value::number(line.event.dst_port),
    ),
    field(
        "host",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.hostname"), (FINDING, "evidences[].dst_endpoint.hostname")],
        |line| if host_answers(line.event) { Value::text(line.event.host.as_ref()) } else { Value::None },
    ),
    field(
        "dst_zone",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.zone"), (FINDING, "evidences[].dst_endpoint.zone")],
        |line| Value::text(line.event.dst_zone.as_ref()),
    ),
    field(
        "dst_country",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.location.country"), (FINDING, "evidences[].dst_endpoint.location.country")],
        |line| Value::text(line.event.dst_country.as_ref()),
    ),
    field(
        "nat_dst_ip",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.proxy_endpoint.ip"), (FINDING, "evidences[].dst_endpoint.proxy_endpoint.ip")],
        |line| Value::ip(line.event.nat_dst_ip),
    ),
    field(
        "nat_dst_port",
        Integer,
        Words,
        &[
            (ENDS, "dst_endpoint.proxy_endpoint.port"),
            (FINDING, "evidences[].dst_endpoint.proxy_endpoint.port"),
        ],
        |line| Value::number(line.event.nat_dst_port),
    ),
    field(
        "service",
        Text,
        Words,
        &[(ENDS, "dst_endpoint.svc_name"), (FINDING, "evidences[].dst_endpoint.svc_name")],
        |line| Value::text(line.event.service.as_ref()),
    ),
    // What went between them.
    field(
        "protocol",
        Integer,
        Words,
        &[(NETWORK, "connection_info.protocol_num"), (FINDING, "evidences[].connection_info.protocol_num")],
        |line| Value::number(line.event.protocol.map(|protocol| protocol.0)),
    ),
    field(
        FOLLOWS,
        Integer,
        Words,
        &[
            (NETWORK, "connection_info.direction_id"),
            (FINDING, "evidences[].connection_info.direction_id"),
            (EMAIL, "direction_id"),
        ],
        |line| Value::Number(activity::opened(line.event)),
    ),
    // The number and `payload` say it, but for a way that OCSF does not know and classes that have no number.
    field(
        "direction",
        Text,
        Words,
        &[
            (NETWORK, "connection_info.direction"),
            (FINDING, "evidences[].connection_info.direction"),
            (EMAIL, "direction"),
        ],
        |line| match line.event.direction {
            Some(direction) if direction == Direction::External || !DIRECTED.has(line.class) => {
                Value::Text(direction.as_str())
            }
            _ => Value::None,
        },
    ),
    field(
        "session_id",
        Text,
        Plain,
        &[(NETWORK, "connection_info.uid"), (FINDING, "evidences[].connection_info.uid")],
        |line| Value::text(line.event.session_id.as_ref()),
    ),
    field("bytes_out", Long, Plain, &[(NETWORK, "traffic.bytes_out")], |line| {
        Value::count(line.event.bytes_out)
    }),
    field("bytes_in", Long, Plain, &[(NETWORK, "traffic.bytes_in")], |line| {
        Value::count(line.event.bytes_in)
    }),
    field("packets_out", Long, Words, &[(NETWORK, "traffic.packets_out")], |line| {
        Value::count(line.event.packets_out)
    }),
    field("packets_in", Long, Words, &[(NETWORK, "traffic.packets_in")], |line| {
        Value::count(line.event.packets_in)
    }),
    field("app", Text, Words, &[(NETWORK, "app_name")], |line| Value::text(line.event.app.as_ref())),
    field("user", Text, Words, &[(USER, "user.name"), (ACTOR, "actor.user.name")], |line| {
        Value::text(line.event.user.as_ref())
    }),
    field("policy", Text, Words, &[(Classes::ALL, "firewall_rule.uid")], |line| {
        Value::text(line.event.policy.as_ref())
    }),
    field("rule", Text, Words, &[(Classes::ALL, "firewall_rule.name")], |line| {
        Value::text(line.event.rule.as_ref())
    }),
    // What was asked for.
    field(
        "domain",
        Text,
        Words,
        &[
            (SESSION, "url.hostname"),
            (HTTP, "http_request.url.hostname"),
            (DNS, "query.hostname"),
            (FINDING, "evidences[].url.hostname"),
        ],
        |line| Value::text(line.event.domain.as_ref()),
    ),
    field(
        "url",
        Text,
        Plain,
        &[
            (SESSION, "url.url_string"),
            (HTTP, "http_request.url.url_string"),
            (FINDING, "evidences[].url.url_string"),
        ],
        |line| Value::text(line.event.url.as_ref()),
    ),
    field(
        "category",
        Text,
        Words,
        &[
            (SESSION, "url.categories[]"),
            (HTTP, "http_request.url.categories[]"),
            (FINDING, "finding_info.types[]"),
        ],
        |line| Value::text(line.event.category.as_ref()),
    ),
    field(
        "http_method",
        Text,
        Words,
        &[(HTTP, "http_request.http_method"), (FINDING, "evidences[].http_request.http_method")],
        |line| Value::text(line.event.http_method.as_ref()),
    ),
    field(
        "user_agent",
        Text,
        Words,
        &[(HTTP, "http_request.user_agent"), (FINDING, "evidences[].http_request.user_agent")],
        |line| Value::text(line.event.user_agent.as_ref()),
    ),
    field(
        "referer",
        Text,
        Plain,
        &[(HTTP, "http_request.referrer"), (FINDING, "evidences[].http_request.referrer")],
        |line| Value::text(line.event.referer.as_ref()),
    ),
    field(
        "client_ip",
        Text,
        Words,
        &[(HTTP, "http_request.x_forwarded_for[]"), (FINDING, "evidences[].http_request.x_forwarded_for[]")],
        |line| Value::ip(line.event.client_ip),
    ),
    field(
        "http_status",
        Integer,
        Words,
        &[(HTTP, "http_response.code"), (FINDING, "evidences[].http_response.code")],
        |line| Value::number(line.event.http_status),
    ),
    // What was found.
    field(FOLLOWS, Text, Plain, &[(FINDING, "finding_info.uid")], |line| {
        line.place.map_or(Value::None, Value::Place)
    }),
    field(FOLLOWS, Text, Words, &[(FINDING, "finding_info.title")], |line| title(line.event)),
    field("signature", Text, Words, &[(FINDING, "finding_info.analytic.name")], |line| {
        Value::text(line.event.signature.as_ref())
    }),
    field("signature_id", Text, Words, &[(FINDING, "finding_info.analytic.uid")], |line| {
        Value::text(line.event.signature_id.as_ref())
    }),
    // A rule, as every signature is one.
    field(FOLLOWS, Integer, Words, &[(FINDING, "finding_info.analytic.type_id")], |line| {
        let known = line.event.signature.is_some() || line.event.signature_id.is_some();
        if known { Value::Number(1) } else { Value::None }
    }),
    field("cve", Text, Words, &[(FINDING, "vulnerabilities[].cve.uid")], |line| {
        Value::text(line.event.cve.as_ref())
    }),
    field("malware", Text, Words, &[(Classes::ALL, "malware[].name")], |line| {
        Value::text(line.event.malware.as_ref())
    }),
    // OCSF asks for a list; what kind of malware it is only its name tells.
    field(FOLLOWS, Integer, Words, &[(Classes::ALL, "malware[].classification_ids[]")], |line| {
        if line.event.malware.is_some() { Value::Number(0) } else { Value::None }
    }),
    field("verdict", Text, Words, &[(FINDING, "verdict")], |line| Value::text(line.event.verdict.as_ref())),
    field(
        "file_name",
        Text,
        Words,
        &[(HTTP, "file.name"), (FILE, "file.name"), (FINDING, "evidences[].file.name")],
        |line| Value::text(line.event.file_name.as_ref()),
    ),
    field(
        "file_type",
        Text,
        Words,
        &[(HTTP, "file.ext"), (FILE, "file.ext"), (FINDING, "evidences[].file.ext")],
        |line| Value::text(line.event.file_type.as_ref()),
    ),
    field(
        "file_hash",
        Text,
        Words,
        &[
            (HTTP, "file.hashes[].value"),
            (FILE, "file.hashes[].value"),
            (FINDING, "evidences[].file.hashes[].value"),
        ],
        |line| Value::text(line.event.file_hash.as_ref()),
    ),
    field(
        FOLLOWS,
        Integer,
        Words,
        &[
            (HTTP, "file.hashes[].algorithm_id"),
            (FILE, "file.hashes[].algorithm_id"),
            (FINDING, "evidences[].file.hashes[].algorithm_id"),
        ],
        |line| Value::number(line.event.file_hash.as_deref().map(activity::hash_algorithm)),
    ),
    // A regular file.
    field(
        FOLLOWS,
        Integer,
        Words,
        &[(HTTP, "file.type_id"), (FILE, "file.type_id"), (FINDING, "evidences[].file.type_id")],
        |line| {
            let event = line.event;
            let known = event.file_name.is_some() || event.file_type.is_some() || event.file_hash.is_some();
            if known { Value::Number(1) } else { Value::None }
        },
    ),
    field("sender", Text, Words, &[(EMAIL, "email.from"), (FINDING, "evidences[].email.from")], |line| {
        Value::text(line.event.sender.as_ref())
    }),
    field("recipient", Text, Words, &[(EMAIL, "email.to[]"), (FINDING, "evidences[].email.to[]")], |line| {
        Value::text(line.event.recipient.as_ref())
    }),
    field(
        "mail_subject",
        Text,
        Plain,
        &[(EMAIL, "email.subject"), (FINDING, "evidences[].email.subject")],
        |line| Value::text(line.event.mail_subject.as_ref()),
    ),
    // What no class has a home for.
    field("time_source", Text, Words, &[], |line| match line.event.time_source {
        TimeSource::DeviceEpoch => Value::None,
        source => Value::Text(source.as_str()),
    }),
    field("zone_assumed", Integer, Words, &[], |line| flag(line.event.zone_assumed)),
    field("clock_ahead", Long, Plain, &[], |line| Value::number(line.event.clock_ahead)),
    field("frames", Text, Words, &[], |line| {
        if line.event.frames == Frames::EMPTY { Value::None } else { Value::Frames(line.event.frames) }
    }),
    field("posture", Text, Words, &[], |line| match line.event.posture {
        Posture::Inline => Value::None,
        posture => Value::Text(posture.as_str()),
    }),
    field("event_type", Text, Words, &[], |line| Value::text(line.event.event_type.as_ref())),
    field("payload", Text, Words, &[], |line| match line.event.payload {
        Payload::Initiator => Value::None,
        payload => Value::Text(payload.as_str()),
    }),
    field("app_category", Text, Words, &[], |line| Value::text(line.event.app_category.as_ref())),
    field("category_id", Integer, Words, &[], |line| Value::number(line.event.category_id)),
    field("decrypted", Integer, Words, &[], |line| flag(line.event.decrypted)),
    field("interim", Integer, Words, &[], |line| flag(line.event.interim)),
    field("anomalies", Text, Words, &[], |line| match &*line.event.anomalies {
        [] => Value::None,
        anomalies => Value::Anomalies(anomalies),
    }),
    field("unknown_fields", Integer, Words, &[], |line| match line.event.unknown_fields {
        0 => Value::None,
        count => Value::Count(u64::from(count)),
    }),
    field(FOLLOWS, Json, Plain, &[(Classes::ALL, "unmapped")], |_| Value::Unmapped),
];

fn filled(text: &str) -> Value<'_> {
    if text.is_empty() { Value::None } else { Value::Text(text) }
}

fn flag(is: bool) -> Value<'static> {
    if is { Value::Number(1) } else { Value::None }
}

/// Tells whether the inside machine, which the event names, is the one that answered.
fn host_answers(event: &Event<'_>) -> bool {
    matches!(
        (event.direction, event.payload),
        (Some(Direction::Inbound), Payload::Initiator) | (Some(Direction::Outbound), Payload::Responder)
    )
}

/// What people call the finding: by its signature, else by what was found, else by what kind it is.
fn title<'l>(event: &'l Event<'l>) -> Value<'l> {
    let named = [&event.signature, &event.malware, &event.verdict, &event.category, &event.message];
    Value::text(named.into_iter().find_map(|name| name.as_ref()))
}

#[cfg(test)]
mod tests;
