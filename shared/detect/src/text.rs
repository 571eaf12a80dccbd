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
    // An IPv6 address written bare has colons that are no port's.
    if url.parse::<std::net::IpAddr>().is_ok() {
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
    fn host_of_takes_only_the_host() {
        let cases = [
            ("http://evil.example/a?b", "evil.example"),
            ("evil.example:8080/x", "evil.example"),
            ("ldap://user@203.0.113.9:1389/a", "203.0.113.9"),
            ("https://[2001:db8::1]:443/", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
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
