//! Coalesces what the lines of one batch show: one finding for one thing, with exact counts and a few sample lines.
//!
//! Order and repeats of lines change nothing: counts are of different lines, lists keep the smallest values at their
//! bounds, and samples are the first and the last by time and identity. Memory is bounded by the batch that is read.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hinomi_model::{
    Class, Delivery, DeviceId, Direction, Disposition, Event, EventTime, Evidence, Finding, FindingId,
    FindingKind, Fingerprint, Function, Host, Indicator, Locator, Payload, Peer, Posture, SessionKey,
    Signature, Subject, TenantId, Vendor,
};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};

use crate::subject::Placed;
use crate::text::{cut, is_blank};
use crate::verdict::Verdict;

/// Sample lines kept at each end; together [`Finding::MAX_EVIDENCE`].
const SAMPLES: usize = Finding::MAX_EVIDENCE / 2;

/// Longest user name; longer ones are an attacker's.
const MAX_USER_BYTES: usize = 128;

/// Longest "what" of an evidence line.
const MAX_WHAT_BYTES: usize = 256;

/// Findings in the making.
#[derive(Debug, Default)]
pub(crate) struct Coalescer {
    gathered: FxHashMap<Key, Gathering>,
}

/// What one finding has in common. Device and function are part of it: a finding names one of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    subject: Subject,
    kind: FindingKind,
    class: Class,
    signature: Option<Signature>,
    disposition: Disposition,
    direction: Direction,
    payload: Payload,
    host: Option<IpAddr>,
    relay: Option<IpAddr>,
    delivery: Option<Delivery>,
    technique: Option<&'static str>,
    pivot: String,
    device: DeviceId,
    function: Function,
    vendor: Vendor,
    posture: Posture,
}

#[derive(Debug)]
struct Gathering {
    lines: FxHashSet<u128>,
    count: u64,
    first: EventTime,
    last: EventTime,
    received: EventTime,
    host: Option<Host>,
    peers: BTreeSet<Peer>,
    users: BTreeSet<String>,
    indicators: BTreeSet<Indicator>,
    /// What it is about stays first, whatever else is known.
    main: Option<Indicator>,
    sessions: BTreeSet<SessionKey>,
    unsettled: bool,
    instants: BTreeSet<EventTime>,
    what: Option<String>,
    head: Vec<Sample>,
    tail: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sample {
    time: EventTime,
    line: u128,
    evidence: Evidence,
}

/// One line's part in a finding.
pub(crate) struct Part<'p, 'e> {
    pub(crate) event: &'p Event<'e>,
    pub(crate) verdict: &'p Verdict<'p>,
    pub(crate) placed: &'p Placed,
    pub(crate) line: u128,
    /// When it happened, by the time that all copies of the line agree in.
    pub(crate) time: EventTime,
    pub(crate) session: Option<SessionKey>,
    pub(crate) locator: Option<&'p Locator>,
}

impl Coalescer {
    /// Adds one line to the finding of its kind and subject, and to the copy when there is one.
    pub(crate) fn add(&mut self, part: &Part<'_, '_>) {
        let mut key = part.key();
        if let Some(copy) = &part.placed.copy {
            self.gather(Key { subject: copy.clone(), ..key.clone() }, part);
        }
        key.subject = part.placed.subject.clone();
        self.gather(key, part);
    }

    fn gather(&mut self, key: Key, part: &Part<'_, '_>) {
        self.gathered.entry(key).or_insert_with(|| Gathering::new(part)).add(part);
    }

    /// Returns the findings, by first time and id, and starts anew.
    pub(crate) fn take(&mut self) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            self.gathered.drain().map(|(key, gathering)| gathering.finish(key)).collect();
        findings.sort_by_key(|finding| (finding.first, finding.id));
        findings
    }
}

impl Part<'_, '_> {
    fn key(&self) -> Key {
        let (event, placed) = (self.event, self.placed);
        Key {
            tenant: event.tenant.id().clone(),
            subject: placed.subject.clone(),
            kind: placed.kind,
            class: self.verdict.class,
            signature: self.verdict.signature.clone(),
            disposition: event.disposition,
            direction: placed.direction,
            payload: placed.payload,
            host: placed.host.as_ref().map(|host| host.ip),
            relay: placed.relay,
            delivery: placed.delivery,
            technique: placed.technique,
            pivot: placed.pivot.clone(),
            device: DeviceId::new(event.identity()),
            function: event.function,
            vendor: event.vendor,
            posture: event.posture,
        }
    }
}

/// Makes an event's line evidence.
pub fn evidence(event: &Event<'_>, locator: Option<&Locator>) -> Evidence {
    let short = |text: &Option<hinomi_model::Text<'_>>| {
        text.as_deref().filter(|t| !is_blank(t)).map(|t| cut(t, MAX_WHAT_BYTES).to_owned())
    };
    let said = [
        &event.signature,
        &event.malware,
        &event.url,
        &event.domain,
        &event.app,
        &event.user,
        &event.message,
    ];
    Evidence {
        time: event.time,
        received: event.received,
        sha256: digest(event.raw),
        device: event.device.clone().into_owned(),
        function: event.function,
        disposition: event.disposition,
        session_id: short(&event.session_id),
        policy: short(&event.policy).or_else(|| short(&event.rule)),
        src_ip: event.src_ip,
        dst_ip: event.dst_ip,
        dst_port: event.dst_port,
        what: said.into_iter().find_map(short),
        locator: locator.cloned(),
        raw: cut(event.raw, Finding::MAX_RAW_BYTES).to_owned(),
    }
}

impl Gathering {
    fn new(part: &Part<'_, '_>) -> Self {
        Gathering {
            lines: FxHashSet::default(),
            count: 0,
            first: part.time,
            last: part.time,
            received: part.event.received,
            host: None,
            peers: BTreeSet::new(),
            users: BTreeSet::new(),
            indicators: BTreeSet::new(),
            main: None,
            sessions: BTreeSet::new(),
            unsettled: false,
            instants: BTreeSet::new(),
            what: None,
            head: Vec::new(),
            tail: Vec::new(),
        }
    }

    fn add(&mut self, part: &Part<'_, '_>) {
        let (event, verdict, placed) = (part.event, part.verdict, part.placed);
        if !self.lines.insert(part.line) {
            self.repeat(part);
            return;
        }
        self.count = self.count.saturating_add(event.count.max(1));
        self.first = self.first.min(part.time);
        self.last = self.last.max(part.time);
        self.received = self.received.min(event.received);
        self.host = match (self.host.take(), &placed.host) {
            // Of two names the smaller stays; a name is better than none.
            (Some(own), Some(host))
                if (own.name.is_none(), &own.name) <= (host.name.is_none(), &host.name) =>
            {
                Some(own)
            }
            (own, host) => host.clone().or(own),
        };
        self.peers.extend(placed.peer);
        let user = event
            .user
            .as_deref()
            .filter(|user| !is_blank(user))
            .map(|user| cut(user, MAX_USER_BYTES).to_owned());
        insert(&mut self.users, user, Finding::MAX_NAMES);
        insert(&mut self.indicators, verdict.indicators.iter().cloned(), Finding::MAX_NAMES);
        let main = verdict.indicators.first().cloned();
        self.main = [self.main.take(), main].into_iter().flatten().min();
        self.unsettled |= part.session.is_none();
        self.sessions.extend(part.session);
        if self.sessions.len() > Finding::MAX_SESSIONS {
            self.sessions.pop_last();
            self.unsettled = true;
        }
        insert(&mut self.instants, [part.time], Finding::MAX_INSTANTS);
        self.what =
            [self.what.take(), verdict.what.as_deref().map(str::to_owned)].into_iter().flatten().min();
        self.sample(part);
    }

    /// Takes another copy of a line: of several the one that came first is shown, of those that came together the
    /// smallest, whichever is read first.
    fn repeat(&mut self, part: &Part<'_, '_>) {
        let (event, line) = (part.event, part.line);
        self.received = self.received.min(event.received);
        let rank = |evidence: &Evidence| (evidence.received, evidence.time, evidence.raw.clone());
        for sample in self.head.iter_mut().chain(&mut self.tail).filter(|sample| sample.line == line) {
            let copy = evidence(event, part.locator);
            if rank(&copy) < rank(&sample.evidence) {
                sample.evidence = copy;
            }
        }
    }

    /// Keeps the line when it is among the first or the last.
    fn sample(&mut self, part: &Part<'_, '_>) {
        let place = (part.time, part.line);
        let order = |sample: &Sample| (sample.time, sample.line);
        let is_head = self.head.len() < SAMPLES || self.head.last().is_some_and(|last| place < order(last));
        let is_tail =
            self.tail.len() < SAMPLES || self.tail.first().is_some_and(|first| place > order(first));
        if !is_head && !is_tail {
            return;
        }
        let sample = Sample { time: place.0, line: place.1, evidence: evidence(part.event, part.locator) };
        if is_head {
            self.head.push(sample.clone());
            self.head.sort();
            self.head.truncate(SAMPLES);
        }
        if is_tail {
            self.tail.push(sample);
            self.tail.sort();
            let over = self.tail.len().saturating_sub(SAMPLES);
            self.tail.drain(..over);
        }
    }

    fn finish(self, key: Key) -> Finding {
        let mut lines: Vec<u128> = self.lines.into_iter().collect();
        lines.sort_unstable();
        let mut samples = self.head;
        samples.extend(self.tail);
        samples.sort();
        samples.dedup_by_key(|sample| sample.line);
        let different = self.peers.len();
        let mut indicators: Vec<Indicator> = self.indicators.into_iter().collect();
        if let Some(main) = self.main {
            indicators.retain(|indicator| *indicator != main);
            indicators.insert(0, main);
            indicators.truncate(Finding::MAX_NAMES);
        }
        Finding {
            id: finding_id(&key.tenant, &key.subject, key.kind, &lines),
            tenant: key.tenant,
            subject: key.subject,
            kind: key.kind,
            class: key.class,
            disposition: key.disposition,
            direction: key.direction,
            payload: key.payload,
            first: self.first,
            last: self.last,
            received: self.received,
            count: self.count,
            function: key.function,
            vendor: key.vendor,
            device: key.device,
            posture: key.posture,
            host: self.host,
            relay: key.relay,
            peers: self.peers.into_iter().take(Finding::MAX_PEERS).collect(),
            peer_count: if different > Finding::MAX_PEERS { different as u64 } else { 0 },
            signature: key.signature,
            families: Vec::new(),
            delivery: key.delivery,
            indicators,
            sessions: self.sessions.into_iter().collect(),
            unsettled: self.unsettled,
            users: self.users.into_iter().collect(),
            instants: self.instants.into_iter().collect(),
            what: self.what,
            bytes_in: None,
            bytes_out: None,
            technique: key.technique.map(str::to_owned),
            health: None,
            habit: None,
            evidence: samples.into_iter().map(|sample| sample.evidence).collect(),
        }
    }
}

/// Puts values into a set that keeps the smallest `most`.
fn insert<T: Ord>(set: &mut BTreeSet<T>, values: impl IntoIterator<Item = T>, most: usize) {
    set.extend(values);
    while set.len() > most {
        set.pop_last();
    }
}

fn digest(raw: &str) -> String {
    let digest = Sha256::digest(raw.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.extend([byte >> 4, byte & 15].map(|nibble| char::from_digit(nibble.into(), 16).unwrap_or('0')));
        hex
    })
}

/// Returns the identity of what some lines show about somebody.
pub(crate) fn finding_id(
    tenant: &TenantId,
    subject: &Subject,
    kind: FindingKind,
    lines: &[u128],
) -> FindingId {
    let print = about(Fingerprint::new("finding").text(tenant.as_str()), subject).text(kind.as_str());
    let bytes: Vec<u8> = lines.iter().flat_map(|line| line.to_be_bytes()).collect();
    FindingId(print.bytes(&bytes).finish())
}

/// Adds a subject to a fingerprint.
pub(crate) fn about(print: Fingerprint, subject: &Subject) -> Fingerprint {
    match subject {
        Subject::Host(ip) => print.text("host").text(&ip.to_string()),
        Subject::Source(ip, day) => print.text("source").text(&ip.to_string()).number(day.0.into()),
        Subject::Relayed(ip, indicator) => print.text("relayed").text(&ip.to_string()).text(indicator),
        Subject::Device(device) => print.text("device").text(device.as_str()),
        Subject::Health(device, problem) => print.text("health").text(device.as_str()).text(problem.as_str()),
    }
}
