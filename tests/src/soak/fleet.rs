//! Many devices of several customers: what they log, minute by minute.
//!
//! All customers have the same addresses inside and out, so that whoever takes one customer's evidence for another's gives
//! a wrong story. Most lines are an office's quiet traffic; between them attacks of every sort begin, some of which take
//! minutes, and a few lines come that nobody can read. The same load gives the same lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;

use hinomi_generate::site::{GATEWAY, ip, outside};
use hinomi_generate::{
    End, FortigateUnit, Happening, Maker, PanosUnit, SplitMix64, Via, botnet, catalog, cc_lookup, denied,
    exploit, malware, quiet, scan, traffic, vpn_login,
};
use hinomi_model::{EventTime, Seconds};

use crate::dated::Dated;

/// Ten in the morning in Tokyo, Tuesday 2026-10-20.
pub const BEGIN: EventTime = EventTime::from_seconds(1_792_458_000);

/// How many devices log how much.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Customers.
    pub tenants: usize,
    /// Devices of all of them.
    pub devices: usize,
    /// Quiet lines of a device in a minute, roughly.
    pub lines: u64,
    /// Attacks that begin in a minute.
    pub attacks: u64,
}

impl Size {
    /// Tells the vendor of a device: each customer has both.
    fn is_fortigate(&self, number: usize) -> bool {
        (number / self.tenants.max(1)).is_multiple_of(2)
    }
}

/// The devices, at work.
#[derive(Debug)]
pub struct Fleet {
    size: Size,
    devices: Vec<Device>,
    random: SplitMix64,
    /// Of the last session.
    session: u64,
    /// What attacks that began have in store, by minute.
    to_come: BTreeMap<i64, Vec<(usize, Happening)>>,
}

#[derive(Debug)]
struct Device {
    id: String,
    maker: Maker,
    /// The third number of the addresses behind it, and the last one of its server's.
    network: u8,
}

impl Device {
    /// Returns the address of its server, and the public one.
    fn server(&self) -> (IpAddr, IpAddr) {
        // Public addresses end with the range, at 63.
        (ip(10, 1, 200, self.network), ip(198, 51, 100, self.network % 64))
    }
}

impl Fleet {
    /// Sets up devices, by turns of both vendors.
    pub fn new(size: Size) -> Self {
        let device = |number: usize| {
            let name = format!("FW{number}");
            let (id, maker) = if size.is_fortigate(number) {
                let id = format!("FGT60FTK2{number:07}");
                (id.clone(), Maker::Fortigate(FortigateUnit::new(&id, &name)))
            } else {
                let id = format!("0128{number:08}");
                (id.clone(), Maker::Panos(PanosUnit::new(&id, &name)))
            };
            // Below the guests' and the servers' networks; and each has a public address of its own.
            let network = 10 + (number / size.tenants.max(1) % 50) as u8;
            Device { id, maker, network }
        };
        Fleet {
            size,
            devices: (0..size.devices).map(device).collect(),
            random: SplitMix64::new(1),
            session: 5_000_000,
            to_come: BTreeMap::new(),
        }
    }

    /// Returns the registry in which all devices stand.
    pub fn registry(&self) -> String {
        let mut yaml = "version: 1\ntenants:\n".to_owned();
        for tenant in 0..self.size.tenants {
            // Writing to a string does not fail.
            let _ = write!(
                yaml,
                "  - id: t{tenant}
    name: {{ja: 第{tenant}市, en: Town {tenant}}}
    reference: T{tenant}
    language: en
    time_zone: Asia/Tokyo
    soc: {{name: {{ja: 東京SOC, en: Tokyo SOC}}, phone: \"+81300000000\"}}
    internal: [10.1.0.0/16, 198.51.100.0/26]
    roles: {{server: [10.1.200.0/24]}}
    contacts:
      - {{id: duty, name: Duty, email: soc@t{tenant}.example, sms: \"+819000000000\", for: [attack], levels: [2, 3, 4], hours: always, order: 1}}
    devices:
"
            );
            for (number, device) in self.devices.iter().enumerate() {
                if number % self.size.tenants == tenant {
                    let vendor = if self.size.is_fortigate(number) { "fortigate" } else { "panos" };
                    let _ = writeln!(
                        yaml,
                        "      - {{id: \"{}\", vendor: {vendor}, name: FW{number}, time_zone: Asia/Tokyo, posture: inline}}",
                        device.id
                    );
                }
            }
        }
        yaml
    }

    /// Returns what all devices log in a minute, from [`BEGIN`] on, in the order of time. Minutes are asked for in their
    /// order.
    pub fn minute(&mut self, minute: i64) -> Vec<Dated> {
        for _ in 0..self.size.attacks {
            self.attack(minute);
        }
        let start = BEGIN.plus(minute * 60);
        let mut happenings = self.to_come.remove(&minute).unwrap_or_default();
        for number in 0..self.devices.len() {
            let count = self.size.lines / 2 + self.random.below(self.size.lines + 1);
            for _ in 0..count {
                let nanos = start.nanos() + self.random.below(60_000) as i64 * 1_000_000;
                let client = self.host(number);
                self.session += 1;
                let at = EventTime::from_nanos(nanos);
                happenings.push((number, quiet::ordinary(&mut self.random, at, self.session, client)));
            }
        }
        happenings.sort_by_key(|(number, happening)| (happening.at, *number));
        let mut lines = Vec::with_capacity(happenings.len());
        for (number, happening) in happenings {
            if let Some(device) = self.devices.get_mut(number) {
                let told = device.maker.lines(&happening).into_iter();
                lines.extend(told.map(|text| Dated { at: happening.at, device: device.id.clone(), text }));
            }
        }
        // Now and then, in place of nobody's line, something that no firewall wrote.
        let junk = JUNK.get(self.random.below(JUNK.len() as u64 * 4) as usize);
        if let (Some(junk), Some(last)) = (junk, lines.last().cloned()) {
            lines.push(Dated { text: format!("{junk} {minute}"), ..last });
        }
        lines
    }

    /// Returns the address of a machine behind a device.
    fn host(&mut self, device: usize) -> IpAddr {
        let network = self.devices.get(device).map_or(10, |device| device.network);
        ip(10, 1, network, 20 + self.random.below(200) as u8)
    }

    /// Begins an attack at one device.
    fn attack(&mut self, minute: i64) {
        let device = self.random.below(self.devices.len() as u64) as usize;
        let (pc, outsider) = (self.host(device), outside(100 + self.random.below(400) as u32));
        let (server, public) = self.devices.get(device).map_or((pc, pc), Device::server);
        let at = BEGIN.plus(minute * 60 + self.random.below(30) as Seconds);
        self.session += 1_000;
        let session = self.session - 900;
        let hit = |n: i64| exploit(at.plus(n), outsider, server, 80, &catalog::STRUTS).behind(public);
        let told: Vec<Happening> = match self.random.below(8) {
            0 => (0..6).map(|n| hit(n * 4).session(session + n.unsigned_abs()).reset()).collect(),
            1 if self.random.percent(50) => {
                // The server answers, and calls the attacker twenty minutes later.
                let called = traffic(at.plus(1_200), server, outsider, 8_080).session(session + 1);
                vec![hit(0).session(session), called.bytes(5_000, 90_000)]
            }
            1 => {
                let answered = traffic(at.plus(3), outsider, server, 80).behind(public);
                vec![hit(0).session(session), answered.session(session).bytes(1_900, 5_200)]
            }
            2 => {
                let beacon =
                    |n: i64| botnet(at.plus(n * 60), pc, outsider, 443, &catalog::EMOTET).session(session);
                let session = |n: i64| traffic(at.plus(n * 60 + 4), pc, outsider, 443).session(session);
                (0..3).flat_map(|n| [beacon(n), session(n).bytes(2_100, 1_300)]).collect()
            }
            3 => {
                let file = malware(at, pc, outsider, Via::Http, &catalog::TROJAN).session(session);
                vec![file, traffic(at.plus(5), pc, outsider, 80).session(session).bytes(900, 248_000)]
            }
            4 => vec![malware(at, pc, outsider, Via::Http, &catalog::MALDOC).session(session).blocked()],
            5 => {
                let asked = |n: i64| cc_lookup(at.plus(n * 100), pc, outside(60), "cdn-metrics.example");
                (0..4).map(|n| asked(n).session(session + n.unsigned_abs()).blocked()).collect()
            }
            6 => {
                let user = |n: i64| format!("user{:02}", n % 20);
                (0..30).map(|n| vpn_login(at.plus(n), outsider, &user(n), false)).collect()
            }
            _ => {
                let refused = |n: u8| {
                    let port = 1_000 + u16::from(n);
                    denied(at.plus(i64::from(n / 4)), outsider, ip(198, 51, 100, 2 + n % 6), port)
                };
                let verdict = scan(at.plus(26), outsider, GATEWAY).blocked();
                (0..100).map(refused).map(|happening| happening.ended(End::Closed)).chain([verdict]).collect()
            }
        };
        for happening in told {
            let minute = happening.at.since(BEGIN).div_euclid(60);
            self.to_come.entry(minute).or_default().push((device, happening));
        }
    }
}

/// What other programs write to where firewalls write.
const JUNK: [&str; 3] = [
    "<14>Oct 20 03:00:00 core-switch1 00077 ports: port 12 is now off-line",
    "cat: /var/log/fw1.log: No such file or directory",
    "<13>Oct 20 17:45:00 monitor1 check_http: OK - 200 in 0.021 second response time",
];

/// Tells whether a line is one that no device wrote.
pub fn is_junk(line: &str) -> bool {
    JUNK.iter().any(|junk| line.starts_with(junk))
}
