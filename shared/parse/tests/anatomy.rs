//! A line that was taken apart is read as the line itself, and each of its fields is found.

#![expect(clippy::unwrap_used, reason = "all of this file is a test; its helpers fail it as loudly")]

use std::fs;
use std::path::Path;

use hinomi_model::registry::{Collected, Registry};
use hinomi_model::{Event, EventTime, Reject};
use hinomi_parse::{Anatomy, Change, Context, Scratch, parse_line};

fn lines() -> Vec<(String, String)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut lines = Vec::new();
    for vendor in fs::read_dir(corpus).unwrap() {
        for kind in fs::read_dir(vendor.unwrap().path()).unwrap() {
            let kind = kind.unwrap().path();
            if !kind.is_dir() {
                continue;
            }
            for file in fs::read_dir(&kind).unwrap() {
                let path = file.unwrap().path();
                let name = path.display().to_string();
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                lines.extend(
                    text.lines().filter(|line| !line.is_empty()).map(|line| (name.clone(), line.to_owned())),
                );
            }
        }
    }
    assert!(lines.len() > 100, "{}", lines.len());
    lines
}

fn shown(result: Result<Event<'_>, Reject>) -> Result<String, Reject> {
    result.map(|event| serde_json::to_string(&event).unwrap())
}

#[test]
fn an_unchanged_line_is_read_as_parse_line_reads_it() {
    let registry = Registry::open();
    let received = EventTime::from_seconds(1_768_871_701);
    let context = Context { registry: &registry, received, collected: Collected::default() };
    let mut scratch = Scratch::default();
    for (file, line) in lines() {
        let expected = shown(parse_line(line.as_bytes(), &context, &mut scratch));
        let read =
            Anatomy::of(line.as_bytes()).and_then(|anatomy| anatomy.read(Change::Nothing, &context, shown));
        assert_eq!(read, expected, "{file}: {line}");
    }
}

#[test]
fn a_changed_line_lacks_what_was_taken_out() {
    let registry = Registry::open();
    let context =
        Context { registry: &registry, received: EventTime::EPOCH, collected: Collected::default() };
    let lines = [
        r#"date=2026-01-20 time=10:15:01 devid="FGT60FTK20000001" logid="0000000013" type="traffic" subtype="forward" vd="root" srcip=10.1.12.34 dstport=443 action="close""#,
        r#"date=2026-01-20,time=10:15:01,devid="FGT60FTK20000001",logid="0000000013",type="traffic",subtype="forward",vd="root",srcip=10.1.12.34,dstport=443,action="close""#,
        r#"{"date":"2026-01-20","time":"10:15:01","devid":"FGT60FTK20000001","logid":"0000000013","type":"traffic","subtype":"forward","vd":"root","srcip":"10.1.12.34","dstport":443,"action":"close"}"#,
        "CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=FGT60FTK20000001 FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTvd=root src=10.1.12.34 dpt=443 act=close",
        "LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC|devTime=Jan 20 2026 01:15:02 GMT|SerialNumber=012801096514|Subtype=end|src=10.1.12.34|dstPort=443|action=allow",
    ];
    for line in lines {
        let anatomy = Anatomy::of(line.as_bytes()).unwrap();
        let port = anatomy.parts().iter().position(|part| part.value == "443").unwrap();
        let read = |change| {
            anatomy.read(change, &context, |event| {
                let event = event.unwrap();
                (event.dst_port, event.src_ip.is_some(), event.action.is_some(), event.anomalies.len())
            })
        };
        assert_eq!(read(Change::Nothing).0, Some(443), "{line}");
        assert_eq!(read(Change::Without(port)), (None, true, true, read(Change::Nothing).3), "{line}");
        assert_eq!(read(Change::With(port, "8443")).0, Some(8443), "{line}");
        // A part that there is not changes nothing.
        assert_eq!(read(Change::Without(usize::MAX)), read(Change::Nothing), "{line}");
    }
}
