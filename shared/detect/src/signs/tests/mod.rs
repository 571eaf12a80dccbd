//! Records of every kind, and what must give no sign.

mod fortigate;
mod panos;

use hinomi_model::registry::Registry;
use hinomi_model::{Escape, EventTime, Extra, ExtraField, FieldName, Health, Span};
use proptest::prelude::*;

use super::*;
use fortigate::fortigate;
use panos::{panos, panos_config};

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

fn column(name: &'static str, start: usize, end: usize) -> ExtraField {
    ExtraField {
        name: FieldName::Known(name),
        value: Span { start: start as u32, end: end as u32 },
        escape: Escape::None,
        known: true,
    }
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
fn a_secret_is_in_no_sign() {
    let line = r#"logid="0100044547" action="Add" cfgpath="vpn.ipsec.phase1-interface" cfgobj="hq" cfgattr="psksecret[hunter2]""#;
    assert_eq!(fortigate(line), "changed trouble vpn.ipsec.phase1-interface");
    let path = " mgt-config users  sato phash hunter2";
    assert!(!panos_config("set", path, "Succeeded", ["", "phash hunter2"]).contains("hunter2"));
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
