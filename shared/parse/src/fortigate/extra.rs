//! What the event has no place for: the pairs of a line that nobody took, told when somebody asks.

use hinomi_model::{Escape, ExtraField, FieldName, LineFields, Taken};

use super::keys::Key;
use crate::scan::names::Names;
use crate::scan::pair::{Form, Pair};

/// Names under which text outside all pairs is kept.
const STRAY: &str = "stray_text";
const REST: &str = "rest";

/// Whose names a line uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Naming {
    /// FortiOS's.
    #[default]
    Native,
    /// Another format's: what is read is kept under FortiOS's name, so that it is found there in any encoding.
    Translated,
}

/// The pairs of a line. Reused from line to line.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) list: Vec<Pair<Key>>,
    pub(super) naming: Naming,
    /// The names that the line has, as they are told.
    pub(super) names: Names,
}

impl Pairs {
    /// Returns the names that the line has, as they are told.
    pub(super) fn told_names(&self, line: &str) -> Names {
        let mut names = Names::NONE;
        for pair in &self.list {
            names.add(self.name(pair).of(line).as_bytes());
        }
        names
    }

    fn name(&self, pair: &Pair<Key>) -> FieldName {
        match (pair.form, pair.key) {
            (Form::Stray, _) => FieldName::Known(STRAY),
            (Form::TooMany | Form::NextLine, _) => FieldName::Known(REST),
            (_, Some(key)) if self.naming == Naming::Translated && key != Key::Kept => {
                FieldName::Known(key.name())
            }
            _ => FieldName::InLine(pair.name),
        }
    }
}

/// A line that has none.
pub(super) static NO_PAIRS: Pairs = Pairs { list: Vec::new(), naming: Naming::Native, names: Names::NONE };

impl LineFields for Pairs {
    fn count(&self) -> usize {
        self.list.len()
    }

    fn field(&self, _: &str, place: usize) -> Option<ExtraField> {
        let pair = self.list.get(place)?;
        let escape = match pair.form {
            Form::Bare | Form::Quoted | Form::Stray | Form::TooMany | Form::NextLine => Escape::None,
            Form::Escaped | Form::Unclosed => Escape::Backslash,
            Form::Cef => Escape::Cef,
        };
        let name = self.name(pair);
        Some(ExtraField { name, value: pair.value, escape, known: !is_unknown(pair) })
    }

    fn find(&self, line: &str, name: &str, taken: Taken<'_>) -> Option<ExtraField> {
        if !self.names.may_have(name.as_bytes()) {
            return None;
        }
        let pairs = self.list.iter().enumerate();
        let mut called = pairs.filter(|(place, pair)| self.name(pair).is(line, name) && !taken.has(*place));
        called.next().and_then(|(place, _)| self.field(line, place))
    }
}

/// Tells whether a pair's name is none that FortiOS is known to write.
pub(super) fn is_unknown(pair: &Pair<Key>) -> bool {
    pair.key.is_none() && !matches!(pair.form, Form::Stray | Form::TooMany | Form::NextLine)
}
