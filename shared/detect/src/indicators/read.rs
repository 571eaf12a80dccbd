//! One line of a list, as the open feeds and people's own lists write it.
//!
//! ```text
//! # drop list
//! 203.0.113.0/24 ; SBL1
//! 198.51.100.7:8080
//! hxxps://files[.]bad[.]example/a.exe
//! 0.0.0.0 ads.bad.example
//! e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,Emotet
//! ```

use std::fmt;
use std::net::IpAddr;

use super::Indicator;
use crate::text::host_of;

/// Longest line that is looked at: URLs of phishing kits are the longest that feeds have.
const MAX_LINE_BYTES: usize = 4_096;

/// Networks wider than these are a slip of the pen: they would make an enemy of every hundredth address.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;

/// A line of a list that is no indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedIndicator {
    /// Which line, from 1.
    pub line: u64,
    /// Why not.
    pub why: NoIndicator,
}

/// Why a line is no indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoIndicator {
    /// It is no address, network, name, URL or hash.
    Unreadable,
    /// It is an address that is nobody's on the internet: private, loopback, link-local, multicast.
    NotPublic,
    /// It is a network of more addresses than one enemy has.
    TooWide,
    /// It is a name of one label, or an address where a name should be.
    TooShort,
    /// There are [`super::MAX_INDICATORS`] already.
    TooMany,
}

impl fmt::Display for NoIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoIndicator::Unreadable => "no address, network, name, URL or hash",
            NoIndicator::NotPublic => "no public address",
            NoIndicator::TooWide => "a network too wide to be an enemy's",
            NoIndicator::TooShort => "a name of one label",
            NoIndicator::TooMany => "beyond the number of indicators that are kept",
        })
    }
}

/// Reads a line; `None` when it is empty or a comment.
pub(super) fn indicator(line: &str) -> Result<Option<Indicator>, NoIndicator> {
    let line = line.trim().trim_start_matches('\u{feff}');
    if line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//") {
        return Ok(None);
    }
    if line.len() > MAX_LINE_BYTES {
        return Err(NoIndicator::Unreadable);
    }
    let mut words = line
        .split([',', ';', ' ', '\t'])
        .map(|word| word.trim_matches(['"', '\'']))
        .filter(|w| !w.is_empty());
    let first = words.next().ok_or(NoIndicator::Unreadable)?;
    // A hosts file sends its names to nowhere.
    let value = match first {
        "127.0.0.1" | "0.0.0.0" | "::1" | "::" => words.next().ok_or(NoIndicator::NotPublic)?,
        first => first,
    };
    let value = value.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    read(&value).map(Some)
}

fn read(value: &str) -> Result<Indicator, NoIndicator> {
    if let Some((scheme, rest)) = value.split_once("://") {
        let is_known =
            ["http", "https", "hxxp", "hxxps", "ftp", "tcp"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
        return if is_known { url(rest) } else { Err(NoIndicator::Unreadable) };
    }
    if let Ok(ip) = value.parse() {
        return public(ip).map(Indicator::Address);
    }
    if let Ok(service) = value.parse::<std::net::SocketAddr>() {
        return public(service.ip()).map(|ip| Indicator::Service(ip, service.port()));
    }
    if let Some((ip, prefix)) = value.split_once('/')
        && let (Ok(ip), Ok(prefix)) = (ip.parse::<IpAddr>(), prefix.parse::<u8>())
    {
        return network(ip, prefix);
    }
    if matches!(value.len(), 32 | 40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Indicator::File(value.to_ascii_lowercase()));
    }
    if value.contains('/') { url(value) } else { name(value).map(Indicator::Name) }
}

/// Reads what follows a URL's scheme; one without a path names its host.
fn url(rest: &str) -> Result<Indicator, NoIndicator> {
    let path = path_of(rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host_of(authority);
    if !matches!(path, "" | "/") {
        let host = match host.parse::<IpAddr>() {
            Ok(ip) => public(ip)?.to_string(),
            Err(_) => name(host)?,
        };
        return Ok(Indicator::Url { host, path: path.to_owned() });
    }
    match (host.parse::<IpAddr>(), authority.parse::<std::net::SocketAddr>()) {
        (_, Ok(service)) => public(service.ip()).map(|ip| Indicator::Service(ip, service.port())),
        (Ok(ip), _) => public(ip).map(Indicator::Address),
        _ => name(host).map(Indicator::Name),
    }
}

/// Returns the path and query of a URL, with or without scheme and host, and without its fragment.
pub(super) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or("");
    path.split('#').next().unwrap_or("")
}

fn network(ip: IpAddr, prefix: u8) -> Result<Indicator, NoIndicator> {
    let (widest, whole) = if ip.is_ipv4() { (WIDEST_V4, 32) } else { (WIDEST_V6, 128) };
    match prefix {
        prefix if prefix > whole => Err(NoIndicator::Unreadable),
        prefix if prefix == whole => public(ip).map(Indicator::Address),
        prefix if prefix < widest => Err(NoIndicator::TooWide),
        prefix => public(ip).map(|ip| Indicator::Network(ip, prefix)),
    }
}

fn public(ip: IpAddr) -> Result<IpAddr, NoIndicator> {
    let ip = ip.to_canonical();
    let is_private = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    let is_nobodys = ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || is_private;
    if is_nobodys { Err(NoIndicator::NotPublic) } else { Ok(ip) }
}

/// Returns a name as it is looked up; a leading `*.` says what every name means here.
fn name(text: &str) -> Result<String, NoIndicator> {
    let name = text.trim_start_matches("*.").trim_matches('.').to_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    if name.len() > super::MAX_NAME_BYTES || !name.split('.').all(is_label) {
        return Err(NoIndicator::Unreadable);
    }
    // The last label of every name has a letter; an address that is none, `10.1.2`, has not.
    let top = name.rsplit('.').next().unwrap_or("");
    if !name.contains('.') || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoIndicator::TooShort);
    }
    Ok(name)
}
