//! The same set of findings gives the same incidents, byte for byte, in any order, with repeats, in any batches.

#![allow(clippy::unwrap_used, reason = "a state that can't be read ends the test")]

mod common;

use common::*;
use hinomi_correlate::{Engine, Joined, NoKnowledge, SubjectState};
use hinomi_model::Disposition::{Blocked, Detected};
use hinomi_model::{
    Direction, Evidence, Finding, FindingKind as K, Peer, SessionKey, Settings, Subject, TenantId,
};
use proptest::prelude::*;

/// One finding about the host, of any kind the host's state takes, within two days.
fn any_finding() -> impl Strategy<Value = Finding> {
    let minutes = 0i64..2 * 1440;
    (minutes, 0u8..12, 0u8..4).prop_map(|(minutes, kind, variant)| {
        let disposition = if variant % 2 == 0 { Blocked } else { Detected };
        let peer = vec![Peer { ip: ip(&format!("203.0.113.{}", variant + 1)), port: Some(443) }];
        let base = match kind {
            0 => look_up(minutes),
            1 => domain(found(K::CcContact, disposition, minutes), &format!("c{variant}.example")),
            2 => signature(
                found(K::CcPayload, disposition, minutes),
                &format!("Bot.{}", char::from(b'A' + variant)),
            ),
            3 => malware(disposition, minutes),
            4 => with(malware(Detected, minutes), |f| f.kind = K::SandboxMalicious),
            5 => with(malware(Detected, minutes), |f| f.kind = K::SandboxClean),
            6 => with(exploit(disposition, minutes), |f| f.peers.clone_from(&peer)),
            7 => with(exploit(Detected, minutes), |f| {
                f.kind = K::SessionFailed;
                f.peers.clone_from(&peer);
                f.sessions = vec![SessionKey(7 + u64::from(variant))];
            }),
            8 => with(found(K::Callback, Detected, minutes), |f| f.peers.clone_from(&peer)),
            9 => with(exploit(disposition, minutes), |f| {
                f.direction = Direction::Internal;
                f.peers.clone_from(&peer);
            }),
            10 => with(found(K::FanOut, Blocked, minutes), |f| f.peer_count = 150),
            _ => with(exploit(Detected, minutes), |f| {
                f.kind = K::InCampaign;
                f.peers.clone_from(&peer);
            }),
        };
        with(base, |f| {
            for (n, line) in f.evidence.iter_mut().enumerate() {
                let Evidence { sha256, .. } = line;
                *sha256 = format!("{minutes:08}{kind:04}{variant:04}{n:048}");
            }
        })
    })
}

/// Plays findings in batches and returns the incidents' bytes.
fn play(batches: &[Vec<Finding>]) -> String {
    let registry = registry();
    let settings = Settings::default();
    let engine = Engine { settings: &settings, knowledge: &NoKnowledge };
    let tenant = &registry.tenants()[0];
    let mut state = SubjectState::new(TenantId::new("default"), Subject::Host(host()));
    for batch in batches {
        let clock = state.clock;
        engine.step(&mut state, tenant, batch, clock);
        state = SubjectState::decode(&state.encode()).unwrap();
    }
    let end = START.plus(3 * 86_400);
    serde_json::to_string_pretty(&engine.incidents(&state, tenant, end)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_repeats_and_batches_change_nothing(
        (findings, shuffled) in prop::collection::vec(any_finding(), 1..28)
            .prop_flat_map(|findings| (Just(findings.clone()), Just(findings).prop_shuffle())),
        size in 1usize..9,
        repeat in any::<prop::sample::Index>(),
    ) {
        let whole = play(&[findings]);
        let mut batches: Vec<Vec<Finding>> = shuffled.chunks(size).map(<[Finding]>::to_vec).collect();
        let again = batches[repeat.index(batches.len())].clone();
        batches.push(again);
        prop_assert_eq!(whole, play(&batches));
    }

    #[test]
    fn broken_states_are_errors(mut bytes in Just(state_of(&[look_up(0), malware(Detected, 1)]).encode()),
                                at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let index = at.index(bytes.len());
        bytes[index] = with;
        // Any answer but a panic.
        let _ = SubjectState::decode(&bytes);
    }
}

#[test]
fn a_flood_keeps_the_state_small() {
    let mut state = SubjectState::new(TenantId::new("default"), Subject::Host(host()));
    let settings = Settings::default();
    for n in 0..5_000 {
        let finding = domain(at_second(K::CcContact, Blocked, n % 3_600), &format!("d{n}.example"));
        state.join(&finding, &settings);
    }
    assert!(state.over);
    let bytes = state.encode().len();
    assert!(bytes < 400_000, "{bytes} bytes");
}

#[test]
fn states_of_version_1_stay_readable() {
    let golden = include_str!("golden/state-v1.json");
    let state = SubjectState::decode(golden.trim().as_bytes()).unwrap();
    assert_eq!(state, state_of(&[look_up(0), malware(Detected, 1)]));
    assert_eq!(String::from_utf8(state.encode()).unwrap(), golden.trim());
    assert!(SubjectState::decode(br#"{"v":9}"#).is_err());
}

/// Findings whose lines are chance letters, so that nothing of them can be packed: of several kinds, hours and attackers.
fn hostile(count: u64) -> Vec<Finding> {
    let mut seed = 7_u64;
    let mut letters = |length: usize| -> String {
        let letter = |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (seed >> 33) as u8 % 90)
        };
        (0..length).map(letter).collect()
    };
    let make = |number: u64| {
        let minutes = (number * 37 % (40 * 60)) as i64;
        let base = match number % 3 {
            0 => with(exploit(Blocked, minutes), |f| {
                f.peers = vec![Peer { ip: ip(&format!("203.0.113.{}", number % 251)), port: None }];
            }),
            1 => domain(found(K::CcContact, Blocked, minutes), &format!("d{number}.example")),
            _ => signature(found(K::Policy, Detected, minutes), &letters(60)),
        };
        with(base, |f| {
            for (n, line) in f.evidence.iter_mut().enumerate() {
                line.sha256 = format!("{number:032}{n:032}");
                line.raw = letters(Finding::MAX_RAW_BYTES);
            }
        })
    };
    (0..count).map(make).collect()
}

fn fits(state: &SubjectState) -> bool {
    state.encode().len() < 2 << 20
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_state_that_is_too_large_keeps_depends_on_the_set_alone(
        order in Just((0..700_usize).collect::<Vec<_>>()).prop_shuffle(),
        each in 50_usize..300,
    ) {
        let findings = hostile(700);
        let settings = Settings::default();
        let kept = |order: &[usize], each: usize| {
            let mut state = SubjectState::new(TenantId::new("default"), Subject::Host(host()));
            for batch in order.chunks(each) {
                for number in batch {
                    state.join(&findings[*number], &settings);
                }
                while !fits(&state) {
                    assert!(state.tighten());
                }
                state = SubjectState::decode(&state.encode()).unwrap();
            }
            state
        };
        let all: Vec<usize> = (0..findings.len()).collect();
        let whole = kept(&all, all.len());
        prop_assert!(whole.room.is_some());
        prop_assert!(whole.over && fits(&whole));
        let kinds: std::collections::BTreeSet<K> =
            whole.hours.values().flat_map(|strands| strands.keys().map(|key| key.kind)).collect();
        prop_assert!(kinds.contains(&K::CcContact) && !kinds.contains(&K::Policy), "{:?}", kinds);
        let other = kept(&order, each);
        prop_assert_eq!(&other.room, &whole.room);
        prop_assert_eq!(other.hours, whole.hours);
    }
}

#[test]
fn a_state_has_room_again_once_the_hours_that_filled_it_are_forgotten() {
    let settings = Settings::default();
    let mut state = SubjectState::new(TenantId::new("default"), Subject::Host(host()));
    for finding in hostile(700) {
        state.join(&finding, &settings);
    }
    assert!(!fits(&state));
    while !fits(&state) {
        assert!(state.tighten());
    }
    let policy = |days: i64| signature(found(K::Policy, Detected, days * 1_440), "Proxy");
    assert_eq!(state.join(&policy(1), &settings), Joined::Known, "it is no more than what was dropped");
    assert_eq!(state.join(&found(K::Callback, Detected, 1_440), &settings), Joined::Changed);
    assert_eq!(state.join(&found(K::Callback, Detected, 40 * 1_440), &settings), Joined::Changed);
    assert_eq!(state.join(&policy(40), &settings), Joined::Changed);
}
