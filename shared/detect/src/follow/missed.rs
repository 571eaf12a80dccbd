//! Questions that came when facts of their time were no longer remembered.
//!
//! Facts are remembered as long as there is room, and a question that is read after its answer must still find it. At
//! hundreds of thousands of sessions a minute there is room for seconds; what is not remembered lies in the archive, and
//! whoever runs `follow` reads it again for the few hosts that were asked about.

use std::net::IpAddr;

use hinomi_model::{EventTime, Fact, FactSource, TenantId};
use rustc_hash::FxHashSet;

/// Hosts that facts are read again for in one go. Of more, those that are asked about first are; what is asked of the
/// others stays open, which errs towards telling. So many servers are attacked within a minute by nobody but a test.
const MAX_HOSTS: usize = 1 << 12;

/// Which facts are to be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    hosts: FxHashSet<(TenantId, IpAddr)>,
    from: Option<EventTime>,
}

impl Missed {
    /// Notes that a host is asked about, and from when on its sessions matter.
    pub(super) fn note(&mut self, host: (TenantId, IpAddr), from: EventTime) {
        if self.hosts.len() < MAX_HOSTS || self.hosts.contains(&host) {
            self.hosts.insert(host);
            self.from = Some(self.from.map_or(from, |known| known.min(from)));
        }
    }

    /// Returns from when on facts matter; `None` when nothing was missed.
    pub fn from(&self) -> Option<EventTime> {
        self.from
    }

    /// Tells whether a session is one of a host that was asked about.
    pub fn concerns(&self, source: &FactSource, fact: &Fact) -> bool {
        [fact.src_ip, fact.dst_ip].into_iter().any(|ip| self.hosts.contains(&(source.tenant.clone(), ip)))
    }
}
