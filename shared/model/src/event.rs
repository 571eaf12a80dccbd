//! One log record, normalised: what `parse` makes and `detect` reads.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};

use crate::registry::{Device, Tenant};
use crate::time::EventTime;

/// Text borrowed from the input where no escape had to be undone.
pub type Text<'a> = Cow<'a, str>;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "a word that explains itself needs no sentence")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Returns the word that stands for this value in every output.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Returns the value that `word` stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Who made the appliance.
    Vendor { Fortigate = "fortigate", Panos = "panos" }
}

words! {
    /// Which function of the appliance wrote the record.
    Function {
        Firewall = "firewall", Ips = "ips", Antivirus = "antivirus", Webfilter = "webfilter",
        Appcontrol = "appcontrol", Dns = "dns", Sandbox = "sandbox", Anomaly = "anomaly", Ssl = "ssl", Waf = "waf",
        Dlp = "dlp", File = "file",
        /// Anti-spam: read and counted, never judged.
        Email = "email",
        System = "system", Ha = "ha", Vpn = "vpn", Auth = "auth", Config = "config", Other = "other",
    }
}

words! {
    /// What became of the traffic, judged from the whole line.
    Disposition {
        /// The traffic went on its way and nothing was objected to.
        Allowed = "allowed",
        /// The appliance stopped it; only an inline device can.
        Blocked = "blocked",
        /// The appliance recognised it and let it pass.
        Detected = "detected",
        /// The line does not say.
        Unknown = "unknown",
    }
}

words! {
    /// The way of the payload: from whom to whom, whoever opened the session.
    Direction { Inbound = "inbound", Outbound = "outbound", Internal = "internal", External = "external" }
}

words! {
    /// Where the event's time came from, best first.
    TimeSource {
        /// An epoch or a time stamp with offset that the device wrote.
        DeviceEpoch = "device_epoch",
        /// The device's local time, with the zone from the line or the registry.
        DeviceLocal = "device_local",
        /// The time at which a relay or this program received it.
        Received = "received",
    }
}

words! {
    /// The vendor's severity. It never decides a level.
    Severity { Informational = "informational", Low = "low", Medium = "medium", High = "high", Critical = "critical" }
}

words! {
    /// How the device stands in the traffic.
    Posture {
        /// Traffic passes through it; it can block.
        Inline = "inline",
        /// It could block and is set to only detect.
        DetectOnly = "detect_only",
        /// It sees a copy (sniffer, TAP, mirror port); every blocking word means detected.
        Sniffer = "sniffer",
    }
}

words! {
    /// Which end of the session sent the payload that the record is about.
    Payload {
        /// The one that opened the session (a request, an upload).
        Initiator = "initiator",
        /// The one that answered (a page, a download).
        Responder = "responder",
    }
}

/// An IP protocol by number; printed as `tcp`, `udp`, `icmp` or the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

impl Protocol {
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// ICMP for IPv4.
    pub const ICMP: Protocol = Protocol(1);
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Protocol::TCP => serializer.serialize_str("tcp"),
            Protocol::UDP => serializer.serialize_str("udp"),
            Protocol::ICMP => serializer.serialize_str("icmp"),
            Protocol(number) => serializer.collect_str(&number),
        }
    }
}

words! {
    /// What can be odd about a line without making it unreadable.
    AnomalyKind {
        BadNumber = "bad_number", BadAddress = "bad_address", BadPort = "bad_port", BadTime = "bad_time",
        /// The line holds bytes that are not UTF-8; they were replaced.
        InvalidUtf8 = "invalid_utf8",
        /// A quoted value never ends.
        UnclosedQuote = "unclosed_quote",
        /// Text that is no `key=value` pair.
        StrayText = "stray_text",
        /// The same key twice; the first counts.
        DuplicateKey = "duplicate_key",
        /// The line ends in the middle of a value or column list.
        Truncated = "truncated",
        /// A log id, type or action that the vendor's tables do not know.
        UnknownType = "unknown_type", UnknownAction = "unknown_action",
        /// No usable time in the line; the receive time stands in.
        NoTime = "no_time",
        /// Device time and receive time differ by more than the permitted skew.
        ClockSkew = "clock_skew",
        /// More fields than are read; the rest is kept as one text.
        TooManyFields = "too_many_fields",
        /// An unexpanded template variable or a placeholder where a value belongs.
        Placeholder = "placeholder",
    }
}

/// One odd thing about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly<'a> {
    /// What is odd.
    pub kind: AnomalyKind,
    /// The vendor's field that it was found in, when there is one.
    pub field: Option<&'a str>,
}

impl Serialize for Anomaly<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.field {
            Some(field) => serializer.collect_str(&format_args!("{}:{field}", self.kind)),
            None => serializer.serialize_str(self.kind.as_str()),
        }
    }
}

/// A range of bytes of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the text of `line` that this span covers; empty when it does not fit.
    pub fn of(self, line: &str) -> &str {
        line.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// How a raw value is to be unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// The value is as it stands.
    None,
    /// `\"` and `\\` stand for `"` and `\`; every other backslash is itself (FortiOS).
    Backslash,
    /// `""` stands for `"` (CSV).
    DoubledQuote,
}

impl Escape {
    /// Undoes the escape, borrowing where nothing has to change.
    pub fn undo(self, raw: &str) -> Text<'_> {
        match self {
            Escape::None => Cow::Borrowed(raw),
            Escape::Backslash => undo_backslash(raw),
            Escape::DoubledQuote if raw.contains("\"\"") => Cow::Owned(raw.replace("\"\"", "\"")),
            Escape::DoubledQuote => Cow::Borrowed(raw),
        }
    }
}

fn undo_backslash(raw: &str) -> Text<'_> {
    if !raw.contains("\\\"") && !raw.contains("\\\\") {
        return Cow::Borrowed(raw);
    }
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(escaped @ ('"' | '\\')) => {
                plain.push(escaped);
                rest = ahead;
            }
            _ => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

/// The name of a vendor field that has no place of its own in [`Event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// As it stands in the line.
    InLine(Span),
    /// From the vendor's table of columns.
    Known(&'static str),
    /// A column beyond every table, by its index.
    Column(u16),
}

/// One vendor field that has no place of its own in [`Event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraField {
    /// Its name.
    pub name: FieldName,
    /// Its raw value in the line.
    pub value: Span,
    /// How to read the raw value.
    pub escape: Escape,
}

/// The vendor fields that have no place of their own: nothing is dropped. A view; costs nothing until read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'a> {
    /// The text that the spans point into.
    pub line: &'a str,
    /// The fields, in order of appearance.
    pub fields: &'a [ExtraField],
}

impl<'a> Extra<'a> {
    /// Walks the fields as (name, value), unescaped.
    pub fn iter(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        let line = self.line;
        self.fields.iter().map(move |field| {
            let name = match field.name {
                FieldName::InLine(span) => Cow::Borrowed(span.of(line)),
                FieldName::Known(name) => Cow::Borrowed(name),
                FieldName::Column(index) => Cow::Owned(format!("column_{index}")),
            };
            (name, field.escape.undo(field.value.of(line)))
        })
    }

    /// Returns the first field called `name`.
    pub fn get(&self, name: &str) -> Option<Text<'a>> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut seen: Vec<Text<'_>> = Vec::new();
        for (name, value) in self.iter() {
            // A repeated vendor key must not make a JSON object with two equal keys.
            let repeats = seen.iter().filter(|n| **n == name).count();
            if repeats == 0 {
                map.serialize_entry(&name, &value)?;
            } else {
                map.serialize_entry(&format!("{name}#{}", repeats + 1), &value)?;
            }
            seen.push(name);
        }
        map.end()
    }
}

/// One log record, normalised. Field names are OCSF's or this project's interface; see `events/schema/event.json`.
///
/// Source and destination are always the session's initiator and responder, whatever the vendor wrote;
/// [`Event::payload`] says which of them sent what the record is about.
#[derive(Clone, Debug, Serialize)]
pub struct Event<'a> {
    /// When it happened.
    pub time: EventTime,
    /// Where `time` came from.
    pub time_source: TimeSource,
    /// When a collector or this program received it.
    pub received: EventTime,
    /// Who it belongs to.
    #[serde(serialize_with = "tenant_id")]
    pub tenant: &'a Tenant,
    /// The line without relay headers and envelopes: what its fingerprint is taken of.
    #[serde(skip)]
    pub raw: &'a str,
    /// The device's registration, when the registry has one.
    #[serde(skip)]
    pub registration: Option<&'a Device>,
    /// devid (FortiGate), serial (PAN-OS), else devname, else header host, else `unknown`.
    pub device: Text<'a>,
    /// The device's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<Text<'a>>,
    /// VDOM or virtual system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vsys: Option<Text<'a>>,
    /// Who made the device.
    pub vendor: Vendor,
    /// How the device stands in the traffic, from the line and the registry.
    #[serde(skip)]
    pub posture: Posture,
    /// Which function wrote the record.
    pub function: Function,
    /// FortiGate `type`, PAN-OS type column.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub log_type: Text<'a>,
    /// FortiGate `subtype`, PAN-OS subtype column.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub log_subtype: Text<'a>,
    /// FortiGate `logid`, PAN-OS event id of SYSTEM and GLOBALPROTECT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_id: Option<Text<'a>>,
    /// FortiGate `eventtype`.
    #[serde(skip)]
    pub event_type: Option<Text<'a>>,
    /// PAN-OS `seqno`: with device and log type it names the vendor's event.
    #[serde(skip)]
    pub sequence: Option<Text<'a>>,
    /// The vendor's word for what it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Text<'a>>,
    /// What became of the traffic.
    pub disposition: Disposition,
    /// The way of the payload; absent when the record is about no traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Which end sent the payload.
    pub payload: Payload,
    /// Session initiator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_ip: Option<IpAddr>,
    /// Session initiator's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_port: Option<u16>,
    /// Session responder, before destination NAT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_ip: Option<IpAddr>,
    /// Session responder's port, before destination NAT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_port: Option<u16>,
    /// Initiator's address after source NAT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_src_ip: Option<IpAddr>,
    /// Initiator's port after source NAT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_src_port: Option<u16>,
    /// Responder's address after destination NAT: the real server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_dst_ip: Option<IpAddr>,
    /// Responder's port after destination NAT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_dst_port: Option<u16>,
    /// Interface (FortiGate) or zone (PAN-OS) of the initiator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_zone: Option<Text<'a>>,
    /// Interface or zone of the responder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_zone: Option<Text<'a>>,
    /// Country of the initiator, as the vendor names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_country: Option<Text<'a>>,
    /// Country of the responder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_country: Option<Text<'a>>,
    /// IP protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The user the appliance knows the session by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text<'a>>,
    /// Application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<Text<'a>>,
    /// The vendor's category of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_category: Option<Text<'a>>,
    /// Service name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Text<'a>>,
    /// Session number; with device and vsys it joins records. Absent when zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Text<'a>>,
    /// Policy id (FortiGate) or rule UUID (PAN-OS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Text<'a>>,
    /// Policy name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text<'a>>,
    /// Bytes from initiator to responder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<u64>,
    /// Bytes from responder to initiator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<u64>,
    /// Packets from initiator to responder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_out: Option<u64>,
    /// Packets from responder to initiator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_in: Option<u64>,
    /// How long the session lasted, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Name of the inside machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Text<'a>>,
    /// Name asked for: Host header, SNI or DNS query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text<'a>>,
    /// URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<'a>>,
    /// The vendor's category of the site or the verdict's category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Text<'a>>,
    /// FortiGuard category number, when the line has one.
    #[serde(skip)]
    pub category_id: Option<u16>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<Text<'a>>,
    /// HTTP status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// User agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Text<'a>>,
    /// Referer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referer: Option<Text<'a>>,
    /// X-Forwarded-For: the client behind a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<IpAddr>,
    /// Signature name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Text<'a>>,
    /// Signature id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_id: Option<Text<'a>>,
    /// The vendor's severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// CVE, when the line names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cve: Option<Text<'a>>,
    /// Malware name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malware: Option<Text<'a>>,
    /// File name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<Text<'a>>,
    /// File hash, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_hash: Option<Text<'a>>,
    /// File type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<Text<'a>>,
    /// Sandbox verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Text<'a>>,
    /// Mail sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Text<'a>>,
    /// Mail recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Text<'a>>,
    /// Mail subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_subject: Option<Text<'a>>,
    /// The vendor's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// The vendor's reason: why it failed, why the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<'a>>,
    /// The session was decrypted by the appliance: byte counts say nothing about the server's answer.
    #[serde(skip)]
    pub decrypted: bool,
    /// The record is an interim count of a session that goes on.
    #[serde(skip)]
    pub interim: bool,
    /// How many events the line stands for; at least 1.
    pub count: u64,
    /// What was odd about the line.
    #[serde(serialize_with = "some_anomalies", skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Anomaly<'a>>,
    /// Every vendor field not mapped above.
    pub extra: Extra<'a>,
}

impl<'a> Event<'a> {
    /// Makes an event that knows nothing but whose it is and who wrote it.
    pub fn new(tenant: &'a Tenant, vendor: Vendor, received: EventTime) -> Self {
        Event {
            time: received,
            time_source: TimeSource::Received,
            received,
            tenant,
            raw: "",
            registration: None,
            device: Cow::Borrowed("unknown"),
            device_name: None,
            vsys: None,
            vendor,
            posture: Posture::Inline,
            function: Function::Other,
            log_type: Cow::Borrowed(""),
            log_subtype: Cow::Borrowed(""),
            log_id: None,
            event_type: None,
            sequence: None,
            action: None,
            disposition: Disposition::Unknown,
            direction: None,
            payload: Payload::Initiator,
            src_ip: None,
            src_port: None,
            dst_ip: None,
            dst_port: None,
            nat_src_ip: None,
            nat_src_port: None,
            nat_dst_ip: None,
            nat_dst_port: None,
            src_zone: None,
            dst_zone: None,
            src_country: None,
            dst_country: None,
            protocol: None,
            user: None,
            app: None,
            app_category: None,
            service: None,
            session_id: None,
            policy: None,
            rule: None,
            bytes_out: None,
            bytes_in: None,
            packets_out: None,
            packets_in: None,
            duration_ms: None,
            host: None,
            domain: None,
            url: None,
            category: None,
            category_id: None,
            http_method: None,
            http_status: None,
            user_agent: None,
            referer: None,
            client_ip: None,
            signature: None,
            signature_id: None,
            severity: None,
            cve: None,
            malware: None,
            file_name: None,
            file_hash: None,
            file_type: None,
            verdict: None,
            sender: None,
            recipient: None,
            mail_subject: None,
            message: None,
            reason: None,
            decrypted: false,
            interim: false,
            count: 1,
            anomalies: Vec::new(),
            extra: Extra::default(),
        }
    }

    /// Returns what joins the device's records: the HA pair's name where the registry has one, else the device.
    pub fn identity(&self) -> &str {
        match self.registration {
            Some(device) => device.identity().as_str(),
            None => &self.device,
        }
    }

    /// Returns the responder as it really is: after destination NAT where the line or the registry knows it.
    pub fn responder(&self) -> Option<IpAddr> {
        if let Some(real) = self.nat_dst_ip {
            return Some(real);
        }
        self.dst_ip.map(|ip| self.tenant.behind(ip).unwrap_or(ip))
    }

    /// Returns who sent the payload.
    pub fn attacker(&self) -> Option<IpAddr> {
        match self.payload {
            Payload::Initiator => self.src_ip,
            Payload::Responder => self.responder(),
        }
    }

    /// Returns who the payload was meant for.
    pub fn victim(&self) -> Option<IpAddr> {
        match self.payload {
            Payload::Initiator => self.responder(),
            Payload::Responder => self.src_ip,
        }
    }
}

fn tenant_id<S: Serializer>(tenant: &&Tenant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tenant.id().as_str())
}

fn some_anomalies<S: Serializer>(anomalies: &[Anomaly<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(anomalies.len()))?;
    for anomaly in anomalies {
        list.serialize_element(anomaly)?;
    }
    list.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslash_undoes_only_quotes_and_backslashes() {
        let cases = [
            (r"plain", r"plain"),
            (r#"a\"b"#, r#"a"b"#),
            (r"a\\b", r"a\b"),
            (r"example.com\jdoe", r"example.com\jdoe"),
            (r#"comma=\\\".system"#, r#"comma=\".system"#),
            (r"ends\\\\", r"ends\\"),
        ];
        for (raw, plain) in cases {
            assert_eq!(Escape::Backslash.undo(raw), plain, "{raw}");
        }
    }

    #[test]
    fn span_outside_the_line_is_empty() {
        assert_eq!(Span { start: 2, end: 9 }.of("abc"), "");
        assert_eq!(Span { start: 1, end: 2 }.of("äb"), "");
    }
}
