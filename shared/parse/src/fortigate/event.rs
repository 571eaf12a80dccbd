//! Fills the event from the fields: one place for what each field becomes, by function.

use std::net::IpAddr;

use hinomi_model::{AnomalyKind, Disposition, Event, Function, Posture, Protocol, Severity, Text};

use super::fields::Fields;
use super::keys::{Key, Keys};
use super::kind::Kind;
use super::{orient, verdict};
use crate::value;

/// The addresses and ports, which the registry wants before there is an event.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    pub(super) src_ip: Option<IpAddr>,
    pub(super) dst_ip: Option<IpAddr>,
    pub(super) nat_dst_ip: Option<IpAddr>,
}

impl Ends {
    /// Reads them: a session's, else those of the tunnel or the log-in that an event is about.
    pub(super) fn read(fields: &mut Fields<'_>) -> Ends {
        let mut ends = Ends::default();
        put_end([Key::SrcIp, Key::RemoteIp], fields, &mut ends.src_ip);
        put_end([Key::DstIp, Key::LocalIp], fields, &mut ends.dst_ip);
        if !has_one_translation(fields) {
            put_translated(Key::TranDestinationIp, fields, &mut ends.nat_dst_ip);
        }
        if ends.src_ip.is_none()
            && let Some(ip) = fields.peek(Key::Ui).and_then(orient::address_of_ui)
        {
            ends.src_ip = Some(ip);
        }
        ends
    }
}

/// Puts the first address of an end where it belongs.
fn put_end(keys: [Key; 2], fields: &mut Fields<'_>, place: &mut Option<IpAddr>) {
    for key in keys {
        fields.put_ip(key, place);
        if place.is_some() {
            return;
        }
        if fields.has(key) && fields.peek(key).is_none() {
            fields.note_at(AnomalyKind::Placeholder, key);
        }
    }
}

/// Up to 4.3 `tran_ip` was whichever end's was translated; later it is the destination's alone.
fn has_one_translation(fields: &Fields<'_>) -> bool {
    fields.has(Key::TranDestinationIp) && fields.is(Key::TranDisposition, "snat")
}

/// Address translation that did not take place is written as `0.0.0.0` or `::`.
fn put_translated(key: Key, fields: &mut Fields<'_>, place: &mut Option<IpAddr>) {
    fields.put_ip(key, place);
    if place.is_some_and(|ip| ip.is_unspecified()) {
        *place = None;
    }
}

/// Fills everything but identity and time.
pub(super) fn fill<'a>(event: &mut Event<'a>, kind: Kind, ends: Ends, fields: &mut Fields<'a>) {
    event.log_type = fields.text(Key::Type).unwrap_or_default();
    event.log_subtype = fields.text(Key::Subtype).unwrap_or_default();
    fields.put(Key::LogId, &mut event.log_id);
    // No output shows these two, so they stay in `extra`.
    event.event_type = fields.copy(Key::EventType);
    event.category_id = fields.peek(Key::CategoryId).and_then(value::port);
    event.function = match kind {
        Kind::Known(function) => refined(function, fields),
        Kind::Unknown | Kind::Foreign => {
            fields.note_at(AnomalyKind::UnknownType, Key::Subtype);
            Function::Other
        }
    };
    session(event, ends, fields);
    content(event, fields);
    match event.function {
        Function::Firewall => {}
        Function::Vpn | Function::Auth | Function::System | Function::Ha | Function::Config => {}
        _ => threat(event, fields),
    }
    event.severity = severity(fields);
    judge(event, fields);
}

/// Tells sandbox verdicts from the antivirus's own and configuration changes from the system's other events.
fn refined(function: Function, fields: &Fields<'_>) -> Function {
    match function {
        Function::Antivirus => {
            let by_type = matches!(fields.peek(Key::EventType), Some("analytics" | "inline-block"));
            let by_engine = fields.is(Key::DetectionType, "fortisandbox");
            if by_type || by_engine || fields.peek(Key::SandboxVerdict).is_some() {
                Function::Sandbox
            } else {
                Function::Antivirus
            }
        }
        Function::System if fields.has(Key::ConfigPath) => Function::Config,
        function => function,
    }
}

fn session<'a>(event: &mut Event<'a>, ends: Ends, fields: &mut Fields<'a>) {
    event.src_ip = ends.src_ip;
    event.dst_ip = ends.dst_ip;
    event.nat_dst_ip = ends.nat_dst_ip;
    event.src_port = fields.port(Key::SrcPort).or_else(|| fields.port(Key::RemotePort));
    event.dst_port = fields.port(Key::DstPort).or_else(|| fields.port(Key::LocalPort));
    put_translated(Key::TranSourceIp, fields, &mut event.nat_src_ip);
    event.nat_src_port = fields.port(Key::TranSourcePort).filter(|port| *port != 0);
    event.nat_dst_port = fields.port(Key::TranDestinationPort).filter(|port| *port != 0);
    if has_one_translation(fields) {
        if event.nat_src_ip.is_none() {
            put_translated(Key::TranDestinationIp, fields, &mut event.nat_src_ip);
        }
        event.nat_src_port = event.nat_src_port.or(event.nat_dst_port.take());
    }
    fields.put(Key::SrcInterface, &mut event.src_zone);
    fields.put(Key::DstInterface, &mut event.dst_zone);
    put_country(fields, Key::SrcCountry, &mut event.src_country);
    put_country(fields, Key::DstCountry, &mut event.dst_country);
    event.protocol = fields.parsed(Key::Protocol, AnomalyKind::BadNumber, protocol);
    if fields.has_any(USERS) {
        fields.put_first([Key::User, Key::UnauthUser, Key::XauthUser], &mut event.user);
    }
    fields.put(Key::App, &mut event.app);
    fields.put(Key::AppCategory, &mut event.app_category);
    fields.put(Key::Service, &mut event.service);
    if !fields.is(Key::Session, "0") {
        fields.put(Key::Session, &mut event.session_id);
    }
    fields.put(Key::Policy, &mut event.policy);
    fields.put(Key::PolicyName, &mut event.rule);
    event.bytes_out = fields.number(Key::Sent);
    event.bytes_in = fields.number(Key::Received);
    event.packets_out = fields.number(Key::PacketsOut);
    event.packets_in = fields.number(Key::PacketsIn);
    event.duration_ms = fields.number(Key::Duration).map(|seconds| seconds.saturating_mul(1000));
}

const USERS: Keys = Keys::of(&[Key::User, Key::UnauthUser, Key::XauthUser]);

/// What a request, a look-up or a mail says; a session's own record has nothing of it.
const CONTENT: Keys = Keys::of(&[
    Key::Url,
    Key::Hostname,
    Key::QueryName,
    Key::ServerName,
    Key::BotnetDomain,
    Key::HttpMethod,
    Key::HttpStatus,
    Key::Agent,
    Key::Referral,
    Key::Forwarded,
    Key::Category,
    Key::VirusCategory,
    Key::Message,
    Key::Reason,
    Key::Mitm,
]);

fn content<'a>(event: &mut Event<'a>, fields: &mut Fields<'a>) {
    if !fields.has_any(CONTENT) {
        return;
    }
    fields.put(Key::Url, &mut event.url);
    // In events `hostname` is the appliance's.
    if !matches!(event.function, Function::System | Function::Ha | Function::Config) {
        fields.put_first(
            [Key::Hostname, Key::QueryName, Key::ServerName, Key::BotnetDomain],
            &mut event.domain,
        );
    }
    fields.put(Key::HttpMethod, &mut event.http_method);
    event.http_status = fields.port(Key::HttpStatus);
    fields.put(Key::Agent, &mut event.user_agent);
    fields.put(Key::Referral, &mut event.referer);
    event.client_ip = fields.parsed(Key::Forwarded, AnomalyKind::BadAddress, value::first_ip);
    fields.put_first([Key::Category, Key::VirusCategory], &mut event.category);
    fields.put(Key::Message, &mut event.message);
    fields.put(Key::Reason, &mut event.reason);
    event.decrypted = decrypted(event, fields);
}

/// Only an appliance that inspects TLS sees what is asked inside it: a method, or more of an address than the name.
fn decrypted(event: &Event<'_>, fields: &Fields<'_>) -> bool {
    if fields.is(Key::Mitm, "yes") {
        return true;
    }
    let is_tls =
        matches!(event.service.as_deref(), Some("HTTPS" | "https" | "SMTPS" | "POP3S" | "IMAPS" | "FTPS"));
    is_tls && (event.http_method.is_some() || event.url.as_deref().is_some_and(has_path))
}

fn has_path(url: &str) -> bool {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.split_once('/').is_some_and(|(_, path)| !path.is_empty())
}

fn threat<'a>(event: &mut Event<'a>, fields: &mut Fields<'a>) {
    fields.put(Key::Attack, &mut event.signature);
    fields.put(Key::AttackId, &mut event.signature_id);
    fields.put(Key::Virus, &mut event.malware);
    fields.put(Key::Cve, &mut event.cve);
    fields.put(Key::FileName, &mut event.file_name);
    fields.put_first([Key::AnalyticsChecksum, Key::FileHash], &mut event.file_hash);
    fields.put(Key::FileType, &mut event.file_type);
    fields.put_first([Key::SandboxVerdict, Key::InlineVerdict], &mut event.verdict);
    fields.put_first([Key::Sender, Key::From], &mut event.sender);
    fields.put_first([Key::Recipient, Key::To], &mut event.recipient);
    fields.put(Key::Subject, &mut event.mail_subject);
    event.count = count(event, fields);
    match event.function {
        Function::Antivirus | Function::Sandbox if event.signature_id.is_none() => {
            fields.put(Key::VirusId, &mut event.signature_id);
        }
        Function::Appcontrol if event.signature_id.is_none() => {
            fields.put(Key::AppId, &mut event.signature_id);
        }
        Function::Waf if event.signature.is_none() => {
            fields.put(Key::Name, &mut event.signature);
            fields.put(Key::EventId, &mut event.signature_id);
            // In the other functions `method` is how a site was rated.
            fields.put(Key::Method, &mut event.http_method);
        }
        _ => {}
    }
}

fn judge<'a>(event: &mut Event<'a>, fields: &mut Fields<'a>) {
    let action = fields.peek(Key::Action);
    let status = fields.peek(Key::Status);
    let message_id = fields.peek(Key::LogId).map_or(0, message_id);
    let is_login = verdict::is_login(event.function, action, message_id);
    let judged = match event.function {
        Function::Firewall => verdict::of_traffic(action.or(status), fields.peek(Key::UtmAction)),
        Function::Vpn | Function::Auth | Function::System | Function::Ha | Function::Config => {
            Some(if is_login { verdict::of_login(status, action, message_id) } else { Disposition::Unknown })
        }
        function => verdict::of_utm(function, action.or(status)),
    };
    event.disposition = judged.unwrap_or_else(|| {
        fields.note_at(AnomalyKind::UnknownAction, Key::Action);
        Disposition::Unknown
    });
    if event.posture == Posture::Sniffer && event.disposition == Disposition::Blocked {
        event.disposition = Disposition::Detected;
    }
    match event.function {
        Function::Vpn | Function::Auth | Function::System | Function::Ha | Function::Config => {
            fields.put(Key::Action, &mut event.action);
        }
        // Up to 4.3 the verdict was the status.
        _ => fields.put_first([Key::Action, Key::Status], &mut event.action),
    }
    event.interim = event.function == Function::Firewall && matches!(message_id, 20 | 21);
    host(event, fields);
    orient::payload(event, fields);
    orient::direction(event, fields, is_login);
}

/// The message number: `0000000013` is type, subtype and message. Only its last six digits are the same in all versions,
/// and the class of CEF has five of them: no number is longer.
fn message_id(log_id: &str) -> u32 {
    let start = log_id.len().saturating_sub(6);
    log_id.get(start..).and_then(value::number).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// The machine's name is the inside end's; both ends as the line has them.
fn host<'a>(event: &mut Event<'a>, fields: &mut Fields<'a>) {
    let inside = |ip: Option<IpAddr>| ip.is_some_and(|ip| event.tenant.is_inside(ip));
    if inside(event.src_ip) {
        fields.put(Key::SrcName, &mut event.host);
    } else if inside(event.nat_dst_ip.or(event.dst_ip)) {
        fields.put(Key::DstName, &mut event.host);
    }
}

/// `Reserved` is how the vendor says that an address is of no country.
fn put_country<'a>(fields: &mut Fields<'a>, key: Key, place: &mut Option<Text<'a>>) {
    if !fields.is(key, "Reserved") {
        fields.put(key, place);
    }
}

fn protocol(text: &str) -> Option<Protocol> {
    match text {
        "tcp" | "TCP" => Some(Protocol::TCP),
        "udp" | "UDP" => Some(Protocol::UDP),
        "icmp" | "ICMP" => Some(Protocol::ICMP),
        number => value::number(number).and_then(|number| u8::try_from(number).ok()).map(Protocol),
    }
}

/// The vendor's own rating: the signature's, else the client's reputation, else the class of the message.
fn severity(fields: &mut Fields<'_>) -> Option<Severity> {
    let keys = [(Key::Severity, true), (Key::RiskLevel, true), (Key::Level, false)];
    keys.into_iter().find_map(|(key, is_told)| {
        let severity = match fields.peek(key)? {
            "info" | "information" | "informational" | "debug" | "notice" | "notification" => {
                Severity::Informational
            }
            "low" => Severity::Low,
            "medium" | "warning" => Severity::Medium,
            "high" | "error" => Severity::High,
            "critical" | "alert" | "emergency" => Severity::Critical,
            _ => return None,
        };
        // The level says more than a severity made of it, so it is kept.
        if is_told {
            fields.take(key);
        }
        Some(severity)
    })
}

/// How many events the line stands for: `count`, times what the message says. Where both name the same number
/// (`count=812 ... repeats 812 times`) they are the same count told twice.
fn count(event: &Event<'_>, fields: &mut Fields<'_>) -> u64 {
    let count = fields.number(Key::Count).unwrap_or(1).max(1);
    let repeats = event.message.as_deref().and_then(repeats).unwrap_or(1).max(1);
    if count == repeats { count } else { count.saturating_mul(repeats) }
}

/// Reads `..., repeated 3 times` and `..., repeats 812 times since last log`.
fn repeats(message: &str) -> Option<u64> {
    let (_, rest) = message.rsplit_once("repeat")?;
    let rest = rest.strip_prefix("ed ").or_else(|| rest.strip_prefix("s "))?;
    let (number, rest) = rest.split_once(' ')?;
    rest.starts_with("time").then(|| value::number(number)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_read_from_the_message() {
        let cases = [
            ("web_misc: X.Y, repeated 3 times", Some(3)),
            ("anomaly: tcp_syn_flood, 1001 > threshold 1000, repeats 812 times since last log", Some(812)),
            ("repeated times", None),
            ("please repeat 3 times", None),
            ("repeated 99999999999999999999999 times", None),
            ("", None),
        ];
        for (message, expected) in cases {
            assert_eq!(repeats(message), expected, "{message}");
        }
    }

    #[test]
    fn paths_show_that_tls_was_opened() {
        let cases = [
            ("/", false),
            ("/a", true),
            ("https://a.example/", false),
            ("https://a.example/b", true),
            ("", false),
        ];
        for (url, expected) in cases {
            assert_eq!(has_path(url), expected, "{url}");
        }
    }
}
