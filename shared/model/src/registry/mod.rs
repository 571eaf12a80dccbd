//! The registry: who owns which device, and who is who inside.
//!
//! Read from `registry.yaml` once and then trusted: everything is checked at the edge ([`Registry::from_yaml`]
//! reports all problems at once) and kept as types. Without a registry there is one tenant, `default`.

mod check;
mod hours;
mod limits;
mod network;
mod read;
mod resolve;
#[cfg(test)]
mod tests;
mod values;
mod yaml;

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::event::{Direction, Posture, Vendor};
use crate::finding::{FindingKind, Role};
use crate::ids::{DeviceId, TenantId};
use crate::incident::{Level, Words};
use crate::notice::{Channel, Language};
use crate::time::EventTime;

pub use limits::HealthLimits;
pub use network::Networks;
pub use read::{MAX_REGISTRY_BYTES, Problem, Problems};
pub use resolve::{Collected, Identity};

/// All tenants and devices.
#[derive(Clone, Debug)]
pub struct Registry {
    tenants: Vec<Tenant>,
    shared_devices: Vec<SharedDevice>,
    index: resolve::Index,
    /// No registry was given: every device belongs to the only tenant.
    open: bool,
}

/// A customer organisation and how it wants to be served.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Identity.
    pub(crate) id: TenantId,
    /// Name in both languages.
    pub name: Words,
    /// Inside networks, its public ranges among them.
    pub internal: Networks,
    /// Its devices.
    pub devices: Vec<Device>,
    /// Prefix of incident numbers.
    pub reference: String,
    /// Groups it belongs to.
    pub groups: Vec<String>,
    /// Language of its notices, unless a contact says otherwise.
    pub language: Language,
    /// Zone in which its times are shown, and devices' local times read that have no zone of their own.
    pub time_zone: jiff::tz::TimeZone,
    /// The registry says the zone; else it is UTC for want of another.
    pub time_zone_given: bool,
    /// The SOC that serves it.
    pub soc: Soc,
    /// Whether levels 3 and 4 wait for an analyst.
    pub release: Release,
    /// What its inside addresses are, relays first.
    pub roles: Vec<(Role, Networks)>,
    /// Machines worth a name.
    pub assets: Vec<AssetEntry>,
    /// When people work.
    pub office_hours: Option<OfficeHours>,
    /// Planned work.
    pub maintenance: Vec<Maintenance>,
    /// From which load on its appliances are degraded.
    pub health: HealthLimits,
    /// Who is told.
    pub contacts: Vec<Contact>,
    /// What is known to be harmless.
    pub allow: Vec<AllowEntry>,
    /// Declared cloud services.
    pub saas: Vec<String>,
    /// What is never blocked.
    pub never_block: Networks,
}

impl Tenant {
    /// Returns the tenant's identity.
    pub fn id(&self) -> &TenantId {
        &self.id
    }

    /// Returns the zone in which a device's local times are read, and whether anybody gave it: the device's own, else
    /// the tenant's, which is UTC when the registry does not say.
    pub fn clock_zone<'r>(&'r self, device: Option<&'r Device>) -> (&'r jiff::tz::TimeZone, bool) {
        match device.and_then(|device| device.time_zone.as_ref()) {
            Some(zone) => (zone, true),
            None => (&self.time_zone, self.time_zone_given),
        }
    }

    /// Tells whether an address is inside.
    pub fn is_inside(&self, ip: IpAddr) -> bool {
        self.internal.contains(ip)
    }

    /// Returns what an inside address is, by the smallest network that holds it; [`Role::Client`] when the registry
    /// does not say.
    pub fn role(&self, ip: IpAddr) -> Role {
        let mut found = (Role::Client, None);
        for (role, networks) in &self.roles {
            // `None` is less than every length, and of equals the earlier stays.
            let closeness = networks.closest(ip);
            if closeness > found.1 {
                found = (*role, closeness);
            }
        }
        found.0
    }

    /// Returns the asset at an inside address.
    pub fn asset(&self, ip: IpAddr) -> Option<&AssetEntry> {
        self.assets.iter().find(|asset| asset.ip == ip)
    }

    /// Returns the inside address behind a public one, when an asset says so.
    pub fn behind(&self, public: IpAddr) -> Option<IpAddr> {
        self.assets.iter().find(|asset| asset.public == Some(public)).map(|asset| asset.ip)
    }

    /// Returns the way of something sent from one address to another.
    pub fn direction(&self, from: IpAddr, to: IpAddr) -> Direction {
        match (self.is_inside(from), self.is_inside(to)) {
            (true, true) => Direction::Internal,
            (true, false) => Direction::Outbound,
            (false, true) => Direction::Inbound,
            (false, false) => Direction::External,
        }
    }
}

/// The SOC as customers know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soc {
    /// Name in both languages; `SOC` when the registry does not say.
    pub name: Words,
    /// Telephone number, E.164.
    pub phone: Option<String>,
}

impl Default for Soc {
    fn default() -> Self {
        Soc { name: Words { ja: "SOC".to_owned(), en: "SOC".to_owned() }, phone: None }
    }
}

/// Who lets a notice go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Release {
    /// Notices go by themselves.
    #[default]
    Automatic,
    /// An analyst releases; levels 3 and 4 go by themselves after five minutes.
    Analyst,
}

/// A registered device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// FortiGate devid or PAN-OS serial.
    pub id: String,
    /// Who made it.
    pub vendor: Vendor,
    /// Name for people.
    pub name: Option<String>,
    /// VDOM or virtual system; `None` means any.
    pub vsys: Option<String>,
    /// Zone of its local times; the tenant's when the registry does not say.
    pub time_zone: Option<jiff::tz::TimeZone>,
    /// How it stands in the traffic.
    pub posture: Posture,
    /// HA pair that it is a member of.
    pub ha: Option<String>,
    /// Other names it logs under.
    pub aliases: Vec<String>,
    /// Collectors that its lines may come through; empty means any.
    pub collectors: Vec<String>,
    pub(crate) identity: DeviceId,
}

impl Device {
    /// Returns what joins its records: the HA pair's name, else its id.
    pub fn identity(&self) -> &DeviceId {
        &self.identity
    }
}

/// A firewall that several tenants share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedDevice {
    /// The device; its `name` and the like are optional here too.
    pub device: Device,
    /// The tenant that gets what no `internal` claims.
    pub owner: TenantId,
}

/// A machine worth a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetEntry {
    /// Inside address.
    pub ip: IpAddr,
    /// Public address that is translated to it.
    pub public: Option<IpAddr>,
    /// Its name.
    pub name: Option<String>,
    /// What runs on it.
    pub product: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its loss would hurt.
    pub critical: bool,
}

/// When people work, in the tenant's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// Working days.
    pub days: Days,
    /// Start, minutes after midnight.
    pub from: u16,
    /// End, minutes after midnight; before `from` it is on the next day.
    pub to: u16,
    /// Days off, by the day on which work would start.
    pub holidays: Vec<jiff::civil::Date>,
}

/// Days of the week, Monday first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days(pub [bool; 7]);

/// Planned work, weekly, in the tenant's zone. `to` before `from` ends on the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Days it starts on.
    pub days: Days,
    /// Start, minutes after midnight.
    pub from: u16,
    /// End, minutes after midnight.
    pub to: u16,
    /// What is done.
    pub reason: String,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Identity within the tenant.
    pub id: String,
    /// How to address them.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Telephone number for SMS, E.164.
    pub sms: Option<String>,
    /// Their language; the tenant's when absent.
    pub language: Option<Language>,
    /// What they are told: attacks, health.
    pub attack: bool,
    /// What they are told: attacks, health.
    pub health: bool,
    /// Which levels. 0 and 1 are told to nobody, whatever stands here.
    pub levels: BTreeSet<Level>,
    /// When: always, or in office hours only.
    pub hours: Hours,
    /// Order of escalation, lowest first.
    pub order: u32,
}

impl Contact {
    /// Tells whether the contact can be reached on a channel.
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_some(),
            Channel::Sms => self.sms.is_some(),
        }
    }
}

/// When a contact may be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// Day and night.
    #[default]
    Always,
    /// In the tenant's office hours.
    Office,
}

/// What is known to be harmless. Every given criterion must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllowEntry {
    /// Who does it.
    pub source: Option<Networks>,
    /// To whom.
    pub destination: Option<Networks>,
    /// The inside host, whichever side it is on.
    pub host: Option<Networks>,
    /// Signature id or name.
    pub signature: Option<String>,
    /// Kinds that it covers, by stage or finding kind; empty means all. C&C and delivery are never covered.
    pub kinds: Vec<AllowKind>,
    /// Why; shown to the SOC.
    pub reason: String,
    /// Last instant at which it holds.
    pub until: Option<EventTime>,
}

/// What an allow entry may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowKind {
    /// A whole stage of an attack.
    Stage(crate::finding::Stage),
    /// One kind of finding.
    Kind(FindingKind),
}

impl Registry {
    /// Returns the tenants, in the order of the file.
    pub fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// Returns a tenant.
    pub fn tenant(&self, id: &TenantId) -> Option<&Tenant> {
        self.tenants.get(self.index.tenant(&self.tenants, id)?)
    }

    /// Returns the firewalls that several tenants share, in the order of the file.
    pub fn shared_devices(&self) -> &[SharedDevice] {
        &self.shared_devices
    }

    /// Tells whether no registry was given, so that every device belongs to the tenant `default`.
    pub fn is_open(&self) -> bool {
        self.open
    }
}
