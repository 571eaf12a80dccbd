//! What an appliance's trouble means, what to do about it, and what is not known.

use std::collections::BTreeSet;

use hinomi_model::{
    Actor, Assessment, Condition, Countermeasure, Statement, StatementKey as S, Symptom, Value, Within,
};

use super::course::Course;
use super::incident::{device, state};

/// Answers what can be answered; of an infection it says that this is no attack.
pub(super) fn assess(course: &Course, cause: Vec<Statement>) -> Assessment {
    Assessment {
        cause,
        infection: conclusion(course),
        impact: impact(course),
        scope: Vec::new(),
        countermeasures: measures(course),
        unknowns: unknowns(course),
    }
}

fn conclusion(course: &Course) -> Vec<Statement> {
    let (condition, _) = state(course);
    let mut conclusion = Vec::new();
    if let Some((spell, ended)) = course.recovered().filter(|_| !course.lasts()) {
        conclusion.push(
            Statement::new(S::ConclusionHealthOver)
                .with("device", device(course))
                .word("symptom", spell.symptom.as_str())
                .with("since", spell.since)
                .with("until", ended)
                .with("span", Value::Span(ended.since(spell.since))),
        );
    }
    conclusion.push(
        Statement::new(S::ConclusionHealth).with("device", device(course)).word("condition", condition),
    );
    conclusion
}

/// What there is to answer for: what lasts, and what happened.
fn symptoms(course: &Course) -> BTreeSet<Symptom> {
    let lasting = course.lasting.keys().map(|(symptom, _)| *symptom);
    let noted = course.turns.iter().filter(|turn| turn.condition == Condition::Noted);
    lasting.chain(noted.map(|turn| turn.symptom)).collect()
}

fn impact(course: &Course) -> Vec<Statement> {
    let effects: BTreeSet<&str> = symptoms(course).into_iter().map(effect).collect();
    let mut impact: Vec<Statement> = effects
        .into_iter()
        .map(|effect| Statement::new(S::ImpactHealth).with("device", device(course)).word("effect", effect))
        .collect();
    if let Some((spell, ended)) = course.recovered().filter(|_| !course.lasts()) {
        impact.push(
            Statement::new(S::ImpactHealthOver)
                .word("effect", effect(spell.symptom))
                .with("span", Value::Span(ended.since(spell.since))),
        );
    }
    impact
}

/// Returns the word for what a symptom means to whoever the appliance protects.
fn effect(symptom: Symptom) -> &'static str {
    use Symptom as Y;
    match symptom {
        Y::Silent | Y::LogServerLost => "blind",
        Y::FunctionSilent | Y::SequenceGap | Y::LogsDropped | Y::LogDiskFull => "gaps",
        Y::LoggingDisabled | Y::LogsDeleted => "unlogged",
        Y::CpuUse | Y::MemoryUse | Y::SessionUse | Y::SessionRate | Y::SlowAnswer => "slow",
        Y::ConserveMode | Y::IpsFailOpen | Y::ScannerFailed => "unexamined",
        Y::TableFull => "refused",
        Y::DiskUse => "disk",
        Y::HaMemberLost | Y::HaOutOfSync | Y::HaLinkDown | Y::PowerFailed | Y::FanFailed => "redundancy",
        Y::HaFailover => "takeover",
        Y::HaSplitBrain => "split",
        Y::InterfaceDown | Y::PathDown | Y::TunnelDown | Y::NeighbourLost => "cut",
        Y::Restarted | Y::RestartedUnasked => "restart",
        Y::ShutDown => "off",
        Y::Overheated | Y::VoltageWrong | Y::DiskFailed | Y::Crashed => "failing",
        Y::UpdateFailed | Y::UpdateStale | Y::FeedFailed => "outdated",
        Y::RatingUnreachable => "unrated",
        Y::LicenceExpiring => "expiring",
        Y::LicenceExpired => "expired",
        Y::TimeServerLost | Y::ClockWrong | Y::ClockSet => "times",
        Y::ProfileDisabled | Y::AnyAnyPolicy => "open",
        Y::Changed
        | Y::AdministratorAdded
        | Y::AdministratorFromNewCountry
        | Y::ConfigurationCopied
        | Y::ConfigurationRestored
        | Y::FirmwareChanged => "changed",
        Y::Unreachable => "unreachable",
        Y::CertificateExpiring => "certificate",
    }
}

fn measures(course: &Course) -> Vec<Countermeasure> {
    let mut acts: Vec<(Within, S)> = Vec::new();
    for symptom in symptoms(course) {
        for (within, key) in acts_for(symptom) {
            match acts.iter_mut().find(|(_, known)| known == key) {
                Some((known, _)) => *known = (*known).min(*within),
                None => acts.push((*within, *key)),
            }
        }
    }
    acts.sort();
    let mut measures: Vec<Countermeasure> = acts
        .into_iter()
        .map(|(within, key)| Countermeasure {
            act: Statement::new(key).with("device", device(course)),
            by: Actor::Customer,
            within,
        })
        .collect();
    let mut soc = |key: S| {
        let act = Statement::new(key).with("device", device(course));
        measures.push(Countermeasure { act, by: Actor::Soc, within: Within::Today });
    };
    if course.lasts() {
        soc(S::SocWatchDevice);
    }
    if course.recovered().is_some_and(|(spell, _)| matches!(effect(spell.symptom), "blind" | "gaps")) {
        soc(S::SocSearchGap);
    }
    if symptoms(course).into_iter().any(is_by_hand) {
        soc(S::SocReviewChange);
    }
    measures
}

/// Tells whether somebody did it, so that it can be meant or not.
fn is_by_hand(symptom: Symptom) -> bool {
    matches!(effect(symptom), "changed" | "open" | "unlogged") || symptom == Symptom::ClockSet
}

/// What the customer should do about a symptom.
fn acts_for(symptom: Symptom) -> &'static [(Within, S)] {
    use Symptom as Y;
    use Within::{Hour, Today, Week};
    match symptom {
        Y::Silent => &[(Hour, S::ActCheckPower), (Today, S::ActCheckLogPath)],
        Y::FunctionSilent | Y::SequenceGap | Y::LogsDropped | Y::LogServerLost => {
            &[(Today, S::ActCheckLogPath)]
        }
        Y::CpuUse | Y::MemoryUse | Y::SessionUse | Y::SessionRate | Y::SlowAnswer => {
            &[(Today, S::ActCheckLoad)]
        }
        Y::ConserveMode | Y::IpsFailOpen | Y::TableFull => &[(Hour, S::ActCheckLoad)],
        Y::DiskUse | Y::LogDiskFull => &[(Today, S::ActCheckDisk)],
        Y::HaSplitBrain => &[(Hour, S::ActCheckHa)],
        Y::HaMemberLost | Y::HaFailover | Y::HaOutOfSync | Y::HaLinkDown => &[(Today, S::ActCheckHa)],
        Y::InterfaceDown | Y::PathDown | Y::TunnelDown | Y::NeighbourLost => &[(Hour, S::ActCheckLine)],
        Y::ScannerFailed | Y::DiskFailed => &[(Hour, S::ActRepair)],
        Y::PowerFailed | Y::FanFailed | Y::Overheated | Y::VoltageWrong => &[(Today, S::ActRepair)],
        Y::Crashed => &[(Week, S::ActRepair)],
        Y::Restarted => &[(Today, S::ActConfirmRestart)],
        Y::RestartedUnasked => &[(Today, S::ActConfirmRestart), (Week, S::ActRepair)],
        Y::ShutDown => &[(Hour, S::ActCheckPower), (Hour, S::ActConfirmRestart)],
        Y::UpdateFailed | Y::UpdateStale | Y::RatingUnreachable | Y::FeedFailed => {
            &[(Today, S::ActCheckUpdates)]
        }
        Y::LicenceExpiring => &[(Week, S::ActRenewLicence)],
        Y::LicenceExpired => &[(Today, S::ActRenewLicence)],
        Y::TimeServerLost | Y::ClockWrong => &[(Today, S::ActCheckTime)],
        Y::LogsDeleted | Y::ClockSet => &[(Today, S::ActConfirmChange)],
        Y::LoggingDisabled | Y::ProfileDisabled | Y::AnyAnyPolicy => {
            &[(Today, S::ActConfirmChange), (Today, S::ActUndoChange)]
        }
        Y::Changed | Y::ConfigurationCopied | Y::ConfigurationRestored | Y::FirmwareChanged => {
            &[(Today, S::ActConfirmChange)]
        }
        Y::AdministratorAdded | Y::AdministratorFromNewCountry => &[(Hour, S::ActConfirmAdministrator)],
        Y::Unreachable => &[(Hour, S::ActCheckPower)],
        Y::CertificateExpiring => &[(Week, S::ActRenewCertificate)],
    }
}

fn unknowns(course: &Course) -> Vec<Statement> {
    let mut about = symptoms(course);
    if let Some((spell, _)) = course.recovered() {
        about.insert(spell.symptom);
    }
    let mut keys: BTreeSet<S> = about
        .into_iter()
        .filter_map(|symptom| match effect(symptom) {
            "blind" | "gaps" | "unlogged" => Some(S::UnknownSilence),
            "unexamined" => Some(S::UnknownUnexamined),
            "off" | "failing" => Some(S::UnknownTrouble),
            _ if symptom == Symptom::RestartedUnasked => Some(S::UnknownTrouble),
            "changed" | "open" => Some(S::UnknownIntended),
            _ => None,
        })
        .collect();
    if course.over {
        keys.insert(S::UnknownCut);
    }
    keys.into_iter().map(Statement::new).collect()
}
