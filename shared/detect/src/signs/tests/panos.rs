//! PAN-OS's records.

use super::*;

/// The row's columns that matter, and the object with them.
pub(super) fn panos(subtype: &str, id: &str, object: &str, text: &str) -> String {
    let registry = Registry::open();
    let mut event = Event::new(&registry.tenants()[0], Vendor::Panos, now());
    event.log_type = "SYSTEM".into();
    event.log_subtype = subtype.into();
    event.function = match subtype {
        "ha" => Function::Ha,
        "vpn" | "globalprotect" => Function::Vpn,
        "auth" => Function::Auth,
        _ => Function::System,
    };
    event.log_id = Some(id.into());
    event.message = Some(text.into());
    let fields = [column("object", 0, object.len())];
    event.extra = Extra::listed(object, &fields);
    told(&signs(&event))
}

pub(super) fn panos_config(command: &str, path: &str, result: &str, details: [&str; 2]) -> String {
    let registry = Registry::open();
    let mut event = Event::new(&registry.tenants()[0], Vendor::Panos, now());
    event.log_type = "CONFIG".into();
    event.function = Function::Config;
    event.action = Some(command.into());
    event.user = Some("suzuki".into());
    event.message = Some(path.into());
    let line = [result, details[0], details[1]].concat();
    let ends = [result.len(), result.len() + details[0].len(), line.len()];
    let fields = [
        column("result", 0, ends[0]),
        column("before_change_detail", ends[0], ends[1]),
        column("after_change_detail", ends[1], ends[2]),
    ];
    event.extra = Extra::listed(&line, &fields);
    told(&signs(&event))
}

#[test]
fn panos_records_say_what_befell_the_device() {
    let cases = [
        (
            "ha",
            "state-change",
            "",
            "HA Group 1: Moved from state Passive to state Active",
            "ha_member_lost over; ha_failover trouble",
        ),
        (
            "ha",
            "state-change",
            "",
            "HA Group 1: Moved from state Initial to state Active",
            "ha_member_lost over",
        ),
        (
            "ha",
            "state-change",
            "",
            "HA Group 1: Moved from state Active to state Non-Functional",
            "ha_member_lost trouble",
        ),
        ("ha", "ha1-link-change", "", "HA1 link down", "ha_link_down trouble HA1"),
        ("ha", "connect-change", "", "HA Group 1: HA2 connection up", "ha_link_down over HA2"),
        ("ha", "peer-split-brain", "", "", "ha_split_brain trouble"),
        ("ha", "ha-config-out-of-sync", "", "", "ha_out_of_sync trouble configuration"),
        ("ha", "config-synch", "", "Running configuration synchronized", "ha_out_of_sync over configuration"),
        (
            "port",
            "link-change",
            "ethernet1/1",
            "Port ethernet1/1: Down 1Gb/s-full duplex",
            "interface_down trouble ethernet1/1",
        ),
        (
            "port",
            "link-change",
            "",
            "Port ethernet1/1: Up   1Gb/s-full duplex",
            "interface_down over ethernet1/1",
        ),
        (
            "vpn",
            "tunnel-status-down",
            "to-branch",
            "Tunnel to-branch is down",
            "tunnel_down trouble to-branch",
        ),
        ("vpn", "tunnel-status-up", "to-branch", "Tunnel to-branch is up", "tunnel_down over to-branch"),
        (
            "routing",
            "routed-BGP-peer-left-established",
            "",
            "BGP peer session left established state, peer name: isp, peer IP: 203.0.113.1.",
            "neighbour_lost trouble 203.0.113.1",
        ),
        ("hw", "ps-failure", "PS1", "Power supply PS1 failed", "power_failed trouble PS1"),
        ("hw", "fan", "Fan 2", "Fan 2: speed normal", "fan_failed over Fan 2"),
        (
            "general",
            "general",
            "",
            "License for feature threat will expire on 2026/02/01",
            "licence_expiring trouble threat = 11",
        ),
        (
            "general",
            "general",
            "",
            "License for feature threat has expired",
            "licence_expired trouble threat",
        ),
        (
            "general",
            "general",
            "",
            "Installed content package: panupv2-all-contents-8901-9402",
            "update_failed over content",
        ),
        ("general", "general", "", "Antivirus update job failed", "update_failed trouble antivirus"),
        (
            "general",
            "general",
            "",
            "Connection to Update server: updates.example failed",
            "update_failed trouble update server",
        ),
        ("url-filtering", "url-cloud-connection-failure", "", "", "rating_unreachable trouble"),
        (
            "syslog",
            "syslog-conn-status",
            "",
            "Syslog connection established to server['192.0.2.5:6514']",
            "log_server_lost over 192.0.2.5:6514",
        ),
        (
            "syslog",
            "syslog-conn-status",
            "",
            "Syslog connection broken to server['192.0.2.5:6514']",
            "log_server_lost trouble 192.0.2.5:6514",
        ),
        (
            "general",
            "general",
            "",
            "Disk usage for / exceeds limit, 95 percent in use",
            "disk_use reading / = 95",
        ),
        ("general", "general", "", "System restart requested by suzuki", "restarted trouble suzuki"),
        ("general", "general", "", "The system is starting up.", "restarted_unasked trouble; shut_down over"),
        ("general", "general", "", "The system is shutting down", "shut_down trouble"),
        (
            "general",
            "general",
            "",
            "mgmtsrvr: exited 1 times, must be manually recovered",
            "crashed trouble mgmtsrvr",
        ),
        ("ntpd", "general", "", "NTP sync to server 192.0.2.123", "time_server_lost over 192.0.2.123"),
        (
            "ntpd",
            "general",
            "",
            "NTP sync to server 192.0.2.123 failed",
            "time_server_lost trouble 192.0.2.123",
        ),
        (
            "general",
            "general",
            "",
            "Deviating device: KITA-PA2, Serial: 012801096515, Object: , Metric: mp-cpu, Value: 34",
            "cpu_use reading mp-cpu = 34 of 012801096515",
        ),
        ("general", "general", "", "Installed panos software version 11.1.4", "firmware_changed trouble"),
    ];
    for (subtype, id, object, text, expected) in cases {
        assert_eq!(panos(subtype, id, object, text), expected, "{subtype} {id} {text}");
    }
}

#[test]
fn panos_configuration_changes_say_what_they_weaken() {
    let changed = "changed trouble suzuki";
    let open = "any-any { from any; to any; source any; destination any; application any; service any; action allow; }";
    let rule = " vsys  vsys1 rulebase security rules  any-any";
    let cases = [
        ("set", rule, ["", open], format!("{changed}; any_any_policy trouble any-any")),
        (
            "set",
            rule,
            ["", "any-any { source any; destination any; application dns; service any; action allow; }"],
            changed.to_owned(),
        ),
        ("set", rule, ["", ""], changed.to_owned()),
        (
            "edit",
            rule,
            ["x { profile-setting { group g; } }", "x { action allow; }"],
            format!("{changed}; profile_disabled trouble any-any"),
        ),
        (
            "edit",
            rule,
            ["x { log-end yes; }", "x { log-end no; }"],
            format!("{changed}; logging_disabled trouble any-any"),
        ),
        (
            "delete",
            " vsys vsys1 rulebase security rules Web out profile-setting",
            ["", ""],
            format!("{changed}; profile_disabled trouble Web out"),
        ),
        (
            "delete",
            " shared log-settings syslog collector",
            ["", ""],
            format!("{changed}; logging_disabled trouble log-settings"),
        ),
        ("set", " mgt-config users  sato", ["", ""], format!("{changed}; administrator_added trouble sato")),
        ("edit", " mgt-config users  sato", ["", ""], changed.to_owned()),
        ("set", " mgt-config users  sato phash", ["", ""], changed.to_owned()),
        ("commit", "", ["", ""], changed.to_owned()),
        ("load", "", ["", ""], "configuration_restored trouble suzuki".to_owned()),
        ("set", " vsys vsys1 address printer", ["", ""], String::new()),
    ];
    for (command, path, details, expected) in cases {
        assert_eq!(panos_config(command, path, "Succeeded", details), expected, "{command} {path}");
    }
    assert_eq!(panos_config("set", rule, "Unauthorized", ["", open]), "");
}
