//! One log record, normalised: what `parse` makes and `detect` reads.

mod extra;
mod words;

use std::borrow::Cow;
use std::net::IpAddr;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::registry::{Device, Tenant};
use crate::time::{EventTime, Seconds};

pub use extra::{Escape, Extra, ExtraField, FieldName, LineFields, Span, Taken};
pub(crate) use words::words;
pub use words::{
    Anomaly, AnomalyKind, Direction, Disposition, DriftKind, Format, Frame, Frames, Function, Payload,
    Posture, Protocol, Severity, TimeSource, Vendor,
};

/// Text borrowed from the input where no escape had to be undone.
pub type Text<'a> = Cow<'a, str>;

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
    /// What the device's clock said, where `time` is another one because that can't be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_time: Option<EventTime>,
    /// The device's local time was read in a zone that neither the line nor the registry says.
    #[serde(skip)]
    pub zone_assumed: bool,
    /// By how much the device's clock was ahead of the collector's, in seconds; negative when behind, which a line
    /// held back is too. Absent where no collector says when the line was received.
    #[serde(skip)]
    pub clock_ahead: Option<Seconds>,
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
    /// What the device runs, as the line says: `v7.4.3` in CEF, PAN-OS's version of the log schema.
    #[serde(skip)]
    pub firmware: Option<Text<'a>>,
    /// How the record is written.
    #[serde(skip)]
    pub format: Format,
    /// What the line came out of.
    #[serde(skip)]
    pub frames: Frames,
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
    /// How many of the fields in [`Event::extra`] the vendor's tables don't have.
    #[serde(skip)]
    pub unknown_fields: u32,
    /// Every vendor field not mapped above.
    pub extra: Extra<'a>,
}

impl<'a> Event<'a> {
    /// Makes an event that knows nothing but whose it is and who wrote it.
    pub fn new(tenant: &'a Tenant, vendor: Vendor, received: EventTime) -> Self {
        Event {
            time: received,
            time_source: TimeSource::Received,
            device_time: None,
            zone_assumed: false,
            clock_ahead: None,
            received,
            tenant,
            raw: "",
            registration: None,
            device: Cow::Borrowed("unknown"),
            device_name: None,
            vsys: None,
            vendor,
            firmware: None,
            format: match vendor {
                Vendor::Fortigate => Format::KeyValue,
                Vendor::Panos => Format::Csv,
            },
            frames: Frames::default(),
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
            unknown_fields: 0,
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
