//! The form of a story: what is told to the appliances.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hinomi_generate::{FortigateUnit, Happening, Maker, PanosUnit};
use hinomi_model::{EventTime, Vendor};
use serde_json::json;

pub use crate::expect::{About, Expect, Expected, Notices};

/// Both vendors: most stories hold for either.
pub const BOTH: &[Vendor] = &[Vendor::Fortigate, Vendor::Panos];

/// One story or a neighbour of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The story's number.
    pub number: u8,
    /// What tells it from its neighbours.
    pub name: &'static str,
    /// Vendors that can log it.
    pub vendors: &'static [Vendor],
    /// Tells it, and says what must come of it.
    pub tell: fn(&mut Teller) -> Expect,
}

/// A case told by one vendor's appliances, ready to run.
#[derive(Clone, Debug)]
pub struct Story {
    /// The story's number.
    pub number: u8,
    /// `31 fortigate: one blocked look-up`.
    pub title: String,
    /// Which vendor.
    pub vendor: Vendor,
    /// The lines, with what each was made of, in order of arrival.
    pub told: Vec<Told>,
    /// The registry, as YAML.
    pub registry: String,
    /// What an analyst does, when one acts.
    pub acts: Vec<Act>,
    /// What must come of it.
    pub expect: Expect,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Told {
    /// File that it stands in: one for each appliance.
    pub file: String,
    /// The line, without its end.
    pub line: String,
    /// What it was made of.
    pub happening: Happening,
    /// When a collector received it; `None` when it was written to a file as it happened.
    pub received: Option<EventTime>,
}

/// What an analyst does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: EventTime,
    /// What: `false_positive`.
    pub what: &'static str,
}

impl Case {
    /// Lets one vendor's appliances log the case, once they are as `prepare` makes them.
    pub fn told_by(&self, vendor: Vendor, prepare: fn(&mut Maker)) -> Story {
        let mut teller = Teller::new(vendor);
        teller.makers.iter_mut().for_each(prepare);
        let expect = (self.tell)(&mut teller);
        Story {
            number: self.number,
            title: format!("{} {vendor}: {}", self.number, self.name),
            vendor,
            registry: teller.registry.yaml(),
            told: teller.told,
            acts: teller.acts,
            expect,
        }
    }
}

impl Story {
    /// Returns the files of the story, each with its lines in the order in which they came.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let mut order: Vec<&Told> = self.told.iter().collect();
        // Of one instant in the order in which they were told.
        order.sort_by_key(|told| told.received);
        for told in order {
            let file = files.entry(&told.file).or_default();
            file.extend_from_slice(told.line.as_bytes());
            file.push(b'\n');
        }
        files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
    }
}

/// Writes down a story.
#[derive(Debug)]
pub struct Teller {
    /// Which vendor's appliances log it.
    pub vendor: Vendor,
    /// What the registry says beyond the ordinary.
    pub registry: RegistryText,
    /// What an analyst does.
    pub acts: Vec<Act>,
    makers: [Maker; 2],
    told: Vec<Told>,
}

impl Teller {
    fn new(vendor: Vendor) -> Self {
        let makers = match vendor {
            Vendor::Fortigate => [("FGT60FTK20000001", "KITA-FW1"), ("FGT60FTK20000002", "KITA-FW2")]
                .map(|(id, name)| Maker::Fortigate(FortigateUnit::new(id, name))),
            Vendor::Panos => [("012801096514", "KITA-PA1"), ("012801096515", "KITA-PA2")]
                .map(|(serial, name)| Maker::Panos(PanosUnit::new(serial, name))),
        };
        Teller { vendor, registry: RegistryText::default(), acts: Vec::new(), makers, told: Vec::new() }
    }

    /// Lets the appliance log a happening.
    pub fn tell(&mut self, happening: Happening) {
        self.tell_by(0, happening);
    }

    /// Lets both appliances of an HA pair log a happening.
    pub fn tell_twice(&mut self, happening: Happening) {
        self.tell_by(0, happening.clone());
        self.tell_by(1, happening);
    }

    fn tell_by(&mut self, device: usize, happening: Happening) {
        for line in self.makers[device].lines(&happening) {
            let file = format!("{}-{device}.log", self.vendor);
            self.told.push(Told { file, line, happening: happening.clone(), received: None });
        }
    }

    /// Lets an appliance log a happening, and a collector receive it at one time or several. What one collector
    /// received is one file, in the order in which it came.
    pub fn tell_received(&mut self, device: usize, received: &[EventTime], happening: Happening) {
        for line in self.makers[device].lines(&happening) {
            for received in received {
                let ours = json!({"collector": "kita-1", "received": received});
                let told = Told {
                    file: "collector.log".to_owned(),
                    line: json!({"hinomi": ours, "message": line}).to_string(),
                    happening: happening.clone(),
                    received: Some(*received),
                };
                self.told.push(told);
            }
        }
    }

    /// Lets the second appliance live a quiet day while the first one's story goes on: a session a minute, received as
    /// it happens.
    pub fn live(&mut self, minutes: std::ops::Range<i64>, begin: EventTime) {
        for minute in minutes {
            let (number, at) = (minute.unsigned_abs(), begin.plus(minute * 60 + 7));
            let host = hinomi_generate::site::ip(10, 1, 20, 10 + (number % 40) as u8);
            let site = hinomi_generate::site::outside(90 + (number % 5) as u32);
            let session = hinomi_generate::traffic(at, host, site, 443).session(2_000_000 + number);
            self.tell_received(1, &[at.plus(2)], session);
        }
    }

    /// Replays everything told so far once more, as a file that is read twice.
    pub fn repeat_everything(&mut self) {
        self.told.extend_from_within(..);
    }

    /// Makes the appliances see only a copy of the traffic.
    pub fn sniff(&mut self) {
        self.registry.posture = "sniffer";
        for maker in &mut self.makers {
            match maker {
                Maker::Fortigate(unit) => unit.sniffer = true,
                Maker::Panos(unit) => unit.tap = true,
            }
        }
    }

    /// The address to which the vendor sends clients of blocked names unless told otherwise.
    pub fn sinkhole(&self) -> IpAddr {
        match self.vendor {
            Vendor::Fortigate => hinomi_generate::site::ip(208, 91, 112, 55),
            Vendor::Panos => hinomi_generate::site::ip(72, 5, 65, 111),
        }
    }
}

/// What a story's registry says.
#[derive(Clone, Debug)]
pub struct RegistryText {
    /// How the devices stand in the traffic.
    pub posture: &'static str,
    /// The devices are members of one HA pair.
    pub is_pair: bool,
    /// The city's own scanner is allowed.
    pub allows_scanner: bool,
}

impl Default for RegistryText {
    fn default() -> Self {
        RegistryText { posture: "inline", is_pair: false, allows_scanner: false }
    }
}

impl RegistryText {
    /// Writes the registry.
    pub fn yaml(&self) -> String {
        let devices: String = [
            ("FGT60FTK20000001", "fortigate", "KITA-FW1"),
            ("FGT60FTK20000002", "fortigate", "KITA-FW2"),
            ("012801096514", "panos", "KITA-PA1"),
            ("012801096515", "panos", "KITA-PA2"),
        ]
        .iter()
        .map(|(id, vendor, name)| {
            let ha = if self.is_pair { format!(", ha: kita-{vendor}") } else { String::new() };
            format!(
                "      - {{id: \"{id}\", vendor: {vendor}, name: {name}, time_zone: Asia/Tokyo, posture: {}{ha}}}\n",
                self.posture
            )
        })
        .collect();
        let servers: String = (40..49)
            .map(|n| format!("      - {{ip: 10.1.200.{n}, public: 198.51.100.{n}, name: SRV{n}}}\n"))
            .collect();
        let allow = if self.allows_scanner {
            "    allow:\n      - {source: 10.1.9.9, kinds: [reconnaissance, exploitation], reason: own scanner}\n"
        } else {
            ""
        };
        format!(
            "version: 1
tenants:
  - id: kita
    name: {{ja: 北市, en: Kita City}}
    reference: K
    language: en
    time_zone: Asia/Tokyo
    internal: [10.1.0.0/16, 198.51.100.0/26]
    devices:
{devices}    roles:
      resolver: [10.1.0.53]
      mail: [10.1.200.25]
      server: [10.1.200.0/24]
      guest: [10.1.90.0/24]
    assets:
      - {{ip: 10.1.200.10, public: 198.51.100.10, name: WEB01}}
      - {{ip: 10.1.200.25, public: 198.51.100.25, name: MAIL01}}
{servers}    contacts:
      - {{id: duty, email: soc@kita.example, sms: \"+819000000000\", for: [attack, health], levels: [2, 3, 4], order: 1}}
{allow}"
        )
    }
}
