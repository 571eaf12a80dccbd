//! The lines that show what follow found: facts hold no lines, only where they lie.

use std::sync::Arc;

use hinomi_model::{Evidence, Fact, FactBatch, Function, Locator, Place};
use rustc_hash::FxHashMap;

/// Archive objects remembered by name. Beyond, lines of further objects cannot be shown; the findings stand without.
const MAX_OBJECTS: usize = 1 << 16;

/// The archive objects that the facts kept lie in.
#[derive(Debug, Default)]
pub(super) struct Objects {
    names: Vec<Arc<str>>,
    known: FxHashMap<Arc<str>, u32>,
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
    pub(super) fn of(&mut self, facts: &FactBatch) -> Places {
        Places(facts.objects.iter().map(|name| self.number(name)).collect())
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        if let Some(number) = self.known.get(name) {
            return Some(*number);
        }
        if self.names.len() >= MAX_OBJECTS {
            return None;
        }
        let number = u32::try_from(self.names.len()).ok()?;
        let name: Arc<str> = Arc::from(name);
        self.names.push(name.clone());
        self.known.insert(name, number);
        Some(number)
    }

    /// Returns where a line lies.
    pub(super) fn locator(&self, place: Option<Place>) -> Option<Locator> {
        let place = place?;
        let object = self.names.get(place.object as usize)?;
        Some(Locator { object: object.to_string(), frame: place.frame, line: place.line })
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
