//! What of a long course must be remembered: trouble can last for months, and evidence is kept for days.
//!
//! Of the hours that nothing reaches any more, a course that still matters keeps its first days whole, in which what only
//! happened can hold it together. Of later ones it keeps of each part the first trouble, the last end, the trouble since
//! then and the last report: trouble may seem to have lasted through a recovery, and never to have paused, so the course
//! stays one. It is a function of the set: forgetting twice is forgetting once.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::Settings;

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
            kept.extend(ends(&draft, oldest, settings));
        }
    }
    hours.retain(|hour, strands| {
        if *hour < oldest {
            strands.retain(|key, _| kept.contains(&(*hour, key.clone())));
        }
        !strands.is_empty()
    });
}

/// Returns the cells that are kept of the hours before `oldest`.
fn ends(draft: &Draft<'_>, oldest: i64, settings: &Settings) -> Vec<(i64, StrandKey)> {
    let grown = draft.first_hour + settings.incident_life / 3_600;
    let old = draft.reports.iter().filter(|report| report.hour < oldest);
    let (young, later): (Vec<&Report<'_>>, Vec<&Report<'_>>) = old.partition(|report| report.hour < grown);
    let mut parts: BTreeMap<Part<'_>, Ends<'_>> = BTreeMap::new();
    for report in later {
        parts.entry(report.part).or_default().add(report);
    }
    let kept = young.into_iter().chain(parts.into_values().flat_map(Ends::all));
    kept.map(|report| (report.hour, report.key.clone())).collect()
}

/// What is kept of one part.
#[derive(Default)]
struct Ends<'r> {
    first_trouble: Option<&'r Report<'r>>,
    last_end: Option<&'r Report<'r>>,
    trouble_since: Option<&'r Report<'r>>,
    last: Option<&'r Report<'r>>,
}

impl<'r> Ends<'r> {
    fn add(&mut self, report: &'r Report<'r>) {
        if report.condition.lasts() {
            self.first_trouble.get_or_insert(report);
            self.trouble_since.get_or_insert(report);
        } else {
            (self.last_end, self.trouble_since) = (Some(report), None);
        }
        self.last = Some(report);
    }

    fn all(self) -> impl Iterator<Item = &'r Report<'r>> {
        [self.first_trouble, self.last_end, self.trouble_since, self.last].into_iter().flatten()
    }
}
