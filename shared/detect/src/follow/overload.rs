//! Does a flood exhaust the appliance?
//!
//! Why: a flood that the appliance lets through is level 2 while it copes and level 3 when it no longer does
//! (rule 14). The flood is about its target, the exhaustion about the device; this joins them.
//!
//! Example: `udp_flood` detected, two minutes later `enter memory conserve mode` of the same device.
//!
//! Known weakness: a device that is exhausted for another reason during a flood makes the flood look worse.

use std::sync::Arc;

use hinomi_model::{DeviceId, Disposition, EventTime, Finding, FindingId, FindingKind, TenantId};

use super::kept::Kept;
use super::wire::{In, Out};
use super::{Scene, identity};

/// Floods and exhaustions kept.
const MAX_KEPT: usize = 1 << 12;
/// Of one device.
const MAX_EACH: usize = 64;

type Key = (TenantId, DeviceId);

#[derive(Debug)]
pub(super) struct Overloads {
    floods: Kept<Key, Arc<Finding>>,
    strains: Kept<Key, Arc<Finding>>,
}

impl Default for Overloads {
    fn default() -> Self {
        Overloads { floods: Kept::new(MAX_KEPT, MAX_EACH), strains: Kept::new(MAX_KEPT, MAX_EACH) }
    }
}

/// Tells whether a finding is a flood that was let through, or an exhaustion.
pub(super) fn concerns(finding: &Finding) -> bool {
    match finding.kind {
        FindingKind::DenialOfService => finding.disposition != Disposition::Blocked,
        kind => kind == FindingKind::DeviceOverload,
    }
}

impl Overloads {
    /// Writes what is remembered.
    pub(super) fn put(&self, out: &mut Out) {
        self.floods.put(out);
        self.strains.put(out);
    }

    /// Reads what was remembered.
    pub(super) fn get(input: &mut In<'_>) -> Option<Self> {
        let Overloads { floods, strains } = Overloads::default();
        Some(Overloads { floods: floods.filled(input)?, strains: strains.filled(input)? })
    }

    /// Forgets the older half.
    pub(super) fn shed(&mut self) {
        self.floods.shed();
        self.strains.shed();
    }

    pub(super) fn hear(&mut self, scene: &Scene<'_>, finding: &Finding, out: &mut Vec<Finding>) {
        if !concerns(finding) {
            return;
        }
        let window = scene.settings.session_window;
        let near = |flood: &Finding, strain: &Finding| {
            strain.first >= flood.first.plus(-window) && strain.first <= flood.last.plus(window)
        };
        let key = (finding.tenant.clone(), finding.device.clone());
        match finding.kind {
            FindingKind::DenialOfService => {
                let strains = self.strains.of(&key).filter(|strain| near(finding, strain));
                out.extend(strains.map(|strain| joined(finding, strain)));
                self.floods.push(scene.clock, key, Arc::new(finding.clone()));
            }
            FindingKind::DeviceOverload => {
                let floods = self.floods.of(&key).filter(|flood| near(flood, finding));
                out.extend(floods.map(|flood| joined(flood, finding)));
                self.strains.push(scene.clock, key, Arc::new(finding.clone()));
            }
            _ => {}
        }
    }

    pub(super) fn sweep(&mut self, before: EventTime) {
        self.floods.sweep(before);
        self.strains.sweep(before);
    }
}

/// Returns the exhaustion as a part of the flood's story.
fn joined(flood: &Finding, strain: &Finding) -> Finding {
    let print = identity(&flood.tenant, &flood.subject, strain.kind).bytes(&strain.id.0.to_be_bytes());
    Finding {
        id: FindingId(print.finish()),
        subject: flood.subject.clone(),
        host: flood.host.clone(),
        direction: flood.direction,
        received: flood.received.max(strain.received),
        ..strain.clone()
    }
}
