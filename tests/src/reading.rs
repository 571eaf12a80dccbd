//! How a line must be read: what the happening meant, against what the parser made of the line.
//!
//! Where two readings are equally right (a web filter's `passthrough` of a bad category is allowed or detected), both
//! are let through; the stories decide what must come of it.

use std::net::IpAddr;

use hinomi_generate::site::is_inside;
use hinomi_generate::{Action, End, Happening, What};
use hinomi_model::{Direction, Disposition, Event, Function, Vendor};

/// What a line says.
#[derive(Debug)]
pub struct Reading {
    functions: &'static [Function],
    dispositions: &'static [Disposition],
    direction: Option<Direction>,
    ends: Option<(IpAddr, IpAddr)>,
    session: Option<String>,
    at: hinomi_model::EventTime,
    /// Nanoseconds that the release's time stamps resolve.
    resolution: i64,
}

const ALLOWED: &[Disposition] = &[Disposition::Allowed];
const BLOCKED: &[Disposition] = &[Disposition::Blocked];
const DETECTED: &[Disposition] = &[Disposition::Detected];
const LET_THROUGH: &[Disposition] = &[Disposition::Allowed, Disposition::Detected];
const ANY: &[Disposition] = &[];

impl Reading {
    /// Returns what `line` must be read as.
    pub fn of(happening: &Happening, line: &str, vendor: Vendor, registry: &str) -> Self {
        let is_copy = registry.contains("posture: sniffer");
        let is_passed = happening.action == Action::Passed || is_copy;
        let objected = if is_passed { DETECTED } else { BLOCKED };
        let is_panos = vendor == Vendor::Panos;
        let (functions, dispositions, is_from_responder): (&'static [Function], _, _) = match &happening.what
        {
            What::Traffic(traffic) => {
                let is_cut = traffic.inspected.is_some_and(|(_, action)| action != Action::Passed);
                let is_blocked = traffic.end == End::Denied || is_cut;
                (&[Function::Firewall], if is_blocked && !is_copy { BLOCKED } else { LET_THROUGH }, false)
            }
            What::Exploit { towards_client, .. } => (&[Function::Ips], objected, *towards_client),
            What::Botnet { .. } => (&[Function::Ips], objected, false),
            What::Malware { via, .. } => (&[Function::Antivirus], objected, via.is_download()),
            What::Submitted { .. } | What::Judged { .. } => (&[Function::Sandbox], ANY, true),
            What::Unscannable { .. } => (&[Function::Antivirus, Function::File], LET_THROUGH, true),
            What::FileSeen { .. } => (&[Function::File], LET_THROUGH, true),
            What::Web { .. } | What::Credentials { .. } => {
                (&[Function::Webfilter], if is_passed { LET_THROUGH } else { BLOCKED }, false)
            }
            What::Lookup { .. } => {
                (&[Function::Dns, Function::Ips], if is_passed { LET_THROUGH } else { BLOCKED }, false)
            }
            What::App { .. } if is_panos => (&[Function::Firewall], ALLOWED, false),
            What::App { .. } => {
                (&[Function::Appcontrol], if is_passed { LET_THROUGH } else { BLOCKED }, false)
            }
            What::Scan | What::Flood { .. } => (&[Function::Anomaly], objected, false),
            What::VpnLogin { .. } => (&[Function::Vpn], ANY, false),
            What::AdminLogin { .. } => (&[Function::Auth, Function::System], ANY, false),
            What::ConfigChange { .. } => (&[Function::Config, Function::System], ANY, false),
            What::Load { .. } | What::Updated => (&[Function::System], ANY, false),
        };
        let is_session = !matches!(
            happening.what,
            What::VpnLogin { .. }
                | What::AdminLogin { .. }
                | What::ConfigChange { .. }
                | What::Load { .. }
                | What::Updated
        );
        let (from, to) = if is_from_responder {
            (happening.real(), happening.src)
        } else {
            (happening.src, happening.real())
        };
        let direction = match (is_inside(from), is_inside(to)) {
            (true, true) => Direction::Internal,
            (true, false) => Direction::Outbound,
            (false, true) => Direction::Inbound,
            (false, false) => Direction::External,
        };
        // PAN-OS counts no session for what it refuses; neither vendor does for scans and floods.
        let is_numbered =
            is_session && happening.session != 0 && !(is_panos && line.contains(",TRAFFIC,drop,"));
        Reading {
            functions,
            dispositions,
            direction: is_session.then_some(direction),
            ends: is_session.then_some((happening.src, happening.dst)),
            session: is_numbered.then(|| happening.session.to_string()),
            at: happening.at,
            resolution: if is_panos { 1_000_000 } else { 1 },
        }
    }

    /// Asks for the time only to the second, as old releases write it.
    #[must_use]
    pub fn to_the_second(mut self) -> Self {
        self.resolution = 1_000_000_000;
        self
    }

    /// Compares with an event; returns what differs.
    pub fn differences(&self, event: &Event<'_>) -> Vec<String> {
        let mut found = Vec::new();
        if !self.functions.contains(&event.function) {
            found.push(format!("function {} instead of {:?}", event.function, self.functions));
        }
        if !self.dispositions.is_empty() && !self.dispositions.contains(&event.disposition) {
            found.push(format!("disposition {} instead of {:?}", event.disposition, self.dispositions));
        }
        if self.direction.is_some() && event.direction != self.direction {
            found.push(format!("direction {:?} instead of {:?}", event.direction, self.direction));
        }
        if let Some((src, dst)) = self.ends
            && (event.src_ip, event.dst_ip) != (Some(src), Some(dst))
        {
            found.push(format!("ends {:?} and {:?} instead of {src} and {dst}", event.src_ip, event.dst_ip));
        }
        if self.session.as_deref() != event.session_id.as_deref() && self.session.is_some() {
            found.push(format!("session {:?} instead of {:?}", event.session_id, self.session));
        }
        if event.time.nanos() / self.resolution != self.at.nanos() / self.resolution {
            found.push(format!("time {} instead of {}", event.time, self.at));
        }
        found
    }
}
