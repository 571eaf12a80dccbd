//! Finds the tenant and the registration of a line's device.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::{
    AllowEntry, Contact, Device, HealthLimits, Hours, Networks, Registry, Release, SharedDevice, Soc, Tenant,
};
use crate::ids::TenantId;
use crate::incident::{Level, Words};
use crate::notice::Language;
use crate::quarantine::{QuarantineReason, Reject};
use crate::time::EventTime;

/// Longest name shown in a reject, in characters: names come from the line, and a detail is no place for a line.
const MAX_SHOWN_CHARS: usize = 64;

/// How a line names its device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// devid or serial.
    pub id: Option<Cow<'a, str>>,
    /// The device's own name.
    pub name: Option<Cow<'a, str>>,
    /// Host of the syslog header.
    pub header_host: Option<&'a str>,
    /// VDOM or virtual system.
    pub vsys: Option<Cow<'a, str>>,
}

/// How a line came: what the collector says of it. Empty for a plain file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected<'a> {
    /// The collector, from the envelope.
    pub collector: Option<&'a str>,
    /// The device that the collector knows it by, from the envelope.
    pub device: Option<&'a str>,
    /// When it was received, as the envelope or the stream says it. A file's reader does not know.
    pub received: Option<EventTime>,
}

/// Names to devices. Built once.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    names: Arc<Names>,
}

#[derive(Debug, Default)]
struct Names {
    /// Tenants, by id.
    tenants: HashMap<TenantId, usize>,
    /// Ids and aliases, as written: what a line's devid or serial may be.
    ids: HashMap<String, Vec<Place>>,
    /// Ids, aliases and names in lower case: what a line's device name or header host may be.
    hosts: HashMap<String, Vec<Place>>,
}

/// Where a device stands in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Owned { tenant: usize, device: usize },
    Shared { device: usize },
}

impl Index {
    pub(super) fn new(tenants: &[Tenant], shared: &[SharedDevice]) -> Self {
        let mut names = Names::default();
        for (t, tenant) in tenants.iter().enumerate() {
            names.tenants.insert(tenant.id.clone(), t);
            for (d, device) in tenant.devices.iter().enumerate() {
                names.add(device, Place::Owned { tenant: t, device: d });
            }
        }
        for (d, shared) in shared.iter().enumerate() {
            names.add(&shared.device, Place::Shared { device: d });
        }
        Index { names: Arc::new(names) }
    }

    /// Returns the place of a tenant. The open registry has no index, and one tenant.
    pub(super) fn tenant(&self, tenants: &[Tenant], id: &TenantId) -> Option<usize> {
        let indexed = self.names.tenants.get(id).copied();
        indexed.or_else(|| tenants.iter().take(1).position(|tenant| tenant.id == *id))
    }
}

impl Names {
    fn add(&mut self, device: &Device, place: Place) {
        let written = std::iter::once(&device.id).chain(&device.aliases);
        for name in written.clone() {
            insert(&mut self.ids, name.clone(), place);
        }
        for name in written.chain(&device.name) {
            insert(&mut self.hosts, name.to_ascii_lowercase(), place);
        }
    }

    fn host(&self, name: &str) -> &[Place] {
        let lower: Cow<'_, str> = match name.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name),
        };
        self.hosts.get(&*lower).map_or(&[], Vec::as_slice)
    }
}

fn insert(map: &mut HashMap<String, Vec<Place>>, name: String, place: Place) {
    let places = map.entry(name).or_default();
    if !places.contains(&place) {
        places.push(place);
    }
}

impl Registry {
    /// Makes the registry of somebody who has none: one tenant `default` with one contact `default` on both
    /// channels; private ranges (RFC 1918, RFC 4193, link-local, loopback) are inside.
    pub fn open() -> Self {
        let private = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "127.0.0.0/8",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ];
        let tenant = Tenant {
            id: TenantId::new("default"),
            name: Words { ja: "既定".to_owned(), en: "Default".to_owned() },
            internal: private.iter().filter_map(|text| text.parse::<IpNet>().ok()).collect(),
            devices: Vec::new(),
            reference: "H".to_owned(),
            groups: Vec::new(),
            language: Language::En,
            time_zone: jiff::tz::TimeZone::UTC,
            time_zone_given: false,
            soc: Soc { name: Words { ja: "SOC".to_owned(), en: "SOC".to_owned() }, phone: None },
            release: Release::Automatic,
            roles: Vec::new(),
            assets: Vec::new(),
            office_hours: None,
            maintenance: Vec::new(),
            health: HealthLimits::default(),
            contacts: vec![Contact {
                id: "default".to_owned(),
                name: None,
                email: Some("default@soc.example".to_owned()),
                sms: Some("+810000000000".to_owned()),
                language: None,
                attack: true,
                health: true,
                levels: [Level::TWO, Level::THREE, Level::FOUR].into(),
                hours: Hours::Always,
                order: 1,
            }],
            allow: Vec::<AllowEntry>::new(),
            saas: Vec::new(),
            never_block: Networks::default(),
        };
        Registry { tenants: vec![tenant], shared_devices: Vec::new(), index: Index::default(), open: true }
    }

    /// Returns the open registry with another language for its only contact.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        for tenant in &mut self.tenants {
            tenant.language = language;
        }
        self
    }

    /// Finds whose a line is. `addresses` are the line's initiator and responder, which decide for a shared device.
    ///
    /// A devid or serial is looked for among ids and aliases, as written, and nothing else counts when it is there: a
    /// device that nobody registered is not somebody's because its host name is. Without one the device's name, the
    /// collector's name for it and the header's host are tried in turn, without regard to case. A name that fits
    /// devices of several tenants names none.
    ///
    /// # Errors
    ///
    /// [`QuarantineReason::NoDevice`] when the line names no device, [`QuarantineReason::UnknownDevice`] when nobody
    /// registered it, [`QuarantineReason::DeviceMismatch`] when it came through a collector it isn't registered for.
    pub fn resolve(
        &self,
        identity: &Identity<'_>,
        collected: Collected<'_>,
        addresses: [Option<IpAddr>; 2],
    ) -> Result<(&Tenant, Option<&Device>), Reject> {
        if self.open
            && let Some(tenant) = self.tenants.first()
        {
            return Ok((tenant, None));
        }
        let vsys = identity.vsys.as_deref().filter(|vsys| !vsys.is_empty());
        let place = self.place(identity, collected, vsys)?;
        let unknown = || Reject::new(QuarantineReason::UnknownDevice, "registered for no tenant");
        let (tenant, device) = match place {
            Place::Owned { tenant, device } => {
                let tenant = self.tenants.get(tenant).ok_or_else(unknown)?;
                (tenant, tenant.devices.get(device).ok_or_else(unknown)?)
            }
            Place::Shared { device } => {
                let shared = self.shared_devices.get(device).ok_or_else(unknown)?;
                let tenant = self.inside_tenant(addresses).or_else(|| self.tenant(&shared.owner));
                (tenant.ok_or_else(unknown)?, &shared.device)
            }
        };
        if let Some(collector) = collected.collector
            && !device.collectors.is_empty()
            && !device.collectors.iter().any(|known| known == collector)
        {
            let detail = format!("{} through {}", device.id, shown(collector));
            return Err(Reject::new(QuarantineReason::DeviceMismatch, detail).of(device.id.clone()));
        }
        Ok((tenant, Some(device)))
    }

    fn place(
        &self,
        identity: &Identity<'_>,
        collected: Collected<'_>,
        vsys: Option<&str>,
    ) -> Result<Place, Reject> {
        let names = &self.index.names;
        if let Some(id) = identity.id.as_deref().filter(|id| !id.is_empty()) {
            let places = names.ids.get(id).map_or(&[][..], Vec::as_slice);
            return self.with_vsys(places, vsys).ok_or_else(|| unknown_device(id, vsys));
        }
        let weaker = [identity.name.as_deref(), collected.device, identity.header_host];
        let mut first = None;
        for name in weaker.into_iter().flatten().filter(|name| !name.is_empty()) {
            if let Some(place) = self.with_vsys(names.host(name), vsys) {
                return Ok(place);
            }
            first = first.or(Some(name));
        }
        Err(match first {
            Some(name) => unknown_device(name, vsys),
            None => Reject::new(QuarantineReason::NoDevice, String::new()),
        })
    }

    /// Chooses among the registrations of one name: those of the line's virtual system, else those for any.
    fn with_vsys(&self, places: &[Place], vsys: Option<&str>) -> Option<Place> {
        let of = |wanted: Option<&str>| {
            let mut found = places.iter().filter(|place| self.registered_vsys(**place) == wanted);
            let first = *found.next()?;
            // Members of an HA pair may share a name; whichever it is, the line is the pair's.
            found.all(|other| self.same_owner(first, *other)).then_some(first)
        };
        match vsys {
            Some(vsys) => of(Some(vsys)).or_else(|| of(None)),
            // A line about the whole device belongs to its only tenant.
            None => of(None).or_else(|| {
                let (first, rest) = places.split_first()?;
                rest.iter().all(|other| self.same_owner(*first, *other)).then_some(*first)
            }),
        }
    }

    fn device(&self, place: Place) -> Option<&Device> {
        match place {
            Place::Owned { tenant, device } => self.tenants.get(tenant)?.devices.get(device),
            Place::Shared { device } => self.shared_devices.get(device).map(|shared| &shared.device),
        }
    }

    fn registered_vsys(&self, place: Place) -> Option<&str> {
        self.device(place)?.vsys.as_deref()
    }

    /// Tells whether two registrations are one device of one tenant, or of one pair.
    fn same_owner(&self, one: Place, other: Place) -> bool {
        let owner = |place| match place {
            Place::Owned { tenant, .. } => self.tenants.get(tenant).map(|tenant| (&tenant.id, false)),
            Place::Shared { device } => self.shared_devices.get(device).map(|shared| (&shared.owner, true)),
        };
        let joined = |place| self.device(place).map(Device::identity);
        owner(one) == owner(other) && joined(one) == joined(other)
    }

    /// Finds the tenant whose inside holds the first of the addresses that is anybody's. The smallest network wins;
    /// where several tenants use the same network nobody can tell whose it is, and it stays the owner's.
    fn inside_tenant(&self, addresses: [Option<IpAddr>; 2]) -> Option<&Tenant> {
        for ip in addresses.into_iter().flatten() {
            let closest = |tenant: &&Tenant| tenant.internal.closest(ip);
            let Some(best) = self.tenants.iter().filter_map(|tenant| closest(&tenant)).max() else {
                continue;
            };
            let mut found = self.tenants.iter().filter(|tenant| closest(tenant) == Some(best));
            return found.next().filter(|_| found.next().is_none());
        }
        None
    }
}

fn shown(name: &str) -> String {
    name.chars().take(MAX_SHOWN_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn unknown_device(name: &str, vsys: Option<&str>) -> Reject {
    let detail = match vsys {
        Some(vsys) => format!("{} vsys {}", shown(name), shown(vsys)),
        None => shown(name),
    };
    Reject::new(QuarantineReason::UnknownDevice, detail).of(shown(name))
}
