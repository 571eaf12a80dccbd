//! What kind of log a line is: from `type` and `subtype`, never from `logid`, which relays replace by placeholders.
//!
//! FortiOS 6 and later write `type=utm subtype=ips`; 5.x and older `type=ips subtype=signature`; 5.x and 6.0 write
//! `type=dns` and `type=anomaly`. Other Fortinet products use the same shape and are refused by their serial numbers.

use hinomi_model::Function;

/// What `type`, `subtype` and the device's serial number together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A FortiGate log of this function.
    Known(Function),
    /// A FortiGate log of a kind that the tables do not have yet.
    Unknown,
    /// Another product's log.
    Foreign,
}

impl Kind {
    /// Judges the three words.
    pub(super) fn of(log_type: &str, subtype: &str, device: Option<&str>, has_marks: bool) -> Kind {
        let by_device = device.map_or(Maker::Open, Maker::of);
        if by_device == Maker::Other {
            return Kind::Foreign;
        }
        match function(log_type, subtype) {
            Some(function) => Kind::Known(function),
            None if by_device == Maker::FortiGate || has_marks => Kind::Unknown,
            None => Kind::Foreign,
        }
    }
}

/// Whose serial number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    FortiGate,
    Other,
    /// Absent, anonymised or of the customer's own making.
    Open,
}

/// Serial prefixes of Fortinet products that are not firewalls: manager, analyzer, mail, web, authenticator,
/// sandbox, ADC, client, NAC, deceptor, SIEM, DDoS.
const OTHER_PRODUCTS: &[&str] =
    &["FMG", "FMV", "FAZ", "FL", "FE", "FV", "FAC", "FSA", "FAD", "FCT", "FNC", "FDC", "FSM", "FI"];

impl Maker {
    fn of(serial: &str) -> Maker {
        // FortiGate, FortiGate VM, FortiGate Rugged, FortiWiFi.
        if serial.starts_with("FG") || serial.starts_with("FW") {
            return Maker::FortiGate;
        }
        let is_serial = serial.len() >= 8 && serial.bytes().any(|b| b.is_ascii_digit());
        let other = OTHER_PRODUCTS.iter().any(|prefix| serial.starts_with(prefix));
        if is_serial && other { Maker::Other } else { Maker::Open }
    }
}

/// Tells whether a word is a log's type, not its subtype.
pub(super) fn is_type(word: &str) -> bool {
    matches!(word, "traffic" | "utm" | "event" | "anomaly" | "dns" | "appevent")
}

fn function(log_type: &str, subtype: &str) -> Option<Function> {
    Some(match log_type {
        "traffic" => match subtype {
            "forward" | "local" | "multicast" | "sniffer" | "ztna" | "other" | "http-transaction"
            | "slb_http" | "allowed" | "violation" | "wanopt" | "webcache" | "broadcast"
            | "explicit-proxy" | "failed-conn" | "session" | "start" | "" => Function::Firewall,
            _ => return None,
        },
        "utm" => return utm(subtype),
        "event" => return event(subtype),
        // FortiAnalyzer writes `appevent` of itself and the devices it hears.
        "appevent" => Function::System,
        // Up to 5.4 the function is the type and the subtype says what happened.
        "anomaly" if subtype.is_empty() || subtype == "anomaly" => Function::Anomaly,
        "attack" | "ips" if subtype == "anomaly" => Function::Anomaly,
        "attack" if subtype == "signature" || subtype == "ips" => Function::Ips,
        "spam" => Function::Email,
        "gtp" | "voip" | "netscan" | "content" => Function::Other,
        bare => return utm(bare),
    })
}

fn utm(subtype: &str) -> Option<Function> {
    Some(match subtype {
        "ips" | "virtual-patch" => Function::Ips,
        "app-ctrl" | "casb" => Function::Appcontrol,
        "webfilter" | "videofilter" => Function::Webfilter,
        "virus" => Function::Antivirus,
        "dns" | "dns-query" | "dns-response" => Function::Dns,
        "anomaly" => Function::Anomaly,
        "ssl" => Function::Ssl,
        "waf" => Function::Waf,
        "dlp" => Function::Dlp,
        "file-filter" | "cifs" => Function::File,
        "emailfilter" => Function::Email,
        "ssh" | "voip" | "icap" | "sctp-filter" | "gtp" | "netscan" | "forti-switch" => Function::Other,
        _ => return None,
    })
}

fn event(subtype: &str) -> Option<Function> {
    Some(match subtype {
        "vpn" | "ipsec" | "sslvpn-user" | "sslvpn-admin" | "sslvpn-session" | "ppp" => Function::Vpn,
        "user" | "auth" => Function::Auth,
        "ha" => Function::Ha,
        "config" => Function::Config,
        "system" | "admin" | "router" | "wireless" | "wad" | "endpoint" | "security-rating"
        | "security-audit" | "compliance-check" | "fortiextender" | "connector" | "sdwan"
        | "virtual-wan-link" | "switch-controller" | "rest-api" | "cifs-auth-fail" | "webproxy"
        | "perf-stats" | "performance" | "dhcp" | "pattern" | "alert" | "gtp" | "sase" | "logdev"
        | "forticlient" | "nac-quarantine" => Function::System,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_every_era() {
        let cases = [
            ("traffic", "forward", Kind::Known(Function::Firewall)),
            ("traffic", "violation", Kind::Known(Function::Firewall)),
            ("utm", "ips", Kind::Known(Function::Ips)),
            ("ips", "signature", Kind::Known(Function::Ips)),
            ("utm", "anomaly", Kind::Known(Function::Anomaly)),
            ("anomaly", "anomaly", Kind::Known(Function::Anomaly)),
            ("virus", "infected", Kind::Known(Function::Antivirus)),
            ("webfilter", "ftgd_blk", Kind::Known(Function::Webfilter)),
            ("dns", "dns-response", Kind::Known(Function::Dns)),
            ("app-ctrl", "app-ctrl-all", Kind::Known(Function::Appcontrol)),
            ("utm", "emailfilter", Kind::Known(Function::Email)),
            ("voip", "voip", Kind::Known(Function::Other)),
            ("event", "vpn", Kind::Known(Function::Vpn)),
            ("event", "user", Kind::Known(Function::Auth)),
            ("event", "ha", Kind::Known(Function::Ha)),
            ("event", "system", Kind::Known(Function::System)),
            ("utm", "brand-new", Kind::Foreign),
            ("statistics", "n/a", Kind::Foreign),
            ("event", "Authentication", Kind::Foreign),
        ];
        for (log_type, subtype, expected) in cases {
            assert_eq!(Kind::of(log_type, subtype, None, false), expected, "{log_type}/{subtype}");
        }
        assert_eq!(Kind::of("utm", "brand-new", Some("FG100FTK20000001"), false), Kind::Unknown);
        assert_eq!(Kind::of("utm", "brand-new", None, true), Kind::Unknown);
    }

    #[test]
    fn serial_numbers_of_other_products_are_foreign() {
        for serial in [
            "FMG-VM0000000001",
            "FAZ-VM0000000001",
            "FL-1KC0000000001",
            "FE100C0000000001",
            "FV-1KD0000000001",
        ] {
            assert_eq!(Kind::of("event", "system", Some(serial), true), Kind::Foreign, "{serial}");
        }
        for serial in
            ["FGVM010000000001", "FWF60E0000000001", "FGR60F0000000001", "KITA-FW1", "FLOOR3", "0000"]
        {
            assert_eq!(
                Kind::of("event", "system", Some(serial), true),
                Kind::Known(Function::System),
                "{serial}"
            );
        }
    }
}
