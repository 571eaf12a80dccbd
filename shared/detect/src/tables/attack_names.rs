//! What the names of attack signatures say, for both vendors.
//!
//! FortiGuard names run words together with dots (`Apache.Log4j.Error.Log.Remote.Code.Execution`), Palo Alto Networks
//! writes sentences (`HTTP SQL Injection Attempt`). Sources: FortiGuard IPS encyclopedia
//! (<https://www.fortiguard.com/encyclopedia/ips>), Threat Vault (<https://threatvault.paloaltonetworks.com>).
//! The order of the questions matters: a scanner's fingerprint may hold "injection", a botnet's name "scanner".

use crate::text::{begins, has, has_any, has_word};

/// What a signature name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    /// The EICAR test.
    Test,
    /// A web shell in use.
    WebShell,
    /// A bot, back door or implant talking.
    Cc,
    /// Failed log-ins counted.
    BruteForce,
    /// A scanner's fingerprint or a question that only gathers information.
    Recon,
    /// Injection or traversal words of no product, or denial of service.
    Generic,
    /// A named vulnerability.
    Specific,
}

const WEB_SHELLS: &[&str] = &[
    "webshell",
    "web.shell",
    "web shell",
    "china.chopper",
    "china chopper",
    "behinder",
    "godzilla",
    "antsword",
    "b374k",
];

const CC_PHRASES: &[&str] =
    &["command and control", "command.and.control", "c&c", "cobalt.strike", "cobalt strike"];
const CC_WORDS: &[&str] = &["botnet", "beacon", "rat", "cnc", "c2", "doublepulsar"];

const BRUTE_FORCE: &[&str] = &["brute.force", "brute force", "brute-force", "bruteforce"];

const SCANNERS: &[&str] = &[
    "scanner",
    "nmap",
    "nessus",
    "zmeu",
    "muieblackcat",
    "masscan",
    "zgrab",
    "acunetix",
    "nikto",
    "qualys",
    "openvas",
    "sqlmap",
    "dirbuster",
    "gobuster",
    "wpscan",
    "nuclei",
    "sipvicious",
    "netsparker",
    "appscan",
    "arachni",
    "w3af",
];
const PROBES: &[&str] = &[
    "vulnerability.scan",
    "vulnerability scan",
    "port.scan",
    "info.probe",
    "information probe",
    "information.probe",
    "version.request",
    "version request",
    "version.bind",
    "version.disclosure",
    "fingerprint",
    "enumeration",
    "path.probe",
    "reconnaissance",
    "phpinfo",
    "server-status",
    "server.status",
];

const GENERIC_WORDS: &[&str] = &[
    "sql.injection",
    "sql injection",
    "path.traversal",
    "path traversal",
    "directory.traversal",
    "directory traversal",
    "cross.site.scripting",
    "cross-site scripting",
    "cross site scripting",
    "password.files",
    "/etc/passwd",
    "command.injection",
    "command injection",
    "code.injection",
    "code injection",
    "file.inclusion",
    "file inclusion",
    "shell.ifs",
    "ldap.injection",
    "script.injection",
];
/// How names begin that are about no product.
const NO_PRODUCT: &[&str] = &[
    "http",
    "generic",
    "sql",
    "xss",
    "web.server",
    "web server",
    "cross",
    "directory",
    "path",
    "possible",
    "suspicious",
    "php.uri",
    "uri",
];

const DENIAL: &[&str] = &["denial.of.service", "denial of service", "denial-of-service"];

/// Returns what the name of a signature says. `has_cve` tells that the line names a CVE: then it is about a product.
pub(crate) fn classify(name: &str, has_cve: bool) -> Attack {
    if has(name, "eicar") {
        return Attack::Test;
    }
    if has_any(name, WEB_SHELLS) {
        return Attack::WebShell;
    }
    let talks = has_word(name, CC_WORDS) || has_any(name, CC_PHRASES) || ends_as_rat(name);
    // "Backdoor.X" is X itself; "X.Backdoor.Access" is a hole in product X.
    if talks || begins(name, "backdoor.") || begins(name, "trojan.") {
        return Attack::Cc;
    }
    if has_any(name, BRUTE_FORCE) {
        return Attack::BruteForce;
    }
    if has_word(name, SCANNERS) || has_any(name, PROBES) {
        return Attack::Recon;
    }
    if has_any(name, DENIAL) || has_word(name, &["dos"]) || begins(name, "generic.") {
        return Attack::Generic;
    }
    let no_product = NO_PRODUCT.iter().any(|start| begins(name, start));
    if !has_cve && no_product && has_any(name, GENERIC_WORDS) {
        return Attack::Generic;
    }
    Attack::Specific
}

/// Tells whether a word ends in `RAT` or `Rat` the way remote access trojans are named (`njRAT`, `AsyncRat`).
fn ends_as_rat(name: &str) -> bool {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    words().any(|w| w.ends_with("RAT") || (w.len() > 3 && w.ends_with("Rat")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_vendors_are_told() {
        let cases = [
            ("Apache.Log4j.Error.Log.Remote.Code.Execution", Attack::Specific),
            ("Apache Log4j Remote Code Execution Vulnerability", Attack::Specific),
            ("MOVEit.Transfer.SQL.Injection", Attack::Specific),
            ("HTTP.URI.SQL.Injection", Attack::Generic),
            ("HTTP SQL Injection Attempt", Attack::Generic),
            ("HTTP /etc/passwd Access Attempt", Attack::Generic),
            ("HTTP Directory Traversal Vulnerability", Attack::Generic),
            ("Web.Server.Password.Files.Access", Attack::Generic),
            ("Generic.Path.Traversal.Detection", Attack::Generic),
            ("HTTP: IIS Denial Of Service Attempt", Attack::Generic),
            ("ZmEu.Vulnerability.Scanner", Attack::Recon),
            ("Nmap.Script.Scanner", Attack::Recon),
            ("ZGrab Application Layer Scanner Detection", Attack::Recon),
            ("SSH.Connection.Brute.Force", Attack::BruteForce),
            ("HTTP Unauthorized Brute-force Attack", Attack::BruteForce),
            ("Mirai.Botnet", Attack::Cc),
            ("Gh0st.Rat.Botnet", Attack::Cc),
            ("njRAT.Traffic", Attack::Cc),
            ("Backdoor.Cobalt.Strike.Beacon", Attack::Cc),
            ("ZeroAccess.Gen Command and Control Traffic", Attack::Cc),
            ("Vendor.Router.Backdoor.Access", Attack::Specific),
            ("China.Chopper.Webshell", Attack::WebShell),
            ("Eicar.Virus.Test.File", Attack::Test),
            ("Some.Generator.Overflow", Attack::Specific),
        ];
        for (name, attack) in cases {
            assert_eq!(classify(name, false), attack, "{name}");
        }
    }

    #[test]
    fn a_cve_makes_generic_words_specific() {
        assert_eq!(classify("HTTP.Header.SQL.Injection", false), Attack::Generic);
        assert_eq!(classify("HTTP.Header.SQL.Injection", true), Attack::Specific);
    }
}
