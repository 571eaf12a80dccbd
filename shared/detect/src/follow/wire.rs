//! The bytes of what a follower remembers, so that another process can go on from it; whoever watches writes its own
//! memory in the same way.
//!
//! Every field in its order, numbers as LEB128, signed ones zigzag, lists with their count; a closed list's word by its
//! place in the list. No field has a name, so any change of what is remembered is a new [`VERSION`]; the state is a few
//! minutes old at most, and whoever finds one of another version starts from the facts of the last days instead.
//! Findings stand in one table (`FindingBatch`, which has a version of its own), as many questions share one.
//!
//! ```text
//! 1                      version, one byte
//! length, findings       the table
//! state                  field by field
//! ```
//!
//! Bytes come from a bucket: a count is believed only as far as there are bytes behind it, and what is read is as
//! bounded as what was written.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use hinomi_model::{
    ClockReading, ClockTrouble, DeviceId, Direction, Disposition, EventTime, Fact, FactFlags, FactSource,
    Finding, FindingBatch, FindingId, Function, Host, Locator, LoginService, Place, Protocol, Role, Saying,
    SessionKey, Sign, Symptom, TenantId, Unusual, UtcDay, Vendor,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The version of a follower's bytes.
pub(crate) const VERSION: u8 = 2;

/// Bytes that are being written.
#[derive(Debug, Default)]
pub(crate) struct Out {
    bytes: Vec<u8>,
    /// Findings by where they lie in memory: those that are shared are written once.
    known: FxHashMap<*const Finding, u64>,
    table: Vec<Finding>,
}

impl Out {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Returns everything that was written, as bytes of a version.
    pub(crate) fn finish(self, version: u8) -> Vec<u8> {
        let table = FindingBatch { quiet: false, findings: self.table }.encode();
        let mut all = Out { bytes: vec![version], ..Out::default() };
        all.number(table.len() as u64);
        all.bytes.extend_from_slice(&table);
        all.bytes.extend_from_slice(&self.bytes);
        all.bytes
    }
}

/// Bytes that are being read.
pub(crate) struct In<'b> {
    left: &'b [u8],
    table: Vec<Arc<Finding>>,
    /// Names that were read, so that equal ones share their memory again.
    tenants: FxHashMap<&'b str, TenantId>,
    devices: FxHashMap<&'b str, DeviceId>,
}

impl<'b> In<'b> {
    /// Starts to read; `None` for bytes of another version, or none of ours.
    pub(crate) fn new(bytes: &'b [u8], version: u8) -> Option<Self> {
        let (found, left) = bytes.split_first()?;
        if *found != version {
            return None;
        }
        let mut input =
            In { left, table: Vec::new(), tenants: FxHashMap::default(), devices: FxHashMap::default() };
        let length = input.count()?;
        let table = FindingBatch::decode(input.take(length)?).ok()?;
        input.table = table.findings.into_iter().map(Arc::new).collect();
        Some(input)
    }

    /// Starts to read bytes of any of some versions, and returns which it is.
    pub(crate) fn of_any(bytes: &'b [u8], versions: &[u8]) -> Option<(u8, Self)> {
        let version = *bytes.first()?;
        versions.contains(&version).then(|| Some((version, In::new(bytes, version)?)))?
    }

    /// Tells whether everything was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, left) = self.left.split_at_checked(length)?;
        self.left = left;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let low = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && low > 1 {
                return None;
            }
            number |= low << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Reads a count of things that take at least a byte each.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.left.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

/// What can be written and read back.
pub(crate) trait Wire: Sized {
    /// Writes the value.
    fn put(&self, out: &mut Out);

    /// Reads a value; `None` when the bytes hold none.
    fn get(input: &mut In<'_>) -> Option<Self>;
}

/// Writes and reads a struct field by field. A field that is missing here does not compile.
macro_rules! wire {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::follow::wire::Wire for $name {
            fn put(&self, out: &mut $crate::follow::wire::Out) {
                let $name { $($field),+ } = self;
                $($crate::follow::wire::Wire::put($field, out);)+
            }

            fn get(input: &mut $crate::follow::wire::In<'_>) -> Option<Self> {
                Some($name { $($field: $crate::follow::wire::Wire::get(input)?),+ })
            }
        }
    )+};
}
pub(crate) use wire;

wire! {
    Fact {
        time, began, source, session, src_ip, src_port, dst_ip, dst_port, protocol, direction, disposition,
        bytes_out, bytes_in, packets_in, http_status, flags, count, place,
    }
    FactFlags { decrypted, sniffed, interim }
    Place { object, frame, line }
    FactSource { tenant, device }
    Host { ip, name, role }
    Locator { object, frame, line }
    Sign { time, source, symptom, saying, object, value, place }
    ClockReading { minute, source, least, most, trouble, place }
}

macro_rules! numbers {
    ($($name:ty),+) => {$(
        impl Wire for $name {
            fn put(&self, out: &mut Out) {
                out.number(u64::from(*self));
            }

            fn get(input: &mut In<'_>) -> Option<Self> {
                input.number()?.try_into().ok()
            }
        }
    )+};
}

numbers!(u16, u32, u64);

/// Values that are other values in a coat.
macro_rules! coats {
    ($($name:ty: $inner:ty = $make:expr, $open:expr;)+) => {$(
        impl Wire for $name {
            fn put(&self, out: &mut Out) {
                let open: fn(&$name) -> $inner = $open;
                open(self).put(out);
            }

            fn get(input: &mut In<'_>) -> Option<Self> {
                <$inner>::get(input).map($make)
            }
        }
    )+};
}

coats! {
    EventTime: i64 = EventTime::from_nanos, |time| time.nanos();
    UtcDay: i64 = |day| UtcDay(i32::try_from(day).unwrap_or_default()), |day| i64::from(day.0);
    Protocol: u16 = |number| Protocol(u8::try_from(number).unwrap_or_default()), |protocol| u16::from(protocol.0);
    usize: u64 = |number| usize::try_from(number).unwrap_or_default(), |number| *number as u64;
}

/// Closed lists: the place of the word in the list.
macro_rules! lists {
    ($($name:ty: $all:expr;)+) => {$(
        impl Wire for $name {
            fn put(&self, out: &mut Out) {
                let place = $all.iter().position(|value| value == self);
                out.number(place.unwrap_or_default() as u64);
            }

            fn get(input: &mut In<'_>) -> Option<Self> {
                $all.get(usize::try_from(input.number()?).ok()?).copied()
            }
        }
    )+};
}

lists! {
    bool: [false, true];
    Direction: Direction::ALL;
    Disposition: Disposition::ALL;
    Vendor: Vendor::ALL;
    Role: Role::ALL;
    ClockTrouble: ClockTrouble::ALL;
    LoginService: [LoginService::Vpn, LoginService::Admin, LoginService::User];
}

/// Closed lists that grow: the word itself.
macro_rules! words {
    ($($name:ty),+) => {$(
        impl Wire for $name {
            fn put(&self, out: &mut Out) {
                out.text(self.as_str());
            }

            fn get(input: &mut In<'_>) -> Option<Self> {
                <$name>::from_word(input.text()?)
            }
        }
    )+};
}

words!(Function, Saying, Symptom, Unusual);

impl Wire for u8 {
    fn put(&self, out: &mut Out) {
        out.bytes.push(*self);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        input.array().map(|[byte]| byte)
    }
}

impl Wire for i64 {
    fn put(&self, out: &mut Out) {
        out.number((self << 1 ^ self >> 63) as u64);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let number = input.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

impl Wire for SessionKey {
    fn put(&self, out: &mut Out) {
        out.bytes.extend_from_slice(&self.0.to_le_bytes());
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        input.array().map(|bytes| SessionKey(u64::from_le_bytes(bytes)))
    }
}

impl Wire for FindingId {
    fn put(&self, out: &mut Out) {
        out.bytes.extend_from_slice(&self.0.to_le_bytes());
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        input.array().map(|bytes| FindingId(u128::from_le_bytes(bytes)))
    }
}

impl Wire for IpAddr {
    fn put(&self, out: &mut Out) {
        match self {
            IpAddr::V4(ip) => {
                out.bytes.push(4);
                out.bytes.extend_from_slice(&ip.octets());
            }
            IpAddr::V6(ip) => {
                out.bytes.push(6);
                out.bytes.extend_from_slice(&ip.octets());
            }
        }
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        match input.array()? {
            [4] => input.array::<4>().map(|octets| Ipv4Addr::from(octets).into()),
            [6] => input.array::<16>().map(|octets| Ipv6Addr::from(octets).into()),
            _ => None,
        }
    }
}

impl Wire for String {
    fn put(&self, out: &mut Out) {
        out.text(self);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        input.text().map(str::to_owned)
    }
}

impl Wire for Arc<str> {
    fn put(&self, out: &mut Out) {
        out.text(self);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        input.text().map(Arc::from)
    }
}

impl Wire for TenantId {
    fn put(&self, out: &mut Out) {
        out.text(self.as_str());
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let text = input.text()?;
        Some(input.tenants.entry(text).or_insert_with(|| TenantId::new(text)).clone())
    }
}

impl Wire for DeviceId {
    fn put(&self, out: &mut Out) {
        out.text(self.as_str());
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let text = input.text()?;
        Some(input.devices.entry(text).or_insert_with(|| DeviceId::new(text)).clone())
    }
}

impl Wire for Arc<Finding> {
    fn put(&self, out: &mut Out) {
        let next = out.table.len() as u64;
        let number = *out.known.entry(Arc::as_ptr(self)).or_insert(next);
        if number == next {
            out.table.push(Finding::clone(self));
        }
        out.number(number);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let number = usize::try_from(input.number()?).ok()?;
        input.table.get(number).cloned()
    }
}

impl Wire for Finding {
    fn put(&self, out: &mut Out) {
        out.number(out.table.len() as u64);
        out.table.push(self.clone());
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Arc::<Finding>::get(input).map(|finding| Finding::clone(&finding))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Out) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Some(if bool::get(input)? { Some(T::get(input)?) } else { None })
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Out) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Some((A::get(input)?, B::get(input)?))
    }
}

impl<A: Wire, B: Wire, C: Wire> Wire for (A, B, C) {
    fn put(&self, out: &mut Out) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        Some((A::get(input)?, B::get(input)?, C::get(input)?))
    }
}

/// Lists and maps: a count and what they hold.
macro_rules! lists_of {
    ($([$($bounds:tt)*] $name:ty;)+) => {$(
        impl<$($bounds)*> Wire for $name {
            fn put(&self, out: &mut Out) {
                out.number(self.len() as u64);
                for item in self {
                    PutItem::put_item(&item, out);
                }
            }

            fn get(input: &mut In<'_>) -> Option<Self> {
                let count = input.count()?;
                (0..count).map(|_| Wire::get(input)).collect()
            }
        }
    )+};
}

/// What walking a collection gives.
trait PutItem {
    fn put_item(&self, out: &mut Out);
}

impl<T: Wire> PutItem for &T {
    fn put_item(&self, out: &mut Out) {
        self.put(out);
    }
}

impl<K: Wire, V: Wire> PutItem for (&K, &V) {
    fn put_item(&self, out: &mut Out) {
        self.0.put(out);
        self.1.put(out);
    }
}

lists_of! {
    [T: Wire] Vec<T>;
    [T: Wire] VecDeque<T>;
    [T: Wire + Ord] BTreeSet<T>;
    [T: Wire + Eq + Hash] FxHashSet<T>;
    [K: Wire + Ord, V: Wire] BTreeMap<K, V>;
    [K: Wire + Eq + Hash, V: Wire] FxHashMap<K, V>;
}
