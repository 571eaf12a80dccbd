//! Rule 5: command and control, outward.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{
    Class, EventTime, FindingKind as K, Function, IndicatorKind, Level, Statement, StatementKey as S, Value,
};

use super::{Case, Findings, files, stopped};
use crate::attempts::{attempts, in_hours, persistent};
use crate::story::Thread;
use crate::words::{indicator, what};

const CC: &[K] = &[K::CcPayload, K::CcContact, K::Sinkhole];

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    let mut threads: Vec<(usize, &Thread)> = case.of(CC).collect();
    // A portal that also answers for blocked web categories proves nothing beside no look-up.
    if threads.iter().all(|(_, thread)| shared_portal(thread)) {
        threads.clear();
    }
    let Some(first) = threads.iter().map(|(_, thread)| thread.first).min() else { return };
    passed_through(case, found, &threads);
    let contained = if threads.iter().all(|(_, thread)| stopped(thread)) { "yes" } else { "no" };
    let begun = all_attempts(case, &threads);
    let indices: Vec<usize> = threads.iter().map(|(index, _)| *index).collect();
    if let Some((since, attempts, span)) =
        persistent(&begun, case.settings.cc_attempts, case.settings.cc_span, case.settings.cc_window)
    {
        let text = Statement::new(S::BecauseCcPersistent)
            .with("attempts", attempts.max(begun.len() as u64))
            .with("minutes", u64::try_from(whole_span(&begun, span) / 60).unwrap_or(0))
            .word("contained", contained);
        found.push("5", Level::FOUR, since, text, indices.iter().copied());
    }
    if let Some((since, hours)) = in_hours(&begun, case.settings.cc_hours) {
        let text = Statement::new(S::BecauseCcHours).with("hours", hours).word("contained", contained);
        found.push("5", Level::FOUR, since, text, indices.iter().copied());
    }
    let families = families(&threads);
    if families.len() as u64 >= case.settings.cc_families {
        let mut firsts: Vec<EventTime> = families.values().copied().collect();
        firsts.sort_unstable();
        let nth = usize::try_from(case.settings.cc_families).unwrap_or(usize::MAX).saturating_sub(1);
        let since = firsts.get(nth).copied().unwrap_or(first);
        let names = families.keys().map(|name| (*name).to_owned()).collect();
        let text = Statement::new(S::BecauseCcFamilies)
            .with("families", Value::Names(names))
            .word("contained", contained);
        found.push("5", Level::FOUR, since, text, indices.iter().copied());
    }
    after_delivery(case, found, &threads, &begun, contained);
    let stopped_only = threads.iter().all(|(_, thread)| stopped(thread));
    let decided = found.because.iter().any(|because| because.level == Level::FOUR && because.rule == "5");
    if stopped_only && !decided {
        let text = Statement::new(S::BecauseCcFew).with("attempts", begun.len() as u64);
        found.push("5", Level::TWO, first, text, indices.iter().copied());
        let more = case.settings.cc_attempts.saturating_sub(begun.len() as u64).max(1);
        found.change(Statement::new(S::ChangeAttempts).with("more", more), Level::FOUR);
    }
    if !decided {
        found.change(Statement::new(S::ChangeDelivery), Level::FOUR);
        found.change(Statement::new(S::ChangePayload), Level::FOUR);
    }
}

fn shared_portal(thread: &Thread) -> bool {
    thread.key.kind == K::Sinkhole && thread.key.class != Class::Specific
}

fn whole_span(begun: &[EventTime], least: i64) -> i64 {
    match (begun.first(), begun.last()) {
        (Some(first), Some(last)) => last.since(*first).max(least),
        _ => least,
    }
}

/// Allowed: a recognised payload proves it; a contact alone does not.
fn passed_through(case: &Case<'_>, found: &mut Findings, threads: &[(usize, &Thread)]) {
    for (index, thread) in threads.iter().filter(|(_, thread)| !stopped(thread)) {
        if thread.key.kind == K::CcPayload {
            let text = Statement::new(S::BecauseCcPayload).text("what", &what(thread));
            found.push("5", Level::FOUR, thread.first, text, [*index]);
            continue;
        }
        let name = indicator(thread);
        let session = thread.functions.contains(&Function::Firewall);
        let fresh = thread
            .indicators
            .iter()
            .filter(|indicator| matches!(indicator.kind, IndicatorKind::Domain | IndicatorKind::Ip))
            .any(|indicator| case.knowledge.is_fresh(indicator, thread.first) == Some(true));
        let answered = thread.bytes_in.unwrap_or(0) > 0;
        let sessions = thread.sessions.len() as u64;
        if fresh && answered && sessions >= case.settings.cc_sessions {
            let text =
                Statement::new(S::BecauseCcSessions).indicator("indicator", &name).with("count", sessions);
            found.push("5", Level::FOUR, thread.first, text, [*index]);
        } else if session {
            let text = Statement::new(S::BecauseCcOneSession).indicator("indicator", &name);
            found.push("5", Level::TWO, thread.first, text, [*index]);
            found.change(Statement::new(S::ChangeTwoWay), Level::FOUR);
        } else {
            let text = Statement::new(S::BecauseCcLookup).indicator("indicator", &name);
            found.push("5", Level::TWO, thread.first, text, [*index]);
            found.change(Statement::new(S::ChangeTwoWay), Level::FOUR);
        }
    }
}

/// Counts attempts by indicator; a connection to the sinkhole right after a look-up is the same attempt.
fn all_attempts(case: &Case<'_>, threads: &[(usize, &Thread)]) -> Vec<EventTime> {
    let mut by_indicator: BTreeMap<&str, Vec<EventTime>> = BTreeMap::new();
    let mut sinkholes: Vec<EventTime> = Vec::new();
    for (_, thread) in threads {
        if thread.key.kind == K::Sinkhole {
            sinkholes.extend(&thread.instants);
        } else {
            by_indicator.entry(&thread.key.about).or_default().extend(&thread.instants);
        }
    }
    let named: Vec<EventTime> = by_indicator.values().flatten().copied().collect();
    let follows = |instant: &EventTime| {
        named.iter().any(|look_up| (0..=case.settings.attempt).contains(&instant.since(*look_up)))
    };
    sinkholes.retain(|instant| !follows(instant));
    by_indicator.entry("").or_default().extend(sinkholes);
    let mut begun: Vec<EventTime> = Vec::new();
    for instants in by_indicator.values_mut() {
        instants.sort_unstable();
        begun.extend(attempts(instants, case.settings.attempt));
    }
    begun.sort_unstable();
    begun
}

/// Families that the vendor recognised, with the time each was first seen.
fn families<'a>(threads: &[(usize, &'a Thread)]) -> BTreeMap<&'a str, EventTime> {
    let mut first: BTreeMap<&str, EventTime> = BTreeMap::new();
    for (_, thread) in threads.iter().filter(|(_, thread)| thread.key.kind == K::CcPayload) {
        for signature in &thread.signatures {
            let seen = first.entry(signature.family()).or_insert(thread.first);
            *seen = (*seen).min(thread.first);
        }
    }
    first
}

/// One attempt within a day after a delivery on the same host.
fn after_delivery(
    case: &Case<'_>,
    found: &mut Findings,
    threads: &[(usize, &Thread)],
    begun: &[EventTime],
    contained: &str,
) {
    let own: Vec<(Option<usize>, &Thread)> =
        files::reached(case).map(|(index, thread)| (Some(index), thread)).collect();
    let deliveries = own.into_iter().chain(files::delivered_earlier(case).map(|thread| (None, thread)));
    let mut best: Option<(EventTime, i64, BTreeSet<usize>)> = None;
    for (index, delivery) in deliveries {
        let hit = begun
            .iter()
            .find(|attempt| (0..=case.settings.delivery_to_cc).contains(&attempt.since(delivery.first)));
        if let Some(attempt) = hit {
            let entry = best.get_or_insert((*attempt, attempt.since(delivery.first), BTreeSet::new()));
            if *attempt < entry.0 {
                (entry.0, entry.1) = (*attempt, attempt.since(delivery.first));
            }
            entry.2.extend(index);
        }
    }
    if let Some((since, after, deliveries)) = best {
        let hours = u64::try_from(after / 3600).unwrap_or(0);
        let text =
            Statement::new(S::BecauseCcAfterDelivery).with("hours", hours).word("contained", contained);
        let all = deliveries.into_iter().chain(threads.iter().map(|(index, _)| *index));
        found.push("5", Level::FOUR, since, text, all);
    }
}
