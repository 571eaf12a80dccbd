//! The title: what kind of story it is, by the reason that decided its level.

use hinomi_model::{Direction, FindingKind as K, Level, Statement, StatementKey as S, Value};

use super::saw::actor;
use crate::judge::{Verdict, passed};
use crate::story::{Story, Thread};
use crate::words::{attacker, host};

/// Names a story.
pub(crate) fn title(story: &Story, verdict: &Verdict) -> Statement {
    let top = verdict.because.iter().find(|because| !because.threads.is_empty());
    let deciding: Vec<&Thread> = top
        .map(|because| because.threads.iter().filter_map(|index| story.threads.get(*index)).collect())
        .unwrap_or_default();
    let Some(thread) =
        deciding.iter().copied().min_by_key(|thread| weight(thread.key.kind)).or(story.threads.first())
    else {
        return Statement::new(S::BecauseBackground);
    };
    if verdict.level == Level::ZERO && analyst_decided(verdict) {
        return Statement::new(S::TitleFalsePositive).with("host", subject(thread));
    }
    if verdict.suppressed_by.is_some() {
        return Statement::new(S::TitleAllowed).with("host", subject(thread));
    }
    let key = top.map(|because| because.text.key);
    named(story, verdict, thread, key)
}

fn analyst_decided(verdict: &Verdict) -> bool {
    verdict.because.first().is_some_and(|because| because.rule == "analyst")
}

/// What a title should speak of first.
fn weight(kind: K) -> u8 {
    match kind {
        K::DeviceIntegrity | K::DeviceCc | K::Callback => 0,
        K::CcPayload => 1,
        K::CcContact | K::Sinkhole => 2,
        K::PasswordTakeover | K::CredentialsSubmitted | K::WebShell => 3,
        K::Malware | K::SandboxMalicious | K::Campaign => 4,
        K::FanOut => 5,
        _ => 6,
    }
}

fn subject(thread: &Thread) -> Value {
    if thread.hosts.is_empty() { Value::Indicator(attacker(thread)) } else { host(thread) }
}

fn named(story: &Story, verdict: &Verdict, thread: &Thread, reason: Option<S>) -> Statement {
    let of = |key: S| Statement::new(key);
    let stopped = !passed(thread);
    let outward = matches!(thread.key.direction, Direction::Outbound | Direction::Internal);
    match thread.key.kind {
        K::CcPayload | K::CcContact | K::Sinkhole | K::ClientNamed => {
            let contained = if verdict.contained { "yes" } else { "no" };
            of(S::TitleCc).with("host", host(thread)).word("contained", contained)
        }
        K::Malware
        | K::SandboxMalicious
        | K::SandboxClean
        | K::MalwareGuess
        | K::UnwantedSoftware
        | K::TestFile
        | K::Unscannable => {
            let outcome = match reason {
                Some(S::BecauseSandboxWithdrawn) => "withdrawn",
                Some(S::BecauseMalwareRelay) => "relay",
                Some(S::BecauseGuess) => "guess",
                Some(S::BecauseUnwanted) => "unwanted",
                Some(S::BecauseTestFile) => "test",
                Some(S::BecauseUnscannable) => "unscannable",
                _ if stopped => "blocked",
                _ => "reached",
            };
            of(S::TitleMalware).with("host", host(thread)).word("outcome", outcome)
        }
        K::Campaign => {
            of(S::TitleCampaign).indicator("attacker", &attacker(thread)).with("targets", thread.peer_count)
        }
        K::Scan if !outward => of(S::TitleScan).indicator("attacker", &attacker(thread)),
        K::Scan | K::FanOut => of(S::TitleInsideScan).with("host", host(thread)),
        K::Exploit | K::BruteForce
            if outward
                && matches!(
                    reason,
                    Some(S::BecauseExploitMinor | S::BecauseOutboundGeneric | S::BecauseGuessing)
                ) =>
        {
            of(S::TitleMinor).with("host", host(thread))
        }
        K::Exploit | K::BruteForce | K::WebShell if outward => {
            let place = if thread.key.direction == Direction::Internal { "inside" } else { "outside" };
            of(S::TitleOutbound).with("host", host(thread)).word("where", place)
        }
        K::WebShell if !stopped => {
            of(S::TitleWebShell).with("host", host(thread)).indicator("attacker", &attacker(thread))
        }
        K::Callback => of(S::TitleExploit)
            .with("host", host(thread))
            .indicator("attacker", &attacker(thread))
            .word("outcome", "succeeded"),
        K::Exploit | K::WebShell if !stopped => {
            let outcome = match reason {
                Some(S::BecauseExploitFailed) => "failed",
                _ => "unknown",
            };
            of(S::TitleExploit)
                .with("host", host(thread))
                .indicator("attacker", &attacker(thread))
                .word("outcome", outcome)
        }
        K::Exploit | K::WebShell | K::CcSearch => of(S::TitleInbound)
            .indicator("attacker", &attacker(thread))
            .with("count", story.threads.iter().fold(0u64, |sum, thread| sum.saturating_add(thread.count))),
        K::MaliciousSite | K::PhishingSite | K::CredentialsSubmitted => {
            let site = if thread.key.kind == K::MaliciousSite { "malicious" } else { "phishing" };
            let outcome = match reason {
                Some(S::BecauseCredentials) => "credentials",
                Some(S::BecauseSiteMalware) => "malware",
                _ if stopped => "blocked",
                _ => "allowed",
            };
            of(S::TitleSite).with("host", host(thread)).word("site", site).word("outcome", outcome)
        }
        K::PasswordRun | K::PasswordFailures | K::BruteForce => {
            of(S::TitlePassword).indicator("attacker", &actor(thread)).word("outcome", "failed")
        }
        K::PasswordTakeover => {
            of(S::TitlePassword).indicator("attacker", &actor(thread)).word("outcome", "succeeded")
        }
        K::PasswordPerson => {
            of(S::TitlePassword).indicator("attacker", &actor(thread)).word("outcome", "person")
        }
        K::DenialOfService | K::DeviceOverload => {
            let outcome = if stopped { "mitigated" } else { "unmitigated" };
            of(S::TitleDos).with("target", subject(thread)).word("outcome", outcome)
        }
        K::DeviceIntegrity | K::DeviceCc | K::Health => of(S::TitleDevice)
            .with("device", Value::Inside(thread.devices.first().cloned().unwrap_or_default())),
        K::Policy => of(S::TitlePolicy).with("host", host(thread)),
        K::Behaviour => of(S::TitleBehaviour).with("host", host(thread)),
        K::SessionFailed | K::SessionAnswered | K::OtherContact | K::InCampaign => of(S::TitleExploit)
            .with("host", host(thread))
            .indicator("attacker", &attacker(thread))
            .word("outcome", "unknown"),
    }
}
