//! Small values that both vendors write: numbers, ports, addresses, placeholders.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads an unsigned decimal number: digits only, no sign, no blank.
pub(crate) fn number(text: &str) -> Option<u64> {
    // 19 digits never overflow; the rare longer text takes the checked way.
    if text.len() > 19 {
        return text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    }
    if text.is_empty() {
        return None;
    }
    let mut number = 0u64;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Reads a port number.
pub(crate) fn port(text: &str) -> Option<u16> {
    number(text).and_then(|number| u16::try_from(number).ok())
}

/// Reads an IPv4 or IPv6 address. An IPv4 address mapped into IPv6 is the IPv4 address.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    if let Some(ip) = ipv4(text.as_bytes()) {
        return Some(IpAddr::V4(ip));
    }
    // The longest IPv6 text is 45 bytes; a scope (`fe80::1%port1`) is the device's own affair.
    let text = text.split('%').next().unwrap_or(text);
    text.contains(':')
        .then(|| text.parse::<Ipv6Addr>().ok())
        .flatten()
        .map(|ip| IpAddr::V6(ip).to_canonical())
}

/// Reads an address that may carry a port or be the first of a list, as in X-Forwarded-For:
/// `192.0.2.7`, `192.0.2.7:51912`, `[2001:db8::7]:443`, `192.0.2.7, 10.0.0.1`.
pub(crate) fn first_ip(text: &str) -> Option<IpAddr> {
    let first = text.split([',', ' ', ';']).map(str::trim).find(|part| !part.is_empty())?;
    if let Some(found) = ip(first) {
        return Some(found);
    }
    if let Some(rest) = first.strip_prefix('[') {
        return ip(rest.split(']').next()?);
    }
    let (host, _port) = first.rsplit_once(':')?;
    ip(host)
}

/// Tells whether text is a vendor's way to say "nothing".
#[inline]
pub(crate) fn is_placeholder(text: &str) -> bool {
    !is_surely_present(text) && is_placeholder_word(text)
}

/// Tells by its first letter alone that text is no placeholder, as nearly every value's does.
#[inline]
pub(crate) fn is_surely_present(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|first| !BEGINS_PLACEHOLDER[*first as usize])
}

const BEGINS_PLACEHOLDER: [bool; 256] = {
    let mut table = [false; 256];
    let mut rest: &[u8] = b" Nn(u-\"";
    while let [first, others @ ..] = rest {
        table[*first as usize] = true;
        rest = others;
    }
    table
};

#[inline(never)]
fn is_placeholder_word(text: &str) -> bool {
    matches!(
        text,
        "" | "N/A"
            | "n/a"
            | "NA"
            | "(null)"
            | "null"
            | "none"
            | "None"
            | "undefined"
            | "-"
            | "\"\""
            | "unknown-0"
    ) || text.bytes().all(|b| b == b' ')
}

/// Returns the text unless it is empty, blank or a placeholder.
#[inline]
pub(crate) fn present(text: &str) -> Option<&str> {
    (!is_placeholder(text)).then_some(text)
}

fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    let mut octets = [0u8; 4];
    let mut place = 0;
    let mut value = 0u16;
    let mut digits = 0u8;
    for &byte in text {
        if byte == b'.' {
            if digits == 0 || place == 3 {
                return None;
            }
            octets[place] = u8::try_from(value).ok()?;
            place += 1;
            value = 0;
            digits = 0;
            continue;
        }
        let digit = byte.wrapping_sub(b'0');
        // A leading zero is ambiguous (octal in some readers) and never written by either vendor.
        if digit > 9 || digits == 3 || (digits > 0 && value == 0) {
            return None;
        }
        value = value * 10 + u16::from(digit);
        digits += 1;
    }
    if place != 3 || digits == 0 {
        return None;
    }
    octets[3] = u8::try_from(value).ok()?;
    Some(Ipv4Addr::from(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_only() {
        let cases = [
            ("0", Some(0)),
            ("038337157", Some(38_337_157)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("9999999999999999999", Some(9_999_999_999_999_999_999)),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1 ", None),
            ("0x10", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text:?}");
        }
        assert_eq!(port("65535"), Some(65_535));
        assert_eq!(port("65536"), None);
    }

    #[test]
    fn addresses_agree_with_the_standard_library() {
        let cases = [
            "192.0.2.1",
            "255.255.255.255",
            "0.0.0.0",
            "192.0.2.256",
            "192.0.2",
            "192.0.2.1.1",
            "192..2.1",
            ".0.2.1",
            "192.0.2.",
            "192.0.02.1",
            "1921.0.2.1",
            "x.x.x.x",
            "N/A",
            "",
            "2001:db8::1",
            "::",
            "2001:db8::g",
            "12345::",
        ];
        for text in cases {
            assert_eq!(ip(text), text.parse::<IpAddr>().ok(), "{text:?}");
        }
        assert_eq!(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
        assert_eq!(ip("fe80::1%port1"), ip("fe80::1"));
    }

    #[test]
    fn first_address_of_a_forwarding_header() {
        let cases = [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:51912", "192.0.2.7"),
            ("192.0.2.7, 10.0.0.1", "192.0.2.7"),
            (" 192.0.2.7,10.0.0.1", "192.0.2.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
        ];
        for (text, expected) in cases {
            assert_eq!(first_ip(text), ip(expected), "{text:?}");
        }
        for text in ["", "unknown", "abc\"><script>", ":80", "[::1"] {
            assert!(first_ip(text).is_none_or(|ip| ip.is_loopback()), "{text:?}");
        }
    }

    #[test]
    fn placeholders_are_nothing() {
        for text in ["", "  ", "N/A", "(null)", "undefined", "-"] {
            assert_eq!(present(text), None, "{text:?}");
        }
        assert_eq!(present("Reserved"), Some("Reserved"));
    }
}
