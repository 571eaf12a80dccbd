//! FortiOS's other formats (`config log syslogd setting; set format csv | cef | json`) and FortiAnalyzer's CEF.
//!
//! Source: "FortiOS to CEF log field mapping guidelines" (FortiOS 7.4 Log Message Reference): the class id is the last
//! five digits of the log id, the name `type:subtype eventtype action status`, severity is FortiOS's level the other
//! way round, fields without a CEF key get `FTNTFGT` before them, quotes are dropped.
//!
//! ```text
//! <189>Oct 20 10:00:00 KITA-FW1 CEF:0|Fortinet|Fortigate|v7.4.3|00013|traffic:forward close|3|deviceExternalId=...
//! ```

use jiff::civil::DateTime;

use super::cef::Cef;
use super::json::{self, Object};
use super::{Encoded, LeftOut};

/// FortiOS fields that CEF has a key for. Everything else is prefixed.
const KEYS: &[(&str, &str)] = &[
    ("devid", "deviceExternalId"),
    ("srcip", "src"),
    ("srcport", "spt"),
    ("dstip", "dst"),
    ("dstport", "dpt"),
    ("srcintf", "deviceInboundInterface"),
    ("dstintf", "deviceOutboundInterface"),
    ("sessionid", "externalId"),
    ("proto", "proto"),
    ("action", "act"),
    // CEF's `app` is the service; the application has the prefix.
    ("service", "app"),
    ("sentbyte", "out"),
    ("rcvdbyte", "in"),
    ("transip", "sourceTranslatedAddress"),
    ("transport", "sourceTranslatedPort"),
    ("tranip", "destinationTranslatedAddress"),
    ("tranport", "destinationTranslatedPort"),
    // The initiating user too is `duser`.
    ("user", "duser"),
    ("srcname", "shost"),
    ("hostname", "dhost"),
    ("url", "request"),
    ("catdesc", "requestContext"),
    ("agent", "requestClientApplication"),
    ("filename", "fname"),
    ("filesize", "fsize"),
    ("status", "outcome"),
    ("reason", "reason"),
    ("ui", "sproc"),
    ("msg", "msg"),
    ("count", "cnt"),
];

/// Levels, the least first: the position is the syslog severity upside down.
const LEVELS: [&str; 8] =
    ["debug", "information", "notice", "warning", "error", "critical", "alert", "emergency"];

/// How numbers stand in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As numbers.
    AsNumbers,
    /// As strings.
    AsText,
}

/// One field of a native line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    key: String,
    value: String,
    is_quoted: bool,
}

/// A native line, taken apart.
#[derive(Debug)]
struct Record {
    /// The syslog priority with its brackets, or nothing.
    priority: String,
    pairs: Vec<Pair>,
}

impl Record {
    fn read(line: &str) -> Option<Self> {
        let start = line.find(|c: char| c.is_ascii_alphabetic())?;
        let (priority, mut rest) = line.split_at(start);
        let is_bracketed = priority.starts_with('<') && priority.ends_with('>');
        if !(priority.is_empty() || is_bracketed) {
            return None;
        }
        let mut pairs = Vec::new();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=')?;
            let (value, is_quoted, after) = match after.strip_prefix('"') {
                Some(quoted) => {
                    let (value, after) = quoted_value(quoted)?;
                    (value, true, after)
                }
                None => {
                    let (value, after) = after.split_at(after.find(' ').unwrap_or(after.len()));
                    (value.to_owned(), false, after)
                }
            };
            pairs.push(Pair { key: key.to_owned(), value, is_quoted });
            rest = after.trim_start_matches(' ');
        }
        let is_log = pairs.iter().any(|pair| pair.key == "type");
        is_log.then(|| Record { priority: priority.to_owned(), pairs })
    }

    fn get(&self, key: &str) -> &str {
        self.pairs.iter().find(|pair| pair.key == key).map_or("", |pair| &pair.value)
    }

    fn written(&self, separator: &str, is_kept: impl Fn(&Pair) -> bool) -> String {
        let pairs: Vec<String> = self
            .pairs
            .iter()
            .filter(|pair| is_kept(pair))
            .map(|Pair { key, value, is_quoted }| {
                if *is_quoted {
                    format!("{key}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
                } else {
                    format!("{key}={value}")
                }
            })
            .collect();
        format!("{}{}", self.priority, pairs.join(separator))
    }

    fn encoded(&self, line: String, why: impl Fn(&Pair) -> Option<&'static str>) -> Encoded {
        let left_out = self
            .pairs
            .iter()
            .filter_map(|pair| why(pair).map(|why| LeftOut { field: pair.key.clone(), why }))
            .collect();
        Encoded { line, plain: self.written(" ", |pair| why(pair).is_none()), left_out }
    }

    /// Takes off blanks at the ends of values: CEF can't tell them from the blank between pairs.
    fn without_outer_blanks(mut self) -> Self {
        for pair in &mut self.pairs {
            pair.value = pair.value.trim().to_owned();
        }
        self
    }

    /// `Oct 20 10:00:00`: the device's local time, as syslog has it.
    fn stamp(&self, format: &str) -> Option<String> {
        let text = format!("{}T{}", self.get("date"), self.get("time"));
        Some(text.parse::<DateTime>().ok()?.strftime(format).to_string())
    }

    fn severity(&self) -> u8 {
        let level = self.get("level");
        LEVELS.iter().zip(1..).find(|(word, _)| **word == level).map_or(1, |(_, severity)| severity)
    }

    /// Words that are there, with blanks between them.
    fn words(&self, keys: &[&str]) -> String {
        let words: Vec<&str> = keys.iter().map(|key| self.get(key)).filter(|word| !word.is_empty()).collect();
        words.join(" ")
    }
}

/// Reads up to the closing quote.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => value.push(rest.next()?),
            c => value.push(c),
        }
    }
}

/// Writes the comma form: it carries everything.
pub(super) fn comma(line: &str) -> Option<Encoded> {
    let record = Record::read(line)?;
    Some(record.encoded(record.written(",", |_| true), |_| None))
}

/// Writes JSON: it carries everything.
pub(super) fn json(line: &str, numbers: Numbers) -> Option<Encoded> {
    let record = Record::read(line)?;
    let mut object = Object::new();
    for Pair { key, value, is_quoted } in &record.pairs {
        if numbers == Numbers::AsNumbers && !is_quoted && json::is_number(value) {
            object.raw(key, value);
        } else {
            object.text(key, value);
        }
    }
    Some(record.encoded(format!("{}{}", record.priority, object.finish()), |_| None))
}

/// Says why FortiOS's CEF does not have a field.
fn not_in_cef(pair: &Pair) -> Option<&'static str> {
    match pair.key.as_str() {
        "devname" => Some("only the syslog header tells the name, and a relay may have written it"),
        "date" | "time" => Some("only the syslog header tells the local time, the event time is there"),
        "direction" if !matches!(pair.value.as_str(), "incoming" | "outgoing") => {
            Some("deviceDirection knows 0 and 1 alone")
        }
        _ => None,
    }
}

/// Writes CEF as FortiOS does.
pub(super) fn cef(line: &str) -> Option<Encoded> {
    let record = Record::read(line)?;
    let logid = record.get("logid");
    // The releases differ in how exact their event time is; nothing else in a line tells them apart.
    let version = if record.get("eventtime").len() > 10 { "v7.4.3" } else { "v6.0.3" };
    let category = format!("{}:{}", record.get("type"), record.get("subtype"));
    let name = [category.as_str(), &record.words(&["eventtype", "action", "status"])].join(" ");
    let class = logid.get(logid.len().saturating_sub(5)..)?;
    let mut cef = Cef::new(["Fortinet", "Fortigate", version, class, name.trim_end()], record.severity());
    for pair @ Pair { key, value, .. } in &record.pairs {
        match key.as_str() {
            _ if not_in_cef(pair).is_some() => {}
            "type" => cef.pair("cat", &category),
            "direction" => cef.pair("deviceDirection", if value == "outgoing" { "1" } else { "0" }),
            _ => match standard(key) {
                Some(standard) => cef.pair(standard, value),
                None => cef.pair(&format!("FTNTFGT{key}"), value),
            },
        }
    }
    let header = format!("{}{} {} ", record.priority, record.stamp("%b %d %H:%M:%S")?, record.get("devname"));
    Some(record.without_outer_blanks().encoded(header + &cef.finish(), not_in_cef))
}

/// Writes CEF as FortiAnalyzer forwards it.
pub(super) fn analyzer_cef(line: &str) -> Option<Encoded> {
    let record = Record::read(line)?;
    let name = record.words(&["subtype", "type", "action"]);
    let product = ["Fortinet", "FortiGate-100F", "7.2.8,build1639 (GA)", record.get("logid"), &name];
    let mut cef = Cef::new(product, record.severity());
    cef.pair("start", &record.stamp("%b %d %Y %H:%M:%S")?);
    cef.pair("ad.logver", "702081639");
    let why = |pair: &Pair| {
        matches!(pair.key.as_str(), "date" | "time")
            .then_some("`start` tells the local time, the event time is there")
    };
    for pair @ Pair { key, value, .. } in &record.pairs {
        match key.as_str() {
            _ if why(pair).is_some() => {}
            "devname" => cef.pair("dvchost", value),
            "type" => cef.pair("cat", value),
            "level" => cef.pair("deviceSeverity", value),
            _ => match standard(key) {
                Some(standard) => cef.pair(standard, value),
                None => cef.pair(&format!("ad.{key}"), value),
            },
        }
    }
    let header = format!("{}{} analyzer ", record.priority, record.stamp("%b %d %H:%M:%S")?);
    Some(record.without_outer_blanks().encoded(header + &cef.finish(), why))
}

fn standard(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|(fortios, _)| *fortios == key).map(|(_, cef)| *cef)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IPS: &str = concat!(
        r#"<185>date=2026-10-20 time=10:00:00 devname="KITA-FW1" devid="FGT60FTK20000001" "#,
        r#"eventtime=1792458000123456789 tz="+0900" logid="0419016384" type="utm" subtype="ips" "#,
        r#"eventtype="signature" level="alert" vd="root" srcip=203.0.113.9 dstport=80 action="dropped" "#,
        r#"service="HTTP" direction="outgoing" url="/q?a=1 \"b\\c\",d" cat=26"#
    );

    #[test]
    fn a_native_line_is_taken_apart_and_put_together() {
        let record = Record::read(IPS).unwrap();
        assert_eq!(record.get("url"), r#"/q?a=1 "b\c",d"#);
        assert_eq!(record.written(" ", |_| true), IPS);
        assert!(Record::read("1,2026/10/20").is_none());
    }

    #[test]
    fn comma_form_changes_only_the_separator() {
        let line = comma(IPS).unwrap().line;
        assert!(line.starts_with(r#"<185>date=2026-10-20,time=10:00:00,devname="KITA-FW1","#));
        assert!(line.ends_with(r#"direction="outgoing",url="/q?a=1 \"b\\c\",d",cat=26"#));
    }

    #[test]
    fn cef_follows_the_mapping_guidelines() {
        let encoded = cef(IPS).unwrap();
        let expected = concat!(
            "<185>Oct 20 10:00:00 KITA-FW1 CEF:0|Fortinet|Fortigate|v7.4.3|16384|utm:ips signature dropped|7|",
            "deviceExternalId=FGT60FTK20000001 FTNTFGTeventtime=1792458000123456789 FTNTFGTtz=+0900 ",
            "FTNTFGTlogid=0419016384 cat=utm:ips FTNTFGTsubtype=ips FTNTFGTeventtype=signature FTNTFGTlevel=alert ",
            "FTNTFGTvd=root src=203.0.113.9 dpt=80 act=dropped app=HTTP deviceDirection=1 ",
            r#"request=/q?a\=1 "b\\c",d FTNTFGTcat=26"#
        );
        assert_eq!(encoded.line, expected);
        let left_out: Vec<&str> = encoded.left_out.iter().map(|left| left.field.as_str()).collect();
        assert_eq!(left_out, ["date", "time", "devname"]);
        assert!(encoded.plain.starts_with(r#"<185>devid="FGT60FTK20000001" eventtime="#));
    }

    #[test]
    fn analyzer_names_the_model_and_the_whole_log_id() {
        let line = analyzer_cef(IPS).unwrap().line;
        let expected = concat!(
            "<185>Oct 20 10:00:00 analyzer CEF:0|Fortinet|FortiGate-100F|7.2.8,build1639 (GA)|0419016384|",
            "ips utm dropped|7|start=Oct 20 2026 10:00:00 ad.logver=702081639 dvchost=KITA-FW1 ",
            "deviceExternalId=FGT60FTK20000001 ad.eventtime=1792458000123456789 ad.tz=+0900 ad.logid=0419016384 ",
            "cat=utm ad.subtype=ips ad.eventtype=signature deviceSeverity=alert ad.vd=root "
        );
        assert!(line.starts_with(expected), "{line}");
    }

    #[test]
    fn json_has_numbers_where_the_native_line_has_no_quotes() {
        let line = json(IPS, Numbers::AsNumbers).unwrap().line;
        let object: serde_json::Value = serde_json::from_str(line.strip_prefix("<185>").unwrap()).unwrap();
        assert_eq!(object["eventtime"], 1_792_458_000_123_456_789_i64);
        assert_eq!(object["logid"], "0419016384");
        assert_eq!(object["url"], r#"/q?a=1 "b\c",d"#);
        let text = json(IPS, Numbers::AsText).unwrap().line;
        assert!(text.contains(r#""dstport":"80""#) && text.contains(r#""srcip":"203.0.113.9""#));
    }
}
