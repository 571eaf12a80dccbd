//! What names lines have, remembered for the next ones.
//!
//! A device writes the same few kinds of line for hours, each with the same names in the same order, and a guess that is
//! checked with one comparison costs a third of finding and looking up a name:
//! `date=2026-01-20 time=10:15:01 devname="KITA-FW1" ...`. Which name followed which is kept as a tree: lines of one kind
//! end at the same place in it, and there what their caller knows of all such lines can be kept, too.

use wide::u8x16;

/// Which names followed which, and what they stand for. `E` is what the caller keeps of lines that have the same names.
#[derive(Debug)]
pub(crate) struct Shape<K, E = ()> {
    /// The first one stands before all names.
    nodes: Vec<Node<K>>,
    /// What of long names is behind the bytes of [`Node::head`].
    tails: Vec<Head>,
    ends: Vec<E>,
}

/// A place in the tree: a name after all those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u16);

impl Place {
    /// Before the first name.
    pub(crate) const START: Place = Place(0);
}

/// Two to a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Node<K> {
    /// The name with its `=`.
    head: Head,
    /// How long it is, without the `=`.
    length: u8,
    key: Option<K>,
    /// The number of its tail.
    tail: u16,
    /// The name that first came behind this one.
    then: u16,
    /// Another name that came in the same place.
    or: u16,
    /// The number of what is kept of lines that end here.
    end: u16,
    /// Whether a line ended here.
    has_ended: bool,
}

/// The number of nothing.
const NONE: u16 = u16::MAX;

/// Sixteen bytes, and which of them count.
#[derive(Clone, Copy, Debug)]
struct Head {
    bytes: [u8; WIDTH],
    counted: u16,
}

/// Bytes of a name that are compared at once.
const WIDTH: usize = 16;

/// Names that are remembered in one place: a line's kind is told by a few names at its head. More would make a line of
/// ever new names cost more than looking them up.
const MAX_BESIDE: usize = 8;

/// Names remembered, some thirty bytes each: the kinds of line of a firewall take a thousand. When they are full all are
/// forgotten, which costs a look-up for each name of the next lines.
const MAX_NODES: usize = 4_096;

impl<K, E> Default for Shape<K, E> {
    fn default() -> Self {
        Shape { nodes: Vec::new(), tails: Vec::new(), ends: Vec::new() }
    }
}

impl Head {
    /// Takes the first `counted` bytes from `from` on, at most [`WIDTH`].
    fn of(bytes: &[u8], from: usize, counted: usize) -> Head {
        let counted = u16::MAX.unbounded_shr(WIDTH.saturating_sub(counted) as u32);
        Head { bytes: sixteen(bytes, from), counted }
    }

    #[inline(always)]
    fn is_at(&self, bytes: u8x16) -> bool {
        !(bytes.simd_eq(u8x16::new(self.bytes)).to_bitmask() as u16) & self.counted == 0
    }
}

/// Returns the bytes from `from` on; behind the text there are zeros, which no name has.
fn sixteen(bytes: &[u8], from: usize) -> [u8; WIDTH] {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| near_the_end(rest))
}

#[cold]
fn near_the_end(rest: &[u8]) -> [u8; WIDTH] {
    let mut chunk = [0; WIDTH];
    for (to, byte) in chunk.iter_mut().zip(rest) {
        *to = *byte;
    }
    chunk
}

impl<K: Copy, E> Shape<K, E> {
    /// Makes room for a line of at most `names` names. Tells whether all that was said of places was forgotten for it.
    #[inline]
    pub(super) fn begin(&mut self, names: usize) -> bool {
        let is_full = self.nodes.len() + names > MAX_NODES || self.nodes.is_empty();
        if is_full {
            self.forget();
        }
        is_full
    }

    #[cold]
    fn forget(&mut self) {
        self.nodes.clear();
        self.tails.clear();
        self.ends.clear();
        let head = Head { bytes: [0; WIDTH], counted: 0 };
        self.nodes.push(Node {
            head,
            length: 0,
            key: None,
            tail: NONE,
            then: NONE,
            or: NONE,
            end: NONE,
            has_ended: false,
        });
    }

    /// Returns the place of the name at `from`, its length and what it stands for, when it once followed that of `place`.
    #[inline(always)]
    pub(super) fn guess(&self, place: Place, bytes: &[u8], from: usize) -> Option<(Place, usize, Option<K>)> {
        let rest = bytes.get(from..)?;
        let here = u8x16::new(match rest.first_chunk() {
            Some(chunk) => *chunk,
            None => near_the_end(rest),
        });
        let nodes = self.nodes.as_slice();
        let mut next = nodes.get(usize::from(place.0))?.then;
        loop {
            let node = nodes.get(usize::from(next))?;
            if node.head.is_at(here) && (node.tail == NONE || self.has_tail(node.tail, bytes, from)) {
                return Some((Place(next), usize::from(node.length), node.key));
            }
            next = node.or;
        }
    }

    // Hardly any name is so long.
    #[inline(never)]
    fn has_tail(&self, tail: u16, bytes: &[u8], from: usize) -> bool {
        let tail = self.tails.get(usize::from(tail));
        tail.is_some_and(|tail| tail.is_at(u8x16::new(sixteen(bytes, from + WIDTH))))
    }

    /// Remembers that a name followed that of `place`; returns its place. `None` when it is too long, or there is no room.
    #[cold]
    pub(super) fn learn(
        &mut self,
        place: Place,
        bytes: &[u8],
        (from, end): (usize, usize),
        key: Option<K>,
    ) -> Option<Place> {
        let counted = end + 1 - from;
        if counted > 2 * WIDTH || self.nodes.len() >= MAX_NODES {
            return None;
        }
        let mut beside = self.nodes.get(usize::from(place.0))?.then;
        let mut last = None;
        let mut count = 0;
        while let Some(node) = self.nodes.get(usize::from(beside)) {
            (last, beside) = (Some(beside), node.or);
            count += 1;
        }
        if count >= MAX_BESIDE {
            return None;
        }
        let new = u16::try_from(self.nodes.len()).ok()?;
        let mut tail = NONE;
        if counted > WIDTH {
            tail = u16::try_from(self.tails.len()).ok()?;
            self.tails.push(Head::of(bytes, from + WIDTH, counted - WIDTH));
        }
        let head = Head::of(bytes, from, counted);
        self.nodes.push(Node {
            head,
            length: (end - from) as u8,
            key,
            tail,
            then: NONE,
            or: NONE,
            end: NONE,
            has_ended: false,
        });
        match last {
            Some(last) => self.nodes.get_mut(usize::from(last))?.or = new,
            None => self.nodes.get_mut(usize::from(place.0))?.then = new,
        }
        Some(Place(new))
    }

    /// Says that a line ends in a place; tells whether another one did before.
    pub(super) fn end_again(&mut self, place: Place) -> bool {
        self.nodes
            .get_mut(usize::from(place.0))
            .is_some_and(|node| std::mem::replace(&mut node.has_ended, true))
    }

    /// Returns what is kept of lines that end in a place.
    #[inline]
    pub(crate) fn end(&self, place: Place) -> Option<&E> {
        self.ends.get(usize::from(self.nodes.get(usize::from(place.0))?.end))
    }

    /// Keeps something of lines that end in a place.
    #[cold]
    pub(crate) fn keep(&mut self, place: Place, end: E) {
        if let Some(node) = self.nodes.get_mut(usize::from(place.0))
            && let Ok(number) = u16::try_from(self.ends.len())
        {
            self.ends.push(end);
            node.end = number;
        }
    }
}

/// What names stood for in the line before, by their place: for forms in which a name cannot be told before it is found,
/// where this saves looking it up.
#[derive(Debug)]
pub(crate) struct Meanings<K>(Vec<Meaning<K>>);

impl<K> Default for Meanings<K> {
    fn default() -> Self {
        Meanings(Vec::new())
    }
}

#[derive(Clone, Copy, Debug)]
struct Meaning<K> {
    name: [u8; MEANING_BYTES],
    length: usize,
    key: Option<K>,
}

/// Longest name that is remembered; the vendors' longest have 28 bytes.
const MEANING_BYTES: usize = 32;

/// Places that are remembered; a line has at most as many fields.
const MAX_PLACES: usize = super::kv::MAX_FIELDS;

impl<K: Copy> Meanings<K> {
    /// Returns what the name at a place stands for, which is what `known` says.
    #[inline]
    pub(crate) fn of(
        &mut self,
        place: usize,
        name: &[u8],
        known: impl FnOnce(&[u8]) -> Option<K>,
    ) -> Option<K> {
        match self.0.get(place) {
            Some(before) if before.name.get(..before.length) == Some(name) => before.key,
            _ => self.learn(place, name, known(name)),
        }
    }

    #[cold]
    fn learn(&mut self, place: usize, name: &[u8], key: Option<K>) -> Option<K> {
        let mut meaning = Meaning { name: [0; MEANING_BYTES], length: name.len(), key };
        if let Some(copy) = meaning.name.get_mut(..name.len()) {
            copy.copy_from_slice(name);
            if let Some(before) = self.0.get_mut(place) {
                *before = meaning;
            } else if place == self.0.len() && place < MAX_PLACES {
                self.0.push(meaning);
            }
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_is_that_of_the_name_not_of_its_place() {
        let known = |name: &[u8]| name.first().copied().filter(|first| *first != b'x');
        let long = "a-name-of-more-bytes-than-are-remembered";
        let lines: &[&[&str]] =
            &[&["a", "b", long], &["b", "x", "a"], &["", long, "a"], &["a", "b", "c", "d"]];
        let mut meanings = Meanings::default();
        for line in lines.iter().chain(lines) {
            for (place, name) in line.iter().enumerate() {
                assert_eq!(meanings.of(place, name.as_bytes(), known), known(name.as_bytes()), "{name}");
            }
        }
    }
}
