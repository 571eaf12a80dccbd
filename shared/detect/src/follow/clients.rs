//! Who stands behind the resolver?
//!
//! Why: behind a resolver the appliance sees the resolver ask for a C&C server's name. The client that asked shows
//! itself when it then connects to the sinkhole address that the answer gave it.
//!
//! Example: twenty blocked look-ups by the resolver, then a PC opens a TCP session to the sinkhole.
//!
//! Look-up and session belong together within `cc_window` (an hour; resolvers cache), whichever was logged first; at
//! a portal that also answers for blocked web categories one look-up must lie within two minutes.
//! What the relay was seen to ask for then counts as the client's: a [`FindingKind::CcContact`] of the client, and
//! [`FindingKind::ClientNamed`] for the relay's incident. Known weakness: when several clients reach the sinkhole in
//! that hour, each is named, because nothing tells which asked.

use std::net::IpAddr;
use std::sync::Arc;

use hinomi_model::{Class, EventTime, Finding, FindingId, FindingKind, Seconds, Subject, TenantId};

use super::kept::{Kept, Timed};
use super::wire::{In, Out};
use super::{Scene, identity};

/// Findings kept of each side in the last two hours.
const MAX_KEPT: usize = 1 << 15;
/// Findings kept of one tenant and side.
const MAX_EACH: usize = 1024;
/// How near a session to a portal that serves other purposes, too, must lie to a look-up: the client connects as soon as
/// it has its answer.
const SHARED_PORTAL_WINDOW: Seconds = 120;
/// Clients named for one look-up; more would say nothing.
const MAX_CLIENTS: usize = 16;

#[derive(Debug)]
pub(super) struct Clients {
    asked: Kept<TenantId, Arc<Finding>>,
    sunk: Kept<TenantId, Arc<Finding>>,
}

impl Timed for Arc<Finding> {
    fn time(&self) -> EventTime {
        self.last
    }
}

impl Default for Clients {
    fn default() -> Self {
        Clients { asked: Kept::new(MAX_KEPT, MAX_EACH), sunk: Kept::new(MAX_KEPT, MAX_EACH) }
    }
}

/// Tells whether a finding is a relay's look-up or a client's session with a sinkhole.
pub(super) fn concerns(finding: &Finding) -> bool {
    match finding.subject {
        Subject::Relayed(..) => matches!(finding.kind, FindingKind::CcContact | FindingKind::CcPayload),
        Subject::Host(_) => finding.kind == FindingKind::Sinkhole && finding.relay.is_none(),
        _ => false,
    }
}

impl Clients {
    /// Writes what is remembered.
    pub(super) fn put(&self, out: &mut Out) {
        self.asked.put(out);
        self.sunk.put(out);
    }

    /// Reads what was remembered.
    pub(super) fn get(input: &mut In<'_>) -> Option<Self> {
        let Clients { asked, sunk } = Clients::default();
        Some(Clients { asked: asked.filled(input)?, sunk: sunk.filled(input)? })
    }

    /// Forgets the older half.
    pub(super) fn shed(&mut self) {
        self.asked.shed();
        self.sunk.shed();
    }

    pub(super) fn hear(&mut self, scene: &Scene<'_>, finding: &Finding, out: &mut Vec<Finding>) {
        if !concerns(finding) {
            return;
        }
        let window = scene.settings.cc_window;
        let tenant = &finding.tenant;
        match &finding.subject {
            Subject::Relayed(..) => {
                self.asked.push(scene.clock, tenant.clone(), Arc::new(finding.clone()));
                let mut named: Vec<IpAddr> = Vec::new();
                for sunk in self.sunk.of(tenant).filter(|sunk| near(finding, sunk, window)) {
                    let Subject::Host(client) = sunk.subject else { continue };
                    if !named.contains(&client) && named.len() < MAX_CLIENTS {
                        named.push(client);
                        self.link(sunk, window, out);
                    }
                }
            }
            Subject::Host(_) => {
                self.link(finding, window, out);
                self.sunk.push(scene.clock, tenant.clone(), Arc::new(finding.clone()));
            }
            _ => {}
        }
    }

    /// Gives a client what the relays that it came through asked for.
    fn link(&self, sunk: &Finding, window: Seconds, out: &mut Vec<Finding>) {
        let proof = if sunk.class == Class::Specific { window } else { SHARED_PORTAL_WINDOW };
        let asked = || self.asked.of(&sunk.tenant);
        let proven: Vec<Option<IpAddr>> =
            asked().filter(|asked| near(asked, sunk, proof)).map(|asked| asked.relay).collect();
        for asked in asked().filter(|asked| proven.contains(&asked.relay) && near(asked, sunk, window)) {
            name(asked, sunk, out);
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.asked.sweep(before);
        self.sunk.sweep(before);
    }
}

/// Tells whether one of the look-ups and one of the sessions lie within a window.
fn near(asked: &Finding, sunk: &Finding, window: Seconds) -> bool {
    let together = |a: &EventTime, b: &EventTime| a.since(*b).saturating_abs() <= window;
    asked.instants.iter().any(|look_up| sunk.instants.iter().any(|session| together(session, look_up)))
}

fn name(asked: &Finding, sunk: &Finding, out: &mut Vec<Finding>) {
    let Some(client) = &sunk.host else { return };
    let subject = Subject::Host(client.ip);
    let id = |subject: &Subject, kind: FindingKind| {
        let print = identity(&asked.tenant, subject, kind).bytes(&asked.id.0.to_be_bytes());
        FindingId(print.text(&client.ip.to_string()).finish())
    };
    let mut evidence = asked.evidence.clone();
    evidence.truncate(Finding::MAX_EVIDENCE / 2);
    evidence.extend(sunk.evidence.iter().take(Finding::MAX_EVIDENCE / 2).cloned());
    evidence.sort();
    out.push(Finding {
        id: id(&subject, asked.kind),
        subject,
        host: Some(client.clone()),
        relay: None,
        received: asked.received.max(sunk.received),
        evidence: evidence.clone(),
        ..asked.clone()
    });
    out.push(Finding {
        id: id(&asked.subject, FindingKind::ClientNamed),
        kind: FindingKind::ClientNamed,
        host: Some(client.clone()),
        first: sunk.first,
        last: sunk.last,
        received: asked.received.max(sunk.received),
        count: sunk.count,
        instants: sunk.instants.clone(),
        evidence,
        ..asked.clone()
    });
}
