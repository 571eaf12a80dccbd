//! Traffic logs: 0000000013 (forward), 0001000014 (local), 0004000017 (sniffer).
//!
//! A session that an inspection cut never says `deny`: it ends as any other and carries `utmaction="block"`.

use crate::happening::{Action, End, Happening, Inspection, Traffic};
use crate::site::{self, Side, side};

use super::pairs::Pairs;
use super::{FortiOs, FortigateUnit, countries};

impl FortigateUnit {
    pub(super) fn traffic(&self, happening: &Happening, traffic: &Traffic) -> Pairs {
        let is_denied = traffic.end == End::Denied;
        // What is refused at the firewall's own address never reaches a policy for others.
        let is_local = happening.real_dst.is_none() && side(happening.dst) == Side::Public;
        let (logid, subtype) = match (self.sniffer, is_local) {
            (true, _) => ("0004000017", "sniffer"),
            (false, true) => ("0001000014", "local"),
            (false, false) => ("0000000013", "forward"),
        };
        let level = if is_denied { "warning" } else { "notice" };
        let (policy, policy_name, policy_uuid) = Self::policy(happening);
        let policy = if is_denied && !self.sniffer { 0 } else { policy };
        let (src_interface, src_role) = self.interface(happening.src, happening.src);
        let (dst_interface, dst_role) =
            if is_local { ("root", "undefined") } else { self.interface(happening.dst, happening.real()) };
        let is_full = self.version == FortiOs::V7_4;
        let mut line = self
            .head(happening.at, logid, ["traffic", subtype, ""], level)
            .bare("srcip", happening.src)
            .bare("srcport", happening.src_port)
            .text("srcintf", src_interface)
            .text("srcintfrole", src_role)
            .bare("dstip", happening.dst)
            .bare("dstport", happening.dst_port)
            .text("dstintf", dst_interface)
            .text("dstintfrole", dst_role);
        if is_full && !is_local {
            line = line
                .text("srcuuid", "3a8c1e50-5a10-51ee-8d02-7c1d9b4f0a11")
                .text("dstuuid", "3a8c1e50-5a10-51ee-8d02-7c1d9b4f0a12");
        }
        line = countries(line, happening.src, happening.dst)
            .bare("sessionid", happening.session)
            .bare("proto", happening.protocol)
            .text("action", action(happening, traffic.end))
            .bare("policyid", policy)
            .text("policytype", if is_local { "local-in-policy" } else { self.policy_type() });
        if is_full && policy != 0 {
            line = line.text("poluuid", policy_uuid).text("policyname", policy_name);
        }
        if let Some(user) = happening.user {
            line = line.text("user", user);
        }
        line = line.text("service", &Self::service(happening));
        line = translation(line, happening, is_denied || self.sniffer || is_local);
        line = application(line, traffic, is_denied);
        line = line
            .bare("duration", traffic.seconds)
            .bare("sentbyte", traffic.bytes_out)
            .bare("rcvdbyte", traffic.bytes_in)
            .bare("sentpkt", traffic.packets_out)
            .when(!is_denied, |line| line.bare("rcvdpkt", traffic.packets_in));
        if let Some(list) = traffic.listed {
            line = line.text("dstthreatfeed", list);
        }
        if let Some((inspection, action)) = traffic.inspected {
            let word = match action {
                Action::Passed => "allow",
                Action::Blocked => "block",
                Action::Reset => "reset",
            };
            let count = match inspection {
                Inspection::Antivirus => "countav",
                Inspection::Ips => "countips",
                Inspection::Web => "countweb",
                Inspection::App => "countapp",
            };
            line = line.text("utmaction", word).bare(count, 1);
        }
        if is_denied {
            line = line.bare("crscore", 30).bare("craction", 131_072).text("crlevel", "high");
        }
        if is_full && site::is_inside(happening.src) && !is_denied {
            line = inventory(line, happening);
        }
        line
    }
}

fn action(happening: &Happening, end: End) -> &'static str {
    match (end, happening.protocol) {
        (End::Denied, _) => "deny",
        (End::Closed, 6) => "close",
        (End::ClientReset, 6) => "client-rst",
        (End::ServerReset, 6) => "server-rst",
        (End::TimedOut, 6) => "timeout",
        _ => "accept",
    }
}

fn translation(line: Pairs, happening: &Happening, none: bool) -> Pairs {
    match (happening.real_dst, side(happening.src), side(happening.dst)) {
        (Some(real), ..) if !none => {
            line.text("trandisp", "dnat").bare("tranip", real).bare("tranport", happening.dst_port)
        }
        (None, Side::Office | Side::Servers | Side::Guest, Side::Outside)
            if !none && happening.src.is_ipv4() =>
        {
            line.text("trandisp", "snat").bare("transip", site::GATEWAY).bare("transport", happening.src_port)
        }
        _ => line.text("trandisp", "noop"),
    }
}

fn application(line: Pairs, traffic: &Traffic, is_denied: bool) -> Pairs {
    let (id, name, category, risk) = traffic.app.fortigate;
    if is_denied || id == 0 {
        return line.text("appcat", "unscanned");
    }
    line.bare("appid", id)
        .text("app", name)
        .text("appcat", category)
        .text("apprisk", risk)
        .text("applist", "kita-apps")
}

/// What device identification knows of an inside initiator.
fn inventory(line: Pairs, happening: &Happening) -> Pairs {
    let last = match happening.src {
        std::net::IpAddr::V4(v4) => v4.octets()[3],
        std::net::IpAddr::V6(v6) => v6.octets()[15],
    };
    let mac = format!("00:00:5e:00:53:{last:02x}");
    line.text("srchwvendor", "Fujitsu")
        .text("devtype", "Computer")
        .text("srcfamily", "Computer")
        .text("osname", "Windows")
        .text("srcswversion", "11")
        .text("srcmac", &mac)
        .bare("srcserver", u8::from(side(happening.src) == Side::Servers))
        .bare("vrf", 0)
}
