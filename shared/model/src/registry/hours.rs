//! When people work and when work is planned: weekly spans in a tenant's zone.

use jiff::civil::{Date, DateTime, Weekday};

use super::{Days, Maintenance, OfficeHours, Tenant};
use crate::time::EventTime;

/// Minutes in a day.
pub(super) const DAY_MINUTES: u16 = 24 * 60;
/// Days in which the next office hours are looked for: longer than any run of holidays. Beyond, nobody is ever there.
const MAX_DAYS_AWAY: usize = 60;
/// Spans of planned work that may follow one on another before the end is looked for again.
const MAX_CHAINED_WORK: usize = 8;

impl Tenant {
    /// Tells whether people are at work. A tenant that declares no office hours is always at work.
    pub fn in_office_hours(&self, at: EventTime) -> bool {
        let Some(OfficeHours { days, from, to, holidays }) = &self.office_hours else { return true };
        let (date, minute) = self.local(at);
        span_start(*days, *from, *to, date, minute).is_some_and(|start| !holidays.contains(&start))
    }

    /// Returns the local hour of an instant, and whether its day is a working day; without office hours Saturday and
    /// Sunday are none.
    pub fn hour_of(&self, at: EventTime) -> (u8, bool) {
        let (date, minute) = self.local(at);
        let works = match &self.office_hours {
            Some(hours) => hours.days.contains(date.weekday()) && !hours.holidays.contains(&date),
            None => !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
        };
        ((minute / 60) as u8, works)
    }

    /// Returns why there is planned work, when there is.
    pub fn in_maintenance(&self, at: EventTime) -> Option<&str> {
        let (date, minute) = self.local(at);
        self.maintenance
            .iter()
            .find(|work| span_start(work.days, work.from, work.to, date, minute).is_some())
            .map(|Maintenance { reason, .. }| reason.as_str())
    }

    /// Tells whether nobody is expected to use the network: outside the office hours, or from 22 to 6 where there are none,
    /// and never in planned work.
    pub fn is_night(&self, at: EventTime) -> bool {
        if self.in_maintenance(at).is_some() {
            return false;
        }
        if self.office_hours.is_some() {
            return !self.in_office_hours(at);
        }
        !(6..22).contains(&self.hour_of(at).0)
    }

    /// Tells whether somebody may be expected to work on the appliances: planned work, or office hours where the tenant
    /// declares them. A tenant that declares neither has not said when it works.
    pub fn may_be_at_work(&self, at: EventTime) -> bool {
        let unsaid = self.maintenance.is_empty() && self.office_hours.is_none();
        unsaid
            || self.in_maintenance(at).is_some()
            || (self.office_hours.is_some() && self.in_office_hours(at))
    }

    /// Returns when people are at work next: `at` itself when they are, `None` when no office hours come for months.
    pub fn next_office_hours(&self, at: EventTime) -> Option<EventTime> {
        let Some(OfficeHours { from, .. }) = &self.office_hours else { return Some(at) };
        if self.in_office_hours(at) {
            return Some(at);
        }
        let (today, _) = self.local(at);
        let starts = today.series(jiff::Span::new().days(1)).take(MAX_DAYS_AWAY);
        starts
            .filter_map(|day| self.instant(day, *from))
            .find(|start| *start > at && self.in_office_hours(*start))
    }

    /// Returns when the planned work ends that goes on at a time, and what follows it without a pause; `None` when there
    /// is none.
    pub fn maintenance_end(&self, at: EventTime) -> Option<EventTime> {
        let mut end = None;
        for _ in 0..MAX_CHAINED_WORK {
            let (date, minute) = self.local(end.unwrap_or(at));
            let next = self.maintenance.iter().filter_map(|work| {
                let start = span_start(work.days, work.from, work.to, date, minute)?;
                let last = if work.from < work.to { start } else { start.tomorrow().ok()? };
                self.instant(last, work.to)
            });
            // Where clocks are set back an end can lie before the instant that is asked about.
            let Some(next) = next.max().filter(|next| *next > end.unwrap_or(at)) else { break };
            end = Some(next);
        }
        end
    }

    /// Returns the instant of a minute of a day in the tenant's zone; the last minute's end is the next day's start.
    fn instant(&self, date: Date, minute: u16) -> Option<EventTime> {
        let (date, minute) = if minute >= DAY_MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minute) };
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        let time = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
        let zoned = DateTime::from_parts(date, time).to_zoned(self.time_zone.clone()).ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(EventTime::from_nanos)
    }

    /// Returns the date and the minute of the day in the tenant's zone.
    fn local(&self, at: EventTime) -> (Date, u16) {
        let local = self.time_zone.to_datetime(at.timestamp());
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        (local.date(), minute)
    }
}

impl Days {
    /// Every day of the week.
    pub const ALL: Days = Days([true; 7]);

    /// Tells whether a day of the week is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        let [mon, tue, wed, thu, fri, sat, sun] = self.0;
        match day {
            Weekday::Monday => mon,
            Weekday::Tuesday => tue,
            Weekday::Wednesday => wed,
            Weekday::Thursday => thu,
            Weekday::Friday => fri,
            Weekday::Saturday => sat,
            Weekday::Sunday => sun,
        }
    }
}

/// Returns the day on which the span began that holds this minute; a span that ends before it starts ends on the
/// next day.
fn span_start(days: Days, from: u16, to: u16, date: Date, minute: u16) -> Option<Date> {
    let starts_on = |day: Date| days.contains(day.weekday()).then_some(day);
    if from < to {
        return if (from..to).contains(&minute) { starts_on(date) } else { None };
    }
    if minute >= from {
        return starts_on(date);
    }
    if minute < to { date.yesterday().ok().and_then(starts_on) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::Registry;
    use super::*;

    fn tenant() -> Tenant {
        let text = "
version: 1
tenants:
  - id: kita
    name: Kita
    internal: [10.1.0.0/16]
    devices: []
    time_zone: Asia/Tokyo
    office_hours: {days: mon-fri, from: '08:30', to: '18:00', holidays: [2026-11-23]}
    maintenance: [{days: sat, from: '22:00', to: '04:00', reason: backup}]
";
        Registry::from_yaml(text).unwrap().tenants()[0].clone()
    }

    #[test]
    fn office_hours_are_in_the_tenants_zone() {
        let tenant = tenant();
        for (at, expected) in [
            ("2026-11-23T23:30:00Z", true),  // Tuesday 08:30 in Tokyo
            ("2026-11-23T23:29:59Z", false), // Tuesday 08:29
            ("2026-11-24T08:59:59Z", true),  // Tuesday 17:59
            ("2026-11-24T09:00:00Z", false), // Tuesday 18:00
            ("2026-11-23T03:00:00Z", false), // Monday noon, a holiday
            ("2026-11-21T03:00:00Z", false), // Saturday noon
        ] {
            assert_eq!(tenant.in_office_hours(EventTime::parse_rfc3339(at).unwrap()), expected, "{at}");
        }
    }

    #[test]
    fn an_hour_belongs_to_a_working_day_or_to_none() {
        for (at, expected) in [
            ("2026-11-23T23:30:00Z", (8, true)),   // Tuesday 08:30 in Tokyo
            ("2026-11-22T23:30:00Z", (8, false)),  // Monday, a holiday
            ("2026-11-21T14:59:59Z", (23, false)), // Saturday 23:59
        ] {
            assert_eq!(tenant().hour_of(EventTime::parse_rfc3339(at).unwrap()), expected, "{at}");
        }
        let open = Registry::open();
        let monday = EventTime::parse_rfc3339("2026-11-23T03:00:00Z").unwrap();
        assert_eq!(open.tenants()[0].hour_of(monday), (3, true));
        assert_eq!(open.tenants()[0].hour_of(monday.plus(-86_400)), (3, false));
    }

    #[test]
    fn people_may_be_at_work_in_office_hours_and_in_planned_work() {
        for (at, expected) in [
            ("2026-11-23T23:30:00Z", true),  // Tuesday 08:30 in Tokyo
            ("2026-11-24T12:00:00Z", false), // Tuesday 21:00
            ("2026-11-21T13:30:00Z", true),  // Saturday 22:30, a backup
        ] {
            assert_eq!(tenant().may_be_at_work(EventTime::parse_rfc3339(at).unwrap()), expected, "{at}");
        }
        let night = EventTime::parse_rfc3339("2026-11-24T12:00:00Z").unwrap();
        assert!(Registry::open().tenants()[0].may_be_at_work(night), "nobody said when");
    }

    #[test]
    fn maintenance_runs_past_midnight() {
        let tenant = tenant();
        for (at, expected) in [
            ("2026-11-21T13:00:00Z", Some("backup")), // Saturday 22:00
            ("2026-11-21T18:59:59Z", Some("backup")), // Sunday 03:59
            ("2026-11-21T19:00:00Z", None),           // Sunday 04:00
            ("2026-11-20T18:00:00Z", None),           // Saturday 03:00: Friday night is not planned
            ("2026-11-22T13:00:00Z", None),           // Sunday 22:00
        ] {
            assert_eq!(tenant.in_maintenance(EventTime::parse_rfc3339(at).unwrap()), expected, "{at}");
        }
    }

    #[test]
    fn whoever_waits_knows_until_when() {
        let tenant = tenant();
        let at = |text: &str| EventTime::parse_rfc3339(text).unwrap();
        for (from, next) in [
            ("2026-11-24T03:00:00Z", "2026-11-24T03:00:00Z"), // Tuesday noon: at once
            ("2026-11-24T10:00:00Z", "2026-11-24T23:30:00Z"), // Tuesday evening: Wednesday 08:30
            ("2026-11-20T10:00:00Z", "2026-11-23T23:30:00Z"), // Friday evening: Monday is a holiday
            ("2026-11-23T20:00:00Z", "2026-11-23T23:30:00Z"), // early on Tuesday
        ] {
            assert_eq!(tenant.next_office_hours(at(from)), Some(at(next)), "{from}");
        }
        for (from, end) in [
            ("2026-11-21T13:00:00Z", Some("2026-11-21T19:00:00Z")), // Saturday 22:00 to Sunday 04:00
            ("2026-11-21T18:59:59Z", Some("2026-11-21T19:00:00Z")),
            ("2026-11-21T19:00:00Z", None),
        ] {
            assert_eq!(tenant.maintenance_end(at(from)), end.map(at), "{from}");
        }
    }

    #[test]
    fn work_that_never_ends_has_an_end_to_look_again_at() {
        let mut tenant = tenant();
        for work in &mut tenant.maintenance {
            (work.days, work.from, work.to) = (Days::ALL, 0, DAY_MINUTES);
        }
        let end = tenant.maintenance_end(EventTime::EPOCH).unwrap();
        assert!(end > EventTime::EPOCH && tenant.in_maintenance(end).is_some());
        let holidays =
            (0..400).filter_map(|n| Date::constant(2026, 1, 1).checked_add(jiff::Span::new().days(n)).ok());
        tenant.office_hours.as_mut().unwrap().holidays = holidays.collect();
        assert_eq!(tenant.next_office_hours(EventTime::parse_rfc3339("2026-03-01T00:00:00Z").unwrap()), None);
    }

    #[test]
    fn without_office_hours_it_is_always_office_hours() {
        let tenant = Registry::open().tenants()[0].clone();
        assert!(tenant.in_office_hours(EventTime::EPOCH));
        assert!(tenant.in_office_hours(EventTime::MAX));
        assert_eq!(tenant.in_maintenance(EventTime::from_nanos(i64::MIN)), None);
    }
}
