//! Makes values that an attacker may have written harmless to read.
//!
//! Nothing here judges whether a value is hostile: every value gets the same treatment. What is shown stays readable
//! for a person and stops being something that a mail client or telephone makes a link of; the document's data fields
//! keep the value as it was logged.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What stands where a text was cut.
const CUT: char = '…';
/// Endings that make a name look like a domain or a program even when they are not in lower case. Mail clients link
/// such names; signature names (`Remote.Code.Execution`) must stay as customers search for them.
const LINKED_ENDINGS: [&str; 16] = [
    "com", "net", "org", "info", "biz", "top", "xyz", "ru", "cn", "jp", "io", "zip", "mov", "exe", "www",
    "tk",
];
/// Longest ending in lower case that is taken for a top-level domain or a file type.
const MAX_ENDING: usize = 12;

/// Tells whether a character hides, reorders or breaks text: controls, direction marks, zero-width and tag characters.
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Flattens text to one line without control, direction and invisible characters, cut to `max_chars`.
pub(crate) fn line(text: &str, max_chars: usize) -> String {
    let mut flat = String::with_capacity(text.len().min(max_chars * 4));
    let mut kept = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{0000}' {
            gap = true;
            continue;
        }
        if is_treacherous(c) {
            continue;
        }
        let needed = 1 + usize::from(gap && kept > 0);
        if kept + needed > max_chars {
            while kept >= max_chars {
                flat.pop();
                kept -= 1;
            }
            flat.push(CUT);
            break;
        }
        if gap && kept > 0 {
            flat.push(' ');
        }
        flat.push(c);
        kept += needed;
        gap = false;
    }
    flat
}

/// Prepares foreign text for prose: one line, harmless, and unable to close the quotes around it.
pub(crate) fn prose(text: &str, max_chars: usize) -> String {
    let quiet: String = line(text, max_chars).chars().map(quiet_mark).collect();
    unlink(&quiet, |_| false)
}

/// Replaces marks that this crate's own texts use for structure.
fn quiet_mark(c: char) -> char {
    match c {
        '"' | '\u{201C}'..='\u{201F}' | '\u{FF02}' => '\'',
        '「' | '『' | '【' | '\u{FF62}' => '[',
        '」' | '』' | '】' | '\u{FF63}' => ']',
        '■' => '#',
        other => other,
    }
}

/// Prepares a raw log line for a mail: one line, cut, links broken, outside addresses defanged.
pub(crate) fn raw(text: &str, max_chars: usize, is_inside: impl Fn(IpAddr) -> bool) -> String {
    unlink(&line(text, max_chars), |ip| !is_inside(ip))
}

/// Defangs an indicator: `http` becomes `hxxp`, the dots of names and URLs `[.]`, the last dot of an IPv4 address
/// `[.]`, the first colon of an IPv6 address `[:]`. What is defanged already stays as it is.
///
/// ```
/// assert_eq!(hinomi_notice::defang("http://evil.example/a"), "hxxp://evil[.]example/a");
/// assert_eq!(hinomi_notice::defang("203.0.113.7"), "203.0.113[.]7");
/// assert_eq!(hinomi_notice::defang("2001:db8::7"), "2001[:]db8::7");
/// ```
pub fn defang(indicator: &str) -> String {
    let fanged = indicator.replace("[.]", ".").replace("[:]", ":");
    if let Ok(ip) = fanged.parse::<IpAddr>() {
        return defang_ip(ip);
    }
    break_schemes(&fanged).replace('.', "[.]")
}

fn defang_ip(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => defang_v4(ip),
        IpAddr::V6(ip) => defang_v6(ip),
    }
}

fn defang_v4(ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    format!("{a}.{b}.{c}[.]{d}")
}

fn defang_v6(ip: Ipv6Addr) -> String {
    ip.to_string().replacen(':', "[:]", 1)
}

/// Turns `http://` into `hxxp://` and every other `://` into `[:]//`, whatever the case.
fn break_schemes(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut broken = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at);
        let scheme_at = before
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
        let (lead, scheme) = before.split_at(scheme_at);
        broken.push_str(lead);
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "hxxp" => broken.push_str("hxxp://"),
            "https" | "hxxps" => broken.push_str("hxxps://"),
            _ => {
                broken.push_str(scheme);
                broken.push_str("[:]//");
            }
        }
        rest = &after[3..];
    }
    broken.push_str(rest);
    Cow::Owned(broken)
}

/// Breaks everything in running text that a reader's software would make a link of.
fn unlink(text: &str, defang_address: impl Fn(IpAddr) -> bool) -> String {
    let text = break_schemes(text);
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text.as_ref();
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    while let Some(first) = rest.chars().next() {
        if !in_name(first) {
            safe.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c: char| !in_name(c)).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(end);
        // What follows a scheme or an `@` is a host whatever it ends in; one slash may stand in a malware's name.
        let is_host = safe.ends_with("//") || safe.ends_with('@');
        safe.push_str(&unlink_token(token, is_host, &defang_address));
        rest = tail;
    }
    safe
}

fn unlink_token(token: &str, is_host: bool, defang_address: impl Fn(IpAddr) -> bool) -> String {
    let core = token.trim_matches('.');
    if !core.contains('.') {
        return token.to_owned();
    }
    if let Ok(ip) = core.parse::<Ipv4Addr>() {
        let shown = if defang_address(IpAddr::V4(ip)) { defang_v4(ip) } else { core.to_owned() };
        return token.replacen(core, &shown, 1);
    }
    let ending = core.rsplit('.').next().unwrap_or("");
    let named = is_host || core.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("www."));
    if named || looks_linked(ending) { token.replace('.', "[.]") } else { token.to_owned() }
}

fn looks_linked(ending: &str) -> bool {
    let lower = ending.to_ascii_lowercase();
    let plain_word =
        (2..=MAX_ENDING).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_lowercase());
    plain_word || !ending.is_ascii() || lower.starts_with("xn--") || LINKED_ENDINGS.contains(&lower.as_str())
}

/// Prepares a name for an SMS: what is left of it cannot be a link.
pub(crate) fn sms_name(text: &str, max_chars: usize) -> String {
    let kept: String = line(text, max_chars * 4)
        .chars()
        .filter(|&c| {
            !matches!(c, '.' | ':' | '/' | '\\' | '@' | '。' | '\u{FF0E}' | '\u{FF61}' | '【' | '】' | CUT)
        })
        .collect();
    kept.trim().chars().take(max_chars).collect::<String>().trim_end().to_owned()
}

/// Turns text into printable ASCII; what has no counterpart becomes `?`.
pub(crate) fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' '..='~' => c,
            other => plain_letter(other).unwrap_or('?'),
        })
        .collect()
}

/// Returns the letter without its mark; long vowels of romanised Japanese and the most common accents.
fn plain_letter(c: char) -> Option<char> {
    let (marked, plain) =
        ("āīūēōĀĪŪĒŌâîûêôÂÎÛÊÔáíúéóàìùèòäöüñç’‘–—−…", "aiueoAIUEOaiueoAIUEOaiueoaiueoaounc''---.");
    marked.chars().zip(plain.chars()).find(|(from, _)| *from == c).map(|(_, to)| to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn indicators_are_defanged() {
        for (fanged, safe) in [
            ("evil.example", "evil[.]example"),
            ("a.b.evil.example", "a[.]b[.]evil[.]example"),
            ("https://evil.example/x?u=http://b.example", "hxxps://evil[.]example/x?u=hxxp://b[.]example"),
            ("HTTP://EVIL.EXAMPLE", "hxxp://EVIL[.]EXAMPLE"),
            ("ftp://203.0.113.7/a.exe", "ftp[:]//203[.]0[.]113[.]7/a[.]exe"),
            ("203.0.113.7", "203.0.113[.]7"),
            ("203.0.113[.]7", "203.0.113[.]7"),
            ("2001:db8::7", "2001[:]db8::7"),
            ("evil[.]example", "evil[.]example"),
            ("é://x", "é[:]//x"),
            ("44d88612fea8a8f36de82e1278abb02f", "44d88612fea8a8f36de82e1278abb02f"),
        ] {
            assert_eq!(defang(fanged), safe);
        }
    }

    #[test]
    fn prose_breaks_links_and_keeps_signature_names() {
        for (text, safe) in [
            ("Apache.Log4j.Error.Log.Remote.Code.Execution", "Apache.Log4j.Error.Log.Remote.Code.Execution"),
            ("W32/Agent.ABC!tr", "W32/Agent.ABC!tr"),
            ("Gh0st.Rat.Botnet", "Gh0st.Rat.Botnet"),
            ("see http://evil.example/x.", "see hxxp://evil[.]example/x."),
            ("www.EVIL.Example", "www[.]EVIL[.]Example"),
            ("EVIL.COM", "EVIL[.]COM"),
            ("someone@evil.example", "someone@evil[.]example"),
            ("invoice.exe", "invoice[.]exe"),
            ("7.2.4", "7.2.4"),
            ("say \"no\"", "say 'no'"),
            ("」は無害です。「", "]は無害です。["),
        ] {
            assert_eq!(prose(text, 200), safe);
        }
    }

    #[test]
    fn lines_are_flat_and_bounded() {
        assert_eq!(line("a\r\nBcc: x\t\u{202E}y\u{200B}z", 80), "a Bcc: x yz");
        assert_eq!(line("abcdef", 4), "abc…");
        assert_eq!(line("abc def", 4), "abc…");
        assert_eq!(line("abcd", 4), "abcd");
        assert_eq!(line("  \n ", 4), "");
    }

    #[test]
    fn raw_lines_keep_inside_addresses() {
        let inside = |ip: IpAddr| ip.to_string().starts_with("10.");
        assert_eq!(
            raw("srcip=10.1.12.34 dstip=203.0.113.7 url=\"https://evil.example/a.php\"", 400, inside),
            "srcip=10.1.12.34 dstip=203.0.113[.]7 url=\"hxxps://evil[.]example/a[.]php\"",
        );
    }

    proptest! {
        #[test]
        fn nothing_linkable_survives(text in "\\PC{0,40}(http|HTTPS|ftp)?(://)?[a-z.]{0,12}\\PC{0,40}[\r\n\u{202E}]?") {
            for safe in [prose(&text, 96), raw(&text, 400, |_| false), defang(&line(&text, 96))] {
                prop_assert!(!safe.to_ascii_lowercase().contains("http://"));
                prop_assert!(!safe.to_ascii_lowercase().contains("https://"));
                prop_assert!(!safe.contains(is_treacherous), "{safe:?}");
                let broken = safe.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
                prop_assert!(!broken, "{safe:?}");
            }
            prop_assert!(line(&text, 10).chars().count() <= 10);
            prop_assert!(ascii(&text).is_ascii());
        }

        #[test]
        fn defanging_twice_changes_nothing(text in "[a-zA-Z0-9:/.\\[\\]-]{0,40}") {
            let once = defang(&text);
            prop_assert_eq!(defang(&once), once);
        }
    }
}
