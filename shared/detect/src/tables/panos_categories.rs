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
    list.split(',').filter_map(|category| site(category.trim().trim_matches('"'))).min_by_key(rank)
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
    fn lists_are_read_to_the_worst() {
        assert_eq!(worst_site("my-list,phishing,high-risk"), Some(Site::Phishing));
        assert_eq!(worst_site("grayware,command-and-control"), Some(Site::CommandAndControl));
        assert_eq!(worst_site("business-and-economy,low-risk"), None);
        assert_eq!(site("malware-analysis-news"), None);
    }
}
