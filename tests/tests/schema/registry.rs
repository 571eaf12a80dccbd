//! The schema of registry.yaml and the reader agree.
//!
//! The reader checks more (repeats, owners, network bits, zones), so whatever the schema refuses the reader must
//! refuse too, and what the reader takes the schema must take.

use std::collections::BTreeSet;

use hinomi_model::registry::Registry;
use hinomi_model::{FindingKind, Stage};
use serde_json::{Value, json};

use crate::{coverage, problems, schema};

/// A registry that says everything that can be said.
fn full() -> Value {
    json!({
        "version": 1,
        "tenants": [{
            "id": "kita",
            "name": {"ja": "北市", "en": "Kita City"},
            "internal": ["10.1.0.0/16", "198.51.100.0/24", "2001:db8:1::/48"],
            "devices": [{
                "id": "FGT60FTK20000001", "vendor": "fortigate", "name": "KITA-FW1", "vsys": "root",
                "time_zone": "Asia/Tokyo", "posture": "inline", "ha": "kita-pair", "aliases": ["kita-fw1"],
                "collectors": ["c1"]
            }],
            "reference": "K",
            "groups": ["hokubu-prefecture"],
            "language": "ja",
            "time_zone": "Asia/Tokyo",
            "soc": {"name": {"ja": "東京SOC", "en": "Tokyo SOC"}, "phone": "+81300000000"},
            "release": "automatic",
            "roles": {
                "client": ["10.1.12.0/24"], "resolver": ["10.1.0.53"], "proxy": [], "mail": ["10.1.200.25"],
                "nat": ["10.1.0.1"], "server": ["10.1.200.0/24"], "vpn_pool": ["10.1.91.0/24"],
                "guest": ["10.1.90.0/24"], "iot": ["10.1.92.0/24"]
            },
            "assets": [{
                "ip": "10.1.200.10", "public": "198.51.100.10", "name": "WEB01", "product": "Apache Struts",
                "owner": "情報政策課", "critical": true
            }],
            "office_hours": {"days": "mon-fri", "from": "08:30", "to": "18:00", "holidays": ["2026-11-23"]},
            "maintenance": [
                {"days": "sat", "from": "22:00", "to": "04:00", "reason": "backup"},
                {"days": ["mon, wed", "fri-sat"], "from": "00:00", "to": "24:00", "reason": "move"}
            ],
            "health": {"cpu": 95, "memory": 80, "disk": 100},
            "contacts": [
                {
                    "id": "duty", "name": "担当", "email": "soc@kita.example", "sms": "+819000000000",
                    "language": "ja", "for": ["attack", "health"], "levels": [2, 3, 4], "hours": "always", "order": 1
                },
                {"id": "day", "email": "day@kita.example", "hours": "office", "for": ["health"]}
            ],
            "allow": [
                {
                    "source": "10.1.9.9", "destination": ["10.1.0.0/16", "192.0.2.1"], "host": "10.1.9.9",
                    "signature": "Example.Scanner", "kinds": ["reconnaissance", "exploitation", "scan"],
                    "reason": "own scanner", "until": "2027-03-31"
                },
                {"signature": 99001, "reason": "known noise", "until": "2027-03-31T00:00:00Z"}
            ],
            "saas": ["m365", "zoom"],
            "never_block": ["203.0.113.0/24"]
        }, {
            "id": "minami", "name": "Minami Town", "internal": ["10.2.0.0/16"], "release": "analyst"
        }],
        "shared_devices": [{
            "id": "012801096514", "vendor": "panos", "name": "PREF-FW", "vsys": "vsys1", "time_zone": "UTC",
            "posture": "sniffer", "ha": "pref-pair", "aliases": ["pref-fw"], "collectors": ["c2"],
            "owner": "kita", "tenants_by": "internal"
        }]
    })
}

/// Reads a registry. JSON is YAML.
fn read(registry: &Value) -> Result<Registry, String> {
    Registry::from_yaml(&registry.to_string()).map_err(|problems| problems.to_string())
}

#[test]
fn both_take_a_registry_that_says_everything() {
    assert_eq!(problems("registry", &full()), Vec::<String>::new());
    read(&full()).unwrap();
    assert_eq!(coverage::unfilled(&schema("registry"), &[full()]), BTreeSet::new());
}

#[test]
fn both_refuse_what_is_wrong() {
    let changes: [(&str, Value); 36] = [
        ("/version", json!(2)),
        ("/tenants", json!([])),
        ("/brand_new", json!(1)),
        ("/tenants/0/id", json!("北市")),
        ("/tenants/0/id", json!(".kita")),
        ("/tenants/0/name", json!({})),
        ("/tenants/0/name", json!({"fr": "Nord"})),
        ("/tenants/0/name", json!(" ")),
        ("/tenants/0/internal", json!([])),
        ("/tenants/0/internal", json!(["kita"])),
        ("/tenants/0/devices/0/vendor", json!("other")),
        ("/tenants/0/devices/0/posture", json!("bridge")),
        ("/tenants/0/devices/0/colour", json!("red")),
        ("/tenants/0/devices/0/id", json!("x".repeat(65))),
        ("/tenants/0/reference", json!("K-")),
        ("/tenants/0/language", json!("fr")),
        ("/tenants/0/soc/phone", json!("0300000000")),
        ("/tenants/0/release", json!("never")),
        ("/tenants/0/roles/servers", json!([])),
        ("/tenants/0/assets/0/ip", json!("10.1.200")),
        ("/tenants/0/assets/0/critical", json!("yes")),
        ("/tenants/0/office_hours/from", json!("8:30")),
        ("/tenants/0/office_hours/to", json!("24:01")),
        ("/tenants/0/office_hours/days", json!("workdays")),
        ("/tenants/0/office_hours/holidays", json!(["23.11.2026"])),
        ("/tenants/0/maintenance/0/days", json!(["mon-"])),
        ("/tenants/0/health/cpu", json!(0)),
        ("/tenants/0/health/memory", json!("85%")),
        ("/tenants/0/contacts/0/levels", json!([5])),
        ("/tenants/0/contacts/0/for", json!(["weather"])),
        ("/tenants/0/contacts/0/hours", json!("night")),
        ("/tenants/0/contacts/0/email", json!("soc")),
        ("/tenants/0/contacts/0", json!({"id": "nobody"})),
        ("/tenants/0/allow/0", json!({"reason": "all of it"})),
        ("/tenants/0/allow/0/until", json!("soon")),
        ("/shared_devices/0/tenants_by", json!("vsys")),
    ];
    for (place, value) in changes {
        let mut registry = full();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let parent = registry.pointer_mut(parent).unwrap();
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[key] = value,
        }
        assert!(read(&registry).is_err(), "the reader takes {place}");
        assert!(!problems("registry", &registry).is_empty(), "the schema takes {place}");
    }
}

#[test]
fn both_miss_what_must_be_there() {
    for (parent, key) in [
        ("", "version"),
        ("", "tenants"),
        ("/tenants/0", "id"),
        ("/tenants/0", "name"),
        ("/tenants/0", "internal"),
        ("/tenants/0/devices/0", "id"),
        ("/tenants/0/devices/0", "vendor"),
        ("/tenants/0/assets/0", "ip"),
        ("/tenants/0/office_hours", "from"),
        ("/tenants/0/maintenance/0", "reason"),
        ("/tenants/0/contacts/0", "id"),
        ("/tenants/0/allow/0", "reason"),
        ("/shared_devices/0", "owner"),
    ] {
        let mut registry = full();
        let fields = registry.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        assert!(fields.remove(key).is_some(), "{parent}/{key}");
        assert!(read(&registry).is_err(), "the reader takes it without {parent}/{key}");
        assert!(!problems("registry", &registry).is_empty(), "the schema takes it without {parent}/{key}");
    }
}

#[test]
fn both_allow_the_same_kinds() {
    let stages = Stage::ALL.iter().map(|stage| stage.as_str());
    let kinds = FindingKind::ALL.iter().map(|kind| kind.as_str());
    // One word is both a stage and a kind.
    let words: BTreeSet<&str> = stages.chain(kinds).collect();
    let mut allowed = 0;
    for word in words {
        let mut registry = full();
        *registry.pointer_mut("/tenants/0/allow/0/kinds").unwrap() = json!([word]);
        let taken = read(&registry).is_ok();
        assert_eq!(problems("registry", &registry).is_empty(), taken, "{word}");
        allowed += usize::from(taken);
    }
    let listed = schema("registry").pointer("/$defs/allow/properties/kinds/items/enum").cloned().unwrap();
    assert_eq!(listed.as_array().unwrap().len(), allowed, "the schema lists words that are no kind");
}
