//! TRAFFIC. A session that a profile cut keeps the action `allow`; only `session_end_reason` says `threat`.

use crate::happening::{Action, End, Happening, Traffic};

use super::columns;
use super::row::Row;
use super::{PanOs, PanosUnit};

impl PanosUnit {
    pub(super) fn traffic(&mut self, happening: &Happening, traffic: &Traffic) -> Row {
        let width = match self.version {
            PanOs::V9_1 => 75,
            PanOs::V10_1 => 115,
            PanOs::V11_1 => columns::TRAFFIC.len(),
        };
        let is_denied = traffic.end == End::Denied;
        let is_answered = traffic.packets_in > 0;
        let is_cut = traffic.inspected.is_some_and(|(_, action)| action != Action::Passed);
        let (app, subcategory, category, technology) = match (is_denied, is_answered, traffic.app.panos) {
            (true, ..) => ("not-applicable", "unknown", "unknown", "unknown"),
            (false, false, _) if happening.protocol == 6 => ("incomplete", "unknown", "unknown", "unknown"),
            (_, _, names) => names,
        };
        let reason = match (traffic.end, is_cut) {
            (End::Denied, _) => "policy-deny",
            (_, true) => "threat",
            (End::Closed, _) if happening.protocol == 6 => "tcp-fin",
            (End::ClientReset, _) => "tcp-rst-from-client",
            (End::ServerReset, _) => "tcp-rst-from-server",
            _ => "aged-out",
        };
        let mut row = self.row(
            happening.at,
            &columns::TRAFFIC,
            width,
            ["TRAFFIC", if is_denied { "drop" } else { "end" }],
        );
        self.ends(&mut row, happening, false);
        if is_denied {
            // What is refused was never routed: there is no way out to name.
            row.set("rule", "interzone-default").set("sessionid", 0).set("outbound_if", "");
        }
        let start = self.local(happening.at.plus(-i64::try_from(traffic.seconds).unwrap_or(0)));
        // A refused packet is still a packet.
        let (bytes_out, packets_out) =
            if is_denied { (66, 1) } else { (traffic.bytes_out, traffic.packets_out) };
        row.set("app", app)
            .set("action", if is_denied { "deny" } else { "allow" })
            .set("bytes", bytes_out + traffic.bytes_in)
            .set("bytes_sent", bytes_out)
            .set("bytes_received", traffic.bytes_in)
            .set("packets", packets_out + traffic.packets_in)
            .set("start", start)
            .set("elapsed", traffic.seconds)
            .set("category", if app == "ssl" || app == "web-browsing" { "business-and-economy" } else { "any" })
            .set("pkts_sent", packets_out)
            .set("pkts_received", traffic.packets_in)
            .set("session_end_reason", reason)
            .set("action_source", "from-policy")
            .set("chunks", 0)
            .set("chunks_sent", 0)
            .set("chunks_received", 0)
            .set("link_change_count", 0)
            .set("dst_edl", traffic.listed.unwrap_or(""))
            .set("session_owner", "")
            .set("subcategory_of_app", subcategory)
            .set("category_of_app", category)
            .set("technology_of_app", technology)
            .set("risk_of_app", 4)
            .set_quoted(
                "characteristic_of_app",
                "used-by-malware,able-to-transfer-file,has-known-vulnerability,tunnel-other-application,pervasive-use",
            )
            .set("tunneled_app", app)
            .set("is_saas_of_app", "no")
            .set("sanctioned_state_of_app", "no")
            .set("offloaded", 0)
            .set("flow_type", "NonProxyTraffic");
        row
    }
}
