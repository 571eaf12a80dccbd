//! Whom a verdict is about: the subject, the host, the other sides.
//!
//! The grouping rules of the service, exactly: what an inside host does or suffers unstopped is about the host; what
//! was stopped from outside, scans and guessing are about the source and its UTC day; what came through a relay whose
//! client nobody names is about the relay and the indicator; the appliance is about itself. Nothing here reads the
//! vendor's words.

use std::net::IpAddr;

use hinomi_model::{
    Delivery, DeviceId, Direction, Disposition, Event, FindingKind as K, Function, Host, Payload, Peer, Role,
    Subject,
};

use crate::sides::Sides;
use crate::tables::techniques;
use crate::text::{begins, cut};
use crate::verdict::Verdict;

/// Ports of mail between servers and from clients.
const MAIL_PORTS: [u16; 3] = [25, 465, 587];
const DNS_PORT: u16 = 53;

/// Longest indicator in a subject; it becomes part of keys.
const MAX_SUBJECT_BYTES: usize = 256;

/// Longest name of a host.
const MAX_HOST_NAME_BYTES: usize = 128;

/// Where a verdict belongs.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) kind: K,
    pub(crate) subject: Subject,
    /// The same content is kept for this subject too.
    pub(crate) copy: Option<Subject>,
    pub(crate) host: Option<Host>,
    pub(crate) relay: Option<IpAddr>,
    pub(crate) peer: Option<Peer>,
    pub(crate) direction: Direction,
    pub(crate) payload: Payload,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) technique: Option<&'static str>,
    /// What keeps findings of one subject and kind apart: the single attacker, the indicator, the file.
    pub(crate) pivot: String,
}

/// Tells whether an event is about mail on its way to or between servers.
pub(crate) fn is_mail(event: &Event<'_>) -> bool {
    let smtp =
        |name: &Option<hinomi_model::Text<'_>>| name.as_deref().is_some_and(|name| begins(name, "smtp"));
    smtp(&event.app) || smtp(&event.service) || event.dst_port.is_some_and(|port| MAIL_PORTS.contains(&port))
}

/// Finds whom a verdict is about; `None` when the event names nobody it could be about.
pub(crate) fn place(event: &Event<'_>, sides: &Sides, verdict: &Verdict<'_>) -> Option<Placed> {
    let place = Place { event, sides, verdict };
    match verdict.kind {
        K::DeviceIntegrity | K::DeviceCc | K::DeviceOverload => Some(place.device()),
        K::Scan | K::BruteForce | K::DenialOfService => place.pressure(),
        K::Exploit | K::WebShell => place.attack(),
        K::CcPayload | K::CcContact => place.command(),
        K::Malware
        | K::MalwareGuess
        | K::TestFile
        | K::Unscannable
        | K::SandboxMalicious
        | K::SandboxClean => place.file(),
        K::UnwantedSoftware if event.function != Function::Webfilter => place.file(),
        _ => place.act(),
    }
}

/// Who stands behind an inside address.
enum Behind {
    /// The machine itself, or a client that the log names.
    Host(Host),
    /// A relay; nobody says for whom.
    Relay(Host),
}

struct Place<'p, 'e> {
    event: &'p Event<'e>,
    sides: &'p Sides,
    verdict: &'p Verdict<'p>,
}

impl Place<'_, '_> {
    fn placed(&self, subject: Subject, host: Option<Host>, direction: Direction) -> Placed {
        Placed {
            kind: self.verdict.kind,
            subject,
            copy: None,
            host,
            relay: None,
            peer: None,
            direction,
            payload: self.sides.payload,
            delivery: None,
            technique: self.verdict.technique,
            pivot: String::new(),
        }
    }

    fn source(&self, ip: IpAddr) -> Subject {
        Subject::Source(ip, self.event.time.day())
    }

    fn host(&self, ip: IpAddr) -> Host {
        let role = self.event.tenant.role(ip);
        let name = self
            .event
            .host
            .as_deref()
            .filter(|_| Some(ip) == self.sides.initiator || Some(ip) == self.event.client_ip);
        Host { ip, name: name.map(|name| cut(name, MAX_HOST_NAME_BYTES).to_owned()), role }
    }

    fn about(&self) -> String {
        let indicator = self.verdict.indicators.first().map(|indicator| indicator.value.as_str());
        let signature = || self.verdict.signature.as_ref().map(|signature| signature.name.as_str());
        let about = indicator.or_else(signature).or(self.verdict.what.as_deref());
        cut(about.unwrap_or("unknown"), MAX_SUBJECT_BYTES).to_owned()
    }

    /// Rule "Host": behind a resolver, proxy, mail gateway or NAT it is the client that the log names.
    fn behind(&self, ip: IpAddr) -> Behind {
        let role = self.event.tenant.role(ip);
        let for_others = match role {
            Role::Proxy | Role::Nat => true,
            Role::Resolver => self.is_look_up(),
            // What a mail server's own programs say to a C&C server is its own.
            Role::Mail => self.verdict.kind != K::CcPayload,
            _ => false,
        };
        if let Some(client) =
            self.event.client_ip.filter(|client| *client != ip && self.event.tenant.is_inside(*client))
        {
            return Behind::Host(self.host(client));
        }
        if for_others { Behind::Relay(self.host(ip)) } else { Behind::Host(self.host(ip)) }
    }

    fn is_look_up(&self) -> bool {
        self.verdict.look_up || self.event.function == Function::Dns || self.event.dst_port == Some(DNS_PORT)
    }

    /// Puts something an inside machine did on the machine, its client or, unnamed, the relay.
    fn done_by(&self, ip: IpAddr, direction: Direction) -> Placed {
        match self.behind(ip) {
            Behind::Host(host) => self.placed(Subject::Host(host.ip), Some(host), direction),
            Behind::Relay(host) => {
                let relay = host.ip;
                let mut placed = self.placed(Subject::Relayed(relay, self.about()), Some(host), direction);
                placed.relay = Some(relay);
                placed
            }
        }
    }

    fn responder_peer(&self) -> Option<Peer> {
        self.sides.responder.map(|ip| Peer { ip, port: self.event.dst_port })
    }

    fn device(&self) -> Placed {
        let direction = Direction::Outbound;
        let mut placed = self.placed(Subject::Device(DeviceId::new(self.event.identity())), None, direction);
        placed.peer = self.responder_peer().filter(|_| self.verdict.kind == K::DeviceCc);
        placed
    }

    /// Scans, floods, guessing: whoever opens the sessions does it.
    fn pressure(&self) -> Option<Placed> {
        let sides = self.sides;
        let target = sides.responder.filter(|_| sides.responder_inside);
        let direction = sides.session_direction();
        if let Some(from) = sides.initiator.filter(|_| sides.initiator_inside) {
            let mut placed = self.done_by(from, direction);
            placed.peer = self.responder_peer();
            placed.payload = Payload::Initiator;
            if self.verdict.kind == K::Scan {
                placed.technique = Some(techniques::SCAN_INSIDE);
            }
            return Some(placed);
        }
        let mut placed = match (sides.initiator, target) {
            // A forged source is nobody: the target is what matters.
            (from, Some(target)) if self.verdict.forged || from.is_none() => {
                self.placed(Subject::Host(target), Some(self.host(target)), Direction::Inbound)
            }
            (Some(from), target) => {
                let mut placed = self.placed(self.source(from), target.map(|ip| self.host(ip)), direction);
                placed.pivot = from.to_string();
                placed
            }
            (None, _) => return None,
        };
        placed.payload = Payload::Initiator;
        placed.peer = sides.initiator.map(|ip| Peer { ip, port: self.event.dst_port });
        Some(placed)
    }

    fn attack(&self) -> Option<Placed> {
        match self.sides.payload {
            Payload::Initiator => self.attack_on_server(),
            Payload::Responder => self.attack_on_client(),
        }
    }

    fn attack_on_server(&self) -> Option<Placed> {
        let sides = self.sides;
        let direction = sides.session_direction();
        let from = sides.initiator?;
        if sides.initiator_inside {
            let mut placed = self.done_by(from, direction);
            placed.peer = self.responder_peer();
            if direction == Direction::Internal && placed.technique == Some(techniques::EXPLOIT_SERVER) {
                placed.technique = Some(techniques::EXPLOIT_LATERAL);
            }
            return Some(placed);
        }
        // Where nobody knows which end is inside, the attacked end is what the appliance protects.
        let target = sides.responder.map(|ip| self.host(ip));
        let stopped = self.event.disposition == Disposition::Blocked;
        let day = self.source(from);
        let mut placed = match target {
            Some(host) if !stopped => {
                let mut placed = self.placed(Subject::Host(host.ip), Some(host), direction);
                placed.copy = Some(day);
                placed
            }
            target => self.placed(day, target, direction),
        };
        placed.peer = Some(Peer { ip: from, port: self.event.dst_port });
        placed.pivot = from.to_string();
        Some(placed)
    }

    /// The payload came back to the one that asked: a lured client, or our server serving an exploit.
    fn attack_on_client(&self) -> Option<Placed> {
        let sides = self.sides;
        let victim = sides.initiator?;
        let server = sides.responder;
        let relayed = server.is_some_and(|ip| self.event.tenant.role(ip).is_relay());
        if let Some(server) = server.filter(|_| sides.responder_inside && !relayed) {
            // An inside server that serves exploits is the attacker, whoever asks.
            let mut placed =
                self.placed(Subject::Host(server), Some(self.host(server)), sides.payload_direction());
            placed.peer = Some(Peer { ip: victim, port: None });
            return Some(placed);
        }
        let mut placed = self.done_by(victim, Direction::Inbound);
        placed.peer = self.responder_peer();
        placed.pivot = server.map(|ip| ip.to_string()).unwrap_or_default();
        Some(placed)
    }

    /// Rule 5: C&C is outward. The same from outside is somebody's search.
    fn command(&self) -> Option<Placed> {
        let sides = self.sides;
        let from = sides.initiator?;
        if !sides.initiator_inside {
            let host = sides.responder.filter(|_| sides.responder_inside).map(|ip| self.host(ip));
            let mut placed = self.placed(self.source(from), host, sides.session_direction());
            placed.kind = K::CcSearch;
            placed.payload = Payload::Initiator;
            placed.technique = Some(techniques::SCANNER);
            placed.peer = Some(Peer { ip: from, port: self.event.dst_port });
            placed.pivot = from.to_string();
            return Some(placed);
        }
        // A look-up goes to a name, wherever the name server stands.
        let through = sides.responder.is_some_and(|ip| self.event.tenant.role(ip).is_relay());
        let direction = match sides.session_direction() {
            Direction::Internal if self.is_look_up() || through || self.verdict.kind == K::CcContact => {
                Direction::Outbound
            }
            direction => direction,
        };
        let mut placed = self.done_by(from, direction);
        placed.payload = Payload::Initiator;
        if !self.is_look_up() {
            placed.peer = self.responder_peer();
        }
        placed.pivot = match self.verdict.indicators.first() {
            Some(indicator) => cut(&indicator.value, MAX_SUBJECT_BYTES).to_owned(),
            None => sides.responder.map(|ip| ip.to_string()).unwrap_or_default(),
        };
        Some(placed)
    }

    /// Files are about who got them; an inside machine that sends one is its source.
    fn file(&self) -> Option<Placed> {
        let sides = self.sides;
        let upload = sides.payload == Payload::Initiator;
        let (sender, receiver) = match upload {
            true => (sides.initiator, sides.responder),
            false => (sides.responder, sides.initiator),
        };
        let (sender_inside, receiver_inside) = match upload {
            true => (sides.initiator_inside, sides.responder_inside),
            false => (sides.responder_inside, sides.initiator_inside),
        };
        let role = |ip: Option<IpAddr>| ip.map_or(Role::Client, |ip| self.event.tenant.role(ip));
        let mail = is_mail(self.event);
        let from_relay = role(sender).is_relay();
        let direction = match sides.payload_direction() {
            // What a proxy or mail gateway hands on comes from outside.
            Direction::Internal if from_relay => Direction::Inbound,
            direction => direction,
        };
        let mut placed = match (sender, receiver) {
            (Some(sender), _) if sender_inside && upload && !(from_relay && receiver_inside) => {
                self.done_by(sender, direction)
            }
            (_, Some(receiver)) if mail && upload => {
                let mut host = self.host(receiver);
                if host.role == Role::Client {
                    host.role = Role::Mail;
                }
                self.placed(Subject::Host(receiver), Some(host), direction)
            }
            (_, Some(receiver)) if receiver_inside || !sender_inside => self.done_by(receiver, direction),
            (Some(sender), _) => self.done_by(sender, direction),
            (None, _) => return None,
        };
        let to_relay = mail || placed.relay.is_some();
        placed.delivery = Some(if to_relay { Delivery::ToRelay } else { Delivery::ToHost });
        let own = placed.host.as_ref().map(|host| host.ip);
        placed.peer = match own == sides.responder {
            true => sides.initiator.map(|ip| Peer { ip, port: None }),
            false => self.responder_peer(),
        };
        placed.pivot = self.about();
        Some(placed)
    }

    /// Everything a client does: sites, applications, sinkholes.
    fn act(&self) -> Option<Placed> {
        let sides = self.sides;
        let from = sides.initiator?;
        let lone = !sides.initiator_inside && !sides.responder_inside;
        // Between two outside addresses a visit is still somebody's whom the appliance serves; traffic from outside to
        // a server of ours is nobody's act here.
        if !sides.initiator_inside && !lone {
            return None;
        }
        let mut placed = self.done_by(from, Direction::Outbound);
        placed.payload = Payload::Initiator;
        if !self.is_look_up() {
            placed.peer = self.responder_peer();
        }
        Some(placed)
    }
}
