//! Facts: what every session leaves behind for later questions, in a few packed bytes.
//!
//! A fact is not judged by itself. `follow` reads the last minutes' facts against the open questions: did the
//! attacked server answer, did it call back, to how many hosts did this one speak.

mod vital;
mod wire;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::event::{Direction, Disposition, Protocol, words};
use crate::finding::Locator;
use crate::ids::{DeviceId, SessionKey, TenantId};
use crate::time::{EventTime, Seconds};

pub use vital::{Pulse, Saying, Sign};
pub use wire::WireError;

/// One session as the traffic log told it. Source and destination are initiator and responder, the latter after
/// destination NAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// When the record was written (for most vendors the end of the session).
    pub time: EventTime,
    /// When the session began: `time` less its duration.
    pub began: EventTime,
    /// Index into [`FactBatch::sources`].
    pub source: u32,
    /// The session, to join other functions' records of it; `None` when the vendor gave no number.
    pub session: Option<SessionKey>,
    /// Who opened it.
    pub src_ip: IpAddr,
    /// Initiator's port; 0 when there is none.
    pub src_port: u16,
    /// Who was asked.
    pub dst_ip: IpAddr,
    /// Responder's port; 0 when there is none.
    pub dst_port: u16,
    /// IP protocol.
    pub protocol: Protocol,
    /// From whom to whom, by the tenant's inside.
    pub direction: Direction,
    /// What became of it.
    pub disposition: Disposition,
    /// Bytes from initiator to responder.
    pub bytes_out: u64,
    /// Bytes from responder to initiator; `None` when the record does not say.
    pub bytes_in: Option<u64>,
    /// Packets from responder to initiator; `None` when the record does not say.
    pub packets_in: Option<u64>,
    /// HTTP status of the response; `None` when the record does not say.
    pub http_status: Option<u16>,
    /// How far the byte counts can be trusted.
    pub flags: FactFlags,
    /// How many sessions the record stands for.
    pub count: u32,
    /// Where the record's line is; `None` when nothing is archived.
    pub place: Option<Place>,
}

/// Where in the archive a fact's line is: a fact is followed up long after its line was read, and what follows from it
/// must be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index into [`FactBatch::objects`].
    pub object: u32,
    /// The frame in the object.
    pub frame: u32,
    /// The line in the frame, from 0.
    pub line: u32,
}

/// What limits the use of a fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactFlags {
    /// The appliance decrypted the session: its byte counts are not the server's.
    pub decrypted: bool,
    /// Seen by a sniffer: counts may be incomplete.
    pub sniffed: bool,
    /// An interim count; the session goes on.
    pub interim: bool,
}

/// Whose record a fact is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactSource {
    /// The tenant.
    pub tenant: TenantId,
    /// The device's identity (an HA pair is one).
    pub device: DeviceId,
}

/// To what somebody logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoginService {
    /// VPN portal or gateway.
    Vpn,
    /// The appliance's administration.
    Admin,
    /// A captive portal or firewall user.
    User,
}

/// One log-in attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// When.
    pub time: EventTime,
    /// Index into [`FactBatch::sources`].
    pub source: u32,
    /// From where.
    pub from: IpAddr,
    /// As whom; as written, lower-cased, at most 128 bytes.
    pub account: String,
    /// Whether it succeeded.
    pub success: bool,
    /// To what.
    pub service: LoginService,
    /// How many attempts the record stands for.
    pub count: u32,
    /// The fingerprint of the record's line, which makes a repeat the same attempt.
    pub line: u64,
    /// Where the record's line is; `None` when nothing is archived.
    pub place: Option<Place>,
}

words! {
    /// What is wrong with a device's clock.
    ClockTrouble {
        /// Later than the lines were received.
        Ahead = "ahead",
        /// Earlier than lines can have been held back, or earlier by the same time all along.
        Behind = "behind",
        /// Never set.
        Unset = "unset",
        /// Local, in a zone that nobody said.
        NoZone = "no_zone",
    }
}

/// What a device's clock showed in a minute of a collector's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The minute in which the lines were received.
    pub minute: i64,
    /// Index into [`FactBatch::sources`]; of an HA pair each member by its own name, as each has its own clock.
    pub source: u32,
    /// Least by which it was ahead, in seconds; negative when behind.
    pub least: Seconds,
    /// Most by which it was ahead.
    pub most: Seconds,
    /// What was wrong beyond doubt with one line's time, the gravest of the minute.
    pub trouble: Option<ClockTrouble>,
    /// Where a line lies that shows it: that of the trouble, else any.
    pub place: Option<Place>,
}

impl ClockReading {
    /// Joins what other lines of the same minute showed. Which line is named does not depend on their order.
    pub fn join(&mut self, other: &ClockReading) {
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        // Without trouble any line will do, so the first place by number stays; with it, the gravest.
        let rank = |reading: &ClockReading| {
            (reading.trouble.is_none(), reading.trouble, reading.place.is_none(), reading.place)
        };
        if rank(other) < rank(self) {
            (self.trouble, self.place) = (other.trouble, other.place);
        }
    }
}

/// The facts of one batch of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactBatch {
    /// Whose records they are from.
    pub sources: Vec<FactSource>,
    /// The archive objects that hold their lines.
    pub objects: Vec<String>,
    /// The sessions.
    pub sessions: Vec<Fact>,
    /// The log-ins.
    pub logins: Vec<Login>,
    /// What devices' clocks showed, each device and minute once.
    pub clocks: Vec<ClockReading>,
    /// How much devices wrote, each device, minute and function once.
    pub pulses: Vec<Pulse>,
    /// What devices' records say of their health.
    pub signs: Vec<Sign>,
}

impl FactBatch {
    /// Returns the index of a source, adding it when it is new.
    pub fn source(&mut self, tenant: &TenantId, device: &str) -> u32 {
        // Batches come from one or few devices, the last of them most often: a walk from the end beats a map.
        let known = self.sources.iter().rposition(|s| s.device.as_str() == device && s.tenant == *tenant);
        let index = known.unwrap_or_else(|| {
            self.sources.push(FactSource { tenant: tenant.clone(), device: DeviceId::new(device) });
            self.sources.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Returns the place of a line, adding its object when it is new.
    pub fn place(&mut self, locator: &Locator) -> Place {
        let known = self.objects.iter().rposition(|object| *object == locator.object);
        let index = known.unwrap_or_else(|| {
            self.objects.push(locator.object.clone());
            self.objects.len() - 1
        });
        Place { object: u32::try_from(index).unwrap_or(u32::MAX), frame: locator.frame, line: locator.line }
    }

    /// Adds what a device's clock showed.
    pub fn clock(&mut self, reading: ClockReading) {
        let same = |own: &&mut ClockReading| (own.source, own.minute) == (reading.source, reading.minute);
        // A batch's lines are of few minutes, the last of them most often.
        match self.clocks.iter_mut().rev().find(same) {
            Some(own) => own.join(&reading),
            None => self.clocks.push(reading),
        }
    }

    /// Adds what a device wrote.
    pub fn pulse(&mut self, pulse: Pulse) {
        let key = |pulse: &Pulse| (pulse.source, pulse.minute, pulse.function);
        match self.pulses.iter_mut().rev().find(|own| key(own) == key(&pulse)) {
            Some(own) => own.join(&pulse),
            None => self.pulses.push(pulse),
        }
    }

    /// Adds what another batch holds.
    pub fn append(&mut self, other: &FactBatch) {
        let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let sources: Vec<u32> =
            other.sources.iter().map(|s| self.source(&s.tenant, s.device.as_str())).collect();
        let mut objects: Vec<u32> = Vec::with_capacity(other.objects.len());
        for object in &other.objects {
            let known = self.objects.iter().rposition(|known| known == object);
            objects.push(index(known.unwrap_or_else(|| {
                self.objects.push(object.clone());
                self.objects.len() - 1
            })));
        }
        let source = |number: u32| sources.get(number as usize).copied();
        let place = |place: Option<Place>| {
            let place = place?;
            Some(Place { object: objects.get(place.object as usize).copied()?, ..place })
        };
        // What points nowhere in its own batch is no fact of anybody's.
        let sessions = other.sessions.iter().filter_map(|fact| {
            Some(Fact { source: source(fact.source)?, place: place(fact.place), ..*fact })
        });
        self.sessions.extend(sessions);
        let logins = other.logins.iter().filter_map(|login| {
            Some(Login { source: source(login.source)?, place: place(login.place), ..login.clone() })
        });
        self.logins.extend(logins);
        for reading in &other.clocks {
            if let Some(source) = source(reading.source) {
                self.clock(ClockReading { source, place: place(reading.place), ..*reading });
            }
        }
        for pulse in &other.pulses {
            if let Some(source) = source(pulse.source) {
                self.pulse(Pulse { source, ..*pulse });
            }
        }
        let signs = other.signs.iter().filter_map(|sign| {
            Some(Sign { source: source(sign.source)?, place: place(sign.place), ..sign.clone() })
        });
        self.signs.extend(signs);
    }

    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.sources.clear();
        self.objects.clear();
        self.sessions.clear();
        self.logins.clear();
        self.clocks.clear();
        self.pulses.clear();
        self.signs.clear();
    }
}
