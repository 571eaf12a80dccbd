//! What a device's records tell of the device itself: that it talks, what it measures, what befell it.

use serde::{Deserialize, Serialize};

use super::Place;
use crate::event::{Function, words};
use crate::health::Symptom;
use crate::time::EventTime;

/// How many lines of one kind came from a device in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The minute in which they came, as the collector says; where nobody says, that in which they were written. So a clock
    /// that jumps is no silence.
    pub minute: i64,
    /// Index into [`super::FactBatch::sources`]; of an HA pair each member by its own name, as each may fall silent.
    pub source: u32,
    /// Which function wrote them.
    pub function: Function,
    /// How many.
    pub lines: u64,
    /// The lowest and the highest number, where the vendor numbers the records of a kind one after the other.
    pub numbers: Option<(u64, u64)>,
}

impl Pulse {
    /// Joins lines of the same device, minute and function.
    pub fn join(&mut self, other: &Pulse) {
        self.lines = self.lines.saturating_add(other.lines);
        self.numbers = match (self.numbers, other.numbers) {
            (Some(own), Some(theirs)) => Some((own.0.min(theirs.0), own.1.max(theirs.1))),
            (own, theirs) => own.or(theirs),
        };
    }
}

words! {
    /// What a record says of a symptom.
    Saying {
        /// It begins or goes on.
        Trouble = "trouble",
        /// It is over.
        Over = "over",
        /// A measure; whether it is too much, whoever watches decides.
        Reading = "reading",
    }
}

/// What one record says of its device's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// When.
    pub time: EventTime,
    /// Index into [`super::FactBatch::sources`]; of an HA pair each member by its own name.
    pub source: u32,
    /// Of what.
    pub symptom: Symptom,
    /// What it says.
    pub saying: Saying,
    /// Which part, in the vendor's words, or an account; empty for the whole. At most
    /// [`crate::Health::MAX_OBJECT_BYTES`].
    pub object: String,
    /// What was measured, in the symptom's unit.
    pub value: Option<u64>,
    /// Where the record's line is; `None` when nothing is archived.
    pub place: Option<Place>,
}
