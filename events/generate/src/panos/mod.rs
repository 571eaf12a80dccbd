//! Writes lines as PAN-OS does: a BSD syslog header and comma-separated columns.
//!
//! Source: "PAN-OS 11.1 Syslog Field Descriptions". A file that comes from the server is logged from the attack's
//! viewpoint (`server-to-client`): source is the sender, and zones, ports and translations turn round with it.

pub(crate) mod columns;
mod row;
mod system;
mod threat;
mod traffic;

use std::net::IpAddr;

use hinomi_model::EventTime;
use jiff::tz::TimeZone;

use crate::happening::{Happening, What};
use crate::site::{self, Side, country, side};
use row::Row;

/// A release whose columns differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PanOs {
    /// 9.1: TRAFFIC has 75 columns, THREAT 79; no time stamp with an offset.
    V9_1,
    /// 10.1: TRAFFIC has 115 columns, THREAT 120.
    V10_1,
    /// 11.1: TRAFFIC has 117 columns, THREAT 123.
    V11_1,
}

impl PanOs {
    /// The log schema's number, (major << 8) + minor.
    const fn schema(self) -> u32 {
        match self {
            PanOs::V9_1 => 2_305,
            PanOs::V10_1 => 2_561,
            PanOs::V11_1 => 2_817,
        }
    }
}

/// A PAN-OS firewall.
#[derive(Clone, Debug)]
pub struct PanosUnit {
    /// Serial number.
    pub serial: String,
    /// Host name.
    pub name: String,
    /// Virtual system.
    pub vsys: String,
    /// Release.
    pub version: PanOs,
    /// Zone of its local times.
    pub zone: TimeZone,
    /// It sees a copy of the traffic (TAP zone).
    pub tap: bool,
    /// Whether lines begin with a syslog header.
    pub syslog: bool,
    /// Sequence number of the last record.
    pub sequence: u64,
}

impl PanosUnit {
    /// Makes an inline firewall with PAN-OS 11.1 in Tokyo that sends syslog.
    pub fn new(serial: &str, name: &str) -> Self {
        PanosUnit {
            serial: serial.to_owned(),
            name: name.to_owned(),
            vsys: "vsys1".to_owned(),
            version: PanOs::V11_1,
            zone: crate::day::tokyo(),
            tap: false,
            syslog: true,
            sequence: 7_300_000_000_000_000_000,
        }
    }

    /// Returns the lines about a happening.
    pub fn lines(&mut self, happening: &Happening) -> Vec<String> {
        let rows = match &happening.what {
            What::Traffic(traffic) => vec![self.traffic(happening, traffic)],
            What::Exploit { signature, url, towards_client } => {
                vec![self.exploit(happening, signature, url.as_deref(), *towards_client)]
            }
            What::Botnet { signature } => vec![self.botnet(happening, signature)],
            What::Malware { malware, via } => vec![self.malware(happening, malware, *via)],
            // A file on its way to the cloud has no record of its own; its verdict has.
            What::Submitted { .. } => Vec::new(),
            What::Judged { malware, verdict } => vec![self.judged(happening, malware, *verdict)],
            What::Unscannable { file } => {
                vec![self.file(happening, file, "ZIP with encryption(52125)", "encrypted-zip")]
            }
            What::FileSeen { file } => {
                vec![self.file(happening, file, "Windows Executable (EXE)(52020)", "pe")]
            }
            What::Web { host, path, kind } => vec![self.web(happening, host, path, *kind)],
            What::Credentials { host } => vec![self.credentials(happening, host)],
            // Look-ups that nobody objects to are only sessions here.
            What::Lookup { hostile: false, .. } => Vec::new(),
            What::Lookup { name, .. } => vec![self.lookup(happening, name)],
            // Application control is the session itself; PAN-OS has no record of its own for it.
            What::App { app } => vec![self.traffic(
                happening,
                &crate::Traffic {
                    bytes_out: 4_100,
                    bytes_in: 9_800,
                    packets_out: 22,
                    packets_in: 24,
                    seconds: 31,
                    end: crate::End::Closed,
                    inspected: None,
                    listed: None,
                    app,
                },
            )],
            What::Scan => vec![self.zone_protection(happening, "scan", "SCAN: TCP Port Scan(8001)", 1)],
            What::Flood { packets } => {
                vec![self.zone_protection(happening, "flood", "TCP Flood(8501)", *packets)]
            }
            What::VpnLogin { user, ok } => vec![self.vpn_login(happening, user, *ok)],
            What::AdminLogin { user, ok } => self.admin_login(happening, user, *ok),
            What::ConfigChange { user, path, object } => {
                vec![self.config_change(happening, user, path, object)]
            }
            // PAN-OS sends no load over syslog.
            What::Load { .. } => Vec::new(),
            What::Updated => vec![self.updated(happening)],
        };
        rows.into_iter().map(|row| self.finish(happening.at, row)).collect()
    }

    fn finish(&self, at: EventTime, row: Row) -> String {
        let body = row.finish();
        if !self.syslog {
            return body;
        }
        let local = at.timestamp().to_zoned(self.zone.clone());
        format!("<14>{} {} {body}", local.strftime("%b %e %H:%M:%S"), self.name)
    }

    fn local(&self, at: EventTime) -> String {
        at.timestamp().to_zoned(self.zone.clone()).strftime("%Y/%m/%d %H:%M:%S").to_string()
    }

    /// Begins a row: the columns that every type has.
    fn row(&mut self, at: EventTime, table: &'static [&'static str], width: usize, kind: [&str; 2]) -> Row {
        self.sequence += 1;
        let local = self.local(at);
        let zoned = at.timestamp().to_zoned(self.zone.clone());
        let mut row = Row::new(table, width);
        row.set("future_use_0", 1)
            .set("receive_time", &local)
            .set("serial", &self.serial)
            .set("type", kind[0])
            .set("subtype", kind[1])
            .set("config_version", self.version.schema())
            .set("time_generated", &local)
            .set("seqno", self.sequence)
            .set("actionflags", "0x8000000000000000")
            .set("device_name", &self.name)
            .set("high_res_timestamp", zoned.strftime("%Y-%m-%dT%H:%M:%S.%3f%:z"));
        for level in 1..=4 {
            row.set(&format!("dg_hier_level_{level}"), 0);
        }
        row
    }

    /// Sets the session's columns, turned round when the record is about what the server sent.
    fn ends(&self, row: &mut Row, happening: &Happening, server_to_client: bool) {
        let is_inbound = side(happening.src) == Side::Outside;
        let is_translated_out =
            !is_inbound && side(happening.dst) == Side::Outside && !self.tap && happening.src.is_ipv4();
        let nat_src = if is_translated_out { site::GATEWAY } else { happening.src };
        let client = (happening.src, nat_src, happening.src_port, self.zone_of(happening.src, happening.src));
        let server = (
            happening.dst,
            happening.real(),
            happening.dst_port,
            self.zone_of(happening.dst, happening.real()),
        );
        let (from, to) = if server_to_client { (server, client) } else { (client, server) };
        let is_translated = is_translated_out || happening.real_dst.is_some();
        row.set("src", from.0).set("dst", to.0);
        if is_translated {
            row.set("natsrc", from.1).set("natdst", to.1).set("natsport", from.2).set("natdport", to.2);
        } else {
            row.set("natsport", 0).set("natdport", 0);
        }
        row.set("rule", self.rule(happening))
            .set(
                if server_to_client { "dstuser" } else { "srcuser" },
                happening.user.map_or(String::new(), domain),
            )
            .set("vsys", &self.vsys)
            .set("from", from.3.0)
            .set("to", to.3.0)
            .set("inbound_if", from.3.1)
            .set("outbound_if", to.3.1)
            .set("logset", "to-hinomi")
            .set("time_logged", self.local(happening.at))
            .set("sessionid", happening.session)
            .set("repeatcnt", 1)
            .set("sport", from.2)
            .set("dport", to.2)
            .set("flags", if is_translated { "0x400000" } else { "0x0" })
            .set("proto", if happening.protocol == 17 { "udp" } else { "tcp" })
            .set("srcloc", place(from.0))
            .set("dstloc", place(to.0))
            .set("rule_uuid", "9d2f6c1e-57aa-4d0e-8b1c-2f3e4d5c6b7a")
            .set("http2_connection", 0)
            .set("parent_session_id", 0)
            .set("tunnelid_imsi", 0)
            .set("tunnel", "N/A")
            .set("src_uuid", "")
            .set("assoc_id", 0);
    }

    fn zone_of(&self, address: IpAddr, real: IpAddr) -> (&'static str, &'static str) {
        if self.tap {
            return ("tap", "ethernet1/7");
        }
        match (side(address), side(real)) {
            (Side::Public, Side::Servers) | (Side::Servers, _) => ("dmz", "ethernet1/3"),
            (Side::Office, _) => ("trust", "ethernet1/2"),
            (Side::Guest, _) => ("guest", "ethernet1/4"),
            (Side::Public | Side::Outside, _) => ("untrust", "ethernet1/1"),
        }
    }

    fn rule(&self, happening: &Happening) -> &'static str {
        match (side(happening.src), side(happening.real())) {
            (Side::Office, Side::Outside) => "out-web",
            (Side::Guest, Side::Outside) => "guest-out",
            (Side::Servers, Side::Outside) => "servers-out",
            (Side::Outside, _) => "in-public",
            _ => "segments",
        }
    }
}

fn domain(user: &str) -> String {
    format!("kita\\{user}")
}

/// Location column: a country, or the private range.
fn place(address: IpAddr) -> String {
    match (side(address), address) {
        (Side::Office | Side::Servers | Side::Guest, IpAddr::V4(v4)) if v4.octets()[0] == 10 => {
            "10.0.0.0-10.255.255.255".to_owned()
        }
        _ => country(address).to_owned(),
    }
}
