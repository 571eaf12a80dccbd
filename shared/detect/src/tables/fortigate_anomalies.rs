//! DoS policy anomalies of FortiGate by name.
//!
//! FortiOS Administration Guide, "DoS policy": `*_scan` and `icmp_sweep` count what one source does, `*_src_session`
//! its open sessions; floods and `*_dst_session` count what arrives at one destination, whoever sent it, so their
//! source is only that of the last packet and may be forged.

use crate::text::has;

/// What an anomaly counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anomaly {
    /// One source looks for hosts or ports.
    Scan,
    /// One source holds too many sessions.
    SourceSessions,
    /// One destination gets too much.
    Flood,
}

/// Returns what the anomaly called `name` counts.
pub(crate) fn classify(name: &str) -> Anomaly {
    if has(name, "_scan") || has(name, "sweep") || has(name, "port scan") {
        Anomaly::Scan
    } else if has(name, "_src_session") {
        Anomaly::SourceSessions
    } else {
        Anomaly::Flood
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_are_told_by_what_they_count() {
        let cases = [
            ("tcp_port_scan", Anomaly::Scan),
            ("udp_scan", Anomaly::Scan),
            ("icmp_sweep", Anomaly::Scan),
            ("tcp_syn_flood", Anomaly::Flood),
            ("tcp_dst_session", Anomaly::Flood),
            ("tcp_src_session", Anomaly::SourceSessions),
        ];
        for (name, anomaly) in cases {
            assert_eq!(classify(name), anomaly, "{name}");
        }
    }
}
