//! What is usual for an inside host at this hour, and what is far beyond it?
//!
//! | file | question |
//! |---|---|
//! | `count` | what did an hour show? |
//! | `learned` | what did such hours show before? |
//! | `judge` | is this hour beyond what is usual? |
//! | `findings` | how is what is unusual said? |
//! | `memory` | what must another process know to go on? |
//!
//! Why: who steals, spams or scans behaves unlike himself of yesterday. Alone it is watched (rule 13).
//!
//! Example: a host that sends 20 MB in an hour of a working day sends 3 GB in one.
//!
//! [`Habits`] counts sessions hour by hour, for each device and each host behind it, and remembers 28 days. An hour is
//! compared with the same hour of those days that were alike, working days or days off by the tenant's calendar, and only
//! with hours in which the device was heard; by median and median absolute deviation, which a single odd day does not
//! move. Whoever was not yet seen long enough is learned and not judged. Relays are left alone: they do what others do.
//!
//! An hour of a device is judged once, [`Habits::LATENESS`] after its end, so neither the order in which sessions come nor
//! how they are cut into steps changes what is found. What comes later still is learned. One hour of a host gives one
//! finding, and the same kind is told once a day.
//!
//! Known false positives: a new backup target, a move of much data, the end of the month where it was not seen yet.

mod count;
mod findings;
mod judge;
mod learned;
mod memory;

use std::collections::BTreeMap;
use std::net::IpAddr;

use hinomi_model::registry::Registry;
use hinomi_model::{EventTime, FactBatch, FactSource, Finding, Habit, Seconds, Unusual};
use rustc_hash::FxHashMap;

use crate::appliance;

use self::count::Counts;
use self::findings::finding;
use self::judge::{Calendar, Odd, trend};
use self::learned::Learned;

const HOUR: Seconds = 3_600;
/// Days that are remembered.
const MEMORY_DAYS: i64 = 28;
const DAY_HOURS: i64 = 24;
/// Hosts remembered of all devices together, of 24 bytes an hour and so 16 KB at most. Further ones are not learned, which
/// errs towards silence.
const MAX_HOSTS: usize = 1 << 13;
/// Hosts counted of a device in an hour.
const MAX_HOSTS_AN_HOUR: usize = 1 << 14;

/// Learns what is usual, and says what is not.
#[derive(Debug, Default)]
pub struct Habits {
    sites: BTreeMap<FactSource, Site>,
    /// Hours that are not over yet, by device.
    pending: BTreeMap<i64, BTreeMap<FactSource, Hour>>,
    /// Hosts remembered of all devices.
    hosts: usize,
}

/// A device and what is behind it.
#[derive(Debug, Default)]
struct Site {
    own: Learned,
    hosts: BTreeMap<IpAddr, Learned>,
    /// The last hour that was judged.
    closed: Option<i64>,
    /// The hour in which hosts that are gone were last forgotten.
    swept: i64,
    /// The last hour of which everything is counted that ever came.
    fixed: Option<i64>,
}

/// What one device and the hosts behind it did in an hour.
#[derive(Debug, Default)]
struct Hour {
    own: Counts,
    hosts: BTreeMap<IpAddr, Counts>,
}

impl Habits {
    /// How long an hour waits for what belongs to it: a session's record comes when it ends, and then by a collector.
    pub const LATENESS: Seconds = 900;

    /// Starts without knowing anybody.
    pub fn new() -> Self {
        Habits::default()
    }

    /// Takes in what came, and returns what was unusual in the hours that ended [`Self::LATENESS`] before `now`, by time.
    pub fn step(&mut self, facts: &FactBatch, registry: &Registry, now: EventTime) -> Vec<Finding> {
        self.leave(registry);
        self.take_in(facts, registry, now);
        let mut found = Vec::new();
        let over = now.plus(-Habits::LATENESS).hour();
        while let Some(entry) = self.pending.first_entry().filter(|entry| *entry.key() < over) {
            let (hour, of) = entry.remove_entry();
            for (source, counts) in of {
                self.close(registry, &source, hour, counts, &mut found);
            }
        }
        self.sweep();
        found.sort_by_key(|finding| (finding.first, finding.id));
        found
    }

    fn take_in(&mut self, facts: &FactBatch, registry: &Registry, now: EventTime) {
        // Of a device whose clock is ahead nothing is known; hours to come would wait for ever.
        let last = now.plus(Habits::LATENESS);
        let mut counted: FxHashMap<(u32, i64), FxHashMap<Option<IpAddr>, Counts>> = FxHashMap::default();
        for fact in facts.sessions.iter().filter(|fact| !fact.flags.interim && fact.time <= last) {
            let hour = counted.entry((fact.source, fact.time.hour())).or_default();
            hour.entry(None).or_default().device(fact);
            if Counts::is_of_host(fact) {
                hour.entry(Some(fact.src_ip)).or_default().host(fact);
            }
        }
        for ((number, hour), of) in counted {
            let Some(source) = facts.sources.get(number as usize) else { continue };
            if !appliance::is_known(registry, source) {
                continue;
            }
            let device = appliance::identity(registry, source);
            let source = FactSource { tenant: source.tenant.clone(), device };
            let tenant = registry.tenant(&source.tenant);
            let is_relay = |ip: IpAddr| tenant.is_some_and(|tenant| tenant.role(ip).is_relay());
            let of = of.into_iter().filter(|(ip, _)| ip.is_none_or(|ip| !is_relay(ip)));
            match self.sites.get_mut(&source) {
                Some(site) if site.fixed.is_some_and(|fixed| hour <= fixed) => {}
                Some(site) if site.closed.is_some_and(|closed| hour <= closed) => {
                    // Too late to be judged; it still was usual.
                    for (ip, counts) in of {
                        let learned = match ip {
                            None => Some(&mut site.own),
                            Some(ip) => site.hosts.get_mut(&ip),
                        };
                        if let Some(learned) = learned {
                            learned.add(hour, counts);
                        }
                    }
                }
                _ => {
                    let pending = self.pending.entry(hour).or_default().entry(source).or_default();
                    for (ip, counts) in of {
                        pending.add(ip, counts);
                    }
                }
            }
        }
    }

    /// Judges an hour of a device's hosts, then learns it.
    fn close(
        &mut self,
        registry: &Registry,
        source: &FactSource,
        hour: i64,
        of: Hour,
        out: &mut Vec<Finding>,
    ) {
        let tenant = registry.tenant(&source.tenant);
        let site = self.sites.entry(source.clone()).or_default();
        site.closed = Some(site.closed.map_or(hour, |closed| closed.max(hour)));
        site.own.add(hour, of.own);
        let calendar = Calendar { tenant };
        let alike = calendar.alike(hour, &site.own);
        for (ip, counts) in of.hosts {
            let known = site.hosts.contains_key(&ip);
            if !known && self.hosts >= MAX_HOSTS {
                continue;
            }
            self.hosts += usize::from(!known);
            let host = site.hosts.entry(ip).or_default();
            let odd = calendar.judge(hour, &alike, host, counts);
            host.add(hour, counts);
            let odd = odd.or_else(|| trend(hour, host, &site.own));
            let Some(odd) = odd.filter(|odd| host.tell(odd.unusual, hour)) else { continue };
            let Odd { unusual, measure, usual, seen } = odd;
            let (usual_chart, seen_chart) = match unusual {
                Unusual::SlowTrend => judge::days(hour, host, &odd),
                _ => calendar.hours(hour, host, &site.own, &odd),
            };
            let since = EventTime::from_seconds(hour.saturating_mul(HOUR));
            let habit = Habit { since, unusual, measure, usual, seen, usual_chart, seen_chart };
            out.push(finding(registry, source, ip, habit));
        }
    }

    /// Forgets devices that the registry has no longer, with what waits to be judged of them.
    fn leave(&mut self, registry: &Registry) {
        self.sites.retain(|source, _| appliance::is_known(registry, source));
        for hour in self.pending.values_mut() {
            hour.retain(|source, _| appliance::is_known(registry, source));
        }
    }

    /// Forgets hosts that were not seen for as long as anything is remembered.
    fn sweep(&mut self) {
        for site in self.sites.values_mut() {
            let Some(closed) = site.closed else { continue };
            if closed.abs_diff(site.swept) >= DAY_HOURS.unsigned_abs() {
                site.hosts.retain(|_, host| host.remembers(closed));
                site.swept = closed;
            }
        }
        self.hosts = self.sites.values().map(|site| site.hosts.len()).sum();
    }
}

impl Hour {
    fn add(&mut self, ip: Option<IpAddr>, counts: Counts) {
        let Some(ip) = ip else { return self.own.join(counts) };
        if self.hosts.len() < MAX_HOSTS_AN_HOUR || self.hosts.contains_key(&ip) {
            self.hosts.entry(ip).or_default().join(counts);
        }
    }
}

#[cfg(test)]
mod tests;
