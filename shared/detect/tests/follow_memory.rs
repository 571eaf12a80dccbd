//! What a follower remembers, written down: read again it says the same, broken it is refused, and it is bounded.

mod common;

use common::*;
use hinomi_detect::Follow;
use hinomi_model::registry::Registry;
use hinomi_model::{FactBatch, Settings, Subject};

/// A follower that remembers something of every kind.
fn busy(town: &Registry) -> Follow {
    let mut follow = Follow::new(Settings::default());
    let mut events = vec![exploit(town), session(town, 120, Some(3)), session(town, 5_200, Some(9))];
    events.extend((0..30).map(|n| denied(town, n, format!("203.0.113.{}", 100 + n), 445)));
    events.extend((0..12).map(|n| login(town, n, ATTACKER, "suzuki", false)));
    events.push(upload(town, 25, "203.0.113.200", 5_000_000));
    let examined = examine(&events);
    follow.step(&examined.facts, &examined.findings, town, at(0));
    follow
}

#[test]
fn what_is_no_memory_of_a_follower_is_refused() {
    let town = town();
    let written = busy(&town).encode(usize::MAX);
    assert!(written.len() > 1_000);
    let settings = Settings::default;
    let again = Follow::decode(&written, settings()).unwrap().encode(usize::MAX);
    assert_eq!(again.len(), written.len());
    assert!(Follow::decode(&again, settings()).is_some());
    for cut in 0..written.len() {
        assert!(Follow::decode(&written[..cut], settings()).is_none(), "{cut}");
    }
    assert!(Follow::decode(&[&written[..], &[0]].concat(), settings()).is_none());
    let mut other = written.clone();
    other[0] = Follow::MEMORY_VERSION + 1;
    assert!(Follow::decode(&other, settings()).is_none());
    // Whatever a byte is changed to, reading and going on break nothing.
    let mut seed = 7_u64;
    for _ in 0..2_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut broken = written.clone();
        let at_byte = (seed >> 33) as usize % broken.len();
        broken[at_byte] = (seed >> 20) as u8;
        if let Some(mut follow) = Follow::decode(&broken, settings()) {
            let examined = examine(&[exploit(&town), login(&town, 9, ATTACKER, "suzuki", true)]);
            follow.step(&examined.facts, &examined.findings, &town, at(100));
            follow.step(&FactBatch::default(), &[], &town, at(10_000));
        }
    }
}

#[test]
fn a_memory_that_is_too_large_forgets_its_older_half() {
    let town = town();
    let mut follow = Follow::new(Settings::default());
    for n in 0..200 {
        let mut session = session(&town, 120, Some(3));
        session.session_id = Some(n.to_string().into());
        let examined = examine([&session]);
        follow.step(&examined.facts, &examined.findings, &town, at(n));
    }
    let whole = follow.encode(usize::MAX);
    let less = follow.encode(whole.len() / 2);
    assert!(less.len() <= whole.len() / 2 && less.len() > whole.len() / 8, "{} {}", whole.len(), less.len());
    // The newest sessions are still known.
    let mut kept = Follow::decode(&less, Settings::default()).unwrap();
    for (number, answers) in [("199", 1), ("0", 0)] {
        let mut asked = exploit(&town);
        asked.session_id = Some(number.to_owned().into());
        let examined = examine([&asked]);
        let said = kept.step(&FactBatch::default(), &examined.findings, &town, at(201));
        let settled = said.iter().filter(|finding| matches!(finding.subject, Subject::Host(_))).count();
        assert_eq!(settled, answers, "{number}");
    }
}
