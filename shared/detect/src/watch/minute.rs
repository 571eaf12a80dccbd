//! What came of one device in a minute, whatever order it came in.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Function, Locator, Pulse, Saying, Sign, Symptom};

use super::clocks::Shown;

/// Signs of one minute and device that are heard; beyond, the first by their own order are. A device that says more in a
/// minute is in a trouble that any hundred of them tell.
pub(super) const MAX_SIGNS: usize = 128;

/// What came of one device in a minute.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    pub(super) functions: BTreeMap<Function, Wrote>,
    pub(super) signs: Vec<(Sign, Option<Locator>)>,
    pub(super) clock: Option<Shown>,
}

/// What one function of a device wrote in a minute.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrote {
    pub(super) lines: u64,
    pub(super) numbers: Option<(u64, u64)>,
}

impl Vitals {
    pub(super) fn wrote(&mut self, pulse: &Pulse) {
        let own = self.functions.entry(pulse.function).or_default();
        own.lines = own.lines.saturating_add(pulse.lines);
        own.numbers = match (own.numbers, pulse.numbers) {
            (Some(own), Some(new)) => Some((own.0.min(new.0), own.1.max(new.1))),
            (own, new) => own.or(new),
        };
    }

    pub(super) fn showed(&mut self, shown: Shown) {
        match &mut self.clock {
            Some(own) => own.join(shown),
            None => self.clock = Some(shown),
        }
    }

    pub(super) fn add(&mut self, sign: Sign, line: Option<Locator>) {
        self.signs.push((sign, line));
        if self.signs.len() >= 2 * MAX_SIGNS {
            self.settle();
        }
    }

    /// Sorts the signs, takes out repeats and drops what is beyond the bound.
    pub(super) fn settle(&mut self) {
        self.signs.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
        self.signs.dedup_by(|(a, _), (b, _)| order(a) == order(b));
        self.signs.truncate(MAX_SIGNS);
    }
}

/// Signs of a minute in an order of their own, whatever order they came in.
pub(super) fn order(sign: &Sign) -> (EventTime, Symptom, Saying, &str, Option<u64>) {
    (sign.time, sign.symptom, sign.saying, &sign.object, sign.value)
}
