//! PAN-OS URL categories and threat categories that mean danger.
//!
//! "URL Filtering Categories" and "Threat Signature Categories" of the PAN-OS Administrator's Guide
//! (<https://docs.paloaltonetworks.com/advanced-url-filtering/administration/url-filtering-basics/url-categories>).
//! Not here: risk levels, new and parked domains, insufficient content: hints, no verdicts.

use super::fortigate_categories::Site;

const SITES: &[(&str, Site)] = &[
    ("malware", Site::Malicious),
    ("malware-sites", Site::Malicious),
    ("ransomware", Site::Malicious),
    ("compromised-website", Site::Malicious),
    ("phishing", Site::Phishing),
    ("phishing-and-other-frauds", Site::Phishing),
    ("command-and-control", Site::CommandAndControl),
    ("grayware", Site::Unwanted),
    ("proxy-avoidance-and-anonymizers", Site::Policy),
    ("peer-to-peer", Site::Policy),
];

/// Returns what a site of this category is.
pub(crate) fn site(category: &str) -> Option<Site> {
    // What nearly every category begins with, none of the table does.
    let first = category.as_bytes().first()?.to_ascii_lowercase();
    if !matches!(first, b'c' | b'g' | b'm' | b'p' | b'r') {
        return None;
    }
    SITES.iter().find(|(name, _)| name.eq_ignore_ascii_case(category)).map(|(_, site)| *site)
}

/// Returns the worst that a comma-separated list of categories says.
pub(crate) fn worst_site(list: &str) -> Option<Site> {
    let rank = |site: &Site| match site {
        Site::CommandAndControl => 0,
        Site::Malicious => 1,
        Site::Phishing => 2,
        Site::Unwanted => 3,
        Site::Policy => 4,
    };
    parts(list).filter_map(site).min_by_key(rank)
}

/// Returns the parts of a comma-separated list, without blanks and quotes around them.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let left = rest?;
        // Lists are short: a search made for long text would take longer than the text.
        let comma = left.bytes().position(|byte| byte == b',');
        let (part, behind) = match comma {
            Some(at) => (left.get(..at)?, left.get(at + 1..)),
            None => (left, None),
        };
        rest = behind;
        let is_bare = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
        let bytes = part.as_bytes();
        let is_bare = is_bare(bytes.first()) && is_bare(bytes.last());
        Some(if is_bare { part } else { part.trim().trim_matches('"') })
    })
}

/// What a threat category says of a spyware signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spyware {
    /// A program's own talk with its master.
    Payload,
    /// A name that belongs to one.
    Name,
    /// A generated name.
    GeneratedName,
    /// Data in look-ups.
    Tunnel,
    /// A name of a phishing site.
    PhishingName,
    /// A web shell.
    WebShell,
    /// Mining.
    Mining,
    /// Unwanted software.
    Unwanted,
    /// A hint that is no verdict: parked, new, dynamic.
    Hint,
}

const THREATS: &[(&str, Spyware)] = &[
    ("botnet", Spyware::Payload),
    ("command-and-control", Spyware::Payload),
    ("backdoor", Spyware::Payload),
    ("keylogger", Spyware::Payload),
    ("post-exploitation", Spyware::Payload),
    ("data-theft", Spyware::Payload),
    ("networm", Spyware::Payload),
    ("net-worm", Spyware::Payload),
    ("dns", Spyware::Name),
    ("dns-c2", Spyware::Name),
    ("dns-malware", Spyware::Name),
    ("dns-dga", Spyware::GeneratedName),
    ("dns-tunnel", Spyware::Tunnel),
    ("dns-phishing", Spyware::PhishingName),
    ("dns-grayware", Spyware::Hint),
    ("dns-parked", Spyware::Hint),
    ("dns-proxy", Spyware::Hint),
    ("dns-new-domain", Spyware::Hint),
    ("dns-ddns", Spyware::Hint),
    ("webshell", Spyware::WebShell),
    ("cryptominer", Spyware::Mining),
    ("adware", Spyware::Unwanted),
    ("browser-hijack", Spyware::Unwanted),
    ("inline-cloud-c2", Spyware::Name),
];

/// Returns what a threat category says of a spyware signature.
pub(crate) fn spyware(category: &str) -> Option<Spyware> {
    THREATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(category)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_list_are_what_splitting_and_trimming_leaves() {
        let lists = [
            "",
            ",",
            ",,a,",
            "a",
            " a , b ",
            "\"a\",\" b\"",
            "\" \"",
            "あ,い",
            "\u{3000}a\u{3000},b\u{a0}",
            "\"",
            "a\"b",
        ];
        for list in lists {
            let plain: Vec<&str> = list.split(',').map(|part| part.trim().trim_matches('"')).collect();
            assert_eq!(parts(list).collect::<Vec<_>>(), plain, "{list:?}");
        }
    }

    #[test]
    fn every_site_of_the_table_is_found_in_any_case() {
        for (name, what) in SITES {
            assert_eq!((site(name), site(&name.to_uppercase())), (Some(*what), Some(*what)));
        }
    }

    #[test]
    fn lists_are_read_to_the_worst() {
        assert_eq!(worst_site("my-list,phishing,high-risk"), Some(Site::Phishing));
        assert_eq!(worst_site("grayware,command-and-control"), Some(Site::CommandAndControl));
        assert_eq!(worst_site("business-and-economy,low-risk"), None);
        assert_eq!(site("malware-analysis-news"), None);
    }
}
