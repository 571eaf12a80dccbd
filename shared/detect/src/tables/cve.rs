//! CVEs of signatures whose lines seldom name them.
//!
//! FortiGuard encyclopedia (<https://www.fortiguard.com/encyclopedia/ips>) and Palo Alto Networks Threat Vault
//! (<https://threatvault.paloaltonetworks.com>), by the words that both vendors' names share.

const BY_WORDS: &[(&[&str], &str)] = &[
    (&["log4j"], "CVE-2021-44228"),
    (&["struts", "jakarta", "multipart"], "CVE-2017-5638"),
    (&["trans2", "secondary"], "CVE-2017-0144"),
    (&["bash", "function", "definitions"], "CVE-2014-6271"),
    (&["bash", "remote", "code", "execution"], "CVE-2014-6271"),
    (&["openssl", "heartbe"], "CVE-2014-0160"),
    (&["globalprotect", "command", "injection"], "CVE-2024-3400"),
    (&["ssl.vpn.web.portal.pathname"], "CVE-2018-13379"),
];

/// Returns the CVE of a signature by its name.
pub(crate) fn of(name: &str) -> Option<&'static str> {
    BY_WORDS
        .iter()
        .find(|(words, _)| words.iter().all(|word| crate::text::has(name, word)))
        .map(|(_, cve)| *cve)
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_vendors_names_lead_to_the_cve() {
        assert_eq!(super::of("Apache.Log4j.Error.Log.Remote.Code.Execution"), Some("CVE-2021-44228"));
        assert_eq!(super::of("Apache Log4j Remote Code Execution Vulnerability"), Some("CVE-2021-44228"));
        assert_eq!(super::of("Apache.Struts.2.REST.Plugin"), None);
    }
}
