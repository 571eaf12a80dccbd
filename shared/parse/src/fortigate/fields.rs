//! The fields of one line by name, with a note of which were taken: what nobody takes is left for [`extra`].

use std::net::IpAddr;

use hinomi_model::{Anomaly, AnomalyKind, Escape, Extra, Span, Taken, Text};

use super::extra::{self, Pairs};
use super::keys::{Key, Keys};
use crate::scan::kv::MAX_FIELDS;
use crate::scan::names::Names;
use crate::scan::pair::{Form, Pair};
use crate::value;

/// Most anomalies noted of one line: a line of nothing but oddities needs no longer list.
const MAX_ANOMALIES: usize = 16;

const ABSENT: u16 = u16::MAX;
/// Words of bits that all pairs of a line have one in.
pub(super) const WORDS: usize = MAX_FIELDS / 64 + 1;

/// Where the fields that are read stand among a line's pairs: the same for all lines with the same names in the same
/// order, unless a name repeats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    first: [u16; Key::COUNT],
    has: Keys,
    /// How many names FortiOS is not known to write.
    unknown: u32,
    /// All names, as they are told.
    names: Names,
}

impl Plan {
    const EMPTY: Plan = Plan { first: [ABSENT; Key::COUNT], has: Keys::NONE, unknown: 0, names: Names::NONE };

    /// Returns the fields that such lines have.
    pub(super) fn has(&self) -> Keys {
        self.has
    }

    fn stands_before(&self, index: usize, key: Key) -> bool {
        self.first.get(key as usize).is_some_and(|&at| at != ABSENT && index < usize::from(at))
    }
}

impl Default for Plan {
    fn default() -> Self {
        Plan::EMPTY
    }
}

pub(super) struct Fields<'a> {
    text: &'a str,
    line: &'a Pairs,
    pairs: &'a [Pair<Key>],
    plan: &'a Plan,
    taken: &'a mut [u64; WORDS],
    anomalies: Vec<Anomaly<'a>>,
}

impl<'a> Fields<'a> {
    /// Takes a scanned line that is nothing but pairs, of whose names the plan is known.
    #[inline]
    pub(super) fn planned(
        text: &'a str,
        line: &'a mut Pairs,
        taken: &'a mut [u64; WORDS],
        plan: &'a Plan,
    ) -> Self {
        line.names = plan.names;
        Fields::begun(text, line, taken, plan)
    }

    #[inline(always)]
    fn begun(text: &'a str, line: &'a Pairs, taken: &'a mut [u64; WORDS], plan: &'a Plan) -> Self {
        *taken = [0; WORDS];
        Fields { text, line, pairs: &line.list, plan, taken, anomalies: Vec::new() }
    }

    /// Returns the plan for all lines with the same names, unless this line has a name twice: then the values decide.
    pub(super) fn plan(&self) -> Option<Plan> {
        let is_whole = self.anomalies.is_empty();
        (is_whole && named(self.pairs).1 == self.plan.has.count()).then_some(*self.plan)
    }

    /// Indexes a scanned line. Of a repeated name the first counts, and one that repeats the value says nothing; a
    /// second `date` starts another device's log, which a relay glued on, and ends this one. FortiAnalyzer puts a
    /// `tz` of its own in front of the device's `date`; then the device's own, behind it, counts.
    pub(super) fn new(
        text: &'a str,
        line: &'a mut Pairs,
        taken: &'a mut [u64; WORDS],
        plan: &'a mut Plan,
    ) -> Self {
        *plan = Plan::EMPTY;
        let mut fields = Fields::begun(text, &extra::NO_PAIRS, taken, &Plan::EMPTY);
        let pairs = &mut line.list;
        let mut another = None;
        for (index, pair) in pairs.iter().enumerate() {
            match pair.form {
                Form::Bare | Form::Quoted | Form::Escaped | Form::Cef => {}
                Form::Unclosed => fields.note(AnomalyKind::UnclosedQuote, Some(pair.name.of(text))),
                Form::Stray | Form::NextLine => fields.note(AnomalyKind::StrayText, None),
                Form::TooMany => fields.note(AnomalyKind::TooManyFields, None),
            }
            let Some(key) = pair.key else {
                plan.unknown += u32::from(extra::is_unknown(pair));
                continue;
            };
            let Some(first) = plan.first.get_mut(key as usize) else {
                continue;
            };
            if *first == ABSENT {
                *first = index as u16;
                plan.has = plan.has.and(key);
                continue;
            }
            let before = usize::from(*first);
            let is_same = pairs.get(before).is_some_and(|first| first.value.of(text) == pair.value.of(text));
            if is_same && key != Key::Date {
                fields.take_at(index);
                continue;
            }
            if key == Key::Zone && plan.stands_before(before, Key::Date) {
                plan.first[Key::Zone as usize] = index as u16;
                continue;
            }
            fields.note(AnomalyKind::DuplicateKey, Some(pair.name.of(text)));
            if key == Key::Date {
                another = Some((index, pair.name.start));
                break;
            }
        }
        if let Some((index, start)) = another {
            let value = Span { start, end: text.len() as u32 };
            pairs.truncate(index);
            pairs.push(Pair { key: None, name: Span::default(), value, form: Form::NextLine });
        }
        line.names = line.told_names(text);
        plan.names = line.names;
        fields.plan = plan;
        fields.line = line;
        fields.pairs = &fields.line.list;
        fields
    }

    /// Notes something odd.
    pub(super) fn note(&mut self, kind: AnomalyKind, field: Option<&'a str>) {
        if self.anomalies.len() < MAX_ANOMALIES {
            self.anomalies.push(Anomaly { kind, field });
        }
    }

    /// Notes something odd about a field, under the name that the line uses; under FortiOS's where it has none.
    #[cold]
    #[inline(never)]
    pub(super) fn note_at(&mut self, kind: AnomalyKind, key: Key) {
        let name = self.pair(key).map(|(_, pair)| pair.name.of(self.text));
        let name = name.map(|name| if name.is_empty() { key.name() } else { name });
        self.note(kind, name);
    }

    #[inline]
    fn pair(&self, key: Key) -> Option<(usize, &'a Pair<Key>)> {
        let index = usize::from(*self.plan.first.get(key as usize)?);
        self.pairs.get(index).map(|pair| (index, pair))
    }

    /// Returns a value as it stands, without taking it; a placeholder is nothing.
    #[inline]
    pub(super) fn peek(&self, key: Key) -> Option<&'a str> {
        let (_, pair) = self.pair(key)?;
        value::present(pair.value.of(self.text))
    }

    /// Tells whether a field holds a word as it stands.
    #[inline]
    pub(super) fn is(&self, key: Key, word: &str) -> bool {
        let value = self.pair(key).and_then(|(_, pair)| bytes_of(self.text, pair.value));
        value == Some(word.as_bytes())
    }

    /// Tells whether the line has the field, whatever it holds.
    #[inline]
    pub(super) fn has(&self, key: Key) -> bool {
        self.plan.has.any(Keys::NONE.and(key))
    }

    /// Tells whether the line has one of the fields: most lines have nothing of what others are about.
    #[inline]
    pub(super) fn has_any(&self, keys: Keys) -> bool {
        self.plan.has.any(keys)
    }

    /// Says that a field's value is told by the event.
    #[inline]
    pub(super) fn take(&mut self, key: Key) {
        if let Some((index, _)) = self.pair(key) {
            self.take_at(index);
        }
    }

    #[inline]
    fn take_at(&mut self, index: usize) {
        if let Some(word) = self.taken.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    /// Takes a text, with its escapes undone.
    #[inline]
    pub(super) fn text(&mut self, key: Key) -> Option<Text<'a>> {
        let mut text = None;
        self.put(key, &mut text);
        text
    }

    /// Puts a text that the line has where it belongs, unless something is there, with its escapes undone. Handed back, it would be written to
    /// memory in parts and read again as a whole, which a processor waits for.
    #[inline(always)]
    pub(super) fn put(&mut self, key: Key, place: &mut Option<Text<'a>>) {
        if self.has(key) {
            self.put_present(key, place);
        }
    }

    /// Puts the first of several texts that the line has where it belongs.
    #[inline(always)]
    pub(super) fn put_first<const N: usize>(&mut self, keys: [Key; N], place: &mut Option<Text<'a>>) {
        for key in keys {
            self.put(key, place);
        }
    }

    // Some thirty calls: inlined into all of them it would push what matters out of the instruction cache.
    #[inline(never)]
    fn put_present(&mut self, key: Key, place: &mut Option<Text<'a>>) {
        // What is known to be empty need not be freed.
        let (None, Some((index, pair))) = (&place, self.pair(key)) else { return };
        match self.text.get(pair.value.start as usize..pair.value.end as usize) {
            Some(raw) if matches!(pair.form, Form::Bare | Form::Quoted) && value::is_surely_present(raw) => {
                self.take_at(index);
                *place = Some(Text::Borrowed(raw));
            }
            _ => self.put_odd(key, place),
        }
    }

    /// Puts a text that has escapes, or may be a placeholder, where it belongs.
    #[cold]
    #[inline(never)]
    fn put_odd(&mut self, key: Key, place: &mut Option<Text<'a>>) {
        if let Some(text) = self.copy(key) {
            self.take(key);
            *place = Some(text);
        }
    }

    /// Returns a text, with its escapes undone, and leaves it in `extra`.
    #[inline]
    pub(super) fn copy(&self, key: Key) -> Option<Text<'a>> {
        let (_, pair) = self.pair(key)?;
        let raw = value::present(pair.value.of(self.text))?;
        Some(match pair.form {
            Form::Escaped => Escape::Backslash.undo(raw),
            Form::Cef => Escape::Cef.undo(raw),
            _ => Text::Borrowed(raw),
        })
    }

    /// Takes a number.
    // Nearly all are short and in order, which is told by reading them.
    #[inline(never)]
    pub(super) fn number(&mut self, key: Key) -> Option<u64> {
        let (index, pair) = self.pair(key)?;
        let Some(number) =
            value::short_number(self.text.as_bytes(), pair.value.start as usize, pair.value.end as usize)
        else {
            return self.parsed(key, AnomalyKind::BadNumber, value::number);
        };
        self.take_at(index);
        Some(number)
    }

    /// Takes a port.
    #[inline(never)]
    pub(super) fn port(&mut self, key: Key) -> Option<u16> {
        let (index, pair) = self.pair(key)?;
        let Some(port) =
            value::short_number(self.text.as_bytes(), pair.value.start as usize, pair.value.end as usize)
                .and_then(|number| u16::try_from(number).ok())
        else {
            return self.parsed(key, AnomalyKind::BadPort, value::port);
        };
        self.take_at(index);
        Some(port)
    }

    /// Puts an address that the line has where it belongs, for the reason that [`put`](Fields::put) says.
    #[inline(always)]
    pub(super) fn put_ip(&mut self, key: Key, place: &mut Option<IpAddr>) {
        if self.has(key) {
            self.put_present_ip(key, place);
        }
    }

    #[inline(never)]
    fn put_present_ip(&mut self, key: Key, place: &mut Option<IpAddr>) {
        let Some((index, pair)) = self.pair(key) else { return };
        let (start, end) = (pair.value.start as usize, pair.value.end as usize);
        match value::ipv4_in(self.text.as_bytes(), start, end) {
            Some(ip) => {
                self.take_at(index);
                *place = Some(IpAddr::V4(ip));
            }
            None => *place = self.parsed(key, AnomalyKind::BadAddress, value::ip),
        }
    }

    /// Takes a value that `read` understands; another one is noted and goes to `extra`.
    #[inline(never)]
    pub(super) fn parsed<T>(
        &mut self,
        key: Key,
        otherwise: AnomalyKind,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let (index, pair) = self.pair(key)?;
        match read(value::present(pair.value.of(self.text))?) {
            Some(value) => {
                self.take_at(index);
                Some(value)
            }
            None => {
                self.note_at(otherwise, key);
                None
            }
        }
    }

    /// Returns what follows a bare value in the line, to mend one that a blank broke.
    pub(super) fn rest_from(&self, key: Key) -> Option<&'a str> {
        let (_, pair) = self.pair(key)?;
        self.text.get(pair.value.start as usize..)
    }

    /// Ends the reading: what nobody took, how many of that the vendor's tables do not have, and what was odd.
    pub(super) fn finish(self) -> (Extra<'a>, u32, Vec<Anomaly<'a>>) {
        (Extra::left(self.text, self.line, Taken(self.taken)), self.plan.unknown, self.anomalies)
    }
}

#[inline(always)]
fn bytes_of(text: &str, span: Span) -> Option<&[u8]> {
    text.as_bytes().get(span.start as usize..span.end as usize)
}

/// Returns which fields that are read some pairs have, and how many of the pairs have one.
pub(super) fn named(pairs: &[Pair<Key>]) -> (Keys, usize) {
    let read = pairs.iter().filter_map(|pair| pair.key).filter(|key| *key != Key::Kept);
    read.fold((Keys::NONE, 0), |(keys, count), key| (keys.and(key), count + 1))
}
