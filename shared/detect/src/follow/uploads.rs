//! Does a host send much to a place where it never did, at night?
//!
//! Why: stolen data leaves when nobody looks. Alone it is watched (rule 13).
//!
//! Example: 320 MB between one and two in the morning to an address that the host never sent much to.
//!
//! Night is outside the tenant's office hours, or from 22 to 6 where it has none, and never in planned work. What a
//! host sends to the same address on another day is its habit. A host that was not yet seen for most of a day has no
//! habit to compare with: its upload waits for the next night, and is told when it was not repeated. Relays are left
//! alone. Known false positives: a new backup target, a first upload to a cloud service. This is no learned baseline:
//! it knows nothing of volumes, only of destinations.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hinomi_model::{
    Direction, Disposition, EventTime, Fact, FactSource, Finding, FindingId, FindingKind, Function, Peer,
    Seconds, Subject, TenantId, Unusual,
};
use rustc_hash::FxHashMap;

use super::wire::wire;
use super::{Origin, Scene, identity, plain};

/// Sessions that sent less are not counted: hundreds of them in an hour would be needed to matter.
const MIN_SESSION_BYTES: u64 = 1 << 20;
/// Hosts watched; more are not, which errs towards silence.
const MAX_HOSTS: usize = 1 << 16;
/// Destinations remembered of a host; the ones not used for longest are forgotten, which errs towards a finding that
/// is watched and not told.
const MAX_DESTINATIONS: usize = 64;
/// Destinations remembered of all hosts together. Beyond, further ones are not watched, which errs towards silence.
const MAX_ALL_DESTINATIONS: usize = 1 << 18;
/// Sessions of an hour to one destination that are told apart. Beyond, a repeat counts again, which errs towards a
/// finding that is watched and not told.
const MAX_SESSIONS: usize = 256;
/// How long a destination is remembered.
const MEMORY: Seconds = 28 * 86_400;
/// Records arrive at most this late; then an hour is complete.
const PATIENCE: Seconds = 900;
/// After this long, the next night would have shown a habit.
const NEXT_NIGHT: Seconds = 30 * HOUR;
const HOUR: Seconds = 3_600;

#[derive(Debug)]
struct Habit {
    since: EventTime,
    destinations: BTreeMap<IpAddr, Destination>,
}

#[derive(Debug)]
struct Destination {
    port: u16,
    first: EventTime,
    last: EventTime,
    /// What was sent in each hour that is not told yet.
    hours: BTreeMap<i64, Sent>,
}

/// What was sent in one hour.
#[derive(Debug, Default)]
struct Sent {
    /// Bytes by the second in which a session ended and the port it came from: the same through another relay, and
    /// of both members of an HA pair.
    sessions: BTreeMap<(i64, u16), u64>,
    /// Bytes of the sessions beyond.
    more: u64,
    last: EventTime,
}

impl Sent {
    fn add(&mut self, fact: &Fact) {
        self.last = self.last.max(fact.time);
        let session = (fact.time.seconds(), fact.src_port);
        if self.sessions.len() >= MAX_SESSIONS && !self.sessions.contains_key(&session) {
            self.more = self.more.saturating_add(fact.bytes_out);
            return;
        }
        let bytes = self.sessions.entry(session).or_default();
        *bytes = (*bytes).max(fact.bytes_out);
    }

    fn bytes(&self) -> u64 {
        self.sessions.values().fold(self.more, |sum, bytes| sum.saturating_add(*bytes))
    }
}

#[derive(Debug, Default)]
pub(super) struct Uploads {
    hosts: FxHashMap<(TenantId, IpAddr), (FactSource, Habit)>,
    /// Destinations remembered of all hosts.
    destinations: usize,
}

wire! {
    Uploads { hosts, destinations }
    Habit { since, destinations }
    Destination { port, first, last, hours }
    Sent { sessions, more, last }
}

impl Uploads {
    pub(super) fn learn(&mut self, scene: &Scene<'_>, source: &FactSource, fact: &Fact) {
        if fact.direction != Direction::Outbound
            || fact.disposition == Disposition::Blocked
            || fact.flags.interim
            || scene.role(&source.tenant, fact.src_ip).is_relay()
        {
            return;
        }
        let key = (source.tenant.clone(), fact.src_ip);
        if self.hosts.len() >= MAX_HOSTS && !self.hosts.contains_key(&key) {
            return;
        }
        let fresh = || (source.clone(), Habit { since: fact.time, destinations: BTreeMap::new() });
        let (_, habit) = self.hosts.entry(key).or_insert_with(fresh);
        habit.since = habit.since.min(fact.time);
        if fact.bytes_out < MIN_SESSION_BYTES {
            return;
        }
        if !habit.destinations.contains_key(&fact.dst_ip) {
            if self.destinations >= MAX_ALL_DESTINATIONS {
                return;
            }
            self.destinations += 1;
        }
        let new =
            Destination { port: fact.dst_port, first: fact.time, last: fact.time, hours: BTreeMap::new() };
        let destination = habit.destinations.entry(fact.dst_ip).or_insert(new);
        destination.first = destination.first.min(fact.time);
        destination.last = destination.last.max(fact.time);
        destination.hours.entry(fact.time.hour()).or_default().add(fact);
        if habit.destinations.len() > MAX_DESTINATIONS {
            let oldest =
                habit.destinations.iter().min_by_key(|(ip, known)| (known.last, **ip)).map(|(ip, _)| *ip);
            if let Some(oldest) = oldest {
                habit.destinations.remove(&oldest);
                self.destinations = self.destinations.saturating_sub(1);
            }
        }
    }

    /// Tells of hours that are complete.
    pub(super) fn tell(&mut self, scene: &Scene<'_>, out: &mut Vec<Finding>) {
        for ((tenant, host), (source, habit)) in &mut self.hosts {
            for (peer, destination) in &mut habit.destinations {
                let Destination { port, first, last, hours } = destination;
                let peer = Peer { ip: *peer, port: Some(*port) };
                hours.retain(|hour, sent| {
                    let (bytes, at) = (sent.bytes(), sent.last);
                    let repeated = at.since(*first) >= scene.settings.upload_habit
                        || last.since(at) >= scene.settings.upload_habit;
                    let known = at.since(habit.since) >= scene.settings.upload_habit;
                    let patience = if known { PATIENCE } else { NEXT_NIGHT };
                    if scene.now.plus(-patience).hour() <= *hour && !repeated {
                        return true;
                    }
                    if !repeated && bytes >= scene.settings.upload_bytes && is_night(scene, tenant, at) {
                        out.push(found(scene, source, *host, peer, *hour, bytes, at));
                    }
                    false
                });
            }
        }
    }

    pub(super) fn sweep(&mut self, now: EventTime) {
        for (_, habit) in self.hosts.values_mut() {
            habit.destinations.retain(|_, destination| now.since(destination.last) < MEMORY);
        }
        self.destinations = self.hosts.values().map(|(_, habit)| habit.destinations.len()).sum();
    }
}

fn is_night(scene: &Scene<'_>, tenant: &TenantId, at: EventTime) -> bool {
    scene.registry.tenant(tenant).is_some_and(|tenant| tenant.is_night(at))
}

fn found(
    scene: &Scene<'_>,
    source: &FactSource,
    host: IpAddr,
    peer: Peer,
    hour: i64,
    bytes: u64,
    last: EventTime,
) -> Finding {
    let subject = Subject::Host(host);
    let print = identity(&source.tenant, &subject, FindingKind::Behaviour).text(&peer.ip.to_string());
    let origin = Origin {
        tenant: source.tenant.clone(),
        device: source.device.clone(),
        vendor: scene.vendor(source),
        function: Function::Firewall,
    };
    let id = FindingId(print.number(i128::from(hour)).finish());
    Finding {
        first: EventTime::from_seconds(hour.saturating_mul(HOUR)),
        disposition: Disposition::Allowed,
        direction: Direction::Outbound,
        host: Some(scene.host(&source.tenant, host)),
        peers: vec![peer],
        what: Some(Unusual::Upload.as_str().to_owned()),
        bytes_out: Some(bytes),
        technique: Some("T1048".to_owned()),
        ..plain(&origin, subject, FindingKind::Behaviour, id, last)
    }
}
