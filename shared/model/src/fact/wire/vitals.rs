//! The bytes of pulses and signs. There are few of them, so closed lists stand as words, which later versions may add to.

use super::bytes::{In, Out};
use super::{MIN_PULSE_BYTES, MIN_SIGN_BYTES, WireError};
use crate::event::Function;
use crate::fact::{Pulse, Saying, Sign};
use crate::health::Symptom;

impl Out {
    pub(super) fn pulses(&mut self, pulses: &[Pulse]) {
        self.number(pulses.len() as u64);
        let mut before = 0_i64;
        for pulse in pulses {
            self.signed(pulse.minute.wrapping_sub(before));
            before = pulse.minute;
            self.number(pulse.source.into());
            self.text(pulse.function.as_str());
            self.number(pulse.lines);
            self.optional(pulse.numbers, |out, (lowest, highest)| {
                out.number(lowest);
                out.number(highest.wrapping_sub(lowest));
            });
        }
    }

    pub(super) fn signs(&mut self, signs: &[Sign]) {
        self.number(signs.len() as u64);
        for sign in signs {
            self.text(sign.symptom.as_str());
            self.text(sign.saying.as_str());
            self.number(sign.source.into());
            self.text(&sign.object);
            self.optional(sign.value, Out::number);
        }
        self.times(signs.iter().map(|sign| sign.time));
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

impl In<'_> {
    pub(super) fn pulses(&mut self, sources: usize) -> Result<Vec<Pulse>, WireError> {
        let count = self.count(MIN_PULSE_BYTES)?;
        let mut minute = 0_i64;
        self.rows(count, |input| {
            minute = minute.wrapping_add(input.signed()?);
            let source = input.source(sources)?;
            let function = input.word(Function::from_word)?;
            let lines = input.number()?;
            let numbers = input.optional(|input| {
                let lowest = input.number()?;
                Ok((lowest, lowest.wrapping_add(input.number()?)))
            })?;
            Ok(Pulse { minute, source, function, lines, numbers })
        })
    }

    pub(super) fn signs(&mut self, sources: usize) -> Result<Vec<Sign>, WireError> {
        let count = self.count(MIN_SIGN_BYTES)?;
        let mut signs = self.rows(count, |input| {
            let symptom = input.word(Symptom::from_word)?;
            let saying = input.word(Saying::from_word)?;
            let source = input.source(sources)?;
            let object = input.text()?.to_owned();
            let value = input.optional(In::number)?;
            Ok(Sign { time: Default::default(), source, symptom, saying, object, value, place: None })
        })?;
        let times = self.times(signs.len())?;
        signs.iter_mut().zip(times).for_each(|(sign, time)| sign.time = time);
        Ok(signs)
    }

    fn word<T>(&mut self, of: fn(&str) -> Option<T>) -> Result<T, WireError> {
        let word = of(self.text()?);
        word.ok_or_else(|| self.broken())
    }

    fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<Option<T>, WireError> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(self.broken()),
        }
    }
}
