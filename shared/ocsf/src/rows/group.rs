//! The rows of one file: of a tenant, a class and a day.

use std::collections::BTreeMap;

use hinomi_model::{EventTime, Locator};

use super::values::Values;
use crate::layout::Layout;
use crate::mapping::{Line, Value};
use crate::text;
use crate::unmapped::{self, Names};

/// What a group takes before its first row: its columns' buffers, roughly.
pub(super) const EMPTY_BYTES: usize = 16 << 10;
/// What a row takes beside its values: its key and its shape.
const ROW_BYTES: usize = size_of::<Key>() + size_of::<u32>();

/// What rows are sorted by: when it happened, when it was received, where its line lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) time: EventTime,
    received: EventTime,
    /// The archive object's number among those of the group; its name decides.
    object: u32,
    frame: u32,
    line: u32,
}

/// The rows of one file as they come.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) layout: &'static Layout,
    keys: Vec<Key>,
    /// The archive objects that lines lie in; the first is none.
    objects: Vec<String>,
    /// Sets of columns that rows have values in.
    pub(crate) shapes: Vec<u128>,
    known_shapes: BTreeMap<u128, u32>,
    /// The number of each row's shape.
    pub(crate) shape_of: Vec<u32>,
    /// A column each.
    pub(crate) values: Vec<Values>,
    /// The names of what has no column.
    names: Names,
}

impl Group {
    pub(super) fn new(layout: &'static Layout) -> Self {
        Group {
            layout,
            keys: Vec::new(),
            objects: vec![String::new()],
            shapes: Vec::new(),
            known_shapes: BTreeMap::new(),
            shape_of: Vec::new(),
            values: layout.columns.iter().map(|column| Values::new(column.kind(), column.coding)).collect(),
            names: Names::default(),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.keys.len()
    }

    /// Appends a row; returns how many bytes that took.
    pub(super) fn push(&mut self, line: &Line<'_>, scratch: &mut Vec<u8>) -> usize {
        let mut bytes = ROW_BYTES;
        let (mut shape, mut beyond) = (0_u128, 0_u128);
        for (index, (column, values)) in self.layout.columns.iter().zip(&mut self.values).enumerate() {
            let bit = 1_u128 << index;
            let written = match (column.read)(line) {
                Value::None => continue,
                Value::Text(text) => Some(values.push_text(text.as_bytes())),
                Value::Ip(ip) => {
                    scratch.clear();
                    text::address(ip, scratch);
                    Some(values.push_text(scratch))
                }
                Value::Place(place) => {
                    scratch.clear();
                    text::locator(place, scratch);
                    Some(values.push_text(scratch))
                }
                Value::Stamp(time) => {
                    scratch.clear();
                    text::stamp(time, scratch);
                    Some(values.push_text(scratch))
                }
                Value::Unmapped => {
                    let written = values
                        .push_written(|out| unmapped::write(line, self.layout, beyond, &mut self.names, out));
                    let Some(written) = written else { continue };
                    Some(written)
                }
                value => value.as_number(column.kind()).map(|number| values.push_number(number)),
            };
            match written {
                Some(written) => {
                    shape |= bit;
                    bytes += written;
                }
                None => beyond |= bit,
            }
        }
        bytes += self.note_shape(shape);
        let key = self.key(line);
        self.keys.push(key);
        bytes
    }

    fn note_shape(&mut self, shape: u128) -> usize {
        let last = self.shape_of.last().copied();
        if let Some(last) = last.filter(|last| self.shapes.get(*last as usize) == Some(&shape)) {
            self.shape_of.push(last);
            return 0;
        }
        let next = self.shapes.len() as u32;
        let number = *self.known_shapes.entry(shape).or_insert(next);
        self.shape_of.push(number);
        if number != next {
            return 0;
        }
        self.shapes.push(shape);
        3 * size_of::<u128>()
    }

    fn key(&mut self, line: &Line<'_>) -> Key {
        let (time, received) = (line.event.time, line.event.received);
        let Some(place) = line.place else { return Key { time, received, object: 0, frame: 0, line: 0 } };
        Key { time, received, object: self.object(place), frame: place.frame, line: place.line }
    }

    /// Returns the number of a line's object. Lines of an object come together, so the last few are looked at.
    fn object(&mut self, place: &Locator) -> u32 {
        const LOOK_BACK: usize = 8;
        let mut known = self.objects.iter().enumerate().rev().take(LOOK_BACK);
        if let Some((index, _)) = known.find(|(_, object)| **object == place.object) {
            return index as u32;
        }
        self.objects.push(place.object.clone());
        (self.objects.len() - 1) as u32
    }

    /// Returns the rows' order in the file; `None` when they came in it.
    pub(crate) fn order(&self) -> Option<Vec<u32>> {
        if self.keys.is_sorted_by(|one, other| self.compare(one, other).is_le()) {
            return None;
        }
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_by(|one, other| match (self.keys.get(*one as usize), self.keys.get(*other as usize)) {
            (Some(one), Some(other)) => self.compare(one, other),
            _ => one.cmp(other),
        });
        Some(order)
    }

    fn compare(&self, one: &Key, other: &Key) -> std::cmp::Ordering {
        let name = |key: &Key| self.objects.get(key.object as usize);
        let same_object = one.object == other.object;
        (one.time, one.received)
            .cmp(&(other.time, other.received))
            .then_with(|| if same_object { std::cmp::Ordering::Equal } else { name(one).cmp(&name(other)) })
            .then_with(|| (one.frame, one.line).cmp(&(other.frame, other.line)))
    }

    /// Returns the earliest and latest time.
    pub(crate) fn span(&self) -> (EventTime, EventTime) {
        let times = || self.keys.iter().map(|key| key.time);
        (times().min().unwrap_or_default(), times().max().unwrap_or_default())
    }
}
