//! Quiet lines for benches: what an ordinary hour is made of, and nothing to find.
//!
//! 85 of a hundred are sessions, the rest web filter, application control and look-ups that passed. It does not
//! represent attacks, config changes of several kilobytes, or anything malformed.

use crate::day;
use crate::random::SplitMix64;
use crate::site::ip;
use crate::{FortigateUnit, Happening, Maker, PanosUnit};
use hinomi_model::EventTime;

pub use crate::day::ordinary;

/// Returns `count` lines of a FortiGate with FortiOS 7.4.
pub fn quiet_fortigate(count: usize, seed: u64) -> Vec<String> {
    let unit: FortigateUnit = day::fortigate();
    quiet(Maker::Fortigate(unit), count, seed)
}

/// Returns `count` lines of a PAN-OS 11.1 firewall.
pub fn quiet_panos(count: usize, seed: u64) -> Vec<String> {
    let unit: PanosUnit = day::panos();
    quiet(Maker::Panos(unit), count, seed)
}

fn quiet(mut maker: Maker, count: usize, seed: u64) -> Vec<String> {
    let mut lines = Vec::with_capacity(count);
    let mut office = Office::new(seed);
    while lines.len() < count {
        lines.extend(maker.lines(&office.next_happening()));
    }
    lines.truncate(count);
    lines
}

/// An office hour that does not end.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) random: SplitMix64,
    nanos: i64,
    session: u64,
}

impl Office {
    pub(crate) fn new(seed: u64) -> Self {
        let random = SplitMix64::new(seed);
        Office { random, nanos: day::clock(10, 0, 0).nanos(), session: 5_000_000 }
    }

    /// Returns what happens next: some two hundred things a second, with every digit of the clock in use.
    pub(crate) fn next_happening(&mut self) -> Happening {
        self.nanos += 1_000_000 + self.random.below(8_000_000) as i64;
        self.session += 1;
        let client = ip(10, 1, 12, 20 + self.random.below(200) as u8);
        let at = EventTime::from_nanos(self.nanos);
        let mut happening = ordinary(&mut self.random, at, self.session, client);
        happening.src_port = 32_768 + self.random.below(32_000) as u16;
        happening
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fortigate_lines_are_as_long_and_as_many_as_in_life() {
        let lines = quiet_fortigate(2_000, 1);
        let bytes: usize = lines.iter().map(String::len).sum();
        assert!((800..980).contains(&(bytes / lines.len())), "{}", bytes / lines.len());
        let sessions = lines.iter().filter(|line| line.contains("type=\"traffic\"")).count();
        assert!((1_640..1_760).contains(&sessions), "{sessions}");
        let https = lines.iter().find(|line| line.contains("service=\"HTTPS\"") && line.contains("traffic"));
        let fields = https.map_or(0, |line| line.matches('=').count());
        assert!((46..=52).contains(&fields), "{fields}");
    }

    #[test]
    fn panos_lines_have_every_column() {
        let lines = quiet_panos(500, 1);
        assert_eq!(lines.len(), 500);
        for line in lines.iter().filter(|line| line.contains(",TRAFFIC,")) {
            // Four commas stand inside the quoted characteristics.
            assert_eq!(line.matches(',').count(), 116 + 4, "{line}");
        }
    }

    #[test]
    fn same_seed_same_lines() {
        assert_eq!(quiet_fortigate(300, 7), quiet_fortigate(300, 7));
        assert_ne!(quiet_fortigate(300, 7), quiet_fortigate(300, 8));
    }
}
