//! Values as text: what columns of text and JSON hold. None of it allocates.

use std::io::Write;
use std::net::IpAddr;

use hinomi_model::{Escape, EventTime, Locator};

use crate::mapping::{Kind, Value};

const HEX: &[u8; 16] = b"0123456789abcdef";

impl Value<'_> {
    /// Tells whether a column of a kind can hold it.
    pub(crate) fn fits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Text => self.is_text(),
            Kind::Json => matches!(self, Value::Unmapped),
            Kind::Integer | Kind::Long | Kind::Instant => self.as_number(kind).is_some(),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Value::Text(_) | Value::Ip(_) | Value::Stamp(_) | Value::Place(_))
    }

    /// Appends it as JSON.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        match *self {
            Value::Text(text) => quoted(text, out),
            Value::Number(number) => signed(number, out),
            Value::Count(count) => unsigned(count, out),
            // None of these holds what JSON would have to escape, but for an object's name.
            Value::Ip(ip) => enclosed(out, |out| address(ip, out)),
            Value::Instant(time) | Value::Stamp(time) => enclosed(out, |out| stamp(time, out)),
            Value::Place(place) => {
                let mut text = Vec::new();
                locator(place, &mut text);
                quoted(&String::from_utf8_lossy(&text), out);
            }
            Value::Anomalies(anomalies) => {
                out.push(b'[');
                for (index, anomaly) in anomalies.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.push(b'"');
                    escaped(anomaly.kind.as_str(), out);
                    if let Some(field) = anomaly.field {
                        out.push(b':');
                        escaped(field, out);
                    }
                    out.push(b'"');
                }
                out.push(b']');
            }
            Value::Frames(frames) => {
                out.push(b'[');
                for (index, frame) in frames.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    quoted(frame.as_str(), out);
                }
                out.push(b']');
            }
            Value::None | Value::Unmapped => out.extend_from_slice(b"null"),
        }
    }
}

fn enclosed(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends text as a JSON string.
pub(crate) fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(text, out);
    out.push(b'"');
}

/// Appends text as it stands inside a JSON string.
pub(crate) fn escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        match *byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control @ 0..0x20 => {
                out.extend_from_slice(b"\\u00");
                for half in [control >> 4, control & 15] {
                    out.push(HEX.get(usize::from(half)).copied().unwrap_or(b'0'));
                }
            }
            plain => out.push(plain),
        }
    }
}

/// Appends a raw value, its vendor's escape undone, as it stands inside a JSON string.
pub(crate) fn escaped_of(escape: Escape, raw: &str, out: &mut Vec<u8>) {
    // Without a quote and a backslash there is nothing to undo in any of them.
    if is_plain(raw.as_bytes()) {
        out.extend_from_slice(raw.as_bytes());
    } else {
        escaped(&escape.undo(raw), out);
    }
}

/// Tells whether bytes stand in a JSON string as they are: no control character, quote or backslash.
fn is_plain(bytes: &[u8]) -> bool {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut odd = 0;
    for eight in eights {
        odd |= must_escape(u64::from_le_bytes(*eight));
    }
    let mut last = [b' '; 8];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    odd | must_escape(u64::from_le_bytes(last)) == 0
}

/// Returns the highest bits of bytes among which is the first that must be escaped; 0 when there is none.
const fn must_escape(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let control = eight.wrapping_sub(ONES * 0x20) & !eight;
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    (control | (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash)) & HIGH
}

/// Appends a number in decimal.
pub(crate) fn unsigned(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Appends a number in decimal.
pub(crate) fn signed(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    unsigned(number.unsigned_abs(), out);
}

/// Appends an address.
pub(crate) fn address(ip: IpAddr, out: &mut Vec<u8>) {
    match ip {
        IpAddr::V4(ip) => {
            for (index, octet) in ip.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                unsigned(u64::from(octet), out);
            }
        }
        // Rare enough for the way that is written already. Writing to memory does not fail.
        IpAddr::V6(ip) => drop(write!(out, "{ip}")),
    }
}

/// Appends an instant as RFC 3339.
pub(crate) fn stamp(time: EventTime, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    drop(write!(out, "{time}"));
}

/// Appends where a line lies, as `hinomi explain` shows it.
pub(crate) fn locator(place: &Locator, out: &mut Vec<u8>) {
    out.extend_from_slice(place.object.as_bytes());
    out.push(b'#');
    unsigned(u64::from(place.frame), out);
    out.push(b':');
    unsigned(u64::from(place.line), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back_wherever_the_odd_character_stands() {
        for odd in (0..=0x7f_u8).map(char::from).chain(['é', '日', '𝄞', '\u{80}', '\u{ff}']) {
            for before in 0..18 {
                let text = format!("{}{odd}{}", "a".repeat(before), "b".repeat(17 - before));
                let mut out = Vec::new();
                quoted(&text, &mut out);
                assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
                assert_eq!(is_plain(text.as_bytes()), !(odd < ' ' || odd == '"' || odd == '\\'), "{odd:?}");
            }
        }
    }

    #[test]
    fn numbers_and_addresses_are_written_as_the_library_does() {
        for number in [0, 1, 9, 10, 12_345, u64::MAX] {
            let mut out = Vec::new();
            unsigned(number, &mut out);
            assert_eq!(out, number.to_string().as_bytes());
        }
        for number in [0, -1, i64::MIN, i64::MAX] {
            let mut out = Vec::new();
            signed(number, &mut out);
            assert_eq!(out, number.to_string().as_bytes());
        }
        for ip in ["0.0.0.0", "192.0.2.255", "2001:db8::1", "::ffff:192.0.2.1"] {
            let mut out = Vec::new();
            address(ip.parse().unwrap(), &mut out);
            assert_eq!(out, ip.as_bytes());
        }
    }
}
