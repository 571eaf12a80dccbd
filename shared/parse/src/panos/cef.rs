//! Reads PAN-OS's logs in CEF: the vendor's guide for custom formats, Strata Logging Service, and formats that
//! administrators wrote after them.
//!
//! ```text
//! CEF:0|Palo Alto Networks|PAN-OS|11.1.2|end|TRAFFIC|1|rt=Jan 20 2026 01:15:02 GMT deviceExternalId=012345678901234 src=10.1.12.34 ...
//! CEF:0|Palo Alto Networks|LF|2.0|TRAFFIC|end|3|dtz=UTC rt=Jan 20 2026 01:15:02 deviceExternalId=012345678901234 ...
//! ```
//!
//! * The log type is in the header's class id or name, the subtype in the other one, or in `cat`. The guide's
//!   GLOBALPROTECT format leaves the severity out.
//! * `cs1`, `cn1`, `flexString1` and their like say what their labels say, wherever in the line the label stands; a
//!   format without labels means what the guide's does.
//!
//! Specification: "CEF-style Log Formats" of PAN-OS 10, and "Log Reference" of Strata Logging Service,
//! <https://docs.paloaltonetworks.com/strata-logging-service/log-reference>.

use hinomi_model::{Reject, Span};

use super::columns::Slot;
use super::dictionary::Dialect;
use super::kind::Kind;
use super::named::{Reading, Scratch, is_vendor, no_type, oddities};
use super::values::{Used, Values};
use crate::scan::cef;

/// Keys that mean what their label says, and what they mean without one where a session is told of.
const CUSTOM: [(&str, &str); 23] = [
    ("cs1", "rule"),
    ("cs2", "category"),
    ("cs3", "vsys"),
    ("cs4", "from"),
    ("cs5", "to"),
    ("cs6", "logset"),
    ("cn1", "sessionid"),
    ("cn2", "packets"),
    ("cn3", "elapsed"),
    ("flexString1", "flags"),
    ("flexString2", "direction"),
    ("flexNumber1", "bytes"),
    ("flexNumber2", ""),
    ("c6a1", ""),
    ("c6a2", "Source IPv6 Address"),
    ("c6a3", "Destination IPv6 Address"),
    ("c6a4", ""),
    ("cfp1", ""),
    ("cfp2", ""),
    ("cfp3", ""),
    ("cfp4", ""),
    ("deviceCustomDate1", ""),
    ("deviceCustomDate2", ""),
];

/// Added to a custom key's index for its label.
const LABEL: u8 = 32;

/// What Strata Logging Service writes for the IPv6 address of an end that has none.
const NO_IPV6: &str = "::ffff:0";

/// Tells whether a line is one of the vendor's.
pub(crate) fn looks_like(line: &str) -> bool {
    if !(line.starts_with("CEF:") || line.starts_with("0|") || line.starts_with("1|")) {
        return false;
    }
    header(line).is_some_and(|header| is_vendor(header.vendor))
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
    let Some(header) = header(line) else { return Err(no_type("")) };
    cef::scan(line, header.extension, pairs, custom);
    named.clear();
    let category = || {
        let pair = pairs.iter().find(|pair| pair.name.of(line) == "cat");
        pair.map_or("", |pair| pair.value.of(line))
    };
    let Some(Type { kind, name, other }) = log_type(header.class_id, header.name, category) else {
        return Err(no_type(header.product));
    };
    let is_strata = header.product == "LF";
    named.add_column(line, name, kind, "type", Some(Slot::LogType));
    // The guide's THREAT format has the threat in the header and the subtype in `cat`; those for sites and files have
    // them the other way round.
    let is_threat_first = kind == Kind::Threat && !is_strata && !Kind::is_threat_subtype(other);
    let column = match kind {
        Kind::Threat if is_threat_first => "threatid",
        Kind::Config if !is_strata => "result",
        Kind::HipMatch if !is_strata => "matchtype",
        _ => "subtype",
    };
    named.add_column(line, other, kind, column, None);

    let mut labels = [Span::default(); CUSTOM.len()];
    for pair in pairs.iter() {
        let label = pair.key.and_then(|key| key.checked_sub(LABEL));
        if let Some(place) = label.and_then(|key| labels.get_mut(usize::from(key))) {
            *place = pair.value;
        }
    }
    let dialect = if is_strata { Dialect::CefStrata } else { Dialect::CefGuide };
    let mut reading = Reading { kind, dialect, memory, named: &mut *named };
    for (place, pair) in pairs.iter().enumerate() {
        match pair.key {
            None if is_threat_first && pair.name.of(line) == "cat" => {
                reading.add(line, place, pair, "subtype", pair.name);
            }
            None if pair.name.of(line) == "cat" && pair.value.of(line) == name => {
                reading.add(line, place, pair, "type", pair.name);
            }
            None => reading.add(line, place, pair, pair.name.of(line), pair.name),
            Some(LABEL..) => {}
            Some(key) => {
                let label = labels.get(usize::from(key)).copied().unwrap_or_default();
                let fallback = CUSTOM.get(usize::from(key)).map_or("", |(_, meaning)| *meaning);
                let own = pair.name.of(line);
                let (key, name) = match (label.of(line), fallback) {
                    ("", "") => (own, pair.name),
                    ("", meaning) if kind.has_session() => (meaning, pair.name),
                    ("", _) => (own, pair.name),
                    (label_text, _) => (label_text, label),
                };
                if pair.value.of(line) != NO_IPV6 {
                    reading.add(line, place, pair, key, name);
                }
            }
        }
    }
    if !is_strata && !named.has(Slot::Severity) {
        let has_severity = kind.layout().columns.iter().any(|column| column.slot == Some(Slot::Severity));
        let severity = if has_severity { header.severity } else { "" };
        named.add_column(line, severity, kind, "number-of-severity", Some(Slot::Severity));
    }
    let mut values = named.values(line, used);
    values.anomalies.extend(oddities(pairs));
    // Strata Logging Service has its format's version there.
    Ok((kind, values, (!is_strata).then_some(header.version)))
}

/// Returns the index of a custom key, or [`LABEL`] more for its label.
fn custom(key: &[u8]) -> Option<u8> {
    let (key, more) = match key.strip_suffix(b"Label") {
        Some(key) => (key, LABEL),
        None => (key, 0),
    };
    // All but a few keys are told apart by their ends.
    if !key.last()?.is_ascii_digit() || !matches!(key.first()?, b'c' | b'f' | b'd') {
        return None;
    }
    let index = CUSTOM.iter().position(|(name, _)| name.as_bytes() == key)?;
    u8::try_from(index).ok().map(|index| index + more)
}

/// Reads the header, also one without a severity: what would be the severity is the extension's beginning.
fn header(line: &str) -> Option<cef::Header<'_>> {
    let whole = cef::header(line);
    if whole.is_some_and(|header| !header.severity.contains('=')) {
        return whole;
    }
    let (mark, rest) = line.split_once('|')?;
    if !matches!(mark.strip_prefix("CEF:").unwrap_or(mark).trim(), "0" | "1") {
        return None;
    }
    let (vendor, rest) = rest.split_once('|')?;
    let (product, rest) = rest.split_once('|')?;
    let (version, rest) = rest.split_once('|')?;
    let (class_id, rest) = rest.split_once('|')?;
    let (name, rest) = rest.split_once('|')?;
    let extension = line.len() - rest.len();
    let nowhere = Span::default();
    Some(cef::Header {
        vendor,
        product,
        version,
        class_id,
        name,
        severity: "",
        class_span: nowhere,
        name_span: nowhere,
        extension,
    })
}

struct Type<'a> {
    kind: Kind,
    /// The text that names it.
    name: &'a str,
    /// The text beside it: the subtype, most of the time.
    other: &'a str,
}

/// Finds the log type. A name as native rows write it comes before one in another case, because subtypes (`end`,
/// `url`, `config`) are types' names in lower case; and START and END come after both, for the same reason.
fn log_type<'a>(class_id: &'a str, name: &'a str, category: impl Fn() -> &'a str) -> Option<Type<'a>> {
    let pairs = [(name, class_id), (class_id, name)];
    let exact = |(name, other)| Kind::of_token(name).map(|kind| Type { kind, name, other });
    let found = pairs.into_iter().filter_map(exact).find(|found| found.kind != Kind::Tunnel);
    let loose = |(name, other)| Kind::of_name(name).map(|kind| Type { kind, name, other });
    let of_category = || {
        let name = category();
        Kind::of_name(name).map(|kind| Type { kind, name, other: "" })
    };
    found
        .or_else(|| pairs.into_iter().find_map(exact))
        .or_else(|| of_category().filter(|found| !Kind::is_threat_subtype(found.name)))
        .or_else(|| pairs.into_iter().rev().find_map(loose))
        .or_else(of_category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_subtype_stand_in_either_order() {
        let cases = [
            ("end", "TRAFFIC", "", Kind::Traffic, "end"),
            ("TRAFFIC", "end", "from-policy", Kind::Traffic, "end"),
            ("url", "THREAT", "(9999)", Kind::Threat, "url"),
            ("THREAT", "url", "", Kind::Threat, "url"),
            ("Synthetic(31337)", "THREAT", "vulnerability", Kind::Threat, "Synthetic(31337)"),
            ("auth", "SYSTEM", "auth-fail", Kind::System, "auth"),
            ("config", "CONFIG", "", Kind::Config, "config"),
            ("GLOBALPROTECT", "globalprotect", "", Kind::GlobalProtect, "globalprotect"),
            ("start", "START", "", Kind::Tunnel, "start"),
            ("END", "TRAFFIC", "", Kind::Traffic, "END"),
            ("traffic", "end", "", Kind::Traffic, "end"),
            ("1", "session", "TRAFFIC", Kind::Traffic, ""),
        ];
        for (class_id, name, category, kind, other) in cases {
            let found = log_type(class_id, name, || category).unwrap();
            assert_eq!((found.kind, found.other), (kind, other), "{class_id} {name}");
        }
        assert!(log_type("XDR Agent", "alert", || "x").is_none());
    }

    #[test]
    fn headers_with_and_without_a_severity() {
        let cases = [
            "CEF:0|Palo Alto Networks|PAN-OS|10.1|GLOBALPROTECT|globalprotect|rt=1 msg=a|b",
            "CEF:0|Palo Alto Networks|PAN-OS|10.1|GLOBALPROTECT|globalprotect|rt=1 msg=a",
            "0|Palo Alto Networks|PAN-OS|10.1|GLOBALPROTECT|globalprotect|1|rt=1",
        ];
        for line in cases {
            assert!(looks_like(line), "{line}");
            assert!(line[header(line).unwrap().extension..].starts_with("rt=1"), "{line}");
        }
        for line in ["CEF:0|Fortinet|Fortigate|v7|1|n|3|a=1", "0|Palo", "CEF:", "", "1|2|3|4|5|6|7|8"] {
            assert!(!looks_like(line), "{line}");
        }
    }

    #[test]
    fn custom_keys_and_their_labels() {
        assert_eq!(custom(b"cs1"), Some(0));
        assert_eq!(custom(b"cs1Label"), Some(LABEL));
        assert_eq!(custom(b"deviceCustomDate2"), Some(22));
        for key in ["cs7", "src", "Label", "", "cnt", "duser0", "cs1label"] {
            assert_eq!(custom(key.as_bytes()), None, "{key}");
        }
        assert!(CUSTOM.len() < usize::from(LABEL));
    }
}
