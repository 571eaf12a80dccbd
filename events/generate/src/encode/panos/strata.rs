//! Strata Logging Service (formerly Cortex Data Lake): JSON over HTTPS, CEF over syslog.
//!
//! Source: "Strata Logging Service Log Reference". All times are UTC; severities and directions are spelled in words;
//! the session's flags are booleans of their own (`IsPhishing` says that credentials were sent). What an inspection
//! made of a file stands in `Verdict`.
//!
//! ```text
//! {"TimeReceived":"2026-10-20T01:00:01.000000Z","DeviceSN":"012801096514","LogType":"TRAFFIC","Subtype":"end",...}
//! CEF:0|Palo Alto Networks|LF|2.0|TRAFFIC|end|3|dtz=UTC rt=Oct 20 2026 01:00:01 deviceExternalId=012801096514 ...
//! ```

use jiff::tz::TimeZone;

use super::row::Row;
use super::strata_fields::{Field, Form, fields};
use super::{formatted, severity_number};
use crate::encode::Encoded;
use crate::encode::cef::Cef;
use crate::encode::json::{self, Object};

/// Flags of a session that are fields of the service.
const FLAGS: [(u64, &str); 4] = [
    (0x8000_0000, "IsPacketCapture"),
    (0x1000_0000, "IsPhishing"),
    (0x0100_0000, "IsDecrypted"),
    (0x0040_0000, "NAT"),
];

/// Returns what the service calls the type.
fn log_type(kind: &str) -> &str {
    if kind == "AUTHENTICATION" { "AUTH" } else { kind }
}

/// Returns the subtype; types without one repeat the type.
fn subtype(row: &Row) -> String {
    match (row.get("type"), row.get("subtype")) {
        (kind, "" | "0") => kind.to_lowercase(),
        (_, subtype) => subtype.to_owned(),
    }
}

/// Returns a WildFire verdict, which the appliance writes as the category.
fn verdict(row: &Row) -> Option<&str> {
    row.get("subtype").starts_with("wildfire").then(|| row.get("category"))
}

/// Walks the flags of a session.
fn flags(row: &Row) -> impl Iterator<Item = (&'static str, &'static str)> {
    let bits = row.get("flags").strip_prefix("0x").and_then(|hex| u64::from_str_radix(hex, 16).ok());
    let of =
        move |(bit, name): (u64, &'static str)| Some((name, if bits? & bit == 0 { "false" } else { "true" }));
    FLAGS.into_iter().filter_map(of)
}

fn spelled(row: &Row, field: &Field) -> String {
    let value = row.get(field.column);
    match field.form {
        Form::Severity => {
            let mut letters = value.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        Form::Direction => value.replace('-', " "),
        Form::Release => match value.parse::<u32>() {
            Ok(schema) if schema > 255 => format!("{}.{}", schema >> 8, schema & 255),
            _ => value.to_owned(),
        },
        Form::YesNo if !value.is_empty() => (value == "yes").to_string(),
        _ => value.to_owned(),
    }
}

/// Says why the service does not have a column.
fn left_out(row: &Row, fields: &[Field], column: &str) -> Option<&'static str> {
    match column {
        "future_use_0" | "type" | "subtype" | "flags" => None,
        "category" if verdict(row).is_some() => None,
        _ if fields.iter().any(|field| field.column == column) => None,
        _ => Some("the service has no such field"),
    }
}

/// Writes JSON.
pub(in crate::encode) fn strata_json(line: &str) -> Option<Encoded> {
    let row = Row::read(line)?;
    let fields = fields(row.get("type"), row.get("subtype"));
    if fields.is_empty() {
        return None;
    }
    let mut object = Object::new();
    for field in &fields {
        let value = spelled(&row, field);
        match field.form {
            _ if value.is_empty() => object.raw(field.name, "null"),
            Form::Time => {
                let utc = row.instant(field.column)?.to_zoned(TimeZone::UTC);
                object.text(field.name, &utc.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            }
            Form::Number if json::is_number(&value) => object.raw(field.name, &value),
            Form::YesNo => object.raw(field.name, &value),
            _ => object.text(field.name, &value),
        }
        if matches!(field.name, "DeviceSN" | "LogSourceID") {
            object.text("LogType", log_type(row.get("type")));
            object.text("Subtype", &subtype(&row));
        }
    }
    if let Some(verdict) = verdict(&row) {
        object.text("Verdict", verdict);
    }
    for (name, value) in flags(&row) {
        object.raw(name, value);
    }
    Some(row.encoded(object.finish(), |column| left_out(&row, &fields, column)))
}

/// Writes CEF.
pub(in crate::encode) fn strata_cef(line: &str) -> Option<Encoded> {
    let row = Row::read(line)?;
    let fields = fields(row.get("type"), row.get("subtype"));
    if fields.is_empty() {
        return None;
    }
    let subtype = subtype(&row);
    let severity = severity_number(row.get("severity"));
    let product = ["Palo Alto Networks", "LF", "2.0", log_type(row.get("type")), &subtype];
    let mut cef = Cef::new(product, severity);
    cef.pair("dtz", "UTC");
    for field in &fields {
        let mut value = spelled(&row, field);
        if field.form == Form::Time && !value.is_empty() {
            value = formatted(row.instant(field.column)?);
        }
        match (field.cef, field.label) {
            ("", _) => cef.pair(&format!("PanOS{}", field.name), &value),
            (key, "") => cef.pair(key, &value),
            (key, label) => {
                cef.pair(key, &value);
                cef.pair(&format!("{key}Label"), label);
            }
        }
    }
    if let Some(verdict) = verdict(&row) {
        cef.pair("PanOSVerdict", verdict);
    }
    for (name, value) in flags(&row) {
        cef.pair(&format!("PanOS{name}"), value);
    }
    let header = format!("<14>1 {} logforwarder panwlogs - - - ", stamp(&row)?);
    let row = row.without_fraction();
    Some(row.encoded(header + &cef.finish(), |column| left_out(&row, &fields, column)))
}

/// The service's forwarder writes RFC 5424 headers.
fn stamp(row: &Row) -> Option<String> {
    let utc = row.instant("receive_time")?.to_zoned(TimeZone::UTC);
    Some(utc.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::native_row;

    fn url() -> String {
        let values = [
            ("receive_time", "2026/10/20 10:00:01"),
            ("serial", "012801096514"),
            ("subtype", "url"),
            ("config_version", "2817"),
            ("time_generated", "2026/10/20 10:00:00"),
            ("srcuser", "kita\\sato"),
            ("sport", "51544"),
            ("flags", "0x10400000"),
            ("misc", "login.example/a=b"),
            ("severity", "informational"),
            ("direction", "client-to-server"),
            ("characteristic_of_app", "pervasive-use"),
            ("is_saas_of_app", "no"),
            ("high_res_timestamp", "2026-10-20T10:00:00.250+09:00"),
        ];
        native_row("THREAT", &values).unwrap()
    }

    #[test]
    fn json_spells_as_the_service_does() {
        let encoded = strata_json(&url()).unwrap();
        let object: serde_json::Value = serde_json::from_str(&encoded.line).unwrap();
        for (name, value) in [
            ("TimeReceived", "2026-10-20T01:00:01.000000Z"),
            ("TimeGeneratedHighResolution", "2026-10-20T01:00:00.250000Z"),
            ("LogType", "THREAT"),
            ("Subtype", "url"),
            ("ConfigVersion", "11.1"),
            ("VendorSeverity", "Informational"),
            ("DirectionOfAttack", "client to server"),
            ("URL", "login.example/a=b"),
            ("SourceUser", "kita\\sato"),
        ] {
            assert_eq!(object[name], value, "{name}");
        }
        assert_eq!((&object["SourcePort"], &object["Rule"]), (&51_544.into(), &serde_json::Value::Null));
        assert_eq!((&object["IsPhishing"], &object["IsDecrypted"]), (&true.into(), &false.into()));
        assert_eq!(encoded.left_out.len(), 1);
        assert_eq!(encoded.left_out[0].field, "characteristic_of_app");
    }

    #[test]
    fn cef_has_utc_labels_after_values_and_a_forwarders_header() {
        let line = strata_cef(&url()).unwrap().line;
        let head = "<14>1 2026-10-20T01:00:01.000Z logforwarder panwlogs - - - CEF:0|Palo Alto Networks|LF|2.0|THREAT|\
                    url|1|dtz=UTC rt=Oct 20 2026 01:00:01 deviceExternalId=012801096514 PanOSConfigVersion=11.1 ";
        assert!(line.starts_with(head), "{line}");
        for pair in [" cs1= cs1Label=Rule ", r" request=login.example/a\=b ", " PanOSIsPhishing=true "] {
            assert!(line.contains(pair), "{pair} not in {line}");
        }
    }
}
