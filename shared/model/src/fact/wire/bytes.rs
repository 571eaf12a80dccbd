//! Numbers, texts and times as bytes: what every column of a facts object is made of.
//!
//! Integers are LEB128, signed ones zigzag; times are differences in the largest unit that loses nothing.

use super::WireError;
use crate::time::EventTime;

/// Nanoseconds of each unit that a column of times may be in.
const UNITS: [i64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// Bytes that are being written.
pub(super) struct Out(pub(super) Vec<u8>);

impl Out {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Writes nanoseconds in the largest unit that loses nothing.
    pub(super) fn nanos(&mut self, values: impl Iterator<Item = i64> + Clone) {
        let unit = (0..UNITS.len())
            .rev()
            .find(|unit| values.clone().all(|nanos| nanos % UNITS[*unit] == 0))
            .unwrap_or(0);
        self.0.push(unit as u8);
        for nanos in values {
            self.signed(nanos / UNITS[unit]);
        }
    }

    /// Writes times, each as its difference to the one before. Differences wrap, so that no time overflows.
    pub(super) fn times(&mut self, times: impl Iterator<Item = EventTime> + Clone) {
        let before = std::iter::once(0).chain(times.clone().map(EventTime::nanos));
        self.nanos(times.zip(before).map(|(time, before)| time.nanos().wrapping_sub(before)));
    }
}

/// Bytes to read, and how far.
pub(super) struct In<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

impl<'b> In<'b> {
    pub(super) fn broken(&self) -> WireError {
        WireError::Broken(self.at)
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'b [u8], WireError> {
        let end = self.at.checked_add(length).ok_or_else(|| self.broken())?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.broken())?;
        self.at = end;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.take(N)?.try_into().map_err(|_| self.broken())
    }

    pub(super) fn byte(&mut self) -> Result<u8, WireError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, WireError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && low > 1 {
                return Err(self.broken());
            }
            number |= low << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.broken())
    }

    pub(super) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, WireError> {
        T::try_from(self.number()?).map_err(|_| self.broken())
    }

    pub(super) fn signed(&mut self) -> Result<i64, WireError> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Reads a count of things of which each takes at least `min_bytes`, so that it can be trusted to reserve.
    pub(super) fn count(&mut self, min_bytes: usize) -> Result<usize, WireError> {
        let count = self.small::<usize>()?;
        if count > self.left() / min_bytes { Err(self.broken()) } else { Ok(count) }
    }

    pub(super) fn text(&mut self) -> Result<&'b str, WireError> {
        let length = self.count(1)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| self.broken())
    }

    pub(super) fn rows<T>(
        &mut self,
        count: usize,
        mut row: impl FnMut(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        (0..count).map(|_| row(self)).collect()
    }

    pub(super) fn nanos(&mut self, count: usize) -> Result<Vec<i64>, WireError> {
        let unit = *UNITS.get(usize::from(self.byte()?)).ok_or_else(|| self.broken())?;
        self.rows(count, |input| input.signed()?.checked_mul(unit).ok_or_else(|| input.broken()))
    }

    pub(super) fn times(&mut self, count: usize) -> Result<Vec<EventTime>, WireError> {
        let mut time = 0_i64;
        let differences = self.nanos(count)?;
        Ok(differences
            .into_iter()
            .map(|difference| {
                time = time.wrapping_add(difference);
                EventTime::from_nanos(time)
            })
            .collect())
    }
}
