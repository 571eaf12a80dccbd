//! Records of every kind, and what must give no sign.

use hinomi_model::registry::Registry;
use hinomi_model::{Escape, EventTime, Extra, ExtraField, FieldName, Health, Span};
use proptest::prelude::*;

use super::*;

/// The most signs that one record gives: the readings of a performance record.
const MAX_SIGNS: usize = 5;

/// A line of `name=value` pairs and what parse would keep of them.
struct Line<'l> {
    text: &'l str,
    fields: Vec<(&'l str, ExtraField)>,
}

impl<'l> Line<'l> {
    fn of(text: &'l str) -> Self {
        let mut fields = Vec::new();
        let mut at = 0;
        while let Some((name, rest)) = text[at..].split_once('=') {
            let start = text.len() - rest.len();
            let (from, to) = match rest.strip_prefix('"') {
                Some(quoted) => (start + 1, start + 1 + quoted.find('"').unwrap()),
                None => (start, start + rest.find(' ').unwrap_or(rest.len())),
            };
            let span = |from: usize, to: usize| Span { start: from as u32, end: to as u32 };
            let name = name.trim_start_matches(['"', ' ']);
            let named = span(start - 1 - name.len(), start - 1);
            let field = ExtraField {
                name: FieldName::InLine(named),
                value: span(from, to),
                escape: Escape::None,
                known: true,
            };
            fields.push((name, field));
            at = to;
        }
        Line { text, fields }
    }

    fn get(&self, name: &str) -> Option<&'l str> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, field)| field.value.of(self.text))
    }
}

fn fortigate(text: &str) -> String {
    let registry = Registry::open();
    let line = Line::of(text);
    let text_of = |name: &str| line.get(name).map(Into::into);
    let mut event = Event::new(&registry.tenants()[0], Vendor::Fortigate, now());
    event.log_type = line.get("type").unwrap_or("event").into();
    event.log_subtype = line.get("subtype").unwrap_or("system").into();
    event.function = match &*event.log_subtype {
        "ips" => Function::Ips,
        "user" => Function::Auth,
        "ha" => Function::Ha,
        "vpn" => Function::Vpn,
        _ if line.get("cfgpath").is_some() => Function::Config,
        _ => Function::System,
    };
    event.log_id = text_of("logid");
    event.action = text_of("action");
    event.user = text_of("user");
    event.message = text_of("msg");
    let taken = ["type", "subtype", "logid", "action", "user", "msg"];
    let kept: Vec<_> =
        line.fields.iter().filter(|(name, _)| !taken.contains(name)).map(|(_, field)| *field).collect();
    event.extra = Extra::listed(text, &kept);
    told(&signs(&event))
}

/// The row's columns that matter, and the object with them.
fn panos(subtype: &str, id: &str, object: &str, text: &str) -> String {
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

fn column(name: &'static str, start: usize, end: usize) -> ExtraField {
    ExtraField {
        name: FieldName::Known(name),
        value: Span { start: start as u32, end: end as u32 },
        escape: Escape::None,
        known: true,
    }
}

fn panos_config(command: &str, path: &str, result: &str, details: [&str; 2]) -> String {
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

fn now() -> EventTime {
    EventTime::parse_rfc3339("2026-01-20T01:15:00Z").unwrap()
}

fn told(signs: &[Seen]) -> String {
    let one = |seen: &Seen| {
        let value = seen.value.map(|value| format!(" = {value}")).unwrap_or_default();
        let device = seen.device.as_ref().map(|device| format!(" of {device}")).unwrap_or_default();
        let object = if seen.object.is_empty() { "" } else { &format!(" {}", seen.object) };
        format!("{} {}{object}{value}{device}", seen.symptom, seen.saying)
    };
    signs.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[test]
fn fortigate_records_say_what_befell_the_device() {
    let cases = [
        (
            r#"logid="0100040704" action="perf-stats" cpu=12 mem=61 totalsession=10423 disk=2 setuprate=120"#,
            "cpu_use reading = 12; memory_use reading = 61; disk_use reading = 2; session_use reading = 10423; \
             session_rate reading = 120",
        ),
        // A relay's number, and a share that can't be.
        (r#"logid="9999999999" action="perf-stats" cpu=400 mem=61"#, "memory_use reading = 61"),
        (r#"logid="0100022011" logdesc="Memory conserve mode entered""#, "conserve_mode trouble"),
        (r#"logid="0100022012" logdesc="Memory conserve mode exited""#, "conserve_mode over"),
        (r#"logid="0100022802""#, "conserve_mode trouble file descriptors"),
        (
            r#"logid="0100022700" logdesc="IPS session scan paused" msg="enter fail open mode""#,
            "ips_fail_open trouble",
        ),
        (r#"logid="0108037893" subtype="ha" logdesc="Member dead" sn="FG2""#, "ha_member_lost trouble FG2"),
        (r#"logid="0108037894" subtype="ha" logdesc="Member joined" sn="FG2""#, "ha_member_lost over FG2"),
        (
            r#"logid="0108037892" subtype="ha" logdesc="Virtual cluster member state moved" sn="FG1""#,
            "ha_failover trouble FG1",
        ),
        (
            r#"logid="0108037903" subtype="ha" sync_type="configurations" sync_status="out-of-sync""#,
            "ha_out_of_sync trouble configurations",
        ),
        (
            r#"logid="0108037903" subtype="ha" sync_type="configurations" sync_status="in-sync""#,
            "ha_out_of_sync over configurations",
        ),
        (
            r#"logid="0108037901" subtype="ha" logdesc="Heartbeat interface down" devintfname="port9""#,
            "ha_link_down trouble port9",
        ),
        (
            r#"logid="0100020099" logdesc="Interface status changed" action="interface-stat-change" status="DOWN" msg="Link monitor: Interface wan1 was turned down""#,
            "interface_down trouble wan1",
        ),
        (
            r#"logid="0100020099" action="interface-stat-change" status="UP" msg="Link monitor: Interface wan1 was turned up""#,
            "interface_down over wan1",
        ),
        (
            r#"logid="0100022932" logdesc="Link monitor status warning" name="isp1" interface="wan1" msg="Link Monitor changed state from alive to dead, protocol: ping.""#,
            "path_down trouble isp1",
        ),
        (
            r#"logid="0113022931" subtype="sdwan" logdesc="SDWAN SLA information warning" healthcheck="dns" interface="wan2" oldvalue="alive" newvalue="dead""#,
            "path_down trouble dns wan2",
        ),
        (
            r#"logid="0113022923" subtype="sdwan" logdesc="SDWAN status" healthcheck="dns" oldvalue="2" newvalue="0" msg="Number of pass member changed.""#,
            "path_down trouble dns",
        ),
        (
            r#"logid="0101037138" subtype="vpn" logdesc="IPsec connection status changed" action="tunnel-down" vpntunnel="to-branch" xauthuser="N/A" assignip=N/A"#,
            "tunnel_down trouble to-branch",
        ),
        (
            r#"logid="0101037138" subtype="vpn" action="tunnel-up" vpntunnel="to-branch""#,
            "tunnel_down over to-branch",
        ),
        (
            r#"logid="0103020300" subtype="router" logdesc="BGP neighbor status changed" msg="BGP: neighbor 203.0.113.1 Down Hold timer""#,
            "neighbour_lost trouble 203.0.113.1",
        ),
        (
            r#"logid="0103020302" subtype="router" msg="OSPF: neighbor 192.0.2.7 Loading -> Full""#,
            "neighbour_lost over 192.0.2.7",
        ),
        (r#"logid="0100022105" logdesc="Power supply failed""#, "power_failed trouble"),
        (r#"logid="0100022151" logdesc="Fan normal""#, "fan_failed over"),
        (r#"logid="0100041000" logdesc="FortiGate update succeeded" status="update""#, "update_failed over"),
        (r#"logid="0100041001" logdesc="FortiGate update failed""#, "update_failed trouble"),
        (
            r#"logid="0100020103" logdesc="AV license expiring" msg="AV license will expire in 14 day(s)""#,
            "licence_expiring trouble antivirus = 14",
        ),
        (r#"logid="0100032015" msg="Disk log is 91% full""#, "log_disk_full reading = 91"),
        (r#"logid="0100032037" logdesc="Disk log full over first warning""#, "log_disk_full trouble"),
        (r#"logid="0100032138" logdesc="Device rebooted" user="suzuki""#, "restarted trouble suzuki"),
        (r#"logid="0100032009" logdesc="System started""#, "restarted_unasked trouble; shut_down over"),
        (r#"logid="0100032200" logdesc="Device shutdown" user="suzuki""#, "shut_down trouble"),
        (
            r#"logid="0100032546" logdesc="Application crashed" msg="Pid: 181, application: wad, Signal 11 received""#,
            "crashed trouble wad",
        ),
        (
            r#"logid="0100032108" logdesc="NTP server unreachable" msg="NTP server 192.0.2.123 is unreachable""#,
            "time_server_lost trouble 192.0.2.123",
        ),
        (r#"logid="0100032140" logdesc="Time changed" user="suzuki""#, "clock_set trouble suzuki"),
        (
            r#"logid="0100022221" logdesc="External resource failed" name="blocks""#,
            "feed_failed trouble blocks",
        ),
        (
            r#"logid="0100032142" logdesc="System configuration backed up" user="suzuki""#,
            "configuration_copied trouble suzuki",
        ),
        (r#"logid="0100032202" logdesc="Image restored" user="suzuki""#, "firmware_changed trouble suzuki"),
        (
            r#"logid="0100032028" logdesc="Log directory deleted" user="suzuki""#,
            "logs_deleted trouble suzuki",
        ),
        (
            r#"logid="0100032095" user="suzuki" action="download" msg="downloaded the configuration file""#,
            "configuration_copied trouble suzuki",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(fortigate(line), expected, "{line}");
    }
}

#[test]
fn fortigate_configuration_changes_say_what_they_weaken() {
    let head = r#"logid="0100044547" user="suzuki""#;
    let changed = "changed trouble suzuki";
    let cases = [
        (
            r#"action="Edit" cfgpath="firewall.policy" cfgobj="12" cfgattr="comments[->x]""#,
            changed.to_owned(),
        ),
        (
            r#"action="Add" cfgpath="system.admin" cfgobj="backdoor" cfgattr="accprofile[super_admin]password[*]""#,
            format!("{changed}; administrator_added trouble backdoor"),
        ),
        (
            r#"action="Edit" cfgpath="log.syslogd.setting" cfgattr="status[enable->disable]""#,
            format!("{changed}; logging_disabled trouble log.syslogd.setting"),
        ),
        (
            r#"action="Edit" cfgpath="log.fortianalyzer.filter" cfgattr="forward-traffic[enable->disable]""#,
            format!("{changed}; logging_disabled trouble log.fortianalyzer.filter"),
        ),
        (
            r#"action="Edit" cfgpath="firewall.policy" cfgobj="12" cfgattr="logtraffic[all->disable]utm-status[enable->disable]""#,
            format!(
                "{changed}; logging_disabled trouble firewall.policy 12; profile_disabled trouble firewall.policy 12"
            ),
        ),
        (
            r#"action="Edit" cfgpath="firewall.policy" cfgobj="12" cfgattr="ips-sensor[default->]""#,
            format!("{changed}; profile_disabled trouble firewall.policy 12"),
        ),
        (
            r#"action="Add" cfgpath="firewall.policy" cfgobj="99" cfgattr="srcaddr[all]dstaddr[all]action[accept]schedule[always]service[ALL]""#,
            format!("{changed}; any_any_policy trouble firewall.policy 99"),
        ),
        // For some people only; denied; another profile; logging as much as before; an address.
        (
            r#"action="Add" cfgpath="firewall.policy" cfgobj="99" cfgattr="srcaddr[all]dstaddr[all]action[accept]service[ALL]groups[vpn]""#,
            changed.to_owned(),
        ),
        (
            r#"action="Add" cfgpath="firewall.policy" cfgobj="99" cfgattr="srcaddr[all]dstaddr[all]action[deny]service[ALL]""#,
            changed.to_owned(),
        ),
        (
            r#"action="Edit" cfgpath="firewall.policy" cfgobj="12" cfgattr="ips-sensor[default->strict]logtraffic[all->utm]""#,
            changed.to_owned(),
        ),
        (
            r#"action="Edit" cfgpath="log.syslogd.setting" cfgattr="status[disable->enable]""#,
            changed.to_owned(),
        ),
        (r#"action="Edit" cfgpath="system.admin" cfgobj="suzuki" cfgattr="password[*]""#, changed.to_owned()),
        (
            r#"action="Add" cfgpath="firewall.address" cfgobj="printer" cfgattr="subnet[192.0.2.1]""#,
            String::new(),
        ),
    ];
    for (rest, expected) in cases {
        let line = format!("{head} {rest}");
        assert_eq!(fortigate(&line), expected, "{line}");
    }
}

#[test]
fn a_secret_is_in_no_sign() {
    let line = r#"logid="0100044547" action="Add" cfgpath="vpn.ipsec.phase1-interface" cfgobj="hq" cfgattr="psksecret[hunter2]""#;
    assert_eq!(fortigate(line), "changed trouble vpn.ipsec.phase1-interface");
    let path = " mgt-config users  sato phash hunter2";
    assert!(!panos_config("set", path, "Succeeded", ["", "phash hunter2"]).contains("hunter2"));
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

#[test]
fn what_only_quotes_the_words_says_nothing() {
    let lines = [
        r#"type="utm" subtype="ips" logid="0100022011" logdesc="Memory conserve mode entered""#,
        r#"type="utm" subtype="system" logid="0100022011" msg="conserve""#,
        r#"subtype="user" logid="0100022011" logdesc="conserve""#,
        r#"logid="0100032001" action="login" user="conserve mode" msg="Administrator conserve mode logged in""#,
        r#"logid="0100099999" logdesc="Memory conserve mode entered""#,
        // Another type's record with the number of an old release.
        r#"logid="0104022011" logdesc="Rogue station seen" msg="seen""#,
        r#"subtype="wireless" logid="0104022011""#,
        r#"logid="0100020099" action="interface-stat-change" msg="Interface changed""#,
        r#"subtype="vpn" logid="0101037138" action="tunnel-down" vpntunnel="home_0" assignip=192.0.2.9"#,
        r#"subtype="vpn" logid="0101037138" action="tunnel-down" vpntunnel="home_0" xauthuser="sato""#,
        r#"logid="0100032095" action="download" msg="downloaded a log file""#,
        "",
    ];
    for line in lines {
        assert_eq!(fortigate(line), "", "{line}");
    }
    let texts = [
        ("general", "User License for feature x expired logged out via Web from 192.0.2.9"),
        ("auth", "failed authentication for user 'The system is starting up'"),
        ("globalprotect", "GlobalProtect user: The system is starting up"),
        ("general", "Connection to Update server closed: updates.example"),
        ("general", "Deviating device: x, Serial: y, Object: z, Metric: mp-cpu, Value: lots"),
        ("general", "HA Group 1: nothing"),
        ("general", ""),
    ];
    for (subtype, text) in texts {
        assert_eq!(panos(subtype, "general", "", text), "", "{text}");
    }
}

#[test]
fn a_long_or_strange_name_is_cut_and_cleaned() {
    let tunnel = format!("{}\u{1b}[2J\u{202e}{}", "支".repeat(5), "店".repeat(50));
    let line = format!(r#"subtype="vpn" logid="0101037138" action="tunnel-down" vpntunnel="{tunnel}""#);
    let said = fortigate(&line);
    let object = said.strip_prefix("tunnel_down trouble ").unwrap();
    assert!(
        object.len() <= Health::MAX_OBJECT_BYTES && object.len() > Health::MAX_OBJECT_BYTES - 3,
        "{object}"
    );
    assert!(object.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{object:?}");
}

fn some_text() -> impl Strategy<Value = String> {
    let said = prop::sample::select(vec![
        "license will expire on 2026/02/30",
        "Deviating device: a, Serial: 1234567, Metric: cpu, Value: 9%",
        "Moved from state Passive to state Active",
        "Disk usage for / exceeds limit, 95 percent in use",
        "%",
        "->",
        "[",
        "source any destination any",
        "srcaddr[all]dstaddr[all]service[ALL]action[accept]",
        "status[enable->disable]",
        "disable",
        "firewall.policy",
        "system.admin",
        "mgt-config users あ",
        "rulebase security rules あ log-end",
        "Interface ",
        "down",
        "Add",
        "delete",
        "tunnel-down",
        "state-change",
        "tunnel-status-down",
        "12",
    ]);
    prop_oneof![said.prop_map(str::to_owned), "\\PC{0,80}", any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_record_gives_few_signs_of_short_names(
        (vendor, function) in (prop::sample::select(Vendor::ALL), prop::sample::select(Function::ALL)),
        (log_type, subtype) in (
            prop::sample::select(vec!["event", "SYSTEM", "CONFIG", "utm"]),
            prop::sample::select(vec!["system", "ha", "hw", "ntpd", "vpn", ""]),
        ),
        id in prop_oneof![(20_000u32..48_000).prop_map(|id| format!("0100{id:06}")), some_text()],
        texts in prop::collection::vec(some_text(), 12),
    ) {
        let registry = Registry::open();
        let mut event = Event::new(&registry.tenants()[0], vendor, now());
        event.function = function;
        event.log_type = log_type.into();
        event.log_subtype = subtype.into();
        event.log_id = Some(id.into());
        let [action, message, user, values @ ..] = texts.as_slice() else { return Ok(()) };
        event.action = Some(action.into());
        event.message = Some(message.into());
        event.user = Some(user.into());
        let names = [
            "cfgpath", "cfgobj", "cfgattr", "object", "before_change_detail", "after_change_detail", "interface",
            "newvalue", "cpu",
        ];
        let line = values.concat();
        let mut at = 0;
        let fields: Vec<_> = names.into_iter().zip(values).map(|(name, value)| {
            let start = at;
            at += value.len();
            column(name, start, at)
        }).collect();
        event.extra = Extra::listed(&line, &fields);
        let signs = signs(&event);
        prop_assert!(signs.len() <= MAX_SIGNS, "{}", told(&signs));
        for seen in &signs {
            prop_assert!(seen.object.len() <= Health::MAX_OBJECT_BYTES);
            prop_assert!(!seen.object.chars().any(char::is_control));
        }
    }
}
