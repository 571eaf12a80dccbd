//! What is told of lines of every form, and that nothing of an event goes untold.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{AnomalyKind, EventTime, Format, Frame, Frames, QuarantineReason};
use hinomi_parse::{Context, PartKind};

use super::{Field, Place, Reading, RegistryUse, TimeHow, kind_word};

const REGISTRY: &str = "
version: 1
tenants:
  - id: kita
    name: { ja: 北市, en: Kita City }
    reference: K
    internal: [10.0.0.0/8]
    time_zone: Asia/Tokyo
    devices:
      - { id: FGT60FTK20000001, vendor: fortigate, name: KITA-FW1, aliases: [old-fw1] }
    contacts:
      - { id: c1, email: c1@kita.example, sms: '+81300000000' }
";

fn line_of(rest: &str) -> String {
    format!(
        "date=2026-01-20 time=10:15:01 logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" vd=\"root\" \
         srcip=10.1.12.34 srcport=50123 dstip=203.0.113.7 dstport=443 proto=6 sessionid=4711 {rest}"
    )
}

fn read(line: &str) -> Reading {
    read_by(&Registry::open(), line)
}

fn read_by(registry: &Registry, line: &str) -> Reading {
    let received = EventTime::from_seconds(1_768_871_800);
    let context = Context { registry, received, collected: Collected::default() };
    let place = Place { file: "a.log", line: 1, part: 0, frames: Frames::default() };
    super::read(&place, line.as_bytes(), &context)
}

fn read_for(registry: &str, line: &str) -> Reading {
    read_by(&Registry::from_yaml(registry).unwrap(), line)
}

fn field<'a>(reading: &'a Reading, name: &str) -> &'a Field {
    reading.fields.iter().find(|field| field.name == name).unwrap()
}

/// A line, its format, and fields with what became of each.
type Form = (&'static str, Format, &'static [(&'static str, &'static str)]);

#[test]
fn every_form_tells_what_its_fields_became() {
    let forms: [Form; 6] = [
        (
            r#"date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" logid="0000000013" type="traffic" subtype="forward" vd="root" srcip=10.1.12.34 dstport=443 action="close" utmaction="block""#,
            Format::KeyValue,
            &[
                ("dstport", "dst_port"),
                ("action", "action"),
                ("action", "disposition"),
                ("utmaction", "disposition"),
                ("date", "time"),
            ],
        ),
        (
            r#"date=2026-01-20,time=10:15:01,devid="FGT60FTK20000001",logid="0000000013",type="traffic",subtype="forward",vd="root",srcip=10.1.12.34,dstip=203.0.113.7,dstport=443,action="close""#,
            Format::KeyValueComma,
            &[("dstport", "dst_port"), ("srcip", "src_ip"), ("srcip", "direction")],
        ),
        (
            r#"{"date":"2026-01-20","time":"10:15:01","devid":"FGT60FTK20000001","logid":"0000000013","type":"traffic","subtype":"forward","vd":"root","srcip":"10.1.12.34","dstport":443,"action":"close"}"#,
            Format::Json,
            &[("dstport", "dst_port"), ("devid", "device"), ("type", "log_type")],
        ),
        (
            "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTvd=root src=10.1.12.34 dpt=443 act=close",
            Format::Cef,
            &[("dpt", "dst_port"), ("deviceVersion", "firmware"), ("FTNTFGTvd", "vsys")],
        ),
        (
            "LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC|devTime=Jan 20 2026 01:15:02 GMT|SerialNumber=012801096514|Subtype=end|src=10.1.12.34|dstPort=443|action=allow",
            Format::Leef,
            &[("dstPort", "dst_port"), ("devTime", "time"), ("deviceVersion", "firmware")],
        ),
        (
            "1,2026/01/20 10:15:02,012801096514,TRAFFIC,end,2305,2026/01/20 10:15:01,10.1.12.34,203.0.113.7,,,out,kita\\hanako,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,fwd,2026/01/20 10:15:02,4711,1,50123,443,0,0,0x0,tcp,allow,6800,1200,5600,22,2026/01/20 10:14:01,58,any,0,73,0x0,Japan,Japan,0,10,12,tcp-fin",
            Format::Csv,
            &[
                ("dport", "dst_port"),
                ("serial", "device"),
                ("time_generated", "time"),
                ("bytes_sent", "bytes_out"),
            ],
        ),
    ];
    for (line, format, expected) in forms {
        let reading = read(line);
        let log = reading.log.as_ref().unwrap();
        assert_eq!(log.format, format, "{line}");
        for (name, became) in expected {
            let field = field(&reading, name);
            assert!(field.became.iter().any(|field| field == became), "{name}: {field:?}");
        }
    }
}

#[test]
fn what_holds_the_value_itself_is_told_first() {
    let reading = read(&line_of("action=\"deny\""));
    assert_eq!(field(&reading, "action").became.first().map(String::as_str), Some("action"));
}

#[test]
fn what_is_kept_is_told_under_its_name_and_drift_is_marked() {
    let reading = read(&line_of("action=\"close\" vwlname=\"x\" hinomiwaves=7"));
    let known = field(&reading, "vwlname");
    assert_eq!((known.kept_as.as_deref(), known.unknown), (Some("vwlname"), false));
    let unknown = field(&reading, "hinomiwaves");
    assert_eq!((unknown.kept_as.as_deref(), unknown.unknown), (Some("hinomiwaves"), true));
}

#[test]
fn what_the_line_can_not_be_read_without_is_told() {
    let reading = read(&line_of("action=\"close\""));
    let needed = field(&reading, "type").needed.as_ref().unwrap();
    assert_eq!(needed.detail, "no type");
    assert!(field(&reading, "action").needed.is_none());
}

#[test]
fn times_are_told_by_where_they_come_from() {
    let cases = [
        ("eventtime=1768871701123456789", TimeHow::EpochNs, "eventtime"),
        // The local time says the same to the second.
        ("eventtime=1768871701 tz=\"+0900\"", TimeHow::EpochS, "eventtime"),
        ("tz=\"+0900\"", TimeHow::LocalOffset, "tz"),
        ("", TimeHow::LocalZone, "date"),
    ];
    for (rest, how, from) in cases {
        let log = read(&line_of(rest)).log.unwrap();
        assert_eq!(log.time.how, how, "{rest}");
        assert!(log.time.from.iter().any(|source| source.name == from), "{rest}: {:?}", log.time.from);
    }
    let bare = line_of("").replace("date=2026-01-20 time=10:15:01 ", "");
    let log = read(&bare).log.unwrap();
    assert_eq!((log.time.how, log.time.from.len()), (TimeHow::Received, 0));
    let log = read(&format!("<189>Jan 20 10:15:01 fw1 {bare}")).log.unwrap();
    assert_eq!(log.time.how, TimeHow::Header);
    assert_eq!(log.time.from.iter().map(|source| source.kind).collect::<Vec<_>>(), ["header_time"]);
}

#[test]
fn a_zone_is_told_where_it_was_needed() {
    let log = read_for(REGISTRY, &line_of("devid=\"FGT60FTK20000001\"")).log.unwrap();
    assert_eq!((log.time.how, log.time.zone.as_deref()), (TimeHow::LocalZone, Some("Asia/Tokyo")));
}

#[test]
fn identity_is_told_by_what_decided_it() {
    let cases = [
        (line_of("devid=\"FGT60FTK20000001\""), RegistryUse::Id, "field", "devid"),
        (line_of("devid=\"old-fw1\""), RegistryUse::Alias, "field", "devid"),
        (line_of("devname=\"KITA-FW1\""), RegistryUse::Name, "field", "devname"),
        (format!("<189>Jan 20 10:15:01 KITA-FW1 {}", line_of("")), RegistryUse::Name, "header_host", ""),
    ];
    for (line, registry, kind, name) in cases {
        let log = read_for(REGISTRY, &line).log.unwrap();
        assert_eq!(log.identity.registry, registry, "{line}");
        let from: Vec<(&str, &str)> =
            log.identity.from.iter().map(|source| (source.kind, source.name.as_str())).collect();
        assert_eq!(from, [(kind, name)], "{line}");
        assert_eq!(log.identity.tenant, "kita");
    }
    let log = read(&line_of("")).log.unwrap();
    assert_eq!((log.identity.registry, log.identity.from.len()), (RegistryUse::None, 0));
}

#[test]
fn what_is_refused_is_told_with_its_fields() {
    let reading = read_for(REGISTRY, &line_of("devid=\"FGT60FTK29999999\""));
    let refused = reading.refused.unwrap();
    assert_eq!(refused.reason, QuarantineReason::UnknownDevice);
    assert_eq!(refused.device.as_deref(), Some("FGT60FTK29999999"));
    assert!(reading.log.is_none() && reading.fields.iter().any(|field| field.name == "devid"));
    let reading = read("{\"a\":1}");
    assert_eq!(reading.refused.unwrap().reason, QuarantineReason::BadEnvelope);
}

#[test]
fn layers_and_oddities_are_told() {
    let line = format!("<189>Jan 20 10:15:01 fw1 {}", line_of("dstport=7 action=\"teleport\""));
    let reading = read(&line);
    assert!(reading.layers.iter().any(|layer| layer.frame == Frame::SyslogBsd), "{:?}", reading.layers);
    let odd: BTreeSet<(AnomalyKind, Option<&str>)> =
        reading.anomalies.iter().map(|odd| (odd.kind, odd.field.as_deref())).collect();
    let expected =
        [(AnomalyKind::DuplicateKey, Some("dstport")), (AnomalyKind::UnknownAction, Some("action"))];
    assert_eq!(odd, expected.into());
}

#[test]
fn why_it_counts_as_blocked_is_told() {
    let reading = read(&line_of("action=\"close\" utmaction=\"block\""));
    let disposition = reading.derived.iter().find(|derived| derived.field == "disposition").unwrap();
    assert_eq!(disposition.value, "blocked");
    assert!(disposition.from.contains(&"utmaction".to_owned()), "{disposition:?}");
}

/// Each line of the parser's corpus: whatever its event says is told of some field, and what is kept is told as kept.
#[test]
fn nothing_of_an_event_goes_untold() {
    // Made of the kind of log, of the registry, or of several fields that say the same.
    const OF_NO_FIELD: [&str; 10] = [
        "tenant",
        "vendor",
        "payload",
        "function",
        "disposition",
        "direction",
        "posture",
        "time_source",
        "decrypted",
        "interim",
    ];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/parse/corpus");
    let mut lines = 0;
    for vendor in ["fortigate", "panos"] {
        for file in fs::read_dir(corpus.join(vendor).join("pass")).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines() {
                let reading = read(line);
                // An envelope's line and one that only a registry accepts are others' business.
                if reading.log.is_none() {
                    continue;
                }
                lines += 1;
                let told: BTreeSet<&str> =
                    reading.fields.iter().flat_map(|field| field.became.iter().map(String::as_str)).collect();
                let registry = Registry::open();
                let mut scratch = hinomi_parse::Scratch::default();
                let received = EventTime::from_seconds(1_768_871_800);
                let context = Context { registry: &registry, received, collected: Collected::default() };
                let event = hinomi_parse::parse_line(line.as_bytes(), &context, &mut scratch).unwrap();
                let event = serde_json::to_value(&event).unwrap();
                for (name, value) in event.as_object().unwrap() {
                    let is_usual = matches!((name.as_str(), value.to_string().as_str()), ("count", "1"));
                    let is_of_line =
                        ["time", "received", "anomalies", "device", "extra"].contains(&name.as_str());
                    if is_usual || is_of_line || OF_NO_FIELD.contains(&name.as_str()) {
                        continue;
                    }
                    // What a line can't be read without can't be taken out to see what it becomes.
                    let is_needed = reading.fields.iter().any(|field| {
                        field.needed.is_some()
                            && value.as_str().is_some_and(|value| field.value.contains(value))
                    });
                    if is_needed {
                        continue;
                    }
                    assert!(told.contains(name.as_str()), "{}: {name}={value} of {line}", path.display());
                }
                let kept: BTreeSet<&str> =
                    reading.fields.iter().filter_map(|field| field.kept_as.as_deref()).collect();
                for (name, value) in event["extra"].as_object().into_iter().flatten() {
                    let is_repeated =
                        name.contains("#") || value == "" || matches!(name.as_str(), "rest" | "stray_text");
                    assert!(
                        is_repeated || kept.contains(name.as_str()),
                        "{}: {name}={value} of {line}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(lines > 100, "{lines}");
}

#[test]
fn the_words_are_the_schemas() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../events/schema/line.json")).unwrap();
    let listed = |place: &str| -> Vec<String> {
        let list = schema.pointer(place).unwrap().as_array().unwrap();
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("/$defs/time/properties/how/enum"), TimeHow::ALL.map(TimeHow::word));
    let uses =
        [RegistryUse::None, RegistryUse::Id, RegistryUse::Alias, RegistryUse::Name, RegistryUse::Place];
    let uses = uses.map(|registry| serde_json::to_value(registry).unwrap().as_str().unwrap().to_owned());
    assert_eq!(listed("/$defs/identity/properties/registry/enum"), uses);
    let kinds = [
        PartKind::Field,
        PartKind::HeaderHost,
        PartKind::HeaderTime,
        PartKind::Collector,
        PartKind::CollectedDevice,
        PartKind::Received,
    ];
    assert_eq!(listed("/$defs/source/properties/kind/enum"), kinds.map(kind_word));
}
