//! The same FortiGate log is the same event in every form that the device can send it in.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

use std::fs;
use std::path::Path;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Format};
use hinomi_parse::{Context, Scratch, parse_line};

/// Names and values of a log, with the key that CEF has for the name; none where it is the name behind a prefix.
type Log = &'static [(&'static str, Option<&'static str>, &'static str)];

const LOGS: &[Log] = &[
    &[
        ("devid", Some("deviceExternalId"), "FGT60FTK20000001"),
        ("devname", Some("dvchost"), "KITA-FW1"),
        ("eventtime", None, "1768871701123456789"),
        ("tz", None, "+0900"),
        ("logid", None, "0000000013"),
        ("type", Some("cat"), "traffic"),
        ("subtype", None, "forward"),
        ("level", None, "notice"),
        ("vd", None, "root"),
        ("srcip", Some("src"), "10.1.12.34"),
        ("srcname", Some("shost"), "PC-0034"),
        ("srcport", Some("spt"), "51544"),
        ("srcintf", Some("deviceInboundInterface"), "internal"),
        ("srcintfrole", None, "lan"),
        ("srcmac", Some("smac"), "00:00:5e:00:53:01"),
        ("dstip", Some("dst"), "203.0.113.77"),
        ("dstname", Some("dhost"), "www.vendor.example"),
        ("dstport", Some("dpt"), "443"),
        ("dstintf", Some("deviceOutboundInterface"), "wan1"),
        ("dstintfrole", None, "wan"),
        ("dstcountry", None, "United States"),
        ("sessionid", Some("externalId"), "48213"),
        ("proto", Some("proto"), "6"),
        ("action", Some("act"), "close"),
        ("policyid", None, "7"),
        ("service", Some("app"), "HTTPS"),
        ("app", None, "HTTPS.BROWSER"),
        ("appcat", None, "Web.Client"),
        ("transip", Some("sourceTranslatedAddress"), "198.51.100.10"),
        ("transport", Some("sourceTranslatedPort"), "30100"),
        ("duration", None, "12"),
        ("sentbyte", Some("out"), "1523"),
        ("rcvdbyte", Some("in"), "8841"),
        ("utmaction", None, "allow"),
    ],
    &[
        ("devid", Some("deviceExternalId"), "FGT60FTK20000001"),
        ("eventtime", None, "1768871701123456789"),
        ("tz", None, "+0900"),
        ("logid", None, "0419016384"),
        ("type", Some("cat"), "utm"),
        ("subtype", None, "ips"),
        ("eventtype", None, "signature"),
        ("level", None, "alert"),
        ("vd", None, "root"),
        ("severity", None, "critical"),
        ("srcip", Some("src"), "203.0.113.9"),
        ("dstip", Some("dst"), "198.51.100.10"),
        ("tranip", Some("destinationTranslatedAddress"), "10.1.200.10"),
        ("tranport", Some("destinationTranslatedPort"), "8080"),
        ("dstport", Some("dpt"), "80"),
        ("direction", Some("deviceDirection"), "incoming"),
        ("action", Some("act"), "detected"),
        ("attack", None, "Apache.Log4j.Error.Log.Remote.Code.Execution"),
        ("attackid", None, "51006"),
        ("user", Some("duser"), "hanako, sato"),
        ("hostname", Some("dhost"), "web01.kita.example"),
        ("url", Some("request"), "/x?a=1&b=\\ \"2\" c=d"),
        ("httpmethod", Some("requestMethod"), "POST"),
        ("agent", Some("requestClientApplication"), "curl/8.5 (x, y)"),
        ("catdesc", Some("requestContext"), "Information Technology"),
        ("filename", Some("fname"), "a b.exe"),
        ("filesize", Some("fsize"), "68"),
        ("count", Some("cnt"), "4"),
        ("msg", Some("msg"), "misc: X, repeated 3 times"),
        ("brandnewfield", None, "drift"),
    ],
    &[
        ("devid", Some("deviceExternalId"), "FGT60FTK20000001"),
        ("eventtime", None, "1768871701123456789"),
        ("logid", None, "0100032002"),
        ("type", Some("cat"), "event"),
        ("subtype", None, "system"),
        ("level", None, "alert"),
        ("vd", None, "root"),
        ("logdesc", None, "Admin login failed"),
        ("user", Some("duser"), "admin"),
        ("ui", Some("sproc"), "https(203.0.113.9)"),
        ("action", Some("act"), "login"),
        ("status", Some("outcome"), "failed"),
        ("reason", Some("reason"), "passwd_invalid"),
        ("cfgattr", None, "a[b->c]"),
        ("msg", Some("msg"), "Administrator admin login failed from https(203.0.113.9)"),
    ],
];

fn native(log: Log, separator: &str) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let pairs: Vec<String> =
        log.iter().map(|(name, _, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    pairs.join(separator)
}

fn json(log: Log) -> String {
    let object: serde_json::Map<String, serde_json::Value> = log
        .iter()
        .map(|(name, _, value)| {
            let number = value.parse::<u64>().ok().filter(|_| !value.starts_with("00"));
            let is_whole = number.is_some_and(|number| number.to_string() == *value);
            let value = if is_whole { number.into() } else { (*value).into() };
            ((*name).to_owned(), value)
        })
        .collect();
    serde_json::Value::Object(object).to_string()
}

fn cef(log: Log, mark: &str, prefix: &str) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('=', "\\=");
    let pairs: Vec<String> = log
        .iter()
        .map(|(name, key, value)| match (*key, *value) {
            (Some("deviceDirection"), "incoming") => "deviceDirection=0".to_owned(),
            (Some(key), value) => format!("{key}={}", escaped(value)),
            (None, value) => format!("{prefix}{name}={}", escaped(value)),
        })
        .collect();
    format!("{mark}0|Fortinet|Fortigate|v7.4.3|00013|a name with blanks|3|{}", pairs.join(" "))
}

fn with<T>(line: &str, scratch: &mut Scratch, read: impl FnOnce(&Event<'_>) -> T) -> T {
    let registry = Registry::open();
    let received = EventTime::parse_rfc3339("2026-01-20T02:00:00Z").unwrap();
    let context = Context { registry: &registry, received, collected: Collected::default() };
    read(
        &parse_line(line.as_bytes(), &context, scratch)
            .map_err(|reject| format!("{reject}: {line}"))
            .unwrap(),
    )
}

#[test]
fn one_log_is_one_event_in_every_form() {
    let mut scratch = Scratch::default();
    for log in LOGS {
        let drift = u32::from(log.iter().any(|(name, ..)| *name == "brandnewfield"));
        let expected = with(&native(log, " "), &mut scratch, |event| {
            assert_eq!((event.format, event.unknown_fields), (Format::KeyValue, drift));
            serde_json::to_value(event).unwrap()
        });
        assert!(expected.get("anomalies").is_none(), "{expected:#}");
        let cases = [
            (native(log, ","), Format::KeyValueComma),
            (native(log, ", "), Format::KeyValueComma),
            (json(log), Format::Json),
            (cef(log, "CEF:", "FTNTFGT"), Format::Cef),
            (cef(log, "CEF: ", "FortinetFortiGate"), Format::Cef),
            (cef(log, "", "FTNTFGT"), Format::Cef),
            (cef(log, "Jan 20 10:15:01 KITA-FW1 CEF:", "ad."), Format::Cef),
            (cef(log, "<189>Jan 20 10:15:01 KITA-FW1 ", "FTNTFGT"), Format::Cef),
            (cef(log, "<189>KITA-FW1 ", "FTNTFGT"), Format::Cef),
            (cef(log, "<165>1 2026-01-20T01:15:01Z KITA-FW1 - - - - ", "FTNTFGT"), Format::Cef),
            (cef(log, "<165>1 2026-01-20T01:15:01Z KITA-FW1 ", "FTNTFGT"), Format::Cef),
        ];
        for (line, format) in cases {
            with(&line, &mut scratch, |event| {
                assert_eq!(serde_json::to_value(event).unwrap(), expected, "{line}");
                assert_eq!((event.format, event.unknown_fields), (format, drift), "{line}");
                let unknown: Vec<bool> = event.extra.fields().map(|field| !field.known).collect();
                assert_eq!(unknown.iter().filter(|unknown| **unknown).count(), drift as usize, "{line}");
            });
        }
    }
}

#[test]
fn the_firmware_is_what_the_line_says() {
    let head = "devid=FGT60FTK20000001 type=traffic subtype=forward";
    let cases = [
        (head.to_owned(), None),
        (format!("logver=0702071577 {head}"), Some("0702071577")),
        (cef(LOGS[0], "CEF:", "FTNTFGT"), Some("v7.4.3")),
        (
            "CEF:0|Fortinet|FortiGate-100F|7.2.8,build1639 (GA)|0000000013|forward traffic close|3|\
             deviceExternalId=FGT60FTK20000001 logver=702081639 src=10.1.12.34"
                .to_owned(),
            Some("7.2.8,build1639 (GA)"),
        ),
    ];
    for (line, firmware) in cases {
        with(&line, &mut Scratch::default(), |event| {
            assert_eq!(event.firmware.as_deref(), firmware, "{line}");
        });
    }
}

#[test]
fn a_new_field_is_drift_however_often_its_shape_was_seen() {
    let mut scratch = Scratch::default();
    let line = "devid=FGT60FTK20000001 type=traffic subtype=forward poluuid=1 newfield=1 dstunauthusersource=2 a.new-field-with-a-long-name=3 rest";
    for _ in 0..3 {
        with(line, &mut scratch, |event| {
            assert_eq!(event.unknown_fields, 2);
            let known: Vec<bool> = event.extra.fields().map(|field| field.known).collect();
            assert_eq!(known, [true, false, true, false, true]);
        });
    }
}

#[test]
fn what_fortios_writes_is_no_drift() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/fortigate/pass");
    let mut scratch = Scratch::default();
    let mut drifted = Vec::new();
    let mut lines = 0;
    // The lines about escapes have a field that is made up.
    for entry in
        fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().file_name() != "escapes.log")
    {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            with(line, &mut scratch, |event| {
                if event.unknown_fields > 0 {
                    drifted.push(line.to_owned());
                }
            });
            lines += 1;
        }
    }
    assert!(lines > 80);
    assert_eq!(drifted, Vec::<String>::new());
}
