//! Reads PAN-OS's logs in LEEF 1.0 and 2.0: the vendor's guide for custom formats, and Strata Logging Service.
//!
//! ```text
//! LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6-h14|allow|cat=TRAFFIC|ReceiveTime=2026/01/20 10:15:02|SerialNumber=...
//! ```
//!
//! The log type is in `cat`, `Type` or the header's event id, which otherwise is the action of a session, the threat,
//! or the event of SYSTEM.
//!
//! Specification: "Palo Alto Networks PA Series: Creating a syslog destination" of IBM's DSM guide,
//! <https://www.ibm.com/docs/en/dsm?topic=series-creating-syslog-destination-your-palo-alto-pa-device>, and "Log
//! Reference" of Strata Logging Service.

use hinomi_model::Reject;

use super::columns::Slot;
use super::dictionary::Dialect;
use super::kind::Kind;
use super::named::{Reading, Scratch, is_vendor, no_type, oddities};
use super::values::{Used, Values};
use crate::scan::leef;

/// Attributes that may name the log type, best first.
const TYPES: [&str; 4] = ["cat", "Type", "type", "LogType"];

/// Tells whether a line is one of the vendor's.
pub(crate) fn looks_like(line: &str) -> bool {
    if !(line.starts_with("LEEF:") || line.starts_with("1.0|") || line.starts_with("2.0|")) {
        return false;
    }
    leef::header(line).is_some_and(|header| is_vendor(header.vendor))
}

/// Reads a line.
///
/// # Errors
///
/// When it names no log type of PAN-OS.
pub(crate) fn read<'a>(
    line: &'a str,
    scratch: &'a mut Scratch,
    used: &'a mut Used,
) -> Result<(Kind, Values<'a>, Option<&'a str>), Reject> {
    let Scratch { pairs, memory, named, .. } = scratch;
    let Some(header) = leef::header(line) else { return Err(no_type("")) };
    leef::scan(line, header.attributes, header.separator, pairs, |_| None);
    named.clear();
    let attribute = |name: &str| pairs.iter().find(|pair| pair.name.of(line) == name);
    let named_type = TYPES.iter().find_map(|name| {
        let value = attribute(name)?.value.of(line);
        Kind::of_name(value).map(|kind| (kind, value))
    });
    let of_header = || Kind::of_name(header.event_id).map(|kind| (kind, header.event_id));
    let Some((kind, name)) = named_type.or_else(of_header) else { return Err(no_type(header.product)) };

    named.add_column(line, name, kind, "type", Some(Slot::LogType));
    let mut reading = Reading { kind, dialect: Dialect::Leef, memory, named: &mut *named };
    for (place, pair) in pairs.iter().enumerate() {
        reading.add(line, place, pair, pair.name.of(line), pair.name);
    }
    // What no attribute says, the header may.
    let said = match kind {
        Kind::System => Some(("eventid", Some(Slot::EventId))),
        Kind::Threat => Some(("threatid", Some(Slot::Threat))),
        Kind::Traffic | Kind::Tunnel => Some(("action", Some(Slot::Action))),
        Kind::HipMatch => Some(("matchname", None)),
        _ => None,
    };
    let is_news = |slot: Option<Slot>| slot.is_none_or(|slot| !named.has(slot)) && header.event_id != name;
    if let Some((column, slot)) = said.filter(|(_, slot)| is_news(*slot)) {
        named.add_column(line, header.event_id, kind, column, slot);
    }
    let mut values = named.values(line, used);
    values.anomalies.extend(oddities(pairs));
    // Strata Logging Service has its format's version there.
    Ok((kind, values, (header.product != "LF").then_some(header.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_vendors_lines_are_its_own() {
        assert!(looks_like("LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC"));
        assert!(looks_like("1.0|Palo Alto Networks|PAN-OS Syslog Integration|11.1.6|allow|cat=TRAFFIC"));
        for line in ["LEEF:1.0|Lancope|StealthWatch|1.0|41|src=10.1.2.3", "LEEF:1.0|Palo", "1.0|2.0|", ""] {
            assert!(!looks_like(line), "{line}");
        }
    }
}
