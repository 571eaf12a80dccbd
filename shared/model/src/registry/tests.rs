//! The registry of design.md, and registries with everything wrong.

use std::borrow::Cow;

use super::*;
use crate::finding::Stage;
use crate::quarantine::{QuarantineReason, Reject};

const SAMPLE: &str = r#"
version: 1
tenants:
  - id: kita
    name: {ja: 北市, en: Kita City}
    internal: [10.1.0.0/16, 198.51.100.0/24]
    devices: [{id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, vsys: root, time_zone: Asia/Tokyo, posture: inline, ha: kita-pair, aliases: [kita-fw1], collectors: [c1]}]
    # everything below is optional
    reference: K                      # prefix of incident numbers, K-4821
    groups: [hokubu-prefecture]
    language: ja                      # ja | en
    time_zone: Asia/Tokyo
    soc: {name: {ja: 東京SOC, en: Tokyo SOC}, phone: "+81300000000"}
    release: automatic                # automatic | analyst (then levels 3 and 4 go by themselves after five minutes)
    roles: {resolver: [10.1.0.53], proxy: [], mail: [10.1.200.25], nat: [], server: [10.1.200.0/24], vpn_pool: [], guest: [10.1.90.0/24], iot: []}
    assets: [{ip: 10.1.200.10, public: 198.51.100.10, name: WEB01, product: Apache Struts, owner: 情報政策課, critical: true}]
    office_hours: {days: mon-fri, from: "08:30", to: "18:00", holidays: [2026-11-23]}
    maintenance: [{days: sat, from: "22:00", to: "04:00", reason: backup}]
    health: {cpu: 95, disk: 80}
    contacts: [{id: duty, name: 担当, email: soc@kita.example, sms: "+819000000000", language: ja, for: [attack, health], levels: [2, 3, 4], hours: always, order: 1}]
    allow: [{source: 10.1.9.9, kinds: [reconnaissance, exploitation], reason: own scanner, until: 2027-03-31}]     # source, destination, host, signature, kinds, until; kinds and until optional
    saas: [m365, zoom]
    never_block: [203.0.113.0/24]
  - id: prefecture
    name: {ja: 県, en: Prefecture}
    internal: [10.200.0.0/16]
    devices: []
shared_devices: [{id: "012801096514", vendor: panos, owner: prefecture, tenants_by: internal}]   # a firewall that several tenants share: the tenant is the one whose `internal` holds the inside address, else the owner
"#;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn nets(list: &[&str]) -> Networks {
    list.iter().map(|text| text.parse::<ipnet::IpNet>().unwrap()).collect()
}

fn words(ja: &str, en: &str) -> Words {
    Words { ja: ja.to_owned(), en: en.to_owned() }
}

/// Reads one tenant with these lines added to the least it needs.
fn with(lines: &str) -> Result<Registry, Problems> {
    let lines = lines.replace('\n', "\n    ");
    Registry::from_yaml(&format!(
        "version: 1\ntenants:\n  - id: a\n    name: A\n    internal: [10.0.0.0/8]\n    devices: []\n    {lines}\n"
    ))
}

#[test]
fn the_sample_reads_field_by_field() {
    let registry = Registry::from_yaml(SAMPLE).unwrap();
    assert!(!registry.is_open());
    let tokyo = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let kita = registry.tenant(&TenantId::new("kita")).unwrap();
    assert_eq!(kita.name, words("北市", "Kita City"));
    assert_eq!(kita.internal, nets(&["10.1.0.0/16", "198.51.100.0/24"]));
    assert_eq!(
        kita.devices,
        [Device {
            id: "FGT60FTK20000001".to_owned(),
            vendor: Vendor::Fortigate,
            name: Some("KITA-FW1".to_owned()),
            vsys: Some("root".to_owned()),
            time_zone: Some(tokyo.clone()),
            posture: Posture::Inline,
            ha: Some("kita-pair".to_owned()),
            aliases: vec!["kita-fw1".to_owned()],
            collectors: vec!["c1".to_owned()],
            identity: DeviceId::new("kita-pair"),
        }]
    );
    assert_eq!((kita.reference.as_str(), kita.language), ("K", Language::Ja));
    assert_eq!(
        (&kita.groups, &kita.saas),
        (&vec!["hokubu-prefecture".to_owned()], &vec!["m365".to_owned(), "zoom".to_owned()])
    );
    assert_eq!((kita.time_zone.clone(), kita.release), (tokyo, Release::Automatic));
    assert_eq!(kita.soc, Soc { name: words("東京SOC", "Tokyo SOC"), phone: Some("+81300000000".to_owned()) });
    assert_eq!(
        kita.assets,
        [AssetEntry {
            ip: ip("10.1.200.10"),
            public: Some(ip("198.51.100.10")),
            name: Some("WEB01".to_owned()),
            product: Some("Apache Struts".to_owned()),
            owner: Some("情報政策課".to_owned()),
            critical: true,
        }]
    );
    let working = Days([true, true, true, true, true, false, false]);
    let holidays = vec![jiff::civil::date(2026, 11, 23)];
    assert_eq!(kita.office_hours, Some(OfficeHours { days: working, from: 510, to: 1080, holidays }));
    let saturday = Days([false, false, false, false, false, true, false]);
    assert_eq!(
        (kita.health.cpu, kita.health.memory, kita.health.disk),
        (95, 85, 80),
        "what it does not set stays as it is"
    );
    assert_eq!(
        kita.maintenance,
        [Maintenance { days: saturday, from: 1320, to: 240, reason: "backup".to_owned() }]
    );
    assert_eq!(
        kita.contacts,
        [Contact {
            id: "duty".to_owned(),
            name: Some("担当".to_owned()),
            email: Some("soc@kita.example".to_owned()),
            sms: Some("+819000000000".to_owned()),
            language: Some(Language::Ja),
            attack: true,
            health: true,
            levels: [Level::TWO, Level::THREE, Level::FOUR].into(),
            hours: Hours::Always,
            order: 1,
        }]
    );
    assert_eq!(
        kita.allow,
        [AllowEntry {
            source: Some(nets(&["10.1.9.9/32"])),
            kinds: vec![AllowKind::Stage(Stage::Reconnaissance), AllowKind::Stage(Stage::Exploitation)],
            reason: "own scanner".to_owned(),
            until: EventTime::parse_rfc3339("2027-03-31T23:59:59.999999999+09:00"),
            ..AllowEntry::default()
        }]
    );
    assert_eq!(kita.never_block, nets(&["203.0.113.0/24"]));
    let shared = &registry.shared_devices()[0];
    assert_eq!((shared.device.id.as_str(), shared.owner.as_str()), ("012801096514", "prefecture"));
    assert_eq!(shared.device.vendor, Vendor::Panos);
}

#[test]
fn what_is_left_out_has_its_default() {
    let registry = with("contacts: [{id: duty, email: a@b.example}]").unwrap();
    let tenant = &registry.tenants()[0];
    assert_eq!(
        (tenant.reference.as_str(), tenant.language, tenant.release),
        ("H", Language::En, Release::Automatic)
    );
    assert_eq!((tenant.time_zone.clone(), tenant.soc.clone()), (jiff::tz::TimeZone::UTC, Soc::default()));
    let contact = &tenant.contacts[0];
    assert_eq!(
        (contact.attack, contact.health, contact.hours, contact.order),
        (true, true, Hours::Always, 1)
    );
    assert_eq!(contact.levels, [Level::TWO, Level::THREE, Level::FOUR].into());
    assert_eq!(tenant.role(ip("10.0.0.1")), Role::Client);
}

#[test]
fn roles_go_by_the_smallest_network_and_relays_first() {
    let registry =
        with("roles: {server: [10.1.200.0/24, 10.1.3.3], mail: [10.1.200.25], nat: [10.1.3.3]}").unwrap();
    let tenant = &registry.tenants()[0];
    for (address, role) in [
        ("10.1.200.25", Role::Mail),
        ("10.1.200.26", Role::Server),
        ("10.1.3.3", Role::Nat),
        ("10.9.9.9", Role::Client),
    ] {
        assert_eq!(tenant.role(ip(address)), role, "{address}");
    }
}

#[test]
fn every_problem_is_reported_at_once_with_its_path() {
    let text = r#"
version: 2
colour: red
tenants:
  - id: north
    name: {fr: Nord}
    internal: [10.1.2.3/16, 0.0.0.0/0, north, 10.0.0.0/33]
    devices:
      - {id: F1, vendor: cisco, posture: sideways, time_zone: Asia/Tokio, speed: 9}
      - {id: F2, vendor: fortigate, ha: pair, aliases: [fw]}
      - {id: P2, vendor: panos, ha: pair, aliases: [F2, FW]}
      - {id: F2, vendor: fortigate}
      - {id: F5, vendor: fortigate, aliases: [FW]}
      - 7
    language: fr
    release: perhaps
    roles: {printer: [10.1.0.1]}
    assets: [{ip: 10.1.0.300}, {public: 10.1.0.1, critical: very}]
    office_hours: {from: "8:30", to: "25:00", holidays: [2026-02-30]}
    maintenance: [{days: someday, from: "10:00", to: "10:00"}]
    health: {cpu: 101, memory: 0, fan: 3}
    contacts:
      - {id: duty}
      - {id: duty, email: nobody, sms: 819000000000, for: [], levels: [5], hours: never, order: -1}
    allow:
      - {kinds: [delivery, cc_payload, nonsense], until: someday}
    saas: m365
  - id: north
    internal: []
    contacts: [{id: day, email: a@b.example, hours: office}]
    name: North
    name: Nord
shared_devices:
  - {id: P9, vendor: panos, owner: south, tenants_by: name}
"#;
    let problems = Registry::from_yaml(text).unwrap_err();
    let expected = r#"version: must be 1
tenants[0].name.fr: unknown field; known are ja, en
tenants[0].name: needs `ja` or `en`
tenants[0].internal[0]: `10.1.2.3/16` has host bits; the network is 10.1.0.0/16
tenants[0].internal[1]: `0.0.0.0/0` is everything, and no organisation's inside
tenants[0].internal[2]: `north` is not a network (a.b.c.d/n) or an address
tenants[0].internal[3]: `10.0.0.0/33` is not a network (a.b.c.d/n) or an address
tenants[0].devices[0].vendor: `cisco` is not one of fortigate, panos
tenants[0].devices[0].time_zone: `Asia/Tokio` is not a time zone such as Asia/Tokyo
tenants[0].devices[0].posture: `sideways` is not one of inline, detect_only, sniffer
tenants[0].devices[0].speed: unknown field; known are id, vendor, name, vsys, time_zone, posture, ha, aliases, collectors
tenants[0].devices[5]: must be a map, is a number
tenants[0].language: `fr` is not one of ja, en
tenants[0].release: `perhaps` is not one of automatic, analyst
tenants[0].roles.printer: unknown field; known are client, server, resolver, proxy, mail, nat, vpn_pool, guest, iot
tenants[0].assets[0].ip: `10.1.0.300` is not an IP address
tenants[0].assets[1].ip: missing
tenants[0].assets[1].critical: must be true or false, is text
tenants[0].office_hours.from: `8:30` is not a time of day such as "08:30"
tenants[0].office_hours.to: `25:00` is not a time of day such as "08:30"
tenants[0].office_hours.holidays[0]: `2026-02-30` is not a date such as 2026-11-23
tenants[0].maintenance[0].days: `someday` is not a day or span of days such as mon-fri
tenants[0].maintenance[0].to: the span is empty; a whole day is "00:00" to "24:00"
tenants[0].maintenance[0].reason: missing
tenants[0].health.cpu: must be 0 to 100
tenants[0].health.memory: must be 1 to 100
tenants[0].health.fan: unknown field; known are cpu, memory, disk
tenants[0].contacts[0]: needs `email` or `sms`
tenants[0].contacts[1].email: `nobody` is not a mail address
tenants[0].contacts[1].sms: must be text (put it in quotes), is a number
tenants[0].contacts[1].for: empty
tenants[0].contacts[1].levels[0]: must be 0 to 4
tenants[0].contacts[1].hours: `never` is not one of always, office
tenants[0].contacts[1].order: must be 0 to 1000
tenants[0].contacts[1].id: contact `duty` is there twice
tenants[0].allow[0]: needs `source`, `destination`, `host` or `signature`
tenants[0].allow[0].kinds[0]: an allow entry never covers C&C or delivery
tenants[0].allow[0].kinds[1]: an allow entry never covers C&C or delivery
tenants[0].allow[0].kinds[2]: `nonsense` is not one of reconnaissance, delivery, exploitation, installation, command_and_control, lateral_movement, outbound_attack, credential_access, exfiltration, policy or a kind of finding
tenants[0].allow[0].reason: missing
tenants[0].allow[0].until: `someday` is not a date such as 2027-03-31 or an RFC 3339 time
tenants[0].saas: must be a list, is text
tenants[1].internal: empty
tenants[1].contacts[0].hours: the tenant has no `office_hours`
tenants[1].name: given twice
shared_devices[0].tenants_by: `name` is not one of internal
colour: unknown field; known are version, tenants, shared_devices
tenants[1].id: tenant `north` is there twice
shared_devices[0].owner: there is no tenant `south`
tenants[0].devices[2].ha: members of `pair` are of different vendors
tenants[0].devices[2].aliases[0]: `F2` is the id of tenants[0].devices[1]
tenants[0].devices[3].id: device `F2` is registered at tenants[0].devices[1] already
tenants[0].devices[4].aliases[0]: `FW` is an alias of tenants[0].devices[2] already"#;
    assert_eq!(problems.to_string(), expected);
}

#[test]
fn a_text_that_is_no_registry_has_one_problem() {
    for (text, part) in [
        (String::new(), "registry: must be a map, is nothing"),
        ("[1, 2]".to_owned(), "registry: must be a map, is a list"),
        ("a: [".to_owned(), "registry: not readable as YAML"),
        ("a: *x".to_owned(), "registry: not readable as YAML"),
        (" ".repeat(MAX_REGISTRY_BYTES + 1), "registry: larger than 1048576 bytes"),
    ] {
        let problems = Registry::from_yaml(&text).unwrap_err();
        assert_eq!(problems.0.len(), 1, "{problems}");
        assert!(problems.to_string().starts_with(part), "{problems}");
    }
}

#[test]
fn problems_are_bounded() {
    let text = format!("version: 1\ntenants: [{}]", "7, ".repeat(5_000));
    assert_eq!(Registry::from_yaml(&text).unwrap_err().0.len(), 1_000);
}

#[test]
fn an_allow_entry_may_be_over_and_may_name_a_signature_by_number() {
    let registry = with("allow: [{signature: 41534, until: 2001-01-01, reason: old}]").unwrap();
    let entry = &registry.tenants()[0].allow[0];
    assert_eq!(entry.signature.as_deref(), Some("41534"));
    assert_eq!(entry.until, EventTime::parse_rfc3339("2001-01-01T23:59:59.999999999Z"));
}

const DEVICES: &str = r#"
version: 1
tenants:
  - id: kita
    name: Kita
    internal: [10.1.0.0/16, 172.16.0.0/12]
    devices:
      - {id: FGT1, vendor: fortigate, name: KITA-FW1, ha: pair, aliases: [fw-kita], collectors: [c1, c2]}
      - {id: FGT2, vendor: fortigate, name: KITA-FW1, ha: pair}
      - {id: PA7, vendor: panos, vsys: vsys1}
      - {id: PA8, vendor: panos, name: office}
  - id: minami
    name: Minami
    internal: [10.2.0.0/16, 172.16.0.0/12]
    devices:
      - {id: PA7, vendor: panos, vsys: vsys2}
      - {id: PA9, vendor: panos, name: Office}
  - id: ken
    name: Ken
    internal: [10.0.0.0/8]
    devices: []
shared_devices:
  - {id: "012801096514", vendor: panos, owner: ken, name: ken-fw}
  - {id: PA7, vendor: panos, owner: ken}
"#;

fn identity<'a>(id: &'a str, name: &'a str, host: &'a str, vsys: &'a str) -> Identity<'a> {
    let some = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    let header_host = (!host.is_empty()).then_some(host);
    Identity { id: some(id), name: some(name), header_host, vsys: some(vsys) }
}

fn owner(
    registry: &Registry,
    identity: &Identity<'_>,
    collected: Collected<'_>,
    ips: [&str; 2],
) -> Result<String, Reject> {
    let ips = ips.map(|text| text.parse().ok());
    let (tenant, device) = registry.resolve(identity, collected, ips)?;
    Ok(format!("{} {}", tenant.id(), device.unwrap().identity()))
}

#[test]
fn a_line_finds_its_tenant_and_device() {
    let registry = Registry::from_yaml(DEVICES).unwrap();
    let none = Collected::default();
    for (line, ips, expected) in [
        (identity("FGT1", "", "", "root"), ["", ""], "kita pair"),
        (identity("FGT2", "ignored", "ignored", ""), ["", ""], "kita pair"),
        (identity("fw-kita", "", "", ""), ["", ""], "kita pair"),
        (identity("", "FW-Kita", "", ""), ["", ""], "kita pair"),
        (identity("", "kita-fw1", "", ""), ["", ""], "kita pair"),
        (identity("", "", "KITA-FW1", ""), ["", ""], "kita pair"),
        (identity("", "nobody", "PA8", ""), ["", ""], "kita PA8"),
        (identity("PA7", "", "", "vsys1"), ["", ""], "kita PA7"),
        (identity("PA7", "", "", "vsys2"), ["", ""], "minami PA7"),
        // Every other virtual system, and the device itself, is shared.
        (identity("PA7", "", "", "vsys3"), ["10.2.0.1", "192.0.2.1"], "minami PA7"),
        (identity("PA7", "", "", ""), ["", ""], "ken PA7"),
        (identity("012801096514", "", "", ""), ["10.1.0.1", "192.0.2.1"], "kita 012801096514"),
        (identity("012801096514", "", "", ""), ["192.0.2.1", "10.2.0.1"], "minami 012801096514"),
        (identity("012801096514", "", "", ""), ["10.1.0.1", "10.2.0.1"], "kita 012801096514"),
        (identity("012801096514", "", "", ""), ["10.9.0.1", "192.0.2.1"], "ken 012801096514"),
        (identity("012801096514", "", "", ""), ["192.0.2.1", "192.0.2.2"], "ken 012801096514"),
        // Two tenants use 172.16.0.0/12: nobody can tell, so it is the owner's.
        (identity("012801096514", "", "", ""), ["172.16.0.1", "10.1.0.1"], "ken 012801096514"),
    ] {
        assert_eq!(owner(&registry, &line, none, ips).as_deref(), Ok(expected), "{line:?} {ips:?}");
    }
}

#[test]
fn a_line_of_nobody_is_rejected_with_the_reason() {
    let registry = Registry::from_yaml(DEVICES).unwrap();
    for (line, reason, detail) in [
        (identity("", "", "", "root"), QuarantineReason::NoDevice, ""),
        (identity("FGT9", "KITA-FW1", "", ""), QuarantineReason::UnknownDevice, "FGT9"),
        (identity("fgt1", "", "", ""), QuarantineReason::UnknownDevice, "fgt1"),
        (identity("KITA-FW1", "", "", ""), QuarantineReason::UnknownDevice, "KITA-FW1"),
        (identity("", "nobody", "none", ""), QuarantineReason::UnknownDevice, "nobody"),
        // Two tenants call a device `office`.
        (identity("", "office", "", ""), QuarantineReason::UnknownDevice, "office"),
        (identity("X\u{1b}[2J", "", "", "\n"), QuarantineReason::UnknownDevice, "X\u{fffd}[2J vsys \u{fffd}"),
    ] {
        let error = registry.resolve(&line, Collected::default(), [None, None]).unwrap_err();
        assert_eq!((error.reason, error.detail.as_str()), (reason, detail), "{line:?}");
    }
}

#[test]
fn a_device_without_virtual_systems_needs_its_own() {
    let registry = with("").unwrap();
    assert!(registry.resolve(&identity("x", "", "", ""), Collected::default(), [None, None]).is_err());
    let text = DEVICES.replace("  - {id: PA7, vendor: panos, owner: ken}\n", "");
    let registry = Registry::from_yaml(&text).unwrap();
    // Registered for two tenants by virtual system only: a line about the whole device is nobody's.
    for vsys in ["", "vsys3"] {
        let error =
            registry.resolve(&identity("PA7", "", "", vsys), Collected::default(), [None, None]).unwrap_err();
        assert_eq!(error.reason, QuarantineReason::UnknownDevice);
    }
    // Registered for one virtual system of one tenant: a line about the whole device is that tenant's.
    let text = text.replace("      - {id: PA7, vendor: panos, vsys: vsys2}\n", "");
    let registry = Registry::from_yaml(&text).unwrap();
    assert_eq!(
        owner(&registry, &identity("PA7", "", "", ""), Collected::default(), ["", ""]).as_deref(),
        Ok("kita PA7")
    );
}

#[test]
fn collectors_bind_their_devices() {
    let registry = Registry::from_yaml(DEVICES).unwrap();
    let through = |collector| Collected { collector: Some(collector), ..Collected::default() };
    let line = identity("FGT1", "", "", "");
    assert!(registry.resolve(&line, through("c2"), [None, None]).is_ok());
    let error = registry.resolve(&line, through("c3"), [None, None]).unwrap_err();
    assert_eq!((error.reason, error.detail.as_str()), (QuarantineReason::DeviceMismatch, "FGT1 through c3"));
    // No collectors registered: any. No collector known, as for a plain file: nothing to compare.
    assert!(registry.resolve(&identity("FGT2", "", "", ""), through("c3"), [None, None]).is_ok());
    assert!(registry.resolve(&line, Collected::default(), [None, None]).is_ok());
    // The collector's own name for the device stands in for one that the line lacks, before the relay's host name.
    let named = Collected { collector: Some("c1"), device: Some("FGT1"), received: None };
    assert_eq!(owner(&registry, &identity("", "", "PA8", ""), named, ["", ""]).as_deref(), Ok("kita pair"));
    assert_eq!(owner(&registry, &identity("PA8", "", "", ""), named, ["", ""]).as_deref(), Ok("kita PA8"));
}

#[test]
fn the_open_registry_takes_every_line() {
    let registry = Registry::open();
    let (tenant, device) =
        registry.resolve(&Identity::default(), Collected::default(), [None, None]).unwrap();
    assert_eq!((tenant.id().as_str(), device), ("default", None));
    assert!(registry.tenant(&TenantId::new("default")).is_some());
    assert!(registry.tenant(&TenantId::new("other")).is_none());
}

#[test]
fn mangled_registries_never_panic() {
    // A fixed seed: the same mangled texts on every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let scraps = [
        "[", "]", "{", "}", ":", ": ", "\n", "- ", "&a ", "*a", "!x ", "\"", "'", "|", "%", "\u{0}", "9",
        "北",
    ];
    for _ in 0..2_000 {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        for _ in 0..=next(4) {
            let at = next(text.len());
            let until = (at + next(20)).min(text.len());
            text.splice(at..until, scraps[next(scraps.len())].chars());
        }
        let _ = Registry::from_yaml(&text.into_iter().collect::<String>());
    }
}

#[test]
fn a_tenants_id_can_name_a_topic() {
    let yaml = |id: &str| {
        format!(
            "version: 1\ntenants:\n  - {{id: {id}, name: {{ja: x, en: x}}, internal: [10.0.0.0/8], devices: []}}\n"
        )
    };
    assert!(Registry::from_yaml(&yaml("kita-1_a")).is_ok());
    let problems = Registry::from_yaml(&yaml("kita.town")).unwrap_err().to_string();
    assert!(problems.contains("`kita.town` must not hold `.`"), "{problems}");
}
