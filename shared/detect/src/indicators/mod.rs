//! What lists of known enemies name: addresses, networks, names, URLs and files, looked up for every event.
//!
//! The lists are the operator's own and those that he fetches ([`Indicators::add`] reads their text). A match says that an
//! inside host spoke to what a list names, or met a file that it names: no more than the appliance's own threat feeds
//! say, and it is judged as those are. Whatever came from outside and was denied is background, whoever sent it.
//!
//! A look-up allocates nothing and costs one probe for each kind that an event could match, however long the lists are.

mod read;

use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hinomi_model::{Event, FindingKind, Function};
use rustc_hash::FxHashMap;

use crate::sides::Sides;
use crate::tables::techniques;
use crate::text::host_of;
use crate::verdict::{self, Verdict};

pub use read::{NoIndicator, RefusedIndicator};

/// Indicators kept of all lists together, some hundred bytes each: more than the open feeds have. What is beyond
/// is refused, which misses a match and raises none.
pub const MAX_INDICATORS: usize = 1 << 20;

/// Longest name in the name system, in bytes.
const MAX_NAME_BYTES: usize = 253;

/// The number of a list among the names of lists.
type List = u16;

/// A set of indicators, with the list that each comes from; the first list that names one counts.
#[derive(Clone, Debug, Default)]
pub struct Indicators {
    lists: Vec<String>,
    addresses: FxHashMap<IpAddr, List>,
    /// Addresses of which only one port is an enemy's.
    services: FxHashMap<(IpAddr, u16), List>,
    networks: Vec<Networks>,
    /// In lower case, without the last dot; each stands for what is below it, too.
    names: FxHashMap<Box<str>, List>,
    /// Paths by their host, which is in lower case.
    urls: FxHashMap<Box<str>, FxHashMap<Box<str>, List>>,
    /// Hexadecimal, in lower case.
    files: FxHashMap<Box<str>, List>,
    /// How many there are of all kinds, so that nothing is looked up where there is nothing.
    count: usize,
}

/// Networks of one length of prefix, by their first address.
#[derive(Clone, Debug)]
struct Networks {
    is_v4: bool,
    prefix: u8,
    firsts: FxHashMap<u128, List>,
}

/// An indicator as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Indicator {
    Address(IpAddr),
    Service(IpAddr, u16),
    Network(IpAddr, u8),
    Name(String),
    Url { host: String, path: String },
    File(String),
}

impl Indicators {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the indicators of a list, one a line, and returns the lines that are none, at most `most` of them.
    ///
    /// Taken are addresses with or without a port, networks, names, URLs, hashes of files (MD5, SHA-1, SHA-256), hosts
    /// files, and the first column of comma-separated text; `[.]` and `hxxp` are undone. `#` and `;` begin a comment.
    pub fn add(&mut self, list: &str, text: &str, most: usize) -> Vec<RefusedIndicator> {
        let mut refused = Vec::new();
        let number = self.list(list);
        for (index, line) in text.lines().enumerate() {
            let read = match read::indicator(line) {
                Ok(None) => continue,
                Ok(Some(_)) if self.len_is_full() => Err(NoIndicator::TooMany),
                Ok(Some(indicator)) => Ok(indicator),
                Err(why) => Err(why),
            };
            match (read, number) {
                (Ok(indicator), Some(number)) => self.insert(indicator, number),
                (Ok(_), None) => push(&mut refused, most, index, NoIndicator::TooMany),
                (Err(why), _) => push(&mut refused, most, index, why),
            }
        }
        refused
    }

    fn len_is_full(&self) -> bool {
        self.len() >= MAX_INDICATORS
    }

    fn list(&mut self, name: &str) -> Option<List> {
        let known = self.lists.iter().position(|list| list == name);
        let number = known.unwrap_or(self.lists.len());
        if known.is_none() {
            self.lists.push(name.to_owned());
        }
        List::try_from(number).ok()
    }

    fn insert(&mut self, indicator: Indicator, list: List) {
        let is_new = match indicator {
            Indicator::Address(ip) => add(&mut self.addresses, ip, list),
            Indicator::Service(ip, port) => add(&mut self.services, (ip, port), list),
            Indicator::Name(name) => add(&mut self.names, name.into(), list),
            Indicator::File(hash) => add(&mut self.files, hash.into(), list),
            Indicator::Url { host, path } => {
                add(self.urls.entry(host.into()).or_default(), path.into(), list)
            }
            Indicator::Network(ip, prefix) => {
                let is_v4 = ip.is_ipv4();
                let same = |networks: &Networks| networks.is_v4 == is_v4 && networks.prefix == prefix;
                let at = self.networks.iter().position(same).unwrap_or_else(|| {
                    self.networks.push(Networks { is_v4, prefix, firsts: FxHashMap::default() });
                    self.networks.len() - 1
                });
                let networks = self.networks.get_mut(at);
                networks.is_some_and(|networks| add(&mut networks.firsts, first_of(ip, prefix), list))
            }
        };
        self.count += usize::from(is_new);
    }

    /// Returns what a match with a list shows; `None` for nearly all events.
    pub(crate) fn judge<'e>(&'e self, event: &'e Event<'_>, sides: &Sides) -> Option<Verdict<'e>> {
        if let Some(list) = event.file_hash.as_deref().and_then(|hash| self.file(hash)) {
            let found = Verdict::new(FindingKind::Malware).what(list);
            return Some(found.indicators(verdict::file(event)));
        }
        if !sides.initiator_inside || sides.responder_inside {
            return None;
        }
        let contact = |list| Verdict::new(FindingKind::CcContact).technique(techniques::CC).what(list);
        if let Some(list) = self.site(event) {
            let mut found = contact(list).indicators(verdict::site(event));
            found.look_up = event.function == Function::Dns;
            return Some(found);
        }
        // Who is asked for a name is the name server, whose address says nothing of what was asked.
        if event.function == Function::Dns {
            return None;
        }
        let to = sides.responder?;
        let list = self.address(to, event.dst_port)?;
        Some(contact(list).indicators(vec![verdict::address(to)]))
    }

    /// Returns the list that names an address, or that service of it.
    pub fn address(&self, ip: IpAddr, port: Option<u16>) -> Option<&str> {
        let service = || self.services.get(&(ip, port?)).filter(|_| !self.services.is_empty());
        let list = self.addresses.get(&ip).or_else(service).copied().or_else(|| self.network(ip))?;
        self.lists.get(usize::from(list)).map(String::as_str)
    }

    fn network(&self, ip: IpAddr) -> Option<List> {
        let holds = |networks: &&Networks| networks.is_v4 == ip.is_ipv4();
        let mut kinds = self.networks.iter().filter(holds);
        kinds.find_map(|networks| networks.firsts.get(&first_of(ip, networks.prefix)).copied())
    }

    /// Returns the list that names a host, or a name above it.
    pub fn name(&self, host: &str) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let host = host.trim_end_matches('.');
        let mut buffer = [0; MAX_NAME_BYTES];
        let mut name = in_lower_case(host, &mut buffer)?;
        loop {
            if let Some(list) = self.names.get(name) {
                return self.lists.get(usize::from(*list)).map(String::as_str);
            }
            (_, name) = name.split_once('.')?;
        }
    }

    /// Returns the list that names the site an event is about: its URL, or its host.
    fn site(&self, event: &Event<'_>) -> Option<&str> {
        let url = event.url.as_deref();
        let host = event.domain.as_deref().or_else(|| url.filter(|url| url.contains("://")));
        let host = host.map(host_of).filter(|host| !host.is_empty())?;
        self.name(host).or_else(|| self.url(host, url?)).or_else(|| {
            let ip = host.parse().ok()?;
            self.address(ip, event.dst_port)
        })
    }

    fn url(&self, host: &str, url: &str) -> Option<&str> {
        if self.urls.is_empty() {
            return None;
        }
        let mut buffer = [0; MAX_NAME_BYTES];
        let paths = self.urls.get(in_lower_case(host, &mut buffer)?)?;
        let list = paths.get(read::path_of(url))?;
        self.lists.get(usize::from(*list)).map(String::as_str)
    }

    fn file(&self, hash: &str) -> Option<&str> {
        if self.files.is_empty() {
            return None;
        }
        let mut buffer = [0; MAX_NAME_BYTES];
        let list = self.files.get(in_lower_case(hash, &mut buffer)?)?;
        self.lists.get(usize::from(*list)).map(String::as_str)
    }
}

/// Adds an indicator, unless a list before has named it; tells whether it is new.
fn add<T: Eq + Hash>(known: &mut FxHashMap<T, List>, indicator: T, list: List) -> bool {
    match known.entry(indicator) {
        Entry::Occupied(_) => false,
        Entry::Vacant(place) => {
            place.insert(list);
            true
        }
    }
}

fn push(refused: &mut Vec<RefusedIndicator>, most: usize, index: usize, why: NoIndicator) {
    if refused.len() < most {
        refused.push(RefusedIndicator { line: index as u64 + 1, why });
    }
}

/// Returns text in lower case, borrowed where it is; `None` when it is longer than the buffer. Text of a line can be as long
/// as the line, and each of its labels is looked up.
fn in_lower_case<'b>(text: &'b str, buffer: &'b mut [u8; MAX_NAME_BYTES]) -> Option<&'b str> {
    if text.len() > MAX_NAME_BYTES {
        return None;
    }
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(text);
    }
    let lower = buffer.get_mut(..text.len())?;
    lower.copy_from_slice(text.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}

/// Returns the first address of the network of so many bits that an address is in.
fn first_of(ip: IpAddr, prefix: u8) -> u128 {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.unbounded_shl(u32::from(Ipv4Addr::BITS as u8 - prefix.min(32)));
            u128::from(ip.to_bits() & mask)
        }
        IpAddr::V6(ip) => ip.to_bits() & u128::MAX.unbounded_shl(Ipv6Addr::BITS - u32::from(prefix.min(128))),
    }
}

#[cfg(test)]
mod tests;
