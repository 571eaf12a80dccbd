//! Measures against limits: too much for several samples is a trouble, clearly less for several is its end.
//!
//! FortiGate writes its load every five minutes (`0100040704`), so [`SAMPLES`] are a quarter of an hour. Between the limit
//! and [`MARGIN`] below it nothing changes, so a load that sways about the limit is told once.

use std::collections::{BTreeMap, VecDeque};

use hinomi_model::registry::HealthLimits;
use hinomi_model::{Saying, Symptom};

use crate::follow::wire::{In, Out, Wire};

/// Samples that must agree.
const SAMPLES: usize = 3;
/// How far below its limit a measure is well again, in percent points.
const MARGIN: u64 = 10;
/// Measures watched of one device; names come from the device.
const MAX_GAUGES: usize = 32;

/// The last samples of each measure of a device.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauges(BTreeMap<(Symptom, String), VecDeque<u64>>);

/// Returns the limit of a measure in percent; `None` for measures that have none.
pub(super) fn limit(symptom: Symptom, limits: &HealthLimits) -> Option<u64> {
    match symptom {
        Symptom::CpuUse => Some(limits.cpu.into()),
        Symptom::MemoryUse => Some(limits.memory.into()),
        Symptom::DiskUse => Some(limits.disk.into()),
        _ => None,
    }
}

impl Wire for Gauges {
    fn put(&self, out: &mut Out) {
        self.0.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Wire::get(input).map(Gauges)
    }
}

impl Gauges {
    /// Takes a sample, and says what several of them show against a limit.
    pub(super) fn read(&mut self, symptom: Symptom, object: &str, value: u64, limit: u64) -> Option<Saying> {
        let key = (symptom, object.to_owned());
        if self.0.len() >= MAX_GAUGES && !self.0.contains_key(&key) {
            return None;
        }
        let samples = self.0.entry(key).or_default();
        if samples.len() >= SAMPLES {
            samples.pop_front();
        }
        samples.push_back(value);
        if samples.len() < SAMPLES {
            return None;
        }
        if samples.iter().all(|sample| *sample >= limit) {
            return Some(Saying::Trouble);
        }
        samples.iter().all(|sample| *sample < limit.saturating_sub(MARGIN)).then_some(Saying::Over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(samples: &[u64]) -> Vec<Option<Saying>> {
        let mut gauges = Gauges::default();
        samples.iter().map(|sample| gauges.read(Symptom::CpuUse, "", *sample, 90)).collect()
    }

    #[test]
    fn one_busy_sample_is_no_trouble() {
        assert!(said(&[99, 20, 99, 99, 20]).iter().all(Option::is_none));
    }

    #[test]
    fn several_are_and_end_clearly_below() {
        let said = said(&[95, 92, 99, 85, 88, 91, 85, 79, 60, 40]);
        assert_eq!(said[2], Some(Saying::Trouble));
        assert!(said[3..9].iter().all(Option::is_none), "{said:?}");
        assert_eq!(said[9], Some(Saying::Over));
    }

    #[test]
    fn each_measure_has_its_tenants_limit() {
        let limits = HealthLimits { cpu: 70, ..HealthLimits::default() };
        assert_eq!(limit(Symptom::CpuUse, &limits), Some(70));
        assert_eq!(limit(Symptom::MemoryUse, &limits), Some(85));
        assert_eq!(limit(Symptom::SessionRate, &limits), None);
    }
}
