//! Stories: which evidence of one subject belongs together.
//!
//! Pure and a function of the evidence alone: findings chain while gaps are at most a day, a chain is cut at seven
//! days, inbound attacks on a server are keyed by server and attacker until one of them succeeds, and then they are
//! part of what the server did. The id is a fingerprint of tenant, subject and the UTC date of the first evidence;
//! every other id that the same evidence could have had, had it arrived in another order, is an alias.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::{
    Disposition, EventTime, Evidence, FindingKind, Fingerprint, Function, Habit, Host, IncidentId, Indicator,
    Peer, Posture, SessionKey, Settings, Signature, Subject, UtcDay,
};

use crate::state::SubjectState;
use crate::strand::{Cell, StrandKey};

/// A strand over the whole of a story.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) key: StrandKey,
    /// The outside source, in a source's story.
    pub(crate) source: Option<IpAddr>,
    pub(crate) first: EventTime,
    pub(crate) last: EventTime,
    pub(crate) count: u64,
    pub(crate) at_least: bool,
    /// First and last instant of each minute, sorted, without repeats.
    pub(crate) instants: Vec<EventTime>,
    pub(crate) hosts: BTreeSet<Host>,
    pub(crate) peers: BTreeSet<Peer>,
    pub(crate) peer_count: u64,
    pub(crate) users: BTreeSet<String>,
    pub(crate) indicators: BTreeSet<Indicator>,
    pub(crate) sessions: BTreeSet<SessionKey>,
    pub(crate) unsettled: bool,
    pub(crate) families: BTreeSet<String>,
    pub(crate) signatures: BTreeSet<Signature>,
    pub(crate) devices: BTreeSet<String>,
    pub(crate) functions: BTreeSet<Function>,
    pub(crate) techniques: BTreeSet<String>,
    pub(crate) posture: Posture,
    pub(crate) what: Option<String>,
    pub(crate) habit: Option<Habit>,
    pub(crate) bytes_in: Option<u64>,
    pub(crate) bytes_out: u64,
    pub(crate) evidence: BTreeSet<Evidence>,
}

impl Thread {
    fn of(key: &StrandKey, cells: &[&Cell]) -> Option<Self> {
        let (head, rest) = cells.split_first()?;
        let mut thread = Thread {
            key: key.clone(),
            source: None,
            first: head.first,
            last: head.last,
            count: head.count(),
            at_least: head.over,
            instants: head.minutes.values().flat_map(|(first, last)| [*first, *last]).collect(),
            hosts: head.hosts.clone(),
            peers: head.peers.clone(),
            peer_count: head.peer_count,
            users: head.users.clone(),
            indicators: head.indicators.clone(),
            sessions: head.sessions.clone(),
            unsettled: head.unsettled,
            families: head.families.clone(),
            signatures: head.signatures.clone(),
            devices: head.devices.clone(),
            functions: head.functions.clone(),
            techniques: head.techniques.clone(),
            posture: head.posture,
            what: head.what.clone(),
            habit: head.habit.clone(),
            bytes_in: head.bytes_in,
            bytes_out: head.bytes_out.unwrap_or(0),
            evidence: head.evidence.clone(),
        };
        for cell in rest {
            thread.first = thread.first.min(cell.first);
            thread.last = thread.last.max(cell.last);
            thread.count = thread.count.saturating_add(cell.count());
            thread.at_least |= cell.over;
            thread.instants.extend(cell.minutes.values().flat_map(|(first, last)| [*first, *last]));
            thread.hosts.extend(cell.hosts.iter().cloned());
            thread.peers.extend(cell.peers.iter().copied());
            thread.peer_count = thread.peer_count.max(cell.peer_count);
            thread.users.extend(cell.users.iter().cloned());
            thread.indicators.extend(cell.indicators.iter().cloned());
            thread.sessions.extend(cell.sessions.iter().copied());
            thread.unsettled |= cell.unsettled;
            thread.families.extend(cell.families.iter().cloned());
            thread.signatures.extend(cell.signatures.iter().cloned());
            thread.devices.extend(cell.devices.iter().cloned());
            thread.functions.extend(cell.functions.iter().copied());
            thread.techniques.extend(cell.techniques.iter().cloned());
            thread.posture = thread.posture.max(cell.posture);
            thread.what = thread.what.take().or_else(|| cell.what.clone());
            thread.habit = thread.habit.take().max(cell.habit.clone());
            thread.bytes_in = thread.bytes_in.max(cell.bytes_in);
            thread.bytes_out = thread.bytes_out.saturating_add(cell.bytes_out.unwrap_or(0));
            thread.evidence.extend(cell.evidence.iter().cloned());
        }
        thread.peer_count = thread.peer_count.max(thread.peers.len() as u64);
        thread.instants.sort_unstable();
        thread.instants.dedup();
        Some(thread)
    }

    /// Tells whether what it shows was stopped.
    pub(crate) fn blocked(&self) -> bool {
        self.key.disposition == Disposition::Blocked
    }
}

/// The evidence of one incident.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) subject: Subject,
    pub(crate) id: IncidentId,
    pub(crate) aliases: Vec<IncidentId>,
    /// In time order.
    pub(crate) threads: Vec<Thread>,
    /// What the same subject showed in the days before, for windows that reach back.
    pub(crate) earlier: Vec<Thread>,
    pub(crate) first: EventTime,
    pub(crate) last: EventTime,
    pub(crate) received: EventTime,
    pub(crate) predecessor: Option<IncidentId>,
    pub(crate) over: bool,
    /// The outside source that it is about, when it is not about something inside.
    pub(crate) source: Option<IpAddr>,
}

type Piece<'s> = (i64, &'s StrandKey, &'s Cell);

/// Tells the stories of a subject, in time order.
pub(crate) fn stories(state: &SubjectState, settings: &Settings) -> Vec<Story> {
    let pieces: Vec<Piece<'_>> = state
        .hours
        .iter()
        .flat_map(|(hour, strands)| strands.iter().map(move |(key, cell)| (*hour, key, cell)))
        .collect();
    let mut told = match &state.subject {
        Subject::Source(_, day) => one_day(state, &pieces, *day),
        Subject::Host(_) => host(state, &pieces, settings),
        Subject::Relayed(..) => {
            // Once the client is named, the story is the client's.
            let named = |segment: &[Piece<'_>]| {
                segment.iter().any(|(_, key, _)| key.kind == FindingKind::ClientNamed)
            };
            chained(state, None, &pieces, settings, &BTreeSet::new(), named)
        }
        Subject::Health(..) => Vec::new(),
        Subject::Device(_) => chained(state, None, &pieces, settings, &BTreeSet::new(), |_| false),
    };
    told.sort_by_key(|story| (story.first, story.id));
    told
}

fn incident_id(state: &SubjectState, attacker: Option<IpAddr>, day: UtcDay) -> IncidentId {
    let subject = SubjectState::subject_text(&state.subject);
    let mut print = Fingerprint::new("incident").text(state.tenant.as_str()).text("attack").text(&subject);
    if let Some(attacker) = attacker {
        print = print.text(&attacker.to_string());
    }
    IncidentId(print.number(i128::from(day.0)).finish())
}

fn one_day(state: &SubjectState, pieces: &[Piece<'_>], day: UtcDay) -> Vec<Story> {
    let id = incident_id(state, None, day);
    told(state, pieces, id, Vec::new(), None).into_iter().collect()
}

/// Splits what a host does and suffers from the attacks on it that did not succeed.
fn host(state: &SubjectState, pieces: &[Piece<'_>], settings: &Settings) -> Vec<Story> {
    let mut own: Vec<Piece<'_>> = Vec::new();
    let mut attacks: BTreeMap<IpAddr, Vec<Piece<'_>>> = BTreeMap::new();
    for piece in pieces {
        match piece.1.attacker {
            Some(attacker) => attacks.entry(attacker).or_default().push(*piece),
            None => own.push(*piece),
        }
    }
    let mut succeeded: BTreeSet<IpAddr> = BTreeSet::new();
    own.retain(|piece| match piece.1.kind {
        FindingKind::Callback => {
            succeeded.extend(behind_callback(piece.2, &attacks, settings));
            true
        }
        FindingKind::OtherContact => match latest_attack(piece.2, &attacks, settings) {
            Some(attacker) => {
                attacks.entry(attacker).or_default().push(*piece);
                false
            }
            None => true,
        },
        _ => true,
    });
    let mut also: BTreeSet<IpAddr> = BTreeSet::new();
    for attacker in succeeded {
        if let Some(pieces) = attacks.remove(&attacker) {
            own.extend(pieces);
            also.insert(attacker);
        }
    }
    own.sort_by_key(|(hour, key, _)| (*hour, *key));
    let mut stories = chained(state, None, &own, settings, &also, |_| false);
    for (attacker, mut pieces) in attacks {
        pieces.sort_by_key(|(hour, key, _)| (*hour, *key));
        // What belongs to a source's campaign is told with the campaign.
        let yields =
            |segment: &[Piece<'_>]| segment.iter().any(|(_, key, _)| key.kind == FindingKind::InCampaign);
        stories.extend(chained(state, Some(attacker), &pieces, settings, &BTreeSet::new(), yields));
    }
    stories
}

fn open_attack(key: &StrandKey) -> bool {
    matches!(key.kind, FindingKind::Exploit | FindingKind::WebShell)
        && key.disposition != Disposition::Blocked
}

fn within_callback(contact: &Cell, attack: &Cell, settings: &Settings) -> bool {
    // The contact's record carries when the session began; clocks of one device agree to the second.
    contact.last >= attack.first && contact.first.since(attack.last) <= settings.callback_window
}

/// Returns the attackers that a call-back answers: those it went to, else all whose attack was open then.
fn behind_callback(
    contact: &Cell,
    attacks: &BTreeMap<IpAddr, Vec<Piece<'_>>>,
    settings: &Settings,
) -> BTreeSet<IpAddr> {
    let open = |pieces: &[Piece<'_>]| {
        pieces.iter().any(|(_, key, cell)| open_attack(key) && within_callback(contact, cell, settings))
    };
    let candidates: BTreeSet<IpAddr> =
        attacks.iter().filter(|(_, pieces)| open(pieces)).map(|(attacker, _)| *attacker).collect();
    let direct: BTreeSet<IpAddr> =
        candidates.iter().copied().filter(|ip| contact.peers.iter().any(|peer| peer.ip == *ip)).collect();
    if direct.is_empty() { candidates } else { direct }
}

fn latest_attack(
    contact: &Cell,
    attacks: &BTreeMap<IpAddr, Vec<Piece<'_>>>,
    settings: &Settings,
) -> Option<IpAddr> {
    let open =
        attacks.iter().flat_map(|(attacker, pieces)| pieces.iter().map(move |piece| (attacker, piece)));
    open.filter(|(_, (_, key, cell))| open_attack(key) && within_callback(contact, cell, settings))
        .max_by_key(|(attacker, (_, _, cell))| (cell.first, std::cmp::Reverse(**attacker)))
        .map(|(attacker, _)| *attacker)
}

/// Chains pieces (in order of hours) by gaps, cuts chains at their life's end, and tells each.
fn chained(
    state: &SubjectState,
    attacker: Option<IpAddr>,
    pieces: &[Piece<'_>],
    settings: &Settings,
    also: &BTreeSet<IpAddr>,
    yields: impl Fn(&[Piece<'_>]) -> bool,
) -> Vec<Story> {
    let mut segments: Vec<Vec<Piece<'_>>> = Vec::new();
    let mut reach = EventTime::EPOCH;
    for piece in pieces {
        let (hour, _, cell) = piece;
        let current = segments.last_mut().filter(|segment| {
            let start = segment.first().map_or(*hour, |(hour, _, _)| *hour);
            cell.first.since(reach) <= settings.incident_gap && hour - start < settings.incident_life / 3600
        });
        match current {
            Some(segment) => segment.push(*piece),
            None => segments.push(vec![*piece]),
        }
        reach = reach.max(cell.last);
    }
    let mut stories: Vec<Story> = Vec::new();
    let mut predecessor = None;
    for segment in segments {
        let days: BTreeSet<UtcDay> = segment.iter().map(|(_, _, cell)| cell.first.day()).collect();
        let Some(first) = days.first().copied() else { continue };
        let id = incident_id(state, attacker, first);
        if yields(&segment) {
            predecessor = None;
            continue;
        }
        let mut aliases: Vec<IncidentId> = Vec::new();
        for day in &days {
            aliases.push(incident_id(state, attacker, *day));
            aliases.extend(also.iter().map(|attacker| incident_id(state, Some(*attacker), *day)));
        }
        aliases.retain(|alias| *alias != id);
        aliases.sort_unstable();
        if let Some(story) = told(state, &segment, id, aliases, predecessor) {
            stories.push(story);
        }
        predecessor = Some(id);
    }
    stories
}

fn told(
    state: &SubjectState,
    segment: &[Piece<'_>],
    id: IncidentId,
    aliases: Vec<IncidentId>,
    predecessor: Option<IncidentId>,
) -> Option<Story> {
    let mut threads = threads(segment.iter().copied());
    let first = threads.iter().map(|thread| thread.first).min()?;
    let last = threads.iter().map(|thread| thread.last).max()?;
    let received = segment.iter().map(|(_, _, cell)| cell.received).min()?;
    let before = state
        .hours
        .iter()
        .flat_map(|(hour, strands)| strands.iter().map(move |(key, cell)| (*hour, key, cell)))
        .filter(|(_, key, cell)| key.attacker.is_none() && cell.last < first);
    let earlier = self::threads(before);
    let over = state.over || threads.iter().any(|thread| thread.at_least);
    let source = match state.subject {
        Subject::Source(ip, _) => Some(ip),
        _ => None,
    };
    for thread in &mut threads {
        thread.source = source;
    }
    Some(Story {
        subject: state.subject.clone(),
        id,
        aliases,
        threads,
        earlier,
        first,
        last,
        received,
        predecessor,
        over,
        source,
    })
}

fn threads<'s>(pieces: impl Iterator<Item = Piece<'s>>) -> Vec<Thread> {
    let mut by_key: BTreeMap<&StrandKey, Vec<&Cell>> = BTreeMap::new();
    for (_, key, cell) in pieces {
        by_key.entry(key).or_default().push(cell);
    }
    let mut threads: Vec<Thread> =
        by_key.into_iter().filter_map(|(key, cells)| Thread::of(key, &cells)).collect();
    threads.sort_by(|a, b| (a.first, &a.key).cmp(&(b.first, &b.key)));
    threads
}
