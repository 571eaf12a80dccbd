//! Reads and checks `registry.yaml`, and reports everything wrong with it at once.
//!
//! A registry with a problem is refused whole: half a registry would send lines to the wrong customer or to nobody.

use std::fmt;

use ipnet::IpNet;
use jiff::tz::TimeZone;

use super::check::{self, Gathered, Once, Registration};
use super::hours::DAY_MINUTES;
use super::resolve::Index;
use super::values::{At, Fields, Reader};
use super::yaml::Node;
use super::{
    AllowEntry, AllowKind, AssetEntry, Contact, Days, Device, Hours, Maintenance, Networks, OfficeHours,
    Registry, Release, SharedDevice, Soc, Tenant,
};
use crate::event::{Posture, Vendor};
use crate::finding::{FindingKind, Role, Stage};
use crate::ids::{DeviceId, TenantId};
use crate::incident::{Level, Words};
use crate::notice::Language;

/// Largest registry in bytes. Some 400 organisations fit; what is larger is not a registry.
pub const MAX_REGISTRY_BYTES: usize = 1 << 20;
/// The version of the format that this program reads.
const VERSION: i128 = 1;
/// Longest prefix of incident numbers in bytes; it is part of every SMS.
const MAX_REFERENCE_BYTES: usize = 8;
/// Highest order of escalation.
const MAX_ORDER: u32 = 1_000;

/// One thing wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a path: `tenants[0].devices[1].id`.
    pub path: String,
    /// What.
    pub text: String,
}

/// Everything wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", problem.path, problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Registry {
    /// Reads `registry.yaml`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its path; at most a thousand. A text that is no YAML has one
    /// problem.
    pub fn from_yaml(text: &str) -> Result<Registry, Problems> {
        let mut reader = Reader::default();
        if text.len() > MAX_REGISTRY_BYTES {
            reader.wrong("", format!("larger than {MAX_REGISTRY_BYTES} bytes"));
            return reader.finish(None);
        }
        match Node::read(text) {
            Ok(node) => {
                let registry = reader.registry(&At { path: String::new(), node: &node });
                reader.finish(registry)
            }
            Err(error) => {
                reader.wrong("", format!("not readable as YAML: {error}"));
                reader.finish(None)
            }
        }
    }
}

impl Reader {
    fn registry(&mut self, at: &At<'_>) -> Option<Registry> {
        let mut fields = self.fields(at)?;
        if let Some(version) = self.required(&mut fields, "version")
            && *version.node != Node::Integer(VERSION)
        {
            self.wrong(&version.path, format!("must be {VERSION}"));
        }
        // A problem does not end the reading; what is checked across entries is gathered on the way.
        let mut gathered = Gathered::default();
        let tenants: Vec<Tenant> = match self.required(&mut fields, "tenants") {
            Some(list) => {
                self.not_empty(&list);
                self.items(&list).iter().filter_map(|item| self.tenant(item, &mut gathered)).collect()
            }
            None => Vec::new(),
        };
        let shared_devices = self
            .list(&mut fields, "shared_devices", |reader, item| reader.shared_device(item, &mut gathered));
        self.close(&fields);
        check::whole(self, &gathered);
        let index = Index::new(&tenants, &shared_devices);
        Some(Registry { tenants, shared_devices, index, open: false })
    }

    fn tenant(&mut self, at: &At<'_>, gathered: &mut Gathered) -> Option<Tenant> {
        let mut fields = self.fields(at)?;
        let id = self.required(&mut fields, "id").and_then(|id| self.tenant_key(&id));
        gathered.tenants.push((at.path.clone(), id.clone()));
        let name = self.required(&mut fields, "name").and_then(|name| self.words(&name));
        let internal = self.required(&mut fields, "internal").and_then(|list| self.inside(&list));
        let devices = self.list(&mut fields, "devices", |reader, item| {
            let mut fields = reader.fields(item)?;
            let device = reader.device(&mut fields);
            reader.close(&fields);
            let device = device?;
            let (path, owner) = (item.path.clone(), at.path.clone());
            gathered.devices.push(Registration { path, device: device.clone(), owner });
            Some(device)
        });
        let reference = fields.take("reference").and_then(|text| self.reference(&text));
        let groups = self.list(&mut fields, "groups", Reader::key);
        let language = fields.take("language").and_then(|word| self.language(&word));
        let time_zone = fields.take("time_zone").and_then(|zone| self.zone(&zone));
        let time_zone_given = time_zone.is_some();
        let time_zone = time_zone.unwrap_or(TimeZone::UTC);
        let soc = fields.take("soc").and_then(|soc| self.soc(&soc));
        let release = fields.take("release").and_then(|word| {
            let read = |word: &str| match word {
                "automatic" => Some(Release::Automatic),
                "analyst" => Some(Release::Analyst),
                _ => None,
            };
            self.word(&word, read, "automatic, analyst")
        });
        let roles = fields.take("roles").map(|roles| self.roles(&roles)).unwrap_or_default();
        let mut ips = Once::new();
        let assets = self.list(&mut fields, "assets", |reader, item| {
            let asset = reader.asset(item)?;
            let path = format!("{}.ip", item.path);
            ips.check(reader, &path, "asset", asset.ip, &asset.ip.to_string());
            if internal.as_ref().is_some_and(|internal| !internal.contains(asset.ip)) {
                reader.wrong(&path, format!("{} is not in the tenant's `internal`", asset.ip));
            }
            Some(asset)
        });
        let hours = fields.take("office_hours");
        let has_hours = hours.is_some();
        let office_hours = hours.and_then(|hours| self.office_hours(&hours));
        let maintenance = self.list(&mut fields, "maintenance", Reader::maintenance);
        let health = fields.take("health").and_then(|limits| self.health_limits(&limits));
        let mut ids = Once::new();
        let contacts = self.list(&mut fields, "contacts", |reader, item| {
            let contact = reader.contact(item)?;
            ids.check(reader, &format!("{}.id", item.path), "contact", contact.id.clone(), &contact.id);
            if contact.hours == Hours::Office && !has_hours {
                reader.wrong(&format!("{}.hours", item.path), "the tenant has no `office_hours`");
            }
            Some(contact)
        });
        let allow = self.list(&mut fields, "allow", |reader, item| reader.allow(item, &time_zone));
        let saas = self.list(&mut fields, "saas", Reader::key);
        let never_block =
            fields.take("never_block").and_then(|list| self.networks(&list)).unwrap_or_default();
        self.close(&fields);
        Some(Tenant {
            id: TenantId::new(&id?),
            name: name?,
            internal: internal?,
            devices,
            reference: reference.unwrap_or_else(|| "H".to_owned()),
            groups,
            language: language.unwrap_or(Language::En),
            time_zone,
            time_zone_given,
            soc: soc.unwrap_or_default(),
            release: release.unwrap_or_default(),
            roles,
            assets,
            office_hours,
            maintenance,
            health: health.unwrap_or_default(),
            contacts,
            allow,
            saas,
            never_block,
        })
    }

    fn list<T>(
        &mut self,
        fields: &mut Fields<'_>,
        key: &'static str,
        mut item: impl FnMut(&mut Reader, &At<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(list) = fields.take(key) else { return Vec::new() };
        self.items(&list).iter().filter_map(|at| item(self, at)).collect()
    }

    /// Reads words in both languages; one language, or plain text, stands for both.
    fn words(&mut self, at: &At<'_>) -> Option<Words> {
        if let Node::Text(_) = at.node {
            return self.text(at).map(|text| Words { ja: text.clone(), en: text });
        }
        let mut fields = self.fields(at)?;
        let (ja, en) = (fields.take("ja"), fields.take("en"));
        self.close(&fields);
        if ja.is_none() && en.is_none() {
            self.wrong(&at.path, "needs `ja` or `en`");
        }
        let ja = ja.and_then(|text| self.text(&text));
        let en = en.and_then(|text| self.text(&text));
        Some(Words { ja: ja.clone().or_else(|| en.clone())?, en: en.or(ja)? })
    }

    fn inside(&mut self, at: &At<'_>) -> Option<Networks> {
        self.not_empty(at);
        let items = self.items(at);
        let networks: Vec<IpNet> = items.iter().filter_map(|item| self.inside_network(item)).collect();
        (!items.is_empty() && networks.len() == items.len()).then(|| networks.into_iter().collect())
    }

    fn inside_network(&mut self, at: &At<'_>) -> Option<IpNet> {
        let network = self.network(at)?;
        if network.prefix_len() == 0 {
            self.wrong(&at.path, format!("`{network}` is everything, and no organisation's inside"));
            return None;
        }
        Some(network)
    }

    fn reference(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.key(at)?;
        if text.len() > MAX_REFERENCE_BYTES || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.wrong(&at.path, format!("must be at most {MAX_REFERENCE_BYTES} ASCII letters and digits"));
            return None;
        }
        Some(text)
    }

    fn language(&mut self, at: &At<'_>) -> Option<Language> {
        self.word(at, Language::from_word, &words_of(Language::ALL, Language::as_str))
    }

    fn soc(&mut self, at: &At<'_>) -> Option<Soc> {
        let mut fields = self.fields(at)?;
        let name = fields.take("name").and_then(|name| self.words(&name));
        let phone = fields.take("phone").and_then(|phone| self.phone(&phone));
        self.close(&fields);
        Some(Soc { name: name.unwrap_or_else(|| Soc::default().name), phone })
    }

    /// Reads the fields of a device; the caller closes them, for a shared device has more.
    fn device(&mut self, fields: &mut Fields<'_>) -> Option<Device> {
        let id = self.required(fields, "id").and_then(|id| self.id(&id));
        let vendor = self
            .required(fields, "vendor")
            .and_then(|word| self.word(&word, Vendor::from_word, &words_of(Vendor::ALL, Vendor::as_str)));
        let name = fields.take("name").and_then(|name| self.text(&name));
        let vsys = fields.take("vsys").and_then(|vsys| self.id(&vsys));
        let time_zone = fields.take("time_zone").and_then(|zone| self.zone(&zone));
        let posture = fields
            .take("posture")
            .and_then(|word| self.word(&word, Posture::from_word, &words_of(Posture::ALL, Posture::as_str)));
        let ha = fields.take("ha").and_then(|ha| self.id(&ha));
        let aliases = self.list(fields, "aliases", Reader::id);
        let collectors = self.list(fields, "collectors", Reader::id);
        let (id, vendor) = (id?, vendor?);
        let identity = DeviceId::new(ha.as_deref().unwrap_or(&id));
        let posture = posture.unwrap_or(Posture::Inline);
        Some(Device { id, vendor, name, vsys, time_zone, posture, ha, aliases, collectors, identity })
    }

    fn shared_device(&mut self, at: &At<'_>, gathered: &mut Gathered) -> Option<SharedDevice> {
        let mut fields = self.fields(at)?;
        let device = self.device(&mut fields);
        let owner = self.required(&mut fields, "owner").and_then(|owner| self.tenant_key(&owner));
        if let Some(by) = fields.take("tenants_by") {
            self.word(&by, |word| (word == "internal").then_some(()), "internal");
        }
        self.close(&fields);
        if let Some(owner) = &owner {
            gathered.owners.push((fields.at("owner"), owner.clone()));
        }
        let (device, owner) = (device?, owner?);
        gathered.devices.push(Registration {
            path: at.path.clone(),
            device: device.clone(),
            owner: format!("owner {owner}"),
        });
        Some(SharedDevice { device, owner: TenantId::new(&owner) })
    }

    /// Reads the roles, relays first: between equally close networks the one that hides others counts.
    fn roles(&mut self, at: &At<'_>) -> Vec<(Role, Networks)> {
        let Some(mut fields) = self.fields(at) else { return Vec::new() };
        let mut roles: Vec<(Role, Networks)> = Vec::new();
        for role in Role::ALL {
            if let Some(list) = fields.take(role.as_str()) {
                roles.push((*role, self.networks(&list).unwrap_or_default()));
            }
        }
        self.close(&fields);
        roles.sort_by_key(|(role, _)| !role.is_relay());
        roles
    }

    fn asset(&mut self, at: &At<'_>) -> Option<AssetEntry> {
        let mut fields = self.fields(at)?;
        let ip = self.required(&mut fields, "ip").and_then(|ip| self.address(&ip));
        let public = fields.take("public").and_then(|ip| self.address(&ip));
        let name = fields.take("name").and_then(|name| self.text(&name));
        let product = fields.take("product").and_then(|product| self.text(&product));
        let owner = fields.take("owner").and_then(|owner| self.text(&owner));
        let critical = fields.take("critical").and_then(|flag| self.flag(&flag)).unwrap_or(false);
        self.close(&fields);
        Some(AssetEntry { ip: ip?, public, name, product, owner, critical })
    }

    fn office_hours(&mut self, at: &At<'_>) -> Option<OfficeHours> {
        let mut fields = self.fields(at)?;
        let working = Days([true, true, true, true, true, false, false]);
        let days = fields.take("days").map_or(working, |days| self.days(&days));
        let span = self.span(&mut fields);
        let holidays = self.list(&mut fields, "holidays", Reader::date);
        self.close(&fields);
        let (from, to) = span?;
        Some(OfficeHours { days, from, to, holidays })
    }

    fn maintenance(&mut self, at: &At<'_>) -> Option<Maintenance> {
        let mut fields = self.fields(at)?;
        let days = fields.take("days").map_or(Days::ALL, |days| self.days(&days));
        let span = self.span(&mut fields);
        let reason = self.required(&mut fields, "reason").and_then(|reason| self.text(&reason));
        self.close(&fields);
        let (from, to) = span?;
        Some(Maintenance { days, from, to, reason: reason? })
    }

    /// Reads `from` and `to`.
    fn span(&mut self, fields: &mut Fields<'_>) -> Option<(u16, u16)> {
        let from = self.required(fields, "from").and_then(|from| self.minutes(&from));
        let to = self.required(fields, "to").and_then(|to| self.minutes(&to));
        let (from, to) = (from?, to?);
        if from == to || from == DAY_MINUTES {
            self.wrong(&fields.at("to"), "the span is empty; a whole day is \"00:00\" to \"24:00\"");
            return None;
        }
        Some((from, to))
    }

    fn contact(&mut self, at: &At<'_>) -> Option<Contact> {
        let mut fields = self.fields(at)?;
        let id = self.required(&mut fields, "id").and_then(|id| self.key(&id));
        let name = fields.take("name").and_then(|name| self.text(&name));
        let (email, sms) = (fields.take("email"), fields.take("sms"));
        if email.is_none() && sms.is_none() {
            self.wrong(&at.path, "needs `email` or `sms`");
        }
        let email = email.and_then(|email| self.email(&email));
        let sms = sms.and_then(|sms| self.phone(&sms));
        let language = fields.take("language").and_then(|word| self.language(&word));
        let (attack, health) = match fields.take("for") {
            Some(list) => self.matters(&list),
            None => (true, true),
        };
        let levels = match fields.take("levels") {
            Some(list) => {
                let numbers: Vec<u32> =
                    self.items(&list).iter().filter_map(|item| self.number(item, 4)).collect();
                numbers.into_iter().filter_map(|n| Level::try_from(u8::try_from(n).ok()?).ok()).collect()
            }
            None => [Level::TWO, Level::THREE, Level::FOUR].into(),
        };
        let hours = fields.take("hours").and_then(|word| {
            let read = |word: &str| match word {
                "always" => Some(Hours::Always),
                "office" => Some(Hours::Office),
                _ => None,
            };
            self.word(&word, read, "always, office")
        });
        let order = fields.take("order").and_then(|order| self.number(&order, MAX_ORDER)).unwrap_or(1);
        self.close(&fields);
        let hours = hours.unwrap_or_default();
        Some(Contact { id: id?, name, email, sms, language, attack, health, levels, hours, order })
    }

    /// Reads what a contact is told: (attacks, health).
    fn matters(&mut self, at: &At<'_>) -> (bool, bool) {
        let mut matters = (false, false);
        self.not_empty(at);
        for item in self.items(at) {
            match item.node {
                Node::Text(word) if word == "attack" => matters.0 = true,
                Node::Text(word) if word == "health" => matters.1 = true,
                _ => self.wrong(&item.path, "must be attack or health"),
            }
        }
        matters
    }

    fn allow(&mut self, at: &At<'_>, zone: &TimeZone) -> Option<AllowEntry> {
        let mut fields = self.fields(at)?;
        let mut criteria = 0;
        let mut networks = |reader: &mut Reader, fields: &mut Fields<'_>, key| {
            let found = fields.take(key)?;
            criteria += 1;
            reader.one_or_more_networks(&found)
        };
        let source = networks(self, &mut fields, "source");
        let destination = networks(self, &mut fields, "destination");
        let host = networks(self, &mut fields, "host");
        let signature = fields.take("signature");
        if criteria == 0 && signature.is_none() {
            self.wrong(&at.path, "needs `source`, `destination`, `host` or `signature`");
        }
        let signature = signature.and_then(|text| match text.node {
            Node::Integer(number) => Some(number.to_string()),
            _ => self.text(&text),
        });
        let kinds = self.list(&mut fields, "kinds", Reader::allow_kind);
        let reason = self.required(&mut fields, "reason").and_then(|reason| self.text(&reason));
        let until = fields.take("until").and_then(|until| self.until(&until, zone));
        self.close(&fields);
        Some(AllowEntry { source, destination, host, signature, kinds, reason: reason?, until })
    }

    fn allow_kind(&mut self, at: &At<'_>) -> Option<AllowKind> {
        let read = |word: &str| {
            let stage = Stage::from_word(word).map(AllowKind::Stage);
            stage.or_else(|| FindingKind::from_word(word).map(AllowKind::Kind))
        };
        let known = format!("{} or a kind of finding", words_of(Stage::ALL, Stage::as_str));
        let kind = self.word(at, read, &known)?;
        if never_allowed(kind) {
            self.wrong(&at.path, "an allow entry never covers C&C or delivery");
            return None;
        }
        Some(kind)
    }
}

/// Tells whether an allow entry may not name this kind (service.md, rule 9).
fn never_allowed(kind: AllowKind) -> bool {
    use FindingKind as K;
    match kind {
        AllowKind::Stage(stage) => matches!(stage, Stage::Delivery | Stage::CommandAndControl),
        AllowKind::Kind(kind) => matches!(
            kind,
            K::CcPayload
                | K::CcContact
                | K::Sinkhole
                | K::Callback
                | K::DeviceCc
                | K::Malware
                | K::MalwareGuess
                | K::SandboxMalicious
        ),
    }
}

fn words_of<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> String {
    all.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ")
}
