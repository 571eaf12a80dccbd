//! Which names a line or a table has, so that most names that are asked for and not there need no search.

/// Different [`place`]s: several times the names of a line.
pub(crate) const PLACES: usize = 256;

/// Returns a number below [`PLACES`] that is the same for the same name, and another one for most other names.
#[inline]
pub(crate) const fn place(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let (first, middle, last) = (name[0] as usize, name[length / 2] as usize, name[length - 1] as usize);
    (length.wrapping_mul(71) ^ first.wrapping_mul(37) ^ middle.wrapping_mul(13) ^ last.wrapping_mul(163))
        % PLACES
}

/// A set of names that never denies one that is in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names([u64; PLACES / 64]);

impl Names {
    /// No name.
    pub(crate) const NONE: Names = Names([0; PLACES / 64]);

    /// Adds a name.
    pub(crate) fn add(&mut self, name: &[u8]) {
        let place = place(name);
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    /// Tells whether a name may have been added.
    #[inline]
    pub(crate) fn may_have(&self, name: &[u8]) -> bool {
        let place = place(name);
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_added_is_never_denied_and_most_others_are() {
        let mut names = Names::NONE;
        let added: Vec<String> = (0..45).map(|number| format!("field{number}name")).collect();
        for name in &added {
            names.add(name.as_bytes());
        }
        assert!(added.iter().all(|name| names.may_have(name.as_bytes())));
        let others = (0..1000).filter(|number| names.may_have(format!("other{number}").as_bytes()));
        assert!(others.count() < 300);
        assert!(!Names::NONE.may_have(b"") && place("é".as_bytes()) < PLACES);
    }
}
