//! What an hour showed: counts of sessions and bytes.

use hinomi_model::{Direction, Disposition, Fact, Measure};

const KIBIBYTE: u64 = 1_024;

/// What was counted in an hour. 32 bits are enough for an hour of one device; more of it stays at the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) sessions: u32,
    pub(super) denied_out: u32,
    pub(super) denied_in: u32,
    /// Bytes sent out, in KiB.
    pub(super) kib_out: u32,
}

impl Counts {
    /// Tells whether a session is one of an inside host to the outside.
    pub(super) fn is_of_host(fact: &Fact) -> bool {
        fact.direction == Direction::Outbound
    }

    /// Counts a session of a host's to the outside.
    pub(super) fn host(&mut self, fact: &Fact) {
        if fact.disposition == Disposition::Blocked {
            self.denied_out = self.denied_out.saturating_add(fact.count);
            return;
        }
        self.sessions = self.sessions.saturating_add(fact.count);
        // What is left of a KiB is rounded up, so that many small sessions are not nothing.
        let kib = u32::try_from(fact.bytes_out.div_ceil(KIBIBYTE)).unwrap_or(u32::MAX);
        self.kib_out = self.kib_out.saturating_add(kib);
    }

    /// Counts a session that a device saw.
    pub(super) fn device(&mut self, fact: &Fact) {
        let blocked = fact.disposition == Disposition::Blocked;
        match fact.direction {
            Direction::Outbound => self.host(fact),
            Direction::Inbound | Direction::External if blocked => {
                self.denied_in = self.denied_in.saturating_add(fact.count);
            }
            _ if !blocked => self.sessions = self.sessions.saturating_add(fact.count),
            _ => {}
        }
    }

    pub(super) fn join(&mut self, other: Counts) {
        self.sessions = self.sessions.saturating_add(other.sessions);
        self.denied_out = self.denied_out.saturating_add(other.denied_out);
        self.denied_in = self.denied_in.saturating_add(other.denied_in);
        self.kib_out = self.kib_out.saturating_add(other.kib_out);
    }

    /// Returns one of the measures; of destinations nothing is counted.
    pub(super) fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Sessions => u64::from(self.sessions),
            Measure::DeniedOut => u64::from(self.denied_out),
            Measure::DeniedIn => u64::from(self.denied_in),
            Measure::BytesOut => u64::from(self.kib_out) * KIBIBYTE,
            Measure::Destinations => 0,
        }
    }
}
