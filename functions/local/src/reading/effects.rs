//! What each part of a line does to its event: the difference that its absence, or another value, makes.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_model::{Event, QuarantineReason};
use hinomi_parse::{Anatomy, Change, Context, Part, PartKind};
use serde_json::Value;

use super::Refused;

/// Values put in a field's place when nothing shows that it is read: a number, an address and a word, of which one fits
/// every field.
const OTHER_VALUES: [&str; 3] = ["1", "192.0.2.231", OTHER_WORD];
/// A word that no vendor writes.
const OTHER_WORD: &str = "zz";

/// Shorter values than this stand in several parts by chance.
const MIN_SAID_BYTES: usize = 4;

/// What changes with the text alone, or with the file and not with the line.
const NOT_COMPARED: [&str; 3] = ["received", "extra", "anomalies"];

/// Everything an event says, as texts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    fields: BTreeMap<String, String>,
    extra: BTreeMap<String, String>,
    /// Names among `extra` that the vendor's tables don't have.
    unknown: BTreeSet<String>,
}

impl Facts {
    pub(super) fn of(event: &Event<'_>) -> Facts {
        let mut facts = Facts::default();
        // An event is always an object; what could not be written would only be missing here.
        if let Ok(Value::Object(fields)) = serde_json::to_value(event) {
            for (name, value) in &fields {
                if let ("extra", Value::Object(extra)) = (name.as_str(), value) {
                    facts.extra = extra.iter().map(|(name, value)| (name.clone(), text(value))).collect();
                }
                if !NOT_COMPARED.contains(&name.as_str()) {
                    facts.fields.insert(name.clone(), text(value));
                }
            }
        }
        // What is known of the event and is no part of its JSON.
        let also = [
            ("posture", Some(event.posture.to_string())),
            ("firmware", event.firmware.as_deref().map(str::to_owned)),
            ("event_type", event.event_type.as_deref().map(str::to_owned)),
            ("sequence", event.sequence.as_deref().map(str::to_owned)),
            ("category_id", event.category_id.map(|id| id.to_string())),
            ("registration", event.registration.map(|device| device.id.clone())),
        ];
        for (name, value) in also {
            if let Some(value) = value {
                facts.fields.insert(name.to_owned(), value);
            }
        }
        for field in event.extra.fields().filter(|field| !field.known) {
            facts.unknown.insert(field.name.of(event.extra.line()).into_owned());
        }
        facts
    }

    pub(super) fn value(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    pub(super) fn is_unknown(&self, kept: &str) -> bool {
        self.unknown.contains(kept)
    }

    /// Returns the fields that are here and differ there. What appears only when something else is missing did not
    /// come of it.
    fn lost_in(&self, other: &Facts) -> BTreeSet<String> {
        let lost = self.fields.iter().filter(|(name, value)| other.fields.get(*name) != Some(value));
        lost.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the name under which the text of a field is kept: where another text stands once the field has it, or
    /// where nothing stands without it.
    fn kept_as(
        &self,
        with: Option<(&Facts, &str)>,
        without: Option<&Facts>,
        part: &Part,
        parts: &[Part],
    ) -> Option<String> {
        let holds = |facts: &Facts, name: &str, text: &str| {
            facts.extra.get(name).is_some_and(|value| value.trim() == text.trim())
        };
        let follows = |name: &str| with.is_some_and(|(changed, other)| holds(changed, name, other));
        // Another field that stands in for a missing one goes too, and is not where it was kept.
        let is_others =
            |name: &str| !part.name.ends_with(name) && parts.iter().any(|other| other.name.ends_with(name));
        let goes =
            |name: &str| !is_others(name) && without.is_some_and(|without| !without.extra.contains_key(name));
        // Other encodings have other names for the vendor's field; its own comes first.
        let mut names: Vec<&String> =
            self.extra.keys().filter(|name| holds(self, name, &part.value)).collect();
        names.sort_by_key(|name| **name != part.name);
        let found = names.iter().find(|name| follows(name)).or_else(|| names.iter().find(|name| goes(name)));
        found.map(|name| (*name).clone())
    }
}

impl Facts {
    /// Returns the name of what is kept here and not there and stands in the line as no text: a value that one
    /// encoding has a number for and the vendor a word.
    fn kept_in_other_words(&self, without: &Facts, parts: &[Part]) -> Option<String> {
        let is_text = |value: &str| parts.iter().any(|part| part.value.trim() == value.trim());
        let mut gone = self.extra.iter().filter(|(name, _)| !without.extra.contains_key(*name));
        gone.find(|(_, value)| !is_text(value)).map(|(name, _)| name.clone())
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What depends on one part of a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    fields: BTreeSet<String>,
    /// The name under which its text is kept.
    pub(super) kept: Option<String>,
    /// Why the line can't be read without it.
    pub(super) needed: Option<Refused>,
}

impl Effects {
    /// Tells whether a field of the event depends on it.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    /// Walks the fields of the event that depend on it.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// Tells whether it decides whose the line is.
    pub(super) fn decides_identity(&self) -> bool {
        let refused = self.needed.as_ref().map(|needed| needed.reason);
        let is_missed = matches!(
            refused,
            Some(
                QuarantineReason::UnknownDevice
                    | QuarantineReason::NoDevice
                    | QuarantineReason::DeviceMismatch
            )
        );
        is_missed || ["tenant", "device", "registration"].iter().any(|field| self.has(field))
    }
}

/// Finds what depends on each part of a line, in the order of its parts. `base` is what the unchanged line says.
pub(super) fn all(anatomy: &Anatomy, context: &Context<'_>, base: &Facts) -> Vec<Effects> {
    let parts = anatomy.parts();
    let mut all: Vec<Effects> =
        (0..parts.len()).map(|index| of_part(anatomy, index, context, base)).collect();
    // What several parts say, each enough by itself, is missed by the absence of none: it is of all that say it.
    for (name, value) in &base.fields {
        if all.iter().any(|effects| effects.has(name)) {
            continue;
        }
        if value.len() < MIN_SAID_BYTES {
            continue;
        }
        let value = value.to_ascii_lowercase();
        let texts: Vec<String> = parts.iter().map(|part| part.value.to_ascii_lowercase()).collect();
        let is_said =
            |text: &str| text.contains(&value) && texts.iter().filter(|other| *other == text).count() > 1;
        let says_it =
            |part: &Part, text: &str| part.kind == PartKind::Field && (text == value || is_said(text));
        for ((effects, part), text) in all.iter_mut().zip(parts).zip(&texts) {
            // `AUTH` is written out as `AUTHENTICATION`, and the line can't be read without it.
            let is_short = effects.needed.is_some() && !text.is_empty() && value.starts_with(text.as_str());
            if says_it(part, text) || is_short {
                effects.fields.insert(name.clone());
            }
        }
    }
    // A row that had to be mended is mended otherwise without the field; it is kept where its text is.
    for (name, value) in &base.extra {
        if all.iter().any(|effects| effects.kept.as_ref() == Some(name)) {
            continue;
        }
        let holds = |part: &Part| part.kind == PartKind::Field && part.value.trim() == value.trim();
        let mut free =
            all.iter_mut().zip(parts).filter(|(effects, part)| effects.kept.is_none() && holds(part));
        if let Some((effects, _)) = free.next() {
            effects.kept = Some(name.clone());
        }
    }
    all
}

fn of_part(anatomy: &Anatomy, index: usize, context: &Context<'_>, base: &Facts) -> Effects {
    let Some(part) = anatomy.parts().get(index) else { return Effects::default() };
    let read =
        |change: Change<'_>| anatomy.read(change, context, |result| result.map(|event| Facts::of(&event)));
    let mut effects = Effects::default();
    let without = read(Change::Without(index));
    match &without {
        Ok(without) => effects.fields = base.lost_in(without),
        Err(reject) => {
            // What the line can't be read without is where its value stands.
            let is_it = |(name, value): (&String, &String)| (value == &part.value).then(|| name.clone());
            effects.fields = base.fields.iter().filter_map(is_it).collect();
            effects.needed = Some(Refused::from(reject.clone()));
        }
    }
    if part.kind != PartKind::Field || part.value.trim().is_empty() {
        return effects;
    }
    // Another field may say the same, and then only a different value shows that this one is read.
    let near = nudged(&part.value);
    let other = near.as_deref().unwrap_or(OTHER_WORD);
    let with = read(Change::With(index, other)).ok();
    if let Some(with) = with.as_ref().filter(|_| near.is_some()) {
        effects.fields.extend(base.lost_in(with));
    }
    let with = with.as_ref().map(|with| (with, other));
    let without = without.as_ref().ok();
    effects.kept = base
        .kept_as(with, without, part, anatomy.parts())
        .or_else(|| without.and_then(|without| base.kept_in_other_words(without, anatomy.parts())));
    // Where the same value stands and neither change reached it, another field says the same.
    let holds_it = |(name, value): (&String, &String)| (value == &part.value).then(|| name.clone());
    let twins: BTreeSet<String> =
        base.fields.iter().filter_map(holds_it).filter(|name| !effects.has(name)).collect();
    let knew_some = !effects.fields.is_empty();
    if knew_some && twins.is_empty() {
        return effects;
    }
    for far in OTHER_VALUES.iter().filter(|far| **far != part.value) {
        if let Ok(with) = read(Change::With(index, far)) {
            let lost = base.lost_in(&with).into_iter();
            effects.fields.extend(lost.filter(|name| !knew_some || twins.contains(name)));
        }
        if !effects.fields.is_empty() && twins.iter().all(|name| effects.has(name)) {
            break;
        }
    }
    // What is kept nowhere was read, even if another field says the same and would stand in for it.
    if effects.fields.is_empty() && effects.kept.is_none() {
        effects.fields = twins;
    }
    effects
}

/// Returns the value with another last digit; `None` when it has none.
fn nudged(value: &str) -> Option<String> {
    let at = value.rfind(|c: char| c.is_ascii_digit())?;
    let (before, rest) = value.split_at_checked(at)?;
    let (digit, after) = rest.split_at_checked(1)?;
    let other = match digit {
        "9" => "8",
        "0" => "1",
        "1" => "2",
        "2" => "3",
        "3" => "4",
        "4" => "5",
        "5" => "6",
        "6" => "7",
        "7" => "8",
        _ => "9",
    };
    Some(format!("{before}{other}{after}"))
}
