//! What this process noted of the scope, so that a host that meets the same file a thousand times is written once.

use std::collections::HashMap;

use hinomi_model::{EventTime, Fingerprint};
use hinomi_store::Sighting;

/// Sightings remembered, some two megabytes. When it is full, all is forgotten and noted once more, which changes
/// nothing in the store.
const MAX_NOTED: usize = 1 << 16;

/// The sightings noted lately, with the times noted.
#[derive(Clone, Debug, Default)]
pub struct Noted(HashMap<u64, EventTime>);

impl Noted {
    /// Returns the sightings that are not noted yet, or with a later time only; each once, with its earliest time.
    pub(super) fn fresh(&self, sightings: impl Iterator<Item = Sighting>) -> Vec<Sighting> {
        let mut fresh: Vec<Sighting> = sightings
            .filter(|sighting| self.0.get(&print(sighting)).is_none_or(|noted| sighting.first < *noted))
            .collect();
        // The time is the last thing that sightings are ordered by, so the earliest of the same comes first.
        fresh.sort_unstable();
        fresh.dedup_by(|later, first| {
            later.tenant == first.tenant && later.indicator == first.indicator && later.host == first.host
        });
        fresh
    }

    /// Remembers sightings that were noted.
    pub(super) fn remember(&mut self, sightings: &[Sighting]) {
        if self.0.len() + sightings.len() > MAX_NOTED {
            self.0.clear();
        }
        let room = MAX_NOTED.saturating_sub(self.0.len());
        self.0.extend(sightings.iter().take(room).map(|sighting| (print(sighting), sighting.first)));
    }
}

fn print(sighting: &Sighting) -> u64 {
    Fingerprint::new("sighting/1")
        .text(sighting.tenant.as_str())
        .text(&sighting.indicator)
        .text(&sighting.host.to_string())
        .finish_short()
}

#[cfg(test)]
mod tests {
    use hinomi_model::TenantId;

    use super::*;

    fn sighting(host: u8, second: i64) -> Sighting {
        Sighting {
            tenant: TenantId::new("kita"),
            indicator: "domain/evil.example".to_owned(),
            host: [10, 1, 0, host].into(),
            first: EventTime::from_seconds(second),
        }
    }

    #[test]
    fn each_is_noted_once_and_again_only_with_an_earlier_time() {
        let mut noted = Noted::default();
        let fresh = noted.fresh([sighting(1, 5), sighting(2, 5), sighting(1, 3), sighting(1, 5)].into_iter());
        assert_eq!(fresh, [sighting(1, 3), sighting(2, 5)]);
        noted.remember(&fresh);
        assert_eq!(noted.fresh([sighting(1, 3), sighting(1, 9), sighting(2, 5)].into_iter()), []);
        assert_eq!(noted.fresh([sighting(2, 4)].into_iter()), [sighting(2, 4)]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut noted = Noted::default();
        for start in 0..3_i64 {
            let many: Vec<Sighting> = (0..40_000)
                .map(|n| Sighting { indicator: format!("domain/{start}-{n}.example"), ..sighting(1, 0) })
                .collect();
            noted.remember(&many);
            assert!(noted.0.len() <= MAX_NOTED);
        }
    }
}
