//! Reads PAN-OS's logs in JSON, one object a line: Strata Logging Service (formerly Cortex Data Lake), and what the
//! firewall's own HTTP server profile sends, whose template names native columns.
//!
//! ```text
//! {"LogType":"GLOBALPROTECT","LogSubtype":"globalprotect","TimeGenerated":"2026-01-20T01:15:01.000000Z","EventIDValue":"gateway-auth",...}
//! {"type":"TRAFFIC","subtype":"end","time_generated":"2026/01/20 10:15:01","serial":"012345678901234","src":"10.1.12.34",...}
//! ```
//!
//! A key that no column has keeps its own name; a nested value is kept as JSON text.
//!
//! Specification: HTTPS fields of the "Log Reference" of Strata Logging Service,
//! <https://docs.paloaltonetworks.com/strata-logging-service/log-reference>, and the variables of "Syslog Field
//! Descriptions", which HTTP templates are made of.

use hinomi_model::{Escape, QuarantineReason, Reject};
use simd_json::{Node, StaticNode};

use super::dictionary::Dialect;
use super::kind::Kind;
use super::named::Scratch;
use super::values::{Used, Values};
use crate::scan::json::{append, members, write_value};

/// What an object's keys say of it.
#[derive(Default)]
struct Seen<'n> {
    /// The log type that Strata Logging Service's key names, else the one of a native column.
    log_type: Option<(Dialect, &'n str)>,
    /// Native columns that no envelope has: times, and others, of which one alone may be chance.
    times: u32,
    marks: u32,
    /// FortiOS's own fields: no object that has one is PAN-OS's.
    is_foreign: bool,
    /// It may carry a line.
    carries_text: bool,
}

impl<'n> Seen<'n> {
    fn of(object: &[Node<'n>]) -> Seen<'n> {
        let mut seen = Seen::default();
        for (key, value) in members(object) {
            let text = || match value.first() {
                Some(&Node::String(text)) => text,
                _ => "",
            };
            match key {
                "LogType" | "log_type" | "logType" => seen.log_type = Some((Dialect::Strata, text())),
                "type" => seen.log_type = seen.log_type.or_else(|| Some((Dialect::Native, text()))),
                "time_generated" | "receive_time" | "high_res_timestamp" | "time_logged" => seen.times += 1,
                "serial" | "seqno" | "sessionid" | "device_name" | "actionflags" | "vsys_name" => {
                    seen.marks += 1;
                }
                "logid" | "devid" => seen.is_foreign = true,
                // Collectors call the kind of what they carry `log_type`, too.
                "message" | "log" => seen.carries_text |= matches!(value, [Node::String(_), ..]),
                _ => {}
            }
        }
        seen
    }

    /// Returns the log type; `None` for one that PAN-OS does not have.
    fn kind(&self) -> Option<Kind> {
        match self.log_type? {
            (Dialect::Native, name) => Kind::of_token(name),
            (_, name) => Kind::of_name(name),
        }
    }
}

/// Tells whether an object is a log, not an envelope around one.
pub(crate) fn is_document(object: &[Node<'_>]) -> bool {
    let seen = Seen::of(object);
    if seen.is_foreign {
        return false;
    }
    match seen.log_type {
        Some((Dialect::Native, _)) => seen.kind().is_some() && (seen.times > 0 || seen.marks > 1),
        Some(_) => seen.kind().is_some() || !seen.carries_text,
        None => false,
    }
}

/// Reads an object, which is given as its tape.
///
/// # Errors
///
/// [`QuarantineReason::Unreadable`] when it names no log type of PAN-OS or nests too deep.
pub(crate) fn read<'a>(
    object: &[Node<'_>],
    scratch: &'a mut Scratch,
    used: &'a mut Used,
) -> Result<(Kind, Values<'a>), Reject> {
    let Scratch { text, memory, named, .. } = scratch;
    text.clear();
    named.clear();
    let seen = Seen::of(object);
    let (Some((dialect, name)), Some(kind)) = (seen.log_type, seen.kind()) else {
        return Err(unreadable("no known log type"));
    };
    if dialect == Dialect::Strata {
        let (value, _) = append(text, |text| text.push_str(name));
        let meaning = memory.meaning(kind, dialect, 0, "LogType");
        named.add(text, value, value, Escape::None, meaning);
    }
    for (place, (key, value)) in members(object).enumerate() {
        let meaning = memory.meaning(kind, dialect, place + 1, key);
        // A column's name is known; only another one has to be kept.
        let shown = if meaning.column.is_empty() { key } else { "" };
        let (name, _) = append(text, |text| text.push_str(shown));
        let mut is_whole = true;
        let (value, _) = append(text, |text| match value.first() {
            Some(Node::String(value)) => text.push_str(value),
            Some(Node::Static(StaticNode::Null)) | None => {}
            _ => is_whole = write_value(value, 0, text).is_some(),
        });
        if !is_whole {
            return Err(unreadable("nested too deep"));
        }
        named.add(text, name, value, Escape::None, meaning);
    }
    Ok((kind, named.values(text, used)))
}

fn unreadable(detail: &str) -> Reject {
    Reject::new(QuarantineReason::Unreadable, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text<'a>(
        object: &str,
        scratch: &'a mut Scratch,
        used: &'a mut Used,
    ) -> Result<(Kind, Values<'a>), Reject> {
        let mut input = object.as_bytes().to_vec();
        let tape = simd_json::to_tape(&mut input).unwrap();
        read(&tape.0, scratch, used)
    }

    #[test]
    fn nested_values_stay_json() {
        let (mut scratch, mut used) = (Scratch::default(), Used::default());
        let object = r#"{"LogType":"SYSTEM","Tags":["a\"b",{"n":1.5,"t":true,"u":null}],"Empty":[]}"#;
        let (kind, values) = read_text(object, &mut scratch, &mut used).unwrap();
        assert_eq!(kind, Kind::System);
        let (extra, unknown, _) = values.finish();
        assert_eq!(unknown, 2);
        let shown: Vec<(String, String)> =
            extra.iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let expected =
            [("type", "SYSTEM"), ("Tags", r#"["a\"b",{"n":1.5,"t":true,"u":null}]"#), ("Empty", "[]")];
        assert_eq!(shown, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_log_is_refused() {
        let deep = format!(r#"{{"LogType":"SYSTEM","x":{}{}}}"#, "[".repeat(40), "]".repeat(40));
        for object in ["[]", "{}", r#"{"LogType":"COFFEE"}"#, r#"{"LogType":7}"#, r#""LogType""#, &deep] {
            let (mut scratch, mut used) = (Scratch::default(), Used::default());
            let refused = read_text(object, &mut scratch, &mut used).map(|_| ()).unwrap_err();
            assert_eq!(refused.reason, QuarantineReason::Unreadable, "{object}");
        }
    }

    #[test]
    fn envelopes_and_other_vendors_objects_are_no_logs() {
        let cases = [
            (r#"{"LogType":"TRAFFIC"}"#, true),
            (r#"{"log_type":"threat","message":"x"}"#, true),
            (r#"{"LogType":"COFFEE"}"#, true),
            (r#"{"log_type":"nginx","message":"date=1"}"#, false),
            (r#"{"type":"TRAFFIC","time_generated":"x"}"#, true),
            (r#"{"type":"TRAFFIC","serial":"1","seqno":"2"}"#, true),
            (r#"{"type":"TRAFFIC","serial":"1","message":"1,..."}"#, false),
            (r#"{"type":"SYSTEM","message":"1,..."}"#, false),
            (r#"{"type":"traffic","time_generated":"x"}"#, false),
            (r#"{"type":"traffic","subtype":"forward","logid":"0000000013"}"#, false),
            (r#"{"log_type":"traffic","devid":"FGT60FTK20000001"}"#, false),
            (r#"{"type":{"LogType":"TRAFFIC"},"time_generated":"x"}"#, false),
            ("{}", false),
        ];
        for (object, expected) in cases {
            let mut input = object.as_bytes().to_vec();
            let tape = simd_json::to_tape(&mut input).unwrap();
            assert_eq!(is_document(&tape.0), expected, "{object}");
        }
    }
}
