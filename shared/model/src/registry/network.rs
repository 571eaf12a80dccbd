//! Sets of networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A set of networks; small, so a walk is the fastest look-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    v4: Vec<Range>,
    v6: Vec<Ipv6Net>,
    /// First bytes of the IPv4 addresses that are in one of the networks: they spare most addresses the walk.
    some: FirstBytes,
    /// First bytes all of whose IPv4 addresses are.
    all: FirstBytes,
}

/// A set of first bytes of IPv4 addresses, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct FirstBytes([u64; 4]);

impl FirstBytes {
    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0)
    }

    fn add(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
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

    /// Returns the first bytes of the addresses that are in it.
    fn first_bytes(self) -> std::ops::RangeInclusive<u8> {
        let [first, ..] = self.network.to_be_bytes();
        let [last, ..] = (self.network | !self.mask).to_be_bytes();
        first..=last
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
    #[inline]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => self.contains_v4(ip),
            IpAddr::V6(ip) => self.contains_v6(ip),
        }
    }

    #[inline]
    fn contains_v4(&self, ip: Ipv4Addr) -> bool {
        let [first, ..] = ip.octets();
        self.some.has(first) && (self.all.has(first) || self.walk_v4(ip))
    }

    // Apart, so that what is asked of nearly every address stays a few instructions.
    #[inline(never)]
    fn walk_v4(&self, ip: Ipv4Addr) -> bool {
        self.v4.iter().any(|range| range.contains(ip))
    }

    #[inline(never)]
    fn contains_v6(&self, ip: Ipv6Addr) -> bool {
        match ip.to_ipv4_mapped() {
            Some(ip) => self.contains_v4(ip),
            None => self.v6.iter().any(|net| net.contains(&ip)),
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

    fn add_v4(&mut self, range: Range) {
        for byte in range.first_bytes() {
            self.some.add(byte);
            if range.prefix_length() <= 8 {
                self.all.add(byte);
            }
        }
        self.v4.push(range);
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
                IpNet::V4(net) => set.add_v4(net.into()),
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

    #[test]
    fn what_is_told_by_the_first_byte_is_what_the_networks_hold() {
        // An own sequence of numbers is enough: what counts is that lengths of every kind meet addresses near them.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..2_000 {
            let list: Vec<Ipv4Net> = (0..next() % 5)
                .map(|_| Ipv4Net::new(Ipv4Addr::from_bits(next() as u32), (next() % 33) as u8).unwrap())
                .collect();
            let set: Networks = list.iter().copied().map(IpNet::V4).collect();
            let near = list.iter().flat_map(|net| {
                let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
                [first.wrapping_sub(1), first, last, last.wrapping_add(1)]
            });
            let any: Vec<u32> = near.chain([next() as u32, 0, u32::MAX]).collect();
            for bits in any {
                let ip = Ipv4Addr::from_bits(bits);
                let held = list.iter().any(|net| net.contains(&ip));
                assert_eq!(set.contains(ip.into()), held, "{ip} in {list:?}");
                assert_eq!(set.contains(ip.to_ipv6_mapped().into()), held, "{ip} in {list:?}");
                assert_eq!(set.closest(ip.into()).is_some(), held, "{ip} in {list:?}");
            }
        }
    }
}
