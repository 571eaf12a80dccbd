//! Infection, impact, scope and unknowns.

use std::collections::BTreeSet;

use hinomi_model::{
    Direction, FindingKind as K, Infection, Level, Outcome, Posture, Role, Statement, StatementKey as S,
    Value,
};

use crate::judge::Verdict;
use crate::story::{Story, Thread};
use crate::words::{accounts, host, hosts, indicator};

fn any(story: &Story, kinds: &[K]) -> bool {
    story.threads.iter().any(|thread| kinds.contains(&thread.key.kind))
}

fn find<'a>(story: &'a Story, kinds: &[K]) -> Option<&'a Thread> {
    story.threads.iter().find(|thread| kinds.contains(&thread.key.kind))
}

fn has(verdict: &Verdict, keys: &[S]) -> bool {
    verdict.because.iter().any(|because| keys.contains(&because.text.key))
}

fn main_host(story: &Story) -> Value {
    story
        .threads
        .iter()
        .find(|thread| !thread.hosts.is_empty())
        .map_or_else(|| Value::Inside("-".to_owned()), host)
}

/// Says whether something is infected and why, and what that means.
pub(super) fn infection_and_impact(story: &Story, verdict: &Verdict) -> (Vec<Statement>, Vec<Statement>) {
    let host = main_host(story);
    let with_host = |key: S| Statement::new(key).with("host", host.clone());
    let plain = Statement::new;
    if has(verdict, &[S::BecauseIntegrity, S::BecauseDeviceCc]) {
        let device =
            story.threads.iter().flat_map(|thread| &thread.devices).next().cloned().unwrap_or_default();
        let device = Value::Inside(device);
        return (
            vec![plain(S::InfectedDevice).with("device", device.clone())],
            vec![plain(S::ImpactDevice).with("device", device)],
        );
    }
    if verdict.infection == Infection::Infected {
        return infected(story, verdict, &with_host);
    }
    if verdict.infection == Infection::NotInfected {
        let why = if verdict.suppressed_by.is_some()
            || has(verdict, &[S::BecauseAnalyst, S::BecauseSandboxWithdrawn])
        {
            S::NotInfectedFalse
        } else if any(story, &[K::Policy, K::Behaviour, K::UnwantedSoftware, K::Unscannable, K::TestFile]) {
            S::NotInfectedPolicy
        } else if any(story, &[K::Scan, K::CcSearch]) && !any(story, &[K::Exploit, K::Malware]) {
            S::NotInfectedScan
        } else if verdict.outcome == Outcome::Blocked {
            S::NotInfectedBlocked
        } else {
            S::NotInfectedFailed
        };
        return (vec![plain(why)], vec![plain(S::ImpactNone)]);
    }
    open_verdict(story, verdict, &with_host)
}

fn infected(
    story: &Story,
    verdict: &Verdict,
    with_host: &impl Fn(S) -> Statement,
) -> (Vec<Statement>, Vec<Statement>) {
    let mut why = Vec::new();
    let mut means = Vec::new();
    if has(verdict, &[S::BecauseCallback]) {
        why.push(with_host(S::InfectedServer));
        means.push(with_host(S::ImpactServer));
    }
    if any(story, &[K::CcPayload, K::CcContact, K::Sinkhole]) {
        let key = if verdict.contained { S::InfectedCcContained } else { S::InfectedCcPassed };
        why.push(with_host(key));
        means.push(with_host(if verdict.contained { S::ImpactContained } else { S::ImpactRemoteControl }));
    }
    let attacking = has(
        verdict,
        &[S::BecauseOutbound, S::BecauseLateralHosts, S::BecauseLateralPassed, S::BecauseInsideScanSign],
    );
    if attacking {
        why.push(with_host(S::InfectedAttacking));
        let reached: BTreeSet<String> = story
            .threads
            .iter()
            .filter(|thread| thread.key.direction == Direction::Internal)
            .flat_map(|thread| thread.peers.iter().map(|peer| peer.ip.to_string()))
            .collect();
        if reached.is_empty() {
            means.push(Statement::new(S::ImpactThirdParties));
        } else {
            means.push(
                Statement::new(S::ImpactSpread).with("hosts", Value::Names(reached.into_iter().collect())),
            );
        }
    }
    if why.is_empty() {
        why.push(with_host(S::InfectedCcPassed));
        means.push(with_host(S::ImpactRemoteControl));
    }
    (why, means)
}

fn open_verdict(
    story: &Story,
    verdict: &Verdict,
    with_host: &impl Fn(S) -> Statement,
) -> (Vec<Statement>, Vec<Statement>) {
    let plain = Statement::new;
    if let Some(thread) = find(story, &[K::PasswordTakeover]) {
        return (
            vec![plain(S::InfectedAccount).with("accounts", accounts(thread))],
            vec![plain(S::ImpactAccount)],
        );
    }
    if let Some(relay) = story.threads.iter().find_map(|thread| thread.key.relay) {
        return (vec![plain(S::UnknownInfectionClient).inside("relay", relay)], vec![plain(S::ImpactOpen)]);
    }
    if has(verdict, &[S::BecauseMalwareReached, S::BecauseSandbox, S::BecauseSiteMalware]) {
        return (vec![with_host(S::UnknownInfectionDelivered)], vec![with_host(S::ImpactMalware)]);
    }
    if has(verdict, &[S::BecauseCredentials]) {
        return (vec![with_host(S::UnknownInfectionCredentials)], vec![plain(S::ImpactCredentials)]);
    }
    if any(story, &[K::CcPayload, K::CcContact, K::Sinkhole]) {
        return (vec![with_host(S::UnknownInfectionCc)], vec![plain(S::ImpactOpen)]);
    }
    if has(verdict, &[S::BecauseMalwareRelay]) {
        return (vec![with_host(S::UnknownInfectionRelay)], vec![plain(S::ImpactOpen)]);
    }
    if any(story, &[K::DenialOfService]) {
        return (vec![plain(S::NotInfectedFailed)], vec![plain(S::ImpactAvailability)]);
    }
    let visited = [K::MaliciousSite, K::PhishingSite, K::MalwareGuess];
    let key = if any(story, &visited) {
        S::UnknownInfectionVisited
    } else if any(story, &[K::Behaviour, K::FanOut]) && !any(story, &[K::Exploit]) {
        S::UnknownInfectionBehaviour
    } else {
        S::UnknownInfectionExploit
    };
    (vec![with_host(key)], vec![plain(S::ImpactOpen)])
}

/// Says how far it reaches, as far as this subject's own evidence tells; the view across the tenant is added when
/// the incident is rendered.
pub(super) fn scope(story: &Story) -> Vec<Statement> {
    let mut sentences = Vec::new();
    let inside = hosts(story.threads.iter());
    match inside.as_slice() {
        [] => {}
        [_] => sentences.push(Statement::new(S::ScopeOneHost).with("host", main_host(story))),
        several => sentences.push(
            Statement::new(S::ScopeHosts)
                .with("hosts", Value::Names(several.to_vec()))
                .with("count", several.len() as u64),
        ),
    }
    let targets = story
        .threads
        .iter()
        .filter(|thread| matches!(thread.key.kind, K::FanOut | K::Campaign | K::Exploit))
        .filter(|thread| thread.key.kind == K::Campaign || thread.key.direction != Direction::Inbound)
        .map(|thread| thread.peer_count)
        .max();
    if let Some(targets) = targets.filter(|targets| *targets > 1) {
        sentences.push(Statement::new(S::ScopeTargets).with("count", targets));
    }
    let users: BTreeSet<String> =
        story.threads.iter().flat_map(|thread| thread.users.iter().cloned()).collect();
    if !users.is_empty() {
        sentences
            .push(Statement::new(S::ScopeUsers).with("users", Value::Names(users.into_iter().collect())));
    }
    let bytes = story.threads.iter().fold(0u64, |sum, thread| sum.saturating_add(thread.bytes_out));
    if bytes > 0 {
        sentences.push(Statement::new(S::ScopeBytes).with("bytes", Value::Bytes(bytes)));
    }
    if sentences.is_empty() {
        sentences.push(Statement::new(S::ScopeNone));
    }
    sentences
}

/// Says what is not known.
pub(super) fn unknowns(story: &Story, verdict: &Verdict) -> Vec<Statement> {
    let mut open: Vec<S> = Vec::new();
    let told = verdict.level >= Level::TWO;
    if has(verdict, &[S::BecauseExploitOpen, S::BecauseExploitAnswered, S::BecauseVictim, S::BecauseCampaign])
        && told
    {
        open.push(S::UnknownOutcome);
    }
    if has(verdict, &[S::BecauseMalwareReached, S::BecauseSandbox, S::BecauseSiteMalware]) {
        open.push(S::UnknownExecuted);
    }
    if has(verdict, &[S::BecauseMalwareRelay]) {
        open.push(S::UnknownDelivered);
    }
    if has(verdict, &[S::BecauseGuess]) {
        open.push(S::UnknownVerdict);
    }
    if has(verdict, &[S::BecauseSiteAllowed]) && told {
        open.push(S::UnknownEntered);
    }
    if verdict.infection == Infection::Infected {
        if any(story, &[K::CcPayload, K::CcContact]) && !verdict.contained {
            open.push(S::UnknownSent);
        }
        open.push(S::UnknownInside);
    }
    if any(story, &[K::Unscannable]) || story.earlier.iter().any(|thread| thread.key.kind == K::Unscannable) {
        open.push(S::UnknownEncrypted);
    }
    if any(story, &[K::OtherContact]) {
        open.push(S::UnknownHabit);
    }
    let traffic_missing =
        has(verdict, &[S::BecauseExploitOpen]) && !any(story, &[K::SessionAnswered, K::SessionFailed]);
    if traffic_missing {
        open.push(S::UnknownTraffic);
    }
    if story.threads.iter().any(|thread| thread.posture == Posture::Sniffer) {
        open.push(S::UnknownSniffer);
    }
    if story.over {
        open.push(S::UnknownCut);
    }
    let mut unknowns: Vec<Statement> = open.into_iter().map(Statement::new).collect();
    if let Some(relay) = story.threads.iter().find_map(|thread| thread.key.relay) {
        unknowns.insert(0, Statement::new(S::UnknownClient).inside("relay", relay));
    }
    unknowns
}

/// Tells whether a story's host is of a role.
pub(super) fn is_role(story: &Story, role: Role) -> bool {
    story.threads.iter().flat_map(|thread| &thread.hosts).any(|host| host.role == role)
}

/// Returns an indicator's value that can be blocked, of each attack thread.
pub(super) fn destinations(story: &Story) -> Vec<String> {
    let kinds = [
        K::CcPayload,
        K::CcContact,
        K::Callback,
        K::MaliciousSite,
        K::PhishingSite,
        K::CredentialsSubmitted,
        K::Malware,
        K::DeviceCc,
    ];
    let threads = story
        .threads
        .iter()
        .filter(|thread| kinds.contains(&thread.key.kind) && thread.key.direction != Direction::Internal);
    let all: BTreeSet<String> = threads.map(indicator).filter(|value| value != "-").collect();
    all.into_iter().collect()
}
