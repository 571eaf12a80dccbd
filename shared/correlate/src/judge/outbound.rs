//! Rule 6: attacks and scans by what is inside.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hinomi_model::{Class, Direction, EventTime, FindingKind as K, Level, Statement, StatementKey as S};

use super::{Case, Findings, passed};
use crate::attempts::attempts;
use crate::story::Thread;
use crate::words::what;

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    outward(case, found);
    lateral(case, found);
    scans(case, found);
}

fn by_direction<'a>(case: &'a Case<'_>, kinds: &'a [K], way: Direction) -> Vec<(usize, &'a Thread)> {
    case.of(kinds).filter(|(_, thread)| thread.key.direction == way).collect()
}

fn peers(threads: &[(usize, &Thread)]) -> BTreeSet<IpAddr> {
    threads.iter().flat_map(|(_, thread)| &thread.peers).map(|peer| peer.ip).collect()
}

fn first(threads: &[(usize, &Thread)]) -> Option<EventTime> {
    threads.iter().map(|(_, thread)| thread.first).min()
}

/// An inside host that sends exploits or guesses passwords outside.
fn outward(case: &Case<'_>, found: &mut Findings) {
    let all = by_direction(case, &[K::Exploit, K::BruteForce, K::WebShell], Direction::Outbound);
    let (generic, named): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(_, thread)| thread.key.kind == K::Exploit && thread.key.class != Class::Specific);
    if let (Some(since), indices) = (first(&generic), generic.iter().map(|(index, _)| *index)) {
        found.push("6", Level::ONE, since, Statement::new(S::BecauseOutboundGeneric), indices);
    }
    let Some(since) = first(&named) else { return };
    let hosts = peers(&named);
    let mut instants: Vec<EventTime> =
        named.iter().flat_map(|(_, thread)| thread.instants.iter().copied()).collect();
    instants.sort_unstable();
    let dense = dense_window(&instants, &named, case);
    let indices: Vec<usize> = named.iter().map(|(index, _)| *index).collect();
    if let Some((since, attempts, reached)) = dense {
        let text = Statement::new(S::BecauseOutbound).with("attempts", attempts).with("hosts", reached);
        found.push("6", Level::FOUR, since, text, indices);
        return;
    }
    found.push("6", Level::TWO, since, Statement::new(S::BecauseOutboundOne), indices);
    if (hosts.len() as u64) < case.settings.outbound_hosts {
        found.change(Statement::new(S::ChangeSecondHost), Level::FOUR);
    }
}

/// Three attempts in an hour, to two or more outside hosts. An attempt is one destination in one minute.
fn dense_window(
    instants: &[EventTime],
    threads: &[(usize, &Thread)],
    case: &Case<'_>,
) -> Option<(EventTime, u64, u64)> {
    for start in instants {
        let end = start.plus(case.settings.outbound_window);
        let live: Vec<&Thread> = threads
            .iter()
            .map(|(_, thread)| *thread)
            .filter(|thread| thread.instants.iter().any(|instant| (*start..=end).contains(instant)))
            .collect();
        let hosts: BTreeSet<IpAddr> =
            live.iter().flat_map(|thread| &thread.peers).map(|peer| peer.ip).collect();
        let within: Vec<EventTime> =
            instants.iter().copied().filter(|i| (*start..=end).contains(i)).collect();
        let tries = (attempts(&within, case.settings.attempt).len() as u64).max(hosts.len() as u64);
        if hosts.len() as u64 >= case.settings.outbound_hosts && tries >= case.settings.outbound_attempts {
            let since = within.get(1).or(within.first()).copied().unwrap_or(*start);
            return Some((since, tries, hosts.len() as u64));
        }
    }
    None
}

/// Inside to inside: one that passed, or three hosts tried.
fn lateral(case: &Case<'_>, found: &mut Findings) {
    let kinds = [K::Exploit, K::CcPayload, K::Malware, K::WebShell];
    let all: Vec<(usize, &Thread)> = by_direction(case, &kinds, Direction::Internal)
        .into_iter()
        .filter(|(_, thread)| thread.key.kind != K::Exploit || thread.key.class == Class::Specific)
        .collect();
    let minor = case.of(&[K::Exploit]).filter(|(_, thread)| {
        thread.key.direction == Direction::Internal && thread.key.class != Class::Specific
    });
    for (index, thread) in minor {
        let text = Statement::new(S::BecauseExploitMinor).text("what", &what(thread));
        found.push("2", Level::ONE, thread.first, text, [index]);
    }
    let Some(since) = first(&all) else { return };
    let indices: Vec<usize> = all.iter().map(|(index, _)| *index).collect();
    let mut four = false;
    if let Some((index, thread)) = all.iter().find(|(_, thread)| passed(thread)) {
        let text = Statement::new(S::BecauseLateralPassed).text("what", &what(thread));
        found.push("6", Level::FOUR, thread.first, text, [*index]);
        four = true;
    }
    let reached = peers(&all).len() as u64;
    if reached >= case.settings.lateral_hosts {
        let text = Statement::new(S::BecauseLateralHosts).with("hosts", reached);
        found.push("6", Level::FOUR, since, text, indices.clone());
        four = true;
    }
    if !four {
        found.push("6", Level::TWO, since, Statement::new(S::BecauseLateralBlocked), indices);
        found.change(Statement::new(S::ChangePassed), Level::FOUR);
        found.change(Statement::new(S::ChangeSecondHost), Level::FOUR);
    }
}

/// Scanning from inside: level 2 alone, level 4 with any other sign on that host.
fn scans(case: &Case<'_>, found: &mut Findings) {
    let scans: Vec<(usize, &Thread)> = case
        .of(&[K::FanOut, K::Scan])
        .filter(|(_, t)| matches!(t.key.direction, Direction::Outbound | Direction::Internal))
        .collect();
    let Some(since) = first(&scans) else { return };
    let hosts = scans.iter().map(|(_, thread)| thread.peer_count).max().unwrap_or(0);
    let indices: Vec<usize> = scans.iter().map(|(index, _)| *index).collect();
    let signs: Vec<(usize, &Thread)> = case
        .of(&[
            K::Malware,
            K::SandboxMalicious,
            K::CcPayload,
            K::CcContact,
            K::Sinkhole,
            K::Exploit,
            K::BruteForce,
        ])
        .filter(|(_, thread)| match thread.key.kind {
            K::Malware | K::SandboxMalicious => passed(thread),
            K::Exploit | K::BruteForce => {
                matches!(thread.key.direction, Direction::Outbound | Direction::Internal)
                    && thread.key.class == Class::Specific
            }
            _ => true,
        })
        .collect();
    if let Some(sign) = first(&signs) {
        let text = Statement::new(S::BecauseInsideScanSign).with("hosts", hosts);
        let all = indices.into_iter().chain(signs.iter().map(|(index, _)| *index));
        found.push("6", Level::FOUR, since.max(sign), text, all);
    } else {
        let text = Statement::new(S::BecauseInsideScan).with("hosts", hosts);
        found.push("6", Level::TWO, since, text, indices);
        found.change(Statement::new(S::ChangeOtherSign), Level::FOUR);
    }
}
