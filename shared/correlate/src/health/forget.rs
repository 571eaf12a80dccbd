//! What of a long course must be remembered: trouble can last for months, and evidence is kept for days.
//!
//! Of the hours that nothing reaches any more, each part of a course that still matters keeps its first report, its last
//! recovery and its last report. That is enough to know since when the trouble lasts and how each part is, and it is a
//! function of the set: forgetting twice, or before and after a join, is forgetting once.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{Condition, Settings};

use super::course::{Draft, Hours, Part, Report, drafts};
use crate::strand::StrandKey;

/// Forgets the hours before `oldest`, but for what courses that reach beyond it need.
pub(crate) fn forget(hours: &mut Hours, oldest: i64, settings: &Settings) {
    if hours.keys().next().is_none_or(|hour| *hour >= oldest) {
        return;
    }
    let mut kept: BTreeSet<(i64, StrandKey)> = BTreeSet::new();
    for draft in drafts(hours, settings) {
        let reaches = draft.lasts() || draft.reports.last().is_some_and(|report| report.hour >= oldest);
        if reaches {
            kept.extend(ends(&draft, oldest));
        }
    }
    hours.retain(|hour, strands| {
        if *hour < oldest {
            strands.retain(|key, _| kept.contains(&(*hour, key.clone())));
        }
        !strands.is_empty()
    });
}

/// Returns the cells of each part's first report, last recovery and last report before `oldest`.
fn ends(draft: &Draft<'_>, oldest: i64) -> Vec<(i64, StrandKey)> {
    let mut parts: BTreeMap<Part<'_>, [Option<&Report<'_>>; 3]> = BTreeMap::new();
    for report in draft.reports.iter().filter(|report| report.hour < oldest) {
        let [first, well, last] = parts.entry(report.part).or_default();
        first.get_or_insert(report);
        if report.condition == Condition::Well {
            *well = Some(report);
        }
        *last = Some(report);
    }
    parts.into_values().flatten().flatten().map(|report| (report.hour, report.key.clone())).collect()
}
