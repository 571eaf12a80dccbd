//! Small values that both vendors write: numbers, ports, addresses, placeholders.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wide::u8x16;

/// Reads an unsigned decimal number: digits only, no sign, no blank.
pub(crate) fn number(text: &str) -> Option<u64> {
    number_of(text.as_bytes())
}

/// Reads a number, of its bytes.
#[inline]
pub(crate) fn number_of(text: &[u8]) -> Option<u64> {
    // 19 digits never overflow; the rare longer text takes the checked way.
    if text.is_empty() || text.len() > 19 {
        return long_number(text);
    }
    let mut number = 0u64;
    let mut rest = text;
    while let Some((eight, others)) = rest.split_first_chunk() {
        let digits = u64::from_le_bytes(*eight) ^ ZEROS;
        number = number * 100_000_000 + eight_digits(digits)?;
        rest = others;
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Eight zeros, as they are written.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Returns the number of eight digits, the first of them lowest; `None` when one of them is none.
#[inline(always)]
fn eight_digits(digits: u64) -> Option<u64> {
    const HIGHEST_BITS: u64 = 0x8080_8080_8080_8080;
    // Adding 0x76 sets the highest bit of every byte above nine.
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & HIGHEST_BITS != 0 {
        return None;
    }
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

/// Reads a number of up to eight digits that stands in a line, all digits at once; `None` for any other, and for one so
/// near the line's beginning that there are no eight bytes.
#[inline]
pub(crate) fn short_number(line: &[u8], start: usize, end: usize) -> Option<u64> {
    let length = end.checked_sub(start).filter(|length| (1..=8).contains(length))?;
    let word = u64::from_le_bytes(*line.get(..end)?.last_chunk()?);
    // The digits, and nothing of what stands before them.
    eight_digits((word ^ ZEROS) & (u64::MAX << (64 - 8 * length)))
}

#[cold]
fn long_number(text: &[u8]) -> Option<u64> {
    let is_digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_digits)?.parse().ok()
}

/// Reads a port number.
pub(crate) fn port(text: &str) -> Option<u16> {
    port_of(text.as_bytes())
}

/// Reads a port number, of its bytes.
#[inline]
pub(crate) fn port_of(text: &[u8]) -> Option<u16> {
    number_of(text).and_then(|number| u16::try_from(number).ok())
}

/// Reads an IPv4 or IPv6 address. An IPv4 address mapped into IPv6 is the IPv4 address.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    ip_of(text.as_bytes())
}

/// Reads an address, of its bytes.
#[inline]
pub(crate) fn ip_of(text: &[u8]) -> Option<IpAddr> {
    match ipv4(text) {
        Some(ip) => Some(IpAddr::V4(ip)),
        None => ipv6(text),
    }
}

#[inline(never)]
fn ipv6(text: &[u8]) -> Option<IpAddr> {
    // The longest IPv6 text is 45 bytes; a scope (`fe80::1%port1`) is the device's own affair.
    let text = text.split(|&byte| byte == b'%').next().unwrap_or(text);
    if !text.contains(&b':') {
        return None;
    }
    let ip = std::str::from_utf8(text).ok()?.parse::<Ipv6Addr>().ok()?;
    Some(IpAddr::V6(ip).to_canonical())
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

/// Tells by its first letter and its length alone that text is no placeholder, as those of nearly every value do.
#[inline(always)]
pub(crate) fn is_surely_present(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|first| !may_be_placeholder(*first, text.len()))
}

/// Tells whether a text that begins with a byte may be a placeholder, or begins with a blank or a quote.
#[inline(always)]
pub(crate) fn may_be_placeholder(first: u8, length: usize) -> bool {
    // One question, not two: of which letters text begins with nothing can be foretold, that it is none nearly always.
    PLACEHOLDERS[usize::from(first)] >> length.min(15) & 1 != 0
}

/// How long the words of [`is_placeholder_word`] are, one bit a length, by what they begin with.
const PLACEHOLDERS: [u16; 256] = {
    let mut lengths = [0; 256];
    lengths[b' ' as usize] = u16::MAX;
    lengths[b'"' as usize] = u16::MAX;
    lengths[b'(' as usize] = 1 << 6;
    lengths[b'-' as usize] = 1 << 1;
    lengths[b'N' as usize] = 1 << 2 | 1 << 3 | 1 << 4;
    lengths[b'n' as usize] = 1 << 3 | 1 << 4;
    lengths[b'u' as usize] = 1 << 9;
    lengths
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

/// Reads an IPv4 address that stands in a line, all its bytes at once; `None` for any other text, and for one so near
/// the line's beginning that there are no sixteen bytes.
#[inline]
pub(crate) fn ipv4_in(line: &[u8], start: usize, end: usize) -> Option<Ipv4Addr> {
    let length = end.checked_sub(start).filter(|length| (7..=15).contains(length))?;
    let bytes = u8x16::new(*line.get(..end)?.last_chunk()?);
    let before = 16 - length;
    let dots = bytes.simd_eq(u8x16::splat(b'.'));
    let from_zero = bytes - u8x16::splat(b'0');
    let digits = from_zero.min(u8x16::splat(9)).simd_eq(from_zero);
    if (dots | digits).to_bitmask() >> before != u32::MAX >> (32 - length) {
        return None;
    }
    // Each octet ends at a dot, the last one at the end of the text.
    let mut ends = dots.to_bitmask() >> before | 1 << length;
    let (mut address, mut from) = (0, start);
    for _ in 0..4 {
        let to = start + ends.trailing_zeros() as usize;
        ends &= ends.wrapping_sub(1);
        address = address << 8 | octet_in(line, from, to)?;
        from = to + 1;
    }
    (ends == 0).then(|| Ipv4Addr::from_bits(address))
}

/// Reads the number of an octet, of which all bytes are digits.
#[inline(always)]
fn octet_in(line: &[u8], from: usize, to: usize) -> Option<u32> {
    // The least digits of so many, one a byte: a leading zero is ambiguous (octal in some readers).
    let least = *[0, 0x01_00, 0x01_00_00].get((to - from).wrapping_sub(1))?;
    let word = u32::from_le_bytes(*line.get(to.wrapping_sub(4)..to)?.first_chunk()?);
    // The digits, the last one highest, and nothing of what stands before them.
    let digits = (word ^ ZEROS as u32) & (u32::MAX << (32 - 8 * (to - from)));
    let is_octet = (least..=0x02_05_05).contains(&digits.swap_bytes());
    // In the highest byte the last digit meets ten times the one before and a hundred times the first.
    is_octet.then(|| digits.wrapping_mul(100 << 16 | 10 << 8 | 1) >> 24)
}

fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let (a, rest) = octet(text)?;
    let (b, rest) = octet(after_dot(rest)?)?;
    let (c, rest) = octet(after_dot(rest)?)?;
    let (d, rest) = octet(after_dot(rest)?)?;
    rest.is_empty().then(|| Ipv4Addr::from_bits(a << 24 | b << 16 | c << 8 | d))
}

#[inline(always)]
fn after_dot(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Reads the number that text begins with and returns what follows its digits, of which there are at most three. A
/// leading zero is ambiguous (octal in some readers) and never written by either vendor.
#[inline(always)]
fn octet(text: &[u8]) -> Option<(u32, &[u8])> {
    let digit = |byte: &u8| Some(u32::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit <= 9);
    let (first, rest) = text.split_first()?;
    let first = digit(first)?;
    let Some((second, after_second)) = rest.split_first() else { return Some((first, rest)) };
    let Some(second) = digit(second) else { return Some((first, rest)) };
    if first == 0 {
        return None;
    }
    let two = first * 10 + second;
    let Some((third, after_third)) = after_second.split_first() else { return Some((two, after_second)) };
    let Some(third) = digit(third) else { return Some((two, after_second)) };
    let three = two * 10 + third;
    (three <= 255).then_some((three, after_third))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_numbers_agree_with_the_plain_way(before in ".{0,9}", text in "[0-9]{1,9}|[ -~é]{0,9}") {
            let line = format!("{before}{text}");
            let read = short_number(line.as_bytes(), before.len(), line.len());
            if (1..=8).contains(&text.len()) && line.len() >= 8 {
                prop_assert_eq!(read, number(&text));
            } else {
                prop_assert_eq!(read, None);
            }
        }
    }

    proptest! {
        #[test]
        fn addresses_in_a_line_agree_with_the_standard_library(
            before in ".{0,20}",
            text in "([0-9]{1,3}\\.){3}[0-9]{1,3}|(1|25|0)[0-9.]{6,16}|[0-9.:/ x]{0,18}|([12]?[0-9]?[0-9]\\.){3}[12]?[0-9]{1,2}",
            after in ".{0,5}",
        ) {
            let line = format!("{before}{text}{after}");
            let end = before.len() + text.len();
            let read = ipv4_in(line.as_bytes(), before.len(), end);
            if end >= 16 {
                prop_assert_eq!(read, text.parse().ok(), "{}", line);
            } else {
                prop_assert_eq!(read, None);
            }
        }

        #[test]
        fn numbers_agree_with_the_standard_library(text in "[0-9]{0,22}|[0-9]{0,12}[ -~é][0-9]{0,12}") {
            let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
            prop_assert_eq!(number(&text), text.parse().ok().filter(|_| is_digits));
        }
    }

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
            "192.0.2.1000",
            "192.0.2.00",
            "00.0.2.1",
            "1.2.3.4",
            "1.2.3.4.",
            "1.2.3.4 ",
            "1.2.3.-4",
            "1.2.3.4/8",
            "999.2.3.4",
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
        for first in 0..=127u8 {
            for rest in [
                "",
                "/A",
                "/a",
                "A",
                "null)",
                "ull",
                "one",
                "ndefined",
                "\"",
                "nknown-0",
                " ",
                "                   ",
            ] {
                let text = format!("{}{rest}", char::from(first));
                assert_eq!(is_placeholder(&text), is_placeholder_word(&text), "{text:?}");
            }
        }
    }
}
