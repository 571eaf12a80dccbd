//! The values of one column as they come, absent ones left out.

use super::dictionary::{Places, hash_of, hash_of_number};
use crate::mapping::{Coding, Kind};

/// Texts one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }
}

/// The values of one column.
#[derive(Debug)]
pub(crate) enum Values {
    Texts(Texts),
    /// Texts that repeat: each once, and the number of each row's.
    Words {
        words: Texts,
        places: Places,
        rows: Vec<u32>,
    },
    Numbers(Vec<i64>),
    /// Numbers that repeat.
    Figures {
        figures: Vec<i64>,
        places: Places,
        rows: Vec<u32>,
    },
}

impl Values {
    /// Returns an empty column.
    pub(crate) fn new(kind: Kind, coding: Coding) -> Self {
        match (kind, coding) {
            (Kind::Json, _) | (Kind::Text, Coding::Plain) => Values::Texts(Texts::default()),
            (Kind::Text, Coding::Words) => {
                Values::Words { words: Texts::default(), places: Places::default(), rows: Vec::new() }
            }
            (_, Coding::Plain) => Values::Numbers(Vec::new()),
            (_, Coding::Words) => {
                Values::Figures { figures: Vec::new(), places: Places::default(), rows: Vec::new() }
            }
        }
    }

    /// Returns how many rows have a value.
    pub(crate) fn len(&self) -> usize {
        match self {
            Values::Texts(texts) => texts.len(),
            Values::Numbers(numbers) => numbers.len(),
            Values::Words { rows, .. } | Values::Figures { rows, .. } => rows.len(),
        }
    }

    /// Appends a text; returns how many bytes that took.
    pub(crate) fn push_text(&mut self, text: &[u8]) -> usize {
        match self {
            Values::Texts(texts) => {
                texts.push(text);
                text.len() + size_of::<usize>()
            }
            Values::Words { words, places, rows } => {
                let last = rows.last().copied();
                if let Some(last) = last.filter(|last| words.get(*last as usize) == text) {
                    rows.push(last);
                    return size_of::<u32>();
                }
                let hash = hash_of(text);
                let (number, grown) = match places.find(hash, |number| words.get(number) == text) {
                    Some(number) => (number, 0),
                    None => {
                        words.push(text);
                        (places.add(hash), text.len() + size_of::<usize>() + 3 * size_of::<u32>())
                    }
                };
                rows.push(number);
                grown + size_of::<u32>()
            }
            Values::Numbers(_) | Values::Figures { .. } => 0,
        }
    }

    /// Appends a text that `write` writes, if it says so; returns how many bytes that took, and nothing if it did not.
    pub(crate) fn push_written(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<usize> {
        let Values::Texts(texts) = self else { return None };
        let before = texts.bytes.len();
        if !write(&mut texts.bytes) {
            texts.bytes.truncate(before);
            return None;
        }
        texts.ends.push(texts.bytes.len());
        Some(texts.bytes.len().saturating_sub(before) + size_of::<usize>())
    }

    /// Appends a number; returns how many bytes that took.
    pub(crate) fn push_number(&mut self, number: i64) -> usize {
        match self {
            Values::Numbers(numbers) => {
                numbers.push(number);
                size_of::<i64>()
            }
            Values::Figures { figures, places, rows } => {
                let last = rows.last().copied();
                if let Some(last) = last.filter(|last| figures.get(*last as usize) == Some(&number)) {
                    rows.push(last);
                    return size_of::<u32>();
                }
                let hash = hash_of_number(number);
                let (index, grown) = match places.find(hash, |index| figures.get(index) == Some(&number)) {
                    Some(index) => (index, 0),
                    None => {
                        figures.push(number);
                        (places.add(hash), size_of::<i64>() + 3 * size_of::<u32>())
                    }
                };
                rows.push(index);
                grown + size_of::<u32>()
            }
            Values::Texts(_) | Values::Words { .. } => 0,
        }
    }
}
