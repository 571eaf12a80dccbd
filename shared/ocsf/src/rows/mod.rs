//! Events collected for the archive, and the files made of them.

mod dictionary;
mod group;
mod values;

use std::collections::BTreeMap;

use hinomi_model::{Event, EventTime, Locator, TenantId, UtcDay};

pub(crate) use dictionary::hash_of;
pub(crate) use group::Group;
pub(crate) use values::{Texts, Values};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::mapping::{Class, Line};
use crate::parquet;

/// How much is collected before files are to be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes held in memory. Making the files takes about as much again.
    pub bytes: usize,
    /// Rows of all files together.
    pub rows: usize,
}

impl Default for Limits {
    /// Some hundred thousand lines: a file worth the reading, and memory that a small Lambda has.
    fn default() -> Self {
        Limits { bytes: 192 << 20, rows: 500_000 }
    }
}

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetFile {
    /// Whose events.
    pub tenant: TenantId,
    /// Their class.
    pub class: Class,
    /// Their day, in UTC.
    pub day: UtcDay,
    /// How many.
    pub rows: u64,
    /// When the first happened.
    pub first: EventTime,
    /// When the last happened.
    pub last: EventTime,
    /// The file.
    pub bytes: Vec<u8>,
}

impl ParquetFile {
    /// Returns the folder that the file belongs in: a partition as Athena projects it and DuckDB reads it.
    pub fn folder(&self) -> String {
        format!("class={}/tenant={}/day={}", self.class, self.tenant, self.day)
    }
}

/// Events collected for the archive, by tenant, class and day.
///
/// What is pushed is kept, also beyond the limits: who looks at [`Rows::is_full`] after each event overshoots by one
/// line at most.
#[derive(Debug)]
pub struct Rows {
    limits: Limits,
    groups: Vec<(Name, Group)>,
    known: BTreeMap<Name, usize>,
    /// The group of each class that had a row last.
    last: [Option<usize>; Class::ALL.len()],
    bytes: usize,
    rows: usize,
    scratch: Vec<u8>,
    /// A row is being collected. Panics are caught around each line; what they leave is no row.
    is_half: bool,
}

/// What a file is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name {
    tenant: TenantId,
    class: Class,
    day: UtcDay,
}

impl Rows {
    /// Starts with nothing.
    pub fn new(limits: Limits) -> Self {
        Rows {
            limits,
            groups: Vec::new(),
            known: BTreeMap::new(),
            last: [None; Class::ALL.len()],
            bytes: 0,
            rows: 0,
            scratch: Vec::new(),
            is_half: false,
        }
    }

    /// Collects an event, whose line lies at `place` in the archive.
    pub fn push(&mut self, event: &Event<'_>, place: Option<&Locator>) {
        let class = Class::of(event);
        let index = self.group(event, class);
        let was_half = std::mem::replace(&mut self.is_half, true);
        if let Some((_, group)) = self.groups.get_mut(index) {
            self.bytes += group.push(&Line { event, class, place }, &mut self.scratch);
            self.rows += 1;
        }
        self.is_half = was_half;
    }

    /// Returns how many bytes the rows take in memory, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns how many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Tells whether nothing has been collected.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Tells whether files are to be made now.
    pub fn is_full(&self) -> bool {
        self.bytes >= self.limits.bytes || self.rows >= self.limits.rows
    }

    /// Makes the files and starts with nothing; sorted by tenant, class and day.
    ///
    /// # Errors
    ///
    /// [`Error`] when a file can't be made; what was collected is gone then.
    pub fn finish(&mut self) -> Result<Vec<ParquetFile>> {
        let mut groups = std::mem::take(&mut self.groups);
        let is_half = self.is_half;
        *self = Rows { scratch: std::mem::take(&mut self.scratch), ..Rows::new(self.limits) };
        if is_half {
            return Err(Error::HalfRow);
        }
        groups.sort_by(|(one, _), (other, _)| one.cmp(other));
        groups.into_iter().map(|(name, group)| file(name, &group)).collect()
    }

    fn group(&mut self, event: &Event<'_>, class: Class) -> usize {
        let (tenant, day) = (event.tenant.id(), event.time.day());
        let last = self.last.get(class as usize).copied().flatten();
        if let Some(last) = last
            && let Some((name, _)) = self.groups.get(last)
            && name.day == day
            && name.tenant == *tenant
        {
            return last;
        }
        let name = Name { tenant: tenant.clone(), class, day };
        let index = match self.known.get(&name) {
            Some(known) => *known,
            None => {
                self.bytes += group::EMPTY_BYTES;
                self.known.insert(name.clone(), self.groups.len());
                self.groups.push((name, Group::new(Layout::of(class))));
                self.groups.len() - 1
            }
        };
        if let Some(last) = self.last.get_mut(class as usize) {
            *last = Some(index);
        }
        index
    }
}

fn file(name: Name, group: &Group) -> Result<ParquetFile> {
    let (first, last) = group.span();
    let bytes = parquet::file(group)?;
    let Name { tenant, class, day } = name;
    Ok(ParquetFile { tenant, class, day, rows: group.rows() as u64, first, last, bytes })
}
