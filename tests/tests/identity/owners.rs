//! Whose a line is: collectors, names, virtual systems, shared devices.

use hinomi_generate::site::{ip, outside};
use hinomi_generate::{FortigateUnit, Maker, PanosUnit, Via, catalog, malware};
use serde_json::{Value, json};

use super::*;

/// Tenants, levels and devices of the incidents; reasons and devices of what was refused.
fn whose(lines: Vec<String>, registry: &str) -> (Vec<String>, Vec<String>) {
    let outcome = replay(vec![file("day.log", lines)], registry);
    let text = |value: &Value| value.to_string().replace('"', "");
    let incidents = outcome.incidents.iter();
    let owned = incidents
        .map(|one| format!("{} {} {}", text(&one["tenant"]), text(&one["level"]), text(&one["devices"])));
    let refused = outcome.quarantine.iter();
    let refused = refused.map(|one| format!("{} {}", text(&one["reason"]), text(&one["device"])));
    let mut both: (Vec<String>, Vec<String>) = (owned.collect(), refused.collect());
    both.0.sort();
    both
}

#[test]
fn a_line_counts_only_through_its_devices_collectors() {
    let registry = registry(
        &[(
            "kita",
            KITA,
            &["id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, collectors: [kita-1, kita-2]"],
        )],
        "",
    );
    let line = fortigate("FGT60FTK20000001", "KITA-FW1").lines(&beacon(0, 34, 1)).remove(0);
    let owned = ["kita 4 [FGT60FTK20000001]"];
    let cases: [(String, &[&str], &[&str]); 4] = [
        (enveloped(&json!({"collector": "kita-2"}), &line), &owned, &[]),
        (enveloped(&json!({"collector": "minami-1"}), &line), &[], &["device_mismatch FGT60FTK20000001"]),
        // Whoever says nothing of how it came, a file for instance, can't contradict.
        (enveloped(&json!({"received": at(2)}), &line), &owned, &[]),
        (line, &owned, &[]),
    ];
    for (line, incidents, refused) in cases {
        let (own, set_aside) = whose(vec![line.clone()], &registry);
        assert_eq!((own, set_aside), (owned_of(incidents), owned_of(refused)), "{line}");
    }
}

fn owned_of(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The line without the fields that name its device.
fn nameless(line: &str) -> String {
    let own = pairs(line);
    own.into_iter()
        .filter(|pair| !pair.starts_with("devid=") && !pair.starts_with("devname="))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_device_is_known_by_its_aliases_its_name_and_its_host_and_only_by_its_own() {
    let registry = registry(
        &[
            (
                "kita",
                KITA,
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, aliases: [FGT60FTK20000009, fw1.kita.example]",
                    "id: FGT60FTK20000002, vendor: fortigate, name: BRANCH",
                ],
            ),
            ("minami", "10.2.0.0/16", &["id: FGT60FTK20000003, vendor: fortigate, name: BRANCH"]),
        ],
        "",
    );
    let line_of = |id: &str, name: &str| fortigate(id, name).lines(&beacon(0, 34, 1)).remove(0);
    let unnamed =
        nameless(&line_of("FGT60FTK20000001", "KITA-FW1").replace("<188>", "").replace("<189>", ""));
    let headed = |host: &str| format!("<189>Oct 20 10:00:00 {host} {unnamed}");
    let cases: [(String, &[&str], &[&str]); 9] = [
        (line_of("FGT60FTK20000001", "RENAMED"), &["kita 4 [FGT60FTK20000001]"], &[]),
        // The unit that was exchanged.
        (line_of("FGT60FTK20000009", "KITA-FW1"), &["kita 4 [FGT60FTK20000001]"], &[]),
        // A stranger's unit is not ours because it has our name.
        (line_of("FGT60FTK20000666", "KITA-FW1"), &[], &["unknown_device FGT60FTK20000666"]),
        (headed("kita-fw1"), &["kita 4 [FGT60FTK20000001]"], &[]),
        (headed("FW1.kita.example"), &["kita 4 [FGT60FTK20000001]"], &[]),
        (headed("elsewhere"), &[], &["unknown_device elsewhere"]),
        // Two tenants have a device of that name: whose it is, nobody can say without its number.
        (headed("BRANCH"), &[], &["unknown_device BRANCH"]),
        (line_of("FGT60FTK20000002", "BRANCH"), &["kita 4 [FGT60FTK20000002]"], &[]),
        (
            enveloped(&json!({"collector": "c1", "device": "kita-fw1"}), &unnamed),
            &["kita 4 [FGT60FTK20000001]"],
            &[],
        ),
    ];
    for (line, incidents, refused) in cases {
        assert_eq!(whose(vec![line.clone()], &registry), (owned_of(incidents), owned_of(refused)), "{line}");
    }
}

#[test]
fn a_virtual_system_is_its_tenants() {
    let registry = registry(
        &[
            (
                "kita",
                "10.1.0.0/16",
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, vsys: root",
                    "id: \"012801096514\", vendor: panos, vsys: vsys1",
                ],
            ),
            (
                "minami",
                "10.1.0.0/16",
                &[
                    "id: FGT60FTK20000001, vendor: fortigate, vsys: dmz",
                    "id: \"012801096514\", vendor: panos, vsys: vsys2",
                ],
            ),
        ],
        "",
    );
    let vdom = |name: &str| {
        let unit = FortigateUnit { vdom: name.to_owned(), ..fortigate("FGT60FTK20000001", "SHARED") };
        Maker::Fortigate(unit).lines(&beacon(0, 34, 7)).remove(0)
    };
    let vsys = |name: &str| {
        let unit = PanosUnit { vsys: name.to_owned(), ..PanosUnit::new("012801096514", "SHARED") };
        Maker::Panos(unit).lines(&beacon(0, 34, 7)).remove(0)
    };
    // The same session number at the same time in both: two events of two customers.
    let (owned, refused) = whose(vec![vdom("root"), vdom("dmz"), vdom("guest")], &registry);
    assert_eq!(owned, ["kita 4 [FGT60FTK20000001]", "minami 4 [FGT60FTK20000001]"]);
    assert_eq!(refused, ["unknown_device FGT60FTK20000001"]);
    let (owned, refused) = whose(vec![vsys("vsys1"), vsys("vsys2"), vsys("vsys3")], &registry);
    assert_eq!(owned, ["kita 4 [012801096514]", "minami 4 [012801096514]"]);
    assert_eq!(refused, ["unknown_device 012801096514"]);
}

#[test]
fn what_a_shared_device_logs_is_the_inside_addresses_tenants() {
    let shared = "shared_devices:\n  - {id: FGT60FTK20000001, vendor: fortigate, owner: prefecture, tenants_by: internal}\n";
    let registry = registry(
        &[
            ("kita", "10.1.0.0/16", &[]),
            // One segment of kita's network is minami's; the smaller network wins.
            ("minami", "10.2.0.0/16, 10.1.77.0/24", &[]),
            ("nishi", "10.3.0.0/16", &[]),
            ("higashi", "10.3.0.0/16", &[]),
            ("prefecture", "10.200.0.0/16", &[]),
        ],
        shared,
    );
    let cases = [
        (ip(10, 1, 12, 34), "kita"),
        (ip(10, 2, 12, 34), "minami"),
        (ip(10, 1, 77, 5), "minami"),
        // Both have that network: nobody can tell whose it is.
        (ip(10, 3, 1, 1), "prefecture"),
        (ip(10, 200, 1, 1), "prefecture"),
    ];
    for (host, tenant) in cases {
        let mut unit = Maker::Fortigate(fortigate("FGT60FTK20000001", "SHARED"));
        let download = malware(at(0), host, outside(0), Via::Http, &catalog::TROJAN).session(9);
        let outcome = replay(vec![file("day.log", unit.lines(&download))], &registry);
        let owners: Vec<&Value> = outcome.incidents.iter().map(|one| &one["tenant"]).collect();
        assert_eq!(owners, [tenant], "{host}");
        assert!(outcome.quarantine.is_empty(), "{host}");
    }
}
