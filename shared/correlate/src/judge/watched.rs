//! Rules 11 and 13: policy matters and behaviour, watched and not told alone.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, FindingKind as K, Level, Statement, StatementKey as S, Value};

use super::{Case, Findings};
use crate::story::Thread;
use crate::words::{behaviour, what};

pub(super) fn judge(case: &Case<'_>, found: &mut Findings) {
    for (index, thread) in case.of(&[K::Policy]) {
        let text = Statement::new(S::BecausePolicy).text("what", &what(thread));
        found.push("11", Level::ONE, thread.first, text, [index]);
    }
    let behaviours: Vec<(usize, &Thread)> = case.of(&[K::Behaviour]).collect();
    for (index, thread) in &behaviours {
        let text = Statement::new(S::BecauseBehaviour).with("what", behaviour(thread));
        found.push("13", Level::ONE, thread.first, text, [*index]);
    }
    if let Some((since, kinds)) = two_kinds(case, &behaviours) {
        let text = Statement::new(S::BecauseBehaviours).with("kinds", Value::Names(kinds));
        found.push("13", Level::TWO, since, text, behaviours.iter().map(|(index, _)| *index));
    } else if !behaviours.is_empty() {
        found.change(Statement::new(S::ChangeSecondBehaviour), Level::TWO);
    }
}

/// Two different kinds on one host within a day.
fn two_kinds(case: &Case<'_>, behaviours: &[(usize, &Thread)]) -> Option<(EventTime, Vec<String>)> {
    let mut kinds: BTreeMap<&str, Vec<EventTime>> = BTreeMap::new();
    for (_, thread) in behaviours {
        kinds.entry(&thread.key.about).or_default().extend(&thread.instants);
    }
    let mut best: Option<EventTime> = None;
    for (one, first) in &kinds {
        for (_, second) in kinds.iter().filter(|(other, _)| *other > one) {
            for a in first {
                let near = |b: &&EventTime| a.since(**b).abs() <= case.settings.behaviour_window;
                if let Some(b) = second.iter().find(near) {
                    let both = (*a).max(*b);
                    best = Some(best.map_or(both, |best| best.min(both)));
                }
            }
        }
    }
    best.map(|since| (since, kinds.keys().map(|kind| (*kind).to_owned()).collect()))
}
