//! The bytes of a facts object.
//!
//! Columns, not rows: what is alike lies together, and the archive's zstd finds it. Little is spent on what repeats
//! (times as differences in their own unit, addresses as indices into a dictionary), and nothing is rounded: what
//! was packed comes out equal and in the same order. Compression is the archive's matter.
//!
//! Version 3, all integers LEB128 unless said otherwise, signed ones zigzag; version 2 is the same without pulses and
//! signs, version 1 without clocks, too:
//!
//! ```text
//! 3                            version, one byte
//! sources sessions logins      counts
//! v4 v6                        counts of addresses, then the addresses, 4 and 16 bytes each
//! objects                      count, then names: length and UTF-8 each
//! sources                      tenant, device: length and UTF-8 each
//! sessions, column by column   marks (1 byte), way (1 byte: direction | disposition << 4), protocol (1 byte),
//!                              source, time (unit byte, then difference to the one before), duration (unit byte,
//!                              then `time - began`), source and destination address (index << 1 | is v6),
//!                              source port high bytes, low bytes, destination port high bytes, low bytes,
//!                              bytes out; then of those whose mark says so: session key (8 bytes), bytes in,
//!                              packets in, HTTP status, count; then the places
//! logins, column by column     what (1 byte: service << 1 | success), source, time, address, count, line (8 bytes),
//!                              account: length and UTF-8; then the places
//! clocks                       count; then each: minute, source, least, most, trouble (0 for none); then the places
//! pulses                       count, then each: minute (difference to the one before), source, function (length and
//!                              word), lines, numbered (0 or 1) and then lowest and what the highest is above it
//! signs                        count, then each: symptom and saying (length and word each), source, object (length and
//!                              UTF-8), measured (0 or 1) and then the value; then the times; then the places
//! places, column by column     object (index + 1, 0 for none), then of those that have one: frame and line, each as
//!                              its difference to the one before
//! ```
//!
//! Measured by `hinomi-store`'s `tests/facts.rs` on made traffic (20,000 sessions of 300 hosts, nanosecond times):
//! 29 bytes a session packed, 21 after zstd level 3. Eight of them are the session key, a fingerprint, and three the
//! digits of a nanosecond time; neither compresses. With times in whole seconds it is 18.

mod bytes;
mod vitals;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use self::bytes::{In, Out};
use super::{ClockReading, ClockTrouble, Fact, FactBatch, FactFlags, FactSource, Login, LoginService, Place};
use crate::event::{Direction, Disposition, Protocol};
use crate::ids::{DeviceId, SessionKey, TenantId};
use crate::time::EventTime;

const VERSION: u8 = 3;
/// Before devices' health was read.
const VERSION_WITHOUT_VITALS: u8 = 2;
/// Before clocks were read.
const VERSION_WITHOUT_CLOCKS: u8 = 1;

/// Fewest bytes that a session takes: what the bytes left could hold bounds what a count may reserve.
const MIN_SESSION_BYTES: usize = 14;
/// Fewest bytes that a login takes.
const MIN_LOGIN_BYTES: usize = 15;
/// Fewest bytes that a clock reading takes.
const MIN_CLOCK_BYTES: usize = 6;
/// Fewest bytes that a pulse takes.
const MIN_PULSE_BYTES: usize = 5;
/// Fewest bytes that a sign takes.
const MIN_SIGN_BYTES: usize = 7;
/// Fewest bytes that a source takes.
const MIN_SOURCE_BYTES: usize = 2;

const HAS_SESSION: u8 = 1;
const HAS_BYTES_IN: u8 = 1 << 1;
const HAS_PACKETS_IN: u8 = 1 << 2;
const HAS_HTTP_STATUS: u8 = 1 << 3;
const DECRYPTED: u8 = 1 << 4;
const SNIFFED: u8 = 1 << 5;
const INTERIM: u8 = 1 << 6;
/// Stands for other than one session.
const HAS_COUNT: u8 = 1 << 7;

/// Why bytes are no facts object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// Written by a version that this program does not know.
    #[error("facts of version {0}")]
    Version(u8),
    /// The bytes end early or hold impossible values.
    #[error("facts broken at byte {0}")]
    Broken(usize),
}

impl FactBatch {
    /// Packs the batch, in its order. The same batch gives the same bytes.
    ///
    /// A session or login whose `source` points nowhere makes bytes that do not unpack; [`FactBatch::source`] gives
    /// none such.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Out(Vec::with_capacity(64 + self.sessions.len() * 40 + self.logins.len() * 40));
        let mut addresses = Addresses::default();
        let ends: Vec<(u64, u64)> =
            self.sessions.iter().map(|f| (addresses.index(f.src_ip), addresses.index(f.dst_ip))).collect();
        let from: Vec<u64> = self.logins.iter().map(|login| addresses.index(login.from)).collect();
        out.0.push(VERSION);
        for count in [self.sources.len(), self.sessions.len(), self.logins.len()] {
            out.number(count as u64);
        }
        out.number(addresses.v4.len() as u64);
        out.number(addresses.v6.len() as u64);
        addresses.v4.iter().for_each(|ip| out.0.extend(ip.octets()));
        addresses.v6.iter().for_each(|ip| out.0.extend(ip.octets()));
        out.number(self.objects.len() as u64);
        self.objects.iter().for_each(|object| out.text(object));
        for source in &self.sources {
            out.text(source.tenant.as_str());
            out.text(source.device.as_str());
        }
        out.sessions(&self.sessions, &ends);
        out.places(self.sessions.iter().map(|fact| fact.place));
        out.logins(&self.logins, &from);
        out.places(self.logins.iter().map(|login| login.place));
        out.clocks(&self.clocks);
        out.places(self.clocks.iter().map(|reading| reading.place));
        out.pulses(&self.pulses);
        out.signs(&self.signs);
        out.places(self.signs.iter().map(|sign| sign.place));
        out.0
    }

    /// Unpacks what [`FactBatch::pack`] made. Takes any bytes; reserves at most some twenty times their length.
    ///
    /// # Errors
    ///
    /// [`WireError::Version`] for bytes of another version, [`WireError::Broken`] for bytes that end early, go on
    /// after the end, or hold what no batch holds.
    pub fn unpack(bytes: &[u8]) -> Result<FactBatch, WireError> {
        let mut input = In { bytes, at: 0 };
        let version = input.byte()?;
        if !(VERSION_WITHOUT_CLOCKS..=VERSION).contains(&version) {
            return Err(WireError::Version(version));
        }
        let sources = input.count(MIN_SOURCE_BYTES)?;
        let sessions = input.count(MIN_SESSION_BYTES)?;
        let logins = input.count(MIN_LOGIN_BYTES)?;
        let (v4, v6) = (input.count(4)?, input.count(16)?);
        let addresses = Addresses {
            v4: input.rows(v4, |input| Ok(Ipv4Addr::from(input.array::<4>()?)))?,
            v6: input.rows(v6, |input| Ok(Ipv6Addr::from(input.array::<16>()?)))?,
            ..Addresses::default()
        };
        let objects = input.count(1)?;
        let objects = input.rows(objects, |input| Ok(input.text()?.to_owned()))?;
        let sources = input.rows(sources, |input| {
            let tenant = TenantId::new(input.text()?);
            Ok(FactSource { tenant, device: DeviceId::new(input.text()?) })
        })?;
        let mut sessions = input.sessions(sessions, sources.len(), &addresses)?;
        let places = input.places(sessions.len(), objects.len())?;
        sessions.iter_mut().zip(places).for_each(|(fact, place)| fact.place = place);
        let mut logins = input.logins(logins, sources.len(), &addresses)?;
        let places = input.places(logins.len(), objects.len())?;
        logins.iter_mut().zip(places).for_each(|(login, place)| login.place = place);
        let mut clocks = Vec::new();
        if version >= VERSION_WITHOUT_VITALS {
            clocks = input.clocks(sources.len())?;
            let places = input.places(clocks.len(), objects.len())?;
            clocks.iter_mut().zip(places).for_each(|(reading, place)| reading.place = place);
        }
        let (mut pulses, mut signs) = (Vec::new(), Vec::new());
        if version >= VERSION {
            pulses = input.pulses(sources.len())?;
            signs = input.signs(sources.len())?;
            let places = input.places(signs.len(), objects.len())?;
            signs.iter_mut().zip(places).for_each(|(sign, place)| sign.place = place);
        }
        if input.at != bytes.len() {
            return Err(input.broken());
        }
        Ok(FactBatch { sources, objects, sessions, logins, clocks, pulses, signs })
    }
}

/// Each address once, in order of appearance.
#[derive(Default)]
struct Addresses {
    v4: Vec<Ipv4Addr>,
    v6: Vec<Ipv6Addr>,
    known: HashMap<IpAddr, u64>,
}

impl Addresses {
    fn index(&mut self, ip: IpAddr) -> u64 {
        let (v4, v6) = (&mut self.v4, &mut self.v6);
        *self.known.entry(ip).or_insert_with(|| match ip {
            IpAddr::V4(ip) => {
                v4.push(ip);
                (v4.len() as u64 - 1) << 1
            }
            IpAddr::V6(ip) => {
                v6.push(ip);
                (v6.len() as u64 - 1) << 1 | 1
            }
        })
    }

    fn at(&self, index: u64) -> Option<IpAddr> {
        let place = usize::try_from(index >> 1).ok()?;
        match index & 1 {
            0 => self.v4.get(place).copied().map(IpAddr::V4),
            _ => self.v6.get(place).copied().map(IpAddr::V6),
        }
    }
}

impl Out {
    fn sessions(&mut self, sessions: &[Fact], ends: &[(u64, u64)]) {
        self.0.extend(sessions.iter().map(marks));
        self.0.extend(
            sessions.iter().map(|f| direction_code(f.direction) | disposition_code(f.disposition) << 4),
        );
        self.0.extend(sessions.iter().map(|f| f.protocol.0));
        sessions.iter().for_each(|f| self.number(f.source.into()));
        self.times(sessions.iter().map(|f| f.time));
        self.nanos(sessions.iter().map(|f| f.time.nanos().wrapping_sub(f.began.nanos())));
        ends.iter().for_each(|(src, _)| self.number(*src));
        ends.iter().for_each(|(_, dst)| self.number(*dst));
        for byte in 0..2 {
            self.0.extend(sessions.iter().map(|f| f.src_port.to_be_bytes()[byte]));
        }
        for byte in 0..2 {
            self.0.extend(sessions.iter().map(|f| f.dst_port.to_be_bytes()[byte]));
        }
        sessions.iter().for_each(|f| self.number(f.bytes_out));
        sessions.iter().filter_map(|f| f.session).for_each(|key| self.0.extend(key.0.to_le_bytes()));
        sessions.iter().filter_map(|f| f.bytes_in).for_each(|bytes| self.number(bytes));
        sessions.iter().filter_map(|f| f.packets_in).for_each(|packets| self.number(packets));
        sessions.iter().filter_map(|f| f.http_status).for_each(|status| self.number(status.into()));
        sessions.iter().filter(|f| f.count != 1).for_each(|f| self.number(f.count.into()));
    }

    fn places(&mut self, places: impl Iterator<Item = Option<Place>> + Clone) {
        places.clone().for_each(|place| self.number(place.map_or(0, |place| u64::from(place.object) + 1)));
        let known = places.flatten();
        for column in [|place: Place| place.frame, |place: Place| place.line] {
            let mut before = 0;
            for value in known.clone().map(column) {
                self.signed(i64::from(value) - before);
                before = i64::from(value);
            }
        }
    }

    fn logins(&mut self, logins: &[Login], from: &[u64]) {
        self.0.extend(logins.iter().map(|l| service_code(l.service) << 1 | u8::from(l.success)));
        logins.iter().for_each(|l| self.number(l.source.into()));
        self.times(logins.iter().map(|l| l.time));
        from.iter().for_each(|ip| self.number(*ip));
        logins.iter().for_each(|l| self.number(l.count.into()));
        logins.iter().for_each(|l| self.0.extend(l.line.to_le_bytes()));
        logins.iter().for_each(|l| self.text(&l.account));
    }

    fn clocks(&mut self, clocks: &[ClockReading]) {
        self.number(clocks.len() as u64);
        for reading in clocks {
            self.signed(reading.minute);
            self.number(reading.source.into());
            self.signed(reading.least);
            self.signed(reading.most);
            self.0.push(reading.trouble.map_or(0, trouble_code));
        }
    }
}

impl In<'_> {
    fn source(&mut self, sources: usize) -> Result<u32, WireError> {
        let source: u32 = self.small()?;
        if (source as usize) < sources { Ok(source) } else { Err(self.broken()) }
    }

    fn address(&mut self, addresses: &Addresses) -> Result<IpAddr, WireError> {
        let index = self.number()?;
        addresses.at(index).ok_or_else(|| self.broken())
    }

    fn sessions(
        &mut self,
        count: usize,
        sources: usize,
        addresses: &Addresses,
    ) -> Result<Vec<Fact>, WireError> {
        let marks = self.take(count)?;
        let ways = self.rows(count, Self::way)?;
        let protocols = self.take(count)?;
        let sources = self.rows(count, |input| input.source(sources))?;
        let times = self.times(count)?;
        let durations = self.nanos(count)?;
        let src = self.rows(count, |input| input.address(addresses))?;
        let dst = self.rows(count, |input| input.address(addresses))?;
        let [src_high, src_low] = [self.take(count)?, self.take(count)?];
        let [dst_high, dst_low] = [self.take(count)?, self.take(count)?];
        let bytes_out = self.rows(count, Self::number)?;
        let mut sessions = Vec::with_capacity(count);
        // Every column above has `count` values, so none of these ends early.
        let ports = |high: &[u8], low: &[u8]| -> Vec<u16> {
            high.iter().zip(low).map(|(high, low)| u16::from_be_bytes([*high, *low])).collect()
        };
        let columns = marks.iter().zip(ways).zip(protocols).zip(sources).zip(times).zip(durations);
        let columns = columns.zip(src.into_iter().zip(dst)).zip(ports(src_high, src_low));
        let columns = columns.zip(ports(dst_high, dst_low)).zip(bytes_out);
        for (rest, bytes_out) in columns {
            let ((((((((mark, way), protocol), source), time), duration), ends), src_port), dst_port) = rest;
            sessions.push(Fact {
                time,
                began: EventTime::from_nanos(time.nanos().wrapping_sub(duration)),
                source,
                session: None,
                src_ip: ends.0,
                src_port,
                dst_ip: ends.1,
                dst_port,
                protocol: Protocol(*protocol),
                direction: way.0,
                disposition: way.1,
                bytes_out,
                bytes_in: None,
                packets_in: None,
                http_status: None,
                flags: FactFlags {
                    decrypted: mark & DECRYPTED != 0,
                    sniffed: mark & SNIFFED != 0,
                    interim: mark & INTERIM != 0,
                },
                count: 1,
                place: None,
            });
        }
        self.marked(&mut sessions, marks, HAS_SESSION, |input, fact| {
            fact.session = Some(SessionKey(u64::from_le_bytes(input.array()?)));
            Ok(())
        })?;
        self.marked(&mut sessions, marks, HAS_BYTES_IN, |input, fact| {
            fact.bytes_in = Some(input.number()?);
            Ok(())
        })?;
        self.marked(&mut sessions, marks, HAS_PACKETS_IN, |input, fact| {
            fact.packets_in = Some(input.number()?);
            Ok(())
        })?;
        self.marked(&mut sessions, marks, HAS_HTTP_STATUS, |input, fact| {
            fact.http_status = Some(input.small()?);
            Ok(())
        })?;
        self.marked(&mut sessions, marks, HAS_COUNT, |input, fact| {
            fact.count = input.small()?;
            Ok(())
        })?;
        Ok(sessions)
    }

    fn places(&mut self, count: usize, objects: usize) -> Result<Vec<Option<Place>>, WireError> {
        let known = self.rows(count, |input| match input.number()? {
            0 => Ok(None),
            object if object <= objects as u64 => Ok(u32::try_from(object - 1).ok()),
            _ => Err(input.broken()),
        })?;
        let count = known.iter().flatten().count();
        let [frames, lines] = [self.steps(count)?, self.steps(count)?];
        let mut rest = frames.into_iter().zip(lines);
        let mut place = |object| rest.next().map(|(frame, line)| Place { object, frame, line });
        Ok(known.into_iter().map(|object| object.and_then(&mut place)).collect())
    }

    /// Reads numbers written as differences.
    fn steps(&mut self, count: usize) -> Result<Vec<u32>, WireError> {
        let mut value = 0_i64;
        self.rows(count, |input| {
            value = value.checked_add(input.signed()?).ok_or_else(|| input.broken())?;
            u32::try_from(value).map_err(|_| input.broken())
        })
    }

    fn clocks(&mut self, sources: usize) -> Result<Vec<ClockReading>, WireError> {
        let count = self.count(MIN_CLOCK_BYTES)?;
        self.rows(count, |input| {
            let minute = input.signed()?;
            let source = input.source(sources)?;
            let (least, most) = (input.signed()?, input.signed()?);
            let code = input.byte()?;
            let trouble = ClockTrouble::ALL.iter().copied().find(|trouble| trouble_code(*trouble) == code);
            if trouble.is_none() && code != 0 {
                return Err(input.broken());
            }
            Ok(ClockReading { minute, source, least, most, trouble, place: None })
        })
    }

    fn marked(
        &mut self,
        sessions: &mut [Fact],
        marks: &[u8],
        mark: u8,
        mut read: impl FnMut(&mut Self, &mut Fact) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let marked = sessions.iter_mut().zip(marks).filter(|(_, marks)| *marks & mark != 0);
        for (fact, _) in marked {
            read(self, fact)?;
        }
        Ok(())
    }

    fn way(&mut self) -> Result<(Direction, Disposition), WireError> {
        let code = self.byte()?;
        let direction = Direction::ALL.iter().find(|d| direction_code(**d) == code & 0xf);
        let disposition = Disposition::ALL.iter().find(|d| disposition_code(**d) == code >> 4);
        direction.copied().zip(disposition.copied()).ok_or_else(|| self.broken())
    }

    fn logins(
        &mut self,
        count: usize,
        sources: usize,
        addresses: &Addresses,
    ) -> Result<Vec<Login>, WireError> {
        let whats = self.rows(count, |input| {
            let code = input.byte()?;
            let service = match code >> 1 {
                0 => LoginService::Vpn,
                1 => LoginService::Admin,
                2 => LoginService::User,
                _ => return Err(input.broken()),
            };
            Ok((service, code & 1 == 1))
        })?;
        let sources = self.rows(count, |input| input.source(sources))?;
        let times = self.times(count)?;
        let from = self.rows(count, |input| input.address(addresses))?;
        let counts = self.rows(count, Self::small)?;
        let lines = self.rows(count, |input| input.array().map(u64::from_le_bytes))?;
        let columns = whats.into_iter().zip(sources).zip(times).zip(from).zip(counts).zip(lines);
        columns
            .map(|((((((service, success), source), time), from), count), line)| {
                let account = self.text()?.to_owned();
                Ok(Login { time, source, from, account, success, service, count, line, place: None })
            })
            .collect()
    }
}

fn marks(fact: &Fact) -> u8 {
    let mark = |holds: bool, mark: u8| if holds { mark } else { 0 };
    mark(fact.session.is_some(), HAS_SESSION)
        | mark(fact.bytes_in.is_some(), HAS_BYTES_IN)
        | mark(fact.packets_in.is_some(), HAS_PACKETS_IN)
        | mark(fact.http_status.is_some(), HAS_HTTP_STATUS)
        | mark(fact.flags.decrypted, DECRYPTED)
        | mark(fact.flags.sniffed, SNIFFED)
        | mark(fact.flags.interim, INTERIM)
        | mark(fact.count != 1, HAS_COUNT)
}

// Codes are written out, so that the order of declaration elsewhere can change and old bytes stay readable.

fn direction_code(direction: Direction) -> u8 {
    match direction {
        Direction::Inbound => 0,
        Direction::Outbound => 1,
        Direction::Internal => 2,
        Direction::External => 3,
    }
}

fn disposition_code(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Allowed => 0,
        Disposition::Blocked => 1,
        Disposition::Detected => 2,
        Disposition::Unknown => 3,
    }
}

fn service_code(service: LoginService) -> u8 {
    match service {
        LoginService::Vpn => 0,
        LoginService::Admin => 1,
        LoginService::User => 2,
    }
}

fn trouble_code(trouble: ClockTrouble) -> u8 {
    match trouble {
        ClockTrouble::Ahead => 1,
        ClockTrouble::Behind => 2,
        ClockTrouble::Unset => 3,
        ClockTrouble::NoZone => 4,
    }
}

#[cfg(test)]
mod tests;
