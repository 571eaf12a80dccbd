//! Small questions about text, answered without allocating: they are asked of every quiet event.

use hinomi_model::{Event, Text};

/// Tells whether `text` holds one of the lower-case `words`, whatever its case.
pub(crate) fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| has(text, word))
}

/// Tells whether `text` holds the lower-case `word`, whatever its case.
pub(crate) fn has(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return true };
    text.windows(word.len())
        .any(|w| w.first().is_some_and(|b| b.eq_ignore_ascii_case(first)) && w.eq_ignore_ascii_case(word))
}

/// Tells whether `text` begins with `word`, whatever its case.
pub(crate) fn begins(text: &str, word: &str) -> bool {
    text.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

/// Tells whether one of the words of `text` (runs of letters and digits) is one of the lower-case `words`.
pub(crate) fn has_word(text: &str, words: &[&str]) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|w| words.iter().any(|word| w.eq_ignore_ascii_case(word)))
}

/// Returns the message id of a FortiGate log id: its last six digits. The digits before them differ between releases.
pub(crate) fn message_id(log_id: &str) -> u32 {
    let start = log_id.len().saturating_sub(6);
    log_id.get(start..).and_then(|tail| tail.parse().ok()).unwrap_or(0)
}

/// Digits that make a number whatever they are: of 20 some are too large.
const MAX_SURE_DIGITS: usize = 19;

/// Reads a whole number as `str::parse` does, eight digits at a time: the numbers of records and sessions are in every
/// line.
#[inline]
pub(crate) fn number(text: &str) -> Option<u64> {
    digits(text.as_bytes()).or_else(|| text.parse().ok())
}

/// Reads text that is nothing but digits, and not so many that they may be too large.
#[inline]
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > MAX_SURE_DIGITS {
        return None;
    }
    let (eights, mut rest) = text.as_chunks::<8>();
    let mut number = 0;
    for eight in eights {
        number = number * 100_000_000 + eight_digits(*eight)?;
    }
    if let Some((four, last)) = rest.split_first_chunk::<4>() {
        let [a, b, c, d] = *four;
        number = number * 10_000 + eight_digits([b'0', b'0', b'0', b'0', a, b, c, d])?;
        rest = last;
    }
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Reads eight digits in one register: each step joins neighbours, which makes four numbers of two digits, two of four,
/// one of eight (<https://lemire.me/blog/2022/01/21/swar-explained-parsing-eight-digits/>).
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const LOW: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    const SIX: u64 = 0x0606_0606_0606_0606;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let text = u64::from_le_bytes(text);
    // A digit is a byte of 0x30 to 0x39: its high half is 3, and stays 3 when 6 is added.
    if (text & !LOW) != ZEROS || (text.wrapping_add(SIX) & !LOW) != ZEROS {
        return None;
    }
    let ones = text & LOW;
    let pairs = (ones.wrapping_mul(10).wrapping_add(ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff)
}

/// Returns a vendor field that has no place of its own in the event.
pub(crate) fn field<'a>(event: &Event<'a>, name: &str) -> Option<Text<'a>> {
    event.extra.get(name).filter(|value| !is_blank(value))
}

/// Tells whether a value stands for "nothing".
pub(crate) fn is_blank(value: &str) -> bool {
    let value = value.trim();
    ["", "n/a", "none", "(null)", "null", "unknown", "undefined", "-"]
        .iter()
        .any(|b| value.eq_ignore_ascii_case(b))
}

/// Returns the host of a URL, with or without a scheme; empty when it names none.
pub(crate) fn host_of(url: &str) -> &str {
    // An IPv6 address written bare has colons that are no port's, two at least.
    if url.bytes().filter(|byte| *byte == b':').nth(1).is_some() && url.parse::<std::net::IpAddr>().is_ok() {
        return url;
    }
    let after = url.find("://").and_then(|at| url.get(at + 3..)).unwrap_or(url);
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let authority = after.get(..end).unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    if host.starts_with('[') {
        return host.split(']').next().unwrap_or("").trim_start_matches('[');
    }
    host.split(':').next().unwrap_or("")
}

/// Cuts text to at most `max` bytes without splitting a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// Returns the CVE that text names, as it stands there.
pub(crate) fn cve_in(text: &str) -> Option<&str> {
    let at = text.as_bytes().windows(4).position(|w| w.eq_ignore_ascii_case(b"CVE-"))?;
    let rest = text.get(at..)?;
    let digits =
        rest.get(4..)?.find(|c: char| !c.is_ascii_digit() && c != '-').map_or(rest.len(), |end| end + 4);
    let cve = rest.get(..digits)?.trim_end_matches('-');
    // CVE-YYYY-NNNN is the shortest form.
    (cve.len() >= 13 && cve.len() <= 20).then_some(cve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words() {
        assert!(has_word("Gh0st.Rat.Botnet", &["rat"]));
        assert!(!has_word("Generator.Exploit", &["rat"]));
        assert!(has("SCAN: TCP Port Scan", "port scan"));
        assert!(!has("ab", "abc"));
    }

    #[test]
    fn message_id_is_the_last_six_digits() {
        let cases = [("0419016384", 16384), ("16384", 16384), ("", 0), ("XXXXXXXXXX", 0)];
        for (log_id, id) in cases {
            assert_eq!(message_id(log_id), id, "{log_id}");
        }
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        let mut cases: Vec<String> =
            ["", "+", "+7", "-7", " 7", "7 ", "1e3", "٣", "0", "00000000000000000000000000007"]
                .map(str::to_owned)
                .to_vec();
        cases.extend([u64::MAX.to_string(), "18446744073709551616".to_owned()]);
        for length in 1..22 {
            let sure: String = (0..length).map(|place| char::from(b'1' + (place % 9) as u8)).collect();
            cases.extend([sure.clone(), "9".repeat(length), "0".repeat(length)]);
            // Each place with each byte beside the digits, and the ends of what a byte can be.
            for (place, byte) in (0..length).flat_map(|place| b"/:+ 9\x01\x7f?".map(|byte| (place, byte))) {
                let mut odd = sure.clone().into_bytes();
                odd[place] = byte;
                cases.push(String::from_utf8(odd).unwrap());
            }
        }
        for text in cases {
            assert_eq!(number(&text), text.parse().ok(), "{text:?}");
        }
    }

    #[test]
    fn host_of_takes_only_the_host() {
        let cases = [
            ("http://evil.example/a?b", "evil.example"),
            ("evil.example:8080/x", "evil.example"),
            ("ldap://user@203.0.113.9:1389/a", "203.0.113.9"),
            ("https://[2001:db8::1]:443/", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::1", "::1"),
            ("203.0.113.9", "203.0.113.9"),
            ("site.example:80/a:b", "site.example"),
            ("/login", ""),
            ("", ""),
        ];
        for (url, host) in cases {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn cve_is_found_in_a_name() {
        assert_eq!(cve_in("Log4j cve-2021-44228 RCE"), Some("cve-2021-44228"));
        assert_eq!(cve_in("CVE-"), None);
        assert_eq!(cve_in("ends with CVE-2024-3400"), Some("CVE-2024-3400"));
    }

    #[test]
    fn cut_keeps_characters_whole() {
        assert_eq!(cut("aあb", 2), "a");
        assert_eq!(cut("ab", 2), "ab");
    }
}
