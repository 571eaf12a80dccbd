//! Did the guessing succeed?
//!
//! Why: guessing against VPN and administration goes on all day and is level 1 while it fails; the success after it is
//! the one event that matters, and it looks like every other log-in.
//!
//! Example: thirty failures for `suzuki` from one address, then a success for `suzuki` from there: taken over.
//! Near miss: three failures and a success is a person who mistyped.
//!
//! A run is `run_failures` failures for one account at one service (PAN-OS writes a SYSTEM and a GLOBALPROTECT record of
//! one failure), or failures for `run_accounts` accounts, from one source within
//! `run_window`. A success within `run_success` after a run is a take-over when its account failed there, or when the
//! run went through many accounts. A failure without an account counts as an attempt, never as an account. Attempts
//! are told apart by their lines. Known false positives: an office behind one address on the morning after a password
//! change.
//!
//! Each failure is told once: in a [`FindingKind::PasswordRun`] as soon as it belongs to one, else, when its window
//! hour has passed without a success, in a [`FindingKind::PasswordFailures`] if it was not alone. That and a person's
//! success are told only once nothing can change them: nobody waits for a level 1. ATT&CK: T1110.001, T1110.003, T1078.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hinomi_model::{
    DeviceId, Direction, Disposition, EventTime, Evidence, FactSource, Finding, FindingId, FindingKind,
    Function, Login, LoginService, Peer, Place, Settings, Subject, TenantId,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::wire::{In, Out, Wire, wire};
use super::{Origin, Scene, identity, plain};
use crate::tables::techniques;

/// Sources watched; beyond, new ones wait until old ones are swept.
const MAX_SOURCES: usize = 1 << 16;
/// Attempts kept of one source; beyond, the oldest go. Two hundred times the largest threshold.
const MAX_ATTEMPTS: usize = 2048;

/// Attempts kept of all sources together, some 200 bytes each. Beyond, further ones are not noted until old ones are
/// swept, which errs towards silence while a hundred thousand failures an hour are told anyway.
const MAX_ALL_ATTEMPTS: usize = 1 << 18;

type Source = (TenantId, IpAddr);

#[derive(Debug, Default)]
pub(super) struct Logins {
    sources: FxHashMap<Source, BTreeMap<(EventTime, u64), Attempt>>,
    touched: FxHashSet<Source>,
    /// Attempts kept of all sources.
    attempts: usize,
}

wire! {
    Logins { sources, touched, attempts }
    Attempt { account, success, service, count, device, in_account_run, in_spray, told, place, came }
}

impl Wire for Told {
    fn put(&self, out: &mut Out) {
        (*self as u16).put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        [Told::Nothing, Told::Once, Told::Takeover].get(usize::from(u16::get(input)?)).copied()
    }
}

#[derive(Clone, Debug)]
struct Attempt {
    account: String,
    success: bool,
    service: LoginService,
    count: u64,
    device: FactSource,
    /// Part of a run for its account.
    in_account_run: bool,
    /// Part of a run through many accounts.
    in_spray: bool,
    told: Told,
    place: Option<Place>,
    /// When the record came: what a device buffered is kept as long as what comes in time.
    came: EventTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    /// A failure that is told or lapsed, a success that was a person's.
    Once,
    /// A success that was a take-over.
    Takeover,
}

impl Attempt {
    fn in_run(&self) -> bool {
        self.in_account_run || self.in_spray
    }
}

impl Logins {
    pub(super) fn learn(
        &mut self,
        clock: EventTime,
        source: &FactSource,
        login: &Login,
        place: Option<Place>,
    ) {
        let key = (source.tenant.clone(), login.from);
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&key) {
            return;
        }
        let attempts = self.sources.entry(key.clone()).or_default();
        if !attempts.contains_key(&(login.time, login.line)) {
            if self.attempts >= MAX_ALL_ATTEMPTS {
                return;
            }
            self.attempts += 1;
        }
        attempts.entry((login.time, login.line)).or_insert_with(|| Attempt {
            account: login.account.clone(),
            success: login.success,
            service: login.service,
            count: u64::from(login.count.max(1)),
            device: source.clone(),
            in_account_run: false,
            in_spray: false,
            told: Told::Nothing,
            place,
            came: clock.max(login.time),
        });
        if attempts.len() > MAX_ATTEMPTS {
            attempts.pop_first();
            self.attempts = self.attempts.saturating_sub(1);
        }
        self.touched.insert(key);
    }

    /// Tells what has become of the attempts; failures that lapsed only when `due`, because that looks at all sources.
    pub(super) fn tell(&mut self, scene: &Scene<'_>, due: bool, out: &mut Vec<Finding>) {
        let touched = std::mem::take(&mut self.touched);
        for key in &touched {
            let Some(attempts) = self.sources.get_mut(key) else { continue };
            mark_runs(scene.settings, attempts);
            let teller = Teller { scene, tenant: &key.0, from: key.1 };
            teller.runs(attempts, out);
            teller.takeovers(attempts, out);
        }
        for (key, attempts) in self.sources.iter_mut().filter(|_| due) {
            let teller = Teller { scene, tenant: &key.0, from: key.1 };
            teller.persons(attempts, out);
            teller.lapsed(attempts, out);
        }
    }

    pub(super) fn sweep(&mut self, settings: &Settings, now: EventTime) {
        let memory =
            settings.run_success.saturating_add(settings.run_window).saturating_add(settings.session_window);
        let before = now.plus(-memory);
        self.sources.retain(|_, attempts| {
            attempts.retain(|_, attempt| attempt.came >= before);
            !attempts.is_empty()
        });
        self.attempts = self.sources.values().map(BTreeMap::len).sum();
    }
}

/// Marks the failures that belong to a run.
fn mark_runs(settings: &Settings, attempts: &mut BTreeMap<(EventTime, u64), Attempt>) {
    let failures: Vec<(EventTime, &mut Attempt)> = attempts
        .iter_mut()
        .filter(|(_, a)| !a.success)
        .map(|((time, _), attempt)| (*time, attempt))
        .collect();
    let times: Vec<EventTime> = failures.iter().map(|(time, _)| *time).collect();
    let accounts: Vec<(String, LoginService)> =
        failures.iter().map(|(_, attempt)| (attempt.account.clone(), attempt.service)).collect();
    let counts: Vec<u64> = failures.iter().map(|(_, attempt)| attempt.count).collect();
    let mut failures: Vec<&mut Attempt> = failures.into_iter().map(|(_, attempt)| attempt).collect();
    let mut within: FxHashMap<&(String, LoginService), u64> = FxHashMap::default();
    let mut named: FxHashMap<&str, u32> = FxHashMap::default();
    let mut sprayed = 0;
    let mut run_through: FxHashMap<&(String, LoginService), usize> = FxHashMap::default();
    let mut start = 0;
    for (end, time) in times.iter().enumerate() {
        let (Some(account), Some(count)) = (accounts.get(end), counts.get(end)) else { break };
        *within.entry(account).or_insert(0) += count;
        if !account.0.is_empty() {
            *named.entry(&account.0).or_insert(0) += 1;
        }
        while let (Some(first), Some(old), Some(count)) =
            (times.get(start), accounts.get(start), counts.get(start))
        {
            if *first >= time.plus(-settings.run_window) {
                break;
            }
            if let Some(sum) = within.get_mut(old) {
                *sum = sum.saturating_sub(*count);
                if *sum == 0 {
                    within.remove(old);
                }
            }
            if let Some(left) = named.get_mut(old.0.as_str()) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    named.remove(old.0.as_str());
                }
            }
            start += 1;
        }
        let many = named.len() as u64 >= settings.run_accounts;
        let often = within.get(account).is_some_and(|sum| *sum >= settings.run_failures);
        // What an earlier window of this pass has marked need not be marked again. Marks of earlier passes say nothing:
        // an attempt that came late may stand between them.
        if many {
            let window = failures.get_mut(start.max(sprayed)..=end).unwrap_or_default();
            window.iter_mut().for_each(|attempt| attempt.in_spray = true);
            sprayed = end + 1;
        }
        if often {
            let marked = run_through.insert(account, end + 1).unwrap_or(0);
            let window = failures.get_mut(start.max(marked)..=end).unwrap_or_default();
            window
                .iter_mut()
                .filter(|attempt| attempt.account == account.0 && attempt.service == account.1)
                .for_each(|attempt| attempt.in_account_run = true);
        }
    }
}

struct Teller<'t> {
    scene: &'t Scene<'t>,
    tenant: &'t TenantId,
    from: IpAddr,
}

fn successes(
    attempts: &BTreeMap<(EventTime, u64), Attempt>,
    which: impl Fn(&Attempt) -> bool,
) -> Vec<(EventTime, u64)> {
    attempts.iter().filter(|(_, attempt)| attempt.success && which(attempt)).map(|(key, _)| *key).collect()
}

fn is_same_person(failure: &Attempt, success: &Attempt) -> bool {
    !success.account.is_empty() && failure.account == success.account
}

/// Attempts that make one finding.
#[derive(Debug, Default)]
struct Group {
    lines: Vec<u64>,
    accounts: BTreeSet<String>,
    times: BTreeSet<EventTime>,
    count: u64,
    /// Lines by time; the first and the last are shown.
    places: BTreeMap<EventTime, Place>,
}

/// Attempts are told by the minute in which they were made, whenever somebody looks: what came at once after an outage is
/// told as it would have been without one.
type GroupKey = (i64, DeviceId, LoginService);

impl Teller<'_> {
    /// Tells the failures that have become part of a run.
    fn runs(&self, attempts: &mut BTreeMap<(EventTime, u64), Attempt>, out: &mut Vec<Finding>) {
        let mut groups: BTreeMap<GroupKey, Group> = BTreeMap::new();
        let mut spray = false;
        for ((time, line), attempt) in attempts.iter_mut() {
            if attempt.success || !attempt.in_run() || attempt.told != Told::Nothing {
                continue;
            }
            attempt.told = Told::Once;
            spray |= attempt.in_spray;
            let key = (time.minute(), attempt.device.device.clone(), attempt.service);
            groups.entry(key).or_default().add(*time, *line, attempt);
        }
        for (key, group) in groups {
            let mut finding = self.finding(FindingKind::PasswordRun, &key, group);
            let technique = if spray { techniques::SPRAYING } else { techniques::GUESSING };
            finding.technique = Some(technique.to_owned());
            finding.disposition = Disposition::Blocked;
            out.push(finding);
        }
    }

    /// Tells the failures that led to nothing, unless they are alone.
    fn lapsed(&self, attempts: &mut BTreeMap<(EventTime, u64), Attempt>, out: &mut Vec<Finding>) {
        let settings = self.scene.settings;
        let before = self.scene.now.plus(-settings.run_success).plus(-settings.run_window);
        // What a device buffered comes hours late and in any order: the rest of it may still be on its way.
        let waiting =
            |attempt: &Attempt| !attempt.success && attempt.told == Told::Nothing && attempt.came < before;
        if !attempts.values().any(waiting) {
            return;
        }
        let mut groups: BTreeMap<GroupKey, Group> = BTreeMap::new();
        for ((time, line), attempt) in attempts.iter_mut() {
            if waiting(attempt) {
                attempt.told = Told::Once;
                let key = (time.minute(), attempt.device.device.clone(), attempt.service);
                groups.entry(key).or_default().add(*time, *line, attempt);
            }
        }
        for (key, group) in groups {
            if group.count >= 2 {
                let mut finding = self.finding(FindingKind::PasswordFailures, &key, group);
                finding.technique = Some(techniques::GUESSING.to_owned());
                finding.disposition = Disposition::Blocked;
                out.push(finding);
            }
        }
    }

    /// Tells the successes that a run led to.
    fn takeovers(&self, attempts: &mut BTreeMap<(EventTime, u64), Attempt>, out: &mut Vec<Finding>) {
        for key in successes(attempts, |attempt| attempt.told != Told::Takeover) {
            let Some(success) = attempts.get(&key).cloned() else { continue };
            let failures = self.before(attempts, key.0);
            let failed = failures.iter().any(|(_, attempt)| is_same_person(attempt, &success));
            let run = failures.iter().any(|(_, attempt)| attempt.in_run());
            let spray = failures.iter().any(|(_, attempt)| attempt.in_spray);
            if !run || !(failed || spray) {
                continue;
            }
            let mut finding = self.success(FindingKind::PasswordTakeover, key, &success);
            finding.technique = Some(techniques::VALID_ACCOUNTS.to_owned());
            out.push(finding);
            if let Some(attempt) = attempts.get_mut(&key) {
                attempt.told = Told::Takeover;
            }
        }
    }

    /// Tells the successes after a few failures, once no late record can make a run of them.
    fn persons(&self, attempts: &mut BTreeMap<(EventTime, u64), Attempt>, out: &mut Vec<Finding>) {
        let settings = self.scene.settings;
        let before = self.scene.now.plus(-settings.run_window);
        for key in successes(attempts, |attempt| attempt.told == Told::Nothing) {
            let Some(success) = attempts.get(&key).filter(|success| success.came < before).cloned() else {
                continue;
            };
            let mut own = self.before(attempts, key.0);
            own.retain(|(_, attempt)| is_same_person(attempt, &success));
            let at = |service: LoginService| -> u64 {
                own.iter()
                    .filter(|(_, attempt)| attempt.service == service)
                    .map(|(_, attempt)| attempt.count)
                    .sum()
            };
            // One failure can be written by two services; the larger count is the person's.
            let failed = at(LoginService::Vpn).max(at(LoginService::Admin)).max(at(LoginService::User));
            if !(2..=settings.person_failures).contains(&failed) {
                continue;
            }
            let mut finding = self.success(FindingKind::PasswordPerson, key, &success);
            finding.count = failed;
            out.push(finding);
            let told: Vec<(EventTime, u64)> = own.iter().map(|(key, _)| *key).chain([key]).collect();
            for key in told {
                if let Some(attempt) = attempts.get_mut(&key) {
                    attempt.told = Told::Once;
                }
            }
        }
    }

    /// Returns the failures of the hour before a success.
    fn before<'a>(
        &self,
        attempts: &'a BTreeMap<(EventTime, u64), Attempt>,
        time: EventTime,
    ) -> Vec<((EventTime, u64), &'a Attempt)> {
        let hour = (time.plus(-self.scene.settings.run_success), 0)..=(time, u64::MAX);
        attempts
            .range(hour)
            .filter(|(_, attempt)| !attempt.success)
            .map(|(key, attempt)| (*key, attempt))
            .collect()
    }

    fn success(&self, kind: FindingKind, (time, line): (EventTime, u64), success: &Attempt) -> Finding {
        let key = (time.minute(), success.device.device.clone(), success.service);
        let mut group = Group::default();
        group.add(time, line, success);
        let mut finding = self.finding(kind, &key, group);
        finding.disposition = Disposition::Allowed;
        finding
    }

    fn finding(&self, kind: FindingKind, (minute, device, service): &GroupKey, group: Group) -> Finding {
        let inside = self.scene.is_inside(self.tenant, self.from);
        let day = EventTime::from_seconds(minute.saturating_mul(60)).day();
        let subject = if inside { Subject::Host(self.from) } else { Subject::Source(self.from, day) };
        let mut lines = group.lines;
        lines.sort_unstable();
        let bytes: Vec<u8> = lines.iter().flat_map(|line| line.to_be_bytes()).collect();
        let id = identity(self.tenant, &subject, kind).bytes(&bytes).finish();
        let source = FactSource { tenant: self.tenant.clone(), device: device.clone() };
        let (word, function) = match service {
            LoginService::Vpn => ("vpn", Function::Vpn),
            LoginService::Admin => ("admin", Function::System),
            LoginService::User => ("user", Function::Auth),
        };
        let origin = Origin {
            tenant: self.tenant.clone(),
            device: device.clone(),
            vendor: self.scene.vendor(&source),
            function,
        };
        let mut shown: Vec<(EventTime, Place)> =
            [group.places.first_key_value(), group.places.last_key_value()]
                .into_iter()
                .flatten()
                .map(|(time, place)| (*time, *place))
                .collect();
        shown.dedup();
        let first = group.times.first().copied().unwrap_or(self.scene.now);
        let mut finding = plain(&origin, subject, kind, FindingId(id), first);
        finding.last = group.times.last().copied().unwrap_or(first);
        finding.received = finding.last;
        finding.count = group.count;
        finding.direction = if inside { Direction::Internal } else { Direction::Inbound };
        finding.host = inside.then(|| self.scene.host(self.tenant, self.from));
        finding.peers = vec![Peer { ip: self.from, port: None }];
        finding.users = group.accounts.into_iter().take(Finding::MAX_NAMES).collect();
        finding.instants = group.times.into_iter().take(Finding::MAX_INSTANTS).collect();
        finding.what = Some(word.to_owned());
        let disposition = if matches!(kind, FindingKind::PasswordTakeover | FindingKind::PasswordPerson) {
            Disposition::Allowed
        } else {
            Disposition::Blocked
        };
        finding.evidence = shown
            .into_iter()
            .filter_map(|(time, place)| self.proof(&origin, time, place, disposition))
            .collect();
        finding
    }
}

impl Teller<'_> {
    /// Returns the line of an attempt, as evidence to be fetched.
    fn proof(
        &self,
        origin: &Origin,
        time: EventTime,
        place: Place,
        disposition: Disposition,
    ) -> Option<Evidence> {
        Some(Evidence {
            time,
            received: time,
            sha256: String::new(),
            device: origin.device.as_str().to_owned(),
            function: origin.function,
            disposition,
            session_id: None,
            policy: None,
            src_ip: Some(self.from),
            dst_ip: None,
            dst_port: None,
            what: None,
            locator: Some(self.scene.objects.locator(Some(place))?),
            raw: String::new(),
        })
    }
}

impl Group {
    fn add(&mut self, time: EventTime, line: u64, attempt: &Attempt) {
        self.lines.push(line);
        self.times.insert(time);
        self.places.extend(attempt.place.map(|place| (time, place)));
        self.count = self.count.saturating_add(attempt.count);
        if !attempt.account.is_empty() {
            self.accounts.insert(attempt.account.clone());
        }
    }
}
