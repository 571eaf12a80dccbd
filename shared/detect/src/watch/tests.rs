use hinomi_model::{Condition, Function, Pulse, Subject};
use proptest::prelude::*;

use super::minute::MAX_SIGNS;
use super::*;

/// A Monday, 09:00 in Tokyo.
const START: i64 = 1_768_780_800 / 60;

const REGISTRY: &str = "
version: 1
tenants:
  - id: kita
    name: Kita
    time_zone: Asia/Tokyo
    internal: [10.1.0.0/16]
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate, ha: kita-pair}
      - {id: FGT60FTK20000002, vendor: fortigate, ha: kita-pair}
      - {id: '012801096514', vendor: panos}
";

fn registry() -> Registry {
    Registry::from_yaml(REGISTRY).unwrap()
}

fn kita(facts: &mut FactBatch, device: &str) -> u32 {
    facts.source(&hinomi_model::TenantId::new("kita"), device)
}

/// What a device wrote in a minute.
fn pulse(device: &str, minute: i64) -> FactBatch {
    let mut facts = FactBatch::default();
    let source = kita(&mut facts, device);
    let function = Function::Firewall;
    facts.pulse(Pulse { minute: START + minute, source, function, lines: 3, numbers: None });
    facts
}

fn sign(device: &str, minute: i64, symptom: Symptom, saying: Saying, value: Option<u64>) -> FactBatch {
    let mut facts = pulse(device, minute);
    let time = EventTime::from_seconds((START + minute) * 60 + 7);
    facts.signs.push(Sign { time, source: 0, symptom, saying, object: String::new(), value, place: None });
    facts
}

type Told = (i64, Symptom, Condition, String);

fn told(found: &[Finding]) -> Vec<Told> {
    let turn = |finding: &Finding| {
        let health = finding.health.clone().unwrap();
        (finding.first.minute() - START, health.symptom, health.condition, health.object)
    };
    found.iter().map(turn).collect()
}

/// Plays batches in steps of one minute, each batch in the minute that it names, and returns what was found.
fn played(batches: &[(i64, FactBatch)], until: i64) -> Vec<Finding> {
    let (registry, mut watch, mut found) = (registry(), Watch::new(), Vec::new());
    let mut by_minute: BTreeMap<i64, FactBatch> = BTreeMap::new();
    for (minute, batch) in batches {
        by_minute.entry(*minute).or_default().append(batch);
    }
    for minute in 0..until {
        let facts = by_minute.remove(&minute).unwrap_or_default();
        let now = EventTime::from_seconds((START + minute + 1) * 60);
        found.extend(watch.step(&facts, &registry, now));
    }
    found
}

fn talks(device: &str, minutes: impl IntoIterator<Item = i64>) -> Vec<(i64, FactBatch)> {
    minutes.into_iter().map(|minute| (minute, pulse(device, minute))).collect()
}

const FW: &str = "012801096514";

#[test]
fn a_device_that_dies_is_told_and_so_is_its_return() {
    let batches = talks(FW, (0..600).chain(700..800));
    let expected = [
        (621, Symptom::Silent, Condition::Down, String::new()),
        (705, Symptom::Silent, Condition::Well, String::new()),
    ];
    let found = played(&batches, 1_000);
    assert_eq!(
        told(&found),
        expected[..]
            .iter()
            .cloned()
            .chain([(821, Symptom::Silent, Condition::Down, String::new())])
            .collect::<Vec<_>>()
    );
    let health = found[1].health.clone().unwrap();
    assert_eq!((health.since.minute() - START, health.value), (599, Some(101)));
    assert_eq!(
        found[0].subject,
        Subject::Health(hinomi_model::DeviceId::new(FW), hinomi_model::Problem::LogSilence)
    );
}

#[test]
fn load_beyond_its_limit_is_told_with_what_was_measured() {
    let samples = [20, 95, 96, 97, 91, 60, 50, 40];
    let batches: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(n, load)| {
            let minute = 5 * n as i64;
            (minute, sign(FW, minute, Symptom::CpuUse, Saying::Reading, Some(*load)))
        })
        .collect();
    let found = played(&batches, 200);
    assert_eq!(
        told(&found),
        [
            (15, Symptom::CpuUse, Condition::Degraded, String::new()),
            (40, Symptom::CpuUse, Condition::Well, String::new()),
        ]
    );
    let health = found[0].health.clone().unwrap();
    assert_eq!((health.value, health.usual), (Some(97), Some(90)));
}

#[test]
fn changes_in_office_hours_are_somebodys_work() {
    let hours = "    office_hours: {days: mon-fri, from: '08:30', to: '18:00'}\n    internal:";
    let registry = Registry::from_yaml(&REGISTRY.replace("    internal:", hours)).unwrap();
    let found = |minute: i64| {
        let changed = sign(FW, minute, Symptom::Changed, Saying::Trouble, None);
        let now = EventTime::from_seconds((START + minute) * 60 + 3_600);
        told(&Watch::new().step(&changed, &registry, now)).len()
    };
    assert_eq!((found(60), found(14 * 60)), (0, 1));
}

#[test]
fn a_restart_that_somebody_asked_for_is_no_trouble() {
    let asked = [
        (5, sign(FW, 5, Symptom::Restarted, Saying::Trouble, None)),
        (8, sign(FW, 8, Symptom::RestartedUnasked, Saying::Trouble, None)),
    ];
    assert_eq!(told(&played(&asked, 60)), [(5, Symptom::Restarted, Condition::Noted, String::new())]);
    let unasked = [(8, sign(FW, 8, Symptom::RestartedUnasked, Saying::Trouble, None))];
    let found = told(&played(&unasked, 260));
    assert_eq!(found.iter().map(|turn| turn.2).collect::<Vec<_>>(), [Condition::Degraded, Condition::Well]);
}

#[test]
fn members_of_a_pair_are_watched_each_and_told_as_one_device() {
    let both = talks("FGT60FTK20000001", 0..900);
    let batches: Vec<_> = both.into_iter().chain(talks("FGT60FTK20000002", 0..600)).collect();
    let found = played(&batches, 900);
    assert_eq!(told(&found), [(621, Symptom::Silent, Condition::Down, "FGT60FTK20000002".to_owned())]);
    assert_eq!(found[0].device.as_str(), "kita-pair");
}

#[test]
fn a_device_that_the_registry_removes_is_forgotten_and_its_trouble_ends() {
    let mut watch = Watch::new();
    let step = |watch: &mut Watch, facts: &FactBatch, registry: &Registry, minute: i64| {
        told(&watch.step(facts, registry, EventTime::from_seconds((START + minute) * 60)))
    };
    let trouble = sign(FW, 0, Symptom::PowerFailed, Saying::Trouble, None);
    assert_eq!(step(&mut watch, &trouble, &registry(), 10).len(), 1);
    let removed = Registry::from_yaml(&REGISTRY.replace("'012801096514'", "'012801096515'")).unwrap();
    let ended = step(&mut watch, &pulse(FW, 11), &removed, 20);
    assert_eq!(ended.iter().map(|turn| turn.2).collect::<Vec<_>>(), [Condition::Well]);
    assert_eq!(step(&mut watch, &FactBatch::default(), &removed, 20_000), []);
}

#[test]
fn a_leap_in_time_ends_and_costs_no_loop() {
    let mut watch = Watch::new();
    let trouble = sign(FW, 0, Symptom::PowerFailed, Saying::Trouble, None);
    let registry = registry();
    watch.step(&trouble, &registry, EventTime::from_seconds((START + 10) * 60));
    let started = std::time::Instant::now();
    watch.step(&FactBatch::default(), &registry, EventTime::MAX);
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn a_flood_of_signs_is_heard_up_to_the_bound() {
    let mut flood = FactBatch::default();
    let source = kita(&mut flood, FW);
    for part in 0..50_000 {
        flood.signs.push(Sign {
            time: EventTime::from_seconds(START * 60),
            source,
            symptom: Symptom::InterfaceDown,
            saying: Saying::Trouble,
            object: format!("{}{part}", "é".repeat(60)),
            value: None,
            place: None,
        });
    }
    let found = played(&[(0, flood)], 30);
    assert!(found.len() <= MAX_SIGNS, "{}", found.len());
    assert!(
        found.iter().all(|finding| finding.health.clone().unwrap().object.len() <= Health::MAX_OBJECT_BYTES)
    );
}

/// Plays what [`played`] plays, each step by another process that reads what the one before wrote.
fn handed_on(batches: &[(i64, FactBatch)], until: i64) -> Vec<Finding> {
    let (registry, mut written, mut found) = (registry(), Watch::new().encode(usize::MAX), Vec::new());
    for minute in 0..until {
        let mut watch = Watch::decode(&written).unwrap();
        let of_minute = batches.iter().filter(|(of, _)| *of == minute);
        let mut facts = FactBatch::default();
        of_minute.for_each(|(_, batch)| facts.append(batch));
        found.extend(watch.step(&facts, &registry, EventTime::from_seconds((START + minute + 1) * 60)));
        written = watch.encode(usize::MAX);
    }
    found
}

#[test]
fn what_is_written_is_as_good_as_what_is_remembered() {
    let mut batches = talks(FW, (0..600).chain(700..900));
    batches.extend(talks("FGT60FTK20000001", 0..900));
    for n in 0..9 {
        batches.push((30 + n, sign(FW, 30 + n, Symptom::CpuUse, Saying::Reading, Some(91))));
        let saying = if n % 2 == 0 { Saying::Trouble } else { Saying::Over };
        batches.push((60 + 7 * n, sign(FW, 60 + 7 * n, Symptom::InterfaceDown, saying, None)));
    }
    batches.push((95, sign(FW, 95, Symptom::Restarted, Saying::Trouble, None)));
    batches.push((97, sign(FW, 97, Symptom::RestartedUnasked, Saying::Trouble, None)));
    let found = played(&batches, 900);
    assert!(found.len() > 5, "{found:?}");
    assert_eq!(handed_on(&batches, 900), found);
}

#[test]
fn other_bytes_are_no_memory() {
    let mut watch = Watch::new();
    let facts = sign(FW, 3, Symptom::FanFailed, Saying::Trouble, None);
    watch.step(&facts, &registry(), EventTime::from_seconds((START + 9) * 60));
    watch.step(&pulse(FW, 9), &registry(), EventTime::from_seconds((START + 10) * 60));
    let whole = watch.encode(usize::MAX);
    for cut in 0..whole.len() {
        assert!(Watch::decode(&whole[..cut]).is_none(), "{cut}");
    }
    let mut other = whole.clone();
    other[0] += 1;
    assert!(Watch::decode(&other).is_none(), "another version");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Whatever it makes of it, it goes on.
        if let Some(mut watch) = Watch::decode(&changed) {
            watch.step(&FactBatch::default(), &registry(), EventTime::from_seconds((START + 11) * 60));
        }
    }
}

#[test]
fn a_memory_is_written_within_its_bound() {
    let (registry, mut watch) = (Registry::open(), Watch::new());
    for number in 0..200 {
        let facts = sign(&format!("fw{number}"), 0, Symptom::FanFailed, Saying::Trouble, None);
        watch.step(&facts, &registry, EventTime::from_seconds((START + 10) * 60));
    }
    let most = watch.encode(usize::MAX).len() / 3;
    let fewer = watch.encode(most);
    assert!(fewer.len() <= most);
    let fewer = Watch::decode(&fewer).unwrap();
    assert!(fewer.devices.len() < 200 && fewer.restless.len() == fewer.devices.len());
}

#[test]
fn minutes_in_which_nobody_could_have_heard_a_device_are_no_silence_of_it() {
    let registry = registry();
    let found = |excused: bool| {
        let (mut watch, mut found) = (Watch::new(), Vec::new());
        for minute in 0..1_000 {
            let mut facts = FactBatch::default();
            for device in [FW, "FGT60FTK20000001"] {
                if !(600..700).contains(&minute) && minute < 800 {
                    facts.append(&pulse(device, minute));
                }
            }
            if excused && (600..700).contains(&minute) {
                watch.excuse(START + minute, |source| source.device.as_str() == FW, &registry);
            }
            found.extend(watch.step(&facts, &registry, EventTime::from_seconds((START + minute + 1) * 60)));
        }
        let silent = |(minute, symptom, condition, _): &Told| {
            (*symptom, *condition) == (Symptom::Silent, Condition::Down) && *minute < 750
        };
        (told(&found).iter().filter(|told| silent(told)).count(), found.len())
    };
    assert_eq!(found(false), (2, 6));
    // The other is missed; and both when they really end.
    assert_eq!(found(true), (1, 4));
}

/// In which minutes a device talks.
type Talks = fn(i64) -> bool;

/// Plays minutes in which devices talk and of which each arrives as late as `arrives` says, and returns what is told and when
/// that was.
fn arriving(
    devices: &[(&str, Talks)],
    minutes: i64,
    arrives: impl Fn(i64) -> i64,
    until: i64,
) -> Vec<(i64, Told)> {
    let mut by_arrival: BTreeMap<i64, FactBatch> = BTreeMap::new();
    for minute in 0..minutes {
        for (device, _) in devices.iter().filter(|(_, talks)| talks(minute)) {
            by_arrival.entry(arrives(minute)).or_default().append(&pulse(device, minute));
        }
    }
    let (registry, mut watch, mut all) = (registry(), Watch::new(), Vec::new());
    for minute in 0..until {
        let facts = by_arrival.remove(&minute).unwrap_or_default();
        let found = watch.step(&facts, &registry, EventTime::from_seconds((START + minute + 1) * 60));
        all.extend(told(&found).into_iter().map(|told| (minute, told)));
    }
    all
}

const PAIR: [&str; 2] = ["FGT60FTK20000001", "FGT60FTK20000002"];

#[test]
fn an_hours_backlog_is_nobodys_silence() {
    let always: Talks = |_| true;
    let all = [(FW, always), (PAIR[0], always), (PAIR[1], always)];
    // Ingest stands still for an hour and catches up within ten minutes.
    let stands = |minute: i64| if minute < 600 { minute } else { minute.max(660 + (minute - 600) / 8) };
    assert_eq!(arriving(&all, 900, stands, 900), []);
    // Ingest becomes slower and slower until it is three hours late, and never catches up.
    let slow = |minute: i64| if minute < 600 { minute } else { minute + ((minute - 600) / 2).min(180) };
    assert_eq!(arriving(&all, 1_500, slow, 1_680), []);
}

#[test]
fn a_silence_within_a_backlog_is_told_once_the_input_has_passed_it() {
    let always: Talks = |_| true;
    let dies: Talks = |minute| minute < 630;
    let all = [(FW, dies), (PAIR[0], always), (PAIR[1], always)];
    let silent = |found: &[(i64, Told)]| -> Vec<(i64, i64)> {
        let is_silence = |told: &Told| (told.1, told.2) == (Symptom::Silent, Condition::Down);
        found.iter().filter(|(_, told)| is_silence(told)).map(|(at, told)| (*at, told.0)).collect()
    };
    let in_time = silent(&arriving(&all, 900, |minute| minute, 900));
    assert_eq!(in_time.len(), 1);
    // All comes an hour late: the same is told of the same minute, an hour later.
    let late = silent(&arriving(&all, 900, |minute| if minute < 600 { minute } else { minute + 60 }, 960));
    assert_eq!(late.iter().map(|(_, of)| *of).collect::<Vec<_>>(), [in_time[0].1]);
    assert_eq!(late[0].0, in_time[0].1 + 60, "as soon as the input has passed it");
    // And one that is over when the input has passed is told with its end.
    let pauses: Talks = |minute| !(605..650).contains(&minute);
    let all = [(FW, pauses), (PAIR[0], always), (PAIR[1], always)];
    let stands = |minute: i64| if minute < 600 { minute } else { minute.max(660 + (minute - 600) / 8) };
    let found = arriving(&all, 900, stands, 900);
    let conditions: Vec<Condition> = found.iter().map(|(_, told)| told.2).collect();
    assert_eq!(conditions, [Condition::Down, Condition::Well], "{found:?}");
}

#[test]
fn when_nothing_comes_at_all_it_is_rather_the_way_here_for_two_hours() {
    let dies: Talks = |minute| minute < 600;
    let found = arriving(&[(FW, dies), (PAIR[0], dies), (PAIR[1], dies)], 900, |minute| minute, 900);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found.iter().all(|(at, told)| *at == 599 + Watch::STILL && told.2 == Condition::Down),
        "{found:?}"
    );
}

#[test]
fn a_collector_whose_clock_is_ahead_hurries_nobody() {
    let mut watch = Watch::new();
    let registry = registry();
    let mut found = Vec::new();
    for minute in 0..700 {
        let mut facts = FactBatch::default();
        if minute < 600 {
            facts.append(&pulse(FW, minute));
            facts.append(&pulse(PAIR[0], minute));
        }
        // Ten days ahead, and never here again.
        if minute == 599 {
            facts.append(&pulse(PAIR[1], minute + 14_400));
        }
        found.extend(watch.step(&facts, &registry, EventTime::from_seconds((START + minute + 1) * 60)));
    }
    assert_eq!(told(&found), []);
}

/// What a PAN-OS device wrote in a minute: sixty numbered lines, of which so many come.
fn numbered(device: &str, minute: i64, come: u64) -> FactBatch {
    let mut facts = FactBatch::default();
    let source = kita(&mut facts, device);
    let first = 7_300_000_000_000_000_001 + 60 * minute.unsigned_abs();
    let numbers = Some((first, first + 59));
    let function = Function::Firewall;
    facts.pulse(Pulse { minute: START + minute, source, function, lines: come, numbers });
    facts
}

#[test]
fn lines_lost_on_their_way_are_told_with_how_many_of_how_many() {
    let come = |minute: i64| if (100..120).contains(&minute) { 45 } else { 60 };
    let batches: Vec<_> = (0..300).map(|minute| (minute, numbered(FW, minute, come(minute)))).collect();
    let found = played(&batches, 300);
    let turns: Vec<_> = told(&found).into_iter().map(|told| (told.1, told.2, told.3)).collect();
    let turn = |condition| (Symptom::SequenceGap, condition, "firewall".to_owned());
    assert_eq!(turns, [turn(Condition::Degraded), turn(Condition::Well)]);
    let health = found[0].health.clone().unwrap();
    assert!(health.value.is_some_and(|missing| (100..=300).contains(&missing)), "{health:?}");
    assert_eq!(health.usual, Some(1_800));
    assert!((100..120).contains(&(health.since.minute() - START)), "{health:?}");
    assert_eq!(handed_on(&batches, 300), found);
    // The same in the order in which two shards bring it.
    let halves: Vec<_> = (0..300)
        .flat_map(|minute| {
            let (one, other) = (come(minute) / 2, come(minute) - come(minute) / 2);
            [(minute + 3, numbered(FW, minute, one)), (minute, numbered(FW, minute, other))]
        })
        .collect();
    assert_eq!(told(&played(&halves, 310)), told(&found));
}

/// What a device's clock showed in a minute.
fn clock_of(device: &str, minute: i64, ahead: i64, trouble: Option<hinomi_model::ClockTrouble>) -> FactBatch {
    let mut facts = pulse(device, minute);
    let place = facts.place(&Locator { object: format!("raw/{minute}.zst"), frame: 0, line: 1 });
    facts.clock(hinomi_model::ClockReading {
        minute: START + minute,
        source: 0,
        least: ahead,
        most: ahead,
        trouble,
        place: Some(place),
    });
    facts
}

#[test]
fn a_wrong_clock_is_told_and_so_is_that_it_was_set_right() {
    let ahead = |minute: i64| if (20..80).contains(&minute) { -7_200 } else { -3 };
    let batches: Vec<_> =
        (0..140).map(|minute| (minute, clock_of(PAIR[1], minute, ahead(minute), None))).collect();
    let found = played(&batches, 150);
    let object = PAIR[1].to_owned();
    assert_eq!(
        told(&found)
            .into_iter()
            .map(|(_, symptom, condition, object)| (symptom, condition, object))
            .collect::<Vec<_>>(),
        [
            (Symptom::ClockWrong, Condition::Degraded, object.clone()),
            (Symptom::ClockWrong, Condition::Well, object)
        ]
    );
    assert_eq!(found[0].device.as_str(), "kita-pair");
    assert_eq!(found[0].health.clone().unwrap().value, Some(7_200));
    assert_eq!(found[0].evidence.len(), 1, "the line that shows it");
    assert_eq!(handed_on(&batches, 150), found);
    // Taken apart from the facts it is the same.
    let mut whole = batches;
    let apart: Vec<_> =
        whole.iter_mut().map(|(minute, facts)| (*minute, crate::take_vitals(facts))).collect();
    assert_eq!(played(&apart, 150), found);
    assert!(whole.iter().all(|(_, facts)| facts.clocks.is_empty()));
    assert!(apart[0].1.objects.is_empty(), "nobody is shown a line of a clock that is right");
}

#[test]
fn a_clock_ahead_is_told_at_once_and_fades_when_nobody_says_more() {
    let batches = [(5, clock_of(FW, 5, 7_200, Some(hinomi_model::ClockTrouble::Ahead)))];
    let found = played(&batches, 200);
    let turns: Vec<_> = told(&found).into_iter().map(|told| (told.0, told.2)).collect();
    assert_eq!(turns, [(5, Condition::Degraded), (65, Condition::Well)]);
}

#[test]
fn what_the_version_before_remembered_is_read() {
    // Two devices known for ten hours, a fan that failed, and a minute that waits.
    let bytes = include_bytes!("../../tests/memory/watch-v1.bin");
    let mut watch = Watch::decode(bytes).unwrap();
    let found: Vec<Finding> = (600..680)
        .flat_map(|minute| {
            let facts = pulse(PAIR[0], minute);
            watch.step(&facts, &registry(), EventTime::from_seconds((START + minute + 1) * 60))
        })
        .collect();
    let turns: Vec<_> = told(&found).into_iter().map(|told| (told.1, told.2)).collect();
    assert_eq!(turns, [(Symptom::Silent, Condition::Down)]);
    assert!(watch.encode(usize::MAX).first() == Some(&Watch::MEMORY_VERSION));
}

proptest! {
    #[test]
    fn order_and_batching_change_nothing_within_the_lateness(
        late in prop::collection::vec(0..Watch::LATENESS / 60, 60),
        troubles in prop::collection::vec((0..60_i64, any::<bool>(), 0..3_usize), 0..20),
    ) {
        let symptoms = [Symptom::InterfaceDown, Symptom::PowerFailed, Symptom::ConserveMode];
        let mut batches = talks(FW, 0..60);
        for (minute, in_trouble, symptom) in troubles {
            let saying = if in_trouble { Saying::Trouble } else { Saying::Over };
            batches.push((minute, sign(FW, minute, symptoms[symptom], saying, None)));
        }
        let expected = told(&played(&batches, 200));
        // Each minute's batches come late by up to the bound, those that come together in the opposite order, and twice.
        for (minute, _) in &mut batches {
            *minute += late[*minute as usize];
        }
        batches.reverse();
        let repeated: Vec<_> = batches.iter().flat_map(|batch| [batch.clone(), batch.clone()]).collect();
        prop_assert_eq!(told(&played(&repeated, 200)), expected);
    }
}
