//! One sentence for each kind of evidence.

use hinomi_model::{
    Delivery, Direction, FindingKind as K, Function, Habit, Measure, Statement, StatementKey as S, Unusual,
    Value,
};

use crate::story::Thread;
use crate::words::{accounts, attacker, behaviour, file, host, indicator, recognised, what};

/// Says what a thread shows.
pub(crate) fn saw(thread: &Thread) -> Statement {
    let of = |key: S| Statement::new(key);
    let count = thread.count;
    let disposition = thread.key.disposition.as_str();
    let device = || Value::Inside(thread.devices.first().cloned().unwrap_or_default());
    let inside_or_outside = if thread.key.direction == Direction::Internal { "inside" } else { "outside" };
    match thread.key.kind {
        K::Scan => of(S::SawScan)
            .indicator("attacker", &actor(thread))
            .text("what", &what(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::Exploit => of(S::SawExploit)
            .indicator("attacker", &actor(thread))
            .with("host", target(thread))
            .text("what", &what(thread))
            .with("count", count)
            .word("disposition", disposition)
            .word("class", thread.key.class.as_str())
            .word("direction", thread.key.direction.as_str()),
        K::WebShell | K::BruteForce | K::DenialOfService => of(match thread.key.kind {
            K::WebShell => S::SawWebShell,
            K::BruteForce => S::SawBruteForce,
            _ => S::SawDos,
        })
        .indicator("attacker", &actor(thread))
        .with("host", target(thread))
        .text("what", &what(thread))
        .with("count", count)
        .word("disposition", disposition),
        K::CcPayload => of(S::SawCcPayload)
            .with("host", host(thread))
            .indicator("peer", &attacker(thread))
            .text("what", &what(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::CcContact => of(S::SawCcContact)
            .with("host", host(thread))
            .indicator("indicator", &indicator(thread))
            .text("what", &recognised(thread))
            .with("count", count)
            .word("disposition", disposition)
            .word("how", how(thread)),
        K::Sinkhole => of(S::SawSinkhole)
            .with("host", host(thread))
            .indicator("peer", &attacker(thread))
            .with("count", count),
        K::CcSearch => of(S::SawCcSearch)
            .indicator("attacker", &attacker(thread))
            .with("host", host(thread))
            .text("what", &what(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::Malware => of(S::SawMalware)
            .with("host", host(thread))
            .text("what", &what(thread))
            .text("file", &file(thread))
            .indicator("peer", &attacker(thread))
            .with("count", count)
            .word("disposition", disposition)
            .word("delivery", thread.key.delivery.unwrap_or(Delivery::ToHost).as_str()),
        K::MalwareGuess => of(S::SawMalwareGuess)
            .with("host", host(thread))
            .text("what", &what(thread))
            .text("file", &file(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::Behaviour if let Some(habit) = &thread.habit => unusual(thread, habit),
        K::Behaviour => of(S::SawBehaviour)
            .with("host", host(thread))
            .with("what", behaviour(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::UnwantedSoftware | K::TestFile | K::Policy => of(match thread.key.kind {
            K::UnwantedSoftware => S::SawUnwantedSoftware,
            K::TestFile => S::SawTestFile,
            _ => S::SawPolicy,
        })
        .with("host", host(thread))
        .text("what", &what(thread))
        .with("count", count)
        .word("disposition", disposition),
        K::Unscannable => of(S::SawUnscannable)
            .with("host", host(thread))
            .text("file", &file(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::SandboxMalicious => of(S::SawSandboxMalicious)
            .with("host", host(thread))
            .text("file", &file(thread))
            .text("what", &what(thread))
            .with("count", count),
        K::SandboxClean => {
            of(S::SawSandboxClean).with("host", host(thread)).text("file", &file(thread)).with("count", count)
        }
        K::MaliciousSite | K::PhishingSite => of(S::SawSite)
            .with("host", host(thread))
            .indicator("indicator", &indicator(thread))
            .with("count", count)
            .word("disposition", disposition)
            .word("site", if thread.key.kind == K::PhishingSite { "phishing" } else { "malicious" }),
        K::CredentialsSubmitted => of(S::SawCredentials)
            .with("host", host(thread))
            .indicator("indicator", &indicator(thread))
            .with("count", count)
            .word("disposition", disposition),
        K::SessionFailed | K::SessionAnswered => {
            of(if thread.key.kind == K::SessionFailed { S::SawSessionFailed } else { S::SawSessionAnswered })
                .with("host", host(thread))
                .indicator("attacker", &attacker(thread))
                .with("bytes", Value::Bytes(thread.bytes_in.unwrap_or(0)))
        }
        K::Callback => of(S::SawCallback)
            .with("host", host(thread))
            .indicator("peer", &attacker(thread))
            .with("port", u64::from(thread.peers.first().and_then(|peer| peer.port).unwrap_or(0)))
            .with("count", count),
        K::OtherContact => of(S::SawOtherContact)
            .with("host", host(thread))
            .indicator("peer", &attacker(thread))
            .with("count", count),
        K::FanOut => of(S::SawFanOut)
            .with("host", host(thread))
            .with("port", u64::from(thread.peers.first().and_then(|peer| peer.port).unwrap_or(0)))
            .with("hosts", thread.peer_count)
            .word("where", inside_or_outside)
            .word("disposition", disposition),
        K::Campaign => of(S::SawCampaign)
            .indicator("attacker", &attacker(thread))
            .with("targets", thread.peer_count)
            .with("families", thread.families.len() as u64),
        K::InCampaign => of(S::SawInCampaign).indicator("attacker", &attacker(thread)),
        K::ClientNamed => of(S::SawClientNamed).with("host", host(thread)).with(
            "relay",
            Value::Inside(thread.key.relay.map(|relay| relay.to_string()).unwrap_or_default()),
        ),
        K::PasswordRun | K::PasswordFailures => {
            of(if thread.key.kind == K::PasswordRun { S::SawPasswordRun } else { S::SawPasswordFailures })
                .indicator("attacker", &actor(thread))
                .with("count", count)
                .with("accounts", accounts(thread))
        }
        K::PasswordTakeover => of(S::SawPasswordTakeover)
            .indicator("attacker", &actor(thread))
            .with("accounts", accounts(thread)),
        K::PasswordPerson => of(S::SawPasswordPerson)
            .indicator("attacker", &actor(thread))
            .with("accounts", accounts(thread))
            .with("count", count),
        K::DeviceIntegrity | K::DeviceOverload | K::Health => of(if thread.key.kind == K::DeviceIntegrity {
            S::SawDeviceIntegrity
        } else {
            S::SawDeviceOverload
        })
        .with("device", device())
        .text("what", &what(thread))
        .with("count", count),
        K::DeviceCc => of(S::SawDeviceCc)
            .with("device", device())
            .indicator("peer", &attacker(thread))
            .with("count", count),
    }
}

/// Says what was usual, and what was seen instead.
fn unusual(thread: &Thread, habit: &Habit) -> Statement {
    let amount = |number: u64| match habit.measure {
        Measure::BytesOut => Value::Bytes(number),
        _ => Value::Number(number),
    };
    let of = if habit.unusual == Unusual::SlowTrend { "week" } else { habit.measure.as_str() };
    Statement::new(S::SawHabit)
        .with("host", host(thread))
        .with("what", behaviour(thread))
        .word("measure", of)
        .with("usual", amount(habit.usual))
        .with("seen", amount(habit.seen))
        .with("since", habit.since)
        .with("chart", Value::Chart { usual: habit.usual_chart.clone(), seen: habit.seen_chart.clone() })
}

fn outward(thread: &Thread) -> bool {
    matches!(thread.key.direction, Direction::Outbound | Direction::Internal)
}

/// Returns who did it: the inside host when it went out, else the other side (or the host, when it is all there is).
pub(super) fn actor(thread: &Thread) -> String {
    let host = thread.hosts.first().map(|host| host.ip.to_string());
    if outward(thread) || thread.peers.is_empty() {
        host.unwrap_or_else(|| attacker(thread))
    } else {
        attacker(thread)
    }
}

/// Returns whom it was done to.
pub(super) fn target(thread: &Thread) -> Value {
    if !outward(thread) {
        return host(thread);
    }
    let inside = thread.key.direction == Direction::Internal;
    let peer = attacker(thread);
    if inside { Value::Inside(peer) } else { Value::Indicator(peer) }
}

fn how(thread: &Thread) -> &'static str {
    if thread.functions.contains(&Function::Dns) {
        "lookup"
    } else if thread.functions.contains(&Function::Firewall) {
        "session"
    } else {
        "web"
    }
}
