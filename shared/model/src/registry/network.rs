//! Sets of networks.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A set of networks; small, so a walk is the fastest look-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    v4: Vec<Range>,
    v6: Vec<Ipv6Net>,
}

/// A network as it is compared with addresses, which happens several times a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    network: u32,
    mask: u32,
}

impl Range {
    fn contains(self, ip: Ipv4Addr) -> bool {
        ip.to_bits() & self.mask == self.network
    }

    fn prefix_length(self) -> u8 {
        self.mask.leading_ones() as u8
    }
}

impl From<Ipv4Net> for Range {
    fn from(net: Ipv4Net) -> Self {
        Range { network: net.network().to_bits(), mask: net.netmask().to_bits() }
    }
}

impl Networks {
    /// Tells whether an address is in one of the networks. An IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(ip) => self.v4.iter().any(|range| range.contains(ip)),
            IpAddr::V6(ip) => self.v6.iter().any(|net| net.contains(&ip)),
        }
    }

    /// Returns the prefix length of the smallest network that holds an address; `None` when none does.
    pub fn closest(&self, ip: IpAddr) -> Option<u8> {
        match ip.to_canonical() {
            IpAddr::V4(ip) => {
                let holding = self.v4.iter().filter(|range| range.contains(ip));
                holding.map(|range| range.prefix_length()).max()
            }
            IpAddr::V6(ip) => self.v6.iter().filter(|net| net.contains(&ip)).map(Ipv6Net::prefix_len).max(),
        }
    }

    /// Tells whether there is no network in it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        let mut set = Networks::default();
        for network in networks {
            match network {
                IpNet::V4(net) => set.v4.push(net.into()),
                IpNet::V6(net) => set.v6.push(net),
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(list: &[&str]) -> Networks {
        list.iter().map(|text| text.parse::<IpNet>().unwrap()).collect()
    }

    #[test]
    fn closest_is_the_longest_prefix() {
        let set = networks(&["10.0.0.0/8", "10.1.200.25/32", "10.1.0.0/16", "2001:db8::/32"]);
        for (ip, expected) in [
            ("10.1.200.25", Some(32)),
            ("10.1.200.26", Some(16)),
            ("10.9.0.1", Some(8)),
            ("::ffff:10.9.0.1", Some(8)),
            ("2001:db8::1", Some(32)),
            ("192.0.2.1", None),
        ] {
            assert_eq!(set.closest(ip.parse().unwrap()), expected, "{ip}");
            assert_eq!(set.contains(ip.parse().unwrap()), expected.is_some(), "{ip}");
        }
    }
}
