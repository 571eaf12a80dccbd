//! Every field name that FortiOS is known to write: what a line has beyond them is drift.
//!
//! `known.txt` has one name a line, sorted. It is our own list, gathered from the log message references of FortiOS 5.4 to
//! 7.6, the spellings up to 4.3 (`src_port`, `log_id`), and what FortiAnalyzer adds to what it forwards (`itime`,
//! `idseq`, `epid`). A name joins it when a release's reference has it: `srcthreatfeed` came with 7.0.
//!
//! A name is looked up when a line's shape is new; the scanner then remembers the answer.

use super::keys::Word;

const LIST: &[u8] = include_bytes!("known.txt");

/// A power of two, more than twice the number of names.
const SLOT_COUNT: usize = 2048;

/// Most names that are longer than a [`Word`]; a longer list does not compile.
const MAX_LONG: usize = 64;

/// Tells whether FortiOS has a field of this name, of which `word` is what [`Word::of`] makes.
pub(super) fn has(name: &[u8], word: Option<Word>) -> bool {
    let Some(word) = word else {
        return TABLE.long.contains(&name);
    };
    let mut slot = word.slot(SLOT_COUNT);
    while let Some(known) = TABLE.words.get(slot).filter(|known| known.is_some()) {
        if *known == word {
            return true;
        }
        slot = (slot + 1) % SLOT_COUNT;
    }
    false
}

struct Table {
    /// Where each name's number leads. A taken slot leads to the next.
    words: [Word; SLOT_COUNT],
    /// The names that have no number; empty beyond the last.
    long: [&'static [u8]; MAX_LONG],
}

static TABLE: Table = {
    let mut table = Table { words: [Word::NONE; SLOT_COUNT], long: [b"-"; MAX_LONG] };
    let mut longs = 0;
    let mut rest = LIST;
    while !rest.is_empty() {
        let mut length = 0;
        while rest[length] != b'\n' {
            length += 1;
        }
        let (name, after) = rest.split_at(length);
        rest = after.split_at(1).1;
        match Word::of(name) {
            Some(word) => {
                let mut slot = word.slot(SLOT_COUNT);
                while table.words[slot].is_some() {
                    slot = (slot + 1) % SLOT_COUNT;
                }
                table.words[slot] = word;
            }
            None => {
                table.long[longs] = name;
                longs += 1;
            }
        }
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_name_in_it_is_found() {
        let names: Vec<&str> = std::str::from_utf8(LIST).unwrap().lines().collect();
        assert!(names.len() > 800 && names.len() * 2 < SLOT_COUNT);
        assert!(names.is_sorted_by(|a, b| a < b));
        for name in names {
            assert!(has(name.as_bytes(), Word::of(name.as_bytes())), "{name}");
            for other in [format!("{name}_"), format!("_{name}")] {
                assert!(!has(other.as_bytes(), Word::of(other.as_bytes())), "{other}");
            }
        }
        assert!(!has(b"", None) && !has(b"-", Word::of(b"-")));
    }
}
