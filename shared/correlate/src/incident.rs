//! Builds the incident from a story and its verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::registry::Tenant;
use hinomi_model::{
    Asset, Change, Core, EventTime, Evidence, History, Incident, IncidentId, IncidentKind, Indicator,
    IndicatorKind, Level, Moment, Posture, Priority, Reason, Scope, Settings, Statement, StatementKey,
    Status, Value,
};

use crate::assess::{assess, saw, title};
use crate::judge::{Verdict, own_act, stage_of};
use crate::state::{Act, ActKind};
use crate::story::{Story, Thread};

/// Most names of one list (hosts, users, indicators, signatures) of an incident: more than a person reads, and few
/// enough that an incident stays far below 400 KiB. The smallest stay; the counts of the facts are not affected.
const MAX_LIST: usize = 128;

/// Makes the incident of a judged story.
pub(crate) fn incident(
    story: &Story,
    verdict: &Verdict,
    tenant: &Tenant,
    settings: &Settings,
    acts: &[Act],
    now: EventTime,
) -> Incident {
    let kept = kept_threads(story, verdict);
    let evidence = shown_lines(&kept.iter().map(|(_, thread)| &thread.evidence).collect::<Vec<_>>());
    let facts = moments(&kept, &evidence);
    let history = history(verdict, acts, story);
    let quiet = now.since(story.last) > settings.incident_gap;
    let core = Core {
        id: story.id,
        aliases: story.aliases.clone(),
        number: number(tenant, story.id),
        revision: u32::try_from(history.len()).unwrap_or(u32::MAX),
        tenant: tenant.id().clone(),
        kind: IncidentKind::Attack,
        level: Some(verdict.level),
        confidence: verdict.confidence,
        priority: priority(story, tenant),
        status: if quiet { Status::Closed } else { Status::Open },
        hosts: hosts(story),
        attackers: attackers(story, tenant),
        users: list(story.threads.iter().flat_map(|thread| thread.users.iter().cloned())),
        devices: list(story.threads.iter().flat_map(|thread| thread.devices.iter().cloned())),
        posture: story.threads.iter().map(|thread| thread.posture).max().unwrap_or(Posture::Inline),
        functions: list(story.threads.iter().flat_map(|thread| thread.functions.iter().copied())),
        stages: list(story.threads.iter().map(stage_of)),
        techniques: list(story.threads.iter().flat_map(|thread| thread.techniques.iter().cloned())),
        outcome: verdict.outcome,
        infection: verdict.infection,
        contained: verdict.contained,
        indicators: indicators(story),
        assets: assets(story, tenant),
        signatures: list(story.threads.iter().flat_map(|thread| thread.signatures.iter().cloned())),
        first_seen: story.first,
        last_seen: story.last,
        opened_at: story.received,
        scope: own_scope(story),
        suppressed_by: verdict.suppressed_by.clone(),
        predecessor: story.predecessor,
        problem: None,
        history,
        rules: settings.digest(),
    };
    Incident {
        subject: story.subject.clone(),
        core,
        title: title(story, verdict),
        reasons: reasons(verdict, &kept),
        would_change: verdict
            .changes
            .iter()
            .map(|(fact, to_level)| Change { fact: fact.clone(), to_level: *to_level })
            .collect(),
        assessment: assess(story, verdict, tenant),
        facts,
        evidence,
        guest: verdict.guest,
        digest: verdict.digest,
    }
}

/// Returns a list of an incident: sorted, without repeats, and bounded.
pub(crate) fn list<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let all: BTreeSet<T> = items.collect();
    all.into_iter().take(MAX_LIST).collect()
}

/// Returns the number for people: short enough to be said on the telephone. Two incidents of one tenant share a
/// number about once in a million; the id tells them apart.
pub(crate) fn number(tenant: &Tenant, id: IncidentId) -> String {
    format!("{}-{:06}", tenant.reference, id.0 % 1_000_000)
}

/// The threads that an incident shows, with the name of each fact: those that reasons rest on first, then in time.
fn kept_threads<'s>(story: &'s Story, verdict: &Verdict) -> Vec<(usize, &'s Thread)> {
    let needed: BTreeSet<usize> =
        verdict.because.iter().flat_map(|because| because.threads.iter().copied()).collect();
    let mut order: Vec<usize> = (0..story.threads.len()).collect();
    order.sort_by_key(|index| (!needed.contains(index), *index));
    order.truncate(Incident::MAX_FACTS);
    order.sort_unstable();
    order.into_iter().filter_map(|index| story.threads.get(index).map(|thread| (index, thread))).collect()
}

/// Chooses lines: the first of each fact, then the last of each, then what else there is room for.
pub(crate) fn shown_lines(facts: &[&BTreeSet<Evidence>]) -> Vec<Evidence> {
    let firsts = facts.iter().filter_map(|lines| lines.first());
    let lasts = facts.iter().filter_map(|lines| lines.last());
    let rest = facts.iter().flat_map(|lines| lines.iter());
    // A line that could not be fetched shows nothing.
    let shown = |line: &&Evidence| !line.raw.is_empty();
    let mut chosen: BTreeMap<&str, &Evidence> = BTreeMap::new();
    for line in firsts.chain(lasts).chain(rest).filter(shown) {
        if chosen.len() >= Incident::MAX_EVIDENCE {
            break;
        }
        chosen.entry(&line.sha256).or_insert(line);
    }
    let mut lines: Vec<Evidence> = chosen.into_values().cloned().collect();
    lines.sort();
    lines
}

fn moments(kept: &[(usize, &Thread)], evidence: &[Evidence]) -> Vec<Moment> {
    let shown: BTreeSet<&str> = evidence.iter().map(|line| line.sha256.as_str()).collect();
    let name = |place: usize| format!("f{}", place + 1);
    kept.iter()
        .enumerate()
        .map(|(place, (_, thread))| Moment {
            id: name(place),
            time: thread.first,
            last: thread.last,
            kind: thread.key.kind,
            stage: stage_of(thread),
            disposition: thread.key.disposition,
            count: thread.count,
            at_least: thread.at_least,
            summary: saw(thread),
            lines: thread
                .evidence
                .iter()
                .filter(|line| shown.contains(line.sha256.as_str()))
                .map(|line| line.sha256.clone())
                .collect(),
        })
        .collect()
}

fn reasons(verdict: &Verdict, kept: &[(usize, &Thread)]) -> Vec<Reason> {
    let names: BTreeMap<usize, String> =
        kept.iter().enumerate().map(|(place, (index, _))| (*index, format!("f{}", place + 1))).collect();
    let mut reasons: Vec<Reason> = Vec::new();
    for because in &verdict.because {
        let facts: BTreeSet<usize> =
            because.threads.iter().copied().filter(|i| names.contains_key(i)).collect();
        let facts: Vec<String> = facts.into_iter().filter_map(|index| names.get(&index).cloned()).collect();
        let same = reasons.iter_mut().find(|reason| {
            reason.text == because.text && reason.level == because.level && reason.rule == because.rule
        });
        match same {
            Some(reason) => {
                for fact in facts {
                    if !reason.facts.contains(&fact) {
                        reason.facts.push(fact);
                    }
                }
            }
            None => reasons.push(Reason {
                rule: because.rule.to_owned(),
                level: because.level,
                text: because.text.clone(),
                facts,
            }),
        }
    }
    reasons
}

/// The level's way, as the evidence's own times tell it: independent of when it arrived.
fn history(verdict: &Verdict, acts: &[Act], story: &Story) -> Vec<History> {
    let mut steps: Vec<(EventTime, Level, String)> = Vec::new();
    let proven: Vec<_> = verdict.because.iter().filter(|because| because.rule != "analyst").collect();
    steps.extend(proven.iter().map(|because| (because.since, because.level, because.rule.to_owned())));
    steps.extend(verdict.was.iter().map(|was| (was.since, was.level, was.rule.to_owned())));
    steps.sort();
    let mut history: Vec<History> = Vec::new();
    let mut add = |at: EventTime, level: Level, by: &str, why: String| {
        let revision = u32::try_from(history.len() + 1).unwrap_or(u32::MAX);
        history.push(History { revision, at, level: Some(level), by: by.to_owned(), why });
    };
    let mut current: Option<Level> = None;
    for (at, level, rule) in steps {
        if current.is_none_or(|current| level > current) {
            current = Some(level);
            add(at, level, "engine", format!("rule {rule}"));
        }
    }
    let settled = proven.iter().map(|because| because.level).max().unwrap_or_default();
    if current.is_some_and(|current| current > settled) {
        let at = proven.iter().map(|because| because.since).max().unwrap_or(story.last);
        add(at, settled, "engine", "rule 8".to_owned());
    }
    for act in acts {
        let level = match act.what {
            ActKind::Relevel(level) => level,
            ActKind::FalsePositive => Level::ZERO,
            ActKind::Acknowledge | ActKind::Release => continue,
        };
        add(act.at, level, &act.by, act.why.clone());
    }
    history
}

fn priority(story: &Story, tenant: &Tenant) -> Priority {
    let critical = hosts(story).into_iter().any(|ip| tenant.asset(ip).is_some_and(|asset| asset.critical));
    if critical { Priority::High } else { Priority::Normal }
}

fn hosts(story: &Story) -> Vec<IpAddr> {
    list(story.threads.iter().flat_map(|thread| thread.hosts.iter().map(|host| host.ip)))
}

/// The outside addresses that took part; inside victims of an inside attacker are in the scope, not here.
fn attackers(story: &Story, tenant: &Tenant) -> Vec<IpAddr> {
    let peers = story.threads.iter().flat_map(|thread| thread.peers.iter().map(|peer| peer.ip));
    list(peers.chain(story.source).filter(|ip| !tenant.is_inside(*ip)))
}

/// What can be looked for elsewhere: what the log named, and the addresses that C&C went to.
fn indicators(story: &Story) -> Vec<Indicator> {
    let named = story.threads.iter().flat_map(|thread| thread.indicators.iter().cloned());
    let cc = story.threads.iter().filter(|thread| own_act(thread) && outward(thread));
    let peers = cc.flat_map(|thread| thread.peers.iter());
    let peers = peers.map(|peer| Indicator { kind: IndicatorKind::Ip, value: peer.ip.to_string() });
    list(named.chain(peers))
}

fn outward(thread: &Thread) -> bool {
    matches!(thread.key.direction, hinomi_model::Direction::Outbound)
}

fn assets(story: &Story, tenant: &Tenant) -> Vec<Asset> {
    let hosts = story.threads.iter().flat_map(|thread| thread.hosts.iter());
    let mut assets: BTreeMap<IpAddr, Asset> = BTreeMap::new();
    for host in hosts {
        let entry = tenant.asset(host.ip);
        let asset = assets.entry(host.ip).or_insert_with(|| Asset {
            ip: host.ip,
            name: entry.and_then(|entry| entry.name.clone()),
            user: entry.and_then(|entry| entry.owner.clone()),
            role: host.role,
        });
        if asset.name.is_none() {
            asset.name.clone_from(&host.name);
        }
    }
    for thread in &story.threads {
        // A user of a thread with one host is that host's.
        if let (1, Some(host), Some(user)) = (thread.hosts.len(), thread.hosts.first(), thread.users.first())
            && let Some(asset) = assets.get_mut(&host.ip)
            && asset.user.is_none()
        {
            asset.user = Some(user.clone());
        }
    }
    assets.into_values().take(MAX_LIST).collect()
}

fn own_scope(story: &Story) -> Scope {
    let of = |kinds: &[IndicatorKind]| {
        let all = story.threads.iter().flat_map(|thread| thread.indicators.iter());
        list(all.filter(|indicator| kinds.contains(&indicator.kind)).map(|indicator| indicator.value.clone()))
    };
    Scope {
        hosts: hosts(story),
        users: list(story.threads.iter().flat_map(|thread| thread.users.iter().cloned())),
        hashes: of(&[IndicatorKind::Sha256, IndicatorKind::Md5]),
        domains: of(&[IndicatorKind::Domain]),
        bytes_out: story.threads.iter().fold(0u64, |sum, thread| sum.saturating_add(thread.bytes_out)),
    }
}

/// Adds the view across the tenant: other hosts with the same file or destination. Changes nothing else.
///
/// `seen` answers with the hosts that showed an indicator, by its key ([`scope_key`]).
pub fn with_scope(incident: &mut Incident, seen: &BTreeMap<String, Vec<IpAddr>>) {
    let mut statements: Vec<Statement> = Vec::new();
    let mut all: BTreeSet<IpAddr> = incident.core.scope.hosts.iter().copied().collect();
    for indicator in &incident.core.indicators {
        let Some(hosts) = scope_key(indicator).and_then(|key| seen.get(&key)) else { continue };
        if hosts.iter().all(|host| incident.core.hosts.contains(host)) {
            continue;
        }
        all.extend(hosts.iter().copied());
        let names = Value::Names(hosts.iter().map(IpAddr::to_string).collect());
        let statement = match indicator.kind {
            IndicatorKind::Sha256 | IndicatorKind::Md5 => {
                Statement::new(StatementKey::ScopeSameFile).with("hosts", names)
            }
            _ => Statement::new(StatementKey::ScopeSameDestination)
                .indicator("indicator", &indicator.value)
                .with("hosts", names),
        };
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    incident.core.scope.hosts = all.into_iter().take(MAX_LIST).collect();
    if !statements.is_empty() {
        incident.assessment.scope.retain(|statement| statement.key != StatementKey::ScopeNone);
        incident.assessment.scope.extend(statements);
    }
}

/// Returns the key under which the scope remembers an indicator; `None` for what too many hosts share by chance.
pub fn scope_key(indicator: &Indicator) -> Option<String> {
    match indicator.kind {
        IndicatorKind::FileName | IndicatorKind::Url => None,
        kind => Some(format!("{kind}/{}", crate::strand::cut(&indicator.value, 512))),
    }
}
