//! Quiet traffic: people at work, their machines at night.
//!
//! Numbers repeat more than in life (rounded sizes, ports in sequence): the files are committed, and what compresses
//! well costs everybody who clones less.

use std::net::IpAddr;

use hinomi_model::EventTime;

use crate::catalog::{self, App, SiteKind};
use crate::happening::{self as tell, Action, End, Happening, Inspection};
use crate::random::SplitMix64;
use crate::site::{self, ip, outside};

use super::clock;

/// Somewhere that people and machines go.
struct Destination {
    /// Number of the outside address.
    address: u32,
    host: &'static str,
    port: u16,
    app: &'static App,
    bytes_out: u64,
    bytes_in: u64,
    kind: SiteKind,
}

static DESTINATIONS: [Destination; 14] = [
    page(40, "portal.office.example", &catalog::OFFICE_SUITE, 4_200, 31_000, SiteKind::Business),
    page(41, "mail.office.example", &catalog::OFFICE_SUITE, 9_100, 22_000, SiteKind::Business),
    page(42, "search.example", &catalog::HTTPS, 2_600, 48_000, SiteKind::Search),
    page(43, "news.example", &catalog::HTTPS, 3_100, 260_000, SiteKind::News),
    page(44, "weather.example", &catalog::HTTPS, 1_800, 35_000, SiteKind::News),
    page(45, "prefecture.example", &catalog::HTTPS, 2_200, 64_000, SiteKind::Business),
    page(46, "law.example", &catalog::HTTPS, 2_000, 52_000, SiteKind::Business),
    page(47, "video.example", &catalog::HTTPS, 12_000, 2_400_000, SiteKind::Streaming),
    page(48, "meeting.example", &catalog::MEETING, 310_000, 520_000, SiteKind::Business),
    page(49, "update.os.example", &catalog::UPDATES, 5_200, 900_000, SiteKind::Business),
    page(50, "update.vendor.example", &catalog::HTTPS, 2_400, 120_000, SiteKind::Business),
    page(51, "bank.example", &catalog::HTTPS, 3_300, 41_000, SiteKind::Business),
    page(52, "travel.example", &catalog::HTTPS, 3_900, 180_000, SiteKind::Business),
    page(53, "cdn.example", &catalog::HTTPS, 1_500, 76_000, SiteKind::Business),
];

const fn page(
    address: u32,
    host: &'static str,
    app: &'static App,
    bytes_out: u64,
    bytes_in: u64,
    kind: SiteKind,
) -> Destination {
    Destination { address, host, port: 443, app, bytes_out, bytes_in, kind }
}

/// Share of the day's sessions in each hour, in thousandths, by the clock in Tokyo.
const CURVE: [u64; 24] =
    [8, 7, 6, 6, 6, 7, 10, 25, 78, 96, 98, 92, 58, 84, 94, 92, 88, 64, 36, 18, 10, 7, 5, 5];

/// Returns one ordinary happening of a PC.
pub fn ordinary(random: &mut SplitMix64, at: EventTime, session: u64, client: IpAddr) -> Happening {
    let destination = random.pick(&DESTINATIONS);
    let server = outside(destination.address);
    let scale = 1 + random.below(3);
    let happening = match random.below(100) {
        // 85 of a hundred are sessions: pages, look-ups by the resolver's clients, clocks.
        0..62 => tell::traffic(at, client, server, destination.port)
            .app(destination.app)
            .bytes(destination.bytes_out * scale / 2, destination.bytes_in * scale / 2)
            .lasted(scale * 5)
            .ended(match scale {
                1 => End::ClientReset,
                _ => End::Closed,
            }),
        62..80 => {
            tell::traffic(at, client, outside(60 + scale as u32), 53).udp().carried(62, 62 + 16 * scale, 1, 1)
        }
        80..82 => {
            tell::traffic(at, client, outside(70), 123).udp().carried(76, 76, 1, 1).ended(End::TimedOut)
        }
        82..85 => tell::traffic(at, client, server, destination.port)
            .app(destination.app)
            .bytes(destination.bytes_out, destination.bytes_in)
            .inspected(Inspection::App, Action::Passed),
        85..93 => tell::web(at, client, server, destination.host, "/", destination.kind),
        93..97 => tell::application(at, client, server, destination.port, destination.app),
        _ => tell::lookup(at, client, outside(60), destination.host),
    };
    numbered(happening, session)
}

/// Gives a session its number, with ports in sequence as a busy host uses them.
fn numbered(happening: Happening, session: u64) -> Happening {
    let mut happening = happening.session(session);
    happening.src_port = 49_152 + (session % 16_000) as u16;
    happening
}

/// A day of sessions along the curve. Times are multiples of 250 ms.
fn along_the_curve(
    random: &mut SplitMix64,
    total: u64,
    first_session: u64,
    clients: &[IpAddr],
) -> Vec<Happening> {
    let mut happenings = Vec::new();
    let mut session = first_session;
    for (hour, share) in (0_i64..).zip(CURVE) {
        let count = total * share / 1_000;
        let mut ticks: Vec<u64> = (0..count).map(|_| random.below(3_600 * 4)).collect();
        ticks.sort_unstable();
        for tick in ticks {
            let at = EventTime::from_nanos(clock(hour, 0, 0).nanos() + (tick * 250_000_000) as i64);
            session += 1;
            let client = *random.pick(clients);
            happenings.push(ordinary(random, at, session, client));
        }
    }
    happenings
}

/// What the internet sends to anybody: a packet here, a packet there, refused.
fn background(random: &mut SplitMix64, count: u64, first_session: u64) -> Vec<Happening> {
    const PORTS: [u16; 8] = [22, 23, 80, 443, 445, 3389, 8080, 8443];
    (0..count)
        .map(|n| {
            let at = clock(0, 0, 0).plus((n * 86_400 / count + random.below(30)) as i64);
            let source = outside(300 + random.below(300) as u32);
            let target = ip(198, 51, 100, 1 + random.below(60) as u8);
            numbered(tell::denied(at, source, target, *random.pick(&PORTS)), first_session + n)
        })
        .collect()
}

/// The city hall's quiet day, as the FortiGate sees it.
pub(super) fn city_hall(random: &mut SplitMix64) -> Vec<Happening> {
    let clients: Vec<IpAddr> =
        (0..90).map(|n| if n < 70 { ip(10, 1, 12, 30 + n) } else { ip(10, 1, 90, n - 50) }).collect();
    let mut happenings = along_the_curve(random, 52_000, 2_000_000, &clients);
    happenings.extend(background(random, 1_500, 2_900_000));
    for five_minutes in 0..288 {
        let at = clock(0, five_minutes * 5, 20);
        let busy = CURVE[(five_minutes / 12) as usize];
        let cpu = (3 + busy / 6) as u8;
        happenings.push(tell::load(at, cpu, 48 + (busy / 20) as u8, 400 + busy * 90));
    }
    happenings.extend([tell::updated(clock(2, 11, 5)), tell::updated(clock(14, 11, 7))]);
    happenings.push(tell::admin_login(clock(9, 2, 40), ip(10, 1, 9, 20), "netadmin", true));
    happenings.push(tell::config_change(
        clock(9, 6, 12),
        ip(10, 1, 9, 20),
        "netadmin",
        "firewall.address",
        "library-printer",
    ));
    for (n, user) in ["satou", "suzuki", "takahashi", "tanaka"].into_iter().enumerate() {
        happenings.push(tell::vpn_login(clock(7, 40 + n as i64 * 9, 3), outside(620 + n as u32), user, true));
    }
    // A person who mistypes.
    happenings.push(tell::vpn_login(clock(8, 31, 2), outside(630), "watanabe", false));
    happenings.push(tell::vpn_login(clock(8, 31, 20), outside(630), "watanabe", false));
    happenings.push(tell::vpn_login(clock(8, 31, 51), outside(630), "watanabe", true));
    happenings
}

/// The servers' and the branch offices' quiet day, as the PAN-OS firewall sees it.
pub(super) fn branches_and_servers(random: &mut SplitMix64) -> Vec<Happening> {
    let clients: Vec<IpAddr> = (0..60).map(|n| ip(10, 1, 40, 20 + n)).collect();
    let mut happenings = along_the_curve(random, 5_200, 300_000, &clients);
    happenings.extend(background(random, 600, 390_000));
    // Citizens at the city's web site, mails at its mail server.
    for n in 0..1_200 {
        let at = clock(6, 0, 0).plus(n * 52);
        let citizen = outside(100 + random.below(120) as u32);
        let visit = tell::traffic(at, citizen, site::WEB, 443).behind(site::WEB_PUBLIC).bytes(2_400, 86_000);
        happenings.push(numbered(visit, 400_000 + n as u64));
    }
    for n in 0..300 {
        let at = clock(0, 0, 30).plus(n * 286);
        let relay = outside(230 + random.below(20) as u32);
        let mail = tell::traffic(at, relay, site::MAIL, 25).behind(site::MAIL_PUBLIC).bytes(38_000, 1_400);
        happenings.push(numbered(mail, 410_000 + n as u64));
    }
    // The nightly backup: 4 GB to the same address as every night.
    for part in 0..4 {
        let backup = tell::traffic(clock(1, 30 + part * 12, 0), ip(10, 1, 200, 30), outside(80), 443)
            .bytes(1_073_741_824, 2_100_000)
            .lasted(700);
        happenings.push(numbered(backup, 420_000 + part as u64));
    }
    happenings.push(tell::updated(clock(3, 2, 9)));
    happenings.push(tell::admin_login(clock(10, 12, 4), ip(10, 1, 9, 20), "netadmin", true));
    happenings
}
