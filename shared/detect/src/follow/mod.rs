//! Facts read against open questions: what one record cannot know.
//!
//! | file | question | finding |
//! |---|---|---|
//! | `sessions` | did the attacked server answer in that session? | `SessionFailed`, `SessionAnswered` |
//! | `callback` | did it then open a session to the attacker? | `Callback`, `OtherContact` |
//! | `fanout` | to how many hosts did this one speak on one port? | `FanOut` |
//! | `logins` | did the guessing succeed? | `PasswordRun`, `PasswordFailures`, `PasswordTakeover`, `PasswordPerson` |
//! | `campaign` | how many did this source attack, in how many ways? | `Campaign`, `InCampaign` |
//! | `clients` | who stands behind the resolver? | `CcContact` of the client, `ClientNamed` |
//! | `overload` | does a flood exhaust the appliance? | `DeviceOverload` of the flood's subject |
//! | `uploads` | does a host send much to a new place at night? | `Behaviour` |
//!
//! Facts hold no lines. What follows from one names its line's place in the archive as evidence, and whoever runs
//! `follow` fetches the line ([`hinomi_model::Evidence::is_pending`]).
//!
//! Facts and questions are both kept for their windows, so that it does not matter which arrives first. Ids are
//! fingerprints of the question and the fact, so a repeat is the same finding; sums and unions over the findings do
//! not depend on how the input was cut into steps.

mod callback;
mod campaign;
mod carried;
mod clients;
mod fanout;
mod kept;
mod logins;
mod missed;
mod overload;
mod proof;
mod sessions;
mod uploads;
pub(crate) mod wire;

use std::net::IpAddr;

use hinomi_model::registry::Registry;
use hinomi_model::{
    Class, ClockReading, DeviceId, Direction, Disposition, EventTime, Fact, FactBatch, FactSource, Finding,
    FindingId, FindingKind, Fingerprint, Function, Host, Payload, Posture, Role, Seconds, Settings, Subject,
    TenantId, Vendor,
};
use rustc_hash::FxHashMap;

use crate::appliance;
use crate::coalesce::about;
use wire::{In, Out, Wire};

pub use missed::Missed;

/// Durations are whole seconds: a session may seem to begin this long before its cause.
const CLOCK_SLACK: Seconds = 1;

/// How often what is out of its window is dropped, in event time.
const SWEEP: Seconds = 60;

/// Findings remembered so that they are not said twice. Beyond, all are forgotten and repeats go out again, which
/// changes nothing for who joins them by id.
const MAX_SAID: usize = 1 << 18;

/// How often the older half is forgotten to make what is remembered fit: until of the largest state nothing is left.
const MAX_SHEDS: usize = 20;

/// How long a finding is remembered as said.
const SAID: Seconds = 2 * 86_400;

/// Readings of clocks, which have a place in what is written and are read by whoever watches the appliances.
type Clocks = FxHashMap<FactSource, std::collections::BTreeMap<i64, ClockReading>>;

/// Reads facts against open questions, step by step in event time.
#[derive(Debug)]
pub struct Follow {
    settings: Settings,
    sessions: sessions::Sessions,
    callbacks: callback::Callbacks,
    fans: fanout::Fans,
    logins: logins::Logins,
    campaigns: campaign::Campaigns,
    clients: clients::Clients,
    overloads: overload::Overloads,
    uploads: uploads::Uploads,
    objects: proof::Objects,
    /// Not part of what is written: whoever asks questions reads again what they missed before it writes anything.
    missed: Missed,
    said: FxHashMap<FindingId, EventTime>,
    swept: Option<EventTime>,
    clock: EventTime,
}

/// What every question may look at.
struct Scene<'s> {
    settings: &'s Settings,
    registry: &'s Registry,
    objects: &'s proof::Objects,
    /// How far event time has come in what is being read; it goes back where the input does.
    now: EventTime,
    /// How far event time had ever come: when whatever comes now came.
    clock: EventTime,
}

impl Follow {
    /// The version of what [`encode`](Self::encode) writes; no other is read.
    pub const MEMORY_VERSION: u8 = wire::VERSION;
    /// Outgoing sessions that are remembered for call-backs, at most. Beyond, those that came first are forgotten.
    pub const MOST_OPENED: usize = callback::MAX_OPENED;

    /// Makes a follower that knows nothing yet.
    pub fn new(settings: Settings) -> Self {
        Follow {
            settings,
            sessions: sessions::Sessions::default(),
            callbacks: callback::Callbacks::default(),
            fans: fanout::Fans::default(),
            logins: logins::Logins::default(),
            campaigns: campaign::Campaigns::default(),
            clients: clients::Clients::default(),
            overloads: overload::Overloads::default(),
            uploads: uploads::Uploads::default(),
            objects: proof::Objects::default(),
            missed: Missed::default(),
            said: FxHashMap::default(),
            swept: None,
            clock: EventTime::EPOCH,
        }
    }

    /// Tells whether a finding leaves a question open that facts can answer. [`step`](Self::step) makes nothing of
    /// others, so whoever keeps findings for it can leave them out.
    pub fn hears(finding: &Finding) -> bool {
        is_open_attack(finding) || clients::concerns(finding) || overload::concerns(finding)
    }

    /// Takes in the facts and findings of one step and returns what follows from them, by first time and id.
    ///
    /// Facts and findings may come in any order and more than once. `now` is how far event time has come; what is told
    /// only when nothing can change it any more (a few failed log-ins, a person's success) waits for it, so a replay
    /// ends with one step without facts and a `now` of two hours after the last event.
    pub fn step(
        &mut self,
        facts: &FactBatch,
        findings: &[Finding],
        registry: &Registry,
        now: EventTime,
    ) -> Vec<Finding> {
        self.clock = self.clock.max(now);
        let clock = self.clock;
        let places = self.objects.of(facts, clock);
        let scene = Scene { settings: &self.settings, registry, objects: &self.objects, now, clock };
        let mut out = Vec::new();
        for finding in findings.iter().filter(|finding| Follow::hears(finding)) {
            self.sessions.ask(&scene, finding, &mut self.missed, &mut out);
            self.callbacks.ask(&scene, finding, &mut self.missed, &mut out);
            self.campaigns.hit(finding);
            self.clients.hear(&scene, finding, &mut out);
            self.overloads.hear(&scene, finding, &mut out);
        }
        // In order of time, so that "once" means the first.
        let mut order: Vec<usize> = (0..facts.sessions.len()).collect();
        order.sort_by_key(|index| facts.sessions.get(*index).map(|fact| (fact.began, fact.time)));
        for fact in order.into_iter().filter_map(|index| facts.sessions.get(index)) {
            let Some(source) = facts.sources.get(fact.source as usize) else { continue };
            let fact = &Fact { place: places.translate(fact.place), ..*fact };
            self.sessions.learn(&scene, source, fact, &mut out);
            self.callbacks.learn(&scene, source, fact, &mut out);
            self.fans.learn(&scene, source, fact);
            self.uploads.learn(&scene, source, fact);
        }
        self.fans.tell(&scene, &mut out);
        self.uploads.tell(&scene, &mut out);
        for login in &facts.logins {
            let Some(source) = facts.sources.get(login.source as usize) else { continue };
            self.logins.learn(clock, source, login, places.translate(login.place));
        }
        let due = self.swept.is_none_or(|swept| now.since(swept) >= SWEEP);
        self.logins.tell(&scene, due, &mut out);
        self.campaigns.tell(&self.settings, &mut out);
        self.say_once(&mut out, now);
        if due {
            self.sweep(now);
        }
        out
    }

    /// Returns what questions since the last call asked about and facts were no longer remembered of, if anything.
    pub fn take_missed(&mut self) -> Missed {
        std::mem::take(&mut self.missed)
    }

    /// Holds facts that were taken in before against the open questions, where they were missed, and returns what follows
    /// from it. Nothing of them counts again: what [`step`](Self::step) found is not said twice.
    pub fn recall(
        &mut self,
        facts: &FactBatch,
        missed: &Missed,
        registry: &Registry,
        now: EventTime,
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        let concerned = |fact: &&Fact| {
            facts.sources.get(fact.source as usize).is_some_and(|source| missed.concerns(source, fact))
        };
        let concerned: Vec<&Fact> = facts.sessions.iter().filter(concerned).collect();
        if concerned.is_empty() {
            return out;
        }
        let places = self.objects.of(facts, self.clock);
        let (settings, objects) = (&self.settings, &self.objects);
        let scene = Scene { settings, registry, objects, now, clock: self.clock };
        for fact in concerned {
            let Some(source) = facts.sources.get(fact.source as usize) else { continue };
            let fact = &Fact { place: places.translate(fact.place), ..*fact };
            self.sessions.recall(&scene, source, fact, &mut out);
            self.callbacks.recall(&scene, source, fact, &mut out);
        }
        self.say_once(&mut out, now);
        out
    }

    /// Orders findings, and leaves out those that were said.
    fn say_once(&mut self, out: &mut Vec<Finding>, now: EventTime) {
        out.sort_by_key(|finding| (finding.first, finding.id));
        out.dedup_by_key(|finding| finding.id);
        if self.said.len() > MAX_SAID {
            self.said.clear();
        }
        out.retain(|finding| self.said.insert(finding.id, now).is_none());
    }

    fn sweep(&mut self, now: EventTime) {
        self.swept = Some(now);
        let settings = &self.settings;
        let window = settings.callback_window.saturating_add(settings.session_window);
        self.sessions.sweep(now.plus(-window));
        self.callbacks.sweep(now.plus(-window));
        self.fans.sweep(now.plus(-window));
        self.logins.sweep(settings, now);
        self.campaigns.sweep(now.plus(-settings.lateness));
        self.clients.sweep(now.plus(-2 * settings.cc_window));
        self.overloads.sweep(now.plus(-window));
        self.uploads.sweep(now);
        self.said.retain(|_, said| now.since(*said) < SAID);
        // The log-ins are remembered longest.
        let longest = settings.run_success.saturating_add(settings.run_window).saturating_add(window);
        self.objects.sweep(self.clock.plus(-longest));
    }

    /// Writes everything that is remembered, in at most so many bytes. The same memory gives bytes that remember the
    /// same.
    ///
    /// Where it would be more, the older half of the questions and facts is forgotten, as often as it takes: what was
    /// asked then stays open, which errs towards telling.
    pub fn encode(&mut self, most_bytes: usize) -> Vec<u8> {
        let mut bytes = self.encoded();
        for _ in 0..MAX_SHEDS {
            if bytes.len() <= most_bytes {
                break;
            }
            self.shed();
            bytes = self.encoded();
        }
        bytes
    }

    fn encoded(&self) -> Vec<u8> {
        let mut out = Out::default();
        self.sessions.put(&mut out);
        self.callbacks.put(&mut out);
        self.fans.put(&mut out);
        self.logins.put(&mut out);
        self.campaigns.put(&mut out);
        self.clients.put(&mut out);
        self.overloads.put(&mut out);
        self.uploads.put(&mut out);
        Clocks::default().put(&mut out);
        self.objects.put(&mut out);
        self.said.put(&mut out);
        self.swept.put(&mut out);
        self.clock.put(&mut out);
        out.finish(wire::VERSION)
    }

    fn shed(&mut self) {
        self.sessions.shed();
        self.callbacks.shed();
        self.campaigns.shed();
        self.clients.shed();
        self.overloads.shed();
    }

    /// Makes a follower that remembers what another one wrote; `None` for bytes of another version, or none of ours.
    /// The settings are today's.
    pub fn decode(bytes: &[u8], settings: Settings) -> Option<Self> {
        let mut input = In::new(bytes, wire::VERSION)?;
        let follow = Follow {
            settings,
            sessions: sessions::Sessions::get(&mut input)?,
            callbacks: callback::Callbacks::get(&mut input)?,
            fans: Wire::get(&mut input)?,
            logins: Wire::get(&mut input)?,
            campaigns: Wire::get(&mut input)?,
            clients: clients::Clients::get(&mut input)?,
            overloads: overload::Overloads::get(&mut input)?,
            uploads: Wire::get(&mut input)?,
            // Somebody else reads clocks now, and has learned from a few minutes what was known here.
            objects: <Clocks as Wire>::get(&mut input).and_then(|_| Wire::get(&mut input))?,
            missed: Missed::default(),
            said: Wire::get(&mut input)?,
            swept: Wire::get(&mut input)?,
            clock: Wire::get(&mut input)?,
        };
        input.is_at_end().then_some(follow)
    }
}

impl Scene<'_> {
    fn role(&self, tenant: &TenantId, ip: IpAddr) -> Role {
        self.registry.tenant(tenant).map_or(Role::Client, |tenant| tenant.role(ip))
    }

    fn host(&self, tenant: &TenantId, ip: IpAddr) -> Host {
        Host { ip, name: None, role: self.role(tenant, ip) }
    }

    fn is_inside(&self, tenant: &TenantId, ip: IpAddr) -> bool {
        self.registry.tenant(tenant).is_some_and(|tenant| tenant.is_inside(ip))
    }

    /// Returns who made the device that wrote a fact.
    fn vendor(&self, source: &FactSource) -> Vendor {
        appliance::vendor(self.registry, source)
    }
}

/// Whose finding, by which device.
pub(crate) struct Origin {
    pub(crate) tenant: TenantId,
    pub(crate) device: DeviceId,
    pub(crate) vendor: Vendor,
    pub(crate) function: Function,
}

/// Makes a finding that says nothing but who, what and when.
pub(crate) fn plain(
    origin: &Origin,
    subject: Subject,
    kind: FindingKind,
    id: FindingId,
    time: EventTime,
) -> Finding {
    Finding {
        id,
        tenant: origin.tenant.clone(),
        subject,
        kind,
        class: Class::Specific,
        disposition: Disposition::Unknown,
        direction: Direction::Inbound,
        payload: Payload::Initiator,
        first: time,
        last: time,
        received: time,
        count: 1,
        function: origin.function,
        vendor: origin.vendor,
        device: origin.device.clone(),
        posture: Posture::Inline,
        host: None,
        relay: None,
        peers: Vec::new(),
        peer_count: 0,
        signature: None,
        families: Vec::new(),
        delivery: None,
        indicators: Vec::new(),
        sessions: Vec::new(),
        unsettled: false,
        users: Vec::new(),
        instants: vec![time],
        what: None,
        bytes_in: None,
        bytes_out: None,
        technique: None,
        health: None,
        habit: None,
        evidence: Vec::new(),
    }
}

/// Makes the finding that answers a question: its posture, class and signature stay those of the question.
fn answer(
    question: &Finding,
    subject: Subject,
    kind: FindingKind,
    id: FindingId,
    time: EventTime,
) -> Finding {
    let origin = Origin {
        tenant: question.tenant.clone(),
        device: question.device.clone(),
        vendor: question.vendor,
        function: Function::Firewall,
    };
    Finding {
        class: question.class,
        posture: question.posture,
        direction: question.direction,
        payload: question.payload,
        host: question.host.clone(),
        signature: question.signature.clone(),
        received: question.received.max(time),
        ..plain(&origin, subject, kind, id, time)
    }
}

/// Starts the identity of a finding that follows from others.
fn identity(tenant: &TenantId, subject: &Subject, kind: FindingKind) -> Fingerprint {
    about(Fingerprint::new("follow").text(tenant.as_str()), subject).text(kind.as_str())
}

/// Tells whether a finding is an attack on an inside server that was not stopped, seen from the server.
fn is_open_attack(finding: &Finding) -> bool {
    let inbound = matches!(finding.direction, Direction::Inbound | Direction::External);
    matches!(finding.kind, FindingKind::Exploit | FindingKind::WebShell)
        && finding.disposition != Disposition::Blocked
        && finding.payload == Payload::Initiator
        && inbound
        && finding.host.is_some()
}

/// Returns from when on sessions of the attacked server matter, by the device's clock and by the collector's.
fn asked_from(question: &Finding) -> EventTime {
    question.first.min(question.received).plus(-CLOCK_SLACK)
}

/// Returns a question without what only the judge needs.
fn bare(finding: &Finding) -> Finding {
    Finding { evidence: Vec::new(), indicators: Vec::new(), users: Vec::new(), ..finding.clone() }
}
