//! The judge: evidence to level, with its derivation. A pure function.
//!
//! Each rule of the service has its place in a file here; every rule that holds leaves a [`Because`], and the level
//! is the highest that any of them supports (rule 8). Severity as the vendor printed it is never read.

mod cc;
mod device;
mod exploits;
mod files;
mod logins;
mod outbound;
mod watched;
mod web;

use std::collections::BTreeSet;
use std::net::IpAddr;

use hinomi_model::registry::{AllowEntry, AllowKind, Tenant};
use hinomi_model::{
    Confidence, Direction, Disposition, EventTime, FindingKind, Infection, Level, Outcome, Posture, Role,
    Settings, Stage, Statement, StatementKey,
};

use crate::knowledge::Knowledge;
use crate::stages::stage;
use crate::state::{Act, ActKind};
use crate::story::{Story, Thread};
use crate::strand::StrandKey;

/// One rule that held.
#[derive(Clone, Debug)]
pub(crate) struct Because {
    /// Rule of the service.
    pub(crate) rule: &'static str,
    /// The level that it supports.
    pub(crate) level: Level,
    /// When it first held.
    pub(crate) since: EventTime,
    /// The sentence.
    pub(crate) text: Statement,
    /// The threads it rests on, by index into the story's.
    pub(crate) threads: Vec<usize>,
}

/// A level that held until something settled it.
#[derive(Clone, Debug)]
pub(crate) struct Was {
    pub(crate) rule: &'static str,
    pub(crate) level: Level,
    pub(crate) since: EventTime,
}

/// What the judge found.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) level: Level,
    /// Highest level first, then by time.
    pub(crate) because: Vec<Because>,
    pub(crate) was: Vec<Was>,
    /// What would have changed the level, with the level it would have led to.
    pub(crate) changes: Vec<(Statement, Level)>,
    pub(crate) outcome: Outcome,
    pub(crate) infection: Infection,
    pub(crate) contained: bool,
    pub(crate) confidence: Confidence,
    pub(crate) suppressed_by: Option<String>,
    pub(crate) guest: bool,
    pub(crate) digest: bool,
}

/// What a rule may look at.
pub(crate) struct Case<'a> {
    pub(crate) story: &'a Story,
    pub(crate) settings: &'a Settings,
    pub(crate) knowledge: &'a dyn Knowledge,
    /// Threads that an allow entry covers, with the entry's reason.
    allowed: Vec<Option<&'a AllowEntry>>,
}

impl<'a> Case<'a> {
    /// Walks the threads of some kinds that no allow entry covers.
    pub(crate) fn of<'k>(
        &'k self,
        kinds: &'k [FindingKind],
    ) -> impl Iterator<Item = (usize, &'a Thread)> + 'k {
        let story = self.story;
        story.threads.iter().enumerate().filter(move |(index, thread)| {
            kinds.contains(&thread.key.kind) && self.allowed.get(*index).is_none_or(Option::is_none)
        })
    }

    /// Tells whether there is any such thread.
    pub(crate) fn has(&self, kinds: &[FindingKind]) -> bool {
        self.of(kinds).next().is_some()
    }
}

/// What rules write to.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) because: Vec<Because>,
    pub(crate) was: Vec<Was>,
    pub(crate) changes: Vec<(Statement, Level)>,
}

impl Findings {
    pub(crate) fn push(
        &mut self,
        rule: &'static str,
        level: Level,
        since: EventTime,
        text: Statement,
        threads: impl IntoIterator<Item = usize>,
    ) {
        self.because.push(Because { rule, level, since, text, threads: threads.into_iter().collect() });
    }

    pub(crate) fn change(&mut self, fact: Statement, to_level: Level) {
        if !self.changes.iter().any(|(known, _)| *known == fact) {
            self.changes.push((fact, to_level));
        }
    }
}

/// Judges a story. `None` when its evidence opens no incident by itself.
pub(crate) fn judge(
    story: &Story,
    tenant: &Tenant,
    settings: &Settings,
    knowledge: &dyn Knowledge,
    acts: &[Act],
) -> Option<Verdict> {
    let allowed: Vec<Option<&AllowEntry>> =
        story.threads.iter().map(|thread| tenant.allow.iter().find(|entry| covers(entry, thread))).collect();
    let case = Case { story, settings, knowledge, allowed };
    let mut found = Findings::default();
    exploits::judge(&case, &mut found);
    web::judge(&case, &mut found);
    files::judge(&case, &mut found);
    cc::judge(&case, &mut found);
    outbound::judge(&case, &mut found);
    logins::judge(&case, &mut found);
    watched::judge(&case, &mut found);
    device::judge(&case, &mut found);
    let suppressed_by = allow_reason(&case, &mut found);
    if found.because.is_empty() {
        return None;
    }
    cap_relayed(&case, &mut found);
    found.because.sort_by(|a, b| {
        (std::cmp::Reverse(a.level), a.since, a.text.key, &a.threads).cmp(&(
            std::cmp::Reverse(b.level),
            b.since,
            b.text.key,
            &b.threads,
        ))
    });
    let proven = found.because.iter().map(|because| because.level).max().unwrap_or_default();
    let level = analyst(&mut found, acts, proven);
    found.changes.retain(|(_, to_level)| *to_level != level);
    let contained = contained(&case, level);
    Some(Verdict {
        level,
        outcome: outcome(&case, proven, &found),
        infection: infection(&found, level),
        contained,
        confidence: confidence(&case, &found),
        suppressed_by,
        guest: story.threads.iter().flat_map(|t| &t.hosts).any(|host| host.role == Role::Guest),
        digest: is_digest(&case, level),
        because: found.because,
        was: found.was,
        changes: found.changes,
    })
}

/// Rule 9: an allow entry covers evidence when all it names holds, and never C&C or delivery.
fn covers(entry: &AllowEntry, thread: &Thread) -> bool {
    use FindingKind as K;
    let never = matches!(
        thread.key.kind,
        K::CcPayload
            | K::CcContact
            | K::Sinkhole
            | K::Malware
            | K::MalwareGuess
            | K::SandboxMalicious
            | K::Callback
            | K::DeviceCc
            | K::DeviceIntegrity
    );
    if never || entry.until.is_some_and(|until| thread.last > until) {
        return false;
    }
    let hosts: Vec<IpAddr> = thread.hosts.iter().map(|host| host.ip).collect();
    let peers: Vec<IpAddr> = thread.peers.iter().map(|peer| peer.ip).collect();
    // The source of an inbound payload is the other side; of everything else it is the inside host.
    let inbound = matches!(thread.key.direction, Direction::Inbound | Direction::External);
    let (sources, destinations) = if inbound { (&peers, &hosts) } else { (&hosts, &peers) };
    let all_in = |networks: &Option<hinomi_model::registry::Networks>, addresses: &[IpAddr]| match networks {
        None => true,
        Some(networks) => !addresses.is_empty() && addresses.iter().all(|ip| networks.contains(*ip)),
    };
    let signature = entry.signature.as_ref().is_none_or(|wanted| {
        !thread.signatures.is_empty()
            && thread.signatures.iter().all(|s| s.id == *wanted || s.name.eq_ignore_ascii_case(wanted))
    });
    let kind = entry.kinds.is_empty()
        || entry.kinds.iter().any(|kind| match kind {
            AllowKind::Stage(wanted) => stage(&thread.key) == *wanted || from_outside(&thread.key) == *wanted,
            AllowKind::Kind(wanted) => thread.key.kind == *wanted,
        });
    // An inside scanner's target is inside too; its entry names it as source or host.
    all_in(&entry.source, sources)
        && all_in(&entry.destination, destinations)
        && all_in(&entry.host, &hosts)
        && signature
        && kind
}

/// The stage that the same evidence would have had coming from outside: a scanner is allowed to explore and to
/// exploit, wherever it stands.
fn from_outside(key: &StrandKey) -> Stage {
    match key.kind {
        FindingKind::FanOut => Stage::Reconnaissance,
        _ => stage(&StrandKey { direction: Direction::Inbound, ..key.clone() }),
    }
}

fn allow_reason(case: &Case<'_>, found: &mut Findings) -> Option<String> {
    let mut reasons: BTreeSet<&str> = BTreeSet::new();
    let mut threads = Vec::new();
    for (index, entry) in case.allowed.iter().enumerate() {
        if let Some(entry) = entry {
            reasons.insert(&entry.reason);
            threads.push(index);
        }
    }
    let reason = reasons.first().map(|reason| (*reason).to_owned())?;
    let since = threads.iter().filter_map(|index| case.story.threads.get(*index)).map(|t| t.first).min()?;
    let text = Statement::new(StatementKey::BecauseAllowed).text("why", &reason);
    found.push("9", Level::ZERO, since, text, threads);
    let only = found.because.iter().all(|because| because.level == Level::ZERO);
    only.then_some(reason)
}

/// The word "Host": while the client behind a relay is not named, the incident stays at level 2 at most.
fn cap_relayed(case: &Case<'_>, found: &mut Findings) {
    let threads = &case.story.threads;
    let mut capped: Option<(EventTime, Vec<usize>, IpAddr)> = None;
    for because in &mut found.because {
        let relay = because.threads.iter().find_map(|index| threads.get(*index).and_then(|t| t.key.relay));
        let named =
            because.threads.iter().any(|index| threads.get(*index).is_some_and(|t| t.key.relay.is_none()));
        if let (Some(relay), false, true) = (relay, named, because.level >= Level::TWO) {
            because.level = Level::TWO;
            capped.get_or_insert((because.since, because.threads.clone(), relay));
        }
    }
    if let Some((since, indices, relay)) = capped {
        let text = Statement::new(StatementKey::BecauseClientUnknown).inside("relay", relay);
        found.push("host", Level::TWO, since, text, indices);
        found.change(Statement::new(StatementKey::ChangeClient), Level::FOUR);
    }
}

/// An analyst's word stands until later evidence proves more than it was given for.
fn analyst(found: &mut Findings, acts: &[Act], proven: Level) -> Level {
    let Some((act, level)) = acts.iter().rev().find_map(|act| match act.what {
        ActKind::Relevel(level) => Some((act, level)),
        ActKind::FalsePositive => Some((act, Level::ZERO)),
        ActKind::Acknowledge | ActKind::Release => None,
    }) else {
        return proven;
    };
    let later =
        found.because.iter().filter(|because| because.since > act.at).map(|because| because.level).max();
    if later.is_some_and(|later| later > level) {
        return proven;
    }
    let text = Statement::new(StatementKey::BecauseAnalyst).text("who", &act.by).text("why", &act.why);
    found.because.insert(0, Because { rule: "analyst", level, since: act.at, text, threads: Vec::new() });
    level
}

/// What the host itself tried, as opposed to what it suffered.
pub(crate) fn own_act(thread: &Thread) -> bool {
    use FindingKind as K;
    match thread.key.kind {
        K::CcPayload | K::CcContact | K::Sinkhole | K::FanOut | K::Callback => true,
        K::Exploit | K::BruteForce | K::WebShell | K::Malware => {
            matches!(thread.key.direction, Direction::Outbound | Direction::Internal)
        }
        _ => false,
    }
}

/// A sinkhole stands where the attacker stood: what reaches it was stopped.
pub(crate) fn stopped(thread: &Thread) -> bool {
    thread.blocked() || thread.key.kind == FindingKind::Sinkhole
}

fn contained(case: &Case<'_>, level: Level) -> bool {
    let own: Vec<&Thread> = case.story.threads.iter().filter(|thread| own_act(thread)).collect();
    if own.is_empty() {
        let judged = case.story.threads.iter().filter(|thread| is_attack(thread.key.kind));
        return level <= Level::ONE
            && judged.clone().next().is_some()
            && judged.into_iter().all(Thread::blocked);
    }
    own.iter().all(|thread| stopped(thread))
}

fn is_attack(kind: FindingKind) -> bool {
    use FindingKind as K;
    !matches!(
        kind,
        K::SessionFailed
            | K::SessionAnswered
            | K::OtherContact
            | K::Campaign
            | K::InCampaign
            | K::ClientNamed
    )
}

fn outcome(case: &Case<'_>, proven: Level, found: &Findings) -> Outcome {
    match proven {
        Level::THREE | Level::FOUR => Outcome::Succeeded,
        Level::TWO => {
            let threads = case.story.threads.iter().filter(|thread| is_attack(thread.key.kind));
            let mut judged = threads.peekable();
            if judged.peek().is_some() && judged.all(stopped) { Outcome::Blocked } else { Outcome::Unknown }
        }
        _ => {
            let failed = found.because.iter().any(|b| {
                matches!(
                    b.text.key,
                    StatementKey::BecauseExploitFailed | StatementKey::BecauseSandboxWithdrawn
                )
            });
            let passed = case.story.threads.iter().any(|t| is_attack(t.key.kind) && !t.blocked());
            if failed || passed { Outcome::Failed } else { Outcome::Blocked }
        }
    }
}

fn infection(found: &Findings, level: Level) -> Infection {
    use StatementKey as S;
    let four = found.because.iter().any(|because| {
        because.level == Level::FOUR && !matches!(because.text.key, S::BecauseTakeover | S::BecauseAnalyst)
    });
    match level {
        Level::FOUR if four => Infection::Infected,
        // An exploit whose outcome is open, a visit, a look-up, a delivery: nothing proves either way.
        Level::FOUR | Level::THREE | Level::TWO => Infection::Unknown,
        _ => Infection::NotInfected,
    }
}

fn confidence(case: &Case<'_>, found: &Findings) -> Confidence {
    let sniffed = case.story.threads.iter().all(|thread| thread.posture == Posture::Sniffer);
    let relayed = case.story.threads.iter().any(|thread| thread.key.relay.is_some());
    let top = found.because.first();
    let functions: BTreeSet<_> = case.story.threads.iter().flat_map(|thread| &thread.functions).collect();
    let recognised = top.is_some_and(|because| {
        because.threads.iter().filter_map(|index| case.story.threads.get(*index)).any(|thread| {
            matches!(
                thread.key.kind,
                FindingKind::CcPayload | FindingKind::Callback | FindingKind::SandboxMalicious
            )
        })
    });
    if sniffed || relayed || case.story.over {
        Confidence::Low
    } else if recognised || functions.len() > 1 || top.is_some_and(|because| because.level <= Level::ONE) {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

/// Level 2 from mass probing goes into the day's digest.
fn is_digest(case: &Case<'_>, level: Level) -> bool {
    level == Level::TWO
        && case.has(&[FindingKind::Campaign])
        && case.story.threads.iter().all(|thread| {
            matches!(thread.key.direction, Direction::Inbound | Direction::External)
                && !matches!(thread.key.kind, FindingKind::PasswordTakeover | FindingKind::DenialOfService)
        })
}

/// Tells whether a disposition means that it went on its way.
pub(crate) fn passed(thread: &Thread) -> bool {
    matches!(thread.key.disposition, Disposition::Allowed | Disposition::Detected | Disposition::Unknown)
}

/// Returns the stage that an allow entry or a report calls a thread's kind.
pub(crate) fn stage_of(thread: &Thread) -> Stage {
    stage(&thread.key)
}
