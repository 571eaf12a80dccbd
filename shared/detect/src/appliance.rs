//! What the registry knows of the device that a fact is from.

use hinomi_model::registry::{Device, Registry};
use hinomi_model::{DeviceId, FactSource, Vendor};

/// Returns the registered device, by its own name or the pair's.
fn registered<'r>(registry: &'r Registry, source: &FactSource) -> Option<&'r Device> {
    let own = registry.tenant(&source.tenant).map_or(&[][..], |tenant| tenant.devices.as_slice());
    let shared = registry.shared_devices().iter().map(|shared| &shared.device);
    let named = |device: &&Device| device.id == source.device.as_str() || *device.identity() == source.device;
    own.iter().chain(shared).find(named)
}

/// Returns who made the device that wrote a fact. Facts don't say; the registry does, else the shape of its identity:
/// PAN-OS serials are digits, FortiGate's begin with letters.
pub(crate) fn vendor(registry: &Registry, source: &FactSource) -> Vendor {
    registered(registry, source).map(|device| device.vendor).unwrap_or_else(|| {
        let digits = source.device.as_str().bytes().all(|byte| byte.is_ascii_digit());
        if digits && !source.device.as_str().is_empty() { Vendor::Panos } else { Vendor::Fortigate }
    })
}

/// Returns what joins the records of a device: the pair's name where it is a member of one.
pub(crate) fn identity(registry: &Registry, source: &FactSource) -> DeviceId {
    registered(registry, source).map_or_else(|| source.device.clone(), |device| device.identity().clone())
}

/// Tells whether a device is anybody's, so that it is worth watching.
pub(crate) fn is_known(registry: &Registry, source: &FactSource) -> bool {
    registry.is_open() || registered(registry, source).is_some()
}
