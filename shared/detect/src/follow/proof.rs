//! The lines that show what follow found: facts hold no lines, only where they lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use hinomi_model::{EventTime, Evidence, Fact, FactBatch, Function, Locator, Place};
use rustc_hash::FxHashMap;

use super::wire::{In, Out, Wire, wire};

/// Archive objects remembered by name. Beyond, lines of further objects cannot be shown; the findings stand without.
const MAX_OBJECTS: usize = 1 << 17;

/// The archive objects that the facts kept lie in.
#[derive(Debug, Default)]
pub(super) struct Objects {
    named: BTreeMap<u32, Object>,
    known: FxHashMap<Arc<str>, u32>,
    /// Numbers are never used again, so that what was forgotten is never taken for another.
    next: u32,
}

#[derive(Debug)]
struct Object {
    name: Arc<str>,
    /// When facts of it came last.
    noted: EventTime,
}

wire! {
    Object { name, noted }
}

impl Wire for Objects {
    fn put(&self, out: &mut Out) {
        self.named.put(out);
        self.next.put(out);
    }

    fn get(input: &mut In<'_>) -> Option<Self> {
        let named: BTreeMap<u32, Object> = Wire::get(input)?;
        let known = named.iter().map(|(number, object)| (object.name.clone(), *number)).collect();
        Some(Objects { named, known, next: Wire::get(input)? })
    }
}

/// A batch's objects as [`Objects`] numbers them.
pub(super) struct Places(Vec<Option<u32>>);

impl Places {
    /// Returns a place of the batch with the object's lasting number.
    pub(super) fn translate(&self, place: Option<Place>) -> Option<Place> {
        let place = place?;
        let object = (*self.0.get(place.object as usize)?)?;
        Some(Place { object, ..place })
    }
}

impl Objects {
    /// Takes note of a batch's objects.
    pub(super) fn of(&mut self, facts: &FactBatch, clock: EventTime) -> Places {
        Places(facts.objects.iter().map(|name| self.number(name, clock)).collect())
    }

    fn number(&mut self, name: &str, clock: EventTime) -> Option<u32> {
        if let Some(number) = self.known.get(name) {
            if let Some(object) = self.named.get_mut(number) {
                object.noted = object.noted.max(clock);
            }
            return Some(*number);
        }
        if self.named.len() >= MAX_OBJECTS {
            return None;
        }
        let number = self.next;
        self.next = number.checked_add(1)?;
        let name: Arc<str> = Arc::from(name);
        self.named.insert(number, Object { name: name.clone(), noted: clock });
        self.known.insert(name, number);
        Some(number)
    }

    /// Forgets objects whose facts came so long ago that nothing kept lies in them any more.
    pub(super) fn sweep(&mut self, before: EventTime) {
        self.named.retain(|_, object| object.noted >= before);
        self.known.retain(|_, number| self.named.contains_key(number));
    }

    /// Returns where a line lies.
    pub(super) fn locator(&self, place: Option<Place>) -> Option<Locator> {
        let place = place?;
        let object = self.named.get(&place.object)?;
        Some(Locator { object: object.name.to_string(), frame: place.frame, line: place.line })
    }

    /// Returns the line of a session's fact as evidence to be fetched.
    pub(super) fn session(&self, device: &str, fact: &Fact) -> Option<Evidence> {
        Some(Evidence {
            time: fact.time,
            received: fact.time,
            sha256: String::new(),
            device: device.to_owned(),
            function: Function::Firewall,
            disposition: fact.disposition,
            session_id: None,
            policy: None,
            src_ip: Some(fact.src_ip),
            dst_ip: Some(fact.dst_ip),
            dst_port: Some(fact.dst_port),
            what: None,
            locator: Some(self.locator(fact.place)?),
            raw: String::new(),
        })
    }
}
