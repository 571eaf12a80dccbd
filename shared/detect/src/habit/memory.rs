//! What is usual, as bytes: it takes weeks to learn again, so it must survive restarts and new programs.
//!
//! The bytes are those of [`crate::follow::wire`], field by field; kinds stand by their words, so a longer list of them is no
//! new version. A change of the fields is: then the version before must still be read.

use super::count::Counts;
use super::learned::Learned;
use super::{Habits, Hour, Site};
use crate::follow::wire::{In, Out, Wire, wire};

/// How often half of the hosts are forgotten to make the bytes few enough: after that none is left.
const MAX_SHEDS: usize = 16;

wire! {
    Counts { sessions, denied_out, denied_in, kib_out }
    Learned { since, past, told }
    Site { own, hosts, closed, swept, fixed }
    Hour { own, hosts }
}

impl Habits {
    /// The version of the bytes.
    pub const MEMORY_VERSION: u8 = 1;

    /// Writes down everything that another process needs to go on, in at most so many bytes, if that can be.
    ///
    /// Where it would be more, what is not judged yet is forgotten first, then half of the hosts behind each device, those
    /// seen in the fewest hours, as often as it takes: they are learned again and not judged meanwhile.
    pub fn encode(&mut self, most_bytes: usize) -> Vec<u8> {
        let mut bytes = self.encoded();
        for _ in 0..MAX_SHEDS {
            if bytes.len() <= most_bytes {
                break;
            }
            self.shed();
            bytes = self.encoded();
        }
        bytes
    }

    fn encoded(&self) -> Vec<u8> {
        let Habits { sites, pending, hosts: _ } = self;
        let mut out = Out::default();
        sites.put(&mut out);
        pending.put(&mut out);
        out.finish(Self::MEMORY_VERSION)
    }

    fn shed(&mut self) {
        if !self.pending.is_empty() {
            self.pending.clear();
            return;
        }
        for site in self.sites.values_mut() {
            let mut by_hours: Vec<_> = site.hosts.iter().map(|(ip, host)| (host.hours(), *ip)).collect();
            by_hours.sort_unstable();
            for (_, ip) in by_hours.iter().take(by_hours.len().div_ceil(2)) {
                site.hosts.remove(ip);
            }
        }
        self.hosts = self.sites.values().map(|site| site.hosts.len()).sum();
    }

    /// Makes habits that remember what others wrote; `None` for bytes of an unknown version, or none of ours.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = In::new(bytes, Self::MEMORY_VERSION)?;
        let mut habits = Habits { sites: Wire::get(&mut input)?, pending: Wire::get(&mut input)?, hosts: 0 };
        habits.hosts = habits.sites.values().map(|site| site.hosts.len()).sum();
        // Looking an hour up rests on their order.
        let learned = habits.sites.values().flat_map(|site| site.hosts.values().chain([&site.own]));
        let in_order = learned.into_iter().all(Learned::is_in_order);
        (input.is_at_end() && in_order).then_some(habits)
    }

    /// Takes the hours that were judged as they are: what comes of them from now on is a repeat of what was counted.
    pub fn fix(&mut self) {
        for site in self.sites.values_mut() {
            site.fixed = site.closed;
        }
    }
}
