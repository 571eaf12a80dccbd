//! Every call to the outside fails in turn, or the process dies at it, and what was begun is tried again.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_store::{Call, Fault, When};

use crate::world::{Outcome, World};

fn lived(faults: &[Fault]) -> (Outcome, Vec<Call>) {
    let mut world = World::new(faults);
    world.live();
    (world.outcome(), world.store.calls())
}

/// Returns a failure of each kind at each call that an undisturbed morning makes.
fn faults(calls: &[Call], whens: &[When]) -> Vec<Fault> {
    let mut counted: BTreeMap<Call, u64> = BTreeMap::new();
    let mut all = Vec::new();
    for call in calls {
        let nth = counted.entry(*call).or_default();
        *nth += 1;
        all.extend(whens.iter().map(|when| Fault { call: *call, nth: *nth, when: *when }));
    }
    all
}

/// Returns which calls of `sent` confirm a message, one behind the carrier's call. The others record it for further
/// incidents.
fn confirming(calls: &[Call]) -> BTreeSet<u64> {
    let mut nth = 0;
    let mut confirming = BTreeSet::new();
    let before = std::iter::once(&Call::Load).chain(calls);
    for (before, call) in before.zip(calls) {
        nth += u64::from(*call == Call::Sent);
        if (*before, *call) == (Call::Elsewhere, Call::Sent) {
            confirming.insert(nth);
        }
    }
    confirming
}

#[test]
fn an_undisturbed_morning_tells_everybody_once() {
    let (outcome, calls) = lived(&[]);
    assert!(outcome.messages.len() > 15, "{:?}", outcome.messages);
    assert!(outcome.messages.keys().any(|unit| unit.ends_with("/folded")), "nothing was folded");
    assert!(outcome.messages.keys().any(|unit| unit.contains("/closed/")), "nothing ended");
    assert!(outcome.messages.keys().any(|unit| unit.contains("/chief/")), "nobody else was called");
    assert!(outcome.messages.values().all(|(times, repeats)| (*times, *repeats) == (1, 0)));
    let delivered: BTreeSet<&str> =
        outcome.deliveries.keys().filter_map(|unit| Some(unit.split_once(' ')?.1)).collect();
    assert_eq!(delivered, outcome.messages.keys().map(String::as_str).collect());
    assert!(outcome.deliveries.len() > outcome.messages.len(), "a fold is recorded for all that it tells");
    assert!(outcome.deliveries.values().all(|receipts| *receipts == 1));
    assert_eq!((outcome.waiting, outcome.unconfirmed), (0, 0));
    assert_eq!(outcome.scope.len(), 5, "{:?}", outcome.scope);
    for call in [Call::Load, Call::Commit, Call::Waking, Call::Note, Call::Hosts, Call::Due, Call::Entry] {
        assert!(calls.contains(&call), "{call:?}");
    }
    for call in [Call::Done, Call::Claim, Call::Sent, Call::Unconfirmed, Call::Read, Call::Write] {
        assert!(calls.contains(&call), "{call:?}");
    }
}

#[test]
fn whatever_fails_or_dies_everybody_is_told_once_and_the_incidents_are_the_same() {
    let (expected, calls) = lived(&[]);
    let whens = [When::Throttled, When::After, When::DiesBefore, When::DiesAfter];
    let mut marked_after_publish = 0;
    let confirming = confirming(&calls);
    let faults = faults(&calls, &whens);
    // Two at a time: the suite is the longest of this crate.
    let (one, other) = faults.split_at(faults.len() / 2);
    let outcomes = |faults: &[Fault]| -> Vec<(Fault, Outcome)> {
        faults.iter().map(|fault| (*fault, lived(&[*fault]).0)).collect()
    };
    let outcomes: Vec<(Fault, Outcome)> = std::thread::scope(|scope| {
        let other = scope.spawn(|| outcomes(other));
        let one = outcomes(one);
        one.into_iter().chain(other.join().unwrap()).collect()
    });
    for (fault, outcome) in outcomes {
        assert_eq!(outcome.incidents, expected.incidents, "{fault:?}");
        assert_eq!(outcome.scope, expected.scope, "{fault:?}");
        assert_eq!((outcome.waiting, outcome.unconfirmed), (0, 0), "{fault:?}");
        assert_eq!(outcome.set_aside, expected.set_aside, "{fault:?}");
        let units = |outcome: &Outcome| outcome.deliveries.keys().cloned().collect::<Vec<_>>();
        assert_eq!(units(&outcome), units(&expected), "{fault:?}");
        let told: Vec<&String> = outcome.messages.keys().collect();
        assert_eq!(told, expected.messages.keys().collect::<Vec<_>>(), "{fault:?}");
        let twice: Vec<(usize, usize)> =
            outcome.messages.values().copied().filter(|(times, _)| *times != 1).collect();
        // Only when a message left and nobody could note that it did, it leaves again, and says so.
        let published = fault.call == Call::Elsewhere && matches!(fault.when, When::After | When::DiesAfter);
        let unnoted =
            fault.call == Call::Sent && fault.when == When::DiesBefore && confirming.contains(&fault.nth);
        if published || unnoted {
            assert_eq!(twice, [(2, 1)], "{fault:?}");
            marked_after_publish += 1;
        } else {
            assert_eq!(twice, [], "{fault:?}");
        }
    }
    assert!(marked_after_publish > 20);
}

#[test]
fn a_race_lost_at_every_conditional_write_changes_nothing() {
    let (expected, calls) = lived(&[]);
    let conditional: Vec<Call> =
        calls.into_iter().filter(|call| matches!(call, Call::Commit | Call::Write)).collect();
    for fault in faults(&conditional, &[When::Conflict]) {
        assert_eq!(lived(&[fault]).0, expected, "{fault:?}");
    }
}

#[test]
fn half_of_the_sightings_written_is_as_good_as_none() {
    let (expected, calls) = lived(&[]);
    let notes: Vec<Call> = calls.into_iter().filter(|call| *call == Call::Note).collect();
    for fault in faults(&notes, &[When::Half]) {
        assert_eq!(lived(&[fault]).0, expected, "{fault:?}");
    }
}
