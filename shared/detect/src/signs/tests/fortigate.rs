//! FortiGate's records.

use super::*;

pub(super) fn fortigate(text: &str) -> String {
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
