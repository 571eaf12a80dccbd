//! Addresses that the vendors' DNS filters answer with instead of a C&C server's.
//!
//! FortiGate: `redirect-portal` of the DNS filter profile, 208.91.112.55 by default (FortiOS Administration Guide,
//! "Botnet C&C domain blocking"), .52 and .53 in older releases, whose addresses also serve FortiGuard's own DNS and
//! NTP: sessions to those ports are no sign of anything. PAN-OS: `sinkhole.paloaltonetworks.com`, 72.5.65.111
//! (PAN-OS Administrator's Guide, "Configure DNS Sinkholing"); its IPv6 default is the loopback, which never reaches
//! a firewall.
//!
//! The FortiGate portal also answers for blocked categories, so a session to it proves no C&C by itself; it counts
//! only beside a look-up.

use std::net::{IpAddr, Ipv4Addr};

const SINKHOLES: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(208, 91, 112, 52)),
    IpAddr::V4(Ipv4Addr::new(208, 91, 112, 53)),
    IpAddr::V4(Ipv4Addr::new(208, 91, 112, 55)),
    IpAddr::V4(Ipv4Addr::new(72, 5, 65, 111)),
];

/// DNS, NTP and DNS over TLS, which FortiGuard serves from the same addresses.
const SERVICE_PORTS: &[u16] = &[53, 123, 853];

/// Tells whether only look-ups of C&C servers are answered with this address.
pub(crate) fn is_only_for_cc(ip: IpAddr) -> bool {
    ip == IpAddr::V4(Ipv4Addr::new(72, 5, 65, 111))
}

/// Tells whether a session to this address and port went to a sinkhole.
pub(crate) fn is_sinkhole(ip: IpAddr, port: u16) -> bool {
    SINKHOLES.contains(&ip) && !SERVICE_PORTS.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fortiguard_dns_is_no_sinkhole() {
        let portal = IpAddr::V4(Ipv4Addr::new(208, 91, 112, 53));
        assert!(is_sinkhole(portal, 443));
        assert!(!is_sinkhole(portal, 53));
        assert!(!is_sinkhole(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)), 443));
    }
}
