//! FortiGuard web filter categories that mean danger.
//!
//! <https://www.fortiguard.com/webfilter/categories>: 26 Malicious Websites, 61 Phishing, 59 Proxy Avoidance,
//! 72 Peer-to-peer File Sharing. Not here: spam, dynamic DNS and new domains (hints, no verdicts), and the customer's
//! own and external categories (140 to 221), whose meaning only the customer knows.

/// What a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// Spreads malware.
    Malicious,
    /// Steals credentials.
    Phishing,
    /// Serves command and control.
    CommandAndControl,
    /// Spreads unwanted software.
    Unwanted,
    /// Against policy: proxies, peer-to-peer.
    Policy,
}

/// Returns what a site of this category is, by number, else by name.
pub(crate) fn classify(number: Option<u16>, name: &str) -> Option<Site> {
    match number {
        Some(26) => Some(Site::Malicious),
        Some(61) => Some(Site::Phishing),
        Some(59 | 72) => Some(Site::Policy),
        Some(_) => None,
        None if name.is_empty() => None,
        None if name.eq_ignore_ascii_case("Malicious Websites") => Some(Site::Malicious),
        None if name.eq_ignore_ascii_case("Phishing") => Some(Site::Phishing),
        None if name.eq_ignore_ascii_case("Proxy Avoidance") => Some(Site::Policy),
        None if name.eq_ignore_ascii_case("Peer-to-peer File Sharing") => Some(Site::Policy),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_wins_over_the_name() {
        assert_eq!(classify(Some(26), "Malicious Websites"), Some(Site::Malicious));
        assert_eq!(classify(None, "phishing"), Some(Site::Phishing));
        assert_eq!(classify(Some(52), "Phishing"), None);
        assert_eq!(classify(Some(90), "Newly Observed Domain"), None);
        assert_eq!(classify(Some(192), "my-feed"), None);
    }
}
