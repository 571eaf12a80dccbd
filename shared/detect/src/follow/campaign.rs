//! How many did this source attack, in how many ways?
//!
//! Why: hits by one source on five or more targets, or with three or more families, are mass probing. Told one by one
//! they would bury the customer; they are one incident of the source and its UTC day.
//!
//! Example: seven exploit families at nine servers, all detected only.
//!
//! The scanners' fingerprints (reconnaissance) don't count, nor what was blocked. Each [`FindingKind::Campaign`]
//! tells the hits that are new since the last, so unions and sums over them are the whole. Known false positives: a
//! contracted penetration test, which the allow list names.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::{
    Class, EventTime, Finding, FindingId, FindingKind, Function, Host, Peer, Settings, Subject, TenantId,
    UtcDay,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::wire::wire;
use super::{answer, bare, identity, is_open_attack};

/// Sources watched at once; beyond, new ones are not grouped, and their hits stay single incidents.
const MAX_SOURCES: usize = 1 << 16;
/// Findings of one source and day that are told apart; beyond, more of the same changes nothing.
const MAX_HITS: usize = 2048;

/// Findings of all sources that are told apart or wait to be told. Beyond, further ones are not grouped, and stay single
/// incidents.
const MAX_ALL_HITS: usize = 1 << 17;

#[derive(Debug, Default)]
pub(super) struct Campaigns {
    sources: FxHashMap<(TenantId, IpAddr, UtcDay), Source>,
    touched: BTreeSet<(TenantId, IpAddr, UtcDay)>,
    /// Findings of all sources that are told apart.
    hits: usize,
}

wire! {
    Campaigns { sources, touched, hits }
    Source { seen, targets, families, hits, told }
    Target { host, first }
}

#[derive(Debug, Default)]
struct Source {
    seen: FxHashSet<FindingId>,
    targets: BTreeMap<IpAddr, Target>,
    families: BTreeSet<String>,
    /// Hits not yet told.
    hits: Vec<Finding>,
    /// Targets whose own incident was told that it belongs here.
    told: BTreeSet<IpAddr>,
}

#[derive(Debug)]
struct Target {
    host: Host,
    first: EventTime,
}

impl Campaigns {
    pub(super) fn hit(&mut self, finding: &Finding) {
        let Subject::Source(from, day) = finding.subject else { return };
        let counts =
            is_open_attack(finding) && finding.kind == FindingKind::Exploit && finding.class != Class::Recon;
        let Some(host) = finding.host.clone().filter(|_| counts) else { return };
        let key = (finding.tenant.clone(), from, day);
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&key) {
            return;
        }
        let source = self.sources.entry(key.clone()).or_default();
        let is_full = source.seen.len() >= MAX_HITS || self.hits >= MAX_ALL_HITS;
        if is_full || !source.seen.insert(finding.id) {
            return;
        }
        self.hits += 1;
        let target = source.targets.entry(host.ip).or_insert(Target { host, first: finding.first });
        target.first = target.first.min(finding.first);
        source.families.extend(finding.signature.as_ref().map(|signature| signature.family().to_owned()));
        source.hits.push(bare(finding));
        self.touched.insert(key);
    }

    pub(super) fn tell(&mut self, settings: &Settings, out: &mut Vec<Finding>) {
        for key in std::mem::take(&mut self.touched) {
            let Some(source) = self.sources.get_mut(&key) else { continue };
            let crossed = source.targets.len() as u64 >= settings.campaign_targets
                || source.families.len() as u64 >= settings.campaign_families;
            if !crossed {
                continue;
            }
            let mut hits = std::mem::take(&mut source.hits);
            hits.sort_by_key(|hit| (hit.first, hit.id));
            let (_, from, day) = key;
            out.extend(campaign(from, day, &hits));
            for (ip, target) in &source.targets {
                if let Some(hit) =
                    hits.iter().find(|hit| hit.host.as_ref().is_some_and(|host| host.ip == *ip))
                    && source.told.insert(*ip)
                {
                    out.push(member(from, day, target, hit));
                }
            }
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.sources.retain(|(_, _, day), _| UtcDay(day.0.saturating_add(1)).start() >= before);
        self.hits = self.sources.values().map(|source| source.seen.len()).sum();
    }

    /// Forgets the days but the last, and of that one what waits to be told.
    pub(super) fn shed(&mut self) {
        let Some(last) = self.sources.keys().map(|(_, _, day)| *day).max() else { return };
        self.sources.retain(|(_, _, day), _| *day == last);
        self.sources.values_mut().for_each(|source| source.hits = Vec::new());
        self.hits = self.sources.values().map(|source| source.seen.len()).sum();
    }
}

fn campaign(from: IpAddr, day: UtcDay, hits: &[Finding]) -> Option<Finding> {
    let first = hits.first()?;
    let subject = Subject::Source(from, day);
    let mut ids: Vec<FindingId> = hits.iter().map(|hit| hit.id).collect();
    ids.sort_unstable();
    let print = ids.iter().fold(identity(&first.tenant, &subject, FindingKind::Campaign), |print, id| {
        print.bytes(&id.0.to_be_bytes())
    });
    let mut finding = answer(first, subject, FindingKind::Campaign, FindingId(print.finish()), first.first);
    let targets: BTreeSet<IpAddr> =
        hits.iter().filter_map(|hit| hit.host.as_ref()).map(|host| host.ip).collect();
    let families: BTreeSet<&str> =
        hits.iter().filter_map(|hit| hit.signature.as_ref()).map(hinomi_model::Signature::family).collect();
    finding.function = Function::Ips;
    finding.disposition = first.disposition;
    finding.last = hits.iter().map(|hit| hit.last).max().unwrap_or(first.last);
    finding.received = hits.iter().map(|hit| hit.received).min().unwrap_or(first.received);
    finding.count = hits.iter().fold(0u64, |sum, hit| sum.saturating_add(hit.count));
    finding.peer_count = targets.len() as u64;
    finding.peers = targets.into_iter().take(Finding::MAX_PEERS).map(|ip| Peer { ip, port: None }).collect();
    finding.families = families.into_iter().take(Finding::MAX_NAMES).map(str::to_owned).collect();
    finding.technique = first.technique.clone();
    // It is about the source; which targets it hit stands in the peers, which signatures in the families.
    finding.host = None;
    finding.signature = None;
    finding.instants = hits.iter().map(|hit| hit.first).take(Finding::MAX_INSTANTS).collect();
    finding.instants.dedup();
    Some(finding)
}

fn member(from: IpAddr, day: UtcDay, target: &Target, hit: &Finding) -> Finding {
    let subject = Subject::Host(target.host.ip);
    let print =
        identity(&hit.tenant, &subject, FindingKind::InCampaign).text(&from.to_string()).number(day.0.into());
    let mut finding = answer(hit, subject, FindingKind::InCampaign, FindingId(print.finish()), target.first);
    finding.function = Function::Ips;
    finding.disposition = hit.disposition;
    finding.received = hit.received;
    finding.host = Some(target.host.clone());
    finding.signature = None;
    finding.peers = vec![Peer { ip: from, port: None }];
    finding.technique = hit.technique.clone();
    finding
}
