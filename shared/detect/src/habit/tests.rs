use hinomi_model::{Direction, Disposition, Fact, FactFlags, Measure, Protocol, TenantId};
use proptest::prelude::*;

use super::*;

/// A Monday, 00:00 in Tokyo.
const START: i64 = 1_768_748_400 / HOUR;
const WEEK: i64 = 7 * 24;

const REGISTRY: &str = "
version: 1
tenants:
  - id: kita
    name: Kita
    time_zone: Asia/Tokyo
    internal: [10.1.0.0/16]
    roles: {resolver: [10.1.0.53]}
    devices:
      - {id: FGT60FTK20000001, vendor: fortigate}
      - {id: FGT60FTK20000002, vendor: fortigate}
";

fn registry() -> Registry {
    Registry::from_yaml(REGISTRY).unwrap()
}

fn host(last: u8) -> IpAddr {
    [10, 1, 0, last].into()
}

/// What a host did in an hour, as one record that counts for many.
#[derive(Clone, Copy, Debug)]
struct Did {
    hour: i64,
    host: IpAddr,
    sessions: u32,
    denied: u32,
    megabytes: u64,
}

fn fact(did: &Did, disposition: Disposition, count: u32) -> Fact {
    let time = EventTime::from_seconds((START + did.hour) * HOUR + 1_800);
    Fact {
        time,
        began: time,
        source: 0,
        session: None,
        src_ip: did.host,
        src_port: 40_000,
        dst_ip: [203, 0, 113, 7].into(),
        dst_port: 443,
        protocol: Protocol(6),
        direction: Direction::Outbound,
        disposition,
        bytes_out: if disposition == Disposition::Blocked { 0 } else { did.megabytes << 20 },
        bytes_in: None,
        packets_in: None,
        http_status: None,
        flags: FactFlags::default(),
        count,
        place: None,
    }
}

fn batch(all: &[Did]) -> FactBatch {
    let mut facts = FactBatch::default();
    facts.source(&TenantId::new("kita"), "FGT60FTK20000001");
    for did in all {
        for (disposition, count) in [(Disposition::Allowed, did.sessions), (Disposition::Blocked, did.denied)]
        {
            if count > 0 {
                facts.sessions.push(fact(did, disposition, count));
            }
        }
    }
    facts
}

fn at(hour: i64) -> EventTime {
    EventTime::from_seconds((START + hour) * HOUR)
}

/// What a host of an office does in an hour, with a little noise: little at night and on days off, much by day.
fn office(hour: i64, host: IpAddr) -> Did {
    let noise = (hour.wrapping_mul(2_654_435_761) >> 7 & 31) as u32;
    let (of_day, day) = (hour.rem_euclid(24), hour.div_euclid(24).rem_euclid(7));
    let works = day < 5 && (9..18).contains(&of_day);
    let (sessions, megabytes) = if works { (300 + 4 * noise, 20) } else { (5 + noise / 8, 1) };
    Did { hour, host, sessions, denied: noise / 4, megabytes: megabytes + u64::from(noise) / 4 }
}

/// Plays hours one by one, each an hour after it is over.
fn played(hours: std::ops::Range<i64>, does: impl Fn(i64) -> Vec<Did>) -> Vec<Finding> {
    let (registry, mut habits, mut found) = (registry(), Habits::new(), Vec::new());
    for hour in hours.clone() {
        found.extend(habits.step(&batch(&does(hour)), &registry, at(hour + 1)));
    }
    found.extend(habits.step(&FactBatch::default(), &registry, at(hours.end + 2)));
    found
}

fn told(found: &[Finding]) -> Vec<(i64, Unusual, Measure)> {
    let each = |finding: &Finding| {
        let habit = finding.habit.clone().unwrap();
        assert_eq!(finding.what.as_deref(), Some(habit.unusual.as_str()));
        (habit.since.hour() - START, habit.unusual, habit.measure)
    };
    found.iter().map(each).collect()
}

#[test]
fn ten_weeks_of_an_office_are_quiet() {
    let found = played(0..10 * WEEK, |hour| vec![office(hour, host(7)), office(hour, host(8))]);
    assert_eq!(told(&found), []);
}

#[test]
fn each_kind_is_found_and_told_once_a_day() {
    let odd = 3 * WEEK;
    let cases = [
        // Tuesday 14:00.
        (odd + 24 + 14, (4_000, 0, 20), Unusual::SessionSurge, Measure::Sessions),
        (odd + 24 + 14, (300, 2_000, 20), Unusual::DeniedOutSurge, Measure::DeniedOut),
        (odd + 24 + 14, (300, 0, 3_000), Unusual::Upload, Measure::BytesOut),
        // Wednesday 02:00.
        (odd + 48 + 2, (900, 0, 20), Unusual::NightTraffic, Measure::Sessions),
    ];
    for (when, (sessions, denied, megabytes), unusual, measure) in cases {
        let found = played(0..4 * WEEK, |hour| {
            let usual = office(hour, host(7));
            let more = Did { sessions, denied, megabytes, ..usual };
            vec![if (when..when + 3).contains(&hour) { more } else { usual }]
        });
        assert_eq!(told(&found), [(when, unusual, measure)]);
        let habit = found[0].habit.as_ref().unwrap();
        assert!(habit.seen > 3 * habit.usual, "{habit:?}");
        assert_eq!(habit.seen_chart.len(), Habit::CHART);
        assert_eq!(habit.seen_chart.last(), Some(&Habit::MAX_HEIGHT));
        assert_eq!(found[0].host.as_ref().unwrap().ip, host(7));
    }
}

#[test]
fn who_is_new_is_learned_and_not_judged() {
    let found = played(0..4 * WEEK, |hour| {
        let mut all = vec![office(hour, host(7))];
        // A host of which nothing is known sends much from its first hour on.
        if hour >= 3 * WEEK {
            all.push(Did { hour, host: host(9), sessions: 5_000, denied: 900, megabytes: 4_000 });
        }
        all
    });
    assert_eq!(told(&found), []);
}

#[test]
fn a_job_of_every_night_and_one_of_every_week_are_habits() {
    let found = played(0..10 * WEEK, |hour| {
        let nightly = hour.rem_euclid(24) == 2;
        let weekly = hour.rem_euclid(WEEK) == 5 * 24 + 3;
        let job = |host, runs: bool, megabytes| {
            let usual = office(hour, host);
            if runs { Did { megabytes, ..usual } } else { usual }
        };
        // The weekly one is new for as long as nothing can be said of days off.
        vec![job(host(7), nightly, 40_000), job(host(8), weekly, 40_000)]
    });
    assert_eq!(told(&found), []);
}

#[test]
fn a_resolver_is_left_alone() {
    let found = played(0..4 * WEEK, |hour| {
        let more = if hour == 3 * WEEK + 38 { 40 } else { 1 };
        let usual = office(hour, host(53));
        vec![office(hour, host(7)), Did { sessions: usual.sessions * more, ..usual }]
    });
    assert_eq!(told(&found), []);
}

#[test]
fn a_slow_growth_of_one_host_is_found_and_that_of_all_is_not() {
    let grown = |hour: i64, host| {
        let usual = office(hour, host);
        // Half as much again each week.
        Did { megabytes: 40 * 3_u64.pow((hour / WEEK) as u32) / 2_u64.pow((hour / WEEK) as u32), ..usual }
    };
    let alone = played(0..6 * WEEK, |hour| {
        let others = (8..12).map(|last| Did { megabytes: 400, ..office(hour, host(last)) });
        others.chain([grown(hour, host(7))]).collect()
    });
    let kinds: Vec<Unusual> = told(&alone).into_iter().map(|(_, unusual, _)| unusual).collect();
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == Unusual::SlowTrend), "{kinds:?}");
    let (since, ..) = told(&alone)[0];
    assert!((4 * WEEK - 24..5 * WEEK).contains(&since), "{since}");

    let all = played(0..6 * WEEK, |hour| (7..12).map(|last| grown(hour, host(last))).collect());
    assert_eq!(told(&all), []);
}

#[test]
fn a_device_that_was_not_heard_has_taught_nothing() {
    // Of three weeks two are blind: what is left is too little to judge by.
    let found = played(0..4 * WEEK, |hour| match hour {
        _ if (WEEK..3 * WEEK).contains(&hour) => Vec::new(),
        _ if hour == 3 * WEEK + 14 => vec![Did { sessions: 9_000, ..office(hour, host(7)) }],
        _ => vec![office(hour, host(7))],
    });
    assert_eq!(told(&found), []);
}

#[test]
fn a_clock_that_jumps_ahead_is_not_counted_and_stops_nobody() {
    let (registry, mut habits, mut found) = (registry(), Habits::new(), Vec::new());
    for hour in 0..4 * WEEK {
        let usual = office(hour, host(7));
        let odd = if hour == 3 * WEEK + 14 { Did { sessions: 9_000, ..usual } } else { usual };
        let ahead = Did { hour: hour + 400 * 24, sessions: 9_000, ..usual };
        found.extend(habits.step(&batch(&[odd, ahead]), &registry, at(hour + 1)));
    }
    assert_eq!(told(&found), [(3 * WEEK + 14, Unusual::SessionSurge, Measure::Sessions)]);
    assert!(habits.pending.len() <= 2, "{}", habits.pending.len());
}

#[test]
fn a_device_that_the_registry_has_no_longer_is_forgotten() {
    let (registry, mut habits) = (registry(), Habits::new());
    habits.step(&batch(&[office(10, host(7))]), &registry, at(12));
    assert_eq!((habits.sites.len(), habits.hosts), (1, 1));
    let without = REGISTRY.replace("FGT60FTK20000001", "FGT60FTK20000003");
    // An hour that nobody judged yet goes with the device.
    habits.step(&batch(&[office(12, host(7))]), &registry, at(13));
    let found = habits.step(&FactBatch::default(), &Registry::from_yaml(&without).unwrap(), at(15));
    assert_eq!((found.len(), habits.sites.len(), habits.hosts), (0, 0, 0));
}

#[test]
fn a_flood_of_hosts_is_bounded() {
    let (registry, mut habits) = (registry(), Habits::new());
    for hour in 0..3 {
        let all: Vec<Did> = (0..30_000_u32)
            .map(|n| {
                let [_, _, high, low] = n.to_be_bytes();
                Did {
                    hour,
                    host: [10, 1 + hour as u8, high, low].into(),
                    sessions: u32::MAX,
                    denied: 0,
                    megabytes: 1 << 30,
                }
            })
            .collect();
        habits.step(&batch(&all), &registry, at(hour + 1));
    }
    habits.step(&FactBatch::default(), &registry, at(9));
    assert_eq!(habits.hosts, MAX_HOSTS);
    // And they are gone when they have not come for as long as anything is remembered.
    habits.step(&batch(&[office(5 * WEEK, host(7))]), &registry, at(5 * WEEK + 1));
    habits.step(&FactBatch::default(), &registry, at(5 * WEEK + 2));
    assert!(habits.hosts <= 1, "{}", habits.hosts);
}

#[test]
fn what_was_learned_survives_and_a_repeat_of_it_counts_for_nothing() {
    let (registry, mut habits) = (registry(), Habits::new());
    let did = |hour: i64| vec![office(hour, host(7)), office(hour, host(8))];
    let odd = 3 * WEEK + 38;
    for hour in 0..odd {
        habits.step(&batch(&did(hour)), &registry, at(hour + 1));
        if hour % 50 == 0 {
            // Hours that are not judged yet go on as well.
            let bytes = habits.encode(usize::MAX);
            habits = Habits::decode(&bytes).unwrap();
            assert_eq!(habits.encode(usize::MAX), bytes);
        }
    }
    habits.step(&FactBatch::default(), &registry, at(odd + 1));
    habits.fix();
    let before = habits.encode(usize::MAX);
    for hour in 0..odd {
        assert_eq!(habits.step(&batch(&did(hour)), &registry, at(hour + 1)), []);
    }
    assert_eq!(habits.encode(usize::MAX), before);
    let more = Did { sessions: 9_000, ..office(odd, host(7)) };
    habits.step(&batch(&[more]), &registry, at(odd + 1));
    let found = habits.step(&FactBatch::default(), &registry, at(odd + 2));
    assert_eq!(told(&found), [(odd, Unusual::SessionSurge, Measure::Sessions)]);
}

#[test]
fn a_memory_that_is_too_large_forgets_who_was_seen_least() {
    let (registry, mut habits) = (registry(), Habits::new());
    for hour in 0..100 {
        let last = if hour < 10 { 40 } else { 8 };
        let all: Vec<Did> = (7..last).map(|last| office(hour, host(last))).collect();
        habits.step(&batch(&all), &registry, at(hour + 1));
    }
    let all = habits.encode(usize::MAX).len();
    let bytes = habits.encode(all / 2);
    assert!(bytes.len() <= all / 2, "{} of {all}", bytes.len());
    let left = Habits::decode(&bytes).unwrap();
    let hosts: Vec<IpAddr> = left.sites.values().flat_map(|site| site.hosts.keys().copied()).collect();
    assert!(hosts.contains(&host(7)) && hosts.len() < 33, "{hosts:?}");
    assert_eq!(left.hosts, hosts.len());
    // However little room there is, the device itself is known.
    let least = Habits::decode(&habits.encode(0)).unwrap();
    assert_eq!((least.sites.len(), least.hosts), (1, 0));
}

proptest! {
    #[test]
    fn bytes_that_are_cut_or_changed_are_refused_or_read_without_harm(
        at_byte in 0_usize..1 << 12, to in any::<u8>(), cut in 0_usize..1 << 12,
    ) {
        let (registry, mut habits) = (registry(), Habits::new());
        for hour in 0..30 {
            habits.step(&batch(&[office(hour, host(7)), office(hour, host(8))]), &registry, at(hour + 1));
        }
        let bytes = habits.encode(usize::MAX);
        prop_assert!(Habits::decode(&bytes[..cut % bytes.len()]).is_none());
        let mut changed = bytes;
        let place = at_byte % changed.len();
        changed[place] = to;
        if let Some(mut habits) = Habits::decode(&changed) {
            habits.step(&batch(&[office(31, host(7))]), &registry, at(32));
            habits.step(&FactBatch::default(), &registry, at(40));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Neither the order of sessions nor how they are cut into steps changes what is found, within the lateness.
    #[test]
    fn order_and_batches_do_not_matter(
        odd in 3 * WEEK..3 * WEEK + 100,
        sessions in 0_u32..6_000,
        lags in proptest::collection::vec(0..Habits::LATENESS, 61),
        together in 1_usize..9,
    ) {
        let does = |hour: i64| {
            let usual = office(hour, host(7));
            vec![if hour == odd { Did { sessions, ..usual } } else { usual }, office(hour, host(8))]
        };
        let straight = played(0..3 * WEEK + 110, does);
        // The same, each host's sessions at a time of their own, and several of them at the time of the last.
        let mut arrivals: Vec<(EventTime, Did)> = (0..3 * WEEK + 110).flat_map(does).enumerate()
            .map(|(n, did)| (at(did.hour + 1).plus(lags[n % lags.len()]), did))
            .collect();
        arrivals.sort_by_key(|(arrival, _)| *arrival);
        let (registry, mut habits, mut found) = (registry(), Habits::new(), Vec::new());
        for some in arrivals.chunks(together) {
            let all: Vec<Did> = some.iter().rev().map(|(_, did)| *did).collect();
            found.extend(habits.step(&batch(&all), &registry, some[some.len() - 1].0));
        }
        found.extend(habits.step(&FactBatch::default(), &registry, at(3 * WEEK + 112)));
        found.sort_by_key(|finding| (finding.first, finding.id));
        prop_assert_eq!(told(&straight), told(&found));
    }
}
