//! Is an hour beyond what is usual?
//!
//! An hour is unusual when it is beyond eight deviations, beyond three times the median, and beyond twice the most that
//! any such hour showed, the hours beside it included. The last of the three keeps a job that runs now and then quiet.

use hinomi_model::registry::Tenant;
use hinomi_model::{EventTime, Habit, Measure, Unusual};

use super::count::Counts;
use super::learned::{Learned, Usual};
use super::{DAY_HOURS, HOUR, MEMORY_DAYS};

/// Of how many days such an hour must be known: of days off, of which 28 days have eight, and of working days.
const MIN_DAYS_OFF: usize = 6;
const MIN_WORKING_DAYS: usize = 10;

/// From which number on an hour of a host matters at all, however unusual it is.
const MIN_SESSIONS: u64 = 1_000;
const MIN_DENIED: u64 = 300;
const MIN_BYTES: u64 = 256 << 20;
/// The same of sessions when nobody works: a machine that was left on stays below.
const MIN_NIGHT_SESSIONS: u64 = 200;
/// By how much more than in the first of four weeks a growing host must send in the last.
const MIN_GROWTH: u64 = 1 << 30;
const WEEK_HOURS: i64 = 7 * DAY_HOURS;

/// What is unusual about an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Odd {
    pub(super) unusual: Unusual,
    pub(super) measure: Measure,
    pub(super) usual: u64,
    pub(super) seen: u64,
}

/// Which hours are alike for a tenant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar<'t> {
    pub(super) tenant: Option<&'t Tenant>,
}

impl Calendar<'_> {
    /// Returns the same hour of the days before that were alike and on which the device was heard then.
    pub(super) fn alike(self, hour: i64, device: &Learned) -> Vec<i64> {
        let works = self.works(hour);
        let days = (1..=MEMORY_DAYS).map(|days| hour.saturating_sub(days * DAY_HOURS));
        days.filter(|day| device.was_seen(*day) && self.works(*day) == works).collect()
    }

    /// Compares an hour of a host with those like it. The kinds are asked in the order in which they matter: an upload at
    /// night is many sessions as well, and one thing.
    pub(super) fn judge(self, hour: i64, alike: &[i64], host: &Learned, counts: Counts) -> Option<Odd> {
        let least = if self.works(hour) { MIN_WORKING_DAYS } else { MIN_DAYS_OFF };
        let alike: Vec<i64> = alike.iter().copied().filter(|hour| host.was_known(*hour)).collect();
        if alike.len() < least {
            return None;
        }
        let night = self.tenant.is_some_and(|tenant| tenant.is_night(start(hour)));
        let sessions = if night {
            (Unusual::NightTraffic, Measure::Sessions, MIN_NIGHT_SESSIONS)
        } else {
            (Unusual::SessionSurge, Measure::Sessions, MIN_SESSIONS)
        };
        let kinds = [
            (Unusual::Upload, Measure::BytesOut, MIN_BYTES),
            (Unusual::DeniedOutSurge, Measure::DeniedOut, MIN_DENIED),
            sessions,
        ];
        kinds.into_iter().find_map(|(unusual, measure, least)| {
            let seen = counts.of(measure);
            if seen < least {
                return None;
            }
            let Usual { median, deviation } =
                Usual::of(alike.iter().map(|hour| host.seen(*hour, measure)).collect());
            let beside = alike.iter().flat_map(|hour| [hour - 1, *hour, hour + 1]);
            let most = beside.map(|hour| host.seen(hour, measure)).max().unwrap_or(0);
            // 1.4826 deviations are a standard deviation where things vary normally; 12 are eight of those.
            let beyond = median.saturating_add(deviation.saturating_mul(12));
            let is_odd = seen > beyond && seen > median.saturating_mul(3) && seen > most.saturating_mul(2);
            is_odd.then_some(Odd { unusual, measure, usual: median, seen })
        })
    }

    /// Draws the day up to an hour: what was usual, and what was seen.
    pub(super) fn hours(self, hour: i64, host: &Learned, device: &Learned, odd: &Odd) -> (Vec<u8>, Vec<u8>) {
        let hours = (0..Habit::CHART as i64).rev().map(|back| hour.saturating_sub(back));
        let usual = |hour: i64| {
            let alike = self.alike(hour, device);
            Usual::of(alike.into_iter().map(|hour| host.seen(hour, odd.measure)).collect()).median
        };
        let (usual, seen): (Vec<u64>, Vec<u64>) =
            hours.map(|hour| (usual(hour), host.seen(hour, odd.measure))).unzip();
        Habit::charts(&usual, &seen)
    }

    fn works(self, hour: i64) -> bool {
        self.tenant.is_none_or(|tenant| tenant.hour_of(start(hour)).1)
    }
}

/// Tells whether a host has sent more week by week, and more than its device's traffic has grown; asked once a day.
pub(super) fn trend(hour: i64, host: &Learned, device: &Learned) -> Option<Odd> {
    if hour.rem_euclid(DAY_HOURS) != DAY_HOURS - 1 || !host.was_known(hour.saturating_sub(4 * WEEK_HOURS - 1))
    {
        return None;
    }
    let weeks = |of: &Learned| {
        [4, 3, 2, 1].map(|back| {
            let from = hour.saturating_add(1).saturating_sub(back * WEEK_HOURS);
            of.sum(from, from.saturating_add(WEEK_HOURS), Measure::BytesOut)
        })
    };
    let [first, second, third, last] = weeks(host);
    let [all_first, .., all_last] = weeks(device);
    let grows = |from: u64, to: u64| u128::from(to) * 5 >= u128::from(from) * 6 && to > from;
    let steadily = grows(first, second) && grows(second, third) && grows(third, last);
    // What others send has not grown by half as much.
    let (rest_first, rest_last) = (all_first.saturating_sub(first), all_last.saturating_sub(last));
    let alone =
        u128::from(last) * u128::from(rest_first.max(1)) >= 2 * u128::from(first) * u128::from(rest_last);
    let is_odd = first > 0 && steadily && alone && last / 2 >= first && last - first >= MIN_GROWTH;
    is_odd.then_some(Odd {
        unusual: Unusual::SlowTrend,
        measure: Measure::BytesOut,
        usual: first,
        seen: last,
    })
}

/// Draws the days up to an hour: what one of the first week's days showed, and what each showed.
pub(super) fn days(hour: i64, host: &Learned, odd: &Odd) -> (Vec<u8>, Vec<u8>) {
    let end = hour.saturating_add(1);
    let seen: Vec<u64> = (1..=Habit::CHART as i64)
        .rev()
        .map(|back| end.saturating_sub(back * DAY_HOURS))
        .map(|from| host.sum(from, from.saturating_add(DAY_HOURS), odd.measure))
        .collect();
    Habit::charts(&[odd.usual / 7; Habit::CHART], &seen)
}

fn start(hour: i64) -> EventTime {
    EventTime::from_seconds(hour.saturating_mul(HOUR))
}
