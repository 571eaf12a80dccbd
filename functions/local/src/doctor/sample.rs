//! What is counted of a sample. Bounded, whatever the lines hold.

use std::collections::BTreeMap;

use hinomi_model::{
    AnomalyKind, Disposition, Event, EventTime, Format, Frame, Function, Posture, QuarantineReason, Reject,
    TimeSource, Vendor,
};

use super::count::{Addresses, Lengths, Names, Recent};

/// What an event's device is when nothing in the line names one.
const NO_DEVICE: &str = "unknown";

/// The counts of a sample.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// Lines read, those that were refused among them.
    pub(crate) lines: u64,
    pub(crate) first: Option<EventTime>,
    pub(crate) last: Option<EventTime>,
    pub(crate) refused: BTreeMap<QuarantineReason, Refusals>,
    /// Devices that nobody registered.
    pub(crate) strangers: Names,
    pub(crate) vendors: BTreeMap<Vendor, VendorSample>,
    recent: Recent,
}

/// Lines that were refused for one reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals {
    pub(crate) count: u64,
    /// The first one: file and line.
    pub(crate) first: String,
}

/// The counts of one vendor's lines.
#[derive(Clone, Debug)]
pub(crate) struct VendorSample {
    pub(crate) vendor: Vendor,
    /// Lines that were read.
    pub(crate) lines: u64,
    by_function: [[u64; Disposition::ALL.len()]; Function::ALL.len()],
    by_format: [u64; Format::ALL.len()],
    by_posture: [u64; Posture::ALL.len()],
    by_anomaly: [u64; AnomalyKind::ALL.len()],
    by_time: [u64; TimeSource::ALL.len()],
    pub(crate) sessions: Sessions,
    pub(crate) web: Web,
    /// Local times without an offset in the line or a zone in the registry.
    pub(crate) without_zone: u64,
    /// Epochs in whole seconds.
    pub(crate) whole_seconds: u64,
    /// Lines with anomalies.
    pub(crate) odd: u64,
    /// Lines that name no device.
    pub(crate) nameless: u64,
    /// Lines without VDOM or virtual system.
    pub(crate) without_vsys: u64,
    /// Lines with two different syslog headers around them.
    pub(crate) double_headers: u64,
    /// Lines that came before.
    pub(crate) repeated: u64,
    /// Lines of sessions and sites from inside, and those of them that name a user.
    pub(crate) from_inside: u64,
    pub(crate) with_user: u64,
    pub(crate) devices: Names,
    pub(crate) unknown_fields: Names,
    pub(crate) unknown_types: Names,
    pub(crate) lengths: Lengths,
    /// Inside hosts that open sessions.
    pub(crate) hosts: Addresses,
    /// Inside hosts that ask for names, those that the registry declares as relays left out.
    pub(crate) name_clients: Addresses,
    /// Inside hosts that ask for sites, in the same way.
    pub(crate) web_clients: Addresses,
}

/// Counts of traffic logs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sessions {
    pub(crate) allowed: u64,
    pub(crate) denied: u64,
    /// Allowed sessions that ended: only those have final counts.
    pub(crate) ended: u64,
    pub(crate) with_bytes: u64,
    pub(crate) with_packets: u64,
    /// Allowed sessions of which a security profile saw something.
    pub(crate) with_utm: u64,
}

/// Counts of web filter logs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Web {
    pub(crate) all: u64,
    /// To port 443.
    pub(crate) tls: u64,
    /// Of those, the ones that show what TLS hides.
    pub(crate) opened: u64,
    /// With user agent, referrer or client behind a proxy.
    pub(crate) extended: u64,
    /// With the client behind a proxy.
    pub(crate) with_client: u64,
}

impl Sample {
    /// Counts a line that was read; `bytes` is its length with everything around it.
    pub(crate) fn event(&mut self, event: &Event<'_>, bytes: usize) {
        self.lines += 1;
        self.first = Some(self.first.map_or(event.time, |first| first.min(event.time)));
        self.last = self.last.max(Some(event.time));
        let is_repeated = self.recent.is_repeated(event.raw.as_bytes());
        let vendor = self.vendors.entry(event.vendor).or_insert_with(|| VendorSample::new(event.vendor));
        vendor.repeated += u64::from(is_repeated);
        vendor.event(event, bytes);
    }

    /// Counts a line that was refused.
    pub(crate) fn refuse(&mut self, reject: &Reject, file: &str, line: u64) {
        self.lines += 1;
        let refusals = self.refused.entry(reject.reason).or_default();
        if refusals.count == 0 {
            refusals.first = format!("{file}:{line}");
        }
        refusals.count += 1;
        if reject.reason == QuarantineReason::UnknownDevice {
            self.strangers.add(reject.device.as_deref().unwrap_or("?"));
        }
    }
}

impl VendorSample {
    pub(crate) fn new(vendor: Vendor) -> Self {
        VendorSample {
            vendor,
            lines: 0,
            by_function: [[0; Disposition::ALL.len()]; Function::ALL.len()],
            by_format: [0; Format::ALL.len()],
            by_posture: [0; Posture::ALL.len()],
            by_anomaly: [0; AnomalyKind::ALL.len()],
            by_time: [0; TimeSource::ALL.len()],
            sessions: Sessions::default(),
            web: Web::default(),
            without_zone: 0,
            whole_seconds: 0,
            odd: 0,
            nameless: 0,
            without_vsys: 0,
            double_headers: 0,
            repeated: 0,
            from_inside: 0,
            with_user: 0,
            devices: Names::default(),
            unknown_fields: Names::default(),
            unknown_types: Names::default(),
            lengths: Lengths::default(),
            hosts: Addresses::default(),
            name_clients: Addresses::default(),
            web_clients: Addresses::default(),
        }
    }

    /// Returns how many lines a function wrote.
    pub(crate) fn of_function(&self, function: Function) -> u64 {
        self.by_function.get(function as usize).map_or(0, |counts| counts.iter().sum())
    }

    /// Returns how many lines a function wrote about what ended so.
    pub(crate) fn of_outcome(&self, function: Function, disposition: Disposition) -> u64 {
        let counts = self.by_function.get(function as usize);
        counts.and_then(|counts| counts.get(disposition as usize)).copied().unwrap_or(0)
    }

    /// Returns how many lines came in a format.
    pub(crate) fn of_format(&self, format: Format) -> u64 {
        self.by_format.get(format as usize).copied().unwrap_or(0)
    }

    /// Returns how many lines were seen in a posture.
    pub(crate) fn of_posture(&self, posture: Posture) -> u64 {
        self.by_posture.get(posture as usize).copied().unwrap_or(0)
    }

    /// Returns how many lines have an anomaly.
    pub(crate) fn of_anomaly(&self, kind: AnomalyKind) -> u64 {
        self.by_anomaly.get(kind as usize).copied().unwrap_or(0)
    }

    /// Returns how many lines have their time from a source.
    pub(crate) fn of_time(&self, source: TimeSource) -> u64 {
        self.by_time.get(source as usize).copied().unwrap_or(0)
    }

    /// Counts one line.
    pub(crate) fn event(&mut self, event: &Event<'_>, bytes: usize) {
        self.lines += 1;
        // Enums without values index arrays as long as they have variants.
        self.by_function[event.function as usize][event.disposition as usize] += 1;
        self.by_format[event.format as usize] += 1;
        self.by_posture[event.posture as usize] += 1;
        self.by_time[event.time_source as usize] += 1;
        let has_both = event.frames.has(Frame::SyslogBsd) && event.frames.has(Frame::SyslogIetf);
        self.double_headers += u64::from(has_both);
        self.oddities(event, bytes);
        self.time(event);
        if event.device == NO_DEVICE {
            self.nameless += 1;
        } else {
            self.devices.add(&event.device);
        }
        self.without_vsys += u64::from(event.vsys.is_none());
        match event.function {
            Function::Firewall => self.session(event),
            Function::Webfilter => self.site(event),
            _ => {}
        }
        self.clients(event);
    }

    fn oddities(&mut self, event: &Event<'_>, bytes: usize) {
        self.odd += u64::from(!event.anomalies.is_empty());
        let mut is_torn = false;
        for kind in AnomalyKind::ALL {
            if event.anomalies.iter().any(|anomaly| anomaly.kind == *kind) {
                self.by_anomaly[*kind as usize] += 1;
                is_torn |= matches!(kind, AnomalyKind::UnclosedQuote | AnomalyKind::Truncated);
            }
        }
        self.lengths.add(bytes, is_torn);
        if event.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::UnknownType) {
            self.unknown_types.add(&format!("{}/{}", event.log_type, event.log_subtype));
        }
        if event.unknown_fields > 0 {
            for field in event.extra.fields().filter(|field| !field.known) {
                self.unknown_fields.add(&field.name.of(event.extra.line()));
            }
        }
    }

    fn time(&mut self, event: &Event<'_>) {
        match event.time_source {
            TimeSource::DeviceEpoch => {
                self.whole_seconds += u64::from(event.time.nanos() % 1_000_000_000 == 0);
            }
            TimeSource::DeviceLocal => {
                // Who registered a device or another zone than the default knows where it stands.
                let zone = event.registration.and_then(|device| device.time_zone.as_ref());
                let is_registered = zone.is_some() || event.tenant.time_zone != jiff::tz::TimeZone::UTC;
                let has_offset = event.vendor == Vendor::Fortigate
                    && (event.raw.contains("tz=") || event.raw.contains("\"tz\""));
                self.without_zone += u64::from(!is_registered && !has_offset);
            }
            TimeSource::Received => {}
        }
    }

    fn session(&mut self, event: &Event<'_>) {
        match event.disposition {
            Disposition::Allowed | Disposition::Detected => {
                self.sessions.allowed += 1;
                if event.vendor == Vendor::Fortigate && has_utm(event) {
                    self.sessions.with_utm += 1;
                }
                if !event.interim {
                    self.sessions.ended += 1;
                    let has_bytes = event.bytes_out.is_some() && event.bytes_in.is_some();
                    let has_packets = event.packets_out.is_some() && event.packets_in.is_some();
                    self.sessions.with_bytes += u64::from(has_bytes);
                    self.sessions.with_packets += u64::from(has_packets);
                }
            }
            // A profile that cut a session off is no policy that refused it.
            Disposition::Blocked if event.vendor == Vendor::Fortigate && has_utm(event) => {
                self.sessions.allowed += 1;
                self.sessions.with_utm += 1;
            }
            Disposition::Blocked => self.sessions.denied += 1,
            Disposition::Unknown => {}
        }
    }

    fn site(&mut self, event: &Event<'_>) {
        self.web.all += 1;
        if event.dst_port == Some(443) {
            self.web.tls += 1;
            let has_path = event.url.as_deref().is_some_and(has_path);
            self.web.opened += u64::from(event.decrypted || has_path);
        }
        let has_client = event.client_ip.is_some();
        let is_extended = event.user_agent.is_some() || event.referer.is_some() || has_client;
        self.web.extended += u64::from(is_extended);
        self.web.with_client += u64::from(has_client);
    }

    fn clients(&mut self, event: &Event<'_>) {
        let Some(client) = event.src_ip.filter(|ip| event.tenant.is_inside(*ip)) else { return };
        let is_session = event.function == Function::Firewall;
        let is_site = event.function == Function::Webfilter;
        if is_session || is_site {
            self.from_inside += 1;
            self.with_user += u64::from(event.user.is_some());
        }
        if is_session {
            self.hosts.add(client);
        }
        // What the registry declares is known and hides nobody unnoticed.
        if event.tenant.role(client).is_relay() {
            return;
        }
        if event.function == Function::Dns || (is_session && event.dst_port == Some(53)) {
            self.name_clients.add(client);
        }
        if is_site {
            self.web_clients.add(client);
        }
    }
}

/// Tells whether a security profile saw something in a session: the counters and the action that FortiOS adds then.
fn has_utm(event: &Event<'_>) -> bool {
    const MARKS: [&str; 6] = ["utmaction", "countips", "countav", "countweb", "countapp", "countdns"];
    event.extra.iter().any(|(name, _)| MARKS.contains(&name.as_ref()))
}

/// Tells whether a URL has more than a host.
fn has_path(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').is_some_and(|(_, path)| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_more_than_a_host() {
        for (url, expected) in [
            ("https://a.example/", false),
            ("https://a.example/x", true),
            ("a.example/", false),
            ("a.example/x", true),
            ("a.example", false),
            ("/", false),
            ("/x", true),
        ] {
            assert_eq!(has_path(url), expected, "{url}");
        }
    }
}
