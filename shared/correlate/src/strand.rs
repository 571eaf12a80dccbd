//! Strands: evidence of one kind about one thing, as a set that can be joined in any order.
//!
//! A [`Cell`] holds one strand's evidence of one hour. Joining two cells is a set union with named bounds; at a bound
//! the smallest values stay, so the join is commutative, associative and idempotent whatever arrives first. Counts
//! are exact while no more than [`Cell::MAX_TALLIES`] findings fell into the hour and say "at least" beyond.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::{
    Class, Condition, Delivery, Direction, Disposition, EventTime, Evidence, Finding, FindingId, FindingKind,
    Function, Habit, Health, Host, Indicator, Payload, Peer, Posture, SessionKey, Signature, Symptom,
};
use serde::{Deserialize, Serialize};

/// What makes two findings evidence of the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StrandKey {
    /// What it shows.
    pub kind: FindingKind,
    /// How much the signature says.
    pub class: Class,
    /// What became of it.
    pub disposition: Disposition,
    /// From whom to whom.
    pub direction: Direction,
    /// Which end sent it.
    pub payload: Payload,
    /// How a file travelled.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delivery: Option<Delivery>,
    /// The relay whose client is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relay: Option<IpAddr>,
    /// The attacker, for what is keyed by server and attacker.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attacker: Option<IpAddr>,
    /// How the appliance is, and what shows it; of health alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub turn: Option<(Condition, Symptom)>,
    /// The indicator, signature or file it is about; cut to [`StrandKey::MAX_ABOUT_BYTES`].
    pub about: String,
}

impl StrandKey {
    /// Longest `about`; two things that differ only beyond it would be counted as one, which errs towards fewer.
    pub const MAX_ABOUT_BYTES: usize = 256;

    /// Returns the strand that a finding belongs to.
    pub fn of(finding: &Finding) -> Self {
        StrandKey {
            kind: finding.kind,
            class: finding.class,
            disposition: finding.disposition,
            direction: finding.direction,
            payload: finding.payload,
            delivery: finding.delivery,
            relay: finding.relay,
            attacker: if keyed_by_attacker(finding) {
                finding.peers.first().map(|peer| peer.ip)
            } else {
                None
            },
            turn: finding.health.as_ref().map(|health| (health.condition, health.symptom)),
            about: cut(&about(finding), StrandKey::MAX_ABOUT_BYTES).to_owned(),
        }
    }
}

/// Rule 10: inbound attacks on a server are keyed by server and attacker.
fn keyed_by_attacker(finding: &Finding) -> bool {
    use FindingKind as K;
    match finding.kind {
        K::SessionFailed | K::SessionAnswered | K::InCampaign => true,
        K::Exploit | K::WebShell | K::BruteForce => {
            finding.payload == Payload::Initiator
                && matches!(finding.direction, Direction::Inbound | Direction::External)
        }
        _ => false,
    }
}

fn about(finding: &Finding) -> String {
    use FindingKind as K;
    let indicator = || finding.indicators.first().map(|indicator| indicator.value.clone());
    let signature = || finding.signature.as_ref().map(|signature| signature.name.clone());
    let what = || finding.what.clone();
    match finding.kind {
        K::CcContact | K::MaliciousSite | K::PhishingSite | K::CredentialsSubmitted => {
            indicator().or_else(what)
        }
        K::Sinkhole | K::Callback | K::OtherContact => finding.peers.first().map(|peer| peer.ip.to_string()),
        K::FanOut => finding.peers.first().and_then(|peer| peer.port).map(|port| port.to_string()),
        K::Health => finding.health.as_ref().map(|health| health.object.clone()),
        K::SandboxMalicious | K::SandboxClean => indicator().or_else(what),
        K::PasswordRun | K::PasswordFailures | K::PasswordTakeover | K::PasswordPerson => None,
        K::SessionFailed | K::SessionAnswered | K::InCampaign | K::Campaign | K::ClientNamed => None,
        // An attacker's tools try dozens of signatures; what they share is the attacker. The cell names them.
        _ if keyed_by_attacker(finding) => None,
        K::Behaviour | K::Policy => what().or_else(signature),
        _ => signature().or_else(what).or_else(indicator),
    }
    .unwrap_or_default()
}

/// Cuts text at a character boundary.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// One strand's evidence of one hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// First time.
    pub first: EventTime,
    /// Last time.
    pub last: EventTime,
    /// Earliest receive time.
    pub received: EventTime,
    /// Findings and their counts, smallest ids first.
    pub tallies: BTreeMap<FindingId, u64>,
    /// More findings came than `tallies` holds.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub over: bool,
    /// First and last instant of each minute.
    pub minutes: BTreeMap<i64, (EventTime, EventTime)>,
    /// Inside machines.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub hosts: BTreeSet<Host>,
    /// Other sides.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub peers: BTreeSet<Peer>,
    /// Different other sides, when one finding had more than it could name.
    #[serde(default)]
    pub peer_count: u64,
    /// Users or accounts.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub users: BTreeSet<String>,
    /// What can be looked for elsewhere.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub indicators: BTreeSet<Indicator>,
    /// Sessions it was seen in.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub sessions: BTreeSet<SessionKey>,
    /// The outcome cannot be settled by sessions alone.
    #[serde(default)]
    pub unsettled: bool,
    /// Families, where several are counted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub families: BTreeSet<String>,
    /// The vendor's signatures.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub signatures: BTreeSet<Signature>,
    /// Devices that saw it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub devices: BTreeSet<String>,
    /// Functions that saw it.
    pub functions: BTreeSet<Function>,
    /// ATT&CK techniques.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub techniques: BTreeSet<String>,
    /// How the devices stand in the traffic; the weakest.
    pub posture: Posture,
    /// What it is about, in the vendor's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub what: Option<String>,
    /// Most bytes back in one finding.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_in: Option<u64>,
    /// Most bytes out in one finding.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_out: Option<u64>,
    /// The turn of an appliance's health: of several in the hour, the last by its own order.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub health: Option<Health>,
    /// What was usual, and what was seen: of several in the hour, the last by its own order.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub habit: Option<Habit>,
    /// First and last lines.
    pub evidence: BTreeSet<Evidence>,
}

impl Cell {
    /// Findings of one hour whose counts are exact.
    pub const MAX_TALLIES: usize = 128;
    /// Hosts, users, indicators, signatures of one hour: far above every threshold (10 accounts, 3 hosts).
    pub const MAX_NAMES: usize = 32;
    /// Peers of one hour: above the largest threshold (100).
    pub const MAX_PEERS: usize = 128;
    /// Sessions of one hour; beyond, the outcome stays open, which errs towards telling.
    pub const MAX_SESSIONS: usize = 256;
    /// Evidence lines of one hour and strand: the first and the last of them.
    pub const MAX_EVIDENCE: usize = 2;

    /// Makes the cell of one finding.
    pub fn of(finding: &Finding) -> Self {
        let mut minutes = BTreeMap::new();
        let instants = finding.instants.iter().copied().chain([finding.first, finding.last]);
        for instant in instants {
            let span: &mut (EventTime, EventTime) =
                minutes.entry(instant.minute()).or_insert((instant, instant));
            *span = (span.0.min(instant), span.1.max(instant));
        }
        let mut cell = Cell {
            first: finding.first,
            last: finding.last,
            received: finding.received,
            tallies: BTreeMap::from([(finding.id, finding.count)]),
            over: false,
            minutes,
            hosts: finding.host.iter().cloned().collect(),
            peers: finding.peers.iter().copied().collect(),
            peer_count: finding.peer_count,
            users: finding.users.iter().cloned().collect(),
            indicators: finding.indicators.iter().cloned().collect(),
            sessions: finding.sessions.iter().copied().collect(),
            unsettled: finding.unsettled || finding.sessions.is_empty(),
            families: finding.families.iter().cloned().collect(),
            signatures: finding.signature.iter().cloned().collect(),
            devices: BTreeSet::from([finding.device.as_str().to_owned()]),
            functions: BTreeSet::from([finding.function]),
            techniques: finding.technique.iter().cloned().collect(),
            posture: finding.posture,
            what: finding.what.clone(),
            bytes_in: finding.bytes_in,
            bytes_out: finding.bytes_out,
            health: finding.health.clone(),
            habit: finding.habit.clone(),
            evidence: finding.evidence.iter().cloned().collect(),
        };
        cell.bound();
        cell
    }

    /// Joins another cell of the same strand. `true` when that changed anything.
    pub fn join(&mut self, other: &Cell) -> bool {
        let before = self.clone();
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.received = self.received.min(other.received);
        for (id, count) in &other.tallies {
            let tally = self.tallies.entry(*id).or_insert(0);
            *tally = (*tally).max(*count);
        }
        self.over |= other.over;
        for (minute, span) in &other.minutes {
            let own = self.minutes.entry(*minute).or_insert(*span);
            *own = (own.0.min(span.0), own.1.max(span.1));
        }
        self.hosts.extend(other.hosts.iter().cloned());
        self.peers.extend(other.peers.iter().copied());
        self.peer_count = self.peer_count.max(other.peer_count);
        self.users.extend(other.users.iter().cloned());
        self.indicators.extend(other.indicators.iter().cloned());
        self.sessions.extend(other.sessions.iter().copied());
        self.unsettled |= other.unsettled;
        self.families.extend(other.families.iter().cloned());
        self.signatures.extend(other.signatures.iter().cloned());
        self.devices.extend(other.devices.iter().cloned());
        self.functions.extend(other.functions.iter().copied());
        self.techniques.extend(other.techniques.iter().cloned());
        self.posture = self.posture.max(other.posture);
        self.what = match (self.what.take(), &other.what) {
            (Some(own), Some(theirs)) => Some(own.min(theirs.clone())),
            (own, theirs) => own.or_else(|| theirs.clone()),
        };
        self.bytes_in = self.bytes_in.max(other.bytes_in);
        self.bytes_out = self.bytes_out.max(other.bytes_out);
        self.health = self.health.take().max(other.health.clone());
        self.habit = self.habit.take().max(other.habit.clone());
        self.evidence.extend(other.evidence.iter().cloned());
        self.bound();
        *self != before
    }

    fn bound(&mut self) {
        if self.tallies.len() > Cell::MAX_TALLIES {
            self.over = true;
            while self.tallies.len() > Cell::MAX_TALLIES {
                self.tallies.pop_last();
            }
        }
        if self.sessions.len() > Cell::MAX_SESSIONS {
            self.unsettled = true;
            keep_smallest(&mut self.sessions, Cell::MAX_SESSIONS);
        }
        self.peer_count = self.peer_count.max(self.peers.len() as u64);
        keep_smallest(&mut self.peers, Cell::MAX_PEERS);
        keep_smallest(&mut self.hosts, Cell::MAX_NAMES);
        keep_smallest(&mut self.users, Cell::MAX_NAMES);
        keep_smallest(&mut self.indicators, Cell::MAX_NAMES);
        keep_smallest(&mut self.families, Cell::MAX_NAMES);
        keep_smallest(&mut self.signatures, Cell::MAX_NAMES);
        keep_smallest(&mut self.devices, Cell::MAX_NAMES);
        keep_smallest(&mut self.techniques, Cell::MAX_NAMES);
        keep_ends(&mut self.evidence, Cell::MAX_EVIDENCE);
    }

    /// Returns how many events the cell stands for.
    pub fn count(&self) -> u64 {
        self.tallies.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

fn keep_smallest<T: Ord>(set: &mut BTreeSet<T>, most: usize) {
    while set.len() > most {
        set.pop_last();
    }
}

/// Keeps the first and the last: what is dropped from the middle is never again among the ends of a larger set, so
/// the order of joins does not matter.
fn keep_ends<T: Ord>(set: &mut BTreeSet<T>, most: usize) {
    let all = set.len();
    if all <= most {
        return;
    }
    let head = most.div_ceil(2);
    let tail = all - (most - head);
    let kept = std::mem::take(set).into_iter().enumerate();
    *set = kept.filter(|(index, _)| *index < head || *index >= tail).map(|(_, item)| item).collect();
}
