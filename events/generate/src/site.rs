//! The network that every line is about: Kita City, one office with servers and a guest segment.
//!
//! Outside addresses are RFC 5737 and RFC 3849 ones. The city's public range is the first quarter of
//! 198.51.100.0/24; the rest of that network and the two others are the internet.

use std::net::{IpAddr, Ipv4Addr};

/// Where an address is, seen from the city's firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Office PCs and the core (10.1.0.0/16 but for the following).
    Office,
    /// Servers (10.1.200.0/24), the public ones behind destination NAT among them.
    Servers,
    /// The guest wireless segment (10.1.90.0/24).
    Guest,
    /// The city's public range (198.51.100.0/26): the firewall itself and its virtual addresses.
    Public,
    /// The internet.
    Outside,
}

/// Makes an IPv4 address; short, because every story is full of them.
pub const fn ip(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

/// The city's resolver.
pub const RESOLVER: IpAddr = ip(10, 1, 0, 53);
/// The city's mail server.
pub const MAIL: IpAddr = ip(10, 1, 200, 25);
/// The city's web server.
pub const WEB: IpAddr = ip(10, 1, 200, 10);
/// Public address of the web server.
pub const WEB_PUBLIC: IpAddr = ip(198, 51, 100, 10);
/// Public address of the mail server.
pub const MAIL_PUBLIC: IpAddr = ip(198, 51, 100, 25);
/// The firewall's own public address: VPN gateway and source NAT.
pub const GATEWAY: IpAddr = ip(198, 51, 100, 1);
/// The firewall's inside address, where administrators log in.
pub const ADMIN_PORTAL: IpAddr = ip(10, 1, 0, 1);
/// The city's own vulnerability scanner.
pub const SCANNER: IpAddr = ip(10, 1, 9, 9);

/// Tells where an address is.
pub const fn side(address: IpAddr) -> Side {
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [10, 1, 200, _] => Side::Servers,
            [10, 1, 90, _] => Side::Guest,
            [10 | 127, ..] | [192, 168, ..] | [172, 16..=31, ..] => Side::Office,
            [198, 51, 100, 0..=63] => Side::Public,
            _ => Side::Outside,
        },
        IpAddr::V6(v6) => match v6.segments() {
            [0x2001, 0x0db8, 1, ..] => Side::Office,
            _ => Side::Outside,
        },
    }
}

/// Tells whether an address belongs to the city.
pub const fn is_inside(address: IpAddr) -> bool {
    !matches!(side(address), Side::Outside)
}

/// How many outside addresses [`outside`] can tell apart.
pub const OUTSIDE_ADDRESSES: u32 = 254 + 254 + 191;

/// Returns the `n`th outside address, starting over after [`OUTSIDE_ADDRESSES`].
pub const fn outside(n: u32) -> IpAddr {
    let n = n % OUTSIDE_ADDRESSES;
    if n < 254 {
        ip(203, 0, 113, n as u8 + 1)
    } else if n < 508 {
        ip(192, 0, 2, (n - 254) as u8 + 1)
    } else {
        ip(198, 51, 100, (n - 508) as u8 + 64)
    }
}

/// Returns the country that the vendors' tables would give an address; invented, but always the same one.
pub(crate) fn country(address: IpAddr) -> &'static str {
    const COUNTRIES: [&str; 6] = ["United States", "Netherlands", "Germany", "Japan", "Singapore", "France"];
    match (side(address), address) {
        (Side::Outside, IpAddr::V4(v4)) => {
            let [_, _, c, d] = v4.octets();
            COUNTRIES[(usize::from(c) + usize::from(d) / 8) % COUNTRIES.len()]
        }
        (Side::Outside, IpAddr::V6(_)) => "United States",
        (Side::Public, _) => "Japan",
        _ => "Reserved",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn outside_addresses_differ_and_are_outside() {
        let all: BTreeSet<IpAddr> = (0..OUTSIDE_ADDRESSES).map(outside).collect();
        assert_eq!(all.len(), OUTSIDE_ADDRESSES as usize);
        assert!(all.iter().all(|address| !is_inside(*address)));
    }
}
