//! The columns of a class, in the order and nesting in which Parquet and JSON hold them.

use std::sync::OnceLock;

use crate::mapping::{Class, Coding, FIELDS, FOLLOWS, Field, Kind, Read};

/// Columns of a class at most: a row's shape is a set of 128 bits.
const MAX_COLUMNS: usize = 128;

/// A column of a class.
#[derive(Debug)]
pub struct Column {
    path: &'static str,
    kind: Kind,
    pub(crate) coding: Coding,
    pub(crate) read: Read,
    /// What the event calls it; empty for what follows from others.
    pub(crate) name: &'static str,
    /// The level of a row that has a value.
    pub(crate) max_definition: u32,
    /// How many lists it lies in.
    pub(crate) max_repetition: u32,
    /// The groups that it lies in, innermost first.
    pub(crate) groups: Vec<Group>,
}

/// A group that a column lies in.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// All columns in it, as bits.
    pub(crate) columns: u128,
    /// The level of a row that has the group and not the column.
    pub(crate) definition: u32,
}

impl Column {
    /// Returns the attributes that lead to it with dots between them; `[]` stands behind a list.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns how its values are held.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the level of definition of a row, whose columns with a value are the bits of `shape`.
    pub(crate) fn definition(&self, own: usize, shape: u128) -> u32 {
        if shape >> own & 1 == 1 {
            return self.max_definition;
        }
        let group = self.groups.iter().find(|group| group.columns & shape != 0);
        group.map_or(0, |group| group.definition)
    }
}

/// The columns of a class.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    /// What of the event has no column.
    pub(crate) homeless: Vec<&'static Field>,
}

/// Returns the columns of a class, in their order.
pub fn columns(class: Class) -> &'static [Column] {
    &Layout::of(class).columns
}

impl Layout {
    /// Returns the layout of a class.
    pub(crate) fn of(class: Class) -> &'static Layout {
        static LAYOUTS: [OnceLock<Layout>; Class::ALL.len()] = [const { OnceLock::new() }; Class::ALL.len()];
        match LAYOUTS.get(class as usize) {
            Some(layout) => layout.get_or_init(|| Layout::make(class)),
            // The list of classes has them all.
            None => LAYOUTS[0].get_or_init(|| Layout::make(class)),
        }
    }

    fn make(class: Class) -> Layout {
        let mut homed: Vec<(Vec<usize>, &'static str, &'static Field)> = Vec::new();
        let mut homeless = Vec::new();
        for field in FIELDS {
            match field.home(class) {
                Some(path) => homed.push((place(&homed, path), path, field)),
                None if field.name == FOLLOWS => {}
                None => homeless.push(field),
            }
        }
        debug_assert!(homed.len() <= MAX_COLUMNS, "{class}");
        homed.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        homed.truncate(MAX_COLUMNS);
        let paths: Vec<&'static str> = homed.iter().map(|(_, path, _)| *path).collect();
        let columns = homed.into_iter().map(|(_, path, field)| column(&paths, path, field)).collect();
        Layout { columns, homeless }
    }
}

/// Returns where a column comes in the tree of attributes: behind the first of those that share a group with it.
fn place(before: &[(Vec<usize>, &'static str, &'static Field)], path: &str) -> Vec<usize> {
    let own = before.len();
    let mut place = Vec::new();
    for (prefix, _) in prefixes(path) {
        let first = before.iter().position(|(_, other, _)| is_in(other, prefix));
        place.push(first.unwrap_or(own));
    }
    place.push(own);
    place
}

fn column(paths: &[&'static str], path: &'static str, field: &'static Field) -> Column {
    let mut groups = Vec::new();
    let (mut definition, mut repetition) = (0, 0);
    for (prefix, is_list) in prefixes(path) {
        // A group may be absent; a list may be absent, and may be empty.
        definition += if is_list { 2 } else { 1 };
        repetition += u32::from(is_list);
        let below = paths.iter().enumerate().filter(|(_, other)| is_in(other, prefix));
        groups.push(Group { columns: below.fold(0, |set, (index, _)| set | 1 << index), definition });
    }
    groups.reverse();
    let is_list = path.ends_with("[]");
    Column {
        path,
        kind: field.kind,
        coding: field.coding,
        read: field.read,
        name: field.name,
        max_definition: definition + if is_list { 2 } else { 1 },
        max_repetition: repetition + u32::from(is_list),
        groups,
    }
}

/// Walks the groups that a path leads through, outermost first, and whether each is a list.
fn prefixes(path: &str) -> impl Iterator<Item = (&str, bool)> {
    path.match_indices('.')
        .filter_map(|(end, _)| path.get(..end))
        .map(|prefix| (prefix, prefix.ends_with("[]")))
}

fn is_in(path: &str, group: &str) -> bool {
    path.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
}
