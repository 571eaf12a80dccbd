//! To how many hosts did this one speak on one port?
//!
//! Why: worms, bots and intruders look for the next machine. Somebody's PC speaks to a handful of machines on 445,
//! never to a hundred in ten minutes.
//!
//! Example: 100 denied sessions from one inside host to different outside addresses on 445 within ten minutes.
//!
//! Thresholds: `scan_outside` and `scan_inside` within `scan_window`. On the ports of web, DNS and NTP only sessions
//! that were denied or never answered count: browsing reaches that many hosts. Known false positives, left out: the
//! relays' own work (proxy and NAT always, a resolver's DNS, a mail server's mail); left in: monitoring and inventory
//! programs, which the customer's allow list names.
//!
//! The finding tells the window that crossed the threshold, so it is the same however the facts were cut into steps;
//! it comes again at most once a window. ATT&CK: T1046.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::{
    DeviceId, Direction, Disposition, EventTime, Evidence, Fact, FactSource, Finding, FindingId, FindingKind,
    Function, Peer, Place, Protocol, Role, Subject, TenantId, Vendor,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::wire::wire;
use super::{Origin, Scene, identity, plain};
use crate::tables::techniques;

/// Host, port and side combinations watched. Beyond, new ones are not watched until old ones are swept: a tenant in
/// which 65,536 hosts scan at once has other findings.
const MAX_FANS: usize = 1 << 16;
/// Sessions kept of one fan; three times the largest threshold's need at a few repeats each.
const MAX_SESSIONS: usize = 4096;
/// Sessions kept of all fans together, some 60 bytes each. Beyond, further ones are not noted until old ones are swept,
/// which errs towards silence about scans that begin while thousands of others go on.
const MAX_ALL_SESSIONS: usize = 1 << 19;
/// Ports that everyday use takes to many hosts: DNS, web, NTP, DNS over TLS, web by proxy.
const EVERYDAY_PORTS: [u16; 6] = [53, 80, 123, 443, 853, 8080];
const MAIL_PORTS: [u16; 3] = [25, 465, 587];

#[derive(Debug, Default)]
pub(super) struct Fans {
    fans: FxHashMap<Key, Fan>,
    touched: FxHashSet<Key>,
    /// Sessions kept of all fans.
    sessions: usize,
}

wire! {
    Fans { fans, touched, sessions }
    Key { tenant, host, port, protocol, direction }
    Fan { device, vendor, spoken, told }
    Session { began_second, to, from_port }
    Spoken { began, to, denied, count, place, came }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    host: IpAddr,
    port: u16,
    protocol: u8,
    direction: Direction,
}

#[derive(Debug)]
struct Fan {
    device: DeviceId,
    vendor: Vendor,
    spoken: BTreeMap<Session, Spoken>,
    told: Option<EventTime>,
}

/// What names a session here: a repeat through another relay or by the other member of an HA pair names the same, with
/// another session number, another fraction of the second and another line. No host speaks to another from one port
/// twice in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    began_second: i64,
    to: IpAddr,
    from_port: u16,
}

#[derive(Clone, Copy, Debug)]
struct Spoken {
    began: EventTime,
    to: IpAddr,
    denied: bool,
    count: u32,
    place: Option<Place>,
    /// When the record came: what a device buffered is kept as long as what comes in time.
    came: EventTime,
}

impl Fans {
    pub(super) fn learn(&mut self, scene: &Scene<'_>, source: &FactSource, fact: &Fact) {
        let carries = fact.protocol == Protocol::TCP || fact.protocol == Protocol::UDP;
        if !matches!(fact.direction, Direction::Outbound | Direction::Internal)
            || !carries
            || fact.dst_port == 0
        {
            return;
        }
        let denied = fact.disposition == Disposition::Blocked;
        let silent = fact.bytes_in == Some(0) || fact.packets_in == Some(0);
        if EVERYDAY_PORTS.contains(&fact.dst_port) && !denied && (!silent || fact.flags.interim) {
            return;
        }
        let left_out = match scene.role(&source.tenant, fact.src_ip) {
            Role::Proxy | Role::Nat => true,
            Role::Resolver => matches!(fact.dst_port, 53 | 853),
            Role::Mail => MAIL_PORTS.contains(&fact.dst_port),
            _ => false,
        };
        if left_out {
            return;
        }
        let key = Key {
            tenant: source.tenant.clone(),
            host: fact.src_ip,
            port: fact.dst_port,
            protocol: fact.protocol.0,
            direction: fact.direction,
        };
        if self.fans.len() >= MAX_FANS && !self.fans.contains_key(&key) {
            return;
        }
        let fan = self.fans.entry(key.clone()).or_insert_with(|| Fan {
            device: source.device.clone(),
            vendor: scene.vendor(source),
            spoken: BTreeMap::new(),
            told: None,
        });
        let session =
            Session { began_second: fact.began.seconds(), to: fact.dst_ip, from_port: fact.src_port };
        let spoken = Spoken {
            began: fact.began,
            to: fact.dst_ip,
            denied,
            count: fact.count.max(1),
            place: fact.place,
            came: scene.clock.max(fact.began),
        };
        // Of two records of one session the earlier stays, and the smaller place: the order does not matter.
        let rank = |spoken: &Spoken| (spoken.began, std::cmp::Reverse(spoken.count), spoken.place);
        if !fan.spoken.contains_key(&session) {
            if self.sessions >= MAX_ALL_SESSIONS {
                return;
            }
            self.sessions += 1;
        }
        let known = fan.spoken.entry(session).or_insert(spoken);
        if rank(&spoken) < rank(known) {
            *known = spoken;
        }
        if fan.spoken.len() > MAX_SESSIONS {
            fan.spoken.pop_first();
            self.sessions = self.sessions.saturating_sub(1);
        }
        self.touched.insert(key);
    }

    pub(super) fn tell(&mut self, scene: &Scene<'_>, out: &mut Vec<Finding>) {
        for key in std::mem::take(&mut self.touched) {
            let Some(fan) = self.fans.get_mut(&key) else { continue };
            let threshold = match key.direction {
                Direction::Internal => scene.settings.scan_inside,
                _ => scene.settings.scan_outside,
            };
            let threshold = usize::try_from(threshold).unwrap_or(usize::MAX).max(1);
            if fan.spoken.len() < threshold {
                continue;
            }
            let mut spoken: Vec<Spoken> = fan.spoken.values().copied().collect();
            spoken.sort_by_key(|spoken| spoken.began);
            let window = scene.settings.scan_window;
            let mut hosts: FxHashMap<IpAddr, u32> = FxHashMap::default();
            let mut start = 0;
            for (end, last) in spoken.iter().enumerate() {
                *hosts.entry(last.to).or_insert(0) += 1;
                while let Some(first) =
                    spoken.get(start).filter(|first| first.began < last.began.plus(-window))
                {
                    if let Some(count) = hosts.get_mut(&first.to) {
                        *count -= 1;
                        if *count == 0 {
                            hosts.remove(&first.to);
                        }
                    }
                    start += 1;
                }
                let rested = fan.told.is_none_or(|told| last.began >= told.plus(window));
                if hosts.len() >= threshold && rested {
                    fan.told = Some(last.began);
                    out.push(finding(scene, &key, fan, spoken.get(start..=end).unwrap_or_default()));
                }
            }
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.fans.retain(|_, fan| {
            fan.spoken.retain(|_, spoken| spoken.came >= before);
            !fan.spoken.is_empty()
        });
        self.sessions = self.fans.values().map(|fan| fan.spoken.len()).sum();
    }
}

/// Returns the line of one of the sessions, as evidence to be fetched.
fn proof(scene: &Scene<'_>, key: &Key, fan: &Fan, spoken: &Spoken) -> Option<Evidence> {
    Some(Evidence {
        time: spoken.began,
        received: spoken.began,
        sha256: String::new(),
        device: fan.device.as_str().to_owned(),
        function: Function::Firewall,
        disposition: if spoken.denied { Disposition::Blocked } else { Disposition::Allowed },
        session_id: None,
        policy: None,
        src_ip: Some(key.host),
        dst_ip: Some(spoken.to),
        dst_port: Some(key.port),
        what: None,
        locator: Some(scene.objects.locator(spoken.place)?),
        raw: String::new(),
    })
}

fn finding(scene: &Scene<'_>, key: &Key, fan: &Fan, spoken: &[Spoken]) -> Finding {
    let (first, last) = match (spoken.first(), spoken.last()) {
        (Some(first), Some(last)) => (first.began, last.began),
        _ => (scene.now, scene.now),
    };
    let subject = Subject::Host(key.host);
    let id = identity(&key.tenant, &subject, FindingKind::FanOut)
        .number(key.port.into())
        .number(key.protocol.into())
        .text(key.direction.as_str())
        .number(last.nanos().into())
        .finish();
    let origin = Origin {
        tenant: key.tenant.clone(),
        device: fan.device.clone(),
        vendor: fan.vendor,
        function: Function::Firewall,
    };
    let mut finding = plain(&origin, subject, FindingKind::FanOut, FindingId(id), first);
    let hosts: BTreeSet<IpAddr> = spoken.iter().map(|spoken| spoken.to).collect();
    let count = |denied: bool| -> u64 {
        spoken.iter().filter(|spoken| spoken.denied == denied).map(|spoken| u64::from(spoken.count)).sum()
    };
    finding.last = last;
    finding.received = last;
    finding.direction = key.direction;
    finding.disposition =
        if count(true) >= count(false) { Disposition::Blocked } else { Disposition::Allowed };
    finding.count = count(true).saturating_add(count(false));
    finding.host = Some(scene.host(&key.tenant, key.host));
    finding.peer_count = hosts.len() as u64;
    finding.peers =
        hosts.into_iter().take(Finding::MAX_PEERS).map(|ip| Peer { ip, port: Some(key.port) }).collect();
    let ends = [spoken.first(), spoken.last()];
    finding.evidence =
        ends.into_iter().flatten().filter_map(|spoken| proof(scene, key, fan, spoken)).collect();
    let name = if key.protocol == Protocol::UDP.0 { "udp" } else { "tcp" };
    finding.what = Some(format!("{}/{name}", key.port));
    finding.technique = Some(techniques::SCAN_INSIDE.to_owned());
    finding.instants = vec![first, last];
    finding.instants.dedup();
    finding
}
