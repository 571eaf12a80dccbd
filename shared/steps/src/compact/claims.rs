//! Which records of an object were taken from another one before it.
//!
//! A batch that came again may have been cut differently, so that one record lies in two objects. It belongs to the
//! first in the order of plans and names; damaged objects hold nothing. Most objects overlap with none, and then
//! nothing is looked at.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use hinomi_store::Archive;

use super::names::{RawName, Sequence};
use super::plan::Plan;
use super::{FETCHES, fetch};
use crate::error::Result;
use crate::raw::{self, Entry};
use crate::together::together;

/// The records of the objects that others overlap with.
pub(super) struct Claims<'p> {
    plan: &'p Plan,
    /// Of each object that meets some before it: which. Numbers below those of the plan's objects name what was taken.
    before: BTreeMap<usize, Vec<usize>>,
    /// Of each object that one behind it meets: the last that does.
    needed_until: BTreeMap<usize, usize>,
    /// What was looked up, as long as it is needed.
    held: BTreeMap<usize, Arc<HashSet<Sequence>>>,
}

impl<'p> Claims<'p> {
    /// Finds out which of a plan's objects meet which before them.
    pub(super) fn of(plan: &'p Plan) -> Self {
        let taken = plan.taken.len();
        let (mut before, mut needed_until) = (BTreeMap::<usize, Vec<usize>>::new(), BTreeMap::new());
        // Both lists are sorted by shard and first record: those that still reach as far as the one at hand are few.
        let mut reaching: Vec<usize> = Vec::new();
        let mut next_taken = 0;
        for (number, object) in plan.objects.iter().enumerate() {
            while let Some(earlier) = plan.taken.get(next_taken) {
                if (&earlier.shard, &earlier.first) > (&object.shard, &object.last) {
                    break;
                }
                reaching.push(next_taken);
                next_taken += 1;
            }
            reaching.retain(|earlier| {
                name(plan, *earlier).is_some_and(|earlier| {
                    earlier.shard == object.shard && earlier.last >= object.first
                        || (&earlier.shard, &earlier.first) > (&object.shard, &object.first)
                })
            });
            let meets =
                |earlier: &usize| name(plan, *earlier).is_some_and(|earlier| earlier.overlaps(object));
            let meeting: Vec<usize> = reaching.iter().copied().filter(meets).collect();
            for earlier in &meeting {
                needed_until.insert(*earlier, number);
            }
            if !meeting.is_empty() {
                before.insert(number, meeting);
            }
            reaching.push(taken + number);
        }
        Claims { plan, before, needed_until, held: BTreeMap::new() }
    }

    /// Looks up what some of the plan's objects need, and forgets what none needs any more.
    ///
    /// # Errors
    ///
    /// When the archive fails.
    pub(super) async fn look_up<A: Archive>(
        &mut self,
        archive: &A,
        objects: std::ops::Range<usize>,
    ) -> Result<()> {
        let Claims { plan, before, needed_until, held } = self;
        held.retain(|number, _| needed_until.get(number).is_some_and(|until| *until >= objects.start));
        let own = plan.taken.len() + objects.start..plan.taken.len() + objects.end;
        let needed = before.range(objects).flat_map(|(_, before)| before.iter().copied());
        // Those of the range itself are noted when they are read.
        let mut missing: Vec<usize> =
            needed.filter(|number| !held.contains_key(number) && !own.contains(number)).collect();
        missing.sort_unstable();
        missing.dedup();
        for numbers in missing.chunks(FETCHES) {
            let keys: Vec<_> = numbers.iter().filter_map(|number| name(plan, *number)).collect();
            let fetched = together(keys.iter().map(|name| fetch(archive, &name.key))).await;
            for (number, object) in numbers.iter().zip(fetched) {
                let entries = object?.and_then(|object| raw::entries(&object).ok()).unwrap_or_default();
                held.insert(*number, Arc::new(sequences(&entries)));
            }
        }
        Ok(())
    }

    /// Notes the records of an object that is being read, if another one behind it may hold them.
    pub(super) fn note(&mut self, object: usize, entries: &[Entry]) {
        let number = self.plan.taken.len() + object;
        if self.needed_until.contains_key(&number) {
            self.held.insert(number, Arc::new(sequences(entries)));
        }
    }

    /// Returns the records that were taken before one of the plan's objects.
    pub(super) fn before(&self, object: usize) -> Before {
        let before = self.before.get(&object).into_iter().flatten();
        Before(before.filter_map(|number| self.held.get(number)).map(Arc::clone).collect())
    }
}

/// Records that were taken.
pub(super) struct Before(Vec<Arc<HashSet<Sequence>>>);

impl Before {
    /// Tells whether a record was taken.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        // A record without a number that reads is in no other object.
        !self.0.is_empty()
            && Sequence::read(&entry.sequence)
                .is_some_and(|sequence| self.0.iter().any(|taken| taken.contains(&sequence)))
    }
}

fn name(plan: &Plan, number: usize) -> Option<&RawName> {
    match number.checked_sub(plan.taken.len()) {
        Some(object) => plan.objects.get(object),
        None => plan.taken.get(number),
    }
}

fn sequences(entries: &[Entry]) -> HashSet<Sequence> {
    entries.iter().filter_map(|entry| Sequence::read(&entry.sequence)).collect()
}

#[cfg(test)]
mod tests {
    use hinomi_store::ArchiveKey;
    use proptest::prelude::*;

    use super::super::names::Hour;
    use super::*;

    fn names(of: &[(u64, u64, u64)]) -> Vec<RawName> {
        let name = |(shard, first, more): &(u64, u64, u64)| {
            let key = format!("raw/2026-11-23/10/shard-{shard}/{first}-{}.zst", first + more);
            RawName::read(&ArchiveKey::new(&key).unwrap()).unwrap()
        };
        let mut names: Vec<RawName> = of.iter().map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    proptest! {
        #[test]
        fn each_object_looks_at_all_before_it_that_it_meets(
            objects in proptest::collection::vec((0_u64..3, 0_u64..40, 0_u64..9), 0..20),
            taken in proptest::collection::vec((0_u64..3, 0_u64..40, 0_u64..30), 0..20),
        ) {
            let (objects, taken) = (names(&objects), names(&taken));
            let plan = Plan { number: 0, hour: Hour(0), late: 0, shares: 1, objects, taken };
            let claims = Claims::of(&plan);
            for (number, object) in plan.objects.iter().enumerate() {
                let all = plan.taken.iter().chain(plan.objects.iter().take(number)).enumerate();
                let meeting: Vec<usize> =
                    all.filter(|(_, earlier)| earlier.overlaps(object)).map(|(at, _)| at).collect();
                let mut found = claims.before.get(&number).cloned().unwrap_or_default();
                found.sort_unstable();
                prop_assert_eq!(found, meeting);
            }
        }
    }
}
