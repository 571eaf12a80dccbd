//! What no single entry of a registry shows: repeats, owners that do not exist, pairs that do not match.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::Device;
use super::values::Reader;
use crate::event::Vendor;

/// What is gathered while reading, each with the path where it stands.
#[derive(Default)]
pub(super) struct Gathered {
    /// Tenants, by id; `None` where the id could not be read.
    pub(super) tenants: Vec<(String, Option<String>)>,
    /// Registrations of devices, owned and shared.
    pub(super) devices: Vec<Registration>,
    /// Owners of shared devices.
    pub(super) owners: Vec<(String, String)>,
}

/// A device, where it stands and whose it is.
pub(super) struct Registration {
    pub(super) path: String,
    pub(super) device: Device,
    /// The path of the tenant, or the owner of a shared device: members of one HA pair have the same.
    pub(super) owner: String,
}

/// Values that may be there once.
pub(super) struct Once<T>(HashSet<T>);

impl<T: Eq + Hash> Once<T> {
    pub(super) fn new() -> Self {
        Once(HashSet::new())
    }

    /// Reports a value that was there before.
    pub(super) fn check(&mut self, reader: &mut Reader, path: &str, what: &str, value: T, shown: &str) {
        if !self.0.insert(value) {
            reader.wrong(path, format!("{what} `{shown}` is there twice"));
        }
    }
}

/// Checks the entries against each other.
pub(super) fn whole(reader: &mut Reader, gathered: &Gathered) {
    let mut ids = Once::new();
    for (path, id) in &gathered.tenants {
        if let Some(id) = id {
            ids.check(reader, &format!("{path}.id"), "tenant", id.as_str(), id);
        }
    }
    // An owner whose own id could not be read is not missing.
    if gathered.tenants.iter().all(|(_, id)| id.is_some()) {
        for (path, owner) in &gathered.owners {
            if !ids.0.contains(owner.as_str()) {
                reader.wrong(path, format!("there is no tenant `{owner}`"));
            }
        }
    }
    devices(reader, &gathered.devices);
}

fn devices(reader: &mut Reader, all: &[Registration]) {
    let by_id: HashMap<&str, &Registration> = all.iter().rev().map(|r| (r.device.id.as_str(), r)).collect();
    let mut places: HashMap<(&str, Option<&str>), &str> = HashMap::new();
    let mut pairs: HashMap<(&str, &str), Vendor> = HashMap::new();
    let mut aliases: HashMap<String, &Registration> = HashMap::new();
    for registration in all {
        let Registration { path, device, owner } = registration;
        if let Some(first) = places.insert((&device.id, device.vsys.as_deref()), path) {
            let vsys = device.vsys.as_deref().map_or(String::new(), |vsys| format!(" with vsys `{vsys}`"));
            let text = format!("device `{}`{vsys} is registered at {first} already", device.id);
            reader.wrong(&format!("{path}.id"), text);
        }
        if let Some(ha) = &device.ha
            && *pairs.entry((owner, ha)).or_insert(device.vendor) != device.vendor
        {
            reader.wrong(&format!("{path}.ha"), format!("members of `{ha}` are of different vendors"));
        }
        for (index, alias) in device.aliases.iter().enumerate() {
            let path = format!("{path}.aliases[{index}]");
            if let Some(other) = by_id.get(alias.as_str()).filter(|other| other.device.id != device.id) {
                reader.wrong(&path, format!("`{alias}` is the id of {}", other.path));
            }
            // Names of hosts are compared without regard to case; a pair, or a device's other vsys, may share one.
            if let Some(other) = aliases.insert(alias.to_ascii_lowercase(), registration)
                && other.device.id != device.id
                && (other.device.identity != device.identity || other.owner != *owner)
            {
                reader.wrong(&path, format!("`{alias}` is an alias of {} already", other.path));
            }
        }
    }
}
