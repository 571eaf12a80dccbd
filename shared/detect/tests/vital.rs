//! What devices show of their health: every line is a pulse, few lines are signs.

mod common;

use common::*;
use hinomi_detect::Examiner;
use hinomi_model::{Event, Function as F, Locator, Saying, Symptom, Vendor};

#[test]
fn every_line_of_a_minute_and_function_is_one_pulse() {
    let town = town();
    let mut mail = event(&town, 0, CLIENT, ATTACKER);
    mail.function = F::Email;
    let mut web = event(&town, 1, CLIENT, ATTACKER);
    web.function = F::Webfilter;
    let lines = [
        traffic(&town, 0, CLIENT, ATTACKER, 443),
        web.clone(),
        traffic(&town, 1, CLIENT, ATTACKER, 443),
        mail,
        web,
        // The next minute, and back: lines don't come in order.
        traffic(&town, 60, CLIENT, ATTACKER, 443),
        traffic(&town, 2, CLIENT, ATTACKER, 443),
    ];
    let pulses = |lines: &[&Event<'_>]| {
        let facts = examine(lines.iter().copied()).facts;
        let mut pulses: Vec<_> = facts
            .pulses
            .iter()
            .map(|pulse| {
                let device = facts.sources[pulse.source as usize].device.as_str().to_owned();
                (pulse.minute - START / 60, pulse.function, pulse.lines, device)
            })
            .collect();
        pulses.sort();
        pulses
    };
    let device = || "FGT60FTK20000001".to_owned();
    let expected = vec![
        (0, F::Firewall, 3, device()),
        (0, F::Email, 1, device()),
        (0, F::Webfilter, 2, device()),
        (1, F::Firewall, 1, device()),
    ];
    let sorted = |mut pulses: Vec<_>| {
        pulses.sort();
        pulses
    };
    assert_eq!(pulses(&lines.iter().collect::<Vec<_>>()), sorted(expected.clone()));
    assert_eq!(pulses(&lines.iter().rev().collect::<Vec<_>>()), sorted(expected));
}

#[test]
fn a_batch_does_not_count_into_the_one_before() {
    let town = town();
    let line = traffic(&town, 0, CLIENT, ATTACKER, 443);
    let mut examiner = Examiner::new();
    for _ in 0..3 {
        examiner.examine(&line, None);
        examiner.examine(&line, None);
        let pulses = examiner.take().facts.pulses;
        assert_eq!(pulses.iter().map(|pulse| pulse.lines).collect::<Vec<_>>(), [2]);
    }
}

#[test]
fn devices_that_write_in_turns_keep_their_own_pulses() {
    let town = town();
    let one = traffic(&town, 0, CLIENT, ATTACKER, 443);
    let mut two = one.clone();
    two.device = "FGT60FTK20000002".into();
    let facts = examine([&one, &two, &one, &two, &one]).facts;
    assert_eq!(facts.pulses.iter().map(|pulse| pulse.lines).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn numbers_are_those_of_a_kind_of_log() {
    let town = town();
    let numbered = |seconds, function, log_type: &'static str, number: &str| {
        let mut event = traffic(&town, seconds, CLIENT, ATTACKER, 443);
        event.vendor = Vendor::Panos;
        event.function = function;
        event.log_type = log_type.into();
        event.sequence = Some(number.to_owned().into());
        event
    };
    let lines = [
        numbered(0, F::Firewall, "TRAFFIC", "7300000000000000009"),
        numbered(1, F::Firewall, "TRAFFIC", "7300000000000000007"),
        numbered(2, F::Firewall, "TRAFFIC", "none"),
        // Web filter and IPS share the numbers of THREAT.
        numbered(0, F::Webfilter, "THREAT", "5"),
    ];
    let pulses = examine(&lines).facts.pulses;
    let told: Vec<_> = pulses.iter().map(|pulse| (pulse.function, pulse.lines, pulse.numbers)).collect();
    let range = Some((7_300_000_000_000_000_007, 7_300_000_000_000_000_009));
    assert_eq!(told, [(F::Firewall, 3, range), (F::Webfilter, 1, None)]);
}

#[test]
fn a_sign_has_its_device_and_the_place_of_its_line() {
    let town = town();
    let mut entered = event(&town, 5, CLIENT, ATTACKER);
    entered.function = F::System;
    entered.log_type = "event".into();
    entered.log_subtype = "system".into();
    entered.log_id = Some("0100022011".into());
    let locator = Locator { object: "raw/a".to_owned(), frame: 2, line: 7 };
    let mut examiner = Examiner::new();
    examiner.examine(&entered, Some(&locator));
    let facts = examiner.take().facts;
    let [sign] = facts.signs.as_slice() else { panic!("{:?}", facts.signs) };
    assert_eq!((sign.symptom, sign.saying, sign.time), (Symptom::ConserveMode, Saying::Trouble, at(5)));
    assert_eq!(facts.sources[sign.source as usize].device.as_str(), "FGT60FTK20000001");
    let place = sign.place.unwrap();
    assert_eq!((facts.objects[place.object as usize].as_str(), place.frame, place.line), ("raw/a", 2, 7));
}

#[test]
fn what_a_manager_tells_of_another_device_is_that_devices() {
    let town = town();
    let mut told = panos(&town, event(&town, 5, CLIENT, ATTACKER), "general", F::System);
    told.log_type = "SYSTEM".into();
    told.message = Some(
        "Deviating device: KITA-PA2, Serial: 012801096515, Object: s1, Metric: mp-cpu, Value: 91".into(),
    );
    let facts = examine([&told]).facts;
    let [sign] = facts.signs.as_slice() else { panic!("{:?}", facts.signs) };
    assert_eq!(facts.sources[sign.source as usize].device.as_str(), "012801096515");
    assert_eq!((sign.symptom, sign.object.as_str(), sign.value), (Symptom::CpuUse, "mp-cpu s1", Some(91)));
}
